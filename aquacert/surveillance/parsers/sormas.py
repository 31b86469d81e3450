"""SORMAS external lab messages (JSON): one row a sample report, one SAMPLE a sample and disease.

Several messages may share a `reportId` (the same notification, sent again or corrected); each has
its own `reportMessageId`. So the key is notification + sample + disease, and the instant of the
message is its version: the newer message speaks, in whatever order they came. A human id of a
sample is unique only per disease: the disease is part of the key.

Gene-specific Ct columns become rows of (target, cq). A code that is not known keeps its row: the
result is then None, what was written stays in `result_written`, and `unmapped` names it. Nothing
of a person is kept (parsers/persons.py says what is); the state of work on a message (UNPROCESSED,
FORWARDED, …) stays in the raw row: it says nothing of the sample. Shapes: the message with
`sampleReports`, and the older one with `testReports` in the message itself. Both are from the
public sources of SORMAS; its own REST answers are JSON, so XML is not read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from aquacert.kernel.clock import legal_day
from aquacert.surveillance.parsers.cells import flag_of, refused, text_of
from aquacert.surveillance.parsers.dhis2 import joined, version_of
from aquacert.surveillance.parsers.jsonfile import as_map, at, listed, load_json, record_row
from aquacert.surveillance.parsers.persons import of_message
from aquacert.surveillance.parsers.shape import Asked, Bad, Code, Kind, Opened, Report, Row, report
from aquacert.surveillance.rules.events import Status

RESULTS: Mapping[str, str | None] = {
    "POSITIVE": "positive",
    "NEGATIVE": "negative",
    "INDETERMINATE": "inconclusive",
    "PENDING": None,
    "NOT_DONE": None,
    "NOT_APPLICABLE": None,
}
"""What SORMAS writes; None: there is no result (yet)."""
NO_MESSAGE = "这不是 SORMAS 的实验室消息（reportId、sampleReports）。"
CYCLE_CAP = 100.0
HINTS = frozenset({"sampleReports", "testReports", "reportId", "messageDateTime"})


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Return one row for each sample report of each message."""
    messages = _messages(load_json(file))
    old = any("testReports" in one for one in messages if isinstance(one, dict))
    return Opened("lab message, one sample" if old else "lab message", _rows(messages, asked.today))


def without_persons(file: BinaryIO) -> bytes:
    """Return the file as it may be kept: the same messages with nothing of a person in them."""
    kept = []
    for one in _messages(load_json(file)):
        try:
            kept.append(of_message(as_map(one)))
        except Bad:
            kept.append({"sampleReports": None})
    return json.dumps(kept, ensure_ascii=True).encode()


def _messages(found: object) -> list[Any]:
    if isinstance(found, dict) and isinstance(found.get("elements"), list):
        found = found["elements"]
    messages = found if isinstance(found, list) else [found]
    if not any(isinstance(one, dict) and HINTS & one.keys() for one in messages):
        raise refused(NO_MESSAGE)
    return messages


def _rows(messages: Sequence[object], today: date) -> Iterator[Row]:
    line = 0
    for message in messages:
        for record in _each(message):
            line += 1
            yield record_row(line, record, lambda one: _said(one, today))


def _each(message: object) -> Iterator[object]:
    """Yield a message for each of its samples, without persons."""
    try:
        kept = of_message(as_map(message))
    except Bad:
        yield {"sampleReports": None}
        return
    samples = kept.pop("sampleReports")
    for sample in samples or [None]:
        yield kept | {"sampleReports": [sample]}


def _said(message: dict[str, Any], today: date) -> list[Report]:
    sample = as_map((listed(message, "sampleReports") or [None])[0], "sampleReports")
    tests = [as_map(one, "testReports") for one in listed(sample, "testReports")]
    version = version_of(_bare(message, "messageDateTime"), today, "messageDateTime")
    found: dict[str, list[dict[str, Any]]] = {}
    for test in tests:
        found.setdefault(_disease(test) or _disease(message) or "", []).append(test)
    if not found:
        found[_disease(message) or ""] = []
    if "" in found:
        raise Bad(Code.MISSING, "disease")
    return [
        report(
            Kind.SAMPLE,
            _key(message, sample, disease, mine),
            _values(message, sample, disease, mine, today, is_only=len(found) == 1),
            version,
        )
        for disease, mine in found.items()
    ]


def _key(
    message: Mapping[str, Any],
    sample: Mapping[str, Any],
    disease: str,
    tests: Sequence[Mapping[str, Any]],
) -> str:
    number = _text(sample, "labSampleId") or _text(sample, "uuid")
    if not number:
        raise Bad(Code.MISSING, "labSampleId")
    notified = _text(message, "reportId") or next(
        (f"lab {name}" for one in tests if (name := _lab(one))), None
    )
    if not notified:
        raise Bad(Code.MISSING, "reportId")
    return joined([notified, number, disease])


