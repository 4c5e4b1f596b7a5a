"""Makes reports: finds out what is to be made, runs the notebooks, checks, exports and publishes them.

The unit is a *set*: every report of one plan at one date. It is published as a whole or, if any of it fails, not at
all; then the set made before stays. What is up to date (same sources, notebook, planlib and libraries, and files that
are as they were written) is not made again.
"""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import difflib
import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from planlib import __version__, errors
from planlib import cache as kept
from planlib.errors import InputError, PlanlibError, RunError
from planlib.folder import CORRECTIONS, MATCHES, editions, find_snapshots, pool_folders, shown_names, to_date
from planlib.reporting import computing, forks, index, publish, truth
from planlib.reporting.execution import execute
from planlib.reporting.kernels import Kernels, check_kernel, kernels, sweep
from planlib.reporting.notebooks import (
    PER_PLAN,
    PORTFOLIO,
    Notebook,
    check_parameters,
    find_notebooks,
    load,
    parameters_for,
    results_in,
    tidy,
    to_bytes,
    warnings_in,
)

When = str | date
SCHEMA = "planlib.run/1"
TABLES = ("results.json", "ledger.csv", "ledger.xlsx", "findings.csv")
LIBRARIES = (
    "pandas", "numpy", "matplotlib", "papermill", "nbclient", "nbconvert", "nbformat", "ipykernel", "ipython",
    "jupyter_client", "jinja2", "mistune", "nh3", "rapidfuzz", "python-calamine",
    "xlsxwriter",
)  # fmt: skip
SUMMARY, SUMMARY_OF = "summary.html", "progress"  # the one-page summary, and the notebook that it is made from
WAY = "reports"  # the portfolio's parameter: the reports of plans that it leads to, where they are not the usual ones
UP_TO_DATE, MADE, FAILED = "up to date", "made", "failed"


@dataclass(frozen=True)
class Report:
    """One report that was asked for, and what became of it.

    Attributes
    ----------
    plan : str
        Name of the plan, or "portfolio".
    as_of : date
    notebook : str
    path : Path
        Where the HTML page is, or would be.
    state : str
        "made", "up to date" or "failed".
    why : str
        Why it was run, or why it failed.
    error : Exception or None
        What it failed on.
    """

    plan: str
    as_of: date
    notebook: str
    path: Path
    state: str
    why: str
    error: Exception | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Outcome:
    """What a call of `report` did.

    Attributes
    ----------
    reports : tuple of Report
        One for each report that was asked for.
    faults : tuple of str
        Plans of which nothing could be made, each with the reason.
    notes : tuple of str
        What else a person should know: folders that were passed over, warnings of a notebook.
    index : Path
        The page that lists all reports.
    """

    reports: tuple[Report, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    index: Path

    @property
    def made(self) -> tuple[Report, ...]:
        """Those that were made now."""
        return tuple(each for each in self.reports if each.state == MADE)

    @property
    def failed(self) -> tuple[Report, ...]:
        """Those that could not be made; what was there before stays."""
        return tuple(each for each in self.reports if each.state == FAILED)

    @property
    def ok(self) -> bool:
        """Whether everything that was asked for is there."""
        return not self.failed and not self.faults


@dataclass
class _Set:
    """Every report of one plan, or of the portfolio, at one date."""

    plan: str
    folders: Sequence[Path]
    title: str
    as_of: date
    wanted: Sequence[Notebook]
    sources: Mapping[str, str]
    parameters: Mapping[str, Any]
    before: publish.Published
    why: Mapping[str, str]  # notebook to the reason for running it, "" where it is up to date
    force: bool = False
    outputs: dict[str, str] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)
    stopped: bool = False
    left: int = 0
    begun: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)
    expected: dict[str, Any] = field(default_factory=dict)
    computed: forks.Computed | None = None  # the process that the set's kernels are forked from
    settled: threading.Event = field(default_factory=threading.Event)
    fault: Exception | None = None
    # Of the portfolio alone: by plan its snapshot in force, the sets that are made before it in this run, and where it
    # leads to (`_way`).
    in_force: Mapping[str, str] = field(default_factory=dict)
    waits: Sequence[_Set] = ()
    way: dict[str, list[str]] = field(default_factory=dict)

    @property
    def day(self) -> str:
        return self.as_of.isoformat()

    @property
    def stale(self) -> list[Notebook]:
        return [each for each in self.wanted if self.why[each.name]]

    @property
    def over_plans(self) -> bool:
        return self.plan == PORTFOLIO

    def where(self, notebook: str) -> str:
        return f"{self.plan} as at {self.day}: {notebook}"


@dataclass(frozen=True)
class _Run:
    out: Path
    kernels: Kernels
    folders: Mapping[str, Path]
    notes: list[str]
    tell: Callable[[str], None]
    sets: Sequence[_Set]


