"""Writes into arrays, turned round."""

from __future__ import annotations

from gradgen.ir.nodes import Call, Const, Expr


def scaled(op: str, slot: Expr, old: Expr, value: Expr) -> tuple[Expr, tuple[str, Expr] | None]:
    """For ``a[i] op value``: the gradient that reaches ``value``, and what happens to the slot's own gradient: (op, operand)."""
    match op:
        case "=":
            return slot, ("=", Const("0"))
        case "+=":
            return slot, None
        case "-=":
            return Call("neg", (slot,)), None
        case "*=":
            return Call("*", (old, slot)), ("*=", value)
        case "/=":
            return Call("*", (Call("/", (Call("neg", (old,)), Call("**", (value, Const("2"))))), slot)), ("/=", value)
    raise ValueError(op)
