"""JSON lines on standard input, as `lora match` and `scene` read them."""

import sys
from collections.abc import Iterator

import orjson

from bridge.errors import BadRequest


def texts() -> Iterator[tuple[object, str]]:
    """(id, text) of each line; BadRequest names the line that has none."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            item = orjson.loads(line)
            yield item["id"], str(item["text"])
        except (ValueError, KeyError, TypeError):
            raise BadRequest(f"line {number}: expected an object with id and text") from None


def tell(item: object) -> None:
    """One line on standard output."""
    sys.stdout.buffer.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
