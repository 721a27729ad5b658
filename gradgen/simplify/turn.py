"""Transposes, quotients and choices said in the shortest way."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.evidence import PRODUCTS
from gradgen.ir.nodes import Call, Const, Expr
from gradgen.simplify.fold import exact, fold, unsigned

LAST_TWO = (Call("neg", (Const("1"),)), Call("neg", (Const("2"),)))


def turned(expr: Expr) -> Expr:
    """``(x.T @ d).T`` as ``d.T @ x``, ``w.T.T`` as ``w``."""
    if not isinstance(expr, Call):
        return expr
    expr = Call(expr.fn, tuple(turned(a) for a in expr.args), expr.attrs)
    match expr:
        case Call(".T", (Call(".T", (inner,)),)):
            return inner
        case Call("np.swapaxes", (Call(".transpose" | "np.transpose", (inner, *order)), *_)) if (
            _turns_matrices(order) and expr.args[1:] == LAST_TWO
        ):
            return inner
        case Call(".transpose" | "np.transpose", (Call("np.swapaxes", (inner, *axes)), *order)) if (
            _turns_matrices(order) and tuple(axes) == LAST_TWO
        ):
            return inner
        case Call("np.swapaxes", (Call("np.swapaxes" | ".swapaxes", (inner, *axes)), *_)) if (
            _in_order(axes) == _in_order(expr.args[1:]) == _in_order(LAST_TWO)
        ):
            return inner
        case Call(".swapaxes" | "np.swapaxes" as fn, (Call(product, (left, right)), *axes)) if (
            product in ("@", "np.matmul")
            and _in_order(axes) == _in_order(LAST_TWO)
            and "np.swapaxes" in (_head(left), _head(right))
        ):
            sides = (Call("np.swapaxes", (side, *LAST_TWO)) for side in (right, left))
            return Call(product, tuple(map(turned, sides)))
        case Call(
            ".transpose" | "np.transpose", (Call("@" | "np.matmul" as product, (left, right)), *order)
        ) if _turns_matrices(order) and "np.swapaxes" in (_head(left), _head(right)):
            sides = (Call("np.swapaxes", (side, *LAST_TWO)) for side in (right, left))
            return Call(product, tuple(map(turned, sides)))
        case Call(".T", (Call(fn, (left, right)),)) if fn in PRODUCTS and ".T" in (_head(left), _head(right)):
            return Call(fn, tuple(turned(Call(".T", (side,))) for side in (right, left)))
    return expr


def _turns_matrices(order: Sequence[Expr]) -> bool:
    """Whether the order of a transpose, of more than two axes, only turns the last two round: ``0, 1, 3, 2``."""
    parts = order[0].args if len(order) == 1 and isinstance(order[0], Call) and order[0].fn == "tuple" else order
    axes = [int(p.text) if isinstance(p, Const) and p.text.isdigit() else None for p in parts]
    n = len(axes)
    return n > 2 and axes == [*range(n - 2), n - 1, n - 2]


def _in_order(axes: Sequence[Expr]) -> list[str]:
    return sorted(map(repr, axes))


def _head(expr: Expr) -> str:
    return expr.fn if isinstance(expr, Call) else ""


def over(expr: Expr) -> Expr:
    """``1.0 / N * p`` as ``p / N``, ``2 * W * 0.5`` as ``W``; also of what is summed."""
    if isinstance(expr, Call) and expr.fn in ("np.sum", "parts.unbroadcast"):
        return Call(expr.fn, (over(expr.args[0]), *expr.args[1:]), expr.attrs)
    if isinstance(expr, Call) and expr.fn in ("*", "/", "neg") and (positive := unsigned(expr)) is not None:
        return fold(Call("neg", (over(positive),)))
    if isinstance(expr, Call) and expr.fn in ("*", "/") and (left := over(expr.args[0])) != expr.args[0]:
        expr = Call(expr.fn, (left, expr.args[1]))
    match expr:
        case Call(
            "*", (factor, Call("np.where", (test, value, Const("0.0"))))
        ):  # where nothing arrives no slope may spoil it
            return Call("np.where", (test, over(fold(Call("*", (factor, value)))), Const("0.0")))
        case Call("*", (factor, Call("np.where", (test, Const("0.0"), value)))) if value != Const("0.0"):
            return Call("np.where", (test, Const("0.0"), over(fold(Call("*", (factor, value))))))
        case Call("/", (Call("np.where", (test, value, Const("0.0"))), below)):
            return Call("np.where", (test, Call("/", (value, below)), Const("0.0")))
        case Call("np.where", (test, value, other)):
            return Call("np.where", (test, _taken(value, test, 1), _taken(other, test, 2)))
        case Call("*", (Call("*", (Const(a), rest)), Const(b))) if (number := exact(a, b)) is not None:
            return fold(Call("*", (number, rest)))
        case Call("/", (Call("*", (Const(a), rest)), Const("2" | "4" | "8" as b))) if exact(a, repr(1 / int(b))):
            return fold(Call("*", (exact(a, repr(1 / int(b))), rest)))
        case Call("*", (Call("/", (Const("1" | "1.0"), below)), value)):
            return Call("/", (value, below))
        case Call("*", (value, Call("/", (Const("1" | "1.0"), below)))):
            return Call("/", (value, below))
        case Call("*", (Const() as number, Call("/", (top, below)))):
            return over(fold(Call("/", (Call("*", (number, top)), below))))
        case Call("*", (value, Call("/", (Const() as number, below)))):
            return over(fold(Call("/", (Call("*", (number, value)), below))))
        case Call("/", (Call("/", (top, below)), Call("**", (base, Const(power))))) if (
            below == base and power.isdigit()
        ):
            return Call("/", (top, Call("**", (base, Const(str(int(power) + 1))))))
    return expr


def _taken(expr: Expr, test: Expr, arm: int) -> Expr:
    """An arm of an ``np.where`` without the same choice inside it."""
    match expr:
        case Call("np.where", (again, *_)) if again == test:
            return _taken(expr.args[arm], test, arm)
        case Call("*" | "/" | "+" | "neg" as fn, args):
            return Call(fn, tuple(_taken(a, test, arm) for a in args), expr.attrs)
    return expr
