import numpy as np
from jaxtyping import Float


def batchnorm_forward(x, gamma, beta, bn_param):
    """
    Batch norm. In training by the statistics of the minibatch, of which running averages are kept;
    in testing by those averages.

    Input:
    - x: of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    - bn_param: dictionary with mode ('train' or 'test'), eps, momentum, running_mean and running_var (both of shape (D,))

    Returns a tuple of:
    - out: of shape (N, D)
    - cache: what the backward pass needs
    """
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)

    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

    out, cache = None, None
    if mode == 'train':
        sample_mean = np.mean(x, axis=0)
        sample_var = np.var(x, axis=0)
        x_hat = (x - sample_mean) / np.sqrt(sample_var + eps)
        out = gamma * x_hat + beta
        running_mean = momentum * running_mean + (1 - momentum) * sample_mean
        running_var = momentum * running_var + (1 - momentum) * sample_var
        cache = (x, sample_mean, sample_var, x_hat, gamma, eps)
    elif mode == 'test':
        x_hat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * x_hat + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

    # Store the updated running means back into bn_param
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var

    return out, cache


def batchnorm_steps_forward(x, gamma, beta, eps):
    """
    Batch norm, one node of the graph a line.

    Inputs:
    - x: array of shape (N, D)
    - gamma: array of shape (D,)
    - beta: array of shape (D,)
    - eps: a number
    """
    N, D = x.shape

    # step1: mean
    mu = 1./N * np.sum(x, axis=0)
    # step2: subtract it from every example
    xmu = x - mu
    # step3: following the lower branch
    sq = xmu ** 2
    # step4: variance
    var = 1./N * np.sum(sq, axis=0)
    # step5: add eps, then sqrt
    sqrtvar = np.sqrt(var + eps)
    # step6: invert
    ivar = 1./sqrtvar
    # step7: normalise
    xhat = xmu * ivar
    # step8 and 9
    gammax = gamma * xhat
    out = gammax + beta

    cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    return out, cache


def batchnorm_train(x: Float[np.ndarray, "N D"], gamma: Float[np.ndarray, "D"], beta: Float[np.ndarray, "D"]):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + 1e-5)
    xn = (x - mu) / std
    return gamma * xn + beta


def bn_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(0)
    xc = x - mean
    var = np.mean(xc ** 2, axis=0)
    std = np.sqrt(var + eps)
    xn = xc / std
    out = gamma * xn + beta
    cache = dict(xc=xc, xn=xn, std=std, gamma=gamma)
    return out, cache


def batchnorm_test(x, gamma, beta, running_mean, running_var):
    """
    Batch norm at test time, by running averages.

    Inputs:
    - x: array of shape (N, D)
    - gamma: array of shape (D,)
    - beta: array of shape (D,)
    - running_mean: array of shape (D,)
    - running_var: array of shape (D,)
    """
    xn = (x - running_mean) / (np.sqrt(running_var + 10e-7))
    return gamma * xn + beta


def batchnorm_std(x: Float[np.ndarray, "N D"], gamma: Float[np.ndarray, "D"], beta: Float[np.ndarray, "D"]):
    z = (x - np.mean(x, axis=0)) / np.std(x, axis=0)
    return z * gamma + beta


def batchnorm_std_forward(X, gamma, beta, eps):
    mu = X.mean(axis=0, keepdims=True)
    sd = (X.var(axis=0, keepdims=True) + eps) ** 0.5
    X_hat = (X - mu) / sd
    return gamma * X_hat + beta, [X_hat, sd, gamma]


def layernorm_forward(x, gamma, beta, ln_param):
    """
    Layer norm: every example is normalised over its features.

    Input:
    - x: of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    - ln_param: dictionary with the key eps
    """
    out, cache = None, None
    eps = ln_param.get('eps', 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    cache = (x_hat, std, gamma)
    return out, cache


def layernorm_transposed(x, gamma, beta):
    """
    Layer norm by way of the transpose.

    Inputs:
    - x: array of shape (N, D)
    - gamma: array of shape (D,)
    - beta: array of shape (D,)
    """
    xT = x.T
    mu = np.mean(xT, axis=0)
    xmu = xT - mu
    var = np.mean(xmu**2, axis=0)
    ivar = 1 / np.sqrt(var + 1e-5)
    xhat = xmu * ivar
    return xhat.T * gamma + beta


def layernorm_last(x: Float[np.ndarray, "B T C"], w: Float[np.ndarray, "C"], b: Float[np.ndarray, "C"]):
    mean = x.sum(-1, keepdims=True) / x.shape[-1]
    xshift = x - mean
    var = (xshift**2).sum(-1, keepdims=True) / x.shape[-1]
    rstd = (var + 1e-5) ** -0.5
    norm = xshift * rstd
    return norm * w + b


def groupnorm_forward(x, gamma, beta, G):
    N, C, H, W = x.shape
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    xh = (xg - mean) / np.sqrt(var + 1e-5)
    xh = xh.reshape(N, C, H, W)
    out = gamma * xh + beta
    cache = (xh, mean, var, gamma, G)
    return out, cache


def spatial_batchnorm(x, gamma, beta):
    """
    Batch norm over each channel of an image.

    Inputs:
    - x: array of shape (N, C, H, W)
    - gamma: array of shape (C,)
    - beta: array of shape (C,)
    """
    N, C, H, W = x.shape
    x2 = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)
    mu = x2.mean(axis=0)
    var = x2.var(axis=0)
    xhat = (x2 - mu) / np.sqrt(var + 1e-5)
    out2 = gamma * xhat + beta
    return out2.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def rmsnorm(x: Float[np.ndarray, "N D"], g: Float[np.ndarray, "D"]):
    ms = np.mean(np.square(x), axis=-1, keepdims=True)
    return x / np.sqrt(ms + 1e-6) * g


def standardise(X: Float[np.ndarray, "N D"]):
    X = X - np.mean(X, axis=0)
    X = X / np.std(X, axis=0)
    return X


RECIPES = {
    "batchnorm_forward": dict(
        x="N D", gamma="D", beta="D", wrt=("x", "gamma", "beta"),
        bn_param={"mode": "text train", "eps": "number 1e-5", "running_mean": "D", "running_var": "positive D"},
    ),
    "batchnorm_steps_forward": dict(x="N D", gamma="D", beta="D", eps="number 1e-3"),
    "batchnorm_train": dict(x="N D", gamma="D", beta="D"),
    "bn_forward": dict(x="N D", gamma="D", beta="D", eps="number 1e-5"),
    "batchnorm_test": dict(x="N D", gamma="D", beta="D", running_mean="D", running_var="positive D"),
    "batchnorm_std": dict(x="N D", gamma="D", beta="D"),
    "batchnorm_std_forward": dict(X="N D", gamma="D", beta="D", eps="number 1e-3"),
    "layernorm_forward": dict(x="N D", gamma="D", beta="D", ln_param={"eps": "number 1e-3"}, wrt=("x", "gamma", "beta")),
    "layernorm_transposed": dict(x="N D", gamma="D", beta="D"),
    "layernorm_last": dict(x="B T C", w="C", b="C"),
    "groupnorm_forward": dict(x="N C H W", gamma="1 C 1 1", beta="1 C 1 1", G="int 2", where={"C": "4"}),
    "spatial_batchnorm": dict(x="N C H W", gamma="C", beta="C"),
    "rmsnorm": dict(x="N D", g="D"),
    "standardise": dict(X="N D"),
}
