"""A plan's own settings: plan.toml, read once, checked when built, never changed.

An unknown key is an error that names the nearest known one; a value of the wrong kind is an
error that says what is allowed. Nothing here reads a plan.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from planlib import schema
from planlib.errors import InputError, nearest

FILE_NAME = "plan.toml"


@dataclass(frozen=True)
class Inspection:
    """The inspection, audit or review that the plan answers."""

    body: str = ""
    begun: date | None = None
    ended: date | None = None
    published: date | None = None


@dataclass(frozen=True)
class Limits:
    """What reading one source file may cost."""

    seconds: int = 120
    mebibytes: int = 1024
    cells: int = 20_000_000


@dataclass(frozen=True)
class Settings:
    """Everything that plan.toml can say; the defaults are those of a plan without one.

    Attributes
    ----------
    title : str
        What the plan is called in reports.
    anchor_date : datetime.date or None
        What "within 3 months" counts from; the date the inspection was published where not given.
    financial_year_starts : tuple of int
        Month and day.
    meetings, known_from : mapping of datetime.date to datetime.date
        By as-at date: when the report is read; the date of the paper that a rebuilt snapshot was made from.
    columns : mapping of str to tuple of str
        Canonical name to the header texts to look for, first found wins.
    status_key : mapping of str to str
        Word or ``fill:#RRGGBB`` to a canonical status, a claim, or both.
    """

    title: str
    organisation: str = ""
    inspection: Inspection = field(default_factory=Inspection)
    anchor_date: date | None = None
    day_first: bool = True
    financial_year_starts: tuple[int, int] = (4, 1)
    meetings: Mapping[date, date] = field(default_factory=dict)
    known_from: Mapping[date, date] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status_key: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    redact_columns: tuple[str, ...] = ()
    redact_patterns: tuple[str, ...] = ()
    small_number: int = 0
    forecast_pool: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def anchor(self) -> date | None:
        """What relative phrases count from, where it is known."""
        return self.anchor_date or self.inspection.published

    def term(self, word: str) -> str:
        """Our word, or the word that the plan wants printed for it: `said`."""
        return said(self.terms, word)


def said(terms: Mapping[str, str], word: str) -> str:
    """The word to print for one of ours: a capital stays one, and "actions" follows "action" where it is not named.

    Parameters
    ----------
    terms : mapping
        [terms] of plan.toml: our word = word to print.
    word : str
        One of `TERMS`, with or without a capital; any other comes back as it is.
    """
    plain = word[:1].lower() + word[1:]
    text = terms.get(plain)
    if text is None and plain in ("actions", "areas", "leads") and (one := terms.get(plain[:-1])):
        text = one[:-1] + "ies" if one.endswith("y") and one[-2:-1] not in "aeiou" else one + "s"
    if text is None:
        return word
    return text[:1].upper() + text[1:] if word[:1].isupper() else text


def cannot_be_called(name: str) -> bool:
    """Tell whether a plan folder cannot have a name: reports are put into a folder of the same name, beside our own files.

    Parameters
    ----------
    name : str
        Of the folder alone.

    Returns
    -------
    bool
        True for "portfolio", "index.html", what begins with a full stop (hidden, and not listed), bytes that are no
        text, and no name at all.
    """
    return (
        not name or name.startswith(".") or name.casefold() in ("portfolio", "index.html")
        or re.search("[\ud800-\udfff]", name) is not None
    )  # fmt: skip


def read_settings(folder: Path) -> Settings:
    """Read and check ``plan.toml`` of a plan folder.

    Parameters
    ----------
    folder : Path
        The plan folder.

    Returns
    -------
    Settings

    Raises
    ------
    InputError
        If the file is missing, is not TOML, or says something that is not allowed.
    """
    path = folder / FILE_NAME
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise InputError(f'{folder}: no {FILE_NAME}; a plan folder needs one with at least: title = "..."') from None
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); ask for the right to read it, or copy the folder"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not valid TOML: {error}{_toml_advice(text, str(error))}") from None
    return parse_settings(raw, where=str(path))


_VALUE = re.compile(r"\s*[^=#]+?=\s*(?P<value>[^#]*)")


def _toml_advice(text: str, error: str) -> str:
    """What to do about a line that is no TOML, by what people write into such files."""
    at = re.search(r"at line (\d+)", error)
    lines = text.splitlines()
    number = int(at[1]) if at else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    said = _VALUE.match(line)
    value = said["value"].strip() if said else ""
    if re.search("[“”„‘’]", line):
        advice = 'write straight quotes, "like these", as Notepad does and Word does not'
    elif re.match(r"\d{1,2}[-/. ]", value):
        advice = "a date is written 2026-03-31, without quotes"
    elif value and value[0] not in "\"'[{+-0123456789" and value not in ("true", "false"):
        advice = f'text stands in quotes: "{value.strip(chr(34))}"'
    elif "\\" in value:
        advice = "write each \\ twice, or put the text in single quotes"
    elif line.strip() and not said and not line.strip().startswith("["):
        advice = 'each line is name = "value", or begins with # where it is a remark'
    elif error.startswith("Cannot overwrite") or error.startswith("Cannot declare"):
        advice = "a name may stand only once; take one of them out"
    else:
        advice = "compare it with docs/plan-folder.md"
    return f"; line {number} reads '{line.strip()[:80]}': {advice}" if line.strip() else ""


def parse_settings(raw: Mapping[str, Any], *, where: str = FILE_NAME) -> Settings:
    """Check what plan.toml says and build the settings from it.

    Parameters
    ----------
    raw : mapping
        The parsed TOML.
    where : str
        How messages name the file.

    Returns
    -------
    Settings

    Raises
    ------
    InputError
        If a key is unknown, a needed one is missing or a value is not allowed.
    """
    reader = _Checked(raw, where)
    reader.only(
        "title", "organisation", "inspection", "anchor_date", "day_first", "financial_year_starts", "meetings",
        "known_from", "columns", "status_key", "terms", "redact", "publish", "forecast", "limits",
    )
    title = reader.text("title")
    if not title.strip():
        raise InputError(f'{where}: title is needed (what the plan is called in reports): title = "..."')
    inspection = reader.table("inspection")
    inspection.only("body", "from", "to", "published")
    redact, publish = reader.table("redact"), reader.table("publish")
    redact.only("columns", "patterns")
    publish.only("small_number")
    forecast, limits = reader.table("forecast"), reader.table("limits")
    forecast.only("pool")
    limits.only("seconds", "mebibytes", "cells")
    patterns = redact.texts("patterns")
    for pattern in patterns:
        try:
            matches_nothing = re.compile(pattern).search("") is not None
        except re.error as error:
            raise InputError(f"{where}: redact.patterns: {pattern!r} is not a regular expression: {error}") from None
        if matches_nothing:
            raise InputError(f"{where}: redact.patterns: {pattern!r} matches blank text, so it would match anywhere")
    return Settings(
        title=title,
        organisation=reader.text("organisation"),
        inspection=Inspection(
            inspection.text("body"), inspection.day("from"), inspection.day("to"), inspection.day("published")
        ),
        anchor_date=reader.day("anchor_date"),
        day_first=reader.flag("day_first", True),
        financial_year_starts=_month_day(reader.text("financial_year_starts") or "04-01", where),
        meetings=reader.table("meetings").days(),
        known_from=reader.table("known_from").days(),
        columns=_columns(reader.table("columns")),
        status_key=_status_key(reader.table("status_key")),
        terms=_terms(reader.table("terms")),
        redact_columns=redact.texts("columns"),
        redact_patterns=patterns,
        small_number=publish.number("small_number", 0, least=0),
        forecast_pool=forecast.texts("pool"),
        limits=Limits(
            limits.number("seconds", Limits.seconds),
            limits.number("mebibytes", Limits.mebibytes),
            limits.number("cells", Limits.cells),
        ),
    )


class _Checked:
    """One TOML table whose values are taken by kind, with a clear error for another kind."""

    def __init__(self, raw: Mapping[str, Any], where: str) -> None:
        self.raw, self.where = raw, where

    def _wrong(self, key: str, allowed: str) -> InputError:
        return InputError(f"{self.where}: {key} must be {allowed}, not {self.raw[key]!r}")

    def only(self, *known: str) -> None:
        for key in self.raw:
            if key not in known:
                raise InputError(
                    f"{self.where}: unknown key '{key}'.{nearest(key, known)} Known keys: {', '.join(known)}"
                )

    def table(self, key: str) -> _Checked:
        value = self.raw.get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, f"a table: [{key}]")
        return _Checked(value, f"{self.where}: [{key}]")

    def text(self, key: str) -> str:
        value = self.raw.get(key, "")
        if not isinstance(value, str):
            raise self._wrong(key, "text in quotes")
        return value

    def all_texts(self) -> dict[str, str]:
        return {key: self.text(key) for key in self.raw}

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "text in quotes or a list of them")
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def number(self, key: str, default: int, *, least: int = 1) -> int:
        value = self.raw.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._wrong(key, f"a whole number from {least}")
        return value

    def day(self, key: str) -> date | None:
        return self._needed_day(key) if key in self.raw else None

    def _needed_day(self, key: str) -> date:
        day = _day(self.raw[key])
        if day is None:
            raise self._wrong(key, "a date written YYYY-MM-DD")
        return day

    def days(self) -> Mapping[date, date]:
        found: dict[date, date] = {}
        for key in self.raw:
            as_of = _day(key)
            if as_of is None:
                raise InputError(f"{self.where}: '{key}' must be an as-at date written YYYY-MM-DD")
            found[as_of] = self._needed_day(key)
        return MappingProxyType(found)


TERMS = (*schema.STANDINGS, "action", "actions", "area", "areas", "lead", "leads")
"""Words that a plan may have printed otherwise."""
LONGEST_TERM = 60  # characters; a term stands in headings, keys and squares


def _terms(table: _Checked) -> Mapping[str, str]:
    table.only(*TERMS)
    terms = {word: " ".join(text.split()) for word, text in table.all_texts().items()}
    for word, text in terms.items():
        if not text or len(text) > LONGEST_TERM:
            raise InputError(f"{table.where}: '{word}' must have from 1 to {LONGEST_TERM} characters to print, not {text!r}")
    printed: dict[str, str] = {}
    for name in schema.STANDINGS:
        text = terms.get(name, name)
        if (other := printed.setdefault(text.casefold(), name)) != name:
            raise InputError(f"{table.where}: '{name}' and '{other}' would both be printed as '{text}'")
    return MappingProxyType(terms)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def _month_day(text: str, where: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2})-(\d{2})", text)
    try:
        month, day = (int(found[1]), int(found[2])) if found else (0, 0)
        date(2001, month, day)
    except ValueError:
        raise InputError(f'{where}: financial_year_starts must be "MM-DD", such as "04-01", not {text!r}') from None
    return month, day


def _columns(table: _Checked) -> Mapping[str, tuple[str, ...]]:
    table.only(*schema.SYNONYMS)
    found = {name: table.texts(name) for name in table.raw}
    for name, headers in found.items():
        if not headers or not all(header.strip() for header in headers):
            raise InputError(f"{table.where}: {name} must be the text of a header, or a list of them, and not blank")
    return MappingProxyType(found)


def _status_key(table: _Checked) -> Mapping[str, str]:
    allowed = (*schema.STATUSES, *schema.CLAIMS)
    key = table.all_texts()
    seen: dict[str, str] = {}
    for word, meaning in key.items():
        parts = [part.strip() for part in meaning.split(",")]
        bad = [part for part in parts if part not in allowed]
        claims = sum(part in schema.CLAIMS for part in parts)
        if bad or claims > 1 or len(parts) - claims > 1:
            raise InputError(
                f"{table.where}: '{word}' = '{meaning}' is not a status, a claim, or 'status, claim'."
                f"{nearest(bad[0], allowed) if bad else ''} Allowed: {', '.join(allowed)}"
            )
        is_fill = word.casefold().startswith("fill:")
        if is_fill and not re.fullmatch(r"fill:\s*#[0-9a-f]{6}", word.casefold()):
            raise InputError(f"{table.where}: '{word}' is not a fill; write it fill:#RRGGBB, such as fill:#00B050")
        folded = " ".join(word.casefold().split())
        if not any(character.isalnum() for character in word):
            raise InputError(f"{table.where}: '{word}' has no letter or figure to compare a status with")
        if seen.setdefault(folded, meaning) != meaning:
            raise InputError(f"{table.where}: '{word}' stands twice, with '{seen[folded]}' and '{meaning}'")
    return MappingProxyType(key)
