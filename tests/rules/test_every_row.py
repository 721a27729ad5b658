"""Every row of the rule tables and of the rewrites: proved, measured, and sent through the whole pipeline."""

from __future__ import annotations

import math
import random
from functools import cache

import pytest
import sympy

from gradgen.ir.nodes import Call, Const, Expr, Var, substitute, variables
from gradgen.ir.read import read
from gradgen.ir.write import CONSTANTS, write
from gradgen.render.environment import part
from gradgen.rules import RULES, Rule
from gradgen.rules.rule import spelled
from gradgen.simplify.rewrites import REWRITES
from tests.support import close, execute, joint, made, slope

POINTS = 4
EXPONENTS = ("0", "1", "2", "3", "5", "-1", "-2", "0.5", "-0.5", "1.5", "2.0", "1/3", "2**0.5")
LITERALS = {"N": EXPONENTS, "C": ("0.25", "-1"), "B": ("2", "10", "1.5", "2**0.5")}
IDS = [f"{n}: {row.form}" for n, row in enumerate(RULES)]
every_row = pytest.mark.parametrize("row", RULES, ids=IDS)


# -- where a row is tested ----------------------------------------------------------------------------------------------


def domain(row: Rule, hole: str) -> tuple[float, float] | float:
    """The interval (or the one value) that a row's domain leaves for an operand."""
    low, high = -2.0, 2.0
    for condition in filter(None, row.domain.split(",")):
        fn, (subject, bound) = (c := read(condition)).fn, c.args
        if subject != Var(hole):
            continue
        value = float(eval(write(bound)))
        if fn == "==":
            return value
        low, high = (value, value + 2) if fn == ">" else (low, value) if fn == "<" else (low, high)
    return low, high


def points(row: Rule) -> list[dict[str, float]]:
    """Points in a row's domain, away from kinks; a constant operand takes its literals in turn."""
    found = []
    for n in range(POINTS):
        rng = random.Random(f"{row.form} {n}")
        point = {}
        for hole in dict.fromkeys(variables(row.pattern)):
            span = domain(row, hole)
            if hole in LITERALS:
                continue
            point[hole] = int(span) if isinstance(span, float) else rng.uniform(span[0] + 0.15, span[1] - 0.15)
        found.append(point)
    return found


def instances(row: Rule) -> list[dict[str, Expr]]:
    """What the constant operands stand for; one empty choice where there are none."""
    holes = [h for h in dict.fromkeys(variables(row.pattern)) if h in LITERALS]
    assert all(h in LITERALS for h in dict.fromkeys(variables(row.pattern)) if h.isupper())
    return [{h: read(text) for h in holes} for text in LITERALS[holes[0]]] if holes else [{}]


def in_math(expr: Expr) -> Expr:
    """An expression with every library function spelled as `math` spells it."""
    if isinstance(expr, Call):
        return Call(spelled(expr.fn, "math"), tuple(map(in_math, expr.args)), expr.attrs)
    return expr


@cache
def tools() -> dict[str, object]:
    return execute("import math\n" + part("digamma"))


def number(expr: Expr, values: dict[str, float]) -> float:
    """The value of an expression of the formula language, by `math`."""
    return eval(write(in_math(expr)), dict(tools()), dict(values))


def runs_here(row: Rule) -> bool:
    return not row.form.endswith("math.fma(x, y, z)") or hasattr(math, "fma")


# -- SymPy --------------------------------------------------------------------------------------------------------------

FUNCTIONS = {
    "exp": sympy.exp, "log": sympy.log, "sqrt": sympy.sqrt, "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan,
    "asin": sympy.asin, "acos": sympy.acos, "atan": sympy.atan, "atan2": sympy.atan2, "sinh": sympy.sinh,
    "cosh": sympy.cosh, "tanh": sympy.tanh, "asinh": sympy.asinh, "acosh": sympy.acosh, "atanh": sympy.atanh,
    "erf": sympy.erf, "gamma": sympy.gamma, "loggamma": sympy.loggamma, "digamma": sympy.digamma,
    "degrees": lambda x: x * 180 / sympy.pi, "radians": lambda x: x * sympy.pi / 180, "ldexp": lambda x, n: x * 2**n,
    "pow": sympy.Pow, "hypot": lambda *xs: sympy.sqrt(sum(x**2 for x in xs)),
}  # fmt: skip
INFIX = {"*": lambda a, b: a * b, "/": lambda a, b: a / b, "**": sympy.Pow}
VALUES = {"pi": sympy.pi, "inf": sympy.oo, "nan": sympy.nan}


