"""The decorator: what it hands back, what it refuses, and what it notices at run time."""

from __future__ import annotations

import ast
import builtins
import collections
import doctest
import functools
import importlib.util
import inspect
import linecache
import math
import subprocess
import sys
import textwrap
import traceback

import numpy as np
import pytest

import gradgen as package
from gradgen import GradgenError, gradgen, stop_gradient
from gradgen.api.decorator import Differentiable
from gradgen.errors import Refuted

K = 2.5
COUNT = int("3")  # a number, though not a literal
MODE = "fast"
quick = functools.partial(gradgen, verify=False)


def sigmoid(x):
    return 1.0 / (1 + math.exp(-x))


def softplus_of(x):
    inside = 1 + math.exp(x)
    return math.log(inside)


@gradgen
def notes(x, y):
    """The notes' function."""
    return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)


def product(x, y=2.0, /, *, k=3):
    return x * y**k


def weighted(w, x):
    return w[0] * x + w[1]


def keyed(p, x):
    return p["W"] * x + p["b"]


def nested(p, x):
    return p["W"][0] * x[0] + p["W"][1] * x[1] + p["b"]


def pair(x, y):
    a = x * y
    b = x + y
    return a, b


def with_aux(x, y):
    loss = x * y
    return loss, {"sum": x + y}


def refuses(code: str, work, *args, **kwargs) -> str:
    """The message of a refusal that must carry this code."""
    with pytest.raises(GradgenError) as caught:
        work(*args, **kwargs)
    assert [d.code for d in caught.value.diagnostics] == [code], str(caught.value)
    return str(caught.value)


@pytest.fixture
def module(tmp_path):
    """Import a source text as a module of its own file."""
    count = iter(range(100))

    def load(text: str, name: str = "user"):
        path = tmp_path / f"{name}{next(count)}.py"
        path.write_text(textwrap.dedent(text))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return made

    return load


def session(text: str, filename: str, namespace: dict | None = None) -> dict:
    """Run a text as a notebook or the REPL runs a cell: its lines are in linecache, there is no file."""
    text = textwrap.dedent(text)
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace = {} if namespace is None else namespace
    exec(compile(text, filename, "exec"), namespace)
    return namespace


# -- what it gives ---------------------------------------------------------------------------------------------------------

DX, DY = 2.0595697955721652, 1.5922327514838093


def test_the_function_itself_is_untouched():
    assert notes(3, -4) == notes.__wrapped__(3, -4) == 1.5456448841066441
    assert (notes.__name__, notes.__doc__, notes.__module__) == ("notes", "The notes' function.", __name__)
    assert str(inspect.signature(notes)) == "(x, y)"


def test_value_and_gradient():
    assert notes.value_and_grad(3, -4) == (notes(3, -4), pytest.approx((DX, DY), rel=1e-14))
    assert notes.grad(y=-4, x=3) == notes.grad(3, -4) == notes.value_and_grad(3, y=-4)[1]


def test_vjp_can_be_pulled_back_many_times_and_is_linear():
    out, pullback = notes.vjp(3, -4)
    assert out == notes(3, -4)
    assert pullback(1.0) == pullback(1.0) == pytest.approx((DX, DY), rel=1e-14)
    assert pullback(2.0) == tuple(2 * d for d in pullback(1.0))
    assert pullback(0.0) == (0.0, 0.0)


def test_the_assignment_pair():
    out, cache = notes.forward(3, -4)
    assert out == notes(3, -4)
    assert notes.backward(1.0, cache) == notes.vjp(3, -4)[1](1.0)


def test_backward_never_runs_the_forward_again(capsys):
    def f(x):
        print("forward")
        return x * x * x

    f = quick(f)
    _, pullback = f.vjp(2.0)
    assert (pullback(1.0), pullback(2.0)) == (12.0, 24.0)
    assert capsys.readouterr().out == "forward\n"


def test_three_spellings_and_options():
    def f(x, y):
        return x * y

    for made in (
        gradgen(f, wrt="y"),
        gradgen(wrt="y")(f),
        gradgen(wrt=1)(f),
        gradgen(f, wrt=("y",)),
        gradgen(gradgen(f), wrt="y"),
    ):
        assert isinstance(made, Differentiable) and made.__wrapped__ is f
        assert made.grad(3.0, 4.0) == 3.0
    assert gradgen()(f).grad(3.0, 4.0) == (4.0, 3.0)
    assert gradgen(f, wrt=("y", "x")).grad(3.0, 4.0) == (3.0, 4.0)


