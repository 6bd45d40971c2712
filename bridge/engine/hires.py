"""A1111's hires fix, cut to what a model can do (docs/decisions/0007)."""

from dataclasses import replace

from bridge.domain import Hires, Job, Note
from bridge.engine.card import Model, Sizes, Span
from bridge.engine.size import nearest_size

AT_ONCE = 2_100_000
"""Pixels up to which models compose a picture as well as at their usual size."""


def fit_hires(job: Job, model: Model, notes: list[Note]) -> Job:
    """`job` with the second pass that `model` has, with the target as its size, or without both.

    Without both the pipeline has the picture enlarged, by the upscaler that is named or by itself;
    so it does with what a second pass leaves over.
    """
    if job.hires is None:
        return job
    if model.upscales:
        return replace(job, width=job.hires.width, height=job.hires.height, hires=None)
    if job.hires.upscaler or model.hires == "none":
        return _without(job, job.hires, model, notes)
    if model.hires == "second-pass":
        return replace(job, hires=_second_pass(job.hires, model, notes))
    if _is_tuned(job.hires):
        text = "enlarges without a second pass: strength, steps and guidance are not used"
        notes.append(Note("hires", text))
    return replace(job, hires=Hires(job.hires.width, job.hires.height))


def _without(job: Job, asked: Hires, model: Model, notes: list[Note]) -> Job:
    """The model makes one picture, larger at once where it can and no upscaler is named."""
    if asked.upscaler:
        if _is_tuned(asked):
            text = f"is enlarged by {asked.upscaler}, without strength, steps and guidance"
            notes.append(Note("hires", text))
        return replace(job, hires=None)
    target = _said(asked)
    if _makes_itself(asked, model.sizes):
        notes.append(Note("hires-at-once", f"makes {target} at once, without a second pass"))
        return replace(job, width=asked.width, height=asked.height, hires=None)
    notes.append(Note("hires", f"has no second pass: the bridge enlarges its picture to {target}"))
    return replace(job, hires=None)


def _second_pass(asked: Hires, model: Model, notes: list[Note]) -> Hires:
    """No larger than the model's largest side, its numbers within those of the first pass."""
    scale = min(1.0, model.sizes.high / max(asked.width, asked.height))
    steps = _within(asked.steps, model.steps)
    given = Hires(
        round(asked.width * scale), round(asked.height * scale), asked.strength,
        _within(asked.guidance, model.guidance), None if steps is None else round(steps),
    )  # fmt: skip
    if scale < 1:
        text = (
            f"makes {_said(given)} in its second pass: the bridge enlarges that to {_said(asked)}"
        )
        notes.append(Note("hires", text))
    for name, was, value in (
        ("steps", asked.steps, given.steps),
        ("guidance", asked.guidance, given.guidance),
    ):
        if was != value:
            took = "its own" if value is None else f"{value:g}"
            notes.append(Note(name, f"takes {took} {name} for {was:g} in its second pass"))
    return given


def _within(asked: float | None, span: Span | None) -> float | None:
    return None if asked is None or span is None else min(max(asked, span.low), span.high)


def _is_tuned(hires: Hires) -> bool:
    return any(value is not None for value in (hires.strength, hires.guidance, hires.steps))


def _makes_itself(hires: Hires, sizes: Sizes) -> bool:
    """Whether the target is on offer, but for rounding, and no larger than models compose well."""
    width, height = nearest_size(hires.width, hires.height, sizes)
    off = max(abs(width - hires.width), abs(height - hires.height))
    return off < sizes.step and hires.width * hires.height <= AT_ONCE


def _said(hires: Hires) -> str:
    return f"{hires.width}x{hires.height}"
