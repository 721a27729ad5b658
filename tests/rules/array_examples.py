"""Small calls of every array row: axis patterns, ranks 0 to 3, broadcast patterns, axes of size 1, forks, kinks.

An example is the body of ``f(x, y, z)`` (statements apart by ``; ``, the last one is returned) and the shapes of its operands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Example:
    body: str
    shapes: str = "3 4"
    more: dict[str, object] = field(default_factory=dict)  # further arguments, not differentiated
    low: float = -2.0
    high: float = 2.0
    at: object = None  # the value of x, where it is special
    gradient: object = None  # the gradient by x for a dout of ones, where central differences cannot tell
    tell: bool = False  # needs its shapes stated


def e(body: str, shapes: str = "3 4", *, low=-2.0, high=2.0, at=None, gradient=None, tell=False, **more) -> Example:
    return Example(body, shapes, more, low, high, at, gradient, tell)


ROWS, COLUMNS = np.array([2, 0, 2]), np.array([1, 3, 1])

REDUCTIONS = [
    *(e(f"np.{fn}(x{options})", shapes) for fn in ("sum", "mean", "max", "min") for options, shapes in (
        ("", "3 4"), ("", "5"), ("", ""), (", axis=0", "3 4"), (", axis=1", "3 4"), (", axis=-1", "2 3 4"), (", axis=1, keepdims=True", "3 4"),
    )),
    *(e(f"np.{fn}(x{options})", shapes, tell=True) for fn in ("sum", "mean", "max") for options, shapes in (
        (", axis=(0, 2)", "2 3 4"), (", axis=(0, 2), keepdims=True", "2 3 4"), (", axis=1", "3 1"),
    )),
    *(e(f"x.{fn}({options})", "3 4") for fn in ("sum", "mean", "max", "min", "prod") for options in ("", "0", "axis=1", "1, keepdims=True")),
    *(e(f"np.{fn}(x, axis=0)") for fn in ("amax", "amin", "average")),
    *(e(f"np.{fn}.reduce(x{options})", tell=tell) for fn in ("add", "multiply", "maximum", "minimum", "logaddexp") for options in ("", ", axis=1", ", 1, keepdims=True") for tell in (False, True)), e("np.add.reduce(x)", "5", tell=True), e("np.logaddexp.reduce(x, axis=None)"),
    *(e(f"np.average(x, weights=y{options})", "3 4, 3 4", low=0.2, tell=True) for options in ("", ", axis=0", ", axis=-1")), e("np.average(x, 1, y)", "3 4, 3 4", low=0.2, tell=True), e("np.average(x, weights=y)", "5, 5", low=0.2, tell=True), e("np.average(x, 1, y, keepdims=True)", "3 4, 3 4", low=0.2, tell=True), e("np.average(x, axis=0, keepdims=True)"), e("np.split(x, 2)[1] * np.split(x, [2], axis=0)[0]", "4 3"),
    *(e(f"np.{fn}(x{options})") for fn in ("nanmax", "nanmin") for options in ("", ", axis=1", ", axis=0, keepdims=True")), e("np.nanmax(x)", "4", at=[1.0, np.nan, 3.0, 3.0], gradient=[0, 0, 0.5, 0.5]), e("np.nanmin(x, axis=1)", "2 2", at=[[1.0, np.nan], [2.0, 0.0]], gradient=[[1, 0], [0, 1]], tell=True),
    e("np.sum(x, 1) * np.sum(x, 0)", "3 3"), e("np.sum(x, axis=1, keepdims=k)", k=True), e("np.sum(x, axis=1, keepdims=k)", k=False),
    e("np.sum(x, axis=a)", a=1), e("np.mean(x, axis=a)", a=-1), e("np.sum(x, dtype=np.float64)"), e("np.max(x, axis=(0, 1))", tell=True), e("np.std(x, axis=(0, 1))", tell=True),
    e("np.sum(x, axis=0)", "0 3"), e("np.max(x)", "4", at=[1.0, 3.0, 3.0, 0.0], gradient=[0, 0.5, 0.5, 0]),
    e("np.min(x)", "4", at=[1.0, 0.0, 0.0, 0.0], gradient=[0, 1 / 3, 1 / 3, 1 / 3]),
    e("sum(x)", "4", tell=True), e("sum(x) * x", "3", tell=True), e("sum(x) * x", "1", tell=True),
    e("np.ptp(x)"), e("np.ptp(x, axis=1)"), e("np.ptp(x, 0)", tell=True), e("np.sum(x, axis=axis)", axis=None), e("np.mean(x, axis=axis)", axis=None),
    e("np.prod(x)"), e("np.prod(x, axis=1)"), e("np.prod(x)", "4"), e("np.prod(x, 0)"), e("np.prod(x, axis=1, keepdims=True)"),
    e("np.prod(x)", "3", at=[2.0, 0.0, 3.0]), e("np.prod(x)", "3", at=[0.0, 0.0, 3.0]), e("np.prod(x)", "3", at=[2.0, 5.0, 3.0]),
    e("np.prod(x, axis=1)", "2 3", at=[[2.0, 0.0, 3.0], [1.0, 2.0, 4.0]]), e("np.prod(x)", ""),
    *(e(f"np.{fn}(x{options})", shapes) for fn in ("var", "std") for options, shapes in (
        ("", "3 4"), ("", "5"), (", axis=0", "3 4"), (", axis=1, keepdims=True", "3 4"), (", axis=-1, ddof=1", "3 4"),
    )),
    e("np.var(x, axis=(0, 2), ddof=1)", "2 3 4", tell=True), e("x.var(axis=0)"), e("x.std(axis=0)"), e("x.var(0, ddof=1)"), e("np.var(x, ddof=k)", k=1),
    *(e(f"np.nan{fn}(x{options})", tell=tell) for fn in ("var", "std", "prod") for options, tell in (("", False), (", axis=1", False), (", axis=0, keepdims=True", True))), e("np.nanvar(x, ddof=1)"), e("np.nanstd(x, 1, ddof=1)", tell=True),
    e("np.nanprod(x)", "4", at=[2.0, np.nan, 3.0, 4.0], gradient=[12, 0, 8, 6]), e("np.nanprod(x)", "3", at=[2.0, np.nan, 0.0], gradient=[0, 0, 2]), e("np.nanvar(x)", "3", at=[1.0, np.nan, 3.0], gradient=[-1, 0, 1]), e("np.nanstd(x)", "3", at=[1.0, np.nan, 3.0], gradient=[-0.5, 0, 0.5]),
    e("x[np.nanargmax(x, axis=0), np.arange(4)]", tell=True), e("x[np.arange(3), np.nanargmin(x, 1)]", tell=True),
    *(e(f"np.median(x{options})", shapes, tell=tell) for options, shapes, tell in (("", "5", True), ("", "6", True), ("", "3 4", False), (", axis=0", "3 4", False), (", axis=1", "3 4", True), (", axis=-1, keepdims=True", "2 5", True), (", keepdims=True", "3 3", False))),
    *(e(f"np.quantile(x, {args})", shapes, tell=tell) for args, shapes, tell in (("0.9", "5", True), ("0.25", "5", False), ("0.3, axis=0", "3 4", False), ("1.0, axis=1", "3 4", True), ("0, -1, keepdims=True", "2 5", True), ("0.7, keepdims=True", "3 3", False))), *(e(f"np.percentile(x, {args})", shapes) for args, shapes in (("90", "6"), ("12.5, axis=1", "3 4"))),
    e("np.interp(x, np.cumsum(np.exp(y)), z)", "6, 4, 4", tell=True), e("np.interp(x, np.cumsum(np.exp(y)), z)", ", 4, 4", tell=True), e("np.interp(x, np.array([-1.0, 0.25, 1.5]), y)", "5, 3", tell=True), e("np.interp(x, np.arange(3.0), np.array([1.0, 0.0, 2.0]))", "3 4", tell=True),
    *(e(f"np.trapezoid({args})", shapes, tell=True) for args, shapes in (("x", "5"), ("x, dx=0.5", "5"), ("x, None, 0.1", "2"), ("x, y", "5, 5"), ("x, x=x * x", "4"))),
    e("np.nansum(x, axis=1)"), e("np.nanmean(x, axis=1)"), e("np.nanmean(x)"),
    e("np.nansum(x)", "3", at=[1.0, np.nan, 2.0], gradient=[1, 0, 1]), e("np.nanmean(x)", "3", at=[1.0, np.nan, 2.0], gradient=[0.5, 0, 0.5]),
    e("x[np.arange(3), np.argmax(x, axis=1)]"), e("x[np.arange(3), x.argmax(1)]"), e("x[np.argmin(x, axis=0), np.arange(4)]"), e("x[x.argmin(axis=0), np.arange(4)]"),
    e("x * np.any(x > 0, axis=1, keepdims=True)"), e("x * np.all(x > -9)", tell=True), e("m = x > 0; x * m.any()", tell=True), e("m = x > 0; x * m.all()", tell=True),
    e("x * np.count_nonzero(x > 0)", tell=True),
]  # fmt: skip

PRODUCTS = [
    *(e(f"{text}", shapes, tell=shapes != "3 4, 4 5") for text in ("x @ y", "np.dot(x, y)", "x.dot(y)", "np.matmul(x, y)") for shapes in (
        "3 4, 4 5", "4, 4", "3 4, 4", "4, 4 5", "2 3 4, 4", "2 3 4, 4 5", "1 4, 4 1",
    )),
    *(e(text, shapes, tell=True) for text in ("x @ y", "np.matmul(x, y)") for shapes in ("2 3 4, 2 4 5", "2 3 4, 1 4 5", "3 4, 2 4 5", "4, 2 4 5", "2 1 3 4, 3 4 2")),
    *(e("np.dot(x, y)", shapes, tell=True) for shapes in ("2 3 4, 2 4 3", "4, 2 4 3", "3 4, 2 4 3", ", 3", "3, ", "2 3, ")),
    e("x @ x", "3 3", tell=True), e("x @ x", "3"), e("np.dot(x, x)", "3"), e("x @ x.T"), e("x.T @ x"), e("x.T.dot(y)", "4 3, 4 5"),
    *(e("np.inner(x, y)", shapes, tell=True) for shapes in ("4, 4", "3 4, 5 4", "3 4, 4", "4, 3 4", "2 3 4, 5 4", ", 4")),
    *(e("np.vdot(x, y)", shapes, tell=True) for shapes in ("4, 4", "3 4, 3 4", "3 4, 12")),
    *(e("np.outer(x, y)", shapes, tell=True) for shapes in ("3, 4", "2 2, 3", "3, 2 2")), e("np.outer(x, x)", "3", tell=True), e("np.outer(x, y)", "2 2, 3"),
    *(e(f"np.tensordot(x, y, axes={axes})", shapes, tell=True) for axes, shapes in (
        ("2", "2 3 4, 3 4 5"), ("1", "2 3, 3 4"), ("([1], [0])", "2 3, 3 4"), ("((0, 1), (1, 0))", "2 3 4, 3 2 5"), ("((2, 0), (0, 2))", "2 3 4, 4 5 2"), ("0", "2, 3"),
    )),
    e("np.tensordot(x, y)", "3 4, 3 4", tell=True),
    *(e(f"np.einsum('{s}', x, y)", shapes) for s, shapes in (
        ("ij,jk->ik", "2 3, 3 4"), ("ij,jk", "2 3, 3 4"), ("nd,nd->n", "3 4, 3 4"), ("bij,bjk->bik", "2 3 4, 2 4 2"), ("ij,kj->", "2 3, 4 3"), ("i,j->ij", "3, 4"),
        ("ij,k->k", "2 3, 4"), ("nd, de -> en", "2 3, 3 4"), ("ij,j->i", "2 3, 3"), ("i,ij->j", "2, 2 3"), ("i,i->", "3, 3"), ("i,i->i", "3, 3"), ("n,nd->nd", "2, 2 3"), ("nd,n->nd", "2 3, 2"), ("d,nd->dn", "3, 2 3"), ("ij,ji->", "2 3, 3 2"),
        ("bhtd,bhsd->bhts", "2 2 3 4, 2 2 5 4"), ("bhts,bhsd->bhtd", "2 2 3 4, 2 2 4 5"), ("bthd,bshd->bhts", "2 3 2 4, 2 5 2 4"), ("btd,de->bte", "2 3 4, 4 5"), ("btd,ed->bte", "2 3 4, 5 4"), ("bij,bj->bi", "2 3 4, 2 4"), ("bi,bj->bij", "2 3, 2 4"), ("b,bi->i", "2, 2 3"),
        ("nchw,fchw->nf", "2 2 3 2, 4 2 3 2"), ("ijk,kl->lij", "2 3 4, 4 5"), ("ij,kl->", "2 3, 3 2"), ("ij,kl->ijkl", "2 3, 3 2"), ("ij,->ij", "2 3, "), ("ijk,j->ik", "2 3 4, 3"), ("abc,cbd->ad", "2 3 4, 4 3 5"), ("ii,i->i", "3 3, 3"), ("bii,bi->b", "2 3 3, 2 3"), ("ij,jj->i", "2 3, 3 3"),
    )),
    *(e(f"np.einsum('{s}', x, y)", shapes, tell=True) for s, shapes in (("...ij,...jk->...ik", "2 3 4, 2 4 5"), ("...ij,...jk", "2 2 3 4, 2 2 4 5"), ("...i,i->...", "2 3 4, 4"), ("...i,...i->...", "2 3, 2 3"), ("...ij,...jk->...ik", "2 3 4, 1 4 5"), ("...d,de->...e", "2 3 4, 4 5"), ("i...,i...->...", "3 2, 3 2"), ("...i,...j->...ij", "2 3, 4"))),
    *(e(f"np.einsum('{s}', x)", shapes, tell=True) for s, shapes in (("ii->i", "3 3"), ("ii", "3 3"), ("ii->", "3 3"), ("bii->bi", "2 3 3"), ("bii->b", "2 3 3"), ("iib->bi", "3 3 2"), ("...i->...", "2 3 4"), ("...ij->...ji", "2 3 4"), ("i...->...i", "2 3 4"))),
    e("np.einsum('ij,jk,kl->il', x, y, z)", "2 3, 3 4, 4 2"), e("np.einsum('bi,bj,ij->b', x, y, z)", "2 3, 2 4, 3 4"),
    *(e(f"np.einsum('{s}', x)", shapes) for s, shapes in (("ij->ji", "2 3"), ("ij->i", "2 3"), ("ij->", "2 3"), ("ijk->kj", "2 3 4"), ("ba", "2 3"))),
    e("np.einsum('nd,de,ne->n', x, y, z)", "2 3, 3 4, 2 4"), e("np.einsum('ij,ij->', x, x)"), e("np.einsum('ij,jk->ik', x * 2, np.exp(y))", "2 3, 3 4"),
    *(e("np.kron(x, y)", shapes, tell=True) for shapes in ("3, 2", "2 3, 3 2", "2 2, 1 3")), *(e("np.convolve(x, y)", shapes) for shapes in ("5, 3", "2, 4", "3, 3")), e("np.convolve(x, x * x)", "4"), e("np.convolve(x, y)[1:-1]", "5, 3", tell=True),
    *(e(f"np.linalg.multi_dot([{parts}])", "2 3, 3 4, 4 5", tell=True) for parts in ("x, y", "x, y, z", "x * x, y, z, z.T")), e("np.linalg.multi_dot((x, y, x))", "3 3, 3 3", tell=True),
    *(e("np.polyval(x, y)", shapes, tell=True) for shapes in ("3, 4", "4, ", "1, 3")), e("np.polyval(x, x[:2])", "3", tell=True), e("np.polyval(np.array([1.0, -2.0, 3.0]), x)", "2 3"),
    *(e(f"np.{fn}(x, y, '{mode}')", shapes, tell=tell) for fn, modes in (("convolve", ("full", "same", "valid")), ("correlate", ("full", "valid"))) for mode in modes for shapes, tell in (("5, 2", True), ("2, 5", False))), *(e(f"np.{fn}(x, y, mode='valid')", "3, 3", tell=True) for fn in ("convolve", "correlate")), e("np.convolve(x, y, mode='same')", "4, 3", tell=True), e("np.correlate(x, y)", "4, 3"),
    *(e(f"np.{fn}.outer(x, y)", "3, 4", tell=True) for fn in ("add", "subtract", "multiply")),
    e("np.cross(x, y)", "3, 3", tell=True), e("np.cross(x, y)", "4 3, 3", tell=True), e("np.cross(x, x * x)", "4 3"),
]  # fmt: skip

EYE3 = "np.eye(3) * 4"
SPD = "x @ x.T + np.eye(3)"
MATRICES = [
    e(f"s, l = np.linalg.slogdet(x + {EYE3}); l", "3 3"), e(f"s, l = np.linalg.slogdet({SPD}); s * l", "3 4", tell=True), e(f"l = np.linalg.slogdet(x + {EYE3})[1]; np.exp(l) * l", "3 3"), e(f"s, l = np.linalg.slogdet(x + {EYE3}); l * l", "2 3 3", tell=True),
    *(e(f"{body}", shapes, tell=True) for body, shapes in (
        ("w, v = np.linalg.eigh(x); w", "3 3"), (f"w, v = np.linalg.eigh({SPD}); np.log(w)", "3 4"), ("w, v = np.linalg.eigh(x); v * v", "3 3"), (f"w, v = np.linalg.eigh({SPD}); v @ (v.T / w[:, None])", "3 4"),
        ("np.linalg.eigh(x)[1] ** 2 * np.linalg.eigh(x)[0]", "3 3"), ("np.linalg.eigvalsh(x)", "3 3"), (f"np.linalg.eigvalsh({SPD}) ** 2", "3 4"),
        *((f"u, s, vt = np.linalg.svd(x, full_matrices=False); {out}", shapes) for shapes in ("4 3", "3 4", "3 3") for out in ("s", "u * u", "vt * vt", "u @ np.diag(np.exp(-s)) @ vt")),
        ("np.linalg.svd(x, full_matrices=False)[1]", "4 3"), ("u, s, vt = np.linalg.svd(x, full_matrices=False); (u * s) @ vt", "4 2"),
    )),
    e(f"np.linalg.cholesky({SPD})", "3 4", tell=True), e("np.linalg.cholesky(np.tril(x) + np.eye(3) * 9)", "3 3", tell=True), e(f"c = np.linalg.cholesky({SPD}); np.sum(np.log(np.diag(c)))", "3 3", tell=True), e(f"z = np.linalg.solve(np.linalg.cholesky({SPD}), y); z @ z", "3 3, 3", tell=True),
    e("np.linalg.cholesky(x)", "2 2", at=[[4.0, 9.0], [1.0, 3.0]], tell=True), *(e("np.linalg.pinv(x)", shapes, tell=True) for shapes in ("4 3", "3 4", "3 3", "1 4")), e("np.linalg.pinv(x * x) @ x", "4 3", tell=True),
    *(e(f"np.linalg.norm(x{options})", shapes) for options, shapes in ((", np.inf", "5"), (", np.inf, axis=1", "3 4"), (", 3", "5"), (", ord=3, axis=0, keepdims=True", "3 4"), (", 1.5, 1", "3 4"))), e("np.linalg.norm(x, 3)", "2", at=[0.0, 0.0], gradient=[0, 0]), e("np.linalg.norm(x, np.inf)", "3", at=[1.0, -2.0, 2.0], gradient=[0, -0.5, 0.5]),
    *(e(f"np.linalg.matrix_power(x, {n})", shapes, tell=True) for n in (1, 2, 3, 4) for shapes in ("3 3", "2 3 3")),
    e(f"np.linalg.inv(x + {EYE3})", "3 3"), e(f"np.linalg.inv(x + {EYE3})", "2 3 3", tell=True), e("np.linalg.det(x)", "3 3"), e("np.linalg.det(x)", "2 3 3", tell=True),
    *(e(f"np.linalg.solve(x + {EYE3}, y)", shapes, tell=True) for shapes in ("3 3, 3", "3 3, 3 2", "2 3 3, 2 3 2")),
    *(e(f"np.linalg.norm(x{options})", shapes) for options, shapes in (
        ("", "5"), ("", "3 4"), (", axis=1", "3 4"), (", axis=0, keepdims=True", "3 4"), (", ord=2", "5"), (", 1", "5"), (", ord=1, axis=1", "3 4"), (", 2, 1", "3 4"), (", keepdims=True", "3 4"),
    )),
    e("np.linalg.norm(x, 'fro')"), e("np.linalg.norm(x, axis=(0, 1))"), e("np.linalg.norm(x)", "3", at=[0.0, 0.0, 0.0], gradient=[0, 0, 0]),
    e("np.linalg.norm(x - x.mean(), ord=2)", "5"), e("np.linalg.norm(x * 2, ord=2, axis=-1)"),
    e("np.linalg.norm(x, axis=1)", "2 2", at=[[0.0, 0.0], [3.0, 4.0]], gradient=[[0, 0], [0.6, 0.8]], tell=True),
    e("np.trace(x)", "3 3"), e("np.trace(x)", "3 4"), e("x.trace()", "3 3"), e("np.trace(x, 1)", "3 4"), e("np.trace(x.dot(y))", "3 4, 4 3"),
    *(e(f"np.{fn}(x)", shapes, tell=True) for fn, shapes in (("diag", "3"), ("diag", "3 3"), ("diag", "3 4"), ("diagonal", "3 3"), ("diagonal", "4 3"), ("diagflat", "3"), ("diagflat", "2 2"))),
    e("np.diag(x, 1)", "3", tell=True), e("np.diag(x, k=-1)", "3 3", tell=True), e("x.diagonal()", "3 3", tell=True), e("np.diag(np.exp(x))", "3", tell=True), e("np.diagonal(x)", "3 3"), e("np.diagonal(x, axis1=1, axis2=2)", "2 3 3", tell=True), e("np.diagonal(x, 0, -2, -1) ** 2", "2 3 4", tell=True), e("np.diagonal(x, axis1=-1, axis2=-2)", "2 2 3 3", tell=True),
    e("np.tril(x)", "3 3"), e("np.triu(x, 1)", "3 4"), e("np.triu(x, k=-1) * np.tril(x)", "3 3"), e("np.tril(x)", "2 3 3", tell=True),
]  # fmt: skip

SHAPING = [
    *(e(body, "2 3 4", tell=True) for body in ("x.reshape(x.shape[:-1] + (2, -1))", "np.reshape(x, (-1,) + x.shape[2:]) ** 2", "x * np.ones(x.shape[:1] + (1,) + x.shape[2:])", "x.reshape(x.shape + (1,))")),
    e("z = x * y; np.fill_diagonal(z, 0.0); z @ x", "3 3, 3 3"), e("z = np.exp(x); np.fill_diagonal(z, y * y); z[:2] * z[1:]", "3 4, 3", tell=True),
    *(e(f"{names} = x.shape[{part}]; {use}", "2 3 4") for names, part, use in (
        ("T, D", "-2:", "x.reshape(-1, T * D)"), ("N, T", ":2", "x.reshape(N * T, -1) / T"), ("T, D", "1:", "x.reshape(-1, T * D)"), ("N, T", ":-1", "x.reshape(N, -1) * T"), ("N, T", "-3:-1", "x.reshape(N * T, -1)"), ("D,", "-1:", "x / D"),
    )),
    e("x.reshape(12)"), e("x.reshape(-1)"), e("x.reshape(2, -1)"), e("x.reshape((2, 6))"), e("np.reshape(x, (4, 3))"), e("np.reshape(x, -1)"), e("x.reshape(x.shape[0], -1)", "2 3 4"),
    e("x.reshape(y.shape) * y", "6, 2 3"), e("x.T"), e("x.transpose()"), e("np.transpose(x)"), e("x.transpose(0, 2, 1)", "2 3 4"), e("x.transpose((2, 0, 1))", "2 3 4"),
    e("np.transpose(x, (1, 2, 0))", "2 3 4"), e("np.transpose(x, axes=[1, 0])"), e("x.transpose(0, 3, 1, 2).transpose(0, 2, 3, 1)", "2 3 2 4"), e("x.T", "5"), e("x.T * 2", "2 3 4"),
    e("np.swapaxes(x, 0, 1)"), e("x.swapaxes(0, -1)", "2 3 4"), e("np.moveaxis(x, 0, -1)", "2 3 4"), e("np.moveaxis(x, [0, 1], [1, 2])", "2 3 4"),
    e("np.expand_dims(x, 0)"), e("np.expand_dims(x, axis=1)"), e("np.expand_dims(x, -1) * y", "3, 3 4"), e("np.squeeze(x)", "3 1 4"), e("np.squeeze(x, axis=1)", "3 1 4"), e("x.squeeze()", "3 1"), e("x.squeeze(1)", "3 1"),
    e("np.ravel(x)"), e("x.ravel()"), e("x.flatten()"), e("x.ravel() * y", "3 4, 12"), e("np.sum(x, axis=0).item()", "3", tell=True),
    *(e("np.atleast_3d(x)", shapes, tell=shapes == "") for shapes in ("", "3", "3 4", "2 3 4")), e("np.permute_dims(x, (1, 2, 0))", "2 3 4"), e("np.permute_dims(x)"), *(e(f"np.rollaxis(x, {options})", "2 3 4", tell=tell) for options in ("2", "1, 3", "0, 2", "1, start=0") for tell in (False, True)), e("np.conj(x) * np.conjugate(x)"), e("np.real(x) * x"), e("np.real_if_close(x)"), e("np.imag(x) + x"), e("np.cos(np.angle(x)) * x", "5"),
    e("np.atleast_1d(x)", "3"), e("np.atleast_1d(x)", "", tell=True), e("np.atleast_2d(x)", "3"), e("np.atleast_2d(x) * y", "3, 2 3", tell=True), e("np.atleast_2d(x)", "2 3"),
    e("np.exp(x)[0]"), e("x[1:]"), e("x[:, 1]"), e("x[-1, :2]"), e("x[1:, None]"), e("x[:, None] * y", "3, 4"), e("x[None, :]", "3"), e("x[..., None]"), e("x[::-1]"), e("x[:, ::-1]"), e("x[:, :, None]"), e("x[:]"),
    e("x[i]", "4", i=np.array([0, 2, 2])), e("x[i]", i=ROWS), e("x[np.arange(3), i]", i=COLUMNS), e("x[i, j]", i=ROWS, j=COLUMNS), e("x[:, i]", i=COLUMNS), e("x[x > 0]", "5"), e("x[..., 0]", "2 3 4"),
    e("x[1:] - x[:-1]", "5"), e("x[:, np.newaxis] - x", "4"), e("x[:, None, :] - y[None, :, :]", "3 2, 4 2"),
]  # fmt: skip

JOINING = [
    *(e(f"np.stack([np.exp(x[i]) * i for i in range(3)], axis={axis})", "3 4", tell=True) for axis in (0, 1, -1, -2)), e("np.stack([x[i : i + 2] for i in range(3)], axis=2)", "4 2", tell=True),
    *(e("np.dstack((x, y))", shapes, tell=True) for shapes in ("2 3, 2 3", "3, 3", ", ", "2 3 1, 2 3 2", "2 3 2, 2 3", "1 3 2, 3")), e("np.dstack([x, np.ones((2, 3)), x * y])", "2 3, 2 3", tell=True),
    *(e(f"np.concatenate({parts}{options})", shapes) for parts, options, shapes in (
        ("(x, y)", "", "2 3, 4 3"), ("[x, y]", ", axis=1", "3 2, 3 4"), ("(x, y, z)", ", axis=1", "3 2, 3 4, 3 1"), ("(x, y)", "", "2, 3"), ("(x, x)", "", "2 3"),
        ("[x * 2, np.exp(y)]", ", axis=-1", "3 2, 3 4"), ("(x, np.ones((2, 3)), y)", "", "2 3, 1 3"), ("(x, y)", ", 1", "2 3 4, 2 1 4"),
    )),
    e("np.concat((x, y), axis=1)", "3 2, 3 4"), e("np.stack([x, y])", "3, 3"), e("np.stack((x, y), axis=1)", "3 4, 3 4"), e("np.stack([x, x * y], axis=-1)", "3 4, 3 4"), e("np.stack([x, y], axis=-2)", "3 4, 3 4", tell=True),
    *(e("np.hstack((x, y))", shapes, tell=True) for shapes in ("2, 3", "2 3, 2 4", "2 1 3, 2 2 3")), e("np.hstack((np.ones((x.shape[0], 1)), x))"),
    e("np.vstack((x, x * 2))", "3"), e("np.vstack((x, y))", "2 3, 3"), e("np.vstack((x * y, x, np.exp(y)))", "2 3, 2 3"),
    e("np.append(x, y)", "3, 4", tell=True), e("np.append(x, y)", "2 3, 4"), e("np.append(x, x * x)", "3"),
    *(e("np.vstack((x, y))", shapes, tell=True) for shapes in ("3, 3", "2 3, 3", "3, 2 3", "2 3, 1 3")), e("np.vstack([x, np.zeros((2, 4)), x])"), e("np.vstack((x, y, z))", "3, 2 3, 3", tell=True),
    *(e("np.column_stack((x, y))", shapes, tell=True) for shapes in ("3, 3", "3 2, 3", "3, 3 2")),
    e("np.array([x, y])", "3, 3"), e("np.array([np.sum(x), y * y, y])", "3, "), e("np.array([[np.sum(x), 2.0], [y, x @ x]])", "3, ", tell=True), e("np.asarray([x, x])", "3"), e("np.array([x, y], dtype=np.float64)", ", "),
    e("np.asanyarray([x, y])", "2, 2"), e("np.ascontiguousarray([x, y])", "2, 2"),
    *(e(f"np.{fn}(x)") for fn in ("copy", "array", "asarray", "asanyarray", "ascontiguousarray", "float64")), e("x.copy()"), e("x.astype(np.float64)"), e("x.astype(float)"), e("np.astype(x, np.float64)"),
    *(e(f"np.{fn}(x) * x", "3", at=[1.0, 2.0, -0.5], gradient=[2, 4, -1]) for fn in ("float16", "float32")), *(e(f"x * np.{fn}(np.abs(x) * 3)") for fn in ("int8", "int16", "int32", "int64", "uint8", "bool_", "intp")), e("x + np.float64(y)", "3, "),
]  # fmt: skip

MOVING = [
    *(e(f"np.pad(x, {spelling}{options})", shapes, tell=tell) for spelling, options, shapes, tell in (
        ("2", "", "3 4", True), ("1", ", 'constant'", "3", True), ("(1, 2)", "", "3", True), ("((1, 2),)", "", "3 2", True), ("((0, 0), (1, 2))", "", "3 4", False),
        ("((0, 0), (0, 0), (1, 1), (1, 1))", ", mode='constant'", "2 2 3 4", False), ("((0, 1), (2, 0))", ", mode='constant', constant_values=7", "3 4", False), ("[(1, 0), (0, 0)]", "", "3 4", False),
    )),
    *(e(f"np.pad(x, {spelling}, mode='constant')", tell=True, p=p) for spelling in ("p", "(p, p)", "((p, p), (0, 0))", "((0, 0), (p, p))") for p in (0, 2)),
    e("w = ((0, 0), (p, p)); np.pad(x, w, 'constant')", p=1), e("np.pad(np.exp(x), ((1, 1), (1, 1)))"),
    e("np.repeat(x, 2)", "3", tell=True), e("np.repeat(x, 2)", "2 3", tell=True), e("np.repeat(x, 3, axis=0)"), e("np.repeat(x, 2, axis=1)", tell=True), e("np.repeat(x, 2, -1)", "2 3 4", tell=True), e("x.repeat(2, axis=1)", tell=True),
    e("np.repeat(x, n, axis=0)", n=3), e("np.repeat(x, r, axis=0)", tell=True, r=np.array([1, 0, 3])), e("np.repeat(x, r)", "3", tell=True, r=np.array([1, 0, 3])),
    *(e(f"np.tile(x, {reps})", shapes, tell=True) for reps, shapes in (("3", "4"), ("2", "3 4"), ("(2, 1)", "4"), ("(2, 3)", "4"), ("(2, 3)", "3 4"), ("(1, 2)", "3 4"), ("(2, 1, 1)", "3 4"), ("(2, 2)", "1 3"), ("(3, 1)", "1 4"), ("(1, 1)", "3 4"), ("(2, 1)", "3 1"))),
    e("np.tile(x, (n, 1))", "4", tell=True, n=3), e("np.tile(x, (y.shape[0], 1)) * y", "4, 3 4", tell=True),
    *(e(f"np.broadcast_to(x, {shape})", shapes, tell=True) for shape, shapes in (("(3, 4)", "4"), ("(3, 4)", "3 1"), ("(2, 3, 4)", "3 1"), ("(3, 4)", ""), ("(3, 4)", "3 4"))),
    e("np.broadcast_to(x, y.shape) * y", "4, 3 4"), e("np.broadcast_to(x, y.shape) * y", "4, 3 4", tell=True),
    e("np.roll(x, 1)", "5"), e("np.roll(x, -2)"), e("np.roll(x, 1, axis=1)"), e("np.roll(x, (1, -1), axis=(0, 1))"), e("np.roll(x, k, 0)", k=2), e("np.roll(x, -1) - 2 * x + np.roll(x, 1)", "5"),
    e("np.rot90(x)", tell=True), e("np.rot90(x, 2)"), e("np.rot90(x, k=-1, axes=(1, 2)) ** 2", "2 3 4", tell=True), e("np.rot90(x, k)", k=3), e("np.rot90(x)"),
    e("np.flip(x)"), e("np.flip(x, 1)"), e("np.flip(x, axis=0)"), e("np.flip(x, 1)", tell=True), e("np.flip(x, (0, 1))", tell=True), e("np.flip(x, axis=a)", a=1), e("np.fliplr(x)"), e("np.flipud(x)"),
]  # fmt: skip

PICKING = [
    e("np.take(x, i)", "4", tell=True, i=np.array([0, 2, 2])), e("np.take(x, i)", i=np.array([0, 7, 7])), e("np.take(x, i, axis=0)", i=ROWS), e("np.take(x, i, axis=1)", i=COLUMNS), e("np.take(x, i, axis=-1)", i=COLUMNS),
    e("x.take(i, axis=0)", i=ROWS), e("np.take(x, i, axis=0)", tell=True, i=np.array([[0, 1], [1, 1]])), e("np.take(x * x, 1, axis=0)"),
    e("np.take_along_axis(x, i[:, None], axis=1)[:, 0]", i=COLUMNS), e("np.take_along_axis(x, i, 1)", i=np.array([[0, 1, 1]] * 3)), e("np.take_along_axis(x, i, axis=0)", i=np.array([[0, 1, 1, 2]])),
    e("np.take_along_axis(x, i, axis=0)", "4", tell=True, i=np.array([0, 2, 2])), e("np.take_along_axis(x, i, axis=-1)", "2 3 4", tell=True, i=np.array([[[0, 0]] * 3] * 2)),
    e("np.choose(i, x.T)", i=COLUMNS, tell=True), e("np.choose(i, [x, y])", "3, 3", i=np.array([0, 1, 1])), e("np.choose(i, (x, y * 2))", "3 4, 4", tell=True, i=np.array([0, 1, 1, 0])), e("np.choose(i, x)", tell=True, i=np.array([0, 2, 2, 1])),
    *(e(f"np.partition(x, {options})", shapes, tell=tell) for options, shapes, tell in (("2", "6", True), ("1", "3 4", False), ("1, axis=0", "3 4", True), ("(1, 3)", "3 5", True))), e("np.partition(x, -2)[..., -2:]", "2 5", tell=True),
    *(e(f"np.fft.{fn}(x{axes})", shapes, tell=tell) for fn in ("fftshift", "ifftshift") for axes, shapes, tell in (("", "5", True), ("", "3 4", False), (", axes=1", "2 3", False), (", axes=(0, 2)", "3 2 5", True))),
    e("np.sort(x)"), e("np.sort(x, axis=0)"), e("np.sort(x)", "6", tell=True), e("np.sort(x)[-2:]", "5", tell=True),
    e("np.cumprod(x)", "5", tell=True), e("np.cumprod(x, axis=0)"), e("np.cumprod(x, axis=1)", tell=True), e("x.cumprod(1)", tell=True), e("np.cumprod(x)", "4", at=[2.0, 0.0, 3.0, 0.0], tell=True), e("np.cumprod(x)", "4", at=[2.0, 3.0, 0.0, 4.0], tell=True), e("np.cumprod(x)", "3", at=[0.0, 3.0, 2.0], tell=True), e("np.cumprod(1 - x * x)[:-1]", "5", tell=True),
    e("np.gradient(x)", "6"), e("np.trapezoid(x * x, y)", "5, 5"), e("np.trapezoid(x, dx=0.5)", "5"), e("np.gradient(x, 0.5)", "5", tell=True), e("np.gradient(x)", "2", tell=True), e("np.gradient(np.exp(x)) ** 2", "4", tell=True),
    e("np.cumsum(x)", "5", tell=True), e("np.cumsum(x)", "5"), e("np.cumsum(x)"), e("np.cumsum(x, axis=0)"), e("np.cumsum(x, axis=1)"), e("np.cumsum(x, axis=1)", tell=True), e("np.cumsum(x, axis=-1)", "2 3 4", tell=True), e("x.cumsum()", "5", tell=True), e("x.cumsum(0)"), e("np.cumsum(x, axis=a)", a=1),
    e("np.ediff1d(x)", "5", tell=True), e("np.ediff1d(x) * x[1:]", "5", tell=True), e("np.select([x > 1, x > 0], [x * x, 2 * x])"), e("np.select([x > 1, x > 0], [x * x, y], default=-x)", "3 4, 4", tell=True), e("np.select((x > 1, y > 0), (y, 2.0), x)", "3 4, 3 4", tell=True), e("np.select([c], [x], 3.0)", c=np.array([True, False, True, True])),
    e("np.diff(x)", "5"), e("np.diff(x)"), e("np.diff(x, axis=0)"), e("np.diff(x, n=2)", "6", tell=True), e("np.diff(x, 3, axis=1)", "2 6", tell=True), e("np.diff(x) * np.diff(y)", "5, 5"),
]  # fmt: skip

SPECIAL = [
    *(e(f"special.{fn}(x)", shapes) for fn in ("expit", "log_expit", "erf", "erfc", "ndtr") for shapes in ("3 4", "")), *(e(f"special.{fn}(x)", low=0.2, high=0.9) for fn in ("logit", "entr")),
    *(e(f"special.{fn}(x)", low=0.3, high=3.5) for fn in ("gammaln", "gamma", "digamma", "psi")), e("special.gammaln(x * x + 1)", "5"), *(e(f"special.{fn}(x, y)", shapes, low=0.2, tell=True) for fn in ("xlogy", "xlog1py", "betaln") for shapes in ("3 4, 3 4", "3 4, 4", "3 1, 4")),
    e("special.xlogy(x, 2.0)", "2", at=[0.0, 1.0], gradient=[np.log(2), np.log(2)]), *(e(f"special.logsumexp(x{options})", tell=tell) for options in ("", ", axis=0", ", axis=1, keepdims=True", ", -1") for tell in (False, True)), e("special.logsumexp(x, axis=(0, 2))", "2 3 4", tell=True),
    *(e(f"special.{fn}(x{options})") for fn in ("softmax", "log_softmax") for options in ("", ", axis=1", ", axis=0")), e("special.expit(x) * np.exp(special.log_softmax(x, axis=-1))", "2 3 4"), e("special.expit(np.array([-800.0, 800.0]) * x)", "2", low=0.9, high=1.1),
]  # fmt: skip

TWO = (
    "multiply", "add", "subtract", "divide", "true_divide", "float_power", "mod", "remainder", "fmod", "hypot", "logaddexp", "logaddexp2", "maximum", "minimum", "fmax", "fmin", "power", "arctan2",
)  # fmt: skip
ELEMENTWISE = [
    *(e(f"np.{fn}(x, y)", shapes, low=0.3, high=2.2, tell=tell) for fn in TWO for shapes, tell in (("3 4, 3 4", False), ("3 4, 4", True), ("3 1, 4", True), (", 3", True))),
    *(e(f"np.{fn}(x, x * x)", low=0.3, high=1.9) for fn in ("multiply", "divide", "mod", "maximum", "hypot")),
    *(e(f"np.{fn}(x)", shapes) for fn in ("negative", "positive", "square", "sinc", "nan_to_num", "abs", "absolute", "sin", "cos", "tanh", "exp", "expm1", "arctan", "sinh", "cosh", "arcsinh", "deg2rad", "rad2deg", "radians", "degrees", "exp2", "cbrt") for shapes in ("3 4", "")),
    *(e(f"np.{fn}(x)", low=-0.9, high=0.9) for fn in ("arcsin", "arccos", "arctanh", "tan")), *(e(f"np.{fn}(x)", low=1.2, high=3) for fn in ("arccosh", "log", "log2", "log10", "log1p", "sqrt", "reciprocal")),
    e("np.sinc(x)", "3", at=[0.0, 0.5, -1.5]), e("np.hypot(x, y)", "2, 2", at=[0.0, 1.0]), e("np.nan_to_num(x)", "3", at=[1.0, np.nan, np.inf], gradient=[1, 0, 0]), e("np.copysign(x, y)", "3 4, 3 4"),
    *(e(f"x**{n}", tell=True) for n in (3, 4, 5, 6, 7, 8, 4.0)), *(e(f"x**{n}", low=0.3, tell=True) for n in (-1, -2, -3.0, -0.5, 2.5)), e("x**4", "3", tell=True, at=[0.0, -1.0, 2.0], gradient=[0, -4, 32]), e("np.power(x, 2)"), e("np.power(x, 3)"), e("np.power(2.0, x)"), e("np.power(x, y)", "3 4, 4", low=0.3), e("x ** y", "3 4, 4", low=0.3, tell=True),
    e("np.where(x > 0, x * x, 2 * x)"), e("a = np.abs(x); np.where(a <= 1.0, 0.5 * x**2, a - 0.5)"), e("np.where(x > 0, x, 0.01 * x)", tell=True), e("a = x * x; b = np.where(a > 1, a, x); c = np.where(a > 1, x, b); b * c"), e("np.where(x > y, x, y)", "3 4, 4", tell=True), e("np.where(c, x, 0.0)", c=np.array([True, False, True, True])),
    *(e(f"np.clip(x, {bounds})") for bounds in ("-1, 1", "0, None", "a_min=None, a_max=0.5", "-1, a_max=1")), e("np.clip(x, y, 1.2)", "3 4, ", low=-1.5), e("np.clip(x, -1.2, y)", "3 4, ", low=-1.5), e("np.clip(x, y, 5.0)", "3 4, 4", tell=True), e("x.clip(0)"), e("x.clip(-1, 1)"), e("x.clip(min=-1, max=1)"),
    e("np.clip(x, 0, 1)", "4", at=[0.0, 1.0, 2.0, -1.0], gradient=[1, 1, 0, 0]), e("np.maximum(x, 0)", "2", at=[0.0, 1.0], gradient=[0, 1]),
]  # fmt: skip

ONE_STEP = (
    "sign",
    "rint",
    "fix",
    "signbit",
    "isnan",
    "isinf",
    "isfinite",
    "isposinf",
    "isneginf",
    "round",
    "around",
    "floor",
    "ceil",
    "trunc",
)
TWO_STEPS = (
    "floor_divide",
    "heaviside",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "equal",
    "not_equal",
    "isclose",
    "allclose",
    "array_equal",
    "isin",
)
STEPS = [
    *(e(f"x * np.{fn}(x)") for fn in ONE_STEP), *(e(f"x * y * np.{fn}(x, y)", "3 4, 3 4", low=0.2) for fn in TWO_STEPS), e("x * x.round()"), e("x * np.round(x, 1)", "3"), e("x * np.round(x, decimals=1)", "3"),
    *(e(f"x * np.{fn}(x > 0, x > 1)") for fn in ("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor")), e("x * np.logical_not(x > 0)"), e("x * np.invert(x > 0)"),
    e("x[np.argsort(x)]", "5"), e("x[x.argsort()]", "5"), e("x[np.argsort(-x)[:2]]", "5"), e("x[np.searchsorted(t, x)]", "4", t=np.array([-1.0, 0.0, 1.0])), e("x[np.digitize(x, t)]", "4", t=np.array([-1.0, 0.0, 1.0])),
    e("x[np.nonzero(x > 0)]", "5"), e("m = x > 0; x[m.nonzero()]", "5"), e("x[np.flatnonzero(x > 0)]", "5"), e("x * np.argwhere(x > 9).shape[0]", "5"), e("x * np.unique(i).shape[0]", "3", i=ROWS), e("x * np.bincount(i)", "3", i=ROWS),
]  # fmt: skip

CREATION = [
    *(e(f"x * np.{fn}", tell=True) for fn in ("zeros((3, 4))", "ones(4)", "zeros_like(x)", "ones_like(x)", "eye(4)[:3]", "eye(3, 4)", "eye(3, 4, k=1)", "identity(4)[0]", "tri(3, 4)", "arange(4)", "arange(1, 5)", "arange(0, 4, 1)", "full((3, 4), 2.0)", "full_like(x, 2.0)")),
    e("y = np.empty_like(x); y[:] = x * 2; y"), e("y = np.empty((3, 4)); y[:] = x * 2; y"), e("x[range(3), i]", i=COLUMNS),
    e("np.full((2, 3), x)", ""), e("np.full(3, x * x)", ""), e("np.full((2, 3), x)", "3", tell=True), e("np.full_like(y, x) * y", ", 2 3", tell=True), e("np.linspace(x, y, 5)", ", "), e("np.linspace(0.0, x, num=4)", ""), e("np.linspace(x, 2.0, 4, endpoint=False)", ""),
]  # fmt: skip

GATES = [  # what a chain of stages makes up: softmax and its log, normalization; also where the gradient that arrives is thin
    *(e(body, "3 4", tell=True) for body in (
        "x / np.linalg.norm(x, axis=1, keepdims=True)", "x / np.linalg.norm(x, 2, axis=1)[:, None]", "x / np.linalg.norm(x)", "x / np.linalg.norm(x, 1, 1, True)", "n = np.linalg.norm(x, axis=0); x / n + n",
        "np.log(np.exp(x - x.max(1, keepdims=True)).sum(1)) + x.max(1)", "np.max(x, 0) + np.log(np.sum(np.exp(x - np.max(x, axis=0)), axis=0))", "np.log(np.exp(x - x.max()).sum()) + x.max()",
        "np.max(x) + np.log(np.sum(np.exp(x - np.max(x, axis=1, keepdims=True)), axis=1))", "np.min(x, 1) + np.log(np.sum(np.exp(x - np.max(x, axis=1)[:, None]), axis=1))",
    )),
    *(e(body, "3 4", tell=True) for body in (
        "np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)", "x - np.log(np.sum(np.exp(x), axis=1, keepdims=True))", "np.mean(x - np.log(np.sum(np.exp(x), axis=1, keepdims=True)), axis=0)",
        "(x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1)", "np.mean((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1), axis=0)", "(x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 0.1)",
    )),
    *(e(body, "3 4", tell=True) for body in (
        "m = np.maximum(0, 2 * x); m", "m = np.maximum(2 * x, 0.0); m[0] = 0; m[1:, 2] = 0.0; m", "m = np.maximum(0, 2 * x); m[0] = 0; m[1] = 0.5; m * m", "m = np.maximum(0, 2 * x); m *= x; m",
        "m = np.maximum(0, 2 * x); k = m * x; m[0] = 0; k * m", "m = np.maximum(0, 2 * x - x[:, :1]); m[[0, 1, 2], [1, 0, 3]] = 0; np.sum(m) / 3", "np.mean(np.log(np.sum(np.exp(x), axis=1)) - x[:, 0])",
        "p = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True); np.log(p)", "p = np.exp(x) / np.sum(np.exp(x)); np.sum(np.log(p), axis=0)", "p = np.exp(x) / np.sum(np.exp(x), axis=0); np.log(p) * p",
        "m = np.max(x, axis=1); m + np.log(np.sum(np.exp(x - m[:, None]), axis=1))", "m = np.max(x, axis=0, keepdims=True); np.log(np.sum(np.exp(x - m), axis=0, keepdims=True)) + m", "m = x[:, 1]; s = np.sum(np.exp(x - m.reshape(-1, 1)), axis=1); (m + np.log(s)) * s",
        "m = np.max(x, axis=1, keepdims=True); l = np.log(np.sum(np.exp(x - m), axis=1, keepdims=True)) + m; np.sum(l[:, 0] - x[:, 2])", "np.sum(x, axis=1, keepdims=True)[:, 0]", "x[:, 1] * np.sum(np.exp(x), axis=1) - x[:, 0]",
    )),
    *(e(body, "3 4", tell=True) for body in (
        "s = np.std(x, axis=0); (x - np.mean(x, axis=0)) / s", "s = x.std(axis=1, keepdims=True); (x - x.mean(axis=1, keepdims=True)) / s * x", "s = x.std(axis=0, ddof=1); (x - x.mean(axis=0)) / s", "s = (x.var(axis=0) + 0.1) ** 0.5; (x - x.mean(axis=0)) / s",
        "s = np.sqrt(x.var(axis=0)); (x - x.mean(axis=0)) / s", "s = np.std(x); (x - x.mean()) / s", "s = x.std(axis=0); (x - x.mean()) / s", "s = x.std(axis=0) + 0.1; (x - x.mean(axis=0)) / s", "s = np.sqrt(x.var(axis=0) + x.mean(axis=0) ** 2); (x - x.mean(axis=0)) / s",
        "m = np.max(x, axis=1, keepdims=True); x - m - np.log(np.sum(np.exp(x - m), axis=1, keepdims=True))", "np.exp(x) / np.sum(np.exp(x), axis=0)[0]", "np.take_along_axis(x, np.array([1, 0, 3])[:, None], axis=1) * x",
    )),
    *(e(body, "3 4", tell=True) for body in (
        "c = np.exp(x); i = np.sum(c, axis=1, keepdims=True) ** -1; c * i", "c = np.exp(x - 1.0); i = 1 / np.sum(c, axis=0); i * c", "c = np.exp(x); i = np.reciprocal(np.sum(c)); c * i * x", "c = np.exp(x); i = 1.0 / np.sum(c, axis=1, keepdims=True); p = c * i; l = np.log(p); l[np.arange(3), np.array([1, 0, 3])]",
        "n = x.shape[0]; d = x - 1 / n * x.sum(0, keepdims=True); v = 1 / (n - 1) * np.sum(d**2, 0, keepdims=True); i = (v + 0.1) ** -0.5; d * i", "d = x - x.mean(axis=0); i = 1 / np.sqrt(np.mean(d * d, axis=0) + 0.1); i * d", "d = x - x.mean(axis=1, keepdims=True); i = 1 / np.sqrt(np.sum(d * d, axis=1, keepdims=True) / 7 + 0.1); d * i",
        "d = x - np.sum(x, axis=0) / 5; i = 1 / np.sqrt(np.mean(d * d, axis=0) + 0.1); d * i", "d = x - x.mean(axis=0); s = np.sum(x, axis=0); i = 1 / np.sqrt(s * s * np.sum(d * d, axis=0) + 0.1); d * i", "s = x.std(axis=1, ddof=1, keepdims=True) + 0.0; (x - x.mean(axis=1, keepdims=True)) / s", "s = np.sqrt(x.var(axis=-1, ddof=1, keepdims=True) + 0.1); (x - x.mean(axis=-1, keepdims=True)) / s * x",
        "x / (1 + np.exp(-x))", "d = np.exp(-x) + 1.0; x / d * d", "s = 1 / (1 + np.exp(-x)); x * s", "s = 1 / (1 + np.exp(-x)); s * x * s", "s = 1 / (1 + np.exp(-2 * x)); x * s", "x / (1 + np.exp(x))", "x[:, :1] / (1 + np.exp(-x))",
        "a = np.exp(-x[0]); b = x * x; b * a", "a = np.exp(x); a * x + a", "a = np.exp(x[0]); b = np.tanh(x); b / a * a", "x * np.exp(-x)", "t = np.tanh(x); 0.5 * x * (1 + t)", "t = np.tanh(x); s = t + 2.0; s * s * x",
        "a = np.exp(x); b = x * x; b / a", "s = np.sqrt(np.var(x, axis=-1, keepdims=True) + 0.1); x[0] * (x - np.mean(x, axis=1, keepdims=True)) / s",
    )),
    e("x[np.arange(3)[:, None], i] ** 2", "3 4", tell=True, i=np.array([1, 1, 3, 0])), e("x[np.arange(3)[:, None], i[:, None]] ** 2", "3 4", tell=True, i=np.array([1, 1, 3])), e("m = np.max(x); m + np.log(np.sum(np.exp(x - m)))", "4", tell=True),
    *(e(body, "4, 4", tell=True, low=0.1, high=0.9) for body in (
        "h = 1 / (1 + np.exp(-x)); y * np.log(h) + (1 - y) * np.log(1 - h)", "h = 1 / (1 + np.exp(-x)); -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))", "h = 1 / (1 + np.exp(-x)); l = -y * np.log(h) - (1 - y) * np.log(1 - h); l * h",
        "h = 1.0 / (np.exp(-x) + 1.0); np.dot(y, np.log(h)) + np.dot(1 - y, np.log(1 - h))", "h = 1 / (1 + np.exp(x)); y * np.log(h) + (1 - y) * np.log(1 - h)", "h = 1 / (1 + np.exp(-x)); y * np.log(h) - (1 - y) * np.log(1 - h)", "h = 1 / (1 + np.exp(-x)); h * np.log(h) + (1 - h) * np.log(1 - h) + y",
    )),
    e("h = 1 / (1 + np.exp(-x)); y * np.log(h) + (1 - y) * np.log(1 - h)", "3 4, 4", tell=True, low=0.1, high=0.9),
    *(e(body, "3 4, 4", tell=True) for body in ("z = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1); y * z", "z = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1); x + y * z + y")),
    e("z = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1); y * z", "3 4, 3 4", tell=True), e("z = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 0.1); z * y", "3 4, 4", tell=True),
    *(e(body, "4", tell=True) for body in ("np.exp(x) / np.sum(np.exp(x))", "x - np.log(np.sum(np.exp(x)))", "np.sum((x - np.log(np.sum(np.exp(x)))) * np.sum(x))")),
]  # fmt: skip

# a body, stated shapes, and the gradient's line: what an expert would write
TEXTS = [
    (
        "x / np.linalg.norm(x, axis=1, keepdims=True)",
        ("x: N D",),
        "dx = dout - out * np.sum(out * dout, axis=1, keepdims=True)  # (N, D)\n    dx /= normx",
    ),
    (
        "np.log(np.exp(x - x.max(1, keepdims=True)).sum(1)) + x.max(1)",
        ("x: N D",),
        "dx = expxmmaxx * (dout / sum2)[:, None]",
    ),
    ("np.sum(x, axis=1)", ("x: N D",), "dx = np.ones_like(x) * dout[:, None]"),
    ("np.mean(x, axis=1)", ("x: N D",), "dx = np.ones_like(x) * (dout[:, None] / x.shape[1])"),
    ("x @ y", ("x: N T D", "y: D E"), "dy = np.tensordot(x, dout, axes=((0, 1), (0, 1)))"),
    ("np.dot(x, y)", ("x: N D", "y: D"), "dx = np.outer(dout, y)"),
    ("x.dot(y)", ("x: N D", "y: D E"), "dx = dout.dot(y.T)"),
    ("x @ y", ("x: B N D", "y: B D E"), "dy = np.swapaxes(x, -1, -2) @ dout"),
    ("np.pad(x, ((0, 0), (p, p)))", ("x: N D",), "dx = dout[:, p : p + x.shape[1]].copy()"),
    ("np.cumsum(x, axis=1)", ("x: N D",), "dx = np.cumsum(dout[:, ::-1], axis=1)[:, ::-1]"),
    ("np.linalg.norm(x, axis=1)", ("x: N D",), "dx = x * (dout / np.where(out == 0, 1.0, out))[:, None]"),
    ("np.linalg.norm(x)", ("x: D",), "dx = x * (dout / (out or 1.0))"),
    ("np.concatenate((x, y), axis=1)", ("x: N D", "y: N E"), "dy = dout[:, x.shape[1] :].copy()"),
    ("np.einsum('nd,de->ne', x, y)", ("x: N D", "y: D E"), "dy = x.T @ dout"),
    ("np.einsum('bhtd,bhsd->bhts', x, y)", ("x: B H T D", "y: B H S D"), "dx = dout @ y"),
    (
        "np.einsum('bthd,bshd->bhts', x, y)",
        ("x: B T H D", "y: B S H D"),
        "dx = (dout @ y.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3)",
    ),
    ("np.einsum('nd,nd->n', x, y)", ("x: N D", "y: N D"), "dx = dout[:, None] * y"),
    ("np.diff(x)", ("x: N",), "dx = -np.diff(np.pad(dout, 1))"),
    ("np.linalg.inv(x)", ("x: N N",), "dx = -out.T @ dout @ out.T"),
    ("np.where(x > 0, x, 0.1 * x)", ("x: N D",), "dx = np.where(x > 0, dout, 0.1 * dout)"),
    ("np.where(x > 0, x * x, y)", ("x: N", "y: N"), "dx = np.where(x > 0, 2 * x * dout, 0.0)"),
    ("np.mean(np.sum(x * y, axis=1))", ("x: N D", "y: N D"), "dxy = dout / x.shape[0]"),
    ("x[:, None, :] - y[None]", ("x: N D", "y: M D"), "dx = np.sum(dout, axis=1)"),
    ("np.clip(x, 0, 1)", ("x: N",), "dx = dout * ((x >= 0) & (x <= 1))"),
    ("x.transpose(0, 2, 1)", ("x: N C D",), "dx = dout.transpose(0, 2, 1).copy()"),
    ("np.tile(x, (3, 1))", ("x: D",), "dx = np.sum(dout, axis=0)"),
    ("np.repeat(x, 2, axis=0)", ("x: N D",), "dx = np.sum(dout.reshape(x.shape[0], 2, x.shape[1]), axis=1)"),
    # no copy of a gradient that another one is made of, too
    ("np.tanh(x - y)", ("x: N D", "y: D"), "dx = (1 - out * out) * dout"),
    ("np.tanh(x - y)", ("x: N D", "y: D"), "dy = -np.sum(dx, axis=0)"),
]

EXAMPLES = [
    *REDUCTIONS,
    *PRODUCTS,
    *MATRICES,
    *SHAPING,
    *JOINING,
    *MOVING,
    *PICKING,
    *ELEMENTWISE,
    *STEPS,
    *CREATION,
    *SPECIAL,
    *GATES,
]

REFUSED = [
    "np.tensordot(np.ones((2, 3)), np.sum(y), axes=((0,), (0,)))",  # a number has no axis to sum over
    "np.mean([x, y])", "np.max((x, y))", "np.pad(x, 1, mode='edge')", "np.pad(x, 1, constant_values=y)", "np.einsum('iji->j', x)", "np.einsum('iii->i', x)", "np.einsum('...i->...', x)", "np.linalg.norm(x, 'nuc')",
    "np.hstack([x, x])", "np.concatenate([x, y], axis=None)", "np.concatenate(x)", "np.sum(x, where=y > 0)", "np.diff(x, n=y)", "np.sort(x, axis=None)", "np.average(x, weights=y)", "np.sum(x, out=y)", "np.median(x, axis=(0, 1))", "np.quantile(x, [0.1, 0.9])", "np.quantile(x, y)", "np.quantile(x, 0.9, axis=(0, 1))", "np.quantile(x, 0.9, method='lower')", "np.percentile(x, (10, 90))", "np.linalg.matrix_power(x, 9)", "np.linalg.matrix_power(x, -1)", "np.partition(x, 1, axis=None)", "np.trapezoid(x, axis=0)", "np.tile(x, 2)", "np.gradient(x, y)", "np.gradient(x, axis=0)", "np.correlate(x, y, 'same')", "np.convolve(x, y, 2)", "np.polyval([x, y], x)", "np.linalg.norm(x, -1)", "np.linalg.norm(x, 0)", "np.fft.rfft(x)", "np.linalg.eig(x)", "np.linalg.svd(x)", "np.linalg.svd(x, compute_uv=False)", "np.linalg.eigh(x, 'U')", "np.select(x, y)", "np.select([x > 0], [x, y])", "np.average(x, weights=y, axis=1)", "np.average(x, returned=True)", "np.diagonal(x, axis1=1, axis2=2)",
]  # fmt: skip
