"""Layers and losses in the many ways in which different people write the same thing."""

import numpy as np


# -- activations -------------------------------------------------------------------------------------------------------


def relu_times_mask(x):
    """
    - x: (N, D)
    """
    out = x * (x > 0)
    cache = x
    return out, cache


def relu_store_forward(X):
    """X: (N, D)"""
    A = np.copy(X)
    A[A < 0] = 0
    return A, X


def relu_by_abs(z):
    """z: (N, D)"""
    return (np.abs(z) + z) / 2


def leaky_relu_max(x, leak=0.01):
    """x: (N, D)"""
    return np.maximum(leak * x, x)


def elu_forward(x, alpha=1.0):
    """x: (N, D)"""
    out = x.copy()
    neg = x < 0
    out[neg] = alpha * (np.exp(x[neg]) - 1)
    cache = (x, out, alpha)
    return out, cache


def stable_sigmoid(x):
    """x: (N, D)"""
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


def sigmoid_book_forward(x):
    """x: (N, D)"""
    y = 1.0 / (1.0 + np.exp(-x))
    cache = {"y": y}
    return y, cache


def softplus(x):
    """x: (N, D)"""
    return np.log(1.0 + np.exp(x))


def gelu_tanh(x):
    """x: (N, D)"""
    return 0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * np.power(x, 3))))


def softmax_last_axis(x):
    """x: (N, T, V)"""
    shifted = x - np.max(x, axis=-1, keepdims=True)
    exps = np.exp(shifted)
    out = exps / np.sum(exps, axis=-1, keepdims=True)
    return out


# -- affine layers, and what they keep ---------------------------------------------------------------------------------


def affine_prod_forward(x, w, b):
    """
    - x: (N, d1, d2)
    - w: (D, M)
    - b: (M,)
    """
    out = np.dot(x.reshape(x.shape[0], np.prod(x.shape[1:])), w) + b
    cache = (x, w, b)
    return out, cache


def fc_forward(X, params):
    """
    X: (N, D); params: dictionary with W of shape (D, M), b of shape (1, M)
    """
    W = params["W"]
    b = params["b"]
    out = X @ W + b
    cache = {"X": X, "W": W}
    return out, cache


def linear_columns_forward(A_prev, W, b):
    """
    - A_prev: (n_prev, m)
    - W: (n, n_prev)
    - b: (n, 1)
    """
    Z = np.dot(W, A_prev) + b
    cache = [A_prev, W, b]
    return Z, cache


def linear_activation_forward(A_prev, W, b, activation):
    """
    A_prev: (n_prev, m); W: (n, n_prev); b: (n, 1)
    """
    Z = W.dot(A_prev) + b
    linear_cache = (A_prev, W, b)
    if activation == "sigmoid":
        A = 1 / (1 + np.exp(-Z))
    elif activation == "relu":
        A = np.maximum(0, Z)
    else:
        raise ValueError("unknown activation %s" % activation)
    activation_cache = Z
    cache = (linear_cache, activation_cache)
    return A, cache


def dropout_given_forward(x, dropout_param):
    """x: (N, D); dropout_param: dictionary with mask of shape (N, D)"""
    p, mode = dropout_param["p"], dropout_param["mode"]
    mask = None
    out = None
    if mode == "train":
        mask = (dropout_param["mask"] < p) / p
        out = x * mask
    elif mode == "test":
        out = x
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


# -- normalization -----------------------------------------------------------------------------------------------------


def batchnorm_sums_forward(x, gamma, beta, eps=1e-5):
    """
    - x: (N, D)
    - gamma, beta: (D,)
    """
    N, D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu ** 2
    var = 1.0 / N * np.sum(sq, axis=0)
    std = np.sqrt(var + eps)
    xhat = xmu / std
    out = gamma * xhat + beta
    cache = (xhat, gamma, std)
    return out, cache


def batchnorm_columns_forward(Z, gamma, beta, epsilon=1e-8):
    """Z: (n, m); gamma: (n, 1); beta: (n, 1)"""
    mu = np.mean(Z, axis=1, keepdims=True)
    sigma2 = np.var(Z, axis=1, keepdims=True)
    Z_norm = (Z - mu) / np.sqrt(sigma2 + epsilon)
    Z_tilde = np.multiply(gamma, Z_norm) + beta
    cache = (Z_norm, gamma, sigma2, epsilon)
    return Z_tilde, cache


