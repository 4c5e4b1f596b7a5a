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
from itertools import groupby, pairwise
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

Row = dict[str, Any]  # one action, as a record of Measures.actions
Point = tuple[float, float]

# --- what is decided here, for every figure --------------------------------------------------------------------------

WIDTH = 760  # of every drawing, in its own pixels; the page shows it between 0.8 (narrow) and 1.25 times as large
TALLEST = 860  # so that a drawing with its caption stays on one sheet of A4
TEXT, LINE_HEIGHT = 14, 17  # pixels: 11 on the narrowest screen
MOST_NAMED = 12  # lines of a slip chart that are coloured and named; the others are grey
MOST_GREY = 80  # lines of a slip chart at all: more make a carpet
MOST_SAID = 12  # rows told one by one in a text alternative before it refers to the table
DAYS_IN_MONTH = 30.4375  # on a scale only; slips in months are counted by the calendar
TREND_SNAPSHOTS, TREND_DAYS = 3, 28  # METRICS, "Over time": fewer make no trend

INK, SOFT, RULE, PAPER, PANEL = "#0b0c0c", "#4a5057", "#c8ccd0", "#ffffff", "#f3f5f7"
ON, ON_DONE = "#0b0c0d", "#fffffe"  # ink on a colour, the same by day and by night; a hair off so that each can be told
DONE, TRACK, MOVED, LATE = "#12436d", "#28a197", "#a285d1", "#f46a25"  # Analysis Function palette; a test compares
PAINT = {
    INK: "currentColor", SOFT: f"var(--soft,{SOFT})", RULE: f"var(--line,{RULE})", PAPER: f"var(--bg,{PAPER})",
    PANEL: f"var(--panel,{PANEL})", DONE: f"var(--done,{DONE})", TRACK: f"var(--track,{TRACK})",
    MOVED: f"var(--moved,{MOVED})", LATE: f"var(--late,{LATE})",
    ON: "var(--on,#0b0c0c)", ON_DONE: "var(--on-done,#ffffff)",
}  # fmt: skip
"""How each colour is written: as the page's own, with the palette's where there is no style sheet."""

_KINDS = {
    "done": (DONE, ("complete", "evidenced")),
    "on track": (TRACK, ("on track",)),
    "re-dated": (MOVED, ("re-dated",)),
    "late": (LATE, ("overdue", "delayed")),
    "other": (
        SOFT,
        ("dated, first date not known", "no date", "no longer listed", "closed not done", "standing not known"),
    ),
}
"""The four colours, and grey, with the standings that have them."""

_KIND = {standing: kind for kind, (_, standings) in _KINDS.items() for standing in standings}
_LIVE = ("overdue", "delayed", "re-dated", "on track", "dated, first date not known", "no date")  # known to be open


# --- drawing: matplotlib under one style, written by our own pen -----------------------------------------------------

_DRAWING = threading.Lock()  # matplotlib's parameters are global; they are ours only while we draw


