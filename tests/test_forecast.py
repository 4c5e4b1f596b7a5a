"""Forecasts from earlier dates: worked by hand, refused where they must be, and judged by what came of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import make_ledger

from planlib import figures, forecast, measures, narrative, open_plan, tables
from planlib.forecast import NEVER, RIVALS, course, predicted, quantile_months, wilson
from planlib.forecast import simulated as futures

DATA = Path(__file__).resolve().parent.parent / "data"


def waiting(*waits: int, revised: bool = False) -> pd.DataFrame:
    """Open actions with dates that have stood so long, each by a decision of its own."""
    return pd.DataFrame({"wait": list(waits), "revised": revised, "decision": range(len(waits))})


def records(*rows: tuple[int, ...]) -> np.ndarray:
    """Records of first dates: entry, leave, replaced, outcome, number of the decision."""
    return np.array([(*row, 0) for row in rows], dtype="int64")


# --- what became of earlier dates ------------------------------------------------------------------------------------


def test_every_date_told_is_followed_to_the_completion_of_its_action() -> None:
    """Months from each date to what became of its action, for a first date, a revised one, one withdrawn and one open."""
    ledger = make_ledger({
        "2020-01-31": [
            {"ref": "1", "target": "31 March 2020", "status": "open"}, {"ref": "2", "target": "31 March 2020", "status": "open"},
            {"ref": "3", "target": "30 June 2020", "status": "open"},
        ],
        "2020-03-31": [
            {"ref": "1", "target": "31 May 2020", "status": "open"}, {"ref": "2", "target": "31 March 2020", "status": "closed"},
            {"ref": "3", "target": "30 June 2020", "status": "open"},
        ],
        "2020-05-31": [
            {"ref": "1", "target": "31 May 2020", "status": "complete"}, {"ref": "2", "target": "31 March 2020", "status": "closed"},
            {"ref": "3", "target": "30 June 2020", "status": "open"},
        ],
    })  # fmt: skip
    made = forecast.dates_told(ledger, "2020-05-31")
    told = made[["action_id", "entry", "leave", "replaced", "revised", "outcome", "fallen"]].values.tolist()
    assert told == [
        ["plan/1", -2, 2, 0, False, "done", True],  # done two months after March, whatever became of that date
        ["plan/1", -2, 0, NEVER, True, "done", True],
        ["plan/2", -2, 0, NEVER, False, "withdrawn", True],
        ["plan/3", -5, -1, NEVER, False, "open", False],  # June is not due yet
    ]
    # The two first dates of March are one decision; the others are each by themselves.
    assert made["decision"].tolist() == [0, 1, 0, 2]
    known = forecast.experience([(ledger, None)], "2020-05-31")
    assert (known.snapshots, known.days, known.dates, known.decisions) == (3, 121, 3, 1)
    assert known.kept == pytest.approx(1 / 3)  # May was kept; March was not, twice
    assert known.delay == pytest.approx((2 + 0 + 2) / 3)  # what was closed counts to the report's date


def test_chances_are_shares_of_the_dates_that_had_stood_as_long() -> None:
    """Of five first dates, one done a month after its month, two after two and two after three: so the chances."""
    seen = records(*((-3, leave, NEVER, 1, at) for at, leave in enumerate((1, 2, 2, 3, 3))))
    done, known = predicted(seen, waiting(0), 4)
    plain = np.array([0.2, 0.6, 1.0, 1.0])
    room = np.array([1, 2, 3, 4]) / 13  # one decision as if it had not been seen yet
    assert done[0] == pytest.approx((5 * plain + room) / 6)
    assert known.tolist() == [3]  # nobody is left after that
    # One that has waited a month longer: the first of them no longer tells, and four are too few.
    assert predicted(seen, waiting(1), 4)[1].tolist() == [0]


def test_dates_that_were_replaced_before_do_not_tell() -> None:
    """A date that was given up before it had stood as long is no experience of one that still stands."""
    seen = records(*((-3, 5, 0, 1, at) for at in range(9)), *((-3, 1, NEVER, 1, at) for at in range(9, 14)))
    made = course(seen, 0, False, 6)
    assert made.begun.sum() == 5
    assert course(seen, -1, False, 6).begun.sum() == 14


def test_what_was_lost_from_sight_ends_what_can_be_told() -> None:
    """Censored dates count as long as they were seen; from fewer than five at risk on nothing is said."""
    seen = records(*((-3, 1, NEVER, 1, at) for at in range(3)), *((-3, 2, NEVER, 0, at) for at in range(3, 6)),
                   *((-3, 4, NEVER, 1, at) for at in range(6, 8)))  # fmt: skip
    made = course(seen, 0, False, 6)
    assert made.known == 2
    assert made.at_risk.sum(axis=1).tolist()[:3] == [8, 5, 2]


def test_first_dates_are_judged_by_first_dates() -> None:
    """Where five revised dates had stood as long, a revised date is judged by them alone; else by all."""
    first = [(-3, 3, NEVER, 1, at, 0) for at in range(5)]
    again = [(-3, 1, NEVER, 1, at, 1) for at in range(5, 10)]
    both = np.array(first + again)
    assert predicted(both, waiting(0), 1)[0][0, 0] == pytest.approx((0 + 1 / 13) / 6)
    assert predicted(both, waiting(0, revised=True), 1)[0][0, 0] == pytest.approx((5 + 1 / 13) / 6)
    mixed = np.array(first + again[:4])
    assert predicted(mixed, waiting(0, revised=True), 1)[0][0, 0] == pytest.approx((9 * 4 / 9 + 1 / 13) / 10)


@given(st.lists(
    st.tuples(st.integers(-6, 2), st.integers(1, 9), st.integers(0, 2), st.integers(0, 4), st.integers(0, 1)),
    min_size=5, max_size=40,
), st.integers(-6, 4))  # fmt: skip
@settings(max_examples=100)
def test_chances_are_chances(rows: list[tuple[int, ...]], wait: int) -> None:
    """Whatever was experienced, chances lie between 0 and 1 and never fall; nor do the numbers of any future."""
    seen = np.array([(entry, entry + length, NEVER, outcome, block, again) for entry, length, outcome, block, again in rows])
    done, known = predicted(seen, waiting(wait), 12)
    assert (done >= 0).all()
    assert (done <= 1 + 1e-9).all()
    assert (np.diff(done, axis=1) >= -1e-9).all()
    if known[0]:
        counts = futures(seen, pd.concat([waiting(wait)] * 3, ignore_index=True), 12)
        assert counts.min() >= 0
        assert counts.max() <= 3
        assert (np.diff(counts, axis=1) >= 0).all()


def test_the_simulated_number_agrees_with_the_chances() -> None:
    """The mean number of actions done in the simulated futures is the sum of their chances."""
    random = np.random.default_rng(1)
    seen = np.array([(-6, int(random.integers(-2, 8)), NEVER, int(random.choice([0, 1, 1, 1, 2])), at // 2, 0) for at in range(60)])
    rows = waiting(-3, -3, 0, 0, 2)
    done, known = predicted(seen, rows, 4)
    assert (known >= 4).all()
    assert futures(seen, rows, 4).mean(axis=0) == pytest.approx(done.sum(axis=0), abs=0.12)


def test_actions_dated_together_come_true_together() -> None:
    """The number done of actions that one decision dated varies more than that of as many dated one by one."""
    seen = records(*((-3, 1 if at % 2 else 9, NEVER, 1, at) for at in range(20)))
    apart = waiting(*[0] * 8)
    assert futures(seen, apart.assign(decision=0), 2)[:, -1].std() > 2 * futures(seen, apart, 2)[:, -1].std()


def test_the_first_month_that_reaches_a_level() -> None:
    """A quantile is the first month by whose end the chance reaches it, or is not reached."""
    assert [quantile_months(np.array([0.1, 0.5, 0.79]), level) for level in (0.1, 0.5, 0.8)] == [1, 2, None]


def test_wilson_is_that_of_statsmodels() -> None:
    """The interval of a share is Wilson's as statsmodels has it."""
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for successes, number in ((0, 5), (24, 30), (30, 30), (600, 1000)):
        assert wilson(successes, number) == pytest.approx(proportion.proportion_confint(successes, number, method="wilson"))


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_plan_with_too_little_experience_is_told_what_it_lacks() -> None:
    """The council's plan has two reports: no forecast, and every condition that fails is named with its number."""
    plan = open_plan(DATA / "wirral-ofsted-2011", "2011-08-31")
    made = forecast.forecast(plan.ledger, "2011-08-31", snapshots=plan.snapshots)
    assert made.refused == (
        "the plan has 2 reports (6 are needed), 91 days of history (180 are needed), 0 dates fallen due (20 are needed) "
        "and 2 decisions on dates (8 are needed)"
    )
    assert (made.basis, len(made.months), made.backtest) == ("", 0, None)


