"""How many actions will be done by each month ahead."""

from __future__ import annotations

from typing import Any

from planlib import markup
from planlib.figures.drawing import (
    DONE,
    INK,
    MOVED,
    SOFT,
    WIDTH,
    Sheet,
    day_number,
    days_axis,
    draw_key,
    framed,
    nothing_drawn,
    scale_of,
)
from planlib.forecast import Outlook
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import plural, say_day, say_forecast

_NAME = "forecast"


def forecast(outlook: Outlook, m: Measures) -> Fragment:
    """Number of actions done: as reported, and by each month ahead.

    Parameters
    ----------
    outlook : planlib.forecast.Outlook
    m : Measures
        The same plan and date.

    Returns
    -------
    Fragment
        A figure: the middle, and the range in which 80 of 100 futures lie; or a sentence that says why there is none.
    """
    made = outlook.forecast
    if made.refused:
        return nothing_drawn(_NAME, f"No forecast is given: {made.refused.replace(': ', '; ')}.")
    if made.months.empty or not int(made.months["actions"].iloc[0]):
        return nothing_drawn(_NAME, "No forecast is drawn: no open action has a date that earlier dates can tell about.")
    reported = _reported(m)
    rows = [
        (say_day(row["month"]), f"{int(row['low'])} to {int(row['high'])}", str(int(row["middle"])))
        for row in made.months.to_dict("records")
    ]
    data = markup.table(
        ("By", "80 in 100 lie within", "Middle"), rows, narrow="scroll", numeric=(1, 2), name=f"{_NAME}-data",
        caption=f"Number of actions done by the end of each month, forecast as at {say_day(outlook.as_of)}",
    )  # fmt: skip
    first, last = made.months.iloc[0], made.months.iloc[-1]
    told = [
        f"As reported {made.done} {'is' if made.done == 1 else 'are'} done.",
        *(
            f"By {say_day(row['month'])} between {int(row['low'])} and {int(row['high'])}, in the middle {int(row['middle'])}."
            for row in ((first,) if len(made.months) == 1 else (first, last))
        ),
    ]
    return framed(
        _NAME, "Chart of the number of actions done, reported and forecast", say_forecast(made),
        "Number of actions done: reported (dots), and forecast by the end of each month",
        320, lambda sheet: _draw(sheet, reported, made.months.to_dict("records"), len(m.actions)), " ".join(told), data,
        [], plural(len(rows), "row"),
    )  # fmt: skip


def _reported(m: Measures) -> list[tuple[Any, int]]:
    """Actions done at each report."""
    done = m.over_time[m.over_time["standing"].isin(("complete", "evidenced"))].groupby("as_of")["actions"].sum()
    return [(day, int(done.get(day, 0))) for day in m.snapshots]


def _draw(sheet: Sheet, reported: list[tuple[Any, int]], months: list[dict[str, Any]], total: int) -> None:
    left, right, top, bottom = 44, WIDTH - 24, 40, sheet.height - 34
    axes = sheet.axes(left, top, right, bottom)
    most = max(total, *(int(row["high"]) for row in months), 1)
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if most / each <= 6)

    def height(number: float) -> float:
        return bottom - number / most * (bottom - top)

    levels = range(0, most + 1, step)
    axes.set_yticks([height(each) for each in levels], labels=[f"{each:,}" for each in levels])
    begin = day_number(reported[0][0] if reported else months[0]["month"])
    place, start, end = scale_of(begin, day_number(months[-1]["month"]), left, right, 14)
    days_axis(axes, place, start, end)
    now = [(place(day_number(day)), height(number)) for day, number in reported]
    ahead = [(place(day_number(row["month"])), row) for row in months]
    lines = {name: [*now[-1:], *((x, height(row[name])) for x, row in ahead)] for name in ("low", "middle", "high")}
    sheet.area(lines["high"], lines["low"], MOVED, 0.35)
    sheet.lines([lines["low"], lines["high"]], SOFT, 1, dashes=(3, 4))
    sheet.lines([lines["middle"]], INK, 2)
    sheet.lines([now], DONE, 2)
    sheet.marks("change", DONE, now)
    draw_key(sheet, [("change", DONE, "reported"), ("span", MOVED, "forecast: 80 in 100 lie within")])
