"""Whether a bridge is asked by itself: it marks what it sends to servers of its own kind."""

from uuid import uuid4

HEADER = "X-Bridge-From"
OURS = uuid4().hex
"""Of this process; several processes on one store do not see through each other."""
TEXT = "this bridge is its own upstream: A1111_URL leads back here"
