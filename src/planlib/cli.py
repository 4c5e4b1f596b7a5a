"""The command line: reads what a person typed, calls the library, and answers in plain lines.

Arguments are parsed before pandas is imported, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import re
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from planlib.errors import InputError, PlanlibError, RunError, nearest, shell_word

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from planlib.intake import Dated, Intake
    from planlib.measures import Between
    from planlib.published import Told
    from planlib.reporting.making import Maker
    from planlib.reporting.run import Outcome

OK, FAULT, CANNOT_BEGIN, INTERRUPTED = 0, 1, 2, 130
_DATE_LIKE = re.compile(r"\d{1,4}[-/. ]\d")

_EPILOG = """\
examples:
  planlib report                                   reports of every plan in data/, for every date
  planlib report wirral-ofsted-2011 --as-of 2011-08-31
  planlib check data/wirral-ofsted-2011            how the files were understood
  planlib new "Ofsted plan 31 March 2026.docx"     begins a plan folder with it
  planlib new --template action-plan.xlsx          an empty plan to fill in

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

    _report_options(verb)

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
    p.add_argument("--subject", action="store_true", help="print one line, fit for the subject of the e-mail")

    _new_options(verb)
    _publish_options(verb)

    p = verb("lab", "open the notebooks in JupyterLab", "Where there is none, explore.ipynb is put there first.")
    p.add_argument("folder", nargs="?", metavar="FOLDER", help="where to open it (default: notebooks, else here)")

    p = verb("schema", "print the data dictionary")
    p.add_argument("--json", action="store_true", help="print JSON")
    return top, made


def _report_options(verb: Callable[..., _Parser]) -> None:
    p = verb("report", "make reports and the index of them", "What is up to date is not made again.")
    several: dict[str, Any] = {"nargs": "+", "action": "extend"}
    p.add_argument("plan", nargs="*", metavar="PLAN", help="plan folder, or its name in the data folder (default: all)")
    p.add_argument("--as-of", **several, metavar="DATE", help="YYYY-MM-DD (default: every snapshot date)")
    p.add_argument("--latest", action="store_true", help="each plan at its latest snapshot, as for a run each month")
    p.add_argument(
        "--notebook", **several, metavar="NAME", help="progress, slippage, data-quality, portfolio, or one of yours"
    )
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")
    p.add_argument("--out", metavar="DIR", help="where reports go (default: reports, beside data)")
    p.add_argument("--jobs", type=int, metavar="N", help="notebooks at a time (default: number of cores)")
    p.add_argument("--scheduler", metavar="ADDRESS", help="make them on a dask cluster, over a shared folder (docs/cluster.md)")
    p.add_argument("--plain", action="store_true", help="start each kernel by itself: slower, the same bytes")
    p.add_argument("--timeout", type=float, metavar="SECONDS", help="longest time that a cell may take (default: 1800)")
    p.add_argument("--force", action="store_true", help="make also what is up to date")
    p.add_argument("--why", action="store_true", help="say for each report why it was made, or not")
    p.add_argument("--open", action="store_true", help="open the index in the browser at the end")


