"""The portfolio: plans side by side and over time, what cannot be compared, and ways that are never dead."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import figure_samples as samples
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_figures import alternative, cells, drawing, message, notes, parsed, texts
from test_notebooks import Seen
from tries import tries

from planlib import figures, measures, narrative, open_plan, schema, tables
from planlib.errors import InputError
from planlib.figures.drawing import TALLEST
from planlib.figures.portfolio import APART
from planlib.markup import Fragment
from planlib.measures import Measures
from planlib.reporting import report

DATA = Path(__file__).parents[1] / "data"
DAY = "2011-09-30"
Pairs = list[tuple[Any, Measures]]


def plan_of(
    title: str, snapshots: dict[str, list[dict[str, Any]]], as_of: str = DAY, name: str = ""
) -> tuple[Any, Measures]:
    """A plan by title with its measures at a date; only what the portfolio asks of a plan."""
    name = name or title.casefold().replace(" ", "-")
    ledger = samples.ledger({day: rows for day, rows in snapshots.items() if day <= as_of}, plan=name)
    days = sorted(day for day in snapshots if day <= as_of)
    m = measures.measure(ledger, as_of, snapshots=days, plan=name)
    sources = pd.DataFrame({"file": days})
    return SimpleNamespace(name=name, settings=SimpleNamespace(title=title), sources=sources), m


@cache
def some() -> Pairs:
    """Five plans: one as it should be, one older, one without statuses, one without dates, one not begun."""
    moved = {
        "2011-06-30": samples.actions(12, target="2011-07-31"),
        "2011-07-31": [
            *samples.actions(4, target="2011-07-31", status="complete"),
            *samples.actions(12, target="2011-07-31")[4:],
        ],
        "2011-08-31": [
            *samples.actions(5, target="2011-07-31", status="complete"),
            *samples.actions(12, target="2011-07-31")[5:],
        ],
        "2011-09-30": [
            *samples.actions(6, target="2011-07-31", status="complete"),
            *samples.actions(12, target="2012-01-31")[6:],
        ],
    }
    return [
        plan_of("Zeal", moved),
        plan_of("older", {"2011-08-31": samples.actions(3, target="2011-09-15")}),
        plan_of(
            "Silent",
            {day: samples.actions(4, status="unknown", target="2011-12-31") for day in ("2011-06-30", "2011-09-30")},
        ),
        plan_of("Dateless", {day: samples.actions(2) for day in ("2011-06-30", "2011-09-30")}),
        plan_of("Later", {"2012-01-31": samples.actions(1, target="2012-03-31")}),
    ]


def rows_of(made: Fragment) -> dict[str, list[str]]:
    """Cells of a table by the first word of each row."""
    body = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S) for line in re.findall(r"<tr>(.*?)</tr>", made.html, re.S)
    ]
    plain = [[" ".join(re.sub("<[^>]+>", "", cell).split()) for cell in line] for line in body]
    return {line[0].split()[0]: line[1:] for line in plain if line}


# --- numbers -----------------------------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_each_plans_own_results():
    """Each number that is given is the value in that plan's results.json; what is missing there is missing here."""
    beside = measures.side_by_side(m for _, m in some()).set_index("plan")
    for _, m in some()[:4]:
        told = m.results[m.results["scope"] == "plan"].set_index("name")
        row = beside.loc[m.plan]
        for column, name in (("done", "done"), ("past_original", "past original"), ("redated", "standing: re-dated")):
            value = told.at[name, "value"]
            assert pd.isna(row[column]) if value is None else row[column] == value
        assert pd.isna(row["done"]) or row["counted"] == told.at["done", "denominator"]


def test_unknown_is_missing_and_never_0():
    """No statuses: done and overdue are missing. No dates: overdue is missing. One snapshot: revisions are missing."""
    beside = measures.side_by_side(m for _, m in some()).set_index("plan")
    assert beside.loc["silent", ["done", "overdue", "redated"]].isna().all() and beside.loc["silent", "unknown"] == 4
    assert beside.loc["dateless", ["overdue"]].isna().all() and beside.loc["dateless", "undated"] == 2
    assert beside.loc["older", ["revisions", "decisions"]].isna().all()
    assert beside.loc["later", "begun"] == False and beside.loc["later"].drop(["as_of", "begun"]).isna().all()  # noqa: E712


def test_what_fell_due_after_the_snapshot_is_told_apart():
    """A snapshot of 31 August: three actions due 15 September are overdue at the end of the month, all three since."""
    row = measures.side_by_side([some()[1][1]]).iloc[0]
    assert (row["age"], row["overdue"], row["overdue_since"]) == (30, 3, 3)


