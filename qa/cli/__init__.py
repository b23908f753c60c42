"""What the commands of ``qa`` do; the parser that calls them is ``qa/__main__.py``.

Each function takes the parsed options, prints, and returns the exit status. They import what they need when they are
called, so that ``qa --help`` and looking after a library load no model.
"""
