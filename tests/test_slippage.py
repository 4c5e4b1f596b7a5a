"""Measures of one action: worked by hand from small plans."""

# ruff: noqa: C408 - rows are written dict(ref="1", ...), which reads better than quoted names

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from ledgers import make_ledger, rows_ledger

from planlib import schema, slippage

JAN, FEB, MAR, APR, MAY = "2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31"


def one(*cells: dict[str, str] | str | None) -> pd.DataFrame:
    """The ledger of one action, "1", over the month ends from January 2020; a text is its target, None a gap."""
    days = (JAN, FEB, MAR, APR, MAY)
    other = {"ref": "2", "target": "2021-12-31", "status": "open"}  # keeps a snapshot without the action a snapshot
    snapshots = {}
    for day, cell in zip(days, cells, strict=False):
        row = {"target": cell} if isinstance(cell, str) else cell
        snapshots[day] = [other] if row is None else [{"ref": "1", "status": "open"} | row, other]
    return make_ledger(snapshots)


def of_one(table: pd.DataFrame | pd.Series, name: str = "plan/1") -> Any:
    """The row of one action."""
    return table.loc[name]


def changes(ledger: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Changes of date of action 1."""
    made = slippage.date_changes(ledger, as_of)
    return made[made["action_id"] == "plan/1"]


def kinds(ledger: pd.DataFrame, as_of: str = MAY) -> list[tuple[str, Any]]:
    """Kind and days of each change of action 1."""
    made = changes(ledger, as_of)
    return [(kind, None if pd.isna(days) else int(days)) for kind, days in zip(made["kind"], made["days"], strict=True)]


def day(value: Any) -> str:
    """A date as text, blank if there is none."""
    return "" if pd.isna(value) else f"{value:%Y-%m-%d}"


# --- standing --------------------------------------------------------------------------------------------------------


def test_each_standing_is_the_first_that_applies():
    """Of an action that several states fit, the first in the order of METRICS.md is taken."""
    snapshots = {
        JAN: [
            dict(ref="1", target="2020-03-01", status="open"), dict(ref="2", target="2020-03-01", status="open"),
            dict(ref="3", target="2020-03-01", status="open"), dict(ref="4", target="2020-02-15", status="open"),
            dict(ref="5", target="2020-02-15"), dict(ref="6", target="2020-02-15", status="delayed"),
            dict(ref="7", target="2020-03-01", status="open"), dict(ref="8", target="2020-03-01", status="open"),
            dict(ref="9", target="2020-03-31", status="open"), dict(ref="10", status="open"),
            dict(ref="11", status="open"),
        ],
        FEB: [
            dict(ref="1", target="2020-02-15", status="complete"),
            dict(ref="2", target="2020-02-15", status="evidenced"),
            dict(ref="3", target="2020-02-15", status="closed"),
            dict(ref="5", target="2020-02-15"), dict(ref="6", target="2020-02-15", status="delayed"),
            dict(ref="7", target="2020-04-30", status="delayed"),
            dict(ref="8", target="2020-04-30", status="on course"),
            dict(ref="9", target="2020-03-31", status="open"), dict(ref="10", target="2020-03-31", status="open"),
            dict(ref="11", target="ongoing", status="open"),
        ],
    }  # fmt: skip
    made = slippage.standing(make_ledger(snapshots), FEB)
    assert made["standing"].to_list() == list(schema.STANDINGS)
    assert made["no_date"].to_list() == [""] * 10 + ["ongoing"]


@pytest.mark.parametrize(
    ("as_of", "standing", "today"),
    [("2020-03-14", "on track", False), ("2020-03-15", "on track", True), ("2020-03-16", "overdue", False)],
)
def test_an_action_is_due_on_its_day_and_overdue_from_the_next(as_of, standing, today):
    """Due on t and not complete is listed as due today; overdue begins on t + 1."""
    made = of_one(slippage.standing(one("2020-03-15"), as_of))
    assert (made["standing"], made["due_today"]) == (standing, today)


def test_a_month_is_due_on_its_last_day():
    """A target of "March 2020" is due on 31 March and overdue on 1 April."""
    ledger = one("March 2020")
    found = [of_one(slippage.standing(ledger, t)["standing"]) for t in ("2020-03-31", "2020-04-01")]
    assert found == ["on track", "overdue"]


def test_a_complete_action_is_not_due_today():
    """What is complete is not listed as due today."""
    assert not of_one(slippage.standing(one(dict(target=JAN, status="complete")), JAN)["due_today"])


@pytest.mark.parametrize(("target", "passed"), [("2020-01-30", True), ("2020-01-31", False), ("", False)])
def test_an_unknown_status_is_never_overdue_but_its_date_passed_is_said(target, passed):
    """Without a status the standing is not known; that its date has passed is told from the day after."""
    made = of_one(slippage.standing(one(dict(target=target, status="")), JAN))
    assert (made["standing"], made["date_passed"]) == ("standing not known", passed)


def test_delayed_needs_no_date_and_comes_before_re_dated():
    """A status that says delayed counts without a date, and before the move of the date; not before overdue."""
    without, moved, late = one(dict(status="delayed")), one(MAR, dict(target=MAY, status="delayed")), one(
        dict(target="2020-01-30", status="delayed"))  # fmt: skip
    found = [of_one(slippage.standing(without, JAN)), of_one(slippage.standing(moved, FEB)),
             of_one(slippage.standing(late, JAN))]  # fmt: skip
    assert [row["standing"] for row in found] == ["delayed", "delayed", "overdue"]
    assert [row["by_own_account"] for row in found] == [True, True, False]


def test_commentary_never_makes_an_action_delayed():
    """Only the status cell or colour claims; "delayed" in the progress text is commentary."""
    ledger = one(dict(target=MAR, progress="Delayed by the supplier, now expected in May"))
    assert of_one(slippage.standing(ledger, JAN)["standing"]) == "on track"


def test_a_date_moved_back_to_the_original_is_on_track():
    """Re-dated is F.latest > O.latest; after moving there and back the action is on track again."""
    ledger = one(MAR, MAY, MAR)
    found = [of_one(slippage.standing(ledger, t)["standing"]) for t in (FEB, MAR)]
    assert found == ["re-dated", "on track"]
    assert of_one(slippage.standing(one(MAR, "2020-03-15"), FEB)["standing"]) == "on track"


def test_re_dated_by_words_only_when_the_earlier_date_is_not_known():
    """A cell that says its date was changed, and not from when, is re-dated, with the slip not known; also later."""
    ledger = one("revised to 30 May 2020", "2020-05-30")
    for t in (JAN, FEB):
        made = of_one(slippage.standing(ledger, t))
        assert (made["standing"], made["says_changed"]) == ("re-dated", True)
        assert of_one(slippage.slip(ledger, t))["slip_unknown"] == (
            "the source says the date was changed and not from when"
        )  # fmt: skip


def test_an_older_date_of_no_date_says_nothing():
    """"n/a" in a column for the previous date, or the same date again, does not say that the date was changed."""
    ledger = rows_ledger([
        dict(id=1, as_of=JAN, target=MAR, previous_target_text="n/a", status="open"),
        dict(id=2, as_of=JAN, target=MAR, previous_target_text="31 March 2020", previous_target=MAR, status="open"),
        dict(id=3, as_of=JAN, target=MAR, previous_target_text="the old plan", status="open"),
    ])  # fmt: skip
    made = slippage.standing(ledger, JAN)
    assert made["says_changed"].to_list() == [False, False, True]
    assert made["standing"].to_list() == ["dated, first date not known"] * 2 + ["re-dated"]


def test_on_track_by_its_own_account_where_a_date_is_not_known():
    """With O or F not known, "on course" of the status makes it on track, marked as the source's own account."""
    ledger = make_ledger({
        JAN: [dict(ref="1", status="on course"), dict(ref="2", status="open"),
              dict(ref="3", status="open", target=MAR)],
        FEB: [dict(ref="1", status="on course"), dict(ref="2", status="on course", target=MAY),
              dict(ref="3", status="on course", target=MAR)],
    })  # fmt: skip
    made = slippage.standing(ledger, FEB)
    assert made["standing"].to_list() == ["on track"] * 3
    assert made["by_own_account"].to_list() == [True, True, False]


def test_listed_before_its_first_date_the_first_date_is_not_known():
    """A date that is first seen after the action was listed is not taken as the original."""
    made = of_one(slippage.standing(one("", MAY), FEB))
    assert made["standing"] == "dated, first date not known"


@pytest.mark.parametrize(
    ("status", "standing"),
    [("open", "no longer listed"), ("complete", "complete"), ("evidenced", "evidenced"), ("closed", "closed not done"),
     ("", "standing not known")],
)  # fmt: skip
def test_what_vanishes_stays_as_it_was_last_listed(status, standing):
    """Open when last listed is no longer listed; complete and closed stay so; not known stays not known."""
    assert of_one(slippage.standing(one(dict(target=MAR, status=status), None), FEB)["standing"]) == standing


def test_an_empty_snapshot_lists_nothing():
    """With the dates of the snapshots given, an action open before an empty one is no longer listed."""
    at = slippage.state(one(MAR), FEB, snapshots={"plan": [date(2020, 1, 31), date(2020, 2, 29)]})
    assert of_one(slippage.standing(one(MAR), FEB, at=at)["standing"]) == "no longer listed"


def test_an_action_that_returns_is_listed_again():
    """Absent from one snapshot and back in the next, an action is the same and is listed."""
    ledger = one(MAR, None, MAR)
    found = [of_one(slippage.standing(ledger, t)["standing"]) for t in (JAN, FEB, "2020-03-31")]
    assert found == ["on track", "no longer listed", "on track"]


@pytest.mark.parametrize(
    ("cell", "claimed", "implied", "disagreement"),
    [
        (dict(target="2020-01-30", status="on course"), "on course", "date passed",
         "status says on course; the target date has passed"),
        (dict(original="2020-01-31", target=MAR, status="on course"), "on course", "later than first date",
         "status says on course; the target date is later than the first"),
        (dict(target="2020-01-30", status="open", rag="green"), None, "date passed", None),
        (dict(target=MAR, status="delayed"), "delayed", "not later than first date",
         "status says delayed; the target date is neither past nor later than the first"),
        (dict(target=MAR, status="on course"), "on course", "not later than first date", ""),
        (dict(status="open"), "nothing", "nothing", ""),
        (dict(original="2020-01-15", completed="2020-01-20", status="complete in time"), "on course", "",
         "status says in time; done after the first date"),
    ],
)  # fmt: skip
def test_claims_and_dates_stand_apart_and_their_disagreement_is_said(cell, claimed, implied, disagreement):
    """What the source claims, what the dates imply, and in what they differ are three columns."""
    made = of_one(slippage.standing(one(cell), JAN))
    assert made["implied"] == implied
    if claimed is not None:
        assert (made["claimed"], made["disagreement"]) == (claimed, disagreement)


# --- completion ------------------------------------------------------------------------------------------------------


def test_completion_is_as_stated_else_between_snapshots_else_before_the_first():
    """C is stated; else after the last snapshot that shows it open up to the first complete; else not known below."""
    ledger = make_ledger({
        JAN: [dict(ref="1", status="open"), dict(ref="2", status="open"), dict(ref="3", status="complete"),
              dict(ref="4")],
        FEB: [dict(ref="1", status="complete", completed="2020-02-10"), dict(ref="2", status="complete"),
              dict(ref="3", status="complete"), dict(ref="4", status="complete")],
    })  # fmt: skip
    made = slippage.completion(ledger, FEB)
    found = [(day(row.complete_earliest), day(row.complete_latest), row.complete_basis) for row in made.itertuples()]
    assert found == [
        ("2020-02-10", "2020-02-10", "stated"), ("2020-02-01", "2020-02-29", "between snapshots"),
        ("", "2020-01-31", "before first report"), ("", "2020-02-29", "before first report"),
    ]  # fmt: skip


def test_a_reopened_action_is_completed_anew():
    """After complete, open, complete the completion lies after the last snapshot that shows it open."""
    ledger = one(dict(status="complete", completed="2020-01-10"), dict(status="open"), dict(status="complete"))
    assert not of_one(slippage.completion(ledger, FEB))["done"]
    made = of_one(slippage.completion(ledger, MAR))
    assert (day(made["complete_earliest"]), day(made["complete_latest"])) == ("2020-03-01", "2020-03-31")


def test_a_stated_period_ends_by_the_snapshot_that_states_it():
    """"Completed February 2020", told on 10 February in a report of that day, was not completed after it."""
    ledger = make_ledger({"2020-02-10": [dict(ref="1", status="complete", completed="February 2020")]})
    made = of_one(slippage.completion(ledger, "2020-02-10"))
    assert (day(made["complete_earliest"]), day(made["complete_latest"])) == ("2020-02-01", "2020-02-10")
    assert made["complete_coarse"]


def test_the_last_stated_completion_stands():
    """A completion date that a later snapshot gives replaces the earlier, and does not change the earlier report."""
    ledger = one(MAR, dict(target=MAR, status="complete", completed="2020-02-10"),
                 dict(target=MAR, status="complete", completed="2020-02-12"))  # fmt: skip
    found = [day(of_one(slippage.completion(ledger, t))["complete_latest"]) for t in (FEB, MAR)]
    assert found == ["2020-02-10", "2020-02-12"]


@pytest.mark.parametrize(
    ("original", "on_time"),
    [("2020-01-31", "late"), ("2020-02-01", "cannot be told"), ("2020-02-28", "cannot be told"),
     ("2020-02-29", "on time"), ("", "cannot be told")],
)  # fmt: skip
def test_on_time_late_or_cannot_be_told(original, on_time):
    """With C from 1 to 29 February: late if O is before the 1st, on time from the 29th, else it cannot be told."""
    ledger = one(dict(original=original, status="open"), dict(original=original, status="complete"))
    assert of_one(slippage.completion(ledger, FEB))["on_time"] == on_time


def test_a_completion_once_stated_stands_where_a_later_report_leaves_it_out():
    """Completed on 10 February, as one report says; the next gives no day, and the day is not unknown again."""
    ledger = one(dict(status="open"), dict(status="complete", completed="2020-02-10"), dict(status="complete"))
    made = of_one(slippage.completion(ledger, MAR))
    assert (day(made["complete_earliest"]), day(made["complete_latest"]), made["complete_basis"]) == (
        "2020-02-10", "2020-02-10", "stated"
    )  # fmt: skip


def test_what_is_not_complete_has_no_completion():
    """An open action, also one on course by its own account, has neither a basis nor a verdict, and is not done in time."""
    row = of_one(slippage.completion(one(dict(target=MAR, status="on course")), JAN))
    assert (row["done"], row["complete_basis"], row["on_time"], row["on_time_claimed"]) == (False, "", "", False)
    assert pd.isna(row["complete_earliest"]) and pd.isna(row["complete_latest"]) and not row["complete_coarse"]


def test_in_time_by_its_own_account_stands_apart():
    """A complete action whose status says in time is so by its own account; on time itself cannot be told."""
    made = of_one(slippage.completion(one(dict(status="complete in time")), JAN))
    assert (made["on_time"], made["on_time_claimed"]) == ("cannot be told", True)


@pytest.mark.parametrize(
    ("original", "as_of", "counts"),
    [(MAR, JAN, True), (MAR, FEB, False), ("2020-02-29", FEB, False), ("2020-02-28", FEB, True), ("", FEB, True)],
)
def test_closed_not_done_leaves_the_denominators_only_before_its_first_date(original, as_of, counts):
    """Closed on 29 February: it leaves if O is that day or later, from then on; with O passed or not known it stays."""
    row = dict(original=original, target=original)
    ledger = one(row | dict(status="open"), row | dict(status="closed"))
    assert of_one(slippage.counted(ledger, as_of)) == counts


def test_the_closing_date_is_the_one_stated_or_of_the_last_closing():
    """A stated closing date counts instead of the snapshot's; an action closed, open and closed again closes anew."""
    row = dict(original="2020-02-15")
    stated = one(row | dict(status="open"), row | dict(status="closed", completed="2020-02-10"))
    again = one(row | dict(status="closed"), row | dict(status="open"), row | dict(status="closed"))
    found = [of_one(slippage.counted(stated, FEB)), *(of_one(slippage.counted(again, t)) for t in (JAN, FEB, MAR))]
    assert found == [False, False, True, True]


def test_a_closing_date_once_stated_stands_where_a_later_report_leaves_it_out():
    """Closed on 10 February before its first date, as one report says; the next gives no day, and it stays out."""
    row = dict(original="2020-02-15")
    ledger = one(row | dict(status="open"), row | dict(status="closed", completed="2020-02-10"), row | dict(status="closed"))
    assert of_one(slippage.counted(ledger, MAR)) == False  # noqa: E712 - a numpy bool


# --- slip ------------------------------------------------------------------------------------------------------------


def slipped(ledger: pd.DataFrame, as_of: str) -> tuple[Any, ...]:
    """Slip of action 1: days low and high, months low and high, unit; None where missing."""
    row = of_one(slippage.slip(ledger, as_of))
    names = ("slip_low", "slip_high", "slip_months_low", "slip_months_high")
    return (*(None if pd.isna(row[name]) else int(row[name]) for name in names), row["slip_unit"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2020-09-01", "2020-09-30"], (29, 29, 0, 0, "days")),
        (["2020-09-30", "2020-09-01"], (-29, -29, 0, 0, "days")),
        (["2020-09-30", "2020-09-30"], (0, 0, 0, 0, "days")),
        (["September 2020", "December 2020"], (92, 92, 3, 3, "months")),
        (["September 2020", "15 November 2020"], (46, 46, 2, 2, "months")),
        (["15 September 2020", "November 2020"], (76, 76, 2, 2, "months")),
        (["w/c 7 September 2020", "2020-09-20"], (7, 7, 0, 0, "days")),
    ],
)
def test_slip_of_an_open_action_is_in_the_coarser_of_its_two_precisions(cells, expected):
    """F.latest - O.latest: days where both are given to the day or week, else whole months, with days beside."""
    assert slipped(one(*cells), FEB) == expected


@pytest.mark.parametrize(
    ("original", "completed", "expected"),
    [
        ("2020-02-20", "2020-02-25", (5, 5, 0, 0, "days")),
        ("2020-02-20", "2020-02-11", (-9, -9, 0, 0, "days")),
        ("2020-02-20", "", (-19, 9, 0, 0, "days")),  # C is 1 to 29 February
        ("February 2020", "2020-02-11", (0, 0, 0, 0, "months")),  # within the month
        ("February 2020", "", (0, 0, 0, 0, "months")),
        ("December 2019", "2020-02-11", (42, 42, 2, 2, "months")),
        ("2020-01-15", "February 2020", (17, 45, 1, 1, "months")),
        ("March 2020", "2020-02-11", (-49, -49, -1, -1, "months")),
    ],
)
def test_slip_of_a_complete_action_is_its_completion_against_the_original(original, completed, expected):
    """C - O.latest, a range if C is one, nothing if C lies within O's own interval."""
    row = dict(original=original, target=original)
    assert slipped(one(row, row | dict(status="complete", completed=completed)), FEB) == expected


def test_slip_has_no_lower_end_where_the_first_report_shows_it_complete():
    """Complete in the first report: the slip is at most the report's date less O."""
    assert slipped(one(dict(original="2020-01-15", status="complete")), JAN) == (None, 16, None, 0, "days")


def test_a_stated_original_counts_and_the_first_one_stands():
    """O is the source's own original date, as first given, not the first target seen."""
    row = dict(target="2020-05-31")
    assert slipped(one(row | dict(original="2020-03-31"), row | dict(original="2020-04-30")), FEB)[0] == 61


@pytest.mark.parametrize(
    ("cells", "as_of", "days"),
    [
        (["2020-02-15", "2020-02-25"], FEB, 14),  # passed again: at least t - O
        (["2020-02-15", ""], FEB, 14),
        (["2020-02-15", "2020-03-15"], FEB, None),  # F is to come: the slip is F - O
        (["2020-02-29", ""], FEB, None),  # O is today: not passed
        (["2020-02-15", FEB], FEB, None),  # F is today: not passed
        (["2020-02-15", dict(target="2020-02-25", status="complete")], FEB, None),
        (["2020-02-15", dict(target="2020-02-25", status="")], FEB, None),
    ],
)
def test_at_least_is_said_of_an_open_action_past_its_original(cells, as_of, days):
    """Open, O passed and F not known or passed: the slip is at least t - O."""
    row = of_one(slippage.slip(one(*cells), as_of))
    found = None if pd.isna(row["at_least_days"]) else row["at_least_days"]
    assert (found, row["at_least"]) == (days, days is not None)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([dict(target=MAR, status="")], "standing not known"),
        ([dict(target=MAR, status="closed")], "closed, not done"),
        (["", MAR], "first date not known"),
        (["revised to 30 May 2020"], "the source says the date was changed and not from when"),
        ([MAR, ""], "no target date"),
        ([dict(target="", status="complete")], "first date not known"),
        ([dict(ref="", ref_range="1-2", target=MAR)], "known only by count"),
        ([MAR], ""),
    ],
)
def test_why_a_slip_is_not_known_is_said(cells, why):
    """Where slip is not known it is missing, never 0, and the reason stands beside it."""
    row = of_one(slippage.slip(one(*cells), (JAN, FEB)[len(cells) - 1]))
    if why == "known only by count":  # the other row of the range has another date
        ledger = make_ledger({JAN: [dict(ref_range="1-2", target=MAR, status="open"),
                                    dict(ref_range="1-2", target=MAY, status="open")]})  # fmt: skip
        row = of_one(slippage.slip(ledger, JAN))
    assert row["slip_unknown"] == why
    assert (row["slip_unit"] == "") == bool(why)
    assert pd.isna(row["slip_low"]) == bool(why)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (dict(target="2020-01-30", status="open"), True),
        (dict(original="2020-01-30", target=MAY, status="open"), True),  # whatever F says
        (dict(target="2020-01-31", status="open"), False),
        (dict(target="2020-01-30", status="complete"), False),
        (dict(status="complete"), False),
        (dict(status="closed"), False),
        (dict(status="open"), None),
        (dict(target="2020-01-30", status=""), None),
        (dict(target=MAR, status=""), False),
    ],
)
def test_past_original_is_open_after_the_first_date(cell, expected):
    """Open and O.latest < t; not known where O is not, or where O has passed and the status is not known."""
    found = of_one(slippage.past_original(one(cell), JAN))
    assert (None if pd.isna(found) else bool(found)) == expected


