"""The small changes that a mutation test makes to a module: the operators of mutmut, on the syntax tree.

Each mutant changes one place by one rule. Left alone is what no test can or should see: docstrings, annotations, imports,
decorators. A constant among positional arguments is changed and not also left out, as both say the same of the tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Div,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
}  # fmt: skip
METHODS = {
    "lower": "upper", "upper": "lower", "lstrip": "rstrip", "rstrip": "lstrip", "find": "rfind", "rfind": "find",
    "partition": "rpartition", "rpartition": "partition", "ljust": "rjust", "rjust": "ljust", "removeprefix":
    "removesuffix", "removesuffix": "removeprefix", "startswith": "endswith", "endswith": "startswith",
}  # fmt: skip
NONE = ast.Constant(None)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Mutant:
    """One change of one field of one node.

    Attributes
    ----------
    name : str
        Function that it is in (Class.method), blank for the module or a class itself, with its number there.
    operator : str
    top : int
        Which statement of the module it is in.
    node, field, value : the change
    first, last : int
        Lines of the statement that it changes, without the statements inside that.
    default : bool
        It changes a default argument, which is worked out when the function is made.
    """

    name: str
    operator: str
    top: int
    node: ast.AST
    field: str
    value: Any
    first: int
    last: int
    default: bool = False

    @property
    def function(self) -> str:
        """The function that it is in; blank outside."""
        return self.name.rpartition("#")[0]

    def apply(self) -> None:
        """Change the tree."""
        setattr(self.node, self.field, self.value)

    def told(self) -> tuple[str, str]:
        """The node before and after, as source in one line."""
        before, old = _line(self.node), getattr(self.node, self.field)
        self.apply()
        after = _line(self.node)
        setattr(self.node, self.field, old)
        return _short(before, after)


def _line(node: ast.AST) -> str:
    try:
        return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    except (AttributeError, ValueError, TypeError):  # a part that is no source by itself
        return ast.dump(node)


def _short(before: str, after: str) -> tuple[str, str]:
    """Two lines without most of what they share."""
    if before == after:
        return before[:80], after[:80]
    start = next((k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    start = max(0, start - 30)
    return before[start : start + 80], after[start : start + 80]


def mutants(tree: ast.Module) -> list[Mutant]:
    """All mutants of a module, in the order of the source."""
    made: list[Mutant] = []
    counts: dict[str, int] = {}
    for top, statement in enumerate(tree.body):
        if _is_docstring(statement):
            continue
        for function, first, last, default, (operator, node, field, value) in _walk(statement, "", ""):
            counts[function] = counts.get(function, 0) + 1
            name = f"{function}#{counts[function]}"
            made.append(Mutant(name, operator, top, node, field, value, first, last, default))
    return made


Edit = tuple[str, ast.AST, str, Any]
Place = tuple[str, int, int, bool, Edit]


def _walk(node: ast.stmt, outer: str, function: str) -> Iterator[Place]:
    """The places of a statement and of the statements inside it; a function within a function belongs to the outer."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return
    inside = [each for each in ast.iter_child_nodes(node) if isinstance(each, (ast.stmt, ast.ExceptHandler, ast.match_case))]
    last = min((each.lineno for each in inside if hasattr(each, "lineno")), default=(node.end_lineno or node.lineno) + 1) - 1
    last = max(last, node.lineno)
    if isinstance(node, SCOPES):
        name = f"{outer}.{node.name}" if outer else node.name
        if not isinstance(node, ast.ClassDef) and not function:
            function = name
        if not isinstance(node, ast.ClassDef):
            for default in (*node.args.defaults, *(each for each in node.args.kw_defaults if each)):
                yield from ((function, node.lineno, node.end_lineno or last, True, edit) for edit in _edits_below(default))
        outer = name
    else:
        for edit in _statement(node, bool(function)):
            yield function, node.lineno, last, False, edit
        for part in _parts(node):
            yield from ((function, node.lineno, last, False, edit) for edit in _edits_below(part))
    for each in inside:
        for statement in [each] if isinstance(each, ast.stmt) else each.body:
            if not _is_docstring(statement):
                yield from _walk(statement, outer, function)
        if not isinstance(each, ast.stmt):
            yield from _jumps(each, function)
    yield from _jumps(node, function)


