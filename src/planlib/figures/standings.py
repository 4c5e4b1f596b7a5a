"""Where the actions stood at each report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from planlib import markup, schema
from planlib.figures.drawing import (
    INK,
    KINDS,
    MOST_SAID,
    ON,
    ON_DONE,
    RULE,
    WIDTH,
    Sheet,
    day_number,
    days_axis,
    framed,
    nothing_drawn,
    scale_of,
    short_day,
    spread_out,
    width_of,
)
from planlib.figures.wording import are
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import listed, plural, say_day, too_few_words
from planlib.trends import is_trend


def standing_over_time(m: Measures) -> Fragment:
    """Where the actions stood at each report: re-dated beside late, so that one bought by the other is seen.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says why there is none. Fewer than three reports over 28 days are drawn, and said
        to be no trend.
    """
    name = "standing-over-time"
    if m.actions.empty or m.over_time.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so nothing can be drawn over time.")
    wide = m.over_time.pivot_table(index="as_of", columns="standing", values="actions", aggfunc="sum", fill_value=0)
    standings = [standing for standing in schema.STANDINGS if standing in wide.columns]
    kinds = {kind: [one for one in those if one in standings] for kind, (_, those) in KINDS.items()}
    counts = {kind: [int(n) for n in wide[those].sum(axis=1)] for kind, those in kinds.items() if those}
    days = list(wide.index)
    trend = is_trend(m.snapshots)
    span = f"from {say_day(days[0])} to {say_day(days[-1])}" if len(days) > 1 else f"at {say_day(days[0])}"
    head = ["As at", *(m.term(standing.capitalize()) for standing in standings), "All"]
    rows = [(say_day(day), *_counts(wide.loc[day], standings), str(int(wide.loc[day].sum()))) for day in days]
    table = markup.table(
        head, rows, caption="Number of actions by where they stood, at each report", narrow="scroll",
        numeric=range(1, len(head)), name=f"{name}-data",
    )  # fmt: skip
    shown = days if len(days) <= MOST_SAID else [days[0], days[-1]]
    told = [_told_standing(m, day, wide.loc[day], standings) for day in shown]
    if len(days) > len(shown):
        told.append(f"The {len(days) - 2} dates between are in the table below.")
    return framed(
        name, "Chart of where the actions stood", _standing_message(m, wide, trend),
        f"Number of actions by where they stood, {span}", 340, lambda sheet: draw_stacks(sheet, days, counts, _kind_words(m)),
        " ".join(told), table, [] if trend else [f"This is no trend yet: {too_few_words(m)}"], plural(len(rows), "row"),
    )  # fmt: skip


def _counts(row: pd.Series, standings: Sequence[str]) -> list[str]:
    """Counts of one report; where nothing is known of any action, none of the other counts is 0."""
    unknown = "standing not known"
    silent = row.get(unknown, 0) == row.sum()
    return ["not known" if silent and standing != unknown else str(int(row[standing])) for standing in standings]


def _told_standing(m: Measures, day: Any, row: pd.Series, standings: Sequence[str]) -> str:
    return f"{say_day(day)}: {listed(f'{int(row[standing])} {m.term(standing)}' for standing in standings if row[standing])}."


def _standing_message(m: Measures, wide: pd.DataFrame, trend: bool) -> str:
    """The latest counts and, where there are reports enough, what changed since the one before."""
    total = len(m.actions)
    now = {str(name): int(n) for name, n in m.actions["standing"].value_counts().items()}
    unknown = now.get("standing not known", 0)
    if unknown == total:
        stand = f"one {m.term('action')} stands" if total == 1 else f"{total} {m.term('actions')} stand"
        return f"Where the {stand} is not known"
    n, d = int((m.actions["done"] & m.actions["counted"]).sum()), int(m.actions["counted"].sum())
    message = f"{n} of {plural(d, m.term('action'), m.term('actions'))} {are(min(n, d) if d > 1 else d)} done"
    if not d:
        message = f"{plural(total, m.term('action'), m.term('actions'))} {are(total)} closed, not done"
    moved, late = now.get("re-dated", 0), now.get("overdue", 0) + now.get("delayed", 0)
    if moved or late:
        message += f", {moved or 'none'} {m.term('re-dated')} and {_late_words(m, now)}"
    if unknown:
        message += f"; where {unknown} of them {'stands' if unknown == 1 else 'stand'} is not known"
    before = {str(name): int(n) for name, n in wide.loc[m.previous].items()} if m.previous in wide.index else {}
    if not trend or not before or before.get("standing not known"):
        return message
    was_moved, was_late, was_done = (
        sum(before.get(one, 0) for one in KINDS[kind][1]) for kind in ("re-dated", "late", "done")
    )
    since = say_day(m.previous)
    if late < was_late and moved > was_moved:
        message += (
            f"; since {since} late fell from {was_late} to {late} while re-dated rose from {was_moved} to {moved}"
        )
    elif was_done < sum(now.get(one, 0) for one in KINDS["done"][1]):
        message += f"; {was_done or 'none'} {'was' if was_done == 1 else 'were'} done at {since}"
    return message


def _late_words(m: Measures, counts: dict[str, int]) -> str:
    overdue, delayed = counts.get("overdue", 0), counts.get("delayed", 0)
    if overdue and delayed:
        return f"{overdue + delayed} {m.term('overdue')} or {m.term('delayed')}"
    return f"{overdue} {m.term('overdue')}" if overdue else f"{delayed} {m.term('delayed')}" if delayed else "none late"


def _kind_words(m: Measures) -> dict[str, str]:
    """Words of the key, in the plan's own words."""
    return {
        **{kind: m.term(kind) for kind in ("re-dated", "on track")}, "done": m.terms.get("complete", "done"),
        "late": f"{m.term('overdue')} or {m.term('delayed')}", "other": _KIND_WORDS["other"],
    }  # fmt: skip