Maker = Callable[[_Run, Sequence[_Set]], None]


def report(
    plans: str | Path | Iterable[str | Path] | None = None,
    *,
    as_of: When | Iterable[When] | None = None,
    notebooks: str | Iterable[str] | None = None,
    out: str | Path | None = None,
    data: str | Path = "data",
    jobs: int | None = None,
    force: bool = False,
    parameters: Mapping[str, Any] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    plain: bool = False,
    timeout: float | None = None,
    maker: Maker | None = None,
) -> Outcome:
    """Make the reports of plans, and the index of all reports.

    Parameters
    ----------
    plans : path or iterable of paths, optional
        Plan folders, or names of folders in `data`; all of `data` by default.
    as_of : date or str (YYYY-MM-DD), or iterable of them, optional
        Every snapshot date of each plan by default; for the portfolio the latest of them all.
    notebooks : str or iterable of str, optional
        Names, or paths of ``.ipynb`` files. By default progress, slippage and data-quality for each plan and date, and
        the portfolio unless a single plan is named.
    out : path, optional
        ``reports`` beside the data folder by default.
    data : path
        Where plans are looked for by name; a relative one is tried from here and from each parent.
    jobs : int, optional
        Kernels at a time; as many as there are cores by default.
    force : bool
        Make also what is up to date.
    parameters : mapping, optional
        Further parameters, which every notebook that is run must have.
    progress : callable, optional
        Called with (done, total, what) after each notebook, one call at a time.
    plain : bool
        Start each kernel by itself, rather than from a warmed process: slower, the same bytes.
    timeout : float, optional
        Seconds that a cell may take; half an hour by default. The others go on where one takes longer.
    maker : callable, optional
        Has the sets made elsewhere, as `planlib.reporting.cluster.connected` gives it; `jobs` plays no part then.

    Returns
    -------
    Outcome
        What was made and what failed; a fault of one plan stops no other.

    Raises
    ------
    InputError
        If nothing can begin: no such plan, notebook or parameter, a bad date, no data folder, an out folder that
        cannot be written to or that another run holds. Then nothing is written.
    """
    if timeout is not None and not timeout > 0:
        raise InputError(f"timeout must be more than 0 seconds, not {timeout}")
    if jobs is not None and jobs < 1:
        raise InputError(f"jobs must be 1 or more, not {jobs}")
    root = find_data(data, needed=plans is None)
    folders, named, notes = _find_plans(plans, root)
    place = Path(out) if out is not None else root.parent / "reports"
    _check_out(place, root, folders.values())
    chosen = _choose(notebooks, portfolio=plans is None or len(named) > 1)
    for notebook in chosen:
        for name in {"plan", "plans", "as_of"} & set(parameters or {}):
            raise InputError(f"parameter {name}: is set by planlib; use plans and as_of")
        if WAY in (parameters or {}):
            raise InputError(f"parameter {WAY}: is set by planlib, which looks at what there is")
        check_parameters(notebook, parameters or {})
    days = _days(as_of)
    dates, faults = _find_dates(folders, days, alone=len(named) == 1, notes=notes)
    check_kernel()
    with publish.locked(place):
        sweep()
        publish.recover(place)
        try:
            sets, more = _plan_sets(folders, dates, days, chosen, place, parameters or {}, force)
            faults += more
            stale = [each for each in sets if each.stale]
            if stale:
                publish.make_room(place, len(stale))
                tell = _teller(progress, sum(len(each.stale) for each in stale))
                with kernels(plain=plain, seconds=timeout) as running:
                    run = _Run(place, running, folders, notes, tell, sets)
                    if maker is not None:
                        maker(run, stale)
                    else:
                        _make(run, stale, jobs or _cores())
            for each in sets:
                _forget_failure(each)
        finally:
            faults += _list(place)
            kept.prune()
    listed = tuple(made for each in sets for made in _told(each, place))
    return Outcome(listed, tuple(faults), tuple(dict.fromkeys(notes)), place / "index.html")


def _list(out: Path) -> list[str]:
    """Clear up, and write the index; gives why that cannot be done."""
    publish.clear(out)  # what was kept free for the index, too
    try:
        index.write(out)
    except (OSError, RunError) as error:
        return [f"{_say(error)}; the index is as it was, and may not tell of all reports: run again"]
    return []


