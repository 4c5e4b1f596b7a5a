"""Every measure of one plan at one date, computed once: what figures, tables, words and results.json are made from."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from planlib import delivery, history, schema, slippage, trends
from planlib.delivery import area_label, label
from planlib.settings import Settings, said
from planlib.slippage import State, When, looked_up, state


def _glance() -> Any:
    """What shows us in a notebook; it is no part of how figures are made (planlib.published)."""
    return importlib.import_module("planlib.glance")


@dataclass(frozen=True)
class Measures:
    """Every measure of one plan at one date, computed once; figures, tables and words are made from it.

    The frames are described in docs/measures.md and the functions that make them.
    """

    plan: str
    as_of: pd.Timestamp
    snapshot: pd.Timestamp
    previous: pd.Timestamp | None
    snapshots: tuple[pd.Timestamp, ...]
    meeting: pd.Timestamp | None
    actions: pd.DataFrame
    changes: pd.DataFrame
    since: pd.DataFrame
    lists: pd.DataFrame
    over_time: pd.DataFrame
    slip_chart: pd.DataFrame
    areas: pd.DataFrame
    bow_wave: pd.DataFrame
    falling_due: pd.DataFrame
    behind: pd.DataFrame
    rates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    trends: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    small_number: int = 0
    terms: Mapping[str, str] = field(default_factory=dict)
    results: pd.DataFrame = field(default_factory=pd.DataFrame)

    def term(self, word: str) -> str:
        """Our word, or the word that the plan wants printed for it ([terms] of plan.toml)."""
        return said(self.terms, word)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Carry the results in the notebook, so that the run can compare them with its own."""
        records = {"plan": self.plan, "as_of": f"{self.as_of:%Y-%m-%d}", "measures": records_of(self.results)}
        standings = {str(name): int(number) for name, number in self.actions["standing"].value_counts().items()}
        frames = {name: value for name, value in vars(self).items() if isinstance(value, pd.DataFrame)}
        return {
            "application/vnd.planlib.results+json": records,
            "text/html": _glance().of_measures(self.plan, self.as_of.date(), standings, frames).html,
            "text/plain": f"{len(self.results)} measures of {self.plan} as at {self.as_of:%Y-%m-%d}",
        }


def anchor_of(settings: Settings | None, first: pd.Timestamp) -> slippage.Anchor:
    """First and last day on which a required time can have begun.

    The plan's anchor date where it is known. Else a time set by an inspection began at the earliest when the inspection
    ended, and at the latest when the plan that answers it was first reported (docs/assumptions.md).
    """
    if settings is None:
        return None
    if settings.anchor:
        return settings.anchor, settings.anchor
    ended = settings.inspection.ended
    return (ended, first.date()) if ended and ended <= first.date() else None


