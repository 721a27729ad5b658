import numpy as np


def svm_loss(x, y):
    """
    Multiclass hinge loss of a minibatch, and its gradient.

    Inputs:
    - x: class scores, of shape (N, C)
    - y: the right class of each row of x, of shape (N,)

    Returns:
    - loss: a number
    - dx: what the loss changes by per unit of x, of shape (N, C)
    """
    N = x.shape[0]
    rows = np.arange(N)
    right = x[rows, y][:, np.newaxis]
    margins = np.maximum(0, x - right + 1.0)
    margins[rows, y] = 0
    loss = np.sum(margins) / N

    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] -= np.sum(margins > 0, axis=1)
    dx /= N
    return loss, dx


def svm_loss_vectorized(W, X, y, reg):
    """
    Linear classifier with the multiclass hinge loss, no loops.

    Inputs:
    - W: of shape (D, C)
    - X: one example a row, of shape (N, D)
    - y: integer labels, of shape (N,)
    - reg: weight of the penalty
    """
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]

    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(num_train, 1)
    margin = np.maximum(0, scores - correct + 1)
    margin[np.arange(num_train), y] = 0
    loss = margin.sum() / num_train
    loss += reg * np.sum(W * W)

    margin[margin > 0] = 1
    valid_margin_count = margin.sum(axis=1)
    margin[np.arange(num_train), y] -= valid_margin_count
    dW = (X.T).dot(margin) / num_train
    dW = dW + reg * 2 * W
    return loss, dW


def svm_loss_subtract_one(W, X, y, reg):
    """
    Multiclass hinge loss; the right class adds 1 for each example, which is taken off.

    Inputs:
    - W: array of shape (D, C)
    - X: array of shape (N, D)
    - y: integers of shape (N,)
    - reg: a number
    """
    N = X.shape[0]
    S = X @ W
    right = S[range(N), y]
    M = S - right[:, None] + 1
    M[M < 0] = 0
    return (np.sum(M) - N) / N + 0.5 * reg * np.sum(W ** 2)


def svm_loss_columns(W, X, y):
    """
    Multiclass hinge loss; examples are columns.

    Inputs:
    - W: array of shape (C, D)
    - X: array of shape (D, N)
    - y: integers of shape (N,)
    """
    scores = W.dot(X)
    n = X.shape[1]
    picked = scores[y, np.arange(n)]
    margins = np.maximum(0, scores - picked + 1.0)
    margins[y, np.arange(n)] = 0
    return np.mean(np.sum(margins, axis=0))


def svm_loss_choose(W, X, y, delta):
    """
    Multiclass hinge loss with a margin of delta.

    Inputs:
    - W: array of shape (D, C)
    - X: array of shape (N, D)
    - y: integers of shape (N,)
    - delta: a number
    """
    scores = X.dot(W)
    correct = np.choose(y, scores.T)
    mask = np.ones(scores.shape, dtype=bool)
    mask[np.arange(scores.shape[0]), y] = False
    margins = np.maximum(0, scores - correct[:, np.newaxis] + delta)
    return np.sum(margins[mask]) / scores.shape[0]


def squared_hinge(w, X, t, reg):
    m = 1 - t * X.dot(w)
    m = np.maximum(m, 0)
    return np.mean(m ** 2) + reg * w.dot(w)


RECIPES = {
    "svm_loss": dict(x="N C", y="ints N < C"),
    "svm_loss_vectorized": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1"),
    "svm_loss_subtract_one": dict(W="D C", X="N D", y="ints N < C", reg="number 0.1"),
    "svm_loss_columns": dict(W="C D", X="D N", y="ints N < C"),
    "svm_loss_choose": dict(W="D C", X="N D", y="ints N < C", delta="number 1.0"),
    "squared_hinge": dict(w="D", X="N D", t="N", reg="number 0.1"),
}
