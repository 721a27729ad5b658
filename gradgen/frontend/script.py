"""Script lines, as in lecture notes, wrapped into the function that was meant."""

from __future__ import annotations

import ast

from gradgen.source import SourceText


def wrap_script(source: SourceText) -> str | None:
    """The function to paste for top-level lines such as ``x = 3; y = -4; q = x + y; f = q * x``; None if there is nothing to wrap.

    Literal assignments at the start are the inputs.  A hand-written backward pass (names ``d...`` of a name assigned before) is
    left out.
    """
    body = [s for s in source.tree.body if not isinstance(s, (ast.Import, ast.ImportFrom))]
    imports = [ast.unparse(s) for s in source.tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]
    inputs: list[str] = []
    position = 0
    while position < len(body) and (names := _input_names(body[position])):
        inputs += names
        position += 1
    lines, result, known = [], "", set(inputs)
    for s in body[position:]:
        target = s.targets[0].id if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name) else None
        if target is None or _is_gradient(target, known):
            break
        lines.append(f"    {ast.unparse(s)}")
        known.add(target)
        result = target
    if not lines:
        return None
    head = f"def {_function_name(result, known)}({', '.join(dict.fromkeys(inputs)) or _free(body, known)}):"
    return "\n".join([*imports, head, *lines, f"    return {result}"])


def _function_name(result: str, known: set[str]) -> str:
    return "f" if result in ("f", "out") or "f" not in known else "forward"


def _input_names(s: ast.stmt) -> list[str]:
    """The names of ``x = 3`` or ``w = [2, -3]``; empty for anything else."""
    if isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], ast.Name):
        try:
            ast.literal_eval(s.value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return []
        return [s.targets[0].id]
    return []


def _is_gradient(name: str, known: set[str]) -> bool:
    """``dnum`` after ``num``, ``dfdx`` after ``f`` and ``x``."""
    if not name.startswith("d"):
        return False
    rest = name[1:]
    return rest in known or any(rest == f"{a}d{b}" for a in known for b in known)


def _free(body: list[ast.stmt], known: set[str]) -> str:
    names = (n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return ", ".join(dict.fromkeys(n for n in names if n not in known and n not in ("math", "np", "print")))
