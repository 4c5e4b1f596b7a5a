"""Every measure of a plan together: the examples of docs/measures.md, results.json, and what must hold for any plan."""

# ruff: noqa: C408 - rows are written dict(ref="1", ...), which reads better than quoted names

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import SETTINGS, make_ledger
from tries import tries

from planlib import delivery, measures, schema, slippage
from planlib.measures import Measures

PAGE = (Path(__file__).parents[1] / "docs" / "measures.md").read_text(encoding="utf-8")
JAN, FEB, MAR, APR = "2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"
FRAMES = (
    "actions", "changes", "since", "lists", "over_time", "slip_chart", "areas", "bow_wave", "falling_due", "behind", "results",
)  # fmt: skip


# --- the examples of the page ----------------------------------------------------------------------------------------


@cache
def example(as_of: str, area: str = "") -> Measures:
    """Measures of the example plan of the page, or of one area of it alone."""
    rows = list(csv.DictReader(PAGE.partition("```csv\n")[2].partition("```")[0].splitlines()))
    snapshots: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if area in ("", row["area"]):
            snapshots.setdefault(row["as_of"], []).append({name: text for name, text in row.items() if name != "as_of"})
    known = replace(SETTINGS, anchor_date=date(2020, 1, 15))
    return measures.measure(make_ledger(snapshots, settings=known), as_of, settings=known)


def page_tables(*headers: str) -> Iterator[dict[str, str]]:
    """Rows of the page's tables that have just these headers."""
    for block in PAGE.split("\n\n"):
        lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in block.splitlines() if line[:1] == "|"]
        if lines and tuple(lines[0]) == headers:
            yield from (dict(zip(headers, cells, strict=True)) for cells in lines[2:])


def examples() -> list[dict[str, str]]:
    """Every row of the page that gives a number of results.json."""
    return list(page_tables("As at", "Measure", "Of", "n", "d", "Value"))


@pytest.mark.parametrize("row", examples(), ids=lambda row: f"{row['Measure']} of {row['Of']} at {row['As at']}")
def test_each_worked_example_is_what_the_program_gives(row):
    """A number of docs/measures.md is the one in results.json of its example plan."""
    scope, _, key = row["Of"].partition(" ")
    m = example(row["As at"], "Records") if key == "alone" else example(row["As at"])
    if scope == "plan" or key == "alone":
        scope, key = "plan", m.plan
    if scope == "action":
        key = m.actions.set_index("ref").at[key, "action_id"]
    results = m.results.set_index(["name", "scope", "key"])
    found = results.loc[(row["Measure"], scope, key)]
    value = found["value"] if found["value"] is not None else f"not given: {found['undefined_because']}"
    shown = ["" if found[name] is None else str(found[name]) for name in ("numerator", "denominator")]
    assert [*shown, str(value)] == [row["n"], row["d"], row["Value"]]


def test_each_change_of_date_of_the_page_is_what_the_program_gives():
    """The page's table of changes is that of the example plan."""
    headers = ("Shown by", "Ref", "Kind", "From", "To", "Days", "Months", "Notice", "Judged", "Reason", "Decision")

    def text(value: Any) -> str:
        return "" if pd.isna(value) else f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)

    made = example(APR).changes.sort_values(["as_of", "ref"])
    found = [
        dict(zip(headers, (
            text(row["as_of"]), row["ref"], row["kind"], text(row["from_latest"]), text(row["to_latest"]),
            text(row["days"]), text(row["months"]),
            "" if pd.isna(row["notice_low"]) else f"{row['notice_low']} to {row['notice_high']}", row["notice"],
            row["reason"], text(row["decision"]),
        ), strict=True))
        for row in made.to_dict("records")
    ]  # fmt: skip
    assert found == list(page_tables(*headers))


def test_standing_over_time_of_the_page_is_what_the_program_gives():
    """The page's table of standings over time is that of the example plan."""
    made = example(APR).over_time
    names = [name for name in schema.STANDINGS if name in set(made["standing"])]
    wide = made.pivot_table(index="as_of", columns="standing", values="actions", fill_value=0).astype(int)
    found = [{"As at": f"{day:%Y-%m-%d}"} | {name: str(row[name]) for name in names} for day, row in wide.iterrows()]
    assert found == list(page_tables("As at", *names))


AHEAD = {name for name in schema.MEASURES if name.startswith(("still open", "forecast: ", "backtest: "))}
"""What `planlib.forecast.outlook` adds to results.json; the others are of `measures.measure`."""


