"""Black Forest Labs: a task and the address where it is asked for, often at a regional host.

https://docs.bfl.ai/quick_start/generating_images
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from urllib.parse import quote

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.engine.size import nearest_ratio
from bridge.providers.models import models
from bridge.transport.reply import Reply

RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")
OVER = ("Error", "Failed", "Request Moderated", "Content Moderated")
REGIONAL = re.compile(r"https://([a-z0-9-]+\.)*bfl\.(ai|ml)/")
CREDIT = 10_000
"""Micro-dollars."""
MOST_TOLERANT = {"flux-2": 5, "flux-kontext": 2}
"""The highest `safety_tolerance` by how a model's name begins, else 6; Kontext's with a picture."""


class Bfl(c.Adapter):
    """No webhook is asked for: the answer to such a submit has no address to poll."""

    card = c.Card(
        name="bfl", title="Black Forest Labs", docs="https://docs.bfl.ai",
        base_url="https://api.bfl.ai/v1", models=models("bfl"),
        settings=(
            c.Setting("BFL_API_KEY", "key of the account", "key", True, True),
            c.Setting("BFL_BASE_URL", "address of the API, e.g. https://api.eu.bfl.ai/v1",
                      "base_url"),
            c.Setting("BFL_SAFETY_TOLERANCE", "0 (strict) to 6; from 4 on suggestive is allowed",
                      "tolerance"),
        ),
        recovery="ticket", at_once=6, key_header="x-key", auth="{key}",
        hosts=("bfl.ai", "bfl.ml"),
        words=(
            c.Word(r"moderated|nsfw|content policy", e.Refused),
            c.Word(r"insufficient|credits|not authenticated|api key", e.Unpayable),
            c.Word(r"rate.?limit|too many|concurrent", e.Limited),
        ),
        verified="emulator only; fields from the vendor's skills and OpenAPI",
    )  # fmt: skip

    def models(self) -> tuple[c.Model, ...]:
        """As everywhere; kontext stays strict, and the others may be told to be less so."""
        return tuple(
            replace(model, rating="suggestive") if self._tolerance(model.id) >= 4 else model
            for model in super().models()
        )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """POST to the model's name; a size is a ratio where the model's sizes are a list."""
        asked: dict[str, object] = {
            **job.options, "prompt": job.prompt, "seed": job.seed, "steps": job.steps,
            "guidance": job.guidance, "image": job.init_image, "mask": job.mask,
            "output_format": "png",
        }  # fmt: skip
        known = next((model for model in self.card.models if model.id == job.model), None)
        if known and known.sizes.fixed:
            asked["aspect_ratio"] = nearest_ratio(job.width, job.height, RATIOS)
        elif not (known and known.sizes.like_init):
            asked |= {"width": job.width, "height": job.height}
        if "tolerance" in self.account.options:
            asked["safety_tolerance"] = self._tolerance(job.model)
        for place, raw in enumerate(job.references, 1):
            asked["input_image" if place == 1 else f"input_image_{place}"] = raw
        sent = {key: value for key, value in asked.items() if value is not None}
        reply = (yield c.Call("POST", job.model, json=sent, paid=True)).mapping()
        task, url, cost = str(reply.get("id") or ""), reply.get("polling_url"), reply.get("cost")
        if not task:
            raise e.Garbled("Black Forest Labs: an answer without a task")
        own = f"get_result?id={quote(task, safe='')}"
        fields = {"poll": url if isinstance(url, str) and self._ours(url) else own}
        if isinstance(cost, int | float):
            fields["cost"] = str(round(cost * CREDIT))
        return c.Ticket(fields)

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET the task's own address; states that are no end yet have many names."""
        found = (yield c.Call("GET", ticket.fields["poll"])).mapping()
        status, result, share = found.get("status"), found.get("result"), found.get("progress")
        if status == "Ready" and isinstance(result, dict):
            seed, url = result.get("seed"), result.get("sample")
            return c.Finished(
                (c.Remote(url),) if isinstance(url, str) else (),
                cost=int(ticket.fields["cost"]) if "cost" in ticket.fields else None,
                seed=seed if isinstance(seed, int) else None,
            )
        if status == "Task not found":
            raise e.Gone(f"Black Forest Labs: {status}")
        if status in OVER:
            details = found.get("details")
            why = details.values() if isinstance(details, dict) else [details or ""]
            raise named(self.card, f"{status} {' '.join(map(str, why))}".strip())
        return c.Waiting(float(share) if isinstance(share, int | float) else None)

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """Credits left; one is a cent."""
        found = (yield c.Call("GET", "credits")).mapping()
        return {"credits": str(found["credits"])} if "credits" in found else {}

    def _tolerance(self, model: str) -> int:
        """What the operator allows, within what the model takes."""
        asked = self.account.options.get("tolerance", "")
        most = (most for name, most in MOST_TOLERANT.items() if model.startswith(name))
        return min(int(asked) if asked.isdecimal() else 2, next(most, 6))

    def _ours(self, url: str) -> bool:
        """Whether the address lies at the account's own host or at a regional one."""
        home = "/".join(self.account.base_url.split("/")[:3])
        return bool(REGIONAL.match(url)) or url.startswith(f"{home}/")
