"""Changes of statements: what may be read at one, a statement in another form, and nodes made anew.

Trees are shared and never changed: `changed_in` copies one node, `placed` gives new nodes the place of an old one.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from gradgen.grade.needed import Part

REDUCTIONS = ("sum", "mean", "max", "min")
PRODUCTS = ("dot", "matmul")
SIZING = ("zeros", "ones", "empty", "full", "range", "arange", "reshape", "transpose", "len", "eye")


@dataclass(frozen=True)
class Scope:
    """What a statement may read: name -> value; the constants of the forward pass; the names that count examples."""

    values: dict[str, object]
    constants: tuple[float, ...] = ()
    regularisers: frozenset[str] = frozenset()
    begun: frozenset[str] = frozenset()  # keys that had a value before this statement
    unused: frozenset[str] = frozenset()  # names that no line reads
    containers: tuple[str, ...] = ()  # names of dicts, lists and tuples
    gradients: frozenset[str] = frozenset()  # names of gradients: nothing is divided by one
    parts: Callable[[], list[Part]] = list  # of this statement, with what each should be
    values_of: Callable[[], dict[int, np.ndarray]] = dict  # of the expressions in it


@dataclass(frozen=True)
class Mend:
    """A statement in another form: ``cause`` is a key of `causes.CAUSES`, ``detail`` what exactly, for people."""

    cause: str
    statements: tuple[ast.stmt, ...]
    detail: str = ""
    text: str = field(default="", compare=False)


Edit = tuple[ast.expr, str, str]  # the changed expression, the cause, the detail
Template = Callable[[ast.expr, Scope, bool], Iterator[Edit]]  # (node, scope, whether it is a whole term)


# nodes


def changed_in(node, part: str, new):
    made = copy.copy(node)
    setattr(made, part, new)
    return made


def stored(node: ast.expr) -> ast.expr:
    return changed_in(node, "ctx", ast.Store())


def loaded(node: ast.expr) -> ast.expr:
    return changed_in(node, "ctx", ast.Load())


def placed(new: ast.AST, old: ast.AST) -> ast.AST:
    """A new node where an old one stands: nodes without a place get the old one's."""
    stack: list[ast.AST] = [new]
    while stack:
        node = stack.pop()
        if not hasattr(node, "lineno") and isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
            ast.copy_location(node, old)
            stack.extend(ast.iter_child_nodes(node))
    return new


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def literal(value) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


def targets_of(stmt: ast.stmt) -> list[ast.Subscript]:
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target] if isinstance(stmt, ast.AugAssign) else []
    return [t for t in targets if isinstance(t, ast.Subscript)]


def retargeted(stmt: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    if isinstance(stmt, ast.AugAssign):
        return changed_in(stmt, "target", new)
    return changed_in(stmt, "targets", [new if t is old else t for t in stmt.targets])


# what a node is


def is_term(node: ast.expr, top: bool) -> bool:
    return top and not isinstance(node, (ast.Tuple, ast.Constant, ast.List))


def is_sum(node: ast.expr) -> bool:
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, (ast.Add, ast.Sub)) for n in ast.walk(node))


def is_product(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def is_reduction(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS


def is_own_value(node: ast.AST, top: bool, scaling: bool) -> bool:
    """Whether the items of a node are values by themselves: arguments, but not sizes; items of a display that is one.
    ``scaling``: a factor of an argument is not that of the whole."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name not in SIZING and not (scaling and name in (*PRODUCTS, *REDUCTIONS))
    return isinstance(node, (ast.Tuple, ast.List)) and top


def is_term_of(node: ast.AST, top: bool) -> bool:
    """Whether a child is a whole term: a side of a sum, an operand of a matrix product."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Add, ast.Sub, ast.MatMult))
    return isinstance(node, ast.IfExp) and top


def is_size(stmt: ast.stmt) -> bool:
    """Whether a statement only reads sizes, unpacks, or makes an array to be filled."""
    value = getattr(stmt, "value", None)
    unpacks = isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Tuple)
    unpacks = unpacks and isinstance(value, (ast.Name, ast.Attribute, ast.Subscript))
    if value is None or unpacks or isinstance(value, ast.Constant):
        return True
    read = value.value if isinstance(value, ast.Subscript) else value
    shape = isinstance(read, ast.Attribute) and read.attr == "shape"
    return shape or ast.unparse(value).startswith(("len(", "np.zeros", "np.empty"))


def is_count(node: ast.expr) -> bool:
    """Whether an expression is a number of examples.

    >>> [is_count(ast.parse(t, mode="eval").body) for t in ("N", "x.shape[0]", "num_train", "gamma")]
    [True, True, True, False]
    """
    text = ast.unparse(node)
    return (
        text in ("N", "m", "M", "n", "T", "batch_size", "batch", "N * T")
        or text.startswith("num_")
        or ".shape[" in text
        or text.startswith("len(")
    )


def readable(name: str) -> bool:
    return name.isidentifier() or name.startswith(("cache[", "self.")) or name.endswith("]")
