"""Reads what a status cell, its colour and its percentage say: how far the action is, and what it claims for its dates.

The plan's own key comes first, because colours and words mean different things to different bodies. Then a built-in
vocabulary is read as a small grammar: words that say a state ("complete", "in progress"), words that turn one round or
hold it back ("not", "partially", "requested", "to be"), and everything else. A wrong "complete" is the worst outcome,
so that needs the whole first clause to be understood and nothing after it to take it back; the rest is "unknown" with
a note. What was decided and why stands in docs/decisions/0002-dates-and-statuses.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from planlib import schema
from planlib.dates import MONTHS, Note

_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class StatusReading:
    """What the source says of how far an action is.

    Attributes
    ----------
    status : str
        A key of `planlib.schema.STATUSES`.
    rag : str
        One of `planlib.schema.RAGS`, or blank.
    claim : str
        A key of `planlib.schema.CLAIMS`, or blank.
    percent : float or None
        0 to 100.
    notes : tuple of Note
    """

    status: str = "unknown"
    rag: str = ""
    claim: str = ""
    percent: float | None = None
    notes: tuple[Note, ...] = ()


def read_status(
    text: str, *, rag_text: str = "", fill: str = "", percent_text: str = "", key: Mapping[str, str] = _NOTHING
) -> StatusReading:
    """Read the status of one row.

    Parameters
    ----------
    text : str
        The status cell.
    rag_text : str
        The cell of a separate RAG column.
    fill : str
        Fill colour of the status or RAG cell, ``#RRGGBB``.
    percent_text : str
        The cell of a percentage column.
    key : mapping of str to str
        The plan's own key: a word or ``fill:#RRGGBB`` to a status, a claim, or "status, claim".

    Returns
    -------
    StatusReading
        Never raises on any text. Words come before colours and colours before percentages; what disagrees is noted.

    Examples
    --------
    >>> read_status("Complete").status, read_status("partially COMPLETED").status, read_status("Amber").status
    ('complete', 'in progress', 'unknown')
    >>> read_status("Amber", key={"amber": "in progress, delayed"}).claim
    'delayed'
    """
    return _read(str(text), str(rag_text), str(fill), str(percent_text), tuple(sorted(key.items())))


def fold(text: str) -> str:
    """The form in which words of a key are compared.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Lower case without accents; punctuation but ``%`` is a space; spaces are single. Folding twice is folding once.

    Examples
    --------
    >>> fold("  In-Progress – ON track! ")
    'in progress on track'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain).replace("&", " and ")
    return " ".join("".join(c if c.isalnum() or c == "%" else "" if unicodedata.combining(c) or c in "'’" else " "
                            for c in plain).split())  # fmt: skip


# --- vocabulary -----------------------------------------------------------------------------------------------------


COLOURS = {
    "blue": "blue", "green": "green", "amber": "amber", "yellow": "amber", "orange": "amber", "red": "red",
    "grey": "grey", "gray": "grey",
}  # fmt: skip
LETTERS = {"b": "blue", "g": "green", "a": "amber", "y": "amber", "r": "red"}

