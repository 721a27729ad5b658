"""The functions of bench_arrays.py as a careful person writes them: the author's own forward pass, then a backward pass that minds every pass over memory."""

from __future__ import annotations

import numpy as np


def affine(dout, x, w, b):
    N = x.shape[0]
    out = x.reshape(N, -1).dot(w) + b
    # backward pass
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = dout.sum(axis=0)
    return out, (dx, dw, db)


def relu(dout, x):
    out = np.maximum(0, x)
    # backward pass
    dx = dout * (x > 0)
    return out, dx


def batchnorm(dout, x, gamma, beta, eps):
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    # backward pass; the means over dx_hat = gamma * dout are those of dbeta and dgamma
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = dout - dbeta / len(x)
    dx -= x_hat * (dgamma / len(x))
    dx *= gamma / std
    return out, (dx, dgamma, dbeta)


def layernorm(dout, x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    # backward pass
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma * dout
    shares = (dx * x_hat).mean(axis=1, keepdims=True)
    dx -= dx.mean(axis=1, keepdims=True)
    dx -= x_hat * shares
    dx /= std
    return out, (dx, dgamma, dbeta)


def softmax_loss(x, y):
    shifted_logits = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted_logits), axis=1, keepdims=True)
    log_probs = shifted_logits - np.log(Z)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    # backward pass
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


def svm_loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    # backward pass
    dx = (margins > 0).astype(x.dtype)
    dx[np.arange(N), y] = -dx.sum(axis=1)
    dx /= N
    return loss, dx


def two_layer_net(params, X, y, reg):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    N, D = X.shape
    hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
    scores = np.dot(hidden_layer, W2) + b2
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(N), y])
    data_loss = np.sum(correct_logprobs) / N
    reg_loss = 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)
    loss = data_loss + reg_loss
    # backward pass
    dscores = probs
    dscores[range(N), y] -= 1
    dscores /= N
    dhidden = dscores.dot(W2.T)
    dhidden *= hidden_layer > 0
    dW2 = hidden_layer.T.dot(dscores)
    dW2 += reg * W2
    dW1 = X.T.dot(dhidden)
    dW1 += reg * W1
    return loss, {"W1": dW1, "b1": dhidden.sum(axis=0), "W2": dW2, "b2": dscores.sum(axis=0)}
