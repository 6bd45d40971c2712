"""The files: what a worker makes, what it calls our fields, and how a job becomes its input."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from bridge.domain import Ready
from bridge.engine.calls import DataUri
from bridge.engine.card import Model, Setting
from bridge.errors import BadRequest


@dataclass(frozen=True, slots=True)
class LoraFields:
    """How a workflow is told its LoRAs: a list `field` of objects with `url` and `weight` keys."""

    field: str
    url: str
    weight: str


@dataclass(frozen=True, slots=True)
class HiresFields:
    """What a worker calls the fields of a second pass; without a name a field is not sent."""

    scale: str
    """How many times larger the picture becomes, a number."""
    strength: str = ""
    guidance: str = ""
    steps: str = ""
    always: Mapping[str, object] = field(default_factory=dict)
    """What switches it on."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One worker. Names within its input may lead deeper: `workflow.6.inputs.text`."""

    model: Model
    fields: Mapping[str, str]
    """Name in `Ready` → name in the worker's input; `size` is the size as `768*1024`.

    Pictures go as data URIs. The model's options are sent under their own names.
    """
    always: Mapping[str, object] = field(default_factory=dict)
    """Sent as it is, unless a field says otherwise."""
    loras: LoraFields | None = None
    hires: HiresFields | None = None
    about: str = ""
    settings: tuple[Setting, ...] = ()
    """What the operator can set for it: the endpoint's id at least, where `endpoint` has none."""
    account: Mapping[str, str] = field(default_factory=dict)
    """Option of the account → name in the input. Credentials go only where they are named here."""
    endpoint: str = ""
    """The endpoint's id, where it is the same for everybody, or in the operator's own file."""
    sync_ms: int = 0
    """Held open so long for the answer; 0: not at all. Well below 20 s, the least patience there
    is: until RunPod answers nobody knows the job's id."""

    def input(self, job: Ready, options: Mapping[str, str]) -> dict[str, Any]:
        """What the worker is sent; `options` are the account's."""
        wanted: dict[str, object] = {
            "prompt": job.prompt, "negative": job.negative, "width": job.width,
            "height": job.height, "size": f"{job.width}*{job.height}", "seed": job.seed,
            "steps": job.steps, "guidance": job.guidance, "strength": job.strength,
            "init_image": job.init_image and DataUri(job.init_image),
            "mask": job.mask and DataUri(job.mask),
            "references": [DataUri(raw) for raw in job.references],
        }  # fmt: skip
        asked = [(place, wanted.get(ours)) for ours, place in self.fields.items()]
        asked += [(place, options.get(ours)) for ours, place in self.account.items()]
        if self.loras:
            url, weight = self.loras.url, self.loras.weight
            asked += [(self.loras.field, [{url: u.url, weight: u.weight} for u in job.loras])]
        sent = {**self.always, **self.second_pass(job), **job.options}
        made: dict[str, Any] = {k: _own(value) for k, value in sent.items()}
        for place, value in asked:
            if value in (None, "", []):
                continue
            if "." in place:
                _put(made, place, value)
            else:
                made[place] = value
        return made

    def second_pass(self, job: Ready) -> Mapping[str, object]:
        """The fields that ask for `job.hires`; empty when there is none."""
        if self.hires is None or job.hires is None:
            return {}
        names, wanted = self.hires, job.hires
        scale = max(wanted.width / job.width, wanted.height / job.height)
        asked = {
            names.scale: round(scale, 4), names.strength: wanted.strength,
            names.guidance: wanted.guidance, names.steps: wanted.steps,
        }  # fmt: skip
        sent = {name: value for name, value in asked.items() if name and value is not None}
        return {**names.always, **sent}


_FULL = Ready(
    model="", family="any", prompt="x", width=1, height=1, negative="x", seed=1, steps=1,
    guidance=1.0, init_image=b"x", mask=b"x", strength=1.0, references=(b"x",),
)  # fmt: skip
"""A job that has everything: a file that can express it can express any."""


def _own(value: object) -> object:
    """A copy of what may be written into."""
    return deepcopy(value) if isinstance(value, dict | list) else value


def _put(made: dict[str, Any], place: str, value: object) -> None:
    *way, last = place.split(".")
    inner: Any = made
    for part in way:
        inner = inner[int(part)] if isinstance(inner, list) else inner.setdefault(part, {})
    inner[last] = value


@cache
def workflows(cloud: str) -> Mapping[str, Workflow]:
    """The files in `<cloud>/`, by their model's id, one's own endpoints first; what is wrong in
    a file is named."""
    every = _read(Path(__file__).with_name(cloud))
    return {each.model.id: each for each in sorted(every, key=lambda each: bool(each.endpoint))}


@cache
def own_workflows(folder: str) -> Mapping[str, Workflow]:
    """The operator's own files, each with its endpoint; BadRequest says which is wrong and why."""
    if not Path(folder).is_dir():
        raise BadRequest(f"{folder}: no such folder of workflows")
    return {workflow.model.id: workflow for workflow in _read(Path(folder), own=True)}


def _read(folder: Path, *, own: bool = False) -> Iterator[Workflow]:
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stem):
        try:
            workflow = msgspec.json.decode(path.read_bytes(), type=Workflow)
        except msgspec.MsgspecError as error:
            raise BadRequest(f"{path}: {error}") from None
        if own and not workflow.endpoint:
            raise BadRequest(f"{path}: `endpoint` is missing, the id of the endpoint it runs at")
        try:
            workflow.input(_FULL, dict.fromkeys(workflow.account, "x"))
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise BadRequest(f"{path}: a field leads to no place in `always`: {error}") from None
        yield workflow
