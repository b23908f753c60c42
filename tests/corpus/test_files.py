"""Reading files: titles, dates, and one clear sentence for each kind of bad input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.files import find_files, read_file, read_text
from corpus.formats import SUFFIXES
from corpus.text.layout import normalise
from tests.conftest import ROOT, read

SEEDS = ROOT.parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not beside the repository")


def refusal(path: Path) -> str:
    with pytest.raises(ReadError) as caught:
        read_file(path)
    message = str(caught.value)
    assert path.name in message
    assert message.endswith(".") and "\n" not in message and ". " not in message.replace(path.name, "")
    return message


# --- bad input -----------------------------------------------------------------------------------------


def test_bad_files(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("x")
    assert all(suffix in refusal(tmp_path / "a.xyz") for suffix in SUFFIXES)
    assert "There is no file" in refusal(tmp_path / "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.txt")
    (tmp_path / "empty.txt").touch()
    assert "is empty" in refusal(tmp_path / "empty.txt")
    (tmp_path / "blank.txt").write_text(" \n\u200b\n")
    assert "holds no text" in refusal(tmp_path / "blank.txt")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert "holds no readable text although its name ends in .txt" in refusal(tmp_path / "picture.txt")
    (tmp_path / "script.html").write_text("<html><script>let x = 1</script></html>")
    assert "holds no text" in refusal(tmp_path / "script.html")


def test_too_large(tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(60_000_000)
    assert "60 MB" in refusal(tmp_path / "large.txt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not an ordinary file" in refusal(tmp_path / "pipe.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "secret.txt").chmod(0)
    assert "may not be read" in refusal(tmp_path / "secret.txt")


@pytest.mark.parametrize("name", ["~nobody-at-all/a.txt", "a\0.txt", "a\ud800.txt"])
def test_what_cannot_be_a_path(name: str) -> None:
    for call in (read_file, find_files):
        with pytest.raises(ReadError, match="cannot be used: ") as caught:
            call(Path(name))
        assert str(caught.value).endswith(".") and str(caught.value).isprintable()


# --- finding -------------------------------------------------------------------------------------------


def test_find_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.MD", "sub/c.Html", ".hidden.txt", ".git/d.txt", "e.png", "sub/deep/f.htm"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.txt").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["a.MD", "b.txt", "sub/c.Html", "sub/deep/f.htm"]
    assert find_files(tmp_path / "e.png") == [tmp_path / "e.png"]
    assert find_files(tmp_path / ".git") == [tmp_path / ".git" / "d.txt"]
    with pytest.raises(ReadError, match="There is no file or folder"):
        find_files(tmp_path / "gone")


# --- titles and dates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "title", "date", "start"),
    [
        (" date 2017-06-07 \n\n\nA Heading\n\nText here.", "A Heading", "2017-06-07", "A Heading"),
        (" date 2024-07-02 ASTANA – On July 2, he came.", "On July 2, he came", "2024-07-02", "ASTANA –"),
        ("Xinhua) 07:37, September 14, 2022\n\nA Heading\n\nText.", "A Heading", "2022-09-14", "Xinhua)"),
        ("Published: 12 March 2019\nA Heading\nText here.", "A Heading", "2019-03-12", "A Heading"),
        ("2019-03-12\nA Heading\nText here.", "A Heading", "2019-03-12", "A Heading"),
        ("A Heading\nMarch 12, 2019\n\nText.", "A Heading", "2019-03-12", "A Heading\n\nText."),
        ("A Heading\n12 March 2019\n\nText.", "A Heading", "2019-03-12", "A Heading\n\nText."),
        ("Title: The Thing\nDate: 2019-03\n\nText.", "The Thing", "2019-03", "The Thing\n\nText."),
        ("By Jane Doe | 12 March 2019\nA Heading\nText.", "A Heading", "2019-03-12", "By Jane Doe"),
        ("2019-03-12", "2019-03-12", "2019-03-12", "2019-03-12"),
        # None of these says when the document was written.
        ("In June 2017 Xi visited the city.\nMore.", "In June 2017 Xi visited the city", "", "In June"),
        (
            "Attack on Pearl Harbor, December 7, 1941\n\nText.",
            "Attack on Pearl Harbor, December 7, 1941",
            "",
            "A",
        ),
        ("Battle of Hastings – 14 October 1066\n\nText.", "Battle of Hastings – 14 October 1066", "", "B"),
        ("1984\n\nA novel.", "1984", "", "1984"),
        ("Date 2017-06-07 was a warm day.\nMore.", "Date 2017-06-07 was a warm day", "", "Date 2017"),
        (
            "Published on 12 March 2019 by Penguin.\n\nText.",
            "Published on 12 March 2019 by Penguin",
            "",
            "Publ",
        ),
        ("2019-13-12\n\nText.", "2019-13-12", "", "2019-13-12"),
        ("A\nB\nC\nD\n2019-03-12\nE", "A", "", "A\nB\nC\nD\n2019-03-12\nE"),
        ("2019-01-01\nWoke.\n\n2019-01-02\nSlept.", "2019-01-01", "", "2019-01-01\nWoke."),
    ],
)
def test_titles_and_dates_of_text(tmp_path: Path, content: str, title: str, date: str, start: str) -> None:
    document = read(tmp_path, "some_file.txt", content)
    assert (document.title, document.date) == (title, date)
    assert document.text.startswith(start)


def test_long_first_sentence_and_file_name_as_titles(tmp_path: Path) -> None:
    title = read(tmp_path, "a.txt", "word " * 60 + "end. Next.").title
    assert title.endswith("word…") and 50 < len(title) <= 81
    assert read(tmp_path, "name.txt", "-----\n*****").title == "name"


def test_source_and_id(tmp_path: Path) -> None:
    first = read(tmp_path, "a.txt", "Some text.")
    assert Path(first.source) == (tmp_path / "a.txt").resolve()
    assert first == read(tmp_path, "a.txt", "Some\u00a0text.\r\n")
    assert first.id != read(tmp_path, "a.txt", "Other text.").id


def test_read_text() -> None:
    document = read_text("Notes\n\nSome\u00a0text.", source="text:Notes", date="12 March 2019")
    assert (document.source, document.title, document.date) == ("text:Notes", "Notes", "2019-03-12")
    assert document.text == "Notes\n\nSome text."
    assert read_text("Just a sentence.", source="text:x").title == "text:x"
    assert read_text("A\n\nb", source="text:x", title=" My\ntitle ").title == "My title"
    # Nothing is taken off a text somebody hands over.
    assert read_text("2019-03-12\nHello.", source="text:x").text == "2019-03-12\nHello."
    with pytest.raises(ReadError, match="The text text:x is empty: give some text"):
        read_text(" \n", source="text:x")
    with pytest.raises(ReadError, match="is not a date: write it as YYYY-MM-DD"):
        read_text("Hello.", source="text:x", date="yesterday")


# --- the real articles ---------------------------------------------------------------------------------


@needs_seeds
def test_seeds() -> None:
    documents = [read_file(path) for path in find_files(SEEDS) if path.suffix == ".txt"]
    found = {document.text.split()[0]: (document.title, document.date) for document in documents}
    assert found["China"][0].startswith("China and Kazakhstan will tap") and found["China"][1] == ""
    assert found["Xinhua)"][1] == "2022-09-14"
    assert found["English"] == (
        "English News President Xi’s visit cements China-Kazakhstan ties",
        "2017-06-07",
    )
    assert found["President"] == (
        "President Xi Jinping Praises the Distinctive China-Kazakhstan Partnership",
        "",
    )
    assert found["ASTANA"][1] == "2024-07-02" and found["ASTANA"][0].startswith("On July 2, Chinese President")
    for document in documents:
        assert normalise(document.text) == document.text
        assert document.text.count("\n\n") > 8 and "\n" not in document.text.replace("\n\n", "")
