"""The decorator: a function that knows its gradient.

Reading, staging and reversing happen at once, printing and proving before the first gradient is handed out; a call
then does no source work.  What runs is `Differentiable.source`, word for word, in a namespace of its own: tracebacks,
debuggers and `inspect` show its lines.
"""

from __future__ import annotations

import builtins
import functools
import linecache
import types
from collections.abc import Callable, Sequence

from gradgen.pipeline import as_tuple
from gradgen.arguments import FLOAT, Arguments, is_real, kind, real_result
from gradgen.errors import Diagnostic, Refuted, refusal
from gradgen.frontend.convert import did_you_mean
from gradgen.ir.nodes import literal
from gradgen.lookup import (
    MISSING,
    Decorated,
    Found,
    find,
    plain_function,
    same_code,
    same_defaults,
    value_in,
    variable,
)
from gradgen.pipeline import Options, Result, constants, start
from gradgen.render.environment import template_path
from gradgen.render.view import signature


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
    """A function together with its gradient.  Raises `gradgen.GradgenError` for what cannot be differentiated.

    To be used as ``@gradgen``, ``@gradgen(wrt="w")`` or ``gradgen(f)``.  ``wrt`` names the parameters to differentiate by
    (default: all that a derivative flows through), ``has_aux`` says that only the first result is differentiated,
    ``outputs`` which results are; ``style`` and ``stages`` choose the text of `source`; ``verify=False`` leaves it unchecked.
    """
    if function is None:
        return functools.partial(
            gradgen,
            wrt=wrt,
            has_aux=has_aux,
            outputs=outputs,
            style=style,
            stages=stages,
            verify=verify,
        )
    names = (outputs,) if isinstance(outputs, str) else tuple(outputs)
    return Differentiable(
        function, Options((), as_tuple(wrt), style, stages, verify, has_aux, names)
    )


def stop_gradient(x: float) -> float:
    """``x`` itself; no derivative flows through it."""
    return x


def result_for(function: Callable, options: Options) -> Result:
    """The pipeline's result for a function object."""
    return prepared(function, options)[1]


def prepared(function: Callable, options: Options) -> tuple[Found, Result]:
    """A function object's source, and its result as far as decoration goes: read, staged, reversed."""
    if options.style is not None:
        template_path(options.style)
    if options.stages not in ("few", "all"):
        raise refusal(
            Diagnostic(
                "GG004",
                f"there is no stages={options.stages!r}",
                help=did_you_mean(options.stages, ["few", "all"]) or "stages is few or all",
            )
        )
    found = find(function)
    return found, start(
        found.source, found.node.name, found.node, found.scope, options, captured=found.captured
    )


class Cache(tuple):
    """What a forward pass keeps for its backward: the emitted cache, the arguments, the constants that were read."""

    values: tuple
    constants: dict[str, object]


