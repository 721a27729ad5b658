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


def char_rnn(inputs, targets, hprev, Wxh, Whh, Why, bh, by):
    """The loss of a character-level RNN and the backward pass that everybody knows."""
    xs, hs, ps = {}, {-1: np.copy(hprev)}, {}
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((Wxh.shape[1], 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        y = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, dhnext = np.zeros_like(bh), np.zeros_like(by), np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, dhraw)
    return (loss, hs[len(inputs) - 1]), (dhnext, dWxh, dWhh, dWhy, dbh, dby)
