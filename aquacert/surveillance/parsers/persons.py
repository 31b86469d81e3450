"""Names of natural persons are taken out of a feed before anything of it is kept.

Raw rows are kept in clear and for ever, so they may not hold who stored, reported or was tested.
For a lab message everything is dropped that is not on the list of what is needed; for DHIS2 the
accounts and notes are dropped by name, and of an entity's attributes those that no field of ours
was set to (there, an attribute may be anybody's name or telephone number).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aquacert.surveillance.parsers.jsonfile import listed

ACCOUNTS = frozenset(
    {
        *("storedBy", "storedby", "createdBy", "updatedBy", "assignedUser", "completedBy"),
        *("createdByUserInfo", "lastUpdatedByUserInfo", "notes", "relationships"),
    }
)
"""DHIS2: who wrote, was assigned or completed; free notes; links to other entities."""
MESSAGE = frozenset(
    {
        *("uuid", "type", "disease", "testedDisease", "diseaseVariant", "diseaseVariantDetails"),
        *("messageDateTime", "reportId", "reportMessageId", "status", "changeDate"),
    }
)
SAMPLE = frozenset(
    {
        *("uuid", "labSampleId", "sampleDateTime", "sampleReceivedDate", "sampleMaterial"),
        *("specimenCondition", "sampleOverallTestResult"),
    }
)
TEST = frozenset(
    {
        *("uuid", "testedDisease", "disease", "testLabName", "testLabExternalIds", "testType"),
        *("testPcrTestSpecification", "testDateTime", "dateOfResult", "testResult"),
        *("testResultVerified", "preliminary", "externalId", "externalOrderId", "typingId"),
        *("testedDiseaseVariant", "testedDiseaseVariantDetails", "cqValues"),
    }
)
"""SORMAS: what is kept of a message, of a sample report and of a test report; and Ct values."""
CYCLES = ("cq", "ct")


def of_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lab message with nothing but what MESSAGE, SAMPLE and TEST list."""
    kept = {name: value for name, value in message.items() if name in MESSAGE}
    old = {name: value for name, value in message.items() if name in SAMPLE - {"uuid"}}
    samples = listed(dict(message), "sampleReports")
    if "testReports" in message:  # the older message was itself the report of one sample
        samples = [{**old, "testReports": message["testReports"]}, *samples]
    kept["sampleReports"] = [_of_sample(one) if isinstance(one, dict) else None for one in samples]
    return kept


def of_tracker(found: object, keep: frozenset[str] | None = None) -> Any:  # noqa: ANN401 (JSON)
    """Return a tracker payload without accounts; `keep`: attributes whose value may stay."""
    if isinstance(found, list):
        return [of_tracker(one, keep) for one in found]
    if not isinstance(found, dict):
        return found
    kept = {name: of_tracker(one, keep) for name, one in found.items() if name not in ACCOUNTS}
    if keep is not None and "attribute" in kept and not _is_kept(kept, keep):
        kept.pop("value", None)
    return kept


def _is_kept(pair: Mapping[str, Any], keep: frozenset[str]) -> bool:
    return any(str(pair.get(name)) in keep for name in ("attribute", "code", "displayName"))


def _of_sample(sample: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in sample.items() if name in SAMPLE}
    tests = listed(dict(sample), "testReports")
    kept["testReports"] = [_of_test(one) if isinstance(one, dict) else None for one in tests]
    return kept


def _of_test(test: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in test.items()
        if name in TEST or (name.startswith(CYCLES) and "Value" in name)
    }
