"""Target dates: what is read from the words people write, and what is rather left unread."""

from __future__ import annotations

import csv
import itertools
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planlib import schema
from planlib.dates import DateReading, add_months, month_first, phrase, precision_of, read_date

DATA = Path(__file__).parents[1].parent / "shared" / "data"
AS_OF = date(2011, 8, 31)
ANCHOR = (date(2011, 6, 1), date(2011, 6, 1))


def said(reading: DateReading) -> str:
    """The interval in ISO form, or the kind of no date."""
    if reading.earliest is None or reading.latest is None:
        return reading.kind
    return str(reading.latest) if reading.earliest == reading.latest else f"{reading.earliest}..{reading.latest}"


def codes(reading: DateReading) -> set[str]:
    """The codes of the findings."""
    return {note.code for note in reading.notes}


# --- worked by hand: the text, what it says, its precision, its notes ------------------------------------------------

DAYS = (
    "30 September 2011|30th September 2011|30th of September, 2011|the 30th Sept. 2011|30 Sept 11|30-Sep-11|30/09/2011|"
    "30.09.2011|30-09-2011|30/9/11|2011/09/30|2011-09-30|2011-09-30 00:00:00|2011-09-30T00:00:00Z|20110930|"
    "September 30, 2011|September 30th 2011|Sept. 30,\n2011|Sep-30-2011|2011-Sep-30|30/Sep/2011|Sep 30th, '11|"
    "Friday 30 September 2011|Fri, 30 Sep 2011|by 30 September 2011|no later than 30 September 2011|"
    "on or before 30/09/2011|By 30 Sept 2011 at the latest|due 30.9.11|target date: 30/09/2011|end of September 2011|"
    "end Sept 2011|end-Sep 2011|month end September 2011|by the end of September 2011|30/09/2011 17:00|"
    "30 September 2011 at 5pm|COP 30 September 2011|30 September 2011*|30 September 2011¹|30 September 2011 [1]|"
    "(30/09/2011)|30–09–2011|30 / 09 / 2011|30Sept2011|30 Septmber 2011|&nbsp;30&nbsp;Sept 2011|**30 Sept 2011**|"
    "<b>30 September 2011</b>|Completed 30 September 2011|30 September 2011 Complete|Phase 1 - 30 September 2011|"
    "Action 12: 30/09/2011|1. 30 September 2011|Report to Cabinet 30 September 2011|9/30/2011|Sept 2011 (30/09/2011)|"
    "30/09/2011 (end of September)|last Friday in September 2011|6 months (by 30/09/2011)|not started - due 30/09/2011|"
    "30 September 2011 (see note 3)|Due 30/09/11, completed 15/10/11|Completed 15/10/11 (due 30/09/11)|"
    "revised policy by 30 September 2011|by 30 September 2011 and ongoing thereafter|end of Q2 2011/12|"
    "30//9/2011|30/09/2011?"
).split("|")
DAYS.remove("30//9/2011")