def _new_options(verb: Callable[..., _Parser]) -> None:
    p = verb(
        "new", "begin a plan with a file, or add an issue to one; never overwrites",
        "It says how the file was understood, copies it into the plan folder under its date, and writes plan.toml where there is none. "
        "PLAN_DIR --from FILE --as-of DATE is understood too.",
    )  # fmt: skip
    p.add_argument(
        "what", nargs="?", metavar="FILE", help="the plan as you have it: Word, Excel, PDF, CSV, ...; it is copied"
    )
    p.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="the plan folder, or its name in the data folder (default: after the title)",
    )
    p.add_argument(
        "--date",
        "--as-of",
        dest="as_of",
        metavar="DATE",
        help="the date the plan stood at, where the file does not say it",
    )
    p.add_argument("--title", metavar="TEXT", help="what the plan is called (default: the file's heading or name)")
    p.add_argument(
        "--column",
        action="append",
        metavar="NAME=HEADER",
        help='which header is what, where it is not found: target="By when?"',
    )
    p.add_argument("--from", dest="source", metavar="FILE", help=argparse.SUPPRESS)
    p.add_argument(
        "--template",
        nargs="?",
        const="action-plan.xlsx",
        metavar="FILE.xlsx",
        help="write an empty workbook to keep a plan in, and stop",
    )
    p.add_argument("--data", default="data", metavar="DIR", help="folder of the plan folders (default: data)")


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
    for each in arguments:
        try:
            named = "\x00" not in each and os.fsencode(each)
        except UnicodeEncodeError:
            named = False
        if named is False:
            raise InputError(f"'{each}' holds a character that no name can have")
    word = next((each for each in arguments if not each.startswith("-")), None)
    if word is not None and word not in verbs:
        raise InputError(f"no verb '{word}'.{nearest(word, verbs)} Verbs: {', '.join(verbs)} (planlib --help)")
    taken, unknown = top.parse_known_args(arguments)
    for each in unknown:
        parser = verbs.get(taken.verb, top)
        options = [name for action in parser._actions for name in action.option_strings]
        if each.startswith("-"):
            if each in options and arguments.index(each) < arguments.index(taken.verb):
                raise InputError(f"{parser.prog}: '{each}' comes after the verb: {parser.prog} {each}")
            raise InputError(
                f"{parser.prog}: no option '{each}'.{nearest(each.partition('=')[0], options)} "
                f"Options: {', '.join(option for option in options if option.startswith('--'))}"
            )
        raise InputError(
            f"{parser.prog}: '{each}' is one argument too many; a name with spaces needs quotes ({parser.prog} --help)"
        )
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
    debug = False
    try:
        taken = _parse(given)
        debug = taken.verb is not None and taken.debug
        if taken.version:
            return _print_version()
        if taken.verb is None:
            _parsers()[0].print_help()
            return CANNOT_BEGIN
        from planlib.readers.apart import switched_on

        with _stoppable(), switched_on():
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
            _print_error(error)
        _complain(str(error))
        return CANNOT_BEGIN if isinstance(error, InputError) else FAULT
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            _complain(f"'{_short(str(error.filename))}': is longer than a name can be")
            return CANNOT_BEGIN
        if debug:
            _print_error(error)
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


def _say_line(text: object) -> None:
    """Say something in one line: what a file says must not pass for a line of ours."""
    print(_one_line(text))


def _one_line(text: object) -> str:
    return re.sub(r"\s*\n\s*", " ", _clean(text).strip("\n"))


def _complain(text: object) -> None:
    sys.stdout.flush()
    print(f"planlib: {' '.join(_clean(text).split()).removeprefix('planlib ')}", file=sys.stderr)


def _print_json(value: Any) -> None:
    # ensure_ascii also keeps control characters out of the terminal, but for one
    print(json.dumps(value, indent=1, ensure_ascii=True, default=str).replace("\x7f", "\\u007f"))


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
    for plan in plans:
        _refuse_bare_folder(plan, taken.data)
    options: dict[str, Any] = {
        "notebooks": names or None, "out": taken.out, "data": taken.data, "jobs": taken.jobs, "force": taken.force,
        "progress": _progress(), "plain": taken.plain, "timeout": taken.timeout,
    }  # fmt: skip
    if taken.latest and dates:
        raise InputError("--latest and --as-of both say the date; give one of them")
    with _maker(taken) as maker:
        options["maker"] = maker
        if taken.latest:
            from planlib.reporting.latest import report_latest

            outcome = report_latest(plans or None, **options)
        else:
            outcome = report(plans or None, as_of=dates or None, **options)
    if taken.why:
        for each in outcome.reports:
            _say_line(f"{each.plan} {each.as_of} {each.notebook}: {each.state}: {each.why}")
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
    _say_line(_summary(outcome, MADE, FAILED))
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
    lines = getattr(error.__cause__, "traceback", None) or ()
    for line in (*traceback.format_exception(error), *lines):  # an exception may quote what a file says
        print(_clean(re.sub("\x1b\\[[0-9;]*m", "", str(line))).rstrip("\n"), file=sys.stderr)


