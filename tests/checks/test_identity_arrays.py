"""The identity test on gradients of array programs written by hand, right and wrong."""

import time

import pytest

from gradgen.checks.claim import Claim
from gradgen.checks.identity import identity

ANY = ("array", None)


def split(name, wrt, inputs, **more):
    return Claim(name, "split", (f"{name}_forward", f"{name}_backward"), wrt, inputs, **more)


def joint(wrt, inputs, **more):
    return Claim("f", "joint", ("f_value_and_grad",), wrt, inputs, **more)


AFFINE = (
    split(
        "affine",
        ("x", "W", "b"),
        (("x", ("array", ("N", "D"))), ("W", ("array", ("D", "M"))), ("b", ("array", ("M",)))),
    ),
    "def affine(x, W, b):\n    return x @ W + b\n",
    """
import numpy as np
def affine_forward(x, W, b):
    out = x @ W + b
    return out, (x, W)
def affine_backward(dout, cache):
    x, W = cache
    dx = dout @ W.T
    dW = x.T @ dout
    db = np.sum(dout, axis=0)
    return dx, dW, db
""",
)
UNBROADCAST = '''
def unbroadcast(grad, x):
    """Sum grad over the axes along which x was broadcast."""
    shape = np.shape(x)
    while np.ndim(grad) > len(shape):
        grad = np.sum(grad, axis=0)
    for axis in range(len(shape)):
        if shape[axis] == 1 and np.shape(grad)[axis] != 1:
            grad = np.sum(grad, axis=axis, keepdims=True)
    return grad
'''
BROADCAST = (
    split("f", ("x", "y"), (("x", ANY), ("y", ANY))),
    "import numpy as np\ndef f(x, y):\n    return np.tanh(x) * y + x\n",
    f"""
import numpy as np
{UNBROADCAST}
def f_forward(x, y):
    t = np.tanh(x)
    out = t * y + x
    return out, (x, y, t)
def f_backward(dout, cache):
    x, y, t = cache
    dt = dout * y
    dx = unbroadcast(dt * (1 - t ** 2) + dout, x)
    dy = unbroadcast(dout * t, y)
    return dx, dy
""",
)
ADD = (
    split("f", ("x", "y"), (("x", ("array", ("N", "D"))), ("y", ("array", ("N", "D"))))),
    "def f(x, y):\n    s = x + y\n    return s * x\n",
    """
def f_forward(x, y):
    s = x + y
    return s * x, (s, x)
def f_backward(dout, cache):
    s, x = cache
    ds = dout * x
    dy = ds.copy()
    dx = ds
    dx += dout * s
    return dx, dy
""",
)
SUM = (
    split("f", ("x", "y"), (("x", ("array", ("N", "D"))), ("y", ("array", ("N", "D"))))),
    "def f(x, y):\n    return x + y\n",
    "def f_forward(x, y):\n    return x + y, None\ndef f_backward(dout, cache):\n    dx = dout.copy()\n    dy = dout.copy()\n    return dx, dy\n",
)
NET = (
    joint(
        ("W1", "b1", "W2", "b2"),
        (
            ("X", ("array", ("N", "D"))),
            ("y", ("ints", ("N",), "C")),
            ("W1", ("array", ("D", "H"))),
            ("b1", ("array", ("H",))),
            ("W2", ("array", ("H", "C"))),
            ("b2", ("array", ("C",))),
            ("reg", "number"),
        ),
    ),
    """
import numpy as np
def f(X, y, W1, b1, W2, b2, reg=0.1):
    N = X.shape[0]
    h = np.maximum(0, X.dot(W1) + b1)
    scores = h.dot(W2) + b2
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p = p / np.sum(p, axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y])) / N
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    return loss
""",
    """
import numpy as np
def f_value_and_grad(X, y, W1, b1, W2, b2, reg=0.1):
    N = X.shape[0]
    z = X.dot(W1) + b1
    h = np.maximum(0, z)
    scores = h.dot(W2) + b2
    scores -= np.max(scores, axis=1, keepdims=True)
    e = np.exp(scores)
    p = e / np.sum(e, axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y])) / N
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    dscores = p.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dW2 = h.T.dot(dscores)
    dW2 += 2 * reg * W2
    db2 = np.sum(dscores, axis=0)
    dh = dscores.dot(W2.T)
    dh[z <= 0] = 0
    dW1 = X.T.dot(dh)
    dW1 += 2 * reg * W1
    db1 = np.sum(dh, axis=0)
    return loss, (dW1, db1, dW2, db2)
""",
)
LOOP = (
    split("f", ("x", "w"), (("x", ("array", ("T",))), ("w", ("array", ("K",))))),
    """
import numpy as np
def f(x, w):
    T, K = len(x), w.shape[0]
    out = np.zeros(T)
    for t in range(T):
        for k in range(K):
            if t - k >= 0:
                out[t] += x[t - k] * w[k]
    return out
""",
    """
import numpy as np
def f_forward(x, w):
    T, K = len(x), w.shape[0]
    out = np.zeros(T)
    for t in range(T):
        for k in range(K):
            if t - k >= 0:
                out[t] += x[t - k] * w[k]
    return out, (x, w)
def f_backward(dout, cache):
    x, w = cache
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for t in range(len(x)):
        for k in range(w.shape[0]):
            if t - k >= 0:
                dx[t - k] += dout[t] * w[k]
                dw[k] += dout[t] * x[t - k]
    return dx, dw
""",
)
AUTHORS = (
    split(
        "f",
        ("x", "g"),
        (("x", ("array", ("N", "D"))), ("g", ("array", ("D",))), ("p", ("dict", (("eps", "number"),)))),
        has_aux=True,
        adopted=True,
    ),
    """
import numpy as np
def f(x, g, p):
    mu = np.mean(x, axis=0)
    std = np.sqrt(np.var(x, axis=0) + p["eps"] ** 2)
    xhat = (x - mu) / std
    out = g * xhat
    p["running"] = mu
    cache = (xhat, std, g)
    return out, cache
""",
    """
import numpy as np
def f_forward(x, g, p):
    mu = np.mean(x, axis=0)
    std = np.sqrt(np.var(x, axis=0) + p["eps"] ** 2)
    xhat = (x - mu) / std
    out = g * xhat
    p["running"] = mu
    cache = (xhat, std, g)
    return out, cache
def f_backward(dout, cache):
    xhat, std, g = cache
    dg = np.sum(dout * xhat, axis=0)
    dxhat = dout * g
    dx = (dxhat - np.mean(dxhat, axis=0) - xhat * np.mean(dxhat * xhat, axis=0)) / std
    return dx, dg
""",
)
STEP = (
    split(
        "step",
        ("x", "h", "W"),
        (("x", ("array", ("N", "H"))), ("h", ("array", ("N", "H"))), ("W", ("array", ("H", "2*H")))),
        outputs=2,
        adopted=True,
    ),
    """
import numpy as np
def step(x, h, W):
    H = x.shape[1]
    a = x @ W
    c = np.tanh(a[:, :H]) * h
    out = c * np.exp(-a[:, H:] ** 2)
    return out, c, (x, h, W, a, c)
""",
    """
import numpy as np
def step_forward(x, h, W):
    H = x.shape[1]
    a = x @ W
    c = np.tanh(a[:, :H]) * h
    out = c * np.exp(-a[:, H:] ** 2)
    return out, c, (x, h, W, a, c)
def step_backward(dout, cache):
    dout, dcell = dout
    x, h, W, a, c = cache
    H = x.shape[1]
    e = np.exp(-a[:, H:] ** 2)
    dc = dcell + dout * e
    t = np.tanh(a[:, :H])
    da = np.zeros_like(a)
    da[:, :H] = dc * h * (1 - t ** 2)
    da[:, H:] = dout * c * e * -2 * a[:, H:]
    return da @ W.T, dc * t, x.T @ da
""",
)
PARAMS = (
    joint(
        ("params",),
        (
            ("x", ("array", ("N", "D"))),
            ("params", ("dict", (("W", ("array", ("D",))), ("b", "number")))),
            ("mask", ("bools", ("N",))),
            ("t", ("onehot", ("N", "D"))),
        ),
    ),
    """
import numpy as np
def f(x, params, mask, t):
    y = (x @ params["W"] + params["b"]) * mask + np.sum(t * params["W"], axis=1)
    return np.mean(y ** 2)
""",
    """
import numpy as np
def f_value_and_grad(x, params, mask, t):
    y = (x @ params["W"] + params["b"]) * mask + np.sum(t * params["W"], axis=1)
    dy = 2 * y / len(y)
    dW = x.T @ (dy * mask) + t.T @ dy
    return np.mean(y ** 2), {"W": dW, "b": np.sum(dy * mask)}
""",
)
MUTATING = (
    split("f", ("x",), (("x", ("array", ("N",))),)),
    "def f(x):\n    y = x * x\n    x += 1\n    return y * 2\n",
    "def f_forward(x):\n    y = x * x\n    old = x.copy()\n    x += 1\n    return y * 2, old\ndef f_backward(dout, cache):\n    return 4 * cache * dout\n",
)
PAIRS = {
    "affine": AFFINE,
    "broadcast": BROADCAST,
    "add": ADD,
    "sum": SUM,
    "net": NET,
    "loop": LOOP,
    "author's cache": AUTHORS,
    "step": STEP,
    "params": PARAMS,
    "mutating": MUTATING,
}