# --- a set that is made elsewhere ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """What is to be known of a set to make it in another process, which sees the same folders.

    Attributes
    ----------
    plan : str
    folders : tuple of Path
    as_of : date
    notebooks : tuple of Notebook
        Those that are to be run.
    sources : mapping of str to str
        The files that it is made from, with their sha256.
    parameters, way : mapping
        The further parameters of its notebooks, and where the portfolio leads to.
    """

    plan: str
    folders: tuple[Path, ...]
    as_of: date
    notebooks: tuple[Notebook, ...]
    sources: Mapping[str, str]
    parameters: Mapping[str, Any]
    way: Mapping[str, list[str]]


@dataclass(frozen=True)
class Made:
    """What became of an order.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    outputs : mapping of str to str
        Their names and sha256.
    failures : mapping of str to dict
        By notebook what it failed on, as plain data: ``kind``, ``text``, and of a cell ``ename``, ``cell_index`` and
        ``traceback``.
    notes : tuple of str
    seconds : float
        How long it took.
    """

    folder: Path
    outputs: Mapping[str, str]
    failures: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    seconds: float


class CellError(Exception):
    """What a cell of a notebook failed on in another process.

    Attributes
    ----------
    ename : str
        Kind of the error.
    cell_index : int or None
    traceback : list of str
    """

    def __init__(self, ename: str, cell_index: int | None, traceback: Sequence[str]) -> None:
        super().__init__(ename)
        self.ename, self.cell_index, self.traceback = ename, cell_index, list(traceback)


def order_of(run: _Run, made: _Set) -> Order:
    """What another process has to know to make a set; asked when what it waits for is settled."""
    if made.over_plans:
        _wait_for_plans(run, made)
    folders, notebooks = tuple(made.folders), tuple(made.stale)
    return Order(made.plan, folders, made.as_of, notebooks, made.sources, made.parameters, made.way)


def make_set(order: Order, out: Path, running: Kernels) -> Made:
    """Make the files of a set in a folder of its own, one notebook after the other, and publish nothing.

    Parameters
    ----------
    order : Order
    out : Path
        In place of the out folder; a new one for each attempt.
    running : Kernels

    Returns
    -------
    Made
        Whatever fails is told in it.
    """
    stale = {each.name: "ordered" for each in order.notebooks}
    made = _Set(
        order.plan, order.folders, "", order.as_of, order.notebooks, order.sources, order.parameters,
        publish.Published(out), stale, way=dict(order.way),
    )  # fmt: skip
    run = _Run(out, running, {folder.name: folder for folder in order.folders}, [], lambda what: None, ())
    try:
        _prepare(run, made)
        for notebook in order.notebooks:
            try:
                _write(run, made, notebook, _executed(run, made, notebook))
            except Exception as error:
                made.failures[notebook.name] = error
        if not made.failures:
            try:
                _check_sources(made)  # as they are seen from here
            except Exception as error:
                made.failures[""] = error
    finally:
        _close(made)
    failures = {name: _plain_error(error) for name, error in made.failures.items()}
    staged = out / publish.STAGING / made.plan / made.day
    return Made(staged, made.outputs, failures, tuple(run.notes), time.monotonic() - made.begun)


def _plain_error(error: Exception) -> dict[str, Any]:
    cause = error.__cause__
    told = {name: getattr(cause, name) for name in ("ename", "cell_index", "traceback") if hasattr(cause, name)}
    return {"kind": type(error).__name__, "text": str(error), **told}


def _error_of(told: Mapping[str, Any]) -> Exception:
    """The error that was met elsewhere, which says and is noted as the same as if it had been met here."""
    kind, text = str(told["kind"]), str(told["text"])
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, PlanlibError):
        error: Exception = found(text)
    else:
        error = RunError(f"{kind}: {text}")
        error.__cause__ = CellError(kind, None, ())
    if "ename" in told:
        error.__cause__ = CellError(str(told["ename"]), told.get("cell_index"), told.get("traceback") or ())
    return error


def take(run: _Run, made: _Set, answer: Made | Exception) -> None:
    """Check and publish a set that was made elsewhere, or note that it failed.

    Parameters
    ----------
    run : _Run
    made : _Set
    answer : Made or Exception
        An exception where there is no answer: why.
    """
    try:
        if isinstance(answer, Exception):
            raise answer
        made.begun = time.monotonic() - answer.seconds
        run.notes.extend(answer.notes)
        made.failures |= {name: _error_of(told) for name, told in answer.failures.items()}
        if not made.failures:
            staged = publish.staging(run.out, made.plan, made.day)
            for name, digest in answer.outputs.items():
                if Path(name).name != name or publish.sha256(answer.folder / name) != digest:
                    raise RunError(f"{made.plan} as at {made.day}: {name} is not here as it was written elsewhere")
                (answer.folder / name).replace(staged / name)
                made.outputs[name] = digest
    except Exception as error:
        made.failures |= {each.name: error for each in made.stale}
    made.left = 0
    _finish(run, made)
    for notebook in made.stale:
        run.tell(made.where(notebook.name))


# --- what is to be made ----------------------------------------------------------------------------------------------


def find_data(data: str | Path = "data", *, needed: bool = True) -> Path:
    """The folder of plans; a relative one is tried from the working directory and from each parent.

    Raises
    ------
    InputError
        If there is none, unless it is not `needed`.
    """
    given = Path(data)
    here = Path.cwd()
    tried = [given] if given.is_absolute() else [folder / given for folder in (here, *here.parents)]
    for path in tried:
        if path.is_dir():
            return path
    if tried[0].is_file():
        raise InputError(f"{given}: is a file; --data needs the folder that holds the plan folders")
    if needed:
        raise InputError(
            f"{given}: no such folder here ({here}); go to the folder that holds your plans' '{given.name}' folder, "
            "or name it with --data"
        )
    return tried[0]


def is_plan(folder: Path) -> bool:
    """Whether a folder is a plan: it has a plan.toml."""
    from planlib.settings import FILE_NAME

    return (folder / FILE_NAME).is_file()


def plan_folder(plan: str | Path, data: Path) -> Path:
    """The folder of a plan given by name or path.

    Raises
    ------
    InputError
        If there is no such plan, with the nearest name.
    """
    from planlib.settings import FILE_NAME

    given = Path(plan)
    tried = [given] if given.is_absolute() or len(given.parts) != 1 else [data / given, given]
    for path in tried:
        if path.is_dir():
            if is_plan(path):
                return path
            inside = [each.name for each in _plans_in(path)]
            hint = f" It holds plans: {', '.join(inside)}; name one, or use --data" if inside else ""
            raise InputError(f"{path}: is not a plan folder, for it has no {FILE_NAME}.{hint}")
        if path.is_file():
            raise InputError(f"{path}: is a file; a plan is a folder of dated files with a {FILE_NAME}")
    known = [each.name for each in _plans_in(data)] if data.is_dir() else []
    listed = f" Plans in {data}: {', '.join(known)}" if known else ""
    # A part of a name is what people remember: "wirral" for wirral-ofsted-2011.
    parts = {part: name for name in reversed(known) for part in (*name.replace("_", "-").split("-"), name)}
    close = difflib.get_close_matches(given.name, list(parts), n=1, cutoff=0.6)
    hint = f" Did you mean '{parts[close[0]]}'?" if close else ""
    raise InputError(f"no plan '{plan}'.{hint}{listed}")


def _plans_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and is_plan(path)]


def _find_plans(
    plans: str | Path | Iterable[str | Path] | None, data: Path
) -> tuple[dict[str, Path], list[str], list[str]]:
    """Plan folders by name, the plans that were named, and notes."""
    from planlib.settings import cannot_be_called

    notes: list[str] = []
    if plans is None:
        found = _plans_in(data)
        for path in sorted(data.iterdir()):
            if path.is_dir() and path not in found and not path.name.startswith((".", "_")):
                notes.append(f"{path}: passed over, for it has no plan.toml")
        if not found:
            raise InputError(
                f"{data}: no plans in it; make one with: planlib new {data.as_posix()}/my-plan --from FILE --as-of DATE"
            )
        named = []
    else:
        given = [plans] if isinstance(plans, str | Path) else list(plans)
        if not given:
            raise InputError("no plan is named")
        found = [plan_folder(each, data) for each in given]
        named = list(dict.fromkeys(path.resolve().name for path in found))
    folders: dict[str, Path] = {}
    for path in found:
        whole = path.resolve()
        if folders.setdefault(whole.name, whole) != whole:
            raise InputError(f"two plans are called {whole.name}: {folders[whole.name]} and {whole}; rename one folder")
        if cannot_be_called(whole.name):
            raise InputError(f"{path}: a plan cannot be called '{whole.name}'; rename its folder")
    return folders, named, notes


def _check_out(out: Path, data: Path, folders: Iterable[Path]) -> None:
    whole = out.resolve()
    for folder in (data.resolve(), *folders):
        if whole == folder or folder in whole.parents:
            raise InputError(f"{out}: reports cannot be written among the sources ({folder}); choose another --out")


def _choose(names: str | Iterable[str] | None, *, portfolio: bool) -> list[Notebook]:
    known = find_notebooks(Path.cwd())
    if names is None:
        chosen: list[str] = [*PER_PLAN, *([PORTFOLIO] if portfolio else [])]
    else:
        chosen = [names] if isinstance(names, str) else [str(each) for each in names]
    loaded = [load(name, known) for name in dict.fromkeys(chosen)]
    by_name: dict[str, Notebook] = {}
    for each in loaded:
        if by_name.setdefault(each.name, each).path != each.path:
            raise InputError(f"two notebooks are called {each.name}: {by_name[each.name].path} and {each.path}")
    if not by_name:
        raise InputError("no notebook is named")
    return list(by_name.values())


def _days(as_of: When | Iterable[When] | None) -> list[date] | None:
    if as_of is None:
        return None
    given = [as_of] if isinstance(as_of, str | date) else list(as_of)
    found = [to_date(each, "as_of") for each in given]
    if not found:
        raise InputError("as_of: no date is given")
    return sorted({day for day in found if day})


def snapshot_dates(folder: Path) -> list[date]:
    """Dates of the snapshots of a plan; files are opened only where the dates are not in their names.

    Raises
    ------
    InputError
        If the plan's settings or files cannot be used.
    """
    from planlib.settings import read_settings

    settings = read_settings(folder)
    days = [day for day, _ in find_snapshots(folder, settings)]
    if "as_of" in settings.columns:
        from planlib.store import open_plan

        return open_plan(folder).snapshots
    return sorted({day for day in days if day})


def _find_dates(
    folders: Mapping[str, Path], days: Sequence[date] | None, *, alone: bool, notes: list[str]
) -> tuple[dict[str, list[date]], list[str]]:
    """By plan the dates to report on; what cannot be read."""
    found: dict[str, list[date]] = {}
    faults: list[str] = []
    for plan, folder in folders.items():
        try:
            snapshots = snapshot_dates(folder)
        except InputError as error:
            faults.append(f"{plan}: {error}")
            continue
        if not snapshots:
            faults.append(f"{plan}: {folder}: no snapshot has a date")
            continue
        early = [day for day in days or () if day < snapshots[0]]
        for day in early:
            message = f"{plan}: as at {day} there is nothing to report; its first snapshot is of {snapshots[0]}"
            if alone:
                raise InputError(message)
            notes.append(message)
        found[plan] = [day for day in days if day not in early] if days is not None else snapshots
    if found and not any(found.values()) and not faults:
        raise InputError(f"no plan has a snapshot up to {max(days or ())}; {notes[-1]}")
    return {plan: dates for plan, dates in found.items() if dates}, faults


def sources_of(folder: Path, as_of: date) -> dict[str, str]:
    """The files that a plan's report of a date is made from, with their sha256.

    Those of its pool are among them, and what was published of it.

    Parameters
    ----------
    folder : Path
    as_of : date
        Snapshots dated later are no source, nor is what was published for later.
    """
    found = _own_sources(folder, as_of)
    for other in pool_folders(folder):
        found |= {f"../{other.name}/{name}": digest for name, digest in _own_sources(other, as_of).items()}
    return found


def _own_sources(folder: Path, as_of: date) -> dict[str, str]:
    from planlib.settings import FILE_NAME, read_settings

    settings = read_settings(folder)
    dated = find_snapshots(folder, settings)
    files = [folder / name for name in (FILE_NAME, CORRECTIONS, MATCHES)]
    files += [path for day, path in dated if day is None or day <= as_of]
    files += editions(folder, as_of)
    there = [path for path in files if path.is_file()]
    names = shown_names([path.relative_to(folder).as_posix() for path in there], settings)  # run.json is given out too
    return {name: publish.sha256(path) for name, path in zip(names, there, strict=True)}


def _all_sources(folders: Sequence[Path], as_of: date) -> dict[str, str]:
    """The sources of several plans; of one that cannot be read, every file, so that mending it is noticed."""
    found: dict[str, str] = {}
    for folder in folders:
        try:
            sources = sources_of(folder, as_of)
        except InputError:
            sources = {path.name: publish.sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}
        found |= {f"{folder.name}/{name}": digest for name, digest in sources.items()}
    return found


def _plan_sets(
    folders: Mapping[str, Path],
    dates: Mapping[str, Sequence[date]],
    days: Sequence[date] | None,
    chosen: Sequence[Notebook],
    out: Path,
    parameters: Mapping[str, Any],
    force: bool,
) -> tuple[list[_Set], list[str]]:
    from planlib.settings import read_settings

    per_plan = [each for each in chosen if not each.over_plans]
    over = [each for each in chosen if each.over_plans]
    sets: list[_Set] = []
    faults: list[str] = []

    def add(plan: str, paths: Sequence[Path], day: date, wanted: Sequence[Notebook]) -> None:
        try:
            if plan == PORTFOLIO:
                sources = _all_sources(paths, day)
                title = "Portfolio"
            else:
                sources, title = sources_of(paths[0], day), read_settings(paths[0]).title
        except InputError as error:
            faults.append(f"{plan} as at {day}: {error}")
            return
        made = _Set(
            plan, paths, title, day, wanted, sources, parameters, publish.look(out / plan / day.isoformat()), {}, force
        )
        if made.over_plans:
            made.in_force = _in_force(paths, day)
            made.waits = [each for each in sets if each.stale and each.day in _days_led_to(made, each.plan)]
            made.way = _way(made, out, sets, coming=True)
        made.why = {each.name: _why(made, each) for each in wanted}
        made.left = len(made.stale)
        sets.append(made)

    for plan, its_dates in dates.items() if per_plan else ():
        for day in reversed(its_dates):
            add(plan, [folders[plan]], day, per_plan)
    if over and dates:
        latest = [max(day for each in dates.values() for day in each)]
        for day in days if days is not None else latest:
            # A plan that had no snapshot by then is listed as not begun, and one that cannot be read is passed on too,
            # for a portfolio that left either out without a word would mislead.
            if days is None or any(day in its for its in dates.values()):
                add(PORTFOLIO, list(folders.values()), day, over)
    return sets, faults


def _in_force(folders: Sequence[Path], day: date) -> dict[str, str]:
    """By plan, the date of the snapshot that is in force on a day."""
    found = {}
    for folder in folders:
        with contextlib.suppress(InputError):
            if by_then := [each for each in snapshot_dates(folder) if each <= day]:
                found[folder.name] = by_then[-1].isoformat()
    return found


def _days_led_to(made: _Set, plan: str) -> list[str]:
    """Days whose reports of a plan the portfolio may lead to: its own, whose numbers agree; the snapshot in force."""
    return list(dict.fromkeys([made.day, made.in_force[plan]])) if plan in made.in_force else []


def _way(made: _Set, out: Path, sets: Sequence[_Set], *, coming: bool) -> dict[str, list[str]]:
    """Where the portfolio leads to, by plan, as "DATE/NAME"; only plans whose three reports of the snapshot are not it.

    Reports made in the same run come first, so that the same command gives the same page whatever else lies in the
    out folder. With `coming` they count before they are made; a report that is neither there nor coming is not led to.
    """
    found: dict[str, list[str]] = {}
    for plan, snapshot in made.in_force.items():
        days = _days_led_to(made, plan)
        asked = {each.day: {notebook.name for notebook in each.wanted} for each in sets if each.plan == plan}
        there: dict[str, set[str]] = {}
        for day in days:
            placed = publish.look(out / plan / day)
            there[day] = {name for name in PER_PLAN if placed.whole and f"{name}.html" in placed.record["outputs"]}
        now = {day: asked.get(day, set()) | there[day] if coming else there[day] for day in days}
        ordered = sorted(days, key=lambda day: day not in asked)
        day = max(ordered, key=lambda day: len(now[day].intersection(PER_PLAN)))
        names = [name for name in PER_PLAN if name in now[day]]
        if day != snapshot or len(names) < len(PER_PLAN):
            found[plan] = [f"{day}/{name}" for name in names]
    return found


def _why(made: _Set, notebook: Notebook) -> str:
    """Why a report has to be made, or "" where what is there is up to date."""
    if made.force:
        return "asked for (--force)"
    record = made.before.record
    if not record:
        return "the last attempt failed" if made.before.failed else "not made before"
    if reason := _shared_change(made):
        return reason
    then = record.get("reports", {}).get(notebook.name)
    if then is None:
        return "not made before"
    if then.get("notebook_sha256") != notebook.sha256:
        return "the notebook has changed"
    if then.get("parameters") != _shown_parameters(made, notebook):
        return "its parameters have changed"
    ours = [name for name in made.before.wrong if name in TABLES or _notebook_of(name) == notebook.name]
    return f"missing or not as it was written: {', '.join(ours)}" if ours else ""


def _notebook_of(file: str) -> str:
    """The notebook that a file of a set is made from, where it is from one."""
    return SUMMARY_OF if file == SUMMARY else Path(file).stem


def _shared_change(made: _Set) -> str:
    """What has changed that all reports of a set are made from."""
    record = made.before.record
    then = record.get("sources", {})
    changed = [name for name in {**then, **made.sources} if then.get(name) != made.sources.get(name)]
    if changed:
        return f"changed since: {', '.join(changed[:3])}{' and others' if len(changed) > 3 else ''}"
    if record.get("code_sha256") != code_digest():
        return "planlib has changed"
    old, new = record.get("versions", {}), versions()
    libraries = [f"{name} {old.get(name)} is now {new.get(name)}" for name in new if old.get(name) != new[name]]
    return ", ".join(libraries[:3])


@cache
def code_digest() -> str:
    """Checksum of planlib itself: every file of the package, notebooks apart."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.is_file() and path.suffix in (".py", ".j2", ".css", ".json") and inside.parts[0] != "notebooks":
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    """Versions of Python, planlib and the libraries that reports depend on."""
    found = {"python": platform.python_version(), "planlib": __version__}
    for name in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