def test_a_plan_whose_forecasts_cannot_be_judged_shows_none() -> None:
    """Ranger has experience enough from 1964 on, but too few forecasts with an outcome: none is shown, and why."""
    plan = open_plan(DATA / "ranger-1960", "1964-09-30")
    made = forecast.forecast(plan.ledger, "1964-09-30", snapshots=plan.snapshots)
    assert made.experience.lacks == []
    assert made.refused == "too few to judge: 14 earlier forecasts have an outcome, and 30 are needed"
    asked = forecast.forecast(plan.ledger, "1964-09-30", snapshots=plan.snapshots, untested=True)
    assert asked.basis == "own"
    assert asked.actions["action_id"].tolist() == ["ranger-1960/8", "ranger-1960/9"]
    assert asked.all_done is None
    assert asked.all_done_unknown == "7 actions are complete or closed, and 100 are needed"


GOOD = simulated.World(blocks=30, size=4)
GOOD_SEED, GOOD_DAY = 21, "2020-10-31"


@pytest.fixture(scope="module")
def good() -> tuple[pd.DataFrame, forecast.Forecast]:
    """A simulated plan whose earlier forecasts bear out, and its forecast."""
    ledger, _ = simulated.make_plan(GOOD, np.random.default_rng(GOOD_SEED), "sim")
    return ledger, forecast.forecast(ledger, GOOD_DAY)


