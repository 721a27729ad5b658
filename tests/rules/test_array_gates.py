"""Gates of several lines: what their backward pass reads like, and that it minds infinities and types."""

from __future__ import annotations

import numpy as np
import pytest

import gradgen
from tests.support import execute, pair

SCORES = ("x: N C", "y: N")
HINGE = """\
import numpy as np

def loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, None] + 1.0)
    margins[np.arange(N), y] = 0
    return np.sum(margins) / N
"""
RELU = """\
import numpy as np

def layer(x, i):
    out = np.maximum(0, 2 * x)
    out[i] = 0
    return out
"""
NORMALIZED = """\
import numpy as np

def norm(x, gamma, beta):
    std = np.sqrt(x.var(axis=0) + 1e-5)
    z = (x - x.mean(axis=0)) / std
    return gamma * z + beta
"""


def backward_lines(text: str, function: str) -> list[str]:
    """The statements of the backward pass."""
    inside = text.split(f"def {function}", 1)[1].split("# backprop", 1)[1].split("    return")[0]
    return [line.split("  #")[0].strip() for line in inside.splitlines()[1:] if not line.strip().startswith("#")]


def test_a_hinge_counts_its_margins() -> None:
    text = gradgen.generate(HINGE, shape=SCORES, wrt="x").text
    assert backward_lines(text, "loss_value_and_grad") == [
        "dx = (margins > 0).astype(margins.dtype) / N",
        "dx[np.arange(N), y] -= np.sum(dx, axis=1)",
    ]


def test_a_normalization_takes_its_scale_in() -> None:
    text = gradgen.generate(NORMALIZED, shape=("x: N D", "gamma: D", "beta: D")).text
    assert (
        "dx *= gamma / std" in text
        and "dbeta / len(dout)" in text
        and "np.mean(" not in text.split("def norm_backward")[1]
    )


LOGISTIC = """\
import numpy as np

def loss(z, y):
    h = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))
"""
RANKING = """\
import numpy as np

def loss(z, y):
    h = 1 / (1 + np.exp(-z))
    return -np.mean(np.log(h)) + np.sum(y)
"""
LOGSUMEXP = """\
import numpy as np

def loss(x, y):
    N = x.shape[0]
    m = np.max(x, axis=1)
    lse = m + np.log(np.sum(np.exp(x - m[:, None]), axis=1))
    return np.sum(lse - x[np.arange(N), y]) / N
"""
ONE_HOT = """\
import numpy as np

def loss(x, t):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return -np.sum(t * np.log(p)) / x.shape[0]
"""


@pytest.mark.parametrize(
    "source, shape, lines",
    [
        (LOGISTIC, ("z: N", "y: N"), ["dz = (h - y) / z.shape[0]"]),
        (RANKING, ("z: N", "y: N"), ["dz = (h - 1) / z.shape[0]"]),
        (LOGSUMEXP, SCORES, ["dx = expxmpart * (1.0 / N / sum2)[:, None]", "dx[np.arange(N), y] -= 1.0 / N"]),
        (ONE_HOT, ("x: N C", "t: N C"), ["dx = -(t / x.shape[0])", "dx -= p * np.sum(dx, axis=1, keepdims=True)"]),
    ],
)
def test_losses_of_classes_read_as_on_paper(source: str, shape: tuple[str, ...], lines: list[str]) -> None:
    result = gradgen.generate(source, shape=shape, wrt="z" if "z" in shape[0] else "x")
    assert backward_lines(result.text, "loss_value_and_grad") == lines
    assert result.report.verdict == "PROVED"


def test_a_saturated_sigmoid_has_its_gradient() -> None:
    """Where the log of 1 - h is infinite the gradient by h was, too; that by z is h - y."""
    f = execute(gradgen.generate(LOGISTIC, shape=("z: N", "y: N"), wrt="z").text)["loss_value_and_grad"]
    with np.errstate(all="ignore"):
        _, dz = f(np.array([800.0, -800.0, 0.0]), np.array([0.0, 1.0, 1.0]))
    assert np.array_equal(dz, np.array([1.0, -1.0, -0.5]) / 3)


