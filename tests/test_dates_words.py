"""Target dates, word by word: what each word that the grammar knows does to the date beside it.

Worked by hand from docs/decisions/0002-dates-and-statuses.md. Each list is written out here, so that a word that is lost
from the grammar, or put under another meaning there, is noticed.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from planlib.dates import DateReading, month_first, phrase, precision_of, read_date

AS_OF = date(2011, 8, 31)
ANCHOR = (date(2011, 6, 1), date(2011, 6, 1))
SEPTEMBER = "30 September 2011"


def read(text: str, **settings) -> DateReading:
    """A cell of a snapshot at the end of August 2011, of a plan that counts from 1 June."""
    return read_date(text, **({"as_of": AS_OF, "anchor": ANCHOR} | settings))


def said(reading: DateReading | None) -> str:
    """The interval in ISO form, the kind of no date, or blank for no reading."""
    if reading is None or reading.earliest is None or reading.latest is None:
        return reading.kind if reading else ""
    return str(reading.latest) if reading.earliest == reading.latest else f"{reading.earliest}..{reading.latest}"


def codes(reading: DateReading) -> list[str]:
    """The codes of the findings, in order."""
    return sorted(note.code for note in reading.notes)


def rows(table: str) -> list[list[str]]:
    """The cells of a table written one row a line."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


# --- words that say which kind of nothing stands there ---------------------------------------------------------------

ALONE = {
    "withheld": "exempt|exempted|exemption|withheld|redacted|freedom of information|commercial in confidence|not disclosed|"
    "commercially sensitive",
    "not applicable": "n/a|na|not applicable|not relevant|not required|no longer required|no longer applicable|"
    "no longer needed|no longer relevant|does not apply|no action required|no further action|no further action required|"
    "no milestones due|nothing due|none due|not needed",
    "blank": "blank|none|nil|null|nan|nat|not stated|not given|no date|no date given|no date set|no dates|not specified|"
    "not provided|not recorded|no target|no target date|no deadline|undated|missing|none set|none given|no timescale|"
    "no date provided|no end date given|not dated",
    "tbc": "tbc|tba|tbd|tbi|tbn|to be confirmed|to be advised|to be announced|to be determined|to be decided|to be notified|"
    "to be known|to confirm|awaiting date|awaiting dates|awaiting confirmation|date awaited|awaited|not yet known|"
    "not yet set|not yet agreed|not yet confirmed|not yet determined|not yet decided|not yet scheduled|not yet available|"
    "not yet|not known|unknown|not confirmed|unconfirmed|not set|not agreed|under discussion|under consideration|"
    "under review|to follow|no date yet|no date agreed|pending confirmation|date pending|not scheduled|unscheduled|"
    "not determined|undetermined|undecided|not finalised|not available|not agreed yet|to be agreed|to be arranged|to be set|"
    "to be scheduled|to be established|to be defined|to be finalised|to be finalized|to be identified|to be reviewed|"
    "to be discussed|to be negotiated|to be planned|to be revised",
    "ongoing": "ongoing|24/7|on going|on-going|continuous|continuously|continual|continually|continuing|continues|continue|"
    "permanent|rolling|business as usual|bau|until further notice|indefinite|indefinitely|no end date|open ended|open-ended|"
    "in perpetuity|always|onwards|onward",
    "recurring": "daily|weekly|fortnightly|monthly|bimonthly|quarterly|termly|yearly|annually|biannual|biannually|biennial|"
    "biennially|regular|regularly|periodic|periodically|twice a year|times a year|times a month|times per year|"
    "twice yearly|once a year|once a month|once a term|once a week|recurring|cyclical|cyclic|per annum|annual|every month|"
    "each term|every other Monday|per quarter|every two years|every single school term",
    "conditional": "subject to funding|depending on funding|dependent|depends|contingent|conditional|if agreed|once agreed|"
    "when agreed|whenever agreed|after agreement|following agreement|upon agreement|on completion|on receipt|on approval|"
    "on appointment|on publication|pending|unless stopped|provided that all agree|providing all agree|assuming agreement|"
    "awaiting agreement|await agreement|awaits agreement|in line with policy|in accordance with policy|as required|"
    "as and when|as needed|as necessary|as appropriate|where required|where necessary|linked to policy|tied to policy|"
    "not before|no earlier than|not until|no sooner than|not earlier than|earliest|at earliest|next meeting|next review|"
    "in conjunction with others|determined by others|driven by others|set by others|timeline|timetable|when required|"
    "on demand|upon request|on request|at the next board|agreed with others|before the board|prior to the board|"
    "ahead of the board|in time for the board|to coincide with the board|in advance of the board",
    "code": "complete|completed|date completed|actual|missed|completion|done|closed|achieved|implemented|delivered|finished|"
    "in progress|in place|not started|not yet started|not started yet|not commenced|not yet commenced|overdue|on track|"
    "on target|on schedule|on course|open|underway|under way|paused|cancelled|canceled|withdrawn|superseded|yes|no|delayed|"
    "late|met|not met|live|signed off|not complete|not completed|not yet complete|not yet completed|incomplete|launched|"
    "action complete|outstanding|suspended|on hold|not yet due|not due|started|begun|commenced|commencement",
    "unreadable": "asap|as soon as possible|immediate|immediately|with immediate effect|urgent|urgently|"
    "as soon as practicable|forthwith|as soon as is practicable",
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in ALONE.items() for text in texts.split("|")])
def test_words_alone_say_which_kind_of_no_date_stands_there(kind, text):
    """Each of these, alone in a cell, is the kind of no date that its words say; only haste is worth a finding."""
    reading = read(text)
    assert (reading.kind, codes(reading)) == (kind, ["date-not-read"] if kind == "unreadable" else [])


# --- words around a date ---------------------------------------------------------------------------------------------

MANY = "The steering group of all nine partner bodies hands its work over"
AROUND = {
    # the words, and the cell they stand in: what it gives, what it gave before, and what is found
    ("2011-09-30", "", "", f"{MANY} {{}} {SEPTEMBER}"):
        "by|due|no later than|not later than|latest|at the latest|at latest|deadline|until|till|til|up to|to be completed|"
        "complete by|completed by|for completion|target|target date|target for|end date|ends|ending|on or before|"
        "before or on|not after|to be completed by|will be completed by|delivery by|due date|due by|due on|due in|"
        "completion date|no later|by end of play|cob|cop|close of play|close of business|expiry|expires|year ending|"
        "period ending|quarter ending|month ending|financial year ending|years ending|ends on|end on|finish|finishes|"
        "finish date|completion by|complete in|date due|due currently",
    ("unreadable", "", "date-not-read", f"{MANY} {{}} {SEPTEMBER}"): "for|towards about|or|in",
    ("2012-01-01..2012-12-31", "", "", "{} 2012"):
        "short term|medium term|long term|next|the|of|in|on|at|for|to|and|is|be|will|are|it|that|with|date|dates|approx|"
        "approximately|about|around|circa|ca|c|max|maximum|already|est|estimated|estimate|planned|scheduled|anticipated|"
        "expected|likely|provisional|provisionally|targeted|targets|timescale|timescales|timeframe|finally|then|thereafter|"
        "if possible|where possible|during|over|throughout|through|latest by|forecast|schedule|projected|projection|"
        "proposed|full|fully|currently due|has been|have been|been|has|have|should|must|would|can|all|agreed|as|within|"
        "which|there|here|only|implementation|implement|delivery|deliver|deliverable|launch|achieve|noon|midday|midnight|"
        "time|plus|both|also|further|current|currently|present",
    ("2012-04-01..2013-03-31", "", "", "due in the {} 2012/13"): "new financial year|financial year|new fiscal year|tax year",
    ("2012-03-31", "", "", "{} 1 April 2012"): "before|prior to|ahead of|in advance of|pre",
    ("2012-04-01", "", "", "{} 1 April 2012"): "in time for|to coincide with",
    ("unreadable", "", "date-not-read", "{} 30 September 2011"):
        "starts|beginning|starting|start date|started on|began|begin|begins|beginning on|commence|commences|commenced|"
        "commencing|commencement|since|with effect from|wef|effective from|effective|begun|start on|starts on|to start|"
        "to begin|to commence|started in|start in|starting from|start from|commencing from|start|started|from|"
        "as at|as of|updated|updated on|last updated|last update|dated|last reviewed|reviewed on|reported on|minutes|"
        "decision of|agreed on|approved on|letter of|report of|last checked|date of update|status at|position at|"
        "will not happen|cannot happen|never|unable|neither|nor|failed|without|won't happen|can't happen|isn't|wasn't|unlikely",
    ("2011-09-30", "", "", "30 September 2011 ({} 12 July 2011)"):
        "started on|began|since|wef|as at|as of|updated|updated on|last updated|last update|dated|last reviewed|reviewed on|"
        "reported on|minutes|decision of|agreed on|approved on|letter of|report of|last checked|date of update|"
        "status at|position at",
    ("2011-09-30", "2011-06-30", "", "30 September 2011 ({} 30 June 2011)"):
        "was|were|previously|formerly|originally|initially|was originally|was previously|instead of|rather than|replaces|"
        "replacing|replaced|superseding|was due|were due|had been|was due by|was to be|previously due|originally due|"
        "original|orig|previous|prev|initial|old|prior|baseline|from",
    ("2011-09-30", "2011-06-30", "", "30 June 2011 {} to 30 September 2011"):
        "revised|rev|re-revised|amended|changed|moved|extended|extension|extend|ext|extension granted|extension agreed|"
        "extension approved|deferred|defer|postponed|rescheduled|re-scheduled|put back|pushed back|pushed|brought forward|"
        "carried forward|carried over|rolled forward|slipped|slippage|re-profiled|reprofiled|re-phased|rephased|"
        "rebaselined|re-baselined|re-dated|redated|reforecast|re-forecast|increased|re-set|reset|shifted|re-timed|retimed|"
        "reprogrammed|re-programmed|updated|decreased|put off|held over|set back|re-planned|replanned|revision|delayed|"
        "revise",
    ("2011-09-30", "2011-06-30", "", "30 June 2011 {} 30 September 2011"):
        "replaced by|replaced with|now|now due|new|revised date|new date|new target|delayed until|delayed till|updated to|"
        "amended to|→|->|-->|=>|»|>",
    ("unreadable", "2011-06-30", "date-not-read", "30 June 2011 extension {} to 30 September 2011"):
        "requested|request|requests|requesting|seeking|sought|seek|recommended|recommend|asked|proposal|"
        "subject to agreement",
    ("conditional", "", "date-not-read", "30 September 2011 {} funding"):
        "subject to|depending on|dependent on|contingent on|conditional on|if|once|when|after|following|upon|on receipt of|"
        "pending|unless|provided that|providing|assuming|awaiting|in line with|in accordance with|linked to|tied to",
    ("ongoing", "", "date-not-read", "{} 30 September 2011"): "ongoing|continuous|rolling|permanent|always|bau",
    ("recurring", "", "date-not-read", "{} 30 September 2011"): "daily|weekly|monthly|quarterly|termly|annually|regularly",
    ("tbc", "", "date-not-read", "{} 30 September 2011"): "tbc|tba|tbd|to be confirmed|unconfirmed|not known",
    ("2011-09-30", "", "date-ambiguous", "30 September 2011 {}"): "tbc|tba|to be confirmed|to be agreed|unconfirmed",
    ("not applicable", "", "date-not-read", "{} 30 September 2011"): "n/a|not applicable|no longer required|not needed",
}  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "older", "note", "text"),
    [(*what[:3], what[3].format(words)) for what, texts in AROUND.items() for words in texts.split("|")],
)
def test_words_around_a_date_say_what_it_is(expected, older, note, text):
    """A deadline, an older date, a start, a condition: each word gives the date beside it the part that it says."""
    reading = read(text)
    assert (said(reading), said(reading.previous), codes(reading)) == (expected, older, [note] if note else [])
    assert reading.changed == bool(older)


@pytest.mark.parametrize(
    "words",
    "unchanged|no change|no changes|not changed|not revised|no revision|no extension|remains|remain|as before|same|"
    "no revised date|not extended|has not changed|as planned|still|no slippage|not slipped|has not slipped|not moved|"
    "has not moved|not deferred|not postponed|not amended|not rescheduled".split("|"),
)
def test_words_that_say_that_a_date_stands(words):
    """Each of these after a date says that it was not changed."""
    reading = read(f"{SEPTEMBER} ({words})")
    assert (said(reading), reading.unchanged, reading.changed) == ("2011-09-30", True, False)


NUMBERED = (
    "action actions phase phases stage step section sections para paragraph page no nos number item ref rec recommendation "
    "recommendations point key ks grade band group wave tranche part level version v draft room unit appendix annex minute "
    "priority objective form cohort module workstream lot area policy option task tasks deliverable milestone year "
    "schools chapter table figure rule clause article standard"
).split()


@pytest.mark.parametrize("word", NUMBERED)
def test_a_number_after_what_it_counts_is_no_part_of_a_date(word):
    """Of "Room 12, 30 September 2011" the twelve is the room's; of "Smith 12, 30 September 2011" it may be a day."""
    reading = read(f"{word} 12, 30 September 2011")
    assert (said(reading), codes(reading)) == ("2011-09-30", [])
    assert codes(read("Smith 12, 30 September 2011")) == ["several-dates"]


@pytest.mark.parametrize(
    "word",
    "act acts regulation regulations order orders census code iso bs olympics games strategy plan manifesto version "
    "directive vision agenda".split(),
)
def test_a_year_in_a_name_is_no_date(word):
    """Of "Act 2007 - 30 September 2011" the year 2007 is the Act's."""
    reading = read(f"{word} 2007 - {SEPTEMBER}")
    assert (said(reading), codes(reading)) == ("2011-09-30", [])
    for day in ("28 September 2011", "28/09/2011", "28-Sep-11") if word != "version" else ():
        assert said(read(f"{word} {day}")) == "2011-09-28"


@pytest.mark.parametrize("word", "milestone deliverable action policy task draft standard plan".split())
def test_a_day_after_a_word_that_is_seldom_numbered_is_a_day(word):
    """Task 30 September 2011 is due that day; of "Phase 2 March 2012" the number is the phase's."""
    assert said(read(f"{word} 30 September 2011")) == "2011-09-30"
    for day in ("30/09/2011", "30-9-11", "30-Sep-11"):
        assert said(read(f"{word} {day}")) == "2011-09-30"
    assert said(read("Phase 2 March 2012")) == "2012-03-01..2012-03-31"


# --- names of months, weekdays and lengths ---------------------------------------------------------------------------

MONTH_NAMES = (
    "january jan", "february feb febr", "march mar mrch", "april apr apl", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip


@pytest.mark.parametrize(
    ("month", "name"), [(month, name) for month, names in enumerate(MONTH_NAMES, start=1) for name in names.split()]
)
def test_each_name_of_a_month(month, name):
    """Full names and the usual abbreviations, with or without a stop, beside a day and alone."""
    assert said(read(f"7 {name} 2012")) == f"2012-{month:02}-07"
    assert said(read(f"{name}. 7, 2012")) == f"2012-{month:02}-07"
    assert str(read(f"{name} 2012").earliest) == f"2012-{month:02}-01"


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("janury", 1), ("januuary", 1), ("jamuary", 1), ("janaury", 1), ("februray", 2), ("agust", 8), ("septembre", 9),
        ("setpember", 9), ("septembet", 9), ("ocotber", 10), ("novembr", 11), ("decembber", 12), ("dezember", 12), ("septembe", 9),
        ("januaryy", 1), ("februari", 2),
    ],
)  # fmt: skip
def test_a_long_month_with_one_slip_of_the_pen(text, month):
    """One letter missing, doubled, wrong or changed round is still that month."""
    assert str(read(f"{text} 2012").earliest) == f"2012-{month:02}-01"


@pytest.mark.parametrize("text", ["jany", "janx", "marhc", "aprill", "octobxxr", "nuvembar", "otcobre", "cotober"])
def test_more_than_one_slip_is_no_month(text):
    """A short name, another first letter, or two letters wrong is not guessed at."""
    assert said(read(f"{text} 2012")) == "unreadable"


