"""A Job cut to one model: nothing is dropped silently, every cut is a note."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log

from bridge.domain import Job, Lora, LoraUse, Note
from bridge.engine.card import Model, Sizes, Span

LOSS = {"mask": 4.0, "init-image": 4.0, "reference": 3.0, "size": 0.5}
"""How much of what was asked is lost with a cut, by the note's code."""
LORA_LOSS = {"character": 3.0, "style": 1.5}
"""The same for a dropped LoRA, by category; 1 for all others."""


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


def fit(job: Job, model: Model) -> Fit:
    """Cut `job` to what `model` can express."""
    notes: list[Note] = []
    cut = _fit_images(_fit_numbers(job, model, notes), model, notes)
    kept, dropped = _fit_loras(job.loras, model, notes)
    uses = tuple(_use(lora, model) for lora in kept)
    loss = sum(LOSS.get(note.code, 0.0) for note in notes)
    loss += sum(LORA_LOSS.get(lora.category, 1.0) for lora in dropped)
    told = tuple(replace(note, text=f"{model.name} {note.text}") for note in notes)
    return Fit(cut, kept, uses, dropped, told, loss)


def _fit_numbers(job: Job, model: Model, notes: list[Note]) -> Job:
    width, height = nearest_size(job.width, job.height, model.sizes)
    if (width, height) != (job.width, job.height):
        text = f"makes {width}x{height} for {job.width}x{job.height}"
        notes.append(Note("size", text))
    steps = _number("steps", job.steps, model.steps, notes)
    guidance = _number("guidance", job.guidance, model.guidance, notes)
    if job.negative and not model.negative:
        notes.append(Note("negative", "reads no negative prompt"))
    if model.seeds is None:
        notes.append(Note("seed", "takes no seed: this picture cannot be made again"))
    return replace(
        job,
        width=width,
        height=height,
        steps=None if steps is None else round(steps),
        guidance=guidance,
        negative=job.negative if model.negative else "",
    )


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
    loras: tuple[Lora, ...], model: Model, notes: list[Note]
) -> tuple[tuple[Lora, ...], tuple[Lora, ...]]:
    """(kept, dropped), by rank; another family's LoRA is never sent."""
    kept: list[Lora] = []
    dropped: list[Lora] = []
    for lora in loras:
        if model.loras is None:
            why = Note("lora-none", f"takes no LoRAs: words stand in for {lora.name}")
        elif model.family != "any" and model.family not in lora.files:
            why = Note("lora-family", f"has no {model.family} file of {lora.name}: words stand in")
        elif len(kept) >= model.loras.most:
            why = Note("lora-limit", f"takes {model.loras.most} LoRAs: {lora.name} is left out")
        else:
            kept.append(lora)
            continue
        dropped.append(lora)
        notes.append(why)
    return tuple(kept), tuple(dropped)


def _use(lora: Lora, model: Model) -> LoraUse:
    file = lora.files.get(model.family) or next(iter(lora.files.values()), None)
    low, high = model.loras.weights if model.loras else (0.0, 0.0)
    weight = min(max(file.weight if file else 1.0, low), high)
    return LoraUse(lora.id, file.url if file else "", weight)


def nearest_size(width: int, height: int, sizes: Sizes) -> tuple[int, int]:
    """The nearest size on offer with the aspect kept as far as the limits let it."""
    if sizes.fixed:
        ratio = width / height
        return min(
            sizes.fixed,
            key=lambda s: (abs(s[0] / s[1] / ratio - 1), abs(s[0] * s[1] - width * height)),
        )
    scale = min(1.0, sizes.high / max(width, height))
    scale = max(scale, sizes.low / min(width, height))
    return _side(width * scale, sizes), _side(height * scale, sizes)


def nearest_ratio(width: int, height: int, ratios: Iterable[str]) -> str:
    """Of names like `16:9` the one nearest to the sides, whichever of them is the longer."""

    def off(name: str) -> float:
        across, down = name.split(":")
        return abs(log(width * float(down) / (height * float(across))))

    return min(ratios, key=off)


def _side(pixels: float, sizes: Sizes) -> int:
    low = -(-sizes.low // sizes.step) * sizes.step
    high = sizes.high // sizes.step * sizes.step
    return min(max(round(pixels / sizes.step) * sizes.step, low), high)
