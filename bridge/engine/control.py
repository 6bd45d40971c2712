"""The line between the one who asked and the job that runs: progress up, stop and left down."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Control:
    """Shared by a door and the engine; all on one event loop."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by interrupt: cancel where that stops the bill."""
    left: bool = False
    """The client is gone: begin nothing new, let what is submitted end in the gallery."""
    progress: float = 0.0
    """0 … 1."""
    stage: str = ""
    """For people: `waiting for Runware`."""
