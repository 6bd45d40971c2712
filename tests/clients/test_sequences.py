from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.api.door import Door, opened
from tests.clients.replay import asked, check, filled, replay

HERE = Path(__file__).parent
SCRIPTS = {
    path.stem: orjson.loads(path.read_bytes()) for path in sorted(HERE.glob("sequences/*.json"))
}
ROWS: dict[str, Any] = orjson.loads((HERE / "rows.json").read_bytes())


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with opened() as door:
        yield door


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_client_gets_what_it_reads(door: Door, name: str) -> None:
    await replay(door, SCRIPTS[name])
    assert door.pipeline.jobs


def test_all_of_them_are_here() -> None:
    assert len(SCRIPTS) == 20


@pytest.mark.parametrize("path", ["{}", "{}/", "/a/b-c{}", "/sdapi/v1{}/", "//bridge/{}?x=1"])
async def test_every_row_is_answered_wherever_it_is_put(door: Door, path: str) -> None:
    for row, body in ROWS.items():
        method, plain = row.split()
        raw = None if body is None else orjson.dumps(filled(body, []))
        answer = await asked(door, method, path.format(plain), raw, {})
        assert answer.status == 200, (row, answer.raw)
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.raw


async def test_bare_posts_take_any_body(door: Door) -> None:
    for row, body in ROWS.items():
        method, path = row.split()
        if method == "POST" and body is None:
            for raw in (b"", b'""', b"{}", b"null"):
                answer = await asked(door, method, path, raw, {"authorization": ""})
                assert answer.status == 200, (row, raw)


@pytest.mark.parametrize(
    ("spot", "wanted"),
    [
        ("images.0", "picture"), ("seed", {"is": 8}), ("images", {"count": 2}), ("none", "there"),
        ("seed", {"among": [8, 9]}), ("title", "full"), ("info.@.seed", "text"), ("seed", "list"),
    ],
)  # fmt: skip
def test_a_check_can_fail(spot: str, wanted: Any) -> None:
    answer = {
        "images": ["data:image/png;base64,AAAA"],
        "seed": 7,
        "title": "",
        "info": '{"seed":1}',
    }
    with pytest.raises((AssertionError, ValueError)):
        check(answer, spot, wanted, [], "here")