@pytest.mark.parametrize(
    ("options", "code"), [({"wrt": "z"}, "GG004"), ({"style": "nothing"}, "GG004"), ({"stages": "many"}, "GG004")]
)
def test_wrong_options_are_refused_at_decoration(options, code):
    refuses(code, gradgen, weighted, **options)


def test_stages_and_style_reach_the_text():
    fine = quick(sigmoid, stages="all")
    assert fine.source.count("# backprop") > quick(sigmoid).source.count("# backprop")
    assert "def sigmoid_backward(dout, cache)" in quick(sigmoid, style="split").source
    assert "def sigmoid_backward(dout, cache)" in quick(sigmoid).source_of("split")


def test_signature_is_kept():
    f = quick(product)
    assert f.value_and_grad(2.0) == (16.0, (8.0, 24.0, pytest.approx(16.0 * math.log(2))))
    assert f.value_and_grad(2.0, 3.0, k=2) == (18.0, (9.0, 12.0, pytest.approx(18.0 * math.log(3))))
    assert f.vjp(2.0, k=2)[1](1.0)[:2] == (4.0, 8.0)
    for call in (f, f.value_and_grad, f.vjp, f.forward):
        with pytest.raises(TypeError, match=r"product\(\) .*"):
            call(x=2.0)
        with pytest.raises(TypeError, match=r"product\(\) .*"):
            call(2.0, 3.0, 4.0)


def test_awkward_parameter_names():
    def f(self, args, kwargs, values, bind):
        return self * args + kwargs * values + bind

    assert quick(f).grad(2.0, 3.0, kwargs=4.0, values=5.0, bind=6.0) == (3.0, 2.0, 5.0, 4.0, 1.0)
    assert quick(f).vjp(2.0, 3.0, 4.0, 5.0, bind=6.0)[1](1.0) == (3.0, 2.0, 5.0, 4.0, 1.0)


def test_integers_give_float_gradients_and_the_original_value():
    def f(x, y):
        return x * x * y

    value, grads = quick(f).value_and_grad(3, 2)
    assert (value, type(value)) == (18, int)
    assert grads == (12.0, 9.0) and set(map(type, grads)) == {float}
    value, pullback = quick(f).vjp(3, 2)
    assert set(map(type, pullback(1))) == {float}


def test_an_integer_gradient_beyond_floats_is_infinite():
    def f(x, y):
        return x * y

    assert quick(f).grad(10**400, -(10**400)) == (-math.inf, math.inf)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_numpy_floats_keep_their_type(kind):
    value, grads = quick(weighted, wrt="x").value_and_grad([2.0, 1.0], kind(3.0))
    assert value == 7.0
    assert type(grads) is kind and grads == 2.0


def test_numpy_integers_count_as_real_numbers_and_never_wrap():
    def f(x):
        return x * x / 2 + 1 / x

    assert quick(f).value_and_grad(np.int8(100)) == (5000.01, pytest.approx(99.9999))
    assert type(quick(f).grad(np.int64(2))) is float
    assert quick(weighted, wrt="w").grad([np.int8(1), np.int8(2)], np.int8(100)) == [100.0, 1.0]


def test_aux():
    f = quick(with_aux)
    assert f.value_and_grad(2.0, 3.0) == ((6.0, {"sum": 5.0}), (3.0, 2.0))
    out, pullback, aux = f.vjp(2.0, 3.0)
    assert (out, pullback(2.0), aux) == (6.0, (6.0, 4.0), {"sum": 5.0})
    (out, aux), cache = f.forward(2.0, 3.0)
    assert (out, aux, f.backward(1.0, cache)) == (6.0, {"sum": 5.0}, (3.0, 2.0))


def test_of_two_numbers_the_first_is_differentiated_unless_outputs_says_otherwise():
    f = quick(pair)
    assert f.value_and_grad(2.0, 3.0) == ((6.0, 5.0), (3.0, 2.0))
    assert f.notes and "outputs" in f.notes[0]
    both = quick(pair, outputs=("a", "b"))
    out, pullback = both.vjp(2.0, 3.0)
    assert (out, pullback((1.0, 10.0)), pullback([0, 1])) == ((6.0, 5.0), (13.0, 12.0), (1.0, 1.0))
    assert "vjp" in refuses("GG202", both.value_and_grad, 2.0, 3.0)
    for bad in (1.0, (1.0,), (1.0, 2.0, 3.0), (1.0, None)):
        refuses("GG119", pullback, bad)