@pytest.mark.parametrize(
    ("weekday", "name"),
    [
        (weekday, name)
        for weekday, names in enumerate((
            "monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri", "saturday sat",
            "sunday sun",
        ))
        for name in names.split()
    ],
)  # fmt: skip
def test_each_name_of_a_weekday(weekday, name):
    """A weekday that is that day's is no doubt; another one is, and the day is taken."""
    day = 5 + weekday  # 5 September 2011 is a Monday
    assert (said(read(f"{name} {day} September 2011")), codes(read(f"{name} {day} September 2011"))) == (f"2011-09-{day:02}", [])
    assert codes(read(f"{name} {day + 1} September 2011")) == ["date-ambiguous"]
    assert said(read(f"first {name} of September 2011")) == f"2011-09-{(weekday + 4) % 7 + 1:02}"


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("2011-06-03", "day days"), ("2011-06-15", "week weeks wk wks"), ("2011-06-29", "fortnight fortnights"),
        ("2011-08-01", "month months mth mths mo mos"), ("2013-06-01", "year years yr yrs"),
    ],
)  # fmt: skip
def test_each_name_of_a_length_of_time(expected, words):
    """Two of each, counted from 1 June 2011."""
    for word in words.split():
        assert said(read(f"within 2 {word}")) == expected, word


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8), ("nine", 9),
        ("ten", 10), ("eleven", 11), ("twelve", 12), ("thirteen", 13), ("fourteen", 14), ("fifteen", 15), ("sixteen", 16),
        ("seventeen", 17), ("eighteen", 18), ("nineteen", 19), ("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50),
        ("sixty", 60), ("seventy", 70), ("eighty", 80), ("ninety", 90), ("twenty-four", 24), ("thirty nine", 39),
        ("one hundred", 100), ("one hundred and twenty", 120), ("two hundred and five", 205), ("a", 1), ("28", 28),
        ("twenty-one", 21),
    ],
)  # fmt: skip
def test_numbers_in_words(text, number):
    """A number in words is that many days from 1 June 2011."""
    assert read(f"within {text} days").latest == date.fromordinal(date(2011, 6, 1).toordinal() + number)


EVENTS = (
    "publication|the publication|date of publication|the date of publication|publication of the report|"
    "the publication of the report|publication date|the publication date|the report|report|receipt of the report|"
    "the publication of this report|publication of the inspection report|the inspection report|publication of this report|"
    "the publication of the inspection report|report publication|the report being published|publication of report|"
    "publication of inspection report|this report|receipt of report|receipt of this report|receipt of the final report|"
    "the date of this report|the date of the report|date of report|now|today"
).split("|")


@pytest.mark.parametrize("event", EVENTS)
def test_what_the_anchor_is_the_day_of(event):
    """Three months of the report's publication count from the plan's anchor; of another event's day nothing is known."""
    assert said(read(f"within 3 months of {event}")) == "2011-09-01"
    assert said(read(f"within 3 months of {event} of the review")) == "conditional"


# --- how dates are put together: the text, what it says, how exactly, the findings -----------------------------------

GRAMMAR = """
toward the end of September 2011 | 2011-09-21..2011-09-30 | half-year |
towards end September 2011 | 2011-09-21..2011-09-30 | half-year |
month-end: September 2011 | 2011-09-30 | day |
month end in September 2011 | 2011-09-30 | day |
the last day of September 2011 | 2011-09-30 | day |
last day in September 2011 | 2011-09-30 | day |
1st half of September 2011 | 2011-09-01..2011-09-15 | half-year |
first half of 2012 | 2012-01-01..2012-06-30 | half-year |
2nd half of 2012 | 2012-07-01..2012-12-31 | half-year |
second-half of 2012 | 2012-07-01..2012-12-31 | half-year |
latter half of September 2011 | 2011-09-16..2011-09-30 | half-year |
latter part of September 2011 | 2011-09-21..2011-09-30 | half-year |
later part of September 2011 | 2011-09-21..2011-09-30 | half-year |
early part of the September 2011 | 2011-09-01..2011-09-10 | half-year |
first part in September 2011 | 2011-09-01..2011-09-10 | half-year |
middle of September 2011 | 2011-09-11..2011-09-20 | half-year |
close of September 2011 | 2011-09-30 | day |
eom September 2011 | 2011-09-30 | day |
start of September 2011 | 2011-09-01..2011-09-10 | half-year |
start September 2011 | unreadable | | date-not-read
early to mid September 2011 | 2011-09-01..2011-09-20 | half-year |
early/mid September 2011 | 2011-09-01..2011-09-20 | half-year |
early or mid September 2011 | 2011-09-01..2011-09-20 | half-year |
mid-end September 2011 | 2011-09-11..2011-09-30 | half-year |
late to end of September 2011 | 2011-09-21..2011-09-30 | half-year |
mid part of September 2011 | 2011-09-11..2011-09-20 | half-year |
end of month: September 2011 | 2011-09-30 | day |
end of month of September 2011 | 2011-09-30 | day |
mid year 2012 | 2012-05-01..2012-08-31 | half-year |
end of year 2012 | 2012-12-31 | day |
early Q2 2012/13 | 2012-07-01..2012-07-31 | month |
mid Q2 2012/13 | 2012-08-01..2012-08-31 | month |
late Q2 2012/13 | 2012-09-01..2012-09-30 | month |
end of H1 2012/13 | 2012-09-30 | day |
early autumn 2011 | 2011-09-01..2011-09-30 | month |
late autumn 2011 | 2011-11-01..2011-11-30 | month |
end of autumn 2011 | 2011-11-01..2011-11-30 | month |
end of autumn term 2011 | 2011-12-10..2011-12-31 | half-year |
end of spring term 2012 | 2012-03-20..2012-04-15 | half-year |
mid autumn term 2011 | 2011-10-11..2011-11-20 | half-year |
first half of autumn term 2011 | 2011-09-01..2011-10-31 | half-year |
early autumn term 2011 | 2011-09-01..2011-10-10 | half-year |
first half of spring term 2012 | 2012-01-01..2012-02-22 | half-year |
second half of Q2 2012/13 | 2012-08-16..2012-09-30 | half-year |
first half of 2011/12 | 2011-04-01..2011-09-30 | half-year | date-ambiguous
early academic year 2011/12 | 2011-09-01..2011-12-31 | half-year |
end of week commencing 5 September 2011 | 2011-09-05..2011-09-11 | week |
end of w/e 9 September 2011 | 2011-09-03..2011-09-09 | week |
end of the first week of September 2011 | 2011-09-01..2011-09-07 | week |
Friday, the 30th September 2011 | 2011-09-30 | day |
Friday. 30 September 2011 | 2011-09-30 | day |
30 - 09 - 2011 | 2011-09-30 | day |
30 - 9 - 11 | unreadable | |
2011.09.30 | 2011-09-30 | day |
2011-9-30 | 2011-09-30 | day |
1/9/11-30/9/11 | 2011-09-01..2011-09-30 | month |
1-9-11-30 | unreadable | |
300/09/2011 | unreadable | |
30/009/2011 | unreadable | |
30/09-2011 | unreadable | |
1/2/11/12 | unreadable | |
09-10-22 | unreadable | | date-ambiguous
09-10-21 | 2021-10-09 | day | date-ambiguous
21-10-22 | unreadable | | date-ambiguous
22-10-25 | 2025-10-22 | day |
2011 Sept 30 | 2011-09-30 | day |
2011/Sep/30 | 2011-09-30 | day |
2011, September 30 | 2011-09-30 | day |
3rd Monday in October 2011 | 2011-10-17 | day |
second Friday of September 2011 | 2011-09-09 | day |
fourth Monday of the October 2011 | 2011-10-24 | day |
last Monday of October 2011 | 2011-10-31 | day |
final Friday of September 2011 | 2011-09-30 | day |
5th Friday of September 2011 | 2011-09-30 | day |
first Monday of October | 2011-10-03 | day | year-assumed
first Monday of January 2011/12 | 2012-01-02 | day |
first week of March 2011/12 | 2012-03-01..2012-03-07 | week |
9/2011 | 2011-09-01..2011-09-30 | month |
09-2011 | 2011-09-01..2011-09-30 | month |
09.2011 | 2011-09-01..2011-09-30 | month |
12/2011 | 2011-12-01..2011-12-31 | month |
13/2011 | unreadable | |
2011/09 | 2011-09-01..2011-09-30 | month |
2011-13 | 2011-01-01..2013-12-31 | year | date-ambiguous
2011-2021 | 2011-01-01..2021-12-31 | year | date-ambiguous
2011-2022 | unreadable | |
2013-2011 | unreadable | |
31/12 | 2011-12-31 | day | year-assumed
12/13 | unreadable | | date-ambiguous
9/30 | 2011-09-30 | day | year-assumed
9/21 | unreadable | | date-ambiguous
9/22 | 2011-09-22 | day | year-assumed
5/5 | 2011-05-05 | day | year-assumed
5/05 | unreadable | | date-ambiguous
30-9 | unreadable | |
11/12 financial year | 2011-04-01..2012-03-31 | year |
June 2011/12 | unreadable | | date-not-read
April 2011/12 | unreadable | | date-not-read
August 2011/12 | unreadable | | date-not-read
September 2011/12 | 2011-09-01..2011-09-30 | month |
January 2011/12 | 2012-01-01..2012-01-31 | month |
31 March 2011/12 | 2012-03-31 | day |
1 December 2011/12 | 2011-12-01 | day |
30 April 2011/12 | unreadable | | date-not-read
FY1213 | 2012-04-01..2013-03-31 | year |
FY2024/5 | 2024-04-01..2025-03-31 | year |
FY 2011 - 12 | 2011-04-01..2012-03-31 | year |
FY99/00 | 1999-04-01..2000-03-31 | year |
1999/00 | 1999-04-01..2000-03-31 | year | date-ambiguous
2011 - 2012 | 2011-04-01..2012-03-31 | year | date-ambiguous
30st September 2011 | 2011-09-30 | day |
30 th September 2011 | 2011-09-30 | day |
1 st of September 2011 | 2011-09-01 | day |
September 1 st 2011 | 2011-09-01 | day |
September 2 nd | 2011-09-02 | day | year-assumed
1, 8 and 15 September 2011 | 2011-09-15 | day | several-dates
1st & 15th September 2011 | 2011-09-15 | day | several-dates
1st and Thursday 15th September 2011 | 2011-09-15 | day | several-dates
between 1st & 15th September 2011 | 2011-09-01..2011-09-15 | half-year |
14 or 15 September 2011 | 2011-09-14..2011-09-15 | week |
14 till 15 September 2011 | 2011-09-14..2011-09-15 | week |
14 until 15 September 2011 | 2011-09-14..2011-09-15 | week |
14 through 15 September 2011 | 2011-09-14..2011-09-15 | week |
30 September, '11 | 2011-09-30 | day |
30 September-11 | 2011-09-30 | day |
30/September/2011 | 2011-09-30 | day |
30.September.2011 | 2011-09-30 | day |
30 September of 2011 | 2011-09-30 | day |
30 September in 2011 | 2011-09-30 | day |
30 September (2011) | 2011-09-30 | day |
30 in September 2011 | 2011-09-30 | day |
30, September 2011 | 2011-09-30 | day |
30 September, 11 | unreadable | | date-not-read
September, 2011 | 2011-09-01..2011-09-30 | month |
September of 2011 | 2011-09-01..2011-09-30 | month |
September in 2011 | 2011-09-01..2011-09-30 | month |
September (2011) | 2011-09-01..2011-09-30 | month |
September/2011 | 2011-09-01..2011-09-30 | month |
Sep/11 | 2011-09-01..2011-09-30 | month |
Sep/30/2011 | 2011-09-30 | day |
Sep-30-11 | unreadable | | date-not-read
September 1-30, 2011 | 2011-09-01..2011-09-30 | month |
September 1 to 15 2011 | 2011-09-01..2011-09-15 | half-year |
September 1/15 2011 | 2011-09-01..2011-09-15 | half-year |
Sept 30/11 | unreadable | | date-ambiguous
September 30. 2011 | 2011-09-30 | day |
September 30 of 2011 | 2011-09-30 | day |
September 30 | 2011-09-30 | day | year-assumed
September 31 | unreadable | | date-impossible
Mar 17 | unreadable | | date-ambiguous
Mar 18 | 2012-03-18 | day | year-assumed
Mar 9 | unreadable | | date-ambiguous
Mar 8 | 2012-03-08 | day | year-assumed
Sept 11 | 2011-09-01..2011-09-30 | month | date-ambiguous
Sept 11-Nov 11 | 2011-09-01..2011-11-30 | quarter | date-ambiguous date-ambiguous
11 Sept-11 Nov 2011 | 2011-09-11..2011-11-11 | half-year |
by May | 2011-05-01..2011-05-31 | month | year-assumed
during May | 2011-05-01..2011-05-31 | month | year-assumed
mid May | 2011-05-11..2011-05-20 | half-year | year-assumed
late May | 2011-05-21..2011-05-31 | half-year | year-assumed
end May | 2011-05-31 | day | year-assumed
May to July 2012 | 2012-05-01..2012-07-31 | quarter |
May and July 2012 | 2012-07-01..2012-07-31 | month | several-dates
May/July 2012 | 2012-05-01..2012-07-31 | quarter |
May tbc | 2011-05-01..2011-05-31 | month | date-ambiguous year-assumed
may be | unreadable | |
that may slip | unreadable | |
w/b 5 September 2011 | 2011-09-05..2011-09-11 | week |
wc 5 September 2011 | 2011-09-05..2011-09-11 | week |
wb: 5 September 2011 | 2011-09-05..2011-09-11 | week |
wk commencing 5 September 2011 | 2011-09-05..2011-09-11 | week |
week beginning on 5 September 2011 | 2011-09-05..2011-09-11 | week |
week starting the 5 September 2011 | 2011-09-05..2011-09-11 | week |
week of 5 September 2011 | 2011-09-05..2011-09-11 | week |
week com. 5 September 2011 | 2011-09-05..2011-09-11 | week |
week comm 5 September 2011 | 2011-09-05..2011-09-11 | week |
week from 5 September 2011 | 2011-09-05..2011-09-11 | week |
week-commencing - 5 September 2011 | 2011-09-05..2011-09-11 | week |
w/c Monday, the 5th September 2011 | 2011-09-05..2011-09-11 | week |
week ended 9 September 2011 | 2011-09-03..2011-09-09 | week |
week end 9 September 2011 | 2011-09-03..2011-09-09 | week |
w/c 30/9 | 2011-09-30..2011-10-06 | week | year-assumed
2nd week of September 2011 | 2011-09-08..2011-09-14 | week |
third week in the September 2011 | 2011-09-15..2011-09-21 | week |
4th wk of September 2011 | 2011-09-22..2011-09-28 | week |
final week of September 2011 | 2011-09-24..2011-09-30 | week |
week 1 September 2011 | 2011-09-01..2011-09-07 | week |
week 2nd September 2011 | 2011-09-02..2011-09-08 | week |
week 5 September 2011 | unreadable | | date-ambiguous
week 6 September 2011 | 2011-09-06..2011-09-12 | week |
qtr 2 2012/13 | 2012-07-01..2012-09-30 | quarter |
quarter two 2012/13 | 2012-07-01..2012-09-30 | quarter |
qu 2 2012/13 | 2012-07-01..2012-09-30 | quarter |
qrt 2 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q.2 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q-2 2012/13 | 2012-07-01..2012-09-30 | quarter |
third qtr 2012/13 | 2012-10-01..2012-12-31 | quarter |
2 quarter 2012/13 | 2012-07-01..2012-09-30 | quarter |
last quarter of 2012/13 | 2013-01-01..2013-03-31 | quarter |
final quarter of 2012/13 | 2013-01-01..2013-03-31 | quarter |
fourth quarter of 2012/13 | 2013-01-01..2013-03-31 | quarter |
3Q12/13 | 2012-10-01..2012-12-31 | quarter |
Q5 2012/13 | unreadable | | date-not-read
Q0 2012/13 | unreadable | | date-not-read
Q2-3 2012/13 | 2012-07-01..2012-12-31 | half-year |
Q2/3 2012/13 | 2012-07-01..2012-12-31 | half-year |
Q2 & 3 2012/13 | 2012-07-01..2012-12-31 | half-year |
Q2 to 4 2012/13 | 2012-07-01..2013-03-31 | year |
Q1 and 2 2012/13 | 2012-04-01..2012-09-30 | half-year |
Q2 of the 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q2 in 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q2 (2012/13) | 2012-07-01..2012-09-30 | quarter |
Q2, 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q2: 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q2-2012/13 | 2012-07-01..2012-09-30 | quarter |
Q2 calendar 2012 | 2012-04-01..2012-06-30 | quarter |
Q2 calendar year 2012 | 2012-04-01..2012-06-30 | quarter |
Q2 CY2012 | 2012-04-01..2012-06-30 | quarter |
Q2 FY2012 | 2011-07-01..2011-09-30 | quarter | date-ambiguous
Q2 financial year 2012/13 | 2012-07-01..2012-09-30 | quarter |
Q2 fiscal 2012/13 | 2012-07-01..2012-09-30 | quarter |
H3 2012 | unreadable | | date-not-read
H2 2012 | 2012-07-01..2012-12-31 | half-year | date-ambiguous
2012 H2 | 2012-07-01..2012-12-31 | half-year | date-ambiguous
2012/13 H2 | 2012-10-01..2013-03-31 | half-year |
FY2013 Q2 | 2012-07-01..2012-09-30 | quarter | date-ambiguous
2012 spring | 2012-03-01..2012-05-31 | season |
2012, spring term | 2012-01-01..2012-04-15 | term |
2012: Q2 | 2012-04-01..2012-06-30 | quarter | date-ambiguous
fin year 2012/13 | 2012-04-01..2013-03-31 | year |
fin. yr 2012/13 | 2012-04-01..2013-03-31 | year |
fiscal year 2012/13 | 2012-04-01..2013-03-31 | year |
tax year 2012/13 | 2012-04-01..2013-03-31 | year |
budget year 2012/13 | 2012-04-01..2013-03-31 | year |
financial years 2012/13 | 2012-04-01..2013-03-31 | year |
F/Y 2012/13 | 2012-04-01..2013-03-31 | year |
FY-2012/13 | 2012-04-01..2013-03-31 | year |
FY: 2012/13 | 2012-04-01..2013-03-31 | year |
FYE 2012/13 | 2013-03-31 | day |
EOFY 2012/13 | 2013-03-31 | day |
FY end 2012/13 | 2013-03-31 | day |
financial year-end 2012/13 | 2013-03-31 | day |
financial year end of 2012/13 | 2013-03-31 | day |
AY 2011/12 | 2011-09-01..2012-08-31 | year |
CY 2012 | 2012-01-01..2012-12-31 | year |
school year 2011/12 | 2011-09-01..2012-08-31 | year |
2011/12 academic year | 2011-09-01..2012-08-31 | year |
2012/13 FY | 2012-04-01..2013-03-31 | year |
2012/13 (FY) | 2012-04-01..2013-03-31 | year |
12/13 FY | 2012-04-01..2013-03-31 | year |
calendar year 2012 | 2012-01-01..2012-12-31 | year |
academic year 2012 | 2012-09-01..2013-08-31 | year | date-ambiguous
FY 2012 | 2011-04-01..2012-03-31 | year | date-ambiguous
end of FY 2012 | 2012-03-31 | day | date-ambiguous
2001-02 | unreadable | | date-ambiguous
2003-04 | 2003-04-01..2004-03-31 | year | date-ambiguous
this financial year | 2011-04-01..2012-03-31 | year | year-assumed
current financial year | 2011-04-01..2012-03-31 | year | year-assumed
this academic year | 2010-09-01..2011-08-31 | year | year-assumed
next academic year | 2011-09-01..2012-08-31 | year | year-assumed
this calendar year | 2011-01-01..2011-12-31 | year | year-assumed
end of next calendar year | 2012-12-31 | day | year-assumed
close of the financial year | 2012-03-31 | day | year-assumed
new financial year | unreadable | |
financial year | unreadable | |
this financial year and beyond | unreadable | |
Easter term 2012 | 2012-01-01..2012-04-15 | term |
winter term 2011 | unreadable | | date-not-read
autumn 2011 term | 2011-09-01..2011-12-31 | term |
spring/summer 2012 | 2012-03-01..2012-08-31 | half-year |
spring to summer 2012 | 2012-03-01..2012-08-31 | half-year |
spring or summer term 2012 | 2012-01-01..2012-07-31 | year |
autumn of 2011 | 2011-09-01..2011-11-30 | season |
autumn in 2011 | 2011-09-01..2011-11-30 | season |
autumn, 2011 | 2011-09-01..2011-11-30 | season |
autumn-2011 | 2011-09-01..2011-11-30 | season |
autumn (2011) | 2011-09-01..2011-11-30 | season |
autumn '11 | 2011-09-01..2011-11-30 | season |
autumn 2011/12 | 2011-09-01..2011-11-30 | season |
spring 2011/12 | unreadable | | date-ambiguous
summer 2011/12 | unreadable | | date-ambiguous
summer term 2011/12 | 2012-04-01..2012-07-31 | term |
winter 2012 | 2012-12-01..2013-02-28 | season | date-ambiguous
winter | 2011-12-01..2012-02-29 | season | year-assumed
fall | code | |
each autumn | recurring | | date-not-read
spring half term 2012 | unreadable | | date-not-read
xmas 2011 | 2011-12-25 | day |
before Christmas 2011 | 2011-12-24 | day |
before Easter 2012 | 2012-04-05 | day |
Easter | 2012-04-06..2012-04-09 | week | year-assumed
Christmas 2011/12 | unreadable | | date-not-read
year 2012 | 2012-01-01..2012-12-31 | year |
within 3 months' time | 2011-09-01 | relative |
in 3 month's time | 2011-09-01 | relative |
three (3) months | 2011-09-01 | relative |
three (4) months | unreadable | |
3 to 6 months | 2011-09-01..2011-12-01 | relative |
three to six months | 2011-09-01..2011-12-01 | relative |
3/6 months | unreadable | | date-ambiguous
in the next month | 2011-07-01 | relative |
within the next year | 2012-06-01 | relative |
over the next fortnight | 2011-06-15 | relative |
during the next week | 2011-06-08 | relative |
within the next day | 2011-06-02 | relative |
3 months ago | unreadable | |
2 weeks before the inspection | conditional | |
2 weeks prior to 1 April 2012 | conditional | | date-not-read
3 months old | unreadable | |
3 months before 1 April 2012 | conditional | | date-not-read
6 weeks from 1 September 2011 | 2011-10-13 | relative |
6 weeks after the 1 September 2011 | 2011-10-13 | relative |
6 weeks following 1 September 2011 | 2011-10-13 | relative |
6 weeks of 1 September 2011 | 2011-10-13 | relative |
6 weeks post 1 September 2011 | 2011-10-13 | relative |
6 weeks since 1 September 2011 | 2011-10-13 | relative |
6 weeks from 31 September 2011 | unreadable | | date-impossible
6 weeks from 1 September | unreadable | |
6 weeks from 1 September 2911 | unreadable | |
6 weeks from 11-09-30 | unreadable | |
10 working days after 1 September 2011 | 2011-09-15..2011-09-20 | relative | date-ambiguous
10 business days | 2011-06-15..2011-06-20 | relative | date-ambiguous
10 work days | 2011-06-15..2011-06-20 | relative | date-ambiguous
10 clear days | 2011-06-15..2011-06-20 | relative | date-ambiguous
10 calendar days | 2011-06-11 | relative |
6 full months | 2011-12-01 | relative |
2 working weeks | unreadable | |
1800 days | 2016-05-05 | relative |
2001 days | unreadable | | date-not-read
40 years | unreadable | | date-out-of-range
9999 days | unreadable | |
within 3 months of the election | conditional | |
1 or 2 months | unreadable | |
6 to 3 months | unreadable | |
30 09 2011 | 2011-09-30 | day |
30,09,2011 | 2011-09-30 | day |
30_09_2011 | 2011-09-30 | day |
30;09;2011 | 2011-09-30 | day |
30..09.2011 | 2011-09-30 | day |
30/092011 | 2011-09-30 | day |
32/092011 | unreadable | |
30/132011 | unreadable | |
３０/０９/２０１１ | 2011-09-30 | day |
&#51;0 Sept 2011 | 2011-09-30 | day |
&#x33;0 Sept 2011 | 2011-09-30 | day |
30&NBSP;Sept 2011 | 2011-09-30 | day |
[30 Sept 2011](https://a.b/c) | 2011-09-30 | day |
__30__ Sept 2011 | 2011-09-30 | day |
30 Sept \\2011 | 2011-09-30 | day |
30 Sept `11 | 2011-09-30 | day |
30 Sept ’11 | 2011-09-30 | day |
30 Sept<br>2011 | 2011-09-30 | day |
11/12 quarter 3 | 2011-10-01..2011-12-31 | quarter |
11/12 - Q3 | 2011-10-01..2011-12-31 | quarter |
11/12, qtr 3 | 2011-10-01..2011-12-31 | quarter |
financial year of 2012/13 | 2012-04-01..2013-03-31 | year |
End of stage . 12 September 2011 | 2011-09-12 | day |
21010101 | code | |
18991231 | code | |
(phase one) winter 2011 | 2011-12-01..2012-02-29 | season | date-ambiguous
completion 30/09/2011; second stage 15/10/2011 | 2011-10-15 | day | several-dates
September to the end of November 2011 | 2011-09-01..2011-11-30 | quarter |
1 September 2011 to the 30 September 2011 | 2011-09-01..2011-09-30 | month |
starting September 2011 to November 2011 | 2011-09-01..2011-11-30 | quarter |
1-15 September | 2011-09-01..2011-09-15 | half-year | year-assumed
spring/summer | 2011-03-01..2011-08-31 | half-year | year-assumed
autumn/winter | 2011-09-01..2012-02-29 | half-year | year-assumed
tbc, from 1 May 2011 | tbc | |
ongoing from 1 May 2011 | ongoing | |
n/a from 1 May 2011 | not applicable | |
No. 12, 30 September 2011 | 2011-09-30 | day |
Ref: 12, 30 September 2011 | 2011-09-30 | day |
Action #12, 30 September 2011 | 2011-09-30 | day |
on.going | ongoing | |
on/going | ongoing | |
2011/01 | 2011-01-01..2011-01-31 | month |
2010-12 | 2010-12-01..2010-12-31 | month |
01/2011 | 2011-01-01..2011-01-31 | month |
0/2011 | unreadable | |
1/1 | 2012-01-01 | day | year-assumed
31/1 | 2012-01-31 | day | year-assumed
1/31 | 2012-01-31 | day | year-assumed
Sep-3-2011 | 2011-09-03 | day |
September 3 2011 | 2011-09-03 | day |
September 1 | 2011-09-01 | day | year-assumed
(phase one) Q2 2012/13 | 2012-07-01..2012-09-30 | quarter |
(phase one) 30 September 2011 | 2011-09-30 | day |
(phase one) autumn 2011 | 2011-09-01..2011-11-30 | season |
(phase one) September 2011 | 2011-09-01..2011-09-30 | month |
end of the financial year. | 2012-03-31 | day | year-assumed
w/e 31 September | unreadable | | date-impossible
w/c 31 September | unreadable | | date-impossible
w/c 7 September | 2011-09-07..2011-09-13 | week | year-assumed
4-5-6 30 September 2011 | unreadable | | date-not-read
4/5/6 30 September 2011 | unreadable | | date-impossible
to be agreed at the 14 September meeting | 2011-09-14 | day | date-ambiguous year-assumed
June or July 2011, to be agreed | 2011-06-01..2011-07-31 | half-year | date-ambiguous
19000101 | unreadable | | date-out-of-range
30 September | 2011-09-30 | day | year-assumed
30 September 5 | unreadable | | date-not-read
5 - 30 September, 7 | unreadable | | date-not-read
12 May - 3 June 2012 | 2012-05-12..2012-06-03 | half-year |
late 2011 or early 2012 | 2011-09-01..2012-04-30 | year |
December 2011/January 2012 | 2011-12-01..2012-01-31 | half-year |
December 2011/February 2012 | 2012-02-01..2012-02-29 | month | several-dates
Oct/Nov/Dec 2011 | 2011-10-01..2011-12-31 | quarter |
September 2011, no later than 30 September 2011 | 2011-09-30 | day |
30 September 2011, 30 September 2011 | 2011-09-30 | day |
29 Feb | 2012-02-29 | day | year-assumed
Wednesday 29 February | 2012-02-29 | day | year-assumed
Monday 31 September | unreadable | | date-impossible
Friday 5 September | unreadable | | date-impossible
30<sup>th</sup> September 2011 | 2011-09-30 | day |
"""


