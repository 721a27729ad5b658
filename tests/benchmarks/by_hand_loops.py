"""Recurrent networks with their backward passes as a careful person writes them for speed: the forward pass keeps what is needed."""

from __future__ import annotations

import numpy as np


def rnn(dout, x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]), dtype=x.dtype)
    prev = h0
    for t in range(T):
        prev = np.tanh(x[:, t].dot(Wx) + prev.dot(Wh) + b)
        h[:, t] = prev
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dprev = np.zeros_like(h0)
    for t in reversed(range(T)):
        da = (1 - h[:, t] ** 2) * (dout[:, t] + dprev)
        before = h[:, t - 1] if t else h0
        dx[:, t] = da.dot(Wx.T)
        dprev = da.dot(Wh.T)
        dWx += x[:, t].T.dot(da)
        dWh += before.T.dot(da)
        db += da.sum(axis=0)
    return h, (dx, dprev, dWx, dWh, db)


def lstm(dout, x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H), dtype=x.dtype)
    prev_h, prev_c, caches = h0, np.zeros_like(h0), []
    for t in range(T):
        a = x[:, t].dot(Wx) + prev_h.dot(Wh) + b
        i, f, o = (1 / (1 + np.exp(-a[:, k * H : (k + 1) * H])) for k in range(3))
        g = np.tanh(a[:, 3 * H :])
        c = f * prev_c + i * g
        tanh_c = np.tanh(c)
        caches.append((prev_h, prev_c, i, f, o, g, tanh_c))
        prev_h, prev_c = o * tanh_c, c
        h[:, t] = prev_h
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dprev_h, dc = np.zeros_like(h0), np.zeros_like(h0)
    for t in reversed(range(T)):
        before_h, before_c, i, f, o, g, tanh_c = caches[t]
        dh = dout[:, t] + dprev_h
        dc = dc + dh * o * (1 - tanh_c**2)
        da = np.concatenate(
            (dc * g * i * (1 - i), dc * before_c * f * (1 - f), dh * tanh_c * o * (1 - o), dc * i * (1 - g**2)), axis=1
        )
        dc = dc * f
        dx[:, t] = da.dot(Wx.T)
        dprev_h = da.dot(Wh.T)
        dWx += x[:, t].T.dot(da)
        dWh += before_h.T.dot(da)
        db += da.sum(axis=0)
    return h, (dx, dprev_h, dWx, dWh, db)
