"""Expressions of the user's, with every name resolved: from syntax nodes to IR expressions."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn, Protocol

from gradgen.errors import Diagnostic, Place, refusal
from gradgen.analysis.flow import INACTIVE_FUNCTIONS, flowing
from gradgen.frontend.arrays import (
    DTYPES,
    QUERIES,
    SEVERAL,
    SPLITS,
    ArrayForms,
    array_parameters,
    described_dims,
    is_setting,
    settings_of,
    stated_dims,
)
from gradgen.frontend.exits import needs_flag
from gradgen.frontend.loops import counts
from gradgen.frontend.results import ResultRule
from gradgen.frontend.scope import CONSTANT_CALLS, Scope, canonical_import
from gradgen.frontend.storage import Region
from gradgen.frontend.values import Filled, Grown, Items, Mixed, Slots, Value
from gradgen.ir.names import RESERVED, Names
from gradgen.ir.nodes import Call, CallPair, Const, Expr, If, Join, Let, Origin, Param, Stmt, Var, substitute, variables
from gradgen.ir.read import BINARY, COMPARE, UNARY, binary, read
from gradgen.rules.constants import is_constant, value_of
from gradgen.rules.rule import find, functions, has_rule, library, own_row
from gradgen.source import SourceText

BUILTINS = ("abs", "max", "min", "pow", "round", "float", "int", "sum", "divmod", "len", "bool", "print", "range")
DRAWN = ("rand", "randn", "random", "random_sample", "standard_normal", "uniform", "normal", "binomial")
TEXT = ("str", "repr", "format", "type", "fstring", "method")  # what makes text, not numbers
QUIET_BUILTINS = ("str", "repr", "len", "format", "type", "abs", "round", "float", "int", "min", "max", "sum", "bool")
EXCEPTIONS = frozenset(
    {n for n in RESERVED if n.endswith(("Error", "Exception", "Warning"))} | {"Exception", "StopIteration"}
)

LIST_HANDED_ON = "cannot pass a list to another function yet"


class Helpers(Protocol):
    """What the stager asks about the other functions of the file."""

    def gate(self, name: str) -> tuple[tuple[str, ...], Expr] | None: ...
    def results(self, name: str, place: Place) -> int: ...
    def containers(self, name: str) -> list[str]: ...
    def has_cache(self, name: str) -> bool: ...
    def lent(self, name: str, args: Sequence[Expr]) -> list[list[Expr]]: ...


class Converter(ArrayForms):
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
            tuple(replace(p, dims=dims.get(p.name, p.dims or self.dims.get(p.name))) for p in parameters(node))
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
        settings = settings_of(node, scope) if arrays else set()
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

    # -- expressions --------------------------------------------------------------------------------------------------

    def number(self, node: ast.expr) -> Expr:
        """The node as a numeric expression."""
        return self.as_number(self.value(node), node)

    def as_number(self, value: Value, node: ast.AST) -> Expr:
        if isinstance(value, Slots):
            slot = self.read_slot(value, node)
            if slot.name in self.rewritten and slot.name not in self.unpacked:  # the dict will hold another value
                return self.let(self.names.fresh(str(value.path[-1])), slot)
            return slot
        if isinstance(value, Items):
            self.fail("GG111", f"a {value.kind} where a number is needed", node, help="use its entries one by one")
        if isinstance(value, Mixed):
            self.fail("GG111", value.why, node, help="give it a value before, on every path")
        if isinstance(value, Filled):
            help = f"keep what is read in an array: {value.name} = np.zeros(...), {value.name}[i] = ..."
            self.fail(
                "GG111",
                f"cannot differentiate by way of `{value.name}`, a list that a loop fills, yet",
                node,
                help=help,
            )
        if isinstance(value, Const) and self.is_text(value):
            self.fail("GG202", f"{'None' if value.text == 'None' else 'text'} where a number is needed", node)
        return value

    def value(self, node: ast.expr, wanted: tuple[str, ...] = ()) -> Value:
        """What an expression node stands for; a call that makes stages of its own puts them under ``wanted``."""
        match node:
            case ast.Constant(value=value):
                return self.constant(node, value)
            case ast.Name(id=name):
                return self.name(name, node)
            case ast.BinOp():
                return self.arithmetic(node)
            case ast.UnaryOp(op=op, operand=operand):
                return self.sign(UNARY[type(op)], operand)
            case ast.Compare() | ast.BoolOp():
                return self.comparison(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(self.test(test), lambda: self.number(body), lambda: self.number(orelse), wanted)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                if star := next((e for e in elts if isinstance(e, ast.Starred)), None):
                    self.fail("GG111", "cannot differentiate a starred entry yet", star, help="write the entries out")
                return Items("tuple" if isinstance(node, ast.Tuple) else "list", tuple(self.value(e) for e in elts))
            case ast.Dict(keys=keys, values=values):
                return Items(
                    "dict", tuple(self.value(v) for v in values), tuple(self.constant_key(k, node) for k in keys)
                )
            case ast.Subscript(value=ast.Name(id=name), slice=index) if (
                self.lasts.get(name) in self.env and ast.unparse(index) == "-1"
            ):
                return self.env[self.lasts[name]]
            case ast.Subscript(value=ast.Name(id=name)) if name in self.grown and name in self.env:
                return self.entry_of(name, node)
            case ast.Subscript(value=container, slice=index):
                return self.subscript(node) if self.is_array_subscript(node) else self.entry(node, container, index)
            case ast.Call():
                return self.call(node, wanted)
            case ast.Attribute():
                return self.attribute(node)
            case ast.JoinedStr():
                return self.loose(node)
        self.fail("GG105", f"cannot differentiate `{ast.unparse(node)[:60]}`", node)

    def constant(self, node: ast.expr, value: object) -> Expr:
        if isinstance(value, bytes) or value is Ellipsis:
            self.fail("GG105", f"`{ast.unparse(node)}` is not a number", node)
        if type(value) in (int, float):
            return Const(self.number_text(node, value))
        return Const(repr(value))

    def number_text(self, node: ast.expr, value: int | float) -> str:
        """The literal as its author spelled it, if it stands on one line."""
        line = self.source.lines[node.lineno - 1].encode() if node.lineno <= len(self.source.lines) else b""
        text = line[node.col_offset : node.end_col_offset].decode(errors="replace")
        try:
            same = node.lineno == node.end_lineno and repr(ast.literal_eval(text)) == repr(value)
        except (ValueError, SyntaxError):
            same = False
        return (
            text.lower()
            if same and not text[:2].isalpha() and "X" not in text.upper()[:2]
            else text if same else repr(value)
        )

    def name(self, name: str, node: ast.AST) -> Value:
        if name in self.grown and name in self.env:
            return self.whole_list(name, node)
        if name in self.env:
            return self.env[name]
        if name in self.locals:
            return Var(self.unbound(name, node))
        kind, what = self.global_name(name, node)
        if kind == "constant":
            return Var(what)
        if kind == "import" and what in CONSTANT_CALLS:
            return Call(what, ())
        if (
            kind == "import"
            and self.arrays
            and what.startswith("np.")
            and (what in DTYPES or what in ("np.pi", "np.e", "np.inf", "np.nan", "np.newaxis"))
        ):
            return self.numpy_name(what, node)
        if kind in ("helper", "builtin", "import"):
            self.fail(
                "GG105",
                f"`{name}` is a {'module or function' if kind == 'import' else 'function'}; a number is needed here",
                node,
            )
        self.fail(
            "GG118",
            f"nothing gives `{name}` a value",
            node,
            help=did_you_mean(name, [*self.env, *self.scope.constants])
            or f"make it a parameter, or give it a value first: {name} = 3.0",
        )

    def unbound(self, name: str, node: ast.AST) -> str:
        self.fail(
            "GG118",
            f"`{name}` has no value yet on the way to this line",
            node,
            help=f"assign `{name}` before the line, on every path",
        )

    def global_name(self, name: str, node: ast.AST) -> tuple[str, str]:
        """What a name that the function does not bind means: (constant | helper | import | builtin | unknown, what)."""
        scope = self.scope
        if scope.stars and name not in (*scope.constants, *scope.functions, *scope.imports):
            self.fail("GG106", f"`{name}` may come from `{ast.unparse(scope.stars[0])}`", node,
                      related=[(self.source.place(scope.stars[0]), "this may rebind any name")], help="import the names that are used: from math import exp, log")  # fmt: skip
        if name in scope.functions:
            return "helper", name
        if name in scope.constants:
            self.constants.setdefault(name, scope.constants[name])
            return "constant", name
        if name in scope.imports:
            return "import", canonical_import(scope.imports[name])
        if name in scope.other:
            return self.other_global(name, node)
        if name in (*BUILTINS, *QUIET_BUILTINS) or name in EXCEPTIONS:
            return "builtin", name
        return "unknown", name

    def other_global(self, name: str, node: ast.AST) -> NoReturn:
        statement = self.scope.other[name]
        where = [(self.source.place(statement), f"`{name}` is bound here")]
        if name in RESERVED or name in self.scope.twice:
            self.fail(
                "GG106",
                f"`{name}` is bound at the top of this file in a way that hides what it is",
                node,
                related=where,
                help="give one of the two another name",
            )
        self.fail(
            "GG116",
            f"`{name}` is not a literal number at the top of the file",
            node,
            related=where,
            help=f"make it a parameter, or write its value: {name} = 3.0",
        )

    def arithmetic(self, node: ast.BinOp) -> Expr:
        """A binary operation; a long chain ``a + b + c ...`` is walked, not recursed into."""
        spine: list[ast.BinOp] = []
        left: ast.expr = node
        while (
            isinstance(left, ast.BinOp)
            and isinstance(left.op, (ast.Add, ast.Sub))
            or (isinstance(left, ast.BinOp) and not spine)
        ):
            spine.append(left)
            left = left.left
        expr = self.number(left)
        terms: list[Expr] | None = None
        for operation in reversed(spine):
            right = self.number(operation.right)
            if isinstance(operation.op, (ast.Add, ast.Sub)):
                if terms is None:
                    terms = (
                        list(expr.args)
                        if isinstance(expr, Call) and expr.fn == "+" and isinstance(left, ast.BinOp)
                        else [expr]
                    )
                terms.append(Call("neg", (right,)) if isinstance(operation.op, ast.Sub) else right)
            else:
                expr = self.operator(
                    BINARY[type(operation.op)], Call("+", tuple(terms)) if terms else expr, right, operation
                )
                terms = None
        return Call("+", tuple(terms)) if terms else expr

    def operator(self, op: str, left: Expr, right: Expr, node: ast.BinOp) -> Expr:
        if self.is_text(left) or self.is_text(right):
            if op == "%" and self.is_text(left):
                return Call(op, (left, right), (("text", True),))
            self.fail("GG202", "text where a number is needed", node)
        return binary(op, left, right)

    def is_text(self, value: Value) -> bool:
        """Whether a value is known to be text or None, not a number."""
        if not self.is_number(value):
            return False
        literal = self.literal(value)
        if isinstance(literal, str) or isinstance(value, Const) and literal is None:
            return True
        return isinstance(value, Call) and (value.fn in TEXT or dict(value.attrs).get("text", False))

    def sign(self, op: str, operand: ast.expr) -> Expr:
        return Call("not", (self.test(operand),)) if op == "not" else Call(op, (self.number(operand),))

    def comparison(self, node: ast.expr) -> Expr:
        """A comparison is a number too (0 or 1); ``and``/``or`` of numbers pick one of them."""
        if isinstance(node, ast.Compare) or all(
            isinstance(v, (ast.Compare, ast.BoolOp)) or is_not(v) for v in node.values
        ):
            return self.test(node)
        *firsts, last = node.values
        expr: Callable[[], Expr] = lambda: self.number(last)  # noqa: E731
        for value in reversed(firsts):
            expr = self.picked(node.op, value, expr)
        return expr()

    def picked(self, op: ast.boolop, value: ast.expr, rest: Callable[[], Expr]) -> Callable[[], Expr]:
        """``value or rest`` is ``value if value else rest``; ``value and rest`` is ``rest if value else value``."""

        def choose() -> Expr:
            first = self.atom(self.number(value))
            keep: Callable[[], Expr] = lambda: first  # noqa: E731
            return self.choice(first, keep, rest) if isinstance(op, ast.Or) else self.choice(first, rest, keep)

        return choose

    def choice(
        self, test: Expr, then: Callable[[], Expr], orelse: Callable[[], Expr], wanted: tuple[str, ...] = ()
    ) -> Expr:
        """A ternary: in place if both arms are at most one stage, else a branch that gives ``wanted`` its value."""
        a, env_a, made_a = self.arm(then)
        b, env_b, made_b = self.arm(orelse)
        if not made_a and not made_b and not any(isinstance(e, Call) and e.fn == "if" for e in (a, b)):
            return Call("if", (test, a, b))
        name = wanted[0] if len(wanted) == 1 else self.names.fresh("pick")
        first, second, target = self.version(name), self.version(name), self.version(name)
        if wanted:
            self.landed.add(target)
        for version, value, made in ((first, a, made_a), (second, b, made_b)):
            made.append(Let(version, value, Origin(line=self.at.line)))
            self.mark(version, value)
        self.mark(target, Call("tuple", (Var(first), Var(second))))
        self.emit(If(test, tuple(made_a), tuple(made_b), (Join(target, first, second),), self.take_origin()))
        return Var(target)

    def arm(self, work: Callable[[], Expr]) -> tuple[Expr, dict, list[Stmt]]:
        """One arm of a ternary, staged aside: its value as a single stage, and the stages it needs first."""
        env, out, stage_of = dict(self.env), self.out, dict(self.stage_of)
        self.out = []
        value = self.reduce(work())
        made, self.out, self.stage_of = self.out, out, stage_of
        after, self.env = self.env, env
        return value, after, made

    def test(self, node: ast.expr) -> Expr:
        """A condition: kept whole, as written; no derivative flows through it."""
        match node:
            case ast.BoolOp(op=op, values=[first, *others]):
                lazily = [self.test_later(v) for v in others]
                return Call("and" if isinstance(op, ast.And) else "or", (self.test(first), *lazily))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Call("not", (self.test(operand),))
            case ast.Compare(left=left, ops=ops, comparators=others):
                plain = all(not isinstance(e, (ast.Tuple, ast.List)) and not _is_word(e) for e in (left, *others))
                read = self.number if plain else self.loose
                operands = [read(left), *(read(c) for c in others)]
                if len(ops) == 1:
                    return Call(COMPARE[type(ops[0])], tuple(operands))
                return Call("compare", tuple(operands), (("ops", tuple(COMPARE[type(o)] for o in ops)),))
        return self.loose(node)

    def test_later(self, node: ast.expr) -> Expr:
        """A condition that may not be evaluated: it must not need stages of its own."""
        before = len(self.out)
        test = self.test(node)
        if len(self.out) > before:
            self.fail(
                "GG105",
                "the right side of `and`/`or` calls a function that needs stages of its own",
                node,
                help="nest two `if`s, or compute the value on a line before",
            )
        return test

    def loose(self, node: ast.expr) -> Expr:
        """An expression that no derivative flows through: text, containers and more are fine here."""
        match node:
            case ast.JoinedStr(values=values):
                return Call("fstring", tuple(self.fstring_part(v) for v in values))
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str()) as text, attr="format" | "join" as attr),
                args=args,
                keywords=[],
            ):
                return Call("method", (self.loose(text), *(self.loose(a) for a in args)), (("name", attr),))
            case ast.Call(func=func, args=args, keywords=keywords) if self.is_quiet(func):
                names = tuple(k.arg for k in keywords)
                attrs = (("keywords", names),) if names else ()
                return Call(
                    ast.unparse(func), tuple(self.loose(a) for a in [*args, *(k.value for k in keywords)]), attrs
                )
            case ast.Name(id=name) if isinstance(self.env.get(name), Slots):
                return self.whole_parameter(self.env[name], node)
            case ast.Name(id=name) if name in EXCEPTIONS and name not in self.locals:
                return Var(name)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                return Call("tuple" if isinstance(node, ast.Tuple) else "list", tuple(self.loose(e) for e in elts))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Call("if", (self.test(test), self.loose(body), self.loose(orelse)))
            case ast.BinOp(op=ast.Add(), left=left, right=right) if any(
                isinstance(e, ast.Constant) and isinstance(e.value, str) for e in (left, right)
            ):
                return Call("+", (self.loose(left), self.loose(right)), (("text", True),))
            case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str()) as text, right=right):
                return Call("%", (self.loose(text), self.loose(right)), (("text", True),))
            case ast.Constant(value=value):
                return self.constant(node, value)
        value = self.value(node)
        return self.written(value, node)

    def written(self, value: Value, node: ast.AST) -> Expr:
        """Any value as an expression that prints it."""
        if isinstance(value, Slots):
            return self.whole_parameter(value, node)
        if isinstance(value, Filled):
            return Var(value.name)
        if isinstance(value, Items):
            parts = tuple(self.written(v, node) for v in value.values)
            if value.kind != "dict":
                return Call(value.kind, parts)
            return Call("dict", tuple(e for k, p in zip(value.keys, parts, strict=True) for e in (Const(repr(k)), p)))
        return value if isinstance(value, Const) else self.as_number(value, node)

    def whole_parameter(self, slots: Slots, node: ast.AST) -> Expr:
        """A parameter read for what it is (a flag, a string, a number), not differentiated through."""
        if self.kinds.get(slots.name) == "number":
            return self.read_slot(slots, node)
        if slots.path:
            return self.read_slot(slots, node)
        self.opaque.add(slots.param)
        if slots.param in self.wrt:
            self.active.add(slots.name)
        return Var(slots.name)

    def is_quiet(self, func: ast.expr) -> bool:
        return isinstance(func, ast.Name) and func.id not in self.env and func.id not in self.locals and func.id not in self.scope.other and (
            func.id in EXCEPTIONS or func.id in ("print", "str", "repr", "format", "type", "len")
        ) and func.id not in self.scope.functions  # fmt: skip

    def fstring_part(self, node: ast.expr) -> Expr:
        if isinstance(node, ast.Constant):
            return Const(repr(node.value))
        conversion = "" if node.conversion == -1 else "!" + chr(node.conversion)
        spec = ""
        if node.format_spec is not None:
            if not all(isinstance(v, ast.Constant) for v in node.format_spec.values):
                self.fail("GG105", "a computed format specification", node, help="write the width as a literal")
            spec = "".join(v.value for v in node.format_spec.values)
        return Call("format", (self.loose(node.value),), (("conversion", conversion), ("spec", spec)))

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

    # -- calls --------------------------------------------------------------------------------------------------------

    def resolve(self, func: ast.expr) -> tuple[str, str]:
        """What is called: (rule | helper | builtin | unknown, name)."""
        if isinstance(func, ast.Attribute):
            path = self.module_path(func)
            return ("own" if path and own_row(path) else "rule", path) if path else ("unknown", ast.unparse(func))
        if not isinstance(func, ast.Name):
            return "unknown", ast.unparse(func)
        if func.id in self.env or func.id in self.locals:
            return "shadowed", func.id
        if own := next((n for n in (self.scope.imports.get(func.id, ""), func.id) if n and own_row(n)), ""):
            return "own", own
        kind, what = self.global_name(func.id, func)
        return ("rule", what) if kind == "import" else (kind, what)

    def call(self, node: ast.Call, wanted: tuple[str, ...] = ()) -> Value:
        kind, name = self.resolve(node.func)
        if kind == "helper":
            return self.helper(name, node, wanted)
        if kind == "builtin" and name in BUILTINS and name != "print":
            return self.builtin(name, node)
        if kind == "rule":
            return self.library_call(name, node, wanted)
        if kind == "own":
            return self.own_call(name, node)
        if kind == "builtin":
            return self.loose(node)
        if self.arrays and kind == "unknown" and isinstance(node.func, ast.Attribute):
            return self.method(node)
        self.refuse_call(kind, name, node)

    def refuse_call(self, kind: str, name: str, node: ast.Call) -> NoReturn:
        if kind == "shadowed":
            if name in {p.name for p in self.params}:
                self.fail(
                    "GG106",
                    f"`{name}` is a parameter: what function it holds stands nowhere in the text",
                    node.func,
                    help="call a function of this file by its own name",
                )
            self.fail(
                "GG106",
                f"`{name}` is a variable of this function, so it is no known function",
                node.func,
                help="give the variable another name",
            )
        if kind == "constant":
            self.fail(
                "GG106",
                f"`{name}` is a constant of this file, so it is no known function",
                node.func,
                help="give the constant another name",
            )
        if isinstance(node.func, ast.Attribute) and kind == "unknown":
            if isinstance(root := node.func.value, ast.Name) and root.id not in self.env:
                self.global_name(root.id, root)
            self.fail(
                "GG107",
                f"cannot differentiate the method `.{node.func.attr}()` yet",
                node,
                help="use a function or method that `gradgen rules` lists",
            )
        known = [*self.scope.functions, *BUILTINS, *(n for n in self.scope.imports)]
        self.fail(
            "GG104",
            f"cannot differentiate the unknown function `{name}`",
            node.func,
            help=did_you_mean(name, known) or "define it in this file, or register it with gradgen.rule",
        )

    def library_call(self, path: str, node: ast.Call, wanted: tuple[str, ...] = ()) -> Value:
        if path == "gradgen.stop_gradient":
            if len(node.args) != 1 or node.keywords:
                self.fail("GG104", "`stop_gradient` takes one value", node, help="write stop_gradient(x)")
            return Call("stop_gradient", (self.number(*node.args),))
        if path in SPLITS and self.arrays:
            return self.split(path, node, wanted)
        if path in SEVERAL and self.arrays:
            return self.several(path, node, wanted)
        if path.startswith(("np.", "scipy.")) and self.arrays:
            if path.startswith("np.random."):
                return self.draw(path, node)
            if path.startswith("np.fft."):
                self.fail(
                    "GG104",
                    f"`{ast.unparse(node.func)}` leads through complex numbers; this version is for real ones",
                    node.func,
                    help="write the transform as a product with matrices of cosines and sines",
                )
            if not has_rule(path) and path not in QUERIES:
                self.fail(
                    "GG104",
                    f"no rule for `{ast.unparse(node.func)}`",
                    node.func,
                    help="write it with the functions that `gradgen rules` lists",
                )
            return (
                self.array_call(path, node.args, node)
                if path not in QUERIES
                else Call(path, tuple(self.number(a) for a in node.args))
            )
        if path.startswith("np."):
            self.fail(
                "GG107",
                f"cannot differentiate `{ast.unparse(node.func)}` yet: it is for arrays",
                node.func,
                help=(
                    f"for real numbers use math.{path[3:]}"
                    if has_rule("math." + path[3:])
                    else "this version is for real numbers"
                ),
            )
        if path in ("math.prod", "math.dist", "math.fsum", "math.hypot"):
            return getattr(self, "call_" + path[5:])(node)
        if not has_rule(path) and path not in INACTIVE_FUNCTIONS:
            self.fail(
                "GG104",
                f"no rule for `{ast.unparse(node.func)}`",
                node.func,
                help=f'register one, gradgen.rule("y = {path}(x)", ...), or write the function out',
            )
        args = self.plain_arguments(node)
        expr = Call(path, tuple(self.number(a) for a in args))
        return self.known_form(expr, node)

    def draw(self, path: str, node: ast.Call) -> Var:
        """Random numbers: drawn once, under a name, and constant from there on."""
        if path.rpartition(".")[2] not in DRAWN:
            self.fail(
                "GG104",
                f"cannot differentiate past the random draw `{ast.unparse(node.func)}`",
                node.func,
                help="draw it outside, and pass it in as a parameter",
            )
        operands = tuple(self.argument_of(a) for a in node.args)
        named = tuple(self.argument_of(k.value) for k in node.keywords)
        if any(
            self.flows(a) and not (isinstance(a, Call) and a.fn in ("starred", ".shape")) for a in (*operands, *named)
        ):
            self.fail(
                "GG104",
                "cannot differentiate through the parameters of a random draw",
                node.func,
                help="draw standard numbers, and scale them: mu + sigma * np.random.randn(...)",
            )
        name = self.names.fresh("drawn")
        keywords = (("keywords", tuple(k.arg for k in node.keywords)),) if named else ()
        self.emit(Let(name, Call(path, (*operands, *named), keywords), self.take_origin()))
        self.regions[name] = Region(name, frozenset({name}))
        return Var(name)

    def own_call(self, name: str, node: ast.Call) -> Value:
        """A call of a function that the user registered a rule for: one gate."""
        formulas = [f for _, f in own_row(name).adjoints if isinstance(f, str)]
        for fn in dict.fromkeys([name, *(fn for f in formulas for fn in functions(read(f)))]):
            if fn == name or not library(fn) and fn not in BUILTINS:
                self.check_available(fn, name, node)
        return self.known_form(Call(name, tuple(self.number(a) for a in self.plain_arguments(node))), node)

    def check_available(self, fn: str, name: str, node: ast.Call) -> None:
        """Refuse a function that the generated file could neither define nor import."""
        definition = self.scope.functions.get(fn)
        if definition is not None and not definition.decorator_list or fn in self.scope.imports or library(fn):
            return
        whose = f"`{fn}`" if fn == name else f"`{fn}`, which the rule for `{name}` uses,"
        what = (
            "is decorated"
            if definition is not None
            else "is bound in another way" if fn in self.scope.other else "is not there"
        )
        self.fail(
            "GG104",
            f"the generated file cannot call {whose} for it {what} in this file",
            node.func,
            help=f"define it with a bare `def {fn}`, or import it by name: from ... import {fn}",
        )

    def known_form(self, expr: Call, node: ast.Call) -> Expr:
        if expr.fn not in INACTIVE_FUNCTIONS and find(expr, is_constant) is None:
            self.fail("GG104", f"no rule for `{ast.unparse(node.func)}` with {len(expr.args)} arguments", node)
        return expr

    def plain_arguments(self, node: ast.Call) -> list[ast.expr]:
        if node.keywords and not all(k.arg == "ndigits" for k in node.keywords):
            self.fail(
                "GG104",
                f"cannot differentiate `{ast.unparse(node.func)}` with keyword arguments",
                node,
                help="pass the arguments by position",
            )
        if star := next((a for a in node.args if isinstance(a, ast.Starred)), None):
            self.fail("GG111", "cannot differentiate a starred argument yet", star, help="write the arguments out")
        return [*node.args, *(k.value for k in node.keywords)]

    def builtin(self, name: str, node: ast.Call) -> Value:
        args = self.plain_arguments(node)
        if name in ("max", "min"):
            return self.extremum(name, args, node)
        if name == "range" and self.arrays:
            return Call("range", tuple(self.number(a) for a in args))
        if name == "sum" and len(args) == 1 and self.is_array(self.value(args[0])):
            return Call("sum", (self.number(args[0]),))
        if name == "sum":
            return Call("sum", (Call("list", tuple(self.entries(args, node))),))
        if name == "len":
            return self.length(args, node)
        if name == "bool":
            return Call("bool", (self.test(args[0]),)) if args else Const("False")
        numbers = [self.number(a) for a in args]
        if name == "divmod" and len(numbers) == 2:
            a, b = (self.atom(n) for n in numbers)
            return Items("tuple", (Call("//", (a, b)), Call("%", (a, b))))
        if name == "pow" and len(numbers) == 2:
            return Call("**", tuple(numbers))
        return self.known_form(Call(name, tuple(numbers)), node)

    def extremum(self, name: str, args: list[ast.expr], node: ast.Call) -> Expr:
        """``max(a, b, c)`` is ``max(max(a, b), c)``: the same comparisons in the same order."""
        numbers = [self.number(a) for a in args] if len(args) > 1 else self.entries(args, node)
        if not numbers:
            self.fail("GG111", f"`{name}` of nothing", node)
        expr = numbers[0]
        for other in numbers[1:]:
            expr = Call(name, (expr, other))
        return expr

    def is_array(self, value: Value) -> bool:
        """Whether a value is one array, or may be, and no container of the text's own."""
        return self.is_number(value) or isinstance(value, Slots) and value.name in self.array_names

    def entries(self, args: list[ast.expr], node: ast.Call) -> list[Expr]:
        """The entries of the one list or tuple that a call is given."""
        value = self.value(args[0]) if len(args) == 1 else None
        if not isinstance(value, Items) or value.kind == "dict":
            self.fail(
                "GG111",
                f"cannot tell the entries that `{ast.unparse(node.func)}` works on",
                node,
                help="write them out: sum([a, b, c]), max(a, b, c)",
            )
        return [self.as_number(v, node) for v in value.values]

    def length(self, args: list[ast.expr], node: ast.Call) -> Expr:
        if len(args) == 1 and isinstance(args[0], ast.Name) and (grown := self.grown.get(args[0].id)):
            if grown.index and (place := grown.place()) is not None:
                return place  # so many by now
        value = self.value(args[0]) if len(args) == 1 else None
        if isinstance(value, Items):
            return Const(repr(len(value.values)))
        if isinstance(value, Slots) and not (self.arrays and self.kinds.get(value.name, "number") == "number"):
            self.claim(value, "list", node)
            return Call("len", (Var(value.name),))
        if self.arrays and args:
            return Call("len", (self.number(args[0]),))
        self.fail("GG111", "len of something that is no list", node)

    def call_prod(self, node: ast.Call) -> Expr:
        """``math.prod([a, b])`` is ``a * b``."""
        first, *others = self.entries(self.plain_arguments(node), node) or [Const("1")]
        for other in others:
            first = Call("*", (first, other))
        return first

    def call_fsum(self, node: ast.Call) -> Expr:
        return Call("math.fsum", (Call("list", tuple(self.entries(self.plain_arguments(node), node))),))

    def call_hypot(self, node: ast.Call) -> Expr:
        return Call("math.hypot", tuple(self.number(a) for a in self.plain_arguments(node)))

    def call_dist(self, node: ast.Call) -> Expr:
        """``math.dist([a, b], [c, d])`` is ``math.hypot(a - c, b - d)``."""
        p, q = (self.entries([a], node) for a in self.plain_arguments(node))
        return Call("math.hypot", tuple(binary("-", a, b) for a, b in zip(p, q, strict=True)))

    def helper(self, name: str, node: ast.Call, wanted: tuple[str, ...]) -> Value:
        """A call of another function of the file: its gate in place, or a pair of generated functions."""
        bound = self.bound_arguments(name, node)
        gate = self.helpers.gate(name)
        if gate and self.deepest > 1:
            params, expr = gate
            used = list(variables(expr))
            args = {p: a if used.count(p) < 2 else self.atom(a) for p, a in zip(params, bound, strict=True)}
            return substitute(expr, args)
        count = self.helpers.results(name, self.source.place(node))
        given = dict(zip((p.name for p in parameters(self.scope.functions[name])), bound, strict=True))
        whole = {p for p, a in given.items() if isinstance(a, Var) and a.name in self.handed_whole}
        if holder := next((h for h in self.helpers.containers(name) if h not in whole), ""):
            self.fail(
                "GG111",
                f"{LIST_HANDED_ON}: `{name}` reads entries of `{holder}`",
                node,
                help="pass the entries one by one",
            )
        for param, keys in self.helpers.written(name).items():
            if isinstance(given[param], Var):
                self.written_by |= {(given[param].name, key): name for key in keys}
        args = tuple(self.atom(a) for a in bound)
        own = self.helpers.has_cache(name)
        if own and len(wanted) == count + 1:
            *wanted, last = wanted
            targets, cache = self.call_targets(name, count, tuple(wanted)), self.version(last)
            self.landed.add(cache)
        else:
            targets = self.call_targets(name, count, wanted)
            cache = self.names.fresh(f"{targets[0].partition('#')[0]}_cache")
        by_name = tuple(a.arg for a in self.scope.functions[name].args.kwonlyargs)
        self.emit(CallPair(targets, name, args, cache, self.take_origin(), own, by_name))
        if any(self.flows(a) for a in args):
            self.active.update(targets)
        self.regions |= {
            t: self.lent_region(t, given) for t, given in zip(targets, self.helpers.lent(name, args), strict=True)
        }
        results = (*targets, cache) if own else targets
        return Var(results[0]) if len(results) == 1 else Items("tuple", tuple(Var(t) for t in results))

    def call_targets(self, name: str, count: int, wanted: tuple[str, ...]) -> tuple[str, ...]:
        if len(wanted) == count:
            versions = tuple(self.version(w) for w in wanted)
            self.landed.update(versions)
            return versions
        stem = name if len(name) < 13 else name.rpartition("_")[2][:12]
        return tuple(self.names.fresh(f"{stem}_out" if count == 1 else f"{stem}_{i}") for i in range(count))

    def bound_arguments(self, name: str, node: ast.Call) -> list[Expr]:
        """The arguments of a call in the order of the callee's parameters, defaults filled in."""
        params = parameters(self.scope.functions[name])
        if star := next((a for a in node.args if isinstance(a, ast.Starred)), None):
            self.fail("GG111", "cannot differentiate a starred argument yet", star, help="write the arguments out")
        positional = [p for p in params if p.kind != "keyword"]
        given = dict(zip((p.name for p in positional), node.args, strict=False))
        for keyword in node.keywords:
            if (
                keyword.arg is None
                or keyword.arg in given
                or keyword.arg not in {p.name for p in params if p.kind != "positional"}
            ):
                self.fail(
                    "GG104",
                    f"`{name}` cannot be called like this",
                    node,
                    help=f"its parameters are {', '.join(p.name for p in params)}",
                )
            given[keyword.arg] = keyword.value
        missing = [p.name for p in params if p.name not in given and p.default is None]
        if missing or len(node.args) > len(positional):
            self.fail(
                "GG104",
                f"`{name}` is called with the wrong number of arguments",
                node,
                help=f"its parameters are {', '.join(p.name for p in params)}",
            )
        settings = settings_of(self.scope.functions[name], self.scope) if self.arrays else set()
        return [
            self.argument(given[p.name], p.name in settings) if p.name in given else read(p.default) for p in params
        ]

    def argument(self, node: ast.expr, setting: bool = False) -> Expr:
        value = self.value(node)
        if setting and isinstance(value, Slots) and not value.path and value.param not in self.wrt:
            self.claim(value, "dict", node)
            self.opaque.add(value.param)  # handed on whole, for what it says
            self.handed_whole.add(value.param)
            return Var(value.param)
        if isinstance(value, Items) or isinstance(value, Slots) and self.kinds.get(value.name) in ("list", "dict"):
            self.fail("GG111", LIST_HANDED_ON, node, help="pass its entries one by one")
        return self.as_number(value, node)


