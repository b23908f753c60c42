"""The reader's network: BART whose next token is chosen among the positions of its input.

A copy head (a pointer, Vinyals et al. 2015, https://arxiv.org/abs/1506.03134) takes the place of BART's output layer:
``score(position) = query(decoder state) . key(encoder state) / sqrt(width)``, normalised over the positions that may
come next; a token is as probable as its positions together. Several passages are encoded one by one and decoded
together (Fusion-in-Decoder, Izacard & Grave 2021, https://arxiv.org/abs/2007.01282).

This module knows nothing of spans, words or passages: which positions may come next is decided in
``qa.reader.decoding``. Importing it makes the class known to ``AutoModelForSeq2SeqLM``.
"""

from __future__ import annotations

import math
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForSeq2SeqLM, BartConfig, BartModel, GenerationMixin
from transformers.cache_utils import EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput
from transformers.models.bart.modeling_bart import BartPreTrainedModel, shift_tokens_right


class CopyBartConfig(BartConfig):  # type: ignore[no-untyped-call]
    """A BART configuration with the reader's own settings."""

    model_type = "copy_bart"

    answer_threshold: float = 0.5
    """Answer where the confidence is at least this."""

    rank_prior: float = 0.0
    """How much less the spans of later hits are believed: their probabilities are multiplied by rank ** -rank_prior."""

    calibration: dict[str, float] | None = None
    """The numbers of ``qa.reader.calibration.LogisticCalibration``; without them the confidence is uncalibrated."""

    certainty: tuple[float, float] | None = None
    """The least confidence of an answer that is called "sure", and of one that is called "fairly sure"."""


class CopyBartForConditionalGeneration(BartPreTrainedModel, GenerationMixin):
    """BART with a copy head: saves, loads and generates like any seq2seq model, but can only repeat its input."""

    config_class = CopyBartConfig
    base_model_prefix = "model"

    def __init__(self, config: CopyBartConfig) -> None:
        """Make the network with random weights."""
        super().__init__(config)
        self.model = BartModel(config)
        self.width = int(config.d_model or 0)
        self.copy_query = nn.Linear(self.width, self.width)
        self.copy_key = nn.Linear(self.width, self.width)
        self.post_init()  # type: ignore[no-untyped-call]

    def encode(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the encoder's states, (rows, length, width), for token ids and mask of shape (rows, length)."""
        output = self.model.encoder(input_ids=input_ids, attention_mask=attention_mask)
        return cast(Tensor, output.last_hidden_state)

    def keys(self, states: Tensor) -> Tensor:
        """Return the copy head's keys, (..., positions, width), for encoder states of that shape."""
        return cast(Tensor, self.copy_key(states))

    def copy_scores(self, decoded: Tensor, keys: Tensor) -> Tensor:
        """Return the score of every position, (..., steps, positions), not yet normalised."""
        scores = self.copy_query(decoded) @ keys.transpose(-1, -2)
        return cast(Tensor, scores / math.sqrt(self.width))

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: BaseModelOutput | tuple[Tensor, ...] | None = None,
        cache: EncoderDecoderCache | None = None,
        labels: Tensor | None = None,
        decoder_copy_ids: Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs: Any,
    ) -> Seq2SeqLMOutput:
        """Return log-probabilities over the vocabulary as ``logits`` and, with ``labels``, their cross entropy.

        Shapes: ``input_ids``, ``attention_mask`` (batch, length); ``decoder_input_ids``, ``labels`` (batch, steps);
        ``logits`` (batch, steps, vocabulary). ``decoder_copy_ids`` are the encoder's token ids, needed where
        ``encoder_outputs`` are given in place of ``input_ids``.

        Raises:
            ValueError: neither ``input_ids`` nor ``decoder_copy_ids`` say what there is to copy.
        """
        decoder_copy_ids = input_ids if decoder_copy_ids is None else decoder_copy_ids
        if decoder_copy_ids is None:
            raise ValueError("The copy head needs the tokens of its input: pass input_ids, or decoder_copy_ids.")
        if labels is not None and decoder_input_ids is None:
            padding, start = int(self.config.pad_token_id or 0), int(self.config.decoder_start_token_id or 0)
            decoder_input_ids = shift_tokens_right(labels, padding, start)
        kwargs.pop("return_dict", None)
        output = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            decoder_input_ids=decoder_input_ids,
            decoder_attention_mask=decoder_attention_mask,
            encoder_outputs=encoder_outputs,
            cache=cache,
            use_cache=use_cache,
            return_dict=True,
            **kwargs,
        )
        states = output.encoder_last_hidden_state
        scores = self.copy_scores(output.last_hidden_state, self.keys(states)).float()
        if attention_mask is not None:
            scores = scores.masked_fill(attention_mask[:, None, :] == 0, torch.finfo(scores.dtype).min)
        positions = scores.softmax(-1)
        index = decoder_copy_ids[:, None, :].expand_as(positions)
        vocabulary = positions.new_zeros(*positions.shape[:2], self.config.vocab_size)
        logits = (vocabulary.scatter_add(-1, index, positions) + 1e-9).log()
        loss = None
        if labels is not None:
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return Seq2SeqLMOutput(loss=loss, logits=logits, cache=output.cache, encoder_last_hidden_state=states)

    def generate(self, inputs: Tensor | None = None, *arguments: Any, **kwargs: Any) -> Any:
        """Generate as ``GenerationMixin.generate`` does; nothing but tokens of the input can come out."""
        # `generate` passes on the encoder's output but not its input, which the copy head needs at every step.
        kwargs.setdefault("decoder_copy_ids", kwargs.get("input_ids") if inputs is None else inputs)
        return super().generate(inputs, *arguments, **kwargs)


AutoConfig.register(CopyBartConfig.model_type, CopyBartConfig, exist_ok=True)
AutoModelForSeq2SeqLM.register(CopyBartConfig, CopyBartForConditionalGeneration, exist_ok=True)
