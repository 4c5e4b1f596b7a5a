"""Puts into rows what a document has otherwise: forms, one column per action, lists of labels under headings.

What comes out is a grid like any other: a row of headers that we made, and a row per action, each cell with the place
that it comes from. What was not put into rows stays with the grid as lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from planlib.dates import read_date
from planlib.headers import KNOWN, Match, fold_header, match_headers
from planlib.readers.grid import Grid, Line
from planlib.statuses import read_status

_SUBJECT = {"action", "ref", "ref_range"}
_STANDING = {"target", "original", "status", "rag", "completed", "percent_complete", "progress"}
_LABEL_COLUMNS = 8  # how far to the right labels are looked for
_MOST_ROWS = 5000  # of a form
_LABEL = re.compile(r"\s*([^:\n]{2,60}?)\s*:\s*(.*)", re.DOTALL)

Named = Mapping[str, Sequence[str]]
Cell = tuple[int, int]
_Record = tuple[int | None, dict[str, list[int]]]  # number of the heading's line; label to its line and those that go on


@dataclass(frozen=True)
class Absorbed:
    """A cell or line of the document that has no cell of its own in the grid it was put into.

    Attributes
    ----------
    grid : int
        Number of the grid that it was put into.
    place, text : str
    header : str
        The label whose value it belongs to.
    goes_on : bool
        It goes on with a value, rather than being a label.
    """

    grid: int
    place: str
    text: str
    header: str
    goes_on: bool = False


def absorb_forms(
    grids: Sequence[Grid], named: Named
) -> tuple[list[Grid], tuple[Absorbed, ...], tuple[tuple[str, str, str], ...]]:
    """Put forms, transposed tables and lists of labels into rows.

    Parameters
    ----------
    grids : sequence of Grid
    named : mapping
        The plan's own canonical name to header texts.

    Returns
    -------
    list of Grid
        The same grids where nothing is to be put into rows.
    tuple of Absorbed
        Cells and lines of the document that became headers, are labels without a value, or go on with a value.
    tuple of (what, value, why)
        What was put into rows.
    """
    made: list[Grid] = []
    decided: list[tuple[str, str, str]] = []
    listed, absorbed = _records_of_lines(_joined(grids, named), named)
    for grid in listed:
        form = None if grid.made else _form(grid, named)
        if form is not None:
            grid, labels, why = form
            absorbed += [Absorbed(len(made), place, text, text) for place, text in labels]
            decided.append(("form", grid.name or grid.places[-1], why))
        elif grid.made:
            decided.append(("labels under headings", f"{len(grid.rows) - 1} rows", "lines with a label before a colon"))
        made.append(grid)
    return made, tuple(absorbed), tuple(decided)


# --- forms and transposed tables -------------------------------------------------------------------------------------


def _form(grid: Grid, named: Named) -> tuple[Grid, list[tuple[str, str]], str] | None:
    """A grid whose labels stand in columns; None where a row names as many columns, or more."""
    if not 2 <= len(grid.rows) <= _MOST_ROWS:
        return None
    columns = _label_columns(grid, named)
    if not columns:
        return None
    labels = [(row, column) for column in columns for row in range(len(grid.rows)) if _cell(grid, row, column)]
    match = match_headers([[_cell(grid, *at)] for at in labels], named)
    upright = 2 * len(match.columns) - len(match.guessed)
    sure = len(match.columns) - len(match.guessed)
    fits = _SUBJECT & match.columns.keys() and _STANDING & match.columns.keys()
    if sure < 3 or not fits or upright <= _best_row(grid, named):
        return None
    return _in_rows(grid, columns, named)


def _joined(grids: Sequence[Grid], named: Named) -> list[Grid]:
    """Forms that a page break cuts in two, made whole: the second part has other labels, and is no form by itself."""
    made: list[Grid] = []
    for grid in grids:
        before = made[-1] if made else None
        whole = _whole(before, grid, named) if before is not None and before.edges and grid.edges else None
        if whole is not None:
            made[-1] = whole
        else:
            made.append(grid)
    return made


def _whole(upper: Grid, lower: Grid, named: Named) -> Grid | None:
    same = len(upper.edges) == len(lower.edges) and all(
        abs(one - two) < 6 for one, two in zip(upper.edges, lower.edges, strict=True)
    )
    if not same or any(line.level for line in lower.before) or _form(lower, named) or _best_row(lower, named):
        return None
    labels = [{fold_header(_cell(grid, row, 0)) for row in range(len(grid.rows))} - {""} for grid in (upper, lower)]
    if not labels[1] or labels[0] & labels[1]:
        return None
    first = len(upper.rows)
    at = {(row, column): (row + first, column) for row, texts in enumerate(lower.rows) for column in range(len(texts))}
    whole = replace(
        upper, rows=[*upper.rows, *lower.rows], places=[*upper.places, *lower.places], before=(*upper.before, *lower.before),
        fills={**upper.fills, **{at[cell]: fill for cell, fill in lower.fills.items()}},
        struck={**upper.struck, **{at[cell]: runs for cell, runs in lower.struck.items()}},
        notes={**upper.notes, **{at[cell]: note for cell, note in lower.notes.items()}},
        spans={**upper.spans, **{at[cell]: span for cell, span in lower.spans.items()}},
        doubtful=upper.doubtful | {at[cell] for cell in lower.doubtful},
    )  # fmt: skip
    return whole if _form(whole, named) else None


def _cell(grid: Grid, row: int, column: int) -> str:
    return grid.rows[row][column] if column < len(grid.rows[row]) else ""


def _is_label(text: str, named: Named) -> bool:
    folded = fold_header(text) if 0 < len(text) <= 80 else ""
    return folded in KNOWN or any(folded == fold_header(each) for texts in named.values() for each in texts if folded)


def _label_columns(grid: Grid, named: Named) -> list[int]:
    """Columns with two labels or more, each with something else to the right of it."""
    found = []
    for column in range(_LABEL_COLUMNS):
        rows = [row for row in range(len(grid.rows)) if _is_label(_cell(grid, row, column), named)]
        # A value may be a word that is a label elsewhere ("Completed", which is a status); most are not.
        right = [_cell(grid, row, column + 1) for row in rows]
        beside = sum(_is_label(text, named) and read_status(text).status == "unknown" for text in right)
        filled = sum(bool(_cell(grid, row, column)) for row in range(len(grid.rows)))
        if len(rows) >= 2 and beside * 3 <= len(rows) and len(rows) * 3 >= filled:
            found.append(column)
    return found


def _best_row(grid: Grid, named: Named) -> int:
    """How many columns the best row names, as the search for a header counts them."""
    best = 0
    for row in range(min(60, len(grid.rows))):
        texts = grid.rows[row]
        if sum(bool(text) for text in texts) >= 2:
            match = match_headers([[text] if text else [] for text in texts], named)
            if _SUBJECT & match.columns.keys() and _STANDING & match.columns.keys():
                best = max(best, 2 * len(match.columns) - len(match.guessed))
    return best


def _in_rows(grid: Grid, columns: Sequence[int], named: Named) -> tuple[Grid, list[tuple[str, str]], str]:
    """A row per form, or per column of values where the labels stand in one column only."""
    width = max(len(texts) for texts in grid.rows)
    first = next(fold_header(_cell(grid, row, columns[0])) for row in range(len(grid.rows))
                 if _is_label(_cell(grid, row, columns[0]), named))  # fmt: skip
    starts = [row for row in range(len(grid.rows)) if fold_header(_cell(grid, row, columns[0])) == first]
    blocks = list(zip(starts, [*starts[1:], len(grid.rows)], strict=True))
    headers: dict[str, str] = {}
    records: list[dict[str, Cell | None]] = []
    taken: set[Cell] = set()
    labels: list[tuple[str, str]] = []
    for top, bottom in blocks:
        ends = [*columns[1:], width]
        pairs = list(zip(columns, ends, strict=True))
        many = len(columns) == 1 and len(_value_columns(grid, columns[0], width, top, bottom)) > 1
        values = _value_columns(grid, columns[0], width, top, bottom) if many else [-1]
        block: list[dict[str, Cell | None]] = [{} for _ in values]
        for column, end in pairs:
            for row in range(top, bottom):
                label = _cell(grid, row, column)
                if not label or not (_is_label(label, named) or (_values(grid, row, column, end) and len(label) <= 80)):
                    continue
                folded = fold_header(label)
                if any(folded in record for record in block):
                    continue
                headers.setdefault(folded, " ".join(label.split()))
                taken.add((row, column))
                labels.append((grid.place(row, column), label))
                for record, value in zip(block, values, strict=True):
                    at = (row, value) if many else next(iter(_values(grid, row, column, end)), None)
                    record[folded] = at
                    taken |= {at} if at else set()
        records += [record for record in block if any(record.values())]
    return _assembled(grid, headers, records, taken), labels, _why(len(records), len(blocks))


def _why(records: int, blocks: int) -> str:
    if records > blocks:
        return f"labels stand in the first column, and each of {records} columns beside it is an action"
    return f"labels stand beside their values: {records} form{'s' if records > 1 else ''}"


def _values(grid: Grid, row: int, column: int, end: int) -> list[Cell]:
    """Cells with something in them between a label and the next column of labels."""
    return [(row, at) for at in range(column + 1, end) if _cell(grid, row, at) or (row, at) in grid.fills
            or (row, at) in grid.struck]  # fmt: skip


def _value_columns(grid: Grid, column: int, width: int, top: int, bottom: int) -> list[int]:
    found = {at for row in range(top, bottom) if _cell(grid, row, column) for _, at in _values(grid, row, column, width)
             if _cell(grid, row, at)}  # fmt: skip
    return sorted(found)


def _assembled(grid: Grid, headers: Mapping[str, str], records: Sequence[Mapping[str, Cell | None]], taken: set[Cell]) -> Grid:
    """The grid of the records, with what is left of the old one as lines."""
    names = list(headers)
    rows: list[list[str]] = [list(headers.values())]
    places = ["(labels)"]
    cell_places: dict[Cell, str] = {(0, at): "(labels)" for at in range(len(names))}
    moved: dict[Cell, Cell] = {}
    for number, record in enumerate(records, start=1):
        at = [record.get(name) for name in names]
        rows.append([_cell(grid, *cell) if cell else "" for cell in at])
        places.append(grid.place(min(cell for cell in at if cell)[0]) if len(records) == 1 else
                      grid.place(*min((cell for cell in at if cell), key=lambda cell: (cell[0], cell[1]))))  # fmt: skip
        for column, cell in enumerate(at):
            if cell:
                cell_places[number, column] = grid.place(*cell)
                moved[cell] = (number, column)
    spans = {}
    for (row, column), (height, wide) in grid.spans.items():
        if (row, column) in moved and wide > 1 and len(records) > 1 and height == 1:
            spans[moved[row, column]] = (wide, 1)
    left = tuple(
        Line(text, grid.place(row, column)) for row, texts in enumerate(grid.rows) for column, text in enumerate(texts)
        if text and (row, column) not in taken
    )  # fmt: skip
    left += tuple(Line(" ".join(runs), grid.place(*at)) for at, runs in grid.struck.items() if at not in moved)
    left += tuple(Line(note, grid.place(*at)) for at, note in grid.notes.items() if at not in moved)
    return Grid(
        grid.name, rows, places, columns_lettered=grid.columns_lettered,
        fills={moved[at]: fill for at, fill in grid.fills.items() if at in moved},
        struck={moved[at]: runs for at, runs in grid.struck.items() if at in moved},
        notes={moved[at]: note for at, note in grid.notes.items() if at in moved},
        doubtful=frozenset(moved[at] for at in grid.doubtful if at in moved),
        spans=spans, before=(*grid.before, *left), cell_places=cell_places,
    )  # fmt: skip


# --- lists of labels under headings ----------------------------------------------------------------------------------


def _records_of_lines(grids: Sequence[Grid], named: Named) -> tuple[list[Grid], list[Absorbed]]:
    """Lines such as "Responsible: the Director" under the heading of each action, as grids of their own."""
    labels = [label for grid in grids for line in grid.before if (label := _label_of(line, named)[0])]
    match = match_headers([[label] for label in dict.fromkeys(labels)], named)
    if not _STANDING & match.columns.keys():
        return list(grids), []
    wanted = {fold_header(label) for label in _names(match, labels)}
    made: list[Grid] = []
    absorbed: list[Absorbed] = []
    titles = sum(line.level == 1 for grid in grids for line in grid.before) > 1
    for grid in grids:
        records = [each for each in _segments(grid.before, named)
                   if wanted & each[1].keys() and (each[0] is not None or _has_subject(each[1], match, labels))]  # fmt: skip
        records = _outer(grid.before, records)
        if len(records) < 2 and not (records and _has_subject(records[0][1], match, labels)):
            made.append(grid)
            continue
        gone: set[int] = set()
        for above, run in groupby(records, key=lambda each: _parent(grid.before, each[0], titles)):
            built, used, blank = _grid_of_lines(grid, list(run), above)
            gone |= used
            absorbed += [replace(each, grid=len(made)) for each in blank]
            made.append(built)
        made.append(replace(grid, before=tuple(line for at, line in enumerate(grid.before) if at not in gone)))
    return made, absorbed


def _outer(lines: Sequence[Line], records: Sequence[_Record]) -> list[_Record]:
    """The records that stand in no other: a heading below that of a record is a part of it."""
    kept: list[_Record] = []
    for heading, record in records:
        if heading is not None and kept and kept[-1][0] is not None:
            outer = kept[-1][0]
            levels = [lines[at].level for at in range(outer + 1, heading + 1) if lines[at].level]
            if min(levels) > lines[outer].level:
                continue
        kept.append((heading, record))
    return kept


def _names(match: Match, labels: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(labels))
    return [unique[column] for name, column in match.columns.items() if name in _STANDING]


def _has_subject(record: Mapping[str, list[int]], match: Match, labels: Sequence[str]) -> bool:
    unique = list(dict.fromkeys(labels))
    return any(fold_header(unique[match.columns[name]]) in record for name in _SUBJECT if name in match.columns)


def _label_of(line: Line, named: Named) -> tuple[str, str]:
    """The label of a line and what follows it; blank where there is none."""
    if line.level:
        return "", line.text
    if line.label:
        rest = line.text[len(line.label):] if line.text.startswith(line.label) else line.text
        return line.label.strip(" :"), rest.lstrip(" :\u2013-").strip()
    found = _LABEL.fullmatch(line.text)
    return (found[1], found[2].strip()) if found and _is_label(found[1], named) else ("", line.text)


def _segments(lines: Sequence[Line], named: Named) -> list[_Record]:
    """Headings with the labels below them, in order; a line without a label goes on with that of the label above it."""
    records: list[_Record] = []
    heading: int | None = None
    open_at: list[int] | None = None
    for number, line in enumerate(lines):
        label = fold_header(_label_of(line, named)[0])
        if line.level:
            heading, open_at = number, None
        elif not label:
            if open_at is not None and _goes_on(lines, number, named):
                open_at.append(number)
            else:
                open_at = None
        elif records and records[-1][0] == heading and label not in records[-1][1]:
            open_at = records[-1][1][label] = [number]
        elif heading is None or not any(record[0] == heading for record in records):
            open_at = [number]
            records.append((heading, {label: open_at}))
        else:
            open_at = None  # a label that comes again under one heading: which is meant cannot be told
    return records


def _goes_on(lines: Sequence[Line], number: int, named: Named) -> bool:
    """Whether a line is a part of the value above it: another label follows, or it says something of a date."""
    for line in lines[number + 1 : number + 6]:
        if line.level:
            break
        if _label_of(line, named)[0]:
            return True
    text = lines[number].text
    return len(text) <= 80 and read_date(text, as_of=date(2020, 1, 1)).kind not in ("unreadable", "blank")


def _grid_of_lines(grid: Grid, records: Sequence[_Record], above: int | None) -> tuple[Grid, set[int], list[Absorbed]]:
    """The grid of the records, the lines that are in it now, and those of them that have no cell of their own."""
    lines = grid.before
    with_heading = any(heading is not None for heading, _ in records)
    has_action = any("action" in record for _, record in records)
    first = ["Theme" if has_action else "Action"] if with_heading else []
    names: dict[str, str] = {}
    for _, record in records:
        for label, numbers in record.items():
            names.setdefault(label, _label_of(lines[numbers[0]], {})[0] or label)
    rows: list[list[str]] = [[*first, *names.values()]]
    places = ["(labels)"]
    cell_places: dict[Cell, str] = {(0, at): "(labels)" for at in range(len(rows[0]))}
    struck: dict[Cell, tuple[str, ...]] = {}
    gone: set[int] = set() if above is None else {above}
    absorbed: list[Absorbed] = []
    for heading, record in records:
        cells = [*([[] if heading is None else [heading]] if with_heading else []), *(record.get(label, []) for label in names)]
        row = []
        for at, numbers in enumerate(cells):
            texts = [lines[number].text if number == heading else _value(lines[number]) for number in numbers[:1]]
            row.append("\n".join(text for text in [*texts, *(lines[number].text for number in numbers[1:])] if text))
            gone.update(numbers)
            if numbers:
                absorbed += [Absorbed(0, lines[number].place, lines[number].text, rows[0][at], goes_on=number != numbers[0])
                             for number in numbers[bool(row[-1]):]]  # fmt: skip
                cell_places[len(rows), at] = lines[numbers[0]].place
                if runs := tuple(run for number in numbers for run in lines[number].struck):
                    struck[len(rows), at] = runs
        places.append(lines[min(number for numbers in cells for number in numbers)].place)
        rows.append(row)
    heads = () if above is None else (lines[above],)
    return Grid(grid.name, rows, places, struck=struck, before=heads, cell_places=cell_places), gone, absorbed


def _value(line: Line) -> str:
    found = _LABEL.fullmatch(line.text)
    rest = line.text[len(line.label):] if line.label and line.text.startswith(line.label) else (found[2] if found else "")
    return rest.lstrip(" :\u2013-").strip()


def _parent(lines: Sequence[Line], heading: int | None, titles: bool) -> int | None:
    """The heading above a heading; not the title of the document."""
    if heading is None:
        return None
    level = lines[heading].level
    for number in range(heading - 1, -1, -1):
        above = lines[number].level
        if above and above < level:
            return number if above > 1 or titles else None
    return None
