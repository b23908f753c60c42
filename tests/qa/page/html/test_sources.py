"""The pane beside the chat, over a real library: it marks what is cited, as the library has it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.types import Document, make_document
from qa.library.library import Library
from qa.page.conversation import Exchange, Source
from qa.page.html.sources import AROUND, HINT, WHOLE, document_html, nothing_open_html, reading_html, sources_html
from qa.wording import CLOSEST
from tests.fakes import HashEncoder
from tests.ui.pages import HOSTILE, Element, Markup, exchange

FAIR = (
    "The fair opened in June 2017. About four million guests came from 115 countries.\n\n"
    + "Nothing of note happened in the summer, say those who were there. " * 8
    + "\n\nIt closed in September."
)
LONG = "Word after word. " * (2 * WHOLE // 17) + "The needle is here." + " More and more." * (2 * WHOLE // 15)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "library", encoder=HashEncoder())
    library.add_documents(
        [
            make_document("/notes/fair.md", "The fair", "2017-09-12", FAIR),
            make_document("text:Guests", "Guests", "", "Four million guests, the ministry said."),
            make_document(f"text:{HOSTILE}", HOSTILE, HOSTILE, HOSTILE),
        ]
    )
    yield library
    library.close()


Cite = Callable[..., Source]


@pytest.fixture
def cite(library: Library) -> Cite:
    """Return the source that cites these words of a document, by its title."""

    def cite(number: int, quote: str, title: str = "The fair") -> Source:
        document = named(library, title)
        start = document.text.index(quote)
        end = start + len(quote)
        described = document.title, document.date, document.source
        return Source(number, document.id, *described, start, end, quote, quote, start)

    return cite


def named(library: Library, title: str) -> Document:
    return library.document(next(d.id for d in library.documents() if d.title == title))


def marks(shown: Markup) -> list[tuple[str, str]]:
    return [(e.text, e.attributes["class"]) for e in shown.of("mark")]


def target(shown: Markup) -> Element:
    """Return what ``script.js`` scrolls to: the one element that ``data-at`` selects."""
    selector = shown.of(name="cb-document")[0].attributes["data-at"]
    tag, _, rest = selector.partition(":nth-of-type(")
    if rest:
        return shown.of(tag)[int(rest.rstrip(")")) - 1]
    assert selector.startswith(".")
    return shown.of(name=selector[1:])[0]


def test_sources_mark_exactly_what_is_cited_each_in_its_colour(library: Library, cite: Cite) -> None:
    asked = exchange(cite(1, "four million"), cite(2, "115"), kind="list")
    shown = Markup(sources_html(library, asked, 3))
    assert marks(shown) == [("four million", "cb-c1"), ("115", "cb-c2")]
    (card,) = shown.of("article")
    assert "The fair opened in June 2017." in card.text, "the passage is there once, whole"
    assert "It closed in September." not in card.text
    assert [e.text for e in shown.of("button", do="cite", exchange="3")] == ["1", "2"]


def test_passages_of_one_document_and_documents_stand_apart(library: Library, cite: Cite) -> None:
    asked = exchange(
        cite(1, "four million"), cite(2, "September"), also=(cite(3, "Four million", "Guests"),),
        disagreeing=(cite(4, "ministry", "Guests"),),
    )  # fmt: skip
    shown = Markup(sources_html(library, asked, 0))
    assert [t for t, _ in marks(shown)] == ["four million", "September", "ministry", "Four million"]
    assert len(shown.of("article")) == 4
    assert [e.text for e in shown.of(name="cb-label")] == ["Other documents say", "Also said in"]


def test_what_is_shown_is_the_librarys_not_the_browsers(library: Library, cite: Cite) -> None:
    false = replace(cite(1, "four million"), quote="nine million", sentence="Nine million came.")
    for shown in (sources_html(library, exchange(false), 0), reading_html(library, exchange(false), 0, false)):
        assert [text for text, _ in marks(Markup(shown))] == ["four million"]
        assert "ine million" not in Markup(shown).text


def test_where_nothing_is_cited_the_pane_says_what_it_is_for(library: Library) -> None:
    for asked in (None, Exchange("Who?", problem="The question is empty.")):
        assert HINT in Markup(sources_html(library, asked, 0)).text


def test_the_closest_passages_are_called_no_answer_and_have_no_mark(library: Library, cite: Cite) -> None:
    refused = exchange(kind="not_found", closest=(cite(0, "It closed in September."), cite(0, "Four", "Guests")))
    shown = Markup(sources_html(library, refused, 1))
    assert CLOSEST in shown.text and not marks(shown) and not shown.of(do="cite")
    assert "It closed in September." in shown.of("article")[0].text
    assert [e.attributes["data-number"] for e in shown.of("button", do="closest", exchange="1")] == ["0", "1"]


def test_reading_shows_the_whole_document_with_every_citation_in_it(library: Library, cite: Cite) -> None:
    asked = exchange(cite(1, "four million"), cite(2, "September"), also=(cite(3, "Four million", "Guests"),))
    shown = Markup(reading_html(library, asked, 2, asked.citations[1]))
    assert shown.of(name="cb-document")[0].text == FAIR
    assert marks(shown) == [("four million", "cb-c1"), ("September", "cb-c2")]
    assert target(shown).text == "September"
    assert shown.of("h3")[0].text == "The fair" and "2017-09-12 · fair.md" in shown.text
    assert shown.of("button", do="all", exchange="2")


def test_the_page_scrolls_to_the_citation_that_was_clicked(library: Library, cite: Cite) -> None:
    words = ["fair", "June", "four", "guests", "115", "countries", "September"]
    asked = exchange(*(cite(number, word) for number, word in enumerate(words, 1)), kind="list")
    for source in asked.citations:
        assert target(Markup(reading_html(library, asked, 0, source))).text == source.quote, "colours come again"
    outer, inner = cite(1, "About four million guests"), cite(2, "four million")
    overlapping = exchange(outer, inner)
    assert target(Markup(reading_html(library, overlapping, 0, inner))).text == outer.quote


def test_a_closest_passage_is_framed_and_not_marked(library: Library, cite: Cite) -> None:
    refused = exchange(kind="not_found", closest=(cite(0, "It closed in September."),))
    shown = Markup(reading_html(library, refused, 0, refused.closest[0]))
    assert [e.text for e in shown.of(name="cb-framed")] == ["It closed in September."]
    assert target(shown).has("cb-framed") and not marks(shown)
    assert CLOSEST in shown.text
    assert shown.of(name="cb-document")[0].text == FAIR


def test_a_long_document_is_cut_around_the_citation(library: Library, cite: Cite) -> None:
    for title, text in (("Long", LONG), ("Just", "a" * (WHOLE - 6) + "needle")):
        library.add_documents([make_document(f"text:{title}", title, "", text)])
    for number in (1, 0):
        chosen = cite(number, "needle", "Long")
        shown = Markup(reading_html(library, exchange(chosen) if number else exchange(closest=(chosen,)), 0, chosen))
        body = shown.of(name="cb-document")[0].text
        assert body == LONG[chosen.start - AROUND : chosen.end + AROUND]
        assert target(shown).text == "needle"
        assert "… earlier text is not shown." in shown.text and "Later text is not shown …" in shown.text
    first = cite(1, "Word", "Long")
    shown = Markup(reading_html(library, exchange(first, cite(2, "needle", "Long")), 0, first))
    assert marks(shown) == [("Word", "cb-c1")], "the other is outside"
    assert "… earlier text is not shown." not in shown.text and "Later text is not shown …" in shown.text
    whole = Markup(reading_html(library, exchange(cite(1, "needle", "Just")), 0, cite(1, "needle", "Just")))
    assert len(whole.of(name="cb-document")[0].text) == WHOLE and "Later text is not shown …" not in whole.text


def test_a_document_that_is_gone_is_said_to_be_gone(library: Library, cite: Cite) -> None:
    asked = exchange(cite(1, "four million"), cite(2, "ministry", "Guests"), kind="list")
    refused = exchange(kind="not_found", closest=(cite(0, "It closed in September."),))
    library.remove("The fair")
    gone = "The fair is no longer in this library"
    shown = Markup(sources_html(library, asked, 0))
    assert gone in shown.text and marks(shown) == [("ministry", "cb-c2")], "the other is still there"
    for html in (
        reading_html(library, asked, 0, asked.citations[0]),
        sources_html(library, refused, 0),
        reading_html(library, refused, 0, refused.closest[0]),
    ):
        shown = Markup(html)
        assert gone in shown.text and not marks(shown) and not shown.of(name="cb-document")
        assert "It closed in September." not in shown.text


def test_the_original_can_be_opened_only_where_there_is_one(library: Library, cite: Cite) -> None:
    chosen = cite(1, "four million")
    for shown, there in (
        (reading_html(library, exchange(chosen), 0, chosen, "original/abc"), True),
        (reading_html(library, exchange(chosen), 0, chosen), False),
        (document_html(named(library, "The fair"), "original/abc"), True),
        (document_html(named(library, "The fair")), False),
    ):
        links = Markup(shown).of("a")
        assert [(e.attributes["href"], e.text) for e in links] == [("original/abc", "Open the original")] * there


def test_a_document_opened_by_itself_is_whole_up_to_a_length(library: Library) -> None:
    assert Markup(document_html(named(library, "The fair"))).of(name="cb-document")[0].text == FAIR
    shown = Markup(document_html(make_document("text:Long", "Long", "", LONG)))
    assert shown.of(name="cb-document")[0].text == LONG[:WHOLE]
    assert f"{len(LONG) - WHOLE:,} more characters" in shown.text
    assert "Click a title" in Markup(nothing_open_html()).text


def test_a_hostile_document_is_only_words(library: Library, cite: Cite) -> None:
    asked = exchange(cite(1, "<script>", HOSTILE), cite(2, "onerror", HOSTILE), also=(cite(3, "<img", HOSTILE),))
    refused = exchange(kind="not_found", closest=(cite(0, HOSTILE, HOSTILE),))
    every = [
        sources_html(library, asked, 0),
        sources_html(library, refused, 0),
        reading_html(library, asked, 0, asked.citations[0], f"original/{HOSTILE}"),
        reading_html(library, refused, 0, refused.closest[0]),
        document_html(named(library, HOSTILE), f"original/{HOSTILE}"),
    ]
    library.remove(HOSTILE)
    every += [sources_html(library, asked, 0), sources_html(library, refused, 0)]
    every += [reading_html(library, asked, 0, asked.citations[0])]
    for shown in map(Markup, every):
        shown.check_harmless()
        assert HOSTILE in shown.text
