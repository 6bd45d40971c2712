"""Multipart forms, read from the whole body: a cloud sees a request only after it was read."""

import re


def parts(content_type: str, raw: bytes) -> dict[str, bytes]:
    """The fields of a multipart/form-data body by name; empty for anything else."""
    found = re.search(r'multipart/form-data;.*boundary="?([^";]+)', content_type, re.IGNORECASE)
    if found is None:
        return {}
    named: dict[str, bytes] = {}
    for piece in raw.split(b"--" + found[1].encode())[1:-1]:
        head, _, value = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'\bname="([^"]*)"', head)
        if name:
            named[name[1].decode()] = value.removesuffix(b"\r\n")
    return named
