"""Where to look: some documents, or a span of dates."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass

from corpus.errors import LibraryError


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: only documents with these ids (None: all), dated within [since, until] (ISO dates or "").

    A partial date stands for its whole month or year. Documents without a date are left out when either end is given.
    """

    documents: tuple[str, ...] | None = None
    since: str = ""
    until: str = ""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.documents is None and not self.since and not self.until

    def where(self) -> tuple[str, list[str]]:
        """Return an SQL condition on the table ``documents`` and its parameters."""
        parts, values = ["1"], []
        if self.documents is not None:
            parts.append("documents.id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(self.documents))
        if self.since or self.until:
            parts.append("documents.date <> ''")
        # "~" sorts after every digit and "-": "2017-06~" is the end of June 2017.
        if self.since:
            parts.append("documents.date || '~' >= ?")
            values.append(self.since)
        if self.until:
            parts.append("documents.date <= ? || '~'")
            values.append(self.until)
        return " AND ".join(parts), values


def iso_date(value: str | datetime.date) -> str:
    """Return a date, or a year or month, in ISO form.

    Raises:
        LibraryError: it is not one.
    """
    text = value.isoformat()[:10] if isinstance(value, datetime.date) else value.strip()
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text)
    if text and match:
        try:
            datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            match = None
    if text and not match:
        raise LibraryError(f"{text!r} is not a date: write it as 2017, 2017-06 or 2017-06-07.")
    return text
