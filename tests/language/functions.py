"""Functions that together use the whole language; above each, points at which its gradient is compared with differences."""

import math

import numpy as np
from numpy.linalg import norm

RATE = 0.3
SCALE = 8 / 5


# -- numbers ---------------------------------------------------------------------------------------------------------------


# at: x=0.7
def square(x):
    return x * x


# at: x=0.7, y=-1.3
def polynomial(x, y):
    return 3 * x**3 - 2 * x * y + y**2 / 5 - 7


# at: x=0.7, y=1.3
def quotient(x, y):
    return (x + y) / (x - y) - 1 / x


# at: x=1.7
def power_of_itself(x):
    return x**x


# at: x=0.7
def composed(x):
    return math.exp(math.sin(x) * math.log(1 + x * x))


# at: x=0.3, y=0.8
def library(x, y):
    return math.atan2(x, y) + math.hypot(x, y) + math.tanh(x) * math.sqrt(y) + math.erf(x)


# at: x=-0.7
def unary(x):
    return -(+x) * -x + abs(x)


# at: x=0.7
def reassigned(x):
    x = x * 2
    x = x + 1
    x *= x
    x -= 0.5
    x /= 3
    return x


# at: x=0.7, y=0.2
def swapped(x, y):
    x, y = y, x * y
    x, y = y * y, x + y
    return x - 2 * y


# at: x=0.7
def chained_targets(x):
    a = b = x * x
    b = b + a
    return a * b


# at: x=0.7, y=-0.4
def constants_of_the_file(x, y):
    return RATE * x + SCALE * y * math.pi


# at: x=0.7
# at: x=0.7, a=3.0
def default(x, a=2.0):
    return a * x * x


# at: x=0.7, y=2.0
def keyword_only(x, *, y=1.5):
    return x * y + y


# at: x=0.7, y=2.0
def positional_only(x, /, y):
    return x / y


# at: x=0.7
def documented(x):
    """A sentence: with `code` and x = 1."""
    pass
    y: float = x * x
    return y


