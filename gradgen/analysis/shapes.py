"""Shapes: the dimension analysis of array code, over names such as N and D.

A shape is a tuple of dimensions, or, where not even the rank is known, a name for it (``@x`` for the parameter
x).  A dimension is a literal ("3"), a name that an annotation gave ("N"), the value of an integer variable ("$N"), or an unknown
of its own ("?4").  What use implies is collected as facts; the generated text asserts those that NumPy would not check itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from gradgen.analysis.broadcasting import Broadcasting, Fact
from gradgen.analysis.dims import PART, Contradiction, Dims
from gradgen.analysis.evidence import Evidence, evidence_of, is_mask, is_whole
from gradgen.analysis.flow import BLOCKED, flowing
from gradgen.analysis.ranks import ranks_by_use
from gradgen.analysis.rounds import Rounds
from gradgen.analysis.sizes import Sizes
from gradgen.analysis.subscripts import Subscripts
from gradgen.ir.nodes import (
    Call,
    CallPair,
    Carry,
    Const,
    Expr,
    For,
    Function,
    If,
    Keep,
    Let,
    Stmt,
    Store,
    Var,
    variables,
)
from gradgen.ir.read import OMITTED
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import find
from gradgen.rules.site import Dim, Shape, Site


def _is_shape(s: Keep) -> bool:
    """Whether ``N, D = x.shape`` takes a shape apart."""
    return isinstance(s.args[1], Call) and s.args[1].fn in (".shape", "np.shape")


ENTRYWISE = (
    "np.exp",
    "np.log",
    "np.sqrt",
    "np.tanh",
    "np.maximum",
    "np.minimum",
    "np.sin",
    "np.cos",
    "np.abs",
    "abs",
    "max",
    "min",
)
SIZE_AT = {
    "random": 0,
    "random_sample": 0,
    "standard_normal": 0,
    "uniform": 2,
    "normal": 2,
    "binomial": 2,
}  # draws: the place of their size


class Shapes(Broadcasting, Rounds, Sizes, Subscripts, Dims):
    """The shapes of a function's values, and of any expression over them."""

    def __init__(
        self,
        function: Function,
        active: Callable[[str], bool] = lambda name: True,
        callees: Callable | None = None,
        given: Sequence[Shape] | None = None,
        count: int = 0,
        arrays: Collection[str] = (),
        ranks: Mapping[str, Collection[int]] = MappingProxyType({}),
        evidence: Evidence | None = None,
        later: Mapping[str, int] = MappingProxyType({}),
    ):
        """``given`` are the shapes of the arguments at a call, ``arrays`` parameters that some call gives an array for.

        ``ranks`` are how many axes the calls' arguments have, where every call says so; ``evidence`` is the function's, where it is
        known from before; ``later`` are how many axes parameters turned out to have below a line that took them for something else.
        """
        super().__init__(count)
        self.later = later
        self.ranks = ranks
        self.function, self.active, self.callees = function, active, callees
        self.names: dict[str, Shape] = {}
        self.bound: dict[str, Shape] = {}  # a shape's name -> what it turned out to be
        self.facts: list[Fact] = []
        self.around: list[str] = []  # the variables of the loops around this point
        self.partial: dict[str, dict[int, Dim]] = {}  # sizes of axes known before the rank is
        self.at_least: dict[str, int] = {}  # how many axes an unknown shape has by what it was broadcast against
        self.needs: dict[str, dict[Expr, Expr]] = (
            {}
        )  # value -> tests of what its line takes for granted, with their operands
        self.totals: set[str] = set()
        self.memory: dict[Expr, Shape] = {}
        self.begun: dict[str, tuple[tuple[Dim, ...], Carry]] = (
            {}
        )  # shapes handed on by trips: before the loop, and whose
        self.kept: dict[str, tuple[Dim, ...]] = (
            {}
        )  # what trips hand on that is taken to keep the shape from before the loop
        self.witness: dict[str, Shape] = {}  # a shape that would do, where the code takes several
        self.origin: dict[Dim, tuple[str, int]] = {}  # where an unknown size can be read: a value and its axis
        self.letters: dict[Dim, str] = {}
        self.sliced: dict[tuple[Dim, Expr], Dim] = {}  # sizes of slices
        self.pairs: dict[frozenset[str], str] = {}  # what unknown shapes broadcast to
        self.parts: dict[str, frozenset[str]] = {}  # and the other way round
        self.line = 0
        self.target = ""
        self.made: dict[str, Expr] = {}  # what each value is made as
        self.masks: set[str] = set()
        self.wholes: set[str] = set()  # values made of whole numbers
        self.either: set[str] = set()  # gradients that are numbers on one path only
        self.centred: dict[str, Expr] = {}  # values whose mean along an axis is 0, and the axis
        self.nothing: set[str] = set()  # values that are None
        self.lists: set[str] = set()  # lists that are appended to: arrays that get longer
        self.of_numbers: set[str] = set()  # lists of so many numbers, into which any object could be put
        for param in function.params:
            self._parameter(param)
        self.outside: dict[str, Shape] = {}  # for a call: what the caller calls a parameter's unknown shape
        for param, shape in zip(function.params, given or (), strict=False):
            if isinstance(shape, str):
                self.outside[f"@{param.name}"] = shape
            self.names[param.name] = f"@{param.name}" if isinstance(shape, str) else shape
        self.depth = 0  # how many branches deep
        self.evidence = evidence or evidence_of(function)
        self.array_values = self.evidence.arrays | set(arrays)
        self.varying = self.evidence.varying | {name for name, found in ranks.items() if len(found) > 1}
        self.everywhere = {s.target for s in function.body if isinstance(s, Let)} | {p.name for p in function.params}
        self.parameters, self.integers = self.evidence.parameters, self.evidence.integers
        for name in self.integers - self.varying:
            if self.names.get(name) == f"@{name}":
                self.names[name] = ()
        self._ranks_of_calls()
        self._ranks_of_uses()
        self.walk(function.body)
        if found := self._found_later():  # gone through again, with these known from the start
            self.__init__(function, active, callees, given, count, arrays, ranks, self.evidence, {**later, **found})
            return
        self.frozen = True  # what follows is about the backward pass: it takes nothing more for granted

    def _parameter(self, param) -> None:
        names = [name for name, _ in param.slots] or [param.name]
        for name in names:
            dims = dict(param.slot_dims).get(name, param.dims)
            if dims is not None:
                self.names[name] = tuple(self.fresh_dim() if d == "_" else d for d in dims)
            elif param.setting or param.count or param.annotation in ("float", "int", "bool"):
                self.names[name] = ()
            else:
                self.names[name] = f"@{name}"

    def _ranks_of_calls(self) -> None:
        """Several arrays that have the same rank at every call have that rank; with only one, the text may serve any."""
        unknown = [n for n, shape in self.names.items() if isinstance(shape, str)]
        for name in unknown:
            if len(unknown) > 1 and len(found := self.ranks.get(name, ())) == 1:
                (rank,) = found
                self.bind(f"@{name}", tuple(self.fresh_dim() for _ in range(rank)), name)

    def _ranks_of_uses(self) -> None:
        """What is done with a parameter shows how many axes it has, where no call and no ``N, D = x.shape`` does."""
        unpacked = [
            s.args[1].args[0] for s in self.function.body if isinstance(s, Keep) and s.kind == "unpack" and _is_shape(s)
        ]
        told = {*self.ranks, *(x.name for x in unpacked if isinstance(x, Var))}
        by_use = {name: rank for name, rank in ranks_by_use(self.evidence).items() if name not in told}
        for name, rank in (by_use | self.evidence.walked | dict(self.later)).items():
            if isinstance(shape := self.resolve(self.names[name]), str) and name not in self.varying:
                self.bind(shape, tuple(self.fresh_dim() for _ in range(rank)), name)

    def _found_later(self) -> dict[str, int]:
        """The parameters that were taken to broadcast into some shape before a line showed how many axes they have, and these."""
        taken = {
            f.param: f.into for f in self.facts if f.into is not None and f.param in self.parameters - {*self.later}
        }
        now = {name: self.resolve(f"@{name}") for name in taken}
        return {n: len(s) for n, s in now.items() if isinstance(s, tuple) and s != self.resolve(taken[n])}

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
                if value == Const("None"):
                    self.nothing.add(target)
                self.names[target] = shape = self.of(value)
                self.lists.discard(target)  # a trip that is looked at again begins it anew
                self.made[target] = value
                self.target = ""
                self._note_origin(target, shape)
                if isinstance(value, Call) and value.fn == ".get" and self.of(value) == ():
                    self.note(Fact("", rank=0, target=target))
                if is_repeated(value) or isinstance(value, Var) and value.name in self.of_numbers:
                    self.of_numbers.add(target)
                if self.is_total(value):
                    self.totals.add(target)
                if is_mask(value, self):
                    self.masks.add(target)
                if is_whole(value, self):
                    self.wholes.add(target)
                self._measured(target, value)
            case Keep(kind="unpack", args=(pattern, Call(".shape" | "np.shape", (x,)))):
                self.unpack(x, [v.name for v in pattern.args])
            case Keep(
                kind="unpack", args=(pattern, Call("[]", (Call(".shape" | "np.shape", (x,)), Call("slice", ends))))
            ):
                if (rest := _left_over(*ends)) is not None:
                    self.ranked(x, len(pattern.args) + rest, checked=True)
            case Store(target=target, base=base, op="append", value=value):
                self.names[target] = self.longer(base, self.of(value))
                self.lists |= {base, target}
            case Store(target=target, base=base, index=index, value=value):
                unknown = not self.frozen and isinstance(self.resolve(self.of(value)), str)
                if unknown and self.of(Call("[]", (Var(base), *index))) == ():
                    self._is_number(value)
                if base in self.of_numbers:
                    self.of_numbers.add(target)
                    self._goes_into_list(value)
                if base in self.masks:
                    self.masks.add(target)
                self.names[target] = self.names.get(base, f"@{base}")
            case CallPair(targets=targets):
                found = self.callees(s, self) if self.callees else [self.fresh_shape() for _ in targets]
                self.names.update(zip(targets, found, strict=True))
            case If():
                self.depth += 1
                self.walk(s.then)
                self.walk(s.orelse)
                self.depth -= 1
                for join in s.joins:
                    arms = [n for n in (join.then, join.orelse) if n and n not in self.nothing] or [join.then]
                    a, b = self.resolve(self.names[arms[0]]), self.resolve(self.names[arms[-1]])
                    self.names[join.target] = a if a == b else self.fresh_shape()
            case For():
                self.loop(s)

    def _goes_into_list(self, value: Expr) -> None:
        """Refuse an array as an entry of a list of numbers: Python would put it there, where an array complains."""
        if not self.frozen and isinstance(shape := self.of(value), tuple) and shape:
            raise Contradiction(self.labels(shape), "a number")

    def _is_number(self, value: Expr) -> None:
        """What is stored into one entry is a number, and so is all that it is made of entry by entry: facts to assert."""
        shape = self.resolve(self.of(value))
        if not isinstance(shape, str) or not self._may_bind(shape, False):
            return
        match value:
            case Var(name) if name in self.made:
                self._is_number(self.made[name])
                self.bound.setdefault(shape, ())
            case Call("[]", (Var() as base, *index)) if all(self.index_kind(i) == "int" for i in index):
                around, self.around = self.around, []  # it has so many axes even where no trip is made
                self.ranked(base, len(index))
                self.around = around
            case Call(fn, args) if fn in ("+", "*", "/", "-", "neg", "**") or fn in ENTRYWISE:
                for a in args:
                    self._is_number(a)
        self.memory.clear()

    def longer(self, base: str, entry: Shape) -> Shape:
        """The shape of a list with one entry more.  Nobody asks how long it is before it is complete."""
        before = self.resolve(self.names[base])
        if isinstance(entry, str) or isinstance(before, str):
            return before if isinstance(before, str) else self.fresh_shape()
        return before if base in self.lists and before[1:] == entry else (self.fresh_dim(), *entry)

    def note(self, fact: Fact) -> None:
        """Remember something that is taken for granted from here on: by the trips of a loop, in one."""
        self.facts.append(replace(fact, loop=self.around[-1]) if self.around else fact)

    def _note_origin(self, name: str, shape: Shape) -> None:
        """Remember where unknown sizes can be read."""
        for axis, dim in enumerate(shape if isinstance(shape, tuple) else ()):
            if dim.startswith("?") and (dim not in self.origin or not self.is_everywhere(dim)):
                self.origin[dim] = name, axis

    def is_everywhere(self, dim: Dim) -> bool:
        """Whether an unknown size can be read off a value that is there on every path, and not only in trips."""
        return dim in self.origin and self.origin[dim][0] in self.everywhere | self.parameters

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

    def part_size(self, x: Expr, axis: int, count: int) -> Dim:
        """The size of one of so many equal parts of an axis; it is one unknown for all of them."""
        whole = self.of(x)[axis]
        if whole.isdigit() and int(whole) % count == 0:
            return str(int(whole) // count)
        if whole.startswith(f"{count}*"):
            return whole.removeprefix(f"{count}*")
        return self.part_sizes.setdefault((x, axis, count), self.fresh_dim())

    def resolve(self, shape: Shape) -> Shape:
        while isinstance(shape, str) and shape in self.bound:
            shape = self.bound[shape]
        if isinstance(shape, str):
            return self._derived(shape)
        return tuple(self.dim(d) for d in shape)

    def _derived(self, shape: str) -> Shape:
        """A transpose, a part or a reduction of a shape whose rank has become known."""
        if (part := PART.fullmatch(shape)) and isinstance(whole := self.resolve(part[1]), tuple):
            return shape if (left := self.part_of(whole, part[2].split(", "))) is None else left
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
            case Call("//", (Var() as a, Var() as b)):
                parts = (self.value(a), self.value(b))
                return (
                    "//".join(parts) if not any("?" in p or "/" in p or "*" in p for p in parts) else self.fresh_dim()
                )
        return self.fresh_dim()

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
            try:
                return self.resolve(self._of_call(expr))
            except Contradiction:  # where ranks are taken for granted that the text asserts
                return self.fresh_shape()
        if expr not in self.memory:
            self.memory[expr] = self._of_call(expr)
        return self.resolve(self.memory[expr])

    def drawn(self, expr: Call) -> Shape:
        """The shape of random numbers: as many as the arguments, or the one called ``size``, say."""
        asked = draw_sizes(expr)
        if len(asked) == 1 and isinstance(asked[0], Call) and asked[0].fn == "starred":
            asked = asked[0].args
        if len(asked) == 1 and isinstance(asked[0], Call) and asked[0].fn in (".shape", "np.shape"):
            return self.of(asked[0].args[0])
        if len(asked) == 1 and isinstance(asked[0], Call) and asked[0].fn in ("tuple", "list"):
            asked = asked[0].args
        return tuple(self.value(a) for a in asked)

    def _of_call(self, expr: Call) -> Shape:
        fn, args = expr.fn, expr.args
        if fn in (".shape", "np.shape"):
            return ("?rank",)
        if (
            fn == "[]"
            and isinstance(args[0], Call)
            and args[0].fn in (".shape", "np.shape")
            or fn in (".size", ".ndim", "np.size", "np.ndim", "len")
        ):
            return ()
        if fn in ("list", "tuple"):
            inner = [self.of(a) for a in args]
            return (
                (str(len(args)), *inner[0])
                if inner and not isinstance(inner[0], str)
                else (str(len(args)),) if not inner else self.fresh_shape()
            )
        if fn == ".get":
            return self.of(args[2]) if len(args) > 2 else self.fresh_shape()
        if fn == "parts.unbroadcast":
            return self.of(args[1])
        if fn == "shaped":  # a rule says so
            return dict(expr.attrs)["shape"]
        if fn == "np.broadcast_to":
            return (
                self.of(args[1].args[0])
                if isinstance(args[1], Call) and args[1].fn in (".shape", "np.shape")
                else tuple(self.value(a) for a in args[1].args)
            )
        if fn == "stop_gradient":
            return self.of(args[0])
        if fn.startswith("np.random."):
            return self.drawn(expr)
        if fn == "if":
            a, b = self.of(args[1]), self.of(args[2])
            return a if a == b else self.broadcast(a, b)
        if is_repeated(expr):
            return (self.value(args[1]),)
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
                if (
                    isinstance(shape, str)
                    and shape[1:] in self.parameters
                    and shape[1:] not in self.array_values
                    and not self.depth
                ):
                    self.bound[shape] = ()
                    self.note(Fact(shape[1:], rank=0))

    def is_total(self, expr: Expr) -> bool:
        """Whether an expression is a number that was made of arrays."""
        if isinstance(expr, Var):
            return expr.name in self.totals
        if not isinstance(expr, Call) or self.of(expr) != () or expr.fn in (".size", ".ndim", "len"):
            return False
        if expr.fn == "[]" and isinstance(expr.args[0], Call) and expr.args[0].fn == ".shape":
            return False
        return any(self.is_total(a) or self.of(a) != () for a in expr.args)

    def ranked(self, x: Expr, rank: int, checked: bool = False) -> Shape:
        """The shape of an operand; one of unknown rank is taken to have this one (`checked`: the code itself sees to that)."""
        shape = self.of(x)
        if shape in self.begun and self._may_bind(shape, checked):
            dims, carry = self.begun[shape]
            self.bind(shape, dims, "")
            self.note(Fact("", into=dims, target=carry.step))
            self.kept[carry.name] = dims
            return dims
        if isinstance(shape, str) and self._may_bind(shape, checked):
            rank = next(iter(self.ranks.get(shape.removesuffix(".T")[1:], ())), rank)
            rank = max(rank, self.at_least.get(shape.removesuffix(".T"), 0))
            known = self.partial.get(shape, {})
            dims = tuple(known.get(i, known.get(i - rank)) or self.fresh_dim() for i in range(rank))
            self.bind(shape, dims, "" if checked else x.name if isinstance(x, Var) else "")
            return dims
        return shape

    def need(self, x: Expr, relation: str, rank: int) -> None:
        """What is asserted just before a line whose operand is of unknown rank, where the text does not tell more later."""
        if not self.frozen:
            self.needs.setdefault(self.target, {})[Call(relation, (Call(".ndim", (x,)), Const(repr(rank))))] = x

    def bind(self, shape: str, dims: tuple[Dim, ...], asserted: str) -> None:
        """A shape of unknown rank turns out to have this one; ``asserted`` is the value to assert it of, if the code does not see to it."""
        while shape.endswith(".T"):
            shape, dims = shape.removesuffix(".T"), dims[::-1]
        self.bound[shape] = dims
        name = shape[1:]
        if name in self.parameters:
            self._note_origin(name, dims)
        if asserted:
            self.note(
                Fact(name, rank=len(dims)) if name in self.parameters else Fact("", rank=len(dims), target=asserted)
            )

    def _may_bind(self, shape: str, checked: bool) -> bool:
        """Whether a shape of unknown rank may be taken to have one: a parameter's, on every path, and nobody asks for it."""
        base = shape.removesuffix(".T")[1:]
        if self.frozen or base in self.varying:
            return False
        return checked or not self.depth

    def is_array(self, expr: Expr) -> bool:
        """Whether a value is known to be an array, with attributes and methods, and not a plain number."""
        if isinstance(expr, Var):
            return expr.name in self.array_values or isinstance(shape := self.of(expr), tuple) and shape != ()
        return isinstance(expr, Call) and (
            expr.fn in (".reshape", ".dot", ".T", "@", "np.dot")
            or expr.fn in ("+", "*", "/", "neg")
            and any(self.is_array(a) for a in expr.args)
        )

    # -- shapes as text -----------------------------------------------------------------------------------------------

    # -- gradients: of the shape of their values, or thinner ----------------------------------------------------------

    def gradients(self) -> dict[str, Shape]:
        """The shapes of the gradients so far."""
        return {name: shape for name, shape in self.names.items() if name[0] == "~"}

    def rejoin(self, then: dict[str, Shape], orelse: dict[str, Shape]) -> None:
        """After a branch: a gradient whose shape depends on the path may be a plain number."""
        for name in {**then, **orelse}:
            a, b = (self.resolve(arm.get(name, ())) for arm in (then, orelse))
            self.names[name] = a if a == b else ()
            (self.either.discard if a == b else self.either.add)(name)

    def restore(self, gradients: dict[str, Shape]) -> None:
        """The gradients as they were before an arm of a branch."""
        for name in self.gradients():
            del self.names[name]
        self.names.update(gradients)

    def flows(self, expr: Expr) -> bool:
        """Whether a derivative flows to an expression's value."""
        return flowing(expr, self.active)


def is_repeated(value: Expr) -> bool:
    """Whether a value is a list of so many alike numbers, ``[0.0] * n``."""
    return (
        isinstance(value, Call) and value.fn == "*" and isinstance(value.args[0], Call) and value.args[0].fn == "list"
    )


def _left_over(start: Expr, stop: Expr, step: Expr) -> int | None:
    """How many axes a slice of a shape leaves out, ``[1:]`` or ``[:-1]``; None where that depends on how many there are."""
    if stop == step == OMITTED and type(first := value_of(start)) is int and first >= 0:
        return first
    if start == step == OMITTED and type(last := value_of(stop)) is int and last < 0:
        return -last
    return None


def draw_sizes(expr: Call) -> tuple[Expr, ...]:
    """The arguments of a random draw that say how many numbers it gives."""
    name, keywords = expr.fn.rpartition(".")[2], dict(expr.attrs).get("keywords", ())
    plain = expr.args[: len(expr.args) - len(keywords)]
    if "size" in keywords:
        return (expr.args[len(plain) + keywords.index("size")],)
    return plain if name in ("rand", "randn") else plain[SIZE_AT[name] :]
