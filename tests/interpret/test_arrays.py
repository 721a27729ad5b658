"""NumPy in the machine: over floats bit for bit NumPy's own, over many digits the same to float accuracy."""

import warnings

import numpy as np
import pytest

from gradgen.interpret import FLOAT, MP, Machine, Raised

EXPRESSIONS = {
    "arithmetic": "a + b, a - b, a * 2, a / b, -a, +a, 2 ** p, p ** 0.5, a ** 2, a ** -1, 1 / a, a // 0.3, a % 0.3",
    "integers": "k + 1, k * k, k / 2, k // 2, k % 2, k ** 2, k + 0.5, k * s, k @ k, -k, k.sum() / k.size",
    "comparisons": "a > 0, a <= b, a == a, a != 0, (a > 0) & (a < 1), (a > 0) | (b > 0), ~(a > 0), (a > 0) ^ (b > 0), 0 < k[0] < 5",
    "masks times": "a * (a > 0), (a > 0) * a, (a > 0) + 1, (a > 0).sum(), (a > 0).astype(float), (a > 0).mean()",
    "matmul": "a @ m, a.dot(m), np.dot(a, m), b @ b, np.dot(b, b), a @ b, np.matmul(t, t.transpose(0, 2, 1)), np.dot(s, a)",
    "shapes": "a.shape, a.ndim, a.size, len(a), np.shape(a), np.shape(3.0), np.ndim(2), np.size(a), a.T.shape, np.shape([1, 2])",
    "dtype": "a.dtype == np.float64, a.dtype == float, k.dtype == int, np.zeros(2, dtype=a.dtype), np.zeros(2, dtype=np.float64), np.ones(3, dtype=int), np.zeros((2, 2), bool)",
    "indexing": "a[0], a[0, 1], a[-1], a[:, 1], a[..., 0], a[1:, ::-1], a[::-1], a[:, None], a[np.newaxis], a[:, [0, 2]], a[[0, 1], [1, 2]], a[a > 0], a[k % 2, k % 3], b[range(2)], t[:, [0, 1], 1], t[[0, 1], :, 1]",
    "elementwise": "np.exp(a), np.log(p), np.sqrt(p), np.tanh(a), np.sin(a), np.cos(a), np.tan(a), np.sinh(a), np.cosh(a), np.arcsin(u), np.arccos(u), np.arctan(a), np.square(a), np.abs(a), np.fabs(a), np.absolute(a), abs(a), np.sign(a)",
    "more elementwise": "np.log1p(p), np.expm1(a), np.log2(p), np.log10(p), np.exp2(a), np.cbrt(a), np.reciprocal(a), np.arcsinh(a), np.arccosh(1 + p), np.arctanh(u / 2), np.hypot(a, b), np.arctan2(a, b), np.logaddexp(a, b), np.degrees(a), np.deg2rad(a), np.copysign(a, b)",
    "of numbers": "np.exp(s), np.maximum(0, s), np.abs(-s), np.sum(s), np.sqrt(2), np.log(3), np.exp(1), np.power(2, 3), np.add(1, 2), np.square(3), np.max(s), np.float64(2) * s, np.where(s > 0, s, 0), np.round(s, 1)",
    "edges": "np.log(np.zeros(2)), np.log(-np.ones(2)), np.ones(2) / 0, np.zeros(2) / 0, -np.ones(2) / 0, np.zeros(2) ** -1, np.sqrt(-np.ones(1)), np.exp(np.full(1, 1e5)), np.power(-np.ones(2), 0.5), np.ones(2) % 0, np.inf, np.isnan(np.nan)",
    "rounding": "np.floor(a), np.ceil(a), np.rint(a), np.round(a, 1), np.around(a), np.trunc(a), a.round(), np.floor(k), np.fix(a)",
    "two arguments": "np.maximum(a, b), np.minimum(a, 0), np.fmax(a, b), np.fmin(a, b), np.power(p, a), np.multiply(a, b), np.add(a, b), np.subtract(a, b), np.divide(a, b), np.true_divide(a, 2), np.negative(a), np.mod(a, 0.3), np.remainder(a, 0.3), np.floor_divide(a, 0.3), np.fmod(a, 0.3)",
    "where": "np.where(a > 0, a, 0), np.where(a > 0, 1, 0), np.where(a > 0, a, b), np.where(a > 0), np.clip(a, -0.5, 0.5), a.clip(0, 1), np.clip(a, 0, None), np.clip(k, 1, 2), np.nan_to_num(np.log(np.zeros(2)))",
    "logic": "np.logical_and(a > 0, b > 0), np.logical_or(a > 0, 0), np.logical_not(a), np.logical_xor(a, 0), np.greater(a, b), np.less_equal(a, 0), np.isfinite(a), np.isinf(a), np.isclose(a, a + 1e-12), np.allclose(a, a), np.equal(k, 1), np.any(a > 0), np.all(a), (a > 0).any(axis=1)",
    "sums": "np.sum(a), np.sum(a, axis=0), np.sum(a, 1), np.sum(a, axis=-1, keepdims=True), np.sum(t, axis=(0, 2)), a.sum(), a.sum(0), a.sum(axis=1, keepdims=True), np.sum(a, axis=()), np.sum(k), np.sum([1.5, 2]), np.sum(a, axis=1, where=a > 0)",
    "means": "np.mean(a), a.mean(0), np.mean(a, axis=1, keepdims=True), np.mean(k), np.var(a), np.var(a, axis=0), a.var(axis=1, ddof=1, keepdims=True), np.std(a), a.std(0), np.average(a), np.average(a, axis=1, weights=b), np.average(a, axis=0), np.median(a), np.median(a, axis=1), np.mean(t, axis=(0, 1))",
    "extremes": "np.max(a), np.max(a, axis=1), a.max(axis=0, keepdims=True), np.amax(a, 1), np.min(a), np.amin(a, axis=0), a.min(), np.argmax(a), np.argmax(a, axis=1), a.argmax(0), np.argmin(a), np.max(k), np.ptp(a), max(b), min(b), np.max(t, axis=(1, 2))",
    "other reductions": "np.prod(a), np.prod(a, axis=1), a.prod(), np.cumsum(a), np.cumsum(a, axis=1), a.cumsum(0), np.cumprod(b), np.count_nonzero(a > 0), np.nansum(a), np.linalg.norm(a), np.linalg.norm(a, axis=1), np.linalg.norm(b, 1), np.linalg.norm(b, ord=np.inf), np.linalg.norm(a, axis=1, keepdims=True), np.linalg.norm(a, 'fro'), np.linalg.norm(b, 3), np.trace(a @ a.T)",
    "products": "np.outer(b, b), np.inner(b, b), np.vdot(a, a), np.tensordot(a, m, axes=1), np.tensordot(a, m, axes=([1], [0])), np.tensordot(t, t, 3), np.kron(b, b), np.einsum('ij,jk->ik', a, m), np.einsum('ij->', a), np.einsum('nij,nkj->nik', t, t), np.cross(b, b + 1), np.convolve(b, b)",
    "linear algebra": "np.linalg.inv(q), np.linalg.det(q), np.linalg.solve(q, b), np.linalg.solve(q, m), np.linalg.inv(np.stack([q, q.T])), np.linalg.det(q[None])",
    "decompositions": "np.linalg.eigvalsh(q), np.linalg.eigh(q)[0], np.abs(np.linalg.eigh(q)[1]), np.linalg.svd(a, full_matrices=False)[1], np.abs(np.linalg.svd(a.T, full_matrices=False)[0]), np.linalg.svd(q)[1]",
    "real parts": "np.real(a), np.imag(a), np.angle(a), np.real_if_close(a), np.isin(k, (1, 2)), np.fft.fftshift(a), np.fft.ifftshift(b), np.dstack([b, b])",
    "areas and powers": "np.trapezoid(b), np.trapezoid(b, 2 * b), np.trapezoid(b, dx=0.5), np.linalg.matrix_power(q, 3), np.sort(np.partition(b, 1))",
    "reshape": "a.reshape(3, 2), a.reshape((3, 2)), a.reshape(-1), a.reshape(1, -1, 1), np.reshape(a, (6,)), a.ravel(), a.flatten(), a.T, a.transpose(), t.transpose(2, 0, 1), np.transpose(t, (1, 0, 2)), np.swapaxes(t, 0, 1), t.swapaxes(0, 2), np.moveaxis(t, 0, -1), np.expand_dims(a, 1), np.squeeze(a[None]), a[None].squeeze(0), a.reshape(3, 2, order='F')",
    "broadcast": "np.broadcast_to(b, (2, 3)), np.atleast_2d(b), np.atleast_1d(s), np.flip(a), np.flip(a, 1), np.fliplr(a), np.roll(a, 1), np.roll(a, 1, axis=1), np.rot90(a), np.broadcast_shapes((2, 1), (3,)), np.broadcast_arrays(a, b)[1]",
    "joining": "np.concatenate([a, a]), np.concatenate((a, a), axis=1), np.stack([b, b]), np.stack([b, b], axis=1), np.hstack((b, b)), np.vstack([b, b]), np.append(b, 1.5), np.append(b, b), np.split(b, 3), np.array_split(b, 2), np.column_stack([b, b]), np.concatenate([k, b])",
    "making": "np.zeros(3), np.zeros((2, 3)), np.ones(2), np.full((2, 2), 1.5), np.full(2, s), np.full(2, 7), np.zeros_like(a), np.ones_like(k), np.full_like(a, 2), np.eye(3), np.identity(2), np.eye(3)[[0, 1]], np.arange(5), np.arange(1, 4), np.arange(0, 1, 0.25), np.arange(5, 0, -2), np.arange(3.0), np.linspace(0, 1, 5), np.linspace(s, 2, 3), np.tri(3)",
    "arrays": "np.array([1, 2.5]), np.array([[1, 2], [3, 4]]), np.array(a), np.asarray(b), np.array([s, s]), np.array([b, b]), np.array(2.0), np.array([1, 2], dtype=float), np.asarray([1, 2]), np.array(a.shape), np.float32(2), np.int64(3), np.array([True, False])",
    "diagonals": "np.diag(b), np.diag(a), np.tril(a), np.triu(a, 1), np.diagonal(a), a.diagonal(), np.diagflat(b), np.tril(np.ones((3, 3)))",
    "grids": "np.meshgrid(b, k), np.meshgrid(b, b, indexing='ij'), np.indices((2, 2)), np.ix_([0, 1], [1, 2])",
    "padding": "np.pad(b, 1), np.pad(a, ((0, 0), (1, 2)), mode='constant'), np.pad(a, 1, 'constant', constant_values=2), np.pad(t, [(0, 0), (1, 1), (0, 0)]), np.pad(b, 1, mode='edge')",
    "repeating": "np.repeat(b, 2), np.repeat(a, 2, axis=0), a.repeat(3, 1), np.tile(b, 2), np.tile(b, (2, 1)), np.repeat(b, [1, 0, 2])",
    "taking": "np.take(b, [0, 2]), np.take(a, [0, 2], axis=1), a.take([1], axis=0), np.choose([0, 1, 0], [b, b + 1]), np.argsort(b), np.sort(b), np.sort(a, axis=0), b.argsort(), np.unique(k), np.diff(b), np.diff(a, axis=0), np.bincount(k), np.nonzero(k), np.take_along_axis(a, np.argmax(a, axis=1)[:, None], axis=1)",
    "builtins": "sum(b), max(b), min(k), len(a), list(b), [x for x in b], [i * x for i, x in enumerate(b)], [x * y for x, y in zip(b, k)], float(b[0]), int(k[1]), abs(b[1]), float(np.sum(a)), all(k > -1), tuple(b), round(float(b[0]), 2), pow(b, 2)",
    "methods": "a.copy(), a.astype(float), p.astype(int), k.astype(float), a.tolist(), a.sum().item(), b.item(0), k.astype(np.float64) / 2, np.sum(a).shape, np.sum(a).reshape(1, 1), a.max().ndim",
    "constants": "np.pi * b, np.e * s, np.inf > b, np.float64(1) / 3",
    "starred": "g(*a.shape), np.zeros(a.shape)",
}
PROGRAMS = {
    "unpacked shape": "N, D = a.shape\nH = m.shape[1]\nreturn N * D + H",
    "in place": "x = a.copy()\ny = x\nx += 1\nx *= b\nx -= a\nx /= 2\nx **= 2\nreturn x, y, x is y",
    "in place through a view": "x = a.copy()\nrow = x[0]\nrow += 1\nx[:, 1] *= 3\nflat = x.reshape(-1)\nflat[0] = 9\nx.T[2, 0] -= 1\nreturn x, row, flat",
    "numbers rebind": "x = np.sum(a)\ny = x\nx += 1\nreturn x, y",
    "stores": "x = np.zeros((3, 4))\nx[0] = 1\nx[1, 2] = s\nx[:, 3] = b\nx[2] = m[0]\nx[x == 0] = -1\nx[[0, 1], [1, 1]] = 5\nx[..., 0] += b\nx[np.arange(3), k % 4] -= 1\nreturn x",
    "stores of integers": "x = np.zeros(3, dtype=int)\nx[0] = 2.7\nx[1] += 3\nx[2:] = [4]\nreturn x",
    "overlap": "x = b.copy()\nx[1:] = x[:-1]\nx[::-1] += x\nreturn x",
    "repeated index": "x = np.zeros(3)\nx[[0, 0, 1]] += 1\nnp.add.at(x, [0, 0, 2], b)\nnp.subtract.at(x, 1, 2)\nreturn x",
    "masks": "x = a.copy()\nx[x < 0] = 0\nx[x > 0.5] *= 2\nx[np.isnan(x)] = 0\nreturn x, x[x > 0]",
    "loops": "out = np.zeros((2, 4))\nfor i in range(2):\n for j in range(4):\n  for d in range(3):\n   out[i, j] += a[i, d] * m[d, j]\nreturn out",
    "rows": "total = 0\nfor row in a:\n total = total + row.sum() * row\nfor x in b:\n total += x\nreturn total",
    "unpacking": "x, y, z = b\n(p0, p1, p2), q = a\nreturn x * y * z, q, p0",
    "branch": "if np.sum(a) > 0 and a[0, 0] < 9:\n return a\nelif not (b > 9).any():\n return b\nreturn None",
    "layer": "h = np.maximum(0, a.dot(m) + m[0])\nh = h - np.max(h, axis=1, keepdims=True)\ne = np.exp(h)\nq = e / np.sum(e, axis=1, keepdims=True)\nN = a.shape[0]\nloss = -np.sum(np.log(q[np.arange(N), k[:2] % 4])) / N\nloss += 0.5 * 1e-3 * np.sum(m * m)\ndq = q.copy()\ndq[np.arange(N), k[:2] % 4] -= 1\ndq /= N\nreturn loss, a.T.dot(dq)",
    "batch norm": "mu = a.mean(axis=0)\nvar = a.var(axis=0)\nxhat = (a - mu) / np.sqrt(var + 1e-5)\nrun = 0.9 * np.zeros(3, dtype=a.dtype) + 0.1 * mu\nreturn b * xhat + b, run",
    "convolution": "x = t.reshape(2, 1, 3, 2)\nxp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode='constant')\nout = np.zeros((2, 1, 2, 3))\nfor i in range(2):\n for j in range(3):\n  out[:, :, i, j] = np.sum(xp[:, :, i:i + 3, j:j + 2], axis=(2, 3))\nreturn out",
    "containers": "d = {'x': a, 'y': b}\nd['x'] = d['x'] * 2\nd['y'] += 1\nxs = [a]\nxs.append(b)\nxs[0] = xs[0] * 2\nreturn d, np.concatenate([q.ravel() for q in xs])",
    "out": "x = np.zeros((2, 3))\nnp.add(a, b, out=x)\nnp.multiply(x, 2, out=x, where=a > 0)\nnp.exp(x, out=x)\nreturn x",
    "fill and sort": "x = a.copy()\nx.sort(axis=1)\ny = np.empty((2, 2))\ny.fill(3)\nz = np.empty_like(a)\nz[:] = 1\nreturn x, y, z",
    "unbroadcast": "def un(grad, x):\n while np.ndim(grad) > np.ndim(x):\n  grad = np.sum(grad, axis=0)\n for axis in range(np.ndim(x)):\n  if np.shape(x)[axis] == 1:\n   grad = np.sum(grad, axis=axis, keepdims=True)\n return grad.reshape(np.shape(x))\nreturn un(a, b), un(a, s), un(a, a[:, :1]), un(a, a)",
    "string formatting": "f'{a.shape} {a.shape[0]}'\nreturn a",
}
RAISING = {
    "shapes": ("a + m", ValueError),
    "matmul": ("a @ a", ValueError),
    "scalar matmul": ("a @ s", ValueError),
    "index": ("a[5]", IndexError),
    "many indices": ("a[0, 0, 0]", IndexError),
    "float index": ("a[0.5]", IndexError),
    "truth": ("1 if a > 0 else 2", ValueError),
    "and": ("a > 0 and b > 0", ValueError),
    "chained": ("0 < a < 1", ValueError),
    "axis": ("np.sum(a, axis=5)", ValueError),
    "reshape": ("a.reshape(4, 4)", ValueError),
    "concatenate": ("np.concatenate([a, b])", ValueError),
    "keyword": ("np.exp(a, nothing=1)", TypeError),
    "attribute of a list": ("[1].shape", AttributeError),
    "attribute of None": ("None.shape", AttributeError),
    "singular": ("np.linalg.inv(np.zeros((2, 2)))", ValueError),
    "attribute of a number": ("(3).shape", AttributeError),
    "no such size": ("np.zeros(-1)", ValueError),
    "text": ("np.exp('a')", TypeError),
    "list of texts": ("np.array(['a'])", TypeError),
    "function": ("np.array([g])", TypeError),
}
RAISING_STORES = {
    "broadcast in place": ("x = b.copy()\nx += a\nreturn x", ValueError),
    "real into integers": ("k += 0.5\nreturn k", TypeError),
    "division of integers": ("k /= 2\nreturn k", TypeError),
    "sequence into an entry": ("x = np.zeros(3)\nx[0] = b\nreturn x", ValueError),
    "wrong shape": ("x = np.zeros(3)\nx[:2] = b\nreturn x", ValueError),
}
HEAD = "import numpy as np\ndef g(x, y):\n return x * 10 + y\n"


