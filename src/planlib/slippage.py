"""Measures of one action through time: where it stands, how far and how often its date moved.

Every function takes a ledger (schema.LEDGER, one or many plans) and a date and returns a table; none changes the
ledger, and nothing dated after `as_of` is looked at. Days are calendar days. Definitions: docs/measures.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from planlib import schema
from planlib.dates import read_date
from planlib.history import says_changed

When: TypeAlias = str | date | pd.Timestamp
Anchor: TypeAlias = tuple[date, date] | None
Table = TypeVar("Table", pd.DataFrame, pd.Series)

DAY = pd.Timedelta(days=1).as_unit("s")  # as dates are: pandas 2 would count them in nanoseconds, of which no year before 1677 has any

REVISIONS = ("later", "earlier", "removed", "stated")
DATE_PARTS = {"earliest": "target_earliest", "latest": "target", "precision": "target_precision"}
_DECISIVE = (
    "plan", "as_of", "action_id", "number", "position", "done", "open", "ref_range", "target_text", "target_earliest",
    "target", "target_precision", "previous_target_text", "previous_target", "original_earliest", "original", "status",
    "rag", "claim", "completed_earliest", "completed",
)  # fmt: skip
_CORRECTED = re.compile(r"corrections\.csv line \S+ \((\w+): target\)")
_NO_OLDER_DATE = ("blank", "not applicable")  # kinds of text in a column for the older date that say there is none


@dataclass(frozen=True)
class State:
    """A ledger as it was known at a date, prepared once for all measures.

    Attributes
    ----------
    past : DataFrame
        Rows dated up to the date, sorted by plan, action number and snapshot, with ``number`` (of the action in its
        plan), ``done``, ``open`` and ``position`` (where the action stands in `force`).
    force : DataFrame
        The row in force of each action, index action_id, with ``t`` (the date) and ``listed`` (in the latest snapshot).
    as_of : Timestamp
    snapshots : mapping of str to list of Timestamp
        Dates of the snapshots of each plan up to then.
    made : dict
        What was worked out already and is wanted again.
    """

    past: pd.DataFrame
    force: pd.DataFrame
    as_of: pd.Timestamp
    snapshots: Mapping[str, Sequence[pd.Timestamp]]
    made: dict[Any, Any] = field(default_factory=dict, repr=False)

    def previous(self) -> pd.Series:
        """By plan: the latest snapshot before the one in force, NaT where there is none."""
        return self._days({plan: days[-2] if len(days) > 1 else pd.NaT for plan, days in self.snapshots.items()})

    def latest(self) -> pd.Series:
        """By plan: the snapshot in force."""
        return self._days({plan: days[-1] for plan, days in self.snapshots.items()})

    def started(self) -> pd.Series:
        """By plan: its first snapshot."""
        return self._days({plan: days[0] for plan, days in self.snapshots.items()})

    @staticmethod
    def _days(by_plan: Mapping[str, Any]) -> pd.Series:
        return pd.Series(list(by_plan.values()), index=pd.Index(list(by_plan), dtype=object), dtype=schema.DATE)

    def once(self, make: Callable[..., Table], *reports: pd.Series) -> Table:
        """What a function makes of this state, and of dates of reports by plan, made once; a copy, so that nobody changes another's."""
        key = (make, *((tuple(each.index), tuple(each)) for each in reports))
        if key not in self.made:
            self.made[key] = make(self, *reports)
        return self.made[key].copy(deep=False)

    def first(self, which: pd.Series, column: str) -> pd.Series:
        """By action: a column in the earliest of its rows for which something holds, missing where it never does."""
        return self._picked(which, column, "first")

    def last(self, which: pd.Series, column: str) -> pd.Series:
        """By action: a column in the latest of its rows for which something holds, missing where it never does."""
        return self._picked(which, column, "last")

    def _picked(self, which: pd.Series, column: str, keep: Any) -> pd.Series:
        rows = self.past.loc[which.to_numpy(bool), ["position", column]].drop_duplicates("position", keep=keep)
        found = rows.set_index("position")[column].reindex(range(len(self.force)))
        return found.set_axis(self.force.index)

    def spread(self, by_action: pd.Series) -> pd.Series:
        """A value of each action, put beside each of its rows in `past`."""
        return pd.Series(by_action.array.take(self.past["position"].to_numpy()), index=self.past.index)

    def at_report(self, reports: pd.Series) -> State:
        """What decides where actions stood at an earlier report of each plan; plans without one have no action."""
        key = (tuple(reports.index), tuple(reports))
        if key not in self.made:
            limit = looked_up(self.force["plan"], reports)
            past = self.past.loc[(self.past["as_of"] <= self.spread(limit)).to_numpy(bool), list(_DECISIVE)]
            known = {plan: [day for day in days if plan in reports.index and day <= reports[plan]]
                     for plan, days in self.snapshots.items()}  # fmt: skip
            self.made[key] = _state(past, past["position"].to_numpy(), reports, known)
        return self.made[key]


