"""A conversation as a file: Markdown in which no word of a document is a mark, and JSON that loads."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa.page.conversation import Conversation, Exchange
from qa.page.export import to_json, to_markdown
from tests.ui.pages import HOSTILE, exchange, source


def conversation(words: str) -> Conversation:
    """Return one with these words in every place that a document or a visitor fills."""
    every: Any = dict.fromkeys(["title", "date", "source", "sentence"], words)
    exchanges = (
        exchange(source(1, words, **every), source(2, words, **every), kind="list", also=(source(3, words, **every),)),
        exchange(source(1, words, **every), disagreeing=(source(2, words, **every),)),
        exchange(kind="not_found", certainty="", closest=(source(0, words, **every),)),
    )
    asked = [dataclasses.replace(t, question=words, searched=f"searched {words}", text=words) for t in exchanges]
    return Conversation("a", (*asked, Exchange(words, problem=words)))


def shape(text: str) -> list[str]:
    """Return the kinds of everything in the Markdown, but for plain text."""
    blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    tokens = [token for block in blocks for token in (block, *(block.children or ()))]
    return [token.type for token in tokens if token.type not in ("text", "text_special")]


def read(text: str) -> str:
    """Return what somebody reads who sees the Markdown rendered."""
    inline = [token for token in MarkdownIt().parse(text) if token.type == "inline"]
    return "\n".join("".join(child.content for child in token.children or ()) for token in inline)


MARKS = st.sampled_from("\\`*_{}[]()<>#|~&;!-+=.:0123456789\"'$ \n\t")


@settings(deadline=None)
@given(st.text(MARKS | st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip))
@example(HOSTILE)
@example("- a list")
@example("+ a list")
@example("12. a list")
@example("1) a list")
@example("---")
@example("a\n\n# heading\n\n| a | b |\n|---|---|\n| c | d |")
@example("](javascript:alert(1)) ![x](y) <http://a.b> &amp; \\")
def test_no_words_are_marks(words: str) -> None:
    words = words or "words"
    text = to_markdown(conversation(words))
    assert shape(text) == shape(to_markdown(conversation("words")))
    plain = " ".join(words.split()).replace("\0", "\ufffd")
    assert f"({plain}, " in read(text) and plain in read(text).splitlines()[-1]


def test_a_list_and_its_sources() -> None:
    listed = exchange(source(1), source(2, "115", date="", title="Report"), searched="How many people came?", where="x")
    assert to_markdown(Conversation("a", (listed,))) == (
        "# How many came?\n\n"
        "## How many came?\n\n"
        "Searched for: How many people came?\n\n"
        "**four million** [1]; **115** [2]\n\n"
        "- [1] “About four million people came.” (The fair, 2017-09-12; /notes/fair.md, characters 106 to 118)\n"
        "- [2] “About 115 people came.” (Report; /notes/fair.md, characters 106 to 109)\n\n"
        "Confidence: sure (0.95)\n"
    )


def test_every_citation_a_refusal_and_a_problem_are_there() -> None:
    disagreeing = exchange(source(1), disagreeing=(source(2, "three million"),), also=(source(3),))
    refused = exchange(kind="not_found", certainty="", closest=(source(0, "The closest passage."),))
    text = to_markdown(Conversation("a", (disagreeing, refused, Exchange("?", problem="The question is empty."))))
    assert "**four million** [1]\n\nOther documents say:\n\n**three million** [2]" in text
    assert [line[:5] for line in text.splitlines() if line.startswith("- [")] == ["- [1]", "- [3]", "- [2]"]
    assert "The documents do not say." in text and "The closest passage." not in text
    assert text.endswith("The question is empty.\n")


def test_json_has_everything() -> None:
    kept = conversation(HOSTILE + " Ünïcödé \U0001f600")
    loaded = json.loads(to_json(kept))
    assert loaded == json.loads(json.dumps(dataclasses.asdict(kept)))
    assert loaded["turns"][0]["citations"][0]["end"] == kept.turns[0].citations[0].end
    assert "Ünïcödé" in to_json(kept), "to be read by people as well"