@pytest.mark.parametrize(("text", "expected", "precision", "notes"), rows(GRAMMAR), ids=[row[0] for row in rows(GRAMMAR)])
def test_how_dates_are_put_together(text, expected, precision, notes):
    """Each way of putting words, numbers and marks together has the one meaning that was worked out by hand."""
    reading = read(text)
    assert (said(reading), reading.precision, codes(reading)) == (expected, precision, notes.split())
    assert (reading.kind == "date") == (reading.latest is not None)


# Further rows of the same kind, by rule: a word or a mark of the rule each, or what is just beside it.
MARKS = """
'05 September 2011 | 2011-09-05 | day |
'05 Sept 2011' | 2011-09-05 | day |
'05 September | 2011-09-05 | day | year-assumed
Sept '11 to Oct '11 | 2011-09-01..2011-10-31 | half-year |
Sept 3/2011 | 2011-09-03 | day |
Sept. 3/2011 | 2011-09-03 | day |
September 3-2011 | 2011-09-03 | day |
Sept-3/2011 | 2011-09-03 | day |
Sept 3/11 | unreadable | | date-ambiguous
September 1/15 | unreadable | | date-ambiguous
September 14-15 | 2011-09-14..2011-09-15 | week | year-assumed
September 1 to 9 | 2011-09-01..2011-09-09 | half-year | year-assumed
September 15-1 2011 | unreadable | | date-ambiguous
September 1-1 2011 | unreadable | | date-ambiguous
30-1 September 2011 | unreadable | | date-impossible
30 to 1 September 2011 | unreadable | | date-impossible
September 3 rd 2011 | 2011-09-03 | day |
September 4 th 2011 | 2011-09-04 | day |
September 22 nd 2011 | 2011-09-22 | day |
September 21 st 2011 | 2011-09-21 | day |
Q4: 21 st March 2012 | 2012-03-21 | day |
Q4: 22 nd March 2012 | 2012-03-22 | day |
Q4: 23 rd March 2012 | 2012-03-23 | day |
Q4: 24 th March 2012 | 2012-03-24 | day |
month end - September 2011 | 2011-09-30 | day |
month end of September 2011 | 2011-09-30 | day |
month end: September 2011 | 2011-09-30 | day |
year-end 2012 | 2012-12-31 | day |
first half-term 2012 | unreadable | | date-not-read
second half in September 2011 | 2011-09-16..2011-09-30 | half-year |
second half the 2012 | 2012-07-01..2012-12-31 | half-year |
later part in the 2012 | 2012-09-01..2012-12-31 | half-year |
early part in September 2011 | 2011-09-01..2011-09-10 | half-year |
latter part of 2012 | 2012-09-01..2012-12-31 | half-year |
end of the month of September 2011 | 2011-09-30 | day |
end of month - September 2011 | 2011-09-30 | day |
mid. September 2011 | 2011-09-11..2011-09-20 | half-year |
mid in September 2011 | 2011-09-11..2011-09-20 | half-year |
mid-September of 2011 | 2011-09-11..2011-09-20 | half-year |
early February 2012 | 2012-02-01..2012-02-10 | half-year |
mid February 2012 | 2012-02-11..2012-02-20 | half-year |
late February 2012 | 2012-02-21..2012-02-29 | half-year |
first half of February 2012 | 2012-02-01..2012-02-15 | half-year |
second half of February 2012 | 2012-02-16..2012-02-29 | half-year |
early spring/summer 2012 | 2012-03-01..2012-06-30 | half-year |
late autumn/winter 2011 | 2011-11-01..2012-02-29 | half-year |
No. 7: FY 2012/13 | 2012-04-01..2013-03-31 | year |
Year 9/10 | unreadable | |
Years 9 and 10 | unreadable | |
Ref30/09/2011 | unreadable | |
30--09--2011 | unreadable | |
30.-09-2011 | unreadable | |
report_30.09.2011 | unreadable | |
20110930-12 | unreadable | |
20110930draft | unreadable | |
20110930T10:00 | 2011-09-30 | day |
20110930Z | 2011-09-30 | day |
2011-09-30T10:00 | 2011-09-30 | day |
1/9/2011.5 | 2011-09-01 | day | date-ambiguous
11-12-30 | unreadable | | date-ambiguous
11-1-30 | unreadable | | date-ambiguous
11-01-31 | unreadable | | date-ambiguous
9/009 | unreadable | |
120/9 | unreadable | |
530 September | unreadable | | date-not-read
1st/12 | unreadable | |
September 2011tbc | 2011-09-01..2011-09-30 | month | date-ambiguous
September 2011x | unreadable | | date-not-read
September 11th | 2011-09-11 | day | year-assumed
Q3 2011/15 | unreadable | | date-not-read
Q3 2011-2015 | 2011-07-01..2011-09-30 | quarter | date-ambiguous
Q4 30th March 2012 | 2012-03-30 | day |
summer term 2012, 13 July 2012 | 2012-07-13 | day |
30 September (2012 budget) | 2012-09-30 | day |
30 September (2011) | 2011-09-30 | day |
30 September of '11 | 2011-09-30 | day |
30 September/11 | 2011-09-30 | day |
30 September-2011 | 2011-09-30 | day |
30 September.2011 | 2011-09-30 | day |
30 September in '11 | 2011-09-30 | day |
September - 2011 | 2011-09-01..2011-09-30 | month |
September. 2011 | 2011-09-01..2011-09-30 | month |
to be done by May with partners | 2011-05-01..2011-05-31 | month | year-assumed
to be done in May with partners | 2011-05-01..2011-05-31 | month | year-assumed
the middle of May with partners | 2011-05-11..2011-05-20 | half-year | year-assumed
early May with partners | 2011-05-01..2011-05-10 | half-year | year-assumed
until May with partners | 2011-05-01..2011-05-31 | month | year-assumed
during May with partners | 2011-05-01..2011-05-31 | month | year-assumed
before May with partners | 2011-04-30 | day | year-assumed
from April to May with partners | 2011-04-01..2011-05-31 | half-year | year-assumed
May or June with partners | 2011-05-01..2011-06-30 | half-year | year-assumed
May to June with partners | 2011-05-01..2011-06-30 | half-year | year-assumed
May with partners | unreadable | |
FY end - 2012/13 | 2013-03-31 | day |
FY end: 2012/13 | 2013-03-31 | day |
FY end in 2012/13 | 2013-03-31 | day |
FY end (2012/13) | 2013-03-31 | day |
Summer 2 term 2012 | unreadable | | date-not-read
autumn half term 2011 | unreadable | | date-not-read
autumn the 2011 | 2011-09-01..2011-11-30 | season |
autumn term, 2011 | 2011-09-01..2011-12-31 | term |
autumn term (2011) | 2011-09-01..2011-12-31 | term |
4th week | unreadable | |
2nd month | unreadable | |
in next month | unreadable | |
within next year | unreadable | |
x/3 months | unreadable | |
3 6 months | unreadable | |
6 weeks from 1 September 2011. | 2011-10-13 | relative |
6 weeks from 1 September 2011 at noon | conditional | |
3 months' | 2011-09-01 | relative |
Monday 3 September | 2012-09-03 | day | year-assumed
Friday, the first Friday of October | 2011-10-07 | day | year-assumed
original date 30 September 2011 | 2011-09-30 | day |
£2m 2012 | unreadable | | date-not-read
2012 75% | unreadable | | date-not-read
2012 www.example.org | unreadable | | date-not-read
2010-2011 | 2010-04-01..2011-03-31 | year | date-ambiguous
2011-2011 | unreadable | |
2011-12-13 | 2011-12-13 | day |
2011.13 | unreadable | |
Q2 - 2 2012/13 | unreadable | | date-not-read
Q2/2012 | 2012-04-01..2012-06-30 | quarter | date-ambiguous
Q2-2012 | 2012-04-01..2012-06-30 | quarter | date-ambiguous
Q2, 2012 | 2012-04-01..2012-06-30 | quarter | date-ambiguous
Q2: 2012 | 2012-04-01..2012-06-30 | quarter | date-ambiguous
Q2 (2012) | 2012-04-01..2012-06-30 | quarter | date-ambiguous
Q2 (2012 budget) | unreadable | | date-not-read
5th Monday of October 2011 | 2011-10-31 | day |
6th Monday | unreadable | |
4 March - 3 April | 2012-03-04..2012-04-03 | half-year | year-assumed
31 March to 30 September 2011 | 2011-03-31..2011-09-30 | half-year |
7.30pm 30 September 2011 | 2011-09-30 | day |
every other Monday from September 2011 | recurring | |
each one of the months | unreadable | |
until further notice 30 September 2011 | ongoing | | date-not-read
March 2012 annual | recurring | | date-not-read
3 April 2012 (3/4/2012) | 2012-04-03 | day |
3/4/2012 (3 April 2012) | 2012-04-03 | day |
April 2012 (3/4/2012) | 2012-04-03 | day | date-ambiguous
30 September 2011 to 1 June 2011 | unreadable | | date-impossible
1 - 1 September 2011 | 2011-09-01 | day |
by30/09/2011 | 2011-09-30 | day |
2011-09-300 | unreadable | |
009/2011 | unreadable | |
Sep-30, 2011 | 2011-09-30 | day |
September 12.30 | unreadable | | date-not-read
spring (2011/12) | unreadable | | date-ambiguous
1.5 months | unreadable | |
6th Monday of October 2011 | 2011-10-01..2011-10-31 | month |
winter/spring | 2011-12-01..2012-05-31 | half-year | year-assumed
30 September 2011 (from 1 June 2011 with partners) | 2011-09-30 | day |
was 3 months | unreadable | |
monthly, 3 months | recurring | |
ongoing, 3 months | ongoing | |
annual, 3 months | recurring | |
3 months subject to funding | conditional | |
not 3 months | unreadable | |
n/a 3 months | not applicable | |
tbc 3 months | tbc | |
extended 3 months | unreadable | |
now 3 months | unreadable | |
original 3 months | unreadable | |
starting 3 months | code | |
from 3 months | unreadable | |
3 months requested | unreadable | |
updated 3 months | unreadable | |
before 3 months | conditional | |
none 3 months | blank | |
30th2012 | unreadable | |
20111201 | 2011-12-01 | day |
2011.Sep.30 | 2011-09-30 | day |
012/9 | unreadable | |
FY9900 | 1999-04-01..2000-03-31 | year |
Sep-30 2011 | 2011-09-30 | day |
Q2-5 2012/13 | unreadable | | date-not-read
end date: FY 2012/13 | 2012-04-01..2013-03-31 | year |
last Monday of September 2011 | 2011-09-26 | day |
last Friday in April 2012 | 2012-04-27 | day |
annual report March 2012 | 2012-03-01..2012-03-31 | month |
annual March 2012 | recurring | | date-not-read
https://example.org/plan | unreadable | |
1.9.2011 2.10.2011 | 2011-10-02 | day | date-ambiguous several-dates
partners end of FY 2012/13 | unreadable | | date-not-read
late or early 2012 | 2012-01-01..2012-04-30 | half-year |
requested 30 September 2011 | 2011-09-30 | day |
"""