def state(
    ledger: pd.DataFrame, as_of: When, *, snapshots: Mapping[str, Sequence[When]] | None = None
) -> State:
    """Prepare a ledger as it was known at a date.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
        Close of that day.
    snapshots : mapping, optional
        Dates of the snapshots of each plan; needed only where a snapshot is empty, which the ledger cannot show.

    Returns
    -------
    State
    """
    t = pd.Timestamp(as_of).normalize().as_unit("s")
    known = np.flatnonzero((ledger["as_of"] <= t).to_numpy(bool))
    codes, ids = pd.factorize(ledger["action_id"].array.take(known))
    # Ranked by plan and number once for each action, not for each row.
    plans, numbers = [text.rpartition("/")[0] for text in ids], [int(text.rpartition("/")[2]) for text in ids]
    order = pd.DataFrame({"plan": plans, "number": numbers}).sort_values(["plan", "number"])
    rank = np.empty(len(ids), dtype="int64")
    rank[order.index] = np.arange(len(ids))
    sort = np.lexsort((ledger["as_of"].to_numpy()[known], rank[codes]))
    past = ledger.take(known[sort])
    past = past.assign(
        number=np.array(numbers, dtype="int64")[codes][sort],
        done=past["status"].isin(schema.DONE_STATUSES).to_numpy(bool),
        open=past["status"].isin(schema.OPEN_STATUSES).to_numpy(bool),
    )
    if snapshots is None:
        seen = past[["plan", "as_of"]].drop_duplicates()
        days = {str(plan): sorted(dates) for plan, dates in seen.groupby("plan")["as_of"]}
    else:
        days = {plan: sorted(pd.Timestamp(day) for day in dates) for plan, dates in snapshots.items()}
    days = {plan: [day for day in dates if day <= t] for plan, dates in days.items()}
    return _state(past, rank[codes][sort], t, days)


def _state(
    past: pd.DataFrame,
    actions: np.ndarray,
    t: pd.Timestamp | pd.Series,
    snapshots: Mapping[str, Sequence[pd.Timestamp]],
) -> State:
    """State of rows that are sorted by action and snapshot already; t is one date, or one by plan."""
    begins = np.append(True, actions[1:] != actions[:-1])[: len(actions)]
    ends = np.append(begins[1:], True)[: len(actions)]
    past = past.assign(position=np.cumsum(begins) - 1).reset_index(drop=True)
    force = past[ends].drop(columns="position").set_index("action_id")
    snapshots = {plan: days for plan, days in snapshots.items() if days}
    latest = looked_up(force["plan"], State._days({plan: days[-1] for plan, days in snapshots.items()}))
    when = looked_up(force["plan"], t) if isinstance(t, pd.Series) else t
    force = force.assign(listed=(force["as_of"] == latest).to_numpy(bool), t=when).astype({"t": schema.DATE})
    return State(past, force, t.max() if isinstance(t, pd.Series) else t, snapshots)


def looked_up(keys: pd.Series, table: pd.Series) -> pd.Series:
    """The value of each key, missing where there is none; also where the table is empty."""
    return pd.Series(table.reindex(keys.astype(object)).array, index=keys.index)


def first_that_holds(rules: Mapping[str, pd.Series], otherwise: str, index: pd.Index) -> pd.Series:
    """The word of the first rule that holds."""
    chosen = np.select([rule.to_numpy(bool) for rule in rules.values()], list(rules), otherwise)
    return pd.Series(chosen, index=index, dtype="string")


def last_that_fits(fits: pd.Series, first: pd.Series) -> np.ndarray:
    """For each row, the last one up to it that fits; where none does, the first of its group."""
    own = np.arange(len(fits))
    starts = np.maximum.accumulate(np.where(first, own, 0))
    return np.maximum.accumulate(np.where(fits, own, starts))


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
    return at.once(_standing)


def _standing(at: State) -> pd.DataFrame:
    rows = at.force
    target, t = rows["target"], rows["t"]
    changed = at.once(_says_changed).groupby(at.past["position"]).any().set_axis(rows.index)
    standings = _standings(_first_that_applies(rows.assign(changed=changed)))
    made = pd.DataFrame({"standing": standings}, index=rows.index)
    by_dates = target <= rows["original"]  # what has passed is overdue, and not on track
    made["by_own_account"] = ((made["standing"] == "on track") & ~by_dates) | (made["standing"] == "delayed")
    made["date_passed"] = (rows["status"] == "unknown") & (target < t)
    made["due_today"] = rows["open"] & rows["listed"] & (target == t)
    made["no_date"] = _no_date_kind(rows["target_text"], target)
    made["says_changed"] = changed
    made["claimed"] = rows["claim"].where(rows["claim"] != "", "nothing")
    made["implied"] = _implied(rows)
    made["disagreement"] = _disagreement(rows, at.once(_completion)["on_time"])
    return made


