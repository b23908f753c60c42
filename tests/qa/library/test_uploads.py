from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.types import make_document
from qa.library.library import Library
from qa.library.uploads import MAX_NAME, MAX_UPLOAD, safe_name
from tests.fakes import HashEncoder

NOTE = "# Aktau\n\nThe lighthouse of Aktau was built in 1974.\n"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def copies(library: Library) -> list[str]:
    return sorted(str(p.relative_to(library.path / "uploads")) for p in (library.path / "uploads").rglob("*.*"))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("notes.md", "notes.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ("/absolute/path.html", "path.html"),
        ("..", "document"),
        ("", "document"),
        ("/", "document"),
        ("...", "document"),
        (".hidden.txt", "hidden.txt"),
        ("a\x00b\nc\x1b[31m.txt", "abc[31m.txt"),
        ("in\u202evoice\u2069.txt", "invoice.txt"),
        ("\ud800lone.txt", "lone.txt"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("console.txt", "console.txt"),
        ('a<b>:"c|d?*.txt', "a_b___c_d__.txt"),
        ("two  spaces .txt", "two spaces.txt"),
        ("Отчёт за год.txt", "Отчёт за год.txt"),
        ("résumé.txt".replace("é", "e\u0301"), "résumé.txt"),
        ("ends in dots.txt...", "ends in dots.txt"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_suffix() -> None:
    name = safe_name("é" * 500 + ".html")
    assert name.endswith("é.html")
    assert len(name.encode()) <= MAX_NAME
    assert len(safe_name("a." + "b" * 500).encode()) <= MAX_NAME


def test_an_upload_is_copied_and_stays(quick: Library, tmp_path: Path) -> None:
    sent = write(tmp_path / "gradio-temporary", NOTE)
    report = quick.upload(sent, "../notes/aktau.md")
    assert report.added == ["upload:aktau.md"] and not report.failed
    (document,) = quick.documents()
    assert document.title == "Aktau"
    sent.unlink()
    copy = quick.original(document.id)
    assert copy is not None and copy.read_text() == NOTE
    assert copy.is_relative_to(quick.path / "uploads")
    report = quick.refresh()
    assert not report.removed and not report.failed
    assert [d.id for d in quick.documents()] == [document.id]


def test_the_same_again_and_other_content_under_the_name(quick: Library, tmp_path: Path) -> None:
    sent = write(tmp_path / "a", NOTE)
    quick.upload(sent, "note.md")
    assert quick.upload(sent, "note.md").unchanged == ["upload:note.md"]
    assert len(copies(quick)) == 1
    write(sent, NOTE.replace("1974", "1975"))
    assert quick.upload(sent, "note.md").replaced == ["upload:note.md"]
    (document,) = quick.documents()
    assert "1975" in quick.document(document.id).text
    assert copies(quick) == [f"{document.id}/note.md"]


def test_removing_an_upload_removes_its_copy_only(quick: Library, tmp_path: Path) -> None:
    quick.upload(write(tmp_path / "a", NOTE), "a.md")
    quick.upload(write(tmp_path / "b", NOTE), "b.md")
    removed = quick.remove("a.md")
    assert quick.original(removed.id) is None
    (left,) = quick.documents()
    assert copies(quick) == [f"{left.id}/b.md"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("report.pdf", b"MZ\x90\x00" + bytes(200), "is a program"),
        ("notes.txt", b"\x7fELF\x02\x01" + bytes(200), "is a program"),
        ("notes.txt", bytes(range(256)) * 40, "holds no readable text"),
        ("sheet.xyz", b"some text", r"use one of .*\.txt"),
        ("noname", b"some text", r"use one of .*\.txt"),
        ("empty.txt", b"", "is empty"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_own_name(
    quick: Library, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    report = quick.upload(write(tmp_path / "sent", content), f"folder/{name}")
    ((source, sentence),) = report.failed
    assert source == name
    assert re.search(reason, sentence), sentence
    assert sentence.startswith(name) and str(tmp_path) not in sentence
    assert not quick.documents()
    assert not list((quick.path / "uploads").glob("*"))


def test_a_huge_upload_is_refused_before_it_is_copied(quick: Library, tmp_path: Path) -> None:
    sent = tmp_path / "huge"
    with sent.open("wb") as file:
        file.truncate(2 * MAX_UPLOAD)  # takes no room on the disk
    ((name, sentence),) = quick.upload(sent, "huge.txt").failed
    assert name == "huge.txt"
    assert "has 200 MB, more than the 100 MB" in sentence
    assert not (quick.path / "uploads").exists()


def test_a_file_that_is_gone_is_told(quick: Library, tmp_path: Path) -> None:
    ((_, sentence),) = quick.upload(tmp_path / "gone", "gone.txt").failed
    assert "gone.txt could not be read" in sentence


def test_where_nothing_is_stored_no_copy_stays(quick: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.upload(write(tmp_path / "a", NOTE), "a.md")
    (before,) = quick.documents()

    def fail(*_: object) -> None:
        raise LibraryError("The disk is full.")

    monkeypatch.setattr(quick._store, "replace", fail)
    with pytest.raises(LibraryError, match="full"):
        quick.upload(write(tmp_path / "a", NOTE + "More."), "a.md")
    assert [d.id for d in quick.documents()] == [before.id]
    assert copies(quick) == [f"{before.id}/a.md"]


def test_what_an_interruption_left_is_tidied_away(quick: Library, tmp_path: Path) -> None:
    quick.upload(write(tmp_path / "a", NOTE), "a.md")
    for name, age in (("incoming-1", 7200.0), ("incoming-2", 10.0), ("0123456789abcdef", 7200.0)):
        folder = quick.path / "uploads" / name
        folder.mkdir()
        write(folder / "x.txt", "left")
        os.utime(folder, (time.time() - age,) * 2)
    (document,) = quick.documents()
    os.utime(quick.path / "uploads" / document.id, (0, 0))
    quick.upload(write(tmp_path / "b", NOTE), "b.md")
    names = {folder.name for folder in (quick.path / "uploads").iterdir()}
    assert names == {"incoming-2", *(d.id for d in quick.documents())}


def test_the_original_of_files_samples_and_texts(quick: Library, tmp_path: Path) -> None:
    file = write(tmp_path / "disk.txt", "The railway museum of Almaty opened in 2004.")
    quick.add(file)
    quick.add(text="A text by hand.", title="By hand")
    quick.add_documents([make_document("sample:expo-2017.md", "Expo", "", "Expo 2017.")])
    quick.add_documents([make_document("sample:../schema.py", "Astray", "", "Not a sample.")])
    found = {d.source: quick.original(d.id) for d in quick.documents()}
    assert found[str(file.resolve())] == file.resolve()
    assert found["text:By hand"] is None
    assert found["sample:../schema.py"] is None
    quick.add_documents([make_document("upload:../../etc.txt", "Astray", "", "Not an upload.")])
    (document,) = quick.find("upload:../../etc.txt")
    assert quick.original(document.id) is None
    sample = found["sample:expo-2017.md"]
    assert sample is not None and sample.name == "expo-2017.md"
    file.unlink()
    (document,) = quick.find("disk.txt")
    assert quick.original(document.id) is None
    assert quick.original("no such document") is None


def test_copies_outlive_a_rebuild(quick: Library, tmp_path: Path) -> None:
    quick.upload(write(tmp_path / "a", NOTE), "a.md")
    quick.close()
    again = Library(quick.path, encoder=HashEncoder(), rebuild=True)
    (document,) = again.documents()
    copy = again.original(document.id)
    assert copy is not None and copy.read_text() == NOTE
    again.close()
