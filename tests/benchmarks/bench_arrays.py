"""How fast the generated text on arrays is, against what a careful person writes: forward and backward, in turns within one run.

``python -m tests.benchmarks.bench_arrays`` prints a Markdown table.  BLAS gets one thread.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

import statistics  # noqa: E402
import time  # noqa: E402
import tracemalloc  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass  # noqa: E402

import numpy as np  # noqa: E402

from tests.arrays.numeric import leaves, narrow  # noqa: E402
from tests.arrays.recipes import draw  # noqa: E402
from tests.benchmarks import by_hand_arrays as by_hand  # noqa: E402
from tests.benchmarks.measure import machine, table  # noqa: E402
from tests.examples.examples import FOLDER  # noqa: E402
from tests.support import execute  # noqa: E402

ROUNDS, SECONDS = 41, 0.02  # how often the two take turns, and how long one turn lasts


@dataclass(frozen=True)
class Race:
    """A generated function of an example file, its hand-written counterpart, and inputs of a realistic size."""

    what: str
    file: str
    function: str
    hand: Callable
    recipe: dict

    def inputs(self, float32: bool) -> dict[str, object]:
        drawn = draw(self.what, self.recipe)
        if "params" in drawn:  # weights as small as at the start of training
            drawn["params"] = {name: 0.01 * value for name, value in drawn["params"].items()}
        return narrow(drawn) if float32 else drawn

    def ours(self) -> Callable:
        """The generated text as one function like the hand-written ones: of a pair, forward and then backward."""
        names = execute((FOLDER / f"{self.file}_grad.py").read_text(encoding="utf-8"))
        if self.function.endswith("_value_and_grad"):
            return names[self.function]
        forward, backward = names[f"{self.function}_forward"], names[f"{self.function}_backward"]

        def both(dout, **arguments):
            out, cache = forward(**arguments)
            return out, backward(dout, cache)

        return both


NORM = dict(dout="256 512", x="256 512", gamma="512", beta="512")
SCORES = dict(x="256 1000", y="ints 256 < 1000")
NET = dict(
    params=dict(W1="3072 100", b1="100", W2="100 10", b2="10"), X="200 3072", y="ints 200 < 10", reg="number 0.1"
)
MIXTURE = dict(x="1000 16", logits="20", mu="20 16", logsigma="20 16")
BLOCK = dict(
    x="8 64 128", targets="ints 8 64 < 1000", g1="128", b1="128", wqkv="128 384", bqkv="384", wo="128 128", bo="128", g2="128", b2="128",
    wfc="128 512", bfc="512", wpr="512 128", bpr="128", gf="128", bf="128", wte="1000 128", heads="int 4",
)  # fmt: skip
RACES = (
    Race("affine, (128, 1, 28, 28) to 256", "affine", "affine", by_hand.affine, dict(dout="128 256", x="128 1 28 28", w="784 256", b="256")),
    Race("relu, (256, 1024)", "relu", "relu", by_hand.relu, dict(dout="256 1024", x="256 1024")),
    Race("batchnorm, (256, 512)", "batchnorm", "batchnorm", by_hand.batchnorm, {**NORM, "eps": "number 1e-5"}),
    Race("layernorm, (256, 512)", "layernorm", "layernorm", by_hand.layernorm, {**NORM, "ln_param": {"eps": "number 1e-5"}}),
    Race("softmax loss, (256, 1000)", "scores_loss", "softmax_loss_value_and_grad", by_hand.softmax_loss, SCORES),
    Race("svm loss, (256, 1000)", "scores_loss", "svm_loss_value_and_grad", by_hand.svm_loss, SCORES),
    Race("two-layer net, (200, 3072) to 100 to 10", "two_layer_net", "two_layer_net_value_and_grad", by_hand.two_layer_net, NET),
    Race("Gaussian mixture, (1000, 16), 20 of them", "gaussian_mixture", "log_likelihood_value_and_grad", by_hand.log_likelihood, MIXTURE),
    Race("GPT block and loss, (8, 64, 128), 4 heads", "gpt", "gpt_loss_value_and_grad", by_hand.gpt_loss, BLOCK),
)  # fmt: skip


def agree(ours: object, hand: object, tolerance: float) -> bool:
    """Whether two results are the same up to rounding."""
    pairs = zip(leaves(ours), leaves(hand), strict=True)
    return all(p == q and np.linalg.norm(a - b) <= tolerance * np.linalg.norm(b) for (p, a), (q, b) in pairs)


def per_call(work: Callable, inputs: dict[str, object], calls: int) -> float:
    """Seconds of the processor's time per call: a busy machine shows little in them."""
    start = time.process_time()
    for _ in range(calls):
        work(**inputs)
    return (time.process_time() - start) / calls


def race(ours: Callable, hand: Callable, inputs: dict[str, object]) -> tuple[float, float, float]:
    """(least seconds per call of ours, of the hand-written, median of their ratios), in turns that swap places."""
    calls = max(1, round(SECONDS / per_call(hand, inputs, 3)))
    times = []
    for turn in range(ROUNDS):
        if turn % 2:
            b, a = per_call(hand, inputs, calls), per_call(ours, inputs, calls)
        else:
            a, b = per_call(ours, inputs, calls), per_call(hand, inputs, calls)
        times.append((a, b))
    first, other = zip(*times, strict=True)
    return min(first), min(other), statistics.median(a / b for a, b in times)


def peak(work: Callable, inputs: dict[str, object]) -> float:
    """The most memory that one call holds at a time, in MB (NumPy's arrays are counted)."""
    work(**inputs)
    tracemalloc.start()
    work(**inputs)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 2**20


def main() -> None:
    """Print the table."""
    rows, peaks = [], []
    for r in RACES:
        cells, ours = [], r.ours()
        for float32 in (False, True):
            inputs = r.inputs(float32)
            assert agree(ours(**inputs), r.hand(**inputs), 1e-4 if float32 else 1e-9), r.what
            a, b, ratio = race(ours, r.hand, inputs)
            cells += [f"{a * 1e3:.2f} ms", f"{b * 1e3:.2f} ms", f"{ratio:.2f}"]
        rows.append((r.what, *cells))
        a, b = peak(ours, inputs), peak(r.hand, inputs)
        peaks.append((r.what, f"{a:.2f} MB", f"{b:.2f} MB", f"{a / b:.2f}"))
    print(f"{machine()}, NumPy {np.__version__}, one thread\n")
    print(
        table(
            (
                "forward and backward",
                *(f"{n}, {t}" for t in ("float64", "float32") for n in ("generated", "by hand", "ratio")),
            ),
            rows,
        )
    )
    print(f"\n{table(('peak memory, float32', 'generated', 'by hand', 'ratio'), peaks)}")


if __name__ == "__main__":
    main()
