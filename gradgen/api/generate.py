"""The public door: `gradgen` (the decorator) and `generate`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradgen.errors import Diagnostic, refusal
from gradgen.frontend.rows import register_rows
from gradgen.frontend.scope import module_scope
from gradgen.pipeline import Options, Result, as_tuple, check_shapes, chosen_functions, start
from gradgen.source import SourceText


def generate(
    text_or_function: str | Callable,
    function: str | None = None,
    *,
    wrt: str | int | Sequence[str | int] | None = None,
    style: str | None = None,
    stages: str = "few",
    verify: bool = True,
    has_aux: bool | None = None,
    outputs: Sequence[str] = (),
    shape: str | Sequence[str] = (),
    filename: str = "<string>",
) -> Result:
    """The gradient code of a function, given as source text (with the function's name if there are several) or as an object.

    `Result.text` is the emitted module, `Result.report` its verdict.  Raises `gradgen.GradgenError`.
    """
    options = Options(
        (),
        as_tuple(wrt),
        style,
        stages,
        verify,
        has_aux,
        tuple(outputs),
        (shape,) if isinstance(shape, str) else tuple(shape),
    )
    if callable(text_or_function):
        from gradgen.api.decorator import result_for

        return result_for(text_or_function, options)
    source = SourceText(text_or_function, filename)
    scope = module_scope(source.tree)
    register_rows(source, scope)
    names = (function,) if function else ()
    nodes = chosen_functions(source, scope, Options(functions=names))
    if len(nodes) > 1:
        nodes = {list(nodes)[-1]: list(nodes.values())[-1]}
    name, node = next(iter(nodes.items()))
    if node is None:
        raise refusal(Diagnostic("GG100", f"no function `{function}`"))
    check_shapes(options, [node])
    return start(source, name, node, scope, options)
