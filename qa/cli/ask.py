"""qa.cli.ask: SAY WHAT THIS IS FOR."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from qa.cli.common import ABSTAINED, ANSWERED, open_assistant, open_library
from qa.wording import counted, plain

if TYPE_CHECKING:
    from qa.types import Turn


def run_ask(options: argparse.Namespace) -> int:

    answer = open_assistant(options).ask(
        options.question, documents=options.documents, since=options.since, until=options.until
    )
    print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if options.json else plain(answer))
    return ABSTAINED if answer.abstained else ANSWERED


def run_search(options: argparse.Namespace) -> int:
    from qa.question import Query
    from qa.retrieval import retrieve

    library = open_library(options)
    scope = library.scope(options.documents, options.since, options.until)
    hits = retrieve(library, Query.of(options.question), options.passages, scope)
    for hit in hits:
        dated = f" ({hit.date})" if hit.date else ""
        print(f"{hit.rank}. {hit.title}{dated}, passage {hit.passage.id}\n   {' '.join(hit.passage.text.split())}\n")
    return ANSWERED if hits else ABSTAINED


def run_chat(options: argparse.Namespace) -> int:
    from corpus.errors import CiteboundError

    assistant = open_assistant(options)
    count = counted(len(assistant.library.documents()), "document")
    print(f"Ask about the {count} of {assistant.library.path}. An empty line or Ctrl-D ends.")
    history: list[Turn] = []
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
                question, history=history, documents=options.documents, since=options.since, until=options.until
            )
        except CiteboundError as error:
            print(error)
            continue
        print(plain(answer))
        if not answer.abstained:
            history.append((answer.searched_question, answer.text))
