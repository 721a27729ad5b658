"""A mistake is found on its line, with its cause."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gradgen.grade import grade_text
from gradgen.grade.causes import CAUSES
from gradgen.source import SourceText
from tests.benchmarks.bench_grading import CORPUS

MISTAKES = (  # corpus file, function, the line as it is, the line as a student writes it, the code
    ("layers", "affine_backward", "db = np.sum(dout, axis=0)", "db = np.sum(dout, axis=1)", "GG405"),
    ("layers", "linear_backward", "grad_W = X.T @ grad_out", "grad_W = grad_out.T @ X", "GG406"),
    ("layers", "scale_backward", "dbeta = dout.sum(axis=0)", "dbeta = dout", "GG405"),
    ("layers", "sigmoid_backward", "return dout * s * (1 - s)", "return dout * s * (1 + s)", "GG402"),
    ("layers", "tanh_backward", "dx = g * (1.0 - t**2)", "dx = g * (1.0 - t)", "GG407"),
    ("layers", "gelu_backward", "dx += du *", "dx = du *", "GG403"),
    ("layers", "residual_backward", "dx = dout + dpre @ W.T", "dx = dpre @ W.T", "GG404"),
    ("layers", "attention_backward", "dv = w.T.dot(dout)", "dv = w.T.dot(dout) / d", "GG408"),
    ("layers", "relu_backward", "dx = dout * (x > 0)", "dx = dout * (x < 0)", "GG412"),
    ("layers", "mlp_backward", "dW1 = X.T @ dh", "dW1 = X.T @ da", "GG411"),
    ("losses", "softmax_loss_vectorized", "X.T @ p / N", "X.T @ p", "GG408"),
    ("losses", "svm_loss_vectorized", "/ num_train + reg * W", "/ num_train + 2 * reg * W", "GG409"),
    ("normalisation", "rmsnorm_backward", "2 * x / D", "2 * x", "GG408"),
    ("convolution", "conv_backward_naive", "dxp[:, :, pad : pad + H, pad : pad + W]", "dxp[:, :, pad:-pad, pad:-pad]", "GG413"),
    ("recurrent", "lstm_step_backward", "dc * prev_c", "dc * f", "GG411"),
    ("recurrent", "gru_backward", "dh = dout * (1 - z)", "dh = dout", "GG407"),
    ("scalars", "neuron_backward", "dout * out * (1 - out)", "1 - out", "GG407"),
    ("scalars", "newton_backward", "0.5 / x", "0.5", "GG407"),
    ("scalars", "horner_backward", "dx = dh0 * h1", "dx = h1", "GG407"),
    ("normalisation", "layernorm_backward", "s1 = np.sum(dxhat, axis=1, keepdims=True)", "s1 = dxhat", "GG405"),
    ("normalisation", "closed_batchnorm_backward", " * np.sum(dout * centred, axis=0)", "", "GG407"),
    ("scalars", "staged_backward", "dden = (-1.0 / (den**2))", "dden = (1.0 / (den**2))", "GG402"),
)  # fmt: skip


@pytest.mark.parametrize("file, function, old, new, code", MISTAKES, ids=[f"{m[1]}-{m[4]}" for m in MISTAKES])
def test_the_line_and_the_cause(file: str, function: str, old: str, new: str, code: str) -> None:
    text = (CORPUS / f"{file}.py").read_text()
    start = text.index(f"def {function}(")
    at = text.index(old, start)
    changed = text[:at] + new + text[at + len(old) :]
    (found,) = grade_text(SourceText(changed, "student.py"), functions=[function]).found
    assert found.status == "wrong" or found.status == "raises"
    assert [(m.line, CAUSES[m.cause].code) for m in found.mistakes] == [(text[:at].count("\n") + 1, code)]


def graded(text: str):
    return grade_text(SourceText(dedent(text), "student.py")).found


def test_two_mistakes_are_two_findings() -> None:
    (found,) = graded("""\
        import math
        x = 3
        y = -4
        sigy = 1.0 / (1 + math.exp(-y))
        num = x + sigy
        den = x * x + y
        f = num / den
        print(f)
        dnum = 1 / den
        dden = num / den**2
        dx = dden * 2 * x
        dy = dden
        dx = dnum
        dsigy = dnum
        dy += sigy * (1 - sigy) * dsigy
        """)
    assert [(m.line, m.cause) for m in found.mistakes] == [(10, "sign"), (13, "accumulate")]


def test_a_script_is_judged_at_its_own_values_and_lists_count() -> None:
    (found,) = graded("""\
        import math
        w = [2, -3, -3]
        x = [-1, -2]
        dot = w[0] * x[0] + w[1] * x[1] + w[2]
        f = 1.0 / (1 + math.exp(-dot))
        ddot = (1 - f) * f
        dx = [w[0] * ddot, w[1] * ddot]
        dw = [x[0] * ddot, x[1] * ddot, 1.0 * ddot]
        """)
    assert found.kind == "script" and found.status == "right"


def test_the_names_of_the_notes() -> None:
    (found,) = graded("""\
        x = -2; y = 5; z = -4
        q = x + y
        f = q * z
        dfdz = q
        dfdq = z
        dfdx = 1.0 * dfdq
        dfdy = 1.0 * dfdq
        """)
    finals = {v.name: v.status for v in found.verdicts if v.final}
    assert finals == {"dfdz": "right", "dfdx": "right", "dfdy": "right"}
    assert [(v.name, v.status) for v in found.verdicts if not v.final] == [("dfdq", "right")]


def test_a_line_that_raises_is_explained() -> None:
    (found,) = graded("""\
        import numpy as np
        W = np.random.randn(5, 10)
        X = np.random.randn(10, 3)
        D = W.dot(X)
        dD = np.random.randn(*D.shape)
        dW = dD.dot(X.T)
        dX = W.dot(dD)
        """)
    assert found.status == "raises"
    assert [(m.line, m.cause, m.mended) for m in found.mistakes] == [(7, "transpose", "dX = W.T.dot(dD)")]


def test_writing_into_dout_is_right_all_the_same() -> None:
    (found,) = graded("""\
        import numpy as np

        def relu_forward(x):
            return np.maximum(0, x), x

        def relu_backward(dout, cache):
            dout[cache < 0] = 0
            return dout
        """)
    assert found.status == "right" and found.flags == ["modifies dout"]


def test_the_forward_pass_is_blamed_where_it_is_to_blame() -> None:
    (found,) = graded("""\
        import numpy as np

        class Sigmoid:
            def forward(self, x):
                out = 1 / 1 + np.exp(-x)
                self.out = out
                return out

            def backward(self, dout):
                return dout * self.out * (1 - self.out)
        """)
    assert [(m.line, m.cause, m.mended) for m in found.mistakes] == [(5, "forward", "out = 1 / (1 + np.exp(-x))")]


def test_a_softmax_over_the_whole_batch() -> None:
    (found,) = graded("""\
        import numpy as np

        def softmax(a):
            e = np.exp(a - np.max(a))
            return e / np.sum(e)

        class SoftmaxWithLoss:
            def forward(self, x, t):
                self.t = t
                self.y = softmax(x)
                return -np.sum(t * np.log(self.y)) / x.shape[0]

            def backward(self, dout=1):
                return (self.y - self.t) / self.t.shape[0]
        """)
    assert [(m.line, m.cause) for m in found.mistakes] == [(5, "forward")]


def test_nothing_builds_the_cache() -> None:
    (found,) = graded("""\
        import numpy as np

        def forward_propagation(X, W):
            return np.dot(W, X)

        def backward_propagation(X, Y, W, cache):
            dZ = cache['A'] - Y
            return np.dot(dZ, X.T)
        """)
    assert found.status == "unchecked"
    assert "nothing builds `cache`" in found.unchecked and "no loss is in the file" in found.unchecked


@pytest.mark.parametrize("slope, status", [("1.0", "right"), ("0.0", "right"), ("0.5", "right"), ("2.0", "wrong")])
def test_at_a_tie_any_subgradient_passes(slope: str, status: str) -> None:
    (found,) = graded(f"""\
        x = 0.0
        y = 3.0
        r = max(x, 0)
        f = r * y
        dr = y
        dy = r
        dx = {slope} * dr
        """)
    assert found.status == status


def test_a_network_with_a_loss_and_a_loss_beside_the_passes() -> None:
    (net,) = graded("""\
        import numpy as np

        class Net:
            def __init__(self, input_size, output_size):
                self.params = {}
                self.params['W'] = 0.1 * np.random.randn(input_size, output_size)

            def loss(self, X, y=None, reg=0.0):
                W = self.params['W']
                scores = X.dot(W)
                if y is None:
                    return scores
                d = scores - y
                loss = np.sum(d * d) + reg * np.sum(W * W)
                grads = {}
                grads['W'] = 2 * X.T.dot(d) + reg * W
                return loss, grads
        """)
    assert [(m.line, m.cause) for m in net.mistakes] == [(16, "regulariser")]
    (pair,) = graded("""\
        import numpy as np

        def compute_cost(A2, Y):
            return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / Y.shape[1]

        def forward_propagation(X, parameters):
            Z1 = np.dot(parameters['W1'], X) + parameters['b1']
            A1 = np.tanh(Z1)
            Z2 = np.dot(parameters['W2'], A1) + parameters['b2']
            A2 = 1 / (1 + np.exp(-Z2))
            return A2, {"A1": A1, "A2": A2}

        def backward_propagation(parameters, cache, X, Y):
            m = X.shape[1]
            dZ2 = cache["A2"] - Y
            dW2 = np.dot(dZ2, cache["A1"].T) / m
            db2 = np.sum(dZ2, axis=1, keepdims=True) / m
            dZ1 = np.dot(parameters['W2'].T, dZ2) * (1 - np.power(cache["A1"], 2))
            dW1 = np.dot(dZ1, X.T) / m
            db1 = np.sum(dZ1, axis=1, keepdims=True) / m
            return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        """)
    assert pair.status == "right" and len([v for v in pair.verdicts if v.final]) == 4


def test_a_line_that_no_first_point_reaches_is_reached() -> None:
    (found,) = graded("""\
        import numpy as np

        def softmax_forward(x):
            if x.ndim == 2:
                e = np.exp(x)
                out = e / np.sum(e, axis=1, keepdims=True)
            else:
                e = np.exp(x)
                out = e / np.sum(e)
            return out, (x, out)

        def softmax_backward(dout, cache):
            x, out = cache
            if x.ndim == 2:
                dx = out * (dout - np.sum(out * dout, axis=1, keepdims=True))
            else:
                dx = out * (dout + np.sum(out * dout))
            return dx
        """)
    assert found.status == "wrong"
    assert [(m.line, m.cause) for m in found.mistakes] == [(17, "sign")]


def test_what_never_ran_is_said() -> None:
    (found,) = graded("""\
        def f_forward(x):
            return x * x, x

        def f_backward(dout, cache):
            if cache != cache:
                return dout
            return 2 * cache * dout
        """)
    (row,) = found.verdicts
    assert (found.status, row.status, row.line) == ("unchecked", "unchecked", 6)


def test_a_line_far_away_is_reached() -> None:
    (found,) = graded("""\
        def f_forward(x):
            return x * x, x

        def f_backward(dout, cache):
            if cache > 1e4:
                return dout
            return 2 * cache * dout
        """)
    assert found.status == "wrong"


def test_gradients_that_cancel_are_right() -> None:
    """The bias in front of a normalisation has no effect; its gradient is what rounding leaves."""
    (found,) = graded("""\
        import numpy as np

        def norm_forward(x, b):
            \"\"\"x: of shape (N, D); b: of shape (D,)\"\"\"
            c = x + b
            h = c - c.mean(axis=0)
            return h**3, h

        def norm_backward(dout, cache):
            h = cache
            dh = 3 * h**2 * dout
            dc = dh - dh.mean(axis=0)
            db = np.sum(dc, axis=0)
            return dc, db
        """)
    assert found.status == "right"


def test_what_fits_scalars_only_and_what_is_left_out_is_said() -> None:
    (found,) = graded("""\
        import numpy as np

        def scale_forward(x, w):
            return x * w, (x, w)

        def scale_backward(dout, cache):
            x, w = cache
            return dout * w, np.dot(dout, x)
        """)
    assert found.status == "right" and "is for scalars only: it fits where `w` is a number" in found.flags
    (found,) = graded("""\
        def affine_forward(x, w, b):
            return x @ w + b, (x, w)

        def affine_backward(dout, cache):
            x, w = cache
            dx, dw = dout @ w.T, x.T @ dout
            return dx, dw
        """)
    assert (found.status, found.notes) == ("right", ["no gradient by `b` is handed back"])


def test_lines_of_a_script_that_feed_nothing_and_updates_are_skipped() -> None:
    (found,) = graded("""\
        import numpy as np
        x = np.array([1.0, 2.0, -1.0])
        y = 3.0
        q = x * y
        f = np.sum(q)
        with open("nowhere.txt") as file:
            data = file.read()
        np.savetxt("f.txt", x)
        df = 1.0
        dq = df * np.ones_like(q)
        dx = dq * y
        dy = np.sum(dq * x)
        step = 0.1
        x = x - step * dx
        """)
    assert {v.name: v.status for v in found.verdicts if v.final} == {"dx": "right", "dy": "right"}


def test_two_mistakes_in_one_gradient_are_found_together() -> None:
    text = (CORPUS / "losses.py").read_text()
    for old, new in (("dW[:, y[i]] -= X[i]", "dW[:, y[i]] += X[i]"), ("dW += 2 * reg * W", "dW += reg * W")):
        head, found, rest = text.partition("def svm_loss_naive(")
        text = head + found + rest.replace(old, new, 1)
    (found,) = grade_text(SourceText(text, "student.py"), functions=["svm_loss_naive"]).found
    right = (CORPUS / "losses.py").read_text().split("\n")
    assert [right[m.line - 1].strip() for m in found.mistakes] == ["dW[:, y[i]] -= X[i]", "dW += 2 * reg * W"]
