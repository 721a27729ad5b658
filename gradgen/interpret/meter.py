"""What an interpreted program may use up: steps, sizes of values, depth of calls.

Checks come before the work they bound: a product is measured before it is multiplied out.
"""

from __future__ import annotations

from gradgen.interpret.errors import OutOfFuel

MAX_BITS = 1 << 14  # of an integer
MAX_ITEMS = 1_000_000  # of a list, tuple or text
MAX_CALLS = 100  # calls inside calls
FREE_BITS = 1024  # integers up to here cost no more than one step
CONTAINERS = (list, tuple, dict, range, str)


class Meter:
    """The fuel left of one call and the depth it is at."""

    def __init__(self, fuel: int):
        self.left = fuel
        self.depth = 0

    def spend(self, steps: int) -> None:
        """Use up steps.  Raises `OutOfFuel` when there are none left."""
        self.left -= steps
        if self.left < 0:
            raise OutOfFuel("it takes too many steps")

    def items(self, count: int) -> None:
        """Allow a value of so many items, and charge for it."""
        if count > MAX_ITEMS:
            raise OutOfFuel(f"a value of more than {MAX_ITEMS:,} items")
        self.spend(count)

    def bits(self, count: int) -> None:
        """Allow an integer of so many bits, and charge for it."""
        if count > FREE_BITS:
            if count > MAX_BITS:
                raise OutOfFuel(f"an integer of more than {MAX_BITS:,} bits")
            self.spend(count >> 6)

    def sized(self, value):
        """The value, after charging for its size."""
        kind = type(value)
        if kind is int:
            self.bits(value.bit_length())
        elif kind is list or kind is tuple or kind is str:
            self.items(len(value))
        return value

    def weigh(self, value) -> None:
        """Charge for every item that a walk through the value would meet (a value may hold itself)."""
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, CONTAINERS):
                self.spend(1 + _length(item))
                if isinstance(item, (list, tuple)):
                    stack.extend(item)
                elif isinstance(item, dict):
                    stack.extend(item)
                    stack.extend(item.values())

    def enter(self) -> None:
        """Go one call deeper."""
        self.depth += 1
        if self.depth > MAX_CALLS:
            raise OutOfFuel(f"more than {MAX_CALLS} calls inside calls")

    def leave(self) -> None:
        """Come back from a call."""
        self.depth -= 1


def _length(item) -> int:
    """``len`` that holds for a range of any size."""
    if isinstance(item, range):
        return max(0, (item.stop - item.start + item.step - (1 if item.step > 0 else -1)) // item.step)
    return len(item)
