import numpy as np
from jaxtyping import Float, Int


def softmax_loss(x, y):
    """
    Computes the loss and gradient for softmax classification.

    Inputs:
    - x: Input data, of shape (N, C) where x[i, j] is the score for the jth class for the ith input.
    - y: Vector of labels, of shape (N,) where y[i] is the label for x[i] and 0 <= y[i] < C

    Returns a tuple of:
    - loss: Scalar giving the loss
    - dx: Gradient of the loss with respect to x
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
    Softmax loss function, vectorized version.

    Inputs:
    - W: A numpy array of shape (D, C) containing weights.
    - X: A numpy array of shape (N, D) containing a minibatch of data.
    - y: A numpy array of shape (N,) containing training labels; y[i] = c means
      that X[i] has label c, where 0 <= c < C.
    - reg: (float) regularization strength

    Returns a tuple of:
    - loss as single float
    - gradient with respect to weights W; an array of same shape as W
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
    num_train = X.shape[0]
    s = np.dot(X, W)
    s = (s.T - np.max(s, axis=1)).T
    correct = s[np.arange(num_train), y]
    sums = np.exp(s).sum(axis=1)
    loss = np.mean(-correct + np.log(sums))
    return loss + reg * np.sum(W ** 2)


def softmax_loss_mask(W, X, y, reg):
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


def softmax_columns(x):
    x = x.T
    x = x - np.max(x, axis=0)
    y = np.exp(x) / np.sum(np.exp(x), axis=0)
    return y.T


def log_softmax(x):
    m = np.max(x, axis=1, keepdims=True)
    return x - m - np.log(np.sum(np.exp(x - m), axis=1, keepdims=True))


def logsumexp(a):
    a_max = np.max(a)
    return a_max + np.log(np.sum(np.exp(a - a_max)))


def temporal_softmax_loss(x, y, mask):
    """
    A temporal version of softmax loss: the loss is summed over all timesteps and averaged over the minibatch.
    A mask tells which elements contribute.

    Inputs:
    - x: Input scores, of shape (N, T, V)
    - y: Ground-truth indices, of shape (N, T)
    - mask: Boolean array of shape (N, T)

    Returns a tuple of:
    - loss: Scalar giving loss
    - dx: Gradient of loss with respect to scores x.
    """
    N, T, V = x.shape
    x_flat = x.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    mask_flat = mask.reshape(N * T)

    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dx_flat = probs.copy()
    dx_flat[np.arange(N * T), y_flat] -= 1
    dx_flat /= N
    dx_flat *= mask_flat[:, None]
    dx = dx_flat.reshape(N, T, V)
    return loss, dx


def perplexity(logits, targets):
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
