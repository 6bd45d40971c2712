"""Runware: an array of tasks in, an array of results out; our ref is the task's UUID."""

from collections.abc import Generator, Mapping
from typing import Any
from uuid import uuid4

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import message, named
from bridge.providers.models import models
from bridge.providers.models.runware_inputs import BASES, inference, model_upload
from bridge.transport.reply import Reply

FAILED_JOB = frozenset({400, 404, 422, 500})
"""Statuses with which getResponse tells that a job failed."""
DETAILS = ("balance", "AIRSource", "organizationName")
NO_SOURCE = "the account has no AIR source: set one in its settings, or RUNWARE_AIR_SOURCE"


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
        recovery="ref", verified="official SDK against the emulator; klein's LoRA kind inferred",
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
        yield from self._ask("imageInference", inference(job, self.hook(ref)), uuid=ref, paid=True)
        return c.Ticket({"task": ref})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """getResponse: `processing` with a progress in percent, or the results."""
        found = yield from self._ask("getResponse", {}, uuid=ticket.fields["task"])
        if not found:
            raise e.Gone("Runware does not know the task")
        images = [item for item in found if item.get("imageURL")]
        if not images:
            return c.Waiting(float(found[0].get("progress") or 0) / 100)
        costs = [float(item["cost"]) for item in images if item.get("cost") is not None]
        return c.Finished(
            tuple(c.Remote(str(item["imageURL"])) for item in images),
            cost=round(1e6 * sum(costs)) if costs else None,
            seed=images[0].get("seed"),
        )

    def find(self, ref: str) -> Generator[c.Call, Reply, c.Ticket | None]:
        """A task is known by its UUID from the moment it is accepted."""
        found = yield from self._ask("getResponse", {}, uuid=ref)
        return c.Ticket({"task": ref}) if found else None

    def adopt(self, asset: c.Asset) -> Generator[c.Call, Reply, c.Handle | c.Ticket]:
        """modelUpload under an AIR id of our own making; AIR ids pass as they are."""
        if not asset.url.startswith(("http://", "https://")):
            return c.Handle(asset.url)
        source = self.account.options.get("air_source") or (yield from self._details())["AIRSource"]
        if not source:
            raise e.LoraUnreachable(NO_SOURCE)
        base, usual = BASES.get(asset.family, ("", asset.family))
        known = (yield from self._listed(base)) if base else {}
        upload = model_upload(asset, source, str(known.get("architecture") or usual))
        air, uuid = str(upload["air"]), str(uuid4())
        if (yield from self._listed(air)):  # the mapping was lost, the upload was not
            return c.Handle(air)
        yield from self._ask("modelUpload", upload, uuid=uuid)
        return c.Ticket({"air": air, "task": uuid})

    def adopted(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Handle | c.Waiting]:
        """The task tells of a failure, modelSearch of success: the task may stay on processing."""
        yield from self._ask("getResponse", {}, uuid=ticket.fields["task"])
        air = ticket.fields["air"]
        return c.Handle(air) if (yield from self._listed(air)) else c.Waiting(retry_after=2.0)

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """What is left on the account in dollars, its AIR source, and whose it is."""
        details = yield from self._details()
        return {name: str(details[name]) for name in DETAILS if details[name] is not None}

    def _details(self) -> Generator[c.Call, Reply, Mapping[str, Any]]:
        found = yield from self._ask("accountManagement", {"operation": "getDetails"})
        return dict.fromkeys(DETAILS) | (found[0] if found else {})

    def _listed(self, air: str) -> Generator[c.Call, Reply, Mapping[str, Any]]:
        """What modelSearch says of a model; empty when it is not there (yet)."""
        found = yield from self._ask("modelSearch", {"search": air, "visibility": "all"})
        models = (model for item in found for model in item.get("results") or ())
        return next((model for model in models if model.get("air") == air), {})

    def _ask(
        self, kind: str, fields: Mapping[str, object], *, uuid: str = "", paid: bool = False
    ) -> Generator[c.Call, Reply, list[dict[str, Any]]]:
        """One task; the results that carry its UUID. Raises what `errors` says of it."""
        task = {"taskType": kind, "taskUUID": uuid or str(uuid4()), **fields}
        sent = {key: value for key, value in task.items() if value is not None}
        reads = FAILED_JOB if kind == "getResponse" else frozenset()
        reply = yield c.Call("POST", "", json=[sent], paid=paid, reads=reads)
        mine = [r for r in reply.items("data") if r.get("taskUUID") == task["taskUUID"]]
        if not any("imageURL" in result for result in mine):
            for error in reply.items("errors"):
                raise named(self.card, message(error))
        if paid and not mine:
            raise e.Garbled("Runware: the task was not acknowledged")
        return mine
