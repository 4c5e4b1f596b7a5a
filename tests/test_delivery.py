"""Measures of a whole plan: worked by hand from small plans."""

# ruff: noqa: C408 - rows are written dict(ref="1", ...), which reads better than quoted names

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from ledgers import make_ledger, rows_ledger

from planlib import delivery, schema, slippage

DEC, JAN, FEB, MAR, APR = "2019-12-31", "2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"


def rate(table: pd.DataFrame, key: str = "plan") -> tuple[Any, ...]:
    """Numerator, denominator, value (None if missing) and why, of one key."""
    row = table.set_index("key").loc[key]
    value = None if pd.isna(row["value"]) else float(row["value"])
    return int(row["numerator"]), int(row["denominator"]), value, row["undefined_because"]


def action(number: int, as_of: str, status: str, **more: Any) -> dict[str, Any]:
    """One row of a ledger, with the original date beside."""
    return dict(id=number, as_of=as_of, status=status, original_basis="stated") | more


# --- due, hit, kept --------------------------------------------------------------------------------------------------


def test_due_by_counts_first_dates_up_to_the_day_itself():
    """O.latest <= t is due by t, whatever the target is now; how many have no first date stands beside."""
    ledger = rows_ledger([
        action(1, JAN, "open", original="2020-01-30", target=MAR), action(2, JAN, "complete", original=JAN),
        action(3, JAN, "open", original="2020-02-01"), action(4, JAN, "open"),
    ])  # fmt: skip
    made = delivery.due_by(ledger, JAN)
    assert rate(made) == (2, 4, 0.5, "")
    assert made["original_not_known"].to_list() == [1]


def hits() -> pd.DataFrame:
    """Six actions over January to March: O in February for 1 to 5, in January for 6."""
    firsts = {1: "2020-02-01", 2: FEB, 3: "2020-02-10", 4: "2020-02-20", 5: "2020-02-20", 6: JAN}
    ends = {1: "2020-02-01", 2: "2020-02-29", 3: "2020-02-11", 5: ""}
    rows = [action(n, JAN, "open", original=first, target=first) for n, first in firsts.items()]
    for n, first in firsts.items():
        status = "complete" if n in ends else "open"
        more = dict(completed=ends[n]) if ends.get(n) else {}
        rows.append(action(n, FEB, status, original=first, target=first, **more))
    return rows_ledger(rows)


def test_hit_rate_is_of_first_dates_in_the_period_those_done_by_then():
    """O in (31 January, 29 February]: 1 and 2 done by O, 3 a day late, 4 open, 5 in February and cannot be told."""
    made = delivery.hit_rate(hits(), FEB)
    assert rate(made) == (2, 5, 0.4, "")
    assert made["cannot_be_told"].to_list() == [1]


def test_hit_rate_needs_an_earlier_report_or_counts_since_the_start():
    """In the first report there is no period; since the start, first dates after the first snapshot count."""
    ledger = hits()
    assert rate(delivery.hit_rate(ledger, JAN)) == (0, 0, None, "there is no earlier report")
    at = slippage.state(ledger, FEB)
    assert rate(delivery.hit_rate(ledger, FEB, since=at.started(), at=at)) == (2, 5, 0.4, "")
    nothing = "no action with a known first date fell due in the period"
    assert rate(delivery.hit_rate(ledger, JAN, since=slippage.state(ledger, JAN).started())) == (0, 0, None, nothing)


def test_the_period_ends_on_the_day_of_the_report_between_snapshots():
    """As at 10 February between snapshots the row in force is January's and the period runs from December."""
    ledger = make_ledger({
        DEC: [dict(ref="1", target="2020-02-10", status="open"), dict(ref="2", target="2020-02-11", status="open")],
        JAN: [dict(ref="1", target="2020-02-10", status="open"), dict(ref="2", target="2020-02-11", status="open")],
        FEB: [dict(ref="1", target="2020-02-10", status="complete"), dict(ref="2", status="complete")],
    })  # fmt: skip
    assert rate(delivery.hit_rate(ledger, "2020-02-10"))[:2] == (0, 1)
    assert rate(delivery.dates_kept(ledger, "2020-02-10"))[:2] == (0, 1)


