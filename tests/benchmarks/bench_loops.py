"""How fast the generated text of loops is, and how much it keeps, against what a careful person writes.

``python -m tests.benchmarks.bench_loops`` prints a Markdown table: forward and backward in turns within one run, BLAS with one
thread; memory is the peak of what was allocated meanwhile.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

import tracemalloc  # noqa: E402
from collections.abc import Callable  # noqa: E402

import numpy as np  # noqa: E402

from tests.benchmarks import by_hand_loops as by_hand  # noqa: E402
from tests.benchmarks.bench_arrays import Race, agree, per_call, race  # noqa: E402
from tests.benchmarks.measure import machine, table  # noqa: E402
from tests.examples import by_hand as scalar  # noqa: E402

WEIGHTS = dict(dout="32 50 128", x="32 50 64", h0="32 128")
CHARACTERS = dict(
    inputs="ints 25 < 65", targets="ints 25 < 65", hprev="100 1", Wxh="100 65", Whh="100 100", Why="65 100", bh="100 1", by="65 1"
)  # fmt: skip
RACES = (
    Race(
        "pendulum, 1000 steps", "pendulum", "pendulum_value_and_grad", scalar.pendulum,
        dict(angle="number 0.5", damping="number 0.1", length="number 2.0", h="number 0.001", n="int 1000"),
    ),
    Race("char-RNN, 25 of 65 characters, 100 hidden", "char_rnn", "loss_fun_value_and_grad", by_hand.char_rnn, CHARACTERS),
    Race("RNN, (32, 50, 64) to 128", "recurrent", "rnn", by_hand.rnn, dict(**WEIGHTS, Wx="64 128", Wh="128 128", b="128")),
    Race("LSTM, (32, 50, 64) to 128", "recurrent", "lstm", by_hand.lstm, dict(**WEIGHTS, Wx="64 512", Wh="128 512", b="512")),
)  # fmt: skip


def peak(work: Callable, inputs: dict[str, object]) -> float:
    """The most memory that a call holds at once, in kilobytes."""
    tracemalloc.start()
    work(**inputs)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1024


def forward_share(r: Race, inputs: dict[str, object]) -> float:
    """The time of forward and backward over that of the author's own forward pass."""
    from tests.examples.examples import FOLDER
    from tests.support import execute

    own = execute((FOLDER / f"{r.file}.py").read_text(encoding="utf-8"))[r.function.removesuffix("_value_and_grad")]
    plain = {name: value for name, value in inputs.items() if name != "dout"}
    return per_call(r.ours(), inputs, 5) / per_call(own, plain, 5)


def main() -> None:
    """Print the table."""
    rows = []
    for r in RACES:
        inputs, ours = r.inputs(False), r.ours()
        for name in ("Wx", "Wh", "Wxh", "Whh", "Why"):
            if name in inputs:
                inputs[name] = 0.1 * inputs[name]
        assert agree(ours(**inputs), r.hand(**inputs), 1e-9), r.what
        a, b, ratio = race(ours, r.hand, inputs)
        kept, theirs = peak(ours, inputs), peak(r.hand, inputs)
        rows.append(
            (
                r.what,
                f"{a * 1e3:.2f} ms",
                f"{b * 1e3:.2f} ms",
                f"{ratio:.2f}",
                f"{kept:.0f} kB",
                f"{theirs:.0f} kB",
                f"{forward_share(r, inputs):.1f}",
            )
        )
    print(f"{machine()}, NumPy {np.__version__}, one thread\n")
    heads = ("generated", "by hand", "ratio", "kept, generated", "kept, by hand", "times the forward pass")
    print(table(("forward and backward", *heads), rows))


if __name__ == "__main__":
    main()
