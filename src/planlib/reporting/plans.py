"""Finds what to report on: the plans, their dates and the notebooks that a person asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from planlib.errors import InputError
from planlib.folder import find_snapshots, to_date
from planlib.reporting.notebooks import PER_PLAN, PORTFOLIO, Notebook, find_notebooks, load

When = str | date


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
            inside = [each.name for each in plans_in(path)]
            hint = f" It holds plans: {', '.join(inside)}; name one, or use --data" if inside else ""
            raise InputError(f"{path}: is not a plan folder, for it has no {FILE_NAME}.{hint}")
        if path.is_file():
            raise InputError(f"{path}: is a file; a plan is a folder of dated files with a {FILE_NAME}")
    known = [each.name for each in plans_in(data)] if data.is_dir() else []
    listed = f" Plans in {data}: {', '.join(known)}" if known else ""
    # A part of a name is what people remember: "wirral" for wirral-ofsted-2011.
    parts = {part: name for name in reversed(known) for part in (*name.replace("_", "-").split("-"), name)}
    close = difflib.get_close_matches(given.name, list(parts), n=1, cutoff=0.6)
    hint = f" Did you mean '{parts[close[0]]}'?" if close else ""
    raise InputError(f"no plan '{plan}'.{hint}{listed}")


def plans_in(folder: Path) -> list[Path]:
    """The plans of a folder, by name."""
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and is_plan(path)]


def find_plans(
    plans: str | Path | Iterable[str | Path] | None, data: Path
) -> tuple[dict[str, Path], list[str], list[str]]:
    """Plan folders by name, the plans that were named, and notes."""
    from planlib.settings import cannot_be_called

    notes: list[str] = []
    if plans is None:
        found = plans_in(data)
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


def check_out(out: Path, data: Path, folders: Iterable[Path]) -> None:
    """Refuse an out folder that lies among the sources."""
    whole = out.resolve()
    for folder in (data.resolve(), *folders):
        if whole == folder or folder in whole.parents:
            raise InputError(f"{out}: reports cannot be written among the sources ({folder}); choose another --out")


def choose(names: str | Iterable[str] | None, *, portfolio: bool) -> list[Notebook]:
    """The notebooks that were asked for; those for each plan, and the portfolio, where none were."""
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


def days_of(as_of: When | Iterable[When] | None) -> list[date] | None:
    """The dates that were asked for, each once and in order; None where none were."""
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


def find_dates(
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
