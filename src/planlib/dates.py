"""Reads what people write for a target date: an interval, how exact it is, and what is doubtful about it.

Three steps, each a small grammar. Characters become tokens (`_tokens`); tokens become date expressions and marked
words (`_Grammar`, recursive descent); the items of one cell become one reading (`_interpret`). Pure: the same text and
parameters give the same reading, on any day and anywhere. What each phrase is taken to mean, and why, is written down
in docs/decisions/0002-dates-and-statuses.md.
"""

from __future__ import annotations

import calendar
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

_FIRST_SERIAL = date(1899, 12, 30)  # day 0 of a spreadsheet, for days since March 1900
RANGE_YEARS = 30  # a date further than this from the snapshot is taken for a slip of the pen
MONTHS_BACK, MONTHS_AHEAD = 4, 8  # where a date without a year is looked for, around the snapshot
UNKNOWN_WORDS = {"day": 6, "week": 6, "month": 6, "quarter": 3, "season": 3, "term": 3, "half-year": 3, "year": 0}
LONGEST_TEXT = 4000  # characters; longer cells are commentary and not looked at

Interval = tuple[date, date]


@dataclass(frozen=True)
class Note:
    """Something worth saying about a cell.

    Attributes
    ----------
    code : str
        A finding code, a key of `planlib.schema.CODES`.
    message : str
        One plain sentence.
    """

    code: str
    message: str


@dataclass(frozen=True)
class DateReading:
    """What a cell says about a date.

    Attributes
    ----------
    text : str
        The cell as given.
    earliest, latest : datetime.date or None
        First and last day that the words can mean; both or neither.
    precision : str
        A key of `planlib.schema.PRECISIONS`, or blank without a date.
    kind : str
        "date", or a key of `planlib.schema.NO_DATE_KINDS`.
    previous : DateReading or None
        The older date, where the text gives one; of several the one with the earliest latest day.
    changed : bool
        The text itself says that the date was changed.
    unchanged : bool
        The text itself says that it was not.
    notes : tuple of Note
    """

    text: str
    earliest: date | None = None
    latest: date | None = None
    precision: str = ""
    kind: str = "blank"
    previous: DateReading | None = None
    changed: bool = False
    unchanged: bool = False
    notes: tuple[Note, ...] = ()


def read_date(
    text: str,
    *,
    as_of: date | None = None,
    anchor: tuple[date, date] | None = None,
    day_first: bool = True,
    order_settled: bool = False,
    financial_year_starts: tuple[int, int] = (4, 1),
    struck: Sequence[str] = (),
    past: bool = False,
) -> DateReading:
    """Read a cell where a date is expected.

    Parameters
    ----------
    text : str
        The cell, without what was struck out in it or with it marked as ``<s>``, ``<del>``, ``<strike>`` or ``~~``.
    as_of : datetime.date, optional
        Date of the snapshot: decides the year of "14 Aug" and the century of "17.7.12", and what is out of range.
    anchor : pair of datetime.date, optional
        First and last day on which "within 3 months" can have begun.
    day_first : bool
        How 3/4/2012 is read.
    order_settled : bool
        Whether the column's own values show that order; if not, 3/4/2012 carries a note "date-ambiguous".
    financial_year_starts : pair of int
        Month and day.
    struck : sequence of str
        Runs of text that the cell shows struck out and that `text` no longer holds.
    past : bool
        The date is known not to be after `as_of` (a date of completion); used only for a date without a year.

    Returns
    -------
    DateReading
        Never raises on any text: what is not understood has the kind "unreadable".

    Examples
    --------
    >>> reading = read_date("<s>June 30, 2020</s> <b>September 30, 2020*</b>")
    >>> phrase(reading.earliest, reading.latest, reading.precision), reading.changed
    ('30 September 2020', True)
    >>> phrase(reading.previous.earliest, reading.previous.latest, reading.previous.precision)
    '30 June 2020'
    >>> read_date("As required by the FY2023 budget timeline").kind
    'conditional'
    """
    base = (_plain_day(anchor[0]), _plain_day(anchor[1])) if anchor else None
    context = _Context(
        # No plan is that old; a year without four digits leaves no room to count from.
        _plain_day(as_of) if as_of and 1000 <= as_of.year <= 9000 else None,
        base,
        day_first,
        order_settled,
        tuple(financial_year_starts),
        past,
    )
    return _read(str(text), tuple(struck), context)


def month_first(texts: Iterable[str]) -> bool | None:
    """Tell from a column's own values whether its numeric dates have the month first.

    Parameters
    ----------
    texts : iterable of str
        The cells of one column.

    Returns
    -------
    bool or None
        True or False where some value can only be read that way (8/28/2020; 24/10/2016) and at most one in twenty of
        those says otherwise; None where there is no such value, or they disagree.
    """
    days = months = 0
    for text in texts:
        for found in _NUMERIC.finditer(text):
            first, second = int(found[1]), int(found[3])
            if 12 < first <= 31 and 1 <= second <= 12:
                days += 1
            elif 12 < second <= 31 and 1 <= first <= 12:
                months += 1
    if days + months == 0 or min(days, months) * 20 > days + months:
        return None
    return months > days


def phrase(earliest: date | None, latest: date | None, precision: str = "") -> str:
    """Say an interval as a person would.

    Parameters
    ----------
    earliest, latest : datetime.date or None
        First and last day.
    precision : str
        A key of `planlib.schema.PRECISIONS`; only "week" changes the words.

    Returns
    -------
    str
        "30 September 2011", "September 2011", "July to September 2011", "week of 5 September 2011",
        "1 to 10 September 2011"; "no date" where there is none.
    """
    if earliest is None or latest is None or earliest != earliest or latest != latest:  # NaT is not itself
        return "no date"
    first, last = _plain_day(earliest), _plain_day(latest)
    if first == last:
        return f"{first.day} {_month_name(first)} {first.year}"
    whole = first.day == 1 and last == _month_end(last)
    if whole and (first.year, first.month) == (last.year, last.month):
        return f"{_month_name(first)} {first.year}"
    if whole and (first.month, last.month, first.year) == (1, 12, last.year):
        return str(first.year)
    if precision == "week" and last - first == timedelta(6):
        return f"week of {first.day} {_month_name(first)} {first.year}"
    start = [_month_name(first)] if whole else [str(first.day), _month_name(first)]
    end = [_month_name(last), str(last.year)] if whole else [str(last.day), _month_name(last), str(last.year)]
    if first.year != last.year:
        start.append(str(first.year))
    elif not whole and first.month == last.month:
        start.pop()
    return f"{' '.join(start)} to {' '.join(end)}"


def precision_of(earliest: date, latest: date) -> str:
    """Name the precision of an interval that no phrase named.

    Parameters
    ----------
    earliest, latest : datetime.date
        First and last day.

    Returns
    -------
    str
        "day" if they are equal; "week" up to seven days; "month", "quarter", "half-year" and "year" if the interval is
        exactly 1, 3, 6 or 12 calendar months; otherwise "half-year" (a part of a longer period) up to 184 days, and
        "year" beyond.
    """
    first, last = _plain_day(earliest), _plain_day(latest)
    if first == last:
        return "day"
    if last - first <= timedelta(6):
        return "week"
    for months, name in ((1, "month"), (3, "quarter"), (6, "half-year"), (12, "year")):
        if first.day == 1 and last == _month_end(add_months(first, months - 1)):
            return name
    return "half-year" if last - first <= timedelta(184) else "year"


def add_months(day: date, n: int) -> date:
    """Move a day by calendar months, clipped to the end of the month.

    Parameters
    ----------
    day : datetime.date
    n : int
        Months; may be negative.

    Returns
    -------
    datetime.date
        31 January and one month is the last day of February.

    Examples
    --------
    >>> add_months(date(2012, 1, 31), 1)
    datetime.date(2012, 2, 29)
    """
    years, month = divmod(day.month - 1 + n, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# --- small calendar -------------------------------------------------------------------------------------------------


_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _month_name(day: date) -> str:
    return _MONTH_NAMES[day.month - 1]


def _plain_day(day: date) -> date:
    """The day itself, of a date or of a timestamp."""
    return day if type(day) is date else date(day.year, day.month, day.day)


def _month_end(day: date) -> date:
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


def _months(year: int, month: int, count: int) -> Interval:
    """A number of whole months; `month` may lie outside 1 to 12."""
    first = add_months(date(year, 1, 1), month - 1)
    return first, add_months(first, count) - timedelta(1)


def _easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian rule, as in Meeus, Astronomical Algorithms)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _add_weekdays(day: date, n: int) -> date:
    weeks, rest = divmod(n, 5)
    day += timedelta(7 * weeks)
    while day.weekday() > 4:  # a count that begins at a weekend begins on the Friday before
        day -= timedelta(1)
    while rest:
        day += timedelta(1)
        rest -= day.weekday() < 5
    return day


def _public_holidays(weekdays: int) -> int:
    """The most public holidays of England that so many weekdays in a row can hold."""
    return 3 if weekdays <= 20 else 5 if weekdays <= 60 else 8 * -(-weekdays // 250) + 1


# --- words ----------------------------------------------------------------------------------------------------------


def _by_word(lists: dict[str, int]) -> dict[str, int]:
    return {word: number for words, number in lists.items() for word in words.split()}


MONTHS = _by_word({
    "january jan": 1, "february feb febr": 2, "march mar mrch": 3, "april apr apl": 4, "may": 5, "june jun": 6,
    "july jul": 7, "august aug": 8, "september sept sep": 9, "october oct": 10, "november nov": 11,
    "december dec": 12,
})  # fmt: skip
WEEKDAYS = _by_word({
    "monday mon": 0, "tuesday tues tue": 1, "wednesday weds wed": 2, "thursday thurs thur thu": 3, "friday fri": 4,
    "saturday sat": 5, "sunday sun": 6,
})  # fmt: skip
SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "winter": 4, "fall": 3}
HOLIDAYS = {"christmas": 1, "xmas": 1, "easter": 2}
ORDINALS = _by_word({"first": 1, "second": 2, "third": 3, "fourth": 4, "last final": 5})
UNITS = _by_word({
    "day days": 1, "week weeks wk wks": 7, "fortnight fortnights": 14, "month months mth mths mo mos": 30,
    "year years yr yrs": 365,
})  # fmt: skip
_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_LONG_MONTHS = ("january", "february", "august", "september", "october", "november", "december")
_PARTS = {
    "early": "early", "beginning": "early", "start": "early", "mid": "mid", "middle": "mid", "late": "late",
    "end": "end", "close": "end", "eom": "end", "eoy": "end",
}  # fmt: skip

# The words with which a date, a period or a length of time can begin; numbers can as well.
_OPENERS = frozenset((
    *MONTHS, *WEEKDAYS, *SEASONS, *HOLIDAYS, *ORDINALS, *UNITS, *_SMALL, *_TENS, *_PARTS,
    *"the this current new next a an towards toward latter later quarter qtr q qu qrt h fy fye eofy f/y cy ay financial "
    "fiscal fin academic school calendar tax budget w w/c w/b w/e wc wb".split(),
))  # fmt: skip

# Words and phrases that decide what a cell means; what stands here under no tag is an unknown word. Longest first.
_TAGGED = {
    "withheld": "exempt|exempted|exemption|withheld|redacted|freedom of information|commercial in confidence|"
    "not disclosed|commercially sensitive",
    "not applicable": "n/a|na|not applicable|not relevant|not required|no longer required|no longer applicable|"
    "no longer needed|no longer relevant|does not apply|no action required|no further action|"
    "no further action required|no milestones due|nothing due|none due|not needed",
    "blank": "blank|none|nil|null|nan|nat|not stated|not given|no date|no date given|no date set|no dates|"
    "not specified|not provided|not recorded|no target|no target date|no deadline|undated|missing|none set|"
    "none given|no timescale|no date provided|no end date given|not dated",
    "tbc": "tbc|tba|tbd|tbi|tbn|to be confirmed|to be advised|to be announced|to be determined|to be decided|"
    "to be notified|to be known|to confirm|awaiting date|awaiting dates|awaiting confirmation|date awaited|awaited|"
    "not yet known|not yet set|not yet agreed|not yet confirmed|not yet determined|not yet decided|not yet scheduled|"
    "not yet available|not yet|not known|unknown|not confirmed|unconfirmed|not set|not agreed|under discussion|"
    "under consideration|under review|to follow|no date yet|no date agreed|pending confirmation|date pending|"
    "not scheduled|unscheduled|not determined|undetermined|undecided|not finalised|not available|not agreed yet",
    "to be": "to be agreed|to be arranged|to be set|to be scheduled|to be established|to be defined|to be finalised|"
    "to be finalized|to be identified|to be reviewed|to be discussed|to be negotiated|to be planned|to be revised",
    "ongoing": "ongoing|24/7|on going|continuous|continuously|continual|continually|continuing|continues|continue|"
    "permanent|rolling|business as usual|bau|until further notice|indefinite|indefinitely|no end date|open ended|"
    "in perpetuity|always|onwards|onward",
    "recurring": "daily|weekly|fortnightly|monthly|bimonthly|quarterly|termly|yearly|annually|biannual|biannually|"
    "biennial|biennially|regular|regularly|periodic|periodically|twice a year|times a year|times a month|"
    "times per year|twice yearly|once a year|once a month|once a term|once a week|recurring|cyclical|cyclic|annum",
    "annual": "annual",
    "condition": "subject to|depending|dependent|depends|contingent|conditional|if|once|when|whenever|after|"
    "following|upon|on completion|on receipt|on approval|on appointment|on publication|pending|unless|provided that|"
    "providing|assuming|awaiting|await|awaits|in line with|in accordance with|as required|as and when|as needed|"
    "as necessary|as appropriate|where required|where necessary|linked to|tied to|not before|no earlier than|"
    "not until|no sooner than|not earlier than|earliest|at earliest|next meeting|next review|in conjunction with|"
    "determined by|driven by|set by|timeline|timetable|at next|when required|on demand|upon request|on request|"
    "at the next|agreed with",
    "before": "before|prior to|ahead of|in time for|to coincide with|in advance of|pre",
    "urgent": "asap|as soon as possible|immediate|immediately|with immediate effect|urgent|urgently|"
    "as soon as practicable|forthwith|as soon as is practicable",
    "done": "complete|completed|completed on|completed in|date completed|actual|actual date|actually|missed|"
    "completion|done|closed|achieved|implemented|delivered|finished|in progress|in place|not started|not yet started|"
    "not started yet|not commenced|not yet commenced|overdue|on track|on target|on schedule|on course|open|underway|"
    "under way|paused|cancelled|canceled|withdrawn|superseded|yes|no|delayed|late|met|not met|live|signed off|"
    "not complete|not completed|not yet complete|not yet completed|incomplete|launched|action complete|outstanding|"
    "suspended|on hold|not yet due|not due",
    "start": "starts|beginning|starting|start date|started on|began|begin|begins|beginning on|commence|commences|"
    "commenced|"
    "commencing|commencement|since|with effect from|wef|effective from|effective|begun|start on|starts on|to start|"
    "to begin|to commence|started in|start in|starting from|start from|commencing from|start|started",
    "from": "from",
    "ignore": "as at|as of|updated|updated on|last updated|last update|dated|last reviewed|reviewed on|reported on|"
    "minute|minutes|decision of|agreed on|approved on|letter of|report of|last checked|date of update|status at|"
    "position at",
    "was": "was|were|previously|formerly|originally|initially|was originally|was previously|instead of|rather than|"
    "replaces|replacing|replaced|superseding|was due|were due|had been|was due by|was to be|previously due|"
    "originally due",
    "old": "original|orig|previous|prev|initial|old|prior|baseline",
    "verb": "revised|rev|revise|re revised|amended|changed|moved|moved back|extended|extension|extend|ext|extension granted|"
    "extension agreed|extension approved|replaced by|replaced with|deferred|defer|postponed|"
    "rescheduled|re scheduled|put back|pushed back|pushed|brought forward|carried forward|carried over|"
    "rolled forward|slipped|slippage|re profiled|reprofiled|re phased|rephased|rebaselined|re baselined|re dated|"
    "redated|reforecast|re forecast|increased|re set|reset|shifted|re timed|retimed|reprogrammed|re programmed|"
    "amended to|decreased|put off|held over|set back|"
    "re planned|replanned|revision",
    "now": "now|now due|new|revised date|new date|new target",
    "current": "current|currently|current date|present|latest date|latest forecast",
    "unchanged": "unchanged|no change|no changes|not changed|not revised|no revision|no extension|remains|remain|"
    "as before|same|no revised date|not extended|has not changed|as planned|still|no slippage|not slipped|has not slipped|"
    "not moved|has not moved|not deferred|not postponed|not amended|not rescheduled",
    "request": "requested|request|requests|requesting|seeking|sought|seek|recommended|recommend|asked|proposal|"
    "subject to agreement",
    "no": "not|cannot|never|unable|nor|neither|no longer|failed|without|won t|can t|isn t|wasn t|unlikely",
    "deadline": "by|due|no later than|not later than|latest|at the latest|at latest|deadline|until|till|til|up to|"
    "to be completed|complete by|completed by|for completion|target|target date|target for|end date|ends|ending|"
    "on or before|before or on|not after|to be completed by|will be completed by|delivery by|due date|due by|due on|"
    "due in|"
    "completion date|no later|by end of play|cob|cop|close of play|close of business|expiry|expires|year ending|"
    "period ending|quarter ending|month ending|financial year ending|years ending|ends on|end on|finish|finishes|"
    "finish date|completion by|complete in|date due",
    "harmless": "short term|medium term|long term|next|the|of|in|on|at|for|to|a|an|and|is|be|will|are|it|this|that|"
    "with|date|dates|day|month|week|approx|approximately|about|around|circa|ca|c|max|maximum|already|est|estimated|"
    "estimate|planned|"
    "scheduled|anticipated|expected|likely|provisional|provisionally|targeted|targets|timescale|timescales|timeframe|"
    "finally|then|thereafter|if possible|where possible|during|over|throughout|between|through|latest by|"
    "new financial year|new academic year|new school year|new fiscal year|forecast|schedule|projected|projection|"
    "proposed|full|fully|final|currently due|has been|have been|been|has|have|should|must|would|can|all|agreed|as|"
    "within|which|there|here|only|end|implementation|implement|delivery|deliver|deliverable|launch|achieve|milestone|"
    "action|or|noon|midday|midnight|calendar|time|as requested|at the request of|at request of|on request of",
    "also": "plus|both|also|respectively|further",
}  # fmt: skip

