"""Turns the rows of a table into canonical actions, and everything that is odd about them into findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from planlib import schema
from planlib.dates import DateReading, Note, month_first, read_date
from planlib.headers import fold_header, so_far, stated_slip
from planlib.layout import Layout, Table, split_ref
from planlib.settings import Settings
from planlib.statuses import StatusReading, read_status

RAW = tuple(schema.SYNONYMS)
_DATE_COLUMNS = ("target", "previous_target", "original", "completed")
_PLAIN = ("ref", "ref_range", "area_ref", "area", "action", "lead", "timescale", "progress", "reason")
_NO_NUMBER = 100_000  # a range of more numbers than this is none
_COMMENTARY = ("reason", "progress")
# "... end-date increased from 31 March 2022 to 28 April 2023": a sentence that tells both dates of a change.
_FROM_TO = re.compile(
    r"\b(?:revis|re-?dat|extend|extension|mov|chang|slip|delay|defer|postpon|re-?schedul|re-?profil|re-?baselin|increas"
    r"|decreas|amend|brought|bring|pushed|put\b|shift)[^.;]{0,60}?\bfrom\s+(?P<old>\S.{2,30}?)\s+to\s+(?=(?P<new>\S.{3,40}))",
    re.IGNORECASE | re.DOTALL,
)
Finding = dict[str, Any]


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
    return conform(pd.DataFrame(list(records), columns=[column.name for column in columns]), columns)


def conform(table: pd.DataFrame, columns: Sequence[schema.Column]) -> pd.DataFrame:
    """The same rows with exactly the columns and dtypes of the schema, and a fresh index."""
    made = {}
    for column in columns:
        values: Any = table[column.name] if column.name in table else pd.Series(pd.NA, index=table.index, dtype=object)
        if column.dtype == schema.TEXT:
            values = values.astype("string").fillna("")
        elif column.dtype == schema.DATE and values.dtype != schema.DATE:
            values = pd.to_datetime(values)
        made[column.name] = (values if values.dtype == column.dtype else values.astype(column.dtype)).array
    return pd.DataFrame(made, index=pd.RangeIndex(len(table)))


def finding(code: str, message: str, **where: Any) -> Finding:
    """One finding, with the severity of its code."""
    return {"code": code, "severity": schema.CODES[code].severity, "message": message, **where}


@dataclass(frozen=True)
class Raw:
    """The rows of a document as text, before anything was made of them.

    Attributes
    ----------
    rows : DataFrame
        One row per row of a table, with a text column per canonical name (blank where the source has none), ``place``,
        ``fill`` of the status cell, ``revision_only``, where it comes from (``table``, ``row`` of its grid), ``own``:
        how many cells of the source it used, ``moved``: the column of a name where that is not the table's, and
        ``not_shown``: how many older revised dates there is no room for.
    tables : tuple of Table
    extras : tuple of dict
        What has no canonical name: place, header, text, the ``row`` of `rows` it belongs to, or -1, and ``spot``, the thing
        of the document that it is (`spot_of`).
    findings : tuple of dict
        What was odd about the columns.
    understood : tuple of dict
        what, value, why: what was decided.
    cells, used : int
        Things with text that were read (`planlib.layout.count_cells`), and those that made rows or name columns,
        headings and keys; the rest are in `extras`.
    layout : Layout
        How the document was understood.
    slice : str
        "whole"; of a file that holds many snapshots, the "first", which has all that belongs to no row, or a "later" one.
    """

    rows: pd.DataFrame
    tables: tuple[Table, ...]
    extras: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    understood: tuple[dict[str, str], ...]
    cells: int
    used: int
    layout: Layout
    slice: str = "whole"

    @property
    def legend(self) -> Mapping[str, str]:
        """The document's own key, in the form of ``[status_key]``."""
        return self.layout.legend

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """Canonical name to the source's own headers of it, one per table that has it."""
        found: dict[str, list[str]] = {}
        for table in self.tables:
            for name, column in table.columns.items():
                found.setdefault(name, []).append(table.headers[column])
        return {name: tuple(dict.fromkeys(headers)) for name, headers in found.items()}

    @cached_property
    def _origins(self) -> list[tuple[Table, int]]:
        """Table and row of its grid, of every row."""
        return [(self.tables[table], row) for table, row in zip(self.rows["table"], self.rows["row"], strict=True)]

    def origin(self, index: int, name: str) -> tuple[Table, int, int | None]:
        """The table of a row, the row of its grid, and the column of a canonical name if it has one."""
        table, row = self._origins[index]
        return table, row, self.rows["moved"].iat[index].get(name, table.columns.get(name))

    def place(self, index: int, name: str = "") -> str:
        """Where a row stands, or its cell of a canonical column if it has one."""
        table, row, column = self.origin(index, name)
        return table.grid.place(row, column)

    def header(self, index: int, name: str) -> str:
        """The source's own header over a row's cell, or the canonical name."""
        table, _, column = self.origin(index, name)
        return name if column is None else table.headers[column]

    def struck(self, index: int, name: str) -> tuple[str, ...]:
        """The struck-out runs of a row's cell."""
        table, row, column = self.origin(index, name)
        return () if column is None else table.grid.struck.get(table.origin(row, column), ())

    def is_doubtful(self, index: int, name: str) -> bool:
        """Whether the page may cut off the text of a row's cell."""
        table, row, column = self.origin(index, name)
        return column is not None and table.origin(row, column) in table.grid.doubtful

    def is_own(self, index: int, name: str) -> bool:
        """Whether the text of a row's cell stands there itself, not in one that is merged over it."""
        table, row, column = self.origin(index, name)
        texts = table.grid.rows[row]
        return column is not None and column < len(texts) and bool(texts[column])

    def own_cells(self, index: int) -> list[dict[str, Any]]:
        """All that a row used of the source, as extras."""
        table, row = self._origins[index]
        found = []
        for name, column in {**table.columns, **self.rows["moved"].iat[index]}.items():
            if self.is_own(index, name):
                found.append(_loose(table.grid, row, column, table.headers[column]))
            if name in _DATE_COLUMNS and (runs := table.grid.struck.get((row, column))):
                found.append(_struck_out(table.grid, row, column, table.headers[column], runs))
        return found


