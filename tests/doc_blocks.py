"""The code blocks of the documents: what a fence asks for, and a desk at which they are run as a reader would.

What stands after the language of a fence says what is done with the block (CONTRIBUTING.md, "A code block in a document"):

    ```console                     what follows "$ " is typed, and the lines after it are what comes out; "..." is any lines
    ```console exit=2              the last command ends with that code
    ```sh                          every line is typed, and has to succeed
    ```python, ```pycon            run in order, with the names that earlier blocks of the document made
    ```csv file=data/x/2026-03-31.csv    the text is put into that file
    ```toml shows=data/x/plan.toml       the text is what that file holds
    ```diff edit=data/x/plan.toml        a line of that file, after "-", becomes the one after "+"
    ```console no-run: reason      not run by a test; verbs and options are looked at all the same
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import doctest
import importlib.util
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planlib import cli
from planlib.errors import InputError

ROOT = Path(__file__).parents[1]
TYPED = ("console", "sh", "shell", "bat")
CODE = ("python", "pycon")
FENCE = re.compile(r"(?P<indent> *)```(?P<info>.*)")
COMMAND = re.compile(r"(?:^[ \t]*|[/\\(`]|(?:\$|&&|\||run:) )planlib(?:\.exe)?[ \t]+(?P<verb>[a-z]+)(?P<rest>[^|>)&`\n]*)", re.MULTILINE)
MODULES = {"papermill": ["papermill"], "jupyter": []}  # "jupyter nbconvert" is the module nbconvert
HOME = "/plans"  # how a transcript names the folder in which the reader stands, wherever the test puts it
PROGRESS = re.compile(r"\[\d+/\d+\] .*\n")  # where no terminal is; on one there is a bar, which goes


@dataclass
class Block:
    """One fenced block of a document."""

    document: str
    line: int  # of its first line of text, from 1
    language: str
    text: str
    indent: str = ""
    options: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def where(self) -> str:
        """Document and line, as an editor opens them."""
        return f"{self.document}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether a test runs it."""
        return self.language in (*TYPED, *CODE) and not self.reason

    def commands(self) -> list[tuple[str, str]]:
        """What is typed, and what is said to come out after it."""
        if self.language != "console":
            return [(line, "") for line in self.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        found: list[tuple[str, str]] = []
        for line in self.text.splitlines(keepends=True):
            if line.startswith("$ "):
                found.append((line[2:].rstrip("\n"), ""))
            elif found:
                found[-1] = (found[-1][0], found[-1][1] + line)
            else:
                raise AssertionError(f"{self.where}: what comes out stands before any command: {line!r}")
        return found


def documents() -> list[str]:
    """README.md and every document but the decision records, which tell of the past."""
    found = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")]
    return ["README.md", *sorted(name for name in found if not name.startswith("docs/decisions/"))]


def blocks(document: str, text: str | None = None) -> list[Block]:
    """The fenced blocks of a document, in order."""
    text = (ROOT / document).read_text(encoding="utf-8") if text is None else text
    found: list[Block] = []
    inside: Block | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.fullmatch(line)
        if inside is None and fence:
            asked, _, reason = fence["info"].partition("no-run:")
            language, *options = shlex.split(asked) or [""]
            inside = Block(document, number + 1, language, "", fence["indent"], reason=reason.strip())
            inside.options = dict(option.split("=", 1) for option in options if "=" in option)
            known = {"file", "shows", "edit", "exit"} >= inside.options.keys() and all("=" in option for option in options)
            told = "no-run" not in fence["info"] or inside.reason
            assert known and told, f"{inside.where}: not understood after the language: {fence['info']}"
        elif inside is not None and fence and not fence["info"]:
            found.append(inside)
            inside = None
        elif inside is not None:
            inside.text += line.removeprefix(inside.indent) + "\n"
    assert inside is None, f"{document}: a block is not closed: {inside}"
    return found


# --- looked at, not run ----------------------------------------------------------------------------------------------


def options_of(verb: str) -> set[str]:
    """The options of a verb, those that its help does not show too."""
    return {name for action in cli._parsers()[1][verb]._actions for name in action.option_strings}


def unknown_in(text: str) -> list[str]:
    """Verbs and options of planlib that a text names and the program does not have."""
    verbs = cli._parsers()[1]
    found = []
    for command in COMMAND.finditer(text):
        verb, rest = command["verb"], re.sub(r"\s#.*", "", command["rest"])
        if verb not in verbs:
            found.append(f"planlib {verb}")
            continue
        named = re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest)
        found += [f"planlib {verb} {option}" for option in named if option not in options_of(verb)]
    return found


def refused_in(text: str) -> list[str]:
    """Commands of planlib in a text that the program would not begin with, as its arguments are."""
    found = []
    for command in COMMAND.finditer(text):
        try:
            cli._parse([command["verb"], *shlex.split(command["rest"], comments=True)])
        except InputError as error:
            found.append(str(error))
    return found


