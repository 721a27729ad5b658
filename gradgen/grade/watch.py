"""A student's function as statements that can be watched and exchanged: its text is never run, its tree is rebuilt.

`Body` numbers the statements of a function; `Body.rebuilt` gives the function back with calls of ``seen!`` behind
the statements that give a name a value, and with some statements exchanged.  `aliased` wraps each read of a name of the
forward pass into a call of ``use!``, so that every use has a node of its own on the tape.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

SEEN, USE, LEAF = "seen!", "use!", "leaf!"  # no name of a text is spelled so
LOOPS = (ast.For, ast.While)
BLOCKS = ("body", "orelse")
IN_PLACE = ("fill", "sort", "append", "extend", "pop", "update", "insert", "at", "copyto", "fill_diagonal", "seed")


@dataclass(frozen=True)
class Site:
    """A place where a name gets a value: ``key`` is the name (``dx``, ``grads['W1']``, ``self.dW``), ``sid`` the statement."""

    sid: int
    line: int
    key: str
    expr: ast.expr


@dataclass
class Body:
    """A function and its statements, numbered from the top: ``statements[sid]``."""

    node: ast.FunctionDef
    statements: list[ast.stmt] = field(default_factory=list)
    loops: list[int | None] = field(default_factory=list)  # the outermost loop around each
    sites: list[Site] = field(default_factory=list)
    mentions: list[set[str]] = field(default_factory=list)
    calls: dict[int, ast.stmt] = field(default_factory=dict)

    def __post_init__(self):
        self._number(self.node.body, None)
        self.ids = {id(s): n for n, s in enumerate(self.statements)}
        self.mentions = [read_keys(s) for s in self.statements]
        for sid in range(len(self.statements)):
            self.sites += self.sites_of(sid, self.statements[sid])

    def _number(self, body: list[ast.stmt], loop: int | None) -> None:
        for stmt in body:
            sid = len(self.statements)
            self.statements.append(stmt)
            self.loops.append(loop)
            inside = sid if loop is None and isinstance(stmt, LOOPS) else loop
            if not isinstance(stmt, (ast.FunctionDef, ast.ClassDef)):
                for block in BLOCKS:
                    self._number(getattr(stmt, block, []), inside)

    def sites_of(self, sid: int, stmt: ast.stmt) -> list[Site]:
        return [Site(sid, stmt.lineno, key, expr) for key, expr in written(stmt)]

    def seen_at(self, number: int, site: Site) -> ast.stmt:
        """The call of ``seen!`` for a site: one node for all rebuilt functions."""
        if number not in self.calls:
            self.calls[number] = seen(number, site)
        return self.calls[number]

    def kept(self) -> frozenset[int]:
        """The ids of nodes that stay alive as long as the body: simple statements and calls of ``seen!``."""
        for number, site in enumerate(self.sites):
            self.seen_at(number, site)
        return frozenset(id(s) for s in (*self.statements, *self.calls.values()) if not hasattr(s, "body"))

    def late(self, site: Site) -> bool:
        """Whether a value can only be looked at behind the outermost loop: what a loop adds to, bit by bit."""
        stmt = self.statements[site.sid]
        return self.loops[site.sid] is not None and (isinstance(stmt, ast.AugAssign) or not is_plain(stmt, site.key))

    def counters(self, sid: int) -> list[tuple[str, ast.expr]]:
        """(variable, what it runs over) of the ``for`` loops around a statement."""
        around = [s for s in self.statements if isinstance(s, ast.For) and self.statements[sid] in ast.walk(s)]
        return [(n.id, s.iter) for s in around for n in ast.walk(s.target) if isinstance(n, ast.Name)]

    def inside(self, stmt: ast.stmt) -> set[int]:
        """The statements in a compound one."""
        return {self.ids[id(n)] for n in ast.walk(stmt) if id(n) in self.ids and n is not stmt}

    def slice_of(self, keys: set[str], end: int) -> set[int]:
        """The statements up to ``end`` that these keys' values come from."""
        return self.sources(keys, end)[0]

    def sources(self, keys: set[str], end: int) -> tuple[set[int], set[str]]:
        """(statements, keys) that these keys' values come from."""
        wanted, found = set(keys), set()
        while True:
            before = len(found), len(wanted)
            for sid in range(min(end, len(self.statements) - 1), -1, -1):
                stmt = self.statements[sid]
                written = {s.key for s in self.sites if s.sid == sid}
                wholes = {k.partition("[")[0] for k in wanted}
                if written & (wanted | wholes) or {w.partition("[")[0] for w in written} & wanted:
                    found.add(sid)
                    wanted |= self.mentions[sid]
                elif hasattr(stmt, "body") and self.inside(stmt) & found:
                    found.add(sid)
                    head = getattr(stmt, "test", None) or getattr(stmt, "iter", None)
                    wanted |= {n.id for n in ast.walk(head) if isinstance(n, ast.Name)} if head is not None else set()
            if (len(found), len(wanted)) == before:
                return found, wanted

    def rebuilt(
        self,
        sites: list[Site],
        changed: dict[int, list[ast.stmt]] | None = None,
        behind: dict[int, list[ast.stmt]] | None = None,
    ) -> ast.FunctionDef:
        """The function with ``seen!`` at the sites (numbered by their place in the list), some statements ``changed``
        and others put ``behind`` them."""
        changed, at = changed or {}, {}
        for number, site in enumerate(sites):
            at.setdefault(self.loops[site.sid] if self.late(site) else site.sid, []).append(number)

        def block(body: list[ast.stmt]) -> list[ast.stmt]:
            result: list[ast.stmt] = []
            for stmt in body:
                sid = self.ids.get(id(stmt))
                for one in changed.get(sid, [stmt]) if sid is not None else [stmt]:
                    if hasattr(one, "body") and not isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                        one = copy.copy(one)
                        for part in BLOCKS:
                            if hasattr(one, part):
                                setattr(one, part, block(getattr(one, part)))
                        one.body = one.body or [ast.copy_location(ast.Pass(), one)]
                    result.append(one)
                if changed.get(sid) != []:
                    result += [self.seen_at(number, sites[number]) for number in at.get(sid, [])]
                result += (behind or {}).get(sid, [])
            return result

        made = copy.copy(self.node)
        made.decorator_list = []
        made.body = block(self.node.body) or [ast.copy_location(ast.Pass(), self.node)]
        return made


