"""Files and strings in, documents out: plain text, Markdown and saved web pages.

Nothing here goes to the network, and nothing is kept.
"""

from __future__ import annotations

import logging
import os
import re
from itertools import islice
from pathlib import Path

from corpus.decode import decode
from corpus.markdown import read_markdown
from corpus.split import sentence_spans
from corpus.text import date_line, lay_out, normalise, parse_date
from corpus.types import Document, make_document
from corpus.web import decode_page, read_page

logger = logging.getLogger(__name__)

_PAGES = frozenset({".html", ".htm"})
_NOTES = frozenset({".md", ".markdown"})
SUFFIXES: frozenset[str] = frozenset({".txt", ".text"}) | _NOTES | _PAGES
MAX_BYTES = 50_000_000


class ReadError(ValueError):
    """Something could not be read; the message is one sentence that names it and says what to do."""


def find_files(path: Path) -> list[Path]:
    """Return the files to read: ``path`` itself if it is a file, else every supported one below the folder.

    They are sorted. Hidden files and folders (``.name``) and links to folders are passed over.

    Raises:
        ReadError: there is nothing at ``path``.
    """
    path = path.expanduser()
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ReadError(f"There is no file or folder {path}: check the path.")
    found = []
    # os.walk does not follow links to folders, so a loop of them ends nowhere else.
    for folder, folders, names in os.walk(path, onerror=_warn_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = (Path(folder, name) for name in names if not name.startswith("."))
        found += [file for file in files if file.suffix.lower() in SUFFIXES and file.is_file()]
    return sorted(found)


def _warn_unreadable(error: OSError) -> None:
    logger.warning("Folder %s was passed over: %s", error.filename, error.strerror)


def names_file(source: str) -> bool:
    """Whether a source looks like what :func:`read_file` calls one: the absolute path of a kind of file it reads."""
    path = Path(source)
    return path.is_absolute() and path.suffix.lower() in SUFFIXES


def read_file(path: Path) -> Document:
    """Return the document in one file; its source is the file's absolute path with links resolved.

    Raises:
        ReadError: the file is missing, not of a supported kind, not readable, too large, binary or empty.
    """
    path = path.expanduser()
    data = _read_bytes(path)
    suffix = path.suffix.lower()
    try:
        source = decode_page(data) if suffix in _PAGES else decode(data)
    except ValueError:
        raise ReadError(
            f"{path} holds no readable text although its name ends in {suffix}: save it again as UTF-8 text."
        ) from None
    read = read_page if suffix in _PAGES else read_markdown if suffix in _NOTES else _read_plain
    title, date, text = read(source)
    if not text:
        raise ReadError(f"{path} holds no text: add some or leave it out.")
    title = title or _title_line(text) or _first_words(text) or path.stem
    return make_document(str(path.resolve()), title, date, text)


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
    laid_out = lay_out(text)
    if not laid_out:
        raise ReadError(f"The text {source} is empty: give some text to read.")
    iso = parse_date(date)
    if date.strip() and not iso:
        raise ReadError(f"The date {date!r} of {source} is not a date: write it as YYYY-MM-DD.")
    title = " ".join(normalise(title).split()) or _title_line(laid_out) or source
    return make_document(source, title, iso, laid_out)


def _read_bytes(path: Path) -> bytes:
    try:
        str(path).encode()
        if path.is_dir():
            raise ReadError(f"{path} is a folder: give the files in it one by one, or add the folder as a whole.")
        if path.suffix.lower() not in SUFFIXES:
            kinds = ", ".join(sorted(SUFFIXES))
            raise ReadError(f"{path} is not of a kind that can be read: use one of {kinds}.")
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
    return data


# --- titles and dates ------------------------------------------------------------------------------------

_DATE_PREFIX = re.compile(r"[Dd]ate:?\s+(?P<date>\d{4}-\d{2}-\d{2})\s+(?P<rest>[^a-z\s].*)")
_TITLE_LABEL = re.compile(r"(?:title|headline|subject):\s+(?P<title>\S.*)", re.IGNORECASE)
# A source or an author, a mark that closes it, and a date that ends the line: "(Xinhua) 07:37, May 4, 2022".
_BYLINE = re.compile(
    r"(?:By\s[^|,]{2,60}[|,–—-]|[^|]{2,60}\||\(?[\w .'’&]{2,40}\))\s*(?P<date>[^|]+)",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"[A-Z][A-Z .'’-]{2,30}(?:,\s[A-Z][a-z]+\.?(?:\s\d{1,2})?)?(?:\s\([^)]{2,40}\))?\s(?:--|–|—|-)\s"
)


def _read_plain(text: str) -> tuple[str, str, str]:
    """Return title, date and text. Pure date lines and the words ``date`` and ``title:`` are taken off."""
    lines = text.splitlines()
    top = list(islice((index for index, line in enumerate(lines) if normalise(line)), 3))
    title = date = byline = ""
    taken: dict[int, str] = {}
    for position, index in enumerate(top):
        line = normalise(lines[index])
        if position == 0 and (match := _DATE_PREFIX.fullmatch(line)) and (found := parse_date(match["date"])):
            date, taken[index] = found, match["rest"]
        elif match := _TITLE_LABEL.fullmatch(line):
            title, taken[index] = match["title"], match["title"]
        elif not date and (found := date_line(line)):
            date, taken[index] = found, ""
        elif not date and (found := _byline_date(line)):
            date, byline = found, line
    dropped = [index for index, rest in taken.items() if not rest]
    if dropped and any(parse_date(line) and date_line(line) for line in lines[dropped[0] + 1 :]):
        # Dates again and again head the entries of a diary or log: the first is no date of the whole.
        date, taken = "", {index: rest for index, rest in taken.items() if rest}
    kept = lay_out("\n".join(taken.get(index, line) for index, line in enumerate(lines)))
    if not kept:
        return "", date, lay_out(text)
    below = kept.removeprefix(byline).lstrip()
    return title or _title_line(below) or _first_words(below) or _first_words(kept), date, kept


def _byline_date(line: str) -> str:
    match = _BYLINE.fullmatch(line) if len(line) <= 100 else None
    return date_line(match["date"]) if match else ""


def _title_line(text: str) -> str:
    """Return the first line if it can be a title: short, not a sentence, and with text below it."""
    first, _, rest = text.partition("\n")
    goes_on = first.endswith((".", ",", ";", ":", "。"))
    return first if len(first) < 120 and rest and not goes_on and re.search(r"\w", first) else ""


def _first_words(text: str) -> str:
    """Return the first sentence without the place a news text opens with, cut to some 80 letters."""
    line = next((line for line in text.splitlines() if re.search(r"\w", line)), "")[:2000]
    if match := _DATELINE.match(line):
        line = line[match.end() :]
    spans = sentence_spans(line)
    sentence = line[spans[0][0] : spans[0][1]] if spans else ""
    if len(sentence) <= 90:
        return sentence.removesuffix(".")
    cut = sentence.rfind(" ", 50, 80)
    return sentence[: cut if cut > 0 else 79].rstrip(" ,;:–—-") + "…"
