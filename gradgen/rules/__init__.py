"""The rule rows: what gradgen knows about each function, one row per function.

To add a function, add a row to the table it belongs to.
"""

from gradgen.rules import table_arithmetic, table_composites, table_exponentials, table_selection, table_special
from gradgen.rules import table_trigonometry
from gradgen.rules.rule import RULES, Rule, rule

TABLES = (
    table_arithmetic,
    table_exponentials,
    table_trigonometry,
    table_special,
    table_selection,
    table_composites,
)

__all__ = ["RULES", "TABLES", "Rule", "rule"]
