"""How plans are laid out: each layout turns actions into headings, paragraphs and tables, and says what it shows.

Half of them follow the structure (not the text) of real files: the label lists and the tables under headings of a
federal action plan, the wide headers of a major-projects return, school schedules with the month first, milestone
sheets, council plans with merged recommendations, fills and struck-out dates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from random import Random
from typing import Any

import truth
from truth import Action, Target


def anchor(as_of: date) -> date:
    """What "within 3 months" counts from, in a plan of that date."""
    return truth.month_end(as_of.year, as_of.month - 3).replace(day=1)


@dataclass(frozen=True)
class Cell:
    """One cell; `day` is what a spreadsheet stores for it, `span` how many rows and columns it covers."""

    text: str = ""
    struck: str = ""
    fill: str = ""
    day: date | None = None
    bold: bool = False
    span: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Heading:
    """A heading of a level from 1."""

    level: int
    text: str


@dataclass(frozen=True)
class Line:
    """A paragraph, or an item of a list with a bold label."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells, None where a cell above or to the left covers one; `heads` rows repeat on each page."""

    rows: Sequence[Sequence[Cell | None]]
    heads: int = 1


@dataclass(frozen=True)
class Made:
    """A laid-out plan: what a saver writes, and the actions and columns that it shows."""

    blocks: Sequence[Heading | Line | Table]
    actions: list[Action]
    shows: frozenset[str]
    settings: dict[str, Any] = field(default_factory=dict)
    as_of: date | None = None
    lenient: frozenset[str] = frozenset()  # columns in which a prefix ("Recommendation 3:") may stand or not


HEADERS = {
    "ref": ("Ref", "No.", "Ref No", "Action ref", "Action No.", "Reference"),
    "area": ("Area for development", "Recommendation", "Theme", "Priority", "Objective", "Area for improvement"),
    "action": (
        "Action",
        "Action required",
        "Actions",
        "Agreed action",
        "Action to be taken",
        "Task",
        "Action/Task",
        "What will we do?",
        "Agreed management action",
    ),
    "lead": (
        "Lead",
        "Lead officer",
        "Owner",
        "Responsible officer",
        "By whom",
        "Who",
        "Action owner",
        "Who?",
        "Lead Officer(s)",
        "Person responsible",
        "Lead\nofficer",
    ),
    "target": (
        "Target date",
        "By when",
        "Due date",
        "Deadline",
        "Target\ndate",
        "When",
        "Target completion date",
        "By when?",
        "Timescale",
        "Date due",
        "Completion date",
        "Target date for completion",
        "Implementation date",
    ),
    "original": ("Original target date", "Original date", "Original due date", "Baseline date"),
    "status": ("Status", "Current status", "Progress status", "Action status"),
    "rag": ("RAG", "RAG rating", "BRAG", "RAG status"),
    "percent": ("% complete", "Percentage complete"),
    "progress": ("Progress", "Progress update", "Comments", "Latest update"),
    "as_of": ("Reporting date",),
    "outcome": ("Success measure", "Expected outcome", "How will we know?", "Evidence of success", "Resources"),
}
OUTCOMES = ("", "90% of assessments on time by March 2012", "Fewer repeat referrals", "Staff survey 2011", "£12,000",
            "Report to the board, completed audits")  # fmt: skip
USUAL = ("ref", "action", "outcome", "lead", "target", "status", "progress")


def _cell(action: Action, name: str) -> Cell:
    if name in ("target", "original"):
        when = getattr(action, name) or Target()
        return Cell(when.text, struck=when.struck, day=when.day)
    if name in ("status", "rag"):
        return Cell(action.status.text, fill=action.status.fill)
    if name == "percent":
        return Cell("" if action.status.percent is None else f"{action.status.percent:g}%")
    if name == "as_of":
        return Cell(truth.numeric(action.as_of or date.min), day=action.as_of)
    if name == "outcome":
        return Cell(OUTCOMES[len(action.action) % len(OUTCOMES)])
    return Cell(getattr(action, name))


def _heads(rng: Random, names: Sequence[str]) -> list[Cell | None]:
    return [Cell(rng.choice(HEADERS[name]), bold=True) for name in names]


