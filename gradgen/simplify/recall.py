"""Values that the forward pass has already: the reverse pass reads them instead of working them out again."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace

from gradgen.analysis.evidence import is_mask
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Add, Call, Const, Expr, Function, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, with_blocks
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import canonical, find
from gradgen.simplify.alias import rewritten
from gradgen.simplify.replay import is_replayed

ZEROS = ("np.zeros", "np.zeros_like")  # of the author's, not what a gradient starts as

SAME = {"gate.eigenvalues": "np.linalg.eigvalsh"}  # a part of what a function gave, as another function gives it alone
CHEAP = ("+", "-", "*", "/", "neg", "**")  # worked out again rather than kept for the reverse pass alone


def recalled(function: Function, backward: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with ``xmu`` for ``x - np.mean(x, axis=0)`` where ``mean = np.mean(x, axis=0)`` and ``xmu = x - mean`` stand in the forward pass."""
    known = _known(function, shapes, set(all_reads(backward)))
    return tuple(_recalled(s, known, shapes) for s in backward) if known else tuple(backward)


def _recalled(s: Stmt, known: dict[Hashable, str], shapes: Shapes) -> Stmt:
    s = with_blocks(s, lambda block: [_recalled(t, known, shapes) for t in block])
    return replace(s, value=_named(s.value, known, shapes)) if isinstance(s, (Let, Add, Store)) else s


def _known(function: Function, shapes: Shapes, read: Collection[str]) -> dict[Hashable, str]:
    """The arrays that the lines outside branches and loops make, by what they are made of; cheap ones if they are read anyway."""
    known: dict[Hashable, str] = {}
    changed = rewritten(function.body)
    for s in function.body:
        if isinstance(s, Let) and _is_work(s.value, shapes) and not changed & {s.target, *variables(s.value)}:
            if s.target in read or s.value.fn not in CHEAP:
                value = Call(SAME[s.value.fn], s.value.args[:1]) if s.value.fn in SAME else s.value
                known.setdefault(_key(value, shapes), s.target)
    return known


def _is_work(value: Expr, shapes: Shapes) -> bool:
    """Whether a value is an array of numbers that is worked out, and no view."""
    if (
        not isinstance(value, Call)
        or shapes.of(value) == ()
        or value.fn == "[]"
        or is_replayed(value)
        or value.fn in ZEROS
    ):
        return False
    return not is_mask(value, shapes) and find(value, is_constant) is not None


def _named(expr: Expr, known: dict[Hashable, str], shapes: Shapes) -> Expr:
    """The expression with names for what is known, from the inside out."""
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_named(a, known, shapes) for a in expr.args), expr.attrs)
    name = known.get(_key(expr, shapes)) if expr.args else None
    return Var(name) if name is not None else expr


def _key(expr: Expr, shapes: Shapes) -> Hashable:
    """What expressions of one value have in common, however their author spelled the call: ``x.mean(-1)``, ``np.mean(x, axis=1)``."""
    if not isinstance(expr, Call):
        return expr
    found = find(expr, is_constant) if expr.attrs or expr.fn.startswith((".", "np.")) else None
    if found is None or not found[0].signatures:
        return expr.fn, tuple(_key(a, shapes) for a in expr.args)
    return canonical(expr.fn), tuple((n, _key(_counted(n, e, found[1], shapes), shapes)) for n, e in found[1].items())


def _counted(name: str, value: Expr, found: dict[str, Expr], shapes: Shapes) -> Expr:
    """An axis counted from the front."""
    axis, shape = value_of(value) if name == "axis" else None, shapes.of(found["x"]) if "x" in found else ""
    if type(axis) is int and isinstance(shape, tuple) and -len(shape) <= axis < 0:
        return Const(repr(axis + len(shape)))
    return value
