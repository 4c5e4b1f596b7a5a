"""Trends: worked by hand, against a council's own series, and what must hold for any plan."""

# ruff: noqa: C408 - rows are written dict(ref="1", ...), which reads better than quoted names

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import SETTINGS, make_ledger
from tries import tries

from planlib import measures, narrative, schema, slippage, tables, trends
from planlib.measures import Measures

COUNCIL = Path(__file__).resolve().parents[2] / "shared" / "data" / "councils" / "council_series_bromsgrove.csv"
JAN, FEB, MAR, APR = "2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"
Snapshots = Mapping[str, list[dict[str, Any]]]


def measured(snapshots: Snapshots, as_of: str = "", small_number: int = 0) -> Measures:
    """Measure a plan given as text of cells."""
    known = replace(SETTINGS, small_number=small_number)
    ledger = make_ledger(snapshots, settings=known)
    return measures.measure(ledger, as_of or max(snapshots), settings=known, snapshots=sorted(snapshots), plan="plan")


def rows(n: int, **every: Any) -> list[dict[str, Any]]:
    """Rows 1 to n that are alike but for their reference."""
    return [dict(ref=str(number), **({"status": "open"} | every)) for number in range(1, n + 1)]


@pytest.mark.parametrize(
    ("days", "enough"),
    [((), False), (("2020-01-01",), False), (("2020-01-01", "2020-03-01"), False),
     (("2020-01-01", "2020-01-10", "2020-01-28"), False), (("2020-01-01", "2020-01-10", "2020-01-29"), True)],
)  # fmt: skip
def test_a_trend_takes_three_reports_over_28_days(days, enough):
    """Two reports, or three over 27 days, are no trend."""
    assert trends.is_trend([pd.Timestamp(day) for day in days]) is enough


# --- changes at each report ------------------------------------------------------------------------------------------


def test_changes_per_period_count_changes_actions_and_decisions():
    """Two of one area moved together are one decision; a third apart; nothing in March is 0; January cannot be told."""
    made = trends.changes_per_period(make_ledger({
        JAN: rows(4, target="2020-03-15"),
        FEB: [*rows(2, target="2020-04-15"), dict(ref="3", target="2020-03-10", status="open"), dict(ref="4", status="open")],
        MAR: [*rows(2, target="2020-04-15"), dict(ref="3", target="2020-03-10", status="open"), dict(ref="4", status="open")],
    }), MAR).set_index(["as_of", "kind"])  # fmt: skip
    counts = made[["changes", "actions", "decisions"]]
    assert counts.loc[(FEB, "later")].to_list() == [2, 2, 1]
    assert counts.loc[(FEB, "earlier")].to_list() == [1, 1, 1]
    assert counts.loc[(FEB, "removed")].to_list() == [1, 1, 1]
    assert counts.loc[(MAR, "later")].to_list() == [0, 0, 0]
    assert counts.loc[JAN].isna().all(axis=None)
    assert counts.loc[(FEB, "given"), "decisions"] is pd.NA
    assert made.loc[(FEB, "later"), ["since", "listed", "compared"]].to_list() == [pd.Timestamp(JAN), 4, 4]


@pytest.mark.parametrize(
    "snapshots",
    [
        {JAN: [], FEB: []},
        {JAN: rows(2), FEB: rows(2)},  # no dates
        {JAN: rows(2, target=MAR), FEB: []},
        {JAN: [dict(ref="1-3", target=MAR, status="open")] * 3, FEB: [dict(ref="1-3", target=APR, status="open")] * 2},
    ],
)
def test_where_nothing_can_be_compared_no_change_is_not_known_and_never_nought(snapshots):
    """An empty report, a plan without dates and actions known only by count give no zero."""
    made = measured(snapshots).trends["changes per period"]
    assert not (made.loc[made["compared"] == 0, "changes"] == 0).any()


# --- late by the date now, and by the first date ---------------------------------------------------------------------


def six_late(day: str, *now: dict[str, Any]) -> Snapshots:
    """Six actions that were overdue on 31 January, and what became of them."""
    every = [dict(ref=str(n), target="2020-01-15") | row for n, row in enumerate(now, 1)]
    return {"2019-12-31": rows(6, target="2020-01-15"), JAN: rows(6, target="2020-01-15"), day: every}


