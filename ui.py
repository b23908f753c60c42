"""The page: ask on the left, see the cited passages whole on the right.

First what the page shows, as pure functions; then the page itself in Gradio; then the command that opens it. Nothing
is built or loaded on import, and nothing on the page comes from anywhere but this machine.
"""

from __future__ import annotations

import argparse
import errno
import functools
import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.types import LibraryError
from qa.question import QuestionError
from qa.render import answer_html, escape, sources_html

if TYPE_CHECKING:
    import gradio as gr

    from qa.assistant import Assistant

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 7860
PORTS_TRIED = 10
INTERRUPTED = 130

Message = dict[str, str]
"""One message of the chat: ``role`` and ``content`` (HTML)."""

# Asked only of a library that holds the file the answer is in.
_EXAMPLES: Mapping[str, str] = {
    "sample:expo-2017.md": "How many visitors came to Expo 2017?",
    "sample:dimash.md": "When was Dimash Kudaibergen born?",
    "sample:energy-projects.html": "How many turbines does the Zhanatas wind farm have?",
}
_LONGEST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with what the page shows for it.

    ``text`` is the text of the answer, "" where there was none; ``reply`` and ``sources`` are HTML.
    """

    question: str
    text: str
    reply: str
    sources: str


# What the page shows


def respond(assistant: Assistant, question: str, turns: Sequence[Turn]) -> Turn:
    """Ask the question as a follow-up to the answered turns before it, and return what to show.

    A question that cannot be asked, or a library that cannot be used, becomes a turn that says so.
    """
    history = [(turn.question, turn.text) for turn in turns if turn.text]
    try:
        answer = assistant.ask(question, history=history)
    except (QuestionError, LibraryError) as error:
        return Turn(question, "", _problem(str(error)), "")
    return Turn(question, answer.text, answer_html(answer), sources_html(answer))


def messages(turns: Sequence[Turn], asked: str | None = None) -> list[Message]:
    """Return the turns as chat messages; ``asked`` is a question whose answer is still being looked for."""
    shown = []
    for turn in turns:
        shown += [_message("user", _asked(turn.question)), _message("assistant", turn.reply)]
    if asked is not None:
        waiting = '<div class="cb-answer"><p class="cb-note">Reading your documents …</p></div>'
        shown += [_message("user", _asked(asked)), _message("assistant", waiting)]
    return shown


def sources(turns: Sequence[Turn]) -> str:
    """Return the HTML of the pane of sources: what the last turn cites, or a hint where that is nothing."""
    cards = turns[-1].sources if turns else ""
    hint = "The passages an answer is quoted from appear here, whole."
    return f'<section class="cb-sources"><h2>Sources</h2>{cards or f"<p class=cb-hint>{hint}</p>"}</section>'


def header(documents: int) -> str:
    """Return the HTML of the page's head; ``documents`` is how many the library holds."""
    count = f"{documents:,} document{'' if documents == 1 else 's'}"
    return (
        '<header class="cb-header"><h1>Citebound</h1>'
        "<p>Ask your own documents. Every answer is an exact quote with its source, or an honest “not here”.</p>"
        f'<p class="cb-count">{count} in this library</p></header>'
    )


def examples(assistant: Assistant) -> list[str]:
    """Return questions that the library at hand answers: only ones about the built-in sample corpus are known."""
    held = {document.source for document in assistant.library.documents()}
    return [question for source, question in _EXAMPLES.items() if source in held]


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _asked(question: str) -> str:
    shown = question if len(question) <= _LONGEST_SHOWN else question[:_LONGEST_SHOWN] + " …"
    return f'<div class="cb-asked">{escape(" ".join(shown.split())) or "…"}</div>'


def _problem(sentence: str) -> str:
    return f'<div class="cb-answer cb-problem"><p>{escape(" ".join(sentence.split()))}</p></div>'


# The page