TABLE = [
    # months
    ("September 2011", "2011-09-01..2011-09-30", "month", ""),
    ("Sept. 2011", "2011-09-01..2011-09-30", "month", ""),
    ("by Sept 2011", "2011-09-01..2011-09-30", "month", ""),
    ("due in September 2011", "2011-09-01..2011-09-30", "month", ""),
    ("09/2011", "2011-09-01..2011-09-30", "month", ""),
    ("2011-09", "2011-09-01..2011-09-30", "month", ""),
    ("Sep-11", "2011-09-01..2011-09-30", "month", ""),
    ("Sept '11", "2011-09-01..2011-09-30", "month", ""),
    ("2011 September", "2011-09-01..2011-09-30", "month", ""),
    ("March 2011/12", "2012-03-01..2012-03-31", "month", ""),
    ("before April 2012", "2012-03-31", "day", ""),
    # parts
    ("early September 2011", "2011-09-01..2011-09-10", "half-year", ""),
    ("beginning of September 2011", "2011-09-01..2011-09-10", "half-year", ""),
    ("mid-September 2011", "2011-09-11..2011-09-20", "half-year", ""),
    ("late September 2011", "2011-09-21..2011-09-30", "half-year", ""),
    ("mid to late Sept 2011", "2011-09-11..2011-09-30", "half-year", ""),
    ("second half of September 2011", "2011-09-16..2011-09-30", "half-year", ""),
    ("early 2012", "2012-01-01..2012-04-30", "half-year", ""),
    ("mid 2012", "2012-05-01..2012-08-31", "half-year", ""),
    ("late 2012", "2012-09-01..2012-12-31", "half-year", ""),
    ("end of 2012", "2012-12-31", "day", ""),
    ("second half of 2012", "2012-07-01..2012-12-31", "half-year", ""),
    ("late 2011/early 2012", "2011-09-01..2012-04-30", "year", ""),
    # weeks
    ("w/c 5 September 2011", "2011-09-05..2011-09-11", "week", ""),
    ("week commencing Monday 5th September 2011", "2011-09-05..2011-09-11", "week", ""),
    ("w/e 30/9/11", "2011-09-24..2011-09-30", "week", ""),
    ("week ending 9 September 2011", "2011-09-03..2011-09-09", "week", ""),
    ("first week of September 2011", "2011-09-01..2011-09-07", "week", ""),
    ("last week in September 2011", "2011-09-24..2011-09-30", "week", ""),
    ("first Monday of October 2011", "2011-10-03", "day", ""),
    # quarters and halves
    ("Q4 23/24", "2024-01-01..2024-03-31", "quarter", ""),
    ("Q1 2012-13", "2012-04-01..2012-06-30", "quarter", ""),
    ("Q3 FY2011/12", "2011-10-01..2011-12-31", "quarter", ""),
    ("FY11/12 Q3", "2011-10-01..2011-12-31", "quarter", ""),
    ("2012/13 Q2", "2012-07-01..2012-09-30", "quarter", ""),
    ("2nd quarter 2012/13", "2012-07-01..2012-09-30", "quarter", ""),
    ("Q2 2012", "2012-04-01..2012-06-30", "quarter", "date-ambiguous"),
    ("2012 Q2", "2012-04-01..2012-06-30", "quarter", "date-ambiguous"),
    ("FY23 Q4", "2023-01-01..2023-03-31", "quarter", "date-ambiguous"),
    ("quarter 4 (October to December)", "2011-10-01..2011-12-31", "quarter", "year-assumed"),
    ("Q4 2011/12 (Jan-Mar 2012)", "2012-01-01..2012-03-31", "quarter", ""),
    ("Apr-Jun 2012 (Q1)", "2012-04-01..2012-06-30", "quarter", ""),
    ("Q1 - Q2 2012/13", "2012-04-01..2012-09-30", "half-year", ""),
    ("H2 2012/13", "2012-10-01..2013-03-31", "half-year", ""),
    ("H1 2012", "2012-01-01..2012-06-30", "half-year", "date-ambiguous"),
    ("Q2", "unreadable", "", "date-not-read"),
    # years
    ("2012", "2012-01-01..2012-12-31", "year", ""),
    ("by the end of 2012", "2012-12-31", "day", ""),
    ("FY22/23", "2022-04-01..2023-03-31", "year", ""),
    ("FY 2040/41", "2040-04-01..2041-03-31", "year", ""),
    ("financial year 2012/13", "2012-04-01..2013-03-31", "year", ""),
    ("due in the new financial year 2012/13", "2012-04-01..2013-03-31", "year", ""),
    ("2012/13 financial year", "2012-04-01..2013-03-31", "year", ""),
    ("end of FY22/23", "2023-03-31", "day", ""),
    ("the end of the 2011/12 financial year", "2012-03-31", "day", ""),
    ("2012/13", "2012-04-01..2013-03-31", "year", "date-ambiguous"),
    ("2012-13", "2012-04-01..2013-03-31", "year", "date-ambiguous"),
    ("FY2023", "2022-04-01..2023-03-31", "year", "date-ambiguous"),
    ("academic year 2011/12", "2011-09-01..2012-08-31", "year", ""),
    ("end of academic year 2011/12", "2012-07-01..2012-08-31", "half-year", ""),
    ("2011-2013", "2011-01-01..2013-12-31", "year", "date-ambiguous"),
    # terms and seasons
    ("autumn term 2011", "2011-09-01..2011-12-31", "term", ""),
    ("Spring term 2011/12", "2012-01-01..2012-04-15", "term", ""),
    ("end of summer term 2012", "2012-07-10..2012-07-31", "half-year", ""),
    ("Spring 2023", "2023-03-01..2023-05-31", "season", ""),
    ("Winter 2011/12", "2011-12-01..2012-02-29", "season", ""),
    ("Winter 2011", "2011-12-01..2012-02-29", "season", "date-ambiguous"),
    ("Autumn/Winter 2011", "2011-09-01..2012-02-29", "half-year", ""),
    ("Fall 2011", "2011-09-01..2011-11-30", "season", ""),
    ("Christmas 2011", "2011-12-25", "day", ""),
    ("by Easter 2012", "2012-04-06..2012-04-09", "week", ""),
    ("end of the financial year", "2012-03-31", "day", "year-assumed"),
    ("end of this calendar year", "2011-12-31", "day", "year-assumed"),
    ("next financial year", "2012-04-01..2013-03-31", "year", "year-assumed"),
    ("end of year", "unreadable", "", ""),
    ("end of the financial year (March 2012)", "2012-03-31", "day", ""),
    ("end of Sept 11", "2011-09-30", "day", ""),
    ("before 1 April 2012", "2012-03-31", "day", ""),
    ("week 2 September 2011", "unreadable", "", "date-ambiguous"),
    ("every March", "recurring", "", "date-not-read"),
    ("30/092011", "2011-09-30", "day", ""),
    ("2012/2013", "2012-04-01..2013-03-31", "year", "date-ambiguous"),
    ("- Dec 2011\n- Mar 2012", "2012-03-01..2012-03-31", "month", "several-dates"),
    ("1. Sept 2011 2. Dec 2011", "2011-12-01..2011-12-31", "month", "several-dates"),
    # several days, ranges, either/or
    ("September to November 2011", "2011-09-01..2011-11-30", "quarter", ""),
    ("Sept - Nov 2011", "2011-09-01..2011-11-30", "quarter", ""),
    ("between September and November 2011", "2011-09-01..2011-11-30", "quarter", ""),
    ("from September to November 2011", "2011-09-01..2011-11-30", "quarter", ""),
    ("Nov to Feb 2012", "2011-11-01..2012-02-29", "half-year", "year-assumed"),
    ("Sept/Oct 2011", "2011-09-01..2011-10-31", "half-year", ""),
    ("1-30 September 2011", "2011-09-01..2011-09-30", "month", ""),
    ("between 1 and 15 September 2011", "2011-09-01..2011-09-15", "half-year", ""),
    ("14/15 September 2011", "2011-09-14..2011-09-15", "week", ""),
    ("01/09/2011-30/09/2011", "2011-09-01..2011-09-30", "month", ""),
    ("September and November 2011", "2011-11-01..2011-11-30", "month", "several-dates"),
    ("1st and 15th September 2011", "2011-09-15", "day", "several-dates"),
    ("Phase 1: Sept 2011; Phase 2: Dec 2011", "2011-12-01..2011-12-31", "month", "several-dates"),
    ("30/06/2011 31/12/2011", "2011-12-31", "day", "several-dates"),
    ("31/12/2011 30/06/2011", "unreadable", "", "several-dates"),
    ("Complete by June 2011; review by Sept 2010", "unreadable", "", "several-dates"),
    # without a year
    ("14 Aug", "2011-08-14", "day", "year-assumed"),
    ("30 April", "2012-04-30", "day", "year-assumed"),
    ("by end of March", "2012-03-31", "day", "year-assumed"),
    ("May", "2011-05-01..2011-05-31", "month", "year-assumed"),
    ("Mon 5th Sept", "2011-09-05", "day", "year-assumed"),
    ("30/9", "2011-09-30", "day", "year-assumed"),
    ("Dec/Jan", "2011-12-01..2012-01-31", "half-year", "year-assumed"),
    ("autumn", "2011-09-01..2011-11-30", "season", "year-assumed"),
    # two meanings
    ("3/4/2012", "2012-04-03", "day", "date-ambiguous"),
    ("5/5/2012", "2012-05-05", "day", ""),
    ("Mar 12", "2012-03-01..2012-03-31", "month", "date-ambiguous"),
    ("Mar 25", "2012-03-25", "day", "year-assumed"),
    ("6/9", "unreadable", "", "date-ambiguous"),
    ("Monday 30 September 2011", "2011-09-30", "day", "date-ambiguous"),
    ("30 September 2011 (tbc)", "2011-09-30", "day", "date-ambiguous"),
    ("11-09-30", "unreadable", "", "date-ambiguous"),
    # counted from the anchor, 1 June 2011
    ("within 3 months", "2011-09-01", "relative", ""),
    ("in the next 6 months", "2011-12-01", "relative", ""),
    ("within six months", "2011-12-01", "relative", ""),
    ("90 Days", "2011-08-30", "relative", ""),
    ("6 weeks", "2011-07-13", "relative", ""),
    ("two years", "2013-06-01", "relative", ""),
    ("3-6 months", "2011-09-01..2011-12-01", "relative", ""),
    ("short term (0-3 months)", "2011-06-01..2011-09-01", "relative", ""),
    ("Completed within 3 months", "2011-09-01", "relative", ""),
    ("within 3 months of publication", "2011-09-01", "relative", ""),
    ("3 months from 1 April 2012", "2012-07-01", "relative", ""),
    ("ten working days", "2011-06-15..2011-06-20", "relative", "date-ambiguous"),
    # no date
    ("", "blank", "", ""),
    ("-", "blank", "", ""),
    ("none", "blank", "", ""),
    ("N/A", "not applicable", "", ""),
    ("No longer required", "not applicable", "", ""),
    ("No milestones due.", "not applicable", "", ""),
    ("TBC", "tbc", "", ""),
    ("t.b.c.", "tbc", "", ""),
    ("?", "tbc", "", ""),
    ("to be agreed with partners", "tbc", "", ""),
    ("tbc in meeting", "tbc", "", ""),
    ("TBC September 2011", "tbc", "", "date-not-read"),
    ("Ongoing", "ongoing", "", ""),
    ("on-going", "ongoing", "", ""),
    ("24/7", "ongoing", "", ""),
    ("March 2012 and ongoing", "ongoing", "", "date-not-read"),
    ("Ongoing - review March 2012", "ongoing", "", "date-not-read"),
    ("Oct 2011 onwards", "ongoing", "", "date-not-read"),
    ("Quarterly", "recurring", "", ""),
    ("Quarterly from April 2011", "recurring", "", ""),
    ("Ongoing every 24 months", "recurring", "", ""),
    ("six-monthly", "recurring", "", ""),
    ("Measured Annually", "recurring", "", ""),
    ("Annually - March", "recurring", "", "date-not-read"),
    ("1 activity per quarter, any order encouraged", "recurring", "", ""),
    ("90 days after guidance is issued", "conditional", "", ""),
    ("Within 120 days of the completion of agency inventories", "conditional", "", ""),
    ("within 3 months of appointment", "conditional", "", ""),
    ("30 September 2011 subject to funding", "conditional", "", "date-not-read"),
    ("after 30 September 2011", "conditional", "", "date-not-read"),
    ("not before April 2012", "conditional", "", "date-not-read"),
    ("once the new system is in place", "conditional", "", ""),
    ("Following consultation", "conditional", "", ""),
    ("Depends on recruitment", "conditional", "", ""),
    ("As required by the FY2023 budget timeline", "conditional", "", "date-not-read"),
    ("See timeline on [performance.gov](https://performance.gov)", "conditional", "", ""),
    ("Exempt under Section 24,26 and 27 of the Freedom of Information Act 2000", "withheld", "", ""),
    ("Complete", "code", "", ""),
    ("In progress", "code", "", ""),
    ("DOES", "code", "", ""),
    ("40787", "unreadable", "", "date-not-read"),
    ("90210", "code", "", ""),
    ("G", "code", "", ""),
    ("ASAP", "unreadable", "", "date-not-read"),
    ("(See Above)", "unreadable", "", ""),
    ("next month", "unreadable", "", ""),
    ("This may change", "unreadable", "", ""),
    ("from 1 September 2011", "unreadable", "", "date-not-read"),
    ("Started May 2011", "unreadable", "", "date-not-read"),
    ("will not be complete by 30 September 2011", "unreadable", "", "date-not-read"),
    ("FY 2023 Budget Submission", "unreadable", "", "date-not-read"),
    ("2012/13 budget process", "unreadable", "", "date-not-read"),
    ("for 3 months", "unreadable", "", ""),
    ("extended by 3 months", "unreadable", "", ""),
    ("REF-12/03/11", "unreadable", "", ""),
    ("v1.2.11", "code", "", ""),
    ("1.2.3.4", "unreadable", "", ""),
    ("30 Sept 201", "unreadable", "", "date-not-read"),
    ("30 September 20111", "unreadable", "", "date-not-read"),
    ("30//09/2011", "unreadable", "", ""),
    ("2011 Census data available", "unreadable", "", "date-not-read"),
    # no such day, or far away
    ("31 June 2011", "unreadable", "", "date-impossible"),
    ("30/02/2012", "unreadable", "", "date-impossible"),
    ("29 February 2011", "unreadable", "", "date-impossible"),
    ("31 Sept", "unreadable", "", "date-impossible"),
    ("45/45/2012", "unreadable", "", "date-impossible"),
    ("31/13/2011", "unreadable", "", "date-impossible"),
    ("30/09/201", "unreadable", "", "date-impossible"),
    ("2011-02-30", "unreadable", "", "date-impossible"),
    ("30/09/2911", "unreadable", "", "date-out-of-range"),
    ("30 September 1011", "unreadable", "", "date-out-of-range"),
    ("December 2075", "unreadable", "", "date-out-of-range"),
    ("1/1/1900", "unreadable", "", "date-out-of-range"),
]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_read_however_it_is_written(text):
    """Every way of writing 30 September 2011 gives that day."""
    reading = read_date(text, as_of=AS_OF)
    assert (said(reading), reading.precision) == ("2011-09-30", "day")


