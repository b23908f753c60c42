"""Passages in, spans out: the bundled reader put to work on hits."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from qa.question.dates import dated_title
from qa.question.query import Query
from qa.reader.calibration import LogisticCalibration, expected_f1
from qa.reader.decoding import Floats, Integers, SpanConstraint, Window, beam_search
from qa.reader.loading import BUNDLED, check_vocabulary, check_weights, loading
from qa.reader.rows import RowBuilder
from qa.types import Hit, Prediction, Reading

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = BUNDLED


class CopyReader:
    """The copy-head BART with its tokenizer. Safe to use from several threads."""

    def __init__(self, weights: str | Path = WEIGHTS) -> None:
        """Load the model and tokenizer that ``save_pretrained`` left in the folder ``weights``.

        Raises:
            ReaderError: the folder does not hold them, or they are cut or another model's.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers.utils import logging as transformers_logging

        from qa.reader.model import CopyBartForConditionalGeneration
        from qa.reader.runtime_torch import ready

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.model: CopyBartForConditionalGeneration
        self.certainty: tuple[float, float] | None = None
        with loading(weights):
            loaded: Any = CopyBartForConditionalGeneration.from_pretrained(
                weights, dtype=torch.float32, local_files_only=True, output_loading_info=True
            )
            self.model, found = loaded
            check_weights(found)
            ready(self.model)
            config = self.model.config
            self._start = cast(int, config.decoder_start_token_id)
            self.threshold = float(config.answer_threshold)
            # What retrieval found first is more often right than the reader, which sees no order, can know.
            self.rank_prior = float(config.rank_prior)
            numbers = config.calibration
            self._calibration = LogisticCalibration.from_dict(numbers) if numbers else None
            if config.certainty:
                sure, fairly_sure = config.certainty
                self.certainty = (float(sure), float(fairly_sure))
            self._rows = RowBuilder(
                Path(weights) / "tokenizer.json", cast(int, config.bos_token_id), cast(int, config.eos_token_id)
            )
            check_vocabulary(self._rows.tokenizer.get_vocab_size(), int(config.vocab_size or 0))
        self._lock = threading.Lock()
        # What was encoded last, by thread: `read_each` usually asks again for hits that `read` has just seen.
        self._recent = threading.local()

    def read(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> Reading:
        """Read all hits together: their spans compete with each other and with "no answer"."""
        if not hits:
            return Reading((), 1.0, self._calibration)
        return self._decode(hits, self._encode(query, hits), beams, self.rank_prior)

    def read_each(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> list[Reading]:
        """Read every hit alone, as if it were the only one; one reading for each hit, in order."""
        if not hits:
            return []
        encoded = self._encode(query, hits)
        return [self._decode([hit], [rows], beams) for hit, rows in zip(hits, encoded, strict=True)]

    def _encode(self, query: Query, hits: Sequence[Hit]) -> list[list[tuple[Window, Tensor]]]:
        """Return, for every hit, its windows with their encoder states (length, width)."""
        from qa.reader.runtime_torch import encode

        question = query.stand_alone
        known: dict[tuple[str, str], list[tuple[Window, Tensor]]] = {}
        if getattr(self._recent, "question", None) == question:
            known = self._recent.rows
        keys = [(dated_title(hit.called_for(query.words), hit.date, query.years), hit.passage.heard) for hit in hits]
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if new:
            with self._lock:  # the fast tokenizers are not for two threads at once
                rows = [(key, window) for key in new for window in self._rows.windows(question, *key)]
            states = encode(self.model, [window.tokens for _, window in rows])
            encoded: dict[tuple[str, str], list[tuple[Window, Tensor]]] = {key: [] for key in new}
            for (key, window), state in zip(rows, states, strict=True):
                encoded[key].append((window, state))
            known = {**known, **encoded}
        self._recent.question, self._recent.rows = question, {key: known[key] for key in keys}
        return [known[key] for key in keys]

    def _decode(
        self, hits: Sequence[Hit], encoded: Sequence[list[tuple[Window, Tensor]]], beams: int, rank_prior: float = 0.0
    ) -> Reading:
        import torch

        from qa.reader.runtime_torch import CachedDecoder

        pairs = [
            (Window(window.tokens, window.first, window.last, window.spans, number), states)
            for number, rows in enumerate(encoded)
            for window, states in rows
        ]
        constraint = SpanConstraint([window for window, _ in pairs], [hit.passage.heard for hit in hits])
        decoder = CachedDecoder(self.model, torch.cat([states for _, states in pairs]))

        def score(tokens: Integers, parents: Integers) -> Floats:
            scores = decoder.step(torch.from_numpy(tokens), torch.from_numpy(parents))
            return scores.numpy().astype(np.float64)

        spans, no_answer = beam_search(constraint, score, self._start, beams)
        found = [(hits[span.hit], span) for span in spans]
        predictions = [Prediction(h, s.start, s.end, s.probability * h.rank**-rank_prior) for h, s in found]
        agreed = expected_f1([p.text for p in predictions], [p.probability for p in predictions])
        order = sorted(range(len(predictions)), key=lambda number: -agreed[number])
        return Reading(tuple(predictions[number] for number in order), no_answer, self._calibration)
