"""Training: the data, the examples, the loop and the commands, on a few made-up paragraphs."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from corpus.types import Passage
from qa.matching import holds_answer
from qa.question.query import Query
from qa.reader.copy_reader import WEIGHTS, CopyReader
from qa.reader.decoding import SpanConstraint
from qa.reader.rows import RowBuilder
from qa.training import data as training_data
from qa.training import fooled, negatives
from qa.training.__main__ import main
from qa.training.batches import collate, group
from qa.training.data import TrainingData
from qa.training.examples import Example, ExampleMaker, answer_view, refusal
from qa.training.follow_up import follow_up
from qa.training.loss import loss, refusals
from qa.training.plan import Plan
from qa.training.train import Trainer, load_model
from qa.training.twist import twist
from qa.types import Hit
from tests.fakes import random_reader

PLACES = "Almaty Aktau Oral Semey Taraz Kokshetau Pavlodar Turkistan Atyrau Karaganda Ridder Balkhash".split()
GOODS = "copper wheat salt wool oil zinc apples coal fish sugar silver cotton".split()


def paragraph(number: int) -> str:
    place, good = PLACES[number % 12], GOODS[number % 12]
    return (
        f"{place} is a town in the steppe. Its first bridge was built in {1900 + number} by engineers from the north. "
        f"Most people there deal in {good}. The road is closed in winter because the snow is {number + 2} metres deep."
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three data files, in small."""
    folder = tmp_path_factory.mktemp("data")

    def row(source: str, number: int, question: str, answer: str) -> dict[str, object]:
        text = paragraph(number)
        answers = [{"text": answer, "start": text.index(answer)}]
        title = PLACES[number % 12]
        return {"source": source, "title": title, "context": text, "question": question, "answers": answers}

    first = [
        one
        for number in range(24)
        for one in (
            row("squad", number, f"When was the bridge of {PLACES[number % 12]} built?", str(1900 + number)),
            row("nq", number, f"what do people in {PLACES[number % 12]} deal in", GOODS[number % 12]),
        )
    ]
    for name in PLACES:
        text = f"Everybody in {name} admired the old mill."
        single = {"text": "the old mill", "start": text.index("the old mill")}
        first.append(
            {"source": "qamr", "title": "", "context": text, "question": "What was admired?", "answers": [single]}
        )
    more = [row("squad", number, f"How deep is the snow of {number}?", f"{number + 2} metres") for number in (30, 31)]
    none = [
        {"id": str(n), "title": "", "context": paragraph(n) if n % 2 else None, "question": f"Who sold {n} horses?"}
        for n in range(8)
    ]
    files: list[Sequence[Mapping[str, object]]] = [first, more, none]
    for name, rows in zip(training_data.FILES, files, strict=True):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(one) + "\n" for one in rows)
    return folder


@pytest.fixture(scope="module")
def data(folder: Path) -> TrainingData:
    return training_data.load(folder)


@pytest.fixture(scope="module")
def rows() -> RowBuilder:
    return RowBuilder(WEIGHTS / "tokenizer.json", 101, 102)


def make_plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "questions": 64,
        "sources": {"squad": 0.5, "nq": 0.3, "qamr": 0.1, "unanswerable": 0.1},
        "passages": {"1": 0.3, "3": 0.7},
        "pool": 32,
        "warm_up": 8,
        "batch_tokens": 1500,
    }
    return Plan(**(values | changes))


def make_maker(data: TrainingData, rows: RowBuilder, plan: Plan) -> ExampleMaker:
    found = {q.number: [n for n in range(24) if n != q.context][:12] for q in data.questions}
    return ExampleMaker(data, found, {}, rows, plan, data.training())


class TestData:
    def test_new_paragraphs_and_some_others_are_held_out(self, data: TrainingData) -> None:
        new = [n for n, text in enumerate(data.contexts) if text in (paragraph(30), paragraph(31))]
        assert set(new) <= data.held_out
        assert len(data.training()) + len(data.held_out_questions()) == len(data.questions)
        assert not {q.context for q in data.training()} & data.held_out
        assert all(data.contexts[q.context][s : s + len(a)] == a for q in data.questions for a, s in q.answers)

    def test_unanswerable_questions_keep_their_paragraph_where_it_is_known(self, data: TrainingData) -> None:
        none = [question for question in data.questions if not question.answers]
        assert [question.context >= 0 for question in none] == [False, True] * 4

    def test_no_data(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["prepare", "--data", str(tmp_path), "--work", str(tmp_path / "work")]) == 1
        assert "reader-train.jsonl.gz" in capsys.readouterr().err


