# Code that may be refused: it writes into its arguments, into what may be a view, or into one place twice.
# Where it is accepted, it must be right, and leave its arguments as the original does.
import numpy as np


def writes_its_argument(x):
    b = x
    b += 1
    return np.sum(b * x)


def scales_its_argument(x, w):
    x *= 2
    return x.dot(w)


def clips_its_argument(scores, y):
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p /= p.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y]))


def maybe_view(x):
    y = x.reshape(3, 1) * 1.0
    v = y.ravel()
    v[0] = 5
    return np.sum(y * y)


def transposed_view(x):
    y = x * 1.0
    t = y.T
    t[0] = t[0] ** 2
    return np.sum(y * x)


def written_twice(x):
    y = np.zeros(3)
    y[[0, 0, 1]] = x
    return y * y


def loses_repeats(x):
    y = x * 1.0
    y[[0, 0, 2]] += x
    return y * y


def overlapping(x):
    y = x * x
    y[1:] += y[:-1]
    return y


def returns_its_input(x, w):
    h = np.dot(x, w)
    return h, x


def same_twice(x):
    y = np.tanh(x)
    return y, y


def integer_power(x, n):
    k = x.shape[0] % 2
    return np.sum(x**n) * k


def norm_of_shift(x):
    return np.linalg.norm(x - x.mean(), ord=2)


RECIPES = {
    "writes_its_argument": dict(x="N"),
    "scales_its_argument": dict(x="N D", w="D M"),
    "clips_its_argument": dict(scores="N C", y="ints N < C"),
    "maybe_view": dict(x="3"),
    "transposed_view": dict(x="N D"),
    "written_twice": dict(x="3"),
    "loses_repeats": dict(x="3"),
    "overlapping": dict(x="N"),
    "returns_its_input": dict(x="N D", w="D M"),
    "same_twice": dict(x="N"),
    "integer_power": dict(x="N", n="int 3"),
    "norm_of_shift": dict(x="N"),
}
