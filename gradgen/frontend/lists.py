"""Lists that loops append to: handed along as they are, or computed with, as the array of what was put there."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradgen.frontend.values import Filled, Grown, Items, total
from gradgen.frontend.walks import is_load
from gradgen.ir.nodes import Call, Const, Expr, Let, Origin, Record, Store, Var

OF_LISTS = (
    "np.array",
    "np.asarray",
    "np.stack",
    "np.sum",
    "np.mean",
    "len",
    "sum",
)  # their gradients do not compute with the list


class Lists:
    """The part of a stager that follows lists.  ``grown`` has those that are computed with, ``lasts`` names for the last entry of others."""

    def fill(self, name: str) -> None:
        """A list or dict of the function's own, from here on one that a loop fills."""
        whole, listed = self.env[name], self.version(name)
        numbers = (
            whole.kind == "list"
            and self.arrays
            and self.is_computed_with(name)
            and not any(isinstance(v, Items) for v in whole.values)
        )
        parts = tuple(self.atom(self.as_number(v, self.node)) for v in whole.values) if numbers else ()
        entries = Call("list", parts) if numbers else self.written(whole, self.node)
        self.emit(Let(listed, entries, Origin(line=self.at.line)))
        self.env[name] = Var(listed) if numbers else Filled(listed)
        if numbers:
            self.mark(listed, entries)
            for part in parts:  # a list holds its entries' own memory
                region = self.regions[listed]
                self.regions[listed] = self.either(region, self.region_of(part, listed), listed)
            last = self.appended_name(name) or self.names.fresh(one_of(name))
            self.grown[name] = Grown(Const(repr(len(parts))), last)
            if parts:
                self.env[last] = parts[-1]
        elif whole.kind == "list" and self.reads_last(name) and all(not isinstance(v, Items) for v in whole.values):
            self.lasts[name] = self.appended_name(name) or self.names.fresh(one_of(name))
            if whole.values:
                self.env[self.lasts[name]] = self.atom(self.as_number(whole.values[-1], self.node))

    def repeat(self, name: str, node: ast.BinOp) -> None:
        """``y = [0.0] * n``: a list whose entries are stored one by one."""
        entries = Call("list", (self.number(node.left.elts[0]),))
        self.env[name] = self.let(self.version(name), Call("*", (entries, self.number(node.right))))
        self.is_list(name)

    def is_list(self, name: str) -> None:
        """Remember that a name stands for a list whose entries are stored one by one."""
        self.grown.setdefault(name, Grown(None, self.names.fresh(one_of(name))))
        self.repeated.add(name)

    def is_repeated_list(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.repeated

    def may_be_list(self, name: str) -> bool:
        """Whether a name has been nothing but such a list so far."""
        return name in self.repeated or name not in self.env

    def append(self, name: str, node: ast.expr, call: ast.Call) -> None:
        """``hs.append(h)``"""
        if name in self.grown:
            self.grow(name, node, call)
            return
        held, value = self.env[name], self.value(node)
        if isinstance(held, Filled):
            if name in self.lasts:
                value = self.as_number(value, node)
                value = value if isinstance(value, Var) else self.let(self.version(self.lasts[name]), value)
                self.env[self.lasts[name]] = value
            self.emit(Record(held.name, (), self.written(value, call), self.take_origin()))
        elif held.kind == "list":
            self.env[name] = Items("list", (*held.values, value if not self.is_number(value) else self.atom(value)))
        else:
            self.fail("GG111", f"`{name}` is a {held.kind}, which has no append", call)

    def grow(self, name: str, node: ast.expr, call: ast.Call) -> None:
        """``hs.append(h)`` for a list that is computed with: a store into the next place."""
        held, place = self.grown[name], self.grown[name].place()
        if place is None or self.branch_depth != held.depth:
            help = (
                f"append once in every trip of one loop over range(n), or make {name} an array: {name} = np.zeros(...)"
            )
            self.fail("GG111", f"cannot tell which entry of `{name}` this will be", call, help=help)
        value = self.number(node)
        entry = value if isinstance(value, Var) else self.let(self.version(held.last), value)
        roots = self.region_of(entry, entry.name).roots
        if held.index and roots & self.outer_roots and roots & self.written_roots() and self.shape_so_far(entry) != ():
            help = f"append a copy: {name}.append({ast.unparse(node)}.copy())"
            self.fail("GG114", f"every trip appends one and the same array to `{name}`", call, help=help)
        base, version = self.env[name], self.version(name)
        self.emit(Store(version, base.name, (place,), "append", entry, self.take_origin()))
        if self.is_active(base.name) or self.flows(entry):
            self.active.add(version)
        self.regions[version] = self.either(self.region_of(base, version), self.region_of(entry, version), version)
        self.env |= {name: Var(version), held.last: entry}
        grown = replace(held, added=held.added + 1) if held.index else replace(held, count=total(place, Const("1")))
        self.grown[name] = grown

    def entry_of(self, name: str, node: ast.Subscript) -> Expr:
        """``hs[-1]``, ``hs[t]``, ``hs[1:]`` of a list that is computed with.  The last entry is a value; while the list grows, others
        are counted from the front: from the end it would be another one later."""
        held, (index, *others) = self.grown[name], self.indices(node.slice)
        if isinstance(node.slice, ast.Slice):
            self.check_whole(name, node)
            return Call("[]", (self.as_array(name), index))
        here, back = held.place(), self.literal(index)
        growing = bool(held.index) or self.is_appended_below(name, node)
        if growing and here is not None and type(back) is int and back < 0:
            index = total(here, Const(repr(back)))
        is_last = back == -1 or here is not None and total(index, Const("1")) == here
        if is_last and held.last in self.env:
            return self.env[held.last]
        if others or growing and not self.is_from_the_front(index, held.index):
            help = f"count from the front, by the loop's own variable: {name}[{held.index or 0}]"
            self.fail("GG111", f"cannot tell which entry of `{name}` this is while it grows", node, help=help)
        return Call("[]", (self.env[name], index))

    def whole_list(self, name: str, node: ast.AST) -> Expr:
        """A list that is computed with, read as a whole, once it is complete: the array of its entries, but for a few functions."""
        above = self.check_whole(name, node)
        direct = above is None or self.resolve(above.func)[1] in OF_LISTS
        return self.env[name] if direct else self.as_array(name)

    def as_array(self, name: str) -> Var:
        """The entries of a complete list side by side."""
        whole = Call("np.array", (self.env[name],))
        if whole not in self.stage_of:
            self.stage_of[whole] = self.let(self.names.fresh(f"{name}_array"), whole)
        return self.stage_of[whole]

    def check_whole(self, name: str, node: ast.AST) -> ast.Call | None:
        """The call that a list, or a part of it, is handed to; None where a loop walks it.

        Elsewhere it stays a list: ``2 * hs`` and ``hs + gs`` mean something else than for arrays.
        """
        if self.grown[name].index or self.is_appended_below(name, node):
            help = f"read its entries, or build another list of what is needed: {name}[0]"
            self.fail("GG111", f"`{name}` is read as a whole while it grows", node, help=help)
        above = self.parents.get(id(node))
        if above is not None and not (isinstance(above, ast.Call) and any(node is a for a in above.args)):
            self.fail("GG111", f"`{name}` is a list here", node, help=f"make it an array first: np.array({name})")
        return above

    def growing(self, held: Grown, over: Call, index: str) -> Grown:
        """What is known of a list at the head of a trip of a loop that appends to it."""
        first, *last = over.args if over.fn == "range" and len(over.args) < 3 else (None,)
        start = 0 if not last else self.literal(first)
        known = first is not None and held.count is not None and not held.index and type(start) is int
        count = total(held.count, Const(repr(-start))) if known else None
        return replace(held, count=count, index=index, added=0, depth=self.branch_depth + 1)

    def reads_last(self, name: str) -> bool:
        """Whether the function reads ``hs[-1]`` of a list."""
        above = [self.parents[id(n)] for n in ast.walk(self.node) if is_load(n, name)]
        return any(isinstance(a, ast.Subscript) and ast.unparse(a.slice) == "-1" for a in above)

    def appended_name(self, name: str) -> str:
        """The variable that is appended to a list, if it is the last entry at all times: bound in the loop only, and nobody looks
        at the list before it is appended; "" for none."""
        stores = [n for n in ast.walk(self.node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
        calls = [n for n in ast.walk(self.node) if isinstance(n, ast.Call) and appended(n) == name]
        if len(calls) != 1 or not isinstance(value := calls[0].args[0], ast.Name) or value.id in self.env:
            return ""
        own = [n for n in stores if n.id == value.id]
        if len(own) != 1:
            return ""
        bound: ast.AST = own[0]
        while not isinstance(bound, ast.stmt):
            bound = self.parents[id(bound)]
        end, append = (bound.end_lineno, bound.end_col_offset), (calls[0].lineno, calls[0].col_offset)
        reads = [(n.lineno, n.col_offset) for n in ast.walk(self.node) if is_load(n, name)]
        return value.id if end < append and not any(end < read < append for read in reads) else ""

    def is_computed_with(self, name: str) -> bool:
        """Whether the function does more with a list than to append to it and to hand it along."""
        handed = (ast.Tuple, ast.List, ast.Dict, ast.Return)
        above = [self.parents[id(n)] for n in ast.walk(self.node) if is_load(n, name)]
        return any(not isinstance(a, handed) and getattr(a, "attr", "") != "append" for a in above)

    def written_roots(self) -> set[str]:
        """The memory of the names through which the function writes in place."""
        found: set[str] = set()
        for n in ast.walk(self.node):
            target = n.target if isinstance(n, ast.AugAssign) else n if isinstance(n, ast.Subscript) else None
            while isinstance(target, ast.Subscript) and (target is not n or isinstance(target.ctx, ast.Store)):
                target = target.value
            if isinstance(target, ast.Name):
                found |= {root for region in self._regions(self.env.get(target.id)) for root in region.roots}
        return found

    def is_from_the_front(self, index: Expr, counted: str) -> bool:
        """Whether an index is never negative: a sum of the loop's own variable and of literals."""
        parts = index.args if isinstance(index, Call) and index.fn == "+" else (index,)
        return all(p == Var(counted) or type(self.literal(p)) is int and self.literal(p) >= 0 for p in parts)

    def is_appended_to(self, names: set[str]) -> bool:
        """Whether the function appends to a list by one of these names."""
        return any(isinstance(n, ast.Call) and appended(n) in names for n in ast.walk(self.node))

    def is_appended_below(self, name: str, node: ast.AST) -> bool:
        """Whether the text appends to a list further down."""
        below = (n for n in ast.walk(self.node) if isinstance(n, ast.Call) and appended(n) == name)
        return any((n.lineno, n.col_offset) > (node.lineno, node.col_offset) for n in below)


def one_of(name: str) -> str:
    """What an entry of a list is called.

    >>> one_of("hs"), one_of("states"), one_of("entries"), one_of("path")
    ('h', 'state', 'entry', 'path_last')
    """
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and len(name) > 1 else f"{name}_last"


def appended(node: ast.expr) -> str:
    """The name of the list that a call appends one value to; "" for another call."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[arg], keywords=[]
        ) if not isinstance(arg, ast.Starred):
            return name
    return ""


def filled(node: ast.For | ast.While) -> list[str]:
    """The lists that a loop appends to."""
    return [name for n in ast.walk(node) if isinstance(n, ast.Call) and (name := appended(n))]
