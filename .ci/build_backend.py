"""Setuptools' build backend, with the README as PyPI shows it: there, a path in the repository leads nowhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (  # noqa: F401
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
)

HERE = Path(__file__).parents[1]


def absolute(markdown: str) -> str:
    """Return the Markdown with the address of its file in the repository for every path in a link or a picture."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = project["urls"]["Repository"]

    def addressed(link: re.Match[str]) -> str:
        picture, words, path = link.groups()
        return f"{picture}[{words}]({repository}/{'raw' if picture else 'blob'}/HEAD/{path})"

    return re.sub(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)", addressed, markdown)


def _with_readme(name: str) -> Any:
    hook = getattr(build_meta, name)

    def build(*arguments: Any, **options: Any) -> Any:
        readme = HERE / "build" / "README.md"  # named in pyproject.toml
        readme.parent.mkdir(exist_ok=True)
        readme.write_text(absolute((HERE / "README.md").read_text(encoding="utf-8")), encoding="utf-8")
        return hook(*arguments, **options)

    return build


build_wheel = _with_readme("build_wheel")
build_editable = _with_readme("build_editable")
build_sdist = _with_readme("build_sdist")
prepare_metadata_for_build_wheel = _with_readme("prepare_metadata_for_build_wheel")
prepare_metadata_for_build_editable = _with_readme("prepare_metadata_for_build_editable")
