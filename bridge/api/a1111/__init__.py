"""The face of an AUTOMATIC1111 web UI: lax in what it reads, exact in what it writes."""
