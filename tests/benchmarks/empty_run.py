"""Time a pytest run without question sets, with the plugin and without it, in turn.

    python -m tests.benchmarks.empty_run [--rounds 15]

One test that does nothing, in a folder of its own, without any other plugin than pytest's own. Whoever installs
Citebound has the plugin in every run, so it must cost next to nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.data import machine

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = {"without": [], "with": ["-p", "qa.evaluation.pytest_plugin"]}


def main() -> None:
    parser = argparse.ArgumentParser(description="Time an empty pytest run with and without the plugin.")
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in PLUGIN}
    # No plugin is loaded but the one that is named, whatever is installed beside it.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        for number in range(rounds + 1):
            # Whichever comes second finds warmer caches: they change places every round.
            order = list(PLUGIN) if number % 2 else list(reversed(PLUGIN))
            for name in order:
                command = [sys.executable, "-m", "pytest", "-q", *PLUGIN[name]]
                begin = time.perf_counter()
                subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
                if number:  # the first round writes the compiled files
                    times[name].append(time.perf_counter() - begin)
    ratios = [a / b for a, b in zip(times["with"], times["without"], strict=True)]
    for name, taken in times.items():
        print(f"{name:8} the plugin: median {1000 * median(taken):.0f} ms, least {1000 * min(taken):.0f} ms")
    print(f"ratio, round by round: median {median(ratios):.3f}")
    print(machine())


if __name__ == "__main__":
    main()
