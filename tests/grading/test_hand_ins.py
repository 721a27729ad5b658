"""What students of well-known courses hand in, with the mistakes that they make."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from gradgen.grade import Graded, grade_text
from gradgen.grade.report import concise
from gradgen.source import SourceText


def graded(text: str) -> Graded:
    (found,) = grade_text(SourceText("import numpy as np\n" + dedent(text), "student.py")).found
    return found


def told(found: Graded) -> list[tuple[int, str, str]]:
    return [(m.line, m.cause, m.mended) for m in found.mistakes]


CHARACTERS = """\
    vocab_size, hidden_size = len(set(open("input.txt").read())), 100
    Wxh = np.random.randn(hidden_size, vocab_size) * 0.01
    Whh = np.random.randn(hidden_size, hidden_size) * 0.01
    bh = np.zeros((hidden_size, 1))

    def lossFun(inputs, targets, hprev):
        xs, hs = {}, {}
        hs[-1] = np.copy(hprev)
        loss = 0
        for t in range(len(inputs)):
            xs[t] = np.zeros((vocab_size, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
            loss += -np.log(np.exp(hs[t]) / np.sum(np.exp(hs[t])))[targets[t], 0]
        dWxh, dWhh, dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(len(inputs))):
            dh = np.exp(hs[t]) / np.sum(np.exp(hs[t])) + dhnext
            dh[targets[t]] -= 1
            dhraw = (1 - hs[t] * hs[t]) * dh
            dbh += dhraw
            dWxh += np.dot(dhraw, xs[t].T)
            dWhh += np.dot(dhraw, hs[t - 1].T)
            dhnext = np.dot(Whh.T, dhraw)
        for dparam in [dWxh, dWhh, dbh]:
            np.clip(dparam, -5, 5, out=dparam)
        return loss, dWxh, dWhh, dbh, hs[len(inputs) - 1]

    hprev = np.zeros((hidden_size, 1))
    while True:
        loss, dWxh, dWhh, dbh, hprev = lossFun(inputs, targets, hprev)
"""


def test_a_loss_that_reads_the_arrays_of_its_file() -> None:
    found = graded(CHARACTERS)
    finals = [(v.name, v.status) for v in found.verdicts if v.final]
    assert finals == [("dWxh", "right"), ("dWhh", "right"), ("dbh", "right")]
    assert "line 27 clips gradients: it is left out" in found.notes


def test_the_line_that_is_missing_beside_another() -> None:
    found = graded("""\
        def svm_loss(W, X, y):
            \"\"\"
            - W: of shape (D, C)
            - X: of shape (N, D)
            - y: labels, of shape (N,) where 0 <= y[i] < C
            \"\"\"
            dW = np.zeros_like(W)
            loss = 0.0
            for i in range(X.shape[0]):
                scores = X[i].dot(W)
                for j in range(W.shape[1]):
                    margin = scores[j] - scores[y[i]] + 1
                    if j != y[i] and margin > 0:
                        loss += margin
                        dW[:, j] += X[i]
            return loss, dW
        """)
    assert told(found) == [(16, "path", "dW[:, y[i]] -= X[i]")]


def test_indices_that_come_twice() -> None:
    found = graded("""\
        def embedding_forward(x, W):
            \"\"\"
            - x: whole numbers, of shape (N, T)
            - W: of shape (V, D)
            \"\"\"
            return W[x], (x, W)

        def embedding_backward(dout, cache):
            x, W = cache
            dW = np.zeros_like(W)
            dW[x] += dout
            return dW
        """)
    assert told(found) == [(12, "index", "np.add.at(dW, x, dout)")]


def test_a_mode_that_keeps_nothing_is_left_out() -> None:
    found = graded("""\
        def layer_forward(x, param):
            cache, out = None, x
            if param["mode"] == "train":
                out, cache = x * x, x
            elif param["mode"] == "test":
                out = x
            return out, cache

        def layer_backward(dout, cache):
            return dout * cache
        """)
    assert told(found) == [(11, "constant", "return 2 * (dout * cache)")]
    assert any("its cache is None" in note for note in found.notes)


def test_two_mistakes_that_show_at_different_points() -> None:
    found = graded("""\
        def layer_forward(x, w, param):
            y = x * w if param["mode"] == "train" else x + w
            return y, (x, w, param["mode"])

        def layer_backward(dout, cache):
            x, w, mode = cache
            if mode == "train":
                dx = dout * x
                dw = dout * x
            else:
                dx = dout
                dw = -dout
            return dx, dw
        """)
    assert told(found) == [(9, "name", "dx = dout * w"), (13, "sign", "dw = dout")]


@pytest.mark.parametrize("wrong, status", [("dq = z * df", "right"), ("dq = -z * df", "wrong")])
def test_gradients_on_the_way_have_their_rows(wrong: str, status: str) -> None:
    found = graded(f"""\
        def circuit_forward(x, y, z):
            q = x + y
            return q * z, (q, z)

        def circuit_backward(df, cache):
            q, z = cache
            {wrong}
            dz = q * df
            return dq, dq, dz
        """)
    assert [(v.name, v.status) for v in found.verdicts if not v.final] == [("dq", status)]


def finals(found: Graded) -> dict[str, str]:
    return {v.name: v.status for v in found.verdicts if v.final} | ({"": found.unchecked} if found.unchecked else {})


def test_a_script_that_draws_its_inputs() -> None:
    found = graded("""\
        rng = np.random.default_rng(1)
        n = 3
        x = rng.normal(size=(n, 4))
        w = np.random.uniform(-1, 1, (4, 2))
        k = rng.integers(0, 2, n)
        y = x @ w
        s = y[range(n), k]
        loss = (s**2).sum()
        ds = 2 * s
        dy = np.zeros_like(y)
        dy[range(n), k] = ds
        dw = x.T @ dy
        dx = dy @ w.T
        """)
    assert finals(found) == {"dw": "right", "dx": "right"}


def test_shapes_on_one_line_of_a_docstring() -> None:
    found = graded('''\
        def logistic(W, b, X, t):
            """X: (N, D), W: (D,), b: a number, t: zeros and ones of shape (N,)"""
            p = 1 / (1 + np.exp(-(X @ W + b)))
            cost = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
            dz = (p - t) / len(t)
            dW = X.T @ dz
            db = dz.sum()
            return cost, dW, db
        ''')
    assert finals(found) == {"dW": "right", "db": "right"}


def test_a_backward_pass_without_a_gradient_that_comes_in_is_of_a_number() -> None:
    found = graded("""\
        def forward_propagation(x, theta):
            return np.dot(theta, x)

        def backward_propagation(x, theta):
            dtheta = x
            return dtheta
        """)
    assert finals(found) == {"dtheta": "right"}


def test_what_counts_one_example_is_no_mend() -> None:
    found = graded("""\
        def linear_forward(A, W, b):
            Z = np.dot(W, A) + b
            return Z, (A, W, b)

        def linear_backward(dZ, cache):
            A_prev, W, b = cache
            m = A_prev.shape[1]
            dW = np.dot(dZ, A_prev.T) / m
            db = np.sum(dZ, axis=1, keepdims=True) / m
            return np.dot(W.T, dZ), dW, db
        """)
    assert [(m.line, m.cause) for m in found.mistakes] == [(9, "extra count"), (10, "extra count")]


def test_the_rest_of_the_shapes_is_found_without_what_is_inferred() -> None:
    found = graded("""\
        def lrCostFunction(theta, X, y, lam):
            m = y.size
            h = 1 / (1 + np.exp(-X.dot(theta)))
            J = -(y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h))) / m + lam / (2 * m) * np.sum(theta[1:] ** 2)
            grad = X.T.dot(h - y) / m
            grad[1:] += lam / m * theta[1:]
            return J, grad
        """)
    assert finals(found) == {"dtheta": "right"}


def test_a_division_that_is_forgotten_before_the_regulariser() -> None:
    found = graded('''\
        def svm_loss_naive(W, X, y, reg):
            """
            - W: of shape (D, C)
            - X: of shape (N, D)
            - y: labels of shape (N,), 0 <= y[i] < C
            """
            dW = np.zeros(W.shape)
            num_train = X.shape[0]
            loss = 0.0
            for i in range(num_train):
                scores = X[i].dot(W)
                for j in range(W.shape[1]):
                    margin = scores[j] - scores[y[i]] + 1
                    if j != y[i] and margin > 0:
                        loss += margin
                        dW[:, j] += X[i, :]
                        dW[:, y[i]] -= X[i, :]
            loss = loss / num_train + reg * np.sum(W * W)
            dW += 2 * reg * W
            return loss, dW
        ''')
    assert told(found) == [(20, "count", "dW = dW / num_train + 2 * reg * W")]


def test_the_gradients_of_a_cost_in_any_order_and_in_a_function_of_their_own() -> None:
    text = """\
        def propagate(w, b, X, Y):
            m = X.shape[1]
            A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
            cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
            grads = {"dw": np.dot(X, (A - Y).T) / m, "db": np.sum(A - Y) / m}
            return grads, cost
        """
    assert finals(graded(text)) == {"grads['dw']": "right", "grads['db']": "right"}
    text = """\
        def compute_cost(X, y, w, b):
            return np.sum((X @ w + b - y) ** 2) / (2 * X.shape[0])

        def compute_gradient(X, y, w, b):
            error = X @ w + b - y
            dj_dw = X.T @ error / X.shape[0]
            dj_db = np.mean(error)
            return dj_db, dj_dw
        """
    assert finals(graded(text)) == {"dj_db": "right", "dj_dw": "right"}


BATCH_NORMALIZATION = """\
    class BatchNormalization:
        def __init__(self, gamma, beta, running_mean=None):
            self.gamma, self.beta, self.running_mean = gamma, beta, running_mean
            self.xc = self.xn = None

        def forward(self, x, train_flg=True):
            self.input_shape = x.shape
            if x.ndim != 2:
                N, C, H, W = x.shape
                x = x.reshape(N, -1)
            if self.running_mean is None:
                self.running_mean = np.zeros(x.shape[1])
            if not train_flg:
                return (self.gamma * (x - self.running_mean) + self.beta).reshape(*self.input_shape)
            self.xc = x - x.mean(axis=0)
            self.std = np.sqrt(np.mean(self.xc**2, axis=0) + 10e-7)
            self.xn = self.xc / self.std
            return (self.gamma * self.xn + self.beta).reshape(*self.input_shape)

        def backward(self, dout):
            if dout.ndim != 2:
                N, C, H, W = dout.shape
                dout = dout.reshape(N, -1)
            self.dbeta = dout.sum(axis=0)
            self.dgamma = np.sum(self.xn * dout, axis=0)
            dxn = self.gamma * dout
            dstd = -np.sum(dxn * self.xc / (self.std * self.std), axis=0)
            dxc = dxn / self.std + self.xc * dstd / self.std / self.xc.shape[0]
            dx = dxc - np.sum(dxc, axis=0) / self.xc.shape[0]
            return dx.reshape(*self.input_shape)