def parameters(node: ast.FunctionDef) -> tuple[Param, ...]:
    """The parameters of a function, in signature order."""
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    rows = [
        (a, "positional" if a in args.posonlyargs else "either", d) for a, d in zip(positional, defaults, strict=True)
    ]
    rows += [(a, "keyword", d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return tuple(
        Param(
            a.arg,
            kind,
            ast.unparse(d) if d is not None else None,
            _annotation(a),
            dims=stated_dims(a.annotation),
            setting=is_setting(d),
        )
        for a, kind, d in rows
    )


def _annotation(arg: ast.arg) -> str | None:
    """A builtin number's annotation is kept; others would need names that the generated file does not have."""
    note = arg.annotation
    return note.id if isinstance(note, ast.Name) and note.id in ("float", "int", "bool", "str") else None


def containers(node: ast.FunctionDef) -> set[str]:
    """The names that a function indexes or unpacks."""
    found = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name):
            found.add(n.value.id)
        elif (
            isinstance(n, ast.Assign)
            and isinstance(n.value, ast.Name)
            and any(isinstance(t, (ast.Tuple, ast.List)) for t in n.targets)
        ):
            found.add(n.value.id)
    return found


def _is_word(node: ast.expr) -> bool:
    """Text, None or a truth value: what is compared with it is no number to differentiate by."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, (str, bool)))


def is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def did_you_mean(name: str, known: list[str]) -> str:
    lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), lower, 1)
    return f"did you mean `{lower[close[0]]}`?" if close else ""
