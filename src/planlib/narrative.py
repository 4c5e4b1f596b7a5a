"""Measures to plain sentences: every word and number is made from the data, none is typed.

Each function takes measures and returns a list of sentences (plain text, not HTML). A thing is said once, as "n of d",
and what is not known is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from planlib import schema
from planlib.dates import phrase, precision_of
from planlib.delivery import last_day_ahead, spoken_range
from planlib.forecast import Forecast
from planlib.markup import visible
from planlib.measures import Measures, together
from planlib.measures import side_by_side as beside_of
from planlib.normalise import range_numbers
from planlib.overrun import PastOriginal
from planlib.published import Checked, Told
from planlib.store import Plan
from planlib.trends import REPEATED, TREND_DAYS, is_trend

SMALL = 10  # no percentage is printed of fewer
MOST_FALLS = 3  # falls of the number overdue told one by one; the table has all
LONGEST_LIST = 12  # references named in one sentence before "and n more"
MOST_SENTENCES = 6  # actions finished that are told one by one
MOST_GROUPS = 3  # groups named in the headlines; of more, those, after a sentence about all of them
MOST_CHANGES = 8  # groups of changed dates told one by one; the rest in one sentence
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PLAIN_DONE = ("complete", "completed", "done", "")
_OPEN = [name for name in schema.STANDINGS if name not in ("complete", "evidenced", "closed not done")]


# --- small words -----------------------------------------------------------------------------------------------------


def say_number(number: int) -> str:
    """A number as a sentence begins with it: "Five", "Twenty" stays "20"."""
    return _WORDS[number].capitalize() if 0 < number < len(_WORDS) else str(number)


def plural(number: int, word: str, words: str | None = None) -> str:
    """A count with its noun: "1 day", "29 days"."""
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def listed(items: Iterable[str]) -> str:
    """Items as a sentence lists them: "a, b and c"."""
    every = list(items)
    return every[0] if len(every) == 1 else ", ".join(every[:-1]) + " and " + every[-1] if every else ""


def say_day(day: Any) -> str:
    """A day in words."""
    return phrase(day.date(), day.date(), "day")


def say_date(earliest: Any, latest: Any, precision: str) -> str:
    """A date of any precision in words."""
    return phrase((earliest if pd.notna(earliest) else latest).date(), latest.date(), precision)


def say_refs(rows: pd.DataFrame, every: pd.DataFrame, *, most: int = LONGEST_LIST) -> str:
    """Which actions, as a person would list them.

    Parameters
    ----------
    rows : DataFrame
        The actions meant, of `Measures.actions`.
    every : DataFrame
        All actions, to tell "3 of 25 to 28" from "25 to 28".
    most : int
        How many are named before "and n more".

    Returns
    -------
    str
        "18 and 20 to 23"; "3 of 25 to 28"; a long list ends in "and n more".
    """
    own = rows[rows["ref_range"] == ""]
    parts = _runs(own["ref"][own["ref"] != ""])
    parts += [f"'{text}'" for text in own["label"][own["ref"] == ""]]
    if len(parts) > most:
        parts = [*parts[:most], f"{len(parts) - most} more"]
    for text, part in rows[rows["ref_range"] != ""].groupby("ref_range", sort=False):
        whole = int((every["ref_range"] == text).sum())
        parts.append(spoken_range(str(text)) if len(part) == whole else f"{len(part)} of {spoken_range(str(text))}")
    return listed(parts)


def _runs(refs: Iterable[str]) -> list[str]:
    """References with runs of three or more numbers drawn together: "20 to 23", "RA-1 to RA-7"."""
    made: list[list[str]] = []
    for ref in refs:
        if made and _follows(made[-1][-1], ref):
            made[-1].append(ref)
        else:
            made.append([ref])
    return [item for run in made for item in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run)]


def _follows(before: str, ref: str) -> bool:
    one, other = re.fullmatch(r"(.*?)(\d{1,9})", before), re.fullmatch(r"(.*?)(\d{1,9})", ref)
    return bool(one and other and one[1] == other[1] and int(other[2]) == int(one[2]) + 1)


def say_moved(days: int, months: Any, unit: str) -> str:
    """How far a date moved: "29 days later", "1 month earlier", "not at all"."""
    number, word = (int(months), "month") if unit == "months" and pd.notna(months) else (int(days), "day")
    if number == 0:
        return "within the same month" if unit == "months" else "on the same day"
    return f"{plural(abs(number), word)} {'later' if number > 0 else 'earlier'}"


def say_notice(change: Any) -> str:
    """Days of notice of one change in words: "1 to 91 days", "at least 4 days"."""
    low, high = change["notice_low"], change["notice_high"]
    if pd.isna(low):
        return "not known"
    if pd.isna(high):
        return f"at least {plural(int(low), 'day')}" if low >= 0 else "not known"
    if low < 0 <= high:
        return f"{plural(int(-low), 'day')} late to {plural(int(high), 'day')} before"
    if high < 0:
        return f"{int(-high):,} to {plural(int(-low), 'day')} late" if high != low else f"{plural(int(-low), 'day')} late"
    return f"{int(low):,} to {plural(int(high), 'day')}" if high != low else plural(int(low), "day")


def say_reason(changes: pd.DataFrame) -> str:
    """The reason given for the latest of some revisions, or that there is none."""
    latest = changes[changes["as_of"] == changes["as_of"].max()]
    given = list(dict.fromkeys(reason for reason in latest["reason"] if reason))
    return f"the reason given: {'; '.join(given)}" if given else "no reason is given"


def too_few_words(m: Measures) -> str:
    """What is missing for a trend."""
    n = len(m.snapshots)
    span = plural((m.snapshots[-1] - m.snapshots[0]).days if n else 0, "day")
    have = {0: "there is none", 1: "there is one", 2: f"there are two, {span} apart"}.get(
        n, f"there are {n}, over {span}"
    )
    return f"it takes three reports over at least {TREND_DAYS} days, and {have}."


def n_of_d(n: Any, d: Any) -> str:
    """A count as part of a whole, with its percentage where the whole is ten or more."""
    return f"{int(n)} of {int(d)}" + (f" ({100 * int(n) / int(d):.0f} %)" if d >= SMALL else "")


def say_slip(row: Any) -> str:
    """How far an action is from its first date, or why that is not known.

    Parameters
    ----------
    row : mapping
        One of `Measures.actions`.
    """
    if row["slip_unknown"]:
        bound = row["at_least_days"]
        return f"at least {plural(int(bound), 'day')}" if pd.notna(bound) else f"not known: {row['slip_unknown']}"
    low, high = row["slip_low"], row["slip_high"]
    if pd.isna(low):
        return f"at most {_moved_days(high)}"
    days = _moved_days(low) if low == high else _between(low, high)
    if row["slip_unit"] == "months":
        months, upper = row["slip_months_low"], row["slip_months_high"]
        whole = _span_of(int(months), int(upper), "month")
        days = f"{whole} ({days})" if low or high else "within the month"
    if pd.notna(row["at_least_days"]) and row["at_least_days"] > low:
        days += f"; at least {plural(int(row['at_least_days']), 'day')} by now"
    return days


def _moved_days(days: Any) -> str:
    return _span_of(int(days), int(days), "day") if int(days) else "none"


def _between(low: Any, high: Any) -> str:
    return _span_of(int(low), int(high), "day")


def _span_of(low: int, high: int, unit: str) -> str:
    """A slip between two ends: "4 to 64 days", "27 days earlier to 33 days later", "3 days earlier"."""
    if low == high:
        return plural(abs(low), unit) + (" earlier" if low < 0 else "")
    if low < 0 <= high:
        return f"{plural(-low, unit)} earlier to {f'{plural(high, unit)} later' if high else 'on time'}"
    ends = (-high, -low) if low < 0 else (low, high)
    return f"{ends[0]:,} to {plural(ends[1], unit)}" + (" earlier" if low < 0 else "")


def _is(rows: pd.DataFrame | int) -> str:
    return "is" if (rows if isinstance(rows, int) else len(rows)) == 1 else "are"


def _has(rows: pd.DataFrame) -> str:
    return "has" if len(rows) == 1 else "have"


def _was(rows: pd.DataFrame) -> str:
    return "was" if len(rows) == 1 else "were"


def _which(rows: pd.DataFrame, every: pd.DataFrame) -> str:
    """Words for actions known only by count, where not the whole range is meant."""
    ranges = rows[rows["ref_range"] != ""].groupby("ref_range").size()
    partial = [text for text, n in ranges.items() if n < int((every["ref_range"] == text).sum())]
    return "; which is not stated" if partial else ""


# --- what stands where, in sentences -----------------------------------------------------------------------------------


def stand(m: Measures, rows: pd.DataFrame | None = None) -> list[str]:
    """Where actions stand, one sentence for each group that stands alike.

    Parameters
    ----------
    m : Measures
    rows : DataFrame, optional
        Some of `m.actions`; all of them by default.

    Returns
    -------
    list of str
    """
    rows = m.actions if rows is None else rows
    sentences = []
    for name, say in _SAY.items():
        part = rows[rows["standing"] == name]
        if len(part):
            sentences += say(m, part)
    return sentences


def _grouped(rows: pd.DataFrame, *columns: str) -> list[pd.DataFrame]:
    return [part for _, part in rows.groupby(list(columns), sort=False, dropna=False)]


def _say_done(m: Measures, rows: pd.DataFrame) -> list[str]:
    sentences = []
    for part in _grouped(rows, "status_text"):
        word = part["status_text"].iloc[0]
        said = "" if word.casefold() in _PLAIN_DONE else f" (recorded as '{word}')"
        name = m.term("complete") if part["standing"].iloc[0] == "complete" else m.terms.get("evidenced", "complete and verified")
        sentences.append(f"{say_refs(part, m.actions)} {_is(part)} {name}{said}{_which(part, m.actions)}.")
    return sentences


def _say_closed(m: Measures, rows: pd.DataFrame) -> list[str]:
    return [f"{say_refs(rows, m.actions)} {_was(rows)} {m.terms.get('closed not done', 'closed and not done')}."]


def _say_gone(m: Measures, rows: pd.DataFrame) -> list[str]:
    return [f"{say_refs(rows, m.actions)} {_was(rows)} open when last listed and {_is(rows)} {m.term('no longer listed')}."]


def _say_unknown(m: Measures, rows: pd.DataFrame) -> list[str]:
    sentences = []
    for part in _grouped(rows, "target_earliest", "target", "date_passed"):
        first = part.iloc[0]
        dated = ""
        if pd.notna(first["target"]):
            verb = "was" if first["date_passed"] else "is"
            dated = f"; the date {verb} {_target(first)}{', which has passed' if first['date_passed'] else ''}"
        sentences.append(f"The standing of {say_refs(part, m.actions)} is not known{dated}.")
    return sentences


def _say_overdue(m: Measures, rows: pd.DataFrame) -> list[str]:
    sentences = []
    for part in _grouped(rows, "target_earliest", "target", "original"):
        first = part.iloc[0]
        late = (m.as_of - first["target"]).days
        moved = ""
        if pd.notna(first["original"]) and first["original"] < first["target"]:
            moved = f"; first due {_original(first)}"
        sentences.append(
            f"{say_refs(part, m.actions)} {_was(part)} due {_target(first)} and {_is(part)} {plural(late, 'day')} "
            f"{m.term('overdue')}{moved}."
        )
    return sentences


def _say_delayed(m: Measures, rows: pd.DataFrame, ask: bool = False) -> list[str]:
    sentences = []
    for part in _grouped(rows, "target_earliest", "target"):
        first, who = part.iloc[0], say_refs(part, m.actions)
        if pd.notna(first["target"]):
            sentences.append(f"{who} {_is(part)} {m.term('delayed')} and expected {_target(first)}.")
        else:
            needs = "it needs one" if len(part) == 1 else "each needs one"
            sentences.append(f"{who} {_is(part)} {m.term('delayed')} and {_has(part)} no new date{': ' + needs if ask else ''}.")
    return sentences


def _say_redated(m: Measures, rows: pd.DataFrame) -> list[str]:
    sentences = []
    changes = m.changes[m.changes["revision"]] if len(m.changes) else m.changes
    for part in _grouped(rows, "original_earliest", "original", "target_earliest", "target", "revisions"):
        first, who = part.iloc[0], say_refs(part, m.actions)
        reasons = changes[changes["action_id"].isin(part["action_id"])]
        to = _target(first) if pd.notna(first["target"]) else "a date that is not given"
        if pd.isna(first["original"]):
            what = f"{who} {_was(part)} re-dated to {to}; from when is not known, so neither is the slip"
        else:
            far = say_moved(first["slip_low"], first["slip_months_low"], first["slip_unit"])
            again = int(first["revisions"]) if pd.notna(first["revisions"]) else 0
            times = f", re-dated {plural(again, 'time')}" if again > 1 else ""
            what = f"{who}, first due {_original(first)}, {_is(part)} now due {to}, {far}{times}"
        sentences.append(f"{what}; {say_reason(reasons)}.")
    return sentences


def _say_on_track(m: Measures, rows: pd.DataFrame) -> list[str]:
    sentences = []
    for part in _grouped(rows, "by_own_account", "target_earliest", "target"):
        first, who = part.iloc[0], say_refs(part, m.actions)
        account = " by the source's own account" if first["by_own_account"] else ""
        if pd.isna(first["target"]):
            sentences.append(
                f"{who} {_is(part)} {m.term('on track')}{account}, with no date that can be seen{_which(part, m.actions)}."
            )
        else:
            sentences.append(f"{who} {_is(part)} {m.term('on track')}{account}, due {_target(first)}.")
    return sentences


def _say_dated(m: Measures, rows: pd.DataFrame) -> list[str]:
    return [
        f"{say_refs(part, m.actions)} {_is(part)} due {_target(part.iloc[0])}; whether that date has moved is not known."
        for part in _grouped(rows, "target_earliest", "target")
    ]


def _say_no_date(m: Measures, rows: pd.DataFrame) -> list[str]:
    return [
        f"{say_refs(part, m.actions)} {_has(part)} no date ({schema.NO_DATE_KINDS.get(part['no_date'].iloc[0], 'no date given')})."
        for part in _grouped(rows, "no_date")
    ]


_SAY: dict[str, Callable[[Measures, pd.DataFrame], list[str]]] = {
    "complete": _say_done,
    "evidenced": _say_done,
    "overdue": _say_overdue,
    "delayed": _say_delayed,
    "re-dated": _say_redated,
    "on track": _say_on_track,
    "dated, first date not known": _say_dated,
    "no date": _say_no_date,
    "no longer listed": _say_gone,
    "closed not done": _say_closed,
    "standing not known": _say_unknown,
}


def _target(row: pd.Series) -> str:
    return say_date(row["target_earliest"], row["target"], row["target_precision"])


def _original(row: pd.Series) -> str:
    return say_date(row["original_earliest"], row["original"], row["original_precision"])


# --- the first lines ---------------------------------------------------------------------------------------------------


def headlines(m: Measures, plan: Plan) -> list[str]:
    """The first lines of a report: what is done, what slipped, what cannot be told.

    Parameters
    ----------
    m : Measures
    plan : Plan
        For rebuilt snapshots and the plan's own words.

    Returns
    -------
    list of str
    """
    if m.actions.empty:
        return [f"No action is listed as at {say_day(m.as_of)}."]
    lines = [*_rebuilt(m, plan), *_nothing_listed(m, plan)]
    unknown = int((m.actions["standing"] == "standing not known").sum())
    if unknown == len(m.actions):
        everything = f"the one {m.term('action')}" if unknown == 1 else f"all {unknown} {m.term('actions')}"
        return [*lines, f"The standing of {everything} is not known.", *_dates_in_view(m), *_cannot_be_told(m)]
    lines += _complete(m)
    lines += _in_time(m)
    lines += _still_open(m)
    lines += _moved(m)
    lines += _delayed(m)
    lines += _required(m)
    lines += _dates_in_view(m)
    lines += _cannot_be_told(m)
    return lines


def _rebuilt(m: Measures, plan: Plan) -> list[str]:
    paper = plan.rebuilt.get(m.snapshot.date())
    if paper is None:
        return []
    return [
        f"This snapshot of {say_day(m.snapshot)} was rebuilt from a paper of {say_day(pd.Timestamp(paper))}; "
        "what that paper does not say is not known."
    ]


def _nothing_listed(m: Measures, plan: Plan) -> list[str]:
    if (plan.ledger["as_of"] == m.snapshot).any():
        return []
    return [f"The source of {say_day(m.snapshot)} lists no action; each is told as it last stood before."]


def _complete(m: Measures) -> list[str]:
    actions = m.actions[m.actions["counted"]]
    unknown = int((actions["standing"] == "standing not known").sum())
    n, d = int(actions["done"].sum()), len(actions)
    if unknown and not n:
        return [f"The standing of {unknown} of {d} {m.term('actions')} is not known; none of the others is {m.term('complete')}."]
    line = f"{n} of {_acts(m, d)} {_is(n) if d > 1 else 'is'} {m.term('complete')}"
    with_time = actions["timescale"] != ""
    if with_time.any() and not with_time.all():
        parts = []
        for rule, words in ((with_time, "with a required time"), (~with_time, "without one")):
            part = actions[rule]
            areas = part["area_label"].nunique()
            parts.append(f"{int(part['done'].sum())} of {len(part)} in the {_areas(m, areas)} {words}")
        line += f": {parts[0]} and {parts[1]}"
    lines = [line + "."]
    if unknown:
        lines.append(f"The standing of {unknown} of {d} is not known.")
    out = len(m.actions) - d
    if out:
        lines.append(f"{_acts(m, out)} closed before falling due {_is(out)} not counted.")
    return lines


def _areas(m: Measures, number: int) -> str:
    return f"one {m.term('area')}" if number == 1 else f"{_WORDS[number] if number < len(_WORDS) else number} {m.term('areas')}"


def _still_open(m: Measures) -> list[str]:
    counts = m.actions["standing"].value_counts()
    left = m.actions[m.actions["standing"].isin(_OPEN) & (m.actions["standing"] != "standing not known")]
    if left.empty:
        return ["None is still open."] if not (m.actions["standing"] == "standing not known").any() else []
    own = int((left["by_own_account"] & (left["standing"] == "on track")).sum())
    on_track = int(counts.get("on track", 0))
    account = " by the source's own account" if own == on_track else f" ({own} by the source's own account)" if own else ""
    said = {
        "on track": lambda n: f"{n} {_is(n)} {m.term('on track')}{account}",
        "re-dated": lambda n: f"{n} {_is(n)} {m.terms['re-dated']}" if "re-dated" in m.terms else f"{n} {_have(n)} been re-dated",
        "overdue": lambda n: f"{n} {_is(n)} {m.term('overdue')}",
        "delayed": lambda n: f"{n} {_is(n)} {m.term('delayed')}",
        "dated, first date not known": lambda n: f"{n} {'has' if n == 1 else 'have'} a date that may or may not have moved",
        "no date": lambda n: f"{n} {'has' if n == 1 else 'have'} no date",
        "no longer listed": lambda n: f"{n} {_is(n)} {m.term('no longer listed')}",
    }
    parts = [say(int(counts[name])) for name, say in said.items() if counts.get(name, 0)]
    line = f"Of the {len(left)} still open, {listed(parts)}."
    if len(parts) == 1:
        words = parts[0].partition(" ")[2]
        line = f"The {len(left)} still open {words}." if len(left) > 1 else f"The one still open {words}."
    if not counts.get("overdue", 0):
        line += f" None is known to be {m.term('overdue')}."
    due = int(m.actions["due_today"].sum())
    if due:
        line += f" {say_number(due)} {_is(due)} due today and not complete."
    return [line]


def _moved(m: Measures) -> list[str]:
    """Open actions that were re-dated, the largest groups first."""
    rows = m.actions[m.actions["standing"] == "re-dated"]
    lines = []
    changes = m.changes[m.changes["revision"]] if len(m.changes) else m.changes
    groups = _grouped(rows, "original_earliest", "original", "target_earliest", "target", "revisions")
    if len(groups) > MOST_GROUPS:
        lines.append(_say_all_moved(m, rows))
    for part in sorted(groups, key=len, reverse=True)[:MOST_GROUPS]:
        first = part.iloc[0]
        reasons = changes[changes["action_id"].isin(part["action_id"])]
        if pd.isna(first["original"]) or pd.isna(first["target"]) or len(part) == 1:
            lines += _say_redated(m, part)
            continue
        far = say_moved(first["slip_low"], first["slip_months_low"], first["slip_unit"])
        lines.append(
            f"{say_number(len(part))} {m.term('actions')} first due {_original(first)} are now due {_target(first)}, {far} "
            f"({say_refs(part, m.actions)}); {say_reason(reasons)}."
        )
    return lines


def _say_all_moved(m: Measures, rows: pd.DataFrame) -> str:
    """How far the open actions that were re-dated moved, before the largest groups of them."""
    slip = rows["slip_low"].dropna()
    if slip.empty:
        return f"How far the {len(rows)} {m.term('re-dated')} moved is not known. The largest groups of them:"
    some = f" (known for {len(slip)} of {len(rows)})" if len(slip) < len(rows) else ""
    return (f"The {len(rows)} {m.term('re-dated')} are now due {_between(slip.min(), slip.max())} later than first planned{some}. "
            "The largest groups:")  # fmt: skip


def _in_time(m: Measures) -> list[str]:
    """How many of the complete actions were done by their first date, where that is known of any."""
    counts = m.actions.loc[m.actions["done"], "on_time"].value_counts()
    early, late, unsure = (int(counts.get(word, 0)) for word in ("on time", "late", "cannot be told"))
    if not early + late:
        return []
    parts = [f"{early} {'was' if early == 1 else 'were'} done by the first date"] if early else []
    parts += [f"{late} later" if early else f"{late} {'was' if late == 1 else 'were'} done after the first date"] if late else []
    parts += [f"of {unsure} it cannot be told"] if unsure else []
    return [f"Of the {early + late + unsure} {m.term('complete')}, {listed(parts)}."]


def _delayed(m: Measures) -> list[str]:
    rows = m.actions[m.actions["standing"] == "delayed"]
    overdue = m.actions[m.actions["standing"] == "overdue"]
    late = _say_overdue(m, overdue) if len(overdue) else []
    if len(late) > MOST_GROUPS:
        days = (m.as_of - overdue["target"]).dt.days
        late = [f"The {len(overdue)} {m.term('overdue')} were due {_between(days.min(), days.max())} ago."]
    waiting = _say_delayed(m, rows, ask=True) if len(rows) else []
    if len(waiting) > MOST_GROUPS:
        dated, none = rows["target"].dropna(), int(rows["target"].isna().sum())
        when = f"are expected {say_day(dated.min())} to {say_day(dated.max())}" if len(dated) else ""
        bare = f"{none} {'has' if none == 1 else 'have'} no new date" if none else ""
        waiting = [f"Of the {len(rows)} {m.term('delayed')}, {listed(filter(None, (f'{len(dated)} {when}' if when else '', bare)))}."]
    return late + waiting


def _required(m: Measures) -> list[str]:
    rows = m.actions[m.actions["standing"].isin(_OPEN) & m.actions["listed"]]
    lines = []
    for text, part in rows[rows["timescale"] != ""].groupby("timescale", sort=False):
        out = part[part["outside"] == "outside"]
        if out.empty:
            continue
        latest = out["required"].max()
        lines.append(
            f"{say_number(len(part))} open {m.term('action' if len(part) == 1 else 'actions')} "
            f"{'sits' if len(part) == 1 else 'sit'} in {m.term('areas')} to be done "
            f"{text}; {'all' if len(out) == len(part) else len(out)} {_is(out)} dated after {say_day(latest)}, when that "
            f"time ran out{_anchor_words(out, m)}."
        )
    return lines


def _anchor_words(rows: pd.DataFrame, m: Measures) -> str:
    sure = bool((rows["required_earliest"] == rows["required"]).all())
    return "" if sure else f" even if it began as late as {say_day(m.snapshots[0])} (when it began is not known)"


def _dates_in_view(m: Measures) -> list[str]:
    """How many fall due when, by month, soonest first; and how many have no date that can be seen."""
    rows = m.actions[m.actions["standing"].isin(_OPEN) & m.actions["listed"]]
    if rows.empty:
        return []
    ahead = rows[rows["target"] >= m.as_of]
    parts = []
    months = ahead.groupby(ahead["target"].dt.strftime("%Y-%m"))
    for _, part in list(months)[:3]:
        same = part["target"].nunique() == 1 and part["target_precision"].iloc[0] == "day"
        day = part["target"].iloc[0]
        when = f"on {say_day(day)}" if same else f"in {day:%B} {day.year}"
        parts.append(f"{len(part)} {'falls' if len(part) == 1 else 'fall'} due {when}")
    later = len(ahead) - sum(len(part) for _, part in list(months)[:3])
    if later:
        parts.append(f"{later} later")
    none = int(rows["target"].isna().sum())
    if none:
        parts.append(f"{none} {'has' if none == 1 else 'have'} no date that can be seen")
    if not parts or (none == len(rows) and (rows["standing"] == "no date").all()):  # said already
        return []
    line = listed(parts)
    if len(rows) == 1 and not _unknown(m):
        return [f"It {line.partition(' ')[2]}."]
    return [f"Of {_acts(m, len(rows))} not known to be complete, {line}." if _unknown(m) else f"Of those open, {line}."]


def _unknown(m: Measures) -> bool:
    return bool((m.actions["standing"] == "standing not known").any())


def _cannot_be_told(m: Measures) -> list[str]:
    unknown, total = int(m.actions["original"].isna().sum()), len(m.actions)
    if unknown == 0:
        return []
    if unknown * 10 > total:
        return [
            f"On-time delivery cannot be worked out: {unknown} of {total} first dates {'is' if unknown == 1 else 'are'} not known."
            if total > 1 else "On-time delivery cannot be worked out: the first date is not known."
        ]  # fmt: skip
    return [f"The first date of {unknown} of {total} {m.term('actions')} is not known."]


# --- what needs a decision -----------------------------------------------------------------------------------------------


def decisions_needed(m: Measures) -> list[str]:
    """What a manager or committee would have to decide, or ask for.

    Returns
    -------
    list of str
        Empty where nothing in the data calls for a decision.
    """
    actions = m.actions
    needs = []
    silent = actions[actions["standing"] == "standing not known"]
    if len(silent):
        who = f"all {len(actions)} {m.term('actions')}" if len(silent) == len(actions) > 1 else say_refs(silent, actions)
        needs.append(f"The standing of {who} is not known: it has to be asked for.")
    late = actions[actions["standing"] == "overdue"]
    if len(late):
        needs.append(f"{_who(m, late)} {_is(late)} {m.term('overdue')}: {'it' if len(late) == 1 else 'each'} needs to be done, "
                     "given a new date, or closed.")
    dateless = actions[(actions["standing"] == "delayed") & actions["target"].isna()]
    if len(dateless):
        what = _actions_named(dateless)
        ask = "it needs one" if len(dateless) == 1 else "each needs one"
        needs.append(f"{say_refs(dateless, actions)}{what} {_is(dateless)} {m.term('delayed')} and {_has(dateless)} no new date: {ask}.")
    bare = actions[(actions["standing"] == "no date") & actions["no_date"].isin(_WANTS_A_DATE)]
    if len(bare):
        ask = "it needs one" if len(bare) == 1 else "each needs one"
        needs.append(f"{say_refs(bare, actions)} {_is(bare)} open and {_has(bare)} no date: {ask}.")
    silent = _latest_revisions(m)
    silent = silent[silent["reason"] == ""] if len(silent) else silent
    if len(silent):
        rows = actions[actions["action_id"].isin(silent["action_id"]) & actions["standing"].isin(_OPEN)]
        if len(rows):
            needs.append(f"{_who(m, rows)} {_was(rows)} re-dated with no reason given.")
    again = actions[(actions["revisions"] >= REPEATED).fillna(False) & actions["standing"].isin(_OPEN)]
    if len(again):
        most = int(again["revisions"].max())
        needs.append(
            f"{say_refs(again, actions)} {_has(again)} been re-dated {REPEATED} times or more"
            f"{f' (up to {most} times)' if most > REPEATED else ''}: is the date still believed?"
        )
    out = actions[(actions["outside"] == "outside") & actions["standing"].isin(_OPEN) & actions["listed"]]
    if len(out):
        dated = _span(out)
        needs.append(
            f"{say_number(len(out))} open {m.term('action' if len(out) == 1 else 'actions')} {_is(out)} dated "
            f"outside the time required of {'its' if len(out) == 1 else 'their'} {m.term('area' if len(out) == 1 else 'areas')} "
            f"({say_refs(out, actions)}; {dated}): accept, or bring forward?"
        )
    odd = actions[(actions["disagreement"] != "")]
    for text, part in odd.groupby("disagreement", sort=False):
        needs.append(f"{say_refs(part, actions)}: {text}.")
    gone = actions[actions["standing"] == "no longer listed"]
    if len(gone):
        needs.append(f"{say_refs(gone, actions)} {_was(gone)} open and {_is(gone)} {m.term('no longer listed')}: done, merged or dropped?")
    return needs


def _who(m: Measures, rows: pd.DataFrame) -> str:
    """Actions by reference; of more than a sentence can hold their number first."""
    names = say_refs(rows, m.actions)
    return f"{_acts(m, len(rows))} ({names})" if names.endswith(" more") else names


_WANTS_A_DATE = ("blank", "tbc")  # ways of having no date that a decision can mend


def _span(rows: pd.DataFrame) -> str:
    first, last = rows["target"].min(), rows["target"].max()
    return f"dated {say_day(first)}" if first == last else f"dated {say_day(first)} to {say_day(last)}"


def _actions_named(rows: pd.DataFrame) -> str:
    text = rows["action"].iloc[0]
    return f" ('{text}')" if len(rows) == 1 and rows["ref"].iloc[0] and text else ""


def _latest_revisions(m: Measures) -> pd.DataFrame:
    return m.changes[m.changes["revision"] & (m.changes["as_of"] == m.snapshot)] if len(m.changes) else m.changes


# --- what changed, what comes, what is not known ---------------------------------------------------------------------------


def changed_since(m: Measures) -> list[str]:
    """What happened since the named report, one sentence a kind.

    Returns
    -------
    list of str
    """
    if m.previous is None:
        return ["There is no earlier report to compare with."]
    lines = []
    actions = m.actions.set_index("action_id", drop=False)
    told = _stated_since(m)
    for change in schema.SINCE:
        rows = m.since[(m.since["change"] == change) & ~m.since["action_id"].isin(told)]
        if rows.empty or change == "same":
            continue
        who = actions.loc[rows["action_id"]]
        names = say_refs(who, m.actions)
        if change in ("later", "earlier", "re-dated after being late"):
            groups = _grouped(rows, "from_earliest", "from_latest", "to_earliest", "to_latest")
            for part in sorted(groups, key=len, reverse=True)[:MOST_CHANGES]:
                first = part.iloc[0]
                lines.append(
                    f"{say_refs(actions.loc[part['action_id']], m.actions)}: "
                    f"{say_date(first['from_earliest'], first['from_latest'], first['from_precision'])} became "
                    f"{say_date(first['to_earliest'], first['to_latest'], first['to_precision'])}"
                    f"{', after it was missed' if change.startswith('re-dated') else ''}."
                )
            if len(groups) > MOST_CHANGES:
                left = pd.concat(sorted(groups, key=len, reverse=True)[MOST_CHANGES:])
                lines.append(f"{_CHANGED[change].format(_more(m, len(left)))}: "
                             f"{say_refs(actions.loc[left['action_id']], m.actions)}.")  # fmt: skip
        elif change == "finished" and len(who) <= MOST_SENTENCES:
            lines += [_finished(row) for _, row in who.iterrows()]
        elif change == "not known":
            for why, part in rows.groupby("why", sort=False):
                lines.append(f"Not known for {say_refs(actions.loc[part['action_id']], m.actions)}: {why}.")
        else:
            lines.append(f"{_since_word(m, change)}: {names}.")
    if told:
        lines += _say_stated(m, actions.loc[told])
    same = int((m.since["change"] == "same").sum())
    if same:
        lines.append(f"Nothing changed in the standing or date of {same} of {_acts(m, len(m.since))}.")
    return lines


_CHANGED = {
    "later": "{} moved to a later date",
    "earlier": "{} moved to an earlier date",
    "re-dated after being late": "{} moved to a later date after it was missed",
}


def _stated_since(m: Measures) -> list[str]:
    """Actions whose change cannot be told by comparing, but the source says that their date was changed since."""
    if m.changes.empty:
        return []
    new = m.changes[(m.changes["kind"] == "stated") & (m.changes["as_of"] > m.previous)]
    return [one for one in m.since.loc[m.since["change"] == "not known", "action_id"] if one in set(new["action_id"])]


def _say_stated(m: Measures, rows: pd.DataFrame) -> list[str]:
    lines = []
    for part in _grouped(rows, "target_earliest", "target"):
        first = part.iloc[0]
        to = f", to {_target(first)}" if pd.notna(first["target"]) else ""
        dates = "its date was changed" if len(part) == 1 else "their dates were changed"
        lines.append(f"{say_refs(part, m.actions)}: the source says that {dates}{to}; from when is not known.")
    return lines


def _acts(m: Measures, number: int) -> str:
    """So many actions, in the plan's own word for them."""
    return plural(number, m.term("action"), m.term("actions"))


