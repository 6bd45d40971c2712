"""No secret survives in any position; what is no secret mostly stays readable."""

import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.observe.redact import HIDDEN, SHORTEST, Redacted, Redactor, strip_url

# what is made of the mask's own characters could not be told from it
SECRETS = st.text(min_size=SHORTEST, max_size=40).filter(lambda text: not set(text) & set(HIDDEN))
KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=8)


@given(st.lists(SECRETS, min_size=1, max_size=4), st.data())
def test_no_configured_secret_survives_anywhere(secrets: list[str], draw: st.DataObject) -> None:
    between = st.text(max_size=12) | st.sampled_from(
        ['"', "\\", "?key=", "Bearer ", "'", "//", "@"]
    )
    text = "".join(
        draw.draw(between) + secret + draw.draw(between) for secret in [*secrets, *secrets]
    )
    redacted = Redactor(secrets)(text)
    assert [secret for secret in secrets if secret in redacted] == []


@given(SECRETS.filter(lambda text: text.isprintable()))
def test_no_percent_encoded_secret_survives(secret: str) -> None:
    encoded = quote(secret, safe="")
    assert encoded not in Redactor([secret])(f"GET /x/{encoded}/y")


@given(
    KEYS,
    st.sampled_from(
        [
            "https://host/a.png?token={}&size=1",
            "https://host/a.png?size=1&sig={}",
            "https://host/a?X-Amz-Signature={}",
            "https://host/v1beta?key={}#top",
            "wss://host/?api_key={}",
            "https://somebody:{}@host/",
            "Authorization: Bearer {}",
            "authorization: Key {}",
            "{{'Authorization': 'Basic {}'}}",
            '{{"apiKey": "{}", "x": 1}}',
            '"{{\\"secret\\": \\"{}\\"}}"',
            "X-Api-Key={};",
            "password: '{} and more'",
            "client_secret = {}",
        ]
    ),
)
def test_what_stands_where_secrets_stand_is_hidden(key: str, form: str) -> None:
    assert key not in Redactor([])(form.format(key)).replace(HIDDEN, "")


@pytest.mark.parametrize("start", ["sk-", "hf_", "r8_", "rpa_", "AIza", "AKIA", "gsk_"])
def test_what_begins_like_a_key_is_hidden(start: str) -> None:
    key = f"{start}A1B2C3D4E5F6G7H8I9J0"
    assert Redactor([])(f"the key {key} is wrong") == f"the key {HIDDEN} is wrong"


@pytest.mark.parametrize(
    "text",
    [
        "runware answered 429, rests 12.5 s",
        "max_tokens: 5, keywords: dragon, lighthouse",
        "a knight with a golden key, basic armour, monkey on the shoulder",
        "https://host/pictures/ab/abcdef.png?width=1024",
        "error at line 3, column 14 of master_lora_dict.json",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor(["swordfish", "", "a", "ion"])(text) == text


def test_a_traceback_leaves_without_secrets() -> None:
    redacted = Redacted(Redactor(["swordfish"]))
    try:
        raise ValueError("login with swordfish failed")
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
    record = logging.LogRecord(
        "any", logging.ERROR, __file__, 1, "%s: %d", ("swordfish", 3), caught, "f", "at swordfish"
    )
    record.fact = {"text": "swordfish", "seconds": 1.5}
    assert redacted.filter(record)
    said = logging.Formatter("%(message)s %(fact)s").format(record)
    assert "swordfish" not in said
    assert f"{HIDDEN}: 3" in said
    assert "Traceback" in said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@host:8443/a/b.png?token=1#t", "https://host:8443/a/b.png"),
        ("https://host", "https://host"),
        ("no address", ""),
        ("http://[broken", ""),
    ],
)
def test_strip_url(url: str, shown: str) -> None:
    assert strip_url(url) == shown
