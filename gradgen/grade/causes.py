"""What can be wrong with a line: every cause with its message code and its words; and a mistake, a line with its cause."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """``said`` is what it is called, for people; ``detailed``: what exactly is wrong says all, where that is known."""

    code: str
    said: str
    detailed: bool = False


CAUSES = {
    "sign": Cause("GG402", "the sign is wrong"),
    "accumulate": Cause("GG403", "`=` throws away what was there: it should be `+=`"),
    "overwrite": Cause("GG403", "`+=` adds to what was there: it should be `=`"),
    "axis": Cause("GG405", "the sum runs over the wrong axis"),
    "sum": Cause("GG405", "a sum over a broadcast axis is missing"),
    "extra sum": Cause("GG405", "this sum does not belong here"),
    "mean": Cause("GG405", "a mean where a sum is due, or the other way round", True),
    "keepdims": Cause("GG405", "keepdims is wrong here"),
    "transpose": Cause("GG406", "a matrix is transposed, or the factors of the product are in the wrong order"),
    "factor": Cause("GG407", "a factor is missing", True),
    "extra factor": Cause("GG407", "a factor does not belong here", True),
    "count": Cause("GG408", "the division by the number of examples is missing", True),
    "extra count": Cause("GG408", "a division by the number of examples too many", True),
    "regulariser": Cause("GG409", "the factor of the regularisation's gradient is wrong"),
    "constant": Cause("GG410", "a constant is wrong", True),
    "disagrees": Cause("GG410", "forward and backward disagree on a constant", True),
    "operator": Cause("GG412", "the operator is wrong"),
    "comparison": Cause("GG412", "the comparison is wrong"),
    "name": Cause("GG411", "the wrong variable is used", True),
    "function": Cause("GG412", "the wrong function is used", True),
    "index": Cause("GG413", "the index is wrong"),
    "padding": Cause("GG413", "the padding is cut off wrongly: with a padding of 0, `-0` is the start"),
    "path": Cause("GG404", "a path is forgotten", True),
    "extra term": Cause("GG404", "a term does not belong here", True),
    "swapped": Cause("GG417", "the gradients are handed back in the wrong order"),
    "shape": Cause("GG416", "the values are right, in another shape"),
    "forward": Cause("GG420", "the forward pass is not what this backward pass is for"),
    "unknown": Cause("GG401", ""),
}


@dataclass(frozen=True)
class Mistake:
    """A wrong line: its number, the cause (a key of `CAUSES`), what exactly, and the line as it should be."""

    line: int
    cause: str
    detail: str = ""
    mended: str = ""
    about: str = ""  # the gradient that goes wrong there
