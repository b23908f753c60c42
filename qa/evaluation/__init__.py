"""Question sets in, reports out: asking every question of a set, judging the answers, and showing what came of it.

``question_set`` reads a set and ``draft`` proposes one; ``judge`` asks and compares; ``outcome`` and ``report`` are the
results as data, ``figures`` what is measured; ``report_text``, ``report_html`` and ``compare`` show them.
"""
