"""What may be changed about the emulator while it runs: speed, keys, expiry, each cloud's own."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any


class Settings:
    """The frame's settings as attributes and each cloud's under its name in `clouds`.

    `change` raises KeyError for a name that nobody declared.
    """

    def __init__(self, clouds: Mapping[str, Mapping[str, Any]]) -> None:
        self.time_scale = 1.0
        """Real seconds per emulated second, for queues, latencies and drawing times."""
        self.ahead_s = 0.0
        """How far the clock that decides on expiry has been put forward."""
        self.file_ttl_s = 3600.0
        self.hosts: dict[str, str] = {}
        """Origins that clouds really call, for files and webhooks, and where they are found."""
        self.keys: dict[str, list[str]] = {name: [f"emu-{name}-key"] for name in clouds}
        """Accepted besides every key that begins with `test-`."""
        self.clouds: dict[str, dict[str, Any]] = {
            name: deepcopy(dict(defaults)) for name, defaults in clouds.items()
        }

    def change(self, values: Mapping[str, Any]) -> None:
        """Take over `values`; `hosts`, `keys` and `clouds` are merged."""
        for name, value in values.items():
            if name == "clouds":
                for cloud, own in value.items():
                    self._change_cloud(cloud, own)
            elif name == "keys":
                self.keys.update({cloud: list(keys) for cloud, keys in value.items()})
            elif name == "hosts":
                self.hosts.update(value)
            elif name in self.__dict__:
                setattr(self, name, float(value))
            else:
                raise KeyError(name)

    def _change_cloud(self, cloud: str, values: Mapping[str, Any]) -> None:
        unknown = values.keys() - self.clouds[cloud].keys()
        if unknown:
            raise KeyError(f"{cloud}: {', '.join(sorted(unknown))}")
        self.clouds[cloud].update(values)

    def as_json(self) -> dict[str, Any]:
        """All settings as they stand."""
        return deepcopy(self.__dict__)

    def accepts(self, cloud: str, key: str) -> bool:
        """Whether `key` opens an account at `cloud`."""
        return key.startswith("test-") or key in self.keys[cloud]
