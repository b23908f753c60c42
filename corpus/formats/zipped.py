"""Office files are zip archives: whether one is whole, and small enough to be taken out."""

from __future__ import annotations

import io
import zipfile

from corpus.formats.base import UnreadableError

MOST_BYTES = 500_000_000
"""What an archive may hold, taken out; a few kilobytes can hold far more (a zip bomb)."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check_archive(data: bytes, member: str) -> None:
    """Make sure that the bytes are a zip archive with this member in it.

    Raises:
        UnreadableError: they are none, or hold too much.
    """
    if data.startswith(_OLE):
        raise UnreadableError("is protected by a password, or in an old Office format: save a copy in today's format.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableError(
            "is damaged or not what its name says: open it in its program and save it again."
        ) from None
    if size > MOST_BYTES:
        raise UnreadableError(
            f"holds {size / 1e6:,.0f} MB when unpacked, and at most {MOST_BYTES / 1e6:,.0f} MB are: split it."
        )
    if member not in names:
        raise UnreadableError("is not what its name says: open it in its program and save it again.")
