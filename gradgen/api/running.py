"""The emitted functions of one generated text, called with arguments that are bound already.

`Runner` is for real numbers (`ArrayRunner` for arrays and numbers); what runs is the generated text, word for word, in a
namespace of its own.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
from collections.abc import Callable

from gradgen.api.arguments import FLOAT, Arguments, ArraysMet, is_real, kind, real_result
from gradgen.api.caches import Cache
from gradgen.api.lookup import problem
from gradgen.api.outside import Outside
from gradgen.api.surroundings import Found
from gradgen.errors import Diagnostic, Place, Refuted
from gradgen.pipeline import Options, Result, constants, start

FAILURES = (ValueError, TypeError, ArithmeticError)  # what complex numbers and arrays may end in


class Runner:
    """The generated text of a function, ready to be called.  ``used`` tells whether it has been."""

    def __init__(self, function: Callable, found: Found, result: Result):
        self.function, self.result = function, result
        params = result.function.params
        self.keywords = tuple(p.name for p in params if p.kind == "keyword")
        self.arguments = self.arguments_of(params, result.wrt, self.place)
        self.outside = Outside(function, found, constants(result))
        self.used = False
        self.texts: dict[str, str] = {}  # by the filename under which `linecache` has them

    arguments_of = Arguments

    def takes(self, values: tuple) -> bool:
        """Whether the text is for such arguments.  Raises GG119 for what no text is for."""
        try:
            return self.arguments.admitted(values) is not None
        except ArraysMet:
            return False

    def fit(self, values: tuple) -> Runner:
        """The runner of the text that is for these arguments: this one."""
        return self

    # forward and backward -------------------------------------------------------------------------

    def forward(self, values: tuple) -> tuple[object, object]:
        """(value, cache) for `backward`; with aux ((value, aux), cache).  Raises `ArraysMet`."""
        if not self.arguments.plain.issuperset(map(type, values)):
            values = self.arguments.admitted(values, own=True)
        (forward, _), space = self.split
        self.outside.refresh(space)
        value, kept = forward(*values)
        self.check_value(value)
        cache = Cache(kept)
        cache.runner = self
        cache.given, cache.constants = values, self.outside.constants_in(space)
        return value, cache

    def backward(self, dout: object, cache: object) -> object:
        """The gradients, from the gradient on the result and what `forward` kept."""
        (_, backward), space = self.split
        self.check_upstream(dout)
        self.check_cache(cache)
        self.outside.refresh(space)
        space.update(getattr(cache, "constants", ()))
        return self.arguments.gradients(backward(dout, cache), getattr(cache, "given", None))

    def vjp(self, values: tuple) -> tuple:
        """(value, pullback), with aux (value, pullback, aux).  Raises `ArraysMet`."""
        value, cache = self.forward(values)

        def pullback(dout):
            """The gradients, from the gradient on the result."""
            return self.backward(dout, cache)

        if self.result.function.aux is None:
            return value, pullback
        return value[0], pullback, value[1]

    # the joint form -------------------------------------------------------------------------------

    def joint(self, bind: Callable, count: int, with_arrays: Callable) -> Callable:
        """`value_and_grad` with everything worked out that can be; arrays go to ``with_arrays``."""
        (joint,), space, watched = self.joint_functions()
        bare = len(self.result.wrt) == 1
        refresh, check, not_complex = self.outside.refresh, self.check_value, self.explain
        admitted, gradients = self.arguments.admitted, self.arguments.gradients
        plain, floats = self.arguments.plain.issuperset, FLOAT.issuperset

        def value_and_grad(*args, **kwargs):
            """(value, gradients); with aux ((value, aux), gradients)."""
            values = args if len(args) == count and not kwargs else bind(*args, **kwargs)
            if watched:
                refresh(space)
            numbers = plain(map(type, values))
            if not numbers:
                try:
                    values = admitted(values)
                except ArraysMet:
                    return with_arrays(values)
            try:
                value, grads = joint(*values)
            except FAILURES:
                not_complex(values)
                raise
            if numbers and type(value) is float:
                if type(grads) is float if bare else floats(map(type, grads)):
                    return value, grads
            check(value)
            return value, gradients(grads, values)

        return value_and_grad

    def joint_functions(self) -> tuple[list[Callable], dict[str, object], bool]:
        """As `load`, for ``f_value_and_grad``.  Raises GG202 for a function of several outputs."""
        count = len(self.result.function.results)
        if count > 1:
            what = f"`{self.result.name}` has {count} outputs; a gradient is of one number"
            help = "use vjp, or name the one to differentiate: outputs=..., has_aux=True"
            raise problem("GG202", what, help, self.place())
        return self.load("joint")

    # the text -------------------------------------------------------------------------------------

    def source_of(self, style: str) -> str:
        """The generated text in a style.  Raises `gradgen.Refuted` if it failed its proof."""
        text, report = self.result.text_of(style), self.result.report_of(style)
        if report.verdict == "REFUTED":
            what = f"the gradient of `{self.result.name}` failed its proof: {report.summary}"
            help = f"please report this function\n{report}"
            raise Refuted(Diagnostic("GG301", what, self.place(), help=help))
        return text

    @functools.cached_property
    def split(self) -> tuple[list[Callable], dict[str, object]]:
        """The emitted ``f_forward`` and ``f_backward``, and their namespace."""
        return self.load("split")[:2]

    def load(self, style: str) -> tuple[list[Callable], dict[str, object], bool]:
        """The functions of the proved text, their namespace, and whether to watch anything."""
        watched = self.outside.compare()
        text, function = self.source_of(style), self.function
        filename = remembered(text, f"{function.__qualname__} {style}")
        self.texts[filename] = text
        space: dict[str, object] = {"__name__": function.__module__}
        exec(compile(text, filename, "exec", dont_inherit=True, optimize=self.optimize), space)
        entry, *others = (space[name] for name in self.result.claim(style).entries)
        self.used = type(self) is Runner  # array code may yet turn out to be for other shapes
        return [positional(entry, self.keywords), *others], space, watched

    optimize = -1  # asserts as in the user's own process

    # checks ---------------------------------------------------------------------------------------

    def original(self, values: tuple) -> object:
        """What the function itself gives; None if it raises."""
        try:
            return positional(self.function, self.keywords)(*values)
        except Exception:
            return None

    def explain(self, values: tuple) -> None:
        """After an error, whether it came of a complex result.  Raises GG201 then."""
        value = self.original(values)
        if isinstance(value, complex):
            real_result(value, self.result.name)

    def check_value(self, value: object) -> None:
        """Refuse a value that is not a real number, or several."""
        main = value[0] if self.result.function.aux is not None else value
        for number in main if len(self.result.function.results) > 1 else (main,):
            real_result(number, self.result.name)

    def check_upstream(self, dout: object) -> None:
        """Refuse a gradient on the result that has not the result's structure."""
        for number in self.upstreams(dout):
            if not is_real(number):
                what = f"`dout` is {kind(number)}, not a real number"
                raise problem("GG119", what, place=self.place())

    def upstreams(self, dout: object) -> tuple:
        """The gradients on the outputs, one by one.  Raises GG119 for another number of them."""
        count = len(self.result.function.results)
        if count == 1:
            return (dout,)
        if not isinstance(dout, (tuple, list)) or len(dout) != count:
            what = f"`dout` must be a tuple of {count} {self.things}, one for each output"
            raise problem("GG119", what, place=self.place())
        return tuple(dout)

    things = "numbers"

    def check_cache(self, cache: object) -> None:
        """Refuse what cannot be a cache."""
        if not isinstance(cache, tuple):
            what = f"`cache` is {kind(cache)}, not what {self.result.name}.forward returned"
            raise problem("GG119", what, place=self.place())

    def place(self, parameter: str = "") -> Place:
        """Where the function, or one of its parameters, stands."""
        args = self.result.node.args
        known = {a.arg: a for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
        return self.result.source.place(known.get(parameter, self.result.node))


def started(found: Found, options: Options) -> Result:
    """The pipeline's result for a function that was found."""
    name, node, captured = found.node.name, found.node, found.captured
    return start(found.source, name, node, found.scope, options, captured=captured)


def positional(function: Callable, keywords: tuple[str, ...]) -> Callable:
    """A function with keyword-only parameters as one that takes everything by position."""
    if not keywords:
        return function
    count = -len(keywords)
    return lambda *values: function(*values[:count], **dict(zip(keywords, values[count:])))


def remembered(text: str, what: str) -> str:
    """The filename under which `linecache` shows a text; a second one of a name has its hash."""
    for mark in ("", " " + hashlib.sha256(text.encode()).hexdigest()[:12]):
        filename = f"<gradgen {what}{mark}>"
        entry = (len(text), None, text.splitlines(True), filename)
        if linecache.cache.setdefault(filename, entry)[2] == entry[2]:
            break
    return filename
