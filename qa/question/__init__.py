"""What a question wants, said once: text and history in, a :class:`~qa.question.query.Query` out."""

from qa.question.query import Query

__all__ = ["Query"]
