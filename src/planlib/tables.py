"""Measures to tables and panels of a page: what is printed where, and under which heading; no arithmetic.

Every function returns a `Fragment`, which shows as HTML in a notebook and as text in a terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

import pandas as pd

from planlib import markup, narrative, schema
from planlib.delivery import COMPARED_LISTS, LISTS
from planlib.forecast import Outlook
from planlib.identity import SURE
from planlib.markup import Content, Fragment, Group, Row, Square, element
from planlib.measures import Measures, together
from planlib.narrative import SMALL, plural, say_date, say_day, say_notice, say_refs
from planlib.published import DATES, Told
from planlib.store import Plan
from planlib.trends import BECAME, is_trend

TITLES = {
    "progress": "progress",
    "slippage": "slippage",
    "data-quality": "data quality",
    "portfolio": "progress of all plans",
    "summary": "summary",
}
BESIDE = {
    "summary.html": "one-page summary", "ledger.xlsx": "ledger as a workbook (XLSX)", "ledger.csv": "ledger as CSV",
    "findings.csv": "findings as CSV", "results.json": "every number as JSON",
}  # fmt: skip
"""Files that `planlib report` puts beside each page of a plan, and what they are."""
_SHORT = 40  # characters of a text that is written again where it stays the same
_SAME_AS_BEFORE = "the same text as in the snapshot before"
ACTIONS_PAGE = "progress.html"  # the page that has a section for each action
MOST_RESTATED = 25  # published figures that differ before a manager's list of them is folded


def banner(plan: Plan, m: Measures, notebook: str) -> Fragment:
    """The head of a page: organisation, plan, what the page is, its date and the report it is compared with.

    Parameters
    ----------
    plan : Plan
    m : Measures
    notebook : str
        Name of the notebook, a key of `TITLES`.

    Returns
    -------
    Fragment
    """
    settings = plan.settings
    who = " · ".join(text for text in (settings.organisation, _inspection(plan)) if text)
    named = f"compared with {say_day(m.previous)}" if m.previous is not None else "first report: nothing to compare with"
    meta = [f"As at {say_day(m.as_of)}", named]
    if m.snapshot != m.as_of:
        meta.append(f"latest snapshot {say_day(m.snapshot)}")
    if m.meeting is not None:
        meta.append(f"read on {say_day(m.meeting)}")
    paper = plan.rebuilt.get(m.snapshot.date())
    if paper:
        meta.append(f"rebuilt from a paper of {say_day(pd.Timestamp(paper))}")
    parts = [element("p", who, class_="org")] if who else []
    parts.append(element("h1", f"{settings.title}: {TITLES[notebook]} at {say_day(m.as_of)}"))
    parts.append(element("p", " · ".join(meta), class_="meta"))
    parts.append(_siblings(notebook))
    return markup.join(parts)


def _inspection(plan: Plan) -> str:
    seen = plan.settings.inspection
    if not seen.body:
        return ""
    if seen.begun and seen.ended:
        days = f"{say_day(pd.Timestamp(seen.begun))} to {say_day(pd.Timestamp(seen.ended))}"
        return f"{seen.body} inspection, {days}"
    return f"{seen.body} inspection"


def _siblings(notebook: str) -> Fragment:
    """Links to the other pages of the same plan and date."""
    others = [name for name in ("progress", "slippage", "data-quality") if name != notebook]
    links = [markup.link(TITLES[name].capitalize(), f"{name}.html") for name in others]
    if notebook != "summary":
        links.append(markup.link("One-page summary", "summary.html"))
    links.append(markup.link("All plans and dates", "../../index.html"))
    return element("p", markup.join(links, " · "), class_="meta")


# --- where things stand --------------------------------------------------------------------------------------------------


def standing_by_area(m: Measures) -> Fragment:
    """One square per action, by area, with the number complete."""
    counts = m.actions["standing"].value_counts()
    key = markup.key(((name, int(counts[name])) for name in schema.STANDINGS if counts.get(name, 0)), m.terms)
    rows: list[Row] = []
    groups = m.areas["group"].to_list()
    several = {group for group in groups if group and groups.count(group) > 1}
    last = None
    for area in m.areas.to_dict("records"):
        if several and area["group"] != last:
            rows.append(Group(area["group"] or "Other"))
            last = area["group"]
        acts = m.actions[m.actions["area_label"] == area["area_label"]]
        unknown = area["standing not known"] == area["actions"]
        done: Content = "not known" if unknown else f"{area['complete']} of {area['counted']}"
        rows.append((_area_name(area, several), done, markup.squares(squares_of(m, acts))))
    table = markup.table(
        heads(m, "Area", "Complete", "Actions"), rows, numeric=(1,),
        caption=f"Where every {m.term('action')} stands, by {m.term('area')}, at {say_day(m.as_of)}", none="No action is listed.",
    )  # fmt: skip
    note = element("p", f"One square is one {m.term('action')}; the number is its reference.") if len(m.actions) else markup.NOTHING
    return note + key + table


def _area_name(area: dict[str, Any], several: set[str]) -> Fragment:
    name = area["area"] if several and area["group"] and area["area"] else area["area_label"]
    title = element("span", name or "No area given")
    return title + element("small", area["timescale"]) if area["timescale"] else title


def squares_of(m: Measures, rows: pd.DataFrame, page: str = "") -> list[Square]:
    """One square per action, leading to its own section on this page or on the one named; ranges by their count."""
    squares = []
    own = rows[rows["ref_range"] == ""]
    for row in own.to_dict("records"):
        squares.append(Square(row["ref"], row["standing"], words=_stands(m, row), address=page + _address(row)))
    counted = rows[rows["ref_range"] != ""]
    for (text, name), part in counted.groupby(["ref_range", "standing"], sort=False):
        squares.append(Square(str(text), str(name), words=_stands(m, part.iloc[0].to_dict()), count=len(part)))
    return squares


def heads(m: Measures, *words: str) -> list[str]:
    """Headings of columns, in the plan's own words.

    Parameters
    ----------
    m : Measures
    words : str
        Ours, with a capital.
    """
    return [m.term(word) for word in words]


def _stands(m: Measures, row: dict[str, Any]) -> str:
    return m.term(row["standing"]) + (" by its own account" if row["by_own_account"] else "")


def _address(row: dict[str, Any]) -> str:
    return f"#action-{row['action_id'].rsplit('/', 1)[1]}"


def area_notes(m: Measures) -> Fragment:
    """What stands in each area, in sentences under its name; of many areas or sentences folded."""
    told = [(name, lines) for name, lines in narrative.by_area(m) if lines]
    if not told:
        return element("p", "No action is listed.", class_="quiet")
    if len(told) == 1 and not m.actions["area_label"].iloc[0] and len(m.actions) > 1:
        return element("p", "The plan names no areas; each action is listed below.", class_="quiet")
    if sum(len(lines) for _, lines in told) <= MOST_NOTES:
        return markup.join(element("h3", name) + markup.bullets(lines) for name, lines in told)
    return markup.join(markup.details(f"{name}: {lines[0]}", markup.bullets(lines[1:] or lines)) for name, lines in told)


def standing_lists(m: Measures) -> Fragment:
    """The five standing lists of an audit committee: how many are on each, which, and what cannot be told."""
    rows: list[Row] = []
    total = len(m.lists)
    for name, title in narrative.LIST_TITLES.items() if total else ():
        flags = m.lists[name]
        on, unsure = (m.lists[chosen.fillna(False).to_numpy(bool)] for chosen in (flags, flags.isna()))
        which_not: Content = "all of them" if len(unsure) == total else _list_refs(unsure, m)
        why = ": there is no earlier report to compare with" if m.previous is None and name in COMPARED_LISTS else ""
        unknown = markup.join([which_not, why]) if len(unsure) else "–"
        parts = [
            f"{count} {said}" for said, part in narrative.LIST_PARTS.get(name, {}).items()
            if (count := int(on[part].fillna(False).sum()))
        ]  # fmt: skip
        which = _list_refs(on, m) if len(on) else markup.join(["–"])
        which += element("small", f" Of them {narrative.listed(parts)}") if parts else markup.NOTHING
        number = "not known" if len(unsure) == total else f"{len(on)} of {total}" if len(on) or unsure.empty else "none known"
        rows.append((element("span", title) + element("small", f" {_meaning(name, m)}"), number, which, unknown))
    return markup.table(
        ("List", "How many", "Which", "Cannot be told"), rows, numeric=(1,),
        caption=f"Standing lists at {say_day(m.as_of)}; an action can be on several", none="No action is listed.",
    )  # fmt: skip


MOST_NOTES = 40  # sentences about areas before each area is folded
MOST_LISTED = 12  # references in a cell of a list before the rest is folded


def _meaning(name: str, m: Measures) -> str:
    than = f"the report of {say_day(m.previous)}" if m.previous is not None else "the report before"
    return LISTS[name].replace("the report compared with", than)


def _list_refs(rows: pd.DataFrame, m: Measures) -> Fragment:
    """References that lead to the actions' own sections; the words for those known only by count."""
    own, counted = rows[rows["ref_range"] == ""], rows[rows["ref_range"] != ""]
    links = [markup.link(row["label"] or "–", _address(row)) for row in own.to_dict("records")]
    linked = markup.join(links, ", ")
    words = element("span", say_refs(counted, m.lists, most=len(counted))) if len(counted) else markup.NOTHING
    if len(links) > MOST_LISTED:
        linked = markup.details(f"{len(links)}: {say_refs(own, m.lists)}", element("p", linked), " ")
        return linked + (element("span", "and ") + words if len(counted) else words)
    return markup.join([piece for piece in (linked, words) if piece.html], "; ")


