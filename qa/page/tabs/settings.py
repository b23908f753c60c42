"""The tab of settings: how much is read, and how sure an answer must be. Remembered in the browser."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.assistant import DEFAULT_PASSAGES, Assistant
from qa.page.html.components import QUIET, html

Settings = dict[str, Any] | None
"""What the browser remembers: ``passages`` and ``caution``; nothing in it is trusted."""

MOST_PASSAGES = 20
_CAREFUL, _BALANCED, _BOLD = "careful", "balanced", "bold"
CAUTION = [
    ("Careful: only answers I am sure of", _CAREFUL),
    ("Balanced (recommended)", _BALANCED),
    ("Bold: always show the best guess", _BOLD),
]
_EXPLAINED = (
    "Careful leaves many questions unanswered, but of its answers at least 90 in 100 were right when tested on "
    "questions it was not trained on. With Bold, the best guess is often wrong when the documents do not say."
)

_KEEP = "(passages, caution) => ({ passages, caution })"


def chosen(settings: Settings, usual: int) -> tuple[int, str]:
    """Return how many passages and which caution a person chose; ``usual``: the number where none can be read."""
    kept = settings if isinstance(settings, dict) else {}
    passages, caution = kept.get("passages"), kept.get("caution")
    if not isinstance(passages, int) or isinstance(passages, bool) or not 1 <= passages <= MOST_PASSAGES:
        passages = usual
    return passages, caution if caution in (_CAREFUL, _BALANCED, _BOLD) else _BALANCED


def choices_of(assistant: Assistant, settings: Settings) -> tuple[int, float]:
    """Return how many passages to read and the least confidence to answer with; what is not there is the default."""
    passages, caution = chosen(settings, assistant.passages)
    threshold = assistant.policy.threshold
    if caution == _BOLD:
        threshold = 0.0
    elif caution == _CAREFUL:
        # A reader that is not calibrated has no bar for "sure"; then only clearly preferred spans are shown.
        certainty = assistant.policy.certainty
        threshold = max(threshold, certainty[0] if certainty else 0.9)
    return passages, threshold


def settings_tab(settings: gr.BrowserState, page: gr.Blocks, usual: int = DEFAULT_PASSAGES) -> None:
    """Build the tab; ``settings`` is what the browser remembers, ``usual`` the number of passages without it."""
    with gr.Column(elem_classes="cb-settings"):
        passages = gr.Slider(
            1,
            MOST_PASSAGES,
            value=usual,
            step=1,
            label="Passages to read",
            info="Reading more passages finds answers in unlikely places, but takes longer: "
            "twice as many take about twice as long.",
        )
        caution = gr.Radio(CAUTION, value=_BALANCED, label="Caution", info=_EXPLAINED)
        html('<p class="cb-hint">Both are remembered in this browser and apply from the next question.</p>', "cb-text")

    # In the browser, so that nothing is lost when the page is reloaded at once, and only what a person chose: what
    # loading the page sets would otherwise be stored as well, and could be stored before the memory was read.
    for control in (passages, caution):
        control.input(None, [passages, caution], settings, js=_KEEP, **QUIET)
    page.load(lambda kept: chosen(kept, usual), [settings], [passages, caution], **QUIET)