def _more(m: Measures, number: int) -> str:
    return plural(number, f"more {m.term('action')}", f"more {m.term('actions')}")


def _since_word(m: Measures, change: str) -> str:
    """A change since the report before, in the plan's own word where that is a standing's."""
    word = {"newly late": "overdue"}.get(change, change)
    return SINCE[change] if word not in m.terms else f"Newly {m.term(word)}" if word != change else m.term(word.capitalize())


def _finished(row: pd.Series) -> str:
    """One action that was finished: when, how late, and how often it was re-dated."""
    words = []
    if row["complete_basis"] == "stated":
        words.append(f"done {say_date(row['complete_earliest'], row['complete_latest'], _precision(row))}")
    if row["on_time"] == "late" and pd.notna(row["slip_low"]) and row["slip_low"] == row["slip_high"]:
        words.append(f"{say_moved(row['slip_low'], row['slip_months_low'], row['slip_unit'])} than first planned")
    elif row["on_time"] == "on time":
        words.append("by its first date")
    if pd.notna(row["revisions"]) and row["revisions"]:
        earlier = int(row["revisions_earlier"])
        back = f", {earlier} of them earlier" if earlier else ""
        words.append(f"after {plural(int(row['revisions']), 'revision')} of its date{back}")
    return f"Finished: {row['label']}{' (' + ', '.join(words) + ')' if words else ''}."