@pytest.mark.parametrize(("text", "expected", "precision", "note"), TABLE, ids=[row[0] for row in TABLE])
def test_phrases_mean_what_a_careful_person_would_type(text, expected, precision, note):
    """Each phrase has the interval, the precision, the kind and the one doubt that were worked out by hand."""
    reading = read_date(text, as_of=AS_OF, anchor=ANCHOR)
    assert (said(reading), reading.precision, codes(reading)) == (expected, precision, {note} - {""})


# --- cells written before the grammar was run on them ----------------------------------------------------------------

FACTS = Path(__file__).parent / "facts" / "phrases.csv"

# What is still wrong or unread, so that it shows when it changes. A name or a minute beside a month is taken for one
# ("Cabinet"); the others are rare enough to be left.
READ_WRONGLY = {"September 2011 (end)", "March Road", "Mar Lodge", "June 2012 minutes refer"}
NOT_READ = {
    "New Year's Eve 2011", "3O/09/2011", "30 9 11", "first two weeks of September 2011",
    "Q1 (calendar) 2012", "first calendar quarter of 2012", "31.3", "within half a year", "1.5 years", "fortnight",
    "Q3 end 2024/25", "31/12/24, change request approved to 31/03/25",
}  # fmt: skip
OTHER_KIND = {"Restricted", "Complete - see evidence", "Brexit"}
HALF_READ = {  # the date is right; what it was before, or that it moved, or a doubt, is not told
    "31/12/2011 (R)", "30/09/2011 (31/12/2011)", "30/09/2011 now ongoing", "First target 31/03/12; revised target 30/06/12",
    "O: 31/03/12 R: 30/06/12", "31.3", "31/12/24, change request approved to 31/03/25",
}  # fmt: skip


