"""What `doctor` finds: one line each, with what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal["ok", "todo", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    mark: Mark
    text: str


def report(findings: Iterable[Finding]) -> bool:
    """Print them; True when nothing is wrong."""
    well = True
    for finding in findings:
        print(f"{finding.mark:5}  {finding.text}")
        well = well and finding.mark != "wrong"
    return well
