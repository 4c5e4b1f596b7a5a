"""The pages in a real browser: accessible, silent, quiet on the network, whole on narrow screens and on paper."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import driver
import paper
import plans
import sample
from index_samples import many, one_of_each
from test_extreme_plans import HEAD, PLANS, T, folder_of, rows

from planlib import markup, measures, open_plan, summary, tables
from planlib.reporting import index, report
from planlib.reporting.exporter import PlanlibExporter

pytestmark = driver.NEEDED


def run_in_browser(folder: Path, **job: Any) -> list[dict[str, Any]]:
    """Let check.mjs open pages and say what it found."""
    return driver.drive("check.mjs", folder, {"pages": [], "widths": [1280, 320], "schemes": ["light", "dark"], **job})


def export(notebook: Any, path: Path) -> Path:
    """Export a handmade notebook."""
    page, _ = PlanlibExporter().from_notebook_node(notebook)
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def summary_of(home: Path, name: str, snapshots: Mapping[str, str]) -> Any:
    """The summary page of a plan, as a notebook that was run."""
    folder = folder_of(home, name, snapshots)
    plan = open_plan(folder, T)
    m = measures.measure(plan.ledger, T, settings=plan.settings, snapshots=plan.snapshots, plan=plan.name)
    banner = sample.shown(tables.banner(plan, m, "summary"), tags=("banner",))
    return sample.notebook(banner, sample.shown(summary.page(plan, m)))


@pytest.fixture(scope="session")
def handmade(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages made here: one of everything, an empty report, a failed notebook, five hundred actions."""
    folder = tmp_path_factory.mktemp("pages")
    squares = [markup.Square(str(number), "on track", address="#all") for number in range(500)]
    failed = sample.everything()
    indexes = {name: folder / f"index-{name}" for name in ("failed", "many", "none")}
    for name, fill in (("failed", one_of_each), ("many", many), ("none", lambda out: None)):
        indexes[name].mkdir()
        fill(indexes[name])
        (indexes[name] / "index.html").write_bytes(index.make(indexes[name]))
    failed.cells[-1].outputs = [{"output_type": "error", "ename": "InputError", "evalue": "no plan", "traceback": []}]
    return {
        "everything": export(sample.everything(), folder / "everything.html"),
        "empty": export(sample.notebook(), folder / "empty.html"),
        "failed": export(failed, folder / "failed.html"),
        "many": export(
            sample.notebook(sample.shown(sample.banner(), tags=("banner",)), sample.text("## All"),
                            sample.shown(markup.squares(squares))),
            folder / "many.html",
        ),
        **{f"index of {name}": path / "index.html" for name, path in indexes.items()},
        "summary of many": export(summary_of(folder, "many", PLANS["many"]), folder / "summary-many.html"),
    }  # fmt: skip


