"""Ideogram: forms in, addresses of pictures out; 4.0 takes a prompt as text or as JSON.

https://developer.ideogram.ai/api-reference
"""

from collections.abc import Generator, Mapping
from functools import partial
from urllib.parse import quote

import orjson

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.pictures.mask import black_is_repainted
from bridge.pictures.sniff import mime
from bridge.providers.models import models
from bridge.transport.reply import Reply


class Ideogram(c.Adapter):
    """Synchronous; where we have a public address, 4.0 is asked by its queue, which wants one."""

    card = c.Card(
        name="ideogram", title="Ideogram", docs="https://developer.ideogram.ai",
        base_url="https://api.ideogram.ai", models=models("ideogram"), at_once=8,
        recovery="none", verified="emulator only", key_header="Api-Key", auth="{key}",
        settings=(
            c.Setting("IDEOGRAM_API_KEY", "key of the account", "key", True, True),
            c.Setting("IDEOGRAM_BASE_URL", "address of the API", "base_url"),
            c.Setting("IDEOGRAM_MODEL", "only this model: v4, v3 or v3-inpaint", "only"),
            c.Setting("IDEOGRAM_SPEED", "TURBO, DEFAULT (usual) or QUALITY", "speed"),
        ),
        words=(
            c.Word(r"safety|content_policy|copyright|moderat|inappropriate", e.Refused),
            c.Word(r"credit|authorization token|api key", e.Unpayable),
            c.Word(r"rate limit|too many requests|in.?flight", e.Limited),
        ),
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Request, Reply, c.Ticket | c.Finished]:
        """POST to remix with an init image, to inpaint with a mask too, else to generate."""
        files = [("image", job.init_image)]
        files += [("character_reference_images", raw) for raw in job.references]
        if job.mask is not None:
            files.append(("mask", (yield c.Local(partial(black_is_repainted, job.mask))).raw))
        form = [c.Part(name, str(v)) for name, v in self._fields(job).items() if v is not None]
        form += [_file(name, raw) for name, raw in files if raw is not None]
        way = "" if job.mask else "/remix" if job.init_image else "/generate"
        path = f"v1/{job.model}{way}"
        hook = self.hook(ref)
        queued = path == "v1/ideogram-v4/generate" and hook.startswith("https://")
        if queued:
            path = f"v1/ideogram-v4/async/generate?webhook_url={quote(hook, safe='')}"
        reply = yield c.Call("POST", path, form=tuple(form), paid=True)
        if not queued:
            return self._finished(reply)
        job_id = reply.mapping().get("generation_id")
        return c.Ticket({"id": str(job_id)}) if job_id else c.Finished(())

    def check(self, ticket: c.Ticket) -> Generator[c.Request, Reply, c.Waiting | c.Finished]:
        """GET generations/{id}: pending, completed, or failed with a reason."""
        reply = yield c.Call("GET", f"v1/generations/{quote(ticket.fields['id'], safe='')}")
        status = reply.mapping().get("status")
        if status == "failed":
            raise named(self.card, str(reply.mapping().get("failure_reason") or "it failed"))
        return self._finished(reply) if status == "completed" else c.Waiting()

    def inquire(self) -> Generator[c.Request, Reply, Mapping[str, str]]:
        """The account's own models: nothing else is free."""
        return {"own models": str(len((yield c.Call("GET", "models")).items("models")))}

    def _fields(self, job: Ready) -> Mapping[str, object]:
        """The texts of the form; inpainting knows neither a size nor a negative prompt."""
        speed = self.account.options.get("speed", "DEFAULT")
        size = {} if job.mask else {"resolution": f"{job.width}x{job.height}"}
        if job.strength is not None:
            size["image_weight"] = str(min(max(round(100 * (1 - job.strength)), 1), 100))
        words = _words(job) if job.family == "ideogram4" else {
            "prompt": job.prompt, "seed": job.seed, "magic_prompt": "OFF",
            "negative_prompt": (not job.mask and job.negative) or None,
        }  # fmt: skip
        return {**words, **size, "rendering_speed": speed, **job.options}

    def _finished(self, reply: Reply) -> c.Finished:
        """A picture that its moderation holds back has no address."""
        found, cost = reply.items("data"), reply.mapping().get("usage_cost_usd_micros")
        urls = (one.get("is_image_safe", True) and one.get("url") for one in found)
        held = c.RefusedOne("its safety check held the picture back")
        pictures = tuple(c.Remote(str(url)) if url else held for url in urls)
        seed = found[0].get("seed") if found else None
        return c.Finished(pictures, cost=cost if isinstance(cost, int) else None, seed=seed)


def _file(name: str, raw: bytes) -> c.Part:
    return c.Part(name, raw, f"{name}.{mime(raw).rpartition('/')[2]}")


def _words(job: Ready) -> Mapping[str, object]:
    """The prompt of 4.0: a JSON object as it is, but as sentences for remix, which takes text."""
    try:
        caption = orjson.loads(job.prompt)
    except ValueError:
        caption = None
    if not isinstance(caption, dict):
        return {"text_prompt": job.prompt}
    return {"text_prompt": _sentences(caption)} if job.init_image else {"json_prompt": job.prompt}


def _sentences(caption: object) -> str:
    found, left = list[str](), [caption]
    while left:  # a prompt may be nested deeper than Python calls itself
        part = left.pop(0)
        if isinstance(part, dict):
            part = [value for name, value in part.items() if name != "type"]
        left[:0] = part if isinstance(part, list) else []
        found += [part] if isinstance(part, str) else []
    return " ".join(found)
