"""A system of differential equations integrated step by step: by its parameters and by where it starts."""

import numpy as np


def predator_prey(y0, theta, h: float, n: int):
    """
    The populations of hares and lynxes at all times, by the classical method of Runge and Kutta.

    - y0: initial populations, of shape (2,)
    - theta: rates of birth, predation, growth and death, of shape (4,)
    """

    def rate(y):
        return np.array([theta[0] * y[0] - theta[1] * y[0] * y[1], theta[2] * y[0] * y[1] - theta[3] * y[1]])

    y = y0
    ys = [y0]
    for _ in range(n):
        k1 = rate(y)
        k2 = rate(y + 0.5 * h * k1)
        k3 = rate(y + 0.5 * h * k2)
        k4 = rate(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        ys.append(y)
    return np.array(ys)