def _precision(row: pd.Series) -> str:
    return precision_of(row["complete_earliest"].date(), row["complete_latest"].date())


SINCE = {
    "finished": "Finished",
    "closed not done": "Closed, not done",
    "reopened": "Reopened",
    "newly late": "Newly overdue",
    "date removed": "Date removed",
    "date given": "Given a date, which they did not have",
    "new": "New in the plan",
    "no longer listed": "No longer listed",
}
LIST_TITLES = {
    "live": "Live",
    "completed_since": "Completed since",
    "redated_or_asked": "Re-dated since, or extension asked",
    "outstanding": "Outstanding",
    "withdrawn": "Withdrawn",
}
LIST_PARTS = {
    "redated_or_asked": {"extension asked": "extension_asked"},
    "outstanding": {"overdue": "overdue", "past the first date": "past_original"},
}


def coming(m: Measures) -> list[str]:
    """What falls due by the next meeting or within 30 days, soonest first.

    Returns
    -------
    list of str
    """
    if m.falling_due.empty:
        until = last_day_ahead(m.as_of, m.meeting)
        silent = int((m.actions["standing"] == "standing not known").sum())
        more = f"; where {_acts(m, silent)} {'stands' if silent == 1 else 'stand'} is not known" if silent else ""
        return [f"No open action is known to fall due up to {say_day(until)}{more}."]
    actions = m.actions.set_index("action_id", drop=False)
    lines = []
    for part in _grouped(m.falling_due, "target_earliest", "target", "lead"):
        first = part.iloc[0]
        who = f" ({first['lead']})" if first["lead"] else ""
        names = say_refs(actions.loc[part["action_id"]], m.actions)
        when = say_date(first["target_earliest"], first["target"], first["target_precision"])
        lines.append(f"{when}: {names}{who}.")
    return lines


