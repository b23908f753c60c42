"""What stands beside the chat as HTML: the sources of an answer, or one document opened at a cited place.

Every word shown is cut from the library as it is now, never from what the browser remembers: a document that is gone
is said to be gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.errors import LibraryError
from corpus.sources import short_source
from corpus.types import Document
from qa.library.library import Library
from qa.markup import escape, highlight
from qa.page.conversation import Exchange, Source
from qa.page.html.chat import number_button, place_html
from qa.wording import CLOSEST

# A longer document is shown only around the cited place, in characters to each side.
WHOLE = 60_000
AROUND = 12_000

HINT = "The passages quoted in an answer appear here. Click a number to open its document at that passage."


def sources_html(library: Library, exchange: Exchange | None, number: int) -> str:
    """Return every passage that an exchange cites, each once; after a refusal the closest ones, labelled as such."""
    if exchange is None or not (exchange.cited or exchange.closest):
        return _section("Sources", f'<p class="cb-hint">{HINT}</p>')
    if not exchange.cited:
        cards = "".join(_closest(library, source, number, place) for place, source in enumerate(exchange.closest))
        return _section("Sources", f'<p class="cb-label">{escape(CLOSEST)}</p>{cards}')
    cards = _cards(library, exchange.citations, number)
    for label, sources in (("Other documents say", exchange.disagreeing), ("Also said in", exchange.also)):
        if sources:
            cards += f'<p class="cb-label">{label}</p>{_cards(library, sources, number)}'
    return _section("Sources", cards)


def reading_html(library: Library, exchange: Exchange, number: int, chosen: Source, original: str = "") -> str:
    """Return the document of a source, opened at it, with everything that the exchange cites there marked.

    ``original``: the address of the file it was read from, "" where that is not there.
    """
    back = (
        f'<button type="button" class="cb-small" data-do="all" data-exchange="{number}">'
        '<span aria-hidden="true">← </span>All sources</button>'
    )
    try:
        document = library.document(chosen.document)
    except LibraryError:
        return _section("Reading", _gone(chosen), back)
    shown = [source for source in exchange.cited if source.document == document.id] or [chosen]
    head = _head(document, original)
    if not chosen.number:
        head = f'<p class="cb-label">{escape(CLOSEST)}</p>{head}'
    return _section("Reading", head + _text(document, shown, chosen), back)


def document_html(document: Document, original: str = "") -> str:
    """Return a whole document, as the library tab opens it; a very long one only to a certain length."""
    head = _head(document, original)
    rest = (
        ""
        if len(document.text) <= WHOLE
        else f'<p class="cb-hint">{len(document.text) - WHOLE:,} more characters are not shown.</p>'
    )
    body = f'<div class="cb-document" tabindex="0">{highlight(document.text[:WHOLE], ())}</div>{rest}'
    return _section("Document", head + body)


def _section(title: str, body: str, button: str = "") -> str:
    head = f'<div class="cb-sources-head"><h2>{title}</h2>{button}</div>'
    return f'<section class="cb-sources" aria-label="{title}">{head}{body}</section>'


def _head(document: Document, original: str) -> str:
    title = f"<h3>{escape(_line(document.title))}</h3>"
    return f'<header class="cb-reading-head">{title}<p>{_facts(document, original)}</p></header>'


def _facts(document: Document, original: str) -> str:
    facts = [escape(document.date)] if document.date else []
    facts.append(f'<span title="{escape(document.source)}">{escape(short_source(document.source))}</span>')
    if original:
        facts.append(f'<a href="{escape(original)}" target="_blank" rel="noopener">Open the original</a>')
    return " · ".join(facts)


def _text(document: Document, shown: Sequence[Source], chosen: Source) -> str:
    """Return the text with its marks; ``data-at`` says which of them the page scrolls to."""
    text, low, high = document.text, 0, len(document.text)
    if len(text) > WHOLE:
        low, high = max(0, chosen.start - AROUND), min(len(text), chosen.end + AROUND)
    spans = [(source.start - low, source.end - low) for source in shown]
    if chosen.number:
        numbers = [source.number for source in shown]
        body = highlight(text[low:high], spans, numbers)
        # Counted, for colours come again after a few citations, and spans that overlap are one mark.
        at = f"mark:nth-of-type({highlight(text[low : chosen.start + 1], spans, numbers).count('<mark')})"
    else:  # a closest passage: framed, not marked, for nothing in it is an answer
        start, end = chosen.start - low, chosen.end - low
        piece = text[low:high]
        at = ".cb-framed"
        body = (
            f'{highlight(piece[:start], ())}<span class="cb-framed">{highlight(piece[start:end], ())}</span>'
            f"{highlight(piece[end:], ())}"
        )
    before = '<p class="cb-hint">… earlier text is not shown.</p>' if low else ""
    after = '<p class="cb-hint">Later text is not shown …</p>' if high < len(text) else ""
    return f'{before}<div class="cb-document" data-at="{at}" tabindex="0">{body}</div>{after}'


def _gone(source: Source) -> str:
    quote = f"<blockquote>{highlight(source.quote, ())}</blockquote>" if source.number else ""
    return (
        f'<div class="cb-problem" role="alert"><p>{escape(_line(source.title))} is no longer in this library, '
        f"or has changed since then.</p></div>{quote}"
    )


def _cards(library: Library, sources: Sequence[Source], number: int) -> str:
    cards: dict[tuple[str, int, int], list[Source]] = {}
    documents: dict[str, Document] = {}
    gone = ""
    for source in sources:
        try:
            document = documents.setdefault(source.document, library.document(source.document))
        except LibraryError:
            gone += _gone(source)
            continue
        passage = next((p for p in library.passages_of(document.id) if p.start <= source.start < p.end), None)
        bounds = (passage.start, passage.end) if passage else (source.start, source.end)
        cards.setdefault((document.id, *bounds), []).append(source)
    return gone + "".join(_card(documents[key[0]], key[1], key[2], group, number) for key, group in cards.items())


def _card(document: Document, start: int, end: int, group: Sequence[Source], number: int) -> str:
    spans = [(source.start - start, source.end - start) for source in group]
    text = highlight(document.text[start:end], spans, [source.number for source in group])
    numbers = "".join(number_button(source, number) for source in group)
    return f'<article class="cb-passage"><header>{numbers} {place_html(group[0])}</header><p>{text}</p></article>'


def _closest(library: Library, source: Source, number: int, place: int) -> str:
    try:
        text = library.document(source.document).text[source.start : source.end]
    except LibraryError:
        return _gone(source)
    opens = (
        f'<button type="button" class="cb-link" data-do="closest" data-exchange="{number}" data-number="{place}">'
        f"{escape(_line(source.title) or short_source(source.source))}</button>"
    )
    date = f", {escape(source.date)}" if source.date else ""
    return (
        f'<article class="cb-passage cb-closest"><header>{opens}{date}</header><p>{highlight(text, ())}</p></article>'
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def nothing_open_html() -> str:
    """Return what the library tab shows before a document is opened."""
    return _section("Document", '<p class="cb-hint">Click a title to read the document here.</p>')
