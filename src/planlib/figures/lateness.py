"""Open actions past their first dates at each report: overdue by the date now, or given a later one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planlib import markup
from planlib.figures.drawing import MOST_SAID, Row, framed, nothing_drawn
from planlib.figures.standings import draw_stacks
from planlib.figures.wording import are
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import listed, n_of_d, plural, say_day, too_few_words
from planlib.trends import is_trend

_PARTS = {
    "past_overdue": ("late", "overdue"),
    "past_redated": ("re-dated", "given a later date"),
    "past_undated": ("other", "with no date now"),
}


def late_over_time(m: Measures) -> Fragment:
    """Open actions past their first dates at each report, overdue beside re-dated: what a later date takes out of sight.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says why there is none.
    """
    name = "late-over-time"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so nothing can be late.")
    if not is_trend(m.snapshots):
        return nothing_drawn(name, f"There is no chart of what was past its first date yet: {too_few_words(m)}")
    every = m.trends["late over time"].to_dict("records")
    drawn = [row for row in every if row["first_known"] or not (row["open"] or row["unknown"])]
    if not any(row["past"] for row in drawn):
        return nothing_drawn(name, _none_past(every))
    table = markup.table(
        ("As at", "Overdue, of the open", "Past first date, of the open with one", *(
            f"Of these {words}" for _, words in _PARTS.values()), "Overdue had no date been changed since the report before"),
        [_cells(row) for row in every], numeric=range(1, 7), narrow="scroll", name=f"{name}-data",
        caption="Open actions that were late by the date then, and by the first date, at each report",
    )  # fmt: skip
    shown = drawn if len(drawn) <= MOST_SAID else [drawn[0], drawn[-1]]
    told = [_told(row) for row in shown]
    if len(drawn) > len(shown):
        told.append(f"The {len(drawn) - 2} dates between are in the table below.")
    left = len(every) - len(drawn)
    notes = (
        [f"{plural(left, 'date')} {are(left)} not drawn: no first date of an open action was known."] if left else []
    )
    days = [row["as_of"] for row in drawn]
    counts = {
        kind: [int(row[part]) for row in drawn] for part, (kind, _) in _PARTS.items() if any(row[part] for row in drawn)
    }
    span = f"from {say_day(days[0])} to {say_day(days[-1])}" if len(days) > 1 else f"at {say_day(days[0])}"
    message = _message(drawn[-1])
    if drawn[-1] is not every[-1]:  # a title must not pass off an older report for the latest
        message += f"; at {say_day(every[-1]['as_of'])} no first date of an open action is known"
    return framed(
        name, "Chart of what was past its first date", message,
        f"Listed and open actions past their first dates, by what the date then said, {span}", 300,
        lambda sheet: draw_stacks(sheet, days, counts, dict(_PARTS.values())), " ".join(told), table, notes,
        plural(len(every), "row"),
    )  # fmt: skip


def _none_past(every: Sequence[Row]) -> str:
    """Why there is nothing to draw."""
    if not any(row["first_known"] for row in every):
        return "What was past its first date cannot be drawn: at no report is an open action with a known first date listed."
    return f"At none of {plural(len(every), 'date')} is a listed and open action known to be past its first date."


def _cells(row: Row) -> tuple[str, ...]:
    silent = not row["open"] and row["unknown"]
    parts = [str(row[part]) if row["first_known"] or not (row["open"] or silent) else "not known" for part in _PARTS]
    return (
        say_day(row["as_of"]), "not known" if silent else n_of_d(row["overdue"], row["open"]),
        n_of_d(row["past"], row["first_known"]) if parts[0] != "not known" else "not known", *parts,
        "no earlier report" if pd.isna(row["kept_dates"])
        else "not known" if silent else str(row["kept_dates"]),
    )  # fmt: skip


def _told(row: Row) -> str:
    """One report in words."""
    parts = listed(f"{row[part]} {words}" for part, (_, words) in _PARTS.items() if row[part])
    n, d = row["past"], row["first_known"]
    theirs = "its first date" if d == 1 else "their first dates"
    return f"{say_day(row['as_of'])}: {n} of {d} past {theirs}{', ' + parts if parts else ''}."


def _message(row: Row) -> str:
    """The latest counts, and whether overdue fell only by changed dates."""
    n, d = row["past"], row["first_known"]
    which = "" if d == row["open"] else " with a known first date"
    day = say_day(row["as_of"])
    if not d:
        message = f"No listed action{' is' if not row['unknown'] else ' is known to be'} open at {day}"
    else:
        parts = listed(f"{row[part]} {words}" for part, (_, words) in _PARTS.items() if row[part])
        past = "is past its first date" if 1 in (n, d) else "are past their first dates"
        message = f"{n} of {plural(d, 'open action')}{which} {past} at {day}"
        message += f": {parts}" if parts else ""
    if pd.notna(row["by_dates"]) and row["by_dates"]:
        message += (
            f"; since {say_day(row['since'])} overdue fell from {row['before']} to {row['overdue']}, and would be "
            f"{row['kept_dates']} had no date been changed"
        )
    return message
