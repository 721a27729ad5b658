"""A layer class as the function that its forward pass is: what is read off the object is a parameter, what is kept a variable."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True)
class Layer:
    """A class with a forward.

    ``function`` is its forward with attributes as variables of their own, those read before they are written as
    keyword-only parameters behind the method's own (``params``); a literal that ``__init__`` gives one is its default.
    ``state`` are the attributes that forward both reads and writes, ``others`` the methods that are no part of the gradient.
    """

    node: ast.ClassDef
    this: str
    function: ast.FunctionDef
    params: tuple[str, ...]
    state: frozenset[str] = frozenset()
    others: tuple[ast.stmt, ...] = ()
    problems: tuple[tuple[ast.AST, str, str], ...] = field(default=())


def layers(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """The classes at the top level that have a forward pass, with what they inherit from others of the file."""
    every = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    whole = {name: with_inherited(node, every) for name, node in every.items()}
    return {name: n for name, n in whole.items() if (forward := method(n, FORWARD)) and not is_idle(forward)}


def with_inherited(node: ast.ClassDef, every: Mapping[str, ast.ClassDef]) -> ast.ClassDef:
    """A class with what it inherits from another of the file copied into it; as it is where that may mean something else.

    >>> text = '''
    ... class Layer:
    ...     def forward(self, x):
    ...         raise NotImplementedError
    ...     def __call__(self, x):
    ...         return self.forward(x)
    ... class Double(Layer):
    ...     def forward(self, x):
    ...         return 2 * x
    ... '''
    >>> base, node = ast.parse(text).body
    >>> print(ast.unparse(with_inherited(node, {"Layer": base, "Double": node})))
    class Double:
    <BLANKLINE>
        def forward(self, x):
            return 2 * x
    <BLANKLINE>
        def __call__(self, x):
            return self.forward(x)
    """
    match node.bases:
        case [ast.Name(id=name)] if name in every and name != node.name and not node.keywords:
            base = with_inherited(every[name], {n: c for n, c in every.items() if n != node.name})
        case _:
            return node
    start = method(base, "__init__")
    plain = not (base.bases or base.keywords or base.decorator_list)
    if not plain or _asks_more_of_its_base(node, start is None or is_idle(start)):
        return node
    own = {name for n in node.body for name in _members(n)}
    given = [n for n in base.body if _members(n) and not own & _members(n)]
    made = copy.copy(node)
    made.bases, made.body = [], [
        *node.body,
        *(n for n in given if not isinstance(n, ast.FunctionDef) or not is_idle(n)),
    ]
    return made


def _members(n: ast.stmt) -> set[str]:
    """The names that a statement in a class gives."""
    match n:
        case ast.FunctionDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {t.id for t in targets if isinstance(t, ast.Name)}
    return set()


def is_idle(node: ast.FunctionDef) -> bool:
    """Whether a method only says that it is to be written: ``pass``, ``...``, ``raise NotImplementedError``."""
    return all(
        isinstance(s, ast.Pass)
        or isinstance(s, ast.Expr)
        and isinstance(s.value, ast.Constant)
        or isinstance(s, ast.Raise)
        and s.exc is not None
        and ast.unparse(s.exc).startswith("NotImplementedError")
        for s in node.body
    )


def _asks_more_of_its_base(node: ast.ClassDef, starts_idle: bool) -> bool:
    """Whether a class calls methods of its base by ``super()``, other than an ``__init__`` that does nothing."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == "super"]
    idle = ("super().__init__()", f"super({node.name}, self).__init__()")
    idle_calls = [s for s in ast.walk(node) if isinstance(s, ast.Expr) and ast.unparse(s) in idle]
    return len(calls) > (len(idle_calls) if starts_idle else 0)


def method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """A method of a class; of two with one name, the last."""
    return next((n for n in reversed(node.body) if isinstance(n, ast.FunctionDef) and n.name == name), None)


def read_layer(node: ast.ClassDef, called: Callable[[str], str] | None = None) -> Layer:
    """A class as a layer.  ``called`` gives the variable for an attribute, by default one whose name is ``self.x``.

    >>> made = read_layer(ast.parse('''
    ... class Scale:
    ...     def __init__(self, w, p=0.5):
    ...         self.w, self.p = w, p
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x * self.w * self.p
    ... ''').body[0], "self_{}".format)
    >>> print(ast.unparse(made.function))
    def Scale(x, *, self_w, self_p=0.5):
        self_x = x
        return x * self_w * self_p
    """
    forward = method(node, FORWARD)
    args = [*forward.args.posonlyargs, *forward.args.args]
    this = args[0].arg if args else "self"
    called = called or (lambda name: f"{this}.{name}")
    used = [n for n in ast.walk(forward) if is_attribute(n, this)]
    written = {n.attr for n in used if isinstance(n.ctx, ast.Store)}
    early = dict.fromkeys(read_early(forward.body, this, set())[0])
    function = copy.deepcopy(forward)
    function.name = node.name
    arguments = function.args
    (arguments.posonlyargs or arguments.args or [None]).pop(0)
    if len(arguments.defaults) > len(arguments.posonlyargs) + len(arguments.args):
        arguments.defaults.pop(0)
    params = tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
    known = literals(node)
    arguments.kwonlyargs += [ast.copy_location(ast.arg(called(name)), forward) for name in early]
    arguments.kw_defaults += [copy.deepcopy(known.get(name)) for name in early]
    told = [text for n in (node, method(node, "__init__"), forward) if n and (text := ast.get_docstring(n))]
    if told:  # what they say of shapes
        start = ast.copy_location(ast.Expr(ast.copy_location(ast.Constant("\n\n".join(told)), forward)), forward)
        function.body = [start, *function.body[ast.get_docstring(forward) is not None :]]
    function.body = [_Renamed(this, called).visit(s) for s in function.body]
    others = tuple(n for n in node.body if not _is(n, FORWARD) and not _is(n, BACKWARD) and not _is_text(n))
    return Layer(
        node, this, function, params, frozenset(written & early.keys()), others, tuple(_problems(node, forward, this))
    )


