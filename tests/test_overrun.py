"""Time past original: against published examples, against statsmodels, and against plans whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import make_ledger, rows_ledger

from planlib import overrun
from planlib.overrun import aalen_johansen, joined, risk_table

OPEN, DONE, WITHDRAWN = 0, 1, 2


def curve_of(entry: list[int], leave: list[int], outcome: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Times and the three shares, each spell a block of its own."""
    risk = risk_table(np.array(entry), np.array(leave), np.array(outcome), np.arange(len(leave)))
    return risk.times, aalen_johansen(risk)[:, 0, :]


# --- the estimator ---------------------------------------------------------------------------------------------------


def test_a_published_example_of_competing_outcomes() -> None:
    """The first months of 305 breast cancer patients give the table of Satagopan and others (2004), Table 2."""
    leave = [7, 10, 14, 16, 18, 23, 24, 26, 27] + [99] * 296
    outcome = [0, 1, 0, 1, 2, 1, 0, 2, 1] + [0] * 296
    risk = risk_table(np.full(305, -1), np.array(leave), np.array(outcome), np.arange(305))
    shares = 100 * aalen_johansen(risk)[:, 0, :]
    assert risk.times.tolist() == [10, 16, 18, 23, 26, 27]
    assert risk.at_risk.sum(axis=1).tolist() == [304, 302, 301, 300, 298, 297]
    assert shares[OPEN].round(1).tolist() == [99.7, 99.3, 99.0, 98.7, 98.3, 98.0]
    steps = np.diff(shares[DONE], prepend=0)
    assert steps.round(1).tolist() == [0.3, 0.3, 0, 0.3, 0, 0.3]


def test_a_published_example_without_a_competing_outcome() -> None:
    """Weeks of remission under 6-MP (Freireich and others 1963) give the well-known product-limit estimates."""
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    at, shares = curve_of([-1] * 21, times, ended)
    assert at.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert shares[OPEN].round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]


SPELLS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 15), st.integers(0, 2)), min_size=2, max_size=40)


@given(SPELLS)
@settings(max_examples=150)
def test_delayed_entry_as_statsmodels_has_it(spells: list[tuple[int, int, int]]) -> None:
    """With delayed entry and one outcome the share open is that of statsmodels, while somebody is at risk."""
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    entry = [begin for begin, _, _ in spells]
    leave = [begin + length for begin, length, _ in spells]
    ended = [int(outcome > 0) for _, _, outcome in spells]
    at, shares = curve_of(entry, leave, ended)
    with np.errstate(all="ignore"):
        theirs = survfunc.SurvfuncRight(np.array(leave), np.array(ended), entry=np.array(entry))
    expected = dict(zip(theirs.surv_times, theirs.surv_prob, strict=True))
    for time, share in zip(at, shares[OPEN], strict=True):
        assert share == pytest.approx(expected[time])


@given(SPELLS)
@settings(max_examples=150)
def test_competing_outcomes_as_statsmodels_has_them(spells: list[tuple[int, int, int]]) -> None:
    """Without delayed entry the shares done and withdrawn are the cumulative incidences of statsmodels."""
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    leave, outcome = [length for _, length, _ in spells], [which for _, _, which in spells]
    if {1, 2} - set(outcome):
        return
    at, shares = curve_of([0] * len(spells), leave, outcome)
    with np.errstate(all="ignore"):  # their standard error divides by nothing where nobody is left
        theirs = survfunc.CumIncidenceRight(np.array(leave), np.array(outcome))
    for which in (DONE, WITHDRAWN):
        expected = dict(zip(theirs.times, theirs.cinc[which - 1], strict=True))
        assert shares[which].tolist() == pytest.approx([expected[time] for time in at])


@given(SPELLS)
def test_done_withdrawn_and_open_add_up_to_all(spells: list[tuple[int, int, int]]) -> None:
    """The three shares add up to 1 at each time, and the share open never rises."""
    entry, leave = [begin for begin, _, _ in spells], [begin + length for begin, length, _ in spells]
    _, shares = curve_of(entry, leave, [which for _, _, which in spells])
    assert shares.sum(axis=0) == pytest.approx(np.ones(shares.shape[1]))
    assert (np.diff(shares[OPEN], prepend=1) <= 1e-12).all()


def test_students_t_is_that_of_scipy() -> None:
    """The tail that is cut off is that of Student's t, widened as Hesterberg has it, to within 3 in 1,000."""
    stats = pytest.importorskip("scipy.stats")
    for blocks in (8, 12, 20, 50, 400):
        t = stats.t.ppf(0.975, blocks - 1)
        expected = stats.norm.cdf(-t * (blocks / (blocks - 1)) ** 0.5)
        assert overrun.expanded_tail(blocks) == pytest.approx(expected, rel=3e-3)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5))))
