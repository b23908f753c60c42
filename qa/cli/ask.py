"""qa.cli.ask: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from qa.__main__ import _asked
from qa.cli.common import ABSTAINED, ANSWERED, open_assistant
from qa.wording import counted, plain

if TYPE_CHECKING:
    from qa.types import Answer


def run_ask(options: argparse.Namespace) -> int:

    answer = open_assistant(options).ask(
        options.question, documents=options.documents, since=options.since, until=options.until
    )
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if options.json else plain(answer))
    return ABSTAINED if answer.abstained else ANSWERED


def run_search(options: argparse.Namespace) -> int:
    from qa.retrieval.search import search

    library = _asked(options).asked()
    hits = search(library, options.question, options.passages, options.documents, options.since, options.until)
    for hit in hits:
        dated = f" ({hit.date})" if hit.date else ""
        print(f"{hit.rank}. {hit.title}{dated}, passage {hit.passage.id}\n   {' '.join(hit.passage.text.split())}\n")
    return ANSWERED if hits else ABSTAINED


def run_chat(options: argparse.Namespace) -> int:
    from corpus.errors import LibraryError
    from qa.question.followup import history_of
    from qa.question.intent import QuestionError

    assistant = open_assistant(options)
    library = assistant.library.asked()
    count = counted(len(library.documents()), "document")
    print(f"Ask about the {count} of {library.path}. An empty line or Ctrl-D ends.")
    earlier: list[Answer] = []
    while True:
        try:
            question = input("\n> ").strip()
        except EOFError:
            print()
            return ANSWERED
        if not question:
            return ANSWERED
        try:
            answer = assistant.ask(
                question,
                history=history_of(earlier),
                documents=options.documents,
                since=options.since,
                until=options.until,
            )
        except (QuestionError, LibraryError) as error:
            print(error)
            continue
        print(plain(answer))
        earlier.append(answer)
