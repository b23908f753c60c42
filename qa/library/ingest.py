"""Files and documents on their way into a library: read, split into passages, encoded and stored in batches."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import ReadError
from corpus.files import find_files, read_file
from corpus.passages import split
from corpus.progress import Progress
from corpus.sources import file_source, user_path
from corpus.store.base import Entry, Store
from corpus.text.layout import other_script
from corpus.types import Document, Passage, headed, titled
from embeddings.synced import StoreIndex
from embeddings.types import Encoder
from qa.question.dates import spoken_date

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class AddReport:
    """What became of every file: sources added, replaced and unchanged; failures and warnings as (source, sentence)."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, source: str, sentence: str) -> None:
        """Note, and log as a warning, that a source could not be read."""
        self.failed.append((source, sentence))
        logger.warning("%s", sentence if source in sentence else f"{source}: {sentence}")


def find_all(paths: Iterable[str | Path], report: AddReport) -> list[Path]:
    """Return every readable file that the paths are or hold, each once; a path without any is reported."""
    files: dict[Path, None] = {}
    for path in paths:
        try:
            found = find_files(user_path(path))
        except (ReadError, OSError) as error:
            report.fail(str(path), str(error))
            continue
        if not found:
            report.fail(str(path), f"There is nothing to read in {path}: no .txt, .md or .html file.")
        files.update(dict.fromkeys(file.absolute() for file in found))
    return list(files)


def is_file(source: str) -> bool:
    """Whether the source is the path of a file that is there: what was read from one, whoever read it."""
    path = Path(source)
    try:
        return path.is_absolute() and path.is_file()
    except (OSError, ValueError):  # it may not be looked at, or is no path at all
        return False


def is_gone(path: Path) -> bool:
    """Whether nothing is at the path any more; what is there and cannot be read or looked at is not gone."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def kept(last_read: str) -> str:
    """Return the sentence that an old text stays and how old it is, to follow why a new one could not be read."""
    return f" Its text of {spoken_date(last_read[:10])} stays in the library and is still quoted." if last_read else ""


def encode_again(documents: Sequence[Document], encoder: Encoder, max_tokens: int, progress: Progress) -> list[Entry]:
    """Return all documents with new passages and vectors, for a library that something else made."""
    entries: list[Entry] = []
    for document in progress(documents, total=len(documents), desc="Rebuilding the library"):
        passages = split(document, encoder.count_tokens, max_tokens)
        texts = [encoded(document, passage) for passage in passages]
        entries.append((document, passages, encoder.encode_passages(texts)))
    return entries


def encoded(document: Document, passage: Passage) -> str:
    """Return a passage as the encoder sees it: under its document's title and its context."""
    return titled(headed(document.title, passage.context), passage.heard)


class Adder:
    """Puts documents into a store and the index made from it, a batch at a time."""

    # Passages waiting to be encoded together: enough that texts of like length fill whole batches.
    PENDING = 512

    def __init__(self, store: Store, index: StoreIndex, encoder: Encoder, max_tokens: int, lock: Path) -> None:
        """``max_tokens``: the length of a passage; ``lock``: the file that tells other processes of the writing."""
        self._store, self._index, self._encoder, self._max_tokens = store, index, encoder, max_tokens
        self._lock = FileLock(lock)

    def add_files(self, files: Sequence[Path], report: AddReport, progress: Progress, what: str = "Reading") -> None:
        """Store what is in the files, as :meth:`add` does; one that cannot be read is reported.

        What such a file held before stays, marked as the old text that it is until the file can be read again.
        """
        self.add(progress(self._read(files, report), total=len(files), desc=what), report, progress)

    def _read(self, files: Sequence[Path], report: AddReport) -> Iterator[Document]:
        for file in files:
            try:
                yield read_file(file)
            except (ReadError, OSError) as error:
                last = self._store.mark_unreadable(file_source(file))
                report.fail(str(file), f"{error}{kept(last)}")

    def add(self, documents: Iterable[Document], report: AddReport, progress: Progress) -> None:
        """Store the documents, each in place of what its source held before, and tell of each in the report.

        An interruption loses no more than the batch at hand.

        Raises:
            LibraryError: the library cannot be written.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            logger.warning(
                "The library %s is being changed from elsewhere as well: both go on, and every file is stored once.",
                Path(self._lock.lock_file).parent,
            )
            self._in_batches(documents, report, progress)
        else:
            try:
                self._in_batches(documents, report, progress)
            finally:
                self._lock.release()

    def _in_batches(self, documents: Iterable[Document], report: AddReport, progress: Progress) -> None:
        waiting: list[tuple[Document, list[Passage]]] = []
        same: dict[str, bool] = {}
        try:
            for document in documents:
                if self._store.holds(document.id):
                    report.unchanged.append(document.source)
                    same[document.id] = is_file(document.source)
                    continue
                if other_script(document.text[:5000]):
                    sentence = "Much of this text is not in the Latin script; Citebound answers in English only."
                    report.warnings.append((document.source, sentence))
                    logger.warning("%s: %s", document.source, sentence)
                waiting.append((document, split(document, self._encoder.count_tokens, self._max_tokens)))
                if sum(len(passages) for _, passages in waiting) >= self.PENDING:
                    self._store_batch(waiting, report, progress)
                    waiting = []
            self._store_batch(waiting, report, progress)
            if same:
                self._store.confirm(same)
        finally:
            self._index.update()

    def _store_batch(
        self, waiting: list[tuple[Document, list[Passage]]], report: AddReport, progress: Progress
    ) -> None:
        texts = [encoded(document, passage) for document, passages in waiting for passage in passages]
        vectors = self._encoder.encode_passages(texts, progress)
        start = 0
        for document, passages in waiting:
            known = self._store.document_of_source(document.source) is not None
            part = vectors[start : start + len(passages)]
            start += len(passages)
            if not self._store.replace(document, passages, part, is_file(document.source)):
                report.unchanged.append(document.source)
            else:
                (report.replaced if known else report.added).append(document.source)
