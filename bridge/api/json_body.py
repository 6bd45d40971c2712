"""JSON in, whatever its Content-Type says; JSON out."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bridge.errors import BadRequest

_BOM = b"\xef\xbb\xbf"


async def json_object(request: Request) -> dict[str, object]:
    """The body as an object; nothing at all is an empty one; BadRequest for anything else.

    Dify and KoboldAI United send no Content-Type, `curl -d` a form's.
    """
    raw = (await _body(request)).removeprefix(_BOM)
    if not raw or raw.isspace():
        return {}
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        value = _form(raw)
        if value is None:
            raise BadRequest(f"body: this is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise BadRequest("body: a JSON object is expected")
    return value


def json_answer(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`value` as JSON."""
    return Response(orjson.dumps(value), status, headers, "application/json")


async def _body(request: Request) -> bytes:
    """As `Request.body`, which takes three generators to the same end; ClientDisconnect."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _form(raw: bytes) -> object:
    """A form whose first key is the JSON, or whose keys are the fields; None when it is neither."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return None
    if not pairs[0][0].startswith("{"):
        return dict(pairs)
    try:
        return orjson.loads(pairs[0][0])
    except orjson.JSONDecodeError:
        return None
