"""Small programs that the random ones led to: each broke an invariant once."""

from __future__ import annotations

import re

from tests.arrays.programs.program import Program
from tests.arrays.recipes import shape_text

_ROWS: list[tuple[dict, str]] = [
    # a history is filled by the forward pass, not worked out again beside an author's cache
    (
        dict(x="N D", mu="D"),
        "def f_forward(x, mu):\n    out = []\n    for u in x:\n        out.append(u * np.maximum(u, 0.5))\n    y = np.array(out)\n    cache = mu\n    return y, cache\n",
    ),
    # a gradient starts as zeros like what holds real numbers, not like labels or a mask of its shape
    (
        dict(keep="bools N D", x="N D"),
        "def f(keep, x):\n    hs = [x * 1.0]\n    for _ in range(2):\n        hs.append(hs[-1])\n    return np.array(hs)\n",
    ),
    # in a trip a name stands for the value at its head, not for the one after the loop
    (
        dict(x="N T D"),
        "def f(x):\n    c = x\n    u = np.zeros(c.shape)\n    for i in range(c.shape[0]):\n        s = c[i]\n        u[i] = s\n    return 0.5 * np.sum(u * u)\n",
    ),
    # a gradient on a list that is zeros on one path is no single number
    (
        dict(x="N D", flag="true"),
        "def f(x, flag):\n    rows = []\n    for t in x:\n        rows.append(t)\n    y = np.stack(rows)\n    if flag:\n        z = y\n    else:\n        z = x\n    return z\n",
    ),
    # an outer product of numbers has axes of size 1
    (dict(x="N D"), "def f(x):\n    r = 1.5\n    return np.outer(r, r) - x\n"),
    # a gradient that is read elsewhere, too, does not become the wider one that it is handed on to
    (
        dict(x="N D", w="N M"),
        "def f(x, w):\n    v = x[:, 0].max(axis=0)\n    a = v + np.sum(w, axis=1, keepdims=True)\n    return np.tanh(a)\n",
    ),
    # what only a loop gives a value is None before it, and lends its shape to nobody
    (
        dict(w="D D"),
        "def f(w):\n    for i in range(w.shape[0]):\n        z = w[i]\n        h = z * 1.0\n    s = h\n    h = h + s\n    return h\n",
    ),
    # a helper that gets an axis of size 1 is for any shapes
    (
        dict(x="N D", b="D"),
        "def add(x, w):\n    s = x * 2.0\n    return s + w\n\n\ndef f(x, b):\n    a = np.mean(x, axis=1, keepdims=True)\n    return add(a, b) * 1.5\n",
    ),
    # no derivative arrives at a parameter, or at an entry of one: zeros of its shape
    (dict(x="N D", w="D"), "def f(x, w):\n    return np.zeros(3) * 2.0\n"),
    (dict(x="N D", w=("D M", "N D")), "def f(x, w):\n    a, b = w\n    c = a.T\n    return x * b\n"),
    (dict(x="N D", p={"W": "D M", "b": "M"}), 'def f(x, p):\n    W = p["W"]\n    b = p["b"]\n    return x @ W\n'),
    # a stretched gradient in another shape is not memory of its own
    (dict(x="N D", w="N D"), "def f(x, w):\n    h = x.flatten()\n    return w - np.sum(h)\n"),
    # what only one arm computes is not worked out again on the other
    (
        dict(x="N D", s="number"),
        "def f(x, s):\n    y = x.T\n    if s:\n        t = 1.0\n    else:\n        t = np.sum(y, axis=0)\n"
        "    z = x.T * t\n    cache = y\n    return z, cache\n",
    ),
    # both arms of a choice must be fresh, not only the first
    (dict(x="N D", flag="false"), "def f(x, flag):\n    y = 2 * x if flag else x\n    return y, np.sum(x * x)\n"),
    # two thin contributions make a thin sum
    (dict(x="N D"), "def f(x):\n    a = np.sum(x)\n    b = np.mean(x)\n    return a * b\n"),
    # a gradient that only one arm gives is a number on the other
    (
        dict(x="N D", w="D", flag="false"),
        "def f(x, w, flag):\n    if flag:\n        y = x * w\n    else:\n        y = w * 2.0\n    return np.sum(y)\n",
    ),
    (
        dict(x="N D", flag="true"),
        "def f(x, flag):\n    z = np.ones_like(x)\n    z[:, 0] = x[:, 1]\n    if flag:\n        y = x * 2.0\n    else:\n        y = z\n    return y\n",
    ),
    # a helper's backward takes a full gradient on each result
    (
        dict(x="N D"),
        "def h(x):\n    t = np.tanh(x)\n    return t, np.sum(x * t, axis=1)\n\n\ndef f(x):\n    a, b = h(x)\n    return np.sum(a)\n",
    ),
    (
        dict(x="N D"),
        "def h(x):\n    return np.sum(x, axis=1) * 2.0\n\n\ndef f(x):\n    a = h(x)\n    return np.sum(a) + np.sum(x)\n",
    ),
    # a gradient that a branch adds to keeps its name there too
    (
        dict(x="N D", s="number"),
        "def f(x, s):\n    y = x * x\n    y[y >= 0.3] = s\n    if s > 1.0:\n        t = y\n        u = t\n    else:\n        u = x * 2.0\n"
        "    v = u + y\n    return v\n",
    ),
    # a write through the last of several names for a value that backward reads, or through one of a branch
    (dict(x="N D"), "def f(x):\n    y = np.exp(x)\n    a = y\n    b = a\n    b *= 2.0\n    return b\n"),
    (
        dict(x="N D", s="number"),
        "def f(x, s):\n    if s > 0.1:\n        h = np.exp(x)\n    else:\n        h = x * x\n    g = h\n    g *= 0.5\n    m = g\n    return m\n",
    ),
    (
        dict(x="N D", s="number"),
        "def f(x, s):\n    y = np.exp(x)\n    if s > 0.1:\n        q = y\n    else:\n        q = y\n    q *= 0.5\n    return q + x\n",
    ),
    # a write into a view of a value that has no name of the author's, and that backward reads
    (dict(x="N D"), "def f(x):\n    h = np.tanh(x)[2, :2]\n    h += 1\n    return h\n"),
    # a write into what a helper's cache may hold: its result, its argument
    (
        dict(x="N D"),
        "def g(x):\n    h = np.tanh(x)\n    return h, np.sum(x * x * h, axis=1)\n\n\n"
        "def f(x):\n    a, u = g(x)\n    a[a > 0.0] = 0\n    h = np.cos(a)\n    return h + np.sum(u)\n",
    ),
    (
        dict(x="N D"),
        "def g(y):\n    t = y * y\n    return np.sin(t) + t\n\n\ndef f(x):\n    y = x * 2.0\n    h = g(y)\n    y += 1.0\n    return h + y\n",
    ),
    (
        dict(x="N D"),
        "def g(y):\n    t = y * y\n    return np.sin(t) + t\n\n\ndef f(x):\n    y = x * 2.0\n    h = g(y)\n    q = h\n    z = y\n"
        "    q *= 3.0\n    z += 1.0\n    return q + z\n",
    ),
    # two parts of a gradient that is called like the one that they are made of
    (
        dict(x="N D", flag="true"),
        "def f(x, flag):\n    k = x\n    x = np.where(k > 0.5, k, k)\n    act = np.tanh(x)\n    return act\n",
    ),
    # a thin gradient is full before it is summed into another shape
    (dict(t="N 1", x="N D"), "def f(t, x):\n    s = x[:, None]\n    q = s * t\n    return np.sum(q)\n"),
    # an arm of a branch hands on a value that is written in place under its new name, and needed as it was
    (
        dict(x="N D", flag="true"),
        "def f(x, flag):\n    w = np.tanh(x)\n    if flag:\n        w = x * 2\n    w[x > 0.0] *= 2.0\n    return w\n",
    ),
    # the gradient of a sum of truth values times x is no truth value
    (dict(x="N D"), "def f(x):\n    y = x * (x > 0)\n    return np.sum(y)\n"),
    (dict(x="N D", s="()"), "def f(x, s):\n    m = x > 0\n    y = s * m\n    return np.sum(y)\n"),
    # an entry whose gradient a helper gives
    (
        dict(c="M", p={"W": "D M", "b": "D"}),
        'def g(t):\n    r = np.sqrt(t * t + 1.0)\n    return r + 0.5 * t\n\n\ndef f(c, p):\n    a = g(p["W"])\n    return a + np.outer(p["b"], c)\n',
    ),
    # a variable that is called like a function of the text
    (dict(x="N D", w="()"), "def f(x, w):\n    unbroadcast = x\n    return unbroadcast * w\n"),
    (
        dict(x="N D", w="()"),
        "def f(x, w):\n    unbroadcast = x * x\n    unbroadcast = unbroadcast * w\n    return unbroadcast * unbroadcast\n",
    ),
    # a second result shares storage with another name
    (dict(x="N D", w="N D"), "def f(x, w):\n    m = w * 2.0\n    acc = m\n    m -= 0.1\n    return x * 1.0, acc\n"),
    # a, b = y, w shares storage
    (dict(x="N D", w="D"), "def f(x, w):\n    y = x * w\n    a, b = y, w\n    a -= 0.1\n    return y * y\n"),
    # op= gives a number that has two names a new value under one of them
    (dict(x="N D"), "def f(x):\n    s = np.sum(x * x)\n    t = s\n    s += 1.0\n    return s * t\n"),
    # NumPy negates no truth values
    (dict(x="N D"), "def f(x):\n    y = np.cos(x * (x > 0))\n    return y\n"),
    # an index array beside a count is no mask
    (dict(x="N D", y="ints N < D"), "def f(x, y):\n    h = x[range(x.shape[-2]), y]\n    return h @ x\n"),
    # what is worked out again in the backward pass does not take the name of what it is handed
    (
        dict(x="N D"),
        "def f(x):\n    h = 2\n    m = np.clip(h, 0.1, 0.9) * x\n    h += m\n    out = x * h[0, :]\n    cache = (h, x)\n    return out, cache\n",
    ),
    # a name that only op= reads is read after a write as well
    (dict(x="N D"), "def f(x):\n    a = 2 * x\n    b = a\n    a -= 0.1\n    b += 1.0\n    return a * x\n"),
    # op= leaves a name in the storage that it shares
    (dict(x="N D"), "def f(x):\n    t = -x\n    e = t\n    e -= 0.1\n    t[::2] = 0\n    return e * x\n"),
    # a = b = e shares storage
    (dict(x="N D"), "def f(x):\n    a = b = np.tanh(x)\n    a += 1.0\n    return b * b\n"),
    # np.ones(x.shape[0]) has one axis
    (dict(x="N"), "def f(x):\n    q = np.ones(x.shape[0])\n    return np.dot(q, x) * x\n"),
    # an entry of an array of one axis is a copy: a later write does not change it
    (dict(x="N"), "def f(x):\n    z = np.tanh(x)\n    a = z[0]\n    z -= 1\n    return z * a\n"),
    # what is written into for a sum is too small for the gradient of what was summed
    (dict(x="D"), "def f(x):\n    y = x\n    s = y.sum(axis=0, keepdims=True)\n    return y - np.sum(s[s > 0.3])\n"),
    (
        dict(x="N"),
        "def f(x):\n    m = x.sum(axis=-1, keepdims=True)\n    h = m\n    h[:] = np.sum(m[h < 0.0])\n    return h\n",
    ),
    # a number of unknown shape beside two arrays fits into both together
    (dict(x="N D", g="D", s="number"), "def f(x, g, s):\n    y = np.where(g, s, x)\n    return y + g\n"),
    # NumPy negates no truth values inside a choice either
    (dict(x="N D"), "def f(x):\n    m = np.maximum(x, 0.0) * (np.maximum(x, 0.0) > 0)\n    return np.sum(x - m)\n"),
    # integers made of truth values are no gradient
    (dict(x="N D"), "def f(x):\n    return np.sum(2 * (x > 0) * x)\n"),
    (dict(x="N D"), "def f(x):\n    return np.sum((x > 0) * x * 3)\n"),
    # a helper's parameter is no number where the call shows an array
    (dict(x="D", w="N D"), "def g(x, w):\n    return w - np.sum(x)\n\n\ndef f(x, w):\n    return g(x, w)\n"),
    # a helper g, and the function g_forward that calls it
    (
        dict(x="N D"),
        "def g(x):\n    return x * x + np.tanh(x)\n\n\ndef g_forward(x):\n    h = g(x)\n    cache = (h, x)\n    return h * 2.0, cache\n",
    ),
    # an array stored into itself the other way round: its gradients before and after are two
    (dict(x="N D"), "def f(x):\n    y = x * 1.0\n    y[:, ::-1] = y\n    return y * x\n"),
    # a part of a gradient that a trip takes is no copy of the whole, and none at all where the trip writes into another part
    (
        dict(x="T D", w="D D"),
        "def f(x, w):\n    h = np.zeros((len(x) + 1, x.shape[1]))\n    for t in reversed(range(len(x))):\n        h[t] = np.tanh(x[t] + h[t + 1] @ w)\n    return h\n",
    ),
    (
        dict(x="T D", w="D D"),
        "def f(x, w):\n    h = x * 1.0\n    for t in range(1, len(x)):\n        h[t] *= np.tanh(h[t - 1] @ w)\n        h[0] += h[t]\n    return h\n",
    ),
    # a list that every trip makes anew is empty at its start, also where the trip is looked at again
    (
        dict(Q="T D", K="N D", V="N M"),
        "def f(Q, K, V):\n    out = []\n    for q in Q:\n        s = np.tanh(np.array([q @ k for k in K]))\n        out.append(s @ V)\n    return np.stack(out)\n",
    ),
    # the gradient before a write may begin while that after it is still needed: they have names of their own
    (
        dict(lam="number", A="N D"),
        "def f(lam, A):\n    a = A - 1.0\n    u = np.exp(a)\n    p = u / np.sum(u, axis=1, keepdims=True)\n    a[:-1, -1] += lam\n    return np.sum(np.tanh(p)) + np.sum(np.tanh(p * u)) + np.sum(np.tanh(a))\n",
    ),
    # what is the same in every trip is worked out in no trip that does not run
    (
        dict(w="N", g="N", lr="number", steps="int 2"),
        "def f(w, g, lr, steps):\n    for _ in range(steps):\n        w = w - lr * g * w\n        w = w / np.sqrt(np.sum(w * w) + 1.0)\n    return np.sum(w * w)\n",
    ),
    # an array that is changed in place keeps its layout, and so the last digit of what is summed over it
    (
        dict(w="N D", x="N D"),
        "def f(w, x):\n    a = np.sin(np.sin(x.T))\n    a += np.tanh(a.dot(w).dot(a))\n    a = np.maximum(np.min(a, 1, keepdims=True), np.cos(a))\n    a += a\n    return np.sum(np.tanh(a))\n",
    ),
    # one number that fills a row is not read off the row
    (
        dict(x="T D"),
        "def f(x):\n    h = np.zeros((x.shape[0], x.shape[1]))\n    for t in range(len(x)):\n        s = np.tanh(np.sum(x[t]))\n        h[t] = s\n    return h\n",
    ),
    # an array without axes is a number, but not one that others hold as well
    (
        dict(alpha="number", rate="number 0.15"),
        "def f_forward(alpha, rate):\n    rate = np.where(rate > 0, rate, 0.1)\n    out = alpha * rate\n    cache = (rate, alpha)\n    return out, cache\n",
    ),
]

