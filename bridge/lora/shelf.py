"""What the engine wants to know of uploads, answered from the mapping."""

from collections.abc import Mapping

from bridge.lora.mapping import Entry, LoraMapping


class Shelf:
    """The engine's view of `lora_mapping.json`."""

    def __init__(self, mapping: LoraMapping) -> None:
        self._mapping = mapping

    def handle(self, account: str, url: str, sha256: str = "") -> str:
        """The cloud's id for the file; empty when there is none."""
        entry = self._mapping.known(account, url, sha256)
        return entry.handle if entry and entry.state == "ready" else ""

    def upload(self, account: str, url: str, sha256: str = "") -> Mapping[str, str]:
        """The ticket of an upload under way; empty when there is none."""
        entry = self._mapping.known(account, url, sha256)
        return entry.ref if entry and entry.state == "pending" else {}

    async def uploading(
        self, account: str, url: str, ticket: Mapping[str, str], sha256: str = ""
    ) -> None:
        """Remember an upload under way."""
        entry = Entry(state="pending", ref=ticket, sha256=sha256)
        await self._mapping.remember(account, url, entry)

    async def adopted(self, account: str, url: str, handle: str, sha256: str = "") -> None:
        """Remember a finished upload."""
        await self._mapping.remember(account, url, Entry(handle, sha256=sha256))

    async def failed(self, account: str, url: str, reason: str) -> None:
        """Forget an upload that came to nothing: the next job tries again."""
        await self._mapping.remember(account, url, Entry(state="failed", reason=reason))
