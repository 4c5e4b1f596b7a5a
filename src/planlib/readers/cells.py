"""What the readers of spreadsheets share: text as it is shown, number formats, colours, and runs within a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

# Finding codes of what a spreadsheet holds and a grid cannot.
BY_RULE = "fill-not-evaluated"  # colours that a rule gives and that were not worked out
NOT_TEXT = "text-not-read"  # comments, shapes: said, not read
HIDDEN = "hidden-but-read"  # rows and columns that are hidden, and read

# The palette of Excel 97; the first eight are there twice.
_BASIC = "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF"
PALETTE = (
    f"{_BASIC} {_BASIC} 800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 "
    "0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC "
    "CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 "
    "333399 333333"
).split()

_LONGEST = 40  # characters of a number format that can be meant; what is longer is shown as it is kept
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MARK = re.compile(r"[\d,*†‡§¶#]{1,5}")  # superscripts that are footnote marks
_UNIT = re.compile(r"(?:^|[\d\s])[kcm]?m$")  # m², km²

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]?|_.|\*.|(?P<bare>.)',
    re.DOTALL | re.IGNORECASE,
)


class Run(NamedTuple):
    """Part of a cell's text in one font."""

    text: str
    struck: bool
    raised: bool = False


def tidy(text: str) -> str:
    r"""Text with single spaces, line breaks kept.

    Examples
    --------
    >>> tidy("  a\u00a0 b \r\n c ")
    'a b\nc'
    """
    if text.isprintable() and "  " not in text and "_x0" not in text:
        return text.strip()
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        return " ".join(text.split())
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def parts(runs: Iterable[Run]) -> tuple[str, tuple[str, ...], str]:
    """What of a cell's runs is text, what is struck out, and which footnote marks it bears.

    Examples
    --------
    >>> parts([Run("30 June", True), Run(" 31 July", False), Run("2", False, True)])
    ('31 July', ('30 June',), '2')
    """
    text, struck, marks = "", [], []
    for (out, raised), group in groupby(runs, key=lambda run: (run.struck and bool(run.text.strip()), run.raised)):
        joined = "".join(run.text for run in group)
        if out:
            struck.append(joined)
            text += " "  # what stands on either side does not grow together
        elif raised and _MARK.fullmatch(joined.strip()) and not _UNIT.search(text[-8:]):
            marks.append(joined.strip())
        else:
            text += joined
    return tidy(text), tuple(filter(None, map(tidy, struck))), " ".join(marks)


def colour(digits: str | None) -> str | None:
    """``#RRGGBB`` of six digits, or of eight with the opacity first; None for white and what is no colour.

    Examples
    --------
    >>> colour("ffFFc000"), colour("FFFFFFFF"), colour("auto")
    ('#FFC000', None, None)
    """
    digits = (digits or "").lstrip("#")
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", digits):
        return None
    digits = digits[-6:].upper()
    return None if digits == "FFFFFF" else f"#{digits}"


class _Format(NamedTuple):
    """One section of a number format."""

    kind: str  # "", date, time, month, month alone, year, percent, number, words
    places: int = 0
    zeros: int = 0
    before: str = ""
    after: str = ""


