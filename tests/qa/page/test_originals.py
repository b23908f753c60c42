"""The files that documents were read from go out to whoever may see the page, and run nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio.routes import App

from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.originals import add_originals
from qa.page.session import Session
from qa.reader.copy_reader import CopyReader
from tests.fakes import HashEncoder, random_reader

PAGE = (
    "<html><head><title>Fair</title><script>alert(1)</script></head><body><p>The fair opened in June.</p></body></html>"
)
NOTE = "# Notes <script>alert(1)</script>\n\nThe café closed in September.\n"


@pytest.fixture(scope="module")
def small_reader(tmp_path_factory: pytest.TempPathFactory) -> CopyReader:
    return random_reader(tmp_path_factory.mktemp("reader"), 0)


@pytest.fixture
def session(tmp_path: Path, small_reader: CopyReader) -> Iterator[Session]:
    library = Library(tmp_path / "library", encoder=HashEncoder())
    files = tmp_path / "files"
    files.mkdir()
    (files / "fair.html").write_text(PAGE)
    (files / "UPPER.HTM").write_text(PAGE.replace("June", "July"))
    (files / "notes.md").write_text(NOTE, encoding="utf-8")
    (files / "secret.txt").write_text("Nobody added this one.")
    library.add([files / "fair.html", files / "UPPER.HTM", files / "notes.md"])
    library.add(text="A note typed in.", title="Typed")
    library.upload(files / "notes.md", "sent ünder “another” name.txt")
    yield Session(Assistant(library, reader=small_reader))
    library.close()


@pytest.fixture
def visitor(session: Session) -> TestClient:
    app = FastAPI()
    add_originals(app, session)
    return TestClient(app)


def identity(session: Session, source: str) -> str:
    return next(d.id for d in session.library.documents() if d.source.endswith(source))


@pytest.mark.parametrize(("name", "content"), [("fair.html", PAGE), ("UPPER.HTM", PAGE.replace("June", "July"))])
def test_a_web_page_comes_as_it_is_in_a_sandbox(session: Session, visitor: TestClient, name: str, content: str) -> None:
    answer = visitor.get(f"/original/{identity(session, name)}")
    assert (answer.status_code, answer.text) == (200, content)
    assert answer.headers["content-type"].startswith("text/html")
    policy = [part.strip() for part in answer.headers["content-security-policy"].split(";")]
    assert "sandbox" in policy, "without allow-scripts and allow-same-origin"
    assert "default-src 'none'" in policy and "script" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == f"inline; filename*=utf-8''{name}"


@pytest.mark.parametrize("name", ["notes.md", "upload:sent ünder “another” name.txt"])
def test_everything_else_comes_as_plain_text(session: Session, visitor: TestClient, name: str) -> None:
    answer = visitor.get(f"/original/{identity(session, name)}")
    assert (answer.status_code, answer.text) == (200, NOTE)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["content-disposition"].startswith("inline")


def test_other_encodings_are_read_as_the_library_reads_them(
    session: Session, visitor: TestClient, tmp_path: Path
) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="windows-1251">').replace("June", "июне")
    (tmp_path / "page.html").write_bytes(page.encode("cp1251"))
    (tmp_path / "café.txt").write_bytes("The café “Zoë” opened in June.".encode("cp1252"))
    session.library.add([tmp_path / "page.html", tmp_path / "café.txt"])
    answer = visitor.get(f"/original/{identity(session, 'page.html')}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.content.decode("utf-8") == page
    answer = visitor.get(f"/original/{identity(session, 'café.txt')}")
    assert answer.content.decode("utf-8") == "The café “Zoë” opened in June."
    assert answer.headers["content-disposition"] == "inline; filename*=utf-8''caf%C3%A9.txt"
    (tmp_path / "café.txt").write_bytes(bytes(range(256)) * 40)
    assert visitor.get(f"/original/{identity(session, 'café.txt')}").status_code == 404, "no longer text"


def test_what_has_no_file_is_not_found(session: Session, visitor: TestClient, tmp_path: Path) -> None:
    removed, vanished, typed = (identity(session, name) for name in ("fair.html", "notes.md", "text:Typed"))
    assert visitor.get(f"/original/{removed}").status_code == visitor.get(f"/original/{vanished}").status_code == 200
    session.library.remove(removed)
    (tmp_path / "files" / "notes.md").unlink()
    for name in (removed, vanished, typed, "0" * 16, "notes.md", "%00", "%ed%a0%80", "x" * 2000):
        answer = visitor.get(f"/original/{name}")
        assert answer.status_code == 404
        assert "no longer exists" in answer.json()["detail"]


def test_no_path_leads_to_a_file_that_is_no_document(visitor: TestClient, tmp_path: Path) -> None:
    secret = str(tmp_path / "files" / "secret.txt")
    for path in (secret, secret.replace("/", "%2F"), "..%2F..%2Fetc%2Fpasswd", "%2e%2e/%2e%2e/etc/passwd"):
        answer = visitor.get(f"/original/{path}")
        assert answer.status_code == 404
        assert "Nobody" not in answer.text


def test_another_library_has_other_originals(session: Session, visitor: TestClient, tmp_path: Path) -> None:
    before = identity(session, "fair.html")
    library = session.open(str(tmp_path / "second"), create=True)
    library.upload(tmp_path / "files" / "notes.md", "n.md")
    assert visitor.get(f"/original/{before}").status_code == 404
    assert visitor.get(f"/original/{identity(session, 'n.md')}").text == NOTE


def test_behind_a_login_only_those_who_are_logged_in_see_them(session: Session) -> None:
    with gr.Blocks(analytics_enabled=False) as page:
        pass
    page.auth, page.auth_message = [("anna", "correct horse")], None
    app = App.create_app(page)
    add_originals(app, session)
    visitor = TestClient(app)
    address = f"/original/{identity(session, 'notes.md')}"
    key = f"access-token-unsecure-{app.cookie_id}"
    for cookies in ({}, {key: "guessed"}, {key: ""}, {"access-token": "anna"}):
        answer = visitor.get(address, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})
        assert answer.status_code == 401
        assert "café" not in answer.text
    assert visitor.get("/original/unknown").status_code == 401, "whether a document is there is not said either"
    assert visitor.post("/login", data={"username": "anna", "password": "wrong"}).status_code == 400
    assert visitor.get(address).status_code == 401
    assert visitor.post("/login", data={"username": "anna", "password": "correct horse"}).status_code == 200
    assert visitor.get(address).text == NOTE
    assert TestClient(app).get(address).status_code == 401, "nobody else is logged in by that"
