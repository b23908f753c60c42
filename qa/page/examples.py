"""Example questions for the library at hand."""

from __future__ import annotations

from collections.abc import Mapping

from qa.assistant import Assistant

# Asked only of a library that holds the file the answer is in.
_SAMPLES: Mapping[str, str] = {
    "sample:expo-2017.md": "How many visitors came to Expo 2017?",
    "sample:dimash.md": "When was Dimash Kudaibergen born?",
    "sample:energy-projects.html": "How many turbines does the Zhanatas wind farm have?",
}


def examples(assistant: Assistant) -> list[str]:
    """Return questions that the library at hand answers: only ones about the built-in sample corpus are known."""
    held = {document.source for document in assistant.library.documents()}
    return [question for source, question in _SAMPLES.items() if source in held]
