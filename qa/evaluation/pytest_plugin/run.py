"""What one pytest run shares: the options, the library, the models, and the outcome of every question."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import CiteboundError
from corpus.sources import user_path
from qa.evaluation.figures import FIGURES
from qa.evaluation.outcome import Outcome
from qa.evaluation.question_set import Question, QuestionSet, QuestionSetError, check_floor, load_questions
from qa.evaluation.report import REPORT_SUFFIXES, Floor, Report, ReportError, load_report, now

if TYPE_CHECKING:
    from embeddings.sentence_transformer import SentenceEncoder
    from qa.assistant import Assistant
    from qa.evaluation.judge import References
    from qa.library.library import Library
    from qa.reader import Reader


class Run:
    """The state of one run in one process; under pytest-xdist each worker has one, and the first process gathers."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.worker = hasattr(config, "workerinput")
        self.patterns: list[str] = config.getini("qa_question_files")
        self.library = self._given("qa_library")
        self.corpus = self._given("qa_corpus")
        self.reports = [self._from_here(name) for name in config.option.qa_report]
        self.floors: dict[str, float] = {}
        self.before: Report | None = None
        self.report: Report | None = None
        self.notes: list[str] = []
        self._faults: list[str] = []
        self._gathered: dict[str, dict[str, Any]] = {}
        self._assistant: Assistant | None = None
        self._references: References | None = None

    def _given(self, option: str) -> Path | None:
        value = getattr(self.config.option, option)
        return None if value is None else self._from_here(value)

    def _from_here(self, name: str) -> Path:
        try:
            path = user_path(name)
        except CiteboundError as error:
            raise pytest.UsageError(str(error)) from None
        return (self.config.invocation_params.dir / path).resolve()

    # Before anything is asked

    def check(self, named: Iterable[Path]) -> None:
        """Raise a usage error for an option or a set on the command line that cannot be used."""
        if self.library and self.corpus:
            raise pytest.UsageError("--qa-library and --qa-corpus cannot be used together: choose one.")
        if self.library and not (self.library / "library.sqlite").exists():
            raise pytest.UsageError(
                f"There is no library at {self.library}: create one with `qa index PATH --library {self.library}`."
            )
        if self.corpus:
            self._check_corpus(self.corpus)
        self._read_floors()
        for path in self.reports:
            if path.suffix.lower() not in REPORT_SUFFIXES:
                raise pytest.UsageError(f"--qa-report {path.name}: name a file that ends in .html or .json.")
            if path.is_dir() or not path.parent.is_dir():
                raise pytest.UsageError(f"--qa-report {path}: name a file in a folder that exists.")
        if before := self._given("qa_compare"):
            try:
                self.before = load_report(before)
            except ReportError as error:
                raise pytest.UsageError(f"--qa-compare: {error}") from None
        if self.worker:  # the first process has said it already
            return
        for path in named:
            file = self._from_here(str(path))
            if file.is_file():
                try:
                    load_questions(file)
                except QuestionSetError as error:
                    raise pytest.UsageError(str(error)) from None

    def _check_corpus(self, folder: Path) -> None:
        from corpus.errors import ReadError
        from corpus.files import find_files

        try:
            files = find_files(folder)
        except ReadError as error:
            raise pytest.UsageError(f"--qa-corpus: {error}") from None
        if not files:
            raise pytest.UsageError(f"--qa-corpus: There are no files to read in {folder}.")

    def _read_floors(self) -> None:
        for line in self.config.getini("qa_floors"):
            name, _, written = line.partition("=")
            try:
                value = float(written)
            except ValueError:
                value = written.strip()
            try:
                measure, least = check_floor(name.strip(), value)
            except ValueError as error:
                raise pytest.UsageError(f"qa_floors, {line!r}: {error}") from None
            self.floors[measure] = least

    def fault(self, error: QuestionSetError, file: pytest.File) -> None:
        """Remember a set that cannot be used, to stop the run before anything is asked."""
        if self.worker:  # a usage error would only break the worker; this fails the run with the same sentence
            raise file.CollectError(str(error))
        self._faults.append(str(error))

    def stop_for_faults(self) -> None:
        """Raise a usage error if a set cannot be used."""
        if self._faults:
            raise pytest.UsageError(*self._faults)

    def add_markers(self, tags: Iterable[str]) -> None:
        """Register tags as markers, so that they are known under ``--strict-markers``."""
        known = {line.split(":")[0].split("(")[0].strip() for line in self.config.getini("markers")}
        for tag in dict.fromkeys(tags):
            if tag not in known:
                self.config.addinivalue_line("markers", f"{tag}: a tag of a question set")

    def floors_of(self, questions: QuestionSet) -> dict[str, float]:
        """Return the floors of a set: its own before those of the configuration."""
        return {**self.floors, **questions.floors}

    # Asking

    def prepare(self, questions: Sequence[pytest.Item]) -> None:
        """Open the library if there are questions to ask.

        Raises:
            pytest.UsageError: the library or the reader cannot be used.
        """
        if self.worker or not questions:
            return  # a worker opens it with its first question, so that an error is reported as that test's
        try:
            self.assistant()
        except CiteboundError as error:
            raise pytest.UsageError(str(error)) from None

    def ask(self, question: Question, name: str) -> Outcome:
        """Ask one question of the set with this name, and judge the answer."""
        from qa.evaluation.judge import References, judge

        assistant = self.assistant()
        self._references = self._references or References(assistant.library.asked())
        answer = assistant.ask(question.question, history=question.history)
        return judge(question, answer, name, self._references)

    def assistant(self) -> Assistant:
        """Return the assistant of this process, which is opened once."""
        if self._assistant is None:
            from qa.assistant import Assistant

            self._assistant = Assistant(self._open(), reader=_reader())
        return self._assistant

    def _open(self) -> Library:
        from qa.library.default import default_library
        from qa.library.library import Library

        if self.corpus:
            return Library(self._indexed(self.corpus), encoder=_encoder())
        if self.library:
            return Library(self.library, encoder=_encoder())
        return default_library()

    def _indexed(self, corpus: Path) -> Path:
        """Return the folder of the temporary library; the first process that comes here makes it."""
        from filelock import FileLock

        from corpus.errors import LibraryError
        from qa.library.library import Library

        base = Path(self.config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]
        shared = base.parent if self.worker else base  # of all workers of this run
        library, ready = shared / "citebound-library", shared / "citebound-library-ready"
        with FileLock(shared / "citebound-library.lock"):
            if not ready.exists():
                shutil.rmtree(library, ignore_errors=True)
                made = Library(library, encoder=_encoder())
                report = made.add(corpus)
                made.close()
                if not report.added:
                    raise LibraryError(f"--qa-corpus: none of the files in {corpus} could be read.")
                ready.touch()
        return library

    def about(self) -> dict[str, Any]:
        """Return what a report says about the library."""
        from qa.evaluation.judge import about

        told = about(self.assistant().library.asked())
        return {**told, "path": str(self.corpus)} if self.corpus else told

    # Afterwards

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take the outcome of a question from its test's report, whether of this process or of a worker."""
        if (carried := getattr(report, "citebound", None)) is not None:
            self._gathered[report.nodeid] = carried

    def status(self, report: Any) -> tuple[str, str, str] | None:
        """Return what pytest calls a draft and a missed question; None: whatever it would say anyway."""
        outcome = report.citebound["outcome"]
        if outcome["draft"]:
            return "draft", "d", f"DRAFT ({'right' if outcome['right'] else 'wrong'})"
        if not outcome["right"] and report.passed and not hasattr(report, "wasxfail"):
            return "missed", "m", "MISSED"
        return None

    def finish(self, session: pytest.Session) -> None:
        """Check the floors, and write the reports unless the run was interrupted."""
        if self._assistant is not None:
            self._assistant.library.close()
        if self.worker or not self._gathered:
            return
        carried = list(self._gathered.values())
        outcomes = tuple(Outcome.from_dict(row["outcome"]) for row in carried)
        totals = {row["outcome"]["set"]: row["total"] for row in carried}
        self.report = Report(
            outcomes, self._checked(carried, outcomes), carried[0]["library"], now(), sum(totals.values())
        )
        if not all(floor.met for floor in self.report.floors) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._write(session, self.report)
        elif self.reports:
            self.notes.append("The run was interrupted, so no report was written.")

    def _checked(self, carried: Sequence[dict[str, Any]], outcomes: Sequence[Outcome]) -> tuple[Floor, ...]:
        floors = []
        for name in dict.fromkeys(outcome.set for outcome in outcomes):
            mine = [outcome for outcome in outcomes if outcome.set == name]
            first = next(row for row in carried if row["outcome"]["set"] == name)
            whole = len(mine) == first["total"]
            floors += [
                Floor(name, figure, least, FIGURES[figure].of(mine), whole) for figure, least in first["floors"].items()
            ]
        return tuple(floors)

    def _write(self, session: pytest.Session, report: Report) -> None:
        from qa.evaluation.report_html import save

        for path in self.reports:
            try:
                save(report, path, self.before)
                self.notes.append(f"The report was written to {path}.")
            except ReportError as error:
                self.notes.append(str(error))
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def tell(self, terminal: Any) -> None:
        """Print the summary."""
        from qa.evaluation.pytest_plugin.summary import tell

        if self.report is not None:
            tell(terminal, self.report, self.before)
        for note in self.notes:
            terminal.write_line(note)


@functools.cache
def _encoder() -> SentenceEncoder:
    """Return the embedder, loaded once in a process whatever number of runs it sees."""
    from embeddings.sentence_transformer import SentenceEncoder

    return SentenceEncoder()


@functools.cache
def _reader() -> Reader:
    from qa.reader import load_reader

    return load_reader()