def test_a_forecast_that_is_borne_out_is_shown(good: tuple[pd.DataFrame, forecast.Forecast]) -> None:
    """It beats all three rivals for certain, and 0.8 lies in the interval of what its 80 % intervals held."""
    made = good[1]
    assert (made.basis, made.refused) == ("own", "")
    tested = made.backtest
    assert tested is not None
    assert tested.number >= 30
    assert (tested.differences["high"] < 0).all()
    assert tested.coverage[0] <= 0.8 <= tested.coverage[1]
    assert set(tested.scores["forecast"]) == {"ours", *RIVALS}
    assert (made.months["low"] <= made.months["middle"]).all()
    assert (made.months["middle"] <= made.months["high"]).all()
    told = made.actions[made.actions["unknown"] == ""]
    assert (told["p50"].dropna() <= told["p80"].reindex(told["p50"].dropna().index).fillna(pd.Timestamp("2100-01-01"))).all()


def test_what_came_after_changes_no_forecast(good: tuple[pd.DataFrame, forecast.Forecast]) -> None:
    """The forecast as at a date is the same with and without the reports after it."""
    ledger, made = good
    again = forecast.forecast(ledger[ledger["as_of"] <= pd.Timestamp(GOOD_DAY)], GOOD_DAY)
    pd.testing.assert_frame_equal(again.actions, made.actions)
    pd.testing.assert_frame_equal(again.months, made.months)
    assert again.backtest is not None
    assert made.backtest is not None
    pd.testing.assert_frame_equal(again.backtest.judged, made.backtest.judged)


def test_a_backtest_uses_the_forecast_that_would_have_been_made(good: tuple[pd.DataFrame, forecast.Forecast]) -> None:
    """The chances that are judged are those of a forecast made at the origin from what was known then."""
    ledger, made = good
    assert made.backtest is not None
    judged = made.backtest.judged
    origin = judged["origin"].iloc[0]
    then = ledger[ledger["as_of"] <= origin]
    known = forecast.experience([(then, None)], origin)
    rows = forecast.open_dates(then, origin)
    done, _ = predicted(known.records, rows, 6)
    ours = judged[(judged["origin"] == origin) & (judged["horizon"] == "6 months")].set_index("action_id")["ours"]
    expected = pd.Series(done[:, 5], index=rows["action_id"]).reindex(ours.index)
    assert ours.tolist() == pytest.approx(expected.tolist())


