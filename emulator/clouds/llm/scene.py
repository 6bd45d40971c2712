"""A plausible scene by simple rules from a piece of roleplay, in whatever schema was asked for."""

import re
from typing import Any

Json = dict[str, Any]

PLACES = re.compile(
    r"\b(?:forest|beach|tavern|kitchen|library|street|castle|garden|harbour|market|station|bridge|"
    r"classroom|rooftop|cave|temple|bedroom|office|park|ship|café)\b"
)
TIMES = {
    "dawn": "dawn|sunrise",
    "morning": "morning",
    "midday": "midday|noon",
    "afternoon": "afternoon",
    "dusk": "dusk|sunset",
    "evening": "evening",
    "night": "night|midnight|moon",
}
WEATHER = re.compile(r"\b(?:rain|snow|fog|storm|wind)")
ACTION = re.compile(r"\b(?:walk|run|sit|stand|smile|look|laugh|wait|read|drink|turn)\w*")
NAME = re.compile(r"(?<![.!?*\"“] )(?<!^)\b[A-Z][a-z]{2,}\b|^[A-Z][a-z]{2,}(?= [a-z]+s\b)", re.M)
SPEECH = re.compile(r"[\"“][^\"”]*[\"”]")
NO_NAMES = {"The", "She", "Her", "His", "They", "You", "And", "But", "Then", "There", "This"}
LOOKS = (("dark", "left"), ("fair", "right"), ("red", "centre"), ("grey", "background"))


def first(pattern: re.Pattern[str], text: str) -> str:
    """What matches first, or an empty text."""
    found = pattern.search(text)
    return found.group() if found else ""


FIXED: Json = {
    "version": 1, "rating": "general", "shot": "medium shot, eye level", "pov": "third",
    "light": "soft light from one side", "props": [], "mood": "quiet", "style": "",
    "written_words": "", "must_not": [],
}  # fmt: skip
"""What every scene is made of."""
SUBJECT: Json = {
    "kind": "person", "outfit": "plain travelling clothes", "pose": "standing",
    "expression": "calm", "gaze": "into the distance",
}  # fmt: skip


def scene_of(text: str) -> Json:
    """The Scene of the bridge's schema, written down here by hand."""
    low = text.lower()
    found = dict.fromkeys(NAME.findall(SPEECH.sub("", text)))
    names = [name for name in found if name not in NO_NAMES]
    place = first(PLACES, low)
    subjects = [
        {
            **SUBJECT,
            "name": name,
            "look": f"an adult with {hair} hair",
            "action": first(ACTION, low),
            "place_in_frame": where,
        }
        for name, (hair, where) in zip(names, LOOKS, strict=False)
    ]
    kind, told = ("explicit", f"a quiet {place}") if place else ("unstated", "")
    times = (time for time, words in TIMES.items() if re.search(rf"\b(?:{words})", low))
    return {
        **FIXED,
        "subjects": subjects,
        "interaction": "facing each other" if len(subjects) > 1 else "",
        "place": {"id": "", "kind": kind, "text": told},
        "time": next(times, ""),
        "weather": first(WEATHER, low),
    }


def shaped(value: Any, schema: Json, root: Json) -> Any:
    """`value` made to satisfy `schema`: pruned, completed and corrected; `$ref` within `root`."""
    schema = resolved(schema, root)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    if kind == "object" or "properties" in schema:
        known = value if isinstance(value, dict) else {}
        parts = schema.get("properties", {})
        wanted = [name for name in parts if name in known or name in schema.get("required", [])]
        return {name: shaped(known.get(name), parts[name], root) for name in wanted}
    if kind == "array":
        found = value if isinstance(value, list) else []
        most = schema.get("maxItems", len(found))
        return [shaped(part, schema.get("items", {}), root) for part in found[:most]]
    return simple(value, kind, schema)


def simple(value: Any, kind: str | None, schema: Json) -> Any:
    """A value without parts: as it is if its type fits, else the least of its type."""
    kinds: dict[str | None, tuple[type, Any]] = {
        "string": (str, ""),
        "integer": (int, schema.get("minimum", 0)),
        "number": (float, schema.get("minimum", 0.0)),
        "boolean": (bool, False),
    }
    if kind not in kinds:
        return value
    wanted, least = kinds[kind]
    return value if isinstance(value, wanted) else least


def resolved(schema: Json, root: Json) -> Json:
    """The schema behind `$ref`, or the first of its alternatives."""
    if "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return resolved(found, root)
    for name in ("anyOf", "oneOf", "allOf"):
        if schema.get(name):
            return resolved(schema[name][0], root)
    return schema