def test_closed_before_its_first_date_leaves_the_hit_rate_and_after_it_stays():
    """1 closed before O leaves; 2 closed after O stays, as not done."""
    rows = [action(n, JAN, "open", original="2020-02-15", target=MAR) for n in (1, 2)]
    rows += [action(1, FEB, "closed not done", original="2020-02-15", completed="2020-02-15"),
             action(2, FEB, "closed not done", original="2020-02-15", completed="2020-02-16")]  # fmt: skip
    assert rate(delivery.hit_rate(rows_ledger(rows), FEB)) == (0, 1, 0.0, "")


@pytest.mark.parametrize(("silent", "value"), [(1, 0.9), (2, None)])
def test_a_rate_is_not_given_where_more_than_one_in_ten_standings_are_not_known(silent, value):
    """With 1 of 10 not known the hit rate is given, with 2 of 10 it is not, and how many is said."""
    rows = [action(n, JAN, "open", original="2020-02-15") for n in range(10)]
    rows += [action(n, FEB, "unknown" if n < silent else "complete", original="2020-02-15", completed="2020-02-10")
             for n in range(10)]  # fmt: skip
    why = "" if silent == 1 else "the standing of 2 of 10 is not known"
    assert rate(delivery.hit_rate(rows_ledger(rows), FEB)) == (10 - silent, 10, value, why)


def kept(*targets: tuple[str, str], done: str = "") -> tuple[Any, ...]:
    """Dates kept of one action with these (snapshot, target) and perhaps a completion stated in March, as at March."""
    rows = [dict(ref="1", target=target, status="open") for _, target in targets]
    snapshots = {as_of: [row] for (as_of, _), row in zip(targets, rows, strict=True)}
    last = dict(ref="1", target=targets[-1][1], status="complete", completed=done) if done else rows[-1]
    return rate(delivery.dates_kept(make_ledger(snapshots | {MAR: [last]}), MAR))[:2]


@pytest.mark.parametrize(
    ("targets", "done", "expected"),
    [
        ([(FEB, "2020-03-10")], "2020-03-10", (1, 1)),
        ([(FEB, "2020-03-10")], "2020-03-11", (0, 1)),
        ([(FEB, "2020-03-10")], "", (0, 1)),
        ([(FEB, MAR)], "2020-03-31", (1, 1)),  # due today and done
        ([(FEB, MAR)], "", (0, 1)),  # due today and not done counts as missed
        ([(FEB, "2020-04-01")], "2020-03-10", (0, 0)),  # falls due in the next period
        ([(FEB, FEB)], "", (0, 0)),  # fell due in the period before
        ([(JAN, "2020-03-10"), (FEB, "2020-06-30")], "", (0, 1)),  # withdrawn before it fell due: still counts
        ([(JAN, "2020-03-10"), (FEB, "2020-06-30")], "2020-03-05", (1, 1)),
        ([(JAN, "2020-03-10"), (FEB, "2020-03-10")], "2020-03-05", (1, 1)),  # told twice: one pair
        ([(DEC, "2020-03-10"), (JAN, "2020-04-30"), (FEB, "2020-03-10")], "", (0, 1)),  # there and back: one pair
        ([(JAN, "2020-03-10"), (FEB, "2020-03-20")], "2020-03-15", (1, 2)),
        ([(FEB, "March 2020")], "2020-03-31", (1, 1)),
    ],
)
def test_dates_kept_counts_each_date_told_once_when_it_falls_due(targets, done, expected):
    """Of distinct (action, target) pairs told up to the previous report, due in (previous, t], those done by then."""
    assert kept(*targets, done=done) == expected


