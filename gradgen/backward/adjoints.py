"""The contributions of one stage: what each operand's gradient gains from the gradient on the stage's value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradgen.analysis.flow import flowing
from gradgen.analysis.shapes import Shapes
from gradgen.backward.broadcast import fitted, full
from gradgen.ir.nodes import ZERO, Call, Const, Expr, Var
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import contribution, find, head_of, library
from gradgen.rules.shapes import elementwise, indexed, picked_rows, reduced, same
from gradgen.rules.site import Site
from gradgen.simplify.fold import fold
from gradgen.simplify.replay import is_size

ENTRYWISE = (None, elementwise, same)  # shape rules under which a thin gradient may stay thin


@dataclass(frozen=True, slots=True)
class Rules:
    """How expressions are reversed: which names are active, how large a form may be, the shapes in array code, what gradients are."""

    active: Callable[[str], bool]
    deepest: int = 99
    shapes: Shapes | None = None
    value: Callable[[str], Expr | None] = lambda name: None  # what a gradient is, if it has one contribution so far


def contributions(
    expr: Expr, out: Expr, upstream: Expr, rules: Rules, guard: Callable[[Expr], Expr] = lambda value: value
) -> list[tuple[str, Expr]]:
    """(variable, contribution) for each active operand in order; equal ones of one variable are merged.

    ``y * y`` hands ``y * dz`` to ``y`` twice: that is ``2 * y * dz``.  In array code each has the shape of its variable (or is thin),
    and ``guard`` masks it where no gradient arrives.
    """
    found = _merged(_walk(expr, out, upstream, rules))
    if rules.shapes is None or not is_entrywise(expr, rules):
        return found
    return [(n, v if _has_places(v) else fitted(rules.shapes, n, guard(v), out)) for n, v in found]


def _has_places(value: Expr) -> bool:
    """Whether a contribution goes to entries of its own, as a gate that picks them says."""
    return isinstance(value, Call) and value.fn in ("spread", "scatter")


def is_number(gradient: Expr, rules: Rules) -> bool:
    """Whether a gradient is known to be one number: the gradient on a loss, or that over a size."""
    match gradient:
        case Var(name) if name[0] in "~^":
            value = rules.value(name)
            return name[0] == "^" and rules.shapes.of(gradient) == () or value is not None and is_number(value, rules)
        case Call("neg", (inner,)):
            return is_number(inner, rules)
        case Call("/" | "*", (left, right)):
            return is_number(left, rules) and is_number(right, rules)
    return (
        isinstance(gradient, Const)
        or is_size(gradient)
        or isinstance(gradient, Var)
        and rules.shapes.of(gradient) == ()
    )


def is_plain(expr: Call, rules: Rules) -> bool:
    """Whether an operation is one of Python's on numbers, which NumPy has no part in."""
    of = rules.shapes and rules.shapes.of
    return of is None or rules.shapes.function.plain and all(of(e) == () for e in (expr, *expr.args))


def is_entrywise(expr: Expr, rules: Rules) -> bool:
    """Whether a stage works entry by entry, its operands broadcast."""
    if not isinstance(expr, Call) or expr.fn in ("+", "if"):
        return True
    row = find(expr, is_constant, rules.deepest)
    return row is not None and row[0].shape in ENTRYWISE


def _merged(pairs: Iterator[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
    counts: dict[tuple[str, Expr], int] = {}
    for name, value in pairs:
        key = name, fold(value)
        counts[key] = counts.get(key, 0) + 1
    return [(n, fold(Call("*", (Const(str(k)), e)) if k > 1 else e)) for (n, e), k in counts.items()]


def _walk(expr: Expr, out: Expr, up: Expr, rules: Rules) -> Iterator[tuple[str, Expr]]:
    if isinstance(expr, Var):
        if rules.active(expr.name):
            yield expr.name, up
    elif isinstance(expr, Call) and expr.args:
        if expr.fn == "+":
            for term in expr.args:
                yield from _walk(term, term, up, rules)
        elif expr.fn == "if":
            yield from _choice(expr, out, up, rules)
        else:
            yield from _by_rule(expr, out, up, rules)


def _by_rule(expr: Call, out: Expr, up: Expr, rules: Rules) -> Iterator[tuple[str, Expr]]:
    row_found = find(expr, is_constant, rules.deepest)
    if row_found is None:
        return
    row, found = row_found
    for hole in dict(row.adjoints):
        part = found[hole]
        parts = part.args if isinstance(part, Call) and part.fn in ("list", "tuple") else (part,)
        for number, one in enumerate(parts):
            if not flowing(one, rules.active):
                continue
            spreads = row.shape in (reduced, indexed) and rules.shapes is not None and is_number(up, rules)
            site = not is_plain(expr, rules) and Site(
                found, rules.shapes, rules.shapes.of(expr), number, rules.shapes.of(up), head_of(expr), spreads
            )
            thin = not site or spreads or row.shape in (*ENTRYWISE, picked_rows)
            whole = up if thin else full(rules.shapes, up, site.out, out)
            value = contribution(row, hole, {**found, hole: one}, out, whole, library(head_of(expr)), site or None)
            if site and value is not None:
                value = rules.shapes.sized(value)
            if value is not None:
                yield from _walk(one, one, value, rules)


def _choice(expr: Call, out: Expr, up: Expr, rules: Rules) -> Iterator[tuple[str, Expr]]:
    """A ternary routes: each operand gets its arm's contribution where that arm was taken, else 0."""
    test, then, orelse = expr.args
    arms = [_summed(_walk(arm, out, up, rules)) for arm in (then, orelse)]
    for name in dict.fromkeys([*arms[0], *arms[1]]):
        yield name, Call("if", (test, arms[0].get(name, ZERO), arms[1].get(name, ZERO)))


def _summed(pairs: Iterator[tuple[str, Expr]]) -> dict[str, Expr]:
    sums: dict[str, list[Expr]] = {}
    for name, value in _merged(pairs):
        sums.setdefault(name, []).append(value)
    return {n: vs[0] if len(vs) == 1 else Call("+", tuple(vs)) for n, vs in sums.items()}
