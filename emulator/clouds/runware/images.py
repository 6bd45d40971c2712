"""From a checked imageInference to the pictures and the items that tell of them."""

import base64
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from emulator.clouds.runware.library import Item, Library
from emulator.clouds.runware.rules import Model, price
from emulator.pictures import Recipe
from emulator.world import World

KINDS = {"JPG": "jpeg", "PNG": "png", "WEBP": "webp"}


def recipe_of(flat: Item, library: Library) -> Recipe:
    """What the picture will show; raises Wrong for an image that is none."""

    def picture(name: str) -> bytes | None:
        return library.picture(flat[name], name) if name in flat else None

    references = flat.get("referenceImages", [])
    drawn = int.from_bytes(sha256(flat["taskUUID"].encode()).digest()[:4], "big") + 1
    return Recipe(
        cloud="runware",
        model=flat["model"],
        prompt=flat["positivePrompt"],
        negative=flat.get("negativePrompt", ""),
        width=flat["width"],
        height=flat["height"],
        seed=flat.get("seed", drawn),
        steps=flat.get("steps"),
        guidance=flat.get("CFGScale"),
        strength=flat.get("strength"),
        loras=tuple((lora["model"], lora.get("weight", 1)) for lora in flat.get("lora", [])),
        init=picture("seedImage"),
        mask=picture("maskImage"),
        references=tuple(library.picture(one, "referenceImages") for one in references),
    )


async def items(
    world: World, recipe: Recipe, flat: Item, model: Model, *, origin: str, flagged: bool
) -> list[Item]:
    """One item a picture; the seed counts up."""
    kind = KINDS[flat.get("outputFormat", "JPG")]
    made: list[Item] = []
    for number in range(flat.get("numberResults", 1)):
        seed = recipe.seed + number
        raw = await world.draw(replace(recipe, seed=seed), kind)
        item: dict[str, Any] = {
            "taskType": "imageInference",
            "taskUUID": flat["taskUUID"],
            "imageUUID": str(uuid5(NAMESPACE_OID, f"{flat['taskUUID']}/{number}")),
            "seed": seed,
        }
        if flat.get("includeCost"):
            item["cost"] = price(model, flat) / 1_000_000
        if flagged or flat.get("checkNSFW") or "safety" in flat:
            item["NSFWContent"] = flagged
        made.append(item | delivered(world, raw, kind, flat.get("outputType", "URL"), origin))
    return made


def delivered(world: World, raw: bytes, kind: str, how: str, origin: str) -> Item:
    """The picture as a URL, base64 or a data URI."""
    if how == "URL":
        return {"imageURL": world.keep("runware", raw, kind, origin)}
    text = base64.b64encode(raw).decode()
    if how == "dataURI":
        return {"imageDataURI": f"data:image/{kind};base64,{text}"}
    return {"imageBase64Data": text}