def test_notes_and_report():
    assert notes.report.verdict == "PROVED"
    assert "(dx, dy)" in notes.source and "PROVED" in notes.source
    assert notes.report.summary in notes.source_of("joint")
    assert "PROVED" in repr(notes) and "notes(x, y)" in repr(notes)
    fresh = gradgen(sigmoid)
    assert "not checked yet" in repr(fresh)
    assert quick(sigmoid).report.verdict == "UNCHECKED"
    assert quick(sigmoid).grad(0.0) == 0.25


def test_what_runs_is_the_source():
    inside = inspect.getclosurevars(gradgen(weighted)._joint()).nonlocals["joint"]
    assert inspect.getsource(inside).strip() in gradgen(weighted).source
    assert "x" in inspect.signature(inside).parameters


def test_the_proof_runs_once(monkeypatch):
    from gradgen.checks import report

    calls, real = [], report.check
    monkeypatch.setattr(report, "check", lambda *a, **k: calls.append(a) or real(*a, **k))
    f = gradgen(weighted)
    assert calls == []
    f.value_and_grad([1.0, 2.0], 3.0), f.grad([1.0, 2.0], 3.0), f.source, f.report
    assert len(calls) == 1
    f.vjp([1.0, 2.0], 3.0)[1](1.0), f.forward([1.0, 2.0], 3.0), f.source_of("split")
    assert len(calls) == 2


def test_a_refuted_gradient_is_never_handed_out(monkeypatch):
    from gradgen.checks import report

    monkeypatch.setattr(
        report, "check", lambda *a, **k: report.Report("REFUTED", "REFUTED at line 3: dx is 1, should be 2.")
    )
    f = gradgen(weighted)
    for work in (
        lambda: f.source,
        lambda: f.grad([1.0, 2.0], 3.0),
        lambda: f.vjp([1.0, 2.0], 3.0),
        lambda: f.backward(1.0, ()),
    ):
        with pytest.raises(Refuted, match="should be 2") as caught:
            work()
        assert caught.value.diagnostics[0].code == "GG301"
    assert f.report.verdict == "REFUTED"
    assert f([1.0, 2.0], 3.0) == 5.0


def test_generate_takes_function_objects():
    result = package.generate(notes, verify=False)
    assert "def notes_value_and_grad(x, y)" in result.text
    assert package.generate(weighted, wrt="x", verify=False).wrt == ("x",)


def test_a_traceback_shows_the_generated_lines():
    def f(x, y):
        return math.log(x) * y

    f = quick(f)
    with pytest.raises(ValueError) as caught:
        f.value_and_grad(-1.0, 2.0)
    shown = "".join(traceback.format_exception(caught.value))
    assert "<gradgen" in shown and "logx = math.log(x)  # (1)" in shown


def test_functions_of_one_name_have_texts_of_their_own():
    def make(power):
        if power == 2:

            def f(x):
                return x * x

        else:

            def f(x):
                return x * x * x

        return quick(f)

    makes = [make(2), make(3), make(2)]
    assert [f.grad(2.0) for f in makes] == [4.0, 12.0, 4.0]
    files = [f._first.joint_functions()[0][0].__code__.co_filename for f in makes]
    assert files[0] == files[2] != files[1]
    assert ["x * x * x" in "".join(linecache.getlines(name)) for name in files] == [False, True, False]


def test_the_value_is_bit_identical():
    for x, y in ((3, -4), (0.1, 0.7), (-12.5, 1e-3), (1e60, 1.0), (True + 0, 2)):
        for value in (notes.value_and_grad(x, y)[0], notes.vjp(x, y)[0], notes.forward(x, y)[0]):
            assert repr(value) == repr(notes(x, y))


# -- lists, tuples and dicts -----------------------------------------------------------------------------------------------

Point = collections.namedtuple("Point", "slope offset")


@pytest.mark.parametrize(
    ("w", "dw"),
    [
        ([2, 1], [3.0, 1.0]),
        ((2, 1), (3.0, 1.0)),
        ([2.0, 1.0, 7.0], [3.0, 1.0, 0.0]),
        ((2.0, 1.0, [7.0, 8]), (3.0, 1.0, [0.0, 0.0])),
        (Point(2.0, 1.0), Point(3.0, 1.0)),
        ({0: 2.0, 1: 1.0, "more": 1.0}, {0: 3.0, 1: 1.0, "more": 0.0}),
        ([2.0, 1.0, "a name", None], [3.0, 1.0, None, None]),
    ],
)
def test_a_gradient_has_the_structure_of_its_argument(w, dw):
    f = quick(weighted, wrt="w")
    assert f.grad(w, 3) == dw and type(f.grad(w, 3)) is type(dw)
    out, pullback = f.vjp(w, 3)
    assert pullback(1.0) == dw and pullback(2.0)[0] == 6.0
    out, cache = f.forward(w, 3)
    assert f.backward(1.0, cache) == dw


