"""Costly work that lines of the reverse pass would do twice: it gets a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import Names, suggest
from gradgen.ir.nodes import Add, Call, CallBack, Expr, Let, Stmt, Store, Var, substitute, variables
from gradgen.ir.walk import all_writes, blocks, with_blocks
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find

COSTLY = (
    "@", "np.matmul", "np.dot", ".dot", "np.einsum", "np.tensordot", "np.outer", "np.linalg.solve", "np.linalg.inv", "np.linalg.matrix_power",
    "np.interp", "np.searchsorted",
)  # fmt: skip


def worked_out_once(body: Sequence[Stmt], shapes: Shapes, names: Names) -> tuple[Stmt, ...]:
    """The reverse pass with ``sol = np.linalg.solve(x.T, dy)`` above the lines that both read it."""
    out = [with_blocks(s, lambda block: worked_out_once(block, shapes, names)) for s in body]
    named: dict[str, Expr] = {}
    while (found := _twice(out, shapes)) is not None:
        expr, first, last = found
        if isinstance(has := out[first], Let) and named.get(has.target) == expr:
            out[first + 1 : last + 1] = [_reading(s, expr, has.target) for s in out[first + 1 : last + 1]]
            continue
        name = names.fresh(_suggested(expr))
        named[name] = expr
        shapes.names[name] = shapes.of(expr)
        made = Let(name, expr, replace(out[first].at, comments=()))
        out[first : last + 1] = [made, *(_reading(s, expr, name) for s in out[first : last + 1])]
    return tuple(out)


def _suggested(expr: Expr) -> str:
    """``LTdL`` for ``L.T @ dL``: what the forward pass would call it, gradients by their own names."""
    gradients = {v: Var(f"d{v[1:]}") for v in variables(expr) if v.startswith("~")}
    row = find(expr, is_constant)
    return suggest(substitute(expr, gradients), row[0].stem if row else "")


def _twice(body: Sequence[Stmt], shapes: Shapes) -> tuple[Expr, int, int] | None:
    """(a product or a solution, the first statement that works it out, the last one that does so while its operands are the same)"""
    first: dict[Expr, int] = {}
    for place, s in enumerate(body):
        for expr in _costly(s):
            if expr in first and shapes.of(expr) != ():
                return expr, first[expr], place
            first.setdefault(expr, place)
        changed = set(all_writes((s,)))
        first = {e: n for e, n in first.items() if not changed & set(variables(e))}
    return None


def _costly(s: Stmt) -> Iterator[Expr]:
    """The costly operations of one statement, the outermost first."""
    stack = [] if blocks(s) else [s.value] if isinstance(s, (Let, Add, Store)) else [*getattr(s, "douts", ())]
    while stack:
        expr = stack.pop()
        if isinstance(expr, Call):
            if expr.fn in COSTLY:
                yield expr
            stack.extend(reversed(expr.args))


def _reading(s: Stmt, expr: Expr, name: str) -> Stmt:
    """A statement that reads the name in place of the expression."""
    if isinstance(s, CallBack):
        return replace(s, douts=tuple(_named(d, expr, name) for d in s.douts))
    return replace(s, value=_named(s.value, expr, name)) if isinstance(s, (Let, Add, Store)) else s


def _named(whole: Expr, expr: Expr, name: str) -> Expr:
    if whole == expr:
        return Var(name)
    return (
        Call(whole.fn, tuple(_named(a, expr, name) for a in whole.args), whole.attrs)
        if isinstance(whole, Call)
        else whole
    )
