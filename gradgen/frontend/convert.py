"""What is known while a function is read: its names, its parameters, and what each holds."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn, Protocol

from gradgen.analysis.flow import flowing
from gradgen.errors import Diagnostic, Place, refusal
from gradgen.frontend.arrays import ArrayForms
from gradgen.frontend.calls import Calls
from gradgen.frontend.exits import needs_flag
from gradgen.frontend.expressions import Expressions
from gradgen.frontend.hints import array_parameters, settings_of
from gradgen.frontend.parameters import containers, parameters
from gradgen.frontend.results import ResultRule
from gradgen.frontend.scope import CONSTANT_CALLS, Scope, canonical_import
from gradgen.frontend.stated import described_dims
from gradgen.frontend.storage import Region
from gradgen.frontend.values import Filled, Grown, Items, Mixed, Slots, Value
from gradgen.frontend.walks import counts
from gradgen.ir.names import Names
from gradgen.ir.nodes import Call, Const, Expr, Origin, Stmt, Var
from gradgen.rules.constants import value_of
from gradgen.source import SourceText


class Helpers(Protocol):
    """What the stager asks about the other functions of the file."""

    def gate(self, name: str) -> tuple[tuple[str, ...], Expr] | None: ...
    def results(self, name: str, place: Place) -> int: ...
    def containers(self, name: str) -> list[str]: ...
    def has_cache(self, name: str) -> bool: ...
    def settings(self, name: str) -> set[str]: ...
    def lent(self, name: str, args: Sequence[Expr]) -> list[list[Expr]]: ...


class Converter(Expressions, Calls, ArrayForms):
    """Turns expression nodes into IR, in the scope of one function.

    State: ``env`` (what each name holds), ``out`` (the statements made so far), ``active`` (names a derivative reaches).
    """

    def __init__(self, node: ast.FunctionDef, source: SourceText, scope: Scope, helpers: Helpers, *, wrt: Sequence[str] | None = None,
                 stages: str = "few", results: ResultRule = ResultRule(), arrays: bool = False, dims: dict[str, tuple[str, ...]] = {},
                 helper: bool = False):  # fmt: skip
        self.node, self.source, self.scope, self.helpers = node, source, scope, helpers
        self.arrays = arrays
        self.dims = (described_dims(node) | dims) if arrays else {}
        self.params = (
            tuple(
                replace(p, dims=dims.get(p.name, self.dims.get(p.name) if p.dims is None else p.dims))
                for p in parameters(node)
            )
            if arrays
            else parameters(node)
        )
        self.array_names = (
            array_parameters(node, scope) | {p.name for p in self.params if p.dims is not None or helper}
            if arrays
            else set()
        )  # a helper is given no lists
        self.regions: dict[str, Region] = {}
        self.taken_again: list[str] = []  # names of views, to be read again after a write
        self.deepest = 1 if stages == "all" else 99
        self.result_rule = results
        self.env: dict[str, Value] = {p.name: Slots(p.name) for p in self.params}
        self.out: list[Stmt] = []
        self.above: list[Stmt] = []  # in a branch or a loop: what stands above it
        self.at = Origin()
        self.versions: dict[str, int] = {p.name: 1 for p in self.params}
        self.active: set[str] = set()
        self.counts = {p.name for p in self.params} & counts(node)
        settings = settings_of(node, helpers.settings, scope) if arrays else set()
        self.params = tuple(replace(p, setting=p.setting or p.name in settings) for p in self.params)
        self.rewritten = {
            Slots(n.value.id, (n.slice.value,)).name
            for n in ast.walk(node)
            if isinstance(n, ast.Subscript)
            and isinstance(n.ctx, ast.Store)
            and isinstance(n.value, ast.Name)
            and isinstance(n.slice, ast.Constant)
        }
        smooth = frozenset(p.name for p in self.params) - settings if wrt is None else frozenset(wrt)
        self.wrt = smooth - self.counts
        self.kinds: dict[str, str] = {}
        self.slots: dict[str, dict[tuple, None]] = {}
        self.opaque: set[str] = set()
        self.handed_whole: set[str] = set()  # dicts of settings that another function is given
        self.unpacked: dict[str, str] = {}
        self.written_by: dict[tuple, str] = {}  # entries of parameters that a function called so far has written
        self.constants: dict[str, str] = {}
        self.literals: dict[str, object] = {}
        self.grown: dict[str, Grown] = {}
        self.repeated: set[str] = set()  # of these, the lists that are as long as they are from the start
        self.lasts: dict[str, str] = {}  # lists of which only the last entry is read, and what that is called
        self.outer_roots: set[str] = set()  # the memory that was there before the trip that is being staged
        self.parents = {id(child): n for n in ast.walk(node) for child in ast.iter_child_nodes(n)}
        self.nones: set[str] = set()  # the values that are None
        self.made_up: set[str] = set()
        self.stage_of: dict[Expr, Var] = (
            {}
        )  # stages with a made-up name that exist on this path: written once, used again
        self.landed: set[str] = set()
        self.handed: set[str] = set()
        self.containers = containers(node)
        self.branch_depth = 0
        self.flag = ""  # the variable that tells whether a path has returned
        self.return_node: ast.expr | None = None
        self.notes: list[str] = []
        self.locals = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {p.name for p in self.params}
        self.names = Names(used | set(scope.imports) | set(scope.functions) | set(scope.constants) | set(scope.other))
        returns = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
        self.many_returns = len(returns) > 1
        last = [r.value.elts[-1] for r in returns if isinstance(r.value, ast.Tuple) and len(r.value.elts) > 1]
        self.cache_names = {e.id for e in last if isinstance(e, ast.Name)} if arrays else set()
        self.result_base = self._result_base(returns)

    def _result_base(self, returns: list[ast.Return]) -> str:
        """A result without a name goes by the function's own name if that is short, else ``out``."""
        own = self.node.name
        named = {r.value.id if isinstance(r.value, ast.Name) else "" for r in returns}
        if self.many_returns and len(named) == 1 and named <= self.locals and not needs_flag(self.node.body):
            return named.pop()
        used = {n.id for n in ast.walk(self.node) if isinstance(n, ast.Name)} | {p.name for p in self.params}
        name = own if len(own) <= 4 and own not in used else "out"
        if own not in used:
            self.names.taken.discard(own)
        return self.names.fresh(name) if self.many_returns else name

    # -- bookkeeping --------------------------------------------------------------------------------------------------

    def fail(self, code: str, message: str, node: ast.AST, *, label: str = "", help: str = "", related=()) -> NoReturn:
        raise refusal(Diagnostic(code, message, self.source.place(node), label, tuple(related), help))

    def emit(self, statement: Stmt) -> None:
        self.out.append(statement)

    def take_origin(self) -> Origin:
        """The current statement's origin; its comments go to the first stage made of it."""
        origin = self.at
        self.at = Origin(line=origin.line, augmented=origin.augmented)
        return origin

    def version(self, name: str) -> str:
        """A new version of a variable: ``y``, then ``y#2``, ``y#3``."""
        count = self.versions.get(name, 0) + 1
        self.versions[name] = count
        return name if count == 1 else f"{name}#{count}"

    def mark(self, target: str, expr: Expr) -> None:
        """Remember what is known of a new value: whether a derivative reaches it, and its literal."""
        if self.is_none(expr):
            self.nones.add(target)
        if self.flows(expr):
            self.active.add(target)
        elif (value := self.literal(expr)) is not None:
            self.literals[target] = value
        if self.arrays:
            self.regions[target] = self.region_of(expr, target)

    def literal(self, expr: Expr):
        """The Python value of an expression that is a known literal, else None."""
        if isinstance(expr, Var):
            return self.literals.get(expr.name)
        if isinstance(expr, Const):
            return expr.value
        return value_of(expr)

    def is_active(self, name: str) -> bool:
        return name in self.active

    def flows(self, expr: Expr) -> bool:
        return flowing(expr, self.is_active)

    @staticmethod
    def is_number(value: Value) -> bool:
        return isinstance(value, (Var, Const, Call))

    # -- parameters ---------------------------------------------------------------------------------------------------

    def claim(self, slots: Slots, kind: str, node: ast.AST) -> None:
        """Settle what kind of thing a parameter (or a part of it) is; refuse two kinds at once."""
        known = self.kinds.setdefault(slots.name, kind)
        if known != kind:
            self.fail(
                "GG111", f"`{slots.name}` is used as a {known} and as a {kind}", node, help="make it two parameters"
            )

    def read_slot(self, slots: Slots, node: ast.AST) -> Var:
        """A parameter, or an entry of it, read as a number."""
        self.claim(slots, "number", node)
        if writer := self.written_by.get((slots.param, *slots.path)):
            what = f"`{writer}` has written into `{slots.name}`, which is read here"
            self.fail("GG114", what, node, help=f"return the value from `{writer}`, and use that")
        if slots.path:
            self.slots.setdefault(slots.param, {})[slots.path] = None
        if slots.param in self.wrt:
            self.active.add(slots.name)
        return Var(slots.name)

    # -- containers ---------------------------------------------------------------------------------------------------

    def entry(self, node: ast.Subscript, container: ast.expr, index: ast.expr) -> Value:
        value = self.value(container)
        if isinstance(value, (Filled, Mixed)):
            self.as_number(value, node)  # says why not
        key = self.constant_key(index, node)
        if isinstance(value, Slots):
            self.claim(value, "list" if isinstance(key, int) else "dict", node)
            return self.slot_entry(value, key, node)
        if isinstance(value, Items):
            try:
                return value.entry(key)
            except (IndexError, ValueError, KeyError, TypeError):
                self.fail("GG111", f"there is no entry {key!r}", node)
        self.fail("GG111", "only a list, tuple or dict has entries", node)

    def slot_entry(self, value: Slots, key, node: ast.AST) -> Value:
        if (entry := Slots(value.param, (*value.path, key))).name in self.env:
            return self.env[entry.name]  # what the function itself wrote there
        return Slots(value.param, (*value.path, key))

    def constant_key(self, node: ast.expr | None, where: ast.AST):
        if node is None:
            self.fail("GG111", "cannot differentiate `**` in a dict yet", where)
        if isinstance(node, (ast.Slice, ast.Tuple)):
            self.fail("GG107", "cannot differentiate a slice or several indices yet: they are for arrays", node)
        expr = self.value(node)
        key = self.literal(expr) if self.is_number(expr) else None
        if type(key) not in (int, str):
            whole = ast.unparse(where.value) if isinstance(where, ast.Subscript) else "w"
            help = f"index by a literal: {whole}[0]"
            if isinstance(where, ast.Subscript) and isinstance(where.value, ast.Name):
                help += f'; if `{whole}` is an array, say so: --shape "{whole}: N"'
            self.fail("GG111", f"the index `{ast.unparse(node)}` is not a constant", node, help=help)
        return key

    def attribute(self, node: ast.Attribute) -> Expr:
        path = self.module_path(node)
        if path in CONSTANT_CALLS:
            return Call(path, ())
        if self.arrays and path and path.startswith("np."):
            return self.numpy_name(path, node)
        if self.arrays and not path:
            return self.array_attribute(node)
        if path and path.startswith("np."):
            self.fail(
                "GG107",
                f"cannot differentiate `{ast.unparse(node)}` yet: it is for arrays",
                node,
                help="use math for real numbers",
            )
        if path:
            self.fail("GG105", f"`{ast.unparse(node)}` is not a number", node)
        self.fail(
            "GG107",
            f"cannot differentiate the attribute `.{node.attr}` yet",
            node,
            help="pass the value in as a parameter",
        )

    def module_path(self, node: ast.expr) -> str | None:
        """``math.exp`` for an attribute of an imported module, by whatever name it was imported."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self.env or node.id in self.locals:
            return None
        if node.id not in self.scope.imports:
            return None
        return ".".join([canonical_import(self.scope.imports[node.id]), *reversed(parts)])