"""


def test_a_layer_with_modes_for_rows_and_images() -> None:
    found = graded(BATCH_NORMALIZATION)
    assert finals(found) == {"dx": "right", "self.dgamma": "right", "self.dbeta": "right"}
    assert "C=3" in found.how and "not judged" in found.notes[0]


def test_a_layer_with_lists_of_parameters_and_one_that_makes_its_own() -> None:
    found = graded("""\
        class Affine:
            def __init__(self, W, b):
                self.params = [W, b]
                self.grads = [np.zeros_like(W), np.zeros_like(b)]

            def forward(self, x):
                W, b = self.params
                self.x = x
                return np.dot(x, W) + b

            def backward(self, dout):
                W, b = self.params
                self.grads[0][...] = np.dot(self.x.T, dout)
                self.grads[1][...] = -np.sum(dout, axis=0)
                return np.dot(dout, W.T)
        """)
    assert finals(found) == {"dx": "right", "self.grads[0]": "right", "self.grads[1]": "wrong"}
    assert [(m.line, m.cause) for m in found.mistakes] == [(15, "sign")]
    found = graded("""\
        class Layer:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)

            def forward(self, x):
                self.x = x
                return x @ self.W

            def backward(self, grad_output):
                self.grad_W = self.x.T @ grad_output
                return grad_output @ self.W.T
        """)
    assert finals(found) == {"dx": "right", "self.grad_W": "right"}


LAYERS = """\
    import numpy as np

    def linear_forward(A, W, b):
        return np.dot(W, A) + b, (A, W)

    def linear_backward(dZ, cache):
        A, W = cache
        dW = np.dot(dZ, A.T) / A.shape[1]
        db = np.sum(dZ, axis=1, keepdims=True) / A.shape[1]
        return np.dot(W.T, dZ), dW, db

    def tanh_layer_forward(A, W, b):
        Z, linear = linear_forward(A, W, b)
        return np.tanh(Z), (linear, np.tanh(Z))

    def tanh_layer_backward(dA, cache):
        linear, out = cache
        dZ = dA * (1 - out**2)
        dA, dW, db = linear_backward(dZ, linear)
        return dA, dW, db