def test_sums_are_over_the_plans_that_know_it():
    """6 of 17 are complete in three plans; 3 of 15 overdue in two; the standing of 4 of 21 is not known in four."""
    sums = measures.together(measures.side_by_side(m for _, m in some()))
    assert sums.loc["done"].to_list() == [6, 17, 3, 4]
    assert sums.loc["overdue"].to_list() == [3, 15, 2, 4]
    assert sums.loc["unknown"].to_list() == [4, 21, 4, 4]


def test_no_plan_gives_an_empty_frame_and_sentences():
    """Without any plan, or with none begun, everything is said in a sentence."""
    assert len(measures.side_by_side([])) == 0
    assert narrative.side_by_side([]) == ["There is no plan."]
    for pairs in ([], some()[4:]):
        for made in (tables.side_by_side(pairs), tables.all_together(pairs), tables.decisions_by_plan(pairs),
                     figures.plans_over_time(pairs), tables.portfolio_banner(pairs, DAY)):  # fmt: skip
            assert made.html
        assert "<svg" not in figures.plans_over_time(pairs).html
    assert narrative.side_by_side(some()[4:]) == ["The one plan has no snapshot up to 30 September 2011."]


# --- words and tables --------------------------------------------------------------------------------------------------


def test_each_plan_stands_with_its_snapshot_in_order_of_title():
    """Titles in order whatever their capitals, each with the date and age of its snapshot; who has not begun says so."""
    rows = rows_of(tables.side_by_side(some()))
    assert list(rows) == ["Plan", "Dateless", "Later", "older", "Silent", "Zeal"]
    assert rows["older"][0] == "31 August 2011 30 days before"
    assert rows["Later"] == ["not begun", *["–"] * 7]
    assert rows["Silent"][2:4] == ["not known", "not known"]
    assert rows["Dateless"][3] == "not known 2 open without a date"
    assert rows["Zeal"][2:] == [
        "6 of 12 50 %",
        "0 of 12",
        "6 of 12",
        "6 of 12",
        "0 of 12",
        "6 in 1 decision over 4 snapshots",
    ]
    assert rows["older"][2] == "0 of 3"  # no percentage of three
    assert rows["older"][7] == "not known over 1 snapshot"


def test_the_first_lines_are_sums_with_how_many_plans_know_them():
    """The lead says how many plans and actions there are, and over how many plans each sum goes."""
    assert narrative.side_by_side(some()) == [
        "4 plans with 21 actions; 1 more plan has not begun.",
        "6 of 17 actions are complete, in the 3 plans where that is known.",
        "3 of 15 actions are overdue, in the 2 plans where that is known.",
        "The standing of 4 of 21 actions is not known.",
    ]


def test_what_cannot_be_compared_is_said_with_the_plans_named():
    """No ranking; not begun, of an older day, without statuses, without dates, of one snapshot: each is named."""
    said = narrative.not_comparable(some())
    assert "this is no ranking" in said[0]
    for words in (
        "Not begun, so without any number: 'Later'.",
        "'older': the snapshot in force is older than this page.",
        "'Silent': the source gives no standing, so what is complete or overdue is not known.",
        "'Dateless': no open action has a date, so none can be overdue.",
        "'older': one snapshot only",
        "there are 1 to 4 of them",
    ):
        assert any(words in line for line in said), words


def test_plans_of_one_title_are_told_apart_by_their_folder():
    """Two plans of one title have the folder beside it, in every list."""
    twins = [plan_of("Plan", {DAY: samples.actions(1, target=DAY)}, name=name) for name in ("b", "a")]
    assert [name for name, *_ in narrative.in_order(twins)] == ["Plan (a)", "Plan (b)"]
    assert "Plan (a)" in tables.side_by_side(twins).text and "Plan (b)" in figures.plans_over_time(twins).text


def test_the_order_of_the_plans_does_not_matter():
    """However the plans are given, the page is the same."""
    turned = some()[::-1]
    for make in (tables.side_by_side, tables.all_together, tables.decisions_by_plan, figures.plans_over_time):
        assert make(turned).html == make(some()).html
    assert narrative.not_comparable(turned) == narrative.not_comparable(some())


