"""Finds the table of actions in grids of cells, and which of its columns is what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from planlib import schema
from planlib.readers.grid import Grid

LIKE_ENOUGH = 90  # rapidfuzz score from which a header is taken for a known word that it is not
_HEADER_ROWS = 40  # how far down a header may stand
# Nearly a known word, and another thing: a person, a yes or no.
_UNLIKE = frozenset(("completed by", "complete", "closed by", "dated", "stated"))
# A table of actions says what is to be done or gives it a number, and says how it stands or when it is due.
_SUBJECT = {"action", "ref", "ref_range"}
_STANDING = {"target", "original", "status", "rag", "completed", "percent_complete", "progress"}
_REVISED = re.compile(r"\b(revised|new|extended|extension)\b")
_IN_FORCE = re.compile(r"\b(current|latest|forecast|expected)\b")
# Headers of a date that is a target where nothing else is.
_TARGET_IF_NONE = ("completion date", "date of completion", *schema.SYNONYMS["timescale"])


@dataclass(frozen=True)
class Table:
    """One table of actions within a grid.

    Attributes
    ----------
    grid : Grid
    header : int
        Row of the header.
    columns : mapping of str to int
        Canonical name to column.
    headers : mapping of int to str
        Column to the source's own header text.
    guessed : mapping of str to str
        Canonical names that were not matched by a known word, with how.
    target_is_revision : bool
        The target column holds revisions only: a blank one means that the original stands.
    """

    grid: Grid
    header: int
    columns: Mapping[str, int]
    headers: Mapping[int, str]
    guessed: Mapping[str, str]
    target_is_revision: bool = False

    def text(self, row: int, column: int) -> str:
        """Text of a cell; one that is merged down has it in each of its rows."""
        texts = self.grid.rows[row]
        text = texts[column] if column < len(texts) else ""
        if not text and (row, column) in self._merged:
            top = self._merged[row, column]
            text = self.grid.rows[top][column] if top > self.header else ""
        return text

    @cached_property
    def _merged(self) -> dict[tuple[int, int], int]:
        """Cells that a cell above covers, and the row of that cell."""
        return {
            (row, left): top
            for (top, left), (height, _) in self.grid.spans.items()
            for row in range(top + 1, top + height)
        }

    def is_header(self, row: int) -> bool:
        """Whether a row is the header, or says the same again (as on each page of a print)."""
        if row == self.header:
            return True
        shown = {column: text for column, text in enumerate(self.grid.rows[row]) if text}
        return shown.keys() == self.headers.keys() and all(
            " ".join(text.split()) == self.headers[column] for column, text in shown.items()
        )

    @cached_property
    def body(self) -> list[int]:
        """Rows below the header that are neither blank nor the header again."""
        below = range(self.header + 1, len(self.grid.rows))
        return [row for row in below if any(self.grid.rows[row]) and not self.is_header(row)]


def fold_header(text: str) -> str:
    """A header as it is compared: no line breaks, brackets, punctuation or capitals.

    Examples
    --------
    >>> fold_header("Target Date (as agreed):"), fold_header("due_date")
    ('target date', 'due date')
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"\([^)]*\)", " ", text)
    text = re.sub(r"[^\w%#]+|_+", " ", text)
    return " ".join(text.split())


def find_tables(grids: Sequence[Grid], columns: Mapping[str, Sequence[str]]) -> list[Table]:
    """Find the tables of actions.

    Parameters
    ----------
    grids : sequence of Grid
    columns : mapping
        The plan's own canonical name to header texts; these are tried before any known word.

    Returns
    -------
    list of Table
        At most one a grid, in the order of the grids; empty where none has a table of actions.
    """
    return [table for grid in grids if (table := _find_table(grid, columns)) is not None]


