"""What the structure proof shows: small programs, each with something that a proof has to see through."""

import pytest

import gradgen
from gradgen.checks.proof import prove

PROVED = {
    "one name as base and exponent": "def f(x, v):\n    return v + x ** x\n",
    "a copy that is a test and a value": """
def f(x):
    a = 2.0 * x
    b = a
    c = b
    if c and -c < 2:
        return 0.25 * c - a
    return x
""",
    "an early return behind a value that hangs on a test": """
def f(x, y):
    p, v = x, 2 * y if y > 0 else y
    if v > x:
        p += y
    else:
        if v < 1:
            return x
        p *= y
    return x / int(p)
""",
    "a helper called with constants that fold": """
def g(x, y):
    return math.sin(x) * y

def f(x):
    return g(x * x, 2 ** 0)
""",
    "a helper called where nobody comes": """
def g(x):
    return math.sin(x) * x

def f(x):
    if math.pi > abs(0.3):
        y = x
    elif x > 0:
        y = g(x * x)
    else:
        y = 2 * x
    return y * x
""",
    "a value whose name looks like a gradient's, and that is one by chance": """
def f(x, y):
    a = y * x
    da = 2.0 / 2
    return a + x * da
""",
    "a helper that two arguments do the same in": """
def g(x, y, z):
    return max(x, 1, y + z)

def f(x, y):
    return g(x, 10, z=y)
""",
    "a number under a name beside an operand of min": """
def f(x):
    flag = 1
    z = 4 if flag else 1
    return 3.0 / min(x, z)
""",
    "a test and its opposite": """
def f(x, flag=True):
    if flag:
        y = x
    elif not flag:
        y = 2 * x
    else:
        y = 1.0 / x
    return y
""",
    "a remainder by the value itself": """
def f(x, y):
    return math.fmod(x, x or y)
""",
    "an exponent that is a comparison": """
def f(x):
    y = x
    return math.pow(y, 3 * (y > 0))
""",
    "steps inside what stands beside an operand": """
def f(x, y):
    s = float(math.log(max(math.floor(math.cos(x / (max(x, y) + 1.5))), 0.1)))
    return math.atan2(math.sin(y) * x, 1.5 + abs(s)) * math.cos(x)
""",
    "a sine of what is large": """
def f(x):
    return math.sin(math.exp(40 + x))
""",
    "a helper called with a power that is 1": """
def g(x):
    return x

def f(x):
    return x * g(2.0 ** 0)
""",
    "a rounded value under a name that goes on": """
def f(x, y):
    z = y
    if y:
        x = round(x, 2)
        w = z * (z < x)
        x, w = w, x
    return x
""",
    "a branch that nobody takes beside one operand twice": """
def f(x, y):
    if False:
        return x
    if abs(y) < y:
        return math.hypot(max(math.exp(x) * y, 0.1), y)
    return y * x
""",
    "several outputs of a helper, one unused": """
def g(x, y):
    return x * x, math.sin(x) * y

def f(x, y):
    a, b = g(x, math.tanh(y))
    return b * y
""",
    "guards that raise, in the function, a branch and a helper": """
def g(x, h):
    if h <= 0:
        raise ValueError(h)
    return x + h * math.sin(x)

def f(x, h):
    y = g(x, h)
    if h > 5:
        raise ValueError("too long a step")
    if y > 3:
        if x > 2:
            raise ValueError("too far")
        y = y * y
    else:
        assert h < 4
    return y * h
""",
    "a branch that nobody takes, by the name of a copy": """
def f(x):
    s = math.exp(x) + 1
    v = s
    if v <= 0.5:
        v /= v
    return v
""",
    "a remainder that is hardly ever zero as a test": """
def f(x, y):
    u = y
    if 1 % (2 + u):
        return 1
    a = math.sqrt(math.cos(x))
    return a
""",
}


@pytest.mark.parametrize("what", PROVED)
def test_proved(what):
    result = gradgen.generate("import math\n" + PROVED[what], "f", verify=False)
    from gradgen.checks.report import check

    for style in ("split", "joint"):
        report = check(result.claim(style), result.source.text, result.text_of(style), identity=False)
        assert report.verdict == "PROVED", f"{result.text_of(style)}\n{report}"


def test_a_gradient_that_is_wrong_only_where_a_test_is_a_number_is_no_gradient():
    from gradgen.checks.report import check

    result = gradgen.generate("def f(x, y):\n    return y - (x and 3.5)\n", "f", verify=False)
    text = result.text_of("joint")
    wrong = text.replace("dx = 0.0 if x else dpick", "dx = 0.0 if x else x")
    assert wrong != text, text
    assert check(result.claim("joint"), result.source.text, wrong).verdict not in ("PROVED", "IDENTITY-TESTED")


