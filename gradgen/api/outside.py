"""What a function reads from outside: helpers and libraries must stay, numbers may change."""

from __future__ import annotations

import builtins
import types

from gradgen.api.arguments import is_real, kind
from gradgen.ir.nodes import literal
from gradgen.api.lookup import MISSING, problem, same_code, same_defaults, undecorated, value_in, variable
from gradgen.api.surroundings import Found

Place = tuple[str, types.CellType | None, dict[str, object]]  # a name, its closure's cell, the globals


class Outside:
    """Where a function's outer names are kept, what they must stand for, and what they do now.

    ``literals`` are the constants of the generated text with their values there.
    """

    def __init__(self, function: types.FunctionType, found: Found, literals: dict[str, str]):
        self.function, self.found = function, found
        self.kinds = {n: type(literal(t)) if t[:1] in "'\"TF" else float for n, t in literals.items()}
        own = {*function.__code__.co_names, *function.__code__.co_freevars}
        self.known = {n: value_in(*variable([function], n), n) for n in found.helpers if n in own}
        self.watched: list[tuple[str, types.CellType | None, dict[str, object], object]] = []
        self.constants: list[Place] = []

    def compare(self) -> bool:
        """Compare helpers with their text, libraries with themselves, and watch them from now on.

        True if there is anything to watch.  Raises GG115 or GG120.
        """
        owners = [self.function]
        watched = []
        todo = dict.fromkeys(self.found.helpers)
        while todo:  # those first whose place is known: a helper's helper may be in the helper's own closure
            name = next((n for n in todo if variable(owners, n)[0] is not None), next(iter(todo)))
            del todo[name]
            cell, space = variable(owners, name)
            value = value_in(cell, space, name)
            if (before := self.known.get(name, MISSING)) is not MISSING and before is not value:
                raise self.changed(name)
            owners.append(self.same_as_text(name, value))
            watched.append((name, cell, space, value))
        for name, value in self.found.libraries.items():
            cell, space = variable(owners, name)
            now = value_in(cell, space, name)
            if now is MISSING and hasattr(builtins, name):
                value = now = None  # nothing of a builtin's name may come up in the globals
            if now is not value:
                raise self.changed(name)
            watched.append((name, cell, space, value))
        self.watched = watched
        self.constants = [(n, *variable(owners, n)) for n in self.kinds]
        return bool(watched or self.constants)

    def same_as_text(self, name: str, value: object) -> types.FunctionType:
        """The function that a helper's name stands for, if it is the one in the text."""
        function, expected = undecorated(value), self.found.helpers[name]
        if not isinstance(function, types.FunctionType):
            raise self.changed(name)
        if expected and same_code(expected, function.__code__):
            if same_defaults(function, self.found.scope.functions[name]):
                return function
        if function.__code__.co_filename != self.function.__code__.co_filename:
            raise self.changed(name)
        raise problem("GG115", f"the helper `{name}` is not what its file says", "import it again")

    def refresh(self, space: dict[str, object]) -> None:
        """Check what must stay; give generated code the constants of now.  Raises GG119, GG120."""
        try:
            for name, cell, outer, value in self.watched:
                if (outer.get(name) if cell is None else cell.cell_contents) is not value:
                    raise self.changed(name)
            for name, cell, outer in self.constants:
                value = outer.get(name, MISSING) if cell is None else cell.cell_contents
                if value is not space.get(name):
                    space[name] = self.still_a_constant(name, value)
        except ValueError:  # an empty cell: the variable was deleted
            raise self.changed(name) from None

    def constants_in(self, space: dict[str, object]) -> dict[str, object]:
        """The constants as the generated code sees them."""
        return {name: space[name] for name in self.kinds}

    def still_a_constant(self, name: str, value: object) -> object:
        """A constant's new value, if it is of the old kind."""
        if is_real(value) if self.kinds[name] is float else type(value) is self.kinds[name]:
            return value
        what = "gone" if value is MISSING else kind(value)
        help = f"keep `{name}` a number, or make it a parameter"
        raise problem("GG119", f"the constant `{name}` is {what} now", help)

    def changed(self, name: str) -> Exception:
        reader = self.function.__name__
        what = f"`{name}`, which `{reader}` reads, is not what it was when its gradient was generated"
        return problem("GG120", what, f"differentiate again: gradgen({reader})")