@lru_cache(maxsize=1)
def _style() -> dict[str, Any]:
    """Parameters of matplotlib while we draw: its defaults, the Analysis Function style, ours; never the user's own."""
    style: dict[str, Any] = {
        name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")
    }
    with resources.as_file(resources.files("afcharts") / "afcharts.mplstyle") as sheet:
        style.update(matplotlib.rc_params_from_file(sheet, use_default_template=False))
    style.update({
        "font.family": ["DejaVu Sans"], "font.size": TEXT, "text.color": INK, "text.parse_math": False,
        "axes.edgecolor": RULE, "grid.color": RULE, "grid.linewidth": 1, "path.simplify": False, "path.snap": False,
        "xtick.color": RULE, "xtick.labelcolor": SOFT, "ytick.color": RULE, "ytick.labelcolor": SOFT,
        "xtick.major.size": 0, "ytick.major.size": 0, "xtick.major.pad": 6, "lines.linewidth": 2, "lines.solid_capstyle": "round",
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
    made: list[str] = []
    left = _clean(text)
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

    def points_to_pixels(self, points: Any) -> Any:
        return points

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        size = prop.get_size_in_points()
        return sum(map(_advance, s)) * size / 1000, size * 1.16, size * 0.24

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Any, face: Any = None) -> None:
        paint = self._paint(gc, face)
        if path is Path.unit_circle():
            x, y, r = self._circle(transform)
            self.drawn.append((paint, "circle", {"cx": x, "cy": y, "r": r}, ""))
        elif shape := self._shape(path, transform):
            self.drawn.append((paint, "path", {"d": shape}, ""))

    def draw_markers(
        self, gc: GraphicsContextBase, marker_path: Path, marker_trans: Any, path: Path, trans: Any, face: Any = None
    ) -> None:
        paint, shapes = self._paint(gc, face), []
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
        self.drawn.append((tuple(paint.items()), "text", {"x": _number(x), "y": _number(y)}, s))

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
                made.append(
                    f"h{steps[0]}" if steps[1] == "0" else f"v{steps[1]}" if steps[0] == "0" else f"l{' '.join(steps)}"
                )
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
            dashes: Any = gc.get_dashes()[1]
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
        """Axes for a grid and ticks, behind everything that is drawn on the paper and in its pixels."""
        box = (left / WIDTH, 1 - bottom / self.height, (right - left) / WIDTH, (bottom - top) / self.height)
        axes = self.figure.add_axes(box, zorder=1)
        axes.patch.set_visible(False)
        axes.set(xlim=(left, right), ylim=(bottom, top))
        return axes

    def text(
        self, x: float, y: float, text: str, *, align: str = "left", bold: bool = False, colour: str = INK
    ) -> None:  # fmt: skip
        """A line of text whose baseline is at y."""
        weight = "bold" if bold else "normal"
        self.paper.text(
            x, y, text, horizontalalignment=align, verticalalignment="baseline", fontweight=weight, color=colour
        )

    def block(self, x: float, middle: float, lines: Sequence[str], **how: Any) -> None:
        """Lines of text around a middle."""
        top = middle - (len(lines) - 1) * LINE_HEIGHT / 2 + 5
        for at, line in enumerate(lines):
            self.text(x, top + at * LINE_HEIGHT, line, **how)

    def lines(
        self, segments: Sequence[Sequence[Point]], colour: str, width: float = 2, *,
        dashes: tuple[float, float] | None = None, opacity: float | None = None, cap: str = "round",
    ) -> None:  # fmt: skip
        """Lines of one look, each through its points."""
        points = [point for segment in segments for point in (*segment, (np.nan, np.nan))]
        if points:
            how = {"dashes": tuple(each / width for each in dashes)} if dashes else {"solid_capstyle": cap}
            xs, ys = zip(*points, strict=True)
            self.paper.plot(xs, ys, color=colour, linewidth=width, alpha=opacity, **how)

    def bars(self, kind: str, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        """Bars of one kind of action, each (left, top, right, bottom): striped, outlined or plain, with its colour."""
        shapes = [Path([(x, y), (right, y), (right, low), (x, low), (x, y)], closed=True) for x, y, right, low in boxes]
        if shapes:
            other = kind == "other"
            self.paper.add_patch(PathPatch(
                Path.make_compound_path(*shapes), facecolor=PAPER if other else _KINDS[kind][0], linewidth=1,
                edgecolor=SOFT if other else PAPER, hatch="/" if kind == "re-dated" else None,
            ))  # fmt: skip

    def marks(self, shape: str, colour: str, points: Iterable[Point]) -> None:
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
    "around": ("o", 18, False, 2),  # a ring around the dot of a date that has not moved
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


def _key(sheet: _Sheet, entries: Iterable[tuple[str, str, str]]) -> None:
    """What the marks mean, in a line above the drawing: mark, colour, words."""
    x = 0.0
    for shape, colour, words in entries:
        if shape in _MARKS:
            sheet.marks(shape, colour, [(x + 7, 10)])
        elif shape == "?":
            sheet.text(x + 7, 15, "?", align="center", bold=True)
        elif shape == "span":
            sheet.lines([[(x, 10), (x + 14, 10)]], colour, 7, opacity=0.4, cap="butt")
        elif shape == "upright":
            sheet.lines([[(x + 7, 2), (x + 7, 19)]], colour, 1.5, dashes=(2, 3))
        else:
            sheet.lines([[(x, 10), (x + 16, 10)]], colour, 1.5, dashes=(3, 4))
        sheet.text(x + 20, 15, words, colour=SOFT)
        x += 20 + _width(words) + 20


def _nothing(name: str, message: str) -> Fragment:
    """What stands in place of a figure that cannot be drawn: why."""
    return element("p", message, class_="quiet", id=name)


# --- dates on an axis ------------------------------------------------------------------------------------------------


def _day(when: Any) -> int:
    """A date as a number of days."""
    return int(np.datetime64(pd.Timestamp(when).to_datetime64(), "D").astype(int))


def _ticks(first: int, last: int, most: int) -> list[int]:
    """Days for at most so many ticks, on Mondays or on the first of months."""
    for step in (1, 2, 7, 14):
        start = first - (first - (4 if step > 2 else 0)) % -step  # 5 January 1970 was a Monday
        days = list(range(start, min(last + 1, start + step * (most + 1)), step))
        if len(days) <= most:
            return days
    months = np.array([first, last], dtype="datetime64[D]").astype("datetime64[M]").astype(int)
    for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000, 24_000):
        each = (
            np.arange(months[0] - months[0] % step, months[1] + 1, step).astype("datetime64[M]").astype("datetime64[D]")
        )
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
    first, last = max(start, -719_162), min(end, 2_932_896)  # years 1 to 9999
    days = _ticks(first, last, max(2, int(length / (60 if vertical else 100))))
    axis.set_ticks([place(day) for day in days], labels=[_short(day) for day in days])


# --- actions in words ------------------------------------------------------------------------------------------------

def _actions(m: Measures) -> list[Row]:
    """The actions as records with their place in the plan: frames are slow to take one row from.

    ``slipped`` is the slip in days, at least, or None; ``growing`` says that it is only a bound: open after its first
    date without a later one, so that it grows by the day.
    """
    rows = [{**row, "at": at} for at, row in enumerate(m.actions.to_dict("records"))]
    for row in rows:
        slip, bound = (None if pd.isna(row[name]) else int(row[name]) for name in ("slip_low", "at_least_days"))
        row["growing"] = bound is not None and (slip is None or bound > slip)
        row["slipped"] = bound if row["growing"] else slip
    return rows


def _refs(m: Measures, rows: Sequence[Row]) -> str:
    """Which actions, as a person would list them."""
    if len(rows) == 1 and not rows[0]["ref_range"]:
        return _clean(rows[0]["ref"] or f"'{rows[0]['label']}'")
    every = m.actions[["ref", "ref_range", "label"]]
    return _clean(say_refs(every.iloc[[row["at"] for row in rows]], every))


def _named(m: Measures, rows: Sequence[Row]) -> str:
    """Which actions, where a sentence begins with it: "RA-8", "action 16", "actions 20 to 23"."""
    names = _refs(m, rows)
    names = names if len(names) <= 60 else names[:60].rstrip() + "…"
    return f"action{'' if len(rows) == 1 else 's'} {names}" if names[:1].isdigit() else names


def _first_date(row: Row) -> str:
    """The first date in words, or nothing."""
    if pd.isna(row["original"]):
        return ""
    return say_date(row["original_earliest"], row["original"], row["original_precision"])


def _date_now(row: Row) -> str:
    """The date in force in words, or nothing."""
    return "" if pd.isna(row["target"]) else say_date(row["target_earliest"], row["target"], row["target_precision"])


def _moved(row: Row) -> str:
    """How far an action is from its first date: "29 days later"; nothing where that is not known."""
    if row["growing"]:
        return f"at least {plural(row['slipped'], 'day')} later"
    if pd.isna(row["slip_low"]):
        return ""
    return say_moved(row["slip_low"], row["slip_months_low"], row["slip_unit"])


def _small(number: int) -> str:
    """A small number as it stands inside a sentence."""
    return say_number(number).lower()


def _counted(number: int, noun: str) -> str:
    """A count in words with its noun: "five actions", "one open action"."""
    return f"{_small(number)} {noun}{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


# --- standing over time ----------------------------------------------------------------------------------------------


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
        return _nothing(name, f"No action is listed as at {say_day(m.as_of)}, so nothing can be drawn over time.")
    wide = m.over_time.pivot_table(index="as_of", columns="standing", values="actions", aggfunc="sum", fill_value=0)
    standings = [standing for standing in schema.STANDINGS if standing in wide.columns]
    kinds = {kind: [one for one in those if one in standings] for kind, (_, those) in _KINDS.items()}
    counts = {kind: [int(n) for n in wide[those].sum(axis=1)] for kind, those in kinds.items() if those}
    days = list(wide.index)
    trend = len(m.snapshots) >= TREND_SNAPSHOTS and (m.snapshots[-1] - m.snapshots[0]).days >= TREND_DAYS
    span = f"from {say_day(days[0])} to {say_day(days[-1])}" if len(days) > 1 else f"at {say_day(days[0])}"
    head = ["As at", *(standing.capitalize() for standing in standings), "All"]
    rows = [(say_day(day), *_counts(wide.loc[day], standings), str(int(wide.loc[day].sum()))) for day in days]
    table = markup.table(
        head, rows, caption="Number of actions by where they stood, at each report", narrow="scroll",
        numeric=range(1, len(head)), name=f"{name}-data",
    )  # fmt: skip
    shown = days if len(days) <= MOST_SAID else [days[0], days[-1]]
    told = [_told_standing(day, wide.loc[day], standings) for day in shown]
    if len(days) > len(shown):
        told.append(f"The {len(days) - 2} dates between are in the table below.")
    return _figure(
        name, "Chart of where the actions stood", _standing_message(m, wide, trend),
        f"Number of actions by where they stood, {span}", 340, lambda sheet: _draw_standing(sheet, days, counts),
        " ".join(told), table, [] if trend else [f"This is no trend yet: {_too_few(m)}"], plural(len(rows), "row"),
    )  # fmt: skip


def _counts(row: pd.Series, standings: Sequence[str]) -> list[str]:
    """Counts of one report; where nothing is known of any action, none of the other counts is 0."""
    unknown = "standing not known"
    silent = row.get(unknown, 0) == row.sum()
    return ["not known" if silent and standing != unknown else str(int(row[standing])) for standing in standings]


def _too_few(m: Measures) -> str:
    """What is missing for a trend."""
    n = len(m.snapshots)
    span = plural((m.snapshots[-1] - m.snapshots[0]).days if n else 0, "day")
    have = {0: "there is none", 1: "there is one", 2: f"there are two, {span} apart"}.get(
        n, f"there are {n}, over {span}"
    )
    return f"it takes three reports over at least {TREND_DAYS} days, and {have}."


def _told_standing(day: Any, row: pd.Series, standings: Sequence[str]) -> str:
    return f"{say_day(day)}: {listed(f'{int(row[standing])} {standing}' for standing in standings if row[standing])}."


def _standing_message(m: Measures, wide: pd.DataFrame, trend: bool) -> str:
    """The latest counts and, where there are reports enough, what changed since the one before."""
    total = len(m.actions)
    now = {str(name): int(n) for name, n in m.actions["standing"].value_counts().items()}
    unknown = now.get("standing not known", 0)
    if unknown == total:
        return f"Where the {'one action stands' if total == 1 else f'{total} actions stand'} is not known"
    n, d = int((m.actions["done"] & m.actions["counted"]).sum()), int(m.actions["counted"].sum())
    message = f"{n} of {plural(d, 'action')} {_are(min(n, d) if d > 1 else d)} done"
    if not d:
        message = f"{plural(total, 'action')} {_are(total)} closed, not done"
    moved, late = now.get("re-dated", 0), now.get("overdue", 0) + now.get("delayed", 0)
    if moved or late:
        message += f", {moved or 'none'} re-dated and {_late_words(now)}"
    if unknown:
        message += f"; where {unknown} of them {'stands' if unknown == 1 else 'stand'} is not known"
    before = {str(name): int(n) for name, n in wide.loc[m.previous].items()} if m.previous in wide.index else {}
    if not trend or not before or before.get("standing not known"):
        return message
    was_moved, was_late, was_done = (
        sum(before.get(one, 0) for one in _KINDS[kind][1]) for kind in ("re-dated", "late", "done")
    )
    since = say_day(m.previous)
    if late < was_late and moved > was_moved:
        message += (
            f"; since {since} late fell from {was_late} to {late} while re-dated rose from {was_moved} to {moved}"
        )
    elif was_done < sum(now.get(one, 0) for one in _KINDS["done"][1]):
        message += f"; {was_done or 'none'} {'was' if was_done == 1 else 'were'} done at {since}"
    return message


def _late_words(counts: dict[str, int]) -> str:
    overdue, delayed = counts.get("overdue", 0), counts.get("delayed", 0)
    if overdue and delayed:
        return f"{overdue + delayed} overdue or delayed"
    return f"{overdue} overdue" if overdue else f"{delayed} delayed" if delayed else "none late"


_KIND_WORDS = {"late": "overdue or delayed", "other": "not known or other"}


def _draw_standing(sheet: _Sheet, days: Sequence[Any], counts: dict[str, list[int]]) -> None:
    """Bars at their dates, done at the bottom, and the latest counts in words beside the last one."""
    words = {kind: f"{column[-1]:,} {_KIND_WORDS.get(kind, kind)}" for kind, column in counts.items()}
    left, right = 44, WIDTH - 34 - max(map(_width, words.values()))
    top, bottom = 14, sheet.height - 34
    axes = sheet.axes(left, top, right, bottom)
    most = max(map(sum, zip(*counts.values(), strict=True)))
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if most / each <= 6)

    def height(number: float) -> float:
        return bottom - number / most * (bottom - top)

    levels = range(0, most + 1, step)
    axes.set_yticks([height(each) for each in levels], labels=[f"{each:,}" for each in levels])
    numbers = [_day(day) for day in days]
    place, start, end = _scale(numbers[0], numbers[-1], left, right, 42 if len(days) < 12 else 14)
    middles = [place(each) for each in numbers]
    if len(days) <= 5 and min((b - a for a, b in pairwise(middles)), default=WIDTH) > 95:
        axes.set_xticks(middles, labels=[_short(each) for each in numbers])
    else:
        _days_axis(axes, place, start, end)
    halves = _halves(middles)
    base, ends = [0] * len(days), []
    for kind, column in counts.items():
        tops = [below + n for below, n in zip(base, column, strict=True)]
        bars = list(zip(middles, halves, base, tops, strict=True))
        sheet.bars(kind, [(x - half, height(high), x + half, height(low)) for x, half, low, high in bars if high > low])
        for x, half, low, high in bars:
            # Stripes are no ground for a number.
            if half >= 15 and height(low) - height(high) >= 19 and kind != "re-dated":
                colour = {"done": ON_DONE, "other": INK}.get(kind, ON)
                sheet.text(x, height((low + high) / 2) + 5, str(high - low), align="center", bold=True, colour=colour)
        ends.append(height((base[-1] + tops[-1]) / 2))
        base = tops
    for kind, wanted, y in zip(counts, ends, _spread(ends, 21, top + 8, bottom - 4), strict=True):
        sheet.lines([[(middles[-1] + halves[-1] + 3, wanted), (right + 8, y)]], RULE, 1)
        sheet.bars(kind, [(right + 12, y - 6, right + 24, y + 6)])
        sheet.text(right + 30, y + 5, words[kind])


