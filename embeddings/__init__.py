"""Texts to vectors, and the FAISS index over them. This room knows nothing of questions or answers."""
