"""Makes sets: computes, runs the notebooks, writes the pages, checks them all, and publishes.

A set is published as a whole or, if any of it fails, not at all; then the set made before stays.
"""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import hashlib
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from planlib.errors import RunError
from planlib.folder import find_snapshots
from planlib.reporting import computing, forks, publish, truth
from planlib.reporting.execution import execute
from planlib.reporting.kernels import Kernels
from planlib.reporting.notebooks import PORTFOLIO, Notebook, parameters_for, results_in, tidy, to_bytes, warnings_in
from planlib.reporting.sets import (
    SUMMARY,
    SUMMARY_OF,
    Set,
    all_sources,
    code_digest,
    further,
    home_of,
    notebook_of,
    relative,
    shared_change,
    shown_parameters,
    sources_of,
    versions,
    way_of,
)

SCHEMA = "planlib.run/1"


@dataclass(frozen=True)
class Run:
    """What the making of every set of a run has in common."""

    out: Path
    kernels: Kernels
    folders: Mapping[str, Path]
    notes: list[str]
    tell: Callable[[str], None]
    sets: Sequence[Set]


Maker = Callable[[Run, Sequence[Set]], None]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_libraries(*, computing_here: bool) -> Any:
    """Import, once, what would otherwise be imported by several threads at the same time; gives papermill's files.

    Parameters
    ----------
    computing_here : bool
        Whether sets are computed in this process; else it needs no pandas, which is tens of megabytes.
    """
    from lxml import html  # noqa: F401
    from papermill.iorw import papermill_io

    from planlib.reporting import exporter  # noqa: F401

    if computing_here:
        from planlib import measures, store  # noqa: F401
    return papermill_io.get_handler("local")


def make(run: Run, sets: Sequence[Set], jobs: int) -> None:
    """Run the notebooks, so many at a time, and write the page of one while others run; a set is published with its last one."""
    forks.spare()
    files = load_libraries(computing_here=run.kernels.parent is None)
    before = files.cwd(None)  # papermill keeps a working directory for all threads; ours leave it as it was
    pool = concurrent.futures.ThreadPoolExecutor(jobs, thread_name_prefix="planlib-")
    desk = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="planlib-")  # two would wait for each other's lock
    coming, ready = collections.deque(sets), collections.deque[tuple[Set, Notebook]]()
    preparing: dict[Future[None], Set] = {}
    running: dict[Future[Any], tuple[Set, Notebook]] = {}
    writing: set[Future[None]] = set()
    try:
        while coming or ready or preparing or running or writing:
            while len(preparing) + len(running) < jobs and len(writing) <= jobs:
                # Sets begin in their order, so that what the portfolio waits for has always begun before it.
                if coming and _may_prepare(ready, len(preparing), len(running), jobs):
                    each = coming.popleft()
                    preparing[pool.submit(prepare, run, each)] = each
                elif ready and len(preparing) + _sets_in(list(ready)[1:]) + len(running) < _room(jobs):
                    item = ready.popleft()
                    running[pool.submit(_run_one, run, *item)] = item
                else:
                    break
            if not (preparing or running or writing):
                raise AssertionError(f"{len(ready)} notebooks are ready, and none can begin")  # rather than wait for ever
            # With a timeout, so that Ctrl-C is heard on Windows too.
            done, _ = concurrent.futures.wait([*preparing, *running, *writing], 0.5, concurrent.futures.FIRST_COMPLETED)
            for future in done:
                made = future.result()
                if future in preparing:
                    prepared = preparing.pop(future)
                    ready.extend((prepared, notebook) for notebook in prepared.stale)
                elif future in running:
                    writing.add(desk.submit(_write_one, run, *running.pop(future), made))
                else:
                    writing.remove(future)
    finally:
        try:
            if sys.exc_info()[0] is not None:
                run.kernels.stop()
        finally:
            _see_out(pool)
            _see_out(desk)
        for each in sets:
            close(each)
        files.cwd(before)


def _room(jobs: int) -> int:
    """How many processes may hold a plan's tables at a time: a kernel for each job, and for every two the set it is forked from."""
    return jobs + (jobs + 1) // 2


def _sets_in(ready: Iterable[tuple[Set, Notebook]]) -> int:
    """Processes that wait for kernels to be forked from them; one whose last kernel is forked gives its memory back."""
    return len({id(made) for made, _ in ready if made.computed})


def _may_prepare(ready: Iterable[tuple[Set, Notebook]], preparing: int, running: int, jobs: int) -> bool:
    """Whether to prepare another set: while one runs the next is prepared, so that no core waits, and no more than that.

    There is always room for the notebook that is ready first: beside one set that has begun there are `ahead` more at most.
    """
    left = collections.Counter(id(made) for made, _ in ready)
    begun = sum(left[id(made)] < len(made.stale) for made in {id(made): made for made, _ in ready}.values())
    ahead = (jobs + 1) // 2 if jobs > 1 or not begun else 0
    return preparing + len(left) - begun < ahead and preparing + _sets_in(ready) + running < _room(jobs)