def _rows(actions: Sequence[Action], names: Sequence[str]) -> list[list[Cell | None]]:
    return [[_cell(action, name) for name in names] for action in actions]


def _wide(text: str, width: int, **more: Any) -> list[Cell | None]:
    """A row that is one merged cell."""
    return [Cell(text, span=(1, width), **more), *[None] * (width - 1)]


def _by_area(actions: Sequence[Action]) -> list[tuple[str, str, list[Action]]]:
    return [(*key, list(group)) for key, group in groupby(actions, key=lambda a: (a.area_ref, a.area))]


def _plan(rng: Random, as_of: date, **options: Any) -> list[Action]:
    return truth.plan(rng, as_of, anchor(as_of), size=options.pop("size", 32), **options)


def _shows(*names: str) -> frozenset[str]:
    return frozenset(names)


def _shuffled(rng: Random, names: Sequence[str]) -> tuple[str, ...]:
    """Reference and action in front, the rest in any order, as people have it."""
    rest = [name for name in names if name not in ("ref", "action")]
    if rng.random() < 0.6:
        rng.shuffle(rest)
    return (*(name for name in names if name in ("ref", "action")), *rest)


Layout = Callable[[Random, date], Made]


def plain(rng: Random, as_of: date) -> Made:
    """One table, one header row, an area in a column of its own."""
    names = _shuffled(rng, ("ref", "area", "action", "lead", "target", "status", "progress"))
    actions = _plan(rng, as_of)
    return Made([Table([_heads(rng, names), *_rows(actions, names)])], actions, _shows(*names))


def titles_above(rng: Random, as_of: date) -> Made:
    """Title rows above the table and notes below it."""
    names = _shuffled(rng, USUAL)
    actions = _plan(rng, as_of)
    table = Table([_heads(rng, names), *_rows(actions, names)])
    blocks: list[Any] = [
        Heading(1, "Improvement plan"), Line("Anytown Borough Council"), Line(f"Position as at {truth.long_day(as_of)}"),
        Line("Version 3"), table, Line("* date agreed by the Cabinet member"), Line("Next update due in the autumn."),
    ]  # fmt: skip
    return Made(blocks, actions, _shows(*USUAL))


def two_deep(rng: Random, as_of: date) -> Made:
    """Header rows two deep: groups above, names below, single names merged over both."""
    names = ("ref", "action", "lead", "target", "status", "progress")
    actions = _plan(rng, as_of)
    top = _heads(rng, names)
    upper = [replace(cell, span=(2, 1)) for cell in top[:3] if cell]
    rows: list[Any] = [[*upper, Cell("Delivery", bold=True, span=(1, 3)), None, None], [None, None, None, *top[3:]]]
    return Made([Table([*rows, *_rows(actions, names)], heads=2)], actions, _shows(*names))


def three_deep(rng: Random, as_of: date) -> Made:
    """Three header rows: a title, groups, names."""
    names = ("ref", "action", "lead", "target", "status")
    actions = _plan(rng, as_of)
    rows: list[Any] = [
        _wide("Action plan following the inspection of services", 5, bold=True),
        [
            Cell("What", bold=True, span=(1, 2)),
            None,
            Cell("Who", bold=True),
            Cell("When and how far", span=(1, 2)),
            None,
        ],
        _heads(rng, names),
    ]
    return Made([Table([*rows, *_rows(actions, names)], heads=3)], actions, _shows(*names))


def header_repeated(rng: Random, as_of: date) -> Made:
    """The header row again after every 15 rows, as pasted from a print."""
    names = _shuffled(rng, USUAL)
    actions = _plan(rng, as_of)
    heads = _heads(rng, names)
    rows: list[Any] = []
    for number, row in enumerate(_rows(actions, names)):
        rows += [heads, row] if number % 15 == 0 else [row]
    return Made([Table(rows)], actions, _shows(*USUAL))