def test_a_date_first_told_in_this_report_was_not_told_before():
    """A target first seen in the snapshot in force is not yet a date told in an earlier report."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target="2020-06-30", status="open")],
        FEB: [dict(ref="1", target="2020-02-10", status="open")],
    })  # fmt: skip
    nothing = "no date told in an earlier report fell due in the period"
    assert rate(delivery.dates_kept(ledger, FEB)) == (0, 0, None, nothing)
    assert rate(delivery.dates_kept(ledger, JAN)) == (0, 0, None, "there is no earlier report")


def test_dates_kept_since_the_start_is_the_sum_of_the_periods():
    """Each date counts in one period, so that since the start is all the periods together."""
    ledger = make_ledger({
        DEC: [dict(ref="1", target="2020-01-10", status="open"), dict(ref="2", target="2020-03-15", status="open")],
        JAN: [dict(ref="1", target="2020-02-10", status="open"), dict(ref="2", target="2020-02-15", status="open")],
        FEB: [dict(ref="1", target="2020-02-10", status="complete", completed="2020-02-09"),
              dict(ref="2", target="2020-03-15", status="open")],
        MAR: [dict(ref="1", target="2020-02-10", status="complete", completed="2020-02-09"),
              dict(ref="2", target="2020-03-15", status="complete", completed="2020-03-14")],
    })  # fmt: skip
    periods = [rate(delivery.dates_kept(ledger, t))[:2] for t in (JAN, FEB, MAR)]
    at = slippage.state(ledger, MAR)
    start = rate(delivery.dates_kept(ledger, MAR, since=at.started(), at=at))[:2]
    assert (periods, start) == ([(0, 1), (1, 2), (1, 1)], (2, 4))


def test_dates_kept_says_what_cannot_be_told():
    """Done between two snapshots on both sides of its date: not known to be kept, and said so."""
    ledger = make_ledger({FEB: [dict(ref="1", target="2020-03-10", status="open")],
                          MAR: [dict(ref="1", target="2020-03-10", status="complete")]})  # fmt: skip
    made = delivery.dates_kept(ledger, MAR)
    assert (rate(made), made["cannot_be_told"].to_list()) == ((0, 1, 0.0, ""), [1])


def test_with_another_report_named_the_period_and_the_dates_told_are_its():
    """Compared with January, a date first told in February does not count, and the period begins after January."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target="2020-03-10", status="open")],
        FEB: [dict(ref="1", target="2020-03-20", status="open")],
        MAR: [dict(ref="1", target="2020-03-20", status="complete", completed="2020-03-15")],
    })  # fmt: skip
    named = pd.Series({"plan": pd.Timestamp(JAN)})
    assert rate(delivery.dates_kept(ledger, MAR, previous=named))[:2] == (0, 1)
    assert rate(delivery.dates_kept(ledger, MAR))[:2] == (1, 2)