"""
MODEL = """\

    def cost(out, Y):
        return np.sum((out - Y) ** 2) / (2 * Y.shape[1])

    def model_forward(X, W1, b1, W2, b2):
        A1, first = tanh_layer_forward(X, W1, b1)
        out, second = linear_forward(A1, W2, b2)
        return out, (first, second)

    def model_backward(out, Y, caches):
        first, second = caches
        dA1, dW2, db2 = linear_backward(out - Y, second)
        dX, dW1, db1 = tanh_layer_backward(dA1, first)
        return dW1, db1, dW2, db2
"""


def statuses(text: str) -> dict[str, str]:
    found = grade_text(SourceText(dedent(text), "student.py")).found
    return {g.name: g.inherits or g.status for g in found}


def test_a_mistake_is_held_against_the_function_that_makes_it_alone() -> None:
    assert statuses(LAYERS) == {"linear_backward": "wrong", "tanh_layer_backward": "linear_backward"}


def test_a_layer_may_take_the_mean_for_the_whole_pass() -> None:
    assert set(statuses(dedent(LAYERS) + dedent(MODEL)).values()) == {"right"}


def test_one_class_alone_excuses_nothing_and_a_forgotten_entry_is_missing() -> None:
    text = """\
        def cost(out, Y):
            return -np.sum(Y * np.log(out) + (1 - Y) * np.log(1 - out))

        def net_forward(X, parameters):
            out = 1 / (1 + np.exp(-(parameters["W"] @ X + parameters["b"])))
            assert out.shape == (1, X.shape[1])
            return out, (X, out)

        def net_backward(out, Y, cache):
            X, out = cache
            dZ = (-Y / out + (1 - Y) / (1 + out)) * out * (1 - out)
            return {"dW": dZ @ X.T, "db": dZ.sum(axis=1, keepdims=True)}
        """
    assert set(finals(graded(text)).values()) == {"wrong"}
    right = text.replace("(1 + out)) *", "(1 - out)) *")
    assert set(finals(graded(right)).values()) == {"right"}
    found = graded(right.replace(', "db": dZ.sum(axis=1, keepdims=True)', ""))
    assert finals(found) == {"grads['dW']": "right", "db": "missing"}


def test_a_factor_that_is_missing_beside_what_the_cache_holds() -> None:
    found = graded("""\
        def square_forward(mu):
            return 0.5 * np.sum(mu**2, axis=1), (mu, mu.shape)

        def square_backward(dout, cache):
            mu, shape = cache
            dmu = mu
            return dmu
        """)
    assert [(m.line, m.cause, m.mended) for m in found.mistakes] == [(7, "factor", "dmu = mu * dout[:, None]")]


SOFTMAX = """\
    def softmax_loss(x, y):
        N = x.shape[0]
        probs = np.exp(x - np.max(x, axis=1, keepdims=True))
        probs /= np.sum(probs, axis=1, keepdims=True)
        loss = -np.sum(np.log(probs[np.arange(N), y])) / N
        dx = probs.copy()
        dx[np.arange(N), y] -= 1
        dx /= N
        return loss, dx
