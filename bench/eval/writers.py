"""What is measured: the text itself as the floor, the rules alone, and an LLM if there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

from bench.eval.labels import Label, LabelledSet, permanent
from bridge.domain import Family, Job, Lora, Note, Rating
from bridge.errors import Forbidden
from bridge.lora.catalog import CatalogFile
from bridge.pipeline import Prompter
from bridge.question import Ask
from bridge.scene import Scene
from bridge.summarizer.dialects import DIALECTS
from bridge.summarizer.summarize import Summarizer
from bridge.wording import worded


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of one labelled scene."""

    label: Label
    loras: frozenset[str]
    prompts: Mapping[Family, str]
    names: tuple[str, ...] = ()
    """Of the people found: none may stand in a prompt."""
    scene: Scene | None = None
    """None where nothing was understood."""
    ms: float = 0.0
    """From text to LoRAs and one prompt."""
    notes: tuple[str, ...] = field(default=())


def raw(labelled: LabelledSet) -> list[Sample]:
    """The text as the prompt, and every LoRA whose keyword stands anywhere in it."""
    loras = CatalogFile(labelled.dictionary).current.loras
    return [
        Sample(
            label, _by_substring(loras, label["text"]) | permanent(labelled), _same(label["text"])
        )
        for label in labelled.scenes
    ]


def _same(text: str) -> dict[Family, str]:
    return dict.fromkeys(DIALECTS, text)


def _by_substring(loras: Mapping[str, Lora], text: str) -> frozenset[str]:
    low = text.lower()
    return frozenset(
        lora.id
        for lora in loras.values()
        if any(word.lower() in low for word in (*lora.keywords, *lora.aliases, *lora.trigger_words))
    )


async def written(labelled: LabelledSet, ask: Ask | None, timeout: float) -> list[Sample]:
    """The same way as a request goes, up to the cloud; rules alone without `ask`."""
    catalog = CatalogFile(labelled.dictionary)
    prompter = Prompter(catalog, Summarizer(ask, timeout=timeout), "always")
    await prompter.prepare(_job("A dog sleeps on the steps."))  # builds what is built once
    samples = []
    for label in labelled.scenes:
        begun = perf_counter()
        job = await _prepared(prompter, label["text"])
        _prompt("flux1", job)
        ms = (perf_counter() - begun) * 1000
        names = [one.name for one in job.scene.subjects] if job.scene else []
        triggers = " ".join(word for lora in job.loras for word in lora.trigger_words)
        samples.append(
            Sample(
                label,
                frozenset(lora.id for lora in job.loras),
                {family: _prompt(family, job) for family in DIALECTS},
                tuple(name for name in names if name and name not in triggers),
                job.scene,
                ms,
                tuple(note.code for note in job.notes),
            )
        )
    return samples


async def _prepared(prompter: Prompter, text: str) -> Job:
    """What `general` refuses is measured below the highest ceiling, with a note."""
    try:
        return await prompter.prepare(_job(text))
    except Forbidden as refusal:
        job = await prompter.prepare(replace(_job(text), rating=Rating.MATURE))
        return replace(job, notes=(*job.notes, Note("refused", refusal.text)))


def _job(text: str) -> Job:
    return Job("eval", text, 0, prompt_mode="always")


def _prompt(family: Family, job: Job) -> str:
    return worded(job.scene or Scene(), family, job.loras, (), story=job.text).prompt
