"""Signing in: sessions, throttles, second factors, step-up grants, tokens and one-time links.

Secrets are kept as SHA-256 of 256 random bits (tokens) or encrypted (TOTP seeds, which must be read).
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.accounts.rules.sessions import SessionState
from aquacert.accounts.rules.throttling import Gate
from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Encrypted, state_check
from aquacert.kernel.scope import Parties


class SignInSession(Base):
    """One sign-in on one device. Ending it works at the next request."""

    __tablename__ = unaudited("sessions", "a sign-in is audited as a fact; being seen again is not")
    __table_args__ = (
        state_check("state", SessionState),
        Index(
            "uq_sessions_field",
            "person_id",
            unique=True,
            sqlite_where=text("is_field AND state = 'open'"),
            postgresql_where=text("is_field AND state = 'open'"),
        ),
    )
    __parties__: ClassVar[Parties | None] = {"people": ("person_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    because: Mapped[str]
    device: Mapped[str]
    network: Mapped[str]
    """Neighbourhood of the address (/24 or /48), never the whole address."""
    is_field: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """An official vet's sign-in on a phone or tablet: only one of them is open at a time."""
    factor_at: Mapped[datetime | None]
    """When the second factor was passed in it; without it no role that needs one works here."""


class Throttle(Base):
    """How many wrong guesses one key (an account, an address) made since an instant."""

    __tablename__ = unaudited("throttles", "counts guesses of strangers; a lock is audited")
    __table_args__ = (UniqueConstraint("gate", "key"), state_check("gate", Gate))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    gate: Mapped[str]
    key: Mapped[str]
    """Keyed digest of what is guarded: the table names nobody."""
    since_at: Mapped[datetime]
    tries: Mapped[int]


class TotpSecret(Base):
    """A person's TOTP seed (RFC 6238). `last_counter` makes each code good for one use."""

    __tablename__ = "totp_secrets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    secret: Mapped[str] = mapped_column(Encrypted)
    last_counter: Mapped[int]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class StepUpGrant(Base):
    """A fresh second factor for one previewed digest: five minutes, one use, one session."""

    __tablename__ = unaudited("step_up_grants", "spent inside the act it allows, which is audited")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    digest: Mapped[str]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class ApiToken(Base):
    """A program's key to act for a person. A token alone never signs."""

    __tablename__ = "api_tokens"
    __parties__: ClassVar[Parties | None] = {"people": ("person_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[Any]]
    """Permissions the token is cut down to; empty = all of the person's that a token may have."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ConsigneeLink(Base):
    """A one-time link by which somebody without an account reports one arrival."""

    __tablename__ = "consignee_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