class Differentiable(Decorated):
    """A function that can be called as before, and asked for its gradient."""

    def __init__(self, function: Callable, options: Options = Options()):
        self._found, self.result = prepared(function, options)
        function = plain_function(function)
        functools.update_wrapper(self, function)
        params = self.result.function.params
        self._arguments = Arguments(params, self.result.wrt, self._place_of)
        self._bind = binder(function.__name__, params)
        self._keywords = tuple(p.name for p in params if p.kind == "keyword")
        self._count = (
            -1 if self._keywords else len(params)
        )  # as many arguments by position need no binding
        self._outside = Outside(function, self._found, constants(self.result))
        self._forward: Callable | None = None
        self._backward: Callable | None = None
        self._split_space: dict[str, object] = {}

    def __call__(self, /, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)

    def __repr__(self) -> str:
        r = self.result
        seen = r._reports.get(r.style)
        return f"<gradgen {r.name}({', '.join(p.name for p in r.function.params)}) by {', '.join(r.wrt)}: {seen.verdict if seen else 'not checked yet'}>"

    # the text ----------------------------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated text in the chosen style.  Raises `gradgen.Refuted` if it failed its proof."""
        return self.source_of(self.result.style)

    def source_of(self, style: str) -> str:
        """The generated text in a style.  Raises `gradgen.Refuted` if it failed its proof."""
        text = self.result.text_of(style)
        report = self.result.report_of(style)
        if report.verdict == "REFUTED":
            place = self.result.source.place(self.result.node)
            raise Refuted(
                Diagnostic(
                    "GG301",
                    f"the gradient of `{self.result.name}` failed its proof: {report.summary}",
                    place,
                    help=f"please report this function\n{report}",
                )
            )
        return text

    @property
    def report(self):
        """The verdict on the generated text, stage by stage."""
        return self.result.report

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing: gradients that are 0 everywhere, results that are handed along."""
        return self.result.notes

    # the gradient ------------------------------------------------------------------------------------------------------

    def value_and_grad(self, /, *args, **kwargs):
        """(value, gradients); with aux ((value, aux), gradients)."""
        self.value_and_grad = (
            self._ready()
        )  # from now on the instance's own, with everything at hand
        return self.value_and_grad(*args, **kwargs)

    def _ready(self) -> Callable:
        """`value_and_grad` with all that can be worked out beforehand worked out."""
        bind, count, bare = self._bind, self._count, len(self.result.wrt) == 1
        arguments, checked, outside = self._arguments, self._checked, self._outside
        joint, space = self._joint_function()
        watched, refresh = outside.watched, outside.refresh
        not_complex = self._not_complex
        plain, floats = arguments.plain.issuperset, FLOAT.issuperset

        def value_and_grad(*args, **kwargs):
            """(value, gradients); with aux ((value, aux), gradients)."""
            values = args if len(args) == count and not kwargs else bind(*args, **kwargs)
            if watched:
                refresh(space)
            known = plain(map(type, values))
            if not known:
                values = arguments.admitted(values)
            try:
                value, grads = joint(*values)
            except (ValueError, TypeError, ArithmeticError):
                not_complex(values)
                raise
            if (
                known
                and type(value) is float
                and (type(grads) is float if bare else floats(map(type, grads)))
            ):
                return value, grads
            checked(value)
            return value, arguments.gradients(grads, values)

        return value_and_grad

    def grad(self, /, *args, **kwargs):
        """The gradients alone."""
        return self.value_and_grad(*args, **kwargs)[1]

    def forward(self, /, *args, **kwargs):
        """(value, cache) for `backward`; with aux ((value, aux), cache)."""
        values = args if len(args) == self._count and not kwargs else self._bind(*args, **kwargs)
        forward = self._forward or self._load_split()
        self._outside.refresh(self._split_space)
        if not self._arguments.plain.issuperset(map(type, values)):
            values = self._arguments.admitted(values, own=True)
        value, kept = forward(*values)
        self._checked(value)
        cache = Cache(kept)
        cache.values, cache.constants = values, self._outside.constants_in(self._split_space)
        return value, cache

    def backward(self, dout, cache, /):
        """The gradients from the gradient on the result and what `forward` kept; the forward pass is not run again."""
        backward = self._backward or self._load_split() and self._backward
        self._check_upstream(dout)
        if not isinstance(cache, tuple):
            raise self._wrong_argument(
                f"`cache` is {kind(cache)}, not what {self.result.name}.forward returned"
            )
        self._outside.refresh(self._split_space)
        self._split_space.update(getattr(cache, "constants", ()))
        return self._arguments.gradients(backward(dout, cache), getattr(cache, "values", None))

    def vjp(self, /, *args, **kwargs):
        """(value, pullback), with aux (value, pullback, aux); ``pullback(dout)`` gives the gradients, as often as it is called."""
        value, cache = self.forward(*args, **kwargs)

        def pullback(dout):
            """The gradients, from the gradient on the result."""
            return self.backward(dout, cache)

        return (
            (value[0], pullback, value[1])
            if self.result.function.aux is not None
            else (value, pullback)
        )

    # behind it ---------------------------------------------------------------------------------------------------------

    def _joint_function(self) -> tuple[Callable, dict]:
        """The emitted ``f_value_and_grad`` and its namespace.  Raises GG202 for a function of several outputs."""
        count = len(self.result.function.results)
        if count > 1:
            place = self.result.source.place(self.result.node)
            help = "use vjp, or name the one to differentiate: outputs=..., has_aux=True"
            raise refusal(
                Diagnostic(
                    "GG202",
                    f"`{self.result.name}` has {count} outputs; a gradient is of one number",
                    place,
                    help=help,
                )
            )
        (joint,), space = self._load("joint")
        return joint, space

    def _load_split(self) -> Callable:
        (forward, self._backward), self._split_space = self._load("split")
        self._forward = forward
        return forward

    def _load(self, style: str) -> tuple[list[Callable], dict]:
        """The functions of the proved text in a style, and the namespace that they run in."""
        self._outside.compare()
        text = self.source_of(style)
        space: dict[str, object] = {"__name__": self.__wrapped__.__module__}
        exec(
            compile(
                text,
                remembered(text, f"{self.__wrapped__.__qualname__} {style}"),
                "exec",
                dont_inherit=True,
            ),
            space,
        )
        entry, *others = self.result.claim(style).entries
        return [positional(space[entry], self._keywords), *(space[n] for n in others)], space

    def _not_complex(self, values: tuple) -> None:
        """After an error, tell whether it came of a complex result.  Raises GG201 then."""
        try:
            value = positional(self.__wrapped__, self._keywords)(*values)
        except Exception:
            return  # the original raises too
        if isinstance(value, complex):
            real_result(value, self.result.name)

    def _checked(self, value: object) -> None:
        """Refuse a value that is not a real number (or several)."""
        main = value[0] if self.result.function.aux is not None else value
        for number in main if len(self.result.function.results) > 1 else (main,):
            if type(number) is not float:
                real_result(number, self.result.name)

    def _check_upstream(self, dout: object) -> None:
        count = len(self.result.function.results)
        if count > 1 and (not isinstance(dout, (tuple, list)) or len(dout) != count):
            raise self._wrong_argument(
                f"`dout` must be a tuple of {count} numbers, one for each output"
            )
        for number in dout if count > 1 else (dout,):
            if type(number) is not float and not is_real(number):
                raise self._wrong_argument(f"`dout` is {kind(number)}, not a real number")

    def _wrong_argument(self, message: str) -> Exception:
        return refusal(Diagnostic("GG119", message, self.result.source.place(self.result.node)))

    def _place_of(self, name: str):
        args = self.result.node.args
        return self.result.source.place(
            next(a for a in (*args.posonlyargs, *args.args, *args.kwonlyargs) if a.arg == name)
        )


class Outside:
    """What a function reads from outside itself: helpers, which must stay what they were, and numbers, which may change."""

    def __init__(self, function: types.FunctionType, found: Found, literals: dict[str, str]):
        self.function, self.found, self.literals = function, found, literals
        self.helpers = tuple((n, *variable([function], n), MISSING) for n in found.helpers)
        self.known = {
            name: value
            for name, cell, space, _ in self.helpers
            if (value := value_in(cell, space, name)) is not MISSING
        }
        self.constants = tuple((n, *variable([function], n)) for n in literals)
        self.watched = True
        self.kinds = {
            n: type(literal(text)) if text[:1] in "'\"TF" else float for n, text in literals.items()
        }

    def compare(self) -> None:
        """Compare every helper with its text, and remember where it and the constants are kept.  Raises GG115 or GG120."""
        owners, watched, todo = [self.function], [], dict.fromkeys(self.found.helpers)
        while todo:
            name = next((n for n in todo if variable(owners, n)[0] is not None), next(iter(todo)))
            del todo[name]
            cell, space = variable(owners, name)
            value = value_in(cell, space, name)
            if name in self.known and value is not self.known[name]:
                raise self.changed(name)
            owners.append(self.same_as_text(name, value))
            watched.append((name, cell, space, value))
        for name, value in self.found.libraries.items():
            cell, space = variable(owners, name)
            now = value_in(cell, space, name)
            if now is MISSING and hasattr(builtins, name):
                value = now = None  # a builtin: nothing of that name may come up in the globals
            if now is not value:
                raise self.changed(name)
            watched.append((name, cell, space, value))
        self.helpers = tuple(watched)
        self.watched = bool(self.helpers or self.constants)
        self.constants = tuple((n, *variable(owners, n)) for n in self.literals)

    def same_as_text(self, name: str, value: object) -> types.FunctionType:
        """The function that a helper's name stands for, if it is the one in the text."""
        function = value.__wrapped__ if isinstance(value, Decorated) else value
        if not isinstance(function, types.FunctionType):
            raise self.changed(name)
        expected = self.found.helpers[name]
        if (
            expected is None
            or not same_code(expected, function.__code__)
            or not same_defaults(function, self.found.scope.functions[name])
        ):
            if function.__code__.co_filename != self.function.__code__.co_filename:
                raise self.changed(name)
            raise refusal(
                Diagnostic(
                    "GG115",
                    f"the helper `{name}` is not what its file says",
                    help="import the file again",
                )
            )
        return function

    def refresh(self, space: dict) -> None:
        """Check the helpers and give the generated code the constants' values of this moment.  Raises GG119 or GG120."""
        try:
            for name, cell, outer, value in self.helpers:
                if (outer.get(name) if cell is None else cell.cell_contents) is not value:
                    raise self.changed(name)
            for name, cell, outer in self.constants:
                value = outer.get(name, MISSING) if cell is None else cell.cell_contents
                if value is not space[name]:
                    space[name] = self.still_a_constant(name, value)
        except ValueError:  # an empty cell: the variable was deleted
            raise self.changed(name) from None

    def constants_in(self, space: dict) -> dict[str, object]:
        """The constants as a forward pass saw them."""
        return {name: space[name] for name in self.literals}

    def still_a_constant(self, name: str, value: object) -> object:
        if is_real(value) if self.kinds[name] is float else type(value) is self.kinds[name]:
            return value
        what = "gone" if value is MISSING else kind(value)
        raise refusal(
            Diagnostic(
                "GG119",
                f"the constant `{name}` is {what} now",
                help=f"keep `{name}` a number, or make it a parameter",
            )
        )

    def changed(self, name: str) -> Exception:
        return refusal(
            Diagnostic(
                "GG120",
                f"`{name}`, which `{self.function.__name__}` reads, is not what it was when the gradient was generated",
                help="differentiate again: gradgen(f)",
            )
        )


def positional(function: Callable, keywords: tuple[str, ...]) -> Callable:
    """A function with keyword-only parameters as one that takes everything by position."""
    if not keywords:
        return function
    count = -len(keywords)
    return lambda *values: function(
        *values[:count], **dict(zip(keywords, values[count:], strict=True))
    )


def binder(name: str, params: Sequence) -> Callable[..., tuple]:
    """A function of the same signature that gives its arguments as a tuple: Python itself binds names and defaults."""
    names = ", ".join(p.name for p in params)
    space: dict[str, Callable] = {}
    exec(f"def bind({signature(params)}):\n    return ({names},)", space)
    space["bind"].__name__ = space["bind"].__qualname__ = name
    return space["bind"]


def remembered(text: str, what: str) -> str:
    """The filename under which `linecache` shows a generated text; texts of one name are numbered."""
    number = 1
    while True:
        filename = f"<gradgen {what}{'' if number == 1 else f' {number}'}>"
        known = linecache.cache.setdefault(
            filename, (len(text), None, text.splitlines(True), filename)
        )
        if len(known) == 4 and "".join(known[2]) == text:
            return filename
        number += 1
