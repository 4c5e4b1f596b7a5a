"""What the tables of planlib hold: columns, vocabularies, finding codes and measures.

Everything here is data. The data dictionary (``planlib schema``, docs/data-dictionary.md) is
generated from it, and every other module takes its names from here.
"""

from __future__ import annotations

from dataclasses import dataclass

TEXT, DATE, PERCENT, NUMBER = "string", "datetime64[s]", "Float64", "Int64"
WITHHELD = "[withheld]"  # stands in the place of what [redact] withholds


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, its dtype and what it means."""

    name: str
    dtype: str
    meaning: str


LEDGER = (
    Column("plan", TEXT, "Name of the plan: the name of its folder."),
    Column("as_of", DATE, "As-at date of the snapshot; a snapshot is the whole plan at its date."),
    Column("action_id", TEXT, "Identity of the action through time: <plan>/<n>, n in order of first appearance."),
    Column("ref", TEXT, "The source's own reference; empty where it gives none."),
    Column(
        "ref_range",
        TEXT,
        "The numbers of which this is one, where an action is known only by count "
        "('25-28', '39-52 and 54-56'); as many rows as numbers.",
    ),
    Column("area_ref", TEXT, "The source's reference of the area or recommendation."),
    Column("area", TEXT, "The area for development, recommendation or theme that the action belongs to."),
    Column("action", TEXT, "What is to be done."),
    Column("lead", TEXT, "Who is to do it."),
    Column("timescale", TEXT, "The time required of the area ('within 3 months'): neither original nor target date."),
    Column("target_text", TEXT, "The target date as that snapshot writes it."),
    Column("target_earliest", DATE, "First day that the target date can mean."),
    Column("target", DATE, "F: last day that the target date can mean."),
    Column("target_precision", TEXT, "How exactly the target date is given."),
    Column(
        "previous_target_text",
        TEXT,
        "An older date given in the same cell, in a column for it, or in commentary as moved to this one, as written; "
        "or, where only days of slip are stated, those.",
    ),
    Column("previous_target", DATE, "Last day that the older date can mean."),
    Column("original_text", TEXT, "The original date as written where it was read."),
    Column("original_earliest", DATE, "First day that the original date can mean."),
    Column("original", DATE, "O: last day that the original date can mean, as known at that snapshot."),
    Column("original_precision", TEXT, "How exactly the original date is given."),
    Column("original_basis", TEXT, "How the original date is known."),
    Column("status_text", TEXT, "The status as that snapshot writes it."),
    Column("rag", TEXT, "The colour or letter the source shows: blue, green, amber, red, grey, or empty."),
    Column("status", TEXT, "What the status means, through the plan's key."),
    Column("claim", TEXT, "What the status cell or colour says of its own timeliness, or empty."),
    Column("percent_complete", PERCENT, "Share done that the source states, 0 to 100."),
    Column("completed_text", TEXT, "The completion date as that snapshot writes it."),
    Column("completed_earliest", DATE, "First day that the stated completion date can mean."),
    Column("completed", DATE, "Last day that the stated completion date can mean."),
    Column("progress", TEXT, "The source's commentary."),
    Column("reason", TEXT, "The reason that the source gives for a change of date."),
    Column(
        "source",
        TEXT,
        "File the row was read from; followed by '; corrections.csv line <n> (<kind>: <column>)' for each correction.",
    ),
    Column("place", TEXT, "Where in the file: sheet and cell, or line."),
)

FINDINGS = (
    Column("plan", TEXT, "Name of the plan."),
    Column("as_of", DATE, "As-at date of the snapshot, or empty for one of the plan as a whole."),
    Column("source", TEXT, "File that it was found in."),
    Column("place", TEXT, "Where in the file."),
    Column("ref", TEXT, "Reference of the action, where there is one."),
    Column("column", TEXT, "Canonical column, or the source's own header."),
    Column("code", TEXT, "Finding code."),
    Column("severity", TEXT, "error, warning or note."),
    Column("text", TEXT, "The text of the cell as it stands in the source."),
    Column("message", TEXT, "What was found and what was made of it."),
)

EXTRAS = (
    Column("as_of", DATE, "As-at date of the snapshot."),
    Column("source", TEXT, "File that it was read from."),
    Column("place", TEXT, "Where in the file."),
    Column("header", TEXT, "The source's own header of the column."),
    Column("text", TEXT, "The text of the cell."),
)

CELLS = (
    Column("as_of", DATE, "As-at date of the snapshot."),
    Column("source", TEXT, "File that it stands in."),
    Column("table", NUMBER, "Number of the sheet or table within the file, from 1."),
    Column("sheet", TEXT, "Name of the sheet, where it has one."),
    Column("row", NUMBER, "Row of the table, from 1; 0 for a line before it, and for a label of a form put into rows."),
    Column("row_place", TEXT, "Where the row stands in the file."),
    Column("column", NUMBER, "Column of the table, from 1; 0 for a line."),
    Column("letter", TEXT, "The column as the source's cells are named: a letter in a spreadsheet, else its number."),
    Column("place", TEXT, "Where the thing itself stands."),
    Column("kind", TEXT, "text, struck out, footnote, colour, or blank (a cell that has its value from another)."),
    Column("text", TEXT, "The text as it stands in the source; of a colour #RRGGBB."),
    Column("taken_for", TEXT, "What it was taken for."),
    Column("name", TEXT, "Canonical column that it was read as, where it was read as one."),
    Column("header", TEXT, "The source's own header of its column, or why the row was set aside."),
    Column("action_id", TEXT, "The action that its row was taken for, where it is a row of one."),
    Column("counts", NUMBER, "1 where it is one of the cells of the account (used or kept in extras), else 0."),
)

MATCHES = (
    Column("as_of", DATE, "Snapshot whose row was matched."),
    Column("place", TEXT, "Where the row stands in its file."),
    Column("ref", TEXT, "The row's reference."),
    Column("action_id", TEXT, "The action it was taken to be."),
    Column(
        "how",
        TEXT,
        "new; ref (same ref and wording) or wording (same wording, no ref on one side); reworded; renumbered; moved "
        "(to another area); returned (not in the snapshot before); merged (takes in another that is gone); split (a new "
        "row that was part of an earlier one); range (one of several known by count); decision (matches.csv). Of "
        "several the first of returned, moved, renumbered, reworded; merged before all; the evidence names all.",
    ),
    Column("score", PERCENT, "How surely, 0 to 100; under 75, or with another nearly as likely, a finding asks."),
    Column("evidence", TEXT, "What agreed and what did not."),
)

# The canonical columns that a source can have, as raw text, with the headers seen for them.
# The order matters: of two columns that claim the same header the earlier one wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "as_of": ("as of", "as at", "reporting date", "report date", "snapshot date", "snapshot"),
    "ref": (
        "ref", "ref no", "reference", "reference number", "action ref", "action no", "action number", "no", "number",
        "action id", "id", "id number", "item", "item no", "#", "milestone id", "unique id", "project id", "task id",
        "serial no", "sr no", "s n", "unique ref", "unique reference", "gmpp id number", "gmpp id",
    ),
    "ref_range": ("ref range", "refs", "range of refs", "numbers", "one of"),
    "area_ref": ("area ref", "area no", "recommendation ref", "recommendation no", "recommendation number", "rec no"),
    "area": (
        "area", "area for development", "area for improvement", "recommendation", "theme", "workstream", "objective",
        "priority", "priority area", "category", "key line of enquiry", "standard", "outcome area",
    ),
    "action": (
        "action", "actions", "action required", "action to be taken", "actions to be taken", "agreed action",
        "what will we do", "task", "activity", "project name", "programme name", "project title",
        "milestone", "deliverable", "description", "management action",
        "improvement action", "action description", "step", "action agreed", "task name", "actions required",
        "action needed", "what", "what we will do", "what are we going to do", "agreed actions", "key actions",
        "specific actions", "proposed action", "action point", "action to be undertaken", "planned action",
    ),
    "lead": (
        "lead", "lead officer", "owner", "action owner", "responsible", "responsible officer", "responsibility",
        "accountable", "by whom", "who", "person responsible", "lead person", "accountable officer", "team",
        "responsible person", "assigned to", "senior responsible owner", "who by", "lead organisation", "lead agency",
        "lead director", "action lead", "delivery lead", "responsible party", "lead responsibility", "named lead",
        "responsible lead", "officer responsible", "lead person organisation", "officer",
    ),
    "timescale": (
        "timescale", "timescales", "time scale", "required timescale", "required by", "timeframe", "ofsted timescale",
    ),
    "original": (
        "original target date", "original date", "original due date", "original", "baseline", "baseline date",
        "original deadline", "original completion date", "initial target date", "first target date",
        "original timescale", "original target", "original end date", "baseline end date", "baseline finish",
        "baseline completion date", "baseline due date", "baseline target date", "baseline finish date", "baseline end",
        "original due", "original implementation date", "original agreed date", "original planned date",
        "original finish", "original finish date", "original forecast", "original milestone date", "initial due date",
    ),
    "previous_target": (
        "previous target date", "previous date", "previous target", "previous due date", "old target date",
        "last target date", "was", "previous forecast", "previous forecast date", "prior forecast", "last forecast",
        "previous deadline", "previous completion date", "previous finish",
    ),
    "target": (
        "target date", "target", "due date", "due", "deadline", "by when", "date due", "completion due", "when",
        "revised target date", "revised date", "current target date", "implementation date", "agreed date",
        "revised due date", "planned end date", "end date", "planned completion date", "target completion date",
        "expected completion date", "expected completion", "forecast date", "forecast completion date",
        "new target date", "revised deadline", "complete by", "to be completed by", "date for completion", "due by",
        "required by date", "revised completion date", "revised end date", "revised implementation date",
        "extended target date", "extended date", "extension date", "extended deadline", "extended due date", "finish date", "finish",
        "forecast end date", "expected end date", "current due date", "current deadline", "latest target date",
        "project end date", "timeline", "by when date", "deadline for completion", "target date for completion",
        "target for completion", "completion target", "target implementation date", "date to be completed",
        "implementation deadline", "proposed completion date", "anticipated completion date", "planned finish",
        "estimated completion date", "due for completion", "revised timescale", "revised target", "revised",
        "current forecast", "latest forecast", "current forecast date", "latest forecast date", "forecast finish",
        "forecast finish date", "forecast end", "forecast completion", "revised forecast", "revised forecast date",
        "reforecast date", "re forecast date", "rescheduled date", "latest best estimate", "lbe", "latest estimate",
        "current target", "current due", "current finish", "current completion date", "current milestone date",
        "current implementation date", "revised due", "revised finish", "revised finish date", "revised delivery date",
        "new deadline", "new date", "new due date", "new completion date", "extended to", "extension granted to",
        "extension agreed to", "anticipated finish", "estimated finish", "expected finish", "anticipated completion",
        "estimated completion", "planned date", "planned finish date", "planned completion", "planned delivery date",
        "scheduled date", "scheduled finish", "scheduled completion date", "agreed implementation date",
        "agreed completion date", "agreed due date", "agreed target date", "agreed timescale", "milestone date",
    ),
    "status": ("status", "current status", "action status", "state", "progress status", "implementation status", "overall status"),
    "rag": (
        "rag", "rag rating", "rag status", "brag", "brag rating", "brag status", "colour", "rating",
        "delivery confidence",
    ),
    "percent_complete": (
        "percent complete", "% complete", "percentage complete", "% done", "complete %", "percentage", "percent",
        "percent done",
    ),
    "completed": (
        "date completed", "completed on", "completion date", "actual completion date", "actual end date",
        "completed date", "actual date", "date closed", "closed date", "date of completion", "completed",
        "date achieved", "actual completion", "actual finish", "actual finish date", "actual end",
        "actual implementation date", "actual delivery date", "actual date of completion", "date implemented",
        "implemented date", "implemented on", "date delivered", "date actually completed", "closed on",
    ),
    "progress": (
        "progress", "progress update", "update", "commentary", "comments", "comment", "progress to date",
        "update on progress", "current progress", "progress comments", "progress made", "status update", "rag commentary",
        "latest update", "current position", "notes", "progress notes", "evidence of progress", "position",
    ),
    "reason": (
        "reason", "reason for change", "reason for revision", "reason for slippage", "reason for delay",
        "reason for extension", "reason for variance", "explanation of variance", "reason for re forecast",
        "reasons", "explanation", "justification for extension",
    ),
}

STATUSES = {
    "not started": "Nothing has been done yet.",
    "in progress": "Begun and not finished.",
    "open": "Not complete; the source does not say which stage.",
    "complete": "Done.",
    "evidenced": "Done, and verified by somebody.",
    "closed not done": "Withdrawn, superseded or overtaken; not done.",
    "unknown": "The source does not say, or what it says could not be read.",
}
OPEN_STATUSES = ("not started", "in progress", "open")
DONE_STATUSES = ("complete", "evidenced")
RAGS = ("blue", "green", "amber", "red", "grey")
CLAIMS = {
    "on course": "The source's own status says that it will be done in time.",
    "delayed": "The source's own status says that it will not, or is not, done in time.",
}
PRECISIONS = {
    "day": "a day",
    "week": "a week",
    "month": "a month",
    "quarter": "a quarter",
    "season": "a season of the year",
    "term": "a school term",
    "half-year": "half a year, or a part of a longer period",
    "year": "a calendar, financial or academic year",
    "relative": "counted from another date",
}
BASES = {
    "stated": "The source has an original-date column; its earliest value.",
    "replaced": "The earliest date that the source itself says was replaced.",
    "first seen": "The first target date seen, in the snapshot that first lists the action, "
    "or the source says that the date has not changed.",
    "not known": "No original date can be told from the sources.",
}
NO_DATE_KINDS = {
    "blank": "no date given",
    "ongoing": "ongoing",
    "tbc": "to be confirmed",
    "conditional": "depends on something else",
    "recurring": "comes round again",
    "not applicable": "not applicable",
    "withheld": "withheld by the source",
    "code": "a status or code where a date is expected",
    "unreadable": "could not be read as a date",
}

# Where an action stands, in the order in which they are tried; the first that applies.
STANDINGS = {
    "complete": "Done.",
    "evidenced": "Done, and verified.",
    "closed not done": "Withdrawn, superseded or overtaken; not done.",
    "no longer listed": "Open when last listed, and not in the latest snapshot.",
    "standing not known": "The status is not known.",
    "overdue": "Open, and the last day of its date now has passed.",
    "delayed": "Open, and its own status cell or colour says that it is delayed.",
    "re-dated": "Open, and its date now is later than its first date, "
    "or the source says that the date was changed.",
    "on track": "Open, and its date now is not past and no later than its first date; "
    "or a date is not known and the source's own status says on course.",
    "dated, first date not known": "Open, with a date that has not passed; whether it has moved cannot be told.",
    "no date": "Open, with no date.",
}

# Of a report that `planlib publish` kept, and one that would be made for the same date now.
RESTATED = (
    Column("published_as_of", DATE, "Date that the figure was published for."),
    Column("name", TEXT, "Name of the measure, as in results.json; or target date, first date, completion date."),
    Column("scope", TEXT, "plan, area, action, month or lead."),
    Column("key", TEXT, "What it is of, as results.json names it now; of what is no longer there, as it was published."),
    Column("label", TEXT, "Of an action: how it is called in print."),
    Column("unit", TEXT, "Unit of both sides."),
    Column("how", TEXT, "changed; gone (told then, not given now); new (given now of something that was not there then)."),
    Column("before", "object", "The value that was told: a number, a word, a date, a period as first/last day; missing where none was."),
    Column("before_numerator", "object", "n of the n of d that was told."),
    Column("before_denominator", "object", "d of the n of d that was told."),
    Column("before_undefined", TEXT, "Why no value was told."),
    Column("after", "object", "The value that would be told now for the same date; missing where there would be none."),
    Column("after_numerator", "object", "n of the n of d of now."),
    Column("after_denominator", "object", "d of the n of d of now."),
    Column("after_undefined", TEXT, "Why there would be no value now."),
    Column(
        "why", TEXT,
        "Which of data, corrections, matches, settings and method changed the figure; several where it takes them "
        "together or they cannot be told apart.",
    ),
)  # fmt: skip

SEVERITIES = {
    "error": "Something could not be used; the numbers are without it.",
    "warning": "Something was read in a way that may be wrong.",
    "note": "Something worth knowing; nothing was lost.",
}


TAKEN_FOR = {
    "value": "A cell of an action, read as the column that its mark names.",
    "continued": "The rest of a cell or line above it, on another page or line.",
    "older date": "A struck-out date, read as the one that was replaced.",
    "header": "The header, which names the columns.",
    "repeated header": "The header said again.",
    "section": "A heading of the actions below it.",
    "label": "A label of a form or list, read as a header.",
    "key": "The document's own key of colours or letters.",
    "extra": "A cell of an action in a column without a canonical name; kept in extras.",
    "not used": "A cell of a known column that says nothing usable; kept in extras.",
    "set aside": "A row of the table that is no action, such as a description of the columns; kept in extras.",
    "outside": "Text outside the tables of actions; kept in extras.",
    "struck out": "Struck-out text that is not read as a date; kept in extras.",
    "footnote": "A footnote mark beside a cell; kept in extras.",
    "carried down": "A blank cell that has the value of the cell merged over it, or written above it.",
    "colour": "A fill that was read as a colour of the plan's key.",
    "not accounted for": "Neither used nor kept: a fault of planlib, please report it.",
}
USED = ("value", "continued", "older date", "header", "repeated header", "section", "label", "key")


@dataclass(frozen=True)
class FindingCode:
    """One kind of finding."""

    severity: str
    meaning: str


CODES: dict[str, FindingCode] = {
    # files and columns
    "column-not-found": FindingCode("warning", "plan.toml names a header that no table has."),
    "column-not-recognised": FindingCode("note", "A source column without a canonical name; kept in extras."),
    "column-guessed": FindingCode("note", "A header was matched to a canonical name by likeness, not by a known word."),
    "no-action-table": FindingCode("error", "No table of actions was found in the file."),
    "cell-outside-table": FindingCode("note", "Text outside the table of actions; kept in extras."),
    "row-not-used": FindingCode(
        "note", "A row of a table that is no action, such as a description of the columns; kept in extras."
    ),
    "cell-not-used": FindingCode("note", "A cell of a known column that says nothing usable; kept in extras."),
    "file-not-read": FindingCode("note", "A file of the plan folder whose name does not begin with a date."),
    "sheet-hidden": FindingCode("note", "A hidden sheet; not read."),
    "characters-not-read": FindingCode("warning", "Characters or cells that the file itself shows as damaged."),
    "fill-not-evaluated": FindingCode(
        "warning", "Colours that a rule of the workbook gives could not be worked out; the cells have none."
    ),
    "hidden-but-read": FindingCode("note", "Rows or columns that the source hides, and that were read."),
    "text-not-read": FindingCode(
        "note", "Text that is not the table's own and was not read: page headers, comments, prompts, hidden text."
    ),
    "macros-not-run": FindingCode("note", "The file holds macros or scripts, which were not read; planlib never runs any."),
    "table-without-rules": FindingCode(
        "warning", "A printed table without rules was read by the gaps between its words; rows may be run together or missing."
    ),
    "text-cut-off": FindingCode("warning", "Text that a printed page may cut off; a date that stands there is not used."),
    "as-of-not-read": FindingCode(
        "error", "The as-of column of a row is not a date; the row belongs to no snapshot and is kept in extras."
    ),
    "as-of-differs": FindingCode("warning", "An as-of column says another date than the file's name, which was taken."),
    # dates
    "date-not-read": FindingCode("warning", "A cell where a date is expected has text that is not one."),
    "date-ambiguous": FindingCode("warning", "A date that can be read in more than one way; the likelier was taken."),
    "date-impossible": FindingCode("error", "A date that does not exist, such as 31 June."),
    "date-out-of-range": FindingCode("error", "A date more than thirty years from the snapshot; not used."),
    "year-assumed": FindingCode("note", "A date without a year; the year was taken from the snapshot."),
    "several-dates": FindingCode("warning", "Several dates in one cell; the last was taken as the target."),
    "month-first": FindingCode("note", "Dates of a column read in another order than plan.toml says, as values show."),
    "anchor-not-known": FindingCode("note", "A phrase counted from a date that the plan does not give."),
    "original-changed": FindingCode("warning", "An original date unlike the first one given; the first stands."),
    "revisions-not-shown": FindingCode(
        "warning", "A row has more columns of revised dates than are used, so its revisions may be more than are counted."
    ),
    "slip-differs": FindingCode(
        "warning", "A column states days of slip unlike the calendar days between the dates of its row; ours are used."
    ),
    "slip-in-weekdays": FindingCode(
        "note", "A column states days of slip counted from Monday to Friday; planlib counts calendar days."
    ),
    "completed-not-used": FindingCode("error", "A stated completion date that cannot be right; not used."),
    "completed-not-complete": FindingCode("warning", "A completion date on a row whose status is not complete."),
    # statuses
    "status-not-read": FindingCode("warning", "A status that is not in the plan's key nor a known word."),
    "status-disagrees": FindingCode("warning", "Status, colour and dates of a row say different things."),
    "percent-not-read": FindingCode("warning", "A percentage that is not between 0 and 100."),
    # rows and identity
    "ref-missing": FindingCode("note", "A row without a reference."),
    "ref-duplicated": FindingCode("warning", "One reference on more than one row of a snapshot."),
    "ref-in-two-parts": FindingCode("warning", "One reference in two parts of a snapshot."),
    "range-miscounted": FindingCode("error", "The rows of a reference range are not as many as its numbers."),
    "range-overlap": FindingCode("error", "A number is covered by more than one reference or range."),
    "match-uncertain": FindingCode(
        "warning",
        "A row was matched to an earlier action with little evidence, or may be another; the candidates are named for "
        "matches.csv.",
    ),
    # what a person did
    "corrected": FindingCode("note", "A cell was corrected through corrections.csv; both values are shown."),
    "snapshot-rebuilt": FindingCode("note", "A snapshot made after its date from a later paper."),
    "snapshot-empty": FindingCode("warning", "A snapshot without any action."),
    # what was told
    "published-not-read": FindingCode(
        "error", "A published file is not as planlib publish wrote it; what it told cannot be compared."
    ),
}


@dataclass(frozen=True)
class Measure:
    """One measure: its unit, the scopes it is given for, its definition and its source."""

    unit: str
    scopes: tuple[str, ...]
    definition: str
    undefined: str
    source: str


_GROUPS = ("plan", "area", "lead")
_RATES = ("plan", "area", "lead")
_FINISH = "finish variance against the first baseline (MS Project, Smartsheet)"
_DCMA = "DCMA 14-point assessment"
_DAO = "HM Treasury letter DAO 02/20"
_AUDIT = "standing lists of council audit committees"
_SILENT = "or the standing of more than 1 in 10 is not known"


def _trends() -> dict[str, Measure]:
    """Measures of planlib.trends; of scope month the key is the date of a report."""
    made = {
        "repeat offenders": Measure(
            "actions", _GROUPS, "Actions with three revisions or more, of those that can be followed by themselves.",
            "every one is known only by count", _AUDIT,
        ),
        "repeat offenders: moved with others": Measure(
            "revisions", ("plan",), "Of the revisions of repeat offenders: those whose decision moved another action too.",
            "no action has three revisions", _AUDIT,
        ),
        "open": Measure(
            "actions", _GROUPS, "Actions known to be open, those no longer listed included; of those whose standing is "
            "known.", "no standing is known", _AUDIT,
        ),
        "days later": Measure(
            "days", _GROUPS, "Slip, or at least, of the actions later than their first dates, added up.",
            "no slip is known", _FINISH,
        ),
        "decisions at the report": Measure(
            "decisions", ("month",), "Decisions that the report of that date shows.", "nothing can be compared", _DAO,
        ),
        "late: by the date now": Measure(
            "actions", ("month",), "At each report: listed, open and F.latest < t; of those listed and open.",
            "no standing is known", _AUDIT,
        ),
        "late: by the first date": Measure(
            "actions", ("month",), "At each report: listed, open and O.latest < t; of those listed and open whose O is "
            "known.", "no O of an open action is known", _DAO,
        ),
        "late: by the first date, re-dated": Measure(
            "actions", ("month",), "Of these: with a date now that has not passed, so that they do not count as late.",
            "no O of an open action is known", _DAO,
        ),
        "late: had no date been changed": Measure(
            "actions", ("month",), "At each report: listed, open, and the date told in the report before < t.",
            "no earlier report", "planlib",
        ),
    }  # fmt: skip
    for kind, meaning in CHANGE_KINDS.items():
        made[f"changes at the report: {kind}"] = Measure(
            "changes", ("month",), f"Shown by the report of that date. {meaning}", "nothing can be compared", _DAO
        )
    return made


def _measures() -> dict[str, Measure]:
    made = {
        "actions": Measure("actions", _GROUPS, "Actions listed at t or before.", "never", _AUDIT),
        "done": Measure(
            "actions", _GROUPS,
            "Actions complete or evidenced, of those that count (an action closed, not done, leaves from its closing "
            "date if its first date is known not to have passed then).", "no standing is known", _AUDIT,
        ),
        "first date known": Measure("actions", _GROUPS, "Actions whose original target O is known.", "never", _FINISH),
        "past original": Measure(
            "actions", (*_GROUPS, "action"),
            "Open and O.latest < t, whatever the target is now; of those whose O is known. For an action 1 or 0.",
            "O or the status is not known", _FINISH,
        ),
        "days past original": Measure(
            "days", ("action",), "Open and O.latest < t: t - O.latest.", "it is not known to be so", _FINISH,
        ),
        "outside the required time": Measure(
            "actions", (*_GROUPS, "action"),
            "F.earliest (complete: C.earliest) > R.latest, R being the required timescale counted from the anchor; of "
            "those with one. For an action 1 or 0.",
            "no time is required, or it cannot be told", "the inspection's own timescales",
        ),
        "re-dated at least once": Measure(
            "actions", _GROUPS, "Actions with one revision or more, of those that can be followed by themselves.",
            "every one is known only by count", _DAO,
        ),
        "revisions": Measure(
            "revisions", (*_GROUPS, "action"), "Changes of date of kind later, earlier, removed or stated.",
            "known only by count", _DAO,
        ),
        "decisions": Measure(
            "decisions", _GROUPS, "Revisions of one area, snapshot, from and to date are one decision.", "never",
            _DAO,
        ),
        "reason given": Measure("revisions", _GROUPS, "Revisions with a reason in the source.", "never", _DAO),
        "standing": Measure(
            "state", ("action",), "Where the action stands; the first state that applies.", "never", _AUDIT,
        ),
        "slip": Measure(
            "days", ("action",),
            "Open: F.latest - O.latest. Complete: C.earliest - O.latest, 0 if C lies within O's own interval.",
            "a date or the status is not known, closed not done, or known only by count", _FINISH,
        ),
        "slip, upper end": Measure(
            "days", ("action",), "The same with C.latest; equal to slip unless completion is an interval.",
            "as slip", _FINISH,
        ),
        "slip in months": Measure(
            "months", ("action",), "Slip in whole calendar months, where either date is coarser than a week.",
            "as slip, or both dates are given to the day or week", _FINISH,
        ),
        "at least": Measure(
            "days", ("action",), "Open, O.latest < t, and F not known or passed: t - O.latest.",
            "it is not so", _FINISH,
        ),
        "days moved": Measure(
            "days", ("action",), "Days of all changes of date, added up.", "known only by count", _FINISH,
        ),
        "slip rate": Measure(
            "days per day", ("action",), "(F(t).latest - F(first).latest) / (t - first).",
            "under 90 days or 3 dated snapshots, not open, or no target date", "milestone trend analysis",
        ),
        "no update": Measure(
            "reports", ("action",), "Reports running in which the progress text has not changed.",
            "not open, not listed, or no text", _AUDIT,
        ),
        "due by": Measure("actions", _RATES, "Actions with O.latest <= t.", "never", _DCMA),
        "hit rate": Measure(
            "ratio", _RATES, "Of actions with O.latest in (previous, t]: those with C.latest <= O.latest.",
            f"none fell due, no earlier report, {_SILENT}", f"hit task percentage, {_DCMA}",
        ),
        "hit rate since the start": Measure(
            "ratio", ("plan",), "Of actions with O.latest in (first snapshot, t]: those with C.latest <= O.latest.",
            f"none fell due, {_SILENT}", f"hit task percentage, {_DCMA}",
        ),
        "dates kept": Measure(
            "ratio", _RATES,
            "Of the (action, target) pairs told up to the previous report whose latest day lies in (previous, t]: "
            "those complete by that day; a date withdrawn before it fell due counts.",
            f"none fell due, no earlier report, {_SILENT}", "planlib",
        ),
        "dates kept since the start": Measure(
            "ratio", ("plan",), "The same for (first snapshot, t], each date told before it fell due.",
            f"none fell due, no earlier report, {_SILENT}", "planlib",
        ),
        "left over": Measure(
            "ratio", ("plan",), "Of actions overdue in the previous report: those complete by t.",
            f"none was overdue, no earlier report, {_SILENT}", _AUDIT,
        ),
        "on-time completion": Measure(
            "ratio", (*_RATES, "action"),
            "Of complete actions: C.latest <= O.latest. For an action 1, or 0 if late.",
            "nothing is complete, or any of them cannot be told", _DCMA,
        ),
        "baseline execution index": Measure(
            "ratio", _RATES, "Complete by t / (O.latest <= t, plus O not known); may exceed 1.",
            f"none was due by then, O is not known for more than 1 in 10, {_SILENT}", f"BEI, {_DCMA}",
        ),
        "behind the original plan": Measure(
            "days", ("plan",),
            "With n complete and the O sorted: t - O(n+1); negative where the plan is ahead of it.",
            f"all first dates are reached, O is not known for more than 1 in 10, {_SILENT}",
            "earned schedule (Lipke 2003)",
        ),
        "SPI(t)": Measure(
            "ratio", ("plan",),
            "(e - t0) / (T - t0), e = T held inside [O(n), O(n+1) - 1 day], T = t or the last completion, t0 = the "
            "first snapshot.",
            f"nothing is complete, e or T is before t0, O is not known for more than 1 in 10, {_SILENT}",
            "earned schedule (Lipke 2003)",
        ),
        "falling due": Measure(
            "actions", ("plan", "lead"), "Open actions due from t to the next meeting or within 30 days.", "never",
            _AUDIT,
        ),
        **_trends(),
        "bow wave: original": Measure("actions", ("month",), "Open actions by month of O.", "never", "bow wave chart"),
        "bow wave: target": Measure("actions", ("month",), "Open actions by month of F.", "never", "bow wave chart"),
    }  # fmt: skip
    few = "fewer than 10 completed after the first date, 8 decisions, or 5 still seen"
    for wait in ("at the first date", "1 month after the first date", "3 months after", "6 months after"):
        made[f"still open {wait}"] = Measure(
            "share", ("plan",), "Share of the actions due not yet done then, by Aalen and Johansen with delayed entry; the "
            "lower end, where completions are known only between two reports.", few, "Aalen and Johansen (1978)",
        )  # fmt: skip
        made[f"still open {wait}, upper end"] = Measure(
            "share", ("plan",), "The same at the upper end.", few, "Aalen and Johansen (1978)",
        )  # fmt: skip
    none = "too little experience, or earlier forecasts were not borne out"
    for end, meaning in (("", "in the middle (50 in 100)"), (", low", "10 in 100"), (", high", "90 in 100")):
        made[f"forecast: done by{end}"] = Measure(
            "actions", ("month", "plan"), f"Number of actions done by the end of the month, {meaning}, by resampling "
            "decisions and the dates that fell due.", none, "planlib",
        )  # fmt: skip
    for level in (50, 80):
        made[f"forecast: {level} in 100"] = Measure(
            "date", ("action",), f"Last day of the month by which the action is done with {level} chances in 100.",
            f"beyond what was observed; {none}", "planlib",
        )  # fmt: skip
    made["forecast: all done, 80 in 100"] = Measure(
        "date", ("plan",), "Last day of the month by which all actions are done with 80 chances in 100.",
        f"fewer than 100 actions are complete or closed, an open action is not forecast; {none}", "planlib",
    )  # fmt: skip
    made["backtest: Brier score"] = Measure(
        "score", ("plan",), "Mean squared error of the chance that an action is done by the next report, in 3 and in 6 "
        "months, over all earlier reports; 0 is perfect.", "no earlier forecast has an outcome", "Brier (1950)",
    )  # fmt: skip
    made["backtest: covered"] = Measure(
        "share", ("plan",), "Of the outcomes, the share within the 80 % interval of the forecast; the denominator is "
        "their number.", "no earlier forecast has an outcome", "planlib",
    )  # fmt: skip
    for name, meaning in STANDINGS.items():
        made[f"standing: {name}"] = Measure("actions", _GROUPS, meaning, "no standing is known", _AUDIT)
    for kind, meaning in CHANGE_KINDS.items():
        made[f"changes of date: {kind}"] = Measure("changes", ("plan",), meaning, "never", _DAO)
    for word in ("before it was missed", "after it was missed", "cannot be told"):
        made[f"notice: {word}"] = Measure(
            "revisions", _GROUPS,
            f"Revisions whose notice is '{word}': [F before - t(i), F before - (t(i-1) + 1 day)].", "never", _DAO,
        )  # fmt: skip
    for change, meaning in SINCE.items():
        made[f"since the previous report: {change}"] = Measure(
            "actions", ("plan",), meaning, "there is no earlier report", _AUDIT
        )
    for name, (meaning, undefined) in STANDING_LISTS.items():
        made[f"list: {name}"] = Measure("actions", ("plan",), meaning, undefined, _AUDIT)
        made[f"list: {name}, cannot be told"] = Measure(
            "actions", ("plan",), f"Actions of which it cannot be told whether they are on the list '{name}'.", "never",
            _AUDIT,
        )  # fmt: skip
    return made


CHANGE_KINDS = {
    "later": "The date moved later; neither interval holds the other, or the new one holds the old and ends later.",
    "earlier": "The date moved earlier.",
    "refined": "The new date lies inside the old one; no revision.",
    "loosened": "The old date lies inside the new one, which ends on the same day; no revision.",
    "removed": "The date was taken away; a revision.",
    "given": "A date where none was known before; no revision.",
    "stated": "The source says that the date was changed and gives no earlier one; a revision.",
    "corrected": "A correction of kind typo or restored; no revision.",
}
SINCE = {
    "finished": "Complete now, and that report or a later snapshot shows it not done.",
    "closed not done": "Closed, not done, since then.",
    "reopened": "Complete or closed then and open now.",
    "newly late": "Overdue now, and its date had not passed then.",
    "re-dated after being late": "Its date had passed then, and it was given another since; never an improvement.",
    "date removed": "It had a target date and has none.",
    "later": "Expected later than it was.",
    "earlier": "Expected earlier than it was.",
    "date given": "Open without a target date then, and with one now.",
    "new": "Not listed then.",
    "no longer listed": "Open when last listed, and not listed now.",
    "not known": "What changed cannot be told.",
    "same": "Expected on the same day as then, or complete, closed or not dated then and now.",
}
_NONE_TOLD = "none is known to be and it cannot be told for some, or no action is listed"
STANDING_LISTS = {
    "live": ("Open, in the snapshot in force.", _NONE_TOLD),
    "completed since": (
        "Complete now, and the previous report or a later snapshot shows it not done.",
        f"there is no earlier report, or {_NONE_TOLD}",
    ),
    "re-dated, or extension asked": (
        "A revision since the previous report; or open, and its status cell asks for an extension.",
        f"there is no earlier report, or {_NONE_TOLD}",
    ),
    "outstanding": ("Open, and F.latest < t or O.latest < t.", _NONE_TOLD),
    "withdrawn": ("Closed, not done.", _NONE_TOLD),
}

# One entry per name in results.json. Definitions follow docs/measures.md.
MEASURES: dict[str, Measure] = _measures()