@pytest.mark.parametrize(("text", "expected", "precision", "notes"), rows(MARKS), ids=[row[0] for row in rows(MARKS)])
def test_each_mark_and_word_of_a_rule(text, expected, precision, notes):
    """What a mark joins and what it parts, which word a rule passes over, and what is beside the rule and no date."""
    reading = read(text)
    assert (said(reading), reading.precision, codes(reading)) == (expected, precision, notes.split())


# Rows of which the words of the date are not the whole: other words stand around it, marks of typography are made plain,
# and a range is told with "to" or "or".
NOT_ALL_OF_IT = """
1/9/11-30/9/11 | 1/9/11 to 30/9/11
between 1st & 15th September 2011 | 1st & 15th September 2011
Sept 11-Nov 11 | Sept 11 to Nov 11
11 Sept-11 Nov 2011 | 11 Sept to 11 Nov 2011
by May | May
during May | May
May/July 2012 | May or July 2012
May tbc | May
before Christmas 2011 | Christmas 2011
before Easter 2012 | Easter 2012
３０/０９/２０１１ | 30/09/2011
&#51;0 Sept 2011 | 30 Sept 2011
&#x33;0 Sept 2011 | 30 Sept 2011
30&NBSP;Sept 2011 | 30 Sept 2011
[30 Sept 2011](https://a.b/c) | 30 Sept 2011
__30__ Sept 2011 | 30 Sept 2011
30 Sept \\2011 | 30 Sept 2011
30 Sept `11 | 30 Sept '11
30 Sept ’11 | 30 Sept '11
30 Sept<br>2011 | 30 Sept 2011
1 September 2011 to the 30 September 2011 | 1 September 2011 to 30 September 2011
No. 12, 30 September 2011 | 30 September 2011
Action #12, 30 September 2011 | 30 September 2011
to be agreed at the 14 September meeting | 14 September
June or July 2011, to be agreed | June or July 2011
12 May - 3 June 2012 | 12 May to 3 June 2012
December 2011/January 2012 | December 2011 or January 2012
Oct/Nov/Dec 2011 | Oct or Nov or Dec 2011
30<sup>th</sup> September 2011 | 30th September 2011
Q4: 21 st March 2012 | 21 st March 2012
Q4: 22 nd March 2012 | 22 nd March 2012
Q4: 23 rd March 2012 | 23 rd March 2012
Q4: 24 th March 2012 | 24 th March 2012
No. 7: FY 2012/13 | FY 2012/13
20110930T10:00 | 20110930
20110930Z | 20110930
September 2011tbc | September 2011
Q3 2011-2015 | Q3 2011
Q4 30th March 2012 | 30th March 2012
to be done by May with partners | May
to be done in May with partners | May
the middle of May with partners | the middle of May
early May with partners | early May
until May with partners | May
during May with partners | May
before May with partners | May
from April to May with partners | April to May
May or June with partners | May or June
May to June with partners | May to June
original date 30 September 2011 | 30 September 2011
4 March - 3 April | 4 March to 3 April
7.30pm 30 September 2011 | 30 September 2011
by30/09/2011 | 30/09/2011
1.9.2011 2.10.2011 | 1.9.2011
end date: FY 2012/13 | FY 2012/13
late or early 2012 | early 2012
requested 30 September 2011 | 30 September 2011
"""


def test_the_words_of_an_older_date_are_all_of_its_own():
    """What is kept of an older date is every word of it, so that it reads the same by itself, and no word beside it."""
    several = re.compile(r"; |30;|, no|budget|1, 30|, 13|/Feb|and July|starting|\.5|'$|\((3|from|2011 )|end \(")
    told = {}
    for text, *_ in (*rows(GRAMMAR), *rows(MARKS)):
        reading = read(text)
        if reading.kind == "date" and reading.precision != "relative" and not several.search(text):
            older = read(f"was {text}; now 25 December 2015").previous
            told |= {text: older.text} if older else {}
    assert {text: words for text, words in told.items() if words != text} == dict(rows(NOT_ALL_OF_IT))
    assert len(told) > 350


def test_what_follows_a_date_is_no_part_of_it():
    """Whatever a date is made of, "tbc" after it says that it is to be confirmed, and the date is the same."""
    several = re.compile(r"tbc|agreed|budget|original|partners|30.{1,2}09.?2011|; |, |^\(|[.`]$|and ")
    tried = 0
    for text, expected, _, notes in (*rows(GRAMMAR), *rows(MARKS)):
        reading = read(text)
        if reading.kind == "date" and reading.precision != "relative" and not reading.changed and not several.search(text):
            doubted = read(f"{text} tbc")
            assert (said(doubted), codes(doubted)) == (expected, sorted([*notes.split(), "date-ambiguous"])), text
            tried += 1
    assert tried > 340


SETTINGS = [
    # the cell, what is said beside it, what it gives, the findings
    ("31 August", {"past": True}, "2011-08-31", ["year-assumed"]),
    ("1 September", {"past": True}, "2010-09-01", ["year-assumed"]),
    ("Mar 12", {"day_first": False}, "2012-03-12", ["year-assumed"]),
    ("9/45", {"as_of": date(1945, 5, 1)}, "1945-09-01..1945-09-30", []),
    ("44/45", {"as_of": date(1945, 5, 1)}, "1944-04-01..1945-03-31", []),
    ("30/9/85", {"as_of": None}, "1985-09-30", []),
    ("30/9/69", {"as_of": None}, "1969-09-30", []),
    ("30/9/68", {"as_of": None}, "2068-09-30", []),
    ("30/09/201", {"as_of": None}, "unreadable", ["date-impossible"]),
    ("31 September", {"as_of": None}, "unreadable", ["date-impossible"]),
    ("w/e 31 September", {"as_of": None}, "unreadable", ["date-impossible"]),
    ("w/c 31 September", {"as_of": None}, "unreadable", ["date-impossible"]),
    ("31 December", {"as_of": None}, "unreadable", ["date-not-read"]),
    ("1900", {"as_of": date(1905, 1, 1)}, "1900-01-01..1900-12-31", []),
    ("1899", {"as_of": date(1905, 1, 1)}, "code", []),
    ("2199", {"as_of": date(2199, 1, 1)}, "2199-01-01..2199-12-31", []),
    ("2200", {"as_of": date(2199, 1, 1)}, "code", []),
    ("1 January 1900", {"as_of": None}, "1900-01-01", []),
    ("31 December 1899", {"as_of": None}, "unreadable", ["date-out-of-range"]),
    ("31 December 2100", {"as_of": None}, "2100-12-31", []),
    ("1 January 2101", {"as_of": None}, "unreadable", ["date-out-of-range"]),
    ("21001231", {"as_of": date(2090, 1, 1)}, "2100-12-31", []),
    ("19000101", {"as_of": date(1905, 1, 1)}, "1900-01-01", []),
    ("FY2011/12", {"financial_year_starts": (1, 1)}, "2011-04-01..2012-03-31", []),
    ("Q1 2011/12", {"financial_year_starts": (1, 1)}, "2011-04-01..2011-06-30", []),
    ("2011/12", {"financial_year_starts": (1, 1)}, "2011-04-01..2012-03-31", ["date-ambiguous"]),
    ("2011/12 Q1", {"financial_year_starts": (1, 1)}, "2011-04-01..2011-06-30", []),
    ("FY2012", {"financial_year_starts": (1, 1)}, "2012-01-01..2012-12-31", []),
    ("12-09-01", {"as_of": date(2012, 2, 15)}, "unreadable", ["date-ambiguous"]),
    ("12-09-01", {"as_of": date(2011, 2, 15)}, "2001-09-12", ["date-ambiguous"]),
    # Easter 2010 is more than four months past and that of 2011 more than eight ahead: which is meant cannot be told.
    ("Easter", {"as_of": date(2010, 8, 15)}, "unreadable", ["date-not-read"]),
    ("Easter", {"as_of": date(2010, 8, 31)}, "2011-04-22..2011-04-25", ["year-assumed"]),
    ("30 June 2011", {"struck": ("30 June 2011",)}, "2011-06-30", []),
]


@pytest.mark.parametrize(("text", "beside", "expected", "notes"), SETTINGS)
def test_what_is_said_beside_a_cell_decides(text, beside, expected, notes):
    """The snapshot's date, the order of day and month, where the financial year starts: each only where the cell leaves it open."""
    reading = read(text, **beside)
    assert (said(reading), codes(reading), reading.changed) == (expected, notes, False)


def test_easter_is_the_churchs():
    """Good Friday to Easter Monday of every year of the Gregorian calendar up to 4099 are those that dateutil has."""
    from dateutil.easter import easter

    for year in range(1583, 4100):
        reading, sunday = read_date(f"Easter {year}", as_of=date(year, 1, 1)), easter(year).toordinal()
        assert (reading.earliest.toordinal(), reading.latest.toordinal()) == (sunday - 2, sunday + 1)


# --- limits: what is just within, and what is just beyond ------------------------------------------------------------


def test_how_many_unknown_words_a_date_bears():
    """Six words beside a day, week or month, three beside a quarter, season, term or half-year, none beside a year."""
    names = "Alba Bento Corvin Dunmore Elgin Farley Gatley".split()
    for text, most in (
        (SEPTEMBER, 6), ("w/c 5 September 2011", 6), ("September 2011", 6), ("Q2 2012/13", 3), ("autumn 2011", 3),
        ("autumn term 2011", 3), ("H1 2012/13", 3), ("early September 2011", 3), ("2012", 0), ("FY 2012/13", 0),
    ):  # fmt: skip
        kept, refused = (read(" ".join((*names[:many], text))) for many in (most, most + 1))
        assert (kept.kind, codes(kept)) == ("date", []), text
        assert (refused.kind, codes(refused)) == ("unreadable", ["date-not-read"]), text
        assert "stands among words" in refused.notes[0].message


def test_a_deadline_word_bears_any_number_of_words_but_for_a_long_period():
    """After "by" a day, a week and a month are the target whatever else is said; a quarter among many words is not."""
    for text, kind in (
        (SEPTEMBER, "date"), ("w/c 5 September 2011", "date"), ("September 2011", "date"), ("Q2 2012/13", "unreadable"),
        ("2012", "unreadable"), ("1 September 2011 to 30 September 2011", "date"),
    ):  # fmt: skip
        assert read(f"{MANY} by {text}").kind == kind, text
    assert read(f"{MANY} from 1 September 2011 until 30 September 2011").kind == "date"


def test_the_longest_cell_that_is_looked_at():
    """Four thousand characters are read, one more are commentary."""
    assert said(read(SEPTEMBER.ljust(4000))) == "2011-09-30"
    assert read(SEPTEMBER.ljust(4001)) == DateReading(SEPTEMBER.ljust(4001), kind="unreadable")
    assert said(read(SEPTEMBER, struck=("30 June 2011".ljust(4000),)).previous) == "2011-06-30"
    assert read(SEPTEMBER, struck=("30 June 2011".ljust(4001),)).previous is None


def test_a_snapshot_of_no_real_year_tells_no_year():
    """The year of "14 Aug" is told by a snapshot from the year 1000 to 9000."""
    for year, expected in ((999, "unreadable"), (1000, "1000-08-14"), (9000, "9000-08-14"), (9001, "unreadable")):
        assert said(read_date("14 Aug", as_of=date(year, 7, 1))) == expected


def test_which_numbers_show_the_order_of_day_and_month():
    """13 to 31 is a day and no month; beside it the other number must be a month, 1 to 12."""
    told = {
        "12/13/2011": True, "1/31/2011": True, "12/31/11": True, "1/32/2011": None, "0/13/2011": None, "13/12/2011": False,
        "31.1.2011": False, "31-12-11": False, "32/1/2011": None, "13/0/2011": None, "12/12/2011": None, "13/13/2011": None,
        "13/1/2011": False, "1/13/2011": True,
    }  # fmt: skip
    assert {text: month_first([text]) for text in told} == told


