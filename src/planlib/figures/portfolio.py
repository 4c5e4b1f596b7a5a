"""How many actions of each plan stood where at each of its reports: small drawings one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from planlib import markup
from planlib.figures.drawing import (
    INK,
    KINDS,
    RULE,
    SOFT,
    WIDTH,
    Sheet,
    day_number,
    days_axis,
    framed,
    nothing_drawn,
    scale_of,
    short_day,
    width_of,
    wrap_text,
)
from planlib.figures.standings import halves_of
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import in_order, plural, say_day
from planlib.store import Plan
from planlib.trends import TREND_DAYS, TREND_SNAPSHOTS, is_trend

PANELS = 12  # plans in one drawing
UNFOLDED = 2  # drawings before the rest is folded
APART = 2 * 365  # days between plans beyond which one axis of time would show neither
_UNKNOWN = "standing not known"
_KINDS = ("done", "late", "re-dated", "other")
_WORDS = {"done": "Complete", "late": "Overdue or delayed", "re-dated": "Open and re-dated", "other": "All others"}
_LEFT, _RIGHT, _TOP, _EACH, _BELOW = 206, 560, 34, 64, 34


@dataclass(frozen=True)
class _Panel:
    """One plan: its name, the days of its snapshots, and by kind how many actions at each of them."""

    name: str
    days: tuple[pd.Timestamp, ...]
    counts: dict[str, list[int]]
    unknown: list[int]

    @property
    def totals(self) -> list[int]:
        return [sum(each) for each in zip(*self.counts.values(), strict=True)]

    @property
    def trend(self) -> bool:
        """Whether there are reports enough, and the last two say where the actions stand."""
        enough = is_trend(self.days)
        return enough and not any(self.unknown[-2:])


def plans_over_time(measured: Sequence[tuple[Plan, Measures]]) -> Fragment:
    """Where the actions of several plans stood at their own reports, on one axis of time: late beside re-dated.

    Parameters
    ----------
    measured : sequence of (Plan, Measures)
        All as at one date.

    Returns
    -------
    Fragment
        A figure for each twelve plans that have begun, in order of title, those after the second folded; or a sentence
        that says why there is none. Each number stands on the date of the snapshot that it is of. Plans of another time
        have a figure, and an axis, of their own.
    """
    panels = [_panel(name, m) for name, _, m in in_order(measured) if m.snapshots and len(m.actions)]
    left_out = len(measured) - len(panels)
    if not panels:
        return nothing_drawn("plans-over-time", "No plan lists an action by then, so nothing can be drawn over time.")
    times = _times(panels)
    note = f"Not drawn: {plural(left_out, 'plan')} without any action by then." if left_out else ""
    if len(times) > 1:
        note += f"{' ' if note else ''}Plans whose reports lie more than {APART // 365} years apart are drawn apart."
    made: list[Fragment] = []
    for time in times:
        ends = min(panel.days[0] for panel in time), max(panel.days[-1] for panel in time)
        for at in range(0, len(time), PANELS):
            some, number = time[at : at + PANELS], len(made) + 1
            figure = _figure(some, ends, "plans-over-time" + (f"-{number}" if number > 1 else ""), "" if made else note)
            made.append(markup.details(_names(some), figure) if number > UNFOLDED else figure)
    return markup.join(made)


def _times(panels: Sequence[_Panel]) -> list[list[_Panel]]:
    """Plans that share an axis of time, the latest first: on one axis from 1960 to 2011 all would be specks."""
    groups: list[list[_Panel]] = []
    end = panels[0].days[0]
    for panel in sorted(panels, key=lambda each: each.days[0]):
        if not groups or (panel.days[0] - end).days > APART:
            groups.append([])
            end = panel.days[0]
        groups[-1].append(panel)
        end = max(end, panel.days[-1])
    order = {id(panel): at for at, panel in enumerate(panels)}
    return [sorted(group, key=lambda each: order[id(each)]) for group in reversed(groups)]


def _panel(name: str, m: Measures) -> _Panel:
    told = m.over_time[m.over_time["as_of"].isin(m.snapshots)]
    wide = told.pivot_table(index="as_of", columns="standing", values="actions", aggfunc="sum", fill_value=0)
    wide = wide.reindex(pd.DatetimeIndex(m.snapshots), fill_value=0)
    kinds = {kind: [one for one in KINDS[kind][1] if one in wide] for kind in _KINDS}
    kinds["other"] += [one for one in KINDS["on track"][1] if one in wide]
    counts = {kind: [int(n) for n in wide[those].sum(axis=1)] for kind, those in kinds.items()}
    unknown = [int(n) for n in wide[_UNKNOWN]] if _UNKNOWN in wide else [0] * len(wide)
    return _Panel(name, tuple(m.snapshots), counts, unknown)


def _figure(panels: Sequence[_Panel], ends: tuple[pd.Timestamp, pd.Timestamp], name: str, note: str) -> Fragment:
    span = f"from {say_day(ends[0])} to {say_day(ends[1])}" if ends[0] != ends[1] else f"at {say_day(ends[0])}"
    rows: list[markup.Row] = []
    for panel in panels:
        rows.append(markup.Group(panel.name))
        for at, day in enumerate(panel.days):
            rows.append((say_day(day), *_cells(panel, at), f"{panel.totals[at]:,}"))
    number = sum(len(panel.days) for panel in panels)
    table = markup.table(
        ("Snapshot", *_WORDS.values(), "All"), rows, numeric=range(1, 6), narrow="scroll", name=f"{name}-data",
        caption=f"Number of actions by where they stood, at each snapshot: {_names(panels)}",
    )  # fmt: skip
    own = "; each plan on a scale of its own" if len(panels) > 1 else ""
    unknown = any(any(panel.unknown) for panel in panels)
    compared = sum(panel.trend for panel in panels)
    takes = (
        f"Compared with the report before: {compared} of {plural(len(panels), 'plan')}; it takes {TREND_SNAPSHOTS} "
        f"reports over at least {TREND_DAYS} days, the last two of them with the standing of every action."
    )
    notes = [
        takes if compared < len(panels) else "",
        "Actions whose standing is not known are among all others." if unknown else "", note,
    ]  # fmt: skip
    return framed(
        name, "Chart of where the actions of each plan stood", _message(panels),
        f"Number of actions by where they stood at each snapshot, {span}{own}", _TOP + _EACH * len(panels) + _BELOW,
        lambda sheet: _draw(sheet, panels, ends), " ".join(map(_told, panels)), table,
        [each for each in notes if each], plural(number, "row"),
    )  # fmt: skip


def _cells(panel: _Panel, at: int) -> list[str]:
    """Counts of one report; where nothing is known of any action, none of the other counts is 0."""
    silent = 0 < panel.totals[at] == panel.unknown[at]
    return ["not known" if silent and kind != "other" else f"{panel.counts[kind][at]:,}" for kind in _KINDS]


def _names(panels: Sequence[_Panel]) -> str:
    return f"'{panels[0].name}'" if len(panels) == 1 else f"'{panels[0].name}' to '{panels[-1].name}'"


def _told(panel: _Panel) -> str:
    """One plan in words: its latest report and how many there are."""
    said = f"{_latest(panel)} at {say_day(panel.days[-1])}"
    return f"{panel.name}, {plural(len(panel.days), 'snapshot')}: {said}."


def _latest(panel: _Panel) -> str:
    total, unknown = panel.totals[-1], panel.unknown[-1]
    if not total:
        return "no action"
    if unknown == total:
        return "standing of " + ("the one action" if total == 1 else f"all {total:,}") + " not known"
    n = {kind: panel.counts[kind][-1] for kind in _KINDS}
    said = f"{n['done']:,} of {plural(total, 'action')} complete, {n['late']:,} late, {n['re-dated']:,} re-dated"
    return said + (f", {unknown:,} not known" if unknown else "")


def _message(panels: Sequence[_Panel]) -> str:
    """What is seen since the report before, of the plans that can be compared with it."""
    trend = [panel for panel in panels if panel.trend]
    if not trend:
        return "No plan here has reports enough for a trend"
    bought = sum(_fell(panel, "late") and _fell(panel, "re-dated", -1) for panel in trend)
    late = sum(_fell(panel, "late", -1) for panel in trend)
    done = sum(_fell(panel, "done", -1) for panel in trend)
    return (
        f"Compared with the report before, more is complete in {done} of {plural(len(trend), 'plan')} and more is late "
        f"in {late or 'none'}; late fell while re-dated rose in {bought or 'none'}"
    )


def _fell(panel: _Panel, kind: str, way: int = 1) -> bool:
    """Whether a count fell, or with -1 rose, since the report before."""
    before, now = panel.counts[kind][-2:]
    return (now - before) * way < 0


def _draw(sheet: Sheet, panels: Sequence[_Panel], ends: tuple[pd.Timestamp, pd.Timestamp]) -> None:
    """One strip a plan: its name, bars at the dates of its snapshots, its latest counts; the dates below."""
    _key(sheet)
    bottom = _TOP + _EACH * len(panels)
    axes = sheet.axes(_LEFT, _TOP - 6, _RIGHT, bottom)
    axes.set_yticks([])
    place, start, end = scale_of(day_number(ends[0]), day_number(ends[1]), _LEFT, _RIGHT, 16)
    numbers = sorted({day_number(day) for panel in panels for day in panel.days})
    if len(numbers) <= 3 and min((place(b) - place(a) for a, b in pairwise(numbers)), default=WIDTH) > 95:
        axes.set_xticks([place(day) for day in numbers], labels=[short_day(day) for day in numbers])
    else:
        days_axis(axes, place, start, end)
    for at, panel in enumerate(panels):
        top = _TOP + _EACH * at
        base, high = top + _EACH - 12, _EACH - 20
        sheet.lines([[(_LEFT, base), (_RIGHT, base)]], RULE, 1)
        sheet.block(0, top + _EACH / 2 - 6, wrap_text(panel.name, _LEFT - 50, 3))
        most = max(panel.totals)
        sheet.text(_LEFT - 6, base - high + 10, f"{most:,}", align="right", colour=SOFT)
        middles = [place(day_number(day)) for day in panel.days]
        _bars(sheet, panel, middles, base, high)
        sheet.block(_RIGHT + 12, top + _EACH / 2 - 6, _beside(panel))


def _bars(sheet: Sheet, panel: _Panel, middles: Sequence[float], base: float, high: float) -> None:
    """Bars of one plan; where its reports are so many that a bar has no room for an edge, plain lines."""
    most = max(panel.totals)
    wide = [min(9.0, half) for half in halves_of(middles)]
    below = [0] * len(middles)
    for kind in _KINDS:
        above = [low + n for low, n in zip(below, panel.counts[kind], strict=True)]
        boxes = [
            (x - half, base - up / most * high, x + half, base - low / most * high)
            for x, half, low, up in zip(middles, wide, below, above, strict=True) if up > low
        ]  # fmt: skip
        if min(wide) >= 2.5:
            sheet.bars(kind, boxes)
        else:
            columns = [[((left + right) / 2, top), ((left + right) / 2, low)] for left, top, right, low in boxes]
            sheet.lines(columns, RULE if kind == "other" else KINDS[kind][0], 2 * min(wide), cap="butt")
        below = above


def _beside(panel: _Panel) -> list[str]:
    """The latest counts, in up to three lines."""
    total, unknown = panel.totals[-1], panel.unknown[-1]
    if not total:
        return ["no action listed"]
    if unknown == total:
        return [f"{total:,} not known"]
    n = {kind: panel.counts[kind][-1] for kind in _KINDS}
    first = f"{n['done']:,} of {total:,} complete"
    second = f"{n['late']:,} late, {n['re-dated']:,} re-dated"
    return [first, *wrap_text(second, WIDTH - _RIGHT - 12, 2), *([f"{unknown:,} not known"] if unknown else [])]


def _key(sheet: Sheet) -> None:
    """The four kinds in a line above."""
    x = 0.0
    for kind in _KINDS:
        sheet.bars(kind, [(x, 4, x + 14, 17)])
        sheet.text(x + 20, 15, _WORDS[kind], colour=INK)
        x += 20 + width_of(_WORDS[kind]) + 22
