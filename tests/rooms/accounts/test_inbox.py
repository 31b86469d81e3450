"""What was told to whom, and questions between bodies."""

import pytest

from aquacert.accounts.commands import answer_question, ask_question, mark_read, tell
from aquacert.accounts.queries import (
    inbox_page,
    message,
    question,
    questions_page,
    read_ids,
    unread_count,
)
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person


def told(db, **to):
    with db.work(SYSTEM) as w:
        return tell(w, kind="notice", subject="证书已出", link="/certificates/1", **to)


def test_a_message_to_a_body_reaches_its_people_and_nobody_else(db):
    owner, other = make_person(db, "hatchery_owner"), make_person(db, "hatchery_owner")
    message_id = told(db, to_organisation=owner.organisation_id)
    with db.look(owner.actor) as look:
        assert message(look, message_id).subject == "证书已出"
    with db.look(other.actor) as look, pytest.raises(NotFound):
        message(look, message_id)


def test_a_wide_jurisdiction_does_not_widen_the_inbox(db):
    owner = make_person(db, "hatchery_owner")
    province = make_person(db, "province_supervisor", division="320000")
    told(db, to_organisation=owner.organisation_id)
    with db.look(province.actor) as look:
        assert inbox_page(look).total == 0


def test_reading_is_noted_once_and_for_the_reader_only(db):
    owner = make_person(db, "hatchery_owner")
    message_id = told(db, to_person=owner.person_id)
    for _ in range(2):
        with db.work(owner.actor) as w:
            mark_read(w, message_id)
    with db.look(owner.actor) as look:
        assert (unread_count(look), read_ids(look)) == (0, {message_id})
        assert inbox_page(look, unread_only=True).total == 0


def test_a_message_is_found_by_its_words(db):
    owner = make_person(db, "hatchery_owner")
    told(db, to_person=owner.person_id)
    with db.look(owner.actor) as look:
        assert inbox_page(look, "证书").total == 1
        assert inbox_page(look, "作废").total == 0


def test_a_message_links_to_this_site_only(db):
    owner = make_person(db, "hatchery_owner")
    with db.work(SYSTEM) as w:
        message_id = tell(
            w, to_person=owner.person_id, kind="x", subject="x", link="https://evil.example"
        )
    with db.look(owner.actor) as look:
        assert message(look, message_id).link == ""


def test_a_question_is_asked_told_answered_and_told_back(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_person(db, "office_clerk")
    with db.work(owner.actor) as w:
        question_id = ask_question(
            w, to_organisation=clerk.organisation_id, subject="外省车", body="外省的车能来拉苗吗？"
        )
    with db.look(clerk.actor) as look:
        assert inbox_page(look).items[0].link == f"/accounts/questions/{question_id}"
    with db.work(clerk.actor) as w:
        answer_question(w, question_id, body="能，报车牌就行。")
    with db.look(owner.actor) as look:
        thread = question(look, question_id)
        assert (thread.question.state, thread.is_mine) == ("answered", True)
        assert [answer.body for answer in thread.answers] == ["能，报车牌就行。"]
        assert "答复" in inbox_page(look).items[0].subject
        assert questions_page(look, "外省").total == 1


def test_a_stranger_reads_no_question(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_person(db, "office_clerk")
    other = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        question_id = ask_question(
            w, to_organisation=clerk.organisation_id, subject="价", body="收费吗？"
        )
    with db.look(other.actor) as look, pytest.raises(NotFound):
        question(look, question_id)


def test_an_empty_question_is_refused_at_the_field(db):
    owner, clerk = make_person(db, "hatchery_owner"), make_person(db, "office_clerk")
    with pytest.raises(Invalid) as error, db.work(owner.actor) as w:
        ask_question(w, to_organisation=clerk.organisation_id, subject=" ", body="?")
    assert "subject" in error.value.fields