# A phrase to what it says. Longest first; a word that stands under nothing is unknown.
_SAYS = {
    "done": "implementation complete|implementation completed|complete|completed|completes|done|finished|achieved|"
    "actioned|"
    "delivered|implemented|fulfilled|discharged|accomplished|concluded|resolved|fully implemented|fully complete|"
    "fully completed|fully achieved|fully delivered|fully met|met|target met|achieved in full|implemented in full|"
    "completed in full|action complete|action completed|actions complete|actions completed|task complete|"
    "all actions complete|all actions completed|all complete|work complete|work completed|now complete|now completed|"
    "already complete|status complete|project complete|recommendation achieved|recommendation implemented|"
    "recommendation complete|closed complete|closed completed|closed implemented|closed achieved|closed as complete|"
    "closed as implemented|has been completed|has been implemented|have been completed|is complete|are complete|"
    "complete and closed|completed and closed|complete and embedded|completed and embedded|"
    "fully complete and embedded|fully completed and embedded|completed and embedded in practice|"
    "closed fully implemented|"
    "launched|recommendation fully implemented|recommendation completed|objective achieved|objective met|"
    "achieved and sustained|completed and sustained|complete and sustained|delivered and embedded|"
    "implemented and embedded|achieved and embedded|delivered and sustained",
    "evidenced": "verified by internal audit|verified by audit|delivered and evidenced|implemented and evidenced|"
    "achieved and evidenced|evidenced|verified|signed off|complete and verified|completed and verified|"
    "complete and evidenced|"
    "completed and evidenced|complete and signed off|completed and signed off|validated|verified complete|"
    "implemented and verified|implementation verified|completion verified|verified as complete|"
    "verified as implemented|evidence verified|evidence seen|evidenced complete|evidenced as complete|"
    "closed and verified|verified and closed|independently verified|complete and validated|signed off as complete|"
    "signed off as completed|closed verified",
    "closed": "closed|close",
    "dropped": "withdrawn|superseded|cancelled|canceled|abandoned|overtaken|overtaken by events|no longer required|"
    "no longer needed|no longer applicable|no longer relevant|no longer valid|no longer being pursued|discontinued|"
    "terminated|dropped|rejected|not pursued|not being pursued|not proceeding|not progressing|"
    "will not be implemented|will not implement|will not be completed|will not be done|will not be progressed|"
    "not to be implemented|closed not done|closed not implemented|closed not complete|closed not completed|"
    "closed no longer required|closed unimplemented|not accepted|recommendation withdrawn|recommendation superseded|"
    "obsolete|redundant|duplicate|wont do|will not do|risk accepted|closed superseded|closed withdrawn|"
    "closed cancelled|stopped|not required|not needed|merged|combined with|replaced by|incorporated into|"
    "incorporated in|subsumed|subsumed by|subsumed into|merged into|merged with|removed|deleted|closed merged|"
    "closed merged with",
    "none": "not started|unstarted|not yet started|not commenced|not yet commenced|not begun|not yet begun|"
    "to be started|to be commenced|yet to start|yet to commence|yet to begin|yet to be started|no progress|"
    "no progress made|"
    "no action taken|no action|not initiated|nothing done|no work done|awaiting start|due to start|not due to start|"
    "to start|will start|to commence|not underway|not yet underway|hasnt started|has not started|no work undertaken|"
    "no work has started|hasnt commenced|has not commenced|has not begun",
    "begun": "in progress|inprogress|in process|ongoing|on going|underway|under way|started|commenced|begun|"
    "progressing|in hand|work in progress|wip|under development|in development|being implemented|being progressed|"
    "being delivered|active|continuing|progress made|some progress|some progress made|good progress|"
    "good progress made|acceptable progress|acceptable progress made|limited progress|limited progress made|"
    "significant progress|substantial progress|progress being made|progress is being made|work ongoing|work underway|"
    "work has started|work started|work commenced|implementation in progress|implementation underway|"
    "implementation ongoing|implementation started|implementation commenced|well underway|well under way|in train|"
    "part way|partway|action in progress|action ongoing|"
    "actions in progress|actions ongoing|satisfactory progress|progressing well|making progress|work continues|"
    "work is ongoing|"
    "in delivery|reasonable progress",
    "open": "open|outstanding|pending|on hold|paused|suspended|deferred|postponed|remains open|remain open|"
    "still open|to do|todo|planned|scheduled|new|not due|not yet due|future|closure requested|closure request|"
    "closure request submitted|"
    "closure proposed|closure recommended|closure pending|pending closure|awaiting closure|ready for closure|"
    "ready to close|proposed for closure|recommended for closure|request closure|request to close|requested closure|"
    "to be closed|closure requested by owner|propose to close|proposed closure|recommend closure|for closure|"
    "completion pending|completion requested|completion expected|completion due|completion planned|"
    "completion scheduled|pending completion|awaiting completion|nearing completion|approaching completion|"
    "near completion|due for completion|expected completion|planned completion|scheduled for completion|"
    "scheduled completion|target completion|for completion|to complete|to be completed|to be implemented|"
    "to be delivered|to be done|to be achieved|to be finalised|to be complete|will be completed|will be complete|"
    "will complete|will be implemented|will be delivered|will be achieved|will be done|due to complete|"
    "due to be completed|expected to complete|expected to be completed|expected to be complete|should be complete|"
    "should be completed|should complete|yet to be completed|yet to be implemented|yet to be achieved|"
    "yet to be delivered|yet to complete|aim to complete|aiming to complete|plan to complete|planned to complete|"
    "scheduled to complete|set to complete|likely to complete|completing|reprogrammed|re programmed|rescheduled|"
    "re scheduled|reprofiled|re profiled|rephased|revised|date revised|re dated|extended|date extended|"
    "timescale extended|extension requested|in abeyance|parked|stalled|remaining|unresolved|rolled forward|"
    "carried forward|under review|pending review|under consideration|awaiting approval|pending approval|"
    "awaiting sign off|awaiting decision|completion awaited|hold|not closed|reopened|re opened|escalated",
    "on course": "on track|on target|on course|on schedule|on plan|on programme|on time|ahead of schedule|"
    "ahead of plan|ahead of target|ahead of time|within timescale|within timescales|within the timescale|within time|"
    "to plan|to schedule|to time|to target|in line with plan|as planned|according to plan|back on track|"
    "within its dates|to timescale|to timescales|within timeframe|within deadline|by the target date|within target|"
    "within target date|in time|"
    "still on track|within agreed timescale|within agreed timescales|within original timescale|"
    "within initial timescale|on track to deliver|on track to complete|on target to complete|on course to complete|"
    "on schedule to complete|on track for completion|on target for completion|on course for completion|"
    "on track for delivery|on track to be completed|on target to be completed|on track to achieve|on track to meet|"
    "on track to finish|on course to be completed|on track for implementation|expected to be on time|not overdue|"
    "not delayed|not late|not behind|no delay|no delays|no slippage|without delay",
    "delayed": "off target but action being taken|delayed|overdue|behind|behind schedule|behind target|behind plan|"
    "behind programme|slipped|slipping|slippage|late|off track|off target|off course|off schedule|off plan|past due|"
    "after target date|after the target date|after deadline|after the deadline|after due date|"
    "target date has passed|deadline has passed|past the target date|past its target date|past their target date|"
    "deadline missed|missed deadline|missed target|target missed|missed|target date missed|not on track|"
    "not on target|not on course|not on schedule|not on plan|no longer on track|no longer on target|out of time|"
    "past deadline|date passed|delay|delays|outside timescale|outside timescales|past target date|overrunning|"
    "overrun|deadline passed|past its due date|beyond deadline|will be late|running late|significant delay|"
    "significant delays|minor delay|slight delay|serious delay|some slippage|minor slippage|slight slippage|"
    "significant slippage|some delay|some delays|schedule slippage|months behind|one month behind|month behind|"
    "weeks behind|over one month behind|up to one month behind|more than one month behind|over a month behind|"
    "less than one month behind|not within timescale|not within timescales|target not met|deadline not met|"
    "not achieved on time",
    "undone": "incomplete|uncompleted|unimplemented|unfinished|not complete|not completed|not yet complete|"
    "not yet completed|not fully complete|not fully completed|not implemented|not yet implemented|"
    "not fully implemented|not yet fully implemented|not yet fully complete|not yet fully completed|not achieved|"
    "not yet achieved|not fully achieved|not delivered|not yet delivered|not done|not yet done|not met|not yet met|"
    "not fully met|not finished|not yet finished|not resolved|not yet resolved|not fulfilled|not concluded|"
    "isnt complete|not all complete|not all completed|not yet closed|not fully delivered|never completed|"
    "never implemented|not verified|not yet verified|not evidenced|not yet evidenced|not signed off|"
    "not yet signed off|unverified|never started|never done|in complete|not been completed|not been implemented|"
    "not yet been completed|not yet been implemented|not been achieved|not been delivered|not been done|"
    "hasnt been completed|hasnt been implemented|has not been completed|has not been implemented|"
    "have not been completed|have not been implemented|cannot be completed|could not be completed|"
    "was not completed|was not achieved|was not delivered|was not implemented",
    "part": "partially complete|partially completed|partly complete|partly completed|part complete|part completed|"
    "partial complete|partial completion|partially implemented|partly implemented|part implemented|partial|"
    "partial implementation|partially achieved|partly achieved|part achieved|partially delivered|partly delivered|"
    "partially met|partly met|part met|partially|partly|in part|partially done|partly done|partial progress|"
    "mostly complete|mostly completed|mostly implemented|mostly done|mostly achieved|mainly complete|"
    "largely complete|largely completed|largely implemented|largely achieved|substantially complete|"
    "substantially completed|substantially implemented|nearly complete|nearly completed|nearly done|nearly finished|"
    "nearly there|almost complete|almost completed|almost done|almost finished|half complete|half completed|"
    "half done|half implemented|status partial complete|near complete|virtually complete|virtually completed|"
    "broadly complete|close to complete|close to completion|some actions complete|some complete|some completed|"
    "complete in part|completed in part|implemented in part|achieved in part|most actions complete|most complete|"
    "mostly|partially in place",
    "at risk": "at risk|at risk of slippage|at risk of delay|risk of slippage|risk of delay|at risk of slipping|"
    "at risk of being delayed|at risk of not being completed|at risk of missing deadline|some risk|with risks|"
    "some risks|some issues|minor issues|with issues",
    "doubt": "tbc|tba|n|was complete|false|none|nil|zero|embedding|disputed|failed|ineffective|insufficient|"
    "unconfirmed|unsubstantiated|lapsed|error|incorrect|wrong|"
    "challenged|reopen|reaudit|re audit|inadequate|lacking|missing|absent|provisional|provisionally|tentative|"
    "tentatively|not|no|never|except|excepting|apart|but|subject|"
    "pending|awaiting|await|awaits|"
    "outstanding|remaining|"
    "remains|remain|partly|until|unless|once|if|still|some|most|requested|request|proposed|propose|recommended|to be|"
    "will be|should be|yet|however|although|expected|due|incomplete|further|next|target|aim|planned|scheduled|when|"
    "pilot|draft|requires|required|require|needs|needed|need|query|queried|unclear|unverified|claimed|believed|"
    "assumed|nearly|almost|mostly|other|others|remainder|delayed|not yet|without|bar|only|first|initial|interim",
    "harmless": "the|a|an|and|is|are|has|have|been|was|were|now|all|status|rag|brag|rating|action|actions|of|this|"
    "that|it|as|in full|fully|successfully|already|date|on|in|at|with|current|currently|work|by|to|overall|item|task|"
    "yes|with approval|approved|approval|agreed|for|or|monitoring ongoing|ongoing monitoring|monitoring continues|"
    "continue to monitor|ongoing review|monitoring continuing|with ongoing monitoring|will be monitored|"
    "being monitored",
    "na": "n a|not applicable|na",
    "template": "eg|for example|select|choose|please select|choose an item|click or tap|example|"
    "delete as appropriate|insert status|enter status",
}  # fmt: skip


