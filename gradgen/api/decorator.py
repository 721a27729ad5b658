"""The decorator: a function that knows its gradient.

Reading, staging and reversing happen at once, printing and proving before the first gradient is
handed out; a call then does no source work.  What runs is the generated text, word for word:
tracebacks, debuggers and `inspect` show its lines.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from gradgen.api.arguments import ArraysMet, holds_arrays
from gradgen.api.array_running import ArrayRunner
from gradgen.api.caches import Kept
from gradgen.api.layers import is_layer, with_backward
from gradgen.api.lookup import Decorated, plain_function, problem
from gradgen.api.running import Runner, started
from gradgen.api.surroundings import Found, find
from gradgen.errors import did_you_mean
from gradgen.ir.nodes import Param
from gradgen.pipeline import Options, Result, as_tuple, check_shapes
from gradgen.render.environment import template_path
from gradgen.render.view import signature

STAGES = ("few", "all")


def gradgen(
    function: Callable | None = None,
    /,
    *,
    wrt: str | int | Sequence[str | int] | None = None,
    has_aux: bool | None = None,
    outputs: str | Sequence[str] = (),
    shape: str | Sequence[str] = (),
    style: str | None = None,
    stages: str = "few",
    verify: bool = True,
) -> Differentiable:
    """A function together with its gradient: ``@gradgen``, ``@gradgen(wrt="w")``, ``gradgen(f)``.

    ``wrt`` names the parameters to differentiate by (default: all that a derivative flows through),
    ``has_aux`` says that only the first result is differentiated, ``outputs`` which results are;
    ``shape`` states the shapes of arrays: ``("x: N D", "w: D")``, different names different sizes;
    ``style`` and ``stages`` choose the text of `source`; ``verify=False`` leaves it unchecked.
    A class with a ``forward`` gets its ``backward``.
    Raises `gradgen.GradgenError` for what cannot be differentiated.
    """
    names = (outputs,) if isinstance(outputs, str) else tuple(outputs)
    shapes = (shape,) if isinstance(shape, str) else tuple(shape)
    options = Options((), as_tuple(wrt), style, stages, verify, has_aux, names, shapes)
    if function is None:
        return functools.partial(gradgen, **_keywords(options))
    if isinstance(function, type) and is_layer(function):
        return with_backward(function, options)
    return Differentiable(function, options)


def _keywords(options: Options) -> dict[str, object]:
    """Options as `gradgen` takes them."""
    names = ("wrt", "has_aux", "outputs", "style", "stages", "verify")
    return {name: getattr(options, name) for name in names} | {"shape": options.shapes}


def stop_gradient(x: float) -> float:
    """``x`` itself; no derivative flows through it."""
    return x


def result_for(function: Callable, options: Options) -> Result:
    """The pipeline's result for a function object."""
    return prepared(function, options)[1]


def prepared(function: Callable, options: Options) -> tuple[Found, Result]:
    """A function's source, and its result as far as decoration goes: read, staged, reversed."""
    if options.style is not None:
        template_path(options.style)
    if options.stages not in STAGES:
        help = did_you_mean(str(options.stages), list(STAGES)) or "stages is few or all"
        raise problem("GG004", f"there is no stages={options.stages!r}", help)
    found = find(function)
    check_shapes(options, [found.node])
    return found, started(found, options)


