"""Has sets of reports made by the workers of a dask cluster, over folders that every machine sees at the same paths.

The client, which is an ordinary run that holds the out folder, orders sets and publishes them; a worker makes the files
of a set in a folder of that attempt, below the out folder's staging, and says their names and sums. So a set that is made
twice, because a worker was lost or only seemed to be, is published once, and from one attempt. The run lasts as long as
its mark lies in the shared folder: when that is gone, whatever became of the client, workers end their kernels.

See docs/cluster.md; `distributed` is imported when a cluster is asked for, and not before.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import platform
import queue
import shutil
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from planlib.errors import InputError, PlanlibError, RunError
from planlib.reporting import forks, making, orders, plans, publish, sets
from planlib.reporting.kernels import Kernels, kernels

ANSWER_SECONDS = 10  # within which a scheduler has to answer and to have a worker
ALONE_SECONDS = 60  # without any worker, after which what is left is given up
LOOK_SECONDS = 1.0
MARK = "going"


@contextlib.contextmanager
def connected(address: str) -> Iterator[making.Maker]:
    """A cluster that can make sets of reports: what `planlib.reporting.report` takes as its `maker`.

    Parameters
    ----------
    address : str
        Of the dask scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    InputError
        If distributed is not installed, no scheduler with a worker answers there, or one of them has another planlib,
        other libraries or another kind of processor than this machine: then the bytes could differ.
    """
    try:
        import distributed
    except ImportError:
        raise InputError("--scheduler needs the package distributed; install it: pip install 'planlib[dask]'") from None
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as apart:  # whoever calls us may have a loop that runs
            apart.submit(asyncio.run, _greet(address)).result()
        client = distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{address}: no dask scheduler answered there within {ANSWER_SECONDS} s ({said})") from None
    try:
        _check_same(client, address)
        yield functools.partial(_make, client)
    finally:
        client.close()


async def _greet(address: str) -> None:
    """Meet the scheduler: a client would wait for ever for what listens and says nothing (distributed 2026.8)."""
    from distributed.comm import connect
    from distributed.security import Security

    met = await asyncio.wait_for(connect(address, **Security().get_connection_args("client")), ANSWER_SECONDS)
    met.abort()


def identity() -> dict[str, str]:
    """What has to be the same wherever reports are made, so that their bytes are."""
    return {"code": sets.code_digest(), "processor": platform.machine(), **sets.versions()}


def _check_same(client: Any, address: str) -> None:
    with contextlib.suppress(TimeoutError):
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
    if not client.nthreads():
        raise InputError(f"{address}: the dask scheduler has no worker")
    asked = {f"worker {worker}": said for worker, said in client.run(identity, on_error="return").items()}
    try:
        asked["the scheduler"] = client.run_on_scheduler(identity)
    except Exception as error:
        asked["the scheduler"] = error
    for who, said in asked.items():
        if isinstance(said, Exception):
            told = " ".join(f"{type(said).__name__}: {said}".split())
            raise InputError(f"{address}: {who} cannot use planlib ({told}); install the same as here, and restart it")
        if other := _difference(said):
            raise InputError(f"{address}: {who} {other}; install the same as here, and restart it")


def _difference(theirs: Mapping[str, str]) -> str:
    """How another process differs from this one, or ""."""
    ours = identity()
    for name in {**ours, **theirs}:
        if ours.get(name) != theirs.get(name):
            if name == "code":
                return "has another planlib, or one that was changed"
            return f"has {name} {theirs.get(name, 'not at all')}, where here it is {ours.get(name, 'not there')}"
    return ""


# --- the client --------------------------------------------------------------------------------------------------------


def _make(client: Any, going: making.Run, stale: Sequence[sets.Set]) -> None:
    """Have sets made by the workers, and publish each when it is there."""
    home = going.out.resolve() / publish.STAGING / uuid.uuid4().hex
    publish.write(home / MARK, home.name.encode())
    try:
        _check_seen(client, home, sorted({folder for each in stale for folder in each.folders}))
        plain = forks.CAN_FORK and going.kernels.parent is None
        work = functools.partial(make, home=home, plain=plain, seconds=going.kernels.seconds, same=identity())
        _share_out(client, going, stale, work, home)
    finally:
        (home / MARK).unlink(missing_ok=True)  # first: it is what the workers look at
        shutil.rmtree(home, ignore_errors=True)


def _check_seen(client: Any, home: Path, folders: Sequence[Path]) -> None:
    for worker, said in client.run(unseen, home, folders, on_error="return").items():
        if isinstance(said, Exception):
            raise InputError(f"worker {worker}: cannot look at {home.parent.parent}: {said}")
        if said:
            raise InputError(f"worker {worker}: does not see {said}; every machine needs it, at the same path")


def unseen(home: Path, folders: Sequence[Path]) -> str:
    """The first folder of a run that this process does not see, or ""."""
    if not (home / MARK).is_file():
        return str(home.parent.parent)
    return next((str(folder) for folder in folders if not plans.is_plan(folder)), "")


def _share_out(client: Any, going: making.Run, stale: Sequence[sets.Set], work: Any, home: Path) -> None:
    """Order as many sets as keep the workers busy, in their order, those that wait for others after them."""
    coming, working = list(stale), dict[str, tuple[Any, sets.Set]]()
    places = {id(made): home / str(number) for number, made in enumerate(stale)}
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    seen = time.monotonic()
    try:
        while coming or working:
            threads = _threads(client)
            if threads:
                seen = time.monotonic()
            elif time.monotonic() - seen > ALONE_SECONDS:
                break
            while len(working) < 2 * threads and (made := _next(coming)):  # one at work and one that waits at its door
                coming.remove(made)
                future = client.submit(work, orders.order_of(going, made), places[id(made)], pure=False)
                working[future.key] = future, made
                future.add_done_callback(finished.put)
            with contextlib.suppress(queue.Empty):
                future, made = working.pop(finished.get(timeout=LOOK_SECONDS).key)
                if answer := _answer(future, made, places[id(made)]):
                    orders.take(going, made, answer)
                else:
                    coming.insert(0, made)
        for made in [*(made for _, made in working.values()), *coming]:
            reason = f"neither a worker nor the dask scheduler was to be found for {ALONE_SECONDS} s"
            orders.take(going, made, RunError(f"{made.plan} as at {made.day}: {reason}"))
    finally:
        with contextlib.suppress(Exception):
            client.cancel([future for future, _ in working.values()], force=True)


def _threads(client: Any) -> int:
    try:
        return sum(client.nthreads().values())
    except Exception:  # the scheduler is away; the client looks for it, and its futures end if it stays away
        return 0


def _next(coming: Sequence[sets.Set]) -> sets.Set | None:
    return next((each for each in coming if all(other.settled.is_set() for other in each.waits)), None)


def _answer(future: Any, made: sets.Set, place: Path) -> orders.Made | Exception | None:
    """What became of a set, or None where it is to be ordered again."""
    from distributed import CancelledError
    from distributed.scheduler import KilledWorker

    where = f"{made.plan} as at {made.day}"
    try:
        answer: orders.Made = future.result()
        return answer
    except KilledWorker as lost:
        # dask also blames what only waited at a worker's door when it was lost; that leaves no attempt.
        begun, last = _attempts(place), getattr(lost.last_worker, "address", lost.last_worker)
        if begun <= lost.allowed_failures:
            return None
        return RunError(f"{where}: {begun} workers were lost while they made it, the last at {last}")
    except CancelledError:
        return RunError(f"{where}: the dask scheduler was lost")
    except PlanlibError as error:
        return RunError(f"{where}: {error}")
    except Exception as error:
        return RunError(f"{where}: {type(error).__name__}: {error}")


def _attempts(place: Path) -> int:
    """How often workers began to make a set."""
    return len(list(place.iterdir())) if place.is_dir() else 0


# --- a worker ----------------------------------------------------------------------------------------------------------

_open: dict[Path, Kernels] = {}
_guard = threading.Lock()


def make(order: orders.Order, place: Path, *, home: Path, plain: bool, seconds: float, same: Mapping[str, str]) -> orders.Made:
    """Make the files of a set, in a folder of this attempt.

    Parameters
    ----------
    order : Order
    place : Path
        Folder of the attempts at it.
    home : Path
        Folder of the run.
    plain : bool
        Start each kernel by itself.
    seconds : float
        How long a cell may take.
    same : mapping
        The client's `identity`.

    Returns
    -------
    Made

    Raises
    ------
    RunError
        If this worker came later than the run began, and is not as the client is; or the run is over.
    """
    if other := _difference(same):
        raise RunError(f"a worker on {platform.node()} is not as the client: the client {other}")
    if not _lasts(home):
        raise RunError("the run is over")
    attempt = place / uuid.uuid4().hex
    attempt.mkdir(parents=True)
    thread = threading.current_thread()
    name, thread.name = thread.name, "planlib-set"  # what libraries say in it goes nowhere: see kernels.kernels
    try:
        return orders.make_set(order, attempt, _kernels(home, plain, seconds))
    finally:
        thread.name = name
        if not _lasts(home):  # nobody waits for it, and nobody else clears it away
            shutil.rmtree(attempt, ignore_errors=True)
            with contextlib.suppress(OSError):
                for folder in (place, home, home.parent):
                    folder.rmdir()


def _kernels(home: Path, plain: bool, seconds: float) -> Kernels:
    """Those of a run, which all its sets on this worker share; they end when the run is over."""
    with _guard:
        if home not in _open:
            making.load_libraries(computing_here=True)
            held = contextlib.ExitStack()
            _open[home] = held.enter_context(kernels(plain=plain, seconds=seconds))
            threading.Thread(target=_end_with, args=(home, held), daemon=True).start()
        return _open[home]


def _end_with(home: Path, held: contextlib.ExitStack) -> None:
    while _lasts(home):
        time.sleep(LOOK_SECONDS)
    with _guard:
        del _open[home]
    held.close()


def _lasts(home: Path) -> bool:
    """Whether a run is still going on."""
    try:
        return (home / MARK).is_file()
    except OSError:  # a shared folder that is away for a moment
        return True
