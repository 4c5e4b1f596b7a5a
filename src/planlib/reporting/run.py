"""Makes reports: finds out what is to be made, has it made, and lists it (`planlib.report`).

What is up to date (same sources, notebook, planlib and libraries, and files that are as they were written) is not made
again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from planlib import cache as kept
from planlib.errors import InputError, PlanlibError, RunError
from planlib.reporting import index, publish
from planlib.reporting.kernels import check_kernel, kernels, sweep
from planlib.reporting.making import Maker, Run, cores, make
from planlib.reporting.notebooks import check_parameters
from planlib.reporting.plans import When, check_out, choose, days_of, find_data, find_dates, find_plans
from planlib.reporting.sets import WAY, Set, plan_sets

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
    folders, named, notes = find_plans(plans, root)
    place = Path(out) if out is not None else root.parent / "reports"
    check_out(place, root, folders.values())
    chosen = choose(notebooks, portfolio=plans is None or len(named) > 1)
    for notebook in chosen:
        for name in {"plan", "plans", "as_of"} & set(parameters or {}):
            raise InputError(f"parameter {name}: is set by planlib; use plans and as_of")
        if WAY in (parameters or {}):
            raise InputError(f"parameter {WAY}: is set by planlib, which looks at what there is")
        check_parameters(notebook, parameters or {})
    days = days_of(as_of)
    dates, faults = find_dates(folders, days, alone=len(named) == 1, notes=notes)
    check_kernel()
    with publish.locked(place):
        sweep()
        publish.recover(place)
        try:
            sets, more = plan_sets(folders, dates, days, chosen, place, parameters or {}, force)
            faults += more
            stale = [each for each in sets if each.stale]
            if stale:
                publish.make_room(place, len(stale))
                tell = _teller(progress, sum(len(each.stale) for each in stale))
                with kernels(plain=plain, seconds=timeout) as running:
                    run = Run(place, running, folders, notes, tell, sets)
                    if maker is not None:
                        maker(run, stale)
                    else:
                        make(run, stale, jobs or cores())
            for each in sets:
                _forget_failure(each)
        finally:
            faults += _list(place)
            kept.prune()
    listed = tuple(made for each in sets for made in _told(each, place))
    return Outcome(listed, tuple(faults), tuple(dict.fromkeys(notes)), place / "index.html")


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


def _list(out: Path) -> list[str]:
    """Clear up, and write the index; gives why that cannot be done."""
    publish.clear(out)  # what was kept free for the index, too
    try:
        index.write(out)
    except (OSError, RunError) as error:
        return [f"{_say(error)}; the index is as it was, and may not tell of all reports: run again"]
    return []


def _forget_failure(made: Set) -> None:
    """Take away the note of an earlier failure where what failed is up to date again."""
    names = {each.name for each in made.wanted} | {""}
    if not made.stale and made.before.failed and all(each.get("notebook") in names for each in made.before.failed):
        publish.forget_failure(made.before.folder)


def _told(made: Set, out: Path) -> Iterable[Report]:
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
