"""Two linear classifiers with their regularizer, vectorized: the softmax loss and the multiclass hinge loss."""

import numpy as np


def softmax_loss_vectorized(W, X, y, reg):
    """
    Inputs:
    - W: weights, of shape (D, C)
    - X: a minibatch, of shape (N, D)
    - y: labels between 0 and C - 1, of shape (N,)
    - reg: strength of the L2 penalty
    """
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[range(num_train), y]))
    loss /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    return loss


def svm_loss_vectorized(W, X, y, reg):
    """
    Inputs:
    - W: weights, of shape (D, C)
    - X: a minibatch, of shape (N, D)
    - y: labels between 0 and C - 1, of shape (N,)
    - reg: strength of the L2 penalty
    """
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(num_train, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train
    loss += reg * np.sum(W * W)
    return loss
