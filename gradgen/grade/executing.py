"""``--exec``: pairs that cannot be interpreted are run by Python, in a subprocess with limits.

This is no sandbox: the student's file is executed with the rights of whoever grades it.  Only pairs of plain functions whose
parameters have shapes are run; their gradients are compared with central differences of the forward pass in float64.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from dataclasses import replace

from gradgen.grade.inputs import drawn, sizes_of
from gradgen.grade.pairing import Pair, found
from gradgen.grade.planning import Planner
from gradgen.grade.plans import plans
from gradgen.grade.report import Paper
from gradgen.grade.results import Unrunnable, parameters
from gradgen.grade.running import Runner
from gradgen.grade.verdicts import Graded, Settings, Verdict
from gradgen.grade.watch import Body
from gradgen.interpret import OutOfFuel, Raised, Refused

MEMORY = 2 << 30
CHILD = """
import json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (%(memory)d, %(memory)d))
    resource.setrlimit(resource.RLIMIT_CPU, (%(seconds)d, %(seconds)d))
except (ImportError, ValueError, OSError):
    pass
import copy, importlib.util, io
import numpy as np
job = json.load(open(sys.argv[1]))
out, sys.stdout = sys.stdout, io.StringIO()
spec = importlib.util.spec_from_file_location("student", job["file"])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
forward, backward = getattr(module, job["forward"]), getattr(module, job["backward"])
inputs = {k: np.array(v) if isinstance(v, list) else v for k, v in job["inputs"].items()}
def first(values):
    np.random.seed(0)
    result = forward(**copy.deepcopy(values))
    return result if isinstance(result, tuple) else (result, None)
result = first(inputs)
rng = np.random.default_rng(1)
dout = rng.normal(size=np.shape(result[0]))
grads = backward(dout.copy(), result[-1])
grads = grads if isinstance(grads, tuple) else (grads,)
rows = []
for name, grad in zip(job["wrt"], grads):
    x = np.array(inputs[name], dtype=float)
    true = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        ends = []
        for h in (1e-5, -1e-5):
            moved = dict(inputs); y = x.copy(); y[at] += h; moved[name] = y
            ends.append(np.sum(np.asarray(first(moved)[0]) * dout))
        true[at] = (ends[0] - ends[1]) / 2e-5
    own = None if grad is None else np.asarray(grad, dtype=float)
    if own is None or own.shape != true.shape:
        rows.append([name, None if own is None else list(own.shape), list(true.shape), 0.0, 0.0])
    else:
        gap = float(np.max(np.abs(own - true), initial=0.0))
        size = float(max(np.max(np.abs(own), initial=0.0), np.max(np.abs(true), initial=0.0), 1e-12))
        rows.append([name, list(own.shape), list(true.shape), gap / size, gap])
sys.stdout = out
print(json.dumps(rows))
"""


def executed(paper: Paper, seconds: float) -> None:
    """Run the unchecked pairs of a paper, and put what comes of it in their place."""
    pairs = {p.name: p for p in found(paper.source.tree)} if paper.source else {}
    for graded in paper.unchecked:
        pair = pairs.get(graded.name)
        if pair is not None and pair.kind == "pair" and len(parameters(pair.backward_node)) == 2:
            run_one(paper, graded, pair, seconds)


def run_one(paper: Paper, graded: Graded, pair, seconds: float) -> None:
    """One pair in a subprocess; what fails is told as the reason why it stays unchecked."""
    try:
        inputs = first_inputs(paper.source.tree, pair)
    except (Unrunnable, Raised, Refused, OutOfFuel) as error:
        graded.unchecked += f"; --exec: {error}"
        return
    wrt = [name for name, value in inputs.items() if hasattr(value, "dtype") and value.dtype.kind == "f"]
    job = {
        "file": paper.filename,
        "forward": pair.forward,
        "backward": pair.backward,
        "wrt": wrt,
        "inputs": {k: v.tolist() if hasattr(v, "tolist") else v for k, v in inputs.items()},
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(job, file)
    child = CHILD % {"memory": MEMORY, "seconds": max(1, int(seconds))}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", child, file.name], capture_output=True, text=True, timeout=seconds, check=False
        )
        rows = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        graded.unchecked += f"; --exec: stopped after {seconds:g} seconds"
        return
    except (ValueError, IndexError):
        said = done.stderr.strip().splitlines()[-1:] or ["it printed nothing"]
        graded.unchecked += f"; --exec: {said[0]}"
        return
    graded.unchecked = ""
    graded.verdicts = [verdict(*row) for row in rows]
    graded.how = "executed by Python, against central differences in float64"


def first_inputs(tree: ast.Module, pair: Pair) -> dict[str, object]:
    """Inputs by shapes alone, since the forward pass cannot be interpreted."""
    leaves = Planner(tree, pair, Settings(), Runner(tree), Body(pair.forward_node)).leaves()
    plan = next(plans(leaves))
    return drawn(plan, next(sizes_of(plan)), 1)


def verdict(name: str, own: list | None, true: list, error: float, gap: float) -> Verdict:
    """The verdict on one gradient from what the subprocess says."""
    row = Verdict(f"d{name}", name, "right", error=error, maxdiff=gap)
    if own is None:
        return replace(row, status="missing", why="it is None")
    if own != true:
        return replace(row, status="wrong", why=f"its shape is {tuple(own)}, `{name}` has {tuple(true)}")
    return replace(row, status="right" if error < 1e-6 else "wrong")
