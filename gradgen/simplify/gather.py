"""The gradient of a list parameter: written as one list where each entry has one contribution, as the notes do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from gradgen.ir.nodes import ZERO, Add, Call, Const, Expr, Let, Origin, Param, Stmt, Var, variables
from gradgen.ir.walk import all_reads, all_writes, statements

Zeros = Callable[[str], Expr]


def number_zero(name: str) -> Expr:
    """The gradient on an entry at which none arrives, where entries are numbers."""
    return ZERO


def gather(params: Sequence[Param], backward: Sequence[Stmt], zero: Zeros = number_zero) -> tuple[Stmt, ...]:
    """The reverse pass with the gradient ``~w`` of every list or dict parameter built from its entries'.

    ``zero`` gives the gradient on an entry at which none arrives.
    """
    body = list(backward)
    for param in params:
        if param.slots:
            body = _gather(param, body, zero)
    return tuple(body)


def list_of(number: Expr, like: Expr) -> Expr:
    """``[0.0] * len(w)``."""
    return Call("*", (Call("list", (number,)), Call("len", (like,))))


def _gather(param: Param, body: list[Stmt], zero: Zeros) -> list[Stmt]:
    names = {f"~{name}" for name, _ in param.slots}
    writes = [s for s in statements(body) if getattr(s, "target", None) in names]
    lets = [s for s in body if isinstance(s, Let) and s.target in names]
    one_stage = len({s.at.stage for s in lets}) == 1
    once = (
        len(lets) == len(writes)
        and len({s.target for s in lets}) == len(lets)
        and not names & {*all_reads(body), *_called(body, names)}
    )
    if not (_is_dense(param) and once and one_stage):
        written = {s.target for s in writes} | _called(body, names)
        return [*body, *_assembled(param, written, zero)]
    values = {s.target: s.value for s in lets}
    first, last = body.index(lets[0]), body.index(lets[-1])
    at = next((place for place in (first, last) if all(_movable(s, body, place) for s in lets)), None)
    if at is None:
        return [*body, *_assembled(param, set(values), zero)]
    whole = Let(f"~{param.name}", _display(param, values, [], zero), lets[0].at)
    return [t for k, s in enumerate(body) for t in ([whole] if k == at else []) + ([] if s in lets else [s])]


def _called(body: Sequence[Stmt], names: set[str]) -> set[str]:
    return {t for s in statements(body) for t in getattr(s, "targets", ()) if t in names}


def _movable(s: Let, body: list[Stmt], place: int) -> bool:
    """Whether the statement has the same value at another place of the body."""
    low, high = sorted((body.index(s), place))
    written = set(all_writes(body[low:high]))
    return not any(name in written for name in variables(s.value))


def _is_dense(param: Param) -> bool:
    """Whether the entries read are all there are, as far as the text tells: 0 to n - 1, or the keys of a dict."""
    return all(_dense(keys) for keys in _levels(param).values())


def _levels(param: Param) -> dict[tuple, list]:
    levels: dict[tuple, dict] = {}
    for _, path in param.slots:
        for depth, key in enumerate(path):
            levels.setdefault(path[:depth], {})[key] = None
    return {prefix: list(keys) for prefix, keys in levels.items()}


def _dense(keys: list) -> bool:
    return all(isinstance(k, str) for k in keys) or sorted(keys, key=str) == sorted(range(len(keys)), key=str)


def _display(param: Param, values: dict[str, Expr], later: list[Stmt], zero: Zeros, prefix: tuple = ()) -> Expr:
    """The nested list or dict of the entries' gradients; zeros for one without.

    A list whose length the text does not tell starts as zeros; its entries come ``later``.
    """
    keys = _levels(param).get(prefix)
    if keys is None:
        name = next(n for n, path in param.slots if path == prefix)
        return values.get(f"~{name}") or zero(name)
    if not _dense(keys):
        later += _entries(param, values, prefix, keys, zero)
        return list_of(ZERO, _part(param, prefix))
    if isinstance(keys[0], str):
        return Call(
            "dict", tuple(e for k in keys for e in (Const(repr(k)), _display(param, values, later, zero, (*prefix, k))))
        )
    return Call("list", tuple(_display(param, values, later, zero, (*prefix, k)) for k in sorted(keys)))


def _entries(param: Param, values: dict[str, Expr], prefix: tuple, keys: list, zero: Zeros) -> list[Stmt]:
    """``dw[-1] += dwm1`` for a number (two indices may mean one entry), ``dw[1] = [dw1_0]`` for a list."""
    out: list[Stmt] = []
    for path in ((*prefix, key) for key in keys):
        below: list[Stmt] = []
        value = _display(param, values, below, zero, path)
        write = Add if any(path == p for _, p in param.slots) else Let
        if write is Let or value != ZERO:
            out.append(write(f"~{param.name}|" + "".join(f"[{k!r}]" for k in path), value, Origin()))
        out += below
    return out


def _part(param: Param, path: tuple) -> Expr:
    """The parameter's own list at a path, ``w[1]``."""
    part: Expr = Var(param.name)
    for key in path:
        part = Call("index", (part, Const(repr(key))))
    return part


def _assembled(param: Param, written: set[str], zero: Zeros) -> list[Stmt]:
    """``dw = [dw0, dw1]``, or, where the length is not told by the text, ``dw = [0.0] * len(w)`` and its entries."""
    later: list[Stmt] = []
    whole = _display(param, {name: Var(name) for name in written}, later, zero)
    return [Let(f"~{param.name}", whole, Origin()), *later]
