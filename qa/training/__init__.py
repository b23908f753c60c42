"""How the reader's weights are made: data, hard negatives, examples, the loop, evaluation, calibration, export.

A command above all rooms, ``python -m qa.training``; the reader and everything else that answers knows nothing of it.
"""