def test_a_penalty_is_a_multiple_of_its_weights() -> None:
    source = "import numpy as np\ndef f(u, v, reg):\n    loss = 0.5 * reg * np.sum(u * u) + 0.5 * reg * np.sum(v * v)\n    return loss\n"
    text = gradgen.generate(source, shape=("u: N", "v: N"), wrt=("u", "v")).text
    assert "du = reg * u" in text and "dv = reg * v" in text and "loss = 0.5 * reg * np.sum(u * u)" in text


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_passes_a_relu_that_is_off(dtype) -> None:
    """Entries below 0, and those that were stored over, get 0; the type stays."""
    forward, backward = pair(gradgen.generate(RELU, shape=("x: N",), wrt="x"))
    x = np.array([-1.0, 0.0, 1.0, 2.0], dtype=dtype)
    out, cache = forward(x, np.array([3]))
    dx = backward(np.array([-2.0, 3.0, np.inf, 4.0], dtype=dtype), cache)
    assert np.array_equal(dx, [0, 0, np.inf, 0]) and dx.dtype == dtype
    value, dx = execute(gradgen.generate(HINGE, shape=SCORES, wrt="x").text)["loss_value_and_grad"](
        x[None], np.array([1])
    )
    assert dx.dtype == dtype


NINJA = """\
import numpy as np

def loss(x, gain, bias, y):
    n = x.shape[0]
    mean = 1 / n * x.sum(0, keepdims=True)
    diff = x - mean
    diff2 = diff**2
    var = 1 / (n - 1) * diff2.sum(0, keepdims=True)
    inv = (var + 1e-5) ** -0.5
    raw = diff * inv
    logits = gain * raw + bias
    maxes = logits.max(1, keepdims=True)
    norm = logits - maxes
    counts = np.exp(norm)
    total_inv = counts.sum(1, keepdims=True) ** -1
    probs = counts * total_inv
    logprobs = np.log(probs)
    return -logprobs[range(n), y].mean()
"""


def test_a_chain_with_inverses_is_simplified_as_on_paper() -> None:
    """Makemore's exercises 2 and 3: the cross entropy and the batch norm, each one line, through all of their stages."""
    result = gradgen.generate(NINJA, shape=("x: N C", "gain: C", "bias: C", "y: N"), wrt=("x", "gain", "bias"))
    text = " ".join(result.text.split("# backprop", 1)[1].split())
    assert "dlogits = probs / n" in text and "dlogits[range(n), y] -= 1.0 / n" in text
    assert "dx = dlogits - dbias / len(dlogits) - invnm1 * dgain * raw # (N, C) dx *= gain * inv # " in text
    assert result.report.verdict in ("PROVED", "IDENTITY-TESTED")


SILU = """\
import numpy as np

def silu(x):
    return x / (1 + np.exp(-x))
"""


def test_silu_is_finite_everywhere() -> None:
    result = gradgen.generate(SILU)
    forward, backward = pair(result)
    with np.errstate(over="ignore"):
        _, cache = forward(np.array([-1000.0, 0.0, 1000.0]))
        assert np.array_equal(backward(np.ones(3), cache), [0.0, 0.5, 1.0])
    assert result.report.verdict == "PROVED"


LAYERNORM = """\
import numpy as np

def layernorm(x, g, b, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    var = np.var(x, axis=-1, keepdims=True)
    return g * (x - mean) / np.sqrt(var + eps) + b
"""


def test_what_the_forward_pass_has_is_not_worked_out_again() -> None:
    """The deviations from the mean that the variance needs are a value of the forward pass, and so is a quotient's gradient."""
    text = gradgen.generate(LAYERNORM, shape=("x: B T C", "g: C", "b: C")).text
    backward = "\n".join(line.split("#")[0] for line in text.split("def layernorm_backward", 1)[1].splitlines())
    assert "np.mean(x" not in backward and "* xmmean" in backward and backward.count("/ sqrt") == 2