# --- making it -------------------------------------------------------------------------------------------------------


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _teller(progress: Callable[[int, int, str], None] | None, total: int) -> Callable[[str], None]:
    guard, done = threading.Lock(), 0

    def tell(what: str) -> None:
        nonlocal done
        with guard:
            done += 1
            if progress:
                progress(done, total, what)

    if progress:
        progress(0, total, "")
    return tell


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


def _make(run: _Run, sets: Sequence[_Set], jobs: int) -> None:
    """Run the notebooks, so many at a time, and write the page of one while others run; a set is published with its last one."""
    forks.spare()
    files = load_libraries(computing_here=run.kernels.parent is None)
    before = files.cwd(None)  # papermill keeps a working directory for all threads; ours leave it as it was
    pool = concurrent.futures.ThreadPoolExecutor(jobs, thread_name_prefix="planlib-")
    desk = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="planlib-")  # two would wait for each other's lock
    coming, ready = collections.deque(sets), collections.deque[tuple[_Set, Notebook]]()
    preparing: dict[Future[None], _Set] = {}
    running: dict[Future[Any], tuple[_Set, Notebook]] = {}
    writing: set[Future[None]] = set()
    try:
        while coming or ready or preparing or running or writing:
            while len(preparing) + len(running) < jobs and len(writing) <= jobs:
                # Sets begin in their order, so that what the portfolio waits for has always begun before it.
                if coming and _may_prepare(ready, len(preparing), len(running), jobs):
                    each = coming.popleft()
                    preparing[pool.submit(_prepare, run, each)] = each
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
            _close(each)
        files.cwd(before)


