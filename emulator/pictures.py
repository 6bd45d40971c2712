"""Pictures that show what was asked for, to the eye and, as JSON inside the file, to a test."""

import base64
import json
import textwrap
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

KEY = "emulator"
"""The PNG text chunk; JPEG has it as its comment, WEBP as EXIF ImageDescription."""
DESCRIPTION = 0x010E
MARGIN = 24
INK = (250, 250, 245)
TINT = (230, 60, 60)
Canvas = Image.Image


@dataclass(frozen=True, slots=True)
class Recipe:
    """One picture as it was asked for. Equal recipes give equal bytes."""

    cloud: str
    model: str
    prompt: str
    width: int
    height: int
    seed: int
    negative: str = ""
    loras: tuple[tuple[str, float], ...] = ()
    """AIR or URL, and weight."""
    steps: int | None = None
    guidance: float | None = None
    strength: float | None = None
    init: bytes | None = None
    mask: bytes | None = None
    """White is repainted."""
    references: tuple[bytes | None, ...] = ()
    """None: a reference by URL, which the emulator does not fetch."""

    def record(self) -> dict[str, Any]:
        """The recipe as JSON; of pictures that came with it their SHA-256, of none null."""
        facts = asdict(self)
        facts["init"] = digest(self.init)
        facts["mask"] = digest(self.mask)
        facts["references"] = [digest(picture) or "url" for picture in self.references]
        return facts


def digest(raw: bytes | None) -> str | None:
    """SHA-256 in hex."""
    return None if raw is None else sha256(raw).hexdigest()


def draw(recipe: Recipe, kind: str) -> bytes:
    """The picture as `png`, `jpeg` or `webp`."""
    canvas = background(recipe)
    paste(canvas, recipe)
    write(canvas, recipe)
    return encoded(canvas, kind, json.dumps(recipe.record(), sort_keys=True))


def background(recipe: Recipe) -> Canvas:
    """Dark colour fields that differ with prompt and seed."""
    mark = sha256(f"{recipe.prompt}\0{recipe.seed}\0{recipe.model}".encode()).digest()
    width, height = recipe.width, recipe.height
    canvas = Image.new("RGB", (width, height), tuple(40 + part % 60 for part in mark[:3]))
    pen = ImageDraw.Draw(canvas)
    for spot in range(3, 27, 6):
        x, y = mark[spot] * width // 255, mark[spot + 1] * height // 255
        reach = (40 + mark[spot + 2]) * min(width, height) // 600
        colour = tuple(30 + part % 100 for part in mark[spot + 3 : spot + 6])
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    return canvas


def paste(canvas: Canvas, recipe: Recipe) -> None:
    """The init image small at the foot, the mask as a tint over everything."""
    mask = opened(recipe.mask)
    if mask is not None:
        veil = mask.convert("L").resize(canvas.size).point(lambda level: level * 0.4)
        canvas.paste(TINT, (0, 0), veil)
    left = MARGIN
    for raw in (recipe.init, *recipe.references):
        picture = opened(raw)
        if picture is not None:
            small = picture.convert("RGB")
            small.thumbnail((canvas.width // 5, canvas.height // 5))
            canvas.paste(small, (left, canvas.height - small.height - MARGIN))
            left += small.width + 8


def opened(raw: bytes | None) -> Canvas | None:
    """The picture in `raw`, if it is one."""
    if raw is None:
        return None
    try:
        return Image.open(BytesIO(raw))
    except UnidentifiedImageError:
        return None


def sent(text: Any) -> bytes | None:
    """The picture that a request brings as a data URI or bare base64; None for an http(s) URL.

    ValueError when it is none.
    """
    if not isinstance(text, str):
        raise ValueError("no text")
    if text.startswith(("http://", "https://")):
        return None
    raw = base64.b64decode(text.partition(";base64,")[2] or text, validate=True)
    if opened(raw) is None:
        raise ValueError("no picture")
    return raw


def write(canvas: Canvas, recipe: Recipe) -> None:
    """Everything that was asked for, in words."""
    size = max(11, canvas.width // 42)
    columns = max(16, int((canvas.width - 2 * MARGIN) / (size * 0.52)))
    lines = [part for line in sentences(recipe) for part in textwrap.wrap(line, columns) or [""]]
    room = max(1, (canvas.height - 2 * MARGIN) // int(size * 1.35))
    pen = ImageDraw.Draw(canvas)
    pen.multiline_text((MARGIN, MARGIN), "\n".join(lines[:room]), fill=INK, font=lettering(size))


def sentences(recipe: Recipe) -> list[str]:
    """The lines before wrapping."""
    lines = [
        f"{recipe.cloud} · {recipe.model}",
        f"{recipe.width}x{recipe.height} · seed {recipe.seed}"
        f" · steps {recipe.steps or 'usual'} · guidance {recipe.guidance or 'usual'}",
        recipe.prompt,
    ]
    if recipe.negative:
        lines.append(f"without: {recipe.negative}")
    lines += [f"LoRA {name} at {weight:g}" for name, weight in recipe.loras]
    if recipe.init is not None:
        lines.append(f"from an image, strength {recipe.strength or 'usual'}")
    if recipe.references:
        lines.append(f"with {len(recipe.references)} reference(s)")
    return lines


@lru_cache
def lettering(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font; Latin letters only."""
    return ImageFont.load_default(size)


def encoded(canvas: Canvas, kind: str, record: str) -> bytes:
    """The file with its record. Speed matters here, not size."""
    file = BytesIO()
    if kind == "png":
        text = PngInfo()
        text.add_text(KEY, record)
        canvas.save(file, "PNG", compress_level=1, pnginfo=text)
    elif kind == "jpeg":
        canvas.save(file, "JPEG", quality=85, comment=record.encode())
    elif kind == "webp":
        exif = Image.Exif()
        exif[DESCRIPTION] = record
        canvas.save(file, "WEBP", quality=80, method=0, exif=exif)
    else:
        raise ValueError(kind)
    return file.getvalue()


def read(raw: bytes) -> dict[str, Any]:
    """The record in a picture of ours; KeyError when there is none."""
    picture = Image.open(BytesIO(raw))
    if picture.format == "JPEG":
        record = picture.info["comment"]
    elif picture.format == "WEBP":
        record = picture.getexif()[DESCRIPTION]
    else:
        record = picture.info[KEY]
    found: dict[str, Any] = json.loads(record)
    return found
