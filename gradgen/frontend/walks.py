"""The syntax of loops: what they walk, how often, and what their bodies give values to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from gradgen.ir.names import Names


def by_index(node: ast.For, names: Names) -> ast.For | None:
    """A loop over the entries of something as one over their indices; None for a loop over `range`.

    ``for x in xs``, ``for x in reversed(xs)``, ``for i, x in enumerate(xs)``, ``for x, y in zip(xs, ys)``.  None too where the body gives one of these
    names another value: the loop goes on over the old one.
    """
    walked, backwards = node.iter, False
    match node.iter:
        case ast.Call(func=ast.Name(id="reversed"), args=[ast.Name() as whole], keywords=[]):
            walked, backwards = whole, True
    match walked:
        case ast.Name():
            index, firsts, sources = None, [node.target], [walked]
        case ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name() as whole], keywords=[]) if (
            isinstance(node.target, ast.Tuple)
            and len(node.target.elts) == 2
            and isinstance(node.target.elts[0], ast.Name)
        ):
            index, firsts, sources = node.target.elts[0], [node.target.elts[1]], [whole]
        case ast.Call(func=ast.Name(id="zip"), args=[ast.Name(), *others] as sources, keywords=[]) if (
            isinstance(node.target, ast.Tuple)
            and len(node.target.elts) == len(sources)
            and all(isinstance(o, ast.Name) for o in others)
        ):
            index, firsts = None, node.target.elts
        case _:
            return None
    if {s.id for s in sources} & assigned(node):
        return None
    name = index.id if isinstance(index, ast.Name) else names.fresh("i")
    lengths = [f"len({s.id})" for s in sources]
    over = f"range({lengths[0]})" if len(lengths) == 1 else f"range(min({', '.join(lengths)}))"
    over = f"reversed({over})" if backwards else over
    lines = [f"{ast.unparse(t)} = {s.id}[{name}]" for t, s in zip(firsts, sources, strict=True)]
    made = ast.parse(f"for {name} in {over}:\n" + "".join(f"    {line}\n" for line in lines)).body[0]
    for inner in ast.walk(made):
        ast.copy_location(inner, node.iter)
    ast.copy_location(made, node)
    made.body += node.body
    return made


def over_named(node: ast.For, name: str) -> ast.For:
    """The loop with a name for its variable."""
    target = ast.copy_location(ast.Name(name, ast.Store()), node.target)
    return ast.copy_location(ast.For(target, node.iter, node.body, node.orelse), node)


def with_iterable(node: ast.For, iterable: ast.expr) -> ast.For:
    """The loop over something else."""
    return ast.copy_location(ast.For(node.target, iterable, node.body, node.orelse), node)


def may_end_early(node: ast.For | ast.While) -> bool:
    """Whether the number of trips is known only when they are made."""
    return isinstance(node, ast.While) or any(isinstance(n, ast.Break) for n in own_statements(node.body))


def own_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a loop's trips, not those of loops in it."""
    for s in body:
        yield s
        if isinstance(s, ast.If):
            yield from own_statements([*s.body, *s.orelse])


def assigned(node: ast.For | ast.While) -> set[str]:
    """The names that a loop's body binds, or stores entries of."""
    inside = [n for s in node.body for n in ast.walk(s)]
    named = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored = [n for n in inside if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)]
    return named | {root.id for n in stored if isinstance(root := stored_into(n), ast.Name)}


def stored_into(target: ast.expr) -> ast.expr:
    """What a store into ``a[i][j]`` changes."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def counts(node: ast.FunctionDef) -> set[str]:
    """The names that say how many trips a loop makes: in the arguments of `range`, or in what these were made of."""
    ranges = [
        n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "range"
    ]
    found: set[str] = set()
    new = {name for call in ranges for arg in call.args for name in whole_numbers(arg)}
    while new:
        found |= new
        made = [
            n.value
            for n in ast.walk(node)
            if isinstance(n, ast.Assign) and {t.id for t in n.targets if isinstance(t, ast.Name)} & new
        ]
        new = {name for value in made for name in whole_numbers(value)} - found
    return found


def whole_numbers(node: ast.expr) -> set[str]:
    """The names that an expression of whole numbers is made of; those of arrays, whose sizes it asks for, are not."""
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.BinOp(left=left, right=right):
            return whole_numbers(left) | whole_numbers(right)
        case ast.UnaryOp(operand=operand):
            return whole_numbers(operand)
        case ast.Call(func=ast.Name(id="int" | "min" | "max"), args=args):
            return {name for a in args for name in whole_numbers(a)}
    return set()


def is_load(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
