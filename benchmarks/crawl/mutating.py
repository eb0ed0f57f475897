"""Faults planted one at a time in a module: the tests should notice each. Pure: text in, changed trees out."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OTHER: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.BitAnd: ast.BitOr,
}
ASKING = {"filter", "exclude", "get"}
"""Whose conditions are left out, one at a time."""


@dataclass(frozen=True)
class Mutant:
    """What was changed where: the function it is in (as in __qualname__), the line, and the whole changed tree."""

    function: str
    line: int
    what: str
    tree: ast.Module


def mutants(text: str) -> Iterator[Mutant]:
    """Every fault of the functions and methods of a module, in order."""
    tree = ast.parse(text)
    for name, function in _functions(tree.body, ""):
        for statement in function.body:
            for node in ast.walk(statement):
                for what, new in _faults(node):
                    yield Mutant(name, getattr(node, "lineno", function.lineno), what, _with(tree, node, new))


def _functions(body: list[ast.stmt], inside: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for each in body:
        if isinstance(each, ast.FunctionDef):
            yield inside + each.name, each
        elif isinstance(each, ast.ClassDef):
            yield from _functions(each.body, f"{inside}{each.name}.")


def _faults(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What is planted in the place of one node."""
    new = copy.deepcopy(node)
    if isinstance(node, ast.Compare) and isinstance(new, ast.Compare) and type(node.ops[0]) in OTHER:
        new.ops[0] = OTHER[type(node.ops[0])]()
        yield f"{ast.unparse(node)} -> {ast.unparse(new)}", new
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OTHER:
        new.op = OTHER[type(node.op)]()  # type: ignore[attr-defined]
        yield f"{ast.unparse(node)} -> {ast.unparse(new)}", new
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{ast.unparse(node)} -> without not", node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
        value = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} -> {value}", ast.Constant(value)
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield f"{ast.unparse(node)} -> return None", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield f"{ast.unparse(node)[:60]} -> pass", ast.Pass()
    elif isinstance(node, ast.If | ast.IfExp) and isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
        new.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
        yield f"if {ast.unparse(node.test)} -> if not", new
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING:
        for number, keyword in enumerate(node.keywords):
            less = copy.deepcopy(node)
            del less.keywords[number]
            yield f"{ast.unparse(node)[:60]} -> without {keyword.arg}", less


def _with(tree: ast.Module, old: ast.AST, new: ast.AST) -> ast.Module:
    """A copy of the tree with one node in the place of another."""
    memo: dict[int, ast.AST] = {}
    other = copy.deepcopy(tree, memo)
    place = memo[id(old)]
    for parent in ast.walk(other):
        for name, value in ast.iter_fields(parent):
            if value is place:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(each is place for each in value):
                setattr(parent, name, [new if each is place else each for each in value])
    return ast.fix_missing_locations(other)
