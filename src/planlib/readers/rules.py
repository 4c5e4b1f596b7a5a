"""Works out the fills that simple rules of conditional formatting give; says which rules it cannot.

A rule's test takes the values of the sheet and a row and a column; None stands for one that cannot be worked out.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from planlib.readers.cells import column_of

Area = tuple[int, int, int, int]  # top, left, bottom, right, all within
Values = Sequence[Sequence[Any]]
Part = Callable[[Values, int, int], Any]  # of a formula, for the cell in a row and a column

_SAID = 500  # characters of a rule that a note may repeat: thousands of rules can share a list of a million areas
_TESTS = 5_000_000  # cells times rules; beyond, a sheet's rules count as not worked out
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equal": operator.eq, "notEqual": operator.ne, "lessThan": operator.lt, "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt, "greaterThanOrEqual": operator.ge,
}  # fmt: skip
SIGNS = {"=": "equal", "<>": "notEqual", "<": "lessThan", "<=": "lessThanOrEqual", ">": "greaterThan",
          ">=": "greaterThanOrEqual"}  # fmt: skip
# Read one way only (*+): two quotation marks could else be a mark within a text, or the end of one and the beginning of another.
_STRING_LITERAL = r'"(?:[^"]|"")*+"'
_OPERAND = rf"(?:{_STRING_LITERAL}|\$?[A-Z]{{1,3}}\$?\d{{1,7}}|-?\d+(?:\.\d+)?|TRUE|FALSE)"
_COMPARISON = re.compile(rf"\s*({_OPERAND})\s*(=|<>|<=|>=|<|>)\s*({_OPERAND})\s*")
_BLANK = re.compile(r"\s*LEN\(TRIM\((\$?[A-Z]{1,3}\$?\d{1,7})\)\)\s*([=>])\s*0\s*")
_SOUGHT_IN = re.compile(rf"\s*NOT\(ISERROR\(SEARCH\(({_STRING_LITERAL})[,;]\s*(\$?[A-Z]{{1,3}}\$?\d{{1,7}})\)\)\)\s*")
_SOUGHT = re.compile(rf"(?:SEARCH|LEN)\(\s*({_STRING_LITERAL})|=\s*({_STRING_LITERAL})\s*$")


class Rule(NamedTuple):
    """One rule; without a test it cannot be worked out."""

    priority: int
    areas: Sequence[Area]
    test: Part | None
    fill: str | None  # "" covers a fill below with none; None says nothing of fills
    stops: bool
    words: str


def read_rules(sheet: Any, fills: Sequence[str | None]) -> list[Rule]:
    """Rules of a sheet that bear on fills, the first in force first.

    Parameters
    ----------
    sheet : lxml.etree._Element
        The sheet, which need not hold its cells.
    fills : sequence
        What each format of a rule says of fills.
    """
    rules = []
    for block in sheet.iter("{*}conditionalFormatting"):
        ranges = block.get("sqref") or block.findtext("{*}sqref") or ""
        areas = [area for text in ranges.split() if (area := area_of(text))]
        for each in block.iterfind("{*}cfRule"):
            number = each.get("dxfId") or ""
            fill = fills[int(number)] if _is_count(number) and int(number) < len(fills) else None
            stops = each.get("stopIfTrue") in ("1", "true")
            kind = each.get("type", "")
            unknown = kind == "colorScale" or each.find("{*}dxf") is not None  # Excel 2010's own keep it within
            if areas and (unknown or fill is not None or stops) and kind not in ("dataBar", "iconSet"):
                formulas = [formula.text or "" for formula in each.iterfind("{*}formula")]
                test = None if unknown else _test(each, kind, formulas, areas[0][:2])
                priority = each.get("priority") or ""
                rules.append(Rule(int(priority) if _is_count(priority) else 0, areas, test, "" if unknown else fill, stops,
                                  in_words(ranges, " ".join(formulas) or kind)))  # fmt: skip
    return sorted(rules, key=lambda rule: rule.priority)


def in_words(ranges: str, condition: str) -> str:
    """Where a rule holds and what it asks, to be named by; each as far as a person reads it."""
    return ": ".join(text if len(text) <= _SAID else f"{text[:_SAID]} …" for text in (ranges, condition))


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def apply_rules(rules: Sequence[Rule], values: Values, fills: dict[tuple[int, int], str]) -> list[str]:
    """Put the fills that rules give into `fills`; where a rule cannot be worked out, the cells have none.

    Returns
    -------
    list of str
        The rules that could not be worked out, in words.
    """
    settled: set[tuple[int, int]] = set()
    unknown: list[str] = []
    within: dict[int, list[Area]] = {}
    tests = 0
    for rule in rules:
        if id(rule.areas) not in within:  # thousands of rules can share thousands of areas
            within[id(rule.areas)] = [area for each in rule.areas if (area := _within(each, values))]
        cells = within[id(rule.areas)]
        tests += sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in cells)
        if tests > _TESTS:
            fills.clear()
            return [*unknown, rule.words, "and all rules after it"]
        if cells and rule.test is None:
            unknown.append(rule.words)
        for cell in _cells(cells):
            if cell in settled:
                continue
            if rule.test is None:
                settled.add(cell)
                fills.pop(cell, None)
            elif rule.test(values, *cell):
                if rule.fill:
                    fills[cell] = rule.fill
                elif rule.fill == "":
                    fills.pop(cell, None)
                if rule.fill is not None or rule.stops:
                    settled.add(cell)
    return unknown


def _cells(areas: Sequence[Area]) -> Iterator[tuple[int, int]]:
    for top, left, bottom, right in areas:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                yield row, column


def _within(area: Area, values: Values) -> Area | None:
    top, left, bottom, right = area
    bottom, right = min(bottom, len(values) - 1), min(right, len(values[0]) - 1 if values else -1)
    return (top, left, bottom, right) if top <= bottom and left <= right else None


def area_of(text: str) -> Area | None:
    """Corners of a range as ``$B$2:D9``."""
    found = _AREA.fullmatch(text)
    if not found:
        return None
    top, left = int(found[2]) - 1, column_of(found[1])
    bottom, right = (int(found[4]) - 1, column_of(found[3])) if found[3] else (top, left)
    return (min(top, bottom), min(left, right), max(top, bottom), max(left, right)) if min(top, bottom) >= 0 else None


def _test(element: Any, kind: str, formulas: Sequence[str], origin: tuple[int, int]) -> Part | None:
    if kind == "cellIs":
        return cell_is(element.get("operator", ""), formulas, origin)
    if kind in ("containsText", "notContainsText", "beginsWith", "endsWith"):
        # The formula is what counts; the attribute beside it may be out of date.
        formula = " ".join(formulas)
        found = _SOUGHT.search(formula)
        return has_text(kind, found[1] or found[2] if found else f'"{element.get("text", "")}"' if not formula else "")
    if kind in ("containsBlanks", "notContainsBlanks"):
        return lambda values, row, column: (not _words(values[row][column]).strip()) == (kind == "containsBlanks")
    return condition(formulas[0], origin) if kind == "expression" and len(formulas) == 1 else None


def cell_is(name: str, formulas: Sequence[str], origin: tuple[int, int]) -> Part | None:
    """A test of a cell against one value or two, by Excel's name of the comparison."""
    operands = [_operand(formula, origin) for formula in formulas]
    bounds = [operand for operand in operands if operand]
    if len(bounds) != len(operands):
        return None
    if name in ("between", "notBetween") and len(bounds) == 2:
        low, high = bounds
        return lambda values, row, column: (
            (
                _compare("greaterThanOrEqual", values[row][column], low(values, row, column))
                and _compare("lessThanOrEqual", values[row][column], high(values, row, column))
            )
            == (name == "between")
        )
    if name in _OPERATORS and len(bounds) == 1:
        return lambda values, row, column: _compare(name, values[row][column], bounds[0](values, row, column))
    return None


