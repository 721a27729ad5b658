"""Who owns an array: ``+=`` only into one that is freshly made, full, and seen by nobody else.

Decided last, on what will be printed: folding may have turned a product into a bare name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Add, Call, CallBack, Const, Expr, If, Let, Stmt, Store, Var
from gradgen.ir.walk import all_reads

VIEWS = frozenset(
    {".T", "np.transpose", ".transpose", "np.reshape", ".reshape", "np.swapaxes", ".swapaxes", "np.squeeze", ".squeeze", "np.expand_dims",
     "np.ravel", ".ravel", "np.broadcast_to", "np.asarray", "np.flip", "np.moveaxis", "np.diagonal", "shaped", "[]", "if", "stop_gradient"}
)  # fmt: skip


def owned(body: Sequence[Stmt], shapes: Shapes, returned: Sequence[str]) -> tuple[Stmt, ...]:
    """The reverse pass with `Add` and `Store` only where the array is its own; elsewhere ``dx = dx + ...`` or a copy first.

    The gradients in ``returned`` end up full, and in memory of their own.
    """
    return tuple(_Owner(shapes, set(returned)).whole(list(body), list(returned)))


class _Owner:
    def __init__(self, shapes: Shapes, returned: set[str]):
        self.shapes, self.returned = shapes, returned
        self.own: dict[str, bool] = {}

    def whole(self, body: list[Stmt], returned: list[str]) -> list[Stmt]:
        out = self.block(body, [])
        for name in returned:
            out = self.given_back(name, out)
        return out

    def block(self, body: list[Stmt], later: list[Stmt]) -> list[Stmt]:
        out: list[Stmt] = []
        for position, s in enumerate(body):
            rest = [*body[position + 1 :], *later]
            match s:
                case Let(target=target, value=value):
                    self.shapes.names[target] = self.shapes.of(value)
                    self.own[target] = self.is_fresh(value, rest) and self.is_full(target, value)
                    out.append(s)
                case Add(target=target, value=value):
                    self.shapes.names[target] = self.shapes.broadcast(self.shapes.of(Var(target)), self.shapes.of(value))
                    if self.own.get(target) or "|" in target:
                        out.append(s)
                    else:
                        out.append(Let(target, Call("+", (Var(target), value)), s.at))
                        self.own[target] = True
                case Store(target=target):
                    if not self.own.get(target):
                        out = self.copied(target, out, s)
                    out.append(s)
                case CallBack(targets=targets):
                    self.own.update(dict.fromkeys(targets, True))
                    out.append(s)
                case If():
                    before = dict(self.own)
                    then = self.block(list(s.then), rest)
                    first, self.own = self.own, dict(before)
                    orelse = self.block(list(s.orelse), rest)
                    self.own = {n: first.get(n, False) and self.own.get(n, False) for n in {*first, *self.own}}
                    out.append(replace(s, then=tuple(then), orelse=tuple(orelse)))
                case _:
                    out.append(s)
        return out

    def is_fresh(self, value: Expr, rest: list[Stmt]) -> bool:
        """Whether a value is in memory of its own from here on."""
        source = value
        while isinstance(source, Call) and source.fn in VIEWS:
            source = source.args[1] if source.fn == "if" else source.args[0]
        if isinstance(source, Call):
            return bool(source.args)
        if isinstance(source, Const) or not source.name.startswith("~"):
            return False
        mine = self.own.get(source.name, False)
        if source.name in set(all_reads(rest)) or source.name in self.returned:
            self.own[source.name] = False
            return False
        return mine

    def is_full(self, target: str, value: Expr) -> bool:
        return self.shapes.of(value) == self.shapes.of(Var(target[1:]))

    def copied(self, target: str, out: list[Stmt], s: Stmt) -> list[Stmt]:
        """A copy before the first write into somebody else's array."""
        self.own[target] = True
        if out and isinstance(out[-1], Let) and out[-1].target == target:
            return [*out[:-1], replace(out[-1], value=self.copy(out[-1].value, target))]
        return [*out, Let(target, self.copy(Var(target), target), replace(s.at, comments=()))]

    def copy(self, value: Expr, target: str) -> Expr:
        shape = self.shapes.of(Var(target[1:]))
        is_array = isinstance(shape, tuple) and shape or self.shapes.is_array(Var(target[1:]))
        return Call(".copy", (value,)) if is_array else Call("*", (Const("1.0"), value))

    def given_back(self, name: str, out: list[Stmt]) -> list[Stmt]:
        """The last line of a returned gradient made full, and its own."""
        position = next((i for i in reversed(range(len(out))) if isinstance(out[i], (Let, Store)) and out[i].target == name), None)
        if position is None or self.shapes.of(Var(name[1:])) == ():
            return out
        last = out[position]
        if not isinstance(last, Let):
            return out
        if any(isinstance(s, (Add, Let)) and s.target == name for s in out[position + 1 :]):
            return out
        shape = self.shapes.of(Var(name[1:]))
        value = last.value
        if isinstance(value, Call) and value.fn == "+" and value.args[0] == Var(name):
            return out
        if self.shapes.of(value) != shape and not (isinstance(value, Call) and value.fn == "unbroadcast"):
            value = Call("*", (Call("np.ones_like", (Var(name[1:]),)), value)) if value != Const("1.0") else Call("np.ones_like", (Var(name[1:]),))
        elif not self.own.get(name):
            value = self.copy(value, name)
        self.own[name] = True
        return [*out[:position], replace(last, value=value), *out[position + 1 :]]
