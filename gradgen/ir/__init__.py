"""The intermediate representation: frozen, hashable statements and expressions."""
