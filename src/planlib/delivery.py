"""Measures of a whole plan: what was due, what was kept, what changed since, what comes next.

Every function takes a ledger and a date and returns a table. Rates are given as a numerator and a denominator; a
value is missing where it is undefined, and the table says why. Definitions: docs/measures.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from planlib import schema, slippage
from planlib.normalise import range_numbers
from planlib.slippage import State, When, looked_up, state

UNKNOWN_ALLOWED = 10  # "O not known for more than 1 in 10": BEI and behind the original plan are not given
GROUPS = {"plan": ["plan"], "area": ["plan", "area_label"], "lead": ["plan", "lead"]}
NEXT_DAYS = 30


def area_label(rows: pd.DataFrame) -> pd.Series:
    """How an area is called: its reference and its name, or whichever it has."""
    ref, area = rows["area_ref"].astype(str), rows["area"].astype(str)
    both = (ref != "") & (area != "") & (ref.str.casefold() != area.str.casefold())
    return pd.Series(np.where(both, ref + ": " + area, np.where(area != "", area, ref)), index=rows.index, dtype="string")


def label(rows: pd.DataFrame) -> pd.Series:
    """How an action is called in print: its reference, or the range that it is one of; never its id."""
    spoken = {text: f"one of {spoken_range(text)}" for text in rows["ref_range"].unique()}
    ranged = rows["ref_range"].map(spoken).astype(object)
    words = rows["action"].astype(object).map(lambda text: text if len(text) <= 60 else text[:57].rstrip() + "...")
    row = "row " + rows["number"].astype(str).astype(object)
    fallback = np.where(words != "", words, row)
    made = np.select([(rows["ref"] != "").to_numpy(bool), (rows["ref_range"] != "").to_numpy(bool)],
                     [rows["ref"].astype(object), ranged], fallback)  # fmt: skip
    return pd.Series(made, index=rows.index, dtype="string")


def spoken_range(text: str) -> str:
    """A reference range in words: "25 to 28", "39 to 52 and 54 to 56"."""
    return text.replace("-", " to ") if range_numbers(text) else text


# --- rates ---------------------------------------------------------------------------------------------------------------


def due_by(ledger: pd.DataFrame, as_of: When, *, at: State | None = None, by: str = "plan") -> pd.DataFrame:
    """How many actions were due by `as_of` under their first dates.

    Returns
    -------
    DataFrame
        plan, key, numerator (O.latest <= t), denominator (actions that count), ``original_not_known``.
    """
    at = at or state(ledger, as_of)
    counts = slippage.counted(ledger, as_of, at=at)
    rows = at.force
    made = _share(at, counts & (rows["original"] <= rows["t"]), counts, by)
    unknown = _share(at, counts & rows["original"].isna(), counts, by)
    return made.assign(original_not_known=unknown["numerator"])


def hit_rate(
    ledger: pd.DataFrame, as_of: When, *, since: pd.Series | None = None, at: State | None = None, by: str = "plan"
) -> pd.DataFrame:
    """Of the actions first due in a period, those done by their first date.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
        End of the period, included.
    since : Series, optional
        By plan, the start of the period, not included; the previous report where not given. `State.started` gives the
        rate since the start.
    at : State, optional
    by : {"plan", "area", "lead"}

    Returns
    -------
    DataFrame
        plan, key, numerator (C.latest <= O.latest), denominator (O.latest in (since, t]), ``cannot_be_told`` (complete,
        and whether in time cannot be told), value, undefined_because.

    Notes
    -----
    Source: hit task percentage (DCMA 14-point assessment).
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, slippage.completion(ledger, as_of, at=at)
    start = _by_plan(rows, at.previous() if since is None else since)
    due = slippage.counted(ledger, as_of, at=at) & (rows["original"] > start) & (rows["original"] <= rows["t"])
    made = _share(at, due & (done["on_time"] == "on time"), due, by)
    unsure = _share(at, due & (done["on_time"] == "cannot be told"), due, by)
    made = made.assign(cannot_be_told=unsure["numerator"])
    return _say_undefined(made, at, start, "no action with a known first date fell due in the period")