def _phrases() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    listed: dict[str, dict[tuple[str, ...], str]] = {}
    for tag, phrases in _SAYS.items():
        for words in (tuple(text.split()) for text in phrases.split("|")):
            listed.setdefault(words[0], {}).setdefault(words, tag)
    return {word: tuple(sorted(found.items(), key=lambda entry: -len(entry[0]))) for word, found in listed.items()}


# "Will not be completed" gives up; with a time it only says that it is late.
for _done in ("completed", "complete", "implemented", "delivered", "achieved", "done", "met"):
    _SAYS["delayed"] += "".join(f"|will not be {_done} {late}" for late in ("on time", "by", "within"))
    _SAYS["undone"] += "".join(f"|will not be {_done} {later}" for later in ("until", "before"))

_PHRASES = _phrases()
_MEANS = {
    "done": ("complete", ""), "evidenced": ("evidenced", ""), "dropped": ("closed not done", ""),
    "none": ("not started", ""), "begun": ("in progress", ""), "open": ("open", ""), "on course": ("open", "on course"),
    "delayed": ("open", "delayed"), "undone": ("open", ""), "part": ("in progress", ""), "at risk": ("open", ""),
}  # fmt: skip
_DATE_WORDS = frozenset((*MONTHS, "st", "nd", "rd", "th", "q", "spring", "summer", "autumn", "winter", "christmas", "easter"))


class _Part(NamedTuple):
    """A phrase of a status cell: what it says, its words, and whether a clause ends before it."""

    tag: str  # a key of _SAYS, colour, number, percent, date or word
    words: str
    clause: int


