"""Marks tests by their folder: `wire` talks over sockets or starts processes, the rest is unit."""

import pytest

OVER_THE_WIRE = ("tests/api/", "tests/cli/", "tests/clients/", "tests/emulator/", "tests/flow/",
                 "tests/providers/")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make unit` leaves them out."""
    for item in items:
        if item.nodeid.startswith(OVER_THE_WIRE):
            item.add_marker("wire")
