"""Sources that publish their own answer: days slipped, from when to when, original and revised dates in all shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planlib import history, slippage
from planlib.headers import match_headers, stated_slip
from planlib.measures import Measures, measure
from planlib.schema import WITHHELD
from planlib.store import Plan, open_plan

A, B = "2024-03-31", "2024-06-30"


def plan_of(folder: Path, *files: str, more: str = "", names: tuple[str, ...] = (A, B)) -> Plan:
    """A plan folder of these CSV texts, one a date."""
    (folder / "plan.toml").write_text('title = "Made"\n' + more, encoding="utf-8")
    for name, text in zip(names, files, strict=False):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return open_plan(folder)


def measured(plan: Plan) -> Measures:
    """Every measure at the last snapshot."""
    return measure(plan.ledger, plan.snapshots[-1], settings=plan.settings, snapshots=plan.snapshots, plan=plan.name)


def told(m: Measures, *names: str) -> list[tuple[Any, ...]]:
    """These columns of each action, dates as text and missing ones as None."""
    return [
        tuple(None if pd.isna(value) else f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value for value in row)
        for row in m.actions[list(names)].itertuples(index=False, name=None)
    ]


def found(plan: Plan, code: str) -> list[str]:
    """What a finding says."""
    return plan.findings.loc[plan.findings["code"] == code, "message"].tolist()


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Baseline finish | Latest best estimate", "original target"),
        ("Original due date | Revised completion date | Actual finish", "original target completed"),
        ("Baseline date | Forecast date | Variance (days)", "original target -"),
        ("Baseline | Forecast | Actual", "original target completed"),
        ("Planned date | Forecast date | Actual date", "original target completed"),
        ("Planned | Actual", "target completed"),
        ("Baseline | Previous forecast | Current forecast | Days slipped", "original previous_target target -"),
        ("Agreed implementation date | Revised implementation date | Date implemented", "original target completed"),
        ("Due date | Extension granted to", "original target"),
        ("Target date (original) | Target date (revised) | Completion (actual)", "original target completed"),
        ("Completion date | Revised completion date", "original target"),
        ("Completion date | Target date | Revised target date", "completed original target"),
        ("Original date | Current date", "original target"),
        ("Original due date | Revised due date 1 | Revised due date 2", "original - target"),
        ("Due date | 1st revised date | 2nd revised date", "original - target"),
        ("Due date | First extension date | Second extension date", "original - target"),
        ("Baseline | Forecast Jan | Forecast Feb", "original - target"),
        ("Target date | Baseline cost | Forecast | Actual", "target - - -"),
        ("Target date | Budget variance (days)", "target -"),
    ],
)  # fmt: skip
def test_headers_of_dates_that_slipped(headers: str, expected: str) -> None:
    """Which column is the first date, which the one in force, which the completion; days of slip are no date."""
    texts = ["Ref", "Action", *headers.split(" | ")]
    found = {column: name for name, column in match_headers([[text] for text in texts], {}).columns.items()}
    assert " ".join(found.get(column, "-") for column in range(2, len(texts))) == expected


@pytest.mark.parametrize(
    ("header", "text", "days"),
    [
        ("Variance (days)", "14", 14), ("Days late", "+3", 3), ("Days slipped", "-21", -21), ("Finish variance", "20 days", 20),
        ("Slippage (days)", "(5)", -5), ("Slippage", "6 days early", -6), ("Schedule variance (days)", "1,022", 1022),
        ("Delay (days)", "0", 0), ("Days delayed", "12.0", 12), ("Slippage", "14", None), ("Slippage", "2 weeks", None),
        ("Slippage (months)", "3", None), ("Financial variance (%)", "14 days", None), ("Reason for delay", "14 days", None),
        ("Days slipped since last report", "7", None), ("Variance (days)", "n/a", None), ("Duration (days)", "14", None),
        ("Float (days)", "14", None), ("Days late", "", None),
    ],
)  # fmt: skip
def test_days_of_slip_that_a_cell_states(header: str, text: str, days: int | None) -> None:
    """A number in days under a header of slip; not what is in other units, since the last report, or of money."""
    assert stated_slip(header, text) == days


# --- a column of days slipped ----------------------------------------------------------------------------------------

VARIANCE = (
    "Ref,Milestone,Baseline date,Forecast date,Variance (days),Status\n"
    "M1,Open hub,31/03/2024,30/04/2024,30,In progress\nM2,Train staff,15/05/2024,15/05/2024,0,In progress\n"
    "M3,Buy vans,01/06/2024,20/05/2024,-12,In progress\nM4,Sign lease,29/02/2024,14/03/2024,{},In progress\n"
)


def test_stated_variance_that_agrees_says_nothing_and_one_that_differs_is_a_finding(tmp_path: Path) -> None:
    """Baseline, forecast and variance: our slip is theirs, and a wrong one is named with both dates."""
    plan = plan_of(tmp_path, VARIANCE.format("14"))
    assert told(measured(plan), "ref", "slip_low", "revisions", "standing") == [
        ("M1", 30, 1, "re-dated"), ("M2", 0, 0, "on track"), ("M3", -12, 1, "on track"), ("M4", 14, 1, "overdue"),
    ]  # fmt: skip
    assert found(plan, "slip-differs") == []
    assert plan.extras["text"].tolist() == ["30", "0", "-12", "14"]
    plan = plan_of(tmp_path, VARIANCE.format("13"))
    assert found(plan, "slip-differs") == [
        "'Variance (days)' says '13'; from 2024-02-29 (stated) to 2024-03-14 there are 14 calendar days, which is used"
    ]


def test_variance_counted_the_other_way_round_is_no_difference(tmp_path: Path) -> None:
    """Where a sheet counts late as negative throughout, the signs are its convention; a wrong number still shows."""
    rows = VARIANCE.replace(",30,", ",-30,").replace("-12", "12")
    assert found(plan_of(tmp_path, rows.format("-14")), "slip-differs") == []
    assert len(found(plan_of(tmp_path, rows.format("14")), "slip-differs")) == 1


def test_variance_in_working_days_is_said_once_and_not_called_wrong(tmp_path: Path) -> None:
    """Days from Monday to Friday are told as such, for the whole column, and only what neither count gives is a warning."""
    plan = plan_of(tmp_path, (
        "Ref,Action,Baseline finish,Forecast finish,Slippage (days)\n1,Dig,2024-03-01,2024-03-15,10\n"
        "2,Pour,2024-04-10,2024-04-30,14\n3,Roof,2024-08-01,2024-08-01,0\n4,Wall,2024-08-01,2024-08-11,11\n"
    ))  # fmt: skip
    assert found(plan, "slip-in-weekdays") == [
        "'Slippage (days)' gives the days from Monday to Friday in 2 of 4 rows that can be compared; planlib counts calendar days"
    ]
    assert [text[:24] for text in found(plan, "slip-differs")] == ["'Slippage (days)' says '"]
    assert measured(plan).changes["days"].tolist() == [14, 20, 10]


def test_days_late_count_to_completion_or_to_the_report(tmp_path: Path) -> None:
    """Original, revised and actual dates with days late: done ones to completion, open ones to the report; 0 if early."""
    plan = plan_of(tmp_path, (
        "Ref,Action,Original target,Revised target,Actual completion,Status,Days late\n"
        "1,Write policy,31/01/2024,,31/01/2024,Complete,0\n2,Publish data,28/02/2024,31/03/2024,10/04/2024,Complete,42\n"
        "3,Review fees,30/04/2024,,,In progress,61\n4,Move files,31/05/2024,31/07/2024,,In progress,30\n"
        "5,Close shop,31/05/2024,31/05/2024,20/05/2024,Complete,0\n"
    ), names=(B,))  # fmt: skip
    assert told(measured(plan), "slip_low", "slip_high", "revisions", "standing", "on_time", "original_basis") == [
        (0, 0, 0, "complete", "on time", "stated"), (42, 42, 1, "complete", "late", "stated"),
        (0, 0, 0, "overdue", "", "stated"), (61, 61, 1, "re-dated", "", "stated"),
        (-11, -11, 0, "complete", "on time", "stated"),
    ]  # fmt: skip
    assert found(plan, "slip-differs") == []


def test_slipped_and_not_from_when_is_not_known(tmp_path: Path) -> None:
    """A forecast and its days slipped, without a baseline: the date was moved, from when is not known; 0 says nothing."""
    plan = plan_of(tmp_path, "Ref,Milestone,Current forecast,Days slipped,Status\n1,Dig,2024-07-15,14,Open\n2,Pour,2024-08-30,0,Open\n")
    assert told(measured(plan), "standing", "slip_low", "slip_unknown", "revisions", "original_basis") == [
        ("re-dated", None, "the source says the date was changed and not from when", 1, "not known"),
        ("on track", 0, "", 0, "first seen"),
    ]  # fmt: skip


def test_stated_slip_is_compared_with_the_first_date_seen_in_an_earlier_issue(tmp_path: Path) -> None:
    """Issues with a forecast and days slipped in all: the second is compared with the first date of the first."""
    first = "Ref,Milestone,Forecast date,Days slipped,Status\n1,Dig,2024-07-01,0,Open\n2,Pour,2024-07-01,0,Open\n"
    second = first.replace("1,Dig,2024-07-01,0", "1,Dig,2024-07-15,14").replace("2,Pour,2024-07-01,0", "2,Pour,2024-07-15,7")
    plan = plan_of(tmp_path, first, second)
    assert told(measured(plan), "slip_low", "original_basis") == [(14, "first seen"), (14, "first seen")]
    assert [text[:22] for text in found(plan, "slip-differs")] == ["'Days slipped' says '7"]


@pytest.mark.parametrize("column", ["Days slipped", "Forecast date", "target"])
def test_what_is_withheld_is_not_told_by_days_of_slip(tmp_path: Path, column: str) -> None:
    """Neither the number nor the dates stand in a finding where the column or a date of it is withheld."""
    rows = "Ref,Milestone,Baseline,Forecast date,Days slipped,Status\n1,Dig,2024-07-01,2024-07-15,99,Open\n"
    plan = plan_of(tmp_path, rows, more=f'[redact]\ncolumns = ["{column}"]\n')
    assert found(plan, "slip-differs") == [WITHHELD]
    shown = plan.findings.to_csv() + plan.ledger.to_csv() + plan.extras.to_csv()
    assert ("99" if column == "Days slipped" else "2024-07-15") not in shown


# --- original, revised and completed dates in other shapes -----------------------------------------------------------


def test_of_several_revised_dates_the_last_that_is_given_is_in_force(tmp_path: Path) -> None:
    """Original and three columns of revisions: blank ones give way to those before; what is not counted is said."""
    plan = plan_of(tmp_path, (
        "No,Recommendation,Original due date,1st revised date,2nd revised date,3rd revised date,Status\n"
        "1,Test backups,31/12/2023,31/03/2024,30/06/2024,,In progress\n2,Test locks,31/12/2023,,n/a,,In progress\n"
        "3,Test alarms,31/12/2023,29/02/2024,,,In progress\n4,Test gates,31/12/2023,31/01/2024,29/02/2024,30/09/2024,In progress\n"
    ))  # fmt: skip
    m = measured(plan)
    assert told(m, "target", "slip_low", "revisions", "standing") == [
        ("2024-06-30", 182, 2, "re-dated"), ("2023-12-31", 0, 0, "overdue"), ("2024-02-29", 60, 1, "overdue"),
        ("2024-09-30", 274, 2, "re-dated"),
    ]  # fmt: skip
    assert set(m.actions["original_basis"]) == {"stated"}
    assert [text[-50:] for text in found(plan, "revisions-not-shown")] == ["one is kept in extras and not counted as a revision"[-50:]]
    assert "31/01/2024" in plan.extras["text"].tolist()
    assert plan.sources["cells"].sum() == plan.sources["used"].sum() + plan.sources["extra"].sum()


def test_no_revised_date_in_words_leaves_the_agreed_one_in_force(tmp_path: Path) -> None:
    """Agreed and revised implementation dates, the second "n/a" or "no change": the agreed one stands."""
    plan = plan_of(tmp_path, (
        "Ref,Agreed action,Agreed implementation date,Revised implementation date,Status,Reason for revision\n"
        "1,Check payroll,30 April 2024,30 June 2024,Ongoing,Staff sickness\n2,Check ledger,30 April 2024,n/a,Ongoing,\n"
        "3,Check stock,31 May 2024,No change,In progress,\n"
    ))  # fmt: skip
    m = measured(plan)
    assert told(m, "original", "target", "slip_low", "revisions", "standing") == [
        ("2024-04-30", "2024-06-30", 61, 1, "re-dated"), ("2024-04-30", "2024-04-30", 0, 0, "on track"),
        ("2024-05-31", "2024-05-31", 0, 0, "on track"),
    ]  # fmt: skip
    # Moved by 31 March at the latest, 30 days before it fell due; when at the earliest is not known.
    assert m.changes[["notice_low", "notice", "reason"]].to_numpy().tolist() == [[30, "before it was missed", "Staff sickness"]]


def test_a_tracker_of_monthly_exports_in_one_file(tmp_path: Path) -> None:
    """Rows with a report date are snapshots: each move has its days and its notice."""
    plan = plan_of(tmp_path, (
        "Report date,Action ID,Action,Due date,State\n31/01/2024,A1,Audit doors,31/03/2024,Open\n"
        "31/01/2024,A2,Audit windows,30/04/2024,Open\n29/02/2024,A1,Audit doors,15/04/2024,Open\n"
        "29/02/2024,A2,Audit windows,30/04/2024,Open\n31/05/2024,A1,Audit doors,15/05/2024,Open\n"
        "31/05/2024,A2,Audit windows,31/05/2024,Complete\n"
    ), more='[columns]\nas_of = ["Report date"]\n', names=("export",))  # fmt: skip
    m = measured(plan)
    assert told(m, "slip_low", "slip_high", "revisions", "standing") == [(45, 45, 2, "overdue"), (-60, 31, 0, "complete")]
    moved = m.changes[["days", "notice_low", "notice_high", "notice"]].to_numpy().tolist()
    assert moved == [[15, 31, 59, "before it was missed"], [30, -46, 45, "cannot be told"]]


def test_dates_in_words_in_one_cell(tmp_path: Path) -> None:
    """"X revised to Y", "was X now Y", "Y (originally X)" are moves from X; "revised to Y" is one from not known when."""
    plan = plan_of(tmp_path, (
        "Ref,Action,Due date,Status\n1,Fix roof,31/01/2024 revised to 30/04/2024,Open\n"
        "2,Fix door,Was 31/12/2023 now 30/06/2024,Open\n3,Fix wall,30/06/2024 (originally 31/03/2024),Open\n"
        "4,Fix gate,Revised to 31/05/2024,Open\n"
    ))  # fmt: skip
    assert told(measured(plan), "slip_low", "revisions", "original_basis") == [
        (90, 1, "replaced"), (182, 1, "replaced"), (91, 1, "replaced"), (None, 1, "not known"),
    ]  # fmt: skip


def test_a_project_export_with_baseline_and_finish_variance(tmp_path: Path) -> None:
    """Baseline finish, finish and actual finish of a scheduling program, with its variance in days and percent."""
    plan = plan_of(tmp_path, (
        "ID,Task Name,Baseline Finish,Finish,Finish Variance,% Complete,Actual Finish\n"
        "1,Dig,2024-03-01,2024-03-15,14 days,100%,2024-03-15\n2,Pour,2024-04-10,2024-04-30,20 days,50%,NA\n"
        "3,Roof,2024-08-01,2024-08-01,0 days,0%,NA\n"
    ))  # fmt: skip
    assert told(measured(plan), "slip_low", "slip_high", "standing") == [
        (14, 14, "complete"), (20, 20, "re-dated"), (0, 0, "on track"),
    ]  # fmt: skip
    assert found(plan, "slip-differs") == []


def test_dates_with_the_month_first_and_no_status(tmp_path: Path) -> None:
    """A tracker with the month first: slip of what is done; of the rest days moved, as the standing is not known."""
    plan = plan_of(tmp_path, (
        "ID,Finding,Original Due Date,Current Due Date,Date Closed,Days Past Due\n1,Dig,01/31/2024,04/15/2024,,60\n"
        "2,Pour,02/29/2024,03/10/2024,03/08/2024,\n"
    ))  # fmt: skip
    assert told(measured(plan), "slip_low", "days_moved", "standing") == [
        (None, 75, "standing not known"), (8, 10, "complete"),
    ]  # fmt: skip


def test_done_long_before_the_only_snapshot_is_used_where_it_was_due_then(tmp_path: Path) -> None:
    """A register of years: a completion before the first snapshot counts by when its row was due; a slip of the year does not."""
    plan = plan_of(tmp_path, (
        "Ref,Action,Due date,Date completed,Status\n1,Dig,2020-05-01,2020-05-11,Complete\n"
        "2,Pour,2024-05-01,2014-05-11,Complete\n"
    ))  # fmt: skip
    assert told(measured(plan), "slip_low") == [(10,), (None,)]
    assert len(found(plan, "completed-not-used")) == 1


# --- from when to when, in the commentary ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "was"),
    [
        ("End date increased from 31 MAR 2024  to 30 JUN 2024. Primarily due to weather.", "2024-03-31"),
        ("Compared to 22/23 the project's end-date decreased from 2024-09-30 to 2024-06-30.", "2024-09-30"),
        ("The Board extended the date from 31/05/2024 to 30/06/2024 (staffing).", "2024-05-31"),
        ("Slipped from April 2024 to 30 June 2024", "2024-04-30"),
        ("Brought forward from 31 July 2024 to 30 June 2024, agreed by the chair", "2024-07-31"),
        ("Extended from 1 May 2024 to 31 May 2024, then moved from 31 May 2024 to 30 June 2024.", "2024-05-01"),
        # Another date than the one in force, a period, a plan, a budget: nothing is taken from these.
        ("Extended from 31 March 2024 to 31 May 2024.", ""),
        ("The pilot ran from 31 March 2024 to 30 June 2024.", ""),
        ("Costs moved from 3 to 5 million. Due 30 June 2024.", ""),
        ("Moved from the old building. To 30 June 2024 nothing is due.", ""),
        ("Slipped to 30 June 2024", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["Reason for change", "Progress"])
def test_what_commentary_says_was_moved_to_the_target(tmp_path: Path, said: str, was: str, column: str) -> None:
    """Of a sentence "moved from X to Y", X is the date replaced where Y is the target to the day; else nothing is taken."""
    plan = plan_of(tmp_path, f'Ref,Action,Target date,Status,{column}\n1,Dig,30 June 2024,In progress,"{said}"\n')
    m = measured(plan)
    basis = "replaced" if was else "first seen"
    assert told(m, "original", "original_basis") == [(was or "2024-06-30", basis)]
    days = (pd.Timestamp("2024-06-30") - pd.Timestamp(was or "2024-06-30")).days
    assert told(m, "slip_low", "revisions") == [(days, int(days != 0))]
    # Commentary never says that an action is delayed.
    assert m.actions["standing"].tolist() == ["re-dated" if days > 0 else "on track"]


def test_commentary_told_again_is_one_change(tmp_path: Path) -> None:
    """The same sentence in the next issue is no news; one of a later move adds one change, and O stays the first."""
    row = 'Ref,Action,Target date,Status,Reason\n1,Dig,{},In progress,"{}"\n'
    said = "Moved from 30 April 2024 to 30 June 2024."
    again = plan_of(tmp_path, row.format("30 June 2024", said), row.format("30 June 2024", said))
    assert slippage.date_changes(again.ledger, B)["days"].tolist() == [61]
    later = plan_of(
        tmp_path, row.format("30 June 2024", said), row.format("31 July 2024", said + " Moved from 30 June 2024 to 31 July 2024.")
    )  # fmt: skip
    assert slippage.date_changes(later.ledger, B)["days"].tolist() == [61, 31]
    assert told(measured(later), "original", "slip_low", "revisions") == [("2024-04-30", 92, 2)]


def test_the_first_date_replaced_stands_when_a_later_issue_tells_only_of_the_last_move(tmp_path: Path) -> None:
    """O is the earliest date that any issue up to then says was replaced, not the latest told."""
    row = 'Ref,Action,Target date,Status,Reason\n1,Dig,{},In progress,"{}"\n'
    plan = plan_of(
        tmp_path, row.format("30 June 2024", "Moved from 30 April 2024 to 30 June 2024."),
        row.format("31 July 2024", "Moved from 30 June 2024 to 31 July 2024."),
    )  # fmt: skip
    assert told(measured(plan), "original", "original_basis", "slip_low", "revisions") == [("2024-04-30", "replaced", 92, 2)]
    assert measured(plan).changes["days"].tolist() == [61, 31]


def test_a_date_spelt_otherwise_is_no_other_date_when_commentary_falls_silent(tmp_path: Path) -> None:
    """The target cell is only written otherwise, whether or not the commentary still tells from when it was moved."""
    row = 'Ref,Action,Target date,Status,Reason\n1,Dig,{},In progress,"{}"\n'
    plan = plan_of(tmp_path, row.format("30 June 2024", "Moved from 30 April 2024 to 30 June 2024."), row.format("2024-06-30", ""))
    changed = history.changes(plan.ledger, A, B, snapshots=plan.snapshots).set_index("what")["how"]
    assert changed["target_text"] == "written otherwise" and changed["reason"] == "cleared"
    assert measured(plan).changes["days"].tolist() == [61]


@pytest.mark.parametrize("column", ["Reason", "reason"])
def test_commentary_that_is_withheld_tells_no_date(tmp_path: Path, column: str) -> None:
    """Of a withheld column nothing is taken, not even a date."""
    text = 'Ref,Action,Target date,Status,Reason\n1,Dig,30 June 2024,Open,"Moved from 30 April 2024 to 30 June 2024"\n'
    plan = plan_of(tmp_path, text, more=f'[redact]\ncolumns = ["{column}"]\n')
    assert told(measured(plan), "original") == [("2024-06-30",)]
    assert "April" not in plan.ledger.to_csv() and "2024-04-30" not in plan.ledger.to_csv()
