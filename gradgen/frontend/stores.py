"""Stores into arrays, and into dicts of settings."""

from __future__ import annotations

import ast
from collections.abc import Callable

from gradgen.frontend.hints import plain_key
from gradgen.frontend.storage import MASKS, Storage
from gradgen.frontend.values import Items, Slots, Value, is_atom
from gradgen.ir.nodes import Call, Const, Expr, Keep, Let, Origin, Store, Var, variables

KEPT = {"[]": "picked", "np.argmax": "picked", "np.arange": "rows"}  # what an index is called that is needed as it was


class Stores(Storage):
    """The part of the converter that is about writing into what is there."""

    def store(self, target: ast.Subscript, op: str, value: Callable[[], Value], node: ast.stmt) -> None:
        """``a[index] op= value()``."""
        if isinstance(target.value, ast.Subscript):
            target = self.by_one_index(target)
        if not isinstance(target.value, ast.Name):
            what = f"cannot differentiate a store into `{ast.unparse(target)}` yet"
            self.fail("GG114", what, target, help="give the array a name of its own first")
        name = target.value.id
        held = self.env.get(name)
        if name in self.grown and name not in self.repeated:
            self.fail("GG114", f"this puts another value into the list `{name}`", target, help="store into an array")
        if isinstance(held, Slots) and not held.path and op == "=" and is_text_key(target.slice):
            self.write_entry(held, target.slice.value, value(), target)
            return
        if isinstance(held, Slots) or held is None:
            self.fail(
                "GG114",
                f"this writes into the argument `{name}`" if held else f"`{name}` has no value yet",
                target,
                help=f"work on a copy: {name}_new = {name}.copy()",
            )
        if isinstance(held, Items) and name in two_names(self.node):
            what = f"`{name}` may be another name for a container that this store changes"
            self.fail("GG114", what, target, help="work with one name for it")
        if (
            isinstance(held, Items)
            and held.kind == "dict"
            and op == "="
            and is_text_key(target.slice) | plain_key(target.slice)
        ):
            self.env[name] = self.with_entry(name, held, ast.literal_eval(target.slice), value())
            return
        if not self.is_number(held):
            self.fail(
                "GG114",
                f"cannot differentiate a store into `{ast.unparse(target)}` yet",
                target,
                help=f"give the new value a name of its own: {name}_new = ...",
            )
        self.store_into(
            name, lambda: self.indices(target.slice), op, lambda: self.as_number(value(), node), node, target
        )

    def by_one_index(self, target: ast.Subscript) -> ast.Subscript:
        """``a[i, j]`` for ``a[i][j]``, where both name the same entries of an array."""
        whole = self.by_one_index(target.value) if isinstance(target.value, ast.Subscript) else target.value
        if not isinstance(whole, ast.Subscript):
            return target
        first, second = ([*s.elts] if isinstance(s, ast.Tuple) else [s] for s in (whole.slice, target.slice))
        index = ast.copy_location(ast.Tuple([*first, *second], ast.Load()), target.slice)
        made = ast.copy_location(ast.Subscript(whole.value, index, target.ctx), target)
        held = self.env.get(whole.value.id) if isinstance(whole.value, ast.Name) else None
        if not isinstance(held, Var) or held.name.partition("#")[0] in self.grown:
            return target
        if not self.is_one_index(self.indices(whole.slice), self.indices(target.slice)):
            what = f"`{ast.unparse(target.value)}` may be a copy, and a store into it lost"
            self.fail("GG114", what, target, help="name the entries by one index: a[i, j] = ...")
        return made

    def store_into(
        self,
        name: str,
        index: Callable[[], tuple[Expr, ...]],
        op: str,
        value: Callable[[], Expr],
        node: ast.stmt,
        target: ast.expr,
    ) -> None:
        """``name[index()] op= value()``, written in the text as ``target``."""
        whole = self.check_write(name, node)
        origin = self.at
        new = value()
        new = new if is_atom(new) or not self.flows(new) else self.atom(new)
        base = self.env[name]
        place = tuple(self.kept_index(i, base) for i in index())
        if isinstance(new, Call) and base.name in set(variables(new)):
            new = self.let_ready(new)
        if (self.flows(new) or op in ("*=", "/=")) and not self.distinct(place):
            self.fail(
                "GG114",
                f"`{ast.unparse(target)}` may name an entry twice, and only one of the values would stay",
                target,
                help="index by a mask, by slices, or by np.arange(N) and one column for each row",
            )
        version = self.version(name)
        self.at = origin if self.at.comments or not origin.comments else self.at
        self.emit(Store(version, base.name, place, op, new, self.take_origin()))
        if self.is_active(base.name) or self.flows(new):
            self.active.add(version)
        self.rebind(name, whole, base, Var(version))

    def distinct(self, index: tuple[Expr, ...]) -> bool:
        """Whether an index is known to name every entry at most once."""
        return all(self._is_single(i) for i in index) or any(_is_count(self.meaning(i)) for i in index)

    def _is_single(self, item: Expr) -> bool:
        """Whether an index names one entry, or each of several once: a whole number, a slice, a mask."""
        match self.meaning(item):
            case Const() | Call("slice" | "len" | ".size") | Call("[]", (Call(".shape" | "np.shape"), _)):
                return True
            case Call("+" | "*" | "//" | "%" | "neg" | "min" | "max", args):
                return all(map(self._is_single, args))
            case Call(fn):
                return fn in MASKS
            case Var(name):
                return name in self.counts

    def meaning(self, expr: Expr) -> Expr:
        """What a name was bound to, where that stands in the text above."""
        made = {s.target: s.value for s in (*self.above, *self.out) if isinstance(s, Let)}
        while isinstance(expr, Var) and expr.name in made:
            expr = made[expr.name]
        return expr

    def with_entry(self, name: str, held: Items, key: object, value: Value) -> Items:
        """A dict of the function's own with one entry more, or another value for it."""
        if self.is_number(value) and not is_atom(value):
            value = self.let(self.names.fresh(f"{name}_{key}" if str(key).isidentifier() else f"{name}_entry"), value)
        entries = dict(zip(held.keys, held.values, strict=True)) | {key: value}
        return Items("dict", tuple(entries.values()), tuple(entries))

    def write_entry(self, whole: Slots, key: str, value: Value, target: ast.Subscript) -> None:
        """``bn_param["running_mean"] = running_mean``: written into the caller's dict, as the original does."""
        self.claim(whole, "dict", target)
        if self.is_number(value) and not is_atom(value):
            value = self.let(self.names.fresh(key if key.isidentifier() else f"{whole.param}_entry"), value)
        entry = Slots(whole.param, (key,))
        source = Call("index", (Var(whole.param), Const(f'"{key}"')))
        self.emit(Keep("set", (source, self.written(value, target)), self.take_origin()))
        self.env[entry.name] = value

    def kept_index(self, index: Expr, base: Var) -> Expr:
        """An index that reads the array which is about to change gets a name: it is needed as it was."""
        if isinstance(index, Call) and index.fn != "slice" and base.name in set(variables(_without_sizes(index, base))):
            name = self.names.fresh(KEPT.get(index.fn, "mask"))
            self.emit(Let(name, index, Origin(line=self.at.line)))
            return Var(name)
        return index


def _without_sizes(expr: Expr, base: Var) -> Expr:
    """An index with a number for every size of the array: these do not change."""
    match expr:
        case Call("[]", (Call(".shape", (array,)), _)) if array == base:
            return Const("0")
        case Call(fn, args, attrs):
            return Call(fn, tuple(_without_sizes(a, base) for a in args), attrs)
    return expr


def _is_count(expr: Expr) -> bool:
    return isinstance(expr, Call) and (
        expr.fn in ("np.arange", "range")
        or expr.fn in ("list", "np.array")
        and len(expr.args) == 1
        and _is_count(expr.args[0])
    )


def two_names(node: ast.FunctionDef) -> set[str]:
    """The names that some statement makes another name for, or of, one object: ``a = b``, ``a = b = {}``."""
    found: set[str] = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Assign):
            names = [t.id for t in n.targets if isinstance(t, ast.Name)]
            if isinstance(n.value, ast.Name) or len(n.targets) > 1:
                found |= {*names, *([n.value.id] if isinstance(n.value, ast.Name) else [])}
    return found


def is_text_key(index: ast.expr) -> bool:
    return isinstance(index, ast.Constant) and isinstance(index.value, str)
