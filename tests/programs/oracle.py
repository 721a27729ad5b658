"""The independent oracle: what a program's gradient is, from its values alone.

The program text (our own, so running it is fine) runs twice: on plain floats, and on 60-digit numbers
with `math` replaced by a look-alike over mpmath.  Gradients are central differences of the latter,
about 30 digits good; where the two one-sided differences part, the point is a kink and has none.
Nothing here knows gradgen.
"""

from __future__ import annotations

import ast
import builtins
import math
import types
from functools import lru_cache

import mpmath
from mpmath import mp, mpf

DIGITS = 60
STEP = mpf(10) ** -20
TRACE = "_trace"
KINK = 1e-6  # relative distance of the one-sided differences that makes a point a kink


class Kink(Exception):
    """The function has no derivative here, or none that differences can see."""


def _number(value) -> mpf:
    return value if isinstance(value, mpf) else mpf(value)


def _of_numbers(function):
    """The mpmath function on arguments that may be ints, bools or floats."""
    return lambda *args: function(*(_number(a) for a in args))


def _fmod(x, y):
    x, y = _number(x), _number(y)
    return x - y * (mpmath.floor(x / y) if x / y >= 0 else mpmath.ceil(x / y))


def _log(x, base=None):
    return mpmath.log(_number(x)) if base is None else mpmath.log(_number(x)) / mpmath.log(_number(base))


_STEEP = {  # where a function has no slope
    "sqrt": lambda x: x == 0,
    "cbrt": lambda x: x == 0,
    "hypot": lambda *x: not any(x),
    "atan2": lambda *x: not any(x),
    "asin": lambda x: abs(x) == 1,
    "acos": lambda x: abs(x) == 1,
    "acosh": lambda x: x == 1,
    "pow": lambda x, y: x == 0 and y < 1 and y != 0,
}


def _real(function, name: str):
    """The function where its value is real; a domain error elsewhere, as in `math`.  Raises `Kink` where it has no slope."""

    def checked(*args):
        if name in _STEEP and _STEEP[name](*args):
            raise Kink(f"{name} of {args}")
        result = function(*args)
        if isinstance(result, mpmath.mpc):
            raise ValueError("math domain error")
        return result

    return checked


_SAME_NAME = "sin cos tan exp expm1 sinh cosh tanh asin acos atan asinh acosh atanh erf erfc sqrt atan2 hypot".split()
_OTHERS = {
    "log": _log,
    "log2": lambda x: _log(x, 2),
    "log10": lambda x: _log(x, 10),
    "log1p": lambda x: mpmath.log(1 + _number(x)),
    "exp2": lambda x: mpf(2) ** _number(x),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(_number(x))),
    "pow": lambda x, y: _number(x) ** _number(y),
    "fmod": _fmod,
    "degrees": lambda x: _number(x) * 180 / mp.pi,
    "radians": lambda x: _number(x) * mp.pi / 180,
    "gamma": _of_numbers(mpmath.gamma),
    "lgamma": _of_numbers(mpmath.loggamma),
    "isnan": lambda x: mpmath.isnan(x),
    "isinf": lambda x: mpmath.isinf(x),
    "isfinite": lambda x: mpmath.isfinite(x),
    "floor": lambda x: int(mpmath.floor(x)),
    "ceil": lambda x: int(mpmath.ceil(x)),
    "trunc": lambda x: int(x),
}


def _precise_math() -> dict:
    """What `math` holds, for 60-digit numbers; `load_precise` adds what has an edge."""
    table = {**{n: _of_numbers(getattr(mpmath, n)) for n in _SAME_NAME}, **_OTHERS}
    constants = {name: getattr(math, name) for name in ("pi", "e", "tau", "inf", "nan")}
    return constants | {name: _real(function, name) for name, function in table.items()}


PRECISE_MATH = _precise_math()


def _sign(value) -> int:
    return (value > 0) - (value < 0)


def _float(value=0.0):
    return value if isinstance(value, mpf) else float(value)


def _round(value, digits=None):
    if digits is None:
        return int(mpmath.nint(value)) if isinstance(value, mpf) else round(value)
    return round(float(value), digits) if isinstance(value, mpf) else round(value, digits)


def _pow(base, exponent):
    return _real(lambda a, b: a**b, "pow")(base, exponent)


def _floor_divide(a, b):
    """``a // b`` (mpmath has none)."""
    return mpmath.floor(a / b) if isinstance(a, mpf) or isinstance(b, mpf) else a // b


STEPS = {ast.FloorDiv: "_floor_divide", ast.Mod: "_remainder", ast.Pow: "_power"}


