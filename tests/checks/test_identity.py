"""The identity test on right and corrupted gradients written by hand."""

import random

import pytest

import gradgen

from gradgen.checks.claim import Claim
from gradgen.checks.identity import identity

SOURCE = """
import math
def sigmoid(x):
    return 1.0 / (1 + math.exp(-x))
def f(x, y):
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)
"""
JOINT = """
import math
def f_value_and_grad(x, y):
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    f = num / den
    dnum = 1 / den
    dden = -num / den**2
    dsigx = dden
    dxpysqr = dden
    dxpy = 2 * xpy * dxpysqr
    dx = dxpy
    dy = dxpy
    dx += ((1 - sigx) * sigx) * dsigx
    dx += dnum
    dsigy = dnum
    dy += ((1 - sigy) * sigy) * dsigy
    return f, (dx, dy)
"""
CALLS = """
import math
def sigmoid_forward(x):
    s = 1.0 / (1 + math.exp(-x))
    return s, s
def sigmoid_backward(dout, cache):
    return (1 - cache) * cache * dout
def f_forward(x, y):
    sigy, cy = sigmoid_forward(y)
    sigx, cx = sigmoid_forward(x)
    num = x + sigy
    xpy = x + y
    den = sigx + xpy**2
    return num / den, (num, den, xpy, cx, cy)
def f_backward(dout, cache):
    num, den, xpy, cx, cy = cache
    dnum = dout / den
    dden = -num / den**2 * dout
    dx = dnum + sigmoid_backward(dden, cx)
    dy = sigmoid_backward(dnum, cy)
    dxpy = 2 * xpy * dden
    dx += dxpy
    dy += dxpy
    return dx, dy
"""


def numbers(*names):
    return tuple((name, "number") for name in names)


def joint(*names, wrt=None):
    return Claim("f", "joint", ("f_value_and_grad",), wrt or names, numbers(*names))


