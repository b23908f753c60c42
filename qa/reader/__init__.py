"""Hits in, spans out: the seq2seq model with a copy head, the span constraint, and reading with both."""
