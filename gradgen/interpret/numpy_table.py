"""Every NumPy function that the interpreter knows: one row each, data and nothing else.

A row says how the function runs over float arrays (NumPy's own), how over object arrays
(`objects`), what it costs (`costs`), and what it decides: where two runs decide alike, the function
is smooth between them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gradgen.interpret import costs, decisions, draws, linear, objects, reductions, special
from gradgen.interpret.elements import REAL_VALUED


class Row(NamedTuple):
    """``own(*args)`` over floats; ``many(elements, *args)`` over object arrays; see the module."""

    own: Callable
    many: Callable
    cost: costs.Cost = costs.inputs
    decision: Callable | None = None
    text: bool = False  # whether texts are among its arguments


def _named(names: str) -> dict[str, Callable]:
    """NumPy's functions of these names; those that this version of NumPy lacks are left out."""
    return {name: getattr(np, name) for name in names.split() if hasattr(np, name)}


def _rows(names: str, many: Callable, *rest) -> dict[str, Row]:
    """A row for each name, ``many`` being made from NumPy's own."""
    return {name: Row(own, many(own), *rest) for name, own in _named(names).items()}


def _by_name(names: str, many: Callable, *rest) -> dict[str, Row]:
    """A row for each name, ``many`` being made from the name."""
    return {name: Row(own, many(name), *rest) for name, own in _named(names).items()}


def _both(names: str, decision: Callable | None = None) -> dict[str, Row]:
    """Operations that keep integers."""
    return {
        name: Row(own, objects.arithmetic(name, own), costs.broadcast, decision) for name, own in _named(names).items()
    }


def _empty(own: Callable, ones: Callable) -> Callable:
    """`empty` filled with nan: what is read before it was written shows."""

    def call(*args, **kwargs):
        result = ones(*args, **kwargs)
        if result.dtype.kind == "f":
            result.fill(np.nan)
        return result

    return call


EMPTY, EMPTY_LIKE = _empty(np.empty, np.zeros), _empty(np.empty_like, np.zeros_like)
ABS = Row(np.abs, objects.arithmetic("absolute", np.abs), costs.broadcast, decisions.signs)
DIVIDE = Row(np.divide, objects.elementwise("divide"), costs.broadcast)
MOD = Row(np.mod, objects.arithmetic("mod", np.mod), costs.broadcast, decisions.quotient)
CONCATENATE = Row(np.concatenate, objects.joining(np.concatenate))
MAX = Row(np.max, reductions.extreme(np.max), costs.inputs, decisions.greatest)
MIN = Row(np.min, reductions.extreme(np.min), costs.inputs, decisions.least)
AROUND = Row(np.round, objects.around, costs.inputs, decisions.outcome)
FIX = Row(np.trunc, objects.arithmetic("trunc", np.trunc), costs.broadcast, decisions.outcome)

