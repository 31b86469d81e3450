"""What is done at the bench: runs opened, wells entered or imported."""

from labs.bench.commands.concluding import conclude, repeat_run, submit_run
from labs.bench.commands.imports import Imported, commit_file, discard_file, import_run, stage_file
from labs.bench.commands.runs import (
    enter_control,
    enter_finding,
    enter_result,
    equip_run,
    open_run,
)
from labs.bench.commands.wells import Clash, Clashes, Typed, enter_wells

__all__ = [
    "Clash",
    "Clashes",
    "Imported",
    "Typed",
    "commit_file",
    "conclude",
    "discard_file",
    "enter_control",
    "enter_finding",
    "enter_result",
    "enter_wells",
    "equip_run",
    "import_run",
    "open_run",
    "repeat_run",
    "stage_file",
    "submit_run",
]
