from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qa.answering import Policy
from qa.assistant import Assistant
from qa.reader.copy_reader import CopyReader


def test_the_reader_says_what_is_usual(reader: CopyReader, sample_assistant: Assistant) -> None:
    assert Policy.of(reader) == sample_assistant.policy
    assert sample_assistant.policy.threshold == reader.threshold > 0
    assert sample_assistant.policy.certainty == reader.certainty is not None


@pytest.mark.parametrize(
    ("threshold", "listed", "support", "evidence"),
    [
        (0.64, 0.4, 0.75, 0.55),
        (0.9, 0.4, 0.9, 0.55),  # careful: support is asked for more, lists are not
        (0.1, 0.1, 0.75, 0.55),
        (0.0, 0.0, 0.75, -1.0),  # always answering: whatever sentence is nearest
    ],
)
def test_what_a_threshold_does_to_the_other_bars(
    threshold: float, listed: float, support: float, evidence: float
) -> None:
    policy = Policy(threshold)
    assert (policy.listed_bar, policy.support_bar, policy.evidence_bar) == (listed, support, evidence)
    assert policy.always == (threshold == 0)


@pytest.mark.slow
def test_every_bar_is_used(sample_assistant: Assistant) -> None:
    """A policy that asks for too much gets less, or nothing."""

    def ask(question: str, **bars: Any) -> list[str]:
        policy = replace(sample_assistant.policy, **bars)
        assistant = Assistant(sample_assistant.library, reader=sample_assistant.reader, policy=policy)
        return [citation.quote for citation in assistant.ask(question).citations]

    theme, resigned = "What was the theme of Expo 2017?", "Did Nazarbayev resign in 2019?"
    assert ask(theme) and not ask(theme, threshold=1.01)
    assert ask(resigned) and not ask(resigned, evidence=1.01)
    listed = ask("List all cities of Kazakhstan", listed=0.0)
    assert len(listed) > 1
    assert ask("List all cities of Kazakhstan", listed=0.0, most_listed=1) == listed[:1]
    assert ask("List all cities of Kazakhstan", listed=1.01, threshold=1.01) == []
