"""What the made plans say: target dates, statuses and wording, each with what a careful person would read from it.

The meaning comes first and the phrase is written from it; nothing here comes from planlib. Where a phrase has no one
meaning (early May, summer, a term), it is the one that docs/decisions and tests/test_dates.py of the project set down.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

LONG = calendar.month_name
SHORT = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Target:
    """A cell for a date: its text, what it means, and what else the cell shows.

    Attributes
    ----------
    text : str
    span : pair of datetime.date or None
        First and last day; None where there is no date.
    previous : datetime.date or None
        Last day of the older date that the same cell gives.
    struck : str
        Old text, struck out in front of the text.
    day : datetime.date or None
        What a spreadsheet stores instead of the text.
    """

    text: str = ""
    span: tuple[date, date] | None = None
    previous: date | None = None
    struck: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Status:
    """A status cell and what it says; `fill` is its colour on the page."""

    text: str = ""
    status: str = "unknown"
    claim: str = ""
    rag: str = ""
    fill: str = ""
    percent: float | None = None


@dataclass(frozen=True)
class Action:
    """One row of a plan, whatever the layout shows of it."""

    ref: str
    area_ref: str
    area: str
    action: str
    lead: str
    target: Target
    status: Status
    progress: str
    original: Target | None = None
    as_of: date | None = None


# --- dates ----------------------------------------------------------------------------------------------------------


def on(text: str, day: date, *, previous: date | None = None, struck: str = "", stored: bool = False) -> Target:
    """A cell that means one day."""
    return Target(text, (day, day), previous, struck, day if stored else None)


def month_end(year: int, month: int) -> date:
    """Last day of a month; the month may lie outside 1 to 12."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def months(year: int, month: int, count: int) -> tuple[date, date]:
    """Whole months from one on."""
    first = month_end(year, month).replace(day=1)
    return first, month_end(first.year, first.month + count - 1)


def after(day: date, count: int) -> date:
    """So many calendar months later, held inside the month."""
    end = month_end(day.year, day.month + count)
    return end.replace(day=min(day.day, end.day))


