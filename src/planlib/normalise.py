"""Turns the rows of a table into canonical actions, and everything that is odd about them into findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from planlib import schema
from planlib.dates import DateReading, month_first, read_date
from planlib.layout import Table
from planlib.settings import Settings
from planlib.statuses import read_status

RAW = tuple(schema.SYNONYMS)
_DATE_COLUMNS = {"target": "target", "previous_target": "previous_target", "original": "original", "completed": "completed"}
_PLAIN = ("ref", "ref_range", "area_ref", "area", "action", "lead", "timescale", "progress", "reason")


def frame(columns: Sequence[schema.Column], records: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """A table of the schema: its columns in order, its dtypes, blank text as ``""``.

    Parameters
    ----------
    columns : sequence of Column
        One of the tables of `planlib.schema`.
    records : iterable of mapping
        Rows; a missing column is blank.

    Returns
    -------
    DataFrame
        With a fresh index.
    """
    made = pd.DataFrame(list(records), columns=[column.name for column in columns])
    return conform(made, columns)


def conform(table: pd.DataFrame, columns: Sequence[schema.Column]) -> pd.DataFrame:
    """The same rows with exactly the columns and dtypes of the schema."""
    made = table.reindex(columns=[column.name for column in columns]).reset_index(drop=True)
    for column in columns:
        values = made[column.name]
        if column.dtype == schema.TEXT:
            values = values.astype("string").fillna("")
        elif column.dtype == schema.DATE and values.dtype != schema.DATE:
            values = pd.to_datetime(values).astype(schema.DATE)
        made[column.name] = values.astype(column.dtype)
    return made


def finding(code: str, message: str, **where: Any) -> dict[str, Any]:
    """One finding, with the severity of its code."""
    return {"code": code, "severity": schema.CODES[code].severity, "message": message, **where}


@dataclass(frozen=True)
class Raw:
    """The rows of a document as text, before anything was made of them.

    Attributes
    ----------
    rows : DataFrame
        One row per row of a table, with a text column per canonical name (blank where the source has none), ``place``,
        ``fill`` of the status cell, ``revision_only``, ``places`` (by canonical name) and ``struck``.
    headers : mapping
        Canonical name to the source's own header.
    extras : DataFrame
        Cells without a canonical name (schema.EXTRAS, as_of and source still blank), with ``row``.
    findings : list of dict
    understood : list of dict
        what, value, why: what was decided.
    cells : int
        Cells with text that were read.
    """

    rows: pd.DataFrame
    headers: Mapping[str, str]
    extras: pd.DataFrame
    findings: tuple[dict[str, Any], ...]
    understood: tuple[dict[str, str], ...]
    cells: int


def take_rows(tables: Sequence[Table], cells: int) -> Raw:
    """Take the rows of the tables out of their grids.

    Parameters
    ----------
    tables : sequence of Table
        In the order of the document.
    cells : int
        Cells with text in the whole document.

    Returns
    -------
    Raw
    """
    records: list[dict[str, Any]] = []
    extras: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    understood: list[dict[str, str]] = []
    headers: dict[str, str] = {}
    for table in tables:
        grid = table.grid
        names = {column: name for name, column in table.columns.items()}
        headers |= {name: table.headers.get(column, name) for name, column in table.columns.items()}
        understood.append(_said("table", grid.place(table.header), f"{len(table.body())} rows under this header row"))
        for name, column in table.columns.items():
            how = table.guessed.get(name, "a known header" if name in schema.SYNONYMS else "")
            understood.append(_said(f"column {name}", table.headers.get(column, ""), how))
            if name in table.guessed:
                findings.append(finding(
                    "column-guessed", f"'{table.headers[column]}' was taken for {name}: {how}",
                    place=grid.place(table.header, column), column=name, text=table.headers[column],
                ))  # fmt: skip
        for column, header in table.headers.items():
            if column not in names:
                understood.append(_said("column kept in extras", header, "no canonical name"))
                findings.append(finding(
                    "column-not-recognised", f"'{header}' has no canonical name; its cells are kept in extras",
                    place=grid.place(table.header, column), column=header, text=header,
                ))  # fmt: skip
        for row in range(table.header):
            extras += [_outside(grid, row, column) for column, text in enumerate(grid.rows[row]) if text]
        for row in table.body():
            record: dict[str, Any] = {"place": grid.place(row), "fill": "", "revision_only": table.target_is_revision}
            record["places"] = {name: grid.place(row, column) for name, column in table.columns.items()}
            record["struck"] = {
                name: grid.struck[row, column] for name, column in table.columns.items() if (row, column) in grid.struck
            }
            for column, text in enumerate(grid.rows[row]):
                if column in names:
                    record[names[column]] = text
                    if names[column] in ("status", "rag"):
                        record["fill"] = record["fill"] or grid.fills.get((row, column), "")
                elif text:
                    header = table.headers.get(column, f"(column {column + 1}, no header)")
                    extras.append({"place": grid.place(row, column), "header": header, "text": text, "row": len(records)})
            records.append(record)
    rows = pd.DataFrame(records, columns=[*RAW, "place", "fill", "revision_only", "places", "struck"])
    rows[list(RAW)] = rows[list(RAW)].astype("string").fillna("")
    kept = pd.DataFrame(extras, columns=["place", "header", "text", "row"])
    return Raw(rows, headers, kept, tuple(findings), tuple(understood), cells)


def _said(what: str, value: str, why: str) -> dict[str, str]:
    return {"what": what, "value": value, "why": why}


def _outside(grid: Any, row: int, column: int) -> dict[str, Any]:
    return {"place": grid.place(row, column), "header": "(above the table)", "text": grid.rows[row][column], "row": -1}


def normalise(raw: Raw, *, as_of: date, settings: Settings) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Read the rows of one snapshot.

    Parameters
    ----------
    raw : Raw
        Rows of this snapshot only (corrections applied).
    as_of : datetime.date
        The snapshot's date.
    settings : Settings

    Returns
    -------
    DataFrame
        The columns of schema.LEDGER; plan, action_id and source are blank, and the original date is there only where a
        column of the source states it (basis "stated").
    list of dict
        Findings, without plan, as_of and source.
    """
    rows = raw.rows
    findings: list[dict[str, Any]] = list(raw.findings)
    made = pd.DataFrame(index=rows.index)
    for name in _PLAIN:
        made[name] = rows[name].map(lambda text: " ".join(text.split()))
    made["place"] = rows["place"]
    made["as_of"] = pd.Timestamp(as_of)
    texts = {name: rows[name].copy() for name in _DATE_COLUMNS}
    stands = rows["revision_only"].astype(bool) & (texts["target"] == "") & (texts["original"] != "")
    texts["target"] = texts["target"].mask(stands, texts["original"])
    readings = {
        name: _read_column(name, texts[name], rows, raw.headers, as_of, settings, findings) for name in _DATE_COLUMNS
    }
    _put_dates(made, "target", texts["target"], readings["target"])
    _put_dates(made, "original", texts["original"], readings["original"])
    _put_dates(made, "completed", texts["completed"], readings["completed"])
    made["original_basis"] = ["stated" if reading.latest else "" for reading in readings["original"]]
    # An older date in a column of its own comes before one in the target's own cell.
    older = [
        column if column.text else (cell.previous or column)
        for column, cell in zip(readings["previous_target"], readings["target"], strict=True)
    ]
    made["previous_target_text"] = [reading.text for reading in older]
    made["previous_target"] = [_stamp(reading.latest) for reading in older]
    _put_statuses(made, rows, settings, findings)
    findings += _odd_refs(made)
    return conform(made, schema.LEDGER), findings