def _values(
    message: Mapping[str, Any],
    sample: Mapping[str, Any],
    disease: str,
    tests: Sequence[Mapping[str, Any]],
    today: date,
    *,
    is_only: bool,
) -> dict[str, Any]:
    unmapped: list[str] = []
    rows = [_test(one, today, unmapped) for one in tests]
    overall = _text(sample, "sampleOverallTestResult") if is_only or not rows else None
    said = {str(one["result_written"]) for one in rows if one["result_written"]}
    written = overall or (said.pop() if len(said) == 1 else "; ".join(sorted(said)) or None)
    result = _result(overall, unmapped) if overall else _agreed(rows)
    firm = [one for one in rows if one["result"] == "positive" and not one["is_preliminary"]]
    days = [str(one["result_on"]) for one in rows if one["result_on"]]
    return {
        "disease": disease,
        "disease_variant": _text(message, "diseaseVariant"),
        "sample_no": _text(sample, "labSampleId"),
        "sampled_on": _day(sample, "sampleDateTime", today),
        "received_on": _day(sample, "sampleReceivedDate", today),
        "reported_on": max(days, default=None),
        "material": _text(sample, "sampleMaterial"),
        "condition": _text(sample, "specimenCondition"),
        "lab": next((name for one in rows if (name := one["lab"])), None),
        "method": next((name for one in rows if (name := one["method"])), None),
        "result": result,
        "result_written": written,
        "status": _status(result, is_firm=bool(firm) or not rows),
        "notification": _text(message, "reportId"),
        "tests": sorted(rows, key=lambda one: json.dumps(one, sort_keys=True)),
        "unmapped": sorted(set(unmapped)),
    }


def _test(test: Mapping[str, Any], today: date, unmapped: list[str]) -> dict[str, Any]:
    verified = at("testResultVerified", flag_of, test.get("testResultVerified"))
    preliminary = at("preliminary", flag_of, test.get("preliminary"))
    written = _text(test, "testResult")
    return {
        "id": _text(test, "externalId") or _text(test, "uuid"),
        "lab": _lab(test),
        "method": _text(test, "testType"),
        "tested_on": _day(test, "testDateTime", today),
        "result_on": _day(test, "dateOfResult", today),
        "result": _result(written, unmapped),
        "result_written": written,
        "is_preliminary": bool(preliminary) or verified is False,
        "typing": _text(test, "typingId"),
        "cq": _cycles(test),
    }


def _cycles(test: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return (target, cq) rows; the target is what the column calls it, "" for the only one."""
    found = []
    for name, value in test.items():
        if name != "cqValues" and name.startswith(("cq", "ct")) and value is not None:
            found.append({"target": name.partition("Value")[2], "cq": _cycle(value, name)})
    for one in listed(dict(test), "cqValues"):
        pair = as_map(one, "cqValues")
        if pair.get("cq") is not None:
            found.append({"target": _text(pair, "target") or "", "cq": _cycle(pair["cq"], "cq")})
    return sorted(found, key=lambda one: (str(one["target"]), float(str(one["cq"]))))


def _cycle(value: object, name: str) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not 0 < number <= CYCLE_CAP:
        raise Bad(Code.NUMBER, name, value)
    return round(number, 3)


def _result(written: str | None, unmapped: list[str]) -> str | None:
    if not written:
        return None
    if written.upper() not in RESULTS:
        unmapped.append(f"testResult={written}")
        return None
    return RESULTS[written.upper()]


def _agreed(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what the tests say together; contradicting ones are inconclusive, never negative."""
    said = {one["result"] for one in rows if one["result"]}
    if len(said) > 1:
        return "inconclusive"
    return next(iter(said), None)


def _status(result: str | None, *, is_firm: bool) -> str | None:
    if result == "positive":
        return Status.CONFIRMED.value if is_firm else Status.SUSPECTED.value
    return Status.DENIED.value if result == "negative" else None


def _disease(one: Mapping[str, Any]) -> str | None:
    return _text(one, "testedDisease") or _text(one, "disease")


def _lab(test: Mapping[str, Any]) -> str | None:
    ids = [str(one) for one in listed(dict(test), "testLabExternalIds") if isinstance(one, str)]
    return _text(test, "testLabName") or next(iter(sorted(ids)), None)


def _text(one: Mapping[str, Any], name: str) -> str | None:
    return at(name, text_of, _bare(one, name))


def _bare(one: Mapping[str, Any], name: str) -> object:
    found = one.get(name)
    if isinstance(found, dict | list):
        raise Bad(Code.STRUCTURE, name, type(found).__name__)
    return found


def _day(one: Mapping[str, Any], name: str, today: date) -> str | None:
    """Return the legal day of an instant: milliseconds since 1970, or ISO text."""
    version = version_of(_bare(one, name), today, name)
    if version is None:
        return None
    return legal_day(datetime.fromtimestamp(version / 1000, UTC)).isoformat()
