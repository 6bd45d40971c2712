"""`a1111-bridge stego`: take files out of carriers, hide one, or tell what a picture carries."""

import argparse
from pathlib import Path

from bridge.errors import BadRequest
from bridge.stego.detect import decode, find
from bridge.stego.tt import encode


def run(options: argparse.Namespace) -> int:
    """0 when there is something hidden; BadRequest says what is wrong with a file."""
    match options.action:
        case "decode":
            return _decode(options.source, options.output, options.password)
        case "encode":
            return _encode(options.source, options.output, options.password)
    return _detect(options.source)


def _decode(source: Path, output: Path, password: str) -> int:
    files = decode(_read(source), password)
    if not files:
        raise BadRequest(f"{source}: nothing is hidden in it")
    for number, file in enumerate(files, 1):
        # the name is the caller's alone: what a carrier says of its extension is only printed
        path = output
        if len(files) > 1:
            path = output.parent / f"{output.stem}-{number}{output.suffix}"
        _write(path, file.raw)
        print(f"{path}: {file.extension}, {len(file.raw)} bytes")
    return 0


def _encode(source: Path, output: Path, password: str) -> int:
    carrier = encode(_read(source), password)
    _write(output, carrier)
    print(f"{output}: tt-v1, {len(carrier)} bytes")
    return 0


def _detect(source: Path) -> int:
    found = find(_read(source))
    if not found:
        print(f"{source}: nothing is hidden in it")
        return 1
    lock = ", needs a password" if found.locked else ""
    print(f"{source}: {found.kind}, {found.header.extension}, {found.header.size} bytes{lock}")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadRequest(f"{path}: {error.strerror}") from None


def _write(path: Path, raw: bytes) -> None:
    try:
        path.write_bytes(raw)
    except OSError as error:
        raise BadRequest(f"{path}: {error.strerror}") from None
