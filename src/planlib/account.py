"""Says of every thing with text in a document what it was taken for: the account of reading, cell by cell.

Nothing is interpreted here: what was used is what the layout and the rows say, what was not is what stands in extras.
A thing that is neither is said to be not accounted for, and there should be none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from planlib import schema
from planlib.headers import fold_header
from planlib.layout import Table
from planlib.normalise import LINE, Raw, Spot, frame, spot_of
from planlib.readers.grid import Grid, letters

_CARRIED = ("area_ref", "area", "timescale")  # what `normalise` carries down where no cell is merged
_KEPT = {"(text outside the tables)": "outside", "(outside the tables)": "outside", "(footnote)": "footnote"}
# What names columns or heads actions, whatever column it stands in.
_HEADS = ("header", "repeated header", "label", "key")
# Dates of one column are told by cells of others.
_TELLS = {
    "target": ("previous_target",),
    "ref": ("ref_range",),
    "ref_range": ("ref",),
    "status": ("rag",),
    "rag": ("status",),
}
Record = dict[str, Any]


def cells(raw: Raw, unused: Iterable[Mapping[str, Any]], action_ids: Sequence[str]) -> pd.DataFrame:
    """Every thing with text in a document, and what it was taken for.

    Parameters
    ----------
    raw : Raw
        The rows of one snapshot of one file.
    unused : iterable of mapping
        Cells of known columns that say nothing usable, as `planlib.normalise.normalise` gives them.
    action_ids : sequence of str
        The action that each row of `raw` was taken for.

    Returns
    -------
    DataFrame
        schema.CELLS but for as_of and source, in the order of the document, and two columns for `withhold`: ``whole``,
        what the text is a part of, where it is; and ``names``, the canonical names that its column has anywhere in its
        table. Of a file with many snapshots only the rows of this one, and the headers and headings above them; those
        count in the first snapshot.
    """
    kept = {each["spot"]: str(each["header"]) for each in (*raw.extras, *unused)}
    reader = _Reader(raw, kept, action_ids)
    records = [record for number in range(len(raw.layout.grids)) for record in reader.grid(number)]
    made = pd.DataFrame(records, columns=[*(column.name for column in schema.CELLS), "whole", "names"])
    counted = made["kind"].isin(("text", "struck out", "footnote")) & (made["counts"] != 0)
    return made.assign(counts=counted.astype(int))


def none() -> pd.DataFrame:
    """The account of nothing, in the form of `cells`."""
    return pd.DataFrame(columns=[*(column.name for column in schema.CELLS), "whole", "names"])


class _Reader:
    """What the parts of the account share while it is made."""

    def __init__(self, raw: Raw, kept: Mapping[Spot, str], action_ids: Sequence[str]) -> None:
        self.raw, self.kept, self.action_ids = raw, kept, action_ids
        self.rows = {at: index for index, at in enumerate(zip(raw.rows["table"], raw.rows["row"], strict=True))}
        self.ends: dict[int, int] = {}  # number of a table to its last row that is an action of this snapshot
        for at, row in self.rows:
            self.ends[at] = max(row, self.ends.get(at, -1))
        self.keys = set(raw.layout.legend_places)
        self.headings = {(id(table.grid), number) for table in raw.tables for number in table.heading}
        self.corrected = {each["place"] for each in raw.findings if each["code"] == "corrected"}
        self.owner: dict[int, int | None] = {}  # number of a table to the row that its first row goes on with
        last = None
        for number, table in enumerate(raw.tables):
            self.owner[number] = self.rows.get(last) if last else None
            last = (number, table.body[-1]) if table.body else last

    def grid(self, number: int) -> Iterator[Record]:
        """All of one grid: labels that became headers, lines before it, rows."""
        grid = self.raw.layout.grids[number]
        blank: Record = {
            "table": number + 1, "sheet": grid.name, "row": 0, "row_place": "", "column": 0, "letter": "", "name": "",
            "header": "", "action_id": "", "counts": 1, "whole": "", "names": (),
        }  # fmt: skip
        if self.raw.slice != "later":
            for each in self.raw.layout.absorbed:
                if each.grid == number:
                    yield blank | {
                        "place": each.place, "row_place": each.place, "kind": "text", "text": each.text,
                        "taken_for": "continued" if each.goes_on else "label", "header": each.header,
                    }  # fmt: skip
            for at, line in enumerate(grid.before):
                yield from self._line(blank | {"place": line.place, "row_place": line.place}, grid, number, at)
        mine = [(at, table) for at, table in enumerate(self.raw.tables) if table.grid is grid]
        roles = {row: (role, at, table) for at, table in mine for row, role in _roles(table)}
        names: dict[int, set[str]] = {}
        for _, table in mine:
            for column, said in _names(table).items():
                names.setdefault(column, set()).update(said)
        end = max((self.ends.get(at, -1) for at, _ in mine), default=-1)
        for row in range(len(grid.rows)):
            for record in self._row(blank, grid, number, row, roles.get(row), end):
                yield record | {"names": tuple(sorted(names.get(record["column"] - 1, ())))}

    def _line(self, record: Record, grid: Grid, number: int, at: int) -> Iterator[Record]:
        line, key = grid.before[at], (number, -1, at)
        header = self.kept.get(spot_of(grid, at, LINE))
        if header is not None:
            taken = "outside"
        elif (id(grid), at) in self.headings:
            taken = "section"
        else:
            taken = "key" if key in self.keys else "not accounted for"
        yield record | {"kind": "text", "text": line.text, "taken_for": taken, "header": header or ""}
        if line.struck:
            lost = spot_of(grid, at, LINE, "struck out") not in self.kept
            taken = "not accounted for" if lost else "struck out"
            yield record | {
                "kind": "struck out",
                "text": " ".join(line.struck),
                "taken_for": taken,
                "header": "(struck out)",
            }

    def _row(
        self, blank: Record, grid: Grid, number: int, row: int, role: tuple[str, int, Table] | None, end: int
    ) -> Iterator[Record]:
        """The things of one row; none where it belongs to another snapshot."""
        what, at, table = role or ("", -1, None)
        index = self.owner.get(at) if what == "continued" else self.rows.get((at, row))
        actual = what == "value" and index is not None
        later = self.raw.slice == "later"
        if later and (what not in ("header", "section", "value", "continued") or (what == "section" and row > end)):
            return
        blank = blank | {
            "row": row + 1, "row_place": grid.place(row),
            "action_id": self.action_ids[index] if actual and index is not None else "",
            "counts": int(not (later and what in ("header", "section")) and not (grid.made and row == 0)),
        }  # fmt: skip
        names = {column: name for name, column in table.columns.items()} if table else {}
        if actual and index is not None:
            names |= {column: name for name, column in self.raw.rows["moved"].iat[index].items()}
        width = max([len(grid.rows[row]), *(column + 1 for column in names)])
        for column in range(width):
            text = grid.rows[row][column] if column < len(grid.rows[row]) else ""
            header = table.headers.get(column, "") if table else ""
            cell = blank | {
                "column": column + 1, "letter": letters(column) if grid.columns_lettered and not grid.made else str(column + 1),
                "place": grid.place(row, column), "header": header,
            }  # fmt: skip
            name = names.get(column, "")
            if text:
                taken, said = self._taken(grid, number, row, column, what, name, index)
                if taken:
                    whole = (
                        self.raw.rows[name].iat[index] if taken in ("value", "continued") and index is not None else ""
                    )
                    shown = name if taken in ("value", "continued", "header", "not used") else ""
                    yield cell | {"kind": "text", "text": text, "taken_for": taken, "name": shown, "header": said or header,
                                  "whole": whole if whole != text else ""}  # fmt: skip
            elif actual and name and table and self._carried(table, row, column, name, index or 0):
                yield cell | {"kind": "blank", "text": "", "taken_for": "carried down", "name": name}
            yield from self._beside(cell, grid, row, column, name, index if actual else None)
        if actual and table:
            yield from self._colour(blank, table, row, index or 0)

    def _taken(
        self, grid: Grid, number: int, row: int, column: int, what: str, name: str, index: int | None
    ) -> tuple[str, str]:
        """What a cell was taken for, and what extras say of its column; blank where it belongs to another snapshot."""
        kept = self.kept.get(spot_of(grid, row, column))
        if kept is not None:
            if kept.startswith("(row that"):
                return "set aside", kept
            return _KEPT.get(kept, "not used" if name else "extra"), kept
        if what in ("value", "continued"):
            if index is None:
                return ("not accounted for" if self.raw.slice == "whole" else ""), ""
            return (what if name else "not accounted for"), ""
        if what:
            return what, ""
        if grid.made and row == 0:
            return "header", ""
        return ("key" if (number, row, column) in self.keys else "not accounted for"), ""

    def _beside(
        self, cell: Record, grid: Grid, row: int, column: int, name: str, index: int | None
    ) -> Iterator[Record]:
        """Struck-out runs and the footnote of a cell."""
        runs, note = grid.struck.get((row, column)), grid.notes.get((row, column))
        for kind, text in (("struck out", " ".join(runs or ())), ("footnote", note)):
            if not (runs if kind == "struck out" else note):
                continue
            header = self.kept.get(spot_of(grid, row, column, kind))
            if header is not None:
                yield cell | {"kind": kind, "text": text, "taken_for": kind, "header": header}
            elif index is not None and name and kind == "struck out":
                yield cell | {"kind": kind, "text": text, "taken_for": "older date", "name": name}
            elif self.raw.slice == "whole":
                yield cell | {"kind": kind, "text": text, "taken_for": "not accounted for"}

    def _carried(self, table: Table, row: int, column: int, name: str, index: int) -> bool:
        """Whether a blank cell has its value from another one of its column."""
        if table.text(row, column):
            return True
        value = self.raw.rows[name].iat[index] if name in _CARRIED else ""
        corrected = table.grid.place(row, column) in self.corrected
        return bool(value) and value != table.under.get(row, "") and not corrected

    def _colour(self, blank: Record, table: Table, row: int, index: int) -> Iterator[Record]:
        fill = self.raw.rows["fill"].iat[index]
        columns = [table.columns[name] for name in ("rag", "status") if name in table.columns]
        columns = columns or ([] if table.fill_column is None else [table.fill_column])
        for column in columns if fill else ():
            if table.grid.fills.get(table.origin(row, column)) == fill:
                grid = table.grid
                letter = letters(column) if grid.columns_lettered and not grid.made else str(column + 1)
                yield blank | {"column": column + 1, "letter": letter, "place": grid.place(row, column), "kind": "colour",
                               "text": fill, "taken_for": "colour", "name": "rag", "header": table.headers.get(column, "")}  # fmt: skip
                return


def _roles(table: Table) -> Iterator[tuple[int, str]]:
    """What the rows of a table are, the strongest last."""
    yield from ((row, "section") for row in table.sections)
    yield from ((row, "repeated header") for row in table.repeats)
    yield from ((row, "header") for row in table.header)
    yield from ((row, "value") for row in table.body)
    if table.rest_of_last is not None:
        yield table.rest_of_last, "continued"


def _names(table: Table) -> dict[int, set[str]]:
    """Canonical names and folded headers of each column: by which of them its cells are withheld."""
    found: dict[int, set[str]] = {column: {fold_header(text)} for column, text in table.headers.items()}
    for name, column in table.columns.items():
        found.setdefault(column, set()).add(name)
    for column in table.revisions:
        found.setdefault(column, set()).update(("target", "previous_target"))
    if table.own_refs:
        found.setdefault(table.columns["action"], set()).add("ref")
    if table.fill_column is not None:
        found.setdefault(table.fill_column, set()).add("rag")
    return found


def withhold(made: pd.DataFrame, columns: Iterable[str], folded: Iterable[str], withheld: str) -> pd.DataFrame:
    """Withhold what stands in withheld columns, and, since nobody can tell what it says, all that stands in no column.

    Parameters
    ----------
    made : DataFrame
        As `cells` gives it.
    columns, folded : iterable of str
        Canonical columns that are withheld, and folded headers.
    withheld : str
        What is put in the place of a text.

    Returns
    -------
    DataFrame
        A copy. Headers, labels and keys stay, they only name; headings of actions go with the area.
    """
    out = set(columns)
    out |= {other for name in out for other in _TELLS.get(name, ())} | set(folded)
    if not out:
        return made
    within = pd.Series([bool(out & set(names)) for names in made["names"]], index=made.index, dtype=bool)
    within |= pd.Series([bool({name, fold_header(header)} & out) for name, header in
                         zip(made["name"], made["header"], strict=True)], index=made.index, dtype=bool)  # fmt: skip
    loose = made["taken_for"].isin(("outside", "set aside", "footnote", "struck out", "not accounted for"))
    heads = made["taken_for"].isin((*_HEADS, "section"))
    hidden = (within & ~heads) | loose | ((made["taken_for"] == "section") & ("area" in out))
    hidden |= (made["taken_for"] == "colour") & bool(out & {"rag", "status"})
    return made.assign(
        text=made["text"].mask(hidden & (made["kind"] != "blank"), withheld), whole=made["whole"].mask(hidden, "")
    )


def replace_patterns(made: pd.DataFrame, patterns: Iterable[Any], withheld: str) -> pd.DataFrame:
    """Withhold what patterns hit, in a text as it stands and as the ledger has it, on one line and in one piece.

    Parameters
    ----------
    made : DataFrame
        As `cells` gives it.
    patterns : iterable of re.Pattern
    withheld : str

    Returns
    -------
    DataFrame
        A copy; where a pattern hits only a text's parts put together, all of the text is withheld.
    """
    patterns = list(patterns)
    if not patterns:
        return made
    made = made.copy()

    def put(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub(withheld, " ".join(pattern.sub(withheld, text).split()))
        return text

    torn = [
        any(pattern.search(" ".join(whole.split())) for pattern in patterns) if whole else False
        for whole in made["whole"]
    ]
    made["text"] = [withheld if hit else put(text) for text, hit in zip(made["text"], torn, strict=True)]
    # Lines that go on with another are parts of a text that is whole only there.
    made.loc[(made["taken_for"] == "continued") & (made["row"] == 0), "text"] = withheld
    for name in ("sheet", "row_place", "place", "header", "source"):
        made[name] = [put(str(text)) for text in made[name]]
    return made


def finish(made: pd.DataFrame) -> pd.DataFrame:
    """The account as schema.CELLS has it, without what only `withhold` needs."""
    return frame(schema.CELLS) if made.empty else made[[column.name for column in schema.CELLS]]