def _standings(numbers: np.ndarray) -> Any:
    """The words of these places in schema.STANDINGS."""
    return pd.array(list(schema.STANDINGS), dtype="string").take(numbers)


def _first_that_applies(rows: pd.DataFrame) -> np.ndarray:
    """Standing, as its number in schema.STANDINGS, by status, claim, listed, changed, target, original and t."""
    target, original, t = rows["target"], rows["original"], rows["t"]
    # Compared as numbers: a million comparisons of text take seconds.
    status, claim = pd.Categorical(rows["status"]), pd.Categorical(rows["claim"])
    rules = {
        "complete": status == "complete",
        "evidenced": status == "evidenced",
        "closed not done": status == "closed not done",
        "no longer listed": ~rows["listed"] & (status != "unknown"),
        "standing not known": status == "unknown",
        "overdue": target < t,
        "delayed": claim == "delayed",
        "re-dated": (target > original) | (original.isna() & rows["changed"]),
        "on track": (target <= original) | ((target.isna() | original.isna()) & (claim == "on course")),
        "dated, first date not known": target.notna(),
        "no date": np.full(len(rows), True),
    }
    numbers = [list(schema.STANDINGS).index(name) for name in rules]
    return np.select([np.asarray(rule, dtype=bool) for rule in rules.values()], numbers)


def _says_changed(at: State) -> pd.Series:
    """Whether a row says that its date was changed: in words, or by another date beside it as the older one."""
    past = at.past
    older, text = past["previous_target"], past["previous_target_text"]
    empty = [each for each in text.unique() if read_date(each).kind in _NO_OLDER_DATE]
    given = older.notna() & (older != past["target"]) | (older.isna() & ~text.isin(empty).astype(bool))
    return says_changed(past["target_text"]) | given


def _no_date_kind(texts: pd.Series, target: pd.Series) -> pd.Series:
    kinds = {text: read_date(text).kind for text in texts[target.isna()].unique()}
    # A date that could be read and was not used is as good as unreadable.
    words = texts.map({text: "unreadable" if kind == "date" else kind for text, kind in kinds.items()})
    return words.astype("string").where(target.isna(), "")


def _implied(rows: pd.DataFrame) -> pd.Series:
    target, original, t = rows["target"], rows["original"], rows["t"]
    rules = {
        "": rows["done"] | (rows["status"] == "closed not done"),
        "date passed": target < t,
        "later than first date": target > original,
        "not later than first date": target <= original,
        "not passed": target.notna(),
        "first date passed": original < t,
    }
    return first_that_holds(rules, "nothing", rows.index)


def _disagreement(rows: pd.DataFrame, on_time: pd.Series) -> pd.Series:
    target, original, t = rows["target"], rows["original"], rows["t"]
    course, delayed, green = rows["claim"] == "on course", rows["claim"] == "delayed", rows["rag"] == "green"
    live = rows["open"]
    rules = {
        "status says on course; the target date has passed": live & course & (target < t),
        "status says on course; the target date is later than the first": live & course & (target > original),
        "shown green; the target date has passed": live & green & (target < t),
        "shown green; status says delayed": live & green & delayed,
        "shown red; status says on course": live & (rows["rag"] == "red") & course,
        "status says delayed; the target date is neither past nor later than the first":
            live & delayed & (target >= t) & (target <= original),
        "status says in time; done after the first date": course & (on_time == "late"),
    }  # fmt: skip
    return first_that_holds(rules, "", rows.index)


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
        status says that it was done in time); ``complete_coarse`` (C is stated, and no better than to the month).

    Notes
    -----
    Where no date is stated, C lies after the last snapshot that shows the action open and not after the first that
    shows it complete since. A stated period is known to have ended by the snapshot that states it. Source: METRICS.md,
    C; interval censoring after Aalen and Johansen (1978).
    """
    at = at or state(ledger, as_of)
    return at.once(_completion)


def _completion(at: State) -> pd.DataFrame:
    rows, past = at.force, at.past
    done = rows["done"]
    opened = at.last(past["open"], "as_of")
    since = past["done"] & ~(past["as_of"] <= at.spread(opened))
    dated = since & past["completed"].notna()
    begin, end, told = (at.last(dated, name) for name in ("completed_earliest", "completed", "as_of"))
    stated = done & end.notna()
    made = done.to_frame()
    made["complete_earliest"] = begin.where(stated, opened + DAY).where(done)
    made["complete_latest"] = end.where(end <= told, told).where(stated, at.first(since, "as_of")).where(done)
    made = made.astype({"complete_earliest": schema.DATE, "complete_latest": schema.DATE})
    bases = {"": ~done, "stated": stated, "between snapshots": opened.notna()}
    made["complete_basis"] = first_that_holds(bases, "before first report", rows.index)
    verdicts = {
        "": ~done,
        "on time": made["complete_latest"] <= rows["original"],
        "late": made["complete_earliest"] > rows["original"],
    }
    made["on_time"] = first_that_holds(verdicts, "cannot be told", rows.index)
    made["on_time_claimed"] = done & (rows["claim"] == "on course")
    made["complete_coarse"] = stated & _coarse(begin, end)
    return made


def counted(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.Series:
    """Whether an action counts in the denominators.

    All do but those closed, not done, whose first date is known not to have passed when they were closed (METRICS.md,
    Outcomes). The closing date is the one stated, else that of the first snapshot that shows it closed since it was
    last open.

    Returns
    -------
    Series of bool
        Index action_id.
    """
    at = at or state(ledger, as_of)
    return at.once(_counted)


def _counted(at: State) -> pd.Series:
    rows, past = at.force, at.past
    closed = past["status"] == "closed not done"
    since = closed & ~(past["as_of"] <= at.spread(at.last(~closed, "as_of")))
    closing = at.last(since & past["completed"].notna(), "completed").fillna(at.first(since, "as_of"))
    return ~((rows["status"] == "closed not done") & (rows["original"] >= closing)).astype(bool)


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
        Index action_id. ``slip_low``, ``slip_high`` (days from latest to latest; open: F - O; complete: C - O, a range
        if C is one, 0 if C lies within O's own interval; an end that is not known is missing); ``slip_months_low``,
        ``slip_months_high`` (whole calendar months); ``slip_unit`` ("days", "months" where either date is coarser than
        a week, or blank); ``at_least_days`` (open, O passed, F not known or passed: `as_of` - O); ``at_least`` (it is
        so); ``slip_unknown`` (why, where neither end is known).

    Notes
    -----
    Source: finish variance against the first baseline (MS Project, Smartsheet); METRICS.md, "Slippage".
    """
    at = at or state(ledger, as_of)
    return at.once(_slip)


