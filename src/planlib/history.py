"""Snapshots to a ledger: which row is which action, what its original date was, what changed between two dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from planlib import identity, schema
from planlib.dates import read_date
from planlib.errors import InputError, nearest
from planlib.headers import fold_header, so_far, stated_slip
from planlib.identity import NEW, Found
from planlib.normalise import Finding, conform, finding, frame
from planlib.readers.grid import row_place

_COMPARED = (
    "ref", "ref_range", "area_ref", "area", "action", "lead", "timescale", "target_text", "previous_target_text",
    "original_text", "status_text", "rag", "percent_complete", "completed_text", "progress", "reason",
)  # fmt: skip
# What a date's text is read as: first and last day.
_READ_AS = {
    "target_text": ("target_earliest", "target"), "original_text": ("original_earliest", "original"),
    "completed_text": ("completed_earliest", "completed"),
}  # fmt: skip
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2013": "-"})
_POINTS = re.compile(r"[.,;:'\"](?!\d)|\s+")

Row = dict[str, Any]


@dataclass(frozen=True)
class History:
    """A plan's ledger and how it was made.

    Attributes
    ----------
    ledger : DataFrame
        schema.LEDGER, sorted by snapshot and row.
    matches : DataFrame
        schema.MATCHES.
    findings : list of dict
        What was odd between snapshots.
    """

    ledger: pd.DataFrame
    matches: pd.DataFrame
    findings: list[Finding]


def build(plan: str, snapshots: Sequence[pd.DataFrame], decisions: pd.DataFrame | None = None) -> History:
    """Build the ledger of a plan from its snapshots.

    Parameters
    ----------
    plan : str
        Name of the plan.
    snapshots : sequence of DataFrame
        One a date, in order of date, as `planlib.normalise.normalise` gives them (with ``source``).
    decisions : DataFrame, optional
        A person's decisions on identity: as_of, place, action_id (or "new"), reason, line.

    Returns
    -------
    History
        Adding a later snapshot changes no row of an earlier one.

    Raises
    ------
    InputError
        If a decision names no row of a snapshot, or no action that was known before it.
    """
    rows: list[pd.DataFrame] = []
    matches: list[Row] = []
    findings: list[Finding] = []
    known = _Known(plan, decisions)
    for snapshot in snapshots:
        if not snapshot.empty:
            taken = known.take(snapshot, findings)
            matches += taken
            rows.append(snapshot.assign(plan=plan, action_id=[match["action_id"] for match in taken]))
    known.check_all_used()
    ledger = conform(pd.concat(rows, ignore_index=True) if rows else frame(schema.LEDGER), schema.LEDGER)
    ledger = _completions(ledger, findings)
    ledger = _originals(ledger, findings)
    return History(ledger, frame(schema.MATCHES, matches), findings)


class _Known:
    """The actions met so far, as they last stood: what the next snapshot is matched to."""

    def __init__(self, plan: str, decisions: pd.DataFrame | None) -> None:
        self.plan = plan
        self.last: dict[str, Row] = {}
        self.listed: set[str] = set()
        self.decisions = _records(decisions) if decisions is not None else []
        self.used: set[int] = set()

    def take(self, snapshot: pd.DataFrame, findings: list[Finding]) -> list[Row]:
        """Match every row of a snapshot to an action, or give it a new identity; in the order of the rows."""
        rows = _records(snapshot)
        chosen = self._decided(rows)
        gone = {found.name for found in chosen.values()}
        free = {name: row for name, row in self.last.items() if name not in gone}
        open_rows = [index for index in range(len(rows)) if index not in chosen]
        found = identity.match([rows[index] for index in open_rows], free, self.listed) if self.last else []
        chosen |= dict(zip(open_rows, found, strict=False))
        first = Found(NEW, "new", 100.0, "first snapshot")
        before = dict(self.last)
        taken = []
        for index, row in enumerate(rows):
            match = chosen.get(index, first)
            if match.rivals:
                findings.append(_uncertain(row, match, before))
            name = f"{self.plan}/{len(self.last) + 1}" if match.name == NEW else match.name
            self.last[name] = row
            taken.append({
                "as_of": row["as_of"], "place": row["place"], "ref": row["ref"], "action_id": name,
                "how": match.how, "score": match.score, "evidence": match.evidence,
            })  # fmt: skip
        self.listed = {match["action_id"] for match in taken}
        return taken

    def _decided(self, rows: Sequence[Row]) -> dict[int, Found]:
        """What a person decided of the rows of this snapshot."""
        found: dict[int, Found] = {}
        for number, said in enumerate(self.decisions):
            if said["as_of"] != rows[0]["as_of"]:
                continue
            hits = [index for index, row in enumerate(rows) if row["place"] == row_place(said["place"])]
            if len(hits) != 1:
                raise self._wrong(said, f"place '{said['place']}' is {len(hits)} rows of that date, not exactly one")
            name = said["action_id"]
            if name != NEW and name not in self.last:
                raise self._wrong(
                    said, f"no action '{name}' is known before that date.{nearest(name, self.last)} "
                    f"Write one of ledger.csv, or '{NEW}'"
                )  # fmt: skip
            if hits[0] in found:
                raise self._wrong(said, f"place '{said['place']}' is decided twice")
            if name != NEW and name in {match.name for match in found.values()}:
                raise self._wrong(said, f"'{name}' is given to two rows")
            found[hits[0]] = Found(name, "decision", 100.0, f"matches.csv: {said['reason'] or 'no reason given'}")
            self.used.add(number)
        return found

    def check_all_used(self) -> None:
        """Every decision is of a snapshot that has rows."""
        for number, said in enumerate(self.decisions):
            if number not in self.used:
                raise self._wrong(said, "there is no action in a snapshot of that date")

    def _wrong(self, said: Row, why: str) -> InputError:
        return InputError(f"{self.plan}/matches.csv: line {said['line']} ({said['as_of']:%Y-%m-%d}): {why}")


def _records(table: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _uncertain(row: Row, match: Found, before: Mapping[str, Row]) -> Finding:
    """A match, or an identity newly given, that a person should look at."""
    if match.name == NEW:
        taken = "taken for a new action"
    else:
        taken = f"taken for {match.name}, which stood as '{_called(before[match.name])}' (score {match.score:.0f})"
    others = [f"{name} '{_called(before[name])}' ({score:.0f})" for name, score in match.rivals if name != match.name]
    likely = f"; it may be {' or '.join(others)}" if others else ""
    return finding(
        "match-uncertain",
        f"{taken}: {match.evidence}{likely}. If it is another, say so in matches.csv "
        f"({row['as_of']:%Y-%m-%d}, {row['place']}, its action_id or '{NEW}')",
        **_where(row), column="action", text=row["action"],
    )  # fmt: skip


def _called(row: Row) -> str:
    return str(row["action"] or row["ref"])


def _completions(ledger: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Do not use a completion date after its snapshot, or more than a year before the plan began (METRICS.md, C).

    The plan began with its first snapshot, or when the row itself was due, whichever is earlier.
    """
    if ledger.empty:
        return ledger
    # A row that was due before the first snapshot shows that the plan had begun by then.
    first = ledger[["original", "target"]].min(axis=1).clip(upper=ledger["as_of"].min()).fillna(ledger["as_of"].min())
    began = first - pd.DateOffset(years=1)
    late, early = ledger["completed_earliest"] > ledger["as_of"], ledger["completed"] < began
    for row in _records(ledger.assign(late=late)[late | early]):
        why = "after the snapshot itself" if row["late"] else "more than a year before the plan began and the row was due"
        findings.append(finding(
            "completed-not-used", f"completed '{row['completed_text']}' is {why}; not used", **_where(row),
            column="completed", text=row["completed_text"],
        ))  # fmt: skip
    return ledger.assign(
        completed_earliest=ledger["completed_earliest"].mask(late | early),
        completed=ledger["completed"].mask(late | early),
    )


