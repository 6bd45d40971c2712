"""What a cloud that runs ComfyUI graphs tells: code, words, nodes, files and money."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from bridge.engine.blame import message

PICTURES = ("", "png", "jpg", "jpeg", "webp")
Told = Mapping[str, Any]


def code(told: Told) -> str:
    """The cloud's own code, a number in a text; `0` or empty when all is well."""
    return str(told.get("errorCode") or told.get("code", ""))


def said(told: Told) -> str:
    """Code, words, and the nodes that are wrong or stopped."""
    words = told.get("errorMessage") or told.get("msg") or told.get("message")
    nodes = stopped(told.get("failedReason")), wrong(told.get("promptTips"))
    return ": ".join(map(str, filter(None, (code(told), words or told.get("status"), *nodes))))


def stopped(reason: object) -> str:
    """The node that raised, and what; not what it was given, for that holds the prompt."""
    if not isinstance(reason, Mapping) or not reason:
        return ""
    trace: Any = reason.get("traceback")
    last = str(trace[-1]).strip() if isinstance(trace, list) and trace else ""
    node = " ".join(map(str, filter(None, (reason.get("node_id"), reason.get("node_name")))))
    words = reason.get("exception_type"), reason.get("exception_message") or last
    return ": ".join(map(str, filter(None, (node and f"node {node}", *words))))


def wrong(tips: object) -> str:
    """The nodes that a graph was refused for: `node_errors` of a JSON text, or plain words."""
    try:
        errors = orjson.loads(str(tips or "{}"))["node_errors"].items()
    except orjson.JSONDecodeError:
        return str(tips)
    except (KeyError, TypeError, AttributeError):
        return ""
    return "; ".join(f"node {node}: {message(error)}" for node, error in errors)


def files(told: Told) -> list[Told] | None:
    """What the graph made; None where there is no such list yet."""
    made = next((told[key] for key in ("results", "data") if isinstance(told.get(key), list)), None)
    return None if made is None else [file for file in made if isinstance(file, dict)]


def pictures(files: list[Told], returns: str) -> list[str]:
    """The addresses of the pictures among `files`; those of the node `returns` first."""
    kinds = [str(f.get("fileType") or f.get("outputType") or "").lower() for f in files]
    made = [file for file, kind in zip(files, kinds, strict=True) if kind in PICTURES]
    made.sort(key=lambda file: str(file.get("nodeId")) != returns)
    urls = (file.get("fileUrl") or file.get("url") or file.get("outputUrl") for file in made)
    return [str(url) for url in urls if url]


def usage(told: Told, made: list[Told]) -> Told:
    """What the run took: told of the task (v2), or with each file (v1)."""
    found = told.get("usage") or next(iter(made), None)
    return found if isinstance(found, dict) else {}


def dollars(usage: Told) -> int | None:
    """Micro-dollars of the graph's run and of what it called elsewhere; None when not told."""
    told = [str(usage.get(name)) for name in ("consumeMoney", "thirdPartyConsumeMoney")]
    sums = [float(text) for text in told if re.fullmatch(r"\d+(\.\d+)?", text)]
    return round(1e6 * sum(sums)) if sums else None
