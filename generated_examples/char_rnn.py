"""The loss of a character-level RNN, its states in dictionaries by time; beside it the well-known backward pass, by hand."""

import numpy as np


def loss_fun(inputs, targets, hprev, Wxh, Whh, Why, bh, by):
    """
    - inputs: whole numbers, of shape (T,)
    - targets: whole numbers, of shape (T,)
    - hprev: initial hidden state, of shape (H, 1)
    - Wxh: of shape (H, V)
    - Whh: of shape (H, H)
    - Why: of shape (V, H)
    - bh: hidden bias, of shape (H, 1)
    - by: output bias, of shape (V, 1)
    """
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((Wxh.shape[1], 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        y = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    return loss, hs[len(inputs) - 1]