def ordinal(day: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


Maker = Callable[[Random, date, date], Target]  # from a random source, the date of the plan and its anchor


def some_day(rng: Random, as_of: date, first: int = -200, last: int = 500) -> date:
    """A day near the date of the plan, often the end of a month as in real plans."""
    day = as_of + timedelta(rng.randint(first, last))
    return month_end(day.year, day.month) if rng.random() < 0.5 else day


def long_day(day: date) -> str:
    """30 September 2011."""
    return f"{day.day} {LONG[day.month]} {day.year}"


def numeric(day: date) -> str:
    """30/09/2011."""
    return f"{day:%d/%m/%Y}"


def short_numeric(day: date) -> str:
    """30.9.11."""
    return f"{day.day}.{day.month}.{day:%y}"


def _misspelt(month: str) -> str:
    """Long names as typed in haste; short ones as they are."""
    return month if len(month) < 7 else month[:-3] + month[-2:]


DAY_FORMS: tuple[Callable[[date], str], ...] = (
    long_day,
    long_day,
    numeric,
    numeric,
    numeric,
    short_numeric,
    lambda d: f"{d.day}/{d.month}/{d:%y}",
    lambda d: f"{d.day:02}-{LONG[d.month][:3]}-{d:%y}",
    lambda d: f"{ordinal(d.day)} {LONG[d.month]} {d.year}",
    lambda d: f"{d.day} {SHORT[d.month]} {d.year}",
    lambda d: f"{d.day} {SHORT[d.month]} {d:%y}",
    lambda d: f"{ordinal(d.day)} {SHORT[d.month]}. {d.year}",
    lambda d: f"By {ordinal(d.day)} {LONG[d.month]} {d.year}",
    lambda d: f"by {long_day(d)}",
    lambda d: f"{calendar.day_name[d.weekday()]} {long_day(d)}",
    lambda d: d.isoformat(),
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{long_day(d)} (Cabinet)",
    lambda d: f"Audit Committee {long_day(d)}",
    lambda d: f"Due {numeric(d)}",
    lambda d: f"No later than {long_day(d)}",
    lambda d: f"{long_day(d)}*",
    lambda d: f"{LONG[d.month]} {ordinal(d.day)} {d.year}",
    lambda d: f"On or before {numeric(d)}",
    lambda d: f"{long_day(d)} at the latest",
    lambda d: f"{numeric(d)} 17:00",
    lambda d: f"{d.day} {LONG[d.month].lower()} {d.year}",
    lambda d: f"{d.day} {LONG[d.month].upper()} {d.year}",
    lambda d: f"{d.day:02} {_misspelt(LONG[d.month])} {d.year}",
    lambda d: f"{calendar.day_abbr[d.weekday()]} {d.day} {SHORT[d.month]} {d.year}",
    lambda d: f"{long_day(d)} (no change)",
    lambda d: f"{numeric(d)} - phase 1",
    lambda d: f"{ordinal(d.day)}  of {LONG[d.month]}, {d.year}",
    lambda d: f"{d.day}-{d.month}-{d.year}",
    lambda d: f"{d:%Y/%m/%d}",
    lambda d: f"{d.day}-{SHORT[d.month]}-{d.year}",
    lambda d: f"{ordinal(d.day)} {SHORT[d.month]} '{d:%y}",
    lambda d: f"{SHORT[d.month]} {d.day} {d.year}",
    lambda d: f"Target: {numeric(d)}",
    lambda d: f"Deadline {long_day(d)}",
    lambda d: f"{numeric(d)} (Head of HR)",
    lambda d: f"To Cabinet on {long_day(d)}",
    lambda d: f"SMT {short_numeric(d)}",
    lambda d: f"{calendar.day_name[d.weekday()]} {ordinal(d.day)} {LONG[d.month]} {d.year} at noon",
    lambda d: f"{ordinal(d.day)}{LONG[d.month]} {d.year}",
)
SETTLED_FORMS = (long_day, numeric, short_numeric, lambda d: f"{d.day} {SHORT[d.month]} {d.year}")


def _a_day(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    return on(rng.choice(DAY_FORMS)(day), day)


def _stored_day(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    return on(numeric(day), day, stored=True)


def _a_month(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    long, short = LONG[day.month], SHORT[day.month]
    text = rng.choice((
        f"{long} {day.year}", f"{long} {day.year}", f"{short} {day.year}", f"{short} '{day:%y}", f"{long[:3]}-{day:%y}",
        f"by {long} {day.year}", f"During {long} {day.year}", f"{day:%m/%Y}", f"{short}. {day.year}",
        f"{long.upper()} {day.year}", f"{long}, {day.year}", f"{long} {day.year} (Cabinet)", f"due {short} {day.year}",
        f"{short}-{day:%y}", f"{long[:3]}/{day.year}", f"By {long} {day.year} at the latest",
        f"{long} {day.year} - Audit Committee", f"Report to the Board in {long} {day.year}",
    ))  # fmt: skip
    return Target(text, months(day.year, day.month, 1))


def _end_of_month(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    end = month_end(day.year, day.month)
    text = rng.choice((
        "end of {} {}", "End {} {}", "by the end of {} {}", "by end {} {}", "End of {}, {}", "Before the end of {} {}",
    ))  # fmt: skip
    return on(text.format(rng.choice((LONG, SHORT))[day.month], day.year), end)


def _part_of_month(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    end = month_end(day.year, day.month)
    word, first, last = rng.choice((
        ("Early", 1, 10), ("Mid", 11, 20), ("Late", 21, end.day), ("Beginning of", 1, 10), ("Start of", 1, 10),
        ("First week of", 1, 7), ("mid to late", 11, end.day),
    ))  # fmt: skip
    glue = "-" if word == "Mid" and rng.random() < 0.6 else " "
    return Target(f"{word}{glue}{LONG[day.month]} {day.year}", (end.replace(day=first), end.replace(day=last)))


def _financial_quarter(rng: Random, as_of: date, anchor: date) -> Target:
    year, quarter = as_of.year + rng.choice((0, 0, 1)), rng.randint(1, 4)
    span = months(year, 1 + 3 * quarter, 3)
    pair = f"{year}/{(year + 1) % 100:02}"
    names = f"{LONG[span[0].month][:3]} - {LONG[span[1].month][:3]} {span[1].year}"
    text = rng.choice((
        f"Q{quarter} {pair}", f"Q{quarter} {pair}", f"Quarter {quarter} {pair}", f"{pair} Q{quarter}",
        f"Q{quarter} {year}-{(year + 1) % 100:02}", f"Q{quarter} {pair} ({names})", f"Q{quarter} {pair[2:]}",
        f"Q{quarter} {year}/{year + 1}", f"Q{quarter} of {pair}", f"Quarter {quarter}, {pair}",
        f"Qtr {quarter} {pair}", f"{('1st', '2nd', '3rd', '4th')[quarter - 1]} quarter {pair}", f"{names} (Q{quarter})",
    ))  # fmt: skip
    if rng.random() < 0.2:
        return on(f"End of Q{quarter} {pair}", span[1])
    return Target(text, span)


def _a_season(rng: Random, as_of: date, anchor: date) -> Target:
    year = as_of.year + 1
    name, month = rng.choice((("Spring", 3), ("Summer", 6), ("Autumn", 9), ("Winter", 12)))
    if rng.random() < 0.2:
        return on(f"by Christmas {year}", date(year, 12, 25))
    if rng.random() < 0.1:
        return Target(f"Summer / Autumn {year}", months(year, 6, 6))
    shown = f"{year}/{(year + 1) % 100:02}" if name == "Winter" else str(year)
    return Target(f"{rng.choice(('', 'by ', ''))}{name} {shown}", months(year, month, 3))


def _a_term(rng: Random, as_of: date, anchor: date) -> Target:
    year = as_of.year + 1
    name, first, last = rng.choice((
        ("Autumn", date(year, 9, 1), date(year, 12, 31)), ("Spring", date(year, 1, 1), date(year, 4, 15)),
        ("Summer", date(year, 4, 1), date(year, 7, 31)),
    ))  # fmt: skip
    if rng.random() < 0.3:  # by school year
        begun = year if name == "Autumn" else year - 1
        return Target(f"{name} term {begun}/{(begun + 1) % 100:02}", (first, last))
    return Target(f"{name} {rng.choice(('term', 'Term'))} {year}", (first, last))


def _a_year(rng: Random, as_of: date, anchor: date) -> Target:
    year = as_of.year + rng.randint(0, 2)
    pair = f"{year}/{(year + 1) % 100:02}"
    financial = (date(year, 4, 1), date(year + 1, 3, 31))
    return rng.choice((
        Target(pair, financial), Target(f"Financial year {pair}", financial), Target(f"FY {pair}", financial),
        Target(f"{year}/{year + 1}", financial), on(f"End of {pair}", financial[1]),
        Target(f"Academic year {pair}", (date(year, 9, 1), date(year + 1, 8, 31))),
        Target(f"FY{pair[2:]}", financial), Target(f"during {pair}", financial),
        on(f"End of financial year {pair}", financial[1]), on(f"end of {year}", date(year, 12, 31)),
        Target(f"During {year}", (date(year, 1, 1), date(year, 12, 31))),
        Target(f"Second half of {year}", (date(year, 7, 1), date(year, 12, 31))),
        Target(f"early {year + 1}", (date(year + 1, 1, 1), date(year + 1, 4, 30))),
    ))  # fmt: skip


def _a_week(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    monday = day - timedelta(day.weekday())
    friday, saturday = monday + timedelta(4), monday - timedelta(2)
    return rng.choice((
        Target(f"w/c {long_day(monday)}", (monday, monday + timedelta(6))),
        Target(f"w/c {short_numeric(monday)}", (monday, monday + timedelta(6))),
        Target(f"Week commencing {ordinal(monday.day)} {LONG[monday.month]} {monday.year}",
               (monday, monday + timedelta(6))),
        Target(f"w/e {numeric(friday)}", (saturday, friday)),
        Target(f"Week beginning {long_day(monday)}", (monday, monday + timedelta(6))),
        Target(f"w/b {numeric(monday)}", (monday, monday + timedelta(6))),
        Target(f"Week ending {long_day(friday)}", (saturday, friday)),
    ))  # fmt: skip


def _american(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    text = f"{rng.choice((LONG, SHORT))[day.month]} {day.day}, {day.year}"
    return on(text + rng.choice(("", "", "*")), day)


def _month_first(rng: Random, as_of: date, anchor: date) -> Target:
    """For whole columns only, which show their order by days after the 12th."""
    day = some_day(rng, as_of)
    return on(rng.choice((f"{day.month}/{day.day}/{day.year}", f"{day:%m/%d/%Y}")), day)


def _without_year(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of, -60, 180)
    text = rng.choice((
        f"{day.day} {SHORT[day.month]}", f"{ordinal(day.day)} {LONG[day.month]}", f"by {day.day} {LONG[day.month]}",
    ))  # fmt: skip
    return on(text, day)


def _a_range(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    first, last = months(day.year, rng.randint(1, 9), rng.choice((2, 3, 4)))
    return Target(f"{LONG[first.month]} {rng.choice(('-', 'to', '–'))} {LONG[last.month]} {last.year}", (first, last))


def _changed(rng: Random, as_of: date, anchor: date) -> Target:
    old = some_day(rng, as_of, -200, 60)
    new = some_day(rng, old, 20, 300)
    old, new = min(old, new), max(old, new)
    if old == new:
        new += timedelta(31)
    form = rng.choice(SETTLED_FORMS)
    past, now = form(old), form(new)
    text = rng.choice((
        f"{now} (was {past})", f"{past} revised to {now}", f"Original: {past} Revised: {now}",
        f"Was {past}, now {now}", f"{past}\nRevised to {now}", f"{now} (previously {past})",
        f"{now} (revised from {past})", f"{past}\nExtended to {now}", f"Extended from {past} to {now}",
        f"{now} (originally {past})", f"Slipped from {past} to {now}", f"{past} → {now}", f"{past} deferred to {now}",
        f"{now} (original date {past})", f"{past} - extended to {now} (agreed by the Board)",
        f"New date {now} (old date {past})", f"{past} now {now}", f"Original date {past}; revised date {now}",
        f"{now}\n(was {past})", f"Pushed back from {past} to {now}", f"{past} changed to {now}",
        f"Rescheduled to {now} from {past}", f"{past} slipped to {now}", f"Orig. {past} / Rev. {now}",
        f"Agreed: {past} Revised: {now}", f"{past}, revised to {now}", f"{now} [was {past}]",
        f"Moved from {past} to {now}", f"{now} - revised from {past} due to staffing",
    ))  # fmt: skip
    return on(text, new, previous=old)


def _changed_months(rng: Random, as_of: date, anchor: date) -> Target:
    old = some_day(rng, as_of, -200, 60)
    new = after(old, rng.randint(1, 9))
    past, now = (f"{rng.choice((LONG, SHORT))[day.month]} {day.year}" for day in (old, new))
    text = rng.choice((f"{now} (was {past})", f"{past} revised to {now}", f"Revised from {past} to {now}"))
    return Target(text, months(new.year, new.month, 1), previous=month_end(old.year, old.month))


def _only_revised(rng: Random, as_of: date, anchor: date) -> Target:
    day = some_day(rng, as_of)
    text = rng.choice(("Revised to {}", "Revised: {}", "{} (revised)", "Extended to {}", "Rev. {}", "{} (rev)", "Ext. to {}",
                       "Moved to {}", "Delayed until {}", "Carried forward to {}", "Revised target: {}",
                       "Deferred to {}", "Put back to {}", "{} (extension agreed)"))  # fmt: skip
    return on(text.format(rng.choice(SETTLED_FORMS)(day)), day)


def _two_lines(rng: Random, as_of: date, anchor: date) -> Target:
    """Two dates and no word on which holds: the later stands last and is taken."""
    old = some_day(rng, as_of, -200, 60)
    new = old + timedelta(rng.randint(20, 300))
    return on(f"{numeric(old)}\n{numeric(new)}", new)


def _struck_out(rng: Random, as_of: date, anchor: date) -> Target:
    old = some_day(rng, as_of, -200, 60)
    new = old + timedelta(rng.randint(20, 300))
    form = rng.choice(SETTLED_FORMS)
    return on(form(new), new, previous=old, struck=form(old))


def _relative(rng: Random, as_of: date, anchor: date) -> Target:
    count = rng.choice((1, 3, 6, 12))
    words = {1: "one", 3: "three", 6: "six", 12: "twelve"}
    unit = "month" if count == 1 else "months"
    shown = rng.choice((str(count), words[count]))
    text = rng.choice((f"within {shown} {unit}", f"Within {shown} {unit}", f"{count} {unit}"))
    if rng.random() < 0.25:
        weeks = rng.choice((4, 6, 8))
        return on(f"Within {weeks} weeks", anchor + timedelta(7 * weeks))
    return on(text, after(anchor, count))


NO_DATE = (
    "Ongoing", "Ongoing", "On-going", "TBC", "TBC", "tbc", "To be confirmed", "Completed", "Complete", "", "", "",
    "-", "N/A", "n/a", "ASAP", "Quarterly", "Monthly", "Annually", "On appointment of lead", "Subject to funding",
    "Following consultation with partners", "Exempt under section 43 of the Freedom of Information Act 2000",
    "Once the new system is live", "Immediate", "Not applicable", "To be agreed with partners", "Ongoing, reviewed monthly",
    "Awaiting confirmation", "Unknown", "Not set", "As required", "As and when", "Each term", "Every six weeks", "?",
    "Rolling programme", "In line with the budget timetable", "Linked to action 3", "BAU", "3 monthly", "Every 6 months",
    "Twice yearly", "See comments", "When funding allows", "Long term", "Medium term", "High", "Not agreed", "In place",
    "Phase 2 of 3", "See 3.2 above", "As per action 12", "Linked to 2012/13 budget setting", "After March 2012",
    "Not before April 2012", "Within 5 days of referral", "Every 2 weeks", "Monthly from September 2011",
    "Reviewed annually in March", "Subject to approval at the June 2012 meeting", "Dependent on the 2012/13 settlement",
    "May be delayed", "May have slipped", "50%", "3", "1.2", "2012 budget round", "Mon-Fri", "Decision pending",
    "Awaiting national guidance (2012)", "When 2011 Census data is released", "No date set",
    "Next inspection", "March meeting - date to be confirmed", "Started May 2011", "With effect from 1 April 2011",
    "From September 2011", "September 2011 onwards", "Ongoing from April 2011", "TBC - depends on the 2012 budget",
    "Date to be agreed at the meeting in May", "6 weeks after the new policy is agreed", "Phase 2", "Urgent", "Deferred",
    "Within 3 months of appointment", "Dependent on the outcome of the review", "Continuous", "See action 4 above",
)  # fmt: skip


def _no_date(rng: Random, as_of: date, anchor: date) -> Target:
    return Target(rng.choice(NO_DATE))


def _a_slip(rng: Random, as_of: date, anchor: date) -> Target:
    """A slip of the pen: no such day, or centuries off. It is no date, however near one it looks."""
    year = as_of.year + 1
    return Target(rng.choice((
        f"31 June {year}", f"31/09/{year}", f"30 February {year}", f"31st November {year}", f"30/09/0{200 + year % 100}",
        f"30/09/{year + 900}", f"31/04/{year}", f"15/13/{year}", f"29 February {year // 4 * 4 + 1}",
    )))  # fmt: skip


# Weight and maker: mostly days, and everything else now and then, as in real plans.
MIXED: tuple[tuple[int, Maker], ...] = (
    (30, _a_day), (8, _stored_day), (10, _a_month), (6, _end_of_month), (4, _part_of_month), (5, _financial_quarter),
    (4, _a_season), (3, _a_term), (4, _a_year), (4, _a_week), (4, _american), (4, _without_year),
    (3, _a_range), (8, _changed), (2, _changed_months),
    (4, _only_revised), (2, _two_lines), (4, _relative), (14, _no_date), (2, _a_slip),
)  # fmt: skip
STRUCK: tuple[tuple[int, Maker], ...] = (*MIXED, (35, _struck_out))
STORED: tuple[tuple[int, Maker], ...] = ((75, _stored_day), (15, _no_date), (10, _a_month))
MONTH_FIRST: tuple[tuple[int, Maker], ...] = ((80, _month_first), (10, _american), (10, _no_date))
OF_MONTHS: tuple[tuple[int, Maker], ...] = ((50, _a_month), (20, _end_of_month), (15, _part_of_month), (15, _no_date))


def target(rng: Random, as_of: date, anchor: date, pool: tuple[tuple[int, Maker], ...] = MIXED) -> Target:
    """One cell of a pool."""
    (maker,) = rng.choices([maker for _, maker in pool], [weight for weight, _ in pool])
    return maker(rng, as_of, anchor)


# --- statuses -------------------------------------------------------------------------------------------------------

WORDS = tuple(
    Status(text, status, claim, rag, percent=percent)
    for texts, status, claim, rag, percent in (
        ("Complete|Complete|Completed|Completed|Implemented|Fully implemented|Achieved|Done|Completed (July 2011)|"
         "Now complete|Action complete|Closed - complete|COMPLETE|Complete.|Achieved in full|Fully met|Completed Sept 2011|"
         "Completed - June 2011|100% implemented|Done!|Complete as of 30/06/2011|Implemented in full|Task complete|"
         "Complete - procedure issued to all teams|Completed 31/05/2011", "complete", "", "", None),
        ("Signed off|Complete and verified|Completed and evidenced", "evidenced", "", "", None),
        ("In progress|In progress|In Progress|Ongoing|Underway|Started|Partially complete|Partially implemented|"
         "Partly complete|Mostly complete|Nearly complete|Work in progress|Open/In progress|Partial|Partially met|"
         "Substantially complete|Achieved in part|WIP|In hand|in-progress|Some progress made|Under way|Implementation in progress|"
         "Commenced|Implemented in part|Good progress made|Part complete|Not fully complete - in progress", "in progress", "", "",
         None),
        ("In progress - on track|Ongoing – on target|Started, on schedule", "in progress", "on course", "", None),
        ("In progress - delayed|Underway but behind schedule|Overdue - in progress", "in progress", "delayed", "", None),
        ("Not started|Not started|Not yet started|To be started|No progress|Yet to start|Not begun|Due to start"
         , "not started", "", "", None),
        ("Not implemented|Completion pending|Closure requested|To be completed by March 2012|Not complete|"
         "Outstanding|On hold|Open|Incomplete|Will be completed by the autumn|Due for completion|Planned|Not met|"
         "Not yet due|Awaiting approval|Awaiting sign off|Deferred|Not achieved|Not yet complete|To be closed|"
         "At risk|Date extended|Completion expected May 2012|Not yet implemented|Pending|Scheduled|Not all complete", "open", "",
         "", None),
        ("On track|On target|On track to complete|On schedule|On track for completion by March 2012", "open",
         "on course", "", None),
        ("Delayed|Overdue|Behind schedule|Slipped|Off track|Slippage|Not on track|Not complete - overdue|No longer on track",
         "open", "delayed", "", None),
        ("Superseded|Withdrawn|No longer required|Cancelled|Closed – superseded|"
         "Closed - no longer required|Will not implement|Superseded by action 12|No longer applicable|Not accepted|"
         "Closed - not implemented|Will not be implemented", "closed not done", "", "", None),
        ("|TBC|Verbal update to be given|Yes|Complete?|Complete, subject to approval|Training complete|N/A|"
         "Complete – awaiting sign off|Complete/ongoing|See progress|Draft complete|Closed|Completed and ongoing|"
         "Complete in 2 of 5 wards|2 of 5 wards complete|Completed for adults; children outstanding|Almost|"
         "Completed except training|Complete by May 2012|Amber/Green|Unable to complete|% complete", "unknown", "",
         "", None),
        ("Amber", "unknown", "", "amber", None), ("Red", "unknown", "", "red", None),
        ("Green - complete", "complete", "", "green", None), ("Red - not started", "not started", "", "red", None),
        ("Red (overdue)", "open", "delayed", "red", None), ("Amber - some slippage", "open", "delayed", "amber", None),
        ("Green (on track)", "open", "on course", "green", None), ("Blue - complete", "complete", "", "blue", None),
        ("Completed late", "complete", "delayed", "", None), ("60% complete", "in progress", "", "", 60.0),
        ("In progress (60%)", "in progress", "", "", 60.0),
        ("75%", "in progress", "", "", 75.0), ("100%", "complete", "", "", 100.0), ("0%", "not started", "", "", 0.0),
        ("50% complete", "in progress", "", "", 50.0),
    )
    for text in texts.split("|")
)  # fmt: skip

# Colour, its fills as painted by different people, and what each of three keys says of it.
FILLS = {
    "blue": ("#0070C0", "#00B0F0"), "green": ("#00B050", "#92D050"), "amber": ("#FFC000", "#FF9900"),
    "red": ("#FF0000", "#C00000"),
}  # fmt: skip
KEYS = (
    {
        "blue": ("Complete and evidenced", "evidenced", ""), "green": ("On track", "open", "on course"),
        "amber": ("In progress", "in progress", ""), "red": ("Not started", "not started", ""),
    },
    {
        "blue": ("Complete", "complete", ""), "green": ("On target", "open", "on course"),
        "amber": ("Behind schedule", "open", "delayed"), "red": ("Overdue", "open", "delayed"),
    },
    {
        "green": ("Complete", "complete", ""), "amber": ("In progress", "in progress", ""),
        "red": ("Not started", "not started", ""),
    },
)  # fmt: skip


def coloured(rng: Random, key: dict[str, tuple[str, str, str]], shown: str, shade: int) -> Status:
    """A colour, shown as a "word", a "letter", a "fill" or "both", that a key gives its meaning."""
    rag = rng.choice(list(key))
    _, status, claim = key[rag]
    text = {"word": rag.title(), "fill": ""}.get(shown, rag[0].upper())
    return Status(text, status, claim, rag, FILLS[rag][shade] if shown in ("fill", "both") else "")


# --- wording --------------------------------------------------------------------------------------------------------

_VERBS = (
    "Review", "Update", "Publish", "Audit", "Agree", "Put in place", "Strengthen", "Report quarterly on", "Re-launch",
    "Train all front-line staff in", "Commission", "Introduce", "Recruit to", "Consult young people on", "Monitor",
    "Develop and agree", "Write", "Test", "Simplify", "Bring together",
)  # fmt: skip
_THINGS = (
    "the safeguarding procedure", "the referral pathway", "the risk register", "a training programme", "case files",
    "the complaints process", "the duty rota", "the performance framework", "the recruitment plan", "the quality standard",
    "the information-sharing agreement", "the budget monitoring report", "the multi-agency threshold document",
    "the patient discharge checklist", "the custody visiting scheme", "the asset management plan", "the fire safety log",
    "the contract register", "a single point of contact", "the medicines policy", "the out-of-hours service",
    "the return-home interview form", "the supervision policy", "the housing allocations scheme", "the whistle-blowing guide",
)  # fmt: skip
_WHERE = (
    "", "", "", " in every team", " across the three hospital sites", " for children looked after", " with the police",
    " in adult social care", " at ward level", " for care leavers aged 16-25", " in line with the 2010 guidance",
    " with schools, GPs and the voluntary sector", " (phase 2)",
)  # fmt: skip
_WHY = (
    "", "", "", ", so that decisions are recorded and can be checked", " and report the result to the scrutiny committee",
    "; a sample of 20 cases is to be looked at each month and the findings fed back to managers",
    " to make sure that thresholds are understood by everyone who refers a child or an adult at risk to the service",
    " and share what was learnt", ", including agency staff & volunteers", " – see also the workforce strategy",
)  # fmt: skip
_LEADS = (
    "Head of Safeguarding", "Director of Adult Services", "J Okafor", "Chief Nurse", "Service Manager (Fostering)",
    "Head of Internal Audit", "AB", "Sarah Whitcombe / Imran Patel", "Assistant Chief Constable", "Section 151 Officer",
    "Team Managers", "Head of HR", "Chair of the Board", "P. O'Neill", "Monitoring Officer", "Medical Director",
)  # fmt: skip
_AREAS = (
    "Improve the quality of assessments", "Make sure that staff are supervised regularly", "Governance and accountability",
    "Strengthen partnership working", "Use of resources", "Listen to the views of children and families",
    "Reduce delays in discharge from hospital", "Performance management and data quality", "Workforce and training",
    "Respond to complaints in time", "Keep people safe", "Leadership and management",
)  # fmt: skip
_PROGRESS = (
    "", "Draft shared with partners; comments due back next month.", "Completed on 3 May and signed off by the board.",
    "Awaiting the new system.", "No update received.", "First audit done, second planned for the spring.",
    "Two of four posts filled.", "Work has begun.",
)  # fmt: skip


def wording(rng: Random, taken: set[str]) -> str:
    """What is to be done, in 2 to 40 words, and not twice in one plan."""
    while True:
        text = rng.choice(_VERBS) + " " + rng.choice(_THINGS) + rng.choice(_WHERE) + rng.choice(_WHY)
        if text not in taken:
            taken.add(text)
            return text


def plan(
    rng: Random,
    as_of: date,
    anchor: date,
    *,
    size: int,
    pool: tuple[tuple[int, Maker], ...] = MIXED,
    status: Callable[[Random], Status] = lambda rng: rng.choice(WORDS),
) -> list[Action]:
    """The actions of one plan, area by area."""
    taken: set[str] = set()
    areas = rng.sample(_AREAS, 5)
    style = rng.choice(("{area}.{n}", "{all}", "A{all}", "R{area}.{n}", "{area}{letter}"))
    actions: list[Action] = []
    for area, name in enumerate(areas, 1):
        for n in range(1, size // len(areas) + rng.randint(0, 2)):
            ref = style.format(area=area, n=n, all=len(actions) + 1, letter=chr(96 + n))
            actions.append(Action(
                ref, str(area), name, wording(rng, taken), rng.choice(_LEADS), target(rng, as_of, anchor, pool),
                status(rng), rng.choice(_PROGRESS),
            ))  # fmt: skip
    return actions
