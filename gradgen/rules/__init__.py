"""The rule rows: what gradgen knows about each function, one row per function.

To add a function, add a row to the table it belongs to.
"""

from gradgen.rules import table_arithmetic, table_composites, table_creation, table_diagonals, table_elementwise
from gradgen.rules import (
    table_exponentials,
    table_gates,
    table_joining,
    table_linear_algebra,
    table_moving,
    table_picking,
)
from gradgen.rules import table_products, table_reductions, table_selection, table_shaping, table_special, table_steps
from gradgen.rules import table_decompositions, table_scipy, table_trigonometry
from gradgen.rules.rule import ARRAY_RULES, RULES, Rule, rule

TABLES = (
    table_arithmetic,
    table_exponentials,
    table_trigonometry,
    table_special,
    table_selection,
    table_composites,
    table_elementwise,
    table_reductions,
    table_products,
    table_linear_algebra,
    table_decompositions,
    table_diagonals,
    table_shaping,
    table_joining,
    table_moving,
    table_picking,
    table_creation,
    table_steps,
    table_scipy,
    table_gates,
)

__all__ = ["ARRAY_RULES", "RULES", "TABLES", "Rule", "rule"]
