"""`python -m emulator`: the emulator on a port of the loopback interface, until it is stopped."""

import argparse

from aiohttp import web

from emulator.app import build


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7900)
    parser.add_argument("--time-scale", type=float, default=1.0, help="0.1: ten times faster")
    asked = parser.parse_args()
    app = build(time_scale=asked.time_scale)
    web.run_app(app, host=asked.host, port=asked.port, access_log=None, shutdown_timeout=1.0)


if __name__ == "__main__":
    main()
