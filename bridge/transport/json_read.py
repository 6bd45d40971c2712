"""JSON with big strings left where they are: base64 is never parsed, copied or decoded here."""

import orjson

from bridge.transport.blob import Blob

LONG = 4096
"""Characters from which a string is set aside."""
SURE = 1 << 16
"""In so much of a string an escape is looked for: where base64 has any, one comes early."""

_BACKSLASH = 0x5C
_MARK = "\ufdd0blob:"  # a noncharacter: no text of a cloud holds it


def read_json(raw: bytes, held: object = None) -> object:
    """Parse `raw`; strings of LONG characters and more, without escapes, become `Blob`s over it.

    `held` is what the Blobs hold. Raises ValueError when it is no JSON.
    """
    if len(raw) < LONG:
        return orjson.loads(raw)
    spans = _long_strings(raw)
    if not spans:
        return orjson.loads(raw)
    view = memoryview(raw)
    parts: list[bytes | memoryview] = []
    at = 0
    for number, (start, end) in enumerate(spans):
        parts += [view[at:start], f"{_MARK}{number}".encode()]
        at = end
    parts.append(view[at:])
    blobs = {f"{_MARK}{n}": Blob(view[start:end], held) for n, (start, end) in enumerate(spans)}
    return _put_back(orjson.loads(b"".join(parts)), blobs)


def _long_strings(raw: bytes) -> list[tuple[int, int]]:
    """Where the long, escape-free values lie: (first, one past last) between the quotes."""
    spans: list[tuple[int, int]] = []
    start = raw.find(b'"')
    while start >= 0:
        end = _closing_quote(raw, start + 1)
        if end < 0:
            break
        looked_at = min(end, start + SURE)
        escaped = raw.find(b"\\", start + 1, looked_at) >= 0
        if end - start > LONG and not escaped and not _is_key(raw, end):
            spans.append((start + 1, end))
        start = raw.find(b'"', end + 1)
    return spans


def _closing_quote(raw: bytes, at: int) -> int:
    """The index of the quote that ends the string begun before `at`; -1 when there is none."""
    while (end := raw.find(b'"', at)) >= 0:
        slashes = 0
        while raw[end - 1 - slashes] == _BACKSLASH:
            slashes += 1
        if slashes % 2 == 0:
            return end
        at = end + 1
    return -1


def _is_key(raw: bytes, end: int) -> bool:
    """Whether the string that ends at `end` is a key of an object."""
    return raw[end + 1 : end + 100].lstrip(b" \t\r\n")[:1] == b":"


def _put_back(value: object, blobs: dict[str, Blob]) -> object:
    if isinstance(value, str):
        return blobs.get(value, value)
    if isinstance(value, dict):
        return {key: _put_back(item, blobs) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_back(item, blobs) for item in value]
    return value