_ROUND = frozenset("quarter term meeting annum season".split())
_NUMBERED = frozenset(
    "action actions phase phases stage step section sections para paragraph page no nos number item ref rec "
    "recommendation recommendations point key ks grade band group wave tranche part level version v draft room unit "
    "appendix annex minute priority objective form cohort module workstream lot area policy option task tasks "
    "deliverable milestone week year schools chapter table figure rule clause article standard".split()
)
_NAMED_BY_YEAR = frozenset(
    "act acts regulation regulations order orders census code iso bs olympics games strategy plan manifesto version "
    "directive vision agenda".split()
)
_ANCHOR_EVENTS = frozenset((
    "publication", "the publication", "date of publication", "the date of publication", "publication of the report",
    "the publication of the report", "publication date", "the publication date", "the report", "report",
    "receipt of the report", "the publication of this report", "publication of the inspection report",
    "the inspection report", "publication of this report", "the publication of the inspection report",
    "report publication", "the report being published", "publication of report", "publication of inspection report",
    "this report", "receipt of report", "receipt of this report", "receipt of the final report",
    "the date of this report", "the date of the report", "date of report", "now", "today",
))  # fmt: skip


def _phrases() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """The tagged phrases by their first word, longest first."""
    listed: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for tag, phrases in _TAGGED.items():
        for words in (tuple(text.split()) for text in phrases.split("|")):
            listed.setdefault(words[0], []).append((words, tag))
    return {word: tuple(sorted(found, key=lambda entry: -len(entry[0]))) for word, found in listed.items()}


_PHRASES = _phrases()


# --- characters to tokens -------------------------------------------------------------------------------------------


_NUMERIC = re.compile(r"(?<![\d/.])(\d{1,2})([/.\-])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d|\2\d)", re.ASCII)
_TOKEN = re.compile(
    r"""
    (?P<link>https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\S+|[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:gov|com|org|net|uk)\b)
    |(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\b\.?)?(?:z\b|[+-]\d{2}:?\d{2}\b)?
        |\d{1,2}(?:\.\d{2})?\s?[ap]\.?m\b\.?)
    |(?P<amount>[£$€]\s?\d[\d.,]*\w*|\d[\d.]*\s?(?:%|per\s?cent\b)|\d{1,3}(?:,\d{3})+(?!\d))
    |(?P<always>24/7(?![\d/.-]))
    |(?P<number>\d+)(?P<ordinal>(?:st|nd|rd|th)(?:(?![^\W\d_])|(?=(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))))?
    |(?P<short>'\d{2}(?!\d|[/.-]\d))
    |(?P<initials>(?:[a-z]\.){2,}(?:[a-z]\b)?)
    |(?P<word>(?:w/[ceb]|n/a|f/y|y/e)(?![^\W\d_])|[^\W\d_]+)
    |(?P<arrow>-+>|=+>|[→⇒➔➜»>])
    |(?P<mark>\S)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BULLET = re.compile(r"^[ \t]*[-–—•*·][ \t]", re.MULTILINE)
_THREE_NUMBERS = re.compile(
    r"\s*(\d{1,2})(?:[\s,;_\\]+|\.\.)(\d{1,2})(?:[\s.,;_\\]+)(\d{4})\s*"
    r"|\s*(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])((?:19|20)\d\d)\s*", re.ASCII
)  # fmt: skip
_TAG = re.compile(r"<\s*(/?)\s*([a-z][a-z0-9]*)\b([^<>]*)>|~~", re.IGNORECASE)
_STRUCK_TAGS = ("s", "strike", "del")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_NOISE = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-") | dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″", '"')
    | dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹†‡\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f", "")
)  # fmt: skip


class _Token(NamedTuple):
    kind: str  # number, word, time, amount, link, "->", the mark itself, or "" at the end
    text: str = ""
    value: int = -1
    digits: int = 0
    how: str = ""  # of a number: "ordinal" (1st), "short" ('11)
    glued: bool = False  # no space before it
    start: int = 0
    end: int = 0
    struck: bool = False


_END = _Token("")


def _clean(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Plain text of a cell, and which parts of it markup strikes out."""
    if "\n" in text and _BULLET.match(text):
        text = _BULLET.sub(" ; ", text)  # the dash of a list joins no dates
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0].lower()), text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_NOISE)).translate(_NOISE)
    if slip := _THREE_NUMBERS.fullmatch(text):
        text = "/".join(filter(None, slip.groups()))  # 30 09 2011, 30/092011: what else can a whole cell mean
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "*" in text or "__" in text or "\\" in text or "`" in text:
        text = text.replace("**", "").replace("__", "").replace("\\", "").replace("`", "'")
    if "<" not in text and "~~" not in text:
        return text, []
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, bool]] = []
    length = at = 0

    def take(run: str) -> None:
        nonlocal length
        if run:
            if any(struck for _, struck in stack):
                spans.append((length, length + len(run)))
            parts.append(run)
            length += len(run)

    for found in _TAG.finditer(text):
        take(text[at : found.start()])
        at = found.end()
        name = found[2].casefold() if found[2] else "~~"
        opened = [index for index, (tag, _) in enumerate(stack) if tag == name]
        if found[1] or (name == "~~" and opened):
            if opened:
                del stack[opened[-1]]
        elif name not in ("br", "hr", "img", "wbr") and not (found[3] or "").rstrip().endswith("/"):
            stack.append((name, name in (*_STRUCK_TAGS, "~~") or "line-through" in (found[3] or "").casefold()))
        if name in ("br", "p", "div", "li", "td", "tr", *_STRUCK_TAGS, "~~"):
            parts.append(" ")
            length += 1
    take(text[at:])
    return "".join(parts), spans


def _tokens(text: str, spans: Sequence[tuple[int, int]] = ()) -> list[_Token]:
    made: list[_Token] = []
    end = -1
    for found in _TOKEN.finditer(text):
        start = found.start()
        kind = found.lastgroup or ""
        word = found[0].casefold()
        value, digits, how = -1, 0, ""
        if kind in ("number", "ordinal"):
            how = "ordinal" if kind == "ordinal" else ""
            kind, word = "number", found["number"]
            digits = len(word)
            value = int(word) if digits <= 9 else -1
        elif kind == "short":
            kind, value, digits, how = "number", int(word[-2:]), 2, "short"
        elif kind in ("initials", "always"):
            kind, word = "word", word.replace(".", "")
        elif kind == "arrow":
            kind = "->"
        elif kind == "mark":
            kind = word
        out = any(first <= start < last for first, last in spans)
        made.append(_Token(kind, word, value, digits, how, start == end, start, found.end(), out))
        end = found.end()
    return made


# --- tokens to date expressions -------------------------------------------------------------------------------------


class _Context(NamedTuple):
    as_of: date | None
    anchor: Interval | None
    day_first: bool
    settled: bool
    year_starts: tuple[int, ...]
    past: bool


class _Spec(NamedTuple):
    """One way to understand an expression, before its year is settled."""

    unit: str
    year: int | None = None  # of a split year such as 2011/12 the first
    short: bool = False  # the year has two digits
    n: int = 0  # month, quarter, season, term, half, holiday
    day: int = 0
    part: str = ""  # early, mid, late, end, h1, h2, or two joined by "+"
    weekday: int = -1
    split: bool = False  # the year was given as 2011/12


class _When(NamedTuple):
    """A date expression: the ways to understand it, the likeliest first; for a range also those of its end."""

    options: tuple[_Spec, ...]
    last: tuple[_Spec, ...] = ()
    doubt: str = ""  # "" none; "note" the first way is taken and said so; "refuse" neither is taken


class _Offset(NamedTuple):
    """A length of time counted from something."""

    low: int
    high: int
    unit: int  # days in it, as UNITS has it
    working: bool = False
    base: _When | None = None
    event: bool = False


class _Item(NamedTuple):
    """A piece of a cell: a date, a length of time, a tagged phrase, an unknown word, or a mark."""

    kind: str  # date, offset, tag, word, number, mark
    tag: str
    first: int  # tokens
    last: int
    when: _When | None = None
    offset: _Offset | None = None


_JOINERS = ("-", "to", "/", "&", "and", ",", "or", "until", "till", "through")
_SEPARATORS = "/.-"