class TestTwist:
    PASSAGE = "In 1990 Anna Karlsson won the first race in Umea, ahead of Olof Berg. In 1993 Sven Lund won."

    def test_one_thing_is_exchanged(self) -> None:
        generator = random.Random(0)
        question = "Where did Anna Karlsson win the first race in 1990?"
        found = {twist(question, self.PASSAGE, "Only Maja Holm came.", ["Umea"], generator) for _ in range(80)} - {None}
        assert "Where did Anna Karlsson win the last race in 1990?" in found
        assert "Where did Anna Karlsson win the first race in 1993?" in found
        assert any("Berg" in text or "Lund" in text or "Holm" in text for text in found if text)
        assert question not in found
        assert not any("Umea" in text for text in found if text)

    def test_nothing_to_exchange(self) -> None:
        assert twist("why is it so", self.PASSAGE, "", ["Umea"], random.Random(0)) is None


def test_what_fools_a_reader_is_found_in_batches_of_any_size(
    data: TrainingData, rows: RowBuilder, tmp_path: Path
) -> None:
    random_reader(tmp_path, 4)
    model = load_model(tmp_path)
    found = {question.number: [question.context] for question in data.training()}
    text = "what do most people there deal in"
    asked = [replace(question, text=text) for question in data.training() if question.source == "nq"]
    for count in (1, 5, len(asked)):
        kept = fooled.find(model, "cpu", rows, data, found, asked[:count])
        # Among dozens of positions, random weights give "no answer" next to nothing.
        assert set(kept) <= {question.number for question in asked[:count]}
        assert set(kept.values()) == {"what do least people there deal in"}


class TestFollowUp:
    def test_it_is_completed_from_what_was_asked_before(self) -> None:
        question = "When did Frédéric Chopin die?"
        made = {
            follow_up(question, [("Where was Frédéric Chopin born?", "Żelazowa Wola")], random.Random(n))
            for n in range(40)
        }
        assert question in made, "most are as somebody would ask who had not left the name out"
        assert len(made) > 1, "others show that something was asked before"
        assert all(text is not None and "Chopin" in text for text in made), "or nobody could tell who is meant"

    @pytest.mark.parametrize(
        ("question", "name"),
        [
            ("When did Frédéric Chopin die?", "Frédéric Chopin"),
            ("What did Marie Curie's husband study?", "Marie Curie"),
            ("Who was the architect of the Khorgos Gateway?", "Khorgos Gateway"),
        ],
    )
    def test_what_was_introduced_is_named_again(self, question: str, name: str) -> None:
        made = [follow_up(question, [], random.Random(n)) for n in range(20)]
        assert all(text is not None and name in text for text in made)

    @pytest.mark.parametrize("question", ["When was the bridge built?", "Chopin died when?", "Who was queen Victoria?"])
    def test_no_name_that_a_pronoun_could_stand_for(self, question: str) -> None:
        assert follow_up(question, [], random.Random(0)) is None


