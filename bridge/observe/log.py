"""The log: one line a fact on stderr, as JSON or as text, without prompts and without secrets."""

import json
import logging
import re
import sys
from dataclasses import fields
from datetime import UTC, datetime
from time import localtime, strftime, time
from typing import Literal, TextIO, get_args

import orjson

from bridge.events import (
    AttemptBegan,
    AttemptEnded,
    CatalogChanged,
    Event,
    LimitLearnt,
    LoraHosted,
    PictureKept,
    Rested,
    StoreFailed,
)
from bridge.observe.redact import Redacted, Redactor

Form = Literal["json", "text"]
log = logging.getLogger("bridge")
_BLANK = logging.makeLogRecord({"name": "bridge", "args": None}).__dict__

_SHAPES = {
    kind: (
        re.sub(r"(?<!^)([A-Z])", r" \1", kind.__name__).lower(),
        tuple(each.name for each in fields(kind)),
    )
    for kind in get_args(Event)
}
"""`attempt ended` for AttemptEnded, and the names of its fields."""


class JsonLines(logging.Formatter):
    """`time`, `level`, `logger`, `message`, the fact's own fields, `traceback`; all ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """JSON, whatever the text: lone surrogates, too, are escaped."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": time,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fact", {}),
            "traceback": record.exc_text,
            "stack": record.stack_info,
        }
        said = {key: value for key, value in line.items() if value is not None}
        try:
            quick = orjson.dumps(said)
        except TypeError:  # a lone surrogate
            return json.dumps(said)
        return quick.decode() if quick.isascii() else json.dumps(said)


class TextLines(logging.Formatter):
    """The same for people: `12:30:01 INFO attempt ended provider=runware outcome=ok …`."""

    def __init__(self) -> None:
        super().__init__()
        self._second, self._clock = 0, ""

    def format(self, record: logging.LogRecord) -> str:
        """The message with the fact's fields behind it; below them, where it happened."""
        second = int(record.created)
        if second != self._second:
            self._second, self._clock = second, strftime("%H:%M:%S", localtime(second))
        fact = getattr(record, "fact", {})
        said = [f"{key}={value}" for key, value in fact.items() if value not in (None, "", ())]
        line = " ".join([self._clock, record.levelname, record.getMessage(), *said])
        return "\n".join(filter(None, (line, record.exc_text, record.stack_info)))


def install(form: Form, redact: Redactor, stream: TextIO = sys.stderr) -> None:
    """All logging of this program goes to `stream`, in this form, and nowhere else.

    A filter stands on the handler because a logger's own does not see what its children send up.
    uvicorn is to be started with `log_config=None`; its access log is left out: the facts say more.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(Redacted(redact))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    log.setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").disabled = True


def write_down(event: Event) -> None:
    """A listener for the bus."""
    if _is_told_later(event):
        return
    level = _level(event)
    if not log.isEnabledFor(level):
        return
    words, names = _SHAPES[type(event)]
    # flat: an event holds nothing that would have to be taken apart
    fact = {name: getattr(event, name) for name in names}
    log.handle(_record(level, words, fact))


def _is_told_later(event: Event) -> bool:
    """Whether it stands in the one line of a picture: that its job has ended."""
    match event:
        case AttemptBegan() | AttemptEnded(outcome="ok") | PictureKept(late=False):
            return True
    return False


def _record(level: int, words: str, fact: dict[str, object]) -> logging.LogRecord:
    """As `log.log` makes it, but without looking for the caller, which costs more than the line."""
    record, now = logging.LogRecord.__new__(logging.LogRecord), time()
    record.__dict__.update(
        _BLANK, levelno=level, levelname=logging.getLevelName(level), msg=words,
        created=now, msecs=int(now * 1000) % 1000, fact=fact,
    )  # fmt: skip
    return record


def _level(event: Event) -> int:
    match event:
        case StoreFailed():
            return logging.ERROR
        case CatalogChanged(refused=refused) if refused:
            return logging.WARNING
        case LoraHosted(problem=problem) if problem:
            return logging.WARNING
        case Rested() | LimitLearnt():
            return logging.WARNING
    return logging.INFO
