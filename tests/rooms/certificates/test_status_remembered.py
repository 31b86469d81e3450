"""What lists said stays said: versions and final slots are written down beside the database."""

from aquacert.certificates.status.remembered import STATUS_MARKS, remember, remembered
from aquacert.trust.statuslist import Status, build

LIST = 2026201


def test_versions_and_final_slots_read_back_and_the_rest_does_not(tmp_path):
    assert remembered(tmp_path, LIST).version == 0
    remember(tmp_path, LIST, 1, {5: Status.INVALID, 6: Status.SUSPENDED}, {})
    remember(tmp_path, LIST, 2, {5: Status.INVALID, 7: Status.REPLACED}, {})
    remember(tmp_path, LIST + 1, 9, {8: Status.INVALID}, {})
    known = remembered(tmp_path, LIST)
    assert known.version == 2
    assert known.final == {5: Status.INVALID, 7: Status.REPLACED}
    assert (tmp_path / STATUS_MARKS).read_text().splitlines()[
        1
    ] == f"{LIST} 2 7:{Status.REPLACED:d}"


def test_only_what_the_newest_list_does_not_have_is_forgotten(tmp_path):
    remember(tmp_path, LIST, 1, {5: Status.INVALID}, {})
    known = remembered(tmp_path, LIST)
    assert known.forgotten({5: Status.INVALID}, b"") == {}
    assert known.forgotten({}, b"") == {5: Status.INVALID}


def test_what_is_carried_once_is_carried_for_ever(tmp_path):
    remember(tmp_path, LIST, 1, {5: Status.INVALID}, {})
    remember(tmp_path, LIST, 2, {}, {5: Status.INVALID})
    path = tmp_path / STATUS_MARKS
    path.write_text(path.read_text() + "2026201 3 77:")  # torn
    known = remembered(tmp_path, LIST)
    assert known.carried == {5}
    assert build({5: Status.INVALID})[5] == Status.INVALID
    assert known.forgotten({}, b"") == {5: Status.INVALID}
