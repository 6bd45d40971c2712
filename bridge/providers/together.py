"""Together: one request through its official client, the picture in its answer.

https://docs.together.ai/reference/post-images-generations
"""

from collections.abc import Generator, Mapping
from typing import Any

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.pictures.sniff import data_uri
from bridge.providers.models import models
from bridge.transport.reply import Reply


class Together(c.Adapter):
    """Synchronous: nothing finds a lost answer again, so that is booked as perhaps paid."""

    card = c.Card(
        name="together", title="Together", docs="https://docs.together.ai/docs/images-overview",
        base_url="https://api.together.ai", models=models("together"),
        settings=(
            c.Setting("TOGETHER_API_KEY", "key of the account", "key", required=True, secret=True),
            c.Setting("TOGETHER_BASE_URL", "address of the API", "base_url"),
        ),
        recovery="none",
        words=(
            c.Word(r"nsfw|safety|moderat|content policy", e.Refused),
            c.Word(r"spending limit|credit|api key", e.Unpayable),
            c.Word(r"rate limit|too many requests", e.Limited),
            c.Word(r"model.*(not (found|available)|deprecated|does not exist)", e.Gone),
            c.Word(r"lora", e.LoraUnreachable),
        ),
        verified="its own client against the emulator; limits inferred",
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Request, Reply, c.Finished]:
        """images.generate; `response_format` is spelt `base64`, the answer's field `b64_json`."""
        asked = {
            "model": job.model, "prompt": job.prompt, "width": job.width, "height": job.height,
            "steps": job.steps, "guidance_scale": job.guidance, "seed": job.seed,
            "negative_prompt": job.negative or None,
            "image_loras": [{"path": u.url, "scale": u.weight} for u in job.loras] or None,
            "reference_images": [data_uri(raw) for raw in job.references] or None,
        }  # fmt: skip
        fields = {name: value for name, value in asked.items() if value is not None}
        always = {"n": 1, "response_format": "base64", "output_format": "png"}

        async def send(sdk: Any, seconds: float) -> Any:
            async with sdk.AsyncTogether(
                api_key=self.account.key, base_url=self._home(), timeout=seconds, max_retries=0
            ) as client:
                return await client.images.with_raw_response.generate(**fields, **always)

        reply = yield c.SdkCall("together", send, paid=True)
        pictures = [item.get("b64_json") or item.get("url") for item in reply.items("data")]
        return c.Finished(tuple(_picture(found) for found in pictures if found))

    def inquire(self) -> Generator[c.Request, Reply, Mapping[str, str]]:
        """How many models the account sees, and which of ours are not among them."""
        reply = yield c.Call("GET", f"{self._home()}/v1/models")
        listed = reply.json if isinstance(reply.json, list) else reply.items("data")
        seen = {str(model.get("id")) for model in listed if isinstance(model, dict)}
        missing = [model.name for model in self.models() if model.id not in seen]
        told = {"models": str(len(seen)), "not offered": ", ".join(missing)}
        return {name: text for name, text in told.items() if text}

    def _home(self) -> str:
        """Where `/v1` begins: older clients wanted it in the address, and people have it there."""
        return self.account.base_url.rstrip("/").removesuffix("/v1")


def _picture(found: Any) -> c.Inline | c.Remote:
    return c.Remote(found) if str(found).startswith("http") else c.Inline(found)
