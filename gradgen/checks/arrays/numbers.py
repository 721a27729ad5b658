"""The number system of expressions: what the interpreter needs of numbers, and NumPy's functions of their arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gradgen.checks.arrays.nodes import TRUTHS, Nodes
from gradgen.checks.arrays.symbols import Real, type_of
from gradgen.interpret import FLOAT, Numbers, Refused
from gradgen.interpret.elements import TWO, Elements

REFUSED = "gamma fmod remainder ldexp modf dist isclose".split()


def system(nodes: Nodes) -> Numbers:
    """The numbers of one graph; ``system(nodes).real.nodes`` is the graph."""
    real = type_of(nodes)

    def node(x) -> int:
        return x.node if type(x) is real else real(0)._other(x)

    def lifted(make: Callable) -> Callable:
        return lambda *args: real.of(make(*map(node, args)))

    def as_float(x):
        raise Refused(0, "an expression as a float")

    def whole(x=0):
        value = nodes.constant(node(x))
        if value is None:
            raise Refused(0, "an expression as an integer")
        return int(value)

    def rounded(x, places=None):
        if places:
            raise Refused(0, "rounding to places")
        return (
            whole(x)
            if nodes.constant(node(x)) is not None and places is None
            else real.of(nodes.function("rint", node(x)))
        )

    def extreme(op: str) -> Callable:
        pair, plain = (nodes.maximum, max) if op == "amax" else (nodes.minimum, min)

        def call(*args):
            given = args if len(args) > 1 else list(args[0])
            if all(type(item) is int for item in given):
                return plain(given)  # how often a loop goes round, say
            result, *items = map(node, given)
            for item in items:
                result = pair(result, item)
            return real.of(result)

        return call

    def total(items, start=0):
        result = start
        for item in items:
            result = result + item
        return result

    return replace(
        FLOAT,
        name="expressions",
        real=real,
        make=real,
        as_float=as_float,
        divide=lambda a, b: real.of(nodes.div(node(a), node(b))),
        floordiv=lambda a, b: (
            a // b if real not in (type(a), type(b)) else real.of(nodes.function("floor", nodes.div(node(a), node(b))))
        ),
        mod=lambda a, b: a % b if real not in (type(a), type(b)) else _refuse("%"),
        power=lambda a, b: (
            a**b
            if real not in (type(a), type(b)) and (not isinstance(b, int) or b >= 0)
            else real.of(nodes.pow(node(a), node(b)))
        ),
        functions={
            **FLOAT.functions,
            "abs": lifted(nodes.size),
            "bool": bool,
            "float": lambda x=0: x if type(x) is real else real(x) if not isinstance(x, str) else real(float(x)),
            "int": whole,
            "max": extreme("amax"),
            "min": extreme("amin"),
            "round": rounded,
            "sum": total,
        },
        math=_math(nodes, real, lifted, node),
    )


def _refuse(what: str):
    raise Refused(0, f"`{what}` of expressions")


def _math(nodes: Nodes, real: type[Real], lifted: Callable, node: Callable) -> dict[str, object]:
    """The `math` module over expressions."""
    n, const, function = nodes, nodes.const, nodes.function
    exp, log = (lambda a: function("exp", a)), (lambda a: function("log", a))

    def times(a, b):
        return n.mul(a, b)

    def half(a):
        return times(const(0.5), a)

    def by_name(name: str) -> Callable:
        return lambda a: function(name, a)

    pi = n.make("named", payload="pi")
    made: dict[str, Callable] = {
        **{
            name: by_name(name)
            for name in "exp log sin cos tanh asin acos atan asinh acosh atanh erf lgamma digamma trigamma floor ceil trunc".split()
        },
        "atan2": lambda a, b: n.make("atan2", a, b),
        "cbrt": lambda a: n.pow(a, n.div(n.one, const(3))),
        "copysign": lambda a, b: times(n.size(a), n.choice(n.greater(n.zero, b), const(-1), n.one)),
        "cosh": lambda a: half(n.add(exp(a), exp(n.neg(a)))),
        "degrees": lambda a: n.div(times(a, const(180)), pi),
        "erfc": lambda a: n.add(n.one, n.neg(function("erf", a))),
        "exp2": lambda a: exp(times(a, log(const(2)))),
        "expm1": lambda a: n.add(exp(a), const(-1)),
        "fabs": n.size,
        "fma": lambda a, b, c: n.add(times(a, b), c),
        "hypot": lambda *args: n.sqrt(_sum(n, [times(a, a) for a in args])),
        "log10": lambda a: n.div(log(a), log(const(10))),
        "log1p": lambda a: log(n.add(n.one, a)),
        "log2": lambda a: n.div(log(a), log(const(2))),
        "pow": n.pow,
        "radians": lambda a: n.div(times(a, pi), const(180)),
        "sinh": lambda a: half(n.add(exp(a), n.neg(exp(n.neg(a))))),
        "sqrt": n.sqrt,
        "tan": lambda a: n.div(function("sin", a), function("cos", a)),
    }
    table: dict[str, object] = {name: lifted(f) for name, f in made.items()}
    table["log"] = lambda x, *base: real.of(n.div(log(node(x)), log(node(*base))) if base else log(node(x)))
    table |= {name: (lambda *args, name=name: _refuse(name)) for name in REFUSED}
    table["isnan"] = lambda x: n.constant(node(x)) != n.constant(node(x))
    table["isinf"] = lambda x: n.constant(node(x)) in (math.inf, -math.inf)
    table["isfinite"] = lambda x: not isinstance(n.constant(node(x)), float)  # every expression is taken to be
    table["fsum"] = lambda items: sum(items, real(0))
    table |= {"pi": real.of(pi), "tau": real.of(times(const(2), pi)), "e": real.of(exp(n.one))}
    return FLOAT.math | table | {"inf": real(math.inf), "nan": real.of(n.make("leaf", payload="nan"))}


def _sum(nodes: Nodes, terms: list[int]) -> int:
    result = nodes.zero
    for term in terms:
        result = nodes.add(result, term)
    return result


class Entries(Elements):
    """NumPy's elementwise functions over arrays of expressions: comparisons and choices stay expressions too."""

    def __init__(self, numbers: Numbers):
        super().__init__(numbers)
        self.nodes: Nodes = numbers.real.nodes
        self.watch: Callable[[object], None] = lambda array: None  # told of arrays that are changed in place
        n, real = self.nodes, numbers.real

        def of(make: Callable) -> Callable:
            return lambda *args: real.of(make(*[self.node(a) for a in args]))

        exp, log = (lambda a: n.function("exp", a)), (lambda a: n.function("log", a))
        own = {
            "greater": n.greater,
            "less": lambda a, b: n.greater(b, a),
            "greater_equal": lambda a, b: n.negation(n.greater(b, a)),
            "less_equal": lambda a, b: n.negation(n.greater(a, b)),
            "equal": n.equal,
            "not_equal": lambda a, b: n.negation(n.equal(a, b)),
            "maximum": n.maximum,
            "minimum": n.minimum,
            "fmax": n.maximum,
            "fmin": n.minimum,
            "sign": n.sign,
            "absolute": n.size,
            "heaviside": lambda a, b: n.choice(n.greater(a, n.zero), n.one, n.choice(n.greater(n.zero, a), n.zero, b)),
            "logaddexp": lambda a, b: log(n.add(exp(a), exp(b))),
            "expit": lambda a: n.div(n.one, n.add(n.one, exp(n.neg(a)))),
            "log_expit": lambda a: n.neg(log(n.add(n.one, exp(n.neg(a))))),
            "xlog1py": lambda a, b: n.zero if n.constant(a) == 0 else n.mul(a, log(n.add(n.one, b))),
            "entr": lambda a: n.neg(n.mul(a, log(a))),
            "xlogy": lambda a, b: n.zero if n.constant(a) == 0 else n.mul(a, log(b)),
            "power": n.pow,
            "round": lambda a, places: n.function("rint", a) if n.constant(places) == 0 else _refuse("round"),
        }
        for name, make in own.items():
            arity = (
                2
                if name in TWO or name in ("greater", "less", "greater_equal", "less_equal", "equal", "not_equal")
                else 1
            )
            self.functions[name] = np.frompyfunc(of(make), arity, 1)
        self.choose = np.frompyfunc(of(n.choice), 3, 1)
        self.both = np.frompyfunc(of(lambda a, b: n.both(n.truth(a), n.truth(b))), 2, 1)
        self.either = np.frompyfunc(of(lambda a, b: n.either(n.truth(a), n.truth(b))), 2, 1)
        self.negated = np.frompyfunc(of(lambda a: n.negation(n.truth(a))), 1, 1)
        self.passed_on = np.frompyfunc(of(lambda a: n.make("hold", a)), 1, 1)

    def node(self, value) -> int:
        """The node of a number."""
        return value.node if isinstance(value, Real) else self.numbers.real(0)._other(value)

    def are_truths(self, array) -> bool:
        """Whether an object array holds nothing but truth values."""
        return array.dtype == object and all(
            isinstance(x, Real) and self.nodes.op(x.node) in TRUTHS for x in array.flat
        )
