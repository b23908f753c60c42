from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reader.decoding import SpanConstraint, Window, beam_search, boundaries

# (text, a span that must be possible, a span that must not be)
CASES = [
    ("It fell to 3.5 percent.", "3.5", "3"),
    ("It fell to 3.5 percent.", "3.5 percent", "5 percent"),
    ("About 1,000 people came.", "1,000", "000"),
    ("At 12:30 they met.", "12:30", "12"),
    ("On 9/11 it began.", "9/11", "11"),
    ("A win-win deal.", "win-win", "win"),
    ("A 100-MW wind farm", "100-MW", "100"),
    ("China-Kazakhstan relations", "China-Kazakhstan", "Kazakhstan"),
    ("The U.S. president spoke.", "U.S.", "U.S"),
    ("The U.S. president spoke.", "U.S. president", "S. president"),
    ("He has a Ph.D. from Almaty.", "Ph.D.", "Ph"),
    ("Mr. Xi spoke on Sept. 13.", "Mr. Xi", "Mr"),
    ("Mr. Xi spoke on Sept. 13.", "Sept. 13", "Sept"),
    ("Xi's visit to O'Brien", "Xi", "s"),
    ("Xi's visit to O'Brien", "O'Brien", "O"),
    ("They don't know.", "don't", "don"),
    ("It cost US$25.2 billion.", "US$25.2 billion", "25.2 billion"),
    ("It cost $5 then.", "$5", "5"),
    ("A rate of 5% held.", "5%", "5"),
    ("At -5 degrees", "-5 degrees", "5 degrees"),
    ("See example.com today", "example.com", "example"),
    ("AT&T and R&D", "AT&T", "AT"),
    ("Nur-Sultan (now Astana)", "Astana", "Astan"),
    ("“Future Energy” was it", "Future Energy", "Future Ener"),
    ("naïve café owners", "café", "caf"),
    ("2013\u20132017 was long", "2013", "201"),
    ("hello\u2014there", "hello", "hell"),
    ("the end.", "end", "en"),
    ("Xi's visit", "Xi's", "'s visit"),
    ("in 2013, 2015 and 2017", "2015", ", 2015"),
    ("in 2013, 2015 and 2017", "2013", "2013,"),
    ("the fair (expo) ended", "(expo)", "fair ("),
]


def possible(text: str, span: str) -> bool:
    begins, ends = boundaries(text)
    starts = [match.start() for match in re.finditer(f"(?={re.escape(span)})", text)]
    return any(begins[start] and ends[start + len(span)] for start in starts)


@pytest.mark.parametrize(("text", "whole", "cut"), CASES)
def test_no_span_cuts_a_word_or_number(text: str, whole: str, cut: str) -> None:
    assert possible(text, whole)
    assert not possible(text, cut)


@given(st.text(max_size=80))
def test_boundaries_of_any_text(text: str) -> None:
    begins, ends = boundaries(text)
    assert len(begins) == len(ends) == len(text) + 1
    assert not begins[-1]
    assert not ends[0]
    for i in range(1, len(text)):
        if text[i - 1].isalnum() and text[i].isalnum():
            assert not begins[i]
            assert not ends[i]


@given(st.lists(st.text("abcXYZ", min_size=1), min_size=1, max_size=6))
def test_plain_words_can_all_be_spans(words: list[str]) -> None:
    assert all(possible(" ".join(words), word) for word in words)


def windows_of(texts: list[str]) -> tuple[list[Window], dict[str, int]]:
    """Rows of a toy tokenizer: words and single signs, [CLS]=0 question=1 [SEP]=2."""
    vocabulary: dict[str, int] = {}
    windows = []
    for hit, text in enumerate(texts):
        found = list(re.finditer(r"\w+|[^\w\s]", text))
        ids = [vocabulary.setdefault(m.group(), 3 + len(vocabulary)) for m in found]
        windows.append(Window([0, 1, 2, *ids, 2], 3, 3 + len(ids), [m.span() for m in found], hit))
    return windows, vocabulary


