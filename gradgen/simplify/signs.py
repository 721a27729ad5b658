"""Signs of array code in front of whole terms: an array of the caller's may hold numbers without signs (``uint8`` labels and counts),
of which ``-y`` makes others, where ``-(y * d)`` and ``p - y`` are right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.ir.nodes import Add, Call, Expr, Function, Let, Stmt, Store, Var
from gradgen.ir.walk import statements, with_blocks

PARTS = ("[]", ".T", ".copy")


def outward(body: Sequence[Stmt], function: Function) -> tuple[Stmt, ...]:
    """The reverse pass with no sign on what the caller handed in, where a product, a quotient or a sum can have it."""
    given = {name for p in function.params for name in [n for n, _ in p.slots] or [p.name]}
    for s in (*statements(function.body), *statements(body)):
        if isinstance(s, Let) and _is_given(s.value, given):
            given.add(s.target)

    def block(inner: Sequence[Stmt]) -> tuple[Stmt, ...]:
        return tuple(one(with_blocks(s, block)) for s in inner)

    def one(s: Stmt) -> Stmt:
        return replace(s, value=_placed(s.value, given)) if isinstance(s, (Let, Add, Store)) else s

    return block(body)


def _is_given(value: Expr, given: Collection[str]) -> bool:
    """Whether a value is what the caller handed in, or a part of it."""
    while isinstance(value, Call) and value.fn in PARTS:
        value = value.args[0]
    return isinstance(value, Var) and value.name in given


def _placed(value: Expr, given: Collection[str]) -> Expr:
    if not isinstance(value, Call):
        return value
    value = Call(value.fn, tuple(_placed(a, given) for a in value.args), value.attrs)
    match value:
        case Call("*" | "/", (Call("neg", (x,)), other)) if _is_given(x, given):
            return Call("neg", (Call(value.fn, (x, other)),))
        case Call("+", (Call("neg", (x,)) as taken, other)) if _is_given(x, given):
            return Call("+", (other, taken))
    return value
