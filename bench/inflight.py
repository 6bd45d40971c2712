"""How much memory the bridge takes with many pictures under way at a cloud that queues.

    python -m bench.inflight [PICTURES]

All are asked for at once, inside a status (as from RunPod), 1.5 MB of PNG each; a job takes four
seconds. VmRSS at rest and while all are under way, VmHWM after the last answer. The bridge keeps
the pictures. First with its limit of pictures at once at a cloud lifted, then as it is served, with
short jobs. Linux only.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

import uvloop

from bench.crowd import asked
from bench.overhead import ROUTES, choose, environment, started
from bench.start import free_port

JOB_S, SHORT_JOB_S = 4.0, 0.1


def megabytes(pid: int, what: str) -> float:
    """`VmRSS` or `VmHWM` of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


async def measure(port: int, pid: int, cloud: int, pictures: int, job: float) -> None:
    """Print three figures."""
    await choose(cloud, "png", job)
    print(f"at rest                 {megabytes(pid, 'VmRSS'):7.0f} MB")
    crowd = asyncio.create_task(asked(port, ROUTES["inline"], pictures, pictures))
    await asyncio.sleep(job * 0.75)
    print(f"{pictures} under way           {megabytes(pid, 'VmRSS'):7.0f} MB")
    seconds = await crowd
    print(f"highest, all answered   {megabytes(pid, 'VmHWM'):7.0f} MB")
    print(f"waited at most          {max(seconds):7.1f} s, of which the job {job} s")


def main(pictures: int) -> None:
    """Start a cloud and a bridge, measure; twice."""
    for limit, job in (("lifted", JOB_S), ("limited", SHORT_JOB_S)):
        print(f"limit of pictures at once: {limit}")
        once(pictures, limit, job)


def once(pictures: int, limit: str, job: float) -> None:
    """One cloud, one bridge."""
    with tempfile.TemporaryDirectory() as folder:
        cloud, port = free_port(), free_port()
        env = environment(cloud, Path(folder))
        with (
            started("bench.upstream", cloud, env=env),
            started("bench.unkept", port, "kept", limit, env=env) as bridge,
        ):
            uvloop.run(measure(port, bridge.pid, cloud, pictures, job))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
