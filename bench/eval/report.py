"""The report: one table a set, columns side by side; as Markdown and as JSON."""

from collections.abc import Mapping

from bench.eval.measure import Figures, facts_kept, headcount, leaks, place_f1, wrong_loras
from bench.eval.writers import Sample

Report = Mapping[str, Mapping[str, Figures]]
"""Set → writer → figures."""

METHOD = """Facts are kept by the share of their content words, endings and names aside, that
stand in the flux1 prompt, also as part of a longer word; facts of other languages by their own
words. Recall is averaged over the label's values, so that a constant answer scores one by their
number. Place F1 is over content words. Milliseconds are from text to LoRAs and one prompt."""


def markdown(report: Report) -> str:
    """The whole report as Markdown."""
    parts = ["# Evaluation", METHOD]
    for name, columns in report.items():
        rows = list(dict.fromkeys(row for figures in columns.values() for row in figures))
        parts.append(f"## {name}")
        parts.append(
            "\n".join(
                [
                    f"| | {' | '.join(columns)} |",
                    f"|---|{'---|' * len(columns)}",
                    *(f"| {row} | {' | '.join(_cells(columns, row))} |" for row in rows),
                ]
            )
        )
    return "\n\n".join(parts) + "\n"


def _cells(columns: Mapping[str, Figures], row: str) -> list[str]:
    return [_cell(figures.get(row, "")) for figures in columns.values()]


def _cell(value: float | str) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.3f}"
    return str(int(value)) if isinstance(value, float) else str(value)


def misses(sample: Sample) -> list[str]:
    """What is wrong with one scene, a line each; for whoever mends the rules."""
    extra, missing = wrong_loras(sample)
    label, scene = sample.label, sample.scene
    found = [f"leak: {leak}" for leak in leaks(sample)]
    found += [f"LoRA too many: {one}" for one in sorted(extra)]
    found += [f"LoRA missing: {one}" for one in sorted(missing)]
    if scene is None:
        return found
    told = (
        ("people", headcount(scene), label["people"]),
        ("time", scene.time, label["time_of_day"] or ""),
        ("point of view", scene.pov, label["pov"]),
        ("place kind", scene.place.kind, label["location"]["kind"]),
    )
    found += [f"{name}: {had!r}, wanted {wanted!r}" for name, had, wanted in told if had != wanted]
    score = place_f1(sample)
    if score is not None and score < 0.5:
        found.append(f"place: {scene.place.text!r}, wanted {label['location']['text']!r}")
    share = facts_kept(sample, sample.prompts["flux1"])
    return [*found, f"facts kept: {share:.2f}"] if share < 0.5 else found
