"""Snapshots to a ledger: which row is which action, what its original date was, what changed between two dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process, utils

from planlib import schema
from planlib.dates import read_date
from planlib.normalise import conform, finding, frame, range_numbers

SAME_WORDING = 85.0  # rapidfuzz score from which two wordings are taken for one action when the refs do not say
OTHER_WORDING = 45.0  # and below which an equal ref is doubted
_COMPARED = (
    "ref", "area", "action", "lead", "timescale", "target_text", "original_text", "status_text", "completed_text",
    "progress", "reason",
)  # fmt: skip


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
    findings: list[dict[str, Any]]


def build(plan: str, snapshots: Sequence[pd.DataFrame], decisions: pd.DataFrame | None = None) -> History:
    """Build the ledger of a plan from its snapshots.

    Parameters
    ----------
    plan : str
        Name of the plan.
    snapshots : sequence of DataFrame
        One a date, in order of date, as `planlib.normalise.normalise` gives them (with ``source``).
    decisions : DataFrame, optional
        A person's decisions on identity: as_of, place, action_id.

    Returns
    -------
    History
        Adding a later snapshot changes no row of an earlier one.
    """
    rows: list[pd.DataFrame] = []
    matches: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    known = _Known(plan)
    for snapshot in snapshots:
        if snapshot.empty:
            continue
        taken = known.take(snapshot, decisions, findings)
        matches += taken
        rows.append(snapshot.assign(plan=plan, action_id=[match["action_id"] for match in taken]))
    ledger = conform(pd.concat(rows, ignore_index=True) if rows else frame(schema.LEDGER), schema.LEDGER)
    ledger = _completions(ledger, findings)
    ledger = _originals(ledger, findings)
    return History(ledger, frame(schema.MATCHES, matches), findings)


class _Known:
    """The actions met so far, as they last stood: what the next snapshot is matched to."""

    def __init__(self, plan: str) -> None:
        self.plan = plan
        self.last: dict[str, Mapping[str, Any]] = {}

    def take(
        self, snapshot: pd.DataFrame, decisions: pd.DataFrame | None, findings: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Match every row of a snapshot to an action, or give it a new identity; in the order of the rows."""
        rows = snapshot.to_dict("records")
        chosen: dict[int, tuple[str, str, float, str]] = {}
        free = dict(self.last)
        for step in (self._decided, self._by_ref, self._by_range, self._by_wording):
            for index, match in step(rows, chosen, free, decisions).items():
                if match[0] in free:
                    chosen[index] = match
                    del free[match[0]]
        taken = []
        for index, row in enumerate(rows):
            if index not in chosen:
                name = f"{self.plan}/{len(self.last) + 1}"
                chosen[index] = (name, "new", 100.0, "nothing earlier is like it" if self.last else "first snapshot")
                self.last[name] = row
            name, how, score, evidence = chosen[index]
            if score < SAME_WORDING and how not in ("new", "decision", "range"):
                findings.append(finding(
                    "match-uncertain", f"taken for the action that stood as '{self.last[name]['action']}': {evidence}",
                    as_of=row["as_of"], source=row["source"], place=row["place"], ref=row["ref"],
                    column="action", text=row["action"],
                ))  # fmt: skip
            self.last[name] = row
            taken.append({
                "as_of": row["as_of"], "place": row["place"], "ref": row["ref"], "action_id": name, "how": how,
                "score": score, "evidence": evidence,
            })  # fmt: skip
        return taken

    def _decided(self, rows: Any, chosen: Any, free: Any, decisions: pd.DataFrame | None) -> dict[int, Any]:
        if decisions is None or decisions.empty:
            return {}
        said = {(row.as_of, row.place): row for row in decisions.itertuples()}
        return {
            index: (said[key].action_id, "decision", 100.0, f"matches.csv: {said[key].reason}")
            for index, row in enumerate(rows)
            if (key := (row["as_of"], row["place"])) in said
        }

    def _by_ref(self, rows: Any, chosen: Any, free: Any, _decisions: Any) -> dict[int, Any]:
        """Equal refs, where one row and one action have it, or the wording tells which; unless the wording objects."""
        earlier: dict[str, list[str]] = {}
        for name, row in free.items():
            if row["ref"]:
                earlier.setdefault(_fold_ref(row["ref"]), []).append(name)
        found: dict[int, Any] = {}
        pairs = []
        for index, row in enumerate(rows):
            if index not in chosen and row["ref"]:
                for name in earlier.get(_fold_ref(row["ref"]), ()):
                    pairs.append((_likeness(row, free[name]), index, name))
        used: set[str] = set()
        for score, index, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
            if index in found or name in used or score < OTHER_WORDING:
                continue
            used.add(name)
            same = "same wording" if score >= SAME_WORDING else f"wording {score:.0f} % alike"
            found[index] = (name, "ref", score, f"same ref; {same}")
        return found

    def _by_range(self, rows: Any, chosen: Any, free: Any, _decisions: Any) -> dict[int, Any]:
        """Rows of a range are matched as a set: any row to any earlier row whose range holds its numbers."""
        ranges = {name: set(range_numbers(row["ref_range"])) for name, row in free.items() if row["ref_range"]}
        found: dict[int, Any] = {}
        for index, row in enumerate(rows):
            numbers = set(range_numbers(row["ref_range"] or row["ref"]))
            if index in chosen or not numbers:
                continue
            fitting = [name for name, earlier in ranges.items() if numbers <= earlier]
            if fitting:
                name = max(fitting, key=lambda name: (*_agreement(row, free[name]), -_number(name)))
                del ranges[name]
                found[index] = (name, "range", 100.0, f"one of {free[name]['ref_range']}")
        return found

    def _by_wording(self, rows: Any, chosen: Any, free: Any, _decisions: Any) -> dict[int, Any]:
        """The likest wordings, best first, each row and each action once; numbers known only by count have none."""
        left = [index for index, row in enumerate(rows) if index not in chosen and row["action"] and not row["ref_range"]]
        names = [name for name, row in free.items() if row["action"] and not row["ref_range"]]
        if not left or not names:
            return {}
        scores = process.cdist(
            [rows[index]["action"] for index in left], [free[name]["action"] for name in names],
            scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=SAME_WORDING,
        )  # fmt: skip
        pairs = sorted(
            ((float(scores[i, j]), -i, -j) for i, j in zip(*scores.nonzero(), strict=True)), reverse=True
        )
        found: dict[int, Any] = {}
        used: set[str] = set()
        for score, i, j in pairs:
            index, name = left[-i], names[-j]
            if index not in found and name not in used:
                used.add(name)
                found[index] = (name, "wording", score, f"wording {score:.0f} % alike; ref was {free[name]['ref'] or 'blank'}")
        return found


