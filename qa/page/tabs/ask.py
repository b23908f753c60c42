"""The tab in which people ask: the conversation, the box, where to look, and the sources beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.page import export
from qa.page.conversation import (
    LONGEST_KEPT,
    Conversation,
    Exchange,
    exchange_of,
    from_json,
    keep,
    new_conversation,
    to_json,
    unanswered,
)
from qa.page.html.chat import conversation_html, waiting_html
from qa.page.html.components import QUIET, data_of, html, number_of
from qa.page.html.sources import reading_html, sources_html
from qa.page.jobs import OnStage, problem_of
from qa.page.originals import original_address
from qa.page.session import Session
from qa.page.tabs.settings import Settings, choices_of
from qa.page.tabs.verdict import verdict_form

_TO_MARK = "() => window.citebound.toMark()"
_SAVE = "(payload) => window.citebound.save(payload)"
_DOCUMENTS_OFFERED = 2000


@dataclass(frozen=True, slots=True)
class AskTab:
    """What the page needs of this tab: the documents to choose from, and the place of the example questions."""

    scope: gr.Dropdown
    chips: gr.HTML


def scope_choices(session: Session) -> list[tuple[str, str]]:
    """Return the documents to choose from, as (title, id)."""
    documents = session.asked.documents()[:_DOCUMENTS_OFFERED]
    return [(f"{d.title} ({d.date})" if d.date else d.title, d.id) for d in documents]


def where_of(session: Session, documents: list[str], since: str, until: str) -> str:
    """Return in words what a search was narrowed to, "" where to nothing."""
    named, dated = "", _dated((since or "").strip(), (until or "").strip())
    if documents:
        titles = {document.id: document.title for document in session.asked.documents()}
        title = " ".join(titles.get(documents[0], "").split())
        named = f"“{title}”" if len(documents) == 1 else f"{len(documents)} documents"
    if dated:
        return f"{named}, {dated}" if named else f"documents {dated}"
    return named


def _dated(since: str, until: str) -> str:
    if since and until:
        return f"dated from {since} to {until}"
    return f"dated {since} or later" if since else f"dated {until} or earlier" if until else ""


class _Handlers:
    """What happens in the tab; the methods are Gradio's event handlers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def shown(self, kept: list[Conversation]) -> list[Any]:
        """Return the updates of everything that shows the conversation in front: chat, sources, list, memory."""
        front = kept[0]
        last = len(front.turns) - 1
        return [
            conversation_html(front, self.session.may_change),
            sources_html(self.session.asked, front.turns[last] if front.turns else None, last),
            self.earlier(kept),
            to_json(kept),
        ]

    def earlier(self, kept: list[Conversation]) -> Any:
        choices = [(conversation.title, conversation.id) for conversation in kept]
        return gr.update(choices=choices, value=kept[0].id)

    def ask(
        self, question: str, memory: Any, settings: Settings, documents: list[str], since: str, until: str
    ) -> Iterator[list[Any]]:
        """Ask in the conversation in front; yields box, waiting, chat, sources, list, memory."""
        yield from self._ask(question, from_json(memory), settings, documents, since, until)

    def _ask(
        self,
        question: str,
        kept: list[Conversation],
        settings: Settings,
        documents: list[str],
        since: str,
        until: str,
    ) -> Iterator[list[Any]]:
        front = kept[0]
        waiting = gr.update(value="", submit_btn=False, stop_btn="Stop")
        skip = gr.skip()
        yield [waiting, waiting_html(question, "Asking …"), skip, skip, skip, to_json(kept, question)]
        box = gr.update(submit_btn="Ask", stop_btn=False)
        exchange = None
        job = self.session.queue.run(
            lambda on_stage: self._answer(question, front, settings, documents, since, until, on_stage)
        )
        try:
            for said in job:
                if isinstance(said, str):
                    yield [skip, waiting_html(question, said), skip, skip, skip, skip]
                else:
                    exchange = exchange_of(question, said, where_of(self.session, documents, since, until))
        except Exception as error:
            exchange = Exchange(question[:LONGEST_KEPT], problem=problem_of(error))
            # Nothing typed is lost: it can be mended, or asked again.
            box = gr.update(value=question, submit_btn="Ask", stop_btn=False)
        finally:
            job.close()
        if exchange is not None:
            yield [box, "", *self.shown(keep(front.with_exchange(exchange), kept))]

    def _answer(
        self,
        question: str,
        front: Conversation,
        settings: Settings,
        documents: list[str],
        since: str,
        until: str,
        on_stage: OnStage,
    ) -> Any:
        assistant = self.session.assistant
        passages, threshold = choices_of(assistant, settings)
        return assistant.ask(
            question,
            history=front.history(),
            documents=documents or None,
            since=since or "",
            until=until or "",
            passages=passages,
            threshold=threshold,
            on_stage=on_stage,
        )

    def ask_chip(
        self, memory: Any, settings: Settings, documents: list[str], since: str, until: str, event: gr.EventData
    ) -> Iterator[list[Any]]:
        yield from self.ask(data_of(event, "question"), memory, settings, documents, since, until)

    def retry(
        self, memory: Any, settings: Settings, documents: list[str], since: str, until: str
    ) -> Iterator[list[Any]]:
        kept = from_json(memory)
        if not kept[0].turns:
            yield [gr.skip()] * 6
            return
        question = kept[0].turns[-1].question
        kept[0] = kept[0].without_last()
        yield [gr.skip(), "", *self.shown(kept)]
        yield from self._ask(question, kept, settings, documents, since, until)

    def stopped(self, memory: Any) -> list[Any]:
        box = gr.update(value=unanswered(memory), submit_btn="Ask", stop_btn=False)
        return [box, "", *self.shown(from_json(memory))]

    def remembered(self, memory: Any) -> list[Any]:
        """Show what the browser kept; a question that the server left unanswered stands in the box again."""
        question = unanswered(memory)
        return [gr.update(value=question) if question else gr.skip(), *self.shown(from_json(memory))[:3]]

    def undo(self, memory: Any) -> list[Any]:
        kept = from_json(memory)
        question = kept[0].turns[-1].question if kept[0].turns else ""
        kept[0] = kept[0].without_last()
        return [gr.update(value=question), "", *self.shown(kept)]

    def new(self, memory: Any) -> list[Any]:
        kept = from_json(memory)
        kept = kept if not kept[0].turns else keep(new_conversation(), kept)
        return [gr.update(value="", submit_btn="Ask", stop_btn=False), "", *self.shown(kept)]

    def clear(self, memory: Any) -> list[Any]:
        kept = [*from_json(memory)[1:]]
        return [gr.update(value=""), "", *self.shown(keep(new_conversation(), kept))]

    def take_up(self, chosen: str, memory: Any) -> list[Any]:
        kept = from_json(memory)
        found = next((conversation for conversation in kept if conversation.id == chosen), kept[0])
        return [gr.skip(), "", *self.shown(keep(found, kept))]

    def point(self, memory: Any, event: gr.EventData) -> str:
        """Show in the sources what was clicked: a citation, a closest passage, or all sources of an exchange."""
        front = from_json(memory)[0]
        number = number_of(event, "exchange")
        exchange = front.turns[number] if 0 <= number < len(front.turns) else None
        if exchange is None:
            return sources_html(self.session.asked, None, 0)
        place = number_of(event, "number")
        what = data_of(event, "what")
        if what == "closest":
            chosen = exchange.closest[place] if 0 <= place < len(exchange.closest) else None
        else:
            chosen = next((source for source in exchange.cited if source.number == place), None)
        if what == "all" or chosen is None:
            return sources_html(self.session.asked, exchange, number)
        return reading_html(
            self.session.asked, exchange, number, chosen, original_address(self.session, chosen.document)
        )

    def save(self, memory: Any, kind: str) -> str:
        front = from_json(memory)[0]
        text = export.to_markdown(front) if kind == "md" else export.to_json(front)
        mime = "text/markdown" if kind == "md" else "application/json"
        return json.dumps({"name": f"citebound-{front.id}.{kind}", "type": mime, "text": text})


