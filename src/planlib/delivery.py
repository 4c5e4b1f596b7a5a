"""Measures of a whole plan: what was due, what was kept, what changed since, what comes next.

Every function takes a ledger and a date and returns a table. Rates are given as a numerator and a denominator; a
value is missing where it is undefined, and the table says why. Definitions: docs/measures.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planlib import schema, slippage
from planlib.normalise import range_numbers
from planlib.slippage import DAY, State, When, first_that_holds, last_that_fits, looked_up, state

UNKNOWN_ALLOWED = 10  # "not known for more than 1 in 10": a rate that needs it is not given
GROUPS = {"plan": "plan", "area": "area_label", "lead": "lead"}
NEXT_DAYS = 30


def area_label(rows: pd.DataFrame) -> pd.Series:
    """How an area is called: its reference and its name, or whichever it has."""
    ref, area = rows["area_ref"].astype(str), rows["area"].astype(str)
    both = (ref != "") & (area != "") & (ref.str.casefold() != area.str.casefold())
    made = np.where(both, ref + ": " + area, np.where(area != "", area, ref))
    return pd.Series(made, index=rows.index, dtype="string")


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


# --- rates -----------------------------------------------------------------------------------------------------------


def due_by(ledger: pd.DataFrame, as_of: When, *, at: State | None = None, by: str = "plan") -> pd.DataFrame:
    """How many actions were due by `as_of` under their first dates.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional
        The same ledger and date, already prepared.
    by : {"plan", "area", "lead"}

    Returns
    -------
    DataFrame
        plan, key, numerator (O.latest <= t), denominator (actions that count), ``original_not_known``, value (of the
        two), undefined_because.
    """
    at = at or state(ledger, as_of)
    counts, original = slippage.counted(ledger, as_of, at=at), at.force["original"]
    made = _counts(at, by, numerator=counts & (original <= at.force["t"]), denominator=counts,
                   original_not_known=counts & original.isna())  # fmt: skip
    return _rate(made, {"no action counts": made["denominator"] == 0})


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
        and whether in time cannot be told), ``not_known`` (standing not known), value (missing where the standing of
        more than 1 in 10 is not known), undefined_because.

    Notes
    -----
    Source: hit task percentage (DCMA 14-point assessment).
    """
    at = at or state(ledger, as_of)
    rows, on_time = at.force, slippage.completion(ledger, as_of, at=at)["on_time"]
    start = at.previous() if since is None else since
    due = slippage.counted(ledger, as_of, at=at) & (rows["original"] > looked_up(rows["plan"], start))
    due &= rows["original"] <= rows["t"]
    made = _counts(
        at, by, numerator=due & (on_time == "on time"), denominator=due,
        cannot_be_told=due & (on_time == "cannot be told"), not_known=due & (rows["status"] == "unknown"),
    )  # fmt: skip
    nothing = "no action with a known first date fell due in the period"
    return _rate(made, _no_report(at, made, start) | {nothing: made["denominator"] == 0} | _too_many(made))


def dates_kept(
    ledger: pd.DataFrame,
    as_of: When,
    *,
    previous: pd.Series | None = None,
    since: pd.Series | None = None,
    at: State | None = None,
    by: str = "plan",
) -> pd.DataFrame:
    """Of the dates told in earlier reports that fell due in a period, those kept.

    A date is an action and a target; one that was withdrawn before it fell due still counts. It counts once, in the
    period in which its latest day lies, and only if a report before that day told it.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
        End of the period, included.
    previous : Series, optional
        By plan, the last report whose dates count; the previous report where not given.
    since : Series, optional
        By plan, the start of the period, not included; `previous` where not given.
    at : State, optional
    by : {"plan", "area", "lead"}

    Returns
    -------
    DataFrame
        plan, key, numerator (complete with C.latest <= the date), denominator, ``cannot_be_told`` (complete, and
        whether by then cannot be told), ``not_known`` (standing not known), value (missing where the standing is not
        known for more than 1 in 10), undefined_because.
    """
    at = at or state(ledger, as_of)
    rows, done = at.force, slippage.completion(ledger, as_of, at=at)
    previous = at.previous() if previous is None else previous
    start = previous if since is None else since
    told = at.past.loc[at.past["target"].notna().to_numpy(bool), ["position", "target", "as_of"]]
    pairs = told.drop_duplicates(["position", "target"])  # the first report of each comes first
    action = pairs["position"].to_numpy()
    last, begin = (looked_up(rows["plan"], days).array.take(action) for days in (previous, start))
    fits = (pairs["target"] > begin) & (pairs["target"] <= rows["t"].array.take(action))
    fits &= (pairs["as_of"] <= last) & (pairs["as_of"] < pairs["target"])
    fits &= slippage.counted(ledger, as_of, at=at).to_numpy()[action]
    fallen, action = pairs.loc[fits, "target"], action[fits.to_numpy(bool)]
    kept = (done["complete_latest"].array.take(action) <= fallen).to_numpy(bool)
    late = (done["complete_earliest"].array.take(action) > fallen).to_numpy(bool)
    sums = {
        "numerator": kept, "denominator": np.full(len(action), True),
        "cannot_be_told": rows["done"].to_numpy()[action] & ~kept & ~late,
        "not_known": (rows["status"] == "unknown").to_numpy(bool)[action],
    }  # fmt: skip
    made = _counts(at, by, **{
        name: pd.Series(np.bincount(action[each], minlength=len(rows)), index=rows.index) for name, each in sums.items()
    })  # fmt: skip
    nothing = "no date told in an earlier report fell due in the period"
    return _rate(made, _no_report(at, made, previous) | {nothing: made["denominator"] == 0} | _too_many(made))


