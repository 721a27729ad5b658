"""What the gradient on an array or a list starts as, when lines stand where they will be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from gradgen.analysis.evidence import is_whole
from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import ZERO, Add, Call, Let, Stmt, Store, Var
from gradgen.ir.walk import statements, with_blocks
from gradgen.simplify.gather import list_of


def real_zeros(body: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """``np.zeros_like(x) + 0.0`` where numbers are added entry by entry: into an array of integers they would go without their
    fractions, and nobody would be told (NumPy refuses as much for slices)."""
    stores = [s for s in statements(body) if isinstance(s, Store) and s.value != ZERO]
    single = {s.target for s in stores if shapes.of(Call("[]", (Var(s.base), *s.index))) == ()}

    def made(block: Sequence[Stmt]) -> tuple[Stmt, ...]:
        return tuple(map(one, block))

    def one(s: Stmt) -> Stmt:
        match s:
            case Let(target, Call("np.zeros_like") as zeros) if target in single:
                return replace(s, value=Call("+", (zeros, ZERO)))
        return with_blocks(s, made)

    return made(body)


def real_numbers(body: Sequence[Stmt], returned: Collection[str], shapes: Shapes) -> tuple[Stmt, ...]:
    """``np.arange(N).astype(x.dtype)`` where the gradient on x is made of whole numbers, and is returned or written into."""
    written = {s.target for s in statements(body) if isinstance(s, (Add, Store))}

    def one(s: Stmt) -> Stmt:
        match s:
            case Let(target, value) if target in returned or target in written:
                if target.startswith("~") and shapes.of(value) != () and is_whole(value, shapes):
                    whole = value.args[0] if isinstance(value, Call) and value.fn == ".copy" else value
                    return replace(s, value=Call(".astype", (whole, Call(".dtype", (Var(target[1:]),)))))
            case Let(target, value) if is_whole(value, shapes):
                shapes.wholes.add(target)
        return with_blocks(s, lambda block: map(one, block))

    return tuple(map(one, body))


def with_lists_of_zeros(body: Sequence[Stmt], lists: Collection[str]) -> tuple[Stmt, ...]:
    """The reverse pass of code without NumPy: what is no number is a list, and so is its gradient; ``lists`` are the parameters that
    are."""
    out = []
    for s in body:
        s = with_blocks(s, lambda block: with_lists_of_zeros(block, lists))
        match s:
            case Let(value=Call("np.zeros_like", (like,))):
                s = replace(s, value=list_of(ZERO, like))
            case Let(value=Call("+", (number, Call("np.zeros_like", (like,))))):
                s = replace(s, value=list_of(number, like))
            case Let(value=Call("shaped", (number,), attrs)) if name := dict(attrs).get("list"):
                s = replace(s, value=list_of(number, Var(name)))
            case Add(target, Call("shaped", (number,), attrs)) if "list" in dict(attrs):  # `+=` makes lists longer
                s = Let(target, Call("each", (Var(target), number)), s.at)
            case Add(target, value) if target[1:] in lists:
                s = Let(target, Call("pairwise", (Var(target), value)), s.at)
            case Let(target, Call("+", (first, second))) if target[1:] in lists:
                s = replace(s, value=Call("pairwise", (first, second)))
        out.append(s)
    return tuple(out)