def test_things_that_share_a_tie_are_in_one_group(pairs: list[tuple[int, int]]) -> None:
    """Two things are in one group exactly if a chain of shared ties leads from one to the other."""
    found = joined(pairs)
    groups = {thing: {thing} for thing, _ in pairs}
    for _ in pairs:  # as often as the longest chain can be
        for one, tie in pairs:
            for other, same in pairs:
                if tie == same:
                    together = groups[one] | groups[other]
                    for each in together:
                        groups[each] = together
    assert all((found[one] == found[other]) == (other in groups[one]) for one in found for other in found)
    assert sorted(set(found.values())) == list(range(len(set(found.values()))))


# --- spells ----------------------------------------------------------------------------------------------------------


def test_each_action_is_followed_from_its_first_snapshot_to_its_outcome() -> None:
    """Entry, both ends of the outcome, and why an action does not count, worked out by hand."""
    ledger = make_ledger({
        "2020-01-31": [
            {"ref": "done between", "target": "10 March 2020", "status": "open"},
            {"ref": "stated", "target": "10 March 2020", "status": "open"},
            {"ref": "closed", "target": "10 March 2020", "status": "open"},
            {"ref": "still open", "target": "10 March 2020", "status": "open"},
            {"ref": "due later", "target": "10 September 2020", "status": "open"},
            {"ref": "no date", "target": "", "status": "open"},
            {"ref": "dropped", "target": "10 March 2020", "status": "open"},
            {"ref": "closed early", "target": "10 March 2020", "status": "open"},
            {"ref": "at first", "target": "10 January 2020", "status": "complete"},
        ],
        "2020-02-29": [
            {"ref": "done between", "target": "10 March 2020", "status": "open"},
            {"ref": "stated", "target": "10 March 2020", "status": "open"},
            {"ref": "closed", "target": "10 March 2020", "status": "open"},
            {"ref": "still open", "target": "10 March 2020", "status": "open"},
            {"ref": "due later", "target": "10 September 2020", "status": "open"},
            {"ref": "no date", "target": "", "status": "open"},
            {"ref": "closed early", "target": "10 March 2020", "status": "closed"},
            {"ref": "at first", "target": "10 January 2020", "status": "complete"},
        ],
        "2020-04-30": [
            {"ref": "done between", "target": "10 March 2020", "status": "complete"},
            {"ref": "stated", "target": "10 March 2020", "status": "complete", "completed": "12 March 2020"},
            {"ref": "closed", "target": "10 March 2020", "status": "closed"},
            {"ref": "still open", "target": "10 May 2020", "status": "open"},
            {"ref": "due later", "target": "10 September 2020", "status": "open"},
            {"ref": "no date", "target": "", "status": "open"},
            {"ref": "at first", "target": "10 January 2020", "status": "complete"},
        ],
    })  # fmt: skip
    made = overrun.spells(ledger, "2020-05-15")
    made.index = pd.Index(ledger.drop_duplicates("action_id").set_index("action_id")["ref"].reindex(made.index))
    told = {
        ref: (f"{row['entry']:%m-%d}", row["outcome"], f"{row['exit_low']:%m-%d}", f"{row['exit_high']:%m-%d}")
        for ref, row in made[made["left_out"] == ""].iterrows()
    }
    assert told == {
        "done between": ("01-31", "done", "03-01", "04-30"),
        "stated": ("01-31", "done", "03-12", "03-12"),
        "closed": ("01-31", "withdrawn", "03-01", "04-30"),
        "still open": ("01-31", "open", "04-30", "04-30"),
    }
    assert made.loc[made["left_out"] != "", "left_out"].to_dict() == {
        "due later": "not due by the latest report",
        "no date": "first date not known",
        "dropped": "last seen open before its first date",
        "closed early": "closed, not done, before its first date",
        "at first": "not seen open in an earlier report",
    }


def test_actions_that_a_decision_moved_together_are_one_block() -> None:
    """Shared decisions tie actions together, by a detour too; those never moved hang by area and first date."""
    def rows(*targets: str) -> list[dict[str, str]]:
        areas = ["A", "A", "A", "A", "B", "B"]
        return [
            {"ref": str(at + 1), "area": area, "target": target, "status": "open"}
            for at, (area, target) in enumerate(zip(areas, targets, strict=True))
        ]

    march, april, may, june = "1 March 2020", "1 April 2020", "1 May 2020", "1 June 2020"
    ledger = make_ledger({
        "2020-01-31": rows(march, march, march, march, april, april),
        "2020-02-29": rows(april, april, march, march, april, april),
        "2020-03-31": rows(april, may, march, march, april, april),
        "2020-04-30": rows(june, may, march, june, april, april),
    })  # fmt: skip
    # 1 and 2 moved together in February. 4 moved by itself in April; 1 did so from another date. 3 was never moved, and
    # neither were 5 and 6, which one area dated alike.
    made = overrun.blocks(ledger, "2020-04-30").tolist()
    assert made == [0, 0, 1, 2, 3, 3]


