"""Array code as a person computes it: no axis kept to be taken out again, numbers multiplied before arrays, masks counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import printed
from gradgen.ir.nodes import Add, Call, Const, Expr, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, all_writes, blocks, statements, with_blocks
from gradgen.ir.write import COMPARISONS
from gradgen.rules.site import NONE, Shape
from gradgen.simplify.fold import fold
from gradgen.simplify.replay import is_size
from gradgen.simplify.turn import over

KEPT = (("keywords", ("axis", "keepdims")),)
ALONG = (("keywords", ("axis",)),)


def tidied(body: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with its expressions tidied."""
    out = []
    for s in body:
        if blocks(s):
            s = with_blocks(s, lambda block: tidied(block, shapes))
        elif isinstance(s, (Let, Add, Store)):
            tidy = _tidy(s.value, shapes)
            s = replace(s, value=tidy if tidy == s.value and not _is_added_once(s) else over(fold(tidy)))
        out.append(s)
    return tuple(_chosen(out))


def _is_added_once(s: Stmt) -> bool:
    """Whether a line adds something times 1.0 to what is real already (else the 1.0 may be what makes it real)."""
    adds = isinstance(s, Add) or isinstance(s, Store) and s.op == "+="
    return adds and isinstance(s.value, Call) and s.value.fn == "*" and Const("1.0") in s.value.args


def _chosen(body: list[Stmt]) -> list[Stmt]:
    """The reverse pass with ``np.where(c, a, b)`` for ``np.where(c, a, 0.0)`` and then ``+= np.where(c, 0.0, b)``."""
    position = 0
    while position < len(body):
        s = body[position]
        after = body[position + 1 :] if isinstance(s, Let) and _is_half(s.value) else []
        number = next((n for n, r in enumerate(after) if s.target in _names(r)), None)
        whole = _both_halves(s, after[number]) if number is not None else None
        if whole is None or printed(variables(s.value)) & printed(t for r in after[:number] for t in _changed(r)):
            position += 1
        else:
            first = Let(s.target, whole, after[number].at)
            body = [*body[:position], *after[:number], first, *after[number + 1 :]]
    return body


def _is_half(value: Expr) -> bool:
    """Whether a value is a choice between something and 0."""
    return isinstance(value, Call) and value.fn == "np.where" and Const("0.0") in value.args[1:]


def _both_halves(s: Let, later: Stmt) -> Expr | None:
    """The choice that two halves make up, the second added to the first."""
    if not isinstance(later, Add) or s.target in variables(later.value):
        return None
    match s.value, later.value:
        case (Call("np.where", (test, one, Const("0.0"))), Call("np.where", (again, Const("0.0"), other))) | (
            Call("np.where", (test, Const("0.0"), other)),
            Call("np.where", (again, one, Const("0.0"))),
        ) if (test == again):
            return Call("np.where", (test, one, other))
    return None


def _names(s: Stmt) -> set[str]:
    return {*all_reads((s,)), *_changed(s)}


def _changed(s: Stmt) -> set[str]:
    """The names that a statement writes, branches included."""
    return set(all_writes((s,)))


