"""``python -m tests.golden.regenerate [NAME...]`` writes the expected parts anew.  Read the diff like code."""

from __future__ import annotations

import sys

from tests.golden.files import golden_files, read_golden, written


def main(names: list[str]) -> None:
    for path in golden_files():
        if not names or path.stem in names:
            path.write_text(written(read_golden(path)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
