"""Our own HTML as a component: escaped by whoever made it, and looking as ``style.css`` says, not as Gradio does."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.markup import escape

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of an event that shows no progress of its own and that no program can call."""


def html(value: str, classes: str, script: str | None = None, render: bool = True) -> gr.HTML:
    """Return a component that shows the HTML; ``script`` runs once when it is there."""
    return gr.HTML(value, elem_classes=classes, js_on_load=script, apply_default_css=False, render=render)


def problem_html(sentence: str) -> str:
    """Return a sentence that says what went wrong, framed, and read out at once by a screen reader."""
    return f'<div class="cb-problem" role="alert"><p>{escape(sentence)}</p></div>'


def data_of(event: gr.EventData, name: str) -> str:
    """Return what a clicked button of ours says in ``data-NAME``, "" where it says nothing."""
    data = event._data
    return str(data.get(name, "")) if isinstance(data, dict) else ""


def number_of(event: gr.EventData, name: str) -> int:
    """Return the number that a clicked button says in ``data-NAME``; -1 where that is none: anything can be sent."""
    said = data_of(event, name)
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else -1