def _where(row: Row) -> Row:
    return {name: row[name] for name in ("as_of", "source", "place", "ref")}


def says_changed(target_text: pd.Series) -> pd.Series:
    """Whether a target cell itself says that the date was changed ("revised to ...")."""
    return _by_text(target_text, lambda text: read_date(text, as_of=date(2000, 1, 1)).changed)


def says_unchanged(target_text: pd.Series) -> pd.Series:
    """Whether a target cell itself says that the date has not changed."""
    return _by_text(target_text, lambda text: read_date(text, as_of=date(2000, 1, 1)).unchanged)


def _by_text(texts: pd.Series, test: Any) -> pd.Series:
    known = {text: bool(test(text)) for text in texts.unique()}
    return texts.map(known).astype(bool)


class _Date(NamedTuple):
    """A date as a ledger row has it."""

    text: str = ""
    earliest: Any = pd.NaT
    latest: Any = pd.NaT
    precision: str = ""


class _Origin:
    """What is known of one action's original date, snapshot by snapshot (METRICS.md, O)."""

    def __init__(self) -> None:
        self.stated: _Date | None = None
        self.replaced: _Date | None = None
        self.seen: _Date | None = None
        self.listed = self.changed = False

    def take(self, row: Row, findings: list[Finding]) -> tuple[Any, ...]:
        """Original date and its basis, after one more snapshot."""
        own = _Date(*(row[name] for name in ("original_text", "original_earliest", "original", "original_precision")))
        target = _Date(*(row[name] for name in ("target_text", "target_earliest", "target", "target_precision")))
        if row["original_basis"] == "stated":
            if self.stated is None:
                self.stated = own
            elif own[1:3] != self.stated[1:3]:
                findings.append(finding(
                    "original-changed",
                    f"the original date is given as '{own.text}' and was first given as '{self.stated.text}'",
                    **_where(row), column="original", text=own.text,
                ))  # fmt: skip
        elif row["original_basis"] == "replaced" and (self.replaced is None or own.latest < self.replaced.latest):
            self.replaced = own
        # An older date that is the date in force was not replaced.
        older = row["previous_target_text"] != "" and row["previous_target"] != row["target"]
        self.changed |= row["says_changed"] or older
        first = not self.listed or row["says_unchanged"]
        if self.seen is None and pd.notna(target.latest) and first and not self.changed:
            self.seen = target
        self.listed = True
        if self.stated is not None:
            return (*self.stated, "stated")
        # A first date seen that is earlier than all that the source owns up to stands: it was in a report.
        if self.replaced is not None and not (self.seen is not None and self.seen.latest < self.replaced.latest):
            return (*self.replaced, "replaced")
        if self.seen is not None:
            return (*self.seen, "first seen")
        return (*_Date(), "not known")


