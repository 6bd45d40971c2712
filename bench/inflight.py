"""How much memory the bridge takes with many pictures under way at a cloud that queues.

    python -m bench.inflight [PICTURES]

All are asked for at once, inside a status (as from RunPod), 1.5 MB of PNG each; a job takes four
seconds. VmRSS at rest and while all are under way, VmHWM after the last answer. The bridge keeps
the pictures and its limit of pictures at once is lifted. Linux only.
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

JOB_S = 4.0


def megabytes(pid: int, what: str) -> float:
    """`VmRSS` or `VmHWM` of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


async def measure(port: int, pid: int, cloud: int, pictures: int) -> None:
    """Print three figures."""
    await choose(cloud, "png", JOB_S)
    print(f"at rest                 {megabytes(pid, 'VmRSS'):7.0f} MB")
    crowd = asyncio.create_task(asked(port, ROUTES["inline"], pictures, pictures))
    await asyncio.sleep(JOB_S * 0.75)
    print(f"{pictures} under way           {megabytes(pid, 'VmRSS'):7.0f} MB")
    seconds = await crowd
    print(f"highest, all answered   {megabytes(pid, 'VmHWM'):7.0f} MB")
    print(f"waited at most          {max(seconds):7.1f} s, of which the job {JOB_S:.0f} s")


def main(pictures: int) -> None:
    """Start a cloud and a bridge, measure."""
    with tempfile.TemporaryDirectory() as folder:
        cloud, port = free_port(), free_port()
        env = environment(cloud, Path(folder))
        with (
            started("bench.upstream", cloud, env=env),
            started("bench.unkept", port, "kept", env=env) as bridge,
        ):
            uvloop.run(measure(port, bridge.pid, cloud, pictures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
