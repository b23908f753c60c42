"""A question taken apart, once: everything that finding, reading and answering want to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text.folding import aliases, folded
from qa.question.dates import years
from qa.question.followup import stand_alone
from qa.question.intent import Intent, intent_of
from qa.question.words import names, search_words
from qa.types import Turn


@dataclass(frozen=True, slots=True)
class Query:
    """What a question asks for, as data. It is made where the question comes in, and handed down from there.

    All but ``asked`` is told from the form that stands alone, so that a follow-up is found, read and answered as if
    all of it had been said at once.
    """

    asked: str
    """The question as it was typed."""

    stand_alone: str
    """The question with single spaces and, after a ``history``, with what it leans on put in: searched and read."""

    intent: Intent
    """What kind of answer it wants."""

    words: tuple[str, ...]
    """What to look for: its words in lower case without stop words, each once, in their order."""

    names: tuple[str, ...]
    """Its capitalised names and four-digit numbers, each once, in their order."""

    years: frozenset[str]
    """The years that it names, 1000 to 2099, in four digits."""

    codes: tuple[str, ...] = ()
    """Its codes, versions, acronyms and names such as C#, as :func:`corpus.text.folding.aliases` writes them."""

    @classmethod
    def of(cls, question: str, history: Sequence[Turn] = ()) -> Query:
        """Return the query of any text; ``history``: the turns before, oldest first.

        Whether the text can be asked at all is not checked here: :func:`qa.question.intent.problem` says.
        """
        text = " ".join(question.split())
        if history:
            text = stand_alone(text, history)
        return cls(
            asked=question,
            stand_alone=text,
            intent=intent_of(text),
            words=tuple(search_words(folded(text))),
            names=tuple(names(text)),
            years=years(text),
            codes=tuple(aliases(folded(text))),
        )
