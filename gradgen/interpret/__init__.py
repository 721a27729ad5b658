"""gradgen's own interpreter of the accepted Python subset.

It walks the syntax tree of a text and runs nothing that is not on a list: no `exec`, no
imports, no attributes but the listed ones; steps, sizes and depth are bounded.  So it may be
given a stranger's file.  The same text runs over Python's floats or over numbers of many digits, and
so does NumPy: its own arrays over floats, object arrays otherwise (`numpy_table` lists what is known).
"""

from gradgen.interpret.errors import OutOfFuel, Raised, Refused
from gradgen.interpret.machine import Machine
from gradgen.interpret.numbers import FLOAT, MP, Numbers

__all__ = ["FLOAT", "MP", "Machine", "Numbers", "OutOfFuel", "Raised", "Refused"]