def _halves(middles: Sequence[float]) -> list[float]:
    """Half the width of each bar: equal where there is room, narrower where two dates are close."""
    gaps = [b - a for a, b in pairwise(middles)]
    if not gaps:
        return [28]
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


# --- dumbbell: first date, date now, done ----------------------------------------------------------------------------


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
    actions = _actions(m)
    revised = m.changes[m.changes["revision"] & (m.changes["reason"] != "")] if len(m.changes) else m.changes
    explained = set(revised["action_id"])
    rows = [_dated_row(m, part, explained) for part in _alike(actions)]
    drawable = [row for row in rows if row["drawn"]]
    total = plural(len(actions), "action")
    if not drawable:
        return _nothing(name, f"No date is known that could be drawn for any of {total} as at {say_day(m.as_of)}.")
    shown, height, widths = _fit_rows(drawable)
    table = markup.table(
        ("Actions", "Standing", "First date", "Date now", "Done", "Slip"),
        [row["cells"] for row in sorted(rows, key=lambda one: one["order"])],
        caption=f"First, current and actual dates of all actions as at {say_day(m.as_of)}", numeric=(2, 3, 4),
        name=f"{name}-data",
    )  # fmt: skip
    told = [f"{_heading(row)}, {row['names']}: {row['told']}." for row in shown[:MOST_SAID]]
    if len(rows) > len(told):
        told.append("The table below has every action.")
    n, known = sum(len(row["part"]) for row in shown), sum(pd.notna(row["original"]) for row in actions)
    subtitle = (
        f"First, current and actual dates of {n} of {total} as at {say_day(m.as_of)}; first date known for {known}"
    )
    return _figure(
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
    first, now = _first_date(row), _date_now(row)
    end = row["complete_latest"] if done else row["target"]
    slip = int(row["slip_low"]) if pd.notna(row["slip_low"]) else 0
    kind = _KIND[standing]
    far = row["slipped"] or 0
    urgent = (2 if far > 0 else 3) if done else 0 if kind in ("late", "re-dated") or far > 0 else 1
    words = _row_words(m, part, explained)
    parts = [f"first {first}" if first else "first date not known"]
    if now and now != first:
        parts.append(f"last due {now}" if done else f"now {now}")
    if done and pd.notna(end):
        parts.append(f"done {_done_on(row)}")
    names = _refs(m, part) or "no reference"
    account = " by its own account" if row["by_own_account"] and kind != "late" else ""
    cells = (
        names, standing + account, first or "not known", now or schema.NO_DATE_KINDS.get(row["no_date"], "none"),
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


def _heading(row: Row) -> str:
    return row["standing"].removeprefix("dated, ").capitalize()


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
        return ["no date now", *([_moved(row)] if row["growing"] else [])]
    if pd.isna(row["original"]):
        return ["by its own account" if standing == "on track" else "first date not known"]
    return ["as first planned"]


def _moved_message(m: Measures, actions: Sequence[Row]) -> str:
    """What the dates say, true for any plan: moved later, not known, earlier, overdue, done late."""
    live = [row for row in actions if row["standing"] in _LIVE]
    known = [row for row in live if pd.notna(row["slip_low"])]
    later, earlier = [row for row in known if row["slip_low"] > 0], [row for row in known if row["slip_low"] < 0]
    unsure = sum(row["standing"] == "re-dated" and pd.isna(row["slip_low"]) for row in live)
    overdue = sum(row["standing"] == "overdue" for row in live)
    parts = [_moved_later(m, later)] if later else []
    if unsure:
        others = f"{_small(unsure)} other{'s' if unsure > 1 else ''}" if parts else _counted(unsure, "action")
        parts.append(f"how far {others} moved is not known")
    if earlier:
        parts.append(f"{_small(len(earlier)) if parts else _counted(len(earlier), 'open action')} moved earlier")
    if live and not parts:
        parts.append(
            "no open action is known to have moved" if known else "whether any open action has moved is not known"
        )
    if overdue:
        parts.append(f"{_small(overdue)} {_are(overdue)} overdue")
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
        who = _named(m, later) if n == 1 and row["ref"] else _counted(n, "action")
        return f"{who} moved from {_from_to(_first_date(row), _date_now(row))}"
    far = _range([{**row, "slipped": row["slip_low"], "growing": False} for row in later], _in_months(later))
    return f"{_counted(n, 'open action')} {_are(n)} now dated {far} later than first planned"


def _from_to(first: str, now: str) -> str:
    """Two dates, the month and the year said once where they are the same: "1 to 30 September 2011"."""
    start, end = first.split(), now.split()
    if len(start) == len(end) <= 3:
        while len(start) > 1 and start[-1] == end[len(start) - 1]:
            start.pop()
    if " to " in first + now:  # a date from one month to another needs another word between
        return f"{first.replace(' to ', '–')} to {now.replace(' to ', '–')}"
    return f"{' '.join(start)} to {now}"


def _range(rows: Sequence[Row], months: bool) -> str:
    """From the least to the most slip of some actions, in months or in days."""
    far = [int(row["slip_months_low" if months else "slipped"]) for row in rows]
    most = plural(max(far), "month" if months else "day")
    least = "at least " if any(row["growing"] for row in rows) else ""
    return least + (most if min(far) == max(far) else f"{min(far):,} to {most}")


def _in_months(rows: Sequence[Row]) -> bool:
    """Whether all slips are of whole months, because their dates are no more exact."""
    return all(row["slip_unit"] == "months" and not row["growing"] and row["slip_months_low"] > 0 for row in rows)


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
    return [f"{late or 'none'} of the {n} done{which} finished after {whose}"]


def _not_drawn(m: Measures, rows: Sequence[Row], drawable: Sequence[Row], shown: Sequence[Row]) -> list[str]:
    """What the drawing leaves out, and why."""
    notes, parts = [], []
    bare = sorted((row for row in rows if not row["drawn"]), key=lambda one: one["order"])
    for standing, run in groupby(bare, key=lambda one: one["standing"]):
        part = sorted((each for row in run for each in row["part"]), key=lambda one: one["at"])
        named = _KIND[standing] != "done" and len(part) <= 40
        parts.append(f"{_refs(m, part)} ({standing})" if named else f"{len(part)} {standing}")
    if parts:
        notes.append(f"Not drawn, because no date is known: {'; '.join(parts)}.")
    left = sum(len(row["part"]) for row in drawable) - sum(len(row["part"]) for row in shown)
    if left:
        notes.append(
            f"{plural(left, 'more action')} with dates {_are(left)} not drawn: the drawing shows those that moved "
            "furthest, the table has all."
        )
    return notes


def _fit_rows(rows: Sequence[Row]) -> tuple[list[Row], float, tuple[float, float]]:
    """Break the words of the rows into lines, and keep as many rows as a drawing may be high, largest moves first."""
    kept: list[Row] = []
    height, standings = 96.0, set()
    for row in sorted(rows, key=lambda one: one["keep"]):
        n = len(row["part"])
        row["label_lines"] = _phrases([row["names"], f"({plural(n, 'action')})" if n > 1 else ""], 180, " ")
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
            *(_width(line) for row in shown for line in row["label_lines"]),
            *(_width(_heading(row), True) for row in shown),
        ),
        max(_width(line) for row in shown for line in row["word_lines"] or [""]),
    )
    return shown, height, widths


