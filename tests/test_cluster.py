"""Reports made on a dask cluster: the same bytes, also where workers are lost, and plain words where it cannot be."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest

import planlib
from planlib import cache, cli
from planlib.errors import InputError, RunError
from planlib.reporting import cluster, publish, sets
from planlib.reporting.orders import Order
from planlib.reporting.run import report

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path(planlib.__file__).resolve().parents[1]
DAYS = ["2011-06-01", "2011-08-31"]
PLANS = ["ranger-1960", "wirral-ofsted-2011"]
LOSSES = 2  # after which this cluster gives a set up
needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the package distributed is not installed"
)
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="workers are killed by signals"),
    # dask's own threads and sockets are closed when its loops get round to it, which may be after the test
    pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning"),
]
# Kills the worker that has it made, the nearest ancestor that was not forked, if the plan is called so.
KILL = """\
import os, signal
from pathlib import Path
number = os.getpid() if plan.endswith("bad") else 1
while number > 1 and (b"planlib.reporting.forks" in (said := Path(f"/proc/{number}/cmdline").read_bytes()) or not said):
    # One that just begins another program, as the process of a set does before it rests, says nothing for a moment.
    number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
if number > 1:
    os.kill(number, signal.SIGKILL)
"""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(ready: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := ready():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """A dask process that finds planlib where this one found it."""
    settings = {
        "PYTHONPATH": str(SOURCE), cache.VARIABLE: str(home / "cache"),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(LOSSES - 1),
    }  # fmt: skip
    with (home / "dask.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "dask", *words], stdout=log, stderr=log, env=os.environ | settings)


@contextlib.contextmanager
def running(home: Path, *workers: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers of one thread; gives the address and the workers."""
    from distributed import Client

    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    started = [start(home, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    common = ("worker", address, "--no-dashboard", "--nthreads", "1", "--local-directory", str(home / "scratch"))
    try:
        started += [start(home, *common, option) for option in workers]
        with Client(address, timeout=60, set_as_default=False) as client:
            if workers:
                client.wait_for_workers(len(workers), timeout=60)
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(60)


def files(out: Path) -> dict[str, bytes]:
    """What is published, but for the accidents of the run."""
    kept = (path for path in out.rglob("*") if path.is_file() and path.name not in ("run.json", ".seen.json"))
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in kept}


def records(out: Path) -> dict[str, Any]:
    """Every run.json but for its accidents."""
    found = {path.relative_to(out).as_posix(): dict(publish._read(path)) for path in out.glob("*/*/run.json")}
    for each in found.values():
        del each["run"]
    return found


def descendants(number: int) -> dict[int, str]:
    """Processes that a process and its children started, with their command lines."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    found, more = set[int](), {number}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - found
        found |= more
    lines = {}
    for each in found:
        with contextlib.suppress(OSError):
            lines[each] = Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ")
    return lines


def alive(number: int) -> bool:
    """Whether a process runs; one that has ended and is not yet asked after does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@needs_dask
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two plans at two dates and a portfolio, one of two workers killed while it makes a set: the files are those of a
    local run, the set is made by the other worker, and no process of the lost one is left. A worker's kernels come from
    one process of one thread, so that no thread of dask can be caught in a fork.
    """
    shutil.copytree(ROOT / "data", tmp_path / "data")
    wanted: dict[str, Any] = {"as_of": DAYS, "data": tmp_path / "data", "notebooks": ["progress", "portfolio"]}
    here, there = tmp_path / "here", tmp_path / "there"
    attempts, left, threads = set[Path](), dict[int, str](), list[int]()
    told: list[tuple[int, int, str]] = []

    def kill(worker: subprocess.Popen[bytes], done: threading.Event) -> None:
        while not done.wait(0.02):
            try:
                attempts.update(path for path in there.glob(f"{publish.STAGING}/*/*/*") if len(path.name) == 32)
                computed = list(there.glob(f"{publish.STAGING}/*/*/*/{publish.STAGING}/*/*/results.json"))
            except FileNotFoundError:  # a folder took its place while it was looked into: look again
                continue
            if worker.poll() is None and len({path.parents[3] for path in computed}) > 1:  # both run a notebook
                left.update(descendants(worker.pid))
                first = min(each for each, line in left.items() if "planlib.reporting.forks" in line)
                threads.append(len(list(Path(f"/proc/{first}/task").iterdir())))
                worker.kill()
                worker.wait()

    with running(tmp_path, "--no-nanny", "--nanny") as (address, workers):
        done = threading.Event()
        killer = threading.Thread(target=kill, args=(workers[0], done))
        killer.start()
        try:
            with cluster.connected(address) as maker:
                made = report(
                    [tmp_path / "data" / name for name in PLANS], out=there, maker=maker,
                    progress=lambda *what: told.append(what), **wanted,
                )  # fmt: skip
        finally:
            done.set()
            killer.join()
        wait_for(lambda: not any(map(alive, left)), f"the end of {left}")
    assert made.ok, [each.why for each in made.failed]
    local = report([tmp_path / "data" / name for name in PLANS], out=here, jobs=2, **wanted)
    assert local.ok and len(local.made) == len(made.made) == 6
    assert workers[0].returncode == -signal.SIGKILL and len(attempts) == 7 and threads == [1]
    assert files(there) == files(here) and len(files(here)) == 4 * 7 + 2 * 2 + 1
    assert records(there) == records(here)
    assert [done for done, _, _ in told] == list(range(7)) and {total for _, total, _ in told} == {6}
    assert not (there / publish.STAGING).exists()


def put_plans(root: Path, *names: str) -> list[Path]:
    """Plans of one action, and the notebook `kill`."""
    cells = [
        nbformat.v4.new_markdown_cell("# Kill"),
        nbformat.v4.new_code_cell('plan = ""\nas_of = ""', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(KILL),
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    node = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    (root / "notebooks").mkdir()
    (root / "notebooks" / "kill.ipynb").write_text(nbformat.writes(node), encoding="utf-8")
    for name in names:
        folder = root / "data" / name
        folder.mkdir(parents=True)
        (folder / "plan.toml").write_text(f'title = "{name}"\n', encoding="utf-8")
        (folder / "2020-01-31.csv").write_text("Ref,Action,Target date,Status\n1,Dig,2020-03-31,Open\n", encoding="utf-8")
    return [root / "data" / name for name in names]


@needs_dask
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_set_that_takes_workers_along_is_given_up_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What loses as many workers as the scheduler allows fails and says so; sets that waited behind it are made. A cell
    that fails is told as it is locally, and noted without its words.
    """
    folders = put_plans(tmp_path, "bad", "good", "well")
    (tmp_path / "notebooks" / "wrong.ipynb").write_text(
        (tmp_path / "notebooks" / "kill.ipynb").read_text(encoding="utf-8").replace("import os, signal", "1 / 0"),
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    with running(tmp_path, "--nanny") as (address, _):
        with cluster.connected(address) as maker:
            made = report(folders, notebooks="kill", data=tmp_path / "data", out=out, maker=maker)
        with cluster.connected(address) as maker:
            wrong = report(folders[1], notebooks="wrong", data=tmp_path / "data", out=out, maker=maker)
    assert {each.plan: each.state for each in made.reports} == {"bad": "failed", "good": "made", "well": "made"}
    assert f"bad as at 2020-01-31: {LOSSES} workers were lost while they made it, the last at tcp://" in made.failed[0].why
    here = report(folders[1], notebooks="wrong", data=tmp_path / "data", out=tmp_path / "here")
    assert wrong.failed[0].why == here.failed[0].why and "ZeroDivisionError: division by zero" in here.failed[0].why
    noted = [publish.look(where / "good" / "2020-01-31").failed for where in (out, tmp_path / "here")]
    assert noted[0] == noted[1] and noted[0][0]["error"] == "ZeroDivisionError"
    assert getattr(wrong.failed[0].error.__cause__, "traceback", None)
    assert publish.look(out / "good" / "2020-01-31").whole, "the set made before stays"


@needs_dask
def test_what_is_not_the_same_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker, another planlib, other libraries, or a folder that a worker does not see: nothing is begun."""
    folders = put_plans(tmp_path, "good")
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    with running(tmp_path) as (address, _), pytest.raises(InputError, match="has no worker"), cluster.connected(address):
        pass
    monkeypatch.undo()
    with running(tmp_path, "--nanny") as (address, _):
        with monkeypatch.context() as other, pytest.raises(InputError, match="has another planlib, or one that was changed"):
            other.setattr(sets, "code_digest", lambda: "0")
            with cluster.connected(address):
                pass
        with monkeypatch.context() as other, pytest.raises(InputError, match=r"has pandas \S+, where here it is 1\.0"):
            other.setattr(sets, "versions", lambda: {**versions, "pandas": "1.0"})
            with cluster.connected(address):
                pass
        seen = cluster._check_seen
        with monkeypatch.context() as other, cluster.connected(address) as maker:
            other.setattr(cluster, "_check_seen", lambda client, home, _: seen(client, home, [tmp_path / "elsewhere"]))
            with pytest.raises(InputError, match=r"does not see \S+elsewhere; every machine needs it, at the same path"):
                report(folders, notebooks="progress", data=tmp_path / "data", out=tmp_path / "out", maker=maker)
    assert not list((tmp_path / "out").glob("good/*")) and not (tmp_path / "out" / publish.STAGING).exists()


versions = sets.versions()


def test_a_worker_that_came_later_and_is_another_makes_nothing(tmp_path: Path) -> None:
    """A worker compares itself with the client before each set, and makes none for a run that is over."""
    order = Order("good", (tmp_path / "good",), date(2020, 1, 31), (), {}, {}, {})
    options: dict[str, Any] = {"home": tmp_path, "plain": True, "seconds": 1}
    with pytest.raises(RunError, match="is not as the client: the client has another planlib"):
        cluster.make(order, tmp_path / "0", same=cluster.identity() | {"code": "0"}, **options)
    with pytest.raises(RunError, match="the run is over"):
        cluster.make(order, tmp_path / "0", same=cluster.identity(), **options)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_says_what_it_does_not_see(tmp_path: Path) -> None:
    """The out folder by its mark, and each plan's folder by its settings."""
    home = tmp_path / "out" / publish.STAGING / "1"
    assert cluster.unseen(home, []) == str(tmp_path / "out")
    publish.write(home / cluster.MARK, b"")
    (folder,) = put_plans(tmp_path, "good")
    assert cluster.unseen(home, [folder]) == ""
    assert cluster.unseen(home, [folder, tmp_path / "data" / "bad"]) == str(tmp_path / "data" / "bad")


def test_without_distributed_the_command_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--scheduler without the package, or beside --jobs, is answered in one line, and nothing is begun."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["report", "--scheduler", "tcp://127.0.0.1:1"]) == cli.CANNOT_BEGIN
    assert "needs the package distributed; install it: pip install 'planlib[dask]'" in capsys.readouterr().err
    assert cli.main(["report", "--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"]) == cli.CANNOT_BEGIN
    assert "--jobs is for this machine" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@needs_dask
@pytest.mark.parametrize("silent", [True, False], ids=["nothing answers", "nothing listens"])
def test_where_no_scheduler_answers_nothing_is_begun(silent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that nothing listens at, or where what listens says nothing, is named within the time."""
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if silent:
            listening.listen(8)
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(InputError, match=f"{address}: no dask scheduler answered there within 1 s"), cluster.connected(address):
            pass
