"""The one page of a report: as much as an A4 sheet holds, and how much more there is; no arithmetic on measures.

What is here is counted in lines of print, so that the page holds for any plan: each part has its share of the sheet, and
what a part leaves over goes to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from planlib import markup, narrative, schema, tables
from planlib.markup import Content, Fragment, element
from planlib.measures import Measures
from planlib.narrative import plural, say_day
from planlib.store import Plan

FULL = "progress.html"
WIDE = 100  # characters of a line of print
LONGEST = 330  # characters of a sentence; the rest of a longer one, such as a quoted reason, is in the report
MOST_ITEMS = 10  # sentences of a part, whatever room there is
LINES = {"lead": 12.0, "decisions": 8.0, "areas": 23.0, "changes": 7.0}  # shares of the sheet, in lines
MOST_SQUARES = 300  # actions; more have no room in any case
_SQUARES_HIGH = 1.45  # lines of print that a line of squares takes
_NAME, _SQUARE, _ACROSS = 40, 5, 42  # characters of a line of an area's name, of a small square, of a line of squares
_KINDS = {
    "Overdue or delayed": ("overdue", "delayed"), "Open and re-dated": ("re-dated",), "Not known": ("standing not known",),
}  # fmt: skip


def page(plan: Plan, m: Measures) -> Fragment:
    """The page: what stands, what needs a decision, where each area stands, what changed since the report before.

    Parameters
    ----------
    plan : Plan
    m : Measures

    Returns
    -------
    Fragment
        Each part ends with how much more the progress report has of it.
    """
    # A title of more than two lines takes its room from what follows.
    left = -1.6 * max(_lines(plan.settings.title + " " * 29, 50) - 2, 0)
    parts: list[Fragment] = []

    def add(name: str, title: str, make: Callable[[float], tuple[Fragment, float]]) -> None:
        nonlocal left
        body, used = make(left + LINES[name])
        left += LINES[name] - used
        if title:
            anchor = f"summary-{name}"
            heading = element("h2", title, id=anchor)
            body = element("section", heading, body, aria_labelledby=anchor)
        parts.append(body)

    since = f"What changed since {say_day(m.previous)}" if m.previous is not None else "What changed"
    add("lead", "", lambda room: _sentences(narrative.headlines(m, plan), room, markup.paragraphs, "sentence"))
    add("decisions", "What needs a decision", lambda room: _decisions(m, room))
    add("areas", "Where things stand", lambda room: _areas(m, room))
    add("changes", since, lambda room: _sentences(narrative.changed_since(m), room, markup.bullets, "change"))
    whole = markup.join(["Everything, with the dates and sources of each action: ", markup.link("the progress report", FULL), "."])
    parts.append(element("p", whole, class_="quiet"))
    return element("div", *parts, class_="brief")


def _lines(text: str, wide: int = WIDE) -> int:
    return 1 + max(len(text) - 1, 0) // wide


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    cut = text.rfind(" ", LONGEST - 40, LONGEST)
    return f"{text[: cut if cut > 0 else LONGEST]} … (cut here; the report has the whole)"


def _sentences(
    sentences: Sequence[str], room: float, show: Callable[[Sequence[Content]], Fragment], word: str
) -> tuple[Fragment, float]:
    """As many sentences as there is room for, in their order and at least one, and how many more there are."""
    taken: list[str] = []
    used = 0.0
    for number, sentence in enumerate(map(_short, sentences), start=1):
        note = 1 if number < len(sentences) else 0
        if taken and (len(taken) == MOST_ITEMS or used + _lines(sentence) + note > room):
            break
        taken.append(sentence)
        used += _lines(sentence)
    body, more = show(taken), len(sentences) - len(taken)
    if more:
        body += element("p", f"And {plural(more, f'more {word}')} in the report.", class_="quiet")
        used += 1
    return body, used


def _decisions(m: Measures, room: float) -> tuple[Fragment, float]:
    return _sentences(narrative.decisions_needed(m), room, markup.decisions, "decision")


def _areas(m: Measures, room: float) -> tuple[Fragment, float]:
    """One square per action by area where the sheet has room for all of them, else the numbers of each area."""
    if m.actions.empty:
        return element("p", "No action is listed."), 1
    counts = m.actions["standing"].value_counts()
    key = markup.key((name, int(counts[name])) for name in schema.STANDINGS if counts.get(name, 0))
    used = 1.3 * (1 + (len(counts) - 1) // 5)
    areas = m.areas.to_dict("records")
    high = _row(1) + sum(_height(m, area) for area in areas) if len(m.actions) <= MOST_SQUARES else room
    if used + high <= room:
        return key + _in_squares(m, areas), used + high
    return _in_numbers(m, areas, key, used, room)


def _in_squares(m: Measures, areas: Sequence[dict[str, Any]]) -> Fragment:
    rows = [
        (_name(area), _done(area), markup.squares(tables.squares_of(_of(m, area), FULL))) for area in areas
    ]  # fmt: skip
    return markup.table(("Area", "Complete", "Actions"), rows, numeric=(1,), caption=_caption(m))


def _done(area: dict[str, Any]) -> str:
    silent = area["standing not known"] == area["actions"]
    return "not known" if silent else f"{area['complete']} of {area['counted']}"


def _height(m: Measures, area: dict[str, Any]) -> float:
    """Lines that an area takes with squares; a range with a long name stands on a line of its own, as they are drawn."""
    high, across = 0, 0
    for one in tables.squares_of(_of(m, area)):
        if one.count > 1 and len(one.label) > markup.LONGEST_IN_SQUARE:
            high += _lines("x" * (len(one.label) + 8 + _SQUARE * one.count), _ACROSS)
        else:
            across += max(len(one.label) + 3, _SQUARE) * one.count
    high += _lines("x" * across, _ACROSS) if across else 0
    return _row(max(_SQUARES_HIGH * high, _lines(_name(area), _NAME)))


def _row(lines: float) -> float:
    """Lines of print that a row takes, with the space around it."""
    return 0.97 * lines + 0.25


def _of(m: Measures, area: dict[str, Any]) -> pd.DataFrame:
    return m.actions[m.actions["area_label"] == area["area_label"]]


def _name(area: dict[str, Any]) -> str:
    return area["area_label"] or "No area given"


def _in_numbers(
    m: Measures, areas: Sequence[dict[str, Any]], key: Fragment, used: float, room: float
) -> tuple[Fragment, float]:
    rows: list[markup.Row] = []
    used += _row(2)
    for area in areas:
        high = _row(_lines(_short(_name(area)), _NAME))
        if rows and used + high + 1 > room:
            break
        silent = area["standing not known"] == area["actions"]
        others = [
            "not known" if silent and title != "Not known" else sum(area[name] for name in names)
            for title, names in _KINDS.items()
        ]
        rows.append((_short(_name(area)), _done(area), *others))
        used += high
    table = markup.table(("Area", "Complete", *_KINDS), rows, numeric=range(1, 5), caption=_caption(m))
    more = len(areas) - len(rows)
    if not more:
        return key + table, used
    verb = "is" if more == 1 else "are"
    return key + table + element("p", f"{plural(more, 'more area')} {verb} in the report.", class_="quiet"), used + 1


def _caption(m: Measures) -> str:
    return f"Where every action stands, by area, at {say_day(m.as_of)}"


