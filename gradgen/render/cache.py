"""What the backward pass is handed from the forward pass: the author's own cache where there is one, else what it reads.

A size or a view of what is handed over is worked out again, not kept.  The author's cache may be a tuple or a list, with others
inside, or a dict; it is taken apart as it was put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gradgen.analysis.shapes import Shapes
from gradgen.ir.nodes import Call, Const, Expr, Function, Keep, Let, Origin, Record, Stmt, Var, substitute, variables
from gradgen.ir.walk import statements
from gradgen.ir.write import COMPARISONS
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find
from gradgen.rules.shapes import elementwise, reduced, same
from gradgen.simplify.replay import is_replayed, is_size

Part: TypeAlias = "str | None | tuple[Part, ...]"
CHEAP = (None, elementwise, same, reduced)  # shape rules of what an author's cache may leave to be worked out again


@dataclass(frozen=True, slots=True)
class Cache:
    """``names`` are what is unpacked (IR names, None for an entry that nobody reads, a tuple for one that is taken apart; of a
    dict what is read under ``keys``); ``again`` the lines that work out the rest, ``added`` what the author's own cache lacks.
    """

    names: tuple[Part, ...]
    again: tuple[Stmt, ...] = ()
    added: tuple[str, ...] = ()
    adopted: bool = False
    keys: tuple[str, ...] = ()

    def flat(self) -> tuple[str | None, ...]:
        """The names, with those of the entries that are taken apart."""
        return tuple(flat(self.names))


def plan(function: Function, needed: Sequence[str], shapes: Shapes | None = None, dout: str = "dout") -> Cache:
    """The cache for a backward pass that reads ``needed`` of the forward pass; ``dout`` has the shape of the result."""
    filled = {s.history for s in statements(function.body) if isinstance(s, Record)}
    values = {  # on every path: none of a branch
        s.target: s.value for s in function.body if isinstance(s, Let) and s.target not in filled
    }
    constants = {name for name, _ in function.constants}
    needed = [n for n in needed if n not in constants]
    if function.adopts and function.aux is not None:
        return _adopted(function, needed, values, _sizes_of_result(function, needed, shapes), dout)
    wanted = set(needed)
    again: list[Stmt] = []
    for name in needed:
        value = values.get(name)
        if (
            value is not None
            and (is_size(value) or name in function.made_up and is_replayed(value))
            and {v for v in variables(value)} <= wanted
        ):
            again.append(Let(name, value, Origin()))
    worked_out = {s.target for s in again}
    return Cache(tuple(n for n in needed if n not in worked_out), tuple(again))


def _sizes_of_result(function: Function, needed: Sequence[str], shapes: Shapes | None) -> list[str | None]:
    """For each axis of the result the variable that holds its size, if one of those is needed."""
    result = shapes.of(function.results[0]) if shapes and len(function.results) == 1 else ()
    held = {shapes.dim(f"${n}"): n for n in reversed(needed)} if shapes else {}
    return [held.get(shapes.dim(d)) for d in result] if isinstance(result, tuple) else []


def _adopted(
    function: Function, needed: Sequence[str], values: dict[str, Expr], sizes: Sequence[str | None], dout: str
) -> Cache:
    """The author's cache, unpacked as it was packed; sizes of the result are those of its gradient."""
    keys, packed = entries(function.aux)
    packed = tuple(_original(e, values, needed) for e in packed)
    known = {e.name for e in (packed if keys else within(packed)) if isinstance(e, Var)}
    values |= _entries_of(function, known)
    values = {n: _through_copies(v, values) for n, v in values.items()}
    asked: dict[str, int] = {}
    again: dict[str, Expr] = {}
    added: list[str] = []
    for name in needed:
        if name in sizes and not _is_read_off(values.get(name)):
            asked[name] = sizes.index(name)
            known.add(name)
    for name in needed:
        if not _work_out(name, values, known, again):
            if name in sizes:
                asked[name] = sizes.index(name)
            else:
                added.append(name)
            known.add(name)
    by_name = [
        Keep("unpack", (Var(name), value))
        for name, value in again.items()
        if isinstance(value, Call) and value.fn == "index"
    ]
    ordered: list[Stmt] = by_name + [
        Let(s.target, again[s.target], Origin())
        for s in statements(function.body)
        if isinstance(s, Let) and s.target in again
    ]
    read = {*needed, *(n for value in again.values() for n in variables(value))}
    if keys:
        found = [(k, e.name) for k, e in zip(keys, packed, strict=True) if isinstance(e, Var) and e.name in read]
        keys, packed = tuple(k for k, _ in found), tuple(Var(n) for _, n in found)
    names = tuple(_part(e, read) for e in packed)
    shape = Call(".shape", (Var(dout),))
    if len(asked) == 1:
        ordered.insert(0, *(Let(n, Call("[]", (shape, Const(repr(axis)))), Origin()) for n, axis in asked.items()))
    elif asked:
        pattern = Call("tuple", tuple(Var(n if n in asked else "_") for n in sizes))
        ordered.insert(0, Keep("unpack", (pattern, shape)))
    return Cache(names, tuple(ordered), tuple(added), True, keys)


