"""webuiapi, a client of A1111 in Python, at work on our door."""

import asyncio

import pytest
import webuiapi
from PIL import Image

from tests.api.door import Door


def drive(port: int) -> tuple[object, ...]:
    api = webuiapi.WebUIApi(host="127.0.0.1", port=port)
    api.util_set_model("RUNPOD z image")
    api.util_wait_for_ready(check_interval=0.01)
    painted = api.txt2img(prompt="a fox", seed=7, batch_size=2)
    again = api.img2img(
        images=[painted.image], mask_image=Image.new("L", (16, 8), 255), prompt="a fox"
    )
    large = api.extra_single_image(painted.image, upscaler_1="Lanczos", upscaling_resize=2)
    return (
        api.util_get_current_model(),
        painted.info["all_seeds"],
        again.image.size,
        large.image.size,
        api.png_info(painted.image).info,
        api.refresh_checkpoints(),
        api.interrupt(),
        api.get_progress()["state"]["job_count"],
        api.get_memory()["ram"]["total"],
        [api.get_samplers()[-1]["name"], api.get_sd_vae(), api.get_loras()[0]["alias"]],
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning:webuiapi")
async def test_webuiapi_works(door: Door) -> None:
    told = await asyncio.to_thread(drive, int(door.url.rpartition(":")[2]))
    assert told[:4] == ("runpod/z-image", [7, 8], (16, 8), (32, 16))
    assert str(told[4]).startswith("painted: a fox\nSteps: 28, Seed: 7, Size: 16x8, Model: ")
    assert told[5:] == (None, {}, 0, 0, ["LCM", [], "Mira the fox"])
    first, *_, last = door.pipeline.jobs
    assert (first.route, first.steps, last.mask is not None) == ("runpod/z-image", None, True)