def test_left_over_is_of_those_overdue_in_the_previous_report_those_done_now():
    """1 and 2 were overdue; 1 is done, 2 was re-dated; 3 fell due since, and does not count."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target="2020-01-15", status="open"), dict(ref="2", target="2020-01-15", status="open"),
              dict(ref="3", target="2020-02-15", status="open")],
        FEB: [dict(ref="1", target="2020-01-15", status="complete"), dict(ref="2", target="2020-06-30", status="open"),
              dict(ref="3", target="2020-02-15", status="complete")],
    })  # fmt: skip
    assert rate(delivery.left_over(ledger, FEB)) == (1, 2, 0.5, "")
    assert rate(delivery.left_over(ledger, JAN)) == (0, 0, None, "there is no earlier report")
    later = delivery.left_over(ledger, MAR, previous=pd.Series({"plan": pd.Timestamp(FEB)}))
    assert rate(later) == (0, 0, None, "nothing was overdue in the previous report")


def test_nothing_was_overdue_in_an_empty_report():
    """Where the previous snapshot is empty its actions were no longer listed then, not overdue."""
    ledger = make_ledger({JAN: [dict(ref="1", target="2020-01-15", status="open")],
                          MAR: [dict(ref="1", target="2020-01-15", status="complete")]})  # fmt: skip
    at = slippage.state(ledger, MAR, snapshots={"plan": [date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31)]})
    nothing = "nothing was overdue in the previous report"
    assert rate(delivery.left_over(ledger, MAR, at=at)) == (0, 0, None, nothing)
    assert rate(delivery.left_over(ledger, MAR)) == (1, 1, 1.0, "")


# --- completion, BEI, behind the original plan -----------------------------------------------------------------------


def test_on_time_completion_is_not_given_where_any_cannot_be_told():
    """On time, late and cannot be told are counted; the ratio is given only where each can be told."""
    rows = [
        action(1, JAN, "complete", original="2020-01-20", completed="2020-01-20"),
        action(2, JAN, "complete", original="2020-01-20", completed="2020-01-21"),
        action(3, JAN, "complete", claim="on course"), action(4, JAN, "open", original="2020-01-20"),
    ]  # fmt: skip
    made = delivery.on_time_completion(rows_ledger(rows), JAN)
    assert rate(made) == (1, 3, None, "1 of 3 cannot be told")
    assert made[["late", "cannot_be_told", "claimed"]].to_numpy().tolist() == [[1, 1, 1]]
    assert rate(delivery.on_time_completion(rows_ledger(rows[:2]), JAN)) == (1, 2, 0.5, "")
    assert rate(delivery.on_time_completion(rows_ledger(rows[3:]), JAN)) == (0, 0, None, "nothing is complete")
    silent = rows_ledger([action(1, JAN, "unknown")])
    assert rate(delivery.on_time_completion(silent, JAN)) == (0, 0, None, "nothing is known to be complete")


@pytest.mark.parametrize(
    ("unknown", "of", "expected"),
    [
        (0, 4, (3, 2, 1.5, "")),
        (1, 10, (3, 3, 1.0, "")),
        (1, 9, (3, 3, None, "the first date is not known for 1 of 9")),
        (2, 10, (3, 4, None, "the first date is not known for 2 of 10")),
    ],
)
def test_bei_is_not_given_where_first_dates_are_not_known_for_more_than_one_in_ten(unknown, of, expected):
    """Complete / (O.latest <= t, plus O not known): 3 complete, 2 due; those without O count as due; may exceed 1."""
    rows = [action(n, JAN, "complete" if n < 3 else "open", original="2020-01-15" if n < 2 else MAR)
            for n in range(of - unknown)]  # fmt: skip
    rows += [action(100 + n, JAN, "open") for n in range(unknown)]
    assert rate(delivery.baseline_execution_index(rows_ledger(rows), JAN)) == expected


def test_bei_is_not_given_where_nothing_was_due():
    """With no first date up to t there is nothing to divide by."""
    ledger = rows_ledger([action(1, JAN, "complete", original=MAR)])
    assert rate(delivery.baseline_execution_index(ledger, JAN)) == (1, 0, None, "no action was due by then")


def behind(done: int, firsts: tuple[str, ...] = ("2020-01-10", "2020-01-20", "2020-01-20", FEB)) -> Any:
    """A plan of December with these first dates, `done` of them complete on 25 January, as at 31 January."""
    rows = []
    for n, first in enumerate(firsts):
        end = dict(status="complete", completed="2020-01-25") if n < done else dict(status="open")
        rows += [action(n, DEC, "open", original=first), action(n, JAN, original=first, **end)]
    return delivery.behind_original_plan(rows_ledger(rows), JAN).iloc[0]


@pytest.mark.parametrize(
    ("done", "since", "following", "days", "spi", "why"),
    [
        (0, "", "2020-01-10", 21, None, "nothing is complete"),
        (1, "2020-01-10", "2020-01-20", 11, 19 / 31, ""),  # e = the day before O(2) = 19 January; t0 = 31 December
        (2, "2020-01-20", "2020-01-20", 11, 20 / 31, ""),  # a tie: the span is empty, e = O(2)
        (3, "2020-01-20", FEB, -29, 31 / 31, ""),  # ahead: the next is not due yet, e = T
        (4, FEB, "", None, 60 / 25, ""),  # all done, T = the last completion, e = O(4)
    ],
)
def test_behind_the_original_plan(done, since, following, days, spi, why):
    """With n complete, t is k days past O(n+1), and SPI(t) = (e - t0) / (T - t0)."""
    row = behind(done)
    dates = ["" if pd.isna(row[name]) else f"{row[name]:%Y-%m-%d}" for name in ("planned_from", "planned_next")]
    assert (row["complete"], row["known"], row["undefined_because"]) == (done, 4, "")
    assert (dates, None if pd.isna(row["days_past"]) else row["days_past"]) == ([since, following], days)
    assert (None if pd.isna(row["spi"]) else row["spi"], row["spi_undefined_because"]) == (pytest.approx(spi), why)


def test_behind_the_original_plan_ahead_of_its_first_dates():
    """Two complete on 25 January whose first dates lie in March: e = O(2) = 20 March, 80 days for 31."""
    row = behind(2, firsts=("2020-03-10", "2020-03-20", APR))
    assert (row["days_past"], row["spi"]) == (-90, pytest.approx(80 / 31))


def test_behind_the_original_plan_is_not_given_without_first_dates_or_standings():
    """First dates or standings not known for more than 1 in 10: not given, and why."""
    rows = [action(n, JAN, "open") for n in range(2)]
    made = delivery.behind_original_plan(rows_ledger(rows), JAN).iloc[0]
    assert made["undefined_because"] == made["spi_undefined_because"] == "the first date is not known for 2 of 2"
    rows = [action(n, JAN, "unknown", original="2020-01-10") for n in range(2)]
    made = delivery.behind_original_plan(rows_ledger(rows), JAN).iloc[0]
    assert (pd.isna(made["days_past"]), made["undefined_because"]) == (True, "the standing of 2 of 2 is not known")


def test_spi_is_not_given_before_the_plan_has_begun():
    """On the day of the first report no time has passed; first dates before it earn nothing since."""
    rows = [action(1, JAN, "complete", original=JAN, completed=JAN), action(2, JAN, "open", original=MAR)]
    ledger = rows_ledger(rows)
    assert delivery.behind_original_plan(ledger, JAN).iloc[0]["spi_undefined_because"] == "the plan began on that day"
    early = rows_ledger([action(n, t, "complete" if n == 1 else "open", original="2020-01-10")
                         for n in (1, 2) for t in (JAN, FEB)])  # fmt: skip
    row = delivery.behind_original_plan(early, FEB).iloc[0]
    assert (row["days_past"], row["spi_undefined_because"]) == (
        50, "the first dates reached lie before the first report",
    )  # fmt: skip


def test_closed_in_time_leaves_behind_the_original_plan_and_all_closed_leaves_nothing():
    """An action closed before its first date is no part of the original plan any more."""
    rows = [action(1, JAN, "closed not done", original=MAR), action(2, JAN, "open", original="2020-01-21")]
    row = delivery.behind_original_plan(rows_ledger(rows), JAN).iloc[0]
    assert (row["known"], row["days_past"]) == (1, 10)
    none = delivery.behind_original_plan(rows_ledger(rows[:1]), JAN).iloc[0]
    assert (none["undefined_because"], none["complete"]) == ("no action counts", 0)


# --- change since ----------------------------------------------------------------------------------------------------


def since(before: dict[str, str] | None, now: dict[str, str] | None) -> tuple[str, Any]:
    """Change and days of one action from January (31st) to February (29th)."""
    other = dict(ref="2", target="2021-12-31", status="open")
    rows = [[dict(ref="1") | row, other] if row is not None else [other] for row in (before, now)]
    ledger = make_ledger({JAN: rows[0], FEB: rows[1]})
    (name,) = ledger.loc[ledger["ref"] == "1", "action_id"].unique()
    row = delivery.change_since(ledger, FEB).loc[name]
    return row["change"], None if pd.isna(row["days"]) else int(row["days"])


def at(target: str = "", status: str = "open") -> dict[str, str]:
    """A target and a status."""
    return dict(target=target, status=status)


CHANGES = [
    (at(MAR), at(MAR, "complete"), ("finished", None)),
    (at(MAR), at(MAR, "evidenced"), ("finished", None)),
    (at(MAR, "closed"), at(MAR, "complete"), ("finished", None)),
    (at(MAR, ""), at(MAR, "complete"), ("not known", None)),  # needs a snapshot that shows it open
    (at(MAR, "complete"), at(MAR, "evidenced"), ("same", None)),
    (at(MAR, "complete"), None, ("same", None)),  # complete, then no longer listed: stays complete
    (at(MAR), at(MAR, "closed"), ("closed not done", None)),
    (at(MAR, "complete"), at(MAR, "closed"), ("closed not done", None)),
    (at(MAR, "closed"), at("", "closed"), ("same", None)),
    (at(MAR, "complete"), at(MAR), ("reopened", None)),
    (at(MAR, "closed"), at(MAR), ("reopened", None)),
    (at(MAR, "complete"), at(MAR, ""), ("not known", None)),
    (None, at(MAR), ("new", None)),
    (None, at("2020-02-10"), ("new", None)),  # new and late already: new
    (None, at(MAR, "complete"), ("new", None)),
    (at(MAR), None, ("no longer listed", None)),
    (at("2020-01-15"), None, ("no longer listed", None)),
    (at(MAR, ""), None, ("no longer listed", None)),
    (at("2020-02-15"), at("2020-02-15"), ("newly late", 0)),
    (at("2020-02-15"), at("2020-02-20"), ("newly late", 5)),  # moved, and missed again
    (at(MAR), at("2020-02-20"), ("newly late", -40)),
    (at(""), at("2020-02-20"), ("newly late", None)),
    (at("2020-01-15"), at("2020-01-15"), ("same", None)),  # overdue then and now
    (at("2020-01-15"), at(MAR), ("re-dated after being late", 76)),
    (at("2020-01-15"), at("2020-02-20"), ("re-dated after being late", 36)),  # and late again
    (at("2020-01-15"), at("2020-01-10"), ("re-dated after being late", -5)),  # never an improvement
    (at("2020-01-15", ""), at(MAR), ("re-dated after being late", 76)),  # open now, so it was not done then
    (at("2020-01-15", ""), at(MAR, ""), ("later", 76)),  # nothing says that it was late
    (at("2020-01-15"), at(""), ("date removed", None)),
    (at(MAR), at(""), ("date removed", None)),
    (at(MAR), at(APR), ("later", 30)),
    (at(APR), at(MAR), ("earlier", -30)),
    (at(JAN), at(MAR), ("later", 60)),  # due that day is not yet late
    (at(MAR), at(MAR), ("same", None)),
    (at("March 2020"), at(MAR), ("same", None)),
    (at(MAR), at(MAR, "delayed"), ("same", None)),  # the date is the same; what it claims is not
    (at(MAR, ""), at(MAR, ""), ("same", None)),
    (at(""), at(MAR), ("date given", None)),
    (at("", ""), at(MAR), ("not known", None)),
    (at("", ""), at("", ""), ("not known", None)),
    (at("", ""), at(""), ("not known", None)),
    (at(""), at(""), ("same", None)),
]


@pytest.mark.parametrize(("before", "now", "expected"), CHANGES)
def test_change_since_the_previous_report(before, now, expected):
    """Each category of change, and which goes before which."""
    assert since(before, now) == expected


def test_every_category_of_change_has_its_meaning_in_the_schema():
    """The categories that can be said are those of schema.SINCE."""
    assert {change for *_, (change, _) in CHANGES} == set(schema.SINCE)


def test_change_since_is_empty_without_an_earlier_report():
    """In the first report there is nothing to compare with; also where the named report is before the first."""
    ledger = make_ledger({JAN: [dict(ref="1", target=MAR, status="open")]})
    assert delivery.change_since(ledger, JAN).empty
    assert delivery.change_since(ledger, JAN, previous=pd.Series({"plan": pd.Timestamp(DEC)})).empty


def test_finished_between_a_named_report_and_this_one():
    """Not known at the named report, open in a later snapshot, complete now: finished since."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target=MAR)], FEB: [dict(ref="1", target=MAR, status="open")],
        MAR: [dict(ref="1", target=MAR, status="complete")],
    })  # fmt: skip
    made = delivery.change_since(ledger, MAR, previous=pd.Series({"plan": pd.Timestamp(JAN)}))
    assert made["change"].to_list() == ["finished"]


