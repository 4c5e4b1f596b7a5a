"""Figures: valid, accessible, the same everywhere, and titles that are true whatever the plan."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import figure_samples as samples
import matplotlib
import pandas as pd
import pytest
from afcharts.af_colours import get_af_colours
from hypothesis import given
from hypothesis import strategies as st

from planlib import figures, markup, schema
from planlib.figures.drawing import DONE, KINDS, LATE, MOVED, TALLEST, TRACK, WIDTH, width_of
from planlib.markup import Fragment
from planlib.measures import Measures

FIGURES: dict[str, Callable[[Measures], Fragment]] = {
    "standing": figures.standing_over_time,
    "dates": figures.dumbbell,
    "slip chart": figures.slip_chart,
    "areas": figures.slippage_by_area,
    "late": figures.late_over_time,
    "changes": figures.changes_over_time,
    "slip charts": figures.slip_chart_by_area,
}
DRAWN = {"svg", "title", "desc", "defs", "pattern", "g", "path", "circle", "rect", "text"}
each_case = pytest.mark.parametrize("case", samples.CASES)
each_figure = pytest.mark.parametrize("figure", FIGURES)


@cache
def made(figure: str, case: str) -> Fragment:
    """One figure of one of the sample plans, drawn once."""
    return FIGURES[figure](samples.case(case))


def parsed(fragment: Fragment) -> ET.Element:
    """Read a fragment as XML, which is stricter than HTML."""
    return ET.fromstring(fragment.html)


def drawing(fragment: Fragment) -> ET.Element | None:
    """The SVG of a figure, nothing where a sentence stands in its place."""
    return parsed(fragment).find("div/svg")


def words(element: ET.Element) -> str:
    """The text of an element, spaces single."""
    return " ".join("".join(element.itertext()).split())


def message(fragment: Fragment) -> str:
    """The title of a figure, or the sentence in its place."""
    root = parsed(fragment)
    bold = root.find("figcaption/b")
    return words(root if bold is None else bold)


def subtitle(fragment: Fragment) -> str:
    """The second title: what is measured."""
    return words(parsed(fragment).find("figcaption/span"))


def notes(fragment: Fragment) -> list[str]:
    """The sentences below a figure."""
    return [words(note) for note in parsed(fragment).findall("p")]


def alternative(fragment: Fragment) -> str:
    """The text alternative."""
    return words(parsed(fragment).find("div/svg/desc"))


def cells(fragment: Fragment) -> list[list[str]]:
    """The rows of a figure's table."""
    return [[words(cell) for cell in row] for row in parsed(fragment).iterfind(".//tbody/tr")]


def texts(svg: ET.Element) -> list[tuple[str, float, float, float, float]]:
    """Each text of a drawing with its box: left, top, right, bottom, as wide as it can be in any common font."""
    found = []

    def walk(element: ET.Element, given: dict[str, str]) -> None:
        given = {**given, **element.attrib}
        if element.tag == "text":
            x, y = float(given["x"]), float(given["y"])
            wide = width_of(element.text or "", bold=given.get("font-weight") == "bold")
            left = x - {"middle": wide / 2, "end": wide}.get(given.get("text-anchor", ""), 0)
            found.append((element.text or "", left, y - 10, left + wide, y + 3))
        for child in element:
            walk(child, given)

    walk(svg, {})
    return found


# --- what every figure is ----------------------------------------------------------------------------------------------


@each_figure
@each_case
def test_a_figure_has_two_titles_a_drawing_and_its_data(case: str, figure: str) -> None:
    """Every figure is valid XML: a message, what is measured, a named region with a described SVG, and a table; or a sentence."""
    root = parsed(made(figure, case))
    if root.tag == "p":
        assert re.fullmatch(r"[A-Z].*\.", words(root))
        return
    assert [child.tag for child in root if child.tag != "p"] == ["figure", "figcaption", "div", "details"][1:]
    caption, plot, svg = root.find("figcaption"), root.find("div"), root.find("div/svg")
    assert [child.tag for child in caption] == ["b", "span"]
    assert all(re.match(r"\S", words(child)) and not words(child).endswith(".") for child in caption)
    assert (plot.get("role"), plot.get("tabindex"), plot.get("class")) == ("group", "0", "fig")
    assert plot.get("aria-label")
    assert [child.tag for child in svg[:2]] == ["title", "desc"]
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", f"{svg[0].get('id')} {svg[1].get('id')}")
    assert words(svg[0]) == words(caption[0])
    assert len(words(svg[1])) > 20
    table = root.find("details//table")
    assert table.find("caption") is not None
    assert cells(Fragment(markup.element("figure", Fragment(ET.tostring(table, encoding="unicode"))).html))