def layernorm_transposed_forward(x, gamma, beta, ln_param):
    """
    - x: (N, D)
    - gamma: (D,)
    - beta: (D,)
    """
    eps = ln_param.get("eps", 1e-5)
    xT = x.T
    mean = xT.mean(axis=0)
    var = xT.var(axis=0)
    x_norm = ((xT - mean) / np.sqrt(var + eps)).T
    out = gamma * x_norm + beta
    cache = (x_norm, gamma, np.sqrt(var + eps))
    return out, cache


def rms_norm(x, g, eps=1e-6):
    """x: (N, D); g: (D,)"""
    ms = (x ** 2).mean(axis=-1, keepdims=True)
    return x / np.sqrt(ms + eps) * g


def l2_normalize(x):
    """x: (N, D)"""
    norm = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return x / norm


# -- convolution, padding, pooling -------------------------------------------------------------------------------------


def conv_bounds_forward(x, w, b, conv_param):
    """
    - x: (N, C, H, W)
    - w: (F, C, HH, WW)
    - b: (F,)
    """
    pad = conv_param["pad"]
    stride = conv_param["stride"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    H_prime = 1 + (H + 2 * pad - HH) // stride
    W_prime = 1 + (W + 2 * pad - WW) // stride
    x_padded = np.pad(x, ((0,), (0,), (pad,), (pad,)), "constant")
    out = np.zeros((N, F, H_prime, W_prime))
    for i in range(N):
        for f in range(F):
            for j in range(H_prime):
                for k in range(W_prime):
                    x_window = x_padded[i, :, j * stride : j * stride + HH, k * stride : k * stride + WW]
                    out[i, f, j, k] = np.sum(x_window * w[f]) + b[f]
    cache = (x, w, b, conv_param)
    return out, cache


def conv_hand_padded(x, w, pad):
    """x: (N, C, H, W); w: (F, C, HH, WW)"""
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad : pad + H, pad : pad + W] = x
    OH, OW = H + 2 * pad - HH + 1, W + 2 * pad - WW + 1
    out = np.empty((N, F, OH, OW))
    for i in range(OH):
        for j in range(OW):
            patch = xp[:, :, i : i + HH, j : j + WW]
            out[:, :, i, j] = patch.reshape(N, -1).dot(w.reshape(F, -1).T)
    return out


def im2col_conv(x, W, b, stride=1, pad=0):
    """x: (N, C, H, W_in); W: (FN, C, FH, FW); b: (FN,)"""
    FN, C, FH, FW = W.shape
    N, C, H, W_in = x.shape
    out_h = (H + 2 * pad - FH) // stride + 1
    out_w = (W_in + 2 * pad - FW) // stride + 1
    img = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "constant")
    col = np.zeros((N, C, FH, FW, out_h, out_w))
    for y in range(FH):
        y_max = y + stride * out_h
        for xx in range(FW):
            x_max = xx + stride * out_w
            col[:, :, y, xx, :, :] = img[:, :, y:y_max:stride, xx:x_max:stride]
    col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
    col_W = W.reshape(FN, -1).T
    out = np.dot(col, col_W) + b
    out = out.reshape(N, out_h, out_w, -1).transpose(0, 3, 1, 2)
    return out


def pool_forward(A_prev, hparameters, mode):
    """A_prev: (m, n_H_prev, n_W_prev, n_C)"""
    (m, n_H_prev, n_W_prev, n_C_prev) = A_prev.shape
    f = hparameters["f"]
    stride = hparameters["stride"]
    n_H = int(1 + (n_H_prev - f) / stride)
    n_W = int(1 + (n_W_prev - f) / stride)
    n_C = n_C_prev
    A = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    vert_start = h * stride
                    vert_end = vert_start + f
                    horiz_start = w * stride
                    horiz_end = horiz_start + f
                    a_prev_slice = A_prev[i, vert_start:vert_end, horiz_start:horiz_end, c]
                    if mode == "max":
                        A[i, h, w, c] = np.max(a_prev_slice)
                    elif mode == "average":
                        A[i, h, w, c] = np.mean(a_prev_slice)
    cache = (A_prev, hparameters)
    return A, cache


