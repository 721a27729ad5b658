"""A network in column convention: one example a column, parameters in a dictionary."""

import numpy as np


def forward_propagation(X, parameters):
    # first layer: ReLU
    Z1 = np.dot(parameters['W1'], X) + parameters['b1']
    A1 = np.maximum(0, Z1)
    # second layer: ReLU
    Z2 = np.dot(parameters['W2'], A1) + parameters['b2']
    A2 = np.maximum(0, Z2)
    # output layer: sigmoid
    Z3 = np.dot(parameters['W3'], A2) + parameters['b3']
    A3 = 1 / (1 + np.exp(-Z3))
    return A3