def by_area(m: Measures) -> list[tuple[str, list[str]]]:
    """What each area has, in sentences.

    Returns
    -------
    list of (str, list of str)
        Area and its sentences, in order of first appearance.
    """
    made = []
    for name, rows in m.actions.groupby("area_label", sort=False):
        counted = rows[rows["counted"]]
        known = counted[counted["standing"] != "standing not known"]
        time = rows["timescale"].iloc[0]
        lines = []
        if len(known):
            lines.append(
                f"{int(counted['done'].sum())} of {_acts(m, len(counted))} "
                f"{_is(int(counted['done'].sum())) if len(counted) > 1 else 'is'} {m.term('complete')}"
                f"{f'; to be done {time}' if time else ''}."
            )
        lines += stand(m, rows)
        made.append((str(name) or "No area given", lines))
    return made


def not_known(m: Measures, plan: Plan) -> list[str]:
    """Everything that a reader may want and the sources do not say.

    Returns
    -------
    list of str
    """
    actions = m.actions
    lines: list[str] = []
    lines += _missing_numbers(plan.ledger[plan.ledger["as_of"] <= m.as_of])
    for text, part in actions[actions["ref_range"] != ""].groupby("ref_range", sort=False):
        done = int(part["done"].sum())
        if 0 < done < len(part):
            lines.append(f"Which of {spoken_range(str(text))} {_is(done)} complete: {done} of {len(part)}, by count only.")
        else:
            lines.append(f"Which row is which of {spoken_range(str(text))}: they are known only by count.")
    unknown = actions[actions["standing"] == "standing not known"]
    if len(unknown):
        lines.append(f"The standing of {say_refs(unknown, actions)}.")
    if m.previous is not None:
        before = m.since[(m.since["before"] == "standing not known")]
        done = before["now"].isin(schema.DONE_STATUSES).sum()
        if len(before):
            hence = f", hence how many of the {int(done)} that are complete were completed since then" if done else ""
            lines.append(f"The standing of {len(before)} of {len(m.since)} actions at {say_day(m.previous)}{hence}.")
    lines += _unknown_dates(m)
    open_rows = actions[actions["standing"].isin(_OPEN)]
    if (actions["timescale"] != "").any() and not plan.settings.anchor:
        asked = [f"'{text}'" for text in actions["timescale"].unique() if text]
        lines.append(f"When {listed(sorted(asked)[:LONGEST_LIST])} began.")
    silent = _without_reason(m, open_rows)
    if len(silent):
        lines.append(f"The reason for the delay or new date of {say_refs(silent, actions)}.")
    claimed = actions[actions["on_time_claimed"] & (actions["on_time"] == "cannot be told")]
    if len(claimed):
        lines.append(f"Whether {say_refs(claimed, actions)} {_was(claimed)} done in time: that is the source's own account.")
    noted = open_rows[open_rows["standing"].eq("dated, first date not known") & (open_rows["progress"] != "")]
    lines += [f"{row.label}: {row.progress}" for row in noted.itertuples()]
    if len(actions) and not (actions["lead"] != "").any():
        lines.append(f"Who is to do any of it: the sources name no {m.term('leads')}.")
    for name, words in _RATES_NOT_KNOWN.items():
        why = m.rates[name]["undefined_because"].iloc[0] if len(m.rates[name]) else ""
        if why and why not in _NOTHING_TO_KNOW:
            lines.append(f"{words}: {why}.")
    lines += [
        f"The snapshot of {say_day(pd.Timestamp(day))} as it was then: it was rebuilt from a paper of {say_day(pd.Timestamp(paper))}."
        for day, paper in plan.rebuilt.items()
    ]
    return lines


