"""Small pictures of every kind, made by Pillow."""

from io import BytesIO
from typing import Any

from PIL import Image

from bridge.domain import PictureKind

KINDS: tuple[PictureKind, ...] = ("png", "jpeg", "webp")


def encoded(
    kind: PictureKind, size: tuple[int, int] = (40, 24), mode: str = "RGB", **saving: Any
) -> bytes:
    """A gradient, so that no two rows are alike."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = BytesIO()
    image.save(out, kind, **saving)
    return out.getvalue()
