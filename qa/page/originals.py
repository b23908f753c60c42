"""The way to the files that documents were read from: ``/original/ID`` beside the page, behind its login.

What comes from a document is never run in the page's name: text goes out as plain text, and a web page in a sandbox
that lets it fetch and run nothing.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from corpus.errors import LibraryError
from corpus.formats.html import decode_page
from corpus.text.encoding import decode
from qa.page.session import Session

_HTML = {".html", ".htm", ".xhtml"}
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def add_originals(app: FastAPI, session: Session) -> None:
    """Let the app hand out the original file of a document by its id."""

    def original(identity: str, request: Request) -> Any:
        if not _may_see(app, request):
            raise HTTPException(401, "Please log in first.")
        try:
            path = session.asked.original(identity)
            data = path.read_bytes() if path else b""
        except (LibraryError, OSError):
            path = None
        if path is None:
            raise HTTPException(404, "The file that this document was read from no longer exists.")
        page = path.suffix.lower() in _HTML
        try:
            # As text, for the header names one encoding, and it wins over what a page says of itself.
            content = (decode_page(data) if page else decode(data)).encode()
        except ValueError:
            raise HTTPException(404, "The file that this document was read from is no longer a text file.") from None
        name = quote(path.name, safe="", errors="surrogateescape")
        return Response(
            content,
            media_type="text/html; charset=utf-8" if page else "text/plain; charset=utf-8",
            headers={
                "Content-Disposition": f"inline; filename*=utf-8''{name}",
                "Content-Security-Policy": _SANDBOX,
                "X-Content-Type-Options": "nosniff",
            },
        )

    app.add_api_route("/original/{identity}", original, methods=["GET"])


def _may_see(app: Any, request: Request) -> bool:
    """Whether the visitor is logged in, where the page asks for that; Gradio keeps this in its cookies."""
    if getattr(app, "auth", None) is None:
        return True
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(request.cookies.get(name) in app.tokens for name in names if request.cookies.get(name))


def original_address(session: Session, document: str) -> str:
    """Return the address of the file that a document was read from, "" where it is not there (any more)."""
    try:
        return f"original/{document}" if session.asked.original(document) else ""
    except LibraryError:
        return ""
