"""Plans in which every place that a person can write in holds hostile text, and the pages made of them, without kernels."""

from __future__ import annotations

import ast
import csv
import io
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import hostile_texts as hostile
import nbformat
import xlsxwriter

import planlib
from planlib import measures, open_plan
from planlib.reporting import index
from planlib.reporting.exporter import PlanlibExporter, summary_of
from planlib.store import Plan

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
DAYS = ("2024-01-31", "2024-03-31")
LATEST = DAYS[-1]
HEAD = (
    "Ref", "Area", "Action", "Lead", "Timescale", "Original target date", "Target date", "Status", "RAG", "Completed", "Progress",
    "Reason for delay",
)  # fmt: skip


def packed(payloads: Sequence[str] = hostile.PAYLOADS, each: int = 4) -> list[str]:
    """The payloads, a few to a text, so that a plan of fifty rows has them all in each of its columns."""
    size = -(-len(payloads) // each)
    return ["\n".join(payloads[at::size]) for at in range(size)]


def in_file(text: str) -> str:
    """The text as a file of delimited text holds it: it would not be read with NUL in it."""
    return hostile.written(text).replace("\x00", "\x01")


def _table(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)


def _settings(folder: Path, more: str = "") -> None:
    """A plan.toml whose every text is hostile."""
    every = " ".join(payload for payload in hostile.PAYLOADS if payload not in hostile.LONG)
    words = {word for text in hostile.PAYLOADS if any(map(str.isalnum, word := text[:60]))}
    keys = "\n".join(f'{hostile.toml(word)} = "open"' for word in sorted(words) if not word.lower().startswith("fill:"))
    terms = zip(("on track", "overdue", "no date", "complete", "action", "area", "lead"), (
        "<script>window.pwned=1</script>", "\"><img src=x onerror=window.pwned=1>", "due \u202e1102\u202c", "\x1b[31mdone\x1b[0m",
        "=1+1", "{{ 7 * 7 }}", "$(touch pwned)",
    ), strict=True)  # fmt: skip
    (folder / "plan.toml").write_text(
        f"title = {hostile.toml(every)}\norganisation = {hostile.toml(every)}\n[inspection]\nbody = {hostile.toml(every)}\n"
        "[terms]\n"
        + "".join(f'"{word}" = {hostile.toml(text)}\n' for word, text in terms)
        + f"[status_key]\n{keys}\n{more}",
        encoding="utf-8",
    )


def cells(home: Path) -> Path:
    """A plan with hostile text in every column and header, in its settings, corrections and decisions."""
    folder = home / "cells"
    folder.mkdir(parents=True)
    _settings(folder)
    texts = [in_file(text) for text in packed()]
    alone = [in_file(text) for text in hostile.PAYLOADS]
    for number, day in enumerate(DAYS):
        rows = [[*HEAD, *(text or "x" for text in alone[number::2])]]
        for at, text in enumerate(texts):
            due = text if at % 3 == 0 else f"30 {('June', 'July')[number and at % 2]} 2024"
            status = text if at % 4 == 0 else "In progress"
            shown = [
                text,
                text,
                text,
                text,
                text,
                text if at % 5 == 0 else "",
                due,
                status,
                text,
                text if at % 6 == 0 else "",
                text,
                text,
            ]
            rows.append([*shown, *(text if at % 46 == place else "" for place in range(len(rows[0]) - len(HEAD)))])
        _table(folder / f"{day}.csv", rows)
    ours = open_plan(folder).ledger
    places = ours.loc[(ours["as_of"] == LATEST), "place"].tolist()
    named = ("as_of", "place", "column", "value", "reason", "kind")
    said = zip(places, texts, strict=False)
    _table(
        folder / "corrections.csv", [named, *((LATEST, place, "Progress", text, text, "typo") for place, text in said)]
    )
    _table(
        folder / "matches.csv",
        [("as_of", "place", "action_id", "reason"), (LATEST, places[-1], "new", " ".join(alone))],
    )
    return folder


def sheets(home: Path) -> Path:
    """A plan whose workbooks have hostile sheet names, one action on each sheet."""
    folder = home / "sheets"
    folder.mkdir(parents=True)
    _settings(folder)
    texts = [hostile.in_xml(text) for text in packed()]
    for day in DAYS:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
            for at, text in enumerate(texts):
                sheet = made.add_worksheet(f"place{at}x")
                for row, line in enumerate(
                    (("Ref", "Action", "Target date", "Status", text[:30]), (str(at), text, "30 June 2024", text))
                ):
                    for column, word in enumerate(line):
                        sheet.write_string(row, column, word)
        with zipfile.ZipFile(out) as old, zipfile.ZipFile(folder / f"{day}.xlsx", "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "xl/workbook.xml":
                    for at, text in enumerate(texts):
                        data = data.replace(f'"place{at}x"'.encode(), quoteattr(text, {"\n": "&#10;"}).encode())
                new.writestr(name, data)
    return folder


def files(home: Path) -> Path:
    """A plan of small files in whose names the payloads stand, as many as a name can hold; some of the names are no text."""
    folder = home / "files"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "Files"\n', encoding="utf-8")
    names = [""]
    for name in (hostile.file_name(text, 120) for text in hostile.PAYLOADS):
        if len(os.fsencode(names[-1] + name)) > 235:
            names.append("")
        names[-1] += f" {name}"
    for at, name in enumerate(names):
        day = date.fromisoformat(LATEST) - timedelta(days=len(names) - 1 - at)
        _table(
            folder / f"{day}{name}.csv",
            [("Ref", "Action", "Target date", "Status"), ("1", "Dig", f"{1 + at % 28} June 2024", "Open")],
        )
    return folder


def web(home: Path) -> Path:
    """A plan whose files are a web page and a text in Markdown that hold the payloads as they are, tags and all."""
    folder = home / "web"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "Web"\n', encoding="utf-8")
    closed = [text for text in map(in_file, hostile.PAYLOADS) if "<!--" not in text and "<style" not in text]
    head, rows = (
        "<tr><th>Ref<th>Action<th>Target date<th>Status",
        "".join(f"<tr><td>{at}<td>{text}<td>30 June 2024<td>Open" for at, text in enumerate(closed)),
    )
    (folder / f"{DAYS[0]}.html").write_text(f"<!DOCTYPE html><table>{head}{rows}</table>", encoding="utf-8")
    lines = "".join(f"| {at} | {' '.join(text.split())} | 30 July 2024 | Open |\n" for at, text in enumerate(closed))
    (folder / f"{LATEST}.md").write_text(
        f"# Plan\n\n| Ref | Action | Target date | Status |\n|---|---|---|---|\n{lines}", encoding="utf-8"
    )
    return folder


# --- notebooks, run here ---------------------------------------------------------------------------------------------


def run_here(name: str, **parameters: Any) -> Any:
    """Run a bundled notebook in this process: what is tested is what it shows, not how it is run."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    names: dict[str, Any] = {}
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= parameters
        shown = eval(compile(ast.Expression(last.value), name, "eval"), names) if isinstance(last, ast.Expr) else None
        if shown is not None:
            made = shown._repr_mimebundle_()
            data, metadata = made if isinstance(made, tuple) else (made, {})
            cell.outputs = [
                nbformat.v4.new_output("execute_result", data=data, metadata=metadata, execution_count=count)
            ]
    return notebook


def page_of(notebook: Any, name: str) -> str:
    """The page of an executed notebook."""
    return str(PlanlibExporter().from_notebook_node(notebook, resources={"metadata": {"name": name}})[0])


def pages_of(
    folder: Path, names: Sequence[str] = ("progress", "slippage", "data-quality")
) -> Iterator[tuple[str, Any, str]]:
    """The pages of a plan, each with its name and the notebook it was made from."""
    for name in names:
        notebook = run_here(name, plan=str(folder), as_of=LATEST)
        yield f"{folder.name}-{name}", notebook, page_of(notebook, name)
        if name == "progress":
            brief = summary_of(notebook)
            yield f"{folder.name}-summary", brief, page_of(brief, "summary")


def portfolio(home: Path) -> tuple[Any, str]:
    """A portfolio of plans each of which has a payload for its title and its name."""
    folder = home / "one"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "One"\n', encoding="utf-8")
    for day, month in zip(DAYS, ("June", "July"), strict=True):
        _table(
            folder / f"{day}.csv",
            [("Ref", "Action", "Target date", "Status"), ("1", "Dig", f"30 {month} 2024", "Open")],
        )
    book = open_plan(folder, LATEST)
    measured = measures.measure(book.ledger, LATEST, settings=book.settings, snapshots=book.snapshots, plan=book.name)
    books = [
        replace(
            book,
            name=hostile.written(hostile.file_name(text)),
            settings=replace(book.settings, title=text, organisation=text),
        )
        for text in packed(each=6)
    ]
    opened: Mapping[str, Plan] = {each.name: each for each in books}
    ways = planlib.open_plan, measures.measure
    try:
        planlib.open_plan = lambda name, *_, **__: opened[name]
        measures.measure = lambda *_, plan, **__: replace(measured, plan=plan)
        notebook = run_here("portfolio", plans=list(opened), as_of=LATEST, reports={})
    finally:
        planlib.open_plan, measures.measure = ways
    return notebook, page_of(notebook, "portfolio")


def indexed(home: Path) -> str:
    """An index of reports of plans each of which has a payload for its title and its folder; some failed, some are damaged."""
    from index_samples import fail, put_set

    for at, text in enumerate(hostile.PAYLOADS):
        name = hostile.file_name(text, 120).strip(".") or "x"
        folder = put_set(home, name, LATEST, hostile.written(text) or "x", actions=at, done=at // 2)
        if at % 3 == 0:
            fail(folder, notebook=text, cell=3, error=text)
        if at % 5 == 0:
            (folder / "slippage.html").unlink()
    return index.make(home).decode("utf-8")


def all_pages(home: Path) -> dict[str, tuple[Any, str]]:
    """Every kind of page, by name, made of hostile text, and before it the notebook that it is made from; the index has none."""
    made = {
        name: (notebook, page) for folder in (cells(home), sheets(home)) for name, notebook, page in pages_of(folder)
    }
    for folder in (files(home), web(home)):
        made |= {name: (notebook, page) for name, notebook, page in pages_of(folder, ("progress",))}
    return made | {"portfolio": portfolio(home), "index": (None, indexed(home / "reports"))}