@each_figure
@each_case
def test_a_drawing_has_nothing_but_shapes_and_text(case: str, figure: str) -> None:
    """No style, script, metadata, picture, clip or outside address; the page's own colours only; short numbers."""
    svg = drawing(made(figure, case))
    if svg is None:
        return
    assert {element.tag for element in svg.iter()} <= DRAWN
    names = {name for element in svg.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("style", "class", "href", "clip-path")}
    paints = {element.get(name) for element in svg.iter() for name in ("fill", "stroke")} - {None}
    own = "|".join(re.escape(pattern.get("id")) for pattern in svg.iter("pattern")) or "-"
    assert all(re.fullmatch(rf"none|currentColor|var\(--[a-z-]+,#[0-9a-f]{{6}}\)|url\(#({own})\)", paint) for paint in paints)
    geometry = " ".join(
        element.get(name, "") for element in svg.iter() for name in ("d", "x", "y", "cx", "cy", "r", "viewBox")
    )
    assert not re.search(r"\d\.\d\d|e[+-]|nan|inf", geometry)


@each_case
def test_figures_of_a_page_share_no_id(case: str) -> None:
    """Ids are unique over all figures, begin with their figure's own, and all that is referred to is there."""
    seen: list[str] = []
    for figure in FIGURES:
        root = parsed(made(figure, case))
        mine = [element.get("id") for element in root.iter() if element.get("id")]
        assert all(name.startswith(root.get("id")) for name in mine)
        asked = " ".join(element.get("aria-labelledby", "") for element in root.iter()).split()
        assert set(asked + re.findall(r"url\(#([^)]+)\)", ET.tostring(root, encoding="unicode"))) <= set(mine)
        seen += mine
    assert len(seen) == len(set(seen))


@each_figure
@each_case
def test_every_text_stays_on_the_drawing(case: str, figure: str) -> None:
    """No text runs over the edge, even in a font as wide as DejaVu Sans, and the drawing fits on a sheet of A4."""
    svg = drawing(made(figure, case))
    if svg is None:
        return
    _, _, width, height = map(float, svg.get("viewBox").split())
    assert (width, height <= TALLEST) == (WIDTH, True)
    outside = [text for text, left, top, right, low in texts(svg) if left < -1 or right > width + 1 or top < -1 or low > height + 1]
    assert outside == []


@each_figure
@each_case
def test_no_two_texts_lie_on_each_other(case: str, figure: str) -> None:
    """Labels, ticks, keys and names keep apart."""
    svg = drawing(made(figure, case))
    boxes = texts(svg) if svg is not None else []
    assert [
        (one[0], other[0]) for one, other in itertools.combinations(boxes, 2)
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ] == []  # fmt: skip


@each_figure
@each_case
def test_words_agree_in_number(case: str, figure: str) -> None:
    """Nothing says "1 actions", "two action" or "0 days"."""
    said = made(figure, case).text
    many, one = r"(open )?(action|day|month|report|area|row|time)s\b", r"(open )?(action|day|month|report|area|row|time)\b"
    assert not re.search(rf"(?<![\w.,-])(1|[Oo]ne) {many}", said)
    assert not re.search(rf"(?<![\w.,-])(\d*[02-9]|[Tt]wo|[Tt]hree) {one}", said)


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """Markup, mathematics, turned and broken text of a source come out as characters to be read."""
    m = samples.case("hostile")
    page = "".join(make(m).html for make in FIGURES.values())
    assert "<script" not in page.lower()
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)
    label = cells(figures.dumbbell(m))[0][0]
    assert "</text></svg><script>alert('&1')</script> $x^2_{$ [U+202E]txet" in label
    assert any(text.startswith("</text>") for text, *_ in texts(drawing(figures.dumbbell(m))))


def test_a_large_plan_stays_readable_and_small() -> None:
    """Of 500 actions the drawing shows what moved furthest and says what it left out; the table has all."""
    m = samples.many(500)
    large = {name: make(m) for name, make in FIGURES.items()}
    assert [name for name, figure in large.items() if len(ET.tostring(drawing(figure))) > 25_000] == []
    assert sum(len(figure.html) for figure in large.values()) < 500_000
    assert re.search(r"^\d+ more actions with dates are not drawn", notes(large["dates"])[-1])
    told = set(re.findall(r"\d+\.\d+", " ".join(row[0] for row in cells(large["dates"]))))
    assert len(told) > 400  # of the others a cell names the first twelve
    assert len(cells(large["areas"])) == 60
    assert re.search(r"^12 of \d+ lines are named, 80 are drawn: ", notes(large["slip chart"])[0])
    assert len(alternative(large["dates"])) < 2_000


def test_the_figures_of_a_real_plan_are_small() -> None:
    """The drawing of the dates of 44 actions takes less than 25 kB with its table."""
    assert len(made("dates", "wirral").html) < 25_000


# --- the same everywhere -----------------------------------------------------------------------------------------------