def test_one_slip_in_twenty_does_not_count():
    """Nineteen to one is settled, eighteen to one is not; two in one cell are two."""
    assert month_first(["1/31/2011"] * 19 + ["31/1/2011"]) is True
    assert month_first(["31/1/2011"] * 19 + ["1/31/2011"]) is False
    assert month_first(["1/31/2011"] * 18 + ["31/1/2011"]) is None
    assert month_first(["1/31/2011 1/30/2011"] * 10 + ["31/1/2011"]) is True


def test_phrase_has_the_name_of_each_month():
    """The months in order, as days, months, and the ends of a span."""
    names = (
        "January February March April May June July August September October November December".split()
    )  # fmt: skip
    for month, name in enumerate(names, start=1):
        assert phrase(date(2011, month, 7), date(2011, month, 7)) == f"7 {name} 2011"
        assert phrase(date(2011, month, 2), date(2011, month, 8), "week") == f"week of 2 {name} 2011"
        assert phrase(date(2011, month, 2), date(2011, month, 8), "half-year") == f"2 to 8 {name} 2011"
        assert phrase(date(2011, month, 2), date(2011, month, 7), "week") == f"2 to 7 {name} 2011"


def test_precision_at_the_limits():
    """Seven days are a week and eight are not; 185 days from first to last are a half-year and one more a year."""
    first = date(2011, 1, 2)
    for last, name in (
        (date(2011, 1, 8), "week"), (date(2011, 1, 9), "half-year"), (date(2011, 7, 5), "half-year"), (date(2011, 7, 6), "year"),
    ):  # fmt: skip
        assert precision_of(first, last) == name


def test_working_days_that_begin_at_a_weekend():
    """They count as if they began on the Friday before; from a Friday the next one is Monday."""
    for day in (3, 4, 5):  # Friday 3 June 2011 to Sunday
        anchor = (date(2011, 6, day),) * 2
        assert read_date("within 1 working day", anchor=anchor).earliest == date(2011, 6, 6)
        assert read_date("within 5 working days", anchor=anchor).earliest == date(2011, 6, 10)


@pytest.mark.parametrize(
    ("days", "earliest", "latest"),
    [
        (20, date(2011, 6, 29), date(2011, 7, 4)), (21, date(2011, 6, 30), date(2011, 7, 7)),
        (60, date(2011, 8, 24), date(2011, 8, 31)), (61, date(2011, 8, 25), date(2011, 9, 7)),
        (250, date(2012, 5, 16), date(2012, 5, 29)), (251, date(2012, 5, 17), date(2012, 6, 11)),
    ],
)  # fmt: skip
def test_room_for_public_holidays(days, earliest, latest):
    """Three in up to 20 working days, five in up to 60, nine in up to 250, and eight more in each year after."""
    reading = read(f"within {days} working days")
    assert (reading.earliest, reading.latest) == (earliest, latest)


def test_a_spreadsheets_number_within_ten_years():
    """40816 is 30 September 2011 to a spreadsheet: the finding says so, within ten years of the snapshot."""
    note = read("40816").notes[0]
    assert (note.code, note.message) == (
        "date-not-read", "may be a spreadsheet's number for 30 September 2011; not used"
    )  # fmt: skip
    days = date(2011, 8, 31).toordinal() - date(1899, 12, 30).toordinal()
    for number, found in ((days + 3653, 1), (days + 3654, 0), (days - 3653, 1), (days - 3654, 0)):
        reading = read(str(number))
        assert (len(reading.notes), reading.kind) == (found, "unreadable" if found else "code")
    assert read_date("40816").notes == ()
    assert read("140816").notes == ()


CLEANED = [
    ("Sept 2011\n- Nov 2011", "2011-09-01..2011-11-30"), ("- Sept 2011\n- Nov 2011", "2011-11-01..2011-11-30"),
    ("• Sept 2011\n• Nov 2011", "2011-11-01..2011-11-30"), ("[30 Sept 2011](/2012-03-31)", "2011-09-30"),
    ("![30 Sept 2011](a-1.png)", "2011-09-30"), ("**3**0 September 2011", "2011-09-30"), ("__3__0 September 2011", "2011-09-30"),
    ("30\\/09\\/2011", "2011-09-30"), ("30 September `11", "2011-09-30"), ("30‐09‑2011", "2011-09-30"),
    ("30‒09–2011", "2011-09-30"), ("30—09―2011", "2011-09-30"), ("30−09﹘2011", "2011-09-30"), ("30﹣09－2011", "2011-09-30"),
    ("30 Sept ‘11", "2011-09-30"), ("30 Sept ‚11", "2011-09-30"), ("30 Sept ‛11", "2011-09-30"), ("30 Sept ′11", "2011-09-30"),
    ("30 Sept ´11", "2011-09-30"), ("3\u200b0 September 20\u00ad11", "2011-09-30"), ("30 September 2011¹²", "2011-09-30"),
    ("30 September 2011†‡", "2011-09-30"), ("\ufeff30/\u200e09/\u200f2011", "2011-09-30"), ("3\u200c0/0\u200d9/201\u20601", "2011-09-30"),
    ("30 September 2011⁰⁴⁵⁶⁷⁸⁹³", "2011-09-30"), ("Phase one<br>30 September 2011", "2011-09-30"),
    ("<p>Phase one</p>30 September 2011", "2011-09-30"), ("<div>Phase one</div>30 September 2011", "2011-09-30"),
    ("<ul><li>Phase one<li>30 September 2011</ul>", "2011-09-30"), ("<td>Phase one<td>30 September 2011", "2011-09-30"),
    ("Phase one<tr>30 September 2011", "2011-09-30"), ("Phase one<b>30 September 2011</b>", "2011-09-01..2011-09-30"),
    ("<img src='line-through.png'>30 September 2011", "2011-09-30"),
    ("30 <wbr style='text-decoration: line-through'>September 2011", "2011-09-30"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CLEANED)
def test_marks_of_typography_and_markup_say_nothing(text, expected):
    """Dashes, quotes, invisible characters, notes, bold, links and bullets: the date is what is left without them."""
    assert said(read(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<s>30 June 2011</s> 30 September 2011", "<strike>30 June 2011</strike> 30 September 2011",
        "<DEL class='x'>30 June 2011</DEL> 30 September 2011", "~~30 June 2011~~ 30 September 2011",
        "<p style='TEXT-DECORATION: LINE-THROUGH'>30 June 2011</p> 30 September 2011",
        "<s><b>30 June 2011</b></s> 30 September 2011", "<b>by</b> <s>30 June 2011</s> 30 September 2011",
        "due <i>on</i> <s>30 <b>June</b> 2011</s> 30 September 2011", "30 September 2011 <s>30 June 2011",
        "<br><s>30 June 2011</s><br/>30 September 2011", "</s><s>30 June 2011</s>30 September 2011",
        "30 September 2011<s/> ~~30 June 2011", "<b><s>30 June 2011</b></s> 30 September 2011",
        "<s>30 June 2011</s><s></s>30 September 2011", "30 September 2011<p><s>30 June 2011</s></p>",
        "<ins>30 September 2011</ins><del>30 June 2011</del>", "30 September 2011<s class='x' /> ~~30 June 2011",
    ],
)  # fmt: skip
def test_what_is_struck_out_in_the_text_is_the_older_date(text):
    """However it is marked and wherever it stands, and nothing else is struck out by it."""
    reading = read(text)
    assert (said(reading), said(reading.previous), reading.changed) == ("2011-09-30", "2011-06-30", True)


@pytest.mark.parametrize("words", "also|plus|respectively|further|both".split("|"))
def test_words_that_add_nothing_stand_between(words):
    """Between "revised" and its date they change nothing."""
    reading = read(f"30 June 2011 revised {words} to 30 September 2011")
    assert (said(reading), said(reading.previous)) == ("2011-09-30", "2011-06-30")


# --- found by the mutation test, and mended ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Action plan 3 May 2012", "2012-05-03"), ("Strategy 30-Sep-11", "2011-09-30"), ("Task 30/09/2011", "2011-09-30"),
        ("Milestone 30-09-2011", "2011-09-30"), ("Section 12.3.11", "unreadable"), ("Agenda 21, 30 September 2011", "2011-09-30"),
        ("first Monday of January 2011/12", "2012-01-02"), ("first week of March 2011/12", "2012-03-01..2012-03-07"),
        ("3 months before 1 April 2012", "conditional"), ("in advance of 1 April 2012", "2012-03-31"),
    ],
)  # fmt: skip
def test_a_date_after_a_name_and_what_lies_before_a_day(text, expected):
    """A day after "plan" is no number of the plan; months before a day are no deadline; a split year moves weeks too."""
    assert said(read(text)) == expected


# --- cells as a whole: the text, what it gives, how exactly, the findings, the older date -----------------------------

