"""What a vision model sees: a description of a picture, and how well it shows its scene."""

from dataclasses import dataclass
from typing import Final

import msgspec
import pybase64

from bridge.domain import Picture
from bridge.errors import Garbled
from bridge.question import Ask, Message, Question
from bridge.scene import Scene
from bridge.summarizer.guard import check_text
from bridge.summarizer.instructions import filled
from bridge.summarizer.questions import record, spelled
from bridge.summarizer.scene_json import dump, objects_in

_SECONDS: Final = 60.0
"""Looking takes longer than writing, and nobody waits for a picture meanwhile."""
_MOST_REASONS: Final = 6
_TEXT: Final = {"type": "string"}
_DESCRIPTION: Final = record({"description": _TEXT})
_GRADE: Final = record({"score": {"type": "integer"}, "reasons": {"type": "array", "items": _TEXT}})


@dataclass(frozen=True, slots=True)
class Grade:
    """How well a picture shows its scene."""

    score: float
    """0 (something else, or spoilt) to 10 (all of it, well made)."""
    reasons: tuple[str, ...] = ()


class Viewer:
    """`ask` reaches a model that takes pictures as OpenAI's `image_url` parts."""

    def __init__(self, ask: Ask, *, seconds: float = _SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds

    async def describe(self, picture: Picture) -> str:
        """One paragraph. Forbidden for what is never made, else what the model fails with."""
        found = await self._seen(picture, filled("describe"), _DESCRIPTION)
        text = found.get("description")
        if not isinstance(text, str) or not text.strip():
            raise Garbled("the vision model did not describe the picture")
        check_text(text)
        return " ".join(text.split())

    async def grade(self, picture: Picture, scene: Scene) -> Grade:
        """How well `picture` shows `scene`; names play no part in it."""
        told = dump(scene)
        for subject in told["subjects"]:
            del subject["name"]
        orders = filled("grade", scene=msgspec.json.encode(told).decode())
        found = await self._seen(picture, orders, _GRADE)
        try:
            grade = msgspec.convert(found, Grade)
        except msgspec.ValidationError as error:
            raise Garbled(f"the grade cannot be read: {error}") from None
        return Grade(min(10.0, max(0.0, grade.score)), grade.reasons[:_MOST_REASONS])

    async def _seen(
        self, picture: Picture, orders: str, wanted: dict[str, object]
    ) -> dict[str, object]:
        data = (picture.b64 and bytes(picture.b64)) or pybase64.b64encode(picture.raw)
        url = f"data:image/{picture.kind};base64,{data.decode()}"
        messages: list[Message] = [
            {"role": "system", "content": orders},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]},
        ]
        question = Question(messages, wanted, self._seconds, spelled(wanted), "look")
        found = objects_in((await self._ask(question)).text)
        if not found:
            raise Garbled("the vision model did not answer with a JSON object")
        return found[-1]
