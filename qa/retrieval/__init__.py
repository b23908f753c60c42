"""A query to the passages that may answer it: searched in two ways, fused, and ranked again."""

from qa.retrieval.search import retrieve, retrieve_many

__all__ = ["retrieve", "retrieve_many"]
