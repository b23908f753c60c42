"""What the small language model is asked: the best of those tried on development questions (see LOG.md)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.peers.language_model import NOT_THERE

INSTRUCTION = (
    "Answer the question with a few words copied from the passages, and then the number of the passage in square "
    f'brackets, like [2]. If the passages do not say, reply: "{NOT_THERE}".'
)

_EXAMPLES = (
    (
        "In which year did the bridge open?",
        (
            "Oldham Mill: The mill was built of red brick in 1834 and burnt down twice.",
            "Harrow Bridge: Work on the bridge began in 1901. It was opened to traffic in 1907 by the mayor.",
        ),
        "1907 [2]",
    ),
    (
        "Who painted the ceiling of the town hall?",
        (
            "Town hall of Lenz: The hall was finished in 1650. Its ceiling was painted by Maria Kolb.",
            "Lenz: The town lies on the river Aar and has 4,000 inhabitants.",
        ),
        "Maria Kolb [1]",
    ),
    (
        "How many people work at the harbour?",
        (
            "Port Anders: The harbour was dredged in 1990 so that larger ships could enter.",
            "Anders: The town is known for its fish market, which is held every Friday.",
        ),
        NOT_THERE,
    ),
)


def continued(question: str, passages: Sequence[str]) -> str:
    """Return instruction, examples and question as one text that the model goes on with, without its chat format.

    ``passages``: each as ``title: text``, best first.
    """
    examples = [f"{_block(asked, shown)} {answer}" for asked, shown, answer in _EXAMPLES]
    return "\n\n".join([INSTRUCTION, *examples, _block(question, passages)])


def _block(question: str, passages: Sequence[str]) -> str:
    # The best passage comes last, nearest to the question: a small model looks there.
    numbered = [f"[{number}] {passage}" for number, passage in enumerate(passages, 1)]
    return "\n".join([*reversed(numbered), f"Question: {question}", "Answer:"])


# As in txtai's documentation, and after it what this task asks for; the citation is txtai's own.
TXTAI_SYSTEM = "You are a friendly assistant. You answer questions from users."
TXTAI_TEMPLATE = (
    "Answer the following question using only the context below. Only include information specifically discussed. "
    f"Reply with only the few words of the context that answer it, or with: {NOT_THERE}.\n\n"
    "question: {question}\ncontext: {context}"
)
