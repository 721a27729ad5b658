"""Two thousand seeded random programs against the oracle and the invariants; refusals where they belong."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import pytest

from tests.programs import oracle
from tests.programs.generator import LOOPS, Param, Program, program
from tests.programs.injections import INJECTIONS
from tests.programs.invariants import Emission, Subject, check, renamed, shape_of
from tests.programs.survey import Depth, Tally, examine, examine_injected, total

COUNT = 2_000
VERIFIED = range(8, 1_020, 34)  # of which the gradient is proved: every length of program is among them
THOROUGH = 100  # of which black, a second time, and renamed variables are tried
JOBS = min(2, os.cpu_count() or 1)


def _depth(seed: int) -> Depth:
    thorough = seed % (COUNT // THOROUGH) == 1
    return Depth(verify=seed in VERIFIED, text=thorough, rename=thorough)


def _examine(seed: int) -> Tally:
    return examine(seed, _depth(seed))


def _examine_injected(index: int) -> Tally:
    kinds = list(INJECTIONS)
    return examine_injected(10_000 + index, kinds[index % len(kinds)])


@pytest.fixture(scope="module")
def tally():
    with Pool(JOBS) as pool:
        found = total(pool.imap_unordered(_examine, range(COUNT), chunksize=20))
    print(found.summary())
    return found


def _stories(tally: Tally, *kinds: str) -> str:
    failures = [f for f in tally.failures if not kinds or f[0].startswith(kinds)]
    return "\n\n".join(f"{k} seed {s}: {m}\n{program(s).text}" for k, s, m in failures[:5])


def test_no_gradient_is_wrong(tally):
    assert not tally.counts["failure wrong"], _stories(tally, "wrong")


def test_nothing_crashes_or_is_refuted(tally):
    kinds = ("crash", "internal", "refuted")
    assert not any(tally.counts[f"failure {k}"] for k in kinds), _stories(tally, *kinds)


def test_every_invariant_holds(tally):
    # in the split style a name that may have no value starts as None, where paths to its reads are told apart by flags only
    assert tally.counts["failure same error"] <= COUNT / 400
    broken = {k for k in tally.counts if k.startswith("failure")} - {"failure same error"}
    assert not broken, f"{broken}\n{_stories(tally, *(k.removeprefix('failure ') for k in broken))}"


def test_loops() -> None:
    """Programs with loops: none wrong, every invariant; nearly all accepted."""
    seeds = range(LOOPS, LOOPS + 300)
    with Pool(JOBS) as pool:
        found = total(pool.imap_unordered(_examine, seeds, chunksize=10))
    broken = {k for k in found.counts if k.startswith("failure")}
    assert not broken, f"{broken}\n{_stories(found)}"
    assert found.accepted_share >= 0.95, f"{found.summary()}\n{_stories(found, 'refused')}"
    assert sum("for " in program(seed).text for seed in seeds) > len(seeds) / 4


def test_nearly_all_are_accepted(tally):
    assert tally.counts["programs"] == COUNT
    assert tally.accepted_share >= 0.95, f"{tally.summary()}\n{_stories(tally, 'refused')}"


def test_nearly_all_are_proved(tally):
    assert tally.counts["verified"] >= 0.9 * len(VERIFIED)
    assert tally.proved_share >= 0.99, f"{tally.summary()}\n{_stories(tally, 'verdict')}"


def test_forbidden_constructs_are_refused_at_their_line():
    with Pool(JOBS) as pool:
        found = total(pool.imap_unordered(_examine_injected, range(6 * len(INJECTIONS)), chunksize=10))
    messages = "\n\n".join(message for _, _, message in found.failures[:5])
    assert not found.failures, f"{found.summary()}\n{messages}"


def test_bytes_do_not_depend_on_the_hash_seed():
    """The same texts from interpreters with two hash seeds."""
    code = (
        "import hashlib, sys\n"
        "from gradgen import GradgenError, generate\n"
        "from tests.programs.generator import program\n"
        "for seed in range(500, 525):\n"
        "    base = program(seed)\n"
        "    try:\n"
        "        text = generate(base.text, base.name, verify=False).text_of('split')\n"
        "    except GradgenError as error:\n"
        "        text = str(error)\n"
        "    print(seed, hashlib.sha256((base.text + text).encode()).hexdigest())\n"
    )
    root = Path(__file__).parents[2]
    outputs = []
    for hash_seed in ("1", "2"):
        path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        run = partial(subprocess.run, capture_output=True, text=True, check=True)
        outputs.append(run([sys.executable, "-c", code], env=environment, cwd=root).stdout)
    assert outputs[0] == outputs[1]


# ---------------------------------------------------------------- the bed itself can fail


HAND = Program(
    0,
    "import math\n\n\ndef f(x, w):\n    return math.sin(x) * w[0] + abs(w[1])\n",
    "f",
    (Param("x", "number", -1, 1), Param("w", "list", 0.5, 1.5, 2)),
)
JOINT = """import math


