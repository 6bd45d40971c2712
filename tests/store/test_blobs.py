"""Pictures' bytes in a folder and in a bucket: the same names, whole or not there, found again."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from blake3 import blake3

from bridge.errors import Unstored
from bridge.store.blobs import Blobs, Folder
from tests.store.bucket import Bucket

RAW = b"\x89PNG the cloud's own bytes"
DIGEST = blake3(RAW).hexdigest()
NAME = f"{DIGEST[:2]}/{DIGEST}.png"


def files_in(path: Path) -> list[str]:
    return [str(found.relative_to(path)) for found in path.rglob("*") if found.is_file()]


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


async def test_a_wrong_secret_opens_nothing(bucket: Bucket) -> None:
    with pytest.raises(Unstored, match="SignatureDoesNotMatch"):
        await bucket.store("sworddish").save(RAW, "png")