# --- lists of actions ----------------------------------------------------------------------------------------------------


def _merge(
    rows: pd.DataFrame, every: pd.DataFrame, shown: Sequence[str], page: str = ""
) -> list[tuple[Content, dict[str, Any]]]:
    """One line an action, and one for rows known only by count that show the same: its name and its first row.

    The name leads to the action's own section, on this page or on the one named.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows.to_dict("records"):
        own = () if row["ref_range"] else (row["action_id"],)
        alike.setdefault((row["ref_range"], *own, *(str(row[name]) for name in shown)), []).append(row)
    made: list[tuple[Content, dict[str, Any]]] = []
    for same in alike.values():
        first = same[0]
        if first["ref_range"]:
            which = every[every["action_id"].isin([row["action_id"] for row in same])]
            made.append((say_refs(which, every), first))
        else:
            made.append((markup.link(first["label"], page + _address(first)), first))
    return made


def _when(row: dict[str, Any], name: str) -> str:
    """One of an action's dates in words, as exactly as it is given."""
    if pd.isna(row[name]):
        return "not known" if name == "original" else schema.NO_DATE_KINDS.get(row["no_date"], "none")
    earliest = row.get(f"{name}_earliest")
    return say_date(earliest if earliest is not None else row[name], row[name], row.get(f"{name}_precision") or "day")


def redated(m: Measures) -> Fragment:
    """Every action whose date was changed: from, to, how often, with what notice and reason."""
    moved = m.actions[(m.actions["revisions"] > 0).fillna(False) | (m.actions["standing"] == "re-dated")]
    rows = []
    for who, row in _merge(moved, m.actions, ("original", "target", "standing")):
        mine = m.changes[(m.changes["action_id"] == row["action_id"]) & m.changes["revision"]]
        rows.append((
            who, row["action"] or "–", _when(row, "original"), _when(row, "target"), narrative.say_slip(row),
            int(row["revisions"]) if pd.notna(row["revisions"]) else "not known", _notices(mine), _reasons(mine),
            m.term(row["standing"]),
        ))  # fmt: skip
    return markup.table(
        heads(m, "Ref", "Action", "First date", "Date now", "Slip", "Times re-dated", "Notice", "Reason given", "Standing"),
        rows, numeric=(5,), caption=f"{m.term('Actions')} whose date was changed, up to {say_day(m.as_of)}",
        none="No date is known to have been changed.",
    )  # fmt: skip


def _notices(changes: pd.DataFrame) -> str:
    counts = changes.loc[changes["notice"] != "", "notice"].value_counts(sort=False)
    if counts.empty:
        return "not known"
    if len(changes) == 1:
        return f"{counts.index[0]} ({say_notice(changes.iloc[0])})" if counts.index[0] != "cannot be told" else "cannot be told"
    return ", ".join(f"{n} {word}" for word, n in counts.items())


def _reasons(changes: pd.DataFrame) -> Content:
    given = list(dict.fromkeys(text for text in changes["reason"] if text))
    missing = int((changes["reason"] == "").sum())
    if not given:
        return "none given"
    tail = [f"none given for {missing} of {len(changes)}"] if missing else []
    return markup.join([markup.folded(text) for text in [*given, *tail]], element("br"))


def late(m: Measures) -> Fragment:
    """Overdue, past its first date, or outside the required time: each with how long."""
    rows_ = m.actions[
        ~m.actions["done"] & (m.actions["standing"] != "closed not done")
        & ((m.actions["standing"] == "overdue") | (m.actions["past_original"] == True).fillna(False)  # noqa: E712 - three-valued
           | (m.actions["outside"] == "outside") | m.actions["date_passed"] | m.actions["due_today"])
    ]  # fmt: skip
    shown = {"Required time": (rows_["outside"] != "").any(), "Lead": (rows_["lead"] != "").any()}
    head = [name for name in ("Ref", "Action", "Date now", "Overdue", "Past its first date", *shown) if shown.get(name, True)]
    rows = []
    for who, row in _merge(rows_, m.actions, ("target", "original", "standing", "outside", "lead")):
        cells = {
            "Ref": who, "Action": row["action"] or "–", "Date now": _when(row, "target"), "Overdue": _overdue(row, m),
            "Past its first date": _past(row, m), "Required time": _outside(row), "Lead": row["lead"] or "not given",
        }  # fmt: skip
        rows.append(tuple(cells[name] for name in head))
    return markup.table(
        heads(m, *head), rows,
        caption=f"Open {m.term('actions')} that are overdue, past their first date or outside the required time at {say_day(m.as_of)}",
        none="No open action is known to be overdue, past its first date or outside the required time.",
    )  # fmt: skip


def _overdue(row: dict[str, Any], m: Measures) -> str:
    if row["due_today"]:
        return "due today, not complete"
    if row["standing"] == "overdue":
        return plural((m.as_of - row["target"]).days, "day")
    return "date passed; standing not known" if row["date_passed"] else "no"


