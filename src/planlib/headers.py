"""Says what the header of a column means: which canonical column it is, how that is known, and what came close."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from planlib import schema

LIKE_ENOUGH = 90  # rapidfuzz score from which a header is taken for a known word that it is not
_LONGEST = 160  # characters of a header; a longer text is none
_MOST_WORDS = 14  # of a header whose single words are looked at
# Nearly a known word, and another thing: a person, a yes or no.
_UNLIKE = frozenset(("completed by", "complete", "closed by", "dated", "stated"))
_REVISED = re.compile(r"\b(revised|new|extended|extension)\b")
_ORDINAL = re.compile(r"\b(first|second|third|fourth|fifth|further)\b")
_IN_FORCE = re.compile(r"\b(current|latest|forecast|expected)\b")
_PERIOD = re.compile(
    r"\b(as at|at|to|for|in|on|of)?\s*\b(q[1-4]|h[12]|\d{1,2}(st|nd|rd|th)?|(19|20)\d\d|jan\w*|feb\w*|mar(ch)?|apr\w*|may|june?|july?"
    r"|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|quarter|month|period|week|year)\b"
)
# What is in brackets is left out, but not what tells two columns apart: "Target date (revised)".
_TELLING = re.compile(r"^(.*)[(\[]\s*(original|baseline|initial|revised|new|current|latest|previous|planned|forecast|actual)\s*[)\]]")
# Headers that say what a date is, and that it is one only together.
_BARE = (
    {"original": "baseline", "target": "forecast", "completed": "actual"},
    {"original": "planned", "target": "forecast", "completed": "actual"},
    {"original": "plan", "target": "forecast", "completed": "actual"},
    {"original": "baseline", "target": "forecast"},
    {"original": "baseline", "target": "current"},
    {"original": "original date", "target": "current date"},
    {"original": "baseline date", "target": "current date"},
    {"original": "original", "target": "current"},
    {"original": "original", "target": "forecast"},
    {"target": "planned", "completed": "actual"},
)
# Headers of a date that is a target where nothing else is.
_TARGET_IF_NONE = ("completion date", "date of completion", *schema.SYNONYMS["timescale"])


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class _Rule(NamedTuple):
    """Words that make a header a canonical column: one of each group, and none of the others."""

    name: str
    groups: tuple[frozenset[str], ...]
    without: frozenset[str] = frozenset()


# Words of a header over days of slip, and of one over something else in days.
_DAY = _words("day days")
_SLIP = _words("slip slips slipped slippage variance late delay delays delayed overdue deviation")
_NOT_ITS_SLIP = _words(
    "last previous since prior period reason budget cost costs financial spend spending allowed permitted max maximum float "
    "average total likely possible potential tolerance"
)
_DAYS = re.compile(
    r"\(?(?P<sign>[+\-\u2212\u2013]?)\s*(?P<number>\d{1,3}(?:,\d{3})+|\d{1,5})(?:\.0+)?\s*(?P<unit>(?:working |calendar )?(?:days?|d))?"
    r"\s*(?P<way>late|later|early|earlier|behind|ahead|overdue)?\)?",
    re.IGNORECASE,
)
_TIME = _words("date dates deadline when timescale timescales timeframe by completion")
_MONEY = _words("budget cost costs benefit benefits variance financial spend spending baseline funding savings")
_AREA = _words("recommendation recommendations theme themes workstream domain standard category")
_NUMBER = _words("ref reference no number id code identifier")
# Tried in this order for a header that no known word matches; the first that holds.
_RULES = (
    _Rule("reason", (_words("reason reasons explanation rationale justification"),), _MONEY),
    _Rule("reason", (_words("narrative commentary comments"), _words("schedule slippage deviation delay")), _MONEY),
    _Rule("progress", (_words("narrative commentary comments comment"),), _MONEY),
    _Rule("percent_complete", (_words("% percent percentage"), _words("complete completed completion progress done"))),
    _Rule("rag", (_words("rag brag bragg"),), _words("previous last prior key")),
    _Rule("rag", (_words("delivery"), _words("confidence")), _words("previous last prior")),
    _Rule("previous_target", (_words("previous previously old prior"), _TIME), _words("start review update")),
    _Rule(
        "original", (_words("original originally baseline initial first"), _TIME), _words("start review meeting raised"),
    ),
    _Rule(
        "completed", (_words("actual achieved completed closed closure"), _words("date end finish on")),
        _words("target planned expected due forecast start be estimated"),
    ),
    _Rule(
        "target", (_words("target due deadline completion completed complete implementation implemented delivery end finish when"),
                   _TIME), _words("start review meeting last created raised opened reported actual budget"),
    ),
    _Rule("status", (_words("status"),), _words("previous last prior employment")),
    _Rule(
        "lead", (_words("lead owner owners officer officers responsible responsibility accountable sro whom"),),
        _words("date dates email phone telephone comments update ref"),
    ),
    _Rule("area_ref", (_AREA | _words("area rec"), _NUMBER)),
    _Rule("ref", (_words("ref reference id identifier no number"), _words("action actions task milestone item project unique")),
          _words("building phone")),
    _Rule("ref", (_words("id identifier"), _words("number no id identifier")),
          _words("building staff employee cost budget parent phone risk department programme funding")),
    _Rule("area", (_AREA,), _words("date status owner lead update progress action actions")),
    _Rule("progress", (_words("progress update updates"),), _words("date next due rag by")),
    _Rule(
        "action", (_words("action actions task tasks milestone milestones activity deliverable description"),),
        _words("plan type date status owner lead by ref no number id progress update completed cost prerequisites coding"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """What the headers of a table mean.

    Attributes
    ----------
    columns : mapping of str to int
        Canonical name to column; no column serves two names.
    guessed : mapping of str to str
        Names that no known header gave, with how they were found.
    rivals : mapping of str to int
        Name to the column that came second, if one came close.
    revisions : tuple of int
        Columns of earlier revised dates, in order, where there are several and the target is the last of them.
    """

    columns: Mapping[str, int]
    guessed: Mapping[str, str]
    rivals: Mapping[str, int] = field(default_factory=dict)
    revisions: tuple[int, ...] = ()


def fold_header(text: str) -> str:
    """A header as it is compared: no line breaks, brackets, punctuation or capitals.

    Examples
    --------
    >>> fold_header("Target Date (as agreed):"), fold_header("due_date")
    ('target date', 'due date')
    """
    return _fold(text) if len(text) <= 600 else ""


@lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _TELLING.sub(r"\2 \1 ", text)
    text = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", text)
    text = re.sub(r"[^\w%#]+|_+", " ", text)
    return " ".join(text.split())


KNOWN = {fold_header(word): name for name, words in reversed(schema.SYNONYMS.items()) for word in words}


def match_headers(
    headers: Sequence[Sequence[str]], named: Mapping[str, Sequence[str]], filled: Collection[int] | None = None
) -> Match:
    """Say which column holds what.

    Parameters
    ----------
    headers : sequence of sequence of str
        For each column the texts that its header can be read as, the fullest first: of a header two rows deep the
        text of both rows together, then of the lower one.
    named : mapping
        The plan's own canonical name to header texts, first found wins; these are tried before any known word.
    filled : collection of int, optional
        Columns that have text below; of headers for several periods the last of these is taken.

    Returns
    -------
    Match
    """
    folded = [[fold for text in texts if len(fold := fold_header(text)) in range(1, _LONGEST)] for texts in headers]
    found: dict[str, int] = {}
    for name, wanted in named.items():
        for header in map(fold_header, wanted):
            column = next((at for at, texts in enumerate(folded) if header in texts and at not in found.values()), None)
            if header and column is not None:
                found[name] = column
                break
    free = [column for column, texts in enumerate(folded) if texts and column not in found.values()]
    if not {"target", "original", "completed"} & named.keys():
        found |= _bare(folded, free)
    if not {"target", "original"} & (named.keys() | found.keys()):
        found |= _original_and_revised(folded, free)
    guessed: dict[str, str] = {}
    rivals: dict[str, int] = {}
    for how, distance, column, _, name in _ranked(folded, [each for each in free if each not in found.values()],
                                                  [*found, *named], filled):  # fmt: skip
        if column in found.values():
            continue
        if name in found:
            rivals.setdefault(name, column)
            continue
        found[name] = column
        if how:
            guessed[name] = "its words say so" if how == 1 else f"{100 - distance} % like a known header"
    _target_if_none(folded, found, guessed, named)
    revisions = () if "target" in named else _revisions(folded, found)
    if revisions:
        found["target"] = revisions[-1]
    taken = {*found.values(), *revisions}
    return Match(
        found, guessed, {name: column for name, column in rivals.items() if column not in taken}, revisions[:-1]
    )  # fmt: skip


def _ranked(
    folded: Sequence[Sequence[str]], free: Iterable[int], taken: Collection[str], filled: Collection[int] | None
) -> list[tuple[int, int, int, int, str]]:
    """Every meaning of every free column, the surest first: how (0 known, 1 by words, 2 by likeness), how far, column."""
    ranked = []
    for column in free:
        for order, (name, words) in enumerate(schema.SYNONYMS.items()):
            if name in taken:
                continue
            near = min((each for text in folded[column] if (each := _distance(text, name, words))), default=None)
            if near is not None:
                # Of "Progress Q1", "Progress Q2" the last that has text.
                periodic = near[0] == 1 and any(_PERIOD.search(text) for text in folded[column])
                late = -column if periodic and (filled is None or column in filled) else column
                ranked.append((near[0], near[1], late, order, column, name))
    return [(how, far, column, order, name) for how, far, _, order, column, name in sorted(ranked)]


def _distance(header: str, name: str, words: Sequence[str]) -> tuple[int, int] | None:
    """How a header says a name, and how far down the list or how unlike; None if it does not."""
    if header in words:
        return 0, words.index(header)
    if len(header) <= 3 or header in _UNLIKE:
        return None
    # By letters, not by words in any order: "date agreed" is no "agreed date".
    score = max(fuzz.ratio(header, word) for word in words) if len(header) > 4 else 0
    if score >= LIKE_ENOUGH:
        return 1 if header not in KNOWN and _by_words(header) == name else 2, round(100 - score)
    return (1, 10) if header not in KNOWN and _by_words(header) == name else None


def _plain(header: str) -> str:
    """A header without its number or period: "2nd revised date" is a revised date."""
    # "First target date" is no target date, but the first of several revised ones is one of them.
    without = _ORDINAL.sub(" ", header) if _REVISED.search(header) else header
    return " ".join(_PERIOD.sub(" ", without).split()) or header


@lru_cache(maxsize=4096)
def _by_words(header: str) -> str:
    """The canonical name that single words of a header give, or blank."""
    plain = _plain(header)
    if plain in KNOWN:
        return KNOWN[plain]
    words = plain.split()
    if len(words) > _MOST_WORDS:
        return ""
    have = frozenset(words)
    for rule in _RULES:
        if all(group & have for group in rule.groups) and not rule.without & have:
            if len(rule.groups) == 2 and len(have & (rule.groups[0] | rule.groups[1])) < 2 <= len(words):
                continue  # one word cannot be both
            return rule.name
    return ""


def stated_slip(header: str, text: str) -> int | None:
    """Days of slip that a cell states, later positive; None where it states none, or not in days.

    Parameters
    ----------
    header, text : str
        A source's own header, such as "Variance (days)" or "Days late", and the cell below it.

    Examples
    --------
    >>> stated_slip("Variance (days)", "+14"), stated_slip("Slippage", "3 days early"), stated_slip("Slippage", "2 weeks")
    (14, -3, None)
    """
    unit = _slip_unit(header)
    said = _DAYS.fullmatch(text.strip()) if unit is not None else None
    if not said or not (unit or said["unit"]):
        return None
    days = int(re.sub(r"[\s,]", "", said["number"]))
    less = said["sign"] in ("-", "\u2212", "\u2013") or (text.strip().startswith("(") and not said["unit"])
    return -days if less or (said["way"] or "").casefold() in ("early", "ahead", "earlier") else days


def so_far(header: str) -> bool:
    """Whether days under a header may be counted up to the date of the report: what is late or overdue."""
    return bool(re.search(r"\b(late|overdue|delay\w*)\b", header, re.IGNORECASE))


@lru_cache(maxsize=4096)
def _slip_unit(header: str) -> str | None:
    """The unit that a header of slip gives, blank if it gives none; None if it is no header of slip."""
    words = _words(re.sub(r"[\W_]+", " ", header.casefold()))
    if not _SLIP & words or _NOT_ITS_SLIP & words or "%" in header:
        return None
    return "days" if _DAY & words else ""


def holds_revisions(headers: Mapping[int, str], columns: Mapping[str, int]) -> bool:
    """Whether the target column holds revisions only, so that where it is blank the original stands."""
    if "target" not in columns or "original" not in columns:
        return False
    target = fold_header(headers.get(columns["target"], ""))
    return bool(_REVISED.search(target)) and not _IN_FORCE.search(target)


def _bare(folded: Sequence[Sequence[str]], free: Sequence[int]) -> dict[str, int]:
    """Take "Baseline", "Forecast" and "Actual" for dates where they stand side by side and nothing else is a target."""
    targets = schema.SYNONYMS["target"]
    if any(text in targets and text not in ("planned", "forecast") for column in free for text in folded[column][:1]):
        return {}
    at = {text: column for column in free for text in (_plain(folded[column][0]), folded[column][0])}
    return next(({name: at[word] for name, word in words.items()} for words in _BARE if set(words.values()) <= at.keys()), {})


def _original_and_revised(folded: Sequence[Sequence[str]], free: Sequence[int]) -> dict[str, int]:
    """Take "Target date" beside "Revised target date" as the original."""
    words = schema.SYNONYMS["target"]
    texts = {column: [each for text in folded[column] for each in (text, _plain(text))] for column in free}
    known = {column: next((text for text in texts[column] if text in words), "") for column in free}
    targets = sorted((column for column in free if known[column]), key=lambda column: words.index(known[column]))
    revised = [column for column in targets if _REVISED.search(known[column]) or _IN_FORCE.search(known[column])]
    plain = [column for column in targets if column not in revised]
    if not plain and any("completion" in known[column] for column in revised):
        plain = [column for column in free if any(text in _TARGET_IF_NONE[:2] for text in folded[column])]
    originals = schema.SYNONYMS["original"]
    has_original = any(text in originals or _by_words(text) == "original" for column in free for text in folded[column])
    if not revised or not plain or has_original:
        return {}
    return {"target": revised[0], "original": plain[0]}


def _revisions(folded: Sequence[Sequence[str]], found: Mapping[str, int]) -> tuple[int, ...]:
    """The columns of "Revised date 1", "Revised date 2", where there are several and the target is one of them."""
    target = found.get("target")
    if target is None:
        return ()
    wanted = {_plain(text) for text in folded[target] if _REVISED.search(text) or _IN_FORCE.search(text)}
    free = [column for column in range(len(folded)) if column == target or column not in found.values()]
    series = tuple(column for column in free if any(_plain(text) in wanted for text in folded[column]))
    return series if len(series) > 1 else ()


def _target_if_none(
    folded: Sequence[Sequence[str]], found: dict[str, int], guessed: dict[str, str], named: Mapping[str, Sequence[str]]
) -> None:
    """Where nothing else holds target dates, take a completion date or a timescale for them."""
    if "target" in found or "target" in named:
        return
    for name in ("completed", "timescale"):
        if name in found and name not in named and any(text in _TARGET_IF_NONE for text in folded[found[name]]):
            found["target"] = found.pop(name)
            guessed["target"] = "no other column holds a target date"
            guessed.pop(name, None)
            return