def entries(aux: Expr) -> tuple[tuple[str, ...], tuple[Expr, ...]]:
    """What an author's cache is made of, with its keys where it is a dict."""
    match aux:
        case Call(fn="tuple" | "list", args=args):
            return (), args
        case Call(fn="dict", args=args):
            return tuple(k.text for k in args[::2]), args[1::2]
    return (), (aux,)


def within(packed: Sequence[Expr]) -> Iterator[Expr]:
    """The entries, and those of tuples and lists among them."""
    for e in packed:
        yield e
        if isinstance(e, Call) and e.fn in ("tuple", "list"):
            yield from within(e.args)


def flat(names: Sequence[Part]) -> Iterator[str | None]:
    for name in names:
        yield from flat(name) if isinstance(name, tuple) else (name,)


def _through_copies(value: Expr, values: dict[str, Expr]) -> Expr:
    """A value that reads what copies are copies of: ``A < 0`` of ``A = X.copy()`` is ``X < 0``."""
    copies = {
        n: made.args[0]
        for n in variables(value)
        if isinstance(made := values.get(n), Call) and made.fn in (".copy", "np.copy") and isinstance(made.args[0], Var)
    }
    return substitute(value, copies) if copies else value


def _original(entry: Expr, values: dict[str, Expr], needed: Sequence[str]) -> Expr:
    """What an entry is another word for, if that is what is needed: ``activation_cache = Z``."""
    while isinstance(entry, Var) and entry.name not in needed and isinstance(values.get(entry.name), Var):
        entry = values[entry.name]
    return entry


def _part(entry: Expr, read: set[str]) -> Part:
    """How an entry is unpacked."""
    if isinstance(entry, Var):
        return entry.name
    if (
        isinstance(entry, Call)
        and entry.fn in ("tuple", "list")
        and any(isinstance(e, Var) and e.name in read for e in within(entry.args))
    ):
        return tuple(_part(e, read) for e in entry.args)
    return None


def _entries_of(function: Function, known: set[str]) -> dict[str, Expr]:
    """Entries of parameters in the cache that go by names (``W = params["W"]``), where nothing is written into a container."""
    if any(isinstance(s, Keep) and s.kind == "set" for s in statements(function.body)):
        return {}
    named = [s.args for s in function.body if isinstance(s, Keep) and s.kind == "unpack" and isinstance(s.args[0], Var)]
    return {target.name: source for target, source in named if set(variables(source)) <= known}


def _is_read_off(value: Expr | None) -> bool:
    """Whether a size is one of an array's, with nothing to be worked out."""
    return (
        isinstance(value, Call)
        and value.fn == "[]"
        and isinstance(value.args[0], Call)
        and value.args[0].fn == ".shape"
    )


def _work_out(name: str, values: dict[str, Expr], known: set[str], again: dict[str, Expr]) -> bool:
    """Whether a value is in the cache, or cheap to work out from what is (noted in ``again``)."""
    if name in known or name in again:
        return True
    value = values.get(name)
    if value is None or not is_cheap(value):
        return False
    before = dict(again)
    if all(_work_out(n, values, known, again) for n in variables(value)):
        again[name] = value
        return True
    again.clear()
    again.update(before)
    return False


def is_cheap(expr: Expr) -> bool:
    """Whether a value costs no more than a pass over its operands."""
    if not isinstance(expr, Call) or is_replayed(expr) or is_size(expr):
        return True
    if expr.fn in COMPARISONS or expr.fn in ("if", "+", "&", "|", "~", "not", "slice", "list", "tuple", "index"):
        return all(is_cheap(a) for a in expr.args)
    row = find(expr, is_constant)
    return row is not None and row[0].shape in CHEAP and all(is_cheap(a) for a in expr.args)