def test_dicts_and_nested_containers():
    assert quick(keyed).grad({"W": 2, "b": 1, "unused": 5}, 3) == ({"W": 3.0, "b": 1.0, "unused": 0.0}, 2.0)
    p, x = {"W": (2.0, 3.0), "b": 1.0}, [4.0, 5.0, 6.0]
    assert quick(nested).value_and_grad(p, x) == (24.0, ({"W": (4.0, 5.0), "b": 1.0}, [2.0, 3.0, 0.0]))
    assert quick(nested).vjp(p, x)[1](1.0) == ({"W": (4.0, 5.0), "b": 1.0}, [2.0, 3.0, 0.0])


def test_entries_from_the_end():
    def f(w):
        return w[0] * w[-1]

    assert quick(f).grad([2.0, 9.0, 3.0]) == [3.0, 0.0, 2.0]
    assert quick(f).grad((3.0,)) == (6.0,)


def test_arguments_stay_as_they_are_and_gradients_are_fresh():
    f = quick(nested)
    p, x = {"W": [2.0, 3.0], "b": 1.0}, [4.0, 5.0]
    _, (dp, dx) = f.value_and_grad(p, x)
    assert (p, x) == ({"W": [2.0, 3.0], "b": 1.0}, [4.0, 5.0])
    dp["W"][0] = dx[0] = 99.0
    assert (p, x) == ({"W": [2.0, 3.0], "b": 1.0}, [4.0, 5.0])


def test_writing_into_an_argument_after_the_forward_pass_changes_nothing():
    f = quick(weighted)
    w = [2.0, 1.0]
    _, pullback = f.vjp(w, 3.0)
    _, cache = f.forward(w, 3.0)
    w[0] = 100.0
    assert pullback(1.0) == f.backward(1.0, cache) == ([3.0, 1.0], 2.0)


def test_a_missing_entry_raises_as_the_original_does():
    with pytest.raises(IndexError):
        quick(weighted).value_and_grad([1.0], 3.0)
    with pytest.raises(KeyError):
        quick(keyed).vjp({"W": 1.0}, 3.0)
    with pytest.raises(KeyError):
        quick(nested).vjp({"b": 1.0}, [3.0, 4.0])


def test_a_gradient_of_the_wrong_structure_never_leaves():
    from gradgen.api.arguments import shaped

    refuses("GG901", shaped, [4.0, 1.0], [[1.0, 2.0], [3.0]])
    refuses("GG901", shaped, [[4.0], 1.0], [1.0, 2.0])
    assert shaped([0.0, 1.0], [[1.0, 2.0], 3.0]) == [[0.0, 0.0], 1.0]


# -- arguments that are refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [True, np.True_, "3", None, 1j, [1.0], object(), np.complex128(1j), sys, float])
def test_what_is_no_real_number(bad):
    f = quick(pair)
    for work in (f.value_and_grad, f.grad, f.vjp, f.forward):
        assert "`y` is" in refuses("GG119", work, 1.0, bad)
    refuses("GG119", f.vjp(1.0, 2.0)[1], bad)


def test_containers_of_the_wrong_kind():
    f = quick(weighted)
    for bad in (3.0, "ab", None, {1.0, 2.0}, iter([1.0, 2.0])):
        assert "`w` is" in refuses("GG119", f.value_and_grad, bad, 2.0)
    assert "`w[1]` is a string" in refuses("GG119", f.value_and_grad, [1.0, "b"], 2.0)
    assert "`w[0]` is a truth value" in refuses("GG119", f.vjp, [True, 2.0], 2.0)


def test_flags_and_text_pass_where_nothing_is_differentiated():
    def f(x, mode, on=True):
        if mode == "square":
            return x * x
        return x * on

    f = quick(f, wrt="x")
    assert [f.grad(3.0, "square"), f.grad(3.0, "other"), f.grad(3.0, None, on=False)] == [6.0, 1.0, 0.0]


def test_a_complex_result_raises():
    def f(x):
        return x ** (1 / 3)

    f = quick(f)
    assert isinstance(f(-8.0), complex)
    for work in (f.value_and_grad, f.vjp, f.forward):
        refuses("GG201", work, -8.0)


def test_wrong_cache_and_upstream():
    f = quick(pair)
    _, cache = f.forward(2.0, 3.0)
    refuses("GG119", f.backward, 1.0, None)
    for bad in (None, "1", 1j, True, [1.0]):
        refuses("GG119", f.backward, bad, cache)
    assert f.backward(1, tuple(cache)) == (3.0, 2.0)