def one_header(rng: Random, as_of: date) -> Made:
    """Many tables, of which only the first has a header."""
    names = ("ref", "action", "lead", "target", "status")
    actions = _plan(rng, as_of)
    blocks: list[Any] = []
    for number, (_, area, group) in enumerate(_by_area(actions)):
        rows = _rows(group, names)
        blocks += [Heading(2, area), Table([_heads(rng, names), *rows] if number == 0 else rows, heads=number == 0)]
    return Made(blocks, actions, _shows("area", *names))


def per_recommendation(rng: Random, as_of: date) -> Made:
    """One table with its own header per recommendation, under a heading."""
    names = rng.choice((USUAL, ("action", "target", "lead", "status"), ("ref", "action", "lead", "target")))
    actions = _plan(rng, as_of)
    word = rng.choice(("Recommendation {}: {}", "Action {}: {}", "{}. {}"))
    heads = _heads(rng, names)
    blocks: list[Any] = [Heading(1, "Response to the review"), Line("This plan says how each point will be met.")]
    for ref, area, group in _by_area(actions):
        blocks += [Heading(3, word.format(ref, area)), Line("The review found that practice varied between teams."),
                   Table([heads, *_rows(group, names)])]  # fmt: skip
    return Made(blocks, actions, _shows("area", *names), lenient=_shows("area"))


def audit_forms(rng: Random, as_of: date) -> Made:
    """As in an audit report: a table per recommendation, its title across the top, two labels and values in a row."""
    actions = _plan(rng, as_of, size=24)
    blocks: list[Any] = [Heading(1, "Findings and agreed actions")]
    for action in actions:
        rows: list[Any] = [
            [Cell("Recommendation", bold=True), Cell(action.area, span=(1, 3)), None, None],
            [Cell("Agreed action", bold=True), Cell(action.action, span=(1, 3)), None, None],
            [Cell("Ref", bold=True), Cell(action.ref), Cell("Priority", bold=True), Cell("Medium")],
            [Cell("Responsible officer", bold=True), Cell(action.lead), Cell("Target date", bold=True),
             _cell(action, "target")],
            [Cell("Status", bold=True), _cell(action, "status"), Cell("Accepted?", bold=True), Cell("Yes")],
        ]  # fmt: skip
        blocks += [Table(rows, heads=0), Line("")]
    return Made(blocks, actions, _shows("ref", "area", "action", "lead", "target", "status"))


def forms(rng: Random, as_of: date) -> Made:
    """One small table per action, with labels at the left."""
    names = ("ref", "action", "lead", "target", "status")
    actions = _plan(rng, as_of, size=24)
    heads = _heads(rng, names)
    blocks: list[Any] = []
    for action in actions:
        rows = [[head, _cell(action, name)] for head, name in zip(heads, names, strict=True)]
        blocks += [Table(rows, heads=0), Line("")]
    return Made(blocks, actions, _shows(*names))


def sections(rng: Random, as_of: date) -> Made:
    """Areas as full-width merged rows within one table."""
    names = ("ref", "action", "lead", "target", "status", "progress")
    actions = _plan(rng, as_of)
    form = rng.choice(("{1}", "{0}. {1}", "Objective {0}: {1}"))
    rows: list[Any] = [_heads(rng, names)]
    for ref, area, group in _by_area(actions):
        rows += [_wide(form.format(ref, area), 6, bold=True, fill="#D9E2F3"), *_rows(group, names)]
    return Made([Table(rows)], actions, _shows("area", *names), lenient=_shows("area"))


def merged_down(rng: Random, as_of: date) -> Made:
    """The recommendation merged down over its actions."""
    names = ("ref", "action", "lead", "target", "status")
    actions = _plan(rng, as_of)
    rows: list[Any] = [[Cell(rng.choice(HEADERS["area"]), bold=True), *_heads(rng, names)]]
    for _, area, group in _by_area(actions):
        for number, row in enumerate(_rows(group, names)):
            rows.append([Cell(area, span=(len(group), 1)) if number == 0 else None, *row])
    return Made([Table(rows)], actions, _shows("area", *names))


