"""The shape of what a subscript reads."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.analysis.evidence import is_mask
from gradgen.ir.nodes import Call, Const, Expr, Var
from gradgen.rules.constants import value_of
from gradgen.rules.site import Dim, Shape

OMITTED = Call("omitted", ())
FULL = Call("slice", (OMITTED,) * 3)


def _kept(kind: str, item: Expr) -> str | None:
    """What an index leaves of an axis, as text that is the same for any two that leave as much; None where that is not known.

    >>> ends = [Call("slice", (Call("omitted", ()), Const("-1"), Call("omitted", ())))]
    >>> _kept("int", Var("i")), _kept("slice", ends[0]), _kept("all", FULL)
    ('one', '-1', '-0')
    """
    if kind in ("int", "all"):
        return {"int": "one", "all": "-0"}[kind]
    if kind != "slice" or item.args[2] != OMITTED:
        return None
    start, stop = (0 if end == OMITTED else value_of(end) for end in item.args[:2])
    if type(start) is not int or type(stop) is not int or start < 0 or stop > 0 or item.args[1] == Const("0"):
        return None
    return f"-{start - stop}"


class Subscripts:
    """The part of the shape analysis that is about indices."""

    def indexed(self, x: Expr, index: Sequence[Expr]) -> Shape:
        """The shape of ``x[index]``."""
        self._as_many_labels(x, index)
        shape = self.of(x)
        items = [self.index_kind(i) for i in index]
        if isinstance(shape, str) and shape.startswith("@"):
            kept = [_kept(kind, i) for kind, i in zip(items, index, strict=True)]
            return self.fresh_shape() if None in kept else f"{shape}[{', '.join(kept)}]"
        if isinstance(shape, str) or "?" in items:
            return self.fresh_shape()
        if any(
            self._may_be_mask(item, shape[sum(k not in ("new", "...") for k in items[:n]) :])
            for n, item in enumerate(index)
            if items[n] == "array"
        ):
            return self.fresh_shape()
        if items == ["mask"] and self.of(index[0]) == shape:
            return (self.part_sizes.setdefault((index[0], 0, 0), self.fresh_dim()),)  # as many as are true
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

    def part_of(self, whole: tuple[Dim, ...], kept: Sequence[str]) -> Shape | None:
        """What a subscript leaves of a shape, by what it keeps of the first axes; None where there are not as many."""
        if len(kept) > len(whole):
            return None
        parts = [
            d if k == "-0" else self.part_sizes.setdefault((d, k, 0), self.fresh_dim())
            for d, k in zip(whole, kept, strict=False)
            if k != "one"
        ]
        return (*parts, *whole[len(kept) :])

    def _as_many_labels(self, x: Expr, index: Sequence[Expr]) -> None:
        """``p[np.arange(len(y)), y]`` picks an entry of each row: there are as many labels as rows, which is asserted."""
        match index:
            case (Call("np.arange" | "range", (count,)) as rows, Var(name) as labels) if name in self.parameters:
                whole = self.of(x)
                if self.frozen or isinstance(whole, str) or len(whole) != 2 or not self._is_length(count, labels):
                    return
                along, counted, many = self.ranked(labels, 1), self.of(rows), self.dim(whole[0])
                if isinstance(along, tuple) and len(along) == 1 and many.startswith("?") and many in self.origin:
                    if self._same_size(many, self.dim(along[0])) == self.dim(along[0]) and isinstance(counted, tuple):
                        self.equal(along[0], counted[0])

    def _is_length(self, count: Expr, x: Var) -> bool:
        """Whether a number, by name or not, is how many entries an array with one axis has."""
        if isinstance(count, Var):
            count = self.evidence.made.get(count.name, count)
        first = Call("[]", (Call(".shape", (x,)), Const("0")))
        return count in (Call("len", (x,)), Call(".size", (x,)), first)

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
        """The size of a slice of an axis: the same for each axis of that size."""
        start, stop, step = item.args
        if (start, stop, step) == (OMITTED, OMITTED, Call("neg", (Const("1"),))):
            return dim
        low = "0" if start == OMITTED else self.value(start)
        high = dim if stop == OMITTED else self.value(stop)
        by = "1" if step == OMITTED else self.value(step)
        if (low, high, by) == ("0", dim, "1"):
            return dim
        if dim.isdigit() and by.isdigit() and low.lstrip("-").isdigit() and high.lstrip("-").isdigit():
            return str(len(range(*slice(int(low), int(high), int(by)).indices(int(dim)))))
        if (low, high) == ("0", "1"):
            return "1"  # of an axis without entries it is 0, and so is all that it meets
        if (dim, item) not in self.sliced:
            self.sliced[dim, item] = self.fresh_dim()
        return self.sliced[dim, item]

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