def _see_out(pool: concurrent.futures.Executor, patience: int = 2) -> None:
    """Wait for what is being done: a second Ctrl-C must not take the out folder from under a set that is being published."""
    for left in range(patience, -1, -1):
        try:
            return pool.shutdown(cancel_futures=True)
        except KeyboardInterrupt:
            if not left:  # whoever asks for a fourth time is not to be kept
                raise


def close(made: Set) -> None:
    """End the process that a set's kernels were forked from."""
    if made.computed is not None:
        made.computed.close()
        made.computed = None


def prepare(run: Run, made: Set) -> None:
    """Compute a set's own results and tables, before its notebooks are run."""
    made.begun = time.monotonic()
    try:
        if not run.kernels.stopped.is_set():
            publish.staging(run.out, made.plan, made.day)
            if not made.over_plans:
                numbers = _computed(run, made)
                made.expected[made.plan] = numbers.expected
                for name, data in numbers.files.items():
                    _stage(run, made, name, data)
    except Exception as error:
        made.fault = error


def _computed(run: Run, made: Set) -> computing.Numbers:
    """The numbers of a set: from a process that its kernels can be forked from, where there are such processes."""
    folder, parent = run.folders[made.plan], run.kernels.parent
    if parent is None:
        return computing.compute(folder, made.as_of)
    where, asked = f"{made.plan} as at {made.day}", {"folder": str(folder), "as_of": made.day}
    try:
        made.computed, said = parent.compute(asked, home_of(made), seconds=run.kernels.seconds, kernels=len(made.stale))
    except OSError as error:
        raise RunError(f"{where}: its numbers could not be computed: {error} {run.kernels.last_words()}".rstrip()) from None
    return computing.from_answer(said)


def _run_one(run: Run, made: Set, notebook: Notebook) -> Any:
    """Run one notebook of a set; gives it executed, or None where it failed or the run was stopped."""
    try:
        if run.kernels.stopped.is_set():
            made.stopped = True
            return None
        if made.over_plans:
            wait_for_plans(run, made)
        return run_notebook(run, made, notebook)
    except Exception as error:  # a fault in one report must not stop the others; a bug in ours is told like theirs
        made.stopped |= run.kernels.stopped.is_set()
        made.failures[notebook.name] = error
        return None


def _write_one(run: Run, made: Set, notebook: Notebook, executed: Any) -> None:
    """Write one report of a set, where its notebook ran; the last one publishes the set."""
    if executed is not None:
        try:
            write(run, made, notebook, executed)
        except Exception as error:
            made.failures[notebook.name] = error
    made.left -= 1
    if not made.left:
        finish(run, made)
    run.tell(made.where(notebook.name))


def finish(run: Run, made: Set) -> None:
    """Publish a set of which all that could be made was made; not where the run was stopped."""
    if not made.stopped:
        try:
            _settle(run, made)
        except Exception as error:
            made.failures.setdefault("", error)
            with contextlib.suppress(Exception):
                publish.record_failure(run.out, made.plan, made.day, _failures(made))
    close(made)
    made.settled.set()


def run_notebook(run: Run, made: Set, notebook: Notebook) -> Any:
    """Run one notebook of a set that is prepared; gives it executed, or raises what it failed on."""
    if made.fault:
        raise made.fault
    home = home_of(made)
    paths = [relative(folder, home) for folder in made.folders]
    given = parameters_for(notebook, paths, made.as_of, further(made, notebook))
    where = made.where(notebook.name)
    return execute(notebook.node, given, working_directory=home, kernels=run.kernels, where=where, source=made.computed)


def write(run: Run, made: Set, notebook: Notebook, executed: Any) -> None:
    """Check what a notebook shows, and write its page and what goes with it among the files of the set."""
    where = made.where(notebook.name)
    shown = tidy(executed, shown_parameters(made, notebook), where=where)
    for line in warnings_in(executed)[:3]:
        run.notes.append(f"{where}: warning: {line}")
    for found in results_in(shown):
        _compare(run, made, found, where)
    from planlib.reporting.exporter import summary_of

    files = {f"{notebook.name}.html": _page(shown, notebook.name), f"{notebook.name}.ipynb": to_bytes(shown)}
    brief = summary_of(shown) if notebook.name == SUMMARY_OF else None
    if brief is not None:
        files[SUMMARY] = _page(brief, Path(SUMMARY).stem)
    for name, data in files.items():
        _stage(run, made, name, data)


def wait_for_plans(run: Run, made: Set) -> None:
    """Wait until the reports that the portfolio leads to are published or failed, and see which are there.

    They have all begun before it (`make`), so that it waits for none that waits for it.
    """
    for each in made.waits:
        while not each.settled.wait(0.5) and not run.kernels.stopped.is_set():
            pass
    with made.guard:
        made.way = way_of(made, run.out, run.sets, coming=False)


