"""Trends over the reports of a plan: how often dates change, who moves them, and what a falling late count is made of.

Every function takes a ledger and a date and returns a table, changes nothing, and looks at nothing dated later.
Definitions: docs/measures.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from planlib import schema, slippage
from planlib.delivery import area_label
from planlib.slippage import State, When, rows_on_dates, state

TREND_SNAPSHOTS, TREND_DAYS = 3, 28  # METRICS, "Over time": fewer make no trend
REPEATED = 3  # revisions from which an action is a repeat offender (issue 4; audit committees' minutes)
BECAME = {
    "finished": "complete at the next report",
    "closed not done": "closed, not done",
    "no longer listed": "open when last listed, and not listed any more",
    "standing not known": "listed, and its status is not known",
    "still overdue": "open, and its date, the same or another, has passed",
    "date corrected": "its date was changed by a correction of a typing or copying error, and has not passed",
    "later date": "open, with another date that has not passed",
    "no date": "open, and its date was taken away",
}
"""What can have become of an action that was overdue in the report before; the first that applies."""


def is_trend(snapshots: Sequence[Any]) -> bool:
    """Whether there are reports enough for a trend: at least 3, over at least 28 days. The one place of that rule."""
    return len(snapshots) >= TREND_SNAPSHOTS and (snapshots[-1] - snapshots[0]).days >= TREND_DAYS


# --- changes of date at each report ----------------------------------------------------------------------------------


def changes_per_period(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How many dates were changed between each report and the one before, by kind.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional
        The same ledger and date, already prepared.

    Returns
    -------
    DataFrame
        One row per snapshot and kind (schema.CHANGE_KINDS): plan, ``since`` (the snapshot before; NaT at the first),
        ``as_of``, ``kind``, ``listed`` (actions in the snapshot), ``compared`` (of them those that can be followed, were
        listed before and have a date then or now), ``changes``, ``actions`` (that have one or more of them) and
        ``decisions`` (missing for kinds that are no revision). The three counts are missing where there is none and
        nothing could be compared: 0 would claim to know.

    Notes
    -----
    The counts of changes and of decisions add up over kinds and periods to those of `planlib.slippage.date_changes`;
    actions do not, for one action may change at several reports. The first snapshot shows only what the source itself
    tells of earlier dates. Source: HM Treasury letter DAO 02/20; METRICS.md, "change of date", "decisions".
    """
    at = at or state(ledger, as_of)
    found, kinds = slippage.date_changes(ledger, as_of, at=at), list(schema.CHANGE_KINDS)
    periods = _periods(at)
    at_report, size = _report_numbers(at, periods), len(periods) * len(kinds)
    position = _positions(at, found)
    kind = pd.Categorical(found["kind"], categories=kinds).codes.astype("int64")
    cell = at_report(position, found["as_of"]) * len(kinds) + kind
    revised = found["revision"].to_numpy(bool)
    decision = found["decision"].fillna(0).to_numpy("int64")
    past, first = at.past, ~at.past["position"].duplicated()
    dated = past["target"].notna() | past["target"].shift(1).mask(first).notna()
    followed = slippage.revisions(ledger, as_of, at=at)["revisions"].notna()
    compared = dated & ~first & at.spread(followed)
    report = at_report(past["position"].to_numpy(), past["as_of"])
    made = periods.loc[periods.index.repeat(len(kinds))].reset_index(drop=True)
    made["kind"] = pd.array(np.tile(np.array(kinds, dtype=object), len(periods)), dtype="string")
    for name, which in (("listed", np.full(len(past), True)), ("compared", compared.to_numpy(bool))):
        made[name] = np.repeat(np.bincount(report[which], minlength=len(periods)), len(kinds))
    counts = {
        "changes": np.bincount(cell, minlength=size),
        "actions": np.bincount(_once(cell, position), minlength=size),
        "decisions": np.bincount(_once(cell[revised], decision[revised]), minlength=size),
    }
    told = (counts["changes"] > 0) | (made["compared"] > 0).to_numpy()
    for name, numbers in counts.items():
        known = told & made["kind"].isin(slippage.REVISIONS).to_numpy(bool) if name == "decisions" else told
        made[name] = pd.Series(numbers, dtype="Int64").where(known)
    return made


def _positions(at: State, changes: pd.DataFrame) -> np.ndarray:
    """The action of each change of date, as its place in `State.force`; sought once, for texts are slow to seek."""
    if "positions of changes" not in at.made:
        at.made["positions of changes"] = at.force.index.get_indexer(changes["action_id"])
    return at.made["positions of changes"]


