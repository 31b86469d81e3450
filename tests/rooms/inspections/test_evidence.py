"""Evidence: what is flagged, what is refused, and that a flag stops and accuses nobody."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image, ImageOps
from sqlalchemy import select

from aquacert.inspections.commands import add_photo, challenge_codes
from aquacert.inspections.models import Photo
from aquacert.inspections.queries.evidence import flags_of
from aquacert.inspections.rules import Slot
from aquacert.inspections.rules.evidence import FlagKind, Place, Taken
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from tests.make.badfiles import with_place
from tests.make.declarations import make_declaration
from tests.make.inspections import start
from tests.make.photographs import jpeg, off_a_screen, photograph


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


def take(db, paper, check_id, slot, data, taken=None):
    """Add a photograph and return the kinds of its flags."""
    with db.work(paper.vet.actor) as w:
        photo_id = add_photo(w, check_id, slot, data, "a.jpg", taken=taken)
    with db.look(SYSTEM) as look:
        flags = flags_of(look, [check_id]).get(check_id, [])
    return {FlagKind(one.kind) for one in flags if one.photo_id == photo_id}


def test_one_shot_used_again_is_flagged_beside_the_first_whatever_was_done_to_it(db, paper):
    [check] = start(db, paper)
    shot = photograph(1)
    assert take(db, paper, check, Slot.GROUP, jpeg(shot)) == set()
    with pytest.raises(Invalid, match="用过"), db.work(paper.vet.actor) as w:
        add_photo(w, check, Slot.SITE, jpeg(shot), "again.jpg")
    assert take(db, paper, check, Slot.GROUP, jpeg(shot, 61)) == set(), "a second try at one slot"
    assert take(db, paper, check, Slot.INDIVIDUAL, jpeg(shot, 60)) == {FlagKind.SLOTS}
    next_one = make_declaration(db, paper.farm, state="assigned", vet=paper.vet)
    [other] = start(db, next_one)
    small = jpeg(shot.resize((300, 300)), 70)
    assert take(db, next_one, other, Slot.GROUP, small) == {FlagKind.NEAR}
    assert take(db, next_one, other, Slot.GROUP, jpeg(ImageOps.mirror(shot))) == {FlagKind.MIRRORED}
    part = jpeg(shot.crop((40, 70, 450, 480)).resize((640, 640)))
    assert take(db, next_one, other, Slot.GROUP, part) == {FlagKind.CROPPED}
    assert take(db, next_one, other, Slot.GROUP, jpeg(photograph(8))) == set(), "another pond"
    assert take(db, next_one, other, Slot.SITE, jpeg(off_a_screen(5))) >= {FlagKind.SCREEN}
    with db.look(SYSTEM) as look:
        first = look.one(select(Photo.file_id).where(Photo.check_id == check).order_by(Photo.id))
        near = [one for one in flags_of(look, [other])[other] if one.kind == FlagKind.NEAR]
        assert first in {one.other_file_id for one in near}
        assert all(one.state == "open" for one in near)


def test_what_the_device_and_the_camera_say_is_compared_and_kept(db, paper):
    [check] = start(db, paper)
    now = db.clock.now()
    with db.work(paper.vet.actor) as w:
        codes = challenge_codes(w, paper.declaration_id)
        [stale, *_] = challenge_codes(w, paper.declaration_id, w.today - timedelta(days=1))
    honest = Taken(codes[1].lower(), now, Place(32.0, 118.9, 8), 1000, "d")
    assert take(db, paper, check, Slot.SITE, jpeg(photograph(2)), honest) == set()
    odd = Taken("", now - timedelta(days=1), Place(0.0, 0.0), 0, "d")
    assert take(db, paper, check, Slot.GROUP, jpeg(photograph(3)), odd) == {
        FlagKind.CODE_MISSING,
        FlagKind.PLACE_ZERO,
        FlagKind.BEFORE_VISIT,
    }
    late = Taken(stale, now + timedelta(hours=5))
    assert take(db, paper, check, Slot.GROUP, jpeg(photograph(4)), late) == {
        FlagKind.CODE_LATE,
        FlagKind.DEVICE_CLOCK,
    }
    unknown = Taken("ZZZZ", now)
    assert FlagKind.CODE_UNKNOWN in take(db, paper, check, Slot.GROUP, jpeg(photograph(5)), unknown)
    old = take(db, paper, check, Slot.RECORDS, with_place())
    assert old >= {FlagKind.PLACE_ZERO, FlagKind.CAMERA_CLOCK}
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0131] = "Android Screenshot"
    photograph(6).save(out, "JPEG", exif=exif)
    assert take(db, paper, check, Slot.RECORDS, out.getvalue()) == {FlagKind.SOFTWARE}
    with db.look(SYSTEM) as look:
        rows = look.scalars(select(Photo).where(Photo.check_id == check).order_by(Photo.id))
        assert rows[0].code == codes[1]
        assert rows[0].place == {"lat": 32.0, "lon": 118.9, "accuracy_m": 8}
