"""Lines beside the database: whole, on the disk, and readable after a disk that was full."""

import pytest

from aquacert.kernel.errors import Unavailable
from aquacert.kernel.marks import append_lines


def test_lines_are_appended_whole(tmp_path):
    path = tmp_path / "some.mark"
    append_lines(path, ["3200000001"])
    append_lines(path, ["3200000002", "3200000003"])
    assert path.read_text() == "3200000001\n3200000002\n3200000003\n"


def test_a_torn_line_is_ended_before_the_next(tmp_path):
    path = tmp_path / "some.mark"
    path.write_text("3200000001\n32000")
    append_lines(path, ["3200000003"])
    assert path.read_text().splitlines() == ["3200000001", "32000", "3200000003"]


def test_a_disk_that_refuses_is_told_in_words(tmp_path):
    with pytest.raises(Unavailable, match="磁盘"):
        append_lines(tmp_path / "no" / "such" / "folder.mark", ["3200000001"])