def _slip(at: State) -> pd.DataFrame:
    rows, done = at.force, at.once(_completion)
    target, original, t, is_done = rows["target"], rows["original"], rows["t"], rows["done"]
    followed = at.once(_followed)
    low = done["complete_earliest"].where(is_done, target)
    high = done["complete_latest"].where(is_done, target)
    within = is_done & (low >= rows["original_earliest"]) & (high <= original)
    usable = original.notna() & (is_done | rows["open"]) & followed
    made = pd.DataFrame(index=rows.index)
    for name, end in (("low", low), ("high", high)):
        made[f"slip_{name}"] = _days(end, original).mask(within, 0).where(usable)
        made[f"slip_months_{name}"] = _months(end, original).mask(within, 0).where(usable)
    known = made["slip_high"].notna()
    coarse = _coarse(rows["original_earliest"], original) | done["complete_coarse"]
    coarse |= ~is_done & _coarse(rows["target_earliest"], target)
    made["slip_unit"] = first_that_holds({"": ~known, "months": coarse}, "days", rows.index)
    late = usable & rows["open"] & (original < t) & (target.isna() | (target < t))
    made["at_least_days"] = _days(t, original).where(late)
    made["at_least"] = late
    reasons = {
        "": known,
        "known only by count": ~followed,
        "closed, not done": rows["status"] == "closed not done",
        "standing not known": rows["status"] == "unknown",
        "the source says the date was changed and not from when": original.isna() & at.once(_standing)["says_changed"],
        "first date not known": original.isna(),
    }
    made["slip_unknown"] = first_that_holds(reasons, "no target date", rows.index)
    return made


def _days(later: Any, earlier: Any) -> pd.Series:
    return (later - earlier).dt.days.astype("Int64")


def _months(later: pd.Series, earlier: pd.Series) -> pd.Series:
    return ((later.dt.year - earlier.dt.year) * 12 + later.dt.month - earlier.dt.month).astype("Int64")


def _coarse(earliest: Any, latest: Any) -> Any:
    """Whether a date is an interval longer than a week, so that moves are told in months."""
    return latest - earliest > np.timedelta64(6, "D")


