import numpy as np


def f(x):
    a = np.fft.fft(x)  # error: GG104 col 9
    return a + np.sum(x, out=x)
