"""Layers and losses with loops, as students of cs231n write them."""

import numpy as np


def conv_naive(x, w, b, stride=1, pad=1):
    """
    A naive implementation of the forward pass for a convolutional layer.

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
                    window = x_pad[n, :, hs : hs + HH, ws : ws + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out


def max_pool_naive(x, HH, WW, stride):
    """
    - x: input data, of shape (N, C, H, W)
    """
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out))
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    h1 = i * stride
                    w1 = j * stride
                    out[n, c, i, j] = np.max(x[n, c, h1 : h1 + HH, w1 : w1 + WW])
    return out


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    - x: input data for this timestep, of shape (N, D)
    - prev_h: hidden state from the previous timestep, of shape (N, H)
    - Wx: weight matrix, of shape (D, H)
    - Wh: weight matrix, of shape (H, H)
    - b: biases of shape (H,)
    """
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_forward(x, h0, Wx, Wh, b):
    """
    - x: input data for the entire timeseries, of shape (N, T, D)
    - h0: initial hidden state, of shape (N, H)
    - Wx: weight matrix, of shape (D, H)
    - Wh: weight matrix, of shape (H, H)
    - b: biases of shape (H,)
    """
    N, T, D = x.shape
    N, H = h0.shape
    h = np.zeros((N, T, H))
    caches = []
    prev_h = h0
    for t in range(T):
        next_h, cache_t = rnn_step_forward(x[:, t, :], prev_h, Wx, Wh, b)
        h[:, t, :] = next_h
        caches.append(cache_t)
        prev_h = next_h
    return h, caches


def rnn_inline(x, h0, Wx, Wh, b):
    """
    - x: input data for the entire timeseries, of shape (N, T, D)
    - h0: initial hidden state, of shape (N, H)
    - Wx: weight matrix, of shape (D, H)
    - Wh: weight matrix, of shape (H, H)
    - b: biases of shape (H,)
    """
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    prev_h = h0
    for t in range(T):
        prev_h = np.tanh(x[:, t].dot(Wx) + prev_h.dot(Wh) + b)
        h[:, t] = prev_h
    return h


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """
    - x: input data, of shape (N, D)
    - prev_h: previous hidden state, of shape (N, H)
    - prev_c: previous cell state, of shape (N, H)
    - Wx: input-to-hidden weights, of shape (D, 4H)
    - Wh: hidden-to-hidden weights, of shape (H, 4H)
    - b: biases, of shape (4H,)
    """
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i = 1 / (1 + np.exp(-a[:, :H]))
    f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
    o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
    g = np.tanh(a[:, 3 * H :])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def lstm_forward(x, h0, Wx, Wh, b):
    """
    - x: input data, of shape (N, T, D)
    - h0: initial hidden state, of shape (N, H)
    - Wx: weights of shape (D, 4H)
    - Wh: weights of shape (H, 4H)
    - b: biases of shape (4H,)
    """
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = []
    prev_h = h0
    prev_c = np.zeros((N, H))
    for t in range(T):
        prev_h, prev_c, cache_t = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
        cache.append(cache_t)
    return h, cache


def svm_loss_naive(W, X, y, reg):
    """
    - W: a numpy array of shape (D, C) containing weights.
    - X: a numpy array of shape (N, D) containing a minibatch of data.
    - y: a numpy array of shape (N,) containing training labels
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
    - W: a numpy array of shape (D, C) containing weights.
    - X: a numpy array of shape (N, D) containing a minibatch of data.
    - y: a numpy array of shape (N,) containing training labels
    - reg: (float) regularization strength
    """
    N = X.shape[0]
    loss = 0.0
    for i in range(N):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
    loss /= N
    loss += reg * np.sum(W * W)
    return loss


def rows(X, w):
    """
    - X: data of shape (N, D)
    - w: weights of shape (D,)
    """
    s = 0.0
    for x in X:
        s += np.tanh(x.dot(w))
    return s


def regression(X, y, w):
    """
    - X: data of shape (N, D)
    - y: targets of shape (N,)
    - w: weights of shape (D,)
    """
    loss = 0.0
    for x, t in zip(X, y):
        loss += (x @ w - t) ** 2
    return loss / len(X)


def weighted(X, w):
    """
    - X: data of shape (N, D)
    - w: weights of shape (N,)
    """
    s = 0.0
    for i, x in enumerate(X):
        s += w[i] * np.sum(x**2)
    return s


def momentum(w, g, mu, lr, steps):
    """
    - w: weights of shape (D,)
    - g: curvatures of shape (D,)
    """
    v = np.zeros_like(w)
    u = w * 1.0
    for _ in range(steps):
        v = mu * v - lr * g * u
        u += v
    return np.sum(u * u)


def smoothed(x, alpha):
    """
    - x: data of shape (T,)
    - alpha: number
    """
    y = np.zeros_like(x)
    y[0] = x[0]
    for t in range(1, len(x)):
        y[t] = alpha * x[t] + (1 - alpha) * y[t - 1]
    return np.sum(y * y)


def overwritten(x, n):
    """
    - x: data of shape (D,)
    """
    y = np.zeros(2)
    for i in range(n):
        y[0] = y[0] * x[i] + x[i]
    return np.sum(y)


def in_place(x, n):
    """
    - x: data of shape (D,)
    """
    h = x * 1.0
    s = 0.0
    for i in range(n):
        h *= x
        s += np.sum(h * h)
    return s


def cumulative(x):
    """
    - x: data of shape (N, D)
    """
    total = np.zeros(x.shape[1])
    out = np.zeros_like(x)
    for n in range(x.shape[0]):
        total = total + x[n] * x[n]
        out[n] = np.sqrt(total + 1.0)
    return out


