"""What the measurements send through the bridge is taken for a picture."""

import pybase64
import pytest

from bench.upstream import SIDE, Cloud, jpeg, png
from bridge.pictures.sniff import from_base64, sniff
from bridge.pictures.text import text_at


@pytest.mark.parametrize(("raw", "kind"), [(png(200_000), "png"), (jpeg(20_000), "jpeg")])
def test_noise_passes_for_a_picture(raw: bytes, kind: str) -> None:
    picture = sniff(raw)
    assert (picture.kind, picture.width, picture.height) == (kind, SIDE, SIDE)
    assert text_at(raw)
    assert from_base64(pybase64.b64encode(raw)).raw == raw


def test_a_job_is_under_way_as_long_as_it_was_told() -> None:
    cloud = Cloud(1)
    cloud.choose("jpeg", 3600.0)
    assert b"job-1" in cloud.answer("POST", "/runpod/v2/e/run", b"{}")
    assert b"IN_PROGRESS" in cloud.answer("GET", "/runpod/v2/e/status/job-1", b"")
    cloud.choose("jpeg", 0.0)
    assert b"COMPLETED" in cloud.answer("GET", "/runpod/v2/e/status/job-1", b"")
