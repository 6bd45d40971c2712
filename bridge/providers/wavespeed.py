"""WaveSpeed: a task id, then its state; a failed task says why with a number and a sentence.

https://wavespeed.ai/docs/get-result
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import BY_STATUS, named
from bridge.providers.models import models
from bridge.transport.reply import Reply

ASKS_FORMAT = frozenset({"wavespeed-ai/flux-dev-lora-ultra-fast", "wavespeed-ai/z-image/turbo"})
"""Whose schema has `output_format`; the others choose it themselves."""
GOES_ON = 5004
"""Timed out for the asker; the task itself goes on and is only to be asked for again."""
OVER = ("failed", "cancelled", "timeout", "deleted")


class Wavespeed(c.Adapter):
    """Never in sync mode, which may end in a 504 without an id. No call cancels a task."""

    card = c.Card(
        name="wavespeed", title="WaveSpeed", docs="https://wavespeed.ai/docs",
        base_url="https://api.wavespeed.ai/api/v3", models=models("wavespeed"),
        settings=(
            c.Setting("WAVESPEED_API_KEY", "key of the account", "key", True, True),
            c.Setting("WAVESPEED_BASE_URL", "address of the API", "base_url"),
            c.Setting("WAVESPEED_SAFETY_CHECKER", "off: FLUX.1 may show mature", "checker"),
        ),
        recovery="ticket", at_once=2,
        words=(
            c.Word(r"^1200:|nsfw|moderat|sensitive content|content policy", e.Refused),
            c.Word(r"^1402:.*(lora|safetensors)|lora.*(download|load|fetch)", e.LoraUnreachable),
            c.Word(r"^140[012]:", e.Unfit),
            c.Word(r"insufficient|account balance|top.?up|no credit", e.Unpayable),
            c.Word(r"rate.?limit|too many requests", e.Limited),
            c.Word(r"model.*(not (found|exist)|does not exist|unavailable)", e.Gone),
        ),
        verified="official SDK against the emulator",
    )  # fmt: skip

    def models(self) -> tuple[c.Model, ...]:
        """As everywhere; only FLUX.1 has a checker that can be switched off."""
        return tuple(
            replace(model, rating="mature") if self._unchecked(model.family) else model
            for model in super().models()
        )

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """POST to the model's id; those beside FLUX.1 take LoRAs under an id of their own."""
        unchecked, hook = self._unchecked(job.family), self.hook(ref)
        asked = {
            "prompt": job.prompt, "size": f"{job.width}*{job.height}", "seed": job.seed,
            "num_inference_steps": job.steps, "guidance_scale": job.guidance,
            "image": job.init_image, "mask_image": job.mask,
            "strength": None if job.strength is None else max(job.strength, 0.01),
            "images": list(job.references) or None,
            "loras": [{"path": use.url, "scale": use.weight} for use in job.loras] or None,
            "enable_safety_checker": False if unchecked else None,
            "output_format": "png" if job.model in ASKS_FORMAT else None,
        }  # fmt: skip
        sent = {key: value for key, value in asked.items() if value is not None}
        way = job.model
        if job.family == "flux2-klein":
            way += "/edit" if job.references else "/text-to-image"
        way += "-lora" if job.loras and job.family != "flux1" else ""
        way += f"?webhook={quote(hook, safe='')}" if hook else ""
        task = self._task((yield c.Call("POST", way, json=sent, paid=True)))
        return c.Ticket({"id": str(task["id"]), **({"checker": "off"} if unchecked else {})})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET the result until the task is over."""
        task = self._task((yield c.Call("GET", f"predictions/{ticket.fields['id']}/result")))
        status, code = task.get("status"), task.get("code")
        if status == "completed":
            outputs, flags = _list(task, "outputs"), _list(task, "has_nsfw_contents")
            held = [*([] if "checker" in ticket.fields else flags), *[False] * len(outputs)]
            return c.Finished(tuple(map(_picture, outputs, held)))
        if status not in OVER or code == GOES_ON:
            return c.Waiting()
        otherwise = e.Uncertain if status == "deleted" else e.Unavailable
        raise named(self.card, f"{code or status}: {task.get('error') or ''}", otherwise=otherwise)

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """The balance in dollars."""
        body = (yield c.Call("GET", "balance")).mapping()
        found = body.get("data")
        return {"balance": f"${found['balance']}"} if isinstance(found, dict) else {}

    def _task(self, reply: Reply) -> Mapping[str, Any]:
        """`data` of the envelope; its `code` may tell of a failure under a status of 200."""
        body = reply.mapping()
        task, code = body.get("data"), body.get("code")
        if isinstance(task, dict) and task.get("id"):
            return task
        if not isinstance(code, int) or code == 200:
            raise e.Garbled("WaveSpeed: an answer without a task")
        otherwise = BY_STATUS.get(code, e.Unavailable)
        raise named(self.card, f"{code}: {body.get('message')}", otherwise=otherwise)

    def _unchecked(self, family: str) -> bool:
        return family == "flux1" and self.account.options.get("checker") == "off"


def _picture(output: object, held: object) -> c.Entry:
    """An address, unless it is flagged: then it shows more than its model is rated for."""
    if held is True:
        return c.RefusedOne("its safety checker flagged the picture")
    return c.Remote(str(output))


def _list(task: Mapping[str, Any], key: str) -> list[object]:
    found = task.get(key)
    return found if isinstance(found, list) else []
