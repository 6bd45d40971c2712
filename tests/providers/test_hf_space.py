"""What is a Space's own: its failures in an event's end, its address, how it wants LoRAs named."""

from typing import Any

import pytest

from bridge.domain import LoraUse
from bridge.engine.contract import Account, Adapter
from bridge.errors import (
    AttemptError,
    Gone,
    Limited,
    LoraUnreachable,
    Refused,
    Rest,
    Unavailable,
    Uncertain,
    Unfit,
    Unpayable,
)
from bridge.providers import adapters
from tests.providers.cases import CASES, png
from tests.providers.chamber import Chamber, lora
from tests.providers.faults import Fault, failed

[MODEL] = CASES["hf_space"].models()
HOURS = 3 * 3600 + 21 * 60 + 9


def at(room: Chamber, **options: str) -> Adapter:
    """The adapter at the emulator."""
    return CASES["hf_space"].adapter(room.emulator.url, options)


TABLE: list[tuple[str, dict[str, Any], type[AttemptError], Rest, float | None, int, str]] = [
    # fault at the submit, the error, its rest, the wait told, submits, how it is booked
    ("quota", {}, Limited, Rest.ASKED, HOURS, 1, "failed"),
    ("gpu", {}, Unavailable, Rest.BRIEF, None, 1, "failed"),
    ("aborted", {}, Unavailable, Rest.BRIEF, None, 1, "failed"),
    ("duration", {}, Unfit, Rest.NONE, None, 1, "failed"),
    ("moderation", {}, Refused, Rest.NONE, None, 1, "failed"),
    ("failed", {}, Unavailable, Rest.BRIEF, None, 1, "failed"),
    ("unsaid", {}, LoraUnreachable, Rest.NONE, None, 1, "failed"),
    ("status", {"status": 401}, Unpayable, Rest.TOLD, None, 1, "failed"),
    ("status", {"status": 503}, Unavailable, Rest.BRIEF, None, 1, "failed"),
    ("status", {"status": 429, "retry_after": 30}, Limited, Rest.ASKED, 30, 1, "failed"),
    ("status", {"status": 502}, Uncertain, Rest.BRIEF, None, 1, "uncertain"),
    ("dropped", {"match": "result"}, Uncertain, Rest.BRIEF, None, 1, "uncertain"),
    ("status", {"match": "/info", "status": 404}, Gone, Rest.TOLD, None, 0, ""),
    ("status", {"match": "/info", "status": 503}, Unavailable, Rest.BRIEF, None, 0, ""),
]


@pytest.mark.parametrize(("kind", "args", "error", "rest", "told", "submits", "state"), TABLE)
async def test_what_a_fault_means(
    room: Chamber, kind: str, args: dict[str, Any], error: type[AttemptError], rest: Rest,
    told: float | None, submits: int, state: str,
) -> None:  # fmt: skip
    fault = Fault(kind, args, error, rest, state)
    raised = await failed(room, fault, at(room), MODEL, submits=submits)
    assert raised.retry_after == told


async def test_nobody_listens_before_the_event_is_over(room: Chamber) -> None:
    await room.run(room.attempt(at(room), MODEL))
    books = room.emulator.ledger
    assert len(books.requests("hf_space", "status")) > 1
    assert [call.status for call in books.requests("hf_space", "result")] == [200]
    assert [call.status for call in books.requests("hf_space", "status")][-1] == 404


async def test_a_space_that_never_says_that_an_event_is_over_is_listened_to(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"hf_space": {"forgets": False}}})
    await room.run(room.attempt(at(room), MODEL))
    assert await room.states() == ["kept"]
    assert room.emulator.ledger.requests("hf_space", "status") == []
    assert len(room.emulator.ledger.requests("hf_space", "result")) == 1


async def test_a_gateway_on_the_way_to_the_end_loses_nothing(room: Chamber) -> None:
    room.emulator.faults.add("hf_space", "html", match="result", times=2, status=200)
    await room.run(room.attempt(at(room), MODEL))
    assert await room.states() == ["kept"]


async def test_a_lost_answer_is_heard_to_the_end_at_once(room: Chamber) -> None:
    room.emulator.faults.add("hf_space", "truncated")
    await room.run(room.attempt(at(room), MODEL))
    assert await room.states() == ["kept"]
    assert room.emulator.ledger.requests("hf_space", "status") == []


async def test_the_init_image_is_uploaded_first(room: Chamber) -> None:
    picture = png(512, 768)
    await room.run(room.attempt(at(room), MODEL, init_image=picture, strength=0.4))
    [job] = room.emulator.ledger.jobs("hf_space")
    values = job.request["data"]
    assert values[1].startswith(f"{room.emulator.url}/hf_space/gradio_api/file=/tmp/gradio/")
    assert values[3] == 0.4


HUB = "https://huggingface.co/someone/roses/resolve/main/v2/rose.safetensors"


async def test_loras_are_named_as_the_space_does_it(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"hf_space": {"loras": "repo"}}})
    await room.run(room.attempt(at(room), MODEL, loras=(LoraUse("rose", HUB, 0.7),)))
    [job] = room.emulator.ledger.jobs("hf_space")
    assert job.request["data"][2] == (
        '[{"repo":"someone/roses","weights":"v2/rose.safetensors",'
        '"adapter_name":"rose","adapter_weight":0.7}]'
    )


async def test_a_lora_elsewhere_is_not_sent_to_a_space_of_repositories(room: Chamber) -> None:
    room.emulator.settings.change({"clouds": {"hf_space": {"loras": "repo"}}})
    with pytest.raises(LoraUnreachable, match="rose is no file"):
        await room.run(room.attempt(at(room), MODEL, loras=(lora("rose", MODEL),)))
    assert room.paid("hf_space") == 0


async def test_a_lora_that_the_space_cannot_have_is_named(room: Chamber) -> None:
    with pytest.raises(LoraUnreachable, match="Failed to load LoRA"):
        await room.run(room.attempt(at(room), MODEL, loras=(lora("unreachable", MODEL),)))
    assert await room.states() == ["failed"]


async def test_a_function_that_is_not_there_costs_nothing(room: Chamber) -> None:
    with pytest.raises(Gone, match="no function /paint"):
        await room.run(room.attempt(at(room, api="/paint"), MODEL))
    assert room.paid("hf_space") == 0


@pytest.mark.parametrize(
    ("space", "address"),
    [
        ("someone/flux-dev_multi.lora", "https://someone-flux-dev-multi-lora.hf.space"),
        ("Some-One/Space", "https://some-one-space.hf.space"),
        ("http://127.0.0.1:7860/", "http://127.0.0.1:7860"),
    ],
)
def test_a_space_has_an_address(space: str, address: str) -> None:
    assert adapters()["hf_space"](Account("hf_space", space)).account.base_url == address
