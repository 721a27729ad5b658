import numpy as np


def cost(a, b):
    n, m = len(a), len(b)
    D = [[0.0] * (m + 1) for _ in range(n + 1)]  # error: GG111 col 10
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i][j] = (a[i - 1] - b[j - 1]) ** 2 + min(D[i - 1][j], D[i][j - 1], D[i - 1][j - 1])
    return D[n][m]


# rewrite
import numpy as np


def cost(a, b):
    n, m = len(a), len(b)
    D = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i][j] = (a[i - 1] - b[j - 1]) ** 2 + min(D[i - 1][j], D[i][j - 1], D[i - 1][j - 1])
    return D[n][m]
