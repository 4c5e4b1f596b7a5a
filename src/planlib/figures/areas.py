"""How far the actions of each area slipped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from planlib import markup
from planlib.figures.drawing import (
    DAYS_IN_MONTH,
    INK,
    KINDS,
    LINE_HEIGHT,
    MOST_SAID,
    RULE,
    SOFT,
    TALLEST,
    WIDTH,
    Point,
    Row,
    Sheet,
    clean,
    draw_key,
    framed,
    hits,
    nothing_drawn,
    scale_of,
    width_of,
    wrap_text,
)
from planlib.figures.wording import action_rows, are, count_words, in_months, slip_range
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import listed, plural, say_day, say_number, say_slip


def slippage_by_area(m: Measures) -> Fragment:
    """One mark per action at its slip, by area; in words how many were re-dated and of how many the slip is not known.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says why there is none.
    """
    name = "slip-by-area"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so there is no slippage to draw.")
    actions = action_rows(m)
    known = [row for row in actions if row["slipped"] is not None]
    if not known:
        whose = "the one action" if len(actions) == 1 else f"any of {len(actions)} actions"
        reasons = {
            text: sum(row["slip_unknown"] == text for row in actions)
            for text in sorted({row["slip_unknown"] for row in actions})
        }
        why = listed(f"{text} ({n})" for text, n in reasons.items() if text)
        return nothing_drawn(
            name, f"Slippage by area cannot be drawn: the slip is not known for {whose}{': ' + why if why else ''}."
        )
    by_area: dict[str, list[Row]] = {}
    for row in actions:
        by_area.setdefault(str(row["area_group"]), []).append(row)
    areas = [_area_row(title, by_area) for title in by_area]
    shown, height, widths = _fit_areas(areas)
    head = ("Area", "Actions", "Re-dated", "Slip known", "Days later in all", "Middle value", "Slip of each action")
    table = markup.table(
        head, [area["cells"] for area in areas], numeric=range(1, 6), name=f"{name}-data",
        caption=f"Slip from the first date, by area, as at {say_day(m.as_of)}",
    )  # fmt: skip
    told = [f"{area['title']}: {area['told']}." for area in shown[:MOST_SAID]]
    if len(areas) > len(told):
        told.append("The table below has every area.")
    left = len(areas) - len(shown)
    notes = [
        f"{plural(left, 'more area')} {are(left)} not drawn: the drawing shows most slip first, the table has all."
    ]
    bounds = sum(row["growing"] or (row["done"] and row["slip_low"] != row["slip_high"]) for row in known)
    subtitle = (
        f"From the first date to the date now or to completion, one mark per action, as at {say_day(m.as_of)}; "
        f"known for {len(known)} of {plural(len(actions), 'action')}{f', for {bounds} as a range' if bounds else ''}"
    )
    return framed(
        name, "Chart of slippage by area", _area_message(areas, actions, known), subtitle, height,
        lambda sheet: _draw_areas(sheet, shown, widths), " ".join(told), table, notes if left else [],
        plural(len(areas), "row"),
    )  # fmt: skip


def _area_row(title: str, by_area: dict[str, list[Row]]) -> Row:
    """What one area shows and says."""
    rows = by_area[title]
    known = sorted((row for row in rows if row["slipped"] is not None), key=lambda row: (-row["slipped"], row["at"]))
    late = [row for row in known if row["slipped"] > 0]
    redated = sum(pd.notna(row["revisions"]) and row["revisions"] > 0 for row in rows)
    total, n = sum(row["slipped"] for row in late), len(rows)
    least = "at least " if any(row["growing"] for row in late) else ""
    followed = sum(pd.notna(row["revisions"]) for row in rows)
    words = [f"{redated} of {n} re-dated" if redated else "none known re-dated" if followed else "re-dates not known"]
    words += [f"{len(late)} later: {least}{_days(total)}" if late else "none known later"] if known else []
    words += [f"slip not known for {n - len(known)}"] if len(known) < n else []
    middle = float(np.median([row["slipped"] for row in known])) if known else None
    each = [f"{clean(row['label'])}: {say_slip(row)}" for row in known]
    some = listed(f"{clean(row['label'])}: {_days(row['slipped'])}" for row in known[:MOST_SAID])
    plain = clean(title) or ("All actions" if len(by_area) == 1 else "No area given")
    return {
        "title": plain, "known": len(known), "total": total, "words": words,
        "marks": [_slip_mark(row) for row in known],
        "middle": middle if len(known) > 2 else None, "late": late, "least": least,
        "told": "; ".join(words) + (f" ({some}{' and more' if len(known) > MOST_SAID else ''})" if known else ""),
        "cells": (
            plain, str(n), str(redated) if followed else "not known", f"{len(known)} of {n}",
            f"{least}{total:,}" if known else "not known", "not known" if middle is None else f"{middle:g}",
            "; ".join(each) or "not known",
        ),
    }  # fmt: skip


def _slip_mark(row: Row) -> Row:
    """Where a mark stands and how it looks: done, still growing by the day, later, or not later."""
    low = row["slipped"]
    high = int(row["slip_high"]) if row["done"] and pd.notna(row["slip_high"]) else low
    look = ("diamond", "done") if row["done"] else ("dot", "re-dated") if low > 0 else ("ring", "on track")
    shape, kind = ("later", "late") if row["growing"] else look
    return {"low": low, "high": high, "shape": shape, "kind": kind, "name": clean(row["ref"]), "at": row["at"]}


def _days(number: int) -> str:
    """Days of slip in words."""
    return "no slip" if number == 0 else plural(number, "day") if number > 0 else f"{plural(-number, 'day')} earlier"


def _area_message(areas: Sequence[Row], actions: Sequence[Row], known: Sequence[Row]) -> str:
    """Where the known slip lies, true also where there is none, or one area, or a tie."""
    late = [row for row in known if row["slipped"] > 0]
    n, k = len(late), len(known)
    which = "" if k == len(actions) else " whose slip is known"
    if n == 0:
        known_for = f"; the slip is known for {k} of {len(actions)}" if which else ""
        return f"No action is known to be later than first planned{known_for}"
    every = "the one action" if k == 1 else "both actions" if k == 2 else f"all {k} actions"
    told = every if n == k else f"{n} of the {k} actions"
    part = f"{told}{which} {are(n)} later than first planned"
    far = slip_range(late, in_months(late))
    if len(areas) == 1:
        return f"{part[:1].upper()}{part[1:]}, by {far}"
    slipped = [area for area in areas if area["late"]]
    if len(slipped) == 1:
        return f"All slip that is known is in one area, {_short_title(slipped[0])}: {count_words(n, 'action')} later by {far}"
    most = max(area["total"] for area in areas)
    top = [area for area in areas if area["total"] == most]
    lead = f"{say_number(len(slipped))} areas have slipped"
    if len(top) == 1 and most > 0:
        lead = f"{_short_title(top[0])} has slipped most, {top[0]['least']}{_days(most)} in all"
    return f"{lead}; {part}"


def _short_title(area: Row) -> str:
    return area["title"] if len(area["title"]) <= 100 else area["title"][:100].rstrip() + "…"


def _fit_areas(areas: Sequence[Row]) -> tuple[list[Row], float, tuple[float, float]]:
    """Break names and words into lines, and keep as many areas as a drawing may be high: those with most slip first."""
    kept: list[tuple[int, Row]] = []
    height = 90.0
    for at, area in sorted(enumerate(areas), key=lambda one: (-one[1]["total"], -one[1]["known"], one[0])):
        area["label_lines"] = wrap_text(area["title"], 262, 3)
        area["word_lines"] = [line for words in area["words"] for line in wrap_text(words, 215, 2)]
        lows = [mark["high"] for mark in area["marks"]]
        stack = max((lows.count(low) for low in set(lows)), default=1) * 15 + 16
        area["height"] = max(len(area["label_lines"]), len(area["word_lines"])) * LINE_HEIGHT + 12
        area["height"] = max(area["height"], min(stack, 150))
        if kept and height + area["height"] > TALLEST:
            break
        kept.append((at, area))
        height += area["height"]
    shown = [area for _, area in sorted(kept, key=lambda one: one[0])]
    widths = (
        max(width_of(line) for area in shown for line in area["label_lines"]),
        max(width_of(line) for area in shown for line in area["word_lines"]),
    )
    return shown, height, widths


def _draw_areas(sheet: Sheet, areas: Sequence[Row], widths: tuple[float, float]) -> None:
    """A strip of marks per area over one scale of slip, with its name and its counts in words."""
    left, right, top, bottom = widths[0] + 20, WIDTH - widths[1] - 20, 54, sheet.height - 30
    axes = sheet.axes(left, top, right, bottom)
    every = [value for area in areas for mark in area["marks"] for value in (mark["low"], mark["high"])] + [0]
    place, start, end = scale_of(min(every), max(every), left, right, 20)
    step, unit, per = _slip_step(end - start, max(2, int((right - left) / 70)))
    levels = [
        each * step
        for each in range(int(start // (per * step)), int(end // (per * step)) + 1)
        if start <= each * step * per
    ]
    axes.set_xticks([place(each * per) for each in levels], labels=[f"{each:,}" for each in levels])
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.grid(axis="x", visible=True)
    axes.spines["bottom"].set_visible(False)
    sheet.lines([[(place(0), top - 2), (place(0), bottom)]], INK, 2)
    sheet.text((left + right) / 2, sheet.height - 8, f"{unit} later than first planned", align="center", colour=SOFT)
    y, middles, spans = float(top), [], []
    points: dict[tuple[str, str], list[Point]] = {}
    for area in areas:
        sheet.lines([[(0, y), (WIDTH, y)]], RULE, 1)
        middle = y + area["height"] / 2
        sheet.block(0, middle, area["label_lines"])
        sheet.block(right + 20, middle, area["word_lines"])
        if area["middle"] is not None:
            middles.append([(place(area["middle"]), y + 3), (place(area["middle"]), y + area["height"] - 3)])
        strip = _strip(area, place, middle)
        for mark, x, at in strip:
            points.setdefault((mark["shape"], mark["kind"]), []).append((x, at))
            spans += [[(place(mark["low"]), at), (x, at)]] if mark["high"] > mark["low"] else []
        crossed = [(place(mark["low"]), at - 2, x, at + 2) for mark, x, at in strip if mark["high"] > mark["low"]]
        crossed += [(middles[-1][0][0] - 1, y, middles[-1][0][0] + 1, y + area["height"])] if area["middle"] is not None else []
        _name_marks(sheet, strip, (y, right, y + area["height"]), crossed)
        y += area["height"]
    sheet.lines(spans, SOFT, 3, opacity=0.5, cap="butt")
    sheet.lines(middles, INK, 1.5, dashes=(2, 3))
    for (shape, kind), places in sorted(points.items()):
        sheet.marks(shape, KINDS[kind][0], places)
    looks = {("dot", "re-dated"): "open, later", ("ring", "on track"): "open, not later",
             ("later", "late"): "not done, growing by the day", ("diamond", "done"): "done"}  # fmt: skip
    entries = [(shape, KINDS[kind][0], words) for (shape, kind), words in looks.items() if (shape, kind) in points]
    draw_key(sheet, entries + ([("upright", INK, "middle value")] if middles else []))


def _strip(area: Row, place: Callable[[Any], float], middle: float) -> list[tuple[Row, float, float]]:
    """The marks of one area with their places, those that would lie on each other moved up and down in turn."""
    placed: list[tuple[Row, float, float]] = []
    steps = range(int((area["height"] / 2 - 8) / 15) + 1)
    tries = sorted({sign * step * 15.0 for step in steps for sign in (-1, 1)}, key=lambda off: (abs(off), off))
    for high, alike in groupby(
        sorted(area["marks"], key=lambda one: (one["high"], one["at"])), key=lambda one: one["high"]
    ):
        marks, x = list(alike), place(high)
        places: list[float] = []
        near = [y for _, other, y in placed if abs(other - x) < 14]
        for _ in marks:
            off = next((each for each in tries if all(abs(middle + each - y) >= 14 for y in [*near, *places])), 0.0)
            places.append(middle + off)
        placed += [(mark, x, y) for mark, y in zip(marks, sorted(places), strict=True)]
    return placed


def _name_marks(
    sheet: Sheet, strip: Sequence[tuple[Row, float, float]], room: tuple[float, float, float],
    crossed: Sequence[tuple[float, float, float, float]],
) -> None:  # fmt: skip
    """References to the right of the marks, above or below, where there is room (top, right, bottom) and no line."""
    top, right, bottom = room
    taken = [(x - 7, y - 6, x + 7, y + 6) for _, x, y in strip] + list(crossed)
    for mark, x, y in strip:
        wide = width_of(mark["name"])
        if not mark["name"] or wide >= 60:
            continue
        for at, base in ((x + 9, y + 5), (x - wide / 2, y - 9), (x - wide / 2, y + 20)):
            if at + wide < right + 14 and base - 11 > top and base + 3 < bottom and not hits((at, base - 1), wide, taken):
                taken.append((at, base - 11, at + wide + 2, base + 1))
                sheet.text(at, base, mark["name"], colour=SOFT)
                break


def _slip_step(days: int, most: int) -> tuple[int, str, float]:
    """Step of a scale of slip, its unit, and the days in one."""
    for step in (1, 2, 5, 10, 20, 30, 50):
        if days / step <= most:
            return step, "days", 1
    months = days / DAYS_IN_MONTH
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600) if months / step <= most), 0)
    return step or 1200 * int(np.ceil(months / most / 1200)), "months", DAYS_IN_MONTH
