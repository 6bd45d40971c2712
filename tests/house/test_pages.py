"""What the pages say is there: links, files, commands and settings that they name."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.test_house import ROOT

PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()
    if name.startswith("docs/") or "/" not in name
)  # fmt: skip
OF_NOW = [page for page in PAGES if page.name != "CHANGELOG.md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"`((?:bridge|docs|tests|tools|bench|emulator)/[\w./*-]*)`")
SETTING = re.compile(r"\bBRIDGE_[A-Z0-9_]*[A-Z0-9]\b")
MAKE = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def slugs(page: Path) -> set[str]:
    """What the headings are called in an address, as GitHub makes it."""
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)
    return set(plain)


def inner(page: Path) -> list[tuple[Path, str]]:
    """File and heading of each link that stays in this tree."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    parts = [link.partition("#") for link in LINK.findall(text) if ":" not in link]
    return [((page.parent / file).resolve() if file else page, head) for file, _, head in parts]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [file for file, _ in inner(page) if not file.exists()]
    assert not dead
    assert not [head for file, head in inner(page) if head and head not in slugs(file)]


@pytest.mark.parametrize("page", OF_NOW, ids=name_of)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    places = [place for place in PLACE.findall(text) if "NAME" not in place]
    assert not [place for place in places if not list(ROOT.glob(place.rstrip("/")))]
    known = set(SETTING.findall((ROOT / "env.example").read_text(encoding="utf-8")))
    named = {re.sub(r"^(BRIDGE_LLM)_\d", r"\1", name) for name in SETTING.findall(text)}
    assert not named - known
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert not set(MAKE.findall(text)) - set(targets)


def test_the_map_shows_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## One picture")[0]
    found = [path for path in (ROOT / "bridge").iterdir() if not path.name.startswith("_")]
    rooms = {f"{path.name}/" if path.is_dir() else path.name for path in found}
    assert not [room for room in rooms if room not in text and not room.endswith(".json")]
    assert not set(re.findall(r"\b\w+\.py\b", text)) - {
        path.name for path in (ROOT / "bridge").glob("*.py")
    }


def test_every_page_is_reached_from_the_readme() -> None:
    reached, new = set[Path](), {ROOT / "README.md"}
    while new:
        reached |= new
        linked = {file for page in new if page.suffix == ".md" for file, _ in inner(page)}
        folders = {page for folder in linked if folder.is_dir() for page in folder.glob("*.md")}
        new = (linked | folders) - reached
    assert set(PAGES) <= reached
