"""Runware: an array of tasks in, an array of results out; our ref is the task's UUID."""

from collections.abc import Generator, Mapping
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import message, named
from bridge.providers.models import models
from bridge.transport.reply import Reply

ALWAYS = {"numberResults": 1, "outputType": "URL", "outputFormat": "PNG", "includeCost": True,
          "deliveryMethod": "async"}  # fmt: skip
ARCHITECTURES = {"flux1": "flux1d", "z-image": "z-image-turbo", "flux2-klein": "flux2-klein-9b"}
"""modelUpload's `architecture` by family; the last two are inferred."""


class Runware(c.Adapter):
    """Asynchronous delivery, so that a job can be asked for again by its UUID after a crash."""

    card = c.Card(
        name="runware", title="Runware", docs="https://runware.ai/docs",
        base_url="https://api.runware.ai/v1", models=models("runware"),
        settings=(
            c.Setting("RUNWARE_API_KEY", "key of the account", "key", required=True, secret=True),
            c.Setting("RUNWARE_ENDPOINT", "address of the API", "base_url"),
            c.Setting("RUNWARE_MODEL", "only this model (AIR id)", "only"),
            c.Setting("RUNWARE_AIR_SOURCE", "source name for uploaded LoRAs", "air_source"),
        ),
        recovery="ref", verified="official SDK against the emulator",
        words=(
            c.Word(r"content ?policy|moderat|nsfw|inappropriate|safety", e.Refused),
            c.Word(r"credit|balance|invalidApiKey|unauthori[sz]ed", e.Unpayable),
            c.Word(r"rate.?limit|too many requests", e.Limited),
            c.Word(r"lora|download", e.LoraUnreachable),
            c.Word(r"(invalid|unknown|unsupported)Model|model.*not (found|available)", e.Gone),
            c.Word(r"unsupportedParameter|invalid", e.Unfit),
        ),
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """imageInference with `deliveryMethod: async`; acknowledged at once."""
        asked = {
            **job.options, "model": job.model, "positivePrompt": job.prompt,
            "negativePrompt": job.negative or None, "width": job.width, "height": job.height,
            "steps": job.steps, "CFGScale": job.guidance, "seed": job.seed,
            "strength": job.strength, "seedImage": job.init_image and c.DataUri(job.init_image),
            "maskImage": job.mask and c.DataUri(job.mask),
            "referenceImages": [c.DataUri(raw) for raw in job.references] or None,
            "lora": [{"model": use.handle, "weight": use.weight} for use in job.loras] or None,
        }  # fmt: skip
        yield from self._ask("imageInference", asked | ALWAYS, uuid=ref, paid=True)
        return c.Ticket({"task": ref})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """getResponse: `processing` with a progress in percent, or the results."""
        found = yield from self._ask("getResponse", {}, uuid=ticket.fields["task"])
        if not found:
            raise e.Gone("Runware does not know the task")
        images = [item for item in found if item.get("imageURL")]
        if not images:
            return c.Waiting(float(found[0].get("progress") or 0) / 100)
        pictures = tuple(c.Remote(str(item["imageURL"])) for item in images)
        cost = round(1e6 * sum(float(item.get("cost") or 0) for item in images))
        return c.Finished(pictures, cost=cost, seed=images[0].get("seed"))

    def find(self, ref: str) -> Generator[c.Call, Reply, c.Ticket | None]:
        """A task is known by its UUID from the moment it is accepted."""
        found = yield from self._ask("getResponse", {}, uuid=ref)
        return c.Ticket({"task": ref}) if found else None

    def adopt(self, asset: c.Asset) -> Generator[c.Call, Reply, c.Handle | c.Ticket]:
        """modelUpload under an AIR id of our own making; AIR ids pass as they are."""
        if not asset.url.startswith(("http://", "https://")):
            return c.Handle(asset.url)
        digest, uuid = blake2b(asset.url.encode(), digest_size=16).hexdigest(), str(uuid4())
        own = self.account.options.get("air_source") or (yield from self.inquire()).get("airSource")
        air = f"{own or 'bridge'}:{int(digest[:12], 16)}@1"
        upload = {
            "category": "lora", "architecture": ARCHITECTURES.get(asset.family, asset.family),
            "format": "safetensors", "air": air, "uniqueIdentifier": digest, "version": "1",
            "name": asset.name, "downloadURL": asset.url, "private": True,
        }  # fmt: skip
        yield from self._ask("modelUpload", upload, uuid=uuid)
        return c.Ticket({"air": air, "task": uuid})

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """Balance in dollars and source of AIR ids, under names that are not documented."""
        told = yield from self._ask("accountManagement", {"operation": "getDetails"})
        facts = told[0] if told else {}
        return {key: str(facts[key]) for key in ("balance", "airSource") if facts.get(key)}

    def adopted(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Handle | c.Waiting]:
        """The task tells of a failure, modelSearch of success: the task may stay on processing."""
        yield from self._ask("getResponse", {}, uuid=ticket.fields["task"])
        air = ticket.fields["air"]
        found = yield from self._ask("modelSearch", {"search": air, "visibility": "all"})
        ready = any(m.get("air") == air for item in found for m in item.get("results") or ())
        return c.Handle(air) if ready else c.Waiting(retry_after=2.0)

    def _ask(
        self, kind: str, fields: Mapping[str, object], *, uuid: str = "", paid: bool = False
    ) -> Generator[c.Call, Reply, list[dict[str, Any]]]:
        """One task; the results that carry its UUID. Raises what `errors` says of it."""
        task = {"taskType": kind, "taskUUID": uuid or str(uuid4()), **fields}
        sent = {key: value for key, value in task.items() if value is not None}
        reads = frozenset({400, 404, 422, 500} if kind == "getResponse" else ())
        reply = yield c.Call("POST", "", json=[sent], paid=paid, reads=reads)
        mine = [r for r in reply.items("data") if r.get("taskUUID") == task["taskUUID"]]
        if not any("imageURL" in result for result in mine):
            for error in reply.items("errors"):
                raise named(self.card, message(error))
        if paid and not mine:
            raise e.Garbled("Runware: the task was not acknowledged")
        return mine