def interval(reading: DateReading | None) -> str:
    """First and last day, or the kind of no date; blank for no reading."""
    if reading is None:
        return ""
    return reading.kind if reading.earliest is None else f"{reading.earliest}..{reading.latest}"


def test_cells_written_beforehand():
    """Of 1,990 cells with truth made by hand, those that are not read as a careful person would are these, by name."""
    wrong, unread, kind, half = set(), set(), set(), set()
    with FACTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        anchor = date.fromisoformat(row["anchor"])
        month, day = row["financial_year_starts"].split("-")
        reading = read_date(
            row["text"], as_of=date.fromisoformat(row["as_of"]), anchor=(anchor, anchor),
            day_first=row["day_first"] == "true", financial_year_starts=(int(month), int(day)),
            struck=tuple(filter(None, [row["struck"]])),
        )  # fmt: skip
        expected = row["expected"].split(" or ")
        if interval(reading) not in expected:
            dated = any(each[0].isdigit() for each in expected)
            (wrong if reading.earliest else unread if dated else kind).add(row["text"])
        told = (interval(reading.previous), reading.changed, reading.unchanged)
        same = told == (row["previous"], row["changed"] == "yes", row["unchanged"] == "yes")
        if not same or (row["doubt"] == "yes" and not reading.notes):
            half.add(row["text"])
    assert len(rows) == 1990
    assert (wrong, unread, kind, half) == (READ_WRONGLY, NOT_READ, OTHER_KIND, HALF_READ)


LONG = (
    "1/|30/9/|1 |Q1 |(|)|[|](|<s>|~~|*|&amp;|Sept |30 Sept |w/c |to |-|1-|a.b|a@b.|£1,|1,111|'11|from |revised |end of |mid-|"
    "1. |FY|2011/12 |\\|0| |twenty |3 months of |- 1\n|>|> -|was "
).split("|")


@settings(max_examples=60)
@given(unit=st.one_of(st.sampled_from(LONG), st.text(min_size=1, max_size=4)), end=st.sampled_from("1a)/ "))
def test_no_long_repetition_takes_long(unit, end):
    """A cell of 4,000 characters of one thing over and over needs no two seconds of the processor, however busy the machine."""
    began = time.process_time()
    assert read_date((unit * 4000)[:3998] + end, as_of=AS_OF, anchor=ANCHOR).kind
    assert time.process_time() - began < 2


# --- two dates in one cell ------------------------------------------------------------------------------------------

CHANGES = [
    ("1 Sept revised to 30 Sept", "2011-09-30", "2011-09-01"),
    ("1 September 2011 revised to 30 September 2011", "2011-09-30", "2011-09-01"),
    ("revised to 22 September 2011", "2011-09-22", None),
    ("Revised: 22 September 2011", "2011-09-22", None),
    ("22 September 2011 (revised)", "2011-09-22", None),
    ("30 September 2011 (revised from 1 September 2011)", "2011-09-30", "2011-09-01"),
    ("revised from 1 September to 30 September 2011", "2011-09-30", "2011-09-01"),
    ("revised from 1 to 30 September 2011", "2011-09-30", "2011-09-01"),
    ("increased from 2022-03-31 to 2025-03-31", "2025-03-31", "2022-03-31"),
    ("extended by 6 months from 30/09/2011 to 31/03/2012", "2012-03-31", "2011-09-30"),
    ("was 1 Sept 2011 now 30 Sept 2011", "2011-09-30", "2011-09-01"),
    ("Was 30/06/2011. Now 30/09/2011.", "2011-09-30", "2011-06-30"),
    ("30/09/2011 (was 1/9/11)", "2011-09-30", "2011-09-01"),
    ("30/09/2011 (previously 01/09/2011)", "2011-09-30", "2011-09-01"),
    ("Original 1/9/2011 Revised 30/9/2011", "2011-09-30", "2011-09-01"),
    ("01/09/2011 (original) 30/09/2011 (revised)", "2011-09-30", "2011-09-01"),
    ("01/09/2011 original, 30/09/2011 revised", "2011-09-30", "2011-09-01"),
    ("Orig: 30/06/11 Rev: 30/09/11", "2011-09-30", "2011-06-30"),
    ("01/09/2011 → 30/09/2011", "2011-09-30", "2011-09-01"),
    ("~~01/09/2011~~ 30/09/2011", "2011-09-30", "2011-09-01"),
    ("<del>1 Sept 2011</del> <ins>30 Sept 2011</ins>", "2011-09-30", "2011-09-01"),
    ('<span style="text-decoration: line-through">1 Sept 2011</span> 30 Sept 2011', "2011-09-30", "2011-09-01"),
    ("<s>June 30, 2011</s> <b>September 30, 2011*</b>", "2011-09-30", "2011-06-30"),
    ("30 October 2011 brought forward to 1 September 2011", "2011-09-01", "2011-10-30"),
    ("Dec revised to Feb 2012", "2012-02-01..2012-02-29", "2011-12-01..2011-12-31"),
    ("Feb 2012 (was Dec)", "2012-02-01..2012-02-29", "2011-12-01..2011-12-31"),
    ("Extended to Dec 2011 (was Sept 2011, then Oct 2011)", "2011-12-01..2011-12-31", "2011-09-01..2011-09-30"),
    ("30.09.11 Revised to 31.12.11 Revised to 31.03.12", "2012-03-31", "2011-09-30"),
    ("Extended at Committee on 12 July 2011 to 30/09/2011", "2011-09-30", None),
    ("Agreed by Committee 12 July 2011 to extend to 30 Sept 2011", "2011-09-30", None),
    ("30 September 2011 – revised due to staffing", "2011-09-30", None),
    ("Initial 30/06/11; Revised 30/09/11; Actual 15/10/11", "2011-09-30", "2011-06-30"),
    ("TBC (was 30/09/2011)", "tbc", "2011-09-30"),
    ("30/06/2011 Revised date to be agreed", "tbc", "2011-06-30"),
    ("<s>July 31, 2011</s> <b>90 days after the guidance is issued*</b>", "conditional", "2011-07-31"),
    ("<s>30 Sept 2011</s>", "blank", "2011-09-30"),
    ("30/09/2011 extension requested to 31/12/2011", "unreadable", "2011-09-30"),
]


