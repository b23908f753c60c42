"""From a question to an answer: retrieve, read, cite, or abstain."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from corpus.progress import Progress, no_progress
from qa.answering.pipeline import AnswerBuilder, OnStage
from qa.library.default import default_library
from qa.library.library import Library
from qa.question.followup import stand_alone
from qa.question.intent import check, wants
from qa.retrieval.fusion import Fusion, weighted_sum
from qa.retrieval.search import search
from qa.types import Answer, Hit, Reader, Turn

DEFAULT_PASSAGES = 5


class Assistant:
    """Answers questions over one library. Safe to use from several threads."""

    def __init__(
        self,
        library: Library | str | Path | None = None,
        *,
        reader: Reader | str | Path | None = None,
        passages: int = DEFAULT_PASSAGES,
        threshold: float | None = None,
        fusion: Fusion = weighted_sum,
        progress: Progress = no_progress,
    ) -> None:
        """Open the library (a folder, or the default one) and the reader (the bundled one).

        ``reader``: a reader, or the folder or hub name of any seq2seq model that is on this machine.
        ``passages``: how many are retrieved and read. ``threshold``: answer where the confidence is at least this
        (by default what the reader's configuration says; 0 always answers).

        Raises:
            LibraryError: the library cannot be used.
        """
        if library is None:
            library = default_library(progress)
        elif not isinstance(library, Library):
            library = Library(library, progress=progress)
        if reader is None or isinstance(reader, (str, Path)):
            from qa.reader import load_reader

            reader = load_reader(reader)
        # Loaded now, so that the first question is answered as fast as any other.
        library.asked().encoder.encode_questions(["Is everything ready?"])
        self.library = library
        self.reader = reader
        self.passages = passages
        self.threshold = float(getattr(reader, "threshold", 0.5)) if threshold is None else threshold
        self.fusion = fusion
        # The least confidence that is called "sure" and "fairly sure".
        self.certainty: tuple[float, float] | None = getattr(reader, "certainty", None)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        documents: str | Iterable[str] | None = None,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
    ) -> list[Hit]:
        """Return up to ``k`` passages for a question, best first, without reading them.

        Raises:
            QuestionError: the question is empty or far too long, or ``k`` is out of range.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        return search(self.library.asked(), question, k, documents, since, until, self.fusion)

    def ask_many(
        self, questions: Iterable[str], *, progress: Progress = no_progress, **options: object
    ) -> list[Answer]:
        """Answer several questions that have nothing to do with each other; ``options`` are those of :meth:`ask`."""
        everything = list(questions)
        shown = progress(everything, total=len(everything), desc="Asking")
        return [self.ask(question, **options) for question in shown]  # type: ignore[arg-type]

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        documents: str | Iterable[str] | None = None,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
        passages: int | None = None,
        threshold: float | None = None,
        on_stage: OnStage | None = None,
    ) -> Answer:
        """Return the answer to a question, quoted and cited, or an honest refusal (``answer.abstained``).

        ``history``: earlier questions with the texts of their answers, oldest first, for a follow-up.
        ``documents`` (ids, sources, file names or titles), ``since`` and ``until`` (dates) narrow where it looks.
        ``on_stage`` is called as "searching", "reading" and "citing" begin, each at most once. What it raises passes
        through: that is how whoever asks can stop the work.

        Raises:
            QuestionError: the question is empty or far too long, or ``passages`` is out of range.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        begin = time.perf_counter()
        k = self.passages if passages is None else passages
        check(question, k)
        # One and the same to the end, even if the first document of an empty one is added meanwhile.
        library = self.library.asked()
        scope = library.scope(documents, since, until)
        searched = stand_alone(" ".join(question.split()), history)
        work = AnswerBuilder(
            self, library, question, searched, begin, self.threshold if threshold is None else threshold, on_stage
        )
        wanted = wants(searched)
        if wanted not in ("span", "list", "evidence"):
            return work.refuse(wanted)
        if not len(library):
            return work.refuse("empty_library")
        work.retrieve(k, scope)
        if wanted == "evidence":
            return work.evidence()
        return work.listing() if wanted == "list" else work.span()
