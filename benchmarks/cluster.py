"""Many small plans on a dask cluster of two workers on this machine, against the same with ``--jobs 2``.

Run: ``PYTHONPATH=src python benchmarks/cluster.py`` (``--plans 20 --times 3`` for a first look). Each time both are run, one
after the other and each first in turn, with a cache of its own that is empty, and their files are compared. The cluster is
started before the clock. The aim: the median of the ratios is at most 1.15, and the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

DATES = [date(2020, 3, 31), date(2020, 6, 30), date(2020, 9, 30), date(2020, 12, 31)]
ACTIONS = 12


def put_plans(data: Path, count: int) -> None:
    """Plans of 12 actions at four dates: each is re-dated now and then, and done in the end or not."""
    for number in range(count):
        folder = data / f"plan-{number:03}"
        folder.mkdir(parents=True)
        (folder / "plan.toml").write_text(f'title = "Plan {number}"\n', encoding="utf-8")
        for at, day in enumerate(DATES):
            lines = ["Ref,Area,Action,Lead,Target date,Status"]
            for action in range(ACTIONS):
                done = (number + action) % 5 < at
                month = 1 + (action + at * ((number + action) % 3)) % 12
                lines.append(
                    f"{action + 1},Area {action % 3},Write guide {action + 1} of plan {number},Officer {action % 4},"
                    f"2020-{month:02}-28,{'Complete' if done else 'In progress'}"
                )
            (folder / f"{day}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextlib.contextmanager
def cluster(home: Path, port: int, environment: dict[str, str]) -> Iterator[str]:
    """A scheduler and two workers of one thread each; gives the address."""
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(home)]
    started = []
    try:
        for words in (scheduler, worker, worker):
            with (home / f"dask-{len(started)}.log").open("wb") as log:
                words = [sys.executable, "-m", "dask", *words]
                started.append(subprocess.Popen(words, stdout=log, stderr=log, env=environment))
        from distributed import Client

        with Client(address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)


def timed(home: Path, out: Path, environment: dict[str, str], *how: str) -> float:
    """Seconds that one run of the command line takes."""
    words = [sys.executable, "-m", "planlib", "report", "--data", str(home / "data"), "--out", str(out), *how]
    begun = time.perf_counter()
    subprocess.run(words, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun


def files(out: Path) -> dict[str, bytes]:
    """What is published, but for the accidents of the run."""
    kept = (path for path in out.rglob("*") if path.is_file() and path.name not in ("run.json", ".seen.json"))
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in kept}


def main() -> None:
    """Print the seconds of each pair, and the median of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=350)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--port", type=int, default=18790)
    taken = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        home = Path(folder)
        put_plans(home / "data", taken.plans)
        for turn in range(taken.times):
            here, there = home / f"here-{turn}", home / f"there-{turn}"
            seconds = {}
            for out in (here, there) if turn % 2 else (there, here):
                environment = os.environ | {"PLANLIB_CACHE": str(home / f"cache-{out.name}")}
                if out is here:
                    seconds[out] = timed(home, out, environment, "--jobs", "2")
                    continue
                with cluster(home, taken.port + turn, environment) as address:
                    seconds[out] = timed(home, out, environment, "--scheduler", address)
            assert files(here) == files(there), "the files differ"
            ratios.append(seconds[there] / seconds[here])
            print(f"--jobs 2 {seconds[here]:.1f} s, cluster {seconds[there]:.1f} s, ratio {ratios[-1]:.3f}", flush=True)
    print(f"{taken.plans} plans, {len(DATES)} dates: median ratio {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
