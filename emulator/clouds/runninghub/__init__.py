"""RunningHub, emulated."""