def test_the_page_explains_every_measure():
    """Every name of schema.MEASURES stands on the page, and each has a worked example, but for the rarer scopes.

    The outlook's have theirs in tests/test_overrun.py and tests/test_forecast.py, as the example plan is too short for them.
    """
    assert [name for name in AHEAD if f"`{name.replace(', upper end', '')}`" not in PAGE] == []
    assert [name for name in schema.MEASURES if f"`{name}`" not in PAGE and ":" not in name and name not in AHEAD] == []
    assert sorted(set(schema.MEASURES) - {row["Measure"] for row in examples()} - AHEAD) == []


# --- results.json ----------------------------------------------------------------------------------------------------


def check_results(m: Measures) -> None:
    """Assert what holds for the results of any plan."""
    table = m.results
    assert (table["value"].isna() != table["undefined_because"].isna()).all()
    assert not table.duplicated(["name", "scope", "key"]).any()
    for row in table.to_dict("records"):
        each = schema.MEASURES[row["name"]]
        assert row["scope"] in each.scopes
        assert row["unit"] == each.unit
        n, d = row["numerator"], row["denominator"]
        assert (n is None) == (d is None)
        if n is not None and row["name"] != "baseline execution index":
            assert 0 <= n <= d
    assert {name for name, each in schema.MEASURES.items() if "plan" in each.scopes and name not in AHEAD} == set(
        table.loc[table["scope"] == "plan", "name"]
    )
    assert json.loads(json.dumps(measures.records_of(table), allow_nan=False)) == measures.records_of(table)


@pytest.mark.parametrize(
    ("snapshots", "as_of"),
    [
        ({}, JAN),
        ({JAN: []}, JAN),
        ({JAN: [dict(ref="1", target=MAR, status="open")]}, "2020-01-30"),
        ({JAN: [dict(ref="1", target=MAR, status="open")]}, JAN),
        ({JAN: [dict(ref="1")], FEB: [dict(ref="1")]}, FEB),
        ({JAN: [dict(ref="1", status="open")], FEB: [dict(ref="1", status="open")]}, APR),
        ({JAN: [dict(ref="1", target=MAR)], FEB: [dict(ref="1", target=APR)]}, FEB),
        ({JAN: [dict(ref=ref, target=JAN, status="complete") for ref in "123"]}, JAN),
        ({JAN: [dict(ref=ref, target=MAR, status="closed") for ref in "123"]}, FEB),
        ({JAN: [dict(ref_range="1-3", status="open")] * 3, FEB: [dict(ref_range="1-3", status="complete")] * 3}, FEB),
        ({JAN: [dict(action="Do it", target=MAR, status="open"), dict(action="See to it", status="open")]}, JAN),
    ],
    ids=["nothing", "empty snapshot", "before the first", "one row", "no status, no dates", "no dates", "no status",
         "all complete", "all closed", "one range", "no refs"],
)  # fmt: skip
def test_extreme_plans_give_sensible_results(snapshots, as_of):
    """A plan that is empty, of one row, without status or dates, all complete or all closed has every result."""
    days = [date.fromisoformat(day) for day in snapshots]
    m = measures.measure(make_ledger(snapshots), as_of, plan="plan", snapshots=days)
    check_results(m)
    assert m.plan == "plan"
    counted = m.results[(m.results["name"] == "actions") & (m.results["scope"] == "plan")]
    assert counted["value"].tolist() == [len(m.actions)]


def plan_value(m: Measures, name: str) -> tuple[Any, ...]:
    """Numerator, denominator, value and reason of a measure of the plan."""
    table = m.results
    (row,) = table[(table["name"] == name) & (table["scope"] == "plan")].to_dict("records")
    return tuple(row[part] for part in ("numerator", "denominator", "value", "undefined_because"))


def test_unknown_standings_are_never_none_complete():
    """Where no standing is known, done and every state but that one are not given."""
    m = measures.measure(make_ledger({JAN: [dict(ref="1", target=MAR), dict(ref="2")]}), JAN)
    why = "the standing of 2 of 2 is not known"
    assert plan_value(m, "done") == (0, 2, None, why)
    assert plan_value(m, "standing: overdue") == (0, 2, None, why)
    assert plan_value(m, "standing: standing not known") == (2, 2, 2, None)


def test_past_original_is_of_those_whose_first_date_is_known():
    """An action without a first date is no part of the denominator, and without any the number is not given."""
    rows = [dict(ref="1", target="2020-01-15", status="open"), dict(ref="2", status="open")]
    m = measures.measure(make_ledger({JAN: rows}), JAN)
    assert plan_value(m, "past original") == (1, 1, 1, None)
    assert m.actions["days_past_original"].fillna(-1).to_list() == [16, -1]
    none = measures.measure(make_ledger({JAN: rows[1:]}), JAN)
    assert plan_value(none, "past original") == (0, 0, None, "no first date or standing is known")


