"""Right backward passes of layers, by hand, in the ways that people write them."""

import numpy as np


def affine_forward(x, w, b):
    """
    Inputs:
    - x: A numpy array containing input data, of shape (N, d_1, ..., d_k)
    - w: A numpy array of weights, of shape (D, M)
    - b: A numpy array of biases, of shape (M,)
    """
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def linear_forward(X, W, b):
    out = X @ W + b
    return out, (X, W)


def linear_backward(grad_out, saved):
    X, W = saved
    grad_X = grad_out @ W.T
    grad_W = X.T @ grad_out
    grad_b = grad_out.sum(axis=0)
    return grad_X, grad_W, grad_b


def columns_forward(A, W, b):
    """
    A -- activations of shape (n_prev, m)
    W -- weights of shape (n, n_prev)
    b -- bias of shape (n, 1)
    """
    Z = np.dot(W, A) + b
    return Z, (A, W, b)


def columns_backward(dZ, cache):
    A_prev, W, b = cache
    dA = np.dot(W.T, dZ)
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=1, keepdims=True)
    return dA, dW, db


def relu_forward(x):
    out = np.maximum(0, x)
    return out, x


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def leaky_forward(x, alpha=0.01):
    out = np.where(x > 0, x, alpha * x)
    return out, (x, alpha)


def leaky_backward(dout, cache):
    x, alpha = cache
    slope = np.ones_like(x)
    slope[x <= 0] = alpha
    return dout * slope


def sigmoid_forward(x):
    s = 1 / (1 + np.exp(-x))
    return s, s


def sigmoid_backward(dout, cache):
    s = cache
    return dout * s * (1 - s)


def tanh_forward(x):
    t = np.tanh(x)
    return t, t


def tanh_backward(g, cache):
    t = cache
    dx = g * (1.0 - t**2)
    return dx


def elu_forward(x, alpha=1.0):
    e = alpha * (np.exp(x) - 1)
    out = np.where(x > 0, x, e)
    return out, (x, e, alpha)


def elu_backward(dout, cache):
    x, e, alpha = cache
    return np.where(x > 0, dout, dout * (e + alpha))


def swish_forward(x):
    s = 1 / (1 + np.exp(-x))
    out = x * s
    return out, (x, s)


def swish_backward(dout, cache):
    x, s = cache
    dx = dout * s
    ds = dout * x
    dx = dx + ds * s * (1 - s)
    return dx


def softplus_forward(x):
    out = np.log(1 + np.exp(x))
    return out, x


def softplus_backward(dout, cache):
    x = cache
    return dout / (1 + np.exp(-x))


def gelu_forward(x):
    u = 0.7978845608 * (x + 0.044715 * x**3)
    t = np.tanh(u)
    out = 0.5 * x * (1 + t)
    return out, (x, t)


def gelu_backward(dout, cache):
    x, t = cache
    dt = 0.5 * x * dout
    du = dt * (1 - t**2)
    dx = 0.5 * (1 + t) * dout
    dx += du * 0.7978845608 * (1 + 3 * 0.044715 * x**2)
    return dx


