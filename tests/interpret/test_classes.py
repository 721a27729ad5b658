"""Classes of an interpreted text: fields, methods, bases, and what is refused."""

from __future__ import annotations

import pytest

from gradgen.interpret import Machine, Raised, Refused

TEXT = """\
class Base:
    scale = 2

    def __init__(self, x):
        self.x = x

    def double(self):
        return self.scale * self.x


class Counter(Base):
    def __init__(self, x):
        super().__init__(x)
        self.seen = []

    def add(self, n):
        self.x += n
        self.seen.append(n)
        return self.double()

    @staticmethod
    def half(v):
        return v / 2


def use():
    c = Counter(1)
    c.add(3)
    return c.add(1), c.seen, Counter.half(3.0), Base.double(c)


def missing():
    return Counter(1).nothing


def outside(x):
    x.real = 1
    return x
"""


def test_methods_fields_and_bases() -> None:
    assert Machine(TEXT).call("use") == (10, [3, 1], 1.5, 10)


def test_a_field_that_is_missing_is_the_programs_own_error() -> None:
    with pytest.raises(Raised, match="AttributeError: 'Counter' object has no attribute 'nothing'"):
        Machine(TEXT).call("missing")


def test_only_instances_have_fields() -> None:
    with pytest.raises(Refused, match="assigning to the attribute `real`"):
        Machine(TEXT).call("outside", 1.0)
