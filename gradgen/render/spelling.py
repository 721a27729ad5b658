"""How library functions are written in the emitted text: as the source's own imports make them available."""

from __future__ import annotations

from gradgen.frontend.scope import Scope, canonical_import
from gradgen.ir.names import Names

MODULES = {"math": "math", "np": "numpy"}
OWN = ("digamma",)  # functions that the emitted text carries along (templates/parts)


class Spelling:
    """Prints functions and remembers the import lines that they need.

    ``exp`` stays ``exp`` where the source says ``from math import exp``, ``math.cos`` uses the source's own name for the
    module, and where it imports only functions by name so does the emitted text.
    """

    def __init__(self, scope: Scope, taken: set[str]):
        self.names = Names(taken)
        self.direct = {canonical_import(path): name for name, path in scope.imports.items() if "." in path}
        self.modules = {canonical_import(path): name for name, path in scope.imports.items() if "." not in path}
        self.style = "name" if any(p.startswith("math.") for p in self.direct) and "math" not in self.modules else "module"
        self.lines: dict[str, None] = {}
        self.parts: dict[str, str] = {}

    def __call__(self, fn: str) -> str:
        """The printed name of a function or constant, e.g. ``math.exp``."""
        if fn in OWN:
            return self.parts.setdefault(fn, self.names.fresh(fn))
        library, _, name = fn.rpartition(".")
        if library not in MODULES:
            return fn
        if fn not in self.direct and self.style == "name" and name not in self.names.taken:
            self.direct[fn] = self.names.fresh(name)
        if fn in self.direct:
            return self._by_name(library, name, self.direct[fn])
        return f"{self.module(library)}.{name}"

    def module(self, library: str) -> str:
        """The name of a library's module, imported."""
        if library not in self.modules:
            self.modules[library] = self.names.fresh(MODULES[library])
        module = self.modules[library]
        self.lines[f"import {MODULES[library]}" + (f" as {module}" if module != MODULES[library] else "")] = None
        return module

    def _by_name(self, library: str, name: str, printed: str) -> str:
        self.lines[f"from {MODULES[library]} import {name}" + (f" as {printed}" if printed != name else "")] = None
        return printed

    def imports(self) -> list[str]:
        """The import lines for everything printed so far, names of one module on one line."""
        modules = sorted(line for line in self.lines if line.startswith("import"))
        grouped: dict[str, list[str]] = {}
        for line in self.lines:
            head, found, name = line.partition(" import ")
            if found:
                grouped.setdefault(head, []).append(name)
        return [*modules, *(f"{head} import {', '.join(sorted(names))}" for head, names in sorted(grouped.items()))]