def dates_kept(
    ledger: pd.DataFrame, as_of: When, *, since: pd.Series | None = None, at: State | None = None, by: str = "plan"
) -> pd.DataFrame:
    """Of the dates told in earlier reports that fell due in a period, those kept.

    A date is an action and a target; one that was withdrawn before it fell due still counts. It counts once, in the
    period in which its latest day lies, and only if a report before that day told it.

    Parameters
    ----------
    ledger, as_of, since, at, by
        As in `hit_rate`.

    Returns
    -------
    DataFrame
        plan, key, numerator (complete with C.latest <= the date), denominator, value, undefined_because.
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, slippage.completion(ledger, as_of, at=at)
    start = at.previous() if since is None else since
    told = at.past[at.past["target"].notna() & ~at.past["done"]]
    pairs = told.groupby(["action_id", "target"], sort=False)["as_of"].min().rename("told").reset_index()
    plan = looked_up(pairs["action_id"], rows["plan"])
    fits = (pairs["target"] > looked_up(plan, start)) & (pairs["target"] <= looked_up(pairs["action_id"], rows["t"]))
    fits &= (pairs["told"] <= looked_up(plan, at.previous())) & (pairs["told"] < pairs["target"])
    fits &= looked_up(pairs["action_id"], slippage.counted(ledger, as_of, at=at)).astype(bool)
    fallen = pairs[fits.to_numpy(bool)]
    kept = looked_up(fallen["action_id"], done["complete_latest"]) <= fallen["target"]
    number = fallen.groupby("action_id").size().reindex(rows.index, fill_value=0)
    good = kept.groupby(fallen["action_id"]).sum().reindex(rows.index, fill_value=0)
    made = _sum(at, good, number, by)
    return _say_undefined(made, at, _by_plan(rows, start), "no date told in an earlier report fell due in the period")


def left_over(
    ledger: pd.DataFrame, as_of: When, *, previous: pd.Series | None = None, at: State | None = None, by: str = "plan"
) -> pd.DataFrame:
    """Of the actions overdue in the previous report, those complete by `as_of`.

    Returns
    -------
    DataFrame
        plan, key, numerator, denominator, value, undefined_because.
    """
    at = at or state(ledger, as_of)
    previous = at.previous() if previous is None else previous
    before = state(at.past, previous)
    late = slippage.standing(ledger, as_of, at=before)["standing"] == "overdue"
    late = late.reindex(at.force.index, fill_value=False)
    made = _share(at, late & at.force["done"], late, by)
    return _say_undefined(made, at, _by_plan(at.force, previous), "nothing was overdue in the previous report")


def on_time_completion(ledger: pd.DataFrame, as_of: When, *, at: State | None = None, by: str = "plan") -> pd.DataFrame:
    """Of the complete actions, those done on time.

    Returns
    -------
    DataFrame
        plan, key, numerator (on time), denominator (complete), ``late``, ``cannot_be_told``, ``claimed`` (cannot be
        told, and the source's status says in time), value (missing where any cannot be told), undefined_because.
    """
    at = at or state(ledger, as_of)
    done = slippage.completion(ledger, as_of, at=at)
    made = _share(at, done["on_time"] == "on time", done["done"], by)
    for name, rule in (
        ("late", done["on_time"] == "late"),
        ("cannot_be_told", done["on_time"] == "cannot be told"),
        ("claimed", (done["on_time"] == "cannot be told") & done["on_time_claimed"]),
    ):
        made[name] = _share(at, rule, done["done"], by)["numerator"]
    unsure = (made["denominator"] > 0) & (made["cannot_be_told"] > 0)
    why = made["cannot_be_told"].astype(str) + " of " + made["denominator"].astype(str) + " cannot be told"
    none = np.where(_any_unknown(at, by), "nothing is known to be complete", "nothing is complete")
    made["undefined_because"] = np.select([made["denominator"] == 0, unsure], [none, why], "")
    return made.assign(value=_value(made).mask(made["undefined_because"] != ""))


def baseline_execution_index(
    ledger: pd.DataFrame, as_of: When, *, at: State | None = None, by: str = "plan"
) -> pd.DataFrame:
    """Actions complete by `as_of` against those due under their first dates (BEI).

    Returns
    -------
    DataFrame
        plan, key, numerator (complete), denominator (O.latest <= t, plus O not known), value (missing where O is not
        known for more than 1 in 10), undefined_because.

    Notes
    -----
    Source: baseline execution index, DCMA 14-point assessment; always to be read beside on-time completion.
    """
    at = at or state(ledger, as_of)
    rows, counts = at.force, slippage.counted(ledger, as_of, at=at)
    due = counts & ((rows["original"] <= rows["t"]) | rows["original"].isna())
    made = _sum(at, (counts & rows["done"]).astype(int), due.astype(int), by)
    return _unknown_first_dates(made, at, counts, by, "no action was due by then")


def behind_original_plan(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How far a plan is behind its first dates, in days, after the number of actions done.

    With n complete and the first dates sorted, the original plan had n done from O(n) to the day before O(n+1).

    Returns
    -------
    DataFrame
        plan, ``complete`` (n), ``known`` (actions with O), ``planned_from`` (O(n)), ``planned_next`` (O(n+1)),
        ``days_past`` (t - O(n+1); negative: ahead of it), ``spi`` (SPI(t) = (e - t0) / (T - t0), e = T held inside
        [O(n), O(n+1) - 1 day], T = t or the last completion, t0 = the first snapshot; missing for n = 0),
        undefined_because.

    Notes
    -----
    Source: earned schedule (Lipke 2003).
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, slippage.completion(ledger, as_of, at=at)
    counts = slippage.counted(ledger, as_of, at=at)
    records = []
    for plan, group in rows[counts.to_numpy(bool)].groupby(rows["plan"][counts.to_numpy(bool)], sort=False):
        first_dates = group["original"].dropna().sort_values().to_list()
        complete, started = int(group["done"].sum()), at.snapshots[str(plan)][0]
        unknown = len(group) - len(first_dates)
        record: dict[str, Any] = {
            "plan": plan, "complete": complete, "known": len(first_dates), "planned_from": pd.NaT,
            "planned_next": pd.NaT, "days_past": pd.NA, "spi": pd.NA, "undefined_because": "",
        }  # fmt: skip
        if unknown * UNKNOWN_ALLOWED > len(group):
            record["undefined_because"] = f"the first date is not known for {unknown} of {len(group)}"
        else:
            t = group["t"].iloc[0]
            nxt = first_dates[complete] if complete < len(first_dates) else None
            if nxt is not None:
                record |= {"planned_next": nxt, "days_past": (t - nxt).days}
            if complete:
                low = first_dates[min(complete, len(first_dates)) - 1]
                end = done.loc[group.index, "complete_latest"].max() if complete == len(group) else t
                earned = max(low, min(end, nxt - pd.Timedelta(days=1))) if nxt is not None else low
                record["planned_from"] = low
                if end > started:
                    record["spi"] = (earned - started).days / (end - started).days
        records.append(record)
    made = pd.DataFrame(records, columns=[
        "plan", "complete", "known", "planned_from", "planned_next", "days_past", "spi", "undefined_because",
    ])  # fmt: skip
    return made.astype({
        "planned_from": schema.DATE, "planned_next": schema.DATE, "days_past": "Int64", "spi": "Float64",
    })  # fmt: skip


def _by_plan(rows: pd.DataFrame, days: pd.Series) -> pd.Series:
    return looked_up(rows["plan"], days)


def _groups(at: State, by: str) -> list[pd.Series]:
    frame = at.force if by != "area" else at.force.assign(area_label=area_label(at.force))
    return [frame[name] for name in GROUPS[by]]


def _sum(at: State, numerator: pd.Series, denominator: pd.Series, by: str) -> pd.DataFrame:
    counts = pd.DataFrame({"numerator": numerator.astype("Int64"), "denominator": denominator.astype("Int64")})
    made = counts.groupby(_groups(at, by), sort=False).sum().reset_index()
    names = GROUPS[by]
    made["key"] = made[names[-1]]
    return made[["plan", "key", "numerator", "denominator"]]


def _share(at: State, numerator: pd.Series, denominator: pd.Series, by: str) -> pd.DataFrame:
    made = _sum(at, (numerator & denominator).fillna(False).astype(int), denominator.fillna(False).astype(int), by)
    return made.assign(value=_value(made), undefined_because=np.where(made["denominator"] == 0, "no action counts", ""))


def _any_unknown(at: State, by: str) -> pd.Series:
    return (at.force["status"] == "unknown").groupby(_groups(at, by), sort=False).any().reset_index(drop=True)


def _value(made: pd.DataFrame) -> pd.Series:
    whole = made["denominator"].astype("Float64").mask(made["denominator"] == 0)
    return made["numerator"].astype("Float64") / whole


def _say_undefined(made: pd.DataFrame, at: State, start: pd.Series, nothing: str) -> pd.DataFrame:
    has_start = start.notna().groupby(at.force["plan"]).any()
    first = ~looked_up(made["plan"], has_start).fillna(False).astype(bool)
    why = np.select([first, made["denominator"] == 0], ["there is no earlier report", nothing], "")
    return made.assign(undefined_because=why, value=_value(made).mask(why != ""))


def _unknown_first_dates(made: pd.DataFrame, at: State, counts: pd.Series, by: str, nothing: str) -> pd.DataFrame:
    unknown = _sum(at, (counts & at.force["original"].isna()).astype(int), counts.astype(int), by)
    too_many = unknown["numerator"] * UNKNOWN_ALLOWED > unknown["denominator"]
    said = (
        "the first date is not known for " + unknown["numerator"].astype(str) + " of " + unknown["denominator"].astype(str)
    )
    why = np.select([too_many, made["denominator"] == 0], [said, nothing], "")
    return made.assign(undefined_because=why, value=_value(made).mask(why != ""))


# --- what changed, what comes ------------------------------------------------------------------------------------------

def change_since(
    ledger: pd.DataFrame, as_of: When, *, previous: pd.Series | None = None, at: State | None = None
) -> pd.DataFrame:
    """What happened to each action since the named report.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    previous : Series, optional
        By plan, the date of the report to compare with; the previous one where not given.
    at : State, optional

    Returns
    -------
    DataFrame
        Index action_id; empty for a plan without an earlier report. ``change`` (schema.SINCE), ``days`` (how much
        later or earlier it is expected, latest to latest), from_earliest, from_latest, from_precision, to_earliest,
        to_latest, to_precision, ``before`` and ``now`` (standings), ``why`` (where not known).

    Notes
    -----
    *Finished* needs the earlier report to show it open. A date moved after it was missed is no improvement.
    """
    at = at or state(ledger, as_of)
    previous = at.previous() if previous is None else previous
    before = state(at.past, previous)
    has_report = looked_up(at.force["plan"], previous).notna()
    now = at.force[has_report.to_numpy(bool)]
    was = before.force.reindex(now.index)
    stood = slippage.standing(ledger, as_of, at=before)["standing"].reindex(now.index).fillna("").astype("string")
    stands = slippage.standing(ledger, as_of, at=at)["standing"].reindex(now.index)
    old = was["plan"].notna()
    was_open = was["open"].fillna(False).astype(bool)
    was_done = was["done"].fillna(False).astype(bool)
    had, has = was["target"].notna(), now["target"].notna()
    closed = stands == "closed not done"
    comparable = old & had & has
    rules = (
        ("new", ~old),
        ("closed not done", closed & (stood != "closed not done")),
        ("finished", now["done"] & was_open),
        ("not known", now["done"] & ~was_done & ~was_open),
        ("same", (now["done"] & was_done) | closed),
        ("reopened", was_done & now["open"]),
        ("no longer listed", ~now["listed"] & was["listed"].fillna(False).astype(bool)),
        ("same", ~now["listed"]),
        ("not known", was_done),
        ("newly late", (stands == "overdue") & (stood != "overdue")),
        ("re-dated after being late", (stood == "overdue") & comparable & (now["target"] > was["target"])),
        ("date removed", had & ~has),
        ("later", comparable & (now["target"] > was["target"])),
        ("earlier", comparable & (now["target"] < was["target"])),
        ("same", comparable),
        ("date given", ~had & has & was_open),
        ("not known", ~had & has),
        ("not known", (now["status"] == "unknown") | (was["status"] == "unknown")),
    )
    chosen = np.select([rule.fillna(False).to_numpy(bool) for _, rule in rules], [name for name, _ in rules], "same")
    made = pd.DataFrame({"change": pd.array(chosen, dtype="string")}, index=now.index)
    for end, column in (("earliest", "target_earliest"), ("latest", "target"), ("precision", "target_precision")):
        made[f"from_{end}"], made[f"to_{end}"] = was[column], now[column]
    moved = made["change"].isin(["later", "earlier", "newly late", "re-dated after being late"])
    made["days"] = (now["target"] - was["target"]).dt.days.astype("Int64").where(moved & comparable)
    made["before"], made["now"] = stood, stands
    unknown = made["change"] == "not known"
    why = np.select(
        [~unknown, now["done"].to_numpy(bool), (~had & has).to_numpy(bool)],
        ["", "complete now; the earlier report does not show it open", "the earlier report gives no date and no status"],
        "its standing is not known",
    )  # fmt: skip
    made["why"] = pd.array(why, dtype="string")
    return made


def bow_wave(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """Open actions by the month of their first date and of their date now.

    Returns
    -------
    DataFrame
        plan, ``date`` ("original", "target"), ``month`` ("before" `as_of`, "YYYY-MM", "no date", "not known"),
        ``actions``. Both rows of a plan add up to its open actions.
    """
    at = at or state(ledger, as_of)
    rows = at.force[at.force["open"] & at.force["listed"]]
    parts = []
    for name, missing in (("original", "not known"), ("target", "no date")):
        month = rows[name].dt.strftime("%Y-%m").where(rows[name] >= rows["t"], "before").where(rows[name].notna(), missing)
        counts = month.groupby([rows["plan"], month], sort=False).size()
        counts.index.names = ["plan", "month"]
        parts.append(counts.rename("actions").reset_index().assign(date=name))
    made = pd.concat(parts, ignore_index=True)[["plan", "date", "month", "actions"]]
    order = made["month"].map({"before": "0", "no date": "Y", "not known": "Z"}).fillna(made["month"])
    return made.assign(o=order).sort_values(["plan", "date", "o"], ignore_index=True).drop(columns="o")


def falling_due(
    ledger: pd.DataFrame, as_of: When, *, meeting: When | None = None, at: State | None = None
) -> pd.DataFrame:
    """Open actions due from `as_of` to the next meeting or within 30 days, whichever is later.

    Returns
    -------
    DataFrame
        Index action_id, by date: lead, target_earliest, target, target_precision, ``until`` (the last day looked at).
    """
    at = at or state(ledger, as_of)
    until = max(at.as_of + pd.Timedelta(days=NEXT_DAYS), pd.Timestamp(meeting) if meeting is not None else at.as_of)
    rows = at.force
    due = rows["open"] & rows["listed"] & (rows["target"] >= rows["t"]) & (rows["target"] <= until)
    made = rows.loc[due, ["lead", "target_earliest", "target", "target_precision"]].assign(until=until)
    return made.sort_values("target", kind="stable")


def without_update(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.Series:
    """For how many reports running an open action's progress text has not changed.

    Returns
    -------
    Series of Int64
        Index action_id: reports since the text was last different, 0 if it is new; missing where there is no text, or
        the action is not open.
    """
    at = at or state(ledger, as_of)
    past = at.past
    same = past["progress"] == past.groupby("action_id", sort=False)["progress"].shift(1)
    run = (~same).groupby(past["action_id"], sort=False).cumsum()
    last = run.groupby(past["action_id"], sort=False).transform("last")
    count = (same & (run == last)).groupby(past["action_id"], sort=False).sum().reindex(at.force.index)
    asked = at.force["open"] & (at.force["progress"] != "")
    return count.astype("Int64").where(asked)
