"""The numbers of many digits against `math` itself: values, exceptions, nan and infinities."""

import itertools
import math

import pytest

from gradgen.interpret import MP, Machine, Raised
from gradgen.interpret.numbers import CONSTANTS, INTEGER_FUNCTIONS, REAL_FUNCTIONS

VALUES = (
    -math.inf,
    -171.5,
    -3.0,
    -2.5,
    -1.0,
    -0.5,
    0.0,
    0.25,
    0.5,
    1.0,
    1.5,
    2.0,
    3.7,
    30.0,
    800.0,
    1e20,
    math.inf,
    math.nan,
)
SEVERAL = ("atan2", "copysign", "fmod", "hypot", "pow", "remainder", "isclose")
LISTS = ("fsum", "prod")
OTHER = ("dist", "fma", "sumprod", "ldexp")
UNARY = [n for n in REAL_FUNCTIONS if n not in SEVERAL + LISTS + OTHER and hasattr(math, n)]
NUMBERS = MP(50)


def outcome(function, *args):
    """(value, exception type) of a call."""
    try:
        return function(*args), None
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        return None, type(error)


def same(mine, theirs) -> bool:
    """Whether two outcomes agree to a float's digits; an overflow of floats need not be one here."""
    (value, error), (expected, failure) = mine, theirs
    if failure is OverflowError and error is None:
        return isinstance(value, int) or not abs(value) < 1e300
    if error or failure:
        return error is failure
    if isinstance(expected, tuple):
        return all(same((a, None), (b, None)) for a, b in zip(value, expected, strict=True))
    if isinstance(expected, bool):
        return value is expected
    if isinstance(expected, int):
        return value == expected and isinstance(value, int)
    value = NUMBERS.as_float(value)
    return math.isnan(value) if math.isnan(expected) else math.isclose(value, expected, rel_tol=1e-14, abs_tol=1e-14)


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name):
    for x in VALUES:
        if abs(x) == 1e20 and name in ("sin", "cos", "tan"):  # here math's own argument reduction decides
            continue
        mine = outcome(NUMBERS.math[name], NUMBERS.make(x))
        assert same(mine, outcome(getattr(math, name), x)), (name, x, mine)


@pytest.mark.parametrize("name", SEVERAL)
def test_functions_of_two_numbers(name):
    for x, y in itertools.product(VALUES, VALUES):
        if name in ("fmod", "remainder") and abs(x) == 1e20:
            continue
        mine = outcome(NUMBERS.math[name], NUMBERS.make(x), NUMBERS.make(y))
        assert same(mine, outcome(getattr(math, name), x, y)), (name, x, y, mine)


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "//", "%", "**"])
@pytest.mark.parametrize("kinds", [(float, float), (int, float), (float, int), (int, int)])
def test_operators(operator, kinds):
    operate = eval(f"lambda a, b: a {operator} b")
    machine = Machine(f"def f(a, b): return a {operator} b", NUMBERS)

    def call(a, b):
        try:
            return machine.call("f", a, b)
        except Raised as raised:
            raise raised.exception from None

    for x, y in itertools.product(VALUES, VALUES):
        if int in kinds and not all(math.isfinite(v) and abs(v) < 1e3 for v in (x, y)):
            continue
        a, b = kinds[0](x), kinds[1](y)
        expected = outcome(operate, a, b)
        if isinstance(expected[0], complex):
            expected = None, ValueError
        if abs(x) == 1e20 and operator in "//%":
            continue
        mine = outcome(call, a, b)
        if expected[1] is None and expected[0] in (0.0, math.inf) and operator == "**":
            continue  # under- and overflow of floats
        assert same(mine, expected), (a, operator, b, mine, expected)


def test_lists_and_integers():
    m = NUMBERS.math
    assert m["fsum"]([0.1] * 10) == sum([NUMBERS.make(0.1)] * 10)
    assert m["dist"]([1, 2], [4, 6]) == 5
    assert m["sumprod"]([1, 2], [3, 4]) == 11
    assert m["ldexp"](3, 4) == 48
    assert m["factorial"](20) == math.factorial(20) and m["comb"](10, 3) == 120 and m["gcd"](12, 18) == 6
    assert abs(m["cbrt"](-27) + 3) < 1e-48
    assert abs(m["lgamma"](-171.5) - math.lgamma(-171.5)) < 1e-10


def test_everything_promised_is_there():
    assert not {*REAL_FUNCTIONS, *CONSTANTS, *INTEGER_FUNCTIONS} - NUMBERS.math.keys() - {"prod"}


def test_rounding_builtins():
    f = NUMBERS.functions
    make = NUMBERS.make
    assert [f["round"](make(x)) for x in (0.5, 1.5, 2.5, -0.5)] == [0, 2, 2, 0]
    assert abs(f["round"](make(2.71828), 2) - make(272) / 100) < 1e-48
    assert f["int"](make(-2.7)) == -2 and f["float"]("0.1") == make(0.1)
    assert f["divmod"](make(-7.5), 2) == (-4, 0.5)
    for bad in (math.inf, math.nan):
        with pytest.raises((OverflowError, ValueError)):
            f["int"](make(bad))


@pytest.mark.parametrize(
    "body",
    [
        "x ** x ** x ** x",
        "math.exp(math.exp(math.exp(x)))",
        "math.gamma(x * 1e6)",
        "math.sin(x ** 1000000)",
        "int(x ** 10000000)",
        "math.floor(2.5 ** (x * 1e6))",
    ],
)
def test_huge_values_end_cleanly(body):
    with pytest.raises(Raised) as raised:
        Machine(f"import math\ndef f(x): return {body}", NUMBERS).call("f", 50.0)
    assert isinstance(raised.value.exception, (OverflowError, ValueError))


def test_each_thread_has_its_own_system():
    import threading

    seen = []
    thread = threading.Thread(target=lambda: seen.append(MP(50)))
    thread.start()
    thread.join()
    assert seen[0] is not MP(50) and MP(50) is MP(50)
