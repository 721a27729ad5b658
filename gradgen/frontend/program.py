"""A function and the other functions of its file that it calls, staged together."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from gradgen.errors import Diagnostic, GradgenError, Place, refusal
from gradgen.frontend import layered
from gradgen.frontend.hints import imports_arrays, is_array_code, settings_of
from gradgen.frontend.buffers import as_repeated
from gradgen.frontend.comprehensions import as_loops
from gradgen.frontend.calls import LIST_HANDED_ON
from gradgen.frontend.parameters import parameters
from gradgen.frontend.desugar import desugared
from gradgen.frontend.effects import as_assignments
from gradgen.frontend.entries import with_entries
from gradgen.frontend.nested import inner_names, lifted
from gradgen.frontend.plain import numbers_of, plain_dims, reads_entries, with_lengths
from gradgen.frontend.results import ResultRule
from gradgen.frontend.scope import Scope
from gradgen.frontend.stage import Stager
from gradgen.frontend.stated import described_dims
from gradgen.frontend.unroll import unrolled
from gradgen.frontend.validate import validate
from gradgen.ir.nodes import Call, CallPair, Const, Expr, Function, Keep, Var
from gradgen.ir.walk import statements
from gradgen.source import SourceText


class Program:
    """Stages functions on demand.  ``staged`` holds the helpers met so far, callees before callers."""

    def __init__(
        self,
        source: SourceText,
        scope: Scope,
        *,
        stages: str = "few",
        dims: dict[str, tuple[str, ...]] = {},
        arrays: bool | None = None,
    ):
        """``arrays``: whether it is array code; None: if the text hints at arrays."""
        self.source, self.scope, self.stages, self.dims = source, scope, stages, dims
        self.arrays, self.told = bool(arrays), arrays
        self.by_entries = False  # nothing but reads of entries hints at arrays: the rest are numbers
        self.plain = False  # and there is no NumPy: what is read so is a list
        self.staged: dict[str, Function] = {}
        self.lending: dict[str, tuple[frozenset[str], ...]] = (
            {}
        )  # the parameters whose memory each result of a function may have
        self.gates: dict[str, tuple[tuple[str, ...], Expr] | None] = {}
        self.told_of_settings: dict[str, set[str]] = {}
        self.open: list[str] = []

    def function(self, node: ast.FunctionDef, *, wrt=None, results: ResultRule = ResultRule()) -> Function:
        """The staged form of one function.  Raises `GradgenError` with every cause that validation finds.

        Dicts that it hands on to others are taken apart if they have to be.
        """
        try:
            return self.as_written(node, wrt=wrt, results=results)
        except GradgenError as error:
            if self.open or not error.diagnostics[0].message.startswith(LIST_HANDED_ON):
                raise
            if (spread := with_entries(node, self.scope.functions)) is None:
                raise
        node, helpers = spread
        self.scope = replace(self.scope, functions=self.scope.functions | helpers)
        self.staged.clear(), self.lending.clear(), self.gates.clear(), self.told_of_settings.clear()
        return self.as_written(node, wrt=wrt, results=results)

    def as_written(self, node: ast.FunctionDef, *, wrt, results: ResultRule) -> Function:
        """As `function`, every dict in one piece."""
        node = self.lifted(node)
        if not self.open and self.told is None:
            reached = [*self.reached(node)]
            hinted = is_array_code(reached, self.scope, self.dims)
            self.by_entries = not hinted and any(map(reads_entries, reached))
            self.arrays = hinted or self.by_entries
            self.plain = self.by_entries and not imports_arrays(self.scope)
        node = unrolled(as_assignments(node, self.scope), told := self.stated(node))
        node = as_loops(as_repeated(node)) if self.arrays else node
        if self.plain:
            node = with_lengths(node, {name for name, dims in plain_dims(node, self.scope.functions).items() if dims})
        problems = validate(node, self.source, self.arrays)
        problems += layered.refused(node, self.source, told) if self.arrays else []
        if problems:
            raise refusal(*problems)
        self.open.append(node.name)
        try:
            inner = bool(self.staged) or len(self.open) > 1
            own = {"helper": True} if inner else {"dims": self.dims}
            if self.by_entries:
                own["dims"] = plain_dims(node, self.scope.functions) if self.plain else numbers_of(node)
            stager = self.stager(node, wrt=wrt, results=results, **own)
            function = stager.stage()
            self.lending[node.name] = stager.lending(function.results)
            return function
        except RecursionError:
            raise refusal(
                Diagnostic("GG003", "nested too deeply", self.source.place(node), help="split it into several lines")
            ) from None
        finally:
            self.open.pop()

    def stated(self, node: ast.FunctionDef) -> set[str]:
        """The parameters whose shapes are stated."""
        return {*self.dims, *described_dims(node), *(p.name for p in parameters(node) if p.dims is not None)}

    def lifted(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """A function without those that are defined inside it: these are functions of the file from here on."""
        if not inner_names(node):
            return node
        taken = {*self.scope.functions, *self.scope.imports, *self.scope.constants, *self.scope.other}
        others = (f for f in self.scope.functions.values() if f.name != node.name)
        node, inner = lifted(node, taken.union(*map(inner_names, others)))
        if inner:
            self.scope = replace(self.scope, functions=self.scope.functions | inner)
        return node

    def stager(self, node: ast.FunctionDef, **options) -> Stager:
        names = {*self.scope.imports, *self.scope.functions, *self.scope.constants, *self.scope.other}
        return Stager(
            desugared(node, names), self.source, self.scope, self, stages=self.stages, arrays=self.arrays, **options
        )

    def reached(self, node: ast.FunctionDef) -> list[ast.FunctionDef]:
        """A function and those of the file that it calls, directly or not."""
        found = {node.name: node}
        stack = [node]
        while stack:
            for n in ast.walk(stack.pop()):
                if isinstance(n, ast.Name) and n.id in self.scope.functions and n.id not in found:
                    found[n.id] = self.scope.functions[n.id]
                    stack.append(found[n.id])
        return list(found.values())

    def results(self, name: str, place: Place) -> int:
        """How many numbers a helper returns; stages it at its first call."""
        if name in self.open:
            raise refusal(
                Diagnostic(
                    "GG112",
                    f"cannot differentiate the recursion through `{name}`",
                    place,
                    help="write it as a loop, or pass the result in",
                )
            )
        if name not in self.staged:
            function = self.function(self.scope.functions[name], results=ResultRule(every=True))
            if function.aux is not None and not function.adopts:
                raise refusal(
                    Diagnostic("GG111", f"`{name}` returns more than numbers", place, help="return numbers only")
                )
            self.staged[name] = function
        return len(self.staged[name].results)

    def has_cache(self, name: str) -> bool:
        """Whether a staged helper returns a cache of its author's behind its results."""
        return bool(self.staged[name].adopts)

    def settings(self, name: str) -> set[str]:
        """The parameters of a function of the file that are dicts of settings."""
        if name not in self.told_of_settings:
            self.told_of_settings[name] = set()  # while it is being looked at: recursion tells nothing more
            self.told_of_settings[name] = settings_of(self.scope.functions[name], self.settings, self.scope)
        return self.told_of_settings[name]

    def lent(self, name: str, args: Sequence[Expr]) -> list[list[Expr]]:
        """The arguments of a call whose memory each of its results may have."""
        params = [p.name for p in self.staged[name].params]
        return [[a for p, a in zip(params, args, strict=True) if p in given] for given in self.lending[name]]

    def containers(self, name: str) -> list[str]:
        """The parameters of a staged helper that are lists or dicts."""
        return [p.name for p in self.staged[name].params if p.slots]

    def written(self, name: str) -> dict[str, set[str]]:
        """The keys that a staged helper writes into its parameters, itself or by others."""
        found: dict[str, set[str]] = {}
        for s in statements(self.staged[name].body):
            match s:
                case Keep("set", (Call("index", (Var(param), Const(key))), *_)):
                    found.setdefault(param, set()).add(ast.literal_eval(key))
                case CallPair(fn=fn, args=args):
                    inner = self.written(fn)
                    for param, arg in zip(self.staged[fn].params, args, strict=True):
                        if isinstance(arg, Var) and param.name in inner:
                            found.setdefault(arg.name, set()).update(inner[param.name])
        return found

    def gate(self, name: str) -> tuple[tuple[str, ...], Expr] | None:
        """(parameters, expression) of a helper whose body is one gate, such as a sigmoid; else None."""
        if name not in self.gates:
            self.gates[name] = None  # while it is being looked at: recursion is not a gate
            if name not in self.open:
                self.gates[name] = self.find_gate(self.scope.functions[name])
        return self.gates[name]

    def find_gate(self, node: ast.FunctionDef) -> tuple[tuple[str, ...], Expr] | None:
        body = [s for s in node.body if not _is_docstring(s)]
        if (
            len(body) != 1
            or not isinstance(body[0], ast.Return)
            or body[0].value is None
            or validate(node, self.source, self.arrays)
        ):
            return None
        stager = self.stager(node, helper=True)
        try:
            expr = stager.reduce(stager.number(body[0].value))
        except (GradgenError, RecursionError):
            return None  # whatever is wrong is said when the helper is staged as a function
        if (
            stager.out
            or stager.opaque
            or stager.slots
            or stager.constants
            or not isinstance(expr, Call)
            or expr.fn == "if"
        ):
            return None
        return tuple(p.name for p in parameters(node)), expr


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
