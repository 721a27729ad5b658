"""Expressions of the user's, with every name resolved: from syntax nodes to IR expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NoReturn

from gradgen.errors import did_you_mean
from gradgen.frontend.arrays import DTYPES
from gradgen.frontend.calls import BUILTINS
from gradgen.frontend.scope import CONSTANT_CALLS, canonical_import
from gradgen.frontend.texts import makes_text
from gradgen.frontend.values import Filled, Items, Mixed, Slots, Value
from gradgen.ir.names import RESERVED
from gradgen.ir.nodes import Call, Const, Expr, If, Join, Let, Origin, Stmt, Var
from gradgen.ir.read import BINARY, COMPARE, UNARY, binary

KEYS = "loop over numbers that stand in the text, at most 16 of them: for l in range(1, 4)"
REPEATED = "give a list of numbers a line of its own: y = [0.0] * n; a table of them is an array: D = np.zeros((n, m))"
TEXT = ("str", "repr", "format", "type", "fstring", "method")
QUIET_BUILTINS = ("str", "repr", "len", "format", "type", "abs", "round", "float", "int", "min", "max", "sum", "bool")
EXCEPTIONS = frozenset(
    {n for n in RESERVED if n.endswith(("Error", "Exception", "Warning"))} | {"Exception", "StopIteration"}
)


class Expressions:
    """The part of the stager that turns expressions into IR."""

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
            case ast.Subscript(value=container, slice=index) if makes_text(index):
                self.fail(
                    "GG111",
                    f"cannot tell which entry of `{ast.unparse(container)}` this is: its key is put together",
                    node,
                    help=KEYS,
                )
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
        if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
            self.fail("GG111", "a list of so many entries that is no line `y = [0.0] * n`", node, help=REPEATED)
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


def _is_word(node: ast.expr) -> bool:
    """Text, None or a truth value: what is compared with it is no number to differentiate by."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, (str, bool)))


def is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
