"""The command line's fixtures serve here, too; one browser serves all tests."""

import pytest

from tests.cli.conftest import folder, run  # noqa: F401
from tests.picture.browser import browser


@pytest.fixture(scope="session")
def chrome():
    with browser() as made:
        yield made
