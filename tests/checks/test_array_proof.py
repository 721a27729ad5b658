"""The array proof: its derivatives and polynomials against SymPy, what it proves, and what it must never prove."""

from __future__ import annotations

import random

import pytest
import sympy

from gradgen.checks.arrays.algebra import Algebra
from gradgen.checks.arrays.polynomials import TooLarge
from gradgen.checks.arrays.proof import prove_arrays
from gradgen.checks.arrays.slopes import SLOPES, reverse
from gradgen.checks.arrays.nodes import Nodes
from gradgen.checks.claim import Claim
from gradgen.checks.report import check

SYMPY = {"acos": sympy.acos, "lgamma": sympy.loggamma, "digamma": lambda x: sympy.polygamma(0, x)}


def expression(n: Nodes, node: int):
    """A node as a SymPy expression."""
    op, args, payload = n.rows[node]
    parts = [expression(n, a) for a in args]
    match op:
        case "const":
            return sympy.Rational(payload.numerator, payload.denominator)
        case "named":
            return sympy.pi
        case "leaf":
            return sympy.Symbol(payload, positive=True)
        case "add":
            return parts[0] + parts[1]
        case "mul":
            return parts[0] * parts[1]
        case "div":
            return parts[0] / parts[1]
        case "neg":
            return -parts[0]
        case "pow":
            return parts[0] ** parts[1]
    return SYMPY.get(op, getattr(sympy, op, None))(*parts)


@pytest.mark.parametrize("name", [*SLOPES, "pow", "div", "mul", "atan2"])
def test_every_derivative_is_sympys(name):
    n = Nodes()
    x, y = n.make("leaf", payload="x"), n.make("leaf", payload="y")
    node = n.make(name, x) if name in SLOPES else n.make(name, x, y)
    total, _ = reverse(n, [(node, n.one)], [x, y])
    for leaf in n.args(node):
        theirs = sympy.diff(expression(n, node), expression(n, leaf))
        difference = expression(n, total[leaf]) - theirs
        at = {
            sympy.Symbol("x", positive=True): 1.25 if name == "acosh" else 0.375,
            sympy.Symbol("y", positive=True): 0.75,
        }
        assert abs(sympy.N(difference.subs(at), 30)) < 1e-13


def drawn(n: Nodes, rng: random.Random, leaves: list[int], depth: int) -> int:
    """A random expression."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice([*leaves, n.const(rng.randint(1, 3))])
    a = drawn(n, rng, leaves, depth - 1)
    op = rng.choice("add mul div exp neg sqrt square".split())
    if op in ("add", "mul", "div"):
        return getattr(n, op)(a, drawn(n, rng, leaves, depth - 1))
    return {
        "exp": lambda: n.function("exp", a),
        "neg": lambda: n.neg(a),
        "sqrt": lambda: n.sqrt(n.mul(a, a)),
        "square": lambda: n.mul(a, a),
    }[op]()


def zero(n: Nodes, a: int, b: int) -> bool:
    """Whether two expressions are shown equal."""
    algebra, memory = Algebra(n), {}
    p, q = (algebra.poly(node, lambda _: False, memory, {}) for node in (a, b))
    return algebra.is_zero(algebra.plus(p, q, -1))


def test_equal_polynomials_are_equal_expressions():
    """What is called zero is zero in numbers, for random pairs among which many are equal."""
    rng, shown = random.Random(4), 0
    for _ in range(300):
        n = Nodes()
        leaves = [n.make("leaf", payload=s) for s in "xy"]
        try:
            a = drawn(n, rng, leaves, 3)
            b = rng.choice(
                (
                    drawn(n, rng, leaves, 2),
                    n.div(n.mul(a, leaves[0]), leaves[0]),
                    n.add(n.add(a, leaves[1]), n.neg(leaves[1])),
                )
            )
            equal = zero(n, a, b)
        except (TooLarge, ZeroDivisionError, Exception) as error:
            assert not isinstance(error, (KeyError, AttributeError)), error
            continue
        shown += equal
        if equal:
            at = {
                sympy.Symbol("x", positive=True): sympy.Rational(7, 11),
                sympy.Symbol("y", positive=True): sympy.Rational(13, 9),
            }
            assert abs(sympy.N((expression(n, a) - expression(n, b)).subs(at), 25)) < 1e-12
    assert shown > 50


def nodes(text: str) -> tuple[Nodes, dict[str, int]]:
    n = Nodes()
    return n, {name: n.make("leaf", payload=name) for name in text}


def test_a_softmax_sums_to_one():
    n, v = nodes("abc")
    e = [n.function("exp", v[x]) for x in "abc"]
    total = n.add(n.add(e[0], e[1]), e[2])
    p = [n.div(x, total) for x in e]
    assert zero(n, n.add(n.add(p[0], p[1]), p[2]), n.one)
    assert not zero(n, n.add(p[0], p[1]), n.one)


def test_a_sigmoid_and_its_slope():
    n, v = nodes("x")
    e = n.function("exp", n.neg(v["x"]))
    s = n.div(n.one, n.add(n.one, e))
    assert zero(n, n.mul(s, n.add(n.one, n.neg(s))), n.div(e, n.pow(n.add(n.one, e), n.const(2))))


def test_a_test_on_a_relu_is_the_test_in_it():
    n, v = nodes("zd")
    positive = n.greater(v["z"], n.zero)
    h = n.maximum(v["z"], n.zero)
    assert zero(n, n.choice(n.greater(h, n.zero), v["d"], n.zero), n.mul(v["d"], positive))
    at_least = n.negation(n.greater(n.zero, v["z"]))
    assert not zero(n, n.mul(v["d"], at_least), n.mul(v["d"], positive))  # they differ at 0


def test_a_test_does_not_cancel_as_a_divisor():
    n, v = nodes("z")
    positive = n.greater(v["z"], n.zero)
    with pytest.raises(TooLarge):
        zero(n, n.div(positive, positive), n.one)


# ---------------------------------------------------------------- claims

NET = """
import numpy as np

