"""Passkeys and security keys of people, and the challenges they are asked to answer."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.accounts.rules.passkeys import Purpose
from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, state_check
from aquacert.kernel.scope import Parties


class Passkey(Base):
    """One key of one person (WebAuthn Level 2): its public half, its counter, its name."""

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count"),)
    __parties__: ClassVar[Parties | None] = {"people": ("person_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    """base64url without padding."""
    public_key: Mapped[bytes]
    """COSE_Key (RFC 9052), CBOR."""
    sign_count: Mapped[int]
    """How often the key said it signed; 0 = it does not count."""
    transports: Mapped[list[Any]]
    name: Mapped[str]
    """The person's own word for it."""
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """256 random bits for one answer: of this person, in this session, for this purpose."""

    __tablename__ = unaudited(
        "passkey_challenges", "spent inside the act it allows, which is audited"
    )
    __table_args__ = (state_check("purpose", Purpose),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    purpose: Mapped[str]
    digest: Mapped[str]
    """What was previewed, for a step-up; else empty."""
    challenge: Mapped[str] = mapped_column(unique=True)
    """base64url without padding."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
