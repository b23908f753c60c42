"""Files that somebody sends: a safe name, a copy inside the library, and the way back to the file of a document.

A copy lies in ``uploads/DOCUMENT/NAME`` of the library's folder, where DOCUMENT is the id of the document, which is
made from its contents. It is there before the document is, and goes after it, so that no document loses its file.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Collection
from pathlib import Path

import corpus
from corpus.errors import ReadError
from corpus.files import read_file
from corpus.sources import PREFIX
from corpus.types import Document, make_document

MAX_UPLOAD = 100_000_000  # bytes
MAX_NAME = 150  # bytes of UTF-8: file systems allow 255

_ID = re.compile(r"[0-9a-f]{16}")
_INCOMING = "incoming-"
_LEFT_OVER = 3600.0  # seconds after which a copy without a document is one that was interrupted
# What Windows opens as a device, whatever follows the first dot.
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{name}{n}" for name in ("com", "lpt") for n in "123456789¹²³"})
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def safe_name(name: str) -> str:
    """Return a name for a file on any system: the last part of a path, without what could lead or read astray."""
    last = re.split(r"[\\/]", name.rstrip("\\/ "))[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    bare = " ".join(re.sub(r'[<>:"|?*]', "_", kept).split()).strip(" .")
    if not re.search(r"\w", bare):
        bare = "document"
    if bare.split(".")[0].rstrip().casefold() in _DEVICES:
        bare = f"_{bare}"
    stem, suffix = Path(bare).stem, Path(bare).suffix
    room = MAX_NAME - len(suffix.encode())
    if room < 1:
        stem, suffix, room = bare, "", MAX_NAME
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + suffix


class Uploads:
    """The folder of copies in a library's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def receive(self, path: Path, name: str) -> Document:
        """Copy the file here and return the document in it, whose source is ``upload:NAME``; it is not stored yet.

        Raises:
            ReadError: the file is missing, too large, a program, or cannot be read; the sentence names it by ``name``.
        """
        name = safe_name(name)
        self._check(path, name)
        incoming = self.folder / f"{_INCOMING}{secrets.token_hex(8)}"
        try:
            incoming.mkdir(parents=True)
            shutil.copyfile(path, incoming / name)
            document = self._read(incoming / name, name)
            self._keep(incoming, document.id, name)
        except OSError as error:
            raise ReadError(f"{name} could not be copied into the library ({error.strerror}): try again.") from None
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        return document

    def forget(self, document: str) -> None:
        """Remove the copy of the document with this id, if there is one."""
        if _ID.fullmatch(document):
            shutil.rmtree(self.folder / document, ignore_errors=True)

    def tidy(self, documents: Collection[str]) -> None:
        """Remove what interruptions have left: copies that belong to none of these ids and are an hour old."""
        if not self.folder.is_dir():
            return
        for folder in self.folder.iterdir():
            try:
                old = time.time() - folder.stat().st_mtime > _LEFT_OVER
            except OSError:  # another process was faster
                continue
            if old and folder.name not in documents:
                shutil.rmtree(folder, ignore_errors=True)

    def original(self, document: str, source: str) -> Path | None:
        """Return the file that the document with this id and source was read from, where it is still there."""
        if source.startswith(PREFIX):
            name = source.removeprefix(PREFIX)
            # A library that somebody else made could name anything.
            if not _ID.fullmatch(document) or name != safe_name(name):
                return None
            path = self.folder / document / name
        elif source.startswith("sample:"):
            path = Path(corpus.__file__).parent / "sample" / safe_name(source.removeprefix("sample:"))
        else:
            path = Path(source)
            if not path.is_absolute():  # "text:Notes", or whatever a program called it
                return None
        try:
            return path if path.is_file() else None
        except (OSError, ValueError):
            return None

    def _check(self, path: Path, name: str) -> None:
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(4)
        except OSError as error:
            raise ReadError(f"{name} could not be read ({error.strerror}): send it again.") from None
        if size > MAX_UPLOAD:
            raise ReadError(
                f"{name} has {size / 1e6:.0f} MB, more than the {MAX_UPLOAD / 1e6:.0f} MB an upload may have: "
                "split it into smaller files."
            )
        if start.startswith(_PROGRAMS):
            raise ReadError(f"{name} is a program, whatever its name says: only documents can be read.")

    def _read(self, copy: Path, name: str) -> Document:
        try:
            read = read_file(copy)
        except ReadError as error:
            raise ReadError(str(error).replace(str(copy), name)) from None
        return make_document(PREFIX + name, read.title, read.date, read.text, read.structure)

    def _keep(self, incoming: Path, document: str, name: str) -> None:
        place = self.folder / document
        if (place / name).is_file():  # sent before
            os.utime(place)
            return
        shutil.rmtree(place, ignore_errors=True)
        incoming.rename(place)
