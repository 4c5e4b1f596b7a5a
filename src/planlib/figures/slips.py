"""Slip chart: the date in force at each report, one line per action."""

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
    KIND,
    KINDS,
    LINE_HEIGHT,
    MOST_GREY,
    MOST_NAMED,
    PANEL,
    RULE,
    SOFT,
    WIDTH,
    Point,
    Row,
    Sheet,
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
from planlib.figures.wording import action_rows, are, moved_words, named_rows, refs_of
from planlib.markup import Content, Fragment
from planlib.measures import Measures
from planlib.narrative import plural, say_day, too_few_words
from planlib.trends import is_trend


def slip_chart(m: Measures) -> Fragment:
    """The target in force at each report, one line an action, which meets the diagonal when it is done.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says what is missing for one. Source: milestone trend analysis.
    """
    name = "slip-chart"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so there is no slip chart.")
    if not is_trend(m.snapshots):
        return nothing_drawn(name, f"There is no slip chart yet: {too_few_words(m)}")
    points = m.slip_chart[m.slip_chart["as_of"].notna() & m.slip_chart["target"].notna()]
    if points["as_of"].nunique() < 2:
        return nothing_drawn(
            name, "There is no slip chart: no action that can be followed has a target date at two reports or more."
        )
    actions = action_rows(m)
    lines = chart_lines(m, actions, points)
    named = [line for line in lines if line["named"]]
    drawn = sum(len(line["part"]) for line in lines)
    rows = [row for line in lines for row in _chart_rows(line)]
    table = markup.table(
        ("Action", "Told at", "Target date then"), rows, numeric=(1, 2), name=f"{name}-data",
        caption=f"Target dates over the reports to {say_day(m.as_of)}; each holds until the next row of its action",
    )  # fmt: skip
    told = [_told_line(line) for line in named]
    if len(lines) > len(named):
        told.append("The table below has every line.")
    reports, many = plural(len(m.snapshots), "report"), plural(drawn, "action")
    return framed(
        name, "Slip chart", _slip_message(m, actions, set(points["action_id"])),
        f"Target date in force at each of {reports} to {say_day(m.snapshots[-1])}; {many}", 520,
        lambda sheet: _draw_slip(sheet, m, lines), " ".join(told), table, _not_in_chart(lines, actions, drawn),
        plural(len(rows), "row"),
    )  # fmt: skip


def _not_in_chart(lines: Sequence[Row], actions: Sequence[Row], drawn: int) -> list[str]:
    """Which lines are not named, and which actions have none."""
    notes, named, grey = [], sum(line["named"] for line in lines), sum(line["drawn"] for line in lines)
    if named < len(lines):
        rest = f", {grey} are drawn" if grey < len(lines) else ""
        notes.append(
            f"{named} of {len(lines)} lines are named{rest}: those whose date moved furthest; the table has all."
        )
    followed = {row["action_id"] for line in lines for row in line["part"]}
    ranged = sum(bool(row["ref_range"]) and row["action_id"] not in followed for row in actions)
    if ranged:
        notes.append(
            f"{plural(ranged, 'action')} known only by count {are(ranged)} left out: none can be followed by itself."
        )
    dateless = len(actions) - drawn - ranged
    if dateless > 0:
        them = "it" if dateless == 1 else "them"
        notes.append(
            f"{plural(dateless, 'action')} {are(dateless)} left out: no report shows {them} open with a target date."
        )
    return notes


def chart_lines(m: Measures, actions: Sequence[Row], points: pd.DataFrame) -> list[Row]:
    """One line for actions that were told the same dates at the same reports; the furthest moved are named."""
    known = {row["action_id"]: row for row in actions}
    days = points["as_of"].to_numpy("datetime64[D]").astype(int).tolist()
    dates = points["target"].to_numpy("datetime64[D]").astype(int).tolist()
    told: dict[str, list[tuple[int, int, bool]]] = {}
    for action, day, date, done in zip(points["action_id"], days, dates, points["done"].tolist(), strict=True):
        if action in known:
            told.setdefault(action, []).append((day, date, done))
    alike: dict[tuple[Any, ...], list[Row]] = {}
    for action, each in told.items():
        alike.setdefault((tuple(each), known[action]["standing"], str(known[action]["original"])), []).append(
            known[action]
        )
    lines = []
    for at, ((each, standing, _), part) in enumerate(alike.items()):
        when, then, done = (list(values) for values in zip(*each, strict=True))
        original = part[0]["original"]
        lines.append({
            "at": at, "part": part, "names": refs_of(m, part) or "no reference", "kind": KIND[standing],
            "done": done[-1], "days": when, "dates": then, "moved": _reach(then, done[-1]),
            "named": False, "drawn": False,
            "turns": [now for now in range(len(then)) if now == 0 or then[now] != then[now - 1]],
            "original": None if pd.isna(original) else day_number(original),
        })  # fmt: skip
    for rank, line in enumerate(sorted(lines, key=lambda one: (-one["moved"], one["at"]))):
        line["named"] = rank < MOST_NAMED
        line["drawn"] = line["named"] or (line["moved"] > 0 and rank < MOST_GREY)
    return lines


