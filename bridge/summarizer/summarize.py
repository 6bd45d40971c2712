"""The room's front: a text and the people in it become a scene with a place."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bridge.domain import Rating
from bridge.question import Ask, LlmWish
from bridge.scene import Scene
from bridge.summarizer.guard import check_scene
from bridge.summarizer.offline import write_offline
from bridge.summarizer.people import Known
from bridge.summarizer.places import CuratedPlace, curated
from bridge.summarizer.places_book import InMemory, PlaceBook, States
from bridge.summarizer.places_choice import Chooser, Standing
from bridge.summarizer.writer import SceneWriter, Written
from bridge.visible import visible

_RECENT: Final = 4000
_HINTS: Final = 1500
"""Characters at the end of a text, raw and visible, whose words may hint at a place."""


class Summarizer:
    """`ask` is the LLM, or None for rules alone; `states` remembers which places were used.

    With `checks` there is a small model to ask what a text changes.
    """

    def __init__(
        self,
        ask: Ask | None = None,
        *,
        timeout: float = 6.0,
        places: Sequence[CuratedPlace] = (),
        states: States | None = None,
        checks: bool = False,
    ) -> None:
        listed = places or curated()
        self._has_llm = ask is not None
        self._writer = SceneWriter(ask, write_offline, timeout=timeout, checks=checks)
        self._chooser = Chooser(listed, PlaceBook(listed, states or InMemory()))

    async def scene(
        self,
        text: str,
        *,
        people: Sequence[Known] = (),
        ceiling: Rating = Rating.GENERAL,
        caller: str = "",
        previous: Standing | None = None,
        before: Scene | None = None,
        wish: LlmWish = LlmWish(),  # noqa: B008  # frozen
    ) -> Written:
        """The scene of the last moment of `text`; Forbidden for what is never made.

        `previous` is where the chat was, with the `rival` that came with it;
        `before` is what else stood so far: people with their outfits, time, weather.
        """
        recent = visible(text[-_RECENT:])[-_HINTS:]
        names = [name for one in people for name in (one.name, *one.words)]
        if self._has_llm:
            offer = await self._chooser.offer(recent, names, caller, previous)
        else:
            offer = self._chooser.hints(recent, names)
        written = await self._writer.write(
            text, people=people, places=offer.listed, ceiling=ceiling, before=before, wish=wish
        )
        scene, rival = await self._chooser.choose(written.scene, offer, caller, previous)
        check_scene(scene)
        return replace(written, scene=scene, rival=rival)
