"""From a syntax tree to a staged function: validate, resolve names, split into stages."""