PRINT_ALL = """
import sys
sys.path.insert(0, {tests!r})
import figure_samples as samples
from planlib import figures
made = [make(samples.CASES[case]()) for case in {cases!r} for make in (
    figures.standing_over_time, figures.dumbbell, figures.slip_chart, figures.slippage_by_area, figures.late_over_time,
    figures.changes_over_time, figures.slip_chart_by_area)]
sys.stdout.buffer.write("".join(each.html for each in made).encode())
assert "matplotlib.pyplot" not in sys.modules
"""
SOME = ["months", "hostile", "late bought by re-dating", "done between reports"]


def printed(**environment: str) -> str:
    """Fingerprint of some figures made in another process."""
    code = PRINT_ALL.format(tests=str(Path(__file__).parent), cases=SOME)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, **environment}, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return hashlib.sha256(done.stdout).hexdigest()


def test_figures_are_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    """Hash seed, time zone, language and the user's own matplotlib settings change nothing, and pyplot is not imported."""
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: 31\nlines.linewidth: 9\naxes.facecolor: red\naxes.grid: False\nsvg.fonttype: path\n"
                        "text.usetex: True\nfigure.dpi: 211\npath.sketch: 1, 100, 2\nxtick.major.size: 30\n", encoding="utf-8")  # fmt: skip
    here = "".join(made(figure, case).html for case in SOME for figure in FIGURES)
    assert [
        printed(PYTHONHASHSEED="1", TZ="Asia/Tokyo", LANG="de_DE.UTF-8", LC_ALL="de_DE.UTF-8"),
        printed(PYTHONHASHSEED="2", TZ="America/New_York", LANG="C", LC_ALL="C", MATPLOTLIBRC=str(settings)),
    ] == [hashlib.sha256(here.encode()).hexdigest()] * 2


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    """The user's parameters are not changed by drawing, nor looked at, even where they are odd."""
    m = samples.case("months")
    plain = [make(m).html for make in FIGURES.values()]
    with matplotlib.rc_context({"font.size": 40, "axes.spines.left": True, "lines.marker": "x", "text.color": "red"}):
        before = dict(matplotlib.rcParams)
        odd = [make(m).html for make in FIGURES.values()]
        assert dict(matplotlib.rcParams) == before
    assert odd == plain


def test_figures_can_be_drawn_in_threads() -> None:
    """Four threads that draw at once draw what one does."""
    m = samples.case("late bought by re-dating")
    alone = [make(m).html for make in FIGURES.values()]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda make: make(m).html, [*FIGURES.values()] * 4))
    assert together == alone * 4


def test_measures_are_not_changed_by_drawing() -> None:
    """A figure takes the measures as they are and leaves them so."""
    m = samples.case("months")
    before = {name: getattr(m, name).copy() for name in ("actions", "changes", "over_time", "slip_chart", "areas")}
    for make in FIGURES.values():
        make(m)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(m, name), frame)


def test_the_colours_are_those_of_the_analysis_function() -> None:
    """The four colours are of the Government Analysis Function's categorical palette."""
    palette = {colour.lower() for colour in get_af_colours("categorical")}
    assert {DONE, TRACK, MOVED, LATE} <= palette
    assert {kind for kind in KINDS if KINDS[kind][0] not in palette} == {"other"}


# --- true titles -------------------------------------------------------------------------------------------------------