def has_text(kind: str, literal: str) -> Part | None:
    """A test whether a cell contains, begins or ends with a text, by Excel's name of it."""
    text = literal[1:-1].replace('""', '"')
    if not re.fullmatch(_STRING_LITERAL, literal) or not text or re.search(r"[*?~]", text):
        return None
    text = text.casefold()
    if kind == "beginsWith":
        return lambda values, row, column: _words(values[row][column]).startswith(text)
    if kind == "endsWith":
        return lambda values, row, column: _words(values[row][column]).endswith(text)
    return lambda values, row, column: (text in _words(values[row][column])) == (kind == "containsText")


def condition(formula: str, origin: tuple[int, int]) -> Part | None:
    """A comparison, or AND or OR of comparisons."""
    formula = formula.strip().removeprefix("=")
    joined = re.fullmatch(rf"\s*(AND|OR)\(((?:{_STRING_LITERAL}|[^\"()])*)\)\s*", formula, re.IGNORECASE)
    texts = re.findall(rf"(?:{_STRING_LITERAL}|[^\",;])+", joined[2]) if joined else [formula]
    parts = [part for text in texts if (part := _comparison(text, origin))]
    if not parts or len(parts) != len(texts):
        return None
    every = all if not joined or joined[1].upper() == "AND" else any
    return lambda values, row, column: every(part(values, row, column) for part in parts)


