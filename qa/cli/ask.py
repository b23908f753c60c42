"""The commands that ask: ``qa ask``, ``qa search`` and ``qa chat``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from corpus.errors import CiteboundError
from qa.cli.common import ABSTAINED, ANSWERED, open_asked, open_assistant, print_json
from qa.wording import counted, plain

if TYPE_CHECKING:
    from qa.types import Answer


def run_ask(options: argparse.Namespace) -> int:
    """Ask one question and print the answer, as text or as JSON."""
    answer = open_assistant(options).ask(
        options.question, documents=options.documents, since=options.since, until=options.until
    )
    if options.json:
        print_json(answer.to_dict())
    else:
        print(plain(answer))
    return ABSTAINED if answer.abstained else ANSWERED


def run_search(options: argparse.Namespace) -> int:
    """Print the passages found for a question, best first."""
    from qa.retrieval.search import search

    library = open_asked(options).asked()
    hits = search(library, options.question, options.passages, options.documents, options.since, options.until)
    for hit in hits:
        dated = f" ({hit.date})" if hit.date else ""
        print(f"{hit.rank}. {hit.title}{dated}, passage {hit.passage.id}\n   {' '.join(hit.passage.text.split())}\n")
    return ANSWERED if hits else ABSTAINED


def run_chat(options: argparse.Namespace) -> int:
    """Answer line by line until an empty one; each question may follow up on those before."""
    from qa.question.followup import history_of

    assistant = open_assistant(options)
    library = assistant.library.asked()
    count = counted(len(library.documents()), "document")
    print(f"Ask about the {count} in {library.path}. To leave, press Enter on an empty line.")
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
        except CiteboundError as error:
            print(error)
            continue
        print(plain(answer))
        earlier.append(answer)
