"""What servers of one's own have in common: keys in many forms, LoRAs that lie on their disk."""

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from bridge.engine.contract import Adapter, Asset, Handle, Setting
from bridge.errors import LoraUnreachable


class OwnServer(Adapter):
    """A server that people run themselves; keys are asked for by the proxy before it."""

    def credentials(self) -> dict[str, str]:
        """`user:password` as Basic, anything else as Bearer, unless the option `header` says how.

        It reads `X-API-Key: {key}`; without `{key}` it is the header's name alone.
        """
        key = self.account.key
        name, _, text = self.account.options.get("header", "").partition(":")
        if name:
            return {name.strip(): (text.strip() or "{key}").replace("{key}", key)}
        if ":" in key:
            return {"Authorization": f"Basic {b64encode(key.encode()).decode()}"}
        return {"Authorization": f"Bearer {key}"}


def reached(prefix: str, url: str, key: str) -> tuple[Setting, ...]:
    """Settings for address and key; `url` and `key` are other programs' names for them."""
    about = "its key, where it wants one: user:password, or a token"
    return (
        Setting(f"{prefix}_URL", "address of the server", "base_url", True, False, (url,)),
        Setting(f"{prefix}_KEY", about, "key", False, True, (key,)),
        Setting(f"{prefix}_KEY_HEADER", "how the key is sent, as X-API-Key: {key}", "header"),
    )


def pairs(text: str) -> dict[str, str]:
    """`a=b, c=d` as a mapping; what is no pair is left out."""
    split = (pair.partition("=") for pair in text.split(","))
    return {ours.strip(): its.strip() for ours, _, its in split if its.strip()}


def on_disk(asset: Asset, names: Iterable[str], server: str) -> Handle:
    """The server's own name of a LoRA, found by its file's name, else by its name with us.

    Folders, the ending and case do not count. LoraUnreachable when it is not there: such a server
    takes no uploads.
    """
    known = {stem(name): name for name in reversed(list(names))}
    wanted = unquote(urlsplit(asset.url).path) or asset.url
    for name in (stem(wanted), stem(asset.name)):
        if name and name in known:
            return Handle(known[name])
    file = re.split(r"[/\\]", wanted)[-1]
    raise LoraUnreachable(f"{server} has no LoRA file {file}: put it into its folder for LoRAs")


def stem(name: str) -> str:
    """A file's name in small letters, without folders and ending."""
    file: str = re.split(r"[/\\]", name)[-1]
    return re.sub(r"\.(safetensors|ckpt|pt|gguf)$", "", file, flags=re.IGNORECASE).casefold()
