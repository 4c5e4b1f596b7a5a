"""What a plan, a reading and the measures show of themselves in a notebook: what is in them, and the way to it.

A few lines and small tables; whatever is longer is reached through the attribute that is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from planlib import schema
from planlib.dates import phrase
from planlib.markup import Content, Fragment, element, paragraphs, table

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 24


def of_plan(
    name: str,
    title: str,
    ledger: pd.DataFrame,
    findings: pd.DataFrame,
    sources: pd.DataFrame,
    snapshots: Sequence[date],
) -> Fragment:
    """A plan at a glance: its snapshots with their files, actions and findings.

    Parameters
    ----------
    name, title : str
    ledger, findings, sources : DataFrame
        As `planlib.store.Plan` has them.
    snapshots : sequence of date

    Returns
    -------
    Fragment
        The latest snapshots where there are many, and how many others there are.
    """
    rows = []
    for day in list(snapshots)[-_MOST_ROWS:]:
        files = sources.loc[sources["as_of"].dt.date == day, "file"]
        found = findings.loc[findings["as_of"].dt.date == day, "severity"].value_counts()
        actions = int((ledger["as_of"].dt.date == day).sum())
        rows.append((phrase(day, day, "day"), ", ".join(files), actions, _findings(found)))
    span = f"{_count(len(snapshots), 'snapshot')}, {_count(ledger['action_id'].nunique(), 'action')}, {_count(len(ledger), 'row')}"
    left = len(snapshots) - len(rows)
    return (
        element("p", element("b", title), f" ({name}): {span} in ", element("code", ".ledger"), "."
                f"{f' {left} earlier snapshots are not shown.' if left else ''}")
        + table(("Snapshot", "Files", "Actions", "Findings"), rows, caption="Snapshots that were read", numeric=(2,))
        + _way("measures.measure(plan.ledger, as_of, settings=plan.settings)", "gives its measures")
    )  # fmt: skip


def of_reading(actions: pd.DataFrame, findings: pd.DataFrame, understood: Sequence[Mapping[str, str]]) -> Fragment:
    """A file at a glance: what each decision in reading it was.

    Parameters
    ----------
    actions, findings : DataFrame
    understood : sequence of mapping
        As `planlib.store.Reading` has them.

    Returns
    -------
    Fragment
    """
    lines = [(line["what"], line["value"], line["why"] or "–") for line in understood]
    statuses = actions["status"].value_counts()
    counts = ", ".join(f"{statuses[name]} {name}" for name in schema.STATUSES if statuses.get(name, 0))
    dated = int(actions["target"].notna().sum())
    return paragraphs([
        f"{_count(len(actions), 'action')} in .actions{f': {counts}' if counts else ''}; {dated} with a target date.",
        f"Findings in .findings: {_findings(findings['severity'].value_counts())}.",
    ]) + table(("What", "Value", "Why"), lines, caption="How it was understood", none="nothing was")  # fmt: skip


def of_measures(plan: str, as_of: date, standings: Mapping[str, int], frames: Mapping[str, Any]) -> Fragment:
    """Measures at a glance: where the actions stand, and which tables there are.

    Parameters
    ----------
    plan : str
    as_of : date
    standings : mapping of str to int
        Standing to number of actions.
    frames : mapping of str to DataFrame
        Attribute to its table.

    Returns
    -------
    Fragment
    """
    total = sum(standings.values())
    where = [(name, f"{standings[name]} of {total}") for name in schema.STANDINGS if standings.get(name, 0)]
    tables = [(element("code", f".{name}"), len(frame), ", ".join(map(str, frame.columns[:8]))
               + (", …" if len(frame.columns) > 8 else "")) for name, frame in frames.items()]  # fmt: skip
    return (
        element(
            "p", "Measures of ", element("b", plan), f" as at {phrase(as_of, as_of, 'day')}: {_count(total, 'action')}."
        )
        + table(("Standing", "Actions"), where, caption="Where the actions stand", none="no action is listed")
        + table(
            ("Table", "Rows", "Columns"),
            tables,
            caption="What was computed; docs/measures.md says what each means",
            numeric=(1,),
        )
    )


def _findings(counts: pd.Series) -> str:
    said = [_count(int(counts[kind]), kind) for kind in schema.SEVERITIES if counts.get(kind, 0)]
    return ", ".join(said) or "none"


def _way(call: str, what: str) -> Fragment:
    pieces: list[Content] = [element("code", call), f" {what}."]
    return element("p", *pieces)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else f'{word}s'}"
