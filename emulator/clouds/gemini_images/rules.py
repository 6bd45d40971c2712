"""What generateContent takes for pictures, and what it finds wrong.

Sources: the types of google-genai 3.4, ai.google.dev (sizes and tokens of each ratio). Inferred:
tokens of a 2K picture, that a picture sent along counts 258 tokens, the words of refusals.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud import fields

KNOWN: Mapping[str, frozenset[str]] = {
    "": fields("contents generationConfig safetySettings systemInstruction"),
    "contents": fields("role parts"),
    "parts": fields("text inlineData"),
    "inlineData": fields("mimeType data"),
    "generationConfig": fields("responseModalities imageConfig seed temperature candidateCount"),
    "imageConfig": fields("aspectRatio imageSize personGeneration"),
    "safetySettings": fields("category threshold"),
}
"""Field names by the object they stand in; Google refuses all others by name."""
NOW = {
    "1:1": (1024, 1024), "2:3": (848, 1264), "3:2": (1264, 848), "3:4": (896, 1200),
    "4:3": (1200, 896), "4:5": (928, 1152), "5:4": (1152, 928), "9:16": (768, 1376),
    "16:9": (1376, 768), "21:9": (1584, 672),
}  # fmt: skip
OLD = NOW | {
    "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
    "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768),
    "21:9": (1536, 672),
}  # fmt: skip
TIERS = {"1K": 1, "2K": 2, "4K": 4}
AN_IMAGE = 258
"""Tokens of a picture that is sent along."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One model: its sizes at 1K, tokens by tier, micro-dollars a token in and out."""

    sizes: Mapping[str, tuple[int, int]]
    tokens: Mapping[str, int]
    prices: tuple[float, float]
    images: int = 14


MODELS: Mapping[str, Kind] = {
    "gemini-3.1-flash-image": Kind(NOW, {"1K": 1120, "2K": 1680, "4K": 2520}, (0.5, 60)),
    "gemini-3-pro-image": Kind(NOW, {"1K": 1120, "2K": 1120, "4K": 2000}, (2, 120)),
    "gemini-3.1-flash-lite-image": Kind(NOW, {"1K": 1120}, (0.25, 30)),
    "gemini-2.5-flash-image": Kind(OLD, {"1K": 1290}, (0.3, 30), images=3),
}


def camel(body: Any) -> Any:
    """`body` with its names in camelCase: Google reads snake_case as well."""
    if isinstance(body, list):
        return [camel(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {re.sub(r"_([a-z])", _upper, name): camel(value) for name, value in body.items()}


def _upper(found: re.Match[str]) -> str:
    return found[1].upper()


def unknown(body: Any, place: str = "", at: str = "") -> Iterator[str]:
    """Google's words for every field that it does not know."""
    if isinstance(body, list):
        for number, item in enumerate(body):
            yield from unknown(item, place, f"{at}[{number}]")
    if not isinstance(body, dict) or place not in KNOWN:
        return
    for name, value in body.items():
        if name not in KNOWN[place]:
            yield (
                f"Invalid JSON payload received. Unknown name \"{name}\" at '{at}': "
                "Cannot find field."
            )
        else:
            yield from unknown(value, name, f"{at}.{name}".removeprefix("."))


def complaints(kind: Kind, body: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a request whose fields are known."""
    config = body.get("generationConfig") or {}
    if "IMAGE" not in config.get("responseModalities", ["TEXT", "IMAGE"]):
        yield "The model does not support the requested response modalities: text"
    shape = config.get("imageConfig") or {}
    if shape.get("aspectRatio", "1:1") not in kind.sizes:
        yield f"Invalid value at 'aspect_ratio': {shape['aspectRatio']}"
    if shape.get("imageSize", "1K") not in kind.tokens:
        yield f"Invalid value at 'image_size': {shape['imageSize']}"
    texts, images = parts_of(body)
    if not any(text.strip() for text in texts):
        yield "contents is not specified"
    if len(images) > kind.images:
        yield f"The request has too many images: at most {kind.images} are allowed."
    if None in images:
        yield "Unable to process input image."


def parts_of(body: Mapping[str, Any]) -> tuple[list[str], list[bytes | None]]:
    """The texts and the pictures of all parts, in order; None for what is no base64."""
    parts = [part for content in body["contents"] for part in content.get("parts") or ()]
    texts = [str(part["text"]) for part in parts if "text" in part]
    return texts, [decoded(part["inlineData"]) for part in parts if "inlineData" in part]


def decoded(data: Mapping[str, Any]) -> bytes | None:
    """The bytes of an inlineData, in either alphabet of base64."""
    text = str(data.get("data")).translate(str.maketrans("-_", "+/"))
    try:
        return b64decode(text, validate=True) if "mimeType" in data else None
    except NotBase64:
        return None
