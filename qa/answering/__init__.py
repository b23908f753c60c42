"""A reading to an answer: what is shown, what it is cited from, who says the same or something else, or a refusal."""

from qa.answering.policy import Policy

__all__ = ["Policy"]
