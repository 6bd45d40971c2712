"""An S3-like service for one bucket, which lets nobody in without a right signature.

Version 4, in the header or in the address:
docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.store.blobs import S3

SECRET = "swordfish"
_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=tester/(\S+), SignedHeaders=(\S+), Signature=(\w+)"
)


class Bucket:
    """PUT and GET of objects, answers as XML."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[str, bytes]] = {}
        self.signed: list[str] = []
        self.puts: list[str] = []
        self.read_by_address: list[str] = []
        """Names that were read at a presigned address."""
        self.status = 200
        self.parts: dict[str, bytes] = {}
        app = web.Application(client_max_size=1 << 25)
        app.router.add_post("/pictures/{name:.+}", self.in_parts)
        app.router.add_put("/pictures/{name:.+}", self.put)
        app.router.add_get("/pictures/{name:.+}", self.get)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        """Its origin, and a slash."""
        return str(self.server.make_url("/"))

    def store(self, secret: str = SECRET) -> S3:
        """A client of it."""
        return S3(bucket="pictures", access_key="tester", secret_key=secret, endpoint=self.url)

    async def put(self, request: web.Request) -> web.Response:
        self.signed.append(request.headers["Authorization"])
        if self.status != 200:
            return _error("AccessDenied", self.status)
        if not await _right(request):
            return _error("SignatureDoesNotMatch", 403)
        if "partNumber" in request.query:
            self.parts[request.query["partNumber"].zfill(5)] = await request.read()
            return web.Response(headers={"ETag": '"etag"'})
        self.puts.append(request.match_info["name"])
        self.objects[request.match_info["name"]] = request.content_type, await request.read()
        return web.Response()

    async def in_parts(self, request: web.Request) -> web.Response:
        if not await _right(request):
            return _error("SignatureDoesNotMatch", 403)
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
        if not await _right(request):
            return _error("SignatureDoesNotMatch", 403)
        if name not in self.objects:
            return _error("NoSuchKey", 404)
        if "X-Amz-Signature" in request.query:
            self.read_by_address.append(name)
        return web.Response(body=self.objects[name][1])


async def _right(request: web.Request) -> bool:
    """Signed with SECRET, for these bytes, and not run out."""
    asked = request.query
    if "X-Amz-Signature" in asked:
        sealed = "UNSIGNED-PAYLOAD"
        stamp, good_for = asked["X-Amz-Date"], int(asked["X-Amz-Expires"])
        scope = asked["X-Amz-Credential"].partition("/")[2]
        names, given = asked["X-Amz-SignedHeaders"], asked["X-Amz-Signature"]
    else:
        found = _HEADER.fullmatch(request.headers.get("Authorization", ""))
        sealed = request.headers.get("X-Amz-Content-SHA256", "")
        if not found or sealed not in ("UNSIGNED-PAYLOAD", _hex(await request.read())):
            return False
        stamp, good_for = request.headers["X-Amz-Date"], 900
        scope, names, given = found.groups()
    query = [(name, value) for name, value in asked.items() if name != "X-Amz-Signature"]
    headers = [f"{name}:{request.headers[name].strip()}" for name in names.split(";")]
    asked_for = request.method, request.rel_url.raw_path, _joined(query)
    lines = (*asked_for, *headers, "", names, sealed)
    return _now() <= _at(stamp) + timedelta(seconds=good_for) and hmac.compare_digest(
        given, _signature(stamp, scope, "\n".join(lines))
    )


def _signature(stamp: str, scope: str, canonical: str) -> str:
    key = b"AWS4" + SECRET.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{_hex(canonical.encode())}"
    return hmac.digest(key, text.encode(), "sha256").hex()


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    written = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in written)


def _hex(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def _at(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def _error(code: str, status: int) -> web.Response:
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    return web.Response(text=text, content_type="application/xml", status=status)