def _room(jobs: int) -> int:
    """How many processes may hold a plan's tables at a time: a kernel for each job, and for every two the set it is forked from."""
    return jobs + (jobs + 1) // 2


def _sets_in(ready: Iterable[tuple[_Set, Notebook]]) -> int:
    """Processes that wait for kernels to be forked from them; one whose last kernel is forked gives its memory back."""
    return len({id(made) for made, _ in ready if made.computed})


def _may_prepare(ready: Iterable[tuple[_Set, Notebook]], preparing: int, running: int, jobs: int) -> bool:
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


def _close(made: _Set) -> None:
    """End the process that a set's kernels were forked from."""
    if made.computed is not None:
        made.computed.close()
        made.computed = None


def _prepare(run: _Run, made: _Set) -> None:
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


def _computed(run: _Run, made: _Set) -> computing.Numbers:
    """The numbers of a set: from a process that its kernels can be forked from, where there are such processes."""
    folder, parent = run.folders[made.plan], run.kernels.parent
    if parent is None:
        return computing.compute(folder, made.as_of)
    where, asked = f"{made.plan} as at {made.day}", {"folder": str(folder), "as_of": made.day}
    try:
        made.computed, said = parent.compute(asked, _home(made), seconds=run.kernels.seconds, kernels=len(made.stale))
    except OSError as error:
        raise RunError(f"{where}: its numbers could not be computed: {error} {run.kernels.last_words()}".rstrip()) from None
    return computing.from_answer(said)