def test_nothing_leads_to_a_report_that_is_not_there():
    """Reports that are not there are said to be so; those of another day are led to on that day."""
    way = {"zeal": [], "older": ["2011-09-30/progress"], "silent": ["2011-09-30/slippage", "2011-09-30/data-quality"]}
    made = tables.side_by_side(some(), way) + tables.decisions_by_plan(some(), way)
    links = re.findall(r'href="\.\./\.\./([^"#]*)', made.html)
    assert set(links) == {
        "older/2011-09-30/progress.html", "silent/2011-09-30/slippage.html", "silent/2011-09-30/data-quality.html",
        *(f"dateless/2011-09-30/{name}.html" for name in tables.REPORTS),
    }  # fmt: skip
    rows = {line.split("  ")[0].strip() for line in tables.side_by_side(some(), way).text.splitlines()}
    assert {"Zeal no report made", "older not made: slippage and data quality"} <= rows


def test_a_decision_leads_to_its_own_line_only_where_the_report_is_of_the_same_day():
    """In the report of another day the same number may be another decision, so the section is led to."""
    html = tables.decisions_by_plan(some()).html
    assert 'href="../../zeal/2011-09-30/progress.html#decision-1"' in html
    assert 'href="../../older/2011-08-31/progress.html#what-needs-a-decision"' in html


def test_the_sections_that_are_led_to_are_headings_of_the_progress_report():
    """Each address of a section is that of a heading of notebooks/progress.ipynb."""
    from planlib.markup import slug

    cells = json.loads((DATA.parent / "notebooks" / "progress.ipynb").read_text(encoding="utf-8"))["cells"]
    titles = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert set(tables.SECTIONS.values()) <= {slug(title.lstrip("# ")) for title in titles}


@cache
def many(number: int = 350) -> Pairs:
    """So many plans of three actions and four snapshots, every tenth not begun."""
    rows = {day: samples.actions(3, target="2011-08-31") for day in samples._months("2011-06-30", 4)}
    begun, later = plan_of("One", rows)[1], plan_of("Two", {"2012-01-31": samples.actions(1)})[1]
    made = []
    for at in range(number):  # measured once and called by other names: measuring is not what is tested
        name, title = f"plan-{at}", f"{chr(65 + at % 26)} council's plan {at}"
        plan = SimpleNamespace(name=name, settings=SimpleNamespace(title=title), sources=pd.DataFrame({"file": [DAY]}))
        made.append((plan, replace(later if at % 10 == 3 else begun, plan=name)))
    return made


def test_350_plans_stay_usable():
    """Letters lead to the groups of the table, drawings and decisions are folded, none is left out, no line is endless."""
    pairs = many()
    table = tables.side_by_side(pairs)
    assert len(re.findall(r'href="#plans-\d+"', table.html)) == 26 == len(re.findall(r'id="plans-\d+"', table.html))
    assert table.html.count('scope="row"') == 350
    over_time = figures.plans_over_time(pairs)
    assert over_time.html.count("<svg") == 27  # 315 plans that have begun
    assert re.search(
        r"<details><summary>'[^']+'s plan \d+' to ", over_time.html.replace("&#39;", "'").replace("&#x27;", "'")
    )
    assert max(map(len, narrative.side_by_side(pairs) + narrative.not_comparable(pairs))) < 400
    assert tables.decisions_by_plan(pairs).html.count("<details") == 315 + 26
    ids = re.findall(r' id="([^"]+)"', table.html + over_time.html)
    assert len(ids) == len(set(ids))


# --- over time ---------------------------------------------------------------------------------------------------------


def test_the_figure_says_where_late_was_bought_by_re_dating():
    """Of the one plan with reports enough more is complete, and late fell while re-dated rose; the others are counted."""
    made = figures.plans_over_time(some())
    assert message(made) == (
        "Compared with the report before, more is complete in 1 of 1 plan and more is late in none; late fell while "
        "re-dated rose in 1"
    )
    assert notes(made) == [
        "Compared with the report before: 1 of 4 plans; it takes 3 reports over at least 28 days, the last two of them "
        "with the standing of every action.",
        "Actions whose standing is not known are among all others.",
        "Not drawn: 1 plan without any action by then.",
    ]


def test_the_data_of_the_figure_are_the_standings_at_each_snapshot():
    """Each row is of a snapshot, not of the page's own day, and says not known where no standing is known."""
    rows = [row for row in cells(figures.plans_over_time(some())) if len(row) > 1]
    assert ["31 August 2011", "0", "0", "0", "3", "3"] in rows  # older: not overdue yet on its own day
    assert ["30 September 2011", "not known", "not known", "not known", "4", "4"] in rows
    assert rows[-4:] == [
        ["30 June 2011", "0", "0", "0", "12", "12"], ["31 July 2011", "4", "0", "0", "8", "12"],
        ["31 August 2011", "5", "7", "0", "0", "12"], ["30 September 2011", "6", "0", "6", "0", "12"],
    ]  # fmt: skip