def refs_missing(rng: Random, as_of: date) -> Made:
    """Blank references, and one reference for two different actions."""
    names = _shuffled(rng, ("ref", "action", "lead", "target", "status"))
    actions = _plan(rng, as_of)
    for k in range(2, len(actions), 5):
        actions[k] = replace(actions[k], ref="" if k % 2 else actions[k - 1].ref)
    return Made([Table([_heads(rng, names), *_rows(actions, names)])], actions, _shows(*names))


def described(rng: Random, as_of: date) -> Made:
    """A row under the header that says what belongs in each column."""
    names = ("ref", "action", "lead", "target", "status")
    about = ("(unique number)", "(what will be done, in one sentence)", "(name and post)", "(dd/mm/yyyy)",
             "(choose from the list)")  # fmt: skip
    actions = _plan(rng, as_of)
    rows: list[Any] = [_heads(rng, names), [Cell(text) for text in about], *_rows(actions, names)]
    return Made([Table(rows)], actions, _shows(*names))


def among_others(rng: Random, as_of: date) -> Made:
    """The plan among tables of other things: document history, contacts, a budget."""
    actions = _plan(rng, as_of)
    half = len(actions) // 2
    heads = _heads(rng, USUAL)

    def other(*rows: str) -> Table:
        return Table([[Cell(text, bold=n == 0) for text in row.split("|")] for n, row in enumerate(rows)])

    blocks: list[Any] = [
        Heading(1, "Action plan"),
        Heading(2, "Document control"),
        other("Version|Date|Author|Changes", "0.1|12/04/2011|J Okafor|First draft", "1.0|01/06/2011|J Okafor|Agreed"),
        Heading(2, "Actions agreed"), Table([heads, *_rows(actions[:half], USUAL)]),
        Heading(2, "Contacts"),
        other("Name|Post|Telephone", "J Okafor|Programme manager|0151 496 0101", "A Bell|Clerk|0151 496 0102"),
        Heading(2, "Further actions"), Table([heads, *_rows(actions[half:], USUAL)]),
        Heading(2, "Budget"),
        other("Item|2011/12 £000|2012/13 £000", "Training|45|50", "Staff|210|215", "Total|255|265"),
    ]  # fmt: skip
    return Made(blocks, actions, _shows(*USUAL))


def transposed(rng: Random, as_of: date) -> Made:
    """One column per action, labels at the left."""
    names = ("ref", "action", "lead", "target", "status")
    actions = _plan(rng, as_of, size=24)
    heads = _heads(rng, names)
    blocks: list[Any] = []
    for start in range(0, len(actions), 5):
        group = actions[start : start + 5]
        rows = [[head, *(_cell(a, name) for a in group)] for head, name in zip(heads, names, strict=True)]
        blocks += [Table(rows, heads=0), Line("")]
    return Made(blocks, actions, _shows(*names))


def label_lists(rng: Random, as_of: date) -> Made:
    """A heading per action and a list of bold labels under it; no table at all."""
    labels = rng.choice((("Responsible", "Timeline", "Status"), ("Lead officer", "Target date", "Current status")))
    actions = _plan(rng, as_of, size=24)
    blocks: list[Any] = [Heading(1, "Action plan"), Line("Each action is led by one officer.")]
    for _, area, group in _by_area(actions):
        blocks.append(Heading(2, area))
        for action in group:
            blocks += [
                Heading(3, f"Action {action.ref}: {action.action}"), Line("The inspection asked for this in particular."),
                Line(action.lead, labels[0]), Line("Number of cases looked at", "Measurement"),
                Line(action.target.text, labels[1]), Line(action.status.text, labels[2]),
            ]  # fmt: skip
    shows = _shows("ref", "area", "action", "lead", "target", "status")
    return Made(blocks, actions, shows, lenient=_shows("ref", "action"))


def fill_only(rng: Random, as_of: date) -> Made:
    """RAG as the fill of an empty cell; plan.toml has the key."""
    key, shade = rng.choice(truth.KEYS), rng.randrange(2)
    names = ("ref", "action", "lead", "target", "rag", "progress")
    actions = _plan(rng, as_of, status=lambda rng: truth.coloured(rng, key, "fill", shade))
    meaning = {f"fill:{truth.FILLS[rag][shade]}": ", ".join(filter(None, key[rag][1:])) for rag in key}
    return Made([Table([_heads(rng, names), *_rows(actions, names)])], actions, _shows(*names),
                {"status_key": meaning})  # fmt: skip


