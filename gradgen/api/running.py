"""The emitted functions of one generated text, called with arguments that are bound already.

`Runner` is for real numbers, `ArrayRunner` for arrays and numbers; what runs is the generated text, word for word, in
a namespace of its own.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import linecache
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from gradgen.api.arguments import FLOAT, Arguments, ArraysMet, is_real, kind, real_result
from gradgen.api.lookup import MISSING, problem
from gradgen.api.outside import Outside
from gradgen.api.surroundings import Found
from gradgen.errors import Diagnostic, GradgenError, Place, Refuted
from gradgen.ir.nodes import Expr, Var
from gradgen.pipeline import Options, Result, constants, start
from gradgen.render.cache import entries

FAILURES = (ValueError, TypeError, ArithmeticError)  # what complex numbers and arrays may end in
MISFITS = (AssertionError, AttributeError, ValueError)  # what an assert of shapes may end in


class Kept:
    """What `forward` knows beside the cache: the arguments, the constants at the time, the shapes of the results."""

    runner: object = None  # whose backward the cache is for
    given: tuple | None = None
    constants: dict[str, object] = {}
    shapes: tuple = ()
    owners: frozenset[int] | None = None  # what holds the memory of the arguments and the cache


class Cache(Kept, tuple):
    """The emitted cache."""


class NamedCache(Kept, dict):
    """The author's own cache, a dict."""


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


class Misfit(Exception):
    """The text is not for arguments of these shapes; ``refusal`` says so."""

    def __init__(self, refusal: Exception):
        super().__init__(refusal)
        self.refusal = refusal


