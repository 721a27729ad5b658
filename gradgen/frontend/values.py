"""What a name of the user's can hold while its function is being staged."""

from __future__ import annotations

from dataclasses import dataclass

from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.constants import value_of


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple, list or dict of known structure; for a dict ``keys`` are its keys."""

    kind: str
    values: tuple
    keys: tuple | None = None

    def entry(self, key):
        """The value at a constant index or key.  Raises KeyError or IndexError."""
        return self.values[self.keys.index(key)] if self.keys else self.values[key]


@dataclass(frozen=True, slots=True)
class Slots:
    """A parameter, or a part of one, whose kind is not known until it is read."""

    param: str
    path: tuple = ()

    @property
    def name(self) -> str:
        return self.param + "".join(f'["{key}"]' if isinstance(key, str) else f"[{key}]" for key in self.path)


@dataclass(frozen=True, slots=True)
class Mixed:
    """What two paths left in a name when it is not the same kind of thing on both."""

    why: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A list that a loop appends to: handed along as it is."""

    name: str


@dataclass(frozen=True, slots=True)
class Grown:
    """How far a list that is appended to, and computed with, has grown: it is an array that gets longer.

    ``count`` entries are there before the loop of ``index`` ("" outside loops) that appends, and ``added`` more by this trip so far,
    at the depth of blocks at which it may append; None where nobody can tell how many.  ``last`` is the variable of the last entry.
    """

    count: Expr | None
    last: str
    index: str = ""
    added: int = 0
    depth: int = 0

    def place(self) -> Expr | None:
        """The place of the next entry."""
        if self.count is None:
            return None
        return total(self.count, Var(self.index), Const(repr(self.added))) if self.index else self.count


def total(*terms: Expr) -> Expr:
    """A sum of whole numbers, the literal ones added up behind the others.

    >>> total(Var("t"), Const("1"), Const("1"))
    Call(fn='+', args=(Var(name='t'), Const(text='2')), attrs=())
    """
    flat = [p for t in terms for p in (t.args if isinstance(t, Call) and t.fn == "+" else (t,))]
    values = [value_of(p) for p in flat]
    number = sum(v for v in values if v is not None)
    names = [p for p, v in zip(flat, values, strict=True) if v is None]
    parts = (*names, Const(repr(number))) if number or not names else tuple(names)
    return parts[0] if len(parts) == 1 else Call("+", parts)


Value = Expr | Items | Slots | Mixed | Filled


def is_atom(expr: Expr) -> bool:
    """A name or a literal (a negative literal too)."""
    return isinstance(expr, (Var, Const)) or (
        isinstance(expr, Call) and (not expr.args or expr.fn == "neg" and isinstance(expr.args[0], Const))
    )
