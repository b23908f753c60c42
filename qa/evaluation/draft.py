"""Draft questions from the documents themselves: templates over sentences with names, dates, numbers and quotes.

Useful, not clever: every proposal is marked as a draft, and a person keeps, corrects or deletes it. The answer always
stands in the document word for word; the question is worded after its sentence, so it is easier than a person's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from corpus.errors import LibraryError
from corpus.text.sentences import sentence_spans
from qa.evaluation.question_set import QuestionSetError, slug
from qa.library.library import Library
from qa.matching import normalise_answer
from qa.question.intent import problem

LONGEST = 450  # characters of a sentence
SHORTEST = 25


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed question, its answer as the document has it, and the sentence to check it against."""

    question: str
    answer: str
    source: str
    tag: str
    sentence: str

    def to_dict(self, identity: str) -> dict[str, object]:
        """Return the line of a question set; ``sentence`` is for whoever checks it, the loader passes it over."""
        return {
            "id": identity, "question": self.question, "answers": [self.answer], "source": self.source,
            "tags": [self.tag], "draft": True, "sentence": self.sentence,
        }  # fmt: skip


_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = (
    rf"(?:\d{{1,2}} (?:{_MONTH})(?: [12]\d{{3}})?|(?:{_MONTH}) \d{{1,2}}(?:, [12]\d{{3}})?"
    rf"|(?:{_MONTH}) [12]\d{{3}}|[12]\d{{3}})"
    # Half of "from 2013 to 2015" is no date.
    r"(?!\w|[-–/]| (?:and|or|to|until|or) )"
)
_WORD = r"[A-Z][\w’'-]*\w"
_NAME = rf"{_WORD}(?: (?:(?:of|the|de|von|van|and|al) )?{_WORD}){{0,5}}"
_SUBJECT = r"(?P<subject>[\w’'“”\"-]+(?: [\w’'“”\"-]+){0,8}?)"
_REST = r"(?P<rest>(?: [^,;:]*?)?)"
_END = r"(?=[.,;]|$)"
_UNITS = "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty"
_NUMBER = (
    r"(?:(?:about|around|nearly|almost|over|more than|less than|at least|some) )?"
    rf"(?:\d[\d,]*(?:\.\d+)?(?: (?:hundred|thousand|million|billion))?|{'|'.join(_UNITS.split())})"
)
_MONEY = (
    r"(?:(?:US)?[$€£¥] ?\d[\d,]*(?:\.\d+)?(?: (?:thousand|million|billion|trillion))?"
    r"|\d[\d,]*(?:\.\d+)? (?:(?:thousand|million|billion|trillion) )?(?:dollars|euros|pounds|yuan|tenge))"
)
_THINGS = (
    r"(?P<noun>(?:[a-zA-Z][\w-]* ){0,3}?[a-zA-Z][\w-]*s)"
    r"(?=[.,;]|$| (?:in|on|at|for|and|with|of|to|from|that|which|between|by)\b)"
)


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


# Past tenses with the form that follows "did".
_PAST = _pairs(
    "opened:open began:begin started:start ended:end closed:close visited:visit arrived:arrive joined:join left:leave "
    "launched:launch published:publish signed:sign founded:found established:establish proposed:propose won:win "
    "became:become met:meet died:die moved:move resigned:resign took:take built:build bought:buy sold:sell "
    "announced:announce introduced:introduce released:release received:receive completed:complete created:create "
    "adopted:adopt appointed:appoint elected:elect married:marry returned:return reached:reach fell:fall rose:rise "
    "carried:carry produced:produce trained:train treated:treat employed:employ counted:count paid:pay "
    "approved:approve made:make handled:handle passed:pass held:hold"
)
# Participles with the past tense that "who" takes.
_DONE = _pairs(
    "designed:designed written:wrote directed:directed founded:founded built:built composed:composed painted:painted "
    "invented:invented opened:opened produced:produced led:led created:created discovered:discovered proposed:proposed"
)
_TITLE = (
    "[Pp]resident|[Pp]rime [Mm]inister|[Mm]inister|[Aa]mbassador|[Ss]ecretary-[Gg]eneral|[Dd]irector|[Cc]hairman"
    "|[Cc]hairwoman|[Cc]hief [Ee]xecutive|CEO|[Gg]overnor|[Mm]ayor|[Hh]ead|[Rr]ector|[Ff]ounder|[Mm]anager"
)
_PERSON = rf"(?P<answer>{_WORD}(?: {_WORD}){{1,2}})(?! [A-Z]|[’']s)"

# Subjects that say nothing outside their sentence, and words of a clause within them.
_VAGUE = re.compile(
    r"(?i)^(?:it|its|they|their|he|his|she|her|this|these|that|those|there|who|which|we|our|i|my|you|your|such|some|one"
    r"|all|both|here|what|and|but|as|in|on|at|by|for|since|from|to|with|when|while|after|before|during|if|so|next|last"
    r"|every|each|no|not|only|also|today|yesterday|tomorrow|now|then)\b"
)
_CLAUSE = re.compile(
    r"\b(?:I|my|we|our|you|your|that|which|who|whose|had|has|have|is|are|was|were|will|would|said|since|until|when|where"
    r"|after|before|while|than|because)\b"
)