# --- reading --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def _read(
    text: str, rag_text: str, fill: str, percent_text: str, entries: tuple[tuple[str, str], ...]
) -> StatusReading:
    words = {fold(word): meaning for word, meaning in entries if not word.casefold().startswith("fill:")}
    fills = {_hex(word[5:]): meaning for word, meaning in entries if word.casefold().startswith("fill:")}
    notes: list[Note] = []

    said = _cell(text, words)
    beside = _cell(rag_text, words, letters=True)
    rag = beside.rag or said.rag or fill_colour(fill)
    percent, doubtful = _percent(percent_text)
    if doubtful:
        notes.append(Note("percent-not-read", doubtful))
    if percent is None:
        percent = said.percent if said.percent is not None else beside.percent

    # The key of a colour reads it as a word, as a letter and, where the fill has no entry of its own, as a fill.
    coloured = _meaning(fills.get(_hex(fill)) or words.get(rag, ""))
    sources = [(said.status, said.claim), (beside.status, beside.claim), coloured]
    known = [status for status, _ in sources if status != "unknown"]
    by_percent = _by_percent(percent)
    status = known[0] if known else "unknown"
    if status == "unknown" and not _holds_back(said) and not _holds_back(beside):
        status = by_percent
    if status == "open" and by_percent == "in progress":
        status = by_percent
    exact = next((other for other in known if other not in ("open", "unknown")), "")
    if status == "open" and exact in schema.OPEN_STATUSES:
        status = exact
    agreed = [claim for other, claim in sources if claim and not _clash(status, other)]
    claim = agreed[0] if agreed else ""

    different = [other for other in dict.fromkeys((*known, by_percent)) if _clash(status, other)]
    claims = list(dict.fromkeys(agreed))
    if different or len(claims) > 1:
        listed = " and ".join(f"'{other}'" for other in (status, *different, *(claims if len(claims) > 1 else ())))
        message = f"the status, its colour and its percentage say {listed}; '{status}' was taken"
        notes.append(Note("status-disagrees", message))
    if odd := _odd_colour((beside.rag, said.rag, fill_colour(fill)), status, claim, keyed=coloured[0] != "unknown"):
        notes.append(Note("status-disagrees", odd))
    if status == "unknown" and (text.strip() or rag_text.strip()) and not (said.silent and beside.silent):
        shown = " ".join((text.strip() or rag_text.strip()).split())
        why = said.why or beside.why or "is not in the plan's key nor a known word"
        notes.append(Note("status-not-read", f"'{shown}' {why}"))
    return StatusReading(status, rag, claim, percent, tuple(notes))


def _odd_colour(colours: tuple[str, str, str], status: str, claim: str, *, keyed: bool) -> str:
    """What is odd about the colours of a row: that they differ, or that no key makes them fit the words; else blank."""
    *written, filled = colours
    named = list(dict.fromkeys(filter(None, written)))
    shown = [*named, *([filled] if named and filled in ("red", "amber", "green") else [])]  # others may be banding
    if len(set(shown)) > 1:
        return f"the colours of the row are {' and '.join(dict.fromkeys(shown))}; '{shown[0]}' was taken"
    rag = named[0] if named else filled
    good = status in schema.DONE_STATUSES or claim == "on course"
    if not keyed and ((rag == "red" and good) or (rag == "green" and claim == "delayed")):
        words = status if status in schema.DONE_STATUSES else claim
        return f"the status says '{words}' and the colour is {rag}, which the plan's key does not explain"
    return ""


class _Said(NamedTuple):
    """What one cell says."""

    status: str = "unknown"
    claim: str = ""
    rag: str = ""
    percent: float | None = None
    why: str = ""  # the status is not known
    silent: bool = False  # blank, or a placeholder


def _holds_back(said: _Said) -> bool:
    """Whether the cell has words that a percentage beside them must not overrule."""
    return bool(said.why) and not said.rag


def _meaning(meaning: str) -> tuple[str, str]:
    """Status and claim of an entry of the key."""
    status, claim = "unknown", ""
    for part in (part.strip() for part in meaning.split(",") if part.strip()):
        if part in schema.CLAIMS:
            claim = part
        elif part in schema.STATUSES:
            status = part
    if claim and status == "unknown":
        status = "open"
    return status, claim


def _clash(one: str, other: str) -> bool:
    if "unknown" in (one, other) or one == other:
        return False
    groups = [schema.OPEN_STATUSES, schema.DONE_STATUSES, ("closed not done",)]
    place = [next(k for k, group in enumerate(groups) if status in group) for status in (one, other)]
    return place[0] != place[1] or {one, other} == {"not started", "in progress"}


def _by_percent(percent: float | None) -> str:
    if percent is None:
        return "unknown"
    return "complete" if percent == 100 else "not started" if percent == 0 else "in progress"


@lru_cache(maxsize=16384)
def _percent(text: str) -> tuple[float | None, str]:
    """A percentage column's cell as 0 to 100, and what is wrong with it if it cannot be read."""
    plain = text.strip().removesuffix("%").strip()
    if not plain or fold(plain) in ("", "n a", "na", "tbc", "none", "nil"):
        return None, ""
    if not re.fullmatch(r"\d{1,3}(?:[.,]\d+)?", plain, re.ASCII):
        return None, f"'{text.strip()}' is not a percentage"
    value = float(plain.replace(",", "."))
    if value > 100:
        return None, f"'{text.strip()}' is more than 100 %"
    if "%" in text or value == 0 or value > 1:
        return value, ""
    if value == 1:
        return None, f"'{text.strip()}' may be 1 % or all of it"
    return round(value * 100, 6), ""  # a share such as 0.75


