"""What was told of a plan at a date and kept by `planlib publish`: what of it would differ now, and why.

Nothing here writes. `edition` makes what the command line keeps as ``<plan>/published/<as_of>.json``; `compare` holds
what was kept against the plan as it is read now.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from planlib import __version__, schema
from planlib.errors import InputError
from planlib.folder import CORRECTIONS, MATCHES, PUBLISHED, edition_day, editions, find_plan, to_date
from planlib.forecast import outlook
from planlib.measures import Measures, measure, records_of
from planlib.normalise import finding, frame
from planlib.settings import Settings, parse_settings
from planlib.slippage import When
from planlib.store import Plan, decided, open_plan, open_pool

SCHEMA = "planlib.published/1"
CAUSES = ("data", "corrections", "matches", "settings", "method")
DECIDED = ("corrections", "matches", "settings")  # what can be put back as it was, where the file keeps its text
UNKNOWN = "not known"
_CORRECTION = ("as_of", "place", "ref", "column", "value", "kind")  # a reason is for people: no figure rests on it
_MATCH = ("as_of", "place", "action_id")
# Modules that show figures and make none: a change of these is no change of method.
SHOWING = (
    "__init__", "__main__", "markup", "glance", "intake", "narrative", "figures", "tables", "sheets", "summary", "reporting", "cli",
    "published",
)  # fmt: skip
LIBRARIES = ("pandas", "numpy", "rapidfuzz", "python-calamine", "xlrd", "lxml", "pdfplumber", "pdfminer.six")

# Given only for months and leads that have any: what is not written down is 0.
COUNTED = ("falling due", "bow wave: original", "bow wave: target")
# Dates of an action: the first and the last day that each can mean.
DATES = {
    "target date": ("target_earliest", "target"), "first date": ("original_earliest", "original"),
    "completion date": ("complete_earliest", "complete_latest"),
}  # fmt: skip
_PARTS = ("plan", "as_of", "previous", "measures", "dates", "actions", "made_from", "earlier", "sha256")

Edition = Mapping[str, Any]
_Ident = tuple[str, str, str, bool]  # name, scope, key, and whether the key is one that the plan has now


@dataclass(frozen=True)
class Checked:
    """One report that was published, held against the plan as it is read now.

    Attributes
    ----------
    as_of : Timestamp
        The date that it was published for.
    kept : int
        Figures that were told: measures and dates of actions, those included that were told to be not known.
    editions : int
        How many times it was published, each with other figures or from other files.
    changed : mapping of str to str
        What the figures are made from and is not as it was: one of `CAUSES` to what changed of it.
    restated : int
        Figures that would differ now, or that are given no more.
    new : int
        Figures of the same kinds that would be told now and were not, such as those of another action.
    untold : tuple of str
        Measures that planlib gives now and did not give then.
    """

    as_of: pd.Timestamp
    kept: int
    editions: int
    changed: Mapping[str, str]
    restated: int
    new: int
    untold: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything that was told would be told again."""
        return not self.restated and not self.new


@dataclass(frozen=True)
class Told:
    """Everything that was published of a plan up to a date, held against the plan as it is read now.

    Attributes
    ----------
    plan : str
    as_of : Timestamp
    checked : tuple of Checked
        One per published date, in order.
    figures : DataFrame
        schema.RESTATED: every figure that differs.
    damaged : tuple of (str, str)
        Files that cannot be read, each with why; of what they kept nothing is known.
    """

    plan: str
    as_of: pd.Timestamp
    checked: tuple[Checked, ...]
    figures: pd.DataFrame
    damaged: tuple[tuple[str, str], ...]


# --- what is kept ----------------------------------------------------------------------------------------------------


def place_of(folder: str | Path, as_of: date) -> Path:
    """Where the published figures of a date are kept."""
    return find_plan(folder) / PUBLISHED / f"{as_of.isoformat()}.json"