# --- the curve of a plan ---------------------------------------------------------------------------------------------


def plan_of(delays: list[int], *, moved: int = 8, coarse: bool = False) -> pd.DataFrame:
    """Actions due one after the other, done so many days after their first date; the first few were re-dated once."""
    rows = []
    for at, delay in enumerate(delays):
        original = pd.Timestamp("2020-03-10") + pd.Timedelta(days=at)
        done = original + pd.Timedelta(days=delay)
        for day in pd.date_range("2020-02-29", "2021-06-30", freq="ME"):
            target = original if at >= moved or day < pd.Timestamp("2020-03-31") else original + pd.Timedelta(days=90)
            complete = done <= day
            rows.append({
                "id": at + 1, "as_of": day, "target": target, "original": original,
                "original_earliest": original.replace(day=1) if coarse else original,
                "status": "complete" if complete else "open", "completed": done if complete else pd.NaT,
            })  # fmt: skip
    return rows_ledger(rows)


def test_the_curve_starts_at_the_share_not_done_on_time_and_falls_with_each_completion() -> None:
    """Of 14 actions 4 are done in time; the others one after the other, each a fourteenth."""
    delays = [0, -3, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    made = overrun.past_original_curve(plan_of(delays), "2021-06-30")
    assert (made.unit, made.actions, made.completions, made.decisions, made.refused) == ("days", 14, 10, 8, "")
    assert made.table["after"].tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert made.table["at_risk"].tolist() == [14, 10, 9, 8, 7, 6, 5]
    expected = [10 / 14, 9 / 14, 8 / 14, 7 / 14, 6 / 14, 5 / 14, 4 / 14]
    assert made.table["open_low"].tolist() == pytest.approx(expected)
    assert made.table["open_high"].tolist() == pytest.approx(expected)
    # After the completion at 60 days 4 are at risk.
    assert made.ends == 60
    assert made.open_after(0) == pytest.approx((10 / 14, 10 / 14), abs=1e-6)
    assert made.open_after(1) == pytest.approx((7 / 14, 7 / 14), abs=1e-6)
    assert made.open_after(3) == (None, None)
    assert ((made.table["band_low"] <= made.table["open_low"]) & (made.table["open_high"] <= made.table["band_high"])).all()


def test_monthly_first_dates_are_counted_in_months() -> None:
    """Where first dates are given by month, time goes in months, and a month is over when its day is passed."""
    made = overrun.past_original_curve(plan_of([0, -3, 0, 0, *range(20, 120, 10)], coarse=True), "2021-06-30")
    assert made.unit == "months"
    assert made.table["after"].tolist()[:2] == [0, 1]
    day = pd.Series(pd.to_datetime(["2020-03-31", "2020-04-30", "2020-05-01", "2020-02-29", "2020-03-30"]))
    since = pd.Series(pd.to_datetime(["2020-02-29"] * 5))
    assert overrun._after_months(day, since).tolist() == [1, 2, 3, 0, 1]
    assert overrun._after_months(day, since, floor=True).tolist() == [1, 2, 2, 0, 0]


def test_the_curve_ends_where_too_few_are_seen_not_at_the_next_completion() -> None:
    """Where actions are lost from sight between completions, the curve stops then: a flat line would claim too much."""
    ledger = plan_of([0, 0, 0, 0, *[10] * 10, *[900] * 6])
    assert overrun.past_original_curve(ledger, "2021-06-30").ends > 400
    gone = ledger["id"] if "id" in ledger else ledger["action_id"].str.rpartition("/", expand=True)[2].astype(int)
    lost = (gone > 15) & (ledger["as_of"] > pd.Timestamp("2020-06-30"))
    made = overrun.past_original_curve(ledger[~lost], "2021-06-30")
    # The last five are due from 25 March on and last seen open on 30 June: 97 days after for the first of them.
    assert made.ends < 100
    assert made.table["after"].max() <= made.ends


def test_shares_of_fewer_than_ten_are_not_drawn() -> None:
    """Shares are told in per cent, so fewer than ten actions seen before their first dates have no curve."""
    ledger = plan_of([60] * 20)
    late = ledger["action_id"].str.rpartition("/", expand=True)[2].astype(int) > 9
    ledger = ledger[~(late & (ledger["as_of"] < pd.Timestamp("2020-03-31")))]  # first seen after their dates
    made = overrun.past_original_curve(ledger, "2021-06-30")
    assert (made.completions, made.refused) == (20, "fewer than 10 were seen before their first date")
    assert made.table.empty


@pytest.mark.parametrize(
    ("delays", "moved", "why"),
    [
        ([0] * 10 + [9] * 9, 8, "9 were completed after the first date for certain, and 10 are needed"),
        ([9] * 20, 7, "7 decisions moved dates, and 8 are needed"),
        ([9] * 20, 0, "no decisions moved dates, and 8 are needed"),
        ([0], 0, "none were completed after the first date for certain, and 10 are needed"),
    ],
)
def test_a_curve_is_refused_where_it_says_too_little(delays: list[int], moved: int, why: str) -> None:
    """Below 10 completions after the first date, or 8 decisions, there is no curve, and what is missing is said."""
    made = overrun.past_original_curve(plan_of(delays, moved=moved), "2021-06-30")
    assert (made.refused, len(made.table), made.ends) == (why, 0, None)


def test_an_empty_ledger_is_refused() -> None:
    """A plan without any action has no curve."""
    made = overrun.past_original_curve(plan_of([0]).iloc[:0], "2021-06-30")
    assert made.refused.startswith("none were completed")


def test_nothing_later_is_looked_at() -> None:
    """The curve as at a date is the same with and without the snapshots after it."""
    ledger, _ = simulated.make_plan(simulated.World(blocks=24), np.random.default_rng(4))
    until = pd.Timestamp("2020-10-31")
    whole, part = (overrun.past_original_curve(each, until) for each in (ledger, ledger[ledger["as_of"] <= until]))
    pd.testing.assert_frame_equal(whole.table, part.table)
    assert not whole.refused


@pytest.mark.parametrize("seed", range(3))
def test_a_completion_between_reports_gives_two_curves_around_the_truth(seed: int) -> None:
    """The curve of the same plan with stated days of completion lies between both ends, and the shares add up to all."""
    stated, between = (
        overrun.past_original_curve(
            simulated.make_plan(simulated.World(stated=each, withdrawn=0), np.random.default_rng(seed))[0], "2021-06-30"
        ).table.set_index("after")
        for each in (True, False)
    )
    for after, row in stated.iterrows():
        if after <= between.index.max():
            at = between.loc[:after].iloc[-1]
            assert at["open_low"] - 1e-9 <= row["open_low"] <= at["open_high"] + 1e-9
    assert (between["open_low"] + between["done_high"] + between["withdrawn_low"]).to_numpy() == pytest.approx(1)


def covered(plans: int, world: simulated.World, *, by_action: bool = False) -> dict[int, tuple[float, int]]:
    """Of so many plans, the share whose band holds the true share, by days after the first date, and of how many."""
    random, truth = np.random.default_rng(2026), {after: world.still_open(after) for after in (0, 30, 90)}
    held: dict[int, list[bool]] = {after: [] for after in truth}
    # Twenty plans at a time in one ledger, which saves most of the time.
    for batch in range(plans // 20):
        ledger = pd.concat([simulated.make_plan(world, random, f"{batch}-{each}")[0] for each in range(20)])
        spells = overrun.spells(ledger, "2020-10-31")
        for _, kept in spells[spells["left_out"] == ""].groupby("plan"):
            table, ends = overrun._curve(kept.assign(block=range(len(kept))) if by_action else kept, "days")
            for after, share in truth.items():
                if ends is not None and after <= ends:
                    row = table.loc[table["after"] <= after].iloc[-1]
                    held[after].append(bool(row["band_low"] - 1e-9 <= share <= row["band_high"] + 1e-9))
    return {after: (float(np.mean(each)), len(each)) for after, each in held.items()}


def test_the_band_covers_the_truth_in_500_plans_dated_in_blocks() -> None:
    """In 500 simulated plans re-dated in blocks the 95 % band holds the true share about 95 times in 100, and no less."""
    for share, number in covered(500, simulated.World(blocks=12, size=4, reports=22, stated=True)).values():
        assert number > 400
        assert 0.93 <= share <= 0.995


def test_resampling_actions_instead_of_decisions_would_cover_too_little() -> None:
    """The same band by resampling single actions misses the truth far more often: blocks are what makes it honest."""
    made = covered(120, simulated.World(blocks=12, size=4, reports=22, stated=True), by_action=True)
    assert made[0][0] < 0.85
