import numpy as np
from jaxtyping import Float


def affine_forward(x, w, b):
    """
    A fully connected layer. Every example, whatever its own shape, is one row of D = d_1 * ... * d_k numbers
    and becomes M numbers.

    Inputs:
    - x: A minibatch of shape (N, d_1, ..., d_k)
    - w: Weights, of shape (D, M)
    - b: Biases, of shape (M,)

    Returns a tuple of:
    - out: of shape (N, M)
    - cache: (x, w, b)
    """
    out = None
    N = x.shape[0]
    out = x.reshape(N, -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def fc_forward(x, w, b):
    """
    Inputs:
    - x: shape (N, d_1, ..., d_k)
    - w: shape (D, M)
    - b: shape (M,)
    """
    x_row = np.reshape(x, (x.shape[0], np.prod(x.shape[1:])))
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache


def dense_forward(x, W, b):
    """
    Dense layer on images: every image is flattened first.

    Inputs:
    - x: array of shape (N, C, K)
    - W: array of shape (D, M)
    - b: array of shape (M,)
    """
    N, C, K = x.shape
    flat = x.reshape((N, C * K))
    z = flat @ W
    out = z + b[np.newaxis, :]
    return out, (flat, W, x.shape)


def affine_relu_forward(x, w, b):
    """
    Affine followed by ReLU.

    Inputs:
    - x: array of shape (N, D)
    - w: array of shape (D, M)
    - b: array of shape (M,)
    """
    a = x.dot(w) + b
    out = np.maximum(0, a)
    cache = (x, w, b, a)
    return out, cache


def linear_forward(A, W, b):
    """
    Arguments:
    A -- activations of the previous layer: (size of previous layer, number of examples)
    W -- weights: array of shape (size of current layer, size of previous layer)
    b -- bias vector, array of shape (size of current layer, 1)
    """
    Z = np.dot(W, A) + b
    cache = (A, W, b)
    return Z, cache


def matrix_product(W, X):
    """
    Matrix-matrix multiply.

    Inputs:
    - W: array of shape (M, K)
    - X: array of shape (K, N)
    """
    D = W.dot(X)
    return D


def matvec(W: Float[np.ndarray, "D H"], x: Float[np.ndarray, "H"]):
    return W @ x


def neuron(w: Float[np.ndarray, "D"], x: Float[np.ndarray, "D"], b: float):
    z = np.dot(w, x) + b
    return 1.0 / (1 + np.exp(-z))


def bilinear(x: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D E"], y: Float[np.ndarray, "N E"]):
    return np.sum(x.dot(W) * y, axis=1)


def affine_ones(x, theta):
    ones = np.ones((x.shape[0], 1))
    xb = np.hstack((ones, x))
    return xb.dot(theta)


def affine_multiply(X: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D M"], b: Float[np.ndarray, "M"]):
    out = np.matmul(X, W)
    out = np.add(out, b)
    return out


def two_inputs(x, y, Wx, Wy, b):
    """
    Sum of two linear maps and a bias.

    Inputs:
    - x: array of shape (N, D)
    - y: array of shape (N, E)
    - Wx: array of shape (D, H)
    - Wy: array of shape (E, H)
    - b: array of shape (H,)
    """
    h = x @ Wx
    h += y @ Wy
    h += b
    return h


RECIPES = {
    "affine_forward": dict(x="N d1 d2", w="D M", b="M", where={"D": "d1*d2"}),
    "fc_forward": dict(x="N d1 d2 d3", w="D M", b="M", where={"D": "d1*d2*d3"}),
    "dense_forward": dict(x="N C K", W="D M", b="M", where={"D": "C*K"}),
    "affine_relu_forward": dict(x="N D", w="D M", b="M"),
    "linear_forward": dict(A="D N", W="H D", b="H 1"),
    "matrix_product": dict(W="M K", X="K N"),
    "matvec": dict(W="D H", x="H"),
    "neuron": dict(w="D", x="D", b="number"),
    "bilinear": dict(x="N D", W="D E", y="N E"),
    "affine_ones": dict(x="N D", theta="D1 M", where={"D1": "D+1"}),
    "affine_multiply": dict(X="N D", W="D M", b="M"),
    "two_inputs": dict(x="N D", y="N E", Wx="D H", Wy="E H", b="H"),
}
