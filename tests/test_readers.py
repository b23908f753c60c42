"""Reading files: titles, dates, layout, Markdown, and one clear sentence for each kind of bad input."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.readers import SUFFIXES, ReadError, find_files, read_file, read_text
from corpus.text import lay_out, normalise, parse_date
from corpus.types import Document

SEEDS = Path(__file__).parents[1].parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not beside the repository")


def read(folder: Path, name: str, content: str | bytes) -> Document:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path)


def refusal(path: Path) -> str:
    with pytest.raises(ReadError) as caught:
        read_file(path)
    message = str(caught.value)
    assert path.name in message
    assert message.endswith(".") and "\n" not in message and ". " not in message.replace(path.name, "")
    return message


# --- normalise -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u00a0\u2003b\tc", "a b c"),
        ("a\u200b\ufeffb\u00adc\x00\x07", "abc"),
        ("a \n  b", "a\nb"),
        ("a\n\n\n \n\nb", "a\n\nb"),
        ("e\u0301", "é"),
        ("x\ud800y", "xy"),
        ("  \n\t ", ""),
        ("a\u200db", "ab"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("one\u2029two\u2028three", "one\n\ntwo\nthree"),
    ],
)
def test_normalise(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


@given(st.text() | st.text("aé \n\t\r\u00a0\u200b\u200d\u0301\u0323\ufeff\u2028\x85👩न"))
def test_normalise_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip() and "  " not in once and "\n\n\n" not in once and "\r" not in once


@given(st.text("ab.- \n\tÉ你"))
def test_laying_out_keeps_every_visible_character(text: str) -> None:
    assert "".join(lay_out(text).split()) == "".join(normalise(text).split())


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


# --- dates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2019-03-12", "2019-03-12"),
        ("2019-03-12T10:00:00.5+02:00", "2019-03-12"),
        ("2019/3/5", "2019-03-05"),
        ("20190312", "2019-03-12"),
        ("12 March 2019", "2019-03-12"),
        ("12th of March, 2019", "2019-03-12"),
        ("March 12, 2019", "2019-03-12"),
        ("Mar. 12, 2019", "2019-03-12"),
        ("Tue, 12 Mar 2019 10:00:00 +0000", "2019-03-12"),
        ("07:37, September 14, 2022", "2022-09-14"),
        ("12.03.2019", "2019-03-12"),
        ("13/04/2019", "2019-04-13"),
        ("04/13/2019", "2019-04-13"),
        ("03/04/2019", "2019"),
        ("March 2019", "2019-03"),
        ("2019-03", "2019-03"),
        ("2019", "2019"),
        ("2017年6月7日", "2017-06-07"),
        ("2019-13-01", ""),
        ("31 February 2019", ""),
        ("20191301", ""),
        ("12:30", ""),
        ("May", ""),
        ("June 2017 Xi", ""),
        ("", ""),
    ],
)
def test_parse_date(written: str, iso: str) -> None:
    assert parse_date(written) == iso


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


# --- layout --------------------------------------------------------------------------------------------

WRAPPED = """This paragraph was wrapped by a program at about sixty columns,
as an e-mail or an old book is, so that its lines are filled as
far as they go, and a well-
known hyphen stays where it is. It has a second sentence too.
"""


def test_hard_wraps_are_joined() -> None:
    second = "Another paragraph begins here and is wrapped in the same way at\nthe same width as the first one was."
    joined = lay_out(f"{WRAPPED}\n{second}\n\n- an item\n- another item\n")
    paragraphs = joined.split("\n\n")
    assert "\n" not in paragraphs[0] and "\n" not in paragraphs[1]
    assert paragraphs[2] == "- an item\n- another item"


def test_a_paragraph_a_line() -> None:
    long = "This line is a whole paragraph of an article and it goes on for much longer than any column does. " * 2
    assert lay_out(f"A Heading\n{long}\n{long}").count("\n\n") == 2


@pytest.mark.parametrize(
    "lines",
    [
        "Roses are red,\nViolets are blue,\nSugar is sweet,\nAnd so are you.",
        "milk\neggs and butter\nbread\nan extraordinarily long item of shopping",
        "Name: Ann\nPhone: 12345\nStreet: 5 Main Road",
    ],
)
def test_lists_and_poems_stay_lines(lines: str) -> None:
    assert lay_out(lines) == lines


def test_wrapped_chinese_gets_no_spaces() -> None:
    line = "中国和哈萨克斯坦将发掘巨大合作潜力包括共同建设一带一路"
    assert lay_out("\n".join([line] * 5)) == line * 5


# --- Markdown ------------------------------------------------------------------------------------------

MARKDOWN = """---
title: "My: *note*"
date: 2019-03-12
tags: [a, b]
---
# Head *one*

Soft
break with [a link](http://x.y "t"), ![alt text](i.png), `co_de*`, **bold** _it_ ~~del~~ <b>in</b>line &amp; 2 < 3.

- item 1
- item 2
  continued

  - nested

> quoted

| A | B |
|---|:-:|
| 1 | `x` |

```python
def f(x):
    return x  # **kept**
```

<div class="x">Block <i>html</i></div><script>alert(1)</script>

<!-- comment -->

End.[^1]

[^1]: The footnote.
"""


def test_markdown(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", MARKDOWN)
    assert (document.title, document.date) == ("My: *note*", "2019-03-12")
    assert document.text.split("\n\n") == [
        "Head one",
        "Soft break with a link, alt text, co_de*, bold it del inline & 2 < 3.",
        "item 1\nitem 2 continued\nnested",
        "quoted",
        "A | B\n1 | x",
        "def f(x):\nreturn x # **kept**",
        "Block html",
        "End.[^1]",
        "[^1]: The footnote.",
    ]


@pytest.mark.parametrize(
    ("front", "title", "date"),
    [
        ("title: T\npublished: 2019-03-12T10:00:00Z", "T", "2019-03-12"),
        ("Title: T\nDate: March 12, 2019", "T", "2019-03-12"),
        ("created: 2019-03", "Head", "2019-03"),
        ("date: 2019", "Head", "2019"),
        ("title:\ndate: soon", "Head", ""),
    ],
)
def test_front_matter(tmp_path: Path, front: str, title: str, date: str) -> None:
    document = read(tmp_path, "a.markdown", f"---\n{front}\n---\n\n# Head\n\nText.")
    assert (document.title, document.date, document.text) == (title, date, "Head\n\nText.")


@pytest.mark.parametrize("front", ["title: [a", "date: 2019-13-45", "a: b: c", "x: !!python/object:os.system {}"])
def test_broken_front_matter_is_text(tmp_path: Path, caplog: pytest.LogCaptureFixture, front: str) -> None:
    with caplog.at_level(logging.WARNING):
        document = read(tmp_path, "a.md", f"---\n{front}\n---\n\n# Head\n\nText.")
    assert "front matter" in caplog.text
    assert document.text.endswith("Head\n\nText.") and document.text.startswith(front.partition(":")[0])


def test_rules_are_no_front_matter_and_deep_nesting_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "---\n\nhello\n\n---\n\nworld").text == "hello\n\nworld"
    assert read(tmp_path, "b.md", ">" * 100 + " deep").text == "deep"


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