def test_complete_on_its_return_is_not_known_to_be_finished_since():
    """Open in January, not listed in February, complete in March: whether before or since February is not known."""
    other = dict(ref="2", target=APR, status="open")
    ledger = make_ledger({
        JAN: [dict(ref="1", target=MAR, status="open"), other], FEB: [other],
        MAR: [dict(ref="1", target=MAR, status="complete"), other],
    })  # fmt: skip
    made = delivery.change_since(ledger, MAR).loc["plan/1"]
    assert (made["change"], made["why"]) == ("not known", "complete now; the earlier report does not show it open")


def test_a_report_between_snapshots_compares_with_the_snapshot_before_the_one_in_force():
    """As at 10 March, with February's snapshot in force, the previous report is January's."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target="2020-03-05", status="open")],
        FEB: [dict(ref="1", target="2020-03-05", status="open")],
    })  # fmt: skip
    made = delivery.change_since(ledger, "2020-03-10").iloc[0]
    assert (made["change"], made["before"], made["now"]) == ("newly late", "on track", "overdue")


# --- what comes ------------------------------------------------------------------------------------------------------


def test_both_rows_of_the_bow_wave_add_up_to_the_open_actions():
    """Open actions by month of O and of F, before t, no date or not known; what is no longer listed still counts."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target="2020-01-15", status="open"), dict(ref="2", target=MAR, status="open"),
              dict(ref="3", status="open"), dict(ref="4", target=JAN, status="open"), dict(ref="5", target=MAR),
              dict(ref="6", target=MAR, status="complete"), dict(ref="7", target="2020-04-15", status="open")],
        FEB: [dict(ref="1", target="2020-02-29", status="open"), dict(ref="2", target="2020-02-28", status="open"),
              dict(ref="3", target="March 2020", status="open"), dict(ref="4", status="open"),
              dict(ref="5", target=MAR), dict(ref="6", target=MAR, status="complete")],
    })  # fmt: skip
    wave = delivery.bow_wave(ledger, FEB)
    assert list(wave[["date", "month", "actions"]].itertuples(index=False, name=None)) == [
        ("original", "before", 2), ("original", "2020-03", 1), ("original", "2020-04", 1), ("original", "not known", 1),
        ("target", "before", 1), ("target", "2020-02", 1), ("target", "2020-03", 1), ("target", "2020-04", 1),
        ("target", "no date", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "meeting", "due"),
    [
        ("2020-01-30", None, False), ("2020-01-31", None, True), ("2020-03-01", None, True),
        ("2020-03-02", None, False), ("2020-03-02", "2020-03-15", True), ("2020-03-15", "2020-03-15", True),
        ("2020-03-16", "2020-03-15", False), ("2020-03-01", "2020-02-05", True),
    ],
)  # fmt: skip
def test_falling_due_by_the_next_meeting_or_within_thirty_days(target, meeting, due):
    """From 31 January: due that day up to 1 March (30 days on), or up to a later meeting."""
    ledger = make_ledger({JAN: [dict(ref="1", target=target, status="open", lead="A. Lead"),
                                dict(ref="2", target=target, status="complete")]})  # fmt: skip
    made = delivery.falling_due(ledger, JAN, meeting=meeting)
    assert made["lead"].to_list() == (["A. Lead"] if due else [])


