"""a1111-bridge: an AUTOMATIC1111 web UI to its clients, some twenty picture clouds behind it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("a1111-bridge")
except PackageNotFoundError:  # run from a folder without being installed
    __version__ = "0"