WHOLE = """
Q2 30th | unreadable | | date-not-read |
w/b | code | | |
week of 2 | unreadable | | |
30 September 2011 before the board | conditional | | date-not-read |
Timeline: Completed within 3 months | conditional | | |
12/31 12/31 | 2011-12-31 | day | year-assumed |
£13.80 | code | | |
15/13/ | unreadable | | |
Q3 30 of September 2011 | 2011-09-30 | day | |
Q3 11-Nov-2011 | 2011-11-11 | day | |
Sept 32 | 2032-09-01..2032-09-30 | month | |
Q2 '12 | 2012-04-01..2012-06-30 | quarter | date-ambiguous |
financial-year 2012/13 | 2012-04-01..2013-03-31 | year | |
2012/13 year | 2012-04-01..2013-03-31 | year | date-ambiguous |
2002-03 | unreadable | | date-ambiguous |
2012 H1 | 2012-01-01..2012-06-30 | half-year | date-ambiguous |
3 months tbc | tbc | | |
3 months' tbc | tbc | | |
30 September . 2011 | 2011-09-30 | day | |
31 August 1981 | 1981-08-31 | day | |
due 30 September 2011, done on 15 October 2011 | 2011-09-30 | day | |
target 30 June 2011, revised from 31 March 2011 to 30 September 2011 | 2011-09-30 | day | | 2011-03-31
30 June 2011; current date 30 September 2011 | 2011-09-30 | day | | 2011-06-30
30 September 2011 (was 30 June 2011) (31 May 2011) | unreadable | | several-dates | 2011-06-30
30 June 2011 revised to September 2011 to November 2011 | 2011-09-01..2011-11-30 | quarter | | 2011-06-30
revised from 1 to 30 September 2011 tbc | 2011-09-30 | day | date-ambiguous | 2011-09-01
Oct/Nov/Dec 2011; 31 January 2012 | 2012-01-31 | day | several-dates |
ongoing to 30 September 2011 | 2011-09-30 | day | |
ongoing until 30 September 2011 | 2011-09-30 | day | |
ongoing till 30 September 2011 | 2011-09-30 | day | |
ongoing by 30 September 2011 | 2011-09-30 | day | |
ongoing, due 30 September 2011 | 2011-09-30 | day | |
ongoing, target 30 September 2011 | 2011-09-30 | day | |
ongoing to be 30 September 2011 | ongoing | | date-not-read |
30 September 2011 (September 2011) | 2011-09-30 | day | |
C30/09/2011 | unreadable | | |
11-09-32 | 2032-09-11 | day | date-ambiguous |
2011, Sept, 30 | 2011-09-30 | day | |
32/9 | unreadable | | |
Sept, 30, 2011 | 2011-09-30 | day | |
late May with partners | 2011-05-21..2011-05-31 | half-year | year-assumed |
first week September 2011 | 2011-09-01..2011-09-07 | week | |
Q2-3 2012 | 2012-04-01..2012-09-30 | half-year | date-ambiguous |
2000-01 | unreadable | | date-ambiguous |
autumn-winter 2011 | 2011-09-01..2012-02-29 | half-year | |
zero days | unreadable | | |
extended by 6 months from 30 September 2011 until 31 March 2012 | 2012-03-31 | day | | 2011-09-30
extended by 6 months from 30 September 2011 - 31 March 2012 | 2012-03-31 | day | | 2011-09-30
early Easter 2012 | 2012-04-06..2012-04-09 | week | |
due 30 September 2011; completed: 15 October 2011 | 2011-09-30 | day | |
30 September 2011, from 1 June 2011 | 2011-09-30 | day | |
September until November 2011 | 2011-09-01..2011-11-30 | quarter | |
September till November 2011 | 2011-09-01..2011-11-30 | quarter | |
September through November 2011 | 2011-09-01..2011-11-30 | quarter | |
3/4/2012 (3.4.2012) | 2012-04-03 | day | date-ambiguous |
12 www.example.org | unreadable | | |
<s class='x' />30 September 2011 | 2011-09-30 | day | |
9 and 12 September and 31 October 2011 | 2011-10-31 | day | several-dates |
1) September 2011 2) December 2011 | 2011-12-01..2011-12-31 | month | several-dates |
Monday, 30 September 2011 | 2011-09-30 | day | date-ambiguous |
Monday. 30 September 2011 | 2011-09-30 | day | date-ambiguous |
Monday the 30 September 2011 | 2011-09-30 | day | date-ambiguous |
month end, September 2011 | 2011-09-30 | day | |
latter part September 2011 | 2011-09-21..2011-09-30 | half-year | |
last Friday September 2011 | 2011-09-30 | day | |
Policy September 2011 to August 2012 | unreadable | | date-not-read |
30 September 2011~~30 June 2011~~ | 2011-09-30 | day | | 2011-06-30
~~30 June 2011~~30 September 2011 | 2011-09-30 | day | | 2011-06-30
No. 123: FY 2012/13 | 2012-04-01..2013-03-31 | year | |
September 1-120 | unreadable | | date-not-read |
123/4/5 30 September 2011 | unreadable | | date-not-read |
123-4-5 30 September 2011 | unreadable | | date-not-read |
March 2012 annual report | 2012-03-01..2012-03-31 | month | |
2011/12 spring | unreadable | | date-ambiguous |
2011/12 summer | unreadable | | date-ambiguous |
2011/12 autumn | 2011-09-01..2011-11-30 | season | |
2011/12 winter | 2011-12-01..2012-02-29 | season | |
2011/12 summer term | 2012-04-01..2012-07-31 | term | |
from 30 June 2011 -> 30 September 2011 | 2011-09-30 | day | | 2011-06-30
autumn to winter 2011 | 2011-09-01..2012-02-29 | half-year | |
2012/13 (the financial year) | 2012-04-01..2013-03-31 | year | |
revised from spring to summer 2012 | 2012-06-01..2012-08-31 | season | | 2012-03-01..2012-05-31
30 September to 31 November | unreadable | | date-impossible |
1) FY 2011/12 2) FY 2012/13 | 2012-04-01..2013-03-31 | year | several-dates |
1. September 2011 | 2011-09-01 | day | |
Order 123 September | 2011-09-01..2011-09-30 | month | year-assumed |
late (September 2011) | 2011-09-01..2011-09-30 | month | |
end of the financial year (March 2012) to end of September 2012 | 2012-03-31..2012-09-30 | half-year | |
30%20September%202011 | unreadable | | date-not-read |
2011-Sep-30x | unreadable | | date-not-read |
1/-3/4/2012 | unreadable | | |
FY end 30th/31 March 2012 | 2012-03-30..2012-03-31 | week | |
FY end 30/31st March 2012 | 2012-03-30..2012-03-31 | week | |
30 Sept..11 | 2011-09-30 | day | |
30 September - in 12 schools | 2011-09-30 | day | year-assumed |
£5,000 (September 2011) | 2011-09-01..2011-09-30 | month | |
Sept 31 October 2011 | 2011-10-31 | day | several-dates |
autumn 2 term, 16 December 2011 | 2011-12-16 | day | |
3 month's tbc | tbc | | |
1 September 2011 to end 30 November 2011 | 2011-09-01..2011-11-30 | quarter | |
in September or by October 2011 | 2011-09-01..2011-10-31 | half-year | |
Q1, Q2 | unreadable | | date-not-read |
30 September 2011, 31 January and 31 May | 2012-05-31 | day | several-dates year-assumed |
Mar 12 to Jan 12 | unreadable | | date-impossible |
spring or summer term | 2012-01-01..2012-07-31 | year | year-assumed |
September FY 2012/13 | 2012-09-01..2012-09-30 | month | |
Aug to Sept 2011, Sept to Oct 2011 | 2011-09-01..2011-10-31 | half-year | several-dates |
Q3 2011/12/30 | 2011-12-30 | day | |
Q3 2011/12'13 | unreadable | | date-not-read |
(a) original 30 June 2011, 30 September 2011 | 2011-09-30 | day | | 2011-06-30
originally from 30 June 2011, now 30 September 2011 | 2011-09-30 | day | | 2011-06-30
30 September 2011; extension to be agreed | 2011-09-30 | day | date-ambiguous |
30 September 2011, cannot be extended | unreadable | | date-not-read |
-> 30 September 2011 | 2011-09-30 | day | |
30 September 2011 started recruitment | 2011-09-30 | day | |
extended 31 December 2011 from 1-30 September 2011 | 2011-12-31 | day | | 2011-09-01..2011-09-30
extended to 31 December 2011 from 1-30 September 2011 | 2011-12-31 | day | | 2011-09-01..2011-09-30
target 30 June 2011, revised from 31 March 2011 to about 30 September 2011 | 2011-09-30 | day | | 2011-03-31
30 June 2011; (revised) 30 September 2011 | 2011-09-30 | day | | 2011-06-30
31 March 2011 -> 30 June 2011 -> 30 September 2011 | 2011-09-30 | day | | 2011-03-31
30 June 2011 board 12 May 2011 extended to 30 September 2011 | 2011-09-30 | day | | 2011-06-30
30 June 2011 (minutes, 12 May 2011) extended to 30 September 2011 | 2011-09-30 | day | | 2011-06-30
revised from 1 to 30 September 2011, then 31 December 2011 | 2011-12-31 | day | several-dates | 2011-09-01
~~Q4 2011/12~~ Q1 | unreadable | | date-not-read | 2012-01-01..2012-03-31
was 5-5 September, now 30 September 2011 | 2011-09-30 | day | | 2011-09-05
~~30 September 2011 (was 30 June)~~ tbc | tbc | | | 2011-06-30
summer/spring term 2012 | unreadable | | date-ambiguous |
summer to spring term 2012 | unreadable | | date-ambiguous |
summer/spring 2012 | unreadable | | date-ambiguous |
summer/spring term | unreadable | | date-ambiguous |
summer/spring | unreadable | | date-ambiguous |
summer/spring term 2011/12 | unreadable | | date-ambiguous |
autumn/summer 2012 | unreadable | | date-ambiguous |
winter/spring 2012 | unreadable | | date-ambiguous |
autumn/spring term 2012 | unreadable | | date-ambiguous |
autumn/spring term 2011/12 | 2011-09-01..2012-04-15 | year | |
autumn/summer term 2011/12 | 2011-09-01..2012-07-31 | year | |
winter/spring 2011/12 | 2011-12-01..2012-05-31 | half-year | |
autumn/spring term | 2011-09-01..2012-04-15 | year | year-assumed |
spring/autumn | 2011-03-01..2011-11-30 | year | year-assumed |
summer term 2012 to spring term 2012 | unreadable | | date-impossible |
spring term 2012 to summer term 2012 | 2012-01-01..2012-07-31 | year | |
30-1 September | unreadable | | date-impossible |
30 to 1 September | unreadable | | date-impossible |
30-30 September | 2011-09-30 | day | year-assumed |
30-1 September; 31 December 2011 | unreadable | | date-impossible |
FY 2011/12/13 | unreadable | | date-ambiguous |
FY: 2011/12/13 | unreadable | | date-ambiguous |
financial year of 2011/12/13 | unreadable | | date-ambiguous |
academic year 2011/12/13 | unreadable | | date-ambiguous |
2011/12/13 financial year | unreadable | | date-ambiguous |
2011/12/13 (FY) | unreadable | | date-ambiguous |
FY 2020/21/22 | unreadable | | date-ambiguous |
FY 2011-12-13 | unreadable | | date-ambiguous |
FY 11/12/13 | unreadable | | date-ambiguous |
11/12/13 FY | unreadable | | date-ambiguous |
2011/12/13 | 2011-12-13 | day | |
11/12/13 | 2013-12-11 | day | date-ambiguous |
FY 2012-03-31 | 2012-03-31 | day | |
FY end 31/03/2012 | 2012-03-31 | day | |
FY 11/12/11 | 2011-12-11 | day | date-ambiguous |
FY 2011/12/14 | 2011-12-14 | day | |
2223 homes in financial year 2012/13 | unreadable | | date-not-read |
2223 homes this financial year | unreadable | | date-not-read |
2223 this financial year | unreadable | | date-not-read |
12/13 this financial year | 2012-04-01..2013-03-31 | year | |
FY2223 | 2022-04-01..2023-03-31 | year | |
FY2223 (revised budget) | unreadable | | date-not-read |
FY2223 homes by 30 September 2011 | unreadable | | date-out-of-range |
Q2 2223 | 2022-07-01..2022-09-30 | quarter | |
Q2 2223 complete | 2022-07-01..2022-09-30 | quarter | |
Q2: 1112 homes | unreadable | | date-out-of-range |
week 36 2011 | unreadable | | date-ambiguous |
week 36 of 2011/12 | unreadable | | date-ambiguous |
wk 36, 2011 | unreadable | | date-ambiguous |
week 53 2011 | unreadable | | date-ambiguous |
week 54 2011 | 2011-01-01..2011-12-31 | year | |
week 36 11 | unreadable | | |
31 March 2012 for FY 2012/13 | 2012-03-31 | day | |
Feb 2012 for 2012/13 | 2012-02-01..2012-02-29 | month | |
for 2012/13, by 28 February 2012 | 2012-02-28 | day | |
2012/13 for 2013/14 | 2013-04-01..2014-03-31 | year | date-ambiguous several-dates |
Q4 to Q1 2012/13 | 2012-01-01..2012-06-30 | half-year | year-assumed |
Q4 2011/12 - Q1 | 2012-01-01..2012-06-30 | half-year | year-assumed |
Q1, Q2 2012 | 2012-04-01..2012-06-30 | quarter | date-ambiguous several-dates |
Q3, Q1 2012/13 | 2012-04-01..2012-06-30 | quarter | several-dates |
Q4 99/00 to Q1 | 2000-01-01..2000-06-30 | half-year | year-assumed |
H2 2011/12 to H1 2012/13 | 2011-10-01..2012-09-30 | year | |
Q2 - 30/09/2011 | 2011-09-30 | day | |
End of Q2 - 30/09/2011 | 2011-09-30 | day | |
Q2 to March 2012 | unreadable | | date-not-read |
Q2 to Q3 2012 | 2012-04-01..2012-09-30 | half-year | date-ambiguous |
early Q2-3 2012/13 | 2012-07-01..2012-10-31 | half-year | |
Q1-2, Q3 2012/13 | 2012-10-01..2012-12-31 | quarter | several-dates |
FY2012 to FY2013 | 2011-04-01..2013-03-31 | year | date-ambiguous |
Q1; H1 | unreadable | | date-not-read |
before 1-30 September 2011 | 2011-08-31 | day | |
before September to November 2011 | 2011-08-31 | day | |
before September to November | 2011-08-31 | day | year-assumed |
before Q2-3 2012/13 | 2012-06-30 | day | |
before spring/summer 2012 | 2012-02-29 | day | |
before the start of autumn term 2011 | 2011-08-31 | day | |
before early 2012 | 2011-12-31 | day | |
before mid September 2011 | 2011-09-10 | day | |
before the second half of 2012 | 2012-06-30 | day | |
before the end of September 2011 | 2011-09-30 | day | |
before end of September | 2011-09-30 | day | year-assumed |
30 November 2011, before 31 December | 2011-12-30 | day | several-dates |
30 September (updated 30 June 2011) | 2011-09-30 | day | |
30 November (starts 1 September 2011) | 2011-11-30 | day | |
30 June 2011 + 3 months | unreadable | | date-not-read |
30 June 2011 plus 3 months | unreadable | | date-not-read |
30 June 2011 (+ 3 months) | unreadable | | date-not-read |
3 months plus 2 weeks | unreadable | | |
6 months; 30 September 2011 | 2011-09-30 | day | |
30 September 2011 (updated 3 May 2011 to reflect delays) | 2011-09-30 | day | |
30 September 2011 updated 3 May 2011 from the report | 2011-09-30 | day | |
30 September 2011 delayed by 3 months | unreadable | | date-not-read |
30 June 2011, 3 month extension | unreadable | | date-not-read |
30 June 2011, 3 months late | unreadable | | date-not-read |
30 June 2011 - 3 months delay | unreadable | | date-not-read |
30 September 2011 (3 months) | 2011-09-30 | day | |
delayed by 3 months from 30 June 2011 | unreadable | | |
2223 FY | unreadable | | |
Nov 2011 to Feb, then 30 June 2012 | 2012-06-30 | day | several-dates |
Dec/Jan; 30 June 2011 | 2011-06-30 | day | several-dates |
30 Sept/1 Oct 2011 | 2011-09-30..2011-10-01 | week | |
30 Sept 2011/1 Oct 2011 | 2011-10-01 | day | several-dates |
30 Sept 2011-1 Oct 2011 | 2011-09-30..2011-10-01 | week | |
30 Sept.-1 Oct 2011 | 2011-09-30..2011-10-01 | week | |
30 September 2011/31 October 2011 | 2011-10-31 | day | several-dates |
Sept 2011/31 October 2011 | 2011-10-31 | day | several-dates |
30.9.11-1 Oct 2011 | unreadable | | date-not-read several-dates |
30//1 Oct 2011 | unreadable | | date-not-read |
12/30 Sept 2011 | 2011-09-12..2011-09-30 | half-year | |
Sep-11/Oct-11 | 2011-09-01..2011-10-31 | half-year | |
Sep-11-Oct-11 | 2011-09-01..2011-10-31 | half-year | |
Sep/11-Oct/11 | 2011-09-01..2011-10-31 | half-year | |
Nov-11/Dec-11 | 2011-11-01..2011-12-31 | half-year | |
2.15 Sept 2011 | unreadable | | date-not-read |
1:15 Sept 2011 | unreadable | | date-not-read |
5pm Sept 2011 | 2011-09-01..2011-09-30 | month | |
17:00 Sept 2011 | unreadable | | date-not-read |
4.1 Sept 2011 | unreadable | | date-not-read |
Rec 4.1 Sept 2011 | 2011-09-01..2011-09-30 | month | |
a.15 Sept 2011 | unreadable | | date-not-read |
120 - Sept 2011 | 2011-09-01..2011-09-30 | month | |
5 (Sept 2011) | 2011-09-01..2011-09-30 | month | |
31 March 2012 (agreed 12 July 2011) | unreadable | | several-dates |
the 2011/12/13 | 2011-12-13 | day | |
week 1 2011 | unreadable | | date-ambiguous |
week 36 in 2011 | unreadable | | date-ambiguous |
week 36 - 2011 | unreadable | | date-ambiguous |
week 36/2011 | unreadable | | date-ambiguous |
week 36 (2011) | unreadable | | date-ambiguous |
12-13 financial year | 2012-04-01..2013-03-31 | year | |
spring | 2011-03-01..2011-05-31 | season | year-assumed |
summer | 2011-06-01..2011-08-31 | season | year-assumed |
summer/summer 2012 | 2012-06-01..2012-08-31 | quarter | |
summer/summer | 2011-06-01..2011-08-31 | quarter | year-assumed |
2012-2015x | unreadable | | |
Sep-11/Nov 11 | 2011-11-01..2011-11-30 | month | date-ambiguous several-dates |
Sept 11-Nov 9 | unreadable | | date-ambiguous |
30 September 2011 (was) | 2011-09-30 | day | |
Q2, Q2 2012/13 | 2012-07-01..2012-09-30 | quarter | |
Q2 2012/13, Q2 | 2012-07-01..2012-09-30 | quarter | |
30 June 2012 to 2012 | 2012-06-30..2012-12-31 | half-year | |
September 2011 to 1 September 2011 | unreadable | | date-impossible |
September 2011 to 15 September 2011 | 2011-09-01..2011-09-15 | half-year | |
30 September 2011 to September 2011 | 2011-09-30 | day | |
30 September to September 2011 | 2011-09-30 | day | |
120 Sept 2011 | 2011-09-01..2011-09-30 | month | |
Phase 2 Sept 2011 | 2011-09-01..2011-09-30 | month | |
30 June 2011 3 months late | unreadable | | date-not-read |
30 June 2011 delayed 3 months | unreadable | | date-not-read |
30 June 2011 delayed by 3 months | unreadable | | date-not-read |
30 September 2011 (updated 3 May 2011 from the report of June) | 2011-09-30 | day | |
was 30/3/2011 now 3/4/2011 - 5/6/2011 | 2011-04-03..2011-06-05 | half-year |  | 2011-03-30
XMAS 2011† | 2011-12-25 | day |  |
XMAS – 2011 | 2011-12-25 | day |  |
“30 September 2011” | 2011-09-30 | day |  |
<br style="text-decoration: line-through">30 September 2011 | 2011-09-30 | day |  |
<hr style="text-decoration: line-through">30 September 2011 | 2011-09-30 | day |  |
<s / >30 September 2011 | 2011-09-30 | day |  |
1. September 2. December | 2011-12-01..2011-12-31 | month | several-dates year-assumed |
Phase 2nd September 2011 | 2011-09-02 | day |  |
by June each school | 2011-06-01..2011-06-30 | month | year-assumed |
September 2011 for each school | 2011-09-01..2011-09-30 | month |  |
Monday 2011 | unreadable |  | date-not-read |
early mid 2012 | unreadable |  | date-not-read |
due/30/09/2011 | unreadable |  |  |
30/09/2011'12 | unreadable |  |  |
30/09/2011£5 | unreadable |  |  |
5 / 13 / 2011 | 2011-05-13 | day |  |
11-13-30 | 2030-11-13 | day |  |
FY 31/32/33 | unreadable |  | date-ambiguous |
2011. Sept . 30 | 2011-09-30 | day |  |
2011 September 100 | unreadable |  | date-not-read |
a Monday in October 2011 | 2011-10-01..2011-10-31 | month |  |
9/ 2011 | unreadable |  | date-not-read |
2011.09 | unreadable |  |  |
1/15 | unreadable |  | date-ambiguous |
Sept '11 Oct '11 | 2011-10-01..2011-10-31 | month | several-dates |
Sept 11 -Nov 2011 | 2011-09-01..2011-11-30 | quarter | date-ambiguous |
Sept 11, Nov 2011 | 2011-11-01..2011-11-30 | month | several-dates |
2011 / 12 | 2011-04-01..2012-03-31 | year | date-ambiguous |
September 2011 - 12 October 2011 | 2011-09-01..2011-10-12 | half-year |  |
2011/12-Q3 | 2011-10-01..2011-12-31 | quarter |  |
1st to the 15th September 2011 | 2011-09-01..2011-09-15 | half-year |  |
30th of the September 2011 | 2011-09-30 | day |  |
Due:September £500 | 2011-09-01..2011-09-30 | month | year-assumed |
50%Sept 2011 | unreadable |  | date-not-read |
Sept 011 | unreadable |  | date-not-read |
Sept 11/123 | unreadable |  | date-not-read |
extended from may until 30 September 2011 | 2011-09-30 | day |  | 2011-05-01..2011-05-31
end may hopefully | 2011-05-31 | day | year-assumed |
mid may hopefully | 2011-05-11..2011-05-20 | half-year | year-assumed |
weeks commencing 5 September 2011 | 2011-09-05..2011-09-11 | week |  |
w/c 5-9 September 2011 | 2011-09-05..2011-09-11 | week |  |
a week in September 2011 | 2011-09-01..2011-09-30 | month |  |
6th week of September 2011 | 2011-09-01..2011-09-30 | month |  |
30 September 2011 for week 36 2011 | 2011-09-30 | day |  |
Q2 of the (2011/12) | 2011-07-01..2011-09-30 | quarter |  |
Q1 financial year 2012 | 2011-04-01..2011-06-30 | quarter | date-ambiguous |
FY'2012 | 2011-04-01..2012-03-31 | year | date-ambiguous |
by 2011/12 year | 2011-04-01..2012-03-31 | year | date-ambiguous |
academic year 11 | 2011-09-01..2012-08-31 | year | date-ambiguous |
End date: to be completed by the financial year | unreadable |  |  |
End date to be the financial year | unreadable |  |  |
End of new financial year | unreadable |  |  |
11/12: Q3 | 2011-10-01..2011-12-31 | quarter |  |
Autumn term of the (2011/12) school year | 2011-09-01..2011-12-31 | term |  |
00030 days | unreadable |  |  |
within an month | 2011-07-01 | relative |  |
twenty ten days | unreadable |  |  |
two three months | unreadable |  |  |
max/6 months | unreadable |  |  |
60/90 days | 2011-07-31..2011-08-30 | relative |  |
0 to an month | unreadable |  |  |
3-3 months | unreadable |  |  |
1500-2000 days | 2015-07-10..2016-11-21 | relative |  |
1500-2001 days | unreadable |  |  |
6 month s | unreadable |  |  |
3 months time from publication | 2011-09-01 | relative |  |
30/09/0002 | unreadable |  | date-out-of-range |
Early this financial year | 2011-04-01..2011-07-31 | half-year | year-assumed |
Sunday 3 March | unreadable |  | date-impossible |
9/30/2011 (was 3/4/2011) | 2011-09-30 | day |  | 2011-03-04
30 June 2011 delayed -> 30 September 2011 | 2011-09-30 | day |  | 2011-06-30
30 June 2011 revised to before 30 September 2011 | 2011-09-29 | day |  | 2011-06-30
May 2011, June 2011 old -> September 2011 | 2011-09-01..2011-09-30 | month |  | 2011-05-01..2011-05-31
30 June 2011 extended at committee on 12 July 2011 to 30 September 2011 | 2011-09-30 | day |  | 2011-06-30
overdue due 30 September 2011; 31 December 2011 | unreadable |  | several-dates |
30 September 2011 (1 June 2011 start) | 2011-09-30 | day |  |
September 2011 revised from June 2011 to (July 2011) | 2011-07-01..2011-07-31 | month |  | 2011-06-01..2011-06-30
30 September 2011, 30 June 2011 previously was | 2011-09-30 | day |  | 2011-06-30
30 September 2011 previously -> old 30 June 2011 | unreadable |  |  | 2011-06-30
30 September 2011 -> was 30 June 2011 | 2011-09-30 | day |  | 2011-06-30
Revised date tbc, was 30 June 2011 | tbc |  |  | 2011-06-30
30 June 2011 revised; tbc | tbc |  |  | 2011-06-30
30 June 2011, 30 September 2011 (revised now) | 2011-09-30 | day |  | 2011-06-30
30 June 2011, 30 September 2011 (revised, agreed) | 2011-09-30 | day |  | 2011-06-30
30 June 2011, 30 September 2011 revised | 2011-09-30 | day |  | 2011-06-30
30 June 2011, 30 September 2011 revised, agreed | 2011-09-30 | day |  | 2011-06-30
Report 30 June 2011, 31 August 2011, revised 30 September 2011 | 2011-09-30 | day |  | 2011-08-31
Revised from 1 to 30 September 2011 to new date tbc | tbc |  |  | 2011-09-01..2011-09-30
Agreed 12 July 2011 - due 30 September 2011 | 2011-09-30 | day | several-dates |
Revised from 1 to 30 September | 2011-09-30 | day | year-assumed year-assumed | 2011-09-01
1 June 2011 to end of 30 September 2011 | 2011-06-01..2011-09-30 | half-year |  |
between 1 June 2011 & 30 September 2011 | 2011-06-01..2011-09-30 | half-year |  |
Q2 (was September 2011) | unreadable |  | date-not-read | 2011-09-01..2011-09-30
June (was March) | 2011-06-01..2011-06-30 | month | year-assumed year-assumed | 2011-03-01..2011-03-31
now June, was March | 2011-06-01..2011-06-30 | month | year-assumed year-assumed | 2011-03-01..2011-03-31
2041 | 2041-01-01..2041-12-31 | year |  |
was 31 June 2011, then 30 June 2011, now 30 September 2011 | 2011-09-30 | day | date-impossible | 2011-06-30
Phase #2 March 2012 | 2012-03-01..2012-03-31 | month |  |
B2 September 2011 | 2011-09-01..2011-09-30 | month |  |
201 June to September | unreadable |  | date-not-read |
Annual review September | recurring |  | date-not-read |
30 September 2011 (not stated) | unreadable |  | date-not-read |
1 September 2011 (September 2011) | 2011-09-01 | day |  |
30 September 2011 (September 2011), 31 December 2011 | 2011-12-31 | day | several-dates |
Start 1 September 2011, subject to funding | conditional |  |  |
Urgent - overdue | unreadable |  | date-not-read |
£1,250,000 | code |  |  |
agreed 30 September 2011 - | 2011-09-30 | day | |
Wednesday September | unreadable | | date-not-read |
Sept 11-Nov 2011 | 2011-09-01..2011-11-30 | quarter | date-ambiguous |
Oct 11-Mar 2012 | 2011-10-01..2012-03-31 | half-year | date-ambiguous |
weeks 1 and 2 September 2011 | unreadable | | date-ambiguous |
weeks 1-2 September 2011 | unreadable | | date-ambiguous |
Sept '11-2012 | unreadable | | date-ambiguous |
"""

