"""What is done at the bench: runs opened, wells entered or imported."""

from labs.bench.commands.imports import Imported, commit_file, discard_file, import_run, stage_file
from labs.bench.commands.runs import (
    enter_control,
    enter_finding,
    enter_result,
    equip_run,
    open_run,
)

__all__ = [
    "Imported",
    "commit_file",
    "discard_file",
    "enter_control",
    "enter_finding",
    "enter_result",
    "equip_run",
    "import_run",
    "open_run",
    "stage_file",
]