def test_what_became_of_the_late_is_told_from_the_actions_themselves():
    """Of six overdue two were given later dates, one finished, one closed, one vanished, one is still overdue."""
    later, done = dict(target="2020-05-31", status="open"), dict(status="complete", completed="2020-02-10")
    snapshots = six_late(FEB, later, later, done, dict(status="closed"), dict(status="open"))
    m = measured(snapshots)
    row = m.trends["late over time"].iloc[-1]
    assert row[["before", "overdue", "kept_dates", "by_dates"]].to_list() == [6, 1, 3, 2]
    assert {name: row[name] for name in trends.BECAME if row[name]} == {
        "later date": 2, "finished": 1, "closed not done": 1, "no longer listed": 1, "still overdue": 1,
    }  # fmt: skip
    assert row[["open", "first_known", "past", "past_overdue", "past_redated", "past_undated", "gone"]].to_list() == [
        3, 3, 3, 1, 2, 0, 1,
    ]  # fmt: skip
    assert narrative.late_and_redated(m)[1] == (
        "Overdue fell from 6 to 1 between 31 January 2020 and 29 February 2020; of the 6, 2 were given later dates, 1 was "
        "finished, 1 was closed, not done, 1 was no longer listed and 1 was still overdue. Had no date been changed between "
        "these reports, 3 would be overdue: 2 of the fall of 5 come from changed dates."
    )


def test_a_fall_by_work_done_is_not_put_down_to_dates():
    """Six finished: none of the fall comes from changed dates, whatever else was re-dated."""
    m = measured(six_late(FEB, *[dict(status="complete", completed="2020-02-10")] * 6))
    assert m.trends["late over time"]["by_dates"].iloc[-1] == 0
    assert narrative.late_and_redated(m)[1] == (
        "Overdue fell from 6 to 0 between 31 January 2020 and 29 February 2020; of the 6, all were finished. None of this fall "
        "comes from changed dates."
    )


def test_a_date_put_off_before_it_passed_counts_as_put_off():
    """One finished, and one not yet due put off in time: had it kept its date, overdue would not have fallen."""
    before = [dict(ref="1", target="2020-01-15", status="open"), dict(ref="2", target="2020-02-15", status="open")]
    m = measured({"2019-12-31": before, JAN: before, FEB: [
        dict(ref="1", target="2020-01-15", status="complete"), dict(ref="2", target="2020-06-30", status="open"),
    ]})  # fmt: skip
    row = m.trends["late over time"].iloc[-1]
    assert row[["before", "overdue", "kept_dates", "by_dates", "finished"]].to_list() == [1, 0, 1, 1, 1]


def test_a_date_taken_away_is_told_and_a_corrected_one_is_no_re_dating():
    """Overdue may fall because a date vanished; where a correction moved it, that is said and is not put down to dates."""
    m = measured(six_late(FEB, dict(target="", status="open"), *[dict(status="open")] * 5))
    assert m.trends["late over time"].iloc[-1][["no date", "still overdue", "past_undated", "by_dates"]].to_list() == [1, 5, 1, 1]
    note = "x.csv; corrections.csv line 2 (typo: target)"
    m = measured(six_late(FEB, dict(target="2020-05-31", status="open", source=note), *[dict(status="open")] * 5))
    assert m.trends["late over time"].iloc[-1][["date corrected", "later date", "kept_dates", "by_dates"]].to_list() == [1, 0, 5, 0]


def test_two_reports_are_no_trend_and_each_section_says_so():
    """With two reports the figures say what is missing, and no fall is told."""
    m = measured({JAN: rows(2, target="2020-01-15"), FEB: rows(2, target="2020-05-31")})
    assert narrative.late_and_redated(m) == [
        "At 29 February 2020 none of 2 open actions is overdue by the date now; 2 of 2 are past their first dates."
    ]
    assert not tables.became_of_late(m).html


def council(*months: str) -> dict[str, dict[str, int]]:
    """How many actions the council's series has green, amber, red and reprogrammed: share times actions, rounded."""
    if not COUNCIL.exists():
        pytest.skip("the council's series is not in ../shared/data")
    names = {"green": "pct_on_target_green", "amber": "pct_one_month_behind_amber", "red": "pct_over_one_month_behind_red",
             "reprogrammed": "pct_reprogrammed"}  # fmt: skip
    with COUNCIL.open(encoding="utf-8") as file:
        series = {row["report_month"]: row for row in csv.DictReader(file)}
    return {
        month: {name: round(float(row[column]) * int(row["actions_highlighted"]) / 100) for name, column in names.items()}
        for month, row in ((month, series[month]) for month in months)
    }


