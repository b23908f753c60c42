"""Words and escaped HTML for answers: nothing is searched or read here."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.sources import short_source
from corpus.types import Document, Passage, make_document
from qa.markup import highlight
from qa.types import Answer, Certainty, Citation, Hit, Kind
from qa.wording import CLOSEST, EVIDENCE, counted, plain, refusal

TEXT = (
    "The fair opened in June. Nearly four million guests came, and 115 countries showed what they had.\n\n"
    "It closed in September."
)
DOCUMENT = make_document("/notes/fair.md", "The fair", "2017-09-12", TEXT)
HOSTILE = (
    '<script>window.hacked=1</script> <img src=x onerror="alert(1)"> &lt;b&gt; '
    "**bold** [a](javascript:x) `c` ${1} {{2}}"
)
COUNTED = [(0, "0 documents"), (1, "1 document"), (2067, "2,067 documents")]
REFUSED: tuple[Kind, ...] = (
    "not_found",
    "summary",
    "comparison",
    "arithmetic",
    "greeting",
    "language",
    "empty_library",
)


@pytest.mark.parametrize(("number", "said"), COUNTED)
def test_a_noun_follows_its_number(number: int, said: str) -> None:
    assert counted(number, "document") == said


def citation(quote: str, number: int = 1, document: Document = DOCUMENT) -> Citation:
    start = document.text.index(quote)
    sentence_start = max((match.end() for match in re.finditer(r"\.\s+", document.text[:start])), default=0)
    sentence_end = document.text.find(".", start + len(quote) - 1) + 1 or len(document.text)
    passage = Passage(1, document.id, 0, len(document.text), document.text)
    return Citation(number, document, passage, start, start + len(quote), sentence_start, sentence_end)


def answer(
    *citations: Citation,
    kind: Kind = "span",
    also: tuple[Citation, ...] = (),
    confidence: float = 0.95,
    certainty: Certainty = "sure",
) -> Answer:
    return Answer(
        question="How many came?",
        searched_question="How many came?",
        text="; ".join(c.quote for c in citations),
        citations=citations,
        also=also,
        hits=(hit(DOCUMENT),),
        confidence=confidence,
        certainty=certainty if citations else "",
        abstained=not citations,
        kind=kind,
    )


def hit(document: Document) -> Hit:
    passage = Passage(1, document.id, 0, len(document.text), document.text)
    return Hit(passage, document.title, document.date, document.source, 1.0, 1)


def shown(markup: str) -> str:
    """What a reader sees of HTML without attributes that hold ">"."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