class TestExamples:
    def test_drawing_again_gives_the_same(self, data: TrainingData, rows: RowBuilder) -> None:
        maker, again = (make_maker(data, rows, make_plan()) for _ in range(2))
        for number in range(20):
            one, other = maker.draw(number), again.draw(number)
            assert (one is None) == (other is None)
            if one and other:
                assert one.windows == other.windows
                assert [list(view.tokens) for view in one.views] == [list(view.tokens) for view in other.views]

    def test_only_what_a_plan_draws_is_searched(self, data: TrainingData, rows: RowBuilder) -> None:
        maker = make_maker(data, rows, make_plan(questions=16))
        chosen = [maker.question(number) for number in range(16)]
        assert all(question.context not in data.held_out for question in chosen)
        longer = make_maker(data, rows, make_plan(questions=64))
        assert [longer.question(number) for number in range(16)] == chosen, (
            "a shorter plan is the beginning of a longer"
        )
        example = maker.draw(3)
        assert example is not None
        asked = rows.windows(chosen[3].text.rstrip(" ?"), "", "")[0].tokens[1:-2]
        assert list(example.windows[0].tokens[1 : len(asked) + 1]) == list(asked), "and it is what is asked"

    def test_views(self, data: TrainingData, rows: RowBuilder) -> None:
        sources = {"squad": 0.5, "nq": 0.3, "unanswerable": 0.2}
        maker = make_maker(data, rows, make_plan(twisted=0, cut=0, passages={"3": 1}, sources=sources))
        kinds = set()
        for number in range(60):
            example = maker.draw(number)
            if example is None:
                continue
            whole, *others = example.views
            assert whole.visible.all()
            kinds.add((bool(whole.tokens), len(example.views)))
            if others:
                absent, alone = others
                assert not absent.tokens
                assert (absent.visible ^ alone.visible).all()
                assert list(alone.tokens) == list(whole.tokens)
                for view in (absent, alone):
                    seen = np.repeat(view.visible, [len(window.tokens) for window in example.windows])
                    assert all(seen[positions].all() for positions in view.allowed)
            for view in example.views:
                assert len(view.allowed) == len(view.right) == len(view.tokens) + 1
                for allowed, right in zip(view.allowed, view.right, strict=True):
                    assert len(right)
                    assert set(right.tolist()) <= set(allowed.tolist())
        assert kinds == {(True, 3), (False, 1)}

    def test_negatives_never_hold_the_answer(self, data: TrainingData, rows: RowBuilder) -> None:
        maker = make_maker(data, rows, make_plan())
        question = next(q for q in data.training() if q.source == "nq")
        answers = [answer for answer, _ in question.answers]
        for seed in range(30):
            for passage in maker._negatives(question, 3, True, random.Random(seed)):
                assert not holds_answer(passage.text, answers)
                assert passage.text not in {data.contexts[number] for number in data.held_out}

    @pytest.mark.parametrize(("answer", "possible"), [("by the north", False), ("193", False), ("1930", True)])
    def test_only_what_the_decoder_could_say_is_taught(self, rows: RowBuilder, answer: str, possible: bool) -> None:
        text = "It was built in 1930."
        start = text.find(answer)
        windows = rows.windows("When?", "", text)
        constraint = SpanConstraint(windows, [text])
        view = answer_view(constraint, np.array([True]), 0, (start, start + len(answer)), 1.0)
        assert (view is not None) == possible


def test_what_is_trained_is_what_is_decoded(reader: CopyReader, rows: RowBuilder) -> None:
    """The loss of a span is the negative logarithm of the probability that beam search gives it."""
    texts = [paragraph(1), paragraph(14), "The bridge of Aktau was built in 1901, they say; others say 1902."]
    question = "When was the first bridge of Aktau built?"
    hits = [Hit(Passage(n, str(n), 0, len(t), t), "", "", "", 1.0, n + 1) for n, t in enumerate(texts)]
    windows = [window for n, text in enumerate(texts) for window in rows.windows(question, "", text, n)]
    constraint = SpanConstraint(windows, texts)
    model = load_model(WEIGHTS).train(False)
    everything = np.ones(3, dtype=np.bool_)
    reading = reader.read(Query.of(question), hits)
    refused = collate([Example(windows, [refusal(constraint, everything, 1.0)])], 101, 0)
    for precision in (False, True):
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision):
            assert refusals(model, refused)[0].item() == pytest.approx(reading.no_answer, abs=0.03)
            for prediction in reading.predictions[:3]:
                place = (prediction.start, prediction.end)
                number = hits.index(prediction.hit)
                view = answer_view(constraint, everything, number, place, 1.0)
                assert view is not None
                # A span that other passages hold as well shares its probability there; take those that do not.
                if sum(prediction.text in text for text in texts) == 1:
                    value = loss(model, collate([Example(windows, [view])], 101, 0)).item()
                    assert np.exp(-value) == pytest.approx(prediction.probability, abs=0.03)


class TestLoop:
    def test_batches_hold_every_example_once(self, data: TrainingData, rows: RowBuilder) -> None:
        maker = make_maker(data, rows, make_plan())
        examples = [example for number in range(40) if (example := maker.draw(number)) is not None]
        batches = group(examples, 1500, random.Random(0))
        assert len(batches) > 3
        assert sorted(map(id, (e for batch in batches for e in batch))) == sorted(map(id, examples))

    def test_padding_and_company_change_no_loss(self, data: TrainingData, rows: RowBuilder, tmp_path: Path) -> None:
        maker = make_maker(data, rows, make_plan())
        examples = [example for number in range(12) if (example := maker.draw(number)) is not None]
        random_reader(tmp_path, 1)
        model = load_model(tmp_path).train(False)
        with torch.inference_mode():
            together = loss(model, collate(examples, 101, 0)).item()
            alone = np.mean([loss(model, collate([example], 101, 0)).item() for example in examples])
        assert together == pytest.approx(alone, rel=1e-4)

    @pytest.mark.slow
    def test_it_learns_and_goes_on_where_it_was_interrupted(
        self, data: TrainingData, rows: RowBuilder, tmp_path: Path
    ) -> None:
        random_reader(tmp_path / "start", 2)
        plan = make_plan(questions=256, encoder_rate=3e-3, decoder_rate=3e-3, table_rate=1e-3)
        maker = make_maker(data, rows, plan)
        whole = Trainer(load_model(tmp_path / "start"), plan, "cpu")
        losses = [whole.pool(maker) for _ in range(8)]
        assert losses[-1] < 0.7 * losses[0]
        first = Trainer(load_model(tmp_path / "start"), plan, "cpu")
        for _ in range(4):
            first.pool(maker)
        first.save(tmp_path / "checkpoint")
        second = Trainer.resume(tmp_path / "checkpoint", plan, "cpu")
        assert second.drawn == 128
        assert [second.pool(maker) for _ in range(4)] == pytest.approx(losses[4:], rel=1e-3)
        with pytest.raises(ValueError, match="another plan"):
            Trainer.resume(tmp_path / "checkpoint", make_plan(seed=9), "cpu")


