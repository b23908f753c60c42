"""Bytes to text, text to one normal form, and what can be told from it: sentences, dates, titles."""