def build(assistant: Assistant) -> gr.Blocks:
    """Return the page that asks this assistant; :func:`serve` opens it."""
    _stay_offline()
    import gradio as gr

    def ask(question: str, turns: tuple[Turn, ...]) -> Iterator[tuple[Any, ...]]:
        yield "", messages(turns, asked=question), gr.skip(), gr.skip()
        turns = (*turns, respond(assistant, question, turns))
        yield gr.skip(), messages(turns), sources(turns), turns

    def clear() -> tuple[Any, ...]:
        return "", [], sources(()), ()

    page = gr.Blocks(title="Citebound", analytics_enabled=False, fill_width=True)
    with page:
        state = gr.State(())
        questions = examples(assistant)
        head = gr.HTML(header(len(assistant.library.documents())))
        with gr.Row(elem_classes="cb-columns"):
            with gr.Column(scale=5, min_width=300, elem_classes="cb-left"):
                chat = gr.Chatbot(
                    show_label=False,
                    elem_classes="cb-chat",
                    height="auto",
                    layout="bubble",
                    buttons=[],
                    latex_delimiters=[],
                    feedback_options=None,
                    placeholder="<center>Ask your documents: you get their own words, and where they stand.</center>",
                )
                box = gr.Textbox(
                    show_label=False,
                    label="Your question",
                    placeholder="Ask about your documents",
                    elem_classes="cb-box",
                    submit_btn="Ask",
                    autofocus=True,
                )
                with gr.Row(elem_classes="cb-examples"):
                    chips = [gr.Button(question, size="sm", min_width=0) for question in questions]
                    again = gr.Button("New conversation", size="sm", min_width=0, elem_classes="cb-again")
            with gr.Column(scale=4, min_width=300):
                pane = gr.HTML(sources(()), elem_classes="cb-pane")
        shown = [box, chat, pane, state]
        # One at a time: a turn must see the turns before it.
        together: dict[str, Any] = {"concurrency_id": "ask", "show_progress": "hidden", "api_visibility": "private"}
        running: list[Any] = [box.submit(ask, [box, state], shown, **together)]
        for chip, question in zip(chips, questions, strict=True):
            running.append(chip.click(functools.partial(ask, question), [state], shown, **together))
        again.click(clear, None, shown, cancels=running, queue=False, show_progress="hidden", api_visibility="private")
        # Documents may have been added since.
        page.load(lambda: header(len(assistant.library.documents())), None, head, api_visibility="private")
    return page


def serve(assistant: Assistant, host: str = HOST, port: int = PORT) -> gr.Blocks:
    """Open the page at this address and return it at once; ``page.block_thread()`` waits until it is stopped.

    Raises:
        OSError: the port cannot be used (see :func:`free_port`).
    """
    page = build(assistant)
    import gradio as gr

    # Gradio asks its own page for a sign of life, and a proxy meant for the internet would get in between.
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost", "::1", host)))

    # Local fonts only, and every setting said here that Gradio would otherwise take from the environment or send out.
    page.launch(
        server_name=f"[{host}]" if ":" in host else host,
        server_port=port,
        theme=gr.themes.Base(
            primary_hue="teal",
            neutral_hue="slate",
            font=("system-ui", "'Segoe UI'", "sans-serif"),
            font_mono=("ui-monospace", "monospace"),
        ),
        css=files("qa").joinpath("style.css").read_text(encoding="utf-8"),
        footer_links=[],
        share=False,
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        prevent_thread_lock=True,
        quiet=True,
    )
    return page


def _stay_offline() -> None:
    """Tell the libraries to send and fetch nothing; they read these when they are imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def free_port(host: str, port: int) -> int:
    """Return the first of ten ports, from ``port`` on, that is free; 0 stands for any.

    Raises:
        OSError: none is free, or the host is no address of this machine.
    """
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            # Gradio looks at this machine's own address as well, whatever the host.
            return _bind(HOST, _bind(host, candidate))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "it and the ones after it are in use")


def _bind(host: str, port: int) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        if os.name != "nt":  # there it would mean: take the port away from whoever has it
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        return int(server.getsockname()[1])


# The command


def main(argv: Sequence[str] | None = None) -> int:
    """Open the page for the library that the arguments name, until it is stopped; return the exit status."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logger.setLevel(logging.INFO)
    _stay_offline()
    try:
        port = free_port(options.host, options.port)
    except OSError as error:
        reason = error.strerror or str(error)
        return _fail(f"The page cannot use port {options.port} of {options.host}: {reason}. Try --port or --host.")
    try:
        page = serve(_open(options.library, options.reader), options.host, port)
    except LibraryError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    if port != options.port:
        logger.info("Port %d is in use.", options.port)
    if options.host not in (HOST, "localhost", "::1"):
        logger.warning("Everyone who can reach this machine at %s can read these documents.", options.host)
    logger.info("Citebound is at %s (stop it with Ctrl+C).", page.local_url)
    page.block_thread()
    return 0


def _open(library: str | None, reader: str | None = None) -> Assistant:
    from tqdm import tqdm

    from qa.assistant import Assistant

    if library is not None:
        folder = Path(library).expanduser()
        # A library would be made there, and a slip of the finger would look like one without documents.
        if not folder.is_file() and not (folder / "library.sqlite").exists():
            raise LibraryError(f"There is no library at {folder}: make one with `qa index PATH --library {folder}`.")
    logger.info("Opening the library ...")
    return Assistant(library, reader=reader, progress=tqdm)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ui.py", description="Ask your own documents in a page in the browser.")
    parser.add_argument("--library", metavar="DIR", help="the library's folder (default: yours, with the samples)")
    parser.add_argument("--reader", metavar="MODEL", help="any seq2seq model on this machine, by folder or hub name")
    parser.add_argument("--host", default=HOST, help=f"the address to listen at ({HOST}: this machine only)")
    parser.add_argument("--port", type=_port, default=PORT, help=f"the port to listen at ({PORT})")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: name a number from 0 to 65535")
    return int(text)


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