class _Rewritten(ast.NodeTransformer):
    """``a // b``, ``a % b`` and ``a ** b`` become calls, and everything that is tested passes through `_decide`."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return self._decided(self.generic_visit(node))

    def visit_If(self, node: ast.If | ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        node.test = self._decided(node.test)
        return node

    visit_IfExp = visit_If

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        node.values = [*map(self._decided, node.values[:-1]), node.values[-1]]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            node.operand = self._decided(node.operand)
        return node

    @staticmethod
    def _decided(node: ast.expr) -> ast.Call:
        return ast.Call(ast.Name("_decide", ast.Load()), [node], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in STEPS:
            return node
        return self._call(node.op, node.left, node.right)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in STEPS:
            return node
        load = ast.Name(node.target.id, ast.Load())
        return ast.Assign([node.target], self._call(node.op, load, node.value))

    @staticmethod
    def _call(op: ast.operator, left: ast.expr, right: ast.expr) -> ast.Call:
        return ast.Call(ast.Name(STEPS[type(op)], ast.Load()), [left, right], [])


def _silent(*args, **kwargs) -> None:
    """Stands for print."""


@lru_cache(maxsize=8)  # one program is run at several points
def _compiled(text: str):
    return compile(text, "<program>", "exec")


@lru_cache(maxsize=8)
def _compiled_precise(text: str):
    tree = ast.fix_missing_locations(_Rewritten().visit(ast.parse(text)))
    return compile(tree, "<precise program>", "exec")


def load(text: str) -> dict:
    """The names that the text defines, on plain floats; print is silent."""
    namespace = {"print": _silent}
    exec(_compiled(text), namespace)
    return namespace


def load_precise(text: str) -> dict:
    """The names that the text defines, for 60-digit arguments; under `TRACE` the outcomes of its tests, steps and picks.

    Where those differ beside a point, it is on an edge, even if what happens there cancels: ``copysign(x, x / c)`` at 0.
    """

    trace: list = []

    def decide(value):
        trace.append(bool(value))
        return value

    def step(value):
        trace.append(value)
        return value

    def remainder(a, b):
        if not isinstance(a, str):
            step(_floor_divide(a, b))
        return a % b

    def absolute(value):
        step(_sign(value))
        return abs(value)

    def copysign(value, sign):
        step((_sign(value), _sign(sign)))
        return _number(value) if math.copysign(1, value) == math.copysign(1, sign) else -_number(value)

    def pick(function):
        """The function, and which of its arguments it took."""

        def picked(*args):
            values = args[0] if len(args) == 1 else args
            result = function(values)
            step([value == result for value in values])
            return result

        return picked

    def import_(name, *args, **kwargs):
        return precise_math if name == "math" else builtins.__import__(name, *args, **kwargs)

    precise_math = types.ModuleType("math")
    vars(precise_math).update(PRECISE_MATH | {"fabs": lambda x: absolute(_number(x)), "copysign": copysign})
    shims = {"float": _float, "round": _round, "pow": _pow, "print": _silent, "__import__": import_, "abs": absolute}
    shims |= {"int": lambda value=0: step(int(value)), "max": pick(max), "min": pick(min)}
    namespace = {"__builtins__": {**vars(builtins), **shims}, "_floor_divide": _floor_divide}
    namespace |= {"_decide": decide, "_remainder": remainder, "_power": _pow, TRACE: trace}
    exec(_compiled_precise(text), namespace)
    return namespace


def precise(value):
    """The same structure with 60-digit numbers; flags stay."""
    if isinstance(value, dict):
        return {key: precise(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(precise(v) for v in value)
    return value if isinstance(value, bool) else mpf(value)


def flatten(value) -> list:
    """The numbers of a nested structure, left to right; a dict's by sorted key."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in flatten(item)]
    return [value]


def _shifted(point: tuple, index: int, key, step) -> tuple:
    """The point with one number moved by the step: a parameter, or the entry ``key`` of one."""
    moved = list(point)
    if key is None:
        moved[index] = point[index] + step
    else:
        container = point[index]
        entries = dict(container) if isinstance(container, dict) else list(container)
        entries[key] += step
        moved[index] = type(container)(entries)
    return tuple(moved)


def derivative(function, point: tuple, index: int, key, here) -> mpf:
    """The partial derivative by one number of a 60-digit point; raises `Kink` where there is none."""
    try:
        right = function(_shifted(point, index, key, STEP))
        left = function(_shifted(point, index, key, -STEP))
    except (ArithmeticError, ValueError, AssertionError, NameError) as error:
        raise Kink(str(error)) from None
    forward, backward = (right - here) / STEP, (here - left) / STEP
    if not abs(forward - backward) <= KINK * (abs(forward) + abs(backward) + 1e-6):
        raise Kink(f"one-sided derivatives {float(forward)} and {float(backward)}")
    return (right - left) / (2 * STEP)


class _Total:
    """The weighted sum of a program's outputs; raises `Kink` when tests come out otherwise than at first."""

    def __init__(self, program, namespace: dict, weights: tuple):
        self.program, self.weights = program, weights
        self.function, self.trace = namespace[program.name], namespace[TRACE]
        self.first: list[bool] | None = None

    def __call__(self, point: tuple) -> mpf:
        self.trace.clear()
        result = self.program.call(self.function, point)
        if self.first is None:
            self.first = list(self.trace)
        elif self.first != self.trace:
            raise Kink("on the edge between two branches")
        values = result if isinstance(result, tuple) else (result,)
        return sum((w * v for w, v in zip(self.weights, values, strict=False)), mpf(0))


def gradients(program, namespace: dict, point: tuple, wrt: tuple[str, ...], weights: tuple) -> list:
    """The gradients by the named parameters, each of its parameter's structure, of the weighted sum of outputs.

    ``namespace`` is `load_precise` of the program's text.  Raises `Kink`, or what the program raises.
    """
    with mp.workdps(DIGITS):
        total, at = _Total(program, namespace, weights), precise(point)
        here = total(at)
        names = [p.name for p in program.params]
        return [_gradient(total, at, names.index(name), here) for name in wrt]


def _gradient(total: _Total, at: tuple, index: int, here: mpf):
    """The gradient by one parameter."""
    value = at[index]
    if isinstance(value, dict):
        return {key: derivative(total, at, index, key, here) for key in value}
    if isinstance(value, (list, tuple)):
        return [derivative(total, at, index, i, here) for i in range(len(value))]
    return derivative(total, at, index, None, here)
