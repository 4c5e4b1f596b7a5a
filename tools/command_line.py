"""Prints docs/command-line.md, made from what the program itself knows of its verbs and options.

Usage: .venv/bin/python tools/command_line.py > docs/command-line.md (tests/test_docs.py compares).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from planlib import cli

HEAD = """\
# Command line

Made by `tools/command_line.py` from the program itself; `planlib VERB --help` prints the same. A date is written YYYY-MM-DD. Where a
plan is asked for, its folder will do, or its name in the data folder. A misspelt verb or option is answered with the nearest one.

| exit code | meaning |
| --- | --- |
| 0 | everything that was asked for is there |
| 1 | something failed, the rest was made; of `check`: an error finding, or no action table |
| 2 | nothing could begin: a bad option or date, no such plan, no data folder |
| 130 | it was stopped |

Each fault is one line on standard error. `planlib --version` prints the version.
"""


def usage(parser: argparse.ArgumentParser) -> str:
    """How a verb is typed: what it must have and what it may have."""
    words = [parser.prog]
    for action in parser._actions:
        name = str(action.metavar or action.dest)
        if not action.option_strings:
            words.append({"?": f"[{name}]", "*": f"[{name} ...]"}.get(str(action.nargs), name))
        elif action.required:
            words.append(f"{action.option_strings[0]} {name}")
    return " ".join([*words, "[OPTION ...]"])


def written(action: argparse.Action) -> str:
    """An argument as it is typed."""
    name = str(action.metavar or action.dest)
    value = {"0": "", "?": f" [{name}]", "+": f" {name} ..."}.get(str(action.nargs), f" {name}")
    return ", ".join(f"`{option}{value}`" for option in action.option_strings) or f"`{name}`"


def rows(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A line of the table for each argument and option that has something said of it."""
    for action in parser._actions:
        if action.help and action.help != argparse.SUPPRESS:
            more = "; may be given again" if type(action).__name__ in ("_AppendAction", "_ExtendAction") else ""
            yield f"| {written(action)} | {action.help}{more} |"


def page() -> str:
    """The whole document."""
    parts = [HEAD]
    for name, parser in cli._parsers()[1].items():
        table = "\n".join(["| option | what it says |", "| --- | --- |", *rows(parser)])
        parts.append(f"## planlib {name}\n\n{parser.description}\n\n```text\n{usage(parser)}\n```\n\n{table}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode("utf-8"))