class Symbolic:
    """Turns formulas into SymPy as they are around one point: tests are decided there, steps are constants."""

    def __init__(self, row: Rule, at: dict[str, float]):
        self.at, self.steps, self.values = at, {}, {"pi": sympy.pi}
        for hole in dict.fromkeys(variables(row.pattern)):
            positive = isinstance(span := domain(row, hole), tuple) and span[0] >= 0
            self.values[hole] = sympy.Symbol(hole, positive=True) if positive else sympy.Symbol(hole, real=True)

    def __call__(self, expr: Expr):
        match expr:
            case Var(name):
                return self.values[name]
            case Const(text):
                return sympy.Rational(text)
            case Call(fn, ()) if fn in CONSTANTS:
                return VALUES[fn.split(".")[-1]]
            case Call("if", (test, then, orelse)):
                return self(then if number(test, self.at) else orelse)
            case Call("+", terms):
                return sum(map(self, terms))
            case Call("neg", (x,)):
                return -self(x)
            case Call("pos", (x,)):
                return self(x)
            case Call(op, (x, y)) if op in INFIX:
                return INFIX[op](self(x), self(y))
            case Call("//", (x, y)):
                return self.step(sympy.floor(self(x) / self(y)))
            case Call("Max" | "Min" as fn, (x, y)):
                first = number(x, self.at) >= number(y, self.at)
                return self(x if first == (fn == "Max") else y)
            case Call("Abs", (x,)):
                return self(x) if number(x, self.at) > 0 else -self(x)
            case Call("floor" | "ceiling" as fn, (x,)):
                return self.step(getattr(sympy, fn)(self(x)))
            case Call("math.copysign", (one, y)):
                return self(one) if number(y, self.at) > 0 else -self(one)
        return FUNCTIONS[in_math(expr).fn.split(".")[-1]](*map(self, expr.args))

    def step(self, value):
        """A whole number: constant near the point, and equal ones are one symbol (``x - y * floor(x / y)``)."""
        return self.steps.setdefault(value, sympy.Dummy("step", integer=True)) if value.free_symbols else value


@every_row
def test_sympy_proves_every_adjoint(row: Rule) -> None:
    """Each adjoint is the derivative of the row's ``sympy`` value times the upstream gradient; a blocked one is 0."""
    seen = set()
    for constants in instances(row):
        for at in points(row):
            fixed = {**at, **{h: number(e, {}) for h, e in constants.items()}}
            convert = Symbolic(row, fixed)
            convert.values |= {h: convert(e) for h, e in constants.items()}
            value = convert(read(row.sympy))
            upstream = sympy.Symbol("upstream", real=True)
            convert.values |= {row.out: value, f"d{row.out}": upstream}
            outer = {row.out: number(starless(row.pattern), fixed), f"d{row.out}": 1.0} if runs_here(row) else {}
            convert.at = {**fixed, **outer}
            for hole in at:
                formula = row.adjoint(hole, constants | {h: Var(h) for h in at})
                given = 0 if formula is None else convert(formula)
                wanted = sympy.diff(value, convert.values[hole]) * upstream
                if hole in row.blocks and formula is None and row.gate != "blocker":
                    continue  # an exponent or a sign that is no number to differentiate by
                if (claim := (hole, given, wanted)) in seen:
                    continue
                seen.add(claim)
                assert sympy.simplify(given - wanted) == 0, f"{row.where}: d{hole} is {given}, should be {wanted}"
    assert seen, "nothing was proved"


def starless(expr: Expr) -> Expr:
    """A form with ``*x`` read as the one operand ``x``."""
    if isinstance(expr, Call):
        if expr.fn == "starred":
            return starless(expr.args[0])
        return Call(expr.fn, tuple(map(starless, expr.args)), expr.attrs)
    return expr