# Snapshot, order of day and month, and start of the financial year, beside a cell.
BESIDE = [
    ("31/8/2011", {"day_first": False}, "2011-08-31", []),
    ("Mar 12", {"as_of": None}, "unreadable", ["date-ambiguous"]),
    ("1900 Q2", {"as_of": date(1905, 1, 1)}, "1900-04-01..1900-06-30", ["date-ambiguous"]),
    ("2199 Q2", {"as_of": date(2199, 1, 1)}, "2199-04-01..2199-06-30", ["date-ambiguous"]),
    ("31 August 1981", {}, "1981-08-31", []),
    ("Q2 2012", {"financial_year_starts": (1, 1)}, "2012-04-01..2012-06-30", []),
    ("H1 2012", {"financial_year_starts": (1, 1)}, "2012-01-01..2012-06-30", []),
    ("31/8/2011", {"day_first": False, "order_settled": True}, "2011-08-31", []),
    ("2200 Q2", {"as_of": date(2199, 1, 1)}, "unreadable", ["date-not-read"]),
    ("FY 1899/00", {"as_of": None}, "unreadable", ["date-out-of-range"]),
]


@pytest.mark.parametrize(("text", "beside", "expected", "notes"), BESIDE)
def test_a_cell_as_a_whole_beside_its_plan(text, beside, expected, notes):
    """The same of what stands beside the cell."""
    reading = read(text, **beside)
    assert (said(reading), codes(reading)) == (expected, notes)


def test_a_cell_as_a_whole_says_a_doubt_once():
    """Of an older and a newer date in the same words the doubt is said once; a deadline's month and its day are one date."""
    twice = read("was 3/4/2012 now 3/4/2012")
    assert (said(twice), said(twice.previous), codes(twice)) == ("2012-04-03", "2012-04-03", ["date-ambiguous"])
    assert said(read(f"{MANY} by September 2011 (30 September 2011)")) == "2011-09-30"


@pytest.mark.parametrize(("text", "expected", "precision", "notes", "older"), rows(WHOLE), ids=[row[0] for row in rows(WHOLE)])
def test_a_cell_as_a_whole(text, expected, precision, notes, older):
    """What a cell gives, all of it: the date in force, how exact it is, what is doubtful, and the date before."""
    reading = read(text)
    assert (said(reading), reading.precision, codes(reading)) == (expected, precision, notes.split())
    assert (said(reading.previous), reading.changed) == (older, bool(older))


# --- what the findings say -------------------------------------------------------------------------------------------

