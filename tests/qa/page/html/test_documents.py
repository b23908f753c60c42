"""The list of documents and the report on added files as HTML."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.store.base import StoredDocument
from qa.library.ingest import AddReport
from qa.page.html.documents import SHOWN, documents_html, matching, report_html
from tests.ui.pages import HOSTILE, Markup


def document(title: str, source: str = "/notes/a.md", date: str = "", number: int = 1) -> StoredDocument:
    return StoredDocument(f"id-{number}", source, title, date, "2026-01-02T03:04:05", 1234, 9)


FAIR = document("The Fair", "/notes/expo.md", "2017-09-12", 1)
RAIL = document("Straße und Schiene", "upload:rail.md", "", 2)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [FAIR, RAIL]),
        ("  ", [FAIR, RAIL]),
        ("FAIR", [FAIR]),
        ("2017 the", [FAIR]),
        ("expo.md", [FAIR]),
        ("strasse", [RAIL]),
        ("fair schiene", []),
        (".*", []),
    ],
)
def test_every_word_is_in_the_title_the_date_or_the_source(words: str, found: list[StoredDocument]) -> None:
    assert matching([FAIR, RAIL], words) == found


def test_a_row_says_what_is_known_and_can_be_opened_and_removed() -> None:
    shown = Markup(documents_html([FAIR, RAIL]))
    assert shown.of("caption")[0].text == "2 documents"
    assert [e.text for e in shown.of("td", label="Date")] == ["2017-09-12", "–"]
    assert [e.text for e in shown.of("td", label="Passages")] == ["1,234"] * 2
    assert [e.text for e in shown.of("td", label="Added")] == ["2026-01-02"] * 2
    assert [e.text for e in shown.of("button", do="open", document="id-1")] == ["The Fair"]
    assert [e.attributes["title"] for e in shown.of(name="cb-file")] == ["/notes/expo.md", "upload:rail.md"]
    (remove,) = shown.of("button", do="remove", document="id-2")
    assert remove.attributes["aria-label"] == "Remove Straße und Schiene"
    columns = [len([e for e in shown.elements if e.tag == tag]) for tag in ("td", "th")]
    assert columns == [2 * 4, 2 + 5], "as many cells as heads"


def test_where_nothing_may_be_removed_there_is_no_such_column() -> None:
    shown = Markup(documents_html([FAIR], removable=False))
    assert not shown.of(do="remove") and "Remove" not in shown.text
    assert len(shown.of("td")) == 3 and len(shown.of("th")) == 1 + 4


def test_a_search_says_how_many_it_found() -> None:
    assert Markup(documents_html([FAIR, RAIL], "fair")).of("caption")[0].text == "1 of 2 documents"
    assert "No document has all of these words" in documents_html([FAIR], "else")
    assert "No documents yet." in documents_html([])
    assert Markup(documents_html([FAIR])).of("caption")[0].text == "1 document"


def test_a_long_list_is_cut_and_says_so() -> None:
    many = [document(f"Document {n}", number=n) for n in range(SHOWN + 1005)]
    shown = Markup(documents_html(many))
    assert len(shown.of("button", do="open")) == SHOWN
    assert "1,005 more" in shown.text
    assert "more" not in Markup(documents_html(many[:SHOWN])).text


def test_a_document_without_a_title_goes_by_its_file() -> None:
    assert [e.text for e in Markup(documents_html([document(" \n")])).of("button", do="open")] == ["a.md"]


def test_hostile_documents_are_only_words() -> None:
    hostile = StoredDocument(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, 1)
    shown = Markup(documents_html([hostile]))
    shown.check_harmless()
    (opens,) = shown.of("button", do="open")
    assert opens.text == HOSTILE and opens.attributes["data-document"] == HOSTILE
    for words in (HOSTILE, "nothing like it"):
        Markup(documents_html([hostile], words)).check_harmless()


def test_a_report_says_what_became_of_every_file() -> None:
    report = AddReport(
        added=["/notes/new.md"],
        replaced=["upload:edited.md"],
        unchanged=["/notes/same.md"],
        removed=["/notes/gone.md"],
        failed=[("/notes/bad.md", "It is\nempty.")],
        warnings=[("/notes/new.md", "Not English.")],
    )
    shown = Markup(report_html(report, ["now.md", "later.md"]))
    assert [e.text for e in shown.of("li")] == [
        "Added new.md",
        "Replaced edited.md",
        "Already in the library same.md",
        "Removed (the file is gone) gone.md",
        "Not added bad.mdIt is empty.",
        "Note new.mdNot English.",
        "Adding now.md",
        "Waiting later.md",
    ]
    assert [e.text for e in shown.of(name="cb-failed")] == ["Not added bad.mdIt is empty."]
    assert report_html(AddReport()) == ""


def test_a_report_on_hostile_files_is_only_words() -> None:
    every = [HOSTILE]
    said = [(HOSTILE, HOSTILE)]
    shown = Markup(report_html(AddReport(every, every, every, every, said, said), every))
    shown.check_harmless()
    assert len(shown.of("li")) == 7
    assert all("onerror" in reason.text for reason in shown.of(name="cb-reason")) and shown.of(name="cb-reason")


def test_a_document_whose_file_could_not_be_read_is_marked() -> None:
    shown = Markup(documents_html([replace(FAIR, unread_since="2026-05-03T09:00:00Z"), RAIL]))
    assert [e.text for e in shown.of(name="cb-old")] == [
        "from the text of 3 May 2026; the file could not be read since"
    ]
