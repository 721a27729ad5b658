"""The decorator on a layer class: its forward as generated, and the backward that belongs to it."""

from __future__ import annotations

from gradgen.api.lookup import definition, file_of, plain_function, problem
from gradgen.api.running import remembered
from gradgen.errors import Diagnostic, Refuted
from gradgen.frontend.rows import register_rows
from gradgen.frontend.scope import module_scope
from gradgen.pipeline import Options, Result, start
from gradgen.source.networks import ENTRIES


def is_layer(made: type) -> bool:
    """Whether a class has what is differentiated of a layer: its ``forward``, or a network's ``loss``."""
    return not vars(made).keys().isdisjoint(ENTRIES)


def with_backward(layer: type, options: Options) -> type:
    """The class itself, given its ``backward``; ``layer.gradgen`` is the pipeline's `Result` with text and report.

    Read, staged and reversed at once; printed and proved when forward or backward is first called.  Raises `GradgenError`.
    """
    result = result_of(layer, options)
    layer.gradgen = result
    for name in generated(result):
        setattr(layer, name, awaiting(layer, name, result))
    return layer


def generated(result: Result) -> tuple[str, ...]:
    """The methods that the generated text brings: of a network the backward pass alone."""
    return ("backward",) if result.network else ("forward", "backward")


def result_of(layer: type, options: Options) -> Result:
    """The pipeline's result for a class object."""
    entry = next(vars(layer)[name] for name in ENTRIES if name in vars(layer))
    file = file_of(plain_function(entry))
    _, outer = definition(entry, file)
    scope = module_scope(file.source.tree)
    made = scope.classes.get(layer.__name__) or scope.networks.get(layer.__name__)
    if len(outer) != 1 or made is None:
        what = f"cannot differentiate `{layer.__name__}`, which is no layer at the top level of its file"
        raise problem("GG130", what, "write it there: a class with a forward", file.source.place(outer[-1]))
    register_rows(file.source, scope)
    return start(file.source, layer.__name__, made.function, scope, options)


def awaiting(layer: type, name: str, result: Result):
    """A method that puts the generated ones in its place, and calls the one of its name."""

    def method(self, *args, **kwargs):
        install(layer, result)
        return vars(layer)[name](self, *args, **kwargs)

    method.__name__, method.__qualname__ = name, f"{layer.__qualname__}.{name}"
    return method


def install(layer: type, result: Result) -> None:
    """Give a class the methods of the generated text.  Raises `gradgen.Refuted`."""
    if result.report.verdict == "REFUTED":
        raise Refuted(Diagnostic("GG301", result.report.summary, result.source.place(result.layer.node)))
    filename = remembered(result.text, layer.__name__)
    space: dict[str, object] = {"__name__": layer.__module__}
    exec(compile(result.text, filename, "exec"), space)
    for name in generated(result):
        setattr(layer, name, vars(space[layer.__name__])[name])