def ask_tab(
    session: Session, bridge: gr.HTML, memory: gr.BrowserState, settings: gr.BrowserState, page: gr.Blocks
) -> AskTab:
    """Build the tab and its events; ``bridge`` hears what is clicked in our own HTML."""
    handlers = _Handlers(session)
    with gr.Row(elem_classes="cb-columns"):
        with gr.Column(scale=5, min_width=300, elem_classes="cb-left"):
            with gr.Row(elem_classes="cb-tools cb-top"):
                earlier = gr.Dropdown(
                    [], label="Conversations", container=False, filterable=False, scale=3, min_width=150
                )
                new = gr.Button("New conversation", size="sm", min_width=0)
                clear = gr.Button("Clear", size="sm", min_width=0)
                markdown = gr.Button("Export Markdown", size="sm", min_width=0)
                as_json = gr.Button("Export JSON", size="sm", min_width=0)
            with gr.Column(elem_classes="cb-scroll"):
                log = html(conversation_html(new_conversation()), "cb-chat")
                waiting = html("", "cb-waiting")
            verdict_form(session, bridge, memory, log)
            box = gr.Textbox(
                show_label=False,
                label="Your question",
                placeholder="Ask about your documents",
                elem_classes="cb-box",
                submit_btn="Ask",
                autofocus=True,
                max_lines=6,
            )
            chips = html("", "cb-examples")
            with gr.Accordion("Where to look: everywhere", open=False, elem_classes="cb-where") as where:
                scope = gr.Dropdown(
                    scope_choices(session), value=[], multiselect=True, label="Only in these documents", filterable=True
                )
                with gr.Row():
                    since = gr.Textbox("", label="From", placeholder="2017 or 2017-06-07", min_width=120)
                    until = gr.Textbox("", label="Until", placeholder="2019 or 2019-12-31", min_width=120)
        with gr.Column(scale=4, min_width=300):
            sources = html(sources_html(session.asked, None, 0), "cb-sources-box")
    payload = gr.Textbox(visible="hidden", label="Export")

    def narrowed_label(documents: list[str], first: str, last: str) -> Any:
        return gr.update(label=f"Where to look: {where_of(session, documents, first, last) or 'everywhere'}")

    for narrowing in (scope, since, until):
        narrowing.change(narrowed_label, [scope, since, until], where, **QUIET)
    everything = [box, waiting, log, sources, earlier, memory]
    narrowed = [settings, scope, since, until]
    # Several people ask at the same time; how many are answered at once is the business of our own queue.
    asking: dict[str, Any] = {**QUIET, "concurrency_limit": None}
    running: list[Any] = [
        box.submit(handlers.ask, [box, memory, *narrowed], everything, **asking),
        bridge.submit(handlers.ask_chip, [memory, *narrowed], everything, **asking),
        bridge.retry(handlers.retry, [memory, *narrowed], everything, **asking),
    ]
    for event, handler in ((bridge.undo, handlers.undo), (new.click, handlers.new), (clear.click, handlers.clear)):
        event(handler, [memory], everything, cancels=running, **QUIET)
    box.stop(handlers.stopped, [memory], everything, cancels=running, **QUIET)
    earlier.input(handlers.take_up, [earlier, memory], everything, cancels=running, **QUIET)
    bridge.click(handlers.point, [memory], sources, **QUIET).then(None, js=_TO_MARK)
    for control, kind in ((markdown, "md"), (as_json, "json")):
        control.click(lambda kept, kind=kind: handlers.save(kept, kind), [memory], payload, **QUIET).then(
            None, [payload], js=_SAVE
        )
    page.load(handlers.remembered, [memory], [box, log, sources, earlier], **QUIET)
    return AskTab(scope, chips)
