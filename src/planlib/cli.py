"""The command line: reads what a person typed, calls the library, and answers in plain lines.

Arguments are parsed before pandas is imported, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from planlib.errors import InputError, PlanlibError, RunError, nearest

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from planlib.measures import Between
    from planlib.published import Told
    from planlib.reporting.run import Maker, Outcome

OK, FAULT, CANNOT_BEGIN, INTERRUPTED = 0, 1, 2, 130
_DATE_LIKE = re.compile(r"\d{1,4}[-/. ]\d")

_EPILOG = """\
examples:
  planlib report                                   reports of every plan in data/, for every date
  planlib report wirral-ofsted-2011 --as-of 2011-08-31
  planlib check data/wirral-ofsted-2011            how the files were understood
  planlib new data/my-plan --from plan.xlsx --as-of 2026-03-31

exit codes: 0 all made, 1 something failed (the rest was made), 2 nothing could begin"""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and which word was probably meant."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} ({self.prog} --help says what is allowed)")


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    from textwrap import dedent

    top = _Parser(
        prog="planlib", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EPILOG,
        description="Reports on how action plans go: from the dated files of a plan to HTML that anyone can read.",
    )  # fmt: skip
    top.add_argument("--version", action="store_true", help="print the version and stop")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", title="verbs", parser_class=_Parser)
    made: dict[str, _Parser] = {}

    def verb(name: str, help: str, more: str = "") -> _Parser:
        made[name] = verbs.add_parser(
            name, help=help, allow_abbrev=False, description=dedent(f"{help[0].upper()}{help[1:]}. {more}").strip()
        )
        made[name].add_argument("--debug", action="store_true", help="show the whole traceback of a fault")
        return made[name]

    p = verb("report", "make reports and the index of them", "What is up to date is not made again.")
    several: dict[str, Any] = {"nargs": "+", "action": "extend"}
    p.add_argument("plan", nargs="*", metavar="PLAN", help="plan folder, or its name in the data folder (default: all)")
    p.add_argument("--as-of", **several, metavar="DATE", help="YYYY-MM-DD (default: every snapshot date)")
    p.add_argument(
        "--notebook", **several, metavar="NAME", help="progress, slippage, data-quality, portfolio, or one of yours"
    )
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")
    p.add_argument("--out", metavar="DIR", help="where reports go (default: reports, beside data)")
    p.add_argument("--jobs", type=int, metavar="N", help="notebooks at a time (default: number of cores)")
    p.add_argument("--scheduler", metavar="ADDRESS", help="make them on a dask cluster, over a shared folder (docs/cluster.md)")
    p.add_argument("--force", action="store_true", help="make also what is up to date")
    p.add_argument("--why", action="store_true", help="say for each report why it was made, or not")
    p.add_argument("--open", action="store_true", help="open the index in the browser at the end")

    p = verb("check", "say how a file or a plan was understood, and every finding with its place")
    p.add_argument("target", metavar="FILE_OR_PLAN", help="a file, a plan folder, or a plan's name")
    p.add_argument("--as-of", metavar="DATE", help="the date the file stood at; or only snapshots up to this date")
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")
    p.add_argument("--json", action="store_true", help="print JSON")

    p = verb("ledger", "write the ledger, one row per action and snapshot, to a file")
    p.add_argument("plan", metavar="PLAN", help="plan folder, or its name in the data folder")
    p.add_argument("--as-of", metavar="DATE", help="only what was known by then (default: everything)")
    p.add_argument("--to", required=True, metavar="FILE", help="ending in .csv, .xlsx or .parquet")
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")

    p = verb("changes", "list what changed between two dates, ready to paste into an e-mail")
    p.add_argument("plan", metavar="PLAN", help="plan folder, or its name in the data folder")
    p.add_argument("--since", metavar="DATE", help="the earlier date (default: the snapshot before)")
    p.add_argument("--as-of", metavar="DATE", help="the later date (default: the latest snapshot)")
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")
    p.add_argument("--json", action="store_true", help="print JSON")

    p = verb("new", "begin a plan folder, or add a snapshot to one; never overwrites")
    p.add_argument("folder", metavar="PLAN_DIR", help="the plan folder, such as data/my-plan")
    p.add_argument("--from", dest="source", required=True, metavar="FILE", help="the plan as you have it; it is copied")
    p.add_argument("--as-of", required=True, metavar="DATE", help="the date the plan stood at, YYYY-MM-DD")

    _publish_options(verb)

    p = verb("schema", "print the data dictionary")
    p.add_argument("--json", action="store_true", help="print JSON")
    return top, made


def _publish_options(verb: Callable[..., _Parser]) -> None:
    p = verb(
        "publish", "keep what was told of a plan at a date", "It is written to PLAN/published/DATE.json. Later reports "
        "say which of its figures would differ by then, from what to what, and why.",
    )  # fmt: skip
    p.add_argument("plan", metavar="PLAN", help="plan folder, or its name in the data folder")
    p.add_argument("--as-of", required=True, metavar="DATE", help="the date of the report that was given out")
    p.add_argument("--replace", action="store_true", help="publish anew what would differ; the file keeps both")
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; anything unknown is answered with the nearest thing that is known."""
    top, verbs = _parsers()
    word = next((each for each in arguments if not each.startswith("-")), None)
    if word is not None and word not in verbs:
        raise InputError(f"no verb '{word}'.{nearest(word, verbs)} Verbs: {', '.join(verbs)} (planlib --help)")
    taken, unknown = top.parse_known_args(arguments)
    for each in unknown:
        parser = verbs.get(taken.verb, top)
        options = [name for action in parser._actions for name in action.option_strings]
        if each.startswith("-"):
            raise InputError(
                f"{parser.prog}: no option '{each}'.{nearest(each.partition('=')[0], options)} "
                f"Options: {', '.join(option for option in options if option.startswith('--'))}"
            )
        raise InputError(f"{parser.prog}: '{each}' is one argument too many ({parser.prog} --help)")
    return taken


