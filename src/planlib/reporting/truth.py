"""Holds a set of reports against itself before it is published: what its pages say, its ledger and results.json.

Everything is read anew from the bytes that are to be published, and counted again in plain Python, by none of the code
that made them. Only what a set itself says is held against it: what cannot be told from its files is not asked.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from planlib.errors import RunError
from planlib.settings import said

TOLD = 3  # breaches that are told one by one
_DONE = ("complete", "evidenced")
_STANDINGS = (
    "complete", "evidenced", "closed not done", "no longer listed", "standing not known", "overdue", "delayed", "re-dated",
    "on track", "dated, first date not known", "no date",
)  # fmt: skip
_MAY_EXCEED = ("baseline execution index",)
_LISTS = ("live", "completed since", "re-dated, or extension asked", "outstanding", "withdrawn")
_N_OF_D = re.compile(r"([\d,]+) of ([\d,]+)")


@dataclass(frozen=True)
class _Results:
    """results.json: its records by name, scope and key."""

    plan: str
    as_of: date
    records: Mapping[tuple[str, str, str], Mapping[str, Any]]

    def of_plan(self, name: str) -> Mapping[str, Any]:
        return self.records[name, "plan", self.plan]

    def by_key(self, name: str, scope: str) -> dict[str, Mapping[str, Any]]:
        return {key: record for (what, where, key), record in self.records.items() if (what, where) == (name, scope)}

    def standings(self) -> dict[str, int]:
        return {name: int(self.of_plan(f"standing: {name}")["numerator"] or 0) for name in _STANDINGS}


def hold(
    files: Mapping[str, bytes], *, plan: str, as_of: date, terms: Mapping[str, str], snapshots: Iterable[date] = ()
) -> None:
    """Refuse a set that contradicts itself.

    Parameters
    ----------
    files : mapping of str to bytes
        What is to be published by name: results.json and ledger.csv, and the pages and findings.csv that there are.
    plan : str
        Name of the plan.
    as_of : date
    terms : mapping
        The plan's own words, ``Settings.terms``.
    snapshots : iterable of date
        Dates of the plan's snapshots up to `as_of`, as one may list no action, which the ledger cannot show.

    Raises
    ------
    RunError
        If a count does not add up, an action stands in no state or in another than its dates say, dates that moved do not
        add up to the slip, or a page says another number than results.json: with the first few of what was found.
    """
    found = list(breaches(files, plan=plan, as_of=as_of, terms=terms, snapshots=snapshots))
    if found:
        more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
        raise RunError(f"{plan} as at {as_of}: not published, for it contradicts itself: {'; '.join(found[:TOLD])}{more}")


def hold_portfolio(page: bytes, *, as_of: date) -> None:
    """Refuse a portfolio whose sums are not those of its plans.

    Parameters
    ----------
    page : bytes
        portfolio.html.
    as_of : date

    Raises
    ------
    RunError
    """
    found = list(_portfolio(_Page(page, {})))
    if found:
        raise RunError(f"portfolio as at {as_of}: not published, for it contradicts itself: {'; '.join(found[:TOLD])}")


def breaches(
    files: Mapping[str, bytes], *, plan: str, as_of: date, terms: Mapping[str, str], snapshots: Iterable[date] = ()
) -> Iterator[str]:
    """What in a set contradicts what else in it, each in a sentence; arguments as of `hold`."""
    raw = json.loads(files["results.json"])
    records = {(each["name"], each["scope"], each["key"]): each for each in raw["measures"]}
    results = _Results(plan, as_of, records)
    if (raw["plan"], raw["as_of"]) != (plan, as_of.isoformat()):
        yield f"results.json is of {raw['plan']} as at {raw['as_of']}"
    if len(records) != len(raw["measures"]):
        yield "results.json gives a measure twice"
    yield from _values(records.values())
    yield from _sums(results)
    yield from _ledger(files["ledger.csv"], results, snapshots)
    for name, check in _PAGES.items():
        if name in files:
            yield from (f"{name}: {what}" for what in check(_Page(files[name], terms), results))
    if "data-quality.html" in files and "findings.csv" in files:
        yield from _findings(_Page(files["data-quality.html"], terms), files["findings.csv"])


# --- results.json ----------------------------------------------------------------------------------------------------


def _values(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in records:
        n, d, value, unit = (each[name] for name in ("numerator", "denominator", "value", "unit"))
        where = f"{each['name']} of {each['key']}"
        if (value is None) == (each["undefined_because"] is None):
            yield f"{where} has {'neither a value nor' if value is None else 'both a value and'} a reason why there is none"
        if n is not None and (n < 0 or (d is not None and n > d and each["name"] not in _MAY_EXCEED)):
            yield f"{where} is {n} of {d}"
        if unit == "ratio" and None not in (n, d, value) and not (d and abs(value - n / d) < 1e-6):
            yield f"{where} is {value}, and {n} of {d} is not"


def _sums(results: _Results) -> Iterator[str]:
    """Counts that are parts of others add up to them."""
    standings = results.standings()
    total = results.of_plan("actions")["value"]
    if sum(standings.values()) != total:
        yield f"the states add up to {sum(standings.values())} of {total} actions"
    own = Counter(each["value"] for each in results.by_key("standing", "action").values())
    if dict(own) != {name: n for name, n in standings.items() if n}:
        yield f"the actions' own states are {_list(own)}, and those of the plan {_list(standings)}"
    done = results.of_plan("done")
    if done["numerator"] != standings["complete"] + standings["evidenced"]:
        yield f"{done['numerator']} are done, and {standings['complete'] + standings['evidenced']} complete or evidenced"
    if done["denominator"] is not None and not total - standings["closed not done"] <= done["denominator"] <= total:
        yield f"{done['denominator']} actions count, of {total} with {standings['closed not done']} closed, not done"
    for area, each in results.by_key("actions", "area").items():
        parts = sum(results.records[f"standing: {name}", "area", area]["numerator"] or 0 for name in _STANDINGS)
        if parts != each["value"]:
            yield f"the states of {area} add up to {parts} of {each['value']} actions"
    for name, part in (("revisions", "value"), ("past original", "value")):
        whole, each_own = results.of_plan(name), results.by_key(name, "action").values()
        parts = sum(each[part] or 0 for each in each_own)
        if whole["value"] is not None and parts != whole["value"]:
            yield f"{name}: the actions' own add up to {parts}, not to {whole['value']}"
    for name, month in (("decisions", "decisions at the report"), ("changes of date: later", "changes at the report: later")):
        parts = sum(each["value"] or 0 for each in results.by_key(month, "month").values())
        if parts != (results.of_plan(name)["value"] or 0):
            yield f"{name}: those of the reports add up to {parts}, not to {results.of_plan(name)['value']}"
    waves = [sum(each["value"] for each in results.by_key(f"bow wave: {name}", "month").values()) for name in ("original", "target")]
    opened = results.of_plan("open")["numerator"]
    if any(wave != opened for wave in waves):
        yield f"open actions by month add up to {waves[0]} by first date and {waves[1]} by date now, of {opened}"


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items()) if n) or "none"


# --- the ledger ------------------------------------------------------------------------------------------------------


def _table(data: bytes) -> list[dict[str, str]]:
    """A CSV file of ours as the texts that were written: without the apostrophe that keeps a spreadsheet from calculating."""
    csv.field_size_limit(1 << 30)  # of the whole process, as readers.delimited has it
    rows = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
    return [{name: text.removeprefix("'") for name, text in row.items()} for row in rows]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _ledger(data: bytes, results: _Results, snapshots: Iterable[date]) -> Iterator[str]:
    """Each action, recounted from its rows."""
    by_action: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _table(data):
        if row["as_of"] <= results.as_of.isoformat():
            by_action[row["action_id"]].append(row)
    for rows in by_action.values():
        rows.sort(key=lambda row: row["as_of"])
    own = results.by_key("standing", "action")
    if set(by_action) != set(own):
        yield f"the ledger lists {len(by_action)} actions, and results.json {len(own)}"
    latest = max([*(day.isoformat() for day in snapshots), *(rows[-1]["as_of"] for rows in by_action.values())], default="")
    for action, rows in by_action.items():
        if action in own:
            listed = rows[-1]["as_of"] == latest
            yield from _action(action, rows, listed, results)


def _action(action: str, rows: list[dict[str, str]], listed: bool, results: _Results) -> Iterator[str]:
    name = rows[-1]["ref"] or action

    def given(what: str) -> Any:
        return results.records[what, "action", action]["value"]

    may = _may_stand(rows, listed, results.as_of)
    if given("standing") not in may:
        yield f"{name} is said to be {given('standing')}, and its row in the ledger to be {' or '.join(sorted(may))}"
    slip, upper = given("slip"), given("slip, upper end")
    if slip is not None and upper is not None and slip > upper:
        yield f"the slip of {name} is {slip} to {upper} days"
    wanted = _slip(rows[-1])
    if wanted is not None and (slip, upper) != wanted:
        yield f"the slip of {name} is {slip} to {upper} days, and by its row in the ledger {wanted[0]} to {wanted[1]}"
    moved = _moved(rows)
    if moved is not None and given("days moved") is not None and given("days moved") != moved:
        yield f"the dates of {name} moved by {given('days moved')} days, and by its rows in the ledger by {moved}"


def _may_stand(rows: list[dict[str, str]], listed: bool, t: date) -> set[str]:
    """The states that an action's rows allow; more than one where only words would tell."""
    row = rows[-1]
    status, claim, target, original = row["status"], row["claim"], _day(row["target"]), _day(row["original"])
    if status in (*_DONE, "closed not done"):
        return {status}
    if status == "unknown":
        return {"standing not known"}
    if not listed:
        return {"no longer listed"}
    if target and target < t:
        return {"overdue"}
    if claim == "delayed":
        return {"delayed"}
    if target and original:
        return {"re-dated" if target > original else "on track"}
    otherwise = "on track" if claim == "on course" else "dated, first date not known" if target else "no date"
    if original:
        return {otherwise}
    if any(each["previous_target"] and each["previous_target"] != each["target"] for each in rows):
        return {"re-dated"}
    return {"re-dated", otherwise}  # that the source says so in words is not told again here