_RATES_NOT_KNOWN = {
    "on-time completion": "Whether what is complete was done in time",
    "baseline execution index": "How many are complete for each that was planned to be by now (the baseline execution index)",
}
_NOTHING_TO_KNOW = ("nothing is complete", "no action was due by then")  # not given, but not for want of knowledge


def _missing_numbers(ledger: pd.DataFrame) -> list[str]:
    """Numbers of a numbered plan that its sources never mention; more than there are actions are no gap."""
    refs = [ref for ref in ledger["ref"].unique() if ref]
    if not all(ref.isdecimal() for ref in refs):
        return []
    numbers = {int(ref) for ref in refs}
    for text in ledger["ref_range"].unique():
        numbers |= set(range_numbers(text))
    if max(numbers, default=0) >= 2 * len(numbers):
        return []
    missing = [str(n) for n in range(1, max(numbers, default=0)) if n not in numbers]
    return [f"Everything of {listed(_runs(missing))}: the sources do not mention them."] if missing else []


def _unknown_dates(m: Measures) -> list[str]:
    actions = m.actions
    open_rows = actions[actions["standing"].isin(_OPEN) & (actions["standing"] != "standing not known")]
    lines = []
    moved = open_rows[open_rows["original"].isna() & open_rows["standing"].isin(["re-dated", "delayed"])]
    if len(moved):
        lines.append(f"The earlier {'date' if len(moved) == 1 else 'dates'} of {say_refs(moved, actions)}.")
    dated = open_rows[open_rows["original"].isna() & open_rows["target"].notna() & ~open_rows.index.isin(moved.index)]
    for part in _grouped(dated, "target_earliest", "target"):
        lines.append(f"Whether {_target(part.iloc[0])} is the first date of {say_refs(part, actions)}.")
    dateless = open_rows[open_rows["target"].isna()]
    for own, part in dateless.groupby(dateless["standing"] == "delayed", sort=False):
        new = "A new date" if len(part) == 1 else "New dates"
        lines.append(f"{new + ' for' if own else 'The date of' if len(part) == 1 else 'The dates of'} {say_refs(part, actions)}.")
    unknown, total = int(actions["original"].isna().sum()), len(actions)
    if unknown:
        lines.append(f"The first {'date' if total == 1 else 'dates'} of {unknown} of {_acts(m, total)}, so neither "
            f"{'its' if unknown == 1 else 'their'} slip nor whether {'it was' if unknown == 1 else 'they were'} in time.")
    return lines


