"""How each public method of `webuiapi` is called, and what is expected of the bridge."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.clients.shown import record

LYNX = "lynx, pine branches, blue hour, light snowfall"
HAT = "lynx, red felt hat, blue hour"
GREY = Image.new("RGB", (96, 64), "grey")
Call = Callable[[Any], object]


def pictures(result: Any) -> list[dict[str, Any]]:
    """What the emulator wrote into the pictures of a result, after webuiapi has decoded them."""
    return [decoded(image) for image in result.images]


def decoded(image: Image.Image) -> dict[str, Any]:
    """The record in a picture that webuiapi has opened."""
    file = image.fp  # type: ignore[attr-defined]
    file.seek(0)
    return record(file.read())


def sizes(result: Any) -> list[tuple[int, int]]:
    """Of the pictures in a result."""
    return [image.size for image in result.images]


def refused(status: int, call: Call) -> Call:
    """The call fails as webuiapi lets it fail: with our status and a sentence."""

    def asked(api: Any) -> bool:
        with pytest.raises(RuntimeError) as error:
            call(api)
        told, text = error.value.args
        return bool(told == status and "detail" in text)

    return asked


def without(key: str, call: Call) -> Call:
    """An extension we do not have: the answer is JSON and lacks what only it could know."""

    def asked(api: Any) -> bool:
        with pytest.raises(KeyError, match=key):
            call(api)
        return True

    return asked


def not_found(call: Call) -> Call:
    """A route that A1111 has given up too."""
    return lambda api: call(api) == {"detail": "Not Found"}


def drawn(api: Any) -> bool:
    """Two pictures, in order, the second with the next seed."""
    result = api.txt2img(prompt=LYNX, seed=5, batch_size=2, width=512, height=320)
    assert result.info["all_seeds"] == [5, 6]
    assert [text.startswith(LYNX) for text in result.info["infotexts"]] == [True, True]
    assert result.parameters["prompt"] == LYNX
    assert sizes(result) == [(512, 320)] * 2
    return [(one["prompt"], one["seed"]) for one in pictures(result)] == [(LYNX, 5), (LYNX, 6)]


def redrawn(api: Any) -> bool:
    """A picture from a picture."""
    result = api.img2img(images=[GREY], prompt=HAT, denoising_strength=0.6, width=512, height=320)
    (picture,) = pictures(result)
    return picture["init"] is not None and (picture["prompt"], picture["strength"]) == (HAT, 0.6)


def told_by_its_file(api: Any) -> bool:
    """The infotext that txt2img put into the file, read again."""
    made = api.txt2img(prompt=LYNX, seed=5)
    return bool(api.png_info(made.image).info == made.info["infotexts"][0])


def set_model(api: Any) -> bool:
    """The title most alike."""
    api.util_set_model("runpod z-image")
    assert api.util_get_current_model() == "runpod/z-image"
    api.util_set_model("auto", find_closest=False)
    return bool(api.util_get_current_model() == "auto")


def set_options(api: Any) -> bool:
    """All options back, one of them changed, as Open WebUI does."""
    options = {**api.get_options(), "sd_model_checkpoint": "runware/flux1-dev"}
    assert api.set_options(options) is None
    assert api.get_options()["sd_model_checkpoint"] == "runware/flux1-dev"
    return api.set_options({"sd_model_checkpoint": "auto"}) is None


def posted(api: Any) -> bool:
    """The door that txt2img itself goes through."""
    sent = {"prompt": LYNX, "seed": 9}
    result = api.post_and_get_api_result(f"{api.baseurl}/txt2img", sent, False)
    return [one["seed"] for one in pictures(result)] == [9]


def posted_async(api: Any) -> bool:
    """The same in an event loop."""
    sent = {"prompt": LYNX, "seed": 10}
    result = asyncio.run(api.async_post(f"{api.baseurl}/txt2img", sent))
    return [one["seed"] for one in pictures(result)] == [10]


def batch(api: Any) -> bool:
    """Two pictures, enlarged."""
    result = api.extra_batch_images([GREY, GREY], upscaler_1="Lanczos", upscaling_resize=2)
    return sizes(result) == [(192, 128)] * 2


CALLS: dict[str, Call] = {
    "async_post": posted_async,
    "check_extensions": lambda api: (
        api.check_extensions() is None and not (api.has_controlnet or api.has_adetailer)
    ),
    "controlnet_detect": refused(404, lambda api: api.controlnet_detect([GREY])),
    "controlnet_model_list": lambda api: api.controlnet_model_list() == [],
    "controlnet_module_list": lambda api: api.controlnet_module_list() == [],
    "controlnet_version": lambda api: api.controlnet_version() == 2,
    "custom_get": lambda api: api.custom_get("progress", baseurl=True)["progress"] == 0,
    "custom_post": refused(404, lambda api: api.custom_post("some/extension")),
    "extra_batch_images": batch,
    "extra_single_image": lambda api: (
        sizes(api.extra_single_image(GREY, upscaler_1="Nearest", upscaling_resize=3))
        == [(288, 192)]
    ),
    "get_artist_categories": not_found(lambda api: api.get_artist_categories()),
    "get_artists": not_found(lambda api: api.get_artists()),
    "get_cmd_flags": lambda api: "api_auth" not in api.get_cmd_flags(),
    "get_embeddings": lambda api: api.get_embeddings() == {"loaded": {}, "skipped": {}},
    "get_endpoint": lambda api: api.get_endpoint("memory", True) == f"{api.baseurl}/memory",
    "get_face_restorers": lambda api: api.get_face_restorers() == [],
    "get_hypernetworks": lambda api: api.get_hypernetworks() == [],
    "get_latent_upscale_modes": lambda api: api.get_latent_upscale_modes()[0] == {"name": "Latent"},
    "get_loras": lambda api: api.get_loras() == [],
    "get_memory": lambda api: api.get_memory().keys() == {"ram", "cuda"},
    "get_options": lambda api: api.get_options()["samples_format"] == "png",
    "get_progress": lambda api: api.get_progress()["state"]["job_count"] == 0,
    "get_prompt_styles": lambda api: api.get_prompt_styles() == [],
    "get_realesrgan_models": lambda api: api.get_realesrgan_models() == [],
    "get_samplers": lambda api: "Euler a" in [row["name"] for row in api.get_samplers()],
    "get_schedulers": lambda api: "automatic" in [row["name"] for row in api.get_schedulers()],
    "get_scripts": lambda api: api.get_scripts() == {"txt2img": ["bridge"], "img2img": ["bridge"]},
    "get_sd_models": lambda api: api.get_sd_models()[0]["title"] == "auto",
    "get_sd_vae": lambda api: api.get_sd_vae() == [],
    "get_upscalers": lambda api: api.get_upscalers()[0]["name"] == "None",
    "img2img": redrawn,
    "interrogate": refused(422, lambda api: api.interrogate(GREY)),
    "interrupt": lambda api: api.interrupt() == {},
    "list_prompt_gen_models": without("available_models", lambda api: api.list_prompt_gen_models()),
    "png_info": told_by_its_file,
    "post_and_get_api_result": posted,
    "prompt_gen": refused(404, lambda api: api.prompt_gen(text="a lynx")),
    "refresh_checkpoints": lambda api: api.refresh_checkpoints() is None,
    "set_auth": lambda api: api.set_auth("alice", "s3cret") is None and api.get_samplers(),
    "set_options": set_options,
    "skip": lambda api: api.skip() is None,
    "txt2img": drawn,
    "util_get_current_model": lambda api: api.util_get_current_model() == "auto",
    "util_get_model_names": lambda api: "runpod/z-image" in api.util_get_model_names(),
    "util_get_sampler_names": lambda api: "DDIM" in api.util_get_sampler_names(),
    "util_get_scheduler_names": lambda api: "karras" in api.util_get_scheduler_names(),
    "util_set_model": set_model,
    "util_wait_for_ready": lambda api: api.util_wait_for_ready(check_interval=0.1) is None,
}
