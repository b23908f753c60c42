"""The row in which a person says that an answer was right or wrong; kept with the library's feedback."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.markup import escape
from qa.page.conversation import Turn, from_json, keep, to_json
from qa.page.html.chat import conversation_html
from qa.page.html.components import data_of, html, number_of
from qa.page.jobs import problem_of
from qa.page.session import Desk

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def verdict_row(desk: Desk, bridge: gr.HTML, memory: gr.BrowserState, log: gr.HTML) -> None:
    """Build the row and its events: "Right" is kept at once, "Wrong" asks what was wrong."""
    number = gr.State(-1)
    said = html("", "cb-thanks")
    with gr.Column(visible=False, elem_classes="cb-verdict") as row:
        note = gr.Textbox(label="What would have been right? (optional)", max_lines=3, elem_classes="cb-note-box")
        refused = gr.Checkbox(label="The documents do not say: it should have refused")
        with gr.Row():
            save = gr.Button("Save", size="sm", min_width=80, variant="primary")
            cancel = gr.Button("Cancel", size="sm", min_width=80)

    def press(kept: Any, event: gr.EventData) -> list[Any]:
        index, verdict = number_of(event, "turn"), data_of(event, "what")
        front = from_json(kept)[0]
        if not 0 <= index < len(front.turns) or not desk.may_change:
            return [gr.skip()] * 7
        if verdict == "down":
            return [gr.skip(), gr.skip(), "", gr.update(visible=True), "", False, index]
        return [*store(kept, index, "up", "", False), gr.update(visible=False), "", False, -1]

    def store(kept: Any, index: int, verdict: str, words: str, refuse: bool) -> list[Any]:
        """Keep the verdict in the library, and mark it in the conversation; returns chat, memory, thanks."""
        conversations = from_json(kept)
        front = conversations[0]
        # What is hidden on the page can still be sent to it.
        if not 0 <= index < len(front.turns) or not desk.may_change:
            return [gr.skip(), gr.skip(), ""]
        turn = front.turns[index]
        try:
            _add(desk, turn, front.history(index), verdict, words, refuse)
        except Exception as error:
            return [gr.skip(), gr.skip(), f'<p class="cb-problem" role="alert">{escape(problem_of(error))}</p>']
        front = front.judged(index, "up" if verdict == "up" else "down")
        thanks = '<p class="cb-hint" role="status">Kept in the library: “qa feedback” exports it as a question set.</p>'
        return [conversation_html(front, desk.may_change), to_json(keep(front, conversations)), thanks]

    def finish(kept: Any, index: int, words: str, refuse: bool) -> list[Any]:
        return [*store(kept, index, "down", words, refuse), gr.update(visible=False)]

    bridge.like(press, [memory], [log, memory, said, row, note, refused, number], **QUIET)
    save.click(finish, [memory, number, note, refused], [log, memory, said, row], **QUIET)
    cancel.click(lambda: gr.update(visible=False), None, row, **QUIET)


def _add(desk: Desk, turn: Turn, history: list[tuple[str, str]], verdict: str, note: str, refused: bool) -> None:
    desk.library.feedback.add(
        turn.question,
        turn.searched,
        turn.text,
        "up" if verdict == "up" else "down",
        note=note,
        source=turn.citations[0].source if turn.citations else "",
        should_refuse=refused,
        history=history,
    )