STANDING = {
    "no action": "No action is listed as at 1 June 2011, so nothing can be drawn over time.",
    "one action": "0 of 1 action is done",
    "one action, done late": "1 of 1 action is done",
    "nothing moved": "0 of 6 actions are done",
    "nothing known": "Where the 7 actions stand is not known",
    "some standing not known": "0 of 4 actions are done; where 1 of them stands is not known",
    "everything done": "5 of 5 actions are done; none were done at 1 July 2011",
    "everything closed": "2 actions are closed, not done",
    "everything overdue": "0 of 8 actions are done, none re-dated and 8 overdue",
    "late bought by re-dating": "0 of 6 actions are done, 6 re-dated and none late; since 31 August 2011 late fell from 6 to "
    "0 while re-dated rose from 0 to 6",
    "wirral": "22 of 44 actions are done, 7 re-dated and 2 delayed",
    "wirral, first snapshot": "Where the 44 actions stand is not known",
    "ranger, 1964": "7 of 9 actions are done, 2 re-dated and none late; 6 were done at 31 May 1964",
    "ranger": "9 of 9 actions are done; 8 were done at 28 February 1965",
}
DATES = {
    "no action": "No action is listed as at 1 June 2011, so there are no dates to draw.",
    "one action": "No open action is known to have moved",
    "one action, done": "The one done finished by its first date",
    "one action, done late": "The one done finished after its first date",
    "one action, overdue": "No open action is known to have moved; one is overdue",
    "one action without reference": "One action moved from 1 July to 1 August 2011",
    "nothing moved": "No open action is known to have moved",
    "nothing known": "No date is known that could be drawn for any of 7 actions as at 1 June 2011.",
    "standing not known, dates known": "3 of 3 actions have a date that is known",
    "everything done": "None of the 5 done finished after its first date",
    "everything done late": "All 5 done finished after their first dates",
    "done between reports": "Whether the 5 done finished by their first dates cannot be told",
    "one moved later": "Action 1 moved from 30 September to 31 October 2011",
    "one moved earlier": "One open action moved earlier",
    "later and earlier add up to nothing": "Action 2 moved from 30 September to 10 October 2011; one moved earlier",
    "months": "Two actions moved from September 2011 to January–March 2012",
    "re-dated, from when not known": "How far two actions moved is not known",
    "wirral": "Five actions moved from 1 to 30 September 2011; how far two others moved is not known",
    "ranger, 1964": "Two open actions are now dated 19 to 20 months later than first planned; 5 of the 7 done finished "
    "after their first dates",
    "ranger": "7 of the 9 done finished after their first dates",
}
SLIP_CHART = {
    "no action": "No action is listed as at 1 June 2011, so there is no slip chart.",
    "one action": "There is no slip chart yet: it takes three reports over at least 28 days, and there is one.",
    "twenty snapshots in as many days": "There is no slip chart yet: it takes three reports over at least 28 days, and "
    "there are 20, over 19 days.",
    "no dates": "There is no slip chart: no action that can be followed has a target date at two reports or more.",
    "nothing moved": "No change of date is known for any of 6 actions over 4 reports",
    "months": "2 of 2 actions were re-dated over 3 reports; actions 1 and 2 are furthest from their first dates, 6 months "
    "later",
    "wirral": "There is no slip chart yet: it takes three reports over at least 28 days, and there are two, 91 days apart.",
    "ranger, 1964": "7 of 9 actions were re-dated over 22 reports; RA-8 is furthest from its first date, 20 months later",
    "ranger": "7 of 9 actions were re-dated over 25 reports; RA-8 is furthest from its first date, 21 months later",
}
AREAS = {
    "no action": "No action is listed as at 1 June 2011, so there is no slippage to draw.",
    "one action": "No action is known to be later than first planned",
    "one action, overdue": "The one action is later than first planned, by at least 31 days",
    "nothing known": "Slippage by area cannot be drawn: the slip is not known for any of 7 actions: standing not known (7).",
    "some standing not known": "No action is known to be later than first planned; the slip is known for 3 of 4",
    "everything done": "No action is known to be later than first planned",
    "everything overdue": "All 8 actions are later than first planned, by at least 152 days",
    "one moved later": "1 of the 3 actions is later than first planned, by 31 days",
    "later and earlier add up to nothing": "All slip that is known is in one area, Other: one action later by 10 days",
    "two areas slipped alike": "Two areas have slipped; both actions are later than first planned",
    "months": "Both actions are later than first planned, by 6 months",
    "wirral": "All slip that is known is in one area, Safeguarding 3: Records reflect the child's views, wishes, culture and "
    "identity: five actions later by 29 days",
    "ranger, 1964": "7 of the 9 actions are later than first planned, by 1 to 20 months",
}
PAST = {
    "no action": "No action is listed as at 1 June 2011, so nothing can be late.",
    "one action": "There is no chart of what was past its first date yet: it takes three reports over at least 28 days, and "
    "there is one.",
    "nothing moved": "At none of 4 dates is a listed and open action known to be past its first date.",
    "no dates": "What was past its first date cannot be drawn: at no report is an open action with a known first date listed.",
    "late, first dates not known": "What was past its first date cannot be drawn: at no report is an open action with a known "
    "first date listed.",
    "everything overdue": "8 of 8 open actions are past their first dates at 30 September 2011: 8 overdue",
    "late bought by re-dating": "6 of 6 open actions are past their first dates at 30 September 2011: 6 given a later date; "
    "since 31 August 2011 overdue fell from 6 to 0, and would be 6 had no date been changed",
    "half of a fall by re-dating": "4 of 4 open actions are past their first dates at 31 August 2011: 2 overdue and 2 given a "
    "later date; since 31 July 2011 overdue fell from 6 to 2, and would be 4 had no date been changed",
    "dates centuries apart": "1 of 2 open actions is past its first date at 30 August 2011: 1 overdue",
    "ranger, 1964": "2 of 2 open actions are past their first dates at 31 July 1964: 2 given a later date",
    "ranger": "No listed action is open at 31 March 1965",
}
CHANGES = {
    "no action": "No action is listed as at 1 June 2011, so no date can have been changed.",
    "wirral": "There is no chart of changes of date over the reports yet: it takes three reports over at least 28 days, and "
    "there are two, 91 days apart.",
    "no dates": "Changes of date cannot be drawn: no two reports have a date that can be compared.",
    "nothing moved": "No date is known to have been moved, removed or stated to be changed at any of 3 reports that can be "
    "compared with an earlier one.",
    "late bought by re-dating": "6 revisions of dates, in 1 decision, are shown by 1 of 4 reports",
    "every kind of change": "8 revisions of dates, in 6 decisions, are shown by 3 of 4 reports; most by that of 31 July 2011, "
    "4 in 3 decisions",
    "ranger, 1964": "26 revisions of dates, in 26 decisions, are shown by 15 of 22 reports; most by that of 28 February 1963, 4 "
    "in 4 decisions",
}
BY_AREA = {
    "no action": "No action is listed as at 1 June 2011, so there is no slip chart by area.",
    "one action": "There is no slip chart by area yet: it takes three reports over at least 28 days, and there is one.",
    "nothing moved": "There is no slip chart by area: all actions are in one area.",
    "hostile": "Dates were revised in 2 of 3 areas",
    "eleven areas that move": "Dates were revised in 11 of 11 areas",
}
EXPECTED = [
    (figure, case, text)
    for figure, told in zip(FIGURES, (STANDING, DATES, SLIP_CHART, AREAS, PAST, CHANGES, BY_AREA), strict=True)
    for case, text in told.items()
]


