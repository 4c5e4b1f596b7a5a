"""When the open actions will be done, judging by what became of earlier dates; and how such forecasts have fared.

A date told in a report and since fallen due is one experience: so many months after it (or before it) its action was
done. An open action is forecast from those experiences that had lasted as long as it has, decision by decision, since
dates moved together come true together. Definitions: docs/measures.md, "Forecast"; choices: docs/decisions/0009-survival.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from planlib import overrun, slippage
from planlib.overrun import FEWEST_AT_RISK, FEWEST_DECISIONS, SEED, resampled, risk_table
from planlib.schema import MEASURES
from planlib.slippage import State, When, looked_up, state

FEWEST_SNAPSHOTS, FEWEST_DAYS, FEWEST_DATES = 6, 180, 20  # METRICS, "Forecast"
FEWEST_RESOLVED = 100  # actions complete or closed, for a date by which all will be done
FEWEST_JUDGED = 30  # forecasts whose outcome is known, for a verdict
LONGEST = 36  # months ahead that are worked out at most
QUANTILES = (0.1, 0.5, 0.8, 0.9)
HORIZONS = ("next report", "3 months", "6 months")
RIVALS = ("believe the current target", "add the mean delay", "base rate of dates kept")
WAITS = {"at the first date": 0, "1 month after the first date": 1, "3 months after": 3, "6 months after": 6}
BEYOND = "beyond what was observed"
SAMPLES = 2000
UNSEEN = 12  # months over which the one decision that was not seen is spread
NEVER = 10**6  # months
History: TypeAlias = "tuple[pd.DataFrame, Sequence[When] | None]"  # a ledger and the dates of its snapshots


# --- what became of earlier dates ------------------------------------------------------------------------------------


def dates_told(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """Every date that a report told for an action, and when its action was done.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER.
    as_of : date
    at : State, optional

    Returns
    -------
    DataFrame
        One row per action and target: action_id, plan, ``told`` (first report with it), ``target`` (its latest day),
        ``decision`` (number: the dates that one report moved in one area from one date to another, or first gave it),
        ``revised`` (another date stood before it); in whole calendar months after the month of the target, ``entry``
        (of the first report with it), ``leave`` (of the outcome, or of the last report that shows the action open) and
        ``replaced`` (of the first report with another date, or very many); ``outcome`` (open, done, withdrawn),
        ``fallen`` (it has fallen due, and a report before told it). A completion between two reports counts in the month
        of the later.
    """
    at = at or state(ledger, as_of)
    return at.once(_dates_told)


def _dates_told(at: State) -> pd.DataFrame:
    spells = overrun.spells(at.past, at.as_of, at=at)
    usable = at.spread(slippage.followed(at.past, at.as_of, at=at)) & at.past["target"].notna() & ~at.past["done"]
    columns = ["position", "action_id", "plan", "as_of", "area_ref", "area", "target"]
    rows = at.past.loc[usable.to_numpy(bool), columns]
    rows = rows.assign(before=rows["target"].shift(1).mask(~rows["position"].duplicated()))
    follows = rows["as_of"].where(rows["before"].notna() & (rows["before"] != rows["target"]))
    rows["until"] = follows.groupby(rows["position"]).bfill().shift(-1).mask(~rows["position"].duplicated(keep="last"))
    made = rows.drop_duplicates(["position", "target"]).rename(columns={"as_of": "told"})
    keys = ["plan", "told", "area_ref", "area", "before", "target"]
    made["decision"] = made.groupby(keys, sort=False, dropna=False).ngroup()
    for name in ("exit_high", "outcome"):
        made[name] = spells[name].array.take(made["position"].to_numpy())
    made = made[made["exit_high"].notna() & (made["exit_high"] >= made["told"])]
    month = _month(made["target"])
    made["entry"], made["leave"] = _month(made["told"]) - month, _month(made["exit_high"]) - month
    made["revised"] = made["before"].notna()
    made["replaced"] = (_month(made["until"].fillna(made["told"])) - month).where(made["until"].notna(), NEVER)
    # Done on a stated day in the month of the report that told the date: after that report, so in the next month.
    ended = (made["outcome"] != "open") & (made["leave"] <= made["entry"])
    made["leave"] = made["leave"].mask(ended, made["entry"] + 1)
    reported = looked_up(made["plan"], at.latest())
    made["fallen"] = (made["target"] <= reported) & (made["told"] < made["target"])
    return made.drop(columns=["position", "before", "until", "area_ref", "area"]).reset_index(drop=True)


def _month(days: pd.Series) -> pd.Series:
    return (days.dt.year * 12 + days.dt.month).astype("int64")


@dataclass(frozen=True)
class Experience:
    """What forecasts are made from: the dates that have fallen due, and what became of them.

    Attributes
    ----------
    plans : tuple of str
        Whose they are.
    snapshots, days : int
        Reports of the plan with the longest history, and days from its first to its last.
    dates, decisions : int
        Dates fallen due, and decisions that moved dates.
    records : ndarray of int, shape (dates, 6)
        Of each date: entry, leave and replaced (months after it), outcome, number of its decision, whether revised.
    kept : float
        Share of the dates fallen due that were kept; NaN where there is none.
    delay : float
        Mean over the dates fallen due of min(C, t) - F.latest, months; NaN where there is none.
    """

    plans: tuple[str, ...]
    snapshots: int
    days: int
    dates: int
    decisions: int
    records: np.ndarray
    kept: float
    delay: float

    @property
    def lacks(self) -> list[str]:
        """What is missing for a forecast, in words; nothing where it suffices."""
        needs = (
            (self.snapshots, FEWEST_SNAPSHOTS, "reports"), (self.days, FEWEST_DAYS, "days of history"),
            (self.dates, FEWEST_DATES, "dates fallen due"), (self.decisions, FEWEST_DECISIONS, "decisions on dates"),
        )  # fmt: skip
        short = [(have, need, what) for have, need, what in needs if have < need]
        ones = {what: re.sub(r"s\b", "", what, count=1) for *_, what in short}
        return [f"{have} {ones[what] if have == 1 else what} ({need} are needed)" for have, need, what in short]


def experience(ledgers: Sequence[History], as_of: When) -> Experience:
    """Put together what became of the dates of one plan or of several, as known at a date.

    Parameters
    ----------
    ledgers : sequence of (ledger, dates of snapshots)
        One of each plan; the dates may be None, and are then those of the ledger.
    as_of : date

    Returns
    -------
    Experience
    """
    return _experience([_state(history, as_of) for history in ledgers])


def _state(history: History, as_of: When) -> State:
    ledger, dates = history
    names = [str(name) for name in ledger["plan"].unique()]
    # An empty ledger does not tell its plan.
    known = {(names or [""])[0]: dates} if dates is not None and len(names) <= 1 else None
    return state(ledger, as_of, snapshots=known)


def _experience(states: Sequence[State]) -> Experience:
    parts, decisions, snapshots, span, plans = [], 0, 0, 0, []
    for at in states:
        plans += list(at.snapshots)
        for days in at.snapshots.values():
            snapshots, span = max(snapshots, len(days)), max(span, (days[-1] - days[0]).days)
        changes = slippage.date_changes(at.past, at.as_of, at=at)
        decisions += len(changes.loc[changes["revision"], ["plan", "decision"]].drop_duplicates())
        told = dates_told(at.past, at.as_of, at=at)
        told["late"] = _months_to(told, at)
        parts.append(told[told["fallen"]])
    fallen = pd.concat(parts, ignore_index=True)
    block = fallen.groupby(["plan", "decision"], sort=False).ngroup().to_numpy("int64")  # of none too, in every pandas
    outcome = overrun.outcome_codes(fallen["outcome"])
    months = [fallen[name].to_numpy(dtype="int64") for name in ("entry", "leave", "replaced")]
    records = np.stack([*months, outcome, block, fallen["revised"].to_numpy(dtype="int64")], axis=1)
    kept = ((outcome == 1) & (fallen["exit_high"] <= fallen["target"]).to_numpy(bool)).mean() if len(fallen) else np.nan
    delay = float(fallen["late"].mean()) if len(fallen) else np.nan
    return Experience(tuple(plans), snapshots, span, len(fallen), decisions, records, float(kept), delay)


def _months_to(told: pd.DataFrame, at: State) -> pd.Series:
    """Months from each target to its completion, or to the report's date where its action is not complete."""
    until = told["exit_high"].where(told["outcome"] == "done", at.as_of)
    return _month(until.clip(upper=at.as_of)) - _month(told["target"])