def fill_colour(fill: str) -> str:
    """The colour of a cell's fill, as one of `planlib.schema.RAGS`.

    Parameters
    ----------
    fill : str
        ``#RRGGBB``.

    Returns
    -------
    str
        Blank for white, black, purple and what is no colour code. By hue: red to 20 degrees and from 340, amber to 68,
        green to 170, blue to 260; grey below a saturation of 0.12.
    """
    code = _hex(fill)
    if not code:
        return ""
    red, green, blue = (int(code[k : k + 2], 16) / 255 for k in (1, 3, 5))
    high, low = max(red, green, blue), min(red, green, blue)
    spread = high - low
    if high == 0 or spread / high < 0.12:
        return "grey" if 0.25 < high < 0.93 else ""
    if high < 0.25:
        return ""
    if high == red:
        hue = 60 * ((green - blue) / spread % 6)
    elif high == green:
        hue = 60 * ((blue - red) / spread + 2)
    else:
        hue = 60 * ((red - green) / spread + 4)
    for limit, colour in ((20, "red"), (68, "amber"), (170, "green"), (260, "blue"), (340, ""), (361, "red")):
        if hue < limit:
            return colour
    return ""


def _hex(fill: str) -> str:
    found = re.fullmatch(r"#?(?:[0-9a-f]{2})?([0-9a-f]{6})", fill.strip().casefold())
    return f"#{found[1].upper()}" if found else ""


_MARKUP = re.compile(r"<[^<>]*>|\*\*|__|~~")
_WORD = re.compile(
    r"""
    (?P<percent>\d+(?:[.,]\d+)?\s*(?:%|per\s?cent\b|pc\b))
    |(?P<number>\d+)
    |(?P<word>n/a\b|[^\W\d_]+(?:['’][^\W\d_]+)?)
    |(?P<breaks>[.,;:()\[\]|/\n\-–—•]+)
    """,
    re.IGNORECASE | re.VERBOSE,
)


@lru_cache(maxsize=65536)
def _cell_words(text: str, any_letter: bool) -> _Said:
    """What a cell says by the built-in vocabulary; `any_letter`: a Y is yellow, and not yes."""
    plain = _plain(text)
    parts = _parse(plain)
    if not parts:
        return _Said(silent=not text.strip("-–—. \t\n"))
    if parts[0].tag == "template" or plain.casefold().startswith(("e.g", "i.e")):
        return _Said(why="is text left over from a template")
    folded = fold(plain)
    if folded in _PLACEHOLDERS:
        return _Said(silent=folded in ("", "n a", "na"), why="says nothing of the status")
    letters = _letters(plain) if any_letter or plain.casefold() != "y" else None
    if letters is not None:
        return _Said(rag=letters, why="is a colour, and the plan's key does not say what it means")
    colours = list(dict.fromkeys(COLOURS[part.words] for part in parts if part.tag == "colour"))
    rag = colours[0] if len(colours) == 1 else ""
    rest = [part for part in parts if part.tag != "colour"]
    if not any(part.tag != "harmless" for part in rest):
        return _Said(rag=rag, why="is a colour, and the plan's key does not say what it means" if colours else "")
    percents = [part for part in rest if part.tag == "percent"]
    percent = _value(percents[0].words) if len(percents) == 1 else None
    status, claim, why = _state(rest, percent)
    if status in schema.DONE_STATUSES and ("?" in plain or ("%" in plain and not percents)):
        status, claim, why = "unknown", "", "says that it is done, and something that holds it back"
    if len(colours) > 1:
        return _Said("unknown", "", "", None, "names several colours")
    if why and status == "unknown":
        about = percent is not None and all(part.tag in ("percent", "harmless") for part in rest)
        return _Said(status, claim, rag, percent if about else None, why)
    return _Said(status, claim, rag, percent, why)


_PLACEHOLDERS = frozenset((
    "", "n a", "na", "tbc", "tba", "tbd", "not applicable", "none", "nil", "null", "unknown", "not known",
    "to be confirmed", "no update", "see above", "as above", "blank", "not stated",
))  # fmt: skip


def _cell(text: str, words: Mapping[str, str], *, letters: bool = False) -> _Said:
    """What a cell says: by the plan's own key, else by the built-in vocabulary."""
    built_in = _cell_words(text, letters)
    if not words or not text.strip():
        return built_in
    parts = _parse(_plain(text))
    spoken = [part for part in parts if part.tag != "colour"]
    first = [part for part in spoken if part.clause == spoken[0].clause] if spoken else []
    found = words.get(fold(text)) or words.get(" ".join(part.words for part in spoken))
    if found is None and len(first) < len(spoken) and not _taken_back(spoken[len(first) :]):
        found = words.get(" ".join(part.words for part in first))
    if found is None:
        return built_in
    status, claim = _meaning(found)
    return _Said(status, claim, built_in.rag, built_in.percent)


def _taken_back(parts: list[_Part]) -> bool:
    """Whether words after a status may take it back."""
    return any(
        part.tag in ("doubt", "undone", "part", "none", "begun", "open", "na", "template", "dropped") for part in parts
    )


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub(" ", text.replace("&amp;", "&").replace("&", " and ")).split())


def _letters(plain: str) -> str | None:
    """The colour of a bare letter; blank for two letters (A/R); None where the cell is more than that."""
    found = re.findall(r"[^\W\d_]+", plain.casefold())
    marks = [letter for word in found for letter in ([word] if len(word) == 1 else [])]
    if not found or len(marks) != len(found) or any(mark not in LETTERS for mark in marks) or re.search(r"\d", plain):
        return None
    colours = {LETTERS[mark] for mark in marks}
    return colours.pop() if len(colours) == 1 else ""


