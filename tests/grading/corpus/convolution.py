"""Right backward passes of convolutions and pooling, by hand."""

import numpy as np


def conv_forward_naive(x, w, b, conv_param):
    """
    - x: Input data of shape (N, C, H, W)
    - w: Filter weights of shape (F, C, HH, WW)
    - b: Biases, of shape (F,)
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    Ho = 1 + (H + 2 * pad - HH) // stride
    Wo = 1 + (W + 2 * pad - WW) // stride
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "constant")
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    window = xp[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    N, F, Ho, Wo = dout.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "constant")
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    db = np.sum(dout, axis=(0, 2, 3))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    dw[f] += xp[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW] * dout[n, f, i, j]
                    dxp[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW] += w[f] * dout[n, f, i, j]
    dx = dxp[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    """x: Input data, of shape (N, C, H, W)."""
    N, C, H, W = x.shape
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    Ho, Wo = 1 + (H - ph) // s, 1 + (W - pw) // s
    out = np.zeros((N, C, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = np.max(x[:, :, i * s : i * s + ph, j * s : j * s + pw], axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, Ho, Wo = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    window = x[n, c, i * s : i * s + ph, j * s : j * s + pw]
                    mask = window == np.max(window)
                    dx[n, c, i * s : i * s + ph, j * s : j * s + pw] += mask * dout[n, c, i, j]
    return dx


def conv1d_forward(x, w):
    """
    - x: of shape (L,)
    - w: of shape (K,)
    """
    L, K = x.shape[0], w.shape[0]
    out = np.zeros(L - K + 1)
    for i in range(L - K + 1):
        out[i] = np.dot(x[i : i + K], w)
    return out, (x, w)


def conv1d_backward(dout, cache):
    x, w = cache
    K = w.shape[0]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for i in range(dout.shape[0]):
        dx[i : i + K] += dout[i] * w
        dw += dout[i] * x[i : i + K]
    return dx, dw


def avgpool_forward(x):
    """x: of shape (N, C, H, W)."""
    out = x.mean(axis=(2, 3))
    return out, x.shape


def avgpool_backward(dout, cache):
    N, C, H, W = cache
    return np.ones(cache) * dout[:, :, None, None] / (H * W)


def channel_bias_forward(x, b):
    """
    - x: of shape (N, C, H, W)
    - b: of shape (C,)
    """
    return x + b[None, :, None, None], None


def channel_bias_backward(dout, cache):
    db = np.sum(dout, axis=(0, 2, 3))
    return dout, db


def smooth_forward(x):
    """x: of shape (N,): each entry with its neighbours."""
    out = x.copy()
    out[1:] += 0.5 * x[:-1]
    out[:-1] += 0.25 * x[1:]
    return out, None


def smooth_backward(dout, cache):
    dx = dout.copy()
    dx[:-1] += 0.5 * dout[1:]
    dx[1:] += 0.25 * dout[:-1]
    return dx
