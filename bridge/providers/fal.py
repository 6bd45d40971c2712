"""fal: a queue before every model; a failed job is COMPLETED too, and its result says why."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from urllib.parse import quote

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import blame, named
from bridge.providers.models import models
from bridge.providers.models.fal_inputs import inputs
from bridge.transport.reply import Reply

RESULT_FAILS = frozenset({400, 404, 408, 422, 499, 500, 502, 503, 504})
"""Statuses of the result call that may be the job's own; 401, 403 and 429 never are."""


class Fal(c.Adapter):
    """Addresses of status, result and cancel are those of fal's answer, kept in the ticket."""

    card = c.Card(
        name="fal", title="fal", docs="https://docs.fal.ai/model-apis/model-endpoints/queue",
        base_url="https://queue.fal.run", models=models("fal"), auth="Key {key}",
        settings=(
            c.Setting("FAL_API_KEY", "key of the account", "key", True, True, ("FAL_KEY",)),
            c.Setting("FAL_BASE_URL", "address of the queue", "base_url"),
            c.Setting("FAL_MODEL", "only this model", "only"),
            c.Setting("FAL_SAFETY_CHECKER", "off: no check, and mature is allowed", "checker"),
        ),
        recovery="ticket", at_once=2, cancel_stops_bill=True,
        words=(
            c.Word(r"file_download_error|lora.*(download|fetch|load)", e.LoraUnreachable),
            c.Word(r"content_policy|nsfw|moderat|content checker", e.Refused),
            c.Word(r"exhausted balance|user is locked|authentication is required", e.Unpayable),
            c.Word(r"rate.?limit|too many requests", e.Limited),
            c.Word(r"timeout|runner_|(server|service)_error|no_media|cancel", e.Unavailable),
        ),
        verified="official SDK against the emulator; seedvr's fields inferred",
    )  # fmt: skip

    def models(self) -> tuple[c.Model, ...]:
        """As everywhere; without its checker fal shows what it would otherwise black out."""
        rating = {"rating": "mature"} if self.account.options.get("checker") == "off" else {}
        return tuple(replace(model, **rating) for model in super().models())  # type: ignore[arg-type]

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """POST to the path that takes what the job has; fal is told not to run it twice."""
        path, asked = inputs(job, checked=self.account.options.get("checker") != "off")
        once, hook = {"x-fal-no-retry": "1"}, self.hook(ref)
        path += f"?fal_webhook={quote(hook, safe='')}" if hook else ""
        reply = yield c.Call("POST", path, json=asked, headers=once, paid=True)
        urls = {k: str(v) for k, v in reply.mapping().items() if k.endswith("_url")}
        home = _origin(self.account.base_url)
        ours = {name: url for name, url in urls.items() if _origin(url) == home}
        if not ours.keys() >= {"status_url", "response_url"}:
            raise e.Garbled("fal: accepted, but its addresses are missing or lie elsewhere")
        return c.Ticket(ours)

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """GET status until COMPLETED, then the result: the output, or why there is none."""
        status = (yield c.Call("GET", ticket.fields["status_url"])).mapping()
        if status.get("status") != "COMPLETED":
            return c.Waiting()
        reply = yield c.Call("GET", ticket.fields["response_url"], reads=RESULT_FAILS)
        if reply.status in RESULT_FAILS:
            return self._failed(reply, str(status.get("error_type") or status.get("error") or ""))
        output = reply.mapping()
        images = reply.items("images") or [i for i in (output.get("image"),) if isinstance(i, dict)]
        flags, seed = output.get("has_nsfw_concepts"), output.get("seed")
        held = [*(flags if isinstance(flags, list) else ()), *[False] * len(images)]
        black = c.RefusedOne("its safety checker blacked the picture out")
        found = (black if h else c.Remote(str(i.get("url"))) for i, h in zip(images, held))  # noqa: B905
        return c.Finished(tuple(found), seed=seed if isinstance(seed, int) else None)

    def cancel(self, ref: str, ticket: c.Ticket | None) -> Generator[c.Call, Reply, None]:
        """PUT cancel: out of the queue at once; a running job is asked to stop and may not."""
        if ticket and "cancel_url" in ticket.fields:
            yield c.Call("PUT", ticket.fields["cancel_url"], reads=frozenset({400, 404}))

    def _failed(self, reply: Reply, kind: str) -> c.Waiting:
        """Raises what the job failed with; Waiting when only a gateway on the way spoke."""
        body = reply.json if isinstance(reply.json, dict) else {}
        if reply.status == 404:
            if "path" in f"{body.get('error_code')} {body.get('detail')}".lower():
                raise blame(self.card, reply)
            raise e.Gone("fal does not know the request")
        kind = kind or str(body.get("error_type") or reply.headers.get("x-fal-error-type", ""))
        if not kind and not isinstance(body.get("detail"), list) and reply.status not in (422, 500):
            return c.Waiting()
        said = body.get("detail") or f"status {reply.status}"
        otherwise = e.Unfit if reply.status == 422 else e.Unavailable
        parts = (reply.items("detail") if body else []) or [{"type": kind, "msg": said}]
        raise named(self.card, "; ".join(map(_said, parts)), otherwise=otherwise)


def _said(part: Mapping[str, object]) -> str:
    """Kind, place, words; `input` stays out: it is the whole request, prompt and all."""
    place = part.get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return ": ".join(str(word) for word in (part.get("type"), where, part.get("msg")) if word)


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