def _parse(plain: str) -> list[_Part]:
    """The cell as phrases, longest first, with the clause each stands in."""
    tokens: list[tuple[str, str, int]] = []  # kind, folded, clause
    clause = 0
    for found in _WORD.finditer(plain):
        kind = found.lastgroup or ""
        if kind == "breaks":
            glued = (
                found[0] in "-–/"
                and plain[found.start() - 1 : found.start()].strip()
                and plain[found.end() : found.end() + 1].strip()
            )
            if not (glued and found[0] != "/"):
                clause += 1
            continue
        tokens.append((kind, fold(found[0].replace("/", "")) if kind == "word" else found[0], clause))
    parts: list[_Part] = []
    held = Counter(clause for _, _, clause in tokens)
    k = 0
    while k < len(tokens):
        kind, word, clause = tokens[k]
        if word in ("b", "g", "a", "r") and held[clause] == 1 < len(tokens):  # "B - Complete"
            parts.append(_Part("colour", LETTERS[word], clause))
        elif kind == "percent":
            parts.append(_Part("percent", word, clause))
        elif kind == "number" or word in _DATE_WORDS:
            parts.append(_Part("date", word, clause))
        elif word in COLOURS:
            parts.append(_Part("colour", word, clause))
        else:
            for words, tag in _PHRASES.get(word, ()):
                taken = tokens[k : k + len(words)]
                if tuple(each[1] for each in taken) == words and len({each[2] for each in taken}) == 1:
                    parts.append(_Part(tag, " ".join(words), clause))
                    k += len(words) - 1
                    break
            else:
                parts.append(_Part("word", word, clause))
        k += 1
    return parts


def _value(text: str) -> float | None:
    found = re.match(r"\d+(?:[.,]\d+)?", text)
    value = float(found[0].replace(",", ".")) if found else 101.0
    return value if value <= 100 else None


def _state(parts: list[_Part], percent: float | None) -> tuple[str, str, str]:
    """Status and claim of the phrases of a cell, or why they are not known."""
    states = [part for part in parts if part.tag in _MEANS or part.tag == "closed"]
    words = [part for part in parts if part.tag == "word"]
    claims = list(dict.fromkeys(_MEANS[part.tag][1] for part in states if part.tag in _MEANS and _MEANS[part.tag][1]))
    if len(claims) > 1:
        return "unknown", "", "says two things of its timeliness"
    claim = claims[0] if claims else ""
    if any(part.tag == "na" for part in parts):
        return "unknown", "", "says that it does not apply"
    if (by_share := _by_share(parts, percent, claim)) is not None:
        return by_share
    first = next((part for part in parts if part.tag not in ("harmless", "date", "percent")), None)
    if first is None:
        return "unknown", claim, "is not in the plan's key nor a known word"
    clause = first.clause
    head = [part for part in parts if part.clause == clause]
    named = list(
        dict.fromkeys(_MEANS[part.tag][0] if part.tag in _MEANS else "closed" for part in head if part in states)
    )
    if _by_someone(parts, first):
        return _MEANS[first.tag][0], "", ""
    if any(part.tag == "word" for part in head) or not named:
        return _beyond(parts, states, words, claim)
    tail = [part for part in parts if part.clause > clause]
    by_then = any(part.words == "by" for part in tail) and any(part.tag == "date" for part in tail)
    telling = [
        part for part in tail
        # "Ongoing, complete by July"; "achieved - monitoring no longer required"
        if part in states
        and not (part.tag == "done" and by_then)
        and not (part.tag == "dropped" and part.clause in {word.clause for word in words})
    ]  # fmt: skip
    also = list(dict.fromkeys(_MEANS[part.tag][0] if part.tag in _MEANS else "closed" for part in telling))
    if "done" in {part.tag for part in head} or "evidenced" in {part.tag for part in head}:
        earlier = [part for part in parts if part.clause < clause]
        return _finished([*earlier, *head], tail, named, also, claim)
    if named == ["closed"]:
        if tail and all(part.tag in ("undone", "none", "harmless") for part in tail):
            return "closed not done", "", ""
        if not words and set(also) & {"complete", "evidenced", "closed not done"} and len(set(also)) == 1:
            return also[0], claim, ""
        return "unknown", claim, "does not say whether it was done; the plan's key can"
    if "closed" in named and "closed not done" not in named:
        return "unknown", claim, "does not say whether it was done; the plan's key can"
    # Words of a clause that follows only explain an open status; a second status that is a different one does not.
    both = [*named, *also]
    if _listing(parts) and len(set(both)) > 1 and ("complete" in both or "closed" in both or "closed not done" in both):
        return "unknown", claim, "names several statuses"
    status = _narrow(named)
    if status is None:
        return "unknown", claim, "names several statuses"
    if not words and also and status in schema.OPEN_STATUSES:
        wider = _narrow([*named, *also])
        if wider is None:
            return "unknown", claim, "names several statuses"
        status = wider
    if status == "closed not done" and any(part.tag == "doubt" for part in parts):
        return "unknown", claim, "says that it was closed, and words that hold it back"
    return status, claim if status != "closed not done" else "", ""


def _by_share(parts: list[_Part], percent: float | None, claim: str) -> tuple[str, str, str] | None:
    """The status that "75% complete" gives, where the cell says no more than that."""
    tags = {part.tag for part in parts if part.words not in _ABOUT}
    if (
        percent is None
        or "percent" not in tags
        or tags - {"percent", "harmless", "done", "date", "begun", "part", *_CLAIMING}
    ):
        return None
    if percent == 100 and tags & {"begun", "part"}:
        return "unknown", claim, "says both that it is done and that it is not"
    return _by_percent(percent), claim, ""


