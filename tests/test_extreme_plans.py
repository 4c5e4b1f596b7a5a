"""Plans at their limits, reported through: every page is made, and says nothing that is not so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from test_notebooks import page

from planlib import measures, narrative
from planlib.reporting import report
from planlib.store import Plan, open_plan

T = "2024-03-31"
HEAD = "Ref,Area,Action,Target date,Status\n"
_WHAT = ("Write the guide", "Train managers", "Open a clinic", "Move archives", "Paint halls", "Agree budgets")


def rows(many: int = 6, *, first: int = 1, due: str = "30 June 2024", status: str = "In progress") -> str:
    """So many rows of a plan, numbered from a first number on."""
    return "".join(
        f"{first + n},{'Money' if n % 2 else 'Practice'},{_WHAT[n % 6]}{f' of ward {n // 6}' if n > 5 else ''},{due},{status}\n"
        for n in range(many)
    )


PLANS = {
    "one": {T: HEAD + rows()},
    "nothing": {T: HEAD},
    "empty-first": {"2024-01-31": HEAD, T: HEAD + rows()},
    "empty-between": {"2024-01-31": HEAD + rows(), "2024-02-29": HEAD, T: HEAD + rows(due="31 July 2024")},
    "empty-last": {"2024-01-31": HEAD + rows(), T: HEAD},
    "once": {"2024-01-31": HEAD + rows(), "2024-02-29": HEAD + rows() + "7,Money,Buy a horse,31 May 2024,In progress\n",
             T: HEAD + rows()},
    "renumbered": {"2024-01-31": HEAD + rows(), T: HEAD + rows(first=101)},
    "no-status": {"2024-01-31": "Ref,Action,Target date\n1,Dig,31 January 2024\n2,Pour floors,28 February 2024\n",
                  T: "Ref,Action,Target date\n1,Dig,30 April 2024\n2,Pour floors,28 February 2024\n"},
    "no-dates": {"2024-01-31": "Ref,Action,Status\n1,Dig,In progress\n2,Pour floors,Not started\n",
                 T: "Ref,Action,Status\n1,Dig,Complete\n2,Pour floors,In progress\n"},
    "one-action": {"2024-01-31": HEAD + rows(1), T: HEAD + rows(1, due="31 August 2024")},
    "many": {"2024-01-31": HEAD + rows(500), T: HEAD + rows(480, status="Complete")},
}  # fmt: skip


def folder_of(home: Path, name: str, snapshots: Mapping[str, str] | None = None) -> Path:
    """The folder of one of these plans, or of one with these snapshots."""
    folder = home / name
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(f'title = "Plan {name}"\n', encoding="utf-8")
    for day, text in (snapshots or PLANS[name]).items():
        (folder / f"{day}.csv").write_text(text, encoding="utf-8")
    return folder


def told(plan: Plan) -> tuple[list[str], list[str]]:
    """The first lines of the report, and what it says is not known."""
    m = measures.measure(plan.ledger, T, settings=plan.settings, snapshots=plan.snapshots, plan=plan.name)
    return narrative.headlines(m, plan), narrative.not_known(m, plan)


FIRST_LINES = {
    "one": ["0 of 6 actions are complete.", "The 6 still open are on track. None is known to be overdue."],
    "nothing": ["No action is listed as at 31 March 2024."],
    "empty-first": ["0 of 6 actions are complete.", "The 6 still open are on track. None is known to be overdue."],
    "empty-between": ["0 of 6 actions are complete.", "The 6 still open have been re-dated. None is known to be overdue."],
    "empty-last": ["The source of 31 March 2024 lists no action; each is told as it last stood before.",
                   "0 of 6 actions are complete."],
    "once": ["0 of 7 actions are complete.",
             "Of the 7 still open, 6 are on track and 1 is no longer listed. None is known to be overdue."],
    "renumbered": ["0 of 6 actions are complete.", "The 6 still open are on track. None is known to be overdue."],
    "no-status": ["The standing of all 2 actions is not known.",
                  "Of 2 actions not known to be complete, 1 falls due on 30 April 2024."],
    "no-dates": ["1 of 2 actions is complete.", "The one still open has no date. None is known to be overdue."],
    "one-action": ["0 of 1 action is complete.", "The one still open has been re-dated. None is known to be overdue."],
    "many": ["480 of 500 actions are complete.", "Of the 480 complete, 480 were done by the first date."],
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_the_first_lines_of_a_plan_at_its_limits(tmp_path: Path, name: str) -> None:
    """What a manager reads first is true of it, and no 0 stands where nothing is known."""
    lines, unknown = told(open_plan(folder_of(tmp_path, name)))
    assert lines[:2] == FIRST_LINES[name][:2]
    # Numbers given anew are no gap in the plan, and none can be completed of those of which no standing is known.
    assert not [line for line in unknown if line.startswith("Everything of") or "the 0 that" in line]


def test_a_gap_in_the_numbers_is_told_only_where_it_is_one(tmp_path: Path) -> None:
    """Numbers before the first are not mentioned by the source; not so if an earlier issue had them, or of ids."""
    def missing(name: str, *files: str) -> list[str]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "plan.toml").write_text('title = "Plan"\n', encoding="utf-8")
        for day, text in zip(("2024-01-31", T), files, strict=False):
            (folder / f"{day}.csv").write_text(text, encoding="utf-8")
        return [line for line in told(open_plan(folder))[1] if line.startswith("Everything of")]

    assert missing("gap", HEAD + rows(6, first=4)) == ["Everything of 1 to 3: the sources do not mention them."]
    assert missing("anew", HEAD + rows(6), HEAD + rows(6, first=4)) == []
    assert missing("ids", HEAD + rows(6, first=20240001)) == []


def test_without_a_status_the_rate_of_slip_is_not_known_and_not_called_not_open(tmp_path: Path) -> None:
    """What may be open is not said to be "not open"."""
    plan = open_plan(folder_of(tmp_path, "no-status"))
    m = measures.measure(plan.ledger, T, settings=plan.settings, snapshots=plan.snapshots)
    assert set(m.actions["rate_unknown"]) == {"standing not known"}


@pytest.mark.parametrize("name", ["nothing", "empty-last", "no-status"])
def test_every_page_of_a_plan_at_its_limits_is_made(tmp_path: Path, name: str) -> None:
    """Progress, slippage and data quality are published, with the title, and nothing in them is a raw missing value."""
    data = tmp_path / "data"
    made = report([folder_of(data, name)], as_of=T, data=data, out=tmp_path / "out", force=True)
    assert made.ok, [each.why for each in made.failed]
    for each in ("progress", "slippage", "data-quality"):
        text = page(tmp_path / "out", f"{name}/{T}/{each}.html").text
        assert f"Plan {name}" in text
        assert not re.search(r"\b(nan|NaT|None of None|<NA>|nat)\b", text)