def plain_name(name: str) -> str:
    """A variable for an attribute as one that Python takes.

    >>> plain_name("self.W"), plain_name("x")
    ('self_W', 'x')
    """
    return name.replace(".", "_")


def is_attribute(node: ast.AST, this: str) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == this


def _is(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def literals(node: ast.ClassDef) -> dict[str, ast.expr]:
    """The attributes that ``__init__`` sets to a literal number or text, or to a parameter that has one as its default."""
    start = method(node, "__init__")
    if start is None:
        return {}
    args = [*start.args.posonlyargs, *start.args.args]
    defaults = dict(zip((a.arg for a in reversed(args)), reversed(start.args.defaults), strict=False))
    defaults |= {a.arg: d for a, d in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True) if d}
    found: dict[str, ast.expr] = {}
    for target, value in _assigned(start):
        value = defaults.get(value.id) if isinstance(value, ast.Name) else value
        if isinstance(target, ast.Attribute) and isinstance(value, ast.Constant) and value.value is not None:
            found[target.attr] = value
    return found


def _assigned(start: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(target, value) of the assignments in a method, those of tuples taken apart."""
    for s in ast.walk(start):
        for target in getattr(s, "targets", ()) if isinstance(s, ast.Assign) else ():
            if isinstance(target, ast.Tuple) and isinstance(s.value, ast.Tuple):
                yield from zip(target.elts, s.value.elts, strict=False)
            else:
                yield target, s.value


def read_early(body: Sequence[ast.stmt], this: str, known: set[str]) -> tuple[list[str], set[str] | None]:
    """The attributes that a block may read before it writes them, and those that have a value behind it for certain.

    None for the latter where no path goes on.
    """
    early: list[str] = []
    for s in body:
        inner = [getattr(s, name) for name in ("body", "orelse") if isinstance(getattr(s, name, None), list)]
        own = sorted((n for n in _outside(s, inner) if is_attribute(n, this)), key=place)
        again = isinstance(s, ast.AugAssign)
        early += [n.attr for n in own if (again or not isinstance(n.ctx, ast.Store)) and n.attr not in known]
        known = known | {n.attr for n in own if isinstance(n.ctx, ast.Store)}
        arms = [read_early(block, this, known) for block in inner]
        early += [name for names, _ in arms for name in names]
        if isinstance(s, (ast.Return, ast.Raise)):
            return early, None
        if isinstance(s, ast.If):
            onward = [after for _, after in arms if after is not None]
            if not onward:
                return early, None
            known = set.intersection(*onward)
    return early, known


def place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _outside(s: ast.stmt, inner: Sequence[list[ast.stmt]]) -> Iterator[ast.AST]:
    """The nodes of a statement, not of the blocks in it."""
    blocks = {id(n) for block in inner for n in block}
    stack: list[ast.AST] = [s]
    while stack:
        n = stack.pop()
        yield n
        stack.extend(c for c in ast.iter_child_nodes(n) if id(c) not in blocks)


class _Renamed(ast.NodeTransformer):
    """Gives attributes of the object names of their own."""

    def __init__(self, this: str, called: Callable[[str], str]):
        self.this, self.called = this, called

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if is_attribute(node, self.this):
            return ast.copy_location(ast.Name(self.called(node.attr), node.ctx), node)
        return self.generic_visit(node)


def _problems(node: ast.ClassDef, forward: ast.FunctionDef, this: str) -> Iterator[tuple[ast.AST, str, str]]:
    """(place, what, help) of what keeps a class from being read as a layer."""
    for base in (*node.bases, *node.keywords):
        if ast.unparse(base) != "object":
            what = f"cannot differentiate a class that inherits from `{ast.unparse(base)}`"
            yield node, what, f"copy what it inherits into it: class {node.name}:"
    for decorator in (*node.decorator_list, *forward.decorator_list):
        if ast.unparse(decorator).partition("(")[0] not in ("gradgen", "gradgen.gradgen"):
            yield decorator, f"`@{ast.unparse(decorator)}` may replace the class by anything", "take the decorator off"
    methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    attributes = {id(n.value): n for n in ast.walk(forward) if is_attribute(n, this)}
    for n in ast.walk(forward):
        if isinstance(n, ast.Name) and n.id == this and id(n) not in attributes:
            yield n, f"cannot tell what is done to `{this}` here", f"read and write its attributes: {this}.x"
    for n in attributes.values():
        if n.attr in methods:
            kind = "property" if methods[n.attr].decorator_list else "method"
            yield n, f"cannot differentiate through the {kind} `{this}.{n.attr}` yet", (
                f"make it a function at the top level of the file: def {n.attr.lstrip('_')}(...)"
            )
