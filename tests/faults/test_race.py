"""Many hands at once: numbers are unique, the rest is told so clearly, and one load gets one paper."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from aquacert.certificates import commands
from aquacert.certificates.models import Certificate, CertificateNumber
from aquacert.kernel.errors import Conflict
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_organisation
from tests.make.certificates import confirm, give_numbers, make_ready

THREADS, ASKS, NUMBERS = 50, 150, 100


@pytest.mark.faults
def test_fifty_threads_ask_for_more_numbers_than_there_are(db):
    office = make_organisation(db)
    give_numbers(db, office, "A", NUMBERS)

    def ask(_n: int) -> str:
        try:
            with db.work(SYSTEM) as w:
                taken = commands.reserve_number(
                    w, office_id=office, kind="A", load_id=uuid4(), county=COUNTY
                )
        except Conflict as error:
            return error.sentence
        return taken.number

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, range(ASKS)))
    numbers = [answer for answer in answers if answer.isdigit()]
    assert len(numbers) == len(set(numbers)) == NUMBERS
    refused = Counter(answer for answer in answers if not answer.isdigit())
    assert sum(refused.values()) == ASKS - NUMBERS
    assert all("号段用尽" in sentence for sentence in refused)


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
