"""WaveSpeed, emulated."""