def measure(
    ledger: pd.DataFrame,
    as_of: When,
    *,
    settings: Settings | None = None,
    previous: When | None = None,
    snapshots: Sequence[When] | None = None,
    plan: str | None = None,
) -> Measures:
    """Compute every measure of one plan.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER of one plan.
    as_of : date
    settings : Settings, optional
        For the anchor of required times and the next meeting.
    previous : date, optional
        The report to compare with; the snapshot before the one in force where not given.
    snapshots : sequence of date, optional
        Dates of all snapshots, where one may be empty.
    plan : str, optional
        Name of the plan, where the ledger may be empty and cannot tell it.

    Returns
    -------
    Measures

    Raises
    ------
    ValueError
        If the ledger is of several plans, or `previous` is not before `as_of`.
    """
    names = [str(name) for name in ledger["plan"].unique()]
    if len(names) > 1:
        raise ValueError(f"measure takes one plan, and the ledger has {len(names)}: {', '.join(sorted(names))}")
    plan = names[0] if names else plan or ""
    at = state(ledger, as_of, snapshots={plan: snapshots} if snapshots is not None else None)
    if previous is not None and pd.Timestamp(previous) >= at.as_of:
        raise ValueError(f"the report to compare with ({previous}) must be before the one of {at.as_of:%Y-%m-%d}")
    days = tuple(at.snapshots.get(plan, ()))
    before = at.previous()
    if previous is not None:
        told = pd.Timestamp(previous) if days and days[0] <= pd.Timestamp(previous) else pd.NaT
        before = pd.Series({plan: told}, dtype=schema.DATE)
    named = before.get(plan, pd.NaT)
    first = days[0] if days else at.as_of
    anchor = anchor_of(settings, first)
    meetings = sorted(settings.meetings.items()) if settings else []
    meeting = next((pd.Timestamp(read) for told, read in meetings if pd.Timestamp(told) == at.as_of), None)
    actions = _actions(ledger, as_of, at, anchor)
    for name in ("area_label", "lead"):  # under which name each action is counted
        groups = trends.published_groups(actions["plan"], actions[name], settings.small_number if settings else 0)
        actions[f"{name.removesuffix('_label')}_group"] = groups
    changes = slippage.date_changes(ledger, as_of, at=at)
    changes.insert(3, "label", looked_up(changes["action_id"], actions.set_index("action_id")["label"]))
    changes.insert(4, "area_label", area_label(changes))
    since = delivery.change_since(ledger, as_of, previous=before, at=at)
    names_of = actions.set_index("action_id")[["label", "ref", "ref_range", "single", "area_label", "lead", "place"]]
    since = since.join(names_of).reset_index()
    lists = delivery.standing_lists(ledger, as_of, previous=before, at=at)
    if pd.isna(named):
        lists["completed_since"] = lists["completed_since"].mask(np.ones(len(lists), dtype=bool))
    lists = names_of[["label", "ref", "ref_range"]].join(lists).reset_index()
    chart = slippage.slip_chart(ledger, as_of, at=at)
    chart.insert(2, "label", looked_up(chart["action_id"], names_of["label"]))
    due = delivery.falling_due(ledger, as_of, meeting=meeting, at=at)
    due = due.join(names_of[["label", "ref", "ref_range", "area_label"]]).reset_index()
    rates = {
        "due by": delivery.due_by(ledger, as_of, at=at),
        "hit rate": delivery.hit_rate(ledger, as_of, since=before, at=at),
        "hit rate since the start": delivery.hit_rate(ledger, as_of, since=at.started(), at=at),
        "dates kept": delivery.dates_kept(ledger, as_of, previous=before, at=at),
        "dates kept since the start": delivery.dates_kept(ledger, as_of, previous=before, since=at.started(), at=at),
        "left over": delivery.left_over(ledger, as_of, previous=before, at=at),
        "on-time completion": delivery.on_time_completion(ledger, as_of, at=at),
        "baseline execution index": delivery.baseline_execution_index(ledger, as_of, at=at),
    }
    made = Measures(
        plan=plan, as_of=at.as_of, snapshot=days[-1] if days else at.as_of,
        previous=None if pd.isna(named) else named, snapshots=days, meeting=meeting, actions=actions, changes=changes,
        since=since, lists=lists, over_time=slippage.standing_over_time(ledger, as_of, at=at), slip_chart=chart,
        areas=_areas(actions, changes), bow_wave=delivery.bow_wave(ledger, as_of, at=at), falling_due=due,
        behind=delivery.behind_original_plan(ledger, as_of, at=at), rates=rates,
        trends=_trends(ledger, as_of, at, settings.small_number if settings else 0),
        small_number=settings.small_number if settings else 0, terms=dict(settings.terms) if settings else {},
    )  # fmt: skip
    return replace(made, results=results(made, ledger, at, before))


