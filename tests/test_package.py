"""The wheel: built, installed elsewhere, and asked from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that no build folder is left in the checkout."""
    copy = tmp_path_factory.mktemp("source") / "citebound"
    ignored = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", ".venv", "build", "*.egg-info", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=ignored)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "qa/reader/weights/model.safetensors",
        "qa/reader/weights/tokenizer.json",
        "qa/reader/weights/run.json",
        "qa/reader/training/plan.json",
        "ui.py",
        "qa/py.typed",
        "qa/report.css",
        "qa/page/style.css",
        "qa/page/script.js",
    ):
        assert needed in names
    assert sum(file.stat().st_size for file in (ROOT / "qa" / "reader" / "weights").iterdir()) < 64e6
    sample = {f"corpus/sample/{file.name}" for file in (ROOT / "corpus" / "sample").iterdir()}
    assert sample <= set(names)
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]
    assert {name.split("/")[0] for name in names} <= {"qa", "corpus", "embeddings", "ui.py", names[-1].split("/")[0]}


def test_the_installed_wheel_answers_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    # The dependencies are lent by this environment; only Citebound itself is installed anew.
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    lib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", lib, wheel], check=True)
    lent = [path for path in sys.path if path.endswith("site-packages")]
    (Path(lib) / "lent.pth").write_text("\n".join(lent))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    variables = {**os.environ, "CITEBOUND_LIBRARY": str(tmp_path / "library")}
    variables.pop("PYTHONPATH", None)
    done = subprocess.run(
        [python, "-m", "qa", "ask", "What was the theme of Expo 2017?", "--json"],
        cwd=elsewhere, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Future Energy" in json.loads(done.stdout)["answer"]["text"]
    where = subprocess.run(
        [python, "-c", "import qa, ui; print(qa.__file__); print(ui.__file__)"],
        cwd=elsewhere, env=variables, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert all(line.startswith(lib) for line in where.split()), where
    assert not list(elsewhere.iterdir()), "nothing is written where it is asked"
