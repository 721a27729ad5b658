"""Seeded random programs, an independent oracle, and the invariants every emission must hold."""