def test_a_value_that_is_overwritten_is_worked_out_again() -> None:
    """A name that holds something else by the time backward runs is no memory of the value."""
    source = "import numpy as np\n\ndef f(x):\n    e = np.exp(x)\n    s = np.sum(e)\n    e[0] = 0.0\n    return s * np.sum(np.sin(e) * np.expm1(x))\n"
    assert gradgen.generate(source, shape=("x: N",)).report.verdict in ("PROVED", "IDENTITY-TESTED")


def test_every_named_value_has_its_gradient_in_stages() -> None:
    """Makemore's exercise 1: with ``stages="all"`` one line for the gradient on each name of the author's."""
    text = gradgen.generate(
        NINJA, shape=("x: N C", "gain: C", "bias: C", "y: N"), wrt=("x", "gain", "bias"), stages="all"
    ).text
    backward = text.split("# backprop", 1)[1]
    names = "logprobs probs total_inv counts norm maxes logits raw inv var diff2 diff mean".split()
    assert [n for n in names if f"d{n} = " not in backward] == []


MIXED = """\
import numpy as np

def f(x, mu, s):
    z = (x[:, None, :] - mu) * np.exp(-s)
    return np.sum(z**2, axis=2)
"""
CLASSES = """\
import numpy as np

def losses(x, y):
    p = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
    return -np.log(p[np.arange(x.shape[0]), y])
"""


def test_a_product_with_an_exponential_gives_itself() -> None:
    """The deviations need not be kept: by the exponent the product is its own slope."""
    result = gradgen.generate(MIXED, shape=("x: N D", "mu: K D", "s: K D"))
    assert 'ds = -np.einsum("nkd,nkd->kd", z, dz)' in result.text and result.report.verdict == "PROVED"
    assert "cache = (x, " not in result.text and "partmmu =" not in result.text.split("def f_backward")[0]


def test_nothing_is_kept_for_its_shape_alone() -> None:
    text = gradgen.generate(CLASSES, shape=("x: N C", "y: N"), wrt="x").text
    assert "return out, (y, p)" in text and "dx[np.arange(dout.shape[0]), y]" in text


def test_sizes_from_a_part_of_a_shape_are_sizes() -> None:
    """``T, D = q.shape[-2:]`` says as much as the whole shape: nothing is summed over axes that only might be broadcast."""
    text = """\
import numpy as np

def masked(q, k):
    T, D = q.shape[-2:]
    mask = np.triu(np.ones((T, T), dtype=bool), k=1)
    return np.where(mask, -1e9, q @ k.transpose(0, 1, 3, 2) / np.sqrt(D))
"""
    shapes = ("q: B H T D", "k: B H T D")
    assert backward_lines(gradgen.generate(text, verify=False, shape=shapes).text, "masked") == [
        "dprod = np.where(mask, 0.0, dout / sqrtD)",
        "dq = dprod @ k",
        "dk = np.swapaxes(dprod, -1, -2) @ q",
    ]


def test_slices_of_axes_of_one_size_are_of_one_size() -> None:
    """Nothing is summed over axes that might be stretched, nothing asserted twice, and stores stay in place."""
    text = """\
import numpy as np

def turned(x, y):
    out = np.empty_like(x)
    out[:, ::2] = x[:, ::2] * y[:, ::2]
    out[:, 1::2] = x[:, 1::2] + y[:, 1::2]
    return out + np.sum(x[:, ::2] * x[:, 1::2]) + np.sum(y[:, ::2] * y[:, 1::2])
"""
    made = gradgen.generate(text, verify=False, shape=("x: N D", "y: N D")).text
    assert "unbroadcast" not in made and "= out.copy()" not in made
    asserts = [line for line in made.splitlines() if line.startswith("    assert ")]
    assert len(asserts) == len(set(asserts))
