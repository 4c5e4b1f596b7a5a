"""What changed between two dates, as the text and the subject of a mail: `planlib changes`."""

from __future__ import annotations

import textwrap

import pandas as pd

from planlib import schema
from planlib.delivery import LISTS, spoken_range
from planlib.history import words_changed
from planlib.markup import visible
from planlib.measures import Between
from planlib.narrative import (
    LIST_PARTS,
    LIST_TITLES,
    SINCE,
    listed,
    plural,
    say_date,
    say_day,
    say_moved,
    say_notice,
    say_refs,
)

_WIDTH = 78  # lines longer than this are broken anew by many mail programs
_LONG = 300  # characters of a text before the rest is left to the plan itself
_MOST_PLACES = 4  # places at which a wording changed before it is given whole
_CELLS = {
    "ref": "reference", "ref_range": "range of references", "area_ref": "reference of the area", "action": "wording",
    "target_text": "target date", "previous_target_text": "older date", "original_text": "original date",
    "status_text": "status", "rag": "colour", "percent_complete": "percent complete",
    "completed_text": "completion date",
}  # fmt: skip
_HAPPENED = SINCE | {
    "re-dated after being late": "Re-dated after being late",
    "later": "Expected later",
    "earlier": "Expected earlier",
    "not known": "Cannot be told",
    "same": "Same standing and date",
}


def text(b: Between, title: str) -> str:
    """What changed between two dates, to be pasted into an e-mail.

    Parameters
    ----------
    b : Between
        `planlib.measures.between`.
    title : str
        Of the plan.

    Returns
    -------
    str
        Plain text, no line longer than 78 characters, no control characters: what happened in numbers, columns that
        came and went, each action with each change, what is only written otherwise, the standing lists.
    """
    lines = _wrapped(f"{title}: what changed from {say_day(b.since)} to {say_day(b.as_of)}", "")
    reports = [day for day, asked in zip(b.reports, (b.since, b.as_of), strict=True) if day != asked]
    if reports:
        lines += _wrapped(f"The plan then in force: {listed(f'of {say_day(day)}' for day in reports)}.", "")
    if b.cells.empty and b.moves.empty and b.columns.empty:
        lines += ["", "Nothing changed."]
    else:
        lines += _headed("In numbers", _in_numbers(b))
        lines += _headed("Columns", [line for text in _say_columns(b.columns) for line in _wrapped(text, "  ", "    ")])
        lines += _by_action(b)
        lines += _headed("Only written otherwise", _only_written(b))
    lines += _headed(f"Standing lists at {say_day(b.as_of)}", _say_lists(b))
    return "\n".join(lines)


LONGEST_SUBJECT_TITLE = 60  # characters; mail programs show about a hundred of a subject


def subject(b: Between, title: str) -> str:
    """What changed between two dates, in one line for the subject of an e-mail.

    Parameters
    ----------
    b : Between
        `planlib.measures.between`.
    title : str
        Of the plan.

    Returns
    -------
    str
        One line without control characters: actions completed and re-dated since the earlier date, overdue at the
        later one, of how many; where it cannot be told of some, how many.
    """
    clean = " ".join(visible(title).split())
    short = clean if len(clean) <= LONGEST_SUBJECT_TITLE else f"{clean[: LONGEST_SUBJECT_TITLE - 1].rstrip()}…"
    if b.lists.empty:
        return f"{short}, {say_day(b.as_of)}: no action is listed"
    redated = _flagged(b.lists["redated"], "re-dated")
    done = _flagged(b.lists["completed_since"], "completed")
    late = _flagged(b.lists["overdue"].mask(b.lists["live"].isna()), "overdue")  # unknown whether open, unknown whether late
    total = plural(len(b.lists), "action")
    return f"{short}, {say_day(b.as_of)}: {late} of {total}; since {say_day(b.since)} {done}, {redated}"


def _flagged(flags: pd.Series, word: str) -> str:
    unknown = int(flags.isna().sum())
    return f"{int(flags.fillna(False).sum())} {word}{f' ({unknown} not known)' if unknown else ''}"


