"""A library: a folder with one SQLite file and the FAISS index made from it, kept in step.

Files go in (``add``, ``refresh``), documents come out (``documents``, ``remove``), and both kinds of search look
here. Other processes may use the same folder at the same time: their changes are noticed before every search.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.errors import LibraryError, ReadError
from corpus.files import read_text
from corpus.formats.plain import write_plain
from corpus.progress import Progress, no_progress
from corpus.scope import Scope, iso_date
from corpus.sources import PREFIX, file_source, is_source, is_within, same_source, user_path
from corpus.store.base import StoredDocument
from corpus.store.sqlite import SqliteStore, read_texts
from corpus.types import Document, Passage, make_document
from embeddings.index import DEFAULT_INDEX, INDEXES
from embeddings.synced import StoreIndex
from embeddings.types import Encoder, Vectors
from qa.library.feedback import Feedback
from qa.library.ingest import Adder, AddReport, encode_again, find_all, is_gone, kept
from qa.library.uploads import Uploads, safe_name


class Library:
    """Documents and their passages in a folder, searchable by vector and by words. Safe to use from several threads."""

    def __init__(
        self,
        path: str | Path,
        *,
        encoder: Encoder | None = None,
        index: str | None = None,
        max_tokens: int | None = None,
        rebuild: bool = False,
        progress: Progress = no_progress,
    ) -> None:
        """Open the library in the folder ``path``, or make an empty one there.

        ``index`` is the kind of index, a name in :data:`embeddings.index.INDEXES`; the library records it, and uses it
        again when it is opened without being told. ``max_tokens`` is the length of a passage, by default what the
        encoder reads. ``rebuild`` makes a library of another embedder or schema anew from the texts it holds; without
        it such a library is refused.

        ``with Library(path) as library:`` closes it in the end.

        Raises:
            LibraryError: the path is a file, there is no such kind of index, or what is there cannot be used.
        """
        self.path = user_path(path, LibraryError).absolute()
        if index is not None and index not in INDEXES:
            raise LibraryError(f"There is no kind of index called {index!r}: use one of {_known_indexes()}.")
        try:
            if self.path.exists() and not self.path.is_dir():
                raise LibraryError(f"{self.path} is a file, but a library is a folder: name another path.")
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"The library folder {self.path} cannot be made ({error.strerror}): name another path."
            ) from None
        if encoder is None:
            from embeddings.sentence_transformer import SentenceEncoder

            encoder = SentenceEncoder()
        self.encoder = encoder
        self.max_tokens = max_tokens or encoder.max_tokens
        self._uploads = Uploads(self.path / "uploads")
        file = self.path / "library.sqlite"
        rebuilt = None
        new = not file.exists()
        if rebuild and not new:
            rebuilt = encode_again(read_texts(file), encoder, self.max_tokens, progress)
        expected = None if rebuilt is None else {document.id for document, _, _ in rebuilt}
        self._store = SqliteStore(file, encoder.name, encoder.dimensions, rebuilt, expected)
        try:
            self.index = self._recorded_index(index, new)
            kind, saved = INDEXES[self.index], self.path / "vectors.faiss"
            self._index = StoreIndex(self._store, kind, saved, encoder.dimensions, progress)
            self._adder = Adder(self._store, self._index, encoder, self.max_tokens, self.path / "writing.lock")
            self.feedback = Feedback(self._store.database)
        except BaseException:
            self._store.close()
            raise

    def _recorded_index(self, wanted: str | None, new: bool) -> str:
        """Return the kind of index to use, and record it in a new library or where it is another one than before."""
        recorded = self._store.setting("index") or DEFAULT_INDEX  # libraries of before there was a choice say nothing
        kind = wanted or recorded
        if kind not in INDEXES:
            raise LibraryError(
                f"The library {self.path} uses an index called {kind!r}, which this version of Citebound does not "
                f"have: use a newer one, or open it with another index ({_known_indexes()})."
            )
        if new or kind != recorded:
            self._store.set_setting("index", kind)
        return kind

    def __enter__(self) -> Self:
        """Return the library, which is closed when the block ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Return how many passages the library holds."""
        return len(self._index)

    def asked(self) -> Library:
        """Return the library that answers what is asked of this one: itself (see :mod:`qa.library.default`)."""
        return self

    def close(self) -> None:
        """Close the SQLite file; the library cannot be used afterwards."""
        self._store.close()

    # Adding and removing

    def add(
        self,
        paths: str | Path | Iterable[str | Path] = (),
        *,
        text: str | None = None,
        title: str = "",
        date: str = "",
        progress: Progress = no_progress,
    ) -> AddReport:
        """Add files and folders, or one ``text`` with its title and ISO date.

        A file that is there already and unchanged is passed over; an edited one replaces its old passages. A file
        that cannot be read is reported with its reason and the others go on; what it held before stays and is marked.
        Documents are stored in batches; an interruption loses no more than the batch at hand, and adding again goes on
        from there.
        """
        if text is not None:
            source = f"text:{title or ' '.join(text.split())[:60]}"
            try:
                document = read_text(text, source=source, title=title, date=iso_date(date))
            except ReadError as error:
                raise LibraryError(str(error)) from None
            return self.add_documents([document], progress)
        report = AddReport()
        files = find_all([paths] if isinstance(paths, str | Path) else paths, report)
        self._adder.add_files(files, report, progress)
        return report

    def add_documents(self, documents: Sequence[Document], progress: Progress = no_progress) -> AddReport:
        """Add documents that were read elsewhere; each replaces what its source held before."""
        report = AddReport()
        self._adder.add(progress(documents, total=len(documents), desc="Reading"), report, progress)
        return report

    def upload(self, path: str | Path, name: str, progress: Progress = no_progress) -> AddReport:
        """Add a copy of the file under the source ``upload:NAME``, in place of what was uploaded by that name before.

        ``name``: what its sender calls it; only a safe file name is kept of it. A file that is too large or cannot be
        read is reported with its reason. The copy goes when its document is removed.

        Raises:
            LibraryError: the library cannot be written.
        """
        report = AddReport()
        try:
            document = self._uploads.receive(Path(path), name)
        except ReadError as error:
            source = f"{PREFIX}{safe_name(name)}"
            added = next((d.added for d in self.documents() if d.source == source), "")
            report.fail(safe_name(name), f"{error}{kept(added)}")
            return report
        before = self._store.document_of_source(document.source)
        try:
            self._adder.add([document], report, progress)
        finally:
            needless = before if self._store.document(document.id) else document.id
            if needless and before != document.id:
                self._uploads.forget(needless)
            self._uploads.tidy({d.id for d in self.documents()})
        return report

    def refresh(self, progress: Progress = no_progress) -> AddReport:
        """Read every file of the library again: edited ones are replaced, those that are gone are removed.

        What an earlier version cut into passages is cut anew, a document at a time: stopped, it goes on from there.
        Only what was read from a file can be gone: uploads, texts, and documents from elsewhere stay as they are. The
        old text of a file that cannot be read stays too, and is marked (``StoredDocument.unread_since``).
        """
        report = AddReport()
        files: list[Path] = []
        for document in self.documents():
            if not document.file:
                continue
            if is_gone(Path(document.source)):
                self._store.remove(document.id)
                report.removed.append(document.source)
            else:
                files.append(Path(document.source))
        self._adder.add_files(files, report, progress, "Refreshing")
        self._renew(report, progress)
        return report

    def _renew(self, report: AddReport, progress: Progress) -> None:
        """Cut anew what an earlier version cut and no file was read for; each stays as it is until it is replaced."""
        texts = []
        for source in self._store.older():
            document = self._store.document(self._store.document_of_source(source) or "")
            original = self._uploads.original(document.id, source) if document else None
            if document and original and source.startswith(PREFIX):
                renewed = self.upload(original, source.removeprefix(PREFIX), progress)
                report.replaced += renewed.replaced + renewed.added
                report.failed += renewed.failed
            elif document and not original:
                text, structure = write_plain(document.text)
                known = structure if text == document.text else ()
                texts.append(make_document(source, document.title, document.date, document.text, known))
        if texts:
            self._adder.add(texts, report, progress)

    def remove(self, document: str) -> StoredDocument:
        """Remove a document, named by id, source, file name or title, with all its passages; return what it was.

        Raises:
            LibraryError: no document, or more than one, goes by that name.
        """
        (found,) = self.find(document, one=True)
        self._store.remove(found.id)
        self._uploads.forget(found.id)
        self._index.update()
        return found

    # Looking

    def documents(self) -> list[StoredDocument]:
        """Return the list of documents, by title."""
        return self._store.documents()

    def document(self, identity: str) -> Document:
        """Return the document with this id.

        Raises:
            LibraryError: there is none (any more).
        """
        document = self._store.document(identity)
        if document is None:
            raise LibraryError(f"There is no document {identity} in this library (any more).")
        return document

    def unread_since(self, identity: str) -> str:
        """Return when the file of the document with this id was last read, where it could not be read since.

        It is in ISO form, and "" where the text is that of the file, or never was in one.
        """
        return self._store.unread_since(identity)

    def original(self, identity: str) -> Path | None:
        """Return the file that the document with this id was read from, where it is still there.

        For an uploaded document that is the copy in the library; a text that never was a file has none.
        """
        document = self._store.document(identity)
        return self._uploads.original(document.id, document.source) if document else None

    def passages_of(self, document: str) -> list[Passage]:
        """Return the passages of the document with this id, in order."""
        return self._store.passages_of(document)

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, str, str, str]]:
        """Return passage, title, date and source for every one of these passage ids that is there."""
        return self._store.passages(ids)

    def find(self, name: str, one: bool = False) -> list[StoredDocument]:
        """Return the documents that go by this id, source, file name, title or folder (in any case).

        Raises:
            LibraryError: there is none; or, with ``one``, there are several.
        """
        everything = self.documents()
        try:
            path = file_source(user_path(name))
        except ReadError:  # a title, say, that cannot be a path
            path = name
        found = [d for d in everything if name in (d.id, d.source) or same_source(d.source, path)]
        low = name.casefold()
        found = found or [d for d in everything if is_source(d.source.casefold(), low) or d.title.casefold() == low]
        found = found or [d for d in everything if len(name) >= 6 and d.id.startswith(name)]
        found = found or [d for d in everything if not one and is_within(d.source.casefold(), low)]
        if not found:
            raise LibraryError(f"No document is called {name!r}: `qa documents` lists what there is.")
        if one and len(found) > 1:
            ids = ", ".join(d.id for d in found[:5])
            raise LibraryError(f"{len(found)} documents are called {name!r}: name one by its id ({ids}).")
        return found

    def scope(
        self,
        documents: str | Iterable[str] | None = None,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
    ) -> Scope | None:
        """Return where to look: within documents (ids, sources, file names, titles) and between two dates.

        Raises:
            LibraryError: a document is not there, or a date is not of the form 2017, 2017-06 or 2017-06-07.
        """
        chosen = None
        if documents is not None:
            names = [documents] if isinstance(documents, str) else documents
            chosen = tuple(dict.fromkeys(found.id for name in names for found in self.find(name)))
        scope = Scope(chosen, iso_date(since), iso_date(until))
        return None if scope.everything else scope

    def search_vectors(self, vector: Vectors, k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (passage id, cosine), best first, for a question's unit vector (dimensions,)."""
        return self._index.search(vector, k, scope)

    def search_text(self, words: Sequence[str], k: int, scope: Scope | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` pairs (passage id, BM25 score), best first, for passages with any of the words."""
        return self._store.search_text(words, k, scope)


def _known_indexes() -> str:
    return ", ".join(sorted(INDEXES))
