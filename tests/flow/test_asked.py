"""What is asked for at the door, as it arrives at the clouds and comes back."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.pictures.sniff import from_base64, sniff
from bridge.pictures.text import read_text
from tests.ask import Answer, ask
from tests.stack import Stack, eventually, running

pytestmark = pytest.mark.slow
BODY = {"prompt": "a red fox, fresh snow, morning", "width": 512, "height": 768, "seed": 7}
UPSCALER = "fal/crystal-upscaler"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("asked")
    styles = folder / "styles.csv"
    styles.write_text('name,prompt\nInk,"ink drawing of {prompt}"\n')
    settings = {"BRIDGE_PROVIDERS": "runware,runpod,fal", "BRIDGE_STYLES": str(styles)}
    with running(folder, BRIDGE_LLM_BASE_URL="", **settings) as fresh:
        yield fresh


def picture(stack: Stack, route: str, **asked: Any) -> tuple[Answer, tuple[int, int]]:
    answer = ask(f"{stack.bridge_url}/sdapi/v1/txt2img", {**BODY, "model": route, **asked})
    assert answer.status == 200, answer.text
    found = from_base64(answer.json["images"][0].encode())
    return answer, (found.width, found.height)


def test_a_second_pass_with_an_option_and_a_style(stack: Stack) -> None:
    hires = {"enable_hr": True, "hr_scale": 1.5, "denoising_strength": 0.3}
    ours = {"override_settings": {"bridge": {"options": {"shift": 3}}}, "styles": ["Ink"]}
    answer, size = picture(stack, "runpod/z-image", **hires, **ours)
    asked = stack.emulator.jobs("runpod")[-1]["request"]["input"]
    assert size == (768, 1152)
    assert (asked["width"], asked["height"], asked["second_pass_upscale"]) == (512, 768, 1.5)
    assert (asked["second_pass_enabled"], asked["second_pass_strength"]) == (True, 0.3)
    assert (asked["shift"], asked["prompt"]) == (3, f"ink drawing of {BODY['prompt']}")
    assert "Hires upscale: 1.5" in answer.json["info"]


@pytest.mark.parametrize(("scale", "made"), [(2, (1024, 1536)), (4, (512, 768))])
def test_the_target_at_once_or_enlarged_here(
    stack: Stack, scale: int, made: tuple[int, int]
) -> None:
    answer, size = picture(stack, "runware/z-image-turbo", enable_hr=True, hr_scale=scale)
    asked = stack.emulator.jobs("runware")[-1]["request"]
    assert (asked["width"], asked["height"]) == made
    assert size == (512 * scale, 768 * scale)
    assert "hires" in answer.headers["x-bridge-notes"]


def test_a_pictures_address_opens(stack: Stack) -> None:
    asked = {"prompt": BODY["prompt"], "size": "512x512", "response_format": "url"}
    answer = ask(f"{stack.bridge_url}/v1/images/generations", asked)
    (one,) = answer.json["data"]
    shown = ask(one["url"])
    assert (shown.status, sniff(shown.raw).width) == (200, 512)


def enlarged(stack: Stack, given: bytes, **asked: Any) -> Answer:
    body = {"image": b64encode(given).decode(), "upscaler_1": UPSCALER, **asked}
    return ask(f"{stack.bridge_url}/sdapi/v1/extra-single-image", body)


def test_a_cloud_enlarges_a_finished_picture(stack: Stack) -> None:
    first, _ = picture(stack, "runware/flux1-dev")
    given = bytes(from_base64(first.json["images"][0].encode()).raw)
    listed = ask(f"{stack.bridge_url}/sdapi/v1/upscalers").json
    assert UPSCALER in [row["name"] for row in listed]
    answer = enlarged(stack, given, upscaling_resize=1.5)
    assert answer.status == 200, answer.text
    found = from_base64(answer.json["image"].encode())
    assert (found.width, found.height) == (768, 1152)
    assert "a red fox, fresh snow, morning" in read_text(found)[0]
    job = stack.emulator.jobs("fal")[-1]
    assert (job["request"].keys(), job["request"]["scale_factor"], job["billed"]) == (
        {"image_url", "scale_factor", "output_format"}, 1.5, True,
    )  # fmt: skip
    told = [answer.headers.get(f"x-bridge-{name}") for name in ("provider", "model", "notes")]
    assert told == ["fal", "crystal-upscaler", None]

    def kept() -> bool:
        rows = ask(f"{stack.bridge_url}/bridge/v1/pictures").json
        return any((row["provider"], row["width"]) == ("fal", 768) for row in rows)

    eventually(kept, "the picture in the gallery")


def test_a_cloud_that_does_not_enlarge_says_so(stack: Stack) -> None:
    first, _ = picture(stack, "runware/flux1-dev")
    given = bytes(from_base64(first.json["images"][0].encode()).raw)
    fault = stack.emulator.fault("fal", "status", status=503, times=None)
    answer = enlarged(stack, given)
    stack.emulator.lift(fault)
    assert (answer.status, "image" in answer.json) == (502, False)
    assert answer.json["detail"].startswith(f"no picture: {UPSCALER} Unavailable")
