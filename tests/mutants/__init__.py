"""Corrupted emissions: the referee must never call one of them right."""
