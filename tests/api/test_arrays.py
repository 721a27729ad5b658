"""The decorator on arrays: what goes in, what comes out, and what is refused."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from gradgen import GradgenError, generate, gradgen

quick = functools.partial(gradgen, verify=False)
rng = np.random.default_rng(0)
X, W, B = rng.standard_normal((3, 4)), rng.standard_normal((4, 2)), rng.standard_normal(2)
Y = np.array([0, 1, 1])
MATRIX = np.ones((1, 1)).view(np.matrix)


def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1) @ w + b
    cache = (x, w, b)
    return out, cache


def scaled_forward(x, gamma):
    norm = np.sqrt(np.sum(x * x))
    xhat = x / norm
    cache = {"xhat": xhat}
    return gamma * xhat, cache


def softmax_loss(W, b, x, y, reg=0.1):
    scores = x @ W + b
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p = p / np.sum(p, axis=1, keepdims=True)
    n = x.shape[0]
    return -np.mean(np.log(p[np.arange(n), y])) + reg * np.sum(W * W)


def squares(x):
    return np.sum(x * x)


def bent(x):
    return np.tanh(x) * 2


def halved(x):
    return np.sum(x / 2)


def handed_on(x):
    return x * 1.0, {"seen": x}


def step_forward(x, h):
    h = np.tanh(x + h)
    y = 2 * h
    cache = (x, h)
    return h, y, cache


def product(x, w):
    return x @ w


def product_forward(x, w):
    cache = (x, w)
    return x @ w, cache


def plain(x, y):
    return x * y + x


def line(w, x):
    return w[0] * x + w[1]


def both(x, y):
    a = x * y
    b = x + np.sum(y)
    return a, b


def mlp(p, x, y):
    h = np.maximum(0, x @ p["W1"] + p["b1"])
    return np.mean((h @ p["W2"] - y) ** 2)


def refuses(code: str, work, *args, **kwargs) -> str:
    """The message of a refusal that must carry this code."""
    with pytest.raises(GradgenError) as caught:
        work(*args, **kwargs)
    assert [d.code for d in caught.value.diagnostics] == [code], str(caught.value)
    return str(caught.value)


def slope(f, values: tuple, position: int, dout=1.0, h: float = 1e-6) -> np.ndarray:
    """Central differences of <dout, f> by one array argument."""
    found = np.zeros_like(values[position], dtype=float)
    for at in np.ndindex(found.shape):
        sides = []
        for step in (h, -h):
            moved = [np.array(v, dtype=float) if i == position else v for i, v in enumerate(values)]
            moved[position][at] += step
            sides.append(np.sum(dout * f(*moved)))
        found[at] = (sides[0] - sides[1]) / (2 * h)
    return found


# -- what it gives ---------------------------------------------------------------------------------


def test_the_gradient_of_a_loss_by_its_weights():
    f = gradgen(softmax_loss, wrt=("W", "b"), shape=("x: N D", "W: D C", "b: C", "y: N"))
    value, (dW, db) = f.value_and_grad(W, B, X, Y)
    assert value == softmax_loss(W, B, X, Y) == f(W, B, X, Y)
    np.testing.assert_allclose(dW, slope(f, (W, B, X, Y), 0), atol=1e-7)
    np.testing.assert_allclose(db, slope(f, (W, B, X, Y), 1), atol=1e-7)
    assert f.grad(W, B, x=X, y=Y, reg=0.0)[0].shape == W.shape
    assert f.report.verdict not in ("REFUTED", "UNCHECKED")
    assert f.report.summary in " ".join(f.source.split())


def test_an_array_valued_function_is_pulled_back_many_times():
    out, pullback = quick(bent).vjp(X)
    dout = rng.standard_normal(X.shape)
    before = dout.copy()
    np.testing.assert_array_equal(out, bent(X))
    np.testing.assert_allclose(pullback(dout), slope(bent, (X,), 0, dout), atol=1e-7)
    first, second = pullback(dout), pullback(dout)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(dout, before)
    np.testing.assert_allclose(pullback(2 * dout), 2 * first)
    assert not pullback(0 * dout).any()


def test_an_array_is_no_number():
    f = quick(bent)
    said = refuses("GG202", f.value_and_grad, X)
    assert "not a number" in said and "use vjp" in said
    refuses("GG202", f.grad, np.ones(1))
    assert "an array" in refuses("GG202", quick(bent, shape="x: N").value_and_grad, np.ones(2))
    assert f.grad(0.0) == 2.0


def test_several_arrays_take_one_gradient_each():
    f = quick(both, shape=("x: N D", "y: N D"))
    (a, b), pullback = f.vjp(X, 2 * X)
    dx, dy = pullback((np.ones_like(X), np.ones_like(X)))
    np.testing.assert_allclose(dx, 2 * X + 1)
    np.testing.assert_allclose(dy, X + X.size)
    for bad in (X, (X,), (X, None), (X, X[0])):
        refuses("GG119", pullback, bad)
    refuses("GG202", f.value_and_grad, X, X)


def test_a_dict_of_arrays_has_a_dict_of_gradients():
    p = {"W1": rng.standard_normal((4, 5)), "b1": np.zeros(5), "W2": np.ones((5, 2), int), "more": 3}
    p["name"] = "net"
    y = rng.standard_normal((3, 2))
    dp = quick(mlp, wrt="p").grad(p, X, y)
    assert {k: getattr(v, "shape", v) for k, v in dp.items()} == {
        "W1": (4, 5), "b1": (5,), "W2": (5, 2), "more": 0.0, "name": None,
    }  # fmt: skip
    assert dp["W2"].dtype == float
    np.testing.assert_allclose(dp["b1"], slope(lambda b: mlp({**p, "b1": b}, X, y), (p["b1"],), 0), atol=1e-6)
    refuses("GG119", quick(mlp).grad, {**p, "b1": np.zeros(5, bool)}, X, y)


def test_options_reach_a_partial():
    f = gradgen(wrt="x", shape=["x: N"], verify=False)(squares)
    assert "x.ndim == 1" in f.source
    np.testing.assert_array_equal(f.grad(np.arange(3)), [0, 2, 4])
    assert generate(squares, shape="x: N", verify=False).text == f.source


# -- kinds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_floats_keep_their_dtype(dtype):
    x = np.array([1.0, 2.0], dtype)
    assert quick(squares).grad(x).dtype == dtype
    assert quick(bent).vjp(x)[1](np.ones(2)).dtype == dtype
    assert type(quick(squares).grad(np.float32(3))) is np.float32


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_integers_count_as_real_numbers(dtype):
    x = np.array([100, 200], "uint8").astype(dtype)
    value, grad = quick(squares).value_and_grad(x)
    assert value == sum(float(v) ** 2 for v in x)
    assert grad.dtype == np.float64 and list(grad) == [2.0 * float(v) for v in x]
    assert quick(halved).grad(np.arange(3)).tolist() == [0.5, 0.5, 0.5]


def test_numbers_give_numbers_and_0d_arrays_0d_arrays():
    f = quick(squares)
    assert f.value_and_grad(3) == (9, 6.0) and type(f.grad(3)) is type(f.grad(3.0)) is float
    grad = f.grad(np.array(3.0))
    assert isinstance(grad, np.ndarray) and grad.shape == () and grad == 6.0
    dx, dy = quick(plain).vjp(X, 2.0)[1](np.ones_like(X))
    assert type(dy) is float and dx.shape == X.shape
    assert f.grad(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize(
    ("bad", "code", "word"),
    [
        (np.array([True]), "GG119", "truth values"), (np.array(["a"]), "GG119", "strings"),
        (np.array([1, None]), "GG119", "objects"), (np.array([1j]), "GG201", "complex"),
        (np.array(["2020-01-01"], "M8[D]"), "GG119", "dates"), (MATRIX, "GG119", "a matrix"),
        (np.ma.array([1.0]), "GG119", "a MaskedArray"), ([1.0, 2.0], "GG119", "a list"), ("a", "GG119", "a string"),
        (None, "GG119", "None"), (True, "GG119", "a truth value"), (1j, "GG119", "a complex number"),
    ],
)  # fmt: skip
def test_what_is_no_real_array(bad, code, word):
    for f in (quick(squares), quick(bent)):
        for work in (f.value_and_grad, f.vjp, f.forward):
            assert word in refuses(code, work, bad)
    if not isinstance(bad, (str, list)) and bad is not None:
        refuses("GG119", quick(plain).vjp, 1.0, "a")


def test_a_matrix_is_refused_wherever_it_stands():
    refuses("GG119", quick(plain, wrt="x").vjp, X, MATRIX)


def test_labels_and_settings_pass_untouched():
    def f(x, y, on, mode):
        h = np.where(on, x, 2 * x)
        loss = np.sum(h[np.arange(h.shape[0]), y])
        return loss / x.shape[0] if mode == "mean" else loss

    f = quick(f, wrt="x")
    assert f.grad(X, Y, np.zeros(4, bool), "sum").sum() == 6.0
    assert f.grad(X, Y, np.array([True] * 4), "mean").sum() == 1.0
    assert Y.tolist() == [0, 1, 1]


# -- memory ----------------------------------------------------------------------------------------


def test_gradients_share_no_memory_with_anything():
    def sums(x, y):
        return x + y

    x, y, dout = np.ones(3), np.ones(3), np.ones(3)
    _, pullback = quick(sums, shape=("x: N", "y: N")).vjp(x, y)
    grads = [*pullback(dout), *pullback(dout)]
    held = [x, y, dout]
    for i, grad in enumerate(grads):
        assert grad.flags.writeable
        assert not any(np.shares_memory(grad, other) for other in held + grads[:i])


def test_writing_into_arguments_and_results_does_not_reach_the_pullback():
    x = X.copy()
    for f, change in ((quick(bent), lambda out: out.fill(0)), (quick(squares), lambda out: None)):
        out, pullback = f.vjp(x)
        dout = np.ones_like(out)
        before = pullback(dout)
        change(out)
        x += 1
        np.testing.assert_array_equal(pullback(dout), before)
        x -= 1


def test_arguments_are_never_written_into():
    args = [W.copy(), B.copy(), X.copy(), Y.copy()]
    for a in args:
        a.flags.writeable = False
    quick(softmax_loss, wrt=("W", "b")).value_and_grad(*args)
    dout = np.ones((3, 2))
    dout.flags.writeable = False
    quick(affine_forward).vjp(args[2], args[0], args[1])[1](dout)


# -- the assignment pair ---------------------------------------------------------------------------


def test_the_authors_own_cache():
    f = quick(affine_forward)
    out, cache = f.forward(X, W, B)
    np.testing.assert_array_equal(out, affine_forward(X, W, B)[0])
    assert len(cache) == 3 and all(a is b for a, b in zip(cache, (X, W, B)))
    dout = rng.standard_normal(out.shape)
    for given in (cache, affine_forward(X, W, B)[1], tuple(cache)):
        dx, dw, db = f.backward(dout, given)
        np.testing.assert_allclose(dx, dout @ W.T)
        np.testing.assert_allclose(dw, X.T @ dout)
        np.testing.assert_allclose(db, dout.sum(axis=0))
    out, pullback, aux = f.vjp(X, W, B)
    assert type(aux) is tuple and [a is b for a, b in zip(aux, (X, W, B))] == [True] * 3
    np.testing.assert_array_equal(pullback(dout)[0], dx)
    assert "the result (3, 2)" in refuses("GG119", f.backward, dout[0], cache)


def test_a_cache_that_lacks_something():
    f = quick(scaled_forward, shape=("x: N D", "gamma:"))
    out, cache = f.forward(X, 2.0)
    dx, dgamma = f.backward(np.ones_like(X), cache)
    np.testing.assert_allclose(dx, slope(lambda x: scaled_forward(x, 2.0)[0], (X,), 0), atol=1e-6)
    own = scaled_forward(X, 2.0)[1]
    assert "scaled_forward.forward returns" in refuses("GG119", f.backward, np.ones_like(X), own)
    out, pullback, aux = f.vjp(X, 2.0)
    assert type(aux) is dict and aux.keys() == {"xhat"}
    np.testing.assert_array_equal(pullback(np.ones_like(X))[0], dx)


def test_several_outputs_beside_the_authors_cache():
    f = quick(step_forward, shape=("x: N", "h: N"))
    x, one = X[0], np.ones(4)
    (h, y), cache = f.forward(x, 0 * x)
    (_, again), pullback, aux = f.vjp(x, 0 * x)
    assert aux[0] is x and np.array_equal(y, again) and np.array_equal(y, 2 * np.tanh(x))
    for dx, dh in (pullback((0 * one, one)), f.backward((0 * one, one), cache)):
        np.testing.assert_allclose(dx, 2 * (1 - h * h))
        np.testing.assert_allclose(dh, dx)


def test_aux_is_handed_along():
    out, pullback, aux = quick(handed_on).vjp(X)
    assert aux["seen"] is X
    (out, aux), cache = quick(handed_on).forward(X)
    np.testing.assert_array_equal(quick(handed_on).backward(np.ones_like(X), cache), np.ones_like(X))


@pytest.mark.parametrize("bad", [None, "1", 1j, True, [1.0], np.array([True]), np.ones(3, complex), MATRIX])
def test_a_gradient_on_the_result_that_is_none(bad):
    refuses("GG119", quick(bent).vjp(X)[1], bad)
    refuses("GG119", quick(bent).backward, bad, quick(bent).forward(X)[1])


def test_integers_on_the_result_count_as_real_numbers():
    np.testing.assert_array_equal(quick(plain).vjp(np.arange(3), 2)[1](np.arange(3))[0], [0.0, 3.0, 6.0])
    assert quick(squares).vjp(np.arange(3))[1](1).tolist() == [0.0, 2.0, 4.0]
    refuses("GG119", quick(bent).backward, X, None)


# -- text that hints at nothing --------------------------------------------------------------------


def test_text_for_numbers_is_generated_anew_at_the_first_array():
    f = quick(plain)
    assert f.value_and_grad(2.0, 3.0) == (8.0, (4.0, 2.0))
    dx, dy = f.vjp(X, X[0])[1](np.ones_like(X))
    assert dx.shape == X.shape and dy.shape == X[0].shape
    np.testing.assert_allclose(dy, X.sum(axis=0))
    assert f.value_and_grad(2.0, 3.0) == (8.0, (4.0, 2.0))
    assert "numpy" not in f.source
    assert f.vjp(2.0, 3.0)[1](1.0) == (4.0, 2.0)
    refuses("GG202", f.value_and_grad, X, 2.0)
    refuses("GG202", quick(plain).value_and_grad, X, 2.0)
    assert f.grad(np.array(2.0), 3.0) == (4.0, 2.0)


def test_the_source_is_the_one_for_arrays_where_only_arrays_were_seen():
    f = quick(plain)
    assert "numpy" not in f.source
    f.vjp(X, X)
    assert "import numpy as np" in f.source and "arrays" in f.source
    f.grad(1.0, 2.0)
    assert "numpy" not in f.source


def test_a_cache_of_arrays_goes_to_the_text_for_arrays():
    f = quick(plain)
    out, cache = f.forward(X, 2.0)
    assert f.forward(1.0, 2.0)[0] == 3.0
    for given in (cache, tuple(cache)):
        dx, dy = f.backward(np.ones_like(X), given)
        np.testing.assert_allclose(dx, 3.0 * np.ones_like(X))
        np.testing.assert_allclose(dy, X.sum())


def test_lists_of_arrays_and_arrays_read_by_index():
    f = quick(line)
    dw, dx = f.vjp([X, 2.0], 3.0)[1](np.ones_like(X))
    assert dw[0].tolist() == (3.0 * np.ones_like(X)).tolist() and dw[1] == X.size
    assert dx == pytest.approx(X.sum())
    dw, dx = f.vjp(np.array([2, 1, 7]), 3.0)[1](1.0)
    assert (dw.tolist(), dx) == ([3.0, 1.0, 0.0], 2.0)
    dw, dx = f.vjp(np.array([[2.0, 3.0], [1.0, 1.0]]), X[:, :2])[1](np.ones((3, 2)))
    np.testing.assert_allclose(dw, [X[:, :2].sum(axis=0), [3.0, 3.0]])
    np.testing.assert_allclose(dx, [[2.0, 3.0]] * 3)
    assert f.grad([2.0, 1.0], 3.0) == ([3.0, 1.0], 2.0)


# -- as many axes as the arguments have ------------------------------------------------------------


def test_what_is_taken_for_granted_follows_the_arguments():
    f = quick(product)
    w = rng.standard_normal(4)
    for args in ((X, W), (X, w), (w, W), (w, w), (X, W)):
        out, pullback = f.vjp(*args)
        dout = rng.standard_normal(np.shape(out))
        grads = pullback(dout if np.shape(out) else float(dout))
        for i, grad in enumerate(grads):
            np.testing.assert_allclose(grad, slope(product, args, i, dout), atol=1e-7)
    assert f.value_and_grad(w, w)[0] == w @ w
    refuses("GG202", f.value_and_grad, X, w)
    refuses("GG202", f.value_and_grad, X, W)
    assert f.grad(w, w)[0].tolist() == w.tolist()


def test_the_source_is_the_text_that_ran():
    f = quick(product)
    before = f.source
    f.grad(np.ones(4), np.ones(4))
    assert f.source != before and "x.ndim == 1" in f.source.replace("x.ndim == w.ndim", "x.ndim")


def test_a_cache_of_the_authors_and_as_many_axes_as_its_arrays_have():
    f = quick(product_forward)
    w = rng.standard_normal(4)
    for args in ((X, W), (X, w), (w, w)):
        dout = np.ones(np.shape(args[0] @ args[1]))
        expected = f.vjp(*args)[1](dout)
        for cache in (f.forward(*args)[1], product_forward(*args)[1]):
            for got, grad in zip(f.backward(dout, cache), expected):
                np.testing.assert_array_equal(got, grad)


# -- what it notices -------------------------------------------------------------------------------


@pytest.fixture
def module(tmp_path):
    """Import a source text as a module of its own file."""

    def load(text: str):
        path = tmp_path / "user.py"
        path.write_text(textwrap.dedent(text))
        spec = importlib.util.spec_from_file_location("user", path)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return made

    return load


def test_numpy_must_stay_numpy(module):
    user = module("import numpy as np\ndef f(x):\n    return np.sum(np.exp(x))\n")
    f = quick(user.f)
    assert f.grad(np.zeros(2)).tolist() == [1.0, 1.0]
    user.np = sys
    assert "`np`" in refuses("GG120", f.grad, np.zeros(2))


def test_shapes_that_do_not_fit(module):
    user = module("import numpy as np\ndef f(x, w):\n    h = x @ w\n    return np.sum(h)\n")
    said = refuses("GG121", gradgen, user.f, shape=("x: N D", "w: E C"))
    for line in ("user.py:3:9", "h = x @ w", "stated: x: N D", "stated: w: E C", "D meets E"):
        assert line in said
    f = quick(user.f, shape=("x: N D", "w: D C"))
    for x, w in ((np.ones((3, 4)), np.ones(4)), (np.ones((3, 4)), 1.0)):
        for work in (f.grad, f.vjp, f.forward):
            assert "w.ndim == 2" in refuses("GG119", work, x, w)
    with pytest.raises((GradgenError, ValueError)):
        f.grad(np.ones((3, 4)), np.ones((5, 2)))


def test_an_assert_of_the_authors_fails_as_it_does_there(module):
    user = module("""
        import numpy as np
        def f(x):
            assert x.ndim == 2, "a matrix, please"
            return np.sum(x * x)
        """)
    for work in (user.f, quick(user.f).grad, quick(user.f).vjp):
        with pytest.raises(AssertionError, match="a matrix, please"):
            work(np.ones(3))


@pytest.mark.parametrize("shape", ["z: N", "x N", "x: N *", ("x: N", "x: M"), ": N"])
def test_shapes_that_say_nothing(shape):
    refuses("GG004", gradgen, squares, shape=shape)
    refuses("GG004", generate, "def f(x): return x @ x", shape=shape)


def test_a_gradient_of_another_shape_never_leaves():
    f = quick(squares)
    refuses("GG901", f._first.arguments.gradients, np.ones(2), (np.ones(3),), set())
    refuses("GG901", f._first.arguments.gradients, np.ones(2), (1.0,), set())
    assert f._first.arguments.gradients(0.0, (np.ones(2),), set()).tolist() == [0.0, 0.0]


def test_asserts_of_shapes_hold_without_debug(tmp_path):
    (tmp_path / "user.py").write_text(
        "import numpy as np\nfrom gradgen import gradgen, GradgenError\n"
        "@gradgen(shape='x: N', verify=False)\ndef f(x): return np.sum(x * x)\n"
        "try:\n    f.grad(np.ones((2, 2)))\nexcept GradgenError:\n    print('noticed')\n"
    )
    done = subprocess.run(
        [sys.executable, "-O", "user.py"], cwd=tmp_path, capture_output=True, text=True, env=environment()
    )
    assert done.stdout == "noticed\n", done.stderr


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def test_a_notebook_that_imports_in_one_cell_and_defines_in_the_next():
    import linecache

    space: dict = {}
    cells = ("from numpy import exp, sum as total", "def f(x):\n    return total(exp(x))\n")
    for number, text in enumerate(cells):
        filename = f"<cell {number} of arrays>"
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        exec(compile(text, filename, "exec"), space)
    assert quick(space["f"]).grad(np.zeros(2)).tolist() == [1.0, 1.0]


def dict_forward(x, w, b):
    """x: (N, D); w: (D, M); b: (M,)"""
    z = x @ w + b
    cache = {"x": x, "w": w}
    return np.tanh(z), cache


def list_forward(x, w, b):
    """x: (N, D); w: (D, M); b: (M,)"""
    z = x @ w + b
    cache = [x, w]
    return np.tanh(z), cache


def nested_forward(x, w, b):
    """x: (N, D); w: (D, M); b: (M,)"""
    z = x @ w + b
    out = np.tanh(z)
    cache = ((x, w), out)
    return out, cache


@pytest.mark.parametrize(
    "function, kind, added", [(dict_forward, dict, 1), (list_forward, list, 1), (nested_forward, tuple, 0)]
)
def test_a_cache_is_of_its_authors_form(function, kind, added) -> None:
    f = quick(function)
    value, cache = f.forward(X, W, B)
    _, own = function(X, W, B)
    assert isinstance(cache, kind) and len(cache) == len(own) + added
    dx, dw, db = f.backward(np.ones_like(value), cache)
    slope = 1 - value**2
    for found, expected in ((dx, slope @ W.T), (dw, X.T @ slope), (db, slope.sum(axis=0))):
        np.testing.assert_allclose(found, expected)
    _, _, aux = f.vjp(X, W, B)
    assert type(aux) is kind and len(aux) == len(own)
    if added:
        with pytest.raises(GradgenError, match="lacks values"):
            f.backward(np.ones_like(value), own)
    else:
        np.testing.assert_allclose(f.backward(np.ones_like(value), own)[0], dx)