def test_outside_the_required_time_is_not_given_where_it_cannot_be_told():
    """Times required from a day that is not known: how many are outside is not known, never 0."""
    ledger = make_ledger({JAN: [dict(ref="1", target=MAR, status="open", timescale="within 3 months")]})
    assert plan_value(measures.measure(ledger, JAN), "outside the required time") == (
        0, 1, None, "it cannot be told for any",
    )  # fmt: skip


# --- what is compared with what --------------------------------------------------------------------------------------


def test_another_report_can_be_named_to_compare_with():
    """The named report is the previous one for what changed, for hit rate, dates kept and left over."""
    ledger = make_ledger({day: [dict(ref="1", target=target, status="open")]
                          for day, target in ((JAN, "2020-02-10"), (FEB, MAR), (MAR, APR))})  # fmt: skip
    usual, named = measures.measure(ledger, MAR), measures.measure(ledger, MAR, previous=JAN)
    assert [m.previous for m in (usual, named)] == [pd.Timestamp(FEB), pd.Timestamp(JAN)]
    assert [m.since["days"].item() for m in (usual, named)] == [30, 80]
    assert [plan_value(m, "hit rate")[:2] for m in (usual, named)] == [(0, 0), (0, 1)]
    assert [plan_value(m, "dates kept")[:2] for m in (usual, named)] == [(0, 1), (0, 1)]
    before_all = measures.measure(ledger, MAR, previous="2019-12-31")
    assert (before_all.previous, len(before_all.since)) == (None, 0)


def test_the_report_to_compare_with_is_before_the_report():
    """A named report of the same day or later is refused."""
    ledger = make_ledger({JAN: [dict(ref="1", status="open")]})
    with pytest.raises(ValueError, match=r"compare with \(2020-01-31\) must be before the one of 2020-01-31"):
        measures.measure(ledger, JAN, previous=JAN)


def test_measure_takes_one_plan():
    """A ledger of two plans is refused with both named; the functions of slippage and delivery take many."""
    both = pd.concat([make_ledger({JAN: [dict(ref="1", status="open")]}, plan=name) for name in ("b", "a")])
    with pytest.raises(ValueError, match="measure takes one plan, and the ledger has 2: a, b"):
        measures.measure(both, JAN)


def test_between_and_after_snapshots_the_last_one_is_in_force():
    """As at a day between snapshots the one before is in force, and dates go by; the same after the last."""
    ledger = make_ledger({day: [dict(ref="1", target="2020-02-10", status="open")] for day in (JAN, FEB)})
    found = [(m.snapshot, m.previous, m.actions["standing"].item())
             for m in (measures.measure(ledger, t) for t in ("2020-02-10", "2020-02-11", APR))]  # fmt: skip
    assert found == [
        (pd.Timestamp(JAN), None, "on track"), (pd.Timestamp(JAN), None, "overdue"),
        (pd.Timestamp(FEB), pd.Timestamp(JAN), "overdue"),
    ]  # fmt: skip
    assert measures.measure(ledger, APR).over_time["as_of"].to_list() == [pd.Timestamp(day) for day in (JAN, FEB, APR)]


def test_the_anchor_is_a_range_where_it_is_not_known():
    """The plan's anchor date, else from the end of the inspection to the first report, else nothing."""
    first = pd.Timestamp(JAN)
    inspection = replace(SETTINGS.inspection, ended=date(2020, 1, 10))
    assert measures.anchor_of(replace(SETTINGS, anchor_date=date(2020, 1, 5)), first) == (date(2020, 1, 5),) * 2
    assert measures.anchor_of(replace(SETTINGS, inspection=inspection), first) == (date(2020, 1, 10), date(2020, 1, 31))
    assert measures.anchor_of(SETTINGS, first) is None
    assert measures.anchor_of(None, first) is None


def test_areas_have_their_counts_in_order_of_first_appearance():
    """Complete, open, revisions, decisions and slip of each area are those of its actions."""
    areas = example(APR).areas.set_index("area")
    names = ["actions", "counted", "complete", "open", "overdue", "revisions", "decisions", "redated"]
    assert areas.index.to_list() == ["Records", "Training"]
    assert areas[names].to_numpy().tolist() == [[4, 4, 2, 2, 1, 3, 3, 2], [7, 6, 0, 6, 0, 1, 1, 1]]
    assert areas["slip_total_days"].to_list() == [85 - 2 + 10 + 0, 0]


