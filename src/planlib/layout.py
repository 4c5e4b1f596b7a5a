"""Finds the tables of actions in grids of cells: which rows are headers, sections, actions; and which column is what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

from planlib.dates import read_date
from planlib.headers import KNOWN, Match, fold_header, holds_revisions, match_headers
from planlib.readers.grid import Grid
from planlib.rearrange import Absorbed, absorb_forms
from planlib.statuses import fold, read_legend, read_status, split_legend

_HEADER_ROWS = 60  # how far down the first header may stand
_DEEPEST = 3  # rows of a header
_SAMPLE = 60  # cells of a column that are looked at to tell what it holds
_SECTION = 300  # characters of a section heading
# A table of actions says what is to be done or gives it a number, and says how it stands or when it is due.
_SUBJECT = {"action", "ref", "ref_range"}
_STANDING = {"target", "original", "status", "rag", "completed", "percent_complete", "progress"}
# Headers of tables that are about something else, unless they have a date for it to be done by.
_OTHER = {
    "version", "version no", "author", "amendment", "amendments", "likelihood", "impact", "probability", "telephone",
    "phone", "email", "e mail", "budget", "indicator", "actual", "baseline value", "spend", "forecast spend", "unit cost",
    "change made", "changes made", "summary of changes", "issued to",
}  # fmt: skip
_NO_AREA = {"high", "medium", "low", "h", "m", "l", "1", "2", "3", "4", "5", "critical", "urgent", "essential", "desirable"}
_DESCRIBES = re.compile(
    r"\b(dd[/ .-]mm|mm[/ ]yy|e\.g\.|eg|for example|please|insert|enter|select|drop-?down|free text|name of the|"
    r"what (is|will|needs|do)|who (is|will|by)|when (is|will|does)|how (is|will)|(should|must) be|to be completed by the|"
    r"describe|brief description|state the|the date|see key|r/a/g|rag rating as)\b", re.IGNORECASE,
)  # fmt: skip
_STARTS_SECTION = re.compile(
    r"(priority|theme|objective|recommendation|area|section|outcome|standard|part|work ?stream|strand|aim|goal|domain|"
    r"pillar|programme|chapter|key line)\b", re.IGNORECASE,
)  # fmt: skip
_NUMBERED = re.compile(rf"(?:{_STARTS_SECTION.pattern}|action)\W*[A-Z]?\d+\s*[:.\u2013-]", re.IGNORECASE)
_BELOW = "stands alone below the last action"
_OWN_REF = re.compile(
    r"(?:(?:Action|Milestone|Task|Step|Recommendation|Commitment)\s+(?=[A-Z]{0,3}\d+[a-z]?(?:\.\d+)*\s*[:.\u2013-]))?"
    r"(\d+(?:\.\d+)+[.:)]?|\d+[a-z]?\s?[.):]|\(?\d{1,3}\)|(?<=\s)\d+[a-z]?|[A-Z]{1,4}[-/ ]?\d+(?:\.\d+)*[.:)]?)\s*[\u2013-]?\s+(?=\S)"
)


_FURNITURE = re.compile(r"\bpage\b\W*\d|^\W*\d+\W*$|official|confidential|restricted|agenda item", re.IGNORECASE)  # of a page
_ENTRY = re.compile(
    r"\W{0,3}([BGARY]|blue|green|amber|yellow|orange|red|gr[ea]y)\)?\s*[-\u2013\u2014=:]\s*(\S.{2,120})", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Table:
    """One table of actions within a grid.

    Attributes
    ----------
    grid : Grid
    header : tuple of int
        Rows of the header; none where the header of a table before holds.
    columns : mapping of str to int
        Canonical name to column.
    headers : mapping of int to str
        Column to the source's own header text; of a header several rows deep the texts joined.
    body : tuple of int
        Rows of actions.
    guessed : mapping of str to str
        Canonical names that were not matched by a known word, with how.
    rivals : mapping of str to str
        Canonical name to the header that came second.
    repeats : tuple of int
        Rows that say the header again.
    sections : mapping of int to str
        Row of a section heading to its text.
    aside : mapping of int to str
        Rows between the header and the end that are no action, with why.
    under : mapping of int to str
        Row of `body` to the heading it stands under; blank ones are left out.
    heading : tuple of int
        Numbers of the lines before the grid that gave the heading of all of it.
    goes_on : bool
        It is the rest, on another page, of the table before.
    rest_of_last : int or None
        First row of a page that is the rest of the last action of the page before.
    target_is_revision : bool
        The target column holds revisions only: a blank one means that the original stands.
    revisions : tuple of int
        Columns of revised dates before the target column, in order: the last of them that has text is in force.
    own_refs : bool
        The reference is the first word of the action's text.
    fill_column : int or None
        The column whose fill says how an action stands, where no column is named for it.
    why : str
        How the header was found.
    """

    grid: Grid
    header: tuple[int, ...]
    columns: Mapping[str, int]
    headers: Mapping[int, str]
    body: tuple[int, ...] = ()
    guessed: Mapping[str, str] = field(default_factory=dict)
    rivals: Mapping[str, str] = field(default_factory=dict)
    repeats: tuple[int, ...] = ()
    sections: Mapping[int, str] = field(default_factory=dict)
    aside: Mapping[int, str] = field(default_factory=dict)
    under: Mapping[int, str] = field(default_factory=dict)
    heading: tuple[int, ...] = ()
    goes_on: bool = False
    rest_of_last: int | None = None
    target_is_revision: bool = False
    revisions: tuple[int, ...] = ()
    own_refs: bool = False
    fill_column: int | None = None
    why: str = ""

    def text(self, row: int, column: int) -> str:
        """Text of a cell; one that is merged down or across has it in each of its cells."""
        text = _at(self.grid, row, column)
        if not text and (origin := self._merged.get((row, column))) and origin[0] in self._within:
            text = _at(self.grid, *origin)
        return text

    @cached_property
    def _within(self) -> frozenset[int]:
        return frozenset(self.body)

    @cached_property
    def _merged(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """Cells that a merged cell covers downwards, and where its text stands."""
        return {
            (row, left): (top, left)
            for (top, left), (height, _) in self.grid.spans.items()
            for row in range(top + 1, min(top + height, len(self.grid.rows)))
        }

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """The cell that gives a cell its text, fill and struck-out runs: itself, or the one merged over it."""
        return self._merged.get((row, column), (row, column))


@dataclass(frozen=True)
class Layout:
    """How a document was understood.

    Attributes
    ----------
    grids : tuple of Grid
        Those of the document, forms and lists of labels put into rows.
    tables : tuple of Table
        In the order of the document.
    absorbed : tuple of Absorbed
        Cells and lines of the document that have no cell of their own in a rearranged grid.
    decided : tuple of (what, value, why)
    legend : mapping of str to str
        Word or ``fill:#RRGGBB`` to a status, a claim, or both, as the document's own key says.
    legend_places : tuple of (grid number, row or -1, column or line)
        The cells (row from 0) and lines (row -1) that the key was read from.
    """

    grids: tuple[Grid, ...]
    tables: tuple[Table, ...]
    absorbed: tuple[Absorbed, ...] = ()
    decided: tuple[tuple[str, str, str], ...] = ()
    legend: Mapping[str, str] = field(default_factory=dict)
    legend_places: tuple[tuple[int, int, int], ...] = ()

    @property
    def legend_texts(self) -> list[str]:
        """The texts of the document's own key."""
        return [
            self.grids[number].before[at].text if row < 0 else self.grids[number].rows[row][at]
            for number, row, at in self.legend_places
        ]


