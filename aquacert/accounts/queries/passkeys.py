"""What is asked about passkeys and security keys."""

from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import Passkey, StepUpGrant
from aquacert.accounts.rules.passkeys import Site, site_of
from aquacert.kernel.work import Look


def passkeys_of(look: Look, person_id: UUID) -> list[Passkey]:
    """Return a person's keys, the first made first."""
    return look.scalars(
        select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.made_at, Passkey.id)
    )


def site(look: Look) -> Site | None:
    """Return the site that keys are bound to; None where no browser offers keys."""
    return site_of(look.settings.public_url)


def has_step_up(look: Look, digest: str) -> bool:
    """Say whether the actor's session holds a living grant for `digest`."""
    found = select(StepUpGrant.id).where(
        StepUpGrant.person_id == look.actor.person_id,
        StepUpGrant.session_id == look.actor.session_id,
        StepUpGrant.digest == digest,
        StepUpGrant.spent_at.is_(None),
        StepUpGrant.expires_at > look.now,
    )
    return look.one(found.limit(1)) is not None
