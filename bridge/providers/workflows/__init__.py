"""What differs only by address and fields is data: a JSON file for each worker or workflow."""

from bridge.providers.workflows.format import (
    HiresFields,
    LoraFields,
    Workflow,
    own_workflows,
    workflows,
)
from bridge.providers.workflows.output import counts, finished, found, is_cold, progress, trouble

__all__ = [
    "HiresFields", "LoraFields", "Workflow", "counts", "finished", "found", "is_cold",
    "own_workflows", "progress", "trouble", "workflows",
]  # fmt: skip