class ArrayRunner(Runner):
    """The generated text of array code: right for arrays and for numbers.

    Where it takes for granted what arguments are not (that ``w`` in ``x @ w`` has two axes, say), it is
    generated again for arguments of just so many axes: ``by_ranks`` are the runners of those texts.
    """

    optimize = 0  # its asserts are what it takes for granted of shapes
    things = "numbers or arrays"

    def __init__(self, function: Callable, found: Found, result: Result):
        from gradgen.api import arrays  # NumPy, only now

        self.of, self.arguments_of = arrays, arrays.ArrayArguments
        super().__init__(function, found, result)
        self.found = found
        self.name, self.count = result.function.name, len(result.function.results)
        self.adopts = bool(result.function.adopts)
        self.has_aux = result.function.aux is not None
        self.by_ranks: dict[tuple, ArrayRunner] = {}

    def takes(self, values: tuple) -> bool:
        """This text is for everything."""
        return True

    # one text or another --------------------------------------------------------------------------

    def forward(self, values: tuple) -> tuple[object, object]:
        """(value, cache) for `backward`; the cache is the author's own where the text adopts it."""
        return self.fitting(values, ArrayRunner.own_forward)

    def vjp(self, values: tuple) -> tuple:
        """(value, pullback), with aux (value, pullback, aux)."""
        return self.fitting(values, ArrayRunner.own_vjp)

    def value_and_grad(self, values: tuple) -> tuple:
        """(value, gradients) of a function whose result is a number."""
        return self.fitting(values, ArrayRunner.own_value_and_grad)

    def fitting(self, values: tuple, work: Callable) -> object:
        """What a text for these arguments gives: this one, or the one for so many axes."""
        other = self.by_ranks.get(self.ranks(values)) if self.by_ranks else None
        if other is None:
            try:
                return work(self, values)
            except (Misfit, Refuted) as error:
                other = self.ranked(values)
                if other is None:
                    raise getattr(error, "refusal", error) from None
        try:
            found = work(other, values)
        except Misfit as misfit:
            raise misfit.refusal from None
        self.by_ranks[self.ranks(values)] = other
        return found

    def fit(self, values: tuple) -> Runner:
        """The runner of the text that is for these arguments; this one where the function fails on them."""

        def ran(runner: ArrayRunner, values: tuple) -> ArrayRunner:
            with suppress(*FAILURES):
                runner.ran(values)
            return runner

        return self.fitting(values, ran)

    def ranks(self, values: tuple) -> tuple[tuple[str, int], ...]:
        """How many axes arguments and their entries have, where that is not stated."""
        found = []
        for param, value in zip(self.result.function.params, values, strict=True):
            stated = dict(param.slot_dims) if param.slots else {param.name: param.dims}
            for name, entry in self.arguments.entries(param, value):
                if stated.get(name) is None and self.of.is_output(entry):
                    found.append((name, self.of.np.ndim(entry)))
        return tuple(found)

    def ranked(self, values: tuple) -> ArrayRunner | None:
        """The text for arguments of so many axes; None if there is none."""
        if self.result.options.ranks:
            return None
        ranks = self.ranks(values)
        options = replace(self.result.options, ranks=ranks, arrays=True, wrt=self.result.wrt)
        try:
            return ArrayRunner(self.function, self.found, started(self.found, options))
        except GradgenError:
            return None

    # forward and backward -------------------------------------------------------------------------

    def own_forward(self, values: tuple) -> tuple[object, object]:
        """As `forward`, by this text.  Raises `Misfit`."""
        value, kept, notes = self.ran(values)
        return value, with_notes(kept if self.adopts else self.apart(kept, notes, value), notes)

    def ran(self, values: tuple) -> tuple[object, object, Kept]:
        """The emitted forward's value and cache, and what backward wants to know beside it."""
        (forward, _), space = self.split
        self.outside.refresh(space)
        notes = Kept()
        notes.runner, notes.given = self, self.arguments.admitted(values, own=True)
        try:
            *outer, kept = forward(*notes.given)
        except MISFITS as error:
            self.refuse_shapes(error)
            raise
        value = outer[0] if len(outer) == 1 else tuple(outer)  # outputs beside the author's cache
        outputs = self.outputs(value, self.has_aux and not self.adopts)
        for output in outputs:
            self.of.check_output(output, self.name)
        notes.shapes = tuple(getattr(output, "shape", ()) for output in outputs)
        notes.constants = self.outside.constants_in(space)
        self.used = True
        return value, kept, notes

    def apart(self, kept: object, notes: Kept, value: object) -> object:
        """The cache, safe from writing into the arguments or the results."""
        return self.of.kept_apart(kept, self.owners((notes.given, value)))

    def outputs(self, value: object, has_aux: bool) -> tuple:
        """The outputs in an emitted value, one by one."""
        main = value[0] if has_aux else value
        return main if self.count > 1 else (main,)

    def backward(self, dout: object, cache: object) -> object:
        """The gradients, from the gradient on the result and what `forward` kept."""
        self.check_cache(cache)
        if isinstance(cache, Kept):
            return self.pulled(dout, cache, cache)
        notes = Kept()
        notes.given = self.arguments_in(cache)
        ranks = () if any(v is MISSING for v in notes.given) else self.ranks(notes.given)
        return self.by_ranks.get(ranks, self).pulled(dout, cache, notes)

    def arguments_in(self, cache: object) -> tuple:
        """The arguments, as far as the author's own cache holds them; `MISSING` for the others."""
        held = held_in(self.result.function.aux, cache) if self.adopts and self.form else {}
        return tuple(held.get(p.name, MISSING) for p in self.result.function.params)

    def pulled(self, dout: object, kept: object, notes: Kept) -> object:
        """The gradients; ``notes`` is what is known beside the cache."""
        (_, backward), space = self.split
        shapes = notes.shapes or (None,) * self.count
        if self.count == 1:
            taken = self.of.upstream(dout, shapes[0], self.place)
        else:
            pairs = zip(self.upstreams(dout), shapes, strict=True)
            taken = tuple(self.of.upstream(d, shape, self.place) for d, shape in pairs)
        self.outside.refresh(space)
        space.update(notes.constants)
        if notes.owners is None:
            notes.owners = frozenset(self.owners((notes.given, kept)))
        owners = set(notes.owners)
        self.of.note_owners(dout, owners)
        return self.arguments.gradients(backward(taken, kept), notes.given, owners)

    def owners(self, held: object) -> set[int]:
        """What holds the memory of arrays."""
        found: set[int] = set()
        self.of.note_owners(held, found)
        return found

    def own_vjp(self, values: tuple) -> tuple:
        """As `vjp`, by this text.  Raises `Misfit`."""
        value, kept, notes = self.ran(values)
        mine = self.apart(kept, notes, value)

        def pullback(dout):
            """The gradients, from the gradient on the result."""
            return self.pulled(dout, mine, notes)

        if self.adopts:
            return value, pullback, self.author_own(kept)
        return (value[0], pullback, value[1]) if self.has_aux else (value, pullback)

    @functools.cached_property
    def extended(self) -> bool:
        """Whether the emitted forward appends values to the author's cache."""
        return self.result.claim("split").extended

    def author_own(self, kept: object) -> object:
        """The author's cache, without what the text appended to it; the very same if nothing was."""
        if not self.extended:
            return kept
        keys, packed = entries(self.result.function.aux)
        if self.form == "dict":
            own = [ast.literal_eval(k) for k in keys]
            return {k: kept[k] for k in own} if isinstance(kept, dict) and len(kept) > len(own) else kept
        if not isinstance(kept, (list if self.form == "list" else tuple)) or self.form and len(kept) == len(packed):
            return kept
        return kept[: len(packed)] if self.form else kept[0]

    @functools.cached_property
    def form(self) -> str:
        """What the author's cache is: tuple, list, dict; empty for a value."""
        return getattr(self.result.function.aux, "fn", "")

    def check_cache(self, cache: object) -> None:
        """Refuse what cannot be a cache: the author's own may be anything, but may lack what the text appends."""
        if not self.adopts:
            super().check_cache(cache)
        elif not isinstance(cache, Kept) and self.extended and self.author_own(cache) is cache:
            what = f"`cache` is {self.name}'s own and lacks values that its gradient needs"
            help = f"take the one that {self.name}.forward returns: it holds these too"
            raise problem("GG119", what, help, self.place())

    # the joint form -------------------------------------------------------------------------------

    def joint(self, bind: Callable, count: int, with_arrays: Callable | None = None) -> Callable:
        """`value_and_grad` with everything worked out that can be."""
        call = self.value_and_grad

        def value_and_grad(*args, **kwargs):
            """(value, gradients); with aux ((value, aux), gradients)."""
            return call(args if len(args) == count and not kwargs else bind(*args, **kwargs))

        return value_and_grad

    def own_value_and_grad(self, values: tuple) -> tuple:
        """As `value_and_grad`, by this text.  Raises `Misfit`."""
        (joint,), space, watched = self.loaded_joint
        if watched:
            self.outside.refresh(space)
        values = self.arguments.admitted(values)
        try:
            value, grads = joint(*values)
        except (*FAILURES, *MISFITS) as error:
            self.refuse_shapes(error)
            if isinstance(error, FAILURES):
                self.explain(values)
            raise
        self.of.check_number(value[0] if self.has_aux else value, self.name)
        self.used = True
        return value, self.arguments.gradients(grads, values, self.owners((values, value)))

    @functools.cached_property
    def loaded_joint(self) -> tuple[list[Callable], dict[str, object], bool]:
        """As `joint_functions`, once."""
        return self.joint_functions()

    def joint_functions(self) -> tuple[list[Callable], dict[str, object], bool]:
        """As `load`, for ``f_value_and_grad``.  Raises `Misfit` for a result that is an array."""
        if self.count == 1 and not gives_number(self.result):
            raise Misfit(self.of.not_a_number(self.name, "an array", self.place()))
        return super().joint_functions()

    def explain(self, values: tuple) -> None:
        """After an error, whether it came of a result that is no real number.  Raises then."""
        value = self.original(values)
        value = value[0] if self.has_aux and isinstance(value, tuple) else value
        if value is not None:
            self.of.check_number(value, self.name)

    def refuse_shapes(self, error: Exception) -> None:
        """After an error, whether an assert of shapes failed in the text.  Raises `Misfit` then."""
        found, frame = "", error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_filename in self.texts:
                found = asserted_at(self.texts[frame.tb_frame.f_code.co_filename], frame.tb_lineno)
            frame = frame.tb_next
        functions = (self.result.node, *self.result.scope.functions.values())
        own = {ast.unparse(a.test) for f in functions for a in ast.walk(f) if isinstance(a, ast.Assert)}
        if found and found not in own:
            what = f"the shapes are not those that the gradient of `{self.name}` is for: {found}"
            help = 'say which they are: shape=("x: N D", ...)'
            raise Misfit(problem("GG119", what, help, self.place())) from None


