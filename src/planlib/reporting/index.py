"""Makes reports/index.html: every plan and date, latest first, what is published and what is not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from planlib.dates import phrase
from planlib.markup import Content, Fragment, details, element, escape, join, link, table
from planlib.reporting import publish
from planlib.reporting.notebooks import PER_PLAN, PORTFOLIO
from planlib.reporting.seen import Seen, Set
from planlib.reporting.sparkline import sparkline

TITLE = "Action plan reports"
NONE = "\N{EN DASH}"
OTHER = "Other"  # where titles stand that begin with no letter
MOST_UNGROUPED = 25  # plans before they are grouped by letter
MOST_TROUBLES = 50  # failed runs before the rest is folded
SHOWN = {
    "done": ("Complete", "done"), "late": ("Overdue or delayed", "late"), "re-dated": ("Open and re-dated", "moved"),
}  # fmt: skip
"""Numbers of `Set` that are shown: in words, and the class of their line."""
SUMMARY = ("One-page summary", "summary.html")
LEDGERS = (("Ledger (XLSX)", "ledger.xlsx"), ("Ledger (CSV)", "ledger.csv"))
TEMPLATE = Path(__file__).parent / "templates" / "planlib"


def write(out: Path) -> None:
    """Make the index and put it in its place, and note what was found so that the next one is quick."""
    seen = Seen(out)
    try:
        publish.put(out, "index.html", make(out, seen))
        seen.save()
    finally:
        publish.clear(out)


def make(out: Path, seen: Seen | None = None) -> bytes:
    """Make the index of what lies in an out folder.

    Parameters
    ----------
    out : Path
        Folder of reports; only it is looked at, so that the index says what is there.
    seen : Seen, optional
        What looks, and notes what it found.

    Returns
    -------
    bytes
        An HTML page; the same for the same reports.
    """
    look = (seen or Seen(out)).look
    plans = {
        folder.name: _sets(folder, look)
        for folder in sorted(out.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    }
    portfolio = plans.pop(PORTFOLIO, [])
    found = sorted(((_title(name, sets), sets) for name, sets in plans.items() if sets), key=_by_title)
    listed = [_Plan(title, f"plan-{at}", sets) for at, (title, sets) in enumerate(found, start=1)]
    sections: list[tuple[str, str, Fragment]] = []
    troubles = [(plan, each) for plan in listed for each in plan.sets if _troubled(each)]
    troubles += [(_Plan("Portfolio", "all-plans", portfolio), each) for each in portfolio if _troubled(each)]
    if troubles:
        sections.append(("troubles", "Not made, or not as it was written", _troubles(troubles)))
    if portfolio:
        sections.append(("all-plans", "All plans side by side", _portfolio_table(portfolio)))
    if len(listed) > MOST_UNGROUPED:
        for letter, some in groupby(listed, key=lambda plan: _letter(plan.title)):
            body = join([_plan_section(plan, 3) for plan in some], Fragment("\n"))
            sections.append((f"letter-{letter.casefold()}", letter, body))
    else:
        sections += [(plan.name, plan.title, _plan_body(plan)) for plan in listed]
    dates = sum(each.whole for plan in listed for each in plan.sets)
    words = f"{_count(len(listed), 'plan')}, {_count(dates, 'reporting date')}"
    main = [_section(name, title, body, 2) for name, title, body in sections]
    nothing = element("p", "No report has been made yet. The command that makes them is: planlib report")
    return _page(
        header=element("h1", TITLE) + element("p", f"{words}, latest first.", class_="meta") + _jumps(sections),
        main=join(main, Fragment("\n")) if main else nothing,
        contents=[{"id": name, "text": escape(title)} for name, title, _ in sections] if len(sections) > 1 else [],
    )


@dataclass(frozen=True)
class _Plan:
    title: str
    name: str  # id of its section
    sets: Sequence[Set]


def _by_title(one: tuple[str, Sequence[Set]]) -> tuple[bool, str, str, str]:
    """Plans whose titles begin with no letter stand last, under one heading."""
    title, sets = one
    return _letter(title) == OTHER, _letter(title), title.casefold(), sets[0].folder.parent.name


def _letter(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.strip())[:1].upper()
    return plain if "A" <= plain <= "Z" else OTHER


def _jumps(sections: Sequence[tuple[str, str, Fragment]]) -> Fragment:
    """Links to the letters, where plans stand under letters: the contents list is folded on a narrow screen."""
    letters = [link(title, f"#{name}") for name, title, _ in sections if name.startswith("letter-")]
    if not letters:
        return Fragment("")
    return element("p", "Plans by title: ", join(letters, " "), class_="jumps")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


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


def _section(name: str, title: str, body: Fragment, level: int) -> Fragment:
    heading = element(f"h{level}", title, id=f"{name}-heading")
    return element("section", heading, body, id=name, aria_labelledby=f"{name}-heading")


def _sets(folder: Path, look: Callable[[Path], Set]) -> list[Set]:
    """The sets of a plan, latest first; folders with neither a record nor a failure are none of ours."""
    found = [look(path) for path in sorted(folder.iterdir(), reverse=True) if path.is_dir()]
    return [each for each in found if each.files or each.failed]


def _title(name: str, sets: Sequence[Set]) -> str:
    return next((each.title for each in sets if each.title), name)


# --- what went wrong -------------------------------------------------------------------------------------------------


def _troubled(each: Set) -> bool:
    return bool(each.failed) or not each.whole


def _troubles(troubles: Sequence[tuple[_Plan, Set]]) -> Fragment:
    rows: list[list[Content]] = [[link(plan.title, f"#{plan.name}"), _day(each), _state(each)] for plan, each in troubles]
    shown = table(
        ["Plan", "As at", "State"], rows[:MOST_TROUBLES], numeric=(1,), name="failed-runs",
        caption=f"{_count(len(rows), 'run')} without a report, or with one older than asked for",
    )  # fmt: skip
    if len(rows) <= MOST_TROUBLES:
        return shown
    rest = table(["Plan", "As at", "State"], rows[MOST_TROUBLES:], numeric=(1,), name="more-failed-runs",
                 caption="The others")  # fmt: skip
    return shown + details(f"{len(rows) - MOST_TROUBLES:,} more", rest)


def _state(each: Set) -> Fragment:
    failed = _failure(each)
    if each.whole:
        words = "Published" + (f"; the last attempt to make it again failed ({failed})" if failed else "")
    elif failed:
        words = f"Not made: {failed}"
    else:
        words = f"Incomplete: missing or not as written: {', '.join(each.wrong)}; make it again with planlib report"
    return element("span", words, class_=None if each.whole and not failed else "quiet")


def _failure(each: Set) -> str:
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


# --- plans -----------------------------------------------------------------------------------------------------------


def _portfolio_table(sets: Sequence[Set]) -> Fragment:
    rows: list[list[Content]] = [[_day(each), _reports(each), _state(each)] for each in sets]
    return table(["As at", "Reports", "State"], rows, numeric=(0,), caption="Portfolio, latest first", name="portfolio")


def _plan_section(plan: _Plan, level: int) -> Fragment:
    return _section(plan.name, plan.title, _plan_body(plan), level)


def _plan_body(plan: _Plan) -> Fragment:
    """The latest report of a plan with its numbers and how they went, then the older dates, folded."""
    whole = [each for each in plan.sets if each.whole]
    parts = [element("p", f"{_day(each)}: ", _state(each)) for each in plan.sets[:1] if _troubled(each)]
    older: Sequence[Set] = plan.sets if not whole else [each for each in plan.sets if each is not whole[0]]
    if whole:
        parts.append(element("p", element("b", _day(whole[0])), ": ", _reports(whole[0])))
        parts.append(_numbers(whole[0], plan.sets))
    if len(plan.sets) > 1:
        parts.append(details(_count(len(older), "other date" if whole else "date"), _older(plan, older)))
    return join(parts)


def _older(plan: _Plan, sets: Sequence[Set]) -> Fragment:
    rows: list[list[Content]] = []
    states = any(_troubled(each) for each in sets)  # said only where there is something to say: it is on thousands of lines
    for each in sets:
        counts = [_said(each, name) for name in SHOWN] if each.whole else [NONE] * len(SHOWN)
        rows.append([_day(each), _reports(each, latest=False), *counts, *([_state(each)] if states else [])])
    return table(
        ["As at", "Reports", *(words for words, _ in SHOWN.values()), *(["State"] if states else [])], rows,
        numeric=(0, 2, 3, 4), caption=f"Other reports of {plan.title}, latest first", name=f"{plan.name}-dates",
    )  # fmt: skip


def _day(each: Set) -> str:
    """The date as people write it; the folder's name where it is none."""
    try:
        day = date.fromisoformat(each.folder.name)
    except ValueError:
        return each.folder.name
    return phrase(day, day, "day")


