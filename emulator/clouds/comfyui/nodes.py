"""The nodes that the emulated ComfyUI has installed: inputs, their kinds and limits, outputs.

Source: nodes.py and comfy_extras of ComfyUI. Combos are named by the list they choose from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

SIDE = ("INT", 16, 16384)
SEED = ("INT", 0, 2**64 - 1)
STRENGTH = ("FLOAT", -100.0, 100.0)
CFG = ("FLOAT", 0.0, 100.0)
STEPS = ("INT", 1, 10000)
Kind = str | tuple[str, float, float]
"""A link's type in capitals, STRING, a combo in small letters, or a number with its limits."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One class of nodes."""

    outputs: tuple[str, ...]
    required: Mapping[str, Kind]
    optional: Mapping[str, Kind]

    @property
    def is_output(self) -> bool:
        """Whether a graph may end here."""
        return not self.outputs


def spec(outputs: str, optional: Mapping[str, Kind] | None = None, **required: Kind) -> Spec:
    """`outputs` in one row."""
    return Spec(tuple(outputs.split()), required, optional or {})


LORA: Mapping[str, Kind] = {"model": "MODEL", "lora_name": "loras", "strength_model": STRENGTH}

NODES: Mapping[str, Spec] = {
    "UNETLoader": spec("MODEL", unet_name="diffusion_models", weight_dtype="weight_dtypes"),
    "CLIPLoader": spec(
        "CLIP", {"device": "devices"}, clip_name="text_encoders", type="clip_types"
    ),
    "DualCLIPLoader": spec(
        "CLIP", {"device": "devices"},
        clip_name1="text_encoders", clip_name2="text_encoders", type="dual_clip_types",
    ),
    "VAELoader": spec("VAE", vae_name="vae"),
    "LoraLoader": Spec(("MODEL", "CLIP"), {**LORA, "clip": "CLIP", "strength_clip": STRENGTH}, {}),
    "LoraLoaderModelOnly": Spec(("MODEL",), LORA, {}),
    "ModelSamplingAuraFlow": spec("MODEL", model="MODEL", shift=("FLOAT", 0.0, 100.0)),
    "CLIPTextEncode": spec("CONDITIONING", text="STRING", clip="CLIP"),
    "ConditioningZeroOut": spec("CONDITIONING", conditioning="CONDITIONING"),
    "FluxGuidance": spec("CONDITIONING", conditioning="CONDITIONING", guidance=CFG),
    "ReferenceLatent": spec("CONDITIONING", {"latent": "LATENT"}, conditioning="CONDITIONING"),
    "EmptySD3LatentImage": spec("LATENT", width=SIDE, height=SIDE, batch_size=("INT", 1, 4096)),
    "EmptyFlux2LatentImage": spec("LATENT", width=SIDE, height=SIDE, batch_size=("INT", 1, 4096)),
    "KSampler": spec(
        "LATENT", model="MODEL", seed=SEED, steps=STEPS, cfg=CFG, sampler_name="samplers",
        scheduler="schedulers", positive="CONDITIONING", negative="CONDITIONING",
        latent_image="LATENT", denoise=("FLOAT", 0.0, 1.0),
    ),
    "RandomNoise": spec("NOISE", noise_seed=SEED),
    "KSamplerSelect": spec("SAMPLER", sampler_name="samplers"),
    "Flux2Scheduler": spec("SIGMAS", steps=("INT", 1, 4096), width=SIDE, height=SIDE),
    "CFGGuider": spec(
        "GUIDER", model="MODEL", positive="CONDITIONING", negative="CONDITIONING", cfg=CFG
    ),
    "SamplerCustomAdvanced": spec(
        "LATENT LATENT", noise="NOISE", guider="GUIDER", sampler="SAMPLER", sigmas="SIGMAS",
        latent_image="LATENT",
    ),
    "VAEDecode": spec("IMAGE", samples="LATENT", vae="VAE"),
    "VAEEncode": spec("LATENT", pixels="IMAGE", vae="VAE"),
    "SaveImage": spec("", images="IMAGE", filename_prefix="STRING"),
    "LoadImage": spec("IMAGE MASK", image="input"),
    "ImageScale": spec(
        "IMAGE", image="IMAGE", upscale_method="upscale_methods", width=("INT", 0, 16384),
        height=("INT", 0, 16384), crop="crops",
    ),
    "ImageScaleToTotalPixels": spec(
        "IMAGE", image="IMAGE", upscale_method="upscale_methods",
        megapixels=("FLOAT", 0.01, 16.0), resolution_steps=("INT", 1, 256),
    ),
    "ImageToMask": spec("MASK", image="IMAGE", channel="channels"),
    "SetLatentNoiseMask": spec("LATENT", samples="LATENT", mask="MASK"),
}  # fmt: skip

CHOICES: Mapping[str, list[str]] = {
    "weight_dtypes": ["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"],
    "devices": ["default", "cpu"],
    "clip_types": ["stable_diffusion", "sd3", "wan", "lumina2", "flux2", "qwen_image"],
    "dual_clip_types": ["sdxl", "sd3", "flux", "hunyuan_video"],
    "samplers": ["euler", "euler_ancestral", "dpmpp_2m", "res_multistep", "uni_pc"],
    "schedulers": ["simple", "sgm_uniform", "karras", "normal", "beta"],
    "upscale_methods": ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"],
    "crops": ["disabled", "center"],
    "channels": ["red", "green", "blue", "alpha"],
}
FILES: Mapping[str, list[str]] = {
    "diffusion_models": [
        "flux1-dev.safetensors", "flux-2-klein-9b.safetensors", "z_image_turbo_bf16.safetensors",
    ],
    "text_encoders": [
        "clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors", "qwen_3_4b.safetensors",
        "qwen_3_8b_fp8mixed.safetensors",
    ],
    "vae": ["ae.safetensors", "flux2-vae.safetensors"],
    "loras": [
        "fog.safetensors", "needed.safetensors", "rose.safetensors", "style/Rain.safetensors",
        "people\\old town.safetensors",
    ],
}  # fmt: skip
"""What lies in the server's model folders, at first."""


def told(name: str, files: Mapping[str, list[str]]) -> dict[str, object]:
    """The node as /object_info describes it."""
    node = NODES[name]
    lists = {**CHOICES, **files}

    def shape(kind: Kind) -> list[object]:
        if isinstance(kind, tuple):
            return [kind[0], {"min": kind[1], "max": kind[2]}]
        return [lists.get(kind, []) if kind.islower() else kind]

    inputs = {
        "required": {key: shape(kind) for key, kind in node.required.items()},
        "optional": {key: shape(kind) for key, kind in node.optional.items()},
    }
    return {"input": inputs, "output": node.outputs, "name": name, "output_node": node.is_output}
