"""Finds the snapshots of a plan folder, reads them, applies what people decided, and withholds what must be.

`open_plan` is the shortest way from a folder to one's own analysis: ``planlib.open_plan("data/plan").ledger``.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from planlib import account, cache, history, schema, snapshot
from planlib.dates import month_first, read_date
from planlib.errors import InputError, nearest, shell_word
from planlib.folder import (
    CORRECTIONS,
    DATED,
    MATCHES,
    find_plan,
    find_snapshots,
    pool_folders,
    refuse_two_files,
    snapshot_files,
    to_date,
)
from planlib.headers import fold_header
from planlib.layout import count_cells, find_layout
from planlib.normalise import (
    RAW,
    Finding,
    Raw,
    conform,
    date_orders,
    finding,
    frame,
    normalise,
    take_rows,
    unused_cells,
)  # fmt: skip
from planlib.readers.apart import read as read_document
from planlib.readers.delimited import read as read_delimited
from planlib.readers.formats import file_bytes as _bytes
from planlib.readers.grid import row_place
from planlib.settings import FILE_NAME, Settings, read_settings
from planlib.snapshot import Snapshot

CORRECTION_KINDS = ("typo", "restored")
_SOURCES = ("as_of", "file", "sha256", "rows", "cells", "used", "extra")


def _glance() -> Any:
    """What shows us in a notebook; it is no part of how figures are made (planlib.published)."""
    return importlib.import_module("planlib.glance")


@dataclass(frozen=True, repr=False)
class Reading:
    """One file as it was understood.

    Attributes
    ----------
    actions : DataFrame
        Columns of schema.LEDGER; plan and action_id are blank.
    findings : DataFrame
        schema.FINDINGS.
    understood : list of dict
        what, value, why: every decision taken in reading it.
    extras : DataFrame
        schema.EXTRAS.
    cells, used : int
        Cells with text in the file, and those of them that made the actions. The rest are in `extras` or, where only a
        header is concerned, in `findings`.
    """

    actions: pd.DataFrame
    findings: pd.DataFrame
    understood: list[dict[str, str]]
    extras: pd.DataFrame
    cells: int
    used: int

    def __repr__(self) -> str:
        """One line; the tables are in the attributes."""
        return f"<Reading: .actions has {len(self.actions)} rows, .findings {len(self.findings)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """How it was understood, for a notebook."""
        return _glance().of_reading(self.actions, self.findings, self.understood)._repr_mimebundle_()


@dataclass(frozen=True, repr=False)
class Plan:
    """A plan as it was known at a date.

    Attributes
    ----------
    name : str
        Name of the folder.
    settings : Settings
    ledger, findings, matches, extras : DataFrame
        schema.LEDGER, schema.FINDINGS, schema.MATCHES, schema.EXTRAS.
    sources : DataFrame
        as_of, file, sha256, rows, cells (with text), used, extra: one row per file and snapshot.
    corrections : DataFrame
        as_of, place, ref, column, before, value, kind, reason, line: each as it was applied.
    rebuilt : dict
        Snapshot to the date of the later paper that it was rebuilt from.
    cells : DataFrame
        schema.CELLS of the snapshot in force: what every cell of its files was taken for. Empty unless asked for.
    """

    name: str
    settings: Settings
    ledger: pd.DataFrame
    findings: pd.DataFrame
    matches: pd.DataFrame
    extras: pd.DataFrame
    sources: pd.DataFrame
    corrections: pd.DataFrame
    rebuilt: Mapping[date, date]
    cells: pd.DataFrame = field(default_factory=lambda: frame(schema.CELLS))

    @property
    def snapshots(self) -> list[date]:
        """Dates of the snapshots, in order, empty ones included."""
        return sorted(set(self.sources["as_of"].dt.date))

    def __repr__(self) -> str:
        """One line; the tables are in the attributes."""
        return f"<Plan {self.name}: .snapshots has {len(self.snapshots)} dates, .ledger {len(self.ledger)} rows>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """Its snapshots with their files and findings, for a notebook."""
        made = _glance().of_plan(self.name, self.settings.title, self.ledger, self.findings, self.sources, self.snapshots)
        return made._repr_mimebundle_()


def read(path: str | Path, *, as_of: str | date | None = None, settings: Settings | None = None) -> Reading:
    """Read one file of a plan, without its history.

    Parameters
    ----------
    path : str or Path
    as_of : date or str, optional
        The date the plan stood at; taken from the file name where not given.
    settings : Settings, optional
        The plan's settings; without them the defaults.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        If the file cannot be read, or it has no date and none is given.
    """
    path = Path(path)
    settings = settings or Settings(title=path.stem)
    dated = DATED.match(path.name)
    day = to_date(as_of) or (to_date(dated[1], str(path)) if dated else None)
    raw, found, understood, digest = _take(path, settings)
    parts = [
        _Part(each, path, raw_part, tuple(found) if number == 0 else (), digest)
        for number, (each, raw_part) in enumerate(_by_snapshot(raw, day, settings, path))
    ]
    done = _read_parts(parts, settings, {})
    actions = (
        conform(pd.concat(done.actions, ignore_index=True), schema.LEDGER) if done.actions else frame(schema.LEDGER)
    )
    extras = frame(schema.EXTRAS, done.extras)
    return Reading(
        actions,
        frame(schema.FINDINGS, [*done.findings, *history.slips_that_differ(actions, extras)]),
        understood,
        extras,
        raw.cells,
        sum(source["used"] for source in done.sources),
    )


@dataclass(frozen=True)
class Decided:
    """What people decided on a plan beside its snapshots: what plan.toml, corrections.csv and matches.csv say.

    Attributes
    ----------
    settings : Settings
    corrections, matches : list of dict
        One per line of the file, its columns as text, ``as_of`` a date.
    """

    settings: Settings
    corrections: list[dict[str, Any]]
    matches: list[dict[str, Any]]


def decided(folder: str | Path, as_of: str | date | None = None) -> Decided:
    """What people decided on a plan up to a date, unredacted: for comparing and for `open_plan`, not for showing.

    Raises
    ------
    InputError
        If one of the files cannot be used.
    """
    path, until = find_plan(folder), to_date(as_of)
    return Decided(read_settings(path), _read_corrections(path, until), _read_matches(path, until))


def open_plan(
    folder: str | Path, as_of: str | date | None = None, *, redact: bool = True, begun: bool = True,
    instead: Decided | None = None, cells: bool = False,
) -> Plan:  # fmt: skip
    """Read a plan as it was known at a date.

    Parameters
    ----------
    folder : str or Path
        The plan folder.
    as_of : date or str, optional
        Only snapshots up to this date are read; all where not given.
    redact : bool
        Withhold what plan.toml says, after matching.
    begun : bool
        Whether the plan must have begun by then; where it need not, a plan without a snapshot is empty.
    instead : Decided, optional
        To be used in place of what plan.toml, corrections.csv and matches.csv say: what they said once.
    cells : bool
        Say too of every cell of the snapshot in force what it was taken for (`Plan.cells`); it takes some time.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If the folder, its settings or a file cannot be used, or there is no snapshot up to that date and the plan
        must have begun.
    """
    path = find_plan(folder)
    name = path.resolve().name
    until = to_date(as_of)
    said = instead or decided(path, until)
    settings = said.settings
    files = find_snapshots(path, settings)
    kept = _Kept({} if instead else _cache_keys(path, files, said, until))
    days = kept.found(cells=cells)
    if len(days) < len(kept.keys) or not kept.keys:
        days += kept.keep(_read_days(path, name, files, said, until, begun=begun, before=days, cells=cells or bool(kept.keys)))
    plan = _assembled(name, settings, days, _strays(path, files), cells=cells)
    if not redact:
        return replace(plan, cells=account.finish(plan.cells))
    return _redacted(plan, [headers for each in days for headers in each.headers], files)


def open_pool(folder: str | Path, as_of: str | date | None = None, *, redact: bool = True) -> list[Plan]:
    """Read the plans that plan.toml names in ``[forecast] pool``, as they were known at a date.

    Parameters
    ----------
    folder : str or Path
        The plan whose pool is meant; the others stand beside it.
    as_of : date or str, optional
    redact : bool

    Returns
    -------
    list of Plan
        In the order of plan.toml; one without a snapshot up to that date is left out.

    Raises
    ------
    InputError
        If one of them is no plan folder or cannot be read.
    """
    path = find_plan(folder)
    until = to_date(as_of)
    made = []
    for each in pool_folders(path):
        days = [day for day, _ in find_snapshots(each, read_settings(each)) if day is not None]
        if until is None or not days or min(days) <= until:
            made.append(open_plan(each, as_of, redact=redact))
    return made


# --- files to parts --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """The raw rows that one file has of one snapshot."""

    day: date
    file: Path
    raw: Raw
    findings: tuple[Finding, ...]
    sha256: str
    notes: tuple[str, ...] = ()  # what the source of each row is to say of its corrections


@dataclass(frozen=True)
class _Done:
    """What reading parts gave; actions and sources one per part."""

    actions: list[pd.DataFrame]
    findings: list[Finding]
    extras: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    unused: list[list[dict[str, Any]]]
    orders: dict[date, dict[str, bool]]


def _read_days(
    path: Path, name: str, files: Sequence[tuple[date | None, Path]], said: Decided, until: date | None, *, begun: bool,
    before: Sequence[Snapshot], cells: bool,
) -> list[Snapshot]:  # fmt: skip
    """Read every snapshot up to a date that is not among those read before, which are the first ones."""
    settings, known = said.settings, {each.day for each in before}
    parts, met = _parts(path, [(day, file) for day, file in files if day not in known], settings, until)
    if not parts and not before and (begun or not met):
        raise InputError(f"{path}: no snapshot up to {until}; the first is of {min(met, default='no date')}")
    parts, used = _corrected(parts, [each for each in said.corrections if each["as_of"] not in known], path)
    done = _read_parts(parts, settings, before[-1].orders if before else {})
    together: list[Finding] = []
    days = list(dict.fromkeys(part.day for part in parts))
    rows = {
        day: _join_parts([each for each, part in zip(done.actions, parts, strict=True) if part.day == day], day, together)
        for day in days
    }
    earlier = [each.actions for each in before if each.actions is not None]
    made = history.build(name, [*earlier, *rows.values()], _decisions(said.matches))
    found = []
    for day in days:
        when = pd.Timestamp(day)
        told = (done.findings, together, _rebuilt(day, settings), made.findings)
        extras, sources, corrections = (
            [each for each in those if pd.Timestamp(each["as_of"]) == when] for those in (done.extras, done.sources, used)
        )
        found.append(Snapshot(
            day, made.ledger[made.ledger["as_of"] == when], made.matches[made.matches["as_of"] == when],
            tuple([each for each in those if pd.Timestamp(each["as_of"]) == when] for those in told),  # type: ignore[arg-type]
            extras, sources, corrections, [part.raw.headers for part in parts if part.day == day],
            done.orders[day], rows[day], _taken_for(day, parts, done, made.matches) if cells else None,
        ))  # fmt: skip
    return found


def _rebuilt(day: date, settings: Settings) -> list[Finding]:
    paper = settings.known_from.get(day)
    message = f"rebuilt from a paper of {paper}; not a record of its own time"
    return [{"as_of": day, **finding("snapshot-rebuilt", message)}] if paper else []


def _assembled(name: str, settings: Settings, days: Sequence[Snapshot], strays: Sequence[str], *, cells: bool) -> Plan:
    """A plan from its snapshots."""
    ledger, matches = (
        pd.concat([getattr(each, table) for each in days], ignore_index=True) if days else frame(columns)
        for table, columns in (("ledger", schema.LEDGER), ("matches", schema.MATCHES))
    )
    extras = frame(schema.EXTRAS, [row for each in days for row in each.extras])
    files, together, rebuilt, past = ([row for each in days for row in each.findings[kind]] for kind in range(4))
    left = [{"source": each, **finding("file-not-read", "its name does not begin with a date")} for each in strays]
    found = [*files, *left, *together, *history.slips_that_differ(ledger, extras), *rebuilt, *past]
    listed = frame(schema.FINDINGS, ({"plan": name, **each} for each in found))
    listed = listed.sort_values(["as_of", "source"], kind="stable", na_position="first", ignore_index=True)
    sources = pd.DataFrame([row for each in days for row in each.sources], columns=list(_SOURCES))
    sources["as_of"] = pd.to_datetime(sources["as_of"]).astype(schema.DATE)
    corrections = pd.DataFrame([row for each in days for row in each.corrections], columns=[*_CORRECTED, "line"])
    papers = {each.day: settings.known_from[each.day] for each in days if each.day in settings.known_from}
    taken = days[-1].cells if cells and days else None
    return Plan(
        name, settings, ledger, listed, matches, extras, sources, corrections, papers, account.none() if taken is None else taken,
    )  # fmt: skip


def _cache_keys(
    path: Path, files: Sequence[tuple[date | None, Path]], said: Decided, until: date | None
) -> dict[date, tuple[str, set[tuple[str, str]]]]:
    """For each snapshot the sum of all that it rests on, which later ones are not, and its files with their sums.

    Nothing where it is not known before reading which snapshots there are, as in a tracker's export, or where a
    correction or decision is of no snapshot, which reading refuses.
    """
    days = sorted({day for day, _ in files if day and (until is None or day <= until)})
    asked = {each["as_of"] for each in (*said.corrections, *said.matches)}
    if cache.folder() is None or any(day is None for day, _ in files) or not asked <= set(days):
        return {}
    seen: list[Any] = [path.resolve().name, _digest_of(path / FILE_NAME)]
    keys = {}
    for day in days:
        sums = {(file.name, _digest_of(file)) for each, file in files if each == day}
        told = [each for those in (said.corrections, said.matches) for each in those if each["as_of"] == day]
        seen.append([str(day), sorted(sums), told])
        keys[day] = cache.key_of(*seen), sums
    return keys


def _digest_of(path: Path) -> str:
    return hashlib.sha256(_bytes(path)).hexdigest()


class _Kept:
    """The snapshots of a plan in the cache."""

    def __init__(self, keys: Mapping[date, tuple[str, set[tuple[str, str]]]]) -> None:
        self.keys = keys

    def found(self, *, cells: bool) -> list[Snapshot]:
        """The first of them as far as they are there: all, or those that the others can be read after."""
        found: list[Snapshot] = []
        for day, (key, _) in self.keys.items():
            entry = cache.get(key)
            if entry is None:
                break
            found.append(snapshot.from_entry(day, entry))
        if found and len(found) == len(self.keys):
            if not cells:
                return found
            taken = cache.get(self._of_cells(found[-1].day))
            if taken is not None:
                return [*found[:-1], replace(found[-1], cells=snapshot.cells_of(taken))]
            found.pop()
        before = []
        for each in found:
            rows = cache.get(self._of_actions(each.day))
            if rows is None:
                return []
            before.append(replace(each, actions=snapshot.actions_of(rows)))
        return before

    def keep(self, made: Sequence[Snapshot]) -> list[Snapshot]:
        """Keep what was read, but for a file that became another between its sum and its reading."""
        if {each.day for each in made} <= set(self.keys):
            for each in made:
                key, sums = self.keys[each.day]
                if {(row["file"], row["sha256"]) for row in each.sources} != sums:
                    break
                cache.put(self._of_actions(each.day), snapshot.actions_entry(each))
                cache.put(self._of_cells(each.day), snapshot.cells_entry(each))
                cache.put(key, snapshot.to_entry(each))
        return list(made)

    def _of_actions(self, day: date) -> str:
        return cache.key_of("actions", self.keys[day][0])

    def _of_cells(self, day: date) -> str:
        return cache.key_of("cells", self.keys[day][0])


def _parts(
    folder: Path, files: Sequence[tuple[date | None, Path]], settings: Settings, until: date | None
) -> tuple[list[_Part], list[date]]:
    """The parts of all snapshots up to a date, in order, and the dates that were met."""
    found: list[_Part] = []
    days = [day for day, _ in files if day]
    for day, file in files:
        if until and day and day > until:
            continue
        raw, odd, _, digest = _take(file, settings)
        if not raw.tables:
            raise InputError(f"{file}: no table of actions was found; to see how it was read: planlib check {shell_word(str(file))}")
        slices = _by_snapshot(raw, day, settings, file)
        days += [each for each, _ in slices]
        for number, (each, part) in enumerate(slices):
            # Of an export only the rows of that snapshot are its source: later ones change nothing.
            sha256 = digest if len(slices) == 1 and day else _digest(part.rows)
            if not until or each <= until:
                found.append(_Part(each, file, part, tuple(odd) if number == 0 else (), sha256))
    found.sort(key=lambda part: part.day)
    for one, other in pairwise(found):
        if one.day == other.day and one.file != other.file:
            refuse_two_files(folder, one.day, (one.file, _number(one.file)), (other.file, _number(other.file)))
    return found, days


def _number(file: Path) -> int:
    """Number of a file that is a part of a snapshot, else 0."""
    dated = DATED.match(file.name)
    return int(dated[2] or 0) if dated else 0


def _strays(folder: Path, files: Sequence[tuple[date | None, Path]]) -> list[str]:
    read = {path for _, path in files}
    return [path.name for path in snapshot_files(folder) if path not in read]


def _take(path: Path, settings: Settings) -> tuple[Raw, list[Finding], list[dict[str, str]], str]:
    """The raw rows of a file, findings of the file as a whole, what was understood, and the file's sha256."""
    data = _bytes(path)
    if len(data) > settings.limits.mebibytes << 20:
        raise InputError(f"{path}: is larger than {settings.limits.mebibytes} MiB ([limits] mebibytes)")
    document = read_document(path, data, settings.limits)
    understood = [{"what": "format", "value": document.format, "why": "by its content"}]
    understood += [{"what": what, "value": value, "why": why} for what, value, why in document.decided]
    raw = take_rows(find_layout(document.grids, settings.columns), count_cells(document.grids))
    findings = [finding(code, message, place=place) for code, place, message in document.notes]
    if not raw.tables:
        findings.append(finding(
            "no-action-table",
            "no table with a header row that names actions (or references) and a status or target date was found; "
            "name the columns in plan.toml under [columns]",
            place=document.grids[0].name if document.grids else "",
        ))  # fmt: skip
    for name, headers in settings.columns.items():
        if name not in raw.headers:
            listed = "' or '".join(headers)
            findings.append(finding("column-not-found", f"no column '{listed}' was found", column=name, text=listed))
    return raw, findings, [*understood, *raw.understood], hashlib.sha256(data).hexdigest()


