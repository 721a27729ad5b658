"""The command line's fixtures serve here, too."""

from tests.cli.conftest import folder, run  # noqa: F401
