"""The form in which a person says that an answer was right or wrong; it is kept with the library's feedback."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.page.conversation import Exchange, from_json, keep, to_json
from qa.page.html.chat import conversation_html
from qa.page.html.components import QUIET, data_of, html, number_of, problem_html
from qa.page.jobs import problem_of
from qa.page.session import Session

_SAVED = "Saved in the library. “qa feedback --export FILE” makes a question set of it."


def verdict_form(session: Session, bridge: gr.HTML, memory: gr.BrowserState, log: gr.HTML) -> None:
    """Build the form and its events: "Right" is kept at once, "Wrong" asks what was wrong."""
    number = gr.State(-1)
    said = html("", "cb-thanks")
    with gr.Column(visible=False, elem_classes="cb-verdict") as form:
        note = gr.Textbox(label="What is the right answer? (optional)", max_lines=3, elem_classes="cb-note-box")
        refused = gr.Checkbox(label="The documents do not say: there should have been no answer")
        with gr.Row():
            save = gr.Button("Save", size="sm", min_width=80, variant="primary")
            cancel = gr.Button("Cancel", size="sm", min_width=80)

    def press(kept: Any, event: gr.EventData) -> list[Any]:
        index, verdict = number_of(event, "exchange"), data_of(event, "what")
        front = from_json(kept)[0]
        if not 0 <= index < len(front.turns) or not session.may_change:
            return [gr.skip()] * 7
        if verdict == "down":
            return [gr.skip(), gr.skip(), "", gr.update(visible=True), "", False, index]
        return [*store(kept, index, "up", "", False), gr.update(visible=False), "", False, -1]

    def store(kept: Any, index: int, verdict: str, words: str, refuse: bool) -> list[Any]:
        """Keep the verdict in the library, and mark it in the conversation; returns chat, memory, thanks."""
        conversations = from_json(kept)
        front = conversations[0]
        # What is hidden on the page can still be sent to it.
        if not 0 <= index < len(front.turns) or not session.may_change:
            return [gr.skip(), gr.skip(), ""]
        exchange = front.turns[index]
        try:
            _add(session, exchange, front.history(index), verdict, words, refuse)
        except Exception as error:
            return [gr.skip(), gr.skip(), problem_html(problem_of(error))]
        front = front.judged(index, "up" if verdict == "up" else "down")
        thanks = f'<p class="cb-hint" role="status">{_SAVED}</p>'
        return [conversation_html(front, session.may_change), to_json(keep(front, conversations)), thanks]

    def finish(kept: Any, index: int, words: str, refuse: bool) -> list[Any]:
        return [*store(kept, index, "down", words, refuse), gr.update(visible=False)]

    bridge.like(press, [memory], [log, memory, said, form, note, refused, number], **QUIET)
    save.click(finish, [memory, number, note, refused], [log, memory, said, form], **QUIET)
    cancel.click(lambda: gr.update(visible=False), None, form, **QUIET)


def _add(
    session: Session, exchange: Exchange, history: list[tuple[str, str]], verdict: str, note: str, refused: bool
) -> None:
    session.library.feedback.add(
        exchange.question,
        exchange.searched,
        exchange.text,
        "up" if verdict == "up" else "down",
        note=note,
        source=exchange.citations[0].source if exchange.citations else "",
        should_refuse=refused,
        history=history,
    )