def _past(row: dict[str, Any], m: Measures) -> str:
    if pd.isna(row["past_original"]):
        return "not known"
    return plural((m.as_of - row["original"]).days, "day") if row["past_original"] else "no"


def _outside(row: dict[str, Any]) -> str:
    if not row["outside"]:
        return "none required"
    if pd.isna(row["required"]):
        return f"{row['outside']} ({row['timescale']})"
    ends = f"ended {say_day(row['required'])}"
    if row["required_earliest"] != row["required"]:
        ends = f"ended between {say_day(row['required_earliest'])} and {say_day(row['required'])}"
    return f"{row['outside']} ({row['timescale']}, {ends})"


def finished(m: Measures) -> Fragment:
    """Complete and closed actions: when, in time or not, by whose account."""
    ended = m.actions[m.actions["done"] | (m.actions["standing"] == "closed not done")]
    rows = []
    for who, row in _merge(ended, m.actions, ("standing", "status_text", "on_time", "complete_latest", "original")):
        rows.append((
            who, row["action"] or "–", row["status_text"] or "–", _completed(row), _when(row, "original"), _on_time(row),
            narrative.say_slip(row),
        ))  # fmt: skip
    return markup.table(
        heads(m, "Ref", "Action", "Status as recorded", "Done", "First date", "In time", "Slip"), rows,
        caption=f"Complete and closed {m.term('actions')} at {say_day(m.as_of)}", none="No action is known to be complete or closed.",
    )  # fmt: skip


def _completed(row: dict[str, Any]) -> str:
    if not row["done"]:
        return "not done"
    if row["complete_basis"] == "stated":
        return say_date(row["complete_earliest"], row["complete_latest"], narrative._precision(pd.Series(row)))
    if row["complete_basis"] == "between snapshots":
        return f"between {say_day(row['complete_earliest'])} and {say_day(row['complete_latest'])}"
    return f"not known; by {say_day(row['complete_latest'])}"


def _on_time(row: dict[str, Any]) -> str:
    if not row["done"]:
        return "not done"
    claim = "; in time by the source's own account" if row["on_time_claimed"] and row["on_time"] == "cannot be told" else ""
    return row["on_time"] + claim


def disagreements(m: Measures) -> Fragment:
    """Where what the source claims and what the dates imply differ, side by side."""
    odd = m.actions[m.actions["disagreement"] != ""]
    rows = [
        (who, row["status_text"] or "–", row["claimed"], row["implied"], row["disagreement"])
        for who, row in _merge(odd, m.actions, ("status_text", "disagreement"), ACTIONS_PAGE)
    ]
    return markup.table(
        ("Ref", "Status as recorded", "The source claims", "The dates imply", "They differ in"), rows,
        caption=f"What the source claims beside what the dates imply, at {say_day(m.as_of)}",
        none="Nothing that the source claims is contradicted by the dates that are known.",
    )  # fmt: skip


def action_sections(plan: Plan, m: Measures) -> Fragment:
    """One folded section per action with a reference of its own: its dates, changes, statuses, matches, findings, cells."""
    sections = []
    by_action = plan.ledger.groupby("action_id", sort=False)
    changes = _by_name(m.changes, "action_id")
    matches = _by_name(plan.matches, "action_id")
    findings = _by_name(plan.findings, "source", "place")
    for row in m.actions[m.actions["ref_range"] == ""].to_dict("records"):
        history = by_action.get_group(row["action_id"]).to_dict("records")
        found = [each for one in history for each in findings.get((_file(one["source"]), one["place"]), [])]
        parts = [_facts(m, row), _history(row, history)]
        parts += [_moves(row, moves)] if (moves := changes.get((row["action_id"],))) else []
        parts += [_matched(row, seen)] if (seen := _doubtful(matches.get((row["action_id"],), []))) else []
        parts += [_found(row, found)] if found else []
        what = row["action"] if row["action"] and row["action"] != row["label"] else ""
        title = f"{row['label']}{': ' + what if what else ''} ({_stands(m, row)})"
        sections.append(markup.details(title, *parts, name=_address(row)[1:]))
    left = int((m.actions["ref_range"] != "").sum())
    note = [element("p", f"{plural(left, 'action')} known only by count cannot be told apart and have no section here.")]
    none = [] if len(m.actions) else [element("p", "No action is listed.", class_="quiet")]
    return markup.join(sections + (note if left else none))


def _by_name(table: pd.DataFrame, *columns: str) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Rows of a table by what they are of."""
    made: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        made.setdefault(tuple(str(row[name]) for name in columns), []).append(row)
    return made


def _file(source: str) -> str:
    """The file of a row, without the corrections made to it."""
    return source.partition("; corrections.csv")[0]


def _facts(m: Measures, row: dict[str, Any]) -> Fragment:
    basis = "" if row["original_basis"] == "not known" else f" ({row['original_basis']})"
    pairs = [
        (m.term("Area"), row["area_label"] or "not given"), (m.term("Lead"), row["lead"] or "not given"),
        ("First date", f"{_when(row, 'original')}{basis}"), ("Date now", _when(row, "target")),
        ("Done", _completed(row)) if row["done"] else ("Times re-dated", _times(row)),
        ("Slip", narrative.say_slip(row)),
        ("The source claims", row["claimed"]), ("The dates imply", row["implied"] if not row["done"] else ""),
    ]  # fmt: skip
    return markup.facts((name, what) for name, what in pairs if what and what != "nothing")


def _times(row: dict[str, Any]) -> str:
    return str(int(row["revisions"])) if pd.notna(row["revisions"]) else "not known"


def _history(row: dict[str, Any], history: Sequence[dict[str, Any]]) -> Fragment:
    before = ("", *(each["progress"] for each in history))
    lines = [
        (
            say_day(each["as_of"]), _written(each["target_text"]), _written(each["status_text"]),
            _SAME_AS_BEFORE if len(each["progress"]) > _SHORT and each["progress"] == last else _text(each["progress"]),
            f"{each['source']}, {each['place']}",
        )
        for each, last in zip(history, before, strict=False)
    ]  # fmt: skip
    return markup.table(
        ("Snapshot", "Target date as written", "Status as written", "Progress", "Where in the source"), lines,
        caption=f"{row['label']}: what each snapshot says",
    )  # fmt: skip


def _moves(row: dict[str, Any], changes: Sequence[dict[str, Any]]) -> Fragment:
    lines = [
        (say_day(each["as_of"]), each["kind"], _end(each, "from"), _end(each, "to"), _by(each),
         each["reason"] or ("none given" if each["revision"] else "–"))
        for each in changes
    ]  # fmt: skip
    return markup.table(
        ("Shown by snapshot", "Kind of change", "From", "To", "Moved by", "Reason given"), lines,
        caption=f"{row['label']}: changes of its date",
    )  # fmt: skip


def _doubtful(matches: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Matches that a reader would want to see: not by an equal reference, or not surely."""
    return [each for each in matches if each["how"] not in _PLAIN_MATCHES or each["score"] < SURE]


