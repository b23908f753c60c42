"""Everything works with no network at all: sockets are taken away, then a question is asked from a cold start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CODE = """
import socket

def refuse(*arguments, **options):
    raise AssertionError(f"a socket was opened: {arguments}")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = refuse

import qa

answer = qa.ask("What was the theme of Expo 2017?")
print(answer.text)
print(answer.citations[0].document.source)
"""


@pytest.mark.slow
def test_a_question_is_answered_with_sockets_blocked(tmp_path: Path) -> None:
    # The variables that would make the hub's own library stay offline are taken away as well.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "TRANSFORMERS_", "GRADIO_"))}
    environment = {**kept, "CITEBOUND_LIBRARY": str(tmp_path / "library"), "HF_HOME": str(tmp_path / "hub")}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    text, source = done.stdout.split("\n")[:2]
    assert "Future Energy" in text
    assert source == "sample:expo-2017.md"
    assert not (tmp_path / "hub" / "hub").exists(), "nothing was fetched or cached"


def test_the_block_would_be_noticed() -> None:
    code = (
        CODE.split("import qa", maxsplit=1)[0] + "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "a socket was opened" in done.stderr
