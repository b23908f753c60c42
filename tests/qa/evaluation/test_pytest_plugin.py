"""The pytest plugin, run by pytest itself over small sets and a small corpus, with the bundled models."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import pytest

import qa.evaluation.pytest_plugin.run
from embeddings.sentence_transformer import SentenceEncoder
from qa.assistant import Assistant
from qa.library.library import Library
from qa.reader.copy_reader import CopyReader
from tests.conftest import ROOT, SHARED

pytest_plugins = ["pytester"]

# Where Citebound is installed its entry point is enough, and naming the plugin again would be an error.
INSTALLED = any(point.value == "qa.evaluation.pytest_plugin" for point in entry_points(group="pytest11"))
PLUGIN = [] if INSTALLED else ["-p", "qa.evaluation.pytest_plugin"]

LIGHTHOUSE = '{"question": "When was the lighthouse of Aktau built?", "answers": ["1974"], "tags": ["date"]}'
OPERA = '{"id": "opera", "question": "When was the opera of Almaty built?", "answers": ["1999"], "tags": ["date"]}'
CHAPEL = '{"id": "chapel", "question": "Who painted the Sistine Chapel?", "answers": [], "tags": ["follow-up"]}'


class Ask(Protocol):
    """Runs pytest over a set of these lines, with these options; ``where`` names the option that gets the library."""

    def __call__(
        self, *lines: str, options: tuple[str, ...] = (), where: str | None = "--qa-library"
    ) -> pytest.RunResult: ...


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder, reader: CopyReader) -> Path:
    """A library of two documents; asked once, so that all modules are there before pytester takes stock of them."""
    path = tmp_path_factory.mktemp("plugin") / "library"
    made = Library(path, encoder=encoder)
    made.add(text="The lighthouse of Aktau was built in 1974.", title="Aktau")
    made.add(text="The opera of Almaty was built in 1941.", title="Almaty")
    assert Assistant(made, reader=reader).ask("When was the opera of Almaty built?").text == "1941"
    made.close()
    return path


@pytest.fixture
def ask(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    library: Path,
    encoder: SentenceEncoder,
    reader: CopyReader,
) -> Ask:
    """Run pytest in this process over a set of these lines, with the models that are loaded already."""
    monkeypatch.setattr(qa.evaluation.pytest_plugin.run, "_encoder", lambda: encoder)
    monkeypatch.setattr(qa.evaluation.pytest_plugin.run, "_reader", lambda: reader)

    def run(*lines: str, options: tuple[str, ...] = (), where: str | None = "--qa-library") -> pytest.RunResult:
        (pytester.path / "set.jsonl").write_text("\n".join(lines), encoding="utf-8")
        place = [where, str(library)] if where else []
        return pytester.runpytest_inprocess(
            *PLUGIN, "-p", "no:xdist", "--strict-markers", "set.jsonl", *place, *options
        )

    return run


def test_each_question_is_a_test_and_a_wrong_one_is_shown_without_a_traceback(ask: Ask) -> None:
    result = ask(LIGHTHOUSE, OPERA, CHAPEL, options=("-v",))
    result.assert_outcomes(passed=2, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "set.jsonl::when-was-the-lighthouse-of-aktau-built PASSED*",
            "set.jsonl::opera FAILED*",
            "set.jsonl::chapel PASSED*",
            "*opera (set.jsonl)*",
            "question   When was the opera of Almaty built?",
            "expected   1999",
            "got        1941",
            "cited      The opera of Almaty was built in «1941».",
            "*Almaty [[]Almaty[]]",
            "top hits   1. Almaty*",
            "warning    none of its reference answers appears anywhere in the library*",
            "*= questions =*",
            "asked 3 questions",
            "answered or refused correctly *0.667",
            "exact match *0.500",
            "F1 *0.500",
            "recall@1 *0.500",
            "recall@5 *0.500",
            "citation precision *0.500",
            "answerable questions answered *2 of 2",
            "unanswerable questions refused *1 of 1",
            "median time per answer * ms",
            "warning: set.jsonl::opera: none of its reference answers*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "runtest" not in result.stdout.str()


def test_tags_are_markers(ask: Ask) -> None:
    result = ask(LIGHTHOUSE, CHAPEL, options=("-m", "date and not follow-up"))
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["asked 1 of 2 questions"])


def test_one_question_by_its_id(ask: Ask, pytester: pytest.Pytester, library: Path) -> None:
    ask(LIGHTHOUSE, OPERA)
    arguments = [*PLUGIN, "-p", "no:xdist", "set.jsonl::opera", "--qa-library", str(library)]
    pytester.runpytest_inprocess(*arguments).assert_outcomes(failed=1)


def test_xfail_and_draft_never_fail_the_run(ask: Ask) -> None:
    known = OPERA.replace("{", '{"xfail": "the reference is of another opera", ', 1)
    draft = '{"id": "draft", "question": "Where is the lighthouse?", "answers": ["Paris"], "draft": true}'
    result = ask(LIGHTHOUSE, known, draft, options=("-v",))
    result.assert_outcomes(passed=1, xfailed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*::opera XFAIL (the reference is of another opera)*", "*::draft DRAFT (wrong)*"])
    result.stdout.fnmatch_lines(["drafts right (counted only here) *0 of 1", "*1 draft*"])


def test_with_floors_only_a_floor_fails_the_run(ask: Ask) -> None:
    result = ask('{"floors": {"f1": 0.5, "refused": 1}}', LIGHTHOUSE, OPERA, CHAPEL, options=("-v",))
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*::opera MISSED*", "*missed (the floors decide)*", "set.jsonl::opera", "got *1941"])
    result.stdout.fnmatch_lines(
        ["floor met * f1 0.500 >= 0.5 (set.jsonl)", "floor met * refused 1.000 >= 1 (set.jsonl)"]
    )
    result = ask('{"floors": {"f1": 0.51}}', LIGHTHOUSE, OPERA, CHAPEL)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FLOOR NOT MET f1 0.500 < 0.51 (set.jsonl)"])


def test_floors_of_the_configuration_and_the_sets_own_before_them(ask: Ask, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nqa_floors =\n    f1 = 0.9\n    right = 0.5\n")
    result = ask(LIGHTHOUSE, OPERA)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FLOOR NOT MET f1 0.500 < 0.9*", "floor met * right 0.500 >= 0.5*"])
    assert ask('{"floors": {"f1": 0.4}}', LIGHTHOUSE, OPERA).ret == 0


def test_a_floor_with_nothing_to_measure_is_not_met(ask: Ask) -> None:
    result = ask('{"floors": {"refused": 0.1}}', LIGHTHOUSE)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FLOOR NOT MET refused: nothing to measure, at least 0.1 required (set.jsonl)"])
    part = ask('{"floors": {"refused": 0.1}}', LIGHTHOUSE, CHAPEL, options=("-m", "date"))
    assert part.ret == 0, "a part of a set cannot show every measure"


def test_in_folders_only_what_the_configuration_names(ask: Ask, pytester: pytest.Pytester, library: Path) -> None:
    ask(LIGHTHOUSE)
    arguments = [*PLUGIN, "-p", "no:xdist", ".", "--qa-library", str(library)]
    assert pytester.runpytest_inprocess(*arguments).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.makeini("[pytest]\nqa_question_files = set.*\n")
    pytester.runpytest_inprocess(*arguments).assert_outcomes(passed=1)


def test_a_set_beside_ordinary_tests(ask: Ask, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_it():\n    assert True\n")
    ask(LIGHTHOUSE, options=("test_it.py",)).assert_outcomes(passed=2)


def test_a_folder_is_indexed_into_a_temporary_library(ask: Ask, pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("docs")
    (folder / "aktau.txt").write_text("The lighthouse of Aktau was built in 1974.")
    result = ask(LIGHTHOUSE, options=("--qa-corpus", "docs"), where=None)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*docs: 1 document, 1 passage"])
    assert [file.name for file in folder.iterdir()] == ["aktau.txt"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--qa-library", "nowhere"), "There is no library at *nowhere*"),
        (("--qa-library", "set.jsonl"), "There is no library at *set.jsonl*"),
        (("--qa-library", "~nobody-at-all"), "~nobody-at-all cannot be used: there is no such home folder."),
        (("--qa-corpus", "nowhere"), "--qa-corpus: There is no file or folder *nowhere*"),
        (("--qa-corpus", "bare"), "--qa-corpus: There are no files to read in *bare*"),
        (("--qa-corpus", "bare", "--qa-library", "nowhere"), "--qa-library and --qa-corpus cannot be used together*"),
        (("--qa-report", "report.pdf"), "--qa-report report.pdf: name a file that ends in .html or .json."),
        (("--qa-report", "nowhere/report.json"), "--qa-report *nowhere*: name a file in a folder that exists."),
        (("--qa-compare", "nowhere.json"), "--qa-compare: The report *nowhere.json cannot be read*"),
        (("--qa-compare", "set.jsonl"), "--qa-compare: *set.jsonl is not a report on questions*"),
        (("-o", "qa_floors=f1 = much"), "qa_floors, 'f1 = much': the floor for f1 is \"much\", which is not a number."),
        (("-o", "qa_floors=f2 = 0.8"), "*no figure is called 'f2'*"),
        (("-o", "qa_floors=f1"), "*not a number*"),
    ],
)
def test_bad_use_is_told_in_one_sentence(
    ask: Ask, pytester: pytest.Pytester, options: tuple[str, ...], says: str
) -> None:
    pytester.mkdir("bare")
    result = ask(LIGHTHOUSE, options=options, where=None)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}"])
    assert len(result.stderr.str().strip().splitlines()) == 1
    assert not list(pytester.path.glob("report*"))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((), "*set.jsonl is empty*"),
        ((LIGHTHOUSE, "no json"), "*set.jsonl, line 2 is not valid JSON*"),
        ((OPERA, OPERA), "*set.jsonl, line 2: the id 'opera'*"),
        (('{"floors": {"f1": "high"}}', OPERA), "*set.jsonl, line 1: *not a number*"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_set_that_cannot_be_used_is_a_usage_error(
    ask: Ask, pytester: pytest.Pytester, library: Path, lines: tuple[str, ...], says: str, named: bool
) -> None:
    result = ask(*lines, options=("--qa-report", "report.json"))
    if not named:
        pytester.makeini("[pytest]\nqa_question_files = *.jsonl\n")
        result = pytester.runpytest_inprocess(*PLUGIN, "-p", "no:xdist", f"--qa-library={library}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}"])
    assert not (pytester.path / "report.json").exists()


def test_utf_16_is_a_usage_error(ask: Ask, pytester: pytest.Pytester, library: Path) -> None:
    (pytester.path / "wide.jsonl").write_text(LIGHTHOUSE, encoding="utf-16")
    result = ask(LIGHTHOUSE, options=("wide.jsonl",))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: The question set *wide.jsonl is in UTF-16: save it as UTF-8."])


def test_a_library_of_another_embedder_is_a_usage_error(ask: Ask, pytester: pytest.Pytester) -> None:
    from tests.fakes import HashEncoder

    Library(pytester.path / "other", encoder=HashEncoder()).close()
    result = ask(LIGHTHOUSE, options=("--qa-library", "other"), where=None)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len(result.stderr.str().strip().splitlines()) == 1


@pytest.mark.slow
def test_a_worker_that_cannot_open_the_library_says_so_without_a_traceback(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.fakes import HashEncoder

    Library(pytester.path / "other", encoder=HashEncoder()).close()
    (pytester.path / "set.jsonl").write_text(LIGHTHOUSE)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = pytester.runpytest_subprocess(*PLUGIN, "set.jsonl", "-n", "1", "--qa-library", "other")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["The vectors of the library *other were made by*"])
    assert "LibraryError" not in result.stdout.str()


def test_a_report_for_machines(ask: Ask, pytester: pytest.Pytester) -> None:
    (pytester.path / "report.json").write_text("what stood there before")
    ask(LIGHTHOUSE, OPERA, options=("--qa-report", "report.json"))
    report = json.loads((pytester.path / "report.json").read_text(encoding="utf-8"))
    assert report["measures"]["f1"] == 0.5
    assert [question["id"] for question in report["questions"]] == ["when-was-the-lighthouse-of-aktau-built", "opera"]
    assert [file.name for file in pytester.path.glob(".report*")] == []


def test_a_report_to_read_and_a_comparison_with_the_last(ask: Ask, pytester: pytest.Pytester) -> None:
    ask(LIGHTHOUSE, OPERA, options=("--qa-report", "old.json"))
    old = json.loads((pytester.path / "old.json").read_text(encoding="utf-8"))
    old["questions"][0].update(right=False, f1=0.0, exact_match=0.0)
    (pytester.path / "old.json").write_text(json.dumps(old), encoding="utf-8")
    options = ("--qa-report", "new.html", "--qa-report", "new.json", "--qa-compare", "old.json")
    result = ask(LIGHTHOUSE, OPERA, CHAPEL, options=options)
    result.stdout.fnmatch_lines(
        [
            "*= compared with * =*",
            "2 questions are in both reports; 1 is new or changed",
            "F1 * 0.000 -> 0.500  +0.500 (95 % interval +0.000 to +1.000): no clear difference",
            "better set.jsonl::when-was-the-lighthouse-of-aktau-built: 1974 -> 1974",
            "The report was written to *new.html.",
            "The report was written to *new.json.",
        ]
    )
    text = (pytester.path / "new.html").read_text(encoding="utf-8")
    assert "Got better: 1" in text
    assert "The lighthouse of Aktau was built in <mark>1974</mark>" in text
    assert text.rstrip().endswith("</html>")


def test_a_run_that_is_broken_off_leaves_the_last_report(ask: Ask, pytester: pytest.Pytester) -> None:
    (pytester.path / "report.json").write_text("what stood there before")
    pytester.makeconftest(
        "import pytest\n\ndef pytest_runtest_setup(item):\n"
        "    if item.name == 'opera':\n        pytest.exit('enough')\n"
    )
    result = ask(LIGHTHOUSE, OPERA, options=("--qa-report", "report.json"))
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["The run was interrupted, so no report was written."])
    assert (pytester.path / "report.json").read_text() == "what stood there before"


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the articles in ../shared/seeds are not on this machine")
def test_thirty_questions_over_the_seed_articles_reach_their_floors(ask: Ask, pytester: pytest.Pytester) -> None:
    lines = (ROOT / "tests" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    result = ask(*lines, options=("--qa-corpus", str(SHARED / "seeds"), "--qa-report", "seeds.json"), where=None)
    assert result.ret == 0, result.stdout.str()
    report = json.loads((pytester.path / "seeds.json").read_text(encoding="utf-8"))
    assert (report["counts"]["questions"], report["counts"]["unanswerable"]) == (30, 5)
    assert not [question["id"] for question in report["questions"] if question["warning"]]


@pytest.mark.slow
def test_workers_share_the_work_and_the_library(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = pytester.mkdir("docs")
    (docs / "aktau.txt").write_text("The lighthouse of Aktau was built in 1974.")
    (docs / "almaty.txt").write_text("The opera of Almaty was built in 1941.")
    lines = ['{"floors": {"right": 0.6, "exact_match": 0.6}}', LIGHTHOUSE, OPERA, CHAPEL]
    (pytester.path / "set.jsonl").write_text("\n".join(lines))
    command = [*PLUGIN, "set.jsonl", "-n", "2", "--qa-corpus", "docs", "--qa-report", "report.json", "--strict-markers"]
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = pytester.runpytest_subprocess(*command)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*missed (the floors decide)*", "*docs: 2 documents, 2 passages"])
    result.stdout.fnmatch_lines(["FLOOR NOT MET exact_match 0.500 < 0.6*"])
    report = json.loads((pytester.path / "report.json").read_text(encoding="utf-8"))
    assert {question["id"]: question["right"] for question in report["questions"]} == {
        "when-was-the-lighthouse-of-aktau-built": True, "opera": False, "chapel": True,
    }  # fmt: skip


def test_an_empty_run_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="import sys\n\ndef test_it():\n"
        "    heavy = {'torch', 'numpy', 'faiss', 'sqlite3', 'qa.evaluation.report', 'qa.assistant'}\n"
        "    assert not heavy & set(sys.modules)\n    assert 'qa.evaluation.pytest_plugin' in sys.modules\n"
    )
    command = [sys.executable, "-m", "pytest", *PLUGIN, "-p", "no:hypothesispytest", "-p", "no:anyio", "-q"]
    done = subprocess.run(
        command,
        cwd=pytester.path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"1 passed", done.stdout), done.stdout + done.stderr
