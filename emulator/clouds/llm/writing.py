"""What the emulated model says, and the ways in which it spoils it."""

import json
from typing import Any

from emulator.clouds.llm.scene import scene_of, shaped

Json = dict[str, Any]

SPOILT = {
    "thinking": "<think>The user wants a scene. {Let me see who is there.}</think>\n\n{}",
    "fences": "Here is the scene:\n```json\n{}\n```\nI hope this helps!",
}
NO = "I'm sorry, but I can't help with that request."
INSTEAD = {
    "refusal": NO,
    "moderation": NO,
    "empty": "",
    "garbage": 'Sure! {"subjects": [{"name": "…", and then they all',
    "schema_violation": '{"people": "several", "subjects": "a person", "rating": "fine"}',
}
KINDS = frozenset({"thinking", "fences", "garbage", "schema_violation", "refusal", "cut_off"})
SEEN = {
    "description": "A quiet picture in soft colours, a single tree under a grey sky.",
    "score": 7,
    "reasons": ["the rain is missing", "the tree is there"],
}


def written(messages: list[Json], schema: Json | None, kind: str, *, is_json: bool) -> str:
    """One answer; `kind` is the fault that strikes."""
    if kind in INSTEAD:
        return INSTEAD[kind]
    text = told(messages[-1])
    schema = schema or spelled(messages)
    if not (is_json or schema or "json" in json.dumps(messages).lower()):
        return f"A quiet scene. {text[:200]}"
    found = SEEN if schema and "subjects" not in schema["properties"] else scene_of(text)
    whole = json.dumps(shaped(found, schema, schema) if schema else found, ensure_ascii=False)
    if kind == "cut_off":
        return whole[: len(whole) // 2]
    return SPOILT[kind].replace("{}", whole) if kind in SPOILT else whole


def spelled(messages: list[Json]) -> Json | None:
    """The schema that the first message holds in words, if it does."""
    text = told(messages[0])
    start = text.find('{"type":"object"')
    try:
        found = json.JSONDecoder().raw_decode(text, start)[0] if start >= 0 else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def told(message: Json) -> str:
    """A message's words; pictures have none."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text", "")) for part in content)


def counted(messages: list[Json], content: str) -> tuple[int, int]:
    """Tokens read and written, at four characters each."""
    return sum(len(told(one)) for one in messages) // 4 + 1, len(content) // 4