def test_past_original_also_of_what_is_no_longer_listed():
    """An action that was open when last listed stays past its first date."""
    assert of_one(slippage.past_original(one("2020-01-30", None), FEB))


@pytest.mark.parametrize(
    ("cell", "anchor", "outside"),
    [
        (dict(target="2020-06-30"), (date(2020, 3, 31), date(2020, 3, 31)), "within"),
        (dict(target="2020-07-01"), (date(2020, 3, 31), date(2020, 3, 31)), "outside"),
        (dict(target="2020-06-30"), (date(2020, 1, 31), date(2020, 3, 31)), "cannot be told"),
        (dict(target="2020-07-01"), (date(2020, 1, 31), date(2020, 3, 31)), "outside"),
        (dict(target="2020-04-30"), (date(2020, 1, 31), date(2020, 3, 31)), "within"),
        (dict(target="June 2020"), (date(2020, 3, 15), date(2020, 3, 15)), "cannot be told"),
        (dict(target=""), (date(2020, 3, 31), date(2020, 3, 31)), "cannot be told"),
        (dict(target="2020-06-30"), None, "cannot be told"),
        (dict(target="2020-06-30", timescale=""), (date(2020, 3, 31), date(2020, 3, 31)), ""),
        (dict(target="2020-06-30", status="complete", completed="2020-01-20"), (date(2019, 10, 1), date(2019, 10, 1)),
         "outside"),
        (dict(target="2020-06-30", status="complete", completed="2020-01-20"), (date(2019, 10, 31), date(2019, 10, 31)),
         "within"),
        (dict(target="2020-01-10", status="open"), (date(2019, 10, 15), date(2019, 10, 15)), "cannot be told"),
        (dict(target="2020-01-31", status="open"), (date(2019, 10, 31), date(2019, 10, 31)), "within"),  # due that day
    ],
)  # fmt: skip
def test_outside_the_required_time(cell, anchor, outside):
    """F.earliest (or C.earliest) after the last day of the time required; an anchor not known exactly gives a range."""
    ledger = one(dict(timescale="within 3 months") | cell)
    assert of_one(slippage.required(ledger, JAN, anchor=anchor))["outside"] == outside


