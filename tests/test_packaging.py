"""Wheel, source distribution, editable install and bare checkout: each finds its templates."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("gradgen", "templates", "tests", "generated_examples")
FILES = ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")
SUFFIXES = (".jinja", ".py", ".css", ".js")
TEMPLATES = {
    p.relative_to(ROOT / "templates").as_posix()
    for p in (ROOT / "templates").rglob("*")
    if p.is_file() and p.suffix in SUFFIXES
}
SHOW = (
    f"SUFFIXES = {SUFFIXES}\n"
    "import gradgen\n"
    "from gradgen.render.environment import FOLDERS, part, styles, template_path\n"
    "folder = next(f for f in FOLDERS if f.is_dir())\n"
    "print(gradgen.__file__)\n"
    "print(*sorted(p.relative_to(folder).as_posix() for p in folder.rglob('*.*') if p.suffix in SUFFIXES))\n"
    "print(*styles())\n"
    "assert 'def digamma' in part('digamma') and template_path('joint').is_file()"
)

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="these tests build the checkout")


def run(*command: object, cwd: Path, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, timeout=120, **more)


def succeeds(*command: object, cwd: Path, **more) -> str:
    """What a command prints."""
    done = run(*command, cwd=cwd, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Workshop:
    """A folder with a copy of the checkout, and an environment of its own with the build backend in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.checkout = folder / "checkout"
        ignore = shutil.ignore_patterns("__pycache__", ".*")
        for name in PARTS:
            shutil.copytree(ROOT / name, self.checkout / name, ignore=ignore)
        for name in FILES:
            shutil.copy(ROOT / name, self.checkout / name)
        venv.create(folder / "env", with_pip=True)
        self.python = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"

    def pip(self, *arguments: object) -> subprocess.CompletedProcess:
        base = (self.python, "-m", "pip", "--disable-pip-version-check", "--quiet")
        return run(*base, *arguments, cwd=self.folder)

    def build(self, kind: str, checkout: Path) -> Path:
        """A wheel or an sdist of a checkout."""
        code = f"from hatchling.build import build_{kind} as build; print(build({str(self.folder)!r}))"
        return self.folder / succeeds(self.python, "-c", code, cwd=checkout).split()[-1]

    def install(self, *what: object) -> None:
        """Install without dependencies, with the build backend that is here."""
        done = self.pip("install", "--no-deps", "--no-build-isolation", "--force-reinstall", *what)
        assert done.returncode == 0, done.stderr

    def found(self) -> list[str]:
        """Where the installed package is, its templates, its styles."""
        return succeeds(self.python, "-I", "-c", SHOW, cwd=self.folder).splitlines()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Workshop:
    shop = Workshop(tmp_path_factory.mktemp("packaging"))
    done = shop.pip("install", "--retries", "1", "--timeout", "10", "hatchling", "editables")
    if done.returncode:
        pytest.skip(f"no build backend, the package index is out of reach: {done.stderr[-200:]}")
    return shop


@pytest.fixture(scope="module")
def wheel(workshop) -> Path:
    return workshop.build("wheel", workshop.checkout)


@pytest.fixture(scope="module")
def sdist(workshop) -> Path:
    return workshop.build("sdist", workshop.checkout)


def in_wheel(path: Path) -> set[str]:
    """The templates in a wheel, by their place in the templates folder."""
    names = zipfile.ZipFile(path).namelist()
    assert all(n.startswith(("gradgen/", "gradgen_backprop-")) for n in names)
    return {n.removeprefix("gradgen/templates/") for n in names if "/templates/" in n}


def test_there_are_templates() -> None:
    assert {"styles/joint.py.jinja", "styles/split.py.jinja", "parts/digamma.py"} <= TEMPLATES


def test_wheel_holds_templates(wheel) -> None:
    assert wheel.name.startswith("gradgen_backprop-") and wheel.name.endswith("-py3-none-any.whl")
    assert in_wheel(wheel) == TEMPLATES


def test_sdist_holds_everything(workshop, sdist, tmp_path) -> None:
    """All that a wheel is built from, and the tests with what they read; the wheel built from it is the same."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert {*PARTS, *FILES} <= {p.name for p in unpacked.iterdir()}
    assert in_wheel(workshop.build("wheel", unpacked)) == TEMPLATES


def test_installed_wheel_finds_templates(workshop, wheel) -> None:
    workshop.install(wheel)
    where, templates, styles = workshop.found()
    assert "site-packages" in where
    assert set(templates.split()) == TEMPLATES
    assert {"joint", "split"} <= set(styles.split())
    command = workshop.python.with_name("gradgen")
    assert succeeds(command, "--version", cwd=workshop.folder).startswith("gradgen ")


def test_wheel_off_the_path_finds_templates(wheel, tmp_path) -> None:
    """Unzipped and put on the path, where no installer has been."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    said = succeeds(sys.executable, "-S", "-c", SHOW, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    where, templates, _ = said.splitlines()
    assert Path(where).is_relative_to(tmp_path)
    assert set(templates.split()) == TEMPLATES


def test_editable_install_finds_templates(workshop) -> None:
    workshop.install("-e", workshop.checkout)
    where, templates, _ = workshop.found()
    assert Path(where).is_relative_to(workshop.checkout)
    assert set(templates.split()) == TEMPLATES


def test_bare_checkout_finds_templates(workshop) -> None:
    said = succeeds(sys.executable, "-S", "-c", SHOW, cwd=workshop.checkout)
    where, templates, _ = said.splitlines()
    assert Path(where).is_relative_to(workshop.checkout)
    assert set(templates.split()) == TEMPLATES
