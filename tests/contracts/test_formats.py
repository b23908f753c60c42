"""What every file format must do with its files. How each lays out a page is in tests/corpus/formats/."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.formats import FORMATS, Content, Format
from corpus.formats.plain import Plain
from corpus.scope import iso_date
from corpus.text.layout import normalise
from tests.contracts import broken
from tests.contracts.raising import raises


@dataclass(frozen=True)
class Sample:
    """A small file of one format, what is in it, and files of the format that hold no words."""

    data: bytes
    content: Content
    wordless: tuple[bytes, ...]


# Every sample has what text must be freed of: wide and zero-width spaces, carriage returns, accents of their own.
WORDS = "Saule\u00a0Omarova paid  1,000\u200b tenge\r\nin the cafe\u0301."
PAID = "Saule Omarova paid 1,000 tenge"
SAMPLES = {
    "plain text": Sample(
        f"Title: The bill\r\nDate: 12 March 2019\r\n\r\n{WORDS}\r\n\r\n\r\n\r\nThe end.".encode(),
        Content("The bill", "2019-03-12", f"The bill\n\n{PAID}\nin the café.\n\nThe end."),
        (b"", b" \r\n\t\n", "\u200b\ufeff".encode()),
    ),
    "Markdown": Sample(
        f"---\ntitle: The bill\ndate: 2019-03-12\n---\n\n{WORDS}\n\n* The *end*.\n".encode(),
        Content("The bill", "2019-03-12", f"{PAID} in the café.\n\nThe end."),
        (b"", b"\n\n", b"---\ntitle: x\n---\n", b"<!-- words -->"),
    ),
    "web page": Sample(
        f"<html><head><title>The bill</title><meta name='date' content='2019-03-12'></head><body><p>{WORDS}</p>"
        "<script>let x</script><p>The <b>end</b>.</p></body></html>".encode(),
        Content("The bill", "2019-03-12", f"{PAID} in the café.\n\nThe end."),
        (b"", b"<html></html>", b"<html><script>let x = 1</script></html>"),
    ),
}
NOT_TEXT = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", bytes(range(256)) * 30)


def check_content(content: Content) -> None:
    """Check that what was found has the form that documents have."""
    assert content.text == normalise(content.text), "whitespace is in the one form"
    assert content.title == normalise(content.title) and "\n" not in content.title
    assert content.date == iso_date(content.date)


def check_the_words_come_out(kind: Format, sample: Sample) -> None:
    found = kind.read(sample.data)
    check_content(found)
    assert found.text.split() == sample.content.text.split(), "every word, in order, and no others"
    assert found == sample.content


def check_no_words_are_no_text(kind: Format, sample: Sample) -> None:
    for data in sample.wordless:
        assert kind.read(data).text == ""


def check_what_is_no_text_is_refused(kind: Format, sample: Sample) -> None:
    for data in NOT_TEXT:
        for call in (kind.read, kind.decode):
            with raises(ValueError):
                call(data)


def check_any_bytes(kind: Format, sample: Sample) -> None:
    """Whatever the bytes: words, or a ValueError; a file that is cut short or damaged may be either."""

    @settings(max_examples=60, deadline=None, database=None, report_multiple_bugs=False)
    @example(b"a  b\r\n \n\n\nc")
    @given(st.binary(max_size=60) | st.builds(lambda at, with_: sample.data[:at] + with_, st.integers(0), st.binary()))
    def check(data: bytes) -> None:
        try:
            found = kind.read(data)
        except ValueError:
            return
        check_content(found)

    check()


def check_a_browser_is_shown_the_words(kind: Format, sample: Sample) -> None:
    assert kind.media_type in ("text/html", "text/plain")
    shown = kind.decode(sample.data)
    assert set(re.findall(r"[A-Z]\w+|\d+", sample.content.text)) <= set(re.findall(r"[A-Z]\w+|\d+", shown))


def check_how_it_is_called(kind: Format, sample: Sample) -> None:
    assert kind.name and kind.suffixes
    for suffix in kind.suffixes:
        assert re.fullmatch(r"\.[a-z0-9]+", suffix)
        others = [other for other in FORMATS if suffix in other.suffixes and other.name != kind.name]
        assert not others, "one suffix, one format"


Check = Callable[[Format, Sample], None]
CHECKS: list[Check] = [
    check_the_words_come_out,
    check_no_words_are_no_text,
    check_what_is_no_text_is_refused,
    check_any_bytes,
    check_a_browser_is_shown_the_words,
    check_how_it_is_called,
]


@pytest.fixture(params=FORMATS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Format:
    found: Format = request.param
    return found


@pytest.mark.parametrize("check", CHECKS)
def test_every_format(kind: Format, check: Check) -> None:
    assert kind.name in SAMPLES, "give a sample of it"
    check(kind, SAMPLES[kind.name])


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (broken.AsItStands, check_the_words_come_out),
        (broken.AsItStands, check_any_bytes),
        (broken.LosesAWord, check_the_words_come_out),
        (broken.ReadsAnything, check_what_is_no_text_is_refused),
    ],
)
def test_a_broken_format_is_found_out(wrong: type[Plain], check: Check) -> None:
    with pytest.raises(AssertionError):
        check(wrong(), SAMPLES[wrong.name])
