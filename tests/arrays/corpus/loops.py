import numpy as np


def conv_naive(x, w, b, stride=1, pad=1):
    """
    - x: input data of shape (N, C, H, W)
    - w: filter weights of shape (F, C, HH, WW)
    - b: biases, of shape (F,)
    """
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    hs = i * stride
                    ws = j * stride
                    window = x_pad[n, :, hs:hs + HH, ws:ws + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out


def max_pool_naive(x, height, width, stride):
    """
    - x: input data, of shape (N, C, H, W)
    """
    N, C, H, W = x.shape
    H_out = 1 + (H - height) // stride
    W_out = 1 + (W - width) // stride
    out = np.zeros((N, C, H_out, W_out))
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs = i * stride
                    ws = j * stride
                    window = x[n, c, hs:hs + height, ws:ws + width]
                    out[n, c, i, j] = np.max(window)
    return out


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


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    - x: data of shape (N, D)
    - gamma: scale of shape (D,)
    - beta: shift of shape (D,)
    """
    mu = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, std)
    return out, cache


def spatial_batchnorm_forward(x, gamma, beta):
    """
    - x: data of shape (N, C, H, W)
    - gamma: scale of shape (C,)
    - beta: shift of shape (C,)
    """
    N, C, H, W = x.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta)
    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache


def layernorm_by_batchnorm_forward(x, gamma, beta):
    """
    - x: data of shape (N, D)
    - gamma: scale of shape (D,)
    - beta: shift of shape (D,)
    """
    first = x[:, 0]
    x_hat, norm_cache = batchnorm_forward(x.T, np.ones_like(first), np.zeros_like(first))
    x_hat = x_hat.T
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, norm_cache)
    return out, cache


def groupnorm_forward(x, gamma, beta, G, eps=1e-5):
    """
    - x: data of shape (N, C, H, W)
    - gamma: scale of shape (1, C, 1, 1)
    - beta: shift of shape (1, C, 1, 1)
    - G: the number of groups of channels
    """
    N, C, H, W = x.shape
    groups = x.reshape(N, G, C // G, H, W)
    mu = np.mean(groups, axis=(2, 3, 4), keepdims=True)
    var = np.var(groups, axis=(2, 3, 4), keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (groups - mu) / std
    out = gamma * x_hat.reshape(N, C, H, W) + beta
    cache = (x_hat, gamma, std)
    return out, cache


def svm_loss_naive(W, X, y, reg):
    """
    - W: weights of shape (D, C)
    - X: a minibatch of data, of shape (N, D)
    - y: labels of shape (N,)
    - reg: (float) regularization strength
    """
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j != y[i]:
                margin = scores[j] - correct_class_score + 1
                if margin > 0:
                    loss += margin
    loss /= num_train
    loss += reg * np.sum(W * W)
    return loss


def softmax_loss_naive(W, X, y, reg):
    """
    - W: weights of shape (D, C)
    - X: a minibatch of data, of shape (N, D)
    - y: labels of shape (N,)
    - reg: (float) regularization strength
    """
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss -= np.log(p[y[i]])
    loss /= num_train
    loss += reg * np.sum(W * W)
    return loss


RECIPES = {
    "conv_naive": dict(x="N C 5 4", w="F C 3 2", b="F", stride="int 2", pad="int 1", wrt=("x", "w", "b")),
    "max_pool_naive": dict(x="N C 4 6", height="int 2", width="int 3", stride="int 2", wrt=("x",)),
    "rnn": dict(x="N T D", h0="N H", Wx="D H", Wh="H H", b="H"),
    "spatial_batchnorm_forward": dict(x="N C H W", gamma="C", beta="C"),
    "layernorm_by_batchnorm_forward": dict(x="N D", gamma="D", beta="D"),
    "groupnorm_forward": dict(x="N 6 H W", gamma="1 6 1 1", beta="1 6 1 1", G="int 2", eps="number 1e-3", wrt=("x", "gamma", "beta")),
    "svm_loss_naive": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1", wrt=("W",)),
    "softmax_loss_naive": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1", wrt=("W",)),
}
