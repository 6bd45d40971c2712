"""What to do about an account that does not answer as it should."""

from bridge.engine.contract import Adapter
from bridge.engine.own_server import OwnServer
from bridge.errors import Gone, Limited, Unpayable
from bridge.keys import with_number


def advice(adapter: Adapter, error: Exception) -> str:
    """Half a sentence, in the words of a cloud's customer or of a server's owner."""
    if isinstance(error, Limited):
        return "try again later"
    if isinstance(adapter, OwnServer):
        return _owners(adapter, error)
    if isinstance(error, Unpayable):
        return f"check {_env(adapter, 'key')} and the credit of the account"
    address = f"check the address {adapter.account.base_url}"
    if isinstance(error, Gone):
        ids = [_env(adapter, option) for option in adapter.account.options]
        return " and ".join([address, *ids])
    return f"{address}, or try again"


def _owners(adapter: Adapter, error: Exception) -> str:
    url, key = _env(adapter, "base_url"), _env(adapter, "key")
    if isinstance(error, Unpayable) and adapter.account.key:
        return f"check {key}: your server, or the proxy before it, does not take it"
    if isinstance(error, Unpayable):
        return f"your server wants a password or a token: set {key}"
    title = adapter.card.title
    if isinstance(error, Gone):
        started = ", started with --api" if adapter.card.name == "a1111" else ""
        return f"check {url}: is it {title} that answers there{started}?"
    return f"is {title} running and to be reached from here? Check {url}"


def _env(adapter: Adapter, option: str) -> str:
    """The setting of this account that holds `option`."""
    name = {s.option: s.env for s in adapter.card.settings}.get(option, option)
    label = adapter.account.label
    return with_number(label, name) if label else name
