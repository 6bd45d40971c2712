"""What a Runware account has uploaded: LoRAs with their states, and images."""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from emulator.cloud import fields
from emulator.clouds.runware.rules import MODELS, Model, Wrong, capital
from emulator.jobs import WorkFailed
from emulator.reach import lost

Item = dict[str, Any]
Say = Callable[[Item], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

STATES = ("downloaded", "optimized", "stored", "ready")
"""After `validated`."""
NEEDED = fields(
    "category architecture format air uniqueIdentifier name version downloadURL private",
)
OPTIONAL = fields(
    "taskType taskUUID defaultWeight positiveTriggerWords shortDescription tags comment",
    "heroImageURL retry",
)
SEARCHABLE = fields(
    "search tags category type architecture visibility limit offset taskType taskUUID"
)
AIR = re.compile(r"[\w-]+:\d+@\d+")
NOT_YOURS = {"runware", "civitai", "bfl"}
PUBLIC = "civitai:"


@dataclass(slots=True)
class Upload:
    """A model of this account."""

    facts: Item
    status: str = "validated"

    def message(self, task: Mapping[str, Any]) -> Item:
        """How its state is told."""
        told = {name: task[name] for name in ("taskType", "taskUUID")}
        air, said = self.facts["air"], f"The model is {self.status}."
        return {**told, "status": self.status, "air": air, "message": said}


@dataclass(slots=True)
class Library:
    """One account's uploads."""

    models: dict[str, Upload] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)

    def register(self, task: Item) -> Upload:
        """A valid modelUpload: the new upload, or the one with the same uniqueIdentifier."""
        check_fields(task, NEEDED, NEEDED | OPTIONAL)
        air = str(task["air"])
        if not AIR.fullmatch(air):
            raise Wrong("invalidAir", "'air' must be source:id@version.", "air")
        if air.split(":", maxsplit=1)[0] in NOT_YOURS:
            raise Wrong("modelOwnershipValidationError", "This source is not yours.", "air")
        for upload in self.models.values():
            if upload.facts["uniqueIdentifier"] == task["uniqueIdentifier"]:
                return upload
        if air in self.models:
            raise Wrong("modelAlreadyExists", f"The model {air} already exists.", "air")
        self.models[air] = Upload(dict(task))
        return self.models[air]

    async def take_in(
        self, upload: Upload, task: Item, say: Say, sleep: Sleep, step_s: float
    ) -> Item:
        """Go through the states, telling each; a file that cannot be fetched ends in `failed`."""
        if lost(upload.facts["downloadURL"]):
            await sleep(step_s)
            self.models.pop(upload.facts["air"], None)
            wrong = Wrong("downloadFailed", "The file could not be fetched.", "downloadURL")
            wrong.element = {**upload.message(task), "status": "failed", **wrong.element}
            await say(wrong.element)
            raise WorkFailed(wrong)
        for status in STATES:
            await sleep(step_s)
            upload.status = status
            await say(upload.message(task))
        return upload.message(task)

    def check_lora(self, air: str, model: Model) -> None:
        """Known, ready and of the model's family; public ones are taken on trust."""
        if air.startswith(PUBLIC):
            return
        upload = self.models.get(air)
        if upload is None:
            raise Wrong("modelNotFound", f"Model {air} was not found.", "lora", 404)
        if upload.status != "ready":
            raise Wrong("modelNotReady", f"Model {air} is not ready yet.", "lora")
        architecture = str(upload.facts["architecture"]).lower()
        if not architecture.startswith(model.lora):
            said = f"The LoRA {air} ({architecture}) does not fit {model.name}."
            raise Wrong("incompatibleLoraArchitecture", said, "lora")

    def search(self, task: Item) -> Item:
        """modelSearch over this account's ready models and the catalogue."""
        check_fields(task, frozenset(), SEARCHABLE)
        own = [] if task.get("visibility") == "public" else self._ready()
        public = [] if task.get("visibility") == "private" else catalogue()
        found = [entry for entry in own + public if fits(entry, task)]
        start, most = int(task.get("offset", 0)), int(task.get("limit", 20))
        told = {name: task[name] for name in ("taskType", "taskUUID")}
        return {**told, "results": found[start : start + most], "totalResults": len(found)}

    def _ready(self) -> list[Item]:
        names = ("air", "name", "version", "category", "architecture", "tags", "private")
        return [
            {name: upload.facts[name] for name in names if name in upload.facts}
            for upload in self.models.values()
            if upload.status == "ready"
        ]

    def store_image(self, given: Any) -> str:
        """The UUID of an uploaded image; the same picture keeps its UUID."""
        raw = decoded(given, "image")
        image_id = str(uuid5(NAMESPACE_OID, str(given)[:20000]))
        self.images[image_id] = raw or b""
        return image_id

    def picture(self, given: Any, name: str) -> bytes | None:
        """An image parameter's bytes: an upload's UUID, base64 or a data URI; None for a URL."""
        if isinstance(given, str) and len(given) == 36 and given.count("-") == 4:
            if given not in self.images:
                raise Wrong(f"invalid{capital(name)}", f"There is no image {given}.", name)
            return self.images[given]
        return decoded(given, name)


def check_fields(task: Item, needed: frozenset[str], known: frozenset[str]) -> None:
    """All that is needed and nothing that is not known."""
    for name in sorted(needed - task.keys()):
        raise Wrong(f"missing{capital(name)}", f"'{name}' is required.", name)
    for name in sorted(task.keys() - known):
        raise Wrong("unsupportedParameter", f"'{name}' is not supported.", name)


def decoded(given: Any, name: str) -> bytes | None:
    """The bytes of base64 or a data URI; None for a URL, which is not fetched."""
    if not isinstance(given, str):
        raise Wrong(f"invalid{capital(name)}", f"'{name}' must be a string.", name)
    if given.startswith(("http://", "https://")):
        if lost(given):
            raise Wrong("downloadFailed", f"'{name}' could not be fetched.", name)
        return None
    text = given.split(",", maxsplit=1)[1] if given.startswith("data:") else given
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong(f"invalid{capital(name)}", f"'{name}' is no image.", name) from None


def catalogue() -> list[Item]:
    """The public models."""
    return [
        {"air": air, "name": model.name, "version": "1", "category": "checkpoint",
         "architecture": model.lora[0], "private": False}
        for air, model in MODELS.items()
    ]  # fmt: skip


def fits(entry: Item, task: Item) -> bool:
    """Whether a model answers a search."""
    words = str(task.get("search", "")).lower()
    same = all(task.get(name) in {None, entry.get(name)} for name in ("category", "architecture"))
    return same and any(words in str(entry.get(name, "")).lower() for name in ("air", "name"))
