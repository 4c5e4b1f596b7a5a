"""Writes the numbers and tables of a plan as files: results.json, and a ledger or findings as CSV or Parquet."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planlib.errors import InputError, RunError

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "planlib.results/1"
# What a spreadsheet takes for the start of a formula, full-width forms included, behind any number of characters that it
# may drop when it opens the file (LibreOffice drops NUL, and blanks where it is asked to); tabs and line ends in any case;
# and the apostrophe itself, so that taking one leading apostrophe away always gives the text back.
_FORMULA = re.compile(
    r"['\t\r\n]|[\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
)
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")
_QUOTED = re.compile(r'[",\r\n]')


def to_json(value: Any) -> bytes:
    """Indented UTF-8 JSON with a line feed at its end; the same value gives the same bytes."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")


def results_json(plan: str, as_of: str, previous: str | None, measures: Sequence[Mapping[str, Any]]) -> bytes:
    """The file results.json.

    Parameters
    ----------
    plan : str
    as_of, previous : str
        ISO dates; previous is None where there is no earlier report.
    measures : sequence of mapping
        name, scope, key, unit, numerator, denominator, value, undefined_because.

    Raises
    ------
    RunError
        If a measure has both a value and a reason for having none, or neither.
    """
    for measure in measures:
        if (measure["value"] is None) == (measure["undefined_because"] is None):
            raise RunError(
                f"{plan} as at {as_of}: measure '{measure['name']}' of {measure['scope']} '{measure['key']}' must have "
                "either a value or a reason why it has none"
            )
    return to_json(
        {"schema": SCHEMA, "plan": plan, "as_of": as_of, "previous": previous, "measures": [dict(m) for m in measures]}
    )


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula; a plain negative number is none."""
    return _FORMULA.match(text) is not None and not _NEGATIVE.fullmatch(text)


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a CSV file.

    A text that begins with ``= + - @`` or their full-width forms, blanks and what is not seen in front of them apart, or
    with a tab, a line end or an apostrophe, gets one apostrophe in front; a plain negative number stays as it is. Taking
    one leading apostrophe away gives the text back.
    """
    return f"'{text}" if is_formula(text) else text


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV: UTF-8, line feeds, ISO dates, empty for missing, and no cell that is a formula.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    bytes
    """
    rows = [[safe_cell(str(name)) for name in table.columns], *_rows(table)]
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows).encode("utf-8", "backslashreplace")


def _quoted(text: str) -> str:
    # csv.writer leaves a lone carriage return unquoted in some versions of Python, and readers end the line there.
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _rows(table: pd.DataFrame) -> Iterable[list[str]]:
    columns = [_texts(table[name]) for name in table.columns]
    return (list(row) for row in zip(*columns, strict=True))


def _texts(column: pd.Series) -> list[str]:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return ["" if pd.isna(day) else day.date().isoformat() for day in column]
    if pd.api.types.is_numeric_dtype(column):
        return ["" if pd.isna(value) else _number(value) for value in column]
    return ["" if pd.isna(value) else safe_cell(str(value)) for value in column]


def _number(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """A table as Parquet.

    Raises
    ------
    InputError
        If pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InputError("writing .parquet needs the package pyarrow; install it, or write .csv") from None
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()