def shared(body: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with sums and quotients of gradients that stand above read from there.

    ``db / len(dout)`` for ``np.mean(dout, axis=0)`` where ``db = np.sum(dout, axis=0)``, ``z * dx`` for ``z / y * dz`` where ``dx = dz / y``.
    """
    out: list[Stmt] = []
    above: dict[Expr, str] = {}
    for s in body:
        if blocks(s):
            s = with_blocks(s, lambda block: shared(block, shapes))
        elif isinstance(s, (Let, Add)):
            s = replace(s, value=_with_names(s.value, above, shapes))
        changed = printed(_changed(s))
        above = {e: n for e, n in above.items() if not changed & printed([n, *variables(e)])}
        if isinstance(s, Let) and _is_sum_or_quotient(s.value, shapes):
            above[s.value] = s.target
        out.append(s)
    return tuple(out)


def _is_sum_or_quotient(value: Expr, shapes: Shapes) -> bool:
    """Whether a value is a sum along an axis, or an array over something."""
    match value:
        case Call("np.sum"):
            return value.attrs == ALONG
        case Call("np.linalg.solve"):
            return True
        case Call("/", (Var(), Var())):
            return isinstance(shapes.of(value), tuple) and shapes.of(value) != ()
    return False


def _with_names(expr: Expr, above: dict[Expr, str], shapes: Shapes) -> Expr:
    if not isinstance(expr, Call):
        return expr
    if expr in above:
        return Var(above[expr])
    match expr:
        case Call("np.mean", (value, Const("0")), attrs) if (
            name := above.get(Call("np.sum", expr.args, attrs))
        ) is not None:
            whole = [Var(v) for v in variables(value) if shapes.of(Var(v)) == shapes.of(value)]
            if whole and isinstance(shapes.of(value), tuple):
                return Call("/", (Var(name), Call("len", (whole[-1],))))
        case Call("*", (Call("/", (top, below)), rest)) if (name := above.get(Call("/", (rest, below)))) is not None:
            return Call("*", (_with_names(top, above, shapes), Var(name)))
    return Call(expr.fn, tuple(_with_names(a, above, shapes) for a in expr.args), expr.attrs)


def _tidy(expr: Expr, shapes: Shapes) -> Expr:
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(_tidy(a, shapes) for a in expr.args), expr.attrs)
    for step in (
        _constants_counted,
        _turned_difference,
        _turned_tensordot,
        _without_kept_axis,
        _number_outside,
        _without_ones,
        _as_mean,
        _mask_counted,
        _numbers_first,
    ):
        if (new := step(expr, shapes)) is not None:
            return new
    return expr


def _turned_difference(expr: Call, shapes: Shapes) -> Expr | None:
    """``h - y`` for ``-(y - h)``."""
    match expr:
        case Call("neg", (Call("+", (left, Call("neg", (right,)))),)):
            return Call("+", (right, Call("neg", (left,))))
    return None


def _constants_counted(expr: Call, shapes: Shapes) -> Expr | None:
    """``2.0 * N`` for ``np.sum(np.broadcast_to(2.0, (N,)))``."""
    match expr:
        case Call("np.sum", (Call("np.broadcast_to", (value, Call("tuple", sizes))),), ()) if isinstance(
            value, Const
        ) or (isinstance(value, Call) and value.fn == "neg" and isinstance(value.args[0], Const)):
            for size in sizes:
                value = Call("*", (value, size))
            return value
    return None


def _turned_tensordot(expr: Call, shapes: Shapes) -> Expr | None:
    """``np.tensordot(d, x, axes)`` for ``np.tensordot(x, d, axes).T``, of one axis left of each."""
    match expr:
        case Call(".T", (Call("np.tensordot", (x, y, Call("tuple", (a, b))), attrs) as product,)):
            shape = shapes.of(product)
            one_each = isinstance(a, Call) and isinstance(shapes.of(x), tuple) and len(shapes.of(x)) == len(a.args) + 1
            if one_each and isinstance(shape, tuple) and len(shape) == 2:
                return Call("np.tensordot", (y, x, Call("tuple", (b, a))), attrs)
    return None


def _without_kept_axis(expr: Call, shapes: Shapes) -> Expr | None:
    """A sum that keeps an axis which is taken out at once: ``np.sum(v, axis=1, keepdims=True)[:, 0]``."""
    match expr:
        case Call(".reshape" | "[]", (Call("neg", (inner,)), *rest)):
            bare = Call(expr.fn, (inner, *rest), expr.attrs)
            views = expr.fn == "[]" and {shapes.index_kind(i) for i in rest} <= {"all", "new"}
            found = _without_kept_axis(bare, shapes) or (_tidy(bare, shapes) if views else None)
            return found and Call("neg", (found,))
        case Call(".reshape", (Call("np.sum", (value, axis, Const("True")), attrs), _)) if attrs == KEPT:
            summed = Call("np.sum", (value, axis), ALONG)
            return summed if shapes.of(summed) == shapes.of(expr) else None
        case Call("[]", (Call("np.sum", (value, Call("tuple", axes), Const("True")), attrs), *index)) if attrs == KEPT:
            gone = {int(a.text) for a in axes if isinstance(a, Const) and a.text.isdigit()}
            kinds = ["0" if i == Const("0") else shapes.index_kind(i) for i in index]
            whole = len(gone) == len(axes) and max(gone) < len(kinds)  # an axis that is not spoken of stays
            if whole and kinds == ["0" if n in gone else "all" for n in range(len(kinds))]:
                return Call("np.sum", (value, Call("tuple", axes)), ALONG)
        case Call("[]", (Call("np.sum", (value, Const(axis), Const("True")), attrs), *index)) if attrs == KEPT:
            kinds = ["0" if i == Const("0") else shapes.index_kind(i) for i in index]
            if axis.isdigit() and int(axis) < len(kinds) and kinds.pop(int(axis)) == "0" and set(kinds) <= {"all"}:
                return Call("np.sum", (value, Const(axis)), ALONG)
    return None


def _number_outside(expr: Call, shapes: Shapes) -> Expr | None:
    """``0.5 * v[:, None]`` for ``(0.5 * v)[:, None]``, ``1.0 / v[:, None]`` for ``(1.0 / v)[:, None]``: it meets other factors there."""
    match expr:
        case Call("[]", (Call("*" | "/" as op, (Const() as number, inner)), *index)):
            if {shapes.index_kind(i) for i in index} <= {"all", "new"}:
                return Call(op, (number, Call("[]", (inner, *index))))
    return None


def _as_mean(expr: Call, shapes: Shapes) -> Expr | None:
    """``np.mean(v, axis=0)`` for ``np.sum(v, axis=0) / N``."""
    match expr:
        case Call("/", (Call("neg", (summed,)), size)):
            found = _as_mean(Call("/", (summed, size)), shapes)
            return found and Call("neg", (found,))
        case Call("/", (Call("np.sum", (value, Const(axis), *_) as args, attrs), size)) if attrs in (KEPT, ALONG):
            whole = shapes.of(value)
            if isinstance(whole, tuple) and -len(whole) <= int(axis) < len(whole):
                if shapes.value(size) == shapes.dim(whole[int(axis)]):
                    return Call("np.mean", args, attrs)
    return None


# -- products --------------------------------------------------------------------------------------------------------------


def _factors(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """What a chain of products and quotients multiplies, and what it divides by."""
    match expr:
        case Call("*", (left, right)):
            (a, b), (c, d) = _factors(left), _factors(right)
            return a + c, b + d
        case Call("/", (left, below)):
            top, bottom = _factors(left)
            return top, [*bottom, below]
        case Call("neg", (inner,)):
            top, bottom = _factors(inner)
            return [Call("neg", (top[0],)), *top[1:]], bottom
    return [expr], []


def _without_ones(expr: Call, shapes: Shapes) -> Expr | None:
    """A product without the ones that fill it, where a factor (or what it is divided by) is as full itself."""
    if expr.fn not in ("*", "/"):
        return None
    ones = [e for e in _walk(expr) if isinstance(e, Call) and e.fn == "np.ones_like" and isinstance(e.args[0], Var)]
    for one in ones:
        top, bottom = _factors(expr)
        shape = shapes.of(one)
        if shape != () and any(shapes.of(f) == shape for f in (*top, *bottom) if f not in (one, Call("neg", (one,)))):
            return _dropped(expr, one)
    return None


def _walk(expr: Expr) -> list[Expr]:
    """The factors of a product, signs taken off."""
    top, _ = _factors(expr)
    return [f.args[0] if isinstance(f, Call) and f.fn == "neg" else f for f in top]


def _dropped(expr: Expr, one: Expr) -> Expr:
    """The product without one of its factors."""
    match expr:
        case Call("*", (left, right)):
            if right == one:
                return left
            if left in (one, Call("neg", (one,))):
                return right if left == one else Call("neg", (right,))
            new = _dropped(left, one)
            return Call("*", (new, right)) if new != left else Call("*", (left, _dropped(right, one)))
        case Call("/", (left, below)):
            if left in (one, Call("neg", (one,))):
                return Call("/", (Const("1.0" if left == one else "-1.0"), below))
            return Call("/", (_dropped(left, one), below))
        case Call("neg", (inner,)):
            return Call("neg", (_dropped(inner, one),))
    return expr


def _numbers_first(expr: Call, shapes: Shapes) -> Expr | None:
    """``2 * scale * x`` for ``2 * x * scale``: what has fewer axes is multiplied first, and the array but once."""
    match expr:
        case Call("*", (left, Var(name) as right)) if name[0] != "~" and shapes.of(right) == () != shapes.of(left):
            if isinstance(left, Var) and left.name[0] != "~" or isinstance(left, Call) and left.fn.startswith("np."):
                return Call("*", (right, left))
    if expr.fn != "*":
        return None
    factors = _product(expr)
    ranks = [_rank(shapes.of(f)) for f in factors]
    if len(factors) < 3 or None in ranks:
        return None
    thin = [f for f, rank in zip(factors, ranks, strict=True) if rank < max(ranks)]
    whole = [f for f, rank in zip(factors, ranks, strict=True) if rank == max(ranks)]
    if len(thin) < 2 or not whole or len(thin) == 2 and _times(thin[:2]) in _parts(expr):
        return None
    ordered = sorted(thin, key=lambda f: _rank(shapes.of(f)))
    return _times([over(fold(_times(ordered))), *whole])


def _rank(shape: Shape) -> int | None:
    """How many axes of more than one entry a shape has."""
    return None if isinstance(shape, str) else sum(d != "1" for d in shape)


def _product(expr: Expr) -> list[Expr]:
    if isinstance(expr, Call) and expr.fn == "*":
        return [*_product(expr.args[0]), *_product(expr.args[1])]
    return [expr]


def _parts(expr: Expr) -> list[Expr]:
    if isinstance(expr, Call) and expr.fn == "*":
        return [expr, *_parts(expr.args[0]), *_parts(expr.args[1])]
    return [expr]


def _times(factors: Sequence[Expr]) -> Expr:
    product = factors[0]
    for factor in factors[1:]:
        product = Call("*", (product, factor))
    return product


# -- masks -----------------------------------------------------------------------------------------------------------------


def _mask_counted(expr: Call, shapes: Shapes) -> Expr | None:
    """``(x > 0).astype(x.dtype) / N`` for ``np.where(x > 0, 1.0 / N, 0.0)``: nothing infinite meets a mask there, and x's type is kept."""
    match expr:
        case Call("np.where", (Call(test, (Var() as x, _)) as mask, value, Const("0.0"))) if test in COMPARISONS:
            shape = shapes.of(x)
            if isinstance(shape, tuple) and shape and shape == shapes.of(mask):
                return _times_mask(value, Call(".astype", (mask, Call(".dtype", (x,)))), shapes)
    return None


def _times_mask(value: Expr, mask: Expr, shapes: Shapes) -> Expr | None:
    """A finite number times a mask: a literal, or one over a size."""
    match value:
        case Call("neg", (inner,)):
            product = _times_mask(inner, mask, shapes)
            return product and Call("neg", (product,))
        case Call("/", (top, size)) if is_literal_or_size(size, shapes) and (product := _times_mask(top, mask, shapes)):
            return Call("/", (product, size))
        case Const("1.0" | "1"):
            return mask
        case Const("-1.0" | "-1"):
            return Call("neg", (mask,))
        case Const():
            return Call("*", (value, mask))
    return None


def is_literal_or_size(expr: Expr, shapes: Shapes) -> bool:
    """Whether a value is a literal or a size, by name or not."""
    if not isinstance(expr, Var):
        return is_size(expr) or isinstance(expr, Const) and expr != NONE
    made = {s.target: s.value for s in statements(shapes.function.body) if isinstance(s, Let)}
    return (
        expr.name in made and is_size(made[expr.name]) or f"${expr.name}" in {*shapes.merged, *shapes.merged.values()}
    )