@pytest.mark.parametrize(("figure", "case", "expected"), EXPECTED)
def test_the_message_says_what_the_data_says(figure: str, case: str, expected: str) -> None:
    """The title is made from the data: singular and plural, nothing moved, nothing known, everything done."""
    assert message(made(figure, case)) == expected


NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(word: str) -> int:
    """A number written in digits or as a word."""
    return NUMBERS.index(word.lower()) if word.lower() in NUMBERS else int(word)


def found(pattern: str, text: str) -> list[int]:
    """The numbers that a pattern finds in a text, in digits or in words."""
    hit = re.search(pattern.replace("#", r"(\d+|[Nn]one|[A-Za-z]+)"), text)
    return [number(word) for word in hit.groups()] if hit else []


DAYS = ("2011-06-30", "2011-07-31", "2011-08-31", "2011-09-30")
TARGETS: list[Any] = [
    None, "2011-06-15", "2011-07-31", "2011-08-10", "2011-12-31", ("2011-08-01", "2011-08-31"), ("2011-10-01", "2011-12-31"),
]  # fmt: skip
ROW = st.fixed_dictionaries(
    {
        "target": st.sampled_from(TARGETS),
        "status": st.sampled_from(["open", "open", "in progress", "complete", "closed not done", "unknown"]),
        "claim": st.sampled_from(["", "", "delayed", "on course"]),
        "reason": st.sampled_from(["", "The post is vacant"]),
    }
)


@st.composite
def plans(draw: Callable[[Any], Any]) -> Measures:
    """Plans of up to five actions over up to four reports, each row drawn by itself: every sort of nonsense."""
    known = draw(st.lists(st.booleans(), min_size=0, max_size=5))
    snapshots = {}
    for day in DAYS[: draw(st.integers(1, len(DAYS)))]:
        rows = []
        for at, dated in enumerate(known):
            if draw(st.integers(0, 5)) == 0:
                continue
            row = {**draw(ROW), "ref": str(at + 1), "area": f"Area {at % 2}"}
            rows.append(row if dated else {**row, "first": None})
        snapshots[day] = rows
    return samples.measured(snapshots)


