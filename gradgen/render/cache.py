"""What the backward pass is handed from the forward pass: the author's own cache where there is one, else what it reads.

A size or a view of what is handed over is worked out again, not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, Function, Keep, Let, Origin, Record, Stmt, Var, variables
from gradgen.ir.walk import statements
from gradgen.ir.write import COMPARISONS
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find
from gradgen.rules.shapes import elementwise, reduced, same
from gradgen.simplify.nest import is_replayed, is_size

CHEAP = (None, elementwise, same, reduced)  # shape rules of what an author's cache may leave to be worked out again


@dataclass(frozen=True, slots=True)
class Cache:
    """``names`` are what is unpacked (IR names, None for an entry that nobody reads), ``again`` the lines that work
    out the rest, ``added`` what the author's own cache lacks."""

    names: tuple[str | None, ...]
    again: tuple[Stmt, ...] = ()
    added: tuple[str, ...] = ()
    adopted: bool = False


def plan(function: Function, needed: Sequence[str], shapes: Shapes | None = None, dout: str = "dout") -> Cache:
    """The cache for a backward pass that reads ``needed`` of the forward pass; ``dout`` has the shape of the result."""
    filled = {s.history for s in statements(function.body) if isinstance(s, Record)}
    values = {  # on every path: none of a branch
        s.target: s.value for s in function.body if isinstance(s, Let) and s.target not in filled
    }
    constants = {name for name, _ in function.constants}
    needed = [n for n in needed if n not in constants]
    if function.adopts and function.aux is not None:
        return _adopted(function, needed, values, _sizes_of_result(function, needed, shapes), dout)
    wanted = set(needed)
    again: list[Stmt] = []
    for name in needed:
        value = values.get(name)
        if (
            value is not None
            and (is_size(value) or name in function.made_up and is_replayed(value))
            and {v for v in variables(value)} <= wanted
        ):
            again.append(Let(name, value, Origin()))
    worked_out = {s.target for s in again}
    return Cache(tuple(n for n in needed if n not in worked_out), tuple(again))


def _sizes_of_result(function: Function, needed: Sequence[str], shapes: Shapes | None) -> list[str | None]:
    """For each axis of the result the variable that holds its size, if one of those is needed."""
    result = shapes.of(function.results[0]) if shapes and len(function.results) == 1 else ()
    held = {shapes.dim(f"${n}"): n for n in reversed(needed)} if shapes else {}
    return [held.get(shapes.dim(d)) for d in result] if isinstance(result, tuple) else []


def _adopted(
    function: Function, needed: Sequence[str], values: dict[str, Expr], sizes: Sequence[str | None], dout: str
) -> Cache:
    """The author's tuple, unpacked as it was packed; sizes of the result are those of its gradient."""
    packed = function.aux.args if isinstance(function.aux, Call) and function.aux.fn == "tuple" else (function.aux,)
    known = {e.name for e in packed if isinstance(e, Var)}
    asked: dict[str, int] = {}
    again: dict[str, Expr] = {}
    added: list[str] = []
    for name in needed:
        if not _work_out(name, values, known, again):
            if name in sizes:
                asked[name] = sizes.index(name)
            else:
                added.append(name)
            known.add(name)
    ordered = [
        Let(s.target, again[s.target], Origin())
        for s in statements(function.body)
        if isinstance(s, Let) and s.target in again
    ]
    names = tuple(e.name if isinstance(e, Var) else None for e in packed)
    shape = Call(".shape", (Var(dout),))
    if len(asked) == 1:
        ordered.insert(0, *(Let(n, Call("[]", (shape, Const(repr(axis)))), Origin()) for n, axis in asked.items()))
    elif asked:
        pattern = Call("tuple", tuple(Var(n if n in asked else "_") for n in sizes))
        ordered.insert(0, Keep("unpack", (pattern, shape)))
    return Cache(names, tuple(ordered), tuple(added), True)


def _work_out(name: str, values: dict[str, Expr], known: set[str], again: dict[str, Expr]) -> bool:
    """Whether a value is in the cache, or cheap to work out from what is (noted in ``again``)."""
    if name in known or name in again:
        return True
    value = values.get(name)
    if value is None or not is_cheap(value):
        return False
    before = dict(again)
    if all(_work_out(n, values, known, again) for n in variables(value)):
        again[name] = value
        return True
    again.clear()
    again.update(before)
    return False


def is_cheap(expr: Expr) -> bool:
    """Whether a value costs no more than a pass over its operands."""
    if not isinstance(expr, Call) or is_replayed(expr) or is_size(expr):
        return True
    if expr.fn in COMPARISONS or expr.fn in ("if", "+", "&", "|", "~", "not", "slice", "list", "tuple"):
        return all(is_cheap(a) for a in expr.args)
    row = find(expr, is_constant)
    return row is not None and row[0].shape in CHEAP and all(is_cheap(a) for a in expr.args)