def main(arguments: Sequence[str] | None = None) -> int:
    """Run planlib as from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.

    Returns
    -------
    int
        0 if all is well, 1 if something failed and the rest was made, 2 if nothing could begin, 130 if interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    debug = "--debug" in given
    try:
        taken = _parse(given)
        if taken.version:
            return _print_version()
        if taken.verb is None:
            _parsers()[0].print_help()
            return CANNOT_BEGIN
        with _stoppable():
            return _VERBS[taken.verb](taken)
    except KeyboardInterrupt:
        _complain("stopped; what was published before stays, and the next run clears up")
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        with contextlib.suppress(OSError):
            sys.stdout.close()
        return FAULT
    except PlanlibError as error:
        if debug:
            traceback.print_exc()
        _complain(str(error))
        return CANNOT_BEGIN if isinstance(error, InputError) else FAULT
    except Exception as error:
        if debug:
            raise
        _complain(f"a fault in planlib itself: {type(error).__name__}: {error} (--debug shows where)")
        return FAULT


@contextlib.contextmanager
def _stoppable() -> Any:
    """End in an orderly way, without leaving a kernel behind, when asked to terminate."""

    def stop(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread: whoever runs us there looks after signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _clean(text: object) -> str:
    """Text without anything that a terminal would obey."""
    from planlib.markup import visible

    return visible(str(text))


def _say(text: object = "") -> None:
    print(_clean(text))


def _complain(text: object) -> None:
    sys.stdout.flush()
    print(f"planlib: {' '.join(_clean(text).split()).removeprefix('planlib ')}", file=sys.stderr)


def _print_json(value: Any) -> None:
    # ensure_ascii also keeps control characters out of the terminal
    print(json.dumps(value, indent=1, ensure_ascii=True, default=str))


def _print_version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"planlib {version('planlib')}")
    except PackageNotFoundError:
        print("planlib (not installed)")
    return OK


# --- report ----------------------------------------------------------------------------------------------------------


def _report(taken: argparse.Namespace) -> int:
    from planlib.reporting.notebooks import find_notebooks
    from planlib.reporting.run import FAILED, MADE, report

    plans = list(taken.plan)
    dates: list[str] = []
    names: list[str] = []
    for word in taken.as_of or ():  # `--as-of DATE PLAN`: what does not look like a date was meant as a plan
        (dates if _DATE_LIKE.match(word) or not _is_plan(word, taken.data) else plans).append(word)
    known = find_notebooks(Path.cwd()) if taken.notebook else {}
    for word in taken.notebook or ():
        (names if word in known or not _is_plan(word, taken.data) else plans).append(word)
    with _maker(taken) as maker:
        outcome = report(
            plans or None, as_of=dates or None, notebooks=names or None, out=taken.out, data=taken.data, jobs=taken.jobs,
            force=taken.force, progress=_progress(), maker=maker,
        )  # fmt: skip
    if taken.why:
        for each in outcome.reports:
            _say(f"{each.plan} {each.as_of} {each.notebook}: {each.state}: {each.why}")
    for note in outcome.notes:
        _complain(f"note: {note}")
    for fault in outcome.faults:
        _complain(fault)
    told: set[str] = set()
    for each in outcome.failed:
        if each.error is not None and each.why not in told:
            told.add(each.why)
            _complain(each.why)
            if taken.debug:
                _print_error(each.error)
    _say(_summary(outcome, MADE, FAILED))
    if taken.open:
        import webbrowser

        webbrowser.open(outcome.index.resolve().as_uri())
    return OK if outcome.ok else FAULT


def _maker(taken: argparse.Namespace) -> contextlib.AbstractContextManager[Maker | None]:
    """What makes the sets, where that is not this machine."""
    if taken.scheduler is None:
        return contextlib.nullcontext()
    if taken.jobs is not None:
        raise InputError("--jobs is for this machine; with --scheduler the cluster's workers say how many run at a time")
    from planlib.reporting import cluster

    return cluster.connected(taken.scheduler)


def _is_plan(word: str, data: str) -> bool:
    return (Path(word) / "plan.toml").is_file() or (Path(data) / word / "plan.toml").is_file()


def _summary(outcome: Outcome, made: str, failed: str) -> str:
    states = {each.state for each in outcome.reports}
    count = {state: sum(each.state == state for each in outcome.reports) for state in states}
    words = f"{count.get(made, 0)} of {len(outcome.reports)} reports made"
    others = [f"{number} {state}" for state, number in sorted(count.items()) if state != made]
    return f"{', '.join([words, *others])}. {outcome.index}"


def _print_error(error: BaseException) -> None:
    """A fault with where it happened, in the notebook or in planlib."""
    traceback.print_exception(error)
    lines = getattr(error.__cause__, "traceback", None) or ()
    for line in lines:
        print(_clean(re.sub("\x1b\\[[0-9;]*m", "", str(line))), file=sys.stderr)


def _progress() -> Callable[[int, int, str], None]:
    """A bar on a terminal; elsewhere a line for each report, so that a log can be read."""
    if not sys.stderr.isatty():

        def line(done: int, total: int, what: str) -> None:
            if done:
                print(f"[{done}/{total}] {_clean(what)}", file=sys.stderr, flush=True)

        return line
    from tqdm import tqdm  # type: ignore[import-untyped]

    bar: list[Any] = []

    def move(done: int, total: int, what: str) -> None:
        if not bar:
            bar.append(tqdm(total=total, unit="report", dynamic_ncols=True, leave=False, file=sys.stderr))
        bar[0].update(done - bar[0].n)
        bar[0].set_postfix_str(_clean(what)[:60], refresh=True)
        if done == total:
            bar[0].close()

    return move


# --- check -----------------------------------------------------------------------------------------------------------


def _check(taken: argparse.Namespace) -> int:
    target = Path(taken.target)
    if target.is_file():
        files, findings = _check_file(target, taken.as_of)
    else:
        files, findings = _check_plan(taken)
    rows = [{name: _text(value) for name, value in row.items()} for row in findings]
    bad = any(row["severity"] == "error" for row in rows) or any(each.get("error") for each in files)
    if taken.json:
        _print_json({"files": files, "findings": rows})
        return FAULT if bad else OK
    for each in files:
        _say(f"{each['file']}: {each['error'] or str(each['actions']) + ' actions'}")
        for line in each["understood"]:
            why = f" ({line['why']})" if line.get("why") else ""
            _say(textwrap.indent(f"{line['what']}: {line['value']}{why}", "  "))
    counts = {kind: sum(row["severity"] == kind for row in rows) for kind in ("error", "warning", "note")}
    _say()
    _say("Findings: " + (", ".join(f"{n} {_plural(kind, n)}" for kind, n in counts.items() if n) or "none"))
    for row in rows:
        where = " ".join(row[name] for name in ("source", "place") if row[name])
        what = ", ".join(f"{label} {row[name]}" for label, name in (("ref", "ref"), ("column", "column")) if row[name])
        quoted = f" Text: {_short(row['text'])!r}" if row["text"] else ""
        _say(f"{row['severity']}: {where}{f' ({what})' if what else ''}: {row['message']}{quoted} [{row['code']}]")
    return FAULT if bad else OK


def _check_file(path: Path, as_of: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from planlib.settings import FILE_NAME, read_settings
    from planlib.store import read, to_date

    day = to_date(as_of, "--as-of")
    settings = read_settings(path.parent) if (path.parent / FILE_NAME).is_file() else None
    try:
        reading = read(path, as_of=day, settings=settings)
    except InputError as error:  # the check has begun: that the file cannot be read is its answer
        return [{"file": str(path), "actions": 0, "error": str(error), "understood": []}], []
    understood = [dict(line) for line in reading.understood]
    file = {"file": str(path), "actions": len(reading.actions), "error": "", "understood": understood}
    return [file], _records(reading.findings)


def _check_plan(taken: argparse.Namespace) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from planlib import published
    from planlib.settings import read_settings
    from planlib.store import find_snapshots, open_plan, to_date

    folder, until = _plan(taken), to_date(taken.as_of, "--as-of")
    files: list[dict[str, Any]] = []
    try:
        for day, path in find_snapshots(folder, read_settings(folder)):
            if until is None or day is None or day <= until:
                files += _check_file(path, None)[0]
        book = open_plan(folder, until)
        told = published.compare(folder, book, until or max(book.snapshots))
        findings = _records(published.noted(book, told).findings)
    except InputError as error:
        files.append({"file": str(folder), "actions": 0, "error": str(error), "understood": []})
        findings = []
    return files, findings


def _plan(taken: argparse.Namespace) -> Path:
    from planlib.reporting.run import find_data, plan_folder

    return plan_folder(taken.plan if hasattr(taken, "plan") else taken.target, find_data(taken.data, needed=False))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _text(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"


# --- ledger ----------------------------------------------------------------------------------------------------------


def _ledger(taken: argparse.Namespace) -> int:
    target = Path(taken.to)
    endings = (".csv", ".xlsx", ".parquet")
    ending = target.suffix.casefold()
    if ending not in endings:
        raise InputError(f"--to {target}: must end in {', '.join(endings)}.{nearest(ending, endings)}")
    if not target.parent.is_dir():
        raise InputError(f"--to {target}: there is no folder {target.parent}")
    folder = _plan(taken)
    if folder.resolve() in target.resolve().parents:
        raise InputError(f"--to {target}: lies among the sources of the plan; choose another folder")
    book = _open(folder, taken.as_of)
    from planlib.reporting import results, workbook

    if ending == ".csv":
        data = results.csv_bytes(book.ledger)
    elif ending == ".xlsx":
        if len(book.ledger) > workbook.MOST_ROWS:
            raise InputError(
                f"--to {target}: {len(book.ledger):,} rows are more than a sheet can hold ({workbook.MOST_ROWS:,}); write .csv"
            )
        data = workbook.ledger_xlsx(book)
    else:
        data = results.parquet_bytes(book.ledger)
    from planlib.reporting.publish import replace

    replace(target, data)
    _say(f"{len(book.ledger)} rows written to {target}")
    return OK


def _open(folder: Path, as_of: str | None) -> Any:
    """Open a plan: before its first snapshot nothing can begin; a fault in its files is one of the plan."""
    from planlib.reporting.run import snapshot_dates
    from planlib.store import open_plan, to_date

    day = to_date(as_of, "--as-of")
    try:
        days = snapshot_dates(folder)
    except InputError as error:
        raise RunError(str(error)) from error
    if day and days and day < days[0]:
        raise InputError(f"{folder.name}: as at {day} there is nothing; its first snapshot is of {days[0]}")
    try:
        return open_plan(folder, day)
    except InputError as error:
        raise RunError(str(error)) from error


def _date(text: str) -> date:
    """A date that an option must have."""
    from planlib.store import to_date

    day = to_date(text, "--as-of")
    if day is None:
        raise InputError("--as-of needs a date")
    return day


# --- changes ---------------------------------------------------------------------------------------------------------


def _changes(taken: argparse.Namespace) -> int:
    from planlib.measures import between
    from planlib.narrative import changes_text
    from planlib.store import to_date

    since = to_date(taken.since, "--since")
    book = _open(_plan(taken), taken.as_of)
    days = book.snapshots
    day = to_date(taken.as_of, "--as-of") or days[-1]
    earlier = [each for each in days if each < [d for d in days if d <= day][-1]]
    if since is None and not earlier:
        raise InputError(f"{book.name}: its first snapshot is of {days[0]}; there is nothing earlier to compare with")
    since = since or earlier[-1]
    if since < days[0]:
        raise InputError(f"--since {since}: the first snapshot of {book.name} is of {days[0]}")
    if since >= day:
        raise InputError(f"--since {since} must be before --as-of {day}")
    found = between(book.ledger, since, day, plan=book.name, snapshots=days, extras=book.extras)
    if taken.json:
        _print_json({"plan": book.name, "title": book.settings.title} | changes_dict(found))
        return OK
    _say(changes_text(found, book.settings.title))
    return OK


def changes_dict(found: Between) -> dict[str, Any]:
    """What changed between two dates, as `planlib changes --json` prints it (docs/changes.md).

    Parameters
    ----------
    found : Between

    Returns
    -------
    dict
        since, as_of, ``reports`` (the snapshots in force), and lists of records: ``changes``, ``dates``, ``columns``,
        ``happened``, ``lists``.
    """
    from planlib.delivery import LISTS
    from planlib.history import words_changed

    cells = _plain(found.cells)
    for cell in cells:
        if cell["what"] == "action":
            words = words_changed(cell["before"], cell["after"])
            cell["words"] = [{"removed": old, "added": new} for old, new in words]
    flags = [*LISTS, "redated", "extension_asked", "overdue", "past_original"]
    names = found.lists[["ref", "ref_range", "label", "area_label", *flags]]
    return {
        "since": _text(found.since), "as_of": _text(found.as_of), "reports": [_text(day) for day in found.reports],
        "changes": cells, "dates": _plain(found.moves), "columns": _plain(found.columns),
        "happened": _plain(found.happened.reset_index()), "lists": _plain(names.reset_index()),
    }  # fmt: skip


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as records of JSON: numbers and truth as they are, dates as text, what is missing as null."""
    import pandas as pd

    made = []
    for row in _records(table):
        record: dict[str, Any] = {}
        for name, value in row.items():
            if pd.isna(value):
                record[name] = None
            elif isinstance(value, pd.Timestamp):
                record[name] = _text(value)
            else:
                record[name] = value if isinstance(value, (str, bool, int, float)) else value.item()
        made.append(record)
    return made


