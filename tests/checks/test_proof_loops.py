"""The proof through loops, for any number of trips: what it shows, and that no corrupted loop is shown right."""

from __future__ import annotations

import random

import pytest

import gradgen
from gradgen.checks.proof import prove
from gradgen.checks.report import check
from tests.mutants.operators import KINDS, mutants

PROVED = {
    "a carried value and a sum": """
def f(x, w, n):
    s = 0.0
    for i in range(n):
        x = w * x + i
        s += x * x
    return s
""",
    "values swapped by a trip": """
def f(a, b, n):
    for _ in range(n):
        a, b = b, a * b
    return a - b
""",
    "downwards, by steps": """
def f(x, n):
    s = x
    for i in range(n, 0, -2):
        s = s * x + i
    return s
""",
    "a loop in a loop, and a value that only the inner one carries": """
def f(x, y, n, m):
    total = 0.0
    for i in range(n):
        r = x * i
        for j in range(m):
            r = math.sin(r) * y + j
        total = total + r * r
    return total
""",
    "a branch, whose test reads what the trip changes": """
def f(x, n):
    s = x
    for i in range(n):
        if s > 1:
            s = s * 0.5
        elif i != 2:
            t = s * x
            s = s + t * t
    return s
""",
    "a loop that ends early, and goes on early": """
def f(x, n):
    s = 1.0
    for i in range(n):
        if i == 1:
            continue
        s = s * x
        if s > 10:
            break
        s = s + 0.1 * x
    return s
""",
    "a loop whose trips are counted": """
def f(a, x, tol=1e-9):
    while abs(x * x - a) > tol:
        x = x - (x * x - a) / (2 * x)
    return x
""",
    "a loop in a loop, both counted": """
def f(x):
    s = x
    while s < 20.0:
        j = 0
        while j < 3:
            j += 1
            s = s + 0.1 * math.sin(s) + x * x + 0.5
    return s
""",
    "a value read behind the loop that gives it": """
def f(x, n):
    y = x
    for _ in range(n):
        u = math.sin(y)
        y = u * x
    return y + u
""",
    "two loops, one after the other, over names that are renamed": """
def f(x, n):
    y = x
    for i in range(n):
        y = y * x
    z = y
    for i in reversed(range(n)):
        y = math.sin(y) + i * z
    return y * z
""",
    "a helper called with its cache in a list": """
def step(v, x, k):
    v = v - k * x
    return v, x + 0.1 * v

def f(x, v, k, n):
    for i in range(n):
        v, x = step(v, x, k)
    return x
""",
    "numbers written out": """
def f(x):
    s = 0.0
    for k in (1, 3, 0.5):
        s += math.sin(k * x) / k
    return s
""",
}

LEAPFROG = """
def f(x, v, k, n):
    s = 0.0
    for i in range(n):
        v = v - k * x * 0.1
        x = x + 0.1 * v
        s = s + x * v
    return s
"""
CORRUPTED = {  # what is written for what in the backward pass of LEAPFROG
    "not in reversed order": ("reversed(range(n))", "range(n)"),
    "a trip too few": ("reversed(range(n))", "reversed(range(n - 1))"),
    "another start": ("reversed(range(n))", "reversed(range(1, n))"),
    "a wrong slot": ("x_hist[i]", "x_hist[i - 1]"),
    "= for +=": ("dk -= ", "dk = -"),
    "the first of two parts": ("dv += x_hist", "dv -= x_hist"),
    "nothing, where something is due": ("dx += v_hist[i]", "dx += 0.0 * v_hist[i]"),
    "a gradient that is not handed on": ("dx -= ", "dx_lost = -"),
    "a sum that starts elsewhere": ("dk = 0.0", "dk = 1.0"),
    "a history with a value twice": ("        x = x + 0.1", "        v_hist.append(v)\n        x = x + 0.1"),
    "a history of what is not needed": ("x_hist.append(x)", "x_hist.append(v)"),
}


