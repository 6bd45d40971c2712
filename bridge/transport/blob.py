"""A long string of a JSON reply, left where it was received."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blob:
    """The characters between the quotes, as a view of the receive buffer (ASCII)."""

    view: memoryview
    held: object = None
    """What keeps the bytes counted (`Received`)."""

    def __len__(self) -> int:
        return len(self.view)
