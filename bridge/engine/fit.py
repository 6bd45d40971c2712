"""A Job cut to one model: nothing is dropped silently, every cut is a note."""

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from bridge.domain import Job, Lora, LoraUse, Note
from bridge.engine.card import Model, Span
from bridge.engine.hires import fit_hires
from bridge.engine.options import fit_options
from bridge.engine.size import nearest_size
from bridge.pictures.sniff import sniff

LOSS = {
    "mask": 4.0, "init-image": 4.0, "reference": 3.0, "init-as-reference": 1.0, "size": 0.5,
    "hires": 0.5,
}  # fmt: skip
"""How much of what was asked is lost with a cut, by the note's code."""
SLIGHT = {"negative": 0.05, "strength": 0.05, "seed": 0.02, "steps": 0.02, "guidance": 0.02}
"""Cuts that weigh like a place or less in the configured order: clients send these unasked."""
LOST = {"lora-unreachable": "cannot use {}", "lora-pending": "is still taking in {}"}
LORA_LOSS = {"character": 3.0, "style": 1.5}
"""The same for a dropped LoRA, by category; 1 for all others."""
_VALUES = attrgetter(*Job.__slots__)


@dataclass(frozen=True, slots=True)
class Fit:
    """What is left of a job at one model; `job` is the cut one."""

    job: Job
    loras: tuple[Lora, ...]
    uses: tuple[LoraUse, ...]
    dropped: tuple[Lora, ...]
    notes: tuple[Note, ...]
    loss: float
    """0 keeps all; routing prefers the cloud that loses least."""
    slight: float = 0.0
    """The same of what matters little: it only tips the balance."""


def changed(job: Job, **changes: Any) -> Job:
    """As `dataclasses.replace`, in half its time: every picture's job is changed a few times."""
    return Job(**(dict(zip(Job.__slots__, _VALUES(job), strict=True)) | changes))


def fit(job: Job, model: Model) -> Fit:
    """Cut `job` to what `model` can express."""
    notes = [Note("notice", model.notice)] if model.notice else []
    cut = fit_hires(job, model, notes)
    cut = _fit_images(_fit_numbers(cut, model, notes), model, notes)
    if job.options:
        options = fit_options(job.options, model.options, notes)
        cut = cut if options == cut.options else replace(cut, options=options)
    if old := _retired(job.route, model):
        notes.append(Note("retired", f"stands in for {old}, which is retired"))
    kept, dropped = _fit_loras(job, model, notes)
    uses = tuple([_use(lora, model, notes) for lora in kept])
    loss = slight = 0.0
    for lora in dropped:
        loss += LORA_LOSS.get(lora.category, 1.0)
    for note in notes:
        loss += LOSS.get(note.code, 0.0)
        slight += SLIGHT.get(note.code, 0.0)
    told = tuple([Note(note.code, f"{model.name} {note.text}") for note in notes])
    return Fit(cut, kept, uses, dropped, told, loss, slight)


def _retired(route: str, model: Model) -> str:
    """The retired name by which this model was asked for, if it was."""
    asked = route.partition("/")[2]
    return asked if asked in model.formerly else model.instead_of


def _fit_numbers(job: Job, model: Model, notes: list[Note]) -> Job:
    width, height = _size(job, model)
    if (width, height) != (job.width, job.height):
        text = f"makes {width}x{height} for {job.width}x{job.height}"
        notes.append(Note("size", text))
    steps = _number("steps", job.steps, model.steps, notes)
    guidance = _number("guidance", job.guidance, model.guidance, notes)
    if job.negative and not model.negative:
        notes.append(Note("negative", "reads no negative prompt"))
    if model.seeds is None and not model.upscales:
        notes.append(Note("seed", "takes no seed: this picture cannot be made again"))
    steps = None if steps is None else round(steps)
    negative = job.negative if model.negative else ""
    wanted = (width, height, steps, guidance, negative)
    if wanted == (job.width, job.height, job.steps, job.guidance, job.negative):
        return job
    return changed(
        job, width=width, height=height, steps=steps, guidance=guidance, negative=negative
    )


