"""What clouds tell: only that a job is over, once, and to nobody else's attempt."""

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bridge.cli.serve import door_settings
from bridge.settings import Settings
from tests.api.door import Door, opened
from tests.ask import ask
from tests.clients.shown import shown
from tests.stack import eventually, running

HOOK = "/bridge/v1/hooks/fal_2/ref-1"


async def test_an_attempt_is_woken_once(door: Door) -> None:
    assert (await door.ask("POST", HOOK, {"status": "FAILED"})).status == 200
    assert (await door.ask("POST", HOOK, {"status": "FAILED"})).status == 404


@pytest.mark.parametrize(
    "path",
    ["fal/ref-1", "fal_2/ref-2", "fal_2/", "fal_2", "fal_2/ref-1/more", "../../status", "%2e%2e/x"],
)
async def test_what_nobody_waits_for_is_not_found(door: Door, path: str) -> None:
    answer = await door.ask("POST", f"/bridge/v1/hooks/{path}", data=b"\xff not json")
    assert answer.status in (404, 405)
    assert (await door.ask("POST", HOOK)).status == 200


async def test_clouds_have_no_password_and_all_else_wants_one() -> None:
    async with opened(auth="me:word") as door:
        assert (await door.ask("POST", HOOK)).status == 200
        assert (await door.get(HOOK)).status == 401
        for path in ("/sdapi/v1/txt2img", "/bridge/v1/hooks/../../sdapi/v1/txt2img"):
            assert (await door.ask("POST", path, {"prompt": "a fox"})).status == 401
        assert not door.pipeline.jobs


async def test_a_page_wakes_nobody(door: Door) -> None:
    answer = await door.ask("POST", HOOK, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert (await door.ask("POST", HOOK)).status == 200


async def test_the_public_name_is_a_name_of_ours() -> None:
    settings = door_settings(Settings(public_url="https://Pictures.example:8443/a"))
    async with opened(hosts=settings.hosts) as door:
        there, elsewhere = {"Host": "pictures.example:8443"}, {"Host": "other.example"}
        assert (await door.ask("POST", "/a" + HOOK, headers=elsewhere)).status == 403
        assert (await door.ask("POST", "/a" + HOOK, headers=there)).status == 200


async def test_a_body_that_is_too_large_is_not_read(door: Door) -> None:
    answer = await door.ask("POST", HOOK, headers={"Content-Length": str(1 << 40)}, data=b"")
    assert answer.status == 413


@pytest.mark.slow
def test_a_lying_body_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path, BRIDGE_PROVIDERS="runpod", BRIDGE_LLM_BASE_URL="") as stack:
        stack.emulator.change(clouds={"runpod": {"run_s": 20.0}})
        body = {"prompt": "a red fox, snow", "width": 512, "height": 512, "seed": 7}
        answers = []
        url = f"{stack.bridge_url}/sdapi/v1/txt2img"
        client = Thread(target=lambda: answers.append(ask(url, body)), daemon=True)
        client.start()

        def under_way() -> Any:
            return ask(f"{stack.bridge_url}/status").json["open"]

        (left,) = eventually(under_way, "the job is under way")
        hook = f"{stack.bridge_url}/bridge/v1/hooks/runpod/{left['ref']}"
        lie = {"id": "x", "status": "FAILED", "error": "no", "output": "https://evil.example/x.png"}
        assert [ask(hook, lie).status for _ in range(2)] == [200, 404]
        client.join(30)
        (record,) = shown(answers[0])
        assert record["cloud"] == "runpod"