def _trends(ledger: pd.DataFrame, as_of: When, at: State, small_number: int) -> dict[str, pd.DataFrame]:
    """The tables of `planlib.trends`, by name."""
    return {
        "changes per period": trends.changes_per_period(ledger, as_of, at=at),
        "late over time": trends.late_over_time(ledger, as_of, at=at),
        "repeated": trends.repeated(ledger, as_of, at=at),
        "by lead": trends.by_group(ledger, as_of, by="lead", small_number=small_number, at=at),
        "by area": trends.by_group(ledger, as_of, by="area", small_number=small_number, at=at),
    }


def _actions(ledger: pd.DataFrame, as_of: When, at: State, anchor: slippage.Anchor) -> pd.DataFrame:
    rows = at.force
    made = rows.drop(columns=["completed_text", "completed_earliest", "completed", "open", "done", "t"])
    made = made.rename(columns={"as_of": "snapshot"})
    made.insert(0, "label", label(rows))
    made["single"] = rows["ref_range"] == ""
    made["area_label"] = area_label(rows)
    parts = [
        slippage.standing(ledger, as_of, at=at),
        slippage.completion(ledger, as_of, at=at),
        slippage.slip(ledger, as_of, at=at),
        slippage.revisions(ledger, as_of, at=at),
        slippage.required(ledger, as_of, anchor=anchor, at=at),
        slippage.slip_rate(ledger, as_of, at=at),
    ]
    made = pd.concat([made, *parts], axis=1)
    past = slippage.past_original(ledger, as_of, at=at)
    made["past_original"] = past
    made["days_past_original"] = (at.as_of - rows["original"]).dt.days.astype("Int64").where(past.fillna(False))
    made["counted"] = slippage.counted(ledger, as_of, at=at)
    made["without_update"] = delivery.without_update(ledger, as_of, at=at)
    return made.rename_axis("action_id").reset_index()


