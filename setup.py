"""What pyproject.toml cannot say: the README as PyPI shows it, where a path in the repository leads nowhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).parent
REPOSITORY = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def absolute(markdown: str) -> str:
    """Return the Markdown with the address of its file in the repository for every path in a link or a picture."""

    def addressed(link: re.Match[str]) -> str:
        picture, words, path = link.groups()
        return f"{picture}[{words}]({REPOSITORY}/{'raw' if picture else 'blob'}/HEAD/{path})"

    return re.sub(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)", addressed, markdown)


setup(
    long_description=absolute((HERE / "README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
