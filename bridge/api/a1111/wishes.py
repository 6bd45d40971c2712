"""What only we understand: `override_settings.bridge`, or an always-on script `Bridge`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from bridge.api.a1111.schema import WISHED_LORA, WISHES, Asked, Fields, read
from bridge.domain import Decode, Family, Lora, LoraFile, PromptMode, Rating
from bridge.errors import BadRequest
from bridge.scene import ChatRef

SCRIPT = "bridge"
_SETTING = "bridge"
_RANK = 0
"""What a request brings along goes before what the dictionary has."""
ROLES: tuple[Literal["char", "user", "narrator"], ...] = ("char", "user", "narrator")
LONGEST_ID, LONGEST_NAME, MOST_MESSAGES = 200, 80, 2**31 - 1
_FAMILIES = tuple(name for name in get_args(Family) if name != "any")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Each is empty where nothing was said."""

    provider: str = ""
    model: str = ""
    rating: str = ""
    prompt_mode: str = ""
    llm: str = ""
    llm_model: str = ""
    decode: str = ""
    """`auto` or `off`: whether a picture hidden in a carrier is taken out."""
    loras: tuple[Lora, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    """JSON scalars; whether a cloud knows them is not asked here."""
    chat_id: str = ""
    message_id: int = -1
    swipe_id: int = 0
    speaker: str = ""
    role: str = ""
    user: str = ""
    where: str = ""
    """What complaints call the object, `body.override_settings.bridge`."""


_NOTHING = Wishes()
_NO_CHAT = ChatRef()


def wishes(asked: Asked) -> Wishes:
    """What `asked` wishes; the script's words go before the setting's. BadRequest names the key."""
    told: dict[str, object] = {}
    where = ""
    for where, given in _objects(asked):
        said = _read(WISHES, given, where)
        _one_of(said, "rating", [rating.label for rating in Rating], where)
        _one_of(said, "prompt_mode", get_args(PromptMode), where)
        _one_of(said, "role", ROLES, where)
        _one_of(said, "decode", get_args(Decode), where)
        said["loras"] = _loras(said["loras"], where)
        said["options"] = _options(said["options"], where)
        told |= {name: value for name, value in said.items() if value or value == 0}
    return Wishes(**told, where=where) if where else _NOTHING  # type: ignore[arg-type]


def chat_of(wished: Wishes) -> ChatRef:
    """Which message of which chat is pictured."""
    if not wished.where:
        return _NO_CHAT
    role: Literal["char", "user", "narrator"] = "char"
    for one in ROLES:
        role = one if one == wished.role else role
    return ChatRef(
        id=wished.chat_id[:LONGEST_ID],
        message=min(MOST_MESSAGES, max(-1, wished.message_id)),
        swipe=min(MOST_MESSAGES, max(0, wished.swipe_id)),
        speaker=wished.speaker[:LONGEST_NAME],
        role=role,
        user=wished.user[:LONGEST_NAME],
    )


def without_wishes(asked: Asked) -> dict[str, object]:
    """`asked` as it may be shown: the addresses of LoRAs may hold keys."""
    settings, scripts = asked["override_settings"], asked["alwayson_scripts"]
    return {
        **asked,
        "override_settings": {k: v for k, v in settings.items() if k != _SETTING},
        "alwayson_scripts": {k: v for k, v in scripts.items() if k.lower() != SCRIPT},
    }


def _objects(asked: Asked) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The objects with their places; nothing and null are no object."""
    place, given = f"body.override_settings.{_SETTING}", asked["override_settings"].get(_SETTING)
    if given is not None:
        yield place, _object(given, place)
    for name, script in asked["alwayson_scripts"].items():
        if name.lower() != SCRIPT:
            continue
        place = f"body.alwayson_scripts.{name}.args"
        args = script.get("args") if isinstance(script, dict) else script
        first = (args[0] if args else None) if isinstance(args, list) else args
        if first is not None:
            yield place, _object(first, place)


def _object(given: object, where: str) -> Mapping[str, object]:
    if not isinstance(given, dict):
        raise BadRequest(f"{where}: an object is expected")
    return given


def _read(fields: Fields, given: Mapping[str, object], where: str) -> dict[str, object]:
    for name in given:
        if name not in fields.kinds:
            known = ", ".join(fields.kinds)
            raise BadRequest(f"{where}: {name[:40]!r} is none of {known}")
    return dict(read(fields, given, where))


def _one_of(said: Mapping[str, object], name: str, choice: "list[str] | tuple[str, ...]",
            where: str) -> None:  # fmt: skip
    value = said[name]
    if value and value not in choice:
        raise BadRequest(f"{where}.{name}: {str(value)[:40]!r} is none of {', '.join(choice)}")


def _options(given: object, where: str) -> dict[str, object]:
    """Those that are not null."""
    options = given if isinstance(given, dict) else {}
    for name, value in options.items():
        if isinstance(value, list | dict):
            raise BadRequest(f"{where}.options.{name[:40]}: a text, a number, true or false")
    return {name: value for name, value in options.items() if value is not None}


def _loras(rows: object, where: str) -> tuple[Lora, ...]:
    loras: dict[str, Lora] = {}
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        here = f"{where}.loras[{place}]"
        lora = _lora(_read(WISHED_LORA, _object(row, here), here), here)
        if lora.id in loras:
            raise BadRequest(f"{here}.url: {lora.name!r} is there twice")
        loras[lora.id] = lora
    return tuple(loras.values())


def _lora(said: Asked, where: str) -> Lora:
    """A LoRA of one file; it is called as the file is, for the address may hold a key."""
    if not said["url"]:
        raise BadRequest(f"{where}.url: the address of the file is missing")
    if not said["family"]:
        raise BadRequest(f"{where}.family: one of {', '.join(_FAMILIES)} is missing")
    _one_of(said, "family", _FAMILIES, where)
    name = _name(said["url"], where)
    trigger = (said["trigger_word"],) if said["trigger_word"] else ()
    file = LoraFile(said["url"], said["weight"])
    return Lora(f"asked-{name}", name, "misc", _RANK, {said["family"]: file}, trigger_words=trigger)


def _name(url: str, where: str) -> str:
    """The file's name without ending, of letters that infotexts can hold."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    stem = PurePosixPath(unquote(parts.path)).stem
    name = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in stem)[:60]
    if parts.scheme not in ("http", "https") or not parts.hostname or not name:
        raise BadRequest(f"{where}.url: a file's address (http or https) is expected")
    return name
