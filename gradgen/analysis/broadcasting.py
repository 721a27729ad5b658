"""The shapes of elementwise operations, and what they take for granted: facts that the text asserts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gradgen.analysis.dims import Contradiction, reduced_axis, standing
from gradgen.rules.site import Dim, Shape


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the text takes for granted: a parameter's rank, that it broadcasts into a shape, the size of an axis."""

    param: str
    rank: int | None = None
    into: tuple[Dim, ...] | None = None
    target: str = ""  # the value that has the shape
    same: tuple[int, Dim | tuple[str, int]] | None = (
        None  # an axis, and the size (or the other value's axis) that it must equal
    )
    loop: str = ""  # the variable of the loop whose trips take it for granted


class Broadcasting:
    """The part of the shape analysis that brings shapes together."""

    def broadcast_all(self, shapes) -> Shape:
        found: Shape = ()
        for shape in sorted(map(self.resolve, shapes), key=lambda s: isinstance(s, str)):  # what is known first
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

    def _into(self, name: str, shape: tuple[Dim, ...]) -> Shape:
        param = name[1:]
        if shape == () and param not in self.parameters:
            return name
        if self._may_widen(param, shape):
            wide = self.fresh_shape()
            self.at_least[wide] = max(len(shape), self.at_least.get(name, 0))
            return wide
        fact = Fact(param, into=shape, target=self.target)
        if not self.frozen and (param, shape) not in [(f.param, f.into) for f in self.facts]:
            self.note(fact)
        return shape

    def _may_widen(self, param: str, shape: tuple[Dim, ...]) -> bool:
        """Whether it cannot be asserted that a value of unknown shape broadcasts into this one."""
        if param not in self.parameters or self.depth or param in self.varying or "1" in shape:
            return True
        if not all(self.is_readable(d) for d in shape):
            return True
        unread = (self.size(d, self.parameters.__contains__) is None for d in shape)
        return bool(self.around) and any(unread)  # said at the head of each trip, where only parameters can be read

    def _wider(self, x: Dim, y: Dim) -> Dim:
        x, y = self.dim(x), self.dim(y)
        if x == y or y == "1":
            return x
        if x == "1":
            return y
        if standing(x) >= 3 and standing(y) >= 3:
            if self.frozen:
                return self.fresh_dim()
            raise Contradiction(x, y)
        if x.startswith("?") or y.startswith("?"):
            return self._same_size(x, y)
        return x if x.isdigit() else y if y.isdigit() else self.fresh_dim()  # either may be 1

    def _same_size(self, x: Dim, y: Dim) -> Dim:
        """An unknown size that meets another, taken to be equal: a fact to assert; where it cannot be said, unknown still."""
        unknown, other = (x, y) if x.startswith("?") else (y, x)
        if (
            self.frozen
            or self.depth
            or unknown not in self.origin
            or other.startswith("?")
            and other not in self.origin
        ):
            return self.fresh_dim()
        name, axis = self.origin[unknown]
        wanted: Dim | tuple[str, int] = other
        if other.startswith("$"):  # read where it stands now: once the two are one, either's axis would do
            wanted = self._axis_of(other, name) or other
        if other.startswith("?"):
            wanted = self.origin[other]
            order = list(self.names)
            if order.index(name) < order.index(wanted[0]):  # said where the later of the two is made
                (name, axis), wanted = wanted, (name, axis)
        fact = Fact("" if name not in self.parameters else name, target=name, same=(axis, wanted))
        if fact not in [replace(f, loop="") for f in self.facts] and wanted != (name, axis):
            self.note(fact)
        self.equal(unknown, other)
        return self.dim(other)

    def _axis_of(self, dim: Dim, apart: str) -> tuple[str, int] | None:
        """A parameter, another than ``apart``, and its axis that has this size."""
        known = ((name, self.resolve(self.names[name])) for name in self.names if name in self.parameters - {apart})
        axes = (
            (name, i)
            for name, shape in known
            if isinstance(shape, tuple)
            for i, d in enumerate(shape)
            if self.dim(d) == dim
        )
        return next(axes, None)
