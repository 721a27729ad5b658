"""What is written again where it is read, for that is as cheap as to keep it: views, sizes, multiples of numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, For, Function, Let, Stmt, Var, substitute
from gradgen.ir.walk import all_reads, read_as, statements
from gradgen.ir.write import write

SHORT = 16  # an entry or a row that a loop reads is written again if it is as short as this
REPLAYED = frozenset(
    {".T", ".shape", ".size", ".ndim", "np.shape", "np.size", "np.ndim", "len", "np.reshape", ".reshape", "np.transpose", ".transpose",
     "np.swapaxes", ".swapaxes", "np.squeeze", ".squeeze", "np.expand_dims", "np.ravel", ".ravel", "np.arange", "range", "tuple"}
)  # fmt: skip


def is_replayed(expr: Expr, counters: Collection[str] = ()) -> bool:
    """Whether a value is as cheap to write again as to keep: a view, a size, an index that counts.

    ``counters`` are the variables of loops.
    """
    if isinstance(expr, Call) and expr.fn == "[]":
        basic = all(
            (not isinstance(i, Var) or i.name in counters) and (not isinstance(i, Call) or i.fn in ("slice", "neg"))
            for i in expr.args[1:]
        )
        return basic and (isinstance(expr.args[0], Var) or is_replayed(expr.args[0], counters))
    if isinstance(expr, Call):
        return (
            expr.fn in REPLAYED or expr.fn in ("+", "*", "//", "neg") and all(is_size(a) for a in expr.args)
        ) and all(not isinstance(a, Call) or is_replayed(a, counters) or is_size(a) for a in expr.args)
    return False


def is_multiple(expr: Expr, function: Function, shapes: Shapes) -> bool:
    """Whether a value is a number that was passed in, times a literal: ``0.5 * reg``."""
    match expr:
        case Call("*", (Const(), Var(name)) | (Var(name), Const())):
            return name in {p.name for p in function.params} and shapes.of(Var(name)) == ()
    return False


def _next_to(value: Expr) -> str:
    """The name of a value that another one is a literal more than: ``1 + t``."""
    match value:
        case Call("+", (Const(), Var(name)) | (Var(name), Const())):
            return name
    return ""


def is_size(expr: Expr) -> bool:
    """Whether an expression is made of sizes and numbers only."""
    match expr:
        case Call("[]", (Call(".shape"), *_)) | Call(".size" | ".ndim" | "len"):
            return True
        case Call("+" | "*" | "//" | "neg" | "-", args):
            return all(is_size(a) for a in args)
    return not isinstance(expr, Call) and not isinstance(expr, Var)


def replayed(function: Function, backward: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """The reverse pass with unnamed views, and multiples of numbers, written again where they are read."""
    counters = {s.index for s in statements(function.body) if isinstance(s, For)}
    values = {
        s.target: s.value
        for s in statements(function.body)
        if isinstance(s, Let)
        and s.target in function.made_up
        and (
            is_replayed(s.value)
            or is_replayed(s.value, counters)
            and len(write(s.value)) <= SHORT
            or is_multiple(s.value, function, shapes)
        )
    }
    kept = set(all_reads(backward))
    values |= {  # one more than what is kept anyway
        s.target: s.value
        for s in function.body
        if isinstance(s, Let)
        and s.target in function.made_up
        and (name := _next_to(s.value)) in kept
        and shapes.of(Var(name)) != ()
    }
    for _ in range(3):  # a view of a view
        values = {name: substitute(value, values) for name, value in values.items()}
    return tuple(read_as(s, values) for s in backward)