@pytest.mark.parametrize("name", PAIRS)
def test_right_gradients_agree(name):
    found = identity(*PAIRS[name])
    assert found.status == "agree", found
    assert found.points >= 4 and found.digits >= 25 and not found.uncovered and not found.wrong


WRONG = [  # what is changed into what, and which gradients are then wrong
    ("affine", "dx = dout @ W.T", "dx = 2 * dout @ W.T", "dx"),
    ("affine", "dW = x.T @ dout", "dW = x.T @ dout + W", "dW"),
    ("affine", "np.sum(dout, axis=0)", "np.mean(dout, axis=0)", "db"),
    ("broadcast", "* (1 - t ** 2) + dout, x)", "* (1 - t ** 2), x)", "dx"),
    ("broadcast", "(1 - t ** 2)", "(1 - t)", "dx"),
    ("add", "dx += dout * s", "dx = dout * s", "dx"),
    ("add", "dy = ds.copy()", "dy = dout * s", "dy"),
    ("net", "dscores /= N", "pass", "dW1 db1 dW2 db2"),
    ("net", "dW2 += 2 * reg * W2", "dW2 += reg * W2", "dW2"),
    ("net", "dW2 += 2 * reg * W2", "dW2 = 2 * reg * W2", "dW2"),
    ("net", "dh[z <= 0] = 0", "pass", "dW1 db1"),
    ("net", "db1 = np.sum(dh, axis=0)", "db1 = np.max(dh, axis=0)", "db1"),
    ("loop", "dx[t - k] +=", "dx[t - k] =", "dx"),
    ("loop", "dw[k] += dout[t] * x[t - k]", "dw[k] += dout[t] * x[t]", "dw"),
    ("author's cache", "- np.mean(dxhat, axis=0)", "", "dx"),
    ("author's cache", "- xhat * np.mean(dxhat * xhat, axis=0)", "", "dx"),
    ("step", "dc = dcell + dout * e", "dc = dout * e", "dx dh dW"),
    ("step", "* -2 * a", "* 2 * a", "dx dW"),
    ("params", "+ t.T @ dy", "", "dparams['W']"),
    ("params", "np.sum(dy * mask)", "np.sum(dy)", "dparams['b']"),
]


