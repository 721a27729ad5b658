"""What can be read off a text without running it."""

import ast

from gradgen.interpret.coverage import defaults, expected, find, literals


def test_what_must_run_leaves_out_what_leads_to_a_raise():
    tree = ast.parse(
        "def g(x):\n    return x\ndef f(x):\n    if x:\n        y = 1\n        raise x\n    return g(x) if y else 2\ndef other():\n    return 1"
    )
    coverage = expected(tree, ("f",))
    assert coverage.lines == {2, 4, 7}
    assert coverage.outcomes == {((4, 7), False), ((7, 19), True), ((7, 19), False)}


def test_literals_and_defaults():
    tree = ast.parse("def f(x, a=2, *, mode='sum', w=[1]):\n    'doc'\n    return x * 3.5")
    function = find(tree, "f")
    assert sorted(map(str, literals(function))) == ["1", "2", "3.5", "sum"]
    assert defaults(function) == {"a": 2, "mode": "sum"} and find(tree, "g") is None


def test_a_branch_that_no_input_decides_needs_one_arm():
    text = "import numpy as np\ndef f(x, c):\n    z = np.exp(0.5)\n    if TEST:\n        y = x\n    else:\n        y = 2\n    return y"
    for test, settled in (("z > 1", True), ("x.ndim == len(x)", True), ("c > z", False), ("np.sum(x) > 1", False)):
        coverage = expected(ast.parse(text.replace("TEST", test)), ("f",))
        coverage.lines = {7}  # what has not run yet
        assert coverage.settled() == (set() if settled else {7})
