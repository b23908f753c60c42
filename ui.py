"""The page: ask on the left, see the sources on the right; the library and the settings behind two more tabs.

The parts are in :mod:`qa.page`; here they become one page, and the command that opens it. Nothing is built or loaded
on import, and nothing on the page comes from anywhere but this machine.
"""

from __future__ import annotations

import argparse
import errno
import logging
import os
import socket
import sys
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from corpus.errors import CiteboundError, LibraryError
from corpus.sources import user_path
from qa.markup import escape
from qa.wording import counted

if TYPE_CHECKING:
    import gradio as gr

    from qa.assistant import Assistant
    from qa.library.library import Library
    from qa.page.session import Session

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 7860
PORTS_TRIED = 10
INTERRUPTED = 130
LARGEST_UPLOAD = "100mb"

_LOCAL = (HOST, "localhost", "::1")
# Only for the browser's memory to be readable after a restart: what it keeps is the visitor's own.
_MEMORY = "citebound-memory"


def header(library: Library) -> str:
    """Return the HTML of the page's head, with the library that is asked and how many documents it holds."""
    asked = library.asked()
    name = library.path.name if asked is library else "Sample corpus, until you add documents"
    count = f"{escape(name)}: {counted(len(asked.documents()), 'document')}"
    return (
        '<header class="cb-header"><h1>Citebound</h1>'
        "<p>Every answer is an exact quote from your documents, or an honest “not here”.</p>"
        f'<p class="cb-count" title="{escape(str(library.path))}">{count}</p></header>'
    )


def build(assistant: Assistant, *, local: bool = True, read_only: bool = False) -> gr.Blocks:
    """Return the page that asks this assistant; :func:`serve` opens it. See :class:`qa.page.session.Session`."""
    _stay_offline()
    from qa.page.session import Session

    return _build(Session(assistant, local=local, read_only=read_only))


def _build(session: Session) -> gr.Blocks:
    import gradio as gr

    from qa.page.api import register
    from qa.page.examples import Examples
    from qa.page.html.chat import chips_html
    from qa.page.html.components import QUIET, html
    from qa.page.tabs.ask import ask_tab, scope_choices
    from qa.page.tabs.library import library_tab
    from qa.page.tabs.settings import settings_tab

    script = files("qa.page").joinpath("script.js").read_text(encoding="utf-8")
    page = gr.Blocks(title="Citebound", analytics_enabled=False, fill_width=True)
    with page:
        # First, because Gradio gives a name such as "ask" to whoever comes first.
        register(session)
        memory = gr.BrowserState(None, storage_key="citebound-conversations", secret=_MEMORY)
        settings = gr.BrowserState(None, storage_key="citebound-settings", secret=_MEMORY)
        head = html(header(session.library), "cb-head")
        with gr.Tabs(elem_classes="cb-tabs"):
            # The bridge comes last in the page, when everything it listens to is there.
            bridge = html("", "cb-bridge", script, render=False)
            with gr.Tab("Ask"):
                asking = ask_tab(session, bridge, memory, settings, page)
            with gr.Tab("Library"):
                library = library_tab(session, bridge)
            with gr.Tab("Settings"):
                settings_tab(settings, page, session.assistant.passages)
        bridge.render()  # type: ignore[no-untyped-call]

        examples = Examples()

        def again() -> list[Any]:
            return [header(session.library), gr.update(choices=scope_choices(session), value=[])]

        # Documents may have been added since, here or elsewhere.
        for event in (page.load, library.changed.change):
            event(again, None, [head, asking.scope], **QUIET)
            # By themselves, for each is a question that was asked to see whether it is answered; and only once at a
            # time, so that others who come meanwhile find them known.
            event(lambda: chips_html(examples.of(session)), None, asking.chips, **QUIET, concurrency_id="examples")
    return page


