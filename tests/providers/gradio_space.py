"""A real Gradio server with a `/run_lora` that paints one colour; `python gradio_space.py PORT`.

It is no module of the project: the test starts it in a process of its own, with a Python that has
gradio. What the prompt says decides how it ends; `steps` are tenths of a second.
"""

import json
import sys
import time
from typing import Any

import gradio as gr
from PIL import Image

QUOTA = "You have exceeded your GPU quota (60s requested vs. 12s left). Try again in 3:21:09"


def run_lora(
    prompt: str, image_url: str, lora_strings_json: str, image_strength: float, cfg_scale: float,
    steps: float, randomize_seed: bool, seed: float, width: float, height: float,
    upload_to_r2: bool, account_id: str, access_key: str, secret_key: str, bucket: str,
) -> tuple[Any, str]:  # fmt: skip
    """The picture's colour is the seed; what was asked comes back in the text."""
    time.sleep(steps / 10)
    if "quota" in prompt:
        raise gr.Error(QUOTA, title="ZeroGPU quota exceeded")
    if "crash" in prompt:
        raise RuntimeError("not to be told")
    told = {"status": "success", "loras": json.loads(lora_strings_json), "start": image_url}
    if "unsaid" in prompt:
        return None, json.dumps({"status": "error", "message": "the LoRA could not be loaded"})
    size = int(width), int(height)
    return Image.new("RGB", size, (int(seed) % 256, 0, 0)), json.dumps(told)


def main(port: int) -> None:
    """Serve until the process is ended."""
    with gr.Blocks() as space:
        numbers = [(0, 1, 0.75), (0, 20, 3.5), (1, 50, 28)]
        sizes = [gr.Slider(256, 1536, value=1024, step=8) for _ in range(2)]
        inputs = [
            *(gr.Textbox() for _ in range(2)), gr.Textbox(value="[]"),
            *(gr.Slider(low, high, value=usual) for low, high, usual in numbers),
            gr.Checkbox(value=True), gr.Slider(0, 2**31 - 1, value=0, step=1), *sizes,
            gr.Checkbox(value=False), *(gr.Textbox() for _ in range(4)),
        ]  # fmt: skip
        outputs = [gr.Image(format="png"), gr.Textbox()]
        gr.Button().click(run_lora, inputs, outputs, api_name="run_lora")
    space.queue(max_size=3, default_concurrency_limit=1)
    space.launch(server_name="127.0.0.1", server_port=port, quiet=True, show_error=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