def slips_that_differ(ledger: pd.DataFrame, extras: pd.DataFrame) -> list[Finding]:
    """Where a source states days of slip in a column of its own, and its dates give another number.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER, or the actions of one file.
    extras : DataFrame
        schema.EXTRAS, in which such a column is kept.

    Returns
    -------
    list of dict
        A finding a cell. Compared where both dates are known to the day: with the target and the completion against
        the first date, and what is called late or overdue also against the target and up to the snapshot. A column in
        which most signs are the other way round counts early as positive. Where the days from Monday to Friday are
        what is stated, that is said once for the column.
    """
    said = [
        (each, days) for each in _records(extras)
        if (days := stated_slip(each["header"], each["text"])) is not None
    ]  # fmt: skip
    if not said:
        return []
    rows = {(row["as_of"], row["source"].partition("; ")[0], row["place"]): row for row in _records(ledger)}
    told = [(each, days, rows.get((each["as_of"], each["source"], row_place(each["place"])))) for each, days in said]
    found: list[Finding] = []
    for header in dict.fromkeys(each["header"] for each, _ in said):
        mine = [(each, days, spans) for each, days, row in told if row and each["header"] == header
                and (spans := _spans(row, header))]  # fmt: skip
        # Slip is counted up or down, by the whole column.
        sign = -1 if sum(_fits(-days, spans) - _fits(days, spans) for _, days, spans in mine) > 0 else 1
        other = [(each, sign * days, spans) for each, days, spans in mine if not _fits(sign * days, spans)]
        weekdays = [each for each in other if _fits(each[1], each[2], weekdays=True)]
        found += [_slip_differs(rows, each, spans) for each, days, spans in other if (each, days, spans) not in weekdays]
        if weekdays:
            each = weekdays[0][0]
            found.append(finding(
                "slip-in-weekdays",
                f"'{header}' gives the days from Monday to Friday in {len(weekdays)} of {len(mine)} rows that can be "
                "compared; planlib counts calendar days",
                as_of=each["as_of"], source=each["source"], place=each["place"], column=header, text=each["text"],
            ))  # fmt: skip
    return found