def _phrases(phrases: Sequence[str], width: float, between: str) -> list[str]:
    """Phrases on one line where they fit, else each on its own, cut where it is too long."""
    given = [each for each in phrases if each]
    whole = between.join(given)
    if _width(whole) <= width:
        return [whole] if whole else []
    return [line for each in given for line in _wrap(each, width, 1 if len(given) > 1 else 2)]


def _draw_dates(sheet: _Sheet, m: Measures, rows: Sequence[Row], widths: tuple[float, float]) -> None:
    """Rows of a ring, a dot and a diamond under headings, their names at the left and what they mean at the right."""
    left, right, top, bottom = widths[0] + 18, WIDTH - widths[1] - 18, 56, sheet.height - 30
    axes = sheet.axes(left, top, right, bottom)
    today, names = _day(m.as_of), ("original_earliest", "original", "target_earliest", "target")
    ends = [today, *(_day(row["first"][name]) for row in rows for name in names if pd.notna(row["first"][name]))]
    ends += [_day(row["first"]["complete_latest"]) for row in rows if pd.notna(row["first"]["complete_latest"])]
    place, start, end = _scale(min(ends), max(ends), left, right, 34)
    _days_axis(axes, place, start, end)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", visible=True)
    axes.set_yticks([])
    sheet.lines([[(place(today), top - 2), (place(today), bottom + 8)]], INK, 2, dashes=(5, 4))
    words = f"as at {say_day(m.as_of)}"
    half = _width(words, bold=True) / 2
    sheet.text(min(max(place(today), half), WIDTH - half), sheet.height - 6, words, align="center", bold=True)
    y, heading, ink = float(top) + 6, "", _DateInk()
    for row in rows:
        if row["standing"] != heading:
            heading = row["standing"]
            y += LINE_HEIGHT + 12
            sheet.text(0, y - 9, _heading(row), bold=True)
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
        first, colour = row["first"], _KINDS[row["kind"]][0]
        names = ("original_earliest", "original", "target_earliest", "target", "complete_earliest", "complete_latest")
        x = {name: place(_day(first[name])) for name in names if pd.notna(first[name])}
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

    def draw(self, sheet: _Sheet) -> None:
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
        _key(sheet, [(shape, SOFT, text) for shape, text in words.items() if shape in used])


