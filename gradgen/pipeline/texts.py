"""The text of a result: its functions, and what they bring along."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gradgen.ir.names import Names
from gradgen.ir.nodes import Function
from gradgen.render.environment import kind_of
from gradgen.render.layers import build_class
from gradgen.render.layout import layout
from gradgen.render.module import Chunk, chunk, module
from gradgen.render.spelling import Spelling
from gradgen.render.view import VERDICT, FunctionNames, View, build, entry_names, layer_name

if TYPE_CHECKING:
    from gradgen.pipeline.result import Result


def function_names(function: Function) -> FunctionNames:
    """The generated functions' names, and ``dout`` and ``cache`` unless the function uses these itself."""
    names = Names(set(function.taken))
    joint, forward, backward = entry_names(function.name)
    if function.this:
        return FunctionNames(joint, forward, backward, names.fresh("dout"), layer=function.name, this=function.this)
    own = [names.fresh(n) for n in ("dout", function.adopts or "cache", layer_name(function.name), "self")]
    return FunctionNames(joint, forward, backward, *own)


def chunks(result: Result, style: str, spelling: Spelling) -> list[Chunk]:
    """The generated functions of one result: its helpers' pairs, callees first, then its own."""
    if result.network:
        return [Chunk(result.name, layout(network_text(result, spelling)).strip("\n"))]
    result.run("simplify")
    pairs = pair_names(result)
    made = result.artefacts["simplify"]
    shapes = result.artefacts.get("shapes", {})
    views: list[tuple[View, str, str]] = []
    for name, helper in result.helpers.items():
        names = replace(function_names(helper), forward=pairs[name][0], backward=pairs[name][1])
        view = build(made[f"{name}()"], names, pairs, spelling, joint=False, shapes=shapes.get(name))
        views.append((view, "split", name))
    joint = kind_of(style) == "joint"
    if result.layer:
        others = method_lines(result, spelling, result.layer.others)
        view = build_class(
            made["split"], function_names(result.function), pairs, spelling, others, shapes.get(result.name)
        )
        return [chunk(v, template, name) for v, template, name in (*views, (view, style, result.name))]
    views.append(
        (
            build(
                made["joint" if joint else "split"],
                function_names(result.function),
                pairs,
                spelling,
                joint=joint,
                shapes=shapes.get(result.name),
            ),
            style,
            result.name,
        )
    )
    result.extended[style] = any(view.extended for view, _, _ in views)  # a callee's cache may lie in its caller's
    return [chunk(view, template, name) for view, template, name in views]


def network_text(result: Result, spelling: Spelling) -> str:
    """A class of layers with its backward pass; the rest of it stays as it is."""
    net = result.network
    kept = [n for n in net.node.body if getattr(n, "name", "") != "backward" and not isinstance(n, ast.Expr)]
    lines = [
        f"class {net.node.name}:",
        f'    """A network: {net.entry}(...), then backward(dout).',
        "",
        f"    {VERDICT}",
        '    """',
        "",
        *(f"    {line}".rstrip() for line in method_lines(result, spelling, kept)),
        "    def backward(self, dout=1.0):",
        f'        """The gradient by the input of {net.entry}; every layer keeps those by its own parameters."""',
        *(f"        {line}" for line in net.backward),
    ]
    return "\n".join(lines)


def method_lines(result: Result, spelling: Spelling, nodes: Sequence[ast.stmt]) -> list[str]:
    """The methods of a class that stay as they are; what they read of the file comes along."""
    lines: list[str] = []
    for node in nodes:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        text = result.source.lines[first - 1 : node.end_lineno]
        lines += [line[4:] if line.startswith("    ") else line for line in text] + [""]
        read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for name in sorted(read & {*result.scope.imports, *result.scope.functions, *result.scope.constants}):
            spelling.bring(name)
    return lines


def pair_names(result: Result) -> dict[str, tuple[str, str]]:
    """The names of the helpers' generated pairs: ``g_forward``, ``g_backward``, unless the function itself is called so."""
    taken = set(entry_names(result.name))
    pairs: dict[str, tuple[str, str]] = {}
    for name in result.helpers:
        candidates = (entry_names(f"{name}{n}")[1:] for n in ("", *range(2, 1000)))
        pairs[name] = next(pair for pair in candidates if not taken & set(pair))
        taken |= set(pairs[name])
    return pairs


def render(result: Result, style: str) -> str:
    """The module text of one result, its verdict still open."""
    result.run("simplify")
    spelling = Spelling(result.scope, set(taken_names(result)), result.source)
    made = chunks(result, style, spelling)
    return module(made, spelling, dict(constants(result)))


def taken_names(result: Result) -> set[str]:
    return set().union(*(f.taken for f in (result.function, *result.helpers.values()))) - set(result.scope.imports)


def constants(result: Result) -> dict[str, str]:
    """The module constants that a function and its helpers read."""
    read = {name: text for f in (*result.helpers.values(), result.function) for name, text in f.constants}
    order = list(result.scope.constants)
    return dict(sorted(read.items(), key=lambda row: order.index(row[0]) if row[0] in order else -1))


def with_verdict(draft: str, summary: str) -> str:
    """The text with its verdict in the docstrings."""
    return draft.replace(VERDICT, summary)
