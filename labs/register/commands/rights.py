"""Who may write in the register: the province everywhere, a laboratory in its own entry."""

from datetime import date
from uuid import UUID

from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.work import Work
from labs.register.models import Laboratory
from labs.register.queries import laboratory


def of_province(w: Work) -> None:
    """Raise `NotAllowed` below the province: a county must not make its own laboratory official."""
    if not w.actor.scope.everything:
        raise NotAllowed("指定实验室和检测能力由省里登记，请联系省级主管部门。")


def of_lab(w: Work, lab_id: UUID) -> Laboratory:
    """Return the laboratory whose holdings are kept; raise `NotAllowed` for anybody else's."""
    row = laboratory(w, lab_id)
    if not (w.actor.scope.everything or lab_id in w.actor.scope.lab_ids):
        raise NotAllowed("只有本实验室的人员和省里可以登记这家实验室的仪器、试剂和人员。")
    return row


def in_order(from_on: date, until_on: date, field: str = "until_on") -> None:
    """Raise `Invalid` when a span ends before it begins."""
    if until_on < from_on:
        raise Invalid("截止日早于起始日", **{field: "截止日应在起始日之后"})


def written(text: str, field: str, sentence: str) -> str:
    """Return the text without its outer spaces; raise `Invalid` when nothing is left."""
    if not text.strip():
        raise Invalid(sentence, **{field: sentence})
    return text.strip()
