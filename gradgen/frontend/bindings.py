"""Assignments: what a name, an entry or a part of a value is from here on."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradgen.frontend.buffers import is_repeated
from gradgen.frontend.arrays import SILENT
from gradgen.frontend.values import Filled, Items, Mixed, Slots, Value, is_atom
from gradgen.ir.nodes import Call, Const, Expr, Keep, Let, Origin, Var, substitute, variables
from gradgen.ir.read import BINARY, OMITTED
from gradgen.rules.constants import value_of


class Bindings:
    """The part of the stager that gives names their values."""

    def assign(self, target: ast.expr, node: ast.expr) -> None:
        if self.arrays and isinstance(target, ast.Subscript) or self.is_own_dict(target):
            self.store(target, "=", lambda: self.value(node), self.current)
            return
        if (
            isinstance(target, ast.Name)
            and target.id in self.cache_names
            and "[" not in target.id
            and isinstance(node, ast.Name)
            and node.id in self.env
        ):
            self.env[target.id] = self.read_slot(held, node) if isinstance(held := self.env[node.id], Slots) else held
            return  # ``cache = x``: the author's cache is another word for it
        if isinstance(node, ast.Name) and self.is_appended_to({node.id, *target_names(target)}):
            if (
                node.id in self.grown
                or isinstance(held := self.env.get(node.id), Filled)
                or (isinstance(held, Items) and held.kind == "list")
            ):
                self.fail("GG111", f"`{node.id}` is a list under two names", node, help="use one of them")
        if self.arrays and isinstance(target, ast.Name) and is_repeated(node):
            self.repeat(target.id, node)
            return
        if isinstance(target, ast.Name) and self.is_repeated_list(node) and self.may_be_list(target.id):
            self.bind(target, self.env[node.id], node)
            self.is_list(target.id)
            return
        wanted = target_names(target)
        value = self.value(node, wanted)
        self.bind(target, self.with_draw(value) if wanted else value, node)

    def assign_all(self, targets: list[ast.expr], node: ast.expr) -> None:
        """``a = b = e``: one object under several names; what is stored into entries as well, ``y[t] = s = e``, has a name first."""
        stores = [t for t in targets if isinstance(t, ast.Subscript)]
        read = {n.id for t in stores for n in ast.walk(t) if isinstance(n, ast.Name)}
        names = [t for t in targets if t not in stores]
        if stores and any(name in read for t in names for name in target_names(t)):
            self.fail("GG114", "stores by an index that the same line changes", targets[0], help="write two lines")
        if names:
            first, *others = [*names, *stores]
            self.assign(first, node)
            value = self.loaded(first)
        else:
            others, value = stores, self.atom(self.as_number(self.value(node), node))
        for other in others:
            self.bind(other, value)

    def with_draw(self, value: Value) -> Value:
        """A constant made of numbers that were drawn just now, the draw in its place: ``mask = np.random.rand(3) < p``."""
        last = self.out[-1] if self.out else None
        drawn = isinstance(last, Let) and isinstance(last.value, Call) and last.value.fn.startswith("np.random.")
        if not (drawn and isinstance(value, Call | Var)) or self.flows(value):
            return value
        if last.target in self.locals or list(variables(value)).count(last.target) != 1:
            return value
        self.at = replace(self.at, comments=last.at.comments)
        self.out.pop()
        return substitute(value, {last.target: last.value})

    def is_own_dict(self, target: ast.expr) -> bool:
        """Whether a target is an entry of a dict that the function has made, or, by a text key, of one that it was given."""
        if not (isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)):
            return False
        held, key = self.env.get(target.value.id), getattr(target.slice, "value", None)
        return isinstance(held, Items) and held.kind == "dict" or isinstance(held, Slots) and isinstance(key, str)

    def loaded(self, target: ast.expr) -> Value:
        """What a target that was just assigned holds (for ``a = b = e``)."""
        if isinstance(target, (ast.Tuple, ast.List)):
            return Items("tuple", tuple(self.loaded(e) for e in target.elts))
        return self.env[target.id]

    def bind(self, target: ast.expr, value: Value, node: ast.expr | None = None) -> None:
        match target:
            case ast.Name(id=name):
                self.env[name] = self.named(name, value)
            case ast.Subscript() if self.arrays:
                self.store(target, "=", lambda: value, self.current)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                self.unpack(target, elts, value, node)
            case _:
                self.fail(
                    "GG114",
                    f"cannot differentiate a store into `{ast.unparse(target)}` yet",
                    target,
                    help=f"give the new value a name of its own: {self.new_name(target)} = ...",
                )

    def new_name(self, target: ast.expr) -> str:
        return (target.value.id if isinstance(getattr(target, "value", None), ast.Name) else "value") + "_new"

    def named(self, name: str, value: Value) -> Value:
        """The value under a new version of the user's variable."""
        if isinstance(value, Items):
            parts = tuple(
                (v if not self.is_number(v) or is_atom(v) else self.let(self.names.fresh(f"{name}{i}"), v))
                for i, v in enumerate(value.values)
            )
            return replace(value, values=parts)
        if self.arrays and isinstance(value, Slots) and value.path and self.is_fresh_entry(name, value):
            return self.entry_by_name(name, value)
        if isinstance(value, Slots) and (
            name not in self.containers if value.path else value.param not in self.containers
        ):
            value = self.read_slot(value, self.node)
        if isinstance(value, (Slots, Mixed)):
            return value
        if isinstance(value, Var) and value.name in self.landed:
            self.landed.discard(value.name)  # a call has put its result under this name already
            return value
        return self.let(self.version(name), value)

    def unpack(self, target: ast.expr, elts: list[ast.expr], value: Value, node: ast.expr | None) -> None:
        if star := next((e for e in elts if isinstance(e, ast.Starred)), None):
            self.fail("GG111", "cannot differentiate a starred target yet", star, help="name every entry")
        if isinstance(value, Call) and value.fn in (".shape", "np.shape"):
            self.unpack_shape(elts, value, value, 0)
            return
        if (sizes := part_of_shape(value, len(elts))) is not None:
            self.unpack_shape(elts, value, *sizes)
            return
        if self.arrays and (self.is_number(value) or isinstance(value, Slots) and value.name in self.array_names):
            if all(isinstance(e, ast.Name) for e in elts):
                self.unpack_array(elts, self.as_number(value, node or target))
                return
        if isinstance(value, Slots):
            self.unpack_parameter(target, value)
            return
        if not isinstance(value, Items) or value.kind == "dict":
            self.fail(
                "GG111",
                "cannot tell how many values this unpacks",
                node or target,
                help="unpack a tuple whose length stands in the code",
            )
        if len(value.values) != len(elts):
            self.fail(
                "GG111",
                f"unpacks {len(value.values)} values into {len(elts)} names",
                target,
                help="name every value, and no more",
            )
        for element, part in zip(elts, value.values, strict=True):
            self.bind(element, part)

    def is_fresh_entry(self, name: str, value: Slots) -> bool:
        """Whether an entry of a parameter is read for the first time, to go by a name from here on."""
        known = self.kinds.get(value.name, "number") == "number" and value.path not in self.slots.get(value.param, {})
        return (
            known
            and name not in self.versions
            and not self.branch_depth
            and all(isinstance(k, str) for k in value.path)
        )

    def entry_by_name(self, name: str, value: Slots) -> Var:
        """``W1 = params["W1"]``: the entry goes by the name from here on."""
        var = self.read_slot(value, self.node)
        source: Expr = Var(value.param)
        for key in value.path:
            source = Call("index", (source, Const(repr(key).replace("'", '"'))))
        self.emit(Keep("unpack", (var, source), self.take_origin()))
        self.unpacked[var.name] = name
        self.versions[name] = 1
        return var

    def unpack_shape(self, elts: list[ast.expr], printed: Call, shape: Call, first: int) -> None:
        """``N, D = x.shape``, ``T, D = x.shape[-2:]``: printed as it stands; each name is a size, from the ``first`` axis on."""
        if not all(isinstance(e, ast.Name) for e in elts):
            self.fail("GG111", "a shape is unpacked into names", elts[0], help="name every size: N, D = x.shape")
        names = [self.version(e.id) for e in elts]
        pattern = Call("tuple", tuple(Var(n) for n in names))
        self.emit(Keep("unpack", (pattern, printed), self.take_origin()))
        for axis, (element, name) in enumerate(zip(elts, names, strict=True), first):
            self.emit(Let(name, Call("[]", (shape, Const(repr(axis)))), Origin(line=SILENT)))
            self.env[element.id] = Var(name)

    def unpack_array(self, elts: list[ast.expr], value: Expr) -> None:
        """``x, y = state``: printed as it stands; each name is an entry along the first axis."""
        whole = self.atom(value)
        names = [self.version(e.id) for e in elts]
        self.emit(Keep("unpack", (Call("tuple", tuple(Var(n) for n in names)), whole), self.take_origin()))
        for position, (element, name) in enumerate(zip(elts, names, strict=True)):
            entry = Call("[]", (whole, Const(repr(position))))
            self.emit(Let(name, entry, Origin(line=SILENT)))
            self.mark(name, entry)
            self.env[element.id] = Var(name)

    def unpack_parameter(self, target: ast.expr, slots: Slots) -> None:
        """``a, b = w``: the entries of the parameter go by the names ``a``, ``b`` from here on."""
        self.claim(slots, "list", target)
        copies: list[Let] = []
        pattern = self.slot_pattern(target, slots, copies)
        whole: Expr = Var(slots.param)
        for key in slots.path:
            whole = Call("index", (whole, Const(repr(key).replace("'", '"'))))
        self.emit(Keep("unpack", (pattern, whole), self.take_origin()))
        for copy in copies:
            self.emit(copy)

    def slot_pattern(self, target: ast.expr, slots: Slots, copies: list[Let]) -> Expr:
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = [
                self.slot_pattern(e, replace(slots, path=(*slots.path, i)), copies) for i, e in enumerate(target.elts)
            ]
            return Call("tuple", tuple(parts))
        if not isinstance(target, ast.Name):
            self.fail("GG114", f"cannot differentiate a store into `{ast.unparse(target)}` yet", target)
        fresh = (
            slots.path not in self.slots.get(slots.param, {})
            and target.id not in self.versions
            and not self.branch_depth
        )
        value = self.read_slot(slots, target)
        if fresh:
            self.unpacked[value.name] = target.id
            self.versions[target.id] = 1
            self.env[target.id] = value
            return value
        name = self.version(target.id)  # an entry in use, or a name: a version of its own, printed by the unpacking
        copies.append(Let(name, value, Origin(line=SILENT)))
        self.mark(name, value)
        self.env[target.id] = Var(name)
        return Var(name)

    def augment(self, node: ast.AugAssign, target: ast.expr, op: ast.operator, value: ast.expr) -> None:
        sign = f"{BINARY[type(op)] if not isinstance(op, ast.Sub) else '-'}="
        if self.arrays and isinstance(target, ast.Subscript):
            self.store(target, sign, lambda: self.value(value), node)
            return
        if not isinstance(target, ast.Name):
            self.bind(target, Const("0"))
        if self.arrays and (slot := self.viewed(target.id, node)):
            base, view = slot
            self.store_into(base, lambda: view.args[1:], sign, lambda: self.number(value), node, target)
            return
        held = self.env.get(target.id)
        shared = self.augmented_in_place(target, node) if self.arrays else None
        self.at = replace(self.at, augmented=True)
        load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        self.assign(target, ast.copy_location(ast.BinOp(load, op, value), node))
        if shared is not None and isinstance(
            new := self.env[target.id], Var
        ):  # written in place: the same memory as before
            self.rebind(target.id, shared, self.as_number(held, node), new)

    def augmented_in_place(self, target: ast.Name, node: ast.AugAssign) -> list[str] | None:
        """``h += x`` writes into an array, and gives a number a new value: the other names that see an array's change; None for a number."""
        held = self.env.get(target.id)
        shape = self.shape_so_far(held)
        if shape == () or not self.is_number(held) and not isinstance(held, Slots):
            return None
        if (
            shape is None
            and any(self.is_read_after(other, node) for other in self.sharing(target.id))
            and self.is_number(held)
        ):
            self.emit(
                Keep("assert", (Call(">", (Call("np.ndim", (held,)), Const("0"))),))
            )  # a number would get a new value instead
        return self.check_write(target.id, node)


def part_of_shape(value: Value, count: int) -> tuple[Call, int] | None:
    """(the shape, the axis of the first of so many sizes) of a slice of a shape; None for anything else."""
    match value:
        case Call("[]", (Call(".shape" | "np.shape") as shape, Call("slice", (start, stop, step)))) if step == OMITTED:
            first = 0 if start == OMITTED else value_of(start)
            if type(first) is int:
                return shape, -count if first < 0 and stop == OMITTED else first
    return None


def target_names(target: ast.expr) -> tuple[str, ...]:
    """The names that a flat target binds; empty for anything else."""
    if isinstance(target, ast.Name):
        return (target.id,)
    if isinstance(target, (ast.Tuple, ast.List)) and all(isinstance(e, ast.Name) for e in target.elts):
        return tuple(e.id for e in target.elts)
    return ()