def exhaustive(
    constraint: SpanConstraint, table: np.ndarray, longest: int
) -> tuple[dict[tuple[int, ...], float], float]:
    """Probabilities of all spans by walking every path: what beam search approximates. Scores depend on the step."""

    def normalised(step: int, positions: list[int]) -> dict[int, float]:
        weights = [math.exp(table[step % len(table), p]) for p in positions]
        return {p: w / sum(weights) for p, w in zip(positions, weights, strict=True)}

    begin, none = constraint.first()
    first = normalised(0, [*begin.tolist(), *none.tolist()])
    spans: dict[tuple[int, ...], float] = {}

    def walk(tokens: tuple[int, ...], places: list[int], total: float) -> None:
        step = len(tokens)
        if step > longest:
            return
        follows, ends = constraint.after(np.array(places))
        following = [p + 1 for p, ok in zip(places, follows, strict=True) if ok]
        closing = sorted(
            {int(constraint.closing[constraint.window[p]]) for p, ok in zip(places, ends, strict=True) if ok}
        )
        if not following and not closing:
            return
        shares = normalised(step, [*following, *closing])
        if closing:
            spans[tokens] = spans.get(tokens, 0.0) + total * sum(shares[p] for p in closing)
        by_token: dict[int, list[int]] = {}
        for p in following:
            by_token.setdefault(int(constraint.tokens[p]), []).append(p)
        for token, group in by_token.items():
            walk((*tokens, token), group, total * sum(shares[p] for p in group))

    groups: dict[int, list[int]] = {}
    for p in begin.tolist():
        groups.setdefault(int(constraint.tokens[p]), []).append(p)
    for token, group in groups.items():
        walk((token,), group, sum(first[p] for p in group))
    return spans, sum(first[int(p)] for p in none)


WORDS = st.lists(st.sampled_from(["Xi", "visit", "2013", "3.5", "win-win", "the", ".", "U.S."]), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=3), st.integers(0, 10_000))
def test_wide_beams_find_every_span_with_its_exact_probability(words: list[list[str]], seed: int) -> None:
    texts = [" ".join(text) for text in words]
    windows, _ = windows_of(texts)
    constraint = SpanConstraint(windows, texts)
    table = np.random.default_rng(seed).normal(size=(4, len(constraint.tokens)))
    steps = itertools.count()

    def score(tokens: np.ndarray, parents: np.ndarray) -> np.ndarray:
        return np.repeat(table[[next(steps) % len(table)]], len(tokens), axis=0)

    found, no_answer = beam_search(constraint, score, 0, beams=500, max_tokens=30)
    spans, none = exhaustive(constraint, table, 30)
    assert no_answer == pytest.approx(none)
    assert len(found) == len(spans)
    for one, expected in zip(found, sorted(spans.values(), reverse=True), strict=True):
        assert one.probability == pytest.approx(expected)
    assert sum(span.probability for span in found) + no_answer <= 1 + 1e-9
    for span in found:
        begins, ends = boundaries(texts[span.hit])
        assert begins[span.start]
        assert ends[span.end]
        assert texts[span.hit][span.start : span.end].strip() == texts[span.hit][span.start : span.end] != ""


def test_equal_spans_share_their_probability_and_the_likelier_place_is_cited() -> None:
    texts = ["Astana it was", "there lay Astana"]
    windows, _ = windows_of(texts)
    constraint = SpanConstraint(windows, texts)
    row = np.full((1, len(constraint.tokens)), -5.0)
    places = [i for i, t in enumerate(constraint.tokens) if constraint.copied[i] and t == constraint.tokens[3]]
    row[0, places[0]], row[0, places[1]] = 1.0, 2.0
    row[0, constraint.closing] = 0.0
    rows = iter([row, row, row])

    found, _ = beam_search(constraint, lambda tokens, _: np.repeat(next(rows), len(tokens), 0), 0, beams=4)
    assert texts[found[0].hit][found[0].start : found[0].end] == "Astana"
    assert found[0].hit == 1


def test_no_span_runs_from_one_line_into_the_next() -> None:
    text = "A great fair\n\nIt opened in Astana\nand closed in Almaty"
    windows, _ = windows_of([text])
    constraint = SpanConstraint(windows, [text])
    found, _ = beam_search(constraint, lambda t, _: np.zeros((len(t), len(constraint.tokens))), 0, beams=500)
    spans = {text[s.start : s.end] for s in found}
    assert {"A great fair", "It opened in Astana", "Almaty"} <= spans
    assert not any("\n" in span for span in spans)


def test_a_passage_of_signs_only_can_still_be_refused() -> None:
    windows, _ = windows_of(["..."])
    constraint = SpanConstraint(windows, ["..."])
    _, no_answer = beam_search(constraint, lambda t, _: np.zeros((len(t), len(constraint.tokens))), 0)
    assert 0 < no_answer <= 1


def test_long_answers_end_at_the_limit() -> None:
    text = " ".join(f"word{n}" for n in range(200))
    windows, _ = windows_of([text])
    constraint = SpanConstraint(windows, [text])
    row = np.zeros((1, len(constraint.tokens)))
    row[0, constraint.closing] = -2.0
    found, _ = beam_search(constraint, lambda t, _: np.repeat(row, len(t), 0), 0, beams=2, max_tokens=10)
    assert all(len(text[s.start : s.end].split()) <= 10 for s in found)
