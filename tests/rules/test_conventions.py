"""What the gradient is at kinks, at singular points and for awkward numbers: decisions, pinned one per row."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest

from gradgen.errors import GradgenError
from gradgen.ir.nodes import substitute
from gradgen.ir.write import write
from gradgen.rules import Rule
from tests.rules.test_every_row import every_row, instances, points, runs_here, several, spellings
from tests.support import execute, joint, made, pair

INF, NAN = math.inf, math.nan

# expression of x (and y), the point, the gradient there
TABLE: list[tuple[str, tuple[float, ...], tuple[float, ...]]] = [
    # a constant wins ties, else the first operand
    ("max(0, x)", (0.0,), (0.0,)),
    ("max(x, 0)", (0.0,), (0.0,)),
    ("max(0, x)", (-0.0,), (0.0,)),
    ("max(0, x)", (2.0,), (1.0,)),
    ("max(0, x)", (-2.0,), (0.0,)),
    ("min(0, x)", (0.0,), (0.0,)),
    ("min(x, 1)", (1.0,), (0.0,)),
    ("min(x, 1)", (0.5,), (1.0,)),
    ("max(x, y)", (1.0, 1.0), (1.0, 0.0)),
    ("max(y, x)", (1.0, 1.0), (0.0, 1.0)),
    ("min(x, y)", (1.0, 1.0), (1.0, 0.0)),
    ("max(x, y)", (1.0, 2.0), (0.0, 1.0)),
    ("max(x, y, 3)", (3.0, 1.0), (0.0, 0.0)),
    ("max(x, x)", (1.0,), (1.0,)),
    ("max(min(x, 1), -1)", (0.5,), (1.0,)),
    ("max(min(x, 1), -1)", (1.5,), (0.0,)),
    # abs
    ("abs(x)", (0.0,), (0.0,)),
    ("abs(x)", (-0.0,), (0.0,)),
    ("abs(x)", (-3.0,), (-1.0,)),
    ("math.fabs(x)", (0.0,), (0.0,)),
    ("math.fabs(x)", (-3.0,), (-1.0,)),
    ("math.copysign(x, y)", (0.0, -1.0), (0.0, 0.0)),
    ("math.copysign(x, y)", (-3.0, -1.0), (1.0, 0.0)),
    ("math.copysign(x, y)", (3.0, -1.0), (-1.0, 0.0)),
    # infinite slopes
    ("math.sqrt(x)", (0.0,), (INF,)),
    ("math.cbrt(x)", (0.0,), (INF,)),
    ("math.cbrt(x)", (-8.0,), (1 / 12,)),
    ("x ** 0.5", (0.0,), (INF,)),
    ("x ** (1 / 3)", (0.0,), (INF,)),
    ("math.pow(x, 0.5)", (0.0,), (INF,)),
    ("math.asin(x)", (1.0,), (INF,)),
    ("math.asin(x)", (-1.0,), (INF,)),
    ("math.acos(x)", (1.0,), (-INF,)),
    ("math.acosh(x)", (1.0,), (INF,)),
    # powers
    ("x ** 0", (0.0,), (0.0,)),
    ("x ** 0", (3.0,), (0.0,)),
    ("x ** 0.0", (0.0,), (0.0,)),
    ("x ** 1", (0.0,), (1.0,)),
    ("x ** 2", (0.0,), (0.0,)),
    ("x ** 2", (-3.0,), (-6.0,)),
    ("x ** 2.0", (-3.0,), (-6.0,)),
    ("x ** 3", (-2.0,), (12.0,)),
    ("x ** -1", (-2.0,), (-0.25,)),
    ("x ** -2", (-2.0,), (0.25,)),
    ("x ** 1.5", (0.0,), (0.0,)),
    ("x ** y", (0.0, 0.0), (0.0, 0.0)),
    ("x ** y", (0.0, 1.0), (1.0, 0.0)),
    ("x ** y", (0.0, 0.5), (INF, 0.0)),
    ("x ** y", (0.0, 2.0), (0.0, 0.0)),
    ("x ** y", (-2.0, 3.0), (12.0, NAN)),
    ("x ** y", (2.0, 3.0), (12.0, 8 * math.log(2))),
    ("2 ** x", (3.0,), (8 * math.log(2),)),
    ("0 ** x", (2.0,), (0.0,)),
    ("x ** -2", (1e-150,), (-INF,)),
    # the origin
    ("math.hypot(x, y)", (0.0, 0.0), (0.0, 0.0)),
    ("math.hypot(x, y)", (3.0, -4.0), (0.6, -0.8)),
    ("math.dist([x, 1], [y, 1])", (2.0, 2.0), (0.0, 0.0)),
    ("math.atan2(y, x)", (0.0, 0.0), (0.0, 0.0)),
    ("math.atan2(y, x)", (-1.0, 0.0), (-0.0, -1.0)),
    ("math.prod([x, y, 3])", (0.0, 2.0), (6.0, 0.0)),
    # steps
    ("x % y", (7.5, 2.0), (1.0, -3.0)),
    ("x % y", (-7.5, 2.0), (1.0, 4.0)),
    ("x // y * x", (7.5, 2.0), (3.0, 0.0)),
    ("divmod(x, y)[1]", (7.5, 2.0), (1.0, -3.0)),
    ("math.fmod(x, y)", (-7.5, 2.0), (1.0, 3.0)),
    ("math.fmod(x, y)", (1e300, 1e-300), (1.0, -INF)),
    ("math.remainder(x, y)", (7.5, 2.0), (1.0, -4.0)),
    ("math.remainder(x, y)", (1e300, 1e-300), (1.0, -INF)),
    ("math.floor(x) * x", (2.5,), (2.0,)),
    ("math.ceil(x) * x", (2.5,), (3.0,)),
    ("math.trunc(x) * x", (-2.5,), (-2.0,)),
    ("round(x) * x", (2.5,), (2.0,)),
    ("round(x, 1) * x", (2.25,), (2.2,)),
    ("int(x) * x", (2.5,), (2.0,)),
    ("math.floor(x) + 0.0", (2.5,), (0.0,)),
    # choices: the factor is masked, so an untaken arm never poisons the result
    ("math.sqrt(x) if x > 0 else 0.0", (-1.0,), (0.0,)),
    ("1 / x if x else 0.0", (0.0,), (0.0,)),
    ("x or 1.0", (0.0,), (0.0,)),
    ("x or 1.0", (2.0,), (1.0,)),
    ("x and y", (0.0, 3.0), (1.0, 0.0)),
    ("x and y", (2.0, 3.0), (0.0, 1.0)),
    ("x * (x > 0)", (2.0,), (1.0,)),
    ("x * (x > 0)", (-2.0,), (0.0,)),
    ("x * (0 < x < 1)", (0.5,), (1.0,)),
    ("x * (not x > 0)", (-2.0,), (1.0,)),
    # far out
    ("1 / (1 + math.exp(-x))", (700.0,), (0.0,)),
    ("math.tanh(x)", (1e9,), (0.0,)),
    ("math.erf(x)", (1e200,), (0.0,)),
    ("math.atan(x)", (1e200,), (0.0,)),
    ("math.lgamma(x)", (-0.5,), (0.03648997397857652,)),
    ("math.gamma(x)", (-0.5,), (-3.5449077018110318 * 0.03648997397857652,)),
    # the same value twice
    ("x - x", (2.0,), (0.0,)),
    ("x / x", (2.0,), (0.0,)),
    ("x * x", (3.0,), (6.0,)),
    # whole numbers are real numbers
    ("x * y", (3, -4), (-4.0, 3.0)),
    ("x / y", (3, -4), (-0.25, -0.1875)),
    ("x ** 3", (2,), (12.0,)),
    ("x ** -1", (2,), (-0.25,)),
]


def source_of(expression: str, params: Sequence[str]) -> str:
    return f"import math\ndef f({', '.join(params)}):\n    return {expression}\n"


def same(a: float, b: float) -> bool:
    return a != a and b != b or a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)


@pytest.mark.parametrize("expression, point, wanted", TABLE, ids=lambda v: str(v))
def test_convention(expression: str, point: tuple, wanted: tuple) -> None:
    """The gradient at the point, joint and split; backward does not raise where the forward did not."""
    source = source_of(expression, "xy"[: len(point)])
    plain = execute(source)["f"](*point)
    result = made(source, wrt=tuple("xy"[: len(point)]))
    value, grads = joint(result)(*point)
    forward, backward = pair(result)
    again, cache = forward(*point)
    assert value == plain == again
    for found in (grads, backward(1.0, cache)):
        found = found if len(point) > 1 else (found,)
        assert all(map(same, found, wanted)), f"{found} is not {wanted}\n{result.text}"


@pytest.mark.parametrize("expression", ["x ** 0.5", "x ** (1 / 3)", "x ** 1.5", "x ** -0.5", "x ** y"])
def test_a_complex_result_raises(expression: str) -> None:
    """Python makes a negative number to a fractional power complex; its "gradient" is never handed out."""
    point = {"x": -8.0, "y": 0.5} if "y" in expression else {"x": -8.0}
    gradient = joint(made(source_of(expression, "xy"[: len(point)])))
    with pytest.raises((ValueError, TypeError)):
        gradient(**point)


@pytest.mark.parametrize("expression", ["1j * x", "x + 2j"])
def test_complex_literals_are_refused(expression: str) -> None:
    with pytest.raises(GradgenError, match="GG201"):
        made(source_of(expression, "x"))


@pytest.mark.parametrize("expression", ["math.floor(x)", "x // 2", "round(x)"])
def test_a_gradient_that_is_zero_everywhere_is_said(expression: str) -> None:
    """W: right, with a note."""
    result = made(source_of(f"{expression} + 0.0", "x"))
    assert any("`x` is 0 everywhere" in note for note in result.notes)
    assert joint(result)(2.5)[1] == 0.0


@pytest.mark.parametrize("base", ["2", "math.e", "0.5"])
def test_a_constant_base_or_exponent_prints_no_question(base: str) -> None:
    """What is known of a constant is not asked at run time."""
    assert " if " not in made(source_of(f"{base} ** x", "x")).text
    assert " if " not in made(source_of("x ** 3 + x ** 2.0 + x ** 1.5", "x")).text
    assert "math.log" not in made(source_of("x ** 3 + x ** 2.5", "x")).text


AWKWARD = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 3.5, 1e-150, -1e150, INF, -INF, NAN, 1 - 2**-53, 1 + 2**-52)
RAISES = {  # the only points among these where the backward pass raises and the forward pass does not
    "x**y": ((1e-150, -2.0),),  # the slope is beyond the range of floats
    "math.lgamma(x)": ((-INF,),),
    "math.fmod(x, y)": ((NAN, 0.0), (NAN, -0.0)),
    "math.remainder(x, y)": ((NAN, 0.0), (NAN, -0.0)),
}


@every_row
def test_backward_never_raises_where_forward_did_not(row: Rule) -> None:
    """I8, at zeros, ones, infinities and nan."""
    if not runs_here(row):
        pytest.skip("math.fma came with Python 3.13")
    for constants in instances(row):
        gate = write(several(substitute(spellings(row)[0], constants)))
        params = {p: isinstance(v, float) for p, v in points(row)[0].items()}
        source = source_of(gate, list(params))
        plain = execute(source)["f"]
        forward, backward = pair(made(source, wrt=[p for p, real in params.items() if real]))
        for point in itertools.product(*(AWKWARD if real else (3,) for real in params.values())):
            try:
                value = plain(*point)
            except (ValueError, OverflowError, ZeroDivisionError):
                continue
            if isinstance(value, complex) or any(repr(point) == repr(p) for p in RAISES.get(gate, ())):
                continue
            out, cache = forward(*point)
            backward(1.0, cache)