@pytest.mark.parametrize(("text", "expected", "older"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_cell_that_says_its_date_was_changed(text, expected, older):
    """The date in force, the older one and the fact of the change are all told."""
    reading = read_date(text, as_of=AS_OF)
    assert (said(reading), reading.changed) == (expected, True)
    assert (said(reading.previous) if reading.previous else None) == older


@pytest.mark.parametrize("text", ["30 September 2011 (unchanged)", "30/09/2011 - no change", "remains 30 Sept 2011"])
def test_a_cell_that_says_its_date_was_not_changed(text):
    """An unchanged date is a date, unchanged and not changed."""
    reading = read_date(text, as_of=AS_OF)
    assert (said(reading), reading.unchanged, reading.changed) == ("2011-09-30", True, False)


@pytest.mark.parametrize(
    "text", ["30 September 2011", "Revised policy by 30 September 2011", "31 March 2012 - revised plan"]
)
def test_no_change_is_read_into_a_cell_that_speaks_of_none(text):
    """A revised policy is no revised date."""
    reading = read_date(text, as_of=AS_OF)
    assert (reading.kind, reading.changed, reading.unchanged, reading.previous) == ("date", False, False, None)


def test_runs_that_the_document_strikes_out_are_older_dates():
    """Struck-out runs stand beside the text and not in it; of several the earliest is the older date."""
    one = read_date("30 September 2011", as_of=AS_OF, struck=("1 September 2011",))
    assert (said(one), said(one.previous), one.changed) == ("2011-09-30", "2011-09-01", True)
    two = read_date("30 Sept 2011", as_of=AS_OF, struck=("30 June 2011", "31 May 2011"))
    assert (said(two), said(two.previous)) == ("2011-09-30", "2011-05-31")
    gone = read_date("", as_of=AS_OF, struck=("30 June 2011",))
    assert (gone.kind, said(gone.previous), gone.changed) == ("blank", "2011-06-30", True)
    yearless = read_date("30 Sept 2011", as_of=AS_OF, struck=("1 Sept",))
    assert (said(yearless), said(yearless.previous)) == ("2011-09-30", "2011-09-01")
    words = read_date("30 Sept 2011", as_of=AS_OF, struck=("TBC",))
    assert (said(words), words.previous, words.changed) == ("2011-09-30", None, False)


def test_the_text_of_an_older_date_reads_as_that_date_again():
    """What is kept as the older date's text can be read by itself."""
    for text, _, older in CHANGES:
        reading = read_date(text, as_of=AS_OF)
        if older and reading.previous:
            assert said(read_date(reading.previous.text, as_of=AS_OF)) == older


# --- what the parameters decide -------------------------------------------------------------------------------------


def test_the_order_of_day_and_month_is_the_columns():
    """3/4/2012 follows the order given, and is in doubt only where the column does not settle it."""
    assert said(read_date("3/4/2012", day_first=False)) == "2012-03-04"
    assert codes(read_date("3/4/2012", day_first=False)) == {"date-ambiguous"}
    assert codes(read_date("3/4/2012", day_first=True, order_settled=True)) == set()
    assert said(read_date("8/28/2020", day_first=True)) == "2020-08-28"
    assert said(read_date("28/8/2020", day_first=False)) == "2020-08-28"
    assert codes(read_date("1/9/2011 revised to 30/9/2011")) == set()


def test_a_column_shows_its_order_by_the_dates_that_can_be_read_only_one_way():
    """None without evidence or with evidence both ways; one slip in twenty does not count."""
    assert month_first(["3/4/2012", "", "tbc", "2011-09-30"]) is None
    assert month_first(["3/4/2012", "due 24/10/2016"]) is False
    assert month_first(["3/4/2012", "8/28/2020"]) is True
    assert month_first(["24/10/2016", "8/28/2020"]) is None
    assert month_first(["8/28/2020"] * 30 + ["24/10/2016"]) is True
    assert month_first(["30/13/2011", "99/99/9999", "1.2.3.4"]) is None


def test_a_date_without_a_year_needs_the_snapshot():
    """The year is looked for from four months before the snapshot to eight after; without one there is no date."""
    assert (said(read_date("14 Aug")), codes(read_date("14 Aug"))) == ("unreadable", {"date-not-read"})
    assert said(read_date("14 Aug", as_of=date(2012, 7, 4))) == "2012-08-14"
    assert said(read_date("1 May", as_of=date(2011, 8, 31))) == "2011-05-01"
    assert said(read_date("30 April", as_of=date(2011, 8, 31))) == "2012-04-30"
    assert said(read_date("29 Feb", as_of=date(2011, 12, 1))) == "2012-02-29"
    assert said(read_date("Thursday 30 April", as_of=date(2015, 11, 1))) == "2015-04-30"
    assert said(read_date("30 April", as_of=AS_OF, past=True)) == "2011-04-30"
    assert said(read_date("30 September", as_of=AS_OF, past=True)) == "2010-09-30"
    assert said(read_date("29 Feb", as_of=date(2014, 12, 1), past=True)) == "2012-02-29"
    assert codes(read_date("29 Feb", as_of=AS_OF, past=True)) == {"date-not-read"}  # the last was that of 2008


@pytest.mark.parametrize("year", range(2011, 2015))
def test_every_day_without_a_year_is_read_from_every_year(year):
    """A day that has passed lies in the year before the snapshot; of one that has not, as much is known; only a leap day may be neither."""
    as_of = date(year, 8, 31)
    days = [date(2012, 1, 1) + timedelta(n) for n in range(366)]
    for day, past in itertools.product(days, (True, False)):
        reading = read_date(f"{day.day} {day:%B}", as_of=as_of, past=past)
        if reading.latest is None:
            assert (day.month, day.day) == (2, 29)
            continue
        assert (reading.latest.month, reading.latest.day) == (day.month, day.day)
        assert not past or reading.latest <= as_of < add_months(reading.latest, 12) or (day.month, day.day) == (2, 29)


def test_the_century_of_a_short_year_is_the_snapshots():
    """61 is 1961 to a paper of 1961 and, to one of 2011, out of range either way."""
    assert said(read_date("LAUNCHED 4-23-61", as_of=date(1961, 5, 1))) == "1961-04-23"
    assert said(read_date("17.7.12", as_of=date(2012, 7, 4))) == "2012-07-17"
    assert codes(read_date("23 April 61", as_of=AS_OF)) == {"date-out-of-range"}


def test_thirty_years_is_as_far_as_a_date_is_believed():
    """A date exactly thirty years away is read; one of the next day is a finding."""
    assert said(read_date("31 August 2041", as_of=AS_OF)) == "2041-08-31"
    assert codes(read_date("1 September 2041", as_of=AS_OF)) == {"date-out-of-range"}
    assert codes(read_date("30 August 1981", as_of=AS_OF)) == {"date-out-of-range"}
    assert said(read_date("FY 2040/41", as_of=date(2023, 3, 31))) == "2040-04-01..2041-03-31"
    assert said(read_date("1 September 2041")) == "2041-09-01"


def test_the_financial_year_is_the_plans():
    """An October year makes FY2023 and its quarters those of the United States."""
    assert said(read_date("FY2023", financial_year_starts=(10, 1))) == "2022-10-01..2023-09-30"
    assert codes(read_date("FY2023", financial_year_starts=(10, 1))) == set()
    assert said(read_date("Q1 2022/23", financial_year_starts=(10, 1))) == "2022-10-01..2022-12-31"
    assert said(read_date("FY2023", financial_year_starts=(1, 1))) == "2023-01-01..2023-12-31"
    assert said(read_date("2011/12", financial_year_starts=(4, 6))) == "2011-04-06..2012-04-05"


def test_the_end_of_the_financial_year_is_not_guessed_just_after_one():
    """From April to July it may be the year just over, and is not read; "this" and "next" leave no doubt."""
    read = [said(read_date("end of the financial year", as_of=date(2012, month, 20))) for month in (3, 4, 7, 8)]
    assert read == ["2012-03-31", "unreadable", "unreadable", "2013-03-31"]
    assert said(read_date("end of this financial year", as_of=date(2012, 4, 20))) == "2013-03-31"
    assert said(read_date("end of next financial year", as_of=date(2012, 3, 20))) == "2013-03-31"
    assert said(read_date("end of FY", as_of=date(2021, 2, 1), financial_year_starts=(10, 1))) == "2021-09-30"


def test_lengths_of_time_count_from_the_anchor_and_say_so_without_one():
    """An anchor of several days gives an interval; without an anchor there is no date and a note."""
    spread = (date(2011, 2, 4), date(2011, 6, 1))
    assert said(read_date("within 3 months", anchor=spread)) == "2011-05-04..2011-09-01"
    without = read_date("within 3 months")
    assert (without.kind, codes(without)) == ("conditional", {"anchor-not-known"})
    assert codes(read_date("90 days after guidance is issued")) == set()
    assert said(read_date("1 month", anchor=(date(2012, 1, 31),) * 2)) == "2012-02-29"


def test_working_days_are_weekdays_with_room_for_public_holidays():
    """Ten working days from Wednesday 1 June 2011 are 15 June, or up to three weekdays later."""
    reading = read_date("within ten working days", anchor=ANCHOR)
    assert (reading.earliest, reading.latest) == (date(2011, 6, 15), date(2011, 6, 20))
    seventy = read_date("within seventy working days of the publication", anchor=((date(2004, 1, 5),) * 2))
    assert (seventy.earliest, seventy.precision) == (date(2004, 4, 12), "relative")


# --- every string collected from real files -------------------------------------------------------------------------

# By row of target-dates.csv from 1: the interval or kind as at the file's own date, with the anchor that the source
# itself resolves its "90 Days" from (23 May 2012).
REAL = {
    1: "2013-03-23", 2: "2012-06-23", 3: "2012-11-23", 4: "2020-09-01..2020-09-30", 5: "recurring", 6: "recurring",
    7: "conditional", 8: "2020-09-30", 9: "conditional", 10: "2021-12-31", 11: "conditional", 12: "recurring",
    13: "conditional", 14: "2012-08-21", 15: "2012-11-23", 16: "2013-10-23", 17: "2017-11-01", 18: "2025-03-31",
    19: "2024-01-01..2024-03-31", 20: "2023-03-01..2023-05-31", 21: "2023-03-31", 22: "2040-04-01..2041-03-31",
    23: "2025-03-31", 24: "tbc", 25: "2020-08-28", 26: "code", 27: "code", 28: "2016-10-24", 29: "2025-03-01..2025-03-31",
    30: "not applicable", 31: "1961-04-23", 32: "2015-03-01..2015-03-31", 33: "2013-10-01..2013-12-31", 34: "2012-08-14",
    35: "2012-07-17", 36: "2012-09-11", 37: "2017-11-01..2017-11-30", 38: "2017-04-01..2018-03-31", 39: "2012-11-23",
    40: "2012-08-29..2012-09-11", 41: "not applicable",
}  # fmt: skip
REAL_AS_OF = {**dict.fromkeys(range(1, 17), 2020), 17: 2024, **dict.fromkeys(range(18, 25), 2023), 25: 2020, 26: 2020,
              27: 2020, 28: 2016, 29: 2024, 30: 2024, 31: 1961, 32: 2013, 33: 2013, **dict.fromkeys(range(34, 37), 2012),
              37: 2017, 38: 2017, 39: 2022, 40: 2012, 41: 2012}  # fmt: skip


def test_every_string_collected_from_real_files():
    """All strings of target-dates.csv are read as the files' own later versions, or their authors, resolve them."""
    path = DATA / "strings" / "target-dates.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row["string"] for row in csv.DictReader(file)]
    anchor = (date(2012, 5, 23), date(2012, 5, 23))
    texts = {number: text.replace("\\r", "\r").replace("\\n", "\n") for number, text in enumerate(rows, start=1)}
    found = {
        number: said(read_date(text, as_of=date(REAL_AS_OF[number], 7, 4), anchor=anchor))
        for number, text in texts.items()
    }
    assert found == REAL


def test_every_date_of_the_real_tables():
    """Each ISO and month-first date of the GMPP, NYC and Rubin tables is read to the day, and nothing else is a date."""
    files = {
        "gmpp/*.csv": ("Date", date(2023, 3, 31)),
        "nyc-sca-schedules/*.csv": ("Date", date(2024, 8, 31)),
        "rubin-dm-milestones/*.csv": ("Target Date", date(2017, 8, 18)),
    }
    paths = [(path, *what) for pattern, what in files.items() for path in sorted(DATA.glob(pattern))]
    if not paths:
        pytest.skip(f"{DATA} is not here")
    wrong, read = [], 0
    for path, header, as_of in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
        for name in [name for name in table[0] if name and re.search(rf"{header}\b", name)]:
            cells = [row[name] or "" for row in table]
            order = month_first(cells)
            for cell in set(cells):
                iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?: 00:00:00)?", cell)
                us = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", cell)
                truth = None
                if iso:
                    truth = date(int(iso[1]), int(iso[2]), int(iso[3]))
                elif us:
                    truth = date(int(us[3]), int(us[1]), int(us[2]))
                reading = read_date(cell, as_of=as_of, day_first=not order, order_settled=order is not None)
                read += truth is not None
                if reading.latest != truth:
                    wrong.append((path.name, cell, said(reading)))
    assert wrong == []
    assert read > 1000


# --- properties -----------------------------------------------------------------------------------------------------

FORMATS = (
    "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%Y-%m-%d", "%Y/%m/%d", "%B %d, %Y", "%b %d %Y",
    "%A %d %B %Y", "%a %d %b %Y", "%d %B, %Y", "by %d %B %Y", "due %d/%m/%Y", "%Y-%m-%d 00:00:00", "%Y%m%d",
    "%d/%m/%y", "%d %b %y", "%d-%b-%y", "%d.%m.%y", "completed %d %B %Y", "(%d/%m/%Y)", "%d %B %Y*", "%b. %d,\n%Y",
)  # fmt: skip
NEAR = st.dates(date(1990, 1, 1), date(2035, 12, 31))
WORDS = st.sampled_from(
    "30 31 2011 1/9/11 30/09/2011 2011/12 Q3 H1 FY22/23 September Sept. May spring term end of early mid late w/c by before "
    "revised to was now original from and or - / ( ) , ; . -> <s> </s> ~~ tbc ongoing n/a every 3 months six working days "
    "after not subject if quarterly complete financial year academic half week ending Friday 1st policy training '11 "
    "Exempt 24/7 24,26 31/06/2011 9999 ? * &nbsp; £5m 75% https://x.gov \u2013 \u00bd \u0661".split(" ")
)
PHRASES = st.lists(WORDS, max_size=9).map(" ".join)


@given(day=NEAR, pattern=st.sampled_from(FORMATS))
def test_a_formatted_day_is_read_back(day, pattern):
    """Any day in any of the formats is read as that day."""
    reading = read_date(day.strftime(pattern), as_of=date(2011, 8, 31), order_settled=True)
    assert (reading.earliest, reading.latest, reading.precision) == (day, day, "day")


@given(day=NEAR, pattern=st.sampled_from(("%B %Y", "%b %Y", "%m/%Y", "%b-%y", "by %B %Y")))
def test_a_formatted_month_is_read_back(day, pattern):
    """Any month in any of the formats is read as that month."""
    reading = read_date(day.strftime(pattern), as_of=date(2011, 8, 31))
    assert (reading.earliest, reading.latest + timedelta(1)) == (day.replace(day=1), add_months(reading.earliest, 1))


@given(day=NEAR)
def test_a_year_and_month_are_never_taken_for_a_year_that_does_not_hold_them(day):
    """2011-09 is a month; 2011-12 may be a financial year, which holds it; 2001-02 may be either and is not read."""
    reading = read_date(day.strftime("%Y-%m"), as_of=date(2011, 8, 31))
    if reading.precision == "month":
        assert (reading.earliest, codes(reading)) == (day.replace(day=1), set())
    else:
        assert codes(reading) == {"date-ambiguous"}
        assert reading.latest is None or reading.earliest <= day <= reading.latest


@given(
    old=NEAR,
    new=NEAR,
    words=st.sampled_from(("{} revised to {}", "was {} now {}", "~~{}~~ {}", "revised from {} to {}")),
)
def test_a_changed_date_keeps_both(old, new, words):
    """Whatever the two days, the new one is in force and the old one is the older."""
    text = words.format(f"{old.day} {old:%B %Y}", f"{new.day} {new:%B %Y}")
    reading = read_date(text, as_of=date(2011, 8, 31))
    assert (reading.latest, reading.previous.latest, reading.changed) == (new, old, new != old)


@given(first=NEAR, last=NEAR)
def test_what_phrase_says_is_read_back(first, last):
    """The words that are printed for an interval are read as that interval."""
    first, last = min(first, last), max(first, last)
    reading = read_date(phrase(first, last, precision_of(first, last)), as_of=date(2011, 8, 31))
    assert (reading.earliest, reading.latest) == (first, last)


@settings(max_examples=400)
@given(
    text=st.one_of(PHRASES, st.text(max_size=40)), as_of=st.none() | NEAR, anchored=st.booleans(), past=st.booleans()
)
@example("' 31/06/2011", date(2011, 1, 1), False, False)
@example("29 Feb", date(2011, 1, 1), False, True)
@example("agreed 12 July 2011 to", None, False, False)
@example("start christmas", date(2011, 1, 1), False, False)
@example("old revised start christmas cob", date(2012, 1, 1), False, False)
def test_no_text_breaks_the_reading(text, as_of, anchored, past):
    """Any text gives a reading that keeps the contract, and the same one the second time."""
    settings_ = {"as_of": as_of, "anchor": ANCHOR if anchored else None, "past": past}
    reading = read_date(text, **settings_)
    assert reading == read_date(text, **settings_)
    assert reading.text == text
    if reading.kind == "date":
        assert reading.earliest <= reading.latest
        assert reading.precision in schema.PRECISIONS
    else:
        assert (reading.earliest, reading.latest, reading.precision) == (None, None, "")
        assert reading.kind in schema.NO_DATE_KINDS
    assert reading.previous is None or reading.previous.earliest <= reading.previous.latest
    assert {note.code for note in reading.notes} <= set(schema.CODES)


def _same(reading: DateReading) -> DateReading:
    """A reading without the words it was made from."""
    older = replace(reading.previous, text="", notes=()) if reading.previous else None
    notes = tuple(replace(note, message="") for note in reading.notes)
    return replace(reading, text="", previous=older, notes=notes)


@settings(max_examples=300)
@given(text=PHRASES)
def test_case_and_space_do_not_matter(text):
    """Capitals, line breaks and more spaces change no reading."""
    plain = _same(read_date(text, as_of=AS_OF, anchor=ANCHOR))
    for other in (text.upper(), text.lower(), f"\n {text}\t", text.replace(" ", "\r\n  ")):
        assert _same(read_date(other, as_of=AS_OF, anchor=ANCHOR)) == plain


@given(day=NEAR, prose=st.sampled_from((
    "{} subject to funding", "after {}", "not before {}", "if approved by {}", "from {}", "ongoing since {}", "monthly from {}",
    "will not meet {}", "TBC, not {}", "N/A ({})",
)))  # fmt: skip
def test_words_that_take_a_date_back_leave_no_date(day, prose):
    """A condition, a start, a negation or a repetition beside a day means that no target is read."""
    assert read_date(prose.format(f"{day:%d/%m/%Y}"), as_of=date(2011, 8, 31)).latest is None


# --- the small functions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "precision", "words"),
    [
        (date(2011, 9, 30), date(2011, 9, 30), "day", "30 September 2011"),
        (date(2011, 9, 1), date(2011, 9, 30), "month", "September 2011"),
        (date(2011, 7, 1), date(2011, 9, 30), "quarter", "July to September 2011"),
        (date(2011, 12, 1), date(2012, 2, 29), "season", "December 2011 to February 2012"),
        (date(2011, 1, 1), date(2011, 12, 31), "year", "2011"),
        (date(2011, 4, 1), date(2012, 3, 31), "year", "April 2011 to March 2012"),
        (date(2011, 9, 5), date(2011, 9, 11), "week", "week of 5 September 2011"),
        (date(2011, 9, 1), date(2011, 9, 10), "half-year", "1 to 10 September 2011"),
        (date(2011, 8, 29), date(2011, 9, 11), "relative", "29 August to 11 September 2011"),
        (date(2012, 1, 1), date(2012, 4, 15), "term", "1 January to 15 April 2012"),
        (date(2011, 12, 20), date(2012, 1, 3), "half-year", "20 December 2011 to 3 January 2012"),
        (None, None, "", "no date"),
    ],
)
def test_phrase_says_an_interval_as_a_person_would(first, last, precision, words):
    """Each interval has one plain wording."""
    assert phrase(first, last, precision) == words


