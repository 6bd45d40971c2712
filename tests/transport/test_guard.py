import pytest

from bridge.errors import Garbled
from bridge.transport.guard import check_url, is_public, origin


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "172.16.4.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/a.png", "http://user:pw@example.com/a.png",
        "http://127.0.0.1/a.png", "http://[::1]/a.png", "http://169.254.169.254/latest", "http://",
        "http://example.com:99999999/", "gopher://x", "", "/a.png",
    ],
)  # fmt: skip
def test_addresses_that_no_picture_is_fetched_from(url: str) -> None:
    with pytest.raises(Garbled):
        check_url(url)


def test_a_plain_address_passes() -> None:
    check_url("https://images.example.com/a.png?x=1")
    assert origin("https://Images.Example.com/a") == "https://images.example.com:443"
