"""Files and strings in, documents out: which files to read, and reading one by the format its name tells.

Nothing here goes to the network, and nothing is kept.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from corpus.errors import ReadError
from corpus.formats import SUFFIXES, Content, Format, format_of
from corpus.formats.base import UnreadableError
from corpus.formats.plain import write_plain
from corpus.sources import file_source, user_path
from corpus.text.dates import date_within, headline_date, parse_date
from corpus.text.layout import normalise
from corpus.text.titles import first_words, title_line
from corpus.types import Document, make_document

logger = logging.getLogger(__name__)

MAX_BYTES = 50_000_000


def find_files(path: Path) -> list[Path]:
    """Return the files to read: ``path`` itself if it is a file, else every supported one below the folder.

    They are sorted. Hidden files and folders (``.name``) and links to folders are passed over.

    Raises:
        ReadError: there is nothing at ``path``.
    """
    path = user_path(path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ReadError(f"There is no file or folder {path}: check the path.")
    found = []
    # os.walk does not follow links to folders, so a loop of them ends nowhere else.
    for folder, folders, names in os.walk(path, onerror=_warn_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = (Path(folder, name) for name in names if not name.startswith("."))
        found += [file for file in files if format_of(file) and file.is_file()]
    return sorted(found)


def _warn_unreadable(error: OSError) -> None:
    logger.warning("Folder %s was passed over: %s", error.filename, error.strerror)


def read_file(path: Path) -> Document:
    """Return the document in one file; its source is the file's absolute path with links resolved.

    Raises:
        ReadError: the file is missing, not of a supported kind, not readable, too large, binary or empty.
    """
    path = user_path(path)
    kind, data = _read_bytes(path)
    try:
        content = kind.read(data)
    except UnreadableError as error:
        raise ReadError(f"{path} {error}") from None
    except ValueError:
        raise ReadError(
            f"{path} holds no readable text although its name ends in {path.suffix.lower()}: "
            "save it again as UTF-8 text."
        ) from None
    if not content.text:
        raise ReadError(f"{path} holds no text: add some or leave it out.")
    title = content.title or title_line(content.text) or first_words(content.text) or path.stem
    date = content.date or headline_date(title) or _heading_date(content) or date_within(path.stem)
    return make_document(file_source(path), title, date, content.text, content.structure)


def _heading_date(content: Content) -> str:
    """Return the date in the first heading, or the first line where there is none; never one mentioned in the text."""
    first = next((block for block in content.structure if block.kind == "heading"), None)
    line = content.text[first.start : first.end] if first else content.text.partition("\n")[0]
    return headline_date(line)


def read_text(text: str, *, source: str, title: str = "", date: str = "") -> Document:
    """Return a document made of a string, laid out as a text file would be.

    Args:
        text: the text; nothing but its whitespace and invisible characters is changed.
        source: a name for where it came from.
        title: if empty, the first line where that is short, else the source.
        date: an ISO date, or a written one such as ``12 March 2019``.

    Raises:
        ReadError: there is no text in it, or the date is none.
    """
    laid_out, structure = write_plain(text)
    if not laid_out:
        raise ReadError(f"The text {source} is empty: give some text to read.")
    iso = parse_date(date)
    if date.strip() and not iso:
        raise ReadError(f"The date {date!r} of {source} is not a date: write it as YYYY-MM-DD.")
    title = " ".join(normalise(title).split()) or title_line(laid_out) or source
    return make_document(source, title, iso, laid_out, structure)


def _read_bytes(path: Path) -> tuple[Format, bytes]:
    try:
        str(path).encode()
        if path.is_dir():
            raise ReadError(f"{path} is a folder: give the files in it one by one, or add the folder as a whole.")
        kind = format_of(path)
        if kind is None:
            raise ReadError(f"{path} is not a kind of file that can be read: use one of {', '.join(sorted(SUFFIXES))}.")
        if not path.exists():
            raise ReadError(f"There is no file {path}: check the path.")
        if not path.is_file():
            raise ReadError(f"{path} is not an ordinary file: copy its text into one.")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise ReadError(
                f"{path} has {size / 1e6:.0f} MB, more than the {MAX_BYTES / 1e6:.0f} MB a file may have: "
                "split it into smaller files."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"There is no file {path} any more: check the path.") from None
    except PermissionError:
        raise ReadError(f"{path} may not be read: change its permissions or copy it elsewhere.") from None
    except OSError as error:
        raise ReadError(f"{path} could not be read ({error.strerror}): check the disk and try again.") from None
    except UnicodeEncodeError:
        raise ReadError(f"The name {str(path)!a} is not valid Unicode: rename the file.") from None
    if not data:
        raise ReadError(f"{path} is empty: add some text or leave it out.")
    return kind, data
