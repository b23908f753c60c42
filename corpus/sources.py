"""What a source names: a file by its path, or, by a prefix, a text, an upload or a page of the sample corpus."""

from __future__ import annotations

import re


def short_source(source: str) -> str:
    """Return the file name of a source: ``a.md`` for ``/notes/a.md`` and for ``sample:a.md``."""
    bare = re.sub(r"^(?:text|upload|sample):", "", source)
    return re.split(r"[\\/]", bare.rstrip("\\/"))[-1] or source


PREFIX = "upload:"


def is_source(source: str, name: str) -> bool:
    """Whether a document's source is the one named: whole, or by its last part (``expo.md`` of ``/notes/expo.md``)."""
    return bool(name) and (source == name or source.replace("\\", "/").endswith((f"/{name}", f":{name}")))
