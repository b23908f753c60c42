"""Decoding: every encoding people meet, a broken byte, and bytes that are no text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.files import read_file
from corpus.text.encoding import decode
from corpus.text.layout import normalise
from corpus.types import Document


def read(folder: Path, data: bytes) -> Document:
    path = folder / "a.txt"
    path.write_bytes(data)
    return read_file(path)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Café — “quoted” 😀"),
        ("utf-8-sig", "Café"),
        ("utf-16", "Café 😀"),
        ("utf-32", "Café 😀"),
        ("utf-16-le", "Hi"),
        ("utf-16-le", "Hello, this is a text."),
        ("utf-16-be", "Hello, this is a text."),
        ("utf-16-le", "Привет, мир. Как дела?"),
        ("utf-16-be", "你好，世界。\n今天天气很好。"),
        ("utf-32-le", "Hello"),
        ("utf-32-be", "Hello"),
        ("cp1252", "Café"),
        ("cp1252", "It’s “fine” – 5 €."),
        ("latin-1", "Señor Núñez vivió en España."),
        ("cp1252", "Die Größe der Straße ist schön und früh am Morgen ist es kühl. " * 20),
        ("cp1251", "Привет"),
        ("cp1251", "Председатель КНР прибыл в Астану с визитом."),
        ("cp1251", "Plan for Москва 2019 and many more English words here"),
        ("koi8-r", "Председатель КНР прибыл в Астану с визитом."),
        ("cp1250", "Zażółć gęślą jaźń, mówi się po polsku."),
        ("cp1254", "Türkiye'nin başkenti Ankara'dır ve İstanbul en büyük şehirdir. Çalışma günü değil."),
        ("shift_jis", "日本語"),
        ("shift_jis", "こんにちは世界。今日は晴れです。"),
        ("euc_jp", "こんにちは世界。今日は晴れです。"),
        ("iso2022_jp", "こんにちは世界。"),
        ("gb18030", "中国"),
        ("gb18030", "你好，世界。今天天气很好。"),
        ("big5", "你好，世界。今天天氣很好。"),
        ("euc_kr", "안녕하세요 세계. 오늘은 맑습니다."),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text
    assert read(tmp_path, text.encode(encoding)).text == normalise(text)


def test_a_broken_byte_does_not_spoil_utf8(tmp_path: Path) -> None:
    document = read(tmp_path, ("naïve café " * 20).encode() + b"\xff end")
    assert document.text.startswith("naïve café") and document.text.endswith("\ufffd end")


@pytest.mark.parametrize(
    "data",
    [
        b"text\0with a zero byte in it",
        b"\0" * 100,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + random.Random(1).randbytes(500),
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + random.Random(2).randbytes(800),
        bytes(byte for byte in random.Random(3).randbytes(2000) if byte),
        bytes(range(1, 32)) * 20,
    ],
    ids=["zero byte", "zeros", "png", "pdf", "random", "controls"],
)
def test_binary_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)
    with pytest.raises(ReadError, match=r"holds no readable text although its name ends in \.txt"):
        read(tmp_path, data)


def test_a_byte_order_mark_decides() -> None:
    assert decode(b"\xef\xbb\xbf") == ""
    assert decode(b"\xff\xfeA\0") == "A"
    # What follows the mark is broken: a replacement sign, not a refusal.
    assert decode(b"\xef\xbb\xbfA\xff") == "A\ufffd"


def test_empty_bytes_are_empty_text() -> None:
    assert decode(b"") == ""