@given(plans())
def test_titles_are_true_of_any_plan(m: Measures) -> None:
    """Every number in a title is counted again from the measures, by other code."""
    acts = m.actions
    standing = acts["standing"].tolist()
    count = {name: standing.count(name) for name in set(standing)}
    title = {name: message(make(m)) for name, make in FIGURES.items()}
    for text in title.values():
        assert not re.search(r"\bnan|NaT|<NA>|None\b(?! of)|  ", text)

    if done := found(r"^# of # actions? (?:is|are) done", title["standing"]):
        assert done == [int((acts["done"] & acts["counted"]).sum()), int(acts["counted"].sum())]
        assert (found("# re-dated and", title["standing"]) or [0]) == [count.get("re-dated", 0)]
        late = count.get("overdue", 0) + count.get("delayed", 0)
        assert (found("re-dated and # (?:overdue|delayed|late)", title["standing"]) or [0]) == [late]
        assert (found("where # of them", title["standing"]) or [0]) == [count.get("standing not known", 0)]
    if fell := found("late fell from # to # while re-dated rose from # to #", title["standing"]):
        assert fell[0] > fell[1] == late and fell[2] < fell[3] == count["re-dated"]

    live = acts[acts["standing"].isin(["overdue", "delayed", "re-dated", "on track", "dated, first date not known", "no date"])]
    slip = [int(each) for each in live["slip_low"].dropna()]
    moved = (live["target"] - live["original"]).dropna().dt.days.tolist()
    if "no open action is known to have moved" in title["dates"].lower():
        assert not any(slip) and not any(moved)
    if earlier := found("# (?:open actions? )?moved earlier", title["dates"]):
        assert earlier == [sum(each < 0 for each in slip)]
    if overdue := found("# (?:is|are) overdue", title["dates"]):
        assert overdue == [count["overdue"]]
    elif acts["target"].notna().any() or acts["original"].notna().any():
        assert count.get("overdue", 0) == 0
    if later := found("^# (?:open )?actions? (?:is|are) now dated", title["dates"]):
        assert later == [sum(each > 0 for each in slip)]
    if finished := found("# of the # done", title["dates"]):
        told = acts[acts["done"] & acts["on_time"].isin(["on time", "late"])]
        assert finished == [int((told["on_time"] == "late").sum()), len(told)]

    if redated := found("^# of # actions? (?:was|were) re-dated", title["slip chart"]):
        charted = acts[acts["action_id"].isin(m.slip_chart.dropna(subset=["target", "as_of"])["action_id"])]
        assert redated == [int((charted["revisions"] > 0).sum()), len(charted)]

    past = acts[["slip_low", "at_least_days"]].astype("Float64").max(axis=1)
    if title["areas"].startswith("No action is known to be later"):
        assert not (past > 0).any()
    if part := found("# of the # actions(?: whose slip is known)? (?:is|are) later", title["areas"]):
        assert part == [int((past > 0).sum()), int(past.notna().sum())]
    if every := found("[Aa]ll # actions(?: whose slip is known)? are later", title["areas"]):
        assert every == [int((past > 0).sum())] == [int(past.notna().sum())]
    if "in one area, " in title["areas"]:
        assert acts.loc[past > 0, "area_label"].unique().tolist() == [re.search("one area, (.*?):", title["areas"])[1]]
    if best := re.search("^(.*) has slipped most", title["areas"]):
        by_area = past.clip(lower=0).groupby(acts["area_label"]).sum()
        assert by_area.idxmax() == best[1] and (by_area == by_area.max()).sum() == 1
    if shown := found("^# revisions of dates, in # decisions?, are shown by # of # reports", title["changes"]):
        revised = m.changes[m.changes["revision"]]
        assert shown == [len(revised), revised["decision"].nunique(), revised["as_of"].nunique(), len(m.snapshots)]
    if "No date is known to have been moved" in title["changes"] or "One revision" in title["changes"]:
        assert m.changes["revision"].sum() == title["changes"].startswith("One")
    past = found("^# of # open actions?(?: with a known first date)? (?:is|are) past", title["late"])
    if past:
        listed = acts[(acts["snapshot"] == m.snapshot) & acts["status"].isin(schema.OPEN_STATUSES)]
        assert past == [int((listed["original"] < m.as_of).sum()), int(listed["original"].notna().sum())]
    if title["late"].startswith("No first date of an open action is known at"):  # the last report is not drawn
        assert not acts.loc[(acts["snapshot"] == m.snapshot) & acts["status"].isin(schema.OPEN_STATUSES), "original"].notna().any()
    elif fell := found("overdue fell from # to #, and would be #", title["late"]):
        assert fell[1] == count.get("overdue", 0) < min(fell[0], fell[2])
    if areas := found("^Dates were revised in # of # areas", title["slip charts"]):
        revised = acts.groupby("area_label")["revisions"].sum() > 0
        assert areas == [int(revised.sum()), len(revised)]


@given(plans())
def test_any_plan_can_be_drawn(m: Measures) -> None:
    """Whatever the plan, each figure is valid, keeps its text on the drawing, and tells each date in its table."""
    for make in FIGURES.values():
        svg = drawing(make(m))
        if svg is not None:
            assert {element.tag for element in svg.iter()} <= DRAWN
            assert all(left > -1 and right < WIDTH + 1 for _, left, _, right, _ in texts(svg))


@pytest.mark.parametrize("month", range(3, 13))
def test_dates_at_the_side_of_a_panel_stay_on_the_drawing(month: int) -> None:
    """Whatever days the axis of a slip chart names, such as 22 August 2011, none reaches over the drawing's edge."""
    first, due, last = (f"{pd.Timestamp(2011, month, 1) + pd.offsets.MonthEnd(n):%Y-%m-%d}" for n in (-2, -1, 1))
    m = samples.measured({
        first: [{"ref": "1", "area": "Area 0"}],
        due: [{"ref": "1", "area": "Area 0"}, {"ref": "2", "area": "Area 1", "target": due}],
        last: [{"ref": "1", "area": "Area 0"}, {"ref": "2", "area": "Area 1"}],
    })  # fmt: skip
    svg = drawing(FIGURES["slip charts"](m))
    assert svg is not None
    assert all(left > -1 and right < WIDTH + 1 for _, left, _, right, _ in texts(svg))


