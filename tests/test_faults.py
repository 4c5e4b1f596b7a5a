"""Whatever goes wrong while reports are made: each published set is whole and is the old one or the new one, and nothing stays.

The runs are those of the command line, up to the notebooks: their pages were made before, so that a run takes a moment
and can be harmed at every one of its operations on files. `make faults` kills real runs (docs/faults.md).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from papermill.parameterize import parameterize_notebook
from test_reporting import MEASURED, SAID, V4, papermilled, put_notebook, put_plan

from planlib import cache, cli, locks, open_plan, store
from planlib.reporting import computing, forks, kernels, making, publish, run
from planlib.reporting.run import report

pytestmark = pytest.mark.skipif(not forks.CAN_FORK, reason="the runs that are harmed are forked, which is safe on Linux alone")

DAY, SET = "2020-05-31", "beta/2020-05-31"
GROWING = ("open", "write", "fsync", "os.mkdir", "os.link")
MOVING = ("os.rename", "os.remove", "os.rmdir")
AT_ONCE, BY_FILES = "a folder at once", "file by file"  # how a set is put in its place; the second as on Windows
SECONDS = 120  # that a run may take before it counts as hanging


# --- a run to be harmed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """Two states of a plan and what is made of them."""

    root: Path
    sets: dict[str, dict[str, bytes]]  # "old" and "new": the files of the set
    indexes: dict[str, bytes]

    def place(self, name: str = "place", *, published: bool = True) -> Place:
        """A new place in which the old state was reported on, and the plan has changed since."""
        made = Place(self.root / name, self)
        shutil.rmtree(made.base, ignore_errors=True)
        for folder in (made.tmp, made.base / "home"):
            folder.mkdir(parents=True)
        shutil.copytree(self.root / "new/data", made.data)
        if published:
            shutil.copytree(self.root / "old/reports", made.out)
        return made


@dataclass
class Place:
    """The folders of a run."""

    base: Path
    bench: Bench
    out: Path = Path()

    def __post_init__(self) -> None:
        self.out = self.base / "reports"
        self.data, self.tmp, self.cache = (self.base / name for name in ("data", "tmp", "cache"))

    def state(self) -> str:
        """Which set is there, as one sees who knows nothing of how it is published."""
        there = contents(self.out / SET)
        there.pop("failed.json", None)
        if not there:
            return "none"
        outputs = json.loads((self.out / SET / "run.json").read_bytes())["outputs"] if "run.json" in there else {}
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in there.items() if name != "run.json"}
        if sums != outputs:
            return "not whole"
        return next((name for name, files in self.bench.sets.items() if files == there), "another")

    def listed(self) -> str:
        """Which index is there."""
        path = self.out / "index.html"
        there = path.read_bytes() if path.exists() else b""
        return next((name for name, data in self.bench.indexes.items() if data == there), "another")

    def left(self) -> list[str]:
        """What lies about that belongs to no report."""
        wanted = {"index.html", ".seen.json", "beta", SET, *(f"{SET}/{name}" for name in self.bench.sets["new"])}
        found = [path.relative_to(self.out).as_posix() for path in self.out.rglob("*")]
        rest = [*self.tmp.rglob("*"), *(path for path in self.cache.rglob("*") if path.is_file())]
        return sorted([name for name in found if name not in wanted] + [str(path) for path in rest])

    def stamps(self) -> dict[str, tuple[int, bytes]]:
        """Every source with its time and bytes."""
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in self.data.rglob("*") if path.is_file()}

    def then_all_is_well(self) -> None:
        """The next run makes the new set and its index, and leaves nothing else."""
        code, said, _ = reporting(self)
        assert (code, self.state(), self.listed(), self.left()) == (0, "new", "new", []), said


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a set; of run.json without what is an accident of the run."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
    if "run.json" in found:
        record = json.loads(found["run.json"])
        record.pop("run")
        found["run.json"] = json.dumps(record).encode()
    return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The reports of both states, made for once by executing the notebooks in this process."""
    root = tmp_path_factory.mktemp("faults")
    sets, indexes = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "execute", execute)
        patch.setattr(forks, "CAN_FORK", False)
        put_notebook(root, "progress", MEASURED, SAID)
        for name in ("old", "new"):
            (root / name).mkdir()
            shutil.copytree(root / "notebooks", root / name / "notebooks")
            patch.chdir(root / name)
            put_plan(root / name, "beta", DAY, title="Beta" if name == "old" else "Beta, changed")
            made = report("beta", notebooks="progress")
            assert made.ok, made.failed
            sets[name], indexes[name] = contents(root / name / "reports" / SET), made.index.read_bytes()
        assert sets["old"] != sets["new"] and indexes["old"] != indexes["new"]
    yield Bench(root, sets, indexes)