def text_of(body: str) -> str:
    if "(q" in body:
        body = f"q = m[:, :3] + 2 * np.eye(3)\n{body}"
    lines = "\n".join(" " + line for line in body.split("\n"))
    return f"{HEAD}def f(a, b, m, t, p, u, k, s):\n{lines}\n"


def arguments() -> list:
    rng = np.random.default_rng(7)
    a, b = rng.normal(size=(2, 3)), rng.normal(size=3)
    m, t = rng.normal(size=(3, 4)), rng.normal(size=(2, 3, 2))
    p, u = rng.uniform(0.2, 3, size=(2, 3)), rng.uniform(-0.9, 0.9, size=(2, 3))
    return [a, b, m, t, p, u, np.array([0, 2, 1]), 0.7321]


def numpy_itself(text: str):
    """What NumPy makes of a trusted text."""
    names = {}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "<trusted>", "exec"), names)
        return names["f"](*arguments())


def bits(value):
    """A value as something that is equal only bit for bit, with its types."""
    if isinstance(value, (list, tuple)):
        return type(value), [bits(v) for v in value]
    if isinstance(value, dict):
        return {key: bits(v) for key, v in value.items()}
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes()
    return type(value), repr(value)


def floats(value):
    """A result as plain nested lists of floats."""
    if isinstance(value, dict):
        return floats(list(value.values()))
    if isinstance(value, (list, tuple)):
        return [floats(v) for v in value]
    if isinstance(value, np.ndarray):
        return value.shape, [float(x) for x in value.ravel()]
    return value if value is None or isinstance(value, str) else float(value)


