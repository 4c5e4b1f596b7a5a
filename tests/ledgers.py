"""Small ledgers for tests, made as in real life: text of cells, through normalise and history."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from planlib import history, schema
from planlib.layout import find_layout
from planlib.normalise import conform, frame, normalise, take_rows
from planlib.readers import delimited
from planlib.settings import Settings

# A word for each status and claim, so that a test says in one word how an action stands.
STATUS_KEY = {
    "open": "open", "complete": "complete", "evidenced": "evidenced", "closed": "closed not done",
    "delayed": "open, delayed", "on course": "open, on course", "complete in time": "complete, on course",
}  # fmt: skip
SETTINGS = Settings(title="Plan", status_key=STATUS_KEY)

Rows = Sequence[Mapping[str, Any]]


def make_ledger(snapshots: Mapping[str, Rows], *, plan: str = "plan", settings: Settings = SETTINGS) -> pd.DataFrame:
    """Make the ledger of a plan from compact rows.

    Parameters
    ----------
    snapshots : mapping of str to rows
        By as-at date (YYYY-MM-DD): one mapping per row, of canonical column names (schema.SYNONYMS) to text.
        ``source`` is the file's name and may tell of corrections. A row without an action text is called by its ref.
    plan : str
    settings : Settings

    Returns
    -------
    DataFrame
        schema.LEDGER.
    """
    parts = [_snapshot(day, rows, settings) for day, rows in sorted(snapshots.items())]
    return history.build(plan, parts).ledger


def _snapshot(day: str, rows: Rows, settings: Settings) -> pd.DataFrame:
    """One snapshot, read from the table that these rows make."""
    if not rows:
        return frame(schema.LEDGER)
    records = [{"action": f"Action {row['ref']}" if row.get("ref") else ""} | dict(row) for row in rows]
    names = [name for name in schema.SYNONYMS if name == "action" or any(name in record for record in records)]
    names += [name for name in ("target", "status") if name not in names]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([names, *([record.get(name, "") for name in names] for record in records)])
    document = delimited.read(Path(f"{day}.csv"), text.getvalue().encode("utf-8"))
    raw = take_rows(find_layout(document.grids, {name: (name,) for name in names}), 0)
    made = normalise(raw, as_of=date.fromisoformat(day), settings=settings)[0]
    return made.assign(source=[record.get("source", f"{day}.csv") for record in records])


def rows_ledger(rows: Rows, *, plan: str = "plan") -> pd.DataFrame:
    """Make a ledger of canonical columns as they are given, with nothing read or worked out.

    ``id`` is the number of the action; a date that is given alone is given to the day.
    """
    made = []
    for row in rows:
        full = {"plan": plan, "action_id": f"{plan}/{row['id']}", "ref": str(row["id"]), "source": "x.csv"} | dict(row)
        for name in ("target", "original", "completed"):
            if name in full:
                full.setdefault(f"{name}_earliest", full[name])
                full.setdefault(f"{name}_text", full[name])
                full.setdefault(f"{name}_precision", "day")
        made.append(full)
    names = [column.name for column in schema.LEDGER]
    return conform(pd.DataFrame(made, columns=names), schema.LEDGER)