ELEMENTWISE: dict[str, Row] = {
    **_by_name(" ".join(REAL_VALUED), objects.elementwise, costs.broadcast),
    **_by_name("logaddexp", objects.elementwise, costs.broadcast),
    **_both("add subtract multiply negative positive power square reciprocal"),
    **_both("sign copysign heaviside", decisions.signs),
    **_both("equal not_equal less less_equal greater greater_equal floor_divide", decisions.outcome),
    **_both("maximum minimum fmax fmin", decisions.order),
    **_both("floor ceil trunc rint", decisions.outcome),
    **_both("fmod", decisions.quotient),
    **_by_name("isnan isinf isfinite", objects.question, costs.broadcast, decisions.outcome),
    **_rows("logical_and logical_or logical_xor logical_not", objects.truths, costs.broadcast, decisions.outcome),
    **_rows("bitwise_and bitwise_or bitwise_xor invert", objects.as_it_stands, costs.broadcast, decisions.outcome),
    "fabs": Row(np.fabs, objects.elementwise("fabs"), costs.broadcast, decisions.signs),
    "abs": ABS,
    "absolute": ABS,
    "divide": DIVIDE,
    "true_divide": DIVIDE,
    "float_power": Row(np.float_power, objects.elementwise("power"), costs.broadcast),
    "pow": Row(np.power, objects.arithmetic("power", np.power), costs.broadcast),
    "mod": MOD,
    "remainder": MOD,
    "fix": FIX,
    "round": AROUND,
    "around": AROUND,
    "where": Row(np.where, objects.where, costs.broadcast, decisions.condition),
    "select": Row(np.select, objects.select, costs.broadcast, decisions.conditions),
    "clip": Row(np.clip, objects.clip, costs.broadcast, decisions.bounds),
    "nan_to_num": Row(np.nan_to_num, objects.nan_to_num, costs.inputs, decisions.condition),
    "isclose": Row(np.isclose, objects.close, costs.broadcast, decisions.outcome),
    "allclose": Row(
        np.allclose, lambda e, *a, **k: bool(np.all(objects.close(e, *a, **k))), costs.broadcast, decisions.outcome
    ),
}
REDUCTIONS: dict[str, Row] = {
    "sum": Row(np.sum, reductions.total),
    "nansum": Row(np.nansum, reductions.nansum),
    "nanprod": Row(np.nanprod, reductions.nanprod),
    "nanvar": Row(np.nanvar, reductions.nanvar),
    "nanstd": Row(np.nanstd, lambda e, *args, **kwargs: e.apply("sqrt", reductions.nanvar(e, *args, **kwargs))),
    "nanmean": Row(np.nanmean, reductions.nanmean),
    "nanmax": Row(np.nanmax, reductions.nanextreme(np.max, -1), costs.inputs, decisions.nangreatest),
    "nanmin": Row(np.nanmin, reductions.nanextreme(np.min, 1), costs.inputs, decisions.nanleast),
    "prod": Row(np.prod, reductions.prod),
    "mean": Row(np.mean, reductions.mean),
    "average": Row(np.average, reductions.average),
    "var": Row(np.var, reductions.var),
    "std": Row(np.std, reductions.std),
    "trapezoid": Row(getattr(np, "trapezoid", None) or np.trapz, reductions.trapezoid),
    "median": Row(np.median, reductions.median, costs.inputs, decisions.middle),
    "quantile": Row(np.quantile, reductions.quantile(1), costs.inputs, decisions.ranks_beside),
    "percentile": Row(np.percentile, reductions.quantile(100), costs.inputs, decisions.ranks_beside),
    "max": MAX,
    "amax": MAX,
    "min": MIN,
    "amin": MIN,
    **_rows("ptp", objects.as_it_stands, costs.inputs, decisions.extremes),
    **_rows("argmax argmin nanargmax nanargmin argsort", objects.as_it_stands, costs.inputs, decisions.outcome),
    **_rows("any all", objects.truths, costs.inputs, decisions.condition),
    **_rows("count_nonzero", objects.as_it_stands, costs.inputs, decisions.condition),
    **_rows("cumsum cumprod", objects.freshly),
    "linalg.norm": Row(np.linalg.norm, reductions.norm, costs.inputs, decisions.norm, True),
}
PRODUCTS: dict[str, Row] = {
    "linalg.inv": Row(np.linalg.inv, linear.inv, costs.elimination),
    "linalg.matrix_power": Row(np.linalg.matrix_power, objects.product(np.linalg.matrix_power), costs.power),
    "linalg.multi_dot": Row(np.linalg.multi_dot, objects.multi_dot, costs.chain),
    "linalg.det": Row(np.linalg.det, linear.det, costs.elimination),
    "linalg.slogdet": Row(np.linalg.slogdet, linear.slogdet, costs.elimination, decisions.first_sign),
    "linalg.cholesky": Row(np.linalg.cholesky, linear.cholesky, costs.elimination),
    "linalg.eigh": Row(np.linalg.eigh, linear.eigh, costs.rotations),
    "linalg.eigvalsh": Row(np.linalg.eigvalsh, linear.eigvalsh, costs.rotations),
    "linalg.svd": Row(np.linalg.svd, linear.svd, costs.rotations),
    "linalg.pinv": Row(np.linalg.pinv, linear.pinv, costs.elimination),
    "linalg.solve": Row(np.linalg.solve, linear.solve, costs.elimination),
    **_rows("dot matmul inner", objects.product, costs.matrix_product),
    **_rows("outer kron", objects.product, costs.pairs),
    **_rows("convolve correlate", objects.product, costs.pairs, None, True),
    **_rows("polyval polyder", objects.product, costs.pairs),
    **_rows("vdot trace cross", objects.product),
    "tensordot": Row(np.tensordot, objects.product(np.tensordot), costs.tensordot),
    "einsum": Row(np.einsum, objects.product(np.einsum), costs.einsum, None, True),
}
MAKERS: dict[str, Row] = {
    **_rows("zeros ones", objects.made, costs.by_shape),
    "empty": Row(EMPTY, objects.made(EMPTY), costs.by_shape),
    "full": Row(np.full, objects.full, costs.by_shape),
    **_rows("zeros_like ones_like", objects.made_like, costs.like),
    "empty_like": Row(EMPTY_LIKE, objects.made_like(EMPTY_LIKE), costs.like),
    "full_like": Row(np.full_like, objects.full_like, costs.like),
    **_rows("eye identity tri", objects.made, costs.square),
    "arange": Row(np.arange, objects.arange, costs.steps),
    "linspace": Row(np.linspace, objects.linspace, costs.linspace),
    "array": Row(np.array, objects.array),
    "copy": Row(np.copy, objects.array),
    "asarray": Row(np.asarray, objects.asarray),
    "asanyarray": Row(np.asarray, objects.asarray),
    "ascontiguousarray": Row(np.ascontiguousarray, objects.asarray),
    "indices": Row(np.indices, objects.as_it_stands(np.indices), costs.indices),
    **_rows("tril_indices triu_indices diag_indices", objects.as_it_stands, costs.square),
}
MOVERS: dict[str, Row] = {
    **_rows(
        "reshape transpose permute_dims conj conjugate squeeze expand_dims swapaxes moveaxis rollaxis ravel atleast_1d atleast_2d atleast_3d "
        "flip fliplr flipud rot90 roll diagonal nonzero flatnonzero argwhere ix_ broadcast_arrays",
        objects.as_it_stands,
    ),
    **_rows("unravel_index ravel_multi_index", objects.as_it_stands),
    "fft.fftshift": Row(np.fft.fftshift, objects.as_it_stands(np.fft.fftshift)),
    "fft.ifftshift": Row(np.fft.ifftshift, objects.as_it_stands(np.fft.ifftshift)),
    "real": Row(np.real, lambda e, x: e.array(x)),
    "real_if_close": Row(np.real_if_close, lambda e, x: e.array(x)),
    "imag": Row(np.imag, lambda e, x: np.zeros(np.shape(x))[()]),
    "angle": Row(np.angle, lambda e, x: np.where(np.asarray(x) < 0, np.pi, 0.0)[()], costs.inputs, decisions.signs),
    "broadcast_to": Row(np.broadcast_to, objects.as_it_stands(np.broadcast_to), costs.broadcast_to),
    "meshgrid": Row(np.meshgrid, objects.as_it_stands(np.meshgrid), costs.grids, None, True),
    "concatenate": CONCATENATE,
    "concat": CONCATENATE,
    **_rows("stack hstack vstack dstack column_stack", objects.joining),
    "append": Row(
        np.append,
        lambda e, a, b, axis=None: objects.joining(np.concatenate)(
            e, [np.ravel(e.array(v)) if axis is None else v for v in (a, b)], axis or 0
        ),
    ),
    **_rows("split array_split hsplit vsplit", objects.as_it_stands, costs.sections),
    "repeat": Row(np.repeat, objects.as_it_stands(np.repeat), costs.repeat),
    "tile": Row(np.tile, objects.as_it_stands(np.tile), costs.tile),
    "pad": Row(np.pad, objects.freshly(np.pad), costs.pad, None, True),
    "diag": Row(np.diag, objects.freshly(np.diag), costs.diagonal),
    "diagflat": Row(np.diagflat, objects.freshly(np.diagflat), costs.flat_diagonal),
    **_rows("tril triu", objects.freshly),
    **_rows("take", objects.as_it_stands, costs.take),
    "take_along_axis": Row(np.take_along_axis, objects.as_it_stands(np.take_along_axis), costs.broadcast),
    "choose": Row(np.choose, objects.freshly(np.choose), costs.broadcast),
    "partition": Row(np.partition, lambda e, x, kth, axis=-1: np.sort(x, axis), costs.inputs, decisions.ranks_parted),
    "sort": Row(np.sort, objects.as_it_stands(np.sort), costs.inputs, decisions.ranks),
    "unique": Row(np.unique, objects.as_it_stands(np.unique), costs.inputs, decisions.outcome),
    "ediff1d": Row(np.ediff1d, lambda e, x: objects.freshly(np.diff)(e, np.ravel(e.array(x))), costs.differences),
    "interp": Row(np.interp, objects.interp, costs.inputs, decisions.piece),
    "searchsorted": Row(np.searchsorted, objects.as_it_stands(np.searchsorted), costs.inputs, decisions.outcome),
    "diff": Row(np.diff, objects.freshly(np.diff), costs.differences),
    "gradient": Row(np.gradient, objects.gradient, costs.differences),
    "bincount": Row(np.bincount, objects.bincount, costs.counts),
    "copyto": Row(np.copyto, lambda e, out, value, where=True: np.copyto(out, e.plain(value), where=where)),
    "fill_diagonal": Row(np.fill_diagonal, lambda e, a, value: np.fill_diagonal(a, e.plain(value))),
    "isin": Row(np.isin, objects.as_it_stands(np.isin), costs.pairs, decisions.outcome),
    "array_equal": Row(np.array_equal, objects.as_it_stands(np.array_equal), costs.inputs, decisions.outcome),
}
QUESTIONS: dict[str, Row] = {
    **_rows("shape ndim size", objects.as_it_stands, costs.nothing),
    **_rows("broadcast_shapes", objects.as_it_stands, costs.nothing),
    **_rows("isscalar", objects.as_it_stands, costs.nothing),
    **_rows("issubdtype result_type", objects.as_it_stands, costs.nothing),
}
UFUNC_METHODS: dict[str, Row] = {
    "add.at": Row(np.add.at, objects.scatter(np.add.at)),
    "subtract.at": Row(np.subtract.at, objects.scatter(np.subtract.at)),
    "multiply.at": Row(np.multiply.at, objects.scatter(np.multiply.at)),
    "add.reduce": Row(np.add.reduce, lambda e, a, axis=0, **k: reductions.total(e, a, axis, **k)),
    "multiply.reduce": Row(np.multiply.reduce, lambda e, a, axis=0, **k: reductions.prod(e, a, axis, **k)),
    "maximum.reduce": Row(
        np.maximum.reduce,
        lambda e, a, axis=0, **k: np.max(e.array(a), axis, **k),
        costs.inputs,
        lambda r, a, axis=0, **k: decisions.greatest(r, a, axis),
    ),
    "minimum.reduce": Row(
        np.minimum.reduce,
        lambda e, a, axis=0, **k: np.min(e.array(a), axis, **k),
        costs.inputs,
        lambda r, a, axis=0, **k: decisions.least(r, a, axis),
    ),
    "logaddexp.reduce": Row(np.logaddexp.reduce, lambda e, a, axis=0, **k: reductions.logsumexp(e, a, axis, **k)),
    "add.accumulate": Row(np.add.accumulate, objects.freshly(np.add.accumulate)),
    "multiply.outer": Row(np.multiply.outer, objects.product(np.multiply.outer), costs.pairs),
    "subtract.outer": Row(np.subtract.outer, objects.product(np.subtract.outer), costs.pairs),
    "add.outer": Row(np.add.outer, objects.product(np.add.outer), costs.pairs),
}
SCIPY: dict[str, Row] = {  # of `scipy.special`; over floats by formulas of our own
    **{
        name: Row(getattr(special, name), objects.elementwise(name), costs.broadcast)
        for name in ("erf erfc expit logit log_expit ndtr entr gammaln gamma digamma psi xlogy xlog1py betaln").split()
    },
    "polygamma": Row(special.polygamma, objects.polygamma, costs.broadcast),
    "logsumexp": Row(special.logsumexp, reductions.logsumexp),
    "softmax": Row(
        special.softmax, lambda e, x, axis=None: e.apply("exp", x - reductions.logsumexp(e, x, axis, keepdims=True))
    ),
    "log_softmax": Row(
        special.log_softmax, lambda e, x, axis=None: x - reductions.logsumexp(e, x, axis, keepdims=True)
    ),
}
RANDOM: dict[str, Row] = {
    f"random.{name}": Row(own, objects.made(own), costs.drawn) for name, own in draws.FUNCTIONS.items()
}
TABLE: dict[str, Row] = {
    **RANDOM,
    **ELEMENTWISE,
    **REDUCTIONS,
    **PRODUCTS,
    **MAKERS,
    **MOVERS,
    **QUESTIONS,
    **UFUNC_METHODS,
}