# --- the forecast of one action --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """What became of the dates that had stood as long as one that an action has now, month by month from now.

    Attributes
    ----------
    at_risk : ndarray, shape (months, decisions)
        Dates whose action was still open then.
    done, withdrawn : ndarray, shape (months, decisions)
        Hazards: of those at risk, the share whose action was done (withdrawn) in that month; where a decision has none
        left at risk, that of all.
    begun : ndarray, shape (decisions,)
        Dates of each decision to begin with.
    known : int
        Months for which anything is known.
    """

    at_risk: np.ndarray
    done: np.ndarray
    withdrawn: np.ndarray
    begun: np.ndarray
    known: int


def course(records: np.ndarray, wait: int, revised: bool, months: int) -> Course:
    """What became of the dates that were still in force so many months after (or, negative, before) their month.

    First dates are judged by first dates and revised ones by revised ones, where five or more of them had stood as
    long; else all are taken.

    Parameters
    ----------
    records : ndarray
        `Experience.records`.
    wait : int
        Months from the month of the target to that of the report.
    revised : bool
        Whether another date stood before.
    months : int
        How many months ahead.

    Returns
    -------
    Course
        Known for no month where fewer than 5 dates had stood as long; else as far as 5 are at risk or all are accounted
        for, none of them having been lost from sight.
    """
    entry, leave, replaced, outcome, block, again = records.T
    like = (entry <= wait) & (wait < np.minimum(leave, replaced))
    if (same := like & (again == revised)).sum() >= FEWEST_AT_RISK:
        like = same
    blocks = int(block.max()) + 1 if len(block) else 0
    begun = np.bincount(block[like], minlength=blocks)
    times = wait + 1 + np.arange(months)
    risk = risk_table(np.full(int(like.sum()), wait), leave[like], outcome[like], block[like], times, blocks)
    whole = risk.at_risk.sum(axis=1)
    ended = np.cumsum((risk.done + risk.withdrawn).sum(axis=1))
    lost = begun.sum() - whole - np.concatenate([[0], ended[:-1]])
    few = np.flatnonzero((whole == 0) | ((whole < FEWEST_AT_RISK) & (lost > 0)))
    known = 0 if begun.sum() < FEWEST_AT_RISK else int(few[0]) if len(few) else months
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = [np.where(whole > 0, each.sum(axis=1) / whole, 0.0)[:, None] for each in (risk.done, risk.withdrawn)]
        own = [
            np.where(risk.at_risk > 0, each / risk.at_risk, of_all)
            for each, of_all in zip((risk.done, risk.withdrawn), pooled, strict=True)
        ]
    return Course(risk.at_risk, own[0], own[1], begun, known)


def predicted(records: np.ndarray, rows: pd.DataFrame, months: int) -> tuple[np.ndarray, np.ndarray]:
    """Chance to be done within so many months, given that it is not done now.

    Parameters
    ----------
    records : ndarray
        `Experience.records`.
    rows : DataFrame, n rows
        ``wait`` (months from the month of the target to that of the report; negative where the target lies ahead) and
        ``revised`` of each action.
    months : int

    Returns
    -------
    ndarray, shape (n, months)
        Chance to be done by the end of the first month from now, the second, and so on.
    ndarray of int, shape (n,)
        For how many months that is known; 0 where fewer than 5 dates had stood as long.

    Notes
    -----
    An action follows a decision drawn in proportion to its dates that had stood as long, or, as one among so many, a
    decision such as was not seen yet, of which only is said that it comes true in any of the next 12 months or later,
    with equal chances: without it the forecast is too sure of itself (benchmarks/coverage.py).
    """
    done, known = np.zeros((len(rows), months)), np.zeros(len(rows), dtype="int64")
    alike = rows.reset_index().groupby(["wait", "revised"], sort=True).indices
    for (wait, revised), which in alike.items():
        found = course(records, int(wait), bool(revised), months)
        if found.known:
            left = np.cumprod(1 - found.done - found.withdrawn, axis=0)
            before = np.concatenate([np.ones((1, left.shape[1])), left[:-1]])
            chance = np.cumsum(before * found.done, axis=0) @ (found.begun / found.begun.sum())
            chance[found.known :] = chance[found.known - 1]
            seen = (found.begun > 0).sum()
            done[which] = (seen * chance + _unseen(months)) / (seen + 1)
            known[which] = found.known
    return done, known


def _unseen(months: int) -> np.ndarray:
    """Chances to be done under a decision of which nothing is known."""
    return np.minimum(np.arange(1, months + 1), UNSEEN) / (UNSEEN + 1)


def quantile_months(done: np.ndarray, level: float) -> int | None:
    """The first month by whose end the chance reaches a level, counted from 1; None where it does not."""
    reached = np.flatnonzero(done >= level - 1e-9)
    return int(reached[0]) + 1 if len(reached) else None


def wilson(successes: float, number: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson 1927), as two shares."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, squared = successes / number, z * z / number
    middle, half = share + squared / 2, z * ((share * (1 - share) + squared / 4) / number) ** 0.5
    return max(0.0, (middle - half) / (1 + squared)), min(1.0, (middle + half) / (1 + squared))


# --- the forecast of a plan ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Backtest:
    """How forecasts made the same way at earlier reports have fared.

    Attributes
    ----------
    judged : DataFrame
        One row per forecast whose outcome is known: plan, origin, action_id, block, ``horizon``, ``until`` (end of its month), ``done``
        (0 or 1), ``ours`` and each of `RIVALS` (chance given), ``pinball 0.5``, ``pinball 0.8`` of each (months, capped
        at the horizon), ``within`` (part of the outcome's step that lies in the 80 % interval).
    scores : DataFrame
        One row per horizon and "all": ``horizon``, ``forecast`` ("ours" or a rival), ``n``, ``brier``, ``pinball_50``,
        ``pinball_80`` (months).
    differences : DataFrame
        One row per rival: ``rival``, ``brier`` (ours less the rival's: negative is better), ``low``, ``high`` (95 %, by
        resampling decisions).
    covered : float
        Of how many outcomes the 80 % interval held, by parts of steps.
    number : int
        Of so many forecasts.
    coverage : pair of float
        95 % interval of the share covered.
    verdict : str
        Blank if it beats all three rivals and covers as it should; else why it cannot be shown.
    """

    judged: pd.DataFrame
    scores: pd.DataFrame
    differences: pd.DataFrame
    covered: float
    number: int
    coverage: tuple[float, float]
    verdict: str


@dataclass(frozen=True)
class Forecast:
    """When the open actions will be done.

    Attributes
    ----------
    basis : str
        "own", "pooled", or blank where there is none.
    plans : tuple of str
        Whose dates it is made from.
    experience : Experience
        Of the plans it is made from, or of the plan itself where there is none.
    refused : str
        Why there is none, or blank.
    actions : DataFrame
        One row per open action with a date: action_id, ``target``, ``wait`` (months since its month), ``p10``, ``p50``,
        ``p80``, ``p90`` (last day of the month by which it is done with that chance; missing where that is beyond what
        was observed), ``unknown`` (why no chance can be given, or blank).
    months : DataFrame
        One row per month ahead: ``month`` (its last day), ``low``, ``middle``, ``high`` (number of actions done by
        then, those done now included: 10, 50 and 90 in 100), ``actions`` (forecast).
    without : int
        Actions not known to be done or closed that are not forecast: without a date, no longer listed, of unknown
        standing, or too few earlier dates had stood as long.
    done : int
        Actions done now.
    all_done : Timestamp or None
        By when all will be done with a chance of 80 in 100.
    all_done_unknown : str
        Why that cannot be said, or blank.
    backtest : Backtest or None
    """

    basis: str
    plans: tuple[str, ...]
    experience: Experience
    refused: str
    actions: pd.DataFrame
    months: pd.DataFrame
    without: int
    done: int
    all_done: pd.Timestamp | None
    all_done_unknown: str
    backtest: Backtest | None


ACTIONS = ("action_id", "target", "wait", "p10", "p50", "p80", "p90", "unknown")
MONTHS = ("month", "low", "middle", "high", "actions")


def forecast(
    ledger: pd.DataFrame,
    as_of: When,
    *,
    snapshots: Sequence[When] | None = None,
    pool: Sequence[History] = (),
    untested: bool = False,
) -> Forecast:
    """Forecast when the open actions of a plan will be done, or say why it cannot be told.

    Parameters
    ----------
    ledger : DataFrame
        schema.LEDGER of one plan.
    as_of : date
    snapshots : sequence of date, optional
        Dates of all snapshots, where one may be empty.
    pool : sequence of (ledger, dates of snapshots)
        Other plans, whose dates are taken where the plan's own do not suffice; cut at the same date.
    untested : bool
        Give the forecast even if the backtest does not bear it out, for analysts; reports do not.

    Returns
    -------
    Forecast

    Notes
    -----
    A plan's own dates suffice from 6 reports over 180 days with 20 dates fallen due and 8 decisions; the horizon is the
    time observed. Source: METRICS.md, "Forecast" and "Backtest".
    """
    mine: History = (ledger, snapshots)
    own = experience([mine], as_of)
    used, basis, refused = own, "own", ""
    if own.lacks:
        basis, refused = "", f"the plan has {_listed(own.lacks)}"
        if pool:
            used = experience([mine, *pool], as_of)
            basis = "" if used.lacks else "pooled"
            refused = f"{len(used.plans)} plans together have {_listed(used.lacks)}" if used.lacks else ""
    at = _state(mine, as_of)
    refused = refused or _too_old(at)
    if refused:
        return _none(used if pool else own, refused, at, None)
    sources = [mine] if basis == "own" else [mine, *pool]
    found = backtest(sources, as_of)
    if found.verdict and not untested:
        return _none(used, found.verdict, at, found)
    made = _forecast(at, used, basis, sources, as_of)
    return Forecast(**{**made, "backtest": found})


def _too_old(at: State) -> str:
    """Why nothing can be forecast from a report so old that the first month ahead of it is over; else blank."""
    reported = at.latest().max()
    if pd.isna(reported) or reported + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(1) >= at.as_of:
        return ""
    return f"the latest report is of {reported:%Y-%m-%d}, and what was done since is not known"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _none(used: Experience, refused: str, at: State, tested: Backtest | None) -> Forecast:
    actions, months = pd.DataFrame(columns=list(ACTIONS)), pd.DataFrame(columns=list(MONTHS))
    done = int(at.force["done"].sum())
    return Forecast(
        "", used.plans, used, refused, actions, months, int(at.force["open"].sum()), done, None, refused, tested
    )


def open_dates(ledger: pd.DataFrame, as_of: When, *, at: State | None = None) -> pd.DataFrame:
    """The open actions that a forecast can be made for, with their date in force.

    Returns
    -------
    DataFrame
        action_id, plan, ``target``, ``wait`` (whole calendar months since the target's, negative before it),
        ``revised``, ``decision``.
    """
    at = at or state(ledger, as_of)
    told = dates_told(ledger, as_of, at=at)
    rows = at.force[(at.force["open"] & at.force["listed"] & at.force["target"].notna()).to_numpy(bool)]
    found = rows.reset_index()[["action_id", "plan", "as_of", "target"]]
    found = found.merge(told[["action_id", "target", "revised", "decision"]], on=["action_id", "target"], how="inner")
    found["wait"] = _month(found["as_of"]) - _month(found["target"])
    return found[["action_id", "plan", "target", "wait", "revised", "decision"]]


def _forecast(
    at: State, used: Experience, basis: str, sources: Sequence[History], as_of: When
) -> dict[str, Any]:  # fmt: skip
    months = max(1, min(LONGEST, used.days * 12 // 365))
    rows = open_dates(at.past, at.as_of, at=at)
    reported = at.latest().iloc[0] if len(at.latest()) else at.as_of
    ends = pd.date_range(reported + pd.offsets.MonthEnd(0), periods=months + 1, freq="ME").as_unit("s")[1:]
    chances, known = predicted(used.records, rows, months)
    for level in QUANTILES:
        when = [quantile_months(done, level) for done in chances]
        days = [ends[month - 1] if month else pd.NaT for month in when]
        rows[f"p{round(level * 100)}"] = pd.Series(days, index=rows.index, dtype="datetime64[s]")
    rows["unknown"] = np.where(known > 0, "", "fewer than 5 earlier dates had stood as long")
    told = known > 0
    done = int(at.force["done"].sum())
    counts = simulated(used.records, rows.loc[told], months)
    low, middle, high = np.percentile(counts, [10, 50, 90], axis=0, method="inverted_cdf").astype(int)
    table = pd.DataFrame({
        "month": ends, "low": done + low, "middle": done + middle, "high": done + high, "actions": int(told.sum()),
    })  # fmt: skip
    still = at.force["open"] | (at.force["status"] == "unknown")
    without = int(still.sum()) - int(told.sum())
    resolved = sum(_resolved(each, as_of) for each, _ in sources)
    all_done, why = _all_done(counts, int(told.sum()), without, resolved, ends)
    return {
        "basis": basis, "plans": used.plans, "experience": used, "refused": "", "actions": rows[list(ACTIONS)],
        "months": table, "without": without, "done": done, "all_done": all_done, "all_done_unknown": why,
    }  # fmt: skip


def _resolved(ledger: pd.DataFrame, as_of: When) -> int:
    rows = state(ledger, as_of).force
    return int((rows["done"] | (rows["status"] == "closed not done")).sum())


def _all_done(
    counts: np.ndarray, number: int, without: int, resolved: int, ends: pd.DatetimeIndex
) -> tuple[pd.Timestamp | None, str]:
    """By when every open action is done with a chance of 80 in 100."""
    if resolved < FEWEST_RESOLVED:
        return None, f"{resolved} actions are complete or closed, and {FEWEST_RESOLVED} are needed"
    if without:
        return None, f"{without} {'action is' if without == 1 else 'actions are'} not forecast"
    reached = np.flatnonzero((counts >= number).mean(axis=0) >= 0.8)
    if not len(reached):
        return None, "it is beyond the time observed"
    return ends[reached[0]], ""


def simulated(records: np.ndarray, rows: pd.DataFrame, months: int) -> np.ndarray:
    """Number of actions done by each month ahead, in each of 2,000 samples.

    Decisions are resampled, so that few of them spread the result; the actions that one decision dated then follow one
    earlier decision together.

    Parameters
    ----------
    records : ndarray
        `Experience.records`.
    rows : DataFrame
        ``wait``, ``revised`` and ``decision`` of each action.
    months : int

    Returns
    -------
    ndarray of int, shape (samples, months)
    """
    made = np.zeros((SAMPLES, months), dtype="int64")
    if rows.empty:
        return made
    random = np.random.default_rng(SEED)
    weights = resampled(int(records[:, 4].max()) + 1, SAMPLES)
    for (wait, revised, _), group in rows.groupby(["wait", "revised", "decision"], sort=True):
        found = course(records, int(wait), bool(revised), months)
        chance = weights * found.begun
        chance = np.where(chance.sum(axis=1, keepdims=True) > 0, chance, found.begun)
        limits = np.cumsum(chance, axis=1)
        chosen = (limits <= random.random((SAMPLES, 1)) * limits[:, -1:]).sum(axis=1)
        left = np.full(SAMPLES, len(group))
        unseen = random.random(SAMPLES) * ((found.begun > 0).sum() + 1) < 1
        for month in range(found.known):
            done, gone = (hazard[month, chosen] for hazard in (found.done, found.withdrawn))
            # What was spread over 12 months and later: the next of so many as are left.
            done = np.where(unseen, 1 / (UNSEEN + 1 - month) if month < UNSEEN else 0.0, done)
            gone = np.where(unseen, 0.0, gone)
            finished = random.binomial(left, np.clip(done, 0, 1))
            left = left - finished
            with np.errstate(divide="ignore", invalid="ignore"):
                rest = np.where(done < 1, gone / (1 - done), 0.0)
            left = left - random.binomial(left, np.clip(rest, 0, 1))
            made[:, month:] += finished[:, None]
    return made


# --- backtest --------------------------------------------------------------------------------------------------------


def backtest(sources: Sequence[History], as_of: When) -> Backtest:
    """Forecast again at every earlier report as it would have been then, and score what came of it.

    Parameters
    ----------
    sources : sequence of (ledger, dates of snapshots)
        The plans that the forecast is made from; each of their reports is an origin.
    as_of : date

    Returns
    -------
    Backtest

    Notes
    -----
    Horizons: the next report, 3 and 6 months. Brier (1950) score of "done by then"; pinball loss at 0.5 and 0.8 of the
    months until done, capped at the horizon; coverage of the 80 % interval, where an outcome counts by the part of its
    step that lies within, at the longest horizon that is known. Differences are resampled by decision.
    """
    parts = []
    now = [_state(history, as_of) for history in sources]
    reports = [sorted({day for days in at.snapshots.values() for day in days}) for at in now]
    truths = [overrun.spells(at.past, at.as_of, at=at) for at in now]
    for origin in sorted({day for days in reports for day in days[:-1]}, reverse=True):
        then = [_state(history, origin) for history in sources]
        known = _experience(then)
        if known.lacks:
            break  # experience only grows
        parts += [
            _judged(at, origin, days, truth, known)
            for at, days, truth in zip(then, reports, truths, strict=True)
            if origin in days
        ]
    parts = [part for part in parts if len(part)]
    if not parts:
        nothing = pd.DataFrame()
        return Backtest(nothing, nothing, nothing, 0.0, 0, (0.0, 1.0), "too few to judge: no earlier forecast has an outcome yet")
    judged = pd.concat(parts[::-1], ignore_index=True)
    scores, differences = _scores(judged), _differences(judged)
    longest = judged.sort_values("until", kind="stable").drop_duplicates(["origin", "action_id"], keep="last")
    covered, number = float(longest["within"].sum()), len(longest)
    interval = wilson(covered, number)
    verdict = _verdict(differences, covered, number, interval)
    return Backtest(judged, scores, differences, covered, number, interval, verdict)


def _judged(
    then: State, origin: pd.Timestamp, reports: Sequence[pd.Timestamp], truths: pd.DataFrame, known: Experience
) -> pd.DataFrame:
    """Forecasts of one plan at one origin with what is known of their outcome by now."""
    rows = open_dates(then.past, origin, at=then)
    later = [day for day in reports if day > origin]
    if rows.empty or not later:
        return pd.DataFrame()
    truth = truths.reindex(rows["action_id"].to_numpy())
    chances, known_for = predicted(known.records, rows, 24)
    now = origin.year * 12 + origin.month
    last = _month(truth["exit_high"].fillna(origin))
    ahead_of = {"next report": later[0].year * 12 + later[0].month - now, "3 months": 3, "6 months": 6}
    parts = []
    for horizon, ahead in ahead_of.items():
        month = now + ahead
        if not 1 <= ahead <= chances.shape[1] or later[-1].year * 12 + later[-1].month < month:
            continue
        # As reported, in whole months, as the experience is: what a later report shows as done was not done then.
        done = (truth["outcome"] == "done") & (last <= month)
        not_done = (truth["outcome"] != "open") & ~done | (truth["outcome"] == "open") & (last >= month)
        told = (done | not_done).to_numpy(bool) & truth["exit_high"].notna().to_numpy(bool)
        told &= known_for > 0  # what could not be forecast then would not have been shown
        if told.any():
            outcome, until = done[told].to_numpy(bool), origin + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(ahead)
            parts.append(_scored(rows[told], truth[told], outcome, origin, horizon, until, chances[told, :ahead], known))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _scored(
    rows: pd.DataFrame, truth: pd.DataFrame, done: np.ndarray, origin: pd.Timestamp, horizon: str,
    until: pd.Timestamp, chances: np.ndarray, known: Experience,
) -> pd.DataFrame:  # fmt: skip
    """Our chances and those of the rivals, with their losses."""
    months, ahead = origin.year * 12 + origin.month, chances.shape[1]
    finished = _month(truth["exit_high"]).to_numpy() - months
    outcome = np.where(done, np.clip(finished, 1, ahead), ahead + 1)
    due = (_month(rows["target"]) - months).to_numpy()
    moved = due + round(known.delay)
    rivals = {  # chance to be done in each month ahead, as a cumulative table
        "ours": chances,
        RIVALS[0]: _certain(np.maximum(due, 1), ahead),
        RIVALS[1]: _certain(np.maximum(moved, 1), ahead),
        RIVALS[2]: known.kept * _certain(np.maximum(due, 1), ahead),
    }
    made = pd.DataFrame({
        "plan": rows["plan"].to_numpy(), "origin": origin, "action_id": rows["action_id"].to_numpy(),
        "block": truth["block"].to_numpy(), "horizon": horizon, "until": until, "done": done.astype(int),
    })  # fmt: skip
    for name, table in rivals.items():
        made[name] = table[:, -1]
        for level in (0.5, 0.8):
            said = np.array([quantile_months(row, level) or ahead + 1 for row in table])
            gap = outcome - said
            made[f"pinball {level} {name}"] = np.where(gap >= 0, level * gap, (level - 1) * gap)
    made["within"] = _within(chances, outcome)
    return made


def _certain(month: np.ndarray, ahead: int) -> np.ndarray:
    """Chances of one who is certain of a month."""
    return (month[:, None] <= np.arange(1, ahead + 1)[None, :]).astype(float)


def _within(done: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Part of each outcome's step of the distribution that lies between 0.1 and 0.9."""
    steps = np.concatenate([np.zeros((len(done), 1)), done, np.ones((len(done), 1))], axis=1)
    low, high = (steps[np.arange(len(done)), outcome - 1 + shift] for shift in (0, 1))
    inside = np.clip(np.minimum(high, 0.9) - np.maximum(low, 0.1), 0, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = inside / (high - low)
    return np.where(high > low, part, ((low >= 0.1) & (low <= 0.9)).astype(float))


def _scores(judged: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for horizon in (*HORIZONS, "all"):
        part = judged if horizon == "all" else judged[judged["horizon"] == horizon]
        if part.empty:
            continue
        for name in ("ours", *RIVALS):
            rows.append({
                "horizon": horizon, "forecast": name, "n": len(part),
                "brier": float(((part[name] - part["done"]) ** 2).mean()),
                "pinball_50": float(part[f"pinball 0.5 {name}"].mean()),
                "pinball_80": float(part[f"pinball 0.8 {name}"].mean()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _differences(judged: pd.DataFrame) -> pd.DataFrame:
    """Ours less each rival's Brier score over all horizons, with an interval by resampling decisions."""
    keys = pd.MultiIndex.from_frame(judged[["plan", "block"]])
    block = pd.factorize(keys)[0]
    number = int(block.max()) + 1
    weights = resampled(number)
    sizes = weights @ np.bincount(block, minlength=number)
    tail = overrun.expanded_tail(number)
    rows = []
    for name in RIVALS:
        gap = ((judged["ours"] - judged["done"]) ** 2 - (judged[name] - judged["done"]) ** 2).to_numpy()
        drawn = (weights @ np.bincount(block, weights=gap, minlength=number)) / np.maximum(sizes, 1)
        low, high = np.percentile(drawn[sizes > 0], [100 * tail, 100 * (1 - tail)])
        rows.append({"rival": name, "brier": float(gap.mean()), "low": float(low), "high": float(high), "blocks": number})
    return pd.DataFrame(rows)


def _verdict(differences: pd.DataFrame, covered: float, number: int, interval: tuple[float, float]) -> str:
    """Blank if the forecast may be shown."""
    if number < FEWEST_JUDGED:
        return f"too few to judge: {number} earlier forecasts have an outcome, and {FEWEST_JUDGED} are needed"
    unbeaten = [str(row["rival"]) for row in differences.to_dict("records") if not row["high"] < 0]
    if unbeaten:
        return f"earlier forecasts were not for certain better than to {_listed_or(unbeaten)}"
    if not interval[0] <= 0.8 <= interval[1]:
        return f"the 80 % intervals of earlier forecasts held {covered:.0f} of {number} outcomes, which is not 80 %"
    return ""


def _listed_or(rivals: Sequence[str]) -> str:
    words: Mapping[str, str] = {RIVALS[2]: "take the base rate of dates kept"}
    said = [words.get(rival, rival) for rival in rivals]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


# --- both for a report ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outlook:
    """Time past original and forecast of one plan at one date.

    Attributes
    ----------
    plan : str
    as_of : Timestamp
    past : PastOriginal
    forecast : Forecast
    results : list of dict
        Rows of results.json (see `planlib.measures.results`).
    """

    plan: str
    as_of: pd.Timestamp
    past: overrun.PastOriginal
    forecast: Forecast
    results: list[dict[str, Any]]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Carry the results in the notebook, so that the run can compare them with its own."""
        day = f"{self.as_of:%Y-%m-%d}"
        records = {"plan": self.plan, "as_of": day, "part": "outlook", "measures": self.results}
        return {
            "application/vnd.planlib.results+json": records,
            "text/plain": f"{len(self.results)} measures of the outlook of {self.plan} as at {day}",
        }


def outlook(
    ledger: pd.DataFrame,
    as_of: When,
    *,
    plan: str,
    snapshots: Sequence[When] | None = None,
    pool: Sequence[History] = (),
) -> Outlook:
    """Time past original and forecast, with their results.

    Parameters
    ----------
    ledger, as_of, snapshots, pool
        As `forecast`.
    plan : str
        Name of the plan, which an empty ledger does not tell.

    Returns
    -------
    Outlook
    """
    past = overrun.past_original_curve(ledger, as_of, at=_state((ledger, snapshots), as_of))
    made = forecast(ledger, as_of, snapshots=snapshots, pool=pool)
    return Outlook(plan, pd.Timestamp(as_of), past, made, _results(plan, past, made))


def _results(plan: str, past: overrun.PastOriginal, made: Forecast) -> list[dict[str, Any]]:
    """Rows of results.json."""
    rows: list[dict[str, Any]] = []

    def put(name: str, scope: str, key: str, value: Any, *, n: int | None = None, d: int | None = None, why: str) -> None:
        rows.append({
            "name": name, "scope": scope, "key": key, "unit": MEASURES[name].unit, "numerator": n, "denominator": d,
            "value": value, "undefined_because": None if value is not None else why,
        })  # fmt: skip

    for name, after in WAITS.items():
        low, high = past.open_after(after)
        why = past.refused or "fewer than 5 were still seen so long after their first date"
        put(f"still open {name}", "plan", plan, low, why=why)
        put(f"still open {name}, upper end", "plan", plan, high, why=why)
    for row in made.months.to_dict("records"):
        for name, column in (("", "middle"), (", low", "low"), (", high", "high")):
            put(f"forecast: done by{name}", "month", f"{row['month']:%Y-%m}", int(row[column]), why="")
    if made.months.empty:
        put("forecast: done by", "plan", plan, None, why=made.refused)
    for row in made.actions.to_dict("records"):
        for level in (50, 80):
            day = None if pd.isna(row[f"p{level}"]) else f"{row[f'p{level}']:%Y-%m-%d}"
            put(f"forecast: {level} in 100", "action", row["action_id"], day, why=row["unknown"] or BEYOND)
    all_done = None if made.all_done is None else f"{made.all_done:%Y-%m-%d}"
    put("forecast: all done, 80 in 100", "plan", plan, all_done, why=made.all_done_unknown or made.refused)
    tested = made.backtest
    judged = tested.number if tested is not None else 0
    why = made.refused if tested is None else "no earlier forecast has an outcome yet"
    ours = None
    if tested is not None and judged:
        mine = (tested.scores["horizon"] == "all") & (tested.scores["forecast"] == "ours")
        ours = round(float(tested.scores.loc[mine, "brier"].iloc[0]), 6)
    put("backtest: Brier score", "plan", plan, ours, why=why)
    share = round(tested.covered / judged, 6) if tested is not None and judged else None
    put("backtest: covered", "plan", plan, share, d=judged, why=why)
    return rows