# --- new -------------------------------------------------------------------------------------------------------------

_PLAN_TOML = """\
# What the plan is called in reports.
title = {title}

# More that planlib can be told; take away the # in front of what you need.
# organisation = "Whose plan it is"
# anchor_date = 2026-01-31        # what "within 3 months" counts from
# [inspection]
# body = "Who inspected"
# published = 2026-01-31
# [columns]                       # canonical name = the header in your file; see: planlib check
# target = "Revised deadline"
# [status_key]                    # your word or colour = what it means
# "on hold" = "open"
# "fill:#00B050" = "complete"
"""


def _new(taken: argparse.Namespace) -> int:
    from planlib.readers.formats import ENDINGS
    from planlib.settings import FILE_NAME
    from planlib.store import to_date

    folder, source, day = Path(taken.folder), Path(taken.source), to_date(taken.as_of, "--as-of")
    if not source.is_file():
        beside = [path.name for path in source.parent.iterdir()] if source.parent.is_dir() else []
        raise InputError(f"--from {source}: no such file.{nearest(source.name, beside)}")
    ending = source.suffix.casefold()
    if ending not in ENDINGS:
        raise InputError(f"--from {source}: planlib reads {', '.join(sorted(ENDINGS))}, not '{ending}'")
    if folder.is_file():
        raise InputError(f"{folder}: is a file; a plan is a folder")
    if folder.resolve().name in ("portfolio", ""):
        raise InputError(f"{folder}: a plan cannot be called '{folder.resolve().name}'; choose another name")
    taken_already = sorted(folder.glob(f"{day}*")) if folder.is_dir() else []
    if taken_already:
        raise InputError(f"{taken_already[0]}: there is a snapshot of {day} already; nothing was changed")
    target, settings = folder / f"{day}{ending}", folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not settings.exists():
            title = re.sub(r"[-_]+", " ", folder.resolve().name).strip().capitalize()
            with settings.open("x", encoding="utf-8", newline="\n") as file:
                file.write(_PLAN_TOML.format(title=json.dumps(title, ensure_ascii=False)))
            _say(f"made {settings}: write the plan's title into it")
        with source.open("rb") as original, target.open("xb") as copy:
            shutil.copyfileobj(original, copy)
    except FileExistsError as error:
        raise InputError(f"{error.filename}: is there already; nothing was overwritten") from None
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be written ({error.strerror})") from None
    _say(f"copied {source} to {target}")
    _say(f"next: planlib check {_quoted(folder)}    how it was understood")
    _say(f"then: planlib report {_quoted(folder)}   its reports")
    return OK


