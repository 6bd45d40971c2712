"""The AI Horde: volunteers' machines, free and slow; paid in kudos, which are no money.

https://aihorde.net/api. What an account without kudos may ask for are the limits of the models:
1024x1024 and 40 steps. LoRAs there are ids of CivitAI, no addresses, so none is sent.
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.providers.workflows import workflows
from bridge.transport.reply import Reply

WORKFLOWS = workflows("ai_horde")
ANONYMOUS = "0000000000"
AGENT = {"Client-Agent": "a1111-bridge:0.1:unknown"}
"""Name, version, contact; an agent is wanted by the Horde's rules."""
LOOK_S = 2.0
"""Between two checks; a second's worth is cached there."""


class AiHorde(c.Adapter):
    """Off unless asked for: pictures are made on strangers' machines, which see the prompt."""

    card = c.Card(
        name="ai_horde", title="AI Horde", docs="https://aihorde.net/api",
        base_url="https://aihorde.net/api/v2", key_header="apikey", auth="{key}",
        models=tuple(workflow.model for workflow in WORKFLOWS.values()),
        settings=(
            c.Setting("AI_HORDE", "on: use volunteers' machines, who see your prompts", "on", True),
            c.Setting("AI_HORDE_API_KEY", "key of an account; without one you are anonymous", "key",
                      secret=True, aliases=("HORDE_API_KEY",)),
            c.Setting("AI_HORDE_BASE_URL", "address of the API", "base_url"),
        ),
        recovery="ticket", at_once=2, cancel_stops_bill=True,
        words=(
            c.Word(r"CorruptPrompt|violate|csam", e.Refused),
            c.Word(r"KudosUpfront|required kudos", e.Unfit),
            c.Word(r"InvalidAPIKey|no user matching", e.Unpayable),
            c.Word(r"TooManyPrompts|rate limit", e.Limited),
            c.Word(r"maintenance", e.Unavailable),
        ),
    )  # fmt: skip

    def __init__(self, account: c.Account) -> None:
        super().__init__(replace(account, key=account.key or ANONYMOUS))

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """POST generate/async; what follows ### in the prompt is the negative."""
        workflow = WORKFLOWS[job.model]
        params: dict[str, Any] = {**workflow.always, "n": 1, "seed": str(job.seed or 0)}
        for ours, theirs in workflow.fields.items():
            if (value := getattr(job, ours)) is not None:
                params[theirs] = value
        prompt = job.prompt.replace("###", "#") + (f" ### {job.negative}" if job.negative else "")
        body: dict[str, Any] = {
            "prompt": prompt, "models": [job.model], "params": params, "nsfw": True,
            "censor_nsfw": False, "replacement_filter": True, "r2": True, "shared": False,
            "slow_workers": True, "trusted_workers": False,
        }  # fmt: skip
        if hook := self.hook(ref):
            body["webhook"] = hook
        if job.init_image:
            body |= {"source_image": job.init_image, "source_processing": "img2img"}
        reply = yield c.Call("POST", "generate/async", json=body, headers=AGENT, paid=True)
        if not isinstance(known := reply.mapping().get("id"), str):
            raise e.Garbled("AI Horde: accepted, but without an id")
        return c.Ticket({"id": known})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """check until done, then status once: that may be asked ten times a minute only."""
        job = ticket.fields["id"]
        reply = yield c.Call("GET", f"generate/check/{job}", headers=AGENT, reads=frozenset({404}))
        if reply.status == 404:  # nothing was paid, so this is no reason to look for it
            raise e.Unavailable("AI Horde: the request has expired or was cancelled")
        look = reply.mapping()
        if look.get("faulted"):
            raise named(self.card, "the workers failed at this request")
        if look.get("is_possible") is False and not look.get("done"):
            yield from self.cancel("", ticket)
            raise e.Unavailable("AI Horde: no worker can make this now")
        if not look.get("done"):
            return c.Waiting(retry_after=LOOK_S)
        reply = yield c.Call("GET", f"generate/status/{job}", headers=AGENT)
        made = reply.items("generations")
        facts = {k: str(made[0][k]) for k in ("worker_name", "model") if made and k in made[0]}
        seed = str(made[0].get("seed", "")) if made else ""
        return c.Finished(
            tuple(map(_picture, made)), cost=0, seed=int(seed) if seed.isdigit() else None,
            facts=facts | {"kudos": str(look.get("kudos", ""))},
        )  # fmt: skip

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """DELETE status: the request is forgotten, with what a worker has begun of it."""
        if ticket:
            url = f"generate/status/{ticket.fields['id']}"
            yield c.Call("DELETE", url, headers=AGENT, reads=frozenset({404}))

    def inquire(self) -> Generator[c.Call, Reply, Mapping[str, str]]:
        """Whose key it is, and the kudos."""
        told = (yield c.Call("GET", "find_user", headers=AGENT)).mapping()
        return {key: str(told.get(key, "")) for key in ("username", "kudos")}


def _picture(made: Mapping[str, Any]) -> c.Entry:
    """A webp behind an address for half an hour, or as base64; a censored one is a black sign."""
    if made.get("censored"):
        return c.RefusedOne("a worker censored the picture")
    found = made.get("img") or ""
    return c.Remote(found) if str(found).startswith("http") else c.Inline(found)