Ask = Callable[[re.Match[str], str], str]
"""(match, its subject as it stands inside a sentence) -> question."""


def _when_state(match: re.Match[str], subject: str) -> str:
    first, _, second = match["state"].partition(" ")
    return f"When {first} {subject} {second} {match['rest']}?"


def _did(word: str) -> Ask:
    return lambda match, subject: f"{word} did {subject} {_PAST[match['verb']]} {match['rest']}?"


def _templates() -> Iterator[tuple[str, re.Pattern[str], Ask]]:
    """Yield the kind of question, the sentence it is made from, and how."""
    state, past = "is|are|was|were|will be|has been|have been", "|".join(_PAST)

    def template(tag: str, pattern: str, ask: Ask) -> tuple[str, re.Pattern[str], Ask]:
        return tag, re.compile(pattern), ask

    said = "said|wrote|added|asserted|noted|stated"
    quote = r"[“\"](?P<quote>[^“”\"]{25,400}?)[,.]?[”\"]"
    yield template("quote", rf"{quote},? (?:{said}) (?:[A-Z]?[a-z]+ )?{_PERSON}", _who_said)
    yield template("quote", rf"(?:^|, ){_PERSON} (?:{said}),? (?:that )?{quote}", _who_said)
    yield template("quote", rf"{quote},? (?:[\w-]+ ){{0,6}}(?P<answer>{_WORD} {_WORD}) (?:{said})", _who_said)
    when, verb = rf"(?:in|on) (?P<answer>{_DATE})", rf"(?P<verb>{past})"
    yield template("date", rf"^{_SUBJECT} (?P<state>{state}){_REST} {when}", _when_state)
    yield template("date", rf"^{_SUBJECT} {verb}{_REST} {when}", _did("When"))
    yield template("date", rf"^(?:In|On) (?P<answer>{_DATE}),? {_SUBJECT} {verb}{_REST}{_END}", _did("When"))
    yield template(
        "date",
        rf"^(?:In|On) (?P<answer>{_DATE}),? {_SUBJECT} (?P<state>was|were){_REST}{_END}",
        _when_state,
    )
    yield template(
        "number",
        rf"^{_SUBJECT} {verb} (?P<answer>{_NUMBER}) {_THINGS}",
        lambda m, subject: f"How many {m['noun']} did {subject} {_PAST[m['verb']]}?",
    )
    yield template(
        "number",
        rf"^{_SUBJECT} (?P<verb>has|have|includes|include|holds|hold) (?P<answer>{_NUMBER}) {_THINGS}",
        lambda m, subject: (
            f"How many {m['noun']} does {subject} {'have' if m['verb'] == 'has' else m['verb'][:-1]}?"
            if m["verb"].endswith("s")
            else f"How many {m['noun']} do {subject} {m['verb']}?"
        ),
    )
    yield template(
        "number",
        rf"\b[Ii]n (?P<place>{_NAME}), there (?P<state>are|were) (?P<answer>{_NUMBER}) {_THINGS}",
        lambda m, _: f"How many {m['noun']} {m['state']} there in {m['place']}?",
    )
    yield template(
        "number",
        rf"^{_SUBJECT} (?P<state>is|was|are|were) (?P<answer>{_NUMBER} [a-z]+) "
        r"(?P<how>long|high|wide|tall|deep|old|away)\b",
        lambda m, subject: f"How {m['how'].replace('away', 'far away')} {m['state']} {subject}?",
    )
    yield template(
        "number",
        rf"^{_SUBJECT} (?P<state>is|was|are|were) worth (?P<answer>{_MONEY})",
        lambda m, subject: f"How much {m['state']} {subject} worth?",
    )
    yield template(
        "number",
        rf"^{_SUBJECT} cost (?P<answer>{_MONEY})",
        lambda m, subject: f"How much did {subject} cost?",
    )
    what = "theme|title|name|slogan|motto|capital|currency|author|founder|director|population|height|length|area"
    yield template(
        "name",
        rf"\b[Tt]he (?P<what>{what}) of (?P<of>(?:the )?{_NAME}(?: \d{{4}})?),? (?P<state>is|was|are|were) [“\"]?"
        r"(?P<answer>[^“”\",.;:]{2,60}?)(?=[”\".,;]|$)",
        lambda m, _: f"What {m['state']} the {m['what']} of {m['of']}?",
    )
    yield template(
        "person",
        rf"^{_SUBJECT} (?P<state>was|were|is) (?P<done>{'|'.join(_DONE)}) by {_PERSON}",
        lambda m, subject: f"Who {_DONE[m['done']]} {subject}?",
    )
    yield template(
        "person",
        rf"\b{_PERSON}, (?:the |an? )?(?P<role>(?:{_TITLE}) (?:of|at|to|for) (?:the )?{_NAME})(?=[,.])",
        lambda m, _: f"Who is the {m['role']}?",
    )
    yield template(
        "person",
        rf"\b(?P<role>[A-Z][a-z]+(?:ese|ian|ish|an|kh|ch) (?:[Ff]oreign )?(?:{_TITLE})(?: to {_WORD})?) {_PERSON}",
        lambda m, _: f"Who is the {m['role']}?",
    )
    yield template(
        "place",
        rf"^{_SUBJECT} (?P<state>is|are|was|were) (?P<done>born|held|located|based|built|signed) in "
        rf"(?P<answer>{_NAME})",
        lambda m, subject: f"Where {m['state']} {subject} {m['done']}?",
    )