def _without_reason(m: Measures, rows: pd.DataFrame) -> pd.DataFrame:
    """Open actions that are delayed or re-dated, with no reason given at any of their revisions nor now."""
    given = set(m.changes.loc[m.changes["reason"] != "", "action_id"]) if len(m.changes) else set()
    moved = rows["standing"].isin(["re-dated", "delayed"])
    return rows[moved & (rows["reason"] == "") & ~rows["action_id"].isin(given)]


def slippage(m: Measures) -> list[str]:
    """How often dates were changed, with what notice and reason, and by how much.

    Returns
    -------
    list of str
    """
    revised = m.changes[m.changes["revision"]] if len(m.changes) else m.changes
    if revised.empty:
        lines = ["No date is known to have been changed."]
    else:
        actions, decisions = revised["action_id"].nunique(), revised["decision"].nunique()
        lines = [
            f"Dates were changed {plural(len(revised), 'time')}, for {_acts(m, actions)}, in "
            f"{plural(int(decisions), 'decision')} (changes of one area, report, from and to date are one decision)."
        ]
        lines.append(_say_kinds(revised["kind"].value_counts(), len(revised)))
        given = int((revised["reason"] != "").sum())
        lines.append(f"A reason is given for {given or 'none'} of {f'the {len(revised)}' if len(revised) > 1 else 'them'}.")
        notice = revised.loc[revised["notice"] != "", "notice"].value_counts()
        lines += [_say_notices(notice)] if len(notice) else []
    known = int(m.actions["original"].notna().sum())
    if not known and len(m.actions):
        lines.append("No first date is known, so no slip can be told.")
    elif known < len(m.actions):
        lines.append(f"The first date is known for {known} of {_acts(m, len(m.actions))}; of the others no slip can be told.")
    by_count = int(m.actions["revisions"].isna().sum())
    if by_count:
        lines.append(f"{_acts(m, by_count)} known only by count {_is(by_count)} left out of what follows one action.")
    return lines


_TO = {
    "later": "to a later date",
    "earlier": "to an earlier date",
    "removed": "to no date",
    "stated": "from a date that is not given",
}


def _say_kinds(kinds: pd.Series, total: int) -> str:
    """Which way the dates moved."""
    if len(kinds) == 1:
        every = "It was" if total == 1 else "Both were" if total == 2 else f"All {total} were"
        return f"{every} {_TO[kinds.index[0]]}."
    parts = [f"{kinds[kind]} {words}" for kind, words in _TO.items() if kind in kinds]
    return f"Of these {listed(parts).replace(' ', ' was ' if kinds[_first_of(kinds)] == 1 else ' were ', 1)}."


def _first_of(kinds: pd.Series) -> str:
    return next(kind for kind in _TO if kind in kinds)


def _say_notices(notice: pd.Series) -> str:
    """Whether dates were given up before or after they had passed."""
    if list(notice.index) == ["cannot be told"]:
        return f"Whether a date had been missed when it was changed cannot be told ({notice.iloc[0]})."
    parts = [
        f"{notice[word]} {'was' if notice[word] == 1 else 'were'} changed {words} the date was missed"
        for word, words in (("before it was missed", "before"), ("after it was missed", "after")) if word in notice
    ]  # fmt: skip
    if len(notice) == 1 and notice.iloc[0] > 1:
        return f"All {notice.iloc[0]} were changed {notice.index[0].replace('it', 'the date')}."
    parts += [f"of {notice['cannot be told']} that cannot be told"] if "cannot be told" in notice else []
    return f"{listed(parts)}."


# --- trends ----------------------------------------------------------------------------------------------------------


def late_and_redated(m: Measures) -> list[str]:
    """What is late by the dates now and by the first dates, and what became of the late where their number fell.

    Returns
    -------
    list of str
        How much of a fall of the number overdue comes from changed dates: `planlib.trends.late_over_time`, ``by_dates``.
    """
    if m.actions.empty:
        return [f"No action is listed as at {say_day(m.as_of)}."]
    every = m.trends["late over time"].to_dict("records")
    lines = _say_late_now(every[-1])
    if not is_trend(m.snapshots):
        return lines
    if not any(row["overdue"] for row in every):
        seen = [row for row in every if row["past_redated"]]
        if seen:
            most = max(seen, key=lambda row: row["past_redated"])
            lines.append(
                f"At none of {len(every)} dates was an action overdue by the date it then had; at {len(seen)} of them some were "
                f"past their first dates with a later date, at most {n_of_d(most['past_redated'], most['open'])} open "
                f"({say_day(most['as_of'])})."
            )
        return lines
    fell = [row for row in every if pd.notna(row["by_dates"])]
    if not fell:
        return [*lines, "The number overdue did not fall from any report to the next."]
    bought = [row for row in fell if row["by_dates"]]
    lines += [_say_fall(row) for row in bought[-MOST_FALLS:] or fell[-1:]]
    if len(fell) > 1:
        total, part = sum(row["before"] - row["overdue"] for row in fell), sum(row["by_dates"] for row in fell)
        lines.append(
            f"The number overdue fell {plural(len(fell), 'time')} from one report to the next, by {total} in all; "
            f"{part or 'none'} of these {total} {'comes' if part == 1 else 'come'} from changed dates."
        )
    return lines


def _say_late_now(row: Any) -> list[str]:
    """Late as the plan itself would state it, beside late by the first dates."""
    day, unknown = say_day(row["as_of"]), row["unknown"]
    tail = f"; where {unknown} more {'stands' if unknown == 1 else 'stand'} is not known" if unknown else ""
    if not row["open"]:
        return [f"No listed action is known to be open at {day}{tail}."]
    said = (f"At {day} {_none_or(row['overdue'], row['open'])} open {'action' if row['open'] == 1 else 'actions'} "
            f"{'is' if row['overdue'] < 2 or row['open'] == 1 else 'are'} overdue by the date now")  # fmt: skip
    if not row["first_known"]:
        return [f"{said}{tail}.", "How many are past their first dates cannot be told: no first date is known."]
    which = "" if row["first_known"] == row["open"] else " whose first date is known"
    theirs = "is past its first date" if row["past"] < 2 or row["first_known"] == 1 else "are past their first dates"
    return [f"{said}; {_none_or(row['past'], row['first_known'])}{which} {theirs}{tail}."]


