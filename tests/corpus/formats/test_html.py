"""Web pages: main text, layout, titles, dates and declared encodings."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from corpus.formats.html import decode_page, read_page
from tests.conftest import read

PARAGRAPHS = [
    f"Paragraph {number} tells something about topic {number}, in quite enough words." for number in range(90)
]


def page(head: str = "", body: str = "<p>Some text.</p>") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def article(paragraphs: list[str]) -> str:
    links = "".join(f"<li><a href='/{number}'>Navigation link {number}</a></li>" for number in range(30))
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<nav><ul>{links}</ul></nav><article><h1>The Heading</h1>{text}<p>Short one.</p>"
        "<ul><li>first item</li><li>second item</li></ul>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table></article>"
        "<footer>Copyright 2018-05-05 The Site</footer><script>track()</script><style>p {}</style>"
    )


@pytest.mark.parametrize("count", [3, 90])
def test_main_text_of_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    text = read(tmp_path, "a.html", page("<title>The Heading | Site</title>", article(PARAGRAPHS[:count]))).text
    blocks = text.split("\n\n")
    assert [block for block in blocks if block.startswith("Paragraph")] == PARAGRAPHS[:count]
    assert "Short one." in blocks and "first item\nsecond item" in blocks and "A | B\n1 | 2" in blocks
    assert not any(word in text for word in ("track", "Navigation", "Copyright", "p {}"))


def test_layout_of_a_page(tmp_path: Path) -> None:
    body = (
        "<table><tr><td><p>left</p><p>column</p></td><td>right</td></tr></table>"
        "<p>one<br>two <b>bo</b>ld&nbsp;x<!-- c --></p><p hidden>unseen</p><img alt='a picture'><pre>a\n b</pre>tail"
    )
    text = read(tmp_path, "a.HTM", page(body=body)).text
    assert text == "left\n\ncolumn\n\nright\n\none\ntwo bold x\n\na picture\n\na\nb\n\ntail"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>A Heading - The Site</title>", "<h1>A Heading</h1><p>x</p>", "A Heading"),
        ("<title>Breaking news today | BBC</title>", "<p>x</p>", "Breaking news today"),
        ("<title>Ann - Bob</title>", "<p>x</p>", "Ann - Bob"),
        (
            "<title>x</title><meta property='og:title' content='Better &amp; longer'>",
            "<p>x</p>",
            "Better & longer",
        ),
        ("", "<h1>Only\n a heading</h1><p>x</p>", "Only a heading"),
        ("", "<p>First line</p><p>Text below.</p>", "First line"),
    ],
)
def test_page_titles(tmp_path: Path, head: str, body: str, title: str) -> None:
    assert read(tmp_path, "a.html", page(head, body)).title == title


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        ("<meta property='article:published_time' content='1985-03-12T10:00:00Z'>", "<p>x</p>", "1985-03-12"),
        ("<meta name='Date' content='12 March 2019'>", "<p>x</p>", "2019-03-12"),
        ("<meta name='citation_date' content='2019/03'>", "<p>x</p>", "2019-03"),
        ("", "<div><time datetime='2019-03-12T08:00'>yesterday</time></div><p>x</p>", "2019-03-12"),
        (
            '<script type="application/ld+json">{"@graph": [{"datePublished": "2020-02-03T00:00Z"}]}</script>',
            "<p>x</p>",
            "2020-02-03",
        ),
        ('<script type="application/ld+json">{"datePub</script>', "<p>x</p>", ""),
        ("<meta name='date' content='2019-13-77'>", "<p>x</p>", ""),
        ("", "<p>On 12 March 2019 he came.</p><footer>Copyright 2018-05-05</footer>", ""),
        ("", "<p>He came on <time datetime='1066-10-14'>that day</time>" + " of a battle" * 20 + "</p>", ""),
        ("", "<p>x</p><aside><time datetime='2019-03-12'>other article</time></aside>", ""),
    ],
)
def test_page_dates(tmp_path: Path, head: str, body: str, date: str) -> None:
    assert read(tmp_path, "a.html", page(head, body)).date == date


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("<meta charset='iso-8859-1'>", "cp1252", "Señor “x” €"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', "cp932", "日本"),
        ("<meta charset=gb2312>", "gb18030", "中国"),
        ("<meta charset=windows-1251>", "cp1251", "Ёж"),
        ("<meta charset=utf-8>", "latin-1", "Señor café"),
        ("<meta charset=nonsense>", "utf-8", "Señor"),
        ("<meta charset=iso-8859-1>", "utf-8-sig", "Señor"),
        ("<meta charset=utf-8>", "utf-16", "Señor"),
        ("", "utf-8", "Señor 日本"),
    ],
)
def test_page_encodings(tmp_path: Path, declared: str, encoding: str, text: str) -> None:
    assert read(tmp_path, "a.html", page(declared, f"<p>{text}</p>").encode(encoding)).text == text


@pytest.mark.parametrize("source", ["", " ", "<", "</p>", "<!-- only a comment -->", "<html></html>", "\0"])
def test_pages_with_nothing_in_them(source: str) -> None:
    read = read_page(source)
    assert (read.title, read.date) == ("", "")


def test_broken_markup_loses_no_text() -> None:
    assert read_page("<p>one <b>two<p>three</i> &bogus; &lt; 4").text == "one two\n\nthree &bogus; < 4"
    # The parser itself goes 2,048 levels deep; beyond that it keeps what came before.
    assert read_page("<div>" * 2_000 + "deep" + "</div>" * 2_000).text == "deep"
    assert read_page("<p>before</p>" + "<div>" * 3_000 + "deep").text == "before"


def test_a_page_that_is_no_text() -> None:
    with pytest.raises(ValueError):
        decode_page(b"<meta charset=utf-8>" + bytes(range(32)) * 20)


@pytest.mark.parametrize("page", ["<html><body", "", "<p></p>"])
def test_an_empty_page_is_no_text_and_no_noise(page: str, caplog: pytest.LogCaptureFixture) -> None:
    assert read_page(page).text == ""
    assert not caplog.records, "the reader of files says it once, in one sentence"