class _Grammar:
    """Recursive descent over the tokens of one cell.

    Each rule takes the index where it is tried and gives what it found and the index after it, or None.
    """

    def __init__(self, tokens: list[_Token], context: _Context) -> None:
        self.tokens = tokens
        self.count = len(tokens)
        self.context = context
        self.listed = self._list_marks()

    def at(self, i: int) -> _Token:
        return self.tokens[i] if 0 <= i < self.count else _END

    def word(self, i: int, *words: str) -> bool:
        return 0 <= i < self.count and self.tokens[i].text in words

    def skip(self, i: int, *texts: str) -> int:
        """Past any of these words or marks."""
        while i < self.count and self.tokens[i].text in texts:
            i += 1
        return i

    # items

    def items(self) -> list[_Item]:
        made: list[_Item] = []
        i = 0
        while i < self.count:
            token = self.tokens[i]
            if (token.kind == "number" and not self._is_label(i)) or (
                token.kind == "word" and (token.text in _OPENERS or _misspelt_month(token.text))
            ):
                whens = self.when(i)
                if whens:
                    found, j = whens
                    made += [_Item("date", "", i, j, when) for when in found]
                    i = j
                    continue
                offset = self.offset(i)
                if offset:
                    made.append(_Item("offset", "", i, offset[1], offset=offset[0]))
                    i = offset[1]
                    continue
            if token.kind == "word":
                tagged = self.tagged(i)
                if tagged:
                    made.append(_Item("tag", tagged[0], i, tagged[1]))
                    i = tagged[1]
                    continue
                made.append(_Item("word", token.text, i, i + 1))
            elif token.kind in ("number", "amount", "link"):
                label = token.kind == "number" and self._is_label(i)
                made.append(_Item("word" if token.kind != "number" else "label" if label else "number", "", i, i + 1))
            elif token.kind == "time":
                made.append(_Item("tag", "harmless", i, i + 1))
            else:
                made.append(_Item("mark", token.kind, i, i + 1))
            i += 1
        return made

    def _list_marks(self) -> frozenset[int]:
        """The numbers of a cell that counts its lines: 1. September 2011 2. December 2011."""
        if not self.tokens or self.tokens[0].value != 1 or self.at(1).kind not in (".", ")"):
            return frozenset()
        marks = [
            i for i, (token, mark, after) in enumerate(zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False))
            if token.digits == 1 and not token.glued and mark.glued and mark.kind in (".", ")") and not after.glued
        ]  # fmt: skip
        counted = [self.tokens[i].value for i in marks] == list(range(1, len(marks) + 1))
        return frozenset(marks if len(marks) > 1 and counted else ())

    def _is_label(self, i: int) -> bool:
        """Whether a number counts something that is not a date: Phase 2, Section 24, the Act 2000."""
        token = self.tokens[i]
        if i in self.listed:
            return True
        if token.kind != "number" or token.how:
            return False
        before = self.at(i - 1)
        if before.kind in (".", "#", ":") and (before.kind != "." or before.glued):
            before = self.at(i - 2)
        after, third = self.at(i + 1), self.at(i + 2)
        if after.kind in ("/", "-") and after.glued and third.glued and (
            third.text in MONTHS or (third.kind == "number" and self.at(i + 3).kind == after.kind and self.at(i + 4).digits in (2, 4))
        ):
            return False  # Task 30/09/2011, Strategy 30-Sep-11; but Section 12.3.11
        if before.text in _NAMED_BY_YEAR and (token.digits > 2 or after.text not in MONTHS):
            return True
        if before.text not in _NUMBERED or token.digits > 3:
            return False
        # "Milestone 30 September" is a date; "Phase 2 March 2012" has a number and a month.
        return not (
            after.text in MONTHS
            and before.text in ("milestone", "deliverable", "action", "policy", "task", "draft", "standard", "plan")
        )

    def tagged(self, i: int) -> tuple[str, int] | None:
        """The longest tagged phrase that begins here; its words may be joined by a hyphen, stop or apostrophe."""
        token = self.tokens[i].text
        if token in ("delayed", "updated") and self._is_verb(i + 1):
            return "verb", i + 1  # and not the status, or the day of the note
        for words, tag in _PHRASES.get(token, ()):
            j = i + 1
            for word in words[1:]:
                if self.at(j).kind in ("-", ".", "'", "/"):
                    j += 1
                if self.at(j).text != word:
                    break
                j += 1
            else:
                return tag, j
        if token in ("every", "each", "per") and any(
            text in _ROUND or text in UNITS or text in MONTHS or text in WEEKDAYS or text in SEASONS
            for text in (self.at(k).text for k in range(i + 1, i + 4))
        ):
            return "recurring", i + 1
        return None

    def _is_verb(self, i: int) -> bool:
        """Whether what follows "delayed" or "updated" says how a date was moved: by 3 months to | on 3 May 2011 from."""
        length = self.offset(i + 1) if self.word(i, "by") else None
        if length and (length[0].base or self.word(length[1], "from", "to", "until", "till")):
            return True
        if self.word(i, "from", "to", "until", "till"):
            return True
        decided = self.when(i + self.word(i, "on", "in"))
        return bool(decided and self.word(decided[1], "from", "to", "until", "till") and self.when(decided[1] + 1))

    # expressions

    def when(self, i: int) -> tuple[list[_When], int] | None:
        """Any date expression, with its weekday and its part ("early", "end of") before it."""
        weekday = -1
        if self.at(i).text in WEEKDAYS:
            weekday = WEEKDAYS[self.at(i).text]
            i = self.skip(i + 1, ",", ".", "the")
        part, j = self.part(i) if self.at(i).kind == "word" or self.at(i).how else ("", i)
        if part:
            found = self.period(j)
            label = self._label(j) if found is None else ("", j)
            if label[0] and (month := self._month_period(self.skip(label[1], "(", ","))):
                found = month[0], self.skip(month[1], ")")  # end of the financial year (March 2025)
            if found and len(found[0].options) == 2 and found[0].options[0].year != found[0].options[1].year:
                # "end of Sept 11": a day has no end, so the number is the year.
                months = tuple(spec for spec in found[0].options if spec.unit == "month")
                found = (_When(months), found[1]) if months else found
            if found and all(spec.unit not in ("day", "week", "weekend", "nth weekday") for spec in found[0].options):
                return [_with(found[0], part=part)], found[1]
            if part == "end" and found and found[0].options[0].unit in ("week", "weekend"):
                return [found[0]], found[1]
        days = self.days(i)
        if days:
            found_days, j = days
            if weekday >= 0:
                found_days = [_with(when, weekday=weekday) for when in found_days]
            return found_days, j
        if weekday >= 0:
            return None
        found = self.period(i)
        return ([found[0]], found[1]) if found else None

    def part(self, i: int) -> tuple[str, int]:
        """Which part of a period: early | mid | late | end | first half; blank where there is none."""
        towards = self.word(i, "towards", "toward")
        j = self.skip(i + towards, "the")
        if self.word(j, "month", "year"):
            k = self.skip(j + 1, "-")
            if self.word(k, "end"):
                return "end", self.skip(k + 1, "of", "in", "-", ":", ",")
        if self.word(j, "last") and self.word(j + 1, "day") and self.word(j + 2, "of", "in"):
            return "end", j + 3
        ordinal = self.at(j).how == "ordinal" and self.at(j).value
        if ordinal in (1, 2) or self.word(j, "first", "second", "latter"):
            k = self.skip(j + 1, "-")
            if self.word(k, "half"):
                which = "h1" if ordinal == 1 or self.word(j, "first") else "h2"
                return which, self.skip(k + 1, "of", "in", "the")
        if self.word(j, "latter", "early", "later", "first") and self.word(j + 1, "part"):
            name = "late" if self.at(j).text in ("latter", "later") else "early"
            return name, self.skip(j + 2, "of", "in", "the")
        name = _PARTS.get(self.at(j).text, "")
        if (
            not name
            or (towards and name != "end")
            or (self.word(j, "start", "beginning") and not self.word(j + 1, "of"))
        ):
            return "", i  # "start April 2012" says when it begins
        k = j + 1
        name = "late" if towards else name
        joined = self.skip(k, "-", "/", "to", "or")
        second = _PARTS.get(self.at(joined).text)
        if joined > k and second and (name, second) in (
            ("early", "mid"), ("mid", "late"), ("mid", "end"), ("late", "end"),
        ):  # fmt: skip
            name, k = f"{name}+{'late' if second == 'end' else second}", joined + 1
        k = self.skip(k, "-", "of", "in", "the", "part", ".")
        if self.word(k, "month"):
            k = self.skip(k + 1, "of", "-", ":")
        if self.word(k, "year") and self.at(k + 1).kind == "number":
            k += 1
        return name, k

    def days(self, i: int) -> tuple[list[_When], int] | None:
        return (
            self.numeric(i)
            or self.year_month_day(i)
            or self.day_month(i)
            or self.nth_weekday(i)
            or self.month_day(i)
            or self.two_numbers(i)
        )

    def _loose(self, i: int, j: int) -> bool:
        """Whether the tokens from i to j stand free: not part of a longer number, reference or version."""
        return self._free_before(i) and self._free_after(j)

    def _free_before(self, i: int, marks: str = "/.-") -> bool:
        first, before, earlier = self.at(i), self.at(i - 1), self.at(i - 2)
        if not first.glued:
            return True
        if before.kind == "word":
            return self._known_word(i - 1)
        if before.kind in ("/", "-") and self._ends_date(i - 2):
            return True
        if before.kind in ("/", ".", "-") and before.glued and (before.kind == "/" or earlier.kind in ("/", ".", "-")):
            return False  # 30//09/2011
        if before.kind in marks and before.glued and earlier.kind in ("number", "word"):
            return earlier.kind == "word" and self._known_word(i - 2)
        return before.kind not in ("number", "amount", "_")

    def _ends_date(self, i: int) -> bool:
        """Whether a month's name or the year after it stands there: 30 Sept/1 Oct 2011, 30 Sept 2011-1 Oct 2011."""
        end = i - 1 if self.at(i).digits == 4 or self.at(i).kind == "." else i
        return self.at(end).text in MONTHS

    def _free_after(self, j: int, marks: str = "/-") -> bool:
        after = self.at(j)
        if not after.glued:
            return True
        if after.kind == "word":
            return self._known_word(j) or after.text in ("t", "z")
        follows = self.at(j + 1).kind == "number" and self.at(j + 1).glued
        return after.kind not in ("number", "amount") and not (after.kind in marks and follows)

    def _known_word(self, i: int) -> bool:
        text = self.tokens[i].text
        return len(text) > 1 and (text in _PHRASES or text in MONTHS or text in WEEKDAYS or text in _PARTS)

    def numeric(self, i: int) -> tuple[list[_When], int] | None:
        """Three numbers joined by one kind of mark; or eight digits."""
        first = self.at(i)
        if first.kind != "number" or first.how:
            return None
        if first.digits == 8 and self._loose(i, i + 1) and 1900 <= first.value // 10000 <= 2100:
            year, rest = divmod(first.value, 10000)
            return [_When((_Spec("day", year, n=rest // 100, day=rest % 100),))], i + 1
        mark, second, mark2, third = (self.at(k) for k in range(i + 1, i + 5))
        if second.kind != "number" or third.kind != "number" or mark.kind != mark2.kind or mark.kind not in _SEPARATORS:
            return None
        if (
            mark.kind == "-"
            and (mark.glued, second.glued, mark2.glued, third.glued) != (True,) * 4
            and third.digits != 4
        ):
            return None
        if second.how or second.digits > 2:
            return None
        # 1/9/11-30/9/11 is a range; 1-9-11-30 is no date.
        free = self._free_before(i, "/." if mark.kind != "-" and self.at(i - 2).kind == "number" else "/.-")
        if not free or not self._free_after(i + 5, "/" if mark.kind != "-" else "/-"):
            return None
        a, b, c = first.value, second.value, third.value
        j = i + 5
        if self.word(j, "t") and self.at(j).glued and self.at(j + 1).kind == "time":
            j += 2
        # FY 2011/12/13: two financial years, and no day
        years = (b, c) == ((a + 1) % 100, (a + 2) % 100) and self._year_beside(i, j)
        if first.digits == 4 and third.digits <= 2:
            return [_When((_Spec("day", a, n=b, day=c),), doubt="refuse" if years else "")], j
        if first.digits > 2 or third.digits not in (2, 4):
            # 30/09/201 or 30/09/20111: shaped as a date, and no date.
            return ([_When((_Spec("day", None, n=99, day=a),))], j) if mark.kind == "/" and first.digits <= 2 else None
        short = third.digits == 2
        both = (_Spec("day", c, short, b, a), _Spec("day", c, short, a, b))
        if not self.context.day_first:
            both = both[::-1]
        likely = tuple(spec for spec in both if 1 <= spec.n <= 12 and 1 <= spec.day <= 31)
        doubt = "refuse" if years else ""
        if len(likely) == 2 and a != b and not self.context.settled and not years:
            doubt = "note"
        if short and mark.kind == "-" and 1 <= b <= 12 and 1 <= c <= 31 and self._year_first(a, c):
            doubt = "refuse"
            likely = (*likely, _Spec("day", a, True, b, c))
        return [_When(likely if likely and doubt else (likely or both)[:1], doubt=doubt)], j

    def _year_beside(self, i: int, j: int) -> bool:
        """Whether the tokens from i to j are said to be years: FY ..., ... financial year."""
        before = any(self._label(k)[0] and self._label(k)[1] == i for k in range(i))
        return before or bool(self._label(self.skip(j, "("))[0])

    def year_month_day(self, i: int) -> tuple[list[_When], int] | None:
        """2011-Sep-30 | 2011 September 30."""
        year, mark = self.at(i), self.at(i + 1)
        if year.digits != 4 or not self._free_before(i):
            return None
        month = self.month(i + 2 if mark.kind in ("-", "/", ".", ",") else i + 1)
        if not month:
            return None
        j = self.skip(month[1], mark.kind) if mark.kind in ("-", "/", ".", ",") else month[1]
        day = self.at(j)
        if day.kind != "number" or day.digits > 2 or not self._free_after(j + 1):
            return None
        return [_When((_Spec("day", year.value, n=month[0], day=day.value),))], j + 1

    def nth_weekday(self, i: int) -> tuple[list[_When], int] | None:
        """First Monday of October 2011 | last Friday in September."""
        which = ORDINALS.get(self.at(i).text) or (self.at(i).value if self.at(i).how == "ordinal" else 0)
        weekday = WEEKDAYS.get(self.at(i + 1).text, -1)
        month = self.month(self.skip(i + 2, "of", "in", "the"))
        if not 1 <= which <= 5 or weekday < 0 or not month:
            return None
        year, short, split, j = self._year_after(month[1])
        return [_When((_Spec("nth weekday", year, short, month[0], 10 * which + weekday, split=split),))], j

    def _year_first(self, a: int, c: int) -> bool:
        """Whether 11-09-30 is rather the 30th of September 2011: then it is not read at all."""
        as_of = self.context.as_of
        return bool(as_of and abs(_century(c, as_of) - as_of.year) > 10 and abs(_century(a, as_of) - as_of.year) <= 10)

    def two_numbers(self, i: int) -> tuple[list[_When], int] | None:
        """Two numbers joined by a slash: 30/9, 09/2011; by a dash or stop only with a year of four digits."""
        first, mark, second = self.at(i), self.at(i + 1), self.at(i + 2)
        if first.kind != "number" or second.kind != "number" or mark.kind not in _SEPARATORS or first.how or second.how:
            return None
        if not (mark.glued and second.glued) or not self._loose(i, i + 3):
            return None
        if self._label(i + 3)[0] or self._quarter_follows(i + 3):
            return None
        a, b = first.value, second.value
        if first.digits == 4 and second.digits == 2 and 1 <= b <= 12 and b != (a + 1) % 100 and mark.kind != ".":
            return [_When((_Spec("month", a, n=b),))], i + 3
        if first.digits <= 2 and second.digits == 4 and 1 <= a <= 12:
            doubt = "refuse" if self.at(i - 1).kind == "'" and self.month(i - 2) else ""  # Sept '11-2012: the first is a year
            return [_When((_Spec("month", b, n=a),), doubt=doubt)], i + 3
        if mark.kind != "/" or first.digits > 2 or second.digits > 2:
            return None
        as_of = self.context.as_of
        ways = []
        for day, month in ((a, b), (b, a)):
            if 1 <= month <= 12 and 1 <= day <= 31:
                ways.append(_Spec("day", None, n=month, day=day))
        near = as_of is None or abs(_century(b, as_of) - as_of.year) <= 10
        if 1 <= a <= 12 and second.digits == 2 and near:
            ways.append(_Spec("month", b, True, a))
        if b == (a + 1) % 100 and first.digits == 2 and near:
            ways.append(_Spec("financial year", a, True, split=True))
        if not ways:
            return None
        return [_When(tuple(dict.fromkeys(ways)), doubt="refuse" if len(set(ways)) > 1 else "")], i + 3

    def month(self, i: int) -> tuple[int, int] | None:
        """A month by name, with its full stop."""
        token = self.at(i)
        if token.kind != "word":
            return None
        number = MONTHS.get(token.text) or _misspelt_month(token.text)
        if not number:
            return None
        j = i + 1
        if self.at(j).kind == "." and self.at(j).glued:
            j += 1
        return number, j

    def year(self, i: int, *, after_month: bool = True) -> tuple[int, bool, bool, int] | None:
        """A year, as (year, short, split, next); of 2011/12 the first."""
        token = self.at(i)
        if token.kind != "number" or token.how == "ordinal":
            return None
        pair = self.pair(i)
        if pair:
            return pair[0], pair[1], True, pair[2]
        after = self.at(i + 1)
        if after.kind in ("/", "-") and after.glued and self.at(i + 2).kind == "number" and self.at(i + 2).glued:
            # 2020/21 was tried above; 12/10/2011 begins another date, "2012-2015" is a span of years
            day = self.at(i + 2).digits != 2 or self.month(i + 3)
            return (token.value, False, False, i + 1) if token.digits == 4 and day else None
        if token.digits == 4 and not (after.glued and after.kind == "word" and not self._known_word(i + 1)):
            return token.value, False, False, i + 1
        if token.digits != 2 or (after.kind == "word" and after.text in ("st", "nd", "rd", "th")):
            return None
        if token.how == "short":
            return token.value, True, False, i + 1
        if not after_month or self._before_month(i) or after.text in UNITS:
            return None
        return token.value, True, False, i + 1

    def _before_month(self, i: int) -> bool:
        """Whether a number is the day of the month that follows it, and not the year of one before: Sept 11-Nov 11."""
        if self.month(self.skip(i + 1, "of")):
            return True
        glued = self.at(i + 1).kind in _SEPARATORS and self.at(i + 1).glued and self.at(i + 2).glued
        month = self.month(i + 2) if glued else None
        if month is None:
            return False
        before = self.month(i - 1)
        if before and before[1] == i and self.at(month[1]).kind != self.at(i + 1).kind:
            return False  # Sept 11-Nov 2011
        same = self.at(i - 1).kind == self.at(month[1]).kind  # Sep-11/Oct-11
        return self.at(month[1] + same).digits not in (1, 2)

    def pair(self, i: int, *, labelled: bool = False) -> tuple[int, bool, int] | None:
        """A split year such as 2011/12, as (first year, short, next)."""
        first, mark, second = self.at(i), self.at(i + 1), self.at(i + 2)
        if first.kind != "number" or first.how == "ordinal":
            return None
        one, two = divmod(first.value, 100)
        if labelled and first.digits == 4 and two == (one + 1) % 100 and one != 20:
            counts = mark.kind == "word" and not self._known_word(i + 1)  # Q2: 1112 homes
            return None if counts else (one, True, i + 1)  # FY2223
        if second.kind != "number" or mark.kind not in ("/", "-") or second.how == "ordinal":
            return None
        if not second.glued and mark.kind == "-" and second.digits != 4 and not labelled:
            return None
        after = self.at(i + 3)
        if after.glued and ((after.kind in ("/", "-") and self.at(i + 4).kind == "number") or after.kind == "number"):
            return None
        if labelled and first.digits == 4 and second.digits == 1 and second.value == (first.value + 1) % 10:
            return first.value, False, i + 3  # 2024/5
        if first.digits == 4 and second.value == (first.value + 1 if second.digits == 4 else (first.value + 1) % 100):
            return (first.value, False, i + 3) if second.digits in (2, 4) else None
        if first.digits == 2 and second.digits == 2 and second.value == (first.value + 1) % 100:
            return (first.value, True, i + 3) if labelled else None
        return None

    def day_month(self, i: int) -> tuple[list[_When], int] | None:
        """30 September 2011 | '30 September | 31st of March | 1-30 September | 14/15 September | 1st, 8th and 15th September."""
        days: list[tuple[int, str]] = []
        j = i
        while True:
            token = self.at(j)
            if token.kind != "number" or token.digits > 2 or (days and self._is_label(j)):
                return None
            j += 1
            if self.at(j).kind == "word" and self.at(j).text in ("st", "nd", "rd", "th") and not token.how:
                j += 1
            joiner = self.at(j)
            # a weekday may stand between: "1st and Friday 15th"
            k = self.skip(j + 1, "the", *WEEKDAYS) if joiner.text in _JOINERS else j
            if joiner.text in _JOINERS and self.at(k).kind == "number" and self.at(k).digits <= 2 and len(days) < 8:
                days.append((token.value, joiner.text))
                j = k
                continue
            days.append((token.value, ""))
            break
        j = self.skip(j, "of", "the", "-", "/", ".", ",", "in")
        month = self.month(j)
        if not month or not self._free_before(i):
            return None
        number, j = month
        year, short, split, j = self._year_after(j)
        specs = [_Spec("day", year, short, number, day, split=split) for day, _ in days]
        if len(specs) == 1:
            return [_When((specs[0],))], j
        spanning = (
            "-",
            "to",
            "/",
            "or",
            "until",
            "till",
            "through",
            *(("and", "&") if self.word(i - 1, "between") else ()),
        )
        if all(joiner in spanning for _, joiner in days[:-1]):
            return [_When((specs[0],), last=(specs[-1],))], j
        return [_When((spec,)) for spec in specs], j

    def _year_after(self, i: int) -> tuple[int | None, bool, bool, int]:
        """The year after a month, if there is one: 2011 | , 2011 | '11 | -11 | /2011 | of 2011 | 11."""
        j = self.skip(i, ",", "-", "/", ".", "of", "in", "(")
        opened = any(self.at(k).kind == "(" for k in range(i, j))
        found = self.year(j)
        doubtful = self.at(j).digits == 2 and self.at(j).how == "" and (j - i > 1 or self.at(i).kind == ",")
        if not found or doubtful or (opened and self.at(found[3]).kind != ")"):
            return None, False, False, i
        return *found[:3], found[3] + opened

    def month_day(self, i: int) -> tuple[list[_When], int] | None:
        """September 30, 2011 | September 30th | September 2011 | Sept '11 | Sep-11 | September."""
        month = self.month(i)
        if not month or (self.at(i - 1).kind == "amount" and self.at(i).glued):
            return None
        number, j = month
        d = self.skip(j, "-", "/", ",")
        y = self.skip(d + 1, "-", "/", ",")
        marked = d > j or self.at(d + 1).kind in ("-", "/")  # Sep-30-2011, Sept 30/2011
        if marked and self.at(d).digits in (1, 2) and self.at(d).how != "short" and self.at(y).digits == 4:
            return [_When((_Spec("day", self.at(y).value, n=number, day=self.at(d).value),))], y + 1
        token = self.at(j)
        if token.kind == "number" and token.digits <= 2 and token.how != "short" and 1 <= token.value <= 31:
            k = j + 1
            if self.at(k).kind == "word" and self.at(k).text in ("st", "nd", "rd", "th"):
                k += 1
            last = 0
            if self.word(k, "-", "to", "/") and self.at(k + 1).kind == "number" and self.at(k + 1).digits <= 2:
                last, k = self.at(k + 1).value, k + 2
            y = self.skip(k, ",", ".", "of")
            year = self.at(y)
            named = year.kind == "number" and (year.digits == 4 or year.how == "short")
            starts_day = not named and not token.how and self._before_month(j)
            if named or token.how == "ordinal" or k > j + 1:
                value, short = (year.value, year.digits == 2) if named else (None, False)
                spec = _Spec("day", value, short, number, token.value)
                ends = (_Spec("day", value, short, number, last),) if last else ()
                slash = last and not named and self.at(k - 2).kind == "/"
                doubt = "refuse" if slash or 0 < last <= token.value else ""  # Sept 3/11, Sept 30/11
                return [_When((spec,), last=ends, doubt=doubt)], (y + 1 if named else k)
            if not starts_day:
                glued = self.at(j + 1)
                if glued.glued and glued.kind in ("/", "-", ".") and self.at(j + 2).kind == "number":
                    return [_When((_Spec("month", None, n=number),))], j
                return [self._month_or_day(number, token.value)], j + 1
        year_value, short, split, k = self._year_after(j)
        if year_value is None and self.tokens[i].text == "may" and not self._is_may(i, j):
            return None
        return [_When((_Spec("month", year_value, short, number, split=split),))], k

    def _month_or_day(self, month: int, number: int) -> _When:
        """Mar 12: March 2012, or 12 March; taken only where the one holds the other or the other makes no sense."""
        as_of = self.context.as_of
        by_year, by_day = _Spec("month", number, True, month), _Spec("day", None, n=month, day=number)
        if as_of is None:
            return _When((by_year, by_day), doubt="refuse")
        if not self.context.day_first:
            return _When((by_day, by_year), doubt="note")
        year = _century(number, as_of)
        if not as_of.year - 2 <= year <= as_of.year + 6:
            return _When((by_day,))
        near = _nearest(by_day, self.context)
        if near is not None and near.year == year:
            return _When((by_year, by_day), doubt="note")
        return _When((by_year, by_day), doubt="refuse")

    def _is_may(self, i: int, j: int) -> bool:
        """Whether a lone "may" is the month: alone, or after a word that wants a time."""
        if self.word(i - 1, "by", "in", "of", "early", "mid", "late", "end", "from", "until", "during", "before", "to"):
            return True
        after = self.at(j)
        return after.kind != "word" or after.text in ("to", "and", "or", "tbc") or after.text in MONTHS

    # periods

    def period(self, i: int) -> tuple[_When, int] | None:
        """Anything longer than a day."""
        i = self.skip(i, "the")
        return (
            self.week(i) or self.quarter(i) or self.half(i) or self.year_first(i) or self.split_year(i)
            or self.season(i) or self.holiday(i) or self._month_period(i) or self.bare_year(i)
        )  # fmt: skip

    def _month_period(self, i: int) -> tuple[_When, int] | None:
        found = self.month_day(i) or self.two_numbers(i)
        if found and len(found[0]) == 1 and found[0][0].options[0].unit in ("month", "financial year"):
            return found[0][0], found[1]
        return None

    def week(self, i: int) -> tuple[_When, int] | None:
        """w/c 5 September | week ending 9/9/11 | first week of September 2011."""
        j, unit = i, ""
        if self.word(i, "w/c", "w/b", "wc", "wb"):
            j, unit = i + 1, "week"
        elif self.word(i, "w/e"):
            j, unit = i + 1, "weekend"
        elif self.word(i, "week", "wk", "weeks") or (self.word(i, "w") and self.word(i + 1, "/")):
            j = self.skip(i + 1, "-", "/")
            if self.word(j, "commencing", "beginning", "starting", "of", "com", "comm", "from"):
                j, unit = j + 1, "week"
            elif self.word(j, "ending", "end", "ended"):
                j, unit = j + 1, "weekend"
            else:
                return self._numbered_week(j)
        if unit:
            j = self.skip(j, ":", ".", "-", "on", "the")
            if self.at(j).text in WEEKDAYS:
                j = self.skip(j + 1, ",", "the")
            found = self.days(j)
            if found and len(found[0]) == 1 and all(spec.unit == "day" for spec in found[0][0].options):
                when = found[0][0]
                return when._replace(options=tuple(spec._replace(unit=unit) for spec in when.options), last=()), found[
                    1
                ]
            return None
        which = ORDINALS.get(self.at(i).text) or (self.at(i).value if self.at(i).how == "ordinal" else 0)
        if 1 <= which <= 5 and self.word(i + 1, "week", "wk"):
            month = self.month_day(self.skip(i + 2, "of", "in", "the"))
            if month and month[0][0].options[0].unit == "month" and not month[0][0].doubt:
                spec = month[0][0].options[0]
                return _When((spec._replace(unit="nth week", day=which),)), month[1]
        return None

    def _numbered_week(self, i: int) -> tuple[_When, int] | None:
        """Week 2 September 2011: the second, or that of the 2nd; of the first week and of a 30th there is no doubt."""
        found = self.day_month(i)
        if not found and 1 <= self.at(i).value <= 53:
            k = self.skip(i + 1, ",", "of", "in", "-", "/", "(")
            year = self.year(k) if self.at(k).digits == 4 else None  # week 36 of 2011: of which kind of year, from which day
            return (_When((_Spec("year"),), doubt="refuse"), year[3]) if year else None
        if not found:
            return None
        first = found[0][0]
        if len(found[0]) > 1 or (first.last and first.last[0].day <= 5):  # of weeks 1-2 September the weeks may be meant
            return _When(first.options, doubt="refuse"), found[1]
        if first.last:  # of week 5-9 September the days are
            return None
        spec = first.options[0]._replace(unit="week")
        doubt = "refuse" if 2 <= spec.day <= 5 and not self.at(i).how else ""
        return _When((spec,), doubt=doubt), found[1]

    def quarter(self, i: int) -> tuple[_When, int] | None:
        """Q4 23/24 | quarter 4 | second quarter of 2012 | 3Q12 | Q2-3 2011/12."""
        token, n, j = self.at(i), 0, i
        if token.text in ("q", "qtr", "quarter", "qu", "qrt"):
            j = self.skip(i + 1, ".", "-")
            n, j = self.at(j).value if self.at(j).digits == 1 else _SMALL.get(self.at(j).text, 0), j + 1
        elif self.word(i + 1, "quarter", "qtr"):
            n, j = ORDINALS.get(token.text) or (token.value if token.kind == "number" else 0), i + 2
            n = 4 if token.text in ("last", "final") else n
        elif token.digits == 1 and self.word(i + 1, "q") and self.at(i + 1).glued:
            n, j = token.value, i + 2
        if not 1 <= n <= 4:
            return None
        last = self.at(j + 1)
        if self.word(j, "-", "/", "&", "to", "and") and last.digits == 1 and n < last.value <= 4:
            found = self._of_year("quarter", last.value, j + 2)
            ends = found[0].options
            return _When(tuple(spec._replace(n=n) for spec in ends), ends, found[0].doubt), found[1]
        return self._of_year("quarter", n, j)

    def half(self, i: int) -> tuple[_When, int] | None:
        """H1 2012 | H2 2012/13."""
        if not self.word(i, "h") or self.at(i + 1).value not in (1, 2) or not self.at(i + 1).glued:
            return None
        found = self._of_year("half", self.at(i + 1).value, i + 2)
        return found if found[0].options[0].year is not None else None

    def _of_year(self, unit: str, n: int, i: int) -> tuple[_When, int]:
        """The year of a quarter or half: a split or financial year settles it, a single one does not quite."""
        j = self.skip(i, "of", "the", "in", "-", "/", ",", "(", ":")
        opened = any(self.at(k).kind == "(" for k in range(i, j))
        kind, k = self._label(j)
        pair = self.pair(k, labelled=True)
        closing = None
        if pair:
            first, short, closing = pair
            made = _When((_Spec(f"financial {unit}", first, short, n, split=True),))
        elif kind == "calendar" or not kind:
            year = self.year(k)
            if year and not year[2]:
                closing = year[3]
                specs = (_Spec(unit, year[0], year[1], n), _Spec(f"financial {unit}", year[0], year[1], n))
                made = _When(specs[:1]) if kind else _When(specs, doubt="note")
        elif kind == "financial":
            year = self.year(k)
            if year:
                closing = year[3]
                starts = _Spec(f"financial {unit}", year[0], year[1], n)
                made = _When((starts._replace(unit=f"{starts.unit} ending"), starts), doubt="note")
        if closing is None or (opened and self.at(closing).kind != ")"):
            return _When((_Spec(unit, n=n),)), i
        return made, closing + opened

    def _label(self, i: int) -> tuple[str, int]:
        """What kind of year: financial year | FY | academic year | calendar year; blank where there is none."""
        i = self.skip(i, "the", "this", "new", "next", "current")
        token = self.at(i)
        kind = ""
        if token.text in ("fy", "f/y", "fye", "eofy"):
            kind, i = "financial", i + 1
        elif token.text in ("financial", "fiscal", "fin", "academic", "school", "calendar", "tax", "budget"):
            j = self.skip(i + 1, ".", "-")
            if self.word(j, "year", "yr", "years") or (
                token.text in ("fiscal", "calendar") and self.at(j).kind == "number"
            ):
                kind = {"academic": "academic", "school": "academic", "calendar": "calendar"}.get(
                    token.text, "financial"
                )
                i = j + (1 if self.word(j, "year", "yr", "years") else 0)
        elif token.text in ("ay", "cy") and self.at(i + 1).kind == "number":
            kind, i = "academic" if token.text == "ay" else "calendar", i + 1
        if kind:
            end = self.skip(i, "-")
            i = (
                self.skip(end, "end", "-", ":", "of", "in", "(")
                if self.word(end, "end")
                else self.skip(i, "-", ":", "of", "'")
            )
        return kind, i

    def split_year(self, i: int) -> tuple[_When, int] | None:
        """FY22/23 | financial year 2017/18 | academic year 2011/12 | 2012/13 | FY2023."""
        kind, j = self._label(i)
        ends = bool(kind) and any(self.at(k).text in ("end", "fye", "eofy") for k in range(i, j))
        # 24/25 is a year where the words after it say so; 2223 is not: 2223 this financial year
        pair = self.pair(j, labelled=bool(kind or (self.at(j + 1).kind in ("/", "-") and self._label(j + 3)[0])))
        if pair:
            first, short, k = pair
            doubt = ""
            if not kind:
                after = self._label(self.skip(k, "("))
                if after[0]:
                    kind, k = after[0], after[1] + (self.at(after[1]).kind == ")")
                elif self.word(k, "fy", "year"):
                    k += 1
            if kind == "academic":
                specs: tuple[_Spec, ...] = (_Spec("academic year", first, short, split=True),)
            else:
                specs = (_Spec("financial year", first, short, split=True),)
                if not kind:
                    # 2011-12 is a year that holds the month it may be instead; 2001-02 does not.
                    month = self.at(j + 1).kind == "-" and not short and 1 <= self.at(j + 2).value <= 3
                    doubt = "refuse" if month else "note"
                    specs = (*specs, _Spec("academic year", first, short, split=True))
            if ends:
                specs = tuple(spec._replace(part="end") for spec in specs)
            return _When(specs, doubt=doubt), k
        if not kind:
            return None
        year = self.year(j)
        if not year:
            return self._running_year(i, kind, ends, j)
        value, short, _, k = year
        if kind == "calendar":
            made = _When((_Spec("year", value, short),))
        elif kind == "academic":
            made = _When(
                (_Spec("academic year", value, short), _Spec("academic year ending", value, short)), doubt="note"
            )
        else:
            ways = (_Spec("financial year ending", value, short), _Spec("financial year", value, short))
            # In the United States, where the year starts in October, FY2023 has one meaning: it ends in 2023.
            doubt = "" if self.context.year_starts[0] in (1, 10) else "note"
            made = _When(ways, doubt=doubt)
        return (_with(made, part="end") if ends else made), k

    def _running_year(self, i: int, kind: str, ends: bool, j: int) -> tuple[_When, int] | None:
        """The year of the snapshot: end of the financial year | this calendar year; only where nothing follows."""
        said = {"this": 1, "current": 1, "next": 2}.get(self.at(i).text, 0) or self.word(i - 1, "this")
        before = {self.at(k).text for k in range(i - 4, i)}
        if self.count - j > 1 or self.word(i, "new") or not (ends or said or before & {"end", "close"}):
            return None
        unit = {"calendar": "year"}.get(kind, f"{kind} year")
        return _When((_Spec(unit, day=int(said), part="end" if ends else ""),)), j

    def year_first(self, i: int) -> tuple[_When, int] | None:
        """2012 Q2 | 2011/12 Q3 | 2012 spring | 2011/12 autumn term."""
        kind, i = self._label(i)
        if kind not in ("", "financial"):
            return None
        pair = self.pair(i, labelled=bool(kind) or self._quarter_follows(i + 3))
        token = self.at(i)
        if pair:
            year, short, j = pair
        elif kind and (single := self.year(i)):
            year, short, _, j = single
        elif token.kind == "number" and token.digits == 4 and 1900 <= token.value <= 2199:
            year, short, j = token.value, False, i + 1
        else:
            return None
        j = self.skip(j, "-", ",", ":")
        for rule in (self.quarter, self.season):
            found = rule(j)
            if self.word(j, "h") and self.at(j + 1).value in (1, 2):
                found = _When((_Spec("half", n=self.at(j + 1).value),)), j + 2
            if found and found[0].options[0].year is None:
                spec = found[0].options[0]._replace(year=year, short=short, split=bool(pair))
                if spec.unit in ("quarter", "half"):
                    financial = spec._replace(unit=f"financial {spec.unit}")
                    if kind and not pair:
                        ending = spec._replace(unit=f"{financial.unit} ending")
                        return _When((ending, financial), doubt="note"), found[1]
                    return (_When((financial,)) if pair else _When((spec, financial), doubt="note")), found[1]
                if pair and spec.unit == "season" and spec.n in (1, 2):
                    return _When((spec, spec._replace(split=False)), doubt="refuse"), found[1]  # as spring 2011/12
                return _When((spec,)), found[1]
        return None

    def _quarter_follows(self, i: int) -> bool:
        return self.word(self.skip(i, "-", ",", ":"), "q", "qtr", "quarter")

    def season(self, i: int) -> tuple[_When, int] | None:
        """Spring 2023 | autumn term 2011 | winter 2011/12 | autumn/winter 2011 | Easter term."""
        n = SEASONS.get(self.at(i).text, 0)
        if self.word(i, "easter") and self.word(i + 1, "term"):
            n = 1
        if not n:
            return None
        fall = self.word(i, "fall")
        j = i + 1
        unit = "season"
        if self.word(j, "term"):
            unit, j = "term", j + 1
        elif self.word(j, "half") or (self.at(j).digits == 1 and self.word(j + 1, "term")):
            return None  # a half term is not read
        if unit == "term" and n == 4:
            return None
        last = 0
        k = self.skip(j, "/", "-", "to", "or")
        if k > j and self.at(k).text in SEASONS and not fall:
            last, j = SEASONS[self.at(k).text], k + 1
            if self.word(j, "term"):
                unit, j = "term", j + 1
        y = self.skip(j, "of", "in", ",", "-", "the", "(")
        opened = any(self.at(k).kind == "(" for k in range(j, y))
        label, y = self._label(y)
        year = self.year(y)
        pair = self.pair(y, labelled=unit == "term" or bool(label))
        if pair:
            year = (pair[0], pair[1], True, pair[2])
        if year and opened and self.at(year[3]).kind != ")":
            year = None
        if year and not opened and unit == "season" and n != 4 and self.word(year[3], "term"):
            unit, year = "term", (*year[:3], year[3] + 1)
        if year is None:
            doubt = "refuse" if 0 < last < n < 3 else ""  # summer/spring
            return None if fall else (_When((_Spec(unit, n=n),), (_Spec(unit, n=last),) if last else (), doubt), j)
        spec = _Spec(unit, year[0], year[1], n, split=year[2])
        if year[2] and unit == "season" and n in (1, 2):
            return _When((spec, spec._replace(split=False)), doubt="refuse"), year[3] + opened
        # Winter 2011 may begin or end in 2011.
        doubt = "note" if n == 4 and not year[2] and not last else ""
        if 0 < last < n and not (year[2] and n > 2):
            doubt = "refuse"  # autumn/spring 2012; but autumn/spring 2011/12
        options = (spec, spec._replace(n=0)) if doubt else (spec,)
        ends = (spec._replace(n=last),) if last else ()
        return _When(options, last=ends, doubt=doubt), year[3] + opened

    def holiday(self, i: int) -> tuple[_When, int] | None:
        n = HOLIDAYS.get(self.at(i).text, 0)
        if not n:
            return None
        year, short, split, j = self._year_after(i + 1)
        return None if split else (_When((_Spec("holiday", year, short, n),)), j)

    def bare_year(self, i: int) -> tuple[_When, int] | None:
        """2011, and 2012-2015 as a span of years."""
        i = self.skip(i, "year") if self.word(i, "year") and self.at(i + 1).digits == 4 else i
        token = self.at(i)
        if token.kind != "number" or token.digits != 4 or token.how or not 1900 <= token.value <= 2199:
            return None
        after, second = self.at(i + 1), self.at(i + 2)
        if after.glued and after.kind in _SEPARATORS and second.glued and second.kind == "number":
            whole = second.value if second.digits == 4 else token.value // 100 * 100 + second.value
            near = token.value < whole <= token.value + 10
            if after.kind != "." and second.digits in (2, 4) and near and self._free_after(i + 3):
                # 2012-2015: calendar years, or financial ones; the interval holds both.
                ways = (_Spec("year", token.value),)
                return _When(ways, last=(_Spec("year", whole),), doubt="note"), i + 3
            return None
        if not self._loose(i, i + 1):
            return None
        return _When((_Spec("year", token.value),)), i + 1

    # lengths of time

    def number(self, i: int) -> tuple[int, int] | None:
        """6 | six | twenty-four | one hundred and twenty | a."""
        token = self.at(i)
        if token.kind == "number":
            return (token.value, i + 1) if token.digits <= 4 and not token.how else None
        if token.text in ("a", "an"):
            return 1, i + 1
        total, j, seen = 0, i, False
        while True:
            word = self.at(j).text
            if word in _TENS:
                total += _TENS[word]
                j = self.skip(j + 1, "-")
                if 1 <= _SMALL.get(self.at(j).text, 0) <= 9:
                    total, j = total + _SMALL[self.at(j).text], j + 1
            elif word in _SMALL:
                total, j = total + _SMALL[word], j + 1
            else:
                break
            seen = True
            if self.word(j, "hundred"):
                total, j = total * 100, self.skip(j + 1, "and")
                continue
            break
        return (total, j) if seen and total else None

    def offset(self, i: int) -> tuple[_Offset, int] | None:
        """3 months | seventy working days of ... | 3-6 months | 6 weeks from 1 September 2011 | 12 months' time."""
        found = self.number(i)
        if self.word(i, "day", "week", "fortnight", "month", "year") and self.word(i - 1, "next"):
            k = i - 2 - self.word(i - 2, "the")
            found = (1, i) if self.word(k, "within", "in", "over", "during") and k < i - 2 else None
        if not found or (self.word(i - 1, "/", ".") and self.at(i).glued):
            return None
        low, j = found
        high = low
        k = self.skip(j, "-", "to", "/")
        second = self.number(k) if k > j and self.at(k).text not in ("a", "an") else None
        if second and second[0] > low:
            high, j = second
        j = self.skip(j, "-", "(")
        if self.at(j).kind == "number" and self.at(j).value == low and self.at(j + 1).kind == ")":
            j += 2  # three (3) months
        working = self.word(j, "working", "business", "work", "clear")
        j = self.skip(j, "working", "business", "work", "clear", "calendar", "full")
        unit = UNITS.get(self.at(j).text)
        if unit is None or (working and unit != 1) or high > 2000:
            return None
        j += 1
        if self.at(j).kind == "'":
            j += 1
        if self.word(j, "s") and self.at(j).glued:
            j += 1
        j = self.skip(j, "time")
        if self.word(j, "ago", "old", "of", "from", "after", "following", "since", "post") or self.word(
            j, "before", "prior"
        ):
            if self.word(j, "before", "prior"):
                return _Offset(low, high, unit, working, event=True), j  # no deadline, and "before 1 April" is none either
            if not self.word(j, "of", "from", "after", "following", "since", "post"):
                return None
            k = self.skip(j + 1, "the")
            base = self.when(k)
            if base and self.word(j, "from") and self.word(base[1], "to", "until", "-"):
                return _Offset(low, high, unit, working), j  # extended by 6 months from ... to ...
            if base and len(base[0]) == 1 and base[0][0].options[0].unit == "day" and base[1] >= self.count - 1:
                return _Offset(low, high, unit, working, base[0][0]), base[1]
            rest = " ".join(token.text for token in self.tokens[j + 1 :] if token.kind == "word")
            return _Offset(low, high, unit, working, event=rest not in _ANCHOR_EVENTS), self.count
        return _Offset(low, high, unit, working), j


def _with(when: _When, **changes: Any) -> _When:
    return when._replace(
        options=tuple(spec._replace(**changes) for spec in when.options),
        last=tuple(spec._replace(**changes) for spec in when.last),
    )


@lru_cache(maxsize=1024)
def _misspelt_month(word: str) -> int:
    """A long month's name with one letter missing, added, wrong, or two changed round; else 0."""
    for name in _LONG_MONTHS:
        if word[:1] == name[0] and abs(len(word) - len(name)) <= 1 and len(word) >= 5:
            start = next(
                (k for k, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name))
            )
            a, b = word[start:], name[start:]
            if a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:]):
                return MONTHS[name]
    return 0


# --- expressions to intervals ---------------------------------------------------------------------------------------


class _ImpossibleError(Exception):
    """A date that does not exist."""


class _YearlessError(Exception):
    """A date whose year is not given and cannot be told."""


def _century(year: int, as_of: date | None) -> int:
    """A two-digit year in full: the one nearest to the snapshot, without one 1969 to 2068."""
    if as_of is None:
        return year + (2000 if year < 69 else 1900)
    century = as_of.year // 100
    return min((c * 100 + year for c in range(century - 1, century + 2)), key=lambda each: abs(each - as_of.year))


def _financial_span(spec: _Spec, year: int, context: _Context) -> tuple[Interval, str]:
    """A financial year, or a quarter or half of one; "ending" names the year by its end."""
    unit = spec.unit.split()[1]
    months, precision = {"year": (12, "year"), "quarter": (3, "quarter"), "half": (6, "half-year")}[unit]
    month, day = context.year_starts
    if (month, day) != (1, 1):
        start = date(year - spec.unit.endswith("ending"), month, min(day, 28))
    elif spec.split:
        start = date(year, 4, 1)  # a year that is written 2011/12 cannot start in January
    else:
        start = date(year, 1, 1)
    start = add_months(start, months * (spec.n - 1) if spec.n else 0)
    return (start, add_months(start, months) - timedelta(1)), precision


def _span(spec: _Spec, year: int, context: _Context) -> tuple[date, date, str]:
    """First day, last day and precision of a spec in a year."""
    if not 2 <= year <= 9997:
        raise _ImpossibleError
    unit, n = spec.unit, spec.n
    if spec.split and unit in ("day", "month", "nth week", "nth weekday"):
        if 4 <= n <= 8:
            raise _YearlessError  # financial and academic years differ
        year += n <= 3
    elif spec.split and unit in ("season", "term"):
        year += n in (1, 2)
    if unit in ("day", "week", "weekend"):
        try:
            day = date(year, n, spec.day)
        except ValueError:
            raise _ImpossibleError from None
        span, precision = {
            "day": ((day, day), "day"),
            "week": ((day, day + timedelta(6)), "week"),
            "weekend": ((day - timedelta(6), day), "week"),
        }[unit]
    elif unit == "month":
        span, precision = _months(year, n, 1), "month"
    elif unit == "nth week":
        last = _months(year, n, 1)[1]
        start = last - timedelta(6) if spec.day == 5 else date(year, n, 7 * spec.day - 6)
        span, precision = (start, start + timedelta(6)), "week"
    elif unit == "nth weekday":
        first, last = _months(year, n, 1)
        which, weekday = divmod(spec.day, 10)
        day = first + timedelta((weekday - first.weekday()) % 7 + 7 * (which - 1))
        if which == 5:
            day = last - timedelta((last.weekday() - weekday) % 7)
        span, precision = (day, day), "day"
    elif unit == "quarter":
        span, precision = _months(year, 3 * n - 2, 3), "quarter"
    elif unit == "half":
        span, precision = _months(year, 6 * n - 5, 6), "half-year"
    elif unit == "season":
        # n = 0 is the other winter of a year: January, February and the December before.
        span, precision = (_months(year, 3 * n, 3) if n else _months(year - 1, 12, 3)), "season"
    elif unit == "term":
        ends = {1: (date(year, 1, 1), date(year, 4, 15)), 2: (date(year, 4, 1), date(year, 7, 31))}
        span, precision = ends.get(n, (date(year, 9, 1), date(year, 12, 31))), "term"
    elif unit == "holiday":
        sunday = _easter(year)
        span = (date(year, 12, 25),) * 2 if n == 1 else (sunday - timedelta(2), sunday + timedelta(1))
        precision = "day" if n == 1 else "week"
    elif unit == "year":
        span, precision = _months(year, 1, 12), "year"
    elif unit.startswith("academic year"):
        year -= unit.endswith("ending")
        span, precision = (date(year, 9, 1), date(year + 1, 8, 31)), "year"
    else:
        span, precision = _financial_span(spec, year, context)
    if not spec.part:
        return *span, precision
    first, last = _part(span, unit, n, spec.part)
    return first, last, precision_of(first, last)


def _part(span: Interval, unit: str, n: int, part: str) -> Interval:
    """The part of a period that early, mid, late, end or a half means."""
    first, last = span
    if unit in ("holiday", "nth week"):  # too short to have parts
        return span
    if part == "end":
        if unit == "term":
            return {1: date(first.year, 3, 20), 2: date(first.year, 7, 10)}.get(n, date(first.year, 12, 10)), last
        if unit.startswith("academic year"):
            return date(last.year, 7, 1), last
        if unit == "season":
            return last.replace(day=1), last
        return last, last
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if "+" in part:
        one, two = part.split("+")
        return _part(span, unit, n, one)[0], _part(span, unit, n, two)[1]
    pieces = 2 if part in ("h1", "h2") else 3
    index = {"early": 0, "mid": 1, "late": 2, "h1": 0, "h2": 1}[part]
    if unit == "month":
        length = 15 if pieces == 2 else 10
        start = first + timedelta(length * index)
        return start, last if index == pieces - 1 else start + timedelta(length - 1)
    if first.day == 1 and last == _month_end(last) and months % pieces == 0:
        start = add_months(first, months // pieces * index)
        return start, add_months(start, months // pieces) - timedelta(1)
    days = (last - first).days + 1
    return first + timedelta(days * index // pieces), first + timedelta(days * (index + 1) // pieces - 1)


def _nearest(spec: _Spec, context: _Context) -> date | None:
    """The last day of a spec without a year, in the year that the snapshot suggests."""
    try:
        return _assumed(spec, context)[1]
    except (_ImpossibleError, _YearlessError):
        return None


def _assumed(spec: _Spec, context: _Context) -> tuple[date, date, str]:
    """A spec without a year: where its last day lies from four months before the snapshot to eight after."""
    as_of = context.as_of
    if as_of is None or spec.unit in ("quarter", "half"):
        raise _YearlessError
    if spec.unit.endswith("year"):
        whole = spec._replace(part="")
        year = next(y for y in (as_of.year - 1, as_of.year) if _span(whole, y, context)[1] >= as_of)
        if not spec.day and as_of < add_months(_span(whole, year - 1, context)[1], MONTHS_BACK):
            raise _YearlessError  # in April, "end of the financial year" may be that of the month before
        return _span(spec, year + (spec.day == 2), context)
    spans = []
    for year in range(as_of.year - 2, as_of.year + 3):
        try:
            spans.append(_span(spec, year, context))
        except _ImpossibleError:
            continue
    if not spans:
        raise _ImpossibleError
    if spec.weekday >= 0 and spec.unit == "month":
        raise _YearlessError  # "Wednesday September"
    if spec.weekday >= 0:
        fitting = [span for span in spans if span[0].weekday() == spec.weekday and abs((span[0] - as_of).days) < 550]
        if not fitting:
            raise _ImpossibleError
        return min(fitting, key=lambda span: abs((span[0] - as_of).days))
    if context.past:
        gone = [span for span in spans if span[0] <= as_of]
        if not gone:
            raise _YearlessError  # a leap day, none of which lies in the years before
        return max(gone, key=lambda span: span[1])
    low, high = add_months(as_of, -MONTHS_BACK), add_months(as_of, MONTHS_AHEAD)
    for span in spans:
        if low < span[1] <= high:
            return span
    raise _YearlessError  # a leap day, or an Easter that is early one year and late the next


def _explicit(spec: _Spec, context: _Context) -> tuple[date, date, str]:
    if spec.year is None:
        if spec.unit == "day" and not 1 <= spec.n <= 12:
            raise _ImpossibleError
        if spec.unit in ("day", "week", "weekend") and spec.day > calendar.monthrange(2000, max(1, min(12, spec.n)))[1]:
            raise _ImpossibleError
        raise _YearlessError
    return _span(spec, _century(spec.year, context.as_of) if spec.short else spec.year, context)


# --- items to one reading -------------------------------------------------------------------------------------------


@dataclass
class _Found:
    """A date of a cell while its role is being settled."""

    item: _Item
    position: int  # of its item
    text: str
    struck: bool = False
    role: str = ""  # "", old, new, dropped (what a date that is not known yet took the place of), start, ignore
    marked: bool = False  # a deadline word stands before it
    before: bool = False
    bracketed: bool = False
    finished: bool = False  # "completed" stands before it
    span: tuple[date, date, str] | None = None
    problem: str = ""  # impossible, yearless, ambiguous, range
    notes: tuple[Note, ...] = ()
    forward: bool = False  # the cell says that its date was brought forward
    other: tuple[date, date, str] | None = None  # what it may be instead
    ends: _Found | None = None  # the other end of a range


_OLDER = ("old", "dropped")


@lru_cache(maxsize=65536)
def _read(text: str, struck: tuple[str, ...], context: _Context) -> DateReading:
    plain, spans = _clean(text)
    if len(plain) > LONGEST_TEXT:
        return DateReading(text, kind="unreadable")
    tokens = _tokens(plain, spans)
    items = None
    if not spans and not struck:
        items = _Grammar(tokens, context).items()
        if len(items) == 1 and items[0].kind == "date" and (sole := _sole(text, plain, items[0], context)):
            return sole
    offset = len(plain) + 1
    order = None if context.settled else month_first((plain, *struck))
    if order is not None:
        # 1/9/2011 beside 30/9/2011 has the day first too.
        context, items = context._replace(day_first=not order, settled=True), None
    live = [token for token in tokens if not token.struck]
    dead = [token for token in tokens if token.struck]
    for run in struck:
        more, _ = _clean(run)
        if len(more) <= LONGEST_TEXT:
            dead += [
                token._replace(
                    start=token.start + offset, end=token.end + offset, glued=False if k == 0 else token.glued
                )
                for k, token in enumerate(_tokens(more))
            ] + [_Token(";", ";", start=offset + len(more), end=offset + len(more))]
            plain = f"{plain} {more}"
            offset = len(plain) + 1
    reading = _interpret(text, plain, live, dead, items or _Grammar(live, context).items(), context)
    return replace(reading, notes=tuple(dict.fromkeys(reading.notes))) if reading.notes else reading


def _sole(text: str, plain: str, item: _Item, context: _Context) -> DateReading | None:
    """The reading of a cell that is one date with its year and nothing else, which most are."""
    each = _Found(item, 0, plain.strip())
    _try(each, context)
    if each.span is None:
        return None
    return DateReading(text, *each.span, kind="date", notes=each.notes)


def _interpret(
    text: str, plain: str, live: list[_Token], dead: list[_Token], items: list[_Item], context: _Context
) -> DateReading:
    found = _dates(items, live, plain)
    gone = _gone(dead, plain, context) if dead else []
    says = {item.tag for item in items if item.kind == "tag"}
    changed = _roles(items, found, live) or any(each.struck for each in gone)
    found = _ranges(items, found, live)
    for each in (*gone, *found):
        each.forward = any(item.tag == "verb" and live[item.first].text == "brought" for item in items)
    _resolve(found, gone, live, context)
    for each in found:
        bare = each.item.when is not None and each.item.when.options[0].unit == "year"
        if each.role in _OLDER and bare and _beside_number(items, each):  # was 30 09 2011
            each.span, each.problem = None, "ambiguous"
    # A struck-out date that the text still holds is the same date.
    olds = gone + [each for each in found if each.role in _OLDER]
    current = [each for each in found if each.role in ("", "new")]
    if not current and olds and not gone and len(found) == 1 and not {"was", "verb", "now", "tbc", "to be"} & says:
        current, olds = olds, []  # "Original date 30 September 2011" and nothing else
    if gone:
        again = [each for each in current if any(each.span and each.span == dead_one.span for dead_one in gone)]
        if len(again) < len(current):
            current = [each for each in current if each not in again]
    previous, notes = _previous(olds, context)
    base = DateReading(
        text, previous=previous, changed=changed or bool(olds), unchanged="unchanged" in says and not olds,
        notes=notes,
    )  # fmt: skip
    reading = _choose(base, items, current, found, live, plain, says, context)
    if (
        previous
        and reading.kind == "date"
        and (previous.earliest, previous.latest) == (reading.earliest, reading.latest)
    ):
        return replace(reading, changed=False)
    return reading


def _dates(items: list[_Item], tokens: list[_Token], plain: str) -> list[_Found]:
    made = []
    depth = 0
    for position, item in enumerate(items):
        if item.kind == "mark":
            depth += (item.tag in "([{") - (item.tag in ")]}")
        if item.kind == "date":
            run = plain[tokens[item.first].start : tokens[item.last - 1].end]
            made.append(_Found(item, position, run, bracketed=depth > 0))
    return made


def _gone(dead: list[_Token], plain: str, context: _Context) -> list[_Found]:
    """The dates of what is struck out, with the roles that they had before it was."""
    items = _Grammar(dead, context).items()
    found = _dates(items, dead, plain)
    _roles(items, found, dead)
    for each in found:
        each.struck = True
    return _ranges(items, found, dead)


_TRANSPARENT = ("harmless", "deadline", "request", "done", "from", "before", "current", "also")


def _next_date(items: list[_Item], position: int, also: tuple[str, ...] = ()) -> tuple[int, str]:
    """The next date after an item, with only words between that change nothing; and what stopped the search."""
    for k in range(position + 1, len(items)):
        item = items[k]
        if item.kind == "date":
            return k, ""
        if item.kind == "offset" or (item.kind == "tag" and item.tag in (*_TRANSPARENT, *also)):
            continue
        if item.kind == "mark":
            if item.tag in ")]}":
                return -1, "close"
            if item.tag in ";,":
                return k, "break"
            continue
        return -1, "word"
    return -1, "end"


def _previous_date(items: list[_Item], position: int) -> int:
    """The date just before an item, over marks and words that change nothing; -1 if there is none."""
    for k in range(position - 1, -1, -1):
        item = items[k]
        if item.kind == "date":
            return k
        if item.kind == "mark" and item.tag == ";":
            return -1
        if item.kind not in ("mark", "tag") or (
            item.kind == "tag" and item.tag not in (*_TRANSPARENT, "verb", "old", "was", "now")
        ):
            return -1
    return -1


def _roles(items: list[_Item], found: list[_Found], tokens: list[_Token]) -> bool:
    """Say of each date whether it is old, new, a start or beside the point; and whether the text says of a change."""
    roles = _Roles(items, found, tokens)
    for k, item in enumerate(items):
        if item.kind == "mark" and item.tag == "->":
            roles.arrow(k)
        elif item.kind == "date":
            roles.decided(k)
        elif item.kind == "tag":
            rule = _RULES.get(item.tag)
            if rule:
                rule(roles, k, item)
    _spread(items, found)
    _settle(items, found, tokens)
    return roles.changed


class _Roles:
    """The rules by which a tagged word gives a role to the dates around it; each takes the word's place."""

    def __init__(self, items: list[_Item], found: list[_Found], tokens: list[_Token]) -> None:
        self.items, self.found, self.tokens = items, found, tokens
        self.changed = False
        self.by_position: dict[int, list[_Found]] = {}
        for each in found:
            self.by_position.setdefault(each.position, []).append(each)

    def give(self, position: int, role: str, *, change: bool = False) -> None:
        for each in self.by_position.get(position, ()):
            each.role = each.role or role
        self.changed = self.changed or change

    def text(self, k: int) -> str:
        return self.tokens[self.items[k].first].text if 0 <= k < len(self.items) else ""

    def is_date(self, k: int) -> bool:
        return 0 <= k < len(self.items) and self.items[k].kind == "date"

    def is_to(self, k: int) -> bool:
        return 0 <= k < len(self.items) and _is_to(self.items[k], self.tokens)

    def next(self, k: int, also: tuple[str, ...] = ()) -> int:
        """The next date, where nothing but words that change nothing stand before it; else -1."""
        after, why = _next_date(self.items, k, also)
        return -1 if why else after

    def verb_before(self, k: int) -> bool:
        return any(other.kind == "tag" and other.tag == "verb" for other in self.items[:k])

    def arrow(self, k: int) -> None:
        if any(each.tag == "->" for each in self.items[k + 1 : k + 2]):
            return  # of ">>>" the last one says it, so that thousands take no time
        if _then_unknown(self.items, k) and self.drop(k):  # 30 June 2011 -> to be confirmed
            return
        after, _ = _next_date(self.items, k)
        if self.is_date(after) and _previous_date(self.items, k) >= 0:
            self.give(after, "new", change=True)

    def decided(self, k: int) -> None:
        """Extended at committee on 12 July to 30 September, agreed 12 July to extend: the first is when that was decided."""
        if self.text(k - 1) == "agreed" and self.is_to(k + 1) and _last_verb(self.items, k + 3) == k + 2:
            self.give(k, "ignore")
        if self.text(k - 1) == "on" and self.is_to(k + 1) and self.is_date(k + 2) and self.verb_before(k - 1):
            self.give(k, "ignore")
            self.give(k + 2, "new", change=True)

    def deadline(self, k: int, item: _Item) -> None:
        for each in self.by_position.get(self.next(k), ()):
            each.marked = True
            # "In time for" and "to coincide with" mean the day itself; "before that" goes back to another.
            words = (self.tokens[item.last - 1].text, self.text(k + 1))
            each.before = item.tag == "before" and not {"for", "with", "that"} & set(words)

    def done(self, k: int, item: _Item) -> None:
        after = self.next(k)
        plain = all(each.kind == "mark" or each.tag == "harmless" for each in self.items[k + 1 : after])
        if plain and self.text(k) != "completion":
            for each in self.by_position.get(after, ()):
                each.finished = True

    def start(self, k: int, item: _Item) -> None:
        after, why = _next_date(self.items, k)
        if after >= 0 and not why:
            self.give(after, "start")
        elif why in ("end", "close") and self.is_date(k - 1):  # September 2011 start
            self.give(k - 1, "start")

    def ignore(self, k: int, item: _Item) -> None:
        self.give(self.next(k), "ignore")

    def begin(self, k: int, item: _Item) -> None:
        """From: revised from 1 September, or from 1 September on."""
        after = self.next(k)
        if after < 0:
            return
        verb = self.verb_before(k)
        since = [each for j in range(_last_verb(self.items, k) + 1, k) for each in self.by_position.get(j, ())]
        if verb and all(each.role == "ignore" or each.item.first == 0 for each in since):
            self.give(after, "old", change=True)
            new = self.next(after) if self.is_to(after + 1) else -1
            if new >= 0 and self.aside(after, new):
                self.give(new, "old")
            if self.text(after + 1) == "-" and self.is_to(new + 1) and self.is_date(new + 2):
                self.give(new, "old")  # from July-September to October-December
                new += 2
            ranged = [each for each in self.by_position[after] if each.item.when and each.item.when.last]
            if new >= 0:
                self.give(new, "new")
            elif ranged and not (self.is_to(after + 1) and _then_unknown(self.items, after + 1)):
                _split(self.found, ranged[0])  # revised from 1 to 30 September 2011: one range, two dates
        elif not self.is_to(after + 1):
            # "31 December (from 30 September)" and "revised to 31 December from 30 September"
            aside = self.text(k - 1) == "(" and after == k + 1 and self.text(after + 1) == ")"
            older = verb or (aside and self.is_date(k - 2))
            self.give(after, "old" if older else "start", change=older)

    def aside(self, one: int, two: int) -> bool:
        """Whether two dates in brackets are both older than one before these: September 2011 (revised from June to July)."""
        inside = [*self.by_position[one], *self.by_position[two]]
        outside = [each for each in self.found if each.position < one and not each.bracketed and inside[0].bracketed]
        return bool(outside) and not any(_same_day(outside[-1], each) for each in inside)

    def old(self, k: int, item: _Item) -> None:
        after, why = _next_date(self.items, k, ("was", "old"))
        if any(each.tag == "->" for each in self.items[k + 1 : max(after, 0)]):
            why = "break"  # 30 June (old) -> 30 September
        if after >= 0 and not why:
            self.give(after, "old")
        elif (item.tag == "old" or self.text(k) in _ADVERBS) and why in ("close", "break", "end"):
            self.give(_previous_date(self.items, k), "old")

    def drop(self, k: int) -> bool:
        """Give up the dates before a word, no words of another thing between, nor a semicolon but for "now"; if there are any."""
        told: list[_Found] = []
        for j in range(k - 1, -1, -1):
            item = self.items[j]
            if item.kind not in ("date", "mark", "tag") or (item.tag == ";" and self.text(k) != "now"):
                break
            told.extend(self.by_position.get(j, ()))
        for each in told:
            each.role = "dropped" if each.role in ("", "new") else each.role
        self.changed = self.changed or bool(told)
        return bool(told)

    def change(self, k: int, item: _Item) -> None:
        """Revised, now, current."""
        after, why = _next_date(self.items, k, ("verb", "now"))
        between = self.items[k + 1 : after] if after >= 0 else []
        before = _previous_date(self.items, k)
        if _then_unknown(self.items, k) and self.drop(k):  # 30 June 2011, then 31 August, revised date to be agreed
            return
        if any(each.kind == "tag" and each.tag == "from" for each in between):
            self.changed = True
            return
        if why == "close" and before < 0 and item.tag == "verb" and self.is_date(k + 2):
            after, why, between = k + 2, "", []  # (revised) 31 December 2011
        if after >= 0 and not why:
            if self.text(after + 1) == "from" and self.is_date(after + 2) and (before >= 0 or self.is_to(after + 3)):
                self.give(after, "ignore")  # revised 3 May from 30 June to 30 September
                return
            decided = item.tag == "verb" and bool(between) and self.text(k + 1) in ("on", "at", "in")
            if decided and self.is_to(after + 1):  # revised on 3 May to 30 September
                self.give(after, "ignore")
                later, _ = _next_date(self.items, after)
                after = later if self.is_date(later) else -1
            self.give(after, "new", change=item.tag != "current")
        elif (item.tag == "verb" or item.last - item.first > 1) and before >= 0 and not _is_adjective(self.items, k):
            self.give(before if why in ("close", "break", "end") else -1, "new", change=True)


_ADVERBS = ("originally", "previously", "initially", "formerly")  # 30 June 2011 originally
_RULES: dict[str, Callable[[_Roles, int, _Item], None]] = {
    "deadline": _Roles.deadline, "before": _Roles.deadline, "done": _Roles.done, "start": _Roles.start,
    "from": _Roles.begin, "ignore": _Roles.ignore, "was": _Roles.old, "old": _Roles.old, "verb": _Roles.change,
    "now": _Roles.change, "current": _Roles.change,
}  # fmt: skip


def _spread(items: list[_Item], found: list[_Found]) -> None:
    """In "(was September, then October)" what stands in the same brackets is old too."""
    for one, two in pairwise(found):
        same = one.bracketed and two.bracketed and not any(
            item.kind == "mark" and item.tag == ")" for item in items[one.position : two.position]
        )  # fmt: skip
        if one.role == "old" and two.role == "" and same:
            two.role = "old"


def _settle(items: list[_Item], found: list[_Found], tokens: list[_Token]) -> None:
    """Where one date is new, those before it are old."""
    new = max((k for k, each in enumerate(found) if each.role == "new"), default=-1)
    while new > 0 and found[new - 1].role in ("", "new") and _ranged(items, found[new - 1], found[new], tokens):
        new -= 1  # September to November 2011 (revised)
        found[new].role = "new"
    for k, each in enumerate(found[: max(new, 0)]):
        if each.role not in ("", "new"):
            continue
        # "Agreed by committee 12 July to extend to 30 September": what the first date is of is not sure.
        start = found[k - 1].position + 1 if k else 0
        vague = any(other.kind == "word" or other.tag == "ignore" for other in items[start : each.position])
        each.role = "ignore" if vague and each.role == "" else "old"


def _is_adjective(items: list[_Item], position: int) -> bool:
    """Whether "revised" belongs to the word after it: "31 March - revised plan"; not "revised owing to sickness"."""
    after = items[position + 1] if position + 1 < len(items) else None
    return (
        after is not None and after.kind == "word" and after.tag not in ("owing", "because", "given", "again", "date")
    )


def _then_unknown(items: list[_Item], position: int) -> bool:
    """Whether what follows says that the new date is not known."""
    for item in items[position + 1 :]:
        if item.kind == "tag" and item.tag in ("tbc", "to be"):
            return True
        if item.kind not in ("tag", "mark") or (item.kind == "tag" and item.tag not in (*_TRANSPARENT, "verb", "now")):
            return False
    return False


def _last_verb(items: list[_Item], before: int) -> int:
    return max((j for j, item in enumerate(items[:before]) if item.kind == "tag" and item.tag == "verb"), default=-1)


def _is_to(item: _Item, tokens: list[_Token]) -> bool:
    first = tokens[item.first].text
    return (
        item.kind in ("mark", "tag")
        and item.last - item.first == 1
        and first in ("to", "until", "till", "-", "through", "->")
    )


def _split(found: list[_Found], ranged: _Found) -> None:
    when = ranged.item.when
    if when is None:
        return
    start = ranged.item._replace(when=when._replace(last=()))
    end = ranged.item._replace(when=when._replace(options=when.last, last=()))
    index = found.index(ranged)
    found[index : index + 1] = [
        replace(ranged, item=start, role="old", text=""), replace(ranged, item=end, role="new", text="")
    ]  # fmt: skip


def _joined(items: list[_Item], one: _Found, two: _Found, tokens: list[_Token]) -> str:
    """How two dates that follow one another are joined: "to", "or", or not."""
    joiners = [
        tokens[item.first].text if item.last - item.first == 1 else ""  # "to", and not "to be completed"
        for item in items[one.position + 1 : two.position]
    ]
    joiners = [text for text in joiners if text not in ("the", "end", "by", "of")]
    if len(joiners) != 1:
        return ""
    joiner = joiners[0]
    if joiner in ("-", "to", "until", "till", "through"):
        return "to"
    if joiner in ("and", "&") and any(tokens[item.first].text == "between" for item in items[: one.position]):
        return "to"
    return "or" if joiner in ("/", "or") else ""


def _ranges(items: list[_Item], found: list[_Found], tokens: list[_Token]) -> list[_Found]:
    """Join "September to November 2011" and "September/October 2011" to one."""
    made: list[_Found] = []
    for each in found:
        last = made[-1] if made else None
        if last is not None and last.ends and _joined(items, last.ends, each, tokens) == "or" and " or " in last.text:
            last.text, last.ends = f"{last.text} or {each.text}", each  # Oct/Nov/Dec 2011
            continue
        if last is not None and last.ends is None:
            how = _ranged(items, last, each, tokens)
            if how and (each.role == last.role or (last.role in ("old", "new", "start") and each.role == "")):
                last.ends = each
                if last.role == "start":
                    last.role = ""
                last.marked = last.marked or each.marked
                last.text = f"{last.text} to {each.text}" if how == "to" else f"{last.text} or {each.text}"
                continue
        made.append(each)
    return made


def _ranged(items: list[_Item], one: _Found, two: _Found, tokens: list[_Token]) -> str:
    """How two dates that follow one another make one range: "to" or "or"; blank where they do not."""
    how = _joined(items, one, two, tokens)
    both = [each.item.when.options[0] for each in (one, two) if each.item.when]
    named = _vague(one) and both[0].unit not in both[1].unit and items[two.position - 1].kind == "mark"  # Q2 - 30/09/2011
    parts = all(spec.part for spec in both) or _follow(*both)
    apart = how == "or" and both[0].year is not None and not parts
    return "" if one.bracketed != two.bracketed or named or apart else how


def _same_day(one: _Found, two: _Found) -> bool:
    """Whether two dates may be the same, if the year of one is not said."""
    specs = [each.item.when.options[0] for each in (one, two) if each.item.when]
    years = {spec.year % 100 for spec in specs if spec.year is not None}
    return len({(spec.unit, spec.n, spec.day, spec.part) for spec in specs}) == 1 and len(years) <= 1


def _follow(one: _Spec, two: _Spec) -> bool:
    """Whether a month is the next after another: December 2011/January 2012."""
    if one.unit != "month" or two.unit != "month" or one.year is None or two.year is None or one.part or two.part:
        return False
    return (one.short, one.year * 12 + one.n + 1) == (two.short, two.year * 12 + two.n)


def _resolve(found: list[_Found], gone: list[_Found], tokens: list[_Token], context: _Context) -> None:
    """Give each date its interval; one without a year takes it from a neighbour, or else from the snapshot."""
    chain = gone + found
    flat = [part for each in chain for part in ((each, each.ends) if each.ends else (each,))]
    _adopt(flat)
    if not all(_vague(each) or _is_year(each) for each in found):
        # "quarter 4 (October to December)": the months say what is meant; of "Q1 (calendar) 2012" the year alone says less
        for each in found:
            each.role = "ignore" if _vague(each) else each.role
    if any(each.role in ("", "new") and not _is_year(each) for each in found):
        for each in found:  # "31 March 2012 for 2012/13": what it is for
            k = each.item.first - 1
            each.role = "ignore" if _is_year(each) and each.role == "" and k >= 0 and tokens[k].text == "for" else each.role
    for each in flat:
        _try(each, context)
    open_ones = [each for each in flat if each.problem == "yearless" and (each.struck or each.role != "ignore")]
    dated = [each for each in flat if each.span]
    if open_ones and not dated:
        pivot = next(
            (each for each in reversed(open_ones) if each.role in ("new", "") and not each.struck), open_ones[-1]
        )
        _assume(pivot, context)
        dated = [pivot] if pivot.span else []
    heads = {id(each.ends): each for each in chain if each.ends is not None}
    aged = {id(each): _age(heads.get(id(each), each)) for each in flat}
    for each in sorted(open_ones, key=lambda each: aged[id(each)] > 0):  # the target first, which an older date lies before
        newest = max((other.span[1] for other in flat if other.span and aged[id(other)] == 0), default=None)
        unit = each.item.when.options[0].unit if each.item.when else ""
        if each.problem != "yearless" or not dated or unit in ("quarter", "half"):
            continue
        head = next((other for other in chain if other.ends is each and other.span), None)
        if head:  # November to February: that after it
            _borrow(each, None, head, None, context)
            continue
        place = flat.index(each)
        later = next((other for other in flat[place + 1 :] if other in dated), None)
        earlier = next((other for other in flat[:place][::-1] if other in dated), None)
        _borrow(each, later, earlier, newest, context)
    for each in chain:
        if each.ends is not None:
            _close(each)


def _vague(each: _Found) -> bool:
    """Whether a date is a quarter without its year."""
    return each.item.when is not None and each.item.when.options[0][:2] == ("quarter", None)


def _is_year(each: _Found) -> bool:
    return each.item.when is not None and each.item.when.options[0].unit.endswith("year")


def _adopt(flat: list[_Found]) -> None:
    """Give Q1 of "Q1 to Q2 2012/13" the year and the kind of quarter of its mate; Q4 of "Q1 2012/13 (was Q4)" the year before."""
    pairs = list(pairwise(flat))
    for one, two in [*pairs[::-1], *pairs]:
        for bare, full in ((one, two), (two, one)):
            if bare.item.when is None or full.item.when is None or not _vague(bare) or bare.struck != full.struck:
                continue
            spec, mate = bare.item.when.options[0], full.item.when.options[0]
            if mate.year is None or "quarter" not in mate.unit:
                continue
            back = _lies_before(bare, full, stands_first=bare is one)
            years = -1 if back and spec.n > mate.n else 1 if not back and spec.n < mate.n else 0
            first, *last = (
                tuple(other._replace(n=each.n, part=each.part, year=mate.year + years) for other in full.item.when.options)
                for each in (spec, *bare.item.when.last)
            )
            when = full.item.when._replace(options=first, last=last[0] if last else ())
            bare.item = bare.item._replace(when=when)
            if years:
                said = f"'{bare.text}' has no year; read as the one {'before' if back else 'after'} '{full.text}'"
                bare.notes += (Note("year-assumed", said),)


def _try(each: _Found, context: _Context) -> None:
    """An interval where the expression has its year."""
    when = each.item.when
    if when is None:
        return
    try:
        spans = [_limited(each, _explicit(spec, context)) for spec in when.options]
        if when.last and not each.before:
            spans = [_to(span, _explicit(spec, context)) for span, spec in zip(spans, when.last, strict=True)]
        each.span = spans[0]
        each.text = each.text or phrase(*spans[0])  # of "1 to 30 September 2011" one day
        each.other = next((span for span in spans[1:] if span[:2] != spans[0][:2]), None)
        if when.doubt == "note" and each.other:
            each.notes += (_either(each.text, spans[0], each.other),)
        elif when.doubt == "note" and when.last:
            said = f"'{each.text}' may mean calendar or financial years; the interval holds both"
            each.notes += (Note("date-ambiguous", said),)
        if when.doubt == "refuse":
            each.problem, each.span = "ambiguous", None
        weekday = when.options[0].weekday
        if each.span and weekday >= 0 and each.span[0].weekday() != weekday:
            each.notes += (Note("date-ambiguous", f"'{each.text}': the weekday is not that day's; the day was taken"),)
        if each.span and _far(each.span, context):
            each.problem, each.span = "range", None
    except _ImpossibleError:
        each.problem, each.span = "ambiguous" if when.doubt == "refuse" else "impossible", None
    except (_YearlessError, OverflowError, ValueError):
        each.problem, each.span = "ambiguous" if when.doubt == "refuse" else "yearless", None
        if when.doubt == "note" and any(spec.year is not None for spec in when.options):
            _take_first(each, context)


def _either(text: str, one: tuple[date, date, str], other: tuple[date, date, str]) -> Note:
    said = f"'{text}' can be {phrase(*one)} or {phrase(*other)}; the first was taken"
    return Note("date-ambiguous", said)


def _take_first(each: _Found, context: _Context) -> None:
    """Of "Mar 12" the month, which holds the day that it may be instead."""
    when = each.item.when
    if when is None or when.options[0].year is None:
        return
    try:
        each.span, each.problem = _explicit(when.options[0], context), ""
    except (_ImpossibleError, _YearlessError):
        return
    said = f"'{each.text}' can be a month or a day; the month, {phrase(*each.span)}, was taken"
    each.notes += (Note("date-ambiguous", said),)


def _assume(each: _Found, context: _Context) -> None:
    when = each.item.when
    if when is None or when.options[0].split:
        return
    try:
        span = _assumed(when.options[0], context)
        if when.last:
            span = _in_year(when, span[0].year, context)
    except _ImpossibleError:
        each.problem = "impossible"
        return
    except _YearlessError:
        return
    span = _take(each, span)
    each.notes += (Note("year-assumed", f"'{each.text}' has no year; read as {phrase(*span)}"),)


def _in_year(when: _When, year: int, context: _Context) -> tuple[date, date, str]:
    """The interval of an expression in a year; of "autumn to spring" in that in which it begins."""
    first = _span(when.options[0], year, context)
    if not when.last:
        return first
    last = _span(when.last[0], year + (when.last[0].n < when.options[0].n), context)
    return _to(first, last)


def _join(first: tuple[date, date, str] | None, last: tuple[date, date, str] | None) -> tuple[date, date, str] | None:
    """The interval from one to another; of "30 to 1 September" and "summer to spring term" there is none."""
    if first is None or last is None or (last[0] <= first[0] and last[1] < first[1]):
        return None
    return first[0], last[1], precision_of(first[0], last[1])


def _to(first: tuple[date, date, str], last: tuple[date, date, str]) -> tuple[date, date, str]:
    span = _join(first, last)
    if span is None:
        raise _ImpossibleError
    return span


def _limited(each: _Found, span: tuple[date, date, str]) -> tuple[date, date, str]:
    """The interval, or of "before 1 April" and "before the start of term" the day before it; the end is a limit itself."""
    when = each.item.when
    if not each.before or when is None or when.options[0].part == "end":
        return span
    day = span[0] - timedelta(1)
    return day, day, "day"


def _take(each: _Found, span: tuple[date, date, str]) -> tuple[date, date, str]:
    """Give a date without a year the interval that was found for it."""
    span = _limited(each, span)
    each.span, each.problem, each.text = span, "", each.text or phrase(*span)
    return span


def _age(each: _Found) -> int:
    """0 of what may be the target; more of what was before it: struck out, replaced, a beginning, the day of a note."""
    return each.struck + (each.role in ("old", "start", "ignore"))


def _lies_before(one: _Found, two: _Found, *, stands_first: bool) -> bool:
    """Whether a date lies before another: the older one, unless it was brought forward; of two alike the one that stands first."""
    if _age(one) == _age(two):
        return stands_first
    older = one if _age(one) > _age(two) else two
    forward = older.forward and (older.struck or older.role in _OLDER)  # not of the day on which that was decided
    return (older is one) != forward


def _borrow(each: _Found, later: _Found | None, earlier: _Found | None, newest: date | None, context: _Context) -> None:
    """Take the year from another date of the cell: from the one after it, else from the one before it."""
    when = each.item.when
    near = later or earlier
    if when is None or near is None or near.span is None or when.options[0].split:
        return
    limit = near.span
    spans = []
    for year in range(limit[0].year - 1, limit[1].year + 2):
        try:
            spans.append(_in_year(when, year, context))
        except (_ImpossibleError, _YearlessError):
            continue
    before = [span for span in spans if span[1] <= limit[1]][-1:]
    after = [span for span in spans if span[1] >= limit[0]][:1]
    back = _lies_before(each, near, stands_first=later is not None)
    if not back and 0 < _age(each) == _age(near) and after and newest and after[0][1] > newest:
        back = True  # 30 September 2011 (was 30 June 2011, before that 31 March)
    fitting = before if back else after
    if not fitting:
        each.problem = "impossible" if not spans else "yearless"
        return
    chosen = _take(each, fitting[0])
    if chosen[0].year != limit[0].year or near.notes:
        each.notes += (Note("year-assumed", f"'{each.text}' has no year; read as {phrase(*chosen)}"),)


def _close(each: _Found) -> None:
    """The interval of a range from those of its two ends."""
    end = each.ends
    if end is None:
        return
    notes = (*each.notes, *end.notes)
    span = _join(each.span, end.span)
    if span is None:
        each.problem = each.problem or end.problem or "impossible"
        each.span = None
        return
    if not each.before:  # before September to November: before September
        each.span = span
    if any(note.code == "year-assumed" for note in notes):  # said once, of the whole range
        said = Note("year-assumed", f"'{each.text}' has no year; read as {phrase(*(each.span or span))}")
        notes = (said, *(note for note in notes if note.code != "year-assumed"))
    other = _join(each.other, end.other)
    if other and not each.before:
        said = _either(each.text, span, other)
        notes = (said, *(note for note in notes if note.code != "date-ambiguous"))
    each.notes = notes


def _far(span: tuple[date, date, str], context: _Context) -> bool:
    as_of = context.as_of
    if as_of is None:
        return span[0].year < 1900 or span[1].year > 2100
    return span[0] > add_months(as_of, 12 * RANGE_YEARS) or span[1] < add_months(as_of, -12 * RANGE_YEARS)


_PROBLEMS = {
    "impossible": ("date-impossible", "'{}' is not a date that exists"),
    "range": ("date-out-of-range", "'{}' is more than thirty years from the snapshot"),
    "yearless": ("date-not-read", "'{}' {} no year, and the year cannot be told"),
    "ambiguous": ("date-ambiguous", "'{}' can be read in more than one way; none was taken"),
}


def _problem(*those: _Found) -> Note:
    """What is the matter with a date; or with several that have no year."""
    code, message = _PROBLEMS[those[0].problem or "yearless"]
    quoted = "', '".join(" ".join(each.text.split()) for each in those)
    return Note(code, message.format(quoted, "has" if len(those) == 1 else "have"))


def _previous(olds: list[_Found], context: _Context) -> tuple[DateReading | None, tuple[Note, ...]]:
    """Of the dates that the text says are past, the earliest; and what is doubtful about them."""
    notes: tuple[Note, ...] = ()
    best: _Found | None = None
    for each in olds:
        if each.span is None:
            notes += (_problem(each),)
            continue
        notes += each.notes
        if best is None or best.span is None or each.span[1] < best.span[1]:
            best = each
    if best is None or best.span is None:
        return None, notes
    return DateReading(best.text, *best.span, kind="date", notes=best.notes), notes


def _choose(
    base: DateReading,
    items: list[_Item],
    current: list[_Found],
    found: list[_Found],
    tokens: list[_Token],
    plain: str,
    says: set[str],
    context: _Context,
) -> DateReading:
    """Which date, if any, the cell gives."""
    unknown = sum(item.kind in ("word", "number") for item in items)
    if "withheld" in says:
        return replace(base, kind="withheld")
    if not current:
        return _without_date(base, items, found, tokens, plain, says, unknown, context)
    refused = _refusal(items, current, found, tokens, says)
    if refused:
        kind, why = refused
        dates = ", ".join(f"'{each.text}'" for each in current)
        return replace(base, kind=kind, notes=(*base.notes, Note("date-not-read", f"{dates} {why}")))
    wrong = [each for each in current if each.span is None]
    if wrong:
        yearless = [each for each in wrong if each.problem == "yearless"]
        told = [_problem(each) for each in wrong if each not in yearless] + ([_problem(*yearless)] if yearless else [])
        return replace(base, kind="unreadable", notes=(*base.notes, *told))
    several = _distinct(current)
    finished = [each for each in several if each.finished]
    if 0 < len(finished) < len(several):
        # "Due 30 September, completed 15 October": which is wanted depends on the column.
        several = finished if context.past else [each for each in several if not each.finished]
    chosen = several[-1]
    notes = base.notes
    if len(several) > 1:
        ends = [each.span[1] for each in several if each.span]
        marked = [each for each in several if each.marked]
        listed = ", ".join(f"'{each.text}'" for each in several)
        if max(ends) != ends[-1] or (len(marked) == 1 and marked[0] is not chosen):
            said = f"{listed}: which is the target cannot be told"
            return replace(base, kind="unreadable", notes=(*notes, Note("several-dates", said)))
        notes += (Note("several-dates", f"{listed}: the last was taken"),)
    span = chosen.span
    if span is None:  # not reached; says so to the type checker
        return replace(base, kind="unreadable")
    budget = UNKNOWN_WORDS[span[2]]
    if "year" in {spec.unit.split()[-1] for spec in (chosen.item.when.options if chosen.item.when else ())}:
        budget = 0
    elif chosen.marked and span[2] in ("day", "week", "month"):
        budget = 10_000
    if unknown > budget or _stray(items, tokens, chosen):
        said = f"'{chosen.text}' stands among words that may change what it means; not used"
        return replace(base, kind="unreadable", notes=(*notes, Note("date-not-read", said)))
    notes += chosen.notes
    if "tbc" in says or "to be" in says:
        notes += (Note("date-ambiguous", f"'{chosen.text}' is still to be confirmed"),)
    earliest, latest, precision = span
    return replace(base, earliest=earliest, latest=latest, precision=precision, kind="date", notes=notes)


def _stray(items: list[_Item], tokens: list[_Token], chosen: _Found) -> bool:
    """Whether a number beside the date, or another one that is shaped as a date, may belong to it: 30 Sept 201, 2.30 Sept 2011."""
    for five in zip(*(items[k:] for k in range(5)), strict=False):
        marks = [item.tag for item in five[1::2]]
        if all(item.kind == "number" for item in five[::2]) and marks in (["/", "/"], ["-", "-"]):
            return True
    when = chosen.item.when
    if when is None or when.options[0].year is None:
        return when is not None and _beside_number(items, chosen)
    return when.options[0].unit == "month" and not when.options[0].part and _day_before(items, tokens, chosen.position)


def _day_before(items: list[_Item], tokens: list[_Token], k: int) -> bool:
    """Whether a number before a month may be its day: 2.15 Sept 2011, 1:15 Sept 2011; but Rec 4.1 Sept 2011."""
    before = tokens[items[k - 1].first] if k else _END
    if before.kind == "time":
        return before.text[-1].isdigit()
    if before.kind != "number" or before.digits > 2 or items[k - 1].kind == "label" or items[k - 2].kind == "word":
        return False
    return not (k > 2 and items[k - 2].tag == "." and items[k - 3].kind == "label")


def _beside_number(items: list[_Item], each: _Found) -> bool:
    """Whether a number stands beside a date, with no more than a mark between."""

    def number(k: int) -> bool:
        return 0 <= k < len(items) and items[k].kind == "number"

    ends = (each.position, each.ends.position if each.ends else each.position)
    beside = [ends[0] - 1, ends[1] + 1]
    for k, step in ((beside[0], -1), (beside[1], 1)):
        if 0 <= k < len(items) and items[k].kind == "mark" and items[k].tag in ",./-":
            beside.append(k + step)
    return any(number(k) for k in beside)


def _refusal(
    items: list[_Item], current: list[_Found], found: list[_Found], tokens: list[_Token], says: set[str]
) -> tuple[str, str] | None:
    """The kind, and why, where the words around a date say that it is not the target."""
    first = min(each.position for each in current)
    last = max(each.position for each in current)

    def place(tag: str) -> int:
        return next(k for k, item in enumerate(items) if item.kind == "tag" and item.tag == tag)

    if "request" in says and (says & {"verb", "now"} or len(found) > 1):
        return "unreadable", "may only have been asked for; which is the target cannot be told"
    if "not applicable" in says:
        return "not applicable", "stands beside words that say that no date applies; not used"
    if "recurring" in says:
        return "recurring", "stands beside words that say that it comes round again; not used"
    if "annual" in says:
        k = place("annual")
        adjective = k + 1 < len(items) and items[k + 1].kind == "word"
        dated = all(each.item.when and each.item.when.options[0].year is not None for each in current)
        if not (adjective and dated):
            return "recurring", "stands beside words that say that it comes round again; not used"
    if "tbc" in says or "to be" in says:
        named = [each.item.when.options[0] for each in current if each.item.when]
        coarse = named and all(spec.year is None and not spec.day for spec in named)
        if coarse and any(item.kind == "word" for item in items):
            return "tbc", "is when something is to be settled; the date itself is to be confirmed"
    if "tbc" in says and place("tbc") < first:
        return "tbc", "stands after words that say that the date is to be confirmed; not used"
    if "ongoing" in says:
        k = place("ongoing")
        until = (
            first - 1 > k
            and items[first - 1].tag != "to be"
            and tokens[items[first - 1].first].text in ("to", "until", "till", "by", "due", "target")
        )
        if not until and not (k > last and current[-1].marked):  # by 30 September and ongoing
            return "ongoing", "stands beside words that say that the action is ongoing; not used"
    if "condition" in says:
        return "conditional", "depends on something else; not used"
    if "before" in says:
        k = place("before")
        if _next_date(items, k)[0] < 0:
            return "conditional", "depends on something else; not used"
    if "no" in says or "blank" in says:
        return "unreadable", "stands beside a negation; not used"
    if any(item.offset and item.offset.event for item in items):
        return "conditional", "depends on something else; not used"
    if not any(each.role in _OLDER for each in found) and any(_adds(items, k, tokens) for k in range(last + 1, len(items))):
        return "unreadable", "stands before a length of time that may have to be added to it; not used"
    return None


def _adds(items: list[_Item], k: int, tokens: list[_Token]) -> bool:
    """Whether an item is a length of time by which a date is moved: + 3 months | extended by 3 months | 3 months late."""
    offset = items[k].offset
    if offset is None or offset.base:
        return False
    before, after = (tokens[j].text if j < len(tokens) else "" for j in (items[k].first - 1, items[k].last))
    moved = any(item.tag == "verb" for item in items[k - 1 : k + 2])
    return moved or before in ("+", "plus", "by", "delayed") or after in ("late", "delay")


def _distinct(current: list[_Found]) -> list[_Found]:
    """Dates that say the same only once: of two intervals one inside the other the narrower."""
    kept: list[_Found] = []
    for each in current:
        if each.span is None:
            continue
        first, last = each.span[:2]
        inside = [other for other in kept if other.span and other.span[0] <= first and last <= other.span[1]]
        around = [other for other in kept if other.span and first <= other.span[0] and other.span[1] <= last]
        if around and not inside:
            continue
        if inside:
            each.marked = each.marked or any(other.marked for other in inside)
            if any(other.span and each.span and other.span[:2] == each.span[:2] for other in inside):
                each.notes = min((each.notes, *(other.notes for other in inside)), key=len)
            kept = [other for other in kept if other not in inside]
        kept.append(each)
    return kept


# What a length of time beside these means is something else than "so long from now".
_NOT_A_DEADLINE = frozenset((
    "recurring", "ongoing", "annual", "condition", "no", "not applicable", "tbc", "verb", "now", "was", "old", "start",
    "from", "request", "ignore", "before", "blank",
))  # fmt: skip


def _without_date(
    base: DateReading,
    items: list[_Item],
    found: list[_Found],
    tokens: list[_Token],
    plain: str,
    says: set[str],
    unknown: int,
    context: _Context,
) -> DateReading:
    """The reading of a cell without a date of its own: a length of time, or which kind of nothing."""
    words = [token for token in tokens if token.kind in ("word", "number", "amount", "link", "time")]
    if not words:
        doubt = "tbc" if any(token.kind == "?" for token in tokens) else "blank"
        return replace(base, kind=doubt)
    if found:  # dates, and none of them the target
        starts = [each for each in found if each.role in ("start", "ignore")]
        lasting = says & {"ongoing", "recurring", "tbc", "not applicable", "condition"}
        if starts and not lasting:
            said = "says when it begins or was written, not when it is due"
            return replace(
                base, kind="unreadable", notes=(*base.notes, Note("date-not-read", f"'{starts[0].text}' {said}"))
            )
    offsets = [item.offset for item in items if item.offset]
    blocked = says & _NOT_A_DEADLINE or any(
        item.kind == "offset" and item.first and tokens[item.first - 1].text == "for" for item in items
    )
    if len(offsets) == 1 and not blocked and unknown == 0 and not offsets[0].event:
        return _relative(base, offsets[0], context)
    if any(offset.event for offset in offsets) and "recurring" not in says:
        return replace(base, kind="conditional")
    only = _only_kind(items, says, unknown, tokens)
    notes = base.notes
    if only == "code" and len(words) == 1 and words[0].digits == 5 and context.as_of:
        serial = _FIRST_SERIAL + timedelta(words[0].value)
        if abs((serial - context.as_of).days) <= 3653:
            only = "unreadable"
            notes += (Note("date-not-read", f"may be a spreadsheet's number for {phrase(serial, serial)}; not used"),)
    if only == "unreadable" and "urgent" in says:
        notes += (Note("date-not-read", "says that it is urgent, not by when"),)
    return replace(base, kind=only, notes=notes)


def _only_kind(items: list[_Item], says: set[str], unknown: int, tokens: list[_Token]) -> str:
    if "not applicable" in says:
        return "not applicable"
    if "recurring" in says or "annual" in says:
        return "recurring"
    if "ongoing" in says:
        return "ongoing"
    if says & {"tbc", "to be"}:
        return "tbc"
    if says & {"condition", "before"}:
        return "conditional"
    if "blank" in says and unknown == 0:
        return "blank"
    if "urgent" in says:
        return "unreadable"
    if says & {"done", "start"} and unknown == 0:
        return "code"
    spoken = [token for token in tokens if token.kind in ("word", "number", "amount", "link")]
    if all(token.kind in ("number", "amount") for token in spoken):
        return "code" if len(spoken) == 1 else "unreadable"
    joined = len(spoken) == 1 or all(token.glued or k == 0 for k, token in enumerate(tokens))
    if joined and sum(len(token.text) for token in spoken) <= 8 and unknown:
        return "code"
    return "unreadable"


def _relative(base: DateReading, offset: _Offset, context: _Context) -> DateReading:
    """A length of time from the plan's anchor, or from the day that the text names."""
    notes = base.notes
    start = context.anchor
    if offset.base is not None:
        try:
            span = _explicit(offset.base.options[0], context)
        except _ImpossibleError:
            return replace(
                base, kind="unreadable", notes=(*notes, Note("date-impossible", "counts from no day that exists"))
            )
        except _YearlessError:
            return replace(base, kind="unreadable")
        if offset.base.doubt == "refuse" or _far(span, context):
            return replace(base, kind="unreadable")
        start = span[:2]
    if start is None:
        said = "counts from a day that the plan does not give (anchor_date)"
        return replace(base, kind="conditional", notes=(*notes, Note("anchor-not-known", said)))
    try:
        first, last = _moved(start[0], offset.low, offset), _moved(start[1], offset.high, offset)
        if offset.working:
            most = offset.high + _public_holidays(offset.high)
            last = _moved(start[1], most, offset)
            said = "working days are counted as Monday to Friday; the last day allows for public holidays"
            notes += (Note("date-ambiguous", said),)
    except (OverflowError, ValueError):
        return replace(base, kind="unreadable", notes=(*notes, Note("date-out-of-range", "is out of range")))
    if _far((first, last, ""), context):
        return replace(
            base, kind="unreadable", notes=(*notes, Note("date-out-of-range", "is more than thirty years away"))
        )
    return replace(base, earliest=first, latest=last, precision="relative", kind="date", notes=notes)


def _moved(day: date, n: int, offset: _Offset) -> date:
    if offset.working:
        return _add_weekdays(day, n)
    if offset.unit >= 30:
        return add_months(day, n * (12 if offset.unit == 365 else 1))
    return day + timedelta(n * offset.unit)