def _agreement(row: Mapping[str, Any], earlier: Mapping[str, Any]) -> tuple[bool, ...]:
    """How far two rows of a range agree: wording first, then whether done, then the date."""
    done = (row["status"] in schema.DONE_STATUSES) == (earlier["status"] in schema.DONE_STATUSES)
    return row["action"] == earlier["action"], done, row["target_text"] == earlier["target_text"]


def _number(name: str) -> int:
    return int(name.rsplit("/", 1)[1])


def _fold_ref(ref: str) -> str:
    return "".join(ref.casefold().split()).rstrip(".")


def _likeness(row: Mapping[str, Any], earlier: Mapping[str, Any]) -> float:
    if not row["action"] or not earlier["action"]:
        return 100.0
    return fuzz.token_set_ratio(row["action"], earlier["action"], processor=utils.default_process)


def _completions(ledger: pd.DataFrame, findings: list[dict[str, Any]]) -> pd.DataFrame:
    """Do not use a completion date after its snapshot, or more than a year before the plan began (METRICS.md, C)."""
    if ledger.empty:
        return ledger
    began = ledger["as_of"].min() - pd.DateOffset(years=1)
    late, early = ledger["completed_earliest"] > ledger["as_of"], ledger["completed"] < began
    for row in ledger.index[late | early]:
        why = "after the snapshot itself" if late[row] else "more than a year before the plan began"
        findings.append(finding(
            "completed-not-used", f"completed '{ledger.at[row, 'completed_text']}' is {why}; not used",
            **_where(ledger, row), column="completed", text=ledger.at[row, "completed_text"],
        ))  # fmt: skip
    return ledger.assign(
        completed_earliest=ledger["completed_earliest"].mask(late | early),
        completed=ledger["completed"].mask(late | early),
    )


def _where(ledger: pd.DataFrame, row: Any) -> dict[str, Any]:
    return {name: ledger.at[row, name] for name in ("as_of", "source", "place", "ref")}


def says_changed(target_text: pd.Series) -> pd.Series:
    """Whether a target cell itself says that the date was changed ("revised to ...")."""
    return _by_text(target_text, lambda text: read_date(text, as_of=date(2000, 1, 1)).changed)


def says_unchanged(target_text: pd.Series) -> pd.Series:
    """Whether a target cell itself says that the date has not changed."""
    return _by_text(target_text, lambda text: read_date(text, as_of=date(2000, 1, 1)).unchanged)


