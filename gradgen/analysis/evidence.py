"""What the statements of a function show of its values: which are arrays, masks, of several ranks."""

from __future__ import annotations

from gradgen.analysis.flow import BLOCKED
from gradgen.ir.nodes import Call, CallPair, Const, Expr, For, If, Keep, Let, Stmt, Store, Var, variables
from gradgen.rules.constants import is_constant
from gradgen.rules.rule import canonical, find


def expressions(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement of the forward pass evaluates itself."""
    match s:
        case Let(value=value):
            return (value,)
        case Store(index=index, value=value):
            return (*index, value)
        case CallPair(args=args) | Keep(args=args):
            return args
        case If(test=test):
            return (test,)
        case For(over=over):
            return (over,)
    return ()


def used_as_arrays(expr: Expr):
    """The variables of which an expression uses an attribute, a method, entries, or a function that only arrays have."""
    for node in calls(expr):
        row = find(node, is_constant) if not node.fn.startswith(".") and node.fn != "[]" else None
        whole = row is not None and row[0].shape is not None and row[0].shape.__name__ not in ("elementwise", "same")
        if (
            node.args
            and isinstance(node.args[0], Var)
            and (node.fn.startswith(".") and node.fn != ".get" or node.fn == "[]" or whole)
        ):
            yield node.args[0].name


def asked_for_rank(expr: Expr):
    """The variables whose rank an expression asks for: they may have several."""
    for node in calls(expr):
        if (
            node.fn in (".ndim", "np.ndim")
            and isinstance(node.args[0], Var)
            or node.fn == "len"
            and isinstance(node.args[0], Call)
            and node.args[0].fn == ".shape"
        ):
            yield from variables(node)


def calls(expr: Expr):
    """Every operation inside an expression."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            yield node
            stack.extend(node.args)


def is_mask(item: Expr, shapes) -> bool:
    """Whether a value holds truth values."""
    if isinstance(item, Var):
        return item.name in shapes.masks
    if not isinstance(item, Call):
        return False
    if item.fn in BLOCKED and item.fn not in ("stop_gradient", "len") or item.fn in ("&", "|", "~"):
        return True
    row = find(item, is_constant)
    if row is None:
        return item.fn == "stop_gradient" and is_mask(item.args[0], shapes)
    if "dtype" in row[1] and row[1]["dtype"] != Const("None"):
        return row[1]["dtype"] in (Var("bool"), Call("np.bool_", ()))
    if row[0].gate == "mover" and "x" in row[1]:  # a view of a mask
        return is_mask(row[1]["x"], shapes)
    return canonical(item.fn).startswith(("np.logical_", "np.is", "np.greater", "np.less", "np.equal", "np.not_equal"))