def take_rows(layout: Layout, cells: int) -> Raw:
    """Take the rows of the tables out of their grids.

    Parameters
    ----------
    layout : Layout
    cells : int
        Things with text in the whole document (`planlib.layout.count_cells`).

    Returns
    -------
    Raw
    """
    records: list[dict[str, Any]] = []
    extras: list[dict[str, Any]] = []
    findings: list[Finding] = []
    understood = [{"what": what, "value": value, "why": why} for what, value, why in layout.decided]
    used = len(layout.absorbed)
    told: set[str] = set()
    seen: set[tuple[int, int]] = set()
    for number, table in enumerate(layout.tables):
        grid = table.grid
        _describe(table, told, findings, understood)
        # Two tables of one grid can share a heading.
        named = {*([] if grid.made else table.header), *table.repeats, *table.sections} - {row for at, row in seen if at == id(grid)}
        lines = {(id(grid), ~line) for line in table.heading} - seen
        used += sum(bool(text) for row in named for text in grid.rows[row]) + len(lines)
        seen |= lines | {(id(grid), row) for row in named}
        if table.rest_of_last is not None and records:
            used += _append(table, records[-1], len(records) - 1, extras)
        taken = _take_table(table, number, len(records), extras)
        if table.goes_on and records:
            _carry_over(table, taken, records[-1])
        used += sum(record["own"] for record in taken)
        records += taken
    _fill_down(records, layout.tables)
    loose = _loose_cells(layout)
    if loose:
        said = "1 cell or line" if len(loose) == 1 else f"{len(loose)} cells or lines"
        message = f"{said} outside the tables of actions {'is' if len(loose) == 1 else 'are'} kept in extras"
        findings.append(finding("cell-outside-table", message, place=loose[0]["place"], text=loose[0]["text"]))
    extras += loose
    used += len(layout.legend_places)
    if layout.legend:
        said = "; ".join(f"{word} = {meaning}" for word, meaning in layout.legend.items())
        why = f"the document's own key: {' | '.join(layout.legend_texts)}"
        understood.append({"what": "status key", "value": said, "why": why})
    rows = pd.DataFrame(records, columns=[*RAW, "place", "fill", "revision_only", "table", "row", "own", "moved", "not_shown"])
    rows[list(RAW)] = rows[list(RAW)].astype("string").fillna("")
    return Raw(rows, layout.tables, tuple(extras), tuple(findings), tuple(understood), cells, used, layout)