def _read_column(
    name: str,
    texts: pd.Series,
    rows: pd.DataFrame,
    headers: Mapping[str, str],
    as_of: date,
    settings: Settings,
    findings: list[dict[str, Any]],
) -> list[DateReading]:
    evidence = month_first(texts)
    day_first = settings.day_first if evidence is None else not evidence
    if evidence is not None and day_first != settings.day_first:
        findings.append(finding(
            "month-first",
            f"dates of '{headers.get(name, name)}' are read with the {'day' if day_first else 'month'} first, "
            "as its own values show",
            column=name,
        ))  # fmt: skip
    read = _reader(as_of, settings, day_first, evidence is not None)
    readings = []
    for row, text in texts.items():
        struck = rows.at[row, "struck"].get(name, ()) if isinstance(rows.at[row, "struck"], dict) else ()
        reading = read(text, struck)
        readings.append(reading)
        where = {"place": rows.at[row, "places"].get(name, rows.at[row, "place"]), "ref": rows.at[row, "ref"]}
        for note in reading.notes:
            findings.append(finding(note.code, note.message, **where, column=name, text=text))
        if reading.kind == "unreadable" and not reading.notes and name != "completed":
            findings.append(finding(
                "date-not-read", f"'{text}' is not understood as a date", **where, column=name, text=text
            ))  # fmt: skip
    return readings


def _reader(
    as_of: date, settings: Settings, day_first: bool, settled: bool
) -> Callable[[str, tuple[str, ...]], DateReading]:
    anchor = (settings.anchor, settings.anchor) if settings.anchor else None

    @lru_cache(maxsize=None)
    def read(text: str, struck: tuple[str, ...]) -> DateReading:
        return read_date(
            text, as_of=as_of, anchor=anchor, day_first=day_first, order_settled=settled,
            financial_year_starts=settings.financial_year_starts, struck=struck,
        )  # fmt: skip

    return read


def _stamp(day: date | None) -> pd.Timestamp:
    return pd.NaT if day is None else pd.Timestamp(day)  # type: ignore[return-value]