# --- slip chart ------------------------------------------------------------------------------------------------------


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
        return _nothing(
            name, "There is no slip chart: no action that can be followed has a target date at two reports or more."
        )
    actions = _actions(m)
    lines = _chart_lines(m, actions, points)
    named = [line for line in lines if line["named"]]
    drawn = sum(len(line["part"]) for line in lines)
    rows = [row for line in lines for row in _chart_rows(line)]
    table = markup.table(
        ("Action", "Told at", "Target date then"), rows, numeric=(1, 2), name=f"{name}-data",
        caption=f"Target dates over the reports to {say_day(m.as_of)}; each holds until the next row of its action",
    )  # fmt: skip
    told = [_told_line(line) for line in named]
    if len(lines) > len(named):
        told.append("The table below has every line.")
    reports, many = plural(len(m.snapshots), "report"), plural(drawn, "action")
    return _figure(
        name, "Slip chart", _slip_message(m, actions, set(points["action_id"])),
        f"Target date in force at each of {reports} to {say_day(m.snapshots[-1])}; {many}", 520,
        lambda sheet: _draw_slip(sheet, m, lines), " ".join(told), table, _not_in_chart(lines, actions, drawn),
        plural(len(rows), "row"),
    )  # fmt: skip


def _not_in_chart(lines: Sequence[Row], actions: Sequence[Row], drawn: int) -> list[str]:
    """Which lines are not named, and which actions have none."""
    notes, named, grey = [], sum(line["named"] for line in lines), sum(line["drawn"] for line in lines)
    if named < len(lines):
        rest = f", {grey} are drawn" if grey < len(lines) else ""
        notes.append(
            f"{named} of {len(lines)} lines are named{rest}: those whose date moved furthest; the table has all."
        )
    followed = {row["action_id"] for line in lines for row in line["part"]}
    ranged = sum(bool(row["ref_range"]) and row["action_id"] not in followed for row in actions)
    if ranged:
        notes.append(
            f"{plural(ranged, 'action')} known only by count {_are(ranged)} left out: none can be followed by itself."
        )
    dateless = len(actions) - drawn - ranged
    if dateless > 0:
        them = "it" if dateless == 1 else "them"
        notes.append(
            f"{plural(dateless, 'action')} {_are(dateless)} left out: no report shows {them} open with a target date."
        )
    return notes


