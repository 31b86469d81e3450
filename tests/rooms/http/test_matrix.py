"""Role × operation × owner: what each role may do with what is his own, his neighbour's, and elsewhere.

Two tables are written by hand beside this file and read by eye at every change. `matrix_roles.csv`
says which role holds which permission; `matrix_things.csv` says of every kind of thing whether
people of the trade, of an agency and of a laboratory reach one of their own, one of another body of
the same county, and one of another county (y or n each). The test asks the program itself the same
for every door × role × owner: the door's needs, the role's permissions, the scope over the model.

`AQUACERT_WRITE_MATRIX=1 pytest tests/rooms/http/test_matrix.py` writes both anew, to be read.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from uuid import uuid4

import pytest

from aquacert.accounts.rules.roles import Role
from aquacert.kernel.db import Base
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import Scope
from tests.make.accounts import COUNTY, make_person
from tests.make.world import TABLE_OF
from tests.rooms.http.doors import WORDS, kind_of

FOLDER = Path(__file__).parent
ROLES_FILE, THINGS_FILE = FOLDER / "matrix_roles.csv", FOLDER / "matrix_things.csv"
ELSEWHERE = "320581"
ROLES = sorted(role for role in Role if role is not Role.CONSIGNEE)
KINDS = ("trade", "agency", "lab")
OWNERS = ("own", "neighbour", "elsewhere")
WIDE = {Role.PROVINCE_SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}
NO_ROWS = {"files", "sample_annexes"}
"""Read through the thing that owns them."""


def models() -> dict[str, type]:
    """Return table → model, for what an address can name by its id."""
    wanted = {table for name, table in TABLE_OF.items() if table not in NO_ROWS}
    found = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
    return {table: found[table] for table in sorted(wanted & set(found))}


def reach(model: type, scope: Scope, own: dict[str, object]) -> str:
    """Return y or n for a thing of one's own, of a neighbour, and of elsewhere."""
    parties = model.__parties__
    if parties is None:
        return "yyy"
    values = {
        "own": own,
        "neighbour": {**own, "organisations": uuid4(), "labs": uuid4(), "people": uuid4()},
        "elsewhere": {
            "divisions": ELSEWHERE,
            "organisations": uuid4(),
            "labs": uuid4(),
            "people": uuid4(),
        },
    }
    return "".join(
        "ny"[
            scope.covers(
                parties, {c: values[owner][k] for k, columns in parties.items() for c in columns}
            )
        ]
        for owner in OWNERS
    )


@pytest.fixture
def actors(db):
    """One person of each role, of this county (or of the province, where the role is there)."""
    return {
        role: make_person(db, role, division="320000" if role in WIDE else None).actor
        for role in ROLES
    }


def asked_of_the_program(actors) -> tuple[list[list[str]], list[list[str]]]:
    """Return both tables as the program has them."""
    rights = [
        [permission.value, *("y" if actors[role].may(permission) else "" for role in ROLES)]
        for permission in P
    ]
    things = []
    for table, model in models().items():
        row = [table]
        for kind in KINDS:
            found = {
                reach(model, actors[role].scope, own_of(actors[role]))
                for role in ROLES
                if kind_of(role) == kind and role not in WIDE
            }
            assert len(found) == 1, (table, kind, found)
            row.append(found.pop())
        things.append(row)
    return rights, things


def own_of(actor) -> dict[str, object]:
    """Return the party values of a thing that is this person's own."""
    labs = sorted(actor.scope.lab_ids)
    return {
        "divisions": COUNTY,
        "organisations": actor.organisation_id,
        "labs": labs[0] if labs else uuid4(),
        "people": actor.person_id,
    }


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def write(path: Path, head: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def test_every_door_by_every_role_on_every_owner(app, actors):
    """11,000 answers: a door opens when a permission and the scope both say so, and only then."""
    rights, things = asked_of_the_program(actors)
    if os.environ.get("AQUACERT_WRITE_MATRIX"):
        write(ROLES_FILE, ["permission", *ROLES], rights)
        write(THINGS_FILE, ["thing", *KINDS], things)
    assert read(ROLES_FILE) == rights
    assert read(THINGS_FILE) == things
    held = {row[0]: dict(zip(ROLES, row[1:], strict=True)) for row in read(ROLES_FILE)}
    reached = {row[0]: dict(zip(KINDS, row[1:], strict=True)) for row in read(THINGS_FILE)}
    known, asked = models(), 0
    for endpoint, table in named_things(app):
        needs = getattr(app.view_functions[endpoint], "needs", None)
        if needs is None or table not in known:
            continue
        for role, actor in actors.items():
            may = not needs or any(actor.may(need) for need in needs)
            wanted = not needs or any(held[need.value][role] for need in needs)
            seen = reach(known[table], actor.scope, own_of(actor))
            row = "yyy" if role in WIDE else reached[table][kind_of(role)]
            asked += len(OWNERS)
            does = [may and one == "y" for one in seen]
            assert does == [bool(wanted) and one == "y" for one in row], (endpoint, role)
    assert asked > 5_000


def named_things(app):
    """Yield (endpoint, table) for every door whose address names a thing by its id."""
    for rule in app.url_map.iter_rules():
        for part in rule.arguments:
            table = TABLE_OF.get(part.removesuffix("_id"))
            if table and part not in WORDS and "uuid" in rule.rule:
                yield rule.endpoint, table


def test_nobody_of_the_trade_reaches_a_neighbour_and_nobody_at_all_another_county():
    """What the tables may never say, whatever is added to them."""
    public = {row[0] for row in read(THINGS_FILE) if row[1:] == ["yyy", "yyy", "yyy"]}
    for table, trade, agency, lab in read(THINGS_FILE):
        if table not in public:
            assert trade[1:] == "nn", table
            assert agency[2] == "n", table
            assert lab[1:] == "nn", table