# -- what may be decorated -------------------------------------------------------------------------------------------------


class Model:
    def method(self, x):
        return x * x

    @staticmethod
    def static(x):
        return x * x


async def later(x):
    return x * x


def stream(x):
    yield x * x


@functools.lru_cache
def cached(x):
    return x * x


def twice_over(f):
    @functools.wraps(f)
    def wrapper(*args):
        return f(*args) * 2

    return wrapper


@twice_over
def wrapped(x):
    return x * x


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (lambda x: x * x, "GG105"), (math.exp, "GG115"), (len, "GG115"), (Model, "GG115"), (Model().method, "GG115"),
        (Model.method, "GG103"), (Model.__dict__["static"], "GG108"), (later, "GG103"), (stream, "GG105"),
        (cached, "GG108"), (wrapped, "GG108"), (functools.partial(weighted, x=1.0), "GG115"), (np.exp, "GG115"),
        (3, "GG115"), ("f", "GG115"),
    ],
)  # fmt: skip
def test_what_is_no_plain_function(value, code):
    refuses(code, gradgen, value)


def test_other_decorators_above_and_below(module):
    for text in ("@other\n@gradgen\ndef f(x): return x * x", "@gradgen\n@other\ndef f(x): return x * x"):
        with pytest.raises(GradgenError) as caught:
            module(f"from gradgen import gradgen\ndef other(f): return f\n{text}\n")
        assert caught.value.diagnostics[0].code == "GG108" and "@other" in str(caught.value)


def test_gradgen_by_any_name(module):
    user = module("""
        import gradgen as gg
        from gradgen import gradgen as differentiable
        by_x = differentiable(wrt="x", verify=False)

        @gg.gradgen(verify=False)
        def helper(x):
            y = x * x
            return y * y + x

        @differentiable
        def f(x, y):
            return helper(x) * y

        @by_x
        def g(x, y):
            return helper(x) * y

        def local():
            from gradgen import gradgen as here
            @here(wrt="y")
            def h(x, y): return x * y
            return h
        """)
    assert user.f.grad(2.0, 3.0) == (99.0, 18.0)
    assert user.g.grad(2.0, 3.0) == 99.0
    assert user.local().grad(2.0, 3.0) == 2.0
    assert user.f.report.verdict in ("PROVED", "IDENTITY-TESTED")


def test_what_is_not_supported_is_refused_at_decoration_with_its_place(module):
    with pytest.raises(GradgenError) as caught:
        module("from gradgen import gradgen\n@gradgen\ndef f(x):\n    with x:\n        x = x / 2\n    return x\n")
    (cause,) = caught.value.diagnostics
    assert (cause.code, cause.place.line, cause.place.filename.endswith(".py")) == ("GG103", 4, True)


def test_decoration_is_light(tmp_path):
    (tmp_path / "light.py").write_text(
        "import sys, math, gradgen\n@gradgen.gradgen\ndef f(x): return math.exp(x) * x\n"
        "print([m for m in ('sympy', 'mpmath', 'black', 'jinja2', 'numpy') if m in sys.modules])\n"
        "print(f.grad(0.0))\n"
    )
    done = subprocess.run([sys.executable, "light.py"], cwd=tmp_path, capture_output=True, text=True, env=environment())
    assert done.stdout.split("\n")[:2] == ["[]", "1.0"], done.stderr


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def test_an_edited_file_is_noticed(tmp_path):
    path = tmp_path / "edited.py"
    path.write_text("def f(x):\n    return x * x\n\n\ndef g(x):\n    return f(x) * x\n")
    spec = importlib.util.spec_from_file_location("edited", path)
    user = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(user)
    for text in (
        "def f(x):\n    return x * 2\n",
        "# a line more\ndef f(x):\n    return x * x\n",
        "def f(x:\n",
        "def f(x):\n    return x * x * 1.0\n",
    ):
        path.write_text(text)
        refuses("GG115", gradgen, user.f)
    path.write_text("def f(x):\n    return x * 2\n\n\ndef g(x):\n    return f(x) * x\n")
    refuses("GG115", quick(user.g).value_and_grad, 3.0)
    path.unlink()
    assert "gradgen.generate" in refuses("GG115", gradgen, user.f)


def test_constants_are_compared_to_the_type_and_the_sign():
    from gradgen.api.lookup import same_constant

    assert same_constant((1, 2.0, "a", frozenset({1, 2})), (1, 2.0, "a", frozenset({2, 1})))
    for a, b in ((1, 1.0), (1, True), (0.0, -0.0), ((1,), (2,)), ("1", 1), (frozenset({1}), frozenset({2}))):
        assert not same_constant(a, b)
    assert same_constant(math.nan, math.nan)