def _periods(at: State) -> pd.DataFrame:
    """plan, since, as_of: every snapshot of every plan with the one before, sorted as the plans of `State.force` are."""
    rows = [
        (plan, days[number - 1] if number else pd.NaT, day)
        for plan in at.force["plan"].unique()
        for days in [at.snapshots.get(str(plan), ())]
        for number, day in enumerate(days)
    ]
    made = pd.DataFrame(rows, columns=["plan", "since", "as_of"])
    return made.astype({"plan": "string", "since": schema.DATE, "as_of": schema.DATE})


def _report_numbers(at: State, periods: pd.DataFrame) -> Any:
    """A function of actions (their positions) and snapshot dates that gives the number of the report in `periods`."""
    codes, plans = pd.factorize(at.force["plan"])
    begin = periods["as_of"].min() if len(periods) else at.as_of
    width = (at.as_of - begin).days + 1

    def numbered(plan: Any, day: pd.Series) -> Any:
        return plan * width + (day - begin).dt.days.to_numpy()

    reports = numbered(pd.Index(plans).get_indexer(periods["plan"]), periods["as_of"])
    return lambda position, day: np.searchsorted(reports, numbered(codes[position], day))


def _once(cells: np.ndarray, things: np.ndarray) -> np.ndarray:
    """The cells of distinct pairs of a cell and a thing in it."""
    return pd.DataFrame({"cell": cells, "thing": things}).drop_duplicates()["cell"].to_numpy()


# --- late by the date now, and by the first date ---------------------------------------------------------------------