def test_each_action_has_its_own_time_required():
    """Of several times required, in any order and beside none, each action has the one that stands in its row."""
    said = ["within 6 months", "", "within 3 months", "within 6 months"]
    rows = [dict(ref=str(number), target=MAR, status="open", timescale=text) for number, text in enumerate(said, start=1)]
    made = slippage.required(make_ledger({JAN: rows}), JAN, anchor=(date(2020, 1, 15), date(2020, 1, 20)))
    assert made["required_earliest"].map(day).to_list() == ["2020-07-15", "", "2020-04-15", "2020-07-15"]
    assert made["required"].map(day).to_list() == ["2020-07-20", "", "2020-04-20", "2020-07-20"]
    assert made["outside"].to_list() == ["within", "", "within", "within"]


def test_a_required_day_without_a_year_is_read_from_the_first_report():
    """A time required by 30 April is that of the year in which the plan began, however long ago that is."""
    ledger = one(dict(target=MAR, timescale="30 April"))
    assert of_one(slippage.required(ledger, "2022-01-31")["required"].map(day)) == APR


# --- changes of date -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2020-09-01", "2020-09-01"], []),
        (["2020-09-01", "1 September 2020"], []),  # other words, the same date
        (["2020-09-01", "2020-09-30"], [("later", 29)]),
        (["2020-09-30", "2020-09-01"], [("earlier", -29)]),
        (["September 2020", "2020-09-15"], [("refined", -15)]),
        (["September 2020", "2020-09-30"], [("refined", 0)]),
        (["July to September 2020", "July 2020"], [("refined", -61)]),
        (["2020-09-30", "September 2020"], [("loosened", 0)]),
        (["2020-09-15", "September 2020"], [("later", 15)]),  # the old inside the new, which ends later
        (["September 2020", "August to September 2020"], [("loosened", 0)]),
        (["September 2020", "2020-08-31"], [("earlier", -30)]),
        (["2020-09-01", ""], [("removed", None)]),
        (["", "2020-09-01"], [("given", None)]),
        (["2020-09-01", "", "2020-09-30"], [("removed", None), ("given", 29)]),
        (["2020-09-01", "", "revised to 30 September 2020"], [("removed", None), ("given", 29)]),
        (["2020-09-01", "2020-09-30", "2020-09-01"], [("later", 29), ("earlier", -29)]),
        (["revised to 30 September 2020", "2020-09-30"], [("stated", None)]),
        (["", "revised to 30 September 2020"], [("stated", None)]),
        (["2020-09-01", None, "2020-09-30"], [("later", 29)]),
        (["2020-09-01", "1 September 2020 revised to 30 September 2020"], [("later", 29)]),
        (["1 September 2020 revised to 30 September 2020"], [("later", 29)]),
    ],
)
def test_each_change_of_date_has_its_kind_and_days(cells, expected):
    """Kinds of change: neither holds the other, inside, around, gone, come, said; days from latest to latest."""
    assert kinds(one(*cells)) == expected


