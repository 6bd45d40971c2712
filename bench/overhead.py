"""What a picture costs on its way through the bridge, beside the least that it can cost.

    python -m bench.overhead [ROUNDS] [PICTURES]      # pictures of a case in a round, 128

A 1.5 MB PNG and a 150 KB JPEG, inside a status (as from RunPod) and behind an address (as from
Runware), at 1, 8 and 64 at once: CPU milliseconds of the process per picture, and what the client
waits. The bridge and `bench.floor` take turns in every round, in an order that is drawn, under the
same allocator. The cloud and the clients are lean, but share the machine: CPU is the figure that
repeats. Linux only.
"""

import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.crowd import asked
from bench.start import free_port

ROUTES = {"inline": "runpod/z-image", "by URL": "runware/flux1-dev"}
AT_ONCE = (1, 8, 64)
KINDS = ("png", "jpeg")


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers txt2img."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that all its threads have used, from the clock of the process."""
        return time.clock_gettime((~self.pid << 3) | 2)


@dataclass(slots=True)
class Figures:
    """Of all rounds of one case."""

    cpu: list[float] = field(default_factory=list)
    """Milliseconds a picture, one figure a round."""
    waits: list[float] = field(default_factory=list)
    """Milliseconds, one a picture."""

    def p95(self) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.waits, n=20)[-1]


Case = tuple[str, str, int]
"""Kind of picture, way, at once."""


async def measure(
    servers: Mapping[str, Server], cloud: int, rounds: int, pictures: int
) -> Mapping[tuple[str, Case], Figures]:
    """Every case at every server, in turns."""
    found: dict[tuple[str, Case], Figures] = defaultdict(Figures)
    for number in range(-1, rounds):  # the first round warms up
        for kind in KINDS:
            await choose(cloud, kind)
            for way, route in ROUTES.items():
                for at_once in AT_ONCE:
                    for name in random.sample(sorted(servers), len(servers)):
                        server = servers[name]
                        before = server.cpu()
                        count = max(pictures, 2 * at_once)
                        waits = await asked(server.port, route, count, at_once)
                        await asyncio.sleep(0.02)  # what is done after the answer counts as well
                        used = server.cpu() - before
                        if number >= 0:
                            figures = found[name, (kind, way, at_once)]
                            figures.cpu.append(used / count * 1000)
                            figures.waits += (wait * 1000 for wait in waits)
    return found


async def choose(cloud: int, kind: str, wait: float = 0.0) -> None:
    """Tell the upstream which picture it answers and how long its jobs take, in seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", cloud)
    writer.write(f"PUT /set/{kind}?wait={wait} HTTP/1.1\r\nHost: c\r\n\r\n".encode())
    assert b"200 OK" in await reader.readline()
    writer.close()


def told(found: Mapping[tuple[str, Case], Figures], name: str) -> Iterator[str]:
    """A table in Markdown of the server `name` beside the floor."""
    yield f"| picture | way | at once | CPU {name} | floor | more | ratio | wait, median | p95 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for who, case in found:
        if who != name:
            continue
        ours, floor = found[name, case], found["floor", case]
        cpu, least = statistics.median(ours.cpu), statistics.median(floor.cpu)
        # of each round by itself: what else the machine does slows down both
        more = statistics.median(
            one - other for one, other in zip(ours.cpu, floor.cpu, strict=True)
        )
        waits = statistics.median(ours.waits), statistics.median(floor.waits)
        kind, way, at_once = case
        yield (
            f"| {kind} | {way} | {at_once} | {cpu:.2f} | {least:.2f} | {more:+.2f} "
            f"| {cpu / least:.2f} | {waits[0] - waits[1]:+.1f} | {ours.p95() - floor.p95():+.1f} |"
        )


@contextmanager
def started(module: str, port: int, *arguments: str, env: Mapping[str, str]) -> Iterator[Server]:
    """`python -m module port …`, answering."""
    program = subprocess.Popen(
        [sys.executable, "-m", module, str(port), *arguments], env=env, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port)
        yield Server(port, program.pid)
    finally:
        program.terminate()
        program.wait(15)


def environment(cloud: int, folder: Path) -> dict[str, str]:
    """Of a bridge whose clouds are the upstream; its own waits are short."""
    return {
        "PATH": os.environ["PATH"],
        "BRIDGE_DATA": str(folder),
        "BRIDGE_RATING": "general",
        "RUNPOD_API_KEY": "k", "RUNPOD_BASE_URL": f"http://127.0.0.1:{cloud}/runpod/v2",
        "RUNPOD_ZIMAGE_ENDPOINT": "zimage", "RUNWARE_API_KEY": "k",
        "RUNWARE_ENDPOINT": f"http://127.0.0.1:{cloud}/runware/v1",
    }  # fmt: skip


def wait_for_port(port: int) -> None:
    """Until somebody listens there; twenty seconds at most."""
    for _ in range(2000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(port)


def main(rounds: int, pictures: int) -> None:
    """Print three tables: nothing kept, without any books, and with the pictures' files kept.

    Keeping has a run of its own: the disk is at it for a while after, and the books would wait.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cloud = free_port()
        env = environment(cloud, folder / "unkept")
        stack.enter_context(started("bench.upstream", cloud, env=env))

        def server(module: str, *arguments: str, data: str = "unkept") -> Server:
            own = environment(cloud, folder / data)
            return stack.enter_context(started(module, free_port(), *arguments, env=own))

        servers = {
            "bridge": server("bench.unkept"),
            "floor": server("bench.floor", f"http://127.0.0.1:{cloud}"),
            "unbooked": server("bench.unkept", "unbooked", data="unbooked"),
        }
        found = uvloop.run(measure(servers, cloud, rounds, pictures))
        for name in ("bridge", "unbooked"):
            print("\n".join(told(found, name)), end="\n\n", flush=True)
        servers = {
            "floor": servers["floor"],
            "keeping": server("bench.unkept", "kept", data="kept"),
        }
        found = uvloop.run(measure(servers, cloud, rounds, pictures))
        print("\n".join(told(found, "keeping")), end="\n\n")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [9, 128][len(given) :]))
