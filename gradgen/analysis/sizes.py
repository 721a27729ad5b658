"""Shapes as text: where a size can be read, and what a reader is told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce

from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.site import Dim, Shape

LETTERS = ("N", "D", "M", "H", "K", "L", "P", "Q", "R", "S")


class Sizes:
    """The part of the shape analysis that says shapes in the program's own terms."""

    def is_readable(self, dim: Dim) -> bool:
        """Whether a size can be read somewhere: as a literal, a variable, an axis of a named value."""
        return all(self.is_everywhere(d) or self.size(d) is not None for d in re.split(r"\*|//", dim))

    def size(self, dim: Dim, known: Callable[[str], bool] | None = None) -> Expr | None:
        """An expression for a dimension: a number, a variable that holds it (if it is ``known``), or the size of a parameter's axis."""
        dim = self.dim(dim)
        known = known or self.everywhere.__contains__
        if dim.isdigit():
            return Const(dim)
        if "//" in dim:
            parts = [self.size(d, known) for d in dim.split("//")]
            return None if None in parts else Call("//", tuple(parts))
        if "*" in dim:
            parts = [self.size(d, known) for d in dim.split("*")]
            return None if None in parts else reduce(lambda a, b: Call("*", (a, b)), parts)
        held = [d[1:] for d in [dim, *self.merged] if d.startswith("$") and self.dim(d) == dim and known(d[1:])]
        if held:
            return Var(held[0])
        for param in self.function.params:
            for name in [n for n, _ in param.slots] or [param.name]:
                shape = self.resolve(self.names[name])
                if isinstance(shape, tuple) and dim in shape:
                    return Call("[]", (Call(".shape", (Var(name),)), Const(repr(shape.index(dim)))))
        return None

    def label(self, dim: Dim) -> str:
        """What a reader is told of a dimension: its number or name; an unknown one gets a letter of its own."""
        dim = self.dim(dim)
        if dim.startswith("?"):
            taken = {
                *self.letters.values(),
                *self.function.taken,
                *(d.strip("$") for d in (*self.merged, *self.merged.values())),
                *(
                    d for shape in self.names.values() if isinstance(shape, tuple) for d in shape
                ),  # those that are stated
            }
            dim = self.letters.setdefault(dim, next((x for x in LETTERS if x not in taken), dim.replace("?", "n")))
            return dim
        return dim.replace("$", "").partition("#")[0]

    def labels(self, shape: Shape) -> str | None:
        """``(N, D)``; None for a shape of unknown rank."""
        if isinstance(shape, str):
            known = self.partial.get(shape, {})
            first = [self.label(known[i]) for i in range(len(known)) if i in known]
            return f"({', '.join(first)}, ...)" if first else None
        texts = [self.label(d) for d in shape]
        return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"

    def sized(self, expr: Expr) -> Expr:
        """The expression with sizes of values said by names or by way of parameters, so that the values need not be kept."""
        match expr:
            case Call("[]", (Call(".shape", (Var() as x,)), Const(text))) if isinstance(
                shape := self.of(x), tuple
            ) and -len(shape) <= int(text) < len(shape):
                of_list = Call("len", (x,)) if int(text) == 0 else Call("[]", (Call("np.shape", (x,)), Const(text)))
                return self.size(shape[int(text)]) or (of_list if x.name in self.lists | self.of_numbers else expr)
            case Call(".shape", (Var() as x,)):
                return self.shape_text(x)
            case Call(".size", (Var() as x,)) if (
                isinstance(shape := self.of(x), tuple) and x.name not in self.parameters
            ):
                sizes = [self.size(d) for d in shape]
                if None in sizes:
                    return expr if x.name not in self.lists | self.of_numbers else Call("np.size", (x,))
                whole = sizes[0] if sizes else Const("1")
                for size in sizes[1:]:
                    whole = Call("*", (whole, size))
                return whole
            case Call():
                return Call(expr.fn, tuple(self.sized(a) for a in expr.args), expr.attrs)
        return expr

    def shape_text(self, made: Expr) -> Expr:
        """An expression for a value's shape, by way of a parameter or of sizes where possible: the value itself need not be kept."""
        shape = self.of(made)
        if self.function.adopts and len(self.function.results) == 1 and isinstance(shape, tuple):
            if shape == self.of(self.function.results[0]) != ():  # the author's cache may hold nothing of this shape
                return Call(".shape", (Var("^0"),))
            aux = self.function.aux
            packed = aux.args if isinstance(aux, Call) and aux.fn == "tuple" else (aux,)
            if held := next((e for e in packed if isinstance(e, Var) and self.of(e) == shape != ()), None):
                return Call(".shape", (held,))
        for param in self.function.params:
            for name in [n for n, _ in param.slots] or [param.name]:
                if self.resolve(self.names[name]) == shape:
                    return Call(".shape" if self.is_array(Var(name)) else "np.shape", (Var(name),))
        if isinstance(shape, str) or isinstance(made, Var) and made.name in self.lists | self.of_numbers:
            return Call("np.shape", (made,))
        sizes = [self.size(d) for d in shape]
        return Call("tuple", tuple(sizes)) if None not in sizes else Call(".shape", (made,))