def test_scores_and_rivals_worked_by_hand() -> None:
    """Chances, Brier scores and pinball losses of ours and of the three rivals for two actions three months ahead."""
    known = forecast.Experience(("p",), 9, 300, 20, 8, records(), kept=0.4, delay=1.6)
    rows = pd.DataFrame({"plan": "p", "action_id": ["p/1", "p/2"], "target": pd.to_datetime(["2020-02-10", "2020-05-31"])})
    truth = pd.DataFrame({"exit_high": pd.to_datetime(["2020-03-31", "2020-09-30"]), "block": [0, 1]})
    chances = np.array([[0.1, 0.6, 0.9], [0.0, 0.0, 0.2]])
    made = forecast._scored(
        rows, truth, np.array([True, False]), pd.Timestamp("2020-01-31"), "3 months", pd.Timestamp("2020-04-30"), chances, known
    )
    assert made["done"].tolist() == [1, 0]
    assert made["ours"].tolist() == [0.9, 0.2]
    assert made[RIVALS[0]].tolist() == [1.0, 0.0]
    assert made[RIVALS[1]].tolist() == [1.0, 0.0]  # two months later: April, and July
    assert made[RIVALS[2]].tolist() == [0.4, 0.0]
    # Done in the second month; ours says the second at 0.5 and the third at 0.8. The other: after the third, as said.
    assert made["pinball 0.5 ours"].tolist() == [0.0, 0.0]
    assert made["pinball 0.8 ours"].tolist() == pytest.approx([0.2, 0.0])
    assert made[f"pinball 0.5 {RIVALS[0]}"].tolist() == [0.5, 0.0]
    assert made[f"pinball 0.8 {RIVALS[0]}"].tolist() == [0.8, 0.0]
    assert made[f"pinball 0.5 {RIVALS[1]}"].tolist() == [0.5, 0.0]
    # Steps: 0.1 to 0.6 lies within 0.1 to 0.9; of 0.2 to 1, seven eighths do.
    assert made["within"].tolist() == pytest.approx([1.0, 0.875])


@pytest.mark.parametrize("origin", ["2020-02-29", "2020-04-30", "2020-06-30", "2020-07-15"])
def test_outcomes_are_judged_as_reported_in_whole_months(origin: str) -> None:
    """What the report of the third month shows as done was done in three months, however long the months are; and no outcome is lost."""
    begin = pd.Timestamp(origin)
    ends = begin.is_month_end
    days = [begin + (pd.offsets.MonthEnd(n) if ends and n else pd.DateOffset(months=n)) for n in range(7)]
    late = {"1": 3, "2": 4, "3": 99}  # month in which each is shown as done
    ledger = make_ledger({
        f"{day:%Y-%m-%d}": [
            {"ref": ref, "target": f"{begin + pd.DateOffset(months=2):%d %B %Y}", "status": "complete" if n >= month else "open"}
            for ref, month in late.items()
        ]
        for n, day in enumerate(days)
    })  # fmt: skip
    at = forecast._state((ledger, None), days[-1])
    truth = forecast.overrun.spells(at.past, at.as_of, at=at)
    seen = records(*((-9, leave, NEVER, 1, leave) for leave in range(1, 9)))
    known = forecast.Experience(("plan",), 9, 300, 20, 8, seen, kept=0.4, delay=1.0)
    made = forecast._judged(forecast._state((ledger, None), begin), begin, days, truth, known)
    done = made.pivot_table(index="action_id", columns="horizon", values="done")
    assert done["next report"].tolist() == [0, 0, 0]
    assert done["3 months"].tolist() == [1, 0, 0]
    assert done["6 months"].tolist() == [1, 1, 0]


def test_an_old_report_is_no_ground_for_a_forecast(good: tuple[pd.DataFrame, forecast.Forecast]) -> None:
    """Where the first month ahead of the latest report is over, nothing is forecast: it would tell the past as the future."""
    ledger = good[0][good[0]["as_of"] <= pd.Timestamp(GOOD_DAY)]
    assert forecast.forecast(ledger, "2020-11-30").basis == "own"
    made = forecast.forecast(ledger, "2020-12-01", untested=True)
    assert made.refused == "the latest report is of 2020-10-31, and what was done since is not known"
    assert made.months.empty


def test_no_percentage_is_printed_of_fewer_than_ten(good: tuple[pd.DataFrame, forecast.Forecast]) -> None:
    """The coverage of a handful of forecasts is told as n of d alone."""
    tested = good[1].backtest
    assert tested is not None
    few = dataclasses.replace(good[1], backtest=dataclasses.replace(tested, number=9, covered=7.0, coverage=wilson(7, 9)))
    assert "held 7 of 9." in narrative.backtest(few)[0]
    assert "% confidence" in narrative.backtest(good[1])[0]


