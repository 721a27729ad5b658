"""The one place that says which gradgen this is."""

__version__ = "0.1.0"