def test_revisions_are_later_earlier_removed_and_stated():
    """Refined, loosened, given and corrected are changes of date and no revisions; there and back again is two."""
    counted = {
        ("2020-09-01", "2020-09-30", "2020-09-01"): (2, 1), ("September 2020", "2020-09-15"): (0, 0),
        ("2020-09-30", "September 2020"): (0, 0), ("2020-09-01", "", "2020-09-30"): (1, 0), ("", "2020-09-01"): (0, 0),
        ("revised to 30 September 2020",): (1, 0),
    }  # fmt: skip
    found = {cells: of_one(slippage.revisions(one(*cells), MAY)) for cells in counted}
    assert {cells: (row["revisions"], row["revisions_earlier"]) for cells, row in found.items()} == counted
    assert [row["changes"] for row in found.values()] == [2, 1, 1, 2, 1, 1]


def test_a_stated_original_is_where_changes_begin():
    """O stated 1 March, first target 31 March, then 30 April: two changes, 30 and 30 days, the first before January."""
    ledger = one(dict(original="2020-03-01", target=MAR), dict(original="2020-03-01", target=APR))
    assert kinds(ledger) == [("later", 30), ("later", 30)]
    made = changes(ledger, MAY)
    assert [(day(row.as_of), day(row.since)) for row in made.itertuples()] == [(JAN, ""), (FEB, JAN)]


def test_a_change_from_a_stated_original_has_the_precision_of_both_dates():
    """O stated as a month and a first target that is a day: from a month to a day."""
    made = changes(one(dict(original="March 2020", target="2020-04-30")), MAY)
    assert made[["from_precision", "to_precision"]].to_numpy().tolist() == [["month", "day"]]
    assert [day(each) for each in made[["from_earliest", "from_latest", "to_earliest"]].iloc[0]] == ["2020-03-01", MAR, APR]


def test_blanks_before_the_first_date_are_no_removal_of_a_stated_original():
    """O stated and no target yet: nothing was taken away; the first target seen is a change from O."""
    row = dict(original="2020-03-01")
    assert kinds(one(row, row | dict(target=MAR))) == [("later", 30)]
    assert kinds(one(row, row)) == []


def test_an_older_date_told_later_than_the_first_seen_is_where_changes_begin():
    """Seen 30 September; then the source tells it was revised from 1 September: one change of 29 days, not three."""
    ledger = one("2020-09-30", "1 September 2020 revised to 30 September 2020")
    assert slipped(ledger, FEB)[0] == 29
    assert kinds(ledger) == [("later", 29)]
    assert kinds(ledger, JAN) == []


def test_an_older_date_before_the_stated_original_is_known_and_not_only_said():
    """First seen as "1 revised to 30 September" beside an original of the 30th: one move of 29 days and no other change."""
    row = dict(original="2020-09-30", target="1 September 2020 revised to 30 September 2020")
    assert kinds(one(row), JAN) == [("later", 29)]


