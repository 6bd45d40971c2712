"""Ideogram, emulated."""
