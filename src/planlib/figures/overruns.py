"""How long actions stay open after their first date."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planlib import markup
from planlib.figures.drawing import DONE, RULE, SOFT, WIDTH, Point, Sheet, draw_key, framed, nothing_drawn
from planlib.forecast import Outlook
from planlib.markup import Fragment
from planlib.narrative import plural, say_day, say_open_after, say_share

_NAME = "time-past-first-date"


def time_past_original(outlook: Outlook) -> Fragment:
    """Share of the actions due that are not yet done, by time after their first date.

    Parameters
    ----------
    outlook : planlib.forecast.Outlook

    Returns
    -------
    Fragment
        A figure: the share between both ends of what is known, with the 95 % confidence around it; or a sentence that
        says why there is none.
    """
    past = outlook.past
    if past.refused:
        return nothing_drawn(_NAME, f"No share of actions still open after their first date is drawn: {past.refused}.")
    table = past.table
    head = (
        f"{past.unit.capitalize()} after the first date", "Seen open before then", "Not yet done", "95 % confidence",
        "Done", "Closed, not done",
    )  # fmt: skip
    rows = [
        (str(int(row["after"])), str(int(row["at_risk"])), say_share(row["open_low"], row["open_high"]),
         say_share(row["band_low"], row["band_high"]), say_share(row["done_low"], row["done_high"]),
         say_share(row["withdrawn_low"], row["withdrawn_high"]))
        for row in table.to_dict("records")
    ]  # fmt: skip
    data = markup.table(
        head, rows, caption=f"Share of the actions due by {past.unit} after the first date, as at {say_day(outlook.as_of)}",
        narrow="scroll", numeric=range(len(head)), name=f"{_NAME}-data",
    )  # fmt: skip
    told = [f"At the first date {say_share(table['open_low'].iloc[0], table['open_high'].iloc[0])} are not done."]
    last = table.iloc[-1]
    told.append(
        f"After {plural(int(last['after']), past.unit[:-1])} {say_share(last['open_low'], last['open_high'])} are not done, "
        f"with 95 % confidence {say_share(last['band_low'], last['band_high'])}."
    )
    notes = [
        f"Confidence by resampling the {past.blocks} groups of actions that were dated together. Told up to "
        f"{plural(int(past.ends or 0), past.unit[:-1])} after the first date: after that fewer than 5 were still seen open."
    ]
    return framed(
        _NAME, "Chart of the share of actions still open after their first date", say_open_after(past),
        f"Share of {plural(past.actions, 'action')} due and followed that {'is' if past.actions == 1 else 'are'} not yet "
        f"done, by {past.unit} after the first date",
        320, lambda sheet: _draw(sheet, table, int(past.ends or 0), past.unit), " ".join(told), data, notes,
        plural(len(rows), "row"),
    )  # fmt: skip


def _steps(table: pd.DataFrame, column: str, end: int) -> list[tuple[float, float]]:
    """A curve that keeps its value until the next time, up to the end."""
    points: list[tuple[float, float]] = []
    for at, value in zip(table["after"], table[column], strict=True):
        if points:
            points.append((float(at), points[-1][1]))
        points.append((float(at), float(value)))
    return [*points, (float(end), points[-1][1])]


def _draw(sheet: Sheet, table: pd.DataFrame, end: int, unit: str) -> None:
    left, right, top, bottom = 62, WIDTH - 20, 40, sheet.height - 52
    end = max(end, int(table["after"].iloc[-1]), 1)
    axes = sheet.axes(left, top, right, bottom)

    def place(points: Sequence[tuple[float, float]]) -> list[Point]:
        return [(left + x / end * (right - left), bottom - y * (bottom - top)) for x, y in points]

    levels = (0, 0.25, 0.5, 0.75, 1)
    axes.set_yticks([bottom - y * (bottom - top) for y in levels], labels=[f"{100 * y:.0f} %" for y in levels])
    step = next(each for each in (1, 2, 3, 6, 12, 15, 30, 60, 90, 180, 360, 720, 3600, 10**9) if end / each <= 8)
    ticks = range(0, end + 1, step)
    axes.set_xticks([left + x / end * (right - left) for x in ticks], labels=[str(x) for x in ticks])
    sheet.text((left + right) / 2, sheet.height - 8, f"{unit} after the first date", align="center", colour=SOFT)
    curves = {
        name: place(_steps(table, name, end)) for name in ("band_low", "band_high", "open_low", "open_high")
    }  # fmt: skip
    sheet.area(curves["band_high"], curves["band_low"], RULE, 0.5)
    sheet.area(curves["open_high"], curves["open_low"], DONE, 0.35)
    sheet.lines([curves["band_low"], curves["band_high"]], SOFT, 1, dashes=(3, 4))
    sheet.lines([curves["open_low"], curves["open_high"]], DONE, 2, cap="butt")
    draw_key(
        sheet, [("span", DONE, "not yet done, between both ends of what is known"), ("dashes", SOFT, "95 % confidence")]
    )
