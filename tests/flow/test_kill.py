"""SIGKILL at every step of a job at each cloud: nothing that was billed is lost or sent twice."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ask import ask
from tests.clients.shown import kept
from tests.flow.books import settled, states
from tests.flow.loras import LORAS
from tests.providers.cases import CASES
from tests.stack import Stack, eventually, running

CLOUDS = ("runware", "runpod", "fal")
"""Those that are killed at every point; all others at a few, one after another."""
OTHERS = [name for name in CASES if name not in CLOUDS]
TELL_ONCE = ("hf_space",)
"""Where a picture that was fetched, but not yet on disk, cannot be fetched again."""
pytestmark = pytest.mark.slow


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stack(cloud: str, tmp_path: Path) -> Iterator[Stack]:
    dictionary = tmp_path / "loras.json"
    dictionary.write_text(json.dumps(LORAS))
    with running(
        tmp_path, BRIDGE_PROVIDERS=cloud, BRIDGE_LORA_DICT=str(dictionary), BRIDGE_LLM_BASE_URL=""
    ) as fresh:
        yield fresh


def asked(stack: Stack, who: str = "a fox", seed: int = 7) -> threading.Thread:
    """A client that asks for a picture, and may lose its connection; of Rose it needs a LoRA."""
    prompt = f"portrait of {who}, harbour, rain"
    body = {"prompt": prompt, "width": 512, "height": 512, "seed": seed}

    def go() -> None:
        with suppress(OSError):
            ask(f"{stack.bridge_url}/sdapi/v1/txt2img", body)

    client = threading.Thread(target=go, daemon=True)
    client.start()
    return client


def seen(stack: Stack, cloud: str, stage: str, before: int = 0) -> Callable[[], bool]:
    """Whether the cloud has had a request of this stage, besides the earlier ones."""
    return lambda: len(stack.emulator.requests(cloud, stage)) > before


def ticket_on_disk(stack: Stack, cloud: str) -> None:
    """A first look and the writing of the ticket go side by side; Runware's ticket is our ref."""
    if cloud != "runware":
        eventually(lambda: states(stack.data) == ["ticket"], "the ticket is on disk")


def assert_nothing_is_lost(stack: Stack, cloud: str, asks: int = 1) -> None:
    """After a new start: every billed job is a picture or booked, and none was sent twice."""
    eventually(lambda: settled(stack.data), "all attempts are settled")
    billed = [job for job in stack.emulator.jobs(cloud) if job["billed"]]
    books = states(stack.data)
    # what went wrong here is rare, and seen by the server's own words alone
    assert len(stack.emulator.requests(cloud, "paid")) <= asks, stack.log()
    assert len(billed) <= books.count("kept") + books.count("uncertain"), stack.log()
    found, certain = len(kept(stack.data)), books.count("kept")
    # a picture may lie there whose booking a kill prevented
    assert certain <= found <= certain + books.count("uncertain")


STEPS = [
    ("hold", "upload"),
    ("hold", "paid"),
    ("hold", "status"),
    ("hold", "file"),
    ("hang", "paid"),
    ("hang", "status"),
    ("hang", "file"),
]


@pytest.mark.parametrize(("kind", "stage"), STEPS, ids=lambda word: word)
def test_killed_while_the_cloud_holds_its_answer(
    stack: Stack, cloud: str, kind: str, stage: str
) -> None:
    if stage == "upload" and cloud != "runware":
        return  # only Runware is sent LoRAs beforehand
    stack.emulator.fault(cloud, kind, match=stage)
    asked(stack, "Rose" if stage == "upload" else "a fox")
    eventually(seen(stack, cloud, stage), f"a request of stage {stage}")
    if stage == "status":
        ticket_on_disk(stack, cloud)
    stack.kill()
    stack.emulator.lift()
    stack.start()
    assert_nothing_is_lost(stack, cloud)
    if (kind, stage) in {
        ("hold", "status"),
        ("hang", "status"),
        ("hold", "file"),
        ("hang", "file"),
    }:
        assert states(stack.data) == ["kept"]


@pytest.mark.parametrize("stage", ["upload", "paid", "status", "file"])
@pytest.mark.parametrize("after_ms", [0, 3, 10, 30])
def test_killed_just_after_a_step(stack: Stack, cloud: str, stage: str, after_ms: int) -> None:
    if stage == "upload" and cloud != "runware":
        return
    asked(stack, "Rose" if stage == "upload" else "a fox")
    eventually(seen(stack, cloud, stage), f"a request of stage {stage}")
    time.sleep(after_ms / 1000)
    stack.kill()
    stack.start()
    assert_nothing_is_lost(stack, cloud)


def test_killed_right_after_the_answer(stack: Stack, cloud: str) -> None:
    client = asked(stack)
    client.join(30)
    stack.kill()
    stack.start()
    eventually(lambda: states(stack.data) == ["kept"], "the picture is in the gallery")
    assert len(kept(stack.data)) == 1
    assert len(stack.emulator.requests(cloud, "paid")) == 1


def test_killed_twice(stack: Stack, cloud: str) -> None:
    stack.emulator.change(clouds={cloud: {"run_s": 40.0}})
    asked(stack)
    for _ in range(2):
        eventually(seen(stack, cloud, "status"), "the job is looked after")
        ticket_on_disk(stack, cloud)
        stack.kill()
        stack.start()
    assert_nothing_is_lost(stack, cloud)
    assert states(stack.data) == ["kept"]


@pytest.mark.parametrize("other", OTHERS)
def test_killed_at_a_few_points_of_any_cloud(other: str, tmp_path: Path) -> None:
    """While the submit is held, just after it, while the job is looked after, after the answer."""
    needs = all(model.loras and model.loras.least for model in CASES[other].models())
    dictionary = tmp_path / "loras.json"
    dictionary.write_text(json.dumps(LORAS))
    points = [("hold", "paid"), ("", "paid")]
    looked_after = CASES[other].card.recovery != "none"
    points += [("hold", "status")] * looked_after
    with running(
        tmp_path, BRIDGE_PROVIDERS=other, BRIDGE_LORA_DICT=str(dictionary), BRIDGE_LLM_BASE_URL=""
    ) as stack:
        # longer than a submit that waits for the picture waits
        stack.emulator.change(clouds={other: {"run_s": 8.0}})
        for asks, (kind, stage) in enumerate(points, 1):
            before = len(stack.emulator.requests(other, stage))
            if kind:
                stack.emulator.fault(other, kind, match=stage)
            # equal pictures are one file
            asked(stack, "Rose" if needs else "a fox", seed=asks)
            eventually(seen(stack, other, stage, before), f"a request of stage {stage}")
            stack.kill()
            stack.emulator.lift()
            stack.start()
            assert_nothing_is_lost(stack, other, asks)
        asked(stack).join(30)
        stack.kill()
        stack.start()
        assert_nothing_is_lost(stack, other, len(points) + 1)
        # where nothing finds a job again, a picture that was not on disk yet is perhaps paid
        last = {"kept"} if looked_after and other not in TELL_ONCE else {"kept", "uncertain"}
        assert states(stack.data)[-1] in last
