"""Every adapter with a cloud behind it, and how its account looks at the emulator."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image

from bridge.engine.contract import Account, Adapter, Card, Model
from bridge.providers import adapters
from emulator.clouds import CLOUDS


@dataclass(frozen=True, slots=True)
class Case:
    """One cloud as the suite sees it."""

    cloud: str
    options: Mapping[str, str]
    path: str

    def adapter(self, emulator: str, options: Mapping[str, str] | None = None) -> Adapter:
        """The adapter, pointed at the emulator's `url`; with other options than the usual ones."""
        given = self.options if options is None else options
        account = Account(self.cloud, f"{emulator}{self.path}", f"test-{self.cloud}", options=given)
        return adapters()[self.cloud](account)

    @property
    def card(self) -> Card:
        """The adapter's."""
        return adapters()[self.cloud].card

    def models(self) -> tuple[Model, ...]:
        """The models of this case's account."""
        return self.adapter("http://127.0.0.1").models()


CASES = {
    cloud.name: Case(cloud.name, cloud.options, cloud.home or f"/{cloud.name}")
    for cloud in CLOUDS
    if cloud.name in adapters()
}
QUEUED = [name for name, case in CASES.items() if case.card.recovery != "none"]
"""Clouds that are asked again after a submit; the others answer it with the picture."""
MODELS = [
    (name, model) for name, case in CASES.items() for model in case.models() if not model.upscales
]
"""All that paint; those that only enlarge a picture are tested with their cloud."""


@cache
def png(width: int, height: int, grey: int = 128) -> bytes:
    """A plain picture."""
    file = BytesIO()
    Image.new("L", (width, height), grey).save(file, "PNG")
    return file.getvalue()
