"""Our own HTML as a component: escaped by whoever made it, and looking as ``style.css`` says, not as Gradio does."""

from __future__ import annotations

import gradio as gr


def html(value: str, classes: str, script: str | None = None, render: bool = True) -> gr.HTML:
    """Return a component that shows the HTML; ``script`` runs once when it is there."""
    return gr.HTML(value, elem_classes=classes, js_on_load=script, apply_default_css=False, render=render)
