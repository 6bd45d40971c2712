"""The guard before strangers' URLs: no private address is ever connected to on a cloud's word."""

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from bridge.errors import Garbled


def origin(url: str) -> str:
    """`scheme://host:port` of a URL, in lower case, with the default port written out."""
    return _origin("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=256)
def _origin(url: str) -> str:
    """The same of a URL without its path, of which there are few."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet (not private, loopback, link-local, …)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def check_url(url: str) -> None:
    """Garbled unless `url` is http(s) without credentials, and its host, if an IP, is public."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Garbled("the picture's address is no URL") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Garbled("the picture's address is no plain http(s) URL")
    if _is_ip(host) and not is_public(host):
        raise Garbled(f"the picture's address points into a private network ({host})")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only; the connection is made to what was checked."""

    def __init__(self, names: AbstractResolver | None = None) -> None:
        self._names = names or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As aiohttp asks for it; Garbled when nothing public is left."""
        found = [r for r in await self._names.resolve(host, port, family) if is_public(r["host"])]
        if not found:
            raise Garbled(f"{host} resolves to a private network")
        return found

    async def close(self) -> None:
        """Close the resolver inside."""
        await self._names.close()
