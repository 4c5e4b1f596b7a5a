"""Kills `planlib report` at random moments: `make faults`, or `python fuzz/faults.py --kills 100 --seed 1`. POSIX only.

A small plan is reported on, changed, and reported on again; in that second run something is killed with signal 9: the run
at a random moment or before a random operation on its files, its whole group, or only one of its children. Then, and
again after a further run, code that shares nothing with planlib looks at what is there. Whatever is not as docs/faults.md
says is a find, which is printed; its folder is kept, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psutil

HOME = Path(__file__).resolve().parent
TOKEN = "PLANLIB_FAULTS"  # in the environment of all processes of one trial, by which they are found
WAYS = {  # what is killed, and how often of a hundred
    "run": 30, "run, before an operation": 30, "group": 12, "warmed process": 7, "set's process": 7, "kernel": 7, "reader": 7,
}  # fmt: skip
CHILDREN = ("warmed process", "set's process", "kernel", "reader")
OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.utime")
ROW = "{0},Area {1},Action number {0},2020-{2:02}-28,{3}\n"


def plan(data: Path, *, changed: bool) -> None:
    """Write the plan: of two snapshots, in one of two states."""
    folder = data / "small"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text('title = "Small"\n', encoding="utf-8")
    for month in (4, 5):
        rows = [ROW.format(n, n % 3, min(12, month + n % 5), "Complete" if n < month + 2 * changed else "Open") for n in range(1, 10)]
        text = "Ref,Area,Action,Target date,Status\n" + "".join(rows)
        (folder / f"2020-{month:02}-30.csv").write_text(text, encoding="utf-8")


# --- a run, which may end itself ---------------------------------------------------------------------------------------


def run_and_die(nth: int, count: Path | None, arguments: list[str]) -> int:
    """Be planlib, and die before the nth operation on a file of ours; with `count`, tell how many there are."""
    ours = tuple(os.environ[name] for name in ("PLANLIB_CACHE", "TMPDIR", "FAULTS_OUT"))
    done = 0

    def look(event: str, given: tuple[Any, ...]) -> None:
        nonlocal done
        if event not in OPERATIONS:
            return
        path = os.fsdecode(given[0]) if isinstance(given[0], str | bytes | os.PathLike) else ""
        if event == "open" and not (len(given) > 2 and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        if path.startswith(ours) or (path and not path.startswith("/") and event in ("os.remove", "os.rmdir")):
            done += 1
            if done == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    from planlib.cli import main as planlib

    sys.addaudithook(look)
    code = planlib(arguments)
    if count:
        count.write_text(str(done), encoding="utf-8")
    return code


@dataclass
class Place:
    """The folders of one trial."""

    base: Path

    def __getattr__(self, name: str) -> Path:
        if name in ("data", "out", "tmp", "cache", "home"):
            return self.base / name
        raise AttributeError(name)

    def start(self, nth: int = 0, count: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a run."""
        for path in (self.tmp, self.home):
            path.mkdir(exist_ok=True)
        arguments = ["report", "--data", str(self.data), "--out", str(self.out), "--jobs", "2"]
        command = [sys.executable, "-m", "planlib", *arguments]
        if nth or count:
            command = [sys.executable, __file__, "--die", str(nth), *(["--count", str(count)] if count else []), *arguments]
        environment = os.environ | {
            TOKEN: str(self.base), "TMPDIR": str(self.tmp), "PLANLIB_CACHE": str(self.cache), "HOME": str(self.home),
            "FAULTS_OUT": str(self.out), "PYTHONPATH": str(HOME.parent / "src"),
        }  # fmt: skip
        log = (self.base / "log").open("ab")
        with log:
            return subprocess.Popen(
                command, env=environment, cwd=self.base, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def processes(self) -> list[psutil.Process]:
        """Every process of this trial that lives."""
        found = []
        for each in psutil.process_iter():
            try:
                if each.status() != psutil.STATUS_ZOMBIE and each.environ().get(TOKEN) == str(self.base):
                    found.append(each)
            except psutil.Error:
                continue
        return found


# --- what is there -----------------------------------------------------------------------------------------------------


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; of run.json without what is an accident of the run."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            data = path.read_bytes()
            if path.name == "run.json":
                record = json.loads(data)
                record.pop("run")
                data = json.dumps(record).encode()
            found[path.relative_to(folder).as_posix()] = data
    return found


def stamps(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file and folder with its time and sum."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in sorted(folder.rglob("*"))
    }  # fmt: skip


def sets_of(out: Path) -> list[Path]:
    """The folders of sets in an out folder."""
    found = [path for path in out.glob("*/*") if path.is_dir() and not path.parent.name.startswith(".")]
    return sorted(path for path in found if any(path.iterdir()))


def faults_of_set(folder: Path) -> Iterator[str]:
    """What makes a set other than whole; a note of failure alone is no set."""
    names = {path.name for path in folder.iterdir()}
    if names == {"failed.json"}:
        return
    where = f"{folder.parent.name}/{folder.name}"
    if "run.json" not in names:
        yield f"{where}: {', '.join(sorted(names))} without run.json"
        return
    outputs = json.loads((folder / "run.json").read_bytes())["outputs"]
    for name in outputs.keys() ^ (names - {"run.json", "failed.json"}):
        yield f"{where}: {name} is {'missing' if name in outputs else 'in no record'}"
    for name in outputs.keys() & names:
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != outputs[name]:
            yield f"{where}: {name} is not what run.json says"


class Links(HTMLParser):
    """The addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an address."""
        address = dict(attrs).get("href") or ""
        if tag == "a" and not address.startswith("#"):
            self.found.add(unquote(address))


def faults_of_index(out: Path, *, told: bool) -> Iterator[str]:
    """What the index says that is not so, and where it was `told` of all that is there, what it does not say."""
    path = out / "index.html"
    if not path.is_file():
        if told:
            yield "no index"
        return
    page = path.read_text(encoding="utf-8")
    links = Links(page).found
    yield from (f"index leads to {link}, which is not there" for link in sorted(links) if not (out / link).is_file())
    if told:
        failed = [folder for folder in sets_of(out) if (folder / "failed.json").exists()]
        if bool(failed) != ("failed-runs" in page):
            yield f"index {'tells of no' if failed else 'tells of a'} failed run"
        for folder in sets_of(out):
            pages = {f"{folder.parent.name}/{folder.name}/{each.name}" for each in folder.glob("*.html")}
            yield from (f"index does not lead to {page}" for page in sorted(pages - links))


def faults_of_cache(cache: Path) -> Iterator[str]:
    """What lies in the cache that is no whole entry."""
    for path in cache.rglob("*"):
        if path.is_file():
            said, _, body = path.read_bytes().partition(b"\n")
            key = path.parent.name + path.stem
            if not re.fullmatch("[0-9a-f]{64}", key) or hashlib.sha256(key.encode() + body).hexdigest().encode() != said:
                yield f"cache: {path.relative_to(cache)}"


# --- a trial -----------------------------------------------------------------------------------------------------------


@dataclass
class Reference:
    """What undisturbed runs gave."""

    base: Path
    old: dict[str, bytes] = field(default_factory=dict)
    new: dict[str, bytes] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    operations: int = 0

    def make(self) -> None:
        """Report on both states of the plan."""
        place = Place(self.base / "reference")
        place.base.mkdir()
        for changed, count in ((False, None), (True, self.base / "count")):
            plan(place.data, changed=changed)
            began = time.monotonic()
            if place.start(count=count).wait():
                raise SystemExit((place.base / "log").read_text(encoding="utf-8"))
            self.seconds.append(time.monotonic() - began)
            if not changed:
                shutil.copytree(place.out, self.base / "old")
                shutil.copytree(place.cache, self.base / "cache")
        self.old, self.new = files_of(self.base / "old"), files_of(place.out)
        self.operations = int((self.base / "count").read_text(encoding="utf-8"))


@dataclass
class Trial:
    """One kill."""

    reference: Reference
    number: int
    way: str
    chance: random.Random
    finds: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    phase: str = ""
    late: int = 0

    def go(self) -> Trial:
        """Try, until the kill comes before the end of the run."""
        while not self.phase:
            place = Place(self.reference.base / f"{self.number}-{self.late}")
            place.base.mkdir()
            first = self.chance.random() < 0.2  # nothing was published before
            if not first:
                shutil.copytree(self.reference.base / "old", place.out)
            if self.chance.random() < 0.5 and self.way != "reader":  # which has nothing to do where all is in the cache
                shutil.copytree(self.reference.base / "cache", place.cache)
            plan(place.data, changed=True)
            before, shared = stamps(place.data), shared_memory()
            if self.kill(place):
                self.look(place, before, first)
                self.look_again(place, before, shared)
            else:
                self.late += 1
            if not self.finds:
                shutil.rmtree(place.base)
        return self

    def kill(self, place: Place) -> bool:
        """Run and kill; False where the run ended before."""
        began = time.monotonic()
        if self.way == "run, before an operation":
            process = place.start(nth=self.chance.randint(1, self.reference.operations))
            if process.wait() != -signal.SIGKILL:
                return False
        else:
            process = place.start()
            moment = self.chance.random() * statistics.median(self.reference.seconds[-15:])
            until = time.monotonic() + moment
            while time.monotonic() < until and process.poll() is None:
                time.sleep(0.001)
            if not self.strike(process):
                process.wait()
                self.reference.seconds.append(time.monotonic() - began)
                return False
            process.wait()
        self.phase = "ended by itself" if self.way in CHILDREN else phase_of(place)
        gone = time.monotonic() + 15
        while (left := place.processes()) and time.monotonic() < gone:
            time.sleep(0.05)
        for each in left:
            self.finds.append(f"process {each.pid} lives on")
            each.kill()
        return True

    def strike(self, process: subprocess.Popen[bytes]) -> bool:
        """Send the signal; False where there is nothing (any more) to send it to."""
        while process.poll() is None:
            if self.way == "run":
                process.kill()
                return process.wait() == -signal.SIGKILL
            if self.way == "group":
                os.killpg(process.pid, signal.SIGKILL)
                return process.wait() == -signal.SIGKILL
            if children := children_of(process.pid)[self.way]:
                try:
                    self.chance.choice(children).kill()
                    return True
                except psutil.Error:
                    continue
            time.sleep(0.001)
        return False

    def look(self, place: Place, before: dict[str, Any], first: bool) -> None:
        """After the kill."""
        child, found = self.way in CHILDREN, files_of_sets(place.out)
        for folder in sets_of(place.out):
            self.finds += faults_of_set(folder)
        for name in {key.rsplit("/", 1)[0] for key in self.reference.new if key.count("/") == 2}:
            there, old, new = (below(name, each) for each in (found, self.reference.old, self.reference.new))
            state = "new" if there == new else "old" if there == old and not first else "none" if not there else "other"
            if state == "other" and child and name.startswith("portfolio/"):
                state = "new"  # it leads to those reports of its plan that could be made
            self.seen.append(state)
            if state == "other" or (state == "none" and not first):
                self.finds.append(f"{name}: is neither the old set nor the new one ({', '.join(sorted(there))})")
        index = place.out / "index.html"
        if not child and index.exists() and index.read_bytes() not in (self.reference.old["index.html"], self.reference.new["index.html"]):
            self.finds.append("index.html is neither the old one nor the new one")
        self.finds += faults_of_index(place.out, told=child)
        if stamps(place.data) != before:
            self.finds.append("data was touched")

    def look_again(self, place: Place, before: dict[str, Any], shared: set[str]) -> None:
        """After the next run."""
        began = time.monotonic()
        code = place.start().wait()
        if code:
            self.finds.append(f"the next run ended with {code}")
        self.reference.seconds.append(time.monotonic() - began)
        for folder in sets_of(place.out):
            self.finds += faults_of_set(folder)
        self.finds += faults_of_index(place.out, told=True)
        made, wanted = files_of(place.out), self.reference.new
        differ = {name for name in made.keys() | wanted.keys() if made.get(name) != wanted.get(name)} - {".seen.json"}
        folders = {path.relative_to(place.out).as_posix() for path in place.out.rglob("*") if path.is_dir()}
        left: list[Any] = [*place.tmp.rglob("*"), *(f"/dev/shm/{name}" for name in shared_memory() - shared)]
        left += [path for path in place.home.rglob("*") if path.is_file() and "matplotlib" not in path.parts]
        left += [*(folders - {key.rpartition("/")[0] for key in wanted} - {"small", "portfolio"}), *place.processes()]
        self.finds += [f"after the next run {name} differs" for name in sorted(differ)]
        self.finds += [f"after the next run there is {each}" for each in left]
        self.finds += faults_of_cache(place.cache)
        if stamps(place.data) != before:
            self.finds.append("data was touched by the next run")


def below(name: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of one set, but for the note of a failure."""
    return {key: data for key, data in files.items() if key.startswith(f"{name}/") and not key.endswith("/failed.json")}


def files_of_sets(out: Path) -> dict[str, bytes]:
    """The files of all sets."""
    found = files_of(out)
    return {name: data for name, data in found.items() if name.count("/") == 2 and not name.startswith(".")}


def shared_memory() -> set[str]:
    """What lies in shared memory that could be ours, but for what a process has in use: ours are looked for by themselves."""
    folder = Path("/dev/shm")
    there = [path for path in folder.iterdir() if path.name.startswith(("psm_", "sem.", "planlib"))] if folder.is_dir() else []
    used: set[int] = set()  # by the number of the file, as who made it has it under another name
    for maps in Path("/proc").glob("[0-9]*/maps") if there else ():
        with contextlib.suppress(OSError):
            lines = maps.read_text(encoding="utf-8", errors="replace").splitlines()
            used.update(int(line.split()[4]) for line in lines if f" {folder}/" in line)
    found = set()
    for path in there:
        with contextlib.suppress(FileNotFoundError):
            found |= {path.name} if path.stat().st_ino not in used else set()
    return found


def phase_of(place: Place) -> str:
    """How far a run was, by what it left."""
    staging = place.out / ".staging"
    if not (place.out / ".lock").exists():
        return "starting"
    if (staging / ".whole").exists() or list(staging.glob("*/*/run.json")):
        return "publishing"
    if (staging / ".room").exists():
        return "making"
    return "looking or listing"


def children_of(run: int) -> dict[str, list[psutil.Process]]:
    """The children of a run by kind."""
    found: dict[str, list[psutil.Process]] = {name: [] for name in CHILDREN}
    try:
        every = psutil.Process(run).children(recursive=True)
        depths = {run: 0}
        for each in every:
            depths[each.pid] = depths.get(each.ppid(), 0) + 1
            command = " ".join(each.cmdline())
            if "readers.apart" in command:
                found["reader"].append(each)
            elif "reporting.forks" in command:
                found[("warmed process", "set's process", "kernel")[min(depths[each.pid], 3) - 1]].append(each)
    except psutil.Error:
        pass
    return found


def everything(kills: int, seed: int, jobs: int) -> bool:
    """Kill so many times; print what came of it; True where nothing was found."""
    chance = random.Random(seed)
    ways = [way for way, share in WAYS.items() for _ in range(share)]
    chosen = [ways[number * len(ways) // kills % len(ways)] for number in range(kills)]
    base = Path(tempfile.mkdtemp(prefix="faults-"))
    reference = Reference(base)
    reference.make()
    print(f"a run takes {reference.seconds[-1]:.1f} s and {reference.operations} operations on files; in {base}", flush=True)
    counts: Counter[tuple[str, str]] = Counter()
    phases: Counter[str] = Counter()
    finds = late = 0
    trials = [Trial(reference, number, way, random.Random(chance.random())) for number, way in enumerate(chosen)]
    with ThreadPoolExecutor(jobs) as pool:
        for number, done in enumerate(as_completed([pool.submit(trial.go) for trial in trials]), start=1):
            trial = done.result()
            phases[trial.phase] += 1
            late += trial.late
            counts[trial.way, "kills"] += 1
            for state in trial.seen:
                counts[trial.way, state] += 1
            finds += bool(trial.finds)
            told = f"{number:4} {trial.way}, {trial.phase}: sets {', '.join(sorted(trial.seen))}"
            print("\n     ".join([told, *trial.finds]), flush=True)
    for way in WAYS:
        said = ", ".join(f"{counts[way, state]} sets {state}" for state in ("old", "new", "none"))
        print(f"{way:26}{counts[way, 'kills']:4} kills: {said}", flush=True)
    print("; ".join(f"{phase}: {count}" for phase, count in phases.most_common()), flush=True)
    print(f"{sum(phases.values())} kills, {late} came too late and were tried again; finds: {finds}", flush=True)
    if not finds:
        shutil.rmtree(base)
    return not finds


def main() -> int:
    """Run as a command."""
    if sys.argv[1:2] == ["--die"]:
        nth, rest = int(sys.argv[2]), sys.argv[3:]
        count = Path(rest[1]) if rest[0] == "--count" else None
        return run_and_die(nth, count, rest[2:] if count else rest)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="trials at a time (default: 1)")
    taken = parser.parse_args()
    return 0 if everything(taken.kills, taken.seed, taken.jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
