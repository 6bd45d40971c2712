"""The scene writer: one LLM call by schema, one repair, else the rules; equals share a call."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from bridge.domain import Note, Rating
from bridge.errors import BridgeError, Forbidden, Garbled
from bridge.scene import Scene
from bridge.summarizer.clean import cleaned
from bridge.summarizer.instructions import filled
from bridge.summarizer.people import Known
from bridge.summarizer.places import CuratedPlace
from bridge.summarizer.scene_json import parse, schema
from bridge.summarizer.tidy import Tidied, tidy
from bridge.visible import visible

Message = Mapping[str, str]
Ask = Callable[[list[Message], Mapping[str, Any]], Awaitable[str]]
Offline = Callable[[Tidied, Sequence[Known]], Scene]

_LONGEST: Final = 8_000
"""Characters of story an LLM is sent: the end of it."""
_BEGIN: Final = "<<<STORY"
_END: Final = "STORY>>>"


@dataclass(frozen=True, slots=True)
class Written:
    """A Scene, what is to be said about it, and who wrote it."""

    scene: Scene
    notes: tuple[Note, ...] = ()
    by: Literal["llm", "rules"] = "rules"
    rival: str = ""
    """What won over the place that stood, for the first time; see `Standing`."""


_Key = tuple[str, tuple[Known, ...], Rating, str]


class SceneWriter:
    """`ask(messages, schema)` is the LLM, or None; `timeout`, in seconds, is for both calls."""

    def __init__(
        self, ask: Ask | None, offline: Offline, *, timeout: float = 6.0, keep: int = 256
    ) -> None:
        self._ask = ask
        self._offline = offline
        self._timeout = timeout
        self._keep = keep
        self._kept: OrderedDict[_Key, Written] = OrderedDict()
        self._running: dict[_Key, asyncio.Task[Written]] = {}

    async def write(
        self,
        text: str,
        *,
        people: Sequence[Known] = (),
        places: Sequence[CuratedPlace] = (),
        ceiling: Rating = Rating.GENERAL,
        so_far: str = "",
    ) -> Written:
        """The Scene of a text; never fails for the LLM's sake. `so_far`: what stood before it."""
        key = (text, tuple(people), ceiling, so_far if self._ask else "")
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._running:
            task = asyncio.create_task(self._written(key, places))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # Shielded: whoever stops waiting must not stop the others' scene.
        return await asyncio.shield(self._running[key])

    async def _written(self, key: _Key, places: Sequence[CuratedPlace]) -> Written:
        text, people, ceiling, so_far = key
        # Long logs take a while to sort; the loop has pictures to carry.
        tidied = await asyncio.to_thread(tidy, text)
        if self._ask is None:
            return self._remembered(key, await asyncio.to_thread(self._by_rules, tidied, people))
        try:
            async with asyncio.timeout(self._timeout):
                scene = await self._by_llm(
                    self._ask, _messages(text, people, places, ceiling, so_far)
                )
        except Forbidden:
            raise
        except Exception as error:  # the LLM's fallback: whatever it was, there is a scene
            written = await asyncio.to_thread(self._by_rules, tidied, people)
            note = Note("scene-by-rules", f"The scene was written by rules: {_reason(error)}.")
            return Written(written.scene, (note,))
        return self._remembered(key, Written(cleaned(scene, tidied, people), (), "llm"))

    def _by_rules(self, tidied: Tidied, people: Sequence[Known]) -> Written:
        return Written(cleaned(self._offline(tidied, people), tidied, people))

    async def _by_llm(self, ask: Ask, messages: list[Message]) -> Scene:
        answer = await ask(messages, schema())
        try:
            return parse(answer)
        except Garbled as error:
            repair = filled("repair", reason=error.text)
            again: list[Message] = [
                *messages,
                {"role": "assistant", "content": answer[:_LONGEST]},
                {"role": "user", "content": repair},
            ]
            return parse(await ask(again, schema()))

    def _remembered(self, key: _Key, written: Written) -> Written:
        self._kept[key] = written
        while len(self._kept) > self._keep:
            self._kept.popitem(last=False)
        return written


def _messages(
    text: str,
    people: Sequence[Known],
    places: Sequence[CuratedPlace],
    ceiling: Rating,
    so_far: str = "",
) -> list[Message]:
    looks = "\n".join(f"- {one.name}: {one.look_text}" for one in people if one.look_text)
    listed = "\n".join(f"- {one.id}: {one.text}" for one in places)
    orders = filled(
        "scene",
        schema=json.dumps(schema(), separators=(",", ":")),
        ceiling=ceiling.label,
        people=looks or "none",
        places=listed or "none",
        so_far=so_far.replace(_BEGIN, "").replace(_END, "") or "nothing is known",
    )
    story = visible(text)[-_LONGEST:].replace(_BEGIN, "").replace(_END, "")
    return [
        {"role": "system", "content": orders},
        {"role": "user", "content": f"{_BEGIN}\n{story}\n{_END}"},
    ]


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the language model took too long"
    return error.text.rstrip(".") if isinstance(error, BridgeError) else "the language model failed"
