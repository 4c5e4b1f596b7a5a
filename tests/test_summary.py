"""The one page of a report: what it says, what it leaves out, and that it says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_extreme_plans import HEAD, PLANS, T, folder_of, rows

from planlib import measures, narrative, open_plan, summary
from planlib.measures import Measures
from planlib.store import Plan

DATA = Path(__file__).parents[1] / "data"


def opened(folder: Path, day: str) -> tuple[Plan, Measures]:
    """A plan and its measures."""
    plan = open_plan(folder, day)
    return plan, measures.measure(plan.ledger, day, settings=plan.settings, snapshots=plan.snapshots, plan=plan.name)


@pytest.mark.parametrize(("name", "day"), [("wirral-ofsted-2011", "2011-08-31"), ("ranger-1960", "1964-07-31")])
def test_of_a_bundled_plan_every_decision_area_and_action_is_there(name: str, day: str) -> None:
    """The sheet has each decision, each area and a square for each action, which leads to it in the progress report."""
    plan, m = opened(DATA / name, day)
    made = summary.page(plan, m)

    assert all(line in made.text for line in narrative.decisions_needed(m))
    assert all(line in made.text for line in narrative.changed_since(m))
    assert all(label in made.text for label in m.areas["area_label"])
    own = m.actions[m.actions["ref_range"] == ""]
    wanted = [f"progress.html#action-{name.rsplit('/', 1)[1]}" for name in own["action_id"]]
    assert sorted(re.findall(r'href="(progress\.html#[^"]+)"', made.html)) == sorted(wanted)
    assert re.findall(r'href="#', made.html) == []


def test_what_has_no_room_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is room for four of nine sentences, four are shown and the sheet says that 5 more there are."""
    monkeypatch.setattr(summary, "MOST_ITEMS", 4)
    new = rows(40)
    for n in range(40):
        new = new.replace("30 June 2024", f"{1 + n % 28} July 202{4 + n // 28}", 1)
    plan, m = opened(folder_of(tmp_path, "moved", {"2024-01-31": HEAD + rows(40), T: HEAD + new}), T)
    every = narrative.changed_since(m)
    made = summary.page(plan, m).text

    assert len(every) == 9
    assert [line in made for line in every] == [True] * 4 + [False] * 5
    assert "And 5 more changes in the report." in made
    assert "below" not in made  # what the report has below is not below here


def test_five_hundred_actions_are_numbers_by_area(tmp_path: Path) -> None:
    """Squares that have no room give way to the numbers of each area, and every area is shown or counted."""
    line = '{n},"Area {a}",Do {n},{due},{status}\n'
    text = HEAD + "".join(
        line.format(n=n, a=n % 40, due="30 March 2024", status="Complete" if n % 4 == 0 else "In progress")
        for n in range(500)
    )
    plan, m = opened(folder_of(tmp_path, "areas", {T: text}), T)
    made = summary.page(plan, m)

    assert 'class="sq"' not in made.html
    shown = re.findall(r"^Area (\d+)  +(\d+) of (\d+)  +(\d+) +(\d+) +(\d+)$", made.text, re.MULTILINE)
    assert shown[0] == ("0", "13", "13", "0", "0", "0")
    assert shown[1] == ("1", "0", "13", "13", "0", "0")
    assert f"{40 - len(shown)} more areas are in the report." in made.text
    assert 10 < len(shown) < 40


def test_of_what_is_not_known_no_number_is_told(tmp_path: Path) -> None:
    """Where no standing is known, an area says so in each column but the one that counts it."""
    text = "Ref,Area,Action,Target date\n" + "".join(f"{n},Area {n % 2},Dig {n},30 June 2024\n" for n in range(400))
    plan, m = opened(folder_of(tmp_path, "unknown", {T: text}), T)
    assert re.search(r"Area 0  +not known  +not known  +not known  +200$", summary.page(plan, m).text, re.MULTILINE)


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_at_its_limits_has_its_sheet(tmp_path: Path, name: str) -> None:
    """Headings in order, the first headline, no missing value in the raw, and the way to the whole report."""
    plan, m = opened(folder_of(tmp_path, name), T)
    made = summary.page(plan, m)

    titles = re.findall(r"<h2[^>]*>([^<]*)</h2>", made.html)
    since = "What changed since 29 February 2024" if name in ("empty-between", "once") else "What changed since 31 January 2024"
    assert titles == ["What needs a decision", "Where things stand", "What changed" if m.previous is None else since]
    assert narrative.headlines(m, plan)[0] in made.text
    assert 'href="progress.html"' in made.html
    assert not re.search(r"\b(nan|NaT|None of None|<NA>)\b", made.text)


def test_a_long_sentence_is_cut_and_says_so(tmp_path: Path) -> None:
    """A reason of a thousand characters takes no more than its part of the sheet."""
    head = HEAD.replace("Status", "Status,Reason")
    old = head + "1,Care,Dig,30 June 2024,In progress,\n"
    new = head + f'1,Care,Dig,31 July 2024,In progress,"{"because it rained, " * 60}"\n'
    plan, m = opened(folder_of(tmp_path, "long", {"2024-01-31": old, T: new}), T)
    lines = summary.page(plan, m).text.splitlines()

    cut = [line for line in lines if line.endswith("… (cut here; the report has the whole)")]
    assert len(cut) == 1
    assert len(cut[0]) < summary.LONGEST + 45