def max_pool_reshape(x):
    """x: (N, C, H, W)"""
    N, C, H, W = x.shape
    x_reshaped = x.reshape(N, C, H // 2, 2, W // 2, 2)
    out = x_reshaped.max(axis=3).max(axis=4)
    return out


def global_average_pool(x):
    """x: (N, C, H, W)"""
    return x.mean(axis=(2, 3))


# -- recurrent cells, embeddings, attention ----------------------------------------------------------------------------


def rnn_cell_forward(xt, a_prev, parameters):
    """
    xt: (n_x, m); a_prev: (n_a, m)
    parameters: dictionary with Wax of shape (n_a, n_x), Waa of shape (n_a, n_a), ba of shape (n_a, 1)
    """
    Wax = parameters["Wax"]
    Waa = parameters["Waa"]
    ba = parameters["ba"]
    a_next = np.tanh(np.dot(Waa, a_prev) + np.dot(Wax, xt) + ba)
    cache = (a_next, a_prev, xt, parameters)
    return a_next, cache


def lstm_slices_forward(x, prev_h, prev_c, Wx, Wh, b):
    """x: (N, D); prev_h, prev_c: (N, H); Wx: (D, G); Wh: (H, G); b: (G,)"""
    H = prev_h.shape[1]
    a = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    i = 1 / (1 + np.exp(-a[:, :H]))
    f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
    o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
    g = np.tanh(a[:, 3 * H :])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def gru_step(x, h_prev, Wz, Wr, Wh):
    """x: (N, D); h_prev: (N, H); Wz: (E, H); Wr: (E, H); Wh: (E, H)"""
    xh = np.concatenate([x, h_prev], axis=1)
    z = 1 / (1 + np.exp(-xh.dot(Wz)))
    r = 1 / (1 + np.exp(-xh.dot(Wr)))
    xrh = np.hstack((x, r * h_prev))
    h_hat = np.tanh(xrh.dot(Wh))
    return (1 - z) * h_prev + z * h_hat


def embedding_forward(x, W):
    """x: word numbers, of shape (N, T); W: (V, D)"""
    out = W[x, :]
    cache = (x, W.shape)
    return out, cache


def cbow_loss(context, target, W_in, W_out):
    """context: (N, C2); target: (N,); W_in: (V, H); W_out: (H, V)"""
    h = W_in[context].mean(axis=1)
    score = np.dot(h, W_out)
    score = score - score.max(axis=1, keepdims=True)
    p = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    batch_size = target.shape[0]
    return -np.sum(np.log(p[np.arange(batch_size), target])) / batch_size


def negative_sampling_loss(v, u_o, U_neg):
    """v: (D,); u_o: (D,); U_neg: (K, D)"""
    pos = 1 / (1 + np.exp(-np.dot(u_o, v)))
    neg = 1 / (1 + np.exp(np.dot(U_neg, v)))
    return -np.log(pos) - np.sum(np.log(neg))


def masked_attention(Q, K, V, mask):
    """Q: (N, T, D); K: (N, S, D); V: (N, S, E); mask: (T, S)"""
    d_k = Q.shape[-1]
    scores = np.matmul(Q, K.transpose(0, 2, 1)) / np.sqrt(d_k)
    scores = np.where(mask == 0, -1e9, scores)
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return np.matmul(weights, V)


# -- softmax losses: how the right class is picked, and what is left behind the loss -----------------------------------


def softmax_eye(scores, y):
    """scores: (N, C); y: (N,)"""
    N, C = scores.shape
    onehot = np.eye(C)[y]
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1)[:, None]
    return -np.sum(onehot * np.log(probs)) / N


def softmax_zeros_one(x, y):
    """x: (N, C); y: (N,)"""
    N = x.shape[0]
    shifted = x - x.max(1).reshape(-1, 1)
    p = np.exp(shifted) / np.exp(shifted).sum(1).reshape(-1, 1)
    t = np.zeros_like(p)
    t[np.arange(N), y] = 1.0
    loss = np.mean(-np.log(p[t == 1]))
    dx = (p - t) / N
    return loss, dx


