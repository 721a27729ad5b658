"""Reads a class with a forward and a backward as the pair of functions that its two methods are.

The class must be of one form, else it is not read: what the forward pass keeps is one attribute, ``cache``, written last and
read once; attributes such as ``dw`` are set to what is returned, and nothing else is done to the object.  Then calling the
methods in turn is calling the pair, with the attribute in the place of the cache that is handed over.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from gradgen.source.classes import BACKWARD, layers, method, plain_name, read_early, read_layer

Edit = tuple[int, int, int, str]  # line, first and last byte in it, what stands there instead


def as_pair(text: str, entries: Sequence[str], wrt: Sequence[str]) -> str | None:
    """The text with functions named ``entries`` for its class, line by line in the same places; None if it cannot be read so.

    >>> print(as_pair('''# ---
    ... class Scale:
    ...     def forward(self, x, w):
    ...         self.cache = (x, w)
    ...         return x * w
    ...
    ...     def backward(self, dout):
    ...         x, w = self.cache
    ...         dw = x * dout
    ...         self.dw = dw
    ...         return w * dout, dw
    ... ''', ("scale_forward", "scale_backward"), ("x", "w")), end="")
    # ---
    <BLANKLINE>
    def scale_forward(x, w):
        kept = (x, w)
        return (x * w), kept
    <BLANKLINE>
    def scale_backward(dout, kept):
        x, w = kept
        dw = x * dout
        pass
        return w * dout, dw
    """
    tree = ast.parse(text)
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    methods = [n for c in classes for n in c.body if isinstance(n, ast.FunctionDef)]
    if len(classes) != 1 or [m.name for m in methods] != ["forward", "backward"] or not _bare(classes[0], methods):
        return None
    kept = "kept"
    while kept in text:
        kept += "_"
    try:
        edits = [*_forward(methods[0], kept), *_backward(methods[1], kept, wrt)]
    except ValueError:
        return None
    lines = [line.encode() for line in text.splitlines()]
    for line, start, end, new in sorted(edits, reverse=True):
        lines[line - 1] = lines[line - 1][:start] + new.encode() + lines[line - 1][end:]
    (node,) = classes
    for line in range(node.lineno, node.end_lineno + 1):
        lines[line - 1] = lines[line - 1].removeprefix(b"    ") if line >= methods[0].lineno else b""
    for pass_, entry, extra in zip(methods, entries, ("", f", {kept}"), strict=True):
        heading = range(pass_.lineno, pass_.body[0].lineno)
        for line in heading:
            lines[line - 1] = b""
        lines[pass_.lineno - 1] = f"def {entry}({_parameters(pass_)}{extra}):".encode()
    return "\n".join(line.decode() for line in lines) + "\n"


def _bare(node: ast.ClassDef, methods: list[ast.FunctionDef]) -> bool:
    """Whether a class has no bases, no decorators and, beside its docstring, nothing but these methods of an object."""
    rest = [n for n in node.body if n not in methods]
    docstring = not rest or len(rest) == 1 and rest[0] is node.body[0] and ast.get_docstring(node) is not None
    plain = not any(m.decorator_list or m.args.vararg or m.args.kwarg or not _places(m) for m in methods)
    return docstring and plain and not (node.bases or node.keywords or node.decorator_list)


def _places(method: ast.FunctionDef) -> list[ast.arg]:
    return [*method.args.posonlyargs, *method.args.args]


def _parameters(method: ast.FunctionDef) -> str:
    """The parameter list without the object; of backward, without its default."""
    args = ast.parse(ast.unparse(method)).body[0].args
    (args.posonlyargs or args.args).pop(0)
    if method.name == "backward":
        args.defaults = []
    return ast.unparse(args)


def _attributes(method: ast.FunctionDef) -> list[ast.Attribute]:
    """The attributes of the object.  Raises ValueError if anything else is done with it, or names are bound from within."""
    me = _places(method)[0].arg
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Global, ast.Nonlocal)
    if any(isinstance(n, inner) for s in method.body for n in ast.walk(s)):
        raise ValueError
    nodes = [n for s in method.body for n in ast.walk(s)]
    found = [n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == me]
    if sum(isinstance(n, ast.Name) and n.id == me for n in nodes) != len(found):
        raise ValueError
    return found


def _forward(method: ast.FunctionDef, kept: str) -> Iterator[Edit]:
    """``self.cache = ...; return value`` becomes ``kept = ...; return (value), kept``."""
    used = _attributes(method)
    last = method.body[-1]
    returns = [n for n in ast.walk(method) if isinstance(n, ast.Return)]
    if returns != [last] or last.value is None or len(used) > 1:
        raise ValueError
    for node in used:
        before = method.body[-2]
        if not (isinstance(before, ast.Assign) and before.targets == [node] and node.attr == "cache"):
            raise ValueError
        yield node.lineno, node.col_offset, node.end_col_offset, kept
    value = last.value
    yield value.lineno, value.col_offset, value.col_offset, "("
    yield value.end_lineno, value.end_col_offset, value.end_col_offset, f"), {kept if used else '()'}"


def _backward(method: ast.FunctionDef, kept: str, wrt: Sequence[str]) -> Iterator[Edit]:
    """``... = self.cache`` becomes ``... = kept``; ``self.dw = dw`` is left out where it is what is returned for w."""
    used = _attributes(method)
    last = method.body[-1]
    names, defaults = method.args.args, [getattr(d, "value", None) for d in method.args.defaults]
    if (
        not isinstance(last, ast.Return)
        or len(_places(method)) != 2
        or len(names) != 2
        or method.args.kwonlyargs
        or defaults not in ([], [1.0])
    ):
        raise ValueError
    several = isinstance(last.value, ast.Tuple) and len(wrt) > 1
    given = dict(zip([f"d{n}" for n in wrt], last.value.elts if several else [last.value], strict=False))
    stores = {
        s.targets[0]: s
        for s in method.body
        if isinstance(s, ast.Assign) and len(s.targets) == 1 and s.targets[0] in used
    }
    tail = method.body[len(method.body) - 1 - len(stores) : -1]
    for node in used:
        if node in stores:
            store = stores[node]
            same = node.attr in given and ast.dump(store.value) == ast.dump(given[node.attr])
            if not (same and store in tail and store.lineno == store.end_lineno and _still(store.value)):
                raise ValueError
            yield store.lineno, store.col_offset, store.end_col_offset, "pass"
        elif (
            node.attr == "cache"
            and isinstance(node.ctx, ast.Load)
            and any(isinstance(s, ast.Assign) and s.value is node for s in method.body)
        ):
            yield node.lineno, node.col_offset, node.end_col_offset, kept
        else:
            raise ValueError


def _still(value: ast.expr) -> bool:
    """Whether working a value out changes nothing: names, numbers, zeros."""
    return all(
        not isinstance(n, ast.Call) or ast.unparse(n.func).endswith(".zeros_like") for n in ast.walk(value)
    ) and not any(isinstance(n, ast.NamedExpr) for n in ast.walk(value))


# -- classes of the author's -----------------------------------------------------------------------------------------------


def functions_of_classes(tree: ast.Module) -> str:
    """A text's classes with a forward as the functions that these are, behind the rest."""
    classes = layers(tree)
    kept = [n for n in tree.body if not isinstance(n, ast.ClassDef)]
    made = [_plain(node).function for node in classes.values()]
    return ast.unparse(ast.Module([*kept, *made], []))


