"""Arguments and gradients of array code: real arrays go in, gradients of the same shape and dtype come out.

What is differentiated by counts as real numbers: integer arrays become floats, float32 stays float32.  Everything
else (labels, counts, settings) is handed on untouched.  A gradient shares no memory with what the caller holds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np

from gradgen.api.arguments import (
    CONTAINERS, PLAIN, REAL_POWER, Arguments, as_float, is_array, is_real, kind, part, sequence, unwrapped,
)  # fmt: skip
from gradgen.api.lookup import MISSING, problem
from gradgen.errors import Place
from gradgen.ir.nodes import Param

STRANGE = (np.matrix, np.ma.MaskedArray)  # arrays to which NumPy's own rules do not apply
HOLDS = {
    "b": "truth values",
    "O": "objects",
    "U": "strings",
    "S": "strings",
    "M": "dates",
    "m": "times",
    "V": "records",
}


class ArrayArguments(Arguments):
    """As `Arguments`, for text that is right for numbers and for arrays."""

    # in -------------------------------------------------------------------------------------------

    def admitted(self, values: tuple, own: bool = False) -> tuple:
        """The arguments as the generated code takes them.  Raises GG119, or GG201 for complex numbers.

        With ``own``, lists and dicts are copied (not the arrays in them).
        """
        made = list(values)
        for i in self.positions:
            value = values[i]
            if type(value) is np.ndarray and value.dtype.kind == "f" or type(value) in PLAIN:
                continue
            made[i] = self.admit(self.params[i], value, own)
        for value, param in zip(values, self.params):
            if isinstance(value, STRANGE):
                raise self.wrong(param, param.name, value)
        return tuple(made)

    def admit(self, param: Param, value: object, own: bool) -> object:
        """One argument that is differentiated by, as `admitted`."""
        if isinstance(value, CONTAINERS) and param.slots:
            for name, path in param.slots:
                if (entry := self.entry(param, name, path, value)) is not MISSING:
                    self.real(param, name, entry)
            return self.copied_real(param, value)
        if isinstance(value, (list, tuple)) and param.listed:
            for i, entry in enumerate(value):
                self.real(param, f"{param.name}[{i}]", entry)
            return self.copied_real(param, value)
        return self.real(param, param.name, value)

    def entry(self, param: Param, name: str, path: tuple, value: object) -> object:
        """The entry at a path; of an array, the whole array stands for it."""
        for i, key in enumerate(path):
            if isinstance(value, np.ndarray):
                return value
            value = super().entry(param, name, path[i : i + 1], value)
            if value is MISSING:
                break
        return value

    def entries(self, param: Param, value: object) -> Iterator[tuple[str, object]]:
        """(name, entry) for the entries of a container that are read; of anything else, itself."""
        if not isinstance(value, CONTAINERS):
            yield param.name, value
            return
        for name, path in param.slots:
            try:
                yield name, functools.reduce(lambda inner, key: inner[key], path, value)
            except (LookupError, TypeError):
                continue

    def copied_real(self, param: Param, value: object) -> object:
        """A copy of nested containers with their integers as real numbers."""
        if isinstance(value, dict):
            return {k: self.copied_real(param, v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return sequence(value, [self.copied_real(param, v) for v in value])
        whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
        return value.astype(np.float64) if whole else unwrapped(value)

    def real(self, param: Param, name: str, value: object) -> object:
        """A real number or array of them, integer arrays as floats.  Raises GG119 or GG201."""
        if is_real(value):
            return unwrapped(value)
        if isinstance(value, np.ndarray) and not isinstance(value, STRANGE):
            if value.dtype.kind in "iu":
                return value.astype(np.float64)
            if value.dtype.kind == "f":
                return value
        raise self.wrong(param, name, value)

    def wrong(self, param: Param, name: str, value: object) -> Exception:
        """The refusal of an argument that is no real number and no array of them."""
        place = self.place(param.name)
        if isinstance(value, np.ndarray) and not isinstance(value, STRANGE):
            if value.dtype.kind == "c":
                return problem(
                    "GG201",
                    f"`{name}` is an array of complex numbers",
                    "take its real and imaginary parts as two arrays",
                    place,
                )
            holds = HOLDS.get(value.dtype.kind, "no real numbers")
            return problem(
                "GG119",
                f"`{name}` is an array of {holds}, not of real numbers",
                f"convert it, {name}.astype(float), or leave it out of wrt",
                place,
            )
        if is_array(value):
            return problem(
                "GG119",
                f"`{name}` is {kind(value)}, not one of NumPy's own arrays",
                f"convert it: np.asarray({name})",
                place,
            )
        if isinstance(value, CONTAINERS):
            return problem(
                "GG119",
                f"`{name}` is {kind(value)} where a number or an array is read",
                f"convert it: np.array({name}, dtype=float)",
                place,
            )
        help = "give it a number or an array, or say what to differentiate by: wrt=..."
        return problem("GG119", f"`{name}` is {kind(value)}, not a real number or an array of them", help, place)

    # out ------------------------------------------------------------------------------------------

    def gradients(self, grads: object, values: tuple, owners: set[int]) -> object:
        """The gradients, each shaped like its argument, with memory of their own.

        ``owners`` are what holds the memory of others (their `id`).  An argument that is not known is `MISSING`.
        Raises GG901 for one of another shape.
        """
        bare = len(self.wrt) == 1
        found = (grads,) if bare else grads
        like = [g if v is MISSING else v for g, v in zip(found, map(values.__getitem__, self.positions))]
        made = []
        for name, grad, value in zip(self.wrt, found, like, strict=True):
            if type(grad) is not np.ndarray or not alike(grad, value):
                grad = self.fitted(name, grad, value)
            made.append(apart(grad, owners))
        return made[0] if bare else tuple(made)

    def fitted(self, name: str, grad: object, like: object) -> object:
        """A gradient in the structure, shape and dtype of its argument."""
        if isinstance(like, np.ndarray):
            return self.as_array(name, grad, like)
        if isinstance(like, dict):
            return {k: self.fitted(f"{name}[{k!r}]", part(grad, k), v) for k, v in like.items()}
        if isinstance(like, (list, tuple)):
            return sequence(like, [self.fitted(f"{name}[{i}]", part(grad, i), v) for i, v in enumerate(like)])
        if not is_real(like):
            return None
        if isinstance(grad, np.ndarray):
            if grad.shape:
                raise self.misshapen(name, grad, ())
            grad = grad[()]
        return as_float(grad, like)

    def as_array(self, name: str, grad: object, like: np.ndarray) -> np.ndarray:
        """The gradient by an array; entry by entry where the text has a list for it, 0 where no derivative arrives."""
        dtype = like.dtype if like.dtype.kind == "f" else np.dtype(np.float64)
        if isinstance(grad, (list, tuple)):
            made = np.zeros(like.shape, dtype)
            for i, entry in enumerate(grad):
                made[i] = self.as_array(f"{name}[{i}]", entry, made[i : i + 1].reshape(made.shape[1:]))
            return made
        made = np.asarray(grad)
        if made.dtype.kind == "c":
            raise problem("GG201", f"the gradient by `{name}` is complex", REAL_POWER)
        if made.shape != like.shape:
            if made.shape or made != 0:
                raise self.misshapen(name, made, like.shape)
            made = np.zeros(like.shape, dtype)
        return made if made.dtype == dtype else made.astype(dtype)

    def misshapen(self, name: str, grad: np.ndarray, shape: tuple) -> Exception:
        """Our own mistake: never handed out as if it were right."""
        what = f"the gradient by `{name}` has the shape {grad.shape}, not {shape}"
        return problem("GG901", what, "please report this function", self.place(name.partition("[")[0]))


def alike(grad: np.ndarray, value: object) -> bool:
    """Whether a gradient is fit for its argument as it is."""
    if type(value) is not np.ndarray or grad.shape != value.shape:
        return False
    return grad.dtype == value.dtype and grad.dtype.kind == "f"


def owner(array: np.ndarray) -> object:
    """What holds an array's memory: the array itself, or what it is a view of."""
    base = array.base
    while isinstance(base, np.ndarray):
        array, base = base, base.base
    return array if base is None else base