def softmax_comprehension(scores, y):
    """scores: (N, C); y: (N,)"""
    num = scores.shape[0]
    logits = scores - np.max(scores, axis=1, keepdims=True)
    logsum = np.log(np.sum(np.exp(logits), axis=1))
    picked = np.array([logits[i, y[i]] for i in range(num)])
    return np.mean(logsum - picked)


def softmax_choose(scores, y):
    """scores: (N, C); y: (N,)"""
    scores = scores - scores.max(axis=1)[:, np.newaxis]
    correct = np.choose(y, scores.T)
    loss = -correct + np.log(np.sum(np.exp(scores), axis=1))
    return loss.mean()


def softmax_eps_loss(y, t):
    """y: (N, C); t: (N, C)"""
    batch_size = y.shape[0]
    c = np.max(y, axis=1, keepdims=True)
    exp_a = np.exp(y - c)
    probs = exp_a / np.sum(exp_a, axis=1, keepdims=True)
    return -np.sum(t * np.log(probs + 1e-7)) / batch_size


def softmax_columns_cost(W, b, X, Y):
    """W: (C, n); b: (C, 1); X: (n, m); Y: (C, m)"""
    m = X.shape[1]
    Z = np.dot(W, X) + b
    T = np.exp(Z - np.max(Z, axis=0))
    A = T / np.sum(T, axis=0)
    cost = -1 / m * np.sum(Y * np.log(A))
    cost = np.squeeze(cost)
    return cost


def label_smoothing_loss(logits, y, smoothing=0.1):
    """logits: (N, C); y: (N,)"""
    N, C = logits.shape
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    targets = np.full((N, C), smoothing / C)
    targets[np.arange(N), y] += 1 - smoothing
    return -(targets * log_probs).sum(axis=1).mean()


def softmax_left_over(W, X, y, reg):
    """
    - W: (D, C)
    - X: (N, D)
    - y: (N,)
    """
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    f = X.dot(W)
    f -= np.max(f, axis=1, keepdims=True)
    sum_f = np.sum(np.exp(f), axis=1, keepdims=True)
    p = np.exp(f) / sum_f
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    ind = np.zeros_like(p)
    ind[np.arange(num_train), y] = 1
    dW = X.T.dot(p - ind)
    loss /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW /= num_train
    dW += reg * W
    return loss, dW


def two_layer_loss(X, y, W1, b1, W2, b2, reg=0.0):
    """X: (N, D); y: (N,); W1: (D, H); b1: (H,); W2: (H, C); b2: (C,)"""
    N, D = X.shape
    scores = None
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    shift = scores - np.amax(scores, axis=1, keepdims=True)
    softmax = np.exp(shift) / np.sum(np.exp(shift), axis=1, keepdims=True)
    loss = np.sum(-np.log(softmax[range(N), list(y)])) / N
    loss += reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
    grads = {}
    dscores = softmax.copy()
    dscores[range(N), list(y)] -= 1
    dscores /= N
    grads["W2"] = hidden.T.dot(dscores) + 2 * reg * W2
    grads["b2"] = np.sum(dscores, axis=0)
    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0
    grads["W1"] = X.T.dot(dhidden) + 2 * reg * W1
    grads["b1"] = dhidden.sum(axis=0)
    return loss, grads


# -- hinge losses ------------------------------------------------------------------------------------------------------


def svm_reshape(W, X, y, reg):
    """W: (D, C); X: (N, D); y: (N,)"""
    num_train = X.shape[0]
    scores = X.dot(W)
    correct_class_scores = scores[np.arange(num_train), y].reshape(num_train, 1)
    margins = np.maximum(scores - correct_class_scores + 1, 0)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train
    loss += reg * np.sum(W * W)
    return loss


def svm_subtract_delta(scores, y, delta=1.0):
    """scores: (N, C); y: (N,)"""
    num = len(y)
    diff = scores - scores[range(num), y][:, None] + delta
    diff[diff < 0] = 0
    return np.sum(diff) / num - delta


