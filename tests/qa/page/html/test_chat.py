"""The conversation as HTML: what stands there, what can be pressed, and that nothing in it can run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.page.conversation import Conversation, Exchange, Verdict
from qa.page.html.chat import conversation_html, exchange_html, waiting_html, with_sources
from qa.types import Certainty, Kind
from qa.wording import EVIDENCE, refusal_of
from tests.ui.pages import HOSTILE, Markup, exchange, source

ANSWERED = exchange(source(1))
REFUSED = exchange(kind="not_found", certainty="", closest=(source(0, "The whole passage."), source(0, "Another.")))
WORDS = {"title", "date", "source", "quote", "sentence"}


def markup(of: Exchange, number: int = 0, judging: bool = True) -> Markup:
    return Markup(exchange_html(of, number, judging))


def hostile_source(number: int) -> Any:
    words = dict.fromkeys(WORDS - {"quote"}, HOSTILE)
    return source(number, HOSTILE, **words)


HOSTILE_EXCHANGES = {
    "span": exchange(hostile_source(1), also=(hostile_source(2),), where=HOSTILE),
    "sentence": exchange(source(1, "script", sentence=HOSTILE, start=107, end=113)),
    "list": exchange(hostile_source(1), hostile_source(2), kind="list"),
    "evidence": exchange(hostile_source(1), kind="evidence"),
    "disagreement": exchange(hostile_source(1), disagreeing=(hostile_source(2),), also=(hostile_source(3),)),
    "refusal": exchange(kind="not_found", certainty="", closest=(hostile_source(0),), where=HOSTILE),
    "problem": Exchange("", problem=HOSTILE),
}


@pytest.mark.parametrize("hostile", HOSTILE_EXCHANGES.values(), ids=HOSTILE_EXCHANGES.keys())
def test_nothing_from_a_document_or_a_visitor_becomes_html(hostile: Exchange) -> None:
    shown = markup(replace(hostile, question=HOSTILE, searched=f"{HOSTILE} rewritten", text=HOSTILE))
    shown.check_harmless()
    assert shown.text.count("window.hacked") >= 2, "it is there, as words"
    allowed = {"class", "title", "type", "tabindex", "role"}
    for element in shown.elements:
        assert all(n in allowed or n.startswith(("data-", "aria-")) for n in element.attributes), element.attributes


@settings(deadline=None)
@given(*[st.text()] * 5, st.sampled_from(["span", "list", "evidence", "not_found"]))
def test_any_words_are_shown_as_they_are(
    title: str, quote: str, before: str, question: str, date: str, kind: Any
) -> None:
    cited = source(1, quote, sentence=before + quote, sentence_start=0, start=len(before), end=len(before + quote))
    cited = replace(cited, title=title, date=date)
    bare = Exchange(question, question + "!", kind=kind)
    none = replace(bare, closest=(cited,))
    shown = Markup(exchange_html(none if kind == "not_found" else replace(bare, citations=(cited,), also=(cited,)), 3))
    shown.check_harmless()
    if kind != "not_found":
        assert "".join(shown.of(name="cb-quote")[0].text.split()) == "".join(quote.split())


def test_an_answer_has_its_quote_its_number_and_its_sentence_once() -> None:
    shown = markup(ANSWERED, 4)
    assert [e.text for e in shown.of(name="cb-quote")] == ["four million"]
    assert [e.text for e in shown.of("blockquote")] == ["About four million people came."]
    assert [(e.text, e.attributes["class"]) for e in shown.of("mark")] == [("four million", "cb-c1")]
    assert [e.text for e in shown.of(name="cb-place")] == ["1 The fair, 2017-09-12 · fair.md"]
    assert shown.of(name="cb-source")[0].attributes["title"] == "/notes/fair.md"
    assert shown.of("article")[0].attributes["data-exchange"] == "4"


def test_every_number_is_a_button_that_says_where_it_leads() -> None:
    numbers = markup(exchange(source(1), source(2, title="  "), kind="list"), 4).of("button", "cb-number")
    assert [e.text for e in numbers] == ["1", "2", "1", "2"]
    for button, label in zip(numbers, ["Source 1: open The fair", "Source 2: open fair.md"] * 2, strict=True):
        assert button.attributes["aria-label"] == button.attributes["title"] == label
        assert button.attributes["type"] == "button"
        assert button.attributes["data-do"] == "cite"
        assert (button.attributes["data-exchange"], button.attributes["data-number"]) == ("4", button.text)
        assert button.has(f"cb-c{button.text}"), "in the colour of its mark"


def test_a_sentence_that_is_all_quote_is_not_repeated() -> None:
    assert not markup(exchange(source(1, sentence="four million ", sentence_start=106))).of("blockquote")


def test_two_quotes_of_one_sentence_share_it_in_two_colours() -> None:
    one = source(1, "June", sentence="From June to July.", start=105, end=109)
    other = replace(one, number=2, quote="July", start=113, end=117)
    shown = markup(exchange(one, other, kind="list"))
    assert [e.text for e in shown.of("blockquote")] == ["From June to July."]
    assert [(e.text, e.attributes["class"]) for e in shown.of("mark")] == [("June", "cb-c1"), ("July", "cb-c2")]
    assert [e.text for e in shown.of("li")] == ["June1", "July2"]


def test_evidence_says_that_it_is_no_yes_or_no() -> None:
    assert EVIDENCE in markup(replace(ANSWERED, kind="evidence")).text
    assert EVIDENCE not in markup(ANSWERED).text


def test_other_places_that_say_the_same_are_named() -> None:
    shown = markup(replace(ANSWERED, also=(source(2, title="Annual report", date="2018"),)))
    assert "Also said in: 2 Annual report, 2018" in shown.text
    assert "Also said in" not in markup(ANSWERED).text


def test_documents_that_disagree_stand_side_by_side() -> None:
    shown = markup(replace(ANSWERED, disagreeing=(source(2, "three million", date=""),)))
    assert "Your documents disagree" in shown.text
    first, second = shown.of("li")
    assert first.text.startswith("2017-09-12four million1") and "About four million people came." in first.text
    assert second.text.startswith("no datethree million2")
    assert shown.text.count("2017-09-12") == 1, "the date is above, and not said again"


@pytest.mark.parametrize("kind", [k for k in get_args(Kind) if k not in ("span", "list", "evidence")])
def test_a_refusal_says_why_and_what_to_do(kind: Kind) -> None:
    shown = markup(replace(REFUSED, kind=kind))
    for sentence in refusal_of(kind):
        assert sentence in shown.text
    assert shown.of(name="cb-refusal") and not shown.of(name="cb-quote") and not shown.of("mark")
    assert not shown.of(do="copy"), "there is nothing to copy"
    assert bool(shown.of(do="closest")) == (kind == "not_found")


def test_the_closest_passages_can_be_opened_and_are_called_no_answer() -> None:
    shown = markup(REFUSED, 2)
    buttons = shown.of("button", do="closest", exchange="2")
    assert [(e.text, e.attributes["data-number"]) for e in buttons] == [("The fair", "0"), ("The fair", "1")]
    assert "Closest passages, not an answer" in shown.text and "The whole passage." in shown.text
    long = markup(exchange(kind="not_found", closest=(source(0, "word " * 100),))).of("li")[0].text
    assert len(long) < 200 and long.endswith("word …")


def test_a_refusal_in_a_narrowed_search_says_so() -> None:
    assert "You searched only in “The fair”. Try all documents." in markup(replace(REFUSED, where="“The fair”")).text
    assert "Searched only in “The fair”" in markup(replace(ANSWERED, where="“The fair”")).text
    assert "earched only" not in markup(REFUSED).text + markup(ANSWERED).text


def test_a_problem_is_said_and_cannot_be_judged() -> None:
    shown = markup(Exchange("Who?", problem="The question is empty."))
    assert [e.text for e in shown.of(name="cb-problem")] == ["The question is empty."]
    assert not shown.of("button")


def test_the_question_that_was_searched_is_shown_where_it_differs() -> None:
    assert "Searched for: When did the fair open?" in markup(replace(ANSWERED, searched="When did the fair open?")).text
    for same in ("How many  came? ", ""):
        assert "Searched for" not in markup(replace(ANSWERED, searched=same)).text


@pytest.mark.parametrize("certainty", [c for c in get_args(Certainty) if c])
def test_how_sure_an_answer_is_stands_below_it_in_words(certainty: Certainty) -> None:
    (sure,) = markup(replace(ANSWERED, certainty=certainty)).of(name="cb-sure")
    assert sure.text.lower() == certainty
    assert "95% confident" in sure.attributes["title"] and "95% confident" in sure.attributes["aria-label"]
    assert not markup(replace(ANSWERED, certainty="")).of(name="cb-sure")


def test_a_verdict_stays_pressed() -> None:
    pressed_of: dict[Verdict, list[str]] = {"up": ["true", "false"], "down": ["false", "true"], "": ["false", "false"]}
    for verdict, pressed in pressed_of.items():
        shown = markup(replace(ANSWERED, verdict=verdict), 3)
        both = [*shown.of("button", do="up", exchange="3"), *shown.of("button", do="down", exchange="3")]
        assert [e.attributes["aria-pressed"] for e in both] == pressed
        assert [e.text for e in both] == ["Right", "Wrong"]


def test_where_nothing_may_be_judged_there_are_no_such_buttons() -> None:
    for shown in (markup(ANSWERED, judging=False), markup(REFUSED, judging=False)):
        assert not shown.of(do="up") and not shown.of(do="down")
    assert markup(ANSWERED, judging=False).of(do="copy")
    assert markup(REFUSED).of(do="up"), "a refusal can be right or wrong as well"
    assert 'data-do="up"' not in conversation_html(Conversation("a", (ANSWERED,)), judging=False)


def test_copying_gives_the_answer_with_its_sources() -> None:
    other = source(2, "115", title="Annual\nreport", date="", sentence="From\n115 countries.")
    listed = exchange(source(1), other, kind="list")
    text = (
        "four million [1]; 115 [2]\n"
        "[1] “About four million people came.” (The fair, 2017-09-12; /notes/fair.md)\n"
        "[2] “From 115 countries.” (Annual report; /notes/fair.md)"
    )
    assert with_sources(listed) == text
    assert markup(listed).of("button", do="copy")[0].attributes["data-text"] == text


def test_a_conversation_numbers_its_turns_and_invites_where_it_is_empty() -> None:
    shown = Markup(conversation_html(Conversation("a", (ANSWERED, REFUSED))))
    assert [e.attributes["data-exchange"] for e in shown.of("article")] == ["0", "1"]
    assert shown.of(name="cb-log")[0].attributes["role"] == "log"
    assert "Ask your documents." in Markup(conversation_html(Conversation("a"))).text
    assert "Ask your documents." not in shown.text


def test_while_it_is_waited_for_question_and_stage_are_shown() -> None:
    shown = Markup(waiting_html(HOSTILE, "Reading <passages> …"))
    shown.check_harmless()
    assert [e.text for e in shown.of(name="cb-stage")] == ["Reading <passages> …"]
    assert shown.of(name="cb-asked")[0].text == HOSTILE
    assert Markup(waiting_html(" \n", "")).of(name="cb-asked")[0].text == "…"
    assert len(Markup(waiting_html("x" * 5000, "")).of(name="cb-asked")[0].text) < 1010


def test_an_answer_from_an_old_text_says_so() -> None:
    note = "From the text of 3 May 2026; the file could not be read since."
    shown = markup(exchange(source(1), old=note))
    assert [e.text for e in shown.of(name="cb-old")] == [note]
    assert with_sources(exchange(source(1), old=note)).endswith(f"\n({note})")
    assert not markup(exchange(source(1))).of(name="cb-old")