def _matched(row: dict[str, Any], matches: Sequence[dict[str, Any]]) -> Fragment:
    lines = [
        (say_day(each["as_of"]), each["place"], each["how"], f"{each['score']:.0f} of 100", each["evidence"]) for each in matches
    ]
    return markup.table(
        ("Snapshot", "Where", "How", "Score", "Evidence"), lines,
        caption=f"{row['label']}: rows taken for it by more than its reference, or not surely",
    )  # fmt: skip


def _found(row: dict[str, Any], findings: Sequence[dict[str, Any]]) -> Fragment:
    lines = [
        (say_day(each["as_of"]) if pd.notna(each["as_of"]) else "whole plan", f"{each['severity']}: {each['code']}",
         each["place"] or "–", markup.folded(each["message"]))
        for each in findings
    ]  # fmt: skip
    return markup.table(
        ("Snapshot", "Finding", "Where", "What was found"), lines, caption=f"{row['label']}: what reading its rows found",
    )  # fmt: skip


def _written(text: str) -> str:
    return text or "blank"


def _text(text: str) -> Content:
    return markup.folded(text) if text else "–"


# --- slippage ------------------------------------------------------------------------------------------------------------


def changes_of_date(m: Measures) -> Fragment:
    """Every change of a target date, in order."""
    rows = []
    for row in m.changes.to_dict("records"):
        rows.append((
            say_day(row["as_of"]), markup.link(row["label"] or "–", f"{ACTIONS_PAGE}{_address(row)}"), row["kind"],
            _end(row, "from"), _end(row, "to"), _by(row), f"{row['notice']}: {say_notice(row)}" if row["notice"] else "–",
            markup.folded(row["reason"]) if row["reason"] else ("none given" if row["revision"] else "–"),
        ))  # fmt: skip
    return markup.table(
        ("Shown by snapshot", "Ref", "Kind", "From", "To", "Moved by", "Notice", "Reason given"), rows, row_header=1,
        caption=f"Every change of a target date up to {say_day(m.as_of)}", none="No change of date is known.",
    )  # fmt: skip


def _end(row: dict[str, Any], end: str) -> str:
    latest = row[f"{end}_latest"]
    if pd.isna(latest):
        return "not given" if end == "from" else "no date"
    return say_date(row[f"{end}_earliest"], latest, row[f"{end}_precision"] or "day")


def _by(row: dict[str, Any]) -> str:
    if pd.isna(row["days"]):
        return "not known" if row["kind"] == "stated" else "–"
    return narrative.say_moved(row["days"], row["months"], row["unit"])


def slips(m: Measures) -> Fragment:
    """Slip of each action from its first date, the largest first."""
    rows_ = m.actions.assign(order=m.actions["slip_low"].fillna(m.actions["at_least_days"]).fillna(-10**6))
    rows_ = rows_.sort_values("order", ascending=False, kind="stable")
    rows = [
        (
            who, row["area_label"] or "–", _when(row, "original"), row["original_basis"],
            _completed(row) if row["done"] else _when(row, "target"), narrative.say_slip(row),
            int(row["revisions"]) if pd.notna(row["revisions"]) else "not known", _rate(row),
        )
        for who, row in _merge(rows_, m.actions, ("original", "target", "standing", "complete_latest"), ACTIONS_PAGE)
    ]  # fmt: skip
    return markup.table(
        heads(m, "Ref", "Area", "First date", "How it is known", "Date now, or done", "Slip", "Times re-dated", "Slip rate"), rows,
        caption=f"Slip of each action from its first date at {say_day(m.as_of)}, the largest first", numeric=(6,),
        none="No action is listed.",
    )  # fmt: skip


def _rate(row: dict[str, Any]) -> str:
    return f"{float(row['rate']):.2f} days a day" if pd.notna(row["rate"]) else f"not given: {row['rate_unknown']}"


def repeat_offenders(m: Measures) -> Fragment:
    """Actions with three revisions or more: every date in order, and how many of them moved with others."""
    again = m.trends["repeated"]
    if again.empty:  # the sentence above it says so
        return markup.NOTHING
    order = {action: at for at, action in enumerate(again.index)}
    mine = m.actions[m.actions["action_id"].isin(again.index)]
    mine = mine.sort_values("action_id", key=lambda ids: ids.map(order), kind="stable")
    columns = [name for name in ("area_group", "lead") if (mine[name] != "").any()]
    rows = []
    for who, row in _merge(mine, m.actions, ("original", "target", "standing", "revisions"), ACTIONS_PAGE):
        moved = m.changes[(m.changes["action_id"] == row["action_id"]) & m.changes["revision"]]
        told = again.loc[row["action_id"]]
        rows.append((
            who, row["action"] or "–", *(row[name] or "not given" for name in columns), _steps(moved), int(told["revisions"]),
            f"{told['shared']} of {told['revisions']}", _days_in_sum(told), _notices(moved), _reasons(moved),
        ))  # fmt: skip
    return markup.table(
        heads(m, "Ref", "Action", *({"area_group": "Area", "lead": "Lead"}[name] for name in columns), "Dates in order",
         "Times re-dated", "With other actions", "Days moved", "Notice", "Reasons given"),
        rows, numeric=[at + len(columns) for at in (3, 4)], caption=f"Actions re-dated three times or more up to {say_day(m.as_of)}",
        none="No action is known to have been re-dated three times or more.",
    )  # fmt: skip


def _steps(changes: pd.DataFrame) -> Fragment:
    """The first date, then each revision on a line: where to, and the report that told it; a break in the chain is shown."""
    lines, last = [], ""
    for row in changes.to_dict("records"):
        start, end = _end(row, "from"), _end(row, "to")
        if start != last:
            lines.append(start)
        lines.append(f"→ {end}, told {say_day(row['as_of'])}")
        last = end
    return markup.join(lines, element("br"))


def _days_in_sum(row: Any) -> str:
    days = "not known" if pd.isna(row["days_moved"]) else narrative.say_moved(row["days_moved"], None, "days")
    return days if not row["stated"] else f"{days}, without {row['stated']} whose days are not known"


def by_group(m: Measures, by: str) -> Fragment:
    """How many dates were changed by lead or by area: counts and the wholes they are part of, never a share alone.

    Parameters
    ----------
    m : Measures
    by : {"lead", "area"}
    """
    groups = m.trends[f"by {by}"]
    none, named = {"lead": ("No lead named", "a lead named"), "area": ("No area given", "an area")}[by]
    if len(groups) and (groups["key"] == "").all():
        return element("p", f"No action has {named}: nothing can be told by {by}.", class_="quiet", id=f"by-{by}")
    if by == "area" and len(groups) == 1 and not m.small_number:
        return element("p", "All actions are in one area: the numbers of the plan are its own.", class_="quiet", id=f"by-{by}")
    rows = [(row["key"] or none, *_group_cells(row)) for row in groups.to_dict("records")]
    table = markup.table(
        (m.term(by.capitalize()), f"Open {m.term('actions')}", "Re-dated at least once", "Revisions", "Decisions", "No reason given",
         "Changed after it was missed", "Before", "Cannot be told", "Days later than first dates"),
        rows, numeric=range(1, 9), caption=f"Changes of date by {by} up to {say_day(m.as_of)}", name=f"by-{by}",
        none="No action is listed.",
    )  # fmt: skip
    return table + markup.join(element("p", note, class_="quiet") for note in _group_notes(m, by, groups))


