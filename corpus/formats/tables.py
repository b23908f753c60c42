"""Rows of values written as a table: one line a row, " | " between cells, the row that names the columns told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from corpus.structure import Writer

_NUMBER = re.compile(r"[-+(]?[\d.,\s]*\d[\d.,]*\s?[%€$£)]?|\d{4}-\d\d-\d\d.*")
# Of so many rows the header is told; the rest are written as they come.
_LOOKED_AT = 20


def write_table(rows: Iterable[Sequence[str]], writer: Writer) -> None:
    """Write rows of cell texts; empty rows, and columns empty at a row's end, are left out."""
    filled = (row for row in map(_trimmed, rows) if row)
    first = list(islice(filled, _LOOKED_AT))
    header = _header(first)
    # A title over the table is no row of it.
    for row in first[: header or 0]:
        writer.gap("\n\n")
        writer.open("paragraph")
        writer.write(" ".join(cell for cell in row if cell))
        writer.close()
    writer.gap("\n\n")
    writer.open("table")
    for number, row in enumerate(chain(first[header or 0 :], filled)):
        names = header is not None and number == 0
        writer.gap("\n")
        writer.open("row", label="header" if names else "")
        for column, cell in enumerate(row, 1):
            writer.gap(" | " if column > 1 else "\n")
            if cell:
                writer.open("cell", level=column, label="header" if names else "")
                writer.write(cell)
                writer.close()
            else:
                writer.write("–")
        writer.close()
    writer.close()
    writer.gap("\n\n")


def _trimmed(row: Sequence[str]) -> list[str]:
    cells = [" ".join(cell.split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which of the first rows names the columns: as wide as the table, words in every cell, none twice."""
    width = max((len(row) for row in rows), default=0)
    for number, row in enumerate(rows[:10]):
        words = [cell for cell in row if cell]
        if len(row) >= max(2, width - 1) and len(words) >= 0.6 * width:
            plain = not any(_NUMBER.fullmatch(cell) for cell in words)
            return (
                number if plain and len({w.lower() for w in words}) == len(words) and len(rows) > number + 1 else None
            )
    return None
