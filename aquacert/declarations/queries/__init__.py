"""What may be asked about declarations. Every question takes a `Look` first."""

from aquacert.declarations.queries.facts import (
    BatchLine,
    LineFacts,
    LoadFacts,
    all_load_facts,
    batches_of,
    declaration,
    load_facts,
    loads_of,
)
from aquacert.declarations.queries.faults import faults_of_checks
from aquacert.declarations.queries.flags import checks_of_each
from aquacert.declarations.queries.holds import free, held
from aquacert.declarations.queries.lists import (
    DeclarationLine,
    counts,
    declaration_page,
    declarations,
    mine,
    overdue_count,
    waiting,
)
from aquacert.declarations.queries.machine import (
    checked,
    earliest,
    machine_checks,
)
from aquacert.declarations.queries.reading import Reading, read
from aquacert.declarations.queries.subjects import stored_subject, subject_of

__all__ = [
    "BatchLine",
    "DeclarationLine",
    "LineFacts",
    "LoadFacts",
    "Reading",
    "all_load_facts",
    "batches_of",
    "checked",
    "checks_of_each",
    "counts",
    "declaration",
    "declaration_page",
    "declarations",
    "earliest",
    "faults_of_checks",
    "free",
    "held",
    "load_facts",
    "loads_of",
    "machine_checks",
    "mine",
    "overdue_count",
    "read",
    "stored_subject",
    "subject_of",
    "waiting",
]