def svm_columns(W, X, y, reg):
    """W: (C, D); X: (D, N); y: (N,)"""
    num_train = X.shape[1]
    scores = W.dot(X)
    correct = scores[y, np.arange(num_train)]
    margins = np.maximum(0, scores - correct + 1)
    margins[y, np.arange(num_train)] = 0
    loss = np.sum(np.sum(margins, axis=0)) / num_train + 0.5 * reg * np.sum(np.multiply(W, W))
    return loss


def hinge_binary(w, b, X, y, C=1.0):
    """w: (D,); X: (N, D); y: (N,)"""
    distances = 1 - y * (np.dot(X, w) + b)
    distances[distances < 0] = 0
    hinge_loss = C * (np.sum(distances) / X.shape[0])
    return 1 / 2 * np.dot(w, w) + hinge_loss


# -- cross entropy of one output ---------------------------------------------------------------------------------------


def logistic_cost(w, b, X, Y):
    """w: (n, 1); b: a number; X: (n, m); Y: (1, m)"""
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
    cost = (-1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = (1 / m) * np.dot(X, (A - Y).T)
    db = (1 / m) * np.sum(A - Y)
    cost = np.squeeze(cost)
    grads = {"dw": dw, "db": db}
    return cost, grads


def planar_cost(Z2, Y):
    """Z2: (1, m); Y: (1, m)"""
    A2 = 1 / (1 + np.exp(-Z2))
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(1 - Y, np.log(1 - A2))
    cost = -np.sum(logprobs) / m
    return float(cost)


def bce_dots(AL, Y):
    """AL: (1, m); Y: (1, m)"""
    m = Y.shape[1]
    cost = (1.0 / m) * (-np.dot(Y, np.log(AL).T) - np.dot(1 - Y, np.log(1 - AL).T))
    return np.sum(cost)


def logistic_signs(w, X, y, lam):
    """w: (D,); X: (N, D); y: (N,)"""
    margins = y * X.dot(w)
    return np.mean(np.log(1 + np.exp(-margins))) + lam / 2 * np.linalg.norm(w) ** 2


def bce_clipped(p, t):
    """p: (N,); t: (N,)"""
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


# -- other losses, and regularizers ------------------------------------------------------------------------------------


def regularized_cost(A3, Y, parameters, lambd):
    """A3: (1, m); Y: (1, m); parameters: dictionary with W1 of shape (h, n), W2 of shape (k, h), W3 of shape (1, k)"""
    m = Y.shape[1]
    W1 = parameters["W1"]
    W2 = parameters["W2"]
    W3 = parameters["W3"]
    logprobs = np.multiply(-np.log(A3), Y) + np.multiply(-np.log(1 - A3), 1 - Y)
    cross_entropy_cost = 1.0 / m * np.sum(logprobs)
    L2_regularization_cost = lambd * (np.sum(np.square(W1)) + np.sum(np.square(W2)) + np.sum(np.square(W3))) / (2 * m)
    cost = cross_entropy_cost + L2_regularization_cost
    return cost


def weight_decay_loop(x, t, W1, W2, weight_decay_lambda):
    """x: (N, D); t: (N, C); W1: (D, H); W2: (H, C)"""
    y = np.dot(np.tanh(np.dot(x, W1)), W2)
    weight_decay = 0
    for W in (W1, W2):
        weight_decay += 0.5 * weight_decay_lambda * np.sum(W ** 2)
    return 0.5 * np.sum((y - t) ** 2) / x.shape[0] + weight_decay


def elastic_net(w, b, X, y, l1, l2):
    """w: (D,); X: (N, D); y: (N,)"""
    pred = X @ w + b
    mse = ((pred - y) ** 2).mean()
    return mse + l1 * np.abs(w).sum() + l2 * (w * w).sum()


def huber_where(pred, target, delta=1.0):
    """pred: (N,); target: (N,)"""
    err = pred - target
    small = np.abs(err) <= delta
    return np.sum(np.where(small, 0.5 * err ** 2, delta * (np.abs(err) - 0.5 * delta)))


def triplet_loss(anchor, positive, negative, margin=0.2):
    """anchor: (N, D); positive: (N, D); negative: (N, D)"""
    pos_dist = np.sum(np.square(anchor - positive), axis=1)
    neg_dist = np.sum(np.square(anchor - negative), axis=1)
    return np.mean(np.maximum(pos_dist - neg_dist + margin, 0.0))


def vae_loss(x, x_hat, mu, logvar):
    """x: (N, D); x_hat: (N, D); mu: (N, Z); logvar: (N, Z)"""
    recon = np.sum((x_hat - x) ** 2, axis=1)
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar), axis=1)
    return np.mean(recon + kl)


