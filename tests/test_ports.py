"""What was once found free is not another test's a moment later."""

import socket
import sys

import pytest

from tests.ports import own_port


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be kept like this")
def test_a_port_is_kept_for_its_program_while_that_is_down() -> None:
    with own_port() as port:
        for _ in range(2):  # its first life and its second
            with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
                stranger.bind(("127.0.0.1", port))
            with socket.create_server(("127.0.0.1", port)) as program:
                socket.create_connection(program.getsockname()).close()
