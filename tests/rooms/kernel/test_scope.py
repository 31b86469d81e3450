"""The pure form of row scope and its SQL form are the same rule."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from aquacert.kernel.scope import Scope

PLACES = ["320114", "320115", None]
BODIES = [UUID(int=1), UUID(int=2), None]


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"
    __parties__ = {"divisions": ("origin", "destination"), "organisations": ("owner",)}

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str | None]
    destination: Mapped[str | None]
    owner: Mapped[UUID | None]


SCOPES = [
    Scope(),
    Scope(everything=True),
    Scope(divisions=frozenset({"320114"})),
    Scope(organisation_ids=frozenset({UUID(int=1)})),
    Scope(divisions=frozenset({"320115"}), organisation_ids=frozenset({UUID(int=2)})),
]


@pytest.mark.parametrize("scope", SCOPES, ids=range(len(SCOPES)))
def test_a_row_is_seen_by_any_of_its_parties_in_both_forms(scope):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    rows = [
        {"origin": origin, "destination": destination, "owner": owner}
        for origin in PLACES
        for destination in PLACES
        for owner in BODIES
    ]
    with Session(engine) as session:
        session.execute(insert(Thing), rows)
        seen = set(session.scalars(select(Thing.id).where(scope.where(Thing))))
        for thing in session.scalars(select(Thing)):
            values = {
                "origin": thing.origin,
                "destination": thing.destination,
                "owner": thing.owner,
            }
            assert scope.covers(Thing.__parties__, values) == (thing.id in seen)
    engine.dispose()
