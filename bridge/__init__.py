"""a1111-bridge: an AUTOMATIC1111 web UI to its clients, some twenty picture clouds behind it."""
