"""A matrix product: the notes' example of gradients for vectorized operations."""

import numpy as np


def matrix_product(W, X):
    # forward pass
    D = W.dot(X)
    return D
