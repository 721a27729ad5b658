"""What the machine refuses of NumPy, where it stops, and which decisions it records."""

import numpy as np
import pytest

from gradgen.interpret import FLOAT, MP, Machine, OutOfFuel, Raised, Refused

BOTH = pytest.mark.parametrize("numbers", [FLOAT, MP(30)], ids=["float", "30 digits"])
REFUSED = {
    "random": "np.random.permutation(3)",
    "load": "np.load('x')",
    "save": "np.save('x', x)",
    "frompyfunc": "np.frompyfunc(f, 1, 1)",
    "strides": "np.lib.stride_tricks.as_strided(x, (9,), (8,))",
    "ctypes": "np.ctypeslib",
    "array data": "x.data",
    "array to file": "x.tofile('x')",
    "dump": "x.dump('x')",
    "view": "x.view()",
    "dunder": "x.__class__",
    "function dunder": "np.exp.__self__",
    "dtype dunder": "x.dtype.__class__",
    "ufunc types": "np.add.types",
}


@BOTH
@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name, numbers):
    with pytest.raises(Refused):
        Machine(f"import numpy as np\ndef f(x): return {REFUSED[name]}", numbers).call("f", np.ones(3))


@BOTH
def test_random_draws_are_the_same_in_every_call(numbers):
    """So two texts that draw alike see the same numbers, and a difference quotient is one of the same function."""
    text = "import numpy as np\ndef f(x): return np.random.rand(2, 3) + np.random.normal(0.0, x[0], size=3) * np.random.randn()"
    first, second = (Machine(text, numbers).call("f", np.ones(3)) for _ in range(2))
    machine = Machine(text, numbers)
    again = [machine.call("f", np.ones(3)) for _ in range(2)]
    assert first.shape == (2, 3) and len({float(v) for v in first.ravel()}) == 6
    assert all(np.array_equal(first, other) for other in (second, *again))


BOMBS = {
    "zeros": "np.zeros((10**9,))",
    "zeros by keyword": "np.zeros(shape=(10**5, 10**5))",
    "full": "np.full((10**5, 10**5), 1.0)",
    "eye": "np.eye(10**6)",
    "arange": "np.arange(10**12)",
    "small steps": "np.arange(0, 1, 1e-12)",
    "linspace": "np.linspace(0, 1, 10**10)",
    "tile": "np.tile(x, (10**5, 10**5))",
    "repeat": "np.repeat(x, 10**10)",
    "pad": "np.pad(x, 10**9)",
    "pad one side": "np.pad(x, ((0, 10**9),))",
    "outer": "np.outer(np.ones(10**5), np.ones(10**5))",
    "product": "np.ones((10**3, 10**3)) @ np.ones((10**3, 10**3))",
    "broadcast": "np.ones((10**5, 1)) + np.ones(10**5)",
    "comparison": "np.ones((10**5, 1)) > np.ones(10**5)",
    "broadcast_to": "np.broadcast_to(x, (10**9, 3)) + 1",
    "diag": "np.diag(np.ones(10**5))",
    "fancy": "np.ones((10**3, 10**2))[np.zeros(10**5, dtype=int)]",
    "einsum": "np.einsum('i,j,k->ijk', np.ones(10**3), np.ones(10**3), np.ones(10**3))",
    "tensordot": "np.tensordot(np.ones(10**4), np.ones(10**4), 0)",
    "kron": "np.kron(np.ones(10**4), np.ones(10**4))",
    "meshgrid": "np.meshgrid(np.ones(10**4), np.ones(10**4))",
    "indices": "np.indices((10**5, 10**5))",
    "bincount": "np.bincount([10**10])",
    "split": "np.array_split(x, 10**9)",
    "take": "np.take(np.ones((10**3, 10**2)), np.zeros(10**5, dtype=int), axis=0)",
    "newaxis": "np.ones((10**4, 1))[:, :, None] * np.ones(10**4)",
    "add.outer": "np.add.outer(np.ones(10**4), np.ones(10**4))",
    "power of an entry": "np.array([2])[0] ** 9 ** 9 ** 9",
    "ones_like": "np.ones_like(x, shape=(10**9,))",
    "triangle": "np.tril_indices(10**6)",
    "cross of indices": "np.ones((10**3, 10**3))[np.ix_(np.zeros(10**4, int), np.zeros(10**4, int))]",
    "outer by keyword": "np.outer(a=np.ones(10**4), b=np.ones(10**4))",
    "split by keyword": "np.array_split(x, indices_or_sections=10**9)",
    "identity by keyword": "np.identity(n=10**6)",
    "clip by keyword": "np.clip(np.ones((10**4, 1)), a_min=np.ones(10**4), a_max=None)",
    "differences": "np.diff(x, n=10**9)",
    "text dtype": "np.zeros(1000, dtype='U1000000')",
    "text dtype by position": "np.zeros(1000, 'U1000000')",
    "astype text": "np.ones(1000).astype('U1000000')",
    "astype text by keyword": "np.ones(1000).astype(dtype='U1000000')",
    "object dtype": "np.zeros(3, dtype='O')",
    "unbounded integers": "np.power([2**70], 10**9)",
    "unbounded product": "np.prod([2**9000] * 1000)",
    "einsum paths": "np.einsum('a,b,c,d,e,f,g,h,i,j,k,l->a', x, x, x, x, x, x, x, x, x, x, x, x, optimize='optimal')",
    "loop": "[np.ones(10**4) for i in range(10**4)]",
}


