"""Measures to accessible figures: inline SVG with a message, a text alternative and its data as a table; no arithmetic.

Every figure is drawn by matplotlib's objects (no pyplot, no global state left behind) and written by `_Pen`, a renderer
that makes the few SVG elements a page needs: text stays text, colours are the page's own (``var(--done, #12436D)``,
``currentColor``), so that dark mode, print and high contrast need nothing. See docs/decisions/0004-figures.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import resources
from itertools import groupby
from pathlib import Path as File
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from planlib import markup, schema
from planlib.dates import phrase
from planlib.markup import Content, Fragment, element
from planlib.measures import Measures
from planlib.narrative import listed, plural, say_date, say_day, say_moved, say_number, say_refs, say_slip

# --- what is decided here, for every figure ------------------------------------------------------------------------------

WIDTH = 760  # of every drawing, in its own pixels; the page shows it between 0.8 (narrow) and 1.25 times as large
TALLEST = 860  # so that a drawing with its caption stays on one sheet of A4
TEXT, LINE_HEIGHT = 14, 17  # pixels: 11 on the narrowest screen
MOST_NAMED = 12  # lines of a slip chart that are coloured and named; the others are grey
MOST_SAID = 12  # rows told one by one in a text alternative before it refers to the table
TREND_SNAPSHOTS, TREND_DAYS = 3, 28  # METRICS, "Over time": fewer make no trend

INK, SOFT, RULE, PAPER, PANEL = "#0b0c0c", "#4a5057", "#c8ccd0", "#ffffff", "#f3f5f7"
DONE, TRACK, MOVED, LATE = "#12436d", "#28a197", "#a285d1", "#f46a25"  # Analysis Function palette; a test compares
PAINT = {
    INK: "currentColor", SOFT: f"var(--soft,{SOFT})", RULE: f"var(--line,{RULE})", PAPER: f"var(--bg,{PAPER})",
    PANEL: f"var(--panel,{PANEL})", DONE: f"var(--done,{DONE})", TRACK: f"var(--track,{TRACK})",
    MOVED: f"var(--moved,{MOVED})", LATE: f"var(--late,{LATE})",
}  # fmt: skip
"""How each colour is written: as the page's own, with the palette's where there is no style sheet."""

_KINDS = {
    "done": (DONE, ("complete", "evidenced")),
    "on track": (TRACK, ("on track",)),
    "re-dated": (MOVED, ("re-dated",)),
    "late": (LATE, ("overdue", "delayed")),
    "other": (SOFT, ("dated, first date not known", "no date", "no longer listed", "closed not done", "standing not known")),
}
"""The four colours, and grey, with the standings that have them."""

_KIND = {standing: kind for kind, (_, standings) in _KINDS.items() for standing in standings}
_LIVE = ("overdue", "delayed", "re-dated", "on track", "dated, first date not known", "no date")  # known to be open


# --- drawing: matplotlib under one style, written by our own pen -----------------------------------------------------

_DRAWING = threading.Lock()  # matplotlib's parameters are global; they are ours only while we draw


@lru_cache(maxsize=1)
def _style() -> dict[str, Any]:
    """Parameters of matplotlib while we draw: its defaults, the Analysis Function style, ours; never the user's own."""
    style = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    with resources.as_file(resources.files("afcharts") / "afcharts.mplstyle") as sheet:
        style.update(matplotlib.rc_params_from_file(sheet, use_default_template=False))
    style.update({
        "font.family": ["DejaVu Sans"], "font.size": TEXT, "text.color": INK, "text.parse_math": False,
        "axes.edgecolor": RULE, "grid.color": RULE, "grid.linewidth": 1, "path.simplify": False, "path.snap": False,
        "xtick.color": RULE, "xtick.labelcolor": SOFT, "ytick.color": RULE, "ytick.labelcolor": SOFT,
        "xtick.major.size": 0, "ytick.major.size": 0, "lines.linewidth": 2, "lines.solid_capstyle": "round",
    })  # fmt: skip
    return style