def find_layout(grids: Sequence[Grid], columns: Mapping[str, Sequence[str]]) -> Layout:
    """Find the tables of actions of a document, and its key of colours.

    Parameters
    ----------
    grids : sequence of Grid
    columns : mapping
        The plan's own canonical name to header texts; these are tried before any known word.

    Returns
    -------
    Layout
        With no tables where none holds actions.
    """
    made, absorbed, decided = absorb_forms(grids, columns)
    tables: list[Table] = []
    for grid in made:
        found = _most_likely(_tables_of(grid, columns), columns)
        if not found and tables and (more := _continued(grid, tables[-1])):
            found = [more]
        tables += found
    tables = [_finished(table) for table in _headed(_over_pages(tables))]
    legend, places = _legend(made, tables)
    return Layout(tuple(made), tuple(tables), absorbed, decided, legend, places)


def _at(grid: Grid, row: int, column: int) -> str:
    texts = grid.rows[row]
    return texts[column] if column < len(texts) else ""


def _filled(texts: Sequence[str]) -> list[int]:
    return [column for column, text in enumerate(texts) if text]


# --- headers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    rows: tuple[int, ...]
    match: Match
    texts: Mapping[int, str]
    score: float
    why: str


def _tables_of(grid: Grid, named: Mapping[str, Sequence[str]]) -> list[Table]:
    """The tables of one grid: the best header among the first rows, and every later row that is one of its own."""
    if grid.made:
        found = _header_at(grid, 0, named, deepest=1)
        return [_table(grid, found, len(grid.rows))] if found else []
    first = _first_header(grid, named)
    if first is None:
        return []
    starts = [first]
    for row in range(first.rows[-1] + 1, len(grid.rows)):
        texts = grid.rows[row]
        if sum(text.strip(" :*.").casefold() in KNOWN for text in texts if len(text) < 60) >= 3:
            again = _header_at(grid, row, named)
            if again and dict(again.texts) != dict(starts[-1].texts):
                starts.append(again)
    ends = [header.rows[0] for header in starts[1:]] + [len(grid.rows)]
    return [_table(grid, header, end) for header, end in zip(starts, ends, strict=True)]


