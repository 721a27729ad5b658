"""Sums of products without the product: a factor that is the same along the axis stands outside, large products are einsums.

    dpartmmu = expneg * dz                      dmu = -expneg * np.sum(dz, axis=0)
    dmu = -np.sum(dpartmmu, axis=0)             dx = np.einsum("kd,nkd->nd", expneg, dz)
    dx = np.sum(dpartmmu, axis=1)

Einsums only of three axes or more, where the product would be the largest array around, and only where the last axis stays: along
the last one `np.sum` adds in pairs, and rounds less.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from gradgen.analysis.evidence import is_mask
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Add, Call, Const, Expr, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, all_writes, blocks, reads, with_blocks
from gradgen.rules.constants import value_of
from gradgen.simplify.fold import fold
from gradgen.simplify.turn import over

ALONG = (("keywords", ("axis",)),)


def summed(body: Sequence[Stmt], kept: Set[str], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with its sums of products written short; the gradients in ``kept`` have lines of their own."""
    out = list(body)
    for n in reversed(range(len(out))):
        s = out[n]
        if blocks(s):
            out[n] = with_blocks(s, lambda block: summed(block, kept, shapes))
        elif isinstance(s, (Let, Add, Store)):
            value = _short(s.value, shapes)
            out[n] = s if value == s.value else replace(s, value=over(fold(value)))
        if isinstance(s, Let) and s.target not in kept and (rest := _without(s, out[n + 1 :], shapes)) is not None:
            out[n:] = rest
    return tuple(out)


def _without(s: Let, rest: list[Stmt], shapes: Shapes) -> list[Stmt] | None:
    """What follows a product that is read for nothing but sums, each of which can do without it; None if some cannot."""
    if not (isinstance(s.value, Call) and s.value.fn == "*"):
        return None
    target, needed, out, found = s.target, set(variables(s.value)), [], False
    for n, r in enumerate(rest):
        if target in reads(r) and isinstance(r, (Let, Add)):
            value = _put(r.value, target, s.value, shapes)
            if value is None:
                return None
            r, found = replace(r, value=over(fold(value))), True
        elif target in all_reads((r,)):
            return None
        changed = set(all_writes((r,)))
        out.append(r)
        if target in changed or needed & changed:
            later = rest[n + 1 :]
            return [*out, *later] if found and target not in {*changed, *all_reads(later)} else None
    return out if found else None


def _put(expr: Expr, target: str, product: Expr, shapes: Shapes) -> Expr | None:
    """An expression with a product in the place of its name, in sums that need not make it; None if it is read elsewhere."""
    match expr:
        case Var(name):
            return None if name == target else expr
        case Call("np.sum", (Var(name), *rest), attrs) if name == target:
            whole = Call("np.sum", (product, *rest), attrs)
            short = _short(whole, shapes)
            return short if short != whole else None
        case Call(fn, args, attrs):
            new = tuple(_put(a, target, product, shapes) for a in args)
            return None if None in new else Call(fn, new, attrs)
    return expr


def _short(expr: Expr, shapes: Shapes) -> Expr:
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_short(a, shapes) for a in expr.args), expr.attrs)
    match expr:
        case Call("np.sum", (Call("*", (a, b)), along), attrs) if attrs == ALONG:
            return _outside(a, b, along, shapes) or _einsum(a, b, along, shapes) or expr
    return expr


def _outside(a: Expr, b: Expr, along: Expr, shapes: Shapes) -> Expr | None:
    """``a * np.sum(b, axis=0)`` for ``np.sum(a * b, axis=0)``, where a has not that axis."""
    axes = _axes(along)
    for thin, whole in ((a, b), (b, a)):
        shape, full = shapes.of(thin), shapes.of(whole)
        if axes is None or isinstance(shape, str) or isinstance(full, str) or is_mask(whole, shapes):
            continue
        if shape and max(axes) < len(full) - len(shape) and _ends(full, shape, shapes):
            return Call("*", (thin, Call("np.sum", (whole, along), ALONG)))
    return None


def _einsum(a: Expr, b: Expr, along: Expr, shapes: Shapes) -> Expr | None:
    """``np.einsum("nkd,nkd->kd", a, b)`` for ``np.sum(a * b, axis=0)``."""
    axes, full = _axes(along), shapes.of(Call("*", (a, b)))
    if axes is None or isinstance(full, str) or len(full) < 3 or len(full) - 1 in axes:
        return None
    if not all(isinstance(e, Var) and not is_mask(e, shapes) for e in (a, b)):
        return None
    ranks = []
    for e in (a, b):
        shape = shapes.of(e)
        if isinstance(shape, str) or not shape or not _ends(full, shape, shapes):
            return None
        ranks.append(len(shape))
    letters = _letters(full)
    parts = ",".join(letters[len(full) - rank :] for rank in ranks)
    left = "".join(c for n, c in enumerate(letters) if n not in axes)
    return Call("np.einsum", (Const(f"'{parts}->{left}'"), a, b))


def _axes(along: Expr) -> tuple[int, ...] | None:
    """The axes that a sum is over, if they stand in the text and are counted from the front."""
    parts = along.args if isinstance(along, Call) and along.fn == "tuple" else (along,)
    axes = [value_of(p) for p in parts]
    return tuple(axes) if axes and all(type(a) is int and a >= 0 for a in axes) else None


def _ends(full: tuple[str, ...], shape: tuple[str, ...], shapes: Shapes) -> bool:
    """Whether a shape is that of the last axes, none of them broadcast."""
    last = full[len(full) - len(shape) :]
    return "1" not in shape and [shapes.dim(d) for d in shape] == [shapes.dim(d) for d in last]


def _letters(shape: tuple[str, ...]) -> str:
    """A letter for each axis: its own where each has one."""
    own = "".join(d.lstrip("$").lower() for d in shape)
    return own if len(own) == len(set(own)) == len(shape) and own.isalpha() else "ijklmnop"[: len(shape)]