def close(one, other) -> bool:
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(close, one, other))
    if not isinstance(one, float):
        return one == other
    return bool(np.isclose(one, other, rtol=1e-12, atol=1e-13, equal_nan=True)) or abs(one) > 1e300


TEXTS = {name: text_of(f"return {body}") for name, body in EXPRESSIONS.items()}
TEXTS |= {name: text_of(body) for name, body in PROGRAMS.items()}


@pytest.mark.parametrize("name", TEXTS)
def test_floats_are_what_numpy_gives(name):
    assert bits(Machine(TEXTS[name]).call("f", *arguments())) == bits(numpy_itself(TEXTS[name]))


@pytest.mark.parametrize("name", TEXTS)
def test_many_digits_are_the_same_to_float_accuracy(name):
    found = Machine(TEXTS[name], MP(40)).call("f", *arguments())
    assert not any(kind == np.dtype(float) for kind in dtypes(found))
    mine, theirs = floats(found), floats(numpy_itself(TEXTS[name]))
    for i, (one, other) in enumerate(zip(mine, theirs, strict=True) if isinstance(mine, list) else [(mine, theirs)]):
        assert close(one, other), (i, one, other)


def dtypes(value):
    if isinstance(value, (list, tuple, dict)):
        for v in value.values() if isinstance(value, dict) else value:
            yield from dtypes(v)
    elif isinstance(value, (np.ndarray, np.generic)):
        yield value.dtype


