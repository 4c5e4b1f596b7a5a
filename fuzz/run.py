"""Tries many damaged files on the readers: `make fuzz`, or `python fuzz/run.py --inputs 200000 --child 2000`.

Each format is tried in a process of its own: some of the inputs guided by coverage where atheris is installed (`pip
install atheris`; Linux), the rest, or all, by chance. Then files go through the process apart.
Any exception but ours, text that cannot be written down, more than 10 s for one file, more than 1 GiB of memory, or the end of
the process is a find: its file is kept in fuzz/finds/, and the exit code is 1. Finds become tests in tests/test_hostile_files.py.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import mmap
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent
sys.path[:0] = [str(HOME.parent / "src"), str(HOME.parent / "tests")]

SECONDS, MEBIBYTES = 10, 1024
FINDS = HOME / "finds"
FORMATS = (".xlsx", ".ods", ".odt", ".docx", ".pdf", ".html", ".md", ".csv", ".xls")


class Hang(BaseException):
    """One file took too long; no reader can take it for a fault of the file."""


class Trial:
    """One format in this process: what came of the files so far."""

    def __init__(self, suffix: str, told: Path, apart: bool = False) -> None:
        from planlib.readers import apart as other
        from planlib.readers.formats import read_document
        from planlib.settings import Limits

        self.suffix, self.told, self.apart = suffix, told, apart
        self.read, self.clock = (other.read, time.perf_counter) if apart else (read_document, time.process_time)
        self.limits = Limits(seconds=SECONDS * (6 if apart else 1), mebibytes=64, cells=100_000)
        self.counts: Counter[str] = Counter()
        self.slowest, self.big = 0.0, False
        with told.open("wb") as file:
            file.truncate(2 << 20)
        with told.open("r+b") as file:
            self.current = mmap.mmap(file.fileno(), 2 << 20)  # what is being tried outlives this process
        self.timer = (
            signal.ITIMER_REAL if apart else signal.ITIMER_PROF
        )  # of this process's own time, however busy the machine
        signal.signal(signal.SIGALRM if apart else signal.SIGPROF, self._too_long)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)  # which ends the process where no handler of ours can run

    def _too_long(self, *_: Any) -> None:
        raise Hang

    def one(self, data: bytes) -> bool:
        """Try one file; True where it is read."""
        from hostile import said

        from planlib.errors import InputError

        data = data[: (2 << 20) - 8]
        self.current[: 8 + len(data)] = struct.pack("<Q", len(data)) + data
        began, before = self.clock(), self.counts["read"]
        signal.setitimer(self.timer, SECONDS * (30 if self.apart else 1))  # the process apart minds its time itself
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS * 3)  # such as within one search for a pattern
        try:
            document = self.read(Path(f"a{self.suffix}"), data, self.limits)
            said(document).encode()
            self.counts["read"] += 1
        except InputError as error:
            signal.setitimer(self.timer, 0)
            known = str(error).startswith(f"a{self.suffix}: ")
            self.counts["refused"] += 1
            if (
                not known
                or "fault in planlib's reader" in str(error)
                or "takes longer" in str(error)
                or "the process that" in str(error)
            ):
                self.find("line", data, str(error))
        except BaseException as error:
            signal.setitimer(self.timer, 0)
            if isinstance(error, KeyboardInterrupt):
                raise
            self.find("hang" if isinstance(error, Hang) else "raised", data, traceback.format_exc())
        signal.setitimer(self.timer, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if not self.big and self.peak() > MEBIBYTES:
            self.big = True
            self.find("memory", data, f"{self.peak()} MiB at most after this file")
        self.slowest = max(self.slowest, self.clock() - began)
        return self.counts["read"] > before

    def find(self, kind: str, data: bytes, why: str) -> None:
        """Keep what was found."""
        self.counts[kind] += 1
        keep(kind, self.suffix, data, why)

    def peak(self) -> int:
        """MiB of memory that this process has had at most, or a process apart that has ended."""
        most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return most >> (20 if sys.platform == "darwin" else 10)

    def tell(self) -> None:
        """Set down what came of it so far, for the process that started this one and for whoever stops it."""
        made = {"counts": dict(self.counts), "slowest": round(self.slowest, 2), "peak": self.peak()}
        self.told.with_name(f"{self.told.name}.json").write_text(json.dumps(made), encoding="utf-8")


def tried(counts: Counter[str]) -> int:
    """How many files these are; a line that is no answer, and too much memory, are counted beside what came of the file."""
    return counts.total() - counts["line"] - counts["memory"]


def keep(kind: str, suffix: str, data: bytes, why: str) -> None:
    """Write a file that was found, with what happened."""
    FINDS.mkdir(exist_ok=True)
    name = FINDS / f"{kind}-{hashlib.sha256(data).hexdigest()[:12]}{suffix}"
    name.write_bytes(data)
    name.with_suffix(f"{suffix}.txt").write_text(why, encoding="utf-8", errors="replace")


def by_chance(suffix: str, inputs: int, number: int, told: Path, apart: bool) -> None:
    """Try files that are damaged by chance; some are made from others."""
    import hostile

    chance, trial = random.Random(f"{number}{suffix}"), Trial(suffix, told, apart)
    pool = [hostile.seed(suffix)]
    for number in range(inputs):
        made = hostile.damaged(suffix, chance, chance.choice(pool))
        if trial.one(made) and chance.random() < 0.02:
            pool = [*pool[-40:], made] if chance.random() < 0.8 else [hostile.seed(suffix)]
        if number % 200 == 199:
            trial.tell()
    if apart:
        from planlib.readers import apart as other

        other.stop()  # so that its memory is known
    trial.tell()


def by_coverage(suffix: str, inputs: int, number: int, told: Path) -> None:
    """Try files that reach code that none before them did."""
    import atheris

    with atheris.instrument_imports(include=["planlib.readers", "pdfminer", "pdfplumber", "xlrd", "mistune"]):
        import xlrd  # noqa: F401
        from pdfminer import pdfinterp  # noqa: F401

        import planlib.readers.formats  # noqa: F401
    import hostile

    trial = Trial(suffix, told)
    corpus = told.with_name(f"{told.name}.corpus")
    corpus.mkdir(exist_ok=True)
    (corpus / "seed").write_bytes(hostile.seed(suffix))

    def one(data: bytes) -> None:
        trial.one(data)
        if tried(trial.counts) % 200 == 0 or tried(trial.counts) >= inputs:
            trial.tell()

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        return hostile.damaged(suffix, random.Random(seed), data)[:size]

    options = [
        f"-runs={inputs}",
        f"-seed={number}",
        "-max_len=65536",
        "-rss_limit_mb=1024",
        "-timeout=60",
        "-verbosity=0",
        "-len_control=0",
        f"-artifact_prefix={told.with_name(told.name)}.",  # what libFuzzer leaves beside its work goes with it
    ]
    atheris.Setup([sys.argv[0], str(corpus), *options], one, custom_mutator=mutate)
    atheris.Fuzz()


def started(way: str, suffix: str, inputs: int, number: int, folder: Path) -> dict[str, Any]:
    """Let a process try a format, and say what came of it."""
    told = folder / f"{way}{suffix}"
    command = [
        sys.executable,
        __file__,
        "--way",
        way,
        "--format",
        suffix,
        "--inputs",
        str(inputs),
        "--seed",
        str(number),
        "--told",
        str(told),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        env={**os.environ, "PLANLIB_READING": "apart" if way == "child" else "here"},
        check=False,
    )
    saved = told.with_name(f"{told.name}.json")
    found: dict[str, Any] = {"counts": {}, "slowest": 0, "peak": 0}
    if saved.exists():
        found = json.loads(saved.read_text(encoding="utf-8"))
    if done.returncode:
        data = told.read_bytes()
        size = struct.unpack_from("<Q", data)[0]
        keep(
            "ended",
            suffix,
            data[8 : 8 + size],
            f"exit code {done.returncode}\n" + done.stderr.decode(errors="replace")[-4000:],
        )
        found["counts"]["ended"] = 1
    return found


def everything(formats: list[str], inputs: int, guided: int, child: int, number: int, jobs: int) -> bool:
    """Try formats; print a line for each; True where nothing was found."""
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: all inputs by chance", flush=True)
        guided = 0
    shares = (("coverage", guided), ("chance", inputs - guided), ("child", child))
    tasks = [(way, suffix, -(-many // len(formats))) for way, many in shares if many for suffix in formats]
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        running = {
            pool.submit(started, way, suffix, many, number, Path(folder)): (way, suffix) for way, suffix, many in tasks
        }
        for done in as_completed(running):
            (way, suffix), found = running[done], done.result()
            counts = Counter(found["counts"])
            if found["peak"] > MEBIBYTES:
                counts["memory"] = 1
            total += Counter({f"tried, {way}": tried(counts), "finds": counts.total() - counts["read"] - counts["refused"]})
            said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))
            print(
                f"{way:9}{suffix:6} {tried(counts):7,} tried: {said}; slowest {found['slowest']} s, at most {found['peak']} MiB",
                flush=True,
            )
    print("; ".join(f"{what}: {count:,}" for what, count in total.items()), flush=True)
    return not total["finds"]


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--inputs", type=int, default=200_000, help="in this process, over all formats (default: 200,000)"
    )
    parser.add_argument(
        "--guided", type=int, default=16_000, help="how many of these guided by coverage (default: 16,000)"
    )
    parser.add_argument("--child", type=int, default=2_000, help="through the process apart (default: 2,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=list(FORMATS), choices=FORMATS, help="some of the formats (default: all)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="formats at a time (default: number of cores)"
    )
    parser.add_argument("--way", choices=("chance", "coverage", "child"), help=argparse.SUPPRESS)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    taken = parser.parse_args()
    if taken.way == "coverage":
        by_coverage(taken.format, taken.inputs, taken.seed, taken.told)
    elif taken.way:
        by_chance(taken.format, taken.inputs, taken.seed, taken.told, taken.way == "child")
    else:
        guided = min(taken.guided, taken.inputs)
        return 0 if everything(taken.only, taken.inputs, guided, taken.child, taken.seed, taken.jobs) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
