"""``python -m qa.training``: make the reader's weights again, step by step.

prepare    build the library of training paragraphs, search it for the plan's questions, find what fools the reader
train      train on a plan; the same command resumes an interrupted run
export     write a checkpoint in half precision, as the package ships it, or its mean with another reader
evaluate   ask held-out questions of every field, and keep what the reader made of each
calibrate  fit the confidence and the threshold to what was kept, and write them to the weights' configuration
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from corpus.errors import CiteboundError
from qa.reader.copy_reader import WEIGHTS

if TYPE_CHECKING:
    from qa.reader.rows import RowBuilder
    from qa.training.data import TrainingData
    from qa.training.examples import ExampleMaker
    from qa.training.plan import Plan

HERE = Path(__file__).parent
# How many held-out examples the loss is watched on.
JUDGED = 400


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m qa.training", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, help_text in (
        ("prepare", prepare, "search the training paragraphs for the hard negatives of a plan"),
        ("train", train, "train, or resume an interrupted run"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--data", type=Path, required=True, help="the folder with the training data")
        command.add_argument("--work", type=Path, required=True, help="a folder for what is prepared and saved")
        command.add_argument(
            "--start", type=Path, default=WEIGHTS, help="the weights to start from (default: the bundled ones)"
        )
        command.add_argument(
            "--plan", type=Path, default=HERE / "plan.json", help="the settings of the run (default: the bundled plan)"
        )
        command.set_defaults(run=run)
        if run is train:
            command.add_argument(
                "--save-every", type=float, default=600, metavar="SECONDS", help="how often to save (default: 600)"
            )
    command = commands.add_parser(
        "export", help="write the last checkpoint in half precision, with a description of the run"
    )
    command.add_argument("--data", type=Path, required=True, help="the folder with the training data")
    command.add_argument("--work", type=Path, required=True, help="the folder of the training run")
    command.add_argument("--out", type=Path, required=True, help="the folder for the weights")
    command.add_argument(
        "--average", type=Path, metavar="FOLDER", help="write the mean of the checkpoint and the reader in this folder"
    )
    command.set_defaults(run=export)
    command = commands.add_parser("evaluate", help="ask held-out questions from every field")
    command.add_argument("--data", type=Path, required=True, help="the folder with the training data")
    command.add_argument("--work", type=Path, required=True, help="a folder for the library and the records")
    command.add_argument(
        "--weights", type=Path, default=WEIGHTS, help="the reader to evaluate (default: the bundled one)"
    )
    command.add_argument(
        "--each", type=int, default=300, help="the maximum number of questions per field (default: 300)"
    )
    command.add_argument("--seed", type=int, default=0, help="of the draw of questions (default: 0)")
    command.set_defaults(run=evaluate)
    command = commands.add_parser(
        "calibrate", help="fit the confidence and the threshold to the records of the evaluation"
    )
    command.add_argument("--work", type=Path, required=True, help="the folder of the records")
    command.add_argument("--weights", type=Path, required=True, help="the weights whose configuration is written")
    command.add_argument(
        "--plan",
        type=Path,
        default=HERE / "plan.json",
        help="the plan that says how much each source counts (default: the bundled plan)",
    )
    command.set_defaults(run=calibrate)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        options.run(options)
    except (CiteboundError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: run the same command again to resume from the last save.\n")
        return 130
    return 0


def prepare(options: argparse.Namespace) -> None:
    """Write ``found.jsonl`` and ``twisted.json`` to the work folder, for the questions that the plan draws."""
    from qa.training import data, fooled, negatives
    from qa.training.device import default_device
    from qa.training.paragraphs import build_library
    from qa.training.plan import Plan
    from qa.training.train import load_model, rows_of

    plan = Plan.read(options.plan)
    options.work.mkdir(parents=True, exist_ok=True)
    everything = data.load(options.data)
    library = build_library(everything, range(len(everything.contexts)), options.work / "library", tqdm)
    found = options.work / "found.jsonl"
    makers = makers_of(plan, everything, {}, {}, rows_of(options.start))
    # In the order of the plan, each question once.
    drawn, judged = (
        list({question.number: question for number in range(count) for question in [maker.question(number)]}.values())
        for maker, count in zip(makers, (plan.questions, JUDGED), strict=True)
    )
    negatives.find(library, judged + drawn, found, tqdm)
    # A minute, and a plan may draw other questions than the one before in this folder.
    model = load_model(options.start, default_device())
    rows = rows_of(options.start, remember=10_000)
    kept = fooled.find(model, default_device(), rows, everything, negatives.load(found), drawn, progress=tqdm)
    fooled.save(options.work / "twisted.json", kept)
    logging.info("%d twisted questions fool the reader.", len(kept))


def makers_of(
    plan: Plan, data: TrainingData, found: dict[int, list[int]], twisted: dict[int, str], rows: RowBuilder
) -> tuple[ExampleMaker, ExampleMaker]:
    """Return what draws the examples to train on, and those that are held out to judge by."""
    from qa.training.examples import ExampleMaker

    return (
        ExampleMaker(data, found, twisted, rows, plan, data.training()),
        ExampleMaker(data, found, {}, rows, plan, data.held_out_questions()),
    )


def train(options: argparse.Namespace) -> None:
    """Train to the end of the plan; the checkpoint is ``checkpoint`` in the work folder."""
    import torch

    from qa.training import data, fooled, negatives
    from qa.training.device import default_device
    from qa.training.plan import Plan
    from qa.training.train import Trainer, load_model, rows_of, run

    plan = Plan.read(options.plan)
    torch.manual_seed(plan.seed)
    everything = data.load(options.data)
    found = negatives.load(options.work / "found.jsonl")
    twisted = fooled.load(options.work / "twisted.json")
    rows = rows_of(options.start, remember=100_000)
    maker, judge = makers_of(plan, everything, found, twisted, rows)
    held_out = [example for number in range(JUDGED) if (example := judge.draw(number)) is not None]
    checkpoint = options.work / "checkpoint"
    if checkpoint.exists():
        trainer = Trainer.resume(checkpoint, plan, default_device())
        logging.info("Resuming after %d questions.", trainer.drawn)
    else:
        trainer = Trainer(load_model(options.start, default_device()), plan, default_device())
    random.seed(plan.seed)
    with tqdm(total=plan.questions, initial=trainer.drawn, desc="Training", unit="question") as bar:

        def shown(drawn: int, line: str) -> None:
            bar.update(drawn - bar.n)
            bar.set_postfix_str(line)

        run(trainer, maker, held_out, checkpoint, options.save_every, shown)


def export(options: argparse.Namespace) -> None:
    """Write the weights in half precision, the tokenizer, and ``run.json``: the plan, the data and how it went."""
    import torch

    from qa.training import lines
    from qa.training.average import average, described
    from qa.training.data import digests
    from qa.training.train import load_model

    checkpoint = options.work / "checkpoint"
    progress = json.loads((checkpoint / "progress.json").read_text(encoding="utf-8"))
    log = list(lines.read(options.work / "checkpoint.log.jsonl"))
    options.out.mkdir(parents=True, exist_ok=True)
    model = load_model(checkpoint)
    # Described before anything is written: the folder may be the one to write to.
    averaged = described(options.average) if options.average else None
    if options.average:
        average(model, load_model(options.average))
    torch.nn.Module.to(model, torch.float16)
    model.save_pretrained(options.out)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        if options.out.resolve() != WEIGHTS.resolve():
            shutil.copyfile(WEIGHTS / file, options.out / file)
    run = {
        "plan": progress["plan"],
        "drawn": progress["drawn"],
        "steps": progress["steps"],
        "held_out_loss": [(entry["drawn"], entry["held_out"]) for entry in log if "held_out" in entry],
        "data": digests(options.data),
        "averaged_with": averaged,
    }
    (options.out / "run.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


def evaluate(options: argparse.Namespace) -> None:
    """Print exact match and F1 by field, on the gold paragraph and end to end; write ``records.json``."""
    from qa.evaluation.metrics import mean
    from qa.reader.copy_reader import CopyReader
    from qa.training import data, evaluate
    from qa.training.paragraphs import build_library

    everything = data.load(options.data)
    questions = evaluate.draw(everything, options.each, options.seed)
    reader = CopyReader(options.weights)
    reader.rank_prior = 0.0  # it is chosen by `calibrate`, on what is written here
    library = build_library(everything, everything.held_out, options.work / "held-out", tqdm)
    gold = evaluate.gold_paragraph(reader, everything, questions, tqdm)
    records = evaluate.end_to_end(reader, library, everything, questions, progress=tqdm)
    # As many questions whose answer is missing as there are near misses.
    shuffled = random.Random(options.seed).sample(questions, len(questions))
    answerable = [question for question in shuffled if question.answers][: options.each]
    records += evaluate.end_to_end(reader, library, everything, answerable, missing=True, progress=tqdm)
    (options.work / "records.json").write_text(json.dumps([asdict(record) for record in records]), encoding="utf-8")
    print("| field | gold paragraph: questions | EM | F1 | end to end: questions | found | EM | F1 | p(no answer) |")
    print("|---|---|---|---|---|---|---|---|---|")
    members = [
        [record.source]
        if record.source == evaluate.MISSING
        else evaluate.groups_of(everything, everything.questions[record.number])
        for record in records
    ]
    for name in sorted({name for names in members for name in names} | set(gold)):
        count, exact, f1 = gold.get(name, (0, 0.0, 0.0))
        mine = [record for record, names in zip(records, members, strict=True) if name in names]
        print(
            f"| {name} | {count} | {100 * exact:.1f} | {100 * f1:.1f} | {len(mine)} "
            f"| {100 * mean([float(r.found) for r in mine]):.1f} | {100 * mean([r.best.exact for r in mine]):.1f} "
            f"| {100 * mean([r.best.f1 for r in mine]):.1f} | {mean([r.no_answer for r in mine]):.2f} |"
        )


def calibrate(options: argparse.Namespace) -> None:
    """Fit to ``records.json`` of the work folder and write the numbers to ``config.json`` of the weights."""
    from qa.training.calibrate import fit
    from qa.training.evaluate import Record
    from qa.training.plan import Plan

    records = [Record.from_dict(row) for row in json.loads((options.work / "records.json").read_text(encoding="utf-8"))]
    found = fit(records, Plan.read(options.plan).sources)
    path = options.weights / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {
        "rank_prior": found.rank_prior,
        "calibration": found.calibration.to_dict(),
        "answer_threshold": found.threshold,
        "certainty": found.certainty,
    }
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print("F1 by rank prior: " + ", ".join(f"{prior}: {100 * value:.2f}" for prior, value in found.f1.items()))
    print(f"{found.calibration}, threshold {found.threshold:.2f}, sure and fairly sure {found.certainty}")
    print(
        f"On the {len(records)} questions it was fitted to: balanced accuracy {100 * found.balanced:.1f} %, "
        f"calibration error of the answerable ones {found.error:.3f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
