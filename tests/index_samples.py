"""Folders of published reports, made by hand, for the tests of the index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

FILES = ("progress.html", "summary.html", "slippage.html", "data-quality.html", "ledger.csv", "ledger.xlsx")
STANDINGS = ("overdue", "delayed", "re-dated", "standing not known")


def measured(**numbers: int | None) -> list[dict[str, object]]:
    """Rows of results.json for a plan: actions, done, overdue, delayed, redated, unknown."""
    of = numbers["actions"]
    done = numbers.get("done")
    rows: list[dict[str, object]] = [
        {"name": "actions", "scope": "plan", "numerator": None, "denominator": None, "value": of},
        {"name": "done", "scope": "plan", "numerator": done, "denominator": None if done is None else of, "value": done},
        {"name": "done", "scope": "area", "numerator": 999, "denominator": 999, "value": 999},
    ]
    for name, key in zip(STANDINGS, ("overdue", "delayed", "redated", "unknown"), strict=True):
        rows.append({"name": f"standing: {name}", "scope": "plan", "value": numbers.get(key) or 0})
    return rows


def put_set(out: Path, plan: str, day: str, title: str = "", **numbers: int | None) -> Path:
    """Publish a set of small files with these numbers."""
    folder = out / plan / day
    folder.mkdir(parents=True)
    data = {name: f"{plan} {day} {name}\n".encode("utf-8", "backslashreplace") for name in FILES}
    if numbers:
        data["results.json"] = json.dumps({"measures": measured(**numbers)}).encode()
    for name, each in data.items():
        (folder / name).write_bytes(each)
    record = {
        "title": title or plan.title(), "reports": {"data-quality": {}, "progress": {}, "slippage": {}},
        "outputs": {name: hashlib.sha256(each).hexdigest() for name, each in data.items()},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def fail(folder: Path, **failure: object) -> None:
    """Note a failure in the folder of a set."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failed.json").write_text(json.dumps({"failed": [failure]}), encoding="utf-8")


def one_of_each(out: Path) -> Mapping[str, Path]:
    """Four plans: one that went on for five dates with a gap, one damaged, one that never succeeded, one that did once."""
    days = ("2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31")
    for at, day in enumerate(days):
        known = {"done": 4 * at, "overdue": 3, "delayed": 1, "redated": 2 + at} if at != 2 else {"unknown": 40}
        put_set(out, "care", day, "Care & <health>", actions=40, **known)
    damaged = put_set(out, "roads", "2025-03-31", "Roads", actions=3, done=1)
    (damaged / "slippage.html").unlink()
    fail(out / "schools" / "2025-03-31", notebook="progress", cell=3, error="RunError")
    again = put_set(out, "waste", "2025-03-31", "Waste", actions=12, done=12)
    fail(again, notebook="", cell=None, error="OSError")
    return {"damaged": damaged, "again": again}


def many(out: Path, plans: int = 30) -> None:
    """More plans than stand in one list, with titles of every first letter."""
    for at in range(plans):
        put_set(out, f"plan-{at}", "2025-03-31", f"{chr(ord('A') + at % 26)} plan {at}", actions=10, done=at % 11)
    put_set(out, "first", "2025-03-31", "1st plan", actions=0)
