"""From what was asked to jobs: one for each picture, with its seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.api.a1111 import hires
from bridge.api.a1111.images import all_taken, taken
from bridge.api.a1111.knobs import check_options
from bridge.api.a1111.schema import HABITUAL_GUIDANCE, HABITUAL_STEPS, OURS, Asked, read
from bridge.api.a1111.wishes import Wishes, chat_of, wishes
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
from bridge.domain import Job, Note, Picture, Style
from bridge.errors import BadRequest, Garbled
from bridge.pictures.mask import plain_mask
from bridge.question import LlmWish

_LONGEST_MODEL = 100
"""Characters of a language model's name."""


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

    def order(
        self, asked: Asked, body: Mapping[str, object], caller: str, chosen: Callable[[str], str]
    ) -> Order:
        """The jobs of a txt2img; `chosen` tells the caller's route for want of one. BadRequest."""
        ours, wished = read(OURS, body), wishes(asked)
        route, notes = self._route(asked, ours, wished)
        route = route or chosen(caller)
        styles, unknown = self._styles(asked)
        width, height = within_sides(asked["width"], asked["height"])
        if (width, height) != (asked["width"], asked["height"]):
            unknown += size_note(asked["width"], asked["height"])
        check_options(self.routes, route, wished)
        first = Job(
            id=new_id(),
            text=asked["prompt"],
            seed=seed_from(asked["seed"]),
            negative=asked["negative_prompt"],
            width=width,
            height=height,
            steps=None if asked["steps"] in HABITUAL_STEPS else max(1, asked["steps"]),
            guidance=None if asked["cfg_scale"] == HABITUAL_GUIDANCE else asked["cfg_scale"],
            references=tuple([bytes(one.raw) for one in all_taken(ours, "extra_images")]),
            rating=rating_within(wished.rating or ours["rating"], self.settings.rating),
            prompt_mode=prompt_mode_of(
                wished.prompt_mode or ours["prompt_mode"], self.settings.prompt_mode
            ),
            route=route,
            caller=caller,
            own_loras=wished.loras,
            llm=self._llm(wished),
            hires=hires.wanted(asked, ours["hr_cfg"], width, height, self.routes),
            styles=styles,
            options=wished.options,
            chat=chat_of(wished),
            decode=(wished.decode or self.settings.decode) == "auto",
            notes=(*notes, *unknown, *hires.left_out(asked), *_script_note(asked)),
        )
        count = asked["batch_size"] * asked["n_iter"]
        return Order(asked, fanned_out(first, count, self.settings.max_pictures, "batch_size"))

    def _route(self, asked: Asked, ours: Asked, wished: Wishes) -> tuple[str, tuple[Note, ...]]:
        """Asked for in the request, else empty; an unknown name is dropped, with a note.

        Only who speaks our own words and errs in them is told so.
        """
        if wished.provider or wished.model:
            return route_wished(self.routes, wished), ()
        override = asked["override_settings"].get("sd_model_checkpoint")
        wanted = ours["model"] or ours["model_override"] or override
        if not wanted:
            return "", ()
        route = route_named(self.routes, str(wanted))
        if route:
            return route, ()
        return "", (Note("unknown-model", f"no model is called {str(wanted)[:80]!r}"),)

    def _llm(self, wished: Wishes) -> LlmWish:
        """Who is to write the scene; BadRequest for a name that nobody has."""
        if wished.llm and wished.llm not in self.settings.llms:
            known = ", ".join(self.settings.llms) or "there is none"
            raise BadRequest(f"{wished.where}.llm: {wished.llm[:40]!r} is none of {known}")
        return LlmWish(wished.llm, wished.llm_model[:_LONGEST_MODEL])

    def _styles(self, asked: Asked) -> tuple[tuple[Style, ...], tuple[Note, ...]]:
        """Those that there are; clients say null and `None` for none."""
        if not asked["styles"]:
            return (), ()
        names = [str(name) for name in asked["styles"] if name not in (None, "", "None")]
        known = self.settings.styles
        unknown = [Note("style", f"there is no style {name[:80]!r}")
                   for name in names if name not in known]  # fmt: skip
        return tuple(known[name] for name in names if name in known), tuple(unknown)


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


def _script_note(asked: Asked) -> tuple[Note, ...]:
    name = asked["script_name"]
    if not name or name == "None":
        return ()
    return (Note("script", f"there is no script {name[:80]!r}: the picture is made without it"),)