def _progress() -> Callable[[int, int, str], None]:
    """A bar on a terminal; elsewhere a line for each report, so that a log can be read."""
    if not sys.stderr.isatty():

        def line(done: int, total: int, what: str) -> None:
            if done:
                print(f"[{done}/{total}] {_one_line(what)}", file=sys.stderr, flush=True)

        return line
    from tqdm import tqdm  # type: ignore[import-untyped]

    bar: list[Any] = []

    def move(done: int, total: int, what: str) -> None:
        if not bar:
            bar.append(tqdm(total=total, unit="report", dynamic_ncols=True, leave=False, file=sys.stderr))
        bar[0].update(done - bar[0].n)
        bar[0].set_postfix_str(_one_line(what)[:60], refresh=True)
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
        said = each["error"].removeprefix(f"{each['file']}: ") or f"{each['actions']} {_plural('action', each['actions'])}"
        _say_line(f"{each['file']}: {said}")
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
        _say_line(f"{row['severity']}: {where}{f' ({what})' if what else ''}: {row['message']}{quoted} [{row['code']}]")
    return FAULT if bad else OK


def _check_file(path: Path, as_of: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from planlib.folder import to_date
    from planlib.settings import FILE_NAME, read_settings
    from planlib.store import read

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
    from planlib.folder import find_snapshots, to_date
    from planlib.settings import read_settings
    from planlib.store import open_plan

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
    from planlib.reporting.plans import find_data, plan_folder

    word = taken.plan if hasattr(taken, "plan") else taken.target
    _refuse_bare_folder(word, taken.data)
    return plan_folder(word, find_data(taken.data, needed=False))


def _refuse_bare_folder(word: str, data: str) -> None:
    """Say of a folder of files that is no plan yet how it becomes one."""
    from planlib.readers.formats import ENDINGS
    from planlib.reporting.plans import find_data
    from planlib.settings import FILE_NAME

    tried = [Path(word)] if len(Path(word).parts) != 1 else [find_data(data, needed=False) / word, Path(word)]
    folder = next((path for path in tried if path.is_dir()), None)
    if folder is None or (folder / FILE_NAME).is_file():
        return
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return  # which is answered elsewhere too
    if any((path / FILE_NAME).is_file() for path in inside if path.is_dir()):
        return  # a folder of plans, which is answered elsewhere
    if (folder / f"{FILE_NAME}.txt").is_file():
        raise InputError(
            f"{folder}: has {FILE_NAME}.txt and needs {FILE_NAME}: rename it (Windows hides .txt; in Explorer: View, Show, "
            "File name extensions)"
        )
    files = [path for path in inside if path.suffix.casefold() in ENDINGS and not path.name.startswith("~$")]
    first = _quoted(_shortly(files[0])) if files else "FILE"
    where = f" {_quoted(_shortly(folder))}" if files and re.match(r"\d{4}-\d\d-\d\d", files[0].name) else ""
    raise InputError(f"{folder}: is not a plan folder, for it has no {FILE_NAME}; to begin a plan: planlib new {first}{where}")


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
    _say_line(f"{len(book.ledger)} rows written to {target}")
    return OK


def _open(folder: Path, as_of: str | None) -> Any:
    """Open a plan: before its first snapshot nothing can begin; a fault in its files is one of the plan."""
    from planlib.folder import to_date
    from planlib.reporting.plans import snapshot_dates
    from planlib.store import open_plan

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
    from planlib.folder import to_date

    day = to_date(text, "--as-of")
    if day is None:
        raise InputError("--as-of needs a date")
    return day


# --- changes ---------------------------------------------------------------------------------------------------------


def _changes(taken: argparse.Namespace) -> int:
    from planlib import mail
    from planlib.folder import to_date
    from planlib.measures import between

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
    if taken.json and taken.subject:
        raise InputError("--json and --subject print different things; give one of them")
    if taken.json:
        _print_json({"plan": book.name, "title": book.settings.title} | changes_dict(found))
        return OK
    title = book.settings.title
    _say(mail.subject(found, title) if taken.subject else mail.text(found, title))
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


def _new(taken: argparse.Namespace) -> int:
    if taken.template is not None:
        return _new_template(taken)
    from planlib import intake
    from planlib.settings import FILE_NAME, Settings, read_settings

    path, folder = _file_and_folder(taken)
    if not path.is_file() and not path.name.startswith("~$"):
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name the plan's file, such as {path.as_posix()}/plan.docx")
        raise InputError(f"{'--from ' if taken.source else ''}{_no_file(path, taken.folder)}")
    given = _date(taken.as_of) if taken.as_of else None
    columns = _named_columns(taken.column or ())
    goes_on = folder is not None and (folder / FILE_NAME).is_file()
    if goes_on and (columns or taken.title):
        option = "--column" if columns else "--title"
        raise InputError(f"{option}: {folder}/{FILE_NAME} is there already, and is not changed; write it there")
    settings = read_settings(folder) if goes_on and folder is not None else Settings(title="", columns=columns)
    source = intake.take(path, settings)
    missing = [name for name in columns if name not in source.raw.headers]
    if missing:
        raise InputError(f"--column {missing[0]}: no header '{columns[missing[0]][0]}' was found in {path.name}")
    dated = intake.find_date(source)
    if given is not None:
        dated = intake.Dated(given, "as you say")
    elif not dated.day and not dated.many:
        dated = intake.Dated(_ask_date(path, dated), "as you say")
    if goes_on and dated.many and "as_of" not in settings.columns:
        header = json.dumps(source.raw.headers["as_of"][0], ensure_ascii=False)
        raise InputError(f"{path}: has {dated.why}; write as_of = {header} under [columns] of {folder}/{FILE_NAME} first")
    title, why = intake.find_title(source)
    if folder is None:
        folder = _new_folder(title or path.stem, path, taken.data)
    elif taken.source and why != "the first heading of the file":
        title = ""  # PLAN_DIR was named, and says more than the name of a file
    if not title:
        title, why = re.sub(r"[-_]+", " ", folder.resolve().name).strip().capitalize(), "the name of its folder"
    if taken.title:
        title, why = taken.title, ""
    _check_new(folder, path, dated, goes_on)
    found = intake.understand(source, dated)
    written = _write_plan(folder, found, None if goes_on else intake.plan_toml(found, title, why))
    notes = [f"note: {line}" for line in intake.missing_from(settings, found)] if goes_on else []
    for line in (*intake.lines(found), *written, *notes):
        _say_line(line)
    _say_line(f"next: planlib check {_quoted(folder)}    how it was understood")
    _say_line(f"then: planlib report {_quoted(folder)}   its reports")
    return OK


def _new_template(taken: argparse.Namespace) -> int:
    from planlib.reporting import blank

    target = Path(taken.template)
    if taken.what or taken.source:
        raise InputError("--template writes an empty workbook and reads no file; leave the other one out")
    if target.suffix.casefold() != ".xlsx":
        raise InputError(f"--template {target}: must end in .xlsx")
    try:
        with target.open("xb") as file:
            file.write(blank.workbook())
    except FileExistsError:
        raise InputError(f"--template {target}: is there already; nothing was overwritten") from None
    except OSError as error:
        raise InputError(
            f"--template {target}: cannot be written ({error.strerror}); choose a folder where you may write"
        ) from None
    _say_line(f"made {target}: fill in the sheet '{blank.PLAN}'; how is on its first sheet")
    _say_line(f"next: planlib new {_quoted(target)}    when it has its first actions")
    return OK


def _file_and_folder(taken: argparse.Namespace) -> tuple[Path, Path | None]:
    """The plan's file and the folder it goes to, None where that is for planlib to name."""
    from planlib.reporting.plans import find_data

    if taken.source:
        if taken.what is None or taken.folder is not None:
            raise InputError(
                "with --from the plan folder alone is named: planlib new PLAN_DIR --from FILE --as-of DATE"
            )
        return Path(taken.source), Path(taken.what)
    if taken.what is None:
        raise InputError(
            "new needs the file of a plan: planlib new FILE; or planlib new --template, to begin without one"
        )
    path = Path(taken.what)
    if taken.folder is None:
        return path, None
    folder = Path(taken.folder)
    if folder.is_file() and not path.is_file():
        raise InputError(f"the file comes first: planlib new {_quoted(folder)} {_quoted(path)}")
    if len(folder.parts) == 1 and not folder.exists() and folder.name not in ("", ".", ".."):
        folder = _shortly(find_data(taken.data, needed=False)) / folder  # as every verb understands a name
    return path, folder


def _no_file(path: Path, folder: str | None) -> str:
    """What to do about a file that is not there."""
    whole = Path(f"{path} {folder}")
    if folder and whole.is_file():
        return f"{path}: no such file; a name with spaces needs quotes: planlib new {_quoted(whole)}"
    beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, beside)
    if near or path.is_absolute():
        return f"{path}: no such file.{near}"
    return f"{path}: no such file. It was looked for in {Path.cwd()}: go to its folder, or write its whole path."


