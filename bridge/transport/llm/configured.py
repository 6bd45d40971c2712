"""The endpoints that an environment describes: `BRIDGE_LLM_…`, `BRIDGE_LLM_2_…` up to 9."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from bridge.errors import BadRequest
from bridge.transport.llm.endpoint import Endpoint, Kind

_MOST: Final = 9
_RUNPOD: Final = re.compile(r"runpod\.[a-z]+/v2/[\w-]+(?:/runsync)?/?$")


@dataclass(frozen=True, slots=True)
class Knob:
    """One variable of an endpoint: what follows its prefix, and the Endpoint's field."""

    suffix: str
    field: str
    about: str
    secret: bool = False


KNOBS: Final = (
    Knob("BASE_URL", "base_url", "an endpoint that writes scenes; empty: by rules"),
    Knob("API_KEY", "api_key", "its key", secret=True),
    Knob("MODEL", "model", "its model"),
    Knob("KIND", "kind", "its API: openai, anthropic, runpod (runsync); empty: by the address"),
    Knob("NAME", "name", "how requests name it; empty: llm, llm-2 …"),
    Knob("PRICE_IN", "price_in", "dollars a million tokens read, where its answers do not say"),
    Knob("PRICE_OUT", "price_out", "the same for tokens written"),
)  # fmt: skip


def llms(env: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """Those with an address, in the order of their numbers; BadRequest names the variable."""
    prefixes = ["BRIDGE_LLM_", *(f"BRIDGE_LLM_{number}_" for number in range(2, _MOST + 1))]
    found = (
        endpoint(env, prefix, "llm" if number == 1 else f"llm-{number}")
        for number, prefix in enumerate(prefixes, 1)
    )
    named: dict[str, Endpoint] = {}
    for one in filter(None, found):
        if one.name in named:
            raise BadRequest(f"two language models are called {one.name!r}: set BRIDGE_LLM_…NAME")
        named[one.name] = one
    return tuple(named.values())


def endpoint(env: Mapping[str, str], prefix: str, name: str) -> Endpoint | None:
    """The endpoint under `prefix`, None without an address; BadRequest names the variable."""
    values = dict(_values(env, prefix))
    if not values.get("base_url"):
        return None
    kinds = get_args(Kind)
    values = {"name": name, "kind": _kind(values["base_url"]), **values}
    if values["kind"] not in kinds:
        raise BadRequest(f"{prefix}KIND={values['kind']!r}: one of {', '.join(kinds)} is expected")
    return Endpoint(**values)


def _values(env: Mapping[str, str], prefix: str) -> Iterator[tuple[str, Any]]:
    for knob in KNOBS:
        text = env.get(prefix + knob.suffix, "")
        if not text:
            continue
        if not knob.field.startswith("price"):
            yield knob.field, text
            continue
        try:
            yield knob.field, float(text)
        except ValueError:
            wanted = f"{prefix}{knob.suffix}={text!r}: a number is expected"
            raise BadRequest(wanted) from None


def _kind(address: str) -> str:
    if "anthropic" in address:
        return "anthropic"
    return "runpod" if _RUNPOD.search(address) else "openai"
