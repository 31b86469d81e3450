"""Scans are counted beside the database; nothing is lost between processes, nothing twice."""

import os
import threading

from aquacert.kernel import tally as module
from aquacert.kernel.tally import Tally


def spool(folder, pid, period, text):
    folder.mkdir(exist_ok=True)
    (folder / f"scans.{pid}.{period}.spool").write_text(text)


def test_counts_reach_the_spool_without_anybody_asking(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FLUSH_SECONDS", 0.02)
    tally = Tally(tmp_path)
    tally.count("scans", "A")
    tally.count("scans", "A")
    timer = tally._timer
    timer.join(5)
    assert [path.read_text() for path in tmp_path.glob("scans.*.spool")] == ["A 2\n"]
    assert tally.fold("scans") == {"A": 2}
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_process_may_still_write_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_period", lambda: 100)
    for period in (98, 99, 100, 101):
        spool(tmp_path, os.getppid(), period, f"P{period} 1\n")
    assert Tally(tmp_path).fold("scans") == {"P98": 1}
    monkeypatch.setattr(module, "_period", lambda: 103)
    assert Tally(tmp_path).fold("scans") == {"P99": 1, "P100": 1, "P101": 1}


def test_the_file_of_a_process_that_ended_is_folded_at_once(tmp_path):
    ended = os.fork()
    if not ended:
        os._exit(0)
    os.waitpid(ended, 0)
    spool(tmp_path, ended, module._period(), "A 2\n")
    assert Tally(tmp_path).fold("scans") == {"A": 2}


def test_kinds_are_apart(tmp_path):
    tally = Tally(tmp_path)
    tally.count("scans", "A")
    tally.count("visits", "A")
    tally.flush()
    assert tally.fold("visits") == {"A": 1}
    assert tally.fold("scans") == {"A": 1}


def test_what_cannot_be_written_stays_in_memory(tmp_path):
    blocked = tmp_path / "spool"
    blocked.write_text("a file where the folder should be")
    tally = Tally(blocked)
    tally.count("scans", "A")
    tally.flush()
    tally.flush()
    blocked.unlink()
    assert tally.fold("scans") == {"A": 1}


def test_threads_that_count_and_flush_together_lose_nothing(tmp_path):
    tally = Tally(tmp_path)

    def scan():
        for number in range(500):
            tally.count("scans", f"K{number % 7}")
            if number % 50 == 0:
                tally.flush()

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.fold("scans").total() == 2000


def test_what_was_folded_and_not_kept_is_counted_again(tmp_path):
    tally = Tally(tmp_path)
    tally.count("scans", "A", 3)
    taken = tally.fold("scans")
    tally.give_back("scans", taken)
    assert tally.fold("scans") == {"A": 3}
