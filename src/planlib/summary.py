"""The one page of a report: as much as an A4 sheet holds, and how much more there is; no arithmetic on measures.

What is here is counted in lines of print, so that the page holds for any plan: each part has its share of the sheet, and
what a part leaves over goes to the next. Widths are those of DejaVu Sans, which is wide, so that what fits in it fits in
the page's own font.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from planlib import markup, narrative, schema, tables
from planlib.figures.drawing import TEXT, width_of, wrap_text
from planlib.markup import Content, Fragment, Square, element
from planlib.measures import Measures
from planlib.narrative import plural, say_day
from planlib.store import Plan

FULL = "progress.html"
# In CSS pixels, as the style sheet prints it on A4 less the margins.
WIDE, PANEL, NAME, SQUARES = 650, 615, 258, 320  # a line of a list, of the panel, of an area's name, of squares
SIZE, SMALL_SIZE = 12, 10  # of the letters, of those in squares
LONGEST = 330  # characters of a sentence; the rest of a longer one, such as a quoted reason, is in the report
MOST_ITEMS = 10  # sentences of a part, whatever room there is
LONGEST_NAME = 120  # characters of the name of an area
LINES = {"lead": 13.0, "decisions": 8.0, "areas": 23.0, "changes": 7.0}  # shares of the sheet, in lines
MOST_SQUARES = 300  # actions; more have no room in any case
_SQUARES_HIGH = 1.45  # lines of print that a line of squares takes
_SQUARE, _AROUND, _GAP = 28, 25, 3  # pixels: a square at least, what is round its reference, between two
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
    left = -1.6 * max(_lines(f"{plan.settings.title}: summary at 31 September 2011", 280) - 2, 0)
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


def _lines(text: str, wide: float = WIDE) -> int:
    """Lines that a text takes where they are so many pixels wide."""
    return len(wrap_text(text, wide * TEXT / SIZE, 99)) or 1


def _short(text: str, longest: int = LONGEST, note: str = " … (cut here; the report has the whole)") -> str:
    if len(text) <= longest:
        return text
    cut = text.rfind(" ", longest - 40, longest)
    return text[: cut if cut > 0 else longest] + note


def _sentences(
    sentences: Sequence[str], room: float, show: Callable[[Sequence[Content]], Fragment], word: str, wide: float = WIDE
) -> tuple[Fragment, float]:
    """As many sentences as there is room for, in their order and at least one, and how many more there are."""
    taken: list[str] = []
    used = 0.0
    for number, sentence in enumerate(map(_short, sentences), start=1):
        high = _lines(sentence, wide) + 0.15  # and the space between two
        note = 1 if number < len(sentences) else 0
        if taken and (len(taken) == MOST_ITEMS or used + high + note > room):
            break
        taken.append(sentence)
        used += high
    body, more = show(taken), len(sentences) - len(taken)
    if more:
        body += element("p", f"And {plural(more, f'more {word}')} in the report.", class_="quiet")
        used += 1
    return body, used


def _decisions(m: Measures, room: float) -> tuple[Fragment, float]:
    return _sentences(narrative.decisions_needed(m), room, markup.decisions, "decision", PANEL)


def _areas(m: Measures, room: float) -> tuple[Fragment, float]:
    """One square per action by area where the sheet has room for all of them, else the numbers of each area."""
    if m.actions.empty:
        return element("p", "No action is listed."), 1
    counts = m.actions["standing"].value_counts()
    key = markup.key(((name, int(counts[name])) for name in schema.STANDINGS if counts.get(name, 0)), m.terms)
    used = 1.3 * (1 + (len(counts) - 1) // 5)
    areas = m.areas.to_dict("records")
    if len(m.actions) <= MOST_SQUARES:
        drawn = [tables.squares_of(m, m.actions[m.actions["area_label"] == area["area_label"]], FULL) for area in areas]
        high = _row(1) + sum(_height(area, squares) for area, squares in zip(areas, drawn, strict=True))
        if used + high <= room:
            rows = [
                (_name(area), _done(area), markup.squares(squares)) for area, squares in zip(areas, drawn, strict=True)
            ]
            table = markup.table(tables.heads(m, "Area", "Complete", "Actions"), rows, numeric=(1,), caption=_caption(m))
            return key + table, used + high
    return _in_numbers(m, areas, key, used, room)


def _done(area: dict[str, Any]) -> str:
    silent = area["standing not known"] == area["actions"]
    return "not known" if silent else f"{area['complete']} of {area['counted']}"


def _height(area: dict[str, Any], squares: Sequence[Square]) -> float:
    """Lines that an area takes with squares; a range with a long name stands on a line of its own, as they are drawn."""
    high, across = 0, 0.0
    for one in squares:
        if one.count > 1 and len(one.label) > markup.LONGEST_IN_SQUARE:
            words = width_of(f"{one.count} of {one.label}") * SMALL_SIZE / TEXT + 10
            high += _rows(words + (_SQUARE + _GAP) * one.count)
        else:
            across += (max(width_of(one.label) * SMALL_SIZE / TEXT + _AROUND, _SQUARE) + _GAP) * one.count
    high += _rows(across)
    return _row(max(_SQUARES_HIGH * high, _lines(_name(area), NAME)))


def _rows(across: float) -> int:
    """Lines of squares so wide together; no line is quite full."""
    return ceil(across / (SQUARES - 1.5 * _SQUARE))


def _row(lines: float) -> float:
    """Lines of print that a row takes, with the space around it."""
    return 0.97 * lines + 0.25


def _name(area: dict[str, Any]) -> str:
    return _short(area["area_label"], LONGEST_NAME, " …") or "No area given"


def _in_numbers(
    m: Measures, areas: Sequence[dict[str, Any]], key: Fragment, used: float, room: float
) -> tuple[Fragment, float]:
    rows: list[markup.Row] = []
    used += _row(2)
    for area in areas:
        high = _row(_lines(_name(area), NAME))
        if rows and used + high + 1 > room:
            break
        silent = area["standing not known"] == area["actions"]
        others = [
            "not known" if silent and title != "Not known" else sum(area[name] for name in names)
            for title, names in _KINDS.items()
        ]
        rows.append((_name(area), _done(area), *others))
        used += high
    table = markup.table(tables.heads(m, "Area", "Complete", *_KINDS), rows, numeric=range(1, 5), caption=_caption(m))
    more = len(areas) - len(rows)
    if not more:
        return key + table, used
    verb = "is" if more == 1 else "are"
    words = [f"more {m.term(word)}" for word in ("area", "areas")]
    return key + table + element("p", f"{plural(more, *words)} {verb} in the report.", class_="quiet"), used + 1


def _caption(m: Measures) -> str:
    return f"Where every {m.term('action')} stands, by {m.term('area')}, at {say_day(m.as_of)}"


