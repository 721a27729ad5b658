"""The array examples: up to date, standing alone, right on their author's own cache, and about as long as by hand."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from tests.arrays.hands import Stands
from tests.arrays.measure import Outcome, case_of, findings, returns_cache
from tests.benchmarks import by_hand_arrays
from tests.examples import length
from tests.examples.arrays import ARRAY_EXAMPLES, ARRAY_FILES, ArrayExample
from tests.examples.examples import FOLDER
from tests.examples.test_examples import alone

every_point = pytest.mark.parametrize("example", ARRAY_EXAMPLES, ids=lambda e: e.id)


@pytest.mark.parametrize("file", ARRAY_FILES)
def test_verdicts(file: str) -> None:
    """Every function but the shipped helper says that it was proved or tested."""
    tree = ast.parse((FOLDER / f"{file}_grad.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name != "unbroadcast":
            last = ast.get_docstring(node).splitlines()[-1]
            assert last.startswith(("PROVED: ", "IDENTITY-TESTED: ")), node.name


@every_point
@pytest.mark.parametrize("float32", [False, True], ids=["float64", "float32"])
def test_right(example: ArrayExample, float32: bool) -> None:
    """The original's value to the bit; gradients of central differences; nothing modified, no memory shared.

    A function that returns its own cache has a backward that runs on what the author's own forward returned, with the
    same gradients; `findings` asks that where the cache is the same.
    """
    case = case_of(example, 1.0 if example.style == "joint" else None, float32=float32)
    outcome = Outcome(example, example.style)
    names = example.functions(alone(example.generated, "numpy"))
    style = "joint" if example.style == "joint" else "split"
    assert not list(findings(case, Stands(example.wrt), style, names, outcome))
    assert returns_cache(example) == ("on the author's cache" in outcome.remarks)


@pytest.mark.parametrize("example", [e for e in ARRAY_EXAMPLES if returns_cache(e)], ids=lambda e: e.id)
def test_the_cache_of_its_author(example: ArrayExample) -> None:
    """Both forwards, one backward: the same gradients to the bit."""
    names = alone(example.generated, "numpy")
    forward, backward = (names[n] for n in example.entries)
    case = case_of(example)
    for ours, own in zip(
        backward(case.dout, forward(**case.point)[1]),
        backward(case.dout, example.original(**case.point)[1]),
        strict=True,
    ):
        assert np.array_equal(ours, own)


def test_a_layer_keeps_the_gradients_of_its_parameters() -> None:
    """As the book's Affine does: dW and db stay on the layer for the update."""
    example = next(e for e in ARRAY_EXAMPLES if e.id == "layers.affine")
    layer = alone(example.generated, "numpy")["Affine"]()
    case = case_of(example)
    layer.forward(**case.point)
    _, dW, db = layer.backward(case.dout)
    assert layer.dW is dW and layer.db is db


@pytest.mark.parametrize("example", length.BENCHED, ids=lambda e: e.id)
def test_the_version_by_hand_is_right(example: ArrayExample) -> None:
    """What lengths are compared with gives the same gradients."""
    case = case_of(example)
    by_hand = getattr(by_hand_arrays, example.name)
    if example.style == "joint":
        (_, ours), (_, theirs) = alone(example.generated, "numpy")[example.entries[0]](**case.point), by_hand(
            **case.point
        )
    else:
        forward, backward = (alone(example.generated, "numpy")[e] for e in example.entries)
        ours, (_, theirs) = backward(case.dout, forward(**case.point)[1]), by_hand(case.dout, **case.point)
    assert len(ours) == len(theirs)
    assert all(np.allclose(a, b, rtol=1e-9) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("example", (*length.FIRSTS, *length.BENCHED), ids=lambda e: e.id)
def test_about_as_long_as_by_hand(example: ArrayExample) -> None:
    """At most one statement longer, but where the README says why; and it says so only there."""
    generated, hand = length.array_lengths(example)
    assert 0 < generated
    assert (generated > hand + 1) == (example.id in length.REASONS)


@pytest.mark.parametrize("example", [e for e in length.FIRSTS if e.written.published], ids=lambda e: e.id)
def test_at_most_one_longer_than_published(example: ArrayExample) -> None:
    """But for the one whose published version has no helpers, and one kind of labels at a time."""
    generated, _ = length.array_lengths(example)
    assert (generated > example.written.published + 1) == (example.id == "softmax_with_loss.softmax_with_loss")