def test_plans_of_another_time_are_drawn_on_an_axis_of_their_own():
    """A plan of 1961 beside one of 2011 has its own figure, the latest first; within two years they share one."""
    old = plan_of("Old", {day: samples.actions(2, target="1961-12-31") for day in samples._months("1961-01-31", 3)})
    near = plan_of("Near", {str((pd.Timestamp("2011-06-30") - pd.Timedelta(days=APART)).date()): samples.actions(2)})
    made = figures.plans_over_time([old, near, some()[0]])
    assert made.html.count("<figure") == 2
    assert made.text.index("Zeal, 4 snapshots") < made.text.index("Old, 3 snapshots")
    assert "drawn apart" in made.html


@pytest.mark.parametrize("case", samples.CASES)
def test_a_figure_of_any_plan_is_valid_and_fits(case):
    """Whatever the plan: valid XML, texts on the drawing and apart, a message without a full stop, no number misfit."""
    m = samples.case(case)
    made = figures.plans_over_time(
        [(SimpleNamespace(name="sample", settings=SimpleNamespace(title=samples.HOSTILE)), m)]
    )
    root = parsed(made)
    assert "<script" not in made.html
    assert not re.search(
        r"(?<![\w.,-])1 (actions|plans|snapshots|reports)\b|(?<![\w.,-])[02-9] (action|plan|snapshot)\b", made.text
    )
    if root.tag == "p":
        return
    svg = drawing(made)
    boxes = texts(svg)
    height = float(svg.get("viewBox").split()[3])
    assert height <= TALLEST and not message(made).endswith(".") and len(alternative(made)) > 20
    assert all(left >= -1 and right <= 761 and top >= -1 and low <= height + 1 for _, left, top, right, low in boxes)
    assert not [
        (a[0], b[0]) for at, a in enumerate(boxes) for b in boxes[at + 1 :]
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]  # fmt: skip


ROW = st.fixed_dictionaries({
    "target": st.sampled_from([None, "2011-06-15", "2011-07-31", "2011-12-31"]),
    "status": st.sampled_from(["open", "complete", "closed not done", "unknown"]),
})  # fmt: skip


@settings(max_examples=tries(8))
@given(st.lists(st.lists(st.lists(ROW, max_size=3), max_size=3), max_size=3))
def test_sums_and_words_hold_for_any_plans(drawn):
    """Sums are those of the rows, the parts never exceed the whole, and every plan is on the page."""
    pairs = [
        plan_of(f"Plan {at}", {day: [{"ref": str(n), **row} for n, row in enumerate(rows)]
                               for day, rows in zip(samples._months("2011-06-30", 4), snapshots, strict=False)})
        for at, snapshots in enumerate(drawn)
    ]  # fmt: skip
    beside = measures.side_by_side(m for _, m in pairs)
    sums = measures.together(beside)
    assert (sums["n"] <= sums["d"]).all() and (sums["plans"] <= sums["begun"]).all()
    assert sums.at["done", "n"] == sum(
        int((m.actions["done"] & m.actions["counted"]).sum()) for _, m in pairs
        if not (m.actions["standing"] == "standing not known").all()
    )  # fmt: skip
    table = tables.side_by_side(pairs)
    assert all(f"Plan {at}" in table.text for at in range(len(drawn)))
    for line in narrative.side_by_side(pairs) + narrative.not_comparable(pairs):
        assert line[:1].isupper() or line[:1] in "'0123456789"
        assert "nan" not in line.casefold() and "<NA>" not in line
    for part in (table, tables.all_together(pairs), tables.decisions_by_plan(pairs), figures.plans_over_time(pairs)):
        assert "NaT" not in part.text and "<NA>" not in part.text


# --- as `planlib report` makes it --------------------------------------------------------------------------------------


def put(root: Path, name: str, *days: str) -> Path:
    """A plan of two actions, one complete."""
    folder = root / "data" / name
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(f'title = "Plan {name}"\n', encoding="utf-8")
    for day in days:
        text = "Ref,Area,Action,Target date,Status\n1,Care,Write the guide,2020-03-31,Complete\n2,Care,Train,2020-04-28,Open\n"
        (folder / f"{day}.csv").write_text(text, encoding="utf-8")
    return folder


def dead(page: Path) -> list[str]:
    """Links of a page that lead nowhere."""
    found = []
    for link in Seen(page.read_text(encoding="utf-8")).links:
        path, _, place = link.partition("#")
        target = page.parent / unquote(path) if path else page
        if not target.is_file() or (place and place not in Seen(target.read_text(encoding="utf-8")).ids):
            found.append(link)
    return found