# --- what each figure tells ----------------------------------------------------------------------------------------------


def test_the_standing_is_told_date_by_date() -> None:
    """Re-dated stands beside late, a count is shown for each, and too few reports are said to be no trend."""
    figure = made("standing", "wirral")
    assert subtitle(figure) == "Number of actions by where they stood, from 1 June 2011 to 31 August 2011"
    assert notes(figure) == [
        "This is no trend yet: it takes three reports over at least 28 days, and there are two, 91 days apart."
    ]
    assert alternative(figure).startswith("1 June 2011: 44 standing not known. 31 August 2011: 22 complete, ")
    assert cells(figure)[0][0] == "1 June 2011"
    labels = [text for text, *_ in texts(drawing(figure))]
    ends = [text for text in labels if re.match(r"\d+ [a-z]", text)]
    assert ends == ["22 done", "9 on track", "7 re-dated", "2 overdue or delayed", "4 not known or other"]


def test_a_long_history_is_told_by_its_ends() -> None:
    """Twenty-five reports are all drawn and in the table; the text alternative tells the first and the last."""
    figure = made("standing", "ranger")
    assert alternative(figure) == (
        "30 September 1960: 5 on track. 31 March 1965: 9 complete. The 23 dates between are in the table below."
    )
    assert len(cells(figure)) == 25
    assert notes(figure) == []


def test_the_dumbbell_tells_each_row() -> None:
    """Actions alike in dates share a row; from, to, slip and reason are in the words, what is not known is said so."""
    figure = made("dates", "wirral")
    told = alternative(figure)
    assert "Re-dated, 18 and 20 to 23: first 1 September 2011, now 30 September 2011, 29 days later, no reason given." in told
    assert "Re-dated, 35 and 38: first date not known, now 22 September 2011, from when is not known." in told
    assert "Delayed, 16: first date not known, now 15 September 2011." in told
    assert "On track, 31 to 34: first date not known, now 1 November 2011, by its own account." in told
    assert [note.split(":")[0] for note in notes(figure)] == ["Not drawn, because no date is known"]
    assert "22 complete" in notes(figure)[0]
    assert "53 (delayed)" in notes(figure)[0]
    rows = {row[0]: row[1:] for row in cells(figure)}
    assert rows["18 and 20 to 23"][:3] == ["re-dated", "1 September 2011", "30 September 2011"]
    assert sum(text == "?" for text, *_ in texts(drawing(figure))) == 1 + len(
        [row for row in rows.values() if row[1] == "not known" and row[0] != "complete" and re.search(r"\d{4}$", row[2])]
    )  # one in the key


def test_the_dumbbell_draws_completion_apart_from_the_date_now() -> None:
    """Done is a diamond, the first date a ring, the date now a dot; each only where it is known."""
    figure = made("dates", "ranger, 1964")
    key = [text for text, *_ in texts(drawing(figure)) if text in ("first date", "date now", "done", "first date not known")]
    assert key == ["first date", "date now", "done"]
    assert "Complete, RA-7: first April 1963, last due July 1964, done 28 July 1964, 15 months later." in alternative(figure)


def test_the_slip_chart_tells_each_line() -> None:
    """Each line: the first date told, the last, how often it changed, when it was done; every change is in the table."""
    figure = made("slip chart", "ranger, 1964")
    assert "RA-7: 30 April 1963 at first, 31 July 1964 at last, changed 7 times, done 28 July 1964." in alternative(figure)
    assert "RA-3: 31 January 1962, not changed, done 26 January 1962." in alternative(figure)
    rows = [row for row in cells(figure) if row[0] == "RA-7"]
    assert len(rows) == 9
    assert rows[-1] == ["RA-7", "28 July 1964", "done"]
    names = [text for text, *_ in texts(drawing(figure)) if text.startswith("RA-")]
    assert sorted(names) == [*(f"RA-{n}" for n in range(1, 8)), "RA-8: 20 months later", "RA-9: 19 months later"]


def test_the_slip_chart_says_whom_it_leaves_out() -> None:
    """Actions known only by count, and those never dated while open, are left out and counted."""
    days = ("2011-06-30", "2011-07-31", "2011-08-31")
    m = samples.measured({
        day: [
            *samples.actions(2, target="2011-12-31"), {"ref": "3"},
            *({"ref": "", "n": f"r{n}", "ref_range": "4-6", "status": "complete" if n == 1 and day > "2011-07" else "open",
               "target": f"2011-10-1{n}"} for n in range(3)),
        ]
        for day in days
    })  # fmt: skip
    assert notes(figures.slip_chart(m)) == [
        "3 actions known only by count are left out: none can be followed by itself.",
        "1 action is left out: no report shows it open with a target date.",
    ]


