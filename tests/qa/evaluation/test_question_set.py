from __future__ import annotations

from pathlib import Path

import pytest

from qa.evaluation.figures import shown
from qa.evaluation.question_set import QuestionSetError, load_questions, slug


def write(folder: Path, text: str, name: str = "set.jsonl", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_text(text, encoding=encoding, newline="")
    return file


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "line 2 is not valid JSON"),
        ("[" * 100_000, "line 2 is not valid JSON"),
        ('{"answers": []}', '"question"'),
        ('{"question": "When?"}', '"answers"'),
        ('{"question": "When?", "answers": "1974"}', '"answers"'),
        ('{"question": "When?", "answers": [""]}', '"answers"'),
        ('{"question": " ", "answers": []}', "empty"),
        ('{"question": "When?", "answers": [], "history": ["x"]}', '"history"'),
        ('{"question": "When?", "answers": [], "history": [["a", 1]]}', '"history"'),
        ('{"question": "When?", "answers": [], "source": 3}', '"source"'),
        ('{"question": "When?", "answers": [], "tags": "date"}', '"tags"'),
        ('{"question": "When?", "answers": [], "tags": ["two words"]}', '"tags"'),
        ('{"question": "When?", "answers": [], "tags": ["skip"]}', '"skip"'),
        ('{"question": "When?", "answers": [], "xfail": true}', '"xfail"'),
        ('{"question": "When?", "answers": [], "draft": "yes"}', '"draft"'),
        ('{"question": "When?", "answers": [], "id": "a::b"}', '"id"'),
        ('["When?"]', '"question"'),
        ('{"question": "When \\ud800?", "answers": []}', "half a character"),
        ('{"id": "one", "question": "When?", "answers": []}', "already used in line 1"),
        ('{"floors": {"f1": 0.5}}', "first line"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    file = write(tmp_path, '{"id": "one", "question": "Who?", "answers": []}\n' + line)
    with pytest.raises(QuestionSetError) as error:
        load_questions(file)
    assert says in str(error.value)
    assert "set.jsonl, line 2" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_set_that_is_empty_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_questions(tmp_path / "nothing.jsonl")
    for text in ("", "\n\n", '{"floors": {"f1": 0.5}}\n'):
        with pytest.raises(QuestionSetError, match="empty"):
            load_questions(write(tmp_path, text))
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(QuestionSetError, match="UTF-16: save it as UTF-8"):
            load_questions(write(tmp_path, '{"question": "Когда?", "answers": []}', encoding=encoding))
    with pytest.raises(QuestionSetError, match=r"line 2\): save it as UTF-8"):
        load_questions(write(tmp_path, '\n{"question": "Café?", "answers": []}', encoding="cp1252"))


def test_everything_a_line_may_hold(tmp_path: Path) -> None:
    line = (
        '{"question": "And  who?", "answers": ["I", "me"], "history": [["a", "b"]], "source": "a.md", "id": 7, '
        '"tags": ["date", "date", "follow-up"], "xfail": "too hard", "draft": true, "note": "is passed over"}'
    )
    (question,) = load_questions(write(tmp_path, line + "\r\n\r\n", encoding="utf-8-sig")).questions
    assert (question.id, question.question, question.answers) == ("7", "And who?", ("I", "me"))
    assert question.history == (("a", "b"),)
    assert (question.source, question.tags, question.xfail) == ("a.md", ("date", "follow-up"), "too hard")
    assert (question.draft, question.line) == (True, 1)


def test_a_line_separator_inside_a_question_ends_no_line(tmp_path: Path) -> None:
    text = '{"question": "Who said \u2028this?", "answers": []}\n'
    assert len(load_questions(write(tmp_path, text)).questions) == 1


def test_questions_without_an_id_are_named_by_their_words(tmp_path: Path) -> None:
    text = (
        '{"question": "When was the SCO founded?", "answers": []}\n'
        '{"question": "When was the SCO founded?", "answers": [], "history": [["a", "b"]]}\n'
        '{"question": "Когда?", "answers": []}\n'
        '{"question": "Why?", "answers": []}\n'
        '{"id": "why", "question": "Why?", "answers": []}\n'
    )
    ids = [question.id for question in load_questions(write(tmp_path, text)).questions]
    assert ids == ["when-was-the-sco-founded", "when-was-the-sco-founded-2", "line-3", "why-2", "why"]


def test_a_slug_is_short_and_ends_with_a_word() -> None:
    assert slug("What's the café's “name”?") == "whats-the-cafes-name"
    long = slug("On what day " + "of the long week " * 10)
    assert len(long) <= 60
    assert not long.endswith("-")
    assert slug("x" * 200) == "x" * 60


def test_floors_stand_in_the_first_line(tmp_path: Path) -> None:
    text = '\n{"floors": {"f1": 0.8, "refused": 1}}\n{"question": "Who?", "answers": []}\n'
    read = load_questions(write(tmp_path, text))
    assert read.floors == {"f1": 0.8, "refused": 1.0}
    assert [question.line for question in read.questions] == [3]


def test_a_question_about_floors_is_no_floor(tmp_path: Path) -> None:
    read = load_questions(write(tmp_path, '{"question": "What is under \\"floors\\"?", "answers": []}'))
    assert (len(read.questions), read.floors) == (1, {})


@pytest.mark.parametrize(
    ("floors", "says"),
    [
        ('{"f2": 0.8}', "no figure is called 'f2'"),
        ('{"f1": "0.8"}', "not a number"),
        ('{"f1": true}', "not a number"),
        ('{"f1": null}', "not a number"),
        ('{"f1": NaN}', "not a number"),
        ('{"f1": 80}', "0.8 for 80 %"),
        ('{"f1": -0.1}', "from 0 to 1"),
        ("0.8", "must be an object"),
    ],
)
@pytest.mark.parametrize("name", ["set.jsonl", "set.csv"])
def test_a_wrong_floor_is_named(tmp_path: Path, floors: str, says: str, name: str) -> None:
    rest = '{"question": "Who?", "answers": []}' if name.endswith("jsonl") else "question,answers\nWho?,\n"
    with pytest.raises(QuestionSetError) as error:
        load_questions(write(tmp_path, f'{{"floors": {floors}}}\n{rest}', name))
    assert says in str(error.value)
    assert f"{name}, line 1" in str(error.value)
    if says.startswith("no figure"):
        assert all(figure.name in str(error.value) for figure in shown("floor"))
        assert "p50_ms" not in str(error.value), "a time is no share"


def test_csv_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    text = (
        "Question,answers,source,tags,draft\r\n"
        '"When, exactly?",1974|in 1974,a.md,date|year,\r\n'
        '"Who said ""no""\r\nthen?",,,,true\r\n'
        "\r\n"
        "Why?,because,b.md,,\r\n"
    )
    first, second, third = load_questions(write(tmp_path, text, "set.csv", "utf-8-sig")).questions
    assert (first.question, first.answers, first.source) == ("When, exactly?", ("1974", "in 1974"), "a.md")
    assert (first.tags, first.draft, first.line) == (("date", "year"), False, 2)
    assert (second.question, second.answers, second.draft, second.line) == ('Who said "no" then?', (), True, 3)
    assert (third.answers, third.line) == (("because",), 6)
    semicolons = write(tmp_path, "question;answers;source\nWhen, exactly?;1,5|2;a.md\n", "de.csv")
    (only,) = load_questions(semicolons).questions
    assert (only.question, only.answers, only.source) == ("When, exactly?", ("1,5", "2"), "a.md")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("question\nWho?\n", 'line 1: the first line must name the columns; it lacks "answers"'),
        ("Who?,I\n", 'it lacks "question" and "answers"'),
        ("question,answers\nWho?,I,you\n", "line 2 has 3 columns"),
        ("question,answers\n,I\n", "line 2: The question is empty"),
        ('question,answers\n"Who?,I\n', "is not valid CSV"),
        ("question,answers\n", "is empty"),
    ],
)
def test_a_wrong_csv_is_told(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(QuestionSetError) as error:
        load_questions(write(tmp_path, text, "set.csv"))
    assert says in str(error.value)
    assert "\n" not in str(error.value)