def followed(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.Series:
    """Whether each action can be followed as one: it has its own row, or its whole range shares its dates all along.

    Returns
    -------
    Series of bool
        Index action_id.
    """
    at = at or state(ledger, as_of)
    return at.once(_followed)


def _followed(at: State) -> pd.Series:
    """Whether an action can be followed as one: it has its own row, or its whole range shares its dates all along."""
    rows = at.force
    past = at.past[(at.past["ref_range"] != "").to_numpy(bool)]
    columns = ["target_earliest", "target", "original_earliest", "original", "previous_target"]
    dates = past[columns].fillna(pd.Timestamp(0)).groupby([past["plan"], past["as_of"], past["ref_range"]])
    shared = (dates.transform("nunique") == 1).all(axis=1).groupby(past["action_id"]).all()
    return shared.reindex(rows.index, fill_value=True).astype(bool)


def past_original(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.Series:
    """Whether an action is open after its first date, whatever its date is now.

    Returns
    -------
    Series of boolean
        Index action_id. False for what is complete or closed, and for what is due later; else missing where the first
        date or the status is not known.
    """
    at = at or state(ledger, as_of)
    rows = at.force
    ended = rows["done"] | (rows["status"] == "closed not done")
    late = rows["original"] < rows["t"]
    no = ended | (rows["original"] >= rows["t"])
    return (rows["open"] & late).astype("boolean").where(no | (rows["open"] & late))


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
        is required. Open after R.latest is never "within", whatever F says.
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, at.once(_completion)
    first = {str(plan): days[0].date() for plan, days in at.snapshots.items()}
    asked = ["plan", "timescale"]
    number = rows.groupby(asked, sort=False).ngroup().to_numpy()
    bounds = [
        read_date(text, as_of=first.get(plan), anchor=anchor)
        for plan, text in rows[asked].drop_duplicates().itertuples(index=False)
    ]
    made = pd.DataFrame(index=rows.index)
    for name, end in (("required_earliest", "earliest"), ("required", "latest")):
        made[name] = pd.Series([getattr(each, end) for each in bounds], dtype=schema.DATE).array.take(number)
    earliest = done["complete_earliest"].where(rows["done"], rows["target_earliest"])
    latest = done["complete_latest"].where(rows["done"], rows["target"])
    open_after = rows["open"] & (made["required"] < rows["t"])
    verdicts = {
        "": rows["timescale"] == "",
        "outside": earliest > made["required"],
        "within": (latest <= made["required_earliest"]) & ~open_after,
    }
    made["outside"] = first_that_holds(verdicts, "cannot be told", rows.index)
    return made


# --- changes of date -------------------------------------------------------------------------------------------------

CHANGE_COLUMNS = (
    "action_id", "plan", "ref", "ref_range", "area_ref", "area", "lead", "as_of", "since", "kind", "revision",
    "from_earliest", "from_latest", "from_precision", "to_earliest", "to_latest", "to_precision", "days", "months",
    "unit", "notice_low", "notice_high", "notice", "reason", "decision", "place",
)  # fmt: skip


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
        (the action's snapshot before, NaT if none), ``kind`` (later, earlier, refined, loosened, removed, given,
        stated, corrected), ``revision`` (later, earlier, removed, stated), from_* and to_* (earliest, latest,
        precision), ``days`` (latest to latest; over a gap without a date, from the last known), ``months``, ``unit``,
        ``notice_low`` and ``notice_high`` (days from the change to the date given up; negative: after it was missed),
        ``notice`` ("before it was missed", "after it was missed", "cannot be told", or blank), ``reason`` (blank: none
        given), ``decision`` (number of the decision within the plan; missing if no revision).

    Notes
    -----
    Actions known only by count are left out unless their whole range shares its dates all along. The days of all kinds
    add up to F - O where both are known and the action is open. A move to the completion date in a snapshot that shows
    completion is no change, and neither is a date cleared then.
    Source: HM Treasury letter DAO 02/20 (reason and notice against the original date); METRICS.md, "Slippage".
    """
    at = at or state(ledger, as_of)
    return at.once(_date_changes)


def _date_changes(at: State) -> pd.DataFrame:
    points = _points(at)
    first = ~points["position"].duplicated()
    earliest, latest = points["earliest"], points["latest"]
    from_earliest, from_latest = earliest.shift(1).mask(first), latest.shift(1).mask(first)
    had, has = from_latest.notna(), latest.notna()
    # Over a gap without a date the days count from the last date known, so that they add up.
    last_known = _fill(latest, first).shift(1).mask(first)
    rules = (
        ("", points["start"]),
        ("stated", ~had & points["said"] & last_known.isna()),
        ("", first),
        ("given", ~had & has),
        ("", ~had),
        ("removed", ~has),
        ("", (latest == from_latest) & (earliest == from_earliest)),
        ("refined", (earliest >= from_earliest) & (latest <= from_latest)),
        ("loosened", latest == from_latest),
        ("later", latest > from_latest),
    )
    kinds = np.select([rule.to_numpy(bool) for _, rule in rules], [kind for kind, _ in rules], "earlier")
    kinds = _corrected(at, points, kinds)
    changed = np.flatnonzero(kinds != "")
    to, before = points.take(changed), points.take(changed - 1)
    told = [name for name in CHANGE_COLUMNS if name in at.past]
    made = at.past[told].take(to["row"].to_numpy()).reset_index(drop=True)
    made["since"], made["kind"] = to["since"].array, pd.array(kinds[changed], dtype="string")
    made["revision"] = made["kind"].isin(REVISIONS).astype(bool)
    for name in DATE_PARTS:
        made[f"to_{name}"] = to[name].array
        made[f"from_{name}"] = before[name].mask(first.to_numpy()[changed]).array
    for name in ("from_precision", "to_precision"):
        made[name] = made[name].astype("string").fillna("")
    known = last_known.take(changed).reset_index(drop=True)
    made["days"], made["months"] = _days(made["to_latest"], known), _months(made["to_latest"], known)
    coarse = _coarse(made["from_earliest"], made["from_latest"]) | _coarse(made["to_earliest"], made["to_latest"])
    made["unit"] = first_that_holds({"": made["days"].isna(), "months": coarse}, "days", made.index)
    _put_notice(made, before["start"].to_numpy())
    _put_decisions(made)
    return made[list(CHANGE_COLUMNS)]


def _points(at: State) -> pd.DataFrame:
    """The dates that each action has had, in order: the original, an older date told in a cell, the target in force.

    Returns
    -------
    DataFrame
        ``position`` of the action, ``row`` of `State.past` that tells it, ``since`` (the action's snapshot before),
        earliest, latest, precision; ``start``: the original where the first date seen in force is another, from which
        changes count and which is no change itself; ``said``: the cell says that its date was changed and gives no
        older one.
    """
    past = at.past
    position, as_of = past["position"], past["as_of"]
    first = ~position.duplicated()
    since = as_of.shift(1).mask(first)
    force = past[list(DATE_PARTS.values())].take(_rows_in_force(at, first)).reset_index(drop=True)
    force.columns = pd.Index(list(DATE_PARTS))
    news = first | (past["target_text"] != past["target_text"].shift(1))
    points = force.assign(
        position=position, row=np.arange(len(past)), since=since, start=False,
        said=at.once(_says_changed) & past["previous_target"].isna() & news,
    )  # fmt: skip
    followed = at.spread(at.once(_followed))
    known = points[followed & points["latest"].notna()].drop_duplicates("position").set_index("position")
    starts = _starts(at, points[first], known)
    # Blanks before the first date seen are no removal of the original.
    begun = _fill(points["latest"], first).notna()
    points = points[followed & (begun | ~position.isin(starts["position"]))]
    # In this order, which the sort keeps within a row.
    parts = [part for part in (starts, _older(at, points, starts), points) if len(part)]
    made = pd.concat(parts) if parts else points
    return made.sort_values("row", kind="stable", ignore_index=True)


def _rows_in_force(at: State, first: pd.Series) -> np.ndarray:
    """For each row, the row whose date is in force: its own, or an earlier one where its own is no change of date.

    That is where a complete action's date lies within its completion (the date was overwritten by that of completion),
    and where the date of a complete or closed action is blank (it was cleared).
    """
    past, done = at.past, at.past["done"]
    before = past["as_of"].shift(1).mask(first)
    begins = done & (first | ~done.shift(1, fill_value=False))
    # The completion as these rows tell it: stated, else between the snapshot before they begin and their first.
    earliest = past["completed_earliest"].fillna((before + DAY).where(begins))
    latest = past["completed"].fillna(past["as_of"].where(begins))
    earliest, latest = (_fill(each, begins | ~done) for each in (earliest, latest))
    overwritten = done & ~first & (past["target_earliest"] <= latest) & (past["target"] >= earliest)
    cleared = (done | (past["status"] == "closed not done")) & past["target"].isna()
    return last_that_fits(~(overwritten | cleared), first)


def _fill(values: pd.Series, first: pd.Series) -> pd.Series:
    """Each value, or the last one known before it in its group."""
    return values.take(last_that_fits(values.notna(), first)).set_axis(values.index)


def _starts(at: State, firsts: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """The original date as the earliest point, where the first target seen is another."""
    rows = at.force.iloc[firsts["position"].to_numpy()]
    seen = known[["earliest", "latest"]].reindex(firsts["position"].to_numpy())
    original = rows[["original_earliest", "original"]].set_axis(seen.columns, axis=1).set_axis(seen.index)
    other = (seen["latest"].notna() & original["latest"].notna() & (seen != original).any(axis=1)).to_numpy()
    parts = {"earliest": "original_earliest", "latest": "original", "precision": "original_precision"}
    made = firsts.assign(**{name: rows[column].array for name, column in parts.items()})
    return made[other].assign(start=True)


def _older(at: State, points: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    """Older dates that stand in a cell, where they are news: neither the original, nor in force or given before."""
    told = points.assign(latest=at.past["previous_target"].array.take(points["row"].to_numpy()))
    told = told[told["latest"].notna()]
    if told.empty:
        return told
    mine = points[points["position"].isin(told["position"].unique())]
    seen = pd.concat([part for part in (starts, mine, told) if len(part)])
    news = seen["row"] == seen.groupby(["position", "latest"], sort=False)["row"].transform("min")
    news &= ~seen.duplicated(["position", "latest", "row"], keep=False)
    made = told[news.tail(len(told)).to_numpy(bool)]
    texts = at.past["previous_target_text"].array.take(made["row"].to_numpy())
    days = at.past["as_of"].array.take(made["row"].to_numpy())
    asked = pd.DataFrame({"text": texts, "latest": made["latest"].array, "as_of": days})
    unique = asked.drop_duplicates()
    read = [_interval(*row) for row in unique.itertuples(index=False)]
    unique = unique.assign(
        earliest=pd.Series([each[0] for each in read], dtype=schema.DATE).array,
        precision=[each[1] for each in read],
    )
    found = asked.merge(unique, how="left", on=["text", "latest", "as_of"])
    return made.assign(earliest=found["earliest"].array, precision=found["precision"].array)


def _interval(text: str, latest: pd.Timestamp, as_of: pd.Timestamp) -> tuple[pd.Timestamp, str]:
    """First day and precision of an older date, read again from its text; the day itself where that gives another."""
    reading = read_date(text, as_of=as_of.date())
    for each in (reading, reading.previous):
        if each is not None and each.latest is not None and pd.Timestamp(each.latest) == latest:
            return pd.Timestamp(each.earliest), each.precision
    return latest, "day"


def _corrected(at: State, points: pd.DataFrame, kinds: np.ndarray) -> np.ndarray:
    """Changes that a correction of the target made are corrections; so is all that a restored value took back."""
    kinds = kinds.astype(object)
    sources = at.past["source"]
    noted = {text: found[1] for text in sources.unique() if (found := _CORRECTED.search(text))}
    if not noted:
        return kinds
    why = sources.map(noted).array.take(points["row"].to_numpy())
    marked = np.flatnonzero(pd.notna(why) & (kinds != ""))
    kinds[marked] = "corrected"
    position, latest = points["position"].to_numpy(), points["latest"].to_numpy()
    for index in marked[why[marked] == "restored"]:
        begin = np.searchsorted(position, position[index])
        same = np.flatnonzero(latest[begin:index] == latest[index])
        if len(same):
            between = slice(begin + same[-1] + 1, index)
            kinds[between] = np.where(kinds[between] == "", "", "corrected")
    return kinds


def _put_notice(made: pd.DataFrame, from_start: np.ndarray) -> None:
    """Days from the change to the date given up; the change lies after the snapshot before and not after this one."""
    noticed = made["revision"] & made["from_latest"].notna()
    since = made["since"].mask(from_start)
    made["notice_low"] = _days(made["from_latest"], made["as_of"]).where(noticed)
    made["notice_high"] = _days(made["from_latest"], since + DAY).where(noticed)
    rules = {
        "": ~noticed,
        "before it was missed": made["from_latest"] >= made["as_of"],
        "after it was missed": made["from_latest"] < since + DAY,
    }
    made["notice"] = first_that_holds(rules, "cannot be told", made.index)


def _put_decisions(made: pd.DataFrame) -> None:
    """Number the revisions of one area, snapshot, from and to date as one decision, in order within the plan."""
    keys = ["plan", "as_of", "area_ref", "area", "from_latest", "to_latest"]
    revised = made.loc[made["revision"], keys].sort_values(["plan", "as_of"])
    number = revised.groupby(keys, sort=False, dropna=False).ngroup()
    lowest = number.groupby(revised["plan"]).transform("min")
    made["decision"] = (number - lowest + 1).reindex(made.index).astype("Int64")


def revisions(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How often each action was re-dated.

    Returns
    -------
    DataFrame
        Index action_id. ``revisions``; of them ``revisions_earlier``; ``changes`` of any kind; ``days_moved`` (sum over
        all kinds). Missing for an action known only by count.
    """
    at = at or state(ledger, as_of)
    return at.once(_revisions)


def _revisions(at: State) -> pd.DataFrame:
    found = at.once(_date_changes)
    found = found.assign(earlier=found["kind"] == "earlier", one=1).groupby("action_id", sort=False)
    sums = found[["revision", "earlier", "one", "days"]].sum().reindex(at.force.index).fillna(0).astype("Int64")
    sums.columns = pd.Index(["revisions", "revisions_earlier", "changes", "days_moved"])
    return sums[at.once(_followed)].reindex(sums.index)


def slip_rate(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How many days of slip an open action gathers per day.

    Returns
    -------
    DataFrame
        Index action_id. ``rate`` = (F(t).latest - F(first).latest) / (t - first), missing under 90 days or 3 snapshots
        with a date; ``rate_unknown`` (why).
    """
    at = at or state(ledger, as_of)
    rows, dated = at.force, at.past["target"].notna()
    span = _days(rows["t"], at.first(dated, "as_of"))
    moved = _days(rows["target"], at.first(dated, "target"))
    snapshots = dated.groupby(at.past["position"]).sum().set_axis(rows.index)
    reasons = {
        "standing not known": rows["status"] == "unknown",
        "not open": ~rows["open"],
        "known only by count": ~at.once(_followed),
        "no target date": rows["target"].isna(),
        "": (span >= 90).fillna(False) & (snapshots >= 3),
    }
    why = first_that_holds(reasons, "fewer than 3 dated snapshots or 90 days", rows.index)
    rate = moved.astype("Float64") / span.astype("Float64")
    return pd.DataFrame({"rate": rate.where(why == ""), "rate_unknown": why})


# --- over time -------------------------------------------------------------------------------------------------------


def standing_over_time(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How many actions stood where at each snapshot date of their plan and at `as_of`.

    Returns
    -------
    DataFrame
        plan, as_of, standing, actions: each date as it was known then, so a later snapshot changes no earlier row.
    """
    at = at or state(ledger, as_of)
    rows, on, dates = rows_on_dates(at)
    states = len(schema.STANDINGS)
    counts = np.bincount(on * states + _first_that_applies(rows))
    found = np.flatnonzero(counts)
    date_of, state_of = np.divmod(found, states)
    made = dates.take(date_of).assign(standing=_standings(state_of), actions=counts[found])
    made = made.rename(columns={"t": "as_of"})[["plan", "as_of", "standing", "actions"]]
    return made.sort_values(["as_of", "plan", "standing"], ignore_index=True)


def rows_on_dates(at: State) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """The row in force of every action on every date of its plan from its first on.

    Returns
    -------
    DataFrame
        What decides the standing, one row per action and date, sorted by both; ``position`` of the action.
    array of int
        The date of each of these rows, as its row in the third.
    DataFrame
        plan, ``t``, ``snapshot`` in force: every snapshot of each plan, and the date of the report.
    """
    if "rows on dates" in at.made:
        return at.made["rows on dates"]
    past = at.past
    plan, plans = pd.factorize(at.force["plan"])
    told = [(number, day, day) for number, name in enumerate(plans) for day in at.snapshots.get(str(name), ())]
    latest = {number: day for number, day, _ in told}
    told += [(number, at.as_of, latest.get(number)) for number in range(len(plans)) if
             latest.get(number) != at.as_of]  # fmt: skip
    dates = pd.DataFrame(told, columns=["number", "t", "snapshot"]).astype({"t": schema.DATE, "snapshot": schema.DATE})
    dates = dates.sort_values(["number", "t"], ignore_index=True)
    dates["plan"] = plans.take(dates["number"].to_numpy()).array
    # A plan and a day, and an action and a day, are each written as one number, in order, so that they can be sought.
    begin = min(past["as_of"].min(), dates["t"].min()) if len(past) else at.as_of
    width = (at.as_of - begin).days + 1
    row_day, date_day = ((each - begin).dt.days.to_numpy() for each in (past["as_of"], dates["t"]))
    seen = row_day[~past["position"].duplicated().to_numpy()]
    from_date = np.searchsorted(dates["number"].to_numpy() * width + date_day, plan * width + seen)
    times = np.searchsorted(dates["number"].to_numpy(), plan, side="right") - from_date
    action = np.repeat(np.arange(len(plan)), times)
    on = np.arange(len(action)) + np.repeat(from_date - (np.cumsum(times) - times), times)
    rows_at = past["position"].to_numpy() * width + row_day
    row = np.searchsorted(rows_at, action * width + date_day[on], side="right") - 1
    changed = at.once(_says_changed).groupby(past["position"]).cummax().to_numpy()
    rows = past[["target", "original", "as_of"]].take(row).reset_index(drop=True)
    rows = rows.assign(
        status=pd.Categorical(past["status"]).take(row), claim=pd.Categorical(past["claim"]).take(row),
        changed=changed[row], t=dates["t"].array.take(on),
        listed=rows["as_of"].array == dates["snapshot"].array.take(on), position=action,
    )  # fmt: skip
    at.made["rows on dates"] = rows, on, dates
    return rows, on, dates


def slip_chart(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """The target in force at each reporting date, for a milestone trend (slip) chart.

    Returns
    -------
    DataFrame
        plan, action_id, area, as_of, target_earliest, target, original, done. Actions known only by count are left out
        unless their range shares its dates. A complete action's last row is at its completion date, on the diagonal,
        where that date is stated, else at the snapshot that first shows it.
    """
    at = at or state(ledger, as_of)
    past, followed = at.past, at.once(_followed)
    names = ["plan", "action_id", "area", "as_of", "target_earliest", "target", "original", "position"]
    shown = ~past["done"] & (past["status"] != "closed not done") & at.spread(followed)
    points = past.loc[shown.to_numpy(bool), names].assign(done=False)
    ends = at.force.assign(position=np.arange(len(at.force)), stop=at.once(_completion)["complete_latest"])
    ends = ends[ends["done"] & followed].reset_index()
    ends = ends.assign(as_of=ends["stop"], target_earliest=ends["stop"], target=ends["stop"])[names].assign(done=True)
    made = pd.concat([part for part in (points, ends) if len(part)] or [points])
    return made.sort_values(["position", "as_of"], ignore_index=True).drop(columns="position")
