"""Whatever the language models do, there is a picture within the deadline."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from bridge.app import Bridge
from bridge.app import running as serving
from bridge.domain import Job, Made
from bridge.engine.control import Control
from bridge.question import LlmWish
from bridge.settings import Settings
from bridge.store.database import Store
from bridge.store.history import History
from bridge.transport.llm.endpoint import Endpoint, Kind
from emulator.app import Running, running

STORY = '*Mara waits at the harbour in the rain.* "Hello?" she calls.'
DEADLINE = 3.0
PATHS: dict[Kind, str] = {
    "openai": "llm/v1", "anthropic": "llm/anthropic", "runpod": "llm/runpod/qwen",
}  # fmt: skip


@dataclass
class House:
    """A bridge with the sketch alone, and the emulator of its language models."""

    bridge: Bridge
    emu: Running
    stop: Callable[[], Awaitable[None]]

    async def made(self, number: int = 0, **wish: str) -> Made:
        job = Job(f"j{number}", f"{STORY} {number}", 7, width=64, height=64, llm=LlmWish(**wish))
        return await self.bridge.pipeline.make(job, Control())

    @property
    def statuses(self) -> list[int | None]:
        return [call.status for call in self.emu.ledger.calls]

    @property
    def asked(self) -> list[str]:
        return [entry.model for entry in self.emu.ledger.jobs("llm")]


@asynccontextmanager
async def house(folder: Path, *kinds: Kind, **more: Any) -> AsyncIterator[House]:
    async with running() as emu:
        emu.settings.change({"clouds": {"llm": {"models": []}}})
        llms = tuple(
            Endpoint(f"llm-{n}", f"{emu.url}/{PATHS[kind]}", "test-k", f"m{n}", kind, 1.0, 2.0)
            for n, kind in enumerate(kinds, 1)
        )
        dictionary = folder / "loras.json"
        dictionary.write_text('{"config": {}, "loras": {}}')
        settings = Settings(
            data=folder, lora_dict=dictionary, llms=llms, llm_timeout=DEADLINE, **more
        )
        async with AsyncExitStack() as stack:
            bridge = await stack.enter_async_context(serving(settings))
            yield House(bridge, emu, stack.aclose)


SPOILT: list[tuple[str, dict[str, Any]]] = [
    ("garbage", {}),
    ("schema_violation", {}),
    ("refusal", {}),
    ("empty", {}),
    ("cut_off", {}),
    ("html", {}),
    ("cut", {}),
    ("truncated", {}),
    ("status", {"status": 401}),
    ("status", {"status": 402}),
    ("status", {"status": 404}),
    ("status", {"status": 429, "retry_after": 30}),
    ("status", {"status": 500}),
    ("status", {"status": 529}),
]


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize(("fault", "args"), SPOILT, ids=str)
async def test_a_model_that_fails_costs_no_picture(
    tmp_path: Path, kind: Kind, fault: str, args: dict[str, Any]
) -> None:
    async with house(tmp_path, kind) as here:
        here.emu.faults.add("llm", fault, times=None, **args)
        async with asyncio.timeout(DEADLINE + 2):
            made = await here.made()
    assert made.scene is not None
    assert "harbour" in made.scene.place.text
    assert "scene-by-rules" in [note.code for note in made.notes]


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("fault", ["", "thinking", "fences"])
async def test_a_model_that_rambles_is_understood(tmp_path: Path, kind: Kind, fault: str) -> None:
    async with house(tmp_path, kind) as here:
        if fault:
            here.emu.faults.add("llm", fault, times=None)
        made = await here.made()
    assert made.scene is not None
    assert made.scene.place.text == "a quiet harbour"
    assert "scene-by-rules" not in [note.code for note in made.notes]


@pytest.mark.parametrize(("fault", "args"), SPOILT, ids=str)
async def test_the_second_model_stands_in(tmp_path: Path, fault: str, args: dict[str, Any]) -> None:
    async with house(tmp_path, "openai", "anthropic") as here:
        here.emu.faults.add("llm", fault, match="/llm/v1/", times=None, **args)
        made = await here.made()
        assert here.asked[-1] == "m2"
    assert made.scene is not None
    assert made.scene.place.text == "a quiet harbour"


async def test_a_hanging_model_costs_its_share_once_and_then_rests(tmp_path: Path) -> None:
    async with house(tmp_path, "openai", "runpod") as here:
        here.emu.faults.add("llm", "hang", match="/llm/v1/", times=None)
        begun = monotonic()
        await here.made(1)
        assert monotonic() - begun < DEADLINE, "the second model had its time"
        calls = len(here.emu.ledger.calls)
        await here.made(2)
        assert [call.path for call in here.emu.ledger.calls[calls:]] == ["/llm/runpod/qwen/runsync"]
        here.emu.faults.clear()


async def test_nobody_left_costs_nothing_more(tmp_path: Path) -> None:
    async with house(tmp_path, "openai") as here:
        here.emu.faults.add("llm", "status", status=401, times=None)
        await here.made(1)
        calls = len(here.emu.ledger.calls)
        made = await here.made(2)
        assert len(here.emu.ledger.calls) == calls
    assert any("rests for" in note.text for note in made.notes)


async def test_a_request_may_choose_endpoint_and_model(tmp_path: Path) -> None:
    async with house(tmp_path, "openai", "anthropic") as here:
        await here.made(1)
        await here.made(2, endpoint="llm-2")
        await here.made(3, endpoint="llm-2", model="large")
        await here.made(4, model="small")
        assert here.asked == ["m1", "m2", "large", "small"]


async def test_what_a_scene_cost_stands_in_its_picture_and_in_the_figures(tmp_path: Path) -> None:
    async with house(tmp_path, "openai") as here:
        here.emu.faults.add("llm", "garbage")
        await here.made()
        await here.made()
        usages = [entry.facts["usage"] for entry in here.emu.ledger.jobs("llm")]
        cost = sum(one["prompt_tokens"] + 2 * one["completion_tokens"] for one in usages)
        metrics = here.bridge.overview.metrics().decode()
    assert len(usages) == 2, "a repair; and the second picture has the first one's scene"
    (line,) = [one for one in metrics.splitlines() if one.startswith("bridge_llm_cost_dollars_t")]
    assert (line.split()[0], round(float(line.split()[1]) * 1e6)) == (
        'bridge_llm_cost_dollars_total{endpoint="llm-1",model="m1"}', cost
    )  # fmt: skip
    store = Store.open(f"sqlite:///{tmp_path / 'bridge.sqlite3'}")
    rows = await History(store).page(None, 10)
    await store.close()
    assert [row.recipe["scene_cost"] for row in rows] == [0, cost]
    assert {row.recipe["scene_by"] for row in rows} == {"llm-1/m1"}


@pytest.mark.parametrize(
    ("formats", "refused"), [(["json_object", "text"], 1), (["text"], 2)], ids=str
)
async def test_what_an_endpoint_takes_is_learnt_once(
    tmp_path: Path, formats: list[str], refused: int
) -> None:
    async with house(tmp_path, "openai") as here:
        here.emu.settings.change({"clouds": {"llm": {"formats": formats}}})
        settings = here.bridge.settings
        for number in (1, 2):
            made = await here.made(number)
            assert made.scene is not None
            assert made.scene.place.text == "a quiet harbour"
        assert here.statuses == [*[400] * refused, 200, 200]
        await here.stop()
        async with serving(settings) as again:
            await House(again, here.emu, here.stop).made(3)
        assert here.statuses[-1:] == [200], "a new process knows it too"
        assert len(here.statuses) == refused + 3