def f_value_and_grad(x, w):
    s = math.sin(x)
    f = s * w[0] + abs(w[1])
    dx = math.cos(x) * w[0]
    return f, (dx, [s, 1.0 if w[1] > 0 else -1.0])
"""


def _failures(text: str) -> set[str]:
    emission = Emission("joint", text, ("f_value_and_grad",), ("x", "w"))
    return {f.invariant for f in check(Subject(HAND, (emission,)), random.Random(0))}


def test_a_right_text_passes():
    assert _failures(JOINT) == set()


@pytest.mark.parametrize(
    ("old", "new", "invariant"),
    [
        ("math.cos(x)", "math.sin(x)", "wrong"),
        ("+ abs", "- abs", "I1"),
        ("[s, 1.0", "[s", "wrong"),
        ("    dx =", "    w[0] = w[0] + 1\n    dx =", "I3"),
        ("    dx =", "    import random\n    dx =", "imports"),
        ("return f, (dx, [s, 1.0 if w[1] > 0 else -1.0])", "w[:] = [s, 1.0]\n    return f, (dx, w)", "I3"),
        ("f_value_and_grad", "other", "entries"),
    ],
)
def test_a_wrong_text_fails(old, new, invariant):
    assert invariant in _failures(JOINT.replace(old, new))


def test_programs_are_the_same_for_a_seed_and_differ_between_seeds():
    texts = [program(seed).text for seed in range(50)]
    assert texts == [program(seed).text for seed in range(50)]
    assert len(set(texts)) == 50


def test_programs_evaluate_on_their_own_arguments():
    raised = 0
    for seed in range(200):
        base = program(seed)
        function = oracle.load(base.text)[base.name]
        for point in base.args(random.Random(seed)):
            try:
                base.call(function, point)
            except NameError:  # some have a path that leaves a variable unbound, on purpose
                raised += 1
    assert raised < 20


def test_renaming_keeps_the_shape():
    for seed in range(100):
        other = renamed(program(seed))
        if other:
            assert shape_of(other.text) == shape_of(program(seed).text)


def test_kinks_are_seen():
    base = Program(0, "def f(x):\n    return abs(x)\n", "f", (Param("x", "number", -1, 1),))
    precise = oracle.load_precise(base.text)
    assert oracle.gradients(base, precise, (0.5,), ("x",), (1.0,)) == [1]
    with pytest.raises(oracle.Kink):
        oracle.gradients(base, precise, (0,), ("x",), (1.0,))


@pytest.mark.parametrize(
    "text", ["math.copysign(x, x / 2)", "max(x, 0) - max(-x, 0)", "abs(x) * (1 if x > 0 else -1)", "math.sqrt(x * 0)"]
)
def test_kinks_that_cancel_are_seen(text: str):
    """The two sides agree, and so does no rule with them that takes one step at a time."""
    base = Program(0, f"import math\ndef f(x):\n    return {text}\n", "f", (Param("x", "number", -1, 1),))
    with pytest.raises(oracle.Kink):
        oracle.gradients(base, oracle.load_precise(base.text), (0.0,), ("x",), (1.0,))