def left_over(
    ledger: pd.DataFrame, as_of: When, *, previous: pd.Series | None = None, at: State | None = None, by: str = "plan"
) -> pd.DataFrame:
    """Of the actions overdue in the previous report, those complete by `as_of`.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    previous : Series, optional
        By plan, the date of the report; the previous one where not given.
    at : State, optional
    by : {"plan", "area", "lead"}

    Returns
    -------
    DataFrame
        plan, key, numerator, denominator, ``not_known`` (standing not known now), value, undefined_because.
    """
    at = at or state(ledger, as_of)
    previous = at.previous() if previous is None else previous
    stood = slippage.standing(ledger, as_of, at=at.at_report(previous))["standing"]
    late = (stood == "overdue").astype(bool).reindex(at.force.index, fill_value=False)
    late &= slippage.counted(ledger, as_of, at=at)
    made = _counts(at, by, numerator=late & at.force["done"], denominator=late,
                   not_known=late & (at.force["status"] == "unknown"))  # fmt: skip
    nothing = "nothing was overdue in the previous report"
    return _rate(made, _no_report(at, made, previous) | {nothing: made["denominator"] == 0} | _too_many(made))


def on_time_completion(ledger: pd.DataFrame, as_of: When, *, at: State | None = None, by: str = "plan") -> pd.DataFrame:
    """Of the complete actions, those done on time.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional
    by : {"plan", "area", "lead"}

    Returns
    -------
    DataFrame
        plan, key, numerator (on time), denominator (complete), ``late``, ``cannot_be_told``, ``claimed`` (cannot be
        told, and the source's status says in time), value (missing where any cannot be told), undefined_because.
    """
    at = at or state(ledger, as_of)
    done = slippage.completion(ledger, as_of, at=at)
    unsure = done["on_time"] == "cannot be told"
    made = _counts(
        at, by, numerator=done["on_time"] == "on time", denominator=done["done"], late=done["on_time"] == "late",
        cannot_be_told=unsure, claimed=unsure & done["on_time_claimed"], not_known=at.force["status"] == "unknown",
    )  # fmt: skip
    none = made["denominator"] == 0
    return _rate(made, {
        "nothing is known to be complete": none & (made["not_known"] > 0),
        "nothing is complete": none,
        "{cannot_be_told} of {denominator} cannot be told": made["cannot_be_told"] > 0,
    }).drop(columns="not_known")  # fmt: skip


def baseline_execution_index(
    ledger: pd.DataFrame, as_of: When, *, at: State | None = None, by: str = "plan"
) -> pd.DataFrame:
    """Actions complete by `as_of` against those due under their first dates (BEI); may exceed 1.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional
    by : {"plan", "area", "lead"}

    Returns
    -------
    DataFrame
        plan, key, numerator (complete), denominator (O.latest <= t, plus O not known), value (missing where O or the
        standing is not known for more than 1 in 10), undefined_because.

    Notes
    -----
    Source: baseline execution index, DCMA 14-point assessment; always to be read beside on-time completion.
    """
    at = at or state(ledger, as_of)
    rows, counts = at.force, slippage.counted(ledger, as_of, at=at)
    unknown = counts & rows["original"].isna()
    made = _counts(at, by, numerator=counts & rows["done"],
                   denominator=unknown | (counts & (rows["original"] <= rows["t"])), counts=counts,
                   original_not_known=unknown, not_known=counts & (rows["status"] == "unknown"))  # fmt: skip
    reasons = _first_dates_unknown(made) | {"no action was due by then": made["denominator"] == 0}
    return _rate(made, reasons).drop(columns="counts")