def _first_header(grid: Grid, named: Mapping[str, Sequence[str]]) -> _Header | None:
    """The rows among the first that name most columns; of equal ones the uppermost and the fewest."""
    best: _Header | None = None
    for row in range(min(_HEADER_ROWS, len(grid.rows))):
        found = _header_at(grid, row, named)
        if found and (best is None or found.score > best.score):
            if best is not None:
                found = replace(found, why=f"{found.why}; second was {grid.places[best.rows[0]]}")
            best = found
    return best


def _header_at(grid: Grid, row: int, named: Mapping[str, Sequence[str]], deepest: int = _DEEPEST) -> _Header | None:
    """The header that begins at a row, one to three rows deep; None if it names no table of actions."""
    best: _Header | None = None
    for depth in range(1, deepest + 1):
        rows = tuple(range(row, row + depth))
        if rows[-1] >= len(grid.rows) or (depth > 1 and not _is_deep(grid, rows)):
            break
        texts = _header_texts(grid, rows)
        if sum(bool(each) for each in texts) < 2:
            continue
        match = match_headers(texts, named)
        score = 2 * len(match.columns) - len(match.guessed) - (depth - 1) / 10
        if not (_SUBJECT & match.columns.keys() and _STANDING & match.columns.keys()):
            continue
        # Another row of header has to tell something that the rows above it do not.
        if best is None or score > best.score:
            shown = {column: each[0] for column, each in enumerate(texts) if each}
            why = "names most columns" + (f", {depth} rows deep" if depth > 1 else "")
            best = _Header(rows, match, shown, score, why)
    return best


def _is_deep(grid: Grid, rows: Sequence[int]) -> bool:
    """Whether a row below a header row belongs to it: cells are merged over columns or down, or groups leave gaps."""
    top, low = rows[0], rows[-1]
    width = max(len(grid.rows[row]) for row in rows)
    across = down = False
    for row in rows:
        for column in range(width):
            height, wide = grid.spans.get((row, column), (1, 1))
            across |= 1 < wide < width - 1 and row < low
            down |= height > 1 and row < low and row + height - 1 <= low
            if height > 1 and row + height - 1 > low and row != low:
                return False
    if across or down:
        return len(_filled(grid.rows[low])) >= 1 and all(len(_at(grid, low, c)) < 80 for c in range(width))
    upper, lower = set(_filled(grid.rows[top])), set(_filled(grid.rows[low]))
    return len(upper) >= 2 and bool(lower - upper) and len(lower) >= 2 and not grid.spans and all(
        len(_at(grid, low, column)) < 40 and (column in upper or column - 1 in upper | lower) for column in lower
    )  # fmt: skip


def _header_texts(grid: Grid, rows: Sequence[int]) -> list[list[str]]:
    """For each column what its header can be read as: all rows together, those from below, the lowest alone."""
    width = max(len(grid.rows[row]) for row in rows)
    stacks: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        texts = list(grid.rows[row]) + [""] * (width - len(grid.rows[row]))
        for column in range(width):
            _, wide = grid.spans.get((row, column), (1, 1))
            for other in range(column + 1, min(column + wide, width)):
                texts[other] = texts[other] or texts[column]
        if len(rows) > 1 and row < rows[-1] and not any(wide > 1 for (at, _), (_, wide) in grid.spans.items() if at == row):
            texts = _spread(texts, grid, row, rows)
        for column, text in enumerate(texts):
            clean = " ".join(text.split())
            if clean and clean not in stacks[column]:
                stacks[column].append(clean)
    return [_readings(stack) for stack in stacks]


def _spread(texts: Sequence[str], grid: Grid, row: int, rows: Sequence[int]) -> list[str]:
    """A group's heading over the gap to its right, in formats that do not say which cells are merged."""
    made, group = list(texts), ""
    for column, text in enumerate(texts):
        below = any(_at(grid, each, column) for each in rows if each > row)
        group = text if text else group
        if not text and below:
            made[column] = group
    return made


