"""The mutation test (make mutation): which changes it makes, that they take effect, and what is said of its outcome."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "mutation"))

from mutants import mutants  # noqa: E402 - found through the line above


def changed(source: str) -> list[tuple[str, str]]:
    """Operator of each mutant of a source, and the source with it; as the tree is written out again."""
    made = []
    for number in range(len(mutants(ast.parse(source)))):
        tree = ast.parse(source)
        mutant = mutants(tree)[number]
        mutant.apply()
        made.append((mutant.operator, ast.unparse(ast.fix_missing_locations(tree))))
    return made


@pytest.mark.parametrize(
    ("before", "operator", "after"),
    [
        ("a = 1", "number", "a = 2"),
        ("a = 'b'", "string", "a = 'XXbXX'"),
        ("a = f'b{c}'", "string", "a = f'XXbXX{c}'"),
        ("a = True", "boolean", "a = False"),
        ("a = b < c", "comparison", "a = b <= c"),
        ("a = b in c", "comparison", "a = b not in c"),
        ("a = b is c", "comparison", "a = b is not c"),
        ("a = b == c", "comparison", "a = b != c"),
        ("a = b and c", "and/or", "a = b or c"),
        ("a = b or c", "and/or", "a = b and c"),
        ("a = b + c", "arithmetic", "a = b - c"),
        ("a = b // c", "arithmetic", "a = b / c"),
        ("a = b & c", "arithmetic", "a = b | c"),
        ("a = -b", "arithmetic", "a = +b"),
        ("a += b", "arithmetic", "a -= b"),
        ("a = not b", "not", "a = not not b"),
        ("a = ~b", "not", "a = ~~b"),
        ("if a:\n    pass", "not", "if not a:\n    pass"),
        ("a = b if c else d", "not", "a = b if not c else d"),
        ("a = [b for b in c if d]", "not", "a = [b for b in c if not d]"),
        ("a(b, c)", "argument", "a(c)"),
        ("a(b, c=d)", "keyword", "a(b)"),
        ("a.lower()", "method", "a.upper()"),
        ("for a in b:\n    break", "jump", "for a in b:\n    continue"),
        ("for a in b:\n    try:\n        pass\n    except c:\n        continue", "jump",
         "for a in b:\n    try:\n        pass\n    except c:\n        break"),
        ("def a():\n    return b", "return None", "def a():\n    return None"),
        ("def a():\n    b = c", "assign None", "def a():\n    b = None"),
        ("def a(b=1):\n    pass", "number", "def a(b=2):\n    pass"),
        ("def a(*, b=True):\n    pass", "boolean", "def a(*, b=False):\n    pass"),
        ("a['b'] = c", "string", "a['XXbXX'] = c"),
    ],
)  # fmt: skip
def test_each_operator_makes_its_change(before, operator, after):
    """Among the mutants of a statement is the one that its operator is named for."""
    assert (operator, after) in changed(before)


@pytest.mark.parametrize(
    "source",
    [
        '"""What a module says of itself, 1."""', "from a import b", "a: 'int | None'", "def a(b: 'c') -> 'd':\n    'e'",
        "@a(1)\ndef b():\n    pass", "class A:\n    'b'", "def a():\n    return None",
    ],
)  # fmt: skip
def test_what_no_test_should_see_is_left_alone(source):
    """Documentation, imports, annotations and decorators have no mutants."""
    assert changed(source) == []


TOY = '''
from functools import lru_cache
LIMIT = 3
def over(a, *, most=10):
    return LIMIT < a < most
@lru_cache
def double(a):
    return 2 * a
class Box:
    def held(self):
        return double(1)
TABLE = {"limit": LIMIT}
'''


def test_a_mutant_takes_the_place_of_the_original_for_everyone(tmp_path, monkeypatch):
    """Functions, methods, cached functions, default arguments and constants that others hold or are made of are changed."""
    pytest.importorskip("resource")
    from run import Patient, in_child

    (tmp_path / "planlib_toy.py").write_text(TOY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    patient = Patient("planlib_toy")
    from planlib_toy import TABLE, Box, double, over  # held by another module, as it was

    def after(number: int) -> object:
        mutant = patient.mutants[number]

        def work(own, tell):
            double(1)
            patient.infect(mutant)
            toy = sys.modules["planlib_toy"]
            tell([over(4), over(10), double(1), Box().held(), toy.TABLE.get("limit")])

        return in_child(work)[0]

    told = {(mutant.name, mutant.told()[1]): after(number) for number, mutant in enumerate(patient.mutants)}
    assert told[("#1", "4")] == [False, False, 2, 2, 4]
    assert told[("over#1", "11")] == [True, True, 2, 2, 3]
    assert told[("double#3", "3")] == [True, False, 3, 3, 3]
    assert told[("double#2", "2 / a")] == [True, False, 2.0, 2.0, 3]
    assert told[("Box.held#2", "2")] == [True, False, 2, 4, 3]
    assert TABLE == {"limit": 3}  # and nothing of it is left in this process


def test_what_tests_make_before_they_come_to_the_module_is_made_once(tmp_path):
    """Asked for again, in whichever folder, it is there, and a table is each caller's own."""
    pytest.importorskip("resource")
    from run import _keeping

    calls = []

    def make(folder: Path, *texts: str, more: str = "") -> list[str]:
        calls.append(folder)
        return [*texts, more]

    keeping = _keeping(make, "another.py")
    mine = keeping(tmp_path, "a", more="b")
    mine.append("c")
    assert keeping(tmp_path / "other", "a", more="b") == ["a", "b"] and calls == [tmp_path]
    assert keeping(tmp_path, "a", more="c") == ["a", "c"] and len(calls) == 2


def test_what_runs_the_module_under_test_is_not_kept(tmp_path, monkeypatch):
    """A maker that calls the module would keep what the original made: the process ends and says so."""
    pytest.importorskip("resource")
    from run import _keeping, in_child

    (tmp_path / "planlib_toy_kept.py").write_text(TOY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import planlib_toy_kept as toy

    def made_of(path: str) -> tuple[object, int]:
        return in_child(lambda own, tell: tell(_keeping(lambda: toy.over(4), path)()))

    assert made_of("another.py") == (True, 0)
    told, status = made_of(str(tmp_path / "planlib_toy_kept.py"))
    assert told is None and status != 0


def test_what_is_written_of_the_mutation_test_is_what_came_of_it():
    """docs/mutation.md names the counts of the committed report, and each mutant that it explains is one that lived."""
    report = json.loads((ROOT / "mutation" / "report.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "mutation.md").read_text(encoding="utf-8")
    assert set(report) == {"planlib.dates", "planlib.slippage"}
    for name, found in report.items():
        row = re.search(rf"\| `{name}` \|(.*)\|", text)
        cells = [float(cell.replace(",", "")) for cell in row[1].split("|")]
        outcomes = [found[outcome] for outcome in ("killed", "timed out", "survived", "no test runs it", "undecided")]
        assert cells == [found["mutants"], found["tried"], *outcomes, found["percent"]]
        assert sum(outcomes) == found["tried"]
        assert found["percent"] == round(100 * (found["killed"] + found["timed out"]) / found["tried"], 2)
        assert len(found["alive"]) == sum(outcomes[2:])
    explained = re.findall(r"`([\w.]*#\d+)`", text.partition("no test can notice")[2].partition("\n\nThe ")[0])
    assert explained and set(explained) <= {mutant for found in report.values() for mutant in found["alive"]}