def test_an_older_date_between_two_snapshots_is_a_change_of_its_own():
    """Due 1 September; then "15 revised to 30 September": moved by 14 days and by 15, both in that snapshot."""
    ledger = one("2020-09-01", "15 September 2020 revised to 30 September 2020", "30 September 2020")
    assert kinds(ledger) == [("later", 14), ("later", 15)]
    assert set(changes(ledger, MAY)["as_of"].map(day)) == {FEB}


def test_an_older_date_in_a_cell_has_its_own_first_day_and_precision():
    """Due in August; then "September revised to 15 October": from a month to a month, and from that month to a day."""
    made = changes(one("August 2020", "September 2020 revised to 15 October 2020"), MAY)
    names = ["from_earliest", "from_latest", "to_earliest", "to_latest"]
    assert [[day(row[name]) for name in names] for row in made.to_dict("records")] == [
        ["2020-08-01", "2020-08-31", "2020-09-01", "2020-09-30"], ["2020-09-01", "2020-09-30", "2020-10-15", "2020-10-15"],
    ]  # fmt: skip
    assert made[["from_precision", "to_precision"]].to_numpy().tolist() == [["month", "month"], ["month", "day"]]
    assert made["unit"].to_list() == ["months", "months"]


@pytest.mark.parametrize(
    ("text", "earliest", "precision"),
    [("June 2020", "2020-06-01", "month"), ("June", "2020-06-01", "month"), ("the old plan", "2020-06-30", "day")],
)
def test_an_older_date_is_read_from_its_text_as_its_snapshot_has_it(text, earliest, precision):
    """A month without its year is that of the snapshot; where the text gives another date, the day that is known stands alone."""
    row = dict(id=1, target="2020-09-15", original="2020-03-31", status="open")
    ledger = rows_ledger([
        row | dict(as_of=JAN, target=MAR),
        row | dict(as_of=FEB, previous_target="2020-06-30", previous_target_text=text),
    ])  # fmt: skip
    made = changes(ledger, FEB)
    assert [(day(row.from_earliest), row.from_precision) for row in made.itertuples()] == [(MAR, "day"), (earliest, precision)]


def test_a_move_to_the_completion_date_is_no_change():
    """The date overwritten by that of completion is no change, then or later, whether completion is stated or not."""
    stated = one(MAR, dict(target="2020-02-10", status="complete", completed="2020-02-10"),
                 dict(target="2020-02-10", status="complete", completed="2020-02-10"))  # fmt: skip
    between = one(MAR, dict(target="2020-02-10", status="complete"), dict(target="2020-02-10", status="complete"))
    afterwards = one(MAR, dict(target=MAR, status="complete"), dict(target="2020-02-10", status="complete"))
    assert [kinds(ledger) for ledger in (stated, between, afterwards)] == [[], [], []]


def test_a_date_moved_past_completion_is_a_change():
    """A date that does not lie within the completion changed, complete or not; so does one reopened with it."""
    assert kinds(one(MAR, dict(target=APR, status="complete", completed="2020-02-10"))) == [("later", 30)]
    reopened = one(MAR, dict(target="2020-02-10", status="complete"), dict(target="2020-02-10", status="open"))
    assert kinds(reopened) == [("earlier", -50)]


def test_a_date_cleared_at_the_end_is_no_removal():
    """A blank date on a complete or closed action is no removal; on one that is open again it is."""
    for status in ("complete", "evidenced", "closed"):
        assert kinds(one(MAR, dict(status=status), dict(status=status))) == []
    assert kinds(one(MAR, dict(status="complete"), dict(status="open"))) == [("removed", None)]


def test_a_change_that_a_correction_made_is_corrected():
    """A correction of the target of kind typo makes its own change no revision; one of another column does not."""
    fixed = one(MAR, dict(target=APR, source="x.csv; corrections.csv line 2 (typo: target)"))
    other = one(MAR, dict(target=APR, source="x.csv; corrections.csv line 2 (typo: status)"))
    assert [kinds(fixed), kinds(other)] == [[("corrected", 30)], [("later", 30)]]
    assert not changes(fixed, MAY)["revision"].any()


def test_a_correction_that_moved_nothing_is_no_change():
    """A corrected first date, or one put right again in the next report, is where the action begins or stays."""
    note = "x.csv; corrections.csv line 2 (typo: target)"
    assert kinds(one(dict(target=MAR, source=note), dict(target=MAR, source=note), APR)) == [("later", 30)]


def test_a_restored_value_takes_back_all_changes_since_it_last_stood():
    """A -> B -> C -> A by a correction of kind restored is no revision; known only once restored."""
    ledger = one(MAR, APR, MAY, dict(target=MAR, source="x.csv; corrections.csv line 2 (restored: target)"), APR)
    assert kinds(ledger, MAR) == [("later", 30), ("later", 31)]
    assert kinds(ledger, APR) == [("corrected", 30), ("corrected", 31), ("corrected", -61)]
    assert kinds(ledger) == [("corrected", 30), ("corrected", 31), ("corrected", -61), ("later", 30)]


def test_a_restored_value_takes_back_no_more_than_what_came_after_it():
    """B restored after C: the move from A to B stays; a report between in which nothing moved is no change."""
    restored = dict(target=APR, source="x.csv; corrections.csv line 2 (restored: target)")
    assert kinds(one(MAR, APR, MAY, MAY, restored)) == [("later", 30), ("corrected", 31), ("corrected", -31)]


@pytest.mark.parametrize(
    ("cells", "unit", "months"),
    [
        (["2020-09-01", "2020-11-30"], "days", 2), (["September 2020", "2020-11-30"], "months", 2),
        (["2020-09-30", "December 2020"], "months", 3), (["2020-09-30", ""], "", None),
    ],
)  # fmt: skip
def test_a_change_is_told_in_the_coarser_unit(cells, unit, months):
    """Days where both dates are to the day or week, else calendar months; nothing where a date is missing."""
    (row,) = changes(one(*cells), MAY).to_dict("records")
    assert (row["unit"], None if pd.isna(row["months"]) else row["months"]) == (unit, months)


@pytest.mark.parametrize(
    ("given_up", "low", "high", "notice"),
    [
        # Seen on 31 January, changed by 29 February: the change lies between 1 and 29 February.
        ("2020-01-31", -29, -1, "after it was missed"),
        ("2020-02-01", -28, 0, "cannot be told"),
        ("2020-02-28", -1, 27, "cannot be told"),
        ("2020-02-29", 0, 28, "before it was missed"),
        ("2020-03-31", 31, 59, "before it was missed"),
    ],
)
def test_notice_is_a_range_and_is_judged_only_where_it_is_sure(given_up, low, high, notice):
    """[F - t(i), F - (t(i-1) + 1 day)]: after it was missed if the upper end is below 0, before if the lower is not."""
    (row,) = changes(one(given_up, "2020-06-30"), MAY).to_dict("records")
    assert (row["notice_low"], row["notice_high"], row["notice"]) == (low, high, notice)


def test_notice_has_no_upper_end_where_the_change_was_not_seen_between_two_snapshots():
    """A change from a stated original before the first snapshot: its notice is at least O - t, else cannot be told."""
    (ahead,) = changes(one(dict(original=MAR, target=MAY)), MAY).to_dict("records")
    (behind,) = changes(one(dict(original="2020-01-15", target=MAY)), MAY).to_dict("records")
    assert (ahead["notice_low"], pd.isna(ahead["notice_high"]), ahead["notice"]) == (60, True, "before it was missed")
    assert (behind["notice_low"], pd.isna(behind["notice_high"]), behind["notice"]) == (-16, True, "cannot be told")


