"""Actions, dates and counts as the figures' messages and text alternatives say them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from planlib.figures.drawing import Row, clean
from planlib.measures import Measures
from planlib.narrative import plural, say_date, say_moved, say_number, say_refs


def action_rows(m: Measures) -> list[Row]:
    """The actions as records with their place in the plan: frames are slow to take one row from.

    ``slipped`` is the slip in days, at least, or None; ``growing`` says that it is only a bound: open after its first
    date without a later one, so that it grows by the day.
    """
    rows = [{**row, "at": at} for at, row in enumerate(m.actions.to_dict("records"))]
    for row in rows:
        slip, bound = (None if pd.isna(row[name]) else int(row[name]) for name in ("slip_low", "at_least_days"))
        row["growing"] = bound is not None and (slip is None or bound > slip)
        row["slipped"] = bound if row["growing"] else slip
    return rows


def refs_of(m: Measures, rows: Sequence[Row]) -> str:
    """Which actions, as a person would list them."""
    if len(rows) == 1 and not rows[0]["ref_range"]:
        return clean(rows[0]["ref"] or f"'{rows[0]['label']}'")
    every = m.actions[["ref", "ref_range", "label"]]
    return clean(say_refs(every.iloc[[row["at"] for row in rows]], every))


def named_rows(m: Measures, rows: Sequence[Row]) -> str:
    """Which actions, where a sentence begins with it: "RA-8", "action 16", "actions 20 to 23"."""
    names = refs_of(m, rows)
    names = names if len(names) <= 60 else names[:60].rstrip() + "…"
    return f"action{'' if len(rows) == 1 else 's'} {names}" if names[:1].isdigit() else names


def first_date_words(row: Row) -> str:
    """The first date in words, or nothing."""
    if pd.isna(row["original"]):
        return ""
    return say_date(row["original_earliest"], row["original"], row["original_precision"])


def date_now_words(row: Row) -> str:
    """The date in force in words, or nothing."""
    return "" if pd.isna(row["target"]) else say_date(row["target_earliest"], row["target"], row["target_precision"])


def moved_words(row: Row) -> str:
    """How far an action is from its first date: "29 days later"; nothing where that is not known."""
    if row["growing"]:
        return f"at least {plural(row['slipped'], 'day')} later"
    if pd.isna(row["slip_low"]):
        return ""
    return say_moved(row["slip_low"], row["slip_months_low"], row["slip_unit"])


def small_number(number: int) -> str:
    """A small number as it stands inside a sentence."""
    return say_number(number).lower()


def count_words(number: int, noun: str) -> str:
    """A count in words with its noun: "five actions", "one open action"."""
    return f"{small_number(number)} {noun}{'' if number == 1 else 's'}"


def are(number: int) -> str:
    """The verb of a count."""
    return "is" if number == 1 else "are"


def in_months(rows: Sequence[Row]) -> bool:
    """Whether all slips are of whole months, because their dates are no more exact."""
    return all(row["slip_unit"] == "months" and not row["growing"] and row["slip_months_low"] > 0 for row in rows)


def slip_range(rows: Sequence[Row], months: bool) -> str:
    """From the least to the most slip of some actions, in months or in days."""
    far = [int(row["slip_months_low" if months else "slipped"]) for row in rows]
    most = plural(max(far), "month" if months else "day")
    least = "at least " if any(row["growing"] for row in rows) else ""
    return least + (most if min(far) == max(far) else f"{min(far):,} to {most}")
