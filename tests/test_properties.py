"""What holds for any plan folder, told through real files: itself again, other orders, later snapshots, two steps."""

from __future__ import annotations

import csv
import dataclasses
import tempfile
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tries import tries

from planlib import history, measures, slippage
from planlib.measures import Measures
from planlib.store import Plan, open_plan

DAYS = ("2020-01-31", "2020-04-30", "2020-07-31")
# Unlike each other, so that which row is which action is no matter of chance, however it is numbered.
ACTIONS = (
    "Write the guide for foster carers", "Train every team manager", "Open a clinic in the north", "Move old archives",
    "Paint both halls", "Agree next year's budget",
)  # fmt: skip
DATES = st.sampled_from([
    "", "30 June 2020", "2020-06-30", "31/08/2020", "June 2020", "1 March 2020", "TBC", "revised to 30 September 2020",
    "1 March 2020 revised to 30 June 2020", "Q3 2020",
])  # fmt: skip
COLUMNS = {
    "Theme": st.sampled_from(["Practice", "Money"]), "Lead officer": st.sampled_from(["", "Ann", "Bob"]),
    "Original date": st.sampled_from(["", "", "1 March 2020", "31 May 2020"]), "Target date": DATES,
    "Status": st.sampled_from(["", "In progress", "In progress", "Delayed", "On track", "Complete", "Withdrawn"]),
    "Date completed": st.sampled_from(["", "", "15 January 2020", "March 2020"]),
    "Progress update": st.sampled_from(["", "Begun", "Nearly there", "Moved from 1 March 2020 to 30 June 2020"]),
    "Reason for change": st.sampled_from(["", "Flood", "Extended from 30/06/2020 to 31/08/2020 by the board."]),
    "Days slipped": st.sampled_from(["", "0", "30", "121"]),
}  # fmt: skip
SOME = settings(max_examples=tries(8), suppress_health_check=[HealthCheck.too_slow])
Rows = list[dict[str, str]]


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Rows]:
    """Two or three snapshots of up to six actions, some of which come, go or are numbered anew."""
    made: dict[str, Rows] = {}
    kept = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=4, unique=True).map(lambda some: {*some, "Target date"}))
    for day in DAYS[: draw(st.integers(2, 3))]:
        listed = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=6, unique=True))
        first = draw(st.sampled_from((1, 1, 1, 11)))
        made[day] = [
            {"Ref": f"{first + ACTIONS.index(action)}", "Action": action}
            | {name: draw(texts) for name, texts in COLUMNS.items() if name in kept}
            for action in listed
        ]
    return made


