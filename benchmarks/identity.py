"""Precision and recall of matching on real plans that were perturbed, and seconds for 2,000 actions.

Run: ``PYTHONPATH=src python benchmarks/identity.py``. Each plan is renumbered throughout, a share of the words of each
action is replaced, one action in ten is dropped and one in ten is added, seeded. Added actions are other actions of
the real plans; the replacing words are words of the same plan. The aims: with a quarter of the words replaced,
precision 99.5 % and recall 99 %; 2,000 actions renumbered and a quarter of them reworded within 3 s. A precise match
pairs a row with the action that it was made from.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from planlib import history, store
from planlib.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
SHARED = next((base / "shared" / "data" for base in ROOT.parents if (base / "shared" / "data").is_dir()), ROOT / "none")
FILES = (
    "rubin-dm-milestones/ldm-564_milestones_2017-08-18_a444392.csv",
    "gmpp/CO_Government_Major_Projects_Portofolio_AR_Data_March_2024.csv",
    "gmpp/DESNZ_Government_Major_Projects_Portofolio_AR_Data_March_2024.csv",
    "gmpp/BEIS_Government_Major_Projects_Portfolio_Data_March_2022.csv",
    "us-fds-action-plan/action-plan_2020-02-25.md",
    "us-fds-action-plan/action-plan-2021_agency-actions.md",
)
SEEDS = 10
LATER = pd.Timestamp("2030-06-30")


def plans() -> dict[str, pd.DataFrame]:
    """The rows of each real plan that is at hand, with a wording; those of a range have none of their own."""
    found = {}
    wirral = store.open_plan(ROOT / "data" / "wirral-ofsted-2011").ledger
    found["wirral"] = wirral[wirral["as_of"] == wirral["as_of"].max()]
    for name in FILES:
        path = SHARED / name
        if not path.exists():
            print(f"skipped: {name} is not in ../shared/data")
            continue
        try:
            rows = store.read(path, as_of="2024-03-31").actions
        except InputError as error:
            print(f"skipped: {name}: {error}")
            continue
        found[f"{path.parent.name.split('-')[0]} {path.stem[:24]}"] = rows
    return {
        name: rows[(rows["action"] != "") & (rows["ref_range"] == "")].assign(source="x.csv").reset_index(drop=True)
        for name, rows in found.items()
    }


def reword(text: str, share: float, words: Sequence[str], rng: random.Random) -> str:
    """Replace a share of the words of a text, each by chance."""
    made = text.split()
    for place in rng.sample(range(len(made)), round(share * len(made))):
        made[place] = rng.choice(words)
    return " ".join(made)


def perturb(
    rows: pd.DataFrame, others: pd.DataFrame, share: float, rng: random.Random, *, dropped: float = 0.1,
    reworded: float = 1.0,
) -> tuple[pd.DataFrame, list[int]]:
    """The plan as its next issue: rows, and for each the number of the row it was made from, or -1."""
    words = " ".join(rows["action"]).split()
    kept = [number for number in range(len(rows)) if rng.random() >= dropped]
    made = rows.iloc[kept].copy()
    made["action"] = [
        reword(text, share, words, rng) if rng.random() < reworded else text for text in made["action"]
    ]
    extra = others.sample(min(round(dropped * len(rows)), len(others)), random_state=rng.randrange(10**6))
    # What is added is of the plan's areas, leads and dates: nothing but its wording tells it apart.
    like = rows.sample(len(extra), replace=True, random_state=rng.randrange(10**6))
    extra = like.assign(action=list(extra["action"]))
    made = pd.concat([made, extra])
    origin = kept + [-1] * len(extra)
    order = list(range(len(made)))
    rng.shuffle(order)
    numbers = list(range(1, len(made) + 1))
    made = made.iloc[order].assign(
        ref=[str(number) for number in numbers], place=[f"line {number + 1}" for number in numbers], as_of=LATER,
    )  # fmt: skip
    return made.reset_index(drop=True), [origin[place] for place in order]


def score(rows: pd.DataFrame, made: pd.DataFrame, origin: Sequence[int]) -> tuple[int, int, int, int]:
    """True matches, matches, those there are to find, and rows that a person is asked about."""
    before = rows.assign(ref=[str(number) for number in range(1, len(rows) + 1)], as_of=LATER - pd.DateOffset(months=3))
    before["place"] = [f"line {number + 2}" for number in range(len(rows))]
    done = history.build("x", [before, made])
    given = done.matches[done.matches["as_of"] == LATER]["action_id"].tolist()
    matched = [(int(name.split("/")[1]) - 1, was) for name, was in zip(given, origin, strict=True)]
    taken = [(number, was) for number, was in matched if number < len(rows)]
    asked = sum(each["code"] == "match-uncertain" for each in done.findings)
    return sum(number == was for number, was in taken), len(taken), sum(was >= 0 for was in origin), asked


def accuracy(real: Mapping[str, pd.DataFrame]) -> None:
    """Print precision and recall for each plan and share of words."""
    print(f"{'plan':36} {'actions':>7} {'reworded':>8} {'precision':>9} {'recall':>7} {'asked':>6}")
    totals: dict[float, list[int]] = {}
    for name, rows in real.items():
        others = pd.concat([each for other, each in real.items() if other.split()[0] != name.split()[0]])
        for share in (0.0, 0.25, 0.5):
            sums = [0, 0, 0, 0]
            for seed in range(SEEDS):
                rng = random.Random(f"{name} {share} {seed}")
                sums = [a + b for a, b in zip(sums, score(rows, *perturb(rows, others, share, rng)), strict=True)]
            totals[share] = [a + b for a, b in zip(totals.get(share, [0] * 4), sums, strict=True)]
            report(name, len(rows), share, sums)
    for share, sums in totals.items():
        report("all", sum(len(rows) for rows in real.values()), share, sums)


def report(name: str, size: int, share: float, sums: Sequence[int]) -> None:
    """Print one line."""
    right, taken, there, asked = sums
    print(f"{name:36} {size:7} {share:8.0%} {right / max(taken, 1):9.2%} {right / max(there, 1):7.2%} {asked / there:6.1%}")


def speed(real: Mapping[str, pd.DataFrame]) -> None:
    """Print seconds for 2,000 actions renumbered, a quarter of them reworded by a quarter of their words."""
    rng = random.Random(1)
    pool = pd.concat(real.values(), ignore_index=True)
    words = " ".join(pool["action"]).split()
    rows = pool.sample(2000, replace=True, random_state=1).reset_index(drop=True)
    rows["action"] = [" ".join(rng.choices(words, k=rng.randrange(6, 25))) for _ in range(len(rows))]
    for reworded in (0.25, 1.0):
        made, origin = perturb(rows, rows.iloc[:0], 0.25, rng, dropped=0.0, reworded=reworded)
        start = time.perf_counter()
        right, taken, there, _ = score(rows, made, origin)
        took = time.perf_counter() - start
        print(f"2,000 actions renumbered, {reworded:.0%} reworded: {took:.2f} s, precision {right / taken:.2%}, "
              f"recall {right / there:.2%}")  # fmt: skip


if __name__ == "__main__":
    real_plans = plans()
    accuracy(real_plans)
    speed(real_plans)
