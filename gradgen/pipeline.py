"""One way through: source text in, gradient text and its proof out.  `PASSES` is the whole story in order."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from gradgen.analysis.activity import active_values, default_wrt, entries, smoothly_used
from gradgen.analysis.facts import asserted
from gradgen.analysis.gates import gates
from gradgen.analysis.inputs import specs
from gradgen.analysis.called import asked_of_arguments, called_shapes, ranks_of
from gradgen.analysis.dims import Contradiction
from gradgen.analysis.listed import with_lists
from gradgen.analysis.shapes import Shapes
from gradgen.backward.gradient import reverse
from gradgen.checks.claim import Claim
from gradgen.errors import Diagnostic, GradgenError, Place, did_you_mean, refusal
from gradgen.frontend.arrays import dims_of
from gradgen.frontend.parameters import parameters
from gradgen.frontend.program import Program
from gradgen.frontend.results import ResultRule
from gradgen.frontend.rows import MATH, assumed, register_rows
from gradgen.frontend.scope import Scope, module_scope
from gradgen.frontend.script import wrap_script
from gradgen.frontend.tests import keep_tests
from gradgen.ir.names import Names
from gradgen.ir.nodes import CallBack, CallPair, Function, Gradient, Param, Var
from gradgen.ir.verify import verify_reversed, verify_staged
from gradgen.ir.walk import statements
from gradgen.render.environment import kind_of
from gradgen.render.module import Chunk, chunk, module
from gradgen.render.spelling import Spelling
from gradgen.render.layers import build_class
from gradgen.render.layout import layout
from gradgen.render.view import VERDICT, FunctionNames, View, build, entry_names, layer_name, upstream
from gradgen.rules.constants import is_constant
from gradgen.simplify.finite import singular
from gradgen.simplify.gradient import simplify
from gradgen.source import SourceText
from gradgen.source.classes import Layer, plain_name
from gradgen.source.networks import Network


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may choose.  ``style`` None is ``joint`` where the result is one number, else ``split``.

    ``arrays`` says that the arguments are arrays, whatever the text hints at; None: as the text hints.  ``ranks`` are how
    many axes parameters, and entries of them, have whose sizes are not stated.
    """

    functions: tuple[str, ...] = ()
    wrt: tuple[str | int, ...] | None = None
    style: str | None = None
    stages: str = "few"
    verify: bool = True
    has_aux: bool | None = None
    outputs: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    arrays: bool | None = None
    ranks: tuple[tuple[str, int], ...] = ()


def as_tuple(wrt: str | int | Sequence[str | int] | None) -> tuple[str | int, ...] | None:
    """``wrt`` in its several spellings as a tuple, None for the default."""
    if wrt is None:
        return None
    return (wrt,) if isinstance(wrt, (str, int)) else tuple(wrt)