def note_owners(value: object, owners: set[int]) -> None:
    """Add what holds the memory of the arrays in nested lists, tuples and dicts."""
    if type(value) is np.ndarray:
        owners.add(id(value) if value.base is None else id(owner(value)))
    elif isinstance(value, CONTAINERS):
        for entry in value.values() if isinstance(value, dict) else value:
            note_owners(entry, owners)
    elif isinstance(value, np.ndarray):
        owners.add(id(owner(value)))


def apart(value: object, owners: set[int]) -> object:
    """A value whose arrays can be written into and share no memory with others.

    ``owners`` are what holds the others' memory; those of this value join them.
    """
    if isinstance(value, np.ndarray):
        mine = value if value.base is None else owner(value)
        if id(mine) in owners or not value.flags.writeable:
            mine = value = value.copy()
        owners.add(id(mine))
    elif isinstance(value, dict):
        return {k: apart(v, owners) for k, v in value.items()}
    elif isinstance(value, (list, tuple)):
        return sequence(value, [apart(v, owners) for v in value])
    return value


# -- results and the gradients on them ------------------------------------------------------------------------------------


def is_output(value: object) -> bool:
    """Whether a result is a real number or an array of them."""
    return is_real(value) or isinstance(value, np.ndarray) and value.dtype.kind in "fiu"


