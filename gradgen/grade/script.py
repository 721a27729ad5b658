"""Scripts: forward and backward lines at the top level of a file, or in a function without parameters.

A script brings its own inputs: what is given a value that reads no other variable.  It is judged at those values.
"""

from __future__ import annotations

import ast
import copy

from gradgen.grade.inputs import Leaf
from gradgen.grade.names import meant
from gradgen.grade.pairing import stores
from gradgen.grade.watch import LEAF

DRAWS = ("randn", "rand", "normal", "uniform", "random", "standard_normal")
MADE = ("zeros", "ones", "full", "eye", "linspace")
SIZED = (*DRAWS, *MADE, "range", "xrange", "integers", "randint")


def script_leaves(node: ast.FunctionDef) -> list[Leaf]:
    """The inputs of a script: names that are given values which read no others."""
    names = variables(node)
    settings = {n for n in names if is_setting(n, node)}
    filled = {n for n in names if is_filled(n, node)}
    found = []
    for stmt in node.body:
        if (
            isinstance(stmt, ast.Assign)
            and all(isinstance(t, ast.Name) for t in stmt.targets)
            and is_input(stmt, names, settings, filled)
        ):
            own = [t.id for t in stmt.targets if t.id not in settings]
            found += [Leaf((name,), "array") for name in own if meant(name, names - {name}) is None]
    return list(dict.fromkeys(found))


def variables(node: ast.FunctionDef) -> set[str]:
    return {n for s in node.body for n in stores(s)}


def is_input(stmt: ast.Assign, names: set[str], settings: set[str], filled: set[str]) -> bool:
    """Whether a statement reads no other variable; for an array that it draws or makes only its size, and the generator."""
    read = {n.id for n in ast.walk(stmt.value) if isinstance(n, ast.Name)} & names
    called = {getattr(n.func, "attr", "") for n in ast.walk(stmt.value) if isinstance(n, ast.Call)}
    whole = not {t.id for t in stmt.targets} & filled
    return not read or bool(called & {*DRAWS, *(MADE if whole else ())}) and read <= settings


def is_filled(name: str, node: ast.AST) -> bool:
    """Whether entries are stored into an array, or something is added to it."""
    targets = [n.target for n in ast.walk(node) if isinstance(n, ast.AugAssign)]
    targets += [
        t for n in ast.walk(node) if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Subscript)
    ]
    return any(n.id == name for t in targets for n in [getattr(t, "value", t)] if isinstance(n, ast.Name))


def output_of(node: ast.FunctionDef) -> str:
    """The last value of the forward pass that no other one reads, or that the first gradients belong to."""
    names = variables(node)
    order: list[str] = []
    read: dict[str, set[str]] = {}
    gradients = {n for n in names if meant(n, names - {n}) is not None}
    for stmt in node.body:
        for name in stores(stmt):
            if name not in gradients:
                order.append(name)
                inside = {n.id for n in ast.walk(stmt) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
                read[name] = inside - {name}
    forward = [n for n in order if not read[n] & gradients]
    inputs = {leaf.name for leaf in script_leaves(node)}
    ends = [n for n in forward if n not in inputs and not any(n in read[m] for m in forward if m != n)]
    return ends[-1] if ends else forward[-1] if forward else ""


def lifting(node: ast.FunctionDef) -> ast.FunctionDef:
    """The script with its inputs made leaves of the tape."""
    names = {leaf.name for leaf in script_leaves(node)}
    made = copy.copy(node)
    made.body = []
    for stmt in node.body:
        if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], ast.Name):
            if stmt.targets[0].id in names:
                call = ast.Call(ast.Name(LEAF, ast.Load()), [stmt.value], [])
                lifted = copy.copy(stmt)
                lifted.value = ast.copy_location(call, stmt.value)
                ast.copy_location(call.func, stmt.value)
                stmt = lifted
        made.body.append(stmt)
    return made


def is_setting(name: str, node: ast.AST) -> bool:
    """Whether a name is used as an index or a count, or to draw numbers."""
    for n in ast.walk(node):
        if isinstance(n, ast.Subscript) and holds(n.slice, name):
            return True
        if isinstance(n, ast.Call):
            called = getattr(n.func, "attr", getattr(n.func, "id", ""))
            if called in SIZED and any(holds(part, name) for part in [*n.args, *n.keywords]):
                return True
            if called in DRAWS and isinstance(n.func, ast.Attribute) and ast.unparse(n.func.value) == name:
                return True
    return False


def holds(node: ast.AST, name: str) -> bool:
    """Whether a variable itself stands in an expression, and not ``x.shape`` or ``len(x)``."""
    if isinstance(node, ast.Attribute) or isinstance(node, ast.Call) and ast.unparse(node.func) == "len":
        return False
    own = isinstance(node, ast.Name) and node.id == name
    return own or any(holds(child, name) for child in ast.iter_child_nodes(node))
