"""The functions of bench_arrays.py as a careful person writes them: the author's own forward pass, then a backward pass that minds every pass over memory."""

from __future__ import annotations

import math

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


def log_likelihood(x, logits, mu, logsigma):
    D = x.shape[1]
    inv = np.exp(-logsigma)
    z = (x[:, None, :] - mu) * inv
    logp = -0.5 * np.sum(z**2, axis=2) - np.sum(logsigma, axis=1) - 0.5 * D * math.log(2 * math.pi)
    logw = logits - np.log(np.sum(np.exp(logits)))
    a = logw + logp
    m = np.max(a, axis=1)
    e = np.exp(a - m[:, None])
    s = np.sum(e, axis=1)
    out = np.sum(m + np.log(s))
    # backward pass; r are the responsibilities, d the gradient on -(x - mu)
    r = e
    r /= s[:, None]
    counts = np.sum(r, axis=0)
    dlogits = counts - np.exp(logw) * np.sum(counts)
    d = r[:, :, None] * z
    z *= d
    dlogsigma = np.sum(z, axis=0)
    dlogsigma -= counts[:, None]
    d *= inv
    return out, (-np.sum(d, axis=1), dlogits, np.sum(d, axis=0), dlogsigma)


def reprojection_error(dout, cam, X, w, feat):
    rot, centre, f, pp, rad = cam[0:3], cam[3:6], cam[6], cam[7:9], cam[9:11]
    V = X - centre
    theta = np.sqrt(np.sum(rot * rot))
    u = rot / theta
    cos, sin = np.cos(theta), np.sin(theta)
    uxV, uV = np.cross(u, V), np.dot(u, V)
    Xc = V * cos + uxV * sin + u * (uV * (1 - cos))
    p = Xc[0:2] / Xc[2]
    r2 = np.sum(p * p)
    L = 1 + rad[0] * r2 + rad[1] * r2 * r2
    error = p * L * f + pp - feat
    # backward pass
    dw = np.sum(error * dout)
    derror = w * dout
    dfeat = -derror
    dcam = np.empty_like(cam)
    dcam[7:9] = derror
    dcam[6] = L * np.dot(p, derror)
    # distortion
    dL = f * np.dot(p, derror)
    dcam[9] = r2 * dL
    dcam[10] = r2 * r2 * dL
    dp = f * L * derror + 2 * (rad[0] + 2 * rad[1] * r2) * dL * p
    # projection
    dXc = np.empty(3)
    dXc[0:2] = dp / Xc[2]
    dXc[2] = -np.dot(p, dp) / Xc[2]
    # rotation
    duxV = sin * dXc
    duV = (1 - cos) * np.dot(u, dXc)
    dX = cos * dXc + np.cross(duxV, u) + u * duV
    du = (uV * (1 - cos)) * dXc + np.cross(V, duxV) + V * duV
    dtheta = np.dot(cos * uxV - sin * V + (uV * sin) * u, dXc)
    dtheta -= np.dot(u, du) / theta
    dcam[0:3] = du / theta + dtheta * u
    dcam[3:6] = -dX
    return w * error, (dcam, dX, dw, dfeat)


# -- a block of a GPT: each layer forward with a cache, then backward --------------------------------------------------------


def _norm(x, g, b, eps=1e-5):
    std = np.sqrt(np.var(x, axis=-1, keepdims=True) + eps)
    xhat = (x - np.mean(x, axis=-1, keepdims=True)) / std
    return g * xhat + b, (g, std, xhat)


def _norm_back(dout, cache):
    g, std, xhat = cache
    C = len(g)
    db = dout.reshape(-1, C).sum(axis=0)
    dg = (dout * xhat).reshape(-1, C).sum(axis=0)
    dx = g * dout
    share = (dx * xhat).mean(axis=-1, keepdims=True)
    dx -= dx.mean(axis=-1, keepdims=True)
    dx -= xhat * share
    dx /= std
    return dx, dg, db


def _linear_back(dout, x, w):
    flat = dout.reshape(-1, dout.shape[-1])
    return dout @ w.T, x.reshape(-1, x.shape[-1]).T @ flat, flat.sum(axis=0)


def _gelu(x):
    t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t)


def _gelu_back(dout, cache):
    x, t = cache
    slope = 1 - t * t
    slope *= x
    slope *= 0.5 * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    slope += 0.5 * (1 + t)
    slope *= dout
    return slope


def gpt_loss(x, targets, g1, b1, wqkv, bqkv, wo, bo, g2, b2, wfc, bfc, wpr, bpr, gf, bf, wte, heads):
    B, T, C = x.shape
    D = C // heads
    scale = math.sqrt(D)
    n1, n1_cache = _norm(x, g1, b1)
    q, k, v = (p.reshape(B, T, heads, D).transpose(0, 2, 1, 3) for p in np.split(n1 @ wqkv + bqkv, 3, axis=-1))
    scores = q @ k.transpose(0, 1, 3, 2) / scale + (1 - np.tri(T, dtype=x.dtype)) * -1e10
    exps = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = exps / np.sum(exps, axis=-1, keepdims=True)
    del scores, exps
    att = (weights @ v).transpose(0, 2, 1, 3).reshape(B, T, C)
    x = x + (att @ wo + bo)
    n2, n2_cache = _norm(x, g2, b2)
    h, h_cache = _gelu(n2 @ wfc + bfc)
    x = x + (h @ wpr + bpr)
    nf, nf_cache = _norm(x, gf, bf)
    logits = (nf @ wte.T).reshape(B * T, -1)
    logits = logits - np.max(logits, axis=1, keepdims=True)
    logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    rows, y = np.arange(B * T), targets.reshape(-1)
    loss = -np.mean(logp[rows, y])
    # backward pass
    dlogits = np.exp(logp)
    dlogits[rows, y] -= 1
    dlogits /= B * T
    dwte = dlogits.T @ nf.reshape(B * T, C)
    dx, dgf, dbf = _norm_back((dlogits @ wte).reshape(B, T, C), nf_cache)
    dh, dwpr, dbpr = _linear_back(dx, h, wpr)
    dn2, dwfc, dbfc = _linear_back(_gelu_back(dh, h_cache), n2, wfc)
    dskip, dg2, db2 = _norm_back(dn2, n2_cache)
    dx += dskip
    datt, dwo, dbo = _linear_back(dx, att, wo)
    datt = datt.reshape(B, T, heads, D).transpose(0, 2, 1, 3)
    dweights = datt @ v.transpose(0, 1, 3, 2)
    dv = weights.transpose(0, 1, 3, 2) @ datt
    dweights -= np.sum(dweights * weights, axis=-1, keepdims=True)
    dweights *= weights
    dweights /= scale
    dqkv = np.empty((B, T, 3, heads, D), dtype=x.dtype)
    dqkv[:, :, 0] = (dweights @ k).transpose(0, 2, 1, 3)
    dqkv[:, :, 1] = (dweights.transpose(0, 1, 3, 2) @ q).transpose(0, 2, 1, 3)
    dqkv[:, :, 2] = dv.transpose(0, 2, 1, 3)
    dn1, dwqkv, dbqkv = _linear_back(dqkv.reshape(B, T, 3 * C), n1, wqkv)
    dskip, dg1, db1 = _norm_back(dn1, n1_cache)
    dx += dskip
    return loss, (dx, dg1, db1, dwqkv, dbqkv, dwo, dbo, dg2, db2, dwfc, dbfc, dwpr, dbpr, dgf, dbf, dwte)
