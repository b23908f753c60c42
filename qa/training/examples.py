"""From questions to examples: the passages that are read together, and every step of the answer to be learned.

The situation is that of use: passages that our own retriever found, encoded one by one, decoded together, every step
normalised over the positions that :class:`qa.reader.decoding.SpanConstraint` allows, "no answer" among them.

Encoding is nearly all of the work, so an example is decoded in several *views* of the same encoded passages: all of
them; all but the gold one (which must be refused); the gold one alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from corpus.text.sentences import sentence_spans
from qa.matching import holds_answer
from qa.reader.decoding import Booleans, Integers, SpanConstraint, Window
from qa.reader.rows import RowBuilder
from qa.training.data import SENTENCES, Question, TrainingData
from qa.training.follow_up import follow_up
from qa.training.plan import Plan
from qa.training.twist import twist

ANSWER_TOKENS = 60
# Passages longer than this many words are cut to some sentences: their rows would be the only ones of their length.
LONG_PASSAGE = 220


@dataclass(frozen=True, slots=True)
class View:
    """One decoding of an example.

    ``visible``: which windows are seen, bool (windows,). ``tokens``: what the decoder is fed after its start token.
    ``allowed`` and ``right``: for each of ``len(tokens) + 1`` steps, the positions that may come next and those that
    are right, counted over all windows of the example.
    """

    visible: Booleans
    tokens: Sequence[int]
    allowed: Sequence[Integers]
    right: Sequence[Integers]
    weight: float


@dataclass(frozen=True, slots=True)
class Example:
    """The rows of one question and what is to be learned from them."""

    windows: Sequence[Window]
    views: Sequence[View]


@dataclass(frozen=True, slots=True)
class _Passage:
    text: str
    title: str
    answer: tuple[int, int] | None = None


class ExampleMaker:
    """Draws examples. Example ``i`` of a plan is always the same, so an interrupted run can go on anywhere."""

    def __init__(
        self,
        data: TrainingData,
        found: Mapping[int, Sequence[int]],
        twisted: Mapping[int, str],
        rows: RowBuilder,
        plan: Plan,
        questions: Sequence[Question],
    ) -> None:
        """``found``: the paragraphs retrieved for each question; ``twisted``: questions that fooled a reader."""
        self._data, self._found, self._twisted, self._rows, self._plan = data, found, twisted, rows, plan
        pools: dict[str, list[Question]] = {name: [] for name in plan.sources}
        self._about: dict[int, list[Question]] = defaultdict(list)
        for question in questions:
            if question.answers:
                self._about[question.context].append(question)
            if question.source in pools:
                pools[question.source].append(question)
        self._pools = [(plan.sources[name], pool) for name, pool in pools.items() if pool]
        self._sentences = [
            number for number, source in enumerate(data.sources) if source in SENTENCES and number not in data.held_out
        ]
        held_out = data.held_out
        self._others = [n for n in range(len(data.contexts)) if n not in held_out and data.sources[n] not in SENTENCES]

    def question(self, number: int) -> Question:
        """Return the question that example ``number`` asks."""
        return self._choose(random.Random(f"{self._plan.seed}:{number}"))

    def draw(self, number: int) -> Example | None:
        """Return example ``number``, or None where the answer drawn is no span that can be read."""
        generator = random.Random(f"{self._plan.seed}:{number}")
        return self.make(self._choose(generator), generator)

    def _choose(self, generator: random.Random) -> Question:
        weights = [share for share, _ in self._pools]
        _, pool = generator.choices(self._pools, weights)[0]
        return generator.choice(pool)

    def make(self, question: Question, generator: random.Random) -> Example | None:
        """Return an example of this question, or None as :meth:`draw`."""
        plan = self._plan
        count = int(generator.choices(list(plan.passages), list(plan.passages.values()))[0])
        text = question.text.strip()
        titled = generator.random() < plan.titled
        gold: _Passage | None = None
        own: list[_Passage] = []
        if question.answers:
            text, gold = self._gold(question, text, titled, generator)
            own = [gold]
        elif question.context >= 0:
            own = [self._shorten(self._passage(question.context, titled), generator)]
        if generator.random() < plan.unmarked:
            text = text.rstrip(" ?")
        passages = own + self._negatives(question, count - len(own), titled, generator)
        generator.shuffle(passages)
        windows = [w for n, p in enumerate(passages) for w in self._rows.windows(text, p.title, p.text, n)]
        constraint = SpanConstraint(windows, [passage.text for passage in passages])
        everything = np.ones(len(windows), dtype=np.bool_)
        if gold is None or gold.answer is None:
            return Example(windows, [refusal(constraint, everything, 1.0)])
        number = passages.index(gold)
        whole = answer_view(constraint, everything, number, gold.answer, 1.0)
        if whole is None:
            return None
        views = [whole]
        mine = np.array([window.hit == number for window in windows])
        if not mine.all():
            if plan.absent:
                views.append(refusal(constraint, ~mine, plan.absent))
            alone = answer_view(constraint, mine, number, gold.answer, plan.alone) if plan.alone else None
            views += [alone] if alone else []
        return Example(windows, views)

    def _gold(self, question: Question, text: str, titled: bool, generator: random.Random) -> tuple[str, _Passage]:
        """Return the question, perhaps twisted, and its passage: with the answer's place, or without an answer."""
        plan = self._plan
        answer, start = generator.choice(question.answers)
        whole = self._passage(question.context, titled)
        kind = generator.choices(["answer", "twisted", "cut"], [1 - plan.twisted - plan.cut, plan.twisted, plan.cut])[0]
        if question.source in SENTENCES:
            return text, self._among_sentences(whole, answer, start, generator)
        if question.number in self._twisted and generator.random() < 0.5 * (plan.twisted > 0):
            return self._twisted[question.number], whole
        if kind == "twisted":
            other = self._data.contexts[generator.choice(self._found.get(question.number) or self._others)]
            new = twist(text, whole.text, other, [a for a, _ in question.answers], generator)
            if new is not None:
                return new, self._shorten(whole, generator)
        if kind == "cut":
            texts = [a for a, _ in question.answers]
            spans = sentences(whole.text)
            left = [whole.text[a:b] for a, b in spans if not holds_answer(whole.text[a:b], texts)]
            if left and len(left) < len(spans):
                return text, _Passage(" ".join(left), whole.title)
        if generator.random() < plan.follow_up:
            others = [(q.text, q.answers[0][0]) for q in self._about[question.context] if q.number != question.number]
            text = follow_up(text, others, generator) or text
        passage = _Passage(whole.text, whole.title, (start, start + len(answer)))
        return text, self._shorten(passage, generator)

    def _among_sentences(self, own: _Passage, answer: str, start: int, generator: random.Random) -> _Passage:
        """Make a passage of a single sentence and up to three others."""
        parts = self._some_sentences(generator.randint(0, 3), generator)
        place = generator.randint(0, len(parts))
        before = "".join(f"{part} " for part in parts[:place])
        after = "".join(f" {part}" for part in parts[place:])
        first = len(before) + start
        return _Passage(f"{before}{own.text}{after}", "", (first, first + len(answer)))

    def _negatives(self, question: Question, count: int, titled: bool, generator: random.Random) -> list[_Passage]:
        """Return passages that do not hold the answer, most of them those that the retriever found."""
        texts = [answer for answer, _ in question.answers]
        near = [
            number
            for number in self._found.get(question.number, ())
            if number != question.context
            and number not in self._data.held_out
            and not holds_answer(self._data.contexts[number], texts)
        ]
        # The first hits are the hardest and what is read in use: the further down, the less often drawn.
        draw = {number: generator.random() * (3 + rank) for rank, number in enumerate(near)}
        near = sorted(draw, key=draw.__getitem__)
        chosen: list[_Passage] = []
        # An answer that nearly every passage holds is no reason to search for ever: then there are fewer passages.
        for _ in range(20 * count):
            if len(chosen) == count:
                break
            if question.source in SENTENCES:
                passage = _Passage(" ".join(self._some_sentences(generator.randint(1, 4), generator)), "")
            else:
                by_search = near and generator.random() >= self._plan.random_negative
                passage = self._passage(near.pop(0) if by_search else generator.choice(self._others), titled)
            if not holds_answer(passage.text, texts):
                chosen.append(self._shorten(passage, generator))
        return chosen

    def _some_sentences(self, count: int, generator: random.Random) -> list[str]:
        chosen = generator.sample(self._sentences, min(count, len(self._sentences)))
        return [self._data.contexts[number] for number in chosen]

    def _passage(self, number: int, titled: bool) -> _Passage:
        return _Passage(self._data.contexts[number], self._data.titles[number] if titled else "")

    def _shorten(self, passage: _Passage, generator: random.Random) -> _Passage:
        """Cut the passage to some sentences in a row, always where it is long; never through its answer."""
        long = passage.text.count(" ") > LONG_PASSAGE
        if not long and generator.random() >= self._plan.shortened:
            return passage
        spans = sentences(passage.text)
        if len(spans) < 2:
            return passage
        first = last = generator.randrange(len(spans))
        if passage.answer is not None:
            first = max(n for n, (start, _) in enumerate(spans) if start <= passage.answer[0] or n == 0)
            last = max(first, min((n for n, (_, end) in enumerate(spans) if end >= passage.answer[1]), default=first))
        words = generator.randint(100, LONG_PASSAGE - 40) if long else generator.randint(20, 120)
        while first > 0 or last < len(spans) - 1:
            back = first > 0 and (last == len(spans) - 1 or generator.random() < 0.5)
            wider = (first - 1, last) if back else (first, last + 1)
            if passage.text[spans[wider[0]][0] : spans[wider[1]][1]].count(" ") > words:
                break
            first, last = wider
        start, end = spans[first][0], spans[last][1]
        answer = passage.answer and (passage.answer[0] - start, passage.answer[1] - start)
        return _Passage(passage.text[start:end], passage.title, answer)


