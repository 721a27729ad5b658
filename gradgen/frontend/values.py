"""What a name of the user's can hold while its function is being staged."""

from __future__ import annotations

from dataclasses import dataclass

from gradgen.ir.nodes import Call, Const, Expr, Var


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


Value = Expr | Items | Slots | Mixed | Filled


def is_atom(expr: Expr) -> bool:
    """A name or a literal (a negative literal too)."""
    return isinstance(expr, (Var, Const)) or (
        isinstance(expr, Call) and (not expr.args or expr.fn == "neg" and isinstance(expr.args[0], Const))
    )