@pytest.mark.parametrize(
    ("texts", "status", "expected"),
    [
        (["a"], "open", 0), (["a", "a", "a"], "open", 2), (["a", "b", "b"], "open", 1), (["a", "b", "a"], "open", 0),
        (["a", "a", ""], "open", None), (["a", "a"], "complete", None),
    ],
)  # fmt: skip
def test_no_update_counts_reports_with_the_same_progress_text(texts, status, expected):
    """For how many reports running the text has stood; nothing where there is none or the action is not open."""
    days = (JAN, FEB, MAR)
    ledger = make_ledger({
        day: [dict(ref="1", status=status, progress=text), dict(ref="2", status="open")]
        for day, text in zip(days, texts, strict=False)
    })  # fmt: skip
    found = delivery.without_update(ledger, APR).loc["plan/1"]
    assert (None if pd.isna(found) else found) == expected


def test_no_update_is_not_said_of_what_is_no_longer_listed():
    """An action that vanished has no text that could have been brought up to date."""
    gone, stays = (dict(ref=ref, status="open", progress="a") for ref in ("1", "2"))
    ledger = make_ledger({JAN: [gone, stays], FEB: [stays]})
    found = delivery.without_update(ledger, FEB)
    assert [None if pd.isna(n) else n for n in found] == [None, 1]


