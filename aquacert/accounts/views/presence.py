"""Still here: whoever is typing is not signed out for not having asked for a page (U1)."""

from flask.typing import ResponseReturnValue

from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import signed_in


@bp.get("/here")
@signed_in
def here() -> ResponseReturnValue:
    """Say nothing; being asked keeps the sign-in awake. The page script asks while somebody types."""
    return "", 204