def _quoted(path: Path) -> str:
    text = path.as_posix()
    return f'"{text}"' if re.search(r"[^\w./:~-]", text) else text


# --- publish ---------------------------------------------------------------------------------------------------------


def _published_already(told: Told, path: Path, day: date, *, anew: bool) -> str:
    """What to answer where nothing is to be written; blank where it is to be published anew.

    Raises
    ------
    RunError
        If a figure would differ and it was not said to publish it anew.
    """
    from planlib.narrative import say_of_what, say_told

    known = next(one for one in told.checked if one.as_of.date() == day)
    kept, causes = f"{known.kept} {_plural('figure', known.kept)}", "; ".join(known.changed.values())
    if known.holds and not known.changed:
        return f"{path}: published already, and the same: {kept}"
    if anew:
        return ""
    if known.holds:
        return f"{path}: published already, and its {kept} still hold; changed since, without effect on them: {causes}"
    rows = [row for row in _records(told.figures) if row["published_as_of"].date() == day]
    named = [
        f"{row['name']} of {say_of_what(row)} ({say_told(row, 'before')}, now {say_told(row, 'after')})"
        for row in rows[:3]
    ]
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    raise RunError(
        f"{path}: published already, and would now differ: {', '.join(named)}{more}. Changed since: "
        f"{causes or 'nothing that is known'}. Nothing was written; --replace publishes anew and keeps what was told"
    )