def test_plans(tmp_path: Path) -> None:
    shipped = Plan.read(Path(training_data.__file__).parent / "plan.json")
    assert sum(shipped.sources.values()) == pytest.approx(1)
    (tmp_path / "plan.json").write_text('{"question": 3}')
    with pytest.raises(ValueError, match="is not a training plan"):
        Plan.read(tmp_path / "plan.json")


def test_found_is_read_up_to_where_it_was_cut(tmp_path: Path) -> None:
    (tmp_path / "found.jsonl").write_text("[3, [1, 2]]\n[4, [5")
    assert negatives.load(tmp_path / "found.jsonl") == {3: [1, 2]}


@pytest.mark.slow
def test_the_commands_from_data_to_weights(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prepare, train, export, evaluate and calibrate, with a tiny network and the real retriever."""
    start, work, out = tmp_path / "start", tmp_path / "work", tmp_path / "out"
    random_reader(start, 4)
    plan = make_plan(questions=64).to_dict()
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    shared = ["--data", str(folder), "--work", str(work)]
    prepare = ["prepare", *shared, "--start", str(start), "--plan", str(tmp_path / "plan.json")]
    assert main(prepare) == 0
    found = negatives.load(work / "found.jsonl")
    data = training_data.load(folder)
    squad = [question for question in data.questions if question.source == "squad" and question.number in found]
    assert sum(question.context in found[question.number] for question in squad) > 0.8 * len(squad)
    before = (work / "found.jsonl").read_bytes()
    assert main(prepare) == 0
    assert (work / "found.jsonl").read_bytes() == before, "what is done is not done again"
    assert main(["train", *shared, "--start", str(start), "--plan", str(tmp_path / "plan.json")]) == 0
    assert main(["export", *shared, "--out", str(out)]) == 0
    run = json.loads((out / "run.json").read_text())
    assert run["plan"] == plan
    assert run["drawn"] == 64
    assert set(run["data"]) == set(training_data.FILES)
    assert (out / "model.safetensors").stat().st_size < 1.1 * (start / "model.safetensors").stat().st_size / 2
    assert run["averaged_with"] is None
    mean = tmp_path / "mean"
    assert main(["export", *shared, "--out", str(mean), "--average", str(start)]) == 0
    trained, first, between = (load_file(place / "model.safetensors") for place in (out, start, mean))
    for name in ("copy_query.weight", "model.shared.weight"):
        halfway = (trained[name].float() + first[name].float()) / 2
        assert torch.allclose(between[name].float(), halfway, atol=1e-3)
    assert json.loads((mean / "run.json").read_text())["averaged_with"]["run"] is None
    assert main(["evaluate", *shared, "--weights", str(out), "--each", "20"]) == 0
    assert "squad (new)" in capsys.readouterr().out
    # Random weights are acceptable in nothing: let some be, so that there is something to fit.
    records = json.loads((work / "records.json").read_text())
    for number, record in enumerate(records):
        for candidate in record["candidates"]:
            candidate["acceptable"] = bool(record["answerable"] and number % 2)
            candidate["f1"] = float(candidate["acceptable"])
    records += [record | {"answerable": False} for record in records]
    (work / "records.json").write_text(json.dumps(records))
    assert main(["calibrate", "--work", str(work), "--weights", str(out)]) == 0
    reader = CopyReader(out)
    text = paragraph(3)
    reading = reader.read(Query.of("When?"), [Hit(Passage(1, "d", 0, len(text), text), "", "", "", 1.0, 1)])
    assert reading.calibrated
    assert 0 <= reading.confidence(reading.predictions[0]) <= 1
