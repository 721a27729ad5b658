"""The patterns of backward flow, one sentence each: what a gate does to the gradient that arrives at it."""

GATES: dict[str, str] = {
    "distributor": "hands the gradient unchanged to every input, whatever their values",
    "router": "hands the whole gradient to one input and nothing to the others",
    "switcher": "hands each input the gradient times the other input",
    "scaler": "hands on the gradient times the local slope",
    "spreader": "spreads the gradient over everything that was summed",
    "mover": "hands on the gradient unchanged, in another form",
    "blocker": "hands on nothing: its output does not change when its input does",
}

EFFECTS: dict[str, str] = {  # what follows from it that one may not expect
    "distributor": "so a term gets as much however small it is: what counts is only that it was added",
    "router": "what was not chosen has a gradient of exactly 0, as long as it is not",
    "switcher": "a small input gets a large gradient and a large input a small one: data a thousand times as large make "
    "the gradient on the weights a thousand times as large, and the learning rate has to come down by as much",
    "scaler": "where the slope is near 0, as in the flat ends of a sigmoid, next to nothing is handed on",
    "spreader": "each entry gets the same, or its share of it",
    "blocker": "a step has slope 0: the inputs in front of it cannot be learned through it",
}

THOUSAND = (
    "with {name} a thousand times as large and the same gradient arriving, {line} gives {after} in place of {before}"
)
UNEQUAL = "of {small} = {less} and {large} = {more} the smaller gets the larger gradient: {most} against {least}"

OTHERS: dict[str, str] = {  # what is drawn like a gate and has no rule
    "name": "it is the same value by another name",
    "loop": "a loop: its trips are gone through backwards, each hands the gradient on what it carries to the one before",
    "call": "a function of the file, one gate here: its backward is a function too (gradgen explain -f {name} opens it)",
    "passed": "it has no line of its own on the way back: the gradient goes past it in one piece with that of the gates around it",
}
