"""Replicate, emulated."""
