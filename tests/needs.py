"""What a test needs of its machine: skipped with the reason without it, unless all is required."""

import os

import pytest


def needs(what: str, there: bool, reason: str) -> None:
    """Skip the test when `what` is not there; fail it under REQUIRE_ALL=1."""
    if there:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is required: {reason}")
    pytest.skip(f"without {what}: {reason}")
