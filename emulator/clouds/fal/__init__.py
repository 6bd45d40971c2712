"""fal, emulated."""
