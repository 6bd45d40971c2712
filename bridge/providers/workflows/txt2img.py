"""A job as txt2img and img2img of A1111 and its kin take it."""

from bridge.domain import Ready

ALWAYS = {"n_iter": 1, "batch_size": 1, "send_images": True, "save_images": False,
          "override_settings_restore_afterwards": True}  # fmt: skip
HIRES_STRENGTH = 0.4
"""A1111 has none of its own for the second pass."""


def asked(job: Ready) -> dict[str, object]:
    """The request; its own LoRAs stand in the prompt, guidance of FLUX.1 in Forge's field."""
    tags = (f"<lora:{use.handle}:{use.weight:g}>" for use in job.loras)
    flux = job.family == "flux1"
    wanted = {
        "prompt": " ".join((job.prompt, *tags)), "negative_prompt": job.negative,
        "width": job.width, "height": job.height, "steps": job.steps, "seed": job.seed,
        "cfg_scale": 1 if flux else job.guidance or 1,
        "distilled_cfg_scale": job.guidance if flux else None,
        "denoising_strength": job.strength,
    }  # fmt: skip
    if job.init_image:
        wanted |= {"init_images": [job.init_image], "resize_mode": 1, "mask": job.mask}
        wanted |= {"inpainting_fill": 1, "inpaint_full_res": False} if job.mask else {}
    elif job.hires:
        size = {"hr_resize_x": job.hires.width, "hr_resize_y": job.hires.height}
        more = {"hr_second_pass_steps": job.hires.steps, "hr_cfg": job.hires.guidance}
        strength = HIRES_STRENGTH if job.hires.strength is None else job.hires.strength
        wanted |= {"enable_hr": True, "denoising_strength": strength, **size, **more}
        wanted |= {"hr_upscaler": "Latent", "hr_additional_modules": []}
    return {name: value for name, value in (wanted | ALWAYS).items() if value is not None}