def f(X, W, b, y):
    h = np.maximum(0, X @ W + b)
    e = np.exp(h)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.sum(np.log(p[np.arange(len(y)), y])) / len(y)
"""
NET_GRAD = '''
import numpy as np

def f_value_and_grad(X, W, b, y):
    """."""
    z = X @ W + b
    h = np.maximum(0, z)
    e = np.exp(h)
    p = e / e.sum(axis=1, keepdims=True)
    f = -np.sum(np.log(p[np.arange(len(y)), y])) / len(y)

    dh = p.copy()
    dh[np.arange(len(y)), y] -= 1
    dh /= len(y)
    dz = dh * (z > 0)
    dX = dz @ W.T
    dW = X.T @ dz
    db = dz.sum(axis=0)
    return f, (dX, dW, db)
'''
NET_CLAIM = Claim(
    "f", "joint", ("f_value_and_grad",), ("X", "W", "b"),
    (("X", ("array", ("N", "D"))), ("W", ("array", ("D", "C"))), ("b", ("array", ("C",))), ("y", ("ints", ("N",), "C"))),
)  # fmt: skip


def test_a_net_is_proved_and_the_verdict_names_its_sizes():
    report = check(NET_CLAIM, NET, NET_GRAD)
    assert report.verdict == "PROVED", report
    assert "entry by entry for N=2, D=3, C=5 and 2 other choices of sizes" in report.summary


@pytest.mark.parametrize(
    "right, wrong, line",
    [
        ("db = dz.sum(axis=0)", "db = dz.sum(axis=1)", 18),
        ("dz = dh * (z > 0)", "dz = dh * (h >= 0)", 15),
        ("dz = dh * (z > 0)", "dz = dh", 15),
        ("dX = dz @ W.T", "dX = dz @ W.T * 2", 16),
        ("dW = X.T @ dz", "dW = X.T @ dh", 17),
        ("dh = p.copy()", "dh = p.copy() * 2", 12),
    ],
)
def test_a_wrong_net_is_refuted_at_its_line(right, wrong, line):
    report = check(NET_CLAIM, NET, NET_GRAD.replace(right, wrong))
    assert (report.verdict, report.line) == ("REFUTED", line), report


EMBED = "import numpy as np\n\ndef f(W, i):\n    return np.sum(W[i] ** 2)\n"
EMBED_GRAD = '''
import numpy as np

def f_value_and_grad(W, i):
    """."""
    w = W[i]
    f = np.sum(w**2)

    dw = 2 * w
    dW = np.zeros_like(W)
    np.add.at(dW, i, dw)
    return f, dW
'''
EMBED_CLAIM = Claim(
    "f", "joint", ("f_value_and_grad",), ("W",), (("W", ("array", ("V", "E"))), ("i", ("ints", ("N",), "V")))
)


def test_repeated_rows_are_among_the_cases():
    assert prove_arrays(EMBED_CLAIM, EMBED, EMBED_GRAD).status == "proved"
    assert (
        prove_arrays(EMBED_CLAIM, EMBED, EMBED_GRAD.replace("np.add.at(dW, i, dw)", "dW[i] += dw")).status
        == "different"
    )


ALIAS = "import numpy as np\n\ndef f(x, y):\n    a = x + y\n    return a * x\n"
ALIAS_GRAD = '''
import numpy as np

def f_forward(x, y):
    """."""
    a = x + y
    f = a * x
    return f, (x, a)


def f_backward(dout, cache):
    """."""
    x, a = cache
    da = dout * x
    dx = da.copy()
    dx += dout * a
    dy = da
    return dx, dy
'''
ALIAS_CLAIM = Claim(
    "f", "split", ("f_forward", "f_backward"), ("x", "y"), (("x", ("array", ("N",))), ("y", ("array", ("N",))))
)


def test_a_buffer_under_two_names_is_followed():
    assert prove_arrays(ALIAS_CLAIM, ALIAS, ALIAS_GRAD).status == "proved"
    assert prove_arrays(ALIAS_CLAIM, ALIAS, ALIAS_GRAD.replace("da.copy()", "da")).status != "proved"
    assert (
        prove_arrays(ALIAS_CLAIM, ALIAS, ALIAS_GRAD.replace("da = dout * x", "da = dout\n    da *= x")).status
        != "proved"
    )


BRANCH = "import numpy as np\n\ndef f(x):\n    s = np.sum(x)\n    if s > 1:\n        return s * s\n    return np.sum(np.abs(x))\n"
BRANCH_GRAD = '''
import numpy as np

def f_value_and_grad(x):
    """."""
    s = np.sum(x)
    if s > 1:
        f = s * s
        dx = np.ones_like(x) * (2 * s)
    else:
        f = np.sum(np.abs(x))
        dx = np.sign(x)
    return f, dx
'''
BRANCH_CLAIM = Claim("f", "joint", ("f_value_and_grad",), ("x",), (("x", ("array", ("N",))),))


def test_both_arms_of_a_branch_are_proved():
    assert prove_arrays(BRANCH_CLAIM, BRANCH, BRANCH_GRAD).status == "proved"
    assert prove_arrays(BRANCH_CLAIM, BRANCH, BRANCH_GRAD.replace("(2 * s)", "(3 * s)")).status == "open"
    assert prove_arrays(BRANCH_CLAIM, BRANCH, BRANCH_GRAD.replace("np.sign(x)", "np.sign(-x)")).status == "open"


MAX = "import numpy as np\n\ndef f(x):\n    return np.max(x, axis=1)\n"
MAX_GRAD = '''
import numpy as np

def f_forward(x):
    """."""
    m = np.max(x, axis=1, keepdims=True)
    return m[:, 0], (x, m)


def f_backward(dout, cache):
    """."""
    x, m = cache
    tied = x == m
    return np.where(tied, dout[:, None] / np.sum(tied, axis=1, keepdims=True), 0.0)
'''
MAX_CLAIM = Claim("f", "split", ("f_forward", "f_backward"), ("x",), (("x", ("array", ("N", "D"))),))


def test_a_maximum_is_split_at_ties():
    assert prove_arrays(MAX_CLAIM, MAX, MAX_GRAD).status == "proved"
    assert (
        prove_arrays(
            MAX_CLAIM, MAX, MAX_GRAD.replace("axis=1, keepdims=True), 0.0", "axis=0, keepdims=True), 0.0")
        ).status
        != "proved"
    )


def test_what_is_not_understood_is_not_proved():
    text = MAX_GRAD.replace("np.where(", "np.linalg.qr(")
    assert prove_arrays(MAX_CLAIM, MAX, text).status == "unreadable"


@pytest.mark.parametrize(
    "power, other, status", [("1.5", "1.5", "proved"), ("1.5", "1", "open"), ("3.5", "1.5", "open")]
)
def test_a_broken_power_of_a_sine_stays_one(power: str, other: str, status: str) -> None:
    """Only whole powers of a sine are written by way of the cosine."""
    source = f"import numpy as np\n\ndef f(x):\n    return np.sin(x) ** {power}\n"
    emitted = (
        f"import numpy as np\n\ndef f_forward(x):\n    y = np.sin(x)\n    return y ** {power}, (x, y)\n\n\n"
        f"def f_backward(dout, cache):\n    x, y = cache\n    return {power} * y ** {other} / y * np.cos(x) * dout\n"
    )
    claim = Claim("f", "split", ("f_forward", "f_backward"), ("x",), (("x", ("array", ("N",))),))
    found = prove_arrays(claim, source, emitted).status
    assert (found == "proved") == (status == "proved"), found
