"""Black Forest Labs, emulated."""
