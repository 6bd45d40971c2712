from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.api.door import credentials, plain_path
from tests.api.door import Door, opened


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/", "/"),
        ("/sdapi/v1/txt2img", "/sdapi/v1/txt2img"),
        ("/sdapi/v1/options/", "/sdapi/v1/options"),
        ("/x/y/sdapi/v1/options", "/sdapi/v1/options"),
        ("/sdapi/v1/sdapi/v1/options", "/sdapi/v1/options"),
        ("/x/v1/models", "/v1/models"),
        ("/x/internal/ping", "/internal/ping"),
        ("/x/controlnet/version", "/controlnet/version"),
        ("/bridge/v1/status", "/bridge/v1/status"),
        ("/docs", "/docs"),
    ],
)
def test_prefixes_and_slashes_are_forgiven(path: str, plain: str) -> None:
    assert plain_path(path) == plain


@given(st.text())
def test_any_path_has_a_plain_one(path: str) -> None:
    assert plain_path("/" + path).startswith("/")
    assert plain_path("/" + path + "/sdapi/v1/options/").endswith("/sdapi/v1/options")


async def test_a_forgiven_path_is_answered(door: Door) -> None:
    assert (await door.get("/x/sdapi/v1/progress/")).status == 200
    assert (await door.ask("POST", "/y/sdapi/v1/interrupt/")).raw == b"{}"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Basic " + b64encode(b"ana:s3:cret").decode(), ("ana", "s3:cret")),
        ("bearer  s3cret ", ("", "s3cret")),
        ("Basic ", ("", "")),
        ("Basic !!!", ("", "")),
        ("Basic /w==", ("", "")),
        ("", ("", "")),
        ("Digest x", ("", "")),
    ],
)
def test_credentials_are_read(header: str, found: tuple[str, str]) -> None:
    assert credentials(header) == found


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("ana:s3cret"), 200),
        (basic("anybody:s3cret"), 200),
        (basic(":s3cret"), 200),
        ({"Authorization": "Bearer s3cret"}, 200),
        (basic("ana:wrong"), 401),
        (basic("ana:"), 401),
        ({"Authorization": "Basic "}, 401),
        ({"Authorization": "Basic \xe4"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({}, 401),
    ],
)
async def test_the_password_opens_the_door(headers: dict[str, str], status: int) -> None:
    async with opened(auth="ana:s3cret") as door:
        answer = await door.get("/sdapi/v1/options", headers=headers)
        assert answer.status == status
        if status == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Basic")
            assert answer.json["detail"] in ("Not authenticated", "Incorrect username or password")


@pytest.mark.parametrize("auth", ["s3cret", "ana:", ":"])
async def test_a_password_left_out_opens_nothing(auth: str) -> None:
    async with opened(auth=auth) as door:
        for headers in (basic("ana:"), {}, {"Authorization": "Bearer "}):
            assert (await door.get("/sdapi/v1/options", headers=headers)).status == 401


async def test_who_only_knocks_needs_no_password() -> None:
    async with opened(auth="ana:s3cret") as door:
        assert (await door.get("/internal/ping")).status == 200
        assert (await door.ask("OPTIONS", "/v1/images/generations")).status == 200
        assert (await door.get("/v1/models")).status == 401


@pytest.mark.parametrize("header", ["Basic ", "Basic !!!", "nonsense"])
async def test_an_open_door_reads_no_header(door: Door, header: str) -> None:
    answer = await door.post("txt2img", {}, headers={"Authorization": header})
    assert answer.status == 200
    assert door.pipeline.jobs[0].caller == "127.0.0.1"


async def test_the_caller_is_the_user_before_the_profile() -> None:
    async with opened(auth="ana:s3cret") as door:
        await door.post("txt2img?profile=p", {}, headers=basic("ben:s3cret"))
        await door.post("txt2img?profile=p", {}, headers={"Authorization": "Bearer s3cret"})
        assert [job.caller for job in door.pipeline.jobs] == ["ben", "p"]


async def test_a_body_too_large_is_not_read() -> None:
    async with opened(body_limit=100) as door:
        answer = await door.post("txt2img", data=b" " * 101)
        assert (answer.status, answer.json["error"]) == (413, "TooLarge")
        assert answer.headers["Connection"] == "close"
        assert (await door.post("txt2img", data=b" " * 100)).status == 200


async def test_a_body_of_unknown_length_is_counted() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 10

    async with opened(body_limit=100) as door:
        assert (await door.post("txt2img", data=chunks())).status == 413
        assert not door.pipeline.jobs
