"""How long the reports of one plan take: 24 reporting dates, three notebooks, 56 actions, on the cores there are.

Run: ``.venv/bin/python benchmarks/runs.py`` (``--loop`` adds the shell loop of papermill and nbconvert, which takes some
minutes; ``--times 5`` repeats ours; ``--dates 24``). Every number of one run is from the same minute and machine:

- *cold*: ``planlib report`` with an empty cache; *again*: with nothing changed; *one more*: after one new snapshot.
- *loop*: for each date and notebook ``papermill`` and ``jupyter nbconvert --to html --template planlib``, without our cache.
- *pure*: CPU seconds of the same cells, run once in one warm process; the wall time should be at most half of it (two
  cores) and 60 ms for each notebook and 2 s.
- *memory*: the peak of PSS over the run and all its processes (Linux), with two jobs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ("progress", "slippage", "data-quality")
ACTIONS = 56


def month_ends(number: int) -> list[date]:
    """The last days of so many months."""
    firsts = [date(2019 + (month // 12), month % 12 + 1, 1) for month in range(1, number + 1)]
    return [first - timedelta(days=1) for first in firsts]


def write_snapshot(folder: Path, day: date, seed: int) -> None:
    """One issue of the plan: dates move, some actions are done, the same at every call."""
    lines = ["Ref,Area,Action,Lead,Target date,Status,Progress,Reason for change"]
    for number in range(1, ACTIONS + 1):
        luck = random.Random(seed * 1000 + number)
        due, done_at, reason = date(2018, 12, 1) + timedelta(days=luck.randrange(90, 700)), luck.randrange(300, 1000), ""
        for month in month_ends(24):
            if month <= day and luck.random() < 0.12:
                due, reason = due + timedelta(days=luck.choice([14, 30, 61, 92])), luck.choice(["", "a post was vacant", "scope changed"])
        done = (day - date(2018, 12, 1)).days > done_at
        text = f"The work on item {number} goes on; {luck.choice(['a draft is out', 'a meeting was held', 'nothing new'])}."
        lines.append(f"{number},Area {number % 7},Do what was agreed about item {number},Lead {number % 5},{due:%d/%m/%Y},"
                     f"{'Complete' if done else 'In progress'},{text},{reason}")  # fmt: skip
    (folder / f"{day}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def ours(data: Path, out: Path, cache: Path) -> float:
    """Wall seconds of one run."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "planlib", "report", "plan", "--data", str(data), "--out", str(out), "--jobs", "2"],
        check=True, capture_output=True, env=os.environ | {"PLANLIB_CACHE": str(cache)},
    )  # fmt: skip
    return time.perf_counter() - begun


def loop(data: Path, out: Path, days: list[date]) -> float:
    """Wall seconds of the shell loop."""
    environment = os.environ | {"PLANLIB_CACHE": "off"}
    begun = time.perf_counter()
    for day in days:
        for name in NOTEBOOKS:
            page = out / f"{day}-{name}.ipynb"
            for command in (
                ["papermill", "--no-progress-bar", "-p", "plan", str(data / "plan"), "-p", "as_of", str(day),
                 str(ROOT / "notebooks" / f"{name}.ipynb"), str(page)],
                ["nbconvert", "--to", "html", "--template", "planlib", str(page)],
            ):  # fmt: skip
                subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True, env=environment)
    return time.perf_counter() - begun


_PURE = """
import json, sys, time
from pathlib import Path
from planlib.reporting.launch import warm
warm()
from IPython.core.interactiveshell import InteractiveShell
shell, spent = InteractiveShell.instance(), 0.0
shell.display_formatter.active_types = shell.display_formatter.format_types
for day in json.loads(sys.argv[2]):
    for path in json.loads(sys.argv[3]):
        shell.reset()
        shell.push({"plan": sys.argv[1], "as_of": day})
        cells = [c for c in json.loads(Path(path).read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
        begun = time.process_time()
        for cell in cells:
            if "parameters" not in cell["metadata"].get("tags", ()):
                shell.run_cell("".join(cell["source"])).raise_error()
        spent += time.process_time() - begun
print(f"\\n{spent}", file=sys.stderr)
"""


def pure(data: Path, days: list[date]) -> float:
    """CPU seconds of the cells in one warm process."""
    paths = json.dumps([str(ROOT / "notebooks" / f"{name}.ipynb") for name in NOTEBOOKS])
    done = subprocess.run(
        [sys.executable, "-c", _PURE, str(data / "plan"), json.dumps([str(day) for day in days]), paths],
        check=True, capture_output=True, text=True, encoding="utf-8", env=os.environ | {"PLANLIB_CACHE": "off"},
    )  # fmt: skip
    return float(done.stderr.split()[-1])


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    children: list[str] = []
    with contextlib.suppress(OSError):  # it ended while it was looked at
        children = [child for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]
    for child in children:
        yield from family(int(child))


def peak_memory(data: Path, out: Path, cache: Path) -> float:
    """MiB of PSS at its highest, sampled twenty times a second."""
    peak, done = 0, threading.Event()

    def watch(pid: int) -> None:
        nonlocal peak
        while not done.wait(0.05):
            total = 0
            for each in list(family(pid)):
                try:
                    text = Path(f"/proc/{each}/smaps_rollup").read_text()
                    total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
                except (OSError, StopIteration):
                    continue
            peak = max(peak, total)

    command = [sys.executable, "-m", "planlib", "report", "plan", "--data", str(data), "--out", str(out), "--jobs", "2"]
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with subprocess.Popen(command, env=os.environ | {"PLANLIB_CACHE": str(cache)}, **quiet) as run:
        watcher = threading.Thread(target=watch, args=(run.pid,))
        watcher.start()
        run.wait()
        done.set()
        watcher.join()
    return peak / 1024


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--dates", type=int, default=24)
    asked.add_argument("--loop", action="store_true")
    said = asked.parse_args()
    home = Path(tempfile.mkdtemp(prefix="planlib-bench-"))
    data, days = home / "data", month_ends(said.dates + 1)
    (data / "plan").mkdir(parents=True)
    (data / "plan" / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
    for day in days[:-1]:
        write_snapshot(data / "plan", day, 1)
    cold, again, more = [], [], []
    for number in range(said.times):
        out, cache = home / f"out{number}", home / f"cache{number}"
        cold.append(ours(data, out, cache))
        again.append(ours(data, out, cache))
        write_snapshot(data / "plan", days[-1], 1)
        more.append(ours(data, out, cache))
        (data / "plan" / f"{days[-1]}.csv").unlink()
        shutil.rmtree(out)
    notebooks = said.dates * len(NOTEBOOKS)
    cost = pure(data, days[:-1])
    bound = cost / 2 + 0.06 * notebooks + 2
    middle = statistics.median(cold)
    print(f"{said.dates} dates x {len(NOTEBOOKS)} notebooks, {ACTIONS} actions; medians of {said.times}")
    print("cold runs", *(f"{each:.1f}" for each in cold))
    print(f"cold      {middle:6.1f} s   pure {cost:.1f} s of CPU; at most {bound:.1f} s wanted: {'yes' if middle <= bound else 'NO'}")
    print(f"again     {statistics.median(again):6.2f} s")
    print(f"one more  {statistics.median(more):6.2f} s")
    if Path("/proc/self/smaps_rollup").exists():
        print(f"memory    {peak_memory(data, home / 'out', home / 'cache'):6.0f} MiB at the peak")
    if said.loop:
        (home / "loop").mkdir()
        slow = loop(data, home / "loop", days[:-1])
        print(f"loop      {slow:6.1f} s   {slow / middle:.1f} times as long")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
