"""Plan folders at their limits, written by the tests: none, one, many actions, and one that has every figure."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import simulated

BEFORE, AS_AT = "2024-01-31", "2024-03-31"
SIMULATED_AS_AT = "2020-10-31"
_HEAD = ("Ref", "Area", "Action", "Lead", "Target date", "Status", "Progress")
_STATUSES = ("Complete", "In progress", "In progress", "Not started", "Delayed")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def actions(many: int, *, later: int = 0) -> list[tuple[str, ...]]:
    """So many rows with texts as long as real ones; every third is due so many months later."""
    rows = []
    for number in range(many):
        month = number % 12 + (later if number % 3 == 0 else 0)
        rows.append((
            f"R-{number + 1}", f"Area {number % 12 + 1} of the improvement plan",
            f"Write the practice guide for ward {number}, train every manager who uses it, and tell the board what came of it",
            f"Head of service {number % 7}", f"28 {_MONTHS[month % 12]} {2024 + month // 12}", _STATUSES[number % 5],
            f"The post of trainer {number} was advertised twice. The second round of interviews is in September, and the "
            "guide goes to the board in the month after.",
        ))  # fmt: skip
    return rows


def write(folder: Path, **snapshots: list[tuple[str, ...]]) -> Path:
    """Write a plan folder; the names of the snapshots are their dates, such as on_2024_03_31."""
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(
        f'title = "Plan with {folder.name} actions"\norganisation = "Somewhere Council"\n', encoding="utf-8"
    )
    for name, rows in snapshots.items():
        day = name.removeprefix("on_").replace("_", "-")
        with (folder / f"{day}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_HEAD, *rows])
    return folder


def many(home: Path, number: int) -> Path:
    """A plan of so many actions, with a report before."""
    return write(home / str(number), on_2024_01_31=actions(number), on_2024_03_31=actions(number, later=3))


def at_the_limits(home: Path) -> list[Path]:
    """Plans of no action, of one, and of five hundred."""
    return [write(home / "no", on_2024_03_31=[]), many(home, 1), many(home, 500)]


def with_every_figure(home: Path) -> Path:
    """A simulated plan of which everything can be told: the forecast, too (see tests/test_forecast.py)."""
    ledger, _ = simulated.make_plan(simulated.World(blocks=30, size=4), np.random.default_rng(21))
    folder = home / "simulated"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(
        'title = "Simulated plan"\n[status_key]\n"closed not done" = "closed not done"\n', encoding="utf-8"
    )
    ledger = ledger[ledger["as_of"] <= np.datetime64(SIMULATED_AS_AT)]
    names = {"ref": "Ref", "area": "Area", "action": "Action", "target_text": "Target date", "first": "Original target date",
             "status_text": "Status"}  # fmt: skip
    for day, rows in ledger.assign(first=ledger["original"].dt.strftime("%Y-%m-%d")).groupby("as_of"):
        rows[list(names)].rename(columns=names).to_csv(folder / f"{day:%Y-%m-%d}.csv", index=False)
    return folder
