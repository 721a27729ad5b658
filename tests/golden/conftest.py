"""The golden files are read by test_golden.py, not collected."""

from pathlib import Path

collect_ignore = [
    p.name for p in Path(__file__).parent.glob("*.py") if not p.name.startswith("test_")
]