@pytest.mark.parametrize(
    ("first", "last", "precision"),
    [
        (date(2011, 9, 30), date(2011, 9, 30), "day"),
        (date(2011, 9, 5), date(2011, 9, 11), "week"),
        (date(2012, 2, 1), date(2012, 2, 29), "month"),
        (date(2012, 2, 1), date(2012, 2, 28), "half-year"),
        (date(2011, 10, 1), date(2011, 12, 31), "quarter"),
        (date(2011, 10, 1), date(2012, 3, 31), "half-year"),
        (date(2011, 4, 1), date(2012, 3, 31), "year"),
        (date(2011, 1, 1), date(2011, 8, 31), "year"),
    ],
)
def test_precision_of_an_interval(first, last, precision):
    """Only exact months, quarters, half-years and years are called so; a part of a longer period is a half-year."""
    assert precision_of(first, last) == precision


@given(day=NEAR, n=st.integers(-600, 600))
def test_months_are_added_with_the_end_of_the_month_kept_inside(day, n):
    """Adding months moves the month by exactly that many and the day back at most to the month's end."""
    moved = add_months(day, n)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == n
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(1)).day == 1)


def test_an_anchor_or_date_that_is_a_timestamp_gives_plain_dates():
    """A pandas timestamp as the snapshot's date gives dates that are no timestamps."""
    pandas = pytest.importorskip("pandas")
    reading = read_date("14 Aug", as_of=pandas.Timestamp("2012-07-04"))
    assert (type(reading.latest), reading.latest) == (date, date(2012, 8, 14))
    assert phrase(pandas.NaT, pandas.NaT, "") == "no date"
    assert phrase(pandas.Timestamp("2011-09-01"), pandas.Timestamp("2011-09-30"), "month") == "September 2011"


@pytest.mark.parametrize(
    "text", ["Date to be agreed at the meeting in May", "March meeting - date to be confirmed", "To be set at the June board"]
)
def test_the_month_of_a_meeting_that_settles_a_date_is_no_date(text):
    """Where words say that the date is still to be settled, a bare month beside them is when it will be."""
    assert read_date(text, as_of=date(2012, 1, 31)).kind == "tbc"


def test_a_month_to_be_confirmed_is_a_month_in_doubt():
    """The month itself may be what is to be confirmed: it is read, and flagged."""
    reading = read_date("March (tbc)", as_of=date(2012, 1, 31))
    assert (reading.earliest, {"date-ambiguous"} <= codes(reading)) == (date(2012, 3, 1), True)