def test_a_pool_is_used_where_the_plans_own_dates_do_not_suffice() -> None:
    """A young plan takes the experience of a named one, cut at the same date and labelled so; it alone has none."""
    old, _ = simulated.make_plan(GOOD, np.random.default_rng(GOOD_SEED), "old")
    young, _ = simulated.make_plan(simulated.World(blocks=9, size=3, reports=25), np.random.default_rng(3), "young")
    young = young[young["as_of"] >= pd.Timestamp("2020-07-31")]
    alone = forecast.forecast(young, GOOD_DAY)
    assert alone.refused.startswith("the plan has 4 reports (6 are needed)")
    made = forecast.forecast(young, GOOD_DAY, pool=[(old, None)], untested=True)
    assert (made.basis, made.plans) == ("pooled", ("young", "old"))
    assert set(made.actions["action_id"].str.partition("/")[0]) == {"young"}
    cut = forecast.forecast(young, GOOD_DAY, pool=[(old[old["as_of"] <= pd.Timestamp(GOOD_DAY)], None)], untested=True)
    pd.testing.assert_frame_equal(cut.months, made.months)
    assert "of young and old together" in narrative.forecast(made)[0]
    small = forecast.forecast(young, GOOD_DAY, pool=[(young.assign(plan="twin"), None)])
    assert small.refused.startswith("2 plans together have")


def test_by_when_all_is_done_is_said_only_from_100_resolved_actions() -> None:
    """With fewer, or with an open action that is not forecast, no date for all is given."""
    ends = pd.date_range("2020-01-31", periods=2, freq="ME")
    counts = np.array([[0, 2]] * 8 + [[0, 1]] * 2)
    assert forecast._all_done(counts, 2, 0, 100, ends) == (ends[1], "")
    assert forecast._all_done(counts, 2, 0, 99, ends)[1] == "99 actions are complete or closed, and 100 are needed"
    assert forecast._all_done(counts, 2, 1, 100, ends)[1] == "1 action is not forecast"
    assert forecast._all_done(counts[2:], 2, 0, 100, ends)[1] == "it is beyond the time observed"


@pytest.mark.parametrize("case", ["empty", "one action", "no dates", "no status"])
def test_a_plan_of_almost_nothing_gets_reasons(case: str) -> None:
    """An empty plan, one action, no dates, no statuses: no curve and no forecast, each with its reason."""
    row = {
        "one action": {"ref": "1", "target": "1 March 2020", "status": "open"}, "no dates": {"ref": "1", "status": "open"},
        "no status": {"ref": "1", "target": "1 March 2020"},
    }.get(case)  # fmt: skip
    ledger = make_ledger({day: [row] if row else [] for day in ("2020-01-31", "2020-02-29", "2020-04-30")})
    made = forecast.outlook(ledger, "2020-04-30", plan="plan", snapshots=["2020-01-31", "2020-02-29", "2020-04-30"])
    assert made.past.refused
    assert made.forecast.refused.startswith("the plan has 3 reports (6 are needed)")
    assert all((row["value"] is None) == bool(row["undefined_because"]) for row in made.results)
    m = measures.measure(ledger, "2020-04-30", plan="plan", snapshots=["2020-01-31", "2020-02-29", "2020-04-30"])
    assert "No forecast is given: the plan has" in str(figures.forecast(made, m))
    assert "No share of actions still open" in str(figures.time_past_original(made))
    assert str(tables.forecast(made, m)) == str(tables.backtest(made)) == ""


def test_a_shown_forecast_is_in_words_figures_tables_and_results(good: tuple[pd.DataFrame, forecast.Forecast]) -> None:
    """The message of the figure, the first row of the table and results.json give the same numbers."""
    ledger, _ = good
    made = forecast.outlook(ledger, GOOD_DAY, plan="sim")
    m = measures.measure(ledger, GOOD_DAY)
    row = made.forecast.months.iloc[5]
    total = made.forecast.done + int(row["actions"]) + made.forecast.without
    message = f"By 30 April 2021 between {row['low']} and {row['high']} of {total} actions will be done, with 80 chances in 100"
    assert message in figures.forecast(made, m).html
    results = {(each["name"], each["key"]): each["value"] for each in made.results}
    assert results["forecast: done by, low", "2021-04"] == row["low"]
    assert results["forecast: done by", "2021-04"] == row["middle"]
    assert results["forecast: done by, high", "2021-04"] == row["high"]
    low, high = made.past.open_after(0)
    assert (results["still open at the first date", "sim"], results["still open at the first date, upper end", "sim"]) == (low, high)
    assert narrative.say_share(low, high) in figures.time_past_original(made).html
    assert len(narrative.backtest(made.forecast)) == 2
    first = made.forecast.actions.iloc[0]
    assert f"end of {first['p50']:%B %Y}" in tables.forecast(made, m).html
