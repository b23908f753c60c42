"""Tables as text, comma-, semicolon- or tab-separated, in; text and structure out."""

from __future__ import annotations

import csv
import io

from corpus.formats.base import Content, UnreadableError
from corpus.formats.tables import write_table
from corpus.structure import Writer
from corpus.text.encoding import decode

_LONGEST_CELL = 1_000_000  # characters


class Csv:
    """A table with a separator between its cells."""

    name = "table (CSV)"
    suffixes = frozenset({".csv", ".tsv"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the text, decoded; ValueError where the bytes are no text."""
        return decode(data)

    def read(self, data: bytes) -> Content:
        """Return text and structure; UnreadableError where a cell has no end, ValueError where it is no text."""
        text = decode(data)
        writer = Writer()
        csv.field_size_limit(_LONGEST_CELL)
        try:
            write_table(csv.reader(io.StringIO(text, newline=""), _dialect(text)), writer)
        except csv.Error as error:
            raise UnreadableError(f"is not a table that can be read ({error}): save it again as CSV.") from None
        return Content("", "", *writer.finish())


def _dialect(text: str) -> type[csv.Dialect]:
    """Return how the cells are separated: the sign that cuts the first lines into equally many."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    best, most = ",", 0.0
    for sign in ",;\t|":
        counts = [len(row) for row in csv.reader(lines, delimiter=sign)]
        width = max(set(counts), key=counts.count) if counts else 1
        score = (width - 1) * counts.count(width) / max(1, len(counts))
        if score > most:
            best, most = sign, score

    class Found(csv.excel):
        delimiter = best
        skipinitialspace = True

    return Found