def _by_snapshot(raw: Raw, day: date | None, settings: Settings, path: Path) -> list[tuple[date, Raw]]:
    """Split a tracker's export by its as-of column; any other file is one snapshot."""
    texts = raw.rows["as_of"]
    named = "as_of" in settings.columns or day is None
    if not named or "as_of" not in raw.headers or not (texts != "").any():
        if day is None:
            raise InputError(f"{path}: has no date; begin its name with one (YYYY-MM-DD) or give --as-of")
        return [(day, _without_as_of(raw, day, settings))]
    order = month_first(texts)
    if order is not None and order == settings.day_first:
        raise InputError(
            f"{path}: the dates of '{raw.headers['as_of'][0]}' have the {'month' if order else 'day'} first; "
            f"write day_first = {str(not order).lower()} in {FILE_NAME}"
        )
    days = pd.Series([_day_of(text, settings) for text in texts], index=raw.rows.index, dtype=object)
    # A row without a date goes with the one above it, so that rows added below change nothing.
    owners = days.ffill().bfill()
    if day is not None and owners.isna().all():
        return [(day, _without_as_of(raw, day, settings))]
    slices = [(each, _slice(raw, days, owners == each)) for each in sorted(set(owners.dropna()))]
    if not slices:
        raise InputError(f"{path}: no row of '{raw.headers['as_of'][0]}' has a date")
    first_day, first = slices[0]
    in_rows = int(raw.rows["own"].sum())
    rest = raw.cells - sum(part.cells for _, part in slices)
    slices[0] = first_day, replace(
        first, findings=raw.findings + first.findings, cells=first.cells + rest, used=first.used + raw.used - in_rows,
        extras=(*(each for each in raw.extras if each["row"] < 0), *first.extras), slice="first",
    )  # fmt: skip
    return slices