# --- groups, names, edges --------------------------------------------------------------------------------------------


def test_rates_by_area_and_lead_add_up_to_those_of_the_plan():
    """Numerators and denominators of all areas, and of all leads, add up to the plan's."""
    ledger = hits()
    ledger["area"] = pd.array(["A", "B", "B"] * 4, dtype="string")
    ledger["area_ref"] = pd.array(["1", "", "2"] * 4, dtype="string")
    ledger["lead"] = pd.array(["X", "Y"] * 6, dtype="string")
    for make in EVERY[:6]:
        whole, area, lead = (make(ledger, FEB, by=by) for by in ("plan", "area", "lead"))
        assert area["key"].to_list() == ["1: A", "B", "2: B"]
        assert lead["key"].to_list() == ["X", "Y"]
        for part in (area, lead):
            sums = part[["numerator", "denominator"]].sum()
            assert sums.to_list() == whole.loc[0, ["numerator", "denominator"]].to_list()


def test_an_area_is_called_by_its_reference_and_name():
    """Both where they differ, else whichever there is."""
    names = {"area_ref": ["1", "", "A", "Letter"], "area": ["Records", "Records", "", "letter"]}
    rows = pd.DataFrame(names, dtype="string")
    assert delivery.area_label(rows).to_list() == ["1: Records", "Records", "A", "letter"]