def _run_one(run: _Run, made: _Set, notebook: Notebook) -> Any:
    """Run one notebook of a set; gives it executed, or None where it failed or the run was stopped."""
    try:
        if run.kernels.stopped.is_set():
            made.stopped = True
            return None
        if made.over_plans:
            _wait_for_plans(run, made)
        return _executed(run, made, notebook)
    except Exception as error:  # a fault in one report must not stop the others; a bug in ours is told like theirs
        made.stopped |= run.kernels.stopped.is_set()
        made.failures[notebook.name] = error
        return None


def _write_one(run: _Run, made: _Set, notebook: Notebook, executed: Any) -> None:
    """Write one report of a set, where its notebook ran; the last one publishes the set."""
    if executed is not None:
        try:
            _write(run, made, notebook, executed)
        except Exception as error:
            made.failures[notebook.name] = error
    made.left -= 1
    if not made.left:
        _finish(run, made)
    run.tell(made.where(notebook.name))


def _finish(run: _Run, made: _Set) -> None:
    """Publish a set of which all that could be made was made; not where the run was stopped."""
    if not made.stopped:
        try:
            _settle(run, made)
        except Exception as error:
            made.failures.setdefault("", error)
            with contextlib.suppress(Exception):
                publish.record_failure(run.out, made.plan, made.day, _failures(made))
    _close(made)
    made.settled.set()


