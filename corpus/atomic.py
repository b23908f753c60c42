"""A file that appears whole or not at all: what stood there before stays until the last byte is written."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write the bytes to ``path`` by way of a hidden file beside it, which is on the disk before it gets the name.

    Raises:
        OSError: it cannot be written; then ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
