"""The pages in a real browser: accessible, silent, quiet on the network, whole on narrow screens and on paper."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

sys.path.insert(0, str(Path(__file__).parents[1]))

import sample
from index_samples import many, one_of_each
from test_extreme_plans import HEAD, PLANS, T, folder_of, rows

from planlib import markup, measures, open_plan, summary, tables
from planlib.reporting import index
from planlib.reporting.exporter import PlanlibExporter

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("PLANLIB_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium (Debian: apt-get install chromium)"),
    pytest.mark.skipif(not NODE, reason="no Node.js"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "axe-core").is_dir(), reason="no node_modules (run npm ci in tests/browser)"
    ),
]


def run_in_browser(folder: Path, **job: Any) -> list[dict[str, Any]]:
    """Let check.mjs open pages and say what it found."""
    told = folder / "job.json"
    told.write_text(json.dumps({"pages": [], "widths": [1280, 320], "schemes": ["light", "dark"], **job}), "utf-8")
    done = subprocess.run(
        [NODE, str(HERE / "check.mjs"), CHROMIUM, str(told)],
        capture_output=True, text=True, encoding="utf-8", cwd=HERE, timeout=1800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


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
def found(
    request: pytest.FixtureRequest, handmade: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    """Look at every page: those made here and, where the tests build any, all real reports."""
    pages = list(handmade.values())
    try:
        reports = Path(request.getfixturevalue("built_reports"))
    except pytest.FixtureLookupError:
        reports = None
    if reports is not None:
        pages += sorted(reports.rglob("*.html"))
    return run_in_browser(tmp_path_factory.mktemp("job"), pages=[str(page) for page in pages])


def every(found: Iterable[dict[str, Any]], what: str) -> list[str]:
    """List what was found on all pages under one name."""
    return sorted(
        {f"{Path(one['page']).name} {one['width']} {one['scheme']}: {each}" for one in found for each in one[what]}
    )


def test_axe_finds_no_violation(found: list[dict[str, Any]]) -> None:
    """No page breaks a rule of WCAG 2.0 to 2.2 A and AA or of best practice, light or dark, folded or unfolded."""
    assert every(found, "axe") == []


def test_no_page_asks_the_network_for_anything(found: list[dict[str, Any]]) -> None:
    """A page makes no request but for itself."""
    assert every(found, "requests") == []


def test_no_page_says_anything_on_the_console(found: list[dict[str, Any]]) -> None:
    """A page causes no error or warning in the browser, its own policy included."""
    assert every(found, "console") == []


def test_no_page_scrolls_sideways(found: list[dict[str, Any]]) -> None:
    """A page is never wider than the window, folded or unfolded, not at 320 px either."""
    wide = [(Path(one["page"]).name, one["width"], one["scrollWidth"], one["scrollWidthUnfolded"]) for one in found
            if max(one["scrollWidth"], one["scrollWidthUnfolded"]) > one["width"]]  # fmt: skip
    assert wide == []


def test_keyboard_reaches_everything_in_order(handmade: dict[str, Path], tmp_path: Path) -> None:
    """Tab goes to the skip link, then down the page, through every link of the contents list that can be seen."""
    wide, narrow = run_in_browser(
        tmp_path, pages=[str(handmade["everything"])], schemes=["light"], widths=[1280, 320], tabs=True
    )
    for one in (wide, narrow):
        stops = one["tabs"]
        assert stops[0]["href"] == "#main"
        assert all(stop["seen"] for stop in stops[1:])
    contents = [stop["href"] for stop in wide["tabs"] if stop["href"].startswith("#what-")][:2]
    assert contents == ["#what-needs-a-decision", "#what-changed-since-1-june"]
    assert [stop["text"] for stop in narrow["tabs"][1:2]] == ["Contents" + narrow["tabs"][1]["text"][8:]]
    assert narrow["tabs"][1]["tag"] == "summary"
    in_main = [stop["top"] for stop in narrow["tabs"][2:]]
    assert in_main == sorted(in_main)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext (Debian: apt-get install poppler-utils)")
def test_nothing_folded_is_lost_in_print(handmade: dict[str, Path], tmp_path: Path) -> None:
    """On paper what is folded on the screen stands open, pages are numbered, and the contents list is absent."""
    pdf = tmp_path / "page.pdf"
    run_in_browser(tmp_path, pdf=[[str(handmade["everything"]), str(pdf)]])
    told = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    words = re.sub(r"\s+", " ", told.stdout)
    assert "Dates of the figure above" in words  # inside details of a figure
    assert "9f9f9f9f" in words  # inside details of the footer
    assert "the second round of interviews is in September. The post was" in words  # inside a folded cell
    assert re.search(r"Ofsted action plan: progress at 31 August 2011 1 of \d", words)
    assert "Skip to the report" not in words
    assert not re.search(r"\bContents\b", words)


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

    plans = {**PLANS, "wordy": _wordy(), "areas": _areas(), "each-moved": _each_moved()}
    pages = {name: export(summary_of(tmp_path, name, issues), tmp_path / f"{name}.html") for name, issues in plans.items()}
    reports = Path(request.getfixturevalue("built_reports"))
    pages |= {str(path.relative_to(reports)): path for path in sorted(reports.rglob("summary.html"))}
    assert len(pages) == len(plans) + 4
    printed = [[str(path), str(tmp_path / f"{at}.pdf")] for at, path in enumerate(pages.values())]
    run_in_browser(tmp_path, pdf=printed)
    sheets = {}
    for name, (_, pdf) in zip(pages, printed, strict=True):
        with pypdfium2.PdfDocument(pdf) as document:
            sheets[name] = len(document)
    assert {name: number for name, number in sheets.items() if number != 1} == {}
