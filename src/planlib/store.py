"""Finds the snapshots of a plan folder, reads them, applies what people decided, and withholds what must be.

`open_plan` is the shortest way from a folder to one's own analysis: ``planlib.open_plan("data/plan").ledger``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from planlib import history, schema
from planlib.dates import read_date
from planlib.errors import InputError, nearest
from planlib.layout import find_tables, fold_header
from planlib.normalise import Raw, conform, finding, frame, normalise, take_rows
from planlib.readers.delimited import decode
from planlib.readers.delimited import read as read_delimited
from planlib.readers.formats import ENDINGS, read_document
from planlib.settings import FILE_NAME, Settings, read_settings

CORRECTIONS, MATCHES = "corrections.csv", "matches.csv"
CORRECTION_KINDS = ("typo", "restored")
WITHHELD = "[withheld]"
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})(_part-\d+)?(?=[^\d]|$)")


@dataclass(frozen=True)
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
    cells : int
        Cells with text in the file.
    """

    actions: pd.DataFrame
    findings: pd.DataFrame
    understood: list[dict[str, str]]
    extras: pd.DataFrame
    cells: int


@dataclass(frozen=True)
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
        as_of, file, sha256, rows, cells, used, extra: one row per snapshot file.
    corrections : DataFrame
        as_of, place, ref, column, before, value, kind, reason, line: each as it was applied.
    rebuilt : dict
        Snapshot to the date of the later paper that it was rebuilt from.
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

    @property
    def snapshots(self) -> list[date]:
        """Dates of the snapshots, in order, empty ones included."""
        return sorted(set(self.sources["as_of"].dt.date))


def to_date(value: str | date | pd.Timestamp | None, what: str = "as_of") -> date | None:
    """A date from what a person or a notebook gives, or a clear error.

    Raises
    ------
    InputError
        If it is not a date object or text written YYYY-MM-DD.
    """
    if value is None or isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise InputError(f"{what}: {value!r} is not a date; write it YYYY-MM-DD, such as 2011-08-31")


def find_plan(folder: str | Path) -> Path:
    """The folder of a plan; a relative one is tried from here and from each parent that holds ``data/``.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    given = Path(folder)
    here = Path.cwd()
    tried = [given] if given.is_absolute() else [here / given]
    if not given.is_absolute():
        tried += [parent / given for parent in here.parents if (parent / "data").is_dir()]
    for path in tried:
        if path.is_dir():
            return path
        if path.is_file():
            raise InputError(f"{given}: is a file; a plan is a folder of dated files with a {FILE_NAME}")
    parent = tried[0].parent
    beside = [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
    raise InputError(f"{given}: no such plan folder.{nearest(given.name, beside)}")


def find_snapshots(folder: Path, settings: Settings) -> list[tuple[date | None, Path]]:
    """The snapshot files of a plan with their dates, in order; the date is None for a file that holds many.

    Raises
    ------
    InputError
        If a file has no date in its name, or two files have the same date and are not parts of one.
    """
    found: list[tuple[date | None, Path]] = []
    for path in sorted(folder.iterdir()):
        name = path.name
        if path.is_dir() or name.startswith((".", "~$")) or name in (FILE_NAME, CORRECTIONS, MATCHES):
            continue
        if name.casefold().startswith("readme"):
            continue
        dated = _DATED.match(name)
        if dated:
            found.append((to_date(dated[1], str(path)), path))
        elif "as_of" in settings.columns:
            found.append((None, path))
        elif path.suffix.casefold() in ENDINGS:
            raise InputError(
                f"{path}: the name must begin with the date the plan stood at, written YYYY-MM-DD, "
                f"such as 2011-08-31{path.suffix}"
            )
    for (day, first), (other_day, other) in zip(found, found[1:], strict=False):
        if day is not None and day == other_day and not ("_part-" in first.name and "_part-" in other.name):
            raise InputError(
                f"{folder}: two files for {day}: {first.name} and {other.name}; keep one, "
                f"or name them {day}_part-1 and {day}_part-2 if both belong to that date"
            )
    if not found:
        raise InputError(f"{folder}: no snapshot files; put the plan's files here, each named by its date (YYYY-MM-DD)")
    return found


def read(
    path: str | Path, *, as_of: str | date | None = None, settings: Settings | None = None
) -> Reading:
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
        If the file cannot be read, or has no date.
    """
    path = Path(path)
    settings = settings or Settings(title=path.stem)
    dated = _DATED.match(path.name)
    day = to_date(as_of) or (to_date(dated[1], str(path)) if dated else None)
    raw, findings, understood, _ = _take(path, settings)
    parts = _by_snapshot(raw, day, settings, findings, path)
    made, extras = [], []
    for snapshot, part in parts:
        actions, found = normalise(part, as_of=snapshot, settings=settings)
        made.append(actions.assign(source=path.name))
        findings += [{"as_of": snapshot, **each} for each in found]
        extras.append(part.extras.assign(as_of=pd.Timestamp(snapshot), source=path.name))
    actions = pd.concat(made, ignore_index=True) if made else frame(schema.LEDGER)
    listed = frame(schema.FINDINGS, ({"source": path.name, **each} for each in findings))
    kept = pd.concat(extras) if extras else frame(schema.EXTRAS)
    return Reading(
        conform(actions, schema.LEDGER), listed, understood, conform(kept, schema.EXTRAS), raw.cells
    )