@BOTH
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_cut_off(name, numbers):
    with pytest.raises((OutOfFuel, Raised)) as cut:
        Machine(f"import numpy as np\ndef f(x): return {BOMBS[name]}", numbers, fuel=300_000).call("f", np.ones(3))
    assert isinstance(cut.value, OutOfFuel) or "MemoryError" not in str(cut.value)


def test_imports():
    texts = [
        "import numpy as N\ndef f(x): return N.exp(x)",
        "from numpy import exp\ndef f(x): return exp(x)",
        "from numpy import exp as e\ndef f(x): return e(x)",
        "import numpy\ndef f(x): return numpy.exp(x)",
        "def f(x):\n import numpy as np\n return np.exp(x)",
        "import numpy.linalg\ndef f(x): return numpy.exp(x)",
    ]
    for text in texts:
        assert (Machine(text).call("f", np.ones(3)) == np.exp(np.ones(3))).all()
    text = "from scipy.special import erf\nimport scipy.special as sp\ndef f(x): return erf(x), sp.expit(x), sp.logsumexp(x)"
    for numbers in (FLOAT, MP(30)):
        a, b, c = Machine(text, numbers).call("f", np.ones(3))
        assert abs(float(a[0]) - 0.8427007929497149) < 1e-15
        assert abs(float(b[0]) - 0.7310585786300049) < 1e-15
        assert abs(float(c) - 2.09861228866811) < 1e-14


@BOTH
def test_arrays_without_an_import(numbers):
    machine = Machine("def f(x, w):\n y = x @ w\n y[y < 0] = 0\n return y.sum()", numbers, arrays=True)
    assert float(machine.call("f", np.ones((2, 3)), np.arange(3.0))) == 6


def test_arguments_are_changed_only_by_the_program():
    x = np.ones(3)
    Machine("import numpy as np\ndef f(x): x += 1", FLOAT).call("f", x)
    assert (x == 2).all()


@BOTH
def test_alive_lines(numbers):
    machine = Machine("import numpy as np\ndef f(x):\n y = np.zeros(3)\n y += x\n z = x * 0\n return y", numbers)
    machine.call("f", np.ones(3))
    assert machine.alive == {4}


KINKS = {
    "comparison": "x > 0",
    "abs": "np.abs(x)",
    "builtin abs": "abs(x)",
    "sign": "np.sign(x)",
    "maximum": "np.maximum(x, 0)",
    "minimum": "np.minimum(0, x)",
    "relu by mask": "x * (x > 0)",
    "clip": "np.clip(x, 0, 5)",
    "clip method": "x.clip(0)",
    "where": "np.where(x > 0, x, 0)",
    "max": "np.max(np.stack([x, 0 * x]), axis=0)",
    "max of all": "np.max(np.array([0, 1]) * x[0])",
    "max method": "np.stack([x, 0 * x]).max(axis=0)",
    "max of two axes": "np.stack([x[:1], 0 * x[:1]]).max(axis=(0, 1))",
    "builtin max": "max([0, x[0]])",
    "argmax": "np.argmax(np.stack([x, 0 * x]), axis=0)",
    "sort": "np.sort(np.stack([x, 0 * x]), axis=0)",
    "floor": "np.floor(x)",
    "round": "np.round(x + 0.5)",
    "remainder": "x % 1",
    "floor division": "x // 1",
    "np.mod": "np.mod(x, 1)",
    "astype": "(x + 5).astype(int)",
    "store in integers": "np.zeros(2, int)[:1] + g(x)",
    "norm 1": "np.linalg.norm(x, 1)",
    "any": "np.any(np.floor(x) + 1)",
    "greater": "np.greater(x, 0)",
    "mask": "x[x > 0]",
    "median": "np.median(np.stack([x[0], 0, 1]))",
    "ufunc": "np.maximum.reduce(np.stack([x, 0 * x]))",
    "branch": "1 if x[0] > 0 else 2",
}


@BOTH
@pytest.mark.parametrize("name", KINKS)
def test_trace_tells_decisions_apart(name, numbers):
    text = f"import numpy as np\ndef g(x):\n y = np.zeros(1, int)\n y[:] = x[:1] + 3\n return y\ndef f(x): return {KINKS[name]}"
    machine, traces = Machine(text, numbers), []
    for shift in (0.25, 0.26, -0.25):
        machine.call("f", np.array([shift, 0.75]))
        traces.append(list(machine.trace))
    assert traces[0] == traces[1] != traces[2]