def _readings(stack: Sequence[str]) -> list[str]:
    """The fullest reading first; lower rows before upper ones too, as in "Date" over "Original"."""
    if len(stack) < 2:
        return list(stack)
    return [" ".join(stack), " ".join(reversed(stack)), stack[-1], " ".join(stack[1:]), stack[0]]


# --- rows ------------------------------------------------------------------------------------------------------------


def _table(grid: Grid, header: _Header, end: int) -> Table:
    rivals = {name: header.texts[column] for name, column in header.match.rivals.items()}
    table = Table(
        grid, header.rows, header.match.columns, header.texts, guessed=header.match.guessed, rivals=rivals,
        target_is_revision=holds_revisions(header.texts, header.match.columns), revisions=header.match.revisions,
        why=header.why,
    )  # fmt: skip
    return _with_rows(table, header.rows[-1] + 1, end)


def _with_rows(table: Table, start: int, end: int) -> Table:
    """Tell the rows of actions from repeated headers, section headings and what is neither."""
    grid = table.grid
    lead = [tuple(" ".join(text.split()) for text in grid.rows[row]) for row in table.header]
    names = set(table.columns.values())
    repeats: list[int] = []
    aside: dict[int, str] = {}
    body: list[int] = []
    sections: dict[int, str] = {}
    covered = {row for (top, left), (height, _) in grid.spans.items() if left in names and height > 1
               for row in range(top + 1, top + height)}  # fmt: skip
    preambles = _preambles(grid, lead, start, end) if lead else {}
    for row in range(start, end):
        texts = grid.rows[row]
        shown = _filled(texts)
        if row in preambles:
            sections |= {row: preambles[row]} if preambles[row] else {}
            aside |= {} if preambles[row] else {row: "stands above a header"}
            continue
        struck = any((row, column) in grid.struck for column in names) if grid.struck else False
        if not shown and not struck:
            continue
        if lead and tuple(" ".join(text.split()) for text in texts) in lead:
            repeats.append(row)
        elif len(shown) == 1 and row not in covered and not struck and _is_section(table, row, shown[0]):
            sections[row] = " ".join(texts[shown[0]].split())
        elif not names & set(shown) and not struck:
            aside[row] = "has no text in any column that is used"
        elif not body and row == start and _describes(texts):
            aside[row] = "describes the columns"
        else:
            body.append(row)
    last = body[-1] if body else -1
    for row in list(sections):
        if row > last:  # what follows the last action heads none
            aside[row] = _BELOW
        elif _is_prose(sections[row]) and row - 1 in {*sections, *aside}:
            aside[row] = "is words below a heading"
        else:
            continue
        del sections[row]
    if sections and body and body[0] < min(sections) and start and table.header:
        above = _heading_above(grid, table.header[0])
        sections |= dict([above]) if above else {}
    return replace(
        table, body=tuple(body), repeats=tuple(repeats), sections=sections, aside=aside, under=_under(body, sections),
    )  # fmt: skip


def _preambles(grid: Grid, lead: Sequence[tuple[str, ...]], start: int, end: int) -> dict[int, str]:
    """Rows between a blank row and a header said again: "Recommendation 2 | Assessments", "Priority | High", some words.

    Each with the heading that it gives, blank where it gives none.
    """
    found: dict[int, str] = {}
    for header in range(start, end):
        if tuple(" ".join(text.split()) for text in grid.rows[header]) == lead[0]:
            rows: list[int] = []
            row = header - 1
            apart = row >= start and not _filled(grid.rows[row])
            if apart:
                row -= 1
            while row >= start and 1 <= len(_filled(grid.rows[row])) <= 2 and len(rows) < 5:
                rows.append(row)
                row -= 1
            first = grid.rows[rows[-1]][_filled(grid.rows[rows[-1]])[0]] if rows else ""
            # Right below an action only what is numbered as a section heads another, or words that stand apart from the
            # header; else it may be an action too.
            numbered = _NUMBERED.match(first) or (apart and (len(rows) > 1 or re.match(r"\d+[.)]\s", first)))
            if rows and (not _filled(grid.rows[row]) or numbered):
                found |= {each: _heading_of(grid.rows[each]) for each in rows}
    return found


def _heading_of(texts: Sequence[str]) -> str:
    """The heading that a row above a header gives: alone, or beside what it is ("Recommendation 2")."""
    shown = [" ".join(text.split()) for text in texts if text]
    if len(shown) == 1:
        return "" if _is_prose(shown[0]) else shown[0]
    if len(shown) == 2 and _STARTS_SECTION.match(shown[0]) and shown[1].casefold() not in _NO_AREA:
        return ": ".join(shown)
    return ""


