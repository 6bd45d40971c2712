"""Hugging Face's router, emulated."""
