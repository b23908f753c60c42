"""The page in parts, which :mod:`ui` puts together and serves; it sits above the assistant and evaluation.

``session`` is what all visitors share, ``jobs`` the queue they wait in, ``conversation`` what a browser keeps,
``html`` what is shown, ``tabs`` where it is shown, ``api`` and ``originals`` what else can be asked of the server."""