def _executed(run: _Run, made: _Set, notebook: Notebook) -> Any:
    if made.fault:
        raise made.fault
    home = _home(made)
    paths = [_relative(folder, home) for folder in made.folders]
    given = parameters_for(notebook, paths, made.as_of, _extra(made, notebook))
    where = made.where(notebook.name)
    return execute(notebook.node, given, working_directory=home, kernels=run.kernels, where=where, source=made.computed)


def _write(run: _Run, made: _Set, notebook: Notebook, executed: Any) -> None:
    """Check what a notebook shows, and write its page and what goes with it among the files of the set."""
    where = made.where(notebook.name)
    shown = tidy(executed, _shown_parameters(made, notebook), where=where)
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


def _home(made: _Set) -> Path:
    """The working directory of a set's notebooks: the folder of the folder of plans."""
    return made.folders[0].parent.parent


def _wait_for_plans(run: _Run, made: _Set) -> None:
    """Wait until the reports that the portfolio leads to are published or failed, and see which are there.

    They have all begun before it (`_make`), so that it waits for none that waits for it.
    """
    for each in made.waits:
        while not each.settled.wait(0.5) and not run.kernels.stopped.is_set():
            pass
    with made.guard:
        made.way = _way(made, run.out, run.sets, coming=False)


def _extra(made: _Set, notebook: Notebook) -> dict[str, Any]:
    """The parameters beside plan, plans and as_of; where all leads to the usual reports, nothing is said of it."""
    way = {WAY: made.way} if made.way and WAY in notebook.parameters else {}
    return dict(made.parameters) | way