def written(folder: Path, snapshots: dict[str, Rows], names: dict[str, list[str]] | None = None) -> Path:
    """A plan folder with these snapshots, their columns in the order given."""
    folder.mkdir()
    (folder / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
    for day, rows in snapshots.items():
        columns = (names or {}).get(day) or list(rows[0])
        with (folder / f"{day}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, columns).writerows([dict(zip(columns, columns, strict=True)), *rows])
    return folder


def opened(snapshots: dict[str, Rows], names: dict[str, list[str]] | None = None) -> Plan:
    """The plan that these snapshots make, read from files."""
    with tempfile.TemporaryDirectory() as folder:
        return open_plan(written(Path(folder) / "plan", snapshots, names))


def measured(plan: Plan, t: str) -> Measures:
    """Every measure of a plan at a date."""
    return measures.measure(plan.ledger, t, settings=plan.settings, snapshots=plan.snapshots, plan=plan.name)


@SOME
@given(plans(), st.integers(1, 40))
def test_the_same_file_again_changes_nothing(snapshots: dict[str, Rows], later: int) -> None:
    """A file copied to a later date: each row is its action with a score of 100, no cell, date or revision changed."""
    last = max(snapshots)
    again = str(date.fromisoformat(last) + timedelta(days=later))
    plan = opened(snapshots | {again: snapshots[last]})
    matched = plan.matches[plan.matches["as_of"] == again]
    assert set(matched["score"]) == {100} and set(matched["how"]) <= {"ref", "wording"}
    assert history.changes(plan.ledger, last, again, snapshots=plan.snapshots).empty
    assert not (slippage.date_changes(plan.ledger, again)["as_of"] == again).any()
    before, after = measured(plan, last).actions.set_index("action_id"), measured(plan, again).actions.set_index("action_id")
    same = ["target", "original", "original_basis", "revisions", "days_moved", "says_changed", "complete_earliest"]
    pd.testing.assert_frame_equal(before[same], after[same])
    assert not plan.findings["code"].eq("match-uncertain")[plan.findings["as_of"] == again].any()


# What the order of rows and columns decides: the number of an action and with it the order of the tables and the
# numbers of the decisions, and the place of a cell.
_NUMBERED = ["action_id", "number", "place", "position"]


def by_action(m: Measures, plan: Plan) -> dict[str, pd.DataFrame]:
    """The tables of the measures by wording of the action, without what its number decides."""
    names = plan.ledger.drop_duplicates("action_id").set_index("action_id")["action"]
    made = {}
    for field in dataclasses.fields(m):
        table = getattr(m, field.name)
        if isinstance(table, pd.DataFrame) and field.name != "results":
            if "action_id" in table:
                table = table.assign(action=table["action_id"].map(names))
            table = table.drop(columns=[name for name in _NUMBERED if name in table])
            if "decision" in table:
                # Which revisions are one decision, not its number.
                table["decision"] = table.groupby("decision")["action"].transform(lambda some: " | ".join(sorted(some)))
            made[field.name] = table.sort_values(list(table.columns), key=lambda column: column.astype(str), ignore_index=True)
    results = m.results.assign(key=[names.get(key, key) for key in m.results["key"]])
    made["results"] = results.sort_values(["name", "scope", "key"], ignore_index=True).drop(columns=["numerator", "denominator"])
    return made


@SOME
@given(plans(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_in_the_files_changes_nothing(snapshots: dict[str, Rows], random: Any) -> None:
    """Each file with its rows and its columns in another order: the same matches and measures, but for the numbering."""
    mixed = {day: random.sample(rows, len(rows)) for day, rows in snapshots.items()}
    names = {day: random.sample(list(rows[0]), len(rows[0])) for day, rows in snapshots.items()}
    one, other = opened(snapshots), opened(mixed, names)
    taken = []
    for plan in (one, other):
        first = plan.ledger.drop_duplicates("action_id").set_index("action_id")["action"]
        rows = plan.ledger.sort_values(["as_of", "action"])
        taken.append([(row.as_of, row.action, first[row.action_id]) for row in rows.itertuples()])
    assert taken[0] == taken[1]
    for t in snapshots:
        found = [by_action(measured(plan, t), plan) for plan in (one, other)]
        for name, table in found[0].items():
            pd.testing.assert_frame_equal(table, found[1][name], obj=f"{name} at {t}")


@SOME
@given(plans(), st.data())
def test_a_later_file_changes_no_earlier_measure(snapshots: dict[str, Rows], data: st.DataObject) -> None:
    """Every table and every result of each date, before and after later files lie in the folder, are the same."""
    whole = opened(snapshots)
    for t in sorted(snapshots)[:-1]:
        early = opened({day: rows for day, rows in snapshots.items() if day <= t})
        between = str(date.fromisoformat(t) + timedelta(days=data.draw(st.integers(0, 80))))
        one, other = measured(early, between), measured(whole, between)
        for field in dataclasses.fields(Measures):
            mine, theirs = getattr(one, field.name), getattr(other, field.name)
            tables = [(mine[name], theirs[name]) for name in mine] if isinstance(mine, dict) else [(mine, theirs)]
            for table, again in tables:
                if isinstance(table, pd.DataFrame):
                    pd.testing.assert_frame_equal(table, again, obj=f"{field.name} at {between}")
                else:
                    assert table == again or field.name == "snapshots", field.name


@SOME
@given(plans())
def test_two_steps_make_the_days_of_both(snapshots: dict[str, Rows]) -> None:
    """The changes of date from A to C are those from A to B and from B to C, of actions that come and go in between too.

    So the days add up, and where an action that stays open tells of no other date than its target, they make the move
    from its target in A to its target in C.
    """
    plan = opened(snapshots)
    days = sorted(snapshots)

    def moves(since: str, as_of: str) -> pd.DataFrame:
        found = measures.between(
            plan.ledger, since, as_of, plan=plan.name, snapshots=plan.snapshots, extras=plan.extras
        ).moves  # fmt: skip
        return found[["action_id", "as_of", "kind", "from_latest", "to_latest", "days", "reason"]]

    for first, last in combinations(range(len(days)), 2):
        steps = pd.concat([moves(days[n], days[n + 1]) for n in range(first, last)])
        whole = moves(days[first], days[last])
        assert sorted(map(str, steps.itertuples(index=False))) == sorted(map(str, whole.itertuples(index=False)))
        rows = [plan.ledger[plan.ledger["as_of"] == days[n]].set_index("action_id") for n in (first, last)]
        for name in rows[0].index.intersection(rows[1].index):
            old, new = rows[0].loc[name, "target"], rows[1].loc[name, "target"]
            listed = plan.ledger[plan.ledger["action_id"] == name]
            plain = (
                listed["previous_target_text"].eq("").all() and listed["original_basis"].ne("stated").all()
                and listed["status"].isin(["not started", "in progress", "open", "unknown"]).all()
            )  # fmt: skip
            if plain and pd.notna(old) and pd.notna(new):
                assert whole.loc[whole["action_id"] == name, "days"].sum() == (new - old).days
