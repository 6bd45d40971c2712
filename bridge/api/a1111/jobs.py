"""From what was asked to jobs: one for each picture, with its seed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import randrange
from typing import get_args
from uuid import uuid4

from bridge.api.a1111.images import all_taken, taken
from bridge.api.a1111.schema import HABITUAL_GUIDANCE, HABITUAL_STEPS, OURS, Asked, read
from bridge.api.a1111.wishes import Wishes, wishes
from bridge.api.rooms import DoorSettings, Routes
from bridge.domain import Job, Note, Picture, PromptMode, Rating
from bridge.errors import BadRequest, Garbled
from bridge.pictures.mask import plain_mask

SEEDS = 2**32
SIDES = 64, 4096
"""Smallest and largest side, in pixels."""


@dataclass(frozen=True, slots=True)
class Order:
    """One request, read."""

    asked: Asked
    jobs: tuple[Job, ...]

    @property
    def id(self) -> str:
        """What the client calls it, else the first job's id."""
        return str(self.asked["force_task_id"] or self.jobs[0].id)


@dataclass(frozen=True, slots=True)
class Clerk:
    """Writes orders."""

    routes: Routes
    settings: DoorSettings

    def order(self, asked: Asked, body: Mapping[str, object], *, caller: str, chosen: str) -> Order:
        """The jobs of a txt2img; `chosen` is the route if `body` names none. BadRequest."""
        ours, wished = read(OURS, body), wishes(asked)
        route, notes = self._route(asked, ours, wished, chosen)
        width, height = _size(asked)
        first = Job(
            id="",
            text=asked["prompt"],
            seed=asked["seed"],
            negative=asked["negative_prompt"],
            width=width,
            height=height,
            steps=None if asked["steps"] in HABITUAL_STEPS else max(1, asked["steps"]),
            guidance=None if asked["cfg_scale"] == HABITUAL_GUIDANCE else asked["cfg_scale"],
            references=tuple(bytes(picture.raw) for picture in all_taken(ours, "extra_images")),
            rating=_rating(wished.rating or ours["rating"], self.settings.rating),
            prompt_mode=_prompt_mode(
                wished.prompt_mode or ours["prompt_mode"], self.settings.prompt_mode
            ),
            route=route,
            caller=caller,
            own_loras=wished.loras,
            notes=(*notes, *_script_note(asked)),
        )
        return Order(
            asked,
            _fanned_out(first, asked["batch_size"] * asked["n_iter"], self.settings.max_pictures),
        )

    def _route(
        self, asked: Asked, ours: Asked, wished: Wishes, chosen: str
    ) -> tuple[str, tuple[Note, ...]]:
        """Asked for in the request, else chosen before; an unknown name is dropped, with a note.

        Only who speaks our own words and errs in them is told so.
        """
        if wished.provider or wished.model:
            return route_wished(self.routes, wished), ()
        override = asked["override_settings"].get("sd_model_checkpoint")
        wanted = ours["model"] or ours["model_override"] or override
        if not wanted:
            return chosen, ()
        route = route_named(self.routes, str(wanted))
        if route:
            return route, ()
        return chosen, (Note("unknown-model", f"no model is called {str(wanted)[:80]!r}"),)


def route_named(routes: Routes, name: str) -> str | None:
    """The route with this title or, as A1111 also accepts, this `model_name`, in any case."""
    if routes.known(name):
        return name
    plain = name.replace("/", "_").lower()
    return next((title for title in routes.names() if model_name(title).lower() == plain), None)


def route_wished(routes: Routes, wished: Wishes) -> str:
    """`provider`, `provider/model`, or the first route of that model; BadRequest names the key."""
    provider, model = wished.provider, wished.model
    offers = [name.partition("/") for name in routes.names()]
    if provider and provider not in [account for account, _, _ in offers]:
        raise BadRequest(f"{wished.where}.provider: there is no {provider[:40]!r}")
    if not model:
        return provider
    for account, slash, name in offers:
        if provider in ("", account) and model in (name, account + slash + name):
            return account + slash + name
    at = f" at {provider}" if provider else ""
    raise BadRequest(f"{wished.where}.model: there is no {model[:80]!r}{at}")


def model_name(title: str) -> str:
    """A1111's name without separators."""
    return title.replace("/", "_")


async def with_images(order: Order) -> Order:
    """An img2img's pictures put into its jobs; picture k starts from init image k, in turn.

    With a mask and `inpaint_full_res`, the answer has the init image's size, as in A1111.
    """
    asked = order.asked
    inits = all_taken(asked, "init_images")
    if not inits:
        raise BadRequest("Init image not found")
    jobs = [
        await _from(job, inits[place % len(inits)], asked) for place, job in enumerate(order.jobs)
    ]
    return replace(order, jobs=tuple(jobs))


async def _from(job: Job, init: Picture, asked: Asked) -> Job:
    strength = min(1.0, max(0.0, asked["denoising_strength"]))
    job = replace(job, init_image=bytes(init.raw), strength=strength)
    if not asked["mask"]:
        return job
    mask, invert = taken(asked["mask"], "mask"), bool(asked["inpainting_mask_invert"])
    try:
        job = replace(job, mask=await plain_mask(mask, init, invert=invert))
    except Garbled as error:
        raise BadRequest(f"body.mask: {error.text}") from None
    return replace(job, width=init.width, height=init.height) if asked["inpaint_full_res"] else job


def _fanned_out(first: Job, count: int, most: int) -> tuple[Job, ...]:
    if not 1 <= count <= most:
        raise BadRequest(
            f"body.batch_size: {count} pictures; 1 to {most} can be asked (BRIDGE_MAX_PICTURES)"
        )
    seed = first.seed if first.seed >= 0 else randrange(SEEDS)
    return tuple(
        replace(first, id=uuid4().hex, seed=(seed + place) % SEEDS) for place in range(count)
    )


def _size(asked: Asked) -> tuple[int, int]:
    """Width and height; with hires fix its target, asked for at once."""
    width, height = asked["width"], asked["height"]
    if asked.get("enable_hr"):
        across, down = asked["hr_resize_x"], asked["hr_resize_y"]
        scale = asked["hr_scale"]
        if across or down:
            scale = max(across / max(1, width), down / max(1, height))
        width, height = across or width * scale, down or height * scale
    low, high = SIDES
    return round(min(high, max(low, width))), round(min(high, max(low, height)))


def _script_note(asked: Asked) -> tuple[Note, ...]:
    name = asked["script_name"]
    if not name or name == "None":
        return ()
    return (Note("script", f"there is no script {name[:80]!r}: the picture is made without it"),)


def _rating(wanted: str | None, ceiling: Rating) -> Rating:
    if not wanted:
        return ceiling
    try:
        return min(ceiling, Rating.named(wanted))
    except KeyError:
        raise BadRequest(f"body.rating: {wanted[:40]!r} is no rating") from None


def _prompt_mode(wanted: str | None, usual: PromptMode) -> PromptMode:
    for mode in get_args(PromptMode):
        if wanted == mode:
            return mode  # type: ignore[no-any-return]
    if wanted:
        raise BadRequest(f"body.prompt_mode: {wanted[:40]!r} is not auto, always or never")
    return usual
