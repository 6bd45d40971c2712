"""Pictures' bytes in a folder and in a bucket: the same names, whole or not there, found again."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from blake3 import blake3

from bridge.errors import Unstored
from bridge.store.blobs import S3, Blobs, Folder

RAW = b"\x89PNG the cloud's own bytes"
DIGEST = blake3(RAW).hexdigest()
NAME = f"{DIGEST[:2]}/{DIGEST}.png"


def files_in(path: Path) -> list[str]:
    return [str(found.relative_to(path)) for found in path.rglob("*") if found.is_file()]


class Bucket:
    """An S3-like service for one bucket: PUT and GET of objects, answers as XML."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[str, bytes]] = {}
        self.signed: list[str] = []
        self.status = 200
        self.parts: dict[str, bytes] = {}
        app = web.Application(client_max_size=1 << 25)
        app.router.add_post("/pictures/{name:.+}", self.in_parts)
        app.router.add_put("/pictures/{name:.+}", self.put)
        app.router.add_get("/pictures/{name:.+}", self.get)
        self.server = TestServer(app)

    def store(self, secret: str = "swordfish") -> S3:
        """A client of it."""
        endpoint = str(self.server.make_url("/"))
        return S3(bucket="pictures", access_key="tester", secret_key=secret, endpoint=endpoint)

    async def put(self, request: web.Request) -> web.Response:
        self.signed.append(request.headers["Authorization"])
        if self.status != 200:
            return self._error("AccessDenied", self.status)
        if "partNumber" in request.query:
            self.parts[request.query["partNumber"].zfill(5)] = await request.read()
            return web.Response(headers={"ETag": '"etag"'})
        self.objects[request.match_info["name"]] = request.content_type, await request.read()
        return web.Response()

    async def in_parts(self, request: web.Request) -> web.Response:
        text = (
            "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"
        )
        if "uploadId" in request.query:
            whole = b"".join(self.parts[number] for number in sorted(self.parts))
            self.objects[request.match_info["name"]] = "", whole
            text = "<CompleteMultipartUploadResult/>"
        return web.Response(text=f"<?xml version='1.0'?>{text}", content_type="application/xml")

    async def get(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self.objects:
            return self._error("NoSuchKey", 404)
        return web.Response(body=self.objects[name][1])

    def _error(self, code: str, status: int) -> web.Response:
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
        return web.Response(text=text, content_type="application/xml", status=status)


@pytest_asyncio.fixture
async def bucket() -> AsyncIterator[Bucket]:
    made = Bucket()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> Blobs:
    return Folder(tmp_path / "pictures") if request.param == "folder" else bucket.store()


async def test_what_is_saved_is_loaded(blobs: Blobs) -> None:
    assert await blobs.save(memoryview(RAW), "png") == DIGEST
    assert await blobs.save(RAW, "png") == DIGEST
    assert await blobs.load(DIGEST, "png") == RAW


async def test_what_is_not_there_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.load(DIGEST, "png")


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", DIGEST.upper(), DIGEST + "\n"])
async def test_only_digests_are_names(blobs: Blobs, digest: str) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.load(digest, "png")


async def test_a_folder_holds_whole_files_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    await asyncio.gather(*(folder.save(RAW, "png") for _ in range(8)))
    assert files_in(tmp_path) == [NAME]


async def test_a_disk_that_fails_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unstored, match="No space left"):
        await Folder(tmp_path).save(RAW, "png")
    assert files_in(tmp_path) == []


async def test_a_bucket_holds_the_same_names(bucket: Bucket) -> None:
    await bucket.store().save(RAW, "png")
    assert bucket.objects == {NAME: ("image/png", RAW)}
    assert bucket.signed[0].startswith("AWS4-HMAC-SHA256 Credential=tester/")


async def test_a_bucket_that_refuses_is_said_without_the_secret(bucket: Bucket) -> None:
    bucket.status = 403
    with pytest.raises(Unstored, match="AccessDenied") as caught:
        await bucket.store("swordfish").save(RAW, "png")
    assert "swordfish" not in caught.value.text


async def test_a_bucket_that_is_not_there_is_said(bucket: Bucket) -> None:
    gone = bucket.store()
    await bucket.server.close()
    with pytest.raises(Unstored, match="does not answer"):
        await gone.save(RAW, "png")


async def test_a_large_file_goes_up_in_parts(bucket: Bucket) -> None:
    large = bytes(range(256)) * (80 << 10)
    await bucket.store().hold("loras/x", BytesIO(large))
    assert len(bucket.parts) > 1
    assert bucket.objects["loras/x"][1] == large


async def test_an_address_is_signed_for_a_while(bucket: Bucket) -> None:
    address = await bucket.store("swordfish").address("loras/x", 60)
    assert "X-Amz-Expires=60&" in address
    assert "swordfish" not in address
