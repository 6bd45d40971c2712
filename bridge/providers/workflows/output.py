"""What workers return, each in its own shape: pictures and facts, a progress, a polite failure.

There is no standard; the shapes are those of the workers and public endpoints that are in use.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from bridge.engine.contract import Finished, Inline, Remote
from bridge.transport.blob import Blob

KEYS = (
    "image_url", "image_urls", "images", "image", "image_base64", "output", "result", "data",
    "url", "message", "s3_urls",
)  # fmt: skip
"""Under which a picture may lie, the likeliest first."""
SCORES = ("aesthetic_score",)
DEAREST = 1000.0
"""Dollars. What claims to cost more is no cost."""
DEEPEST = 6
_BASE64 = re.compile(r"(?:data:image/[\w.+-]+;base64,)?[A-Za-z0-9+/\r\n]{100,}={0,2}\s*")
_PARTS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|/\s*(\d+))")
"""`40 %` or `12/30`."""


def finished(output: object, facts: Mapping[str, str]) -> Finished:
    """Pictures, scores, seed, and the cost in dollars that only public endpoints tell."""
    inner = output if isinstance(output, dict) else {}
    deeper = inner.get("metadata")
    seeds = [part.get("seed") for part in (inner, deeper) if isinstance(part, dict)]
    usd = inner.get("cost")
    return Finished(
        tuple(found(output)),
        cost=round(usd * 1e6) if isinstance(usd, int | float) and 0 < usd < DEAREST else None,
        seed=next((seed for seed in seeds if type(seed) is int and seed >= 0), None),
        facts={**facts, **{name: str(inner[name]) for name in SCORES if name in inner}},
    )


def found(output: object, depth: int = 0) -> Iterator[Inline | Remote]:
    """The pictures in an output: URL, data URI, bare base64, a list or an object of these."""
    if isinstance(output, Blob):
        yield Inline(output)
    elif isinstance(output, str):
        if output.startswith(("http://", "https://")):
            yield Remote(output)
        elif _BASE64.fullmatch(output):
            yield Inline(output)
    elif depth < DEEPEST:
        parts = output if isinstance(output, list) else ()
        if isinstance(output, dict):
            parts = [output[key] for key in KEYS if key in output]
        for part in parts:
            yield from found(part, depth + 1)


def progress(output: object) -> float | None:
    """0 … 1 of whatever a worker sends as its progress: 0.4, 40, "40 %", "12/30", an object."""
    if isinstance(output, dict):
        output = output.get("progress", output.get("percent"))
    if isinstance(output, str) and (told := _PARTS.search(output)):
        done, whole = float(told[1]), float(told[2] or 100)
        output = done / whole if whole else None
    if isinstance(output, bool) or not isinstance(output, int | float):
        return None
    share = output if output <= 1 else output / 100
    return share if 0 <= share <= 1 else None


def trouble(error: object, output: object) -> str:
    """Why a job failed, in the worker's words, of `error` beside the output or within it.

    An exception comes as JSON in a string; its traceback stays out, for it repeats the request.
    """
    inner = output if isinstance(output, dict) else {}
    error = error or inner.get("error")
    if not error and inner.get("status") == "error":
        error = inner.get("message") or "error"
    if not error and (errors := inner.get("errors")) and not any(found(output)):
        error = errors
    if isinstance(error, str) and error.lstrip().startswith("{"):
        try:
            error = msgspec.json.decode(error)
        except msgspec.DecodeError:
            return str(error)
    if isinstance(error, dict):
        names = ("error_type", "error_message", "message", "error")
        return ": ".join(str(error[name]) for name in names if error.get(name))
    if isinstance(error, list):
        return "; ".join(map(str, error))
    return str(error or "")


def counts(health: object, what: str) -> Mapping[str, int]:
    """The numbers of `workers` or `jobs` in an answer of /health; empty when there are none."""
    inner = health.get(what) if isinstance(health, dict) else None
    numbers = inner.items() if isinstance(inner, dict) else ()
    return {name: number for name, number in numbers if type(number) is int}


def is_cold(health: object) -> bool:
    """Whether no worker could take a job at once; an answer without workers says nothing."""
    workers = counts(health, "workers")
    return bool(workers) and not any(workers.get(k) for k in ("idle", "ready", "running"))