def _quoted(path: Path) -> str:
    """A path as one types it in a shell."""
    return shell_word(path.as_posix())


def _shortly(path: Path) -> Path:
    """A path as one would type it from here, where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _new_folder(title: str, path: Path, data: str) -> Path:
    """The folder of a plan that nobody has named: after its title, in the data folder."""
    from planlib.markup import slug
    from planlib.reporting.plans import find_data

    name = slug(re.sub("['’]", "", title))
    name = name[:40].rpartition("-")[0] if len(name) > 40 else name
    folder = _shortly(find_data(data, needed=False)) / (name or "plan")
    if folder.exists():
        raise InputError(
            f"{folder}: is there already; to add this file to that plan: planlib new {_quoted(path)} {_quoted(folder)}; "
            "for another plan name another folder after the file"
        )
    return folder


def _named_columns(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """NAME=HEADER of --column, checked as plan.toml is."""
    from planlib.settings import parse_settings

    found: dict[str, list[str]] = {}
    for word in words:
        name, equals, header = word.partition("=")
        if not equals:
            raise InputError(f'--column {word}: must be NAME=HEADER, such as --column target="Revised deadline"')
        found.setdefault(name.strip(), []).append(header)
    return dict(parse_settings({"title": "-", "columns": found}, where="--column").columns)


def _ask_date(path: Path, dated: Dated) -> date:
    """The date that cannot be told: asked for on a terminal, else an error that names the option."""
    likely = f", such as {dated.likely}" if dated.likely else ""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            f"{path}: the date that the plan stood at cannot be told: {dated.why}; add --date YYYY-MM-DD{likely}"
        )
    _say_line(f"{path}: the date that the plan stood at cannot be told: {dated.why}.")
    try:
        return _date(input(f"As at which date, YYYY-MM-DD{likely}? (--date says it beforehand) ").strip())
    except EOFError:
        raise InputError("no date was given; --date YYYY-MM-DD says it") from None


def _check_new(folder: Path, path: Path, dated: Dated, goes_on: bool) -> None:
    """Refuse what would overwrite something, or what could not be reported on."""
    if folder.is_file():
        raise InputError(f"{folder}: is a file; a plan is a folder")
    from planlib.settings import cannot_be_called

    if cannot_be_called(folder.resolve().name):
        raise InputError(f"{folder}: a plan cannot be called '{folder.resolve().name}'; choose another name")
    inside = path.resolve().parent == folder.resolve()
    if inside and dated.day and not path.name.startswith(str(dated.day)):
        name = f"{dated.day}{path.suffix.casefold()}"
        then = f"check {_quoted(folder)}" if goes_on else f"new {_quoted(folder / name)} {_quoted(folder)}"
        raise InputError(
            f"{path}: lies in that folder, and its name does not begin with its date; rename it to {name} and say: planlib {then}"
        )
    there = sorted(folder.glob(f"{dated.day}*")) if folder.is_dir() and dated.day else []
    if there and (goes_on or not inside or there != [folder / path.name]):
        raise InputError(f"{there[0]}: there is a snapshot of {dated.day} already; nothing was changed")
    if dated.many and not inside and (folder / path.name).exists():
        raise InputError(f"{folder / path.name}: is there already; nothing was changed")


def _write_plan(folder: Path, found: Intake, settings: str | None) -> list[str]:
    """Copy the file in, if it is not there, and write plan.toml where there is none; take back what was begun if that fails.

    Gives what was done, as lines to print.
    """
    from planlib.settings import FILE_NAME

    path, day = found.source.path, found.dated.day
    target = folder / (f"{day}{path.suffix.casefold()}" if day else path.name)
    inside = path.resolve().parent == folder.resolve()
    wanted = [] if inside else [(target, found.source.data)]
    if settings is not None:
        wanted.insert(0, (folder / FILE_NAME, settings.encode("utf-8")))
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for place, data in wanted:
            with place.open("xb") as file:
                made.append(place)
                file.write(data)
    except OSError as error:
        for place in made:
            place.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise InputError(f"{error.filename}: is there already; nothing was overwritten") from None
        raise InputError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); choose a folder where you may write"
        ) from None
    told = f"made {folder / FILE_NAME}: what was found stands in it; put right there what is wrong"
    return [*([told] if settings is not None else []), f"{path} stays where it is" if inside else f"copied {path} to {target}"]


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
            _say_line(said)
            return OK
    now = published.edition(folder, book, m)
    replace(path, to_json(published.document(now, before)))
    number = len(now["measures"]) + len(now["dates"])
    kept = "; what was told before is kept in it" if before else ""
    _say_line(f"{path}: {number} {_plural('figure', number)} as at {day} published{kept}")
    return OK


# --- lab -------------------------------------------------------------------------------------------------------------

EXPLORE = "explore.ipynb"


def _lab(taken: argparse.Namespace) -> int:
    import importlib.util
    import subprocess

    from planlib.reporting.notebooks import find_notebooks

    if importlib.util.find_spec("jupyterlab") is None:
        raise InputError(
            f'JupyterLab is not installed in this Python ({sys.executable}); install it: "{sys.executable}" -m pip install '
            '"jupyterlab>=4.2"'
        )
    folder = Path(taken.folder or ("notebooks" if Path("notebooks").is_dir() else "."))
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name one that is there, or none")
    target = folder / EXPLORE
    if not list(folder.glob("*.ipynb")):
        try:
            with target.open("xb") as file:
                file.write(find_notebooks(Path.cwd())["explore"].read_bytes())
        except OSError as error:
            raise InputError(
                f"{target}: cannot be written ({error.strerror}); choose a folder where you may write"
            ) from None
        _say_line(f"made {target}: set plan in its second cell to your plan folder")
    return subprocess.call([sys.executable, "-m", "jupyterlab", str(folder)])


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
        "`@`, be it after blanks, a tab, a line end or an apostrophe, and is no plain negative number) has one",
        "apostrophe in front; take it away to have the text.",
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
    "lab": _lab, "schema": _schema,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