def test_an_action_is_called_by_its_reference_or_range_and_never_by_its_id():
    """The reference, the range it is one of, the beginning of its text, or its row."""
    rows = pd.DataFrame({
        "ref": ["7", "", "", "", ""], "ref_range": ["", "25-28", "39-52 and 54-56", "", ""],
        "action": ["Do it", "Do it", "", "Write " + "a long report " * 6, ""], "number": [1, 2, 3, 4, 5],
    }).astype({"ref": "string", "ref_range": "string", "action": "string"})  # fmt: skip
    assert delivery.label(rows).to_list() == [
        "7", "one of 25 to 28", "one of 39 to 52 and 54 to 56",
        "Write a long report a long report a long report a long re...", "row 5",
    ]  # fmt: skip


EVERY = (
    delivery.due_by, delivery.hit_rate, delivery.dates_kept, delivery.left_over, delivery.on_time_completion,
    delivery.baseline_execution_index, delivery.behind_original_plan, delivery.change_since, delivery.bow_wave,
    delivery.falling_due, delivery.without_update,
)  # fmt: skip


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_an_empty_ledger_gives_an_empty_table(make):
    """Nothing listed: every measure is a table of no rows with the columns and dtypes it always has."""
    empty, full = make(rows_ledger([]), FEB), make(hits(), FEB)
    assert len(empty) == 0
    if isinstance(full, pd.DataFrame):
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()


OF_ACTIONS = (
    slippage.standing, slippage.slip, slippage.date_changes, slippage.revisions, slippage.standing_over_time,
    slippage.slip_chart,
)  # fmt: skip


@pytest.mark.parametrize("make", [*EVERY, *OF_ACTIONS], ids=lambda make: make.__name__)
def test_several_plans_in_one_ledger_give_the_same_as_each_alone(make):
    """Plans with other actions, snapshots and dates do not touch each other's numbers."""
    first = make_ledger({
        JAN: [dict(ref="1", target="2020-02-10", status="open", area="A"), dict(ref="2", target=MAR, status="open")],
        FEB: [dict(ref="1", target=APR, status="open", area="A"), dict(ref="2", target=MAR, status="complete")],
    }, plan="a")  # fmt: skip
    second = make_ledger({
        "2020-01-15": [dict(ref="1", target="2020-02-12", status="open")],
        "2020-02-15": [dict(ref="1", target="2020-05-12", status="open", progress="x"), dict(ref="2", status="closed")],
        "2020-02-20": [dict(ref="1", target="2020-05-12", status="open", progress="x")],
    }, plan="b")  # fmt: skip
    both = make(pd.concat([second, first], ignore_index=True), "2020-03-10")
    alone = [make(ledger, "2020-03-10") for ledger in (first, second)]
    if make is slippage.standing_over_time:  # in order of date
        both = both.sort_values("plan", kind="stable", ignore_index=True)
    if make is delivery.falling_due:
        both = both.sort_index()
    expected = pd.concat(alone, ignore_index="action_id" not in alone[0].index.names)
    assert both.equals(expected.astype(both.dtypes.to_dict()) if isinstance(both, pd.DataFrame) else expected)
