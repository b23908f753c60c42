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
        css=CSS,
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
        page = serve(_open(options.library), options.host, port)
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


def _open(library: str | None) -> Assistant:
    from tqdm import tqdm

    from qa.assistant import Assistant

    if library is not None:
        folder = Path(library).expanduser()
        # A library would be made there, and a slip of the finger would look like one without documents.
        if not folder.is_file() and not (folder / "library.sqlite").exists():
            raise LibraryError(f"There is no library at {folder}: make one with `qa index PATH --library {folder}`.")
    logger.info("Opening the library ...")
    return Assistant(library, progress=tqdm)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ui.py", description="Ask your own documents in a page in the browser.")
    parser.add_argument("--library", metavar="DIR", help="the library's folder (default: yours, with the samples)")
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


CSS = """
.gradio-container {
  --cb-accent: #0f766e; --cb-tint: #d5f0ec; --cb-mark: #fde68a; --cb-quiet: #526077; --cb-ink: #1e293b;
  --cb-line: #dfe5ec; --cb-card: #ffffff; --cb-back: #f6f8fa;
  background: var(--cb-back) !important; color: var(--cb-ink);
}
.dark .gradio-container, .gradio-container.dark {
  --cb-accent: #5eead4; --cb-tint: #134e4a; --cb-mark: #fcd34d; --cb-quiet: #a5b1c2; --cb-ink: #e5eaf1;
  --cb-line: #2c3848; --cb-card: #18212e; --cb-back: #0f1620;
}
.gradio-container .main { max-width: 1240px; margin: 0 auto; padding: 20px 24px !important; }
.gradio-container .prose { color: var(--cb-ink); }
.cb-header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 16px; }
.cb-header h1 { font-size: 25px; letter-spacing: -0.02em; color: var(--cb-accent); margin: 0; }
.cb-header p { margin: 0; color: var(--cb-quiet); font-size: 15px; }
.cb-header .cb-count { margin-left: auto; font-size: 13px; }

.cb-columns { gap: 20px; align-items: stretch; }
.cb-chat, .cb-pane {
  background: var(--cb-card) !important; border: 1px solid var(--cb-line) !important; border-radius: 12px !important;
}
.cb-left, .cb-pane.block { height: calc(100dvh - 112px); min-height: 480px; }
.cb-left { flex-wrap: nowrap !important; gap: 12px !important; }
.cb-left > * { flex-shrink: 0; }
.cb-left .cb-chat { flex: 1 1 0 !important; min-height: 0; }
.cb-chat .bubble-wrap { background: transparent; }
/* The bin would empty the chat but not what the page remembers of it; "New conversation" does both. */
.cb-chat .icon-button-wrapper { display: none; }
.cb-pane.block { overflow-y: auto !important; }
.cb-pane .cb-pane { border: 0 !important; }
.cb-chat center { color: var(--cb-quiet); font-size: 15px; }
.cb-chat .message { opacity: 1; }
.cb-chat .message.user, .cb-chat .message.bot { border: 0; box-shadow: none; }
.cb-chat .prose.chatbot, .cb-chat .prose.chatbot * { opacity: 1; }
.cb-chat .message.user { background: var(--cb-tint); border-radius: 12px 12px 2px 12px; }
.cb-chat .message.bot { background: transparent; padding: 0; max-width: 100%; }
.cb-asked { overflow-wrap: anywhere; font-size: 15px; color: var(--cb-ink); }

.cb-answer { color: var(--cb-ink); font-size: 15px; line-height: 1.5; overflow-wrap: anywhere; }
.cb-answer p, .cb-answer ul, .cb-answer blockquote { margin: 0 0 10px !important; }
.cb-answer .cb-said, .cb-answer ul { font-size: 18px; font-weight: 600; line-height: 1.4; }
.cb-answer ul { padding-left: 20px; }
.cb-refusal .cb-said { font-size: 15px; font-weight: 500; }
.cb-answer blockquote {
  border: 0; border-left: 3px solid var(--cb-accent); padding: 2px 0 2px 12px; color: var(--cb-ink);
}
.cb-answer .cb-place, .cb-answer .cb-note { font-size: 13px; color: var(--cb-quiet); margin-bottom: 4px !important; }
.cb-problem { border-left: 3px solid #dc2626; padding-left: 12px; }
.cb-sure { border-bottom: 1px dotted currentColor; }
.cb-source { display: inline-block; max-width: 100%; }

.cb-number {
  display: inline-block; min-width: 17px; margin: 0 0 0 3px; padding: 0 4px; border-radius: 9px; text-align: center;
  font-size: 11px; line-height: 17px; font-weight: 600; vertical-align: 2px; top: 0;
  background: var(--cb-tint); color: var(--cb-accent);
}
.cb-place .cb-number, .cb-passage .cb-number, .cb-note .cb-number { margin: 0 2px 0 0; vertical-align: 1px; }
.gradio-container mark {
  background: var(--cb-mark); color: #1c1917 !important; border-radius: 3px; padding: 1px 2px; margin: 0 -2px;
  box-decoration-break: clone; -webkit-box-decoration-break: clone;
}

.cb-sources { padding: 16px 18px; overflow-wrap: anywhere; }
.cb-sources h2 { margin: 0 0 12px; font-size: 15px; color: var(--cb-quiet); font-weight: 600; }
.cb-label { margin: 4px 0 10px; font-weight: 600; font-size: 14px; }
.cb-hint { color: var(--cb-quiet); font-size: 14px; }
.cb-passage {
  border: 1px solid var(--cb-line); border-radius: 10px; background: var(--cb-back); padding: 12px 14px;
  margin-bottom: 12px;
}
.cb-passage header { font-size: 13px; color: var(--cb-quiet); margin-bottom: 6px; }
.cb-passage .cb-title { color: var(--cb-ink); font-weight: 600; }
.cb-passage p { margin: 0; font-size: 14.5px; line-height: 1.6; }
.cb-closest { border-style: dashed; background: transparent; }
.cb-closest p { color: var(--cb-quiet); }

.cb-left .form { border: 0; background: transparent; overflow: visible; }
.cb-box { border: 1px solid var(--cb-line) !important; border-radius: 12px !important; background: var(--cb-card); }
.cb-box.block { padding: 8px; }
.cb-box textarea { background: transparent !important; color: var(--cb-ink); font-size: 15px; }
.cb-box textarea::placeholder { color: var(--cb-quiet); }
.cb-box:focus-within { border-color: var(--cb-accent) !important; }
.cb-box .submit-button {
  background: var(--cb-accent); color: var(--cb-card); font-weight: 600; border-radius: 8px; padding: 4px 16px;
}
.cb-examples { gap: 6px; }
.cb-examples button {
  flex: 0 1 auto; font-weight: 400; font-size: 13px; text-align: left; border-radius: 999px; padding: 5px 12px;
  background: var(--cb-card); color: var(--cb-ink); border: 1px solid var(--cb-line);
}
.cb-examples button:hover { border-color: var(--cb-accent); }
.cb-examples .cb-again { margin-left: auto; border-color: transparent; background: none; color: var(--cb-quiet); }

@media (max-width: 720px) {
  .gradio-container .main { padding: 12px !important; }
  .cb-left, .cb-pane.block { height: auto; min-height: 0; }
  .cb-left .cb-chat { min-height: 300px; max-height: 70dvh; flex: none !important; }
  .cb-examples { flex-wrap: nowrap; overflow-x: auto; padding-bottom: 4px; }
  .cb-examples button { flex: none; }
  .cb-header .cb-count { margin-left: 0; }
}
"""


if __name__ == "__main__":
    raise SystemExit(main())
