"""An AUTOMATIC1111 web UI, emulated."""