@pytest.mark.parametrize("name, old, new, wrong", WRONG)
def test_wrong_gradients_are_named(name, old, new, wrong):
    claim, source, emitted = PAIRS[name]
    assert emitted.count(old) == 1
    found = identity(claim, source, emitted.replace(old, new))
    assert found.status == "differ" and found.wrong, found
    named = {w.name.rpartition("[")[0] if ", " in w.name or w.name[-2].isdigit() else w.name for w in found.wrong}
    assert named <= set(wrong.split()) and (len(found.wrong) >= 8 or named == set(wrong.split()))


def test_a_wrong_entry_is_named():
    claim, source, emitted = AFFINE
    found = identity(claim, source, emitted.replace("    db = ", "    dW[0, 1] += 1\n    db = "))
    assert [w.name for w in found.wrong] == ["dW[0, 1]"]
    assert found.wrong[0].got - found.wrong[0].expected == pytest.approx(1)


FAULTS = [
    ("affine", "dx = dout @ W.T", "dx = dout @ W", "ValueError"),
    ("affine", "np.sum(dout, axis=0)", "np.sum(dout, axis=1)", "db has shape"),
    ("affine", "np.sum(dout, axis=0)", "np.sum(dout, axis=0, keepdims=True)", "db has shape"),
    ("affine", "np.sum(dout, axis=0)", "dout", "db has shape"),
    ("affine", "np.sum(dout, axis=0)", "np.sum(dout)", "db has shape"),
    ("affine", "np.sum(dout, axis=0)", "W[0] * 0 + None", "TypeError"),
    ("affine", "out = x @ W + b", "out = x @ W + 2 * b", "value"),
    ("affine", "out = x @ W + b", "out = b + (x @ W + 1) - 1", "value"),
    ("affine", "dW = x.T @ dout", "dW = x.T @ dout\n    x += 1", "modifies"),
    ("affine", "dW = x.T @ dout", "dW = x.T @ dout\n    dout *= 2", "modifies dout"),
    ("affine", "    out = x @ W + b\n", "    out = x @ W + b\n    W += 1\n", "argument `W`"),
    ("affine", "return dx, dW, db", "return dx, W, db", "shares memory"),
    ("broadcast", "dx = unbroadcast(dt * (1 - t ** 2) + dout, x)", "dx = dt * (1 - t ** 2) + dout", "dx"),
    ("broadcast", "dy = unbroadcast(dout * t, y)", "dy = np.sum(dout * t, axis=0)", "d"),
    ("broadcast", "    while np.ndim(grad) > len(shape):\n        grad = np.sum(grad, axis=0)\n", "", "d"),
    ("broadcast", "shape[axis] == 1 and", "shape[axis] == 7 and", "has shape"),
    ("broadcast", "        grad = np.sum(grad, axis=0)\n", "        pass\n", "does not end"),
    ("net", "reg=0.1", "reg=0.2", "defaults"),
    ("sum", "dx = dout.copy()", "dx = dout", "shares memory with dout"),
    ("sum", "dx = dout.copy()", "dx = dout\n    dx += 0 * dout + 1", "modifies dout"),
    ("sum", "dy = dout.copy()", "dy = dx", "two gradients share"),
    ("loop", "np.zeros_like(x), np", "np.zeros(x.shape, dtype=int), np", "dtype"),
    ("loop", "return dx, dw", "return dx, dw.tolist()", "dw is not an array"),
    ("author's cache", '    p["running"] = mu\n', "", "argument `p`"),
    ("author's cache", "return out, cache\n", "return out, (xhat, std * 1, g, x)\n", "ValueError"),
    ("step", "return out, c, (x, h, W, a, c)\n", "return out, c, (x, h, W, a, out)\n", "source's own cache"),
    ("mutating", "old = x.copy()", "old = x", ""),
    ("mutating", "    x += 1\n", "", "argument `x`"),
    ("params", ', "b": np.sum(dy * mask)', "", "structure"),
]


