"""What the browser remembers of the settings is used where it is right, and never trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.tabs.settings import CAUTION, MOST_PASSAGES, choices_of, chosen
from tests.fakes import HashEncoder, random_reader


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("settings")
    library = Library(folder / "library", encoder=HashEncoder())
    yield Assistant(library, reader=random_reader(folder / "reader", 0), passages=7, threshold=0.4)
    library.close()


@pytest.fixture(autouse=True)
def _calibrated(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant, "policy", replace(assistant.policy, certainty=(0.8, 0.6)))


@pytest.mark.parametrize(
    ("kept", "passages", "threshold"),
    [
        (None, 7, 0.4),
        ({}, 7, 0.4),
        ({"passages": 1, "caution": "balanced"}, 1, 0.4),
        ({"passages": MOST_PASSAGES, "caution": "bold"}, MOST_PASSAGES, 0.0),
        ({"caution": "careful"}, 7, 0.8),
        ({"passages": 0}, 7, 0.4),
        ({"passages": MOST_PASSAGES + 1}, 7, 0.4),
        ({"passages": -3, "caution": "reckless"}, 7, 0.4),
        ({"passages": 3.5}, 7, 0.4),
        ({"passages": True}, 7, 0.4),
        ({"passages": "3", "caution": ["bold"]}, 7, 0.4),
        ({"passages": float("nan"), "caution": None}, 7, 0.4),
        ({"passages": 10**40}, 7, 0.4),
        (["passages", 3], 7, 0.4),
        ("bold", 7, 0.4),
    ],
    ids=str,
)
def test_settings_that_are_right_are_used(assistant: Assistant, kept: Any, passages: int, threshold: float) -> None:
    assert choices_of(assistant, kept) == (passages, threshold)


GARBAGE = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
KEPT = st.fixed_dictionaries({}, optional={"passages": GARBAGE, "caution": GARBAGE}) | GARBAGE


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEPT)
def test_whatever_is_remembered_a_question_can_be_asked(assistant: Assistant, kept: Any) -> None:
    passages, threshold = choices_of(assistant, kept)
    assert type(passages) is int and 1 <= passages <= MOST_PASSAGES
    assert threshold in (0.0, 0.4, 0.8)
    shown, caution = chosen(kept, assistant.passages)
    assert (type(shown), shown) == (int, passages), "the page shows what is used"
    assert caution in [value for _, value in CAUTION]


def test_careful_never_answers_more_than_balanced(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant, "policy", replace(assistant.policy, threshold=0.95))
    assert choices_of(assistant, {"caution": "careful"})[1] == 0.95
    monkeypatch.setattr(assistant, "policy", replace(assistant.policy, threshold=0.4, certainty=None))
    assert choices_of(assistant, {"caution": "careful"})[1] == 0.9, "a reader that is not calibrated has no bar"


def test_every_choice_on_the_page_means_something_else(assistant: Assistant) -> None:
    bars = [choices_of(assistant, {"caution": choice})[1] for _, choice in CAUTION]
    assert bars == [0.8, 0.4, 0.0]