def seen(number: int, site: Site) -> ast.stmt:
    call = ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(number), site.expr], [])
    made = ast.Expr(call)
    for node in (made, call, call.func, call.args[0]):
        node.lineno, node.col_offset = site.line, 0
    return made


def written(stmt: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """(key, expression that reads it) for everything a statement gives a value."""
    targets = stmt.targets if isinstance(stmt, ast.Assign) else []
    if isinstance(stmt, (ast.AugAssign, ast.AnnAssign)) and getattr(stmt, "value", None) is not None:
        targets = [stmt.target]
    call = stmt.value if isinstance(stmt, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in IN_PLACE:
        targets = call.args[:1] if call.func.attr in ("at", "copyto", "fill_diagonal") else [call.func.value]
    stack = list(reversed(targets))
    while stack:
        target = stack.pop()
        if isinstance(target, (ast.Tuple, ast.List)):
            stack.extend(reversed(target.elts))
        elif (root := root_of(target)) is not None:
            yield ast.unparse(root), loaded(root)


def root_of(node: ast.expr) -> ast.expr | None:
    """What a target is a part of: a name, ``self.x``, or an entry of a dict under a constant text."""
    while isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node if isinstance(node.value, ast.Name) or is_field(node.value) else None
        node = node.value
    return node if isinstance(node, ast.Name) or is_field(node) else None


def is_field(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def loaded(node: ast.expr) -> ast.expr:
    node = copy.copy(node)
    node.ctx = ast.Load()
    return node


def is_plain(stmt: ast.stmt, key: str) -> bool:
    """Whether a statement gives the key a value of its own, instead of changing what it had."""
    if isinstance(stmt, ast.AnnAssign):
        return True
    return (
        isinstance(stmt, ast.Assign)
        and key not in read_keys(stmt)
        and any(
            ast.unparse(t) == key
            for target in stmt.targets
            for t in (target.elts if isinstance(target, ast.Tuple) else [target])
        )
    )


def read_keys(stmt: ast.AST) -> set[str]:
    """The keys that a statement itself reads, those of statements inside it included."""
    found: set[str] = set()
    stack: list[ast.AST] = [stmt]
    while stack:
        node = stack.pop()
        ctx = getattr(node, "ctx", None)
        if isinstance(ctx, ast.Load) and (
            isinstance(node, ast.Name) or isinstance(node, (ast.Attribute, ast.Subscript)) and root_of(node) is node
        ):
            found.add(ast.unparse(node))
        if isinstance(node, ast.AugAssign) and (root := root_of(node.target)) is not None:
            found.add(ast.unparse(root))
        stack.extend(ast.iter_child_nodes(node))
    return found


class _Aliases(ast.NodeTransformer):
    """Wraps reads of names; what is changed in place stays as it is."""

    def __init__(self, names: set[str]):
        self.names = names
        self.uses: list[tuple[int, str]] = []

    def _wrap(self, node: ast.expr) -> ast.expr:
        self.uses.append((node.lineno, ast.unparse(node)))
        call = ast.Call(ast.Name(USE, ast.Load()), [ast.Constant(len(self.uses) - 1), node], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def visit_Assign(self, node: ast.Assign):
        if isinstance(node.value, ast.Name):  # another name for the same thing
            return node
        node.value = self.visit(node.value)
        node.targets = [self._target(t) for t in node.targets]
        return node

    def visit_AugAssign(self, node: ast.AugAssign):
        node.value, node.target = self.visit(node.value), self._target(node.target)
        return node

    def _target(self, node: ast.expr) -> ast.expr:
        return node  # indices are no differentiable reads

    def visit_Name(self, node: ast.Name):
        return self._wrap(node) if isinstance(node.ctx, ast.Load) and node.id in self.names else node

    def visit_Subscript(self, node: ast.Subscript):
        if root_of(node) is node and isinstance(node.ctx, ast.Load):
            return self._wrap(node)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute):
        if is_field(node) and isinstance(node.ctx, ast.Load):
            return self._wrap(node)
        if node.attr in ("shape", "dtype", "size", "ndim"):
            return node
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in (SEEN, USE, LEAF):
            return node
        changes = isinstance(node.func, ast.Attribute) and node.func.attr in IN_PLACE
        if changes or any(k.arg == "out" for k in node.keywords):
            return node
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef):
        node.body = [self.visit(s) for s in node.body]
        return node

    def visit_Lambda(self, node: ast.Lambda):
        return node


def aliased(node: ast.FunctionDef) -> tuple[ast.FunctionDef, list[tuple[int, str]]]:
    """The function with every read of a name wrapped, and (line, what is read) for each number of ``use!``."""
    names = {a.arg for a in node.args.posonlyargs + node.args.args + node.args.kwonlyargs}
    names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    transform = _Aliases(names)
    made = copy.deepcopy(node)
    made.body = [transform.visit(s) for s in made.body]
    return made, transform.uses