def _slip(row: Mapping[str, str]) -> tuple[int, int] | None:
    """Slip of an action from the row in force, its lower and upper end, where it can be told from that row alone."""
    original, target = _day(row["original"]), _day(row["target"])
    if row["ref_range"] or not original:
        return None
    if row["status"] in ("not started", "in progress", "open") and target:
        return ((target - original).days,) * 2
    begun, ended = _day(row["completed_earliest"]), _day(row["completed"])
    if row["status"] in _DONE and begun and ended:
        ended = min(ended, date.fromisoformat(row["as_of"]))
        first = _day(row["original_earliest"])
        within = first is not None and begun >= first and ended <= original
        return (0, 0) if within else ((begun - original).days, (ended - original).days)
    return None


def _moved(rows: list[dict[str, str]]) -> int | None:
    """Days that the dates of an open action moved in all, where each of its rows gives a date: from the first to the last."""
    row = rows[-1]
    finished = any(each["status"] in (*_DONE, "closed not done") for each in rows)
    if finished or row["ref_range"] or not row["original"] or not all(each["target"] for each in rows):
        return None
    return (date.fromisoformat(row["target"]) - date.fromisoformat(row["original"])).days


# --- the pages -------------------------------------------------------------------------------------------------------


class _Page:
    """A page as its readers see it: sentences, tables, sections of actions; with the plan's own words."""

    def __init__(self, data: bytes, terms: Mapping[str, str]) -> None:
        from lxml import html

        root = html.document_fromstring(data.decode("utf-8"))
        self.main = root.find(".//main")
        self._terms = terms

    def term(self, word: str) -> str:
        return said(self._terms, word)

    def leads(self) -> list[str]:
        return [_text(each) for each in self.main.iterfind(".//p[@class='lead']")]

    def table(self, caption: str) -> list[dict[str, str]]:
        """Rows of the table whose caption begins so, by their headings; empty where there is none."""
        for table in self.main.iter("table"):
            if _text(table.find("caption")).startswith(caption):
                return list(_rows(table))
        return []


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _rows(table: Any) -> Iterator[dict[str, str]]:
    heads = [_text(cell) for cell in table.iterfind("thead/tr/th")]
    for row in table.iterfind("tbody/tr"):
        cells = row.findall("*")
        if len(cells) == len(heads):
            yield dict(zip(heads, map(_text, cells), strict=True))