def _spans(row: Row, header: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The pairs of dates between which days of slip can be counted: those the ledger has itself first."""
    first, target, done = (
        row[name] if row[f"{name}_earliest"] == row[name] else pd.NaT for name in ("original", "target", "completed")
    )
    pairs = [(first, done), (first, target)]
    if so_far(header):
        pairs += [(target, done), (target, row["as_of"]), (first, row["as_of"])]
    return [(begin, end) for begin, end in pairs if pd.notna(begin) and pd.notna(end)] if pd.notna(first) else []


def _fits(days: int, spans: Sequence[tuple[pd.Timestamp, pd.Timestamp]], *, weekdays: bool = False) -> bool:
    """Whether so many days lie between any of the pairs; none where the later date is not later."""
    counted = [_weekdays(*span) if weekdays else (span[1] - span[0]).days for span in spans]
    return days in counted or (days == 0 and min(counted) < 0)


def _weekdays(begin: pd.Timestamp, end: pd.Timestamp) -> int:
    return int(np.busday_count(begin.date(), end.date()))


def _slip_differs(
    rows: Mapping[Any, Row], said: Row, spans: Sequence[tuple[pd.Timestamp, pd.Timestamp]]
) -> Finding:
    row = rows[said["as_of"], said["source"], row_place(said["place"])]
    begin, end = spans[0]
    days = (end - begin).days
    return finding(
        "slip-differs",
        f"'{said['header']}' says '{said['text']}'; from {begin:%Y-%m-%d} ({row['original_basis'] or 'stated'}) to "
        f"{end:%Y-%m-%d} there {'is' if days == 1 else 'are'} {days} calendar day{'' if days == 1 else 's'}, which is used",
        as_of=said["as_of"], source=said["source"], place=said["place"], ref=row["ref"], column=said["header"],
        text=said["text"],
    )  # fmt: skip


def _originals(ledger: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Put O into every row as it was known at that snapshot (METRICS.md, O).

    In order: the earliest value of the source's own original column; the earliest date that the source says was
    replaced; the first target seen, if that snapshot is the first that lists the action or the source says that the
    date has not changed. Otherwise not known.
    """
    names = ["original_text", "original_earliest", "original", "original_precision", "original_basis"]
    said = ledger.assign(
        says_changed=says_changed(ledger["target_text"]), says_unchanged=says_unchanged(ledger["target_text"])
    )
    known: dict[str, _Origin] = {}
    chosen = [known.setdefault(row["action_id"], _Origin()).take(row, findings) for row in _records(said)]
    made = pd.DataFrame(chosen, columns=names, index=ledger.index)
    return conform(ledger.assign(**{name: made[name] for name in names}), schema.LEDGER)


def changes(
    ledger: pd.DataFrame,
    since: date | pd.Timestamp,
    as_of: date | pd.Timestamp,
    *,
    snapshots: Iterable[date] = (),
) -> pd.DataFrame:
    """Every cell that differs between the snapshots in force at two dates.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER, one plan.
    since, as_of : date
        The earlier and the later date.
    snapshots : iterable of date, optional
        Dates of all snapshots (`Plan.snapshots`), which tell an empty one from none.

    Returns
    -------
    DataFrame
        action_id, ref, ref_range, area, what ("new", "no longer listed", or the canonical column), before, after, how
        ("changed", "written otherwise", "given", "cleared", "new", "no longer listed"), place. Equal text is no
        change; another text for the same date, or the same words with other capitals, points or quotes, is *written
        otherwise*; empty where there was text is *cleared*; a missing row is *no longer listed*. Rows in the order of
        the later snapshot, those no longer listed last.
    """
    before, after = (_in_force(ledger, _days(ledger, snapshots), pd.Timestamp(day)) for day in (since, as_of))
    names = ["action_id", "ref", "ref_range", "area", "what", "before", "after", "how", "place"]
    found: list[tuple[Any, ...]] = []
    for action_id in dict.fromkeys([*after, *before]):
        old, new = before.get(action_id), after.get(action_id)
        row = new or old or {}
        head = (action_id, row["ref"], row["ref_range"], row["area"])
        if old is None:
            found.append((*head, "new", "", row["action"], "new", row["place"]))
        elif new is None:
            found.append((*head, "no longer listed", row["action"], "", "no longer listed", row["place"]))
        else:
            for column in _COMPARED:
                was, now = _as_text(old[column]), _as_text(new[column])
                if was != now:
                    found.append((*head, column, was, now, _how(column, old, new, was, now), row["place"]))
    return pd.DataFrame(found, columns=names).astype("string").fillna("")


def _how(column: str, old: Row, new: Row, was: str, now: str) -> str:
    if not now:
        return "cleared"
    if not was:
        return "given"
    ends = _READ_AS.get(column)
    if ends and all(pd.notna(row[end]) for row in (old, new) for end in ends):
        # A cell that says anew from when the date was moved is news, though the date is the same.
        older = [_told_in_cell(row) for row in (old, new)] if column == "target_text" else []
        same = all(old[end] == new[end] for end in ends) and len({each for each in older if pd.notna(each)}) < 2
        same &= len({pd.isna(each) for each in older}) < 2
    else:
        same = column != "percent_complete" and _plain(was) == _plain(now)
    return "written otherwise" if same else "changed"


def _told_in_cell(row: Row) -> Any:
    """The older date that stands in the target's own cell; one from another column is a matter of that column."""
    return row["previous_target"] if row["previous_target_text"] in row["target_text"] else pd.NaT


def _plain(text: str) -> str:
    """A text without what changes nothing in it: capitals, points, quotes and spacing; points before digits stay."""
    return " ".join(_POINTS.sub(" ", text.translate(_QUOTES).casefold()).split())


def _as_text(value: Any) -> str:
    return "" if pd.isna(value) else value if isinstance(value, str) else f"{value:g}"


def words_changed(before: str, after: str) -> list[tuple[str, str]]:
    """Which words of a text were taken away and which were put in their place.

    Parameters
    ----------
    before, after : str

    Returns
    -------
    list of (str, str)
        Words taken away and words added, in order of the text; either may be blank. Two places with one unchanged word
        between them are one; a word that is only written otherwise (capitals, a point after it) is unchanged.

    Examples
    --------
    >>> words_changed("approved by the board in May", "approved by the cabinet in May")
    [('board', 'cabinet')]
    """
    old, new = before.split(), after.split()
    places: list[list[int]] = []
    old_plain, new_plain = ([_plain(word) or word for word in words] for words in (old, new))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_plain, new_plain, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if places and i1 - places[-1][1] <= 1:
            places[-1][1], places[-1][3] = i2, j2
        else:
            places.append([i1, i2, j1, j2])
    return [(" ".join(old[i1:i2]), " ".join(new[j1:j2])) for i1, i2, j1, j2 in places]


def columns_changed(
    ledger: pd.DataFrame,
    extras: pd.DataFrame,
    since: date | pd.Timestamp,
    as_of: date | pd.Timestamp,
    *,
    snapshots: Iterable[date] = (),
) -> pd.DataFrame:
    """Columns that hold text in only one of the snapshots in force at two dates.

    A source is seen through what was read of it: a column of the ledger that is blank throughout counts as absent, and
    so does a column without a canonical name whose cells are all blank.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER, one plan.
    extras : DataFrame
        schema.EXTRAS.
    since, as_of : date
    snapshots : iterable of date, optional
        Dates of all snapshots, as for `changes`.

    Returns
    -------
    DataFrame
        ``kind`` ("ledger": a canonical column; "extra": a header without a canonical name), ``column``, ``change``
        ("appeared", "vanished"), ``cells`` (with text, in the snapshot that has them); ledger columns in the order of
        the ledger, then headers by name. Empty where either snapshot lists no action.
    """
    days = _days(ledger, snapshots)
    when = [max((each for each in days if each <= pd.Timestamp(day)), default=pd.NaT) for day in (since, as_of)]
    rows = [_records(ledger[ledger["as_of"] == day]) for day in when]
    found: list[tuple[str, str, str, int]] = []
    if all(rows):
        for column in _COMPARED:
            # The ledger's original date may have been worked out, and says nothing of a column.
            was, now = (
                sum(_as_text(row[column]) != "" and (column != "original_text" or row["original_basis"] == "stated")
                    for row in some)
                for some in rows
            )  # fmt: skip
            if bool(was) != bool(now):
                found.append(("ledger", column, "appeared" if now else "vanished", was or now))
        canonical = {fold_header(text) for texts in schema.SYNONYMS.values() for text in texts}
        headers = [
            extras.loc[(extras["as_of"] == day) & (extras["header"] != ""), "header"].value_counts() for day in when
        ]
        for header in sorted({*headers[0].index} | {*headers[1].index}):
            was, now = (int(counts.get(header, 0)) for counts in headers)
            if bool(was) != bool(now) and fold_header(header) not in canonical:
                found.append(("extra", header, "appeared" if now else "vanished", was or now))
    made = pd.DataFrame(found, columns=["kind", "column", "change", "cells"])
    return made.astype({"kind": "string", "column": "string", "change": "string", "cells": "Int64"})


def _days(ledger: pd.DataFrame, snapshots: Iterable[date]) -> list[pd.Timestamp]:
    return [*ledger["as_of"].unique(), *(pd.Timestamp(day) for day in snapshots)]


def _in_force(ledger: pd.DataFrame, days: Sequence[pd.Timestamp], day: pd.Timestamp) -> dict[str, Row]:
    past = [each for each in days if each <= day]
    rows = _records(ledger[ledger["as_of"] == max(past)]) if past else []
    return {row["action_id"]: row for row in rows}
