"""How library functions are written in the emitted text: as the source's own imports make them available."""

from __future__ import annotations

from gradgen.frontend.rows import definition
from gradgen.frontend.scope import Scope, canonical_import
from gradgen.ir.names import Names
from gradgen.rules.rule import library, own_row
from gradgen.source import SourceText

MODULES = {"math": "math", "np": "numpy"}
SCIPY = "scipy.special"
OWN = {
    "digamma": "digamma",
    "parts.unbroadcast": "unbroadcast",
}  # functions that the emitted text carries along (templates/parts)


class Spelling:
    """Prints functions and remembers the import lines that they need.

    ``exp`` stays ``exp`` where the source says ``from math import exp``, ``math.cos`` uses the source's own name for the
    module, and where it imports only functions by name so does the emitted text.  A function of the user's that has a rule
    comes along: its definition, with what that reads (`definitions`, `constants`), or the import that gives it.
    """

    def __init__(self, scope: Scope, taken: set[str], source: SourceText | None = None):
        self.names, self.scope, self.source = Names(taken), scope, source
        self.definitions: dict[str, str] = {}
        self.constants: dict[str, str] = {}
        self.direct = {canonical_import(path): name for name, path in scope.imports.items() if "." in path}
        self.modules = {canonical_import(path): name for name, path in scope.imports.items() if "." not in path}
        self.style = (
            "name" if any(p.startswith("math.") for p in self.direct) and "math" not in self.modules else "module"
        )
        self.lines: dict[str, None] = {}
        self.parts: dict[str, str] = {}
        self.reserved = {name: self.names.fresh(name) for name in OWN.values()}  # no variable is called so

    def __call__(self, fn: str) -> str:
        """The printed name of a function or constant, e.g. ``math.exp``."""
        if fn in OWN:
            return self.parts.setdefault(OWN[fn], self.reserved[OWN[fn]])
        module, _, name = fn.rpartition(".")
        if module.startswith("np."):  # np.linalg
            return (
                self.direct[fn]
                if fn in self.direct and self._by_name(module, name, self.direct[fn])
                else f"{self(module)}.{name}"
            )
        if module == SCIPY:
            return self.special(fn, name)
        if module not in MODULES:
            return self.own(fn) if own_row(fn) or fn in self.scope.functions or fn in self.scope.imports else fn
        if fn not in self.direct and self.style == "name" and name not in self.names.taken:
            self.direct[fn] = self.names.fresh(name)
        if fn in self.direct:
            return self._by_name(module, name, self.direct[fn])
        return f"{self.module(module)}.{name}"

    def special(self, fn: str, name: str) -> str:
        """A function of `scipy.special` by the source's own import of it, of the module, or by name."""
        if fn not in self.direct and SCIPY in self.direct:
            return f"{self._by_name('scipy', 'special', self.direct[SCIPY])}.{name}"
        if fn not in self.direct and "scipy" in self.modules:
            module = self.modules["scipy"]
            self.lines["import scipy.special" if module == "scipy" else f"import scipy as {module}"] = None
            return f"{module}.special.{name}"
        if fn not in self.direct and name in self.reserved and OWN[name] not in self.parts:
            self.direct[fn], self.reserved[name] = self.reserved[name], self.names.fresh(name)
        if fn not in self.direct:
            self.direct[fn] = self.names.fresh(name)
        return self._by_name(SCIPY, name, self.direct[fn])

    def own(self, fn: str) -> str:
        """A function of the user's as the source calls it, brought along."""
        for name, path in self.scope.imports.items():
            if path == fn:
                return self.bring(name)
        if fn in self.scope.functions or fn in self.scope.imports:
            return self.bring(fn)
        for name, path in self.scope.imports.items():
            if fn.startswith(f"{path}."):
                self.lines[f"import {library(fn)}" if name == path else self._import(name)] = None
                return name + fn.removeprefix(path)
        return fn

    def bring(self, name: str) -> str:
        """A name of the source with what it stands for: a function with all that it reads, a constant, an import."""
        if name in self.scope.functions and name not in self.definitions and self.source:
            self.definitions[name], reads = definition(self.scope.functions[name], self.source)
            for read in reads:
                self.bring(read)
        elif name in self.scope.constants:
            self.constants[name] = self.scope.constants[name]
        elif name in self.scope.imports:
            self.lines[self._import(name)] = None
        return name

    def _import(self, name: str) -> str:
        """The import line that binds a name as the source's does."""
        path = self.scope.imports[name]
        module, dot, own = path.rpartition(".")
        line = f"from {module} import {own}" if dot else f"import {path}"
        return line if name == (own or path) else f"{line} as {name}"

    def module(self, library: str) -> str:
        """The name of a library's module, imported."""
        if library not in self.modules:
            self.modules[library] = self.names.fresh(library)
        module = self.modules[library]
        self.lines[f"import {MODULES[library]}" + (f" as {module}" if module != MODULES[library] else "")] = None
        return module

    def _by_name(self, library: str, name: str, printed: str) -> str:
        self.lines[
            f"from {MODULES.get(library) or library.replace('np.', 'numpy.')} import {name}"
            + (f" as {printed}" if printed != name else "")
        ] = None
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