def test_slippage_by_area_shows_small_numbers_themselves() -> None:
    """One mark an action with its reference, how many are re-dated and later, and of how many the slip is not known."""
    figure = made("areas", "wirral")
    labels = [text for text, *_ in texts(drawing(figure))]
    # The scale, which comes first, has a tick of 20 days.
    assert [text for text in labels if text in ("18", "20", "21", "22", "23")][-5:] == ["18", "20", "21", "22", "23"]
    assert {"5 of 6 re-dated", "5 later: 145 days", "slip not known for 1", "re-dates not known"} <= set(labels)
    third = cells(figure)[2]
    assert third[1:6] == ["6", "5", "5 of 6", "145", "29"]
    assert "18: 29 days" in third[6]


def test_a_report_of_which_nothing_is_known_has_no_count_of_nought() -> None:
    """Where the standing of every action is not known, the table of the figure says so and never "0 complete"."""
    table = cells(made("standing", "wirral"))
    assert [row[1:] for row in table] == [
        ["not known", "44", "not known", "not known", "not known", "not known", "44"], ["22", "0", "2", "7", "9", "4", "44"],
    ]  # fmt: skip


def test_a_panel_for_each_area_that_moved_and_a_word_for_the_others() -> None:
    """Eight panels fit on a page, over the same dates; which areas have none is said, and their lines are in the table."""
    figure = made("slip charts", "eleven areas that move")
    labels = [text for text, *_ in texts(drawing(figure))]
    assert len([text for text in labels if text.startswith("Area ")]) == 8
    ticks = [text for text in labels if re.fullmatch(r"1 [A-Z][a-z]{2} 2011|1 [A-Z][a-z]{2} 2012", text)]
    assert all(ticks.count(tick) in (8, 16) for tick in ticks)  # each panel has the same two scales
    assert "there is no room for Area 3" in notes(figure)[0]
    assert len(cells(figure)) == 11  # actions told the same dates are one line


def test_areas_of_fifty_actions_fit_a_page() -> None:
    """Of 40 areas of 50 actions the panels show those with most revisions; the drawing stays small and on one sheet."""
    figure = figures.slip_chart_by_area(samples.many(2_000, months=4, areas=40))
    _, _, width, height = map(float, drawing(figure).get("viewBox").split())
    assert (width, height <= TALLEST) == (WIDTH, True)
    assert len(ET.tostring(drawing(figure))) < 60_000
    assert "there is no room for" in notes(figure)[0]


def test_changes_are_counted_as_actions_and_as_decisions() -> None:
    """The table of the chart gives actions by kind, decisions, revisions and what else changed; what is not known says so."""
    head = ["later", "removed", "stated", "earlier", "decisions", "revisions", "other", "compared"]
    rows = {row[0]: dict(zip(head, row[1:], strict=True)) for row in cells(made("changes", "every kind of change"))}
    assert list(rows["31 July 2011"].values()) == ["2", "1", "0", "1", "3", "4", "1 loosened and 1 given", "6 of 6"]
    assert rows["31 August 2011"]["later"] == "not known"  # nobody is listed
    assert rows["30 June 2011"]["stated"] == "1" and rows["30 June 2011"]["later"] == "not known"


def test_charts_over_the_reports_stand_under_headings_or_are_refused_once():
    """With a trend each chart has its heading; without one a single sentence says what is missing."""
    made = figures.over_the_reports(samples.case("ranger, 1964"))
    assert made.html.count("<h3") == 5 and made.html.count("<svg") == 4  # one area: no chart by area
    short = figures.over_the_reports(samples.case("wirral"))
    assert "<svg" not in short.html and short.text.count("it takes three reports") == 1
    assert "so nothing can be drawn" in figures.over_the_reports(samples.case("no action")).text


def test_no_mark_is_called_no_days():
    """An action on its first date has no slip in the text alternative; its label and its days cannot be run together."""
    html = figures.slippage_by_area(samples.case("ranger, 1964")).html
    assert "RA-3: no slip" in html and "RA-8: 611 days" in html and " no days" not in html


def test_a_title_of_lateness_names_the_latest_report_where_nothing_is_known_of_it():
    """A count of an earlier report is not passed off for one of the latest."""
    m = samples.measured({
        "2011-06-30": [{"ref": "1"}], "2011-07-31": [{"ref": "1"}, {"ref": "2", "target": "2011-06-15"}], "2011-08-31": [{"ref": "1"}],
    })  # fmt: skip
    assert message(figures.late_over_time(m)) == (
        "No first date of an open action is known at 31 August 2011; before, "
        "1 of 1 open action with a known first date is past its first date at 31 July 2011: 1 overdue"
    )
