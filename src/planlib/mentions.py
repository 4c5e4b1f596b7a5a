"""Dates that the name of a file or a line of text mentions, with everything that each can mean."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from planlib.dates import MONTHS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_GAP = r"[-_./\s]"
_ISO = re.compile(rf"(?<!\d)((?:19|20)\d\d)(?:(?P<gap>{_GAP})(\d\d?)(?P=gap)(\d\d?)|(\d\d)(\d\d))(?!\d)")
_NUMERIC = re.compile(
    rf"(?<!\d)(\d\d?)(?P<gap>{_GAP})(\d\d?)(?P=gap)((?:19|20)?\d\d)(?!\d)|(?<!\d)(\d\d)(\d\d)((?:19|20)\d\d)(?!\d)"
)
_YEAR = r"'?((?:19|20)\d\d|\d\d)(?!\d)"
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d\d?)(?:st|nd|rd|th)?{_GAP}*(?:of{_GAP}+)?({_MONTH})\.?,?{_GAP}*{_YEAR}", re.IGNORECASE
)
_MONTH_DAY = re.compile(
    rf"(?<![a-z])({_MONTH})\.?{_GAP}*(\d\d?)(?:st|nd|rd|th)?(?:,{_GAP}*|{_GAP}+)((?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
_MONTH_ONLY = re.compile(rf"(?<![a-z])({_MONTH})\.?,?{_GAP}*((?:19|20)\d\d)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """A date as it is mentioned.

    Attributes
    ----------
    text : str
        As written.
    days : tuple of datetime.date
        Every day that it can mean: one where that is clear, two where day and month can be told either way. Of a month
        its last day.
    exact : bool
        Whether a day is given, not a month alone.
    start : int
        Where it begins in the text.
    """

    text: str
    days: tuple[date, ...]
    exact: bool
    start: int


def dates_in(text: str) -> list[Mention]:
    """The dates that a text mentions, in its order.

    Parameters
    ----------
    text : str
        The name of a file, a heading, a line; years before 1900 and from 2100 are not looked for.

    Returns
    -------
    list of Mention
        What is no date of the calendar is left out, and so is whatever has no year.

    Examples
    --------
    >>> [(one.text, [str(day) for day in one.days], one.exact) for one in dates_in("plan 03-04-2026, March 2026")]
    [('03-04-2026', ['2026-04-03', '2026-03-04'], True), ('March 2026', ['2026-03-31'], False)]
    >>> [str(one.days[0]) for one in dates_in("20260331_board")], [str(one.days[0]) for one in dates_in("3.31.26")]
    (['2026-03-31'], ['2026-03-31'])
    """
    found: list[Mention] = []
    for start, end, days, exact in _all(text):
        if days and not any(start < one.start + len(one.text) and one.start < end for one in found):
            found.append(Mention(text[start:end], days, exact, start))
    return sorted(found, key=lambda one: one.start)


def _all(text: str) -> Iterator[tuple[int, int, tuple[date, ...], bool]]:
    """Start, end, days and whether exact, of all that may be a date, the surest form first."""
    for each in _ISO.finditer(text):
        month, day = (each[3], each[4]) if each[3] else (each[5], each[6])
        yield each.start(), each.end(), _days((each[1], month, day)), True
    for each in _DAY_MONTH.finditer(text):
        yield each.start(), each.end(), _days((each[3], _number(each[2]), each[1])), True
    for each in _MONTH_DAY.finditer(text):
        yield each.start(), each.end(), _days((each[3], _number(each[1]), each[2])), True
    for each in _NUMERIC.finditer(text):
        one, two, year = (each[1], each[3], each[4]) if each[1] else (each[5], each[6], each[7])
        yield each.start(), each.end(), _days((year, two, one), (year, one, two)), True
    for each in _MONTH_ONLY.finditer(text):
        year, month = int(each[2]), _number(each[1])
        yield each.start(), each.end(), _days((year, month, calendar.monthrange(year, month)[1])), False


def _number(name: str) -> int:
    return MONTHS[name.casefold()]


def _days(*readings: tuple[str | int, str | int, str | int]) -> tuple[date, ...]:
    """The days of the calendar among (year, month, day), each once."""
    made: list[date] = []
    for year, month, day in readings:
        whole = int(year) + (2000 if int(year) < 100 else 0)
        try:
            made.append(date(whole, int(month), int(day)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(made))
