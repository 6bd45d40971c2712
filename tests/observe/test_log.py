"""What is written on stderr: a line a fact, JSON or text, never a secret, never an access log."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from bridge.events import (
    AttemptBegan,
    AttemptEnded,
    Bus,
    CatalogChanged,
    Event,
    PictureKept,
    Rested,
    StoreFailed,
)
from bridge.observe.log import Form, install, write_down
from bridge.observe.redact import HIDDEN, Redactor

ENDED = AttemptEnded("j", "r", "runware", "flux1-dev", "Limited", 0.25, None, ("lora-family",))
Install = Callable[[Form], io.StringIO]


@pytest.fixture
def installed() -> Iterator[Install]:
    """Installs the log on a stream of the test's own, and puts all back afterwards."""
    root, ours, access = (logging.getLogger(name) for name in ("", "bridge", "uvicorn.access"))
    before = root.handlers[:], root.level, ours.level, access.disabled
    root.handlers = []

    def do(form: Form) -> io.StringIO:
        stream = io.StringIO()
        install(form, Redactor(["swordfish"]), stream)
        return stream

    yield do
    root.handlers, root.level, ours.level, access.disabled = before


def told(event: Event, stream: io.StringIO) -> dict[str, object]:
    bus = Bus()
    bus.listen(write_down)
    bus.tell(event)
    line: dict[str, object] = json.loads(stream.getvalue())
    return line


def test_an_attempt_is_a_line_of_json(installed: Install) -> None:
    line = told(ENDED, installed("json"))
    assert str(line.pop("time")).endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "bridge",
        "message": "attempt ended",
        "job_id": "j",
        "ref": "r",
        "provider": "runware",
        "model": "flux1-dev",
        "outcome": "Limited",
        "seconds": 0.25,
        "notes": ["lora-family"],
    }


def test_a_picture_is_a_line_of_text(installed: Install) -> None:
    stream = installed("text")
    write_down(PictureKept("j", "r", "runware", "flux1-dev", "png", 1500, 1300))
    assert not stream.getvalue(), "it stands in the line of its job"
    write_down(PictureKept("j", "r", "runware", "flux1-dev", "png", 1500, 1300, late=True))
    said = "INFO picture kept job_id=j ref=r provider=runware model=flux1-dev kind=png"
    assert said in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (StoreFailed("disk full"), "error"),
        (Rested("runware", "Limited", 5.0), "warning"),
        (CatalogChanged(4, "line 3: no comma"), "warning"),
        (CatalogChanged(4), "info"),
    ],
)
def test_what_somebody_should_look_at_is_louder(
    installed: Install, event: Event, level: str
) -> None:
    assert told(event, installed("json"))["level"] == level


def test_a_beginning_is_no_line(installed: Install) -> None:
    stream = installed("json")
    write_down(AttemptBegan("j", "r", "runware", "flux1-dev"))
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_gets_out_whoever_logs(installed: Install, form: Form) -> None:
    stream = installed(form)
    other = logging.getLogger("some.library")
    try:
        raise ValueError("swordfish")
    except ValueError:
        other.exception("asked %s with swordfish", "https://host/?token=abcdef")
    write_down(StoreFailed("swordfish"))
    said = stream.getvalue()
    assert "swordfish" not in said
    assert "abcdef" not in said
    assert said.count(HIDDEN) >= 4
    assert "ValueError" in said


def test_json_is_one_line_whatever_is_said(installed: Install) -> None:
    stream = installed("json")
    logging.getLogger("bridge.any").error("two\nlines and a lone \ud800")
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue())["message"] == "two\nlines and a lone \ud800"


def test_the_access_log_is_off(installed: Install) -> None:
    stream = installed("json")
    logging.getLogger("uvicorn.access").critical("GET /sdapi/v1/progress")
    assert stream.getvalue() == ""