def behind_original_plan(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """How far a plan is behind its first dates, in days, after the number of actions done.

    With n complete and the first dates sorted, the original plan had n done from O(n) to the day before O(n+1).

    Returns
    -------
    DataFrame
        plan, ``complete`` (n), ``known`` (actions with O), ``planned_from`` (O(n)), ``planned_next`` (O(n+1)),
        ``days_past`` (t - O(n+1); negative: ahead of it; missing where every first date is reached),
        undefined_because, ``spi`` (SPI(t) = (e - t0) / (T - t0), e = T held inside [O(n), O(n+1) - 1 day], or O(n)
        where there is no O(n+1); T = t, or the last completion where all are complete; t0 = the first snapshot),
        ``spi_undefined_because``.

    Notes
    -----
    Source: earned schedule (Lipke 2003).
    """
    at = at or state(ledger, as_of)
    counts = slippage.counted(ledger, as_of, at=at)
    rows = at.force.assign(complete=slippage.completion(ledger, as_of, at=at)["complete_latest"])
    made = _counts(at, "plan", counts=counts, complete=counts & rows["done"], known=counts & rows["original"].notna(),
                   not_known=counts & (rows["status"] == "unknown"))  # fmt: skip
    made["original_not_known"] = made["counts"] - made["known"]
    n, known = made["complete"].to_numpy(), made["known"].to_numpy()
    # First dates in order, plan after plan, each plan's beginning where those before it end.
    kept = rows[counts.to_numpy(bool)]
    kept = kept.assign(code=pd.Index(made["plan"].astype(object)).get_indexer(kept["plan"].astype(object)))
    dates = kept[kept["original"].notna()].sort_values(["code", "original"])["original"].reset_index(drop=True)
    begin = np.cumsum(known) - known
    low = dates.reindex(np.where((n > 0) & (known > 0), begin + np.minimum(n, known) - 1, -1)).reset_index(drop=True)
    after = dates.reindex(np.where(n < known, begin + n, -1)).reset_index(drop=True)
    t = looked_up(made["plan"], rows.drop_duplicates("plan").set_index("plan")["t"])
    last = kept.groupby("code")["complete"].max().reindex(range(len(made)))
    end = last.where(n == made["counts"].to_numpy(), t)
    held = end.where(~(end >= after), after - DAY).where(after.notna(), low)
    earned = held.where(~(held < low), low)
    start = looked_up(made["plan"], at.started())
    none = {"no action counts": made["counts"] == 0}
    why = _reason(made, none | _first_dates_unknown(made))
    why_not = _reason(made, {
        "nothing is known to be complete": (made["complete"] == 0) & (made["not_known"] > 0),
        "nothing is complete": made["complete"] == 0,
        "the plan began on that day": end <= start,
        "the first dates reached lie before the first report": earned < start,
    }).mask(why != "", why)  # fmt: skip
    spi = (earned - start).dt.days.astype("Float64") / (end - start).dt.days.astype("Float64").mask(end <= start)
    given = why == ""
    return made[["plan", "complete", "known"]].assign(
        planned_from=low.where(given), planned_next=after.where(given),
        days_past=(t - after).dt.days.astype("Int64").where(given), undefined_because=why,
        spi=spi.where(why_not == ""), spi_undefined_because=why_not,
    )  # fmt: skip


def _counts(at: State, by: str, **what: pd.Series) -> pd.DataFrame:
    """How many actions of each plan, area or lead something holds for: plan, key and a column for each."""
    key = ("groups", by)
    if key not in at.made:
        rows = at.force if by != "area" else at.force.assign(area_label=area_label(at.force))
        groups = rows[["plan", GROUPS[by]]].set_axis(["plan", "key"], axis=1).reset_index(drop=True)
        at.made[key] = groups.groupby(["plan", "key"], sort=False).ngroup().to_numpy(), groups.drop_duplicates()
    number, groups = at.made[key]
    sums = {
        name: np.bincount(number, weights=each.fillna(0).to_numpy("int64"), minlength=len(groups)).astype("int64")
        for name, each in what.items()
    }
    return groups.reset_index(drop=True).assign(**sums)


def _rate(made: pd.DataFrame, reasons: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Add the value, numerator over denominator, or the first reason why there is none."""
    why = _reason(made, reasons)
    numerator, denominator = made["numerator"].to_numpy("float64"), made["denominator"].to_numpy("float64")
    missing = (why != "").to_numpy(bool) | (denominator == 0)
    value = np.divide(numerator, denominator, out=np.zeros(len(made)), where=~missing)
    return made.assign(value=pd.arrays.FloatingArray(value, missing), undefined_because=why)


def _reason(made: pd.DataFrame, reasons: Mapping[str, pd.Series]) -> pd.Series:
    """The first reason that holds, or blank; a reason in braces names columns of the row."""
    chosen = first_that_holds(reasons, "", made.index)
    rows = made.to_dict("records") if chosen.str.contains("{", regex=False).any() else [{}] * len(made)
    said = [text.format_map(row) for text, row in zip(chosen, rows, strict=True)]
    return pd.Series(said, index=made.index, dtype="string")


def _too_many(made: pd.DataFrame, whole: str = "denominator") -> dict[str, pd.Series]:
    said = f"the standing of {{not_known}} of {{{whole}}} is not known"
    return {said: made["not_known"] * UNKNOWN_ALLOWED > made[whole]}


def _first_dates_unknown(made: pd.DataFrame) -> dict[str, pd.Series]:
    said = "the first date is not known for {original_not_known} of {counts}"
    return {said: made["original_not_known"] * UNKNOWN_ALLOWED > made["counts"]} | _too_many(made, "counts")


def _no_report(at: State, made: pd.DataFrame, start: pd.Series) -> dict[str, pd.Series]:
    return {"there is no earlier report": ~_has_report(at, made["plan"], start)}


def _has_report(at: State, plans: pd.Series, reports: pd.Series) -> pd.Series:
    """Whether a plan has a snapshot at or before the date of a report."""
    return (looked_up(plans, at.started()) <= looked_up(plans, reports)).astype(bool)


# --- what changed, what comes ----------------------------------------------------------------------------------------


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
    *Finished* needs a snapshot, of that report or later, that shows it not done. A date moved after it was missed is no
    improvement, whichever way.
    """
    at = at or state(ledger, as_of)
    return at.once(_change_since, at.previous() if previous is None else previous)


def _change_since(at: State, previous: pd.Series) -> pd.DataFrame:
    before = at.at_report(previous)
    has_report = _has_report(at, at.force["plan"], previous)
    now = at.force[has_report.to_numpy(bool)]
    was = before.force.reindex(now.index)
    stood, stands = (slippage.standing(each.past, each.as_of, at=each)["standing"].reindex(now.index) for each in (before, at))
    stood = stood.fillna("")
    old, was_listed, was_open, was_done = (
        was[name].astype("boolean").fillna(False).astype(bool) if name != "plan" else was[name].notna()
        for name in ("plan", "listed", "open", "done")
    )
    status_then = was["status"].fillna("")
    was_closed = status_then == "closed not done"
    had, has = was["target"].notna(), now["target"].notna()
    later, earlier = now["target"] > was["target"], now["target"] < was["target"]
    late_then = ~was_done & ~was_closed & (was["target"] < was["t"])
    last_open = at.last(at.past["open"], "as_of").reindex(now.index)
    shown_open = (last_open > was["t"]) | (was_open & was_listed) | was_closed
    rules = (
        ("new", ~old),
        ("closed not done", (stands == "closed not done") & ~was_closed),
        ("same", (now["done"] & was_done) | (stands == "closed not done")),
        ("finished", now["done"] & shown_open),
        ("not known", now["done"]),
        ("no longer listed", ~now["listed"] & was_listed),
        ("same", ~now["listed"]),
        ("reopened", (was_done | was_closed) & now["open"]),
        ("not known", was_done | was_closed),
        ("newly late", (stands == "overdue") & ~late_then),
        ("re-dated after being late", late_then & (later | earlier) & (was_open | now["open"])),
        ("date removed", had & ~has),
        ("later", later),
        ("earlier", earlier),
        ("same", had & has),
        ("date given", has & was_open),
        ("not known", has | (now["status"] == "unknown") | (status_then == "unknown")),
    )
    chosen = np.select([rule.to_numpy(bool) for _, rule in rules], [name for name, _ in rules], "same")
    made = pd.DataFrame({"change": pd.array(chosen, dtype="string")}, index=now.index)
    for end, column in slippage.DATE_PARTS.items():
        made[f"from_{end}"], made[f"to_{end}"] = was[column], now[column]
    moved = made["change"].isin(["later", "earlier", "newly late", "re-dated after being late"])
    made["days"] = (now["target"] - was["target"]).dt.days.astype("Int64").where(moved)
    made["before"], made["now"] = stood, stands
    reasons = {
        "": made["change"] != "not known",
        "complete now; the earlier report does not show it open": now["done"],
        "the earlier report gives no date and no status": ~had & has,
    }
    made["why"] = first_that_holds(reasons, "the standing is not known in one of the two reports", made.index)
    return made


def bow_wave(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """Open actions by the month of their first date and of their date now.

    Returns
    -------
    DataFrame
        plan, ``date`` ("original", "target"), ``month`` ("before" `as_of`, "YYYY-MM", "no date", "not known"),
        ``actions``. Both rows of a plan add up to its open actions, those no longer listed included.
    """
    at = at or state(ledger, as_of)
    rows = at.force[at.force["open"]]
    parts = []
    for name, missing in (("original", "not known"), ("target", "no date")):
        month = pd.Series(np.datetime_as_string(rows[name].to_numpy("datetime64[M]")), index=rows.index, dtype=object)
        month = month.where(rows[name] >= rows["t"], "before").where(rows[name].notna(), missing)
        parts.append(pd.DataFrame({"plan": rows["plan"], "date": name, "month": month.astype("string")}))
    counts = pd.concat(parts).astype({"date": "string"}).groupby(["plan", "date", "month"], sort=False).size()
    made = counts.rename("actions").reset_index()
    order = made["month"].replace({"before": "0", "no date": "Y", "not known": "Z"})
    return made.assign(o=order).sort_values(["plan", "date", "o"], ignore_index=True).drop(columns="o")


def last_day_ahead(as_of: pd.Timestamp, meeting: When | None) -> pd.Timestamp:
    """The last day that `falling_due` looks at: of the next meeting, or 30 days on, whichever is later."""
    return max(as_of + NEXT_DAYS * DAY, pd.Timestamp(meeting) if meeting is not None else as_of)


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
    until = last_day_ahead(at.as_of, meeting)
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
        the action is not open or no longer listed.
    """
    at = at or state(ledger, as_of)
    past = at.past
    first = ~past["position"].duplicated()
    new = first | (past["progress"] != past["progress"].shift(1)).fillna(True)
    ends = np.flatnonzero(first.shift(-1, fill_value=True))
    count = pd.Series(ends - last_that_fits(new, first)[ends], index=at.force.index, dtype="Int64")
    return count.where(at.force["open"] & at.force["listed"] & (at.force["progress"] != ""))


# --- what an audit committee's standing lists hold -------------------------------------------------------------------

# "Extension requested", "new date to be agreed by the board: asked for"; never read from commentary.
_MORE_TIME = r"(?:extension(?: of time)?|extended (?:date|deadline)|(?:revised|new|later) (?:target )?(?:date|deadline)|more time)"
_ASKING = r"(?:request(?:ed|s)?|ask(?:ed|s)?(?: for)?|sought|seek(?:s|ing)?|requesting|asking(?: for)?|applied for|proposed|submitted)"
_ASKS = re.compile(rf"\b{_MORE_TIME}\b(?: \w+)?(?: \w+)? {_ASKING}\b|\b{_ASKING} (?:an? |for |further )*{_MORE_TIME}\b")
_DENIES = re.compile(r"\b(?:no|not|never|without|none)\b")
LISTS = {
    "live": "open in the latest report",
    "completed_since": "complete now, and the report compared with or a later one shows it not done",
    "redated_or_asked": "its date was revised since the report compared with, or its status asks for an extension",
    "outstanding": "open, and its date or its first date has passed",
    "withdrawn": "closed, not done",
}

LIST_NAMES = {
    "live": "live",
    "completed_since": "completed since",
    "redated_or_asked": "re-dated, or extension asked",
    "outstanding": "outstanding",
    "withdrawn": "withdrawn",
}
COMPARED_LISTS = ("completed_since", "redated_or_asked")  # those that an earlier report is needed for


def extension_asked(status_text: pd.Series) -> pd.Series:
    """Whether a status cell itself says that an extension is asked for ("extension requested").

    Parameters
    ----------
    status_text : Series of str
        Texts of status cells; commentary does not count.

    Returns
    -------
    Series of boolean
        Missing where part of the text is withheld and the rest does not say so.
    """
    known: dict[str, Any] = {}
    for text in status_text.unique():
        clauses = [" ".join(re.findall(r"\w+", clause)) for clause in re.split(r"[.;,:()\n]", str(text).casefold())]
        asked = any(_ASKS.search(clause) and not _DENIES.search(clause) for clause in clauses)
        known[text] = asked or (pd.NA if schema.WITHHELD in str(text) else False)
    return status_text.map(known).astype("boolean")


def moves(
    ledger: pd.DataFrame, as_of: When, *, previous: pd.Series | None = None, at: State | None = None
) -> pd.DataFrame:
    """Every change of a target date since the named report, step by step.

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
        The rows of `planlib.slippage.date_changes` that a snapshot after that report tells; none for a plan without an
        earlier report.
    """
    at = at or state(ledger, as_of)
    previous = at.previous() if previous is None else previous
    found = slippage.date_changes(ledger, as_of, at=at)
    after = found["as_of"] > looked_up(found["plan"], previous)
    after &= _has_report(at, found["plan"], previous)
    return found[after.fillna(False).to_numpy(bool)].reset_index(drop=True)


def standing_lists(
    ledger: pd.DataFrame, as_of: When, *, previous: pd.Series | None = None, at: State | None = None
) -> pd.DataFrame:
    """The five standing lists of an audit committee: which actions are on each.

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
        Index action_id, every action listed at `as_of` or before; each column True, False, or missing where it cannot
        be told.

        ``live``: open and listed in the latest snapshot. Missing: standing not known; no longer listed.
        ``completed_since``: *finished* (`change_since`). Missing: complete, and no earlier report shows it not done.
        ``redated``: one revision or more (later, earlier, removed, stated) since that report. Missing: known only by
        count; there is no earlier report.
        ``extension_asked``: open, and its status cell asks for more time (`extension_asked`), never its commentary.
        Missing: the status is withheld.
        ``redated_or_asked``: either; missing where neither is known to hold and one cannot be told.
        ``overdue``: open, listed, F.latest < t. ``past_original``: as `planlib.slippage.past_original`.
        ``outstanding``: open and either date passed. Missing: standing not known, no longer listed, or neither date is
        known to have passed and one is not known.
        ``withdrawn``: closed, not done. Missing: standing not known; no longer listed.

    Notes
    -----
    An action can be on several lists. Source: standing lists in the minutes of council audit committees (live,
    completed since, re-dated or extension asked, outstanding, withdrawn); DESIGN and METRICS.md, "Sources".
    """
    at = at or state(ledger, as_of)
    previous = at.previous() if previous is None else previous
    rows = at.force
    stood = slippage.standing(ledger, as_of, at=at)["standing"]
    unknown = stood.isin(["standing not known", "no longer listed"])
    is_open = (rows["open"] & rows["listed"]).astype("boolean").mask(unknown)
    made = pd.DataFrame({"live": is_open}, index=rows.index)
    change = change_since(ledger, as_of, previous=previous, at=at)["change"].reindex(rows.index)
    cannot = rows["done"] & (change.isna() | (change == "not known").fillna(False))
    made["completed_since"] = (change == "finished").fillna(False).astype("boolean").mask(cannot | unknown)
    moved = moves(ledger, as_of, previous=previous, at=at)
    revised = pd.Series(rows.index.isin(moved.loc[moved["revision"], "action_id"]), index=rows.index, dtype="boolean")
    followed = slippage.revisions(ledger, as_of, at=at)["revisions"].notna()
    made["redated"] = revised.where(followed & _has_report(at, rows["plan"], previous).to_numpy(bool))
    asked = extension_asked(rows["status_text"])
    ended = rows["done"] | (rows["status"] == "closed not done") | ~rows["listed"]
    made["extension_asked"] = asked.mask(ended.to_numpy(bool), False)
    made["redated_or_asked"] = made["redated"] | made["extension_asked"]
    passed = (rows["target"] < rows["t"]).astype("boolean").mask(rows["target"].isna() & is_open.fillna(False), False)
    made["overdue"] = is_open & passed
    made["past_original"] = slippage.past_original(ledger, as_of, at=at).mask(unknown)
    made["outstanding"] = made["overdue"] | made["past_original"]
    made["withdrawn"] = (rows["status"] == "closed not done").astype("boolean").mask(unknown)
    return made
