"""What all visitors of a page share: the assistant of the open library, the queue, and what they may do."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from corpus.errors import LibraryError
from corpus.sources import user_path
from qa.assistant import Assistant
from qa.library.library import Library
from qa.page.jobs import Queue

logger = logging.getLogger(__name__)

READ_ONLY = "This page is read-only: the library cannot be changed here."
ONLY_THERE = "This can only be done on the machine that serves the page."


class Session:
    """Holds the assistant. Several people ask at once; whoever opens another library opens it for all of them."""

    def __init__(self, assistant: Assistant, *, local: bool = True, read_only: bool = False) -> None:
        """``local``: only this machine reaches the page, so folders may be named. ``read_only``: nothing may change."""
        self.assistant = assistant
        self.local = local
        self.read_only = read_only
        # People and programs wait in one queue.
        self.queue = Queue()
        self._switching = threading.Lock()

    @property
    def library(self) -> Library:
        """The library that is open, and that documents are added to."""
        return self.assistant.library

    @property
    def asked(self) -> Library:
        """The library whose documents answer: that which is open, or in place of an empty default one the samples'."""
        return self.assistant.library.asked()

    @property
    def may_change(self) -> bool:
        """Whether documents may be added and removed, and answers judged."""
        return not self.read_only

    @property
    def may_browse(self) -> bool:
        """Whether folders of this machine may be named: to add them, or to open another library."""
        return self.local and not self.read_only

    def open(self, folder: str, create: bool = False) -> Library:
        """Open another library in place of this one, with the same reader; ``create`` makes one that is not there.

        Raises:
            LibraryError: it may not be opened from here, there is none, or it cannot be used.
        """
        if not self.may_browse:
            raise LibraryError(ONLY_THERE if self.may_change else READ_ONLY)
        if not folder.strip():
            raise LibraryError("Enter the library's folder.")
        try:
            path = user_path(folder.strip(), LibraryError).resolve()
            there = (path / "library.sqlite").exists()
            filled = create and path.is_dir() and any(path.iterdir())
        except (OSError, ValueError, RuntimeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
            raise LibraryError(f"That folder cannot be used ({reason}): choose another one.") from None
        if not there and not create:
            raise LibraryError(f"There is no library at {path}: choose “Create” to make one there.")
        if there and create:
            raise LibraryError(f"There is already a library at {path}: choose “Open”.")
        if filled:
            raise LibraryError(f"{path} contains other files: choose a new or empty folder.")
        with self._switching:
            old = self.assistant
            if there and _is_same(path, old.library.path):
                return old.library
            library = Library(path, encoder=old.library.encoder)
            self.assistant = Assistant(
                library, reader=old.reader, passages=old.passages, policy=old.policy, fusion=old.fusion
            )
        # The old one stays open: somebody may be asking it at this moment.
        logger.info("The page has opened the library %s.", path)
        return library


def _is_same(path: Path, other: Path) -> bool:
    # Not by name: macOS and Windows know one folder by names in capitals and without.
    try:
        return path.samefile(other)
    except OSError:
        return False