def diffuse(u, k, steps):
    """
    - u: temperatures of shape (N,)
    """
    for _ in range(steps):
        new = u.copy()
        new[1:-1] = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = new
    return np.sum(u**2)


def rnn_listed(X, h0, W, U, b):
    """X: (T, D), h0: (H,), W: (H, D), U: (H, H), b: (H,)"""
    hs = [h0]
    for t in range(len(X)):
        hs.append(np.tanh(W @ X[t] + U @ hs[t] + b))
    return np.array(hs)


def rnn_last(X, h0, W, U):
    """X: (T, D), h0: (H,), W: (H, D), U: (H, H)"""
    hs = [h0]
    for x in X:
        h = np.tanh(W @ x + U @ hs[-1])
        hs.append(h)
    return np.stack(hs[1:])


def autoregression(x0, x1, a, b, n):
    """x0: (), x1: (), a: (), b: ()"""
    xs = [x0, x1]
    for t in range(n):
        xs.append(a * xs[t + 1] + b * xs[t])
    return np.array(xs)


def attention_pool(X, w):
    """X: (T, D), w: (D,)"""
    scores = []
    for x in X:
        scores.append(np.exp(np.dot(x, w)))
    total = np.sum(scores)
    out = 0.0
    for t in range(len(X)):
        out += scores[t] / total * np.sum(X[t])
    return out


def first_and_last(x, n):
    """x: (D,)"""
    ys = []
    for i in range(n):
        x = np.sin(x) * x
        ys.append(x)
    return np.sum(ys[0] * ys[-1]) + np.sum(ys[n - 1])


def squared_losses(w, X, y):
    """w: (D,), X: (N, D), y: (N,)"""
    losses = []
    for i in range(X.shape[0]):
        losses.append((X[i] @ w - y[i]) ** 2)
    return np.mean(losses)


def oscillator(y0, theta, h, n):
    """y0: (2,), theta: (2,), h: ()"""

    def rate(y):
        return np.array([theta[0] * y[1], -theta[1] * y[0]])

    y = y0
    ys = [y0]
    for i in range(1, n):
        k1 = rate(y)
        k2 = rate(y + 0.5 * h * k1)
        y = y + h * k2
        ys.append(y)
    return np.array(ys)


def running_sum(x):
    s = 0.0
    y = np.zeros_like(x)
    for i in reversed(range(len(x))):
        s = 0.9 * s + x[i]
        y[i] = s
    return y


def negative_index(x):
    """x: (2,)"""
    y = np.zeros(2)
    for i in range(-1, 2):
        y[i] = i * x[i]
    return np.sum(y * y)


def last_activation(X, w):
    """X: (N, D), w: (D,)"""
    s = 0.0
    for i in range(X.shape[0]):
        h = np.tanh(X[i] * w)
        s += np.sum(h)
    return s + np.sum(h * h)


def delayed(x, n):
    """x: (D,)"""
    xs = [x]
    before = x
    for t in range(n):
        new = np.sin(xs[-1]) + 0.5 * before
        before = xs[-1]
        xs.append(new)
    return np.sum(xs[-1] * before)


def shortest_path(cost):
    """cost: (N, D)"""
    n, m = cost.shape
    dp = np.zeros((n, m))
    dp[0][0] = cost[0, 0]
    for i in range(1, n):
        dp[i][0] = dp[i - 1][0] + cost[i, 0]
    for j in range(1, m):
        dp[0, j] = dp[0, j - 1] + cost[0, j]
    for i in range(1, n):
        for j in range(1, m):
            dp[i][j] = cost[i][j] + min(dp[i - 1][j], dp[i][j - 1])
    return dp[-1, -1]


def advantages(rewards, values, gamma, lam):
    """rewards: (T,), values: (N,)"""
    adv = np.zeros_like(rewards)
    last = 0
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * values[t + 1] - values[t]
        adv[t] = last = delta + gamma * lam * last
    return adv


def roughness(x, k):
    """x: (D,)"""
    s = 0.0
    for a, b in zip(x[:-1], x[1:]):
        s += np.tanh(k * (b - a) ** 2)
    for a in x[1:]:
        s += a * a
    return s


def ranks(M, d, n):
    size = M.shape[1]
    v = np.ones(size) / size
    for _ in range(n):
        v = d * M @ v + (1 - d) / size
    return v


def clipped_rows(y, c):
    """y: (N, D)"""
    z = y * 2.0
    for i in range(2):
        z[i][z[i] > 1] = c
    return np.sum(z * y)


def a_name_for_two(x):
    """x: (N, D)"""
    r = x
    h = []
    for _ in range(2):
        r = r * 1.0
        h.append(r)
    r = np.sum(h, axis=0)
    return r[:, 1]


def tree(S, p):
    """S: (N,)"""
    C = np.maximum(S - 1.0, 0)
    for i in range(len(S) - 1, 0, -1):
        for j in range(i):
            C[j] = p * C[j] * C[j + 1] + (1 - p) * C[j + 1]
    return C[0]


def doubled(x, n):
    """x: (N, D)"""
    e = np.exp(x)
    for _ in range(n):
        e *= 2
    return np.sum(e * e)


def volatility(r, alpha, beta):
    """r: (T,), by what is stored"""
    v = np.zeros(len(r))
    v[0] = np.var(r)
    for t in range(1, len(r)):
        v[t] = alpha * r[t - 1] ** 2 + beta * v[t - 1]
    return np.sum(np.log(v) + r**2 / v)


def cholesky(A):
    """A: (N, N)"""
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = 0.0
            for k in range(j):
                s += L[i, k] * L[j, k]
            L[i, j] = np.sqrt(A[i, i] - s) if i == j else (A[i, j] - s) / L[j, j]
    return L