def _chart_lines(m: Measures, actions: Sequence[Row], points: pd.DataFrame) -> list[Row]:
    """One line for actions that were told the same dates at the same reports; the furthest moved are named."""
    known = {row["action_id"]: row for row in actions}
    days = points["as_of"].to_numpy("datetime64[D]").astype(int).tolist()
    dates = points["target"].to_numpy("datetime64[D]").astype(int).tolist()
    told: dict[str, list[tuple[int, int, bool]]] = {}
    for action, day, date, done in zip(points["action_id"], days, dates, points["done"].tolist(), strict=True):
        if action in known:
            told.setdefault(action, []).append((day, date, done))
    alike: dict[tuple[Any, ...], list[Row]] = {}
    for action, each in told.items():
        alike.setdefault((tuple(each), known[action]["standing"], str(known[action]["original"])), []).append(
            known[action]
        )
    lines = []
    for at, ((each, standing, _), part) in enumerate(alike.items()):
        when, then, done = (list(values) for values in zip(*each, strict=True))
        original = part[0]["original"]
        lines.append({
            "at": at, "part": part, "names": _refs(m, part) or "no reference", "kind": _KIND[standing],
            "done": done[-1], "days": when, "dates": then, "moved": _reach(then, done[-1]),
            "named": False, "drawn": False,
            "turns": [now for now in range(len(then)) if now == 0 or then[now] != then[now - 1]],
            "original": None if pd.isna(original) else _day(original),
        })  # fmt: skip
    for rank, line in enumerate(sorted(lines, key=lambda one: (-one["moved"], one["at"]))):
        line["named"] = rank < MOST_NAMED
        line["drawn"] = line["named"] or (line["moved"] > 0 and rank < MOST_GREY)
    return lines


def _reach(dates: Sequence[int], done: bool) -> int:
    """How far apart the dates lie that were told; the day of completion is none of them."""
    told = dates[:-1] if done and len(dates) > 1 else dates
    return max(told) - min(told)


def _chart_rows(line: Row) -> list[tuple[Content, ...]]:
    """Each date that a line was given and, at last, when it was done."""
    turns = [at for at in line["turns"] if not (line["done"] and at == len(line["days"]) - 1)]
    rows: list[tuple[Content, ...]] = [
        (line["names"], _long(line["days"][at]), _long(line["dates"][at])) for at in turns
    ]
    return [*rows, (line["names"], _long(line["days"][-1]), "done")] if line["done"] else rows


def _long(day: int) -> str:
    when = np.datetime64(day, "D").item()
    return phrase(when, when, "day")


def _told_line(line: Row) -> str:
    """One line of the chart in words."""
    dates = line["dates"][:-1] if line["done"] and len(line["dates"]) > 1 else line["dates"]
    start, times = _long(dates[0]), sum(a != b for a, b in pairwise(dates))
    said = (
        f"{start}, not changed"
        if not times
        else f"{start} at first, {_long(dates[-1])} at last, changed {plural(times, 'time')}"
    )
    done = f", done {_long(line['days'][-1])}" if line["done"] else ""
    return f"{line['names']}: {said}{done}."


def _slip_message(m: Measures, actions: Sequence[Row], drawn: set[str]) -> str:
    """How many of the actions drawn were re-dated, and which is furthest from its first date."""
    rows = [row for row in actions if row["action_id"] in drawn]
    n, total = sum(pd.notna(row["revisions"]) and row["revisions"] > 0 for row in rows), len(rows)
    reports = plural(len(m.snapshots), "report")
    if n == 0:
        who = "the one action" if total == 1 else f"any of {total} actions"
        message = f"No change of date is known for {who} over {reports}"
    else:
        message = f"{n} of {plural(total, 'action')} {'was' if n == 1 else 'were'} re-dated over {reports}"
    late = [row for row in rows if (row["slipped"] or 0) > 0]
    most = [row for row in late if row["slipped"] == max(one["slipped"] for one in late)]
    unsure = any(pd.isna(row["slip_high"]) or row["slip_high"] != row["slip_low"] for row in rows if row["done"])
    if unsure or not 0 < len(most) <= 3 or (far := _moved(most[0])).startswith("within"):
        return message
    whose = "its first date" if len(most) == 1 else "their first dates"
    return f"{message}; {_named(m, most)} {_are(len(most))} furthest from {whose}, {far}"


