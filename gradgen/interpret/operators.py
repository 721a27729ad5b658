"""Python's operators over one number system, each measured before it is carried out."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from gradgen.interpret.errors import OutOfFuel
from gradgen.interpret.meter import CONTAINERS, MAX_BITS, Meter
from gradgen.interpret.numbers import Numbers
from gradgen.interpret.texts import percent
from gradgen.interpret.values import quotient

SEQUENCES = (list, tuple, str)
COMPARISONS: dict[type, Callable] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
UNARY: dict[type, Callable] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}


def comparisons(meter: Meter) -> dict[type, Callable]:
    """The comparisons; containers are weighed first."""

    def weighed(compare: Callable) -> Callable:
        def call(a, b):
            if isinstance(a, CONTAINERS) or isinstance(b, CONTAINERS):
                meter.weigh(a)
                meter.weigh(b)
            return compare(a, b)

        return call

    by_identity = (ast.Is, ast.IsNot)
    return {kind: f if kind in by_identity else weighed(f) for kind, f in COMPARISONS.items()}


def binary(numbers: Numbers, meter: Meter, trace: list) -> dict[type, Callable]:
    """The binary operators by their syntax node."""
    real, sized = numbers.real, meter.sized

    def plain(operate: Callable) -> Callable:
        def call(a, b):
            result = operate(a, b)
            return result if type(result) is real else sized(result)

        return call

    def times(a, b):
        if type(a) is not real and type(b) is not real:
            _measure_product(meter, a, b)
        return a * b

    def power(a, b):
        if isinstance(a, int) and isinstance(b, int):
            if a.bit_length() * abs(b) > MAX_BITS and abs(a) > 1:
                raise OutOfFuel(f"an integer of more than {MAX_BITS:,} bits")
        return numbers.power(a, b)

    def shift(a, b):
        if isinstance(a, int) and isinstance(b, int):
            meter.bits(a.bit_length() + max(b, 0))
        return a << b

    def mod(a, b):
        if isinstance(a, str):
            return sized(percent(a, b, numbers))
        _measure_operands(meter, a, b)
        result = numbers.mod(a, b)
        trace.append(quotient(result, (a, b)))
        return result

    def floordiv(a, b):
        _measure_operands(meter, a, b)
        result = numbers.floordiv(a, b)
        trace.append(result)
        return result

    return {
        ast.Add: plain(operator.add),
        ast.Sub: plain(operator.sub),
        ast.Mult: times,
        ast.Div: numbers.divide,
        ast.FloorDiv: floordiv,
        ast.Mod: mod,
        ast.Pow: power,
        ast.LShift: shift,
        ast.RShift: plain(operator.rshift),
        ast.BitAnd: plain(operator.and_),
        ast.BitOr: plain(operator.or_),
        ast.BitXor: plain(operator.xor),
    }


def _measure_operands(meter: Meter, a, b) -> None:
    """Charge for dividing integers."""
    if type(a) is int and type(b) is int:
        meter.bits(a.bit_length())


def _measure_product(meter: Meter, a, b) -> None:
    """Charge for ``a * b`` of integers, or of a sequence and an integer."""
    if isinstance(a, int) and isinstance(b, int):
        meter.bits(a.bit_length() + b.bit_length())
    elif isinstance(a, SEQUENCES) and isinstance(b, int):
        meter.items(len(a) * max(b, 0))
    elif isinstance(b, SEQUENCES) and isinstance(a, int):
        meter.items(len(b) * max(a, 0))