def _wrapped(text: str, indent: str, more: str | None = None) -> list[str]:
    """A text in lines that a mail program leaves as they are; nothing in it that a terminal would obey."""
    clean = " ".join(visible(text).split())
    return textwrap.wrap(
        clean, _WIDTH, initial_indent=indent, subsequent_indent=indent if more is None else more, break_on_hyphens=False
    )  # fmt: skip


def _headed(title: str, lines: list[str]) -> list[str]:
    return ["", *_wrapped(title.upper(), ""), *lines] if lines else []


def _in_numbers(b: Between) -> list[str]:
    counts = b.happened["change"].value_counts()
    lines = [f"  {_HAPPENED[name]}: {counts[name]}" for name in schema.SINCE if name in counts]
    revised = b.moves[b.moves["revision"]]
    if len(revised):
        n, decisions = revised["action_id"].nunique(), revised[["plan", "decision"]].drop_duplicates()
        given = int((revised["reason"] != "").sum())
        lines += _wrapped(
            f"Dates revised: {plural(len(revised), 'time')}, for {plural(n, 'action')}, in "
            f"{plural(len(decisions), 'decision')}; a reason is given for {given} of {len(revised)}", "  ", "    ",
        )  # fmt: skip
    return lines


def _say_columns(columns: pd.DataFrame) -> list[str]:
    lines = []
    for row in columns.to_dict("records"):
        name = _CELLS.get(row["column"], row["column"].replace("_", " ")) if row["kind"] == "ledger" else f"'{row['column']}'"
        cells = plural(int(row["cells"]), "cell")
        if row["change"] == "appeared":
            lines.append(f"Appeared: {name} ({cells} with text; none before).")
        else:
            lines.append(f"Vanished: {name} ({cells} with text before; none now).")
    return lines


def _by_action(b: Between) -> list[str]:
    """Areas and actions in the order of the plan; actions of a range that changed alike are told once, with a count."""
    cells = {str(name): rows for name, rows in b.cells[b.cells["how"] != "written otherwise"].groupby("action_id", sort=False)}
    moves = {str(name): rows for name, rows in b.moves.groupby("action_id", sort=False)}
    order = [name for name in dict.fromkeys([*b.cells["action_id"], *moves]) if name in cells or name in moves]
    lines: list[str] = []
    for area, names in b.lists.loc[order].groupby("area_label", sort=False).groups.items():
        told: dict[tuple[str, str, tuple[str, ...]], int] = {}
        for name in names:
            row, moved = b.lists.loc[name], moves.get(name, b.moves.iloc[:0])
            said = (*_say_moves(moved), *_say_cells(cells.get(name), moved))
            key = (row["ref"] or spoken_range(row["ref_range"]), row["action"], said)
            told[key] = told.get(key, 0) + 1
        lines += ["", *_wrapped(str(area) or "No area given", "")]
        for (ref, action, said), times in told.items():
            several = f"{times} of {ref}" if times > 1 else ref
            words = ": ".join(part for part in (several, action) if part) or "(no wording)"
            lines += _wrapped(words, "  ", "    ")
            lines += [line for text in said for line in _wrapped(text, "    - ", "      ")]
    return lines


def _say_moves(moves: pd.DataFrame) -> list[str]:
    """Each change of a date: from, to, how far, with what notice and reason."""
    lines = []
    for row in moves.to_dict("records"):
        old, new = (
            say_date(row[f"{end}_earliest"], row[f"{end}_latest"], row[f"{end}_precision"])
            if pd.notna(row[f"{end}_latest"]) else "" for end in ("from", "to")
        )  # fmt: skip
        if row["kind"] == "given":
            text = f"target date: {new}, none before"
        elif row["kind"] == "removed":
            text = f"target date: taken away; it was {old}"
        elif row["kind"] == "stated":
            text = f"target date: changed, by the source's own account, to {new or 'none'}; from when is not said"
        else:
            text = f"target date: from {old or 'none'} to {new or 'none'}"
            text += f", {say_moved(row['days'], row['months'], row['unit'])}" if pd.notna(row["days"]) else ""
            if row["unit"] == "months" and row["days"]:
                text += f" ({plural(abs(int(row['days'])), 'day')} from last day to last day)"
            text += {
                "refined": "; only more exact", "loosened": "; only less exact", "corrected": "; a correction, no revision",
            }.get(row["kind"], "")  # fmt: skip
        if row["notice"]:
            text += f"; {row['notice'].replace('cannot be told', 'notice cannot be told')} ({say_notice(row)})"
        if row["revision"]:
            text += f"; reason: {_cut(row['reason'])}" if row["reason"] else "; no reason given"
        lines.append(f"by {say_day(row['as_of'])}, {text}" if len(moves) > 1 else text)
    return lines


