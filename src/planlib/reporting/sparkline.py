"""Draws how a number went over the reports of a plan: a line the size of a word, with its values as words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from planlib.markup import Fragment, element

WIDE, HIGH, EDGE = 120, 22, 3


def sparkline(days: Sequence[int], values: Sequence[int | None], most: int, words: str, colour: str) -> Fragment:
    """A line of values over time, with a gap where one is not known.

    Parameters
    ----------
    days : sequence of int
        When, in days, rising; their distances are drawn.
    values : sequence of int or None
        None where the value is not known.
    most : int
        The value at the top of the drawing, so that several can be compared; 0 is at its foot.
    words : str
        What is read out.
    colour : str
        Class of the line: "done", "late" or "moved".

    Returns
    -------
    Fragment
        An SVG that scales with its text; nothing where fewer than two values are known.
    """
    if sum(value is not None for value in values) < 2:
        return Fragment("")
    first, span = days[0], max(days[-1] - days[0], 1)

    def place(day: int, value: int) -> tuple[float, float]:
        across = EDGE + (WIDE - 2 * EDGE) * (day - first) / span
        return round(across, 1), round(HIGH - EDGE - (HIGH - 2 * EDGE) * value / max(most, 1), 1)

    shapes: list[Fragment] = []
    told = list(zip(days, values, strict=True))
    last: tuple[float, float] | None = None
    for known, run in groupby(told, key=lambda one: one[1] is not None):
        points = [place(day, value) for day, value in run if value is not None]
        if not known:
            continue
        last = points[-1]
        if len(points) == 1:  # alone between two gaps: a dot, for a line needs two
            shapes.append(element("circle", cx=points[0][0], cy=points[0][1], r=1.5))
        else:
            shapes.append(element("polyline", points=" ".join(f"{x:g},{y:g}" for x, y in points)))
    if last is not None and values[-1] is not None:
        shapes.append(element("circle", cx=last[0], cy=last[1], r=2.5))
    return element(
        "svg", *shapes, viewBox=f"0 0 {WIDE} {HIGH}", width=WIDE, height=HIGH, role="img", aria_label=words,
        class_=f"spark {colour}",
    )  # fmt: skip
