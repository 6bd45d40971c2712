"""A1111's `<lora:name:weight>` tags, and the LoRA that a name means."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from bridge.domain import Lora, Note
from bridge.lora.catalog import Catalog

_TAG: Final = re.compile(r"<(?:lora|lyco):([^:<>]+)((?::[^:<>]*)*)>", re.IGNORECASE)
_HOLE: Final = re.compile(r"([ ,]*)\0([ ,]*)")


def tags(text: str) -> tuple[str, list[tuple[str, float]]]:
    """The text without its tags, and (name, weight) of each.

    A1111 writes `<lora:name:te:unet>`, the weights for the text encoder and for the image model,
    also as `te=` and `unet=`; ours is the image model's, which is the first where only one stands.
    """
    if "<" not in text:
        return text, []
    found = [(tag[1].strip(), _weight(tag[2])) for tag in _TAG.finditer(text)]
    if not found:
        return text, []
    return _HOLE.sub(_closed, _TAG.sub("\0", text)).strip(" ,"), found


def find(catalog: Catalog, name: str) -> Lora | None:
    """The LoRA of that id, name, alias or file name without ending; capitals do not matter."""
    wanted = name.strip().casefold()
    for names in _NAMES:
        for lora in catalog.loras.values():
            if any(known.casefold() == wanted for known in names(lora)):
                return lora
    return None


def at_weight(lora: Lora, weight: float) -> Lora:
    """The LoRA with `weight` in place of the dictionary's own, in every family."""
    files = {family: replace(file, weight=weight) for family, file in lora.files.items()}
    return replace(lora, files=files)


def _weight(written: str) -> float:
    by_name: dict[str, float] = {}
    for name, value in zip(("te", "unet"), written.split(":")[1:], strict=False):
        name_given, _, number = value.rpartition("=")
        try:
            by_name[name_given.strip() or name] = float(number)
        except ValueError:
            continue
    return by_name.get("unet", by_name.get("te", 1.0))


def _closed(hole: re.Match[str]) -> str:
    around = hole[1] + hole[2]
    return ", " if "," in around else " " if around else ""


def _stems(lora: Lora) -> Iterable[str]:
    return (PurePosixPath(unquote(urlsplit(file.url).path)).stem for file in lora.files.values())


_NAMES: Final[tuple[Callable[[Lora], Iterable[str]], ...]] = (
    lambda lora: (lora.id,),
    lambda lora: (lora.name,),
    lambda lora: lora.aliases,
    _stems,
)


def asked(catalog: Catalog, tagged: Sequence[tuple[str, float]]) -> tuple[list[Lora], list[Note]]:
    """The LoRAs of `<lora:name:weight>` tags, and a note for each name that nobody knows."""
    if not tagged:
        return [], []
    found = [(name, weight, find(catalog, name)) for name, weight in tagged]
    loras = [at_weight(lora, weight) for _, weight, lora in found if lora]
    notes = [
        Note("lora-unknown", f"there is no LoRA {name!r} in the dictionary")
        for name, _, lora in found
        if lora is None
    ]
    return loras, notes
