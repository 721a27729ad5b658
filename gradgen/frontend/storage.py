"""Which values share memory, while a function is staged: what a write into one of them changes, and what it must not change."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradgen.analysis.dims import Contradiction
from gradgen.analysis.shapes import Shapes
from gradgen.frontend.values import Items, Slots, Value
from gradgen.ir.nodes import Call, Const, Expr, Function, Var, variables
from gradgen.ir.views import RESHAPED, VIEWS
from gradgen.ir.write import COMPARISONS

MASKS = (*COMPARISONS, "&", "|", "~", "not", "np.logical_and", "np.logical_or", "np.logical_not")
BASIC = ("slice", "neg", ".size", "len")  # indices that are numbers or slices whatever they are made of


@dataclass(frozen=True, slots=True)
class Region:
    """The memory of a value.

    ``origin`` names the whole array, the same for all its names; ``roots`` are the arrays that it may be, by their first versions;
    ``kind`` is ``whole``, ``part`` (read by ``view``), or ``maybe`` when only a run can tell.
    """

    origin: str
    roots: frozenset[str]
    kind: str = "whole"
    view: Expr | None = None


def is_slice(index: Expr) -> bool:
    """Whether an index leaves an axis, so that it reads a view even of an array of one axis: a slice, ``None``, ``...``."""
    return isinstance(index, Call) and index.fn == "slice" or index in (Const("None"), Const("..."))


class Storage:
    """The part of the stager that follows memory.  ``regions`` tells the region of each value, ``env`` which value a name holds."""

    def region_of(self, expr: Expr, target: str) -> Region:
        """The memory of a value that is about to be called ``target``."""
        match expr:
            case Var(name):
                return self.regions.setdefault(name, Region(name, frozenset({name})))
            case Call("[]", (base, *index)) if (kinds := {self.index_kind(i) for i in index}) and "array" not in kinds:
                if isinstance(base, Var) and base.name.partition("#")[0] in self.grown:
                    return self._part(expr, base, target, "maybe")  # an entry of a list: an array, or a number
                rank = 0 if any(map(is_slice, index)) else self.rank_so_far(base)
                if rank == len(index):  # a number
                    return Region(target, frozenset({target}))
                return self._part(expr, base, target, "part" if kinds == {"basic"} and rank is not None else "maybe")
            case Call(fn, (base, *_)) if fn in VIEWS:
                return self._part(expr, base, target, "part")
            case Call(fn, (base, *_)) if fn in RESHAPED:
                return self._part(expr, base, target, "maybe")
            case Call("tuple", (first, *others)):  # what a branch joins
                region = self.region_of(first, target)
                for other in others:
                    region = self.either(region, self.region_of(other, target), target)
                return region
            case Call("if", (_, then, other)):
                return self.either(self.region_of(then, target), self.region_of(other, target), target)
        return Region(target, frozenset({target}))

    def _part(self, view: Expr, base: Expr, target: str, kind: str) -> Region:
        of = self.region_of(base, target)
        return Region(of.origin, of.roots, kind if of.kind == "whole" else "maybe", view)

    def either(self, a: Region, b: Region, target: str) -> Region:
        """The memory of a value that is one of two."""
        if a == b:
            return a
        kind = "whole" if a.kind == b.kind == "whole" else "maybe"
        return Region(f"{a.origin}|{b.origin}|{target}", a.roots | b.roots, kind)

    def lent_region(self, target: str, given: Sequence[Expr]) -> Region:
        """The memory of a call's result, which may be that of what it was given."""
        lent = [self.region_of(a, target).roots for a in given]
        return Region(target, frozenset({target}).union(*lent), "maybe" if lent else "whole")

    def lending(self, results: Sequence[Expr]) -> tuple[frozenset[str], ...]:
        """The parameters whose memory each of the function's results may have."""
        roots = [self.region_of(r, "").roots if self.arrays else () for r in results]
        return tuple(
            frozenset(p.name for p in self.params if any(root.partition("[")[0] == p.name for root in r)) for r in roots
        )

    def index_kind(self, index: Expr) -> str:
        """``basic`` for numbers and slices, ``array`` for masks and arrays of indices, ``unknown``."""
        meant = self.meaning(index)
        match meant:
            case Const() | Call("[]", (Call(".shape"), *_)):
                return "basic"
            case Call(fn) if fn in BASIC:
                return "basic"
            case Call(fn) if fn in MASKS or fn == "list" or fn.startswith("np."):
                return "array"
        shape = self.shape_so_far(meant)
        return "unknown" if not isinstance(shape, tuple) else "array" if shape else "basic"

    def rank_so_far(self, value: Value) -> int | None:
        """How many axes a value has, as far as the text above tells; None if it does not tell."""
        shape = self.shape_so_far(value)
        return None if shape is None else len(shape)

    def shape_so_far(self, value: Value) -> tuple | None:
        """The shape of a value as far as the text above tells; () for a number, None if it does not tell."""
        if not self.is_number(value):
            return None
        if type(self.literal(value)) in (int, float):
            return ()
        so_far = Function(
            self.node.name,
            tuple(self.finished_param(p) for p in self.params),
            (*self.above, *self.out),
            (),
            arrays=True,
        )
        try:
            shape = Shapes(so_far).of(value)
        except Contradiction:
            return None  # said where the shapes are inferred
        return shape if isinstance(shape, tuple) else None

    # -- names --------------------------------------------------------------------------------------------------------

    def held_region(self, value: Value) -> Region | None:
        """The memory of what a name holds; None for what has none of its own."""
        return self.region_of(Var(value.name), value.name) if isinstance(value, (Slots, Var)) else None

    def sharing(self, name: str) -> list[str]:
        """The other names that hold memory of what a name holds."""
        mine = self.held_region(self.env.get(name))
        return [
            n for n, v in self.env.items() if n != name and mine and any(r.roots & mine.roots for r in self._regions(v))
        ]

    def _regions(self, value: Value) -> list[Region]:
        """The memory that a name reaches, entries of its tuple among it."""
        if isinstance(value, Items):
            return [r for v in value.values for r in self._regions(v)]
        held = self.held_region(value)
        return [held] if held else []

    def root_parameter(self, name: str) -> str | None:
        """The parameter whose memory a name may hold."""
        held = self.held_region(self.env.get(name))
        return (
            next((p.name for p in self.params for root in sorted(held.roots) if root.partition("[")[0] == p.name), None)
            if held
            else None
        )

    def check_write(self, name: str, node: ast.AST) -> list[str]:
        """Refuse a write that another name would see in a way that gradgen does not follow; the names that share it whole."""
        if parameter := self.root_parameter(name):
            verb = (
                "writes"
                if self.held_region(self.env[name]).kind != "maybe" and self.shape_so_far(self.env[name])
                else "may write"
            )
            self.fail(
                "GG114",
                f"this {verb} into the array that the caller passed as `{parameter}`",
                node,
                help=f"work on a copy: {name} = {name}.copy()",
            )
        whole, mine = [], self.held_region(self.env[name])
        for other in self.sharing(name):
            if not self.is_read_after(other, node):
                continue
            theirs = self._regions(self.env[other])
            if all(r == mine and r.kind == "whole" or not r.roots & mine.roots for r in theirs):
                whole.append(other)
            elif mine.kind == "whole" and isinstance(self.env[other], Var) and self.is_fixed_view(theirs[0], mine):
                self.taken_again.append(other)
            else:
                alias = name if mine.kind != "whole" else other
                self.fail(
                    "GG114",
                    f"`{other}` may share its storage with `{name}`, and is read after this write",
                    node,
                    help=f"take a copy where it is made: {alias} = ....copy()",
                )
        return whole

    def is_fixed_view(self, part: Region, whole: Region) -> bool:
        """Whether a region is an exact part of another, by an index that stays what it is: ``y[0:2]``, ``y.T``."""
        fixed = part.view is not None and isinstance(part.view.args[0], Var) and len(set(variables(part.view))) == 1
        return (
            fixed
            and part.kind == "part"
            and part.origin == whole.origin
            and self.regions[part.view.args[0].name] == whole
        )

    def rebind(self, name: str, others: list[str], old: Value, new: Var) -> None:
        """Let names hold the version of an array that a write has made; views of it see the change."""
        self.regions[new.name] = self.region_of(old, new.name)
        for other in (name, *others):
            self.env[other] = self._exchanged(self.env[other], self.regions[new.name], new)
        again, self.taken_again = self.taken_again, []
        for other in again:
            view = self.held_region(self.env[other]).view
            self.env[other] = self.let(self.version(other), Call(view.fn, (new, *view.args[1:]), view.attrs))

    def _exchanged(self, value: Value, region: Region, new: Var) -> Value:
        """The value with a new version for what holds a region."""
        if isinstance(value, Items):
            return replace(value, values=tuple(self._exchanged(v, region, new) for v in value.values))
        return new if self.held_region(value) == region else value

    def viewed(self, name: str, node: ast.AST) -> tuple[str, Call] | None:
        """For a name that holds a fixed view, ``y[0:2]``, of an array that another name holds and that is read later: that name, the view."""
        part = self.held_region(self.env.get(name))
        if part is None or part.kind != "part" or part.view.fn != "[]":
            return None
        for other, held in self.env.items():
            whole = self.held_region(held) if isinstance(held, Var) else None
            if whole and whole.kind == "whole" and self.is_fixed_view(part, whole) and self.is_read_after(other, node):
                return other, part.view
        return None

    def is_read_after(self, name: str, node: ast.AST) -> bool:
        """Whether the text reads a name after a statement (anywhere below it)."""
        end = (node.end_lineno, node.end_col_offset)
        augmented = {
            id(n.target) for n in ast.walk(self.node) if isinstance(n, ast.AugAssign)
        }  # these read their target too
        reads = (
            n
            for n in ast.walk(self.node)
            if isinstance(n, ast.Name) and n.id == name and (isinstance(n.ctx, ast.Load) or id(n) in augmented)
        )
        return any((n.lineno, n.col_offset) >= end or getattr(n, "moved", False) for n in reads)