def _publish(taken: argparse.Namespace) -> int:
    from planlib import published
    from planlib.measures import measure
    from planlib.reporting.publish import replace
    from planlib.reporting.results import to_json

    folder = _plan(taken)
    book, day = _open(folder, taken.as_of), _date(taken.as_of)
    m = measure(book.ledger, day, settings=book.settings, snapshots=book.snapshots, plan=book.name)
    path, before = published.place_of(folder, day), None
    if path.exists():
        try:
            before = published.read(path)
        except InputError as error:
            raise RunError(f"{error}. Nothing was written; put it back as it was, or move it away") from None
        if said := _published_already(published.compare(folder, book, day), path, day, anew=taken.replace):
            _say(said)
            return OK
    now = published.edition(folder, book, m)
    replace(path, to_json(published.document(now, before)))
    number = len(now["measures"]) + len(now["dates"])
    kept = "; what was told before is kept in it" if before else ""
    _say(f"{path}: {number} {_plural('figure', number)} as at {day} published{kept}")
    return OK


# --- schema ----------------------------------------------------------------------------------------------------------


def _schema(taken: argparse.Namespace) -> int:
    if taken.json:
        _print_json(schema_dict())
    else:
        _say(schema_markdown().rstrip("\n"))
    return OK


def schema_dict() -> dict[str, Any]:
    """The data dictionary as plain data: tables, vocabularies, finding codes and measures."""
    from dataclasses import asdict

    from planlib import schema

    return {
        "tables": {title: [asdict(column) for column in columns] for title, columns in _tables().items()},
        "vocabularies": _vocabularies(),
        "finding_codes": {code: asdict(each) for code, each in schema.CODES.items()},
        "measures": {name: asdict(each) for name, each in schema.MEASURES.items()},
    }


