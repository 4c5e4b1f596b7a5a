"""Do the bands and intervals hold what they say? On simulated plans whose truth is known.

Run: ``PYTHONPATH=src python benchmarks/coverage.py [--plans 500] [--only curve|forecast|backtest]``.
Plans are re-dated and done in blocks (tests/simulated.py). Printed: of how many plans the 95 % band of the time past
original holds the true share, with stated days of completion and without, for few and many blocks; of how many the
80 % interval of the number done holds what came; and what the backtest says of them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import simulated

from planlib import forecast, overrun

AS_OF = "2020-10-31"
WORLDS = {
    "8 blocks of 5, stated": simulated.World(blocks=8, size=5, reports=22, stated=True),
    "16 blocks of 4, stated": simulated.World(blocks=16, size=4, reports=22, stated=True),
    "16 blocks of 4, between reports": simulated.World(blocks=16, size=4, reports=22),
    "40 actions each by itself, stated": simulated.World(blocks=40, size=1, reports=22, stated=True),
}


def curve(plans: int) -> None:
    """Coverage of the band, with the blocks as they are and as if each action had been dated by itself."""
    for name, world in WORLDS.items():
        truth = {after: world.still_open(after) for after in (0, 30, 90, 180)}
        for blocks in ("decisions", "actions"):
            random = np.random.default_rng(2026)
            held: dict[int, list[bool]] = {after: [] for after in truth}
            for batch in range(plans // 20):
                ledger = pd.concat([simulated.make_plan(world, random, f"{batch}-{at}")[0] for at in range(20)])
                spells = overrun.spells(ledger, AS_OF)
                for _, kept in spells[spells["left_out"] == ""].groupby("plan"):
                    kept = kept if blocks == "decisions" else kept.assign(block=range(len(kept)))
                    table, ends = overrun._curve(kept, "days")
                    for after, share in truth.items():
                        if ends is not None and after <= ends:
                            row = table.loc[table["after"] <= after].iloc[-1]
                            held[after].append(bool(row["band_low"] - 1e-9 <= share <= row["band_high"] + 1e-9))
            told = ", ".join(f"{after} days {100 * np.mean(each):.1f} % of {len(each)}" for after, each in held.items() if each)
            print(f"{name}, resampling {blocks}: {told}")


def counts(plans: int) -> None:
    """Coverage of the 80 % interval of the number done 3 and 6 months ahead."""
    world, random = simulated.World(blocks=16, size=4, stated=True), np.random.default_rng(5)
    held: dict[int, list[bool]] = {3: [], 6: []}
    off: dict[int, list[float]] = {3: [], 6: []}
    for _ in range(plans):
        ledger, finish = simulated.make_plan(world, random)
        made = forecast.forecast(ledger, AS_OF, untested=True)
        if made.refused:
            continue
        told = made.actions[made.actions["unknown"] == ""]
        done = finish[told["action_id"].str.split("/").str[-1].astype(int).to_numpy() - 1]
        for months in held:
            row = made.months.iloc[months - 1]
            number = made.done + int((done <= np.datetime64(row["month"])).sum())
            held[months].append(bool(row["low"] <= number <= row["high"]))
            off[months].append(number - row["middle"])
    for months, each in held.items():
        print(f"number done in {months} months: 80 % interval held {100 * np.mean(each):.1f} % of {len(each)}, "
              f"mean error of the middle {np.mean(off[months]):+.2f} actions")  # fmt: skip


def backtests(plans: int) -> None:
    """What the backtest says of plans of 16 and of 40 blocks."""
    for blocks in (16, 40):
        random = np.random.default_rng(8)
        verdicts: Counter[str] = Counter()
        covered, gaps = [], []
        for _ in range(plans):
            ledger, _ = simulated.make_plan(simulated.World(blocks=blocks, size=4), random)
            made = forecast.backtest([(ledger, None)], "2021-04-30")
            verdicts["shown" if not made.verdict else made.verdict.partition(":")[0][:50]] += 1
            if made.number:
                covered.append(made.covered / made.number)
                gaps.append(made.differences["brier"].to_numpy())
        print(f"{blocks} blocks: 80 % intervals held {100 * np.mean(covered):.1f} %, Brier score against the rivals "
              f"{np.mean(gaps, axis=0).round(3).tolist()}, {dict(verdicts)}")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", type=int, default=500)
    parser.add_argument("--only", choices=["curve", "forecast", "backtest"])
    given = parser.parse_args()
    if given.only in (None, "curve"):
        curve(given.plans)
    if given.only in (None, "forecast"):
        counts(max(given.plans // 2, 1))
    if given.only in (None, "backtest"):
        backtests(max(given.plans // 25, 1))
