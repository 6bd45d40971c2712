"""A scene in one family's words, with those of its LoRAs and of the asked-for styles in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.domain import Family, Lora, Note
from bridge.engine.card import Model
from bridge.engine.fit import Fit
from bridge.errors import Unfit
from bridge.lora.weave import weave, words
from bridge.scene import Scene
from bridge.styles import styled
from bridge.summarizer.caption import parts
from bridge.summarizer.clip import CHUNK, clip_tokens
from bridge.summarizer.dialects import render
from bridge.summarizer.lint import can_mend, lint, repair
from bridge.summarizer.unsaid import Runs, leaked, runs, unsaid


@dataclass(frozen=True, slots=True)
class Wording:
    """What a model is to read, and what was left out of it."""

    prompt: str
    negative: str
    notes: tuple[Note, ...]


def worded(
    scene: Scene, family: Family, used: Sequence[Lora], dropped: Sequence[Lora],
    negative: str = "", styles: Sequence[str] = (), story: str = "",
) -> Wording:  # fmt: skip
    """`scene`, made of `story`, for `family`. What LoRAs and styles bring comes first where room
    is short.
    """
    if any(lora.category == "style" for lora in used):
        scene = replace(scene, style="")  # the LoRA's own words name it
    if family == "ideogram4":  # JSON, to which nothing can be added afterwards
        brought = finished(scene.style, used, dropped, "", styles).prompt
        scene = replace(scene, style=brought)
    named = words(scene, used, dropped)
    spare = 0
    while True:
        said = render(family, scene, named, story=story, spare=spare)
        against = ", ".join(filter(None, (negative, said.negative)))
        wording = finished(said.positive, used, dropped, against, styles)
        over = clip_tokens(wording.prompt) - CHUNK if family == "sdxl" else 0
        if over <= 0 or spare >= CHUNK:
            return wording
        spare += over


def finished(
    prompt: str, used: Sequence[Lora], dropped: Sequence[Lora], negative: str,
    styles: Sequence[str] = (),
) -> Wording:  # fmt: skip
    """A finished prompt with the words of LoRAs and styles."""
    if styles and not prompt.lstrip().startswith("{"):
        prompt = styled(prompt, styles)
    if not used and not dropped:
        return Wording(prompt, negative, ())
    return Wording(*weave(prompt, negative, used, dropped))


def linted(prompt: str, cut: Fit, model: Model) -> tuple[str, tuple[Note, ...]]:
    """`prompt` with what can be mended mended; Unfit for what must not be sent."""
    scene = cut.job.scene
    names = _unwoven_names(scene, cut) if scene else []
    forbidden: Runs = _forbidden(cut) if scene else frozenset()
    repaired: tuple[Note, ...] = ()
    leaks = _leaks(prompt, forbidden) if forbidden else []
    findings = lint(prompt, model.family, names=names, forbidden=leaks)
    if not findings:
        return prompt, ()
    if can_mend(findings):
        prompt, repaired = repair(prompt, model.family, forbidden=leaks)
        leaks = _leaks(prompt, forbidden)
        findings = lint(prompt, model.family, names=names, forbidden=leaks)
    if blocking := [finding.text for finding in findings if finding.blocking]:
        raise Unfit(f"{model.name}: {'; '.join(blocking)}")
    return prompt, (*repaired, *(Note(finding.code, finding.text) for finding in findings))


def _forbidden(cut: Fit) -> Runs:
    """What a story says beside its narration, save what LoRAs and styles bring in."""
    brought = (_woven(cut), *(style.prompt for style in cut.job.styles))
    return unsaid(cut.job.text).difference(*map(runs, brought))


def _leaks(prompt: str, forbidden: Runs) -> list[str]:
    return [string for text in parts(prompt) for string in leaked(text, forbidden)]


def _woven(cut: Fit) -> str:
    """All words that LoRAs bring in."""
    return " ".join(
        " ".join((*lora.trigger_words, lora.prepend_prompt, lora.append_prompt, lora.look_text))
        for lora in (*cut.loras, *cut.dropped)
    )


def _unwoven_names(scene: Scene, cut: Fit) -> list[str]:
    """The names that have no business in the prompt: those that no LoRA's words bring in."""
    woven = _woven(cut).casefold()
    return [s.name for s in scene.subjects if s.name and s.name.casefold() not in woven]
