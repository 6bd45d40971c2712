"""One HTTP request, plainly: no redirects, no retries, no pooled connections."""

import json
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)

    @property
    def info(self) -> Any:
        """A1111's `info`, which is JSON in a text."""
        return json.loads(self.json["info"])

    @property
    def text(self) -> str:
        """The body as text."""
        return self.raw.decode()


def basic(auth: str) -> dict[str, str]:
    """The header for `user:password`."""
    return {"Authorization": f"Basic {b64encode(auth.encode()).decode()}"}


def begin(
    url: str, body: Any = None, *, method: str = "", headers: Mapping[str, str] | None = None
) -> HTTPConnection:
    """Send a request (POST when there is a body) without waiting; close it to leave."""
    parts = urlsplit(url)
    connection = HTTPConnection(str(parts.hostname), parts.port or 80, timeout=120)
    sent = None if body is None else json.dumps(body)
    kind = {"Content-Type": "application/json"} if sent is not None else {}
    target = parts._replace(scheme="", netloc="").geturl() or "/"
    try:
        connection.request(
            method or ("GET" if sent is None else "POST"), target, sent, {**kind, **(headers or {})}
        )
    except OSError:
        connection.close()
        raise
    return connection


def finish(connection: HTTPConnection) -> Answer:
    """The answer to a request that was begun."""
    with closing(connection):  # also when the server is killed
        reply = connection.getresponse()
        named = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(reply.status, named, reply.read())


def ask(
    url: str, body: Any = None, *, method: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a request and wait for its answer."""
    return finish(begin(url, body, method=method, headers=headers))
