"""The vet at the pond: every batch its own verdict, nobody else's hand, no picture twice."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from aquacert.declarations.commands import assign_vet
from aquacert.declarations.queries import declaration
from aquacert.inspections.commands import add_photo, give_verdict, start_inspection, suspect
from aquacert.inspections.parsers import read_picture
from aquacert.inspections.queries import checks_of, verdicts
from aquacert.inspections.rules import Act, Slot
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.inspections import fill, inspect, picture, start


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


def test_every_batch_gets_its_own_check_and_starting_twice_opens_no_second(db, paper):
    first = start(db, paper)
    assert len(first) == len(paper.batch_ids)
    assert start(db, paper) == first


def test_only_the_assigned_vet_inspects(db, paper):
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with pytest.raises(NotAllowed), db.work(other.actor) as w:
        start_inspection(w, paper.declaration_id)


def test_a_vet_sent_instead_takes_over_what_is_undecided(db, paper):
    [check_id] = start(db, paper)
    other = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    with db.work(paper.farm.clerk) as w:
        assign_vet(w, paper.declaration_id, other.person_id)
    now = replace(paper, vet=other)
    assert start(db, now) == [check_id]
    with pytest.raises(NotAllowed), db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.FAIL, note="不该由我下结论")
    fill(db, now, check_id)
    with db.work(other.actor) as w:
        give_verdict(w, check_id, Act.PASS, 500_000)
    with db.look(SYSTEM) as look:
        [verdict] = verdicts(look, paper.declaration_id).values()
    assert verdict.vet_id == other.person_id


def test_a_vet_of_another_county_does_not_even_find_it(db, paper):
    stranger = make_person(db, "official_vet", division="320205")
    with pytest.raises(NotFound), db.work(stranger.actor) as w:
        start_inspection(w, paper.declaration_id)


def test_a_verdict_names_everything_that_is_missing(db, paper):
    [check_id] = start(db, paper)
    with pytest.raises(Invalid) as refused, db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.PASS)
    assert set(refused.value.fields) == {"items", "photos", "quantity"}


def test_more_than_was_declared_cannot_pass(db, paper):
    [check_id] = start(db, paper)
    fill(db, paper, check_id)
    with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.PASS, 10**9)


def test_the_last_verdict_makes_the_declaration_inspected(db, paper):
    inspect(db, paper)
    with db.look(SYSTEM) as look:
        assert declaration(look, paper.declaration_id).state == "inspected"
        [verdict] = verdicts(look, paper.declaration_id).values()
    assert (verdict.outcome, verdict.quantity) == ("pass", 500_000)


def test_a_verdict_is_final(db, paper):
    [check_id] = inspect(db, paper)
    with pytest.raises(Conflict), db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.FAIL, None, "再看一次")


def test_a_failing_batch_needs_its_reason_and_nothing_else(db, paper):
    [check_id] = start(db, paper)
    with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.FAIL)
    with db.work(paper.vet.actor) as w:
        give_verdict(w, check_id, Act.FAIL, None, "大量死亡，疑似疫情")
    with db.look(SYSTEM) as look:
        assert [line.state for line in checks_of(look, paper.declaration_id)] == ["failed"]


def test_the_same_picture_serves_once(db, paper):
    [check_id] = start(db, paper)
    data = picture()
    with db.work(paper.vet.actor) as w:
        add_photo(w, check_id, Slot.SITE, data, "a.jpg")
    with pytest.raises(Invalid, match="用过"), db.work(paper.vet.actor) as w:
        add_photo(w, check_id, Slot.GROUP, data, "b.jpg")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7 not a picture",
        b"<svg onload=alert(1)>",
        picture(7, "JPEG", (400, 300))[:700],
    ],
    ids=["empty", "pdf", "svg", "cut"],
)
def test_what_is_no_picture_is_refused_in_words(db, paper, data):
    [check_id] = start(db, paper)
    with pytest.raises(Invalid) as refused, db.work(paper.vet.actor) as w:
        add_photo(w, check_id, Slot.SITE, data, "a.jpg")
    assert refused.value.fields["photo"]


def test_a_flood_of_pixels_is_refused_before_it_is_decoded(db, paper):
    [check_id] = start(db, paper)
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    with pytest.raises(Invalid, match="像素太多"), db.work(paper.vet.actor) as w:
        add_photo(w, check_id, Slot.SITE, out.getvalue(), "a.png")
    # What can only be decoded whole takes up to 20 bytes a pixel: 7,000 × 7,000 would be a gigabyte.
    for kind, more in (("PNG", {}), ("WEBP", {}), ("JPEG", {"progressive": True})):
        out = io.BytesIO()
        Image.new("L", (4_100, 4_000)).save(out, kind, **more)
        with pytest.raises(Invalid, match="像素太多"):
            read_picture(out.getvalue())


def test_metadata_is_read_and_then_gone(db, paper):
    [check_id] = start(db, paper)
    exif = Image.Exif()
    exif[0x0132] = "2026:05:09 09:00:00"
    exif[0x010F] = "SECRET-MAKER"
    out = io.BytesIO()
    Image.new("RGB", (40, 40), (9, 9, 9)).save(out, "JPEG", exif=exif)
    with db.work(paper.vet.actor) as w:
        add_photo(w, check_id, Slot.SITE, out.getvalue(), "a.jpg")
    with db.look(SYSTEM) as look:
        [line] = checks_of(look, paper.declaration_id)
        [file] = look.files_of(line.check)
        kept = look.read_file(file)
    assert b"SECRET-MAKER" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_only_a_disease_of_the_species_can_be_suspected(db, paper):
    [check_id] = start(db, paper)
    with pytest.raises(Invalid), db.work(paper.vet.actor) as w:
        suspect(w, check_id, ["KHVD"])
    with db.work(paper.vet.actor) as w:
        suspect(w, check_id, ["DIV1"])
    with db.look(SYSTEM) as look:
        [verdict] = verdicts(look, paper.declaration_id).values()
    assert verdict.suspected == {"DIV1"}
