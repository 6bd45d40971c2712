"""Gemini's image models: generateContent, whose refusals come with a 200.

https://ai.google.dev/gemini-api/docs/image-generation
"""

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from bridge import errors as e
from bridge.domain import Ready
from bridge.engine import contract as c
from bridge.engine.blame import retry_after, said
from bridge.pictures.sniff import mime
from bridge.providers.models import models
from bridge.transport.reply import Reply

RATIOS = {f"{w}:{h}": w / h for w, h in ((1, 1), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5), (5, 4),
                                         (9, 16), (16, 9), (21, 9))}  # fmt: skip
TIERS = ((8 << 20, "4K"), (2 << 20, "2K"))
"""From so many pixels on; 1K is what comes unasked, and not every model takes the field."""
DECLINED = re.compile(r"SAFETY|PROHIBITED|BLOCKLIST|RECITATION|SPII")
"""Reasons that are policy; NO_IMAGE, OTHER, MAX_TOKENS and the like are mishaps."""
IN_WORDS = re.compile(
    r"\b(can('|’)?t|cannot|unable|won('|’)t|not able|sorry|polic|guidelines)", re.I
)
HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
A_DAY_S = 3600.0  # a day's quota does not come back soon: asked again once an hour


class GeminiImages(c.Adapter):
    """Synchronous: nothing finds a lost answer again, so that is booked as perhaps paid."""

    card = c.Card(
        name="gemini_images", title="Gemini",
        docs="https://ai.google.dev/gemini-api/docs/image-generation",
        base_url="https://generativelanguage.googleapis.com/v1beta",
        models=models("gemini_images"), key_header="x-goog-api-key", auth="{key}",
        settings=(
            c.Setting("GEMINI_API_KEY", "the key", "key", True, True, ("GOOGLE_API_KEY",)),
            c.Setting("GEMINI_BASE_URL", "address of the API, with its version", "base_url"),
            c.Setting("GEMINI_IMAGE_MODEL", "only this model", "only"),
            c.Setting("GEMINI_SAFETY", "off: the filters that can be set block nothing", "safety"),
        ),
        recovery="none", verified="official SDK against the emulator",
        words=(c.Word(r"api key|billing|location is not supported", e.Unpayable),
               c.Word(r"violat\w+ .*polic", e.Refused)),
    )  # fmt: skip

    def submit(self, job: Ready, ref: str) -> Generator[c.Request, Reply, c.Finished]:
        """POST models/…:generateContent: the text, then the pictures to go by, init image first."""
        pictures = [raw for raw in (job.init_image, *job.references) if raw is not None]
        given = [{"inlineData": {"mimeType": mime(raw), "data": raw}} for raw in pictures]
        shape = {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": _size(job)}
        parts = [{"text": job.prompt}, *given]
        contents = [{"role": "user", "parts": parts}]
        body: dict[str, Any] = {"contents": contents, "generationConfig": shape}
        if self.account.options.get("safety") == "off":
            nothing = {"threshold": "BLOCK_NONE"}
            body["safetySettings"] = [{"category": f"HARM_CATEGORY_{h}", **nothing} for h in HARMS]
        path = f"models/{job.model}:generateContent"
        reply = yield c.Call("POST", path, json=body, paid=True, reads=frozenset({429}))
        if reply.status == 429:
            raise _limited(reply)
        found = (part["inlineData"].get("data") for part in _parts(reply) if "inlineData" in part)
        made = tuple(c.Inline(one) for one in found if one)
        if not made:
            _explain(reply)
        return c.Finished(made, cost=self._cost(job.model, reply))

    def inquire(self) -> Generator[c.Request, Reply, Mapping[str, str]]:
        """The list of models that the key may use."""
        reply = yield c.Call("GET", "models?pageSize=1000")
        names = sorted(str(m.get("name")).removeprefix("models/") for m in reply.items("models"))
        return {"image models": ", ".join(name for name in names if "image" in name)}

    def _cost(self, model: str, reply: Reply) -> int | None:
        """Micro-dollars; pictures that are sent along are billed as text is."""
        prices = next((m.tokens for m in self.models() if m.id == model), None)
        usage: Any = reply.mapping().get("usageMetadata")
        if prices is None or not isinstance(usage, dict):
            return None
        made = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
        return prices.cost(usage.get("promptTokenCount", 0), 0, made)


def _size(job: Ready) -> dict[str, str]:
    ratio = min(RATIOS, key=lambda name: abs(RATIOS[name] * job.height / job.width - 1))
    tier = next((name for pixels, name in TIERS if job.width * job.height >= pixels), "")
    return {"aspectRatio": ratio} | ({"imageSize": tier} if tier else {})


def _parts(reply: Reply) -> Iterator[dict[str, Any]]:
    """What the model says and shows, without its drafts."""
    for candidate in reply.items("candidates"):
        parts = (candidate.get("content") or {}).get("parts") or ()
        yield from (part for part in parts if not part.get("thought"))


def _explain(reply: Reply) -> None:
    """Raises why there is no picture, where the answer says so."""
    body: Any = reply.mapping()
    blocked = (body.get("promptFeedback") or {}).get("blockReason")
    ends = (candidate.get("finishReason") for candidate in reply.items("candidates"))
    reason = ", ".join(str(one) for one in (blocked, *ends) if one)
    words = " ".join(str(part["text"]) for part in _parts(reply) if part.get("text"))
    text = f"Gemini: no picture ({reason}) {words[:200]}"
    if blocked or DECLINED.search(reason) or IN_WORDS.search(words):
        raise e.Refused(text)
    if reason:
        raise e.Unavailable(text)


def _limited(reply: Reply) -> e.Limited:
    """The wait that Google asks for stands in the body, and so does which quota it was."""
    body = str(reply.json)
    delay = re.search(r"'retryDelay': '(\d+(?:\.\d+)?)s'", body)
    soon = retry_after(reply.headers) or (float(delay[1]) if delay else None)
    wait = A_DAY_S if "PerDay" in body else soon
    return e.Limited(f"Gemini: {said(reply)}", retry_after=wait, status=429)