def check_output(value: object, name: str) -> None:
    """Refuse a result that is no real number and no array of them.  Raises GG201 or GG202."""
    if is_output(value):
        return
    if isinstance(value, complex) or isinstance(value, np.ndarray) and value.dtype.kind == "c":
        raise problem("GG201", f"`{name}` gave complex numbers", REAL_POWER)
    raise problem(
        "GG202", f"`{name}` gave {kind(value)}, not a real number or an array of them", "return a number or an array"
    )


def check_number(value: object, name: str) -> None:
    """Refuse a result that is no single real number.  Raises GG201 or GG202."""
    check_output(value, name)
    if isinstance(value, np.ndarray) and value.shape:
        raise not_a_number(name, f"an array of the shape {value.shape}")


def not_a_number(name: str, what: str, place=None) -> Exception:
    """The refusal of `value_and_grad` for a result that is no number."""
    return problem(
        "GG202",
        f"the result of `{name}` is not a number but {what}",
        f"use vjp: out, pullback = {name}.vjp(...)",
        place,
    )


def upstream(dout: object, shape: tuple | None, place: Callable[[], Place]) -> object:
    """A gradient on a result as the generated code takes it: a float or a float array of the result's shape.

    Raises GG119.
    """
    if isinstance(dout, np.ndarray) and not isinstance(dout, STRANGE) and dout.dtype.kind in "fiu":
        made = dout if dout.dtype.kind == "f" else dout.astype(np.float64)
        found = made.shape
    elif is_real(dout):
        made, found = (dout if not isinstance(dout, int) else float(dout)), ()
    else:
        what = (
            f"an array of {HOLDS.get(dout.dtype.kind, 'complex numbers')}" if type(dout) is np.ndarray else kind(dout)
        )
        raise problem("GG119", f"`dout` is {what}, not a real number or an array of them", place=place())
    if shape is not None and found != shape:
        raise problem(
            "GG119", f"`dout` has the shape {found}, and the result {shape}", "give it the shape of the result", place()
        )
    return made


def kept_apart(entry: object, owners: set[int]) -> object:
    """A cache entry that the caller cannot write into: arrays whose memory others hold are copied."""
    if isinstance(entry, np.ndarray):
        return entry.copy() if id(owner(entry)) in owners else entry
    if type(entry) in (list, tuple):
        return type(entry)(kept_apart(e, owners) for e in entry)
    if type(entry) is dict:
        return {k: kept_apart(e, owners) for k, e in entry.items()}
    return entry
