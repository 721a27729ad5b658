"""``python -m tests.examples.regenerate [FILE...]`` writes the outputs of generated_examples/ anew, each by its header's own command.

The pictures and pages are made by the commands of `examples.PICTURES`.  Read the diff like code.  The tables of lengths in the README there, and the files that the README of the project shows, are written anew as well.
"""

from __future__ import annotations

import os
import re
import sys

from gradgen.cli import main as gradgen
from tests.examples.examples import FOLDER, PICTURES, command


def main(files: list[str]) -> int:
    """The worst exit code."""
    os.chdir(FOLDER)
    worst = 0
    for path in sorted(FOLDER.glob("*_grad.py")):
        if not files or path.name.removesuffix("_grad.py") in files:
            worst = max(worst, gradgen(command(path.read_text(encoding="utf-8"))[1:]))
    for name, words in PICTURES.items():
        if not files or name.partition(".")[0] in files:
            worst = max(worst, gradgen([*words, "-o", name]))
    from tests.examples import length  # reads the outputs that were just written

    length.write_tables()
    show_files()
    return worst


def show_files() -> None:
    """Put the files that README.md shows into it, as they are now."""
    path = FOLDER.parent / "README.md"
    shown = re.compile(r"(<!-- file: (\S+) -->\n```python\n).*?^(```)$", re.DOTALL | re.MULTILINE)
    text = path.read_text(encoding="utf-8")
    new = shown.sub(lambda m: m[1] + (FOLDER.parent / m[2]).read_text(encoding="utf-8") + m[3], text)
    path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
