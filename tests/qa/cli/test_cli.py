from __future__ import annotations

import builtins
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from embeddings.sentence_transformer import SentenceEncoder
from qa.__main__ import main
from qa.library.default import default_path
from tests.conftest import ROOT, SHARED


@pytest.fixture(autouse=True)
def _one_encoder(monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder, reader: object) -> None:
    """Spare every command the seconds of loading the real models again."""
    monkeypatch.setattr("embeddings.sentence_transformer.SentenceEncoder", lambda: encoder)
    monkeypatch.setattr("qa.reader.copy_reader.CopyReader", lambda: reader)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "aktau.md").write_text(
        "---\ntitle: The lighthouse of Aktau\ndate: 2019-05-01\n---\n\nThe lighthouse of Aktau was built in 1974.\n\n"
        "It stands on the roof of a block of flats. A second lamp was added by Saule Omarova.\n",
        encoding="utf-8",
    )
    (folder / "rail.txt").write_text("The railway museum of Almaty opened in 2004.", encoding="utf-8")
    return folder


@pytest.fixture
def library(notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    path = tmp_path / "library"
    assert main(["index", str(notes), "--library", str(path)]) == 0
    capsys.readouterr()
    yield str(path)


def test_index_says_what_it_did(notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "library")
    assert main(["index", str(notes), "--library", path]) == 0
    assert "2 added." in capsys.readouterr().out
    assert main(["index", str(notes), "--library", path]) == 0
    assert "2 unchanged." in capsys.readouterr().out
    (notes / "rail.txt").unlink()
    (notes / "bad.txt").write_bytes(bytes(range(256)) * 30)
    assert main(["index", str(notes), "--library", path]) == 1
    output = capsys.readouterr()
    assert "1 unchanged, 1 failed" in output.out
    assert "bad.txt" in output.err
    assert "1 indexed file no longer exists" in output.out
    (notes / "bad.txt").unlink()
    assert main(["refresh", "--library", path]) == 0
    assert "1 removed" in capsys.readouterr().out


def test_files_of_a_linked_folder_are_known_by_the_link(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link, path = tmp_path / "link", str(tmp_path / "library")
    link.symlink_to(notes, target_is_directory=True)
    assert main(["index", str(link), "--library", path]) == 0
    assert main(["show", str(link / "rail.txt"), "--library", path]) == 0
    capsys.readouterr()
    (notes / "rail.txt").unlink()
    assert main(["index", str(link), "--library", path]) == 0
    assert "1 indexed file no longer exists" in capsys.readouterr().out
    assert main(["remove", str(link / "rail.txt"), "--library", path]) == 0
    assert "Removed" in capsys.readouterr().out


def test_an_answer_exits_with_0_and_names_its_source(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "When was the lighthouse of Aktau built?", "--library", library]) == 0
    out = capsys.readouterr().out
    assert "1974" in out
    assert "The lighthouse of Aktau" in out
    assert "2019-05-01" in out


def test_json_is_the_whole_answer(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "When was the lighthouse of Aktau built?", "--library", library, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["answer"]["text"] == "1974"
    assert answer["answer"]["abstained"] is False
    (citation,) = answer["citations"]
    assert citation["sentence"] == "The lighthouse of Aktau was built in 1974."
    assert citation["source"].endswith("aktau.md")
    assert citation["end"] - citation["start"] == 4


def test_an_abstention_exits_with_3(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who painted the Sistine Chapel?", "--library", library]) == 3
    assert capsys.readouterr().out.strip()
    assert main(["ask", "Who painted the Sistine Chapel?", "--library", library, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["answer"]["abstained"] is True


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask", ""], "empty"),
        (["ask", "x" * 100_000], "100,000"),
        (["ask", "When?", "--passages", "0"], "number of passages"),
        (["ask", "When?", "--since", "June"], "not a date"),
        (["ask", "When?", "--documents", "nothing.md"], "No document"),
        (["search", ""], "empty"),
        (["search", "x" * 100_000], "100,000"),
        (["search", "When?", "--passages", "0"], "number of passages"),
        (["search", "When?", "--passages", "51"], "number of passages"),
        (["search", "When?", "--since", "June"], "not a date"),
        (["search", "When?", "--documents", "nothing.md"], "No document"),
        (["show", "nothing.md"], "No document"),
        (["remove", "nothing.md"], "No document"),
        (["evaluate", "not-there.jsonl"], "cannot be read"),
    ],
)
def test_bad_use_exits_with_2_and_one_sentence(
    library: str, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main([*arguments, "--library", library]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_libraries_that_are_not_there_or_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "When?", "--library", str(tmp_path / "nowhere")]) == 2
    assert "There is no library" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists(), "asking makes nothing"
    file = tmp_path / "file"
    file.write_text("x")
    assert main(["index", str(file), "--library", str(file)]) == 2
    assert "is a file" in capsys.readouterr().err


def test_index_needs_paths_and_says_when_nothing_could_be_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--library", str(tmp_path / "l")]) == 2
    (tmp_path / "empty").mkdir()
    assert main(["index", str(tmp_path / "empty"), str(tmp_path / "nowhere"), "--library", str(tmp_path / "l")]) == 2
    error = capsys.readouterr().err
    assert "nothing to read" in error
    assert "no file or folder" in error


def run(*arguments: str, code: str = "", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m qa`` with these words, or a piece of code, in a process of its own."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "qa", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, check=False)


def test_the_version_is_that_of_the_installed_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"citebound {version('citebound')}\n"


def test_help_imports_nothing_heavy() -> None:
    heavy = ["torch", "transformers", "faiss", "gradio", "numpy", "trafilatura", "sqlite3", "tqdm", "pytest", "ui"]
    for words in (["--help"], ["evaluate", "--help"], ["--version"]):
        code = f"""
import sys
from qa.__main__ import main
try:
    main({words!r})
except SystemExit:
    sys.exit([name for name in {heavy!r} if name in sys.modules] or 0)
"""
        done = run(code=code)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout


@pytest.mark.slow
def test_what_the_terminal_cannot_show_does_not_end_a_command(
    library: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Title: Müller’s “ž” 😀\n\nThe lighthouse of Aktau was built in 1974.", encoding="utf-8")
    assert main(["index", str(note), "--library", library]) == 0
    capsys.readouterr()
    for encoding in ("ascii", "cp1252"):
        shown = run("show", "note.txt", "--library", library, PYTHONIOENCODING=encoding)
        assert shown.returncode == 0, shown.stderr
        assert b"M?ller" in shown.stdout or "Müller’s “ž” ?".encode("cp1252") in shown.stdout
        listed = run("documents", "--json", "--library", library, PYTHONIOENCODING=encoding)
        titles = [document["title"] for document in json.loads(listed.stdout.decode(encoding))]
        assert any("Müller’s “ž” 😀" in title for title in titles), "JSON stays whole"


def test_a_home_folder_is_found_without_the_shell(
    library: str, notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "set.jsonl").write_text('{"question": "Who painted the Sistine Chapel?", "answers": []}', "utf-8")
    assert main(["evaluate", "~/set.jsonl", "--library", "~/library", "--report", "~/report.json"]) == 0
    assert (tmp_path / "report.json").exists()
    assert f"The report was written to {tmp_path / 'report.json'}." in capsys.readouterr().out
    for arguments in (["documents", "--library", "~nobody-at-all"], ["index", "~nobody-at-all"]):
        assert main(arguments) == 2
        assert capsys.readouterr().err == "qa: ~nobody-at-all cannot be used: there is no such home folder.\n"


def test_wrong_words_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["nonsense"], ["ask"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2


def test_documents_show_search_and_remove(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "--library", library]) == 0
    assert "The lighthouse of Aktau" in capsys.readouterr().out
    assert main(["documents", "--library", library, "--json"]) == 0
    assert {d["title"] for d in json.loads(capsys.readouterr().out)} >= {"The lighthouse of Aktau"}
    assert main(["show", "aktau.md", "--library", library]) == 0
    assert "block of flats" in capsys.readouterr().out
    assert main(["search", "railway museum", "--library", library]) == 0
    assert "railway museum" in capsys.readouterr().out
    assert main(["remove", "rail.txt", "--library", library]) == 0
    assert "Removed" in capsys.readouterr().out
    assert main(["show", "rail.txt", "--library", library]) == 2


def test_an_old_text_is_marked_wherever_it_shows(library: str, notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(Path(library) / "library.sqlite")) as database, database:
        database.execute("UPDATE documents SET last_read = '2026-05-03T09:00:00Z'")
    question = ["ask", "When was the lighthouse of Aktau built?", "--library", library]
    mark = "rom the text of 3 May 2026; the file could not be read since"
    (notes / "aktau.md").write_text("")
    assert main(["refresh", "--library", library]) == 1
    output = capsys.readouterr()
    assert "1 failed" in output.out and "Its text of 3 May 2026 stays" in output.err
    assert main(["documents", "--library", library]) == 0
    assert capsys.readouterr().out.count(mark) == 1
    assert main(["documents", "--library", library, "--json"]) == 0
    listed = {d["title"]: d["unread_since"] for d in json.loads(capsys.readouterr().out)}
    assert sorted(listed.values()) == ["", listed["The lighthouse of Aktau"]] == ["", "2026-05-03T09:00:00Z"]
    assert main(["show", "aktau.md", "--library", library]) == 0
    assert mark in capsys.readouterr().out
    assert main(question) == 0
    assert f"(F{mark}.)" in capsys.readouterr().out
    assert main([*question, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["citations"][0]["unread_since"] == "2026-05-03T09:00:00Z"
    (notes / "aktau.md").write_text("The lighthouse of Aktau was built in 1974, they say.")
    assert main(["refresh", "--library", library]) == 0
    assert main(question) == 0
    assert main(["documents", "--library", library]) == 0
    assert mark not in capsys.readouterr().out


@pytest.mark.slow
def test_own_documents_are_asked_alone_and_it_is_said_which_library_was(
    samples_made: None, notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theme, lighthouse = ["ask", "What was the theme of Expo 2017?"], ["ask", "When was the lighthouse of Aktau built?"]
    assert main(theme) == 0
    output = capsys.readouterr()
    assert "Future Energy" in output.out
    assert output.err.startswith("qa: asking the built-in sample corpus") and output.err.count("\n") == 1
    assert main([*theme, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answer"]["text"] == "Future Energy"
    assert main(["documents"]) == main(["show", "expo-2017.md"]) == main(["search", "Khorgos"]) == 0
    assert capsys.readouterr().err.count("sample corpus") == 3
    assert main(["remove", "expo-2017.md"]) == 2, "the samples are nobody's to remove"
    assert main(["index", str(notes)]) == 0
    assert "2 documents" in capsys.readouterr().out
    assert main(theme) == 3
    assert main(lighthouse) == 0
    output = capsys.readouterr()
    assert "1974" in output.out and output.err.count(f"qa: asking the library {default_path()} (2 documents).\n") == 2


def test_evaluate_prints_a_table_or_json(library: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(
        '{"question": "When was the lighthouse of Aktau built?", "answers": ["1974"], "source": "aktau.md"}\n'
        '{"question": "Who painted the Sistine Chapel?", "answers": []}\n'
        '{"question": "When was the railway museum opened?", "answers": ["1904"]}\n',
        encoding="utf-8",
    )
    assert main(["evaluate", str(file), "--library", library]) == 0
    out = capsys.readouterr().out
    assert "set.jsonl::when-was-the-railway-museum-opened\nquestion   When was" in out
    assert "exact match                        0.500" in out and "unanswerable questions refused     1 of 1" in out
    assert main(["evaluate", str(file), "--library", library, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measures"]["right"] == pytest.approx(2 / 3, abs=1e-3)


def test_chat_answers_line_by_line_and_understands_a_follow_up(
    library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter(["When was the lighthouse of Aktau built?", "And when did it open in Almaty?", "x" * 2000, ""])
    monkeypatch.setattr(builtins, "input", lambda _: next(lines))
    assert main(["chat", "--library", library]) == 0
    out = capsys.readouterr().out
    assert "1974" in out
    assert "2,000 characters" in out, "a bad question does not end the chat"


def test_the_command_runs_as_a_module_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qa", "ask", "When?", "--library", str(tmp_path / "nowhere")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "seeds").exists(), reason="the news articles are only beside a founder's checkout")
def test_real_articles_are_indexed_and_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "library")
    assert main(["index", str(SHARED / "seeds"), "--library", path]) == 0
    for question, answer in (
        ("How many Confucius Institutes are there in Kazakhstan?", "five"),
        ("Who is the Chinese ambassador to Kazakhstan?", "Zhang Hanhui"),
        ("Which singer is a household name in China?", "Dimash Kudaibergenov"),
    ):
        assert main(["ask", question, "--library", path, "--json"]) == 0
        assert json.loads(capsys.readouterr().out.split("passages.\n")[-1])["answer"]["text"] == answer