def _by_someone(parts: list[_Part], first: _Part) -> bool:
    """Whether a cell says only that something was dropped, or signed off, by someone: Superseded by the new policy."""
    said = parts[parts.index(first) :]
    led = next((n for n, part in enumerate(said[:2]) if part.words.split()[-1] in ("by", "into", "with")), 9)
    rest = said[led + 1 :]
    return (
        first.tag in ("dropped", "evidenced") and said == parts and 1 <= len(rest) <= 4
        and all(part.clause == first.clause and part.tag in ("word", "harmless") for part in said[1:])
        and any(part.tag == "word" for part in rest)
    )  # fmt: skip


_CLAIMING = ("on course", "delayed")
_ABOUT = ("approx", "approximately", "about", "around", "circa", "c")


def _listing(parts: list[_Part]) -> bool:
    """Whether the cell is a list of words to choose from."""
    return len({part.clause for part in parts}) >= 2 and not any(
        part.tag in ("word", "date", "percent") for part in parts
    )


def _finished(
    head: list[_Part], tail: list[_Part], named: list[str], also: list[str], claim: str
) -> tuple[str, str, str]:
    """A cell that begins by saying that it is done: done only if nothing takes it back."""
    everything = [*head, *tail]
    if any(part.tag in ("doubt", "template") or part.words == "or" for part in everything):
        return "unknown", "", "says that it is done, and words that hold it back"
    dated = any(part.tag == "date" for part in everything)
    if not dated and (everything[-1].words == "by" or everything[0].words == "date"):
        return "unknown", "", "is a heading, and what it asks for is not there"
    if any(part.words in ("by", "for", "to") for part in head) and dated:
        return "unknown", "", "may mean that it is to be done by then"
    if any(
        part.tag == "delayed"
        and {"not", "behind", "off", "missed", "slipped", "slipping", "overdue"} & set(part.words.split())
        for part in everything
    ):
        return "unknown", "", "says both that it is done and that it is not"
    states = {*named, *also}
    open_ones = {part.tag for part in everything} & {"none", "begun", "open", "undone", "part", "at risk"}
    if open_ones or "closed not done" in states:
        return "unknown", "", "says both that it is done and that it is not"
    if any(part.tag == "percent" and _value(part.words) != 100 for part in everything):
        return "unknown", "", "says both that it is done and that it is not"
    alone = Counter(part.clause for part in everything)
    if _counted(head, tail) or any(part.words == "0" and alone[part.clause] == 1 for part in tail):
        return "unknown", "", "counts a part that is done"
    return ("evidenced" if "evidenced" in states else "complete"), claim, ""


def _counted(head: list[_Part], tail: list[_Part]) -> bool:
    """Whether it says "3 of 5" or "1/2 complete": a number before the word that is no date."""
    parts = [*head, *tail]
    if any(
        one.words.isdigit() and two.words in ("of", "out") and three.words.isdigit()
        for one, two, three in zip(parts, parts[1:], parts[2:], strict=False)
    ):
        return True
    first = next(k for k, part in enumerate(parts) if part.tag in ("done", "evidenced"))
    before = [part.words for part in parts[:first] if part.tag == "date"]
    return bool(before) and not (len(before) >= 3 or any(len(word) == 4 or word in MONTHS for word in before))


def _narrow(named: list[str]) -> str | None:
    """The one status that several words of a clause give, if they agree."""
    exact = [status for status in dict.fromkeys(named) if status not in ("open", "closed")]
    if not exact:
        return "open" if "open" in named else None
    if len(exact) == 1:
        if exact[0] == "closed not done":
            return exact[0]
        return exact[0] if exact[0] in schema.OPEN_STATUSES or "open" not in named else None
    return None


def _beyond(parts: list[_Part], states: list[_Part], words: list[_Part], claim: str) -> tuple[str, str, str]:
    """A cell whose first clause has unknown words: a status only where no phrase in it says that it is done."""
    why = "is not in the plan's key nor a known word"
    open_tags = ("none", "undone", "part", "delayed", "on course", "at risk")
    told = [part for part in states if part.tag in open_tags]
    if len(words) <= 4 and told and all(part.tag in (*open_tags, "begun", "open") for part in states):
        status = _narrow([_MEANS[part.tag][0] for part in states])
        if status is not None:
            return status, claim, ""
    # "Delivery: on target", "Phase one complete": only the timeliness is sure, if anything.
    ends = [part for part in parts if part.clause == parts[-1].clause]
    if (
        len({part.clause for part in parts}) == 2
        and len(words) <= 2
        and all(part.tag in (*_MEANS, "harmless", "date") for part in ends)
    ):
        head = [part for part in parts if part.clause != parts[-1].clause]
        if all(part.tag in ("word", "harmless", "date") for part in head):
            named = [_MEANS[part.tag][0] for part in ends if part.tag in _MEANS]
            status = _narrow(named) if named else None
            if status in schema.OPEN_STATUSES:
                return status, claim, ""
    return "unknown", "", why


# --- the source's own key -------------------------------------------------------------------------------------------