# -- floats -------------------------------------------------------------------------------------------------------------


@every_row
def test_central_differences_agree(row: Rule) -> None:
    """The adjoints' values against central differences of the form itself, both run by `math`."""
    if not runs_here(row):
        pytest.skip("math.fma came with Python 3.13")
    assert len(points(row)) >= 3
    form = starless(row.pattern)
    for constants in instances(row):
        values = {h: number(e, {}) for h, e in constants.items()}
        for at in points(row):
            value = number(form, at | values)
            for hole in at:
                formula = row.adjoint(hole, constants | {h: Var(h) for h in at})
                if isinstance(at[hole], int):
                    continue  # a count
                got = 0.0 if formula is None else number(formula, {**at, **values, row.out: value, f"d{row.out}": 1.0})
                wanted = slope(lambda h, hole=hole, at=at: number(form, {**at, **values, hole: at[hole] + h}))
                assert close(got, wanted), f"{row.where}: d{hole} at {at}, {values}: {got}, measured {wanted}"


# -- the whole pipeline -------------------------------------------------------------------------------------------------


def spellings(row: Rule) -> list[Expr]:
    """The form as `math` code has it, and its other spellings."""
    forms = [row.pattern, *map(read, row.also)]
    return list(dict.fromkeys(in_math(f) for f in forms if not write(in_math(f)).startswith("np.")))


def several(expr: Expr) -> Expr:
    """A form with ``*x`` over three operands: x, then two made of it."""
    if isinstance(expr, Call):
        args = [several(a) for a in expr.args]
        if args and isinstance(args[-1], Call) and args[-1].fn == "starred":
            args[-1:] = [Var("x"), read("2 * x"), read("0.5 - x * x")]
        return Call(expr.fn, tuple(args), expr.attrs)
    return expr


@pytest.mark.parametrize("shape", ["{g}", "({g}) * {x} + {x}"], ids=["alone", "forked"])
@every_row
def test_through_the_pipeline(row: Rule, shape: str) -> None:
    """A function of the form, in every spelling, against central differences of that function."""
    if not runs_here(row):
        pytest.skip("math.fma came with Python 3.13")
    for spelling in spellings(row):
        for constants in instances(row):
            gate = write(several(substitute(spelling, constants)))
            params = list(points(row)[0])
            wrt = [p for p in params if isinstance(points(row)[0][p], float)]
            source = f"import math\ndef f({', '.join(params)}):\n    return {shape.format(g=gate, x=wrt[0])}\n"
            f = execute(source)["f"]
            gradient = joint(made(source, wrt=wrt))
            for at in points(row):
                value, grads = gradient(**at)
                assert value == f(**at), source
                for name, got in zip(wrt, grads if len(wrt) > 1 else [grads], strict=True):
                    wanted = slope(lambda h, name=name, at=at: f(**{**at, name: at[name] + h}))
                    assert close(got, wanted), f"{source}d{name} at {at}: {got}, measured {wanted}"


# -- rewrites -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", REWRITES, ids=lambda r: f"{r[0]} -> {r[1]}")
def test_rewrites_keep_the_value(row: tuple[str, str]) -> None:
    """An identity over the reals, and the same float (to rounding), nan or infinity for any operands."""
    left, right = map(read, row)
    names = list(dict.fromkeys(variables(left)))
    symbols = {n: sympy.Symbol(n, real=True, nonzero=True) for n in names}
    convert = Symbolic.__new__(Symbolic)
    convert.values = symbols
    assert sympy.simplify(convert(left) - convert(right)) == 0
    rng = random.Random(row[0])
    special = (math.nan, math.inf, -math.inf, 0.0, -0.0)
    for n in range(60):
        at = {name: rng.choice(special) if rng.random() < 0.4 else rng.uniform(-3, 3) for name in names}
        try:
            wanted = number(left, at)
        except ZeroDivisionError:
            continue
        got = number(right, at)
        assert (
            close(got, wanted, 1e-12)
            and math.copysign(1, got) == math.copysign(1, wanted)
            or got != got
            and wanted != wanted
        ), at