def made_up(first: dict[str, int], second: dict[str, int], red_becomes: str) -> Snapshots:
    """A plan in which so many are on track, behind by their own account, overdue and re-dated, at two months.

    The red become what is said, the rest of the second month's numbers is made up from the other actions of the first
    or from new ones. Amber ("one month behind") is counted apart by the council; it is made delayed by its own account.
    """
    zero, one, two = "2010-01-01", "2010-01-31", "2010-03-31"
    looks = {
        "green": dict(target="2010-12-31", status="open"), "amber": dict(target="2010-12-31", status="delayed"),
        "red": dict(target="2010-01-15", status="open"), "reprogrammed": dict(target="2011-06-30", status="open"),
    }  # fmt: skip
    then = [name for name, n in first.items() for _ in range(n)]
    left = dict(second)
    now: list[str] = []
    for name in then:
        becomes = red_becomes if name == "red" and not (red_becomes != "complete" and now.count("red") < second["red"]) else name
        if becomes in left and left[becomes] <= 0:
            becomes = next((other for other in ("reprogrammed", "green", "amber") if left[other] > 0), "complete")
        if becomes in left:
            left[becomes] -= 1
        now.append(becomes)
    now += [name for name, n in left.items() for _ in range(n)]
    begin = {"red": "2010-01-15"}
    old = [dict(ref=str(n), target=begin.get(name, "2010-12-31"), status="open") for n, name in enumerate(then, 1)]
    new = []
    for n, name in enumerate(now, 1):
        look = looks.get(name, dict(target="2010-12-31", status="complete"))
        if name == "complete" and n <= len(then) and then[n - 1] == "red":
            look = dict(target="2010-01-15", status="complete")
        new.append(dict(ref=str(n)) | look)
    return {zero: old, one: [dict(ref=str(n)) | looks[name] for n, name in enumerate(then, 1)], two: new}


def shares(m: Measures, day: str) -> dict[str, int]:
    """How many stood where at a date, in the council's words."""
    table = m.over_time[m.over_time["as_of"] == day].set_index("standing")["actions"]
    words = {"green": "on track", "amber": "delayed", "red": "overdue", "reprogrammed": "re-dated"}
    return {name: int(table.get(standing, 0)) for name, standing in words.items()}


def test_a_councils_falling_late_share_is_seen_to_come_from_reprogramming():
    """January to March 2010: red falls from 4.8 to 3.5 %, reprogrammed rises from 14.5 to 24.7 %; the note says why."""
    series = council("2010-01", "2010-03")
    first, second = series.values()
    assert (sum(first.values()), sum(second.values())) == (83, 85)  # the shares add up to 100
    m = measured(made_up(first, second, "reprogrammed"))
    assert (shares(m, "2010-01-31"), shares(m, "2010-03-31")) == (first, second)
    row = m.trends["late over time"].iloc[-1]
    assert row[["before", "overdue", "later date", "by_dates"]].to_list() == [4, 3, 1, 1]
    assert row["overdue"] / row["open"] < 4 / 83
    assert (
        "Overdue fell from 4 to 3 between 31 January 2010 and 31 March 2010; of the 4, 1 was given a later date and 3 were "
        "still overdue. Had no date been changed between these reports, 4 would be overdue: the whole fall comes from changed "
        "dates." in narrative.late_and_redated(m)
    )


def test_a_councils_fall_with_no_more_reprogramming_is_not_called_bought():
    """December 2008 to January 2009: red falls from 9.1 % to none while reprogrammed stays (9.9 and 10.0 %)."""
    first, second = council("2008-12", "2009-01").values()
    assert (first["red"], second["red"]) == (12, 0)
    m = measured(made_up(first, second, "complete"))
    assert (shares(m, "2010-01-31"), shares(m, "2010-03-31")) == (first, second)
    row = m.trends["late over time"].iloc[-1]
    assert row[["before", "overdue", "finished", "by_dates"]].to_list() == [12, 0, 12, 0]
    assert any(line.endswith("None of this fall comes from changed dates.") for line in narrative.late_and_redated(m))


# --- repeat offenders ------------------------------------------------------------------------------------------------


