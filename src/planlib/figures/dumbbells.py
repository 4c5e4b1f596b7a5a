"""From the first date of each action to its date now, and when it was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from planlib import markup, schema
from planlib.dates import phrase
from planlib.figures.drawing import (
    DONE,
    INK,
    KIND,
    KINDS,
    LINE_HEIGHT,
    LIVE,
    MOST_SAID,
    RULE,
    SOFT,
    TALLEST,
    WIDTH,
    Point,
    Row,
    Sheet,
    day_number,
    days_axis,
    draw_key,
    framed,
    nothing_drawn,
    scale_of,
    width_of,
    wrap_text,
)
from planlib.figures.wording import (
    action_rows,
    are,
    count_words,
    date_now_words,
    first_date_words,
    in_months,
    moved_words,
    named_rows,
    refs_of,
    slip_range,
    small_number,
)
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import plural, say_day, say_moved, say_slip


def dumbbell(m: Measures) -> Fragment:
    """First, current and actual date of each action, against the reporting date.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says why there is none. Actions that are alike in dates and standing share a row.
    """
    name = "dates"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so there are no dates to draw.")
    actions = action_rows(m)
    revised = m.changes[m.changes["revision"] & (m.changes["reason"] != "")] if len(m.changes) else m.changes
    explained = set(revised["action_id"])
    rows = [_dated_row(m, part, explained) for part in _alike(actions)]
    drawable = [row for row in rows if row["drawn"]]
    total = plural(len(actions), m.term("action"), m.term("actions"))
    if not drawable:
        return nothing_drawn(name, f"No date is known that could be drawn for any of {total} as at {say_day(m.as_of)}.")
    shown, height, widths = _fit_rows(m, drawable)
    table = markup.table(
        (m.term("Actions"), "Standing", "First date", "Date now", "Done", "Slip"),
        [row["cells"] for row in sorted(rows, key=lambda one: one["order"])],
        caption=f"First, current and actual dates of all actions as at {say_day(m.as_of)}", numeric=(2, 3, 4),
        name=f"{name}-data",
    )  # fmt: skip
    told = [f"{_heading(m, row)}, {row['names']}: {row['told']}." for row in shown[:MOST_SAID]]
    if len(rows) > len(told):
        told.append("The table below has every action.")
    n, known = sum(len(row["part"]) for row in shown), sum(pd.notna(row["original"]) for row in actions)
    subtitle = (
        f"First, current and actual dates of {n} of {total} as at {say_day(m.as_of)}; first date known for {known}"
    )
    return framed(
        name, "Chart of dates", _moved_message(m, actions), subtitle, height,
        lambda sheet: _draw_dates(sheet, m, shown, widths), " ".join(told), table, _not_drawn(m, rows, drawable, shown),
        plural(len(rows), "row"),
    )  # fmt: skip


_ALIKE = (
    "standing", "by_own_account", "original_earliest", "original", "target_earliest", "target", "complete_earliest",
    "complete_latest", "revisions", "says_changed",
)  # fmt: skip


def _alike(actions: Sequence[Row]) -> list[list[Row]]:
    """Actions that share every date and their standing, together, in order of first appearance."""
    parts: dict[tuple[str, ...], list[Row]] = {}
    for row in actions:
        parts.setdefault(tuple(str(row[name]) for name in _ALIKE), []).append(row)
    return list(parts.values())


def _dated_row(m: Measures, part: list[Row], explained: set[str]) -> Row:
    """Everything that one row of the dumbbell shows and says."""
    row, done = part[0], bool(part[0]["done"])
    standing = str(row["standing"])
    first, now = first_date_words(row), date_now_words(row)
    end = row["complete_latest"] if done else row["target"]
    slip = int(row["slip_low"]) if pd.notna(row["slip_low"]) else 0
    kind = KIND[standing]
    far = row["slipped"] or 0
    urgent = (2 if far > 0 else 3) if done else 0 if kind in ("late", "re-dated") or far > 0 else 1
    words = _row_words(m, part, explained)
    parts = [f"first {first}" if first else "first date not known"]
    if now and now != first:
        parts.append(f"last due {now}" if done else f"now {now}")
    if done and pd.notna(end):
        parts.append(f"done {_done_on(row)}")
    names = refs_of(m, part) or "no reference"
    account = " by its own account" if row["by_own_account"] and kind != "late" else ""
    cells = (
        names, m.term(standing) + account, first or "not known", now or schema.NO_DATE_KINDS.get(row["no_date"], "none"),
        _done_on(row) if done else "not known" if standing == "standing not known" else "not done",
        say_slip(row).capitalize(),
    )  # fmt: skip
    return {
        "part": part, "first": row, "names": names, "kind": kind, "standing": standing, "drawn": bool(first or now),
        "words": words, "told": ", ".join([*parts, *(one for one in words if one not in parts)]), "cells": cells,
        "order": (list(schema.STANDINGS).index(standing), -slip, str(end), row["at"]),
        "shown": (_HEADS.index(standing), -slip, str(end), row["at"]),
        "keep": (urgent, -far, str(end), row["at"]),
    }  # fmt: skip


_HEADS = (
    "overdue", "delayed", "re-dated", "dated, first date not known", "on track", "no date", "standing not known",
    "no longer listed", "closed not done", "complete", "evidenced",
)  # fmt: skip
"""Standings in the order in which a manager asks after them."""


def _heading(m: Measures, row: Row) -> str:
    said = m.term(row["standing"])
    said = said.removeprefix("dated, ") if said == row["standing"] else said
    return said[:1].upper() + said[1:]


def _done_on(row: Row) -> str:
    early, late = row["complete_earliest"], row["complete_latest"]
    if pd.isna(late):
        return "date not known"
    return f"by {say_day(late)}" if pd.isna(early) else phrase(early.date(), late.date())


def _row_words(m: Measures, part: Sequence[Row], explained: set[str]) -> list[str]:
    """What stands at the end of a row: the slip in words, or why it is not known."""
    row, standing, slip = part[0], part[0]["standing"], part[0]["slip_low"]
    moved = "" if pd.isna(slip) else say_moved(slip, row["slip_months_low"], row["slip_unit"])
    if row["done"]:
        if not moved:
            return ["first date not known" if pd.isna(row["original"]) else "when it was done is not known"]
        if slip != row["slip_high"]:
            return [say_slip(row).split(";")[0], "from its first date"]
        return [moved if slip else "within the month planned" if row["slip_unit"] == "months" else "on the day planned"]
    if standing == "overdue":
        return [f"overdue by {plural((m.as_of - row['target']).days, 'day')}"]
    if standing == "standing not known":
        return [*(["date passed"] if row["date_passed"] else []), *([moved] if moved and slip else [])]
    if moved and slip:
        again = row["revisions"]
        if pd.notna(again) and again > 1:
            return [moved, f"re-dated {plural(int(again), 'time')}"]
        return [
            moved,
            "reason given"
            if any(one["action_id"] in explained or one["reason"] for one in part)
            else "no reason given",
        ]
    if standing == "re-dated" or (standing == "delayed" and row["says_changed"]):
        return ["from when is not known" if pd.isna(row["original"]) else "to when is not known"]
    if row["due_today"]:
        return ["due today, not complete"]
    if pd.isna(row["target"]):
        return ["no date now", *([moved_words(row)] if row["growing"] else [])]
    if pd.isna(row["original"]):
        return ["by its own account" if standing == "on track" else "first date not known"]
    return ["as first planned"]


def _moved_message(m: Measures, actions: Sequence[Row]) -> str:
    """What the dates say, true for any plan: moved later, not known, earlier, overdue, done late."""
    live = [row for row in actions if row["standing"] in LIVE]
    known = [row for row in live if pd.notna(row["slip_low"])]
    later, earlier = [row for row in known if row["slip_low"] > 0], [row for row in known if row["slip_low"] < 0]
    unsure = sum(row["standing"] == "re-dated" and pd.isna(row["slip_low"]) for row in live)
    overdue = sum(row["standing"] == "overdue" for row in live)
    parts = [_moved_later(m, later)] if later else []
    if unsure:
        others = f"{small_number(unsure)} other{'s' if unsure > 1 else ''}" if parts else count_words(unsure, "action")
        parts.append(f"how far {others} moved is not known")
    if earlier:
        parts.append(
            f"{small_number(len(earlier)) if parts else count_words(len(earlier), 'open action')} moved earlier"
        )
    if live and not parts:
        parts.append(
            "no open action is known to have moved" if known else "whether any open action has moved is not known"
        )
    if overdue:
        parts.append(f"{small_number(overdue)} {are(overdue)} overdue")
    parts += _done_late(actions, alone=not parts)
    if not parts:
        n = sum(pd.notna(row["target"]) or pd.notna(row["original"]) for row in actions)
        parts = [f"{n} of {plural(len(actions), 'action')} {'has' if n == 1 else 'have'} a date that is known"]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _moved_later(m: Measures, later: Sequence[Row]) -> str:
    """Open actions whose date is later than the first: from when to when, or by how much."""
    n, row = len(later), later[0]
    if (
        len(
            {
                (str(one["original_earliest"]), one["original"], str(one["target_earliest"]), one["target"])
                for one in later
            }
        )
        == 1
    ):
        who = named_rows(m, later) if n == 1 and row["ref"] else count_words(n, "action")
        return f"{who} moved from {_from_to(first_date_words(row), date_now_words(row))}"
    far = slip_range([{**row, "slipped": row["slip_low"], "growing": False} for row in later], in_months(later))
    return f"{count_words(n, 'open action')} {are(n)} now dated {far} later than first planned"


def _from_to(first: str, now: str) -> str:
    """Two dates, the month and the year said once where they are the same: "1 to 30 September 2011"."""
    start, end = first.split(), now.split()
    if len(start) == len(end) <= 3:
        while len(start) > 1 and start[-1] == end[len(start) - 1]:
            start.pop()
    if " to " in first + now:  # a date from one month to another needs another word between
        return f"{first.replace(' to ', '–')} to {now.replace(' to ', '–')}"
    return f"{' '.join(start)} to {now}"


def _done_late(actions: Sequence[Row], alone: bool) -> list[str]:
    """How many of the done actions finished late, where that can be told; or, where nothing else is said, not."""
    done = [row for row in actions if row["done"]]
    known = [row for row in done if row["on_time"] in ("on time", "late")]
    n, late = len(known), sum(row["on_time"] == "late" for row in known)
    if n == 0:
        whether = f"whether the {len(done)} done finished by their first dates cannot be told"
        if len(done) == 1:
            whether = "whether the one done finished by its first date cannot be told"
        return [whether] if done and alone else []
    which = " of which it can be told" if n < len(done) else ""
    if n == 1:
        return [f"the one done{which} finished {'after' if late else 'by'} its first date"]
    whose = "its first date" if late < 2 else "their first dates"
    some = f"all {n}" if late == n else f"{late or 'none'} of the {n}"
    return [f"{some} done{which} finished after {whose}"]


def _not_drawn(m: Measures, rows: Sequence[Row], drawable: Sequence[Row], shown: Sequence[Row]) -> list[str]:
    """What the drawing leaves out, and why."""
    notes, parts = [], []
    bare = sorted((row for row in rows if not row["drawn"]), key=lambda one: one["order"])
    for standing, run in groupby(bare, key=lambda one: one["standing"]):
        part = sorted((each for row in run for each in row["part"]), key=lambda one: one["at"])
        named = KIND[standing] != "done" and len(part) <= 40
        parts.append(f"{refs_of(m, part)} ({standing})" if named else f"{len(part)} {standing}")
    if parts:
        notes.append(f"Not drawn, because no date is known: {'; '.join(parts)}.")
    left = sum(len(row["part"]) for row in drawable) - sum(len(row["part"]) for row in shown)
    if left:
        notes.append(
            f"{plural(left, 'more action')} with dates {are(left)} not drawn: the drawing shows those that moved "
            "furthest, the table has all."
        )
    return notes


def _fit_rows(m: Measures, rows: Sequence[Row]) -> tuple[list[Row], float, tuple[float, float]]:
    """Break the words of the rows into lines, and keep as many rows as a drawing may be high, largest moves first."""
    kept: list[Row] = []
    height, standings = 96.0, set()
    for row in sorted(rows, key=lambda one: one["keep"]):
        n = len(row["part"])
        row["label_lines"] = _phrases([row["names"], f"({plural(n, m.term('action'), m.term('actions'))})" if n > 1 else ""], 180, " ")
        row["word_lines"] = _phrases(row["words"], 220, ", ")
        row["height"] = max(len(row["label_lines"]), len(row["word_lines"])) * LINE_HEIGHT + 11
        more = row["height"] + (0 if row["standing"] in standings else LINE_HEIGHT + 12)
        if kept and height + more > TALLEST:
            break
        kept.append(row)
        standings.add(row["standing"])
        height += more
    shown = sorted(kept, key=lambda one: one["shown"])
    widths = (
        max(
            *(width_of(line) for row in shown for line in row["label_lines"]),
            *(width_of(_heading(m, row), True) for row in shown),
        ),
        max(width_of(line) for row in shown for line in row["word_lines"] or [""]),
    )
    return shown, height, widths


def _phrases(phrases: Sequence[str], width: float, between: str) -> list[str]:
    """Phrases on one line where they fit, else each on its own, cut where it is too long."""
    given = [each for each in phrases if each]
    whole = between.join(given)
    if width_of(whole) <= width:
        return [whole] if whole else []
    return [line for each in given for line in wrap_text(each, width, 1 if len(given) > 1 else 2)]


def _draw_dates(sheet: Sheet, m: Measures, rows: Sequence[Row], widths: tuple[float, float]) -> None:
    """Rows of a ring, a dot and a diamond under headings, their names at the left and what they mean at the right."""
    left, right, top, bottom = widths[0] + 18, WIDTH - widths[1] - 18, 56, sheet.height - 30
    axes = sheet.axes(left, top, right, bottom)
    today, names = day_number(m.as_of), ("original_earliest", "original", "target_earliest", "target")
    ends = [today, *(day_number(row["first"][name]) for row in rows for name in names if pd.notna(row["first"][name]))]
    ends += [day_number(row["first"]["complete_latest"]) for row in rows if pd.notna(row["first"]["complete_latest"])]
    place, start, end = scale_of(min(ends), max(ends), left, right, 34)
    days_axis(axes, place, start, end)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", visible=True)
    axes.set_yticks([])
    sheet.lines([[(place(today), top - 2), (place(today), bottom + 8)]], INK, 2, dashes=(5, 4))
    words = f"as at {say_day(m.as_of)}"
    half = width_of(words, bold=True) / 2
    sheet.text(min(max(place(today), half), WIDTH - half), sheet.height - 6, words, align="center", bold=True)
    y, heading, ink = float(top) + 6, "", _DateInk()
    for row in rows:
        if row["standing"] != heading:
            heading = row["standing"]
            y += LINE_HEIGHT + 12
            sheet.text(0, y - 9, _heading(m, row), bold=True)
            sheet.lines([[(0, y - 3), (WIDTH, y - 3)]], RULE, 1)
        middle = y + row["height"] / 2
        sheet.block(0, middle, row["label_lines"])
        sheet.block(right + 18, middle, row["word_lines"])
        ink.take(row, place, middle)
        y += row["height"]
    ink.draw(sheet)


class _DateInk:
    """Collects the marks of all rows, so that each look is one element of the drawing."""

    def __init__(self) -> None:
        self.spans: dict[str, list[list[Point]]] = {}
        self.moves: dict[str, list[list[Point]]] = {}
        self.tails: list[list[Point]] = []
        self.marks: dict[tuple[str, str], list[Point]] = {}
        self.unknown: list[Point] = []

    def take(self, row: Row, place: Callable[[Any], float], y: float) -> None:
        """Take the marks of one row."""
        first, colour = row["first"], KINDS[row["kind"]][0]
        names = ("original_earliest", "original", "target_earliest", "target", "complete_earliest", "complete_latest")
        x = {name: place(day_number(first[name])) for name in names if pd.notna(first[name])}
        done = bool(first["done"]) and "complete_latest" in x
        end = x.get("complete_latest") if done else x.get("target")
        kept = done and "target" in x and x.get("target_earliest", x["target"]) <= x["complete_latest"] <= x["target"]
        spans = [("original_earliest", "original"), ("complete_earliest", "complete_latest") if done else ("", "")]
        for early, late in [*spans, ("", "") if kept else ("target_earliest", "target")]:
            if early in x and late in x and x[late] - x[early] > 12:
                self.spans.setdefault(colour, []).append([(x[early], y), (x[late], y)])
        if "original" in x:
            unmoved = not done and end is not None and abs(end - x["original"]) < 3
            self.marks.setdefault(("around" if unmoved else "ring", colour), []).append((x["original"], y))
            if end is not None and abs(end - x["original"]) > 24:
                way = 1 if end > x["original"] else -1
                self.moves.setdefault(colour, []).append([(x["original"] + 8 * way, y), (end - 13 * way, y)])
                self.marks.setdefault(("later" if way > 0 else "earlier", colour), []).append((end - 12 * way, y))
        elif end is not None and not done:
            self.unknown.append((end - 19, y))
        same = "target" in x and abs(x["target"] - x.get("original", -WIDTH)) < 3
        if "target" in x and not kept and not (done and same):
            self.marks.setdefault(("dot", colour), []).append((x["target"], y))
        if done:
            self.marks.setdefault(("diamond", colour), []).append((x["complete_latest"], y))
            if "complete_earliest" not in x:  # done by then, from when on is not known
                self.tails.append([(x["complete_latest"] - 30, y), (x["complete_latest"] - 8, y)])

    def draw(self, sheet: Sheet) -> None:
        """Draw what was taken, bars and arrows below the marks, and the key of the marks that were needed."""
        for colour, segments in sorted(self.spans.items()):
            sheet.lines(segments, colour, 7, opacity=0.4, cap="butt")
        for colour, segments in sorted(self.moves.items()):
            sheet.lines(segments, colour, 3, cap="butt")
        sheet.lines(self.tails, DONE, 2, dashes=(3, 3))
        order = ("later", "earlier", "around", "ring", "dot", "diamond")
        for (shape, colour), points in sorted(self.marks.items(), key=lambda one: (order.index(one[0][0]), one[0][1])):
            sheet.marks(shape, colour, points)
        for x, y in self.unknown:
            sheet.text(x, y + 5, "?", align="center", bold=True)
        used = (
            {shape.replace("around", "ring") for shape, _ in self.marks}
            | ({"?"} if self.unknown else set())
            | ({"span"} if self.spans else set())
        )
        words = {"ring": "first date", "dot": "date now", "diamond": "done", "?": "first date not known",
                 "span": "no exact day given"}  # fmt: skip
        draw_key(sheet, [(shape, SOFT, text) for shape, text in words.items() if shape in used])