def legend(rng: Random, as_of: date) -> Made:
    """A letter or a word, with or without its colour, and a key to the colours in the document itself."""
    key, shade, shown = rng.choice(truth.KEYS), rng.randrange(2), rng.choice(("letter", "both", "word"))
    names = ("ref", "action", "lead", "target", "rag", "progress")
    actions = _plan(rng, as_of, status=lambda rng: truth.coloured(rng, key, shown, shade))
    said = [(rag.title() if shown == "word" else rag[0].upper(), truth.FILLS[rag][shade], key[rag][0]) for rag in key]
    rows: list[Any] = [
        [Cell(word, fill=fill if shown == "both" else ""), Cell(meaning)] for word, fill, meaning in said
    ]
    plan = Table([_heads(rng, names), *_rows(actions, names)])
    if rng.random() < 0.5:
        blocks: list[Any] = [Heading(1, "Action plan"), Line("Key to RAG ratings"), Table(rows, heads=0), plan]
    else:
        listed = [Line(f"{word} = {meaning}") for word, _, meaning in said]
        blocks = [Heading(1, "Action plan"), Line("Key:"), *listed, plan]
    return Made(blocks, actions, _shows(*names))


def letters_keyed(rng: Random, as_of: date) -> Made:
    """A status in words beside a letter that is coloured too; plan.toml has the key of the letters."""
    key, shade = truth.KEYS[0], rng.randrange(2)
    names = ("ref", "action", "lead", "target", "rag")
    actions = _plan(rng, as_of, status=lambda rng: truth.coloured(rng, key, "both", shade))
    meaning = {rag: ", ".join(filter(None, key[rag][1:])) for rag in key}
    return Made([Table([_heads(rng, names), *_rows(actions, names)])], actions, _shows(*names),
                {"status_key": meaning})  # fmt: skip


def struck(rng: Random, as_of: date) -> Made:
    """The old date struck out in front of the new one."""
    names = _shuffled(rng, USUAL)
    actions = _plan(rng, as_of, pool=truth.STRUCK)
    return Made([Table([_heads(rng, names), *_rows(actions, names)])], actions, _shows(*names))


def original_and_revised(rng: Random, as_of: date) -> Made:
    """A column for the original date and one for the revised, blank where the original stands."""
    names = ("ref", "action", "lead", "original", "target", "status")
    actions = _plan(rng, as_of, pool=truth.STORED)
    rows: list[Any] = []
    said: list[Action] = []
    for action in actions:
        first = truth.target(rng, as_of, anchor(as_of), ((1, truth.STORED[0][1]),))
        moved = rng.random() < 0.4 and bool(action.target.span)
        shown = replace(action, original=first, target=action.target if moved else Target())
        rows.append([_cell(shown, name) for name in names])
        said.append(replace(shown, target=action.target if moved else first))
    heads = _heads(rng, names)
    heads[4] = Cell(rng.choice(("Revised target date", "Revised date", "Revised due date")), bold=True)
    return Made([Table([heads, *rows])], said, _shows(*names))


def snapshots(rng: Random, as_of: date) -> Made:
    """A tracker's export: many snapshots, told apart by a column."""
    names = ("as_of", "ref", "action", "lead", "target", "percent")
    first = _plan(rng, as_of, size=10, pool=truth.STORED)
    actions = []
    for k in range(4):
        day = truth.month_end(2011, 3 + 2 * k)
        for action in first:
            done = float(rng.choice((0, 25, 50, 75, 100)))
            status = "complete" if done == 100 else "in progress" if done else "not started"
            when = action.target
            if when.day:
                later = when.day + timedelta(rng.choice((0, 0, 30 * k)))
                when = truth.on(truth.numeric(later), later, stored=True)
            actions.append(replace(action, as_of=day, target=when, status=truth.Status("", status, percent=done)))
    table = Table([_heads(rng, names), *_rows(actions, names)])
    return Made([table], actions, _shows(*names), {"columns": {"as_of": ("Reporting date",)}})


