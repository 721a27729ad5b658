"""Every message code: its kind, what it means, and a source that provokes it.

`gradgen explain CODE` prints a row of this table; a file under tests/rejects shows each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a refusal says: whose turn it is to do something about it."""

    USAGE = "usage"
    UNSUPPORTED = "not supported yet"
    NEVER = "not differentiable"
    REFUTED = "refuted"
    GRADED = "wrong by hand"
    INTERNAL = "internal error"

    @property
    def exit_code(self) -> int:
        return {"usage": 2, "refuted": 1, "wrong by hand": 1}.get(self.value, 3)


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of message: ``title`` in a few words, ``why`` in a few sentences."""

    kind: Kind
    title: str
    why: str


def _codes(kind: Kind, rows: dict[str, tuple[str, str]]) -> dict[str, Code]:
    return {code: Code(kind, title, why) for code, (title, why) in rows.items()}


CODES: dict[str, Code] = {
    **_codes(
        Kind.USAGE,
        {
            "GG001": (
                "the file cannot be read",
                "It is missing, a directory, a device, too large, or not text in a known encoding.",
            ),
            "GG002": (
                "not valid Python",
                "The text does not parse as Python 3. gradgen reads source text only; it never runs the file.",
            ),
            "GG003": (
                "too deep or too long",
                "The text is nested or chained beyond what Python's own parser can hold, or beyond gradgen's documented caps.",
            ),
            "GG004": (
                "an option is wrong",
                "The command line, the configuration or an argument of the decorator names something that does not exist.",
            ),
            "GG005": (
                "the output would be lost",
                "gradgen overwrites only files that it generated itself, and never its own input. --force insists.",
            ),
        },
    ),
    **_codes(
        Kind.UNSUPPORTED,
        {
            "GG100": (
                "no function of that name",
                "-f names a function that the file does not define at its top level, or defines twice.",
            ),
            "GG101": (
                "for loop",
                "A loop runs over range(...), the rows of an array, enumerate or zip of these, and changes numbers and arrays.",
            ),
            "GG102": (
                "while loop",
                "The condition of a loop is read as it stands, so it calls nothing that needs stages of its own.",
            ),
            "GG103": (
                "statement",
                "The body of a differentiable function may hold assignments, if, loops, return, pass, print, assert and raise.",
            ),
            "GG104": (
                "unknown function",
                "Every call must be a function with a rule (gradgen rules), a function of the same file, or registered with gradgen.rule.",
            ),
            "GG105": (
                "expression",
                "This form of expression has no reverse yet; an ordinary expression usually says the same.",
            ),
            "GG106": (
                "shadowed name",
                "The name was rebound, so it is no longer the function or module it looks like.",
            ),
            "GG107": (
                "form of array code",
                "This attribute, method or index of arrays has no reverse yet; gradgen rules lists what has.",
            ),
            "GG108": (
                "decorator",
                "A decorator may replace the function by anything; only gradgen's own is understood.",
            ),
            "GG109": (
                "default value",
                "Defaults are copied into the generated signature and never evaluated here, so they must be literals.",
            ),
            "GG110": (
                "*args or **kwargs",
                "The gradient is returned parameter by parameter, so each must have a name.",
            ),
            "GG111": ("container", "Lists, tuples and dicts are followed by constant index or key, or by unpacking."),
            "GG112": ("recursion", "A function that calls itself would need a reverse pass of unknown depth."),
            "GG113": ("return", "Every path must return, and all must return the same structure."),
            "GG114": (
                "store into a container",
                "A store is followed into an array that the function made itself, not into a list, an argument, or storage that another name may share; copy it first, or give the new value a name of its own.",
            ),
            "GG115": (
                "source does not match",
                "The function object is not what its file says: edited since, redefined, wrapped, or written where no source is kept.",
            ),
            "GG116": (
                "module constant",
                "The file is never executed, so a global that is read must be a literal number there.",
            ),
            "GG117": (
                "script",
                "The lines stand at the top level of the file. A gradient needs a function: its parameters are what to differentiate by.",
            ),
            "GG118": ("unknown name", "Nothing in the function or the file gives this name a value."),
            "GG119": ("argument", "The argument's kind is not one that the generated code is for."),
            "GG121": (
                "shapes do not fit",
                "Two sizes that are stated to differ, in annotations or by --shape, meet where NumPy needs them equal.",
            ),
            "GG130": (
                "class",
                "A class with a forward is read as a layer: what forward reads off the object is a parameter, what it keeps there is kept. It inherits nothing, and forward does nothing else with the object.",
            ),
            "GG120": ("helper changed", "A function that this one calls was rebound since the gradient was generated."),
        },
    ),
    **_codes(
        Kind.NEVER,
        {
            "GG201": ("complex number", "Gradients here are of real functions of real numbers."),
            "GG202": (
                "result is not a number",
                "Only numbers and arrays can be differentiated; value_and_grad and the style joint are for a single number, vjp and the style split for all.",
            ),
            "GG203": (
                "nothing to differentiate",
                "No function here has a numeric parameter that a derivative can be taken by.",
            ),
            "GG204": (
                "parameter cannot be differentiated",
                "The parameter holds text, a truth value or an index: a derivative by it does not exist.",
            ),
        },
    ),
    **_codes(
        Kind.REFUTED,
        {
            "GG301": (
                "the gradient is wrong",
                "The generated gradient failed its proof and is not handed out. Please report the function.",
            )
        },
    ),
    **_codes(
        Kind.GRADED,
        {
            "GG401": (
                "a hand-written gradient is wrong",
                "`gradgen grade` compared it with the true gradient of the forward pass. The line is the first that holds a value which is no part of what it should be; no single usual mistake explains it.",
            ),
            "GG402": (
                "sign",
                "The gradient has the wrong sign here: a minus too many or too few. d(a - b) gives -1 to b; d(1/v) is -1/v**2.",
            ),
            "GG403": (
                "`=` for `+=`, or the other way round",
                "A value that is used twice gets a contribution from each use, and they add up: the first line may say `=`, each later one must say `+=`.",
            ),
            "GG404": (
                "a forgotten path",
                "The value reaches the output in one more way than the backward pass follows, for example through a mean or a denominator. Each way adds its contribution.",
            ),
            "GG405": (
                "sum over a broadcast axis",
                "Where the forward pass broadcasts, the backward pass sums, over the same axis: a bias of shape (M,) that is added to (N, M) gets the sum over axis 0.",
            ),
            "GG406": (
                "transposed",
                "Of out = x @ w the gradients are dx = dout @ w.T and dw = x.T @ dout: the other factor, transposed, on the side where it stood.",
            ),
            "GG407": (
                "a factor",
                "By the chain rule each gradient is the one that comes in times the local slope. A part of that product is missing, or there is one too many.",
            ),
            "GG408": (
                "forgot 1/N",
                "The loss is a mean over the examples, so each gradient carries the same division; or it is divided twice.",
            ),
            "GG409": (
                "regularisation",
                "The gradient of the penalty does not go with the loss: of reg * sum(W * W) it is 2 * reg * W, of 0.5 * reg * sum(W * W) it is reg * W.",
            ),
            "GG410": (
                "a constant",
                "A number in the backward pass is not what the derivative has there, or not the one of the forward pass (an eps, a slope, a scale).",
            ),
            "GG411": (
                "the wrong variable, or a stale one",
                "A line reads another variable than the derivative has there: the value before instead of after a step, the gradient of another value, or one that was overwritten meanwhile.",
            ),
            "GG412": (
                "operator or function",
                "An operator, a comparison or a function is not the one that the derivative has there.",
            ),
            "GG413": (
                "index",
                "A subscript picks the wrong entries. To cut a padding off by [pad:-pad] fails for a padding of 0, as -0 is the start: [pad:pad + H] always fits.",
            ),
            "GG414": (
                "the backward pass raises",
                "The student's own line raises an exception at inputs that the forward pass takes, or goes on past the limits of steps and sizes.",
            ),
            "GG415": (
                "a gradient is missing",
                "The backward pass hands back None, or nothing, where a gradient is due.",
            ),
            "GG416": (
                "another shape",
                "The values are right; a gradient must have the shape of what it is the gradient of.",
            ),
            "GG417": (
                "handed back in the wrong order",
                "Each gradient is right, but stands in the place of another one.",
            ),
            "GG418": (
                "not exactly the gradient",
                "The gradient agrees to some digits only: usually a small constant (an eps) that the forward pass has and the backward pass ignores.",
            ),
            "GG420": (
                "the forward pass is wrong",
                "The backward pass is not the gradient of this forward pass, but it is the gradient of one that was likelier meant: with parentheses around a denominator, or with a sum over each row instead of the whole batch.",
            ),
            "GG419": (
                "not checked",
                "The pair could not be run: a construct that gradgen's interpreter does not know, no inputs that the forward pass takes (--shape and --at say what they are), nothing that builds the cache, or a limit of steps or time.",
            ),
        },
    ),
    **_codes(
        Kind.INTERNAL,
        {"GG901": ("internal error", "gradgen broke one of its own rules. Please report the function that shows it.")},
    ),
}
