"""What several commands begin with: the settings of this folder."""

from bridge.providers import adapters
from bridge.settings import Settings, environment, read


def configured() -> Settings:
    """`.env` and the environment; BadRequest names what is wrong."""
    return read(environment(), [kind.card for kind in adapters().values()])
