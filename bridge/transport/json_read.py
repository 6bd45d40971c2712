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
    try:
        return _put_back(orjson.loads(b"".join(parts)), blobs)
    except orjson.JSONDecodeError:
        return orjson.loads(raw)  # what lay between two quotes was no string


def _long_strings(raw: bytes) -> list[tuple[int, int]]:
    """Where the long, escape-free values lie: (first, one past last) between the quotes.

    Of every string so long a place divisible by LONG is a part, without a quote as far around.
    """
    spans: list[tuple[int, int]] = []
    at = LONG
    while at < len(raw):
        start, end = raw.rfind(b'"', 0, at) + 1, raw.find(b'"', at)
        if end < 0:
            break
        is_long = start > 0 and end - start >= LONG
        if is_long and not (_has_escape(raw, start, end) or _is_key(raw, end)):
            spans.append((start, end))
        at = end - end % LONG + LONG
    return spans


def _has_escape(raw: bytes, start: int, end: int) -> bool:
    """Whether a backslash stands just before one of the quotes, or early in the string."""
    return (
        _BACKSLASH in (raw[start - 2], raw[end - 1])
        or raw.find(b"\\", start, min(end, start + SURE)) >= 0
    )


def _is_key(raw: bytes, end: int) -> bool:
    """Whether the string that ends at `end` is a key of an object."""
    return raw[end + 1 : end + 100].lstrip(b" \t\r\n")[:1] == b":"


def _put_back(value: object, blobs: dict[str, Blob]) -> object:
    """`value`, its marks replaced in place."""
    if isinstance(value, str):
        return blobs.get(value, value)
    if isinstance(value, (dict, list)):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in list(inner):
            if isinstance(item, (str, dict, list)):
                value[key] = _put_back(item, blobs)
    return value
