"""Finds the table of actions in grids of cells, and which of its columns is what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from planlib import schema
from planlib.readers.grid import Grid

LIKE_ENOUGH = 90  # rapidfuzz score from which a header is taken for a known word that it is not
_HEADER_ROWS = 40  # how far down a header may stand
# A table of actions says what is to be done or gives it a number, and says how it stands or when it is due.
_SUBJECT = {"action", "ref", "ref_range"}
_STANDING = {"target", "original", "status", "rag", "completed", "percent_complete", "progress"}
_REVISION = re.compile(r"\b(revised|new|extended|current|latest)\b")


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
        Canonical names that were matched by likeness, with how.
    target_is_revision : bool
        The target column holds revisions only: a blank one means that the original stands.
    """

    grid: Grid
    header: int
    columns: Mapping[str, int]
    headers: Mapping[int, str]
    guessed: Mapping[str, str]
    target_is_revision: bool = False

    def body(self) -> list[int]:
        """Rows below the header that are not blank."""
        return [row for row in range(self.header + 1, len(self.grid.rows)) if any(self.grid.rows[row])]


def fold_header(text: str) -> str:
    """A header as it is compared: no line breaks, brackets, punctuation or capitals."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"\([^)]*\)", " ", text)
    text = re.sub(r"[^\w%#]+", " ", text)
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
    best: tuple[int, Table] | None = None
    for row in range(min(_HEADER_ROWS, len(grid.rows))):
        texts = grid.rows[row]
        if sum(bool(text) for text in texts) < 2:
            continue
        found, guessed = match_headers(texts, named)
        if not (_SUBJECT & found.keys() and _STANDING & found.keys()):
            continue
        score = 2 * len(found) - len(guessed)
        if best is None or score > best[0]:
            headers = {column: " ".join(text.split()) for column, text in enumerate(texts) if text}
            revision = (
                "target" in found
                and "original" in found
                and bool(_REVISION.search(fold_header(texts[found["target"]])))
                and not re.search(r"\b(current|latest)\b", fold_header(texts[found["target"]]))
            )
            best = score, Table(grid, row, found, headers, guessed, revision)
    return best[1] if best else None


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
        Those matched by likeness only, with a word on how.
    """
    folded = [fold_header(text) for text in texts]
    found: dict[str, int] = {}
    guessed: dict[str, str] = {}
    for name, headers in named.items():
        for header in headers:
            column = next((c for c, text in enumerate(folded) if text and text == fold_header(header)), None)
            if column is not None and column not in found.values():
                found[name] = column
                break
    free = [column for column, text in enumerate(folded) if text and column not in found.values()]
    # A known word wins over a likeness, and the first word of a list over a later one.
    ranked: list[tuple[int, int, int, str, int]] = []
    for order, (name, words) in enumerate(schema.SYNONYMS.items()):
        if name in found or name in named:
            continue
        for column in free:
            if folded[column] in words:
                ranked.append((0, words.index(folded[column]), column, name, order))
            else:
                score = max(fuzz.token_sort_ratio(folded[column], word) for word in words)
                if score >= LIKE_ENOUGH and len(folded[column]) > 4:
                    ranked.append((1, round(100 - score), column, name, order))
    _tell_original_from_revised(folded, free, found, named)
    for likeness, distance, column, name, _order in sorted(ranked, key=lambda item: (item[0], item[1], item[2], item[4])):
        if name in found or column in found.values():
            continue
        found[name] = column
        if likeness:
            guessed[name] = f"{100 - distance} % like a known header"
    return found, guessed


def _tell_original_from_revised(
    folded: Sequence[str], free: Sequence[int], found: dict[str, int], named: Mapping[str, Sequence[str]]
) -> None:
    """Take "Target date" beside "Revised target date" as the original."""
    words = schema.SYNONYMS["target"]
    targets = [column for column in free if folded[column] in words]
    revised = [column for column in targets if _REVISION.search(folded[column])]
    plain = [column for column in targets if column not in revised]
    known_original = any(folded[column] in schema.SYNONYMS["original"] for column in free)
    if "target" in named or "original" in named or known_original or not (revised and plain):
        return
    found.setdefault("target", revised[0])
    found.setdefault("original", plain[0])
