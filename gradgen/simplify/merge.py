"""Lines of the reverse pass that a person writes as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from gradgen.analysis.shapes import Shapes
from gradgen.ir.names import printed
from gradgen.ir.nodes import Add, Call, Const, Expr, Let, Stmt, Store, Var, variables
from gradgen.ir.walk import all_reads, all_writes, blocks, read_as, with_blocks
from gradgen.ir.write import write
from gradgen.simplify.fold import fold

LONGEST = 60  # characters of a sum that stays one line


def in_one_line(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """``dw = a + b`` for ``dw = a`` and then ``dw += b``, where both come from one line of the author's."""
    out: list[Stmt] = []
    for s in body:
        s = with_blocks(s, in_one_line) if blocks(s) else s
        before = out[-1] if out else None
        if isinstance(s, Add) and isinstance(before, Let) and _is_one_line(before, s):
            whole = Call("+", (before.value, _signed(s.value)))
            if len(write(whole)) <= LONGEST:
                s = replace(before, value=whole)
                out.pop()
        out.append(s)
    return tuple(out)


def _signed(value: Expr) -> Expr:
    """``-(h * d)`` for ``-h * d``, so that it is taken away from what stands before it; ``h * d`` for ``--h * d``."""
    match value:
        case Call("neg", (Call("neg", (inner,)),)):
            return inner
        case Const(text) if text.startswith("-"):
            return Call("neg", (Const(text[1:]),))
        case Call("*" | "/", (left, right)) if isinstance(inner := _signed(left), Call) and inner.fn == "neg":
            return Call("neg", (Call(value.fn, (inner.args[0], right)),))
    return value


def _is_one_line(s: Let, later: Add) -> bool:
    chosen = any(isinstance(v, Call) and v.fn in ("np.where", "if") for v in (s.value, later.value))
    return (
        s.target == later.target and s.at.line == later.at.line > 0 and not chosen and not _reads(s.target, later.value)
    )


def _reads(name: str, value: Expr) -> bool:
    return name in variables(value)