def _is_prose(text: str) -> bool:
    return text.endswith(".") or len(text) > 150


def _heading_above(grid: Grid, header: int) -> tuple[int, str] | None:
    """The row above a header that heads its rows, and its text."""
    for row in range(header - 1, max(header - 6, -1), -1):
        if len(_filled(grid.rows[row])) > 2:
            return None
        if text := _heading_of(grid.rows[row]):
            return row, text
    return None


def _is_section(table: Table, row: int, column: int) -> bool:
    """Whether a row with text in one cell is a heading of the rows below it."""
    grid, text = table.grid, table.grid.rows[row][column]
    if len(text) > _SECTION:
        return False
    width = max(table.headers, default=0) + 1
    _, wide = grid.spans.get((row, column), (1, 1))
    if wide > 1 and wide >= min(width, max(2, width // 2 + 1)):
        return True
    name = next((name for name, at in table.columns.items() if at == column), "")
    if name in ("area", "area_ref", "timescale"):
        return True
    first = min(table.headers, default=0)
    if column > first or len(table.headers) < 3:
        return False
    if name == "action":
        return bool(_STARTS_SECTION.match(text)) or text.isupper()
    return bool(_STARTS_SECTION.match(text)) or " " in text.strip() or name not in ("ref", "ref_range")


def _under(body: Sequence[int], sections: Mapping[int, str]) -> dict[int, str]:
    """The heading of each row; headings that follow each other at once are one."""
    found: dict[int, str] = {}
    heading, before = "", ""
    for row in sorted([*body, *sections]):
        if row in sections:
            heading = f"{heading}: {sections[row]}" if before == "section" else sections[row]
            before = "section"
        else:
            before = "row"
            if heading:
                found[row] = heading
    return found


def _describes(texts: Sequence[str]) -> bool:
    """Whether a row under the header says what is to be written in the columns, or numbers them."""
    shown = [text for text in texts if text]
    if len(shown) >= 3 and all(text.startswith(("(", "[", "<")) and text.endswith((")", "]", ">")) for text in shown):
        return True
    numbers = [int(text) for text in shown if text.strip("().").isdecimal() for text in [text.strip("().")]]
    if len(numbers) == len(shown) >= 4 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return True
    letters = [text.strip("()").casefold() for text in shown]
    if len(letters) >= 4 and letters == list("abcdefghijklmnop"[: len(letters)]):
        return True
    return len(shown) >= 2 and sum(bool(_DESCRIBES.search(text)) for text in shown) >= max(2, len(shown) / 2)


# --- which tables ----------------------------------------------------------------------------------------------------


def _continued(grid: Grid, before: Table) -> Table | None:
    """A table without a header of its own that goes on with that of the one before it."""
    if not grid.rows or grid.made:  # one that we put into rows has its labels for a header
        return None
    width = max(len(texts) for texts in grid.rows)
    wanted = max(len(texts) for texts in before.grid.rows)
    if width != wanted and not _same_edges(grid, before.grid):
        return None
    table = replace(before, grid=grid, header=(), why="goes on under the header of the table before", heading=())
    table = _with_rows(replace(table, repeats=()), 0, len(grid.rows))
    lead = [tuple(" ".join(text.split()) for text in before.grid.rows[row]) for row in before.header]
    again = [row for row in table.body if tuple(" ".join(text.split()) for text in grid.rows[row]) in lead]
    table = replace(table, body=tuple(row for row in table.body if row not in again), repeats=tuple(again))
    return table if table.body and _holds_actions(table, sure=True) else None


def _over_pages(tables: Sequence[Table]) -> list[Table]:
    """Tell a table that goes on over pages from several: the heading in force and a row cut in two go on with it."""
    made: list[Table] = []
    for table in tables:
        before = made[-1] if made else None
        if before is None or table.grid is before.grid or not table.grid.edges or not before.grid.edges or (
            dict(table.columns) != dict(before.columns)
        ) or any(line.level for line in table.grid.before):  # fmt: skip
            made.append(table)
            continue
        table = _without_title(replace(table, goes_on=True), before)
        if table.body and _is_rest(table, before):
            table = replace(table, body=table.body[1:], rest_of_last=table.body[0])
        heading = next((before.under[row] for row in reversed(before.body) if row in before.under), "")
        last = max((row for row, why in before.aside.items() if why == _BELOW), default=None)
        if last is not None:  # the last row of a page heads the next
            heading = " ".join(" ".join(before.grid.rows[last]).split())
            aside = {row: why for row, why in before.aside.items() if row != last}
            made[-1] = before = replace(before, aside=aside, sections={**before.sections, last: heading})
        if heading and (before.sections or before.goes_on):
            table = replace(table, under={row: table.under.get(row, heading) for row in table.body})
        made.append(table)
    return made


def _without_title(table: Table, before: Table) -> Table:
    """A page whose table begins with the title that the page before has above its header: it heads no rows."""
    said = {" ".join(" ".join(before.grid.rows[row]).split()) for row in range(before.header[0])} if before.header else set()
    titles = [row for row in table.sections if table.header and row < table.header[0]
              and " ".join(" ".join(table.grid.rows[row]).split()) in said]  # fmt: skip
    if not titles:
        return table
    texts = {table.sections[row] for row in titles}
    return replace(
        table, sections={row: text for row, text in table.sections.items() if row not in titles},
        under={row: text for row, text in table.under.items() if text not in texts},
    )  # fmt: skip


def _is_rest(table: Table, before: Table) -> bool:
    """Whether the first row of a page goes on with the last of the page before: text only, under text that is there."""
    row = table.body[0]
    if not table.grid.edges or not before.body:
        return False
    # What a merged cell says again at the top of the page is no part of the row.
    again = {left for (top, left), (height, _) in table.grid.spans.items() if top == row and height > 1 and
             _at(table.grid, top, left).split() == before.text(before.body[-1], left).split()}  # fmt: skip
    shown = [column for column in _filled(table.grid.rows[row]) if column not in again]
    if not shown or not all(before.text(before.body[-1], column) for column in shown):
        return False
    action = _at(table.grid, row, table.columns["action"]) if "action" in table.columns else ""
    whole_cells = [name for name in ("target", "original", "completed", "status") if name in table.columns
                   and (text := _at(table.grid, row, table.columns[name])) and _reads_as(name, text)]  # fmt: skip
    if whole_cells and not action[:1].islower():
        return False  # an action of its own, without a reference
    refs = [column for name, column in table.columns.items() if name in ("ref", "ref_range")]
    names = {column: name for name, column in table.columns.items()}
    if not refs and not all(names.get(column, "action") in ("action", "progress", "reason", "lead") for column in shown):
        return False
    keys = refs or [table.columns[name] for name in ("target", "status") if name in table.columns]
    whole = [each for each in before.body if any(before.text(each, column) for column in keys)]
    return bool(keys) and not set(keys) & set(shown) and len(whole) >= 0.9 * len(before.body)


def _same_edges(grid: Grid, other: Grid) -> bool:
    return bool(grid.edges) and len(grid.edges) == len(other.edges) and all(
        abs(one - two) < 6 for one, two in zip(grid.edges, other.edges, strict=True)
    )  # fmt: skip


def _most_likely(tables: Sequence[Table], named: Mapping[str, Sequence[str]]) -> list[Table]:
    """Those that hold actions: what stands in their columns bears out their headers."""
    return [
        table for table in tables
        if table.grid.made or _named(table, named) or (not _about_other(table) and _holds_actions(table))
    ]  # fmt: skip


def _named(table: Table, named: Mapping[str, Sequence[str]]) -> bool:
    wanted = {fold_header(header) for headers in named.values() for header in headers}
    mine = [name for name, column in table.columns.items() if fold_header(table.headers.get(column, "")) in wanted]
    return bool(_SUBJECT & set(mine)) or len(mine) >= 3


def _about_other(table: Table) -> bool:
    """A document's history, a register of risks, a budget, a list of people."""
    folded = {fold_header(text) for text in table.headers.values()}
    return bool(folded & _OTHER) and not {"target", "original"} & _borne_out(table)


def _holds_actions(table: Table, sure: bool = False) -> bool:
    """Whether a column for dates or standing holds such, or all of them are blank.

    A table that gives only numbers, not wordings, needs dates; one that goes on under another's header needs either.
    """
    names = set(table.columns)
    held = _borne_out(table)
    blank = {name for name in _STANDING & names if not _sample(table, name)} - _by_fill(table)
    if "action" not in names and not {"target", "original", "completed"} & (held | blank):
        return False
    if held:
        return True
    if sure:
        return False
    # Commentary bears out nothing; beside it dates and standing may all be blank yet.
    told = _STANDING & names - blank
    return not told or (told == {"progress"} and "action" in names - table.guessed.keys())


def _by_fill(table: Table) -> set[str]:
    return {name for name in ("status", "rag") if name in table.columns and any(
        (row, table.columns[name]) in table.grid.fills for row in table.body[:_SAMPLE])}  # fmt: skip


def _borne_out(table: Table) -> set[str]:
    """The columns for dates and standing whose cells can be read as such, at least one in three."""
    held = _by_fill(table)
    for name in _STANDING & table.columns.keys() - {"progress"}:
        texts = _sample(table, name)
        if texts and sum(_reads_as(name, text) for text in texts) * 3 >= len(texts):
            held.add(name)
        elif name == "status" and texts and len(set(texts)) <= min(8, len(texts) / 2) and max(map(len, texts)) < 40:
            held.add(name)  # words of their own, used again and again
    return held


def _sample(table: Table, name: str) -> list[str]:
    column = table.columns[name]
    texts = (_at(table.grid, row, column) or " ".join(table.grid.struck.get((row, column), ())) for row in table.body)
    found: list[str] = []
    for text in texts:
        if text:
            found.append(text)
            if len(found) == _SAMPLE:
                break
    return found


def _reads_as(name: str, text: str) -> bool:
    if name in ("status", "rag", "percent_complete"):
        reading = read_status("" if name != "status" else text, rag_text=text if name == "rag" else "",
                              percent_text=text if name == "percent_complete" else "")  # fmt: skip
        return reading.status != "unknown" or bool(reading.rag or reading.claim) or reading.percent is not None
    return read_date(text, as_of=date(2020, 1, 1)).kind not in ("unreadable", "blank", "code")


def _headed(tables: Sequence[Table]) -> list[Table]:
    """Give tables under headings of their own those headings, where a document has several tables."""
    above = {number: found for number, table in enumerate(tables)
             if table.header and not table.grid.made and (found := _heading_above(table.grid, table.header[0]))}  # fmt: skip
    if len({text for _, text in above.values()}) > 1 and len(above) * 2 > len(tables):
        return [_under_row(table, *above[number]) if number in above else table for number, table in enumerate(tables)]
    grids = list({id(table.grid): table.grid for table in tables}.values())
    if len(grids) < 2 and not any(grid.made for grid in grids):
        return list(tables)
    headings = {id(grid): _heading(grid) for grid in grids}
    if len({text for text, _ in headings.values() if text}) < 2 and not any(grid.made for grid in grids):
        return list(tables)  # the title of a table that goes on over pages
    made, current = [], ""
    for table in tables:
        text, numbers = headings[id(table.grid)]
        goes_on = not table.grid.made and (not table.header or not table.grid.before)
        current = text or (current if goes_on else "")
        under = {row: table.under.get(row, current) for row in table.body} if current else table.under
        made.append(replace(table, under=under, heading=numbers if text else ()))
    return made


def _under_row(table: Table, row: int, text: str) -> Table:
    """A table whose rows stand under a row above its header, unless under one of their own."""
    under = {each: table.under.get(each, text) for each in table.body}
    return replace(table, sections={**table.sections, row: text}, under=under)


def _heading(grid: Grid) -> tuple[str, tuple[int, ...]]:
    """The last heading before a grid; where there are none, a short line that stands right above it."""
    levels = [number for number, line in enumerate(grid.before) if line.level and not _entries(line.text)]
    if levels:
        text = " ".join(grid.before[levels[-1]].text.split())
        own = grid.made and re.match(r"(action|task|milestone|form)\b.*\d", text, re.IGNORECASE)  # of a form itself
        return ("", ()) if own else (text, (levels[-1],))
    if grid.before and not grid.made:
        line = grid.before[-1]
        short = len(line.text) <= 200 and not line.text.rstrip().endswith((".", ";"))
        if short and not _entries(line.text) and not _FURNITURE.search(line.text):
            return " ".join(line.text.split()), (len(grid.before) - 1,)
    return "", ()


def _finished(table: Table) -> Table:
    """What only the rows tell: references within the texts, an area that is none, colours without a column."""
    columns = dict(table.columns)
    if "area" in columns:
        values = {text.casefold() for text in _sample(table, "area")}
        if values and values <= _NO_AREA:
            del columns["area"]
    table = replace(table, columns=columns)
    own = "ref" not in columns and "ref_range" not in columns and _own_refs(table)
    fill = None
    if not {"status", "rag"} & columns.keys() and table.grid.fills:
        fill = _fill_column(table)
    return replace(table, own_refs=own, fill_column=fill)


def _own_refs(table: Table) -> bool:
    if "action" not in table.columns:
        return False
    texts = [text for row in table.body if (text := _at(table.grid, row, table.columns["action"]))]
    found = [ref for text in texts if (ref := split_ref(text)[0])]
    return bool(found) and len(found) >= 0.8 * len(texts) and len(set(found)) == len(found)


def split_ref(text: str) -> tuple[str, str]:
    """A reference at the beginning of a text, and the rest of it.

    Examples
    --------
    >>> split_ref("1.2 Acquire the data"), split_ref("Action 3: Acquire it"), split_ref("Acquire the data")
    (('1.2', 'Acquire the data'), ('3', 'Acquire it'), ('', 'Acquire the data'))
    """
    found = _OWN_REF.match(text)
    return (found[1].strip("().: "), text[found.end():]) if found else ("", text)


def _fill_column(table: Table) -> int | None:
    """The one column whose fills differ from row to row, where no column is named for a status."""
    several = []
    for column in range(max(len(texts) for texts in table.grid.rows)):
        fills = Counter(table.grid.fills.get((row, column), "") for row in table.body)
        if len(fills.keys() - {""}) >= 2 and sum(fills.values()) - fills[""] >= len(table.body) / 2:
            several.append(column)
    return several[0] if len(several) == 1 else None


# --- the document's own key ------------------------------------------------------------------------------------------


def _legend(
    grids: Sequence[Grid], tables: Sequence[Table]
) -> tuple[dict[str, str], tuple[tuple[int, int, int], ...]]:
    """A key of colours or letters: a small table, rows beside the actions, or a line of text."""
    used = {
        (id(table.grid), row) for table in tables
        for row in (*table.header, *table.body, *table.sections, *table.repeats, table.rest_of_last)
    }  # fmt: skip
    pairs: list[tuple[tuple[str, str, str], list[tuple[int, int, int]]]] = []
    for number, grid in enumerate(grids):
        for at, line in enumerate(grid.before):
            pairs += [((mark, "", meaning), [(number, -1, at)]) for mark, meaning in _entries(line.text)]
        loose = [row for row in range(len(grid.rows)) if (id(grid), row) not in used and not grid.made]
        pairs += _legend_rows(number, grid, loose)
    legend: dict[str, str] = {}
    places: list[tuple[int, int, int]] = []
    if pairs:
        legend = read_legend([pair for pair, _ in pairs])
    for (mark, fill, _), cells in pairs:
        if (mark and fold(mark) in legend) or f"fill:{fill.upper()}" in legend:
            places += cells
    return legend, tuple(dict.fromkeys(places))


def _entries(text: str) -> list[tuple[str, str]]:
    """Marks and meanings of a key in one text, or the one entry that the text is."""
    entry = _ENTRY.fullmatch(text)
    return split_legend(text) or ([(entry[1], entry[2])] if entry else [])


def _legend_rows(
    number: int, grid: Grid, rows: Iterable[int]
) -> list[tuple[tuple[str, str, str], list[tuple[int, int, int]]]]:
    """Mark and meaning side by side: a letter, a colour's name, or a cell that is only filled."""
    found: list[tuple[tuple[str, str, str], list[tuple[int, int, int]]]] = []
    for row in rows:
        shown = _filled(grid.rows[row])
        if len(shown) == 1 and len(grid.rows[row][shown[0]]) < 600:
            said = _entries(grid.rows[row][shown[0]])
            found += [((mark, "", meaning), [(number, row, shown[0])]) for mark, meaning in said]
        if 1 <= len(shown) <= 4:
            marked = sorted({*shown, *(column for at, column in grid.fills if at == row)} if grid.fills else shown)
            for column, other in pairwise(marked):
                mark, meaning, fill = _at(grid, row, column), _at(grid, row, other), grid.fills.get((row, column), "")
                if meaning and (fill or mark) and len(mark) <= 20:
                    cells = [(number, row, other)] + ([(number, row, column)] if mark else [])
                    found.append(((mark, fill, meaning), cells))
            fill = grid.fills.get((row, shown[-1]), "")
            if fill and len(shown) == 1:
                found.append((("", fill, grid.rows[row][shown[0]]), [(number, row, shown[0])]))
    return found


def count_cells(grids: Iterable[Grid]) -> int:
    """How many things with text a document holds: cells, lines, struck-out runs and footnotes beside cells.

    Parameters
    ----------
    grids : iterable of Grid

    Returns
    -------
    int
    """
    return sum(
        sum(bool(text) for row in grid.rows for text in row) + len(grid.before) + len(grid.struck) + len(grid.notes)
        + sum(bool(line.struck) for line in grid.before)
        for grid in grids
    )  # fmt: skip

