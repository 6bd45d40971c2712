"""A cloud's own knobs: what each takes, and a job's options cut to those that a model has."""

from collections.abc import Mapping, Sequence
from math import isfinite

from bridge.domain import Note
from bridge.engine.card import Option


def fit_options(
    asked: Mapping[str, object], declared: Sequence[Option], notes: list[Note]
) -> Mapping[str, object]:
    """Those of `asked` that are declared and right, numbers brought into their range."""
    known = {option.name: option for option in declared}
    kept: dict[str, object] = {}
    for name, value in asked.items():
        option = known.get(name)
        if option is None:
            notes.append(Note("option", f"has no option {name[:40]!r}"))
        elif not takes(option, value):
            notes.append(
                Note("option", f"takes {name} as {allowed(option)}, not {str(value)[:40]!r}")
            )
        else:
            kept[name] = given = _within(option, value)
            if given != value:
                notes.append(Note("option", f"takes {name} {given} for {value}"))
    return kept


def takes(option: Option, value: object) -> bool:
    """Whether `value` is of the option's kind; a number beyond the range is, for it is clamped."""
    match option.kind:
        case "switch":
            return isinstance(value, bool)
        case "text":
            return isinstance(value, str) and bool(value)
        case "choice":
            return value in option.choices
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        return False
    return option.kind == "number" or value == int(value)


def allowed(option: Option) -> str:
    """What the option takes, in words."""
    if option.kind == "choice":
        return f"one of {', '.join(option.choices)}"
    if option.kind in ("switch", "text"):
        return {"switch": "true or false", "text": "a text"}[option.kind]
    number = "a whole number" if option.kind == "whole" else "a number"
    ends = [f"{word} {end:g}" for word, end in (("from", option.low), ("to", option.high))
            if end is not None]  # fmt: skip
    return " ".join([number, *ends])


def _within(option: Option, value: object) -> object:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    low = value if option.low is None else max(value, option.low)
    given = low if option.high is None else min(low, option.high)
    return int(given) if option.kind == "whole" else given
