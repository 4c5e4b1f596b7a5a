"""How a file that begins or goes on a plan was understood, and the plan.toml that follows from it: `planlib new`.

Nothing is asked that the file can tell: its date stands in its name or beside its table, its columns and its key of
colours are found as every reading finds them. What it cannot tell is said, with what to do about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd

from planlib import schema, store
from planlib.dates import month_first, phrase, read_date
from planlib.errors import InputError
from planlib.layout import count_cells, find_layout
from planlib.markup import visible
from planlib.mentions import Mention, dates_in
from planlib.normalise import Raw, date_orders, normalise, take_rows
from planlib.readers.formats import ENDINGS, file_bytes, read_document
from planlib.settings import Settings
from planlib.statuses import fold

_SAID = r"\b(?:as\s+(?:at|of)|(?:position|status)\s+(?:as\s+)?at|reporting\s+date|snapshot\s+date)\b[\s:,–-]*"
_AS_AT = re.compile(_SAID, re.IGNORECASE)
_LABEL = re.compile(rf".{{0,40}}{_SAID}", re.IGNORECASE)  # of a cell whose date is in the next one
_STANDING = ("status", "rag", "progress")
_NEAR = 24  # characters between "as at" and its date, such as "close of business on"
_LONGEST_LINE, _LONGEST_WORD, _LONGEST_TITLE = 400, 40, 120
_NO_TITLE = re.compile(
    r"^(?:appendix|annex|schedule|table|contents|page|official|confidential|restricted|agenda|key\b|sheet ?\d)",
    re.IGNORECASE,
)
_MOST_SHOWN = 12  # lines of a kind


@dataclass(frozen=True)
class Source:
    """A file as it was read, before its date is known.

    Attributes
    ----------
    path : Path
    data : bytes
        What stood in it; the same is copied.
    format : str
    raw : Raw
    settings : Settings
        What it was read with.
    """

    path: Path
    data: bytes
    format: str
    raw: Raw
    settings: Settings


@dataclass(frozen=True)
class Dated:
    """The date that a file stands for, as far as it can be told.

    Attributes
    ----------
    day : datetime.date or None
        None where it cannot be told, or where the file holds many snapshots.
    why : str
        How it is known, or why it is not.
    likely : datetime.date or None
        What it may be, where it cannot be told.
    many : tuple of datetime.date
        The snapshots of a tracker's export.
    """

    day: date | None
    why: str
    likely: date | None = None
    many: tuple[date, ...] = ()


@dataclass(frozen=True)
class Intake:
    """What was understood of a file.

    Attributes
    ----------
    source : Source
    dated : Dated
    actions : DataFrame
        schema.LEDGER.
    findings : dict of str to int
        Severity to number.
    columns : list of (name, header, note)
        In the order of the document; the name is blank for a column that is kept as it is.
    key : mapping of str to str
        The document's own key of words and colours.
    unread : list of (text, count)
        Words, or ``fill:#RRGGBB``, of the status that are not understood, the most frequent first.
    orders : set of bool
        Whether date columns show that they have the month first.
    """

    source: Source
    dated: Dated
    actions: pd.DataFrame
    findings: Mapping[str, int]
    columns: Sequence[tuple[str, str, str]]
    key: Mapping[str, str]
    unread: Sequence[tuple[str, int]]
    orders: frozenset[bool]


# --- reading ---------------------------------------------------------------------------------------------------------


def take(path: Path, settings: Settings) -> Source:
    """Read a file and find its tables of actions.

    Parameters
    ----------
    path : Path
    settings : Settings

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If it cannot be read, is of a kind that a plan folder cannot hold, or has no table of actions; the message says
        what to do.
    """
    if path.name.startswith("~$"):
        raise InputError(
            f"{path}: is what Excel or Word keeps beside a file while it is open; close it there, and name the file itself"
        )
    data = file_bytes(path)
    if len(data) > settings.limits.mebibytes << 20:
        raise InputError(f"{path}: is larger than {settings.limits.mebibytes} MiB, which is more than planlib reads")
    document = read_document(path, data, settings.limits)
    ending = path.suffix.casefold()
    if ending not in ENDINGS:
        raise InputError(f"{path}: planlib reads {', '.join(sorted(ENDINGS))}, not '{ending}'")
    raw = take_rows(find_layout(document.grids, settings.columns), count_cells(document.grids))
    if not raw.tables:
        raise InputError(_no_table(path, raw))
    if raw.rows.empty:
        where = raw.tables[0].grid.place(raw.tables[0].header[0]) if raw.tables[0].header else raw.tables[0].grid.name
        raise InputError(f"{path}: its table ({where}) has no action yet; write the first one below the header")
    return Source(path, data, document.format, raw, settings)


def _no_table(path: Path, raw: Raw) -> str:
    widest = max(
        (row for grid in raw.layout.grids for row in grid.rows[:30]),
        key=lambda row: sum(bool(text) for text in row),
        default=(),
    )
    texts = [f"'{_line(text)}'" for text in widest if text and len(text) <= _LONGEST_WORD][:8]
    seen = f" Its widest row reads: {', '.join(texts)}." if texts else ""
    return (
        f"{path}: no table of actions was found: a header row that names the action or its reference, and a status or a "
        f'target date.{seen} If a header has other words, say them: --column action="..." --column target="..."; '
        "for a workbook to write the plan in: planlib new --template"
    )


# --- its date --------------------------------------------------------------------------------------------------------


def find_date(source: Source) -> Dated:
    """The date that the plan stood at: from its own as-at column, the name of the file, or a line that says "as at".

    Parameters
    ----------
    source : Source

    Returns
    -------
    Dated
        A day only where it is given exactly and nothing says another; a month alone, or day and month that can be told
        either way, is not enough.
    """
    if days := _by_column(source):
        header = source.raw.headers["as_of"][0]
        if len(days) == 1:
            return Dated(days[0], f"as its column '{_line(header)}' says")
        return Dated(None, f"{len(days)} dates in its column '{_line(header)}'", many=days)
    named = dates_in(source.path.stem)
    clear = {one.days[0]: one for one in named if one.exact and len(one.days) == 1}
    told = _told(source.raw)
    said = {mention.days[0]: (mention, place) for mention, place in told if mention.exact and len(mention.days) == 1}
    if len(clear | said) == 1:
        day = next(iter(clear | said))
        if day in said:
            mention, place = said[day]
            return Dated(day, f"as it says: 'as at {_line(mention.text)}', {place}")
        return Dated(day, f"from its name: '{_line(clear[day].text)}'")
    if len(clear | said) > 1:
        listed = " and ".join(
            [f"{day} in its name" for day in sorted(clear)]
            + [f"{day} ({place})" for day, (_, place) in sorted(said.items())]
        )
        return Dated(None, f"it gives more than one date: {listed}", max(clear | said))
    for mention, where in [*((one, "its name") for one in named), *told]:
        if len(mention.days) > 1:
            either = " or ".join(phrase(day, day, "day") for day in mention.days)
            return Dated(None, f"'{_line(mention.text)}' ({where}) can be {either}")
    for mention, where in [*((one, "its name") for one in named), *told]:
        return Dated(None, f"{where} gives the month alone ('{_line(mention.text)}')", mention.days[0])
    return Dated(None, 'neither its name nor a line such as "as at 31 March 2026" gives one')


def _by_column(source: Source) -> tuple[date, ...]:
    """The dates of an as-at column in which every filled cell is one."""
    texts = source.raw.rows["as_of"]
    texts = texts[texts != ""]
    if "as_of" not in source.raw.headers or texts.empty:
        return ()
    shown = month_first(texts)
    day_first = source.settings.day_first if shown is None else not shown
    days = [read_date(text, day_first=day_first).latest for text in texts.unique()]
    return tuple(sorted({day for day in days if day})) if all(days) else ()


def _around(raw: Raw) -> Iterator[tuple[tuple[str, ...], str, int, bool]]:
    """What stands outside the actions: its texts, where, its level as a heading (0 for none), whether actions came before.

    A header row has only what it says of how the actions stand: "Original date as at April 2024" is no date of the issue.
    """
    bodies = {(id(table.grid), row) for table in raw.tables for row in table.body}
    headers = {(id(table.grid), row): table for table in raw.tables for row in table.header}
    behind = False
    for grid in raw.layout.grids:
        for line in grid.before:
            yield (line.text,), line.place, line.level, behind
        for row, cells in enumerate(grid.rows):
            texts = tuple(dict.fromkeys(text for text in cells if text))
            table = headers.get((id(grid), row))
            if (id(grid), row) in bodies:
                behind = True
            elif table is not None:
                told = tuple(table.headers[table.columns[name]] for name in _STANDING if name in table.columns)
                yield told, grid.place(row), -1, behind
            elif texts:
                yield texts, grid.place(row), 1 if len(texts) == 1 and not grid.made else -1, behind


def _told(raw: Raw) -> list[tuple[Mention, str]]:
    """Dates that lines give as the date the plan stood at; those above the actions where there are any."""
    found: list[tuple[Mention, str, bool]] = []
    for texts, place, _, behind in _around(raw):
        labelled = [f"{label} {text}" for label, text in pairwise(texts) if _LABEL.fullmatch(label)]
        for text in (*texts, *labelled):
            if len(text) <= _LONGEST_LINE:
                ends = [each.end() for each in _AS_AT.finditer(text)]
                found += [
                    (one, place, behind) for one in (dates_in(text) if ends else ())
                    if any(0 <= one.start - end <= _NEAR for end in ends) and _closes(text, one)
                ]  # fmt: skip
    above = [(one, place) for one, place, behind in found if not behind]
    return above or [(one, place) for one, place, _ in found]


def _closes(text: str, mention: Mention) -> bool:
    """Whether a date ends what is said; "as of 1 April 2026 the council runs the service" gives no date of the plan."""
    return not re.search(r"\w", text[mention.start + len(mention.text) :])


def find_title(source: Source) -> tuple[str, str]:
    """What the plan may be called, and where that was found; both blank where nothing says it.

    Parameters
    ----------
    source : Source

    Returns
    -------
    (title, why)
        The first heading, or first line alone, above the actions; else the name of the file without its date.
    """
    around = [(texts[0], level) for texts, _, level, behind in _around(source.raw) if not behind and level >= 0]
    for lines in ([text for text, level in around if level > 0], [text for text, level in around if level == 0]):
        for text in lines:
            title = _without_dates(_line(text))
            if (
                len(title.split()) > 1
                and len(title) <= _LONGEST_TITLE
                and not title.endswith(".")
                and not _NO_TITLE.match(title)
            ):
                return title, "the first heading of the file"
    name = _without_dates(re.sub(r"[_\s]+", " ", source.path.stem))
    if re.search(r"[^\W\d_]{3}", name):
        return name[:1].upper() + name[1:], "the name of the file"
    return "", ""


def _without_dates(text: str) -> str:
    """A title without its date and "as at", which each issue has another of."""
    for one in reversed(dates_in(text)):
        before = re.sub(
            r"(?:\b(?:as\s+(?:at|of|on)|at|to|update|updated)\s*)?[\s,:;(–-]*$",
            "",
            text[: one.start],
            flags=re.IGNORECASE,
        )
        text = f"{before} {text[one.start + len(one.text) :].lstrip(' ,;:)-–')}"
    return " ".join(text.split()).strip(" -–,:;_")


# --- what it says ----------------------------------------------------------------------------------------------------


def understand(source: Source, dated: Dated) -> Intake:
    """What a file says of its actions.

    Parameters
    ----------
    source : Source
    dated : Dated
        With a day, or with the many of an export.

    Returns
    -------
    Intake
    """
    if dated.day:
        actions, found, _ = normalise(source.raw, as_of=dated.day, settings=source.settings)
        severities = pd.Series([each["severity"] for each in found], dtype="string")
    else:
        reading = store.read(source.path, settings=replace(source.settings, columns=_with_as_of(source)))
        actions, severities = reading.actions, reading.findings["severity"]
    counts = {str(kind): int(number) for kind, number in severities.value_counts().items()}
    silent = (actions["status"] == "unknown") & (actions["claim"] == "")
    texts = actions.loc[silent & (actions["status_text"] != ""), "status_text"]
    written = {fold(text): text for text in reversed(texts.tolist())}  # as it is written first
    unread = {
        written[word]: int(number) for word, number in texts.map(fold).value_counts().items()
        if word and len(written[word]) <= _LONGEST_WORD
    }  # fmt: skip
    if dated.day:  # rows and actions are the same, in the same order
        fills = (
            source.raw.rows["fill"][(silent & (actions["status_text"] == "")).to_numpy()].astype("string").str.upper()
        )
        unread |= {f"fill:{fill}": int(number) for fill, number in fills.value_counts().items() if fill}
    return Intake(
        source, dated, actions, {kind: counts[kind] for kind in schema.SEVERITIES if kind in counts}, _columns(source.raw),
        dict(source.raw.legend), sorted(unread.items(), key=lambda pair: (-pair[1], pair[0])),
        frozenset(date_orders(source.raw).values()),
    )  # fmt: skip


def _with_as_of(source: Source) -> dict[str, tuple[str, ...]]:
    """The columns of plan.toml and, of an export, its as-at column, which has to be named."""
    return {**source.settings.columns, "as_of": source.settings.columns.get("as_of", source.raw.headers["as_of"][:1])}


def _columns(raw: Raw) -> list[tuple[str, str, str]]:
    made: dict[tuple[str, str], str] = {}
    for table in raw.tables:
        names = {column: name for name, column in table.columns.items()} | dict.fromkeys(table.revisions, "target")
        for column, header in table.headers.items():
            name = names.get(column, "")
            notes = []
            if how := table.guessed.get(name, ""):
                notes.append(f"guessed: {how}")
            if (rival := table.rivals.get(name)) and rival != header:
                notes.append(f"next best '{_line(rival)}'")
            made.setdefault((name, _line(header)), "; ".join(notes))
    return [(name, header, note) for (name, header), note in made.items()]


def _line(text: str) -> str:
    """A text on one line, safe to print and to write."""
    return " ".join(visible(text).split())


def lines(found: Intake) -> list[str]:
    """What was understood, as lines to print.

    Parameters
    ----------
    found : Intake

    Returns
    -------
    list of str
    """
    actions, tables = found.actions, found.source.raw.tables
    made = [f"{found.source.path.name}: {found.source.format}"]
    if found.dated.day:
        made.append(f"  as at {phrase(found.dated.day, found.dated.day, 'day')}, {found.dated.why}")
    else:
        made.append(f"  many issues: {found.dated.why}, from {found.dated.many[0]} to {found.dated.many[-1]}")
    made.append(f"  {_count(len(actions), 'row' if found.dated.many else 'action')} in {_count(len(tables), 'table')}:")
    for table in tables[:_MOST_SHOWN]:
        where = table.grid.place((*table.header, *table.body)[0]) if table.header or table.body else table.grid.name
        made.append(f"    {where}: {_count(len(table.body), 'row')}")
    made += _more(len(tables), "table")
    made.append("  columns:")
    width = min(max(len(header) for _, header, _ in found.columns), 40) if found.columns else 0
    for name, header, note in found.columns:
        meant = name or "kept as it is"
        made.append(f"    {header[:60]:{width}}  = {meant}{f' ({note})' if note else ''}")
    dated, written = int(actions["target"].notna().sum()), int((actions["target_text"] != "").sum())
    made.append(f"  target dates: {dated} read, of {written} given, in {_count(len(actions), 'action')}")
    counts = actions["status"].value_counts()
    shown = [f"{name} {counts[name]}" for name in schema.STATUSES if counts.get(name, 0)]
    made.append(f"  statuses: {', '.join(shown) or 'none'}")
    if found.key:
        made.append("  its own key: " + "; ".join(f"{mark} = {meaning}" for mark, meaning in found.key.items()))
    for word, number in found.unread[:_MOST_SHOWN]:
        made.append(f"  not understood: the status {_mark(word)} of {_count(number, 'action')}")
    made += _more(len(found.unread), "status")
    if found.findings:
        made.append("  findings: " + ", ".join(_count(number, kind) for kind, number in found.findings.items()))
    return made


def _mark(word: str) -> str:
    return f"by colour alone, {word[5:]}," if word.startswith("fill:") else f"'{_line(word)}'"


def _more(number: int, what: str) -> list[str]:
    return [f"    and {_count(number - _MOST_SHOWN, f'more {what}')}"] if number > _MOST_SHOWN else []


def _count(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else f'{what}es' if what.endswith('s') else f'{what}s'}"


# --- plan.toml -------------------------------------------------------------------------------------------------------


def plan_toml(found: Intake, title: str, why: str) -> str:
    """The settings that follow from a file, with comments that say how each was found and what else there is.

    Parameters
    ----------
    found : Intake
        Of a file that was read without settings, columns that a person named apart.
    title : str
    why : str
        Where the title was found; blank where a person gave it.

    Returns
    -------
    str
        TOML that `planlib.settings.parse_settings` accepts. What the file shows for certain (its own key of colours,
        which comes first in dates) is set; columns and words that are not understood stand as comments, because a
        later issue may have others.
    """
    made = [
        f"# What the plan is called in reports{f'; taken from {why}' if why else ''}.", f"title = {_quoted(title)}", "",
        f"# Written by planlib new from {_quoted(found.source.path.name)}. A line that begins with # says nothing; take the # away",
        "# to use it. Every key: docs/plan-folder.md of planlib. How the plan is read with it: planlib check.", "",
        '# organisation = "Whose plan it is"',
        '# anchor_date = 2026-01-31           # what "within 3 months" counts from',
        *_order(found), "",
        "[inspection]", '# body = "Who inspected"', "# published = 2026-01-31", "",
        *_columns_toml(found), "", *_key_toml(found), "",
        "[redact]", '# columns = ["lead"]                 # withheld from everything that is published',
    ]  # fmt: skip
    return "\n".join(made) + "\n"


def _order(found: Intake) -> list[str]:
    if found.orders == {True}:
        return ["day_first = false                    # 3/4/2026 is 4 March: its dates show it"]
    return ["# day_first = false                  # if 3/4/2026 is 4 March; planlib takes it for 3 April"]


def _columns_toml(found: Intake) -> list[str]:
    made = [
        "# What each column was taken for: our name = the header. They are found anew in each issue, so take a # away only",
        "# where a column is misread: it is then looked for under the headers given here alone, the first found wins.",
        "[columns]",
    ]
    named = _with_as_of(found.source) if found.dated.many else found.source.settings.columns
    made += [f"{name} = [{', '.join(map(_quoted, headers))}]" for name, headers in named.items()]
    headers: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for name, header, note in found.columns:
        if name and name not in named:
            headers.setdefault(name, []).append(header)
            notes.setdefault(name, []).extend([note] if note else [])
    for name in schema.SYNONYMS:
        if name in headers:
            each = headers[name]
            value = _quoted(each[0]) if len(each) == 1 else f"[{', '.join(map(_quoted, each))}]"
            note = "; ".join(dict.fromkeys(notes[name]))
            made.append(f"# {name} = {value}{f'   # {note}' if note else ''}")
    kept = [header for name, header, _ in found.columns if not name]
    if kept:
        made.append(f"# Kept as they are, in no measure: {', '.join(map(_quoted, kept))}")
    return made


def _key_toml(found: Intake) -> list[str]:
    allowed = ", ".join(name for name in schema.STATUSES if name != "unknown")
    made = [
        "# What its words and colours mean: a status, a claim, or both with a comma between.",
        f"# Statuses: {allowed}. Claims: {', '.join(schema.CLAIMS)}.",
        "[status_key]",
    ]
    if found.key:
        made.append(
            "# The key of the document itself. It comes before that of a later issue: put it right here if theirs changes."
        )
        made += [f"{_quoted(mark)} = {_quoted(meaning)}" for mark, meaning in found.key.items()]
    if found.unread:
        made.append('# Not understood: write what each means in place of "?".')
        made += [f'# {_quoted(word)} = "?"   # {_count(number, "action")}' for word, number in found.unread]
    return made


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(_line(text), ensure_ascii=False)


def missing_from(settings: Settings, found: Intake) -> list[str]:
    """What plan.toml of a plan does not know of a further issue, as lines to print.

    Parameters
    ----------
    settings : Settings
        Of the plan.
    found : Intake
        The issue, read with them.

    Returns
    -------
    list of str
    """
    made = []
    known = {fold(word) if not word.casefold().startswith("fill:") else word.casefold(): meaning
             for word, meaning in settings.status_key.items()}  # fmt: skip
    for mark, meaning in found.key.items():
        ours = known.get(mark.casefold() if mark.startswith("fill:") else fold(mark))
        if ours is not None and ours != meaning:
            made.append(f"its own key says {mark} = {meaning}, and [status_key] of plan.toml says {ours}, which holds")
    if found.unread:
        words = ", ".join(_quoted(word) for word, _ in found.unread[:_MOST_SHOWN])
        made.append(f"say in plan.toml, under [status_key], what these mean: {words}")
    return made