def open_plan(folder: str | Path, as_of: str | date | None = None, *, redact: bool = True) -> Plan:
    """Read a plan folder as it was known at a date.

    Parameters
    ----------
    folder : str or Path
        The plan folder; a relative one is tried from here and from each parent that holds ``data/``.
    as_of : date or str, optional
        Only snapshots dated up to then are read, and nothing dated later is looked at; all of them by default.
    redact : bool
        Withhold what plan.toml says, after matching.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If the folder, its settings or a file cannot be used, or there is no snapshot up to that date.
    """
    path = find_plan(folder)
    name = path.resolve().name
    settings = read_settings(path)
    until = to_date(as_of)
    files = [(day, file) for day, file in find_snapshots(path, settings) if not (until and day and day > until)]
    corrections = _read_corrections(path, until)
    used: list[dict[str, Any]] = []
    missed: dict[str, str] = {}
    findings: list[dict[str, Any]] = []
    by_day: dict[date, list[pd.DataFrame]] = {}
    extras: list[pd.DataFrame] = []
    sources: list[dict[str, Any]] = []
    for day, file in files:
        raw, found, _, digest = _take(file, settings)
        parts = _by_snapshot(raw, day, settings, found, file)
        for number, (snapshot, part) in enumerate(parts):
            if until and snapshot > until:
                continue
            part, notes = _correct(part, corrections, snapshot, file, used, missed)
            actions, odd = normalise(part, as_of=snapshot, settings=settings)
            by_day.setdefault(snapshot, []).append(actions.assign(source=file.name + notes))
            extras.append(part.extras.assign(as_of=pd.Timestamp(snapshot), source=file.name))
            first = found if number == 0 else []
            findings += [{"as_of": snapshot, "source": file.name, **each} for each in (*first, *odd)]
            sources.append({
                "as_of": snapshot, "file": file.name, "sha256": digest if day else _digest(part.rows),
                "rows": len(actions), "cells": part.cells, "extra": len(part.extras),
            })  # fmt: skip
    _all_used(corrections, used, missed, path)
    if not sources:
        first_day = min((day for day, _ in find_snapshots(path, settings) if day), default=None)
        raise InputError(f"{path}: no snapshot up to {until}; the first is of {first_day}")
    snapshots = [_join_parts(by_day[day], day, findings) for day in sorted(by_day)]
    made = history.build(name, snapshots, _read_decisions(path))
    rebuilt = {day: settings.known_from[day] for day in sorted(by_day) if day in settings.known_from}
    findings += [
        finding("snapshot-rebuilt", f"rebuilt from a paper of {paper}; not a record of its own time", as_of=day)
        for day, paper in rebuilt.items()
    ]
    listed = frame(schema.FINDINGS, ({"plan": name, **each} for each in (*findings, *made.findings)))
    listed = listed.sort_values(["as_of", "source"], kind="stable", na_position="first", ignore_index=True)
    kept = conform(pd.concat(extras, ignore_index=True), schema.EXTRAS)
    plan = Plan(
        name, settings, made.ledger, listed, made.matches, kept, _sources(sources),
        pd.DataFrame(used, columns=["as_of", "place", "ref", "column", "before", "value", "kind", "reason", "line"]),
        rebuilt,
    )  # fmt: skip
    return _redacted(plan) if redact else plan