def _number(text: str) -> int | None:
    return int(text.replace(",", "")) if re.fullmatch(r"-?[\d,]+", text) else None


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:]


def _n_of_d(text: str) -> tuple[int, int] | None:
    found = _N_OF_D.match(text)
    return (int(found[1].replace(",", "")), int(found[2].replace(",", ""))) if found else None


def _differs(what: str, shown: Any, record: Mapping[str, Any]) -> Iterator[str]:
    """A breach where n of d is shown other than results.json has it."""
    if shown is not None and shown != (record["numerator"], record["denominator"]):
        yield f"{what}: {shown[0]} of {shown[1]}, and {record['numerator']} of {record['denominator']} in results.json"


def _standing_shown(page: _Page, results: _Results) -> Iterator[str]:
    """The key and the first sentences say where the actions stand."""
    standings = results.standings()
    wanted = Counter({page.term(name): 0 for name in _STANDINGS})
    for name, n in standings.items():
        wanted[page.term(name)] += n
    key = page.main.find(".//ul[@class='key']")
    if key is not None:
        shown: Counter[str] = Counter()
        for item in key.iterfind("li"):
            number = _number(_text(item.find("b"))) or 0
            shown[(item.find("i").tail or "").strip()] += number
        if +shown != +wanted:
            yield f"its key counts {_list(shown)}, and results.json {_list(wanted)}"
    yield from _sentences(page, results, standings)


