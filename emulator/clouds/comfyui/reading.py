"""What a valid graph would paint, found by following its links back from the end."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from emulator.pictures import Recipe

Node = Mapping[str, Any]
Uploads = Mapping[str, bytes]


class Reading:
    """One graph; `uploads` are the pictures in the server's input folder."""

    def __init__(self, graph: Mapping[str, Node], uploads: Uploads) -> None:
        self.graph = graph
        self.uploads = uploads

    def recipe(self) -> Recipe:
        """The picture of the first SaveImage."""
        save = next(n for n in self.graph.values() if n["class_type"] == "SaveImage")
        sampler = self.behind(self.behind(save, "images"), "samples")
        whole = sampler["class_type"] == "KSampler"
        guider = sampler if whole else self.behind(sampler, "guider")
        noise = sampler if whole else self.behind(sampler, "noise")
        steps = sampler if whole else self.behind(sampler, "sigmas")
        size, init, mask = self.latent(self.behind(sampler, "latent_image"))
        prompt, guidance, references = self.conditioning(self.behind(guider, "positive"))
        model, loras = self.model(self.behind(guider, "model"))
        return Recipe(
            cloud="comfyui",
            model=model,
            prompt=prompt,
            width=size[0],
            height=size[1],
            seed=noise["inputs"]["seed" if whole else "noise_seed"],
            loras=loras,
            steps=steps["inputs"]["steps"],
            guidance=guidance or guider["inputs"]["cfg"],
            strength=sampler["inputs"]["denoise"] if init else None,
            init=init,
            mask=mask,
            references=references,
        )

    def behind(self, node: Node, name: str) -> Node:
        """The node that an input is linked to."""
        return self.graph[node["inputs"][name][0]]

    def model(self, node: Node) -> tuple[str, tuple[tuple[str, float], ...]]:
        """File of the model, and the LoRAs in the order in which they are put on."""
        loras: list[tuple[str, float]] = []
        while "model" in node["inputs"]:
            inputs = node["inputs"]
            if "lora_name" in inputs:
                loras.insert(0, (inputs["lora_name"], inputs["strength_model"]))
            node = self.behind(node, "model")
        return node["inputs"]["unet_name"], tuple(loras)

    def conditioning(self, node: Node) -> tuple[str, float | None, tuple[bytes, ...]]:
        """Prompt, guidance and reference pictures."""
        guidance: float | None = None
        references: list[bytes] = []
        while "conditioning" in node["inputs"]:
            guidance = node["inputs"].get("guidance", guidance)
            if "latent" in node["inputs"]:
                picture = self.image(self.behind(self.behind(node, "latent"), "pixels"))
                references.insert(0, picture[0])
            node = self.behind(node, "conditioning")
        return node["inputs"]["text"], guidance, tuple(references)

    def latent(self, node: Node) -> tuple[tuple[int, int], bytes | None, bytes | None]:
        """Size, first picture and mask."""
        if node["class_type"] == "SetLatentNoiseMask":
            size, init, _ = self.latent(self.behind(node, "samples"))
            return size, init, self.image(self.behind(self.behind(node, "mask"), "image"))[0]
        if node["class_type"] == "VAEEncode":
            raw, size = self.image(self.behind(node, "pixels"))
            return size, raw, None
        return (node["inputs"]["width"], node["inputs"]["height"]), None, None

    def image(self, node: Node) -> tuple[bytes, tuple[int, int]]:
        """The uploaded file, and its size after any scaling."""
        if node["class_type"] == "LoadImage":
            raw = self.uploads[node["inputs"]["image"]]
            return raw, Image.open(BytesIO(raw)).size
        raw, size = self.image(self.behind(node, "image"))
        inputs = node["inputs"]
        return raw, (inputs["width"], inputs["height"]) if "crop" in inputs else size