def _tables() -> dict[str, Any]:
    from planlib import schema

    return {
        "ledger": schema.LEDGER, "findings": schema.FINDINGS, "extras": schema.EXTRAS, "cells": schema.CELLS,
        "matches": schema.MATCHES, "restated": schema.RESTATED,
    }  # fmt: skip


def _vocabularies() -> dict[str, dict[str, str]]:
    from planlib import schema

    found = {
        "status": schema.STATUSES, "claim": schema.CLAIMS, "target_precision": schema.PRECISIONS,
        "original_basis": schema.BASES, "kinds of no date": schema.NO_DATE_KINDS, "standing": schema.STANDINGS,
        "change of date": schema.CHANGE_KINDS, "change since the previous report": schema.SINCE,
        "severity": schema.SEVERITIES, "what a cell was taken for": schema.TAKEN_FOR,
    }  # fmt: skip
    return {name: dict(words) for name, words in found.items()}


def schema_markdown() -> str:
    """The data dictionary as Markdown: what docs/data-dictionary.md holds.

    Returns
    -------
    str
    """
    made = schema_dict()
    lines = [
        "# Data dictionary", "",
        "Made by `planlib schema` from `src/planlib/schema.py`. Dates are ISO dates in CSV; text is never missing, an",
        "empty text is blank. In CSV a text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`,",
        "`@`, a tab, a line end or an apostrophe, and is no plain negative number) has one apostrophe in front; take",
        "it away to have the text.",
    ]  # fmt: skip
    for title, columns in made["tables"].items():
        lines += ["", f"## {title.capitalize()}", "", *_markdown(["column", "type", "meaning"], (
            (f"`{column['name']}`", column["dtype"], column["meaning"]) for column in columns
        ))]  # fmt: skip
    lines += ["", "## Words that columns can hold"]
    for title, words in made["vocabularies"].items():
        lines += ["", f"### {title.capitalize().replace('_', ' ')}", "", *_markdown(["word", "meaning"], words.items())]
    lines += ["", "## Finding codes", "", *_markdown(["code", "severity", "meaning"], (
        (f"`{code}`", each["severity"], each["meaning"]) for code, each in made["finding_codes"].items()
    ))]  # fmt: skip
    lines += ["", "## Measures in results.json", "", *_markdown(
        ["name", "unit", "scopes", "definition", "undefined where", "source"],
        (
            (f"`{name}`", one["unit"], ", ".join(one["scopes"]), one["definition"], one["undefined"], one["source"])
            for name, one in made["measures"].items()
        ),
    )]  # fmt: skip
    return "\n".join(lines) + "\n"


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    made = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in made]


_VERBS = {
    "report": _report, "check": _check, "ledger": _ledger, "changes": _changes, "new": _new, "publish": _publish,
    "schema": _schema,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
