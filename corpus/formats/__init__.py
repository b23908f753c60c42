"""The file formats that can be read: one file each, and the table of them.

To add one, write ``corpus/formats/NAME.py`` with a class that fulfils :class:`~corpus.formats.base.Format`, name it in
:data:`FORMATS`, and give ``tests/contracts/test_formats.py`` a sample of it.
"""

from __future__ import annotations

from pathlib import PurePath

from corpus.formats.base import Content, Format
from corpus.formats.csv import Csv
from corpus.formats.docx import Docx
from corpus.formats.html import Html
from corpus.formats.markdown import Markdown
from corpus.formats.pdf import Pdf
from corpus.formats.plain import Plain
from corpus.formats.xlsx import Xlsx

FORMATS: tuple[Format, ...] = (Plain(), Markdown(), Html(), Pdf(), Docx(), Xlsx(), Csv())

_BY_SUFFIX = {suffix: kind for kind in FORMATS for suffix in kind.suffixes}

SUFFIXES: tuple[str, ...] = tuple(_BY_SUFFIX)


def format_of(path: PurePath) -> Format | None:
    """Return the format of a file by how its name ends, in whatever case; None for one that cannot be read."""
    return _BY_SUFFIX.get(path.suffix.lower())


def suffixes_in_words(last: str = "or") -> str:
    """Return the suffixes as a sentence names them: ``.txt, .md or .html``, one for each format."""
    *first, end = (sorted(kind.suffixes, key=lambda s: (len(s), s))[0] for kind in FORMATS)
    return f"{', '.join(first)} {last} {end}" if first else end


__all__ = ["FORMATS", "SUFFIXES", "Content", "Format", "format_of", "suffixes_in_words"]