def test_a_comparison_of_a_value_with_itself_is_settled():
    from gradgen.checks.choices import Choices
    from gradgen.checks.graph import Graph

    graph = Graph()
    x, y = (graph.make("leaf", payload=name) for name in "xy")
    settled = Choices(graph).settled
    assert [settled(graph.call(fn, x, x)) for fn in (">", ">=", "==", "!=")] == [False, True, True, False]
    assert settled(graph.call(">", x, y)) is None


def blamed(source: str, right: str, wrong: str, style: str = "joint") -> tuple[int | None, int]:
    """The line that is blamed when a piece of the joint text is replaced, and the line where that piece is."""
    from gradgen.checks.report import check

    result = gradgen.generate(source, "f", verify=False)
    text = result.text_of(style)
    assert right in text, text
    report = check(result.claim(style), source, text.replace(right, wrong))
    assert report.verdict == "REFUTED", report
    return report.line, text[: text.index(right)].count("\n") + 1


def test_a_return_that_comes_too_early_is_to_blame():
    line, at = blamed("def f(x):\n    return x * x + 0.5 * x\n", "    dx += 0.5", "    return f, dx\n    dx += 0.5")
    assert line == at


BLAMED = {
    "a test of the backward pass turned round": (
        "def f(x, y):\n    if x > 1:\n        z = x * y\n    else:\n        z = x / y\n    return z * z\n",
        "    if x > 1:\n        # backprop",
        "    if not x > 1:\n        # backprop",
    ),
    "another comparison in the backward pass": (
        "def f(x, y):\n    if x > 1:\n        z = x * y\n    else:\n        z = x / y\n    return z * z\n",
        "    if x > 1:\n        # backprop",
        "    if x <= 1:\n        # backprop",
    ),
    "the arms of a choice of the backward pass": (
        "def f(x, y):\n    z = x if y > 2 else y\n    return z * z * x\n",
        "dy = 0.0 if y > 2 else dz",
        "dy = dz if y > 2 else 0.0",
    ),
    "the arms of a choice of the forward pass": (
        "import math\ndef f(x, y):\n    z = y if 0.1 else 0.5\n    return math.tanh(z) * x\n",
        "z = y if 0.1 else 0.5  # (1)\n    tanhz",
        "z = 0.5 if 0.1 else y  # (1)\n    tanhz",
    ),
    "what follows a test that is a choice": (
        "def f(x, y):\n    if y < 2 and x:\n        x = x * y\n    return x * x * y\n",
        "        x2 = x * y  #",
        "        x2 = x / y  #",
    ),
    "the test of a raise": (
        "def f(x):\n    if x > 1e9:\n        raise ValueError('too large')\n    return x * x\n",
        "if x > 1e9:",
        "if not x > 1e9:",
    ),
    "a value that is never made": ("import math\ndef f(x):\n    return math.exp(x)\n", "    dx = f", "    dx = g"),
    "a contribution lost where all of them add up to nothing": (
        "import math\ndef f(x):\n    s = -(x + math.sqrt(1 + x * x))\n    y = 10 / (0.5 + abs(s))\n"
        "    z = y - (s + y)\n    return math.sin(z)\n",
        "    dy += dspy",
        "    dy = dspy",
    ),
    "one place of a helper that is given one value twice": (
        "import math\ndef g(a, b, c):\n    return math.sin(a) * b * math.cos(c)\n"
        "def f(x, y):\n    z = x * y\n    return g(z, y, z) * x\n",
        "    dz += dz_g_out",
        "    dz -= dz_g_out",
    ),
    "beside a value that is a constant": (
        "import math\ndef f(x):\n    a = math.cos(0.0)\n    k = a + 1.5\n    y = x / k\n    z = y * y\n    return math.sin(z) * y\n",
        "    dy += (2 * y) * dz",
        "    dy += (3 * y) * dz",
    ),
    "behind the gradient on another name of an entry": (
        "import math\ndef f(x, r):\n    t = math.tanh(r + x[0])\n    (s,) = x\n    return s * (x[0] * t + 4)\n",
        "(1 - t * t) *",
        "(1 - t / t) *",
    ),
    "a test of the backward pass by which a value is not there": (
        "import math\ndef f(x):\n    if -1 < x < 1:\n        z = x / (2 + math.sin(x))\n    else:\n        z = x\n    return z * z\n",
        "    if -1 < x < 1:\n        # backprop",
        "    if -1.5 < x < 1:\n        # backprop",
    ),
    "a quotient that is seldom none": (
        "import math\ndef f(x, w):\n    return math.sin(x * (math.sqrt(math.cos(x) + 1.5) * w))\n",
        "sqrttotal * w  #",
        "sqrttotal / w  #",
    ),
    "a copy of another value in an arm": (
        "def f(x, y):\n    if x > 1:\n        p, q = x, y\n    else:\n        p, q = y, x\n    return p * p + 3 * q\n",
        "p = y  # (3)",
        "p = x  # (3)",
    ),
    "the test above copies": (
        "def f(x, y):\n    if x > 1:\n        p, q = x, y\n    else:\n        p, q = y, x\n    return p * p + 3 * q\n",
        "if x > 1:\n        p = x",
        "if not x > 1:\n        p = x",
    ),
    "behind two uses that bring the same number": (
        "import math\ndef f(x, y):\n    c = (x + y) / (1.5 + math.cos(y))\n    t = math.sqrt(0.5 + abs(c))\n    u = c\n    r = 1 + c\n"
        "    return 3 * x - t + u + r\n",
        "0.5 / t if t else",
        "0.7 / t if t else",
    ),
    "an entry that is added twice": (
        "def f(w, c, p):\n    return p - c[1] * (w / 3)\n",
        "    return f, (dw",
        "    dc[1] += dc1\n    return f, (dw",
    ),
    "a line twice that brings something seldom": (
        "import math\ndef f(c, y):\n    return math.cos(min(c - 3, 0.25**y)) + y\n",
        "    # backprop cm3",
        "    dy += (math.log(0.25) * power) * dpower\n    # backprop cm3",
    ),
    "in an arm that nothing comes to": (
        "import math\ndef f(x, y):\n    s = -3\n    r = x * y\n    c = s and math.exp(0.5)\n    if c:\n        z = math.sin(r)\n    else:\n"
        "        s = r\n        if y < s:\n            z = s\n        else:\n            z = math.cos(s)\n    return math.exp(z)\n",
        "dx = y * dr",
        "dx = x * dr",
    ),
    "behind a test that is asked the other way round": (
        "import math\ndef f(x, y):\n    z = x * y\n    if x - 1 != 0.25:\n        w = 2.0\n    else:\n        w = math.sin(z)\n    return z * w\n",
        "dx = y * dz",
        "dx = x * dz",
    ),
    "a number in the place of another": (
        "def f(x, y):\n    b = x * y\n    n = 3\n    if y > 2:\n        n = 5\n    return b * n + y\n",
        "n = 5",
        "n = 4",
    ),
    "where no point is likely to come": (
        "import math\ndef f(x, y):\n    z = x * y\n    if x > 4.1:\n        z = z * x\n    return z * x\n",
        "dx += z * dz2",
        "dx -= z * dz2",
    ),
    "an entry at a half": (
        "def f(w, x):\n    return w[0] * x * w[1] if w[1] else x\n",
        "w[1] else x  # (1)",
        "w[1.5] else x  # (1)",
    ),
}


