"""The trail names the person behind a sign-in, masked by role, with what was unusual beside him."""

from __future__ import annotations

from html import unescape

from sqlalchemy import select

from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person, sign_in, signed_in


def test_a_sign_in_shows_who_and_the_unusual_mark_stands_on_the_row_that_lets_in(db, client):
    owner = make_person(db, "hatchery_owner", name="欧阳春晓")
    vet = make_person(db, "official_vet", name="司马青山")
    sign_in(db, vet.person_id, vet.username, address="203.0.113.9", agent="iPhone")
    with db.look(SYSTEM) as look:
        rows = look.scalars(
            select(AuditEntry)
            .where(AuditEntry.tag.startswith("accounts:session:"))
            .order_by(AuditEntry.seq)
        )
        said = [(row.title, row.change.get("unusual")) for row in rows]
    assert said == [
        ("登录", False),
        ("口令正确，等第二步验证", None),
        ("登录", False),
        ("口令正确，等第二步验证", None),
        ("登录", True),
    ]
    auditor = make_person(db, "auditor", division="320000")
    page = unescape(
        signed_in(client, auditor)
        .get("/supervision/audit?room=accounts:session")
        .get_data(as_text=True)
    )
    assert "苗种场负责人<small>" in page
    assert "欧*" in page
    assert "欧阳春晓" not in page
    assert page.count("不寻常的设备或地点") == 1
    assert owner.person_id.hex not in page
