"""Every emulated worker by the endpoint it stands behind, and how an account names these."""

from collections.abc import Mapping

from emulator.clouds.runpod import public
from emulator.clouds.runpod.faces import FACES_FIELDS, faces
from emulator.clouds.runpod.graphs import COMFYUI_FIELDS, comfyui
from emulator.clouds.runpod.playground import PLAYGROUND_FIELDS, playground
from emulator.clouds.runpod.workers import WORKERS as ENLARGING
from emulator.clouds.runpod.workers import Worker

OWN: Mapping[str, Worker] = {
    **ENLARGING,
    "zimage-old": ENLARGING["zimage"],
    "klein-old": ENLARGING["klein"],
    "faces": Worker(FACES_FIELDS, faces),
    "playground": Worker(PLAYGROUND_FIELDS, playground),
    "comfyui": Worker(COMFYUI_FIELDS, comfyui),
}
PUBLIC = frozenset(public.WORKERS)
WORKERS: Mapping[str, Worker] = {**OWN, **public.WORKERS}
OPTIONS: Mapping[str, str] = {
    "z-image": "zimage", "z-image-old": "zimage-old", "flux2-klein": "klein",
    "flux2-klein-old": "klein-old", "faces": "faces", "playground": "playground",
    "comfyui": "comfyui", "public": "1",
}  # fmt: skip
