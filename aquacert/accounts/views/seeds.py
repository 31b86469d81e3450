"""The seed of a one-time code generator that is being set up: for the browser it was made for."""

from uuid import UUID

from flask import session

from aquacert.accounts.commands import enrol
from aquacert.accounts.queries import pending_secret
from aquacert.accounts.queries.actors import secret_hash
from aquacert.http.gates import house
from aquacert.kernel.scope import Actor

KEPT = "seed"
"""Where the cookie keeps the digest of the seed that this browser was shown."""


def seed_for(actor: Actor, person_id: UUID) -> str:
    """Return the seed to show: this browser's own, else a new one.

    One that another browser was shown is never shown again: whoever knew the first password could
    else read a seed in advance that its owner then confirms as his.
    """
    with house().database.look() as look:
        secret = pending_secret(look, person_id)
    if secret is None or session.get(KEPT) != secret_hash(secret):
        with house().database.work(actor) as w:
            secret = enrol(w, person_id)
        session[KEPT] = secret_hash(secret)
    return secret