@dataclass
class Result:
    """Everything that was made on the way from one function to its gradient, one artefact per pass."""

    source: SourceText
    name: str
    options: Options
    node: ast.FunctionDef
    scope: Scope
    captured: frozenset[str] = frozenset()
    layer: Layer | None = None
    network: Network | None = None
    artefacts: dict[str, object] = field(default_factory=dict)
    shared_wants: dict[str, tuple[int, ...]] = field(default_factory=dict)
    extended: dict[str, bool] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _reports: dict[str, object] = field(default_factory=dict)

    def run(self, until: str = "reverse") -> Result:
        """Run the passes up to one of them; each runs once."""
        for name, work in PASSES:
            if name not in self.artefacts:
                self.artefacts[name] = work(self)
            if name == until:
                break
        return self

    # what users ask for ------------------------------------------------------------------------------------------------

    @property
    def function(self) -> Function:
        return self.artefacts["stage"]["function"]

    @property
    def helpers(self) -> dict[str, Function]:
        return self.artefacts["stage"]["helpers"]

    @property
    def wrt(self) -> tuple[str, ...]:
        """The parameters that are differentiated, in order."""
        return self.artefacts["infer"]["wrt"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know: zero gradients, results handed along."""
        return (*self.function.notes, *self.artefacts["infer"]["notes"])

    @property
    def style(self) -> str:
        """The chosen style, or the one that fits the result."""
        if self.options.style or self.layer or self.network:
            return self.options.style or "layer"
        if (
            self.function.arrays
            and "shapes" in self.artefacts
            and self.artefacts["shapes"][self.name].of(self.function.results[0]) != ()
        ):
            return "split"
        return (
            "split"
            if len(self.function.results) > 1 or self.name.endswith("_forward") or self.name.startswith("forward_")
            else "joint"
        )

    @property
    def text(self) -> str:
        """The emitted module in the chosen style."""
        return self.text_of(self.style)

    def text_of(self, style: str) -> str:
        """The emitted module in a style, its verdict in the docstring."""
        return with_verdict(self.draft(style), self.report_of(style).summary)

    def draft(self, style: str) -> str:
        """The emitted module before its check."""
        if style not in self._texts:
            self._texts[style] = render(self, style)
        return self._texts[style]

    @property
    def report(self):
        """The verdict on the emitted text in the chosen style."""
        return self.report_of(self.style)

    def report_of(self, style: str):
        """The verdict on the emitted text in a style."""
        if style not in self._reports:
            self._reports[style] = self._checked(style)
        return self._reports[style]

    def _checked(self, style: str):
        """Check a text.  A function that is imported and has a user's rule is taken for what the rule says it is.

        So is one of the file if its definition leaves the proof open.
        """
        from gradgen.checks.layer import as_pair, class_as_pair
        from gradgen.checks.report import unchecked

        if self.network:
            return self._checked_network() if self.options.verify else unchecked("not asked for")
        draft, claim, layer = self.draft(style), self.claim(style), kind_of(style) == "layer"
        if not self.options.verify:
            return unchecked("not asked for")
        check_style(self, style)
        if self.layer:
            draft = class_as_pair(draft, self.name, claim.entries, self.wrt)
        elif layer and not (draft := as_pair(draft, claim.entries, claim.wrt) or ""):
            return unchecked("the template makes no class that is read as two functions")
        if missing := [n for n in claim.entries if not re.search(rf"^def {n}\(", draft, re.M)]:
            return unchecked(f"the template defines no {missing[0]}")
        given = assumed(self.scope, draft)
        report = self._checked_given(claim, draft, given)
        if report.verdict == "INCONCLUSIVE" and (told := self.claim(style, told=True)) != claim:
            report = self._checked_given(told, draft, given)
        own = assumed(self.scope, draft, defined=True)
        if own and report.verdict not in ("PROVED", "REFUTED"):  # a loop, or two formulas that meet at a kink
            again = self._checked_given(claim, draft, given | own)
            report = again if again.verdict == "PROVED" else report
        return report

    def _checked_network(self):
        """Run a network: the file's text, the layers that gradgen gives a backward, and itself."""
        from gradgen.checks.network import check_network

        texts = [self.source.text]
        for name, layer in self.scope.classes.items():
            with suppress(GradgenError):
                options = replace(self.options, functions=(), style=None, wrt=None, shapes=(), verify=False)
                texts.append(start(self.source, name, layer.function, self.scope, options).draft("layer"))
        return check_network([*texts, self.draft(self.style)], self.name, self.network.entry)

    def _checked_given(self, claim: Claim, draft: str, given: dict[str, tuple[str, str]]):
        """Check a text, some functions taken for what a rule says they are; the verdict says which."""
        from gradgen.checks.layer import functions_of_classes
        from gradgen.checks.report import check

        told = "".join([f"\n\nimport math as {MATH}\n", *(text for _, text in given.values())]) if given else ""
        source = functions_of_classes(self.source.tree) if self.layer else self.source.text
        report = check(claim, source + told, draft + told)
        said = f"; given {', '.join(what for what, _ in given.values())}." if given else "."
        return replace(report, summary=report.summary.removesuffix(".") + said)

    def claim(self, style: str, told: bool = False) -> Claim:
        """What the emitted text in a style claims to be; ``told``: of kinds that its helpers alone know, by their word."""
        names = function_names(self.function)
        kind = "joint" if kind_of(style) == "joint" else "split"
        entries = (names.joint,) if kind == "joint" else (names.forward, names.backward)
        function = self.function
        shapes = self.artefacts.get("shapes")
        inputs = specs(function, shapes, told) if shapes else tuple((p.name, input_spec(p)) for p in function.params)
        inputs = tuple((plain_name(name), spec) for name, spec in inputs)
        return Claim(
            self.name, kind, entries, tuple(map(plain_name, self.wrt)), inputs, len(function.results), function.aux is not None,
            adopted=bool(function.adopts) and kind == "split", extended=self.extended.get(style, False),
        )  # fmt: skip

    def show(self, name: str) -> str:
        """The artefact of a pass as text (``rendered``: the emitted text, whatever its verdict)."""
        from gradgen.ir.show import show

        if name in ("rendered", "render"):
            return self.draft(self.style)
        if name == "check":
            return str(self.report)
        return show(self.run(name).artefacts[name])


# -- the passes ------------------------------------------------------------------------------------------------------------


def parse(result: Result) -> str:
    """The function's own source lines."""
    return ast.get_source_segment(result.source.text, result.node) or ""


def stage(result: Result) -> dict[str, object]:
    """The function and the helpers it calls, in stages."""
    options = result.options
    program = Program(
        result.source, result.scope, stages=options.stages, dims=stated_shapes(result), arrays=options.arrays
    )
    wrt = wrt_names(options.wrt, result)
    if wrt is None and result.layer:
        wrt = learned(result.layer)
    rule = ResultRule(options.has_aux, options.outputs)
    if result.layer and result.layer.problems:
        raise refusal(
            *(
                Diagnostic("GG130", what, result.source.place(node), help=help)
                for node, what, help in result.layer.problems
            )
        )
    function = named_tests(program.function(result.node, wrt=wrt, results=rule))
    function = replace(function, this=result.layer.this) if result.layer else function
    helpers = {n: named_tests(f) for n, f in program.staged.items()}
    if program.arrays and program.plain:
        function, helpers = with_lists(function, helpers)
    return {
        "scope": program.scope,
        "function": verify_staged(function),
        "helpers": {n: verify_staged(f) for n, f in helpers.items()},
    }


def learned(layer: Layer) -> tuple[str, ...]:
    """What a layer is differentiated by: no settings, and nothing that it leaves for its next call."""
    args = layer.function.args
    given = {p.name for p in parameters(layer.function) if p.default not in (None, "None")}
    names = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return tuple(n for n in names if n not in given and n.partition(".")[2] not in layer.state)


def stated_shapes(result: Result) -> dict[str, tuple[str, ...]]:
    """The shapes that the options state for parameters of this function; the sizes behind a rank are unknown ones."""
    params = source_parameters(result.node)
    if result.layer:  # an attribute by its own name
        short = {p.rpartition(".")[2]: p for p in reversed(params)}
        return {short[name]: dims for name, dims in read_shapes(result.options).items() if name in short}
    ranked = {name: tuple(f"?{name}.{i}" for i in range(rank)) for name, rank in result.options.ranks}
    return ranked | {
        name: dims for name, dims in read_shapes(result.options).items() if name.partition("[")[0] in params
    }


def slot_name(text: str) -> str | None:
    """A parameter, or an entry of one, as the shape options name it: ``params[W1]`` is ``params["W1"]``; None for neither."""
    entry = re.fullmatch(r"(\w+)\s*\[\s*['\"]?(\w+)['\"]?\s*\]", text)
    if entry is None:
        return text if text.isidentifier() else None
    return f"{entry[1]}[{entry[2]}]" if entry[2].isdigit() else f'{entry[1]}["{entry[2]}"]'


def read_shapes(options: Options) -> dict[str, tuple[str, ...]]:
    """The shapes that the options state, by parameter.  Raises GG004 for one that cannot be read, or is stated twice."""
    found: dict[str, tuple[str, ...]] = {}
    for text in options.shapes:
        name, colon, dims = (part.strip() for part in text.partition(":"))
        read = dims_of(dims) if colon else None
        name = slot_name(name)
        if read is None or name is None:
            raise refusal(
                Diagnostic(
                    "GG004", f"shape: cannot read {text!r}", help='write one parameter and its sizes, like "x: N D"'
                )
            )
        if found.setdefault(name, read) != read:
            raise refusal(
                Diagnostic(
                    "GG004", f"shape: `{name}` has two shapes, ({', '.join(found[name])}) and ({', '.join(read)})"
                )
            )
    return found


def check_shapes(options: Options, nodes: Sequence[ast.FunctionDef]) -> None:
    """Raise GG004 for a stated shape of something that is a parameter of none of these functions."""
    known = list(dict.fromkeys(name.rpartition(".")[2] for node in nodes for name in source_parameters(node)))
    for name in read_shapes(options):
        if name.partition("[")[0] not in known:
            where = f"`{nodes[0].name}` has" if len(nodes) == 1 else "no function here has"
            help = did_you_mean(name, known) or f"there {'is' if len(known) == 1 else 'are'} {', '.join(known)}"
            raise refusal(
                Diagnostic("GG004", f"shape: {where} {'no' if len(nodes) == 1 else 'a'} parameter `{name}`", help=help)
            )


def source_parameters(node: ast.FunctionDef) -> list[str]:
    """The names of a function's parameters, in order."""
    args = node.args
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def named_tests(function: Function) -> Function:
    names = Names(set(function.taken))
    kept = keep_tests(function, names)
    return replace(kept, taken=frozenset(names.taken))


def wrt_names(wrt: Sequence[str | int] | None, result: Result) -> tuple[str, ...] | None:
    """Parameter names for names or positions.  Raises GG204 for one that does not exist."""
    if wrt is None:
        return None
    params = source_parameters(result.node)
    names = []
    for item in wrt:
        attribute = f"{result.layer.this}.{item}" if result.layer else ""
        if isinstance(item, int) and -len(params) <= item < len(params) or item in params:
            names.append(params[item] if isinstance(item, int) else item)
        elif attribute in params:
            names.append(attribute)
        else:
            raise refusal(
                Diagnostic(
                    "GG004",
                    f"wrt: `{result.name}` has no parameter {item!r}",
                    result.source.place(result.node),
                    help=f"its parameters are {', '.join(params)}",
                )
            )
    if len(set(names)) < len(names):
        raise refusal(Diagnostic("GG004", f"wrt names a parameter of `{result.name}` twice"))
    return tuple(names)


def infer(result: Result) -> dict[str, object]:
    """The parameters to differentiate by, and how far each helper must be reversed."""
    function = result.function
    smooth = smooth_positions(result)
    chosen, zero = default_wrt(function, smooth)
    if result.layer:
        chosen = tuple(n for n in chosen if n in learned(result.layer))
    asked = wrt_names(result.options.wrt, result)
    wrt = asked if asked is not None else chosen
    opaque = {p.name for p in function.params if p.opaque}
    if not wrt or asked is not None and (bad := [n for n in asked if n in opaque and n not in chosen]):
        what = (
            f"`{bad[0]}` holds a flag, a string or a count"
            if wrt
            else f"`{function.name}` has no parameter that a derivative flows through"
        )
        help = f"leave {bad[0]} out of wrt" if wrt else "let the result depend on a numeric parameter"
        raise refusal(Diagnostic("GG204" if wrt else "GG203", what, result.source.place(result.node), help=help))
    if function.arrays:
        result.artefacts["stage"] |= with_facts(result, wrt)
    check_style(result, result.style)
    if result.layer and kind_of(result.style) != "layer":
        what = f"`{result.name}` is a class, and is printed as one: it has no style {result.style}"
        raise refusal(Diagnostic("GG004", what, result.source.place(result.layer.node), help="leave the style out"))
    none = [n for n in wrt if n in zero or n not in chosen and not setting(function, n)]
    notes = [f"the gradient by `{n}` is 0 everywhere: no derivative flows from it to the result" for n in none]
    return {"wrt": wrt, "wants": wants(function, result.helpers, wrt, smooth), "notes": tuple(notes)}


def setting(function: Function, name: str) -> bool:
    """Whether a parameter of array code has a number as its default."""
    return function.arrays and any(p.name == name and p.setting for p in function.params)


def with_facts(result: Result, wrt: Sequence[str]) -> dict[str, object]:
    """The staged functions of array code with their shapes, and the asserts of what these take for granted."""
    helpers = result.helpers

    arrays: dict[str, set[str]] = {}  # helper -> its parameters that some call gives an array for
    asked: dict[str, list[list[object]]] = {}  # helper -> the shapes of the arguments of each call
    varied: dict[str, set[str]] = {}  # helper -> its parameters that some call gives more than a literal for

    def results_of(call: CallPair, caller: Shapes) -> list[object]:
        given = zip(helpers[call.fn].params, call.args, strict=True)
        arrays.setdefault(call.fn, set()).update(p.name for p, a in given if caller.is_array(a))
        asked.setdefault(call.fn, []).append([caller.of(a) for a in call.args])
        given = zip(helpers[call.fn].params, call.args, strict=True)
        varied.setdefault(call.fn, set()).update(p.name for p, a in given if not is_constant(a))
        if call.fn in shapes and caller.function.name != call.fn:
            asked_of_arguments(shapes[call.fn], call.args, caller)
        return called_shapes(helpers[call.fn], [caller.of(a) for a in call.args], caller, results_of)

    shapes: dict[str, Shapes] = {}
    with suppress(Contradiction):  # said below; so far only the calls are looked at
        Shapes(result.function, callees=results_of)
    ranks = {name: ranks_of(helpers[name], given) for name, given in asked.items()}
    for function in (*helpers.values(), result.function):
        name = function.name
        by = wrt if function is result.function else [p.name for p in function.params if p.name in varied.get(name, ())]
        active = active_values(function, by).__contains__
        try:
            shapes[name] = Shapes(function, active, results_of, arrays=arrays.get(name, ()), ranks=ranks.get(name, {}))
        except Contradiction as clash:
            raise refusal(clashing(result, function, clash)) from None
    made = {"function": asserted(result.function, shapes[result.name])}
    made["helpers"] = {n: asserted(h, shapes[n]) for n, h in helpers.items()}
    result.artefacts["shapes"] = shapes
    return made


def clashing(result: Result, function: Function, clash: Contradiction) -> Diagnostic:
    """The message for two stated sizes that the code makes equal: where they meet, and where each was stated."""
    node = result.node if function is result.function else result.scope.functions[function.name]
    first, second = clash.dims
    known = {a.arg: a for a in ast.walk(node) if isinstance(a, ast.arg)}
    stated = [p for p in function.params if p.dims and {first, second} & set(p.dims)]
    return Diagnostic(
        "GG121", f"the shapes do not fit: {first} meets {second}", result.source.place(meeting(node, clash.line)), f"{first} and {second} must be one size here",
        tuple((result.source.place(known[p.name]), f"stated: {p.name}: {' '.join(p.dims)}") for p in stated),
        "different names are different sizes: call them alike if they are one, or mend the line" if first.isidentifier() or second.isidentifier() else "state the sizes anew, or mend the line",
    )  # fmt: skip


def meeting(node: ast.FunctionDef, line: int) -> ast.AST:
    """What a function works out on a line: the value of the statement there, or the function where there is none."""
    found = [s for s in ast.walk(node) if isinstance(s, ast.stmt) and s is not node and s.lineno == line]
    return (getattr(found[-1], "value", None) or found[-1]) if found else node


def check_style(result: Result, style: str) -> None:
    """Refuse the gradient of several outputs at once: the joint form is that of one number."""
    count = len(result.function.results)
    shapes = result.artefacts.get("shapes", {}).get(result.name)
    if shapes and count == 1 and kind_of(style) == "joint" and not gives_number(result.function, shapes):
        what = f"`{result.name}` gives an array; the gradient that the style {style} gives is of a number"
        raise refusal(
            Diagnostic(
                "GG202", what, result.source.place(result.node), help="use the style split, or sum the result up"
            )
        )
    if count > 1 and kind_of(style) == "joint":
        what = f"`{result.name}` has {count} outputs; the gradient that the style {style} gives is of one number"
        raise refusal(
            Diagnostic(
                "GG202",
                what,
                result.source.place(result.node),
                help="use the style split, or name the one to differentiate: outputs, has_aux",
            )
        )


def smooth_positions(result: Result) -> dict[str, set[int]]:
    """For each helper the argument positions that its results depend on smoothly; callees come first."""
    found: dict[str, set[int]] = {}
    for name, helper in result.helpers.items():
        used = smoothly_used(helper, found)
        found[name] = {i for i, p in enumerate(helper.params) if used & set(entries(p))}
    return found


def wants(
    function: Function, helpers: dict[str, Function], wrt: Sequence[str], smooth: dict[str, set[int]]
) -> dict[str, tuple[int, ...]]:
    """For each helper the argument positions that carry a derivative at some call."""
    found: dict[str, set[int]] = {name: set() for name in helpers}
    by: dict[str, Sequence[str]] = {function.name: wrt}
    for caller in [function, *(helpers[n] for n in reversed(helpers))]:
        params = [p.name for p in caller.params]
        active = active_values(
            caller, by[caller.name] if caller is function else [params[i] for i in found[caller.name]]
        )
        for s in statements(caller.body):
            if isinstance(s, CallPair):
                found[s.fn] |= {
                    i
                    for i, a in enumerate(s.args)
                    if isinstance(a, Var) and a.name in active and (i in smooth[s.fn] or not function.arrays)
                }
    return {name: tuple(sorted(positions)) for name, positions in found.items()}


def reversed_gradients(result: Result) -> dict[str, Gradient]:
    """The function's reverse pass and its helpers'."""
    deepest = 1 if result.options.stages == "all" else 99
    needed = result.artefacts["infer"]["wants"] | result.shared_wants
    shapes = result.artefacts.get("shapes", {})
    for name, helper in result.helpers.items():
        if name in shapes:  # what no caller asks for may stand in a gate: an eps, say
            asked = [helper.params[i].name for i in needed[name]]
            shapes[name].active = active_values(helper, asked).__contains__
    whole = {
        f.name: gates(f, shapes[f.name]) for f in (result.function, *result.helpers.values()) if shapes and deepest > 1
    }
    gradients = {
        result.name: reverse(
            result.function, result.wrt, needed, deepest, shapes.get(result.name), whole.get(result.name)
        )
    }
    for name, helper in result.helpers.items():
        by = [helper.params[i].name for i in needed[name]]
        gradients[f"{name}()"] = reverse(helper, by, needed, deepest, shapes.get(name), whole.get(name))
    return {key: verify_reversed(g) for key, g in gradients.items()}


def simplified(result: Result) -> dict[str, Gradient]:
    """The reverse passes as they will be printed: the function's for both kinds of style, the helpers' as pairs."""
    gradients = result.artefacts["reverse"]
    function = result.function
    names = function_names(function)
    main = gradients[result.name]
    shapes = result.artefacts.get("shapes", {})
    own = shapes.get(result.name)
    whole = result.options.stages == "all"
    finite = not any(singular(g.backward, shapes[g.function.name]) for g in gradients.values() if shapes)
    infinite = set() if finite else from_calls(main)
    made = {"split": simplify(main, upstream(function, names, False), own, whole, infinite)}
    if own is None or gives_number(function, own):
        made["joint"] = simplify(main, upstream(function, names, True), own, whole, infinite)
    for name, helper in result.helpers.items():
        gradient, handed = gradients[f"{name}()"], upstream(helper, function_names(helper), False)
        infinite = set() if finite else from_calls(gradient) | {v.name for v in handed.values()}
        made[f"{name}()"] = simplify(gradient, handed, shapes.get(name), whole, infinite)
    return made


def from_calls(gradient: Gradient) -> set[str]:
    """The gradients that the backward functions of helpers give."""
    return {t for s in statements(gradient.backward) if isinstance(s, CallBack) for t in s.targets}


def gives_number(function: Function, shapes: Shapes) -> bool:
    """Whether array code has one result that is a number, or may be one."""
    result = shapes.of(function.results[0])
    return len(function.results) == 1 and (result == () or isinstance(result, str))


def function_names(function: Function) -> FunctionNames:
    """The generated functions' names, and ``dout`` and ``cache`` unless the function uses these itself."""
    names = Names(set(function.taken))
    joint, forward, backward = entry_names(function.name)
    if function.this:
        return FunctionNames(joint, forward, backward, names.fresh("dout"), layer=function.name, this=function.this)
    own = [names.fresh(n) for n in ("dout", function.adopts or "cache", layer_name(function.name), "self")]
    return FunctionNames(joint, forward, backward, *own)


def input_spec(param: Param) -> object:
    """A parameter's kind as the checks are told it."""
    if not param.slots:
        return "count" if param.count else "opaque" if param.opaque else "number"
    return nested([path for _, path in param.slots])


def nested(paths: Sequence[tuple]) -> object:
    if () in paths:
        return "number"
    keys = list(dict.fromkeys(path[0] for path in paths))
    below = {k: nested([p[1:] for p in paths if p[0] == k]) for k in keys}
    if isinstance(keys[0], str):
        return ("dict", tuple(below.items()))
    size = max(max(keys) + 1, -min(keys))
    return ("list", tuple(below.get(i, below.get(i - size, "number")) for i in range(size)))


PASSES: tuple[tuple[str, Callable[[Result], object]], ...] = (
    ("parse", parse),
    ("stage", stage),
    ("infer", infer),
    ("reverse", reversed_gradients),
    ("simplify", simplified),
)


# -- text ------------------------------------------------------------------------------------------------------------------


def chunks(result: Result, style: str, spelling: Spelling) -> list[Chunk]:
    """The generated functions of one result: its helpers' pairs, callees first, then its own."""
    if result.network:
        return [Chunk(result.name, layout(network_text(result, spelling)).strip("\n"))]
    result.run("simplify")
    pairs = pair_names(result)
    made = result.artefacts["simplify"]
    shapes = result.artefacts.get("shapes", {})
    views: list[tuple[View, str, str]] = []
    for name, helper in result.helpers.items():
        names = replace(function_names(helper), forward=pairs[name][0], backward=pairs[name][1])
        view = build(made[f"{name}()"], names, pairs, spelling, joint=False, shapes=shapes.get(name))
        views.append((view, "split", name))
    joint = kind_of(style) == "joint"
    if result.layer:
        others = method_lines(result, spelling, result.layer.others)
        view = build_class(
            made["split"], function_names(result.function), pairs, spelling, others, shapes.get(result.name)
        )
        return [chunk(v, template, name) for v, template, name in (*views, (view, style, result.name))]
    views.append(
        (
            build(
                made["joint" if joint else "split"],
                function_names(result.function),
                pairs,
                spelling,
                joint=joint,
                shapes=shapes.get(result.name),
            ),
            style,
            result.name,
        )
    )
    result.extended[style] = any(view.extended for view, _, _ in views)  # a callee's cache may lie in its caller's
    return [chunk(view, template, name) for view, template, name in views]


def network_text(result: Result, spelling: Spelling) -> str:
    """A class of layers with its backward pass; the rest of it stays as it is."""
    net = result.network
    kept = [n for n in net.node.body if getattr(n, "name", "") != "backward" and not isinstance(n, ast.Expr)]
    lines = [
        f"class {net.node.name}:",
        f'    """A network: {net.entry}(...), then backward(dout).',
        "",
        f"    {VERDICT}",
        '    """',
        "",
        *(f"    {line}".rstrip() for line in method_lines(result, spelling, kept)),
        "    def backward(self, dout=1.0):",
        f'        """The gradient by the input of {net.entry}; every layer keeps those by its own parameters."""',
        *(f"        {line}" for line in net.backward),
    ]
    return "\n".join(lines)


def method_lines(result: Result, spelling: Spelling, nodes: Sequence[ast.stmt]) -> list[str]:
    """The methods of a class that stay as they are; what they read of the file comes along."""
    lines: list[str] = []
    for node in nodes:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        text = result.source.lines[first - 1 : node.end_lineno]
        lines += [line[4:] if line.startswith("    ") else line for line in text] + [""]
        read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for name in sorted(read & {*result.scope.imports, *result.scope.functions, *result.scope.constants}):
            spelling.bring(name)
    return lines


def pair_names(result: Result) -> dict[str, tuple[str, str]]:
    """The names of the helpers' generated pairs: ``g_forward``, ``g_backward``, unless the function itself is called so."""
    taken = set(entry_names(result.name))
    pairs: dict[str, tuple[str, str]] = {}
    for name in result.helpers:
        candidates = (entry_names(f"{name}{n}")[1:] for n in ("", *range(2, 1000)))
        pairs[name] = next(pair for pair in candidates if not taken & set(pair))
        taken |= set(pairs[name])
    return pairs


def render(result: Result, style: str) -> str:
    """The module text of one result, its verdict still open."""
    result.run("simplify")
    spelling = Spelling(result.scope, set(taken_names(result)), result.source)
    made = chunks(result, style, spelling)
    return module(made, spelling, dict(constants(result)))


def taken_names(result: Result) -> set[str]:
    return set().union(*(f.taken for f in (result.function, *result.helpers.values()))) - set(result.scope.imports)


def constants(result: Result) -> dict[str, str]:
    """The module constants that a function and its helpers read."""
    read = {name: text for f in (*result.helpers.values(), result.function) for name, text in f.constants}
    order = list(result.scope.constants)
    return dict(sorted(read.items(), key=lambda row: order.index(row[0]) if row[0] in order else -1))


def with_verdict(draft: str, summary: str) -> str:
    """The text with its verdict in the docstrings."""
    return draft.replace(VERDICT, summary)


# -- whole files -----------------------------------------------------------------------------------------------------------


@dataclass
class FileResult:
    """What came of a file: the results, what was refused, what was passed over, and the module text."""

    results: list[Result]
    refusals: list[GradgenError]
    passed_over: list[str]
    text: str = ""


def start(source: SourceText, name: str, node: ast.FunctionDef, scope: Scope, options: Options, **more) -> Result:
    """A result with its passes run as far as they are cheap."""
    if (net := scope.networks.get(name)) and net.function is node:
        return started_network(source, net, scope, options)
    if (layer := scope.classes.get(name)) and layer.function is node:
        more["layer"] = layer
        options = replace(options, arrays=True)  # a layer is right for both
    result = Result(source, name, options, node, scope, **more).run("reverse")
    if layer:
        with placed_at(source.place(layer.node)):
            result.draft("layer")  # refuses what cannot be kept on the object
    return result


def started_network(source: SourceText, net: Network, scope: Scope, options: Options) -> Result:
    """The result for a class of layers: there is nothing to stage."""
    if net.problem:
        where, what, help = net.problem
        raise refusal(Diagnostic("GG130", what, source.place(where), help=help))
    x = net.function.args.args[1].arg
    name = net.node.name
    made = {row[0]: {} for row in PASSES} | {"stage": {"function": Function(name, (Param(x),), (), ()), "helpers": {}}}
    made["infer"] = {"wrt": (x,), "wants": {}, "notes": ()}
    return Result(source, name, options, net.function, scope, network=net, artefacts=made)


@contextmanager
def placed_at(place: Place) -> Iterator[None]:
    """Refusals that do not say where are about this place."""
    try:
        yield
    except GradgenError as error:
        raise refusal(*(d if d.place else replace(d, place=place) for d in error.diagnostics)) from None


def generate_file(source: SourceText, options: Options, command: str = "gradgen") -> FileResult:
    """The gradients of a file's functions: those named in the options, or all that are differentiable.

    Not on their own: helpers that only others call, and an ``X_backward`` beside its ``X_forward``.  Functions without
    a numeric parameter are passed over.  One function's refusal does not keep the others from being printed.
    """
    scope = module_scope(source.tree)
    register_rows(source, scope)
    nodes = chosen_functions(source, scope, options)
    check_shapes(options, list(nodes.values()))
    results: list[Result] = []
    found = FileResult(results, [], [])
    for name, node in nodes.items():
        if not options.functions and (
            not parameters(node) or name in called_helpers(scope) and not has_parameters(node, options.wrt)
        ):
            found.passed_over.append(name)
            continue
        try:
            results.append(start(source, name, node, scope, options))
        except GradgenError as error:
            if error.exit_code == 2:
                raise
            if not options.functions and error.diagnostics[0].code == "GG203":
                found.passed_over.append(name)
            elif error.diagnostics not in [e.diagnostics for e in found.refusals]:
                found.refusals.append(error)
        except Exception as error:  # ours: one function's trouble must not cost the others
            what = f"internal error in `{name}`: {type(error).__name__}: {error}"
            found.refusals.append(
                refusal(Diagnostic("GG901", what, source.place(node), help="please report the function"))
            )
    if not options.functions:
        called = {h for r in results for h in r.helpers} | called_helpers(scope)
        found.passed_over += [r.name for r in results if r.name in called]
        results[:] = [r for r in results if r.name not in called]
        found.refusals[:] = (
            [e for e in found.refusals if not _is_about(e, called, scope)] if results else found.refusals
        )
    share_wants(results)
    found.text = file_text(results)
    return found


def has_parameters(node: ast.FunctionDef, wrt: Sequence[str | int] | None) -> bool:
    """Whether a function has every parameter that ``wrt`` names."""
    return {n for n in wrt or () if isinstance(n, str)} <= set(source_parameters(node))


def chosen_functions(source: SourceText, scope: Scope, options: Options) -> dict[str, ast.FunctionDef]:
    """The functions to differentiate, in file order.  Raises GG100 or GG117."""
    if not options.functions:
        nodes = {n: f for n, f in scope.functions.items() if not _is_written_backward(n, scope)}
        nodes |= {n: made.function for n, made in (*scope.classes.items(), *scope.networks.items())}
        nodes = dict(sorted(nodes.items(), key=lambda row: row[1].lineno))
        if not nodes:
            raise refusal(no_function(source))
        return nodes
    chosen = {}
    for name in options.functions:
        if name in scope.classes or name in scope.networks:
            chosen[name] = (scope.classes.get(name) or scope.networks[name]).function
            continue
        if name not in scope.functions or name in scope.twice:
            if name in scope.functions:
                raise refusal(
                    Diagnostic(
                        "GG100",
                        f"`{name}` is defined twice",
                        source.place(scope.functions[name]),
                        help="rename one of the two",
                    )
                )
            raise refusal(
                Diagnostic(
                    "GG100",
                    f"`{name}` is no function at the top level of the file",
                    help=did_you_mean(name, list(scope.functions)),
                )
            )
        chosen[name] = scope.functions[name]
    return chosen


def _is_written_backward(name: str, scope: Scope) -> bool:
    """Whether a function is the hand-written backward of another in the file."""
    if name.endswith("_backward"):
        return name.removesuffix("backward") + "forward" in scope.functions
    return name.startswith("backward_") and "forward_" + name.removeprefix("backward_") in scope.functions


def called_helpers(scope: Scope) -> set[str]:
    """Functions of the file that other functions of it call."""
    return {
        n.func.id
        for name, node in (*scope.functions.items(), *((n, layer.function) for n, layer in scope.classes.items()))
        for n in ast.walk(node)
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Name)
        and n.func.id in scope.functions
        and n.func.id != name
    }