def _comparison(text: str, origin: tuple[int, int]) -> Part | None:
    found = _COMPARISON.fullmatch(text)
    if not found:
        return _blank_or_sought(text, origin)
    first, second = _operand(found[1], origin), _operand(found[3], origin)
    if not first or not second:
        return None
    name = SIGNS[found[2]]
    return lambda values, row, column: _compare(name, first(values, row, column), second(values, row, column))


def _blank_or_sought(text: str, origin: tuple[int, int]) -> Part | None:
    """Whether a cell is blank, or has a text in it, as a formula asks."""
    blank, sought = _BLANK.fullmatch(text), _SOUGHT_IN.fullmatch(text)
    value = _operand(blank[1], origin) if blank else _operand(sought[2], origin) if sought else None
    if value is None:
        return None
    if blank:
        full = blank[2] == ">"
        return lambda values, row, column: bool(_words(value(values, row, column)).strip()) == full
    test = has_text("containsText", sought[1]) if sought else None
    return (lambda values, row, column: test([[value(values, row, column)]], 0, 0)) if test else None


def _operand(text: str, origin: tuple[int, int]) -> Part | None:
    text = text.strip()
    if re.fullmatch(_STRING_LITERAL, text):
        literal: Any = text[1:-1].replace('""', '"')
        return lambda values, row, column: literal
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        number = float(text)
        return lambda values, row, column: number
    if text.upper() in ("TRUE", "FALSE"):
        truth = text.upper() == "TRUE"
        return lambda values, row, column: truth
    found = re.fullmatch(r"(\$?)([A-Z]{1,3})(\$?)(\d{1,7})", text, re.IGNORECASE)
    if not found:
        return None
    at_row, at_column = int(found[4]) - 1, column_of(found[2])

    def value(values: Values, row: int, column: int) -> Any:
        # A reference without a dollar moves with the cell, counted from the first cell of the rule.
        row = at_row if found[3] else at_row + row - origin[0]
        column = at_column if found[1] else at_column + column - origin[1]
        inside = 0 <= row < len(values) and 0 <= column < len(values[row])
        return values[row][column] if inside else ""

    return value


def _compare(name: str, first: Any, second: Any) -> bool:
    """Compare as Excel does: blank is nought or no text, capitals do not count, any text is more than any number."""
    first, second = _plain(first), _plain(second)
    if first == "" and isinstance(second, float):
        first = 0.0
    elif second == "" and isinstance(first, float):
        second = 0.0
    ranks = [(2 if isinstance(each, bool) else 1 if isinstance(each, str) else 0) for each in (first, second)]
    if ranks[0] != ranks[1]:
        return _OPERATORS[name](*ranks)
    return _OPERATORS[name](first, second)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, bool | float):
        return value
    if isinstance(value, datetime):
        return (value - datetime(1899, 12, 30)).total_seconds() / 86400
    if isinstance(value, date):
        return float((value - date(1899, 12, 30)).days)
    return ""


def _words(value: Any) -> str:
    value = _plain(value)
    if isinstance(value, bool):
        return str(value).casefold()
    return value if isinstance(value, str) else f"{value:.15g}"
