"""What a row about arrays is told of the place where its function is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from gradgen.errors import Diagnostic, refusal
from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.constants import value_of

NONE = Const("None")

Dim = str  # "3", a stated name "N", a variable's value "$N", an unknown size "?4", or arithmetic of these
Shape = tuple[Dim, ...] | str  # a str names a shape of which not even the rank is known


@dataclass(frozen=True, slots=True)
class Site:
    """One call: what its operands are bound to, and what is known of shapes.

    ``sizes`` answers for expressions (it is the shape analysis), ``out`` is the shape of the call's value.
    """

    found: dict[str, Expr]
    sizes: object
    out: Shape = ()
    part: int = 0  # which entry, where an operand is a list of arrays
    up: Shape = ()  # the shape of the gradient that arrives
    fn: str = ""  # the function as its author spelled it
    number: bool = False  # whether the gradient that arrives is a plain number

    def shape(self, hole: str) -> Shape:
        """The shape of an operand."""
        return self.sizes.of(self.found[hole])

    def shape_of_part(self) -> Shape:
        """The shape of the entry that is asked about, where the operand ``x`` is a list of arrays."""
        return self.sizes.of(self.found["x"].args[self.part])

    def rank(self, hole: str) -> int | None:
        """The number of axes of an operand, None where that is unknown."""
        shape = self.shape(hole)
        return None if isinstance(shape, str) else len(shape)

    def given(self, option: str) -> bool:
        """Whether an option is something else than None."""
        return self.found.get(option, NONE) != NONE

    def flag(self, option: str) -> bool:
        """Whether an option is literally True."""
        return self.found[option] in (Const("True"), Const("1"))

    def is_literal(self, option: str) -> bool:
        """Whether an option stands in the text: a number, a word, True or None."""
        return isinstance(self.found[option], Const)

    def may_be_none(self, option: str) -> bool:
        """Whether an option is a parameter whose default is None."""
        value, params = self.found[option], self.sizes.function.params
        return isinstance(value, Var) and any(p.name == value.name and p.default == "None" for p in params)

    def integer(self, option: str) -> int | None:
        """An option that is a literal integer."""
        value = value_of(self.found[option])
        return value if type(value) is int else None

    def axis(self, hole: str, option: str = "axis") -> int | None:
        """A literal axis of an operand, counted from the front; None where it or the rank is not known."""
        rank, axis = self.rank(hole), self.integer(option)
        return axis % rank if rank and axis is not None and -rank <= axis < rank else None

    def known(self, hole: str) -> tuple[Dim, ...] | None:
        """The shape of an operand, None if not even the rank is known."""
        shape = self.shape(hole)
        return None if isinstance(shape, str) else shape

    def refuse(self, what: str) -> NoReturn:
        """A call whose gradient cannot be written without knowing more."""
        help = "state the shapes of the parameters: --shape 'x: N D'"
        raise refusal(
            Diagnostic("GG107", f"cannot differentiate `{self.fn.lstrip('.')}` without knowing {what}", help=help)
        )

    def axes(self, option: str, rank: int) -> tuple[int, ...] | None:
        """An axis option as non-negative axes; None where it is no literal.  All axes where the option is None."""
        value = self.found[option]
        if value == NONE:
            return tuple(range(rank))
        parts = value.args if isinstance(value, Call) and value.fn in ("tuple", "list") else (value,)
        axes = [value_of(p) for p in parts]
        if any(type(a) is not int or not -rank <= a < rank for a in axes):
            return None
        return tuple(sorted(a % rank for a in axes))


ShapeRule = Callable[[Site], Shape]