def test_a_notebook_carries_the_results():
    """Shown in a notebook, measures carry their results as records that JSON has."""
    m = example(APR)
    bundle = m._repr_mimebundle_()["application/vnd.planlib.results+json"]
    assert (bundle["plan"], bundle["as_of"], len(bundle["measures"])) == ("plan", APR, len(m.results))
    json.dumps(bundle, allow_nan=False)


# --- what holds for any plan -----------------------------------------------------------------------------------------

DAYS = (JAN, "2020-02-29", "2020-04-15", "2020-07-31", "2020-12-31")
TARGETS = (
    "", "tbc", "2020-02-10", "2020-02-29", "2020-03-31", "2020-06-15", "2020-09-30", "March 2020", "September 2020",
    "Q3 2020", "revised to 30 September 2020", "10 February 2020 revised to 15 June 2020", "15 June 2020 (unchanged)",
)  # fmt: skip
WORDS = ("open", "open", "open", "delayed", "on course", "complete", "complete in time", "evidenced", "closed", "")


@st.composite
def plans(draw: st.DrawFn) -> dict[str, list[dict[str, str]]]:
    """Draw a small plan of two to five snapshots: rows come, go, move, end and open again; some are known by count."""
    days = DAYS[: draw(st.integers(2, 5))]
    stated = draw(st.lists(st.sampled_from(("", "", "2020-03-15", "March 2020")), min_size=4, max_size=4))
    ranged = draw(st.booleans())
    plan: dict[str, list[dict[str, str]]] = {}
    for day in days:
        rows = []
        for number, original in enumerate(stated):
            if draw(st.integers(0, 9)) == 0:
                continue
            row = {"target": draw(st.sampled_from(TARGETS)), "status": draw(st.sampled_from(WORDS))}
            if row["status"] in ("complete", "evidenced"):
                row["completed"] = draw(st.sampled_from(("", "2020-01-20", "February 2020", "2020-04-10")))
            row["original"] = original
            row["area"], row["lead"] = "AB"[number % 2], draw(st.sampled_from(("", "X", "Y")))
            row |= {"ref_range": "3-4"} if ranged and number > 1 else {"ref": str(number + 1)}
            rows.append(row)
        plan[day] = rows
    return plan


def ledger_of(plan: dict[str, list[dict[str, str]]], until: str = "9999") -> tuple[pd.DataFrame, list[date]]:
    """The ledger of a drawn plan up to a day, and the dates of its snapshots."""
    kept = {day: rows for day, rows in plan.items() if day <= until}
    return make_ledger(kept), [date.fromisoformat(day) for day in kept]


@settings(max_examples=tries(40))
@given(plans())
def test_results_hold_together(plan):
    """Each result has a value or a reason, names the schema knows, and no share exceeds its whole; sums agree."""
    ledger, days = ledger_of(plan)
    m = measures.measure(ledger, DAYS[len(days) - 1], snapshots=days, plan="plan")
    check_results(m)
    standings = [name if name != "complete" else "complete_unverified" for name in schema.STANDINGS]
    assert m.areas["actions"].sum() == m.areas[standings].to_numpy().sum() == len(m.actions)
    open_count = int(m.actions["status"].isin(schema.OPEN_STATUSES).sum())
    assert m.bow_wave.groupby("date")["actions"].sum().to_dict() == (
        {"original": open_count, "target": open_count} if open_count else {}
    )
    assert len(m.since) == (len(m.actions) if m.previous is not None else 0)
    assert m.actions["revisions"].sum() == m.changes["revision"].sum()
    assert m.actions["days_moved"].sum() == m.changes["days"].sum()
    late = m.actions[m.actions["at_least"]]
    assert late["at_least_days"].equals(late["days_past_original"])


@settings(max_examples=tries(60))
@given(plans())
def test_the_states_add_up_to_all_actions_at_every_date(plan):
    """At each reporting date each action listed by then is in exactly one state, as `standing` says at that date."""
    ledger, days = ledger_of(plan)
    made = slippage.standing_over_time(ledger, DAYS[len(days) - 1], at=slippage.state(
        ledger, DAYS[len(days) - 1], snapshots={"plan": days}))  # fmt: skip
    for t in days:
        then = slippage.standing(ledger, t, at=slippage.state(ledger, t, snapshots={"plan": days}))["standing"]
        rows = made[made["as_of"] == pd.Timestamp(t)]
        assert dict(zip(rows["standing"], rows["actions"], strict=True)) == then.value_counts().to_dict()
        assert len(then) == ledger.loc[ledger["as_of"] <= pd.Timestamp(t), "action_id"].nunique()


