"""How close together a question's words stand in a passage.

Both searches look at a passage as a whole: one that has the question's words scattered over it looks as good to them
as one with a sentence that has them all. Term proximity tells the two apart (Tao & Zhai 2007,
https://doi.org/10.1145/1277741.1277794).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

# About two lines of text, a sentence or a long clause: 80 to 300 characters do as well.
WINDOW = 160
# So many characters at most lie between two words that belong together: 12 to 45 do as well.
GAP = 20
# Words are alike where this many first letters are: better than 6, as good as 4, and no stemmer is needed.
STEM = 5

Place = tuple[int, int, str]
"""Where a word begins and ends, and its stem."""


def proximity(words: Sequence[str], passages: Sequence[tuple[str, str]]) -> list[tuple[float, float]]:
    """Return two shares, 0 to 1, for each passage, a pair (title, text).

    The first: of the question's ``words`` (lower case, in order), how much stands within ``WINDOW`` characters of the
    text, the title's words counted as near everywhere. The second: of the pairs of words that follow each other in
    the question, how much follows each other in the title or text. A word counts by how few of these passages have it.
    """
    stems = list(dict.fromkeys(_stem(word) for word in words))
    likely = re.compile(rf"\b(?:{'|'.join(map(re.escape, stems))})\w*")
    found = [(_places(title, likely, stems), _places(text, likely, stems)) for title, text in passages]
    having = Counter(stem for title, text in found for stem in {place[2] for place in (*title, *text)})
    weights = {stem: math.log(1 + (len(passages) - having[stem] + 0.5) / (having[stem] + 0.5)) for stem in stems}
    pairs = {pair: min(weights[pair[0]], weights[pair[1]]) for pair in pairwise(stems)}
    # No word has no weight; without words or pairs all shares are 0.
    whole, all_pairs = sum(weights.values()) or 1.0, sum(pairs.values()) or 1.0
    shares = []
    for title, text in found:
        following = _following(title, pairs) | _following(text, pairs)
        window = _together(title, text, weights)
        shares.append((window / whole, sum(pairs[pair] for pair in following) / all_pairs))
    return shares


def _stem(word: str) -> str:
    if len(word) > STEM:
        return word[:STEM]
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _places(text: str, likely: re.Pattern[str], stems: Collection[str]) -> list[Place]:
    """Return where the stems are; ``likely`` finds all words that begin with one, and more ("warned" for "war")."""
    found = ((match.start(), match.end(), _stem(match.group())) for match in likely.finditer(text.lower()))
    return [place for place in found if place[2] in stems]


def _together(title: Sequence[Place], text: Sequence[Place], weights: Mapping[str, float]) -> float:
    """Return the greatest weight of different words that begin within one window of the text, with the title's."""
    everywhere = {stem for _, _, stem in title}
    places = [place for place in text if place[2] not in everywhere]
    inside: Counter[str] = Counter()
    best = total = 0.0
    first = 0
    for begin, _, stem in places:
        total += 0.0 if inside[stem] else weights[stem]
        inside[stem] += 1
        while places[first][0] < begin - WINDOW:
            left = places[first][2]
            inside[left] -= 1
            total -= 0.0 if inside[left] else weights[left]
            first += 1
        best = max(best, total)
    return best + sum(weights[stem] for stem in everywhere)


def _following(places: Sequence[Place], pairs: Mapping[tuple[str, str], float]) -> set[tuple[str, str]]:
    """Return which of the pairs follow each other, at most ``GAP`` characters apart."""
    found = set()
    for number, (_, end, stem) in enumerate(places):
        for begin, _, other in places[number + 1 :]:
            if begin - end > GAP:
                break
            if (stem, other) in pairs:
                found.add((stem, other))
    return found
