"""Whole files: which functions of one are differentiated, and the module that comes of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradgen.errors import Diagnostic, GradgenError, refusal, did_you_mean
from gradgen.frontend.parameters import parameters
from gradgen.frontend.rows import register_rows
from gradgen.frontend.scope import Scope, module_scope
from gradgen.frontend.script import wrap_script
from gradgen.pipeline.options import Options, check_shapes, source_parameters
from gradgen.pipeline.result import Result, start
from gradgen.pipeline.texts import chunks, constants, taken_names, with_verdict
from gradgen.render.environment import kind_of
from gradgen.render.module import Chunk, module
from gradgen.render.spelling import Spelling
from gradgen.source import SourceText


@dataclass
class FileResult:
    """What came of a file: the results, what was refused, what was passed over, and the module text."""

    results: list[Result]
    refusals: list[GradgenError]
    passed_over: list[str]
    text: str = ""


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
