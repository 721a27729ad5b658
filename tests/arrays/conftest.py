"""The corpus is text to be read and measured, not modules to be collected (one imports what is not installed)."""

collect_ignore_glob = ["corpus/*.py"]
