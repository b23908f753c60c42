"""Peak memory and start-up time of one question over the sample corpus, in a fresh process.

python -m tests.benchmarks.memory
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Print seconds until the first answer, those of a second one, and the peak resident memory."""
    begin = time.perf_counter()
    from qa.assistant import Assistant
    from qa.library.default import sample_documents
    from qa.library.library import Library
    from tests.benchmarks.data import machine

    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.add_documents(sample_documents())
        assistant = Assistant(library)
        ready = time.perf_counter()
        assistant.ask("What was the theme of Expo 2017?")
        first = time.perf_counter()
        assistant.ask("Who was the first president of Kazakhstan?")
        second = time.perf_counter()
        library.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(machine())
    print(f"imports, models and indexing of the sample corpus {ready - begin:.1f} s")
    print(f"first question {1000 * (first - ready):.0f} ms, second {1000 * (second - first):.0f} ms")
    print(f"peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
