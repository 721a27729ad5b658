"""Shapes: the dimension analysis of array code, over names such as N and D.

A shape is a tuple of dimensions, or, where not even the rank is known, a name for it (``@x`` for the parameter
x).  A dimension is a literal ("3"), a name that an annotation gave ("N"), the value of an integer variable ("$N"), or an unknown
of its own ("?4").  What use implies is collected as facts; the generated text asserts those that NumPy would not check itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from gradgen.analysis.flow import BLOCKED
from gradgen.ir.nodes import Call, CallPair, Const, Expr, Function, If, Keep, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import statements
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import canonical, find
from gradgen.rules.site import Dim, Shape, Site

LETTERS = ("N", "D", "M", "H", "K", "L", "P", "Q", "R", "S")
FULL = Call("slice", (Call("omitted", ()),) * 3)


def reduced_axis(part: Shape, whole: Shape) -> tuple[int, bool] | None:
    """(axis, keepdims) if a shape is that of a reduction of ``whole`` which broadcasts against it as it is."""
    if not (isinstance(part, str) and isinstance(whole, str) and part.startswith(f"{whole}|")):
        return None
    axis, _, keep = part.removeprefix(f"{whole}|").partition("|")
    return (int(axis), keep == "True") if keep == "True" or axis == "0" and keep == "False" else None


class Contradiction(Exception):
    """Two dimensions that must be equal are stated to differ."""

    def __init__(self, first: Dim, second: Dim):
        super().__init__(f"{first} against {second}")
        self.line = 0
        self.dims = first, second


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the text takes for granted: a parameter's rank, that it broadcasts into a shape, the size of an axis."""

    param: str
    rank: int | None = None
    into: tuple[Dim, ...] | None = None
    target: str = ""  # the value that has the shape
    same: tuple[int, Dim | tuple[str, int]] | None = None  # an axis, and the size (or the other value's axis) that it must equal