def test_only_revisions_from_a_known_date_have_notice():
    """A removal has notice of the date given up; refined, given and stated have none."""
    removed, refined = changes(one(MAR, ""), MAY), changes(one("March 2020", "2020-03-15"), MAY)
    stated = changes(one("", "revised to 30 May 2020"), MAY)
    assert [table["notice"].item() for table in (removed, refined, stated)] == ["before it was missed", "", ""]


def test_a_change_from_a_stated_original_to_a_later_first_target_has_no_upper_notice():
    """O stated 15 March and no target in January: when it was given up for the May date that February shows is not known."""
    row = dict(original="2020-03-15")
    (made,) = changes(one(row, row | dict(target=MAY)), FEB).to_dict("records")
    assert (made["notice_low"], pd.isna(made["notice_high"]), made["notice"]) == (15, True, "before it was missed")
    row = dict(original="2020-01-15")
    (made,) = changes(one(row, row | dict(target=MAY)), FEB).to_dict("records")
    assert (made["notice_low"], pd.isna(made["notice_high"]), made["notice"]) == (-45, True, "cannot be told")


def test_a_side_of_a_change_without_a_date_has_no_precision():
    """Removed: to nothing; given: from nothing; said to have been changed in the first report: from nothing."""
    found = [changes(one(*cells), MAY)[["from_precision", "to_precision"]].iloc[0].to_list() for cells in (
        (MAR, ""), ("", MAR), ("revised to 30 May 2020",))]  # fmt: skip
    assert found == [["day", ""], ["", "day"], ["", "day"]]


def test_revisions_of_one_area_snapshot_from_and_to_date_are_one_decision():
    """Five re-dated together are one decision; another area, day, from or to date is another; numbered in order."""
    def row(ref: str, target: str, area: str = "A") -> dict[str, str]:
        return dict(ref=ref, target=target, area=area, status="open")

    ledger = make_ledger({
        JAN: [row("1", MAR), row("2", MAR), row("3", MAR, "B"), row("4", APR), row("5", MAR), row("6", MAR)],
        FEB: [row("1", MAY), row("2", MAY), row("3", MAY, "B"), row("4", MAY), row("5", APR), row("6", MAR)],
        MAR: [row("1", MAY), row("2", MAY), row("3", MAY, "B"), row("4", MAY), row("5", APR), row("6", MAY)],
    })  # fmt: skip
    made = slippage.date_changes(ledger, MAR)
    assert dict(zip(made["ref"], made["decision"], strict=True)) == {"1": 1, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5}
    refined = slippage.date_changes(one("March 2020", "2020-03-15"), FEB)
    assert refined["decision"].isna().all()


def test_dates_that_are_taken_away_together_are_one_decision():
    """A removal has no date to which it goes, and is a decision all the same."""
    ledger = make_ledger({t: [dict(ref=ref, target=target, status="open") for ref in "123"] for t, target in ((JAN, MAR), (FEB, ""))})
    made = slippage.date_changes(ledger, FEB)
    assert made[["kind", "decision"]].to_numpy().tolist() == [["removed", 1]] * 3


def test_the_reason_is_the_text_given_with_the_revision():
    """The reason is that of the snapshot that shows the change; blank means none given."""
    ledger = one(dict(target=MAR, reason="as planned"), dict(target=APR, reason="staff left"), MAY)
    assert changes(ledger, MAY)["reason"].to_list() == ["staff left", ""]


def test_ranges_are_left_out_unless_they_share_their_dates_all_along():
    """Actions known only by count are not followed one by one, unless the whole range has one date at each snapshot."""
    def rows(*targets: str) -> list[dict[str, str]]:
        return [dict(ref_range="1-2", target=target, status="open") for target in targets]

    shared = make_ledger({JAN: rows(MAR, MAR), FEB: rows(APR, APR)})
    apart = make_ledger({JAN: rows(MAR, MAR), FEB: rows(MAR, APR)})
    assert slippage.date_changes(shared, FEB)["kind"].to_list() == ["later", "later"]
    assert slippage.date_changes(shared, FEB)["decision"].to_list() == [1, 1]
    assert slippage.date_changes(apart, FEB).empty
    assert slippage.revisions(apart, FEB)["revisions"].isna().all()
    assert slippage.revisions(shared, FEB)["days_moved"].to_list() == [30, 30]
    assert slippage.slip_chart(apart, FEB).empty
    assert slippage.revisions(apart, JAN)["revisions"].to_list() == [0, 0]


def test_a_number_learned_later_does_not_make_its_past_known():
    """An action whose number is known now, and was one of a range with several dates, is still not followed."""
    ledger = make_ledger({
        JAN: [dict(ref_range="1-2", target=MAR, status="open"), dict(ref_range="1-2", target=APR, status="open")],
        FEB: [dict(ref="1", target=MAY, status="open"), dict(ref="2", target=MAY, status="open")],
    })  # fmt: skip
    assert slippage.revisions(ledger, FEB)["revisions"].isna().all()


def test_what_is_complete_at_its_first_report_was_completed_on_no_day_of_another():
    """Where no day of completion is known, a date given later replaces none, whatever the action before it tells."""
    ledger = make_ledger({
        JAN: [dict(ref="1", target=FEB, status="complete", completed="2020-01-05"), dict(ref="2", target=FEB, status="complete")],
        FEB: [dict(ref="1", target=FEB, status="complete", completed="2020-01-05"), dict(ref="2", target="2020-01-20", status="complete")],
    })  # fmt: skip
    assert slippage.date_changes(ledger, FEB)[["action_id", "kind"]].to_numpy().tolist() == [["plan/2", "earlier"]]


# --- rates and series ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "as_of", "rate", "why"),
    [
        (["2020-09-01", "2020-09-01", "2020-09-01", "2020-10-31"], "2020-04-30", 60 / 90, ""),
        (["2020-09-01", "2020-10-31", "2020-09-01", "2020-09-01"], "2020-04-30", 0.0, ""),  # not per pair
        (["2020-09-01", "2020-09-01", "2020-10-31"], "2020-04-29", None, "fewer than 3 dated snapshots or 90 days"),
        (["2020-09-01", "2020-10-31"], MAY, None, "fewer than 3 dated snapshots or 90 days"),
        (["2020-09-01", "", "2020-10-31", "2020-10-31"], MAY, 60 / 121, ""),
        (["2020-09-01", "2020-09-01", "2020-10-31", dict(status="complete")], MAY, None, "not open"),
        (["2020-09-01", "2020-09-01", "2020-10-31", ""], MAY, None, "no target date"),
        (["2020-09-01", "2020-09-01", "2020-10-31", dict(target="2020-10-31", status="")], MAY, None, "standing not known"),
    ],
)
def test_slip_rate_is_days_moved_over_days_elapsed(cells, as_of, rate, why):
    """(F(t) - F(first)) / (t - first), over 90 days or more and three dated snapshots or more."""
    row = of_one(slippage.slip_rate(one(*cells), as_of))
    assert (None if pd.isna(row["rate"]) else float(row["rate"]), row["rate_unknown"]) == (rate, why)


def test_a_slip_rate_of_an_action_known_only_by_count_is_not_known():
    """Of one of several with different dates it is said that it is known only by count."""
    rows = [dict(ref_range="1-2", target=target, status="open") for target in (MAR, APR)]
    made = slippage.slip_rate(make_ledger({JAN: rows, FEB: rows}), FEB)
    assert made["rate_unknown"].to_list() == ["known only by count"] * 2


