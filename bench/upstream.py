"""A cloud that does nothing but answer: prepared bytes, in RunPod's and in Runware's wire format.

    python -m bench.upstream PORT

`PUT /set/KIND` says which picture it answers from then on (`png` or `jpeg`), and `?wait=SECONDS`
how long a job is under way. It must not be what is measured, so it knows just enough HTTP.
"""

import asyncio
import json
import random
import re
import struct
import sys
from time import monotonic
from typing import cast
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

import pybase64

PNG_BYTES, JPEG_BYTES = 1_500_000, 150_000
SIDE = 1024
IDAT_BYTES = 65536
"""Of one IDAT chunk, as Pillow writes it."""
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_UUID = re.compile(rb'"taskUUID": ?"([^"]+)"')


def png(size: int) -> bytes:
    """Noise of `size` bytes that is a PNG to whoever does not decode it."""
    noise = random.Random(1).randbytes(size)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    pieces = [noise[at : at + IDAT_BYTES] for at in range(0, size, IDAT_BYTES)]
    chunks = [(b"IHDR", header), *((b"IDAT", piece) for piece in pieces), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))
        for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(size: int) -> bytes:
    """The same as a JPEG: JFIF, a frame of three components, one scan, EOI."""
    noise = random.Random(2).randbytes(size).replace(b"\xff", b"\xfe")
    jfif = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, SIDE, SIDE, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    scan = b"\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0"
    return b"\xff\xd8" + jfif + frame + scan + noise + b"\xff\xd9"


class Cloud:
    """What is answered now, and since when each job has been under way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pictures = {"png": png(PNG_BYTES), "jpeg": jpeg(JPEG_BYTES)}
        self._begun: dict[str, float] = {}
        self._number = 0
        self.choose("png", 0.0)

    def choose(self, kind: str, wait: float) -> None:
        """From now on pictures of this kind, `wait` seconds after their submit."""
        self._kind, self._wait = kind, wait
        raw = self._pictures[kind]
        self._file = _ok(raw, f"image/{kind}")
        text = f"data:image/{kind};base64,{pybase64.b64encode_as_string(raw)}"
        self._done = _ok(
            b'{"delayTime":12,"executionTime":900,"id":"j","output":{"image":"'
            + text.encode() + b'"},"status":"COMPLETED","workerId":"w"}'
        )  # fmt: skip

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """Everything that is ever asked here."""
        parts = urlsplit(path)
        if parts.path.startswith("/set/"):
            wait = parse_qs(parts.query).get("wait", ["0"])[0]
            self.choose(parts.path.rpartition("/")[2], float(wait))
            return _ok(b"{}")
        if parts.path.startswith("/file/"):
            return self._file
        if parts.path.startswith("/runware"):
            return self._runware(body)
        return self._runpod(method, parts.path)

    def _runpod(self, method: str, path: str) -> bytes:
        if method == "POST":
            self._number += 1
            job = f"job-{self._number}"
            self._begun[job] = monotonic()
            return _ok(json.dumps({"id": job, "status": "IN_QUEUE"}).encode())
        job = path.rpartition("/")[2]
        if job == "health":
            return _ok(b'{"jobs":{"inQueue":0},"workers":{"idle":1,"running":0}}')
        if not self._is_done(job):
            return _ok(json.dumps({"id": job, "status": "IN_PROGRESS"}).encode())
        return self._done

    def _runware(self, body: bytes) -> bytes:
        found = _UUID.search(body)
        task = found[1].decode() if found else ""
        result: dict[str, object] = {"taskUUID": task, "taskType": "imageInference"}
        if b'"getResponse"' not in body:
            self._begun[task] = monotonic()
        elif not self._is_done(task):
            result |= {"status": "processing", "progress": 50}
        else:
            url = f"http://127.0.0.1:{self._port}/file/{task}.{self._kind}"
            result |= {"status": "success", "imageURL": url, "cost": 0.0013, "seed": 7}
        return _ok(json.dumps({"data": [result]}).encode())

    def _is_done(self, job: str) -> bool:
        if monotonic() - self._begun[job] < self._wait:
            return False
        self._begun.pop(job)
        return True


class Exchange(asyncio.Protocol):
    """One kept-alive connection; a request arrives whole or in a few pieces."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer once head and body are here."""
        self._seen += data
        head, end, rest = self._seen.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(rest) < int(length[1] if length else 0):
            return
        self._seen = b""
        method, path, _ = head.partition(b"\r\n")[0].decode().split(" ")
        self._transport.write(self._cloud.answer(method, path, rest))


def _ok(body: bytes, kind: str = "application/json") -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def serve(port: int) -> None:
    """Until the process is ended."""
    cloud = Cloud(port)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Exchange(cloud), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1])))
