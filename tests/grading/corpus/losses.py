"""Right losses with their gradients, naive and vectorised, by hand."""

import numpy as np


def softmax_loss(x, y):
    """
    - x: Input data, of shape (N, C)
    - y: Vector of labels, of shape (N,) where y[i] is the label for x[i] and 0 <= y[i] < C
    """
    shifted = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


def svm_loss(x, y):
    """
    - x: Input data, of shape (N, C)
    - y: Vector of labels, of shape (N,) where y[i] is the label for x[i] and 0 <= y[i] < C
    """
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx


def svm_loss_naive(W, X, y, reg):
    """
    - W: weights of shape (D, C)
    - X: data of shape (N, D)
    - y: labels of shape (N,), 0 <= y[i] < C
    - reg: (float) regularization strength
    """
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    """
    - W: weights of shape (D, C)
    - X: data of shape (N, D)
    - y: labels of shape (N,), 0 <= y[i] < C
    - reg: (float) regularization strength
    """
    num_train = X.shape[0]
    scores = X.dot(W)
    right = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - right + 1)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train + 0.5 * reg * np.sum(W * W)
    coeff = (margins > 0).astype(float)
    coeff[np.arange(num_train), y] = -coeff.sum(axis=1)
    dW = X.T.dot(coeff) / num_train + reg * W
    return loss, dW


def softmax_loss_naive(W, X, y, reg):
    """
    - W: weights of shape (D, C)
    - X: data of shape (N, D)
    - y: labels of shape (N,), 0 <= y[i] < C
    - reg: (float) regularization strength
    """
    loss = 0.0
    dW = np.zeros_like(W)
    N, C = X.shape[0], W.shape[1]
    for i in range(N):
        f = X[i].dot(W)
        f -= np.max(f)
        p = np.exp(f) / np.sum(np.exp(f))
        loss += -np.log(p[y[i]])
        for j in range(C):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W**2)
    dW = dW / N + 2 * reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    """
    - W: weights of shape (D, C)
    - X: data of shape (N, D)
    - y: labels of shape (N,), 0 <= y[i] < C
    - reg: (float) regularization strength
    """
    N = X.shape[0]
    logits = X @ W
    logits = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(logits)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[range(N), y]).mean() + reg * (W * W).sum()
    p[range(N), y] -= 1
    dW = X.T @ p / N
    dW += 2 * reg * W
    return loss, dW


def mse_loss(pred, target):
    """
    - pred: of shape (N, D)
    - target: of shape (N, D)
    """
    diff = pred - target
    loss = np.mean(diff**2)
    dpred = 2 * diff / diff.size
    return loss, dpred


def ridge_loss(w, X, t, lam):
    """
    - w: of shape (D,)
    - X: of shape (N, D)
    - t: of shape (N,)
    - lam: (float)
    """
    r = X.dot(w) - t
    loss = 0.5 * np.sum(r**2) + 0.5 * lam * np.sum(w**2)
    grad = X.T.dot(r) + lam * w
    return loss, grad


def logistic_loss(w, X, t):
    """
    - w: of shape (D,)
    - X: of shape (N, D)
    - t: of shape (N,)
    """
    N = X.shape[0]
    z = X @ w
    p = 1 / (1 + np.exp(-z))
    loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
    dz = (p - t) / N
    dw = X.T @ dz
    return loss, dw


def huber_loss(x, t):
    """
    - x: of shape (N,)
    - t: of shape (N,)
    """
    r = x - t
    small = np.abs(r) < 1.0
    loss = np.sum(np.where(small, 0.5 * r**2, np.abs(r) - 0.5))
    dx = np.where(small, r, np.sign(r))
    return loss, dx


def two_layer_loss(X, y, params, reg):
    """
    - X: data of shape (N, D)
    - y: labels of shape (N,), 0 <= y[i] < C
    - params: dictionary with W1 of shape (D, H), b1 of shape (H,), W2 of shape (H, C), b2 of shape (C,)
    - reg: (float)
    """
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    N = X.shape[0]
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    grads = {}
    dscores = probs.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads["W2"] = hidden.T.dot(dscores) + 2 * reg * W2
    grads["b2"] = np.sum(dscores, axis=0)
    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0
    grads["W1"] = X.T.dot(dhidden) + 2 * reg * W1
    grads["b1"] = np.sum(dhidden, axis=0)
    return loss, grads


def center_loss(x, c):
    """
    - x: of shape (N, D)
    - c: of shape (D,)
    """
    d = x - c
    loss = np.sum(d * d) / x.shape[0]
    dx = 2.0 / x.shape[0] * d
    dc = -dx.sum(axis=0)
    return loss, dx, dc


def triplet_loss(a, p, n):
    """
    - a: of shape (N, D)
    - p: of shape (N, D)
    - n: of shape (N, D)
    """
    near = np.sum((a - p) ** 2, axis=1)
    far = np.sum((a - n) ** 2, axis=1)
    h = np.maximum(0, near - far + 1.0)
    loss = h.mean()
    on = (h > 0).astype(float)[:, None] / h.shape[0]
    da = 2 * on * (n - p)
    dp = -2 * on * (a - p)
    dn = 2 * on * (a - n)
    return loss, (da, dp, dn)