@pytest.mark.parametrize("what", BLAMED)
def test_the_line_is_blamed(what):
    line, at = blamed(*BLAMED[what])
    assert line == at


def test_what_arrives_is_not_taken_for_the_gradient_on_a_variable_out():
    source = "import math\ndef f(x):\n    a = x * x\n    out = math.sin(a)\n    return a + 3 * out\n"
    line, at = blamed(source, "math.cos(a)", "math.sin(a)", "split")
    assert line == at


def test_a_function_that_is_given_too_little_is_to_blame():
    line, at = blamed("import math\ndef f(x):\n    return math.sin(x) * 2\n", "math.cos(x) *", "math.copysign(x) *")
    assert line == at


OTHERS = {
    "a helper that is given something else": ("_forward(x, 2.0)", "_forward(x, 4.0)"),
    "a helper that gives something else": ("return g, (t,", "return power, (t,"),
    "a function that returns something else": ("    return z, (y,", "    return y, (y,"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_the_line_of_the_forward_pass_is_blamed(what):
    source = (
        "import math\ndef g(t, d):\n    power = math.exp(t + 1 / (1.0 + math.exp(-d)))\n    return power - math.sin(t)\n\n\n"
        "def f(x, y):\n    s = g(x, 2.0)\n    if y > 1:\n        r = s * y\n        z = math.sin(r)\n    else:\n        z = s\n    return z\n"
    )
    line, at = blamed(source, *OTHERS[what], "split")
    assert line == at


def test_what_comes_after_a_gradient_was_read_is_to_blame():
    late, early = "    dz += math.cos(z) * dw  # (2)\n", "    # backprop z = x * y\n    dx = y * dz  # (1)\n"
    line, at = blamed(
        "import math\ndef f(x, y):\n    z = x * y\n    w = math.sin(z)\n    return w * z\n", late + early, early + late
    )
    assert at <= line <= at + 2


@pytest.mark.parametrize("old, new", [("n >= 1", "n < 1"), ("n >= 1", "n >= 2"), ("math.inf if n", "math.inf if f")])
def test_the_slope_of_a_power_at_0_is_that_of_its_exponent(old, new):
    result = gradgen.generate("def f(x, n):\n    return x ** n\n", "f", verify=False)
    text = result.text_of("joint")
    assert prove(result.claim("joint"), result.source.text, text).status == "proved"
    assert old in text
    assert prove(result.claim("joint"), result.source.text, text.replace(old, new)).status != "proved"
