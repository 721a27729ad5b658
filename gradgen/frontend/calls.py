"""Calls of the user's: of NumPy and `math`, of builtins, of the other functions of the file."""

from __future__ import annotations

import ast
from typing import NoReturn

from gradgen.analysis.flow import INACTIVE_FUNCTIONS
from gradgen.errors import did_you_mean
from gradgen.frontend.arrays import QUERIES, SEVERAL, SPLITS
from gradgen.frontend.fourier import rewritten
from gradgen.frontend.parameters import parameters
from gradgen.frontend.storage import Region
from gradgen.frontend.values import Items, Slots, Value
from gradgen.ir.nodes import Call, CallPair, Const, Expr, Let, Var, substitute, variables
from gradgen.ir.read import binary, read
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import find, functions, has_rule, library, own_row

BUILTINS = ("abs", "max", "min", "pow", "round", "float", "int", "sum", "divmod", "len", "bool", "print", "range")
DRAWN = ("rand", "randn", "random", "random_sample", "standard_normal", "uniform", "normal", "binomial")
LIST_HANDED_ON = "cannot pass a list to another function yet"


class Calls:
    """The part of the stager that is about calls: of NumPy and `math`, of builtins, of the file's other functions."""

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
            if path.startswith("np.fft.") and not has_rule(path):
                self.fail(
                    "GG104",
                    f"`{ast.unparse(node.func)}` leads through complex numbers; this version is for real ones",
                    node.func,
                    help=rewritten(path, node),
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
        settings = self.helpers.settings(name) if self.arrays else set()
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
