"""The span constraint: an answer is a contiguous span of a passage that cuts no word, and nothing else.

Where a span may begin and end is decided on the characters of the passage, not on its tokens. Beam search then keeps,
for every hypothesis, the positions of the input that it could be copied from; the next token must follow one of
them. Ending at once means "no answer". This module knows nothing of models: scores come from a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# What must not be cut. Letters of the Latin, Greek and Cyrillic scripts are single code points after NFC; combining
# marks are there for what NFC cannot compose.
_WORD = r"[\w\u0300-\u036f\u200d]"
_UNIT = re.compile(
    rf"""
    (?: (?<!\w)[+\-−±~≈] (?=[\d$€£¥₸]) )?           # the sign of a number
    (?: (?:\b[A-Z]{{1,3}})? [$€£¥₸₽₹] (?=\d) )?     # a currency before its number: US$25
    {_WORD}+
    (?:
        (?: [-‐‑.&@_] | (?<=\d)[,:/](?=\d) | ['’] (?! s (?!\w) ) ) {_WORD}+   # 3.5, 1,000, win-win, U.S, O'Brien
    )*
    (?: (?<=\d) \s? [%‰°] \w* )?                    # 5%, 20 °C
    (?: (?<= [.\s][^\W\d_] ) \. | (?<= ^[^\W\d_] ) \. | (?<= \.[^\W\d_][^\W\d_] ) \. )?  # the last dot of U.S.
    (?P<possessive> ['’]s (?!\w) )?
    """,
    re.VERBOSE,
)
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Gen|Lt|Col|Capt|Sgt|Sen|Rep|Gov|Rev|Hon|No|Nos|vs|etc|Inc|Ltd|Corp|Co"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\."
)
_NOT_FIRST, _NOT_LAST = re.compile(r"[\s,.;:!?)\]}%]"), re.compile(r"[\s,;:(\[{]")


def boundaries(text: str) -> tuple[Booleans, Booleans]:
    """Return for every offset 0..len(text) whether a span may begin there, and whether one may end there.

    Two bool arrays of shape (len(text) + 1,), false inside words, numbers (3.5, 1,000, 12:30), hyphenated words
    (win-win), abbreviations (U.S.) and between a sign, currency or percent mark and its number. A span may leave off
    a possessive 's; it neither begins nor ends with a space or comma.
    """
    begins = np.ones(len(text) + 1, dtype=np.bool_)
    ends = np.ones(len(text) + 1, dtype=np.bool_)
    begins[-1] = ends[0] = False
    begins[[match.start() for match in _NOT_FIRST.finditer(text)]] = False
    ends[[match.end() for match in _NOT_LAST.finditer(text)]] = False
    for pattern in (_UNIT, _TITLE):
        for match in pattern.finditer(text):
            inside = slice(match.start() + 1, match.end())
            begins[inside] = ends[inside] = False
            if "possessive" in pattern.groupindex and match["possessive"]:
                ends[match.start("possessive")] = True
    return begins, ends


@dataclass(frozen=True, slots=True)
class Window:
    """One row of the encoder's input: a passage, or a part of a long one, behind the question and the title.

    ``tokens``: all token ids of the row. ``first`` and ``last``: the positions of the first token of the passage and
    of the closing [SEP], which stands for the end of an answer. ``spans``: for the tokens ``first..last-1``, their
    character offsets in the passage. ``hit``: which passage.
    """

    tokens: Sequence[int]
    first: int
    last: int
    spans: Sequence[tuple[int, int]]
    hit: int


@dataclass(frozen=True, slots=True)
class Span:
    """A finished hypothesis: characters ``start..end`` of passage ``hit``, and its probability.

    Equal spans in several places share their probability; the place named is the one whose own path is most probable.
    """

    hit: int
    start: int
    end: int
    probability: float


class SpanConstraint:
    """Which positions of the concatenated windows may come next. Positions are counted over all windows."""

    def __init__(self, windows: Sequence[Window], texts: Sequence[str]) -> None:
        """``texts``: the passages that ``Window.hit`` counts."""
        where = [boundaries(text) for text in texts]
        size = sum(len(window.tokens) for window in windows)
        self.tokens: Integers = np.array([token for window in windows for token in window.tokens], dtype=np.int64)
        self.window: Integers = np.repeat(np.arange(len(windows)), [len(window.tokens) for window in windows])
        self.hit: Integers = np.array([window.hit for window in windows], dtype=np.int64)[self.window]
        self.begin: Integers = np.full(size, -1, dtype=np.int64)
        self.end: Integers = np.full(size, -1, dtype=np.int64)
        self.closing: Integers = np.empty(len(windows), dtype=np.int64)
        offset = 0
        for number, window in enumerate(windows):
            inside = slice(offset + window.first, offset + window.last)
            spans = np.array(window.spans, dtype=np.int64).reshape(-1, 2)
            self.begin[inside], self.end[inside] = spans[:, 0], spans[:, 1]
            self.closing[number] = offset + window.last
            offset += len(window.tokens)
        self.copied: Booleans = self.begin >= 0
        self.may_begin: Booleans = self._look_up(self.begin, [begins for begins, _ in where])
        self.may_end: Booleans = self._look_up(self.end, [ends for _, ends in where])
        # A span does not run from one line into the next: a heading is no part of the sentence below it.
        lines = [np.cumsum([0, *(c == "\n" for c in text)]) for text in texts]
        line = self._look_up(self.begin, lines)
        self.goes_on: Booleans = self.copied & np.append(False, self.copied[:-1]) & (line == np.append(0, line[:-1]))

    def _look_up(self, offsets: Integers, where: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Return, for every copied position, what ``where`` says of its offset in its passage; zero elsewhere."""
        result = np.zeros(len(offsets), dtype=where[0].dtype if where else np.bool_)
        for hit, values in enumerate(where):
            mine = self.copied & (self.hit == hit)
            result[mine] = values[offsets[mine]]
        return result

    def first(self) -> tuple[Integers, Integers]:
        """Return the positions an answer may begin at, and those that mean "no answer"."""
        return np.flatnonzero(self.may_begin), self.closing

    def after(self, positions: Integers) -> tuple[Booleans, Booleans]:
        """For the last copied positions of a hypothesis, tell which can be followed by the next one, which can end."""
        return self.goes_on[positions + 1], self.may_end[positions]


@dataclass(slots=True)
class _Hypothesis:
    """``places``: the last position of every place it may be copied from; ``paths``: their own log-probabilities."""

    total: float
    length: int
    places: Integers
    paths: Floats


Scorer = Callable[[Integers, Integers], Floats]
"""(last token of each hypothesis, its parent's row) -> scores of all positions, shape (hypotheses, positions)."""


def beam_search(
    constraint: SpanConstraint, score: Scorer, start_token: int, beams: int = 4, max_tokens: int = 60
) -> tuple[list[Span], float]:
    """Return finished spans, most probable first, and the probability of "no answer".

    At every step the scores are normalised over the positions that may come next. Up to ``2 * beams`` spans come
    back; the search stops when nothing unfinished can be among the ``beams`` best any more.
    """
    begin, none = constraint.first()
    row = score(np.array([start_token]), np.array([0]))[0]
    logs = _log_softmax(row[np.concatenate([begin, none])])
    no_answer = float(np.exp(logs[len(begin) :]).sum())
    live = _grow(constraint, begin, logs[: len(begin)], logs[: len(begin)], 0.0, 1, 0)
    finished: list[tuple[float, _Hypothesis, int]] = []
    for _ in range(max_tokens):
        live = sorted(live, key=lambda pair: -pair[0].total)[:beams]
        best = sorted((total for total, *_ in finished), reverse=True)[:beams]
        if not live or (len(best) == beams and best[-1] >= live[0][0].total):
            break
        hypotheses = [hypothesis for hypothesis, _ in live]
        last = np.array([constraint.tokens[hypothesis.places[0]] for hypothesis in hypotheses])
        rows = score(last, np.array([parent for _, parent in live]))
        live = []
        for number, (hypothesis, row) in enumerate(zip(hypotheses, rows, strict=True)):
            follows, ends = constraint.after(hypothesis.places)
            following = hypothesis.places[follows] + 1
            ending = hypothesis.places[ends]
            windows = np.unique(constraint.window[ending])
            closing = constraint.closing[windows]
            if not len(following) and not len(closing):
                continue
            logs = _log_softmax(row[np.concatenate([following, closing])])
            if len(closing):
                close = logs[len(following) :]
                # The same end mark serves every place of a window: a place's own path tells them apart.
                own = hypothesis.paths[ends] + close[np.searchsorted(windows, constraint.window[ending])]
                place = int(ending[np.argmax(own)])
                finished.append((hypothesis.total + float(np.logaddexp.reduce(close)), hypothesis, place))
            if len(following):
                step = logs[: len(following)]
                paths = hypothesis.paths[follows] + step
                length = hypothesis.length + 1
                live += _grow(constraint, following, step, paths, hypothesis.total, length, number)
    finished.sort(key=lambda item: -item[0])
    spans = []
    for total, hypothesis, place in finished[: 2 * beams]:
        start = int(constraint.begin[place - hypothesis.length + 1])
        spans.append(Span(int(constraint.hit[place]), start, int(constraint.end[place]), float(np.exp(total))))
    return spans, no_answer


def _grow(
    constraint: SpanConstraint,
    positions: Integers,
    step: Floats,
    paths: Floats,
    total: float,
    length: int,
    parent: int,
) -> list[tuple[_Hypothesis, int]]:
    """Return one longer hypothesis for every token among ``positions``, with the row it came from."""
    tokens, member = np.unique(constraint.tokens[positions], return_inverse=True)
    sums = np.log(np.bincount(member, weights=np.exp(step)) + 1e-300)
    return [
        (_Hypothesis(total + float(sums[group]), length, positions[member == group], paths[member == group]), parent)
        for group in range(len(tokens))
    ]


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float64)