def _put_dates(made: pd.DataFrame, name: str, texts: pd.Series, readings: Sequence[DateReading]) -> None:
    made[f"{name}_text"] = texts.map(lambda text: " ".join(text.split()))
    made[f"{name}_earliest"] = [_stamp(reading.earliest) for reading in readings]
    made[name] = [_stamp(reading.latest) for reading in readings]
    if name != "completed":
        made[f"{name}_precision"] = [reading.precision for reading in readings]


def _put_statuses(
    made: pd.DataFrame, rows: pd.DataFrame, settings: Settings, findings: list[dict[str, Any]]
) -> None:
    @lru_cache(maxsize=None)
    def read(text: str, rag: str, fill: str, percent: str) -> Any:
        return read_status(text, rag_text=rag, fill=fill, percent_text=percent, key=settings.status_key)

    has_status = bool((rows[["status", "rag", "percent_complete", "fill"]] != "").to_numpy().any())
    found = []
    for row in rows.index:
        cells = rows.loc[row, ["status", "rag", "fill", "percent_complete"]]
        reading = read(*(str(cell) for cell in cells))
        found.append(reading)
        where = {"ref": rows.at[row, "ref"], "column": "status", "text": rows.at[row, "status"]}
        place = rows.at[row, "places"].get("status", rows.at[row, "place"])
        findings += [finding(note.code, note.message, place=place, **where) for note in reading.notes]
    made["status_text"] = [
        " ".join((text or rag).split()) for text, rag in zip(rows["status"], rows["rag"], strict=True)
    ]
    made["rag"] = [reading.rag for reading in found]
    made["status"] = [reading.status for reading in found]
    made["claim"] = [reading.claim for reading in found]
    made["percent_complete"] = pd.array([reading.percent for reading in found], dtype="Float64")
    dated = made["completed"].notna()
    if not has_status:
        # No status anywhere: a date of completion is the source's only word on it.
        made.loc[dated, "status"] = "complete"
    silent = dated & (made["status"] == "unknown") & (made["status_text"] == "")
    made.loc[silent, "status"] = "complete"
    open_but_dated = dated & made["status"].isin(schema.OPEN_STATUSES)
    for row in made.index[open_but_dated]:
        findings.append(finding(
            "completed-not-complete",
            f"has a completion date, '{made.at[row, 'completed_text']}', and a status that is not complete",
            place=made.at[row, "place"], ref=made.at[row, "ref"], column="completed", text=made.at[row, "completed_text"],
        ))  # fmt: skip


def range_numbers(text: str) -> tuple[int, ...]:
    """Every number that a reference range covers.

    Parameters
    ----------
    text : str
        Such as "25-28" or "39-52 and 54-56".

    Returns
    -------
    tuple of int
        In order; empty where the text is not a range of whole numbers.
    """
    numbers: set[int] = set()
    for part in re.split(r"\s*(?:,|;|&|\band\b)\s*", text.strip()):
        found = re.fullmatch(r"(\d{1,6})(?:\s*(?:-|–|to)\s*(\d{1,6}))?", part)
        if not found or int(found[2] or found[1]) < int(found[1]) or int(found[2] or 0) - int(found[1]) > 100_000:
            return ()
        numbers |= set(range(int(found[1]), int(found[2] or found[1]) + 1))
    return tuple(sorted(numbers))


def _odd_refs(made: pd.DataFrame) -> list[dict[str, Any]]:
    found = []
    blank = (made["ref"] == "") & (made["ref_range"] == "")
    for row in made.index[blank]:
        found.append(finding("ref-missing", "has no reference", place=made.at[row, "place"], column="ref"))
    repeated = (made["ref"] != "") & made["ref"].duplicated(keep=False)
    for row in made.index[repeated]:
        found.append(finding(
            "ref-duplicated", f"reference {made.at[row, 'ref']} stands on more than one row",
            place=made.at[row, "place"], ref=made.at[row, "ref"], column="ref", text=made.at[row, "ref"],
        ))  # fmt: skip
    covered: dict[int, str] = {int(ref): ref for ref in made["ref"] if ref.isdecimal()}
    for text, rows in made[made["ref_range"] != ""].groupby("ref_range", sort=False):
        numbers = range_numbers(str(text))
        where = {"place": rows["place"].iloc[0], "column": "ref_range", "text": text}
        if len(numbers) != len(rows):
            found.append(finding(
                "range-miscounted", f"{len(rows)} rows stand for '{text}', which has {len(numbers)} numbers", **where
            ))  # fmt: skip
        twice = [number for number in numbers if number in covered]
        if twice:
            listed = ", ".join(str(number) for number in twice)
            found.append(finding(
                "range-overlap", f"'{text}' covers {listed}, which {covered[twice[0]]} covers too", **where
            ))  # fmt: skip
        covered |= dict.fromkeys(numbers, str(text))
    return found