def _none_or(n: Any, d: Any) -> str:
    return n_of_d(n, d) if n else f"none of {int(d)}"


_BECAME = {
    "later date": ("was given a later date", "were given later dates"),
    "finished": ("was finished", "were finished"),
    "closed not done": ("was closed, not done", "were closed, not done"),
    "no date": ("lost its date", "lost their dates"),
    "date corrected": ("had its date corrected", "had their dates corrected"),
    "no longer listed": ("was no longer listed", "were no longer listed"),
    "still overdue": ("was still overdue", "were still overdue"),
    "standing not known": ("had a standing that is not known", "had standings that are not known"),
}


def _say_fall(row: Any) -> str:
    """From how many to how many, what became of those late, and how many there would be had no date been changed."""
    became = listed(f"{row[name]} {words[row[name] != 1]}" for name, words in _BECAME.items() if row[name])
    if whole := next((words for name, words in _BECAME.items() if row[name] == row["before"] > 1), None):
        became = f"all {whole[1]}"
    since, day = say_day(row["since"]), say_day(row["as_of"])
    said = f"Overdue fell from {row['before']} to {row['overdue']} between {since} and {day}; of the {row['before']}, {became}."
    kept, fall, part = row["kept_dates"], row["before"] - row["overdue"], row["by_dates"]
    if not part:
        return f"{said} None of this fall comes from changed dates."
    which = "the whole fall comes" if part == fall else f"{part} of the fall of {fall} {'comes' if part == 1 else 'come'}"
    return f"{said} Had no date been changed between these reports, {kept} would be overdue: {which} from changed dates."


def repeat_offenders(m: Measures) -> list[str]:
    """How many actions were re-dated three times or more, and whether by themselves or with others.

    Returns
    -------
    list of str
    """
    again, followed = m.trends["repeated"], int(m.actions["revisions"].notna().sum())
    if again.empty:
        if not followed:
            return [f"Whether an action was re-dated {REPEATED} times or more cannot be told: none can be followed by itself."]
        return [f"No action is known to have been re-dated {REPEATED} times or more; {followed} of {len(m.actions)} can be followed."]
    n, total, shared = len(again), int(again["revisions"].sum()), int(again["shared"].sum())
    rows = m.actions[m.actions["action_id"].isin(again.index)]
    lines = [f"{n} of {_acts(m, followed)} {'was' if n == 1 else 'were'} re-dated {REPEATED} times or more: "
             f"{say_refs(rows, m.actions)}."]  # fmt: skip
    whose = "its" if n == 1 else "their"
    lines.append(f"Of {whose} {total} revisions, {shared or 'none'} moved other actions of the area as well, at the same report and "
                 f"between the same dates (one decision); {total - shared or 'none'} moved one action alone.")  # fmt: skip
    return lines


def quality(m: Measures, plan: Plan) -> list[str]:
    """How far the sources could be read.

    Returns
    -------
    list of str
    """
    cells, extra = int(plan.sources["cells"].sum()), int(plan.sources["extra"].sum())
    counts = plan.findings["severity"].value_counts()
    found = [plural(int(counts[name]), name) for name in schema.SEVERITIES if counts.get(name, 0)]
    lines = [
        f"{plural(cells, 'cell')} with text were read from {plural(len(plan.sources), 'file')}; {extra} of them have no place "
        "in the ledger and are kept beside it.",
        f"Reading found {listed(found)}." if found else "Reading found nothing odd.",
    ]
    known = int(m.actions["original"].notna().sum())
    lines.append(f"The first date is known for {known} of {_acts(m, len(m.actions))}.")
    unknown = int((m.actions["standing"] == "standing not known").sum())
    if unknown:
        lines.append(f"The standing is not known for {unknown} of {_acts(m, len(m.actions))}.")
    if len(plan.corrections):
        lines.append(f"{plural(len(plan.corrections), 'cell')} {_was(plan.corrections)} corrected by hand; each is listed below.")
    return lines


_YES_OR_NO = ("past original", "outside the required time", "on-time completion")  # of an action 1 or 0


def what_was_told(told: Told) -> list[str]:
    """Whether each report that was published still holds, and how many of its figures would differ.

    Returns
    -------
    list of str
        None where nothing was published up to then.
    """
    lines = [_say_checked(one) for one in told.checked]
    return [*lines, *(f"{name}: {why}; what it told cannot be compared." for name, why in told.damaged)]


def _say_checked(one: Checked) -> str:
    day, since = say_day(one.as_of), "; ".join(one.changed.values())
    again = f" It was published {one.editions} times; this is about the last." if one.editions > 1 else ""
    if one.holds:
        changed = f" Changed since, without effect on them: {since}." if since else ""
        said = f"The report published for {day} still holds: each of its {plural(one.kept, 'figure')} would be the same now."
        return said + changed + again
    parts = [f"{one.restated:,} of the {plural(one.kept, 'figure')} published for {day} would now differ"] if one.restated else []
    if one.new:
        would = f"{plural(one.new, 'figure')} would be given now that {'was' if one.new == 1 else 'were'} not given"
        parts.append(would if parts else f"Beside what was published for {day}, {would} then")
    return f"{', and '.join(parts)}. Changed since: {since or 'nothing that is known'}.{again}"


def say_of_what(row: Any) -> str:
    """What a published figure is of: "the plan", "action 18", "area Training"."""
    if row["scope"] == "plan":
        return "the plan"
    if row["scope"] == "month":
        words = {"before": "earlier months", "not known": "date not known"}
        return f"{pd.Timestamp(row['key']):%B %Y}" if row["key"][:4].isdecimal() else words.get(row["key"], row["key"])
    return f"{row['scope']} {row['label'] or row['key']}"


def say_told(row: Any, side: str) -> str:
    """A published figure as it was told, or as it would be told now.

    Parameters
    ----------
    row : mapping
        A row of schema.RESTATED.
    side : {"before", "after"}

    Returns
    -------
    str
        "22 of 44", "29 days", "overdue", "not given: no first date is known".
    """
    value, n, d = row[side], row[f"{side}_numerator"], row[f"{side}_denominator"]
    if pd.isna(value):
        why = row[f"{side}_undefined"]
        return "not given" if pd.isna(why) else f"not given: {why}"
    if row["scope"] == "action" and row["name"] in _YES_OR_NO and value != schema.WITHHELD:
        return "yes" if value else "no"
    if row["unit"] == "date" and value != schema.WITHHELD:
        first, last = (pd.Timestamp(day) for day in (value.split("/")[0], value.split("/")[-1]))
        return say_date(first, last, precision_of(first.date(), last.date()))
    if isinstance(value, str):
        return value
    if pd.notna(n) and pd.notna(d):
        return f"{n} of {d}"
    if row["unit"] in ("share", "score"):
        return say_share(value, value) if row["unit"] == "share" else f"{value:.3f}"
    if row["unit"] in ("ratio", "days per day"):
        return f"{value:.2f}" + (" days a day" if row["unit"] == "days per day" else "")
    return plural(value, row["unit"].removesuffix("s"))


# --- several plans -----------------------------------------------------------------------------------------------------

MOST_PLANS = 6  # plans named in one sentence; of more, three


def in_order(measured: Sequence[tuple[Plan, Measures]]) -> list[tuple[str, Plan, Measures]]:
    """Plans in order of title, each with the name to print: its title, with its folder where two have the same title."""
    titles = [" ".join(visible(plan.settings.title).split()) for plan, _ in measured]
    named = [
        (title if titles.count(title) == 1 else f"{title} ({plan.name})", plan, m)
        for title, (plan, m) in zip(titles, measured, strict=True)
    ]
    return sorted(named, key=lambda each: (each[0].casefold(), each[1].name))