@settings(max_examples=tries(60))
@given(plans())
def test_days_of_all_kinds_add_up_to_the_slip(plan):
    """The days of all changes of an open action are F - O where both are known; so are the whole months."""
    ledger, days = ledger_of(plan)
    at = slippage.state(ledger, days[-1])
    slip, moved = slippage.slip(ledger, days[-1], at=at), slippage.revisions(ledger, days[-1], at=at)
    known = at.force["open"] & slip["slip_low"].notna()
    assert slip.loc[known, "slip_low"].equals(moved.loc[known, "days_moved"].rename("slip_low"))
    changes = slippage.date_changes(ledger, days[-1], at=at)
    months = changes.groupby("action_id")["months"].sum().reindex(slip.index, fill_value=0)
    assert slip.loc[known, "slip_months_low"].to_list() == months[known].to_list()


PLAIN = st.sampled_from(["", "tbc", "2020-02-29", "2020-03-31", "2020-06-15", "2020-09-30", "2020-12-31"])


@settings(max_examples=tries(25))
@given(st.lists(st.tuples(st.sampled_from(["2020-03-31", "2020-06-15"]), st.lists(PLAIN, min_size=1, max_size=4)), min_size=4,
                max_size=8))  # fmt: skip
def test_days_add_up_over_gaps_without_a_date(targets):
    """Open throughout and dated at first: whatever dates come, go and come back, the days are F - O where it has a date."""
    plan = {day: [] for day in DAYS}
    for number, (first, later) in enumerate(targets, start=1):
        for day, target in zip(DAYS, [first, *later, *later[-1:] * 4], strict=False):
            plan[day].append({"ref": str(number), "target": target, "status": "open"})
    ledger, days = ledger_of(plan)
    at = slippage.state(ledger, days[-1])
    slip, moved = slippage.slip(ledger, days[-1], at=at)["slip_low"], slippage.revisions(ledger, days[-1], at=at)["days_moved"]
    dated = at.force["target"].notna()
    assert slip[dated].notna().all() and slip[~dated].isna().all()
    assert slip[dated].to_list() == moved[dated].to_list()


@settings(max_examples=tries(12))
@given(plans(), st.randoms(use_true_random=False))
def test_later_snapshots_and_the_order_of_rows_change_nothing(plan, random):
    """A report for t is the same without later snapshots and however the rows lie; the ledger is not changed."""
    t = DAYS[len(plan) - 2]
    early, early_days = ledger_of(plan, t)
    full, days = ledger_of(plan)
    order = list(range(len(full)))
    random.shuffle(order)
    shuffled = full.iloc[order]
    kept = shuffled.copy()
    one = measures.measure(early, t, snapshots=early_days, plan="plan")
    other = measures.measure(shuffled, t, snapshots=days, plan="plan")
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    for name, table in one.rates.items():
        pd.testing.assert_frame_equal(table, other.rates[name])
    pd.testing.assert_frame_equal(shuffled, kept)


@settings(max_examples=tries(60))
@given(plans())
def test_a_snapshot_against_itself_changes_nothing(plan):
    """Told again the day after with the same rows, nothing moved, and nothing changed but what fell due that day."""
    last = DAYS[len(plan) - 1]
    again = str(date.fromordinal(date.fromisoformat(last).toordinal() + 1))
    before, _ = ledger_of(plan)
    ledger, days = ledger_of(plan | {again: plan[last]})
    at = slippage.state(ledger, again, snapshots={"plan": days})
    made = delivery.change_since(ledger, again, at=at)
    fell_due = made["to_latest"] == pd.Timestamp(last)
    assert set(made["change"]) <= {"same", "not known", "newly late"}
    assert fell_due[made["change"] == "newly late"].all()
    assert (made["days"].dropna() == 0).all()
    columns = ["action_id", "as_of", "kind", "days"]
    assert slippage.date_changes(ledger, again)[columns].equals(slippage.date_changes(before, last)[columns])


@settings(max_examples=tries(60))
@given(plans())
def test_nothing_is_slipped_that_cannot_be_told(plan):
    """A slip is given only with a first date, and a reason stands wherever it is not."""
    ledger, days = ledger_of(plan)
    at = slippage.state(ledger, days[-1])
    slip = slippage.slip(ledger, days[-1], at=at)
    assert (slip["slip_high"].isna() == (slip["slip_unknown"] != "")).all()
    assert at.force.loc[slip["slip_high"].notna(), "original"].notna().all()
    assert (slip["slip_low"] <= slip["slip_high"]).dropna().all()