def edition(folder: str | Path, plan: Plan, m: Measures) -> dict[str, Any]:
    """What is to be kept of a report: what it told, and what that was made from.

    Parameters
    ----------
    folder : path
        The plan folder.
    plan : Plan
        The plan as reports read it, so that what is withheld stays so.
    m : Measures
        Of `plan`, at the date to be published.

    Returns
    -------
    dict
        schema, plan, as_of, previous, measures (as results.json has them), dates (of each action, in the same form),
        actions (which action each id is), made_from.
    """
    names = m.actions[["action_id", "ref", "ref_range", "area_label", "label"]].astype(object)
    words = [_digest(text) if text and text != schema.WITHHELD else "" for text in m.actions["action"]]
    home, days = find_plan(folder), [day for day in plan.snapshots if pd.Timestamp(day) <= m.as_of]
    pool = open_pool(home, m.as_of.date())
    history = [(each.ledger, each.snapshots) for each in pool]
    ahead = outlook(plan.ledger, m.as_of, plan=m.plan, snapshots=days, pool=history)
    return {
        "schema": SCHEMA,
        "plan": m.plan,
        "as_of": f"{m.as_of:%Y-%m-%d}",
        "previous": f"{m.previous:%Y-%m-%d}" if m.previous is not None else None,
        "measures": records_of(m.results) + ahead.results,
        "dates": _dates(m),
        "actions": [row | {"words": said} for row, said in zip(records_of(names), words, strict=True)],
        "made_from": _made_from(home, plan, pool, m.as_of),
    }


def _dates(m: Measures) -> list[dict[str, Any]]:
    """The dates of each action that pages tell and results.json does not hold; a period as first day/last day."""
    made = []
    for row in m.actions.to_dict("records"):
        for name, (first, last) in DATES.items():
            told = None if pd.isna(row[last]) else f"{row[last]:%Y-%m-%d}"
            begun = told if pd.isna(row[first]) else f"{row[first]:%Y-%m-%d}"
            made.append({
                "name": name, "scope": "action", "key": row["action_id"], "unit": "date", "numerator": None,
                "denominator": None, "value": told if begun == told else f"{begun}/{told}",
                "undefined_because": None if told else "no such date is known",
            })  # fmt: skip
    return made


def document(now: Edition, before: Edition | None = None) -> dict[str, Any]:
    """The whole file: an edition, those that it replaces, and a checksum of all, by which damage is seen.

    Parameters
    ----------
    now : mapping
        As `edition` makes it.
    before : mapping, optional
        The file that it replaces, as `read` gives it; nothing that was told is lost.
    """
    earlier: list[Any] = []
    if before is not None:
        told = {name: value for name, value in before.items() if name not in ("earlier", "sha256")}
        earlier = [*before["earlier"], told]
    made = {**now, "earlier": earlier}
    return made | {"sha256": _digest(made)}