def _size(job: Job, model: Model) -> tuple[int, int]:
    if model.sizes.like_init and job.init_image is not None:
        start = sniff(job.init_image)
        return start.width, start.height
    return nearest_size(job.width, job.height, model.sizes)


def _number(name: str, asked: float | None, span: Span | None, notes: list[Note]) -> float | None:
    """What is asked for, brought into the model's range; its usual value when nothing is."""
    if span is None:
        if asked is not None:
            notes.append(Note(name, f"has no {name} to set"))
        return None
    if asked is None:
        return span.usual
    given = min(max(asked, span.low), span.high)
    if given != asked:
        notes.append(Note(name, f"takes {name} {given:g} for {asked:g}"))
    return given


def _fit_images(job: Job, model: Model, notes: list[Note]) -> Job:
    init, mask, references = job.init_image, job.mask, job.references
    if init is None and mask is None and not references and job.strength is None:
        return job
    if init is not None and not model.image_to_image:
        if model.references > len(references):
            references = (init, *references)
            notes.append(Note("init-as-reference", "takes the init image as a reference"))
        else:
            notes.append(Note("init-image", "cannot start from a picture"))
        init = None
    if mask is not None and (init is None or not model.mask):
        notes.append(Note("mask", "knows no mask: the whole picture is made anew"))
        mask = None
    if len(references) > model.references:
        notes.append(Note("reference", f"takes {model.references} of {len(references)} references"))
        references = references[: model.references]
    strength = job.strength if init is not None and model.strength else None
    if init is not None and job.strength is not None and not model.strength:
        notes.append(Note("strength", "has no strength to set"))
    return replace(job, init_image=init, mask=mask, references=references, strength=strength)


def _fit_loras(
    job: Job, model: Model, notes: list[Note]
) -> tuple[tuple[Lora, ...], tuple[Lora, ...]]:
    """(kept, dropped), by rank; another family's LoRA is never sent."""
    kept: list[Lora] = []
    dropped: list[Lora] = []
    for lora in job.loras:
        if model.loras is None:
            code, why = "lora-none", f"takes no LoRAs, so not {lora.name}"
        elif model.family != "any" and model.family not in lora.files:
            code, why = "lora-family", f"has no {model.family} file of {lora.name}"
        elif code := job.lost_loras.get(lora.id, ""):
            why = LOST[code].format(lora.name)
        elif len(kept) >= model.loras.most:
            code, why = "lora-limit", f"takes {model.loras.most} LoRAs, so not {lora.name}"
        else:
            kept.append(lora)
            continue
        dropped.append(lora)
        notes.append(Note(code, f"{why}: {_stands_in(lora)}"))
    return tuple(kept), tuple(dropped)


def _stands_in(lora: Lora) -> str:
    has_words = lora.look_text or lora.append_prompt or lora.prepend_prompt
    return "words stand in" if has_words else "it has no words that could stand in"


def _use(lora: Lora, model: Model, notes: list[Note]) -> LoraUse:
    file = lora.files.get(model.family) or next(iter(lora.files.values()), None)
    low, high = model.loras.weights if model.loras else (0.0, 0.0)
    asked = file.weight if file else 1.0
    weight = min(max(asked, low), high)
    if weight != asked:
        notes.append(Note("lora-weight", f"takes {lora.name} at {weight:g} for {asked:g}"))
    url, sha256 = (file.url, file.sha256) if file else ("", "")
    return LoraUse(lora.id, url, weight, sha256=sha256)


def seed_within(seed: int, seeds: tuple[int, int] | None) -> int | None:
    """The seed itself where the cloud takes it, else one of the cloud's range made from it."""
    if seeds is None:
        return None
    low, high = seeds
    return seed if low <= seed <= high else low + seed % (high - low + 1)
