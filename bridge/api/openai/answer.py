"""Writes the answer; base64 is joined into it and never parsed."""

from collections.abc import Sequence
from dataclasses import replace
from time import time

import orjson
from starlette.responses import Response

from bridge.api.a1111.recipe import recipe
from bridge.api.openai.orders import Order
from bridge.api.rooms import DoorSettings
from bridge.api.trace import traced
from bridge.domain import Made, Note
from bridge.errors import BridgeError
from bridge.pictures.text import Bytes, base64_bare, base64_parts


def answered(
    order: Order,
    outcomes: Sequence[Made | BridgeError],
    settings: DoorSettings,
    urls: Sequence[str] = (),
) -> Response:
    """`{created, data: [{b64_json, revised_prompt}], output_format, size, bridge}`.

    With `urls`, one a picture, `url` stands in place of `b64_json`. `outcomes` has at least one
    picture. There is no `usage`: nothing here is counted in tokens. `bridge` is ours: the trace,
    with the notes in words.
    """
    made = [each for outcome in outcomes if isinstance(outcome, Made) for each in outcome.each()]
    parts: list[Bytes] = [b'{"created":%d,"data":[' % int(time())]
    for place, one in enumerate(made):
        parts += [
            b",{" if place else b"{",
            *([b'"url":', orjson.dumps(urls[place])] if urls else _base64(one, settings)),
            b',"revised_prompt":',
            orjson.dumps(one.ready.prompt),
            b"}",
        ]
    trace = traced(order.jobs, outcomes)
    odd = (*_other_kinds(order, made), *_not_by_url(order, urls))
    trace = replace(trace, notes=(*trace.notes, *odd))
    first = made[0].picture
    rest = {
        "output_format": first.kind,
        "size": f"{first.width}x{first.height}",
        "bridge": trace.facts(),
    }
    parts += [b"],", orjson.dumps(rest)[1:]]
    return Response(b"".join(parts), 200, trace.headers(), "application/json")


def _other_kinds(order: Order, made: Sequence[Made]) -> list[Note]:
    """A picture stays in the form in which it was made: it is not encoded again."""
    if all(one.picture.kind == order.format for one in made) or not order.format:
        return []
    return [Note("output-format", f"the picture came in another form than {order.format}")]


def _not_by_url(order: Order, urls: Sequence[str]) -> list[Note]:
    """Better in base64 than not at all: it is paid."""
    if urls or not order.by_url:
        return []
    return [Note("response-format", "the gallery does not have the picture: b64_json, no URL")]


def _base64(made: Made, settings: DoorSettings) -> list[Bytes]:
    """The picture with as much of its recipe as is told, written as A1111 writes it."""
    if settings.infotext == "none":
        said: Sequence[Bytes] = [base64_bare(made.picture)]
    else:
        said = base64_parts(made.picture, recipe(made, settings))
    return [b'"b64_json":"', *said, b'"']
