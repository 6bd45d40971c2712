"""The emulated clouds, one folder each; a new one is added to `CLOUDS`."""

from emulator.cloud import Cloud
from emulator.clouds.fal.cloud import Fal
from emulator.clouds.llm.cloud import Llm
from emulator.clouds.runpod.cloud import RunPod
from emulator.clouds.runware.cloud import Runware
from emulator.clouds.together.cloud import Together

CLOUDS: tuple[type[Cloud], ...] = (Runware, RunPod, Fal, Together, Llm)
