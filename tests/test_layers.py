"""The house rules that a machine can check: data flows one way, nothing heavy is imported early, nothing forbidden."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

RANK = {"corpus": 0, "embeddings": 1, "qa": 2, "ui": 3}
FILES = [ROOT / "ui.py", *(file for room in ("corpus", "embeddings", "qa") for file in (ROOT / room).rglob("*.py"))]


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            yield node.module or ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_imports_back(file: Path) -> None:
    mine = file.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imports(ast.parse(file.read_text(encoding="utf-8"))):
        other = name.split(".")[0]
        assert other != "tests"
        if file == ROOT / "qa" / "__main__.py" and other == "ui":
            continue
        assert RANK.get(other, 0) <= RANK[mine], f"{file.name} imports {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_pickled_evaluated_or_printed(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert not {"pickle", "shelve", "marshal", "joblib"} & set(imports(tree))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not {"eval", "exec", "compile"} & calls
    if file.name != "__main__.py" and file.parent != ROOT / "qa" / "cli":
        assert "print" not in calls


def test_the_terminal_is_the_only_place_that_imports_the_page() -> None:
    found = [f for f in FILES if any(n.split(".")[0] == "ui" for n in imports(ast.parse(f.read_text("utf-8"))))]
    assert found == [ROOT / "qa" / "__main__.py"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_qa_brings_in_nothing_heavy() -> None:
    heavy = "torch transformers sentence_transformers faiss gradio numpy trafilatura sqlite3"
    code = f"import sys, qa, qa.types; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert run(code) == "[]"


def test_importing_the_page_does_not_import_torch() -> None:
    assert run("import sys, ui; print('torch' in sys.modules)") == "False"


@pytest.mark.slow
def test_looking_after_a_library_does_not_load_a_model(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The lighthouse of Aktau was built in 1974.")
    arguments = {"index": [str(tmp_path / "note.txt")], "documents": [], "show": ["note.txt"], "remove": ["note.txt"]}
    for command, words in arguments.items():
        line = [command, *words, "--library", str(tmp_path / "library")]
        loaded = run(f"import sys, qa.__main__ as m; m.main({line!r}); print('torch' in sys.modules)").splitlines()[-1]
        assert loaded == str(command == "index"), command


def test_importing_qa_takes_less_than_three_tenths_of_a_second() -> None:
    code = "import time; b = time.perf_counter(); import qa; print(time.perf_counter() - b)"
    assert min(float(run(code)) for _ in range(3)) < 0.3


def test_every_module_says_what_it_is_for() -> None:
    for file in FILES:
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_no_module_is_crowded() -> None:
    for file in FILES:
        lines = len(file.read_text(encoding="utf-8").splitlines())
        assert lines <= 450, f"{file} has {lines} lines: redesign it rather than add a corridor"
