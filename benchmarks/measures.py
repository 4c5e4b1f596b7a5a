"""Seconds and peak memory of every measure of slippage and delivery on ledgers of growing size.

Run: ``PYTHONPATH=src python benchmarks/measures.py`` (``--rows 10000 --each`` for one size, function by function).
Each size runs in a process of its own. The aim: 1,000,000 rows (1,000 plans) within 10 s and 2 GiB, and growth no
steeper than exponent 1.1.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from planlib import delivery, schema, slippage, trends
from planlib.normalise import conform

SIZES = (10_000, 100_000, 1_000_000)
ACTIONS, SNAPSHOTS = 50, 20  # of each plan
AS_OF = "2022-06-15"


def make_ledger(rows: int, seed: int = 1) -> pd.DataFrame:
    """A ledger of many plans of 50 actions and 20 monthly snapshots: most dates move, some are met, some are lost."""
    rng = np.random.default_rng(seed)
    plans = rows // (ACTIONS * SNAPSHOTS)
    shape = (plans, SNAPSHOTS, ACTIONS)
    plan, snapshot, action = (each.ravel() for each in np.indices(shape))
    as_of = pd.date_range("2020-10-31", periods=SNAPSHOTS, freq="ME").as_unit("s").to_numpy()[snapshot]
    first = np.datetime64("2020-11-01") + rng.integers(0, 500, (plans, 1, ACTIONS))
    slip = np.cumsum(rng.choice([0, 0, 0, 0, 0, 30, 61, -14], shape), axis=1)
    target = (first + slip).ravel()
    known = rng.random(shape).ravel() > 0.03
    finish = rng.integers(3, 40, (plans, 1, ACTIONS))
    done = (np.arange(SNAPSHOTS)[None, :, None] >= finish).ravel()
    closed = ((finish > 37) & (np.arange(SNAPSHOTS)[None, :, None] > 12)).ravel()
    status = np.select([done, closed, rng.random(len(plan)) < 0.02], ["complete", "closed not done", "unknown"], "open")
    moved = np.diff(slip, axis=1, prepend=0).ravel() != 0
    told = np.where(moved & (rng.random(len(plan)) < 0.3), np.roll(target, ACTIONS), np.datetime64("NaT"))
    told[snapshot == 0] = np.datetime64("NaT")
    kept = rng.random(len(plan)) > 0.01  # one row in a hundred is missing: the action is not listed
    original = np.broadcast_to(first, shape).ravel()
    stated = np.broadcast_to(rng.random((plans, 1, ACTIONS)) < 0.2, shape).ravel()
    names = np.char.add("plan-", np.char.zfill(np.arange(plans).astype(str), 4)).astype(object)
    number = (action + 1).astype(str).astype(object)
    made = pd.DataFrame({
        "plan": names[plan], "as_of": as_of, "action_id": names[plan] + "/" + number, "ref": number,
        "area": "Area " + (action // 8).astype(str).astype(object), "action": "Action " + number,
        "lead": "Officer " + (action % 7).astype(str).astype(object),
        "timescale": np.where(action % 3 == 0, "within 6 months", ""),
        "target_text": np.where(known, np.datetime_as_string(target, unit="D"), "tbc"),
        "target_earliest": np.where(known, target, np.datetime64("NaT")),
        "target": np.where(known, target, np.datetime64("NaT")), "target_precision": np.where(known, "day", ""),
        "previous_target_text": np.where(np.isnat(told), "", np.datetime_as_string(told, unit="D")),
        "previous_target": told, "original_earliest": original, "original": original, "original_precision": "day",
        "original_basis": np.where(stated, "stated", "first seen"), "status_text": status, "status": status,
        "claim": rng.choice(["", "", "", "on course", "delayed"], len(plan)),
        "progress": "Update " + rng.integers(0, 3, len(plan)).astype(str).astype(object),
        "reason": np.where(moved & (rng.random(len(plan)) < 0.5), "capacity", ""), "source": "export.csv",
        "place": "line 1",
    })  # fmt: skip
    return conform(made[kept], schema.LEDGER)


OF_ACTIONS = (
    "completion", "counted", "standing", "slip", "past_original", "required", "date_changes", "revisions", "slip_rate",
    "standing_over_time", "slip_chart",
)  # fmt: skip
OF_PLANS = (
    "due_by", "hit_rate", "dates_kept", "left_over", "on_time_completion", "baseline_execution_index",
    "behind_original_plan", "change_since", "bow_wave", "falling_due", "without_update",
)  # fmt: skip


OF_TRENDS = ("changes_per_period", "late_over_time", "repeated")


def every_measure(ledger: pd.DataFrame) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each function of slippage and delivery by name, over one prepared state."""
    prepared: list[slippage.State] = []
    yield "state", lambda: prepared.append(slippage.state(ledger, AS_OF))
    (at,) = prepared
    for module, names in ((slippage, OF_ACTIONS), (delivery, OF_PLANS), (trends, OF_TRENDS)):
        for name in names:
            yield name, partial(getattr(module, name), ledger, AS_OF, at=at)
    for by in ("lead", "area"):
        yield f"by_group {by}", partial(trends.by_group, ledger, AS_OF, by=by, small_number=5, at=at)
    for make in (delivery.hit_rate, delivery.dates_kept):
        yield f"{make.__name__} since the start", partial(make, ledger, AS_OF, since=at.started(), at=at)


def run(rows: int, each: bool) -> float:
    """Time one size; print it."""
    ledger = make_ledger(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begin = time.perf_counter()
    for name, call in every_measure(ledger):
        start = time.perf_counter()
        call()
        if each:
            print(f"  {name:<32}{time.perf_counter() - start:8.2f} s")
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(ledger):>9} rows {seconds:8.2f} s   peak {peak:6.0f} MiB (before measuring {before:.0f})", flush=True)
    return seconds


def main() -> None:
    """Measure every size, each in its own process, and the growth between them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--each", action="store_true", help="print every function")
    asked = parser.parse_args()
    if asked.rows:
        run(asked.rows, asked.each)
        return
    seconds = []
    for rows in SIZES:
        command = [sys.executable, __file__, "--rows", str(rows)]
        said = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        print(said.stdout, end="", flush=True)
        seconds.append(float(said.stdout.split("rows")[1].split()[0]))
    for small, large, a, b in zip(SIZES, SIZES[1:], seconds, seconds[1:], strict=False):
        print(f"growth from {small} to {large} rows: exponent {math.log(b / a) / math.log(large / small):.2f}")


if __name__ == "__main__":
    main()
