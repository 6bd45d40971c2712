"""What pictures show: the record that the emulator draws into each."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from emulator.pictures import read
from tests.ask import Answer


def shown(answer: Answer) -> list[dict[str, Any]]:
    """The records of an A1111 answer's pictures; each must be bare base64 of a whole picture."""
    assert answer.status == 200, answer.text
    return [record(b64decode(text, validate=True)) for text in answer.json["images"]]


def record(raw: bytes) -> dict[str, Any]:
    """The record in a picture, whose pixels are decoded too."""
    with Image.open(BytesIO(raw)) as picture:
        picture.load()
        found = read(raw)
        assert picture.size == (found["width"], found["height"])
    return found


def kept(folder: Path) -> list[dict[str, Any]]:
    """The records of all pictures anywhere in `folder`; parts that a kill left do not count."""
    found = (path for kind in ("png", "jpeg", "webp") for path in folder.rglob(f"*.{kind}"))
    pictures = (path.read_bytes() for path in found if path.is_file())
    return [record(raw) for raw in pictures if raw.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF"))]
