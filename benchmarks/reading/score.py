"""Compares what planlib reads with the truth, cell by cell; uses nothing of planlib but `read`."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from layouts import Cell, Table
from rapidfuzz import fuzz
from truth import Action

import planlib
from planlib.errors import InputError
from planlib.settings import Settings

SAME_ROW = 60  # likeness of wording and reference, 0 to 100, from which a row read is taken to be that of the truth
COLUMNS = ("ref", "area", "action", "lead", "target", "previous", "original", "status", "claim", "rag", "percent")


@dataclass
class Score:
    """What was counted for one document, or for several added up.

    Attributes
    ----------
    rows, found, invented : int
        Rows of the truth, those of them that were read, and rows read that no row of the truth is like.
    cells : Counter
        (column, "right" or "all") to a number.
    dates, statuses : Counter
        "right", "unknown", "wrong" of cells whose truth is known; "none right", "invented" of the others.
    unaccounted : int
        Cells that the reading itself does not account for.
    lost : int
        Texts of the document that stand nowhere in what was read.
    faults : list of dict
        Everything that was not right.
    failed : str
        Why the document could not be read.
    """

    rows: int = 0
    found: int = 0
    invented: int = 0
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    dates: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    unaccounted: int = 0
    lost: int = 0
    faults: list[dict[str, str]] = field(default_factory=list)
    failed: str = ""

    def __add__(self, other: Score) -> Score:
        """Both together."""
        return Score(
            self.rows + other.rows, self.found + other.found, self.invented + other.invented, self.cells + other.cells,
            self.dates + other.dates, self.statuses + other.statuses, self.unaccounted + other.unaccounted,
            self.lost + other.lost, self.faults + other.faults,
        )  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A document and what is known of it.

    Attributes
    ----------
    name, layout, saver : str
    path : Path
    actions : sequence of Action
    shows : frozenset of str
        The columns that the document has; no other is compared.
    lenient : frozenset of str
        Columns that may be read with or without a short prefix.
    settings : dict
        What plan.toml would say.
    as_of : datetime.date or None
    texts : sequence of str
        Everything that the document says, cell by cell.
    spare : int
        Rows that a careful person might take for actions or not.
    """

    name: str
    layout: str
    saver: str
    path: Path
    actions: Sequence[Action]
    shows: frozenset[str]
    lenient: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    as_of: date | None = None
    texts: Sequence[str] = ()
    spare: int = 0


def texts_of(blocks: Iterable[Any]) -> list[str]:
    """Every text of a laid-out plan."""
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            # A spreadsheet shows a stored date in a form of its own.
            cells = (cell for row in block.rows for cell in row if isinstance(cell, Cell) and not cell.day)
            found += [text for cell in cells for text in (cell.text, cell.struck)]
        else:
            found += [block.text, getattr(block, "label", "")]
    return [text for text in found if text]


def score(known: Known) -> Score:
    """Read a document and compare."""
    result = Score(rows=len(known.actions))
    try:
        reading = planlib.read(known.path, as_of=known.as_of, settings=Settings(**known.settings))
    except InputError as error:
        result.failed = str(error).replace(str(known.path), known.path.name)
    except Exception as error:  # a crash is a result too, and the others are to be scored all the same
        result.failed = f"CRASH {type(error).__name__}: {error}"
    if result.failed:
        for action in known.actions:
            _compare(known, action, None, result)
        result.faults.clear()
        result.faults.append(_fault(known, "", "document", "", "", result.failed))
        return result
    rows = reading.actions.to_dict("records")
    pairs = _align(known, rows)
    result.found = len(pairs)
    result.invented = max(len(rows) - len(pairs) - known.spare, 0)
    read = set(pairs.values())
    if result.invented:
        result.faults += [_fault(known, row["place"], "row", "", "no such row", row["action"] or row["ref"])
                          for number, row in enumerate(rows) if number not in read]  # fmt: skip
    for number, action in enumerate(known.actions):
        _compare(known, action, rows[pairs[number]] if number in pairs else None, result)
    result.unaccounted = reading.cells - reading.used - len(reading.extras)
    if result.unaccounted:
        result.faults.append(_fault(known, "", "accounting", "", "0", str(result.unaccounted)))
    _count_lost(known, reading, result)
    return result


# --- which row is which ---------------------------------------------------------------------------------------------


def _plain(text: Any) -> str:
    """A text without what a format or a line's end does to it."""
    return re.sub(r"([-/])\s+", r"\1", " ".join(str(text).split()))


def _when(row: Mapping[str, Any]) -> date | None:
    value = row["as_of"]
    return None if value != value else value.date()


