"""The IR as text, for `gradgen FILE --show PASS` and for reading a failing test."""

from __future__ import annotations

from collections.abc import Sequence

from gradgen.ir.nodes import Add, CallBack, CallPair, For, Function, Gradient, If, Keep, Let, Record, Stmt, Store
from gradgen.ir.write import write, write_index


def show(artefact: object) -> str:
    """Any artefact of the pipeline as text."""
    match artefact:
        case Function():
            head = f"function {artefact.name}({', '.join(p.name for p in artefact.params)})"
            tail = "return " + ", ".join(write(r) for r in artefact.results)
            return "\n".join([head, *_block(artefact.body, 1), "  " + tail])
        case Gradient():
            return "\n".join(
                [f"gradient of {artefact.function.name} by {', '.join(artefact.wrt)}", *_block(artefact.backward, 1)]
            )
        case dict():
            return "\n\n".join(f"[{key}]\n{show(value)}" for key, value in artefact.items())
        case tuple() | list() | set() | frozenset():
            return ", ".join(show(v) for v in artefact)
    return str(artefact)


def _block(body: Sequence[Stmt], depth: int) -> list[str]:
    return ["  " * depth + line for s in body for line in _lines(s)]


def _lines(s: Stmt) -> list[str]:
    match s:
        case Let(target=t, value=v):
            return [f"{t} = {write(v)}{_tag(s)}"]
        case Add(target=t, value=v):
            return [f"{t} += {write(v)}{_tag(s)}"]
        case Store(target=t, base=b, index=i, op=op, value=v):
            return [f"{t} <- {b}[{write_index(i)}] {op} {write(v)}{_tag(s)}"]
        case CallPair(targets=ts, fn=fn, args=args, cache=cache):
            return [f"{', '.join(ts)}; {cache} = {fn}.forward({', '.join(map(write, args))}){_tag(s)}"]
        case CallBack(targets=ts, fn=fn, douts=douts, cache=cache):
            return [f"{', '.join(ts)} = {fn}.backward({', '.join(map(write, douts))}; {write(cache)}){_tag(s)}"]
        case Keep(kind=kind, args=args):
            return [f"{kind} {', '.join(map(write, args))}"]
        case If(test=test, then=then, orelse=orelse, joins=joins):
            merged = [f"join {j.target} = {j.then} | {j.orelse}" for j in joins]
            return [f"if {write(test)}:", *_block(then, 1), "else:", *_block(orelse, 1), *merged]
        case For(index=index, over=over, body=body, carries=carries):
            handed = [f"  carry {c.name} = {c.start} | {c.step}" for c in carries]
            return [f"for {index} in {write(over)}:", *handed, *_block(body, 1)]
        case Record(history=history, key=key, value=value):
            return [f"record {history}[{', '.join(map(write, key))}] {write(value)}"]
    return [repr(s)]


def _tag(s: Stmt) -> str:
    return f"  # ({s.at.stage})" if s.at.stage else ""
