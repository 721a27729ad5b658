"""What stages are called: the expression on the left, the names of its stages on the right (the result's own left out)."""

from __future__ import annotations

import keyword
import re

import pytest

from gradgen.ir.names import LONGEST, Names, base, suggest
from gradgen.ir.nodes import Let
from gradgen.ir.read import read
from gradgen.ir.walk import statements
from tests.support import made

TABLE = """
(x + y) * z                          xpy
(x - y) * z                          xmy
(x - 1) * z                          xm1
(x + 1) ** 2                         xp1
(x * y) ** 2                         xy
(x + y) ** 2 * z                     xpy xpysqr
(x + y) ** 3 * z                     xpy xpycub
x ** 0.5 * z                         xroot
x ** y * z                           xpowy
(x % y) * z                          xmody
x / y * z                            xovery
1 / x + y                            invx
-x * math.exp(y)                     expy
math.exp(-x) * y                     negx expnegx
math.exp(x * y)                      xy
math.exp(2 * x)                      twox
math.exp(math.exp(x))                expx
math.log(x / y)                      xovery
math.log(x, 2) * z                   logx
math.log2(x) * z                     log2x
math.sin(x + y)                      xpy
math.sin(x) * math.cos(y)            sinx cosy
math.asin(x) * math.atan(y)          asinx atany
math.cosh(x) * math.tanh(y)          coshx tanhy
math.hypot(x, y) * z                 normxy
math.atan2(y, x) * z                 angleyx
math.degrees(x) * z                  degx
math.erf(x) * z                      erfx
math.fabs(x) * y                     absx
abs(x - y) * z                       xmy absxmy
max(x, y) * z                        maxxy
max(0, x) * z                        maxx
max(0, x * y + z)                    xypz
min(x, 1) * z                        minx
round(x) * y                         roundx
1 / (1 + math.exp(-x)) + y           sigx
1 / (1 + math.exp(-(x + y)))         xpy
1 / (x + y)                          den
x / (x + y)                          den
(x + y) / (x - y)                    num den
(x * y - z) ** 2                     xymz
(x if x > y else z) * y              pick
x + y * z - math.sin(x)              sinx
(x + y) * (x + y)                    xpy
(x1 - x2) ** 2 + y                   x1mx2 x1mx2sqr
(alpha + beta) * alpha               total
(learning_rate - x) * y              diff
math.exp(alpha / beta)               ratio
math.sin(w[0]) * x                   sinw0
(w[0] + w[1]) * x                    w0pw1
p["b"] * math.exp(p["b"])            exppb
"""
ROWS = [re.split(r"  +", row) for row in TABLE.strip().splitlines()]


def stages(expression: str, params: str) -> list[str]:
    result = made(f"import math\ndef f({params}):\n    return {expression}\n")
    return [s.target for s in statements(result.function.body) if isinstance(s, Let)][:-1]


@pytest.mark.parametrize("expression, names", ROWS, ids=[row[0] for row in ROWS])
def test_names_of_stages(expression: str, names: str) -> None:
    used = re.findall(r"\b[a-z_]\w*", re.sub(r'math\.\w+|"\w+"', "", expression))
    params = [n for n in dict.fromkeys(used) if n not in ("abs", "max", "min", "round", "if", "else")]
    assert " ".join(stages(expression, ", ".join(params))) == names


@pytest.mark.parametrize("expression", [row[0] for row in ROWS if "[" not in row[0]])
def test_suggestions_are_short_identifiers(expression: str) -> None:
    name = suggest(read(expression))
    assert name.isidentifier() and not keyword.iskeyword(name) and len(name) <= LONGEST and name == name.lower()


def test_a_name_is_never_taken() -> None:
    """Parameters, imports, functions and constants of the file, keywords and builtins keep their meaning."""
    source = "import math as xpy\nxmy = 3.0\ndef xy(x): return x\ndef f(x, y, negx):\n    return (x + y) * (x - y) * (x * y) * -x * negx\n"
    made_up = [s.target for s in made(source, "f").function.body][:-1]
    assert made_up and not {"xpy", "xmy", "xy", "negx", "x", "y", "f"} & set(made_up)


def test_fresh_names_count_up() -> None:
    names = Names({"den", "den2"})
    assert [names.fresh("den"), names.fresh("den"), names.fresh("lambda"), names.fresh("sum")] == [
        "den3",
        "den4",
        "lambda2",
        "sum2",
    ]


@pytest.mark.parametrize(
    "name, printed",
    [("y", "y"), ("y#3", "y"), ("w[0]", "w0"), ("w[-1]", "wm1"), ("p['W1']", "pW1"), ("w[1][2]", "w1_2")],
)
def test_base(name: str, printed: str) -> None:
    assert base(name) == printed


def test_renaming_the_variables_changes_only_names() -> None:
    """The same structure under other names: as many stages, as many lines."""
    one = made("import math\ndef f(x, y):\n    return math.exp(x * y) / (x + y) ** 2\n").text
    two = made(
        "import math\ndef f(speed, lambda_):\n    return math.exp(speed * lambda_) / (speed + lambda_) ** 2\n"
    ).text
    assert one.count("\n") == two.count("\n") and one.count("# (") == two.count("# (")