def generated(text: str, style: str):
    result = gradgen.generate("import math\n" + text, "f", verify=False)
    return result.claim(style), result.source.text, result.text_of(style)


@pytest.mark.parametrize("style", ["joint", "split"])
@pytest.mark.parametrize("text", PROVED.values(), ids=PROVED.keys())
def test_proved(text, style):
    proof = prove(*generated(text, style))
    assert proof.status == "proved" and proof.has_loops, f"{proof.why} at line {proof.line}"


def test_the_verdict_says_what_holds_for_any_number_of_trips():
    assert "loops for any number of trips" in check(*generated(LEAPFROG, "joint")).summary


ELSEWHERE = ("a gradient that is not handed on", "a history of what is not needed")  # refuted, at another line


@pytest.mark.parametrize("fault", CORRUPTED)
def test_a_corrupted_loop_is_refuted_at_its_line(fault):
    (old, new), (claim, source, text) = CORRUPTED[fault], generated(LEAPFROG, "joint")
    assert old in text, text
    wrong = text.replace(old, new, 1)
    assert prove(claim, source, wrong).status != "proved"
    report = check(claim, source, wrong)
    assert report.verdict == "REFUTED"
    assert fault in ELSEWHERE or report.line == text[: text.index(old)].count("\n") + 1


def test_a_history_that_is_given_the_value_before_the_update_is_not_shown_right():
    claim, source, text = generated(LEAPFROG, "joint")
    first, second = "        v = v - k * x * 0.1  # (1)\n", "        v_hist.append(v)\n"
    assert first + second in text, text
    stale = text.replace(first + second, second + first)
    assert prove(claim, source, stale).status != "proved"
    assert check(claim, source, stale).verdict not in ("PROVED", "IDENTITY-TESTED")


def test_a_gradient_that_is_not_zeroed_is_not_shown_right():
    claim, source, text = generated(PROVED["a value read behind the loop that gives it"], "joint")
    zeroing = "        du = 0.0\n"
    assert zeroing in text, text
    wrong = text.replace(zeroing, "")
    assert prove(claim, source, wrong).status != "proved"
    assert check(claim, source, wrong).verdict not in ("PROVED", "IDENTITY-TESTED")


def test_a_value_that_is_added_to_before_there_is_one_is_not_shown_right():
    source = "def f(x, n):\n    for i in range(n):\n        b = x * i\n        y = b\n    return x * x\n"
    claim, source, text = generated(source, "joint")
    good = "    for i in range(n):\n        b = x * i\n"
    one = text.replace("    # forward pass\n", "    # forward pass\n" + good)
    assert prove(claim, source, one).status == "proved", one
    assert prove(claim, source, one.replace("b = x", "b += x")).status != "proved"


OPERATORS = ("order", "trips", "slot", "stale", "assignment", "dropped")


def test_no_fault_of_a_loop_is_shown_right_by_the_proof_alone():
    """Of every kind that loops may have; what changes nothing is told apart by running both."""
    claim, source, text = generated(LEAPFROG, "joint")
    points = [(0.7, -0.4, 1.3, n) for n in range(4)]
    before = [ran(text, point) for point in points]
    judged = 0
    for mutant in mutants(text, random.Random(0)):
        if mutant.kind in OPERATORS and [ran(mutant.text, p) for p in points] != before:
            judged += 1
            assert prove(claim, source, mutant.text).status != "proved", (mutant.kind, mutant.text)
    assert judged > 40 and set(OPERATORS) <= set(KINDS)


def ran(text: str, point: tuple) -> str:
    """What a joint text gives at a point, to nine digits, or what it raises."""
    namespace: dict = {}
    exec(text, namespace)  # noqa: S102
    try:
        value, grads = namespace["f_value_and_grad"](*point)
    except Exception as error:
        return type(error).__name__
    return " ".join(f"{x:.9g}" for x in (value, *grads))