# at: x=3.7, y=1.2
def rounded(x, y):
    return x % y + (x // y) * y * y + math.floor(x) * y


# at: x=0.7, y=1.5
def unused(x, y):
    z = x * y
    z = x + 1
    return z


# -- branches --------------------------------------------------------------------------------------------------------------


# at: x=0.7
# at: x=-0.7
def branch(x):
    if x > 0:
        y = x * x
    else:
        y = -x
    return y * 2


# at: x=0.7
# at: x=1.7
# at: x=2.7
def branch_elif(x):
    if x < 1:
        y = x
    elif x < 2:
        y = x * x
    else:
        y = x**3
    return y


# at: x=0.7
# at: x=-0.7
def one_armed(x):
    y = x
    if x > 0:
        y = y * 3
    return y * x


# at: x=0.7, y=0.2
# at: x=-0.7, y=0.2
# at: x=0.7, y=-0.2
def nested_branches(x, y):
    z = 1.0
    if x > 0:
        z = z * x
        if y > 0:
            z = z * y
    else:
        z = z - x * y
    return z


# at: x=0.7
# at: x=-0.7
def early_return(x):
    if x < 0:
        return x * x
    y = math.exp(x)
    return y + x


# at: x=0.7, y=0.4
# at: x=0.7, y=-0.4
# at: x=-0.7, y=-0.4
def returns_on_some_paths(x, y):
    if x > 0:
        x = x * 2
        if y > 0:
            return x * y
    z = x + y
    return z * z


# at: x=0.7
# at: x=-0.7
def ternary(x):
    return x * x if x > 0 else -3 * x


# at: x=0.7, y=0.3
# at: x=-0.7, y=0.3
# at: x=0.7, y=-0.3
def booleans(x, y):
    if x > 0 and y > 0:
        return x * y
    if not x > 0 or y > 5:
        return x
    return 2 * y


# at: x=0.7
# at: x=5.0
def chained_comparison(x):
    return x * x if 0 < x < 1 else x


# at: x=0.0, y=0.5
# at: x=0.7, y=0.5
def value_of_or(x, y):
    z = x or y
    return z * z + y


# at: x=0.7
def as_a_number(x):
    return x * (x > 0) + 2 * x * (x <= 0)


# at: x=0.7, kind="square"
# at: x=0.7, kind="cube"
def modes(x, kind):
    if kind == "square":
        y = x * x
    elif kind == "cube":
        y = x**3
    else:
        raise ValueError("unknown kind %s" % kind)
    return 2 * y


# at: x=0.7
# at: x=0.7, y=0.4
def none_by_default(x, y=None):
    if y is None:
        return x * x
    return x + 3


# at: x=0.7, train=True
# at: x=0.7, train=False
def none_first(x, train):
    out, extra = None, None
    if train:
        extra = x * x
        out = extra + x
    else:
        out = 3 * x
    return out


# at: x=0.7, y=0.4
def checked(x, y):
    assert x > 0, "x must be positive"
    print("x is", x)
    return math.log(x) * y


# -- loops -----------------------------------------------------------------------------------------------------------------


# at: x=0.7, n=4
# at: x=0.7, n=0
def power_by_loop(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


# at: x=0.7
def range_with_bounds(x):
    s = 0.0
    for i in range(2, 9, 3):
        s += i * x**i
    return s


# at: x=0.7
def range_downwards(x):
    s = x
    for i in range(5, 0, -2):
        s = s * x + i
    return s


# at: x=0.7, n=3
def two_carried(x, n):
    a, b = x, 1.0
    for i in range(n):
        a, b = b * x, a + b
    return a * b


# at: x=0.7, n=3, m=2
def nested_loops(x, n, m):
    s = x
    for i in range(n):
        for j in range(m):
            s = s + x * s * (i + j)
        s = s / 2
    return s


# at: x=0.7, n=5
def branch_in_loop(x, n):
    s = x
    for i in range(n):
        if i % 2 == 0:
            s = s * x
        else:
            s = s + math.sin(x)
    return s


# at: x=0.7, n=6
def skips(x, n):
    s = 0.0
    for i in range(n):
        if i == 2 or i == 4:
            continue
        s = s + x**i
    return s


# at: x=1.7, n=20
# at: x=0.7, n=3
def breaks(x, n):
    s = 1.0
    for i in range(n):
        s = s * x
        if s > 10:
            break
        s = s + 0.1 * x
    return s


# at: x=1.7, n=20
# at: x=0.7, n=3
# at: x=0.7, n=0
def returns_in_loop(x, n):
    s = 1.0
    for i in range(n):
        s = s * x
        if s > 10:
            return s * x
    return s + x


# at: x=1.7, n=20
# at: x=0.7, n=3
def loop_else(x, n):
    s = x
    for i in range(n):
        s = s * x
        if s > 10:
            break
    else:
        s = s * 3
    return s


# at: x=1.1, n=4
# at: x=1.9, n=4
def returns_in_nested_loops(x, n):
    for i in range(n):
        for j in range(i):
            x = x * 1.5
            if x > 5:
                return x * x
    return x


# at: a=2.0, x=1.0
# at: a=9.0, x=2.5
def newton(a, x, tol=1e-9):
    while abs(x * x - a) > tol:
        x = x - (x * x - a) / (2 * x)
    return x


# at: x=0.7
def counted_while(x):
    i = 0
    s = 0.0
    while i < 4:
        s = s * x + i
        i += 1
    return s


# at: x=0.7
def while_true(x):
    k = 0
    while True:
        x = math.sin(x) + 0.5
        k += 1
        if k == 2:
            continue
        if k >= 4:
            break
        x = x * 1.1
    return x


# at: x=0.4
# at: x=1.4
def nested_whiles(x):
    s = x
    i = 0
    while s < 20.0:
        j = 0
        while j < 3:
            j += 1
            if j == 2:
                s = s + 0.1 * math.sin(s)
            s = s + x * x + 0.5
        i += 1
        if i > 4:
            break
    return s


# at: x=0.7, n=4
# at: x=2.7, n=4
def skips_in_a_branch(x, n):
    s = x
    for i in range(n):
        if i % 2:
            if s > 2.0:
                continue
            s = s * x
        s = s + 0.1 * x
    return s


# at: x=0.7, n=4
def conditional_update(x, n):
    best = x
    for i in range(n):
        candidate = x * (3 - i) * i
        if candidate > best:
            best = candidate
    return best * best


# at: r=3.2, x=0.4, n=6
def logistic_map(r, x, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


# -- calls -----------------------------------------------------------------------------------------------------------------


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def affine(x, w, b=0.5):
    y = w * x
    return y + b


def both(x, y):
    s = x + y
    d = x - y
    return s * d, s / 2


def layer(x, w):
    return sigmoid(affine(x, w))


# at: x=0.7
def gate_of_the_file(x):
    return sigmoid(x) * (1 - sigmoid(2 * x))


# at: x=0.7, w=0.4
def inner_call(x, w):
    return affine(x, w) ** 2


# at: x=0.7, w=0.4
def nested_calls(x, w):
    return affine(affine(x, w), w, b=x)


# at: x=0.7, w=0.4
def calls_through(x, w):
    return layer(layer(x, w), w)


# at: x=0.7, y=0.4
def several_results(x, y):
    p, m = both(x, y)
    q, _ = both(p, x)
    return p * m + q


# at: x=0.7, w=0.4, n=3
def calls_in_loop(x, w, n):
    for _ in range(n):
        x = affine(x, w)
    return x


# at: x=0.7
# at: x=-0.7
def call_in_branch(x):
    if x > 0:
        return affine(x, x)
    return sigmoid(x)


# -- tuples, lists, dicts ----------------------------------------------------------------------------------------------------


# at: w=[0.3, -0.2, 0.9], x=0.7
def list_entries(w, x):
    return w[0] * x + w[1] * x * w[-1]


# at: w=(0.3, -0.2)
def tuple_unpacked(w):
    a, b = w
    return a * b + a


# at: p={"a": 0.3, "b": -0.2}, x=0.7
def dict_entries(p, x):
    return p["a"] * x + p["b"] * x * x


# at: p={"w": [0.3, -0.2], "s": {"b": 0.4}}, x=0.7
def nested_containers(p, x):
    return p["w"][0] * x + p["w"][1] * p["s"]["b"]


# at: x=0.7, y=0.4
def local_tuple(x, y):
    t = (x * y, x + y)
    a, b = t
    return a * b + t[0]


# at: x=0.7, y=0.4
def local_dict(x, y):
    d = {"sum": x + y, "prod": x * y}
    return d["sum"] * d["prod"] + d["sum"]


# at: x=0.7, y=0.4
def local_list(x, y):
    l = [x, y, x * y]
    return sum(l) * max(l) + len(l) * min(l)


# at: x=0.7
def nested_unpacking(x):
    (a, b), c = (x, x * x), x + 1
    return a * b * c


# -- arrays: elementwise -----------------------------------------------------------------------------------------------------


# at: x=v(4), y=v(4)
def elementwise(x, y):
    return np.exp(x) * np.sin(y) + x**2 / (1 + y * y)


# at: x=m(3, 4), b=v(4)
def row_added(x, b):
    return np.tanh(x + b)


# at: x=m(3, 1), y=m(1, 4)
# shape: x: N 1; y: 1 D
def both_broadcast(x, y):
    return x * y - y


# at: x=v(4), s=0.7
# shape: x: N; s:
def scaled(x, s):
    return s * x + s


# at: x=m(3, 4)
def chosen(x):
    return np.where(x > 0, x, 0.1 * x) + np.maximum(x, 0.3) - np.minimum(x, 0.1) + np.clip(x, -0.5, 0.5)


# at: x=m(3, 4)
def many_functions(x):
    return np.sqrt(np.abs(x) + 1) + np.log1p(x * x) + np.arctan(x) + np.square(x) + np.sign(x) * x


# -- arrays: reductions ------------------------------------------------------------------------------------------------------


# at: x=m(3, 4)
def summed(x):
    return np.sum(x * x)


# at: x=m(3, 4)
def summed_by_axes(x):
    return np.sum(x, axis=0) * np.mean(x**2, axis=0) + x.sum(axis=1, keepdims=True).mean()


# at: x=m(3, 4)
def extremes(x):
    return np.max(x, axis=1) - x.min(axis=1) + np.max(x)


# at: x=m(3, 4)
def spread(x):
    return np.var(x, axis=0) + np.std(x, axis=0)


# at: x=v(4)
def products(x):
    return np.prod(x) + np.cumsum(x)[-2]


# at: x=v(4)
def length(x):
    return norm(x) + np.linalg.norm(2 * x)


# at: x=m(3, 4)
def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


# at: x=m(3, 4), y=ints(0, 3, 1)
def cross_entropy(x, y):
    N = x.shape[0]
    shifted = x - np.max(x, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.sum(logp[np.arange(N), y]) / N


# -- arrays: products and shapes ---------------------------------------------------------------------------------------------


# at: a=m(3, 4), b=m(4, 2)
def matmul(a, b):
    return a @ b


# at: a=m(3, 4), x=v(4)
# shape: a: N D; x: D
def matrix_vector(a, x):
    return a.dot(x) @ np.dot(a, x)


# at: x=v(3), y=v(4)
def outer(x, y):
    return np.outer(x, y) + x[:, None] * y


# at: a=m(2, 3, 4), b=m(2, 4, 2)
# shape: a: B N D; b: B D M
def batched(a, b):
    return np.matmul(a, b) + np.einsum("nij,njk->nik", a, b)


# at: x=m(2, 3, 2), w=m(6, 2)
def flattened(x, w):
    return x.reshape(x.shape[0], -1) @ w


# at: x=m(3, 4)
def turned(x):
    return x.T * 2 + np.transpose(x) ** 2


# at: x=m(3, 4), y=m(2, 4)
def joined(x, y):
    return np.concatenate([x, y], axis=0) * np.vstack((x, 2 * y))


# at: x=m(3, 4)
def sizes(x):
    N, D = x.shape
    return np.sum(x) / N + np.sum(x * x) / (x.size * len(x)) + D * x.ndim


# -- arrays: subscripts and stores -------------------------------------------------------------------------------------------


# at: x=m(3, 4)
def subscripts(x):
    return x[0, 1] * x[-1] + x[1:, 2].sum() + x[:, ::2].sum() * x[2, 0]


# at: x=v(5), i=ints(0, 0, 3)
def picked(x, i):
    return x[i] * x[1]


# at: x=m(3, 4)
def masked(x):
    return np.sum(x[x > 0] ** 2)


# at: x=v(4)
def stored(x):
    y = np.zeros(4)
    y[0] = x[1] * x[2]
    y[1:3] = x[2:] ** 2
    y[3] += x[0]
    return y * x


# at: x=v(4)
def overwritten(x):
    y = x * x
    y[1:] = y[:-1]
    y[0] = 3.0
    return y * x


# at: x=m(3, 4)
def stored_by_mask(x):
    y = x * x
    y[x < 0] = 0
    return y


# at: x=v(4)
# shape: x: N
def in_place(x):
    y = x * 2
    y *= y
    y += x
    y -= 1
    return y


# at: x=v(5)
def recurrence(x):
    y = np.zeros(5)
    y[0] = x[0]
    for i in range(1, 5):
        y[i] = 0.5 * y[i - 1] + x[i]
    return y


# at: x=m(3, 4), w=v(4)
# shape: x: N D; w: D
def rows(x, w):
    s = 0.0
    for row in x:
        s += np.tanh(row @ w)
    return s


# at: x=m(4, 3), w=v(3)
# shape: x: N D; w: D
def rows_until(x, w):
    s = 0.0
    for i, row in enumerate(x):
        z = row @ w
        if z < 0:
            continue
        s = s + i * z * z
        if s > 3:
            break
    return s


# at: x=v(3), A=m(3, 3)
# shape: x: D; A: D D
def iterated_until(x, A):
    y = x
    k = 0
    while np.sum(y * y) > 0.01 and k < 4:
        y = 0.5 * np.tanh(A @ y)
        k += 1
    return np.sum(y**3)


# at: x=m(3, 4)
# shape: x: T 4
def array_in_loop(x):
    h = np.zeros(4)
    for i in range(3):
        h = np.tanh(h + x[i])
    return h


# at: x=v(3), n=4
def mode_in_loop(x, n):
    for i in range(n):
        if i % 2 == 0:
            x = np.sin(x) + x
        else:
            x = x * x / 2
    return x


# -- dicts and lists by loop variable ----------------------------------------------------------------------------------------


# at: x=m(4, 3), h0=v(2), Wx=m(3, 2), Wh=m(2, 2)
# shape: x: T D; h0: H; Wx: D H; Wh: H H
def states_in_a_dict(x, h0, Wx, Wh):
    xs, hs = {}, {}
    hs[-1] = np.copy(h0)
    loss = 0.0
    for t in range(len(x)):
        xs[t] = x[t] * 2
        hs[t] = np.tanh(xs[t] @ Wx + hs[t - 1] @ Wh)
        loss += np.sum(hs[t] ** 2)
    return loss, hs[len(x) - 1]


# at: x=0.7, n=4
def last_state(x, n):
    s = {}
    s[-1] = x
    for t in range(n):
        s[t] = math.sin(s[t - 1]) + x * t
    return s[n - 1] * x


# at: x=0.7, n=4
def from_one(x, n):
    s = {}
    s[0] = x
    for k in range(1, n):
        s[k] = s[k - 1] * x + k
    return s[k]


# at: x=m(4, 3)
# shape: x: T D
def written_in_place(x):
    ys = {}
    total = 0.0
    for t in range(4):
        ys[t] = x[t] * x[t]
        ys[t][0] = 1.0
        total += np.sum(ys[t] * x[t])
    return total


# at: x=0.7, y=0.4
def local_dict_filled(x, y):
    cache = {}
    cache["sum"] = x + y
    cache["prod"] = cache["sum"] * y
    cache["sum"] = cache["prod"] + x
    return cache["sum"] * cache["prod"]


# -- modes, settings, draws --------------------------------------------------------------------------------------------------


# at: x=m(4, 3), gamma=v(3), beta=v(3), bn_param={"mode": "train"}
# at: x=m(4, 3), gamma=v(3), beta=v(3), bn_param={"mode": "train", "running_mean": v(3), "running_var": v(3), "momentum": 0.8}
# at: x=m(4, 3), gamma=v(3), beta=v(3), bn_param={"mode": "test", "running_mean": v(3), "running_var": v(3) ** 2}
def batchnorm_forward(x, gamma, beta, bn_param):
    """
    - x: Data of shape (N, D)
    - gamma: Scale parameter of shape (D,)
    - beta: Shift parameter of shape (D,)
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == "train":
        mu = np.mean(x, axis=0)
        var = np.var(x, axis=0)
        std = np.sqrt(var + eps)
        xhat = (x - mu) / std
        out = gamma * xhat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (xhat, gamma, std)
    elif mode == "test":
        xhat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * xhat + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


# at: x=m(4, 3), dropout_param={"mode": "train", "p": 0.6, "seed": 5}
# at: x=m(4, 3), dropout_param={"mode": "test", "p": 0.6, "seed": 5}
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = None
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        out = x
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


# at: x=m(4, 3), w=m(3, 2)
# shape: x: N D; w: D M
def noisy(x, w):
    np.random.seed(3)
    h = x @ w
    h = h * (np.random.rand(*h.shape) > 0.5) + 0.1 * np.random.randn(*h.shape) * h
    h = h + np.random.normal(0.0, 0.2, size=h.shape) * h
    return np.sum(h * np.random.uniform(0.5, 1.5, h.shape))


# at: x=0.7, state={"count": 2.0}
def counts_its_calls(x, state):
    y = x * x * state["count"]
    state["count"] = state["count"] + 1
    return y + state["count"] * x


# -- written out -------------------------------------------------------------------------------------------------------------


# at: params={"W1": m(3, 4), "b1": v(4), "W2": m(4, 3), "b2": v(3)}, X=m(5, 3), y=ints(0, 2, 1, 1, 0), reg=0.3
# shape: params[W1]: D H; params[b1]: H; params[W2]: H C; params[b2]: C; X: N D; y: N
def penalized(params, X, y, reg):
    h = np.maximum(0, X @ params["W1"] + params["b1"])
    scores = h @ params["W2"] + params["b2"]
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(len(y)), y])) / len(y)
    for k in ["W1", "W2"]:
        loss += 0.5 * reg * np.sum(params[k] ** 2)
    return loss


# at: w=[0.3, -0.2, 0.9], x=0.7
def comprehension(w, x):
    terms = [w[i] * x**i for i in range(3)]
    return sum(terms) + sum(w[i] * w[i] for i in (0, 2))


# -- dicts of settings handed on ---------------------------------------------------------------------------------------------


def normalize(x, gamma, settings):
    """
    - x: of shape (N, D)
    - gamma: of shape (D,)
    """
    if settings["mode"] == "train":
        mu = np.mean(x, axis=0)
        out = gamma * (x - mu)
        settings["mean"] = mu
    elif settings["mode"] == "test":
        out = gamma * (x - settings.get("mean", 0.0))
    else:
        raise ValueError("mode")
    return out


# at: x=m(4, 3), w=m(3, 2), gamma=v(2), settings={"mode": "train"}
# at: x=m(4, 3), w=m(3, 2), gamma=v(2), settings={"mode": "test", "mean": 0.3}
# shape: x: N D; w: D M; gamma: M
def settings_handed_on(x, w, gamma, settings):
    a = x @ w
    b = normalize(a, gamma, settings)
    return np.maximum(b, 0)


def doubled_forward(x, w):
    out = np.tanh(x @ w) * 2
    cache = (x, w)
    return out, cache


# at: x=m(4, 3), w=m(3, 2)
# shape: x: N D; w: D M
def caches_ride_along_forward(x, w):
    h, c1 = doubled_forward(x, w)
    out = np.maximum(0, h)
    cache = (c1, h)
    return out, cache


# -- paths that no value comes from, and what the arms of a branch share -----------------------------------------------------


# at: x=v(4), mode="up"
# at: x=v(4), mode="down"
def mode_or_none(x, mode):
    """x: (N,)"""
    out = None
    if mode == "up":
        out = x * x
    elif mode == "down":
        out = -x
    return out * 2 + x


# at: x=v(4), mode="up"
# at: x=v(4), mode="down"
def mode_or_raise(x, mode):
    if mode == "up":
        scale = x * x
        out = scale * 3
    elif mode == "down":
        out = x
    else:
        raise ValueError("mode is %s" % mode)
    return out.sum() * x


# at: x=v(4), w=1.3
# at: x=v(4), w=None
def mask_tested_for_none(x, w):
    """x: (N,)"""
    mask = None
    if w is not None:
        mask = x * w
    if mask is not None:
        return np.sum(x * mask)
    return np.sum(x)


# at: x=m(4, 6), f=2, stride=2, mode="max"
# at: x=m(4, 6), f=2, stride=2, mode="mean"
# at: x=m(4, 6), f=2, stride=2, mode="none"
def pool_by_mode(x, f, stride, mode):
    H, W = x.shape
    out = np.zeros((H // stride, W // stride))
    for i in range(H // stride):
        for j in range(W // stride):
            window = x[i * stride : i * stride + f, j * stride : j * stride + f]
            if mode == "max":
                out[i, j] = np.max(window)
            elif mode == "mean":
                out[i, j] = np.mean(window)
    return out


# at: x=v(4), mode="a"
# at: x=v(4), mode="b"
def store_twice_in_an_arm(x, mode):
    out = np.zeros(4)
    for i in range(4):
        if mode == "a":
            out[i] = x[i] * x[i]
        else:
            out[0] = x[i] * 3
    return out


# -- keys put together from text and numbers ----------------------------------------------------------------------------------


# at: params=dict(W1=m(3, 4), b1=v(4), W2=m(4, 5), b2=v(5), W3=m(5, 2), b3=v(2)), x=m(6, 3), reg=0.1
def keys_of_layers(params, x, reg):
    """x: (N, D)"""
    h = x
    for l in range(1, 4):
        W, b = params["W" + str(l)], params["b%d" % l]
        h = h @ W + b
        if l < 3:
            h = np.maximum(0, h)
    loss = np.sum(h * h)
    for l in range(1, 4):
        loss += 0.5 * reg * np.sum(params[f"W{l}"] ** 2)
    return loss


# at: p=dict(a0=1.5, a1=-0.5, a2=2.0), x=0.7
def keys_of_coefficients(p, x):
    y = 0.0
    for k in range(3):
        y = y * x + p["a{}".format(2 - k)]
    return y