def _is_about(error: GradgenError, names: set[str], scope: Scope) -> bool:
    """Whether every cause of a refusal lies in one of these functions."""
    nodes = [scope.functions[n] for n in names if n in scope.functions]
    spans = [(node.lineno, node.end_lineno) for node in nodes]
    return all(d.place and any(a <= d.place.line <= b for a, b in spans) for d in error.diagnostics)


def share_wants(results: Sequence[Result]) -> None:
    """Functions of one file share their helpers, so these give every gradient that any of them wants."""
    union: dict[str, set[int]] = {}
    for r in results:
        for name, positions in r.artefacts["infer"]["wants"].items():
            union.setdefault(name, set()).update(positions)
        if kind_of(r.style) != "joint":
            union.setdefault(r.name, set())
    by_name = {r.name: r for r in results}
    for name in union.keys() & by_name.keys():
        params = [p.name for p in by_name[name].function.params]
        union[name] |= {params.index(n) for n in by_name[name].wrt}
    shared = {name: tuple(sorted(positions)) for name, positions in union.items()}
    for r in results:
        if any(r.artefacts["infer"]["wants"].get(n) != p for n, p in shared.items() if n in r.helpers):
            r.shared_wants = {n: p for n, p in shared.items() if n in r.helpers}
            r.artefacts.pop("reverse", None), r.artefacts.pop("simplify", None)
            r.run("reverse")


def file_text(results: Sequence[Result]) -> str:
    """One module for several functions; a refuted one is left out."""
    kept = [r for r in results if r.report.verdict != "REFUTED"]
    if not kept:
        return ""
    if len(kept) == 1 and not kept[0].shared_wants:
        return kept[0].text
    spelling = Spelling(kept[0].scope, set().union(*(taken_names(r) for r in kept)), kept[0].source)
    made: list[Chunk] = []
    for r in kept:
        own = [replace(c, text=with_verdict(c.text, r.report.summary)) for c in chunks(r, r.style, spelling)]
        made += [c for c in own if c.name not in {m.name for m in made}]
    values = {name: text for r in kept for name, text in constants(r).items()}
    return module(made, spelling, values)


def no_function(source: SourceText) -> Diagnostic:
    """What to say of a file without functions; for script lines, the function to paste."""
    wrapped = wrap_script(source)
    if wrapped is None:
        return Diagnostic("GG203", f"{source.filename} holds no function")
    return Diagnostic(
        "GG117",
        f"{source.filename} holds script lines, no function",
        source.place(source.tree.body[0]),
        "a gradient needs a function: its parameters are what to differentiate by",
        help="paste this instead:\n" + wrapped,
    )
