"""What the styles, the theme and the shared strings of an Excel workbook say of fills, struck-out text and formats."""

from __future__ import annotations

import colorsys
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from planlib.readers.cells import PALETTE, Run, colour, is_plain
from planlib.readers.package import parse_xml

# Number formats that a workbook does not spell out; the others show a value as it is kept.
_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "d/m/yy", 15: "d-mmm-yy",
             16: "d-mmm", 17: "mmm-yy"}  # fmt: skip
# A theme lists dark before light; cells count light before dark.
_THEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
# What begins and never ends is given up where the next begins, else each would be looked for to the end of the part.
_STRING = re.compile(rb"<si(?:\s[^<>]*)?(?:/>|>((?:[^<]++|<(?!/?si[\s/>]))*+)</si>)")
_RUN = re.compile(
    rb"<r>((?:[^<]++|<(?!/?r>))*+)</r>|<t(?:\s[^<>]*)?>([^<]*)</t>|<rPh\b(?:[^<]++|<(?!/?rPh\b))*+</rPh>"
)
_TEXT = re.compile(rb"<t(?:\s[^<>]*)?>([^<]*)</t>")
_STRUCK = re.compile(rb"""<strike(?:\s+val\s*=\s*["'](?:1|true|on)["'])?\s*/?>""")
_RAISED = re.compile(rb"""<vertAlign\s+val\s*=\s*["']superscript["']""")


class Style(NamedTuple):
    """What a cell's style says beyond its text."""

    fill: str | None
    struck: bool
    code: str  # number format, blank where values are shown as they are kept


class Styles(NamedTuple):
    """Styles of cells that say anything, by the number that cells name; fills that rules give."""

    cells: Mapping[int, Style]
    rules: Sequence[str | None]


def read_styles(path: Path, styles: bytes | None, theme: bytes | None) -> Styles:
    """Read the parts that hold styles and theme.

    Raises
    ------
    planlib.errors.InputError
        If either is damaged.
    """
    if not styles:
        return Styles({}, ())
    root = parse_xml(path, "xl/styles.xml", styles)
    colours = _Colours(_palette(root), _theme(path, theme))
    fills = [_fill(each, colours) for each in root.iterfind("{*}fills/{*}fill")]
    struck = [_on(each.find("{*}strike")) for each in root.iterfind("{*}fonts/{*}font")]
    codes = {_int(each.get("numFmtId")): each.get("formatCode", "") for each in root.iterfind("{*}numFmts/{*}numFmt")}
    cells = {}
    for number, each in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        format_number = _int(each.get("numFmtId"))
        code = codes.get(format_number) or _BUILT_IN.get(format_number, "")
        style = Style(
            _at(fills, _int(each.get("fillId")), None),
            _at(struck, _int(each.get("fontId")), False),
            "" if is_plain(code) else code,
        )
        if any(style):
            cells[number] = style
    # In a rule's format the colour of a solid fill stands as its background.
    rules = [_rule_fill(each, colours) for each in root.iterfind("{*}dxfs/{*}dxf")]
    return Styles(cells, rules)


class _Colours(NamedTuple):
    palette: Sequence[str]
    theme: Mapping[int, str]

    def of(self, element: Any) -> str | None:
        """Colour that an element gives by itself, by the palette or by the theme."""
        if element is None:
            return None
        if element.get("rgb"):
            digits = element.get("rgb")
        elif element.get("theme"):
            digits = self.theme.get(_int(element.get("theme")))
        else:  # 64 and 65 are the colours of the system
            digits = _at(self.palette, _int(element.get("indexed"), -1), None)
        try:
            tint = float(element.get("tint") or 0)
        except ValueError:
            tint = 0.0
        return colour(_tinted(digits, max(-1.0, min(1.0, tint))) if digits and tint == tint and tint else digits)


def _tinted(digits: str, tint: float) -> str | None:
    """A colour made lighter (to 1) or darker (to -1), as Excel does: by its lightness."""
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", digits):
        return None
    red, green, blue = (int(digits[-6:][at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(255 * part):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))


def _palette(root: Any) -> Sequence[str]:
    own = [each.get("rgb", "") for each in root.iterfind("{*}colors/{*}indexedColors/{*}rgbColor")]
    return own or PALETTE


def _theme(path: Path, theme: bytes | None) -> dict[int, str]:
    if not theme:
        return {}
    scheme = parse_xml(path, "xl/theme/theme1.xml", theme).find(".//{*}clrScheme")
    found = {}
    for each in scheme if scheme is not None else ():
        name = each.tag.rpartition("}")[2]
        if name in _THEME and len(each):
            found[_THEME.index(name)] = each[0].get("lastClr") or each[0].get("val") or ""
    return found


def _fill(element: Any, colours: _Colours) -> str | None:
    pattern = element.find("{*}patternFill")
    if pattern is None:
        stop = element.find("{*}gradientFill/{*}stop/{*}color")
        return colours.of(stop)
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return None
    return colours.of(pattern.find("{*}fgColor" if kind == "solid" else "{*}bgColor"))


def _rule_fill(element: Any, colours: _Colours) -> str | None:
    """The fill a rule gives; ``""`` for white or none, which covers a fill below; None where it says nothing of fills."""
    pattern = element.find("{*}fill/{*}patternFill")
    if pattern is None:
        return None
    given = [each for each in (pattern.find("{*}bgColor"), pattern.find("{*}fgColor")) if each is not None]
    return (colours.of(given[0]) if given else None) or ""


def _on(element: Any) -> bool:
    return element is not None and element.get("val", "1") in ("1", "true", "on")


def _int(text: str | None, other: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else other


def _at(values: Sequence[Any], number: int, other: Any) -> Any:
    return values[number] if 0 <= number < len(values) else other


def rich_strings(xml: bytes) -> dict[int, bytes]:
    """Shared strings in more than one font, by the number under which cells name them."""
    xml = without_prefix(xml, b"sst")
    if b"<r>" not in xml:
        return {}
    # To split is quicker; only where no string is empty or has attributes does it count the same.
    strings = xml.split(b"<si>")[1:] if b"<si/" not in xml and b"<si " not in xml else _STRING.findall(xml)
    return {number: string for number, string in enumerate(strings) if b"<r>" in string}


def runs_of(string: bytes, struck: bool) -> list[Run]:
    """Runs of a string in more than one font, in a cell whose own font is struck out or not."""
    runs = []
    for run, plain in _RUN.findall(string):
        font, found, text = run.partition(b"</rPr>")
        if not found:
            font, text = b"", run
        out = bool(_STRUCK.search(font)) if found else struck
        for each in _TEXT.findall(text) if run else [plain] if plain else []:
            runs.append(Run(html.unescape(each.decode("utf-8", "replace")), out, bool(_RAISED.search(font))))
    return runs


def without_prefix(xml: bytes, name: bytes) -> bytes:
    """A part whose elements have no prefix (``x:row``), as some programs write them."""
    prefix = re.search(rb"<(\w+):" + name + rb"[\s>]", xml[:4096])
    return xml.replace(b"<" + prefix[1] + b":", b"<").replace(b"</" + prefix[1] + b":", b"</") if prefix else xml