@lru_cache(maxsize=1)
def _font() -> FT2Font:
    """DejaVu Sans as matplotlib brings it: wide, so that what fits in it fits in the page's own font."""
    font = FT2Font(str(File(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    font.set_size(1000, 72)
    return font


@lru_cache(maxsize=4096)
def _advance(character: str) -> float:
    """Width of a character, in thousandths of the size; one that the font has not is as wide as it is high."""
    code = ord(character)
    return _font().load_char(code).linearHoriAdvance / 65536 if _font().get_char_index(code) else 1000.0


def _width(text: str, bold: bool = False) -> float:
    """Pixels that a text takes at most."""
    return sum(map(_advance, text)) * TEXT / 1000 * (1.1 if bold else 1)


def _clean(text: object) -> str:
    """A text of a source on one line, without what could disturb a page."""
    return " ".join(markup.visible(str(text)[:400]).split())


def _wrap(text: str, width: float, lines: int, bold: bool = False) -> list[str]:
    """Break a text into lines of a width; what does not fit into so many ends in three dots."""
    made, left = [], _clean(text)
    while left and len(made) < lines:
        end = _fitting(left, width, bold)
        if end < len(left) and len(made) == lines - 1:
            made.append(left[: _fitting(left, width - _width("…", bold), bold)].rstrip(" ,;") + "…")
            break
        space = left.rfind(" ", 0, end + 1) if end < len(left) else end
        end = space if space > 0 else end
        made.append(left[:end].rstrip())
        left = left[end:].lstrip()
    return made


def _fitting(text: str, width: float, bold: bool) -> int:
    """How many characters fit; one at least."""
    room, scale = width, TEXT / 1000 * (1.1 if bold else 1)
    for at, character in enumerate(text):
        room -= _advance(character) * scale
        if room < 0:
            return max(at, 1)
    return len(text)


def _number(value: float) -> str:
    """A coordinate to a tenth of a pixel, as short as it can be written."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


class _Pen(RendererBase):
    """Writes what matplotlib draws as SVG elements; pixels from the top left, one point to a pixel.

    Only what our figures use is known: paths, circles, text on one line, and stripes in place of hatches.
    """

    def __init__(self, height: float, name: str) -> None:
        super().__init__()
        self.height, self.name = height, name
        self.drawn: list[tuple[tuple[tuple[str, str], ...], str, dict[str, str], str]] = []
        self.striped: dict[str, str] = {}
        self._flip = Affine2D().scale(1, -1).translate(0, height)

    def flipy(self) -> bool:
        return True

    def get_canvas_width_height(self) -> tuple[float, float]:
        return WIDTH, self.height

    def points_to_pixels(self, points: float) -> float:
        return points

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        size = prop.get_size_in_points()
        return sum(map(_advance, s)) * size / 1000, size * 1.16, size * 0.24

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Any, rgbFace: Any = None) -> None:
        paint = self._paint(gc, rgbFace)
        if path is Path.unit_circle():
            x, y, r = self._circle(transform)
            self.drawn.append((paint, "circle", {"cx": x, "cy": y, "r": r}, ""))
        elif shape := self._shape(path, transform):
            self.drawn.append((paint, "path", {"d": shape}, ""))

    def draw_markers(
        self, gc: GraphicsContextBase, marker_path: Path, marker_trans: Any, path: Path, trans: Any, rgbFace: Any = None
    ) -> None:
        paint, shapes = self._paint(gc, rgbFace), []
        for vertices, _ in path.iter_segments(trans, simplify=False):
            place = marker_trans + Affine2D().translate(*vertices[-2:])
            if marker_path is Path.unit_circle():
                x, y, r = self._circle(place)
                self.drawn.append((paint, "circle", {"cx": x, "cy": y, "r": r}, ""))
            else:
                shapes.append(self._shape(marker_path, place))
        if shapes:
            self.drawn.append((paint, "path", {"d": "".join(shapes)}, ""))

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
        mtext: Any = None,
    ) -> None:  # fmt: skip
        anchor = {"center": "middle", "right": "end"}.get(mtext.get_ha() if mtext is not None else "left", "")
        if anchor:  # the page's font is not the one that was measured: the anchor is what must be kept
            x = float(mtext.get_transform().transform(mtext.get_unitless_position())[0])
        paint = {"font-size": _number(prop.get_size_in_points()), "fill": PAINT[to_hex(gc.get_rgb())]}
        if prop.get_weight() in ("bold", 700):
            paint["font-weight"] = "bold"
        if anchor:
            paint["text-anchor"] = anchor
        place = {"x": _number(x), "y": _number(y)}
        if angle:
            place["transform"] = f"rotate({_number(-angle)} {_number(x)} {_number(y)})"
        self.drawn.append((tuple(paint.items()), "text", place, s))

    def _circle(self, transform: Any) -> tuple[str, str, str]:
        matrix = (transform + self._flip).get_matrix()
        return _number(matrix[0, 2]), _number(matrix[1, 2]), _number(abs(matrix[0, 0]))

    def _shape(self, path: Path, transform: Any) -> str:
        """Write a path with relative steps, counted from rounded places so that no error adds up."""
        made: list[str] = []
        x = y = start_x = start_y = 0.0
        for vertices, code in path.iter_segments(transform + self._flip, remove_nans=True, simplify=False):
            if code == Path.CLOSEPOLY:
                made.append("z")
                x, y = start_x, start_y
                continue
            places = [round(float(value), 1) for value in vertices]
            steps = [_number(value - (x, y)[at % 2]) for at, value in enumerate(places)]
            if code == Path.MOVETO:
                made.append(f"M{_number(places[0])} {_number(places[1])}")
                start_x, start_y = places[0], places[1]
            elif code == Path.LINETO and steps != ["0", "0"]:
                made.append(f"h{steps[0]}" if steps[1] == "0" else f"v{steps[1]}" if steps[0] == "0" else f"l{' '.join(steps)}")
            elif code in (Path.CURVE3, Path.CURVE4):
                made.append(("q" if code == Path.CURVE3 else "c") + " ".join(steps))
            x, y = places[-2:]
        return "".join(made)

    def _paint(self, gc: GraphicsContextBase, face: Any) -> tuple[tuple[str, str], ...]:
        paint = {"fill": "none" if face is None or (len(face) > 3 and face[3] == 0) else PAINT[to_hex(face[:3])]}
        if gc.get_hatch() and face is not None:
            paint["fill"] = f"url(#{self._stripes(to_hex(face[:3]))})"
        if gc.get_linewidth() > 0 and gc.get_rgb()[3] > 0:
            paint["stroke"] = PAINT[to_hex(gc.get_rgb())]
            paint["stroke-width"] = _number(gc.get_linewidth())
            dashes = gc.get_dashes()[1]
            if dashes:
                paint["stroke-dasharray"] = " ".join(_number(each) for each in dashes)
            elif gc.get_capstyle() == "round":
                paint["stroke-linecap"] = paint["stroke-linejoin"] = "round"
        alpha = gc.get_alpha() if gc.get_alpha() is not None else 1
        if alpha < 1:
            paint["opacity"] = f"{alpha:g}"
        return tuple(paint.items())

    def _stripes(self, colour: str) -> str:
        return self.striped.setdefault(colour, f"{self.name}-stripes-{len(self.striped) + 1}")

    def elements(self) -> list[Fragment]:
        """What was drawn, in order, with neighbours of one paint in a group."""
        patterns = [
            element(
                "pattern",
                element("rect", width=8, height=8, fill=PAINT[colour]),
                element("path", d="M-2 2l4-4M0 8l8-8M6 10l4-4", stroke=PAINT[PAPER], stroke_width=1.5),
                id=name, width=8, height=8, patternUnits="userSpaceOnUse",
            )
            for colour, name in self.striped.items()
        ]  # fmt: skip
        made = [element("defs", *patterns)] if patterns else []
        for paint, run in groupby(self.drawn, key=lambda one: one[0]):
            shapes = [(tag, place, text) for _, tag, place, text in run]
            if len(shapes) == 1:
                tag, place, text = shapes[0]
                made.append(element(tag, *([text] if text else []), **place, **dict(paint)))
            else:
                inside = [element(tag, *([text] if text else []), **place) for tag, place, text in shapes]
                made.append(element("g", *inside, **dict(paint)))
        return made


class _Sheet:
    """One drawing: a matplotlib figure measured in pixels from the top left. Make and use it under `_drawn`."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, frameon=False)
        self.paper = self.figure.add_axes((0, 0, 1, 1), zorder=2, frameon=False)
        self.paper.set_axis_off()
        self.paper.set(xlim=(0, WIDTH), ylim=(height, 0))

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes with grid and ticks, behind everything that is drawn on the paper."""
        box = (left / WIDTH, 1 - bottom / self.height, (right - left) / WIDTH, (bottom - top) / self.height)
        axes = self.figure.add_axes(box, zorder=1)
        axes.patch.set_visible(False)
        return axes

    def text(
        self, x: float, y: float, text: str, *, align: str = "left", bold: bool = False, colour: str = INK, angle: float = 0
    ) -> None:
        """A line of text whose baseline is at y."""
        self.paper.text(
            x, y, text, ha=align, va="baseline", fontweight="bold" if bold else "normal", color=colour, rotation=angle,
            rotation_mode="anchor",
        )  # fmt: skip

    def block(self, x: float, middle: float, lines: Sequence[str], **how: Any) -> None:
        """Lines of text around a middle."""
        top = middle - (len(lines) - 1) * LINE_HEIGHT / 2 + 5
        for at, line in enumerate(lines):
            self.text(x, top + at * LINE_HEIGHT, line, **how)

    def lines(
        self, segments: Sequence[Sequence[tuple[float, float]]], colour: str, width: float = 2, *,
        dashes: tuple[float, float] | None = None, opacity: float | None = None, cap: str = "round",
    ) -> None:  # fmt: skip
        """Lines of one look, each through its points."""
        points = [point for segment in segments for point in (*segment, (np.nan, np.nan))]
        if points:
            how = {"dashes": tuple(each / width for each in dashes)} if dashes else {"solid_capstyle": cap}
            xs, ys = zip(*points, strict=True)
            self.paper.plot(xs, ys, color=colour, linewidth=width, alpha=opacity, **how)

    def boxes(
        self, boxes: Sequence[tuple[float, float, float, float]], colour: str, *, striped: bool = False,
        outline: str | None = None,
    ) -> None:  # fmt: skip
        """Rectangles of one look, each (left, top, right, bottom)."""
        shapes = [Path([(l, t), (r, t), (r, b), (l, b), (l, t)], closed=True) for l, t, r, b in boxes]  # noqa: E741 - edges
        if shapes:
            self.paper.add_patch(PathPatch(
                Path.make_compound_path(*shapes), facecolor=colour, linewidth=1 if outline else 0,
                edgecolor=outline or "none", hatch="/" if striped else None,
            ))  # fmt: skip

    def marks(self, shape: str, colour: str, points: Iterable[tuple[float, float]]) -> None:
        """Marks of one shape and colour; see `_MARKS`."""
        places = list(points)
        if places:
            marker, size, filled, edge = _MARKS[shape]
            xs, ys = zip(*places, strict=True)
            self.paper.plot(
                xs, ys, linestyle="none", marker=marker, markersize=size, markerfacecolor=colour if filled else PAPER,
                markeredgecolor=INK if filled else colour, markeredgewidth=edge,
            )  # fmt: skip


_MARKS = {
    "ring": ("o", 11, False, 3),
    "dot": ("o", 13, True, 1),
    "diamond": ("D", 9.5, True, 1),
    "change": ("o", 6, True, 0),
    "later": (">", 10, True, 0),
    "earlier": ("<", 10, True, 0),
}
"""Shape, size, whether filled, width of the edge. No two differ in colour alone."""


def _drawn(name: str, height: float, message: str, alternative: str, draw: Callable[[_Sheet], None]) -> Fragment:
    """Draw a figure and write it as SVG."""
    pen = _Pen(height, name)
    with _DRAWING, matplotlib.rc_context(_style()):
        sheet = _Sheet(height)
        draw(sheet)
        sheet.figure.draw(pen)
    made = element(
        "svg",
        element("title", message, id=f"{name}-title"),
        element("desc", alternative, id=f"{name}-desc"),
        *pen.elements(),
        viewBox=f"0 0 {WIDTH} {_number(height)}", role="img", aria_labelledby=f"{name}-title {name}-desc",
    )  # fmt: skip
    return Fragment(made.html, alternative + "\n")


def _figure(
    name: str, kind: str, message: str, subtitle: str, height: float, draw: Callable[[_Sheet], None], alternative: str,
    table: Fragment, notes: Sequence[str] = (), rows: str = "",
) -> Fragment:  # fmt: skip
    """Put a drawing together with its two titles, its notes and its data."""
    picture = _drawn(name, height, message, alternative, draw)
    caption = element("figcaption", element("b", message), " ", element("span", subtitle))
    label = f"{kind}, wider than a narrow screen"
    plot = element("div", picture, class_="fig", tabindex=0, role="group", aria_label=label)
    below = [element("p", note, class_="quiet") for note in notes]
    data = markup.details(f"The data of this figure as a table ({rows})", table)
    return element("figure", caption, plot, *below, data, id=name)


def _nothing(name: str, message: str) -> Fragment:
    """What stands in place of a figure that cannot be drawn: why."""
    return element("p", message, class_="quiet", id=name)


# --- dates on an axis --------------------------------------------------------------------------------------------------


def _day(when: Any) -> int:
    """A date as a number of days."""
    return int(np.datetime64(pd.Timestamp(when).to_datetime64(), "D").astype(int))


def _ticks(first: int, last: int, most: int) -> list[int]:
    """Days for at most so many ticks, on Mondays or on the first of months."""
    for step in (1, 2, 7, 14):
        days = [day for day in range(first - first % step + (4 if step > 2 else 0) - step, last + 1, step) if day >= first]
        if len(days) <= most:
            return days
        if len(days) > most * 14:
            break
    months = np.array([first, last], dtype="datetime64[D]").astype("datetime64[M]").astype(int)
    for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200):
        each = np.arange(months[0] - months[0] % step, months[1] + 1, step).astype("datetime64[M]").astype("datetime64[D]")
        days = [int(day) for day in each.astype(int) if first <= day <= last]
        if len(days) <= most:
            return days
    return days[:most]


def _short(day: int) -> str:
    """A day as an axis has it: "1 Sep 2011"."""
    when = np.datetime64(day, "D").item()
    number, month, year = phrase(when, when, "day").split()
    return f"{number} {month[:3]} {year}"


def _scale(first: int, last: int, low: float, high: float, pad: float) -> tuple[Callable[[Any], float], int, int]:
    """From a day to its pixel, and the days at both ends; with so many pixels to spare at each end."""
    span = max(last - first, 20)
    spare = span * pad / max(abs(high - low) - 2 * pad, 1)
    middle = (first + last) / 2
    start, end = middle - span / 2 - spare, middle + span / 2 + spare

    def place(day: Any) -> float:
        return low + (float(day) - start) / (end - start) * (high - low)

    return place, int(np.ceil(start)), int(np.floor(end))


def _days_axis(axes: Axes, place: Callable[[Any], float], start: int, end: int, *, vertical: bool = False) -> None:
    """Put the grid and the ticks of dates on axes whose units are the paper's pixels."""
    axis = axes.yaxis if vertical else axes.xaxis
    length = abs(place(end) - place(start))
    days = _ticks(start, end, max(2, int(length / (60 if vertical else 100))))
    axis.set_ticks([place(day) for day in days], labels=[_short(day) for day in days])


# --- standing over time ------------------------------------------------------------------------------------------------


def standing_over_time(m: Measures) -> Fragment:
    """Where the actions stood at each report: re-dated beside late, so that one bought by the other is seen.

    Parameters
    ----------
    m : Measures

    Returns
    -------
    Fragment
        A figure, or a sentence that says why there is none.
    """
    name = "standing-over-time"
    if m.actions.empty or m.over_time.empty:
        return _nothing(name, f"No action is listed as at {say_day(m.as_of)}, so nothing can be drawn over time.")
    wide = m.over_time.pivot_table(index="as_of", columns="standing", values="actions", aggfunc="sum", fill_value=0)
    standings = [standing for standing in schema.STANDINGS if standing in wide.columns]
    kinds = [kind for kind, (_, those) in _KINDS.items() if any(standing in those for standing in standings)]
    counts = {kind: [int(n) for n in wide[[s for s in standings if _KIND[s] == kind]].sum(axis=1)] for kind in kinds}
    days = list(wide.index)
    trend = len(m.snapshots) >= TREND_SNAPSHOTS and (m.snapshots[-1] - m.snapshots[0]).days >= TREND_DAYS
    message = _standing_message(m, wide, trend)
    span = f"at {say_day(days[0])}" if len(days) == 1 else f"at {len(days)} dates from {say_day(days[0])} to {say_day(days[-1])}"
    notes = [] if trend else [f"This is no trend yet: {_too_few(m)}"]
    head = ["As at", *(standing.capitalize() for standing in standings), "All"]
    rows = [
        (say_day(day), *(str(int(wide.at[day, standing])) for standing in standings), str(int(wide.loc[day].sum())))
        for day in days
    ]  # fmt: skip
    table = markup.table(
        head, rows, caption="Number of actions by where they stood, at each report", narrow="scroll",
        numeric=range(1, len(head)), name=f"{name}-data",
    )  # fmt: skip
    told = [_told_standing(day, wide.loc[day], standings) for day in (days if len(days) <= MOST_SAID else [days[0], days[-1]])]
    if len(days) > MOST_SAID:
        told.append(f"The {len(days) - 2} dates between are in the table below.")
    return _figure(
        name, "Chart of where the actions stood", message, f"Number of actions by where they stood, {span}", 340,
        lambda sheet: _draw_standing(sheet, days, counts), " ".join(told), table, notes, plural(len(rows), "row"),
    )  # fmt: skip


def _too_few(m: Measures) -> str:
    """What is missing for a trend."""
    n = len(m.snapshots)
    span = (m.snapshots[-1] - m.snapshots[0]).days if n else 0
    have = f"there are {n}, {plural(span, 'day')} apart" if n == 2 else f"there are {n}, over {plural(span, 'day')}"
    return f"it takes {TREND_SNAPSHOTS} reports over at least {TREND_DAYS} days, and {'there is one' if n == 1 else have}."


def _told_standing(day: Any, row: pd.Series, standings: Sequence[str]) -> str:
    return f"{say_day(day)}: {listed(f'{int(row[standing])} {standing}' for standing in standings if row[standing])}."


def _standing_message(m: Measures, wide: pd.DataFrame, trend: bool) -> str:
    """The latest counts and, where there are reports enough, what changed since the one before."""
    total = len(m.actions)
    unknown = int((m.actions["standing"] == "standing not known").sum())
    if unknown == total:
        return f"Where the {'one action stands' if total == 1 else f'{total} actions stand'} is not known"
    counted = m.actions[m.actions["counted"]]
    done, moved, late = (int(m.actions["standing"].isin(_KINDS[kind][1]).sum()) for kind in ("done", "re-dated", "late"))
    n, d = int(counted["done"].sum()), len(counted)
    parts = [f"{n} of {plural(d, 'action')} {'is' if n == 1 else 'are'} done"]
    if moved or late:
        parts.append(f"{_count(moved)} re-dated and {_count(late)} late")
    if unknown:
        parts.append(f"of {_count(unknown)} it is not known where {'it stands' if unknown == 1 else 'they stand'}")
    before = _before(m, wide)
    if trend and before is not None:
        was_late, was_moved, was_done = before
        since = say_day(m.previous)
        if late < was_late and moved > was_moved:
            parts.append(f"since {since} late fell from {was_late} to {late} while re-dated rose from {was_moved} to {moved}")
        elif done > was_done:
            parts.append(f"{was_done} were done at {since}" if was_done != 1 else f"one was done at {since}")
    return ("; ".join(parts) if len(parts) > 2 else ", ".join(parts)).strip()


def _count(number: int) -> str:
    return "none" if number == 0 else str(number)


def _before(m: Measures, wide: pd.DataFrame) -> tuple[int, int, int] | None:
    """Late, re-dated and done at the previous report; nothing where it did not know where every action stood."""
    if m.previous is None or m.previous not in wide.index:
        return None
    row = wide.loc[m.previous]
    if row.get("standing not known", 0):
        return None
    late, moved, done = (int(row[[s for s in row.index if _KIND[s] == kind]].sum()) for kind in ("late", "re-dated", "done"))
    return late, moved, done


def _draw_standing(sheet: _Sheet, days: Sequence[Any], counts: dict[str, list[int]]) -> None:
    """Bars at their dates, done at the bottom, and the latest counts in words beside the last one."""
    left, right, top, bottom = 44, WIDTH - 170, 14, sheet.height - 34
    totals = [sum(column) for column in zip(*counts.values(), strict=True)]
    axes = sheet.axes(left, top, right, bottom)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    most = max(totals)
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if most / each <= 6)

    def height(number: float) -> float:
        return bottom - number / most * (bottom - top)

    levels = range(0, most + 1, step)
    axes.set_yticks([height(each) for each in levels], labels=[f"{each:,}" for each in levels])
    axes.grid(axis="y", visible=True)
    numbers = [_day(day) for day in days]
    place, start, end = _scale(numbers[0], numbers[-1], left, right, 34 if len(days) < 12 else 14)
    if len(days) <= 5 and _apart([place(each) for each in numbers]) > 95:
        axes.set_xticks([place(each) for each in numbers], labels=[_short(each) for each in numbers])
    else:
        _days_axis(axes, place, start, end)
    axes.grid(axis="x", visible=False)
    middles = [place(each) for each in numbers]
    halves = _halves(middles)
    base = [0] * len(days)
    ends: list[tuple[str, float]] = []
    for kind, column in counts.items():
        colour = _KINDS[kind][0]
        boxes = [
            (middle - half, height(below + n), middle + half, height(below))
            for middle, half, below, n in zip(middles, halves, base, column, strict=True)
            if n
        ]  # fmt: skip
        other = kind == "other"
        sheet.boxes(boxes, PAPER if other else colour, striped=kind == "re-dated", outline=SOFT if other else PAPER)
        for middle, half, below, n in zip(middles, halves, base, column, strict=True):
            if half >= 15 and height(below) - height(below + n) >= 19 and kind != "re-dated":
                sheet.text(middle, height(below + n / 2) + 5, str(n), align="center", bold=True,
                           colour=PAPER if kind == "done" else INK)  # fmt: skip
        ends.append((kind, height(base[-1] + column[-1] / 2)))
        base = [below + n for below, n in zip(base, column, strict=True)]
    edge = middles[-1] + halves[-1]
    for (kind, wanted), y in zip(ends, _spread([y for _, y in ends], 21, top + 8, bottom - 4), strict=True):
        sheet.lines([[(edge + 3, wanted), (right + 8, y)]], RULE, 1)
        colour = _KINDS[kind][0]
        swatch = [(right + 12, y - 6, right + 24, y + 6)]
        sheet.boxes(swatch, PAPER if kind == "other" else colour, striped=kind == "re-dated", outline=SOFT if kind == "other" else PAPER)
        words = {"other": "not known or other"}.get(kind, kind)
        sheet.text(right + 30, y + 5, f"{counts[kind][-1]:,} {words}", bold=False)


def _apart(places: Sequence[float]) -> float:
    return min((b - a for a, b in zip(places, places[1:], strict=False)), default=1e9)


def _halves(middles: Sequence[float]) -> list[float]:
    """Half the width of each bar: equal where there is room, narrower where two dates are close."""
    if len(middles) == 1:
        return [28]
    gaps = [b - a for a, b in zip(middles, middles[1:], strict=False)]
    usual = 0.4 * sorted(gaps)[len(gaps) // 2]
    near = [min(gaps[max(at - 1, 0) : at + 1]) for at in range(len(middles))]
    return [min(28, max(1, min(usual, 0.45 * gap))) for gap in near]


def _spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as can be to those wanted, and at least so far apart; in their order from top to bottom."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = [0.0] * len(wanted)
    above = low - gap
    for at in order:
        above = places[at] = max(wanted[at], above + gap)
    below = max(high, low + gap * (len(wanted) - 1)) + gap
    for at in reversed(order):
        below = places[at] = min(places[at], below - gap)
    return places


# --- dumbbell: first date, date now, done --------------------------------------------------------------------------------


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
        return _nothing(name, f"No action is listed as at {say_day(m.as_of)}, so there are no dates to draw.")
    rows = [_dated_row(m, part) for part in _alike(m.actions)]
    drawable = [row for row in rows if row["drawn"]]
    if not drawable:
        every = plural(len(m.actions), "action")
        return _nothing(name, f"No date is known that could be drawn for any of {every} as at {say_day(m.as_of)}.")
    shown, height, widths = _fit_rows(drawable)
    n = sum(row["actions"] for row in shown)
    table = markup.table(
        ("Actions", "Standing", "First date", "Date now", "Done", "Slip"),
        [row["cells"] for row in sorted(rows, key=lambda one: one["order"])],
        caption=f"First, current and actual dates of all actions as at {say_day(m.as_of)}", numeric=(2, 3, 4),
        name=f"{name}-data",
    )  # fmt: skip
    told = [f"{row['standing'].capitalize()}, {row['names']}: {row['told']}." for row in shown[:MOST_SAID]]
    if len(rows) > len(told):
        told.append("The table below has every action.")
    known = m.actions["original"].notna().sum()
    subtitle = (
        f"First, current and actual dates of {n} of {plural(len(m.actions), 'action')} as at {say_day(m.as_of)}; "
        f"the first date is known for {known}"
    )
    return _figure(
        name, "Chart of dates", _moved_message(m), subtitle, height, lambda sheet: _draw_dates(sheet, m, shown, widths),
        " ".join(told), table, _not_drawn(m, rows, drawable, shown), plural(len(rows), "row"),
    )  # fmt: skip


_ALIKE = (
    "ref_range", "standing", "by_own_account", "original_earliest", "original", "target_earliest", "target",
    "complete_earliest", "complete_latest", "revisions",
)  # fmt: skip


def _alike(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Actions that share every date and their standing, together; those known only by count with their like."""
    keys = [name for name in _ALIKE if name != "ref_range"]
    return [part for _, part in rows.groupby([*keys], sort=False, dropna=False)]


def _dated_row(m: Measures, part: pd.DataFrame) -> dict[str, Any]:
    """Everything that one row of the dumbbell shows and says."""
    first = part.iloc[0]
    names = say_refs(part, m.actions) or "no reference"
    done = bool(first["done"])
    end = first["complete_latest"] if done else first["target"]
    dated = pd.notna(end) and not (done and pd.isna(first["original"]) and pd.isna(first["target"]))
    drawn = dated or pd.notna(first["original"]) or pd.notna(first["target"])
    slip = first["slip_low"]
    weight = int(slip) if pd.notna(slip) else 0
    kind = _KIND[first["standing"]]
    moved = kind in ("late", "re-dated") or weight != 0
    original = say_date(first["original_earliest"], first["original"], first["original_precision"]) if pd.notna(first["original"]) else ""
    target = say_date(first["target_earliest"], first["target"], first["target_precision"]) if pd.notna(first["target"]) else ""
    words = _row_words(m, part)
    no_date = schema.NO_DATE_KINDS.get(first["no_date"], "none")
    return {
        "part": part, "actions": len(part), "first": first, "names": names, "kind": kind, "standing": first["standing"],
        "drawn": drawn, "words": words, "number": int(first["number"]) if "number" in first else 0,
        "order": (list(schema.STANDINGS).index(first["standing"]), -weight, str(end)),
        "keep": (0 if moved else 1 if not done else 2, -abs(weight), str(end)),
        "told": _told_dates(original, target, done, end, words),
        "cells": (
            names, first["standing"] + (" by its own account" if first["by_own_account"] and kind != "late" else ""),
            original or "not known", target or no_date, _done_cell(first), say_slip(first).capitalize(),
        ),
    }  # fmt: skip


def _told_dates(original: str, target: str, done: bool, end: Any, words: str) -> str:
    parts = [f"first {original}" if original else "first date not known"]
    if target and target != original:
        parts.append(f"now {target}" if not done else f"last due {target}")
    if done and pd.notna(end):
        parts.append(f"done by {say_day(end)}")
    return ", ".join([*parts, words] if words not in ("first date not known", "") else parts)


def _done_cell(row: pd.Series) -> str:
    if not row["done"]:
        return "not done" if row["standing"] != "standing not known" else "not known"
    early, late = row["complete_earliest"], row["complete_latest"]
    if pd.isna(late):
        return "date not known"
    if pd.isna(early):
        return f"by {say_day(late)}"
    return phrase(early.date(), late.date())


def _row_words(m: Measures, part: pd.DataFrame) -> str:
    """What stands at the end of a row: the slip in words, or why it is not known."""
    row = part.iloc[0]
    standing, slip = row["standing"], row["slip_low"]
    moved = say_moved(slip, row["slip_months_low"], row["slip_unit"]) if pd.notna(slip) else ""
    if row["done"]:
        if not moved:
            return "first date not known" if pd.isna(row["original"]) else "when it was done is not known"
        if row["slip_low"] != row["slip_high"]:
            return say_slip(row).split(";")[0] + " after its first date"
        return moved if slip else "within the month planned" if row["slip_unit"] == "months" else "on the day planned"
    if standing == "overdue":
        late = f"overdue by {plural((m.as_of - row['target']).days, 'day')}"
        return f"{late}, {moved} than first planned" if moved and slip else late
    if standing == "standing not known":
        return "date passed" if row["date_passed"] else f"{moved}" if moved and slip else ""
    if moved and slip:
        return f"{moved}, {_why(m, part)}"
    if standing == "re-dated" or (standing == "delayed" and row["says_changed"]):
        return "from when is not known" if pd.isna(row["original"]) else "to when is not known"
    if row["due_today"]:
        return "due today, not complete"
    if pd.isna(row["target"]):
        return "no date now"
    if pd.isna(row["original"]):
        return "by its own account; first date not known" if standing == "on track" else "first date not known"
    return "as first planned"


def _why(m: Measures, part: pd.DataFrame) -> str:
    """How often a date was changed, or whether a reason is given."""
    mine = m.changes[m.changes["action_id"].isin(part["action_id"])] if len(m.changes) else m.changes
    mine = mine[mine["revision"]] if len(mine) else mine
    again = part["revisions"].iloc[0]
    if pd.notna(again) and again > 1:
        return f"re-dated {plural(int(again), 'time')}"
    given = (mine["reason"] != "").any() if len(mine) else False
    return "reason given" if given or (part["reason"] != "").any() else "no reason given"


def _moved_message(m: Measures) -> str:
    """What the dates say, true for any plan: moved later, not known, earlier, overdue, done late."""
    live = m.actions[m.actions["standing"].isin(_LIVE)]
    known = live[live["slip_low"].notna()]
    later, earlier = known[(known["slip_low"] > 0).to_numpy(bool)], known[(known["slip_low"] < 0).to_numpy(bool)]
    unsure = live[(live["standing"] == "re-dated") & live["slip_low"].isna()]
    overdue = int((live["standing"] == "overdue").sum())
    parts = []
    if len(later):
        parts.append(_moved_later(later, m))
    if len(unsure):
        others = f"{_words(len(unsure))} {'others' if len(unsure) > 1 else 'other'}" if parts else _plural_words(len(unsure), "action")
        parts.append(f"how far {others} moved is not known")
    if len(earlier):
        parts.append(f"{_words(len(earlier))} moved earlier" if parts else f"{_plural_words(len(earlier), 'open action')} moved earlier")
    if len(live) and not parts:
        parts.append(
            "no open action is known to have moved" if len(known) else "whether any open action has moved is not known"
        )
    if overdue:
        parts.append(f"{_words(overdue)} {'is' if overdue == 1 else 'are'} overdue")
    parts += _done_late(m)
    if not parts:
        n = int((m.actions["target"].notna() | m.actions["original"].notna()).sum())
        parts.append(f"{n} of {plural(len(m.actions), 'action')} {'has' if n == 1 else 'have'} a date that is known")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _words(number: int) -> str:
    return say_number(number).lower()


def _plural_words(number: int, noun: str) -> str:
    """A count in words with its noun: "five actions", "one open action"."""
    return f"{_words(number)} {noun}{'' if number == 1 else 's'}"


def _moved_later(later: pd.DataFrame, m: Measures) -> str:
    """Open actions whose date is later than the first: from when to when, or by how much."""
    dates = later[["original_earliest", "original", "target_earliest", "target"]].drop_duplicates()
    first = later.iloc[0]
    if len(dates) == 1:
        who = _clean(first["label"]) if len(later) == 1 and first["ref"] else _plural_words(len(later), "action")
        start = say_date(first["original_earliest"], first["original"], first["original_precision"])
        end = say_date(first["target_earliest"], first["target"], first["target_precision"])
        same_year = start[-5:] == end[-5:] and start[-5:-4] == " " and len(start) > 5
        return f"{who} moved from {start[:-5] if same_year else start} to {end}"
    unit = "month" if (later["slip_unit"] == "months").all() else "day"
    column = later["slip_months_low"] if unit == "month" else later["slip_low"]
    low, high = int(column.min()), int(column.max())
    far = plural(high, unit) if low == high else f"{low} to {plural(high, unit)}"
    if low == high == 0:
        far = "less than a month"
    return f"{_plural_words(len(later), 'open action')} {'is' if len(later) == 1 else 'are'} now {far} later than first planned"


def _done_late(m: Measures) -> list[str]:
    """How many of the done actions finished after their first date, where that can be told of any."""
    done = m.actions[m.actions["done"]]
    n, late = int(done["on_time"].isin(["on time", "late"]).sum()), int((done["on_time"] == "late").sum())
    if n == 0:
        return []
    which = f"the {n} done" if n == len(done) else f"the {n} done whose dates are known"
    if n == 1:
        which = "the one done" if len(done) == 1 else "the one done whose dates are known"
        return [f"{which} finished {'after its first date' if late else 'by its first date'}"]
    return [f"{_words(late) if late else 'none'} of {which} finished after {'its first date' if late < 2 else 'their first dates'}"]


def _not_drawn(
    m: Measures, rows: Sequence[dict[str, Any]], drawable: Sequence[dict[str, Any]], shown: Sequence[dict[str, Any]]
) -> list[str]:
    """What the drawing leaves out, and why."""
    notes = []
    bare = [row for row in rows if not row["drawn"]]
    if bare:
        parts = []
        done = sum(row["actions"] for row in bare if row["kind"] == "done")
        if done:
            parts.append(f"{done} complete")
        for standing, run in groupby(sorted((row for row in bare if row["kind"] != "done"), key=lambda one: one["order"]),
                                     key=lambda one: one["standing"]):  # fmt: skip
            part = pd.concat([row["part"] for row in run])
            parts.append(f"{say_refs(part, m.actions)} ({standing})" if len(part) <= 40 else f"{len(part)} ({standing})")
        notes.append(f"Not drawn, because no date is known: {'; '.join(parts)}.")
    left = sum(row["actions"] for row in drawable) - sum(row["actions"] for row in shown)
    if left:
        notes.append(
            f"{plural(left, 'action')} with dates {'is' if left == 1 else 'are'} left out of the drawing, which shows the "
            "largest moves first; the table has all."
        )
    return notes


def _fit_rows(rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], float, tuple[float, float]]:
    """Break the words of the rows into lines, and keep as many rows as a drawing may be high: the largest moves first."""
    kept: list[dict[str, Any]] = []
    height, standings = 96.0, set()
    for row in sorted(rows, key=lambda one: one["keep"]):
        many = f" ({plural(row['actions'], 'action')})" if row["actions"] > 1 else ""
        row["label_lines"] = _wrap(row["names"], 168, 1) if not many else [
            *_wrap(row["names"] + many, 168, 2)[:1 if _width(row["names"] + many) <= 168 else 2]
        ]
        if many and _width(row["names"] + many) > 168:
            row["label_lines"] = [*_wrap(row["names"], 168, 1), many.strip()]
        row["word_lines"] = _wrap(row["words"], 216, 2)
        row["height"] = max(len(row["label_lines"]), len(row["word_lines"]), 1) * LINE_HEIGHT + 11
        more = row["height"] + (0 if row["standing"] in standings else LINE_HEIGHT + 12)
        if kept and height + more > TALLEST:
            break
        kept.append(row)
        standings.add(row["standing"])
        height += more
    shown = sorted(kept, key=lambda one: (_HEADS.index(one["standing"]), one["order"][1:], one["number"]))
    widths = (
        max(_width(line) for row in shown for line in row["label_lines"]),
        max((_width(line) for row in shown for line in row["word_lines"]), default=0),
    )
    return shown, height, widths


_HEADS = (
    "overdue", "delayed", "re-dated", "dated, first date not known", "on track", "no date", "standing not known",
    "no longer listed", "closed not done", "complete", "evidenced",
)  # fmt: skip
"""Standings in the order in which a manager asks after them."""


def _draw_dates(sheet: _Sheet, m: Measures, rows: Sequence[dict[str, Any]], widths: tuple[float, float]) -> None:
    """Rows of a ring, a dot and a diamond under headings, their names at the left and what they mean at the right."""
    left, right, top = max(widths[0], 60) + 18, WIDTH - widths[1] - 18, 56
    bottom = sheet.height - 30
    axes = sheet.axes(left, top, right, bottom)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    today = _day(m.as_of)
    ends = [today]
    for row in rows:
        for name in ("original_earliest", "original", "target_earliest", "target"):
            if pd.notna(row["first"][name]):
                ends.append(_day(row["first"][name]))
        if row["first"]["done"] and pd.notna(row["first"]["complete_latest"]):
            ends.append(_day(row["first"]["complete_latest"]))
    place, start, end = _scale(min(ends), max(ends), left, right, 32)
    _days_axis(axes, place, start, end)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.set_yticks([])
    sheet.lines([[(place(today), top - 2), (place(today), bottom + 8)]], INK, 2, dashes=(5, 4))
    words = f"as at {say_day(m.as_of)}"
    half = _width(words, bold=True) / 2
    sheet.text(min(max(place(today), half), WIDTH - half), sheet.height - 6, words, align="center", bold=True)
    y, heading, used = float(top) + 6, "", set()
    ink = _DateInk()
    for row in rows:
        if row["standing"] != heading:
            heading = row["standing"]
            y += LINE_HEIGHT + 12
            sheet.text(0, y - 9, heading.capitalize(), bold=True)
            sheet.lines([[(0, y - 3), (WIDTH, y - 3)]], RULE, 1)
        middle = y + row["height"] / 2
        sheet.block(0, middle, row["label_lines"])
        sheet.block(right + 18, middle, row["word_lines"])
        used |= ink.row(row, place, middle)
        y += row["height"]
    ink.draw(sheet)
    _draw_key(sheet, used)


class _DateInk:
    """Collects the marks of all rows, so that each look is one element of the drawing."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, float, float], list[list[tuple[float, float]]]] = {}
        self.tails: list[list[tuple[float, float]]] = []
        self.marks: dict[tuple[str, str], list[tuple[float, float]]] = {}
        self.unknown: list[tuple[float, float]] = []

    def row(self, row: dict[str, Any], place: Callable[[Any], float], y: float) -> set[str]:
        """Take the marks of one row; say which kinds of mark it has."""
        first, colour, used = row["first"], _KINDS[row["kind"]][0], set()
        x = {
            name: place(_day(first[name]))
            for name in ("original_earliest", "original", "target_earliest", "target", "complete_earliest", "complete_latest")
            if pd.notna(first[name])
        }  # fmt: skip
        done = bool(first["done"]) and "complete_latest" in x
        end = x.get("complete_latest") if done else x.get("target")
        within = done and "target" in x and x.get("target_earliest", x["target"]) <= x["complete_latest"] <= x["target"]
        for early, late in (("original_earliest", "original"), ("target_earliest", "target"), ("complete_earliest", "complete_latest")):
            if early in x and late in x and x[late] - x[early] > 3 and not (early[0] == "t" and within) and (early[0] != "c" or done):
                self.lines.setdefault((colour, 7, 0.4), []).append([(x[early], y), (x[late], y)])
                used.add("span")
        if "original" in x:
            self.marks.setdefault(("ring", colour), []).append((x["original"], y))
            used.add("ring")
            if end is not None and abs(end - x["original"]) > 24:
                way = 1 if end > x["original"] else -1
                self.lines.setdefault((colour, 3, 1), []).append([(x["original"] + 8 * way, y), (end - 13 * way, y)])
                self.marks.setdefault(("later" if way > 0 else "earlier", colour), []).append((end - 12 * way, y))
        elif end is not None and not done:
            self.unknown.append((end - 19, y))
            used.add("?")
        if "target" in x and not within:
            self.marks.setdefault(("dot", colour), []).append((x["target"], y))
            used.add("dot")
        if done:
            self.marks.setdefault(("diamond", colour), []).append((x["complete_latest"], y))
            used.add("diamond")
            if "complete_earliest" not in x:
                self.tails.append([(x["complete_latest"] - 30, y), (x["complete_latest"] - 8, y)])
        return used

    def draw(self, sheet: _Sheet) -> None:
        """Draw what was taken: bars, lines and arrows below, marks above, dots last."""
        for (colour, width, opacity), segments in sorted(self.lines.items(), reverse=True):
            sheet.lines(segments, colour, width, opacity=opacity if opacity < 1 else None, cap="butt")
        sheet.lines(self.tails, DONE, 2, dashes=(3, 3))
        order = ["later", "earlier", "ring", "dot", "diamond"]
        for (shape, colour), points in sorted(self.marks.items(), key=lambda one: (order.index(one[0][0]), one[0][1])):
            sheet.marks(shape, colour, points)
        for x, y in self.unknown:
            sheet.text(x, y + 5, "?", align="center", bold=True)


def _draw_key(sheet: _Sheet, used: set[str]) -> None:
    """What the marks mean, in one line above the drawing."""
    x = 0.0
    for shape, words in (("ring", "first date"), ("dot", "date now"), ("diamond", "done"), ("?", "first date not known"),
                         ("span", "a date given by week, month or longer")):  # fmt: skip
        if shape not in used:
            continue
        if shape == "?":
            sheet.text(x + 7, 15, "?", align="center", bold=True)
        elif shape == "span":
            sheet.lines([[(x, 10), (x + 18, 10)]], SOFT, 7, opacity=0.4, cap="butt")
            x += 5
        else:
            sheet.marks(shape, SOFT, [(x + 7, 10)])
        sheet.text(x + 18, 15, words, colour=SOFT)
        x += 18 + _width(words) + 22


# --- slip chart ----------------------------------------------------------------------------------------------------------


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
        return _nothing(name, f"No action is listed as at {say_day(m.as_of)}, so there is no slip chart.")
    if len(m.snapshots) < TREND_SNAPSHOTS or (m.snapshots[-1] - m.snapshots[0]).days < TREND_DAYS:
        return _nothing(name, f"There is no slip chart yet: {_too_few(m)}")
    points = m.slip_chart[m.slip_chart["as_of"].notna() & m.slip_chart["target"].notna()]
    if points["as_of"].nunique() < 2:
        return _nothing(name, "There is no slip chart: no action that can be followed has a target date at two reports or more.")
    lines = _chart_lines(m, points)
    named = [line for line in lines if line["named"]]
    drawn = sum(line["actions"] for line in lines)
    rows = [row for line in lines for row in _chart_rows(line)]
    table = markup.table(
        ("Action", "Told at", "Target date then"), rows, numeric=(1, 2), name=f"{name}-data",
        caption=f"Target dates over the reports up to {say_day(m.as_of)}: each holds until the next line of its action",
    )  # fmt: skip
    notes = []
    if len(lines) > len(named):
        notes.append(f"{len(named)} of {len(lines)} lines are named, those that moved furthest; the others are grey and in the table.")
    counted = int((m.actions["ref_range"] != "").sum())
    if counted:
        notes.append(f"{plural(counted, 'action')} known only by count {'is' if counted == 1 else 'are'} left out: no one of them can be followed.")
    dateless = len(m.actions) - counted - drawn
    if dateless > 0:
        notes.append(f"{plural(dateless, 'action')} without a target date in any report {'is' if dateless == 1 else 'are'} left out.")
    told = [_told_line(line) for line in named]
    if len(lines) > len(named):
        told.append("The table below has every line.")
    subtitle = (
        f"Target date in force at each of {plural(len(m.snapshots), 'report')} to {say_day(m.snapshots[-1])}, "
        f"{plural(drawn, 'action')}; a line ends on the diagonal when its action is done"
    )
    return _figure(
        name, "Slip chart", _slip_message(m, points), subtitle, 520, lambda sheet: _draw_slip(sheet, m, lines),
        " ".join(told), table, notes, plural(len(rows), "row"),
    )  # fmt: skip


def _chart_lines(m: Measures, points: pd.DataFrame) -> list[dict[str, Any]]:
    """One line for actions that were told the same dates at the same reports; the furthest moved are named."""
    actions = m.actions.set_index("action_id", drop=False)
    alike: dict[tuple[Any, ...], list[str]] = {}
    for action, rows in points.groupby("action_id", sort=False):
        days = rows["as_of"].to_numpy("datetime64[D]").astype(int)
        dates = rows["target"].to_numpy("datetime64[D]").astype(int)
        done = bool(rows["done"].iloc[-1])
        kind = _KIND[str(actions.at[action, "standing"])] if action in actions.index else "other"
        original = rows["original"].iloc[-1]
        first = _day(original) if pd.notna(original) else None
        key = (tuple(days.tolist()), tuple(dates.tolist()), done, kind, first)
        alike.setdefault(key, []).append(str(action))
    lines = []
    for at, ((days, dates, done, kind, first), ids) in enumerate(alike.items()):
        part = actions.loc[[each for each in ids if each in actions.index]]
        turns = [0, *(now for now in range(1, len(dates)) if dates[now] != dates[now - 1])]
        lines.append({
            "at": at, "points": _bends(list(zip(days, dates, strict=True))), "turns": turns, "days": days, "dates": dates,
            "done": done, "kind": kind, "original": first, "actions": len(ids), "names": say_refs(part, m.actions) or "no reference",
            "slip": say_slip(part.iloc[0]) if len(part) else "", "row": part.iloc[0] if len(part) else None,
            "moved": max(dates) - min(dates), "named": False,
        })  # fmt: skip
    for line in sorted(lines, key=lambda one: (-one["moved"], one["at"]))[:MOST_NAMED]:
        line["named"] = True
    return lines


def _bends(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A line without the points that lie on a level stretch between two others."""
    keep = [
        point for at, point in enumerate(points)
        if at in (0, len(points) - 1) or not points[at - 1][1] == point[1] == points[at + 1][1]
    ]  # fmt: skip
    return keep


def _chart_rows(line: dict[str, Any]) -> list[tuple[Content, ...]]:
    """Each date a line was given and, at last, when it was done."""
    names = line["names"]
    rows: list[tuple[Content, ...]] = []
    for at in line["turns"]:
        if line["done"] and at == len(line["days"]) - 1:
            continue
        rows.append((names, _long(line["days"][at]), _long(line["dates"][at])))
    if line["done"]:
        rows.append((names, _long(line["days"][-1]), "done"))
    return rows


def _long(day: int) -> str:
    when = np.datetime64(day, "D").item()
    return phrase(when, when, "day")


def _told_line(line: dict[str, Any]) -> str:
    dates = line["dates"][:-1] if line["done"] and len(line["dates"]) > 1 else line["dates"]
    start, end = _long(dates[0]), _long(dates[-1])
    times = sum(1 for a, b in zip(dates, dates[1:], strict=False) if a != b)
    said = f"{start} at every report" if not times else f"{start} at first, {end} at last, changed {plural(times, 'time')}"
    done = f", done {_long(line['days'][-1])}" if line["done"] else ""
    return f"{line['names']}: {said}{done}."


def _slip_message(m: Measures, points: pd.DataFrame) -> str:
    """How many of the actions drawn were re-dated, and which is furthest from its first date."""
    rows = m.actions[m.actions["action_id"].isin(points["action_id"])]
    n, total = int((rows["revisions"] > 0).fillna(False).sum()), len(rows)
    reports = plural(len(m.snapshots), "report")
    if n == 0:
        who = "the one action" if total == 1 else f"any of {total} actions"
        message = f"No change of date is known for {who} over {reports}"
    else:
        message = f"{n} of {plural(total, 'action')} {'was' if n == 1 else 'were'} re-dated over {reports}"
    slips = rows[(rows["slip_low"] > 0).fillna(False)]
    if len(slips):
        most = slips[slips["slip_low"] == slips["slip_low"].max()]
        first = most.iloc[0]
        far = say_moved(first["slip_low"], first["slip_months_low"], first["slip_unit"])
        if len(most) <= 3 and not far.startswith("within"):
            message += f"; {say_refs(most, m.actions)} {'is' if len(most) == 1 else 'are'} furthest from {'its' if len(most) == 1 else 'their'} first date, {far}"
    return message


def _draw_slip(sheet: _Sheet, m: Measures, lines: Sequence[dict[str, Any]]) -> None:
    """Lines over the reports, the diagonal on which a date falls due, and names at the ends."""
    named = [line for line in lines if line["named"]]
    for line in named:
        line["label"] = _end_label(line)
    margin = max([_width(line["label"]) for line in named if not line["done"]] or [40]) + 26
    left, right, top, bottom = 96, WIDTH - min(margin, 220), 22, sheet.height - 36
    axes = sheet.axes(left, top, right, bottom)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    days = [day for line in lines for day in line["days"]]
    last = max(max(days), _day(m.as_of))
    across, start, end = _scale(min(days), last, left, right, 6)
    dates = [date for line in lines for date in line["dates"]] + [line["original"] for line in named if line["original"] is not None]
    down, lowest, highest = _scale(min(*dates, min(days)), max(*dates, last), bottom, top, 10)
    _days_axis(axes, across, start, end)
    _days_axis(axes, down, lowest, highest, vertical=True)
    axes.grid(axis="both", visible=True)
    axes.grid(axis="x", visible=False)
    _draw_diagonal(sheet, across, down, min(days), last, bottom)
    grey = [line for line in lines if not line["named"]]
    sheet.lines([[(across(x), down(y)) for x, y in line["points"]] for line in grey], RULE, 1.5)
    for kind, (colour, _) in _KINDS.items():
        mine = [line for line in named if line["kind"] == kind]
        first = [
            [(across(line["days"][0]), down(line["original"])), (across(line["days"][-1]), down(line["original"]))]
            for line in mine if line["original"] is not None and line["moved"]
        ]  # fmt: skip
        sheet.lines(first, colour, 1, dashes=(3, 4))
        sheet.lines([[(across(x), down(y)) for x, y in line["points"]] for line in mine], colour, 2.5)
        sheet.marks("change", colour, [
            (across(line["days"][at]), down(line["dates"][at])) for line in mine for at in line["turns"][1:]
            if not (line["done"] and at == len(line["days"]) - 1)
        ])  # fmt: skip
    for kind, (colour, _) in _KINDS.items():
        mine = [line for line in lines if line["kind"] == kind]
        sheet.marks("diamond", colour, [(across(line["days"][-1]), down(line["dates"][-1])) for line in mine if line["done"] and line["named"]])
        sheet.marks("dot", colour, [(across(line["days"][-1]), down(line["dates"][-1])) for line in mine if not line["done"] and line["named"]])
    _name_lines(sheet, named, across, down, (right, top, bottom))


def _end_label(line: dict[str, Any]) -> str:
    name = _wrap(line["names"], 120, 1)[0]
    row = line["row"]
    if line["done"] or row is None or pd.isna(row["slip_low"]):
        return name
    if row["slip_low"] == 0:
        return name
    return f"{name}: {say_moved(row['slip_low'], row['slip_months_low'], row['slip_unit'])}"


def _draw_diagonal(
    sheet: _Sheet, across: Callable[[Any], float], down: Callable[[Any], float], first: int, last: int, bottom: float
) -> None:
    """The line on which a target date is the day of the report; below it a date has passed."""
    corners = [(across(first), down(first)), (across(last), down(last)), (across(last), bottom), (across(first), bottom)]
    sheet.paper.add_patch(PathPatch(Path([*corners, corners[0]], closed=True), facecolor=PANEL, linewidth=0, zorder=0.5))
    sheet.lines([[corners[0], corners[1]]], INK, 1.5, dashes=(6, 4))
    words = "below: the date has passed"
    room = corners[1][0] - corners[0][0]
    if room > _width(words) + 20 and bottom - corners[1][1] > 50:
        sheet.text(corners[1][0] - 6, bottom - 8, words, align="right", colour=SOFT)


def _name_lines(
    sheet: _Sheet, named: Sequence[dict[str, Any]], across: Callable[[Any], float], down: Callable[[Any], float],
    box: tuple[float, float, float],
) -> None:  # fmt: skip
    """Names beside the ends of lines, moved apart where they would lie on each other."""
    right, top, bottom = box
    edge = max(across(line["days"][-1]) for line in named)
    beside = [line for line in named if not line["done"] and edge - across(line["days"][-1]) < 2]
    wanted = [down(line["dates"][-1]) for line in beside]
    taken: list[tuple[float, float, float, float]] = []
    for line, want, y in zip(beside, wanted, _spread(wanted, LINE_HEIGHT, top, bottom), strict=True):
        sheet.lines([[(edge + 8, want), (right + 10, y)]] if abs(want - y) > 3 else [], RULE, 1)
        sheet.text(right + 14, y + 5, line["label"])
    taken += [(across(line["days"][-1]) - 8, down(line["dates"][-1]) - 8, across(line["days"][-1]) + 8, down(line["dates"][-1]) + 8)
              for line in named]  # fmt: skip
    for line in sorted((one for one in named if one not in beside), key=lambda one: one["days"][-1]):
        x, y = across(line["days"][-1]), down(line["dates"][-1])
        wide = _width(line["label"])
        places = [(x + 11, y + 9), (x + 11, y + 20), (x - 11 - wide, y - 6), (x + 11, y + 34), (x - 11 - wide, y - 20), (x + 11, y + 50)]
        places = [(a, b) for a, b in places if a + wide < WIDTH and a > 0 and b < bottom] or places[:1]
        chosen = next((place for place in places if not _hits(place, wide, taken)), places[-1])
        taken.append((chosen[0], chosen[1] - 12, chosen[0] + wide, chosen[1] + 4))
        sheet.text(*chosen, line["label"])


def _hits(place: tuple[float, float], wide: float, taken: Iterable[tuple[float, float, float, float]]) -> bool:
    x, y = place
    return any(x < r and x + wide > l and y - 12 < b and y + 4 > t for l, t, r, b in taken)  # noqa: E741 - edges


# --- slippage by area ----------------------------------------------------------------------------------------------------


def slippage_by_area(m: Measures) -> Fragment:
    """One dot per action at its slip, by area; in words how many were re-dated and of how many the slip is not known.

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
        return _nothing(name, f"No action is listed as at {say_day(m.as_of)}, so there is no slippage to draw.")
    known = m.actions[m.actions["slip_low"].notna()]
    if known.empty:
        total = len(m.actions)
        whose = "the one action" if total == 1 else f"any of {total} actions"
        reasons = m.actions["slip_unknown"].value_counts(sort=False)
        why = listed(f"{text} ({n})" for text, n in reasons.items() if text)
        return _nothing(name, f"Slippage by area cannot be drawn: the slip is not known for {whose}{': ' + why if why else ''}.")
    areas = [_area_row(area, m) for area in m.areas.to_dict("records")]
    shown, height, widths = _fit_areas(areas)
    rows = [
        (area["title"], str(area["actions"]), str(area["redated"]), f"{area['known']} of {area['actions']}",
         area["total"], area["median"])
        for area in areas
    ]  # fmt: skip
    table = markup.table(
        ("Area", "Actions", "Re-dated", "Slip known", "Days in all", "Middle value"), rows, numeric=range(1, 6),
        caption=f"Slip from the first date, by area, as at {say_day(m.as_of)}", name=f"{name}-data",
    )  # fmt: skip
    notes = []
    if len(areas) > len(shown):
        notes.append(f"{len(shown)} of {len(areas)} areas are drawn, those with most slip; the table has all.")
    told = [f"{area['title']}: {area['told']}." for area in shown[:MOST_SAID]]
    if len(areas) > len(told):
        told.append("The table below has every area.")
    subtitle = (
        f"Days from the first date to the date now or to completion, one mark per action, as at {say_day(m.as_of)}; "
        f"known for {len(known)} of {plural(len(m.actions), 'action')}"
    )
    return _figure(
        name, "Chart of slippage by area", _area_message(m, areas, known), subtitle, height,
        lambda sheet: _draw_areas(sheet, shown, widths), " ".join(told), table, notes, plural(len(rows), "row"),
    )  # fmt: skip


def _area_row(area: dict[str, Any], m: Measures) -> dict[str, Any]:
    """What one area shows and says."""
    rows = m.actions[(m.actions["area_label"] == area["area_label"]).fillna(False)]
    known = rows[rows["slip_low"].notna()]
    slips = sorted(int(each) for each in known["slip_low"])
    n, unsure = int(area["actions"]), int(area["actions"]) - len(slips)
    words = [f"{int(area['redated'])} of {n} re-dated"]
    if slips:
        words.append(f"{_days(sum(slips))} in all")
    if unsure:
        words.append(f"slip not known for {unsure}")
    middle = known["slip_low"].median() if slips else None
    marks = [
        {"low": int(row["slip_low"]), "high": int(row["slip_high"]) if pd.notna(row["slip_high"]) else int(row["slip_low"]),
         "kind": "done" if row["done"] else "late" if row["standing"] == "overdue" else "re-dated" if row["slip_low"] > 0 else "on track",
         "name": _clean(row["label"])}
        for row in known.to_dict("records")
    ]  # fmt: skip
    each = listed(f"{mark['name']} {_days(mark['low'])}" for mark in sorted(marks, key=lambda one: -one["low"])[:MOST_SAID])
    return {
        "title": _clean(area["area_label"]) or "No area given", "actions": n, "redated": int(area["redated"]), "known": len(slips),
        "total": _days(sum(slips)) if slips else "not known", "sum": sum(slips), "marks": marks,
        "median": _days(int(middle)) if middle is not None and middle == int(middle) else f"{middle:g} days" if middle is not None else "not known",
        "middle": middle if len(slips) > 2 else None, "words": words,
        "told": "; ".join(words) + (f" ({each}{' and more' if len(marks) > MOST_SAID else ''})" if marks else ""),
    }  # fmt: skip


def _days(number: int) -> str:
    """Days of slip in words."""
    if number == 0:
        return "no days"
    return plural(number, "day") if number > 0 else f"{plural(-number, 'day')} earlier"


def _area_message(m: Measures, areas: Sequence[dict[str, Any]], known: pd.DataFrame) -> str:
    """Where the known slip lies, true also where there is none, or one area, or a tie."""
    late = known[(known["slip_low"] > 0).to_numpy(bool)]
    n, k = len(late), len(known)
    if n == 0:
        return f"No action is known to be later than first planned; the slip is known for {k} of {len(m.actions)}"
    verb = "is" if n == 1 else "are"
    told = f"{n} of the {k} actions" if k > 1 else "the one action"
    part = f"{told} whose slip is known {verb} later than first planned"
    if len(areas) == 1:
        return part[:1].upper() + part[1:] + f", by {_range(late)}"
    with_slip = [area for area in areas if any(mark["low"] > 0 for mark in area["marks"])]
    if len(with_slip) == 1:
        return f"All slip that is known is in one area, {with_slip[0]['title']}: {_plural_words(n, 'action')} later by {_range(late)}"
    most = max(area["sum"] for area in areas)
    top = [area for area in areas if area["sum"] == most]
    lead = f"{top[0]['title']} has slipped most, {_days(most)} in all" if len(top) == 1 and most > 0 else f"{len(with_slip)} areas have slipped"
    return f"{lead}; {part}"


def _range(late: pd.DataFrame) -> str:
    """From the least to the most slip of some actions that are late."""
    months = (late["slip_unit"] == "months").all() and (late["slip_months_low"] > 0).all()
    column, unit = (late["slip_months_low"], "month") if months else (late["slip_low"], "day")
    low, high = int(column.min()), int(column.max())
    return plural(high, unit) if low == high else f"{low:,} to {plural(high, unit)}"


def _fit_areas(areas: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], float, tuple[float, float]]:
    """Break names and words into lines, and keep as many areas as a drawing may be high: those with most slip first."""
    kept, height = [], 90.0
    for at, area in sorted(enumerate(areas), key=lambda one: (-abs(one[1]["sum"]), -one[1]["known"], one[0])):
        area["label_lines"] = _wrap(area["title"], 200, 3)
        area["word_lines"] = [line for words in area["words"] for line in _wrap(words, 190, 2)]
        room = max(len(area["label_lines"]), len(area["word_lines"])) * LINE_HEIGHT + 12
        area["height"] = max(room, min(_stack_height(area), 150))
        if kept and height + area["height"] > TALLEST:
            break
        kept.append((at, area))
        height += area["height"]
    shown = [area for _, area in sorted(kept, key=lambda one: one[0])]
    widths = (
        max(_width(line) for area in shown for line in area["label_lines"]),
        max(_width(line) for area in shown for line in area["word_lines"]),
    )
    return shown, height, widths


def _stack_height(area: dict[str, Any]) -> float:
    same: dict[int, int] = {}
    for mark in area["marks"]:
        same[mark["low"]] = same.get(mark["low"], 0) + 1
    return max(same.values(), default=1) * 15 + 14


def _draw_areas(sheet: _Sheet, areas: Sequence[dict[str, Any]], widths: tuple[float, float]) -> None:
    """A strip of dots per area over one scale of days, with its name and its counts in words."""
    left, right, top, bottom = widths[0] + 20, WIDTH - widths[1] - 20, 54, sheet.height - 30
    axes = sheet.axes(left, top, right, bottom)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    every = [value for area in areas for mark in area["marks"] for value in (mark["low"], mark["high"])] + [0]
    place, start, end = _scale(min(every), max(every), left, right, 18)
    step, unit, per = _slip_step(start, end, max(2, int((right - left) / 90)))
    levels = [each for each in range(int(start / per / step) * step - step, int(end / per) + step + 1, step) if start <= each * per <= end]
    axes.set_xticks([place(each * per) for each in levels], labels=[f"{each:,}" for each in levels])
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.spines["bottom"].set_visible(False)
    sheet.lines([[(place(0), top - 2), (place(0), bottom)]], INK, 2)
    sheet.text((left + right) / 2, sheet.height - 8, f"{unit} later than first planned", align="center", colour=SOFT)
    y, used = float(top), set()
    dots: dict[tuple[str, str], list[tuple[float, float]]] = {}
    spans: list[list[tuple[float, float]]] = []
    middles: list[list[tuple[float, float]]] = []
    for area in areas:
        sheet.lines([[(0, y), (WIDTH, y)]], RULE, 1)
        middle = y + area["height"] / 2
        sheet.block(0, middle, area["label_lines"])
        sheet.block(right + 20, middle, area["word_lines"])
        for (shape, kind), points, ranges in _strip(area, place, middle):
            dots.setdefault((shape, kind), []).extend(points)
            spans += ranges
            used.add((shape, kind))
        if area["middle"] is not None:
            x = place(area["middle"])
            middles.append([(x, y + 4), (x, y + area["height"] - 4)])
        y += area["height"]
    sheet.lines(spans, SOFT, 3, opacity=0.5, cap="butt")
    sheet.lines(middles, INK, 1.5, dashes=(2, 3))
    for (shape, kind), points in sorted(dots.items()):
        sheet.marks(shape, _KINDS[kind][0], points)
    _draw_area_key(sheet, used, bool(middles))


def _strip(
    area: dict[str, Any], place: Callable[[Any], float], middle: float
) -> list[tuple[tuple[str, str], list[tuple[float, float]], list[list[tuple[float, float]]]]]:
    """Places of the marks of one area, those that would lie on each other moved up and down in turn."""
    made: dict[tuple[str, str], tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]] = {}
    placed: list[tuple[float, float]] = []
    reach = area["height"] / 2 - 8
    tries = sorted({sign * step * 14.0 for step in range(int(reach / 14) + 1) for sign in (-1, 1)}, key=lambda off: (abs(off), off))
    for mark in sorted(area["marks"], key=lambda one: (one["low"], one["name"])):
        x = place(mark["high"])
        near = [(a, b) for a, b in placed if abs(a - x) < 13]
        off = next((each for each in tries if all(abs(middle + each - b) >= 13 for _, b in near)), 0.0)
        placed.append((x, middle + off))
        shape = "diamond" if mark["kind"] == "done" else "ring" if mark["kind"] == "on track" else "later" if mark["kind"] == "late" else "dot"
        points, ranges = made.setdefault((shape, mark["kind"]), ([], []))
        points.append((x, middle + off))
        if mark["high"] > mark["low"]:
            ranges.append([(place(mark["low"]), middle + off), (x, middle + off)])
    return [(look, points, ranges) for look, (points, ranges) in made.items()]


def _slip_step(start: int, end: int, most: int) -> tuple[int, str, float]:
    """Step of a scale of slip, its unit, and the days in one."""
    for step in (1, 2, 5, 10, 20, 30, 50):
        if (end - start) / step <= most:
            return step, "days", 1
    for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600):
        if (end - start) / 30.4375 / step <= most:
            return step, "months", 30.4375
    return 1200, "months", 30.4375


def _draw_area_key(sheet: _Sheet, used: set[tuple[str, str]], middles: bool) -> None:
    """What the marks mean, in one line above the drawing."""
    x = 0.0
    for look, words in ((("dot", "re-dated"), "open, later"), (("ring", "on track"), "open, not later"),
                        (("later", "late"), "overdue, still growing"), (("diamond", "done"), "done")):  # fmt: skip
        if look in used:
            sheet.marks(look[0], _KINDS[look[1]][0], [(x + 7, 10)])
            sheet.text(x + 19, 15, words, colour=SOFT)
            x += 19 + _width(words) + 22
    if middles:
        sheet.lines([[(x + 5, 2), (x + 5, 19)]], INK, 1.5, dashes=(2, 3))
        sheet.text(x + 14, 15, "middle value", colour=SOFT)