class Differentiable(Decorated):
    """A function that can be called as before, and asked for its gradient.

    Text that hints at arrays has one generated text for everything; other text has one for numbers, and one for
    arrays from the first call with arrays on.
    """

    def __init__(self, function: Callable, options: Options):
        function = plain_function(function)
        functools.update_wrapper(self, function)
        self._found, result = prepared(function, options)
        params = result.function.params
        runner = ArrayRunner if result.function.arrays else Runner
        self._first = runner(function, self._found, result)
        keywords = any(p.kind == "keyword" for p in params)
        self._count = -1 if keywords else len(params)  # so many by position need no binding
        self._bind = binder(function.__name__, params)

    def __call__(self, /, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)

    def __repr__(self) -> str:
        r = self.result
        params, seen = ", ".join(p.name for p in r.function.params), r._reports.get(r.style)
        verdict = seen.verdict if seen else "not checked yet"
        return f"<gradgen {r.name}({params}) by {', '.join(r.wrt)}: {verdict}>"

    # the text -------------------------------------------------------------------------------------

    @property
    def result(self) -> Result:
        """What the pipeline made: for numbers, unless only arrays were seen; for arrays, what was of use first."""
        return self._shown.result

    @property
    def _shown(self) -> Runner:
        """The text that `source` and `report` are about."""
        arrays = self._first if isinstance(self._first, ArrayRunner) else vars(self).get("_arrays")
        texts = (self._first, arrays, *(arrays.by_ranks.values() if arrays else ()))
        return next((t for t in texts if t and t.used), self._first)

    @property
    def source(self) -> str:
        """The generated text in the chosen style.  Raises `gradgen.Refuted`, as `source_of`."""
        return self.source_of(self.result.style)

    def source_of(self, style: str) -> str:
        """The generated text in a style.  Raises `gradgen.Refuted` if it failed its proof."""
        return self._shown.source_of(style)

    @property
    def report(self):
        """The verdict on the generated text, stage by stage."""
        return self.result.report

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing: gradients that are 0 everywhere, results that are handed along."""
        return self.result.notes

    # the gradient ---------------------------------------------------------------------------------

    def value_and_grad(self, /, *args, **kwargs):
        """(value, gradients) of a function whose result is a number; with aux ((value, aux), gradients)."""
        values = self._values(args, kwargs)
        if self._first.takes(values):
            self.value_and_grad = self._joint()  # from now on the instance's own
            return self.value_and_grad(*args, **kwargs)
        return self._arrays.value_and_grad(values)

    def grad(self, /, *args, **kwargs):
        """The gradients alone."""
        return self.value_and_grad(*args, **kwargs)[1]

    def forward(self, /, *args, **kwargs):
        """(value, cache) for `backward`; with aux ((value, aux), cache).

        A function that returns ``out, cache`` itself gives just that: its own cache, if need be with more behind it.
        """
        values = self._values(args, kwargs)
        try:
            return self._first.forward(values)
        except ArraysMet:
            return self._arrays.forward(values)

    def backward(self, dout, cache, /):
        """The gradients, from the gradient on the result and what `forward`, or the function itself, kept."""
        runner = cache.runner if isinstance(cache, Kept) else None
        runner = runner or (self._arrays if holds_arrays(cache) else self._first)
        return runner.backward(dout, cache)

    def vjp(self, /, *args, **kwargs):
        """(value, pullback), with aux (value, pullback, aux); ``pullback(dout)``: the gradients."""
        values = self._values(args, kwargs)
        try:
            return self._first.vjp(values)
        except ArraysMet:
            return self._arrays.vjp(values)

    # to look at -----------------------------------------------------------------------------------

    def trace(self, /, *args, **kwargs):
        """A run forward and backward by gradgen's interpreter: every stage with its value and gradient.

        Its text is the table; ``bad`` names the first stage where a number stops being finite, with those that made it.
        """
        from gradgen.picture.trace import Trace
        from gradgen.picture.values import run

        values = self._values(args, kwargs)
        runner = self._first.fit(values) if self._first.takes(values) else self._arrays.fit(values)
        names = [p.name for p in runner.result.function.params]
        admitted = runner.arguments.admitted(values, own=True)
        return Trace(runner.result, run(runner.result, dict(zip(names, admitted, strict=True))))

    def shown(self, /, *args, **kwargs) -> str:
        """The generated code and the circuit as HTML; with arguments, the circuit with its values and gradients there."""
        from gradgen.picture.notebook import shown

        if not args and not kwargs:
            return shown(self.result)
        found = self.trace(*args, **kwargs)
        return shown(found.result, found.run)

    def _repr_html_(self) -> str:
        return self.shown()

    def _repr_svg_(self) -> str:
        from gradgen.picture.notebook import svg

        return svg(self.result)

    # behind it ------------------------------------------------------------------------------------

    def _values(self, args: tuple, kwargs: dict) -> tuple:
        """The arguments of a call, in the order of the parameters."""
        return args if len(args) == self._count and not kwargs else self._bind(*args, **kwargs)

    def _joint(self) -> Callable:
        """`value_and_grad` as a function of its own."""
        return self._first.joint(self._bind, self._count, lambda values: self._arrays.value_and_grad(values))

    @functools.cached_property
    def _arrays(self) -> ArrayRunner:
        """The text for arrays."""
        if isinstance(self._first, ArrayRunner):
            return self._first
        first, found = self._first.result, self._found
        options = replace(first.options, wrt=first.wrt, arrays=True)
        return ArrayRunner(self.__wrapped__, found, started(found, options))


def binder(name: str, params: Sequence[Param]) -> Callable[..., tuple]:
    """A function of this signature that gives its arguments as a tuple: Python binds them."""
    names = ", ".join(p.name for p in params)
    space: dict[str, Callable] = {}
    exec(f"def bind({signature(params)}):\n    return ({names},)", space)
    space["bind"].__name__ = space["bind"].__qualname__ = name
    return space["bind"]
