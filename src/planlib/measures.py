"""Every measure of one plan at one date, computed once: what figures, tables, words and results.json are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from planlib import delivery, schema, slippage
from planlib.delivery import area_label, label
from planlib.settings import Settings
from planlib.slippage import State, When, looked_up, state

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
    over_time: pd.DataFrame
    slip_chart: pd.DataFrame
    areas: pd.DataFrame
    bow_wave: pd.DataFrame
    falling_due: pd.DataFrame
    behind: pd.DataFrame
    rates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    results: pd.DataFrame = field(default_factory=pd.DataFrame)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Carry the results in the notebook, so that the run can compare them with its own."""
        records = {"plan": self.plan, "as_of": f"{self.as_of:%Y-%m-%d}", "measures": records_of(self.results)}
        return {
            "application/vnd.planlib.results+json": records,
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

    Returns
    -------
    Measures
    """
    names = list(ledger["plan"].unique()) or [""]
    plan = str(names[0])
    at = state(ledger, as_of, snapshots={plan: snapshots} if snapshots is not None else None)
    days = tuple(at.snapshots.get(plan, ()))
    before = pd.Series({plan: pd.Timestamp(previous)}, dtype=schema.DATE) if previous is not None else at.previous()
    named = before.get(plan)
    first = days[0] if days else at.as_of
    anchor = anchor_of(settings, first)
    meetings = sorted(settings.meetings.items()) if settings else []
    meeting = next((pd.Timestamp(read) for told, read in meetings if pd.Timestamp(told) == at.as_of), None)
    actions = _actions(ledger, as_of, at, anchor)
    changes = slippage.date_changes(ledger, as_of, at=at)
    changes.insert(3, "label", looked_up(changes["action_id"], actions.set_index("action_id")["label"]))
    changes.insert(4, "area_label", area_label(changes))
    since = delivery.change_since(ledger, as_of, previous=before, at=at)
    names_of = actions.set_index("action_id")[["label", "ref", "ref_range", "single", "area_label", "lead", "place"]]
    since = since.join(names_of).reset_index()
    chart = slippage.slip_chart(ledger, as_of, at=at)
    chart.insert(2, "label", looked_up(chart["action_id"], names_of["label"]))
    due = delivery.falling_due(ledger, as_of, meeting=meeting, at=at)
    due = due.join(names_of[["label", "ref", "ref_range", "area_label"]]).reset_index()
    rates = {
        "due by": delivery.due_by(ledger, as_of, at=at),
        "hit rate": delivery.hit_rate(ledger, as_of, since=before, at=at),
        "hit rate since the start": delivery.hit_rate(ledger, as_of, since=at.started(), at=at),
        "dates kept": delivery.dates_kept(ledger, as_of, since=before, at=at),
        "dates kept since the start": delivery.dates_kept(ledger, as_of, since=at.started(), at=at),
        "left over": delivery.left_over(ledger, as_of, previous=before, at=at),
        "on-time completion": delivery.on_time_completion(ledger, as_of, at=at),
        "baseline execution index": delivery.baseline_execution_index(ledger, as_of, at=at),
    }
    made = Measures(
        plan=plan, as_of=at.as_of, snapshot=days[-1] if days else at.as_of,
        previous=None if pd.isna(named) else named, snapshots=days, meeting=meeting, actions=actions, changes=changes,
        since=since, over_time=slippage.standing_over_time(ledger, as_of, at=at), slip_chart=chart,
        areas=_areas(actions, changes), bow_wave=delivery.bow_wave(ledger, as_of, at=at), falling_due=due,
        behind=delivery.behind_original_plan(ledger, as_of, at=at), rates=rates,
    )  # fmt: skip
    object.__setattr__(made, "results", results(made, ledger, at, before))
    return made


def _actions(ledger: pd.DataFrame, as_of: When, at: State, anchor: slippage.Anchor) -> pd.DataFrame:
    rows = at.force
    made = rows.drop(columns=["completed_text", "completed_earliest", "completed", "open", "t"])
    made = made.rename(columns={"as_of": "snapshot"}).drop(columns=["done"])
    made.insert(0, "label", label(rows))
    made["single"] = rows["ref_range"] == ""
    made["area_label"] = area_label(rows)
    again = slippage.revisions(ledger, as_of, at=at)
    parts = [
        slippage.standing(ledger, as_of, at=at),
        slippage.completion(ledger, as_of, at=at),
        slippage.slip(ledger, as_of, at=at),
        again,
        slippage.required(ledger, as_of, anchor=anchor, at=at),
        slippage.slip_rate(ledger, as_of, at=at),
    ]
    for part in parts:
        made = made.join(part)
    made["past_original"] = slippage.past_original(ledger, as_of, at=at)
    made["counted"] = slippage.counted(ledger, as_of, at=at)
    made["without_update"] = delivery.without_update(ledger, as_of, at=at)
    return made.reset_index()


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


# --- results.json ----------------------------------------------------------------------------------------------------------

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

    actions = m.actions
    groups: list[tuple[str, str, pd.DataFrame]] = [("plan", m.plan, actions)]
    groups += [("area", key, rows) for key, rows in actions.groupby("area_label", sort=False)]
    groups += [("lead", key, rows) for key, rows in actions.groupby("lead", sort=False) if key]
    for scope, key, rows_ in groups:
        _put_counts(put, scope, key, rows_)
    for name, table in m.rates.items():
        for row in table.to_dict("records"):
            # A count is its own value; a rate is n of d.
            value = row["numerator"] if name == "due by" else row["value"]
            put(name, "plan", row["key"], value, n=row["numerator"], d=row["denominator"], why=row["undefined_because"])
    _put_areas_and_leads(put, ledger, m, at, previous)
    for row in m.behind.to_dict("records"):
        why = row["undefined_because"]
        put("behind the original plan", "plan", m.plan, row["days_past"], why=why or "every first date is reached")
        put("SPI(t)", "plan", m.plan, row["spi"], why=why or "nothing is known to be complete")
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
    for row in m.bow_wave.to_dict("records"):
        put(f"bow wave: {row['date']}", "month", row["month"], int(row["actions"]))
    put("falling due", "plan", m.plan, len(m.falling_due))
    for row in actions.to_dict("records"):
        _put_action(put, row)
    made = pd.DataFrame(rows, columns=list(RESULT_COLUMNS), dtype=object)
    return made


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


def _put_counts(put: Any, scope: str, key: str, rows: pd.DataFrame) -> None:
    total, d = len(rows), int(rows["counted"].sum())
    put("actions", scope, key, total)
    done = int((rows["done"] & rows["counted"]).sum())
    unknown = int((rows["standing"] == "standing not known").sum())
    silent = unknown == total
    why = f"the standing of {unknown} of {total} is not known"
    put("done", scope, key, None if silent else done, n=done, d=d, why=why)
    for name in schema.STANDINGS:
        n = int((rows["standing"] == name).sum())
        put(f"standing: {name}", scope, key, None if silent and name != "standing not known" else n, n=n, d=total, why=why)
    known = int(rows["original"].notna().sum())
    put("first date known", scope, key, known, n=known, d=total)
    late = rows["past_original"]
    put("past original", scope, key, int(late.fillna(False).sum()), n=int(late.fillna(False).sum()), d=int(late.notna().sum()))
    asked = rows["outside"] != ""
    outside = int((rows["outside"] == "outside").sum())
    none = None if not asked.any() else outside
    put("outside the required time", scope, key, none, n=outside, d=int(asked.sum()), why="no time is required")
    moved = (rows["revisions"] > 0).fillna(False)
    put("re-dated at least once", scope, key, int(moved.sum()), n=int(moved.sum()), d=int(rows["revisions"].notna().sum()))
    put("revisions", scope, key, int(rows["revisions"].sum()))


def _put_areas_and_leads(put: Any, ledger: pd.DataFrame, m: Measures, at: State, previous: pd.Series) -> None:
    rates = {
        "due by": lambda by: delivery.due_by(ledger, m.as_of, at=at, by=by),
        "hit rate": lambda by: delivery.hit_rate(ledger, m.as_of, since=previous, at=at, by=by),
        "dates kept": lambda by: delivery.dates_kept(ledger, m.as_of, since=previous, at=at, by=by),
        "on-time completion": lambda by: delivery.on_time_completion(ledger, m.as_of, at=at, by=by),
        "baseline execution index": lambda by: delivery.baseline_execution_index(ledger, m.as_of, at=at, by=by),
    }
    for name, make in rates.items():
        for by in ("area", "lead"):
            for row in make(by).to_dict("records"):
                if row["key"]:
                    value = row["numerator"] if name == "due by" else row["value"]
                    why = row["undefined_because"]
                    put(name, by, row["key"], value, n=row["numerator"], d=row["denominator"], why=why)


def _put_action(put: Any, row: Mapping[str, Any]) -> None:
    key = row["action_id"]
    put("standing", "action", key, row["standing"])
    why = row["slip_unknown"] or "an end of the completion date is not known"
    put("slip", "action", key, row["slip_low"], why=why)
    put("slip, upper end", "action", key, row["slip_high"], why=why)
    unit_months = row["slip_unit"] == "months"
    whole = why if not unit_months and row["slip_unknown"] else "both dates are given to the day"
    put("slip in months", "action", key, row["slip_months_low"] if unit_months else None, why=whole)
    put("at least", "action", key, row["at_least_days"], why="not open after its first date without a later one")
    put("revisions", "action", key, row["revisions"], why="known only by count")
    put("days moved", "action", key, row["days_moved"], why="known only by count")
    put("past original", "action", key, row["past_original"], why="the first date or the status is not known")
    put("outside the required time", "action", key, row["outside"] or None, why="no time is required")
    put("on-time completion", "action", key, row["on_time"] or None, why="not complete")
    put("slip rate", "action", key, row["rate"], why=row["rate_unknown"])
    put("no update", "action", key, row["without_update"], why="not open, or no progress text")


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain records for JSON."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]
