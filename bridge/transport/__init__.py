"""Everything that opens a socket: the shared client, and the guard against strangers' URLs."""
