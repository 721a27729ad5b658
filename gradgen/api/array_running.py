"""The emitted functions of array code, called: a text for every combination of ranks that calls come with."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from gradgen.api.caches import Kept, held_in, with_notes
from gradgen.api.lookup import MISSING, problem
from gradgen.api.running import FAILURES, Runner, started
from gradgen.api.surroundings import Found
from gradgen.errors import GradgenError, Refuted
from gradgen.pipeline import Result
from gradgen.render.cache import entries

MISFITS = (AssertionError, AttributeError, ValueError)  # what an assert of shapes may end in


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


def gives_number(result: Result) -> bool:
    """Whether the result of array code is a number, or may be one."""
    return "joint" in result.run("simplify").artefacts["simplify"]
