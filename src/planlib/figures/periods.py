"""How many dates were changed at each report, as actions and as decisions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planlib import markup, schema
from planlib.figures.drawing import (
    INK,
    MOST_SAID,
    SOFT,
    WIDTH,
    Row,
    Sheet,
    day_number,
    days_axis,
    draw_key,
    framed,
    nothing_drawn,
    scale_of,
)
from planlib.figures.standings import halves_of
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import listed, plural, say_day, too_few_words
from planlib.slippage import REVISIONS
from planlib.trends import is_trend

_BARS = {"later": "re-dated", "removed": "late", "stated": "other", "earlier": "on track"}
"""Kinds of revision, in the order in which they are stacked, and the look of each; earlier hangs below the line."""
_WORDS = {"later": "later", "removed": "removed", "stated": "changed, from when is not given", "earlier": "earlier"}


def changes_over_time(m: Measures) -> Fragment:
    """Actions whose date was revised, by kind, at the report that shows it, and the decisions behind them.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says why there is none.
    """
    name = "changes-at-reports"
    if m.actions.empty:
        return nothing_drawn(name, f"No action is listed as at {say_day(m.as_of)}, so no date can have been changed.")
    if not is_trend(m.snapshots):
        return nothing_drawn(name, f"There is no chart of changes of date over the reports yet: {too_few_words(m)}")
    rows = _reports(m)
    revised = [row for row in rows if row["revisions"]]
    if not revised:
        compared = sum(row["known"] for row in rows)
        if not compared:
            return nothing_drawn(
                name, "Changes of date cannot be drawn: no two reports have a date that can be compared."
            )
        return nothing_drawn(
            name, f"No date is known to have been moved, removed or stated to be changed at any of {plural(compared, 'report')} "
            "that can be compared with an earlier one."
        )  # fmt: skip
    other = [kind for kind in schema.CHANGE_KINDS if kind not in REVISIONS]
    table = markup.table(
        ("Report of", *(kind.capitalize() for kind in _BARS), "Decisions", "Revisions", "Other changes", "Actions compared"),
        [_cells(row, other) for row in rows], numeric=range(1, 9), narrow="scroll", name=f"{name}-data",
        caption="Actions whose date was revised, by kind, and in how many decisions, at the report that shows it",
    )  # fmt: skip
    shown = revised[-MOST_SAID:]
    told = [_told(row) for row in shown]
    if len(rows) > len(shown):
        told.insert(0, "The reports with the latest revisions; the table below has every report.")
    return framed(
        name, "Chart of changes of date", _message(rows),
        f"Actions whose date was revised, by kind, at each of {plural(len(rows), 'report')} from {say_day(rows[0]['as_of'])} "
        f"to {say_day(rows[-1]['as_of'])}, and the decisions behind them", 320,
        lambda sheet: _draw(sheet, rows), " ".join(told), table, _notes(rows, other), plural(len(rows), "row"),
    )  # fmt: skip


def _reports(m: Measures) -> list[Row]:
    """One record per report: actions by kind, decisions, revisions, and what it could be compared with."""
    found = m.trends["changes per period"]
    kinds = list(schema.CHANGE_KINDS)
    made = []
    for at in range(0, len(found), len(kinds)):
        part = found.iloc[at : at + len(kinds)]
        actions = dict(zip(part["kind"], (None if pd.isna(n) else int(n) for n in part["actions"]), strict=True))
        changes = part["changes"].where(part["kind"].isin(REVISIONS))
        made.append({
            "as_of": part["as_of"].iat[0], "actions": actions, "known": bool(part["compared"].iat[0]),
            "revisions": _sum(changes), "decisions": _sum(part["decisions"]),
            "above": _sum(part["decisions"].where(part["kind"] != "earlier")) or 0,
            "below": _sum(part["decisions"].where(part["kind"] == "earlier")) or 0,
            "compared": int(part["compared"].iat[0]), "listed": int(part["listed"].iat[0]),
        })  # fmt: skip
    return made


def _sum(numbers: pd.Series) -> int | None:
    total = numbers.sum(min_count=1)
    return None if pd.isna(total) else int(total)


def _cells(row: Row, other: Sequence[str]) -> tuple[str, ...]:
    def said(number: int | None) -> str:
        return "not known" if number is None else str(number)

    extra = [f"{row['actions'][kind]} {kind}" for kind in other if row["actions"][kind]]
    return (
        say_day(row["as_of"]), *(said(row["actions"][kind]) for kind in _BARS), said(row["decisions"]),
        said(row["revisions"]), listed(extra) or ("none" if row["known"] else "not known"),
        f"{row['compared']} of {row['listed']}",
    )  # fmt: skip


def _told(row: Row) -> str:
    """One report in words."""
    kinds = listed(f"{row['actions'][kind]} {_WORDS[kind]}" for kind in _BARS if row["actions"][kind])
    return f"{say_day(row['as_of'])}: {kinds}, in {plural(row['decisions'], 'decision')}."


def _message(rows: Sequence[Row]) -> str:
    """How often dates were revised, in how many decisions, at how many reports; the largest number where it is one."""
    revised = [row for row in rows if row["revisions"]]
    n, decisions = sum(row["revisions"] for row in revised), sum(row["decisions"] for row in revised)
    often = (
        "One revision of a date is" if n == 1 else f"{n:,} revisions of dates, in {plural(decisions, 'decision')}, are"
    )
    message = f"{often} shown by {len(revised)} of {plural(len(rows), 'report')}"
    most = max(row["revisions"] for row in revised)
    top = [row for row in revised if row["revisions"] == most]
    if len(top) == 1 and len(revised) > 1:
        message += (
            f"; most by that of {say_day(top[0]['as_of'])}, {most:,} in {plural(top[0]['decisions'], 'decision')}"
        )
    return message


def _notes(rows: Sequence[Row], other: Sequence[str]) -> list[str]:
    notes = ["Changes of one area at one report, from one date to another, are one decision."]
    if rows[0]["revisions"]:
        notes.append("The first report shows only changes that the source itself tells of.")
    blind = sum(not row["known"] and not row["revisions"] for row in rows)
    if blind:
        where = f"{plural(blind, 'report')} with nothing to compare"
        notes.append(f"A question mark stands at {where}: whether dates were changed is not known.")
    if any(row["actions"][kind] for row in rows for kind in other):
        notes.append("Dates first given, made more or less exact, or corrected are no revisions; the table has them.")
    return notes


def _draw(sheet: Sheet, rows: Sequence[Row]) -> None:
    """Bars at the reports, earlier below the line and all else above, and diamonds at the numbers of decisions."""
    up = [sum(row["actions"][kind] or 0 for kind in _BARS if kind != "earlier") for row in rows]
    down = [row["actions"]["earlier"] or 0 for row in rows]
    high, low = max([*up, *(row["above"] for row in rows), 1]), max(*down, *(row["below"] for row in rows))
    left, right, top, bottom = 44, WIDTH - 46, 54, sheet.height - 34
    axes = sheet.axes(left, top, right, bottom)
    step = next(
        each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if (high + low) / each <= 7
    )

    def height(number: float) -> float:
        return bottom - 6 - (number + low) / (high + low) * (bottom - top - 12)

    levels = list(range(-(low // step) * step, high + 1, step))
    axes.set_yticks([height(each) for each in levels], labels=[f"{abs(each):,}" for each in levels])
    numbers = [day_number(row["as_of"]) for row in rows]
    place, start, end = scale_of(numbers[0], numbers[-1], left, right, 30)
    middles = [place(each) for each in numbers]
    days_axis(axes, place, start, end)
    base = [0] * len(rows)
    for kind, look in _BARS.items():
        boxes = []
        for at, (row, x, half) in enumerate(zip(rows, middles, halves_of(middles), strict=True)):
            n = row["actions"][kind] or 0
            if n and kind == "earlier":
                boxes.append((x - half, height(0), x + half, height(-n)))
            elif n:
                boxes.append((x - half, height(base[at] + n), x + half, height(base[at])))
                base[at] += n
        sheet.bars(look, boxes)
    sheet.lines([[(left, height(0)), (right, height(0))]], INK, 1.5)
    points = [(x, height(row["above"])) for row, x in zip(rows, middles, strict=True) if row["above"]]
    points += [(x, height(-row["below"])) for row, x in zip(rows, middles, strict=True) if row["below"]]
    sheet.marks("diamond", SOFT, points)
    blind = [x for row, x in zip(rows, middles, strict=True) if not row["known"] and not row["revisions"]]
    for at, x in enumerate(blind):
        if not at or x - blind[at - 1] > 12:
            sheet.text(x, height(0) - 5, "?", align="center", bold=True)
    used = [kind for kind in _BARS if any(row["actions"][kind] for row in rows)]
    entries = [(_BARS[kind], SOFT, f"{kind} (below the line)" if kind == "earlier" else _WORDS[kind]) for kind in used]
    draw_key(sheet, [*entries, ("diamond", SOFT, "decisions")])
    sheet.text(0, top - 12, "Actions", colour=SOFT)
