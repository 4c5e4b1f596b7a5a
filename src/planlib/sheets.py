"""The source tables as they stand, every cell marked by what it was taken for, with the findings at their cells.

Nothing is decided here: the marks are those of `planlib.account`, the findings those of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from planlib import markup, schema
from planlib.markup import Content, Fragment, element
from planlib.narrative import plural, say_day
from planlib.store import Plan
from planlib.tables import ACTIONS_PAGE

WHOLE_TABLE = 100  # rows: a longer table is shown in part
FIRST_ROWS = 30  # of a longer table, beside its rows with a finding
MOST_TEXT = 200  # characters of a cell
MOST_COLUMNS = 30  # of a table
UNFOLDED = 12  # rows of a table that stands open
# Room on the page, in characters of HTML as they are reckoned: for the first rows of all tables, and for rows with findings.
ROOM, ROOM_FOR_FINDINGS = 280_000, 560_000
_LONG = 60  # characters of a text that wants a wide cell
_LITTLE = 40  # characters that are not worth cutting off
_OVERHEAD = 75  # characters of a cell beside its text

_STRUCTURE = ("header", "repeated header", "section", "label", "key")
_KINDS = {
    **dict.fromkeys(("value", "continued", "older date"), "use"), **dict.fromkeys(_STRUCTURE, "nam"),
    **dict.fromkeys(("extra", "not used", "set aside", "outside", "struck out", "footnote", "not accounted for"), "kep"),
}  # fmt: skip
_KIND_WORDS = {"use": "Used", "nam": "Used: it names columns or heads actions", "kep": "Kept in extras, not used"}
Cell = dict[str, Any]
Row = tuple[int, int, str]  # table, row, and its place, which tells apart the lines before a table


@dataclass
class _Page:
    """What a page has had so far: its findings are numbered through, its room is shared by all tables."""

    room: int = ROOM
    room_for_findings: int = ROOM_FOR_FINDINGS
    findings: int = 0
    not_shown: int = 0


@dataclass
class _File:
    """One file of the snapshot with all that its tables need.

    Attributes
    ----------
    name : str
    cells : DataFrame
        schema.CELLS of this file.
    at : mapping
        Findings by the cell (index of `cells`) that they stand at.
    loose : list of dict
        Findings about the file as a whole.
    actions : mapping of str to dict
        The ledger's row of each action of the snapshot.
    corrected : mapping of str to str
        Place to what is used in place of the text.
    """

    name: str
    cells: pd.DataFrame
    at: Mapping[int, list[dict[str, Any]]]
    loose: list[dict[str, Any]]
    actions: Mapping[str, dict[str, Any]]
    corrected: Mapping[str, str]
    heads: list[str] = field(default_factory=list)


def as_read(plan: Plan) -> Fragment:
    """Show each source table of the snapshot in force as it stands, with the mark of every cell and its findings.

    Parameters
    ----------
    plan : Plan
        Opened with ``cells=True``.

    Returns
    -------
    Fragment
        The account of all cells, which is the key of the marks too, then every table, folded where it is long.
    """
    if plan.cells.empty:
        return element("p", "There is no text in the snapshot in force that was read.", class_="none")
    page = _Page()
    files = [_file(plan, str(name)) for name in plan.cells["source"].unique()]
    shown = [_shown(file, page) for file in files]
    return element("div", _key(plan), _rule(page, plan), *shown, class_="read")


def _file(plan: Plan, name: str) -> _File:
    cells = plan.cells[plan.cells["source"] == name]
    day = cells["as_of"].iloc[0]
    ledger = plan.ledger[plan.ledger["as_of"] == day]
    actions = {row["action_id"]: row for row in ledger.to_dict("records")}
    findings = plan.findings[plan.findings["as_of"] == day]
    mine = findings[[str(source).partition("; ")[0] == name for source in findings["source"]]]
    at, loose = _placed(cells, mine.to_dict("records"))
    corrections = plan.corrections[plan.corrections["as_of"] == day] if len(plan.corrections) else plan.corrections
    said = dict(zip(corrections["place"], corrections["value"], strict=True))
    placed = {row["place"] for found in at.values() for row in found if row["code"] == "corrected"}
    return _File(name, cells, at, loose, actions, {place: text for place, text in said.items() if place in placed})


def _placed(
    cells: pd.DataFrame, findings: Iterable[dict[str, Any]]
) -> tuple[dict[int, list[dict[str, Any]]], list[dict[str, Any]]]:
    """Findings at the first thing of their cell, else at the first of their row; the others."""
    by_cell: dict[str, int] = {}
    by_header: dict[tuple[str, str], int] = {}
    by_row: dict[str, int] = {}
    for index, place, row, header, name in zip(
        cells.index, cells["place"], cells["row_place"], cells["header"], cells["name"], strict=True
    ):
        by_cell.setdefault(place, index)
        by_row.setdefault(row, index)
        by_header.setdefault((place, header), index)
        by_header.setdefault((place, name), index)
    at: dict[int, list[dict[str, Any]]] = {}
    loose = []
    for each in findings:
        place, column = each["place"], each["column"]
        index = next((found for found in (by_header.get((place, column)) if column else None, by_cell.get(place),
                                          by_row.get(place)) if found is not None), None)  # fmt: skip
        if index is None:
            loose.append(each)
        else:
            at.setdefault(index, []).append(each)
    return at, loose


# --- the key ---------------------------------------------------------------------------------------------------------


def _key(plan: Plan) -> Fragment:
    """The account: every mark with its meaning and how many there are, used and kept adding up to all that was read."""
    cells = plan.cells
    counted = cells[cells["counts"] == 1]
    counts, beside = counted["taken_for"].value_counts(), cells.loc[cells["counts"] == 0, "taken_for"].value_counts()
    rows: list[markup.Row] = []
    for kind, words in _KIND_WORDS.items():
        mine = [name for name in schema.TAKEN_FOR if _KINDS.get(name) == kind and counts.get(name, 0)]
        if mine:
            rows.append(markup.Group(f"{words}: {sum(int(counts[name]) for name in mine):,} of {len(counted):,}"))
            rows += [
                (
                    element("span", "name of a column" if name == "value" else name, class_=kind),
                    schema.TAKEN_FOR[name],
                    int(counts[name]),
                )
                for name in mine
            ]
    also = [name for name in schema.TAKEN_FOR if beside.get(name, 0) and name not in _KINDS]
    if also:
        rows.append(markup.Group("Marked too, without text of its own"))
        rows += [(element("span", name, class_="mor"), schema.TAKEN_FOR[name], int(beside[name])) for name in also]
    day = say_day(cells["as_of"].iloc[0])
    table = markup.table(
        ("Mark", "What it means", "How many"), rows, numeric=(2,),
        caption=f"What the cells and lines of the snapshot of {day} were taken for",
    )  # fmt: skip
    used = int(counted["taken_for"].isin(schema.USED).sum())
    lost = int(counts.get("not accounted for", 0))
    line = (
        f"{used:,} of {plural(len(counted), 'cell or line', 'cells and lines')} with text in the snapshot of {day} "
        f"{'was' if used == 1 else 'were'} used; {len(counted) - used - lost:,} "
        f"{'is' if len(counted) - used - lost == 1 else 'are'} kept in extras."
    )
    if lost:
        line += f" {lost:,} {'is' if lost == 1 else 'are'} neither: a fault of planlib; please report it."
    return element("p", line) + table


def _rule(page: _Page, plan: Plan) -> Fragment:
    """What is shown of long tables."""
    said = (
        f"Blank rows are left out. A table of more than {WHOLE_TABLE} rows is shown in part: its first {FIRST_ROWS} rows "
        "and each row with a finding, as long as there is room on the page; it says where rows are missing and how many. "
        f"A text of more than {MOST_TEXT + _LITTLE} characters is cut, and columns after the {MOST_COLUMNS}th "
        "of a table are left out; the counts are of all."
    )
    lines = [said]
    if page.not_shown:
        lines.append(
            f"{plural(page.not_shown, 'finding')} at rows that are not shown {'stands' if page.not_shown == 1 else 'stand'} "
            "in the list of every finding."
        )
    if (plan.cells["text"].str.contains("[withheld]", regex=False)).any():
        lines.append("[withheld]: this plan does not give away what stands there.")
    return markup.paragraphs(lines)


# --- one file --------------------------------------------------------------------------------------------------------


def _shown(file: _File, page: _Page) -> Fragment:
    counted = file.cells[file.cells["counts"] == 1]
    used = int(counted["taken_for"].isin(schema.USED).sum())
    actions = plural(len(set(file.cells["action_id"]) - {""}), "action")
    said = f"{actions}; {used:,} of {plural(len(counted), 'cell or line', 'cells and lines')} with text used."
    parts: list[Content] = [element("h3", file.name), element("p", said)]
    if file.loose:
        parts += [element("p", "About the file as a whole:"), markup.bullets(_said(each) for each in file.loose)]
    for number in file.cells["table"].unique():
        cells = file.cells[file.cells["table"] == number]
        name = str(cells["sheet"].iloc[0]) or f"table {number}"
        lines, rows = cells[cells["row"] == 0], cells[cells["row"] > 0]
        if len(lines):
            what = f"Text outside the tables, part {number}" if rows.empty else f"Text before or beside {name}"
            parts.append(_table(file, page, lines, what, lines=True))
        if len(rows):
            parts.append(_table(file, page, rows, name[:1].upper() + name[1:]))
    return markup.join(parts)


def _said(each: Mapping[str, Any]) -> str:
    return f"{each['severity']}, {each['code']}: {each['message']}"


def _table(file: _File, page: _Page, cells: pd.DataFrame, title: str, *, lines: bool = False) -> Fragment:
    """One table of a file, or the lines before it, folded where it is long."""
    keys = list(zip(cells["row"], cells["row_place"] if lines else [""] * len(cells), strict=True))
    order = list(dict.fromkeys(keys))
    found = {key for key, index in zip(keys, cells.index, strict=True) if index in file.at}
    columns = sorted(set(cells["column"]))[:MOST_COLUMNS]
    sizes = _sizes(cells, keys, len(columns))
    chosen = _chosen(page, order, found, sizes)
    kept = cells[cells["column"].isin(columns) & np.array([key in chosen for key in keys])]
    rows: dict[tuple[int, str], dict[int, list[tuple[int, Cell]]]] = {}
    for index, cell in zip(kept.index, kept.to_dict("records"), strict=True):
        rows.setdefault((cell["row"], cell["row_place"] if lines else ""), {}).setdefault(cell["column"], []).append(
            (index, cell)
        )
    actions = len(set(cells["action_id"]) - {""})
    findings = sum(len(file.at.get(index, ())) for index in cells.index)
    counts = [plural(len(order), "line" if lines else "row")]
    counts += [] if lines else [plural(len(set(cells["column"])), "column"), f"{plural(actions, 'row')} of actions"]
    counts += [plural(findings, "finding")] if findings else []
    body, told = _body(file, page, order, rows, columns, lines)
    page.not_shown += findings - len(told)
    heads = ["Where", *(["Text"] if lines else (_head(cells, column) for column in columns))]
    left = len(set(cells["column"])) - len(columns)
    summary = f"{title}: {', '.join(counts)}" + (f"; {plural(left, 'column')} not shown" if left else "")
    caption = f"{file.name}, {summary}"
    table = element(
        "table", element("caption", caption, class_="vh"),
        element("thead", element("tr", *(element("th", one, scope="col") for one in heads))), element("tbody", *body),
    )  # fmt: skip
    wide = "scroll broad" if len(columns) > 7 else "scroll"
    made = element("div", table, class_=wide, role="region", aria_label=caption, tabindex=0)
    if told:
        made += element("ul", *told, class_="told")
    whole = Fragment(made.html, f"{caption}\n")
    return element("details", element("summary", summary), whole, open=len(order) <= UNFOLDED)


def _head(cells: pd.DataFrame, column: int) -> str:
    letter = str(cells.loc[cells["column"] == column, "letter"].iloc[0])
    return letter if letter.isalpha() else f"Column {letter}"


def _sizes(cells: pd.DataFrame, keys: Sequence[Any], width: int) -> dict[Any, int]:
    """Characters of HTML that each row takes, as they are reckoned."""
    sizes: dict[Any, int] = dict.fromkeys(keys, 150 + 10 * width)
    for key, length in zip(keys, cells["text"].str.len().clip(upper=MOST_TEXT + _LITTLE), strict=True):
        sizes[key] += _OVERHEAD + int(length)
    return sizes


def _chosen(page: _Page, order: Sequence[Any], found: set[Any], sizes: Mapping[Any, int]) -> set[Any]:
    """The rows that are shown: the first, and those with a finding, as long as there is room."""
    chosen = set()
    for key in order if len(order) <= WHOLE_TABLE else order[:FIRST_ROWS]:
        if page.room < sizes[key]:
            break
        page.room -= sizes[key]
        chosen.add(key)
    for key in order:
        if key in found and key not in chosen and page.room_for_findings >= 2 * sizes[key]:
            page.room_for_findings -= 2 * sizes[key]  # its messages take room too
            chosen.add(key)
    return chosen


def _body(
    file: _File, page: _Page, order: Sequence[tuple[int, str]], rows: Mapping[tuple[int, str], Mapping[int, Sequence[tuple[int, Cell]]]],
    columns: Sequence[int], lines: bool,
) -> tuple[list[Fragment], list[Fragment]]:  # fmt: skip
    """The rows of a table, with a line where some are left out, and its findings."""
    made: list[Fragment] = []
    told: list[Fragment] = []
    gap: list[tuple[int, str]] = []
    for key in [*order, None]:
        if key is not None and key not in rows:
            gap.append(key)
            continue
        if gap:
            words = f"{plural(len(gap), 'line' if lines else 'row')} not shown here"
            made.append(element("tr", element("td", words, colspan=len(columns) + 1, class_="gap")))
            gap = []
        if key is not None:
            made.append(element("tr", *_row(file, page, rows[key], columns, told)))
    return made, told


def _row(
    file: _File,
    page: _Page,
    row: Mapping[int, Sequence[tuple[int, Cell]]],
    columns: Sequence[int],
    told: list[Fragment],
) -> Iterator[Fragment]:
    first = next(iter(row.values()))[0][1]
    place = first["row_place"].removeprefix(f"{first['sheet']}, ") if first["sheet"] else first["row_place"]
    yield element("th", place or "labels", _action(file, first["action_id"]), scope="row")
    for column in columns:
        things = row.get(column, ())
        if not things:
            yield element("td")
            continue
        findings = [each for index, _ in things for each in file.at.get(index, ())]
        marks = [_thing(file, cell) for _, cell in things]
        kinds = {_KINDS.get(cell["taken_for"], "mor"): None for _, cell in things}
        classes = [next(iter(kinds))]
        name = None
        texts = [cell["text"] for _, cell in things]
        classes += ["lng"] if max(map(len, texts)) > _LONG else []
        classes += ["w"] if any(len(word) > markup.LONGEST_UNBROKEN for text in texts for word in text.split()) else []
        if findings:
            classes.append("fnd")
            name = f"read-{page.findings + 1}"
            numbers = []
            for each in findings:
                page.findings += 1
                numbers.append(markup.link(f"finding {page.findings}", f"#found-{page.findings}"))
                told.append(element(
                    "li", element("b", f"Finding {page.findings}"), ", ", markup.link(each["place"] or "above", f"#{name}"),
                    f": {_said(each)}", id=f"found-{page.findings}",
                ))  # fmt: skip
            marks.append(element("small", markup.join(numbers, ", ")))
        yield element("td", *marks, class_=" ".join(classes), id=name)


def _action(file: _File, action_id: str) -> Content:
    """The way to the section of a row's action; those known only by count have none."""
    row = file.actions.get(action_id)
    if row is None:
        return markup.NOTHING
    ref = row["ref"] or row["ref_range"]
    label = f"action {ref}" if ref else action_id
    address = f"{ACTIONS_PAGE}#action-{action_id.rsplit('/', 1)[1]}"
    return element("small", label if row["ref_range"] else markup.link(label, address))