def _sentences(page: _Page, results: _Results, standings: Mapping[str, int]) -> Iterator[str]:
    """What the first sentences count; each is known by its beginning, where no text of the plan can stand."""
    done, finished, term = results.of_plan("done"), standings["complete"] + standings["evidenced"], page.term
    complete, action, actions = (re.escape(term(word)) for word in ("complete", "action", "actions"))
    for line in page.leads():
        if found := re.match(rf"([\d,]+) of ([\d,]+) (?:{action}|{actions}) (?:is|are) {complete}[.:]", line):
            yield from _differs("it begins with", tuple(int(text.replace(",", "")) for text in found.groups()), done)
        if found := re.match(rf"Of the (\d+) {complete}, (.*)", line):
            parts = [int(n) for n in re.findall(r"\d+", found[2])]
            if int(found[1]) != finished or sum(parts) != finished:
                yield f"it says '{line}', of {finished} in results.json"
        if found := re.match(r"Of the (\d+) still open, (.*?)\.(?: |$)", line):
            # "9 are on track, 7 have been re-dated (2 by the source's own account) and 4 have no date"
            parts = [int(n) for n in re.findall(r"(?:^|, | and )(\d+) (?:is|are|has|have) ", found[2])]
            if sum(parts) != int(found[1]):
                yield f"it says '{line}', which does not add up"
        none = f"None is known to be {term('overdue')}."
        if re.match(r"(?:Of the|The) (?:\d+|one) still open", line) and none in line and standings["overdue"]:
            yield f"it says '{none}', and {standings['overdue']} are"


def _progress(page: _Page, results: _Results) -> Iterator[str]:
    yield from _standing_shown(page, results)
    areas = page.table(f"Where every {page.term('action')} stands")
    told = [pair for row in areas if (pair := _n_of_d(row.get(page.term("Complete"), "")))]
    if areas and len(told) == len(areas):
        yield from _differs("its areas add up to", (sum(n for n, _ in told), sum(d for _, d in told)), results.of_plan("done"))
    for row in page.table("Number of actions by where they stood"):
        parts = [_number(text) for head, text in row.items() if head not in ("As at", "All")]
        if None not in parts and sum(parts) != _number(row.get("All", "")):  # type: ignore[arg-type]
            yield f"where they stood at {row['As at']} adds up to {sum(parts)}, not to {row.get('All')}"  # type: ignore[arg-type]
    rows = page.table("Standing lists at")
    for name, row in zip(_LISTS, rows, strict=False):
        yield from _differs(f"the list '{name}'", _n_of_d(row.get("How many", "")), results.of_plan(f"list: {name}"))
    sections = {each.get("id", ""): each for each in page.main.iter("details") if each.get("id", "").startswith("action-")}
    for action, record in results.by_key("standing", "action").items():
        section = sections.get(f"action-{action.rpartition('/')[2]}")
        if section is not None:
            yield from _section(section, page, action, record["value"], results)