def _plain(node: ast.ClassDef):
    return read_layer(node, lambda name: plain_name(f"{_this(node)}.{name}"))


def _this(node: ast.ClassDef) -> str:
    return _places(method(node, "forward"))[0].arg


def class_as_pair(text: str, name: str, entries: Sequence[str], wrt: Sequence[str]) -> str:
    """A text with functions named ``entries`` for its class: attributes that backward reads are what forward hands over.

    >>> print(class_as_pair('''
    ... class Scale:
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x * self.w
    ...     def backward(self, dout):
    ...         self.dw = self.x * dout
    ...         return self.w * dout
    ... ''', "Scale", ("f", "b"), ("x", "self.w")))
    def f(x, *, self_w):
        self_x = x
        return (x * self_w, (self_x, self_w))
    <BLANKLINE>
    def b(dout, kept):
        self_x, self_w = kept
        self_dw = self_x * dout
        return (self_w * dout, self_dw)
    """
    tree = ast.parse(text)
    node = layers(tree)[name]
    this = _this(node)
    backward = method(node, BACKWARD)
    held = list(dict.fromkeys(read_early(backward.body, this, set())[0]))
    forward = _plain(node).function
    forward.name = entries[0]
    _, sure = read_early(method(node, "forward").body[:-1], this, set())
    params = {a.arg for a in forward.args.kwonlyargs}
    names = [plain_name(f"{this}.{h}") for h in held]
    starts = [n for h, n in zip(held, names, strict=True) if n not in params and h not in (sure or ())]
    kept = _tuple(names)
    for n in ast.walk(forward):
        if isinstance(n, ast.Return):
            n.value = ast.Tuple([n.value, kept], ast.Load())
    forward.body = [*ast.parse("\n".join(f"{n} = None" for n in starts)).body, *forward.body]
    return ast.unparse(
        ast.Module(
            [*(n for n in tree.body if n is not node), forward, _reverse(backward, this, entries[1], names, wrt)], []
        )
    )


def _reverse(method: ast.FunctionDef, this: str, name: str, held: Sequence[str], wrt: Sequence[str]) -> ast.FunctionDef:
    """The backward as a function of the gradient on the result and what forward handed over."""
    whole = read_layer(
        ast.ClassDef("B", [], [], [ast.FunctionDef("forward", method.args, method.body, [], lineno=1)], []),
        lambda attribute: plain_name(f"{this}.{attribute}"),
    ).function
    dout = whole.args.args[0].arg
    head = [
        f"def {name}({dout}, kept):",
        *([f"    {', '.join(held)}{',' * (len(held) == 1)} = kept"] if held else ["    pass"]),
    ]
    made = ast.parse("\n".join(head)).body[0]
    *body, last = whole.body
    given = (
        last.value.elts if isinstance(last.value, ast.Tuple) and sum("." not in n for n in wrt) > 1 else [last.value]
    )
    slopes = [n.partition(".") for n in wrt]
    results = iter(given)
    parts = [ast.Name(f"{t}_d{a}", ast.Load()) if a else next(results) for t, _, a in slopes]
    made.body += [*body, ast.Return(parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load()))]
    return ast.fix_missing_locations(made)


def _tuple(names: Sequence[str]) -> ast.Tuple:
    return ast.Tuple([ast.Name(n, ast.Load()) for n in names], ast.Load())