def _reach(dates: Sequence[int], done: bool) -> int:
    """How far apart the dates lie that were told; the day of completion is none of them."""
    told = dates[:-1] if done and len(dates) > 1 else dates
    return max(told) - min(told)


def _chart_rows(line: Row) -> list[tuple[Content, ...]]:
    """Each date that a line was given and, at last, when it was done."""
    turns = [at for at in line["turns"] if not (line["done"] and at == len(line["days"]) - 1)]
    rows: list[tuple[Content, ...]] = [
        (line["names"], long_day(line["days"][at]), long_day(line["dates"][at])) for at in turns
    ]
    return [*rows, (line["names"], long_day(line["days"][-1]), "done")] if line["done"] else rows


def _told_line(line: Row) -> str:
    """One line of the chart in words."""
    dates = line["dates"][:-1] if line["done"] and len(line["dates"]) > 1 else line["dates"]
    start, times = long_day(dates[0]), sum(a != b for a, b in pairwise(dates))
    said = (
        f"{start}, not changed"
        if not times
        else f"{start} at first, {long_day(dates[-1])} at last, changed {plural(times, 'time')}"
    )
    done = f", done {long_day(line['days'][-1])}" if line["done"] else ""
    return f"{line['names']}: {said}{done}."


def _slip_message(m: Measures, actions: Sequence[Row], drawn: set[str]) -> str:
    """How many of the actions drawn were re-dated, and which is furthest from its first date."""
    rows = [row for row in actions if row["action_id"] in drawn]
    n, total = sum(pd.notna(row["revisions"]) and row["revisions"] > 0 for row in rows), len(rows)
    reports = plural(len(m.snapshots), "report")
    if n == 0:
        who = "the one action" if total == 1 else f"any of {total} actions"
        message = f"No change of date is known for {who} over {reports}"
    else:
        message = f"{n} of {plural(total, 'action')} {'was' if n == 1 else 'were'} re-dated over {reports}"
    late = [row for row in rows if (row["slipped"] or 0) > 0]
    most = [row for row in late if row["slipped"] == max(one["slipped"] for one in late)]
    unsure = any(pd.isna(row["slip_high"]) or row["slip_high"] != row["slip_low"] for row in rows if row["done"])
    if unsure or not 0 < len(most) <= 3 or (far := moved_words(most[0])).startswith("within"):
        return message
    whose = "its first date" if len(most) == 1 else "their first dates"
    return f"{message}; {named_rows(m, most)} {are(len(most))} furthest from {whose}, {far}"