def matrix_factorization_loss(P, Q, R, observed, lam):
    """P: (U, K); Q: (I, K); R: (U, I); observed: (U, I)"""
    err = observed * (R - P.dot(Q.T))
    return 0.5 * np.sum(err ** 2) + 0.5 * lam * (np.sum(P ** 2) + np.sum(Q ** 2))


def style_loss(features, target):
    """features: (H, W, C); target: (C, C)"""
    H, W, C = features.shape
    F = features.reshape((H * W, C))
    G = F.T.dot(F) / (H * W * C)
    return np.sum((G - target) ** 2)


def total_variation(img, weight):
    """img: (H, W, C)"""
    h_var = np.sum((img[1:, :, :] - img[:-1, :, :]) ** 2)
    w_var = np.sum((img[:, 1:, :] - img[:, :-1, :]) ** 2)
    return weight * (h_var + w_var)


RECIPES = {
    "relu_times_mask": dict(x="N D"),
    "relu_store_forward": dict(X="N D"),
    "relu_by_abs": dict(z="N D"),
    "leaky_relu_max": dict(x="N D", leak="number 0.01"),
    "elu_forward": dict(x="N D", alpha="number 1.0"),
    "stable_sigmoid": dict(x="N D"),
    "sigmoid_book_forward": dict(x="N D"),
    "softplus": dict(x="N D"),
    "gelu_tanh": dict(x="N D"),
    "softmax_last_axis": dict(x="N T V"),
    "affine_prod_forward": dict(x="N d1 d2", w="D M", b="M", where={"D": "d1*d2"}),
    "fc_forward": dict(X="N D", params={"W": "D M", "b": "1 M"}),
    "linear_columns_forward": dict(A_prev="n_prev m", W="n n_prev", b="n 1"),
    "linear_activation_forward": dict(A_prev="n_prev m", W="n n_prev", b="n 1", activation="text relu"),
    "dropout_given_forward": dict(
        x="N D", dropout_param={"p": "number 0.6", "mode": "text train", "mask": "unit N D"}, wrt=("x",)
    ),
    "batchnorm_sums_forward": dict(x="N D", gamma="D", beta="D", eps="number 1e-5"),
    "batchnorm_columns_forward": dict(Z="n m", gamma="n 1", beta="n 1", epsilon="number 1e-8"),
    "layernorm_transposed_forward": dict(x="N D", gamma="D", beta="D", ln_param={"eps": "number 1e-5"}, wrt=("x", "gamma", "beta")),
    "rms_norm": dict(x="N D", g="D", eps="number 1e-6"),
    "l2_normalize": dict(x="N D"),
    "conv_bounds_forward": dict(
        x="N C H W", w="F C HH WW", b="F", conv_param={"pad": "int 1", "stride": "int 2"}, wrt=("x", "w", "b"),
        where={"N": "2", "C": "3", "H": "5", "W": "4", "F": "2", "HH": "3", "WW": "2"},
    ),
    "conv_hand_padded": dict(
        x="N C H W", w="F C HH WW", pad="int 1",
        where={"N": "2", "C": "3", "H": "5", "W": "4", "F": "2", "HH": "3", "WW": "2"},
    ),
    "im2col_conv": dict(
        x="N C H W_in", W="FN C FH FW", b="FN", stride="int 2", pad="int 1", wrt=("x", "W", "b"),
        where={"N": "2", "C": "3", "H": "5", "W_in": "4", "FN": "2", "FH": "3", "FW": "2"},
    ),
    "pool_forward": dict(
        A_prev="m H W C", hparameters={"f": "int 2", "stride": "int 2"}, mode="text max", wrt=("A_prev",),
        where={"m": "2", "H": "4", "W": "6", "C": "3"},
    ),
    "max_pool_reshape": dict(x="N C H W", where={"N": "2", "C": "3", "H": "4", "W": "6"}),
    "global_average_pool": dict(x="N C H W"),
    "rnn_cell_forward": dict(xt="n_x m", a_prev="n_a m", parameters={"Wax": "n_a n_x", "Waa": "n_a n_a", "ba": "n_a 1"}),
    "lstm_slices_forward": dict(
        x="N D", prev_h="N H", prev_c="N H", Wx="D G", Wh="H G", b="G", where={"G": "4*H"}
    ),
    "gru_step": dict(x="N D", h_prev="N H", Wz="E H", Wr="E H", Wh="E H", where={"E": "D+H"}),
    "embedding_forward": dict(x="ints N T < V", W="V D"),
    "cbow_loss": dict(context="ints N C2 < V", target="ints N < V", W_in="V H", W_out="H V"),
    "negative_sampling_loss": dict(v="D", u_o="D", U_neg="K D"),
    "masked_attention": dict(Q="N T D", K="N S D", V="N S E", mask="bools T S"),
    "softmax_eye": dict(scores="N C", y="ints N < C"),
    "softmax_zeros_one": dict(x="N C", y="ints N < C"),
    "softmax_comprehension": dict(scores="N C", y="ints N < C"),
    "softmax_choose": dict(scores="N C", y="ints N < C"),
    "softmax_eps_loss": dict(y="N C", t="onehot N C", wrt=("y",)),
    "softmax_columns_cost": dict(W="C n", b="C 1", X="n m", Y="unit C m", wrt=("W", "b")),
    "label_smoothing_loss": dict(logits="N C", y="ints N < C", smoothing="number 0.1"),
    "softmax_left_over": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1", wrt=("W",)),
    "two_layer_loss": dict(
        X="N D", y="ints N < C", W1="D H", b1="H", W2="H C", b2="C", reg="number 0.1", wrt=("W1", "b1", "W2", "b2")
    ),
    "svm_reshape": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1", wrt=("W",)),
    "svm_subtract_delta": dict(scores="N C", y="ints N < C", delta="number 1.0"),
    "svm_columns": dict(W="C D", X="D N", y="ints N < C", reg="number 0.1", wrt=("W",)),
    "hinge_binary": dict(w="D", b="number", X="N D", y="N", C="number 1.0", wrt=("w", "b")),
    "logistic_cost": dict(w="n 1", b="number", X="n m", Y="unit 1 m", wrt=("w", "b")),
    "planar_cost": dict(Z2="1 m", Y="unit 1 m", wrt=("Z2",)),
    "bce_dots": dict(AL="unit 1 m", Y="unit 1 m", wrt=("AL",)),
    "logistic_signs": dict(w="D", X="N D", y="N", lam="number 0.1", wrt=("w",)),
    "bce_clipped": dict(p="unit N", t="unit N", wrt=("p",)),
    "regularized_cost": dict(
        A3="unit 1 m", Y="unit 1 m", parameters={"W1": "h n", "W2": "k h", "W3": "1 k"}, lambd="number 0.7",
        wrt=("A3", "parameters"),
    ),
    "weight_decay_loop": dict(x="N D", t="N C", W1="D H", W2="H C", weight_decay_lambda="number 0.1", wrt=("W1", "W2")),
    "elastic_net": dict(w="D", b="number", X="N D", y="N", l1="number 0.1", l2="number 0.2", wrt=("w", "b")),
    "huber_where": dict(pred="N", target="N", delta="number 1.0", wrt=("pred",)),
    "triplet_loss": dict(anchor="N D", positive="N D", negative="N D", margin="number 0.2"),
    "vae_loss": dict(x="N D", x_hat="N D", mu="N Z", logvar="N Z", wrt=("x_hat", "mu", "logvar")),
    "matrix_factorization_loss": dict(P="U K", Q="I K", R="U I", observed="bools U I", lam="number 0.1", wrt=("P", "Q")),
    "style_loss": dict(features="H W C", target="C C", wrt=("features",)),
    "total_variation": dict(img="H W C", weight="number 0.3", wrt=("img",)),
}