def _group_cells(row: dict[str, Any]) -> tuple[str, ...]:
    known, revisions = row["actions"] - row["unknown"], row["revisions"]
    noticed = row["before"] + row["after"] + row["cannot_be_told"]

    def of(number: int, whole: int) -> str:
        return f"{number} of {whole}" if whole else "–"

    unsure = f"; {row['unknown']} not known" if row["unknown"] else ""
    days = "not known" if not row["slip_known"] else "0" if not row["later"] else (
        f"{'at least ' if row['at_least'] else ''}{row['days_later']:,}, for {row['later']}"
    )  # fmt: skip
    return (
        f"{row['open']} of {known}{unsure}" if known else "not known",
        of(row["revised"], row["followed"]) if row["followed"] else "not known",
        str(revisions) if row["followed"] else "not known", str(row["decisions"]) if row["followed"] else "not known",
        of(revisions - row["given"], revisions), of(row["after"], noticed), of(row["before"], noticed),
        of(row["cannot_be_told"], noticed), f"{days}; slip known for {row['slip_known']} of {row['actions']}",
    )  # fmt: skip


def _group_notes(m: Measures, by: str, groups: pd.DataFrame) -> list[str]:
    notes = []
    if int(groups["revisions"].sum()):
        notes.append(f"An action counts under the {by} it has now, whoever had it when its date was changed."
                     if by == "lead" else "An action counts in the area it is in now; a decision is of one area.")  # fmt: skip
    if by == "lead":
        notes.append("A lead is taken as it is written: 'A; B' or 'A and B' is a lead of its own. A decision that moved "
                     "actions of two leads counts for both.")  # fmt: skip
    if m.small_number > 1:
        notes.append(f"No {by} with fewer than {m.small_number} actions is named, so that a small number does not point at anyone.")
    return notes


def became_of_late(m: Measures) -> Fragment:
    """What became, by the next report, of the actions that were overdue at each."""
    rows_ = m.trends["late over time"]
    rows_ = rows_[(rows_["before"] > 0).fillna(False)]
    if not is_trend(m.snapshots) or rows_.empty:
        return markup.NOTHING
    names = [name for name in BECAME if (rows_[name] > 0).any()]
    rows: list[Row] = [
        (f"{say_day(row['since'])} to {say_day(row['as_of'])}",
         *(f"{row[name]:,}" for name in ("before", *names, "overdue", "kept_dates")))
        for row in rows_.to_dict("records")
    ]  # fmt: skip
    heads = [f"Of them {_BECAME_HEADS.get(name, name)}" for name in names]
    return markup.table(
        ("Between reports", "Overdue at the first", *heads, "Overdue at the second", "Overdue at the second had no date been changed"),
        rows, numeric=range(1, len(heads) + 4), narrow="scroll",
        caption="What became of the overdue actions from each report to the next",
    )  # fmt: skip


_BECAME_HEADS = {"later date": "given a later date", "no date": "without a date", "closed not done": "closed, not done"}


def rates(m: Measures) -> Fragment:
    """Delivery against first dates and against dates told, each as n of d, or why it cannot be given."""
    rows = []
    for name, table in m.rates.items():
        if table.empty:
            continue
        row = table.iloc[0]
        rows.append((name.capitalize(), _n_of_d(row), row["undefined_because"] or "–", _RATES[name]))
    for row in m.behind.to_dict("records"):
        rows.append(("Behind the original plan", _behind(row), row["undefined_because"] or "–",
                     "How far the plan is behind the point at which so many were to be done."))  # fmt: skip
    return markup.table(
        ("Measure", "Value", "Why it is not given", "What it means"), rows, numeric=(1,),
        caption=f"Delivery at {say_day(m.as_of)}", none="Nothing is listed.",
    )  # fmt: skip


_RATES = {
    "due by": "Actions whose first date has been reached.",
    "hit rate": "Of the actions first due since the report before: those done by their first date.",
    "hit rate since the start": "Of the actions first due since the first report: those done by their first date.",
    "dates kept": "Of the dates told in earlier reports that fell due since the report before: those by which the action was "
    "done. A date that was withdrawn before it fell due still counts.",
    "dates kept since the start": "The same of all dates that fell due since the first report.",
    "left over": "Of the actions overdue in the report before: those done by now.",
    "on-time completion": "Of the complete actions: those done by their first date.",
    "baseline execution index": "Actions done for each that was to be done by now by the first dates; 1 is as planned.",
}
"""What each rate says, in plain words; its exact definition stands under "What the measures mean"."""


def _n_of_d(row: Any) -> str:
    n, d = int(row["numerator"]), int(row["denominator"])
    if pd.isna(row["value"]):
        return "not given"
    if unknown := int(row.get("original_not_known", 0)):
        return f"{n} of {d}; first date not known for {unknown}"
    return narrative.n_of_d(n, d)


def _behind(row: dict[str, Any]) -> str:
    if row["undefined_because"]:
        return "not given"
    if pd.isna(row["days_past"]):
        return f"{row['complete']} complete; every first date is reached"
    days = int(row["days_past"])
    to = f"the next was planned for {say_day(row['planned_next'])}"
    ahead = f"{plural(days, 'day')} past" if days > 0 else "due today" if days == 0 else f"{plural(-days, 'day')} to go"
    return f"{row['complete']} complete; {to}: {ahead}"


def bow_wave(m: Measures) -> Fragment:
    """Open actions by the month of their first date and of their date now."""
    wide = m.bow_wave.pivot_table(index="month", columns="date", values="actions", aggfunc="sum", fill_value=0)
    order = {"before": "0", "no date": "Y", "not known": "Z"}
    months = sorted(wide.index, key=lambda month: order.get(month, month))
    rows: list[Row] = [
        (_month(month, m), *(int(wide.at[month, name]) if name in wide else 0 for name in ("original", "target")))
        for month in months
    ]
    return markup.table(
        ("Month", "Open actions by first date", "Open actions by date now"), rows, numeric=(1, 2),
        caption=f"When the open actions were first due, and when they are due now, at {say_day(m.as_of)}",
        none="No action is known to be open.",
    )  # fmt: skip


def _month(month: str, m: Measures) -> str:
    if month == "before":
        return f"before {say_day(m.as_of)}"
    return month if not month[:4].isdecimal() else f"{pd.Timestamp(month + '-01'):%B} {month[:4]}"


def forecast(outlook: Outlook, m: Measures) -> Fragment:
    """By when each open action will be done, with even chances and with 80 chances in 100."""
    made = outlook.forecast
    if made.refused:
        return markup.NOTHING
    rows = {row["action_id"]: row for row in m.actions.to_dict("records")}
    told: list[Row] = [
        (markup.link(mine["label"] or "–", f"{ACTIONS_PAGE}{_address(mine)}"), markup.folded(mine["action"]),
         say_day(row["target"]), _by_month(row, "p50"), _by_month(row, "p80"))
        for row in made.actions.to_dict("records")
        for mine in (rows[row["action_id"]],)
    ]  # fmt: skip
    return markup.table(
        heads(m, "Action", "What", "Date now", "Done by, even chances", "Done by, 80 in 100"), told, numeric=(2, 3, 4),
        caption=f"By when the open actions will be done, forecast as at {say_day(outlook.as_of)}",
        none="No open action has a date.",
    )  # fmt: skip


