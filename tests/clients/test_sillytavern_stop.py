"""A user of SillyTavern presses stop: its socket closes, and so does the bill."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.ask import finish
from tests.clients.shown import kept, shown
from tests.clients.tap import tapping
from tests.clients.tavern import Tavern
from tests.stack import Stack, eventually, running

pytestmark = pytest.mark.slow

FERN = "fern, wet stone, green shade, macro"
MOTH = "moth, lamp glass, night window, macro"
INTERRUPT, TXT2IMG = "POST /sdapi/v1/interrupt", "POST /sdapi/v1/txt2img"


def states(stack: Stack, cloud: str) -> list[str]:
    """Of the jobs that a cloud has accepted."""
    return [job["state"] for job in stack.emulator.jobs(cloud)]


def test_stop_cancels_at_the_cloud(tavern: Tavern, tmp_path: Path) -> None:
    """At full patience (90 s), so that nothing but the interrupt can end the job in time."""
    patient = {"BRIDGE_PROVIDERS": "runpod,runware", "BRIDGE_TIME_SCALE": "1"}
    with (
        running(tmp_path, **patient) as stack,
        tapping(stack.bridge_url) as tap,
    ):
        stack.emulator.change(clouds={"runpod": {"run_s": 1200}})
        waiting = tavern.begin("generate", tap.url, prompt=FERN)
        eventually(lambda: states(stack, "runpod") == ["running"], "a running job")
        waiting.close()
        eventually(lambda: states(stack, "runpod") == ["cancelled"], "a cancelled job")

        interrupt = tap.only(INTERRUPT)
        eventually(lambda: interrupt.status, "an answer to interrupt")
        assert (interrupt.status, interrupt.body) == (200, None)
        assert tap.only(TXT2IMG).left
        assert len(stack.emulator.requests("runpod", "cancel")) == 1
        assert len(stack.emulator.requests("runpod", "paid")) == 1
        assert stack.emulator.requests("runware") == [], "the next cloud was asked for nobody"


def test_where_stopping_saves_nothing_the_picture_is_kept(tavern: Tavern, tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_PROVIDERS="runware") as stack:
        stack.emulator.change(clouds={"runware": {"run_s": 40}})
        waiting = tavern.begin("generate", stack.bridge_url, prompt=FERN)
        eventually(lambda: states(stack, "runware") == ["running"], "a running job")
        waiting.close()
        (picture,) = eventually(lambda: kept(stack.data), "a picture in the data folder")
        assert picture["prompt"] == FERN
        assert len(stack.emulator.requests("runware", "paid")) == 1


def test_stop_ends_one_of_two(tavern: Tavern, tmp_path: Path) -> None:
    """An interrupt names no job; the socket that closes with it does."""
    with running(tmp_path, BRIDGE_PROVIDERS="runpod") as stack:
        stack.emulator.change(clouds={"runpod": {"run_s": 1200}})
        stopped = tavern.begin("generate", stack.bridge_url, prompt=FERN)
        eventually(lambda: len(states(stack, "runpod")) == 1, "the first job")
        stack.emulator.change(clouds={"runpod": {"run_s": 80}})
        wanted = tavern.begin("generate", stack.bridge_url, prompt=MOTH)
        eventually(lambda: len(states(stack, "runpod")) == 2, "the second job")
        stopped.close()
        eventually(lambda: states(stack, "runpod")[0] == "cancelled", "the end of the first")

        (picture,) = shown(finish(wanted))
        assert picture["prompt"] == MOTH
        assert states(stack, "runpod") == ["cancelled", "done"]


def test_two_at_once_are_two_pictures(tavern: Tavern, calm: Stack) -> None:
    calm.emulator.reset()
    with ThreadPoolExecutor(2) as users:
        answers = users.map(lambda text: tavern.imagine(calm.bridge_url, text), [FERN, MOTH])
        pictures = [shown(answer) for answer in answers]
    assert [[picture["prompt"] for picture in one] for one in pictures] == [[FERN], [MOTH]]
    assert len(calm.emulator.requests(match="paid")) == 2
