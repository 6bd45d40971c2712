"""Pixel Dojo: jobs by model, and the old /flux, which answers with the picture and takes a LoRA.

https://pixeldojo.ai/api-docs
"""

from collections.abc import Generator, Mapping

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import message, named
from bridge.engine.size import nearest_ratio
from bridge.providers.models import models
from bridge.transport.reply import Reply

RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3")
OVER = ("failed", "error", "cancelled", "canceled", "expired")
"""Only `failed` is documented."""
PLACES = ("images", "image", "image_url", "url", "output", "result")
"""Under which documents and clients have seen the picture's address."""


class Pixeldojo(c.Adapter):
    """What is not documented is read both ways: an address as a string or an object with `url`."""

    card = c.Card(
        name="pixeldojo", title="Pixel Dojo", docs="https://pixeldojo.ai/api-docs",
        base_url="https://pixeldojo.ai/api/v1", models=models("pixeldojo"),
        settings=(
            c.Setting("PIXELDOJO_API_KEY", "key of the account", "key", True, True),
            c.Setting("PIXELDOJO_BASE_URL", "address of the API", "base_url",
                      aliases=("PIXELDOJO_API_URL", "PIXELDOJO_API_BASE")),
        ),
        recovery="ticket", at_once=2,
        words=(
            c.Word(r"nsfw|moderat|content.?policy|safety", e.Refused),
            c.Word(r"insufficient.?credit|invalid_api_key|quota_exceeded", e.Unpayable),
            c.Word(r"rate.?limit|too many requests", e.Limited),
            c.Word(r"model_not_found", e.Gone),
            c.Word(r"lora.*(download|fetch|load|found|access)|download.*lora", e.LoraUnreachable),
            c.Word(r"invalid_request", e.Unfit),
        ),
        verified="emulator only; the vendor's pages, /flux from an older one",
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket | c.Finished]:
        """POST models/…/run, or /flux for the models that only it has."""
        asked: dict[str, object] = {
            "prompt": job.prompt,
            "aspect_ratio": nearest_ratio(job.width, job.height, RATIOS),
        }
        if job.seed is not None:
            asked["seed"] = job.seed
        if any(model.held and model.id == job.model for model in self.card.models):
            asked |= {"model": job.model, "num_outputs": 1, "output_format": "png"}
            for use in job.loras:  # one at most; go_fast would leave it out
                asked |= {"lora_weights": use.url, "lora_scale": use.weight, "go_fast": False}
            return _finished((yield c.Call("POST", "flux", json=asked, paid=True)).mapping())
        if hook := self.hook(ref):
            asked["webhook_url"] = hook
        path = f"models/{job.model}/run"
        begun = (yield c.Call("POST", path, json=asked, paid=True)).mapping()
        if not begun.get("jobId"):
            raise e.Garbled("Pixel Dojo: an answer without a job")
        return c.Ticket({"id": str(begun["jobId"])})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET jobs/… until it is completed; every two seconds is asked for."""
        found = (yield c.Call("GET", f"jobs/{ticket.fields['id']}")).mapping()
        status = found.get("status")
        if status == "completed":
            return _finished(found)
        if status not in OVER:
            return c.Waiting(retry_after=2.0)
        raise named(self.card, message(found.get("error")) or str(status))

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """The list of jobs, which needs the key (the list of models does not); no balance known."""
        reply = yield c.Call("GET", "jobs", reads=frozenset({400, 404, 405}))
        return {"key": "accepted"} if reply.status < 400 else {}


def _finished(found: Mapping[str, object]) -> c.Finished:
    """The pictures of either API, with the seed and the credits where they are told."""
    entries = list(_entries(found))
    seeds = [entry.get("seed") for entry in entries if isinstance(entry, dict)]
    urls = [entry.get("url") if isinstance(entry, dict) else entry for entry in entries]
    credit = found.get("credits_used", found.get("creditCost"))
    return c.Finished(
        tuple(c.Remote(url) for url in urls if isinstance(url, str)),
        seed=next((seed for seed in seeds if isinstance(seed, int)), None),
        facts={} if credit is None else {"credits": str(credit)},
    )


def _entries(found: object) -> Generator[object, None, None]:
    """Addresses, or objects with a `url`, wherever they lie in the answer."""
    if isinstance(found, str) or (isinstance(found, dict) and isinstance(found.get("url"), str)):
        yield found
    elif isinstance(found, list):
        for part in found:
            yield from _entries(part)
    elif isinstance(found, Mapping):
        for place in PLACES:
            yield from _entries(found.get(place))
