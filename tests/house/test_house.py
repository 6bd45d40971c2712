"""What must stay true of the house: sizes, first sentences, names, generated pages."""

import ast
import subprocess
from pathlib import Path

import pytest

from tools.docs import PAGES

ROOT = Path(__file__).parents[2]
ROOMS = ("bridge", "emulator", "bench", "tools")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
BANNED = ("manager", "helper", "util", "utils", "common", "misc", "base", "data", "process")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_small_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no first sentence"
    assert text.count("\n") <= 250
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{node.name} is too long"
    assert path.stem not in BANNED


@pytest.mark.parametrize("path", sorted((ROOT / "bridge/providers").glob("*.py")), ids=name_of)
def test_an_adapter_has_at_most_120_lines(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 120


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_no_file_names_a_package_registry() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "deb.deb" + "ian"]
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in (".png", ".jpg", ".webp") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [host for host in hosts if host in text], name