def projects(rng: Random, as_of: date) -> Made:
    """A return of major projects: wide headers with line breaks and brackets, stored dates, exempt cells."""
    colours = [truth.Status(rag.title(), rag=rag) for rag in ("red", "amber", "green")]
    withheld = truth.Status("Exempt under section 43 of the Freedom of Information Act 2000 (commercial interests)")
    actions = _plan(rng, as_of, pool=truth.STORED, status=lambda rng: rng.choice((*colours, *colours, withheld)))
    heads = (
        "Portfolio ID Number", "Project Name", "Department", "Description / Aims",
        "Delivery Confidence Assessment \n(A judgement at a fixed point in time, on a three-point scale, Red – Amber – "
        "Green; definitions in the annual report)",
        "Departmental commentary on actions planned or taken on the rating",
        "Project - Start Date \n(Latest approved start date)", "Project - End Date \n(Latest approved end date)",
        "Departmental narrative on schedule, including any deviation from the planned schedule",
        "Financial Year Baseline (£m) (including non-government costs)",
    )  # fmt: skip
    rows: list[list[Cell | None]] = [[Cell(text, bold=True) for text in heads]]
    for number, action in enumerate(actions, 1):
        begun = date(2009, 1, 1) + timedelta(rng.randint(0, 700))
        rows.append([
            Cell(f"MP_{number:04}_1112-Q1"), Cell(action.action), Cell("Department of Works"), Cell(action.area),
            _cell(action, "rag"), Cell(action.progress), Cell(truth.numeric(begun), day=begun),
            _cell(action, "target"), Cell(f"The end date moved from {truth.numeric(begun)} in the year."), Cell("12.5"),
        ])  # fmt: skip
    said = [replace(a, ref=f"MP_{n:04}_1112-Q1") for n, a in enumerate(actions, 1)]
    return Made([Table(rows)], said, _shows("ref", "action", "target", "rag"))


def renamed(rng: Random, as_of: date) -> Made:
    """Headers that no list knows, named in plan.toml."""
    names = ("ref", "action", "lead", "target", "status")
    heads = ("Sequence code", "Undertaking", "Sponsor on the board", "Long-stop", "Where we are")
    actions = _plan(rng, as_of)
    columns = {name: (head,) for name, head in zip(names, heads, strict=True)}
    rows: list[Any] = [[Cell(head, bold=True) for head in heads], *_rows(actions, names)]
    return Made([Table(rows)], actions, _shows(*names), {"columns": columns})


def american(rng: Random, as_of: date) -> Made:
    """Milestones with the month first."""
    names = ("ref", "action", "lead", "target", "status")
    actions = _plan(rng, as_of, pool=truth.MONTH_FIRST)
    heads = [
        Cell(text, bold=True) for text in ("Milestone ID", "Milestone", "Responsible Party", "Target Date", "Status")
    ]
    return Made([Table([heads, *_rows(actions, names)])], actions, _shows(*names))


def coarse(rng: Random, as_of: date) -> Made:
    """A strategy whose dates are months and parts of months, with a percentage beside each."""
    names = _shuffled(rng, ("ref", "action", "lead", "target", "percent", "progress"))
    made = tuple(truth.Status("", status, percent=done) for status, done in (
        ("not started", 0.0), ("in progress", 30.0), ("in progress", 75.0), ("complete", 100.0)
    ))  # fmt: skip
    actions = _plan(rng, as_of, pool=truth.OF_MONTHS, status=lambda rng: rng.choice(made))
    return Made([Table([_heads(rng, names), *_rows(actions, names)])], actions, _shows(*names))