def _draw_slip(sheet: Sheet, m: Measures, lines: Sequence[Row]) -> None:
    """Lines over the reports, the diagonal on which a date falls due, and names at the ends."""
    named = [line for line in lines if line["named"]]
    for line in named:
        first, name = line["part"][0], wrap_text(line["names"], 130, 1)[0]
        far = "date passed" if first["growing"] else moved_words(first)
        line["label"] = f"{name}: {far}" if far.endswith(("later", "passed")) and not line["done"] else name
    beside = max([width_of(line["label"]) for line in named if not line["done"]], default=40.0) + 26
    left, right, top, bottom = 96, WIDTH - min(max(beside, 152), 270), 50, sheet.height - 36
    axes = sheet.axes(left, top, right, bottom)
    days = [day for line in lines for day in line["days"]]
    last = max(*days, day_number(m.as_of))
    across, start, end = scale_of(min(days), last, left, right, 6)
    dates = [date for line in lines if line["drawn"] for date in line["dates"]]
    dates += [line["original"] for line in named if line["original"] is not None]
    down, lowest, highest = scale_of(min(*dates, *days), max(*dates, last), bottom, top, 10)
    days_axis(axes, across, start, end)
    days_axis(axes, down, lowest, highest, vertical=True)
    _draw_diagonal(sheet, (across(min(days)), down(min(days))), (across(last), down(last)), bottom, down(min(dates)))
    sheet.text(0, top - 10, "Target date", colour=SOFT)
    sheet.text(WIDTH, bottom + 20, "Date of report", align="right", colour=SOFT)

    def run(line: Row) -> list[Point]:
        return [(across(x), down(y)) for x, y in bends(list(zip(line["days"], line["dates"], strict=True)))]

    sheet.lines([run(line) for line in lines if line["drawn"] and not line["named"]], RULE, 1.5)
    for kind, (colour, _) in KINDS.items():
        mine = [line for line in named if line["kind"] == kind]
        first = [[(across(line["days"][at]), down(line["original"])) for at in (0, -1)]
                 for line in mine if line["original"] is not None and line["moved"]]  # fmt: skip
        sheet.lines(first, colour, 1.5, dashes=(3, 4))
        sheet.lines([run(line) for line in mine], colour, 2.5)
        turns = [(line, at) for line in mine for at in line["turns"] if 0 < at < len(line["days"]) - 1]
        sheet.marks("change", colour, [(across(line["days"][at]), down(line["dates"][at])) for line, at in turns])
    for kind, (colour, _) in KINDS.items():
        for shape, done in (("diamond", True), ("dot", False)):
            ends = [line for line in named if line["kind"] == kind and line["done"] == done]
            sheet.marks(shape, colour, [(across(line["days"][-1]), down(line["dates"][-1])) for line in ends])
    entries = [
        ("dot", SOFT, "open"),
        ("diamond", SOFT, "done"),
        ("change", SOFT, "date changed"),
        ("dashes", SOFT, "first date"),
    ]
    draw_key(sheet, [*entries, ("dashes", INK, "due on the day of the report")])
    _name_lines(sheet, named, across, down, (right, top, bottom))


def bends(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A line without the points that lie on a level stretch between two others."""
    return [
        point
        for at, point in enumerate(points)
        if at in (0, len(points) - 1) or not points[at - 1][1] == point[1] == points[at + 1][1]
    ]


def _draw_diagonal(sheet: Sheet, start: Point, end: Point, bottom: float, lowest: float) -> None:
    """The line on which a target date is the day of the report; below it a date has passed."""
    corners = [start, end, (end[0], bottom), (start[0], bottom), start]
    sheet.paper.add_patch(PathPatch(Path(corners, closed=True), facecolor=PANEL, linewidth=0, zorder=0.5))
    sheet.lines([[start, end]], INK, 1.5, dashes=(6, 4))
    words = "below: the date has passed"
    if end[0] - start[0] > width_of(words) + 20 and bottom - end[1] > 50 and lowest < bottom - 26:
        sheet.text(end[0] - 6, bottom - 8, words, align="right", colour=SOFT)


def _name_lines(
    sheet: Sheet, named: Sequence[Row], across: Callable[[Any], float], down: Callable[[Any], float],
    box: tuple[float, float, float],
) -> None:  # fmt: skip
    """Names beside the ends of lines, moved apart where they would lie on each other."""
    right, top, bottom = box
    ends = {line["at"]: (across(line["days"][-1]), down(line["dates"][-1])) for line in named}
    edge = max(x for x, _ in ends.values())
    beside = [line for line in named if not line["done"] and edge - ends[line["at"]][0] < 2]
    wanted = [ends[line["at"]][1] for line in beside]
    for line, want, y in zip(beside, wanted, spread_out(wanted, LINE_HEIGHT, top, bottom), strict=True):
        sheet.lines([[(edge + 8, want), (right + 10, y)]] if abs(want - y) > 3 else [], RULE, 1)
        sheet.text(right + 14, y + 5, line["label"])
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in ends.values()]
    if beside:
        taken.append((right + 12, min(wanted) - 20, WIDTH, max(wanted) + 20))
    for line in sorted((one for one in named if one not in beside), key=lambda one: (one["days"][-1], one["at"])):
        (x, y), wide = ends[line["at"]], width_of(line["label"])
        tries = [
            (x + 11, y + 9),
            (x + 11, y + 20),
            (x - 11 - wide, y - 6),
            (x + 11, y + 34),
            (x - 11 - wide, y - 20),
            (x + 11, y + 50),
        ]
        tries = [(a, b) for a, b in tries if 0 < a < WIDTH - wide and b < bottom] or [(max(0, x - 11 - wide), y - 6)]
        a, b = next((one for one in tries if not hits(one, wide, taken)), tries[-1])
        taken.append((a, b - 12, a + wide, b + 4))
        sheet.text(a, b, line["label"])
