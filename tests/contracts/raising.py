"""Exceptions in contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def raises(kind: type[BaseException], match: str = "") -> Iterator[None]:
    """Check that the block raises this; as an AssertionError if it does not, which ``pytest.raises`` has none of."""
    try:
        yield
    except kind as error:
        assert re.search(match, str(error)), error
    else:
        raise AssertionError(f"nothing of the kind {kind.__name__} was raised")
