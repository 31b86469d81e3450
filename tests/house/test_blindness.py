"""Blindness by construction: what a laboratory's tables, parcels and chains may hold at all.

A new column of a table that hangs on a sample fails here until somebody has thought about it and
added it to `MAY_HOLD`: could it tell whose sample it is? The pages are read in tests/labs.
"""

import dataclasses
import re

import pytest

from aquacert.kernel.db import Base
from labs.custody.rules import PUBLIC_FACTS
from labs.intake.commands import Announced, Box
from tests.house.test_database import load_every_model

load_every_model()
HANGS_ON = {"blind_code", "item_id", "order_id", "consignment_id", "sample", "run_id", "result_id"}
UPPER = re.compile(
    r"hatch|farm|pond|owner|declar|batch|origin|certificate|seal|photo|gps|latitude|longitude"
    r"|office|county|sheet_number|label_code|waybill|licence|vet_|phone|consignee|uscc"
)
"""Words of the rooms above; no column of any laboratory's table has one."""
MAY_HOLD = {
    "lab_clock_stops": "item_id because stopped_at stopped_by_id resumed_at resumed_by_id",
    "lab_clocks": (
        "item_id order_id blind_code disease_code method_code unit value announced_at "
        "received_at entered_at verified_at reported_at due_at warned_at"
    ),
    "lab_consignments": (
        "number item_count state announced_at completed_at box_number carrier preservation "
        "expected_at arrived_at short_because"
    ),
    "lab_control_notes": "run_id scope_id control number rules cause action by_id at",
    "lab_custody": "blind_code sequence at act holder public private_digest previous hash",
    "lab_custody_heads": "blind_code sequence hash",
    "lab_items": (
        "consignment_id blind_code kind species life_stage matrix individuals sampled_on "
        "water_temperature_tenths condition condition_note received_at received_by_id state "
        "keep_apart"
    ),
    "lab_nonconformities": (
        "consignment_id item_id number kind code reason state opened_at opened_by_id done "
        "closed_at closed_by_id"
    ),
    "lab_orders": ("item_id disease_code disease_name_zh method_code method_standard held_by_id"),
    "lab_places": "worksheet_id well label role replicate item_id order_id",
    "lab_pool_members": "pool_id item_id order_id state",
    "lab_pools": (
        "code order_id disease_code method_code depth member_count limit_words state because "
        "made_by_id made_at settled_at"
    ),
    "lab_report_statements": (
        "item_id deviations sampling_deviations external stated_by_id stated_at"
    ),
    "lab_reports": (
        "item_id blind_code number year place content digest is_positive state "
        "authorised_by_id authorised_at authorised_on supersedes_id withdrawn_by_id "
        "withdrawn_at withdrawn_because standing version public_id record"
    ),
    "lab_results": (
        "run_id item_id order_id scope_id version outcome finding is_manual state because "
        "entered_by_id entered_at tested_on verified_by_id verified_at by_pool_id counted "
        "dilution unit as_entered lod uncertainty"
    ),
    "lab_signed_results": "signature_id result_id person_id result_hash",
    "lab_storages": (
        "item_id place state kept_until_on stored_at stored_by_id how asked_at asked_by_id "
        "destroyed_at destroyed_by_id"
    ),
    "lab_temperature_logs": (
        "consignment_id sha256 preservation low_tenths high_tenths readings refused "
        "excursions taken_in_at taken_in_by_id"
    ),
    "lab_wells": (
        "run_id result_id scope_id well sample role target cq_milli why entered_by_id "
        "entered_at is_cleared revision"
    ),
}
"""Columns of each table that hangs on a sample, but for id and lab_id."""


def tables():
    return {
        name: table
        for name, table in Base.metadata.tables.items()
        if name.startswith(("lab_", "laborator"))
    }


def reachable():
    """Tables with a row for a sample, or with a row that belongs to such a row."""
    found = {"lab_items", "lab_consignments"}
    for name, table in tables().items():
        parents = {key.column.table.name for key in table.foreign_keys}
        columns = {column.name for column in table.columns}
        if columns & HANGS_ON or parents & {"lab_items", "lab_orders", "lab_consignments"}:
            found.add(name)
    return found


@pytest.mark.parametrize("name", sorted(reachable() | set(MAY_HOLD)))
def test_a_table_that_hangs_on_a_sample_holds_only_what_somebody_thought_about(name):
    columns = {column.name for column in Base.metadata.tables[name].columns} - {"id", "lab_id"}
    assert sorted(columns) == sorted(MAY_HOLD.get(name, "").split())


def test_no_table_of_the_laboratory_has_a_word_of_the_rooms_above():
    named = [
        f"{name}.{column.name}"
        for name, table in tables().items()
        for column in table.columns
        if UPPER.search(column.name)
    ]
    assert named == []
    parents = {key.column.table.name for table in tables().values() for key in table.foreign_keys}
    assert parents <= set(tables()) | {"organisations", "people"}


def test_what_is_announced_is_what_the_laboratory_needs_and_no_more():
    assert {field.name for field in dataclasses.fields(Announced)} == {
        *("blind_code", "disease_code", "method_code", "matrix", "individuals", "sampled_on"),
        *("water_temperature", "species", "life_stage"),
        "keep_apart",  # a random word: not to be mixed in one pool; it says nothing else
    }
    assert {field.name for field in dataclasses.fields(Box)} == {
        *("number", "carrier", "expected_at", "preservation"),
    }


def test_no_fact_a_chain_may_show_has_a_word_of_the_rooms_above():
    assert [name for name in PUBLIC_FACTS if UPPER.search(name)] == []