def spread_once(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """A thin gradient made full in its own line, for ``np.broadcast_to(w * d, np.shape(z))`` in every line that reads it."""
    out = [with_blocks(s, spread_once) if blocks(s) else s for s in body]
    for place, s in enumerate(out):
        if not isinstance(s, Let) or not s.target.startswith("~"):
            continue
        wide = {e for r in out[place + 1 :] if isinstance(r, (Let, Add)) for e in _spread(r.value, s.target)}
        shapes = {e.args[1] for e in wide}
        if len(wide) > 1 and len(shapes) == 1 and s.target not in all_writes(out[place + 1 :]):
            out[place] = replace(s, value=Call("np.broadcast_to", (s.value, *shapes)))
            out[place + 1 :] = [
                replace(r, value=_bare(r.value, wide)) if isinstance(r, (Let, Add)) else r for r in out[place + 1 :]
            ]
    return tuple(out)


def _spread(expr: Expr, name: str) -> Iterator[Call]:
    """The products with a gradient that are made full in an expression."""
    match expr:
        case Call("np.broadcast_to", (inner, Call("np.shape" | ".shape", (Var(of),)))) if of == name[1:] and _is_factor(
            name, inner
        ):
            yield expr
        case Call(args=args):
            for a in args:
                yield from _spread(a, name)


def _is_factor(name: str, expr: Expr) -> bool:
    """Whether a gradient is a factor of a product."""
    match expr:
        case Call("*", factors):
            return any(_is_factor(name, f) for f in factors)
        case Call("/" | "neg", (inner, *_)):
            return _is_factor(name, inner)
    return expr == Var(name)


def _bare(expr: Expr, wide: Set[Expr]) -> Expr:
    if not isinstance(expr, Call):
        return expr
    return expr.args[0] if expr in wide else Call(expr.fn, tuple(_bare(a, wide) for a in expr.args), expr.attrs)


def negated(body: Sequence[Stmt], returned: Sequence[str]) -> tuple[Stmt, ...]:
    """``dn = -v``, and ``-dn`` for what else reads it, in place of ``dt = v`` and ``dn = -dt``, where nobody asked for ``dt``."""
    out = list(body)
    for place, s in enumerate(body):
        match s:
            case Let(target=name, value=Call("neg", (Var(source),))) if name in returned and source not in returned:
                made = [r for r in out if isinstance(r, Let) and r.target == source]
                writes = all_writes(out)
                if len(made) != 1 or writes.count(source) != 1 or writes.count(name) != 1:
                    continue
                first = out.index(made[0])
                if first >= place or name in all_reads(out[first:place]) or source in all_reads(out[first:place]):
                    continue
                if not all(_is_sum_of(source, r) for r in out[place + 1 :] if source in all_reads((r,))):
                    continue
                value = fold(_signed(Call("neg", (_signed(made[0].value),))))
                rest = [_turned(read_as(r, {source: Call("neg", (Var(name),))})) for r in out[place + 1 :]]
                out = [*out[:first], replace(made[0], target=name, value=value), *out[first + 1 : place], *rest]
                return negated(tuple(out), returned)
    return tuple(out)


def _is_sum_of(name: str, s: Stmt) -> bool:
    """Whether a statement takes a gradient as it is, or adds it to others."""
    value = s.value if isinstance(s, (Let, Add)) else None
    return value == Var(name) or isinstance(value, Call) and value.fn in ("+", "neg") and Var(name) in value.args


def _turned(s: Stmt) -> Stmt:
    """``b - a`` for ``-a + b``."""
    match s:
        case Let(value=Call("+", (Call("neg", _) as first, second))) if not isinstance(second, Call):
            return replace(s, value=Call("+", (second, first)))
    return s


def counted(body: Sequence[Stmt], shapes: Shapes) -> tuple[Stmt, ...]:
    """``(~mask).astype(x.dtype) / N`` for an array of ``1.0 / N`` in which the entries of a mask are set to 0."""
    out: list[Stmt] = []
    for s in body:
        s = with_blocks(s, lambda block: counted(block, shapes)) if blocks(s) else s
        match out[-1:], s:
            case [Let(target=name, value=Call("np.full_like", (Var() as x, number))) as made], Store(
                target=target, index=(mask,), op="=", value=Const(text)
            ) if (
                name == target
                and float(text) == 0
                and shapes.index_kind(mask) == "mask"
                and shapes.of(mask) == shapes.of(x)
            ):
                ones = Call(".astype", (Call("~", (mask,)), Call(".dtype", (x,))))
                out[-1] = replace(made, value=_times(ones, number), at=s.at)
                continue
        out.append(s)
    return tuple(out)


def _times(ones: Expr, number: Expr) -> Expr:
    match number:
        case Const("1.0"):
            return ones
        case Call("/", (Const("1.0"), below)):
            return Call("/", (ones, below))
    return Call("*", (number, ones))


def said_once(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """The reverse pass without a line that says what a gradient is for now, where the next line about it says it in full.

    ``dx = d.copy()`` for ``dx = d`` and then ``dx = dx.copy()``, ``dx = d[:k] + e`` for ``dx = d[:k]`` and then ``dx = dx + e``.
    """
    out = [with_blocks(s, said_once) if blocks(s) else s for s in body]
    for place, s in enumerate(out):
        if not isinstance(s, Let) or not _is_view(s.value):
            continue
        again = next((n for n in range(place + 1, len(out)) if s.target in all_writes((out[n],))), None)
        if again is None or not isinstance(out[again], Let):
            continue
        between, later = out[place + 1 : again], out[again]
        if printed(variables(s.value)) & printed(all_writes(between)):
            continue
        match later.value:
            case Call(".copy", (Var(name),)) if name == s.target and isinstance(s.value, Var):
                values = {s.target: s.value}
                return said_once((*out[:place], *(read_as(r, values) for r in (*between, later)), *out[again + 1 :]))
            case Call("+", (Var(name), *_)) if name == s.target and list(variables(later.value)).count(name) == 1:
                if s.target not in all_reads(between):
                    return said_once((*out[:place], *between, read_as(later, {s.target: s.value}), *out[again + 1 :]))
    return _stored_once(out)


def _stored_once(body: Sequence[Stmt]) -> tuple[Stmt, ...]:
    """``d[i] = v`` for ``d[i] = 0`` and then ``d[i] += v``."""
    out: list[Stmt] = []
    for s in body:
        match out[-1:], s:
            case [Store(op="=", value=Const(text)) as zero], Store(op="+=") if (
                float(text) == 0
                and (zero.target, zero.index) == (s.target, s.index)
                and s.target not in variables(s.value)
            ):
                out[-1] = replace(s, op="=")
            case _:
                out.append(s)
    return tuple(out)


def _is_view(value: Expr) -> bool:
    """Whether a value is a name, or some entries of one by a basic index."""
    if isinstance(value, Call) and value.fn == "shaped":
        return _is_view(value.args[0])
    if isinstance(value, Call) and value.fn == "[]":
        return isinstance(value.args[0], Var) and all(isinstance(i, Call) and i.fn == "slice" for i in value.args[1:])
    return isinstance(value, Var)