def _who_said(match: re.Match[str], _: str) -> str:
    words = match["quote"].split()
    return f"Who said “{' '.join(words[:14])}{' …' if len(words) > 14 else ''}”?"


_TEMPLATES = tuple(_templates())


def draft_questions(library: Library, count: int, most_documents: int | None = None) -> list[Draft]:
    """Return up to ``count`` proposals, spread over the documents and over kinds of questions.

    ``most_documents``: look at no more than so many of them, evenly spaced; by default at all.

    Raises:
        QuestionSetError: the number is not positive.
        LibraryError: the library is empty.
    """
    if count < 1:
        raise QuestionSetError(f"The number of questions is {count}, but it must be at least 1.")
    documents = library.documents()
    if not documents:
        raise LibraryError("This library is empty: add documents with `qa index FOLDER`.")
    if most_documents is not None:
        documents = documents[:: -(-len(documents) // most_documents)]
    found = [_spread(list(_of_text(library.document(d.id).text, d.source))) for d in documents]
    kept: dict[str, Draft] = {}
    # The first of every document, then the second of every document, and so on.
    for draft in (draft for row in zip_longest(*found) for draft in row if draft is not None):
        if len(kept) == count:
            break
        kept.setdefault(draft.question.casefold(), draft)
    return list(kept.values())


def write_drafts(drafts: Sequence[Draft]) -> str:
    """Return the drafts as a question set: JSON lines, each marked as a draft, with ids of their own."""
    lines, taken = [], set()
    for number, draft in enumerate(drafts, 1):
        bare = slug(draft.question) or f"draft-{number}"
        identity = bare if bare not in taken else f"{bare}-{number}"
        taken.add(identity)
        lines.append(json.dumps(draft.to_dict(identity), ensure_ascii=False) + "\n")
    return "".join(lines)


def save_drafts(drafts: Sequence[Draft], path: Path) -> None:
    """Write the drafts to a new file; one that is there already may hold somebody's corrections.

    Raises:
        QuestionSetError: the file is there already, or cannot be written.
    """
    text = write_drafts(drafts)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise QuestionSetError(f"{path} already exists and will not be overwritten: name another file.") from None
    except OSError as error:
        raise QuestionSetError(f"{path} cannot be written: {error.strerror}.") from None


def _of_text(text: str, source: str) -> Iterator[Draft]:
    # A first word that the document also writes small has its capital from the start of the sentence alone.
    small = set(re.findall(r"\b[a-z][\w-]*", text)) | {"the", "a", "an"}
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if not SHORTEST <= len(sentence) <= LONGEST:
            continue
        for tag, pattern, ask in _TEMPLATES:
            match = pattern.search(sentence)
            if match is None:
                continue
            groups = match.groupdict()
            subject = _inside(groups["subject"], small) if "subject" in groups else ""
            if "subject" in groups and (not subject or _unclear(groups.get("rest", ""))):
                continue
            question, answer = (
                re.sub(r" +(?=\?)", "", " ".join(ask(match, subject).split())),
                re.sub(r"[’']s$", "", match["answer"].strip()),
            )
            if _sound(question, answer):
                yield Draft(question, answer, source, tag, sentence)
                break  # one question a sentence


def _inside(subject: str, small: Collection[str]) -> str:
    """Return a subject as it stands inside a sentence, "" where it means nothing outside its own."""
    if _VAGUE.match(subject) or _unclear(subject):
        return ""
    first = re.match(r"[\w-]*", subject)
    if first and first[0].lower() in small:
        subject = subject[:1].lower() + subject[1:]
    return subject if re.search(r"[A-Z]|\d", subject) else ""


def _unclear(part: str) -> bool:
    """Whether a part of a question would hold a clause of its own, or half a quotation."""
    halved = part.count("“") != part.count("”") or part.count('"') % 2 == 1
    return halved or bool(_CLAUSE.search(part)) or len(part.split()) > 10


def _sound(question: str, answer: str) -> bool:
    short = 3 <= len(question.split()) <= 30
    given = f" {normalise_answer(answer)} " in f" {normalise_answer(question)} "
    return short and bool(normalise_answer(answer)) and not given and problem(question) is None


def _spread(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts of a document with the kinds in turn, so that the first few are not all dates."""
    kinds: dict[str, list[Draft]] = {}
    for draft in drafts:
        kinds.setdefault(draft.tag, []).append(draft)
    return [draft for row in zip_longest(*kinds.values()) for draft in row if draft is not None]