def test_changed_defaults_are_noticed(module):
    user = module("def f(x, k=2.0, *, m=1):\n    return x * k * m\n")
    assert quick(user.f).grad(1.0) == (2.0, 1.0, 2.0)
    user.f.__defaults__ = (2,)
    refuses("GG115", gradgen, user.f)
    user.f.__defaults__ = (2.0,)
    user.f.__kwdefaults__["m"] = 5
    refuses("GG115", gradgen, user.f)


def test_the_right_one_of_two_definitions(module):
    user = module("def f(x):\n    return x * x\nfirst = f\ndef f(x):\n    return x * x * x\n")
    assert gradgen(user.first).grad(2.0) == 4.0
    assert gradgen(user.f).grad(2.0) == 12.0
    assert gradgen(user.first).report.verdict == "PROVED"


def test_a_definition_under_if(module):
    user = module("""
        import math
        if math.pi > 3:
            def f(x):
                return math.sin(x)
        else:
            def f(x):
                return x
        """)
    assert gradgen(user.f).grad(0.0) == 1.0


# -- what it reads from outside ---------------------------------------------------------------------------------------------


def test_module_constants_are_read_at_call_time(monkeypatch):
    def f(x):
        return K * x * COUNT

    f = gradgen(f)
    assert (f.grad(2.0), f.vjp(2.0)[1](1.0)) == (7.5, 7.5)
    assert "K = 2.5" in f.source and "COUNT = 3" in f.source
    assert f.result.captured == {"COUNT"} and f.report.verdict == "PROVED"
    monkeypatch.setitem(globals(), "K", 10)
    monkeypatch.setitem(globals(), "COUNT", 0.5)
    assert (f(2.0), f.value_and_grad(2.0), f.vjp(2.0)[1](1.0)) == (10.0, (10.0, 5.0), 5.0)


def test_the_backward_pass_reads_the_constants_of_its_forward(monkeypatch):
    def f(x):
        return K * x

    f = quick(f)
    _, pullback = f.vjp(2.0)
    _, cache = f.forward(2.0)
    monkeypatch.setitem(globals(), "K", 100.0)
    assert (pullback(1.0), f.backward(1.0, cache), f.grad(2.0)) == (2.5, 2.5, 100.0)


@pytest.mark.parametrize("bad", ["a string", None, True, np.ones(2), 1j])
def test_a_constant_that_is_no_number_any_more(monkeypatch, bad):
    def f(x):
        return K * x

    f = quick(f)
    f.grad(1.0)
    monkeypatch.setitem(globals(), "K", bad)
    assert "`K`" in refuses("GG119", f.grad, 1.0)
    monkeypatch.delitem(globals(), "K")
    assert "gone" in refuses("GG119", f.vjp, 1.0)


def test_a_constant_of_text_keeps_its_kind(monkeypatch):
    def f(x):
        if MODE == "fast":
            return x * x
        return x

    f = quick(f)
    assert f.grad(3.0) == 6.0
    monkeypatch.setitem(globals(), "MODE", "slow")
    assert f.grad(3.0) == 1.0
    monkeypatch.setitem(globals(), "MODE", 3)
    refuses("GG119", f.grad, 3.0)


def test_closures():
    def make(scale, power):
        offset = scale + 1

        def inside(z):
            return math.sin(z) * scale + offset

        def f(x):
            return inside(x) * scale * K + x**power

        return gradgen(f)

    two, three = make(2.0, 2), make(3, 1)
    for f, scale, power in ((two, 2.0, 2), (three, 3, 1)):
        value, grad = f.value_and_grad(0.5)
        assert value == f(0.5)
        assert grad == pytest.approx(math.cos(0.5) * scale * scale * K + power * 0.5 ** (power - 1))
        assert f.report.verdict in ("PROVED", "IDENTITY-TESTED")


def below(x):
    return x + 100.0


def test_a_helper_of_a_helper_is_the_one_that_the_helper_sees():
    def make():
        def below(x):
            y = x * x
            return y * x

        def middle(x):
            return below(x) * x

        def f(x):
            return middle(x) + x

        return f

    assert gradgen(make()).value_and_grad(2.0) == (18.0, 33.0)


def test_a_function_inside_a_method_or_a_branch():
    class Holder:
        def make(self, deep):
            if deep:
                scale = 3

                def f(x):
                    """A docstring
                    with lines of its own."""
                    return scale * x

                return gradgen(f)

    assert Holder().make(True).value_and_grad(2.0) == (6.0, 3.0)


