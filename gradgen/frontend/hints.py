"""What the text of a function hints at: whether it is array code, which parameters are arrays, and which dicts of settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from gradgen.frontend.scope import ARRAYS, Scope, canonical_import
from gradgen.frontend.stated import described_dims
from gradgen.rules.rule import has_rule

ARRAY_ANNOTATION = re.compile(r"ndarray|NDArray|ArrayLike|\b(Float|Int|Bool|Num|Shaped|Real|Integer)\d*\[")


def is_array_code(nodes: Iterable[ast.FunctionDef], scope: Scope, stated: Iterable[str] = ()) -> bool:
    """Whether functions have a hint of arrays: numpy, ``@``, ``.shape``, ``.T``, slices, an annotation, a stated shape."""
    return any(_hints(node, scope) for node in nodes) or bool(list(stated))


def imports_arrays(scope: Scope) -> bool:
    """Whether the module has NumPy at hand."""
    return any(canonical_import(path).split(".")[0] in ARRAYS for path in scope.imports.values())


def _hints(node: ast.FunctionDef, scope: Scope) -> bool:
    args = node.args
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
        if arg.annotation is not None and ARRAY_ANNOTATION.search(ast.unparse(arg.annotation)):
            return True
    if imports_arrays(scope) and described_dims(node):
        return True
    layer = imports_arrays(scope) and (
        node.name.endswith("_forward") or node.name.startswith("forward_")
    )  # one of the course's assignments
    for n in computed(node):
        match n:
            case ast.Return(value=ast.Tuple(elts=[_, *_, ast.Name(id="cache")])) if layer:
                return True
            case ast.Attribute(attr="shape" | "T" | "ndim" | "size"):
                return True
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if has_rule(f".{attr}") and not _is_module(
                value, scope
            ):
                return True
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()) | ast.Slice():
                return True
            case ast.Subscript(slice=ast.Tuple()):
                return True
            case ast.Name(id=name) if (
                name in scope.imports and canonical_import(scope.imports[name]).split(".")[0] in ARRAYS
            ):
                return True
    return False


def computed(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body that are part of the computation: annotations are not."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        n = stack.pop()
        yield n
        stack.extend(c for c in ast.iter_child_nodes(n) if not (isinstance(n, ast.AnnAssign) and c is n.annotation))


def array_parameters(node: ast.FunctionDef, scope: Scope) -> set[str]:
    """The names that a function uses as arrays: by attribute, method, ``@``, a slice, or as an argument of numpy."""
    found: set[str] = set()
    for n in computed(node):
        match n:
            case ast.Attribute(value=ast.Name(id=name)) if name not in scope.imports:
                found.add(name)
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                found |= {e.id for e in (left, right) if isinstance(e, ast.Name)}
            case ast.Subscript(value=ast.Name(id=name), slice=index) if not plain_key(index):
                found.add(name)
            case ast.Call(func=func, args=args) if _is_numpy(func, scope):
                found |= {e.id for e in args if isinstance(e, ast.Name)}
    for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if arg.annotation is not None and ARRAY_ANNOTATION.search(ast.unparse(arg.annotation)):
            found.add(arg.arg)
    found |= one_row_read(node)
    return found - {
        n.func.value.id
        for n in ast.walk(node)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "get"
        and isinstance(n.func.value, ast.Name)
    }


def one_row_read(node: ast.FunctionDef) -> set[str]:
    """The names of which nothing but one entry is read, ``w * X[0]``: of an array rather than of a list of one; ``W, b = params[0]`` is none."""
    keys: dict[str, set[str]] = {}
    seen, deeper = set(), set()
    for n in computed(node):
        match n:
            case ast.Subscript(value=ast.Name(id=name) as whole, slice=index, ctx=ast.Load()) if (
                plain_key(index) and type(ast.literal_eval(index)) is int
            ):
                keys.setdefault(name, set()).add(ast.unparse(index))
                seen.add(id(whole))
            case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name))):
                deeper.add(name)
            case ast.Assign(targets=[ast.Tuple()], value=ast.Subscript(value=ast.Name(id=name))):
                deeper.add(name)
    others = {n.id for n in computed(node) if isinstance(n, ast.Name) and id(n) not in seen}
    return {name for name, found in keys.items() if len(found) == 1} - deeper - others


def setting_dicts(node: ast.FunctionDef) -> set[str]:
    """The parameters that are dicts of settings: an entry is text, may be missing, or is written (``bn_param["mode"] == "train"``)."""
    params = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    called: dict[str, str] = {}  # what a local name is an entry of
    found: set[str] = set()
    for n in ast.walk(node):
        match n:
            case ast.Assign(targets=[target], value=value):
                pairs = [(target, value)]
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = list(zip(target.elts, value.elts, strict=False))
                called |= {t.id: v for t, e in pairs if isinstance(t, ast.Name) and (v := _entry_of(e))}
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get" | "setdefault")):
                found.add(name)
            case ast.Compare(
                left=ast.Constant(value=str()), ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]
            ):
                found.add(name)
            case ast.Subscript(ctx=ast.Store()) if name := _entry_of(n):
                found.add(name)
    for n in ast.walk(node):
        if isinstance(n, ast.Compare) and any(
            isinstance(c, ast.Constant) and isinstance(c.value, str) for c in n.comparators
        ):
            name = called.get(n.left.id, "") if isinstance(n.left, ast.Name) else _entry_of(n.left)
            found.add(name)
    return found & params


def settings_of(node: ast.FunctionDef, others: Callable[[str], set[str]], scope: Scope) -> set[str]:
    """The parameters that are dicts of settings, to the function itself or to one that it hands them on to.

    ``others`` tells the same of another function of the file.
    """
    params = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    found = setting_dicts(node)
    for n in ast.walk(node):
        if not (isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in scope.functions):
            continue
        if n.func.id != node.name and (inner := others(n.func.id)):
            callee = scope.functions[n.func.id]
            places = [a.arg for a in (*callee.args.posonlyargs, *callee.args.args)]
            given = [*zip(places, n.args, strict=False), *((k.arg, k.value) for k in n.keywords)]
            found |= {a.id for p, a in given if p in inner and isinstance(a, ast.Name)}
    return found & params


def _entry_of(node: ast.expr) -> str:
    """The name of what a text key picks from; "" for another expression."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str())):
            return name
    return ""


def plain_key(index: ast.expr) -> bool:
    index = index.operand if isinstance(index, ast.UnaryOp) else index
    return isinstance(index, ast.Constant) and type(index.value) in (int, str)


def _is_module(node: ast.expr, scope: Scope) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in scope.imports


def _is_numpy(func: ast.expr, scope: Scope) -> bool:
    while isinstance(func, ast.Attribute):
        func = func.value
    return (
        isinstance(func, ast.Name)
        and func.id in scope.imports
        and canonical_import(scope.imports[func.id]).split(".")[0] in ARRAYS
    )