def _section(section: Any, page: _Page, action: str, standing: str, results: _Results) -> Iterator[str]:
    """One action's own section says the same of it as results.json."""
    title = _text(section.find("summary"))
    word = page.term(standing)
    if not re.search(rf"\({re.escape(word)}(?: by its own account)?\)$", title):
        yield f"{title}: {word} in results.json"
    facts = {_text(each.find("dt")): _text(each.find("dd")) for each in section.iterfind("dl/div")}

    def given(what: str) -> Any:
        return results.records[what, "action", action]["value"]

    times = _number(facts.get("Times re-dated", ""))
    if times is not None and times != given("revisions"):
        yield f"{title}: re-dated {times} times, and {given('revisions')} in results.json"
    slip, upper = given("slip"), given("slip, upper end")
    days = re.search(r"(?:^|\()([\d,]+) days?( earlier)?\)?(?:;|$)", facts.get("Slip", ""))
    if days and slip is not None and slip == upper and not facts["Slip"].startswith("at "):
        shown = int(days[1].replace(",", "")) * (-1 if days[2] else 1)
        if shown != slip:
            yield f"{title}: a slip of {shown} days, and {slip} in results.json"


def _slippage(page: _Page, results: _Results) -> Iterator[str]:
    """Counts of changes, and the table of delivery."""
    for line in page.leads():
        if found := re.match(r"Dates were changed ([\d,]+) times?, .*?, in ([\d,]+) decisions?\b", line):
            shown = tuple(int(text.replace(",", "")) for text in found.groups())
            wanted = (results.of_plan("revisions")["value"], results.of_plan("decisions")["value"])
            if shown != wanted:
                yield f"it says {shown[0]} changes in {shown[1]} decisions, and results.json {wanted[0]} in {wanted[1]}"
    kinds = Counter(row.get("Kind", "") for row in page.table("Every change of a target date"))
    for kind, n in kinds.items():
        record = results.records.get((f"changes of date: {kind}", "plan", results.plan))
        if record is not None and record["value"] is not None and record["value"] != n:
            yield f"it lists {n} changes of the kind {kind}, and results.json {record['value']}"
    for row in page.table("Delivery at"):
        record = results.records.get((_uncapital(row.get("Measure", "")), "plan", results.plan))
        if record is not None:
            yield from _differs(row["Measure"], _n_of_d(row.get("Value", "")), record)
    waves = page.table("When the open actions were first due")
    for head in ("Open actions by first date", "Open actions by date now"):
        numbers = [_number(row.get(head, "")) for row in waves]
        if numbers and None not in numbers and sum(numbers) != results.of_plan("open")["numerator"]:  # type: ignore[arg-type]
            yield f"{head} add up to {sum(numbers)}, of {results.of_plan('open')['numerator']}"  # type: ignore[arg-type]


def _findings(page: _Page, data: bytes) -> Iterator[str]:
    rows = len(_table(data))
    shown = [_number(row.get("How many", "")) for row in page.table("Findings by kind")]
    if shown and None not in shown and sum(shown) != rows:  # type: ignore[arg-type]
        yield f"data-quality.html: counts {sum(shown)} findings, and findings.csv has {rows}"  # type: ignore[arg-type]


def _portfolio(page: _Page) -> Iterator[str]:
    plans, sums = page.table("Where each plan stands"), page.table("Sums over the plans")
    columns = ("Complete", "Overdue", "Past first date", "Open and re-dated", "Standing not known")
    for column, row in zip(columns, sums, strict=False):
        told = [pair for plan in plans if (pair := _n_of_d(plan[column])) and plan["Actions"] != "0"]
        shown, known = _n_of_d(row.get("How many", "")), _n_of_d(row["Plans that know it"])
        parts = (sum(n for n, _ in told), sum(d for _, d in told))
        if shown and known and known[0] == len(told) and shown != parts:
            yield f"{column}: the plans add up to {parts[0]} of {parts[1]}, not to {shown[0]} of {shown[1]}"
    numbers = [_number(plan["Actions"]) for plan in plans]
    for line in page.leads():
        found = re.match(r"(\d+) plans? with ([\d,]+) ", line)
        if found and None not in numbers and int(found[2].replace(",", "")) != sum(numbers):  # type: ignore[arg-type]
            yield f"it says '{line}', and the plans have {sum(numbers)}"  # type: ignore[arg-type]


_PAGES: dict[str, Callable[[_Page, _Results], Iterator[str]]] = {
    "progress.html": _progress, "summary.html": _standing_shown, "slippage.html": _slippage,
}  # fmt: skip