"""


@pytest.mark.parametrize(
    ("left_out", "line", "cause"), [("dx /= N", 8, "count"), ("dx[np.arange(N), y] -= 1", 8, "path")]
)
def test_a_line_that_is_left_out_is_shown(left_out: str, line: int, cause: str) -> None:
    found = graded(dedent(SOFTMAX).replace(f"    {left_out}\n", ""))
    assert told(found) == [(line, cause, left_out)]


def test_a_forgotten_return_blames_no_line_and_a_text_is_no_gradient() -> None:
    found = graded("""\
        def relu_forward(x):
            return np.maximum(0, x), x

        def relu_backward(dout, cache):
            dx = dout * (cache > 0)
        """)
    assert (finals(found), found.mistakes) == ({"dx": "missing"}, [])
    text = """\
        def relu_forward(x):
            return np.maximum(0, x), x

        def relu_backward(dout, cache):
            dx = "zero"
            return dx
        """
    assert finals(graded(text)) == {"dx": "wrong"}


SMALL_LAYER = """\
    class Affine:
        def __init__(self, w, b):
            self.w, self.b = w, b
        def forward(self, x):
            self.x = x
            return np.dot(x, self.w) + self.b
        def backward(self, dout):
            self.dw = np.dot(self.x.T, dout)
            self.db = np.sum(dout, axis=0)
            return np.dot(dout, self.w.T)
