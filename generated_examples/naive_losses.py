"""The two losses of a linear classifier with loops, as in the assignments of the course."""

import numpy as np


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
