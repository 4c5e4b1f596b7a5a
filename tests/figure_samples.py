"""Plans for the tests of figures, from none to 500 actions: ledgers by hand, measured by planlib itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from planlib import measures, open_plan, schema
from planlib.dates import add_months, precision_of
from planlib.measures import Measures

DATA = Path(__file__).resolve().parent.parent / "data"

HOSTILE = "</text></svg><script>alert('&1')</script> $x^2_{$ \u202etxet \x1b[2J 漢字 " + "W" * 300
"""Markup, mathematics, a direction override, a terminal sequence, a script that the font has not, an endless word."""

When = str | tuple[str, str] | None


def ledger(snapshots: Mapping[str, Sequence[Mapping[str, Any]]], plan: str = "sample") -> pd.DataFrame:
    """Make a ledger by hand.

    Parameters
    ----------
    snapshots : mapping of date to rows
        Each row has columns of the ledger; ``ref`` says which action it is (``n`` where several share one). A date is
        "2011-09-30", or its first and last day. ``first`` is the first date, where it is not the first target seen in
        the snapshot that first lists the action; None says that it is not known.
    """
    numbers: dict[str, int] = {}
    firsts: dict[int, tuple[When, str]] = {}
    made = []
    for as_of, rows in snapshots.items():
        for row in rows:
            number = numbers.setdefault(str(row.get("n", row["ref"])), len(numbers) + 1)
            target: When = row.get("target")
            if number not in firsts:
                first: When = row.get("first", target)
                basis = "not known" if first is None else "stated" if "first" in row else "first seen"
                firsts[number] = (first, basis)
            given = {name: value for name, value in row.items() if name not in ("n", "first", "target", "completed")}
            made.append({
                "plan": plan, "as_of": as_of, "action_id": f"{plan}/{number}", "area": "Area", "status": "open",
                **_when("target", target), **_when("original", firsts[number][0]), "original_basis": firsts[number][1],
                **_when("completed", row.get("completed")), **given,
            })  # fmt: skip
    frame = pd.DataFrame(made, columns=[column.name for column in schema.LEDGER])
    for column in schema.LEDGER:
        if column.dtype == schema.TEXT:
            frame[column.name] = frame[column.name].astype("object").fillna("").astype("string")
        else:
            frame[column.name] = frame[column.name].astype(column.dtype)
    return frame


def _when(name: str, given: When) -> dict[str, Any]:
    if given is None:
        return {}
    start, end = (given, given) if isinstance(given, str) else given
    precision = precision_of(date.fromisoformat(start), date.fromisoformat(end))
    return {f"{name}_earliest": start, name: end, f"{name}_text": f"{start} to {end}", f"{name}_precision": precision}


def measured(snapshots: Mapping[str, Sequence[Mapping[str, Any]]], as_of: str | None = None) -> Measures:
    """Measure a plan given by hand, at its last snapshot or at a date."""
    return measures.measure(ledger(snapshots), as_of or max(snapshots), snapshots=sorted(snapshots))


@cache
def bundled(plan: str, as_of: str) -> Measures:
    """Measure one of the plans in data/."""
    book = open_plan(DATA / plan, date.fromisoformat(as_of))
    return measures.measure(book.ledger, as_of, settings=book.settings, snapshots=book.snapshots)


def actions(n: int, **every: Any) -> list[dict[str, Any]]:
    """Rows 1 to n that are alike but for their reference."""
    return [{"ref": str(number), **every} for number in range(1, n + 1)]


def many(n: int = 500, months: int = 12, seed: int = 1, areas: int = 60) -> Measures:
    """Measure a large plan whose dates move now and then, in sixty areas or as many as are asked for."""
    chance = random.Random(seed)
    start = date(2023, 1, 31)
    targets = [date(2023, 3, 31) + pd.Timedelta(days=chance.randrange(500)).to_pytimedelta() for _ in range(n)]
    done: dict[int, str] = {}
    snapshots: dict[str, list[dict[str, Any]]] = {}
    for month in range(months):
        as_of = add_months(start, month)
        rows = []
        for at in range(n):
            if at not in done and chance.random() < 0.04:
                done[at] = as_of.isoformat()
            elif at not in done and chance.random() < 0.08:
                targets[at] = targets[at] + pd.Timedelta(days=chance.randrange(-10, 90)).to_pytimedelta()
            rows.append({
                "ref": f"{at % areas + 1}.{at // areas + 1}", "area": f"Area {at % areas + 1}: what this part of the plan is for",
                "target": targets[at].isoformat() if at % 11 else None, "completed": done.get(at),
                "status": "complete" if at in done else "in progress",
            })  # fmt: skip
        snapshots[as_of.isoformat()] = rows
    return measured(snapshots)


def _months(first: str, count: int) -> list[str]:
    return [add_months(date.fromisoformat(first), month).isoformat() for month in range(count)]


CASES: dict[str, Callable[[], Measures]] = {
    "no action": lambda: measured({"2011-06-01": []}),
    "no snapshot": lambda: measures.measure(ledger({}), "2011-06-01"),
    "one action": lambda: measured({"2011-06-01": actions(1, target="2011-09-01")}),
    "one action, done": lambda: measured({
        "2011-06-01": actions(1, target="2011-09-01"),
        "2011-08-31": actions(1, target="2011-09-01", status="complete", completed="2011-08-01"),
    }),
    "one action, done late": lambda: measured({
        "2011-06-01": actions(1, target="2011-07-01"),
        "2011-08-31": actions(1, target="2011-07-01", status="complete", completed="2011-08-01"),
    }),
    "one action, overdue": lambda: measured({"2011-06-01": actions(1, target="2011-05-01")}),
    "one action, due today": lambda: measured({"2011-06-01": actions(1, target="2011-06-01")}),
    "one action without reference": lambda: measured({
        "2011-06-01": [{"ref": "", "action": "Write the plan", "target": "2011-07-01"}],
        "2011-07-01": [{"ref": "", "action": "Write the plan", "target": "2011-08-01"}],
    }),
    "nothing moved": lambda: measured({day: actions(6, target="2012-03-31") for day in _months("2011-06-30", 4)}),
    "nothing known": lambda: measured({"2011-06-01": actions(7, status="unknown", target=None)}),
    "standing not known, dates known": lambda: measured({"2011-06-01": actions(3, status="unknown", target="2011-05-01")}),
    "some standing not known": lambda: measured({
        "2011-06-01": [*actions(3, target="2011-09-01"), {"ref": "9", "status": "unknown"}]}),
    "no dates": lambda: measured({day: actions(4, target=None) for day in _months("2011-06-30", 4)}),
    "everything done": lambda: measured({
        "2011-06-01": actions(5, target="2011-07-01"), "2011-07-01": actions(5, target="2011-07-01"),
        "2011-08-01": actions(5, target="2011-07-01", status="complete", completed="2011-06-30"),
    }),
    "everything done late": lambda: measured({
        "2011-06-01": actions(5, target="2011-07-01"), "2011-07-01": actions(5, target="2011-07-01"),
        "2011-09-01": actions(5, target="2011-07-01", status="evidenced", completed="2011-08-30"),
    }),
    "done between reports": lambda: measured({
        "2011-06-01": actions(5, target="2011-07-01"), "2011-06-30": actions(5, target="2011-07-01"),
        "2011-09-01": actions(5, target="2011-07-01", status="complete"),
    }),
    "everything closed": lambda: measured({
        "2011-06-01": actions(2, target="2011-09-01"),
        "2011-07-01": actions(2, target="2011-09-01", status="closed not done"),
    }),
    "everything overdue": lambda: measured({day: actions(8, target="2011-05-01") for day in _months("2011-06-30", 4)}),
    "late bought by re-dating": lambda: measured({
        "2011-06-30": actions(6, target="2011-07-31"), "2011-07-31": actions(6, target="2011-07-31"),
        "2011-08-31": actions(6, target="2011-07-31"), "2011-09-30": actions(6, target="2012-01-31"),
    }),
    "one moved later": lambda: measured({
        "2011-06-30": actions(3, target="2011-09-30"),
        "2011-07-31": [{"ref": "1", "target": "2011-10-31", "reason": "The post is vacant"}, *actions(3, target="2011-09-30")[1:]],
    }),
    "one moved earlier": lambda: measured({
        "2011-06-30": actions(3, target="2011-09-30"),
        "2011-07-31": [{"ref": "1", "target": "2011-08-31"}, *actions(3, target="2011-09-30")[1:]],
    }),
    "later and earlier add up to nothing": lambda: measured({
        "2011-06-30": [{"ref": "1", "target": "2011-09-30"}, {"ref": "2", "target": "2011-09-30", "area": "Other"}],
        "2011-07-31": [{"ref": "1", "target": "2011-09-20"}, {"ref": "2", "target": "2011-10-10", "area": "Other"}],
    }),
    "two areas slipped alike": lambda: measured({
        "2011-06-30": [{"ref": "1", "target": "2011-09-30"}, {"ref": "2", "target": "2011-09-30", "area": "Other"}],
        "2011-07-31": [{"ref": "1", "target": "2011-10-10"}, {"ref": "2", "target": "2011-10-10", "area": "Other"}],
    }),
    "months": lambda: measured({
        "2011-06-30": actions(2, target=("2011-09-01", "2011-09-30")),
        "2011-07-31": actions(2, target=("2011-11-01", "2011-11-30")),
        "2011-09-30": actions(2, target=("2012-01-01", "2012-03-31")),
    }),
    "re-dated, from when not known": lambda: measured({
        "2011-06-30": actions(2, target="2011-09-30", first=None, previous_target_text="an earlier date", claim=""),
    }),
    "known by count": lambda: measured({
        day: [{"ref": "", "n": f"r{n}", "ref_range": "1-4", "target": "2011-09-30"} for n in range(4)]
        for day in _months("2011-06-30", 4)
    }),
    "no longer listed": lambda: measured({
        "2011-06-30": actions(3, target="2011-09-30"), "2011-07-31": actions(2, target="2011-09-30"),
        "2011-08-31": actions(1, target="2011-09-30"),
    }),
    "dates centuries apart": lambda: measured({
        day: [{"ref": "1", "target": "1911-09-30"}, {"ref": "2", "target": "2099-12-31"}] for day in _months("2011-06-30", 3)
    }),
    "the ends of time": lambda: measured({
        day: [{"ref": "1", "target": "0001-01-01"}, {"ref": "2", "target": "9999-12-31"}] for day in _months("2011-06-30", 3)
    }),
    "twenty snapshots in as many days": lambda: measured({
        f"2011-06-{day:02}": actions(2, target="2011-09-30") for day in range(1, 21)
    }),
    "hostile": lambda: measured({
        day: [{"ref": HOSTILE, "area": HOSTILE, "lead": HOSTILE, "target": target, "reason": HOSTILE},
              {"ref": "", "n": "2", "action": HOSTILE, "area": HOSTILE[::-1], "target": "2011-09-30"},
              {"ref": "", "n": "3", "ref_range": HOSTILE, "area": "$a$", "target": target}]
        for day, target in (("2011-06-30", "2011-09-30"), ("2011-07-31", "2011-09-30"), ("2011-09-30", "2011-12-30"))
    }),
    "every kind of change": lambda: measured({
        "2011-06-30": [*actions(5, target="2011-09-30"), {"ref": "6", "first": None, "previous_target_text": "an earlier date"}],
        "2011-07-31": [{"ref": "1", "target": "2011-10-31"}, {"ref": "2", "target": "2011-10-31"}, {"ref": "3", "target": "2011-09-10"},
                       {"ref": "4"}, {"ref": "5", "target": ("2011-09-01", "2011-09-30")}, {"ref": "6", "target": "2012-01-31"}],
        "2011-08-31": [], "2011-09-30": actions(3, target="2011-12-31"),
    }),
    "half of a fall by re-dating": lambda: measured({
        "2011-06-30": actions(6, target="2011-07-15"), "2011-07-31": actions(6, target="2011-07-15"),
        "2011-08-31": [*actions(2, target="2011-12-31"), {"ref": "3", "target": "2011-07-15", "status": "complete"},
                       {"ref": "4", "target": "2011-07-15", "status": "complete"}, *actions(6, target="2011-07-15")[4:]],
    }),
    "late, first dates not known": lambda: measured({
        day: actions(3, target="2011-05-31", first=None) for day in _months("2011-06-30", 4)
    }),
    "eleven areas that move": lambda: measured({
        day: [{"ref": f"{area}.{n}", "area": f"Area {area} of the plan, whose name is a long one and goes on", "target": target}
              for area in range(11) for n in range(area % 3 + 1)]
        for day, target in (("2011-06-30", "2011-09-30"), ("2011-07-31", "2011-10-31"), ("2011-09-30", "2012-03-31"))
    }),
    "wirral": lambda: bundled("wirral-ofsted-2011", "2011-08-31"),
    "wirral, first snapshot": lambda: bundled("wirral-ofsted-2011", "2011-06-01"),
    "ranger, a year in": lambda: bundled("ranger-1960", "1961-09-30"),
    "ranger, 1964": lambda: bundled("ranger-1960", "1964-07-31"),
    "ranger": lambda: bundled("ranger-1960", "1965-03-31"),
}  # fmt: skip
"""Plans at the edges of what can come, each made when it is asked for."""


@cache
def case(name: str) -> Measures:
    """One of `CASES`, measured once."""
    return CASES[name]()
