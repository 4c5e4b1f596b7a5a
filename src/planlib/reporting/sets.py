"""What is to be made: the sets of reports, what each is made from, and why it has to be made again.

A *set* is every report of one plan, or of the portfolio, at one date: the unit that is published.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import platform
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from planlib import __version__
from planlib.errors import InputError
from planlib.folder import CORRECTIONS, MATCHES, editions, find_snapshots, pool_folders, shown_names
from planlib.reporting import forks, publish
from planlib.reporting.notebooks import PER_PLAN, PORTFOLIO, Notebook, parameters_for
from planlib.reporting.plans import snapshot_dates

TABLES = ("results.json", "ledger.csv", "ledger.xlsx", "findings.csv")
LIBRARIES = (
    "pandas", "numpy", "matplotlib", "papermill", "nbclient", "nbconvert", "nbformat", "ipykernel", "ipython",
    "jupyter_client", "jinja2", "mistune", "nh3", "rapidfuzz", "python-calamine",
    "xlsxwriter",
)  # fmt: skip
SUMMARY, SUMMARY_OF = "summary.html", "progress"  # the one-page summary, and the notebook that it is made from
WAY = "reports"  # the portfolio's parameter: the reports of plans that it leads to, where they are not the usual ones


@dataclass
class Set:
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
    # leads to (`way_of`).
    in_force: Mapping[str, str] = field(default_factory=dict)
    waits: Sequence[Set] = ()
    way: dict[str, list[str]] = field(default_factory=dict)

    @property
    def day(self) -> str:
        """Its date, as its folder is called."""
        return self.as_of.isoformat()

    @property
    def stale(self) -> list[Notebook]:
        """The notebooks that have to be run."""
        return [each for each in self.wanted if self.why[each.name]]

    @property
    def over_plans(self) -> bool:
        """Whether it is of the portfolio."""
        return self.plan == PORTFOLIO

    def where(self, notebook: str) -> str:
        """One of its reports, as messages name it."""
        return f"{self.plan} as at {self.day}: {notebook}"


def plan_sets(
    folders: Mapping[str, Path],
    dates: Mapping[str, Sequence[date]],
    days: Sequence[date] | None,
    chosen: Sequence[Notebook],
    out: Path,
    parameters: Mapping[str, Any],
    force: bool,
) -> tuple[list[Set], list[str]]:
    """The sets of a run in the order in which they are made, the portfolio last; and what cannot be made."""
    from planlib.settings import read_settings

    per_plan = [each for each in chosen if not each.over_plans]
    over = [each for each in chosen if each.over_plans]
    sets: list[Set] = []
    faults: list[str] = []

    def add(plan: str, paths: Sequence[Path], day: date, wanted: Sequence[Notebook]) -> None:
        try:
            if plan == PORTFOLIO:
                sources = all_sources(paths, day)
                title = "Portfolio"
            else:
                sources, title = sources_of(paths[0], day), read_settings(paths[0]).title
        except InputError as error:
            faults.append(f"{plan} as at {day}: {error}")
            return
        made = Set(
            plan, paths, title, day, wanted, sources, parameters, publish.look(out / plan / day.isoformat()), {}, force
        )
        if made.over_plans:
            made.in_force = _in_force(paths, day)
            made.waits = [each for each in sets if each.stale and each.day in _days_led_to(made, each.plan)]
            made.way = way_of(made, out, sets, coming=True)
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


def all_sources(folders: Sequence[Path], as_of: date) -> dict[str, str]:
    """The sources of several plans; of one that cannot be read, every file, so that mending it is noticed."""
    found: dict[str, str] = {}
    for folder in folders:
        try:
            sources = sources_of(folder, as_of)
        except InputError:
            sources = {path.name: publish.sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}
        found |= {f"{folder.name}/{name}": digest for name, digest in sources.items()}
    return found


def _in_force(folders: Sequence[Path], day: date) -> dict[str, str]:
    """By plan, the date of the snapshot that is in force on a day."""
    found = {}
    for folder in folders:
        with contextlib.suppress(InputError):
            if by_then := [each for each in snapshot_dates(folder) if each <= day]:
                found[folder.name] = by_then[-1].isoformat()
    return found


def _days_led_to(made: Set, plan: str) -> list[str]:
    """Days whose reports of a plan the portfolio may lead to: its own, whose numbers agree; the snapshot in force."""
    return list(dict.fromkeys([made.day, made.in_force[plan]])) if plan in made.in_force else []


def way_of(made: Set, out: Path, sets: Sequence[Set], *, coming: bool) -> dict[str, list[str]]:
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


def _why(made: Set, notebook: Notebook) -> str:
    """Why a report has to be made, or "" where what is there is up to date."""
    if made.force:
        return "asked for (--force)"
    record = made.before.record
    if not record:
        return "the last attempt failed" if made.before.failed else "not made before"
    if reason := shared_change(made):
        return reason
    then = record.get("reports", {}).get(notebook.name)
    if then is None:
        return "not made before"
    if then.get("notebook_sha256") != notebook.sha256:
        return "the notebook has changed"
    if then.get("parameters") != shown_parameters(made, notebook):
        return "its parameters have changed"
    ours = [name for name in made.before.wrong if name in TABLES or notebook_of(name) == notebook.name]
    return f"missing or not as it was written: {', '.join(ours)}" if ours else ""


def notebook_of(file: str) -> str:
    """The notebook that a file of a set is made from, where it is from one."""
    return SUMMARY_OF if file == SUMMARY else Path(file).stem


def shared_change(made: Set) -> str:
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


def home_of(made: Set) -> Path:
    """The working directory of a set's notebooks: the folder of the folder of plans."""
    return made.folders[0].parent.parent


def relative(folder: Path, home: Path) -> str:
    """A plan folder as its notebook is to find it from the working directory."""
    return folder.relative_to(home).as_posix() if folder.is_relative_to(home) else folder.as_posix()


def further(made: Set, notebook: Notebook) -> dict[str, Any]:
    """The parameters beside plan, plans and as_of; where all leads to the usual reports, nothing is said of it."""
    way = {WAY: made.way} if made.way and WAY in notebook.parameters else {}
    return dict(made.parameters) | way


def shown_parameters(made: Set, notebook: Notebook) -> dict[str, Any]:
    """The parameters as published: the same wherever the plans lie."""
    return parameters_for(notebook, [f"data/{f.name}" for f in made.folders], made.as_of, further(made, notebook))


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
