"""Trains two_layer_net.py on the spiral of the course notes with the generated gradient.  Run: python train_spiral.py"""

import numpy as np

from two_layer_net_grad import two_layer_net_value_and_grad

POINTS, CLASSES, HIDDEN = 100, 3, 100
RATE, REG = 1.0, 1e-3


def spiral(rng):
    """Points (N, 2) on one arm for each class, and their classes (N,)."""
    arms, labels = [], []
    for j in range(CLASSES):
        r = np.linspace(0.0, 1.0, POINTS)
        t = np.linspace(4 * j, 4 * (j + 1), POINTS) + 0.2 * rng.standard_normal(POINTS)
        arms.append(np.column_stack((r * np.sin(t), r * np.cos(t))))
        labels.append(np.full(POINTS, j))
    return np.concatenate(arms), np.concatenate(labels)


def initial(rng):
    """Small random weights, and biases of 0."""
    return {
        "W1": 0.01 * rng.standard_normal((2, HIDDEN)),
        "b1": np.zeros(HIDDEN),
        "W2": 0.01 * rng.standard_normal((HIDDEN, CLASSES)),
        "b2": np.zeros(CLASSES),
    }


def train(value_and_grad, X, y, params, steps):
    """The loss before each step of gradient descent; the parameters are moved where they are."""
    losses = []
    for step in range(steps):
        loss, grads = value_and_grad(params, X, y, REG)
        losses.append(loss)
        for name in params:
            params[name] -= RATE * grads[name]
        if step % 200 == 0:
            print(f"step {step:4}  loss {loss:.6f}")
    return losses


def accuracy(params, X, y):
    """The share of points whose class gets the highest score."""
    hidden_layer = np.maximum(0, np.dot(X, params["W1"]) + params["b1"])
    scores = np.dot(hidden_layer, params["W2"]) + params["b2"]
    return np.mean(np.argmax(scores, axis=1) == y)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X, y = spiral(rng)
    params = initial(rng)
    train(two_layer_net_value_and_grad, X, y, params, 2000)
    print(f"accuracy {accuracy(params, X, y):.2f}")
