import numpy as N
from numpy import exp, log, pi, sqrt


def gaussian(x, mu, sigma):
    return 1 / (sigma * sqrt(2 * pi)) * exp(-0.5 * ((x - mu) / sigma) ** 2)


def gaussian_log_likelihood(x, mu, log_sigma):
    """
    Sum of the log densities of independent normals.

    Inputs:
    - x: array of shape (N, D)
    - mu: array of shape (D,)
    - log_sigma: array of shape (D,)
    """
    z = (x - mu) / exp(log_sigma)
    return N.sum(-0.5 * z**2 - log_sigma - 0.5 * log(2 * pi))


def multivariate_normal(x, mu, L):
    d = x - mu
    u = d.dot(L)
    quad = N.sum(u * u, axis=1)
    return -0.5 * N.sum(quad)


def cosine_similarity(a, b):
    return N.dot(a, b) / (sqrt(N.sum(a**2)) * sqrt(N.sum(b**2)))


def cosine_rows(A, B):
    An = A / N.linalg.norm(A, axis=1, keepdims=True)
    Bn = B / N.linalg.norm(B, axis=1, keepdims=True)
    return An @ Bn.T


def l2_norm(x):
    return N.linalg.norm(x)


def quadratic_form(A, x):
    return x.T.dot(A).dot(x)


def quadratic(A, b, c, x):
    return 0.5 * x @ A @ x + b @ x + c


def pairwise_distances(X, Y):
    """
    Squared Euclidean distances between the rows of X and of Y.

    Inputs:
    - X: array of shape (N, D)
    - Y: array of shape (M, D)
    """
    xx = N.sum(X**2, axis=1)[:, None]
    yy = N.sum(Y**2, axis=1)[None, :]
    return xx + yy - 2 * X.dot(Y.T)


def rbf_kernel(X, Y, gamma):
    """
    Gaussian kernel matrix.

    Inputs:
    - X: array of shape (N, D)
    - Y: array of shape (M, D)
    - gamma: a number
    """
    diff = X[:, N.newaxis, :] - Y[N.newaxis, :, :]
    return exp(-gamma * N.sum(diff**2, axis=2))


def outer_product(u, v):
    return N.outer(u, v)


def rosenbrock(x):
    return N.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


def heat_energy(u, dx, kappa):
    """
    Discrete Dirichlet energy.

    Inputs:
    - u: array of shape (N,)
    - dx: a number
    - kappa: a number
    """
    grad = (u[1:] - u[:-1]) / dx
    return 0.5 * kappa * N.sum(grad**2) * dx


def laplacian(u, dx):
    return (u[2:] - 2 * u[1:-1] + u[:-2]) / dx**2


def damped_oscillation(t, amplitude, decay, omega, phase):
    return amplitude * exp(-decay * t) * N.cos(omega * t + phase)


def chi_squared(params, x, y, err):
    a, b, c = params
    model = a * x**2 + b * x + c
    return N.sum(((y - model) / err) ** 2)


def lennard_jones(r, epsilon, sigma):
    sr6 = (sigma / r) ** 6
    return N.sum(4 * epsilon * (sr6**2 - sr6))


def poisson_log_likelihood(X, beta, counts):
    eta = N.dot(X, beta)
    return N.sum(counts * eta - exp(eta))


def mahalanobis(x, mu, S):
    """
    Mahalanobis distance.

    Inputs:
    - x: array of shape (D,)
    - mu: array of shape (D,)
    - S: array of shape (D, D)
    """
    d = x - mu
    return sqrt(d @ N.linalg.solve(S, d))


def trapezoid(y, x):
    return N.sum(0.5 * (y[1:] + y[:-1]) * N.diff(x))


def kinetic(m, v):
    return 0.5 * (m[:, None] * v**2).sum()


def polynomial(c, x):
    return c[0] + x * (c[1] + x * (c[2] + x * c[3]))


RECIPES = {
    "gaussian": dict(x="N", mu="number", sigma="number"),
    "gaussian_log_likelihood": dict(x="N D", mu="D", log_sigma="D"),
    "multivariate_normal": dict(x="N D", mu="D", L="D D"),
    "cosine_similarity": dict(a="D", b="D"),
    "cosine_rows": dict(A="N D", B="M D"),
    "l2_norm": dict(x="D"),
    "quadratic_form": dict(A="D D", x="D"),
    "quadratic": dict(A="D D", b="D", c="number", x="D"),
    "pairwise_distances": dict(X="N D", Y="M D"),
    "rbf_kernel": dict(X="N D", Y="M D", gamma="number"),
    "outer_product": dict(u="N", v="D"),
    "rosenbrock": dict(x="N"),
    "heat_energy": dict(u="N", dx="number 0.1", kappa="number"),
    "laplacian": dict(u="N", dx="number 0.1", where={"N": "7"}),
    "damped_oscillation": dict(t="N", amplitude="number", decay="number", omega="number", phase="number"),
    "chi_squared": dict(params=("number", "number", "number"), x="N", y="N", err="positive N"),
    "lennard_jones": dict(r="positive N", epsilon="number", sigma="number"),
    "poisson_log_likelihood": dict(X="N D", beta="D", counts="ints N < 9"),
    "mahalanobis": dict(x="D", mu="D", S="spd D"),
    "trapezoid": dict(y="N", x="N"),
    "kinetic": dict(m="positive N", v="N D"),
    "polynomial": dict(c="4", x="N", tell=True),
}