def _draw_slip(sheet: _Sheet, m: Measures, lines: Sequence[Row]) -> None:
    """Lines over the reports, the diagonal on which a date falls due, and names at the ends."""
    named = [line for line in lines if line["named"]]
    for line in named:
        first, name = line["part"][0], _wrap(line["names"], 130, 1)[0]
        far = "date passed" if first["growing"] else _moved(first)
        line["label"] = f"{name}: {far}" if far.endswith(("later", "passed")) and not line["done"] else name
    beside = max([_width(line["label"]) for line in named if not line["done"]], default=40.0) + 26
    left, right, top, bottom = 96, WIDTH - min(max(beside, 152), 270), 50, sheet.height - 36
    axes = sheet.axes(left, top, right, bottom)
    days = [day for line in lines for day in line["days"]]
    last = max(*days, _day(m.as_of))
    across, start, end = _scale(min(days), last, left, right, 6)
    dates = [date for line in lines if line["drawn"] for date in line["dates"]]
    dates += [line["original"] for line in named if line["original"] is not None]
    down, lowest, highest = _scale(min(*dates, *days), max(*dates, last), bottom, top, 10)
    _days_axis(axes, across, start, end)
    _days_axis(axes, down, lowest, highest, vertical=True)
    _draw_diagonal(sheet, (across(min(days)), down(min(days))), (across(last), down(last)), bottom, down(min(dates)))
    sheet.text(0, top - 10, "Target date", colour=SOFT)
    sheet.text(WIDTH, bottom + 20, "Date of report", align="right", colour=SOFT)

    def run(line: Row) -> list[Point]:
        return [(across(x), down(y)) for x, y in _bends(list(zip(line["days"], line["dates"], strict=True)))]

    sheet.lines([run(line) for line in lines if line["drawn"] and not line["named"]], RULE, 1.5)
    for kind, (colour, _) in _KINDS.items():
        mine = [line for line in named if line["kind"] == kind]
        first = [[(across(line["days"][at]), down(line["original"])) for at in (0, -1)]
                 for line in mine if line["original"] is not None and line["moved"]]  # fmt: skip
        sheet.lines(first, colour, 1.5, dashes=(3, 4))
        sheet.lines([run(line) for line in mine], colour, 2.5)
        turns = [(line, at) for line in mine for at in line["turns"] if 0 < at < len(line["days"]) - 1]
        sheet.marks("change", colour, [(across(line["days"][at]), down(line["dates"][at])) for line, at in turns])
    for kind, (colour, _) in _KINDS.items():
        for shape, done in (("diamond", True), ("dot", False)):
            ends = [line for line in named if line["kind"] == kind and line["done"] == done]
            sheet.marks(shape, colour, [(across(line["days"][-1]), down(line["dates"][-1])) for line in ends])
    entries = [
        ("dot", SOFT, "open"),
        ("diamond", SOFT, "done"),
        ("change", SOFT, "date changed"),
        ("dashes", SOFT, "first date"),
    ]
    _key(sheet, [*entries, ("dashes", INK, "due on the day of the report")])
    _name_lines(sheet, named, across, down, (right, top, bottom))