def tracker(rng: Random, as_of: date) -> Made:
    """A wide register with dates that are no targets: raised, reviewed, next review, completed."""
    heads = ("Ref", "Date raised", "Directorate", "Priority", "Theme", "Action", "Action owner", "Original due date",
             "Current due date", "Date completed", "Status", "Date of last review", "Next review date", "Comments")  # fmt: skip
    rows: list[list[Cell | None]] = [[Cell(text, bold=True) for text in heads]]
    said = []
    for action in _plan(rng, as_of, pool=truth.STORED):
        first = truth.target(rng, as_of, anchor(as_of), ((1, truth.STORED[0][1]),))
        closed = as_of - timedelta(rng.randint(1, 90)) if action.status.status in ("complete", "evidenced") else None
        raised, seen, coming = (as_of + timedelta(days) for days in (-400, -14, rng.randint(20, 60)))
        said.append(replace(action, original=first))
        rows.append([
            Cell(action.ref), Cell(truth.numeric(raised), day=raised), Cell("Adults"), Cell(rng.choice(("High", "Low"))),
            Cell(action.area), Cell(action.action), Cell(action.lead), Cell(first.text, day=first.day),
            _cell(action, "target"), Cell(truth.numeric(closed) if closed else "", day=closed), _cell(action, "status"),
            Cell(truth.numeric(seen), day=seen), Cell(truth.numeric(coming), day=coming), Cell(action.progress),
        ])  # fmt: skip
    return Made([Table(rows)], said, _shows("ref", "area", "action", "lead", "original", "target", "status"))


def council_report(rng: Random, as_of: date) -> Made:
    """Much at once: paragraphs with dates, a title within the table, two header rows, sections, struck-out dates."""
    names = ("ref", "action", "lead", "target", "status", "progress")
    actions = _plan(rng, as_of, pool=truth.STRUCK)
    top = _heads(rng, names)
    rows: list[Any] = [
        _wide("Improvement plan - progress", 6, bold=True),
        [*(replace(cell, span=(2, 1)) for cell in top[:4] if cell), Cell("Monitoring", bold=True, span=(1, 2)), None],
        [None, None, None, None, *top[4:]],
    ]
    for ref, area, group in _by_area(actions):
        rows += [_wide(f"Priority {ref} - {area}", 6, bold=True, fill="#BDD7EE"), *_rows(group, names)]
    blocks: list[Any] = [
        Heading(1, "Report to the Executive Board"), Line(f"Date of meeting: {truth.long_day(as_of + timedelta(20))}"),
        Line("Report of: the Director"), Heading(2, "Purpose"), Line("To tell members how the plan of June 2011 stands."),
        Heading(2, "Progress"), Table(rows, heads=3), Heading(2, "Next steps"),
        Line("A further report will be made by 31 December 2012."),
    ]  # fmt: skip
    return Made(blocks, actions, _shows("area", *names), lenient=_shows("area"))


def board_paper(rng: Random, as_of: date) -> Made:
    """Number and recommendation merged down, no references of the actions, letters on colours, a key above."""
    key, shade = truth.KEYS[1], rng.randrange(2)
    names = ("action", "lead", "target", "rag")
    actions = _plan(rng, as_of, status=lambda rng: truth.coloured(rng, key, "both", shade))
    rows: list[Any] = [[Cell("Rec No", bold=True), Cell("Recommendation", bold=True), *_heads(rng, names)]]
    for ref, area, group in _by_area(actions):
        for number, row in enumerate(_rows(group, names)):
            over = [Cell(text, span=(len(group), 1)) for text in (ref, area)] if number == 0 else [None, None]
            rows.append([*over, *row])
    listed = [Line(f"{rag[0].upper()} - {key[rag][0]}") for rag in key]
    blocks: list[Any] = [Heading(1, "Action plan"), Line("RAG key"), *listed, Table(rows), Line("Official")]
    return Made(blocks, actions, _shows("area", *names))


def headed_tables(rng: Random, as_of: date) -> Made:
    """A table per recommendation whose own first rows say which it is, with the header of its actions below them."""
    names = ("action", "lead", "target", "status")
    actions = _plan(rng, as_of)
    heads = _heads(rng, names)
    blocks: list[Any] = [Heading(1, "Response to the inspection")]
    for ref, area, group in _by_area(actions):
        rows = [
            [Cell(f"Recommendation {ref}", bold=True), Cell(area, span=(1, 3)), None, None],
            [Cell("Priority", bold=True), Cell("High", span=(1, 3)), None, None],
            heads, *_rows(group, names),
        ]  # fmt: skip
        blocks += [Table(rows, heads=0), Line("")]
    return Made(blocks, actions, _shows("area", *names), lenient=_shows("area"))