def _areas(actions: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """One row per area in order of first appearance, with its standings and its revisions."""
    by = actions.groupby("area_label", sort=False)
    made = by.agg(
        area=("area", "first"), area_ref=("area_ref", "first"), timescale=("timescale", "first"),
        actions=("action_id", "size"), counted=("counted", "sum"), complete=("done", "sum"),
        revisions=("revisions", "sum"), slip_known=("slip_low", "count"), slip_total_days=("slip_low", "sum"),
        past_original=("past_original", "sum"), outside=("outside", lambda s: int((s == "outside").sum())),
    )  # fmt: skip
    made["complete"] = (actions["done"] & actions["counted"]).groupby(actions["area_label"]).sum()
    standings = actions.groupby("area_label", sort=False)["standing"].value_counts().unstack(fill_value=0)
    for name in schema.STANDINGS:
        made[name if name != "complete" else "complete_unverified"] = standings.get(name, 0)
    made["open"] = made["actions"] - made[["complete_unverified", "evidenced", "closed not done"]].sum(axis=1)
    redated = actions[(actions["revisions"] > 0).fillna(False)].groupby("area_label").size()
    made["redated"] = redated.reindex(made.index, fill_value=0)
    decided = changes[changes["revision"]].groupby("area_label")["decision"].nunique() if len(changes) else None
    made["decisions"] = decided.reindex(made.index, fill_value=0) if decided is not None else 0
    made["group"] = made["area_ref"].str.replace(r"[\s\d.:)(-]+$", "", regex=True).astype("string")
    return made.reset_index()


# --- results.json ----------------------------------------------------------------------------------------------------

RESULT_COLUMNS = ("name", "scope", "key", "unit", "numerator", "denominator", "value", "undefined_because")


def results(m: Measures, ledger: pd.DataFrame, at: State, previous: pd.Series) -> pd.DataFrame:
    """Every number of a report in one table, as results.json has it.

    Returns
    -------
    DataFrame
        name (schema.MEASURES), scope (plan, area, action, month, lead), key, unit, numerator, denominator, value,
        undefined_because; exactly one of value and undefined_because is missing.
    """
    rows: list[dict[str, Any]] = []

    def put(name: str, scope: str, key: str, value: Any, *, n: Any = None, d: Any = None, why: str = "") -> None:
        missing = value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))
        rows.append({
            "name": name, "scope": scope, "key": str(key), "unit": schema.MEASURES[name].unit,
            "numerator": _plain(n), "denominator": _plain(d), "value": None if missing else _plain(value),
            "undefined_because": (why or "not known") if missing else None,
        })  # fmt: skip

    flags = _flags(m.actions)
    for scope, column in (("plan", "plan"), ("area", "area_group"), ("lead", "lead_group")):
        for key, sums in _counts(flags, m.actions[column]):
            _put_counts(put, scope, key, sums)
    if m.actions.empty:
        _put_counts(put, "plan", m.plan, flags.sum().to_dict())
    for name, table in m.rates.items():
        for row in table.to_dict("records"):
            _put_rate(put, name, "plan", row)
        if table.empty:
            put(name, "plan", m.plan, None, n=0, d=0, why="no action is listed")
    _put_areas_and_leads(put, ledger, m, at, previous)
    nothing = {"days_past": None, "spi": None, "undefined_because": "no action is listed", "spi_undefined_because": ""}
    for row in m.behind.to_dict("records") or [nothing]:
        why = row["undefined_because"]
        put("behind the original plan", "plan", m.plan, row["days_past"], why=why or "every first date is reached")
        put("SPI(t)", "plan", m.plan, row["spi"], why=row["spi_undefined_because"] or why)
    for kind in schema.CHANGE_KINDS:
        put(f"changes of date: {kind}", "plan", m.plan, int((m.changes["kind"] == kind).sum()))
    put("decisions", "plan", m.plan, int(m.changes.loc[m.changes["revision"], "decision"].nunique()))
    given = m.changes["revision"] & (m.changes["reason"] != "")
    put("reason given", "plan", m.plan, int(given.sum()), n=int(given.sum()), d=int(m.changes["revision"].sum()))
    for word in ("before it was missed", "after it was missed", "cannot be told"):
        revised = m.changes["revision"] & (m.changes["notice"] != "")
        n = int((m.changes["notice"] == word).sum())
        put(f"notice: {word}", "plan", m.plan, n, n=n, d=int(revised.sum()))
    for change in schema.SINCE:
        none = None if m.previous is None else int((m.since["change"] == change).sum())
        put(f"since the previous report: {change}", "plan", m.plan, none, why="there is no earlier report")
    _put_lists(put, m)
    for row in m.bow_wave.to_dict("records"):
        put(f"bow wave: {row['date']}", "month", row["month"], int(row["actions"]))
    put("falling due", "plan", m.plan, len(m.falling_due))
    groups = m.actions.set_index("action_id")["lead_group"]
    for lead, n in looked_up(m.falling_due["action_id"], groups).value_counts(sort=False).items():
        if lead:
            put("falling due", "lead", lead, int(n))
    _put_trends(put, m)
    for row in m.actions.to_dict("records"):
        _put_action(put, row)
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS), dtype=object)


