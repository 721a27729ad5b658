"""Three hundred seeded random array programs against central differences and the invariants; refusals where they belong."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pytest

from tests.arrays.programs.generator import LOOPS, program
from tests.arrays.programs.injections import INJECTIONS
from tests.arrays.programs.oracle import Bad, Kink, differences, point
from tests.arrays.programs.program import Program
from tests.arrays.programs.survey import Depth, Tally, check, examine, examine_injected, kind_of, total

COUNT = 300
SEEDS = (*range(240), *range(LOOPS, LOOPS + COUNT - 240))  # the last ones have loops
OPEN = {229: "a helper's number"}  # seeds that meet what `found.still_open` lists, and which of it
THOROUGH = 30  # of which black, a second time, and renamed variables are tried
JOBS = min(2, os.cpu_count() or 1)


def _examine(seed: int) -> Tally:
    thorough = seed % (COUNT // THOROUGH) == 1
    return examine(seed, Depth(text=thorough, rename=thorough))


def _examine_injected(index: int) -> Tally:
    kinds = list(INJECTIONS)
    return examine_injected(10_000 + index, kinds[index % len(kinds)])


@pytest.fixture(scope="module")
def tally():
    with Pool(JOBS) as pool:
        found = total(pool.imap_unordered(_examine, SEEDS, chunksize=10))
    print(found.summary())
    return found


def _failures(tally: Tally) -> list[tuple[str, int, str]]:
    """What went wrong where nothing is known to be open."""
    return [f for f in tally.failures if tally.counts[f"failure {f[0]}"] and f[1] not in OPEN]


def _stories(tally: Tally, *kinds: str) -> str:
    failures = [f for f in tally.failures if (not kinds or f[0].startswith(kinds)) and f[1] not in OPEN]
    return "\n\n".join(f"{k} seed {s}: {m}\n{program(s).text}" for k, s, m in failures[:4])


def test_no_gradient_is_wrong(tally):
    assert not [f for f in _failures(tally) if f[0] == "wrong"], _stories(tally, "wrong")


def test_every_invariant_holds(tally):
    broken = {f[0] for f in _failures(tally)}
    assert not broken, f"{broken}\n{_stories(tally, *broken)}"


def test_nearly_all_are_accepted(tally):
    share = tally.counts["sure accepted"] / tally.counts["sure programs"]
    assert share >= 0.95, f"{tally.summary()}\n{_stories(tally, 'refused')}"
    assert tally.accepted_share >= 0.9, tally.summary()


def test_programs_evaluate_and_are_smooth_somewhere(tally):
    assert not tally.counts["bad point"], _stories(tally, "bad point")
    assert tally.counts["no point"] <= COUNT / 50


def test_forbidden_constructs_are_refused_at_their_line():
    with Pool(JOBS) as pool:
        found = total(pool.imap_unordered(_examine_injected, range(3 * len(INJECTIONS)), chunksize=5))
    messages = "\n\n".join(message for _, _, message in found.failures[:4])
    assert not found.failures, f"{found.summary()}\n{messages}"


def test_bytes_do_not_depend_on_the_hash_seed():
    """The same texts from interpreters with two hash seeds."""
    code = (
        "from gradgen import GradgenError, generate\n"
        "from tests.arrays.programs.generator import program\n"
        "for seed in range(500, 515):\n"
        "    base = program(seed)\n"
        "    try:\n"
        "        print(base.text, generate(base.text, base.name, verify=False, shape=base.told, style='split').draft('split'))\n"
        "    except GradgenError as error:\n"
        "        print(error)\n"
    )
    root = Path(__file__).parents[3]
    outputs = []
    for hash_seed in ("1", "2"):
        path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        run = partial(subprocess.run, capture_output=True, text=True, check=True)
        outputs.append(run([sys.executable, "-c", code], env=environment, cwd=root).stdout)
    assert outputs[0] == outputs[1]


# -- the bed itself can fail -------------------------------------------------------------------------------------------


HAND = Program(
    0, "import numpy as np\n\n\ndef f(x, w):\n    y = np.tanh(x) * w\n    return y\n", "f", dict(x="N D", w="D")
)
TEXT = """import numpy as np


def f_forward(x, w):
    t = np.tanh(x)
    y = t * w
    return y, (w, t)


def f_backward(dout, cache):
    w, t = cache
    dx = (1 - t * t) * w * dout
    dw = np.sum(t * dout, axis=0)
    return dx, dw
"""


class _Result:
    wrt = ("x", "w")


def _kinds(text: str) -> set[str]:
    tally = Tally()
    check(HAND, {"split": (_Result, text)}, Depth(), tally)
    return {kind for kind, _, _ in tally.failures}


def test_a_right_text_passes():
    assert _kinds(TEXT) == set()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("(1 - t * t)", "(1 - t)", "wrong"),
        ("t * w\n", "t * w + 1e-9\n", "I1"),
        ("np.sum(t * dout, axis=0)", "np.sum(t * dout, axis=0, keepdims=True)", "I2"),
        ("    y = t * w", "    x += 0.0\n    x[0, 0] = 7.0\n    y = t * w", "I3"),
        ("    dx = (1", "    dout *= 2.0\n    dx = 0.5 * (1", "I3"),
        ("return dx, dw", "t *= 1.0\n    t[:] = dx\n    return t, dw", "I4"),
        ("dx = (1 - t * t) * w * dout", "dx = (1 - t * t) * w * dout\n    t *= 0.5", "I5"),
        ("axis=0)\n", "axis=0) + 0.001\n", "I6"),
        ("    dw =", "    raise ValueError\n    dw =", "I8"),
    ],
)
def test_a_wrong_text_fails(old, new, kind):
    assert kind in _kinds(TEXT.replace(old, new))


def test_programs_are_the_same_for_a_seed_and_differ_between_seeds():
    texts = [program(seed).text for seed in range(50)]
    assert texts == [program(seed).text for seed in range(50)]
    assert len(set(texts)) == 50


def test_kinks_are_seen():
    def at(x: float):
        return differences(lambda p: float(np.sum(np.abs(p["x"]))), {"x": np.array([x, 1.0])}, ("x",))

    assert at(0.5) == pytest.approx([1.0, 1.0])
    for x in (0.0, 3e-5):
        with pytest.raises(Kink):
            at(x)


def test_what_does_not_evaluate_is_no_point():
    with pytest.raises(Bad):
        point(Program(0, "def f(x):\n    return x[9]\n", "f", dict(x="N")), 0)


def test_findings_have_kinds():
    assert kind_of("the emitted text raises ValueError: x") == "I8"
    assert kind_of("two gradients share memory") == "I4"
    assert kind_of("the gradient by x is off by 1.0 of its norm") == "wrong"
