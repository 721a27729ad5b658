"""Masks multiplied where nothing infinite can meet them: ``d * (x > 0)`` takes a fraction of the time of ``np.where(x > 0, d, 0.0)``.

0 times an infinite slope is no number, so the choice stays wherever the gradient that arrives has been divided by a value, or
has met a root, a logarithm or a power that is no natural number: these may be infinite where the forward pass is not; and wherever it meets a
value of the forward pass that may be infinite where nothing reads it.  What a caller hands in is taken for finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from gradgen.analysis.evidence import is_mask
from gradgen.analysis.infinite import unsafe_values
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Add, Call, Const, Expr, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import blocks, statements, with_blocks
from gradgen.simplify.tidy import is_literal_or_size

INFINITE = ("log", "log2", "log10", "log1p", "sqrt", "cbrt", "power", "float_power", "divide", "tan", "solve", "inv")


def multiplied(body: Sequence[Stmt], shapes: Shapes, handed: Set[str], infinite: Set[str]) -> tuple[Stmt, ...]:
    """The reverse pass with a product for each choice between a finite gradient and 0.

    ``handed`` are the gradients on the results by name, ``infinite`` the gradients from other functions that may be it.
    """
    values = [s.value for s in statements(body) if isinstance(s, (Let, Add, Store))]
    unsafe = singular(body, shapes, infinite) | unsafe_values(shapes.function.body)
    halves = set().union(*map(_other_halves, values))
    return _multiplied(body, lambda expr: _product(expr, shapes, handed, unsafe, halves))


def _other_halves(expr: Expr) -> set[Expr]:
    """The tests of the choices that are 0 where they hold: they have another half, and the two stay alike."""
    if not isinstance(expr, Call):
        return set()
    own = {expr.args[0]} if expr.fn == "np.where" and expr.args[1] == Const("0.0") else set()
    return own.union(*map(_other_halves, expr.args))


def singular(body: Sequence[Stmt], shapes: Shapes, infinite: Set[str] = frozenset()) -> set[str]:
    """The gradients that may be infinite though the forward pass is finite."""
    found = set(infinite)
    while True:
        more = {
            s.target for s in statements(body) if isinstance(s, (Let, Add, Store)) and _may_be(s.value, shapes, found)
        }
        if more <= found:
            return found
        found |= more


def _may_be(expr: Expr, shapes: Shapes, found: Set[str]) -> bool:
    """Whether a value may be infinite, or no number."""
    match expr:
        case Var(name):
            return name in found
        case Call("/", (above, below)):
            return not is_literal_or_size(below, shapes) or _may_be(above, shapes, found)
        case Call("**", (base, Const() as exponent)) if exponent.value in range(1, 100):
            return _may_be(base, shapes, found)
        case Call("**"):
            return True
        case Call(fn, args):
            return fn.rpartition(".")[2] in INFINITE or any(_may_be(a, shapes, found) for a in args)
    return False


def _multiplied(body: Sequence[Stmt], product: Callable[[Expr], Expr]) -> tuple[Stmt, ...]:
    out = []
    for s in body:
        if blocks(s):
            s = with_blocks(s, lambda block: _multiplied(block, product))
        elif isinstance(s, (Let, Add, Store)):
            s = replace(s, value=product(s.value))
        out.append(s)
    return tuple(out)


def _product(expr: Expr, shapes: Shapes, handed: Set[str], unsafe: Set[str], halves: Set[Expr]) -> Expr:
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_product(a, shapes, handed, unsafe, halves) for a in expr.args), expr.attrs)
    match expr:
        case Call("np.where", (test, value, Const("0.0"))) if is_mask(test, shapes) and test not in halves:
            typed = any(_is_gradient_or_array(n, shapes, handed) for n in variables(value))
            return Call("*", (value, test)) if typed and not _may_be(value, shapes, unsafe) else expr
    return expr


def _is_gradient_or_array(name: str, shapes: Shapes, handed: Set[str]) -> bool:
    """Whether a value has a type of its own, which that of a mask times it is."""
    return name[0] == "~" or name in handed or shapes.active(name) and shapes.of(Var(name)) != ()