def _reports(each: Set, *, latest: bool = True) -> Fragment:
    """Links to the reports of a set and to its ledger; nothing is linked unless the whole set is published.

    Only the latest has the ledger, which holds all snapshots before it, and names its plan to those who hear the links
    by themselves; others stand in a line that begins with their date.
    """
    if not each.whole:
        return Fragment(NONE, NONE)
    ordered = [name for name in PER_PLAN if name in each.reports] + [name for name in each.reports if name not in PER_PLAN]
    files = [(name.replace("-", " ").capitalize(), f"{name}.html") for name in ordered if f"{name}.html" in each.files]
    files[1:1] = [SUMMARY] if SUMMARY[1] in each.files else []
    files += [(words, file) for words, file in LEDGERS if latest and file in each.files]
    folder = each.folder
    unseen = [element("span", f" of {folder.parent.name} as at {_day(each)}", class_="vh")] if latest else []
    return join(
        (link(join([text, *unseen]), _address(f"{folder.parent.name}/{folder.name}/{file}")) for text, file in files), ", "
    )


def _address(path: str) -> str:
    return quote(path, errors="surrogateescape")  # a name that is not UTF-8 is led to by its bytes


# --- numbers ---------------------------------------------------------------------------------------------------------


def _value(each: Set, name: str) -> int | None:
    return each.numbers.get(name) if each.whole else None


