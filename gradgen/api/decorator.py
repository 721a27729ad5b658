"""The decorator: a function that knows its gradient.

Reading, staging and reversing happen at once, printing and proving before the first gradient is
handed out; a call then does no source work.  What runs is the generated text, word for word, in a
namespace of its own: tracebacks, debuggers and `inspect` show its lines.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
from collections.abc import Callable, Sequence

from gradgen.api.arguments import FLOAT, Arguments, is_real, kind, real_result
from gradgen.errors import Diagnostic, Place, Refuted
from gradgen.frontend.convert import did_you_mean
from gradgen.ir.nodes import Param
from gradgen.api.lookup import Decorated, plain_function, problem
from gradgen.api.outside import Outside
from gradgen.pipeline import Options, Result, as_tuple, constants, start
from gradgen.render.environment import template_path
from gradgen.render.view import signature
from gradgen.api.surroundings import Found, find

STAGES = ("few", "all")


def gradgen(
    function: Callable | None = None,
    /,
    *,
    wrt: str | int | Sequence[str | int] | None = None,
    has_aux: bool | None = None,
    outputs: str | Sequence[str] = (),
    style: str | None = None,
    stages: str = "few",
    verify: bool = True,
) -> Differentiable:
    """A function together with its gradient: ``@gradgen``, ``@gradgen(wrt="w")``, ``gradgen(f)``.

    ``wrt`` names the parameters to differentiate by (default: all that a derivative flows through),
    ``has_aux`` says that only the first result is differentiated, ``outputs`` which results are;
    ``style`` and ``stages`` choose the text of `source`; ``verify=False`` leaves it unchecked.
    Raises `gradgen.GradgenError` for what cannot be differentiated.
    """
    names = (outputs,) if isinstance(outputs, str) else tuple(outputs)
    options = Options((), as_tuple(wrt), style, stages, verify, has_aux, names)
    if function is None:
        return functools.partial(gradgen, **_keywords(options))
    return Differentiable(function, options)


def _keywords(options: Options) -> dict[str, object]:
    """Options as `gradgen` takes them."""
    names = ("wrt", "has_aux", "outputs", "style", "stages", "verify")
    return {name: getattr(options, name) for name in names}


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
    name, node, captured = found.node.name, found.node, found.captured
    return found, start(found.source, name, node, found.scope, options, captured=captured)


class Cache(tuple):
    """What a forward pass keeps: the emitted cache, the arguments, the constants at the time."""

    values: tuple
    constants: dict[str, object]


class Differentiable(Decorated):
    """A function that can be called as before, and asked for its gradient."""

    def __init__(self, function: Callable, options: Options):
        function = plain_function(function)
        functools.update_wrapper(self, function)
        found, self.result = prepared(function, options)
        params = self.result.function.params
        self._keywords = tuple(p.name for p in params if p.kind == "keyword")
        self._count = -1 if self._keywords else len(params)  # so many by position need no binding
        self._bind = binder(function.__name__, params)
        self._arguments = Arguments(params, self.result.wrt, self._place)
        self._outside = Outside(function, found, constants(self.result))

    def __call__(self, /, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)

    def __repr__(self) -> str:
        r = self.result
        params, seen = ", ".join(p.name for p in r.function.params), r._reports.get(r.style)
        verdict = seen.verdict if seen else "not checked yet"
        return f"<gradgen {r.name}({params}) by {', '.join(r.wrt)}: {verdict}>"

    # the text -------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated text in the chosen style.  Raises `gradgen.Refuted`, as `source_of`."""
        return self.source_of(self.result.style)

    def source_of(self, style: str) -> str:
        """The generated text in a style.  Raises `gradgen.Refuted` if it failed its proof."""
        text, report = self.result.text_of(style), self.result.report_of(style)
        if report.verdict == "REFUTED":
            what = f"the gradient of `{self.result.name}` failed its proof: {report.summary}"
            help = f"please report this function\n{report}"
            raise Refuted(Diagnostic("GG301", what, self._place(), help=help))
        return text

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
        """(value, gradients); with aux ((value, aux), gradients)."""
        self.value_and_grad = self._joint()  # from now on the instance's own
        return self.value_and_grad(*args, **kwargs)

    def grad(self, /, *args, **kwargs):
        """The gradients alone."""
        return self.value_and_grad(*args, **kwargs)[1]

    def forward(self, /, *args, **kwargs):
        """(value, cache) for `backward`; with aux ((value, aux), cache)."""
        (forward, _), space = self._split
        values = args if len(args) == self._count and not kwargs else self._bind(*args, **kwargs)
        self._outside.refresh(space)
        if not self._arguments.plain.issuperset(map(type, values)):
            values = self._arguments.admitted(values, own=True)
        value, kept = forward(*values)
        self._check_value(value)
        cache = Cache(kept)
        cache.values, cache.constants = values, self._outside.constants_in(space)
        return value, cache

    def backward(self, dout, cache, /):
        """The gradients, from the gradient on the result and what `forward` kept."""
        (_, backward), space = self._split
        self._check_upstream(dout)
        if not isinstance(cache, tuple):
            what = f"`cache` is {kind(cache)}, not what {self.result.name}.forward returned"
            raise problem("GG119", what, place=self._place())
        self._outside.refresh(space)
        space.update(getattr(cache, "constants", ()))
        return self._arguments.gradients(backward(dout, cache), getattr(cache, "values", None))

    def vjp(self, /, *args, **kwargs):
        """(value, pullback), with aux (value, pullback, aux); ``pullback(dout)``: the gradients."""
        value, cache = self.forward(*args, **kwargs)

        def pullback(dout):
            """The gradients, from the gradient on the result."""
            return self.backward(dout, cache)

        if self.result.function.aux is None:
            return value, pullback
        return value[0], pullback, value[1]

    # behind it ------------------------------------------------------------------------------------

    def _joint(self) -> Callable:
        """`value_and_grad` with everything worked out that can be."""
        (joint,), space, watched = self._joint_functions()
        bind, count, bare = self._bind, self._count, len(self.result.wrt) == 1
        refresh, check, not_complex = self._outside.refresh, self._check_value, self._not_complex
        admitted, gradients = self._arguments.admitted, self._arguments.gradients
        plain, floats = self._arguments.plain.issuperset, FLOAT.issuperset

        def value_and_grad(*args, **kwargs):
            """(value, gradients); with aux ((value, aux), gradients)."""
            values = args if len(args) == count and not kwargs else bind(*args, **kwargs)
            if watched:
                refresh(space)
            numbers = plain(map(type, values))
            if not numbers:
                values = admitted(values)
            try:
                value, grads = joint(*values)
            except (ValueError, TypeError, ArithmeticError):
                not_complex(values)
                raise
            if numbers and type(value) is float:
                if type(grads) is float if bare else floats(map(type, grads)):
                    return value, grads
            check(value)
            return value, gradients(grads, values)

        return value_and_grad

    def _joint_functions(self) -> tuple[list[Callable], dict[str, object], bool]:
        """As `_load`, for ``f_value_and_grad``.  Raises GG202 for a function of several outputs."""
        count = len(self.result.function.results)
        if count > 1:
            what = f"`{self.result.name}` has {count} outputs; a gradient is of one number"
            help = "use vjp, or name the one to differentiate: outputs=..., has_aux=True"
            raise problem("GG202", what, help, self._place())
        return self._load("joint")

    @functools.cached_property
    def _split(self) -> tuple[list[Callable], dict[str, object]]:
        """The emitted ``f_forward`` and ``f_backward``, and their namespace."""
        return self._load("split")[:2]

    def _load(self, style: str) -> tuple[list[Callable], dict[str, object], bool]:
        """The functions of the proved text, their namespace, and whether to watch anything."""
        watched = self._outside.compare()
        text, function = self.source_of(style), self.__wrapped__
        filename = remembered(text, f"{function.__qualname__} {style}")
        space: dict[str, object] = {"__name__": function.__module__}
        exec(compile(text, filename, "exec", dont_inherit=True), space)
        entry, *others = (space[name] for name in self.result.claim(style).entries)
        return [positional(entry, self._keywords), *others], space, watched

    def _not_complex(self, values: tuple) -> None:
        """After an error, whether it came of a complex result.  Raises GG201 then."""
        try:
            value = positional(self.__wrapped__, self._keywords)(*values)
        except Exception:
            return  # the original raises too
        if isinstance(value, complex):
            real_result(value, self.result.name)

    def _check_value(self, value: object) -> None:
        """Refuse a value that is not a real number, or several."""
        main = value[0] if self.result.function.aux is not None else value
        for number in main if len(self.result.function.results) > 1 else (main,):
            real_result(number, self.result.name)

    def _check_upstream(self, dout: object) -> None:
        """Refuse a gradient on the result that has not the result's structure."""
        count = len(self.result.function.results)
        if count > 1 and (not isinstance(dout, (tuple, list)) or len(dout) != count):
            what = f"`dout` must be a tuple of {count} numbers, one for each output"
            raise problem("GG119", what, place=self._place())
        for number in dout if count > 1 else (dout,):
            if not is_real(number):
                what = f"`dout` is {kind(number)}, not a real number"
                raise problem("GG119", what, place=self._place())

    def _place(self, parameter: str = "") -> Place:
        """Where the function, or one of its parameters, stands."""
        args = self.result.node.args
        known = {a.arg: a for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
        return self.result.source.place(known.get(parameter, self.result.node))


def positional(function: Callable, keywords: tuple[str, ...]) -> Callable:
    """A function with keyword-only parameters as one that takes everything by position."""
    if not keywords:
        return function
    count = -len(keywords)
    return lambda *values: function(*values[:count], **dict(zip(keywords, values[count:])))


def binder(name: str, params: Sequence[Param]) -> Callable[..., tuple]:
    """A function of this signature that gives its arguments as a tuple: Python binds them."""
    names = ", ".join(p.name for p in params)
    space: dict[str, Callable] = {}
    exec(f"def bind({signature(params)}):\n    return ({names},)", space)
    space["bind"].__name__ = space["bind"].__qualname__ = name
    return space["bind"]


def remembered(text: str, what: str) -> str:
    """The filename under which `linecache` shows a text; a second one of a name has its hash."""
    for mark in ("", " " + hashlib.sha256(text.encode()).hexdigest()[:12]):
        filename = f"<gradgen {what}{mark}>"
        entry = (len(text), None, text.splitlines(True), filename)
        if linecache.cache.setdefault(filename, entry)[2] == entry[2]:
            break
    return filename