def _take_table(table: Table, number: int, start: int, extras: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one table; what has no canonical name goes to extras."""
    grid, names = table.grid, {column: name for name, column in table.columns.items()}
    dated = {column for column, name in names.items() if name in _DATE_COLUMNS}
    status = [table.columns[name] for name in ("rag", "status") if name in table.columns]  # whose fill counts first
    if not status and table.fill_column is not None:
        status = [table.fill_column]
    records: list[dict[str, Any]] = []
    for row in table.body:
        record: dict[str, Any] = {name: table.text(row, column) for column, name in names.items()}
        record["area"] = record.get("area") or table.under.get(row, "")
        if table.own_refs:
            record["ref"], record["action"] = split_ref(record["action"])
        moved = _last_revised(table, row, record)
        fills = (grid.fills.get(table.origin(row, column), "") for column in status) if grid.fills else ()
        own = 0
        index = start + len(records)
        for column, text in enumerate(grid.rows[row]):
            if text and (column in names or column in moved.values()):
                own += 1
            elif text:
                header = table.headers.get(column, f"(column {column + 1}, no header)")
                extras.append(_loose(grid, row, column, header) | {"row": index})
            runs = grid.struck.get((row, column)) if grid.struck else None
            if runs and column in dated:
                own += 1
            elif runs:
                extras.append(_struck_out(grid, row, column, table.headers.get(column, ""), runs) | {"row": index})
            if grid.notes and (note := grid.notes.get((row, column))):
                extras.append(_footnote(grid, row, column, note) | {"row": index})
        record |= {
            "place": grid.place(row), "fill": next((fill for fill in fills if fill), ""), "table": number, "row": row,
            "revision_only": table.target_is_revision, "own": own, "moved": moved,
        }  # fmt: skip
        records.append(record)
    return records


def _last_revised(table: Table, row: int, record: dict[str, Any]) -> dict[str, int]:
    """Of several columns of revised dates put the last that has text for the target, and the one before it beside.

    Returns the column of each name that is not in the table's own. What is older still stays in extras.
    """
    given = [column for column in table.revisions if not _no_date(table.text(row, column))]
    moved = {}
    for name in ("target", "previous_target"):
        if given and _no_date(record.get(name, "")):
            moved[name] = given.pop()
            record[name] = table.text(row, moved[name])
    shown = {record.get(name, "") for name in ("original", "previous_target", "target")}
    record["not_shown"] = len({table.text(row, column) for column in given} - shown)
    return moved


@cache
def _no_date(text: str) -> bool:
    """Whether a cell for a date says that there is none of its own: blank, "n/a", "no change"."""
    reading = read_date(text)
    return reading.kind in ("blank", "not applicable") or (reading.unchanged and not reading.latest)


def _append(table: Table, record: dict[str, Any], index: int, extras: list[dict[str, Any]]) -> int:
    """Put the rest of a row that runs over a page to its beginning; how many cells that was."""
    row, used = table.rest_of_last or 0, 0
    names = {column: name for name, column in table.columns.items()}
    for column, text in enumerate(table.grid.rows[row]):
        if text and column in names:
            # A merged cell says again at the top of a page what it said on the page before.
            said_again = (row, column) in table.grid.spans and text.split() == record[names[column]].split()
            record[names[column]] += "" if said_again else f"\n{text}"
            record["own"] += 1
            used += 1
        elif text:
            extras.append(_loose(table.grid, row, column, table.headers.get(column, "")) | {"row": index})
    return used


def _carry_over(table: Table, taken: Sequence[dict[str, Any]], last: Mapping[str, Any]) -> None:
    """A cell merged over the end of a page: the rows below it that are blank have what the page before had."""
    for name in ("area_ref", "area", "timescale"):
        column = table.columns.get(name)
        if column is None or not taken or taken[0][name]:
            continue
        first = taken[0]["row"]
        over = [(top, height) for (top, left), (height, _) in table.grid.spans.items() if left == column]
        end = max((top + height for top, height in over if top <= first < top + height), default=first + 1)
        for record in taken:
            if record["row"] < end and not record[name]:
                record[name] = last[name]


def _fill_down(records: Sequence[dict[str, Any]], tables: Sequence[Table]) -> None:
    """An area written once above all its actions, in formats that do not say that it is merged over them."""
    for number, table in enumerate(tables):
        mine = [record for record in records if record["table"] == number]
        if "area" not in table.columns or not mine or not mine[0]["area"] or table.grid.spans:
            continue
        areas = [record["area"] for record in mine]
        if "" not in areas or any(one and one == other for one, other in pairwise(areas)):
            continue
        for before, record in pairwise(mine):
            if not record["area"]:
                record["area"] = before["area"]
                for name in ("area_ref", "timescale"):
                    if name in table.columns and not record[name]:
                        record[name] = before[name]


def _loose_cells(layout: Layout) -> list[dict[str, Any]]:
    """Everything outside the tables: cells, lines, struck-out runs and footnotes; not the document's own key."""
    keys = set(layout.legend_places)
    headings = {(id(table.grid), number) for table in layout.tables for number in table.heading}
    inside: dict[int, dict[int, str]] = {}
    for table in layout.tables:
        rows = inside.setdefault(id(table.grid), {})
        rows |= dict.fromkeys((*table.header, *table.repeats, *table.sections), "header") | dict.fromkeys(table.body, "body")
        if table.rest_of_last is not None:
            rows[table.rest_of_last] = "rest"
    found: list[dict[str, Any]] = []
    for number, grid in enumerate(layout.grids):
        kept = inside.get(id(grid), {})
        for at, line in enumerate(grid.before):
            if (id(grid), at) not in headings and (number, -1, at) not in keys:
                found.append({"place": line.place, "header": "(text outside the tables)", "text": line.text, "row": -1,
                              "spot": spot_of(grid, at, LINE)})  # fmt: skip
            if line.struck:
                found.append({"place": line.place, "header": "(struck out)", "text": " ".join(line.struck), "row": -1,
                              "spot": spot_of(grid, at, LINE, "struck out")})  # fmt: skip
        why = {row: text for table in layout.tables if table.grid is grid for row, text in table.aside.items()}
        for row, texts in enumerate(grid.rows):
            if row not in kept and not (grid.made and row == 0):
                said = f"(row that {why[row]})" if row in why else "(outside the tables)"
                found += [_loose(grid, row, column, said) for column, text in enumerate(texts)
                          if text and (number, row, column) not in keys]  # fmt: skip
        found += [_struck_out(grid, row, column, "", runs) for (row, column), runs in grid.struck.items()
                  if kept.get(row) != "body"]  # fmt: skip
        found += [_footnote(grid, row, column, note) for (row, column), note in grid.notes.items()
                  if kept.get(row) != "body"]  # fmt: skip
    return found


def _describe(table: Table, told: set[str], findings: list[Finding], understood: list[dict[str, str]]) -> None:
    """Say which row is the header and what each column was taken for; what holds for several tables once."""
    grid, names = table.grid, {column: name for name, column in table.columns.items()}
    rows = f"{len(table.body)} row{'' if len(table.body) == 1 else 's'}"
    where = grid.place(table.header[0]) if table.header and not grid.made else grid.place(table.body[0]) if table.body else grid.name
    understood.append({"what": "table", "value": where, "why": f"{rows}; the header {table.why}" if table.why else rows})
    for text in table.sections.values():
        understood.append({"what": "section", "value": text, "why": "stands alone above the actions"})
    for at in table.heading:
        understood.append({"what": "section", "value": grid.before[at].text, "why": "the heading above the table"})
    for aside, why in table.aside.items():
        findings.append(finding(
            "row-not-used", f"the row {why}; it is kept in extras", place=grid.place(aside),
            text=" | ".join(text for text in grid.rows[aside] if text),
        ))  # fmt: skip
    for column, header in table.headers.items():
        name = "target" if column in table.revisions else names.get(column)
        if f"{name} {header}" in told:
            continue
        told.add(f"{name} {header}")
        seen = {"place": grid.place(table.header[0], column) if table.header else where, "text": header}
        if name is None:
            understood.append({"what": "column kept in extras", "value": header, "why": "no canonical name"})
            findings.append(finding(
                "column-not-recognised", f"'{header}' has no canonical name; its cells are kept in extras",
                **seen, column=header,
            ))  # fmt: skip
            continue
        how = table.guessed.get(name, "")
        second = f"; second was '{table.rivals[name]}'" if name in table.rivals else ""
        understood.append({"what": f"column {name}", "value": header, "why": (how or "a known or named header") + second})
        if how:
            findings.append(finding("column-guessed", f"'{header}' was taken for {name}: {how}", **seen, column=name))
    if table.target_is_revision and "revision" not in told:
        told.add("revision")
        why = "where the revised date is blank the original stands"
        understood.append({"what": "target", "value": table.headers[table.columns["target"]], "why": why})


LINE = -1  # in place of a column: a line before the grid
Spot = tuple[int, int, int, str]


def spot_of(grid: Any, row: int, column: int, kind: str = "text") -> Spot:
    """The identity of one thing with text in a document that is in memory: text, struck-out runs or footnote of a cell."""
    return id(grid), row, column, kind


def _loose(grid: Any, row: int, column: int, header: str) -> dict[str, Any]:
    return {"place": grid.place(row, column), "header": header, "text": grid.rows[row][column], "row": -1,
            "spot": spot_of(grid, row, column)}  # fmt: skip


def _struck_out(grid: Any, row: int, column: int, header: str, runs: Sequence[str]) -> dict[str, Any]:
    return {"place": grid.place(row, column), "header": f"(struck out) {header}".strip(), "text": " ".join(runs), "row": -1,
            "spot": spot_of(grid, row, column, "struck out")}  # fmt: skip


def _footnote(grid: Any, row: int, column: int, note: str) -> dict[str, Any]:
    return {"place": grid.place(row, column), "header": "(footnote)", "text": note, "row": -1,
            "spot": spot_of(grid, row, column, "footnote")}  # fmt: skip


def date_orders(raw: Raw, earlier: Mapping[str, bool] | None = None) -> dict[str, bool]:
    """Which date columns show by their own values that they have the month first, or that they have not.

    Parameters
    ----------
    raw : Raw
        Rows of one snapshot.
    earlier : mapping of str to bool, optional
        What the snapshots before it showed; it holds for a column that shows nothing itself.

    Returns
    -------
    dict of str to bool
        Canonical date column to month first; without those that nothing is known of.
    """
    shown = {name: month_first(raw.rows[name].unique()) for name in _DATE_COLUMNS}
    return dict(earlier or {}) | {name: order for name, order in shown.items() if order is not None}


def normalise(
    raw: Raw, *, as_of: date, settings: Settings, orders: Mapping[str, bool] | None = None
) -> tuple[pd.DataFrame, list[Finding], list[dict[str, Any]]]:
    """Read the rows of one snapshot.

    Parameters
    ----------
    raw : Raw
        Rows of this snapshot only (corrections applied).
    as_of : datetime.date
        The snapshot's date.
    settings : Settings
    orders : mapping of str to bool, optional
        As `date_orders` gives it; made from `raw` alone where not given.

    Returns
    -------
    DataFrame
        The columns of schema.LEDGER; plan, action_id and source are blank, and the original date is there only where
        the row itself states it (basis "stated") or gives a date that was replaced (basis "replaced").
    list of dict
        Findings, without plan, as_of and source.
    list of dict
        Cells of known columns that say nothing usable, as extras.
    """
    findings: list[Finding] = list(raw.findings)
    unused: list[dict[str, Any]] = []
    orders = date_orders(raw) if orders is None else orders
    rows = raw.rows
    made = pd.DataFrame(index=rows.index)
    for name in _PLAIN:
        made[name] = [" ".join(text.split()) for text in rows[name]]
    made["place"] = rows["place"]
    made["as_of"] = pd.Timestamp(as_of)
    texts = {name: rows[name].tolist() for name in _DATE_COLUMNS}
    # No revised date means that the original stands.
    texts["target"] = [
        original if only and _no_date(target) else target
        for target, original, only in zip(texts["target"], texts["original"], rows["revision_only"], strict=True)
    ]
    readings = {
        name: _read_column(raw, name, texts[name], as_of, settings, orders, findings) for name in _DATE_COLUMNS
    }
    _put_dates(made, "target", readings["target"])
    _put_dates(made, "completed", readings["completed"])
    told = _told_in_commentary(raw, readings["target"], as_of, settings)
    older = _older(raw, readings, told, unused)
    made["previous_target_text"] = [" ".join(each.text.split()) if each else "" for each in older]
    made["previous_target"] = _days(each.latest if each else None for each in older)
    findings += _not_shown(rows)
    slipped = _slipped(raw, settings)
    made["previous_target_text"] = [
        slipped.get(index, "") if not text and not original.latest and not completed.text else text
        for index, (text, original, completed) in enumerate(
            zip(made["previous_target_text"], readings["original"], readings["completed"], strict=True)
        )
    ]
    replaced = [
        each if each and each.latest and each.latest != target.latest else None
        for each, target in zip(older, readings["target"], strict=True)
    ]
    _put_originals(made, readings["original"], replaced)
    for index, (one, other) in enumerate(zip(readings["original"], replaced, strict=True)):
        if other and one.text and not one.latest:
            unused += unused_cells(raw, index, "original")
    _put_statuses(made, raw, settings, findings, unused)
    findings += _odd_refs(made)
    return conform(made, schema.LEDGER), findings, unused


def _read_column(
    raw: Raw,
    name: str,
    texts: Sequence[str],
    as_of: date,
    settings: Settings,
    orders: Mapping[str, bool],
    findings: list[Finding],
) -> list[DateReading]:
    """Read the cells of a date column, each distinct text once."""
    # A column that shows no order has that of its neighbours, if they agree.
    shown = {orders[name]} if name in orders else set(orders.values())
    settled = len(shown) == 1
    day_first = not shown.pop() if settled else settings.day_first
    if any(texts) and day_first != settings.day_first:
        findings.append(finding(
            "month-first", f"dates of '{raw.header(0, name)}' are read with the {'day' if day_first else 'month'} "
            "first, as values of the plan show", column=name,
        ))  # fmt: skip
    read = _reader(as_of, settings, day_first, settled, name == "completed")
    any_struck = any(table.grid.struck for table in raw.tables)
    any_doubtful = any(table.grid.doubtful for table in raw.tables)
    readings = []
    for index, text in enumerate(texts):
        reading = read(text, raw.struck(index, name) if any_struck else ())
        if any_doubtful and reading.latest and raw.is_doubtful(index, name):
            note = Note("text-cut-off", f"'{text}' may be cut off by the edge of its cell; the date is not used")
            reading = DateReading(text, kind="unreadable", notes=(note,))
        readings.append(reading)
        unread = reading.kind == "unreadable" and name != "completed" and not reading.notes
        if unread or reading.notes:
            where = {"place": raw.place(index, name), "ref": raw.rows["ref"].iat[index], "column": name, "text": text}
            findings += [finding(note.code, note.message, **where) for note in reading.notes]
            if unread:
                findings.append(finding("date-not-read", f"'{text}' is not understood as a date", **where))
    return readings


def _reader(
    as_of: date, settings: Settings, day_first: bool, settled: bool, past: bool
) -> Callable[[str, tuple[str, ...]], DateReading]:
    anchor = (settings.anchor, settings.anchor) if settings.anchor else None

    @cache
    def read(text: str, struck: tuple[str, ...]) -> DateReading:
        return read_date(
            text, as_of=as_of, anchor=anchor, day_first=day_first, order_settled=settled, past=past,
            financial_year_starts=settings.financial_year_starts, struck=struck,
        )  # fmt: skip

    return read


def _older(
    raw: Raw,
    readings: Mapping[str, Sequence[DateReading]],
    told: Sequence[DateReading | None],
    unused: list[dict[str, Any]],
) -> list[DateReading | None]:
    """The date that each row says was replaced: of its own column, the target's cell and its commentary the earliest."""
    found: list[DateReading | None] = []
    for index, (column, target) in enumerate(zip(readings["previous_target"], readings["target"], strict=True)):
        says = column.text and (column.latest or column.previous or column.kind == "unreadable")
        if column.text and not says:
            unused += unused_cells(raw, index, "previous_target")
        all_told = (column if says else None, column.previous, target.previous, told[index])
        candidates = [each for each in all_told if each]
        dated = [each for each in candidates if each.latest]
        found.append(min(dated, key=_latest) if dated else candidates[0] if candidates else None)
    return found


def _not_shown(rows: pd.DataFrame) -> list[Finding]:
    """Rows with more columns of revised dates than there is room for."""
    return [
        finding(
            "revisions-not-shown", f"of the revised dates in columns of their own the last two are used; {count} older "
            f"{'one is' if count == 1 else 'ones are'} kept in extras and not counted as {'a revision' if count == 1 else 'revisions'}",
            place=place, ref=ref, column="previous_target",
        )
        for place, ref, count in zip(rows["place"], rows["ref"], rows["not_shown"], strict=True) if count
    ]  # fmt: skip


def _slipped(raw: Raw, settings: Settings) -> dict[int, str]:
    """By row: the days of slip that a column states, other than none. They say that a date was changed."""
    withheld = {fold_header(name) for name in settings.redact_columns}
    return {
        each["row"]: f"{each['header']}: {each['text']}"
        for each in raw.extras
        if each["row"] >= 0 and stated_slip(each["header"], each["text"]) and not so_far(each["header"])
        and fold_header(each["header"]) not in withheld
    }  # fmt: skip


def _told_in_commentary(
    raw: Raw, targets: Sequence[DateReading], as_of: date, settings: Settings
) -> list[DateReading | None]:
    """The date that the commentary of each row says was replaced by the one in the row's target cell.

    Commentary tells of many dates. "Extended from X to Y" is taken only where Y is the target in force, to the day.
    Nothing is taken from a column that is withheld.
    """
    withheld = {fold_header(name) for name in settings.redact_columns}
    columns = [
        [""] * len(targets)
        if not len(raw.rows) or {name, *map(fold_header, raw.headers.get(name, ()))} & withheld
        else raw.rows[name]
        for name in _COMMENTARY
    ]
    return [
        next((each for text in texts if (each := _moved_to(text, target, as_of, settings))), None)
        for target, *texts in zip(targets, *columns, strict=True)
    ]


def _moved_to(text: str, target: DateReading, as_of: date, settings: Settings) -> DateReading | None:
    """The date that a text says was moved to a target, or to one that was: the first of the chain."""
    found: DateReading | None = None
    told = list(_FROM_TO.finditer(text)) if target.latest else []
    while told:
        earlier = next(
            ((said, was) for said in told if (was := _from_to(said, found or target, as_of, settings))), None
        )  # fmt: skip
        if earlier is None:
            break
        told.remove(earlier[0])
        found = earlier[1]
    return found


def _from_to(said: re.Match[str], target: DateReading, as_of: date, settings: Settings) -> DateReading | None:
    """The date X of "from X to Y", where Y is a date to the day it is known by."""
    words = said["new"].split()[:5]
    for count in range(len(words), 0, -1):
        read = read_date(
            f"revised from {said['old']} to {' '.join(words[:count]).rstrip('.,;:)')}", as_of=as_of,
            day_first=settings.day_first, financial_year_starts=settings.financial_year_starts,
        )  # fmt: skip
        same = (read.earliest, read.latest) == (target.earliest, target.latest)
        if same and read.previous and read.previous.latest and not read.notes:
            return read.previous
    return None


def _latest(reading: DateReading) -> date:
    return reading.latest or date.max


def unused_cells(raw: Raw, index: int, name: str) -> list[dict[str, Any]]:
    """A cell of a known column that says nothing usable, for extras; none where its text is merged over the row."""
    if not raw.is_own(index, name):
        return []
    text = raw.rows[name].iat[index]
    table, row, column = raw.origin(index, name)
    return [{"place": raw.place(index, name), "header": raw.header(index, name), "text": text, "row": index,
             "spot": spot_of(table.grid, row, LINE if column is None else column)}]  # fmt: skip


def _days(days: Iterable[date | None]) -> np.ndarray:
    return np.array(list(days), dtype="datetime64[D]").astype(schema.DATE)


def _put_dates(made: pd.DataFrame, name: str, readings: Sequence[DateReading | None]) -> None:
    made[f"{name}_text"] = [" ".join(reading.text.split()) if reading else "" for reading in readings]
    made[f"{name}_earliest"] = _days(reading.earliest if reading else None for reading in readings)
    made[name] = _days(reading.latest if reading else None for reading in readings)
    made[f"{name}_precision"] = [reading.precision if reading else "" for reading in readings]


def _put_originals(
    made: pd.DataFrame, stated: Sequence[DateReading], replaced: Sequence[DateReading | None]
) -> None:
    """The source's own original date, else the date that the row says was replaced (METRICS.md, O)."""
    chosen = [
        one if one.latest or not other else other for one, other in zip(stated, replaced, strict=True)
    ]
    _put_dates(made, "original", chosen)
    made["original_basis"] = [
        "stated" if one.latest else "replaced" if other else "" for one, other in zip(stated, replaced, strict=True)
    ]


def _put_statuses(
    made: pd.DataFrame, raw: Raw, settings: Settings, findings: list[Finding], unused: list[dict[str, Any]]
) -> None:
    key = {**raw.legend, **settings.status_key}

    @cache
    def read(text: str, rag: str, fill: str, percent: str) -> StatusReading:
        return read_status(text, rag_text=rag, fill=fill, percent_text=percent, key=key)

    rows = raw.rows
    cells = list(zip(rows["status"], rows["rag"], rows["fill"], rows["percent_complete"], strict=True))
    found = [read(*each) for each in cells]
    for index, (reading, (text, rag, _, percent)) in enumerate(zip(found, cells, strict=True)):
        notes = [(note, "status" if text or not rag else "rag") for note in reading.notes]
        if text and rag:
            alone = read("", rag, "", "")
            if alone.status == "unknown" and not alone.claim and not alone.rag:
                unused += unused_cells(raw, index, "rag")
                notes += [(note, "rag") for note in alone.notes]
        if percent:
            alone = read("", "", "", percent)
            if alone.percent is None and not alone.notes:
                unused += unused_cells(raw, index, "percent_complete")
        for note, name in notes:
            name = "percent_complete" if note.code == "percent-not-read" else name
            findings.append(finding(
                note.code, note.message, place=raw.place(index, name), ref=made["ref"].iat[index], column=name,
                text=rows[name].iat[index],
            ))  # fmt: skip
    made["status_text"] = [" ".join((text or rag).split()) for text, rag, _, _ in cells]
    made["rag"] = [reading.rag for reading in found]
    made["claim"] = [reading.claim for reading in found]
    made["percent_complete"] = pd.array([reading.percent for reading in found], dtype="Float64")
    # A completion date that can be one says it where no status does; one that is still to come says nothing.
    dated = made["completed"].notna() & (made["completed_earliest"] <= made["as_of"])
    status = pd.Series([reading.status for reading in found], index=rows.index, dtype=object)
    silent = (status == "unknown") & (made["status_text"] == "")
    said = _done_in_target(raw, made, status, findings)
    made["status"] = status.mask(silent & (dated | said), "complete")
    unread = made["completed"].isna() & (made["completed_text"] != "") & (made["status"] == "unknown")
    contradicted = dated & made["status"].isin(schema.OPEN_STATUSES)
    for index in (int(each) for each in np.flatnonzero(unread | contradicted)):
        text = made["completed_text"].iat[index]
        code, message = (
            ("completed-not-complete", f"has a completion date, '{text}', and a status that is not complete")
            if contradicted.iat[index]
            else ("date-not-read", f"'{text}' is no date; if it says how far the action is, name the column as status")
        )
        where = {"place": raw.place(index, "completed"), "ref": made["ref"].iat[index]}
        findings.append(finding(code, message, **where, column="completed", text=text))


def _done_in_target(raw: Raw, made: pd.DataFrame, status: pd.Series, findings: list[Finding]) -> pd.Series:
    """Rows whose target cell says that the action is complete, and gives no date, in a source that has no status.

    Where the source has one, what it says holds, a blank one too; the difference is a finding.
    """
    words = {text for text in made.loc[made["target"].isna(), "target_text"] if text}
    done = {text for text in words if read_status(text).status in schema.DONE_STATUSES}
    said = made["target_text"].isin(done) & made["target"].isna()
    has_status = bool({"status", "rag", "percent_complete", "completed"} & raw.headers.keys())
    odd = said & (status.isin(schema.OPEN_STATUSES) | (has_status & (status == "unknown")))
    for index in (int(each) for each in np.flatnonzero(odd)):
        text, shown = made["target_text"].iat[index], made["status_text"].iat[index] or "nothing"
        findings.append(finding(
            "status-disagrees", f"the target date says '{text}', the status says {shown}; the status holds",
            place=raw.place(index, "target"), ref=made["ref"].iat[index], column="target", text=text,
        ))  # fmt: skip
    return said & (not has_status)


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

    Examples
    --------
    >>> range_numbers("25-27 and 30")
    (25, 26, 27, 30)
    """
    numbers: set[int] = set()
    for part in re.split(r"\s*(?:,|;|&|\band\b)\s*", text.strip()):
        found = re.fullmatch(r"(\d{1,6})(?:\s*(?:[-\u2010-\u2015]|to)\s*(\d{1,6}))?", part, re.ASCII)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not 0 <= last - first <= _NO_NUMBER:
            return ()
        numbers |= set(range(first, last + 1))
    return tuple(sorted(numbers))


def _odd_refs(made: pd.DataFrame) -> list[Finding]:
    found = []
    has_ref = (made["ref"] != "") | (made["ref_range"] != "")
    if len(made) and not has_ref.any():
        found.append(finding("ref-missing", "no row has a reference", column="ref"))
    else:
        places = made.loc[~has_ref, "place"]
        found += [finding("ref-missing", "has no reference", place=place, column="ref") for place in places]
    repeated = made.loc[(made["ref"] != "") & made["ref"].duplicated(keep=False), ["ref", "place"]]
    for ref, places in repeated.groupby("ref", sort=False)["place"]:
        listed = ", ".join(places.iloc[:5]) + (" and others" if len(places) > 5 else "")
        message = f"reference {ref} stands on {len(places)} rows: {listed}"
        found.append(finding("ref-duplicated", message, place=places.iloc[0], ref=ref, column="ref", text=ref))
    covered: dict[int, str] = {int(ref): ref for ref in made["ref"] if ref.isdecimal()}
    for text, rows in made[made["ref_range"] != ""].groupby("ref_range", sort=False):
        numbers = range_numbers(str(text))
        where = {"place": rows["place"].iloc[0], "column": "ref_range", "text": text}
        if len(numbers) != len(rows):
            message = f"{len(rows)} rows stand for '{text}', which has {len(numbers)} numbers"
            found.append(finding("range-miscounted", message, **where))
        twice = [number for number in numbers if number in covered]
        if twice:
            listed = ", ".join(str(number) for number in twice)
            message = f"'{text}' covers {listed}, which {covered[twice[0]]} covers too"
            found.append(finding("range-overlap", message, **where))
        covered |= dict.fromkeys(numbers, str(text))
    return found
