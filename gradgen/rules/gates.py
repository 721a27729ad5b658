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
