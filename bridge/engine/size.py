"""The size on offer that is nearest to what is asked for."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from math import ceil, floor, log, sqrt

from bridge.engine.card import Sizes


@lru_cache(maxsize=256)  # routing asks for every route
def nearest_size(width: int, height: int, sizes: Sizes) -> tuple[int, int]:
    """The nearest size on offer with the aspect kept as far as the limits let it."""
    if sizes.fixed:
        ratio = width / height
        return min(
            sizes.fixed,
            key=lambda s: (abs(s[0] / s[1] / ratio - 1), abs(s[0] * s[1] - width * height)),
        )
    most = (sizes.ratio or float("inf")) * min(width, height)
    wide, high = _scaled(min(width, most), min(height, most), sizes)
    found = [_sides(wide, high, sizes, rounded) for rounded in (round, ceil, floor)]
    return next((size for size in found if _within(size, sizes.area)), found[0])


def nearest_ratio(width: int, height: int, ratios: Iterable[str]) -> str:
    """Of names like `16:9` the one nearest to the sides, whichever of them is the longer."""

    def off(name: str) -> float:
        across, down = name.split(":")
        return abs(log(width * float(down) / (height * float(across))))

    return min(ratios, key=off)


def _scaled(width: float, height: float, sizes: Sizes) -> tuple[float, float]:
    """The same aspect within the limits of pixels and of sides, in this order."""
    scale = 1.0
    if sizes.area:
        fewest, most = (sqrt(pixels / (width * height)) for pixels in sizes.area)
        scale = min(max(scale, fewest), most)
    scale = min(scale, sizes.high / max(width, height))
    scale = max(scale, sizes.low / min(width, height))
    return width * scale, height * scale


def _sides(
    width: float, height: float, sizes: Sizes, rounded: Callable[[float], int]
) -> tuple[int, int]:
    wide, high = (_side(pixels, sizes, rounded) for pixels in (width, height))
    if sizes.ratio is None:
        return wide, high
    most = floor(sizes.ratio * min(wide, high) / sizes.step) * sizes.step
    return min(wide, most), min(high, most)


def _side(pixels: float, sizes: Sizes, rounded: Callable[[float], int]) -> int:
    low = -(-sizes.low // sizes.step) * sizes.step
    high = sizes.high // sizes.step * sizes.step
    return min(max(rounded(pixels / sizes.step) * sizes.step, low), high)


def _within(size: tuple[int, int], area: tuple[int, int] | None) -> bool:
    return area is None or area[0] <= size[0] * size[1] <= area[1]