def test_standing_over_time_is_what_each_report_said():
    """Every snapshot of the plan, and the date of the report, with the standings as they were known then."""
    ledger = one("2020-02-15", "2020-02-15", dict(target="2020-04-15"), None)
    made = slippage.standing_over_time(ledger, "2020-05-10")
    mine = made[~((made["standing"] == "on track") & (made["actions"] == 1) & (made["as_of"] > JAN))]
    found = [(day(row.as_of), row.standing, row.actions) for row in mine.itertuples()]
    assert found == [
        (JAN, "on track", 2), (FEB, "overdue", 1), (MAR, "re-dated", 1), (APR, "no longer listed", 1),
        ("2020-05-10", "no longer listed", 1),
    ]  # fmt: skip


def test_standing_over_time_equals_the_standing_at_each_date():
    """Each date's counts are those of `standing` as at that date."""
    ledger = one("revised to 30 March 2020", "2020-03-30", None, dict(status="complete"), dict(status="delayed"))
    made = slippage.standing_over_time(ledger, MAY)
    for t, rows in made.groupby("as_of"):
        counts = slippage.standing(ledger, t)["standing"].value_counts()
        assert dict(zip(rows["standing"], rows["actions"], strict=True)) == counts.to_dict()


def test_the_slip_chart_follows_each_target_and_meets_the_diagonal_when_done():
    """One point per report while open, and one on the diagonal at completion; what is closed ends without one."""
    ledger = one(MAR, APR, dict(target=APR, status="complete", completed="2020-03-20"))
    made = slippage.slip_chart(ledger, MAY)
    mine = made[made["action_id"] == "plan/1"]
    assert [(day(row.as_of), day(row.target), row.done) for row in mine.itertuples()] == [
        (JAN, MAR, False), (FEB, APR, False), ("2020-03-20", "2020-03-20", True),
    ]  # fmt: skip
    assert mine["target_earliest"].map(day).to_list() == [MAR, APR, "2020-03-20"]
    closed = slippage.slip_chart(one(MAR, dict(target=MAR, status="closed")), FEB)
    assert closed[closed["action_id"] == "plan/1"]["as_of"].map(day).to_list() == [JAN]


# --- the edges of everything -----------------------------------------------------------------------------------------

EVERY = (
    slippage.standing, slippage.completion, slippage.counted, slippage.slip, slippage.past_original, slippage.required,
    slippage.date_changes, slippage.revisions, slippage.slip_rate, slippage.standing_over_time, slippage.slip_chart,
    slippage.followed,
)  # fmt: skip


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_an_empty_ledger_gives_an_empty_table(make):
    """Nothing listed: every measure is a table of no rows with the columns and dtypes it always has."""
    empty, full = make(rows_ledger([]), JAN), make(one(MAR, APR), FEB)
    assert len(empty) == 0
    if isinstance(full, pd.DataFrame):
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    before = make(one(MAR, APR), "2020-01-30")
    assert len(before) == 0


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_a_date_is_given_as_text_date_or_timestamp(make):
    """`as_of` may be text, a date or a Timestamp, and a time of day does not matter."""
    ledger = one(MAR, APR)
    found = [make(ledger, t) for t in (FEB, date(2020, 2, 29), pd.Timestamp("2020-02-29 15:00"))]
    for other in found[1:]:
        assert found[0].equals(other)


