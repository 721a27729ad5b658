"""Rows: gates that a whole chain of stages makes up (`analysis.gates` finds them), as an expert simplifies them on paper."""

from gradgen.rules.rule import rule
from gradgen.rules.shapes import part_of, picked_rows, rearranged, same
from gradgen.rules.site import Site


def softmax_back(site: Site) -> str:
    """p * (dp - sum(p * dp))"""
    options = "" if not site.given("axis") else ", axis=axis, keepdims=True"
    return f"p * (dp - np.sum(p * dp{options}))"


def log_softmax_back(site: Site) -> str:
    """dp - exp(p) * sum(dp)"""
    options = "" if not site.given("axis") else ", axis=axis, keepdims=True"
    return f"dp - np.exp(p) * np.sum(dp{options})"


rule(
    "p = gate.softmax(x, axis=None)", dx=softmax_back, shape=same, sympy="exp(x)/sum(exp(x))", gate="scaler", stem="p",
    why="p grows with its own x and gives way to all others; a shift of x changes nothing",
)  # fmt: skip
rule(
    "p = gate.log_softmax(x, axis=None)", dx=log_softmax_back, shape=rearranged, sympy="x - log(sum(exp(x)))", gate="scaler", stem="logp",
    why="the slope of x less the log of its exponentials' sum is one less the softmax",
)  # fmt: skip


def log_pick_back(site: Site) -> str:
    """-p * dv, and dv more at the entry that was picked"""
    return f"spread(-{'dv' if site.up == () else 'dv[:, None]'} * p, dv, index)"


rule(
    "v = gate.log_pick(x, p, index)", blocks="p index", dx=log_pick_back, shape=picked_rows, sympy="log(softmax(x)[index])", gate="scaler",
    stem="logp", why="the log of the picked softmax grows with its own x and falls with every x by its share p",
)  # fmt: skip


def normalized_back(site: Site) -> str:
    """(dz - mean(dz) - z * mean(z * dz)) / std"""
    options = (
        "" if not site.given("axis") else ", axis=axis" if site.integer("axis") == 0 else ", axis=axis, keepdims=True"
    )
    return f"(dz - np.mean(dz{options}) - z * np.mean(z * dz{options})) / std"


rule(
    "z = gate.normalized(x, std, axis=None)", blocks="std", dx=normalized_back, shape=rearranged, sympy="(x - mean(x))/sqrt(var(x) + eps)",
    gate="spreader", stem="norm", why="what moves the mean or the spread of x alone does not reach z",
)  # fmt: skip

rule(
    "y = gate.part(x, sections, axis, i)", blocks="sections axis i", dx="dy", shape=part_of, sympy="x", gate="mover", stem="part",
    why="each part holds some of the entries; their gradients lie one behind the other",
)  # fmt: skip