def _day_of(text: str, settings: Settings) -> date | None:
    """The as-at date of a row: the last day of what its cell says."""
    return read_date(text, day_first=settings.day_first, financial_year_starts=settings.financial_year_starts).latest


def _without_as_of(raw: Raw, day: date, settings: Settings) -> Raw:
    """A file whose name says the date: an as-at column beside it is kept in extras, and compared."""
    rows = [index for index, text in enumerate(raw.rows["as_of"]) if text]
    if not rows:
        return raw
    cells = [cell for index in rows for cell in unused_cells(raw, index, "as_of")]
    other = [cell for cell in cells if _day_of(cell["text"], settings) not in (day, None)]
    findings = raw.findings
    if other:
        message = f"{len(other)} rows give another date than the {day} of the file's name, which was taken"
        where = {"place": other[0]["place"], "column": "as_of", "text": other[0]["text"]}
        findings += (finding("as-of-differs", message, **where),)
    return replace(raw, extras=(*raw.extras, *cells), findings=findings, used=raw.used - len(cells))


def _slice(raw: Raw, days: pd.Series, keep: pd.Series) -> Raw:
    """The rows of one snapshot; those without a date of their own are kept in extras."""
    undated = [index for index in raw.rows.index[keep] if days[index] is None]
    odd = [
        finding("as-of-not-read", f"'{raw.rows['as_of'].iat[index]}' is no date; the row is left out, in extras",
                place=raw.place(index, "as_of"), column="as_of", text=raw.rows["as_of"].iat[index])
        for index in undated
    ]  # fmt: skip
    lost = [cell for index in undated for cell in raw.own_cells(index)]
    rows = raw.rows[keep].drop(index=undated)
    numbers = {int(old): new for new, old in enumerate(rows.index)} | dict.fromkeys(undated, -1)
    extras = [each | {"row": numbers[each["row"]]} for each in raw.extras if each["row"] in numbers] + lost
    used = int(rows["own"].sum())
    return replace(
        raw, rows=rows.reset_index(drop=True), extras=tuple(extras), findings=tuple(odd), cells=used + len(extras),
        used=used, slice="later",
    )  # fmt: skip


