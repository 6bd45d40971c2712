"""Replicate: a prediction, held open for a few seconds, then asked for by its id.

https://replicate.com/docs/reference/http
"""

from collections.abc import Generator, Mapping
from dataclasses import replace

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.engine.size import nearest_ratio
from bridge.providers import workflows as w
from bridge.providers.models import models
from bridge.transport.reply import Reply

RATIOS = (
    "1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21",
)  # fmt: skip
HELD = {"Prefer": "wait=5"}
"""Seconds. Well below the least patience there is: until it answers nobody knows the id."""
OVER = ("failed", "canceled", "aborted")
LORAS = (("lora_weights", "lora_scale"), ("extra_lora", "extra_lora_scale"))
REFERENCES = {"flux2-klein": "images", "flux2-dev": "input_images"}


class Replicate(c.Adapter):
    """Models by owner and name; a size is a ratio where the model's sizes are a list."""

    card = c.Card(
        name="replicate", title="Replicate", docs="https://replicate.com/docs",
        base_url="https://api.replicate.com/v1", models=models("replicate"),
        settings=(
            c.Setting("REPLICATE_API_TOKEN", "token of the account", "key", True, True,
                      ("REPLICATE_API_KEY",)),
            c.Setting("REPLICATE_API_URL", "address of the API, with /v1", "base_url"),
            c.Setting("REPLICATE_SAFETY_CHECKER", "off: mature is allowed", "checker"),
        ),
        recovery="ticket", cancel_stops_bill=True,
        words=(
            c.Word(r"nsfw|flagged as sensitive|\bE005\b|moderat|content policy", e.Refused),
            c.Word(r"insufficient credit|spend limit|payment|authentication token", e.Unpayable),
            c.Word(r"throttled|rate.?limit|too many requests", e.Limited),
            c.Word(r"(lora|weights|safetensors).*(load|fetch|found)", e.LoraUnreachable),
            c.Word(r"(load|fetch).*(lora|weights|safetensors)", e.LoraUnreachable),
            c.Word(r"out of memory|interrupted|timed? ?out|\bE(1000|1001|6716|8765)\b",
                   e.Unavailable),
            c.Word(r"(value|type|validation) ?error|must be|is required|invalid", e.Unfit),
        ),
        verified="official SDK against the emulator; models' fields from third parties",
    )  # fmt: skip

    def models(self) -> tuple[c.Model, ...]:
        """As everywhere; without the checker they show what would otherwise be a failure."""
        known = super().models()
        return tuple(replace(m, rating="mature") for m in known) if self._unchecked else known

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket | c.Finished]:
        """POST predictions with `Prefer: wait`: a quick model answers with the picture."""
        asked = {
            **job.options, "prompt": job.prompt, "seed": job.seed, "num_inference_steps": job.steps,
            "guidance": job.guidance, "output_format": "png", **self._size(job),
            "image": job.init_image and c.DataUri(job.init_image), "prompt_strength": job.strength,
            REFERENCES.get(job.family, ""): [c.DataUri(raw) for raw in job.references] or None,
            "disable_safety_checker": self._unchecked or None,
        }  # fmt: skip
        for (weights, scale), use in zip(LORAS, job.loras, strict=False):
            asked |= {weights: use.url, scale: use.weight}
        body: dict[str, object] = {"input": {k: v for k, v in asked.items() if v is not None}}
        if hook := self.hook(ref):
            body |= {"webhook": hook, "webhook_events_filter": ["completed"]}
        path = f"models/{job.model}/predictions"
        reply = (yield c.Call("POST", path, json=body, headers=HELD, paid=True)).mapping()
        if not isinstance(reply.get("id"), str):
            raise e.Garbled("Replicate: an answer without a prediction")
        look = self._read(reply)
        return c.Ticket({"id": str(reply["id"])}) if isinstance(look, c.Waiting) else look

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET the prediction until it is over."""
        return self._read((yield c.Call("GET", f"predictions/{ticket.fields['id']}")).mapping())

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """POST cancel: only pictures that were made are charged."""
        if ticket:
            yield c.Call("POST", f"predictions/{ticket.fields['id']}/cancel")

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """Whose token it is; the balance is not told."""
        found = (yield c.Call("GET", "account")).mapping()
        return {name: str(found[name]) for name in ("username", "type") if name in found}

    def _size(self, job: Ready) -> Mapping[str, object]:
        known = next((model for model in self.card.models if model.id == job.model), None)
        if known and known.sizes.fixed:
            return {"aspect_ratio": nearest_ratio(job.width, job.height, RATIOS)}
        return {"width": job.width, "height": job.height}

    def _read(self, found: Mapping[str, object]) -> c.Waiting | c.Finished:
        status, logs, metrics = found.get("status"), found.get("logs"), found.get("metrics")
        if status in OVER:
            raise named(self.card, str(found.get("error") or status))
        if status != "succeeded":
            return c.Waiting(
                w.progress(logs.rpartition("\n")[2]) if isinstance(logs, str) else None
            )
        times = metrics if isinstance(metrics, dict) else {}
        facts = {"predict_time": str(times["predict_time"])} if "predict_time" in times else {}
        return w.finished(found.get("output"), facts)

    @property
    def _unchecked(self) -> bool:
        return self.account.options.get("checker") == "off"
