"""The wheel: built, installed elsewhere, and asked from another folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def wheel(made_once: MadeOnce, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that no build folder is left in the checkout."""

    def build(out: Path) -> None:
        copy = tmp_path_factory.mktemp("source") / "citebound"
        patterns = ".git", "__pycache__", ".*_cache", ".venv", "build", "*.egg-info", ".hypothesis", ".coverage*"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*patterns))
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    (built,) = made_once("wheel", build).glob("*.whl")
    return built


def test_the_wheel_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "qa/reader/weights/model.safetensors",
        "qa/reader/weights/tokenizer.json",
        "qa/reader/weights/run.json",
        "qa/training/plan.json",
        "ui.py",
        "qa/py.typed",
        "qa/evaluation/report.css",
        "qa/page/style.css",
        "qa/page/script.js",
    ):
        assert needed in names
    assert sum(file.stat().st_size for file in (ROOT / "qa" / "reader" / "weights").iterdir()) < 64e6
    sample = {f"corpus/sample/{file.name}" for file in (ROOT / "corpus" / "sample").iterdir()}
    assert sample <= set(names)
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]
    assert {name.split("/")[0] for name in names} <= {"qa", "corpus", "embeddings", "ui.py", names[-1].split("/")[0]}


def test_what_pypi_shows_leads_somewhere(wheel: Path) -> None:
    file = zipfile.ZipFile(wheel)
    (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
    told = message_from_bytes(file.read(name))
    _, address = told["Project-URL"].split(", ")
    assert told["Description-Content-Type"] == "text/markdown"
    shown = str(told.get_payload())
    assert shown.startswith("# Citebound") and "## Licence" in shown
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", shown)
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)]*)\)", shown)
    assert len(pictures) == 2 and len(links) >= 2
    for place, kind in [*((picture, "raw") for picture in pictures), *((link, "blob") for link in links)]:
        path = place.removeprefix(f"{address}/{kind}/HEAD/")
        assert path != place and (ROOT / path).exists(), place


@pytest.fixture(scope="session")
def python(wheel: Path, made_once: MadeOnce) -> Path:
    """The interpreter of an environment that has the wheel; its dependencies are lent by this environment."""

    def interpreter(environment: Path) -> Path:
        return environment / ("Scripts" if os.name == "nt" else "bin") / "python"

    def install(environment: Path) -> None:
        venv.create(environment, with_pip=False, symlinks=os.name != "nt")
        lib = folder_of_packages(interpreter(environment))
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", lib, wheel], check=True)
        lent = [path for path in sys.path if path.endswith("site-packages")]
        (Path(lib) / "lent.pth").write_text("\n".join(lent))

    return interpreter(made_once("environment", install))


def folder_of_packages(python: Path) -> str:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    return {**kept, "CITEBOUND_LIBRARY": str(tmp_path / "library")}


def test_the_installed_wheel_answers_from_another_folder(
    python: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
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
    assert all(line.startswith(folder_of_packages(python)) for line in where.split()), where
    assert not list(elsewhere.iterdir()), "nothing is written where it is asked"


def test_installing_the_wheel_is_enough_for_the_pytest_plugin(
    python: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "aktau.txt").write_text("The lighthouse of Aktau was built in 1974.")
    (tmp_path / "set.csv").write_text("question,answers\nWhen was the lighthouse of Aktau built?,1974\n")
    done = subprocess.run(
        [python, "-m", "pytest", "-v", "set.csv", "--qa-corpus", "docs", "--qa-report", "report.html"],
        cwd=tmp_path, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "set.csv::when-was-the-lighthouse-of-aktau-built PASSED" in done.stdout
    assert "<mark>1974</mark>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Already" not in done.stdout + done.stderr