def _words(texts: list[str]) -> str:
    text = "".join(texts)
    return text if any(letter.isalpha() for letter in text) else ""


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Format, ...]:
    sections: list[list[tuple[str, str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["bare"] == ";":
            sections.append([])
        elif token["elapsed"]:
            sections[-1].append(("bare", "h"))
        else:
            sections[-1] += [(kind, token[kind]) for kind in ("quoted", "escaped", "bare") if token[kind]]
    return tuple(_section(tokens) for tokens in sections[:3])


def _section(tokens: list[tuple[str, str]]) -> _Format:
    bare = "".join(text for kind, text in tokens if kind == "bare").lower()
    drawn = [kind == "bare" and text.lower() not in " -/.,()'" for kind, text in tokens]
    first = drawn.index(True) if True in drawn else len(tokens)
    last = len(drawn) - drawn[::-1].index(True) if True in drawn else len(tokens)
    before = _words([text for kind, text in tokens[:first] if kind != "bare" or text == " "])
    after = _words([text for kind, text in tokens[last:] if kind != "bare" or text == " "])
    if not bare.strip():
        return _Format("words", before=before) if before.strip() else _Format("")
    if "general" in bare or "@" in bare:
        return _Format("")
    if re.search(r"[dmyhsge]", re.sub(r"e[+-]", "", bare)):
        return _Format(_date_kind(bare), before=before, after=after)
    number = re.fullmatch(r"(#,##0|[0#]+)(?:\.([0#?]+))?(%?)", bare.strip(" -()"))
    if not number or len(bare) > _LONGEST or any(kind != "bare" and text.strip() for kind, text in tokens[first:last]):
        return _Format("")
    zeros = number[1].count("0") if number[1].strip("0") == "" else 0
    kind = "percent" if number[3] else "number"
    places = len(number[2] or "") if kind == "percent" or zeros else 0  # an amount of money keeps its own figures
    return _Format(kind, places, zeros, before, after)


def _date_kind(bare: str) -> str:
    """Which of day, month and year a date format shows."""
    shown = re.findall(r"d+|m+|y+|h+|s+|g+|e+", bare.replace("am/pm", "").replace("a/p", ""))
    letters = [text[0] for text in shown]
    months = [
        at for at, letter in enumerate(letters)
        if letter == "m" and (at == 0 or letters[at - 1] != "h") and (at + 1 == len(letters) or letters[at + 1] != "s")
    ]  # fmt: skip
    if "d" in letters:
        return "date"
    year = any(letter in "ye" for letter in letters)
    if months:
        return "month" if year else "month alone"
    return "year" if year and not set(letters) & {"h", "s"} else "time"


def is_date(code: str) -> bool:
    """Whether a number under this format is a day or a time."""
    return _sections(code)[0].kind in ("date", "time", "month", "month alone", "year")


def is_plain(code: str) -> bool:
    """Whether a value under this format is shown as it is kept: `show` would give None for any."""
    return all(
        each.kind in ("", "date", "time") or (each.kind == "number" and not each.places and each.zeros < 2
                                              and not each.before and not each.after)
        for each in _sections(code)
    )  # fmt: skip


def show(code: str, value: Any) -> str | None:
    """A number or date as its format shows it, where that is not how it is kept.

    Parameters
    ----------
    code : str
        Number format, as ``0.00%`` or ``mmm-yy``.
    value : float, datetime.date or datetime.datetime

    Returns
    -------
    str or None
        None where the value itself is shown. No figure is lost by rounding but in percentages.

    Examples
    --------
    >>> show("0%", 0.25), show("mmm-yy", date(2011, 9, 1)), show("0.00", 1.1), show('"R"000', 7.0)
    ('25%', 'Sep 2011', '1.10', 'R007')
    >>> show("dd/mm/yyyy", date(2011, 9, 1)), show("#,##0", 1200.0)
    (None, None)
    """
    sections = _sections(code)
    if isinstance(value, date):
        form = sections[0]
        shown = {
            "month": f"{_MONTHS[value.month - 1]} {value.year}", "month alone": _MONTHS[value.month - 1],
            "year": str(value.year),
        }.get(form.kind)  # fmt: skip
        return tidy(f"{form.before}{shown}{form.after}") if shown else None
    if not isinstance(value, float) or not abs(value) < 1e15:
        return None
    form = sections[1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0]
    if form.kind == "words":
        return tidy(form.before)
    if form.kind == "percent":
        return tidy(form.before + _percent(value, form.places) + form.after)
    if form.kind != "number":
        return None
    kept = text_of(value)
    figures = kept.partition(".")[2]
    if "e" in kept or not (form.places > len(figures) or form.zeros > 1 or form.before or form.after):
        return None
    digits = f"{abs(value):.{max(form.places, len(figures))}f}"
    sign = "-" if value < 0 else ""
    width = form.zeros + (len(digits) - len(digits.partition(".")[0]))
    return tidy(form.before + sign + digits.rjust(width, "0") + form.after)


def _percent(value: float, places: int) -> str:
    # Rounded half up, as a sheet does; but what falls short of a hundred is never shown as one.
    exact = Decimal(f"{value * 100:.12g}")
    rounded = exact.quantize(Decimal(1).scaleb(-min(places, 10)), ROUND_HALF_UP)
    if rounded == 100 != exact:
        return f"{exact.normalize():f}%"
    return f"{rounded:f}%"


def text_of(value: Any) -> str:
    """A value as text: dates in ISO form, whole numbers without a point, others to fifteen figures."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Excel keeps and shows fifteen figures.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        if not (value.hour or value.minute or value.second or value.microsecond):
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def column_of(name: str) -> int:
    """The column, from 0, that letters name."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first few names, and that there are more."""
    names = list(names)
    return ", ".join(names[:most]) + (" and others" if len(names) > most else "")
