"""The training loop: draw, step, save. An interrupted run goes on from its last checkpoint; CPU or GPU alike."""

from __future__ import annotations

import json
import logging
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file, save_file

from qa.reader.copy_reader import WEIGHTS
from qa.reader.model import CopyBartConfig, CopyBartForConditionalGeneration
from qa.reader.rows import RowBuilder
from qa.training import attention, lines
from qa.training.batches import collate, group
from qa.training.device import autocast
from qa.training.examples import Example, ExampleMaker
from qa.training.loss import loss
from qa.training.plan import Plan

logger = logging.getLogger(__name__)

TABLE = "model.shared.weight"


class Trainer:
    """A model, its optimiser and how far they have come."""

    def __init__(self, model: CopyBartForConditionalGeneration, plan: Plan, device: str) -> None:
        """Set up the optimiser: AdamW with one rate each for the encoder, the decoder and the token table."""
        self.model, self.plan, self.device = model.train(), plan, device
        self.drawn = 0
        self.steps = 0
        groups: dict[str, list[torch.nn.Parameter]] = {"encoder": [], "decoder": [], "table": []}
        for name, parameter in model.named_parameters():
            late = "decoder" in name or "copy_" in name
            groups["table" if name == TABLE else "decoder" if late else "encoder"].append(parameter)
        rates = {"encoder": plan.encoder_rate, "decoder": plan.decoder_rate, "table": plan.table_rate}
        for parameter in groups["table"]:
            parameter.requires_grad_(plan.table_rate > 0)
        self._highest = [rates[name] for name in groups]
        self._optimiser = torch.optim.AdamW(
            [{"params": members, "lr": rates[name]} for name, members in groups.items()],
            weight_decay=0.01,
            fused=True,
        )
        self.parameters = [p for members in groups.values() for p in members if p.requires_grad]

    def pool(self, maker: ExampleMaker) -> float:
        """Train on the next pool of questions and return the mean loss, in nats per question."""
        drawn = range(self.drawn, min(self.plan.questions, self.drawn + self.plan.pool))
        examples = [example for number in drawn if (example := maker.draw(number)) is not None]
        total = 0.0
        for batch in group(examples, self.plan.batch_tokens, random.Random(f"{self.plan.seed}:batches:{self.drawn}")):
            total += self._step(batch) * len(batch)
            self.drawn += len(batch)
        self.drawn = drawn.stop
        return total / max(1, len(examples))

    def _step(self, examples: list[Example]) -> float:
        # Up over the first questions, then down in a straight line.
        share = min(1.0, (self.drawn + 1) / self.plan.warm_up) * max(0.01, 1 - self.drawn / self.plan.questions)
        for settings, highest in zip(self._optimiser.param_groups, self._highest, strict=True):
            settings["lr"] = highest * share
        value = self.evaluate(examples)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.steps += 1
        return float(value.detach())

    def evaluate(self, examples: list[Example]) -> torch.Tensor:
        """Return the loss of one batch of examples."""
        config = self.model.config
        start, padding = cast(int, config.decoder_start_token_id), cast(int, config.pad_token_id)
        batch = collate(examples, start, padding).to(self.device)
        with autocast(self.device):
            return loss(self.model, batch)

    def save(self, folder: Path) -> None:
        """Write the model, the optimiser and the progress to a folder, whole or not at all."""
        new = folder.with_name(folder.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        self.model.save_pretrained(new)
        state = self._optimiser.state_dict()["state"]
        save_file(
            {f"{n}.{k}": v.detach().cpu().contiguous() for n, values in state.items() for k, v in values.items()},
            new / "optimiser.safetensors",
        )
        progress = {"drawn": self.drawn, "steps": self.steps, "plan": self.plan.to_dict()}
        (new / "progress.json").write_text(json.dumps(progress, indent=1), encoding="utf-8")
        old = folder.with_name(folder.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    @classmethod
    def resume(cls, folder: Path, plan: Plan, device: str) -> Trainer:
        """Go on from a folder that :meth:`save` wrote.

        Raises:
            ValueError: the folder is of another plan.
        """
        progress = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
        if progress["plan"] != plan.to_dict():
            raise ValueError(f"{folder} is of a run with another plan: name another folder, or delete that one.")
        trainer = cls(load_model(folder, device), plan, device)
        state = trainer._optimiser.state_dict()
        for name, value in load_file(folder / "optimiser.safetensors").items():
            number, key = name.split(".", 1)
            state["state"].setdefault(int(number), {})[key] = value
        trainer._optimiser.load_state_dict(state)
        trainer.drawn, trainer.steps = progress["drawn"], progress["steps"]
        return trainer


def load_model(folder: Path, device: str = "cpu") -> CopyBartForConditionalGeneration:
    """Load a checkpoint in float32, on a CPU with attention as plain matrix products."""
    model: CopyBartForConditionalGeneration = CopyBartForConditionalGeneration.from_pretrained(
        folder,
        dtype=torch.float32,
        local_files_only=True,
        attn_implementation=attention.register() if device == "cpu" else "sdpa",
    )
    torch.nn.Module.to(model, device)
    return model


def run(
    trainer: Trainer,
    maker: ExampleMaker,
    held_out: list[Example],
    folder: Path,
    save_every: float = 600,
    shown: Callable[[int, str], None] = lambda drawn, line: None,
) -> None:
    """Train to the end of the plan, saving to ``folder`` every ``save_every`` seconds and at the end.

    ``shown`` is called after every pool with the questions drawn and one line of progress.
    """
    log = folder.with_suffix(".log.jsonl")
    begin = saved = time.monotonic()
    first = trainer.drawn
    while trainer.drawn < trainer.plan.questions:
        value = trainer.pool(maker)
        speed = (trainer.drawn - first) / (time.monotonic() - begin)
        shown(trainer.drawn, f"loss {value:.3f}, {speed:.1f} questions/s, step {trainer.steps}")
        entry: dict[str, Any] = {"drawn": trainer.drawn, "steps": trainer.steps, "loss": round(value, 4)}
        last = trainer.drawn >= trainer.plan.questions
        if last or time.monotonic() - saved > save_every:
            entry["held_out"] = round(held_out_loss(trainer, held_out), 4)
            logger.info("After %d questions: held-out loss %.4f.", trainer.drawn, entry["held_out"])
            trainer.save(folder)
            saved = time.monotonic()
        with lines.open_to_append(log) as file:
            lines.append(file, entry)


def held_out_loss(trainer: Trainer, examples: list[Example]) -> float:
    """Return the mean loss on examples that are not trained on."""
    total = 0.0
    trainer.model.train(False)
    with torch.inference_mode():
        for batch in group(examples, trainer.plan.batch_tokens, random.Random(0)):
            total += float(trainer.evaluate(batch)) * len(batch)
    trainer.model.train()
    return total / max(1, len(examples))


def rows_of(folder: Path, remember: int = 0) -> RowBuilder:
    """Return what makes the rows for the model in a folder, with the bundled tokenizer where it has none."""
    config = CopyBartConfig.from_pretrained(folder, local_files_only=True)
    tokenizer = folder / "tokenizer.json"
    opening, closing = cast(int, config.bos_token_id), cast(int, config.eos_token_id)
    return RowBuilder(tokenizer if tokenizer.exists() else WEIGHTS / "tokenizer.json", opening, closing, remember)