def _relative(folder: Path, home: Path) -> str:
    """A plan folder as its notebook is to find it from the working directory."""
    return folder.relative_to(home).as_posix() if folder.is_relative_to(home) else folder.as_posix()


def _shown_parameters(made: _Set, notebook: Notebook) -> dict[str, Any]:
    """The parameters as published: the same wherever the plans lie."""
    return parameters_for(notebook, [f"data/{f.name}" for f in made.folders], made.as_of, _extra(made, notebook))


def _compare(run: _Run, made: _Set, found: Mapping[str, Any], where: str) -> None:
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


def _stage(run: _Run, made: _Set, name: str, data: bytes) -> None:
    publish.write(run.out / publish.STAGING / made.plan / made.day / name, data)
    made.outputs[name] = hashlib.sha256(data).hexdigest()


_exporters = threading.local()


def _page(executed: Any, name: str) -> bytes:
    from planlib.reporting.exporter import PlanlibExporter

    if not hasattr(_exporters, "one"):
        _exporters.one = PlanlibExporter()
    page, _ = _exporters.one.from_notebook_node(executed, resources={"metadata": {"name": name}})
    return str(page).encode("utf-8")


def _settle(run: _Run, made: _Set) -> None:
    """Publish a set that is complete, or note that it failed."""
    if made.failures:
        publish.record_failure(run.out, made.plan, made.day, _failures(made))
        return
    _check_sources(made)
    _hold(run, made)
    made.expected.clear()
    publish.publish(run.out, made.plan, made.day, _record(run, made))


def _hold(run: _Run, made: _Set) -> None:
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


def _check_sources(made: _Set) -> None:
    now = _all_sources(made.folders, made.as_of) if made.over_plans else sources_of(made.folders[0], made.as_of)
    for file in {**made.sources, **now}:
        if made.sources.get(file) != now.get(file):
            raise RunError(f"{made.plan} as at {made.day}: {file} changed while its report was made; run again")


def _record(run: _Run, made: _Set) -> dict[str, Any]:
    """What run.json is to say; reports that were not asked for and still hold are taken over."""
    before = made.before.record
    kept: dict[str, Any] = {}
    made_now = {each.name for each in made.stale}
    others = {name: each for name, each in before.get("reports", {}).items() if name not in made_now}
    if others and _shared_change(made):
        run.notes.append(
            f"{made.plan} as at {made.day}: taken down, for what they were made from has changed: {', '.join(others)}"
        )
    else:
        wrong = {_notebook_of(name) for name in made.before.wrong}
        kept = {name: each for name, each in others.items() if name not in wrong}
    outputs = made.outputs | {
        name: digest for name, digest in before.get("outputs", {}).items() if _notebook_of(name) in kept
    }
    reports = kept | {
        each.name: {"notebook_sha256": each.sha256, "parameters": _shown_parameters(made, each)} for each in made.stale
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


def _forget_failure(made: _Set) -> None:
    """Take away the note of an earlier failure where what failed is up to date again."""
    names = {each.name for each in made.wanted} | {""}
    if not made.stale and made.before.failed and all(each.get("notebook") in names for each in made.before.failed):
        publish.forget_failure(made.before.folder)


def _failures(made: _Set) -> list[dict[str, Any]]:
    """What failed, without the words of the exception, which may quote what the plan withholds."""
    found = []
    for name, error in sorted(made.failures.items()):
        cause = error.__cause__
        kind = getattr(cause, "ename", None) or type(error).__name__
        found.append({"notebook": name, "cell": getattr(cause, "cell_index", None), "error": str(kind)})
    return found


def _told(made: _Set, out: Path) -> Iterable[Report]:
    """What became of each report of a set."""
    for notebook in made.wanted:
        path = out / made.plan / made.day / f"{notebook.name}.html"
        error: Exception | None = None
        if not made.why[notebook.name]:
            state, why = UP_TO_DATE, "nothing it is made from has changed"
        elif made.failures or made.stopped:
            state = FAILED
            error = made.failures.get(notebook.name) or made.failures.get("")
            why = _say(error) if error else f"not published, for {', '.join(sorted(made.failures))} failed"
        else:
            state, why = MADE, made.why[notebook.name]
        yield Report(made.plan, made.as_of, notebook.name, path, state, why, error)


def _say(error: Exception) -> str:
    """An error in one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, PlanlibError) else f"{type(error).__name__}: {text}"
