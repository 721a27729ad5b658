"""Dimensions: which sizes are one, and which are stated to differ."""

from __future__ import annotations

import re
from math import prod
from collections.abc import Sequence

from gradgen.rules.site import Dim, Shape


def reduced_axis(part: Shape, whole: Shape) -> tuple[int, bool] | None:
    """(axis, keepdims) if a shape is that of a reduction of ``whole`` which broadcasts against it as it is."""
    if not (isinstance(part, str) and isinstance(whole, str) and part.startswith(f"{whole}|")):
        return None
    axis, _, keep = part.removeprefix(f"{whole}|").partition("|")
    return (int(axis), keep == "True") if keep == "True" or axis == "0" and keep == "False" else None


PART = re.compile(
    r"(.*)\[((?:one|-\d+)(?:, (?:one|-\d+))*)\]"
)  # of a shape of unknown rank, and what it keeps of the first axes


class Contradiction(Exception):
    """Two dimensions that must be equal are stated to differ."""

    def __init__(self, first: Dim, second: Dim):
        super().__init__(f"{first} against {second}")
        self.line = 0
        self.dims = first, second


class Dims:
    """Unknown sizes, and those that turned out to be equal (``frozen``: nothing more is learnt)."""

    frozen = False

    def __init__(self, count: int = 0):
        self.count = count  # unknowns made so far
        self.merged: dict[Dim, Dim] = {}
        self.part_sizes: dict[tuple, Dim] = {}
        self.sums: dict[Dim, tuple[Dim, ...]] = {}  # an unknown size, and those that it is the sum of

    def fresh_dim(self) -> Dim:
        self.count += 1
        return f"?{self.count}"

    def fresh_shape(self) -> str:
        self.count += 1
        return f"@?{self.count}"

    def is_derived(self, shape: Shape) -> bool:
        """Whether a shape of unknown rank is that of a reduction or a part of a value."""
        return isinstance(shape, str) and ("|" in shape or PART.fullmatch(shape) is not None)

    def dim(self, dim: Dim) -> Dim:
        while dim in self.merged:
            dim = self.merged[dim]
        return dim

    def equal(self, a: Dim, b: Dim) -> None:
        """Two dimensions are one.  Raises `Contradiction` for stated ones that differ."""
        a, b = self.dim(a), self.dim(b)
        if a == b:
            return
        if standing(a) < standing(b):
            a, b = b, a
        if standing(b) >= 3 and standing(a) >= 3:
            raise Contradiction(a, b)
        if not self._made_of(a, b):  # n = n * 1, met where a rank was supposed
            self.merged[b] = a

    def _made_of(self, dim: Dim, part: Dim) -> bool:
        """Whether a size is said by way of another one."""
        parts = [self.dim(p) for p in re.split(r"[*+]", dim) if p != dim]
        return any(p == part or self._made_of(p, part) for p in parts)

    def times(self, a: Dim, b: Dim) -> Dim:
        """The product of two sizes."""
        dims = [d for d in (self.dim(a), self.dim(b)) if d != "1"]
        if all(d.isdigit() for d in dims):
            return str(prod(map(int, dims)))
        return "*".join(sorted(dims)) if not any(d.startswith("?") for d in dims) else self.fresh_dim()

    def total(self, dims: Sequence[Dim]) -> Dim:
        """The sum of sizes."""
        dims = [self.dim(d) for d in dims]
        if all(d.isdigit() for d in dims):
            return str(sum(map(int, dims)))
        if not any(d.startswith("?") for d in dims):
            return "+".join(dims)
        found = self.fresh_dim()
        self.sums[found] = tuple(dims)
        return found

    def summed(self, dim: Dim) -> Dim:
        """A size, an unknown one as the sum that it is if it is one.

        >>> dims = Dims()
        >>> rows, columns, both = dims.fresh_dim(), dims.fresh_dim(), dims.fresh_dim()
        >>> dims.equal(both, dims.total([rows, columns]))
        >>> dims.summed(both), dims.summed(rows)
        ('?1+?2', '?1')
        """
        dim = self.dim(dim)
        if not dim.startswith("?"):
            return dim
        sums = ([self.dim(d) for d in parts] for whole, parts in self.sums.items() if self.dim(whole) == dim)
        return next(("+".join(parts) for parts in sums if dim not in parts), dim)


def standing(dim: Dim) -> int:
    """How firmly a dimension is known: an unknown, a variable's value, arithmetic, a stated name, a number."""
    if dim.startswith("?"):
        return 0
    if dim.startswith("$"):
        return 1
    if dim.lstrip("-").isdigit():
        return 4
    return 3 if dim.isidentifier() else 2
