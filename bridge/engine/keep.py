"""What is written down of an attempt: the intent and the ticket before going on, the rest beside."""

import asyncio
from collections.abc import Mapping
from time import time

from bridge.engine.attempt import Attempt, Outcome
from bridge.errors import AttemptError, Uncertain
from bridge.events import Bus, PictureKept
from bridge.store.blobs import Blobs
from bridge.store.history import History, PictureRow
from bridge.store.ledger import Intent, Ledger


class Keeper:
    """Books attempts in the ledger and pictures, with their recipe, in the gallery."""

    def __init__(self, ledger: Ledger, history: History, blobs: Blobs, bus: Bus) -> None:
        self._ledger = ledger
        self._history = history
        self._blobs = blobs
        self._bus = bus
        self._tasks: set[asyncio.Task[None]] = set()
