"""Makes the reports of each plan at its latest snapshot, and the portfolio: `planlib report --latest`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.reporting.notebooks import PER_PLAN, PORTFOLIO, find_notebooks, load
from planlib.reporting.plans import find_data, plan_folder, plans_in, snapshot_dates
from planlib.reporting.run import Outcome, report


def report_latest(
    plans: Iterable[str | Path] | None = None, *, notebooks: Iterable[str] | None = None, data: str | Path = "data",
    progress: Callable[[int, int, str], None] | None = None, **options: Any,
) -> Outcome:  # fmt: skip
    """Make the reports of each plan at the date of its own latest snapshot.

    Parameters
    ----------
    plans, notebooks, data, progress
        As for `planlib.report`.
    **options
        The others of `planlib.report`, but for ``as_of``.

    Returns
    -------
    Outcome
        Of all together; a notebook over several plans, such as the portfolio, is made once, at the latest date of all.

    Raises
    ------
    InputError
        As `planlib.report`.
    """
    root = find_data(data, needed=plans is None)
    folders = plans_in(root) if plans is None else [plan_folder(each, root) for each in plans]
    known = find_notebooks(Path.cwd())
    wanted = list(notebooks) if notebooks is not None else [*PER_PLAN, *([PORTFOLIO] if plans is None or len(folders) > 1 else [])]
    over = [name for name in wanted if load(name, known).over_plans]
    single = [name for name in wanted if name not in over]
    by_date: dict[date | None, list[Path]] = {}
    for folder in dict.fromkeys(folders) if single else ():
        by_date.setdefault(_latest(folder), []).append(folder)
    options |= {"data": data, "progress": progress}
    made = [report(group, as_of=day, notebooks=single, **options) for day, group in by_date.items()]
    if over or not made:
        made.append(report(None if plans is None else folders, notebooks=over or None, **options))
    return Outcome(
        tuple(each for outcome in made for each in outcome.reports),
        tuple(dict.fromkeys(fault for outcome in made for fault in outcome.faults)),
        tuple(dict.fromkeys(note for outcome in made for note in outcome.notes)),
        made[-1].index,
    )


def _latest(folder: Path) -> date | None:
    """The date of the latest snapshot; None where it cannot be told, which the report says."""
    try:
        return max(snapshot_dates(folder), default=None)
    except InputError:
        return None
