"""Seeded random array programs: what a person might write in NumPy, with an oracle for each.

``generator.program(seed)`` writes a program and knows the shape and the range of every value in it; ``survey`` puts it through
gradgen and holds the result against central differences and the invariants; ``run`` does so for many.
"""
