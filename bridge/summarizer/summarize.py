"""The room's front: a text and the people in it become a scene with a place."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.domain import Rating
from bridge.summarizer.guard import check_scene
from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.places import Memory, choose, shortlist
from bridge.summarizer.writer import Ask, SceneWriter, Written


class Summarizer:
    """`ask` is the LLM, or None for rules alone; `memory` holds which places were used."""

    def __init__(
        self, ask: Ask | None = None, *, timeout: float = 6.0, memory: Memory | None = None
    ) -> None:
        self._writer = SceneWriter(ask, write_offline, timeout=timeout)
        self._memory = memory if memory is not None else Memory()

    async def scene(
        self, text: str, *, people: Sequence[Known] = (), ceiling: Rating = Rating.GENERAL
    ) -> Written:
        """The scene of the last moment of `text`; Forbidden for what is never made."""
        listed = shortlist(text, self._memory)
        written = await self._writer.write(text, people=people, places=listed, ceiling=ceiling)
        check_scene(written.scene)
        return replace(written, scene=choose(written.scene, listed, self._memory))
