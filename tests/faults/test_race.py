"""Many hands at once: numbers are unique, the rest is told so clearly, and one load gets one paper.

The askers are processes of their own, each with many threads, on one database.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from aquacert.certificates import commands
from aquacert.certificates.models import Certificate, CertificateNumber
from aquacert.kernel.scope import SYSTEM
from tests.faults.asker import Plan
from tests.faults.judging import judge
from tests.faults.ready import confirm_directly, make_loads
from tests.make.certificates import confirm, make_ready

ROOT = Path(__file__).parents[2]
PROCESSES = 2
PATIENCE = 600


def ask_from_processes(house, ready, threads: int, folder: Path) -> list[str]:
    """Let two processes ask for the loads, every other one each; return all the answers."""
    loads = ready.paper.load_ids
    asks = list(zip(loads, confirm_directly(house.database, ready, loads), strict=True))
    started = []
    for place in range(PROCESSES):
        plan = Plan(
            house.settings,
            house.database.clock.now(),
            ready.vet.actor,
            tuple(asks[place::PROCESSES]),
            threads,
        )
        path = folder / f"plan{place}"
        path.write_bytes(pickle.dumps(plan))
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.asker", str(path)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=PATIENCE)[0].splitlines() for process in started]
    assert [process.returncode for process in started] == [0] * PROCESSES
    return [answer for one in said for answer in one]


@pytest.mark.faults
@pytest.mark.parametrize(
    ("threads", "numbers", "loads"),
    [(8, 10, 15), pytest.param(50, 100, 150, marks=pytest.mark.long)],
)
def test_two_processes_ask_for_more_certificates_than_there_are_numbers(
    house, figures, tmp_path, threads, numbers, loads
):
    ready = make_loads(house.database, loads, numbers)
    house.database.close()
    answers = ask_from_processes(house, ready, threads, tmp_path)
    issued = [answer for answer in answers if answer.isdigit()]
    refused = [answer for answer in answers if "号段用尽" in answer]
    others = [answer for answer in answers if answer not in issued + refused]
    figures.add("asks", len(answers))
    figures.add("certificates", len(issued))
    figures.add("different numbers", len(set(issued)))
    figures.add("refused 号段用尽", len(refused))
    figures.add("others", len(others))
    assert others == []
    assert (len(issued), len(set(issued)), len(refused)) == (numbers, numbers, loads - numbers)
    assert not any(answer.startswith("BUG") for answer in answers)
    found = judge(house, ready, set(issued))
    assert (found.certificates, found.void_numbers) == (numbers, 0)


@pytest.mark.faults
def test_two_windows_on_one_load_get_one_certificate(house, db):
    ready = make_ready(db)
    digest = confirm(db, ready)
    together = Barrier(4)

    def press(_n: int) -> object:
        together.wait()
        return commands.issue(db, ready.vet.actor, ready.load_id, house.keys, digest)

    with ThreadPoolExecutor(4) as pool:
        issued = set(pool.map(press, range(4)))
    assert len(issued) == 1
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(Certificate)) == 1
        states = look.scalars(select(CertificateNumber.state))
    assert states.count("used") == 1
    assert set(states) <= {"used", "void"}
