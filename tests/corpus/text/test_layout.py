"""Plain text: one way to write whitespace, hard wraps undone, and dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.dates import parse_date
from corpus.text.layout import lay_out, normalise

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
