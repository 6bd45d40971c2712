"""A1111's `styles.csv`: words under a name, that a request adds to its prompt."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bridge.domain import Style
from bridge.errors import BadRequest

USUAL = Path("styles.csv")
_PLACE = "{prompt}"


def read_styles(path: Path) -> Mapping[str, Style]:
    """The styles by name, a later one of the same name in place of an earlier.

    Without the usual file there are none. BadRequest names the file, the line and what is wrong.
    """
    if path == USUAL and not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {style.name: style for style in _rows(file, path)}
    except OSError as error:
        raise BadRequest(f"BRIDGE_STYLES: {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BadRequest(f"BRIDGE_STYLES: {path} is not a text in UTF-8") from None


def styled(text: str, styles: Iterable[str]) -> str:
    """`text` in each style's words: around it where they say `{prompt}`, else behind a comma.

    No full stop is left before a comma.
    """
    for words in styles:
        listed = text.rstrip(" .")
        if _PLACE in words:
            text = words.replace(f"{_PLACE},", f"{listed},").replace(_PLACE, text)
        elif words.strip():
            text = ", ".join(filter(None, (listed.lstrip(), words.strip())))
    return text


def _rows(lines: Iterable[str], path: Path) -> Iterator[Style]:
    """Every row that has a name; old files call the prompt `text`."""
    reader = csv.DictReader(lines, skipinitialspace=True, strict=True)
    try:
        columns = reader.fieldnames or ()
        prompt = "prompt" if "prompt" in columns else "text"
        if missing := {"name", prompt} - {*columns}:
            wanted = "name,prompt,negative_prompt"
            raise BadRequest(
                f"BRIDGE_STYLES: {path} line 1: no column {min(missing)!r}; {wanted} is expected"
            )
        for row in reader:
            if None in row:
                raise BadRequest(
                    f"BRIDGE_STYLES: {path} line {reader.line_num}: more columns than the first "
                    "line has; words with a comma stand in double quotes"
                )
            if row["name"] and row["name"] != "None":
                yield Style(row["name"], row[prompt] or "", row.get("negative_prompt") or "")
    except csv.Error as error:
        raise BadRequest(f"BRIDGE_STYLES: {path} line {reader.reader.line_num}: {error}") from None