def two_plans() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two plans that report on different days, with changes, completions and gaps."""
    first = one(MAR, APR, dict(target=APR, status="complete", completed="2020-03-20"), None, MAR)
    second = make_ledger(
        {
            "2020-01-15": [dict(ref="1", target=MAR, status="open", timescale="within 3 months"), dict(ref="2", status="open")],
            "2020-02-15": [dict(ref="1", target=APR, status="open"), dict(ref="2", target=MAR, status="delayed")],
            "2020-04-15": [dict(ref="2", target=MAY, status="closed"), dict(ref="3", target=MAY, status="on course")],
        },
        plan="second",
    )
    return first, second


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_plans_beside_each_other_do_not_change_each_other(make):
    """Of a ledger of two plans each has what it has alone, whichever comes first."""
    first, second = two_plans()
    for pair in ((first, second), (second, first)):
        made = make(pd.concat(pair, ignore_index=True), MAY)
        for ledger, plan in ((first, "plan"), (second, "second")):
            alone = make(ledger, MAY)
            assert len(alone) > 0
            if alone.index.name == "action_id":
                pd.testing.assert_index_equal(made.index[made.index.str.startswith(f"{plan}/")], alone.index)
                mine = made.loc[alone.index]
            else:
                mine = made[made["plan"] == plan].reset_index(drop=True)
            assert mine.equals(alone)


def test_a_state_knows_the_days_of_each_plan():
    """First, previous and latest snapshot by plan; no previous where there is only one; only up to the date."""
    first, second = two_plans()
    both = pd.concat([first, second], ignore_index=True)
    at = slippage.state(both, "2020-02-20")
    assert at.latest().map(day).to_dict() == {"plan": JAN, "second": "2020-02-15"}
    assert at.previous().map(day).to_dict() == {"plan": "", "second": "2020-01-15"}
    assert at.started().map(day).to_dict() == {"plan": JAN, "second": "2020-01-15"}
    given = slippage.state(both, "2020-02-20", snapshots={"plan": ["2020-02-10", JAN, FEB], "second": ["2020-01-15"]})
    assert given.latest().map(day).to_dict() == {"plan": "2020-02-10", "second": "2020-01-15"}
    assert given.force["listed"].to_dict() == {"plan/1": False, "plan/2": False, "second/1": False, "second/2": False}


def test_where_actions_stood_at_an_earlier_report_of_each_plan():
    """What was listed then, with the snapshots up to then; a plan without an earlier report has no action."""
    first, second = two_plans()
    both = pd.concat([first, second], ignore_index=True)
    at = slippage.state(both, "2020-02-29")
    before = at.at_report(at.previous())
    assert before.latest().map(day).to_dict() == {"plan": JAN, "second": "2020-01-15"}
    assert before.force["listed"].to_dict() == {"plan/1": True, "plan/2": True, "second/1": True, "second/2": True}
    assert before.force["t"].map(day).to_dict() == {
        "plan/1": JAN, "plan/2": JAN, "second/1": "2020-01-15", "second/2": "2020-01-15"
    }  # fmt: skip
    assert at.at_report(at.previous()) is before
    only = at.at_report(at.previous().loc[["second"]])
    assert (list(only.force.index), list(only.latest().index)) == (["second/1", "second/2"], ["second"])


def test_the_actions_of_a_plan_are_in_the_order_of_their_numbers():
    """Ten comes after two, and plans in the order of their names, however the rows of the ledger stand."""
    rows = [
        dict(id=number, as_of=JAN, target=MAR, original=MAR, status="open", plan=plan, action_id=f"{plan}/{number}")
        for plan, number in (("b", 10), ("a", 10), ("b", 2), ("a", 1), ("a", 9))
    ]
    made = slippage.standing(rows_ledger(rows), FEB)
    assert made.index.to_list() == ["a/1", "a/9", "a/10", "b/2", "b/10"]


def test_what_a_state_made_is_made_once_and_is_each_callers_own():
    """The second caller gets the same, and what a caller changes does not reach the next."""
    at = slippage.state(one(MAR), JAN)
    calls = []

    def make(state):
        calls.append(state)
        return pd.DataFrame({"a": [1]})

    mine = at.once(make)
    mine["b"] = 2
    assert list(at.once(make).columns) == ["a"]
    assert len(calls) == 1 and calls[0] is at


def test_a_disagreement_names_what_the_source_says_and_what_the_dates_do():
    """Each pair of claim and date has its sentence; the day itself is not past, and the first date not later."""
    cases = [
        # target, original, status, claim, rag, completed: the sentence; as at 29 February
        ("2020-02-28", MAR, "open", "on course", "", None, "status says on course; the target date has passed"),
        (FEB, FEB, "open", "on course", "", None, ""),
        ("2020-04-01", MAR, "open", "on course", "", None, "status says on course; the target date is later than the first"),
        (MAR, MAR, "open", "on course", "", None, ""),
        ("2020-02-28", MAR, "open", "", "green", None, "shown green; the target date has passed"),
        (FEB, MAR, "open", "", "green", None, ""),
        (MAR, MAR, "open", "delayed", "green", None, "shown green; status says delayed"),
        (MAR, MAR, "open", "on course", "red", None, "shown red; status says on course"),
        (FEB, FEB, "open", "delayed", "", None,
         "status says delayed; the target date is neither past nor later than the first"),
        ("2020-02-28", FEB, "open", "delayed", "", None, ""),
        (MAR, FEB, "open", "delayed", "", None, ""),
        (MAR, JAN, "complete", "on course", "", "2020-02-01", "status says in time; done after the first date"),
        (MAR, JAN, "complete", "on course", "", JAN, ""),
        (MAR, JAN, "complete", "", "", "2020-02-01", ""),
        ("2020-02-28", MAR, "complete", "on course", "green", "2020-02-01", ""),
    ]  # fmt: skip
    rows = [
        dict(id=number, as_of=FEB, target=target, original=original, status=status, claim=claim, rag=rag)
        | (dict(completed=completed) if completed else {})
        for number, (target, original, status, claim, rag, completed, _) in enumerate(cases, start=1)
    ]
    made = slippage.standing(rows_ledger(rows), FEB)
    assert made["disagreement"].to_list() == [case[-1] for case in cases]


def test_what_the_dates_imply():
    """Nothing of what is done or closed; else the first that holds of passed, later, not later, not passed, first passed."""
    cases = [
        ("2020-02-28", MAR, "open", "date passed"), (FEB, FEB, "open", "not later than first date"),
        ("2020-04-01", MAR, "open", "later than first date"), (MAR, MAR, "open", "not later than first date"),
        (MAR, None, "open", "not passed"), (FEB, None, "open", "not passed"), (None, "2020-02-28", "open", "first date passed"),
        (None, FEB, "open", "nothing"), (None, None, "open", "nothing"), (JAN, JAN, "complete", ""),
        (JAN, JAN, "evidenced", ""), (JAN, JAN, "closed not done", ""), (JAN, JAN, "unknown", "date passed"),
    ]  # fmt: skip
    rows = [
        dict(id=number, as_of=FEB, status=status)
        | {name: value for name, value in (("target", target), ("original", original)) if value}
        for number, (target, original, status, _) in enumerate(cases, start=1)
    ]
    assert slippage.standing(rows_ledger(rows), FEB)["implied"].to_list() == [case[-1] for case in cases]


def test_a_date_that_was_read_and_not_used_is_as_good_as_unreadable():
    """An action without a target whose text reads as a date, as of a row that was taken back, is said to be unreadable."""
    ledger = rows_ledger([dict(id=1, as_of=JAN, status="open", target_text="31 March 2020"),
                          dict(id=2, as_of=JAN, status="open", target_text="tbc")])  # fmt: skip
    assert slippage.standing(ledger, JAN)["no_date"].to_list() == ["unreadable", "tbc"]


def test_a_date_on_the_first_day_of_the_completion_is_no_change():
    """Open on 31 January and complete on 29 February: done from 1 February on, and a date of that day is that of completion."""
    assert kinds(one(MAR, dict(target="2020-02-01", status="complete"))) == []
    assert kinds(one(MAR, dict(target="2020-01-31", status="complete"))) == [("earlier", -60)]


@pytest.mark.parametrize(("latest", "unit"), [("2020-09-07", "days"), ("2020-09-08", "months")])
def test_what_is_longer_than_a_week_is_told_in_months(latest, unit):
    """A week is the coarsest date that is told in days; eight days are not."""
    row = dict(id=1, as_of=JAN, target=latest, target_earliest="2020-09-01", original=MAR, status="open")
    ledger = rows_ledger([row])
    assert of_one(slippage.slip(ledger, JAN))["slip_unit"] == unit
    assert changes(ledger, JAN)["unit"].to_list() == [unit]


def test_many_actions_with_an_older_date_keep_their_points_in_order():
    """Original, older date and target of one snapshot are three points in that order, however many actions have them."""
    row = dict(original="2020-03-01", target="15 March 2020 revised to 30 April 2020", status="open")
    made = slippage.date_changes(make_ledger({JAN: [row | dict(ref=str(number)) for number in range(1, 41)]}), JAN)
    assert made[["ref", "days"]].to_numpy().tolist() == [[str(number), days] for number in range(1, 41) for days in (14, 46)]


def test_a_state_has_the_columns_of_the_ledger_and_its_own():
    """Rows are numbered anew and have the action's number; of an empty ledger all is of the kind that it always has."""
    full, empty = slippage.state(one(MAR, APR), FEB), slippage.state(rows_ledger([]), FEB)
    names = [column.name for column in schema.LEDGER]
    assert list(full.past) == [*names, "number", "done", "open", "position"]
    assert full.past.index.to_list() == [0, 1, 2, 3] and full.past["number"].to_list() == [1, 1, 2, 2]
    assert set(full.force) == {*names, "number", "done", "open", "listed", "t"} - {"action_id"}
    for name in ("past", "force"):
        assert getattr(empty, name).dtypes.to_dict() == getattr(full, name).dtypes.to_dict()


def test_the_rows_on_dates_are_one_for_each_action_and_date():
    """From the action's first snapshot on, each date of its plan; numbered, and made once for a state."""
    at = slippage.state(make_ledger({JAN: [dict(ref="1", target=MAR, status="open")],
                                     FEB: [dict(ref=ref, target=APR, status="open") for ref in "12"]}), MAR)  # fmt: skip
    rows, on, dates = slippage.rows_on_dates(at)
    assert rows[["position", "as_of", "t"]].map(lambda each: each if isinstance(each, int) else day(each)).to_numpy().tolist() == [
        [0, JAN, JAN], [0, FEB, FEB], [0, FEB, MAR], [1, FEB, FEB], [1, FEB, MAR],
    ]  # fmt: skip
    assert on.tolist() == [0, 1, 2, 1, 2]
    assert list(rows) == ["target", "original", "as_of", "status", "claim", "changed", "t", "listed", "position"]
    assert dates.index.to_list() == [0, 1, 2] and dates["snapshot"].map(day).to_list() == [JAN, FEB, FEB]
    assert slippage.rows_on_dates(at) is slippage.rows_on_dates(at)


def test_a_plan_without_a_named_snapshot_has_the_day_of_the_report():
    """Where the dates of the snapshots are given and a plan is not among them, its actions are on no list that day."""
    at = slippage.state(one(MAR), FEB, snapshots={"another": [JAN]})
    made = slippage.standing_over_time(one(MAR), FEB, at=at)
    assert [(day(row.as_of), row.standing, row.actions) for row in made.itertuples()] == [(FEB, "no longer listed", 2)]


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_words_are_of_the_kind_that_words_are_everywhere(make):
    """Every column of words is of dtype string, as in the ledger."""
    made = make(one(MAR, APR, dict(target=APR, status="complete")), MAR)
    table = made.to_frame() if isinstance(made, pd.Series) else made
    words = [name for name in table if isinstance(table[name].iloc[0], str)]
    assert {name: table[name].dtype for name in words} == dict.fromkeys(words, pd.StringDtype())


def test_the_same_state_tells_the_same_over_time():
    """What was worked out for one table is there for the next."""
    ledger = one(MAR, APR, MAY)
    at = slippage.state(ledger, MAY)
    first, second = (slippage.standing_over_time(ledger, MAY, at=at) for _ in range(2))
    assert first.equals(second) and len(first) > 0