def softmax_forward(x):
    """x: scores of shape (N, C)."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p


def softmax_backward(dout, cache):
    p = cache
    inner = np.sum(dout * p, axis=1, keepdims=True)
    return p * (dout - inner)


def dropout_forward(x, mask):
    """
    x: data, of shape (N, D)
    mask: of shape (N, D)
    """
    out = x * mask
    return out, mask


def dropout_backward(dout, cache):
    mask = cache
    dx = dout * mask
    return dx


def scale_forward(x, gamma, beta):
    """
    - x: data of shape (N, D)
    - gamma: of shape (D,)
    - beta: of shape (D,)
    """
    out = gamma * x + beta
    return out, (x, gamma)


def scale_backward(dout, cache):
    x, gamma = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x).sum(axis=0)
    dx = dout * gamma
    return dx, dgamma, dbeta


def mlp_forward(X, W1, b1, W2, b2):
    h = X @ W1 + b1
    a = np.maximum(h, 0)
    out = a @ W2 + b2
    return out, (X, W1, h, a, W2)


def mlp_backward(dout, cache):
    X, W1, h, a, W2 = cache
    db2 = dout.sum(0)
    dW2 = a.T @ dout
    da = dout @ W2.T
    dh = da * (h > 0)
    db1 = dh.sum(0)
    dW1 = X.T @ dh
    dX = dh @ W1.T
    return dX, dW1, db1, dW2, db2


def affine_relu_forward(x, w, b):
    """
    - x: input of shape (N, D)
    - w: weights of shape (D, M)
    - b: biases of shape (M,)
    """
    a, fc_cache = linear_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (fc_cache, relu_cache)


def affine_relu_backward(dout, cache):
    fc_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    dx, dw, db = linear_backward(da, fc_cache)
    return dx, dw, db


def residual_forward(x, W):
    """
    - x: of shape (N, D)
    - W: of shape (D, D)
    """
    h = np.tanh(x @ W)
    out = x + h
    return out, (x, W, h)


def residual_backward(dout, cache):
    x, W, h = cache
    dh = dout
    dpre = dh * (1 - h * h)
    dx = dout + dpre @ W.T
    dW = x.T @ dpre
    return dx, dW


def bilinear_forward(x, A, y):
    """
    - x: of shape (N, D)
    - A: of shape (D, M)
    - y: of shape (N, M)
    """
    t = x.dot(A)
    s = np.sum(t * y, axis=1)
    return s, (x, A, y, t)


def bilinear_backward(ds, cache):
    x, A, y, t = cache
    g = ds[:, None]
    dy = g * t
    dt = g * y
    dx = dt.dot(A.T)
    dA = x.T.dot(dt)
    return dx, dA, dy


def l2norm_forward(x):
    """x: of shape (N, D)."""
    n = np.sqrt(np.sum(x**2, axis=1, keepdims=True))
    out = x / n
    return out, (out, n)


def l2norm_backward(dout, cache):
    out, n = cache
    along = np.sum(dout * out, axis=1, keepdims=True)
    dx = (dout - out * along) / n
    return dx


def embedding_forward(x, W):
    """
    - x: integers of shape (N, T), each in the range 0 <= x < V
    - W: weights of shape (V, D)
    """
    out = W[x]
    return out, (x, W.shape)


def embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


def maxpool1d_forward(x):
    """x: of shape (N, 2K)."""
    N, L = x.shape
    r = x.reshape(N, L // 2, 2)
    out = r.max(axis=2)
    return out, (x, out)


def maxpool1d_backward(dout, cache):
    x, out = cache
    N, L = x.shape
    r = x.reshape(N, L // 2, 2)
    mask = r == out[:, :, None]
    dx = (mask * dout[:, :, None]).reshape(N, L)
    return dx


def attention_forward(q, k, v):
    """
    - q: of shape (T, D)
    - k: of shape (S, D)
    - v: of shape (S, M)
    """
    d = q.shape[1]
    scores = q.dot(k.T) / np.sqrt(d)
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    w = e / np.sum(e, axis=1, keepdims=True)
    out = w.dot(v)
    return out, (q, k, v, w, d)


def attention_backward(dout, cache):
    q, k, v, w, d = cache
    dv = w.T.dot(dout)
    dw = dout.dot(v.T)
    dscores = w * (dw - np.sum(dw * w, axis=1, keepdims=True))
    dscores /= np.sqrt(d)
    dq = dscores.dot(k)
    dk = dscores.T.dot(q)
    return dq, dk, dv


def cumulative_forward(x):
    """x: of shape (N, D)."""
    return np.cumsum(x, axis=1), None


def cumulative_backward(dout, cache):
    return np.cumsum(dout[:, ::-1], axis=1)[:, ::-1]


def outer_forward(u, v):
    """
    - u: of shape (N,)
    - v: of shape (M,)
    """
    out = np.outer(u, v)
    return out, (u, v)


def outer_backward(dout, cache):
    u, v = cache
    du = dout @ v
    dv = dout.T @ u
    return du, dv
