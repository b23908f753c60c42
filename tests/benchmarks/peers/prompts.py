"""The prompts that the small language model was tried with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.peers.language_model import NOT_THERE, Message

Prompt = Callable[[str, Sequence[str]], str | list[Message]]
"""(question, passages as "title: text", best first) -> a conversation, or a text to go on with."""

SYSTEM = (
    "Answer the question with a few words copied from the passages, and then the number of the passage in square "
    f'brackets, like [2]. If the passages do not say, reply: "{NOT_THERE}".'
)


def passages_first(question: str, passages: Sequence[str]) -> str:
    """Return the numbered passages and the question after them."""
    numbered = "\n\n".join(f"[{number}] {passage}" for number, passage in enumerate(passages, 1))
    return f"Passages:\n{numbered}\n\nQuestion: {question}"


def zero_shot(question: str, passages: Sequence[str]) -> list[Message]:
    """Give the instruction as the system's, passages and question as the user's."""
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": passages_first(question, passages)},
    ]


def one_message(question: str, passages: Sequence[str]) -> list[Message]:
    """Give all as the user's, the instruction after the passages, where a small model forgets it least."""
    numbered = passages_first(question, passages).rsplit("\n\nQuestion: ", 1)[0]
    return [{"role": "user", "content": f"{numbered}\n\n{SYSTEM}\n\nQuestion: {question}\nAnswer:"}]


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


def few_shot(question: str, passages: Sequence[str]) -> list[Message]:
    """Give the instruction, three short examples as earlier turns, one of them refused, then the question."""
    messages = [{"role": "system", "content": SYSTEM}]
    for asked, shown, answer in _EXAMPLES:
        messages.append({"role": "user", "content": passages_first(asked, shown)})
        messages.append({"role": "assistant", "content": answer})
    return [*messages, {"role": "user", "content": passages_first(question, passages)}]


def few_shot_answering(question: str, passages: Sequence[str]) -> list[Message]:
    """Give the same with the two answered examples alone."""
    messages = few_shot(question, passages)
    return [*messages[:5], messages[-1]]


def _block(question: str, passages: Sequence[str]) -> str:
    # The best passage comes last, nearest to the question: a small model looks there.
    numbered = [f"[{number}] {passage}" for number, passage in enumerate(passages, 1)]
    return "\n".join([*reversed(numbered), f"Question: {question}", "Answer:"])


def continued(question: str, passages: Sequence[str]) -> str:
    """Give instruction, examples and question as one text that the model goes on with, without its chat format."""
    examples = [f"{_block(asked, shown)} {answer}" for asked, shown, answer in _EXAMPLES]
    return "\n\n".join([SYSTEM, *examples, _block(question, passages)])


def question_twice(question: str, passages: Sequence[str]) -> list[Message]:
    """Say in one message what is wanted, then the passages, the best last, then the question again."""
    numbered = "\n".join(reversed([f"[{number}] {passage}" for number, passage in enumerate(passages, 1)]))
    text = (
        f"Find the short answer to this question in the passages: {question}\n\n{numbered}\n\nQuestion: {question}\n"
        f'Reply with only the few words that answer it and the passage\'s number, like "1907 [2]", or "{NOT_THERE}".'
    )
    return [{"role": "user", "content": text}]


@dataclass(frozen=True, slots=True)
class TxtaiPrompt:
    """The two texts of txtai's RAG pipeline; ``template`` has ``{question}`` and ``{context}``."""

    template: str
    system: str | None


TXTAI_DOCUMENTED = TxtaiPrompt(
    "Answer the following question using only the context below. Only include information specifically discussed.\n\n"
    "question: {question}\ncontext: {context}",
    "You are a friendly assistant. You answer questions from users.",
)


TXTAI_SHORT = TxtaiPrompt(
    "Answer the following question using only the context below. Only include information specifically discussed. "
    f"Reply with only the few words of the context that answer it, or with: {NOT_THERE}.\n\n"
    "question: {question}\ncontext: {context}",
    "You are a friendly assistant. You answer questions from users.",
)


def _txtai_block(question: str, passages: Sequence[str]) -> str:
    return "\n\n".join(passages) + f"\nQuestion: {question}\nAnswer:"


TXTAI_CONTINUED = TxtaiPrompt(
    "\n\n".join(
        [
            f"Answer the question with a few words copied from the context. If it does not say, write: {NOT_THERE}.",
            *(f"{_txtai_block(a, shown)} {answer.split(' [')[0]}" for a, shown, answer in _EXAMPLES),
            "{context}\nQuestion: {question}\nAnswer:",
        ]
    ),
    None,
)
