"""Makes reports/index.html: every plan and date, latest first, what is published and what is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from planlib.dates import phrase
from planlib.markup import Content, Fragment, element, escape, join, link, table
from planlib.reporting import publish
from planlib.reporting.notebooks import PER_PLAN, PORTFOLIO
from planlib.reporting.publish import Published

TITLE = "Action plan reports"
NONE = "\N{EN DASH}"
TEMPLATE = Path(__file__).parent / "templates" / "planlib"


def make(out: Path) -> bytes:
    """Make the index of what lies in an out folder.

    Parameters
    ----------
    out : Path
        Folder of reports; only it is looked at, so that the index says what is there.

    Returns
    -------
    bytes
        An HTML page; the same for the same reports.
    """
    plans = {
        folder.name: _sets(folder)
        for folder in sorted(out.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    }
    portfolio = plans.pop(PORTFOLIO, [])
    listed = sorted((_title(name, sets).casefold(), name, sets) for name, sets in plans.items() if sets)
    sections: list[tuple[str, str, Fragment]] = []
    if portfolio:
        sections.append(("all-plans", "All plans side by side", _portfolio_table(portfolio)))
    for number, (_, name, sets) in enumerate(listed, start=1):
        sections.append((f"plan-{number}", _title(name, sets), _plan_table(name, sets, number)))
    dates = sum(each.whole for _, _, sets in listed for each in sets)
    words = f"{_count(len(listed), 'plan')}, {_count(dates, 'reporting date')}"
    main = [
        element("section", element("h2", title, id=f"{name}-heading"), body, id=name, aria_labelledby=f"{name}-heading")
        for name, title, body in sections
    ]
    nothing = element("p", "No report has been made yet. The command that makes them is: planlib report")
    return _page(
        header=element("h1", TITLE) + element("p", f"{words}, latest first.", class_="meta"),
        main=join(main, Fragment("\n")) if main else nothing,
        contents=[{"id": name, "text": escape(title)} for name, title, _ in sections] if len(sections) > 1 else [],
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _page(*, header: Fragment, main: Fragment, contents: Sequence[Mapping[str, str]]) -> bytes:
    import jinja2

    # The template of the reports, filled without a notebook; its parts are safe HTML, as those of a report are.
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATE), autoescape=False)
    page = {
        "title": TITLE, "running": f'"{TITLE}"', "header": header.html, "main": main.html, "contents": contents,
        "footer": "", "footer_id": "", "failed": False, "index": True,
    }  # fmt: skip
    text = environment.get_template("index.html.j2").render(resources={"planlib": page})
    return (text.rstrip("\n") + "\n").encode("utf-8")


def _sets(folder: Path) -> list[Published]:
    """The sets of a plan, latest first; folders with neither a record nor a failure are none of ours."""
    found = [publish.look(path) for path in sorted(folder.iterdir(), reverse=True) if path.is_dir()]
    return [each for each in found if each.record or each.failed]


def _title(name: str, sets: Sequence[Published]) -> str:
    titles = [str(each.record["title"]) for each in sets if each.record.get("title")]
    return titles[0] if titles else name


def _plan_table(name: str, sets: Sequence[Published], number: int) -> Fragment:
    rows: list[list[Content]] = []
    for each in sets:
        numbers = _headline_numbers(each) if each.whole else {}
        rows.append([_day(each), _reports(each), *(numbers.get(name, NONE) for name in _COUNTS), _state(each)])
    return table(
        ["As at", "Reports", *_COUNTS, "State"], rows, numeric=(0, 2, 3, 4),
        caption=f"Reports of {_title(name, sets)}, folder {name}, latest first", name=f"reports-{number}",
    )  # fmt: skip


def _portfolio_table(sets: Sequence[Published]) -> Fragment:
    rows: list[list[Content]] = [[_day(each), _reports(each), _state(each)] for each in sets]
    return table(["As at", "Reports", "State"], rows, numeric=(0,), caption="Portfolio, latest first", name="portfolio")


def _day(each: Published) -> str:
    """The date as people write it; the folder's name where it is none."""
    try:
        day = date.fromisoformat(each.folder.name)
    except ValueError:
        return each.folder.name
    return phrase(day, day, "day")


def _reports(each: Published) -> Fragment:
    """Links to the reports of a set and to its ledger; nothing is linked unless the whole set is published."""
    if not each.whole:
        return Fragment(NONE, NONE)
    names = list(each.record.get("reports", {}))
    ordered = [name for name in PER_PLAN if name in names] + [name for name in names if name not in PER_PLAN]
    there = each.record["outputs"]
    files = [(name.replace("-", " ").capitalize(), f"{name}.html") for name in ordered if f"{name}.html" in there]
    files += [("Ledger (CSV)", "ledger.csv")] if "ledger.csv" in there else []
    folder = each.folder
    unseen = f" of {folder.parent.name} as at {_day(each)}"
    return join(
        (
            link(
                join([text, element("span", unseen, class_="vh")]),
                quote(f"{folder.parent.name}/{folder.name}/{file}"),
            )
            for text, file in files
        ),
        ", ",
    )


def _state(each: Published) -> Fragment:
    failed = _failure(each)
    if each.whole:
        words = "Published" + (f"; the last attempt to make it again failed ({failed})" if failed else "")
    elif failed:
        words = f"Not made: {failed}"
    else:
        words = f"Incomplete: missing or not as written: {', '.join(each.wrong)}; make it again with planlib report"
    return element("span", words, class_=None if each.whole and not failed else "quiet")


def _failure(each: Published) -> str:
    """What failed, in words; what the exception said stays on the terminal, for it may quote what is withheld."""
    said = []
    for failure in each.failed:
        notebook, cell, error = failure.get("notebook"), failure.get("cell"), failure.get("error")
        if error == "InputError" and cell is None:
            words = "its sources could not be read; planlib check says more"
        elif notebook:
            words = f"{notebook}: {error}" + (f" in cell {cell}" if cell is not None else "")
        else:
            words = f"{error} while it was published"
        said.append(words)
    return "; ".join(dict.fromkeys(said))


_COUNTS = {"Complete": "done", "Re-dated": "standing: re-dated", "Overdue": "standing: overdue"}


def _headline_numbers(each: Published) -> dict[str, str]:
    """The numbers of a set that stand in the index, from its results.json."""
    try:
        measures = json.loads((each.folder / "results.json").read_text(encoding="utf-8"))["measures"]
        plan: dict[str, Mapping[str, Any]] = {row["name"]: row for row in measures if row["scope"] == "plan"}
        unknown, every = plan["standing: standing not known"]["value"], plan["actions"]["value"]
        if unknown == every:
            return dict.fromkeys(_COUNTS, "not known")
        numbers = {
            column: f"{plan[name]['numerator']} of {plan[name]['denominator']}" for column, name in _COUNTS.items()
        }
        if unknown:
            numbers["Complete"] += f", {unknown} not known"
        return numbers
    except (OSError, ValueError, KeyError, TypeError):
        return {}