def late_over_time(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """At each report: what is late by its date now, what by its first date, and what became of what was late before.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional

    Returns
    -------
    DataFrame
        One row per snapshot date t of each plan, and one at `as_of`; each as it was known then. plan, ``since`` (the
        row before; NaT at the first), ``as_of``. Of the actions listed at t: ``unknown`` (standing not known), ``open``,
        ``overdue`` (F.latest < t: late as the plan itself would say), ``first_known`` (open, O known), ``past``
        (open, O.latest < t), which is the sum of ``past_overdue``, ``past_redated`` (F.latest >= t) and ``past_undated``
        (no F). ``gone``: open when last listed, not listed at t, O.latest < t.
        ``before`` (overdue at `since`), which is the sum of the columns named in `BECAME`; ``kept_dates``: overdue at t
        had no date been changed since `since` (corrections excepted). These are missing at the first row.
        ``by_dates``: of a fall of overdue since then, what would not have been without changed dates (the smaller of
        before - overdue and kept_dates - overdue; all of it where before <= kept_dates); missing where it did not fall.

    Notes
    -----
    ``kept_dates`` takes for each action open and listed at t the date that it had at `since`, or its own where it had
    none. ``past`` and ``gone`` together are *past original*. Source: METRICS.md, "Over time": re-dated beside late, so
    that a falling late share bought by re-dating is seen.
    """
    at = at or state(ledger, as_of)
    rows, on, dates = rows_on_dates(at)
    t, target, original = rows["t"], rows["target"], rows["original"]
    status = rows["status"]
    listed, is_open = rows["listed"].to_numpy(bool), status.isin(schema.OPEN_STATUSES).to_numpy(bool)
    live, passed, first_passed = is_open & listed, (target < t).to_numpy(bool), (original < t).to_numpy(bool)
    overdue, past = live & passed, live & first_passed
    undated = target.isna().to_numpy(bool)
    # The row before is the same action's at the date before: rows are sorted by action and date.
    same = np.append(False, rows["position"].to_numpy()[1:] == rows["position"].to_numpy()[:-1])[: len(rows)]
    was = np.append(False, overdue[:-1])[: len(rows)] & same
    corrected = _corrected_rows(at, rows, slippage.date_changes(ledger, as_of, at=at))
    told_before = target.shift(1).where(same & ~corrected)
    kept = live & (told_before.fillna(target) < t).to_numpy(bool)
    ended = {
        "finished": status.isin(schema.DONE_STATUSES).to_numpy(bool),
        "closed not done": (status == "closed not done").to_numpy(bool),
        "no longer listed": is_open & ~listed, "standing not known": ~is_open, "still overdue": passed,
        "date corrected": corrected, "no date": undated,
    }  # fmt: skip
    became = np.select(list(ended.values()), list(ended), "later date")
    what = {
        "unknown": (status == "unknown").to_numpy(bool) & listed, "open": live, "overdue": overdue,
        "first_known": live & original.notna().to_numpy(bool), "past": past, "past_overdue": past & passed,
        "past_redated": past & ~passed & ~undated, "past_undated": past & undated,
        "gone": is_open & ~listed & first_passed, "before": was,
        **{name: was & (became == name) for name in BECAME}, "kept_dates": kept,
    }  # fmt: skip
    made = dates[["plan", "t"]].rename(columns={"t": "as_of"})
    first = ~made["plan"].duplicated()
    made.insert(1, "since", made["as_of"].shift(1).mask(first))
    for name, which in what.items():
        counts = pd.Series(np.bincount(on[which], minlength=len(dates)), index=made.index, dtype="Int64")
        made[name] = counts.mask(first) if name in ("before", "kept_dates", *BECAME) else counts
    fall, saved = made["before"] - made["overdue"], made["kept_dates"] - made["overdue"]
    made["by_dates"] = fall.where(fall <= saved, saved).clip(lower=0).where((fall > 0).fillna(False))
    return made


def _corrected_rows(at: State, rows: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    """Whether the row in force, on the day of its own snapshot, has a date that a correction made."""
    found = found[(found["kind"] == "corrected").to_numpy(bool)]
    if found.empty:
        return np.full(len(rows), False)
    told = pd.MultiIndex.from_arrays([at.force.index.get_indexer(found["action_id"]), found["as_of"]])
    return pd.MultiIndex.from_arrays([rows["position"], rows["t"]]).isin(told)


# --- repeat offenders ------------------------------------------------------------------------------------------------


def repeated(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """Actions with three revisions or more, and how many of these moved other actions too.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional

    Returns
    -------
    DataFrame
        Index action_id, most revisions first: plan, ``revisions``, of which ``shared`` (their decision moved another
        action too: an action moved three times with its whole area is not one moved three times by itself) and
        ``alone``; ``decisions``; ``days_moved`` (sum over changes of every kind); ``stated`` (revisions from a date that
        is not given, whose days are in no sum); ``given`` (revisions with a reason).

    Notes
    -----
    Source: limits on re-dating in the minutes of council audit committees; METRICS.md, "revisions", "decisions".
    """
    at = at or state(ledger, as_of)
    found = slippage.date_changes(ledger, as_of, at=at)
    revised = found["revision"].to_numpy(bool)
    action, found = _positions(at, found)[revised], found[revised]
    number, plan = found["decision"].to_numpy("int64"), pd.factorize(at.force["plan"])[0][action]
    decision = np.unique(plan * (number.max(initial=0) + 1) + number, return_inverse=True)[1]
    moved = np.bincount(_once(decision, action), minlength=1)  # actions of each decision

    def summed(which: np.ndarray) -> pd.Series:
        return pd.Series(np.bincount(action[which], minlength=len(at.force)), index=at.force.index, dtype="Int64")

    shared = moved[decision] > 1
    made = pd.DataFrame({"plan": at.force["plan"], "revisions": summed(np.full(len(found), True))})
    made["shared"], made["alone"] = summed(shared), summed(~shared)
    pairs = pd.DataFrame({"action": action, "decision": decision}).drop_duplicates()["action"].to_numpy()
    made["decisions"] = pd.Series(np.bincount(pairs, minlength=len(made)), index=made.index, dtype="Int64")
    made["days_moved"] = slippage.revisions(ledger, as_of, at=at)["days_moved"]
    made["stated"] = summed((found["kind"] == "stated").to_numpy(bool))
    made["given"] = summed((found["reason"] != "").to_numpy(bool))
    made = made[(made["revisions"] >= REPEATED).to_numpy(bool)]
    return made.sort_values(["revisions", "days_moved"], ascending=False, kind="stable")


# --- who, and which area ---------------------------------------------------------------------------------------------


def published_groups(plans: pd.Series, keys: pd.Series, small_number: int) -> pd.Series:
    """The name under which each action is counted, so that no group of fewer than `small_number` stands alone.

    Parameters
    ----------
    plans, keys : Series of str
        Plan, and lead or area, of each action.
    small_number : int
        ``[publish] small_number`` of plan.toml; 0 names every group.

    Returns
    -------
    Series of str
        The key itself; or, for groups of fewer actions, "others (groups of fewer than n)". Where these are one group
        only, or together fewer than n actions, the next smallest groups are put with them, and the name says so: else
        the totals less the other groups would give them away.
    """
    if small_number < 1 or keys.empty:
        return keys
    made = keys.astype(object).copy()
    for _, mine in keys.astype(object).groupby(plans.astype(object), sort=False):
        sizes = mine.value_counts(sort=False).sort_values(kind="stable")
        small = int((sizes < small_number).sum())
        if not small:
            continue
        enough = (np.arange(1, len(sizes) + 1) >= max(small, 2)) & (sizes.cumsum() >= small_number).to_numpy()
        taken = int(enough.argmax()) + 1 if enough.any() else len(sizes)
        more = " and the next smallest" if taken > small else ""
        hidden = mine.isin(sizes.index[:taken])
        made.loc[hidden.index[hidden]] = f"others (groups of fewer than {small_number}{more})"
    return made.astype("string")


def grouped_state(at: State, small_number: int) -> State:
    """The same state with leads and areas named as they are published."""
    if small_number < 1:
        return at
    rows = at.force
    area = published_groups(rows["plan"], area_label(rows), small_number)
    lead = published_groups(rows["plan"], rows["lead"], small_number)
    made = {key: table for key, table in at.made.items() if not (isinstance(key, tuple) and key[0] == "groups")}
    return replace(at, force=rows.assign(area=area, area_ref="", lead=lead), made=made)


def by_group(
    ledger: pd.DataFrame, as_of: When, *, by: str, small_number: int = 0, at: State | None = None
) -> pd.DataFrame:
    """Changes of date by lead or by area.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    by : {"lead", "area"}
    small_number : int, optional
        Groups of fewer actions are not named (`published_groups`).
    at : State, optional

    Returns
    -------
    DataFrame
        In order of first appearance: plan, ``by``, ``key`` (blank: none is named), ``actions``, ``unknown`` (standing
        not known), ``open`` (those no longer listed included), ``followed`` (can be followed), ``revised`` (of these
        with one revision or more), ``repeated`` (three or more), ``revisions``, ``decisions``, ``given`` (revisions with
        a reason), ``before``, ``after``, ``cannot_be_told`` (notice), ``slip_known``, ``later`` (slip known and later
        than the first date), ``days_later`` (their slip, or at least, added up), ``at_least`` (one of them still grows).

    Notes
    -----
    An action is counted under the lead and the area that it has in its row in force, whoever had it when its date was
    changed. A lead is what the source writes: "A; B" is a lead of its own. A decision that moved actions of two groups
    counts in both. Source: METRICS.md, "Slippage"; the small-number rule of DESIGN.
    """
    at = at or state(ledger, as_of)
    rows = at.force
    keys = area_label(rows) if by == "area" else rows["lead"]
    keys = published_groups(rows["plan"], keys, small_number)
    groups = pd.DataFrame({"plan": rows["plan"], "by": by, "key": keys}).reset_index(drop=True)
    number = groups.groupby(["plan", "key"], sort=False).ngroup().to_numpy()
    made = groups.drop_duplicates().reset_index(drop=True).astype({"by": "string"})
    size = len(made)
    often, slip = slippage.revisions(ledger, as_of, at=at)["revisions"], slippage.slip(ledger, as_of, at=at)
    late = slip[["slip_low", "at_least_days"]].max(axis=1)
    grows = (slip["at_least_days"] > slip["slip_low"].fillna(-1)).fillna(False)
    found = slippage.date_changes(ledger, as_of, at=at)
    revised = found["revision"].to_numpy(bool)
    group_of, found = number[_positions(at, found)[revised]], found[revised]
    flags = {
        "actions": pd.Series(True, index=rows.index), "unknown": rows["status"] == "unknown", "open": rows["open"],
        "followed": often.notna(), "revised": often > 0, "repeated": often >= REPEATED, "slip_known": late.notna(),
        "later": late > 0, "days_later": late.clip(lower=0), "at_least": (late > 0) & grows,
    }  # fmt: skip
    sums = {
        name: np.bincount(number, weights=each.astype("Int64").fillna(0).to_numpy("float64"), minlength=size).astype(
            "int64"
        )
        for name, each in flags.items()
    }
    told = {
        "revisions": np.full(len(found), True), "given": (found["reason"] != "").to_numpy(bool),
        **{name: (found["notice"] == words).to_numpy(bool) for name, words in NOTICES.items()},
    }  # fmt: skip
    sums |= {name: np.bincount(group_of[which], minlength=size) for name, which in told.items()}
    sums["decisions"] = np.bincount(_once(group_of, found["decision"].to_numpy("int64")), minlength=size)
    order = ("actions", "unknown", "open", "followed", "revised", "repeated", "revisions", "decisions", "given", *NOTICES,
             "slip_known", "later", "days_later")  # fmt: skip
    return made.assign(**{name: sums[name] for name in order}, at_least=sums["at_least"] > 0)


NOTICES = {
    "before": "before it was missed",
    "after": "after it was missed",
    "cannot_be_told": "cannot be told",
}