class Tags(HTMLParser):
    """Which tags and attributes a browser would find."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


class TestHighlight:
    def test_marks_the_span(self) -> None:
        assert highlight("ab cd ef", [(3, 5)]) == "ab <mark>cd</mark> ef"

    def test_overlapping_and_touching_spans_become_one(self) -> None:
        assert highlight("abcdef", [(3, 5), (0, 2), (1, 3)]) == "<mark>abcde</mark>f"

    def test_spans_outside_the_text_are_cut_and_empty_ones_dropped(self) -> None:
        assert highlight("abc", [(-5, 1), (2, 99), (1, 1), (7, 9)]) == "<mark>a</mark>b<mark>c</mark>"

    def test_citations_have_colours_that_touch_but_never_overlap(self) -> None:
        first, second, sixth = '<mark class="cb-c1">', '<mark class="cb-c2">', '<mark class="cb-c1">'
        assert highlight("abcd", [(2, 4), (0, 2)], [2, 1]) == f"{first}ab</mark>{second}cd</mark>"
        assert highlight("abcd", [(0, 3), (2, 4)], [1, 2]) == f"{first}abcd</mark>"
        assert highlight("ab", [(0, 1)], [6]) == f"{sixth}a</mark>b"

    def test_line_ends_are_kept_and_no_line_is_left_empty(self) -> None:
        marked = highlight("a\n\nb", [(0, 4)])
        assert marked == "<mark>a<br>\n<br>\nb</mark>"

    def test_offsets_are_code_points(self) -> None:
        assert highlight("\U0001f600\U0001f600é x", [(2, 3)]) == "\U0001f600\U0001f600<mark>é</mark> x"

    @given(st.text(), st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40)), max_size=6))
    @example(HOSTILE, [(0, 8), (5, 60)])
    @example("a\n\n# b\n1. c\n    d", [(1, 4)])
    def test_the_text_comes_back_and_only_marks_and_breaks_are_added(
        self, text: str, spans: list[tuple[int, int]]
    ) -> None:
        marked = highlight(text, spans)
        assert shown(marked) == text
        assert Tags(marked).tags <= {"mark", "br"}
        assert not Tags(marked).attributes
        # What is left between the tags is nothing that Markdown or a template could read.
        assert not re.search(r"[*_`\[\]()~$|{}\\!:@\"'=+-]", re.sub(r"</?(?:mark|br)>", "", marked))

    @given(st.text(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6))
    def test_exactly_the_characters_of_the_spans_are_marked(self, text: str, spans: list[tuple[int, int]]) -> None:
        marked = re.sub(r"<br>", "", highlight(text, spans))
        inside = [
            char for part in re.findall(r"<mark>(.*?)</mark>", marked, flags=re.DOTALL) for char in html.unescape(part)
        ]
        wanted = sorted({place for start, end in spans for place in range(start, min(end, len(text)))})
        assert inside == [text[place] for place in wanted]


class TestWords:
    @pytest.mark.parametrize("kind", REFUSED)
    def test_every_refusal_has_words_of_its_own(self, kind: Kind) -> None:
        others = [refusal(answer(kind=other)) for other in REFUSED if other != kind]
        assert refusal(answer(kind=kind)) not in others

    @pytest.mark.parametrize("kind", ["summary", "comparison", "arithmetic"])
    def test_what_it_does_instead_is_said(self, kind: Kind) -> None:
        assert "I quote" in refusal(answer(kind=kind))

    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("/a/b c.md", "b c.md"),
            ("C:\\notes\\b.txt", "b.txt"),
            ("sample:expo.md", "expo.md"),
            ("text:Notes", "Notes"),
            ("upload:x.pdf", "x.pdf"),
            ("text:", "text:"),
        ],
    )
    def test_short_source(self, source: str, name: str) -> None:
        assert short_source(source) == name


class TestPlain:
    def test_an_answer_with_its_citation(self) -> None:
        assert plain(answer(citation("four million"))) == (
            "four million [1]\n"
            "\n"
            "[1] Nearly «four million» guests came, and 115 countries showed what they had.\n"
            "    The fair, 2017-09-12, fair.md"
        )

    def test_other_passages_that_say_the_same(self) -> None:
        other = make_document("/notes/b.md", "Notes", "", "It drew four million.")
        text = plain(answer(citation("four million"), also=(citation("four million", 2, other),)))
        assert text.startswith("four million [1] [2]\n")
        assert text.endswith("Also said in: [2] Notes")

    def test_a_list_has_one_line_each(self) -> None:
        text = plain(answer(citation("four million"), citation("115 countries", 2), kind="list"))
        assert text.startswith("- four million [1]\n- 115 countries [2]\n\n[1] ")
        assert "\n[2] " in text

    def test_evidence_is_introduced(self) -> None:
        text = plain(answer(citation("It closed in September."), kind="evidence"))
        assert text == f"{EVIDENCE}\nIt closed in September. [1]\n\n[1] The fair, 2017-09-12, fair.md"

    def test_a_quote_over_two_paragraphs_stays_on_its_line(self) -> None:
        assert plain(answer(citation("what they had.\n\nIt closed"))).startswith("what they had. It closed [1]\n\n")

    def test_what_was_searched_for(self) -> None:
        asked = answer(citation("four million"))
        assert "searched for" not in plain(asked)
        assert "searched for" not in plain(replace(asked, question=" How many  came?"))
        assert plain(replace(asked, question="How many?")).endswith("\n\n(searched for: How many came?)")

    def test_a_refusal_shows_the_closest_passages_as_no_answer(self) -> None:
        text = plain(answer(kind="not_found"))
        assert text.startswith(
            refusal(answer(kind="not_found")) + f"\n\n{CLOSEST}\n- The fair, 2017-09-12\n  The fair "
        )

    def test_long_passages_are_cut_between_words(self) -> None:
        long = make_document("a", "T", "", "word " * 100)
        line = plain(replace(answer(kind="not_found"), hits=(hit(long),))).splitlines()[-1]
        assert len(line) < 150
        assert line.endswith("word …")

    @pytest.mark.parametrize("kind", [kind for kind in REFUSED if kind != "not_found"])
    def test_other_refusals_show_no_passages(self, kind: Kind) -> None:
        assert plain(answer(kind=kind)) == refusal(answer(kind=kind))


def test_texts_whose_files_could_not_be_read_are_said_to_be_old() -> None:
    old = replace(citation("June"), unread_since="2026-05-03T09:00:00Z")
    other = replace(citation("September", 2), unread_since="2025-12-31T23:59:59Z")
    note = "rom the text of 3 May 2026; the file could not be read since"
    assert plain(answer(old)).endswith(f"\n\n(F{note}.)")
    assert f"([1] f{note}.)" in plain(answer(old, citation("September", 2)))
    assert f"([1] f{note}. [2] from the text of 31 December 2025; the" in plain(answer(old, also=(other,)))
    assert "could not be read" not in plain(answer(citation("June")))
