"""Another A1111, Forge or SD.Next server: it answers when the picture is there, one at a time."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any, Literal

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import circle
from bridge.engine import contract as c
from bridge.engine.own_server import OwnServer, on_disk, reached, stem
from bridge.providers.models import models
from bridge.providers.workflows.txt2img import asked
from bridge.transport.reply import Reply

HIDDEN = frozenset({401, 403, 404, 405})
"""/internal is not there without the web page, and locked by its own login."""
NAMES = ("title", "model_name", "hash", "sha256")


class A1111(OwnServer):
    """Its samplers stay as they are set there. Nothing finds the answer to a lost request."""

    card = c.Card(
        name="a1111", title="A1111", docs="https://github.com/AUTOMATIC1111/stable-diffusion-webui",
        base_url="", models=models("a1111"),
        settings=(
            *reached("A1111", "AUTOMATIC1111_BASE_URL", "AUTOMATIC1111_API_AUTH"),
            c.Setting("A1111_FAMILY", "what it runs: sdxl, flux1, flux2-klein, z-image", "family"),
            c.Setting("A1111_CHECKPOINTS", "a,b: offer these; else what is loaded", "checkpoints"),
        ),
        at_once=1, peeks=True, cancel_stops_bill=True,
        words=(
            c.Word(r"nsfw|safety checker|censor", e.Refused),
            c.Word(circle.TEXT, e.Gone),
            c.Word(r"init image not found|upscaler named|KeyError", e.Unfit),
        ),
        verified="webuiapi against the emulator; fields from notes of its API",
    )  # fmt: skip

    def __init__(self, account: c.Account) -> None:
        super().__init__(account)
        family = account.options.get("family", "sdxl")
        found = [model for model in self.card.models if model.family == family]
        if not found:
            known = ", ".join(model.family for model in self.card.models)
            raise e.BadRequest(f"A1111_FAMILY={family}: there are {known}")
        names = filter(None, map(str.strip, account.options.get("checkpoints", "").split(",")))
        named = tuple(replace(found[0], id=name, name=stem(name)) for name in names)
        self._models = named or (found[0],)
        self._stopped: set[str] = set()

    def models(self) -> tuple[c.Model, ...]:
        """One for each checkpoint that is named, else the one for whatever is loaded there."""
        return self._models

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Finished]:
        """txt2img or img2img; first a look for what the server would leave out without a word."""
        body = asked(job) | {"force_task_id": ref}
        if job.model != "current":
            there = _rows((yield _call("GET", "sd-models")))
            if not any(job.model in (m.get(name) for name in NAMES) for m in there):
                raise e.Gone(f"A1111 has no checkpoint {job.model}")
            body["override_settings"] = {"sd_model_checkpoint": job.model}
        if job.loras:
            known = {row.get("name") for row in _rows((yield _call("GET", "loras")))}
            if lost := [use.handle for use in job.loras if use.handle not in known]:
                raise e.LoraUnreachable(f"A1111 has no LoRA {lost[0]} any more")
        kind = "img2img" if job.init_image else "txt2img"
        images = (yield _call("POST", kind, body, paid=True)).mapping().get("images")
        if ref in self._stopped:
            raise e.Unavailable("A1111: interrupted")  # what came is the picture half made
        found = images if isinstance(images, list) else []
        return c.Finished(tuple(c.Inline(b64) for b64 in found[:1]), cost=0)

    def peek(self, ref: str) -> Generator[c.Call, Reply, c.Waiting]:
        """Of our own task; where /internal is hidden, of whatever runs there."""
        reply = yield _task(ref)
        if reply.status in HIDDEN:
            reply = yield _call("GET", "progress?skip_current_image=true")
        at = reply.mapping().get("progress")
        return c.Waiting(at if isinstance(at, float) else None)

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """POST interrupt, which names no job: only when it is certain that ours is the one."""
        reply = yield _task(ref)
        if reply.status not in HIDDEN and reply.mapping().get("active"):
            self._stopped.add(ref)
            yield _call("POST", "interrupt")

    def adopt(self, asset: c.Asset) -> Generator[c.Call, Reply, c.Handle]:
        """Its name for a LoRA that lies in its folder; what was put there just now counts."""
        yield replace(_call("POST", "refresh-loras"), hint=3.0)
        rows = _rows((yield _call("GET", "loras")))
        return on_disk(asset, (str(row.get("name")) for row in rows), "A1111")

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """GET options: what is loaded."""
        options = (yield _call("GET", "options")).mapping()
        return {"checkpoint": str(options.get("sd_model_checkpoint"))}


def _call(
    method: Literal["GET", "POST"], name: str, body: object = None, *, paid: bool = False
) -> c.Call:
    ours = {circle.HEADER: circle.OURS}
    return c.Call(method, f"sdapi/v1/{name}", json=body, headers=ours, paid=paid)


def _task(ref: str) -> c.Call:
    body = {"id_task": ref, "id_live_preview": -1, "live_preview": False}
    return c.Call("POST", "internal/progress", json=body, reads=HIDDEN)


def _rows(reply: Reply) -> list[dict[str, Any]]:
    rows = reply.json if isinstance(reply.json, list) else []
    return [row for row in rows if isinstance(row, dict)]