def way(out: Path, day: str) -> Any:
    """What the portfolio was told of the reports it leads to."""
    record = json.loads((out / "portfolio" / day / "run.json").read_text(encoding="utf-8"))
    return record["reports"]["portfolio"]["parameters"].get("reports")


def make(root: Path, **asked: Any) -> Any:
    """Make reports of the plans below a folder."""
    return report(data=root / "data", out=root / "reports", **asked)


def test_the_ways_of_a_portfolio_are_never_dead(tmp_path):
    """By default each leads to the snapshot in force; alone it leads to what is there; a report of its own day comes first."""
    put(tmp_path, "a b", "2020-05-31")
    put(tmp_path, "beta", "2020-04-30")
    put(tmp_path, "later", "2020-07-31")
    page = tmp_path / "reports" / "portfolio" / "2020-06-15" / "portfolio.html"

    make(tmp_path, as_of="2020-06-15", notebooks="portfolio")
    assert dead(page) == [] and way(tmp_path / "reports", "2020-06-15") == {"a b": [], "beta": []}
    assert "no report made" in Seen(page.read_text(encoding="utf-8")).text

    make(tmp_path, as_of="2020-06-15", notebooks=["progress", "portfolio"])
    assert dead(page) == []
    assert way(tmp_path / "reports", "2020-06-15") == {"a b": ["2020-06-15/progress"], "beta": ["2020-06-15/progress"]}
    assert "not made: slippage and data quality" in Seen(page.read_text(encoding="utf-8")).text
    assert make(tmp_path, as_of="2020-06-15", notebooks=["progress", "portfolio"]).made == ()

    assert make(tmp_path).ok
    last = tmp_path / "reports" / "portfolio" / "2020-07-31" / "portfolio.html"
    assert dead(last) == [] and way(tmp_path / "reports", "2020-07-31") is None
    raw = last.read_text(encoding="utf-8")
    for name in ("a%20b/2020-05-31", "beta/2020-04-30", "later/2020-07-31"):
        assert f'href="../../{name}/progress.html"' in raw and f'href="../../{name}/slippage.html"' in raw


def test_a_report_that_failed_is_not_led_to_and_comes_back(tmp_path, monkeypatch):
    """A plan whose reports fail is in the portfolio as not made; once they are made the portfolio leads to them."""
    put(tmp_path, "alpha", "2020-04-30")
    put(tmp_path, "beta", "2020-04-30")
    from planlib.reporting import making

    genuine = making.execute

    def execute(notebook: Any, given: Any, *, where: str, **rest: Any) -> Any:
        if where.startswith("beta") and where.endswith("slippage"):
            raise making.RunError("cannot be made")
        return genuine(notebook, given, where=where, **rest)

    monkeypatch.setattr(making, "execute", execute)
    page = tmp_path / "reports" / "portfolio" / "2020-04-30" / "portfolio.html"
    assert {each.plan for each in make(tmp_path).failed} == {"beta"}
    assert dead(page) == [] and way(tmp_path / "reports", "2020-04-30") == {"beta": []}
    monkeypatch.setattr(making, "execute", genuine)
    assert make(tmp_path).ok
    assert dead(page) == [] and way(tmp_path / "reports", "2020-04-30") is None


def test_nobody_else_says_what_reports_there_are(tmp_path):
    """The parameter is planlib's own."""
    put(tmp_path, "alpha", "2020-04-30")
    with pytest.raises(InputError, match="parameter reports: is set by planlib"):
        report(data=tmp_path / "data", out=tmp_path / "reports", notebooks="portfolio", parameters={"reports": {}})


def test_a_plan_that_has_not_begun_can_be_opened_empty(tmp_path):
    """With begun=False a plan has no row and no snapshot before its first; without, that is an error; nothing later shows."""
    folder = put(tmp_path, "later", "2020-07-31")
    (folder / "plan.toml").write_text('title = "L"\n[redact]\ncolumns = ["Action"]\n', encoding="utf-8")
    book = open_plan(folder, "2020-06-30", begun=False)
    assert book.snapshots == [] and book.ledger.empty
    assert list(book.ledger.columns) == [column.name for column in schema.LEDGER]
    with pytest.raises(InputError, match="no snapshot up to 2020-06-30"):
        open_plan(folder, "2020-06-30")
    m = measures.measure(book.ledger, "2020-06-30", settings=book.settings, snapshots=book.snapshots, plan=book.name)
    shown: Sequence[Fragment] = (tables.side_by_side([(book, m)]), tables.portfolio_banner([(book, m)], "2020-06-30"))
    assert not any("July" in each.text for each in shown)
