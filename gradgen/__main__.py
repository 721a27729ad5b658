"""``python -m gradgen``: the command line."""

import os
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

if __name__ == "__main__":
    # -m puts the working directory first: a stranger's json.py or sympy.py there would be imported, that is, executed
    if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()] != [HERE]:
        del sys.path[0]

    from gradgen.cli import main

    sys.exit(main())