def test_a_closure_is_read_at_call_time():
    scale = 2.0

    def f(x):
        return scale * x

    f = quick(f)
    assert f.grad(1.0) == 2.0
    scale = 5
    assert f.value_and_grad(1.0) == (5.0, 5.0)
    scale = None
    assert "`scale`" in refuses("GG119", f.grad, 1.0)
    del scale
    refuses("GG120", f.grad, 1.0)


def test_inner_names_hide_outer_ones():
    K = 7.0
    sigmoid = 3.0

    def f(x):
        return K * x + sigmoid

    assert quick(f).value_and_grad(2.0) == (17.0, 7.0)

    def g(x):
        return K * x * with_a_constant(x)

    refuses("GG106", quick, g)


def with_a_constant(x):
    return K * x * x


def test_infinite_and_nan_constants():
    low, high, hole = -math.inf, float("inf"), float("nan")

    def f(x):
        if x < low or x > high or x == hole:
            return 0.0
        return x * x

    assert gradgen(f).value_and_grad(3.0) == (9.0, 6.0)
    assert "high = 1e309" in gradgen(f).source


def test_an_imported_number(module, tmp_path, monkeypatch):
    (tmp_path / "settings_of_user.py").write_text("RATE = 0.5\n")
    monkeypatch.syspath_prepend(tmp_path)
    user = module(
        "from settings_of_user import RATE\nfrom math import pi\nfrom gradgen import gradgen\n@gradgen\ndef f(x): return RATE * x * pi\n"
    )
    assert user.f.grad(1.0) == 0.5 * math.pi
    assert user.f.report.verdict == "PROVED"


def test_a_global_that_is_no_number_is_refused(module):
    with pytest.raises(GradgenError) as caught:
        module("from gradgen import gradgen\nconfig = object()\n@gradgen\ndef f(x): return x * config\n")
    assert caught.value.diagnostics[0].code == "GG116"


def test_helpers_need_no_decorator_and_may_come_later(module):
    user = module("""
        from gradgen import gradgen
        import math

        @gradgen
        def f(x): return helper(x) * x

        def helper(x):
            inside = 1 + math.exp(x)
            return math.log(inside) * below(x)

        @gradgen
        def below(x):
            return x * x
        """)
    x, h = 0.7, 1e-6
    assert user.f.grad(x) == pytest.approx((user.f(x + h) - user.f(x - h)) / (2 * h), rel=1e-7)


def test_a_helper_that_is_rebound(monkeypatch):
    def f(x):
        return softplus_of(x) * x + sigmoid(x)

    f, untouched = quick(f), quick(weighted)
    _, pullback = f.vjp(1.0)
    for name in ("softplus_of", "sigmoid"):
        with monkeypatch.context() as patch:
            patch.setitem(globals(), name, math.exp)
            for work in (f.value_and_grad, f.vjp, pullback):
                assert f"`{name}`" in refuses("GG120", work, 1.0)
            assert untouched.grad([1.0, 2.0], 3.0) == ([3.0, 1.0], 1.0)
    with monkeypatch.context() as patch:
        patch.delitem(globals(), "sigmoid")
        refuses("GG120", f.grad, 1.0)
    assert f.grad(1.0) == pullback(1.0)


def test_a_helper_rebound_between_decoration_and_the_first_call(monkeypatch):
    def f(x):
        return sigmoid(x) * x

    f = quick(f)
    monkeypatch.setitem(globals(), "sigmoid", lambda x: x)
    refuses("GG120", f.value_and_grad, 1.0)


def test_a_helper_in_a_closure_that_is_rebound():
    def inside(x):
        return x * x * x + x

    def f(x):
        return inside(x) * x

    def rebind():
        nonlocal inside
        inside = math.exp

    f = quick(f)
    assert f.grad(1.0) == 6.0
    rebind()
    refuses("GG120", f.grad, 1.0)


def test_a_library_that_is_rebound(monkeypatch):
    def f(x):
        return math.exp(x) * max(x, 0.0)

    f = quick(f)
    f.grad(1.0)
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "math", np)
        assert "`math`" in refuses("GG120", f.grad, 1.0)
        refuses("GG120", quick(f).grad, 1.0)
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "max", min)
        refuses("GG120", f.grad, 1.0)
        refuses("GG120", quick(f).grad, 1.0)
    assert f.grad(1.0) == pytest.approx(2 * math.e)


