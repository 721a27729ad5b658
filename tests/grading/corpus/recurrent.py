"""Right backward passes of recurrent steps and sequences, by hand."""

import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    - x: Input data for this timestep, of shape (N, D)
    - prev_h: Hidden state from previous timestep, of shape (N, H)
    - Wx: Weight matrix for input-to-hidden connections, of shape (D, H)
    - Wh: Weight matrix for hidden-to-hidden connections, of shape (H, H)
    - b: Biases of shape (H,)
    """
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dpre = dnext_h * (1 - next_h**2)
    dx = dpre.dot(Wx.T)
    dprev_h = dpre.dot(Wh.T)
    dWx = x.T.dot(dpre)
    dWh = prev_h.T.dot(dpre)
    db = np.sum(dpre, axis=0)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x, h0, Wx, Wh, b):
    """
    - x: Input data for the entire timeseries, of shape (N, T, D)
    - h0: Initial hidden state, of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    - b: of shape (H,)
    """
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = []
    prev = h0
    for t in range(T):
        prev, step = rnn_step_forward(x[:, t, :], prev, Wx, Wh, b)
        h[:, t, :] = prev
        cache.append(step)
    return h, cache


def rnn_backward(dh, cache):
    N, T, H = dh.shape
    x0, prev_h, Wx, Wh, next_h = cache[0]
    D = x0.shape[1]
    dx = np.zeros((N, T, D))
    dWx, dWh, db = np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    dprev = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        total = dh[:, t, :] + dprev
        dxt, dprev, dwx, dwh, dbt = rnn_step_backward(total, cache[t])
        dx[:, t, :] = dxt
        dWx += dwx
        dWh += dwh
        db += dbt
    dh0 = dprev
    return dx, dh0, dWx, dWh, db


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """
    - x: Input data, of shape (N, D)
    - prev_h: Previous hidden state, of shape (N, H)
    - prev_c: previous cell state, of shape (N, H)
    - Wx: Input-to-hidden weights, of shape (D, 4H)
    - Wh: Hidden-to-hidden weights, of shape (H, 4H)
    - b: Biases, of shape (4H,)
    """
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i = 1 / (1 + np.exp(-a[:, :H]))
    f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
    o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
    g = np.tanh(a[:, 3 * H :])
    next_c = f * prev_c + i * g
    tc = np.tanh(next_c)
    next_h = o * tc
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc)
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc = cache
    do = dnext_h * tc
    dc = dnext_c + dnext_h * o * (1 - tc**2)
    df = dc * prev_c
    dprev_c = dc * f
    di = dc * g
    dg = dc * i
    da = np.hstack((di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)))
    dx = da.dot(Wx.T)
    dWx = x.T.dot(da)
    dprev_h = da.dot(Wh.T)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


def gru_forward(x, h, W, U, V):
    """
    - x: of shape (N, D)
    - h: of shape (N, H)
    - W: of shape (D, H)
    - U: of shape (H, H)
    - V: of shape (D, H)
    """
    z = 1 / (1 + np.exp(-(x @ W + h @ U)))
    cand = np.tanh(x @ V)
    out = (1 - z) * h + z * cand
    return out, (x, h, W, U, V, z, cand)


def gru_backward(dout, cache):
    x, h, W, U, V, z, cand = cache
    dz = dout * (cand - h)
    dcand = dout * z
    dh = dout * (1 - z)
    t1 = dz * z * (1 - z)
    t2 = dcand * (1 - cand * cand)
    dh = dh + t1 @ U.T
    dx = t1 @ W.T + t2 @ V.T
    dW = x.T @ t1
    dU = h.T @ t1
    dV = x.T @ t2
    return dx, dh, dW, dU, dV


def temporal_affine_forward(x, w, b):
    """
    - x: Input data of shape (N, T, D)
    - w: Weights of shape (D, M)
    - b: Biases of shape (M,)
    """
    N, T, D = x.shape
    M = b.shape[0]
    out = x.reshape(N * T, D).dot(w).reshape(N, T, M) + b
    return out, (x, w, b)


def temporal_affine_backward(dout, cache):
    x, w, b = cache
    N, T, D = x.shape
    M = b.shape[0]
    flat = dout.reshape(N * T, M)
    dx = flat.dot(w.T).reshape(N, T, D)
    dw = flat.T.dot(x.reshape(N * T, D)).T
    db = dout.sum(axis=(0, 1))
    return dx, dw, db


def decay_forward(x, a):
    """
    - x: of shape (T,)
    - a: (float) the decay
    """
    h = 0.0
    hs = []
    for t in range(x.shape[0]):
        hs.append(h)
        h = a * h + x[t]
    return h, (x, a, hs)


def decay_backward(dh, cache):
    x, a, hs = cache
    dx = np.zeros_like(x)
    da = 0.0
    for t in reversed(range(x.shape[0])):
        dx[t] = dh
        da += dh * hs[t]
        dh = dh * a
    return dx, da
