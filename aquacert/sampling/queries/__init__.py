"""Reads of sampling: what must be tested and where it stands; samples, labels, self-tests."""

from aquacert.sampling.queries.gate import (
    batch_of_sample,
    farm_of_sample,
    sample_id_of,
    waiting_on,
)
from aquacert.sampling.queries.required import (
    batch_line,
    planned,
    required_for,
    required_tests,
)
from aquacert.sampling.queries.samples import (
    diseases_of,
    paper_of,
    report_of,
    sample,
    sample_by_blind_code,
    samples,
    samples_of,
    tests_of_sample,
)
from aquacert.sampling.queries.sheets import sampling_facts, sheet_of_sample
from aquacert.sampling.queries.standing import (
    BatchTests,
    batch_tests,
    days_of,
    is_left,
    needs_sample,
    ordered,
    substitute,
    tests_for,
    tests_of,
    told,
    told_unordered,
)
from aquacert.sampling.rules import RequiredTest, TestStanding

__all__ = [
    "BatchTests",
    "RequiredTest",
    "TestStanding",
    "batch_line",
    "batch_of_sample",
    "batch_tests",
    "days_of",
    "diseases_of",
    "farm_of_sample",
    "is_left",
    "needs_sample",
    "ordered",
    "paper_of",
    "planned",
    "report_of",
    "required_for",
    "required_tests",
    "sample",
    "sample_by_blind_code",
    "sample_id_of",
    "samples",
    "samples_of",
    "sampling_facts",
    "sheet_of_sample",
    "substitute",
    "tests_for",
    "tests_of",
    "tests_of_sample",
    "told",
    "told_unordered",
    "waiting_on",
]