"""


def test_what_a_constructor_takes_has_the_shapes_that_both_methods_need() -> None:
    found = graded(SMALL_LAYER)
    assert finals(found) == {"dx": "right", "self.dw": "right", "self.db": "right"}
    assert not found.flags  # "is for scalars only"


def test_a_gradient_that_is_zero_anyway_clears_no_line() -> None:
    found = graded("""\
        x = np.array([[0.3, -1.2], [0.7, 0.4], [-0.5, 0.9]])
        b = np.array([0.2, -0.1])
        gain = np.ones((1, 2)) + 0.5
        h = x * x + b
        mid = h - h.mean(0)
        square = mid ** 2
        out = gain * mid * square
        f = out.sum()

        dout = np.ones_like(out)
        dgain = (mid * square * dout).sum(0, keepdims=True)
        dsquare = gain * mid * dout
        dmid = gain * square * dout
        dmid += 4 * mid * dsquare
        dh = dmid - dmid.mean(0)
        db = dh.sum(0)
        dx = 2 * x * dh
    """)
    assert finals(found) == {"dgain": "right", "db": "right", "dx": "wrong"}
    assert [m.line for m in found.mistakes] == [15]


def test_an_empty_array_beside_a_loop_is_no_trouble() -> None:
    found = graded("""\
        def square_forward(x):
            return x * x, x

        def square_backward(dout, x):
            none, dx = x[:0], np.zeros_like(x)
            for i in range(len(x)):
                dx[i] = 3 * x[i] * dout[i] + none.sum()
            return dx
    """)
    assert [m.mended for m in found.mistakes] == ["dx[i] = 2 * x[i] * dout[i] + none.sum()"]
    assert not found.notes


def test_a_failure_of_ones_own_ends_no_run(monkeypatch) -> None:
    monkeypatch.setattr("gradgen.grade.judge.Locator", None)
    found = graded(SMALL_LAYER.replace("np.sum(dout", "2 * np.sum(dout"))
    assert finals(found)["self.db"] == "wrong" and "internal error" in found.notes[-1]


@pytest.mark.parametrize(
    "forward, backward, line, cause, mended",
    [
        ("np.maximum(0, x)", "dx = dout * (x < 0)", 7, "comparison", "dx = dout * (x > 0)"),
        ("np.tanh(x)", "dx = dout * (1 - np.tanh(x))", 7, "factor", "dx = dout * (1 - np.tanh(x) ** 2)"),
        ("1 + 0.4 * x ** 3", "dx = dout * 0.4 * x ** 2", 7, "constant", "dx = 3 * (dout * 0.4 * x ** 2)"),
        ("x.sum(axis=0) / len(x)", "dx = dout + 0 * x", 7, "count", "dx = (dout + 0 * x) / x.shape[0]"),
    ],
)
def test_small_mistakes(forward: str, backward: str, line: int, cause: str, mended: str) -> None:
    found = graded(f"""\
        def f_forward(x):
            return {forward}, x

        def f_backward(dout, cache):
            dx, x = None, cache
            {backward}
            return dx
    """)
    assert told(found) == [(line, cause, mended)]


SQUARE = """\
    def tanh_forward(x):
        out = np.tanh(x)
        return out, out

    def tanh_backward(dout, out):
        dx = dout * (1 - out)
        return dx
"""
GATES = """\
    def gates_forward(a, b):
        out = np.hstack((a * a, np.sin(b)))
        return out, (a, b)

    def gates_backward(dout, cache):
        a, b = cache
        k = a.shape[1]
        both = np.hstack((np.cos(b), 2 * a))
        dboth = dout * both
        return dboth[:, :k], dboth[:, k:]
"""
PRODUCT = """\
    class Product:
        def forward(self, x, y):
            self.x, self.y = x, y
            return x * y
        def backward(self, dout):
            dx = dout * self.x
            dy = dout * self.y
            return dx, dy