def side_by_side(measured: Sequence[tuple[Plan, Measures]]) -> list[str]:
    """What is true of all plans together: how many have begun, what is complete, overdue and not known.

    Returns
    -------
    list of str
        Sums only, each with the number of plans that know it; each plan is for the table.
    """
    if not measured:
        return ["There is no plan."]
    beside = side_by_side_of(measured)
    begun = beside[beside["begun"]]
    late, as_of = len(beside) - len(begun), measured[0][1].as_of
    if begun.empty:
        which = "The one plan has" if late == 1 else f"None of the {late} plans has"
        return [f"{which} {'no' if late == 1 else 'a'} snapshot up to {say_day(as_of)}."]
    first = f"{plural(len(begun), 'plan')} with {plural(int(begun['actions'].sum()), 'action')}"
    lines = [f"{first}; {plural(late, 'more plan')} {_have(late)} not begun." if late else f"{first}."]
    if not begun["actions"].sum():
        return lines
    words = {"done": "complete", "overdue": "overdue"}
    for name, row in together(beside).loc[["done", "overdue", "unknown"]].iterrows():
        n, d, plans = int(row["n"]), int(row["d"]), int(row["plans"])
        if name == "unknown":
            if n:
                lines.append(f"The standing of {n:,} of {plural(d, 'action')} is not known.")
        elif plans and not d:
            lines.append("No action counts towards what is complete: all are closed, not done.")
        elif not plans:
            lines.append(f"In no plan is it known how many actions are {words[str(name)]}.")
        else:
            few = "" if plans == len(begun) else f", in the {plural(plans, 'plan')} where that is known"
            lines.append(f"{n:,} of {plural(d, 'action')} {_is(n)} {words[str(name)]}{few}.")
    return lines


def side_by_side_of(measured: Sequence[tuple[Plan, Measures]]) -> pd.DataFrame:
    """`planlib.measures.side_by_side` of plans in the order in which they are printed, with the ``name`` to print."""
    named = in_order(measured)
    return beside_of(m for *_, m in named).assign(name=[name for name, *_ in named])


def not_comparable(measured: Sequence[tuple[Plan, Measures]]) -> list[str]:
    """What the plans cannot be compared in, with the plans that it is so for.

    Returns
    -------
    list of str
        Begins with what is always so: the order is no ranking.
    """
    beside = side_by_side_of(measured)
    begun = beside[beside["begun"]]
    lines = ["The plans stand in order of title. They differ in size, in dates and in what is known: this is no ranking."]
    if len(beside) > len(begun):
        lines.append(f"Not begun, so without any number: {_plans(beside[~beside['begun']])}.")
    if begun.empty:
        return lines
    first, last = begun["snapshot"].min(), begun["snapshot"].max()
    if first != last:
        lines.append(
            f"The snapshots in force are of different days, from {say_day(first)} to {say_day(last)}: "
            "each number stands for what its plan said last."
        )
    if (begun["age"] > 0).any():
        lines.append(
            f"{_plans(begun[begun['age'] > 0])}: the snapshot in force is older than this page. Nothing is known of what "
            "was done since, and what fell due since counts as overdue here, but not in a report of the snapshot's own day."
        )
    full = begun[begun["actions"] > 0]
    silent, some = full[full["done"].isna()], full[full["done"].notna() & (full["unknown"] > 0)]
    for rows, words in (
        (begun[begun["actions"] == 0], "no action is listed"),
        (silent, "the source gives no standing, so what is complete or overdue is not known"),
        (some, "the standing of some actions is not known, so more may be done or overdue than is counted"),
        (full[full["done"].notna() & full["overdue"].isna()], "no open action has a date, so none can be overdue"),
        (full[full["done"].notna() & (full["first_known"] < full["actions"])],
         "the first date or the standing of some actions is not known, and 'past first date' leaves them out"),
        (full[full["snapshots"] == 1], "one snapshot only, in which no change of date can be seen unless the source says so"),
        (full[(full["by_count"] > 0)], "some actions are known only by count, and cannot be followed"),
    ):  # fmt: skip
        if len(rows):
            lines.append(f"{_plans(rows)}: {words}.")
    if begun["snapshots"].nunique() > 1:
        least, most = int(begun["snapshots"].min()), int(begun["snapshots"].max())
        lines.append(
            f"Revisions are seen between snapshots, and there are {least} to {most} of them: a plan reported more often "
            "shows more."
        )
    return lines


def _plans(rows: pd.DataFrame) -> str:
    """Plans by name; of many, how many and the first few."""
    names = [f"'{name}'" for name in rows["name"]]
    if len(names) <= MOST_PLANS:
        return listed(names)
    return f"{len(names):,} plans ({listed([*names[:3], f'{len(names) - 3:,} others'])})"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


# --- outlook -----------------------------------------------------------------------------------------------------------


def say_share(low: float, high: float) -> str:
    """A share between two ends, in per cent: "22 %", "40 to 55 %"."""
    ends = [f"{100 * end:.0f}" for end in (low, high)]
    return f"{ends[0]} %" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} %"


def say_open_after(past: PastOriginal) -> str:
    """Message of the curve of time past original: what was not done at the first date, and some months after it."""
    first = past.table.iloc[0]
    message = f"{say_share(first['open_low'], first['open_high'])} of the actions due were not done by their first date"
    for months in (6, 3, 1):
        low, high = past.open_after(months)
        if low is not None and high is not None:
            return f"{message}, and {say_share(low, high)} not {plural(months, 'month')} after it"
    return message


def time_past_original(past: PastOriginal) -> list[str]:
    """What the curve of time past original counts, and what it leaves out."""
    made = []
    if not past.refused:
        made.append(
            f"It counts {plural(past.actions, 'action')}; {past.completions} of them were completed after the first date for "
            f"certain. {plural(past.decisions, 'decision')} moved their dates."
        )
    if past.left_out:
        parts = [f"{number} ({why})" for why, number in past.left_out.items()]
        made.append(f"Not counted: {listed(parts)}.")
    return made


def say_forecast(made: Forecast) -> str:
    """Message of a forecast: how many will be done by the last month within a year, and out of how many."""
    within = made.months.head(6)
    row = within.iloc[-1]
    total = made.done + int(row["actions"]) + made.without
    low, high = int(row["low"]), int(row["high"])
    number = f"{low}" if low == high else f"between {low} and {high}"
    pooled = "" if made.basis == "own" else ", judging by this plan and others"
    return f"By {say_day(row['month'])} {number} of {plural(total, 'action')} will be done, with 80 chances in 100{pooled}"


def forecast(made: Forecast) -> list[str]:
    """From what a forecast is made, what it leaves out, and how far it can be trusted."""
    used = made.experience
    if made.refused:
        return []
    whose = "of this plan" if made.basis == "own" else f"of {listed(made.plans)} together, as the plan's own do not suffice"
    said = [
        f"It is made from what became of {plural(used.dates, 'date')} {whose}, moved by "
        f"{plural(used.decisions, 'decision')} in {plural(used.snapshots, 'report')} over {plural(used.days, 'day')}."
    ]
    if made.without:
        verb = "is" if made.without == 1 else "are"
        said.append(
            f"{_capital(plural(made.without, 'action'))} {verb} not forecast and counted as not done: without a date, no longer "
            "listed, of unknown standing, or where fewer than five earlier dates had stood as long."
        )
    if made.all_done is not None:
        said.append(f"All will be done by {say_day(made.all_done)} with 80 chances in 100.")
    else:
        said.append(f"By when all will be done cannot be said: {made.all_done_unknown}.")
    return said


def backtest(made: Forecast) -> list[str]:
    """How forecasts made the same way at earlier reports have fared."""
    tested = made.backtest
    if tested is None:
        return ["Earlier forecasts cannot be judged, as there was too little to make them from."]
    if not tested.number:
        return [f"{_capital(tested.verdict)}."]
    low, high = (f"{100 * end:.0f}" for end in tested.coverage)
    sure = f" (95 % confidence {low} to {high} %)" if tested.number >= SMALL else ""
    said = [
        f"{plural(tested.number, 'earlier forecast')} of one action {'has' if tested.number == 1 else 'have'} an outcome. The "
        f"80 % interval held {tested.covered:.0f} of {tested.number}{sure}."
    ]
    if tested.verdict and tested.verdict != made.refused:  # else said where the forecast would stand
        said.append(f"So no forecast is shown: {tested.verdict}.")
    elif not tested.verdict:
        said.append("They were better than all three rivals for certain, and their intervals held what they should.")
    return said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
