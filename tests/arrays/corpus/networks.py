import numpy as np
from jaxtyping import Float, Int


def two_layer_net(params, X, y, reg):
    """
    Loss of a network with one hidden layer: affine - ReLU - affine - softmax, and an L2 penalty.

    Inputs:
    - params: dictionary with W1 of shape (D, H), b1 of shape (H,), W2 of shape (H, C), b2 of shape (C,)
    - X: one example a row, of shape (N, D)
    - y: labels, of shape (N,)
    - reg: strength of the penalty
    """
    W1, b1 = params['W1'], params['b1']
    W2, b2 = params['W2'], params['b2']
    N, D = X.shape

    hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
    scores = np.dot(hidden_layer, W2) + b2

    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(N), y])
    data_loss = np.sum(correct_logprobs) / N
    reg_loss = 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)
    loss = data_loss + reg_loss
    return loss


def two_layer_net_grads(params, X, y, reg=0.0):
    W1, b1 = params['W1'], params['b1']
    W2, b2 = params['W2'], params['b2']
    N, D = X.shape

    z1 = X.dot(W1) + b1
    a1 = np.maximum(z1, 0)
    scores = a1.dot(W2) + b2
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores)
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).sum() / N
    loss += reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

    grads = {}
    dscores = p
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads['W2'] = a1.T.dot(dscores) + 2 * reg * W2
    grads['b2'] = dscores.sum(axis=0)
    dhidden = dscores.dot(W2.T)
    dhidden[z1 < 0] = 0
    grads['W1'] = X.T.dot(dhidden) + 2 * reg * W1
    grads['b1'] = dhidden.sum(axis=0)
    return loss, grads


def forward_propagation(X, parameters):
    # first layer: ReLU
    Z1 = np.dot(parameters['W1'], X) + parameters['b1']
    A1 = np.maximum(0, Z1)
    # second layer: ReLU
    Z2 = np.dot(parameters['W2'], A1) + parameters['b2']
    A2 = np.maximum(0, Z2)
    # output layer: sigmoid
    Z3 = np.dot(parameters['W3'], A2) + parameters['b3']
    A3 = 1 / (1 + np.exp(-Z3))
    return A3


def planar_forward(X, parameters):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    b2 = parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = 1 / (1 + np.exp(-Z2))
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


def scores_of(X, params):
    (W1, b1), (W2, b2) = params
    h = np.tanh(X @ W1 + b1)
    return h @ W2 + b2


def mlp_mse(
    x: Float[np.ndarray, "N D"],
    y: Float[np.ndarray, "N"],
    w1: Float[np.ndarray, "D H"],
    w2: Float[np.ndarray, "H"],
):
    h = x @ w1
    h_relu = np.maximum(h, 0)
    y_pred = h_relu @ w2
    return np.square(y_pred - y).sum()


def xor_network(X, y, w0, w1):
    """
    Two sigmoid layers and a squared error.

    Inputs:
    - X: array of shape (N, D)
    - y: array of shape (N, 1)
    - w0: array of shape (D, H)
    - w1: array of shape (H, 1)
    """
    l1 = 1 / (1 + np.exp(-(np.dot(X, w0))))
    l2 = 1 / (1 + np.exp(-(np.dot(l1, w1))))
    error = y - l2
    return np.mean(error ** 2) / 2


def affine_step(x, w, b):
    return x.dot(w) + b


def relu_step(x):
    return np.maximum(0, x)


def net_of_helpers(X, W1, b1, W2, b2):
    """
    affine - relu - affine

    Inputs:
    - X: array of shape (N, D)
    - W1: array of shape (D, H)
    - b1: array of shape (H,)
    - W2: array of shape (H, C)
    - b2: array of shape (C,)
    """
    h1 = relu_step(affine_step(X, W1, b1))
    return affine_step(h1, W2, b2)


def residual_block(
    x: Float[np.ndarray, "N D"], w1: Float[np.ndarray, "D H"], w2: Float[np.ndarray, "H D"]
):
    h = np.maximum(0, x @ w1)
    out = x + h @ w2
    return np.maximum(0, out)


def autoencoder_loss(X, W, b, c):
    """
    Reconstruction error with tied weights.

    Inputs:
    - X: array of shape (N, D)
    - W: array of shape (D, H)
    - b: array of shape (H,)
    - c: array of shape (D,)
    """
    H = 1 / (1 + np.exp(-(X @ W + b)))
    X_rec = H @ W.T + c
    diff = X_rec - X
    return 0.5 * (diff * diff).sum() / X.shape[0]


def scores_or_loss(X, W, b, y=None):
    scores = X.dot(W) + b
    if y is None:
        return np.sum(scores)
    N = X.shape[0]
    e = np.exp(scores)
    p = e / np.sum(e, axis=1, keepdims=True)
    return -np.sum(np.log(p[np.arange(N), y])) / N


RECIPES = {
    "two_layer_net": dict(
        params={"W1": "D H", "b1": "H", "W2": "H C", "b2": "C"}, X="N D", y="ints N < C", reg="number 0.1"
    ),
    "two_layer_net_grads": dict(
        params={"W1": "D H", "b1": "H", "W2": "H C", "b2": "C"}, X="N D", y="ints N < C", reg="number 0.1"
    ),
    "forward_propagation": dict(
        X="D N", parameters={"W1": "H D", "b1": "H 1", "W2": "K H", "b2": "K 1", "W3": "1 K", "b3": "1 1"}
    ),
    "planar_forward": dict(X="D N", parameters={"W1": "H D", "b1": "H 1", "W2": "K H", "b2": "K 1"}),
    "scores_of": dict(X="N D", params=(("D H", "H"), ("H C", "C"))),
    "mlp_mse": dict(x="N D", y="N", w1="D H", w2="H"),
    "xor_network": dict(X="N D", y="N 1", w0="D H", w1="H 1"),
    "net_of_helpers": dict(X="N D", W1="D H", b1="H", W2="H C", b2="C"),
    "residual_block": dict(x="N D", w1="D H", w2="H D"),
    "autoencoder_loss": dict(X="N D", W="D H", b="H", c="D"),
    "scores_or_loss": dict(X="N D", W="D C", b="C", y="ints N < C"),
}