def _said(each: Set, name: str) -> str:
    """A number of a set as n of d; never 0 for what is not known."""
    n = each.numbers
    if not n:
        return NONE
    if not n["actions"]:
        return "no action listed"
    if name not in n:
        return "not known"
    said = f"{n[name]:,} of {n['of' if name == 'done' else 'actions']:,}"
    return f"{said}, {n['unknown']:,} not known" if name == "done" and n["unknown"] else said


def _numbers(latest: Set, sets: Sequence[Set]) -> Fragment:
    """The numbers of the latest published report, each with a line of how it went over all of them."""
    if not latest.numbers:
        return Fragment("")
    timed = sorted((day, each) for day, each in ((_number(each), each) for each in sets) if day)
    most = max((each.numbers["actions"] for each in sets if each.whole and each.numbers), default=0)
    items = []
    for name, (words, colour) in SHOWN.items():
        values = [_value(each, name) for _, each in timed]
        told = ", ".join("not known" if value is None else f"{value:,}" for value in values)
        alternative = f"{words} at {len(values)} dates from {_day(timed[0][1])}: {told}" if timed else ""
        line = sparkline([day for day, _ in timed], values, most, alternative, colour)
        items.append(element("li", f"{words}: ", element("b", _said(latest, name)), " ", line))
    return element("ul", *items, class_="sparks")


def _number(each: Set) -> int:
    try:
        return date.fromisoformat(each.folder.name).toordinal()
    except ValueError:
        return 0