def _parts(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement that are worked out when it is run."""
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "decorator_list", "targets", "target"):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.withitem):
                    yield each.context_expr
                elif isinstance(each, ast.expr):
                    yield each
        elif field == "targets":  # a table's column or row is named in what is assigned to
            yield from (each for target in value for each in ast.walk(target) if isinstance(each, ast.Subscript))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _jumps(node: ast.AST, function: str) -> Iterator[Place]:
    """Break for continue and the other way round."""
    for field in ("body", "orelse"):
        for k, each in enumerate(block := getattr(node, field, None) or ()):
            if isinstance(each, (ast.Break, ast.Continue)):
                other = ast.Continue() if isinstance(each, ast.Break) else ast.Break()
                value = [*block[:k], ast.copy_location(other, each), *block[k + 1 :]]
                yield function, each.lineno, each.lineno, False, ("jump", node, field, value)


def _statement(node: ast.stmt, local: bool) -> Iterator[Edit]:
    """Changes of a statement itself."""
    if isinstance(node, (ast.If, ast.While, ast.Assert)) and not isinstance(node.test, ast.Compare):
        yield "not", node, "test", _not(node.test)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return None", node, "value", NONE
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and local and node.value is not None and not _is_none(node.value):
        yield "assign None", node, "value", NONE
    elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        yield "arithmetic", node, "op", ARITHMETIC[type(node.op)]()


def _edits_below(root: ast.expr) -> Iterator[Edit]:
    """Changes of an expression and of all in it."""
    if isinstance(root, ast.JoinedStr):
        for part in root.values:
            if isinstance(part, ast.Constant):
                yield "string", part, "value", f"XX{part.value}XX"
            elif isinstance(part, ast.FormattedValue):
                yield from _edits_below(part.value)
        return
    yield from _edits(root)
    for each in ast.iter_child_nodes(root):
        if isinstance(each, ast.keyword):
            yield from _edits_below(each.value)
        elif isinstance(each, ast.comprehension):
            for inner in (each.iter, *each.ifs):
                yield from _edits_below(inner)
            for k, test in enumerate(each.ifs):
                if not isinstance(test, ast.Compare):
                    yield "not", each, "ifs", [*each.ifs[:k], _not(test), *each.ifs[k + 1 :]]
        elif isinstance(each, ast.expr):
            yield from _edits_below(each)


def _edits(node: ast.expr) -> Iterator[Edit]:
    """Changes of one expression."""
    if isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            yield "comparison", node, "ops", [*node.ops[:k], COMPARISONS[type(op)](), *node.ops[k + 1 :]]
    elif isinstance(node, ast.BoolOp):
        yield "and/or", node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield "arithmetic", node, "op", ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
        yield "not", node, "operand", ast.UnaryOp(node.op, node.operand)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield "arithmetic", node, "op", ast.UAdd()
    elif isinstance(node, ast.IfExp) and not isinstance(node.test, ast.Compare):
        yield "not", node, "test", _not(node.test)
    elif isinstance(node, ast.Lambda):
        yield "return None", node, "body", NONE
    elif isinstance(node, ast.Attribute) and node.attr in METHODS:
        yield "method", node, "attr", METHODS[node.attr]
    elif isinstance(node, ast.Call):
        yield from _call(node)


def _constant(node: ast.Constant) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, bool):
        yield "boolean", node, "value", not value
    elif isinstance(value, (int, float)):
        yield "number", node, "value", value + 1
    elif isinstance(value, str):
        yield "string", node, "value", f"XX{value}XX"


def _call(node: ast.Call) -> Iterator[Edit]:
    for k, given in enumerate(node.args):
        if not isinstance(given, ast.Constant) and len(node.args) + len(node.keywords) > 1:
            yield "argument", node, "args", [*node.args[:k], *node.args[k + 1 :]]
    for k in range(len(node.keywords)):
        yield "keyword", node, "keywords", [*node.keywords[:k], *node.keywords[k + 1 :]]


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