def _bends(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A line without the points that lie on a level stretch between two others."""
    return [
        point
        for at, point in enumerate(points)
        if at in (0, len(points) - 1) or not points[at - 1][1] == point[1] == points[at + 1][1]
    ]


def _draw_diagonal(sheet: _Sheet, start: Point, end: Point, bottom: float, lowest: float) -> None:
    """The line on which a target date is the day of the report; below it a date has passed."""
    corners = [start, end, (end[0], bottom), (start[0], bottom), start]
    sheet.paper.add_patch(PathPatch(Path(corners, closed=True), facecolor=PANEL, linewidth=0, zorder=0.5))
    sheet.lines([[start, end]], INK, 1.5, dashes=(6, 4))
    words = "below: the date has passed"
    if end[0] - start[0] > _width(words) + 20 and bottom - end[1] > 50 and lowest < bottom - 26:
        sheet.text(end[0] - 6, bottom - 8, words, align="right", colour=SOFT)


def _name_lines(
    sheet: _Sheet, named: Sequence[Row], across: Callable[[Any], float], down: Callable[[Any], float],
    box: tuple[float, float, float],
) -> None:  # fmt: skip
    """Names beside the ends of lines, moved apart where they would lie on each other."""
    right, top, bottom = box
    ends = {line["at"]: (across(line["days"][-1]), down(line["dates"][-1])) for line in named}
    edge = max(x for x, _ in ends.values())
    beside = [line for line in named if not line["done"] and edge - ends[line["at"]][0] < 2]
    wanted = [ends[line["at"]][1] for line in beside]
    for line, want, y in zip(beside, wanted, _spread(wanted, LINE_HEIGHT, top, bottom), strict=True):
        sheet.lines([[(edge + 8, want), (right + 10, y)]] if abs(want - y) > 3 else [], RULE, 1)
        sheet.text(right + 14, y + 5, line["label"])
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in ends.values()]
    if beside:
        taken.append((right + 12, min(wanted) - 20, WIDTH, max(wanted) + 20))
    for line in sorted((one for one in named if one not in beside), key=lambda one: (one["days"][-1], one["at"])):
        (x, y), wide = ends[line["at"]], _width(line["label"])
        tries = [
            (x + 11, y + 9),
            (x + 11, y + 20),
            (x - 11 - wide, y - 6),
            (x + 11, y + 34),
            (x - 11 - wide, y - 20),
            (x + 11, y + 50),
        ]
        tries = [(a, b) for a, b in tries if 0 < a < WIDTH - wide and b < bottom] or [(max(0, x - 11 - wide), y - 6)]
        a, b = next((one for one in tries if not _hits(one, wide, taken)), tries[-1])
        taken.append((a, b - 12, a + wide, b + 4))
        sheet.text(a, b, line["label"])


def _hits(place: Point, wide: float, taken: Iterable[tuple[float, float, float, float]]) -> bool:
    """Whether a text at a place would lie on anything taken, each (left, top, right, bottom)."""
    x, y = place
    return any(x < right and x + wide > left and y - 12 < low and y + 4 > high for left, high, right, low in taken)


# --- slippage by area ------------------------------------------------------------------------------------------------


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
        return _nothing(name, f"No action is listed as at {say_day(m.as_of)}, so there is no slippage to draw.")
    actions = _actions(m)
    known = [row for row in actions if row["slipped"] is not None]
    if not known:
        whose = "the one action" if len(actions) == 1 else f"any of {len(actions)} actions"
        reasons = {
            text: sum(row["slip_unknown"] == text for row in actions)
            for text in sorted({row["slip_unknown"] for row in actions})
        }
        why = listed(f"{text} ({n})" for text, n in reasons.items() if text)
        return _nothing(
            name, f"Slippage by area cannot be drawn: the slip is not known for {whose}{': ' + why if why else ''}."
        )
    by_area: dict[str, list[Row]] = {}
    for row in actions:
        by_area.setdefault(str(row["area_label"]), []).append(row)
    areas = [_area_row(m, title, by_area) for title in by_area]
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
        f"{plural(left, 'more area')} {_are(left)} not drawn: the drawing shows most slip first, the table has all."
    ]
    bounds = sum(row["growing"] or (row["done"] and row["slip_low"] != row["slip_high"]) for row in known)
    subtitle = (
        f"From the first date to the date now or to completion, one mark per action, as at {say_day(m.as_of)}; "
        f"known for {len(known)} of {plural(len(actions), 'action')}{f', for {bounds} as a range' if bounds else ''}"
    )
    return _figure(
        name, "Chart of slippage by area", _area_message(areas, actions, known), subtitle, height,
        lambda sheet: _draw_areas(sheet, shown, widths), " ".join(told), table, notes if left else [],
        plural(len(areas), "row"),
    )  # fmt: skip


def _area_row(m: Measures, title: str, by_area: dict[str, list[Row]]) -> Row:
    """What one area shows and says."""
    rows = by_area[title]
    area = m.areas[(m.areas["area_label"] == title).to_numpy(bool)].iloc[0]
    known = sorted((row for row in rows if row["slipped"] is not None), key=lambda row: (-row["slipped"], row["at"]))
    late = [row for row in known if row["slipped"] > 0]
    redated, total, n = int(area["redated"]), sum(row["slipped"] for row in late), len(rows)
    least = "at least " if any(row["growing"] for row in late) else ""
    followed = sum(pd.notna(row["revisions"]) for row in rows)
    words = [f"{redated} of {n} re-dated" if redated else "none known re-dated" if followed else "re-dates not known"]
    words += [f"{len(late)} later: {least}{_days(total)}" if late else "none known later"] if known else []
    words += [f"slip not known for {n - len(known)}"] if len(known) < n else []
    middle = float(np.median([row["slipped"] for row in known])) if known else None
    each = [f"{_clean(row['label'])}: {say_slip(row)}" for row in known]
    some = listed(f"{_clean(row['label'])} {_days(row['slipped'])}" for row in known[:MOST_SAID])
    plain = _clean(title) or ("All actions" if len(by_area) == 1 else "No area given")
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
    return {"low": low, "high": high, "shape": shape, "kind": kind, "name": _clean(row["ref"]), "at": row["at"]}


def _days(number: int) -> str:
    """Days of slip in words."""
    return "no days" if number == 0 else plural(number, "day") if number > 0 else f"{plural(-number, 'day')} earlier"


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
    part = f"{told}{which} {_are(n)} later than first planned"
    far = _range(late, _in_months(late))
    if len(areas) == 1:
        return f"{part[:1].upper()}{part[1:]}, by {far}"
    slipped = [area for area in areas if area["late"]]
    if len(slipped) == 1:
        return (
            f"All slip that is known is in one area, {_short_title(slipped[0])}: {_counted(n, 'action')} later by {far}"
        )
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
        area["label_lines"] = _wrap(area["title"], 262, 3)
        area["word_lines"] = [line for words in area["words"] for line in _wrap(words, 215, 2)]
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
        max(_width(line) for area in shown for line in area["label_lines"]),
        max(_width(line) for area in shown for line in area["word_lines"]),
    )
    return shown, height, widths


def _draw_areas(sheet: _Sheet, areas: Sequence[Row], widths: tuple[float, float]) -> None:
    """A strip of marks per area over one scale of slip, with its name and its counts in words."""
    left, right, top, bottom = widths[0] + 20, WIDTH - widths[1] - 20, 54, sheet.height - 30
    axes = sheet.axes(left, top, right, bottom)
    every = [value for area in areas for mark in area["marks"] for value in (mark["low"], mark["high"])] + [0]
    place, start, end = _scale(min(every), max(every), left, right, 20)
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
        _name_marks(sheet, strip, right)
        y += area["height"]
    sheet.lines(spans, SOFT, 3, opacity=0.5, cap="butt")
    sheet.lines(middles, INK, 1.5, dashes=(2, 3))
    for (shape, kind), places in sorted(points.items()):
        sheet.marks(shape, _KINDS[kind][0], places)
    looks = {("dot", "re-dated"): "open, later", ("ring", "on track"): "open, not later",
             ("later", "late"): "not done, growing by the day", ("diamond", "done"): "done"}  # fmt: skip
    entries = [(shape, _KINDS[kind][0], words) for (shape, kind), words in looks.items() if (shape, kind) in points]
    _key(sheet, entries + ([("upright", INK, "middle value")] if middles else []))


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


def _name_marks(sheet: _Sheet, strip: Sequence[tuple[Row, float, float]], right: float) -> None:
    """References to the right of the marks, where there is room for them."""
    taken = [(x - 7, y - 6, x + 7, y + 6) for _, x, y in strip]
    for mark, x, y in strip:
        wide = _width(mark["name"])
        if mark["name"] and wide < 60 and x + 9 + wide < right + 14 and not _hits((x + 9, y + 4), wide, taken):
            taken.append((x + 9, y - 6, x + 11 + wide, y + 6))
            sheet.text(x + 9, y + 5, mark["name"], colour=SOFT)


def _slip_step(days: int, most: int) -> tuple[int, str, float]:
    """Step of a scale of slip, its unit, and the days in one."""
    for step in (1, 2, 5, 10, 20, 30, 50):
        if days / step <= most:
            return step, "days", 1
    months = days / DAYS_IN_MONTH
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600) if months / step <= most), 0)
    return step or 1200 * int(np.ceil(months / most / 1200)), "months", DAYS_IN_MONTH
