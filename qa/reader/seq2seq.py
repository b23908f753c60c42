"""Any seq2seq model as the reader: ``generate``, held to the spans of a passage by a logits processor.

A model such as a FLAN-T5 can write anything; here it may write only what could be copied from the passage, or one
fixed phrase for "no answer". It reads the passages one by one, as few such models have room for several. How sure it
is was never compared with how often it is right: its confidence is marked as uncalibrated.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.types import titled
from embeddings.runtime import fast_inference
from qa.question.dates import dated_title
from qa.question.query import Query
from qa.reader.decoding import Integers, SpanConstraint, Window
from qa.reader.loading import check_vocabulary, check_weights, loading
from qa.reader.types import ReaderError
from qa.types import Hit, Prediction, Reading

if TYPE_CHECKING:
    from torch import Tensor

PROMPT = 'Answer with words of the text, or with "{refusal}" if it does not say.\n\n{text}\n\nQuestion: {question}'
REFUSAL = "unanswerable"
MAX_TOKENS = 60


class Seq2SeqReader:
    """A seq2seq model of ``transformers`` with its tokenizer. Safe to use from several threads."""

    # Nobody has compared its confidence with how often it is right: as likely as not.
    threshold = 0.5
    certainty: tuple[float, float] | None = None

    def __init__(self, model: str | Path, prompt: str = PROMPT, refusal: str = REFUSAL) -> None:
        """Load a model by the folder that holds it, or by a hub name that is already in the local cache.

        ``prompt`` is what the model is given, with the places {text}, {question} and {refusal}; ``refusal`` is what it
        must write where the text does not answer.

        Raises:
            ReaderError: there is no such seq2seq model on this machine (nothing is downloaded), or its tokenizer
                cannot tell where its tokens stand.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.model: Any
        with loading(model):
            self.model, found = AutoModelForSeq2SeqLM.from_pretrained(
                model, dtype=torch.float32, local_files_only=True, output_loading_info=True
            )
            check_weights(found)
            self.tokenizer: Any = AutoTokenizer.from_pretrained(model, local_files_only=True)
            check_vocabulary(len(self.tokenizer), self.model.get_input_embeddings().num_embeddings)
        if not self.tokenizer.is_fast:
            raise ReaderError(f"The tokenizer of {model} cannot tell where its tokens stand: it needs a fast one.")
        self.model.train(False)
        self.prompt, self.refusal = prompt, refusal
        self._lock = threading.Lock()

    def read(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> Reading:
        """Read the hits one by one; the surest span first. "No answer" is as probable as beside that span."""
        readings = [reading for reading in self.read_each(query, hits, beams) if reading.predictions]
        if not readings:
            return Reading((), 1.0)
        readings.sort(key=lambda reading: -reading.confidence(reading.predictions[0]))
        found = [p for reading in readings for p in reading.predictions]
        first = found[: len(readings[0].predictions)]
        rest = sorted(found[len(first) :], key=lambda prediction: -prediction.probability)
        return Reading((*first, *rest), readings[0].no_answer)

    def read_each(self, query: Query, hits: Sequence[Hit], beams: int = 4) -> list[Reading]:
        """Read every hit alone; one reading for each hit, in order."""
        return [self._read(query, hit, beams) for hit in hits]

    def _read(self, query: Query, hit: Hit, beams: int) -> Reading:
        beams = max(2, beams)  # without beams there would be no other spans to compare with
        with self._lock:  # the fast tokenizers are not for two threads at once
            given = self._encode_prompt(query, hit)
            constraint, refusal = self._constraint(hit.passage.heard)
        processor = SpanProcessor(constraint, refusal, int(self.model.config.eos_token_id))
        with fast_inference():
            output = self.model.generate(
                **given,
                logits_processor=[processor],
                num_beams=beams,
                num_return_sequences=beams,
                max_new_tokens=max(MAX_TOKENS, len(refusal)) + 1,
                min_new_tokens=0,
                length_penalty=0.0,  # a sequence scores the logarithm of its probability
                renormalize_logits=True,
                forced_bos_token_id=None,
                forced_eos_token_id=None,
                no_repeat_ngram_size=0,
                do_sample=False,
                early_stopping=False,
                return_dict_in_generate=True,
                output_scores=True,
            )
        found: dict[tuple[int, int], float] = {}
        no_answer = 0.0
        for sequence, score in zip(output.sequences.tolist(), output.sequences_scores.exp().tolist(), strict=True):
            tokens = processor.written(sequence)
            if tokens == list(refusal):
                no_answer += score
            elif (span := processor.span(tokens)) is not None:
                found[span] = found.get(span, 0.0) + score
        # What no beam holds is not known: "no answer" is never less probable than a beam's share of the rest.
        rest = max(0.0, 1.0 - no_answer - sum(found.values()))
        ranked = sorted(found.items(), key=lambda item: -item[1])
        predictions = tuple(Prediction(hit, start, end, value) for (start, end), value in ranked)
        return Reading(predictions, no_answer or rest / beams)

    def _encode_prompt(self, query: Query, hit: Hit) -> Any:
        """Return the prompt as tensors; where the model has room for less, the end of the passage is left out.

        Of a question that would fill more than a quarter of the room itself, the end is left out too.
        """
        room = getattr(self.model.config, "max_position_embeddings", None) or 2048
        question = query.stand_alone
        asked = self.tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        if len(asked) > room // 4:
            question = question[: asked[room // 4 - 1][1]]
        text = titled(dated_title(hit.called_for(query.words), hit.date, query.years), hit.passage.heard)
        while True:
            prompt = self.prompt.format(text=text, question=question, refusal=self.refusal)
            given = self.tokenizer(prompt, return_tensors="pt")
            over = given["input_ids"].shape[1] - room
            if over <= 0 or len(text) < 8:
                given.pop("token_type_ids", None)
                return given
            text = text[: max(0, min(len(text) - 8, int(len(text) * (1 - over / given["input_ids"].shape[1]))))]

    def _constraint(self, text: str) -> tuple[SpanConstraint, Sequence[int]]:
        encoded = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        # Some tokenizers count the space before a word in.
        spans = [(end - len(text[begin:end].lstrip()), end) for begin, end in encoded["offset_mapping"]]
        tokens = [*encoded["input_ids"], int(self.model.config.eos_token_id)]
        window = Window(tokens, 0, len(tokens) - 1, spans, 0)
        refusal: list[int] = self.tokenizer(self.refusal, add_special_tokens=False)["input_ids"]
        constraint = SpanConstraint([window], [text])
        # A space that is a token of its own belongs to the word behind it, which must not begin in two ways.
        lone = np.array([begin == end for begin, end in spans], dtype=np.bool_)
        constraint.may_begin[1:] &= ~lone
        return constraint, refusal


class SpanProcessor:
    """A logits processor for ``generate``: only a span of the passage can be written, or the phrase of refusal."""

    def __init__(self, constraint: SpanConstraint, refusal: Sequence[int], end: int) -> None:
        """``refusal``: the tokens of the phrase; ``end``: the token that ends a sequence."""
        self._constraint, self._refusal, self._end = constraint, list(refusal), end

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Return ``scores`` (sequences, vocabulary) with minus infinity for every token that may not come next."""
        import torch

        result = torch.full_like(scores, float("-inf"))
        for row, sequence in enumerate(input_ids.tolist()):
            allowed = self.allowed(self.written(sequence))
            result[row, allowed] = scores[row, allowed]
        return result

    def written(self, sequence: Sequence[int]) -> list[int]:
        """Return what the model has written in a sequence: without its start token and what follows the end."""
        tokens = list(sequence[1:])
        return tokens[: tokens.index(self._end)] if self._end in tokens else tokens

    def allowed(self, written: Sequence[int]) -> list[int]:
        """Return the tokens that may come next."""
        following, ends = self._places(written)
        tokens = set(self._constraint.tokens[following].tolist())
        count = len(written)
        if list(written) == self._refusal[:count]:
            tokens.add(self._refusal[count] if count < len(self._refusal) else self._end)
        if written and len(ends):
            tokens.add(self._end)
        return sorted(tokens) or [self._end]

    def span(self, written: Sequence[int]) -> tuple[int, int] | None:
        """Return the characters that the tokens stand for, at their first place; None where that is no span."""
        _, ends = self._places(written)
        if not written or not len(ends):
            return None
        last = int(ends[0])
        return int(self._constraint.begin[last - len(written) + 1]), int(self._constraint.end[last])

    def _places(self, written: Sequence[int]) -> tuple[Integers, Integers]:
        """Return the positions that may come next, and those of ``written``'s last token where it may end."""
        following, _ = self._constraint.first()
        ends: Integers = np.zeros(0, dtype=np.int64)
        for token in written:
            here = following[self._constraint.tokens[following] == token]
            follows, may_end = self._constraint.after(here)
            following, ends = here[follows] + 1, here[may_end]
        return following, ends
