"""Runware: an array of tasks in, an array of results out; our ref is the task's UUID.

https://runware.ai/docs/image-inference/api-reference
"""

from collections.abc import Generator, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bridge.domain import Ready
from bridge.engine.blame import named
from bridge.engine.contract import (
    Adapter,
    Asset,
    Call,
    Card,
    DataUri,
    Finished,
    Handle,
    Remote,
    Setting,
    Ticket,
    Waiting,
    Word,
)
from bridge.errors import Garbled, Gone, Limited, LoraUnreachable, Refused, Unfit, Unpayable
from bridge.providers.models import models
from bridge.transport.reply import Reply

ARCHITECTURES = {"flux1": "flux1d", "z-image": "z-image-turbo", "flux2-klein": "flux2-klein-9b"}
"""modelUpload's `architecture` by family; the last two are inferred (wire sheet 4.6)."""


class Runware(Adapter):
    """Asynchronous delivery, so that a job can be asked for again by its UUID after a crash."""

    card = Card(
        name="runware",
        title="Runware",
        docs="https://runware.ai/docs",
        base_url="https://api.runware.ai/v1",
        models=models("runware"),
        settings=(
            Setting("RUNWARE_API_KEY", "key of the account", "key", required=True, secret=True),
            Setting("RUNWARE_ENDPOINT", "address of the API", "base_url"),
            Setting("RUNWARE_MODEL", "only this model (AIR id)", "model"),
            Setting("RUNWARE_AIR_SOURCE", "source name for uploaded LoRAs", "air_source"),
        ),
        recovery="ref",
        words=(
            Word(r"content ?policy|moderat|nsfw|inappropriate|safety", Refused),
            Word(r"insufficient.?credit|balance|invalidApiKey|unauthori[sz]ed", Unpayable),
            Word(r"rate.?limit|too many requests", Limited),
            Word(r"(invalid|unknown|unsupported)Model|model.*not (found|available)", Gone),
            Word(r"lora", LoraUnreachable),
            Word(r"unsupportedParameter|invalid", Unfit),
        ),
        verified="official SDK against the emulator; wire sheet 4",
    )

    def submit(self, job: Ready, ref: str) -> Generator[Call, Reply, Ticket]:
        """imageInference with `deliveryMethod: async`; acknowledged at once."""
        task = {
            "taskType": "imageInference",
            "taskUUID": ref,
            "model": job.model,
            "positivePrompt": job.prompt,
            "negativePrompt": job.negative or None,
            "width": job.width,
            "height": job.height,
            "steps": job.steps,
            "CFGScale": job.guidance,
            "seed": job.seed,
            "strength": job.strength,
            "seedImage": job.init_image and DataUri(job.init_image),
            "maskImage": job.mask and DataUri(job.mask),
            "referenceImages": [DataUri(raw) for raw in job.references] or None,
            "lora": [{"model": use.handle, "weight": use.weight} for use in job.loras] or None,
            "numberResults": 1,
            "outputType": "URL",
            "outputFormat": "PNG",
            "includeCost": True,
            "deliveryMethod": "async",
        }
        yield from self._ask(task, paid=True)
        return Ticket({"task": ref})

    def check(self, ticket: Ticket) -> Generator[Call, Reply, Waiting | Finished]:
        """getResponse: `processing` with a progress in percent, or the results."""
        found = yield from self._ask({"taskType": "getResponse", "taskUUID": ticket.fields["task"]})
        images = [item for item in found if item.get("imageURL")]
        if not images:
            progress = found[0].get("progress") if found else None
            return Waiting(progress / 100 if isinstance(progress, int | float) else None)
        cost = sum(float(item.get("cost") or 0) for item in images)
        return Finished(
            tuple(Remote(str(item["imageURL"])) for item in images),
            cost=round(cost * 1e6) if "cost" in images[0] else None,
            seed=images[0].get("seed"),
            facts={"image": str(images[0].get("imageUUID", ""))},
        )

    def find(self, ref: str) -> Generator[Call, Reply, Ticket | None]:
        """A task is known by its UUID from the moment it is accepted."""
        found = yield from self._ask({"taskType": "getResponse", "taskUUID": ref})
        return Ticket({"task": ref}) if found else None

    def adopt(self, asset: Asset) -> Generator[Call, Reply, Handle | Ticket]:
        """modelUpload under an AIR id of our own making; AIR ids pass as they are."""
        if not asset.url.startswith(("http://", "https://")):
            return Handle(asset.url)
        digest = blake2b(asset.url.encode(), digest_size=16).hexdigest()
        source = self.account.options.get("air_source") or (yield from self._air_source())
        air = f"{source}:{int(digest[:12], 16)}@1"
        yield from self._ask(
            {
                "taskType": "modelUpload",
                "category": "lora",
                "architecture": ARCHITECTURES.get(asset.family, asset.family),
                "format": "safetensors",
                "air": air,
                "uniqueIdentifier": digest,
                "name": asset.name,
                "version": "1",
                "downloadURL": asset.url,
                "private": True,
            }
        )
        return Ticket({"air": air})

    def adopted(self, ticket: Ticket) -> Generator[Call, Reply, Handle | Waiting]:
        """modelSearch shows an upload once it is ready; its own status may stay on processing."""
        air = ticket.fields["air"]
        search = {"taskType": "modelSearch", "search": air, "category": "lora", "limit": 20}
        found = yield from self._ask({**search, "visibility": "all"})
        for model in (m for item in found for m in item.get("results") or ()):
            if model.get("air") == air:
                if str(model.get("status", "ready")) == "failed":
                    raise LoraUnreachable(f"Runware could not take in {air}")
                return Handle(air)
        return Waiting(retry_after=2.0)

    def _air_source(self) -> Generator[Call, Reply, str]:
        """The account's own source name; which field holds it is not documented (sheet 4.6)."""
        task = {"taskType": "accountManagement", "operation": "getDetails"}
        details = (yield from self._ask(task))[:1]
        names = (d.get(key) for d in details for key in ("airSource", "source", "organizationName"))
        return next((str(name) for name in names if name), "bridge")

    def _ask(
        self, task: Mapping[str, object], *, paid: bool = False
    ) -> Generator[Call, Reply, Sequence[Mapping[str, Any]]]:
        """One task; the results that carry its UUID. Raises what `errors` says of it."""
        full = {key: value for key, value in task.items() if value is not None}
        uuid = full.setdefault("taskUUID", str(uuid5(NAMESPACE_URL, repr(sorted(full.items())))))
        body = (yield Call("POST", "", json=[full], paid=paid)).mapping()
        results, errors = body.get("data") or (), body.get("errors") or ()
        if not isinstance(results, list | tuple) or not isinstance(errors, list | tuple):
            raise Garbled("Runware: neither data nor errors is a list")
        mine = [r for r in results if isinstance(r, dict) and r.get("taskUUID", uuid) == uuid]
        if errors and not any("imageURL" in result for result in mine):
            first = errors[0] if isinstance(errors[0], dict) else {}
            raise named(self.card, f"{first.get('code', '')}: {first.get('message', errors[0])}")
        if paid and not mine:
            raise Garbled("Runware: the task was not acknowledged")
        return mine