def execute(notebook: Any, parameters: Any, **_: Any) -> Any:
    """Execute a tiny notebook here, as a kernel would."""
    made = parameterize_notebook(papermilled(notebook), dict(parameters), kernel_name="python3", language="python")
    names: dict[str, Any] = {}
    for number, cell in enumerate((cell for cell in made.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = number
        names["display"] = lambda data, raw, to=cell: to.outputs.append(V4.new_output("display_data", data))
        exec(cell.source, names)
    return made


def make(going: Any, sets: Sequence[Any], jobs: int) -> None:
    """Put in place of the kernels' work the files that were made before; what comes before and after is the run's own."""
    new = Path(going.folders["beta"]).parents[2] / "new/reports" / SET
    for made in sets:
        try:
            publish.staging(going.out, made.plan, made.day)
            for name in sorted(path.name for path in new.iterdir() if path.name != publish.RUN):
                making._stage(going, made, name, (new / name).read_bytes())
        except Exception as error:
            made.failures |= {each.name: error for each in made.stale}
        made.left = 0
        making.finish(going, made)


class Harm:
    """Does something before the operation of that number on a file of ours, or before each one from then on."""

    def __init__(self, place: Place, at: int, do: Callable[[], Any], kinds: Sequence[str], *, on: bool = False) -> None:
        self.at, self.do, self.kinds, self.on = at, do, kinds, on
        self.ours = tuple(str(folder) for folder in (place.out, place.tmp, place.cache))
        self.done, self.quiet = 0, False

    def hit(self, kind: str, path: Any) -> None:
        """Count an operation, and do harm where it is its turn."""
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        if self.quiet or kind not in self.kinds or not (name.startswith(self.ours) or (name and "/" not in name)):
            return
        self.done += 1
        if self.done == self.at or (self.on and 0 < self.at < self.done):
            self.quiet = not self.on
            self.do()

    def install(self) -> None:
        """From now on, in this process, which ends with it."""

        def audit(kind: str, given: tuple[Any, ...]) -> None:
            if kind == "open":
                reads = len(given) > 2 and isinstance(given[2], int) and not given[2] & (os.O_WRONLY | os.O_RDWR)
                if not reads:
                    self.hit(kind, given[0])
            elif kind.startswith("os."):
                self.hit(kind, given[0] if given else "")

        harm, opened, sync = self, Path.open, os.fsync

        class Writing:
            def __init__(self, file: Any) -> None:
                self.file = file

            def __enter__(self) -> Writing:
                return self

            def __exit__(self, *_: Any) -> None:
                self.file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(self.file, name)

            def write(self, data: bytes) -> None:
                self.file.write(data[: len(data) // 2])  # a disk takes what it has room for
                harm.hit("write", self.file.name)
                self.file.write(data[len(data) // 2 :])

        def open_it(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            file = opened(path, mode, *rest, **named)
            return Writing(file) if "w" in mode else file

        def fsync(handle: int) -> None:
            harm.hit("fsync", next(iter(harm.ours)))
            sync(handle)

        Path.open, os.fsync = open_it, fsync  # type: ignore[method-assign,assignment]
        sys.addaudithook(audit)


def forked(work: Callable[[], int], base: Path) -> tuple[int, str]:
    """Do something in a process of its own; its exit code (a signal's number below 0), and what it said."""
    said = base / "said"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside pytest-xdist's thread, which the child lacks
        child = os.fork()
    if child == 0:
        gc.disable()  # it would touch, and so copy, what is shared with us
        code = 70
        try:
            signal.alarm(SECONDS)
            handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, said.read_text(encoding="utf-8") if said.exists() else ""


def reporting(
    place: Place, harm: Harm | None = None, way: str = AT_ONCE, *, first: Callable[[], Any] | None = None, maker: Any = make
) -> tuple[int, str, int]:
    """Run `planlib report beta` in a process of its own; its exit code, what it said, and how many operations there were."""

    def work() -> int:
        os.chdir(place.bench.root / "new")
        os.environ |= {"TMPDIR": str(place.tmp), cache.VARIABLE: str(place.cache)}
        tempfile.tempdir = str(place.tmp)
        run.make = maker
        if way == BY_FILES:
            publish._SWAP = {}
        if first:
            first()
        if harm:
            harm.install()
        arguments = ["report", "beta", "--notebook", "progress", "--data", str(place.data), "--out", str(place.out)]
        code = cli.main(arguments)
        if harm:
            harm.quiet = True
            (place.base / "count").write_text(str(harm.done), encoding="utf-8")
        return code

    count = place.base / "count"
    count.unlink(missing_ok=True)
    code, said = forked(work, place.base)
    return code, said, int(count.read_text(encoding="utf-8")) if count.exists() else 0


def operations(bench: Bench, kinds: Sequence[str], way: str = AT_ONCE) -> int:
    """How many operations of these kinds a run has that nothing goes wrong in."""
    place = bench.place("count")
    code, said, count = reporting(place, Harm(place, 0, lambda: None, kinds), way)
    assert (code, place.state(), place.listed(), place.left()) == (0, "new", "new", []), said
    assert count > 5
    return count


def raising(number: int) -> Callable[[], None]:
    """Have an operation fail."""

    def fail() -> None:
        kind = PermissionError if number == errno.EACCES else OSError
        raise kind(number, os.strerror(number))

    return fail


def in_words(said: str, *reasons: str) -> None:
    """What was said is one of our lines with the reason, and no fault of planlib's."""
    assert "Traceback" not in said and "a fault in planlib itself" not in said, said
    assert any(reason in said for reason in reasons), said


def die() -> None:
    """End at once, as after kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


# --- killed ------------------------------------------------------------------------------------------------------------


def test_a_run_killed_before_any_operation_leaves_the_old_set_or_the_new(bench: Bench) -> None:
    """Killed before each of its operations on files, one after the other, a run leaves one whole set, and no source touched."""
    seen = set()
    for at in range(1, operations(bench, GROWING + MOVING) + 1):
        place = bench.place()
        before = place.stamps()
        code, said, _ = reporting(place, Harm(place, at, die, GROWING + MOVING))
        assert code == -signal.SIGKILL, said
        seen.add((place.state(), place.listed()))
        assert place.stamps() == before
        if at % 5 == 0 or place.state() == "new":
            place.then_all_is_well()
            assert place.stamps() == before
    assert seen == {("old", "old"), ("new", "old"), ("new", "new")}


def test_a_run_killed_while_it_moves_files_is_finished_by_the_next(bench: Bench) -> None:
    """Where a set is moved file by file, it is always the old one, the new one, or told as not whole until the next run."""
    seen = set()
    for at in range(1, operations(bench, MOVING, BY_FILES) + 1):
        place = bench.place()
        assert reporting(place, Harm(place, at, die, MOVING), BY_FILES)[0] == -signal.SIGKILL
        seen.add(place.state())
        place.then_all_is_well()
    assert seen == {"old", "new", "not whole"}


def test_what_cannot_be_finished_yet_is_not_thrown_away(bench: Bench) -> None:
    """Where a file is held open when the next run would finish a killed one, that run says so and ends; a later one finishes it."""
    place = bench.place()
    assert reporting(place, Harm(place, 4, die, ("os.rename",)), BY_FILES)[0] == -signal.SIGKILL
    assert place.state() == "not whole"
    code, said, _ = reporting(place, Harm(place, 1, raising(errno.EACCES), ("os.rename",)))
    assert (code, place.state()) == (1, "not whole")
    in_words(said, "Close it and run again")
    place.then_all_is_well()


@pytest.mark.parametrize("way", [AT_ONCE, BY_FILES])
def test_a_first_run_that_is_killed_leaves_no_set_or_a_whole_one(bench: Bench, way: str) -> None:
    """Where nothing was published before, what a killed run leaves is no set, or a whole one."""
    for at in range(1, operations(bench, MOVING, way) + 1, 2):
        place = bench.place(published=False)
        reporting(place, Harm(place, at, die, MOVING), way)
        assert place.state() in (("none", "new") if way == AT_ONCE else ("none", "new", "not whole"))
        place.then_all_is_well()


def test_what_the_old_set_does_not_know_of_stays_beside_the_new_one(bench: Bench) -> None:
    """A note that a person put into the folder of a set is there after the new one, and so is a folder."""
    place = bench.place()
    (place.out / SET / "note.txt").write_text("mine", encoding="utf-8")
    (place.out / SET).chmod(0o750)
    assert reporting(place)[0] == 0
    assert (place.out / SET / "note.txt").read_text(encoding="utf-8") == "mine"
    assert (place.out / SET).stat().st_mode & 0o777 == 0o750
    place = bench.place()
    (place.out / SET / "more").mkdir()
    (place.out / SET / "more/note.txt").write_text("mine", encoding="utf-8")
    assert reporting(place)[0] == 0
    assert (place.out / SET / "more/note.txt").read_text(encoding="utf-8") == "mine"
    shutil.rmtree(place.out / SET / "more")
    assert (place.state(), place.left()) == ("new", [])


# --- a full disk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [AT_ONCE, BY_FILES])
@pytest.mark.parametrize("on", [False, True], ids=["once", "from then on"])
def test_a_disk_that_is_full_at_any_write_leaves_one_whole_set(bench: Bench, way: str, on: bool) -> None:
    """At every open, write, fsync, folder and link, or at a third from then on: one line of ours, one whole set, nothing left."""
    failed = 0
    for at in range(1, operations(bench, GROWING, way) + 1, 3 if on else 1):
        place = bench.place()
        code, said, _ = reporting(place, Harm(place, at, raising(errno.ENOSPC), GROWING, on=on), way)
        if code:
            failed += 1
            in_words(said, "No space left on device")
        noted = [f"{SET}/failed.json"] if (place.out / SET / "failed.json").exists() else []
        assert place.left() == noted, (at, said)
        assert place.state() == ("new" if code == 0 else place.state()) in ("old", "new"), (at, said)
        if not noted and "the index is as it was" not in said:
            assert place.listed() == place.state(), (at, said)
        if at % 8 == 0:
            place.then_all_is_well()
    assert failed > 5


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine mounts nothing: {done.stderr.decode(errors='replace').strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full_leaves_one_whole_set(bench: Bench, small_disk: Path) -> None:
    """With so and so much room left on a disk of 2 MiB, a run makes the new set, or says why not and leaves the old."""
    seen = set()
    for room in range(0, 260 << 10, 20 << 10):
        place = bench.place()
        shutil.rmtree(place.out)
        place.out = small_disk / "reports"
        shutil.rmtree(place.out, ignore_errors=True)
        (small_disk / "rest").unlink(missing_ok=True)
        shutil.copytree(bench.root / "old/reports", place.out)
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        (small_disk / "rest").write_bytes(bytes(free - room))
        code, said, _ = reporting(place)
        seen.add((code != 0, place.state()))
        if code:
            in_words(said, "No space left on device")
        assert (place.state() == "new") == (code == 0)
        assert place.left() in ([], [f"{SET}/failed.json"])
        assert place.left() or place.listed() == place.state()
        (small_disk / "rest").unlink()
        place.then_all_is_well()
    assert seen == {(True, "old"), (False, "new")}


# --- no permission -----------------------------------------------------------------------------------------------------


def as_anyone() -> None:
    """Have permissions hold for this process too, if it is root's: without the capabilities to pass over them."""
    if os.geteuid() == 0:
        head, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None, use_errno=True).capset(head, none) == 0


@pytest.mark.parametrize(
    ("where", "mode", "state", "words"),
    [
        ("reports", 0o555, "old", "reports: cannot be written to (Permission denied); choose another folder with --out"),
        ("reports/beta", 0o000, "old", "Permission denied"),
        ("reports/beta", 0o555, "new", ""),
        (f"reports/{SET}", 0o555, "old", "Close it and run again"),
        (f"reports/{SET}", 0o000, "old", "Permission denied"),
        (f"reports/{SET}/progress.html", 0o000, "new", ""),
        (f"reports/{SET}/run.json", 0o444, "new", ""),
        ("reports/index.html", 0o000, "new", ""),
        ("reports/.seen.json", 0o000, "new", ""),
        ("data/beta/plan.toml", 0o000, "old", "plan.toml"),
        ("tmp", 0o555, "old", "Permission denied"),
    ],
)
def test_what_is_not_permitted_is_said_and_leaves_one_whole_set(bench: Bench, where: str, mode: int, state: str, words: str) -> None:
    """A folder or file without permission is named in a line of ours, or does not matter; the set that is there is whole."""
    place = bench.place()
    before = (place.base / where).stat().st_mode & 0o777
    (place.base / where).chmod(mode)
    code, said, _ = reporting(place, first=as_anyone)
    (place.base / where).chmod(before)
    assert place.state() == state, said
    if words:
        assert code in (1, 2)
        in_words(said, words)
    else:
        assert code == 0, said
    place.then_all_is_well()


# --- other file systems ------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the tests' own."""
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev or not os.access(shared, os.W_OK):
        pytest.skip("there is no second file system here: /dev/shm")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def test_an_out_folder_on_another_file_system_is_as_good(bench: Bench, elsewhere: Path) -> None:
    """Neither the sources nor the temporary folder need lie where the reports lie."""
    place = bench.place()
    shutil.move(place.out, elsewhere / "reports")
    place.out = elsewhere / "reports"
    code, said, _ = reporting(place)
    assert (code, place.state(), place.listed(), place.left()) == (0, "new", "new", []), said


def test_a_plan_that_leads_to_another_file_system_keeps_its_set(bench: Bench, elsewhere: Path) -> None:
    """A link in the out folder to another file system cannot be moved to; that is said, and the set there stays."""
    place = bench.place()
    shutil.move(place.out / "beta", elsewhere / "beta")
    (place.out / "beta").symlink_to(elsewhere / "beta")
    code, said, _ = reporting(place)
    assert (code, place.state()) == (1, "old")
    in_words(said, "cannot be replaced")


# --- sources that change -----------------------------------------------------------------------------------------------


CHANGES: dict[str, Callable[[Path], Any]] = {
    "grows": lambda path: path.write_bytes(path.read_bytes() + b"3,Care,One more,2020-08-31,Open\n"),
    "is cut short": lambda path: path.write_bytes(path.read_bytes()[:40]),
    "is removed": lambda path: path.unlink(),
    "becomes a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("when", ["before it is published", "while it is read"])
def test_a_source_that_changes_stops_its_set(bench: Bench, when: str, change: str) -> None:
    """A file that grows, shrinks, goes or becomes a folder after it was listed publishes nothing, and says so."""
    place = bench.place()
    source = place.data / "beta" / f"{DAY}.csv"
    kept = source.read_bytes()

    def early(going: Any, sets: Sequence[Any], jobs: int) -> None:
        parse = store.read_document

        def read(path: Path, data: bytes, limits: Any) -> Any:
            CHANGES[change](source)
            return parse(path, data, limits)

        store.read_document = read
        computing.compute(place.data / "beta", date.fromisoformat(DAY), whole=False)
        assert source.read_bytes() != kept if source.is_file() else True
        make(going, sets, jobs)

    def late(going: Any, sets: Sequence[Any], jobs: int) -> None:
        CHANGES[change](source)
        make(going, sets, jobs)

    def off() -> None:
        os.environ[cache.VARIABLE] = "off"

    code, said, _ = reporting(place, maker=late if when.startswith("before") else early, first=off)
    assert (code, place.state(), place.listed()) == (1, "old", "another"), said  # the index tells of the failure
    in_words(said, f"beta as at {DAY}: {DAY}.csv changed while its report was made; run again", "has no date", "no snapshot")
    if source.is_dir():
        source.rmdir()
    source.write_bytes(kept)
    place.then_all_is_well()


def test_settings_that_go_while_a_report_is_made_stop_its_set(bench: Bench) -> None:
    """Without its plan.toml a plan is none any more; what is there stays."""
    place = bench.place()
    settings = place.data / "beta/plan.toml"
    kept = settings.read_bytes()

    def late(going: Any, sets: Sequence[Any], jobs: int) -> None:
        settings.unlink()
        make(going, sets, jobs)

    code, said, _ = reporting(place, maker=late)
    assert (code, place.state()) == (1, "old")
    in_words(said, "plan.toml")
    settings.write_bytes(kept)
    place.then_all_is_well()


# --- two runs at once --------------------------------------------------------------------------------------------------


def test_a_second_run_is_refused_and_the_first_unharmed(bench: Bench) -> None:
    """Into the same out folder: one line, exit code 2, nothing touched. Into another, both are made, cache and all."""
    place, other = bench.place(), bench.place("other")
    other.tmp, other.cache = place.tmp, place.cache
    said: dict[str, Any] = {}

    def meanwhile(going: Any, sets: Sequence[Any], jobs: int) -> None:
        second = Place(place.base, bench)
        second.base = place.base / "home"
        before = {str(path) for path in place.tmp.rglob("*")}
        said["same"] = reporting(second)
        said["other"] = reporting(other)
        said["kept"] = before <= {str(path) for path in place.tmp.rglob("*")}
        (place.base / "told").write_text(json.dumps(said), encoding="utf-8")
        make(going, sets, jobs)

    code, words, _ = reporting(place, maker=meanwhile)
    assert (code, place.state(), place.listed(), place.left()) == (0, "new", "new", []), words
    told = json.loads((place.base / "told").read_text(encoding="utf-8"))
    assert told["same"][0] == 2, told
    assert "another planlib run is writing here; wait for it, or choose another folder with --out" in told["same"][1]
    assert told["other"][0] == 0 and told["kept"], told
    assert (other.state(), other.listed(), other.left()) == ("new", "new", [])


def test_what_a_killed_run_left_in_the_temporary_folder_goes_and_what_is_in_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of a run that goes on, a link, and what is not planlib's are let be."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with kernels.kernels(plain=True) as running:
        forked(lambda: os._exit(9) if kernels._private_folder() else 0, tmp_path)
        assert len(list(tmp_path.glob("planlib-*.lock"))) == 2
        (tmp_path / "planlib-mine").mkdir()
        (tmp_path / "target").touch()
        (tmp_path / "planlib-link.lock").symlink_to(tmp_path / "target")
        kernels.sweep()
        assert running.folder.is_dir()
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {running.folder.name, f"{running.folder.name}.lock", "planlib-mine", "target", "planlib-link.lock", "said"}
    assert not running.folder.exists() and not list(tmp_path.glob(f"{running.folder.name}*"))


# --- the clock ---------------------------------------------------------------------------------------------------------


def test_a_clock_that_goes_backwards_changes_nothing(bench: Bench) -> None:
    """With a clock that falls back an hour each time it is asked, and files of the future: the same set, then nothing to do."""
    place = bench.place()
    future = time.time() + 10 * 365 * 86400
    for path in (*place.data.rglob("*"), *place.out.rglob("*")):
        os.utime(path, (future, future))
    before = place.stamps()

    def back() -> None:
        now = [time.time()]

        def earlier() -> float:
            now[0] -= 3600
            return now[0]

        time.time, time.time_ns = earlier, lambda: int(earlier() * 1e9)

    code, said, _ = reporting(place, first=back)
    assert (code, place.state(), place.listed(), place.left()) == (0, "new", "new", []), said
    assert place.stamps() == before
    code, said, _ = reporting(place, first=back)
    assert code == 0 and "up to date" in said
    (place.out / SET / "progress.html").write_bytes(bench.sets["new"]["progress.html"].replace(b"Beta", b"Beto"))
    os.utime(place.out / SET / "progress.html", (future, future))
    place.then_all_is_well()


# --- held open ---------------------------------------------------------------------------------------------------------


def test_who_reads_an_old_file_reads_it_to_its_end(bench: Bench) -> None:
    """A program that has a file of the old set open sees the old bytes, and hinders nothing."""
    place = bench.place()
    with (place.out / SET / "progress.html").open("rb") as file:
        begun = file.read(10)
        assert reporting(place)[0] == 0
        assert begun + file.read() == bench.sets["old"]["progress.html"]
    assert (place.state(), place.left()) == ("new", [])


def test_a_file_that_cannot_be_replaced_leaves_the_old_set(bench: Bench) -> None:
    """As on Windows, where each file in turn is held open: the old set stays whole, and the line says to close it."""
    refused = 0
    for at in range(1, operations(bench, ("os.rename",), BY_FILES) + 1):
        place = bench.place()
        code, said, _ = reporting(place, Harm(place, at, raising(errno.EACCES), ("os.rename",)), BY_FILES)
        state = place.state()
        if "Close it and run again" in said:
            refused += 1
            assert code == 1 and state == ("new" if "the index is as it was" in said else "old"), said
        else:
            assert (code, state) == (0, "new"), said
        place.then_all_is_well()
    assert refused >= len(bench.sets["new"])


def test_a_first_set_that_cannot_be_moved_leaves_nothing(bench: Bench) -> None:
    """Where there was no set before, none of the files of one that failed stays."""
    place = bench.place(published=False)
    harm = Harm(place, 4, raising(errno.EACCES), ("os.rename",))
    code, said, _ = reporting(place, harm, BY_FILES)
    assert (code, place.state()) == (1, "none"), said
    place.then_all_is_well()


# --- the cache ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["full", "removed", "a file in its place", "not permitted", "killed"])
def test_a_cache_that_fails_at_any_moment_changes_no_reading(bench: Bench, fault: str) -> None:
    """Full, gone, replaced or forbidden before any of its operations, the cache costs time alone; nothing unfinished stays."""
    place = bench.place()
    os.environ[cache.VARIABLE], kept = "off", os.environ[cache.VARIABLE]
    try:
        wanted = open_plan(place.data / "beta").ledger.to_csv()
    finally:
        os.environ[cache.VARIABLE] = kept

    def gone() -> None:
        shutil.rmtree(place.cache, ignore_errors=True)

    def filed() -> None:
        gone()
        place.cache.write_bytes(b"")

    does: dict[str, Callable[[], Any]] = {
        "full": raising(errno.ENOSPC), "removed": gone, "a file in its place": filed,
        "not permitted": lambda: place.cache.chmod(0o500) if place.cache.exists() else None, "killed": die,
    }  # fmt: skip

    def read(at: int) -> int:
        as_anyone()
        os.environ[cache.VARIABLE] = str(place.cache)
        harm = Harm(place, at, does[fault], (*GROWING, "os.rename", "os.utime"), on=fault == "full")
        harm.install()
        same = open_plan(place.data / "beta").ledger.to_csv() == wanted
        harm.quiet = True
        (place.base / "count").write_text(str(harm.done), encoding="utf-8")
        return 0 if same else 1

    for warm in (False, True):
        shutil.rmtree(place.cache, ignore_errors=True)
        for at in range(0, 3 if warm else 12, 1 if fault in ("full", "killed") else 3):
            if not warm:
                place.cache.chmod(0o700) if place.cache.is_dir() else place.cache.unlink(missing_ok=True)
                shutil.rmtree(place.cache, ignore_errors=True)
            code, said = forked(lambda at=at: read(at), place.base)  # type: ignore[misc]
            assert code in ((0, -signal.SIGKILL) if fault == "killed" and at else (0,)), said
            if place.cache.is_dir():
                place.cache.chmod(0o700)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setenv(cache.VARIABLE, str(place.cache))
                    cache.prune()
                assert [path.name for path in place.cache.rglob("*") if path.is_file() and path.suffix != ".json"] == []


def test_an_entry_that_is_being_written_is_not_taken_for_a_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process is at is locked, and stays when the cache is tidied; when it is dead, it goes."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    cache.put(cache.key_of("any"), {"a": 1})
    unfinished = next((tmp_path / "cache").iterdir()) / ".unfinished"
    unfinished.touch()
    handle = locks.hold(unfinished)
    cache.prune()
    assert unfinished.exists()
    os.close(handle)
    cache.prune()
    assert not unfinished.exists()
    assert cache.get(cache.key_of("any")) == {"a": 1}


# --- stopped -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_at_any_operation_leaves_one_whole_set(bench: Bench, how: signal.Signals) -> None:
    """Ctrl-C and terminate, before every fourth operation on files: exit code 130, one whole set, nothing left after the next run."""
    kinds = GROWING + MOVING
    for at in range(1 if how == signal.SIGINT else 3, operations(bench, kinds) + 1, 4):
        place = bench.place()
        harm = Harm(place, at, lambda: os.kill(os.getpid(), how), kinds)
        code, said, _ = reporting(place, harm, first=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        assert code == 130 and "stopped" in said, (at, said)
        assert place.state() in ("old", "new"), (at, said)
        if at % 3 == 0:
            place.then_all_is_well()


def test_a_second_interrupt_waits_for_the_set_that_is_being_published() -> None:
    """The out folder is not given up while a thread still writes in it, unless Ctrl-C is pressed a fourth time."""
    go, ended = threading.Event(), []
    pool = ThreadPoolExecutor(1)
    pool.submit(lambda: (go.wait(SECONDS), ended.append(True)))
    asked: list[int] = []

    def shutdown(**_: Any) -> None:
        asked.append(1)
        if len(asked) < 3:
            raise KeyboardInterrupt
        go.set()
        pool.shutdown()

    making._see_out(SimpleNamespace(shutdown=shutdown))  # type: ignore[arg-type]
    assert (len(asked), ended) == (3, [True])
    with pytest.raises(KeyboardInterrupt):
        making._see_out(SimpleNamespace(shutdown=lambda **_: os.kill(os.getpid(), signal.SIGINT)))  # type: ignore[arg-type]


def test_a_set_that_is_being_computed_does_not_outlast_the_run(bench: Bench) -> None:
    """To stop a run ends the process that computes a set, too: Ctrl-C waits for no large plan."""
    place, faults = bench.place(), []

    def compute(running: kernels.Kernels) -> None:
        try:
            assert running.parent is not None
            running.parent.compute({"folder": str(place.base / "pipe"), "as_of": DAY}, place.base, seconds=3600, kernels=1)
        except OSError as error:
            faults.append(error)

    slow = place.base / "pipe"
    slow.mkdir()
    os.mkfifo(slow / "plan.toml")  # which nobody ever writes into: reading it takes for ever
    with kernels.kernels() as running:
        thread = threading.Thread(target=compute, args=(running,))
        thread.start()
        until = time.monotonic() + SECONDS
        while not list(running.folder.glob("s1.log")) and time.monotonic() < until:
            time.sleep(0.02)
        running.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()
    assert "ended" in str(faults[0])


@pytest.mark.parametrize("moment", ["before the answer", "before the line"])
def test_a_stop_while_an_answer_is_awaited_is_no_fault(moment: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped just as somebody waits for its answer, or for what it forked to call, the process that kernels are forked from has
    ended, and nobody waits any longer.
    """
    place = bench.place()
    with kernels.kernels() as running:
        parent = running.parent
        assert parent is not None

        def stop(*given: Any) -> Any:
            running.stop()
            return given[:3]

        if moment == "before the answer":
            monkeypatch.setattr(forks.select, "select", stop)
        else:
            monkeypatch.setattr(parent, "_ask", lambda asked: stop() or {"pid": os.getpid()})
            monkeypatch.setattr(forks, "Forked", lambda pid: SimpleNamespace(pid=pid))
            monkeypatch.setattr(forks, "START_SECONDS", 30)  # after which it would say that it timed out
        with pytest.raises(OSError, match="the process that kernels are forked from has ended"):
            parent.compute({"folder": str(place.base), "as_of": DAY}, place.base, seconds=3600, kernels=1)


def test_two_that_look_at_a_dead_kernel_at_once_let_go_of_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops the run and the notebook's own thread close its handle once: its number may be another file's by then."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    seen = forks.Forked(child.pid)
    child.wait()
    both, closed, look, close = threading.Barrier(2, timeout=1), [], forks.select.select, os.close

    def meet(*given: Any) -> Any:
        found = look(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait()
        return found

    monkeypatch.setattr(forks, "select", SimpleNamespace(select=meet))
    monkeypatch.setattr(forks.os, "close", lambda handle: (closed.append(handle), time.sleep(0.1), close(handle)))
    with ThreadPoolExecutor(2) as pool:
        told = [each.result() for each in [pool.submit(seen.poll), pool.submit(seen.poll)]]
    assert (told, len(closed)) == ([-1, -1], 1)
    seen.kill()  # which is nobody's any more