def _by_month(row: dict[str, Any], name: str) -> str:
    if row["unknown"]:
        return f"not known: {row['unknown']}"
    return "beyond what was observed" if pd.isna(row[name]) else f"end of {row[name]:%B %Y}"


def backtest(outlook: Outlook) -> Fragment:
    """Scores of our earlier forecasts beside those of the three rivals."""
    tested = outlook.forecast.backtest
    if tested is None or not tested.number:
        return markup.NOTHING
    names = {"ours": "planlib's forecast"}
    rows: list[Row] = [
        (row["horizon"].capitalize() if row["horizon"] != "all" else "All three", names.get(row["forecast"], row["forecast"]),
         int(row["n"]), f"{row['brier']:.3f}", f"{row['pinball_50']:.2f}", f"{row['pinball_80']:.2f}")
        for row in tested.scores.to_dict("records")
    ]  # fmt: skip
    gaps: list[Row] = [
        (row["rival"].capitalize(), f"{row['brier']:+.3f}", f"{row['low']:+.3f} to {row['high']:+.3f}", int(row["blocks"]))
        for row in tested.differences.to_dict("records")
    ]
    return markup.join([
        markup.table(
            ("Horizon", "Forecast", "Number", "Brier score", "Pinball loss at 0.5, months", "Pinball loss at 0.8, months"),
            rows, numeric=(2, 3, 4, 5), narrow="scroll",
            caption="Scores of earlier forecasts whose outcome is known; less is better",
        ),
        markup.table(
            ("Rival", "Brier score, planlib's less the rival's", "95 % confidence", "Groups of actions dated together"),
            gaps, numeric=(1, 2, 3), narrow="scroll",
            caption="Difference to each rival over all horizons; below 0 planlib's forecast is better",
        ),
    ])  # fmt: skip


# --- how it was read -------------------------------------------------------------------------------------------------------


def findings(plan: Plan) -> Fragment:
    """Everything odd that reading found, worst first, with its place in the source."""
    order = {name: number for number, name in enumerate(schema.SEVERITIES)}
    rows = [
        (
            f"{row['severity']}: {row['code']}", say_day(row["as_of"]) if pd.notna(row["as_of"]) else "whole plan",
            f"{row['source']}, {row['place']}".strip(", ") or "–", row["ref"] or "–", markup.folded(row["message"]),
        )
        for row in sorted(plan.findings.to_dict("records"), key=lambda row: order[row["severity"]])
    ]  # fmt: skip
    return markup.table(
        ("Finding", "Snapshot", "Where", "Ref", "What was found"), rows,
        caption="What reading the sources found", none="Nothing odd was found.",
    )  # fmt: skip