class Shapes:
    """The shapes of a function's values, and of any expression over them."""

    def __init__(self, function: Function, active: Callable[[str], bool] = lambda name: True, callees: Callable | None = None, given: Sequence[Shape] | None = None, count: int = 0):
        self.function, self.active, self.callees = function, active, callees
        self.names: dict[str, Shape] = {}
        self.bound: dict[str, Shape] = {}  # a shape's name -> what it turned out to be
        self.merged: dict[Dim, Dim] = {}
        self.facts: list[Fact] = []
        self.partial: dict[str, dict[int, Dim]] = {}  # sizes of axes known before the rank is
        self.totals: set[str] = set()
        self.memory: dict[Expr, Shape] = {}
        self.witness: dict[str, Shape] = {}  # a shape that would do, where the code takes several
        self.count = count  # unknowns made so far
        self.origin: dict[Dim, tuple[str, int]] = {}  # where an unknown size can be read: a value and its axis
        self.part_sizes: dict[tuple[Expr, int, int], Dim] = {}
        self.letters: dict[Dim, str] = {}
        self.pairs: dict[frozenset[str], str] = {}  # what unknown shapes broadcast to
        self.parts: dict[str, frozenset[str]] = {}  # and the other way round
        self.line = 0
        self.target = ""
        self.masks: set[str] = set()
        for param in function.params:
            self._parameter(param)
        self.outside: dict[str, Shape] = {}  # for a call: what the caller calls a parameter's unknown shape
        for param, shape in zip(function.params, given or (), strict=False):
            if isinstance(shape, str):
                self.outside[f"@{param.name}"] = shape
            self.names[param.name] = f"@{param.name}" if isinstance(shape, str) else shape
        self.frozen = False
        self.depth = 0  # how many branches deep
        self.array_values = {v for s in statements(function.body) for e in expressions(s) for v in _used_as_arrays(e)}
        for s in reversed(list(statements(function.body))):  # what an array is another name for, or was made of entry by entry
            if isinstance(s, Let) and s.target in self.array_values and (isinstance(s.value, Var) or isinstance(s.value, Call) and s.value.fn in ("+", "*", "/", "**", "neg")):
                self.array_values |= set(variables(s.value))
        self.varying = {v for s in statements(function.body) for e in expressions(s) for v in _asked_for_rank(e)}
        self.everywhere = {s.target for s in function.body if isinstance(s, Let)} | {p.name for p in function.params}
        self.parameters = {name for p in function.params for name in [n for n, _ in p.slots] or [p.name]}
        self.walk(function.body)
        self.frozen = True  # what follows is about the backward pass: it takes nothing more for granted

    def _parameter(self, param) -> None:
        names = [name for name, _ in param.slots] or [param.name]
        for name in names:
            dims = dict(param.slot_dims).get(name, param.dims)
            if dims is not None:
                self.names[name] = tuple(self.fresh_dim() if d == "_" else d for d in dims)
            elif param.setting or param.annotation in ("float", "int", "bool"):
                self.names[name] = ()
            else:
                self.names[name] = f"@{name}"

    # -- statements ---------------------------------------------------------------------------------------------------

    def walk(self, body: Sequence[Stmt]) -> None:
        for s in body:
            self.line = s.at.line or self.line
            try:
                self.statement(s)
            except Contradiction as clash:
                clash.line = clash.line or self.line
                raise

    def statement(self, s: Stmt) -> None:
        """What one statement says of shapes."""
        match s:
            case Let(target=target, value=value):
                self.target = target
                self.names[target] = shape = self.of(value)
                self.target = ""
                self._note_origin(target, shape)
                if isinstance(value, Call) and value.fn == ".get" and self.of(value) == ():
                    self.facts.append(Fact("", rank=0, target=target))
                if self.is_total(value):
                    self.totals.add(target)
                if is_mask(value, self):
                    self.masks.add(target)
                self._measured(target, value)
            case Keep(kind="unpack", args=(pattern, Call(".shape" | "np.shape", (x,)))):
                self.unpack(x, [v.name for v in pattern.args])
            case Store(target=target, base=base):
                if base in self.masks:
                    self.masks.add(target)
                self.names[target] = self.names.get(base, f"@{base}")
            case CallPair(targets=targets, fn=fn):
                found = self.callees(s, self) if self.callees else [self.fresh_shape() for _ in targets]
                self.names.update(zip(targets, found, strict=True))
            case If():
                self.depth += 1
                self.walk(s.then)
                self.walk(s.orelse)
                self.depth -= 1
                for join in s.joins:
                    a, b = (self.resolve(self.names[n]) for n in (join.then or join.orelse, join.orelse or join.then))
                    self.names[join.target] = a if a == b else self.fresh_shape()

    def _note_origin(self, name: str, shape: Shape) -> None:
        """Remember where unknown sizes can be read."""
        for axis, dim in enumerate(shape if isinstance(shape, tuple) else ()):
            if dim.startswith("?"):
                self.origin.setdefault(dim, (name, axis))

    def _measured(self, target: str, value: Expr) -> None:
        """``N = x.shape[0]``: the variable holds that size."""
        match value:
            case Call("[]", (Call(".shape", (x,)), Const(text))) if text.lstrip("-").isdigit():
                shape, axis = self.of(x), int(text)
                if isinstance(shape, tuple) and -len(shape) <= axis < len(shape):
                    self.equal(shape[axis], f"${target}")
                elif isinstance(shape, str):
                    self.partial.setdefault(shape, {})[axis] = f"${target}"
            case Call("len", (x,)):
                shape = self.of(x)
                if isinstance(shape, tuple) and shape:
                    self.equal(shape[0], f"${target}")

    def unpack(self, x: Expr, targets: Sequence[str]) -> None:
        """``N, D = x.shape``: the rank, and what the sizes are called."""
        shape = self.ranked(x, len(targets), checked=True)
        for dim, target in zip(shape, targets, strict=False):
            self.equal(dim, f"${target}")

    # -- dimensions ---------------------------------------------------------------------------------------------------

    def fresh_dim(self) -> Dim:
        self.count += 1
        return f"?{self.count}"

    def fresh_shape(self) -> str:
        self.count += 1
        return f"@?{self.count}"

    def dim(self, dim: Dim) -> Dim:
        while dim in self.merged:
            dim = self.merged[dim]
        return dim

    def part_size(self, x: Expr, axis: int, count: int) -> Dim:
        """The size of one of so many equal parts of an axis; it is one unknown for all of them."""
        whole = self.of(x)[axis]
        if whole.isdigit() and int(whole) % count == 0:
            return str(int(whole) // count)
        return self.part_sizes.setdefault((x, axis, count), self.fresh_dim())

    def resolve(self, shape: Shape) -> Shape:
        while isinstance(shape, str) and shape in self.bound:
            shape = self.bound[shape]
        if isinstance(shape, str):
            return self._derived(shape)
        return tuple(self.dim(d) for d in shape)

    def _derived(self, shape: str) -> Shape:
        """A transpose or a reduction of a shape whose rank has become known."""
        base, bar, rest = shape.rpartition("|")[0].rpartition("|") if "|" in shape else ("", "", "")
        if shape.endswith(".T") and isinstance(whole := self.resolve(shape.removesuffix(".T")), tuple):
            return whole[::-1]
        if bar and isinstance(whole := self.resolve(base), tuple):
            if not whole:
                return ()
            axis = int(rest) % len(whole)
            kept = ("1",) if shape.endswith("|True") else ()
            return (*whole[:axis], *kept, *whole[axis + 1 :])
        return shape

    def equal(self, a: Dim, b: Dim) -> None:
        """Two dimensions are one.  Raises `Contradiction` for stated ones that differ."""
        a, b = self.dim(a), self.dim(b)
        if a == b:
            return
        if _standing(a) < _standing(b):
            a, b = b, a
        if _standing(b) >= 3 and _standing(a) >= 3:
            raise Contradiction(a, b)
        if not self._made_of(a, b):  # n = n * 1, met where a rank was supposed
            self.merged[b] = a

    def _made_of(self, dim: Dim, part: Dim) -> bool:
        """Whether a size is said by way of another one."""
        parts = [self.dim(p) for p in re.split(r"[*+]", dim) if p != dim]
        return any(p == part or self._made_of(p, part) for p in parts)

    def value(self, expr: Expr) -> Dim:
        """The integer that an expression stands for, as a dimension."""
        match expr:
            case Const(text):
                return text
            case Call("neg", (Const(text),)):
                return f"-{text}"
            case Var(name):
                return self.dim(f"${name}")
            case Call("[]", (Call(".shape", (x,)), Const(text))) if text.lstrip("-").isdigit():
                shape, axis = self.of(x), int(text)
                if isinstance(shape, tuple) and -len(shape) <= axis < len(shape):
                    return self.dim(shape[axis])
                return self.fresh_dim()
            case Call("len", (x,)):
                shape = self.of(x)
                return self.dim(shape[0]) if isinstance(shape, tuple) and shape else self.fresh_dim()
            case Call("*", (a, b)):
                parts = sorted((self.value(a), self.value(b)))
                return "*".join(parts) if not any(p.startswith("?") for p in parts) else self.fresh_dim()
        return self.fresh_dim()

    def total(self, dims: Sequence[Dim]) -> Dim:
        """The sum of sizes."""
        dims = [self.dim(d) for d in dims]
        if all(d.isdigit() for d in dims):
            return str(sum(map(int, dims)))
        return "+".join(dims) if not any(d.startswith("?") for d in dims) else self.fresh_dim()

    # -- shapes of expressions ----------------------------------------------------------------------------------------

    def of(self, expr: Expr) -> Shape:
        """The shape of an expression's value."""
        match expr:
            case Var(name):
                if name not in self.names:
                    return ()
                return self.resolve(self.names[name])
            case Const():
                return ()
        if any(name[0] in "~^" for name in variables(expr)):  # a gradient may still grow from thin to full
            return self.resolve(self._of_call(expr))
        if expr not in self.memory:
            self.memory[expr] = self._of_call(expr)
        return self.resolve(self.memory[expr])

    def _of_call(self, expr: Call) -> Shape:
        fn, args = expr.fn, expr.args
        if fn in (".shape", "np.shape"):
            return ("?rank",)
        if fn == "[]" and isinstance(args[0], Call) and args[0].fn in (".shape", "np.shape") or fn in (".size", ".ndim", "np.size", "np.ndim", "len"):
            return ()
        if fn in ("list", "tuple"):
            inner = [self.of(a) for a in args]
            return (str(len(args)), *inner[0]) if inner and not isinstance(inner[0], str) else (str(len(args)),) if not inner else self.fresh_shape()
        if fn == ".get":
            return self.of(args[2]) if len(args) > 2 else self.fresh_shape()
        if fn == "parts.unbroadcast":
            return self.of(args[1])
        if fn == "shaped":  # a rule says so
            return dict(expr.attrs)["shape"]
        if fn == "np.broadcast_to":
            return self.of(args[1].args[0]) if isinstance(args[1], Call) and args[1].fn in (".shape", "np.shape") else tuple(self.value(a) for a in args[1].args)
        if fn == "stop_gradient":
            return self.of(args[0])
        if fn == "if":
            a, b = self.of(args[1]), self.of(args[2])
            return a if a == b else self.broadcast(a, b)
        if fn == "+":
            self._numbers_beside_totals(args)
            return self.broadcast_all(self.of(a) for a in args)
        if fn in BLOCKED or fn in ("&", "|", "^", "~"):
            return self.broadcast_all(self.of(a) for a in args)
        row = find(expr, is_constant)
        if row is None:
            return () if not args else self.fresh_shape()
        if row[0].shape is None:
            self._numbers_beside_totals(args)
            return self.broadcast_all(self.of(a) for a in args)
        return row[0].shape(Site(row[1], self))

    def _numbers_beside_totals(self, args: Sequence[Expr]) -> None:
        """``reg * np.sum(W * W)``: a parameter of unknown shape beside a sum over arrays is taken for a number, a fact to assert."""
        if not self.frozen and any(self.is_total(a) for a in args):
            for a in args:
                shape = self.of(a)
                if isinstance(shape, str) and shape[1:] in self.parameters and shape[1:] not in self.array_values and not self.depth:
                    self.bound[shape] = ()
                    self.facts.append(Fact(shape[1:], rank=0))

    def is_total(self, expr: Expr) -> bool:
        """Whether an expression is a number that was made of arrays."""
        if isinstance(expr, Var):
            return expr.name in self.totals
        if not isinstance(expr, Call) or self.of(expr) != () or expr.fn in (".size", ".ndim", "len"):
            return False
        if expr.fn == "[]" and isinstance(expr.args[0], Call) and expr.args[0].fn == ".shape":
            return False
        return any(self.is_total(a) or self.of(a) != () for a in expr.args)

    def broadcast_all(self, shapes) -> Shape:
        found: Shape = ()
        for shape in shapes:
            found = self.broadcast(found, shape)
        return found

    def broadcast(self, a: Shape, b: Shape) -> Shape:
        """The shape of an elementwise operation.

        A parameter of unknown shape that meets a known one is taken to broadcast into it: a fact to assert.
        """
        a, b = self.resolve(a), self.resolve(b)
        if a == b or b == ():
            if isinstance(a, str) or not isinstance(b, str):
                return a
        if a == ():
            return b
        if isinstance(a, str) and isinstance(b, str) and (reduced_axis(a, b) or reduced_axis(b, a)):
            return min(a, b, key=len)  # a reduction of a value against that value
        if isinstance(a, str) and isinstance(b, str):
            return self._together(a, b)
        if isinstance(a, str) or isinstance(b, str):
            return self._into(a, b) if isinstance(a, str) else self._into(b, a)
        longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
        lead = len(longer) - len(shorter)
        return (*longer[:lead], *(self._wider(x, y) for x, y in zip(longer[lead:], shorter, strict=True)))

    def _together(self, a: str, b: str) -> str:
        """What unknown shapes broadcast to: one name for one set of them."""
        parts = self.parts.get(a, frozenset({a})) | self.parts.get(b, frozenset({b}))
        known = [s for s in (a, b) if self.parts.get(s, frozenset({s})) == parts]
        if known:
            return known[0]
        shape = self.pairs.setdefault(parts, self.fresh_shape())
        self.parts[shape] = parts
        return shape

    def is_readable(self, dim: Dim) -> bool:
        """Whether a size can be read somewhere: as a literal, a variable, an axis of a named value."""
        return all(d in self.origin or self.size(d) is not None for d in dim.split("*"))

    def _into(self, name: str, shape: tuple[Dim, ...]) -> Shape:
        param = name[1:]
        if param not in self.parameters:
            return name if shape == () else self.fresh_shape()
        if self.depth or param in self.varying or "1" in shape or not all(self.is_readable(d) for d in shape):
            return self.fresh_shape()
        fact = Fact(param, into=shape, target=self.target)
        if not self.frozen and (param, shape) not in [(f.param, f.into) for f in self.facts]:
            self.facts.append(fact)
        return shape

    def _wider(self, x: Dim, y: Dim) -> Dim:
        x, y = self.dim(x), self.dim(y)
        if x == y or y == "1":
            return x
        if x == "1":
            return y
        if _standing(x) >= 3 and _standing(y) >= 3:
            if self.frozen:
                return self.fresh_dim()
            raise Contradiction(x, y)
        if x.startswith("?") or y.startswith("?"):
            return self._same_size(x, y)
        return y if _standing(x) < _standing(y) else x

    def _same_size(self, x: Dim, y: Dim) -> Dim:
        """An unknown size that meets another, taken to be equal: a fact to assert; where it cannot be said, unknown still."""
        unknown, other = (x, y) if x.startswith("?") else (y, x)
        if self.frozen or self.depth or unknown not in self.origin or other.startswith("?") and other not in self.origin:
            return self.fresh_dim()
        name, axis = self.origin[unknown]
        wanted: Dim | tuple[str, int] = other
        if other.startswith("?"):
            wanted = self.origin[other]
            order = list(self.names)
            if order.index(name) < order.index(wanted[0]):  # said where the later of the two is made
                (name, axis), wanted = wanted, (name, axis)
        fact = Fact("" if name not in self.parameters else name, target=name, same=(axis, wanted))
        if fact not in self.facts:
            self.facts.append(fact)
        self.equal(unknown, other)
        return self.dim(other)

    def ranked(self, x: Expr, rank: int, checked: bool = False) -> Shape:
        """The shape of an operand; one of unknown rank is taken to have this one (`checked`: the code itself sees to that)."""
        shape = self.of(x)
        if isinstance(shape, str) and self._may_bind(shape, checked):
            known = self.partial.get(shape, {})
            dims = tuple(known.get(i, known.get(i - rank)) or self.fresh_dim() for i in range(rank))
            self.bind(shape, dims, "" if checked else x.name if isinstance(x, Var) else "")
            return dims
        return shape

    def bind(self, shape: str, dims: tuple[Dim, ...], asserted: str) -> None:
        """A shape of unknown rank turns out to have this one; ``asserted`` is the value to assert it of, if the code does not see to it."""
        while shape.endswith(".T"):
            shape, dims = shape.removesuffix(".T"), dims[::-1]
        self.bound[shape] = dims
        name = shape[1:]
        if name in self.parameters:
            self._note_origin(name, dims)
        if asserted:
            self.facts.append(Fact(name, rank=len(dims)) if name in self.parameters else Fact("", rank=len(dims), target=asserted))

    def _may_bind(self, shape: str, checked: bool) -> bool:
        """Whether a shape of unknown rank may be taken to have one: a parameter's, on every path, and nobody asks for it."""
        base = shape.removesuffix(".T")[1:]
        if self.frozen or base in self.varying:
            return False
        return checked or not self.depth

    def indexed(self, x: Expr, index: Sequence[Expr]) -> Shape:
        """The shape of ``x[index]``."""
        shape = self.of(x)
        items = [self.index_kind(i) for i in index]
        if isinstance(shape, str) or "?" in items:
            return self.fresh_shape()
        if any(self._may_be_mask(item, shape[sum(k not in ("new", "...") for k in items[:n]) :]) for n, item in enumerate(index) if items[n] == "array"):
            return self.fresh_shape()
        taken = sum(k not in ("new", "...") for k in items)
        if taken > len(shape) or "mask" in items:
            return self.fresh_shape()
        if "..." in items:
            at = items.index("...")
            items[at : at + 1] = ["all"] * (len(shape) - taken)
            index = [*index[:at], *[FULL] * (len(shape) - taken), *index[at + 1 :]]
        else:
            items += ["all"] * (len(shape) - taken)
            index = [*index, *[FULL] * (len(shape) - taken)]
        return self._picked(shape, items, index)

    def _may_be_mask(self, item: Expr, axes: tuple[Dim, ...]) -> bool:
        """Whether an index may as well hold truth values: a parameter of the shape of the axes that it stands for."""
        return isinstance(item, Var) and item.name in self.parameters and self.of(item) == axes[: len(self.of(item))]

    def _picked(self, shape: tuple[Dim, ...], items: list[str], index: Sequence[Expr]) -> Shape:
        out: list[Dim] = []
        axis = 0
        arrays: Shape = ()
        place: int | None = None
        for kind, item in zip(items, index, strict=True):
            if kind == "new":
                out.append("1")
                continue
            if kind == "all":
                out.append(shape[axis])
            elif kind == "slice":
                out.append(self._slice(shape[axis], item))
            elif kind == "array":
                place = len(out) if place is None else place
                arrays = self.broadcast(arrays, self.of(item))
            axis += 1
        if place is None:
            return tuple(out)
        positions = [i for i, k in enumerate(items) if k in ("array", "int")]
        if isinstance(arrays, str):
            return self.fresh_shape()
        if positions != list(range(positions[0], positions[-1] + 1)):
            return (*arrays, *out)
        return (*out[:place], *arrays, *out[place:])

    def _slice(self, dim: Dim, item: Call) -> Dim:
        start, stop, step = item.args
        omitted = Call("omitted", ())
        if step != omitted:
            return self.fresh_dim() if (start, stop, step) != (omitted, omitted, Call("neg", (Const("1"),))) else dim
        low = "0" if start == omitted else self.value(start)
        high = dim if stop == omitted else self.value(stop)
        if low == "0" and high == dim:
            return dim
        if dim.isdigit() and low.lstrip("-").isdigit() and high.lstrip("-").isdigit():
            return str(len(range(*slice(int(low), int(high)).indices(int(dim)))))
        return self.fresh_dim()

    def index_kind(self, item: Expr) -> str:
        """What an index is: ``all``, ``slice``, ``new``, ``...``, ``int``, ``mask``, ``array``, or ``?``."""
        match item:
            case Call("slice"):
                return "all" if item == FULL else "slice"
            case Const("None") | Call("np.newaxis"):
                return "new"
            case Const("Ellipsis") | Const("..."):
                return "..."
            case Const():
                return "int"
        if is_mask(item, self):
            return "mask"
        shape = self.of(item)
        return "int" if shape == () else "?" if isinstance(shape, str) and not shape.startswith("@") else "array"

    def is_array(self, expr: Expr) -> bool:
        """Whether a value is known to be an array, with attributes and methods, and not a plain number."""
        if isinstance(expr, Var):
            return expr.name in self.array_values or isinstance(shape := self.of(expr), tuple) and shape != ()
        return isinstance(expr, Call) and (expr.fn in (".reshape", ".dot", ".T", "@", "np.dot") or expr.fn in ("+", "*", "/", "neg") and any(self.is_array(a) for a in expr.args))

    # -- shapes as text -----------------------------------------------------------------------------------------------

    def size(self, dim: Dim, known: Callable[[str], bool] | None = None) -> Expr | None:
        """An expression for a dimension: a number, a variable that holds it (if it is ``known``), or the size of a parameter's axis."""
        dim = self.dim(dim)
        known = known or self.everywhere.__contains__
        if dim.isdigit():
            return Const(dim)
        if "*" in dim:
            parts = [self.size(d, known) for d in dim.split("*")]
            return None if None in parts else reduce(lambda a, b: Call("*", (a, b)), parts)
        held = [d[1:] for d in [dim, *self.merged] if d.startswith("$") and self.dim(d) == dim and known(d[1:])]
        if held:
            return Var(held[0])
        for param in self.function.params:
            for name in [n for n, _ in param.slots] or [param.name]:
                shape = self.resolve(self.names[name])
                if isinstance(shape, tuple) and dim in shape:
                    return Call("[]", (Call(".shape", (Var(name),)), Const(repr(shape.index(dim)))))
        return None

    def label(self, dim: Dim) -> str:
        """What a reader is told of a dimension: its number or name; an unknown one gets a letter of its own."""
        dim = self.dim(dim)
        if dim.startswith("?"):
            taken = {*self.letters.values(), *self.function.taken, *(d.strip("$") for d in (*self.merged, *self.merged.values()))}
            dim = self.letters.setdefault(dim, next((x for x in LETTERS if x not in taken), dim.replace("?", "n")))
            return dim
        return dim.replace("$", "").partition("#")[0]

    def labels(self, shape: Shape) -> str | None:
        """``(N, D)``; None for a shape of unknown rank."""
        if isinstance(shape, str):
            known = self.partial.get(shape, {})
            first = [self.label(known[i]) for i in range(len(known)) if i in known]
            return f"({', '.join(first)}, ...)" if first else None
        texts = [self.label(d) for d in shape]
        return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"

    def sized(self, expr: Expr) -> Expr:
        """The expression with sizes of values said by names or by way of parameters, so that the values need not be kept."""
        match expr:
            case Call("[]", (Call(".shape", (Var() as x,)), Const(text))) if isinstance(shape := self.of(x), tuple):
                return self.size(shape[int(text)]) or expr
            case Call(".shape", (Var() as x,)):
                return self.shape_text(x)
            case Call(".size", (Var() as x,)) if isinstance(shape := self.of(x), tuple) and x.name not in self.parameters:
                sizes = [self.size(d) for d in shape]
                if None in sizes:
                    return expr
                whole = sizes[0] if sizes else Const("1")
                for size in sizes[1:]:
                    whole = Call("*", (whole, size))
                return whole
            case Call():
                return Call(expr.fn, tuple(self.sized(a) for a in expr.args), expr.attrs)
        return expr

    def shape_text(self, made: Expr) -> Expr:
        """An expression for a value's shape, by way of a parameter or of sizes where possible: the value itself need not be kept."""
        shape = self.of(made)
        for param in self.function.params:
            for name in [n for n, _ in param.slots] or [param.name]:
                if self.resolve(self.names[name]) == shape:
                    return Call(".shape" if self.is_array(Var(name)) else "np.shape", (Var(name),))
        if isinstance(shape, str):
            return Call("np.shape", (made,))
        sizes = [self.size(d) for d in shape]
        return Call("tuple", tuple(sizes)) if None not in sizes else Call(".shape", (made,))

    # -- gradients: of the shape of their values, or thinner ----------------------------------------------------------

    def gradients(self) -> dict[str, Shape]:
        """The shapes of the gradients so far."""
        return {name: shape for name, shape in self.names.items() if name[0] == "~"}

    def rejoin(self, then: dict[str, Shape], orelse: dict[str, Shape]) -> None:
        """After a branch: a gradient whose shape depends on the path may be a plain number."""
        for name in {**then, **orelse}:
            a, b = (self.resolve(arm.get(name, ())) for arm in (then, orelse))
            self.names[name] = a if a == b else ()

    def restore(self, gradients: dict[str, Shape]) -> None:
        """The gradients as they were before an arm of a branch."""
        for name in self.gradients():
            del self.names[name]
        self.names.update(gradients)

    def flows(self, expr: Expr) -> bool:
        """Whether a derivative flows to an expression's value."""
        from gradgen.analysis.flow import flowing

        return flowing(expr, self.active)


def expressions(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement of the forward pass evaluates itself."""
    match s:
        case Let(value=value):
            return (value,)
        case Store(index=index, value=value):
            return (*index, value)
        case CallPair(args=args) | Keep(args=args):
            return args
        case If(test=test):
            return (test,)
    return ()


def _used_as_arrays(expr: Expr):
    """The variables of which an expression uses an attribute, a method, entries, or a function that only arrays have."""
    for node in calls(expr):
        row = find(node, is_constant) if not node.fn.startswith(".") and node.fn != "[]" else None
        whole = row is not None and row[0].shape is not None and row[0].shape.__name__ not in ("elementwise", "same")
        if node.args and isinstance(node.args[0], Var) and (node.fn.startswith(".") and node.fn != ".get" or node.fn == "[]" or whole):
            yield node.args[0].name


def _asked_for_rank(expr: Expr):
    """The variables whose rank an expression asks for: they may have several."""
    for node in calls(expr):
        if node.fn in (".ndim", "np.ndim") and isinstance(node.args[0], Var) or node.fn == "len" and isinstance(node.args[0], Call) and node.args[0].fn == ".shape":
            yield from variables(node)


def calls(expr: Expr):
    """Every operation inside an expression."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            yield node
            stack.extend(node.args)


def asked_of_arguments(helper: Shapes, args: Sequence[Expr], caller: Shapes) -> None:
    """What a helper takes for granted of its parameters' ranks holds for the caller's own, where nothing is known of them."""
    dims: dict[Dim, Dim] = {}
    for param, arg in zip(helper.function.params, args, strict=True):
        asked, shape = helper.of(Var(param.name)), caller.of(arg)
        if isinstance(asked, tuple) and asked and isinstance(shape, str) and shape[1:] in caller.parameters and not caller.depth:
            caller.bound[shape] = tuple(d if d.isdigit() else dims.setdefault(d, caller.fresh_dim()) for d in asked)


def called_shapes(helper: Function, given: Sequence[Shape], caller: Shapes, callees: Callable) -> list[Shape]:
    """The shapes of a helper's results for arguments of these shapes; its own unknowns become the caller's."""
    try:
        inner = Shapes(helper, callees=callees, given=given, count=caller.count)
    except Contradiction:  # the names that the helper states are sizes of its own
        return [caller.fresh_shape() for _ in helper.results]
    known = {d for s in given if isinstance(s, tuple) for d in s}
    for d in known:
        if inner.dim(d) != d and inner.dim(d) in known:  # the helper makes two of the caller's sizes equal
            caller.equal(d, inner.dim(d))
    caller.count = inner.count
    names: dict[str, str] = {}

    def outer(shape: Shape) -> Shape:
        if isinstance(shape, str):
            return inner.outside[shape] if shape in inner.outside else names.setdefault(shape, caller.fresh_shape())
        return tuple(caller.dim(d) if d in known or d.isdigit() else names.setdefault(d, caller.fresh_dim()) for d in shape)

    return [outer(inner.of(r)) for r in helper.results]


def is_mask(item: Expr, shapes: Shapes) -> bool:
    """Whether a value holds truth values."""
    if isinstance(item, Var):
        return item.name in shapes.masks
    if not isinstance(item, Call):
        return False
    if item.fn in BLOCKED and item.fn not in ("stop_gradient", "len") or item.fn in ("&", "|", "~"):
        return True
    row = find(item, is_constant)
    if row is None:
        return item.fn == "stop_gradient" and is_mask(item.args[0], shapes)
    if "dtype" in row[1] and row[1]["dtype"] != Const("None"):
        return row[1]["dtype"] in (Var("bool"), Call("np.bool_", ()))
    if row[0].gate == "mover" and "x" in row[1]:  # a view of a mask
        return is_mask(row[1]["x"], shapes)
    return canonical(item.fn).startswith(("np.logical_", "np.is", "np.greater", "np.less", "np.equal", "np.not_equal"))


def _standing(dim: Dim) -> int:
    """How firmly a dimension is known: an unknown, a variable's value, arithmetic, a stated name, a number."""
    if dim.startswith("?"):
        return 0
    if dim.startswith("$"):
        return 1
    if dim.lstrip("-").isdigit():
        return 4
    return 3 if dim.isidentifier() else 2