@pytest.mark.parametrize("name", [*RAISING, *RAISING_STORES])
@pytest.mark.parametrize("numbers", [FLOAT, MP(30)], ids=["float", "30 digits"])
def test_raises_what_numpy_raises(name, numbers):
    body, error = RAISING[name] if name in RAISING else RAISING_STORES[name]
    text = text_of(f"return {body}" if name in RAISING else body)
    with pytest.raises(Raised) as raised:
        Machine(text, numbers).call("f", *arguments())
    assert isinstance(raised.value.exception, error), raised.value


def test_vectors_of_equal_eigenvalues_are_nobodys():
    """NumPy gives some of them; the checks, which run with many digits, must not compare the slopes of what nothing determines."""
    text = "import numpy as np\ndef f(x):\n return np.linalg.eigh(x * np.eye(2))[0]"
    assert Machine(text).call("f", 0.5).tolist() == [0.5, 0.5]
    with pytest.raises(Raised, match="two eigenvalues are equal"):
        Machine(text, MP(30)).call("f", 0.5)


def test_digits_are_kept():
    text = "import numpy as np\ndef f(x):\n return np.sum(np.exp(np.log(x)) - x), np.mean(x / 3 * 3 - x), np.var(x + 1) - np.var(x)"
    for value in Machine(text, MP(60)).call("f", np.array([1.5, 2.25, 3.0])):
        assert abs(value) < 1e-56