def _digest(rows: pd.DataFrame) -> str:
    return hashlib.sha256(rows[list(RAW)].to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()


# --- parts to actions ------------------------------------------------------------------------------------------------


def _read_parts(parts: Sequence[_Part], settings: Settings, orders: Mapping[str, bool]) -> _Done:
    """Read the parts in order of date: what one shows of the order of day and month holds for later ones."""
    done = _Done([], [], [], [], [], {})
    orders = dict(orders)
    for number, part in enumerate(parts):
        if number == 0 or parts[number - 1].day != part.day:
            for each in parts:
                orders = date_orders(each.raw, orders) if each.day == part.day else orders
            done.orders[part.day] = orders
        actions, odd, unused = normalise(part.raw, as_of=part.day, settings=settings, orders=orders)
        where = {"as_of": pd.Timestamp(part.day), "source": part.file.name}
        notes = part.notes or [""] * len(actions)
        done.actions.append(actions.assign(source=pd.array([part.file.name + note for note in notes], dtype="string")))
        done.findings.extend({**where, **each} for each in (*part.findings, *odd))
        extras = [*part.raw.extras, *unused]
        done.unused.append(unused)
        done.extras.extend({**where, **each} for each in extras)
        done.sources.append({
            "as_of": part.day, "file": part.file.name, "sha256": part.sha256, "rows": len(actions),
            "cells": part.raw.cells, "used": part.raw.used - len(unused), "extra": len(extras),
        })  # fmt: skip
    return done


def _taken_for(day: date, parts: Sequence[_Part], done: _Done, matches: pd.DataFrame) -> pd.DataFrame:
    """What every cell of the files of a snapshot was taken for, in the form that `account.withhold` takes."""
    names = iter(matches.loc[matches["as_of"] == pd.Timestamp(day), "action_id"])
    made = []
    for part, unused in zip(parts, done.unused, strict=True):
        if part.day == day:
            each = account.cells(part.raw, unused, [next(names) for _ in range(len(part.raw.rows))])
            made.append(each.assign(as_of=pd.Timestamp(day), source=part.file.name))
    return pd.concat(made, ignore_index=True)


def _join_parts(parts: Sequence[pd.DataFrame], day: date, findings: list[Finding]) -> pd.DataFrame:
    joined = pd.concat(parts, ignore_index=True)
    if joined.empty:
        findings.append(finding("snapshot-empty", "no action was found in the snapshot", as_of=day))
    if len(parts) > 1:
        for ref, rows in joined[joined["ref"] != ""].groupby("ref", sort=False):
            files = sorted({str(source).partition(";")[0] for source in rows["source"]})
            if len(files) > 1:
                findings.append(finding(
                    "ref-in-two-parts", f"reference {ref} stands in {' and '.join(files)}", as_of=day, source=files[-1],
                    place=rows["place"].iloc[-1], ref=ref, column="ref", text=ref,
                ))  # fmt: skip
    return joined


# --- what people decided ---------------------------------------------------------------------------------------------


def _read_side_file(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[dict[str, Any]]:
    """A small CSV of ours: corrections or decisions on identity; each row with its ``line``."""
    if not path.exists():
        return []
    grid = read_delimited(path, _bytes(path)).grids[0]
    headers = [text.casefold() for text in grid.rows[0]]
    for name in headers:
        if name not in columns:
            raise InputError(f"{path}: unknown column '{name}'.{nearest(name, columns)} Columns: {', '.join(columns)}")
    for name in needed:
        if headers.count(name) != 1:
            how = "stands twice" if name in headers else "is missing"
            raise InputError(f"{path}: column '{name}' {how}. Columns: {', '.join(columns)}")
    records = []
    for row, place in zip(grid.rows[1:], grid.places[1:], strict=True):
        if any(row):
            if len(row) > len(headers):
                raise InputError(f"{path}: {place}: more cells than columns; text with a comma needs quotation marks")
            record: dict[str, Any] = dict.fromkeys(columns, "") | dict(zip(headers, row, strict=False))
            day = to_date(record["as_of"], f"{path}: {place}: as_of")
            records.append(record | {"as_of": day, "line": place.removeprefix("line ")})
    return records


def _read_corrections(folder: Path, until: date | None) -> list[dict[str, Any]]:
    path = folder / CORRECTIONS
    columns = ("as_of", "place", "ref", "column", "value", "reason", "kind")
    rows = _read_side_file(path, columns, ("as_of", "column", "value", "reason", "kind"))
    for row in rows:
        where = f"{path}: line {row['line']}"
        if row["kind"] not in CORRECTION_KINDS:
            raise InputError(f"{where}: kind '{row['kind']}' is not allowed; allowed: {', '.join(CORRECTION_KINDS)}")
        if not (row["place"] or row["ref"]):
            raise InputError(f"{where}: place or ref is needed, to say which row is meant")
    return [row for row in rows if not until or row["as_of"] <= until]


_MATCHES = ("as_of", "place", "action_id", "reason")


def _read_matches(folder: Path, until: date | None) -> list[dict[str, Any]]:
    rows = _read_side_file(folder / MATCHES, _MATCHES, _MATCHES[:3])
    return [row for row in rows if not until or row["as_of"] <= until]


def _decisions(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    made = [{**row, "as_of": pd.Timestamp(row["as_of"])} for row in rows]
    return pd.DataFrame(made, columns=[*_MATCHES, "line"])


_CORRECTED = ("as_of", "place", "ref", "column", "before", "value", "kind", "reason")


def _corrected(
    parts: Sequence[_Part], corrections: Sequence[Mapping[str, Any]], folder: Path
) -> tuple[list[_Part], list[dict[str, Any]]]:
    """Put the corrections into the raw rows; each hits exactly one row of its snapshot, in whichever of its files."""
    made = list(parts)
    used: list[dict[str, Any]] = []
    done: dict[tuple[int, int, str], str] = {}
    for said in corrections:
        where = f"{folder / CORRECTIONS}: line {said['line']}"
        numbers = [number for number, part in enumerate(parts) if part.day == said["as_of"]]
        if not numbers:
            raise InputError(f"{where}: there is no snapshot of {said['as_of']}")
        # The rows are sought as the source has them, so that the order of the corrections does not matter.
        hits = [(number, index) for number in numbers for index in _rows_meant(parts[number].raw, said)]
        if len(hits) != 1:
            named = ", ".join(f"{name} '{said[name]}'" for name in ("place", "ref") if said[name])
            files = " and ".join(parts[number].file.name for number in numbers)
            raise InputError(f"{where}: {named} is {len(hits)} rows of {files}, not exactly one")
        number, index = hits[0]
        column = _column_meant(parts[number], said["column"], where)
        if (number, index, column) in done:
            raise InputError(f"{where}: the cell is corrected already by line {done[number, index, column]}")
        done[number, index, column] = said["line"]
        made[number], record = _put(made[number], parts[number].raw, index, column, said)
        used.append(record)
    return made, used


def _rows_meant(raw: Raw, said: Mapping[str, Any]) -> list[int]:
    place, ref = said["place"] and row_place(said["place"]), " ".join(said["ref"].split())
    return [
        index for index, (there, its_ref) in enumerate(zip(raw.rows["place"], raw.rows["ref"], strict=True))
        if (not place or there == place) and (not ref or " ".join(its_ref.split()) == ref)
    ]  # fmt: skip


def _column_meant(part: _Part, name: str, where: str) -> str:
    """The canonical column that a correction names, by the source's own header or by the canonical name."""
    headers = part.raw.headers
    folded = fold_header(name)
    for column, texts in headers.items():
        if column != "as_of" and folded in {fold_header(text) for text in texts}:
            return column
    if name in headers and name != "as_of":
        return name
    known = [text for column, texts in headers.items() if column != "as_of" for text in texts]
    listed = f"{nearest(name, known)} Columns: {', '.join(known)}"
    raise InputError(f"{where}: {part.file.name} has no column '{name}' that is used.{listed}")


def _put(part: _Part, source: Raw, index: int, column: str, said: Mapping[str, Any]) -> tuple[_Part, dict[str, Any]]:
    """Correct one cell; with what is to be shown of it."""
    before, ref = source.rows[column].iat[index], source.rows["ref"].iat[index]
    rows = part.raw.rows.copy()
    rows.loc[index, column] = said["value"]
    shown = {"place": source.place(index, column), "ref": ref, "column": column}
    message = f"'{before}' was corrected to '{said['value']}' ({said['kind']}): {said['reason']}"
    notes = list(part.notes) or [""] * len(rows)
    notes[index] += f"; {CORRECTIONS} line {said['line']} ({said['kind']}: {column})"
    raw = replace(part.raw, rows=rows, findings=(
        *part.raw.findings, finding("corrected", message, **shown, text=before)))  # fmt: skip
    record = shown | {"before": before, "as_of": pd.Timestamp(said["as_of"])}
    return replace(part, raw=raw, notes=tuple(notes)), record | {
        name: said[name] for name in ("value", "kind", "reason", "line")
    }


# --- what is withheld ------------------------------------------------------------------------------------------------

# Ledger columns that show a source column, and what they hold when it is withheld.
_SHOWN: dict[str, dict[str, Any]] = {
    "target": {"target_text": schema.WITHHELD, "target_earliest": pd.NaT, "target": pd.NaT, "target_precision": ""},
    "previous_target": {"previous_target_text": schema.WITHHELD, "previous_target": pd.NaT},
    "original": {
        "original_text": schema.WITHHELD, "original_earliest": pd.NaT, "original": pd.NaT, "original_precision": "",
        "original_basis": "not known",
    },
    "completed": {"completed_text": schema.WITHHELD, "completed_earliest": pd.NaT, "completed": pd.NaT},
    "status": {"status_text": schema.WITHHELD, "status": "unknown", "claim": ""},
    "rag": {"rag": "", "status_text": schema.WITHHELD},
    "percent_complete": {"percent_complete": pd.NA},
}  # fmt: skip
# Dates that are read out of the cells of another column too.
_DATES_OF_SLIP = ("target", "previous_target", "original", "completed")
_DERIVED = {"target": ("previous_target", "original"), "previous_target": ("original",)}
# What stands in no column, such as a row that is no action, may say what a column withholds (planlib.normalise).
_LOOSE_FINDINGS = ("row-not-used", "cell-outside-table")
_LOOSE = ("(row that", "(text outside the tables)", "(outside the tables)", "(struck out)", "(footnote)")
_ABOUT_COLUMNS = ("column-not-found", "column-not-recognised", "column-guessed", "month-first")


def _redacted(
    plan: Plan, headers: Sequence[Mapping[str, Sequence[str]]], files: Sequence[tuple[date | None, Path]]
) -> Plan:
    """Withhold columns and patterns; nothing withheld leaves this module."""
    settings = plan.settings
    if not settings.redact_columns and not settings.redact_patterns:
        return replace(plan, cells=account.finish(plan.cells))
    columns, folded = _withheld_columns(plan, headers, files)
    ledger, findings, extras = plan.ledger.copy(), plan.findings.copy(), plan.extras.copy()
    corrections, matches, sources = plan.corrections.copy(), plan.matches.copy(), plan.sources.copy()
    for name in columns:
        _withhold(ledger, name, pd.Series(True, index=ledger.index))
        for other in _DERIVED.get(name, ()):
            stated = ledger["original_basis"] == "stated"
            _withhold(ledger, other, ~stated if other == "original" else pd.Series(True, index=ledger.index))
        hidden = (findings["column"] == name) & ~findings["code"].isin(_ABOUT_COLUMNS)
        hidden |= findings["code"].isin(("slip-differs", "slip-in-weekdays")) & (name in _DATES_OF_SLIP)
        findings.loc[hidden, ["text", "message"]] = schema.WITHHELD
        corrections.loc[corrections["column"] == name, ["before", "value", "reason"]] = schema.WITHHELD
        if name in ("ref", "ref_range"):
            for table in (findings, corrections, matches):
                table["ref"] = table["ref"].mask(table["ref"] != "", schema.WITHHELD)
            matches["evidence"] = schema.WITHHELD
    findings.loc[[fold_header(header) in folded and not about for header, about in zip(
        findings["column"], findings["code"].isin(_ABOUT_COLUMNS), strict=True)], ["text", "message"]] = schema.WITHHELD  # fmt: skip
    cells = account.withhold(plan.cells, columns, folded, schema.WITHHELD)
    hidden_headers = [fold_header(header) in folded for header in extras["header"]]
    if columns or folded:
        findings.loc[findings["code"].isin(_LOOSE_FINDINGS), "text"] = schema.WITHHELD
        hidden_headers = [yes or header.startswith(_LOOSE) for yes, header in zip(hidden_headers, extras["header"], strict=True)]
    extras.loc[hidden_headers, "text"] = schema.WITHHELD
    text = {
        "ledger": (ledger, [*_TEXTS, "place"]), "extras": (extras, ["place", "header", "text", "source"]),
        "findings": (findings, ["source", "place", "ref", "column", "text", "message"]),
        "corrections": (corrections, ["place", "ref", "before", "value", "reason"]),
        "matches": (matches, ["place", "ref", "evidence"]), "sources": (sources, ["file"]),
    }  # fmt: skip
    patterns = [re.compile(each) for each in settings.redact_patterns]
    for pattern in patterns:
        for table, names in text.values():
            for name in names:
                table[name] = [pattern.sub(schema.WITHHELD, str(value)) for value in table[name]]
        # What follows the file's name is ours, and measures rest on it.
        ledger["source"] = [
            "".join([pattern.sub(schema.WITHHELD, file), *rest]) for file, *rest in map(_file_and_rest, ledger["source"])
        ]
    return replace(
        plan, ledger=conform(ledger, schema.LEDGER), findings=conform(findings, schema.FINDINGS),
        extras=conform(extras, schema.EXTRAS), corrections=corrections, matches=conform(matches, schema.MATCHES),
        sources=sources, cells=account.finish(account.replace_patterns(cells, patterns, schema.WITHHELD)),
    )  # fmt: skip


_TEXTS = (
    "ref", "ref_range", "area_ref", "area", "action", "lead", "timescale", "target_text", "previous_target_text",
    "original_text", "status_text", "completed_text", "progress", "reason",
)  # fmt: skip


def _file_and_rest(source: str) -> tuple[str, str, str]:
    return source.partition("; ")


def _withhold(ledger: pd.DataFrame, name: str, rows: pd.Series) -> None:
    for column, value in _SHOWN.get(name, {name: schema.WITHHELD}).items():
        # A blank cell has nothing to withhold, and is known to be blank.
        hit = rows & (ledger[column] != "") if value == schema.WITHHELD else rows
        ledger[column] = ledger[column].mask(hit, value)


def _withheld_columns(
    plan: Plan, headers: Sequence[Mapping[str, Sequence[str]]], files: Sequence[tuple[date | None, Path]]
) -> tuple[list[str], set[str]]:
    """Canonical columns to withhold, and headers, folded, of the cells in extras.

    A name that no file has, a later one included, is an error: a slip of the pen would publish what was to be withheld.
    """
    columns: dict[str, None] = {}
    folded: set[str] = set()
    extra = {fold_header(header) for header in plan.extras["header"]}
    for name in plan.settings.redact_columns:
        wanted = fold_header(name)
        found = [column for each in headers for column, texts in each.items()
                 if name == column or wanted in map(fold_header, texts)]  # fmt: skip
        if name == "as_of" or "as_of" in found:
            raise InputError(f"{FILE_NAME}: redact.columns: '{name}' dates the snapshots and cannot be withheld")
        known = name in schema.SYNONYMS or found or wanted in extra
        if not known and wanted not in (everywhere := _all_headers(files, plan.settings)):
            raise InputError(f"{FILE_NAME}: redact.columns: no column '{name}'.{nearest(wanted, everywhere)}")
        columns |= dict.fromkeys([*found, *([name] if name in schema.SYNONYMS else [])])
        folded |= {wanted}
        folded |= {fold_header(text) for each in headers for column in columns for text in each.get(column, ())}
    return list(columns), folded


def _all_headers(files: Iterable[tuple[date | None, Path]], settings: Settings) -> set[str]:
    found: set[str] = set()
    for _, path in files:
        try:
            raw = _take(path, settings)[0]
        except InputError:
            continue
        found |= {fold_header(header) for table in raw.tables for header in table.headers.values()}
    return found