@pytest.mark.parametrize("name, old, new, why", FAULTS)
def test_faults(name, old, new, why):
    claim, source, emitted = PAIRS[name]
    assert emitted.count(old) == 1
    found = identity(claim, source, emitted.replace(old, new))
    assert found.status == "differ" and why in found.why, found


def test_backward_that_remembers():
    claim, source, emitted = AFFINE
    text = emitted.replace("(x, W)\n", "[x, W]\n", 1).replace("db = np", "cache[1] = W * 2\n    db = np")
    found = identity(claim, source, text)
    assert found.status == "differ" and "modifies its cache" in found.why


def test_facts_about_sizes():
    claim = split("f", ("x",), (("x", ("array", ("N", "C*H"))),), sizes=(("C", (2,)), ("H", (3, 4))))
    source = "def f(x):\n    assert x.shape[1] in (6, 8)\n    return x * x\n"
    emitted = "def f_forward(x):\n    assert x.shape[1] in (6, 8)\n    return x * x, x\ndef f_backward(dout, cache):\n    return 2 * cache * dout\n"
    found = identity(claim, source, emitted)
    assert found.status == "agree" and found.points >= 4


def test_a_text_for_some_shapes_only_is_a_fault():
    claim = split("f", ("x", "y"), (("x", ANY), ("y", ANY)))
    source = "def f(x, y):\n    return x * y\n"
    plain = "def f_forward(x, y):\n    return x * y, (x, y)\ndef f_backward(dout, cache):\n    x, y = cache\n    return dout * y, dout * x\n"
    found = identity(claim, source, plain)
    assert found.status == "differ" and "has shape" in found.why


def test_kinks_of_arrays_are_passed_over():
    claim = split("f", ("x",), (("x", ("array", ("N",))),))
    source = "import numpy as np\ndef f(x):\n    return np.maximum(x, 0) * 0.5 + np.abs(x)\n"
    emitted = "import numpy as np\ndef f_forward(x):\n    return np.maximum(x, 0) * 0.5 + np.abs(x), x\ndef f_backward(dout, x):\n    return dout * ((x > 0) * 0.5 + np.sign(x))\n"
    assert identity(claim, source, emitted).status == "agree"


def test_the_output_may_stand_behind_aux():
    claim = split("f", ("x",), (("x", ("array", ("N", "D"))),), has_aux=True)
    source = "import numpy as np\ndef f(x):\n    return np.sum(x, axis=1), x * x\n"
    emitted = "import numpy as np\ndef f_forward(x):\n    return (x * x, np.sum(x, axis=1)), x\ndef f_backward(dout, x):\n    return 2 * x * dout\n"
    assert identity(claim, source, emitted).status == "agree"


def test_unavailable():
    claim = split("f", ("x",), (("x", ("array", ("N",))),))
    emitted = "def f_forward(x):\n    return x, x\ndef f_backward(dout, cache):\n    return dout * 1\n"
    found = identity(claim, "import numpy as np\ndef f(x):\n    return x * np.random.permutation(3)\n", emitted)
    assert found.status == "unavailable" and "np.random.permutation" in found.why.replace("numpy", "np")


def test_a_network_is_tested_quickly():
    start = time.perf_counter()
    found = identity(*NET)
    assert time.perf_counter() - start < 1.0 * found.points


def test_same_outcome_every_time():
    assert identity(*BROADCAST) == identity(*BROADCAST)