def findings_in_short(plan: Plan) -> Fragment:
    """How many findings of each kind there are, with what each means."""
    counts = plan.findings.groupby(["severity", "code"], sort=False).size()
    order = list(schema.SEVERITIES)
    rows = [
        (code, severity, int(n), schema.CODES[code].meaning)
        for (severity, code), n in sorted(counts.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    ]
    return markup.table(
        ("Finding", "Severity", "How many", "What it means"), rows, numeric=(2,),
        caption="Findings by kind", none="Nothing odd was found.",
    )  # fmt: skip


def sources(plan: Plan) -> Fragment:
    """The files that were read, with how many rows and cells, and their fingerprints."""
    rows = [
        (row["file"], say_day(row["as_of"]), int(row["rows"]), int(row["cells"]), int(row["extra"]), row["sha256"][:16])
        for row in plan.sources.to_dict("records")
    ]
    return markup.table(
        ("File", "Snapshot", "Actions", "Cells with text", "Of them kept in extras", "SHA-256 begins"), rows, numeric=(2, 3, 4),
        caption="Source files",
    )  # fmt: skip


def corrections(plan: Plan) -> Fragment:
    """Every correction: what stood there, what is used instead, and why."""
    rows = [
        (row["ref"] or row["place"], say_day(row["as_of"]), row["column"], row["before"] or "blank", row["value"] or "blank",
         row["kind"], row["reason"])
        for row in plan.corrections.to_dict("records")
    ]  # fmt: skip
    return markup.table(
        ("Row", "Snapshot", "Column", "The source has", "Used instead", "Kind", "Why"), rows,
        caption="Corrections made to the sources", none="No correction was made.",
    )  # fmt: skip


_PLAIN_MATCHES = ("new", "ref", "range", "decision")


def matches(plan: Plan) -> Fragment:
    """How rows of each snapshot were taken for actions already known."""
    counts = plan.matches.groupby(["as_of", "how"], sort=False).size()
    rows = [(say_day(as_of), how, int(n)) for (as_of, how), n in counts.items()]
    table = markup.table(
        ("Snapshot", "Matched by", "Rows"), rows, numeric=(2,), caption="How rows were matched to actions",
        none="There is no row to match.",
    )  # fmt: skip
    plain = plan.matches["how"].isin(_PLAIN_MATCHES)
    told = plan.matches[~plain | (plan.matches["score"] < SURE)]
    return table + markup.table(
        ("Ref", "Snapshot", "Where", "How", "Score", "Evidence"),
        [(row["ref"] or "–", say_day(row["as_of"]), row["place"], row["how"], f"{row['score']:.0f} of 100", row["evidence"])
         for row in told.to_dict("records")],
        caption="Rows matched by more than an equal reference, or not surely",
        none="Every row has the reference of the action it was taken for, or is new.",
    )  # fmt: skip


# --- what was told -------------------------------------------------------------------------------------------------------


def told_before(told: Told) -> Fragment:
    """Whether what was published still holds, with the plan's own figures that would differ; nothing if none was."""
    if not told.checked and not told.damaged:
        return markup.NOTHING
    rows = told.figures
    first = rows[(rows["scope"] == "plan") | rows["name"].isin(["standing", *DATES])]
    parts = [element("h3", "What was told before"), markup.bullets(narrative.what_was_told(told))]
    if len(first):
        caption = "Published figures of the whole plan, and standings and dates of actions, that would now differ"
        shown = _restated(first, caption)
        number = plural(len(first), "published figure")
        parts.append(shown if len(first) <= MOST_RESTATED else markup.details(f"{number} that would now differ", shown))
    left = len(rows) - len(first)
    if left:
        more = "more are" if len(first) else "are"
        parts.append(element("p", f"{left} {more} listed under ", markup.link("data quality", "data-quality.html"), "."))
    return markup.join(parts)


def restated(told: Told) -> Fragment:
    """Every published figure that would now differ: what was told, what would be told now, and why."""
    lines = narrative.what_was_told(told)
    none = f"No report of this plan up to {say_day(told.as_of)} has been published with planlib publish."
    caption = f"Published figures that would now differ, up to {say_day(told.as_of)}"
    return markup.bullets(lines, none=none) + (_restated(told.figures, caption) if told.checked else markup.NOTHING)


def _restated(figures: pd.DataFrame, caption: str) -> Fragment:
    alike: Counter[tuple[str, ...]] = Counter()
    for row in figures.to_dict("records"):
        would = "given no more" if row["how"] == "gone" else narrative.say_told(row, "after")
        was = "not told" if row["how"] == "new" else narrative.say_told(row, "before")
        alike[say_day(row["published_as_of"]), row["name"].capitalize(), narrative.say_of_what(row), was, would, row["why"]] += 1
    rows = [
        (name, f"{what}, {n} alike" if n > 1 else what, day, was, would, why)
        for (day, name, what, was, would, why), n in alike.items()
    ]
    several = "Where several causes are named, it takes them together or they cannot be told apart."
    note = element("p", several) if any(" and " in row[5] for row in rows) else markup.NOTHING
    return note + markup.table(
        ("Figure", "Of what", "Published for", "As told", "As it would be now", "What changed it"), rows, caption=caption,
        none="None: everything that was published would be the same now.",
    )  # fmt: skip


# --- definitions, provenance, portfolio --------------------------------------------------------------------------------------


def definitions(m: Measures | None = None) -> Fragment:
    """What each standing means, in the order in which they are tried, and the other words of the pages."""
    standings = markup.facts(
        (m.term(name.capitalize()) if m else name.capitalize(), meaning) for name, meaning in schema.STANDINGS.items()
    )
    note = element("p", "Each action stands in exactly one of these ways.")
    return note + standings + element("h3", "Other words") + markup.facts(_WORDS.items())


_WORDS = {
    "As at": "The close of that day. Nothing that became known later is used.",
    "Snapshot": "One issue of the plan: the whole plan as it stood at its date. A report is made from the latest by its date.",
    "First date": "The date by which an action was first to be done: the source's own original date, or a date that it says "
    "was replaced, or the first that was seen. Not known where the source says that it was changed and not from when.",
    "Date now": "The date by which an action is to be done, by the latest snapshot. A month falls due on its last day.",
    "Overdue, past its first date": "An action is overdue once its date now has passed. One given a later date is no longer "
    "overdue, but it is still past its first date.",
    "Required time": "What the inspectors or auditors asked for ('within 3 months'). It is neither the first date nor the date now.",
    "Re-dated so many times": "How often the date was moved, taken away, or said by the source to have been changed (a revision). "
    "Changes of one area in one report, from one date to another, are one decision.",
    "Notice": "How long before the date was reached it was changed. A change lies between two reports, so this is a range.",
    "By its own account": "The source's status says so; it cannot be checked against dates.",
    "Known only by count": "The source says how many of some actions are so, but not which.",
}


def measure_definitions() -> Fragment:
    """What each measure means, its unit, and when it is not given."""
    shown = {name: each for name, each in schema.MEASURES.items() if ":" not in name}
    return markup.table(
        ("Measure", "Unit", "What it means", "Not given where", "Source"),
        [(name, each.unit, each.definition, each.undefined, each.source) for name, each in shown.items()],
        caption="Definitions of the measures; t is the as-at date, O the first date, F the date now, C completion, "
        "R the required time",
    )  # fmt: skip


def provenance(plan: Plan, m: Measures) -> Fragment:
    """What the page was made from, for the foot of it."""
    number = len(plan.sources)
    first = f"Made from {plural(number, 'snapshot')} of the plan '{plan.name}' up to {say_day(m.as_of)}"
    lines = [f"{first} by planlib {installed_version()}."]
    if len(plan.corrections):
        lines.append(f"{plural(len(plan.corrections), 'cell')} corrected; each is listed under data quality.")
    table = sources(plan)
    return markup.paragraphs(lines) + _beside() + markup.details("Source files and fingerprints", table)


def _beside() -> Fragment:
    """Links to the downloads, in words that hold too where the page was taken from its folder, as by mail."""
    links = markup.join([markup.link(what, name) for name, what in BESIDE.items()], ", ")
    return element(
        "p", "This page is whole by itself. In the folder that it was made in lie beside it: ", links,
        ". These links, and those to other pages, lead nowhere once the page is mailed or moved without that folder.",
        class_="beside",
    )  # fmt: skip


def installed_version() -> str:
    """Version of planlib."""
    try:
        return version("planlib")
    except PackageNotFoundError:
        return "(not installed)"


Way = Mapping[str, Sequence[str]]  # by plan, its reports as "DATE/NAME", where they are not all of its snapshot in force
REPORTS = ("progress", "slippage", "data-quality")
SECTIONS = {
    "decisions": "what-needs-a-decision", "moved": "dates-that-moved",
    "late": "overdue-past-the-first-date-outside-the-required-time", "done": "complete-and-closed",
    "unknown": "what-is-not-known",
}  # fmt: skip
"""Sections of the progress report that the portfolio leads to; a test compares them with the notebook's headings."""
MOST_UNFOLDED = 12  # plans whose decisions are shown unfolded
MOST_UNGROUPED = 25  # plans in one table before it is divided by letter


def portfolio_banner(measured: Sequence[tuple[Plan, Measures]], as_of: str) -> Fragment:
    """The head of the portfolio page."""
    begun = [m for _, m in measured if m.snapshots]
    said = [plural(len(measured), "plan")]
    if len(begun) < len(measured):
        said.append(f"{len(measured) - len(begun)} not begun")
    days = sorted({m.snapshot for m in begun})
    if days:
        span = say_day(days[0]) if len(days) == 1 else f"{say_day(days[0])} to {say_day(days[-1])}"
        said.append(f"snapshots in force of {span}" if len(begun) > 1 else f"snapshot in force of {span}")
    return markup.join([
        element("h1", f"Action plans: {TITLES['portfolio']} at {say_day(pd.Timestamp(as_of))}"),
        element("p", " · ".join(said), class_="meta"),
        element("p", markup.link("All plans and dates", "../../index.html"), class_="meta"),
    ])  # fmt: skip


@dataclass(frozen=True)
class _Reports:
    """The reports of one plan that are there to be led to, all of one day."""

    plan: str
    name: str
    there: Mapping[str, str]  # name of the report to its day

    @property
    def gone(self) -> list[str]:
        return [name for name in REPORTS if name not in self.there]

    def link(self, text: Content, report: str = "progress", section: str = "") -> Content:
        """The text, leading to a report or to a section of it where that report is there."""
        if report in self.gone:
            return text
        address = f"../../{quote(self.plan, safe='', errors='surrogateescape')}/{self.there[report]}/{report}.html"
        return markup.link(text, f"{address}#{section}" if section else address)


def _reports_of(name: str, m: Measures, reports: Way | None) -> _Reports:
    usual = [f"{m.snapshot:%Y-%m-%d}/{each}" for each in REPORTS]
    told = (reports or {}).get(m.plan, usual)
    return _Reports(m.plan, name, {each.partition("/")[2]: each.partition("/")[0] for each in told})


def side_by_side(measured: Sequence[tuple[Plan, Measures]], reports: Way | None = None) -> Fragment:
    """Plans side by side in order of title, each with the date of its snapshot in force; its numbers lead to its reports.

    Parameters
    ----------
    measured : sequence of (Plan, Measures)
        All as at one date; a plan without a snapshot by then is listed as not begun.
    reports : mapping, optional
        By plan, its reports that are led to, as "DATE/NAME"; the three of its snapshot in force where not given.

    Returns
    -------
    Fragment
        One table; of many plans divided by the first letter, with a line of letters above it.
    """
    named = narrative.in_order(measured)
    beside = narrative.side_by_side_of(measured).to_dict("records")
    rows: list[Row] = []
    letters: list[str] = []
    for (name, _, m), row in zip(named, beside, strict=True):
        letter = _letter(name)
        if len(beside) > MOST_UNGROUPED and letter not in letters:
            letters.append(letter)
            rows.append(Group(element("span", letter, id=f"plans-{len(letters)}")))
        none: Row = (element("span", name), "not begun", *["–"] * 7)
        rows.append(_plan_row(row, _reports_of(name, m, reports)) if row["begun"] else none)
    links = [markup.link(letter, f"#plans-{number}") for number, letter in enumerate(letters, start=1)]
    jump = element("p", "Plans by first letter: ", markup.join(links, " · ")) if links else markup.NOTHING
    day = f" at {say_day(measured[0][1].as_of)}" if measured else ""
    return jump + markup.table(
        ("Plan", "Snapshot in force", "Actions", "Complete", "Overdue", "Past first date", "Open and re-dated",
         "Standing not known", "Revisions so far"),
        rows, numeric=range(1, 9), none="There is no plan.",
        caption=f"Where each plan stands{day}, by its snapshot in force; in order of title, which is no ranking",
    )  # fmt: skip


def _letter(name: str) -> str:
    """The letter under which a plan is found."""
    return next((each for each in name.upper() if each.isalnum()), "Others")


def _plan_row(row: dict[str, Any], reports: _Reports) -> Row:
    """One plan's cells; what is not known says so."""
    unseen = markup.unseen(f" of {row['name']}")
    there = [name for name in REPORTS[1:] if name in reports.there]
    below = [reports.link(markup.join([TITLES[name].capitalize(), unseen]), name) for name in there]
    gone = [TITLES[name] for name in reports.gone]
    if gone:
        below.append("no report made" if len(gone) == len(REPORTS) else f"not made: {narrative.listed(gone)}")
    late = [
        f"{row[name]:,} {words}" for name, words in (("overdue_since", "since the snapshot"), ("undated", "open without a date"))
        if pd.notna(row[name]) and row[name]
    ]  # fmt: skip
    early = [f"not known for {row['first_unknown']:,}"] if row["first_unknown"] and row["first_known"] else []
    moved: Content = "not known" if pd.isna(row["revisions"]) else f"{row['revisions']:,}"
    several = pd.notna(row["revisions"]) and row["revisions"] > 0
    over = [f"in {plural(row['decisions'], 'decision')}"] if several else []
    return (
        element("span", reports.link(row["name"])) + element("small", " ", markup.join(below, " · ")),
        element("span", say_day(row["snapshot"])) + _small([f"{plural(row['age'], 'day')} before"] if row["age"] else []),
        f"{row['actions']:,}",
        _count(row, "done", "counted", reports),
        _count(row, "overdue", "actions", reports) + _small(late),
        _count(row, "past_original", "first_known", reports) + _small(early),
        _count(row, "redated", "actions", reports),
        _count(row, "unknown", "actions", reports),
        element("span", reports.link(moved, "slippage") if several else moved)
        + _small([*over, f"over {plural(row['snapshots'], 'snapshot')}"]),
    )


def _small(lines: Sequence[str]) -> Fragment:
    return markup.join(element("small", f" {each}") for each in lines)


_LISTED_IN = {"done": "done", "overdue": "late", "past_original": "late", "redated": "moved", "unknown": "unknown"}


def _count(row: dict[str, Any], name: str, whole: str, reports: _Reports) -> Fragment:
    """A count of its whole, leading to where these actions are listed; the share only of ten or more whose standing is known."""
    if not row["actions"]:
        return element("span", "none listed")
    if pd.isna(row[name]):
        return element("span", "not known")
    n, d = int(row[name]), int(row[whole])
    if not d:
        return element("span", "all closed, not done")
    words = f"{n:,} of {d:,}"
    made = element("span", reports.link(words, "progress", SECTIONS[_LISTED_IN[name]]) if n else words)
    return made + _small([f"{100 * n / d:.0f} %"] if name == "done" and d >= SMALL and not row["unknown"] else [])


def all_together(measured: Sequence[tuple[Plan, Measures]]) -> Fragment:
    """Sums over the plans, each with how many plans know it."""
    beside = narrative.side_by_side_of(measured)
    words = {
        "done": "Complete", "overdue": "Overdue", "past_original": "Open and past the first date, where that is known",
        "redated": "Open and re-dated", "unknown": "Standing not known",
    }  # fmt: skip
    rows = [
        (words[str(name)], f"{row['n']:,} of {row['d']:,}" if row["d"] else "not known", f"{row['plans']} of {row['begun']}")
        for name, row in together(beside).iterrows()
    ]
    return markup.table(
        ("Actions", "How many", "Plans that know it"), rows if beside["begun"].any() else (), numeric=(1, 2),
        caption="Sums over the plans, each as its snapshot in force has it", none="No plan has begun.",
    )  # fmt: skip


def decisions_by_plan(measured: Sequence[tuple[Plan, Measures]], reports: Way | None = None) -> Fragment:
    """What needs a decision in each plan, each line with the way to its report; of many plans folded by name and letter."""
    made: list[Fragment] = []
    calm: list[str] = []
    by_letter: dict[str, list[tuple[int, Fragment]]] = {}
    begun = [each for each in narrative.in_order(measured) if each[2].snapshots]
    for name, _, m in begun:
        lines = narrative.decisions_needed(m)
        if not lines:
            calm.append(f"'{name}'")
            continue
        its = _reports_of(name, m, reports)
        panel = markup.decisions(_with_way(line, number, m, its) for number, line in enumerate(lines, start=1))
        if len(begun) > MOST_UNFOLDED:
            count = plural(len(lines), "thing needs a decision", "things need a decision")
            folded = markup.details(f"{name}: {count}", panel)
            by_letter.setdefault(_letter(name), []).append((len(lines), folded))
        else:
            made.append(element("h3", name) + panel)
    if not begun:
        return element("p", "No plan has begun.", class_="quiet")
    for letter, plans in by_letter.items():
        inside = [folded for _, folded in plans]
        if len(begun) > MOST_UNGROUPED:
            count = plural(sum(n for n, _ in plans), "thing needs a decision", "things need a decision")
            inside = [markup.details(f"{letter}: {count} in {plural(len(plans), 'plan')}", *inside)]
        made += inside
    if calm:
        said = f"Nothing asks for a decision in {plural(len(calm), 'plan')}: {narrative.listed(calm)}."
        made.append(element("div", markup.folded(said, 400), class_="quiet"))
    return markup.join(made)


def _with_way(line: str, number: int, m: Measures, reports: _Reports) -> Content:
    """A decision with a link to its own line in the plan's report, or to the section where that is of an earlier day."""
    if "progress" in reports.gone:
        return line
    same_day = reports.there["progress"] == f"{m.as_of:%Y-%m-%d}"
    unseen = markup.unseen(f": {reports.name}, decision {number}" if same_day else f": {reports.name}, decisions")
    where = f"decision-{number}" if same_day else SECTIONS["decisions"]
    return markup.join([line, " ", reports.link(markup.join(["In its report", unseen]), "progress", where)])


def portfolio_provenance(measured: Sequence[tuple[Plan, Measures]]) -> Fragment:
    """What the portfolio page was made from."""
    number = sum(len(plan.sources) for plan, _ in measured)
    return element("p", f"Made from {plural(number, 'snapshot')} of {plural(len(measured), 'plan')} by planlib {installed_version()}.")