_LEGEND_MARK = re.compile(
    rf"(?<![^\W_])(?:(?P<word>(?i:{'|'.join(COLOURS)}))|(?P<letter>[BRAGY]))\s*(?:\(\s*[A-Za-z]{{1,7}}\s*\)\s*)?"
    r"(?:=+>?|:|[-–—]+>?|→)\s*"
)
_LEGEND_ENTRY = re.compile(rf"(.+?)\s*(?:=|:|\(|\s[-–—])\s*({'|'.join(COLOURS)})\s*\)?\.?", re.IGNORECASE)
_LEGEND_HEAD = re.compile(
    r"(?:(?:key|legend|b?rag|status|rating|ratings|colour|coding|progress|to|the|code|codes)\b\W*)*", re.I
)
# A key that speaks of these rates risks, priorities or confidence, and not how far an action is.
_OTHER_SCALES = frozenset(
    "high medium low moderate critical severe major minor negligible likelihood impact probability priority severity "
    "likely unlikely confidence assurance probable feasible unachievable substantial limited score".split()
)


def split_legend(text: str) -> list[tuple[str, str]]:
    """Take apart a key that a document gives in one line or cell.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (str, str)
        Mark and meaning, in order; empty where the text is not surely a key: fewer than two marks, a mark twice, or
        words before the first that are no heading of a key.

    Examples
    --------
    >>> split_legend("Key: Green = complete; Amber = in progress, on track; Red = overdue")
    [('Green', 'complete'), ('Amber', 'in progress, on track'), ('Red', 'overdue')]
    >>> split_legend("B – Complete, G – On track")
    [('B', 'Complete'), ('G', 'On track')]
    >>> split_legend("Green - complete")
    []
    """
    if len(text) > 1000:
        return []
    found = list(_LEGEND_MARK.finditer(text))
    ends = [*(mark.start() for mark in found[1:]), len(text)] if found else []
    pairs = [
        (mark["word"] or mark["letter"], text[mark.end() : end].strip(" \t\n,;|.•·*/"))
        for mark, end in zip(found, ends, strict=True)
    ]
    head = text[: found[0].start()] if found else ""
    if len(pairs) < 2 or not _LEGEND_HEAD.fullmatch(head.strip(" \t\n,;|.•·*([")):
        head_end = _LEGEND_HEAD.match(text)
        entries = [
            part.strip() for part in re.split(r"[;,|\n]", text[head_end.end() if head_end else 0 :]) if part.strip()
        ]
        turned = [_LEGEND_ENTRY.fullmatch(entry) for entry in entries]
        pairs = [(entry[2], entry[1].strip()) for entry in turned if entry]
        if len(pairs) < len(entries):
            return []
    marks = {fold(mark) for mark, _ in pairs}
    loose = any(
        not meaning or meaning.split()[-1].casefold() in ("was", "from", "now", "to", "not") for _, meaning in pairs
    )
    return pairs if len(pairs) >= 2 and len(marks) == len(pairs) and not loose else []


def read_legend(pairs: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Make a key of the legend that a document gives for its own colours, letters or words.

    Parameters
    ----------
    pairs : sequence of (str, str, str)
        Of each entry the text of its mark ("B", "Green", ""), its fill (``#RRGGBB`` or blank), and what it means.

    Returns
    -------
    dict
        In the form of ``[status_key]``: a word or ``fill:#RRGGBB`` to a status, a claim or both. An entry that is not
        surely understood is left out; so is a mark with two meanings. Empty where the legend is of something else (a
        scale of risk, say) or less than half of it is understood.

    Examples
    --------
    >>> read_legend([("B", "#0070C0", "Complete and evidenced"), ("", "#FF0000", "Delayed - action off track")])
    {'b': 'evidenced', 'fill:#0070C0': 'evidenced', 'fill:#FF0000': 'delayed', 'blue': 'evidenced'}
    >>> read_legend([("Red", "", "High"), ("Amber", "", "Medium"), ("Green", "", "Low")])
    {}
    """
    entries = [(mark.strip(), _hex(fill), meaning) for mark, fill, meaning in pairs if meaning.strip()]
    meant = [_legend_meaning(mark, meaning) for mark, _, meaning in entries]
    other = sum(bool(_OTHER_SCALES & set(fold(f"{mark} {meaning}").split())) for mark, _, meaning in entries)
    if len(entries) < 2 or other * 2 >= len(entries) or sum(map(bool, meant)) * 2 < len(entries):
        return {}
    key: dict[str, str] = {}
    twice: set[str] = set()

    def enter(mark: str, value: str) -> None:
        if key.setdefault(mark, value) != value:
            twice.add(mark)

    # an entry that is not understood still takes its mark, so that no other gives that a meaning
    for (mark, fill, _), value in zip(entries, meant, strict=True):
        for form in (fold(mark), f"fill:{fill}" if fill else ""):
            if form:
                enter(form, value)
    derived: dict[str, set[str]] = {}
    for (mark, _, _), value in zip(entries, meant, strict=True):
        colour = (LETTERS if len(mark) == 1 and mark.casefold() != "y" else COLOURS).get(fold(mark), "")
        derived.setdefault(colour, set()).add(value)
    for colour, values in derived.items():
        if colour and colour not in key and len(values) == 1:
            key[colour] = values.pop()
    return {mark: value for mark, value in key.items() if value and mark not in twice}


def _legend_meaning(mark: str, text: str) -> str:
    """What an entry of a legend means, as the key writes it; blank where that is not sure."""
    reading = read_status(text)
    several = reading.status in schema.DONE_STATUSES and re.search(r"/|\bor\b", text, re.IGNORECASE)
    if reading.status == "unknown" or reading.percent is not None or several:
        return ""
    # "Overdue: not complete by its target date" says no less than the word itself
    claim = reading.claim or (read_status(mark).claim if reading.status == "open" else "")
    if reading.status == "open" and claim:
        return claim
    return ", ".join(part for part in (reading.status, claim) if part)
