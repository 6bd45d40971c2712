"""What a cloud answered: status, headers, and a body that is read as JSON once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bridge.errors import Garbled


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream: its name (`message` when it has none) and its data lines."""

    name: str
    text: str


def events(raw: bytes) -> list[Event]:
    """The complete events in `raw`; what follows the last blank line is cut off."""
    found: list[Event] = []
    name, lines = "message", list[str]()
    for line in raw.decode("utf-8", "replace").splitlines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if lines or name != "message":
                found.append(Event(name, "\n".join(lines)))
            name, lines = "message", []
        elif field == "event":
            name = value
        elif field == "data":
            lines.append(value)
    return found


@dataclass(frozen=True, slots=True)
class Reply:
    """`json` is the parsed body (long strings as Blobs), or None when it is no JSON."""

    status: int
    headers: Mapping[str, str]
    """Asked for by names in lower case."""
    json: object = None
    text: str = ""
    """The first 2,000 characters of a body that is no JSON, or of an error's."""
    raw: bytes = b""
    """The whole body when it is no JSON: a picture, or a finished event stream."""

    def events(self) -> list[Event]:
        """The events of a body that is an event stream (WHATWG HTML 9.2), in order."""
        return events(self.raw)

    def messages(self) -> Iterator[dict[str, Any]]:
        """The JSON objects that the events carry; what is none is passed over."""
        for event in self.events():
            try:
                found = orjson.loads(event.text)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found

    def mapping(self) -> Mapping[str, object]:
        """The body as a JSON object; Garbled otherwise."""
        if isinstance(self.json, dict):
            return self.json
        raise Garbled(f"expected a JSON object, got {self.text[:80]!r}", status=self.status)

    def items(self, key: str) -> list[dict[str, Any]]:
        """The objects in the body's list `key`, without anything else that may stand there."""
        found = self.mapping().get(key)
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