def _find_table(grid: Grid, named: Mapping[str, Sequence[str]]) -> Table | None:
    """The row among the first that names most columns is the header."""
    best, best_score = None, 0
    for row, texts in enumerate(grid.rows[:_HEADER_ROWS]):
        if sum(bool(text) for text in texts) < 2:
            continue
        found, guessed = match_headers(texts, named)
        score = 2 * len(found) - len(guessed)
        if score > best_score and _SUBJECT & found.keys() and _STANDING & found.keys():
            headers = {column: " ".join(text.split()) for column, text in enumerate(texts) if text}
            best, best_score = Table(grid, row, found, headers, guessed, _holds_revisions(texts, found)), score
    return best


def _holds_revisions(texts: Sequence[str], found: Mapping[str, int]) -> bool:
    if "target" not in found or "original" not in found:
        return False
    target = fold_header(texts[found["target"]])
    return bool(_REVISED.search(target)) and not _IN_FORCE.search(target)


def match_headers(texts: Sequence[str], named: Mapping[str, Sequence[str]]) -> tuple[dict[str, int], dict[str, str]]:
    """Say which column holds what.

    Parameters
    ----------
    texts : sequence of str
        One header row.
    named : mapping
        The plan's own canonical name to header texts, first found wins.

    Returns
    -------
    dict of str to int
        Canonical name to column; no column serves two names.
    dict of str to str
        Those that no known word matched, with a word on how they were.
    """
    folded = [fold_header(text) for text in texts]
    found: dict[str, int] = {}
    guessed: dict[str, str] = {}
    for name, headers in named.items():
        wanted = [fold_header(header) for header in headers]
        columns = [folded.index(header) for header in wanted if header and header in folded]
        column = next((each for each in columns if each not in found.values()), None)
        if column is not None:
            found[name] = column
    free = [column for column, text in enumerate(folded) if text and column not in found.values()]
    if not {"target", "original"} & named.keys():
        found |= _original_and_revised(folded, free)
    # A known word wins over a likeness, and the first word of a list over a later one.
    ranked: list[tuple[bool, int, int, int, str]] = []
    for order, (name, words) in enumerate(schema.SYNONYMS.items()):
        if name not in found and name not in named:
            for column in free:
                near = _distance(folded[column], words)
                if near is not None:
                    ranked.append((*near, column, order, name))
    for guess, distance, column, _, name in sorted(ranked):
        if name not in found and column not in found.values():
            found[name] = column
            if guess:
                guessed[name] = f"{100 - distance} % like a known header"
    _target_if_none(folded, found, guessed, named)
    return found, guessed


def _distance(header: str, words: Sequence[str]) -> tuple[bool, int] | None:
    """Whether a header is only like one of the words, and how far down the list or how unlike; None if it is not."""
    if header in words:
        return False, words.index(header)
    if len(header) <= 4 or header in _UNLIKE:
        return None
    # By letters, not by words in any order: "date agreed" is no "agreed date".
    score = max(fuzz.ratio(header, word) for word in words)
    return (True, round(100 - score)) if score >= LIKE_ENOUGH else None


def _original_and_revised(folded: Sequence[str], free: Sequence[int]) -> dict[str, int]:
    """Take "Target date" beside "Revised target date" as the original."""
    words = schema.SYNONYMS["target"]
    targets = sorted((column for column in free if folded[column] in words), key=lambda c: words.index(folded[c]))
    revised = [column for column in targets if _REVISED.search(folded[column]) or _IN_FORCE.search(folded[column])]
    plain = [column for column in targets if column not in revised]
    if not revised or not plain or any(folded[column] in schema.SYNONYMS["original"] for column in free):
        return {}
    return {"target": revised[0], "original": plain[0]}


def _target_if_none(
    folded: Sequence[str], found: dict[str, int], guessed: dict[str, str], named: Mapping[str, Sequence[str]]
) -> None:
    """Where nothing else holds target dates, take a completion date or a timescale for them."""
    if "target" in found or "target" in named:
        return
    for name in ("completed", "timescale"):
        if name in found and name not in named and folded[found[name]] in _TARGET_IF_NONE:
            found["target"] = found.pop(name)
            guessed["target"] = "no other column holds a target date"
            guessed.pop(name, None)
            return