def _by_text(texts: pd.Series, test: Any) -> pd.Series:
    known = {text: bool(test(text)) for text in texts.unique()}
    return texts.map(known).astype(bool)


def _originals(ledger: pd.DataFrame, findings: list[dict[str, Any]]) -> pd.DataFrame:
    """Put O into every row as it was known at that snapshot (METRICS.md, O).

    In order: the earliest value of the source's own original column; the earliest date that the source says was
    replaced; the first target seen, if that snapshot is the first that lists the action or the source says that the
    date has not changed. Otherwise not known.
    """
    parts = ("text", "earliest", "", "precision")
    names = [f"original_{part}".rstrip("_") for part in parts]
    chosen: dict[int, tuple[Any, ...]] = {}
    changed, unchanged = says_changed(ledger["target_text"]), says_unchanged(ledger["target_text"])
    for _, rows in ledger.groupby("action_id", sort=False):
        stated = replaced = seen = None
        was_changed = False
        for order, row in enumerate(rows.index):
            cell = ledger.loc[row]
            if cell["original_basis"] == "stated":
                if stated is None:
                    stated = tuple(cell[name] for name in names)
                elif cell["original"] != stated[2] or cell["original_earliest"] != stated[1]:
                    findings.append(finding(
                        "original-changed",
                        f"the original date is given as '{cell['original_text']}' and was first given as '{stated[0]}'",
                        **_where(ledger, row), column="original", text=cell["original_text"],
                    ))  # fmt: skip
            older = cell["previous_target"]
            if pd.notna(older):
                earliest, precision = _older_interval(cell)
                if replaced is None or older < replaced[2]:
                    replaced = (cell["previous_target_text"], earliest, older, precision)
            was_changed = was_changed or bool(changed[row]) or bool(cell["previous_target_text"])
            if seen is None and pd.notna(cell["target"]) and (order == 0 or unchanged[row]) and not was_changed:
                seen = tuple(cell[name] for name in ("target_text", "target_earliest", "target", "target_precision"))
            if stated is not None:
                chosen[row] = (*stated, "stated")
            elif replaced is not None and not (seen is not None and seen[2] < replaced[2]):
                chosen[row] = (*replaced, "replaced")
            elif seen is not None:
                chosen[row] = (*seen, "first seen")
            else:
                chosen[row] = ("", pd.NaT, pd.NaT, "", "not known")
    made = pd.DataFrame.from_dict(chosen, orient="index", columns=[*names, "original_basis"])
    made = made.reindex(ledger.index)
    return conform(ledger.assign(**{name: made[name] for name in made}), schema.LEDGER)


def _older_interval(cell: pd.Series) -> tuple[Any, str]:
    reading = read_date(cell["previous_target_text"], as_of=cell["as_of"].date())
    reading = reading if reading.latest else (reading.previous or reading)
    if reading.latest is None or pd.Timestamp(reading.latest) != cell["previous_target"]:
        return cell["previous_target"], "day"
    return pd.Timestamp(reading.earliest), reading.precision


def changes(ledger: pd.DataFrame, since: date | pd.Timestamp, as_of: date | pd.Timestamp) -> pd.DataFrame:
    """Every cell that differs between the snapshots in force at two dates.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER, one plan.
    since, as_of : date
        The earlier and the later date.

    Returns
    -------
    DataFrame
        action_id, ref, ref_range, area, what ("new", "no longer listed", or the canonical column), before, after, how
        ("changed", "given", "cleared", "new", "no longer listed"), place. Equal text is no change; empty where there was
        text is *cleared*; a missing row is *no longer listed*.
    """
    sides = []
    for day in (since, as_of):
        past = ledger[ledger["as_of"] <= pd.Timestamp(day)]
        sides.append(past[past["as_of"] == past["as_of"].max()].set_index("action_id"))
    before, after = sides
    names = ["action_id", "ref", "ref_range", "area", "what", "before", "after", "how", "place"]
    found: list[tuple[Any, ...]] = []
    for action_id in [*after.index, *before.index.difference(after.index, sort=False)]:
        row = after.loc[action_id] if action_id in after.index else before.loc[action_id]
        head = (action_id, row["ref"], row["ref_range"], row["area"])
        if action_id not in before.index:
            found.append((*head, "new", "", row["action"], "new", row["place"]))
        elif action_id not in after.index:
            found.append((*head, "no longer listed", row["action"], "", "no longer listed", row["place"]))
        else:
            for column in _COMPARED:
                old, new = before.at[action_id, column], row[column]
                if old != new:
                    how = "cleared" if not new else "given" if not old else "changed"
                    found.append((*head, column, old, new, how, row["place"]))
    return pd.DataFrame(found, columns=names).astype("string").fillna("")
