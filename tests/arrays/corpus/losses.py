import numpy as np
from jaxtyping import Float


def mse(y_pred, y_true):
    return np.mean((y_pred - y_true) ** 2)


def mse_square(pred: Float[np.ndarray, "N D"], target: Float[np.ndarray, "N D"]):
    return np.square(pred - target).sum() / pred.size


def sum_of_squares(y, t):
    return 0.5 * np.sum((y - t)**2)


def mae(y_pred: Float[np.ndarray, "N"], y_true: Float[np.ndarray, "N"]):
    return np.abs(y_pred - y_true).mean()


def huber(r: Float[np.ndarray, "N"], delta: float):
    a = np.abs(r)
    small = 0.5 * r**2
    large = delta * (a - 0.5 * delta)
    return np.mean(np.where(a <= delta, small, large))


def log_cosh(pred: Float[np.ndarray, "N"], y: Float[np.ndarray, "N"]):
    return np.sum(np.log(np.cosh(pred - y)))


def hinge(w, b, X, t):
    """
    Hinge loss of a linear classifier, labels +1 and -1.

    Inputs:
    - w: array of shape (D,)
    - b: a number
    - X: array of shape (N, D)
    - t: array of shape (N,)
    """
    scores = X.dot(w) + b
    return np.sum(np.maximum(0, 1 - t * scores)) / X.shape[0]


def binary_cross_entropy(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def logistic_loss(w, X, y):
    """
    Cross entropy of logistic regression.

    Inputs:
    - w: array of shape (D,)
    - X: array of shape (N, D)
    - y: array of shape (N,)
    """
    h = 1.0 / (1.0 + np.exp(-np.dot(X, w)))
    m = X.shape[0]
    return -1.0 / m * (np.dot(y, np.log(h)) + np.dot(1 - y, np.log(1 - h)))


def logistic_loss_margin(w: Float[np.ndarray, "D"], X: Float[np.ndarray, "N D"], t: Float[np.ndarray, "N"], lam: float):
    z = -t * (X @ w)
    return np.sum(np.logaddexp(0, z)) + lam / 2 * np.sum(w**2)


def bce_with_logits(z: Float[np.ndarray, "N 1"], y: Float[np.ndarray, "N 1"]):
    return np.mean(np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))))


def compute_cost(AL, Y):
    """
    Arguments:
    AL -- label predictions, shape (1, number of examples)
    Y -- true labels, shape (1, number of examples)
    """
    m = Y.shape[1]
    cost = -1 / m * np.sum(np.multiply(Y, np.log(AL)) + np.multiply(1 - Y, np.log(1 - AL)))
    cost = np.squeeze(cost)
    return cost


def linear_regression(X, y, w, b):
    pred = X @ w + b
    err = pred - y
    loss = (err**2).mean()
    return loss


def ridge(w, X, y, alpha):
    residual = y - X.dot(w)
    return residual.dot(residual) + alpha * w.dot(w)


def elastic_net(w, X, y, l1, l2):
    """
    Least squares with both penalties.

    Inputs:
    - w: array of shape (D,)
    - X: array of shape (N, D)
    - y: array of shape (N,)
    - l1: a number
    - l2: a number
    """
    n = len(y)
    r = np.dot(X, w) - y
    data = np.sum(r**2) / (2 * n)
    return data + l1 * np.sum(np.abs(w)) + 0.5 * l2 * np.sum(w**2)


def kl_divergence(p, q):
    return np.sum(p * np.log(p / q))


def triplet(anchor, positive, negative, margin):
    """
    Triplet loss on embeddings.

    Inputs:
    - anchor: array of shape (N, D)
    - positive: array of shape (N, D)
    - negative: array of shape (N, D)
    - margin: a number
    """
    d_pos = np.sum((anchor - positive) ** 2, axis=1)
    d_neg = np.sum((anchor - negative) ** 2, axis=1)
    return np.maximum(d_pos - d_neg + margin, 0).mean()


RECIPES = {
    "mse": dict(y_pred="N", y_true="N"),
    "mse_square": dict(pred="N D", target="N D"),
    "sum_of_squares": dict(y="N D", t="N D"),
    "mae": dict(y_pred="N", y_true="N"),
    "huber": dict(r="N", delta="number", where={"N": "7"}),
    "log_cosh": dict(pred="N", y="N"),
    "hinge": dict(w="D", b="number", X="N D", t="N"),
    "binary_cross_entropy": dict(p="unit N", y="unit N"),
    "logistic_loss": dict(w="D", X="N D", y="unit N"),
    "logistic_loss_margin": dict(w="D", X="N D", t="N", lam="number 0.3"),
    "bce_with_logits": dict(z="N 1", y="unit N 1"),
    "compute_cost": dict(AL="unit 1 N", Y="unit 1 N"),
    "linear_regression": dict(X="N D", y="N", w="D", b="number"),
    "ridge": dict(w="D", X="N D", y="N", alpha="number 0.5"),
    "elastic_net": dict(w="D", X="N D", y="N", l1="number 0.1", l2="number 0.2"),
    "kl_divergence": dict(p="unit N", q="unit N"),
    "triplet": dict(anchor="N D", positive="N D", negative="N D", margin="number 0.2"),
}
