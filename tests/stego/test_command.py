"""`a1111-bridge stego` on files."""

from pathlib import Path

import pytest
from PIL import Image

from bench.carriers import png, tt_v2
from bridge.cli import main

FILE = png(Image.linear_gradient("L").resize((24, 16)).convert("RGB"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fox.png").write_bytes(FILE)
    (tmp_path / "pair.png").write_bytes(tt_v2(FILE, FILE + b"!"))
    return tmp_path


@pytest.mark.parametrize("password", ["", "quack"])
def test_a_file_goes_in_and_comes_out(
    folder: Path, capsys: pytest.CaptureFixture[str], password: str
) -> None:
    fox, carrier, out = (str(folder / name) for name in ("fox.png", "carrier.png", "out.png"))
    assert main(["stego", "encode", fox, carrier, "--password", password]) == 0
    assert main(["stego", "detect", carrier]) == 0
    told = capsys.readouterr().out
    assert f"{carrier}: tt-v1, png, {len(FILE)} bytes" in told
    assert ("needs a password" in told) == bool(password)
    assert main(["stego", "decode", carrier, out, "--password", password]) == 0
    assert Path(out).read_bytes() == FILE


def test_several_files_are_numbered(folder: Path) -> None:
    assert main(["stego", "decode", str(folder / "pair.png"), str(folder / "out.png")]) == 0
    assert (folder / "out-1.png").read_bytes() == FILE
    assert (folder / "out-2.png").read_bytes() == FILE + b"!"
    assert not (folder / "out.png").exists()


def test_an_ordinary_picture_hides_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fox = str(folder / "fox.png")
    assert main(["stego", "detect", fox]) == 1
    assert "nothing is hidden" in capsys.readouterr().out
    assert main(["stego", "decode", fox, str(folder / "out.png")]) == 1
    assert "nothing is hidden" in capsys.readouterr().err
    assert not (folder / "out.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("decode", "locked.png", "out.png"), "needs a password"),
        (("decode", "locked.png", "out.png", "--password", "moo"), "does not open"),
        (("decode", "gone.png", "out.png"), "gone.png: No such file"),
        (("decode", "pair.png", "gone/out.png"), "out-1.png: No such file"),
        (("encode", "words.txt", "out.png"), "picture or a video"),
        (("detect", "."), "directory"),
    ],
)
def test_what_goes_wrong_is_said(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(folder)
    (folder / "words.txt").write_text("just words")
    assert main(["stego", "encode", "fox.png", "locked.png", "--password", "quack"]) == 0
    assert main(["stego", *arguments]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [(), ("decode", "in.png"), ("detect", "a", "--password", "x")]
)
def test_a_wrong_call_is_told_apart(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["stego", *arguments])
    assert ended.value.code == 2
