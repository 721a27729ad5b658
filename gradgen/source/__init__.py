"""Source text: reading it safely, finding functions in it, and pointing at places in it.

Nothing here executes or imports what it reads.  `text` is what a text is, `reading` how one comes in,
`compare` whether two are the same, `literal` the values that a command line spells.
"""

from gradgen.source.compare import digest, same_program
from gradgen.source.literal import literals
from gradgen.source.reading import MAX_BYTES, bounded, decode, read_bytes, read_file
from gradgen.source.text import MAX_CHAIN, MAX_DEPTH, SourceText, functions, parameters, printable, shown

__all__ = [
    "MAX_BYTES",
    "MAX_CHAIN",
    "MAX_DEPTH",
    "SourceText",
    "bounded",
    "decode",
    "digest",
    "functions",
    "literals",
    "parameters",
    "printable",
    "read_bytes",
    "read_file",
    "same_program",
    "shown",
]