def _thing(file: _File, cell: Cell) -> Fragment:
    """One thing of a cell: its text and its mark."""
    text = " ".join(str(cell["text"]).split())
    if len(text) > MOST_TEXT + _LITTLE:
        text = f"{text[:MOST_TEXT].rstrip()} … ({len(text) - MOST_TEXT:,} characters more)"
    mark = _mark(file, cell)
    if cell["kind"] in ("blank", "colour"):
        return element("small", mark)
    shown: Content = element("s", text) if cell["kind"] == "struck out" else text
    return markup.join([shown, element("small", mark)])


def _mark(file: _File, cell: Cell) -> str:
    """What a cell was taken for, in a few words."""
    taken, name = cell["taken_for"], cell["name"].replace("_", " ")
    if taken == "value":
        used = file.corrected.get(cell["place"])
        return name if used is None else f"{name}, corrected to {used or 'blank'}"
    if taken == "colour":
        rag = file.actions.get(cell["action_id"], {}).get("rag", "")
        return f"colour {cell['text']}: {rag or 'no colour of the key'}"
    if taken in ("set aside", "extra", "footnote", "key", "label", "section", "repeated header"):
        why = cell["header"].removeprefix("(row that ").removesuffix(")") if taken == "set aside" else ""
        return f"{taken}: {why}" if why else taken
    if taken == "header":
        return f"header: {name or 'no known column'}"
    return f"{taken}: {name}" if name else taken
