"""Gemini's pictures, emulated."""
