"""Markdown: what becomes of its marks, and front matter."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.conftest import read

MARKDOWN = """---
title: "My: *note*"
date: 2019-03-12
tags: [a, b]
---
# Head *one*

Soft
break with [a link](http://x.y "t"), ![alt text](i.png), `co_de*`, **bold** _it_ ~~del~~ <b>in</b>line &amp; 2 < 3.

- item 1
- item 2
  continued

  - nested

> quoted

| A | B |
|---|:-:|
| 1 | `x` |

```python
def f(x):
    return x  # **kept**
```

<div class="x">Block <i>html</i></div><script>alert(1)</script>

<!-- comment -->

End.[^1]

[^1]: The footnote.
"""


def test_markdown(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", MARKDOWN)
    assert (document.title, document.date) == ("My: *note*", "2019-03-12")
    assert document.text.split("\n\n") == [
        "Head one",
        "Soft break with a link (http://x.y), alt text, co_de*, bold it ~~del~~ inline & 2 < 3.",
        "item 1\nitem 2 continued\nnested",
        "quoted",
        "A | B\n1 | x",
        "def f(x):\nreturn x # **kept**",
        "Block html",
        "End.[^1]",
        "[^1]: The footnote.",
    ]


@pytest.mark.parametrize(
    ("front", "title", "date"),
    [
        ("title: T\npublished: 2019-03-12T10:00:00Z", "T", "2019-03-12"),
        ("Title: T\nDate: March 12, 2019", "T", "2019-03-12"),
        ("created: 2019-03", "Head", "2019-03"),
        ("date: 2019", "Head", "2019"),
        ("title:\ndate: soon", "Head", ""),
    ],
)
def test_front_matter(tmp_path: Path, front: str, title: str, date: str) -> None:
    document = read(tmp_path, "a.markdown", f"---\n{front}\n---\n\n# Head\n\nText.")
    assert (document.title, document.date, document.text) == (title, date, "Head\n\nText.")


@pytest.mark.parametrize("front", ["title: [a", "a: b: c", "x: !!python/object:os.system {}"])
def test_broken_front_matter_is_text(tmp_path: Path, caplog: pytest.LogCaptureFixture, front: str) -> None:
    with caplog.at_level(logging.WARNING):
        document = read(tmp_path, "a.md", f"---\n{front}\n---\n\n# Head\n\nText.")
    assert "front matter" in caplog.text
    assert document.text.endswith("Head\n\nText.") and document.text.startswith(front.partition(":")[0])


def test_rules_are_no_front_matter_and_deep_nesting_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "---\n\nhello\n\n---\n\nworld").text == "hello\n\nworld"
    assert read(tmp_path, "b.md", ">" * 100 + " deep").text == "deep"
