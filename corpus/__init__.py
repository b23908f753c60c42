"""Documents in, passages out: reading files, splitting them, and keeping both in one SQLite file.

This room knows nothing of vectors' meaning, questions or answers.
"""