def test_a_helper_whose_defaults_change(module):
    user = module("def h(x, k=2.0):\n    y = x * k\n    return y * x\ndef f(x):\n    return h(x) * x\n")
    user.h.__defaults__ = (3.0,)
    refuses("GG115", quick(user.f).grad, 1.0)


def test_rewritten_asserts_are_explained():
    def f(x):
        assert x > 0
        return x * x

    assert "pytest" in refuses("GG115", gradgen, f)


def test_stop_gradient():
    def f(x):
        return x * stop_gradient(x * x) + package.stop_gradient(x)

    assert stop_gradient(3.0) == 3.0
    f = gradgen(f)
    assert f.value_and_grad(3.0) == (30.0, 9.0)
    assert f.report.verdict in ("PROVED", "IDENTITY-TESTED")
    assert "gradgen" not in f.source and "stop_gradient(" not in f.source


# -- where there is no file ------------------------------------------------------------------------------------------------


def test_a_notebook_knows_its_earlier_cells():
    cells = session(
        "import math\nfrom math import tanh as squash\nfrom gradgen import gradgen\nrate = 0.5\n", "<cell 1>"
    )
    session("def helper(x):\n    y = math.exp(x)\n    return y * rate + below(x)\n", "<cell 2>", cells)
    session("def below(x):\n    return squash(x) * x\n", "<cell 3>", cells)
    session("@gradgen\ndef f(x):\n    return helper(x) * x + squash(x)\n", "<cell 4>", cells)
    f, x, h = cells["f"], 0.3, 1e-6
    assert f.grad(x) == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-7)
    assert f.report.verdict in ("PROVED", "IDENTITY-TESTED")
    cells["rate"] = 4.0
    assert f.grad(x) == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-7)
    session("def below(x):\n    return x\n", "<cell 5>", cells)
    refuses("GG120", f.grad, x)


def test_a_notebook_compiles_a_cell_statement_by_statement():
    """As IPython does: an import in the same cell then gives other bytecode than the cell compiled as a whole."""
    text = "import math\ndef helper(x):\n    return math.exp(x)\ndef f(x):\n    return helper(x) * math.sin(x)\n"
    linecache.cache["<cell by statements>"] = (len(text), None, text.splitlines(True), "<cell by statements>")
    cells: dict = {}
    for statement in ast.parse(text).body:
        exec(compile(ast.Module([statement], []), "<cell by statements>", "exec"), cells)
    f = gradgen(cells["f"])
    assert f.grad(0.5) == pytest.approx(math.exp(0.5) * (math.sin(0.5) + math.cos(0.5)), rel=1e-12)


def test_without_source_there_is_help():
    namespace = {"gradgen": gradgen}
    with pytest.raises(GradgenError, match="gradgen.generate") as caught:
        exec("@gradgen\ndef f(x): return x * x", namespace)
    assert caught.value.diagnostics[0].code == "GG115"


def test_python_c():
    text = "from gradgen import gradgen\n@gradgen\ndef f(x): return x * x\nprint(f.grad(3.0))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, env=environment())
    assert done.stdout == "6.0\n" or "GG115" in done.stderr and "Internal" not in done.stderr


def test_doctest():
    text = """
    >>> from gradgen import gradgen
    >>> def helper(x):
    ...     return x * x + 1.0
    >>> @gradgen
    ... def f(x):
    ...     return helper(x) * x
    >>> f.grad(2.0)
    13.0
    """
    test = doctest.DocTestParser().get_doctest(text, {}, "a doctest", "nowhere.py", 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_nothing_of_the_users_is_run_again(module, capsys):
    user = module("""
        print("module")
        from gradgen import gradgen
        def loud(value):
            print("loud")
            return value
        LIMIT = loud(3.0)

        @gradgen(wrt=loud("x"))
        def f(x: loud(float), k=2.0):
            return x * k * LIMIT
        """)
    assert capsys.readouterr().out.split() == ["module", "loud", "loud", "loud"]
    user.f.source, user.f.grad(1.0), user.f.vjp(1.0)[1](1.0)
    assert capsys.readouterr().out == ""


def test_calling_does_no_source_work(monkeypatch):
    f = quick(weighted)
    f.value_and_grad([1.0, 2.0], 3.0), f.vjp([1.0, 2.0], 3.0)
    for name in ("compile", "exec", "open"):
        monkeypatch.setattr(builtins, name, None)
    monkeypatch.setattr(linecache, "getlines", None)
    assert f.value_and_grad([1.0, 2.0], 3.0) == (5.0, ([3.0, 1.0], 1.0))
    assert f.vjp([1.0, 2.0], 3.0)[1](1.0) == ([3.0, 1.0], 1.0)
