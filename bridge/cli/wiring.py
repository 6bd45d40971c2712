"""What several commands begin with: the settings of this folder."""

import argparse
from pathlib import Path

from bridge.errors import BadRequest
from bridge.providers import adapters
from bridge.settings import Settings, environment, read


def configured() -> Settings:
    """`.env` and the environment; BadRequest names what is wrong."""
    return read(environment(), [kind.card for kind in adapters().values()])


def named_dict(options: argparse.Namespace) -> Path | None:
    """What `--dict` names, if it was said; BadRequest when it is no file, for it was meant."""
    path: Path | None = options.dict
    if path and not path.is_file():
        raise BadRequest(f"--dict {path}: there is no such file")
    return path