_UNTOLD: list[tuple[dict, str]] = [
    # another name of an array tells that it is one
    (
        dict(x="N D", w="N D"),
        "def f(x, w):\n    h = x\n    z = h / np.sum(h, axis=1, keepdims=True)\n    return z + np.sum(z)\n",
    ),
    # a size that is supposed to be a product with itself
    (
        dict(x="N D", c="D"),
        "def f(x, c):\n    z = x.dot(c)\n    h = z.reshape(-1, 1) + x\n    x = x + c\n    return np.mean(c) + np.sum(h)\n",
    ),
    # a value with more axes than its slot
    (dict(x="D"), "def f(x):\n    x = x + x\n    x[-1] = x @ x\n    return x\n"),
    # what is supposed of an entry is asserted where the entry has its name
    (
        dict(c="D", p={"W": "D M"}, s="number"),
        'def f(c, p, s):\n    old = s\n    dz = p["W"]\n    return np.dot(c, dz) * old\n',
    ),
    # a size of an axis that is supposed not to be
    (
        dict(x="D", w="N D"),
        "def f(x: Float[np.ndarray, 'D'], w):\n    w = w - x\n    old = np.mean(w, axis=1, keepdims=True)\n    return old\n",
    ),
    (
        dict(x="N D", w="D"),
        "def f(x: Float[np.ndarray, 'N D'], w):\n    unbroadcast = x * x\n    unbroadcast = unbroadcast * w\n    return unbroadcast * unbroadcast\n",
    ),
    # a transpose of unknown rank
    (
        dict(x="N D", w="N D"),
        "def f(x, w: Float[np.ndarray, 'N D']):\n    r = x[:, None] @ x.T\n    return np.minimum(x, r @ w[:, :1]) / r.transpose(0, 2, 1)\n",
    ),
    # a product in an arm of a branch, of values of unknown rank
    (
        dict(x="N D", w="D M", b="M", flag="true"),
        "def f(x, w, b, flag):\n    if flag:\n        b = w @ b\n    return b\n",
    ),
    # of two sizes that are read off, either may be 1
    (dict(h="1 D", w="1 1"), "def f(h, w):\n    N, D = h.shape\n    A, B = w.shape\n    return w * h\n"),
    (dict(h="N 1", w="N D"), "def f(h, w):\n    N, D = h.shape\n    A, B = w.shape\n    return h * w\n"),
    (dict(x="N D"), "def f(x):\n    return np.sum((x > 0) * x * 3)\n"),
    # of two axes that a sum keeps only one is taken out again
    (
        dict(x="N D"),
        "def f(x):\n    N, D = x.shape\n    v = np.var(x, axis=1, keepdims=True)\n    a = v[:, None] + np.exp(x)\n    return a * x\n",
    ),
    # what goes to two values and is written into for one of them is not the other's
    (
        dict(x="D", b="D"),
        "def f(x: Float[np.ndarray, 'D'], b: Float[np.ndarray, 'D']):\n    y = np.exp(b)\n    y[y >= 0.3] = 3.0\n    return (y + x) * 2.0\n",
    ),
    # of truth values NumPy's functions make float16: a factor of 1 makes them numbers
    (dict(x="N D"), "def f(x):\n    y = np.exp(x)\n    y *= np.exp(1 * (2.0 > 0))\n    return y\n"),
    # what a loop stored is not there any more where another name of the array was written in place
    (
        dict(x="N D"),
        "def f(x: Float[np.ndarray, 'N D']):\n    a = x\n    u = np.zeros(a.shape)\n    for i in range(len(a)):\n        z = a[i]\n        u[i] = np.tanh(z)\n    h = u\n    h += 1\n    v = u\n    return v\n",
    ),
]


def found() -> list[Program]:
    """The programs, with shapes told and without."""
    rows = [(*row, True) for row in _ROWS] + [(*row, False) for row in _UNTOLD]
    return [_program(number, *row) for number, row in enumerate(rows, 1)]


def _program(number: int, recipe: dict, text: str, tell: bool) -> Program:
    told = tuple(f"{n}: {s.removesuffix('()')}" for n, k in recipe.items() if tell and (s := shape_text(k)))
    name = re.findall(r"^def (\w+)", text, re.M)[-1]
    return Program(
        -number,
        f"import numpy as np\nfrom jaxtyping import Float\n\n\n{text}",
        name,
        recipe,
        told,
        "tell" if tell else "none",
    )
