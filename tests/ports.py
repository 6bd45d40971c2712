"""Ports for the programs that tests start, on a machine where other tests start theirs."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_port() -> Iterator[int]:
    """A loopback port for a program of ours that is given to nobody else, also while it is down.

    A port that was only found free may be another test's before the program listens, and the one
    of a killed program before it starts again: then one test's requests reach another's program.
    """
    with socket.socket() as place:
        # beside a socket that is bound like this and never listens, the program itself can listen
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", 0))
        port = int(place.getsockname()[1])
        if sys.platform != "linux":
            place.close()  # elsewhere it cannot
        yield port
