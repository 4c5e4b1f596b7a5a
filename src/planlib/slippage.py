"""Measures of one action through time: where it stands, how far and how often its date moved.

Every function takes a ledger (schema.LEDGER, one or many plans) and a date and returns a table; none changes the
ledger, and nothing dated after `as_of` is looked at. Days are calendar days. Definitions: docs/measures.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from planlib import schema
from planlib.dates import read_date
from planlib.history import says_changed

When = str | date | pd.Timestamp
Anchor = tuple[date, date] | None

FINE_PRECISIONS = ("day", "week", "relative", "")
REVISIONS = ("later", "earlier", "removed", "stated")
_CORRECTED = re.compile(r"corrections\.csv line \S+ \((\w+): (\w+)\)")


@dataclass(frozen=True)
class State:
    """A ledger as it was known at a date, prepared once for all measures.

    Attributes
    ----------
    past : DataFrame
        Rows dated up to the date, sorted by plan, action number and snapshot, with ``done`` and ``open``.
    force : DataFrame
        The row in force of each action, index action_id, with ``t`` (the date), ``listed`` (in the latest snapshot).
    as_of : Timestamp
    snapshots : mapping of str to list of Timestamp
        Dates of the snapshots of each plan up to then.
    """

    past: pd.DataFrame
    force: pd.DataFrame
    as_of: pd.Timestamp
    snapshots: Mapping[str, Sequence[pd.Timestamp]]

    def previous(self) -> pd.Series:
        """By plan: the latest snapshot before the one in force, NaT where there is none."""
        return pd.Series(
            {plan: days[-2] if len(days) > 1 else pd.NaT for plan, days in self.snapshots.items()},
            dtype=schema.DATE,
        )

    def started(self) -> pd.Series:
        """By plan: its first snapshot."""
        return pd.Series({plan: days[0] for plan, days in self.snapshots.items()}, dtype=schema.DATE)


def state(
    ledger: pd.DataFrame, as_of: When | pd.Series, *, snapshots: Mapping[str, Sequence[When]] | None = None
) -> State:
    """Prepare a ledger as it was known at a date.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date, or Series of dates by plan
        Close of that day.
    snapshots : mapping, optional
        Dates of the snapshots of each plan; needed only where a snapshot is empty, which the ledger cannot show.

    Returns
    -------
    State
    """
    if isinstance(as_of, pd.Series):
        t = looked_up(ledger["plan"], as_of)
        past = ledger[ledger["as_of"] <= t]
        at = as_of.max()
    else:
        at = pd.Timestamp(as_of)
        past = ledger[ledger["as_of"] <= at]
    past = past.assign(number=_numbers(past), done=past["status"].isin(schema.DONE_STATUSES).to_numpy(bool),
                       open=past["status"].isin(schema.OPEN_STATUSES).to_numpy(bool))  # fmt: skip
    past = past.sort_values(["plan", "number", "as_of"], kind="stable", ignore_index=True)
    force = past.drop_duplicates("action_id", keep="last").set_index("action_id")
    if snapshots is None:
        dates = past[["plan", "as_of"]].drop_duplicates().sort_values(["plan", "as_of"])
        known = {str(plan): list(rows) for plan, rows in dates.groupby("plan", sort=False)["as_of"]}
    else:
        limit = as_of if isinstance(as_of, pd.Series) else dict.fromkeys(snapshots, at)
        known = {
            plan: sorted(day for day in map(pd.Timestamp, days) if day <= limit[plan]) for plan, days in snapshots.items()
        }
        known = {plan: days for plan, days in known.items() if days}
    latest = pd.Series({plan: days[-1] for plan, days in known.items()}, dtype=schema.DATE)
    when = looked_up(force["plan"], as_of) if isinstance(as_of, pd.Series) else at
    force = force.assign(listed=(force["as_of"] == looked_up(force["plan"], latest)).to_numpy(bool), t=when)
    return State(past, force.astype({"t": schema.DATE}), at, known)


def _numbers(rows: pd.DataFrame) -> pd.Series:
    return rows["action_id"].str.replace(r"^.*/", "", regex=True).astype("int64")


def looked_up(keys: pd.Series, table: pd.Series) -> pd.Series:
    """The value of each key, missing where there is none; also where the table is empty, which `Series.map` is not for."""
    return pd.Series(table.reindex(keys.astype(object)).array, index=keys.index)


# --- where each action stands ---------------------------------------------------------------------------------------


def standing(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """Where each action stands: exactly one state, the first that applies.

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
        Index action_id, every action listed at `as_of` or before. ``standing`` (schema.STANDINGS), ``by_own_account``
        (the source's own status says so, no date does), ``date_passed`` (standing not known, target before `as_of`),
        ``due_today`` (due on `as_of` and not complete), ``no_date`` (schema.NO_DATE_KINDS, where no target is known),
        ``says_changed`` (the source says the date was changed), ``claimed`` and ``implied`` (what the source says and
        what the dates imply), ``disagreement`` (blank where they agree).

    Notes
    -----
    An action due on `as_of` is due that day and overdue from the next. Source: METRICS.md, "Where each action stands".
    """
    at = at or state(ledger, as_of)
    rows = at.force
    target, original, t = rows["target"], rows["original"], rows["t"]
    status, claim = rows["status"], rows["claim"]
    changed = _was_changed(at)
    on_time_by_dates = (target >= t) & (target <= original)
    unknown_dates = target.isna() | original.isna()
    rules = {
        "complete": status == "complete",
        "evidenced": status == "evidenced",
        "closed not done": status == "closed not done",
        "no longer listed": ~rows["listed"] & (status != "unknown"),
        "standing not known": status == "unknown",
        "overdue": target < t,
        "delayed": claim == "delayed",
        "re-dated": (target > original) | (original.isna() & changed),
        "on track": on_time_by_dates | (unknown_dates & (claim == "on course")),
        "dated, first date not known": (target >= t) & original.isna(),
        "no date": pd.Series(True, index=rows.index),
    }
    chosen = np.select([rule.to_numpy(bool) for rule in rules.values()], list(rules), "no date")
    made = pd.DataFrame({"standing": pd.array(chosen, dtype="string")}, index=rows.index)
    is_open = rows["open"] & rows["listed"]
    made["by_own_account"] = ((made["standing"] == "on track") & ~on_time_by_dates) | (made["standing"] == "delayed")
    made["date_passed"] = (status == "unknown") & (target < t)
    made["due_today"] = is_open & (target == t)
    made["no_date"] = _no_date_kind(rows["target_text"], target)
    made["says_changed"] = changed
    made["claimed"] = _claimed(rows)
    made["implied"] = _implied(rows)
    made["disagreement"] = _disagreement(rows)
    return made


def _was_changed(at: State) -> pd.Series:
    """Whether any row so far says that its date was changed, by word or by an older date given beside it."""
    said = says_changed(at.past["target_text"]) | (at.past["previous_target_text"] != "")
    return said.groupby(at.past["action_id"], sort=False).any().reindex(at.force.index, fill_value=False)


def _no_date_kind(texts: pd.Series, target: pd.Series) -> pd.Series:
    missing = target.isna()
    kinds = {text: read_date(text).kind for text in texts[missing].unique()}
    words = ["" if not gone else kinds[text].replace("date", "unreadable") for text, gone in zip(texts, missing, strict=True)]
    return pd.Series(words, index=texts.index, dtype="string")


def _claimed(rows: pd.DataFrame) -> pd.Series:
    return rows["claim"].where(rows["claim"] != "", "nothing").astype("string")


def _implied(rows: pd.DataFrame) -> pd.Series:
    target, original, t = rows["target"], rows["original"], rows["t"]
    conditions = [
        (rows["done"] | (rows["status"] == "closed not done")).to_numpy(bool),
        (target < t).to_numpy(bool),
        (target > original).to_numpy(bool),
        (target <= original).to_numpy(bool),
        target.notna().to_numpy(bool),
        (original < t).to_numpy(bool),
    ]
    words = ["", "date passed", "later than first date", "not later than first date", "not passed", "first date passed"]
    return pd.Series(np.select(conditions, words, "nothing"), index=rows.index, dtype="string")


def _disagreement(rows: pd.DataFrame) -> pd.Series:
    target, original, t = rows["target"], rows["original"], rows["t"]
    live = rows["open"].to_numpy(bool)
    course = (rows["claim"] == "on course").to_numpy(bool) & live
    green = (rows["rag"] == "green").to_numpy(bool) & live
    conditions = [
        course & (target < t).to_numpy(bool),
        course & (target > original).to_numpy(bool),
        green & (target < t).to_numpy(bool),
        green & (rows["claim"] == "delayed").to_numpy(bool),
    ]
    words = [
        "status says on course; the target date has passed",
        "status says on course; the target date is later than the first",
        "shown green; the target date has passed",
        "shown green; status says delayed",
    ]
    return pd.Series(np.select(conditions, words, ""), index=rows.index, dtype="string")


# --- completion ------------------------------------------------------------------------------------------------------


def completion(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """When each complete action was done, as an interval, and whether that was on time.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional

    Returns
    -------
    DataFrame
        Index action_id. ``done``; ``complete_earliest``, ``complete_latest`` (C; an end that is not known is NaT);
        ``complete_basis`` ("stated", "between snapshots", "before first report", or blank); ``on_time`` ("on time":
        C.latest <= O.latest, "late": C.earliest > O.latest, "cannot be told", or blank); ``on_time_claimed`` (the
        status says that it was done in time).

    Notes
    -----
    Where no date is stated, C lies after the last snapshot that shows the action open and not after the first that
    shows it complete. Source: METRICS.md, C; interval censoring after Aalen and Johansen (1978).
    """
    at = at or state(ledger, as_of)
    rows, past = at.force, at.past
    done = rows["done"]
    last_open = past[past["open"]].groupby("action_id", sort=False)["as_of"].max().reindex(past["action_id"])
    after = past["done"] & ~(past["as_of"].to_numpy() <= last_open.to_numpy())
    finished = past[after].groupby("action_id", sort=False)
    first_done = finished["as_of"].min().reindex(rows.index)
    stated = past[after & past["completed"].notna()].drop_duplicates("action_id", keep="last").set_index("action_id")
    stated_latest = stated["completed"].reindex(rows.index)
    opened = past[past["open"]].groupby("action_id", sort=False)["as_of"].max().reindex(rows.index)
    is_stated = done & stated_latest.notna()
    earliest = stated["completed_earliest"].reindex(rows.index).where(is_stated, opened + pd.Timedelta(days=1))
    latest = stated_latest.where(is_stated, first_done)
    basis = np.select(
        [is_stated.to_numpy(bool), (done & opened.notna()).to_numpy(bool), done.to_numpy(bool)],
        ["stated", "between snapshots", "before first report"], "",
    )  # fmt: skip
    made = pd.DataFrame({"done": done}, index=rows.index)
    made["complete_earliest"] = earliest.where(done).astype(schema.DATE)
    made["complete_latest"] = latest.where(done).astype(schema.DATE)
    made["complete_basis"] = pd.array(basis, dtype="string")
    original = rows["original"]
    verdict = np.select(
        [
            ~done.to_numpy(bool),
            (made["complete_latest"] <= original).to_numpy(bool),
            (made["complete_earliest"] > original).to_numpy(bool),
        ],
        ["", "on time", "late"], "cannot be told",
    )  # fmt: skip
    made["on_time"] = pd.array(verdict, dtype="string")
    made["on_time_claimed"] = done & (rows["claim"] == "on course")
    return made


def counted(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.Series:
    """Whether an action counts in the denominators.

    All do but those closed, not done, whose first date had not passed when they were closed (METRICS.md, Outcomes).
    The closing date is the one stated, else the first snapshot that shows it closed.

    Returns
    -------
    Series of bool
        Index action_id.
    """
    at = at or state(ledger, as_of)
    rows = at.force
    closed = rows["status"] == "closed not done"
    past = at.past[at.past["status"] == "closed not done"]
    seen = past.groupby("action_id", sort=False)["as_of"].min().reindex(rows.index)
    closing = rows["completed"].where(rows["completed"].notna(), seen)
    return ~(closed & (rows["original"] >= closing))


# --- slip ------------------------------------------------------------------------------------------------------------


def slip(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How far each action is from its first date, in days and, where a date is given by month, in whole months.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional

    Returns
    -------
    DataFrame
        Index action_id. ``slip_low``, ``slip_high`` (days from latest to latest; not done: F - O; complete: C - O, a
        range if C is one, 0 if C lies within O's own interval; an end that is not known is missing);
        ``slip_months_low``, ``slip_months_high`` (whole months); ``slip_unit`` ("days", "months" where either date is
        coarser than a week, or blank); ``at_least_days`` (open, O passed, F not known or passed: `as_of` - O);
        ``at_least`` (that is the only bound, or the greater); ``slip_unknown`` (why, where it is not known).

    Notes
    -----
    Source: finish variance against the first baseline (MS Project, Smartsheet); METRICS.md, "Slippage".
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, completion(ledger, as_of, at=at)
    target, original, t = rows["target"], rows["original"], rows["t"]
    is_done = rows["done"]
    earliest = done["complete_earliest"].where(is_done, target)
    latest = done["complete_latest"].where(is_done, target)
    within = is_done & (earliest >= rows["original_earliest"]) & (latest <= original)
    closed = rows["status"] == "closed not done"
    followed = _followed(at)
    silent = rows["status"] == "unknown"
    usable = original.notna() & ~closed & ~silent & followed
    made = pd.DataFrame(index=rows.index)
    for name, end in (("low", earliest), ("high", latest)):
        known = usable & end.notna()
        made[f"slip_{name}"] = _days(end, original).mask(within, 0).where(known).astype("Int64")
        made[f"slip_months_{name}"] = _months(end, original).mask(within, 0).where(known).astype("Int64")
    coarse_end = (rows["target_precision"].isin(FINE_PRECISIONS) ^ True) & ~is_done
    coarse_end |= is_done & (done["complete_basis"] == "stated") & (_days(latest, earliest) > 6)
    coarse = coarse_end | ~rows["original_precision"].isin(FINE_PRECISIONS)
    either = made["slip_low"].notna() | made["slip_high"].notna()
    made["slip_unit"] = pd.array(np.select([~either, coarse], ["", "months"], "days"), dtype="string")
    late = usable & ~is_done & rows["open"] & (original < t) & (target.isna() | (target < t))
    made["at_least_days"] = _days(t, original).where(late).astype("Int64")
    made["at_least"] = late
    reasons = {
        "known only by count": ~followed,
        "closed, not done": closed,
        "standing not known": silent,
        "the source says the date was changed and not from when": original.isna() & _was_changed(at),
        "first date not known": original.isna(),
        "no completion date": is_done & latest.isna(),
        "no target date": ~is_done & target.isna(),
    }
    why = np.select([rule.to_numpy(bool) for rule in reasons.values()], list(reasons), "")
    made["slip_unknown"] = pd.array(np.where(either, "", why), dtype="string")
    return made


def _days(later: Any, earlier: Any) -> pd.Series:
    return (later - earlier).dt.days.astype("Int64")


def _months(later: pd.Series, earlier: pd.Series) -> pd.Series:
    return ((later.dt.year - earlier.dt.year) * 12 + later.dt.month - earlier.dt.month).astype("Int64")


def _followed(at: State) -> pd.Series:
    """Whether an action can be followed as one: it has its own row, or its whole range shares the date all along."""
    rows = at.force
    by_count = rows["ref_range"] != ""
    if not by_count.any():
        return pd.Series(True, index=rows.index)
    past = at.past[at.past["action_id"].isin(rows.index[by_count])]
    shared = past["target"].fillna(pd.Timestamp(0)).groupby([past["plan"], past["as_of"], past["ref_range"]]).nunique() == 1
    keys = pd.MultiIndex.from_frame(past[["plan", "as_of", "ref_range"]])
    whole = pd.Series(shared.reindex(keys, fill_value=False).to_numpy(), index=past["action_id"].to_numpy())
    return ~by_count | whole.groupby(level=0).all().reindex(rows.index, fill_value=False)


def past_original(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.Series:
    """Whether an action is open after its first date, whatever its date is now.

    Returns
    -------
    Series of boolean
        Index action_id; missing where the first date or the status is not known.
    """
    at = at or state(ledger, as_of)
    rows = at.force
    known = rows["original"].notna() & (rows["status"] != "unknown")
    return (rows["open"] & (rows["original"] < rows["t"])).astype("boolean").where(known | rows["done"])


def required(
    ledger: pd.DataFrame, as_of: When, *, anchor: Anchor = None, at: State | None = None
) -> pd.DataFrame:
    """Whether an action is outside the time that the inspection or recommendation required.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER; ``timescale`` is what is required ("within 3 months").
    as_of : date
    anchor : pair of date, optional
        First and last day on which "within 3 months" can have begun; the same day twice where it is known.
    at : State, optional

    Returns
    -------
    DataFrame
        Index action_id. ``required_earliest``, ``required`` (R); ``outside``: "outside" if F.earliest (complete:
        C.earliest) > R.latest, "within" if F.latest (C.latest) <= R.earliest, "cannot be told", or blank where no time
        is required.
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, completion(ledger, as_of, at=at)
    first = {str(plan): days[0].date() for plan, days in at.snapshots.items()}
    pairs = rows[["plan", "timescale"]].drop_duplicates()
    bounds = {
        (plan, text): read_date(text, as_of=first[plan], anchor=anchor)
        for plan, text in zip(pairs["plan"], pairs["timescale"], strict=True) if text
    }  # fmt: skip
    made = pd.DataFrame(index=rows.index)
    keys = list(zip(rows["plan"], rows["timescale"], strict=True))
    for name, end in (("required_earliest", "earliest"), ("required", "latest")):
        days = [getattr(bounds[key], end) if key in bounds else None for key in keys]
        made[name] = pd.Series(pd.to_datetime(pd.Series(days, dtype=object)).to_numpy(), index=rows.index).astype(schema.DATE)
    earliest = done["complete_earliest"].where(rows["done"], rows["target_earliest"])
    latest = done["complete_latest"].where(rows["done"], rows["target"])
    verdict = np.select(
        [
            (rows["timescale"] == "").to_numpy(bool),
            (earliest > made["required"]).to_numpy(bool),
            (latest <= made["required_earliest"]).to_numpy(bool),
        ],
        ["", "outside", "within"], "cannot be told",
    )  # fmt: skip
    made["outside"] = pd.array(verdict, dtype="string")
    return made


# --- changes of date ---------------------------------------------------------------------------------------------------


def date_changes(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """Every change of a target date up to `as_of`, with its kind, size, notice and reason.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional

    Returns
    -------
    DataFrame
        One row per change: action_id, plan, ref, area_ref, area, lead, ``as_of`` (snapshot that shows it), ``since``
        (the action's snapshot before, NaT if none), ``kind`` (later, earlier, refined, loosened, removed, given, stated,
        corrected), ``revision`` (later, earlier, removed, stated), from_* and to_* (earliest, latest, precision),
        ``days`` (latest to latest; over a gap without a date, from the last date known), ``months``, ``unit``,
        ``notice_low`` and ``notice_high`` (days from the change to the date given up; negative: after it was missed),
        ``notice`` ("before it was missed", "after it was missed", "cannot be told", or blank), ``reason`` (blank: none
        given), ``decision`` (number of the decision within the plan; missing if no revision).

    Notes
    -----
    Actions known only by count are left out unless their whole range shares its date all along. The days of all kinds
    add up to F - O where O is known. A move to the completion date in the snapshot that shows completion is no change.
    Source: HM Treasury letter DAO 02/20 (reason and notice against the original date); METRICS.md, "Slippage".
    """
    at = at or state(ledger, as_of)
    points = _points(at)
    previous = points.groupby("action_id", sort=False).shift(1)
    for end in ("earliest", "latest", "precision"):
        points[f"from_{end}"], points[f"to_{end}"] = previous[end], points[end]
    had, has = points["from_latest"].notna(), points["to_latest"].notna()
    same = (points["from_latest"] == points["to_latest"]) & (points["from_earliest"] == points["to_earliest"])
    inside = (points["to_earliest"] >= points["from_earliest"]) & (points["to_latest"] <= points["from_latest"])
    first = ~points["action_id"].duplicated()
    rules = (
        ("", points["start"] | (first & ~points["said"])),
        ("stated", ~had & points["said"]),
        ("given", ~had & has),
        ("", ~had),
        ("removed", ~has),
        ("", same),
        ("refined", inside),
        ("loosened", points["to_latest"] == points["from_latest"]),
        ("later", points["to_latest"] > points["from_latest"]),
    )
    kind = np.select([rule.to_numpy(bool) for _, rule in rules], [name for name, _ in rules], "earlier")
    points["kind"] = pd.array(_with_corrections(points, kind), dtype="string")
    points["revision"] = points["kind"].isin(REVISIONS)
    by_action = points["action_id"]
    last_known = points["latest"].groupby(by_action, sort=False).ffill().groupby(by_action, sort=False).shift(1)
    points["days"] = _days(points["latest"], last_known)
    points["months"] = _months(points["latest"], last_known)
    coarse = ~points["from_precision"].fillna("").isin(FINE_PRECISIONS) | ~points["to_precision"].isin(FINE_PRECISIONS)
    points["unit"] = pd.array(np.select([points["days"].isna(), coarse], ["", "months"], "days"), dtype="string")
    made = points[points["kind"] != ""].copy()
    _put_notice(made, previous["start"].reindex(made.index).fillna(False).astype(bool))
    _put_decisions(made)
    return made[[*CHANGE_COLUMNS]].reset_index(drop=True)


CHANGE_COLUMNS = (
    "action_id", "plan", "ref", "ref_range", "area_ref", "area", "lead", "as_of", "since", "kind", "revision",
    "from_earliest", "from_latest", "from_precision", "to_earliest", "to_latest", "to_precision", "days", "months",
    "unit", "notice_low", "notice_high", "notice", "reason", "decision", "place",
)  # fmt: skip


def _points(at: State) -> pd.DataFrame:
    """The dates that each action has had, in order: stated original, older date in the cell, target in force.

    ``start`` marks a date that was never in force in a snapshot (an original or an older date that the source states):
    changes count from it, and it is no change itself. ``said`` marks a cell that says its date was changed and gives
    no older one.
    """
    rows = at.past[looked_up(at.past["action_id"], _followed(at)).astype(bool)].reset_index(drop=True)
    ids = rows["action_id"]
    earlier = rows.groupby(ids, sort=False)[["as_of", "done", "target", "target_text"]].shift(1)
    first = ~ids.duplicated()
    was_done = earlier["done"].fillna(False).astype(bool)
    newly_done = rows["done"] & ~was_done & ~first
    done_from = rows["completed_earliest"].fillna(earlier["as_of"] + pd.Timedelta(days=1))
    done_to = rows["completed"].fillna(rows["as_of"])
    moved_to_completion = newly_done & (rows["target_earliest"] <= done_to) & (rows["target"] >= done_from)
    ended = rows["done"] | (rows["status"] == "closed not done")
    carried = moved_to_completion | (ended & rows["target"].isna())
    columns = ["target_earliest", "target", "target_precision"]
    held = rows[columns].mask(carried).groupby(ids, sort=False).ffill()
    force = held.where(carried, rows[columns])
    said = says_changed(rows["target_text"]) | ((rows["previous_target_text"] != "") & rows["previous_target"].isna())
    said &= rows["previous_target"].isna() & (first | (rows["target_text"] != earlier["target_text"]))
    base = rows[["action_id", "plan", "number", "ref", "ref_range", "area_ref", "area", "lead", "as_of", "reason", "place",
                 "source"]].assign(since=earlier["as_of"])  # fmt: skip
    dates = dict(zip(columns, ("earliest", "latest", "precision"), strict=True))
    in_force = base.join(force.rename(columns=dates)).assign(step=2, start=False, said=said)
    stated = _stated_points(at, rows, base, first)
    # Blanks before the first date seen are no removal of a stated original.
    begun = in_force["latest"].notna().groupby(ids, sort=False).cummax()
    in_force = in_force[begun | ~in_force["action_id"].isin(stated["action_id"])]
    older = _older_points(rows, base, force, stated)
    points = pd.concat([part for part in (in_force, stated, older) if len(part)] or [in_force], ignore_index=True)
    return points.sort_values(["plan", "number", "as_of", "step"], kind="stable", ignore_index=True)


def _stated_points(at: State, rows: pd.DataFrame, base: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    """The original date that the source states, before the first target."""
    known = at.force[at.force["original_basis"] == "stated"]
    made = base[first & base["action_id"].isin(known.index)].copy()
    for name, column in (("earliest", "original_earliest"), ("latest", "original"), ("precision", "original_precision")):
        made[name] = looked_up(made["action_id"], known[column])
    return made.assign(step=0, start=True, said=False)


def _older_points(rows: pd.DataFrame, base: pd.DataFrame, force: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Older dates that stand in a cell, where they are news: never in force nor given before for that action."""
    ids = rows["action_id"]
    seen = pd.concat([
        pd.DataFrame({"action_id": ids, "day": force["target"], "as_of": rows["as_of"]}),
        pd.DataFrame({"action_id": ids, "day": rows["previous_target"], "as_of": rows["as_of"]}),
        stated[["action_id", "latest", "as_of"]].rename(columns={"latest": "day"}).assign(as_of=pd.Timestamp(0)),
    ], ignore_index=True).dropna(subset="day")  # fmt: skip
    since = seen.groupby(["action_id", "day"])["as_of"].min()
    has = rows["previous_target"].notna()
    keys = pd.MultiIndex.from_arrays([ids[has], rows.loc[has, "previous_target"]])
    news = pd.Series(since.reindex(keys).to_numpy() == rows.loc[has, "as_of"].to_numpy(), index=rows.index[has])
    index = news.index[news & (rows.loc[has, "previous_target"] != force.loc[has, "target"])]
    known_before = force["target"].groupby(ids, sort=False).shift(1).notna() | ids.isin(stated["action_id"])
    made = base.loc[index].assign(step=1, start=~known_before[index], said=False)
    readings = [
        _interval(text, latest, day)
        for text, latest, day in zip(
            rows.loc[index, "previous_target_text"], rows.loc[index, "previous_target"], rows.loc[index, "as_of"],
            strict=True,
        )
    ]  # fmt: skip
    made["earliest"] = pd.Series([r[0] for r in readings], index=index, dtype=schema.DATE)
    made["latest"] = rows.loc[index, "previous_target"]
    made["precision"] = pd.Series([r[1] for r in readings], index=index, dtype="string")
    return made


def _interval(text: str, latest: pd.Timestamp, as_of: pd.Timestamp) -> tuple[pd.Timestamp, str]:
    reading = read_date(text, as_of=as_of.date())
    for each in (reading, reading.previous):
        if each is not None and each.latest is not None and pd.Timestamp(each.latest) == latest:
            return pd.Timestamp(each.earliest), each.precision
    return latest, "day"


def _with_corrections(points: pd.DataFrame, kind: np.ndarray) -> np.ndarray:
    """Changes that a correction made are corrections; so is all that a restored value took back."""
    kind = kind.astype(object)
    marked = points["source"].str.contains("corrections.csv", regex=False) & (kind != "")
    for row in points.index[marked]:
        kinds = {column: why for why, column in _CORRECTED.findall(points.at[row, "source"])}
        if "target" not in kinds:
            continue
        kind[row] = "corrected"
        if kinds["target"] == "restored":
            mine = points.index[(points["action_id"] == points.at[row, "action_id"]) & (points.index < row)]
            same = mine[(points.loc[mine, "latest"] == points.at[row, "latest"]).to_numpy(bool)]
            if len(same):
                between = mine[mine > same[-1]]
                kind[between] = np.where(kind[between] == "", "", "corrected")
    return kind


def _put_notice(made: pd.DataFrame, from_start: pd.Series) -> None:
    """Days from the change to the date given up; the change lies after the snapshot before and not after this one."""
    noticed = made["revision"] & made["from_latest"].notna()
    low = _days(made["from_latest"], made["as_of"]).where(noticed)
    high = _days(made["from_latest"], made["since"] + pd.Timedelta(days=1)).where(noticed & ~from_start)
    made["notice_low"], made["notice_high"] = low, high
    words = np.select(
        [~noticed.to_numpy(bool), (low >= 0).fillna(False).to_numpy(bool), (high < 0).fillna(False).to_numpy(bool)],
        ["", "before it was missed", "after it was missed"], "cannot be told",
    )  # fmt: skip
    made["notice"] = pd.array(words, dtype="string")


def _put_decisions(made: pd.DataFrame) -> None:
    """Number the revisions of one area, snapshot, from and to date as one decision, in order within the plan."""
    made["decision"] = pd.array([pd.NA] * len(made), dtype="Int64")
    revised = made[made["revision"]].sort_values(["plan", "as_of"], kind="stable")
    keys = ["plan", "as_of", "area_ref", "area", "from_latest", "to_latest"]
    first = revised.drop_duplicates(keys)[keys]
    first = first.assign(decision=first.groupby("plan", sort=False).cumcount() + 1)
    numbered = revised[keys].merge(first, on=keys, how="left")
    made.loc[revised.index, "decision"] = numbered["decision"].to_numpy()


def revisions(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How often each action was re-dated.

    Returns
    -------
    DataFrame
        Index action_id. ``revisions``; of them ``revisions_earlier``; ``changes`` of any kind; ``days_moved`` (sum over
        all kinds). Missing for an action known only by count.
    """
    at = at or state(ledger, as_of)
    found = date_changes(ledger, as_of, at=at)
    by_action = found.groupby("action_id", sort=False)
    made = pd.DataFrame({
        "revisions": by_action["revision"].sum(),
        "revisions_earlier": (found["kind"] == "earlier").groupby(found["action_id"], sort=False).sum(),
        "changes": by_action.size(),
        "days_moved": by_action["days"].sum(),
    }).reindex(at.force.index)  # fmt: skip
    return made.fillna(0).astype("Int64").where(_followed(at))


def slip_rate(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How many days of slip an open action gathers per day.

    Returns
    -------
    DataFrame
        Index action_id. ``rate`` = (F(t).latest - F(first).latest) / (t - first), missing under 90 days or 3 snapshots
        with a date; ``rate_unknown`` (why).
    """
    at = at or state(ledger, as_of)
    rows = at.force
    dated = at.past[at.past["target"].notna()]
    first = dated.drop_duplicates("action_id").set_index("action_id").reindex(rows.index)
    snapshots = dated.groupby("action_id", sort=False).size().reindex(rows.index, fill_value=0)
    span = _days(rows["t"], first["as_of"])
    moved = _days(rows["target"], first["target"])
    enough = rows["open"] & _followed(at) & (span >= 90).fillna(False) & (snapshots >= 3) & rows["target"].notna()
    rate = (moved.astype("Float64") / span.astype("Float64")).where(enough)
    why = np.select(
        [enough.to_numpy(bool), (~rows["open"]).to_numpy(bool), rows["target"].isna().to_numpy(bool)],
        ["", "not open", "no target date"], "fewer than 3 dated snapshots or 90 days",
    )  # fmt: skip
    return pd.DataFrame({"rate": rate, "rate_unknown": pd.array(why, dtype="string")}, index=rows.index)


# --- over time ---------------------------------------------------------------------------------------------------------


def standing_over_time(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How many actions stood where at each snapshot date and at `as_of`.

    Returns
    -------
    DataFrame
        plan, as_of, standing, actions: each date as it was known then, so a later snapshot changes no earlier row.
    """
    at = at or state(ledger, as_of)
    counts = []
    for day in sorted({day for days in at.snapshots.values() for day in days} | {at.as_of}):
        then = at if day == at.as_of else state(at.past[at.past["as_of"] <= day], day, snapshots={
            plan: [each for each in days if each <= day] for plan, days in at.snapshots.items()
        })  # fmt: skip
        stands = standing(ledger, day, at=then)["standing"]
        count = stands.groupby([then.force["plan"], stands]).size().rename("actions").reset_index()
        counts.append(count.assign(as_of=day))
    made = pd.concat(counts, ignore_index=True) if counts else pd.DataFrame(columns=["plan", "standing", "actions"])
    made["as_of"] = made["as_of"].astype(schema.DATE) if counts else pd.Series(dtype=schema.DATE)
    return made[["plan", "as_of", "standing", "actions"]]


def slip_chart(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """The target in force at each reporting date, for a milestone trend (slip) chart.

    Returns
    -------
    DataFrame
        plan, action_id, area, as_of, target_earliest, target, original, done. Actions known only by count are left out
        unless their range shares its date. A complete action's last row is at its completion date, on the diagonal,
        where that date is stated, else at the snapshot that first shows it.
    """
    at = at or state(ledger, as_of)
    past = at.past[looked_up(at.past["action_id"], _followed(at)).astype(bool)]
    done = completion(ledger, as_of, at=at)
    names = ["plan", "action_id", "area", "as_of", "target_earliest", "target", "original"]
    open_rows = past.loc[~past["done"] & (past["status"] != "closed not done"), names].assign(done=False)
    ends = at.force[at.force["done"] & at.force.index.isin(past["action_id"])].reset_index()
    stop = done["complete_latest"].reindex(ends["action_id"]).to_numpy()
    ends = ends[names].assign(as_of=stop, target_earliest=stop, target=stop, done=True)
    made = pd.concat([open_rows, ends], ignore_index=True) if len(ends) else open_rows
    made = made.assign(_order=_numbers(made)).sort_values(["plan", "_order", "as_of"], kind="stable", ignore_index=True)
    return made.drop(columns="_order")
