"""From what an OpenAI client asks to jobs; what is not understood is told in a note."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.api.rooms import DoorSettings, Routes
from bridge.api.terms import (
    fanned_out,
    new_id,
    prompt_mode_of,
    rating_within,
    route_named,
    seed_from,
    size_note,
    within_sides,
)
from bridge.domain import Job, Note, Picture
from bridge.errors import BadRequest

Body = Mapping[str, object]
"""Fields by name; texts where the request was a form."""

_READ = frozenset({
    "model", "prompt", "n", "size", "response_format", "output_format", "stream", "rating",
    "prompt_mode",
})  # fmt: skip
_ABOUT_THE_CLIENT = frozenset({"user", "safety_identifier", "moderation"})
"""Say nothing about the picture; the content guard has its own rules."""
_USUAL: Mapping[str, frozenset[str]] = {
    "quality": frozenset({"auto", "standard"}),
    "background": frozenset({"auto", "opaque"}),
    "output_compression": frozenset({"100"}),
    "partial_images": frozenset({"0"}),
}
"""Values that ask for nothing special."""
_SIZE = re.compile(r"(\d{1,5})\s*[x×*]\s*(\d{1,5})", re.IGNORECASE)
_NO = frozenset({"", "0", "false", "none"})
ROUTE = "auto"
SQUARE = 1024, 1024
"""Width and height of `auto` when there is no picture to go by."""


@dataclass(frozen=True, slots=True)
class Order:
    """One request, read."""

    jobs: tuple[Job, ...]
    format: str
    """`png`, `jpeg` or `webp` when one was asked for, else empty."""
    by_url: bool = False
    """The pictures' addresses are wanted, not the pictures."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """Writes orders."""

    routes: Routes
    settings: DoorSettings

    def order(self, body: Body, caller: str, pictures: Sequence[Picture] = ()) -> Order:
        """One job a picture; the first of `pictures` is edited, the others are references.

        BadRequest names the field.
        """
        if _text(body, "stream").lower() not in _NO:
            raise BadRequest("body.stream: pictures come whole here; leave it out")
        if not (prompt := _text(body, "prompt")):
            raise BadRequest("body.prompt: a text is expected")
        route, notes = self._route(_text(body, "model"))
        init = pictures[0] if pictures else None
        wanted = _size(_text(body, "size"), init)
        width, height = within_sides(*wanted)
        first = Job(
            id=new_id(),
            text=prompt,
            seed=seed_from(-1),
            width=width,
            height=height,
            init_image=bytes(init.raw) if init else None,
            references=tuple(bytes(picture.raw) for picture in pictures[1:]),
            rating=rating_within(_text(body, "rating"), self.settings.rating),
            prompt_mode=prompt_mode_of(_text(body, "prompt_mode"), self.settings.prompt_mode),
            route=route,
            caller=caller,
            decode=self.settings.decode == "auto",
            notes=(*notes, *size_note(*wanted), *_ignored(body)),
        )
        jobs = fanned_out(first, _count(_text(body, "n")), self.settings.max_pictures, "n")
        return Order(jobs, _format(body), _by_url(body))

    def _route(self, name: str) -> tuple[str, tuple[Note, ...]]:
        """`dall-e-3` and the like are habits of clients, not routes: they mean `auto`."""
        if not name:
            return ROUTE, ()
        route = route_named(self.routes, name)
        if route:
            return route, ()
        return ROUTE, (Note("unknown-model", f"no model is called {name[:80]!r}: auto"),)


def masked(order: Order, mask: bytes) -> Order:
    """`order` with a mask (white is repainted) in every job."""
    return replace(order, jobs=tuple(replace(job, mask=mask) for job in order.jobs))


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if isinstance(value, (list, dict)):
        raise BadRequest(f"body.{name}: a text is expected")
    return "" if value is None else str(value).strip()


def _count(text: str) -> int:
    if text and not text.isdecimal():
        raise BadRequest(f"body.n: {text[:40]!r} is not a whole number above 0")
    return int(text[:9] or 1)


def _size(text: str, like: Picture | None) -> tuple[int, int]:
    """Pixels as asked for; `auto` is the size of the picture that is edited."""
    if text in ("", "auto"):
        return (like.width, like.height) if like else SQUARE
    found = _SIZE.fullmatch(text)
    if not found:
        raise BadRequest(f"body.size: {text[:40]!r} is not auto or WIDTHxHEIGHT")
    return int(found[1]), int(found[2])


def _format(body: Body) -> str:
    wanted = _text(body, "output_format").lower().replace("jpg", "jpeg")
    if wanted not in ("", "png", "jpeg", "webp"):
        raise BadRequest(f"body.output_format: {wanted[:40]!r} is not png, jpeg or webp")
    return wanted


def _by_url(body: Body) -> bool:
    wanted = _text(body, "response_format").lower()
    if wanted not in ("", "b64_json", "url"):
        raise BadRequest(f"body.response_format: {wanted[:40]!r} is not b64_json or url")
    return wanted == "url"


def _ignored(body: Body) -> tuple[Note, ...]:
    names = [
        name[:40]
        for name, value in body.items()
        if name not in _READ | _ABOUT_THE_CLIENT
        and value is not None
        and str(value).lower() not in _USUAL.get(name, ())
    ]
    return (Note("ignored", f"not understood: {', '.join(names[:20])}"),) if names else ()
