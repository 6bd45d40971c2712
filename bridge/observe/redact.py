"""Secrets never reach a log: what is configured, and whatever looks like a key."""

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

HIDDEN = "[hidden]"
SHORTEST = 4
"""Characters. What is shorter is no secret, and hiding it would blot out the log."""

_NAMED = r"(?:token|key|sig|signature|secret|passw(?:or)?d|credential|authorization)"
_PLAIN = r"""\\?["']?(?:(?:key|bearer|basic)\s+)?[^\s"'&;,<>\\]+"""
_VALUE = rf"""(?:"[^"]*"|'[^']*'|{_PLAIN})"""
_SHAPES = (
    # //user:password@host
    (re.compile(r"(?<=//)[^\s/?#@\"']+(?=@)"), HIDDEN),
    # ?token=…   "api_key": "…"   X-Amz-Signature=…   Authorization: Key …
    (
        # one beginning and one end a word, so that a long text costs no more than its length
        re.compile(rf"(?i)(?<![\w.-])([\w.-]*{_NAMED}\\?[\"']?\s*[=:]\s*){_VALUE}"),
        rf"\1{HIDDEN}",
    ),
    # a header's value alone
    (re.compile(r"\b([Bb]earer|Basic)\s+[^\s\"',;<>]{6,}"), rf"\1 {HIDDEN}"),
)
_SIGNS = re.compile("//|bearer|basic|token|key|sig|secret|passw|credential|authorization")
"""Without one of these, case-folded, none of the shapes is in a text."""
_KEY = re.compile(r"\b(?:sk|rk|hf|r8|rpa|gsk|AIza|AKIA|ASIA|ghp)[-_]?(?=[a-zA-Z_-]*\d)[\w-]{14,}")
"""What clouds begin their keys with."""


class Redactor:
    """Replaces the configured secrets, also percent-encoded, and what has a key's shape."""

    def __init__(self, secrets: Iterable[str]) -> None:
        plain = {secret for secret in secrets if len(secret) >= SHORTEST}
        every = plain | {quote(secret, safe="", errors="replace") for secret in plain}
        longest_first = sorted(every, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        """The text without its secrets."""
        text = self._known.sub(HIDDEN, text)
        folded = text.casefold()
        if _SIGNS.search(folded):  # in few lines there is any
            for shape, instead in _SHAPES:
                text = shape.sub(instead, text)
        return _KEY.sub(HIDDEN, text)


class Redacted(logging.Filter):
    """On a handler: messages and tracebacks leave it without secrets, whoever logged them."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record is changed in place."""
        record.msg, record.args = record.getMessage(), None
        fact = getattr(record, "fact", {})
        texts = [value for value in fact.values() if isinstance(value, str)]
        joined = "\n".join([record.msg, *texts])
        if self._redact(joined) != joined:  # rare, so that one look at all of them is enough
            record.msg = self._redact(record.msg)
            record.fact = {k: self._redact(v) if isinstance(v, str) else v for k, v in fact.items()}
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        return True


def strip_url(url: str) -> str:
    """Scheme, host and path: what of an address may be shown; empty for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else ""
