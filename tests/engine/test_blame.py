import pytest

from bridge.engine.blame import blame, named, retry_after
from bridge.engine.card import Card, Word
from bridge.errors import (
    AttemptError,
    Garbled,
    Gone,
    Limited,
    Refused,
    Unavailable,
    Unfit,
    Unpayable,
)
from bridge.transport.reply import Reply

CARD = Card("cloud", "Cloud", "", "https://cloud.example", (), words=(Word("naughty", Refused),))


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (400, Unfit), (401, Unpayable), (402, Unpayable), (403, Unpayable), (404, Gone),
        (408, Unavailable), (418, Unfit), (422, Unfit), (429, Limited), (500, Unavailable),
        (503, Unavailable), (302, Garbled),
    ],
)  # fmt: skip
def test_a_status_has_a_meaning(status: int, means: type[AttemptError]) -> None:
    error = blame(CARD, Reply(status, {"retry-after": "7"}, {"error": "no"}))
    assert type(error) is means
    assert (error.status, error.retry_after) == (status, 7.0)
    assert error.text == "Cloud: no"


def test_the_clouds_own_words_come_first() -> None:
    body = {"errors": [{"code": "x", "message": "Naughty prompt"}]}
    assert type(blame(CARD, Reply(400, {}, body))) is Refused
    assert type(named(CARD, "naughty")) is Refused
    assert type(named(CARD, "else")) is Unavailable


def test_html_is_told_without_its_markup() -> None:
    error = blame(CARD, Reply(503, {}, None, "<html><h1>Bad   gateway</h1></html>"))
    assert error.text == "Cloud: Bad gateway"


def test_retry_after_as_seconds_date_or_nonsense() -> None:
    assert retry_after({"retry-after": "2.5"}) == 2.5
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None


def test_seconds_to_rest_may_stand_in_the_body() -> None:
    def rest(asked: object) -> float | None:
        return blame(
            CARD, Reply(429, {}, {"detail": "slow down", "retry_after": asked})
        ).retry_after

    assert [rest(3), rest(0.5), rest("soon"), rest(True), rest(-1), rest(1e9), rest(None)] == [
        3.0, 0.5, None, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("quota exceeded. Try again in 3:21:09", 12069.0),
        ("Try again in 1 day, 0:00:10", 86410.0),
        ("try again in 2 days, 10:00:00. Or upgrade", 208800.0),
        ("try again later", None),
    ],
)
def test_a_wait_told_in_words(text: str, seconds: float | None) -> None:
    assert named(CARD, text).retry_after == seconds
