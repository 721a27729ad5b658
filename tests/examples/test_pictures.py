"""The shipped figures and pages are what their commands make now."""

from __future__ import annotations

import pytest

from gradgen.cli import main
from tests.examples.examples import FOLDER, PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_fresh(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(FOLDER)
    assert main([*PICTURES[name], "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
