"""What may go wrong when a model is loaded from files that anybody may have made: one sentence for all of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qa.reader.types import ReaderError

BUNDLED = Path(__file__).parent / "weights"


@contextlib.contextmanager
def loading(name: str | Path) -> Iterator[None]:
    """Turn whatever is raised while the model ``name`` is loaded into one sentence.

    Raises:
        ReaderError: something was raised; what its files raise when they are cut or foreign is up to the libraries
            that read them, and is no error of a few kinds.
    """
    try:
        yield
    except Exception as error:
        advice = "name the folder of one, or a hub name that was downloaded before"
        if name == BUNDLED:
            advice = "its files came with Citebound, so install that again"
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        raise ReaderError(f"No seq2seq model can be loaded from {name}: {advice}. ({reason})") from error


def check_weights(found: Mapping[str, Any]) -> None:
    """Make sure that the weights were all there: ``transformers`` makes up the others at random, and only logs it.

    ``found``: what ``from_pretrained`` returns beside the model with ``output_loading_info``.

    Raises:
        ValueError: some were not.
    """
    missing = sorted(found["missing_keys"])
    if missing:
        raise ValueError(f"{len(missing)} of its weights are not in its files, such as {missing[0]}")


def check_vocabulary(tokens: int, embedded: int) -> None:
    """Make sure that a model knows all ``tokens`` of its tokenizer, ``embedded`` being how many it has room for.

    Raises:
        ValueError: it does not.
    """
    if tokens > embedded:
        raise ValueError(f"its tokenizer is another model's: it has {tokens:,} tokens, the model {embedded:,}")
