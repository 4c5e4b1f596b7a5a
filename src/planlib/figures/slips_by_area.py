"""Slip charts by area: small panels over the same dates, so that areas can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from planlib import markup
from planlib.figures.drawing import (
    INK,
    KINDS,
    LINE_HEIGHT,
    MOST_SAID,
    PANEL,
    RULE,
    SOFT,
    WIDTH,
    Row,
    Sheet,
    clean,
    day_number,
    days_axis,
    draw_key,
    framed,
    hits,
    long_day,
    nothing_drawn,
    scale_of,
    spread_out,
    width_of,
    wrap_text,
)
from planlib.figures.slips import bends, chart_lines
from planlib.figures.wording import action_rows, are
from planlib.markup import Content, Fragment
from planlib.measures import Measures
from planlib.narrative import LONGEST_LIST, listed, plural, say_day, too_few_words
from planlib.trends import is_trend

MOST_PANELS = 8  # two beside each other, four below each other: a sheet of A4, and one panel a narrow screen
PANEL_HEIGHT, PANEL_WIDTH, HEAD = 196, WIDTH / 2, 28
DATES, NAMES = 96, 74  # of a panel: room for the widest date ("31 May 2000") at its left, for references at its right
NAMED = 4  # lines of a panel that are coloured and named


def slip_chart_by_area(m: Measures) -> Fragment:
    """A slip chart for each area with a revised date, all over the same dates, those with most revisions first.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure of at most `MOST_PANELS` areas, or a sentence that says why there is none. Source: milestone trend
        analysis.
    """
    name = "slip-chart-by-area"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so there is no slip chart by area.")
    if not is_trend(m.snapshots):
        return nothing_drawn(name, f"There is no slip chart by area yet: {too_few_words(m)}")
    areas = _areas(m)
    if len(areas) == 1:
        return nothing_drawn(name, "There is no slip chart by area: all actions are in one area.")
    moved = sorted((area for area in areas if area["moved"]), key=lambda area: (-area["revisions"], area["at"]))
    if not moved:
        return nothing_drawn(
            name,
            f"There is no slip chart by area: in none of {plural(len(areas), 'area')} is there a revised date to draw.",
        )
    shown = moved[:MOST_PANELS]
    table = markup.table(
        ("Area", "Action", "Date at first", "Date at last", "Times changed", "Done"),
        [row for area in moved for row in area["cells"]], numeric=(2, 3, 4, 5), name=f"{name}-data",
        caption=f"Target dates told over the reports to {say_day(m.snapshots[-1])}, by area, where a date was revised",
    )  # fmt: skip
    told = [f"{area['title']}: {_counted(area)}." for area in shown[:MOST_SAID]]
    height = 30 + HEAD + -(-len(shown) // 2) * PANEL_HEIGHT
    return framed(
        name, "Slip charts by area", _message(areas, moved),
        f"Target date in force at each of {plural(len(m.snapshots), 'report')} to {say_day(m.snapshots[-1])}, one panel an "
        f"area, all over the same dates; {len(shown)} of {plural(len(areas), 'area')}", height,
        lambda sheet: _draw(sheet, m, shown), " ".join(told), table, _left_out(areas, moved),
        plural(sum(len(area["cells"]) for area in moved), "row"),
    )  # fmt: skip


def _areas(m: Measures) -> list[Row]:
    """What each area shows: its lines over the reports, and how often its dates were revised."""
    points = m.slip_chart[m.slip_chart["as_of"].notna() & m.slip_chart["target"].notna()]
    by_area: dict[str, list[Row]] = {}
    for row in action_rows(m):
        by_area.setdefault(str(row["area_group"]), []).append(row)
    whose = points["action_id"].map(dict(zip(m.actions["action_id"], m.actions["area_group"].astype(str), strict=True)))
    parts = dict(list(points.groupby(whose.astype(object), sort=False)))
    made = []
    for at, (title, rows) in enumerate(by_area.items()):
        lines = chart_lines(m, rows, parts[title]) if title in parts else []
        for rank, line in enumerate(sorted(lines, key=lambda one: (not _is_revised(one), -one["moved"], one["at"]))):
            line["revised"] = _is_revised(line)
            line["named"] = rank < NAMED and line["revised"]
            line["drawn"] = rank < 40
        revised = [int(row["revisions"]) for row in rows if pd.notna(row["revisions"])]
        made.append({
            "at": at, "title": clean(title) or "No area given", "lines": lines, "actions": len(rows),
            "moved": bool(lines) and sum(revised) > 0, "dated": bool(lines),
            "revisions": sum(revised), "revised": sum(n > 0 for n in revised),
            "cells": [_row(clean(title) or "No area given", line) for line in lines if line["revised"]],
        })  # fmt: skip
    return made


def _is_revised(line: Row) -> bool:
    return any(pd.notna(row["revisions"]) and row["revisions"] > 0 for row in line["part"])


def _row(title: str, line: Row) -> tuple[Content, ...]:
    told = line["dates"][:-1] if line["done"] and len(line["dates"]) > 1 else line["dates"]
    changed = sum(a != b for a, b in pairwise(told))
    done = long_day(line["days"][-1]) if line["done"] else "not done"
    return title, line["names"], long_day(told[0]), long_day(told[-1]), str(changed), done


def _counted(area: Row) -> str:
    actions = f"{area['revised']} of {plural(area['actions'], 'action')}"
    return f"{actions} re-dated, {plural(area['revisions'], 'revision')}"


def _message(areas: Sequence[Row], moved: Sequence[Row]) -> str:
    """In how many areas dates were changed, and which has most revisions where it is one."""
    message = f"Dates were revised in {sum(area['revisions'] > 0 for area in areas)} of {len(areas)} areas"
    most = moved[0]["revisions"]
    if len(moved) > 1 and most > moved[1]["revisions"]:
        title = moved[0]["title"]
        title = title if len(title) <= 100 else title[:100].rstrip() + "…"
        message += f"; most revisions in {title}: {_counted(moved[0])}"
    return message


def _left_out(areas: Sequence[Row], moved: Sequence[Row]) -> list[str]:
    """Which areas have no panel, and why."""

    def named(some: Sequence[Row]) -> str:
        titles = [area["title"] for area in some[:LONGEST_LIST]]
        return listed(titles + ([f"{len(some) - LONGEST_LIST} more"] if len(some) > LONGEST_LIST else []))

    notes = []
    if more := moved[MOST_PANELS:]:
        notes.append(
            f"The panels show the areas with most revisions; there is no room for {named(more)}: the table has them."
        )
    if still := [area for area in areas if area["dated"] and not area["moved"]]:
        notes.append(f"No panel, because no date is known to have been revised: {named(still)}.")
    if blank := [area for area in areas if not area["dated"]]:
        notes.append(f"No panel, because no action that can be followed is shown with a target date: {named(blank)}.")
    unnamed = sum(line["revised"] and not line["named"] for area in moved[:MOST_PANELS] for line in area["lines"])
    if any(line["named"] and len(line["part"]) > 1 for area in moved[:MOST_PANELS] for line in area["lines"]):
        notes.append("“+1” beside a name: so many more actions were told the same dates.")
    if unnamed:
        grey = f"{plural(unnamed, 'more line')} with a revised date {are(unnamed)} grey"
        notes.append(f"{grey}: a panel names the {NAMED} that moved furthest.")
    return notes


def _draw(sheet: Sheet, m: Measures, areas: Sequence[Row]) -> None:
    """A panel for each area, all with the same scales."""
    lines = [line for area in areas for line in area["lines"] if line["drawn"]]
    days = [day for line in lines for day in line["days"]]
    last = max(*days, day_number(m.as_of))
    dates = [date for line in lines for date in line["dates"]]
    span = (min(days), last, min(*dates, *days), max(*dates, last))
    entries = [("dot", SOFT, "open"), ("diamond", SOFT, "done"), ("change", SOFT, "date changed")]
    draw_key(sheet, [*entries, ("dashes", INK, "due on the day of the report; below: passed")])
    for at, area in enumerate(areas):
        _draw_panel(sheet, area, (at % 2) * PANEL_WIDTH, 30 + HEAD + (at // 2) * PANEL_HEIGHT, span)
    sheet.text(0, 46, "Target date, over the date of the report", colour=SOFT)


def _draw_panel(sheet: Sheet, area: Row, x: float, y: float, span: tuple[int, int, int, int]) -> None:
    left, right, top, bottom = x + DATES, x + PANEL_WIDTH - NAMES, y + 26, y + PANEL_HEIGHT - 30
    axes = sheet.axes(left, top, right, bottom)
    begin, last, low, high = span
    across, start, end = scale_of(begin, last, left, right, 6)
    down, lowest, highest = scale_of(low, high, bottom, top, 10)
    days_axis(axes, across, start, end)
    days_axis(axes, down, lowest, highest, vertical=True)
    heading = wrap_text(area["title"], PANEL_WIDTH - 24, 1, bold=True)
    sheet.text(x, y + 12, heading[0] if heading else "", bold=True)
    corners = [
        (across(begin), down(begin)),
        (across(last), down(last)),
        (across(last), bottom),
        (across(begin), bottom),
    ]
    sheet.paper.add_patch(
        PathPatch(Path([*corners, corners[0]], closed=True), facecolor=PANEL, linewidth=0, zorder=0.5)
    )
    sheet.lines([corners[:2]], INK, 1.5, dashes=(6, 4))

    def run(line: Row) -> list[tuple[float, float]]:
        return [(across(a), down(b)) for a, b in bends(list(zip(line["days"], line["dates"], strict=True)))]

    drawn = [line for line in area["lines"] if line["drawn"]]
    named = [line for line in drawn if line["named"]]
    sheet.lines([run(line) for line in drawn if not line["named"]], RULE, 1.5)
    for kind, (colour, _) in KINDS.items():
        mine = [line for line in named if line["kind"] == kind]
        sheet.lines([run(line) for line in mine], colour, 2.5)
        turns = [(line, at) for line in mine for at in line["turns"] if 0 < at < len(line["days"]) - 1]
        sheet.marks("change", colour, [(across(line["days"][at]), down(line["dates"][at])) for line, at in turns])
        for shape, done in (("diamond", True), ("dot", False)):
            ends = [(across(line["days"][-1]), down(line["dates"][-1])) for line in mine if line["done"] == done]
            sheet.marks(shape, colour, ends)
    _name_ends(sheet, named, across, down, (right, top, bottom))


def _name_ends(
    sheet: Sheet, named: Sequence[Row], across: Callable[[Any], float], down: Callable[[Any], float],
    box: tuple[float, float, float],
) -> None:  # fmt: skip
    """Names of open lines in the margin beside the panel; of those done beside their marks, where there is room."""
    right, top, bottom = box
    ends = {line["at"]: (across(line["days"][-1]), down(line["dates"][-1])) for line in named}
    beside = [line for line in named if right - ends[line["at"]][0] < 14]
    wanted = [ends[line["at"]][1] for line in beside]
    for line, want, y in zip(beside, wanted, spread_out(wanted, LINE_HEIGHT, top, bottom), strict=True):
        sheet.lines([[(ends[line["at"]][0] + 7, want), (right + 6, y)]] if abs(want - y) > 3 else [], RULE, 1)
        sheet.text(right + 8, y + 5, _called(line, 62))
    taken = [(a - 7, b - 7, a + 7, b + 7) for a, b in ends.values()]
    for line in named:
        if line in beside:
            continue
        (a, b), words = ends[line["at"]], _called(line, 90)
        wide = width_of(words)
        tries = [(a + 10, b + 14), (a - 10 - wide, b - 4), (a + 10, b + 26), (a - 10 - wide, b - 16)]
        left = right - (PANEL_WIDTH - DATES - NAMES)
        fits = [one for one in tries if left < one[0] < right - wide and top + 12 < one[1] < bottom - 3]
        place = next((one for one in fits if not hits(one, wide, taken)), None)
        if place:
            taken.append((place[0], place[1] - 12, place[0] + wide, place[1] + 4))
            sheet.text(*place, words)


def _called(line: Row, width: float) -> str:
    """The name of a line in little room: its first action, and how many more were told the same dates."""
    more = f" +{len(line['part']) - 1}" if len(line["part"]) > 1 and not line["part"][0]["ref_range"] else ""
    name = clean(line["part"][0]["label"]) if more else line["names"]
    return wrap_text(name, width - width_of(more), 1)[0] + more
