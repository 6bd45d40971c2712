"""SillyTavern without a browser: how it is started, and its picture routes."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.ask import Answer, begin, finish
from tests.needs import needs
from tests.ports import own_port
from tests.stack import Program

HOME = Path(__file__).parent / "sillytavern"
INSTALL = "cd tests/clients/sillytavern && npm ci --ignore-scripts --no-audit --no-fund"
MODULES = HOME / "node_modules"
CACHE = MODULES / ".bundle"
"""Where the bundled page stays between sessions: 19 s for the first start, 3 s for others."""

PAGE: dict[str, Any] = {
    "negative_prompt": "lowres, bad hands",
    "sampler_name": "DDIM",
    "scheduler": "normal",
    "steps": 20,
    "cfg_scale": 7,
    "width": 512,
    "height": 512,
    "restore_faces": False,
    "enable_hr": False,
    "hr_upscaler": "Latent",
    "hr_scale": 1,
    "hr_additional_modules": [],
    "denoising_strength": 0.7,
    "hr_second_pass_steps": 0,
    "override_settings": {"CLIP_stop_at_last_layers": 1, "forge_additional_modules": []},
    "override_settings_restore_afterwards": True,
    "clip_skip": 1,
    "save_images": True,
    "send_images": True,
    "do_not_save_grid": False,
    "do_not_save_samples": False,
}
"""What the page sends beside the prompt when a fresh user asks for a picture."""


@dataclass(frozen=True, slots=True)
class Tavern:
    """A SillyTavern that runs."""

    url: str

    def sd(self, route: str, bridge: str, auth: str | None = "", **body: Any) -> Answer:
        """POST to `/api/sd/{route}`, as its page does."""
        return finish(self.begin(route, bridge, auth, **body))

    def begin(self, route: str, bridge: str, auth: str | None = "", **body: Any) -> HTTPConnection:
        """The same without waiting; closing the connection is a user who presses stop."""
        box = {} if auth is None else {"auth": auth}
        return begin(f"{self.url}/api/sd/{route}", {"url": bridge, **box, **body})

    def imagine(self, bridge: str, prompt: str, **changed: Any) -> Answer:
        """`/imagine` with the source "auto"."""
        return self.sd("generate", bridge, **{**PAGE, "prompt": prompt, **changed})


@contextmanager
def serving(folder: Path) -> Iterator[Tavern]:
    """SillyTavern on a free port with its data in `folder`."""
    node = shutil.which("node") or ""
    server = MODULES / "sillytavern" / "server.js"
    needs("node", bool(node), "SillyTavern is a Node program")
    needs("SillyTavern", server.exists(), f"`{INSTALL}` installs it")
    CACHE.mkdir(exist_ok=True)
    data = folder / "data"
    data.mkdir()
    (data / "_webpack").symlink_to(CACHE)
    flags = {
        "configPath": folder / "config.yaml",
        "dataRoot": data,
        "listen": "false",
        "browserLaunchEnabled": "false",
        "disableCsrf": "true",
    }
    words = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    env = {
        "NODE_ENV": "production",
        "GIT_CEILING_DIRECTORIES": str(MODULES),  # its cache goes by the git revision it finds
        "SILLYTAVERN_SKIPCONTENTCHECK": "true",
        "SILLYTAVERN_WHITELISTDOCKERHOSTS": "false",
        "SILLYTAVERN_EXTENSIONS_AUTOUPDATE": "false",
        "SILLYTAVERN_EXTENSIONS_MODELS_AUTODOWNLOAD": "false",
    }
    with own_port() as port:
        program = Program([node, str(server), *words, "--port", str(port)], folder, env)
        tavern = Tavern(f"http://127.0.0.1:{port}")
        try:
            with (CACHE / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would bundle into the same files
                program.start(f"{tavern.url}/csrf-token", seconds=180)
            yield tavern
        finally:
            program.stop()
