"""The passes, from source text to the reverse pass made simple.  `PASSES` is the whole story in order."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from gradgen.analysis.activity import active_values, default_wrt, entries, smoothly_used
from gradgen.analysis.called import asked_of_arguments, called_shapes, ranks_of
from gradgen.analysis.dims import Contradiction
from gradgen.analysis.evidence import evidence_of
from gradgen.analysis.facts import asserted
from gradgen.analysis.gates import gates
from gradgen.analysis.listed import with_lists
from gradgen.analysis.shapes import Shapes
from gradgen.backward.gradient import reverse
from gradgen.errors import Diagnostic, refusal
from gradgen.frontend.parameters import parameters
from gradgen.frontend.program import Program
from gradgen.frontend.results import ResultRule
from gradgen.frontend.tests import keep_tests
from gradgen.ir.names import Names
from gradgen.ir.nodes import CallBack, CallPair, Function, Gradient, Param, Var
from gradgen.ir.verify import verify_reversed, verify_staged
from gradgen.ir.walk import statements
from gradgen.pipeline.options import read_shapes, source_parameters
from gradgen.pipeline.texts import function_names
from gradgen.render.environment import kind_of
from gradgen.render.view import upstream
from gradgen.rules.constants import is_constant
from gradgen.simplify.finite import singular
from gradgen.simplify.gradient import simplify
from gradgen.simplify.release import LONG, length, released
from gradgen.source.classes import Layer

if TYPE_CHECKING:
    from gradgen.pipeline.result import Result


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
    if program.plain:
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
    evidence = {f.name: evidence_of(f) for f in (*helpers.values(), result.function)}
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
        return called_shapes(helpers[call.fn], [caller.of(a) for a in call.args], caller, results_of, evidence[call.fn])

    shapes: dict[str, Shapes] = {}
    with suppress(Contradiction):  # said below; so far only the calls are looked at
        Shapes(result.function, callees=results_of, evidence=evidence[result.name])
    ranks = {name: ranks_of(helpers[name], given) for name, given in asked.items()}
    for function in (*helpers.values(), result.function):
        name = function.name
        by = wrt if function is result.function else [p.name for p in function.params if p.name in varied.get(name, ())]
        active = active_values(function, by).__contains__
        try:
            told = {"arrays": arrays.get(name, ()), "ranks": ranks.get(name, {}), "evidence": evidence[name]}
            shapes[name] = Shapes(function, active, results_of, **told)
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
    if own and "joint" in made and not whole and length([g for k, g in made.items() if k != "split"]) >= LONG:
        made["joint"] = released(made["joint"], own)
    return made


def from_calls(gradient: Gradient) -> set[str]:
    """The gradients that the backward functions of helpers give."""
    return {t for s in statements(gradient.backward) if isinstance(s, CallBack) for t in s.targets}


def gives_number(function: Function, shapes: Shapes) -> bool:
    """Whether array code has one result that is a number, or may be one."""
    result = shapes.of(function.results[0])
    return len(function.results) == 1 and (result == () or isinstance(result, str))


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
