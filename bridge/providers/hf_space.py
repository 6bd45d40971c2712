"""A Hugging Face Space with `/run_lora`: Gradio's queue, heard out when the job is over.

Tried on gradio 6.31, by `call/{api}/{event}` and `queue/data`: a dropped stream ends its session;
what runs goes on for nothing. A stream that nobody opened keeps all. So nobody listens until
`stream/{event}/close` says 404. gradio 5 never does: there one must listen at once, and not drop.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from bridge import errors as e
from bridge.domain import LoraUse, Ready
from bridge.engine import contract as c
from bridge.engine.blame import named
from bridge.providers.models import models
from bridge.transport.reply import Reply

API, OVER = "gradio_api", frozenset({404, 405, 500})


class HfSpace(c.Adapter):
    """What the function takes is read from the Space, so that copies of it work too."""

    card = c.Card(
        name="hf_space", title="HF Space", docs="https://huggingface.co/docs/hub/spaces-zerogpu",
        base_url="", models=models("hf_space"), key_header="x-hf-authorization",
        settings=(
            c.Setting("HF_SPACE_NAME", "owner/name of the Space, or its address", "base_url", True),
            c.Setting("HF_TOKEN", "token whose quota the Space uses", "key", secret=True),
            c.Setting("HF_SPACE_API", "name of the function; run_lora if not said", "api"),
        ),
        recovery="ref", at_once=2, verified="gradio 6.31 and 5.49; its client against the emulator",
        words=(
            c.Word(r"quota|runs limit|gpu limit|pending credits", e.Limited),
            c.Word(r"nsfw|safety|moderat|content policy", e.Refused),
            c.Word(r"lora.*(download|fetch|load|not found)|safetensors", e.LoraUnreachable),
            c.Word(r"illegal duration|than (the )?(maximum|minimum)", e.Unfit),
        ),
    )  # fmt: skip

    def __init__(self, account: c.Account) -> None:
        at = account.base_url.rstrip("/")
        home = at if "://" in at else f"https://{re.sub('[^a-z0-9]+', '-', at.lower())}.hf.space"
        super().__init__(replace(account, base_url=home))

    def submit(self, job: Ready, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """Our ref names the session, to hear a lost submit; a 500 cuts the line, so it is first."""
        tells = yield c.Call("POST", f"{API}/stream/{ref}/close", reads=OVER)
        api, parameters = yield from self._parameters()
        by_repo = '"repo"' in str(parameters.get("lora_strings_json"))
        asked = {
            "prompt": job.prompt, "image_url": "", "image_strength": job.strength,
            "lora_strings_json": orjson.dumps([_lora(u, by_repo) for u in job.loras]).decode(),
            "cfg_scale": job.guidance, "steps": job.steps, "seed": job.seed,
            "randomize_seed": False, "width": job.width, "height": job.height,
        }  # fmt: skip
        if raw := job.init_image:
            upload = c.Call("POST", f"{API}/upload", form=(c.Part("files", raw, "a.png"),))
            paths = (yield upload).json
            path = paths[0] if isinstance(paths, list) and paths else ""
            asked["image_url"] = f"{self.account.base_url}/{API}/file={path}"
        told = [own if asked.get(n) is None else asked[n] for n, own in parameters.items()]
        body = {"data": told, "session_hash": ref}
        reply = yield c.Call("POST", f"{API}/call/{api}", json=body, paid=True)
        event = str(reply.mapping().get("event_id") or "") if tells.status == 404 else ""
        return c.Ticket({"session": ref, "event": event})

    def check(self, ticket: c.Ticket) -> Generator[c.Call, Reply, c.Waiting | c.Finished]:
        """Whether the event is over, without listening; then its end: told at once, and once."""
        look = c.Call("POST", f"{API}/stream/{ticket.fields['event']}/close", reads=OVER)
        if ticket.fields["event"] and (yield look).status not in OVER:
            return c.Waiting()
        hear = f"{API}/queue/data?session_hash={ticket.fields['session']}"
        reply = yield c.Call("GET", hear, hint=20.0 if ticket.fields["event"] else 0.0)
        if reply.status not in (0, 404) and not reply.events():
            raise e.Garbled("HF Space: no event stream")
        for message in reply.messages():
            if message.get("msg") == "process_completed":
                return self._ended(message)
        raise e.Uncertain("HF Space: the stream broke off, and with it the result is lost")

    def find(self, ref: str) -> Generator[c.Call, Reply, c.Ticket]:
        """The session is known by our ref; whether it is there shows when it is heard."""
        yield from ()
        return c.Ticket({"session": ref, "event": ""})

    def _parameters(self) -> Generator[c.Call, Reply, tuple[str, dict[str, object]]]:
        """The function's name, and its parameters in their order with their defaults."""
        api = self.account.options.get("api", "run_lora").strip("/")
        told = (yield c.Call("GET", f"{API}/info")).mapping().get("named_endpoints")
        if not isinstance(told, dict) or f"/{api}" not in told:
            raise e.Gone(f"HF Space: there is no function /{api}")
        usual = {str(p.get("parameter_name")): p.get("parameter_default")
                 for p in told[f"/{api}"].get("parameters") or ()}  # fmt: skip
        return api, {name: "" if value is None else value for name, value in usual.items()}

    def _ended(self, message: Mapping[str, Any]) -> c.Finished:
        """The pictures of the outputs; a text beside them may say why there is none."""
        output = message.get("output") or {}
        paths = [item.get("path") for item in output.get("data") or () if isinstance(item, dict)]
        texts = [t for t in output.get("data") or () if isinstance(t, str) and '"success"' not in t]
        if message.get("success") and (paths or not texts):
            files = (c.Remote(f"{API}/file={path}", keyed=True) for path in paths)
            return c.Finished(tuple(files), cost=0)
        words = output.get("title"), output.get("error"), *texts
        raise named(self.card, ": ".join(map(str, filter(None, words))) or "it does not say why")


def _lora(use: LoraUse, by_repo: bool) -> dict[str, object]:
    """As the Space's own default has it: an address, or a file of a repository."""
    if not by_repo:
        return {"id": use.id, "url": use.url, "weight": use.weight}
    repo, _, file = use.url.removeprefix("https://huggingface.co/").partition("/resolve/main/")
    if not file:
        raise e.LoraUnreachable(f"HF Space: {use.id} is no file of a Hugging Face repository")
    return {"repo": repo, "weights": file, "adapter_name": use.id, "adapter_weight": use.weight}