MESSAGES = [
    ("3/4/2012", "'3/4/2012' can be 3 April 2012 or 4 March 2012; the first was taken"),
    ("2011-2013", "'2011-2013' may mean calendar or financial years; the interval holds both"),
    ("Monday 30 September 2011", "'Monday 30 September 2011': the weekday is not that day's; the day was taken"),
    ("Sept 11", "'Sept 11' can be a month or a day; the month, September 2011, was taken"),
    ("14 Aug", "'14 Aug' has no year; read as 14 August 2011"),
    ("Dec/Jan", "'Dec or Jan' has no year; read as December 2011 to January 2012"),
    ("Nov to Feb", "'Nov to Feb' has no year; read as November 2011 to February 2012"),
    ("before 1 April", "'1 April' has no year; read as 31 March 2012"),
    ("31  June\n2011", "'31 June 2011' is not a date that exists"),
    ("30/09/2911", "'30/09/2911' is more than thirty years from the snapshot"),
    ("Q2", "'Q2' has no year, and the year cannot be told"),
    ("6/9", "'6/9' can be read in more than one way; none was taken"),
    ("spring (2011/12)", "'spring (2011/12)' can be read in more than one way; none was taken"),
    ("in the 3 months between April and June", "'April to June' has no year; read as April to June 2011"),
    ("September 1-120", "'September' stands among words that may change what it means; not used"),
    ("30 September 2011 before the board", "'30 September 2011' depends on something else; not used"),
    ("Sept 2011; Nov 2011; Dec 2011", "'Sept 2011', 'Nov 2011', 'Dec 2011': the last was taken"),
    ("31/12/2011 30/06/2011", "'31/12/2011', '30/06/2011': which is the target cannot be told"),
    ("by 30/06/2011; board 31/12/2011", "'30/06/2011', '31/12/2011': which is the target cannot be told"),
    ("2012 strategy", "'2012' stands among words that may change what it means; not used"),
    ("30 September 2011 (tbc)", "'30 September 2011' is still to be confirmed"),
    ("30 June 2011 extension requested to 31 May 2012",
     "'31 May 2012' may only have been asked for; which is the target cannot be told"),
    ("N/A 30 September 2011", "'30 September 2011' stands beside words that say that no date applies; not used"),
    ("monthly from 1 May 2011 to 30 September 2011",
     "'1 May 2011 to 30 September 2011' stands beside words that say that it comes round again; not used"),
    ("annual - March", "'March' stands beside words that say that it comes round again; not used"),
    ("date to be agreed at the June meeting",
     "'the June' is when something is to be settled; the date itself is to be confirmed"),
    ("tbc 30 September 2011", "'30 September 2011' stands after words that say that the date is to be confirmed; not used"),
    ("ongoing 30 September 2011", "'30 September 2011' stands beside words that say that the action is ongoing; not used"),
    ("30 September 2011 subject to funding", "'30 September 2011' depends on something else; not used"),
    ("30 September 2011 before the board", "'30 September 2011' depends on something else; not used"),
    ("3 months after appointment, 30 September 2011", None),
    ("not 30 September 2011", "'30 September 2011' stands beside a negation; not used"),
    ("from 1 September 2011", "'1 September 2011' says when it begins or was written, not when it is due"),
    ("urgent", "says that it is urgent, not by when"),
    ("6 weeks from 31 September 2011", "counts from no day that exists"),
    ("10 working days", "working days are counted as Monday to Friday; the last day allows for public holidays"),
    ("40 years", "is more than thirty years away"),
    ("winter 2011", "'winter 2011' can be December 2011 to February 2012 or December 2010 to February 2011; the first was taken"),
    ("academic year 2012",
     "'academic year 2012' can be September 2012 to August 2013 or September 2011 to August 2012; the first was taken"),
    ("FY 2012", "'FY 2012' can be April 2011 to March 2012 or April 2012 to March 2013; the first was taken"),
    ("2012/13", "'2012/13' can be April 2012 to March 2013 or September 2012 to August 2013; the first was taken"),
    ("Q2 2012", "'Q2 2012' can be April to June 2012 or July to September 2012; the first was taken"),
    ("Q2 FY2012", "'Q2 FY2012' can be July to September 2011 or July to September 2012; the first was taken"),
    ("FY2012 Q2", "'FY2012 Q2' can be July to September 2011 or July to September 2012; the first was taken"),
    ("H1 2012", "'H1 2012' can be January to June 2012 or April to September 2012; the first was taken"),
    ("winter revised to 30 June 2012", "'winter' has no year; read as December 2011 to February 2012"),
    ("extension requested to 30 September 2011",
     "'30 September 2011' may only have been asked for; which is the target cannot be told"),
    ("30 April 2011/12 (was 30 June 2011)", "'30 April 2011/12' has no year, and the year cannot be told"),
    ("Dec revised to Feb 2012", "'Dec' has no year; read as December 2011"),
    ("tbc 30 June 2011, 30 September 2011",
     "'30 June 2011', '30 September 2011' stands after words that say that the date is to be confirmed; not used"),
    ("30 September 2011 to 1 June 2011", "'30 September 2011 to 1 June 2011' is not a date that exists"),
    ("Q2 '12", "'Q2 '12' can be April to June 2012 or July to September 2012; the first was taken"),
    ("revised on 3 May 2011 to", "'3 May 2011' says when it begins or was written, not when it is due"),
    ("revised from 1 to 30 September 2011 tbc", "'30 September 2011' is still to be confirmed"),
    ("Q1, Q2", "'Q1', 'Q2' have no year, and the year cannot be told"),
    ("Q2-3 2012", "'Q2-3 2012' can be April to September 2012 or July to December 2012; the first was taken"),
    ("Q2 to Q3 2012", "'Q2 to Q3 2012' can be April to September 2012 or July to December 2012; the first was taken"),
    ("FY2012 to FY2013", "'FY2012 to FY2013' can be April 2011 to March 2013 or April 2012 to March 2014; the first was taken"),
    ("Q4 to Q1 2012/13", "'Q4 to Q1 2012/13' has no year; read as January to June 2012"),
    ("Q1 2012/13 (was Q4)", "'Q4' has no year; read as the one before 'Q1 2012/13'"),
    ("Q4 2011/12 revised to Q1", "'Q1' has no year; read as the one after 'Q4 2011/12'"),
    ("summer/spring term 2012", "'summer/spring term 2012' can be read in more than one way; none was taken"),
    ("was 30-1 September, now 31 December 2011", "'30-1 September' is not a date that exists"),
    ("FY 2011/12/13", "'2011/12/13' can be read in more than one way; none was taken"),
    ("week 36 of 2011", "'week 36 of 2011' can be read in more than one way; none was taken"),
    ("before September to November", "'September to November' has no year; read as 31 August 2011"),
    ("30 June 2011 extended by 3 months",
     "'30 June 2011' stands before a length of time that may have to be added to it; not used"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MESSAGES)
def test_what_a_finding_says(text, message):
    """Each finding is one plain sentence that names the words it is about and what was taken."""
    assert [note.message for note in read(text).notes] == ([message] if message else [])


def test_of_a_span_of_quarters_one_way_is_taken_and_said():
    """Whether Q2 to Q3 are of the calendar or the financial year is not known: one was taken, and not both."""
    assert read("Q2-3 2012").notes[0].message.endswith("; the first was taken")


def test_what_the_findings_say_without_snapshot_or_anchor():
    """Without them a year cannot be told, and a length of time counts from nothing."""
    assert [note.message for note in read_date("14 Aug").notes] == ["'14 Aug' has no year, and the year cannot be told"]
    without = [note.message for note in read_date("3 months", as_of=AS_OF).notes]
    assert without == ["counts from a day that the plan does not give (anchor_date)"]
    far = read_date("1800 years", anchor=(date(9000, 1, 1),) * 2)
    assert (far.kind, [note.message for note in far.notes]) == ("unreadable", ["is out of range"])


def test_an_older_date_in_doubt_is_told_too():
    """What is doubtful about the older date stands among the findings of the cell and of the older date itself."""
    reading = read("was 3/4/2011 now 30 September 2011")
    assert [note.message for note in reading.notes] == [
        "'3/4/2011' can be 3 April 2011 or 4 March 2011; the first was taken"
    ]  # fmt: skip
    assert reading.previous.notes == reading.notes
    wrong = read("was 31 June 2011 now 30 September 2011")
    assert (said(wrong), wrong.previous, wrong.changed) == ("2011-09-30", None, True)
    assert [note.message for note in wrong.notes] == ["'31 June 2011' is not a date that exists"]


ROLES = [
    # the cell, what it gives, the older date with its own words
    ("revised on 3 May 2011 to 30 September 2011", "2011-09-30", "", ""),
    ("30 June 2011 revised on 3 May 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised in May to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011, revised date to be agreed", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011 -> tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("June 2011 -> July 2011 -> TBC", "tbc", "2011-06-01..2011-06-30", "June 2011"),
    ("~~agreed 30 June 2011 -~~ 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("brought forward on 12 July 2011 to 30 September", "2011-09-30", "", ""),
    ("brought forward at committee on 12 July 2011 to 30 September", "2011-09-30", "", ""),
    ("start 1 May 2011, brought forward to 30 September", "2011-09-30", "", ""),
    ("report 12 July 2011, 30 June revised to 30 September", "2011-09-30", "2011-06-30", "30 June"),
    ("updated 12 July 2011, was 30 June, now 30 September", "2011-09-30", "2011-06-30", "30 June"),
    ("30 June 2011, then 31 August 2011, now tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("was 30 June 2011, then 31 August; now tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised to 31 August 2011, now tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011, 31 August 2011, revised date to be agreed", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June to 31 August 2011, now tbc", "tbc", "2011-06-30..2011-08-31", "30 June to 31 August 2011"),
    ("30 June 2011 / 31 August 2011 now under review", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011 (was 31 May), now tbc", "tbc", "2011-05-31", "31 May"),
    ("30 June 2011; now to be confirmed", "tbc", "2011-06-30", "30 June 2011"),
    ("(revised) 30 September 2011", "2011-09-30", "", ""),
    ("revised from 1 to 30 September 2011", "2011-09-30", "2011-09-01", "1 September 2011"),
    ("30 September 2011 (from 30 June 2011)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("revised to 30 September 2011 from 30 June 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 (original), 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 September 2011 (was 31 March 2011, then 30 June 2011)", "2011-09-30", "2011-03-31", "31 March 2011"),
    ("30 September 2011 (was 30 June 2011, then 31 March 2011)", "2011-09-30", "2011-03-31", "31 March 2011"),
    ("was 30 June 2011; was 31 July 2011; now 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("moved from June 2011 to September 2011", "2011-09-01..2011-09-30", "2011-06-01..2011-06-30", "June 2011"),
    ("30 June 2011 - now expected 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("31 March 2011 -> 30 June 2011 -> 30 September 2011", "2011-09-30", "2011-03-31", "31 March 2011"),
    ("original target 30 June 2011, current target 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised to 5pm 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("original date 30 September 2011 revised", "unreadable", "2011-09-30", "30 September 2011"),
    ("original date 30 September 2011, now", "unreadable", "2011-09-30", "30 September 2011"),
    ("original date 30 September 2011, tbc", "tbc", "2011-09-30", "30 September 2011"),
    ("original 30 September 2011, date to be agreed", "tbc", "2011-09-30", "30 September 2011"),
    ("was 30 September 2011", "unreadable", "2011-09-30", "30 September 2011"),
    ("30 June 2011 old -> 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 (old) -> 30 September 2011 (new)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 now -> 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised -> 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("extended from 30 June 2011 until 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("extended from 30 June 2011 till 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("moved from 30 June 2011 through 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("moved from 30 June 2011 -> 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("moved from 30 June 2011 - 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("winter/spring revised to 30 June 2012", "2012-06-30", "2011-12-01..2012-05-31", "winter/spring"),
    ("31 March (was 31 December)", "2012-03-31", "2011-12-31", "31 December"),
    ("was 31 December now 31 March", "2012-03-31", "2011-12-31", "31 December"),
    ("was 30 09 2011; now 31 December 2011", "2011-12-31", "", ""),
    ("revised from 30 June 2011 to", "unreadable", "2011-06-30", "30 June 2011"),
    ("revised from 30 June 2011 to tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011 original, 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 original; 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised - tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised now tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("30 June 2011 revised target to be agreed", "tbc", "2011-06-30", "30 June 2011"),
    ("was June to August 2011, now 30 September 2011", "2011-09-30", "2011-06-01..2011-08-31", "June to August 2011"),
    ("30 April 2011/12 (was 30 June 2011)", "unreadable", "2011-06-30", "30 June 2011"),
    ("extension requested to 30 September 2011", "unreadable", "", ""),
    ("revised date requested: 30 September 2011", "unreadable", "", ""),
    ("extended to 30 September 2011 at the request of the committee", "2011-09-30", "", ""),
    ("30 September 2011 (revised as requested)", "2011-09-30", "", ""),
    ("revised from 30 June 2011 to 30 September 2011 as requested by Cabinet", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 September 2011 (was extended)", "2011-09-30", "", ""),
    ("30 September 2011 (moved from, see note)", "2011-09-30", "", ""),
    ("Committee on 12 July 2011 -> 30 September 2011", "2011-09-30", "", ""),
    ("now September 2011 to November 2011 (revised)", "2011-09-01..2011-11-30", "", ""),
    ("30 June 2011 revised; now tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("was 30 September to 31 November, now 31 December 2011", "2011-12-31", "", ""),
    ("September to November 2011 (revised)", "2011-09-01..2011-11-30", "", ""),
    ("September/October 2011 (revised)", "2011-09-01..2011-10-31", "", ""),
    ("Oct/Nov/Dec 2011 (revised)", "2011-10-01..2011-12-31", "", ""),
    ("Sept-Nov 2011 - revised", "2011-09-01..2011-11-30", "", ""),
    ("between September and November 2011 (revised)", "2011-09-01..2011-11-30", "", ""),
    ("December 2011/January 2012 (revised)", "2011-12-01..2012-01-31", "", ""),
    ("December 2011/February 2012 (revised)", "2012-02-01..2012-02-29", "2011-12-01..2011-12-31", "December 2011"),
    ("late 2011 to early 2012 (extended)", "2011-09-01..2012-04-30", "", ""),
    ("1 April 2011 - 30 September 2011 (revised)", "2011-04-01..2011-09-30", "", ""),
    ("30 June 2011, 30 September 2011 (revised)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 (30 September 2011 revised)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("June to July 2011, September to November 2011 (revised)",
     "2011-09-01..2011-11-30", "2011-06-01..2011-07-31", "June to July 2011"),
    ("Sept-Dec 2011 (revised from June-Aug 2011)",
     "2011-09-01..2011-12-31", "2011-06-01..2011-08-31", "June to Aug 2011"),
    ("Dec 2011 (revised from June to Sept 2011)",
     "2011-12-01..2011-12-31", "2011-06-01..2011-09-30", "June to Sept 2011"),
    ("Dec 2011 (revised from June-Sept)", "2011-12-01..2011-12-31", "2011-06-01..2011-09-30", "June to Sept"),
    ("30 September 2011 (revised from 30 June to 30 September 2011)", "2011-09-30", "2011-06-30", "30 June"),
    ("30 September 2011 (revised from 30 June 2011 to 30 September)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 (revised from 30 June to 30 September 2011)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("revised from 1-30 September 2011 to 31 December 2011",
     "2011-12-31", "2011-09-01..2011-09-30", "1-30 September 2011"),
    ("revised from 1-30 September 2011 to tbc", "tbc", "2011-09-01..2011-09-30", "1-30 September 2011"),
    ("revised from 1 to 30 September 2011 - agreed", "2011-09-30", "2011-09-01", "1 September 2011"),
    ("was 30-1 September, now 31 December 2011", "2011-12-31", "", ""),
    ("31 December 2011 (was 30-1 September)", "2011-12-31", "", ""),
    ("was winter/spring, now 31 December 2012", "2012-12-31", "2011-12-01..2012-05-31", "winter/spring"),
    ("was summer/spring term, now 31 December 2012", "2012-12-31", "", ""),
    ("updated from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("updated from June to September 2011", "2011-09-01..2011-09-30", "2011-06-01..2011-06-30", "June"),
    ("30 September 2011 (updated from 30 June 2011)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("updated on 3 May 2011 to 30 September 2011", "2011-09-30", "", ""),
    ("updated 3 May 2011 to 30 September 2011", "2011-05-03..2011-09-30", "", ""),
    ("updated on 3 May 2011 from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("updated in May from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("updated by 3 months from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 updated by 3 months to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("updated until 30 September 2011", "2011-09-30", "", ""),
    ("revised on 3 May 2011 from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("revised 3 May 2011 from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("delayed by 3 months to 30 September 2011", "2011-09-30", "", ""),
    ("delayed by 3 months from 30 June 2011 to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011, moved back to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("~~30 June 2011~~ ~~31 December~~ tbc", "tbc", "2011-06-30", "30 June 2011"),
    ("~~30 June~~ ~~31 December 2011~~ tbc", "tbc", "2011-06-30", "30 June"),
    ("~~30 June 2011~~ ~~31 December~~ 31 March 2012", "2012-03-31", "2011-06-30", "30 June 2011"),
    ("~~September to November 2011~~ December 2011",
     "2011-12-01..2011-12-31", "2011-09-01..2011-11-30", "September to November 2011"),
    ("~~Sept/Oct 2011~~ December 2011", "2011-12-01..2011-12-31", "2011-09-01..2011-10-31", "Sept or Oct 2011"),
    ("~~moved from June to Sept 2011~~ December 2011", "2011-12-01..2011-12-31", "2011-06-01..2011-06-30", "June"),
    ("~~as at 30 June~~ 30 September 2011", "2011-09-30", "2011-06-30", "30 June"),
    ("~~before 1 April 2012~~ 30 June 2012", "2012-06-30", "2012-03-31", "1 April 2012"),
    ("30 September 2011 (was 30 June 2011, then 31 August)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 September 2011 (was 30 June 2011, before that 31 March)", "2011-09-30", "2011-03-31", "31 March"),
    ("30 September (was 30 June 2011)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("31 March (was 30 November 2011)", "2012-03-31", "2011-11-30", "30 November 2011"),
    ("Dec/Jan (was Oct 2011)", "2011-12-01..2012-01-31", "2011-10-01..2011-10-31", "Oct 2011"),
    ("was Nov 2011 to Feb, now June 2012", "2012-06-01..2012-06-30", "2011-11-01..2012-02-29", "Nov 2011 to Feb"),
    ("30 September 2011 brought forward to 30 June", "2011-06-30", "2011-09-30", "30 September 2011"),
    ("30 June (brought forward from 30 September 2011)", "2011-06-30", "2011-09-30", "30 September 2011"),
    ("brought forward from December to September 2011", "2011-09-01..2011-09-30", "2011-12-01..2011-12-31", "December"),
    ("Q1 2012/13 brought forward to Q4", "2012-01-01..2012-03-31", "2012-04-01..2012-06-30", "Q1 2012/13"),
    ("Q1 2012/13 (was Q4)", "2012-04-01..2012-06-30", "2012-01-01..2012-03-31", "Q4"),
    ("Q4 2011/12 revised to Q1", "2012-04-01..2012-06-30", "2012-01-01..2012-03-31", "Q4 2011/12"),
    ("Q1 2012 (was Q4)", "2012-01-01..2012-03-31", "2011-10-01..2011-12-31", "Q4"),
    ("Q4 99/00 slipped to Q1", "2000-04-01..2000-06-30", "2000-01-01..2000-03-31", "Q4 99/00"),
    ("Q2/Q3 2011/12 (was Q1/Q2)", "2011-07-01..2011-12-31", "2011-04-01..2011-09-30", "Q1 or Q2"),
    ("Q3 2011/12 (was Q1-2)", "2011-10-01..2011-12-31", "2011-04-01..2011-09-30", "Q1-2"),
    ("was before 1 April, now 30 June 2012", "2012-06-30", "2012-03-31", "1 April"),
    ("30 September 2011 (extended by 3 months from 30 June)", "2011-09-30", "", ""),
    ("30 June 2011 revised to 30 September 2011 (extended by 3 months)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("extended by 3 months to 30 September 2011", "2011-09-30", "", ""),
    ("30 June 2011 extended by 3 months", "unreadable", "", ""),
    ("delayed 3 May 2011 to 30 September 2011", "2011-05-03..2011-09-30", "", ""),
    ("agreed 12 July 2011 to extend to 30 September 2011", "2011-09-30", "", ""),
    ("agreed 12 July 2011 to revise from 30 June 2011 to 30 September 2011",
     "2011-09-30", "2011-06-30", "30 June 2011"),
    ("agreed 30 June 2011, revised to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 agreed to extend to 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("31 January (31 October 2011 originally)", "2012-01-31", "2011-10-31", "31 October 2011"),
    ("30 June 2011 originally, 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 June 2011 previously; 30 September 2011", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 September 2011 (30 June 2011 initially)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 September 2011 (30 June 2011 formerly)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("revised from July-Sept to Oct-Dec 2011", "2011-10-01..2011-12-31", "2011-07-01..2011-09-30", "July to Sept"),
    ("revised from July-Sept 2011 to Oct-Dec 2011",
     "2011-10-01..2011-12-31", "2011-07-01..2011-09-30", "July to Sept 2011"),
    ("revised from July-Sept 2011 to 31 December 2011", "2011-12-31", "2011-07-01..2011-09-30", "July to Sept 2011"),
    ("slipped from Q1-Q2 to Q3-Q4 2011/12", "2011-10-01..2012-03-31", "2011-04-01..2011-09-30", "Q1 to Q2"),
    ("updated by 3 months until 30 September 2011", "2011-09-30", "", ""),
    ("updated by 3 months till 30 September 2011", "2011-09-30", "", ""),
    ("updated on 3 May 2011 until 30 September 2011", "2011-09-30", "", ""),
    ("updated on 3 May 2011 till 30 September 2011", "2011-09-30", "", ""),
    ("30 September 2011 (updated 3 May 2011 from 30 June 2011)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("30 September 2011 (revised 3 May 2011 from 30 June 2011)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("revised 31 December 2011 from 30 September 2011", "2011-12-31", "2011-09-30", "30 September 2011"),
    ("was 30 September 2010-31 October 2011, now 31 December 2011",
     "2011-12-31", "2010-09-30..2011-10-31", "30 September 2010 to 31 October 2011"),
    ("target 30 June 2011 revised from 31 March 2011 to 30 September 2011",
     "2011-09-30", "2011-03-31", "31 March 2011"),
    ("moved from 30 June 2011 - 30 September 2011, 31 December 2011", "2011-12-31", "2011-06-30", "30 June 2011"),
    ("moved from 30 June 2011 - 30 September 2011 - agreed", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("target 31 March 2011, revised from July-Sept to Oct-Dec 2011",
     "2011-10-01..2011-12-31", "2011-03-31", "31 March 2011"),
    ("30 September 2011, 30 June 2011 initially", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("was June to August 2011; tbc", "tbc", "2011-06-01..2011-08-31", "June to August 2011"),
    ("30 September 11 (revised from 30 June to 30 September 2011)", "2011-09-30", "2011-06-30", "30 June"),
    ("30 September 2012 (revised from 30 June 2011 to 30 September 2011)",
     "2012-09-30", "2011-06-30..2011-09-30", "30 June 2011 to 30 September 2011"),
    ("now 31 March 2012 for 2012/13", "2012-03-31", "", ""),
    ("tbc (was 30 June, as at 3 May)", "tbc", "2011-06-30", "30 June"),
    ("31 January 2012 (was November to February)", "2012-01-31", "2011-11-01..2012-02-29", "November to February"),
    ("Q2 2012/13 (was end of Q1)", "2012-07-01..2012-09-30", "2012-06-30", "end of Q1"),
    ("30 September 2011 (was 30 June 2011, then 30 September)", "2011-09-30", "2011-06-30", "30 June 2011"),
    ("extended by 3 months 30 September 2011", "2011-09-30", "", ""),
    ("30 June 2011 slipped 3 months", "unreadable", "", ""),
    ("30 September 2011, revised; 6 months", "2011-09-30", "", ""),
    ("Q1 00/01 (was Q4)", "2000-04-01..2000-06-30", "2000-01-01..2000-03-31", "Q4"),
]


def test_what_now_to_be_confirmed_does_not_reach():
    """The date of another thing, and one before a semicolon where only the new date is said to be open, stay in force."""
    assert said(read("Part A 30 June 2011; Part B now tbc")) == "2011-06-30"
    assert said(read("30 June 2011; revised date tbc")) == "2011-06-30"
    assert said(read("30 June 2011 (policy) 31 August 2011 (training), now tbc")) == "2011-08-31"


@pytest.mark.parametrize(("text", "expected", "older", "words"), ROLES)
def test_which_date_is_in_force_and_which_is_older(text, expected, older, words):
    """The new date, the older one, and the older one's own words; the day of the decision is neither."""
    reading = read(text)
    assert (said(reading), said(reading.previous), reading.changed) == (expected, older, True)
    told = reading.previous or DateReading("", kind="date")
    assert (told.text, told.kind) == (words, "date")


def test_struck_out_runs_keep_their_words_and_their_doubts():
    """Each run is read by itself, after the text, in its own words; without a year as near as the rest allows."""
    two = read("30 Sept 2011", struck=("30 June 2011", "31 May 2011 <b>agreed</b>"))
    assert (two.previous.text, said(two.previous)) == ("31 May 2011", "2011-05-31")
    short = read("30 Sept 2011", struck=("30/6", "30.6.11"))
    assert (short.previous.text, said(short.previous)) == ("30/6", "2011-06-30")
    one = read("", struck=("30 June",))
    assert (one.kind, said(one.previous), codes(one)) == ("blank", "2011-06-30", ["year-assumed"])
    both = read("30 June 2011 30 September 2011", struck=("30 June 2011",))
    assert (said(both), said(both.previous), codes(both)) == ("2011-09-30", "2011-06-30", [])
    order = read("1/9/2011", struck=("30/9/2011",))
    assert (said(order), codes(order)) == ("2011-09-01", [])


def test_a_leap_day_without_a_year_beside_another_date():
    """Where no leap year is near it does not exist; where one is, and lies on the wrong side, its year cannot be told."""
    late, never = read("29 Feb revised to 30 September 2011"), read("29 Feb revised to 30 September 2010")
    assert [note.message for note in late.notes] == ["'29 Feb' has no year, and the year cannot be told"]
    assert [note.message for note in never.notes] == ["'29 Feb' is not a date that exists"]


@pytest.mark.parametrize("words", ["owing to sickness", "because of sickness", "given sickness", "again", "date"])
def test_a_date_revised_for_a_reason_was_changed(words):
    """After a date "revised" with a reason says that it was; with a noun it is of the noun."""
    reading = read(f"30 September 2011 - revised {words}")
    assert (said(reading), reading.changed, reading.previous) == ("2011-09-30", True, None)
    assert not read("30 September 2011 - revised policy").changed


def test_a_date_that_was_what_it_is_was_not_changed():
    """Both dates are told, and no change."""
    reading = read("was 30 September 2011 now 30 September 2011")
    assert (said(reading), said(reading.previous), reading.changed) == ("2011-09-30", "2011-09-30", False)
