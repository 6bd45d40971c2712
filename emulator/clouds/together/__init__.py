"""Together, emulated."""
