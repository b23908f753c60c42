"""Excel workbooks in; title, date, text and structure out: a sheet is a section, what is shown in a cell its words."""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

from corpus.formats.base import Content, UnreadableError
from corpus.formats.tables import write_table
from corpus.formats.zipped import check_archive
from corpus.structure import Writer

_EMPTY_ROWS = 1_000
"""After so many without a value the rest of a sheet is taken for empty."""


class Xlsx:
    """An Excel workbook."""

    name = "workbook (Excel)"
    suffixes = frozenset({".xlsx", ".xlsm"})
    media_type = "text/plain"

    def decode(self, data: bytes) -> str:
        """Return the sheets as text; UnreadableError where it is no workbook."""
        return self.read(data).text

    def read(self, data: bytes) -> Content:
        """Return title, date, text and structure; UnreadableError where it is no workbook."""
        from openpyxl import load_workbook

        check_archive(data, "xl/workbook.xml")
        writer = Writer()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and extensions, which are no words
                book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
                for sheet in book.worksheets:
                    if sheet.sheet_state == "visible":
                        writer.gap("\n\n")
                        writer.open("heading", level=1)
                        writer.write(sheet.title)
                        writer.close()
                        write_table(_rows(sheet), writer)
                title, created = book.properties.title or "", book.properties.modified or book.properties.created
        except Exception as error:
            # The library has no error of its own: what a damaged workbook raises can be anything.
            raise UnreadableError(
                f"is a workbook that cannot be read ({type(error).__name__}): save it again."
            ) from None
        return Content(title.strip(), created.date().isoformat() if created else "", *writer.finish())


def _rows(sheet: Any) -> Iterator[list[str]]:
    empty = 0
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        cells = [_shown(cell) for cell in row]
        empty = 0 if any(cells) else empty + 1
        if empty > _EMPTY_ROWS:
            return
        yield cells


def _shown(cell: Any) -> str:
    """Return a cell as its sheet shows it, as far as that can be told: no trailing .0, dates as ISO, per cent."""
    value, written = cell.value, getattr(cell, "number_format", "") or ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, int | float):
        places = re.search(r"0\.(0+)", written)
        if "%" in written:
            return f"{value * 100:.{len(places[1]) if places else 0}f}%"
        sign = next((s for s in "$€£" if s in written), "")
        if sign or "#,##0" in written:
            number = f"{value:,.{len(places[1]) if places else 0}f}"
            return f"{sign}{number}" if sign != "€" else f"{number} €"
        return f"{value:.{len(places[1])}f}" if places and isinstance(value, float) else f"{value:.15g}"
    return str(value)
