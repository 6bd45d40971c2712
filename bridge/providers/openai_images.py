"""OpenAI's gpt-image models, through its official client: the picture is in the answer.

https://platform.openai.com/docs/api-reference/images
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.pictures.mask import with_holes
from bridge.pictures.sniff import mime
from bridge.providers.models import models
from bridge.transport.reply import Reply

OURS = ("gpt-image", "chatgpt-image")
"""Other names are those of servers that are like OpenAI's of the time of DALL-E."""
DEARER = {"low": 0.12, "medium": 1.0}  # beside medium; every other up to four times as much
File = tuple[str, bytes, str]


class OpenAIImages(c.Adapter):
    """Synchronous: nothing finds a lost answer again, so that is booked as perhaps paid."""

    card = c.Card(
        name="openai_images", title="OpenAI",
        docs="https://platform.openai.com/docs/guides/image-generation",
        base_url="https://api.openai.com/v1", models=models("openai_images"),
        settings=(
            c.Setting("OPENAI_API_KEY", "key of the account", "key", required=True, secret=True),
            c.Setting("OPENAI_IMAGE_BASE_URL", "address of the API, with /v1", "base_url",
                      aliases=("OPENAI_BASE_URL",)),
            c.Setting("OPENAI_IMAGE_MODEL", "only this model; dall-e-3 means its heir", "only"),
            c.Setting("OPENAI_IMAGE_QUALITY", "auto, low, medium (usual) or high", "quality"),
            c.Setting("OPENAI_IMAGE_MODERATION", "auto (usual) or low", "moderation"),
        ),
        recovery="none",
        words=(
            c.Word(r"moderation_blocked|content_(policy|filter)|safety system", e.Refused),
            c.Word(r"must be verified|model_not_found|access to model|model.* deprecated", e.Gone),
            c.Word(r"invalid_api_key|insufficient_quota|billing|api key", e.Unpayable),
            c.Word(r"rate.?limit|too many requests", e.Limited),
        ),
        verified="its own client against the emulator",
    )  # fmt: skip

    def models(self) -> tuple[c.Model, ...]:
        """As everywhere; the estimate goes with the quality, and `auto` may mean the dearest."""
        share = DEARER.get(self.account.options.get("quality", "medium"), 4.0)
        return tuple(replace(model, price=round(model.price * share)) for model in super().models())

    def submit(self, job: Ready, ref: str) -> Generator[c.Request, Reply, c.Finished]:
        """images.edit when there are pictures to go by, the init image first; else generate.

        An organisation is verified for each model, so a refusal for that parks the model alone.
        """
        pictures = [raw for raw in (job.init_image, *job.references) if raw is not None]
        fields = self._fields(job)
        if pictures:
            fields["image"] = [_file(f"image-{at}", raw) for at, raw in enumerate(pictures)]
        if job.mask is not None:
            holes = yield c.Local(partial(with_holes, job.mask))
            fields["mask"] = _file("mask", holes.raw)
        account = self.account

        async def send(sdk: Any, seconds: float) -> Any:
            async with sdk.AsyncOpenAI(
                api_key=account.key, base_url=account.base_url, timeout=seconds, max_retries=0
            ) as client:
                images = client.images.with_raw_response
                return await (images.edit if pictures else images.generate)(**fields)

        reply = yield c.SdkCall("openai", send, paid=True)
        found = [item.get("b64_json") or item.get("url") for item in reply.items("data")]
        return c.Finished(
            tuple(_picture(one) for one in found if one), cost=self._cost(job.model, reply)
        )

    def inquire(self) -> Generator[c.Request, Reply, Mapping[str, str]]:
        """The list of models; a model that is in it may still want a verified organisation."""
        reply = yield c.Call("GET", "models")
        names = sorted(str(item.get("id")) for item in reply.items("data"))
        return {"image models": ", ".join(name for name in names if "image" in name)}

    def _fields(self, job: Ready) -> dict[str, Any]:
        fields = {"model": job.model, "prompt": job.prompt, "n": 1,
                  "size": f"{job.width}x{job.height}"}  # fmt: skip
        if not job.model.startswith(OURS):
            return fields | {"response_format": "b64_json"}
        options = self.account.options
        usual = {"quality": options.get("quality", "medium"), "output_format": "png"}
        if "moderation" in options and not (job.references or job.init_image):
            usual["moderation"] = options["moderation"]  # edits have no such field
        return fields | usual | dict(job.options)

    def _cost(self, model: str, reply: Reply) -> int | None:
        """Micro-dollars from the tokens told; without their kinds all that went in counts as text.

        https://platform.openai.com/docs/pricing
        """
        prices = next((m.tokens for m in self.models() if m.id == model), None)
        usage: Any = reply.mapping().get("usage")
        if prices is None or not isinstance(usage, dict):
            return None
        kinds = usage.get("input_tokens_details") or {"text_tokens": usage.get("input_tokens", 0)}
        return prices.cost(
            kinds.get("text_tokens", 0), kinds.get("image_tokens", 0), usage.get("output_tokens", 0)
        )


def _file(name: str, raw: bytes) -> File:
    kind = mime(raw)
    return f"{name}.{kind.rpartition('/')[2]}", raw, kind


def _picture(found: Any) -> c.Inline | c.Remote:
    return c.Remote(found) if str(found).startswith("http") else c.Inline(found)
