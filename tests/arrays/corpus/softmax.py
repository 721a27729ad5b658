import numpy as np
from jaxtyping import Float, Int


def softmax_loss(x, y):
    """
    Softmax with cross entropy, and the gradient on the scores.

    Inputs:
    - x: scores of shape (N, C)
    - y: right classes, of shape (N,)

    Returns: the loss, and dx of shape (N, C)
    """
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


def softmax_loss_logs(x, y):
    """
    Inputs:
    - x: scores, of shape (N, C)
    - y: labels, of shape (N,)
    """
    shifted_logits = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted_logits), axis=1, keepdims=True)
    log_probs = shifted_logits - np.log(Z)
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


def softmax_loss_vectorized(W, X, y, reg):
    """
    Linear classifier with the softmax loss, no loops.

    Inputs:
    - W: weights, of shape (D, C)
    - X: a minibatch, of shape (N, D)
    - y: labels between 0 and C - 1, of shape (N,)
    - reg: strength of the L2 penalty

    Returns: the loss, and the gradient on W
    """
    loss = 0.0
    dW = np.zeros_like(W)

    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[range(num_train), y]))
    loss /= num_train
    loss += 0.5 * reg * np.sum(W * W)

    dscores = probs
    dscores[range(num_train), y] -= 1
    dscores /= num_train
    dW = X.T.dot(dscores)
    dW += reg * W
    return loss, dW


def softmax_loss_only(W, X, y, reg):
    """
    Softmax loss, the loss alone.

    Inputs:
    - W: array of shape (D, C)
    - X: array of shape (N, D)
    - y: integers of shape (N,)
    - reg: a number
    """
    num_train = X.shape[0]
    s = np.dot(X, W)
    s = (s.T - np.max(s, axis=1)).T
    correct = s[np.arange(num_train), y]
    sums = np.exp(s).sum(axis=1)
    loss = np.mean(-correct + np.log(sums))
    return loss + reg * np.sum(W ** 2)


def softmax_loss_mask(W, X, y, reg):
    """
    Softmax loss with a one-hot mask.

    Inputs:
    - W: array of shape (D, C)
    - X: array of shape (N, D)
    - y: integers of shape (N,)
    - reg: a number
    """
    N = X.shape[0]
    C = W.shape[1]
    f = X.dot(W)
    f -= f.max(axis=1).reshape(N, 1)
    p = np.exp(f) / np.exp(f).sum(axis=1)[:, np.newaxis]
    mask = np.zeros((N, C))
    mask[np.arange(N), y] = 1
    loss = -np.sum(mask * np.log(p)) / N + reg * np.sum(W * W)
    return loss


def softmax_loss_rows(W, X, y):
    scores = X @ W
    scores = scores - np.max(scores)
    e = np.exp(scores)
    return -np.mean(np.log(e[np.arange(len(y)), y] / np.sum(e, axis=1)))


def cross_entropy_one_hot(logits: Float[np.ndarray, "N C"], t: Float[np.ndarray, "N C"]):
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -(t * log_p).sum() / logits.shape[0]


def cross_entropy_labels(logits: Float[np.ndarray, "N C"], y: Int[np.ndarray, "N"]):
    n = logits.shape[0]
    logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    return -logp[np.arange(n), y].mean()


def softmax_rows(x: Float[np.ndarray, "N C"]):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_vector(x):
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum(axis=0)


def softmax_columns(x: Float[np.ndarray, "N C"]):
    x = x.T
    x = x - np.max(x, axis=0)
    y = np.exp(x) / np.sum(np.exp(x), axis=0)
    return y.T


def log_softmax(x):
    """
    Log of the softmax of each row.

    Inputs:
    - x: array of shape (N, C)
    """
    m = np.max(x, axis=1, keepdims=True)
    return x - m - np.log(np.sum(np.exp(x - m), axis=1, keepdims=True))


def logsumexp(a: Float[np.ndarray, "N"]):
    a_max = np.max(a)
    return a_max + np.log(np.sum(np.exp(a - a_max)))


def temporal_softmax_loss(x, y, mask):
    """
    Softmax loss of every word of every caption; padding does not count.

    Inputs:
    - x: scores, of shape (N, T, V)
    - y: right words, of shape (N, T)
    - mask: True where there is a word, of shape (N, T)
    """
    N, T, V = x.shape
    xf = x.reshape(N * T, V)
    yf = y.reshape(N * T)
    m = mask.reshape(N * T)
    idx = np.arange(N * T)

    p = np.exp(xf - np.max(xf, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    loss = -np.sum(m * np.log(p[idx, yf])) / N

    dxf = p.copy()
    dxf[idx, yf] -= 1
    dxf = dxf * m[:, None] / N
    return loss, dxf.reshape(N, T, V)


def perplexity(logits, targets):
    """
    exp of the mean cross entropy.

    Inputs:
    - logits: array of shape (N, C)
    - targets: integers of shape (N,)
    """
    m = logits.max(1, keepdims=True)
    lse = m[:, 0] + np.log(np.exp(logits - m).sum(1))
    picked = np.take_along_axis(logits, targets[:, None], axis=1)[:, 0]
    return np.exp(np.mean(lse - picked))


RECIPES = {
    "softmax_loss": dict(x="N C", y="ints N < C"),
    "softmax_loss_logs": dict(x="N C", y="ints N < C"),
    "softmax_loss_vectorized": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1"),
    "softmax_loss_only": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1"),
    "softmax_loss_mask": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1"),
    "softmax_loss_rows": dict(W="D C", X="N D", y="ints N < C"),
    "cross_entropy_one_hot": dict(logits="N C", t="onehot N C"),
    "cross_entropy_labels": dict(logits="N C", y="ints N < C"),
    "softmax_rows": dict(x="N C"),
    "softmax_vector": dict(x="C"),
    "softmax_columns": dict(x="N C"),
    "log_softmax": dict(x="N C"),
    "logsumexp": dict(a="N"),
    "temporal_softmax_loss": dict(x="N T V", y="ints N T < V", mask="bools N T"),
    "perplexity": dict(logits="N C", targets="ints N < C"),
}
