"""The size on offer that is nearest to what is asked for."""

from bridge.engine.card import Sizes


def nearest_size(width: int, height: int, sizes: Sizes) -> tuple[int, int]:
    """The nearest size on offer with the aspect kept as far as the limits let it."""
    if sizes.fixed:
        ratio = width / height
        return min(
            sizes.fixed,
            key=lambda s: (abs(s[0] / s[1] / ratio - 1), abs(s[0] * s[1] - width * height)),
        )
    scale = min(1.0, sizes.high / max(width, height))
    scale = max(scale, sizes.low / min(width, height))
    return _side(width * scale, sizes), _side(height * scale, sizes)


def _side(pixels: float, sizes: Sizes) -> int:
    low = -(-sizes.low // sizes.step) * sizes.step
    high = sizes.high // sizes.step * sizes.step
    return min(max(round(pixels / sizes.step) * sizes.step, low), high)
