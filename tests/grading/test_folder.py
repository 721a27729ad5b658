"""A folder of fifty submissions, each of one function, most with a mistake, graded with one command."""

from __future__ import annotations

import ast
import json
import random
from pathlib import Path

import pytest

from gradgen.cli import main
from tests.benchmarks.bench_grading import Case, cases, changing, outcome
from tests.grading.mutate import mutants

COUNT, SOUND = 50, 5  # every fifth is right


def submission(case: Case, backward: ast.FunctionDef) -> str:
    """The text that a student hands in: imports, what the passes call, the forward pass, this backward pass."""
    read = {n.id for f in (case.pair.forward_node, backward) for n in ast.walk(f) if isinstance(n, ast.Name)}
    others = [s for s in case.tree.body if isinstance(s, ast.Import) or getattr(s, "name", "") in read]
    return ast.unparse(ast.Module([*others, case.pair.forward_node, backward], [])) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> tuple[Path, set[str]]:
    """(the folder, the names of the files that are right)."""
    place, rng = tmp_path_factory.mktemp("hand_in"), random.Random(8)
    alone = [c for c in cases() if c.pair.kind == "pair" and c.path.stem in ("layers", "scalars", "normalisation")]
    alone = [c for c in alone if c.pair.name != "dropout_backward"]  # a mask may be its own square
    right: set[str] = set()
    for number in range(COUNT):
        case, name = alone[number % len(alone)], f"student_{number:02}.py"
        if number % SOUND == 0:
            made, right = case.node, right | {name}
        else:
            known = outcome(case, case.tree)
            some = list(mutants(case.node))
            rng.shuffle(some)
            made = next(m for m in some if changing(case, known, m)).body
        (place / name).write_text(submission(case, made))
    return place, right


def test_a_folder_is_graded_with_one_command(folder, capsys) -> None:
    place, right = folder
    assert main(["grade", str(place), "--format", "json", "--points", "2"]) == 1
    files = json.loads(capsys.readouterr().out)["files"]
    assert len(files) == COUNT
    status = {Path(f["file"]).name: [g["status"] for g in f["functions"]] for f in files}
    told = {Path(f["file"]).name for f in files for g in f["functions"] for x in g["flags"] if "for scalars only" in x}
    assert {name for name, found in status.items() if set(found) == {"right"}} - told == right
    assert "unchecked" not in {s for found in status.values() for s in found}
    named = [g for f in files for g in f["functions"] if g["status"] != "right" and g["mistakes"]]
    assert len(named) >= 0.95 * (COUNT - len(right) - len(told))