"""


@pytest.mark.parametrize(
    "text, said",
    [
        (SQUARE, [(7, "factor", "dx = dout * (1 - out ** 2)")]),
        (GATES, [(9, "name", "both = np.hstack((2 * a, np.cos(b)))")]),
        (PRODUCT, [(7, "name", "dx = dout * self.y"), (8, "name", "dy = dout * self.x")]),
    ],
)
def test_the_lines_are_blamed_as_a_reader_would(text: str, said: list) -> None:
    assert told(graded(text)) == said


def test_all_that_is_missing_is_one_finding() -> None:
    text = dedent("""\
        def f_forward(x, w):
            return x * w, (x, w)
        def f_backward(dout, cache):
            dx, dw = None, None
            return dx, dw
    """)
    (line,) = concise([grade_text(SourceText(text, "student.py"))])
    assert line == "student.py:3:1: GG415 `dx` and `dw` of `f_backward` are missing: they are None"


def test_behind_a_line_that_raises_the_next_mistake_is_found() -> None:
    text = SMALL_LAYER.replace("self.w", "self.W").replace("(self, w", "(self, W").replace("= w,", "= W,")
    found = graded(text.replace("self.W.T", "self.W").replace("np.sum(dout, axis=0)", "np.sum(dout)"))
    assert [(m.line, m.cause) for m in found.mistakes] == [(10, "axis"), (11, "transpose")]


def test_a_gradient_of_another_shape_is_blamed_before_the_line_that_raises() -> None:
    found = graded("""\
        def center_forward(x):
            \"\"\"x: (N, D)\"\"\"
            mu = x.mean(axis=1, keepdims=True)
            return (x - mu) ** 2, (x, mu)

        def center_backward(dout, cache):
            x, mu = cache
            dxc = 2 * (x - mu) * dout
            dmu = -np.sum(dxc, axis=1)
            return dxc + dmu / x.shape[1]
    """)
    assert told(found) == [(10, "keepdims", "dmu = -np.sum(dxc, axis=1, keepdims=True)")]


WINDOWS = """\
    def windows(x, k):
        return np.stack([x[i : i + k] for i in range(len(x) - k + 1)])

    def scattered(rows, n):
        x = np.zeros(n)
        for i in range(rows.shape[0]):
            x[i : i + rows.shape[1]] += rows[i]
        return x

    def smooth_forward(x, w):
        \"\"\"x: (5,), w: (3,)\"\"\"
        rows = windows(x, len(w))
        return rows @ w, (x, w, rows)

    def smooth_backward(dout, cache):
        x, w, rows = cache
        drows = np.outer(dout, w)
        dx = scattered(drows, len(x))
        dw = rows.T @ dout
        return dx, dw
"""


def test_a_line_of_a_function_that_the_backward_pass_alone_calls_is_blamed() -> None:
    assert finals(graded(WINDOWS)) == {"dx": "right", "dw": "right"}
    found = graded(WINDOWS.replace("x[i : i + rows.shape[1]] +=", "x[i : i + rows.shape[1]] ="))
    assert told(found) == [(8, "accumulate", "x[i:i + rows.shape[1]] += rows[i]")]
    assert next(v.status for v in found.verdicts if v.name == "drows") == "right"


LAYER = """\
    def relu_layer_forward(x, w, b):
        h = np.maximum(0, x @ w + b)
        cache = (x, w, h)
        return 5 * h, cache

    def relu_layer_backward(dout, cache):
        x, w, h = cache
        dh = 5 * dout
        dpre = dh * (h > 0)
        dx = dpre @ w.T
        dw = x.T @ dpre
        db = dpre.sum(axis=0)
        return dx, dw, db
"""


@pytest.mark.parametrize(
    "old, new, line, cause, mended",
    [
        ("dh * (h > 0)", "dh", 10, "factor", "dpre = dh * (h > 0)"),
        ("dh * (h > 0)", "dh / 3 * (h > 0)", 10, "extra factor", "dpre = dh * (h > 0)"),
        ("x, w, h = cache", "w, x, h = cache", 8, "name", "x, w, h = cache"),
    ],
)
def test_one_line_is_blamed_for_all_that_read_it(old: str, new: str, line: int, cause: str, mended: str) -> None:
    found = graded(LAYER.replace(old, new))
    assert told(found) == [(line, cause, mended)]


def test_each_way_to_fail_has_its_line() -> None:
    text = (Path(__file__).parent / "hostile.txt").read_text()
    lines = list(concise([grade_text(SourceText(text, "hostile.py"))]))
    assert any("GG414 `a_backward` is stopped: it takes too many steps" in line for line in lines)
