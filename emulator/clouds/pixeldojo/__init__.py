"""Pixel Dojo, emulated."""