# methods of arrays: the function of the same name with the array in front, but for these
METHODS: frozenset[str] = frozenset(
    "all any argmax argmin argsort astype clip choose copy cumprod cumsum diagonal dot fill flatten item max mean min nonzero prod ptp "
    "ravel repeat reshape round sort squeeze std sum swapaxes take tolist trace transpose var".split()
)


def _sort_in_place(x, axis=-1, **kwargs):
    x[...] = np.sort(x, axis)


def _fill(e, x, value):
    x[...] = objects.cast(e, e.array(value), x.dtype if x.dtype != object else float)


OWN_METHODS: dict[str, Row] = {
    "astype": Row(lambda x, *a, **k: x.astype(*a, **k), objects.astype, costs.inputs, decisions.integers),
    "clip": Row(lambda x, *a, **k: x.clip(*a, **k), objects.clip, costs.broadcast, decisions.bounds),
    "copy": Row(lambda x, *a, **k: x.copy(*a, **k), lambda e, x, *a: x.copy()),
    "dot": Row(np.dot, objects.product(np.dot), costs.matrix_product),
    "fill": Row(lambda x, value: x.fill(value), _fill),
    "flatten": Row(lambda x, *a: x.flatten(*a), lambda e, x, *a: x.flatten(*a)),
    "item": Row(lambda x, *a: x.item(*a), lambda e, x, *a: x.item(*a)),
    "reshape": Row(lambda x, *a, **k: x.reshape(*a, **k), lambda e, x, *a, **k: x.reshape(*a, **k), text=True),
    "sort": Row(_sort_in_place, lambda e, x, *a, **k: _sort_in_place(x, *a, **k), costs.inputs, decisions.ranks),
    "tolist": Row(lambda x: x.tolist(), lambda e, x: x.tolist()),
    "transpose": Row(lambda x, *a: x.transpose(*a), lambda e, x, *a: x.transpose(*a)),
}
ATTRIBUTES: dict[str, Callable] = {
    "shape": lambda x: x.shape,
    "ndim": lambda x: x.ndim,
    "size": lambda x: x.size,
    "T": lambda x: x.T,
    "real": lambda x: x,
    "imag": lambda x: np.zeros(np.shape(x))[()],
}
DTYPES: dict[str, type] = {
    "float": np.float64,
    "int": np.int64,
    "bool": np.bool_,
    **{
        name: getattr(np, name)
        for name in (
            "float16 float32 float64 double single int8 int16 int32 int64 intp uint8 uint16 uint32 uint64 bool_ floating integer"
        ).split()
    },
}
CONSTANTS = ("pi", "e", "inf", "nan")
