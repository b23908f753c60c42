"""The pytest plugin: ``pytest my_questions.jsonl --qa-library DIR`` makes a test of every question of a set.

Only the hooks are here, and they import what they need once there is a question set in the run: wherever Citebound is
installed, pytest loads this module in every run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from qa.evaluation.pytest_plugin.items import QuestionFile
    from qa.evaluation.pytest_plugin.run import Run

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")
_RUN: pytest.StashKey[Run] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of question sets."""
    group = parser.getgroup("citebound", "question sets (Citebound)")
    group.addoption("--qa-library", metavar="DIR", help="the library to ask (default: your default library)")
    group.addoption("--qa-corpus", metavar="FOLDER", help="index this folder into a temporary library, and ask that")
    group.addoption(
        "--qa-report", action="append", default=[], metavar="FILE",
        help="write a report: FILE.html to read, FILE.json for programs and for --qa-compare (can be repeated)",
    )  # fmt: skip
    group.addoption(
        "--qa-compare", metavar="FILE", help="show what got better or worse since this earlier report (.json)"
    )
    parser.addini("qa_question_files", "patterns of the question sets to collect from folders", type="args", default=[])
    parser.addini("qa_floors", "the minimum that each set must reach, such as `f1 = 0.8`", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Check the options and the sets named on the command line before anything is collected or loaded."""
    options = config.option
    wanted = options.qa_library or options.qa_corpus or options.qa_report or options.qa_compare
    named = [argument for argument in config.args if _path(argument).suffix.lower() in _SUFFIXES]
    if wanted or named or config.getini("qa_floors") or config.getini("qa_question_files"):
        from qa.evaluation.pytest_plugin.run import Run

        config.stash[_RUN] = run = Run(config)
        run.check(_path(argument) for argument in named)
        config.pluginmanager.register(run, "citebound-run")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> QuestionFile | None:
    """Collect a question set that is named on the command line or that matches ``qa_question_files``."""
    run = parent.config.stash.get(_RUN, None)
    if run is None or not (
        (file_path.suffix.lower() in _SUFFIXES and parent.session.isinitpath(file_path))
        or any(file_path.match(pattern) for pattern in run.patterns)
    ):
        return None
    from qa.evaluation.pytest_plugin.items import QuestionFile

    return QuestionFile.from_parent(parent, path=file_path, run=run)


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Stop if a set cannot be used."""
    if run := config.stash.get(_RUN, None):
        run.stop_for_faults()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Load the models and open the library, once, if there are questions to ask."""
    if (run := session.config.stash.get(_RUN, None)) and not session.config.option.collectonly:
        from qa.evaluation.pytest_plugin.items import QuestionItem

        run.prepare([item for item in getattr(session, "items", []) if isinstance(item, QuestionItem)])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Put the outcome of the question into the test's report, which pytest-xdist carries to the first process."""
    report = yield
    if call.when == "call" and (outcome := getattr(item, "citebound", None)) is not None:
        report.citebound = outcome
    return report


def pytest_report_teststatus(report: Any, config: pytest.Config) -> tuple[str, str, str] | None:
    """Call a wrong answer "missed" if floors decide, and a draft a draft."""
    run = config.stash.get(_RUN, None)
    return run.status(report) if run is not None and getattr(report, "citebound", None) is not None else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Check the floors and write the reports."""
    if run := session.config.stash.get(_RUN, None):
        run.finish(session)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the figures, the floors, and what got better and worse."""
    if run := config.stash.get(_RUN, None):
        run.tell(terminalreporter)


def _path(argument: str) -> Path:
    return Path(argument.split("::", maxsplit=1)[0])
