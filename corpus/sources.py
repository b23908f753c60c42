"""What a source names: a file by its path, or, by a prefix, a text, an upload or a page of the sample corpus."""

from __future__ import annotations

import os
import re
from pathlib import Path

from corpus.errors import CiteboundError, ReadError


def user_path(path: str | Path, error: type[CiteboundError] = ReadError) -> Path:
    """Return a path as somebody typed it, with ``~`` for the home folder: not every shell knows it, nor everywhere.

    Raises:
        CiteboundError: it is no path, or there is no such home folder; of the kind ``error``.
    """
    try:
        if "\0" in str(path):
            raise ValueError
        os.fsencode(path)
        return Path(path).expanduser()
    except RuntimeError:
        raise error(f"{path} cannot be used: there is no such home folder.") from None
    except ValueError:
        raise error(f"{str(path)!a} cannot be used: it is not a path.") from None


def file_source(path: str | Path) -> str:
    """Return the source of a file, and of a folder what the sources of its files begin with: links are resolved.

    Unlike ``Path.resolve``, this stands links that lead in a circle.
    """
    return os.path.realpath(path)


def same_source(source: str, other: str) -> bool:
    """Whether two sources are one; the names of files in any case, where the system does not tell cases apart."""
    return source == other or os.path.normcase(source) == os.path.normcase(other)


def short_source(source: str) -> str:
    """Return the file name of a source: ``a.md`` for ``/notes/a.md`` and for ``sample:a.md``."""
    bare = re.sub(r"^(?:text|upload|sample):", "", source)
    return re.split(r"[\\/]", bare.rstrip("\\/"))[-1] or source


PREFIX = "upload:"


def is_source(source: str, name: str) -> bool:
    """Whether a document's source is the one named: whole, or by its last part (``expo.md`` of ``/notes/expo.md``)."""
    return bool(name) and (source == name or source.replace("\\", "/").endswith((f"/{name}", f":{name}")))


def is_within(source: str, folder: str) -> bool:
    """Whether a document's source is a file in the folder named, or below it: by its path, or the last parts of it."""
    name = folder.replace("\\", "/").strip("/")
    return bool(name) and f"/{name}/" in f"/{source.replace(chr(92), '/').lstrip('/')}"


def spoken_name(source: str) -> str:
    """Return the words of a file's name and of the folder it lies in, "" for a source that is no file or upload.

    ``contracts john-smith`` for ``/home/me/contracts/john-smith.txt``.
    """
    if source.startswith(("text:", "sample:")) or not re.search(r"\.\w{1,8}$", source):
        return ""
    parts = re.split(r"[\\/]", source.removeprefix(PREFIX))[-2:]
    stem = re.sub(r"\.\w{1,8}$", "", parts[-1])
    return " ".join(re.sub(r"[_\s]+", " ", part).strip() for part in (*parts[:-1], stem) if part).strip()
