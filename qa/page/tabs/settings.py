"""The tab of settings: how much is read, and how sure an answer must be. Remembered in the browser."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.assistant import DEFAULT_PASSAGES, Assistant
from qa.page.html.components import html

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
    "Careful leaves many questions open; of the answers it gives, at least 90 in 100 were right on questions that "
    "nobody trained it on. Bold never says “not here”, and is often wrong where the documents do not say."
)

_KEEP = "(passages, caution) => ({ passages, caution })"


def choices_of(assistant: Assistant, settings: Settings) -> tuple[int, float]:
    """Return how many passages to read and the least confidence to answer with; what is not there is the default."""
    kept = settings if isinstance(settings, dict) else {}
    passages = kept.get("passages")
    if not isinstance(passages, int) or isinstance(passages, bool) or not 1 <= passages <= MOST_PASSAGES:
        passages = assistant.passages
    threshold = assistant.policy.threshold
    if kept.get("caution") == _BOLD:
        threshold = 0.0
    elif kept.get("caution") == _CAREFUL:
        # A reader that is not calibrated has no bar for "sure"; then only clearly preferred spans are shown.
        certainty = assistant.policy.certainty
        threshold = max(threshold, certainty[0] if certainty else 0.9)
    return passages, threshold


def settings_room(settings: gr.BrowserState, page: gr.Blocks, usual: int = DEFAULT_PASSAGES) -> None:
    """Build the tab; ``settings`` is what the browser remembers, ``usual`` the number of passages without it."""
    no_progress: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Column(elem_classes="cb-settings"):
        passages = gr.Slider(
            1,
            MOST_PASSAGES,
            value=usual,
            step=1,
            label="Passages to read",
            info="More of them find an answer that stands in an unlikely place, but take longer: "
            "about as many times as there are.",
        )
        caution = gr.Radio(CAUTION, value=_BALANCED, label="Caution", info=_EXPLAINED)
        html(
            '<p class="cb-hint">Both are remembered in this browser and hold from the next question on.</p>', "cb-text"
        )

    def remembered(kept: Settings) -> tuple[int, str]:
        kept = kept if isinstance(kept, dict) else {}
        number, choice = kept.get("passages"), kept.get("caution")
        right = isinstance(number, int) and 1 <= number <= MOST_PASSAGES
        return (number if right and isinstance(number, int) else usual), (
            choice if choice in (_CAREFUL, _BALANCED, _BOLD) else _BALANCED
        )

    # In the browser, so that nothing is lost when the page is reloaded at once, and only what a person chose: what
    # loading the page sets would otherwise be stored as well, and could be stored before the memory was read.
    for control in (passages, caution):
        control.input(None, [passages, caution], settings, js=_KEEP, **no_progress)
    page.load(remembered, [settings], [passages, caution], **no_progress)
