"""What is done at the bench: runs opened, wells entered or imported, results reviewed by another person."""

from labs.bench.commands.imports import Imported, commit_file, discard_file, import_run, stage_file
from labs.bench.commands.review import Verdict, review_result, review_results, take_back_result
from labs.bench.commands.runs import enter_control, enter_finding, enter_result, open_run

__all__ = [
    "Imported",
    "Verdict",
    "commit_file",
    "discard_file",
    "enter_control",
    "enter_finding",
    "enter_result",
    "import_run",
    "open_run",
    "review_result",
    "review_results",
    "stage_file",
    "take_back_result",
]
