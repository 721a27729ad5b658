import numpy as np


def f(x, sigma):
    noise = np.random.normal(0.0, sigma, size=x.shape)  # error: GG104 col 13
    return np.sum((x + noise) ** 2)


# rewrite
import numpy as np


def f(x, sigma):
    noise = 0.0 + sigma * np.random.randn(*x.shape)
    return np.sum((x + noise) ** 2)
