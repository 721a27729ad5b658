import numpy as np
from jaxtyping import Float


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_forward(x):
    """
    Forward pass of a sigmoid layer.

    Input:
    - x: array of shape (N, D)

    Returns a tuple of:
    - out: array of shape (N, D)
    - cache: the output, for the backward pass
    """
    out = 1.0 / (1.0 + np.exp(-x))
    cache = out
    return out, cache


def relu_forward(x):
    """
    Forward pass of a layer of rectified linear units.

    Input:
    - x: Inputs, of any shape

    Returns a tuple of:
    - out: Output, of the same shape as x
    - cache: x
    """
    out = None
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_mask(x):
    mask = (x <= 0)
    out = x.copy()
    out[mask] = 0
    return out


def relu_times(x):
    return x * (x > 0)


def leaky_relu_forward(x, alpha=0.01):
    out = np.where(x > 0, x, alpha * x)
    return out, (x, alpha)


def leaky_relu_max(z: Float[np.ndarray, "N D"]):
    return np.maximum(0.1 * z, z)


def elu(x, alpha):
    """
    Exponential linear unit.

    Inputs:
    - x: array of shape (N, D)
    - alpha: a number
    """
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def softplus(x: Float[np.ndarray, "N D"]):
    return np.log(1 + np.exp(x))


def softplus_stable(x):
    """
    log(1 + e^x) that does not overflow.

    Inputs:
    - x: array of shape (N, D)
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def tanh_forward(x):
    """
    Inputs:
    - x: shape (N, H)

    Returns (out, cache), out of shape (N, H)
    """
    out = np.tanh(x)
    return out, out


def tanh_by_hand(x: Float[np.ndarray, "N D"]):
    e = np.exp(x)
    em = np.exp(-x)
    return (e - em) / (e + em)


def swish(x, beta):
    """
    x times sigmoid(beta x).

    Inputs:
    - x: array of shape (N, D)
    - beta: a number
    """
    s = 1 / (1 + np.exp(-beta * x))
    return x * s


def gelu(x):
    c = np.sqrt(2 / np.pi)
    inner = c * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + np.tanh(inner))


def hard_sigmoid(x):
    """
    The cheap sigmoid, with straight pieces.

    Inputs:
    - x: array of shape (N, D)
    """
    return np.clip(0.2 * x + 0.5, 0, 1)


RECIPES = {
    "sigmoid": dict(x="N D"),
    "sigmoid_forward": dict(x="N D"),
    "relu_forward": dict(x="N D"),
    "relu_mask": dict(x="N D"),
    "relu_times": dict(x="N D", tell=True),
    "leaky_relu_forward": dict(x="N D", alpha="number 0.01"),
    "leaky_relu_max": dict(z="N D"),
    "elu": dict(x="N D", alpha="number"),
    "softplus": dict(x="N D"),
    "softplus_stable": dict(x="N D"),
    "tanh_forward": dict(x="N H"),
    "tanh_by_hand": dict(x="N D"),
    "swish": dict(x="N D", beta="number"),
    "gelu": dict(x="N D"),
    "hard_sigmoid": dict(x="N D"),
}
