"""One class for each pipeline: ``prepare(documents)`` once, then ``ask(question)``.

All index the same paragraphs, each as ``title: paragraph`` and as one passage, and all that embed use the same
all-MiniLM-L6-v2. Each of the peers reads the five best passages, as Citebound does. A library is imported where it is
needed, so that each pipeline's process holds its own and no other's.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from corpus.text.sentences import sentence_spans
from corpus.types import Document, titled
from embeddings.sentence_transformer import bundled_model_path
from qa.question.words import search_words
from tests.benchmarks.peers.language_model import Message
from tests.benchmarks.peers.prompts import TXTAI_SYSTEM, TXTAI_TEMPLATE, continued
from tests.benchmarks.peers.score import parse

PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What a pipeline said, the cited source ("" for none), and whether it called that a refusal itself.

    What a language model replies is kept whole, and taken apart when it is judged.
    """

    reply: str
    cited: str
    refused: bool = False


class Pipeline(Protocol):
    """What can be asked."""

    def prepare(self, documents: Sequence[Document]) -> None:
        """Load the models and index the documents."""
        ...

    def ask(self, question: str) -> Said:
        """Answer one question."""
        ...


class Citebound:
    """This project as it ships; ``threshold`` 0 always answers."""

    def __init__(self, threshold: float | None = None) -> None:
        self._threshold = threshold

    def prepare(self, documents: Sequence[Document]) -> None:
        from qa.assistant import Assistant
        from qa.library.library import Library

        self._folder = tempfile.TemporaryDirectory()
        # One passage a paragraph, as SQuAD-open is defined: the longest has far more than the usual 256 tokens.
        library = Library(self._folder.name, max_tokens=2048)
        library.add_documents(documents)
        self._assistant = Assistant(library, threshold=self._threshold)

    def ask(self, question: str) -> Said:
        answer = self._assistant.ask(question)
        cited = answer.citations[0].document.source if answer.citations else ""
        return Said(answer.text, cited, answer.abstained)


class PlainRag:
    """sentence-transformers, FAISS, the five nearest passages and a small local language model."""

    def prepare(self, documents: Sequence[Document]) -> None:
        import faiss
        from sentence_transformers import SentenceTransformer

        from tests.benchmarks.peers.language_model import LanguageModel

        self._documents = list(documents)
        self._encoder = SentenceTransformer(str(bundled_model_path()), device="cpu", local_files_only=True)
        vectors = self._encode([titled(d.title, d.text) for d in documents])
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._model = LanguageModel()

    def ask(self, question: str) -> Said:
        _, numbers = self._index.search(self._encode([question]), PASSAGES)
        found = [self._documents[number] for number in numbers[0] if number >= 0]
        reply = self._model.reply(continued(question, [titled(d.title, d.text) for d in found]))
        citation = parse(reply).citation or 0
        return Said(reply, found[citation - 1].source if 1 <= citation <= len(found) else "")

    def _encode(self, texts: list[str]) -> Any:
        return self._encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)


class TxtaiRag:
    """txtai's ``Embeddings`` and ``RAG``, with the same language model.

    The citation is txtai's own (``output="reference"``): the passage nearest to the question and the answer together.
    """

    def prepare(self, documents: Sequence[Document]) -> None:
        from txtai import RAG, Embeddings

        from tests.benchmarks.peers.language_model import LanguageModel

        embeddings = Embeddings(path=str(bundled_model_path()), content=True, gpu=False)
        embeddings.index((d.source, titled(d.title, d.text), None) for d in documents)
        self._rag = RAG(
            embeddings,
            _as_txtai_model(LanguageModel().reply),
            context=PASSAGES,
            output="reference",
            template=TXTAI_TEMPLATE,
            system=TXTAI_SYSTEM,
            separator="\n\n",
        )

    def ask(self, question: str) -> Said:
        # In txtai's own syntax words that begin with + or - are filters, which no question of ours means.
        query = " ".join(word.lstrip("+-") or word for word in question.split())
        found = self._rag(query)
        return Said(found["answer"], str(found["reference"]))


def _as_txtai_model(reply: Callable[[str | Sequence[Message]], str]) -> Callable[..., list[str]]:
    """Return the language model as what txtai's RAG calls a custom pipeline: prompts in, replies out."""

    def model(prompts: Sequence[str | Sequence[Message]], **_: Any) -> list[str]:
        return [reply(prompt) for prompt in prompts]

    return model


class Bm25Sentence:
    """BM25 (SQLite FTS5, stemmed), and of the best passage the sentence with most words of the question. No model."""

    def prepare(self, documents: Sequence[Document]) -> None:
        self._documents = list(documents)
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize='porter unicode61')")
        rows = [(number, titled(d.title, d.text)) for number, d in enumerate(self._documents)]
        self._base.executemany("INSERT INTO passages(rowid, text) VALUES (?, ?)", rows)

    def ask(self, question: str) -> Said:
        words = search_words(question)
        query = " OR ".join(f'"{word}"' for word in words)
        best = "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT 1"
        found = self._base.execute(best, (query,)).fetchone() if words else None
        if found is None:
            return Said("", "", refused=True)
        document = self._documents[found[0]]
        return Said(best_sentence(document.text, words), document.source)


def best_sentence(text: str, words: Sequence[str]) -> str:
    """Return the sentence that has most of the words (the first of several); ``words`` are in lower case."""
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    wanted = set(words)
    return max(sentences, key=lambda sentence: len(wanted & set(search_words(sentence))), default="")


PIPELINES: dict[str, Callable[[], Pipeline]] = {
    "citebound": Citebound,
    "citebound-always": lambda: Citebound(threshold=0.0),
    "plain-rag": PlainRag,
    "txtai": TxtaiRag,
    "bm25": Bm25Sentence,
}
# Those whose replies are a language model's own words.
LANGUAGE_MODELS = frozenset({"plain-rag", "txtai"})