def _sources(records: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(records, columns=["as_of", "file", "sha256", "rows", "cells", "extra"])
    return made.assign(as_of=pd.to_datetime(made["as_of"]).astype(schema.DATE)).sort_values(
        ["as_of", "file"], ignore_index=True
    )


def _take(path: Path, settings: Settings) -> tuple[Raw, list[dict[str, Any]], list[dict[str, str]], str]:
    """The raw rows of a file, findings of the file as a whole, what was understood, and the file's sha256."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); is it open in another program?") from None
    if len(data) > settings.limits.mebibytes << 20:
        raise InputError(f"{path}: is larger than {settings.limits.mebibytes} MiB ([limits] mebibytes)")
    document = read_document(path, data, settings.limits)
    understood = [{"what": "format", "value": document.format, "why": "by its content"}]
    understood += [{"what": what, "value": value, "why": why} for what, value, why in document.decided]
    cells = sum(bool(text) for grid in document.grids for row in grid.rows for text in row)
    tables = find_tables(document.grids, settings.columns)
    raw = take_rows(tables, cells)
    findings: list[dict[str, Any]] = []
    if not tables:
        findings.append(finding(
            "no-action-table",
            "no table with a header row that names actions (or references) and a status or target date was found; "
            "name the columns in plan.toml under [columns]",
            place=document.grids[0].name if document.grids else "",
        ))  # fmt: skip
    matched = {fold_header(header) for header in raw.headers.values()}
    for name, headers in settings.columns.items():
        if tables and not any(fold_header(header) in matched for header in headers):
            listed = "' or '".join(headers)
            findings.append(finding("column-not-found", f"no column '{listed}' was found", column=name, text=listed))
    outside = [grid for grid in document.grids if grid not in [table.grid for table in tables]]
    loose = [
        {"place": grid.place(row, column), "header": "(no action table)", "text": text, "row": -1}
        for grid in outside for row, texts in enumerate(grid.rows) for column, text in enumerate(texts) if text
    ]  # fmt: skip
    if loose:
        raw = replace(raw, extras=pd.concat([raw.extras, pd.DataFrame(loose)], ignore_index=True))
    understood += list(raw.understood)
    return raw, findings, understood, hashlib.sha256(data).hexdigest()


def _by_snapshot(
    raw: Raw, day: date | None, settings: Settings, findings: list[dict[str, Any]], path: Path
) -> list[tuple[date, Raw]]:
    """Split a tracker's export by its as-of column; any other file is one snapshot."""
    if "as_of" not in raw.headers or not (raw.rows["as_of"] != "").any():
        if day is None:
            raise InputError(f"{path}: has no date; begin its name with one (YYYY-MM-DD) or give --as-of")
        return [(day, raw)]
    if day is not None and "as_of" not in settings.columns:
        return [(day, raw)]
    days = []
    for row, text in raw.rows["as_of"].items():
        reading = read_date(text, day_first=settings.day_first)
        exact = reading.latest if reading.kind == "date" and reading.precision == "day" else None
        days.append(exact)
        if exact is None:
            findings.append(finding(
                "as-of-not-read", f"'{text}' is not a day; the row is left out",
                place=raw.rows.at[row, "place"], column="as_of", text=text,
            ))  # fmt: skip
    dates = pd.Series(days, index=raw.rows.index, dtype=object)
    return [(each, _slice(raw, dates == each)) for each in sorted(set(dates.dropna()))]


def _slice(raw: Raw, keep: pd.Series) -> Raw:
    rows = raw.rows[keep]
    extras = raw.extras[raw.extras["row"].isin(rows.index)]
    numbers = {old: new for new, old in enumerate(rows.index)}
    texts = int((rows[list(schema.SYNONYMS)] != "").to_numpy().sum())
    return replace(
        raw, rows=rows.reset_index(drop=True), extras=extras.assign(row=extras["row"].map(numbers)),
        cells=texts + len(extras),
    )  # fmt: skip


def _digest(rows: pd.DataFrame) -> str:
    return hashlib.sha256(rows[list(schema.SYNONYMS)].to_csv(index=False).encode("utf-8")).hexdigest()


def _join_parts(parts: list[pd.DataFrame], day: date, findings: list[dict[str, Any]]) -> pd.DataFrame:
    joined = pd.concat(parts, ignore_index=True)
    if joined.empty:
        findings.append(finding("snapshot-empty", "no action was found in the snapshot", as_of=day))
    if len(parts) > 1:
        seen = joined[joined["ref"] != ""].groupby("ref")["source"].nunique()
        for ref in seen.index[seen > 1]:
            rows = joined[joined["ref"] == ref]
            findings.append(finding(
                "ref-in-two-parts", f"reference {ref} stands in {' and '.join(sorted(set(rows['source'])))}",
                as_of=day, place=rows["place"].iloc[0], ref=ref, column="ref", text=ref,
            ))  # fmt: skip
    return joined


def _read_side_file(path: Path, columns: Sequence[str], needed: Sequence[str]) -> pd.DataFrame:
    """A small CSV of ours: corrections or decisions on identity; with ``line``."""
    if not path.exists():
        return pd.DataFrame(columns=[*columns, "line"])
    decode(path, path.read_bytes())
    grid = read_delimited(path, path.read_bytes()).grids[0]
    headers = [text.casefold() for text in grid.rows[0]] if grid.rows else []
    for name in headers:
        if name and name not in columns:
            raise InputError(f"{path}: unknown column '{name}'.{nearest(name, columns)} Columns: {', '.join(columns)}")
    for name in needed:
        if name not in headers:
            raise InputError(f"{path}: column '{name}' is missing. Columns: {', '.join(columns)}")
    records = []
    for row, place in zip(grid.rows[1:], grid.places[1:], strict=True):
        if any(row):
            record = dict.fromkeys(columns, "") | dict(zip(headers, row, strict=False))
            record["as_of"] = pd.Timestamp(to_date(record["as_of"], f"{path}: {place}: as_of"))
            records.append(record | {"line": place.removeprefix("line ")})
    return pd.DataFrame(records, columns=[*columns, "line"])


def _read_corrections(folder: Path, until: date | None) -> pd.DataFrame:
    path = folder / CORRECTIONS
    columns = ("as_of", "place", "ref", "column", "value", "reason", "kind")
    table = _read_side_file(path, columns, ("as_of", "column", "value", "reason", "kind"))
    for row in table.itertuples():
        if row.kind not in CORRECTION_KINDS:
            raise InputError(
                f"{path}: line {row.line}: kind '{row.kind}' is not allowed; allowed: {', '.join(CORRECTION_KINDS)}"
            )
        if not (row.place or row.ref):
            raise InputError(f"{path}: line {row.line}: place or ref is needed, to say which row is meant")
    return table[table["as_of"] <= pd.Timestamp(until)] if until and len(table) else table


def _read_decisions(folder: Path) -> pd.DataFrame:
    needed = ("as_of", "place", "action_id")
    return _read_side_file(folder / MATCHES, (*needed, "reason"), needed)


def _correct(
    raw: Raw, corrections: pd.DataFrame, day: date, file: Path, used: list[dict[str, Any]], missed: dict[str, str]
) -> tuple[Raw, pd.Series]:
    """Put the corrections of a snapshot into its raw rows; with what each row's source is to say of it."""
    rows = raw.rows.copy()
    notes = pd.Series("", index=rows.index, dtype="string")
    found = list(raw.findings)
    by_header = {fold_header(header): name for name, header in raw.headers.items()}
    for line in corrections[corrections["as_of"] == pd.Timestamp(day)].itertuples() if len(corrections) else ():
        column = by_header.get(fold_header(line.column)) or (line.column if line.column in raw.headers else None)
        if column is None:
            known = list(raw.headers.values())
            missed[line.line] = (
                f"{file.name} has no column '{line.column}'.{nearest(line.column, known)} Columns: {', '.join(known)}"
            )
            continue
        hit = pd.Series(True, index=rows.index)
        if line.place:
            hit &= rows["place"] == line.place
        if line.ref:
            hit &= rows["ref"] == line.ref
        if hit.sum() != 1:
            said = ", ".join(f"{name} '{text}'" for name, text in (("place", line.place), ("ref", line.ref)) if text)
            missed[line.line] = f"{said} is {int(hit.sum())} rows of {file.name}, not exactly one"
            continue
        row = rows.index[hit][0]
        before = str(rows.at[row, column])
        rows.at[row, column] = line.value
        notes[row] += f"; {CORRECTIONS} line {line.line} ({line.kind}: {column})"
        place, ref = rows.at[row, "places"].get(column, rows.at[row, "place"]), rows.at[row, "ref"]
        used.append({
            "as_of": pd.Timestamp(day), "place": place, "ref": ref, "column": column, "before": before,
            "value": line.value, "kind": line.kind, "reason": line.reason, "line": line.line,
        })  # fmt: skip
        found.append(finding(
            "corrected", f"'{before}' was corrected to '{line.value}' ({line.kind}): {line.reason}",
            place=place, ref=ref, column=column, text=before,
        ))  # fmt: skip
    return replace(raw, rows=rows, findings=tuple(found)), notes


def _all_used(
    corrections: pd.DataFrame, used: list[dict[str, Any]], missed: Mapping[str, str], folder: Path
) -> None:
    """Every correction hits exactly one row of its snapshot, in whichever of its files."""
    for row in corrections.itertuples():
        times = sum(each["line"] == row.line for each in used)
        if times != 1:
            why = missed.get(row.line, f"there is no snapshot of {row.as_of:%Y-%m-%d}")
            why = f"hits {times} rows of {row.as_of:%Y-%m-%d}, not exactly one" if times else why
            raise InputError(f"{folder / CORRECTIONS}: line {row.line}: {why}")


def _redacted(plan: Plan) -> Plan:
    """Withhold columns and patterns; nothing withheld leaves this module."""
    columns, patterns = plan.settings.redact_columns, [re.compile(p) for p in plan.settings.redact_patterns]
    if not columns and not patterns:
        return plan
    known = [column.name for column in schema.LEDGER]
    headers = set(plan.extras["header"])
    for name in columns:
        if name not in known and name not in headers:
            raise InputError(f"{FILE_NAME}: redact.columns: no column '{name}'.{nearest(name, [*known, *headers])}")
    ledger, findings, extras = plan.ledger.copy(), plan.findings.copy(), plan.extras.copy()
    corrections, matches = plan.corrections.copy(), plan.matches.copy()
    for name in columns:
        if name in known:
            ledger[name] = ledger[name].mask(ledger[name] != "", WITHHELD)
        hidden = findings["column"] == name
        findings.loc[hidden, ["text", "message"]] = WITHHELD
        extras.loc[extras["header"] == name, "text"] = WITHHELD
        corrections.loc[corrections["column"] == name, ["before", "value"]] = WITHHELD
    for table in (ledger, findings, extras, corrections, matches):
        for name in table.columns[(table.dtypes == "string") | (table.dtypes == object)]:
            for pattern in patterns:
                table[name] = table[name].map(lambda text, p=pattern: p.sub(WITHHELD, text) if isinstance(text, str) else text)
    return replace(
        plan, ledger=conform(ledger, schema.LEDGER), findings=conform(findings, schema.FINDINGS), extras=extras,
        corrections=corrections, matches=conform(matches, schema.MATCHES),
    )  # fmt: skip
