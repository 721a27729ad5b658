"""Linear algebra over object arrays of one number system: elimination with row exchanges.

Which row is exchanged is no decision of the program's: the results do not depend on it.
"""

from __future__ import annotations

import itertools

import numpy as np

from gradgen.interpret.elements import Elements


def eliminated(e: Elements, matrix: np.ndarray, right: np.ndarray):
    """(The solution of ``matrix @ x = right``, the determinant); both fresh.  Raises LinAlgError for a singular matrix."""
    a, b = matrix.copy(), right.copy()
    determinant, n = e.numbers.make(1), len(a)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(a[i, k]))
        if a[best, k] == 0:
            raise np.linalg.LinAlgError("Singular matrix")
        if best != k:
            a[[k, best]], b[[k, best]] = a[[best, k]], b[[best, k]]
            determinant = -determinant
        determinant = determinant * a[k, k]
        for i in range(k + 1, n):
            factor = e.numbers.divide(a[i, k], a[k, k])
            a[i, k:] = a[i, k:] - factor * a[k, k:]
            b[i] = b[i] - factor * b[k]
    for k in reversed(range(n)):
        b[k] = e.apply("divide", b[k] - a[k, k + 1 :].dot(b[k + 1 :]), a[k, k])
    return b, determinant


def _square(e: Elements, a) -> np.ndarray:
    a = e.real(e.plain(a))
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    return a


def _each(e: Elements, a: np.ndarray, one) -> np.ndarray:
    """``one(matrix)`` for each matrix of a stack."""
    if a.ndim == 2:
        return one(a)
    results = [one(matrix) for matrix in a.reshape(-1, *a.shape[-2:])]
    return np.stack([np.asarray(r, dtype=object) for r in results]).reshape(a.shape[:-2] + np.shape(results[0]))


def inv(e: Elements, a) -> np.ndarray:
    """`np.linalg.inv`."""
    a = _square(e, a)
    unit = e.real(np.eye(a.shape[-1]))
    return _each(e, a, lambda matrix: eliminated(e, matrix, unit)[0])


def det(e: Elements, a):
    """`np.linalg.det`."""

    def one(matrix):
        try:
            return eliminated(e, matrix, e.real(np.zeros((len(matrix), 1))))[1]
        except np.linalg.LinAlgError:
            return e.numbers.make(0)

    return _each(e, _square(e, a), one)


def solve(e: Elements, a, b) -> np.ndarray:
    """`np.linalg.solve`, for one matrix."""
    a, b = _square(e, a), e.real(e.plain(b))
    if a.ndim > 2:
        raise NotImplementedError("stacks of matrices")
    if b.ndim not in (1, 2) or len(b) != len(a):
        raise ValueError("the right side does not fit the matrix")
    columns = b.reshape(len(b), -1)
    return eliminated(e, a, columns)[0].reshape(b.shape)


def slogdet(e: Elements, a):
    """`np.linalg.slogdet`."""
    value = det(e, a)
    return e.apply("sign", value), e.apply("log", np.abs(value))


def cholesky(e: Elements, a) -> np.ndarray:
    """`np.linalg.cholesky`, for one matrix: of its lower triangle."""
    a = _square(e, a)
    if a.ndim > 2:
        raise NotImplementedError("stacks of matrices")
    lower, n = e.real(np.zeros(a.shape)), len(a)
    for j in range(n):
        rest = a[j, j] - lower[j, :j].dot(lower[j, :j])
        if not rest > 0:
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        lower[j, j] = e.apply("sqrt", rest)
        for i in range(j + 1, n):
            lower[i, j] = e.numbers.divide(a[i, j] - lower[i, :j].dot(lower[j, :j]), lower[j, j])
    return lower


def pinv(e: Elements, a) -> np.ndarray:
    """`np.linalg.pinv`, for one matrix of full rank."""
    a = e.real(e.plain(a))
    if a.ndim != 2:
        raise NotImplementedError("stacks of matrices")
    if a.shape[0] < a.shape[1]:
        return a.T.dot(inv(e, a.dot(a.T)))
    return inv(e, a.T.dot(a)).dot(a.T)


APART = 1e-20  # eigenvalues that differ by less, beside the greatest, are one


def eigh(e: Elements, a) -> tuple[np.ndarray, np.ndarray]:
    """`np.linalg.eigh`, for one matrix.  Raises LinAlgError where two eigenvalues are equal: nothing determines their vectors."""
    values, vectors = _rotated(e, a)
    greatest = max(map(abs, values), default=0)
    if any(abs(above - below) <= APART * greatest for below, above in itertools.pairwise(values)):
        raise np.linalg.LinAlgError("two eigenvalues are equal")
    return values, vectors


def _rotated(e: Elements, a) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors of the lower triangle of a matrix, by Jacobi's rotations."""
    a = _square(e, a)
    if a.ndim > 2:
        raise NotImplementedError("stacks of matrices")
    n, vectors = len(a), e.real(np.eye(len(a)))
    a = np.where(np.tri(n, dtype=bool), a, a.T)
    for _ in range(60):
        for i in range(n):
            for j in range(i + 1, n):
                if a[i, j] != 0:
                    c, s = _rotation(e, a[i, i], a[j, j], a[i, j])
                    turn = e.real(np.eye(n))
                    turn[[i, j, i, j], [i, j, j, i]] = c, c, s, -s
                    a, vectors = turn.T.dot(a).dot(turn), vectors.dot(turn)
                    a[i, j] = a[j, i] = e.numbers.make(0)
    order = sorted(range(n), key=lambda i: a[i, i])
    return a[order, order], vectors[:, order]


def _rotation(e: Elements, p, q, off):
    """(cosine, sine) of the turn that takes ``off`` out of the symmetric matrix ``[[p, off], [off, q]]``."""
    ratio = e.apply("divide", q - p, 2 * off)
    size = abs(ratio) + e.apply("sqrt", ratio * ratio + 1)
    tangent = e.apply("divide", 1 if ratio >= 0 else -1, size)
    cosine = e.apply("divide", 1, e.apply("sqrt", tangent * tangent + 1))
    return cosine, tangent * cosine


def eigvalsh(e: Elements, a) -> np.ndarray:
    """`np.linalg.eigvalsh`, for one matrix."""
    return _rotated(e, a)[0]


def svd(e: Elements, a, full_matrices=True):
    """`np.linalg.svd`, for one matrix of full rank, without vectors beyond its own."""
    a = e.real(e.plain(a))
    if a.ndim != 2 or full_matrices and a.shape[0] != a.shape[1]:
        raise NotImplementedError("stacks of matrices, vectors beyond the span")
    if a.shape[0] < a.shape[1]:
        u, s, vt = svd(e, a.T, False)
        return vt.T, s, u.T
    squares, vectors = eigh(e, a.T.dot(a))
    s, v = e.apply("sqrt", squares[::-1]), vectors[:, ::-1]
    return e.apply("divide", a.dot(v), s), s, v.T
