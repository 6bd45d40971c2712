"""The accounts that the environment holds keys for, one or several at a cloud."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bridge.engine.contract import Account, Card
from bridge.errors import BadRequest

OFF = ("", "off", "no", "false", "0")
"""What a required setting says to leave its cloud out."""


def accounts(card: Card, env: Mapping[str, str]) -> Iterator[Account]:
    """The accounts that `env` holds for a cloud: the plain one, then those with a number.

    The number stands after the first word of a name: `FAL_2_API_KEY`, `HF_2_SPACE_NAME`. Nothing
    of the plain account counts for another.
    """
    if plain := account(card, env):
        yield plain
    for number in numbers(card, env):
        own = {name: env.get(with_number(number, name), "") for name in _names(card)}
        if found := account(card, own):
            yield replace(found, label=number)


def numbers(card: Card, env: Mapping[str, str]) -> list[str]:
    """The numbers that stand in names of the card's settings."""
    return sorted({number for number, _ in _numbered(card, env)}, key=int)


def account(card: Card, env: Mapping[str, str]) -> Account | None:
    """The plain account that `env` holds, or None when something required is missing."""
    options: dict[str, str] = {}
    for wanted in card.settings:
        names = (wanted.env, *wanted.aliases)
        value = next((env[name] for name in names if env.get(name)), "")
        if wanted.required and value.lower() in OFF:
            return None
        if value:
            options[wanted.option] = value
    key, base_url = options.pop("key", ""), options.pop("base_url", card.base_url)
    hidden = tuple(options[s.option] for s in card.settings if s.secret and s.option in options)
    return Account(card.name, base_url, key, options=options, secrets=hidden)


def chosen(
    names: Sequence[str], providers: Sequence[str], known: Sequence[Account]
) -> tuple[Account, ...]:
    """The accounts in the order of `names`; a cloud's plain name means all of its accounts,
    unless one of them is named with its number.
    """
    plain = {name: re.sub(r"_\d+$", "", name) for name in names}
    if unknown := [name for name in names if not {name, plain[name]} & set(providers)]:
        there = ", ".join(providers)
        raise BadRequest(f"BRIDGE_PROVIDERS: no provider {', '.join(unknown)}; there are {there}")
    numbered = {plain[name] for name in names if name not in providers}
    found = [
        account
        for name in dict.fromkeys(names)
        for account in known
        if account.name == name or (account.provider == name and name not in numbered)
    ]
    return tuple(found) if names else tuple(known)


def all_secrets(cards: Sequence[Card], env: Mapping[str, str]) -> Iterator[str]:
    """The values of all secret settings, whether or not their accounts are used."""
    for card in cards:
        secret = _names(card, secret=True)
        yield from (env[name] for name in secret if name in env)
        yield from (env[with_number(n, name)] for n, name in _numbered(card, env) if name in secret)


def _names(card: Card, *, secret: bool = False) -> list[str]:
    wanted = [s for s in card.settings if s.secret or not secret]
    return [name for s in wanted for name in (s.env, *s.aliases)]


def _numbered(card: Card, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(number, plain name) of each of the card's settings that `env` has with a number."""
    for name in _names(card):
        first, _, rest = name.partition("_")
        pattern = re.compile(rf"{re.escape(first)}_([1-9]\d{{0,2}})_{re.escape(rest)}")
        yield from ((found[1], name) for key in env if (found := pattern.fullmatch(key)))


def with_number(number: str, name: str) -> str:
    """`FAL_API_KEY` of account 2: `FAL_2_API_KEY`."""
    first, _, rest = name.partition("_")
    return f"{first}_{number}_{rest}"