def asserted_at(text: str, line: int) -> str:
    """What a line of a text asserts, if it does."""
    asserts = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Assert))
    found = [n for n in asserts if n.lineno <= line <= n.end_lineno]
    return ast.unparse(found[0].test) if found else ""


def started(found: Found, options: Options) -> Result:
    """The pipeline's result for a function that was found."""
    name, node, captured = found.node.name, found.node, found.captured
    return start(found.source, name, node, found.scope, options, captured=captured)


def gives_number(result: Result) -> bool:
    """Whether the result of array code is a number, or may be one."""
    return "joint" in result.run("simplify").artefacts["simplify"]


def held_in(aux: Expr | None, cache: object) -> dict[str, object]:
    """The values in an author's cache by the names that were packed, those of tuples and lists in it included."""
    keys, packed = entries(aux)
    parts = [cache.get(ast.literal_eval(k)) for k in keys] if keys and isinstance(cache, dict) else cache
    found: dict[str, object] = {}
    for entry, value in zip(packed, parts, strict=False):
        if isinstance(entry, Var):
            found[entry.name] = value
        elif getattr(entry, "fn", "") in ("tuple", "list") and isinstance(value, (tuple, list)):
            found |= held_in(entry, value)
    return found


def with_notes(cache: object, notes: Kept) -> object:
    """A cache that carries what backward wants to know beside it, where its kind allows that."""
    kind_of = {tuple: Cache, dict: NamedCache}.get(type(cache))
    if kind_of is None:
        return cache
    made = kind_of(cache)
    made.runner = notes.runner
    made.given, made.constants, made.shapes = notes.given, notes.constants, notes.shapes
    return made


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