@pytest.fixture(scope="session")
def pages(handmade: dict[str, Path], built_reports: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every kind of page, by a name: those made here, the bundled plans, plans at their limits, and the indexes."""
    home = tmp_path_factory.mktemp("plans")
    out = home / "reports"
    for folders, day, notebooks in (
        (plans.at_the_limits(home / "data"), plans.AS_AT, None),
        ([plans.with_every_figure(home / "data")], plans.SIMULATED_AS_AT, "slippage"),
    ):
        made = report(folders, as_of=day, notebooks=notebooks, data=home / "data", out=out)
        assert made.ok, [each.why for each in made.failed]
    found = dict(handmade)
    for reports in (built_reports, out):
        found |= {str(page.relative_to(reports.parent)): page for page in sorted(reports.rglob("*.html"))}
    return found


def one_of_each_kind(pages: dict[str, Path]) -> dict[str, Path]:
    """The handmade page, each notebook of a bundled plan, the portfolio and the index, and the page of every figure."""
    wanted = ("everything", "wirral-ofsted-2011/2011-08-31/", "ranger-1960/1964-07-31/slippage", "portfolio/", "index.html",
              "simulated/2020-10-31/slippage")  # fmt: skip
    return {name: page for name, page in pages.items() if any(part in name for part in wanted)}


@pytest.fixture(scope="session")
def looked(pages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Look at everything in one run of one browser; what was found, by what was looked for."""
    folder = tmp_path_factory.mktemp("job")
    each = [str(page) for page in one_of_each_kind(pages).values()]
    largest_first = sorted(pages.values(), key=lambda page: (-page.stat().st_size, page))  # none is waited for at the end
    found = run_in_browser(
        folder, pages=[str(page) for page in largest_first], thorough=each, forced=each, plain=each, zoom=each,
        keyboard=[[page, width] for page in each for width in (1280, 320)],
        pdf=[[page, str(folder / f"{number}.pdf")] for number, page in enumerate(each)],
    )  # fmt: skip
    keys = {"axe": "pages", "lost": "forced", "stops": "keyboard", "said": "plain", "pdf": "pdf", "ratio": "zoom"}
    sorted_out: dict[str, list[dict[str, Any]]] = {name: [] for name in keys.values()}
    for one in found:
        sorted_out[next(name for key, name in keys.items() if key in one)].append(one)
    assert [len(sorted_out[name]) for name in ("forced", "plain", "zoom", "pdf")] == [len(each)] * 4
    return sorted_out


def every(found: Iterable[dict[str, Any]], *names: str) -> list[str]:
    """List what was found on all pages under some names."""
    return sorted(
        {f"{'/'.join(Path(one['page']).parts[-3:])}: {each}" for one in found for name in names for each in one[name]}
    )


def test_axe_finds_no_violation(looked: dict[str, Any], pages: dict[str, Path]) -> None:
    """No page breaks a rule of WCAG 2.0 to 2.2 A and AA or of best practice, light or dark, wide or narrow, folded or unfolded;
    one of each kind in all these together.
    """
    assert len(looked["pages"]) == len(pages)
    assert every(looked["pages"], "axe") == []


def test_no_page_asks_the_network_for_anything(looked: dict[str, Any]) -> None:
    """From a file with the network cut off, without scripts, or from a server: a page asks for nothing but itself."""
    assert every(looked["pages"] + looked["plain"], "requests") == []
    assert {tuple(one["asked"]) for one in looked["plain"]} == {("/report.html",)}


def test_no_page_says_anything_on_the_console(looked: dict[str, Any]) -> None:
    """A page causes no error or warning in the browser, its own policy included."""
    assert every(looked["pages"] + looked["plain"], "console") == []


def test_no_page_scrolls_sideways(looked: dict[str, Any]) -> None:
    """A page is never wider than the window, folded or not, at 320 px, with wide spacing, or on a sheet of A4."""
    assert every(looked["pages"], "wide") == []


def test_a_zoom_of_400_per_cent_needs_no_sideways_scrolling(looked: dict[str, Any]) -> None:
    """With the browser's own zoom at 400 %, a window of 1,280 px holds each page, folded or unfolded."""
    assert {one["ratio"] for one in looked["zoom"]} == {4}
    assert [one for one in looked["zoom"] if one["folded"][1] > 320 or one["unfolded"][1] > 320] == []


def test_figures_can_be_read_on_a_telephone_and_on_paper(looked: dict[str, Any]) -> None:
    """No text of a figure is smaller than 11 px as shown, leaves the drawing, or lies on another text."""
    shown = [
        (Path(one["page"]).name, figure) for one in looked["pages"] for figure in one["figures"]
        if not one["page"].endswith("everything.html")  # whose figure is none of ours
    ]  # fmt: skip
    assert len({figure["title"] for _, figure in shown}) > 20
    assert [(page, figure["title"], figure["width"]) for page, figure in shown
            if (figure["smallest"] or math.inf) < 11 or figure["outside"] or figure["over"] or not figure["titled"]] == []  # fmt: skip


def test_a_figure_that_goes_on_beyond_its_frame_is_shaded_there(looked: dict[str, Any]) -> None:
    """On a telephone the edge at which a drawing is cut is shaded, so that one sees that it scrolls; elsewhere none is cut."""
    shown = [figure for one in looked["pages"] for figure in one["figures"] if not one["page"].endswith("everything.html")]
    assert {figure["shaded"] for figure in shown if figure["scrolls"]} == {True}
    assert {figure["width"] for figure in shown if figure["scrolls"]} == {320}
    assert {figure["shaded"] for figure in shown if figure["width"] == 1280} == {False}


def test_forced_colours_lose_nothing(looked: dict[str, Any]) -> None:
    """In a high-contrast mode, light or dark, no text has the colour of the page or of the bar that it stands on."""
    assert every(looked["forced"], "lost") == []


def test_keyboard_reaches_everything_in_order(looked: dict[str, Any]) -> None:
    """Tab reaches all links, folds and scrolling regions, in the order of the page and down it, and shows where it is."""
    found = looked["keyboard"]
    assert every(found, "missed", "faint", "hidden", "upwards", "back") == []
    for one in found:
        assert (one["skip"], one["skipped"], one["stops"][0]["href"]) == (True, "main", "#main"), one["page"]
        assert one["folds"] in ([], [True, False]), one["page"]  # Enter opens, the space bar closes
    assert sum(one["folds"] == [True, False] for one in found) >= 6
    wide, narrow = (one for one in found if one["page"].endswith("everything.html"))
    contents = [stop["href"] for stop in wide["stops"] if stop["href"].startswith("#what-")][:2]
    assert contents == ["#what-needs-a-decision", "#what-changed-since-1-june"]
    assert (narrow["stops"][1]["tag"], narrow["stops"][1]["text"][:8]) == ("summary", "Contents")


def test_pages_read_the_same_without_scripts_and_from_a_server(looked: dict[str, Any]) -> None:
    """A page says word for word the same from a file without network, with scripts off, and over HTTP."""
    for one in looked["plain"]:
        assert one["said"]["offline"] == one["said"]["scriptless"] == one["said"]["served"], one["page"]
        assert len(one["said"]["offline"]) > 200


# --- on paper --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def printed(looked: dict[str, Any]) -> list[tuple[dict[str, Any], list[paper.Sheet]]]:
    """The printed pages, each with what its document says."""
    return [(one, paper.sheets(Path(one["pdf"]))) for one in looked["pdf"]]


def test_printed_pages_are_numbered_and_none_is_blank(printed: list[tuple[dict[str, Any], list[paper.Sheet]]]) -> None:
    """At the foot of every page stand its number and how many there are, and above it something."""
    for one, made in printed:
        assert [re.search(r"\d+ of \d+$", sheet.foot)[0] for sheet in made] == [
            f"{number} of {len(made)}" for number in range(1, len(made) + 1)
        ], one["page"]
        assert min(len(sheet.text) for sheet in made) > 60, one["page"]


def test_no_heading_stands_alone_at_the_foot_of_a_page(printed: list[tuple[dict[str, Any], list[paper.Sheet]]]) -> None:
    """What a heading, a caption, a figure's title or a table's header announces begins on the same page."""
    alone = []
    for one, made in printed:
        for number, sheet in enumerate(made, start=1):
            told = [each for each in one["headings"] if sheet.text.endswith(each)]
            term = any(each.endswith(sheet.last) for each in one["terms"])  # its meaning stands beside it
            drawn = any(sheet.last in "".join(figure["texts"]) for figure in one["figures"])
            header = sheet.last_is_bold and not term and not drawn and re.search("[A-Za-z]", sheet.last)
            if number < len(made) and (told or header):
                alone.append((Path(one["page"]).name, number, sheet.last))
    assert alone == []


def test_every_figure_is_whole_on_one_page(printed: list[tuple[dict[str, Any], list[paper.Sheet]]]) -> None:
    """All texts of a drawing and its title stand on one printed page."""
    cut, seen = [], 0
    for one, made in printed:
        for figure in one["figures"]:
            seen += 1
            texts = [figure["title"], *figure["texts"]]
            if not any(all(text in sheet.text for text in texts) for sheet in made):
                cut.append((Path(one["page"]).name, figure["title"]))
    assert seen > 20
    assert cut == []


def test_nothing_is_lost_in_print(printed: list[tuple[dict[str, Any], list[paper.Sheet]]]) -> None:
    """Every word of a page, what is folded on the screen too, is printed; what is for the screen alone is not."""
    for one, made in printed:
        text = "".join(sheet.text for sheet in made)
        assert [word for word in one["words"] if word not in text] == [], one["page"]
        assert "Skiptothereport" not in text
    text = next(
        "".join(sheet.text for sheet in made) for one, made in printed if one["page"].endswith("everything.html")
    )
    assert "Datesofthefigureabove" in text  # inside details of a figure
    assert "9f9f9f9f" in text  # inside details of the footer
    assert "thesecondroundofinterviewsisinSeptember.Thepost" in text  # inside a folded cell


def test_headers_of_tables_are_repeated_on_every_page(printed: list[tuple[dict[str, Any], list[paper.Sheet]]]) -> None:
    """A table over several pages has its header on each of them, one after the other."""
    made = next(made for one, made in printed if "simulated" in one["page"])
    headed = [number for number, sheet in enumerate(made) if "ActionToldatTargetdatethen" in sheet.text]
    assert len(headed) >= 4
    assert headed == list(range(headed[0], headed[-1] + 1))


# --- as others see it ------------------------------------------------------------------------------------------------

CHECKER = driver.HERE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def valid(*files: Path) -> list[str]:
    """Let the Nu checker say what is wrong with pages (errors: it warns of every slash in <br/>)."""
    done = subprocess.run(
        ["java", "-jar", str(CHECKER), "--errors-only", "--exit-zero-always", "--format", "json", "--stdout", *map(str, files)],
        capture_output=True, text=True, encoding="utf-8", timeout=600, check=True,
    )  # fmt: skip
    return [f"{'/'.join(Path(each['url']).parts[-3:])} {each.get('lastLine')}: {each['message']}"
            for each in json.loads(done.stdout)["messages"]]  # fmt: skip


@pytest.mark.skipif(not shutil.which("java"), reason="no Java (Debian: apt-get install default-jre-headless)")
@pytest.mark.skipif(not CHECKER.is_file(), reason="no vnu-jar (run npm ci in tests/browser)")
def test_the_nu_checker_finds_nothing(pages: dict[str, Path], tmp_path: Path) -> None:
    """The Nu checker finds no error on any page, and does say what is wrong with a bad one."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<!DOCTYPE html><html lang="en"><title>Bad</title><p id="a"><p id="a"><img src="x">', encoding="utf-8"
    )
    assert len(valid(bad)) >= 2
    assert valid(*pages.values()) == []


def test_both_ways_of_nbconvert_give_the_same_document(handmade: dict[str, Path], tmp_path: Path) -> None:
    """What the browser makes of --to planlib and of --to html --template planlib is the same, element by element."""
    from nbconvert.exporters import HTMLExporter

    from planlib.reporting.exporter import TEMPLATES

    other = HTMLExporter(template_name="planlib", extra_template_basedirs=[str(TEMPLATES)])
    page, _ = other.from_notebook_node(sample.everything())
    by_template = tmp_path / "template.html"
    by_template.write_text(page, encoding="utf-8", newline="\n")
    one, two = run_in_browser(tmp_path, dom=[[str(handmade["everything"]), "ours"], [str(by_template), "theirs"]])
    assert one["html"] == two["html"]


def _wordy() -> dict[str, str]:
    """A plan whose every text is longer than any page would like."""
    head, reason = HEAD.replace("Status", "Status,Reason"), "because the contractor went away and nobody was found; " * 9
    area = "The name of an area that goes on " * 9
    line = 'A-long-reference-{n},"{area}{n}","{what}",{day} {month} 2024,In progress,"{reason}"\n'

    def issue(month: str) -> str:
        return head + "".join(
            line.format(n=n, area=area, what="words " * 80, day=n + 1, month=month, reason=f"{reason}{n}")
            for n in range(12)
        )

    return {"2024-01-31": issue("June"), T: issue("July")}


def _areas() -> dict[str, str]:
    """Five hundred actions in thirty areas."""
    line = '{n},"Area {a} of some considerable length, named in full as committees name them",Do {n},{due},{status}\n'
    old = HEAD + "".join(line.format(n=n, a=n % 30, due="30 June 2024", status="In progress") for n in range(500))
    due = ("30 March 2024", "31 August 2024", "30 September 2024")
    new = HEAD + "".join(
        line.format(n=n, a=n % 30, due=due[n % 3], status="Complete" if n % 4 == 0 else "In progress") for n in range(500)
    )
    return {"2024-01-31": old, T: new}


def _each_moved() -> dict[str, str]:
    """Forty actions, each moved to a date of its own."""
    new = rows(40)
    for n in range(40):
        new = new.replace("30 June 2024", f"{1 + n % 28} July 202{4 + n // 28}", 1)
    return {"2024-01-31": HEAD + rows(40), T: HEAD + new}


def test_the_summary_of_any_plan_is_one_sheet(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Printed, the summary is one page of A4: of the bundled plans, of 500 actions, of very long texts, of nothing."""
    import pypdfium2

    every = {**PLANS, "wordy": _wordy(), "areas": _areas(), "each-moved": _each_moved()}
    pages = {name: export(summary_of(tmp_path, name, issues), tmp_path / f"{name}.html") for name, issues in every.items()}
    reports = Path(request.getfixturevalue("built_reports"))
    pages |= {str(path.relative_to(reports)): path for path in sorted(reports.rglob("summary.html"))}
    assert len(pages) == len(every) + 4
    printed = [[str(path), str(tmp_path / f"{at}.pdf")] for at, path in enumerate(pages.values())]
    run_in_browser(tmp_path, pdf=printed)
    sheets = {}
    for name, (_, pdf) in zip(pages, printed, strict=True):
        with pypdfium2.PdfDocument(pdf) as document:
            sheets[name] = len(document)
    assert {name: number for name, number in sheets.items() if number != 1} == {}
