"""One style for every figure, and the pen that writes it as SVG.

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

from planlib import markup
from planlib.dates import phrase
from planlib.markup import Fragment, element

Row = dict[str, Any]  # one action, as a record of Measures.actions
Point = tuple[float, float]

WIDTH = 760  # of every drawing, in its own pixels; the page shows it between 0.8 (narrow) and 1.25 times as large
TALLEST = 860  # so that a drawing with its caption stays on one sheet of A4
TEXT, LINE_HEIGHT = 14, 17  # pixels: 11 on the narrowest screen
MOST_NAMED = 12  # lines of a slip chart that are coloured and named; the others are grey
MOST_GREY = 80  # lines of a slip chart at all: more make a carpet
MOST_SAID = 12  # rows told one by one in a text alternative before it refers to the table
DAYS_IN_MONTH = 30.4375  # on a scale only; slips in months are counted by the calendar

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

KINDS = {
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

KIND = {standing: kind for kind, (_, standings) in KINDS.items() for standing in standings}
LIVE = ("overdue", "delayed", "re-dated", "on track", "dated, first date not known", "no date")  # known to be open


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


def width_of(text: str, bold: bool = False) -> float:
    """Pixels that a text takes at most."""
    return sum(map(_advance, text)) * TEXT / 1000 * (1.1 if bold else 1)


def clean(text: object) -> str:
    """A text of a source on one line, without what could disturb a page."""
    return " ".join(markup.visible(str(text)[:400]).split())


def wrap_text(text: str, width: float, lines: int, bold: bool = False) -> list[str]:
    """Break a text into lines of a width; what does not fit into so many ends in three dots."""
    made: list[str] = []
    left = clean(text)
    while left and len(made) < lines:
        end = _fitting(left, width, bold)
        if end < len(left) and len(made) == lines - 1:
            made.append(left[: _fitting(left, width - width_of("…", bold), bold)].rstrip(" ,;") + "…")
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


class Sheet:
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
                Path.make_compound_path(*shapes), facecolor=PAPER if other else KINDS[kind][0], linewidth=1,
                edgecolor=SOFT if other else PAPER, hatch="/" if kind == "re-dated" else None,
            ))  # fmt: skip

    def area(self, upper: Sequence[Point], lower: Sequence[Point], colour: str, opacity: float = 1) -> None:
        """The space between two lines."""
        points = [*upper, *reversed(lower), upper[0]]
        self.paper.add_patch(PathPatch(Path(points, closed=True), facecolor=colour, linewidth=0, alpha=opacity))

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


def _drawn(name: str, height: float, message: str, alternative: str, draw: Callable[[Sheet], None]) -> Fragment:
    """Draw a figure and write it as SVG."""
    pen = _Pen(height, name)
    with _DRAWING, matplotlib.rc_context(_style()):
        sheet = Sheet(height)
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


def framed(
    name: str, kind: str, message: str, subtitle: str, height: float, draw: Callable[[Sheet], None], alternative: str,
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


def draw_key(sheet: Sheet, entries: Iterable[tuple[str, str, str]]) -> None:
    """What the marks mean, in a line above the drawing: mark, colour, words."""
    x = 0.0
    for shape, colour, words in entries:
        if shape in _MARKS:
            sheet.marks(shape, colour, [(x + 7, 10)])
        elif shape in KINDS:
            sheet.bars(shape, [(x, 3, x + 14, 17)])
        elif shape == "?":
            sheet.text(x + 7, 15, "?", align="center", bold=True)
        elif shape == "span":
            sheet.lines([[(x, 10), (x + 14, 10)]], colour, 7, opacity=0.4, cap="butt")
        elif shape == "upright":
            sheet.lines([[(x + 7, 2), (x + 7, 19)]], colour, 1.5, dashes=(2, 3))
        else:
            sheet.lines([[(x, 10), (x + 16, 10)]], colour, 1.5, dashes=(3, 4))
        sheet.text(x + 20, 15, words, colour=SOFT)
        x += 20 + width_of(words) + 20


def nothing_drawn(name: str, message: str) -> Fragment:
    """What stands in place of a figure that cannot be drawn: why."""
    return element("p", message, class_="quiet", id=name)


def day_number(when: Any) -> int:
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


def long_day(day: int) -> str:
    """A day in words: "1 September 2011"."""
    when = np.datetime64(day, "D").item()
    return phrase(when, when, "day")


def short_day(day: int) -> str:
    """A day as an axis has it: "1 Sep 2011"."""
    number, month, year = long_day(day).split()
    return f"{number} {month[:3]} {year}"


def scale_of(first: int, last: int, low: float, high: float, pad: float) -> tuple[Callable[[Any], float], int, int]:
    """From a day to its pixel, and the days at both ends; with so many pixels to spare at each end."""
    span = max(last - first, 20)
    spare = span * pad / max(abs(high - low) - 2 * pad, 1)
    middle = (first + last) / 2
    start, end = middle - span / 2 - spare, middle + span / 2 + spare

    def place(day: Any) -> float:
        return low + (float(day) - start) / (end - start) * (high - low)

    return place, int(np.ceil(start)), int(np.floor(end))


def days_axis(axes: Axes, place: Callable[[Any], float], start: int, end: int, *, vertical: bool = False) -> None:
    """Put the grid and the ticks of dates on axes whose units are the paper's pixels."""
    axis = axes.yaxis if vertical else axes.xaxis
    length = abs(place(end) - place(start))
    first, last = max(start, -719_162), min(end, 2_932_896)  # years 1 to 9999
    days = _ticks(first, last, max(2, int(length / (60 if vertical else 100))))
    axis.set_ticks([place(day) for day in days], labels=[short_day(day) for day in days])


def spread_out(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
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


def hits(place: Point, wide: float, taken: Iterable[tuple[float, float, float, float]]) -> bool:
    """Whether a text at a place would lie on anything taken, each (left, top, right, bottom)."""
    x, y = place
    return any(x < right and x + wide > left and y - 12 < low and y + 4 > high for left, high, right, low in taken)