def _align(known: Known, rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Rows of the truth to rows read: those that say the same first, then the likest."""
    dated = "as_of" in known.shows
    waiting: dict[Any, list[int]] = defaultdict(list)
    for number, row in reversed(list(enumerate(rows))):
        for key in {(_plain(row["ref"]), _plain(row["action"])), ("", _plain(row["action"]))}:
            waiting[key, _when(row) if dated else None].append(number)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for whole in (True, False):  # the reference decides between equal wordings
        for number, action in enumerate(known.actions):
            if number in pairs:
                continue
            said = (_plain(action.ref) if whole else "", _plain(action.action))
            queue = waiting.get((said, action.as_of if dated else None), [])
            while queue and queue[-1] in taken:
                queue.pop()
            if queue:
                pairs[number] = queue.pop()
                taken.add(pairs[number])
    refs = Counter(_plain(action.ref) for action in known.actions), Counter(_plain(row["ref"]) for row in rows)
    place = {_plain(row["ref"]): number for number, row in enumerate(rows)}
    for number, action in enumerate(known.actions):  # a reference that stands once in both, whatever the wording
        ref = _plain(action.ref)
        if ref and number not in pairs and refs[0][ref] == refs[1][ref] == 1 and place[ref] not in taken:
            pairs[number] = place[ref]
            taken.add(place[ref])
    left = [number for number in range(len(known.actions)) if number not in pairs]
    free = [number for number in range(len(rows)) if number not in taken]
    likely = []
    for number, other in product(left, free[:500]):
        action, row = known.actions[number], rows[other]
        if dated and action.as_of != _when(row):
            continue
        like = fuzz.ratio(_plain(action.action), _plain(row["action"]))
        like += 10 * (bool(action.ref) and _plain(action.ref) == _plain(row["ref"]))
        if like >= SAME_ROW:
            likely.append((-like, abs(number - other), number, other))
    for _, _, number, other in sorted(likely):
        if number not in pairs and other not in taken:
            pairs[number] = other
            taken.add(other)
    return pairs


# --- cell by cell ---------------------------------------------------------------------------------------------------


def _fault(
    known: Known, place: str, column: str, text: str, expected: str, read: str, kind: str = ""
) -> dict[str, str]:
    return {"document": known.name, "place": place, "column": column, "text": text, "truth": expected, "read": read,
            "kind": kind}  # fmt: skip


def _span(row: Mapping[str, Any]) -> tuple[date, date] | None:
    first, last = row["target_earliest"], row["target"]
    return None if last != last else (first.date(), last.date())


def _day(value: Any) -> date | None:
    return None if value != value else value.date()


def _compare(known: Known, action: Action, row: Mapping[str, Any] | None, result: Score) -> None:
    """Count one row; None if it was not read."""
    if row is None:
        result.faults.append(_fault(known, "", "row", action.action, "a row", "nothing"))
    place = str(row["place"]) if row else ""

    def count(column: str, text: str, expected: Any, read: Any, *, right: bool, kind: str = "") -> None:
        result.cells[column, "all"] += 1
        result.cells[column, "right"] += right
        if not right and row is not None:
            result.faults.append(_fault(known, place, column, text, _said(expected), _said(read), kind))

    for column in ("ref", "area", "action", "lead"):
        if column in known.shows:
            expected, read = _plain(getattr(action, column)), _plain(row[column]) if row else ""
            loose = column in known.lenient and read.endswith(expected) and len(read) - len(expected) <= 25
            count(column, expected, expected, read, right=row is not None and (read == expected or loose))
    if "target" in known.shows:
        span, dated = action.target.span, _span(row) if row else None
        text = " / ".join(filter(None, (action.target.struck, action.target.text)))
        kind = _kind(span, dated)
        result.dates[kind] += 1
        count("target", text, span, dated, right=row is not None and span == dated, kind=kind)
        older = _day(row["previous_target"]) if row else None
        if action.target.previous or older:
            count("previous", text, action.target.previous, older, right=older == action.target.previous)
    if "original" in known.shows and action.original:
        first = _day(row["original"]) if row else None
        stated = action.original.span[1] if action.original.span else None
        count("original", action.original.text, stated, first, right=row is not None and first == stated)
    if known.shows & {"status", "rag", "percent"}:
        _compare_status(action, row, result, count)


def _compare_status(action: Action, row: Mapping[str, Any] | None, result: Score, count: Any) -> None:
    status = action.status
    read = row["status"] if row else "unknown"
    kinds = [None if each == "unknown" else each for each in (status.status, read)]
    kind = _kind(*kinds)
    result.statuses[kind] += 1
    text = status.text or status.fill
    count("status", text, status.status, read, right=row is not None and read == status.status, kind=kind)
    for column in ("claim", "rag"):
        expected, said = getattr(status, column), row[column] if row else ""
        if expected or said:
            count(column, text, expected, said, right=said == expected)
    if status.percent is not None:
        said = row["percent_complete"] if row else None
        count("percent", text, status.percent, said, right=said == status.percent)


def _kind(expected: Any, read: Any) -> str:
    if expected is None:
        return "none right" if read is None else "invented"
    return "right" if read == expected else "unknown" if read is None else "wrong"


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return "..".join(str(each) for each in dict.fromkeys(value))
    return "none" if value is None or value != value else str(value)


def _count_lost(known: Known, reading: Any, result: Score) -> None:
    """Texts that stand neither in the actions nor in the extras, the findings or what was decided."""

    def bare(text: str) -> str:
        return re.sub(r"\W+", "", text)

    frames = (reading.actions, reading.extras, reading.findings)
    kept = [str(text) for frame in frames for name in frame.columns for text in frame[name].unique()]
    kept += [str(value) for each in reading.understood for value in each.values()]
    everything = "\n".join(bare(text) for text in kept)
    for text in dict.fromkeys(known.texts):
        # "Action 3: Publish the plan" may have become a reference and an action.
        if not any(bare(part) in everything for part in (text, text.partition(": ")[2] or text)):
            result.lost += 1
            result.faults.append(_fault(known, "", "lost", text, "kept", "nowhere"))


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    middle, width = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max((middle - width) / (1 + z * z / of), 0.0), min((middle + width) / (1 + z * z / of), 1.0)