_KIND_WORDS = {"late": "overdue or delayed", "other": "not known or other"}


def draw_stacks(
    sheet: Sheet, days: Sequence[Any], counts: dict[str, list[int]], said: Mapping[str, str] = _KIND_WORDS
) -> None:
    """Bars at their dates, the first kind at the bottom, and the latest counts in words beside the last one."""
    words = {kind: f"{column[-1]:,} {said.get(kind, kind)}" for kind, column in counts.items()}
    left, right = 44, WIDTH - 34 - max(map(width_of, words.values()))
    top, bottom = 14, sheet.height - 34
    axes = sheet.axes(left, top, right, bottom)
    most = max(1, *map(sum, zip(*counts.values(), strict=True)))
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if most / each <= 6)

    def height(number: float) -> float:
        return bottom - number / most * (bottom - top)

    levels = range(0, most + 1, step)
    axes.set_yticks([height(each) for each in levels], labels=[f"{each:,}" for each in levels])
    numbers = [day_number(day) for day in days]
    place, start, end = scale_of(numbers[0], numbers[-1], left, right, 42 if len(days) < 12 else 14)
    middles = [place(each) for each in numbers]
    if len(days) <= 5 and min((b - a for a, b in pairwise(middles)), default=WIDTH) > 95:
        axes.set_xticks(middles, labels=[short_day(each) for each in numbers])
    else:
        days_axis(axes, place, start, end)
    wide = halves_of(middles)
    base, ends = [0] * len(days), []
    for kind, column in counts.items():
        tops = [below + n for below, n in zip(base, column, strict=True)]
        bars = list(zip(middles, wide, base, tops, strict=True))
        sheet.bars(kind, [(x - half, height(high), x + half, height(low)) for x, half, low, high in bars if high > low])
        for x, half, low, high in bars:
            # Stripes are no ground for a number.
            if half >= 15 and height(low) - height(high) >= 19 and kind != "re-dated":
                colour = {"done": ON_DONE, "other": INK}.get(kind, ON)
                sheet.text(x, height((low + high) / 2) + 5, str(high - low), align="center", bold=True, colour=colour)
        ends.append(height((base[-1] + tops[-1]) / 2))
        base = tops
    for kind, wanted, y in zip(counts, ends, spread_out(ends, 21, top + 8, bottom - 4), strict=True):
        sheet.lines([[(middles[-1] + wide[-1] + 3, wanted), (right + 8, y)]], RULE, 1)
        sheet.bars(kind, [(right + 12, y - 6, right + 24, y + 6)])
        sheet.text(right + 30, y + 5, words[kind])


def halves_of(middles: Sequence[float]) -> list[float]:
    """Half the width of each bar: equal where there is room, narrower where two dates are close."""
    gaps = [b - a for a, b in pairwise(middles)]
    if not gaps:
        return [28]
    usual = 0.4 * sorted(gaps)[len(gaps) // 2]
    near = [min(gaps[max(at - 1, 0) : at + 1]) for at in range(len(middles))]
    return [min(28, max(1, min(usual, 0.45 * gap))) for gap in near]