def test_three_moves_with_the_whole_area_are_told_from_three_by_itself():
    """1 and 2 move together three times; 3 moves alone four times; 4 twice only."""
    days = ("2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31")
    together = ("2020-06-30", "2020-07-31", "2020-08-31", "2020-09-30", "2020-09-30")
    alone = ("2020-06-10", "2020-06-20", "2020-07-10", "2020-07-01", "2020-08-01")
    twice = ("2020-06-10", "2020-06-21", "2020-06-22", "2020-06-22", "2020-06-22")
    m = measured({
        day: [dict(ref="1", target=together[at], status="open", reason="late start" if at == 1 else ""),
              dict(ref="2", target=together[at], status="open"), dict(ref="3", target=alone[at], status="open"),
              dict(ref="4", target=twice[at], status="open")]
        for at, day in enumerate(days)
    })  # fmt: skip
    made = m.trends["repeated"]
    columns = ["revisions", "shared", "alone", "decisions", "days_moved", "stated", "given"]
    assert made[columns].to_numpy().tolist() == [[4, 0, 4, 4, 52, 0, 0], [3, 3, 0, 3, 92, 0, 1], [3, 3, 0, 3, 92, 0, 0]]
    assert list(made.index) == ["plan/3", "plan/1", "plan/2"]
    assert narrative.repeat_offenders(m) == [
        "3 of 4 actions were re-dated 3 times or more: 1 to 3.",
        "Of their 10 revisions, 6 moved other actions of the area as well, at the same report and between the same dates (one "
        "decision); 4 moved one action alone.",
    ]
    table = tables.repeat_offenders(m).text
    assert "→ 20 June 2020, told 29 February 2020" in tables.repeat_offenders(m).html
    assert "3 of 3" in table and "0 of 4" in table and "late start" in table
    told = m.results[m.results["scope"] == "plan"].set_index("name")[["numerator", "denominator"]]
    assert told.loc["repeat offenders"].to_list() == [3, 4]
    assert told.loc["repeat offenders: moved with others"].to_list() == [6, 10]


# --- who, and which area ---------------------------------------------------------------------------------------------


def test_by_lead_counts_what_each_group_has():
    """Ali: two of two re-dated in one decision, one reason; Bea: nothing; 'A; B' stays as written; blank is no lead."""
    before = [dict(ref="1", lead="Ali"), dict(ref="2", lead="Ali"), dict(ref="3", lead="Bea"), dict(ref="4", lead="A; B"), dict(ref="5")]
    m = measured({
        JAN: [row | dict(target=MAR, status="open") for row in before],
        FEB: [row | dict(target="2020-05-31" if row.get("lead") == "Ali" else MAR, status="open",
                         reason="sick" if row["ref"] == "1" else "") for row in before],
    })  # fmt: skip
    made = m.trends["by lead"].set_index("key")
    assert list(made.index) == ["Ali", "Bea", "A; B", ""]
    columns = ["actions", "open", "revised", "revisions", "decisions", "given", "before", "after", "slip_known", "later", "days_later"]
    assert made.loc["Ali", columns].to_list() == [2, 2, 2, 2, 1, 1, 2, 0, 2, 2, 122]
    assert made.loc["Bea", columns].to_list() == [1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    text = tables.by_group(m, "lead").text
    assert "No lead named" in text and "A; B" in text and "%" not in text
    told = m.results.set_index(["name", "scope", "key"])
    assert told.loc[("decisions", "lead", "Ali"), "value"] == 1
    assert told.loc[("days later", "lead", "Ali"), "value"] == 122


def led(*sizes: int) -> Snapshots:
    """A plan whose leads have so many actions."""
    names = [f"Lead {at}" for at, n in enumerate(sizes) for _ in range(n)]
    every = [dict(ref=str(n), lead=name, area=name.replace("Lead", "Area"), target=MAR, status="open") for n, name in enumerate(names, 1)]
    return {JAN: every, FEB: [row | dict(target=APR) for row in every]}


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((6, 7), {"Lead 0": 6, "Lead 1": 7}),
        ((6, 2, 4), {"Lead 0": 6, "others (groups of fewer than 5)": 6}),
        ((6, 7, 2), {"others (groups of fewer than 5 and the next smallest)": 8, "Lead 1": 7}),
        ((9, 8, 1, 1), {"Lead 0": 9, "others (groups of fewer than 5 and the next smallest)": 10}),
        ((2,), {"others (groups of fewer than 5)": 2}),
    ],
)
def test_small_groups_are_put_together_and_never_alone(sizes, shown):
    """One small group alone takes the next smallest with it, so that the total less the others does not give it away."""
    m = measured(led(*sizes), small_number=5)
    assert m.trends["by lead"].set_index("key")["actions"].to_dict() == shown


