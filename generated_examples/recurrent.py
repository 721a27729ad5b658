"""Recurrent networks over time: a step is a function of its own."""

import numpy as np


def rnn_step(x, prev_h, Wx, Wh, b):
    """
    - x: input of this step, of shape (N, D)
    - prev_h: hidden state of the step before, of shape (N, H)
    - Wx: weights of shape (D, H)
    - Wh: weights of shape (H, H)
    - b: biases of shape (H,)
    """
    return np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)


def rnn(x, h0, Wx, Wh, b):
    """
    - x: inputs of all steps, of shape (N, T, D)
    - h0: first hidden state, of shape (N, H)
    - Wx: weights of shape (D, H)
    - Wh: weights of shape (H, H)
    - b: biases of shape (H,)
    """
    N, T, D = x.shape
    N, H = h0.shape
    h = np.zeros((N, T, H))
    prev_h = h0
    for t in range(T):
        prev_h = rnn_step(x[:, t, :], prev_h, Wx, Wh, b)
        h[:, t, :] = prev_h
    return h


def lstm_step(x, prev_h, prev_c, Wx, Wh, b):
    """
    - x: input of this step, of shape (N, D)
    - prev_h: hidden state of the step before, of shape (N, H)
    - prev_c: cell state of the step before, of shape (N, H)
    - Wx: weights of shape (D, 4H)
    - Wh: weights of shape (H, 4H)
    - b: biases of shape (4H,)
    """
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i = 1 / (1 + np.exp(-a[:, :H]))
    f = 1 / (1 + np.exp(-a[:, H:2 * H]))
    o = 1 / (1 + np.exp(-a[:, 2 * H:3 * H]))
    g = np.tanh(a[:, 3 * H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c


def lstm(x, h0, Wx, Wh, b):
    """
    - x: inputs of all steps, of shape (N, T, D)
    - h0: first hidden state, of shape (N, H)
    - Wx: weights of shape (D, 4H)
    - Wh: weights of shape (H, 4H)
    - b: biases of shape (4H,)
    """
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev_h = h0
    prev_c = np.zeros((N, H))
    for t in range(T):
        prev_h, prev_c = lstm_step(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
    return h
