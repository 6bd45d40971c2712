"""The figures of a set: each compares what was made with what the labels say."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import mean, median
from typing import Final

from bench.eval.labels import Label
from bench.eval.words import content, f1, kept, run_in_common, words
from bench.eval.writers import Sample
from bridge.scene import Scene
from bridge.summarizer.lint import lint, tokens
from bridge.summarizer.words import read
from bridge.visible import visible

Figures = dict[str, float | str]
_FACTS_IN: Final = "flux1"
_COPIED: Final = 8
"""Words in a row that count as copied from the text."""


def figures(samples: Sequence[Sample]) -> Figures:
    """All figures by name, in the order of the report."""
    found: Figures = {
        "scenes": len(samples),
        "leaks": sum(len(leaks(sample)) for sample in samples),
        **_of_loras(samples),
    }
    if all(sample.scene for sample in samples):
        found |= _of_scenes(samples)
    return found | _of_prompts(samples) | _by_dialect(samples)


def leaks(sample: Sample) -> list[tuple[str, str]]:
    """(dialect, forbidden string) for each that stands in a prompt, letters' case aside."""
    return [
        (family, text)
        for family, prompt in sample.prompts.items()
        for text in sample.label["forbidden_strings"]
        if text.casefold() in prompt.casefold()
    ]


def wrong_loras(sample: Sample) -> tuple[set[str], set[str]]:
    """(called for nothing, not called); optional ones are neither."""
    optional = set(sample.label.get("optional_loras", ()))
    wanted, had = set(sample.label["expected_loras"]), sample.loras - optional
    return set(had - wanted), wanted - had


def _of_loras(samples: Sequence[Sample]) -> Figures:
    wrong = [wrong_loras(sample) for sample in samples]
    right = sum(len(sample.loras & set(sample.label["expected_loras"])) for sample in samples)
    extra, missing = (sum(len(one[side]) for one in wrong) for side in (0, 1))
    return {
        "LoRA precision": right / max(1, right + extra),
        "LoRA recall": right / max(1, right + missing),
        "LoRA exact set": mean(not (extra or missing) for extra, missing in wrong),
        "no forbidden LoRA": mean(
            not sample.loras & set(sample.label["forbidden_loras"]) for sample in samples
        ),
    }


def headcount(scene: Scene) -> int:
    """Persons in a scene; a subject that is a group says its number first."""
    numbers: dict[str, int] = read("english")["numbers"]
    firsts = (one.look.split(" ")[0] for one in scene.subjects if one.kind == "person")
    return sum(numbers.get(first, 1) for first in firsts)


def place_f1(sample: Sample) -> float | None:
    """Content words of the place; None where the label has none, or not in English."""
    label = sample.label["location"]["text"]
    if label is None or "lang" in sample.label or sample.scene is None:
        return None
    return f1(sample.scene.place.text, label)


def _of_scenes(samples: Sequence[Sample]) -> Figures:
    return {
        "people count": mean(_scened(one, headcount) == one.label["people"] for one in samples),
        "place F1": mean(score for one in samples if (score := place_f1(one)) is not None),
        **_recalls("place kind", samples, lambda scene: scene.place.kind, _place_kind),
        **_recalls(
            "time", samples, lambda scene: scene.time, lambda label: label["time_of_day"] or ""
        ),
        **_recalls("point of view", samples, lambda scene: scene.pov, lambda label: label["pov"]),
    }


def _place_kind(label: Label) -> str:
    return str(label["location"]["kind"])


def _scened(sample: Sample, told: Callable[[Scene], object]) -> object:
    return told(sample.scene) if sample.scene else None


def _recalls(
    name: str,
    samples: Sequence[Sample],
    told: Callable[[Scene], str],
    label: Callable[[Label], str],
) -> Figures:
    """Recall averaged over the label's values, beside that of the best constant answer."""
    by_value: dict[str, list[bool]] = defaultdict(list)
    for sample in samples:
        wanted = label(sample.label)
        by_value[wanted].append(_scened(sample, told) == wanted)
    return {
        f"{name}, macro recall": mean(mean(right) for right in by_value.values()),
        f"{name}, best constant": 1 / len(by_value),
    }


def facts_kept(sample: Sample, prompt: str) -> float:
    """Mean share of each fact that stands in a prompt; other languages by their own words."""
    if spans := sample.label.get("fact_spans"):
        return mean(span.casefold() in prompt.casefold() for span in spans)
    have = content(prompt)
    names = content(" ".join(sample.label["characters"]))
    return mean(kept(fact, have, names) for fact in sample.label["facts"])


def _of_prompts(samples: Sequence[Sample]) -> Figures:
    english = [one for one in samples if "lang" not in one.label]
    runs = [run_in_common(one.prompts[_FACTS_IN], visible(one.label["text"])) for one in english]
    lengths = [len(words(one.prompts[_FACTS_IN])) for one in samples]
    times = [one.ms for one in samples]
    return {
        "facts kept": mean(facts_kept(one, one.prompts[_FACTS_IN]) for one in samples),
        "longest run copied, words": max(runs),
        f"scenes with a run of {_COPIED}": sum(run >= _COPIED for run in runs),
        "words, median": median(lengths),
        "words, most": max(lengths),
        "ms a scene, median": round(median(times), 2),
        "ms a scene, most": round(max(times), 2),
    }


def _by_dialect(samples: Sequence[Sample]) -> Figures:
    found: Figures = {}
    for family in samples[0].prompts:
        findings = [
            one
            for sample in samples
            for one in lint(sample.prompts[family], family, names=sample.names)
        ]
        blocking = sum(one.blocking for one in findings)
        found[f"{family}: lint, blocking + noted"] = f"{blocking} + {len(findings) - blocking}"
        found[f"{family}: facts kept"] = mean(
            facts_kept(sample, sample.prompts[family]) for sample in samples
        )
        found[f"{family}: tokens, median / most"] = _spread(
            tokens(sample.prompts[family], family) for sample in samples
        )
    return found


def _spread(numbers: Iterable[int]) -> str:
    ordered = list(numbers)
    return f"{median(ordered):.0f} / {max(ordered)}"
