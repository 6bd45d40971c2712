"""Multipart forms, read from the whole body: a cloud sees a request only after it was read."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """One field of a form; files have a name of their own."""

    name: str
    raw: bytes
    filename: str = ""

    @property
    def text(self) -> str:
        """The value of a field that is no file."""
        return self.raw.decode("utf-8", "replace")


def pieces(content_type: str, raw: bytes) -> list[Piece]:
    """The fields of a multipart/form-data body, in order; empty for anything else."""
    found = re.search(r'multipart/form-data;.*boundary="?([^";]+)', content_type, re.IGNORECASE)
    if found is None:
        return []
    named: list[Piece] = []
    for piece in raw.split(b"--" + found[1].encode())[1:-1]:
        head, _, value = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'\bname="([^"]*)"', head)
        file = re.search(rb'\bfilename="([^"]*)"', head)
        if name:
            value = value.removesuffix(b"\r\n")
            named.append(Piece(name[1].decode(), value, file[1].decode() if file else ""))
    return named


def parts(content_type: str, raw: bytes) -> dict[str, bytes]:
    """The same by name, the last of each."""
    return {piece.name: piece.raw for piece in pieces(content_type, raw)}
