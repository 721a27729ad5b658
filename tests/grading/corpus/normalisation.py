"""Right backward passes of normalisations: staged, merged, and in closed form."""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    """
    - x: Data of shape (N, D)
    - gamma: Scale parameter of shape (D,)
    - beta: Shift parameter of shape (D,)
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == "train":
        mu = np.mean(x, axis=0)
        xmu = x - mu
        sq = xmu**2
        var = np.mean(sq, axis=0)
        sqrtvar = np.sqrt(var + eps)
        ivar = 1.0 / sqrtvar
        xhat = xmu * ivar
        out = gamma * xhat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (mode, xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    elif mode == "test":
        xhat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * xhat + beta
        cache = (mode, xhat, gamma, None, 1 / np.sqrt(running_var + eps), None, None, eps)
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    mode, xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    if mode == "test":
        return dxhat * ivar, dgamma, dbeta
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / N * np.ones((N, D)) * dmu
    dx = dx1 + dx2
    return dx, dgamma, dbeta


def plain_batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    - x: Data of shape (N, D)
    - gamma: Scale parameter of shape (D,)
    - beta: Shift parameter of shape (D,)
    """
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    x_norm = (x - mean) / std
    out = gamma * x_norm + beta
    return out, (x, mean, std, x_norm, gamma)


def plain_batchnorm_backward(dout, cache):
    x, mean, std, x_norm, gamma = cache
    N = x.shape[0]
    dgamma = (dout * x_norm).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx_norm = dout * gamma
    dx = (N * dx_norm - dx_norm.sum(axis=0) - x_norm * (dx_norm * x_norm).sum(axis=0)) / (N * std)
    return dx, dgamma, dbeta


def closed_batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    - x: Data of shape (N, D)
    - gamma: of shape (D,)
    - beta: of shape (D,)
    """
    mu = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    out = gamma * (x - mu) * (var + eps) ** -0.5 + beta
    return out, (x, mu, var, gamma, eps)


def closed_batchnorm_backward(dout, cache):
    x, mu, var, gamma, eps = cache
    m = x.shape[0]
    k = (var + eps) ** (-1.0 / 2.0)
    centred = x - mu
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(centred * k * dout, axis=0)
    dx = (1.0 / m) * gamma * k * (m * dout - np.sum(dout, axis=0) - centred * k**2 * np.sum(dout * centred, axis=0))
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, eps=1e-5):
    """
    - x: Data of shape (N, D)
    - gamma: of shape (D,)
    - beta: of shape (D,)
    """
    mu = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    inv = 1 / np.sqrt(var + eps)
    xhat = (x - mu) * inv
    out = gamma * xhat + beta
    return out, (xhat, inv, gamma)


def layernorm_backward(dout, cache):
    xhat, inv, gamma = cache
    D = dout.shape[1]
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    s1 = np.sum(dxhat, axis=1, keepdims=True)
    s2 = np.sum(dxhat * xhat, axis=1, keepdims=True)
    dx = inv / D * (D * dxhat - s1 - xhat * s2)
    return dx, dgamma, dbeta


def staged_layernorm_forward(x, gamma, beta, eps=1e-5):
    """
    - x: Data of shape (N, D)
    - gamma: of shape (D,)
    - beta: of shape (D,)
    """
    D = x.shape[1]
    mu = np.sum(x, axis=1, keepdims=True) / D
    xc = x - mu
    var = np.sum(xc * xc, axis=1, keepdims=True) / D
    std = np.sqrt(var + eps)
    xhat = xc / std
    out = xhat * gamma + beta
    return out, (xc, std, xhat, gamma, D)


def staged_layernorm_backward(dout, cache):
    xc, std, xhat, gamma, D = cache
    dbeta = dout.sum(axis=0)
    dgamma = (xhat * dout).sum(axis=0)
    dxhat = gamma * dout
    dxc = dxhat / std
    dstd = -np.sum(dxhat * xc, axis=1, keepdims=True) / std**2
    dvar = 0.5 * dstd / std
    dxc += 2.0 * xc * dvar / D
    dmu = -np.sum(dxc, axis=1, keepdims=True)
    dx = dxc + dmu / D
    return dx, dgamma, dbeta


def rmsnorm_forward(x, g):
    """
    - x: of shape (N, D)
    - g: of shape (D,)
    """
    ms = np.mean(x**2, axis=1, keepdims=True)
    r = 1.0 / np.sqrt(ms + 1e-6)
    y = x * r * g
    return y, (x, r, g)


def rmsnorm_backward(dy, cache):
    x, r, g = cache
    D = x.shape[1]
    dg = np.sum(dy * x * r, axis=0)
    h = dy * g
    dr = np.sum(h * x, axis=1, keepdims=True)
    dms = -0.5 * dr * r**3
    dx = h * r + dms * 2 * x / D
    return dx, dg


def standardize_forward(v):
    """v: of shape (N,)."""
    c = v - np.mean(v)
    s = np.sqrt(np.mean(c**2))
    return c / s, (c, s)


def standardize_backward(dz, cache):
    c, s = cache
    n = c.shape[0]
    z = c / s
    dv = (dz - np.mean(dz) - z * np.mean(dz * z)) / s
    return dv


def instancenorm_forward(x, gamma, beta):
    """
    - x: of shape (N, C, H, W)
    - gamma: of shape (C,)
    - beta: of shape (C,)
    """
    mu = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(2, 3), keepdims=True)
    s = np.sqrt(var + 1e-5)
    xh = (x - mu) / s
    out = gamma[None, :, None, None] * xh + beta[None, :, None, None]
    return out, (xh, s, gamma)


def instancenorm_backward(dout, cache):
    xh, s, gamma = cache
    dgamma = np.sum(dout * xh, axis=(0, 2, 3))
    dbeta = np.sum(dout, axis=(0, 2, 3))
    dxh = dout * gamma.reshape(1, -1, 1, 1)
    m1 = dxh.mean(axis=(2, 3), keepdims=True)
    m2 = (dxh * xh).mean(axis=(2, 3), keepdims=True)
    dx = (dxh - m1 - xh * m2) / s
    return dx, dgamma, dbeta