def test_small_numbers_hold_in_results_and_tables_for_leads_and_areas():
    """No lead or area of fewer actions is named in results.json, nor in the tables by lead and by area."""
    m = measured(led(6, 7, 2), small_number=5)
    keys = {scope: set(part["key"]) for scope, part in m.results.groupby("scope")}
    assert keys["lead"] == {"Lead 1", "others (groups of fewer than 5 and the next smallest)"}
    assert keys["area"] == {"Area 1", "others (groups of fewer than 5 and the next smallest)"}
    for by in ("lead", "area"):
        text = tables.by_group(m, by).text
        assert f"{by.capitalize()} 2" not in text and "others" in text
    open_plan = measured(led(6, 7, 2))
    assert set(open_plan.results.loc[open_plan.results["scope"] == "lead", "key"]) == {"Lead 0", "Lead 1", "Lead 2"}


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(0, 8))
@settings(max_examples=tries(60), deadline=None)
def test_no_small_group_can_be_got_by_subtraction(sizes, small):
    """What is published is of groups large enough, or of at least two groups that no published total tells apart."""
    keys = pd.Series([f"Lead {at}" for at, n in enumerate(sizes) for _ in range(n)], dtype="string")
    made = trends.published_groups(pd.Series(["plan"] * len(keys), dtype="string"), keys, small)
    assert len(made) == len(keys)
    for name, part in keys.groupby(made):
        if str(name).startswith("others"):
            assert part.nunique() > 1 or len(sizes) == 1
            assert len(part) >= small or part.nunique() == len(sizes)
        else:
            assert part.nunique() == 1 and len(part) >= small


# --- what must hold for any plan -------------------------------------------------------------------------------------

ROW = st.fixed_dictionaries({
    "target": st.sampled_from(["", MAR, "2020-02-10", "2020-06-30", "March 2020", "revised to 30 June 2020"]),
    "status": st.sampled_from(["open", "open", "complete", "closed", "delayed", ""]),
    "area": st.sampled_from(["A", "B"]), "lead": st.sampled_from(["", "Ali", "Bea"]), "reason": st.sampled_from(["", "sick"]),
})  # fmt: skip
PLANS = st.lists(st.lists(ROW, min_size=0, max_size=4), min_size=1, max_size=4).map(
    lambda parts: {
        day: [row | {"ref": str(n)} for n, row in enumerate(part, 1)]
        for day, part in zip((JAN, FEB, MAR, APR), parts, strict=False)
    }
)


@given(PLANS)
@settings(max_examples=tries(40), deadline=None)
def test_sums_hold_for_any_plan(snapshots):
    """Periods add up to all changes and decisions, the late to what became of them, groups to the plan."""
    m = measured(snapshots)
    periods, revised = m.trends["changes per period"], m.changes[m.changes["revision"]]
    for kind in schema.CHANGE_KINDS:
        assert periods.loc[periods["kind"] == kind, "changes"].sum() == (m.changes["kind"] == kind).sum()
    assert periods["decisions"].sum() == revised["decision"].nunique()
    known = periods.dropna(subset="decisions")
    assert (known["decisions"] <= known["actions"]).all() and (known["actions"] <= known["changes"]).all()
    late = m.trends["late over time"]
    assert (late["past"] == late[["past_overdue", "past_redated", "past_undated"]].sum(axis=1)).all()
    told = late.dropna(subset="before")
    assert (told["before"] == told[list(trends.BECAME)].sum(axis=1)).all()
    assert (told["before"].array == late["overdue"].array[: len(told)]).all()
    stood = m.over_time[m.over_time["standing"] == "overdue"].set_index("as_of")["actions"]
    assert late.set_index("as_of")["overdue"].to_dict() == {day: int(stood.get(day, 0)) for day in late["as_of"]}
    if len(late):
        assert late["past"].iloc[-1] + late["gone"].iloc[-1] == m.actions["past_original"].sum()
    for by in ("by lead", "by area"):
        groups = m.trends[by]
        assert groups["revisions"].sum() == len(revised) and groups["actions"].sum() == len(m.actions)
        assert groups["decisions"].sum() >= revised["decision"].nunique()
    repeated = m.trends["repeated"]
    assert (repeated["shared"] + repeated["alone"] == repeated["revisions"]).all()
    assert (repeated["decisions"] <= repeated["revisions"]).all()


@given(PLANS)
@settings(max_examples=tries(25), deadline=None)
def test_nothing_later_matters_to_a_trend(snapshots):
    """The tables of a date are the same with and without later snapshots, and their rows stay as they were."""
    first = min(snapshots)
    early = measures.measure(make_ledger({first: snapshots[first]}), first, plan="plan")
    ledger = make_ledger(snapshots)
    late = measures.measure(ledger, first, plan="plan") if len(ledger) else early
    if snapshots[first]:
        for name, table in early.trends.items():
            pd.testing.assert_frame_equal(table, late.trends[name])
    at = slippage.state(ledger, APR)
    before = slippage.state(ledger, MAR)
    whole, part = (trends.changes_per_period(ledger, day, at=each) for day, each in ((APR, at), (MAR, before)))
    kept = whole[whole["plan"].isin(part["plan"]) & (whole["as_of"] <= MAR)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, part)
