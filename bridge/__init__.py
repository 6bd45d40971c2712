"""a1111-bridge: an AUTOMATIC1111 web UI to its clients, some twenty picture clouds behind it."""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when it is asked for: that takes longer than all else here."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("a1111-bridge")
    except PackageNotFoundError:  # run from a folder without being installed
        return "0"
