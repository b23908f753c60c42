"""Every bar that decides what is answered, in one place, each with its unit and what it promises.

Four units, which must not be mixed up:

- *confidence*: how often such a span is right, where the reader is calibrated (``Reading.confidence``), 0 to 1;
- *preference*: how much more the reader believes a span than "no answer" (``Reading.preference``), 0 to 1, the same
  whether it is calibrated or not;
- *share*: of the probability of the best span, 0 to 1;
- *cosine*: of a sentence with the question, in the embedder's space, -1 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.reader import Reader
from qa.types import Certainty


@dataclass(frozen=True, slots=True)
class Policy:
    """When to answer, with how much, and what to call it. ``dataclasses.replace`` makes a stricter or laxer one."""

    threshold: float
    """Confidence: a span below it is not shown as the answer. 0 always answers. The reader says what is usual."""

    certainty: tuple[float, float] | None = None
    """Confidence: the least that is called "sure" and "fairly sure"; None where nobody knows how often it is right."""

    listed: float = 0.4
    """Preference: a span from here on is an item of a list; the items share what probability there is.

    Set on a handful of toy passages: requests ("List all ...") are not among the training questions.
    """

    most_listed: int = 10
    """Items: a list has no more."""

    alone: float = 0.75
    """Preference: a passage read by itself from here on says the same ("also said in"), or contradicts.

    Read alone, a passage has nothing to compete with but "no answer": on a handful of toy passages the reader gave 0.4
    to 0.7 to a mere year in a passage of something else, and 0.95 and more where the passage does answer.
    """

    rival: float = 0.1
    """Share: another document whose spans come to this much is asked whether it contradicts.

    Two answers to one question compete, while a passage about something else hardly counts beside the right one. Of
    232 answers on held-out training articles, 6 would be flagged without this bar, 3 with 0.05 and 2 with 0.1; of 146
    contradictions made of them by exchanging the answer in a copy of its sentence, 64, 60 and 54 are found.
    """

    evidence: float = 0.55
    """Cosine: a sentence below it is not shown as what speaks to a yes/no question.

    A guess set on 22 questions over the sample corpus (tests/benchmarks/yes_no.py), not yet measured on others.
    """

    @classmethod
    def of(cls, reader: Reader) -> Policy:
        """Return the usual policy with what the reader says of its own confidence."""
        return cls(threshold=reader.threshold, certainty=reader.certainty)

    @property
    def always(self) -> bool:
        """Whether everything that can be answered is, however unsure."""
        return self.threshold <= 0

    @property
    def listed_bar(self) -> float:
        """Preference that an item of a list needs: a threshold below :attr:`listed` lowers it as well."""
        return min(self.listed, self.threshold)

    @property
    def support_bar(self) -> float:
        """Preference that "also said in" needs: a threshold above :attr:`alone` raises it as well."""
        return max(self.alone, self.threshold)

    @property
    def evidence_bar(self) -> float:
        """Cosine that a sentence needs: :attr:`evidence`, or none at all where everything is answered."""
        return -1.0 if self.always else self.evidence

    def certainty_of(self, confidence: float) -> Certainty:
        """Return a calibrated confidence in words, "" where nobody knows how often such an answer is right."""
        if self.certainty is None:
            return ""
        sure, fairly_sure = self.certainty
        return "sure" if confidence >= sure else "fairly sure" if confidence >= fairly_sure else "not sure"