def serve(
    assistant: Assistant,
    host: str = HOST,
    port: int = PORT,
    *,
    auth: tuple[str, str] | None = None,
    read_only: bool = False,
    mcp: bool = False,
) -> gr.Blocks:
    """Open the page at this address and return it at once; ``page.block_thread()`` waits until it is stopped.

    ``auth``: the user and password to ask for. ``read_only``: nobody may change the library. ``mcp``: answer MCP
    clients as well.

    Raises:
        OSError: the port cannot be used (see :func:`free_port`).
    """
    _stay_offline()
    import gradio as gr

    from qa.page.originals import add_originals
    from qa.page.session import Session

    session = Session(assistant, local=host in _LOCAL, read_only=read_only)
    page = _build(session)
    # Gradio asks its own page for a sign of life, and a proxy meant for the internet would get in between.
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost", "::1", host)))

    # Local fonts only, and every setting said here that Gradio would otherwise take from the environment or send out.
    app, _, _ = page.launch(
        server_name=f"[{host}]" if ":" in host else host,
        server_port=port,
        auth=auth,
        auth_message="Citebound: please log in." if auth else None,
        theme=gr.themes.Base(
            primary_hue="teal",
            neutral_hue="slate",
            font=("system-ui", "'Segoe UI'", "sans-serif"),
            font_mono=("ui-monospace", "monospace"),
        ),
        css=files("qa.page").joinpath("style.css").read_text(encoding="utf-8"),
        max_file_size=LARGEST_UPLOAD,
        max_threads=100,
        footer_links=[],
        share=False,
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=mcp,
        pwa=False,
        prevent_thread_lock=True,
        quiet=True,
    )
    add_originals(app, session)
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
    raise OSError(errno.EADDRINUSE, "it and the ports after it are in use")


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
    if options.mcp:
        from qa.page.api import mcp_problem

        if lacking := mcp_problem():
            return _fail(lacking)
    try:
        port = free_port(options.host, options.port)
    except OSError as error:
        where, reason = f"port {options.port} on {options.host}", error.strerror or str(error)
        return _fail(f"The page cannot use {where}: {reason}. Choose another with --port or --host.")
    try:
        page = serve(
            _open(options.library, options.reader),
            options.host,
            port,
            auth=options.auth,
            read_only=options.read_only,
            mcp=options.mcp,
        )
    except CiteboundError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    if port != options.port:
        logger.info("Port %d is in use: using %d instead.", options.port, port)
    if options.host not in _LOCAL and options.auth is None:
        logger.warning(
            "Anyone who can reach this machine at %s can read these documents. Use --auth to ask for a password.",
            options.host,
        )
    logger.info("Citebound is running at %s (press Ctrl+C to stop it).", page.local_url)
    page.block_thread()
    return 0


def _open(library: str | None, reader: str | None = None) -> Assistant:
    from tqdm import tqdm

    from qa.assistant import Assistant

    if library is not None:
        folder = user_path(library, LibraryError)
        # A library would be made there, and a slip of the finger would look like one without documents.
        if not folder.is_file() and not (folder / "library.sqlite").exists():
            raise LibraryError(f"There is no library at {folder}: create one with `qa index PATH --library {folder}`.")
    logger.info("Opening the library ...")
    return Assistant(library, reader=reader, progress=tqdm)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ui.py", description="Ask your own documents in the browser.")
    parser.add_argument("--library", metavar="DIR", help="the library's folder (default: your default library)")
    parser.add_argument("--reader", metavar="MODEL", help="any seq2seq model on this machine, by folder or hub name")
    parser.add_argument("--host", default=HOST, help=f"the address to listen on ({HOST}: this machine only)")
    parser.add_argument("--port", type=_port, default=PORT, help=f"the port to listen on ({PORT})")
    parser.add_argument("--auth", type=_auth, metavar="USER:PASSWORD", help="ask visitors for this name and password")
    parser.add_argument("--read-only", action="store_true", help="let no one change the library")
    parser.add_argument("--mcp", action="store_true", help="serve MCP clients too (needs citebound[mcp])")
    return parser


def _auth(text: str) -> tuple[str, str]:
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise argparse.ArgumentTypeError("write it as user:password, with neither part empty")
    return user, password


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