XY = joint("x", "y")
SPLIT = Claim("f", "split", ("f_forward", "f_backward"), ("x", "y"), numbers("x", "y"))
PAIRS = {
    "expression": (XY, SOURCE, JOINT),
    "split with helpers": (SPLIT, SOURCE, CALLS),
    "kinks and branches": (
        XY,
        "def f(x, y):\n    z = max(x * x, y) + abs(x)\n    if z > 3.5:\n        z = z * 2\n    return z\n",
        """
def f_value_and_grad(x, y):
    p = x * x
    z = max(p, y) + abs(x)
    if z > 3.5:
        w = z * 2
        dz = 2.0
    else:
        w = z
        dz = 1.0
    dx = 0.0
    dy = 0.0
    if p >= y:
        dx += 2 * x * dz
    else:
        dy += dz
    dx += (1 if x > 0 else -1 if x < 0 else 0) * dz
    return w, (dx, dy)
""",
    ),
    "far threshold": (
        XY,
        "def f(x, y):\n    if x > 612.5:\n        return x * y * y\n    return x + y\n",
        "def f_value_and_grad(x, y):\n    if x > 612.5:\n        return x * y * y, (y * y, 2 * x * y)\n    return x + y, (1.0, 1.0)\n",
    ),
    "lists, modes, aux and several outputs": (
        Claim(
            "f",
            "split",
            ("f_forward", "f_backward"),
            ("x", "w", "p"),
            (
                ("x", "number"),
                ("w", ("list", ("number", "number"))),
                ("p", ("dict", (("a", "number"), ("b", "number")))),
                ("mode", "opaque"),
                ("k", "opaque"),
            ),
            outputs=2,
            has_aux=True,
        ),
        """
def f(x, w, p, mode='sum', *, k=2):
    out = x * w[0] + w[1] ** k * p["a"]
    if mode == 'triple':
        out = out * 3
    return out, {"out": out}, x * x + p["b"]
""",
        """
def f_forward(x, w, p, mode='sum', *, k=2):
    out = x * w[0] + w[1] ** k * p["a"]
    if mode == 'triple':
        out = out * 3
    second = x * x + p["b"]
    return ((out, second), {"out": out}), (x, w, p, mode, k)
def f_backward(dout, cache):
    x, w, p, mode, k = cache
    dfirst, dsecond = dout
    if mode == 'triple':
        dfirst = dfirst * 3
    dx = 2 * x * dsecond
    dx += w[0] * dfirst
    dw = [x * dfirst, k * w[1] ** (k - 1) * p["a"] * dfirst]
    dp = {"a": w[1] ** k * dfirst, "b": dsecond}
    return dx, dw, dp
""",
    ),
    "narrow domain": (
        joint("x", "y"),
        "import math\ndef f(x, y):\n    if y > 0:\n        raise ValueError('negative only')\n    return math.acosh(x) * math.sqrt(-y)\n",
        """
import math
def f_value_and_grad(x, y):
    if y > 0:
        raise ValueError('negative only')
    a = math.acosh(x)
    s = math.sqrt(-y)
    return a * s, (s / math.sqrt(x * x - 1), -0.5 * a / s)
""",
    ),
    "part of the parameters": (
        joint("x", "y", wrt=("y",)),
        "def f(x, y):\n    return x * y * y\n",
        "def f_value_and_grad(x, y):\n    return x * y * y, 2 * x * y\n",
    ),
    "keyword-only parameter": (
        XY,
        "def f(x, *, y):\n    return x * y\n",
        "def f_value_and_grad(x, *, y):\n    return x * y, (y, x)\n",
    ),
    "rounded literals": (
        joint("x"),
        "def f(x):\n    return abs(x) ** 0.1\n",
        "def f_value_and_grad(x):\n    p = abs(x)\n    return p ** 0.1, (0.1 if x > 0 else -0.1) * p ** -0.9\n",
    ),
    "cancelling to a constant": (
        joint("x"),
        "import math\ndef f(x):\n    return math.sin(x) ** 2 + math.cos(x) ** 2\n",
        "import math\ndef f_value_and_grad(x):\n    return math.sin(x) ** 2 + math.cos(x) ** 2, 0.0\n",
    ),
    "stop_gradient": (
        joint("x"),
        "from gradgen import stop_gradient\ndef f(x):\n    return x * stop_gradient(x * x)\n",
        "def f_value_and_grad(x):\n    s = x * x\n    return x * s, s\n",
    ),
    "rounding": (
        XY,
        "import math\ndef f(x, y):\n    return x % 0.7 + math.floor(y) * x + y // 0.3\n",
        "import math\ndef f_value_and_grad(x, y):\n    return x % 0.7 + math.floor(y) * x + y // 0.3, (1 + math.floor(y), 0.0)\n",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_right_gradients_agree(name):
    found = identity(*PAIRS[name])
    assert found.status == "agree", found
    assert found.points >= 4 and found.digits >= 25 and not found.uncovered and not found.wrong


CORRUPT = [
    ("expression", "dx += dnum", "dx = dnum", "dx"),
    ("expression", "dx += dnum\n", "pass\n", "dx"),
    ("expression", "(1 - sigy)", "(1 + sigy)", "dy"),
    ("expression", "2 * xpy * dxpysqr", "2.0000000000000004 * xpy * dxpysqr", "dx dy"),
    ("expression", "(dx, dy)", "(dy, dx)", "dx dy"),
    ("split with helpers", "(1 - cache) * cache", "(1 - cache)", "dx dy"),
    ("split with helpers", "num / den, (num, den, xpy, cx, cy)", "num / den, (num, den, xpy, cy, cx)", "dx dy"),
    ("split with helpers", "dnum = dout / den", "dnum = 1 / den", "dx dy"),
    ("kinks and branches", "dz = 2.0", "dz = 3.0", "dx"),
    ("kinks and branches", "dy += dz", "dy += 2 * dz", "dy"),
    ("kinks and branches", "-1 if x < 0", "1 if x < 0", "dx"),
    ("far threshold", "(y * y, 2 * x * y)", "(y * y, x * y)", "dy"),
    ("lists, modes, aux and several outputs", "dfirst = dfirst * 3", "dfirst = dfirst * 2", "dx dw[0] dw[1] dp['a']"),
    ("lists, modes, aux and several outputs", '"b": dsecond', '"b": dfirst', "dp['b']"),
    ("part of the parameters", "2 * x * y\n", "x * y\n", "dy"),
    ("cancelling to a constant", ", 0.0", ", 1e-30", "dx"),
    ("stop_gradient", "x * s, s", "x * s, 3 * s", "dx"),
    ("narrow domain", "-0.5 * a / s", "-0.5 * a * s", "dy"),
    ("rounding", "1 + math.floor(y)", "math.floor(y)", "dx"),
]


@pytest.mark.parametrize("name, old, new, wrong", CORRUPT)
def test_wrong_gradients_are_named(name, old, new, wrong):
    claim, source, emitted = PAIRS[name]
    assert emitted.count(old) == 1
    found = identity(claim, source, emitted.replace(old, new))
    assert found.status == "differ"
    assert {w.name for w in found.wrong} == set(wrong.split())


def test_wrong_gradient_shows_both_numbers():
    found = identity(XY, "def f(x, y): return x * y", "def f_value_and_grad(x, y): return x * y, (y, 2 * x)")
    ((name, got, right, inputs),) = found.wrong
    assert name == "dy" and got == 2 * inputs["x"] and right == inputs["x"]


FAULTS = [
    ("f = num / den", "f = num / den + 1", "value"),
    ("f = num / den", "f = num * (1 / den)", "value"),
    ("(dx, dy)", "dx", "tuple of 2"),
    ("(dx, dy)", "(dx, [dy])", "dy is not a number"),
    ("(dx, dy)", "(dx, None)", "dy is not a number"),
    ("return f, (dx, dy)", "return f", "(value, grads)"),
    ("dsigy = dnum", "pass", "NameError"),
    ("dnum = 1 / den", "dnum = 1 / (den - den)", "ZeroDivisionError"),
    ("def f_value_and_grad", "def g_value_and_grad", "no function"),
]


@pytest.mark.parametrize("old, new, why", FAULTS)
def test_faults_of_structure(old, new, why):
    found = identity(XY, SOURCE, JOINT.replace(old, new))
    assert found.status == "differ" and why in found.why and not found.wrong
    assert found.value_wrong is (why == "value")


def test_missing_entry_of_a_list():
    claim, source, emitted = PAIRS["lists, modes, aux and several outputs"]
    for old, new in ((', k * w[1] ** (k - 1) * p["a"] * dfirst]', "]"), (', "b": dsecond', "")):
        found = identity(claim, source, emitted.replace(old, new))
        assert found.status == "differ" and "structure" in found.why


@pytest.mark.parametrize(
    "source, why",
    [
        ("import math\ndef f(x, y): return math.log(-abs(x)) + y", "no point of the domain found"),
        ("import os\ndef f(x, y): return os.log(x)", "refused: line 2"),
        ("def f(x, y):\n    while True:\n        x = x + y", "steps"),
        ("def f(x, y:", "refused: line 1: not valid Python"),
        ("def g(x, y): return x", "no function `f`"),
        ("def f(x, y): return 'text'", "not 1 number"),
        ("import math\ndef f(x, y): return x * math.inf", "finite"),
    ],
)
def test_unavailable_says_why(source, why):
    found = identity(XY, source, JOINT)
    assert found.status == "unavailable" and why in found.why


def test_lines_that_cannot_run_are_reported():
    source = "def f(x, y):\n    if x * x < 0:\n        return x\n    return y"
    emitted = "def f_value_and_grad(x, y):\n    if x * x < 0:\n        return x, (1.0, 0.0)\n    return y, (0.0, 1.0)"
    found = identity(XY, source, emitted)
    assert found.status == "agree" and found.uncovered == (3,)


def test_steep_functions_are_not_refuted():
    squares = range(60)
    source = "def f(x):\n" + "    x = x * x\n" * 60 + "    return x\n"
    lines = [f"    x{i + 1} = x{i} * x{i}" for i in squares] + ["    d60 = 1.0"]
    lines += [f"    d{i} = 2 * x{i} * d{i + 1}" for i in reversed(squares)]
    emitted = "\n".join(["def f_value_and_grad(x0):", *lines, "    return x60, d0"])
    assert (
        identity(
            joint("x"),
            source,
            emitted.replace("x0)", "x)\n    x0 = x", 1).replace("x)\n    x0 = x:", "x):\n    x0 = x"),
        ).status
        == "agree"
    )


def test_chaos_is_never_called_wrong():
    source = "def f(x):\n" + "    x = 3.9 * x * (1 - x)\n" * 900 + "    return x\n"
    emitted = (
        "def f_value_and_grad(x):\n    d = 1.0\n" + "    d = d * 3.9 * (1 - 2 * x)\n    x = 3.9 * x * (1 - x)\n" * 900
    )
    assert identity(joint("x"), source, emitted + "    return x, d\n").status != "differ"


def test_same_outcome_every_time():
    assert identity(XY, SOURCE, JOINT) == identity(XY, SOURCE, JOINT)


def test_a_setting_with_a_gradient_is_tested_too():
    """A parameter that is printed may be anything, but with a gradient it is a number."""
    claim = Claim("f", "joint", ("f_value_and_grad",), ("x",), (("x", "opaque"),))
    source = "def f(x):\n    print(x)\n    return 3 * x\n"
    assert identity(claim, source, "def f_value_and_grad(x):\n    return 3 * x, 3.0\n").status == "agree"
    assert identity(claim, source, "def f_value_and_grad(x):\n    return 3 * x, 2.0\n").status == "differ"


def long_program(stages: int) -> tuple[str, str]:
    """A chain of gates and its gradient."""
    rng = random.Random(1)
    gates = [
        ("{b} + 0.01 * math.sin({a})", ("0.01 * math.cos({a}) * {d}", "{d}")),
        ("0.99 * {b} + 0.02 * math.tanh({a})", ("0.02 * (1 - math.tanh({a}) ** 2) * {d}", "0.99 * {d}")),
        ("{b} - 0.01 * {a} * {b}", ("-0.01 * {b} * {d}", "{d} - 0.01 * {a} * {d}")),
        ("{b} + 0.001 * {a}", ("0.001 * {d}", "{d}")),
    ]
    forward, backward = [], []
    for i in range(2, stages):
        form, partials = rng.choice(gates)
        names = {"a": f"v{rng.randint(max(0, i - 6), i - 1)}", "b": f"v{i - 1}", "v": f"v{i}", "d": f"d{i}"}
        forward.append(f"    v{i} = {form.format(**names)}")
        backward += [f"    d{names[k][1:]} += {p.format(**names)}" for k, p in zip("ab", partials, strict=True)]
    backward = [line for pair in zip(backward[-2::-2], backward[::-2], strict=True) for line in pair]
    start = ["    v0 = x", "    v1 = y", *forward]
    zeros = [f"    d{i} = 0.0" for i in range(stages - 1)] + [f"    d{stages - 1} = 1.0"]
    source = "\n".join(["import math", "def f(x, y):", *start, f"    return v{stages - 1}"])
    head = ["import math", "def f_value_and_grad(x, y):", *start, *zeros, *backward]
    return source, "\n".join([*head, f"    return v{stages - 1}, (d0, d1)"])


def test_a_thousand_stages():
    source, emitted = long_program(1000)
    assert identity(XY, source, emitted).status == "agree"
    assert identity(XY, source, emitted.replace("(d0, d1)", "(d0, d1 * 2)")).status == "differ"


def test_a_test_that_is_nearly_the_sources_is_found_at_its_edge() -> None:
    """Nothing but points between the two bounds shows it; those are looked for where the text decides otherwise."""
    source = "def f(x, y):\n    z = 3 * x if x * y < 5.0 else 2 * x\n    return z + y\n"
    result = gradgen.generate(source, "f", verify=False)
    text = result.text_of("joint")
    backward = text.index("# backprop")
    changed = text[:backward] + text[backward:].replace("5.0", "5.0001")
    assert changed != text
    tried = (identity(result.claim("joint"), source, t, doubted=True).status for t in (text, changed))
    assert list(tried) == ["agree", "differ"]