SHEETS = ("xlsx", "xlsx-libreoffice", "ods", "xls")
PAGES = ("docx", "docx-libreoffice", "html", "pdf-libreoffice", "pdf-chromium")
FLAT = ("csv", "csv-cp1252", "csv-semicolon", "csv-tab")

# Layout to the savers that can show it.
LAYOUTS: dict[Layout, tuple[str, ...]] = {
    plain: (
        *SHEETS,
        *PAGES,
        *FLAT,
        "md-pandoc",
        "html-pandoc",
        "html-libreoffice",
        "docx-pandoc",
        "pdf-sheet",
        "pdf-borderless",
        "html-nested",
    ),
    titles_above: (
        "xlsx",
        "ods",
        "xls",
        "docx",
        "html-libreoffice",
        "pdf-libreoffice",
        "csv",
        "md-pandoc",
        "pdf-borderless",
    ),
    two_deep: ("xlsx", "ods", "docx", "html", "pdf-chromium", "csv"),
    three_deep: ("xlsx-libreoffice", "xls", "docx-libreoffice", "html", "pdf-libreoffice"),
    header_repeated: ("xlsx", "csv-cp1252", "docx", "pdf-libreoffice", "html"),
    one_header: ("docx", "html", "pdf-libreoffice", "xlsx", "html-libreoffice"),
    per_recommendation: ("docx", "md-pandoc", "html-pandoc", "pdf-chromium", "xlsx", "docx-libreoffice"),
    forms: ("docx", "html", "pdf-libreoffice", "xlsx", "docx-pandoc"),
    audit_forms: ("docx", "html", "pdf-libreoffice", "xlsx"),
    sections: (*SHEETS[:3], "docx", "pdf-libreoffice", "html", "csv"),
    merged_down: ("xlsx", "ods", "xls", "docx", "docx-libreoffice", "html", "pdf-libreoffice", "pdf-chromium"),
    refs_missing: ("xlsx", "csv-tab", "docx", "html", "pdf-sheet"),
    described: ("xlsx", "csv", "docx", "html", "pdf-libreoffice"),
    among_others: ("docx", "xlsx", "ods", "html", "pdf-libreoffice", "md-pandoc"),
    transposed: ("xlsx", "ods", "docx", "html", "csv"),
    label_lists: ("md-pandoc", "docx", "html", "html-pandoc", "docx-libreoffice"),
    fill_only: ("xlsx", "ods", "xls", "docx", "docx-libreoffice", "html", "pdf-libreoffice", "pdf-chromium"),
    legend: ("xlsx", "docx", "html", "csv-cp1252", "md-pandoc", "pdf-libreoffice"),
    letters_keyed: ("xlsx", "docx", "csv", "ods", "html-libreoffice"),
    struck: ("xlsx", "ods", "xls", "docx", "docx-libreoffice", "html", "md-pandoc", "pdf-libreoffice", "pdf-chromium"),
    original_and_revised: ("xlsx", "ods", "xls", "csv-semicolon", "docx", "pdf-chromium"),
    snapshots: ("xlsx", "csv", "ods", "xls"),
    projects: ("csv", "xlsx", "ods", "csv-cp1252", "pdf-chromium"),
    renamed: ("xlsx", "csv-semicolon", "docx", "html"),
    american: ("csv", "xlsx", "md-pandoc", "html-pandoc", "docx"),
    tracker: (*SHEETS, "csv", "docx", "html"),
    council_report: ("docx", "docx-libreoffice", "html", "pdf-libreoffice", "pdf-chromium", "xlsx", "ods"),
    board_paper: ("docx", "docx-libreoffice", "html", "pdf-libreoffice", "pdf-chromium", "xlsx", "ods"),
    headed_tables: ("docx", "docx-libreoffice", "html", "pdf-libreoffice", "xlsx"),
    coarse: ("docx", "xlsx", "md-pandoc", "pdf-libreoffice", "html", "pdf-borderless", "html-nested"),
}