def _plain(value: Any) -> Any:
    """A number or text that JSON has."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 6)
    return str(value)


def _flags(actions: pd.DataFrame) -> pd.DataFrame:
    """What holds for each action, as 1 or 0, and how often it was re-dated."""
    known = actions["original"].notna() & actions["past_original"].notna()
    return pd.DataFrame({
        "actions": True, "counted": actions["counted"], "done": actions["done"] & actions["counted"],
        "first date known": actions["original"].notna(),
        "past original": actions["past_original"].fillna(False) & known, "past original known": known,
        "outside": actions["outside"] == "outside", "asked": actions["outside"] != "",
        "outside known": actions["outside"].isin(["outside", "within"]),
        "re-dated": (actions["revisions"] > 0).fillna(False), "followed": actions["revisions"].notna(),
        "revisions": actions["revisions"].fillna(0),
        "repeated": (actions["revisions"] >= trends.REPEATED).fillna(False),
        **{f"standing: {name}": actions["standing"] == name for name in schema.STANDINGS},
    }, index=actions.index).astype("int64")  # fmt: skip


def _counts(flags: pd.DataFrame, groups: pd.Series) -> list[tuple[str, dict[str, int]]]:
    """How many actions something holds for, in each group that has a name."""
    sums = flags.groupby(groups.astype(object), sort=False).sum()
    return [(str(key), row) for key, row in zip(sums.index, sums.to_dict("records"), strict=True) if key]


def _put_counts(put: Any, scope: str, key: str, n: Mapping[str, int]) -> None:
    total, unknown = n["actions"], n["standing: standing not known"]
    silent = unknown == total
    why = f"the standing of {unknown} of {total} is not known" if total else "no action is listed"
    put("actions", scope, key, total)
    put("done", scope, key, None if silent else n["done"], n=n["done"], d=n["counted"], why=why)
    for name in (f"standing: {name}" for name in schema.STANDINGS):
        hidden = silent and (name != "standing: standing not known" or not total)
        put(name, scope, key, None if hidden else n[name], n=n[name], d=total, why=why)
    put("first date known", scope, key, n["first date known"], n=n["first date known"], d=total)
    late, known = n["past original"], n["past original known"]
    put("past original", scope, key, late if known else None, n=late, d=known, why="no first date or standing is known")
    outside, asked = n["outside"], n["asked"]
    why = "it cannot be told for any" if asked else "no time is required"
    put("outside the required time", scope, key, outside if n["outside known"] else None, n=outside, d=asked, why=why)
    moved, whole = n["re-dated"], n["followed"]
    why = "every one is known only by count" if total else "no action is listed"
    put("re-dated at least once", scope, key, moved if whole else None, n=moved, d=whole, why=why)
    put("repeat offenders", scope, key, n["repeated"] if whole else None, n=n["repeated"], d=whole, why=why)
    put("revisions", scope, key, n["revisions"])


def _put_rate(put: Any, name: str, scope: str, row: Mapping[str, Any]) -> None:
    # A count is its own value; a rate is n of d.
    value = row["numerator"] if name == "due by" else row["value"]
    put(name, scope, row["key"], value, n=row["numerator"], d=row["denominator"], why=row["undefined_because"])


def _put_lists(put: Any, m: Measures) -> None:
    """How many actions are on each standing list, and of how many that cannot be told."""
    total = len(m.lists)
    for name, words in delivery.LIST_NAMES.items():
        on, unsure = int(m.lists[name].fillna(False).sum()), int(m.lists[name].isna().sum())
        why = f"none is known to be, and it cannot be told for {unsure} of {total}" if total else "no action is listed"
        if total and m.previous is None and name in delivery.COMPARED_LISTS:
            why = "there is no earlier report"
        told = on or (total and not unsure)
        put(f"list: {words}", "plan", m.plan, on if told else None, n=on, d=total, why=why)
        put(f"list: {words}, cannot be told", "plan", m.plan, unsure, n=unsure, d=total)


def _put_areas_and_leads(put: Any, ledger: pd.DataFrame, m: Measures, at: State, previous: pd.Series) -> None:
    at = trends.grouped_state(at, m.small_number)
    for by in ("area", "lead"):
        rates = {
            "due by": delivery.due_by(ledger, m.as_of, at=at, by=by),
            "hit rate": delivery.hit_rate(ledger, m.as_of, since=previous, at=at, by=by),
            "dates kept": delivery.dates_kept(ledger, m.as_of, previous=previous, at=at, by=by),
            "on-time completion": delivery.on_time_completion(ledger, m.as_of, at=at, by=by),
            "baseline execution index": delivery.baseline_execution_index(ledger, m.as_of, at=at, by=by),
        }
        for name, table in rates.items():
            for row in table.to_dict("records"):
                if row["key"]:
                    _put_rate(put, name, by, row)


def _put_trends(put: Any, m: Measures) -> None:
    """What changed and what was late at each report, and how often dates were changed by lead and by area."""
    periods = m.trends["changes per period"]
    for row in periods.to_dict("records"):
        why = "nothing can be compared with an earlier report"
        put(f"changes at the report: {row['kind']}", "month", f"{row['as_of']:%Y-%m-%d}", row["changes"], why=why)
    decided = periods.groupby("as_of")["decisions"].sum(min_count=1)
    for day, n in decided.items():
        put("decisions at the report", "month", f"{day:%Y-%m-%d}", n, why="nothing can be compared with an earlier report")
    for row in m.trends["late over time"].to_dict("records"):
        _put_late(put, row)
    repeated = m.trends["repeated"]
    n, d = int(repeated["shared"].sum()), int(repeated["revisions"].sum())
    why = f"no action has {trends.REPEATED} revisions or more"
    put("repeat offenders: moved with others", "plan", m.plan, n if d else None, n=n, d=d, why=why)
    everything = m.trends["by area"].drop(columns="key").sum(numeric_only=True)
    _put_group(put, "plan", m.plan, everything)
    for by in ("area", "lead"):
        for row in m.trends[f"by {by}"].to_dict("records"):
            if row["key"]:
                _put_group(put, by, row["key"], row)
                _put_changes(put, by, row["key"], row)


def _put_late(put: Any, row: Mapping[str, Any]) -> None:
    key, why = f"{row['as_of']:%Y-%m-%d}", "the standing of {unknown} is not known".format_map(row)
    silent = row["open"] == 0 and row["unknown"] > 0
    put("late: by the date now", "month", key, None if silent else row["overdue"], n=row["overdue"], d=row["open"], why=why)
    known = row["first_known"]
    why = why if silent else "no first date of an open action is known"
    put("late: by the first date", "month", key, row["past"] if known else None, n=row["past"], d=known, why=why)
    put("late: by the first date, re-dated", "month", key, row["past_redated"] if known else None,
        n=row["past_redated"], d=row["past"], why=why)  # fmt: skip
    put("late: had no date been changed", "month", key, row["kept_dates"], why="there is no earlier report")


def _put_group(put: Any, scope: str, key: str, row: Mapping[str, Any]) -> None:
    known, actions = int(row["actions"] - row["unknown"]), int(row["actions"])
    why = f"the standing of {actions} of {actions} is not known" if actions else "no action is listed"
    put("open", scope, key, int(row["open"]) if known else None, n=int(row["open"]), d=known, why=why)
    later, days = int(row["slip_known"]), int(row["days_later"])
    put("days later", scope, key, days if later else None, why="the slip is not known for any")


def _put_changes(put: Any, scope: str, key: str, row: Mapping[str, Any]) -> None:
    put("decisions", scope, key, row["decisions"])
    put("reason given", scope, key, row["given"], n=row["given"], d=row["revisions"])
    noticed = sum(row[name] for name in trends.NOTICES)
    for name, word in trends.NOTICES.items():
        put(f"notice: {word}", scope, key, row[name], n=row[name], d=noticed)


def _put_action(put: Any, row: Mapping[str, Any]) -> None:
    key = row["action_id"]
    put("standing", "action", key, row["standing"])
    why = row["slip_unknown"] or "the earliest day of completion is not known"
    put("slip", "action", key, row["slip_low"], why=why)
    put("slip, upper end", "action", key, row["slip_high"], why=why)
    to_the_day = row["slip_unit"] == "days"
    months = None if to_the_day else row["slip_months_low"]
    put("slip in months", "action", key, months, why="both dates are given to the day or week" if to_the_day else why)
    put("at least", "action", key, row["at_least_days"], why="not open after its first date without a later one")
    put("revisions", "action", key, row["revisions"], why="known only by count")
    put("days moved", "action", key, row["days_moved"], why="known only by count")
    past = None if pd.isna(row["past_original"]) else int(row["past_original"])
    put("past original", "action", key, past, why="the first date or the status is not known")
    put("days past original", "action", key, row["days_past_original"], why="not known to be past its first date")
    verdicts: dict[str, int | None] = {"outside": 1, "within": 0, "on time": 1, "late": 0}
    outside, on_time = row["outside"], row["on_time"]
    put("outside the required time", "action", key, verdicts.get(outside), why=outside or "no time is required")
    put("on-time completion", "action", key, verdicts.get(on_time), why=on_time or "not complete")
    put("slip rate", "action", key, row["rate"], why=row["rate_unknown"])
    put("no update", "action", key, row["without_update"], why="not open, not listed, or no progress text")


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain records for JSON."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


# --- several plans side by side --------------------------------------------------------------------------------------


def side_by_side(measured: Iterable[Measures]) -> pd.DataFrame:
    """The numbers of several plans at one date, as each plan's own results have them; nothing is ranked.

    Parameters
    ----------
    measured : iterable of Measures
        All as at one date; one without a snapshot up to then has not begun.

    Returns
    -------
    DataFrame
        One row per plan in the order given: plan, as_of, ``begun``, ``snapshot`` in force, ``age`` (days from it to
        as_of), ``snapshots``, ``actions``, ``by_count`` (known only by count), and as Int64, missing where not known:

        ``done``, ``counted``: n of d. ``overdue``: missing too where no open action has a date. ``overdue_since``: of
        them, those whose date passed after the snapshot in force. ``undated``: open, listed, without a date.
        ``past_original``, ``first_known``: n of d; ``first_unknown``: of how many it cannot be told. ``redated``: open
        and re-dated. ``unknown``: standing not known.
        ``revisions``, ``decisions``: since the first snapshot; missing where every action is known only by count, or
        one snapshot shows none.
    """
    rows = [_beside(m) for m in measured]
    numbers = dict.fromkeys(_SIDE_NUMBERS, "Int64")
    made = pd.DataFrame(rows, columns=["plan", "as_of", "begun", "snapshot", *_SIDE_NUMBERS])
    return made.astype({"plan": "string", "as_of": schema.DATE, "begun": bool, "snapshot": schema.DATE, **numbers})


_SIDE_NUMBERS = (
    "age", "snapshots", "actions", "by_count", "done", "counted", "overdue", "overdue_since", "undated",
    "past_original", "first_known", "first_unknown", "redated", "unknown", "revisions", "decisions",
)  # fmt: skip


def _beside(m: Measures) -> dict[str, Any]:
    row: dict[str, Any] = {"plan": m.plan, "as_of": m.as_of, "begun": bool(m.snapshots)}
    if not m.snapshots:
        return row
    told = m.results[m.results["scope"] == "plan"].set_index("name")[["numerator", "denominator", "value"]]
    n, d, value = (told[part].to_dict() for part in ("numerator", "denominator", "value"))
    standings = m.actions["standing"]
    live = ~m.actions["done"] & ~standings.isin(["closed not done", "no longer listed", "standing not known"])
    undated = int((live & m.actions["target"].isna()).sum())
    overdue = value["standing: overdue"]
    if overdue == 0 and undated and undated == int(live.sum()):
        overdue = None
    then = m.over_time[(m.over_time["as_of"] == m.snapshot) & (m.over_time["standing"] == "overdue")]
    followed = bool(m.actions["revisions"].notna().any()) or m.actions.empty
    seen = followed and (len(m.snapshots) > 1 or bool(value["revisions"]))
    known = value["done"] is not None
    return row | {
        "snapshot": m.snapshot, "age": (m.as_of - m.snapshot).days, "snapshots": len(m.snapshots),
        "actions": value["actions"], "by_count": int((~m.actions["single"]).sum()),
        "done": value["done"], "counted": d["done"] if known else None, "overdue": overdue,
        "overdue_since": None if overdue is None else overdue - int(then["actions"].sum()),
        "undated": undated if known else None, "past_original": value["past original"],
        "first_known": d["past original"], "first_unknown": value["actions"] - d["past original"],
        "redated": value["standing: re-dated"],
        "unknown": n["standing: standing not known"], "revisions": value["revisions"] if seen else None,
        "decisions": value["decisions"] if seen else None,
    }  # fmt: skip


def together(beside: pd.DataFrame) -> pd.DataFrame:
    """Sums over plans, each over the plans that know it: n of d.

    Parameters
    ----------
    beside : DataFrame
        `side_by_side`.

    Returns
    -------
    DataFrame
        Index ``what`` (done, overdue, past_original, redated, unknown): ``n``, ``d``, ``plans`` (that know it),
        ``begun`` (of how many). Revisions are not added up: plans that were reported more often show more of them.
    """
    begun = beside[beside["begun"]]
    wholes = {"done": "counted", "overdue": "actions", "past_original": "first_known", "redated": "actions",
              "unknown": "actions"}  # fmt: skip
    rows = []
    for name, whole in wholes.items():
        known = begun[begun[name].notna() & (begun["actions"] > 0)]
        rows.append((name, int(known[name].sum()), int(known[whole].sum()), len(known), len(begun)))
    return pd.DataFrame(rows, columns=["what", "n", "d", "plans", "begun"]).set_index("what")


@dataclass(frozen=True)
class Between:
    """What changed in one plan between two dates.

    Attributes
    ----------
    since, as_of : Timestamp
        The two dates.
    reports : pair of Timestamp
        The snapshots in force at them.
    cells : DataFrame
        `planlib.history.changes`.
    columns : DataFrame
        `planlib.history.columns_changed`.
    moves : DataFrame
        `planlib.delivery.moves`: each change of date, step by step.
    happened : DataFrame
        `planlib.delivery.change_since`.
    lists : DataFrame
        `planlib.delivery.standing_lists`, with label, ref, ref_range, area and action.
    """

    since: pd.Timestamp
    as_of: pd.Timestamp
    reports: tuple[pd.Timestamp, pd.Timestamp]
    cells: pd.DataFrame
    columns: pd.DataFrame
    moves: pd.DataFrame
    happened: pd.DataFrame
    lists: pd.DataFrame


def between(
    ledger: pd.DataFrame, since: When, as_of: When, *, plan: str, snapshots: Iterable[date], extras: pd.DataFrame
) -> Between:
    """Everything that changed in one plan between two dates.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER of one plan, as `planlib.open_plan` gives it, so that what is withheld stays so.
    since, as_of : date
        The earlier date, not before the first snapshot, and the later one.
    plan : str
        Name of the plan, which an empty ledger does not tell.
    snapshots : iterable of date
        `Plan.snapshots`.
    extras : DataFrame
        `Plan.extras`.

    Returns
    -------
    Between

    Raises
    ------
    ValueError
        If `since` is after `as_of`, or before the first snapshot.
    """
    first, last = pd.Timestamp(since), pd.Timestamp(as_of)
    days = sorted(pd.Timestamp(day) for day in snapshots)
    if not days or first < days[0] or first > last:
        raise ValueError(f"nothing can be compared from {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    at = state(ledger, as_of, snapshots={plan: days})
    previous = pd.Series({plan: first}, dtype=schema.DATE)
    names = at.force[["ref", "ref_range", "area_ref", "area", "action", "place"]].assign(
        label=delivery.label(at.force), area_label=area_label(at.force)
    )
    return Between(
        since=first, as_of=last, reports=(max(d for d in days if d <= first), max(d for d in days if d <= last)),
        cells=history.changes(ledger, first, last, snapshots=days),
        columns=history.columns_changed(ledger, extras, first, last, snapshots=days),
        moves=delivery.moves(ledger, as_of, previous=previous, at=at),
        happened=delivery.change_since(ledger, as_of, previous=previous, at=at),
        lists=names.join(delivery.standing_lists(ledger, as_of, previous=previous, at=at)),
    )  # fmt: skip
