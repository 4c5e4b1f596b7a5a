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
    TREND_DAYS,
    TREND_SNAPSHOTS,
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
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.narrative import in_order, plural, say_day
from planlib.store import Plan

PANELS = 12  # plans in one drawing
UNFOLDED = 2  # drawings before the rest is folded
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
        enough = len(self.days) >= TREND_SNAPSHOTS and (self.days[-1] - self.days[0]).days >= TREND_DAYS
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
        that says why there is none. Each number stands on the date of the snapshot that it is of.
    """
    panels = [_panel(name, m) for name, _, m in in_order(measured) if m.snapshots and len(m.actions)]
    left_out = len(measured) - len(panels)
    if not panels:
        return nothing_drawn("plans-over-time", "No plan lists an action by then, so nothing can be drawn over time.")
    note = f"Not drawn: {plural(left_out, 'plan')} without any action by then." if left_out else ""
    ends = min(panel.days[0] for panel in panels), max(panel.days[-1] for panel in panels)
    made = []
    for at in range(0, len(panels), PANELS):
        some, number = panels[at : at + PANELS], at // PANELS + 1
        figure = _figure(some, ends, "plans-over-time" + (f"-{number}" if number > 1 else ""), "" if at else note)
        if number > UNFOLDED:
            last = f" to '{some[-1].name}'" if len(some) > 1 else ""
            figure = markup.details(f"Plans {at + 1} to {at + len(some)}: '{some[0].name}'{last}", figure)
        made.append(figure)
    return markup.join(made)


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
    scale = " Each plan is drawn on a scale of its own." if len(panels) > 1 else ""
    unknown = any(any(panel.unknown) for panel in panels)
    notes = [note, "Actions whose standing is not known are among all others." if unknown else ""]
    return framed(
        name, "Chart of where the actions of each plan stood", _message(panels),
        f"Number of actions by where they stood at each snapshot, {span}", _TOP + _EACH * len(panels) + _BELOW,
        lambda sheet: _draw(sheet, panels, ends), " ".join(map(_told, panels)) + scale, table,
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
        which = "The one plan here has" if len(panels) == 1 else f"None of these {len(panels)} plans has"
        need = f"the {TREND_SNAPSHOTS} reports over {TREND_DAYS} days, the last two of them with all standings, that"
        return f"{which} {'not ' if len(panels) == 1 else ''}{need} a trend takes"
    bought = sum(_fell(panel, "late") and _fell(panel, "re-dated", -1) for panel in trend)
    late = sum(_fell(panel, "late", -1) for panel in trend)
    done = sum(_fell(panel, "done", -1) for panel in trend)
    of = f"of {plural(len(trend), 'plan')} with reports enough"
    return (
        f"Since the report before, more is complete in {done} {of}, more is late in {late}, and late fell "
        f"while re-dated rose in {bought}"
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
        gap = min((b - a for a, b in pairwise(middles)), default=20)
        half = max(0.7, min(8, 0.45 * gap))
        below = [0] * len(middles)
        for kind in _KINDS:
            above = [low + n for low, n in zip(below, panel.counts[kind], strict=True)]
            boxes = [
                (x - half, base - up / most * high, x + half, base - low / most * high)
                for x, low, up in zip(middles, below, above, strict=True) if up > low
            ]  # fmt: skip
            sheet.bars(kind, boxes)
            below = above
        sheet.block(_RIGHT + 12, top + _EACH / 2 - 6, _beside(panel))


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