def _say_cells(cells: pd.DataFrame | None, moves: pd.DataFrame) -> list[str]:
    """Each change of a cell that the changes of date do not tell already."""
    lines = []
    told = {"target_text", "previous_target_text"} if len(moves) else set()
    told |= {"reason"} if (moves["reason"] != "").any() else set()
    for cell in [] if cells is None else cells.to_dict("records"):
        what, how = _CELLS.get(cell["what"], cell["what"].replace("_", " ")), cell["how"]
        before, after = _cut(cell["before"]), _cut(cell["after"])
        if how in ("new", "no longer listed"):
            lines.append(how)
        elif cell["what"] in told:
            continue
        elif how == "given":
            lines.append(f"{what}: {after} (none before)")
        elif how == "cleared":
            lines.append(f"{what}: no longer given (was {before})")
        elif cell["what"] in ("progress", "reason"):
            lines.append(f"{what} now: {after}")
        elif cell["what"] == "action":
            lines.append(f"wording: {say_words(cell['before'], cell['after'])}")
        else:
            lines.append(f"{what}: from {before} to {after}")
    return lines


def say_words(before: str, after: str) -> str:
    """Which words of a text changed: "'board' became 'cabinet'; 'in full' added"; the whole of it where most did."""
    places = words_changed(before, after)
    changed = sum(max(len(old.split()), len(new.split())) for old, new in places)
    if len(places) > _MOST_PLACES or 2 * changed > max(len(before.split()), len(after.split())):
        return f"was '{_cut(before)}'"
    said = [
        f"'{old}' became '{new}'" if old and new else f"'{new}' added" if new else f"'{old}' taken out" for old, new in places
    ]
    return "; ".join(said)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONG else f"{text[:_LONG].rstrip()} [...]"


def _only_written(b: Between) -> list[str]:
    """Cells whose words or date are the same as before."""
    rows = b.cells[b.cells["how"] == "written otherwise"]
    lines = []
    for what, part in rows.groupby("what", sort=False):
        name = _CELLS.get(str(what), str(what).replace("_", " "))
        lines += _wrapped(f"{name}: {say_refs(b.lists.loc[part['action_id']], b.lists, most=len(part))}", "  ", "    ")
    return lines


def _say_lists(b: Between) -> list[str]:
    """The five standing lists of audit committees, each with what cannot be told."""
    lines = []
    for name, title in LIST_TITLES.items():
        on, unsure = (b.lists[flag.fillna(False).to_numpy(bool)] for flag in (b.lists[name], b.lists[name].isna()))
        text = f"{title} ({LISTS[name]}): "
        if len(on):
            text += f"{len(on)} of {len(b.lists)}: {say_refs(on, b.lists, most=len(on))}"
        else:
            text += "none known" if len(unsure) else "none"
        for said, part in LIST_PARTS.get(name, {}).items():
            chosen = on[on[part].fillna(False).to_numpy(bool)]
            text += f"; {said}: {say_refs(chosen, b.lists, most=len(chosen))}" if len(chosen) else ""
        if len(unsure):
            text += f"; cannot be told for {len(unsure)}"
            text += f": {say_refs(unsure, b.lists)}" if len(unsure) < len(b.lists) else ""
        lines += _wrapped(f"{text}.", "  ", "    ")
    return lines
