"""Keep a laboratory's own profiles. A change is a new version; what was read by an older one stays readable."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Work
from labs.instruments.models import FileReading, LabProfile
from labs.instruments.parsers.shipped import shipped
from labs.instruments.queries import profile_row
from labs.instruments.rules import InstrumentRun
from labs.instruments.rules.moments import moment
from labs.instruments.rules.profiles import BadProfile, ProfileRow, profile_of
from labs.register.commands import lock_lab

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


@dataclass(frozen=True)
class ProfileKept(Fact):
    """A laboratory said how one kind of table is to be read."""

    tag: ClassVar[str] = "labs:profile:keep"
    title: ClassVar[str] = "保存读表方案"
    code: str
    version: int
    no_cq: tuple[str, ...]


@dataclass(frozen=True)
class ProfileRetired(Fact):
    """A profile is no longer tried."""

    tag: ClassVar[str] = "labs:profile:retire"
    title: ClassVar[str] = "停用读表方案"
    code: str
    version: int


def keep_profile(
    w: Work, lab_id: UUID, *, code: str, title: str, rows: Sequence[ProfileRow]
) -> UUID:
    """Save the next version of a profile and return its id; the same rows again change nothing.

    Raises `Invalid` at the field that makes no profile, and for the name of a shipped one.
    """
    lab = lock_lab(w, lab_id)
    name = code.strip().lower()
    if CODE.fullmatch(name) is None:
        raise Invalid("方案代号只能用小写字母、数字和连字符", code="例如 bio-rad-cfx")
    if name in {profile.code for profile in shipped()}:
        raise Invalid("这个代号是随系统提供的方案，请换一个", code="代号已被系统方案占用")
    before = profile_row(w, lab_id, name)
    named = [ProfileRow("title", "", 1, title.strip() or name), *rows]
    version = 1 if before is None else before.version + 1
    try:
        profile = profile_of(name, version, named)
    except BadProfile as bad:
        raise Invalid(bad.sentence, **{bad.field_name: bad.sentence}) from bad
    kept = [list(row) for row in named]
    if before is not None and not before.is_retired and before.rows == kept:
        return before.id
    row = _version(w, lab_id, name, version, title.strip() or name, kept)
    fact = ProfileKept(name, version, tuple(sorted(profile.no_cq)))
    w.record(fact, on=row, county=lab.division_code)
    return row.id


def retire_profile(w: Work, lab_id: UUID, code: str) -> None:
    """Let a profile no longer be tried; its versions stay for the runs they read."""
    lab = lock_lab(w, lab_id)
    before = profile_row(w, lab_id, code)
    if before is None:
        raise NotFound("没有这个读表方案。")
    if before.is_retired:
        return
    row = _version(w, lab_id, code, before.version + 1, before.title, before.rows, is_retired=True)
    w.record(ProfileRetired(code, row.version), on=row, county=lab.division_code)


def _version(
    w: Work,
    lab_id: UUID,
    code: str,
    version: int,
    title: str,
    rows: list[list[object]],
    *,
    is_retired: bool = False,
) -> LabProfile:
    return w.add(
        LabProfile(
            id=w.new_id(),
            lab_id=lab_id,
            code=code,
            version=version,
            title=title,
            rows=rows,
            is_retired=is_retired,
            made_by_id=w.actor.person_id,
            made_at=w.now,
        )
    )


def note_reading(
    w: Work, lab_id: UUID, file_id: UUID, read: InstrumentRun, worksheet_id: UUID | None
) -> FileReading:
    """Keep how a file was read, beside the file; the fact about the file itself says it in the trail."""
    return w.add(
        FileReading(
            id=w.new_id(),
            lab_id=lab_id,
            file_id=file_id,
            profile=read.profile,
            series=read.series,
            version_at=moment(read.version),
            worksheet_id=worksheet_id,
        )
    )
