"""The texts of a prompt: prose is one, a JSON caption has many, each mended by itself."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

_KEPT: Final = frozenset({"type", "text"})
"""Keys of a caption's own words, and of lettering, which is painted as it stands."""


def parts(prompt: str) -> list[str]:
    """What a model reads as language; the prompt itself when it is no caption."""
    caption = _caption(prompt)
    return [prompt] if caption is None else list(_texts(caption))


def changed(prompt: str, change: Callable[[str], str]) -> str:
    """`prompt` with every part changed."""
    caption = _caption(prompt)
    return change(prompt) if caption is None else orjson.dumps(_mapped(caption, change)).decode()


def _caption(prompt: str) -> Any:
    """The JSON object that a prompt is, or None."""
    if not prompt.lstrip().startswith("{"):
        return None
    try:
        caption = orjson.loads(prompt)
    except ValueError:
        return None
    return caption if isinstance(caption, dict) else None


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for each in node:
            yield from _texts(each)
    elif isinstance(node, dict):
        for key, each in node.items():
            if key not in _KEPT:
                yield from _texts(each)


def _mapped(node: Any, change: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return change(node)
    if isinstance(node, list):
        return [_mapped(each, change) for each in node]
    if isinstance(node, dict):
        return {key: each if key in _KEPT else _mapped(each, change) for key, each in node.items()}
    return node
