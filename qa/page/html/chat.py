"""The conversation as HTML: questions, answers with numbered quotes, refusals, and what can be done with each.

Pure functions of :mod:`qa.page.conversation`. A button says what it does in ``data-do``; ``script.js`` passes that on.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.sources import short_source
from qa.markup import colour, escape, highlight
from qa.page.conversation import Conversation, Exchange, Source
from qa.wording import EVIDENCE, refusal_of

_LONGEST_SHOWN = 1000
_CERTAINTY = {"sure": "Sure", "fairly sure": "Fairly sure", "not sure": "Not sure"}
_WHAT_IT_MEANS = {
    "sure": "at least 90 in 100 such answers were right when tested on questions it was not trained on",
    "fairly sure": "most such answers were right, but not all: check the source",
    "not sure": "many such answers were wrong: check the source",
}


def conversation_html(conversation: Conversation, judging: bool = True) -> str:
    """Return the conversation as HTML; ``judging`` offers to say whether an answer was right."""
    last = len(conversation.turns) - 1
    exchanges = [
        exchange_html(exchange, number, judging, number == last) for number, exchange in enumerate(conversation.turns)
    ]
    return f'<div class="cb-log" role="log" aria-label="Conversation" tabindex="0">{"".join(exchanges) or _EMPTY}</div>'


_EMPTY = (
    '<div class="cb-empty"><p>Ask your documents.</p>'
    "<p>You get their own words and where to find them, or a plain “The documents do not say.”</p></div>"
)


def asked_html(question: str) -> str:
    """Return the question as a bubble; a very long one is cut."""
    shown = question if len(question) <= _LONGEST_SHOWN else question[:_LONGEST_SHOWN] + " …"
    return f'<div class="cb-asked">{escape(" ".join(shown.split())) or "…"}</div>'


def waiting_html(question: str, stage: str) -> str:
    """Return the question with the stage that its answer has reached, in words."""
    dots = '<span class="cb-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
    shown = asked_html(question)
    return f'<div class="cb-exchange">{shown}<p class="cb-stage" role="status">{dots}{escape(stage)}</p></div>'


def exchange_html(exchange: Exchange, number: int, judging: bool = True, last: bool = False) -> str:
    """Return one question with its answer, refusal or problem; ``number`` counts the exchanges from 0.

    The last exchange can be asked again, or taken back.
    """
    if exchange.problem:
        kind, body = " cb-problem", f'<p role="alert">{escape(_line(exchange.problem))}</p>'
    elif exchange.abstained:
        kind, body = " cb-refusal", _refusal(exchange, number)
    else:
        kind, body = "", _answer(exchange, number) + _old(exchange)
    foot = _foot(exchange, number, judging and not exchange.problem, last)
    # A problem is framed, and the frame holds the sentence alone.
    answer = f'<div class="cb-answer{kind}">{body}</div>{foot}'
    if not exchange.problem:
        answer = f'<div class="cb-answer{kind}">{body}{foot}</div>'
    return f'<article class="cb-exchange" data-exchange="{number}">{asked_html(exchange.question)}{answer}</article>'


def number_button(source: Source, exchange: int) -> str:
    """Return the number of a citation as a button that opens its document beside the chat."""
    label = escape(f"Source {source.number}: open {_line(source.title) or short_source(source.source)}")
    return (
        f'<button type="button" class="cb-number {colour(source.number)}" data-do="cite" data-exchange="{exchange}" '
        f'data-number="{source.number}" aria-label="{label}" title="{label}">{source.number}</button>'
    )


def place_html(source: Source, dated: bool = True) -> str:
    """Return where a source stands: title, date (unless it is said already) and file."""
    title = f'<span class="cb-title">{escape(_line(source.title))}</span>'
    date = f', <span class="cb-date">{escape(source.date)}</span>' if source.date and dated else ""
    name, whole = short_source(source.source), escape(_line(source.source))
    # A text that never was a file is called as it is titled.
    file = f' · <span class="cb-source" title="{whole}">{escape(_line(name))}</span>' if name != source.title else ""
    return f"{title}{date}{file}"


def with_sources(exchange: Exchange) -> str:
    """Return the answer as plain text with its sources, to be pasted elsewhere; both sides where they disagree."""
    sides = [exchange.citations, *((source,) for source in exchange.disagreeing)]
    said = ["; ".join(f"{_line(source.quote)} [{source.number}]" for source in side) for side in sides]
    lines = [" / ".join(said)]
    for source in (*exchange.citations, *exchange.disagreeing):
        date = f", {source.date}" if source.date else ""
        lines.append(f"[{source.number}] “{_line(source.sentence)}” ({_line(source.title)}{date}; {source.source})")
    if exchange.old:
        lines.append(f"({exchange.old})")
    return "\n".join(lines)


def _answer(exchange: Exchange, number: int) -> str:
    said = [
        f'<span class="cb-quote">{highlight(source.quote, ())}</span>{number_button(source, number)}'
        for source in exchange.citations
    ]
    if exchange.kind == "list":
        body = "<ul>" + "".join(f"<li>{line}</li>" for line in said) + "</ul>"
    else:
        body = f'<p class="cb-said">{"; ".join(said)}</p>'
    if exchange.kind == "evidence":
        body = f'<p class="cb-note">{escape(EVIDENCE)}</p>{body}'
    if exchange.disagreeing:
        return _disagreement(exchange, number)
    return body + _sentences(exchange.citations, number) + _also(exchange, number)


def _old(exchange: Exchange) -> str:
    return f'<p class="cb-note cb-old">{escape(exchange.old)}</p>' if exchange.old else ""


def _disagreement(exchange: Exchange, number: int) -> str:
    cards = []
    for source in sorted((exchange.citations[0], *exchange.disagreeing), key=lambda source: source.date, reverse=True):
        date = escape(source.date) if source.date else "no date"
        cards.append(
            f'<li><p class="cb-date">{date}</p><p class="cb-said"><span class="cb-quote">{highlight(source.quote, ())}'
            f"</span>{number_button(source, number)}</p>{_sentence([source])}"
            f'<p class="cb-place">{place_html(source, dated=False)}</p></li>'
        )
    label = '<p class="cb-label">Your documents disagree:</p>'
    return f'{label}<ul class="cb-disagree">{"".join(cards)}</ul>{_also(exchange, number)}'


def _sentences(citations: Sequence[Source], number: int) -> str:
    """Return each sentence that is longer than its quote once, with all the quotes in it marked."""
    groups: dict[tuple[str, int, str], list[Source]] = {}
    for source in citations:
        groups.setdefault((source.document, source.sentence_start, source.sentence), []).append(source)
    parts = []
    for group in groups.values():
        numbers = "".join(number_button(source, number) for source in group)
        parts.append(f'{_sentence(group)}<p class="cb-place">{numbers} {place_html(group[0])}</p>')
    return "".join(parts)


def _sentence(group: Sequence[Source]) -> str:
    first = group[0]
    # Nobody wants to read it a second time right below the answer.
    if first.sentence.strip() == first.quote.strip():
        return ""
    spans = [(s.start - first.sentence_start, s.end - first.sentence_start) for s in group]
    return f"<blockquote>{highlight(first.sentence, spans, [s.number for s in group])}</blockquote>"


def _also(exchange: Exchange, number: int) -> str:
    if not exchange.also:
        return ""
    places = "; ".join(f"{number_button(source, number)} {_titled(source)}" for source in exchange.also)
    return f'<p class="cb-note">Also said in: {places}</p>'


def _titled(source: Source) -> str:
    date = f", {escape(source.date)}" if source.date else ""
    return f'<span class="cb-title">{escape(_line(source.title))}</span>{date}'


def _refusal(exchange: Exchange, number: int) -> str:
    headline, advice = refusal_of(exchange.kind)
    said = f'<p class="cb-said">{escape(headline)}</p><p class="cb-advice">{escape(advice)}</p>'
    if exchange.kind != "not_found" or not exchange.closest:
        return said
    if exchange.where:
        said += f'<p class="cb-advice">You searched only in {escape(exchange.where)}. Try all documents.</p>'
    items = "".join(
        f'<li><button type="button" class="cb-link" data-do="closest" data-exchange="{number}" data-number="{place}">'
        f"{escape(_line(source.title) or short_source(source.source))}</button>"
        f"<span>{escape(_snippet(source.quote))}</span></li>"
        for place, source in enumerate(exchange.closest)
    )
    return f'{said}<p class="cb-label">Closest passages, not an answer</p><ul class="cb-closest-list">{items}</ul>'


def _foot(exchange: Exchange, number: int, judging: bool, last: bool) -> str:
    """Return how sure the answer is, what was searched, and the buttons for what can be done with it."""
    buttons = []
    if exchange.citations:
        text = escape(with_sources(exchange)).replace("\n", "&#10;")
        buttons.append(f'<button type="button" class="cb-small" data-do="copy" data-text="{text}">Copy</button>')
    if judging:
        buttons.append(_verdict_button(exchange, number, "up", "Right", "This answer is right"))
        buttons.append(_verdict_button(exchange, number, "down", "Wrong", "This answer is wrong"))
    if last:
        buttons.append('<button type="button" class="cb-small" data-do="retry">Retry</button>')
        buttons.append('<button type="button" class="cb-small" data-do="undo">Undo</button>')
    return f'<footer class="cb-foot">{_notes(exchange)}<span class="cb-buttons">{"".join(buttons)}</span></footer>'


def _notes(exchange: Exchange) -> str:
    notes = []
    # Where documents disagree, nobody can be sure which of them is right.
    if exchange.certainty and not exchange.disagreeing:
        meaning = escape(f"{exchange.confidence:.0%} confident: {_WHAT_IT_MEANS[exchange.certainty]}")
        kind, word = exchange.certainty.replace(" ", "-"), _CERTAINTY[exchange.certainty]
        # "img" with a label: a screen reader says the number as well, which others see on hover.
        notes.append(
            f'<span class="cb-sure cb-{kind}" role="img" tabindex="0" title="{meaning}" '
            f'aria-label="{word}, {meaning}">{word}</span>'
        )
    if exchange.searched and _line(exchange.searched) != _line(exchange.question):
        notes.append(f'<span class="cb-searched">Searched for: {escape(_line(exchange.searched))}</span>')
    if exchange.where and exchange.citations:
        notes.append(f'<span class="cb-searched">Searched only in {escape(exchange.where)}</span>')
    return "".join(notes)


def _verdict_button(exchange: Exchange, number: int, verdict: str, word: str, label: str) -> str:
    pressed = "true" if exchange.verdict == verdict else "false"
    return (
        f'<button type="button" class="cb-small" data-do="{verdict}" data-exchange="{number}" aria-pressed="{pressed}" '
        f'aria-label="{label}">{word}</button>'
    )


def _snippet(text: str, length: int = 150) -> str:
    line = _line(text)
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + " …"


def _line(text: str) -> str:
    return " ".join(text.split())


def chips_html(questions: list[str]) -> str:
    """Return example questions as buttons that ask them."""
    shown = [escape(question) for question in questions]
    buttons = "".join(
        f'<button type="button" class="cb-chip" data-do="ask" data-question="{question}">{question}</button>'
        for question in shown
    )
    return f'<div class="cb-chips" aria-label="Example questions" role="group">{buttons}</div>' if buttons else ""
