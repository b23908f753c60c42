"""The assistant: a library, a reader and a policy, and the questions asked of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from corpus.progress import Progress, no_progress
from qa.answering.pipeline import AnswerBuilder, OnStage, Stages
from qa.answering.policy import Policy
from qa.library.default import default_library
from qa.library.library import Library
from qa.question.intent import check
from qa.question.query import Query
from qa.reader import Reader, load_reader
from qa.retrieval.fusion import Fusion, weighted_sum
from qa.retrieval.search import search
from qa.types import Answer, Hit, Turn

DEFAULT_PASSAGES = 5


class Assistant:
    """Answers questions over one library. Safe to use from several threads."""

    def __init__(
        self,
        library: Library | str | Path | None = None,
        *,
        reader: Reader | str | Path | None = None,
        passages: int = DEFAULT_PASSAGES,
        policy: Policy | None = None,
        threshold: float | None = None,
        fusion: Fusion = weighted_sum,
        progress: Progress = no_progress,
    ) -> None:
        """Open the library (a folder, or the default one) and the reader (the bundled one).

        ``reader``: a reader, or the folder or hub name of any seq2seq model that is on this machine.
        ``passages``: how many are retrieved and read. ``policy``: every bar an answer must clear; by default the usual
        ones, with what the reader says of its own confidence. ``threshold``: the policy's, in place of its own: the
        least confidence with which a span is shown as the answer; 0 always answers.

        Raises:
            LibraryError: the library cannot be used.
            ReaderError: the reader cannot be loaded.
        """
        if library is None:
            library = default_library(progress)
        elif not isinstance(library, Library):
            library = Library(library, progress=progress)
        if reader is None or isinstance(reader, (str, Path)):
            reader = load_reader(reader)
        # Loaded now, so that the first question is answered as fast as any other.
        library.asked().encoder.encode_questions(["Is everything ready?"])
        self.library = library
        self.reader = reader
        self.passages = passages
        self.policy = _with_threshold(policy or Policy.of(reader), threshold)
        self.fusion = fusion

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

        ``documents`` (ids, sources, file names or titles), ``since`` and ``until`` (dates) narrow where it looks.

        Raises:
            QuestionError: the question is empty or far too long, or ``k`` is not 1 to 50.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        return search(self.library.asked(), question, k, documents, since, until, self.fusion)

    def ask_many(
        self,
        questions: Iterable[str],
        *,
        documents: str | Iterable[str] | None = None,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
        passages: int | None = None,
        threshold: float | None = None,
        progress: Progress = no_progress,
    ) -> list[Answer]:
        """Return the answers to several questions that have nothing to do with each other, in their order.

        The options are those of :meth:`ask`, and hold for every question; ``progress`` wraps the questions and shows
        how far it has come.

        Raises:
            QuestionError: a question is empty or far too long; those after it are not asked.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        if documents is not None and not isinstance(documents, str):
            documents = list(documents)  # an iterator would be empty for the second question
        everything = list(questions)
        return [
            self.ask(question, documents=documents, since=since, until=until, passages=passages, threshold=threshold)
            for question in progress(everything, total=len(everything), desc="Asking")
        ]

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
        ``passages`` and ``threshold``: for this question, in place of the assistant's own.
        ``on_stage`` is called as "searching", "reading" and "citing" begin, each at most once. What it raises passes
        through: that is how whoever asks can stop the work.

        Raises:
            QuestionError: the question is empty or far too long, or ``passages`` is not 1 to 50.
            LibraryError: ``documents`` names one that is not there, or a date is none.
        """
        stages = Stages(on_stage)
        k = self.passages if passages is None else passages
        check(question, k)
        # One and the same to the end, even if the first document of an empty one is added meanwhile.
        library = self.library.asked()
        scope = library.scope(documents, since, until)
        query = Query.of(question, history)
        policy = _with_threshold(self.policy, threshold)
        return AnswerBuilder(library, self.reader, self.fusion, policy, query, stages).build(k, scope)


def _with_threshold(policy: Policy, threshold: float | None) -> Policy:
    return policy if threshold is None else replace(policy, threshold=threshold)
