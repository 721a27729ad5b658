"""Code without NumPy: which parameters are lists of numbers, by what the text does with them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gradgen.frontend.buffers import is_repeated
from gradgen.frontend.hints import computed, plain_key

NOTHING: Mapping[str, ast.FunctionDef] = MappingProxyType({})


def reads_entries(node: ast.FunctionDef) -> bool:
    """Whether a function reads what it is given entry by entry: ``for v in x`` with numbers in x, ``sum(x)``, ``x[i]``.

    >>> [reads_entries(ast.parse(f"def f(x, i): return {e}").body[0]) for e in ("x[i]", "x[0]", "x * i")]
    [True, False, False]
    """
    indexed = any(isinstance(n, ast.Subscript) and not plain_key(n.slice) or is_repeated(n) for n in computed(node))
    return indexed or any(plain_dims(node).values())


def plain_dims(node: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef] = NOTHING) -> dict[str, tuple[str, ...]]:
    """What the parameters of code without NumPy look like: lists of numbers where it goes through them, or hands them to a function
    of the file that does, else numbers.

    One that may be something else is left out.

    >>> plain_dims(ast.parse("def f(w, x, p, m, i): return w[i] * x * p[0] * m[i][0]").body[0])
    {'w': ('_',), 'x': (), 'i': ()}
    """
    lists = set(_handed_on(node, functions))
    deeper: set[str] = set()
    entries = with_entries(node)
    for n in computed(node):
        match n:
            case ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over):
                names = {t.id for t in ast.walk(target) if isinstance(t, ast.Name)}
                apart = isinstance(over, ast.Name) and not isinstance(target, ast.Name)
                (deeper if apart or names & entries else lists).update(_walked(over))
            case ast.Call(func=ast.Name(id="sum"), args=[ast.Name(id=name)]):
                lists.add(name)
            case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name))):
                deeper.add(name)
            case ast.Subscript(value=ast.Name(id=name), slice=index) if not plain_key(index):
                lists.add(name)
    params = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    known = {p: ("_",) if p in lists else () for p in params if p in lists or p not in entries}
    return {p: dims for p, dims in known.items() if p not in deeper}


def _handed_on(node: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]) -> Iterator[str]:
    """The names that a function hands to others of the file as lists."""
    others = {name: other for name, other in functions.items() if other is not node}
    for n in computed(node):
        match n:
            case ast.Call(func=ast.Name(id=name), args=args) if name in others:
                dims = plain_dims(others[name], {k: f for k, f in others.items() if k != name})
                params = [a.arg for a in (*others[name].args.posonlyargs, *others[name].args.args)]
                pairs = zip(args, params, strict=False)
                yield from (a.id for a, p in pairs if isinstance(a, ast.Name) and dims.get(p))


def numbers_of(node: ast.FunctionDef) -> dict[str, tuple[str, ...]]:
    """The parameters that are numbers beside arrays that are read entry by entry: no entries are read of them, and they are no index.

    >>> numbers_of(ast.parse("def f(x, k, i): return x[i] * k").body[0])
    {'k': ()}
    """
    index = {
        n.id
        for s in computed(node)
        if isinstance(s, ast.Subscript)
        for n in ast.walk(s.slice)
        if isinstance(n, ast.Name)
    }
    return {name: dims for name, dims in plain_dims(node).items() if not dims and name not in index}


def with_entries(node: ast.FunctionDef) -> set[str]:
    """The names of which a function reads entries, or how many they are."""
    found: set[str] = set()
    for n in computed(node):
        match n:
            case ast.For(iter=over) | ast.comprehension(iter=over):
                found |= _walked(over)
            case ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(value=ast.Name(id=name)):
                found.add(name)
            case ast.Call(func=ast.Name(id="len" | "sum"), args=[ast.Name(id=name)]) | ast.Starred(
                value=ast.Name(id=name)
            ):
                found.add(name)
            case ast.Assign(targets=[ast.Tuple() | ast.List()], value=ast.Name(id=name)):
                found.add(name)
    return found


def _walked(over: ast.expr) -> set[str]:
    """The names whose entries a loop goes through: ``x``, ``enumerate(x)``, ``zip(x, reversed(y))``."""
    match over:
        case ast.Name(id=name):
            return {name}
        case ast.Call(func=ast.Name(id="enumerate" | "zip" | "reversed"), args=args):
            return {name for a in args for name in _walked(a)}
    return set()


def with_lengths(node: ast.FunctionDef, lists: set[str]) -> ast.FunctionDef:
    """The function with tests of lists as tests of their lengths.

    >>> print(ast.unparse(with_lengths(ast.parse("if not xs and x: pass").body[0], {"xs"})))
    if not len(xs) > 0 and x:
        pass
    """
    return _Lengths(lists).visit(copy.deepcopy(node)) if lists else node


class _Lengths(ast.NodeTransformer):
    def __init__(self, lists: set[str]):
        self.lists = lists

    def tested(self, node: ast.expr) -> ast.expr:
        if not (isinstance(node, ast.Name) and node.id in self.lists):
            return node
        length = ast.Call(ast.Name("len", ast.Load()), [node], [])
        made = ast.Compare(length, [ast.Gt()], [ast.Constant(0)])
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            node.test = self.tested(node.test)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.tested(node.operand)
        elif isinstance(node, ast.BoolOp):
            node.values = [self.tested(v) for v in node.values]
        return node
