"""Backward passes of functions of the corpus as an expert writes them, to compare the generated ones with.

They are right (tests/arrays/test_by_hand.py asks of them what is asked of generated text) and short, but not at the price of being
read: one stage a line, closed forms where people know them by heart (softmax with cross entropy, batch norm).  Each is named
and called as the generated one: ``X_backward(dout, cache)`` on the cache of the author's own forward; a pair where the author returns
no cache; ``X_value_and_grad`` for a loss, where only what stands after the comment that announces the backward pass is counted.

`HANDS` says which function each belongs to, what it is differentiated by, and how many statements a published version of the
same backward pass has, counted as tests/arrays/length.py does (a store such as ``self.dW = dW`` is not counted).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COURSE = "ColasGael/cs231n-assignments-spring19, assignment2/cs231n/layers.py"
COURSE_RNN = "ColasGael/cs231n-assignments-spring19, assignment3/cs231n/rnn_layers.py"
COURSE_1 = "ColasGael/cs231n-assignments-spring19, assignment1/cs231n/classifiers"
COURSE_2017 = "Burton2000/CS231n-2017, assignment2/cs231n/layers.py"
COURSE_2017_RNN = "Burton2000/CS231n-2017, assignment3/cs231n/rnn_layers.py"
NOTES = "cs231n/cs231n.github.io, optimization-2.md"
CASE_STUDY = "cs231n/cs231n.github.io, neural-networks-case-study.md"
BOOK = "oreilly-japan/deep-learning-from-scratch, common/layers.py"
BOOK_2 = "oreilly-japan/deep-learning-from-scratch-2, common/time_layers.py"
MAKEMORE = "karpathy/nn-zero-to-hero, lectures/makemore/makemore_part4_backprop.ipynb"
WARMUP = "xjtuwgt/PytorchBERT, HarvardPytorch/warmup.py"


@dataclass(frozen=True)
class Hand:
    """The hand-written backward of ``file``.``function``; ``published`` statements in ``source`` (None: none is known)."""

    file: str
    function: str
    style: str
    wrt: tuple[str, ...]
    published: int | None = None
    source: str = ""


HANDS = (
    Hand("affine", "matrix_product", "split", ("W", "X"), 2, NOTES),
    Hand("affine", "affine_forward", "split", ("x", "w", "b"), 5, f"{COURSE_2017}: affine_backward"),
    Hand("affine", "affine_relu_forward", "split", ("x", "w", "b")),
    Hand("affine", "linear_forward", "split", ("A", "W", "b")),
    Hand("activations", "relu_forward", "split", ("x",), 1, f"{COURSE}: relu_backward"),
    Hand("activations", "relu_mask", "split", ("x",), 2, f"{BOOK}: Relu (writes into its dout)"),
    Hand("activations", "leaky_relu_forward", "split", ("x",)),
    Hand("activations", "sigmoid_forward", "split", ("x",), 1, f"{BOOK}: Sigmoid"),
    Hand("activations", "tanh_forward", "split", ("x",)),
    Hand("activations", "gelu", "split", ("x",)),
    Hand("normalisation", "batchnorm_forward", "split", ("x", "gamma", "beta"), 6, f"{COURSE}: batchnorm_backward"),
    Hand("normalisation", "batchnorm_steps_forward", "split", ("x", "gamma", "beta"), 13, f"{COURSE_2017}: batchnorm_backward"),
    Hand("normalisation", "bn_forward", "split", ("x", "gamma", "beta"), 9, f"{BOOK}: BatchNormalization"),
    Hand("normalisation", "layernorm_forward", "split", ("x", "gamma", "beta"), 6, f"{COURSE}: layernorm_backward"),
    Hand("softmax", "softmax_loss", "joint", ("x",), 3, f"{COURSE}: softmax_loss"),
    Hand("softmax", "softmax_loss_logs", "joint", ("x",), 3, f"{COURSE}: softmax_loss"),
    Hand("softmax", "softmax_loss_vectorized", "joint", ("W",), 5, f"{CASE_STUDY} (without its bias)"),
    Hand("softmax", "temporal_softmax_loss", "joint", ("x",), 5, f"{COURSE_RNN}: temporal_softmax_loss"),
    Hand("svm", "svm_loss", "joint", ("x",), 5, f"{COURSE}: svm_loss"),
    Hand("svm", "svm_loss_vectorized", "joint", ("W",)),
    Hand("networks", "two_layer_net", "joint", ("params",), 11, CASE_STUDY),
    Hand("networks", "mlp_mse", "joint", ("w1", "w2"), 6, WARMUP),
    Hand("networks", "forward_propagation", "split", ("parameters",)),
    Hand("dlfs", "softmax_with_loss", "joint", ("x",), 5, f"{BOOK}: SoftmaxWithLoss, both kinds of labels"),
    Hand(
        "dlfs", "three_layer_loss", "joint", ("W1", "b1", "W2", "b2", "W3", "b3"),
        21, f"{BOOK}: SoftmaxWithLoss 5, Affine 4 three times, Relu 2 twice",
    ),
    Hand("recurrent", "rnn_step_forward", "split", ("x", "prev_h", "Wx", "Wh", "b"), 6, f"{COURSE_2017_RNN}: rnn_step_backward"),
    Hand(
        "recurrent", "lstm_step_forward", "split", ("x", "prev_h", "prev_c", "Wx", "Wh", "b"),
        15, f"{COURSE_RNN}: lstm_step_backward; 17 in {BOOK_2}: LSTM",
    ),
    Hand("recurrent", "word_embedding_forward", "split", ("W",), 2, f"{COURSE_RNN}: word_embedding_backward"),
    Hand("recurrent", "temporal_affine_forward", "split", ("x", "w", "b"), 3, f"{COURSE_RNN}: temporal_affine_backward"),
    Hand(
        "makemore", "backprop_ninja", "joint", ("C", "W1", "b1", "W2", "b2", "bngain", "bnbias"),
        35, f"{MAKEMORE}, exercise 1: through every intermediate",
    ),
    Hand("attention", "attention", "split", ("Q", "K", "V")),
    Hand("loops", "conv_naive", "split", ("x", "w", "b"), 21, f"{COURSE}: conv_backward_naive"),
    Hand("loops", "max_pool_naive", "split", ("x",), 15, f"{COURSE}: max_pool_backward_naive"),
    Hand("loops", "rnn", "split", ("x", "h0", "Wx", "Wh", "b"), 18, f"{COURSE_RNN}: rnn_backward, rnn_step_backward"),
    Hand("loops", "spatial_batchnorm_forward", "split", ("x", "gamma", "beta"), 11, f"{COURSE}: spatial_batchnorm_backward, batchnorm_backward"),
    Hand("loops", "layernorm_by_batchnorm_forward", "split", ("x", "gamma", "beta")),
    Hand("loops", "groupnorm_forward", "split", ("x", "gamma", "beta"), 17, f"{COURSE}: spatial_groupnorm_backward, layernorm_backward"),
    Hand("loops", "svm_loss_naive", "joint", ("W",), 9, f"{COURSE_1}/linear_svm.py: its gradient's lines, with the loops and tests around them"),
    Hand("loops", "softmax_loss_naive", "joint", ("W",), 8, f"{COURSE_1}/softmax.py: its gradient's lines, with the loops and the test around them"),
    Hand("losses", "mse", "joint", ("y_pred",)),
    Hand("losses", "linear_regression", "joint", ("w", "b")),
    Hand("losses", "ridge", "joint", ("w",)),
    Hand("losses", "logistic_loss", "joint", ("w",)),
    Hand("science", "cosine_similarity", "joint", ("a", "b")),
)  # fmt: skip


# -- affine ------------------------------------------------------------------------------------------------------------


def matrix_product_forward(W, X):
    return W.dot(X), (W, X)


def matrix_product_backward(dout, cache):
    W, X = cache
    dW = dout.dot(X.T)
    dX = W.T.dot(dout)
    return dW, dX


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def affine_relu_backward(dout, cache):
    x, w, b, a = cache
    da = dout * (a > 0)
    dx = da.dot(w.T)
    dw = x.T.dot(da)
    db = da.sum(axis=0)
    return dx, dw, db


def linear_backward(dout, cache):
    A, W, b = cache
    dA = np.dot(W.T, dout)
    dW = np.dot(dout, A.T)
    db = np.sum(dout, axis=1, keepdims=True)
    return dA, dW, db


# -- activations -------------------------------------------------------------------------------------------------------


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def relu_mask_forward(x):
    mask = x <= 0
    out = x.copy()
    out[mask] = 0
    return out, mask


def relu_mask_backward(dout, cache):
    mask = cache
    dx = dout.copy()
    dx[mask] = 0
    return dx


def leaky_relu_backward(dout, cache):
    x, alpha = cache
    dx = np.where(x > 0, dout, alpha * dout)
    return dx


def sigmoid_backward(dout, cache):
    out = cache
    dx = out * (1 - out) * dout
    return dx


def tanh_backward(dout, cache):
    out = cache
    dx = (1 - out**2) * dout
    return dx


def gelu_forward(x):
    c = np.sqrt(2 / np.pi)
    inner = c * (x + 0.044715 * x**3)
    t = np.tanh(inner)
    return 0.5 * x * (1 + t), (x, c, t)


def gelu_backward(dout, cache):
    x, c, t = cache
    dinner = 0.5 * x * (1 - t**2) * dout
    dx = 0.5 * (1 + t) * dout
    dx += c * (1 + 3 * 0.044715 * x**2) * dinner
    return dx


# -- normalisation -----------------------------------------------------------------------------------------------------


def batchnorm_backward(dout, cache):
    x, mean, var, x_hat, gamma, eps = cache
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * np.mean(dx_hat * x_hat, axis=0)) / np.sqrt(var + eps)
    return dx, dgamma, dbeta


def batchnorm_steps_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    dxmu = dxhat * ivar
    divar = np.sum(dxhat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar**2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu += 2.0 / N * xmu * dvar
    dmu = -np.sum(dxmu, axis=0)
    dx = dxmu + dmu / N
    return dx, dgamma, dbeta


def bn_backward(dout, cache):
    xc, xn, std, gamma = cache["xc"], cache["xn"], cache["std"], cache["gamma"]
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * xn, axis=0)
    dxn = gamma * dout
    dstd = -np.sum(dxn * xc, axis=0) / std**2
    dxc = dxn / std + xc * dstd / (N * std)
    dx = dxc - dxc.mean(axis=0)
    return dx, dgamma, dbeta


def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    mean_part = np.mean(dx_hat, axis=1, keepdims=True)
    var_part = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - mean_part - var_part) / std
    return dx, dgamma, dbeta


# -- losses of classes -------------------------------------------------------------------------------------------------


def softmax_loss_value_and_grad(x, y):
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N

    # backward pass
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return (loss, dx.copy()), dx


def softmax_loss_logs_value_and_grad(x, y):
    shifted_logits = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted_logits), axis=1, keepdims=True)
    log_probs = shifted_logits - np.log(Z)
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N

    # backward pass
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return (loss, dx.copy()), dx


def softmax_loss_vectorized_value_and_grad(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[range(num_train), y]))
    loss /= num_train
    loss += 0.5 * reg * np.sum(W * W)

    # backward pass
    dscores = probs
    dscores[range(num_train), y] -= 1
    dscores /= num_train
    dW = X.T.dot(dscores)
    dW += reg * W
    return (loss, dW.copy()), dW


def temporal_softmax_loss_value_and_grad(x, y, mask):
    N, T, V = x.shape
    xf = x.reshape(N * T, V)
    yf = y.reshape(N * T)
    m = mask.reshape(N * T)
    idx = np.arange(N * T)
    p = np.exp(xf - np.max(xf, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    loss = -np.sum(m * np.log(p[idx, yf])) / N

    # backward pass
    dxf = p.copy()
    dxf[idx, yf] -= 1
    dxf = dxf * m[:, None] / N
    dx = dxf.reshape(N, T, V)
    return (loss, dx.copy()), dx


def svm_loss_value_and_grad(x, y):
    N = x.shape[0]
    rows = np.arange(N)
    right = x[rows, y][:, np.newaxis]
    margins = np.maximum(0, x - right + 1.0)
    margins[rows, y] = 0
    loss = np.sum(margins) / N

    # backward pass
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] -= dx.sum(axis=1)
    dx /= N
    return (loss, dx.copy()), dx


def svm_loss_vectorized_value_and_grad(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(num_train, 1)
    margin = np.maximum(0, scores - correct + 1)
    margin[np.arange(num_train), y] = 0
    loss = margin.sum() / num_train
    loss += reg * np.sum(W * W)

    # backward pass
    dscores = (margin > 0) / num_train
    dscores[np.arange(num_train), y] -= dscores.sum(axis=1)
    dW = X.T.dot(dscores)
    dW += 2 * reg * W
    return (loss, dW.copy()), dW


# -- networks ----------------------------------------------------------------------------------------------------------


def two_layer_net_value_and_grad(params, X, y, reg):
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
    dparams = {}
    dscores = probs
    dscores[range(N), y] -= 1
    dscores /= N
    dparams["W2"] = hidden_layer.T.dot(dscores) + reg * W2
    dparams["b2"] = dscores.sum(axis=0)
    dhidden = dscores.dot(W2.T)
    dhidden[hidden_layer <= 0] = 0
    dparams["W1"] = X.T.dot(dhidden) + reg * W1
    dparams["b1"] = dhidden.sum(axis=0)
    return loss, dparams


def mlp_mse_value_and_grad(x, y, w1, w2):
    h = x @ w1
    h_relu = np.maximum(h, 0)
    y_pred = h_relu @ w2
    loss = np.square(y_pred - y).sum()

    # backward pass
    dy_pred = 2.0 * (y_pred - y)
    dw2 = h_relu.T @ dy_pred
    dh = np.outer(dy_pred, w2) * (h > 0)
    dw1 = x.T @ dh
    return loss, (dw1, dw2)


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = np.maximum(0, Z2)
    Z3 = np.dot(parameters["W3"], A2) + parameters["b3"]
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (X, parameters, A1, A2, A3)


def backward_propagation(dout, cache):
    # a post publishes one of 12 statements for this network with its loss, from dZ3 = A3 - Y on (CSDN, on backpropagation in Python)
    X, parameters, A1, A2, A3 = cache
    gradients = {}
    dZ3 = A3 * (1 - A3) * dout
    gradients["W3"] = np.dot(dZ3, A2.T)
    gradients["b3"] = np.sum(dZ3, axis=1, keepdims=True)
    dZ2 = np.dot(parameters["W3"].T, dZ3) * (A2 > 0)
    gradients["W2"] = np.dot(dZ2, A1.T)
    gradients["b2"] = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (A1 > 0)
    gradients["W1"] = np.dot(dZ1, X.T)
    gradients["b1"] = np.sum(dZ1, axis=1, keepdims=True)
    return gradients


# -- Deep Learning from Scratch ----------------------------------------------------------------------------------------


def softmax_rows(x):
    x = x.T
    x = x - np.max(x, axis=0)
    y = np.exp(x) / np.sum(np.exp(x), axis=0)
    return y.T


def softmax_with_loss_value_and_grad(x, t):
    y = softmax_rows(x)
    rows, labels = np.arange(x.shape[0]), t.argmax(axis=1)
    N = x.shape[0]
    loss = -np.sum(np.log(y[rows, labels] + 1e-7)) / N

    # backward pass; the book's (y - t) / N leaves out what the 1e-7 does
    p = y[rows, labels][:, np.newaxis]
    dx = (y - t) * p / (p + 1e-7) / N
    return loss, dx


def three_layer_loss_value_and_grad(x, t, W1, b1, W2, b2, W3, b3):
    N = x.shape[0]
    x = x.reshape(N, -1)
    h1 = np.maximum(0, np.dot(x, W1) + b1)
    h2 = np.maximum(0, np.dot(h1, W2) + b2)
    y = softmax_rows(np.dot(h2, W3) + b3)
    rows, labels = np.arange(N), t.argmax(axis=1)
    loss = -np.sum(np.log(y[rows, labels] + 1e-7)) / N

    # backward pass
    p = y[rows, labels][:, np.newaxis]
    ds = (y - t) * p / (p + 1e-7) / N
    dW3 = np.dot(h2.T, ds)
    db3 = np.sum(ds, axis=0)
    da2 = np.dot(ds, W3.T) * (h2 > 0)
    dW2 = np.dot(h1.T, da2)
    db2 = np.sum(da2, axis=0)
    da1 = np.dot(da2, W2.T) * (h1 > 0)
    dW1 = np.dot(x.T, da1)
    db1 = np.sum(da1, axis=0)
    return loss, (dW1, db1, dW2, db2, dW3, db3)


# -- one step in time --------------------------------------------------------------------------------------------------


def rnn_step_backward(dout, cache):
    x, prev_h, Wh, Wx, b, next_h = cache
    da = (1 - next_h**2) * dout
    dx = da.dot(Wx.T)
    dprev_h = da.dot(Wh.T)
    dWx = x.T.dot(da)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db


def lstm_step_backward(dout, cache):
    dnext_h, dnext_c = dout
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tanh_c = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - tanh_c**2)
    dprev_c = dc * f
    dai = dc * g * i * (1 - i)
    daf = dc * prev_c * f * (1 - f)
    dao = dnext_h * tanh_c * o * (1 - o)
    dag = dc * i * (1 - g**2)
    dA = np.hstack((dai, daf, dao, dag))
    dx = dA.dot(Wx.T)
    dprev_h = dA.dot(Wh.T)
    dWx = x.T.dot(dA)
    dWh = prev_h.T.dot(dA)
    db = dA.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


def word_embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    np.add.at(dW, x, dout)
    return dW


def temporal_affine_backward(dout, cache):
    x, w, b = cache
    N, T, D = x.shape
    M = b.shape[0]
    dx = dout.dot(w.T)
    dw = x.reshape(N * T, D).T.dot(dout.reshape(N * T, M))
    db = dout.sum(axis=(0, 1))
    return dx, dw, db


# -- the rest ----------------------------------------------------------------------------------------------------------


def backprop_ninja_value_and_grad(C, W1, b1, W2, b2, bngain, bnbias, Xb, Yb):
    n = Xb.shape[0]
    emb = C[Xb]
    embcat = emb.reshape(emb.shape[0], -1)
    hprebn = embcat @ W1 + b1
    bnmeani = 1/n*hprebn.sum(0, keepdims=True)  # fmt: skip
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff**2
    bnvar = 1/(n-1)*(bndiff2).sum(0, keepdims=True)  # fmt: skip
    bnvar_inv = (bnvar + 1e-5) ** -0.5
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    h = np.tanh(hpreact)
    logits = h @ W2 + b2
    logit_maxes = logits.max(1, keepdims=True)
    norm_logits = logits - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    logprobs = np.log(probs)
    loss = -logprobs[range(n), Yb].mean()

    # backward pass
    dlogits = probs
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1.0 - h**2) * dh
    dbngain = (bnraw * dhpreact).sum(0, keepdims=True)
    dbnbias = dhpreact.sum(0, keepdims=True)
    dbnraw = bngain * dhpreact
    dbndiff = bnvar_inv * (dbnraw - bnraw * (bnraw * dbnraw).sum(0) / (n - 1))
    dhprebn = dbndiff - dbndiff.mean(0)
    dembcat = dhprebn @ W1.T
    dW1 = embcat.T @ dhprebn
    db1 = dhprebn.sum(0)
    dC = np.zeros_like(C)
    np.add.at(dC, Xb, dembcat.reshape(emb.shape))
    return loss, (dC, dW1, db1, dW2, db2, dbngain, dbnbias)


def attention_forward(Q, K, V):
    scale = np.sqrt(Q.shape[-1])
    scores = np.matmul(Q, K.T) / scale
    scores -= np.max(scores, axis=-1, keepdims=True)
    weights = np.exp(scores)
    weights /= np.sum(weights, axis=-1, keepdims=True)
    return np.matmul(weights, V), (Q, K, V, weights, scale)


def attention_backward(dout, cache):
    Q, K, V, weights, scale = cache
    dV = weights.T @ dout
    dweights = dout @ V.T
    dscores = weights * (dweights - np.sum(dweights * weights, axis=-1, keepdims=True)) / scale
    dQ = dscores @ K
    dK = dscores.T @ Q
    return dQ, dK, dV


def mse_value_and_grad(y_pred, y_true):
    error = y_pred - y_true
    loss = np.mean(error**2)

    # backward pass
    dy_pred = 2 * error / error.size
    return loss, dy_pred


def linear_regression_value_and_grad(X, y, w, b):
    pred = X @ w + b
    err = pred - y
    loss = (err**2).mean()

    # backward pass
    dpred = 2 * err / err.size
    dw = X.T @ dpred
    db = dpred.sum()
    return loss, (dw, db)


def ridge_value_and_grad(w, X, y, alpha):
    residual = y - X.dot(w)
    loss = residual.dot(residual) + alpha * w.dot(w)

    # backward pass
    dw = 2 * alpha * w - 2 * X.T.dot(residual)
    return loss, dw


def logistic_loss_value_and_grad(w, X, y):
    h = 1.0 / (1.0 + np.exp(-np.dot(X, w)))
    m = X.shape[0]
    loss = -1.0 / m * (np.dot(y, np.log(h)) + np.dot(1 - y, np.log(1 - h)))

    # backward pass
    dw = X.T.dot(h - y) / m
    return loss, dw


def cosine_similarity_value_and_grad(a, b):
    norm_a = np.sqrt(np.sum(a**2))
    norm_b = np.sqrt(np.sum(b**2))
    cos = np.dot(a, b) / (norm_a * norm_b)

    # backward pass
    da = b / (norm_a * norm_b) - cos * a / norm_a**2
    db = a / (norm_a * norm_b) - cos * b / norm_b**2
    return cos, (da, db)


# -- loops -------------------------------------------------------------------------------------------------------------


def conv_naive_forward(x, w, b, stride=1, pad=1):
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
                    window = x_pad[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x_pad, w, b, stride, pad)


def conv_naive_backward(dout, cache):
    x_pad, w, b, stride, pad = cache
    N, F, H_out, W_out = dout.shape
    F, C, HH, WW = w.shape
    dx_pad = np.zeros_like(x_pad)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    hs = i * stride
                    ws = j * stride
                    db[f] += dout[n, f, i, j]
                    dw[f] += x_pad[n, :, hs : hs + HH, ws : ws + WW] * dout[n, f, i, j]
                    dx_pad[n, :, hs : hs + HH, ws : ws + WW] += w[f] * dout[n, f, i, j]
    H, W = x_pad.shape[2:]
    dx = dx_pad[:, :, pad : H - pad, pad : W - pad].copy()
    return dx, dw, db


def max_pool_naive_forward(x, height, width, stride):
    N, C, H, W = x.shape
    H_out = 1 + (H - height) // stride
    W_out = 1 + (W - width) // stride
    out = np.zeros((N, C, H_out, W_out))
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    window = x[n, c, i * stride : i * stride + height, j * stride : j * stride + width]
                    out[n, c, i, j] = np.max(window)
    return out, (x, height, width, stride)


def max_pool_naive_backward(dout, cache):
    x, height, width, stride = cache
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs = i * stride
                    ws = j * stride
                    window = x[n, c, hs : hs + height, ws : ws + width]
                    mask = window == np.max(window)
                    dx[n, c, hs : hs + height, ws : ws + width] += mask * dout[n, c, i, j] / np.sum(mask)
    return dx


def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]), dtype=x.dtype)
    prev_h = h0
    for t in range(T):
        prev_h = np.tanh(x[:, t].dot(Wx) + prev_h.dot(Wh) + b)
        h[:, t] = prev_h
    return h, (x, h0, Wx, Wh, b, h)


def rnn_backward(dout, cache):
    x, h0, Wx, Wh, b, h = cache
    T = x.shape[1]
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros_like(b)
    dprev_h = np.zeros_like(h0)
    for t in reversed(range(T)):
        prev_h = h[:, t - 1] if t else h0
        da = (1 - h[:, t] ** 2) * (dout[:, t] + dprev_h)
        dx[:, t] = da.dot(Wx.T)
        dprev_h = da.dot(Wh.T)
        dWx += x[:, t].T.dot(da)
        dWh += prev_h.T.dot(da)
        db += np.sum(da, axis=0)
    return dx, dprev_h, dWx, dWh, db


def spatial_batchnorm_backward(dout, cache):
    x_hat, gamma, std = cache
    N, C, H, W = dout.shape
    flat = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dgamma = np.sum(x_hat * flat, axis=0)
    dbeta = np.sum(flat, axis=0)
    dflat = gamma / std * (flat - dbeta / len(flat) - x_hat * dgamma / len(flat))
    dx = dflat.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta


def layernorm_by_batchnorm_backward(dout, cache):
    x_hat, gamma, (normed, ones, std) = cache
    dgamma = np.sum(x_hat * dout, axis=0)
    dbeta = np.sum(dout, axis=0)
    dnormed = (gamma * dout).T
    dxT = (dnormed - dnormed.mean(axis=0) - normed * (normed * dnormed).mean(axis=0)) * ones / std
    return dxT.T, dgamma, dbeta


def groupnorm_backward(dout, cache):
    x_hat, gamma, std = cache
    dgamma = np.sum(x_hat.reshape(dout.shape) * dout, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (gamma * dout).reshape(x_hat.shape)
    shift = dx_hat.mean(axis=(2, 3, 4), keepdims=True)
    slope = (x_hat * dx_hat).mean(axis=(2, 3, 4), keepdims=True)
    dx = ((dx_hat - shift - x_hat * slope) / std).reshape(dout.shape)
    return dx, dgamma, dbeta


def svm_loss_naive_value_and_grad(W, X, y, reg):
    num_train, num_classes = X.shape[0], W.shape[1]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        for j in range(num_classes):
            if j != y[i]:
                loss += max(0, scores[j] - scores[y[i]] + 1)
    loss = loss / num_train + reg * np.sum(W * W)
    # backward pass
    dW = 2 * reg * W
    for i in range(num_train):
        scores = X[i].dot(W)
        for j in range(num_classes):
            if j != y[i] and scores[j] - scores[y[i]] + 1 > 0:
                dW[:, j] += X[i] / num_train
                dW[:, y[i]] -= X[i] / num_train
    return loss, dW


def softmax_loss_naive_value_and_grad(W, X, y, reg):
    num_train = X.shape[0]
    loss = 0.0
    probs = []
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        probs.append(p)
        loss -= np.log(p[y[i]])
    loss = loss / num_train + reg * np.sum(W * W)
    # backward pass
    dW = 2 * reg * W
    for i in range(num_train):
        dscores = probs[i].copy()
        dscores[y[i]] -= 1
        dW += np.outer(X[i], dscores / num_train)
    return loss, dW
