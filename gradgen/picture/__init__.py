"""Pictures of a gradient: the values of a run, the circuit, its drawing, the explained page.

`values` runs the stages forward and backward at a point, `circuit` is the graph of gates and wires, `layout` places it,
`svg`, `dot` and `mermaid` write it down; `trace` prints the run, `lesson` explains it stage by stage, `page` as HTML.
The user's file is never executed: `gradgen.interpret` works out what the stages say.
"""
