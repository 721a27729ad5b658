"""Right backward passes with names of their own, merged steps and closed forms."""

import math

import numpy as np


def cosine_forward(u, v):
    """
    - u: of shape (N, D)
    - v: of shape (N, D)
    """
    nu = np.sqrt(np.sum(u**2, axis=1, keepdims=True))
    nv = np.sqrt(np.sum(v**2, axis=1, keepdims=True))
    c = np.sum(u * v, axis=1, keepdims=True) / (nu * nv)
    return c, (u, v, nu, nv, c)


def cosine_backward(up, cache):
    u, v, nu, nv, c = cache
    scale = up / (nu * nv)
    grad_u = scale * v - up * c * u / nu**2
    grad_v = scale * u - up * c * v / nv**2
    return grad_u, grad_v


def groupnorm_forward(x, gamma, beta):
    """
    - x: of shape (N, 4, H, W)
    - gamma: of shape (1, 4, 1, 1)
    - beta: of shape (1, 4, 1, 1)
    """
    N, C, H, W = x.shape
    groups = x.reshape(N, 2, 2, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    var = groups.var(axis=(2, 3, 4), keepdims=True)
    istd = 1.0 / np.sqrt(var + 1e-5)
    normed = ((groups - mean) * istd).reshape(N, C, H, W)
    out = gamma * normed + beta
    return out, (normed, istd, gamma)


def groupnorm_backward(dout, cache):
    normed, istd, gamma = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * normed, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    g = (dout * gamma).reshape(N, 2, 2, H, W)
    n = normed.reshape(N, 2, 2, H, W)
    mean_g = g.mean(axis=(2, 3, 4), keepdims=True)
    mean_gn = (g * n).mean(axis=(2, 3, 4), keepdims=True)
    dx = (istd * (g - mean_g - n * mean_gn)).reshape(N, C, H, W)
    return dx, dgamma, dbeta


def tall_forward(X, W1, b1, W2, b2, W3, b3):
    """
    - X: of shape (N, D)
    - W1: of shape (D, H)
    - b1: of shape (H,)
    - W2: of shape (H, K)
    - b2: of shape (K,)
    - W3: of shape (K, C)
    - b3: of shape (C,)
    """
    h1 = np.maximum(0, X @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    scores = h2 @ W3 + b3
    return scores, (X, W1, W2, W3, h1, h2)


def tall_backward(dscores, cache):
    X, W1, W2, W3, h1, h2 = cache
    dW3 = h2.T @ dscores
    db3 = dscores.sum(axis=0)
    da2 = (dscores @ W3.T) * (1 - h2**2)
    dW2 = h1.T @ da2
    db2 = da2.sum(axis=0)
    da1 = (da2 @ W2.T) * (h1 > 0)
    dW1 = X.T @ da1
    db1 = da1.sum(axis=0)
    dX = da1 @ W1.T
    return dX, dW1, db1, dW2, db2, dW3, db3


def cross_entropy(logits, Y):
    """
    - logits: of shape (N, C)
    - Y: one-hot rows, of shape (N, C)
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    Z = np.exp(shifted).sum(axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    N = logits.shape[0]
    loss = -np.sum(Y * log_probs) / N
    dlogits = (np.exp(log_probs) - Y) / N
    return loss, dlogits


def focal_forward(p, gamma=2.0):
    """p: probabilities, of shape (N,)."""
    q = 1 - p
    out = -(q**gamma) * np.log(p)
    return out, (p, q, gamma)


def focal_backward(dout, cache):
    p, q, gamma = cache
    dp = dout * (gamma * q ** (gamma - 1) * np.log(p) - q**gamma / p)
    return dp


def spelled_batchnorm_forward(hprebn, bngain, bnbias):
    """
    - hprebn: of shape (N, H)
    - bngain: of shape (1, H)
    - bnbias: of shape (1, H)
    """
    n = hprebn.shape[0]
    bnmeani = 1 / n * hprebn.sum(0, keepdims=True)
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff**2
    bnvar = 1 / (n - 1) * bndiff2.sum(0, keepdims=True)
    bnvar_inv = (bnvar + 1e-5) ** -0.5
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    return hpreact, (n, bndiff, bnvar, bnvar_inv, bnraw, bngain)


def spelled_batchnorm_backward(dhpreact, cache):
    n, bndiff, bnvar, bnvar_inv, bnraw, bngain = cache
    dbngain = (bnraw * dhpreact).sum(0, keepdims=True)
    dbnraw = bngain * dhpreact
    dbnbias = dhpreact.sum(0, keepdims=True)
    dbndiff = bnvar_inv * dbnraw
    dbnvar_inv = (bndiff * dbnraw).sum(0, keepdims=True)
    dbnvar = (-0.5 * (bnvar + 1e-5) ** -1.5) * dbnvar_inv
    dbndiff2 = (1.0 / (n - 1)) * np.ones_like(bndiff) * dbnvar
    dbndiff += (2 * bndiff) * dbndiff2
    dhprebn = dbndiff.copy()
    dbnmeani = (-dbndiff).sum(0, keepdims=True)
    dhprebn += 1.0 / n * (np.ones_like(bndiff) * dbnmeani)
    return dhprebn, dbngain, dbnbias


def fused_batchnorm_forward(h, gain, bias):
    """
    - h: of shape (N, H)
    - gain: of shape (1, H)
    - bias: of shape (1, H)
    """
    n = h.shape[0]
    centred = h - h.mean(0, keepdims=True)
    var_inv = (np.sum(centred**2, 0, keepdims=True) / (n - 1) + 1e-5) ** -0.5
    raw = centred * var_inv
    return gain * raw + bias, (n, var_inv, raw, gain)


def fused_batchnorm_backward(d, cache):
    n, var_inv, raw, gain = cache
    dgain = (raw * d).sum(0, keepdims=True)
    dbias = d.sum(0, keepdims=True)
    dh = gain * var_inv / n * (n * d - d.sum(0) - n / (n - 1) * raw * (d * raw).sum(0))
    return dh, dgain, dbias


def gated_forward(x, U, V):
    """
    - x: of shape (N, D)
    - U: of shape (D, H)
    - V: of shape (D, H)
    """
    left = x @ U
    gate = 1 / (1 + np.exp(-(x @ V)))
    y = left * gate
    return y, (x, U, V, left, gate)


def gated_backward(dy, cache):
    x, U, V, left, gate = cache
    dleft = dy * gate
    dpre = dy * left * gate * (1 - gate)
    dU = x.T @ dleft
    dV = x.T @ dpre
    dx = dleft @ U.T + dpre @ V.T
    return dx, dU, dV


def kl_forward(mu, logvar):
    """
    - mu: of shape (N, D)
    - logvar: of shape (N, D)
    """
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
    return kl, (mu, logvar)


def kl_backward(dkl, cache):
    mu, logvar = cache
    dmu = dkl[:, None] * mu
    dlogvar = -0.5 * dkl[:, None] * (1 - np.exp(logvar))
    return dmu, dlogvar


def reparametrised_forward(mu, logvar, noise):
    """
    - mu: of shape (N, D)
    - logvar: of shape (N, D)
    - noise: of shape (N, D)
    """
    std = np.exp(0.5 * logvar)
    return mu + noise * std, (std, noise)


def reparametrised_backward(dz, cache):
    std, noise = cache
    dmu = dz
    dlogvar = 0.5 * dz * noise * std
    dnoise = dz * std
    return dmu, dlogvar, dnoise


def gram_forward(F):
    """F: of shape (N, C)."""
    G = F.T @ F / F.size
    return G, F


def gram_backward(dG, cache):
    F = cache
    dF = F @ (dG + dG.T) / F.size
    return dF


def total_variation(img):
    """img: of shape (H, W)."""
    down = img[1:, :] - img[:-1, :]
    across = img[:, 1:] - img[:, :-1]
    loss = np.sum(down**2) + np.sum(across**2)
    grad = np.zeros_like(img)
    grad[1:, :] += 2 * down
    grad[:-1, :] -= 2 * down
    grad[:, 1:] += 2 * across
    grad[:, :-1] -= 2 * across
    return loss, grad


def log_softmax_forward(x):
    """x: of shape (N, C)."""
    m = x.max(axis=1, keepdims=True)
    lse = m + np.log(np.exp(x - m).sum(axis=1, keepdims=True))
    y = x - lse
    return y, y


def log_softmax_backward(dy, cache):
    y = cache
    dx = dy - np.exp(y) * dy.sum(axis=1, keepdims=True)
    return dx


def multihead_forward(q, k, v):
    """
    - q: of shape (B, T, D)
    - k: of shape (B, S, D)
    - v: of shape (B, S, E)
    """
    scale = q.shape[2] ** -0.5
    scores = scale * np.einsum("btd,bsd->bts", q, k)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    out = np.einsum("bts,bse->bte", p, v)
    return out, (q, k, v, p, scale)


def multihead_backward(dout, cache):
    q, k, v, p, scale = cache
    dv = np.einsum("bts,bte->bse", p, dout)
    dp = np.einsum("bte,bse->bts", dout, v)
    ds = p * (dp - (dp * p).sum(axis=-1, keepdims=True))
    dq = scale * np.einsum("bts,bsd->btd", ds, k)
    dk = scale * np.einsum("bts,btd->bsd", ds, q)
    return dq, dk, dv


def peephole_forward(x, c, w, u, b):
    i = 1 / (1 + math.exp(-(w * x + u * c + b)))
    g = math.tanh(x + c)
    c_next = (1 - i) * c + i * g
    h = i * math.tanh(c_next)
    return h, (x, c, w, u, i, g, c_next)


def peephole_backward(dh, cache):
    x, c, w, u, i, g, c_next = cache
    t = math.tanh(c_next)
    dc_next = dh * i * (1 - t**2)
    di = dh * t + dc_next * (g - c)
    da = di * i * (1 - i)
    dpre = dc_next * i * (1 - g**2)
    dw = da * x
    du = da * c
    db = da
    dx = da * w + dpre
    dc = dc_next * (1 - i) + da * u + dpre
    return dx, dc, dw, du, db


def rotation_forward(x, y, angle):
    c, s = math.cos(angle), math.sin(angle)
    u = c * x - s * y
    w = s * x + c * y
    e = u**2 + 3 * w
    return e, (x, y, c, s, u)


def rotation_backward(de, cache):
    x, y, c, s, u = cache
    du = 2 * u * de
    dw = 3 * de
    dx = du * c + dw * s
    dy = -du * s + dw * c
    dangle = du * (-s * x - c * y) + dw * (c * x - s * y)
    return dx, dy, dangle


def lens_forward(f, d, n):
    power = (n - 1) / f
    image = 1 / (power - 1 / d)
    return image, (f, d, n, image)


def lens_backward(dimage, cache):
    f, d, n, image = cache
    dpower = -dimage * image**2
    dd = dpower / d**2
    dn = dpower / f
    df = -dpower * (n - 1) / f**2
    return df, dd, dn


def mixture_forward(x, a, m1, m2):
    p1 = math.exp(-0.5 * (x - m1) ** 2)
    p2 = math.exp(-0.5 * (x - m2) ** 2)
    mix = a * p1 + (1 - a) * p2
    nll = -math.log(mix)
    return nll, (x, a, m1, m2, p1, p2, mix)


def mixture_backward(dnll, cache):
    x, a, m1, m2, p1, p2, mix = cache
    r1 = a * p1 / mix
    r2 = (1 - a) * p2 / mix
    da = -dnll * (p1 - p2) / mix
    dm1 = -dnll * r1 * (x - m1)
    dm2 = -dnll * r2 * (x - m2)
    dx = -dm1 - dm2
    return dx, da, dm1, dm2


def leapfrog_forward(x, v, k, dt):
    half = v - 0.5 * dt * k * x
    x_new = x + dt * half
    v_new = half - 0.5 * dt * k * x_new
    energy = 0.5 * v_new**2 + 0.5 * k * x_new**2
    return energy, (x, v, k, dt, half, x_new, v_new)


def leapfrog_backward(denergy, cache):
    x, v, k, dt, half, x_new, v_new = cache
    dv_new = v_new * denergy
    dx_new = k * x_new * denergy - 0.5 * dt * k * dv_new
    dk = 0.5 * x_new**2 * denergy - 0.5 * dt * x_new * dv_new
    ddt = -0.5 * k * x_new * dv_new
    dhalf = dv_new + dt * dx_new
    ddt += half * dx_new
    dx = dx_new - 0.5 * dt * k * dhalf
    dk += -0.5 * dt * x * dhalf
    ddt += -0.5 * k * x * dhalf
    dv = dhalf
    return dx, dv, dk, ddt


def weighted_ridge(w, X, t, s, reg):
    """
    - w: of shape (D,)
    - X: of shape (N, D)
    - t: of shape (N,)
    - s: of shape (N,)
    """
    N = X.shape[0]
    r = X @ w - t
    loss = np.sum(s * r**2) / N + reg * np.sum(w * w)
    grads = {}
    grads["w"] = 2 * X.T @ (s * r) / N + 2 * reg * w
    grads["s"] = r**2 / N
    return loss, grads


def factorisation_loss(U, V, R, reg):
    """
    - U: of shape (N, K)
    - V: of shape (M, K)
    - R: of shape (N, M)
    """
    E = U.dot(V.T) - R
    loss = 0.5 * np.sum(E * E) + 0.5 * reg * (np.sum(U * U) + np.sum(V * V))
    dU = E.dot(V) + reg * U
    dV = E.T.dot(U) + reg * V
    return loss, dU, dV


def skipgram_loss(centre, outside, negatives):
    """
    - centre: of shape (D,)
    - outside: of shape (D,)
    - negatives: of shape (K, D)
    """
    pos = 1 / (1 + np.exp(-outside.dot(centre)))
    neg = 1 / (1 + np.exp(negatives.dot(centre)))
    loss = -np.log(pos) - np.sum(np.log(neg))
    dcentre = (pos - 1) * outside + negatives.T.dot(1 - neg)
    doutside = (pos - 1) * centre
    dnegatives = np.outer(1 - neg, centre)
    return loss, dcentre, doutside, dnegatives


def smoothed_forward(x, a):
    """
    - x: of shape (T, D)
    - a: of shape (D,)
    """
    T = x.shape[0]
    s = np.zeros_like(x)
    s[0] = x[0]
    for t in range(1, T):
        s[t] = a * x[t] + (1 - a) * s[t - 1]
    return s, (x, a, s)


def smoothed_backward(ds, cache):
    x, a, s = cache
    T = x.shape[0]
    dx = np.zeros_like(x)
    da = np.zeros_like(a)
    carry = np.zeros_like(a)
    for t in range(T - 1, 0, -1):
        g = ds[t] + carry
        dx[t] = a * g
        da += g * (x[t] - s[t - 1])
        carry = (1 - a) * g
    dx[0] = ds[0] + carry
    return dx, da


def separable_forward(x, w):
    """
    - x: of shape (C, N)
    - w: of shape (C, 3)
    """
    C, N = x.shape
    out = np.zeros((C, N - 2))
    for j in range(N - 2):
        out[:, j] = np.sum(x[:, j : j + 3] * w, axis=1)
    return out, (x, w)


def separable_backward(dout, cache):
    x, w = cache
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for j in range(dout.shape[1]):
        dx[:, j : j + 3] += dout[:, j : j + 1] * w
        dw += dout[:, j : j + 1] * x[:, j : j + 3]
    return dx, dw


def bilstm_gate_forward(z, c):
    """
    - z: of shape (N, 8)
    - c: of shape (N, 2)
    """
    i = 1 / (1 + np.exp(-z[:, 0:2]))
    f = 1 / (1 + np.exp(-z[:, 2:4]))
    o = 1 / (1 + np.exp(-z[:, 4:6]))
    g = np.tanh(z[:, 6:8])
    cn = f * c + i * g
    t = np.tanh(cn)
    return o * t, (c, i, f, o, g, t)


def bilstm_gate_backward(dh, cache):
    c, i, f, o, g, t = cache
    dcn = dh * o * (1 - t * t)
    dc = dcn * f
    dz_i = dcn * g * i * (1 - i)
    dz_f = dcn * c * f * (1 - f)
    dz_o = dh * t * o * (1 - o)
    dz_g = dcn * i * (1 - g * g)
    dz = np.hstack((dz_i, dz_f, dz_o, dz_g))
    return dz, dc
