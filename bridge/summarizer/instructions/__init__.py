"""The words for the LLM; each file is one message with places to fill."""

from functools import cache
from importlib.resources import files


@cache
def read(name: str) -> str:
    """The text of `<name>.md`."""
    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def filled(name: str, **parts: str) -> str:
    """The text with `{part}` replaced; braces elsewhere stay as they are."""
    text = read(name)
    for part, value in parts.items():
        text = text.replace(f"{{{part}}}", value)
    return text
