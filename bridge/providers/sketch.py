"""The prompt card: a picture of what would be sent, drawn here, for nothing; also the dry run."""

from collections.abc import Generator, Iterator
from io import BytesIO
from textwrap import wrap
from typing import TYPE_CHECKING

from bridge.domain import Ready
from bridge.engine.contract import (
    Adapter,
    Call,
    Card,
    Finished,
    Local,
    LoraRule,
    Model,
    Sizes,
)
from bridge.transport.reply import Reply

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

PAPER, INK, FAINT, ACCENT = (250, 246, 238), (43, 41, 38), (139, 131, 120), (176, 84, 48)


class Sketch(Adapter):
    """Built in; never used silently once a real provider is configured."""

    card = Card(
        name="sketch",
        title="Sketch",
        docs="",
        base_url="",
        models=(
            Model(
                id="card",
                name="card",
                family="any",
                sizes=Sizes(64, 4096, 8),
                loras=LoraRule(most=99),
                negative=True,
                seeds=(0, 2**32 - 1),
                rating="mature",
                p95=1.0,
            ),
        ),
        auth="",
        dry_run=True,
        verified="built in",
    )

    def submit(self, job: Ready, ref: str) -> Generator[Call, Reply, Finished]:
        """No call at all: the card is drawn in a thread."""
        yield from ()
        return Finished((Local(lambda: draw(job)),), cost=0, seed=job.seed)


def draw(job: Ready) -> bytes:
    """A PNG of the job's size with the place, the people, the LoRAs and the final prompt."""
    from PIL import Image, ImageDraw  # loaded when first needed

    image = Image.new("RGB", (job.width, job.height), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, job.width, max(job.height // 64, 4)), fill=ACCENT)
    for lines_high in (26, 32, 40, 52, 68):  # the largest type with which all of it fits
        if _written(pen, job, job.height / lines_high, dry=True) or lines_high == 68:
            _written(pen, job, job.height / lines_high)
            break
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _written(pen: "ImageDraw", job: Ready, unit: float, *, dry: bool = False) -> bool:
    """Write everything at this size of type, or with `dry` only see whether it fits."""
    from PIL import ImageFont

    y = unit * 1.5
    for text, colour, size in _lines(job):
        font = ImageFont.load_default(max(unit * size, 6.0))
        room = max(int((job.width - 2 * unit) * len(text) / max(font.getlength(text), 1)), 8)
        for line in wrap(text, room) or [""]:
            if not dry and y < job.height:
                pen.text((unit, y), line, font=font, fill=colour)
            y += unit * size * 1.3
    return y < job.height - unit / 2


def _lines(job: Ready) -> Iterator[tuple[str, tuple[int, int, int], float]]:
    """(text, colour, size) of each paragraph, top to bottom."""
    yield "Sketch: no picture was made", INK, 1.6
    yield "no provider configured (a1111-bridge doctor says what to do), or a dry run", ACCENT, 0.8
    yield "", INK, 0.4
    for title, text in _parts(job):
        if text:
            yield title, FAINT, 0.8
            yield text, INK, 1.0
            yield "", INK, 0.3


def _parts(job: Ready) -> Iterator[tuple[str, str]]:
    scene = job.scene
    if scene:
        place = (scene.place.text, scene.time, scene.weather)
        yield "Place", ", ".join(filter(None, place)) or "not said"
        yield "People", ", ".join(filter(None, (s.name for s in scene.subjects))) or "nobody named"
    yield "LoRAs", ", ".join(f"{use.id} {use.weight:g}" for use in job.loras)
    yield "Prompt", job.prompt
    yield "Negative", job.negative
    yield "Size and seed", f"{job.width} x {job.height}, seed {job.seed}"
