"""One way through: source text in, gradient text and its proof out."""

from __future__ import annotations

from gradgen.pipeline.files import called_helpers, chosen_functions, generate_file
from gradgen.pipeline.options import Options, as_tuple, check_shapes
from gradgen.pipeline.passes import PASSES
from gradgen.pipeline.result import Result, start
from gradgen.pipeline.texts import constants, function_names

__all__ = [
    "Options",
    "PASSES",
    "Result",
    "as_tuple",
    "called_helpers",
    "check_shapes",
    "chosen_functions",
    "constants",
    "function_names",
    "generate_file",
    "start",
]