def read(path: Path) -> dict[str, Any]:
    """Read a file that `planlib publish` wrote.

    Raises
    ------
    InputError
        If it is not as it was written; the message names the file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: is not as planlib publish wrote it: not JSON") from None
    if not isinstance(found, dict) or not str(found.get("schema", "")).startswith("planlib.published/"):
        raise InputError(f"{path}: is not as planlib publish wrote it: not a record of published figures")
    if found["schema"] != SCHEMA:
        raise InputError(f"{path}: was written by another planlib ({found['schema']}, this one reads {SCHEMA})")
    if missing := [name for name in _PARTS if name not in found]:
        raise InputError(f"{path}: is not as planlib publish wrote it: {missing[0]} is missing")
    if found["sha256"] != _digest({name: value for name, value in found.items() if name != "sha256"}):
        raise InputError(f"{path}: is not as planlib publish wrote it: something in it was changed since")
    if found["as_of"] != path.stem:
        raise InputError(f"{path}: holds what was published for {found['as_of']}, not for the date of its name")
    return found


def _digest(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _made_from(folder: Path, plan: Plan, pool: Sequence[Plan], as_of: pd.Timestamp) -> dict[str, Any]:
    """By content, everything that the figures of a date rest on."""
    said = decided(folder, as_of.date())
    corrections, matches = _lines(said.corrections, _CORRECTION), _lines(said.matches, _MATCH)
    settings = _settings(said.settings, as_of.date())
    sources = plan.sources[plan.sources["as_of"] <= as_of]
    return {
        "snapshots": [
            {"as_of": f"{row['as_of']:%Y-%m-%d}", "file": row["file"], "sha256": row["sha256"]}
            for row in sources.to_dict("records")
        ]
        + [row for each in pool for row in _other_sources(folder.resolve().parent / each.name, each, as_of)],
        "corrections": [_digest(line) for line in corrections],
        "matches": [_digest(line) for line in matches],
        "settings": {name: _digest(value) for name, value in settings.items()},
        "method": method(),
        # Corrections may hold what the plan withholds, so their text is kept only where it withholds nothing.
        "texts": None if _withholds(said.settings)
        else {"corrections": corrections, "matches": matches, "settings": settings},
    }  # fmt: skip


def _other_sources(folder: Path, plan: Plan, as_of: pd.Timestamp) -> list[dict[str, str]]:
    """What a plan of the pool rests on: its snapshots, and as one more all that was decided on them."""
    said, day = decided(folder, as_of.date()), as_of.date()
    decisions = [_lines(said.corrections, _CORRECTION), _lines(said.matches, _MATCH), _settings(said.settings, day)]
    made = [
        {"as_of": f"{row['as_of']:%Y-%m-%d}", "file": f"{plan.name}/{row['file']}", "sha256": row["sha256"]}
        for row in plan.sources.to_dict("records")
    ]
    name = f"{plan.name}/plan.toml, {CORRECTIONS} or {MATCHES}"
    return [*made, {"as_of": f"{day}", "file": name, "sha256": _digest(decisions)}]


def _withholds(settings: Settings) -> bool:
    return bool(settings.redact_columns or settings.redact_patterns)


def _lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[dict[str, str]]:
    """Lines of a file of ours, as far as figures rest on them; their order means nothing."""
    made = [{name: str(row[name]) for name in columns} for row in rows]
    return sorted(made, key=lambda line: tuple(line.values()))


def _settings(s: Settings, as_of: date) -> dict[str, Any]:
    """The settings that figures can rest on, in the form of plan.toml."""
    seen = {"from": s.inspection.begun, "to": s.inspection.ended, "published": s.inspection.published}
    made: dict[str, Any] = {
        "anchor_date": str(s.anchor_date) if s.anchor_date else None,
        "inspection": {name: str(day) for name, day in seen.items() if day},
        "day_first": s.day_first,
        "financial_year_starts": "{:02}-{:02}".format(*s.financial_year_starts),
        "meetings": {str(told): str(day) for told, day in sorted(s.meetings.items()) if told <= as_of},
        "known_from": {str(told): str(day) for told, day in sorted(s.known_from.items()) if told <= as_of},
        "columns": {name: list(headers) for name, headers in sorted(s.columns.items())},
        "status_key": dict(sorted(s.status_key.items())),
        "redact": {"columns": list(s.redact_columns), "patterns": list(s.redact_patterns)},
        "publish": {"small_number": s.small_number},
        "forecast": {"pool": list(s.forecast_pool)},
    }
    return {name: value for name, value in made.items() if value is not None}


@cache
def method() -> dict[str, Any]:
    """What computes: planlib's version, a checksum of the modules that make figures, and the libraries they rest on."""
    package, digest = Path(__file__).resolve().parent, hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if inside.parts[0].removesuffix(".py") not in SHOWING and inside.parts[0] != "notebooks":
            text = path.read_bytes().replace(b"\r\n", b"\n")  # a checkout on Windows is the same method
            digest.update(inside.as_posix().encode() + b"\0" + text + b"\0")
    return {
        "planlib": __version__, "code": digest.hexdigest(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }  # fmt: skip


# --- what of it would differ now -------------------------------------------------------------------------------------


def compare(folder: str | Path, plan: Plan, as_of: When) -> Told:
    """Hold everything that was published of a plan up to a date against the plan as it is read now.

    Parameters
    ----------
    folder : path
        The plan folder.
    plan : Plan
        As `planlib.open_plan` gives it at that date.
    as_of : date
        Of the report; what was published for a later date is not looked at.

    Returns
    -------
    Told
    """
    home, until = find_plan(folder), pd.Timestamp(as_of)
    checked: list[Checked] = []
    rows: list[dict[str, Any]] = []
    damaged: list[tuple[str, str]] = []
    for path in editions(home, until.date()):
        name = f"{PUBLISHED}/{path.name}" if path.name != PUBLISHED else PUBLISHED
        day = edition_day(path)
        if day is None:
            damaged.append((name, "its name is not a date, such as 2011-08-31.json" if path.parent != home
                            else "is a file, and should be a folder"))  # fmt: skip
            continue
        try:
            old = read(path)
        except InputError as error:
            damaged.append((name, str(error).removeprefix(f"{path}: ")))
            continue
        one, differ = _check(home, plan, old, _at(home, plan, until.date(), day))
        checked.append(one)
        rows += differ
    names = [column.name for column in schema.RESTATED]
    figures = pd.DataFrame(rows, columns=names, dtype=object)
    figures["published_as_of"] = pd.to_datetime(figures["published_as_of"]).astype(schema.DATE)
    return Told(plan.name, until, tuple(checked), figures, tuple(damaged))


def noted(plan: Plan, told: Told) -> Plan:
    """The plan with a finding for each published file that cannot be read."""
    if not told.damaged:
        return plan
    more = [
        {"plan": plan.name, "source": name, **finding("published-not-read", f"{why}; what it told cannot be compared")}
        for name, why in told.damaged
    ]
    both = pd.concat([frame(schema.FINDINGS, more), plan.findings], ignore_index=True)
    return replace(plan, findings=both)


def _at(folder: Path, plan: Plan, as_of: date, day: date) -> dict[str, Any]:
    """What would be told now for a date, with the plan as it is known at `as_of`."""
    days = [each for each in plan.snapshots if each <= day]
    # A column of a later file can widen what is withheld, so there the plan is read anew; else its rows up to then do.
    if days and day < as_of and _withholds(plan.settings):
        plan = open_plan(folder, day)
    ledger = plan.ledger[plan.ledger["as_of"] <= pd.Timestamp(day)].reset_index(drop=True)
    return edition(folder, plan, measure(ledger, day, settings=plan.settings, snapshots=days, plan=plan.name))


def _check(folder: Path, plan: Plan, old: Edition, now: Edition) -> tuple[Checked, list[dict[str, Any]]]:
    before, after = _matched(old, now)
    differ = _differences(before, after)
    changed = _changed(old["made_from"], now["made_from"], plan.settings)
    causes = _causes(folder, plan, old, differ, changed)
    told = {ident[:2] for ident in before}
    # What was told of an action and cannot be known now may be what is withheld since.
    hides = (
        _withholds(plan.settings) and old["made_from"]["settings"]["redact"] != now["made_from"]["settings"]["redact"]
    )
    for ident, (was, would) in differ.items() if hides else ():
        if ident[1] == "action" and was and was["value"] is not None and (would is None or would["value"] is None):
            differ[ident] = {**was, "value": schema.WITHHELD}, would
    rows = [
        {
            "published_as_of": old["as_of"], "name": ident[0], "scope": ident[1],
            **_named(ident, old, now, plan.settings), "unit": (would or was)["unit"],
            "how": "new" if was is None else "gone" if would is None else "changed",
            **_side("before", was), **_side("after", would), "why": causes[ident],
        }
        for ident, (was, would) in differ.items()
    ]  # fmt: skip
    one = Checked(
        as_of=pd.Timestamp(old["as_of"]), kept=len(before), editions=len(old["earlier"]) + 1, changed=changed,
        restated=sum(row["how"] != "new" for row in rows), new=sum(row["how"] == "new" for row in rows),
        untold=tuple(dict.fromkeys(ident[0] for ident in after if ident[:2] not in told and ident[0] not in COUNTED)),
    )  # fmt: skip
    return one, rows


def _named(ident: _Ident, old: Edition, now: Edition, settings: Settings) -> dict[str, str]:
    """What a figure is of: its key, and for an action how that is called in print."""
    _, scope, key, known = ident
    if scope in ("plan", "month"):
        return {"key": key, "label": ""}
    if scope != "action":
        there = any(row["scope"] == scope and row["key"] == key for row in now["measures"])
        return {"key": key if there else _hidden(key, settings), "label": ""}
    label = next(row["label"] for row in (now if known else old)["actions"] if row["action_id"] == key)
    return {"key": key, "label": label if known else _hidden(label, settings)}


def _side(which: str, figure: Mapping[str, Any] | None) -> dict[str, Any]:
    fields = {"": "value", "_numerator": "numerator", "_denominator": "denominator", "_undefined": "undefined_because"}
    return {which + end: figure[name] if figure else None for end, name in fields.items()}


def _hidden(text: str, settings: Settings) -> str:
    """A name that only the published file has; what is withheld by now must not come back through it."""
    if settings.redact_columns and text:
        return schema.WITHHELD
    for pattern in settings.redact_patterns:
        text = re.sub(pattern, schema.WITHHELD, text)
    return text


Figures = dict[_Ident, Mapping[str, Any]]


def _matched(old: Edition, now: Edition) -> tuple[Figures, Figures]:
    """The figures of both by what they are of, as it is called now.

    The number in an action's id counts from the plan's first row, so a row that was put in shifts those after it, and a
    folder can be renamed: the same action is found by what it is called.
    """
    same = _same_actions(old["actions"], now["actions"])

    def ident(row: Mapping[str, Any]) -> _Ident:
        scope, key = row["scope"], row["key"]
        if scope == "plan":
            key = now["plan"]
        elif scope == "action":
            return row["name"], scope, same.get(key, key), key in same
        return row["name"], scope, key, True

    before = {ident(row): row for row in (*old["measures"], *old["dates"])}
    after = {(row["name"], row["scope"], row["key"], True): row for row in (*now["measures"], *now["dates"])}
    return before, after


def _same_actions(old: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Ids of then to ids of now: those called the same, in their order, and those of one number that still agree."""
    same: dict[str, str] = {}
    numbers = {row["action_id"].rsplit("/", 1)[1]: row for row in now}
    names = ("ref", "ref_range", "area_label", "label")
    taken: set[str] = set()

    def pair(row: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        same[row["action_id"]] = other["action_id"]
        taken.add(other["action_id"])

    for row in old:
        other = numbers.get(row["action_id"].rsplit("/", 1)[1])
        if other and all(row[name] == other[name] for name in names):
            pair(row, other)
    left = defaultdict(list)
    for row in now:
        if row["action_id"] not in taken:
            left[tuple(row[name] for name in names)].append(row)
    for row in old:
        alike = left[tuple(row[name] for name in names)]
        if row["action_id"] not in same and alike:
            pair(row, alike.pop(0))
    for row in old:
        other = numbers.get(row["action_id"].rsplit("/", 1)[1])
        agree = other is not None and any(row[name] and row[name] == other[name] for name in ("ref", "words"))
        if row["action_id"] not in same and other and other["action_id"] not in taken and agree:
            pair(row, other)
    return same


def _differences(before: Figures, after: Figures) -> dict[_Ident, tuple[Any, Any]]:
    """Figures that differ, then and now; None on the side that does not give one.

    What is not known then and now is the same, however the reason is worded. Measures that were not given then are not
    among them.
    """
    found: dict[_Ident, tuple[Any, Any]] = {}
    names = {ident[:2] for ident in before}
    for ident in (*before, *(each for each in after if each not in before)):
        was, would = (side.get(ident) or _none_of(ident, before, after) for side in (before, after))
        if was is None and ident[:2] not in names:
            continue
        if was is None or would is None or _told(was) != _told(would):
            found[ident] = was, would
    return found


def _none_of(ident: _Ident, before: Figures, after: Figures) -> dict[str, Any] | None:
    """The 0 that is not written down of measures that are given only where there is something to count."""
    known = before.get(ident) or after[ident]
    return {**known, "value": 0} if ident[0] in COUNTED else None


def _told(figure: Mapping[str, Any]) -> tuple[Any, ...] | None:
    if figure["value"] is None:
        return None
    return figure["value"], figure["numerator"], figure["denominator"], figure["unit"]


# --- why -------------------------------------------------------------------------------------------------------------


def _changed(old: Mapping[str, Any], now: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    """What the figures are made from and is not as it was, each with what changed of it."""
    found = {
        "data": _files_changed(old["snapshots"], now["snapshots"], settings),
        "corrections": _lines_changed(old["corrections"], now["corrections"], CORRECTIONS),
        "matches": _lines_changed(old["matches"], now["matches"], MATCHES),
        "settings": _settings_changed(old["settings"], now["settings"]),
        "method": _method_changed(old["method"], now["method"]),
    }
    return {name: words for name, words in found.items() if words}


def _files_changed(old: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]], settings: Settings) -> str:
    def contents(rows: Sequence[Mapping[str, str]]) -> Counter[tuple[str, str]]:
        return Counter((row["as_of"], row["sha256"]) for row in rows)

    # A file that has only another name is the same data.
    gone, come = contents(old) - contents(now), contents(now) - contents(old)
    if not gone and not come:
        return ""

    def named(rows: Sequence[Mapping[str, str]], which: Counter[tuple[str, str]]) -> dict[tuple[str, str], str]:
        kept = [row for row in rows if (row["as_of"], row["sha256"]) in which]
        return {(row["as_of"], row["file"]): _say_file(row, settings) for row in kept}

    before, after = named(old, gone), named(now, come)
    said = [f"{text} changed" for key, text in after.items() if key in before]
    said += [f"{text} appeared" for key, text in after.items() if key not in before]
    said += [f"{text} is gone" for key, text in before.items() if key not in after]
    return ", ".join(said)


def _say_file(row: Mapping[str, str], settings: Settings) -> str:
    name = row["file"]
    for pattern in settings.redact_patterns:
        name = re.sub(pattern, schema.WITHHELD, name)
    return name if name.startswith(row["as_of"]) else f"the snapshot of {row['as_of']} in {name}"


def _lines_changed(old: Sequence[str], now: Sequence[str], file: str) -> str:
    gone, come = (Counter(old) - Counter(now)).total(), (Counter(now) - Counter(old)).total()
    said = [f"{n} line{'s' * (n != 1)} {what}" for n, what in ((come, "added"), (gone, "taken away")) if n]
    return f"{file}: {' and '.join(said)}" if said else ""


def _settings_changed(old: Mapping[str, str], now: Mapping[str, str]) -> str:
    names = [name for name in {**old, **now} if old.get(name) != now.get(name)]
    return f"plan.toml: {', '.join(names)}" if names else ""


def _method_changed(old: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    said = []
    if old["planlib"] != now["planlib"]:
        said.append(f"planlib {old['planlib']} is now {now['planlib']}")
    elif old["code"] != now["code"]:
        said.append("planlib itself changed")
    libraries = {**old["libraries"], **now["libraries"]}
    for name in libraries:
        one, other = (each["libraries"].get(name) for each in (old, now))
        if one != other:
            said.append(f"{name} {one or 'was not used'} is now {other or 'not used'}")
    return ", ".join(said)


def _causes(
    folder: Path, plan: Plan, old: Edition, differ: Mapping[_Ident, tuple[Any, Any]], changed: Mapping[str, str]
) -> dict[_Ident, str]:
    """Why each figure differs: the one thing that changed; or of several, what brings the figure back when put back."""
    every = " and ".join(changed) or UNKNOWN
    made_from, day = old["made_from"], pd.Timestamp(old["as_of"]).date()
    back = [name for name in DECIDED if name in changed]
    if not differ or len(changed) < 2 or not back or made_from["texts"] is None:
        return dict.fromkeys(differ, every)
    trials = {}
    for name in back:
        trial = _with_former(folder, plan, old, day, [name])
        if trial is None:
            return dict.fromkeys(differ, every)
        trials[name] = trial
    whole: dict[_Ident, tuple[Any, Any]] | None = trials[back[0]]
    if len(back) > 1 and any(all(ident in trial for trial in trials.values()) for ident in differ):
        whole = _with_former(folder, plan, old, day, back)
    if whole is None:
        return dict.fromkeys(differ, every)
    return {ident: _cause(ident, pair, trials, whole, changed) for ident, pair in differ.items()}


def _cause(
    ident: _Ident, pair: tuple[Any, Any], trials: Mapping[str, Any], whole: Any, changed: Mapping[str, str]
) -> str:
    """What changed one figure, by what it is with one thing, or all that can be, as it was when it was told."""
    alone = [name for name, trial in trials.items() if ident not in trial]
    if alone:  # where each of two brings it back, it takes both
        return " and ".join(alone)
    if ident not in whole:
        return " and ".join(trials)
    moved = [name for name, trial in trials.items() if not _equal(trial[ident][1], pair[1])]
    if not moved and not _equal(whole[ident][1], pair[1]):
        moved = list(trials)
    rest = [name for name in changed if name not in trials]
    return " and ".join(name for name in changed if name in (*moved, *rest)) or UNKNOWN


def _equal(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    return (one is None) == (other is None) and (one is None or other is None or _told(one) == _told(other))


def _with_former(
    folder: Path, plan: Plan, old: Edition, day: date, names: Sequence[str]
) -> dict[_Ident, tuple[Any, Any]] | None:
    """What would differ from what was told if some of what people decided were as it was; None if that cannot be."""
    texts = old["made_from"]["texts"]
    try:
        said = decided(folder, day)
        for name in names:
            if name == "settings":
                former = parse_settings({"title": plan.settings.title, **texts["settings"]})
                said = replace(said, settings=replace(former, limits=plan.settings.limits))
            else:
                rows = [
                    {**line, "as_of": to_date(line["as_of"]), "reason": "", "line": str(number)}
                    for number, line in enumerate(texts[name], start=1)
                ]
                said = replace(said, corrections=rows) if name == "corrections" else replace(said, matches=rows)
        book = open_plan(folder, day, instead=said)
    except InputError:  # such as a correction of a row that the file no longer has
        return None
    made = measure(book.ledger, day, settings=book.settings, snapshots=book.snapshots, plan=book.name)
    before, after = _matched(old, edition(folder, book, made))
    return _differences(before, after)
