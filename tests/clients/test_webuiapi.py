"""The real `webuiapi`: every public method, found by introspection, against the bridge."""

import asyncio
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from webuiapi import WebUIApi

from emulator.pictures import digest
from tests.clients.webuiapi_calls import CALLS, GREY, HAT, LYNX, pictures, sizes
from tests.stack import Stack, eventually, running

pytestmark = pytest.mark.slow

WHITE = Image.new("L", GREY.size, 255)


def public_methods() -> list[str]:
    """What a user of the class may call."""
    found = inspect.getmembers(WebUIApi, inspect.isfunction)
    return sorted(name for name, _ in found if not name.startswith("_"))


@pytest.fixture
def api(calm: Stack) -> Iterator[Any]:
    """A client whose connections are closed afterwards."""
    client = WebUIApi(baseurl=f"{calm.bridge_url}/sdapi/v1")
    yield client
    client.session.close()


def test_the_table_has_every_method() -> None:
    assert public_methods() == sorted(CALLS)


@pytest.mark.parametrize("name", public_methods())
def test_a_method(api: Any, name: str) -> None:
    assert CALLS[name](api)


@pytest.mark.parametrize(
    ("name", "arguments", "size"),
    [
        ("txt2img", {"prompt": LYNX, "width": 512, "height": 320}, (512, 320)),
        ("img2img", {"images": [GREY], "prompt": LYNX, "width": 512, "height": 320}, (512, 320)),
        ("extra_single_image", {"image": GREY, "upscaler_1": "Lanczos"}, (192, 128)),
        ("extra_batch_images", {"images": [GREY], "upscaler_1": "Lanczos"}, (192, 128)),
    ],
)
def test_a_method_in_an_event_loop(
    api: Any, name: str, arguments: dict[str, Any], size: tuple[int, int]
) -> None:
    async def both() -> list[Any]:
        calls = [getattr(api, name)(**arguments, use_async=True) for _ in range(2)]
        return list(await asyncio.gather(*calls))

    assert [sizes(result) for result in asyncio.run(both())] == [[size], [size]]


def test_a_custom_post_in_an_event_loop(api: Any) -> None:
    async def ask() -> Any:
        return await api.custom_post("sdapi/v1/interrupt", use_async=True)

    assert asyncio.run(ask()).json == {}


def test_the_cloud_gets_the_very_picture_and_mask_that_were_sent(api: Any, calm: Stack) -> None:
    result = api.img2img(images=[GREY], mask_image=WHITE, prompt=HAT)
    (picture,) = pictures(result)
    file = BytesIO()
    GREY.save(file, "PNG")
    assert picture["init"] == digest(file.getvalue())
    assert picture["mask"] is not None


def test_extensions_in_the_request_do_no_harm(api: Any) -> None:
    """After one call with ControlNet, every later call of the process carries its unit."""
    scripts = {"ControlNet": {"args": [{"enabled": True, "module": "canny"}]}, "ADetailer": {}}
    (picture,) = pictures(api.txt2img(prompt=LYNX, alwayson_scripts=scripts))
    assert picture["prompt"] == LYNX


@pytest.mark.filterwarnings(
    "ignore:BasicAuth is deprecated:DeprecationWarning",
    "ignore:The 'auth' parameter is deprecated:DeprecationWarning",
)
def test_a_locked_bridge(tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_AUTH="alice:s3cret") as stack:
        base = f"{stack.bridge_url}/sdapi/v1"
        with WebUIApi(baseurl=base).session as stranger:
            assert stranger.get(f"{base}/options").status_code == 401
        alice = WebUIApi(baseurl=base, username="alice", password="s3cret")
        with alice.session:
            (picture,) = pictures(alice.txt2img(prompt=LYNX))
            assert picture["prompt"] == LYNX
            (again,) = pictures(asyncio.run(alice.async_post(f"{base}/txt2img", {"prompt": HAT})))
            assert again["prompt"] == HAT


def test_interrupt_ends_a_picture_that_is_still_waited_for(tmp_path: Path) -> None:
    """As in A1111: 200 with the pictures there are."""
    with running(tmp_path, BRIDGE_PROVIDERS="runpod") as stack, ThreadPoolExecutor(1) as beside:
        stack.emulator.change(clouds={"runpod": {"run_s": 1200}})
        base = f"{stack.bridge_url}/sdapi/v1"
        artist, other = WebUIApi(baseurl=base), WebUIApi(baseurl=base)
        with artist.session, other.session:
            drawing = beside.submit(artist.txt2img, prompt=LYNX)
            eventually(stack.emulator.jobs, "a job")
            assert other.get_progress()["state"]["job_count"] == 1
            assert other.interrupt() == {}
            assert drawing.result(30).images == []
        eventually(lambda: stack.emulator.jobs()[0]["state"] == "cancelled", "a cancelled job")


def test_a_failure_is_told(tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_PROVIDERS="runware") as stack:
        stack.emulator.fault("runware", "status", times=None, status=429)
        client = WebUIApi(baseurl=f"{stack.bridge_url}/sdapi/v1")
        with client.session, pytest.raises(RuntimeError) as error:
            client.txt2img(prompt=LYNX)
        status, text = error.value.args
        assert status == 503
        assert "Runware" in text