def missing_in(code: str) -> list[str]:
    """What Python code imports from planlib, or takes from it, and is not there."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "planlib":
            module = importlib.import_module(node.module or "")
            for each in node.names:
                name = f"{node.module}.{each.name}"
                if not hasattr(module, each.name) and importlib.util.find_spec(name) is None:
                    found.append(name)
    return found


# --- run -------------------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """A folder in which the blocks of one document are run, one after the other.

    ``apart`` runs planlib as a program of its own, as at a terminal; else within this process, which is faster.
    """

    folder: Path
    apart: bool = False
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})

    def run(self, block: Block) -> str:
        """Run a block; give it back with what came out in the place of what was said to, where that differs."""
        with contextlib.chdir(self.folder):
            return self._run(block)

    def _run(self, block: Block) -> str:
        if block.language == "console":
            return self._transcript(block)
        if block.language == "python":
            exec(compile("\n" * (block.line - 1) + block.text, block.document, "exec"), self.names)
        elif block.language == "pycon":
            return self._session(block)
        else:
            for typed, _ in block.commands():
                code, out = self._type(typed, block)
                assert code == 0, f"{block.where}: {typed}: exit code {code}\n{out}"
        return block.text

    def write(self, block: Block) -> None:
        """Put the text of a block into the file that it names."""
        path = self.folder / block.options["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def edit(self, block: Block) -> None:
        """Put one line in the place of another, in the file that a block names."""
        path = self.folder / block.options["edit"]
        old, new = block.text.splitlines()
        text = path.read_text(encoding="utf-8")
        assert (old[0], new[0]) == ("-", "+") and text.splitlines().count(old[1:]) == 1, f"{block.where}: no such line: {old}"
        path.write_text(text.replace(old[1:] + "\n", new[1:] + "\n"), encoding="utf-8", newline="\n")

    def shows(self, block: Block) -> str:
        """What the file holds that a block says it shows."""
        return (self.folder / block.options["shows"]).read_text(encoding="utf-8")

    def _transcript(self, block: Block) -> str:
        made, commands = "", block.commands()
        for at, (typed, said) in enumerate(commands):
            wanted = int(block.options.get("exit", "0")) if at == len(commands) - 1 else 0
            code, out = self._type(typed, block)
            assert code == wanted, f"{block.where}: {typed}: exit code {code}, not {wanted}\n{out}"
            made += f"$ {typed}\n" + (said if agrees(said, out) else out)
        return made

    def _session(self, block: Block) -> str:
        test = doctest.DocTestParser().get_doctest(block.text, self.names, block.where, block.document, block.line - 1)
        session = _Session(verbose=False, optionflags=doctest.ELLIPSIS)
        session.run(test, out=lambda line: None, clear_globs=False)
        self.names.update(test.globs)
        made, lines = "", block.text.splitlines(keepends=True)
        for example in test.examples:
            said = example.want.count("\n")
            typed = example.source.count("\n")
            at = example.lineno
            made += "".join(lines[at : at + typed])
            made += session.came[at] if at in session.came else "".join(lines[at + typed : at + typed + said])
        return made

    def _type(self, typed: str, block: Block) -> tuple[int, str]:
        """Type one command; its exit code, and what is left on the terminal when it has ended."""
        words = shlex.split(typed, comments=True)
        if not words:
            return 0, ""
        if words[0] == "planlib":
            code, out = self._program(words) if self.apart else planlib(words[1:])
        elif words[0] in MODULES:
            code, out = self._program([*MODULES[words[0]], *words[1:]])
        else:
            raise AssertionError(f"{block.where}: a test cannot run '{words[0]}'; say why after no-run:")
        out = PROGRESS.sub("", out.replace("\r\n", "\n"))
        for folder in (self.folder.resolve(), self.folder):
            out = out.replace(str(folder), HOME)
        return code, out

    def _program(self, words: list[str]) -> tuple[int, str]:
        told = subprocess.run(
            [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
            cwd=self.folder, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, timeout=600, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return told.returncode, told.stdout


class _Session(doctest.DocTestRunner):
    """Keeps what came out where it is not what was said to, by the line of the example."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.came: dict[int, str] = {}

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.came[example.lineno] = got

    def report_unexpected_exception(self, out: Any, test: doctest.DocTest, example: doctest.Example, exc_info: Any) -> None:
        raise exc_info[1]


def planlib(words: list[str]) -> tuple[int, str]:
    """Run planlib in this process, with nobody at the terminal; exit code and what it printed."""
    out = io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                return cli.main(words), out.getvalue()
            except SystemExit as stopped:  # --help
                return int(stopped.code or 0), out.getvalue()
    finally:
        sys.stdin = before


def agrees(said: str, out: str) -> bool:
    """Whether what came out is what was said to; a line "..." is any lines, or none."""
    if os.sep == "\\":
        said, out = said.replace("\\", "/"), out.replace("\\", "/")
    lines = [line.rstrip() for line in said.splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r" *\n" for line in lines)
    return re.fullmatch(pattern, out) is not None


def difference(block: Block, made: str) -> str:
    """How what came out differs from the block."""
    lines = difflib.unified_diff(
        block.text.splitlines(), made.splitlines(), f"{block.where}, as it stands", "as it came out", lineterm="", n=1
    )
    return "\n".join(lines)


def rewritten(document: str, made: dict[int, str]) -> None:
    """Write a document anew, with other texts in the blocks that begin at these lines."""
    path = ROOT / document
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for block in reversed(blocks(document)):
        if block.line in made:
            text = [block.indent + line if line.strip() else line for line in made[block.line].splitlines(keepends=True)]
            lines[block.line - 1 : block.line - 1 + block.text.count("\n")] = text
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def shown(document: str) -> Iterator[tuple[str, str]]:
    """Each place of a document that names commands: its blocks, and what its sentences have between backticks."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in blocks(document, text):
        if block.language in (*TYPED, "yaml"):
            yield block.where, block.text
        elif block.language == "text":
            yield block.where, "\n".join(re.findall(r"^ *(planlib .*)$", block.text, re.MULTILINE))
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for quoted in re.findall(r"`(planlib [^`]+)`", prose):
        yield document, quoted