@lru_cache(50_000)
def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a passage as offsets."""
    return list(sentence_spans(text))


def refusal(constraint: SpanConstraint, visible: Booleans, weight: float) -> View:
    """Return the view that must end at once."""
    begin, none = _first(constraint, visible)
    return View(visible, [], [np.concatenate([begin, none])], [none], weight)


def answer_view(
    constraint: SpanConstraint, visible: Booleans, hit: int, answer: tuple[int, int], weight: float
) -> View | None:
    """Return the view that must copy the characters ``answer`` of passage ``hit``; None where no span can.

    Wherever the same tokens stand in that passage is right as well, as they share their probability in use.
    """
    mine = constraint.hit == hit
    starts = np.flatnonzero(mine & constraint.may_begin & (constraint.begin == answer[0]))
    ends = np.flatnonzero(mine & constraint.copied & constraint.may_end & (constraint.end == answer[1]))
    pairs = [(a, b) for a in starts for b in ends if constraint.window[a] == constraint.window[b] and a <= b]
    if not pairs or not 0 < pairs[0][1] - pairs[0][0] + 1 <= ANSWER_TOKENS:
        return None
    a, b = pairs[0]
    tokens = [int(token) for token in constraint.tokens[a : b + 1]]
    begin, none = _first(constraint, visible)
    good = begin[mine[begin]]
    for offset, token in enumerate(tokens):
        inside = good + offset < len(constraint.tokens)
        good = good[inside]
        fits = constraint.tokens[good + offset] == token
        good = good[fits & (constraint.goes_on[good + offset] if offset else True)]
    good = good[constraint.may_end[good + len(tokens) - 1]]
    if not len(good):
        return None
    allowed, right = [np.concatenate([begin, none])], [good]
    alive = begin
    for offset, token in enumerate(tokens):
        alive = alive[constraint.tokens[alive] == token]
        follows, may_end = constraint.after(alive)
        closing = constraint.closing[np.unique(constraint.window[alive[may_end]])]
        following = alive[follows] + 1
        allowed.append(np.concatenate([following, closing]))
        if offset + 1 < len(tokens):
            right.append(good + offset + 1)
        else:
            right.append(constraint.closing[np.unique(constraint.window[good])])
        alive = following
    return View(visible, tokens, allowed, right, weight)


def _first(constraint: SpanConstraint, visible: Booleans) -> tuple[Integers, Integers]:
    begin, none = constraint.first()
    return begin[visible[constraint.window[begin]]], none[visible[constraint.window[none]]]
