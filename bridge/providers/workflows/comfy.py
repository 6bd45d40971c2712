"""ComfyUI's words: its queue, its history, what it finds wrong with a graph; pictures for it.

Shapes: execution.py and server.py of ComfyUI (2024 to 2026).
"""

from collections.abc import Generator, Iterator, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from bridge.engine.contract import Call, Part
from bridge.transport.reply import Reply

Told = Mapping[str, Any]
OVER = {"execution_success", "execution_error", "execution_interrupted"}


def complaint(told: Told) -> str:
    """Why a graph was refused, node by node; an old server's `error` is a text."""
    error = told.get("error")
    if not isinstance(error, dict):
        return str(error or "no reason given")
    nodes = told.get("node_errors")
    found = [*_of_nodes(nodes)] if isinstance(nodes, dict) else []
    return "; ".join(found) or " ".join(filter(None, map(error.get, ("type", "message"))))


def _of_nodes(nodes: Mapping[str, Told]) -> Iterator[str]:
    for number, node in nodes.items():
        for error in node.get("errors") or ():
            said = f"{error.get('message')}: {error.get('details')}"
            yield f"node {number} {node.get('class_type')}: {said}"


def queued(queue: Told) -> dict[str, str]:
    """Prompt id → client id of all that waits or runs."""
    items = [*(queue.get("queue_running") or ()), *(queue.get("queue_pending") or ())]
    return {str(item[1]): client_of(item) for item in items}


def latest(history: Told) -> dict[str, str]:
    """The same of what is over."""
    return {job: client_of(entry.get("prompt") or ()) for job, entry in history.items()}


def running(queue: Told, job: str) -> bool:
    """Whether this job runs, so that an interrupt would strike it."""
    return any(item[1] == job for item in queue.get("queue_running") or ())


def client_of(item: Any) -> str:
    """The client id of [number, prompt id, graph, extra data, …]."""
    return str(item[3].get("client_id", "")) if len(item) > 3 else ""


def failure(history: Told, job: str) -> str:
    """What the job failed with; empty when it did not fail."""
    status = history[job].get("status") or {}
    if status.get("status_str") != "error":
        return ""
    for name, told in status.get("messages") or ():
        if name == "execution_error":
            node, kind = told.get("node_type"), told.get("exception_type")
            return f"{node}: {kind}: {told.get('exception_message')}"
    return "execution interrupted"


def progress(told: Told, job: str) -> float | None:
    """0 … 1 of a websocket's message about this job, 1 when it is over; None for all others."""
    event, kind = told.get("data"), told.get("type")
    if not isinstance(event, dict) or event.get("prompt_id") != job:
        return None
    if kind == "progress":
        return float(event["value"]) / float(event["max"])
    return 1.0 if kind in OVER else None


def pictures(history: Told, job: str) -> list[str]:
    """Where the pictures of the job can be viewed; saved ones before previews."""
    outputs = (history[job].get("outputs") or {}).values()
    found = [image for output in outputs for image in output.get("images") or ()]
    found.sort(key=lambda image: image.get("type") != "output")
    places = ("filename", "subfolder", "type")
    return [f"view?{urlencode({key: image.get(key, '') for key in places})}" for image in found]


def choices(info: Told, node: str, name: str) -> list[str]:
    """What a node lets one choose from, out of `object_info`: a list, or COMBO with options."""
    required = info.get(node, {}).get("input", {}).get("required", {})
    found, *more = required.get(name) or ([],)
    options = more[0].get("options") if found == "COMBO" and more else found
    return [str(option) for option in options or ()]


def machine(stats: Told) -> dict[str, str]:
    """Version and graphics card out of `system_stats`."""
    system, devices = stats.get("system") or {}, stats.get("devices") or [{}]
    facts = {"version": system.get("comfyui_version"), "device": devices[0].get("name")}
    return {name: str(fact) for name, fact in facts.items() if fact}


def upload(raw: bytes) -> Generator[Call, Reply, str]:
    """POST upload/image under a name made of its content; the name for LoadImage."""
    name = f"bridge-{blake2b(raw, digest_size=12).hexdigest()}.png"
    form = (Part("image", raw, name), Part("overwrite", "true"))
    told = (yield Call("POST", "upload/image", form=form)).mapping()
    return "/".join(str(told[key]) for key in ("subfolder", "name") if told.get(key))