def _compare(run: Run, made: Set, found: Mapping[str, Any], where: str) -> None:
    """Refuse a report whose own results are not those that were computed here."""
    plan, day = found.get("plan"), found.get("as_of")
    if day != made.day or plan not in [folder.name for folder in made.folders]:
        raise RunError(f"{where}: shows results of {plan} as at {day}")
    with made.guard:
        if plan not in made.expected:  # of the portfolio
            made.expected[plan] = computing.compute(run.folders[str(plan)], made.as_of, whole=False).expected
    ours = made.expected[plan].get(str(found.get("part", "measures")), [])
    theirs = found.get("measures", [])
    if theirs == ours:
        return
    for one, other in zip(ours, theirs, strict=False):
        differs = [name for name in one if one[name] != other.get(name)]
        if differs:
            field = differs[0]
            raise RunError(
                f"{where}: its results differ from results.json: {field} of {one['name']}, {one['key']}: "
                f"{other.get(field)} in the notebook, {one[field]} in results.json"
            )
    raise RunError(f"{where}: its results differ from results.json: {len(theirs)} measures, not {len(ours)}")


def _stage(run: Run, made: Set, name: str, data: bytes) -> None:
    publish.write(run.out / publish.STAGING / made.plan / made.day / name, data)
    made.outputs[name] = hashlib.sha256(data).hexdigest()


_exporters = threading.local()


def _page(executed: Any, name: str) -> bytes:
    from planlib.reporting.exporter import PlanlibExporter

    if not hasattr(_exporters, "one"):
        _exporters.one = PlanlibExporter()
    page, _ = _exporters.one.from_notebook_node(executed, resources={"metadata": {"name": name}})
    return str(page).encode("utf-8")


def _settle(run: Run, made: Set) -> None:
    """Publish a set that is complete, or note that it failed."""
    if made.failures:
        publish.record_failure(run.out, made.plan, made.day, _failures(made))
        return
    check_sources(made)
    _hold(run, made)
    made.expected.clear()
    publish.publish(run.out, made.plan, made.day, _record(run, made))


def _hold(run: Run, made: Set) -> None:
    """Refuse a set whose files contradict one another."""
    staged = run.out / publish.STAGING / made.plan / made.day
    files = {name: (staged / name).read_bytes() for name in made.outputs if Path(name).suffix in (".html", ".json", ".csv")}
    if not made.over_plans:
        from planlib.settings import read_settings

        settings = read_settings(made.folders[0])
        days = [day for day, _ in find_snapshots(made.folders[0], settings) if day is not None and day <= made.as_of]
        truth.hold(files, plan=made.plan, as_of=made.as_of, terms=settings.terms, snapshots=days)
    elif f"{PORTFOLIO}.html" in files:
        truth.hold_portfolio(files[f"{PORTFOLIO}.html"], as_of=made.as_of)


def check_sources(made: Set) -> None:
    """Refuse a set whose sources changed while it was made."""
    now = all_sources(made.folders, made.as_of) if made.over_plans else sources_of(made.folders[0], made.as_of)
    for file in {**made.sources, **now}:
        if made.sources.get(file) != now.get(file):
            raise RunError(f"{made.plan} as at {made.day}: {file} changed while its report was made; run again")


def _record(run: Run, made: Set) -> dict[str, Any]:
    """What run.json is to say; reports that were not asked for and still hold are taken over."""
    before = made.before.record
    kept: dict[str, Any] = {}
    made_now = {each.name for each in made.stale}
    others = {name: each for name, each in before.get("reports", {}).items() if name not in made_now}
    if others and shared_change(made):
        run.notes.append(
            f"{made.plan} as at {made.day}: taken down, for what they were made from has changed: {', '.join(others)}"
        )
    else:
        wrong = {notebook_of(name) for name in made.before.wrong}
        kept = {name: each for name, each in others.items() if name not in wrong}
    outputs = made.outputs | {
        name: digest for name, digest in before.get("outputs", {}).items() if notebook_of(name) in kept
    }
    reports = kept | {
        each.name: {"notebook_sha256": each.sha256, "parameters": shown_parameters(made, each)} for each in made.stale
    }
    return {
        "schema": SCHEMA,
        "plan": made.plan,
        "title": made.title,
        "as_of": made.day,
        "sources": dict(made.sources),
        "reports": dict(sorted(reports.items())),
        "outputs": dict(sorted(outputs.items())),
        "code_sha256": code_digest(),
        "versions": versions(),
        "run": {
            "commit": _commit(made.folders[0]),
            "platform": f"{platform.system()} {platform.machine()}",
            "seconds": round(time.monotonic() - made.begun, 1),
            "when": datetime.now(UTC).isoformat(timespec="seconds"),  # an accident of the run: no report shows it
        },
    }


@cache
def _commit(folder: Path) -> str | None:
    """The commit of the repository that a plan lies in, where there is one."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = ["git", "-C", str(folder), "rev-parse", "--verify", "--quiet", "HEAD"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False)
        return said.stdout.strip() or None
    return None


def _failures(made: Set) -> list[dict[str, Any]]:
    """What failed, without the words of the exception, which may quote what the plan withholds."""
    found = []
    for name, error in sorted(made.failures.items()):
        cause = error.__cause__
        kind = getattr(cause, "ename", None) or type(error).__name__
        found.append({"notebook": name, "cell": getattr(cause, "cell_index", None), "error": str(kind)})
    return found
